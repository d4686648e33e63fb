"""What the program says against an author's mark 本节已完成 where it is not true: in words, with the first place."""

from __future__ import annotations

from kjxm_desktop import strings
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui.session import Session


def sentence(session: Session, section_id: str) -> str:
    """Return what contradicts the mark of a section; "" where it has none, or nothing does."""
    found = _against(session, section_id)
    errors = sum(item.severity is Severity.ERROR for item in found)
    gaps = len(found) - errors
    key = "both" if errors and gaps else "errors" if errors else "gaps"
    return strings.text(f"gui_form.done_but.{key}", errors=errors, gaps=gaps) if found else ""


def first_place(session: Session, section_id: str) -> str | None:
    """Return the pointer of the first error, or else the first gap, that contradicts the mark of a section."""
    found = sorted(_against(session, section_id), key=lambda item: item.severity is not Severity.ERROR)
    return found[0].pointer if found else None


def _against(session: Session, section_id: str) -> list[Diagnostic]:
    if not session.is_marked_done(section_id):
        return []
    found = session.diagnostics_under(f"/{section_id}")
    return [item for item in found if item.severity in (Severity.ERROR, Severity.MISSING)]
