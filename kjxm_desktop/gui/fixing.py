"""What a person is offered to mend: the words on the button, and the one step that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QObject, Qt

from kjxm_desktop import strings
from kjxm_desktop.core import fixes
from kjxm_desktop.core.fixes import Fix, Fixes
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.form.spelling import listed
from kjxm_desktop.gui.session import Session

KEYS = "Ctrl+F8"
MOST_LETTERS = 40
"""So much of what is to be put in stands on the button; all of it is in its tip."""
MOST_NAMED = 5
"""So many rows are named in a sentence."""


@dataclass(frozen=True)
class Offer:
    """A fix, and the sentence that tells of it where there is no finding."""

    fix: Fix
    sentence: str = ""


class _Kept(QObject):
    """What one session remembers for its fixes."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.fixes = Fixes(session.call)


def _fixes(session: Session) -> Fixes:
    found = cast("_Kept | None", session.findChild(_Kept, options=Qt.FindChildOption.FindDirectChildrenOnly))
    return (found if found is not None else _Kept(session)).fixes


def of_finding(session: Session, found: Diagnostic) -> Offer | None:
    """Return what mends a finding; None where that is not one thing and no other."""
    fix = _fixes(session).of(session.data, found)
    return Offer(fix) if fix is not None else None


def at_place(session: Session, pointer: str) -> Offer | None:
    """Return what is offered at an answer without any finding: its amount in 万元, or words from its row's numbers."""
    told = fixes.offered(session.call, session.data, pointer)
    if told:
        return Offer(Fix("fill", ((pointer, told),), told), strings.text("fix.offered", value=told))
    return _slip(session, pointer)


def _slip(session: Session, pointer: str) -> Offer | None:
    """Return what converts the amounts of a table that seem to be in 元, all in one step."""
    owner = session.form.owner(pointer)
    table = owner.pointer.partition("/*")[0] if owner is not None else ""
    rows = _fixes(session).slips(session.data, table)
    fix = fixes.converted(session.call, session.data, table, rows) if rows else None
    if fix is None:
        return None
    if len(rows) == 1:
        amount: Json = session.value(fix.edits[-1][0])
        return Offer(fix, strings.text("fix.slip", number=rows[0] + 1, amount=amount))
    named = listed([str(at + 1) for at in rows[:MOST_NAMED]])
    key = "fix.slips" if len(rows) <= MOST_NAMED else "fix.slips_more"
    return Offer(fix, strings.text(key, rows=named, count=len(rows)))


def words(fix: Fix) -> str:
    """Return what the button of a fix says."""
    return _words(fix, fix.value if len(fix.value) <= MOST_LETTERS else fix.value[: MOST_LETTERS - 1] + "…")


def whole(fix: Fix) -> str:
    """Return all of what the button says, and the keys that take it."""
    return strings.text("fix.keys", words=_words(fix, fix.value))


def _words(fix: Fix, value: str) -> str:
    if fix.name == "convert":
        if value:
            return strings.text("fix.convert_to", value=value)
        rows = {edited.rpartition("/")[0] for edited, _ in fix.edits}
        return strings.text("fix.convert_rows", count=len(rows)) if len(rows) > 1 else strings.text("fix.convert")
    told = {"value": value, "label": strings.pick(fix.label), "count": len(fix.edits)}
    return strings.text(f"fix.{fix.name}", **told)


def make(session: Session, fix: Fix) -> str:
    """Make a fix as one step; return the sentence that tells of it, or why it was refused."""
    try:
        session.edit_together(fix.edits)
    except KjxmError as error:
        return strings.error_at(session.call, error)
    return strings.text("fix.done", words=words(fix))
