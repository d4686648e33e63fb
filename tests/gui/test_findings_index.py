"""However many findings a check ends with, the window is held for a few hundred of them at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from pytestqt.qtbot import QtBot

from kjxm_desktop.core import notes
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import findings_index
from kjxm_desktop.gui.findings_index import PAUSE_FINDINGS, FindingsIndex
from kjxm_desktop.gui.session import Session


def findings(count: int) -> list[Diagnostic]:
    return [Diagnostic(f"/budget/lines/{at}/amount", Severity.ERROR, "choice", {}) for at in range(count)]


class Counted(Sequence[Diagnostic]):
    """Findings that count how many of them were taken since the last pause."""

    def __init__(self, count: int) -> None:
        self._all = findings(count)
        self.taken = 0

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, at: int) -> Diagnostic: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Diagnostic]: ...
    def __getitem__(self, at: int | slice) -> Diagnostic | Sequence[Diagnostic]:
        told = self._all[at]
        self.taken += len(told) if isinstance(told, list) else 1
        return told


def test_no_more_than_a_few_hundred_findings_are_put_in_place_between_two_pauses():
    found = Counted(20 * PAUSE_FINDINGS + 7)
    work = findings_index.steps(notes.empty(), {}, found)
    pauses = 0
    try:
        while True:
            found.taken = 0
            next(work)
            assert found.taken <= PAUSE_FINDINGS
            pauses += 1
    except StopIteration as done:
        made = done.value
    assert pauses == 21
    assert isinstance(made, FindingsIndex)
    assert (len(made.standing), len(made.under["/budget/lines"]), len(made.under[""])) == (len(found),) * 3
    assert made.under["/budget/lines/3"] == [made.standing[3]]


def test_findings_stand_only_once_all_are_in_their_places(session: Session):
    session.check_now()
    before = session.diagnostics
    assert before
    work = session._arrange(findings(3 * PAUSE_FINDINGS))
    next(work)
    assert session.diagnostics is before
    assert [sum(1 for _ in work), len(session.diagnostics)] == [2, 3 * PAUSE_FINDINGS]


def test_an_edit_while_findings_are_put_in_place_begins_anew(session: Session, qtbot: QtBot):
    session.check_now()
    checking, edited = session._checking, []

    def arrange(found: list[Diagnostic]) -> Iterator[None]:
        yield
        if not edited:
            edited.append(session.edit("/project/title", "改过的题目"))
        yield from session._arrange(found)

    checking._arrange = arrange
    with qtbot.waitSignal(session.diagnostics_changed):
        checking.soon()
    assert edited == [True]
    assert session.checked
    assert not any(one.pointer == "/project/title" for one in session.diagnostics)


def test_a_finding_dismissed_meanwhile_is_not_put_back(session: Session):
    work: Iterator[None] = session._arrange(findings(2 * PAUSE_FINDINGS))
    next(work)
    said: Json = {**session.proposal.notes, "dismissed": []}
    session.note({**said, "dismissed": [{"code": "x", "place": "/budget", "reason": "r", "of": ""}]})
    steps = sum(1 for _ in work)
    assert steps == 1 + 2  # what was left, and all of them again
    assert len(session.diagnostics) == 2 * PAUSE_FINDINGS
