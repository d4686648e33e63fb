"""What an export has to say beforehand of what does not print as it is; whoever goes on after reading it agrees.

Characters that no font draws are spelt out in the PDF; marks heaped on one character are left out there and cover what
is beside them in the DOCX; formulas that cannot be set print as their source in both.
"""

from __future__ import annotations

from kjxm_desktop import strings
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session

_MOST_PLACES = 6


class GlyphNotice(Label):
    """Names the answers with such characters when a PDF is wanted, with such marks and formulas; hidden without any."""

    def __init__(self) -> None:
        super().__init__("", "body", "warning", wraps=True)
        self.hide()

    def show_for(self, session: Session, *, wanted: bool = True) -> bool:
        """Show what the last check of `session` found, and tell whether that is anything."""
        signs = _places(session, "glyph", "glyphs") if wanted else ""
        heaps, sources = _places(session, "marks", "signs"), _places(session, "formula", "formulas")
        lines = [strings.text("export.missing_glyphs", glyphs=signs)] if signs else []
        lines += [strings.text("export.heaped_marks", signs=heaps)] if heaps else []
        lines += [strings.text("export.unset_formulas", formulas=sources)] if sources else []
        self.setText("\n".join(lines))
        self.setVisible(bool(lines))
        return bool(lines)


def _places(session: Session, code: str, name: str) -> str:
    """Return the answers with findings of that code, and what is found there; "" without any."""
    found = [item for item in session.diagnostics if item.code == code]
    places = [f"{strings.label_path(session.call, item.pointer)}　{item.params[name]}" for item in found]
    if len(places) > _MOST_PLACES:
        places[_MOST_PLACES:] = ["…"]
    return "；".join(places)
