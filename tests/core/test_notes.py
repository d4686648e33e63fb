"""Notes lie beside the data: sections marked done, findings dismissed with a reason, the place last worked at."""

import json

import pytest

from kjxm_desktop.core import notes
from kjxm_desktop.core.rule_answers import listed
from kjxm_desktop.core.validation import Diagnostic, Severity

DATA = {
    "project": {"title": "甲"},
    "budget": {"lines": [{"id": "a", "amount": "1.00"}, {"id": "b", "amount": "2.00", "basis": "询价"}]},
}


def _warning(pointer="/budget/lines/1/basis", code="P02", severity=Severity.WARNING, **params):
    return Diagnostic(pointer, severity, code, params)


def _dismissed(finding, data=DATA, reason="合作单位提供"):
    return notes.with_dismissed(notes.empty(), data, finding, reason)


def test_new_notes_say_nothing():
    assert notes.done_sections(notes.empty()) == []
    assert notes.last_place(notes.empty()) is None
    assert notes.reason_for(notes.empty(), DATA, _warning()) is None


def test_a_section_is_marked_done_once_and_taken_back():
    told = notes.with_done(notes.with_done(notes.empty(), "project", True), "basis", True)
    again = notes.with_done(told, "project", True)
    assert notes.done_sections(again) == ["basis", "project"]
    assert notes.done_sections(notes.with_done(again, "basis", False)) == ["project"]
    assert notes.done_sections(told) == ["project", "basis"]


def test_what_else_was_noted_stays():
    said = {**notes.empty(), "comments": [{"text": "再核对"}], "from_a_later_program": 1}
    for told in (
        notes.with_done(said, "project", True),
        notes.with_dismissed(said, DATA, _warning(), "知道"),
        notes.without_dismissed(said, DATA, _warning()),
        notes.with_last_place(said, "/project/title"),
    ):
        assert told["comments"] == [{"text": "再核对"}]
        assert told["from_a_later_program"] == 1


def test_a_dismissed_warning_keeps_its_reason_in_plain_json():
    told = json.loads(json.dumps(_dismissed(_warning(), reason=" 合作单位提供 ")))
    assert notes.reason_for(told, DATA, _warning()) == "合作单位提供"


def test_advice_can_be_dismissed_too():
    finding = _warning(severity=Severity.ADVICE)
    assert notes.reason_for(_dismissed(finding), DATA, finding) == "合作单位提供"


@pytest.mark.parametrize("severity", [Severity.ERROR, Severity.MISSING])
def test_an_error_and_a_gap_cannot_be_dismissed(severity):
    with pytest.raises(ValueError, match="P02"):
        _dismissed(_warning(severity=severity))
    # Not even when it was a warning before.
    assert notes.reason_for(_dismissed(_warning()), DATA, _warning(severity=severity)) is None


def test_a_dismissal_needs_a_reason():
    with pytest.raises(ValueError, match="P02"):
        _dismissed(_warning(), reason="  ")


@pytest.mark.parametrize(
    "other",
    [_warning(code="S05"), _warning("/budget/lines/0/basis"), _warning("/project/title")],
)
def test_a_reason_holds_for_its_own_finding_alone(other):
    assert notes.reason_for(_dismissed(_warning()), DATA, other) is None


def test_a_reason_follows_its_row():
    moved = {**DATA, "budget": {"lines": list(reversed(DATA["budget"]["lines"]))}}
    told = _dismissed(_warning())
    assert notes.reason_for(told, moved, _warning("/budget/lines/0/basis")) == "合作单位提供"
    assert notes.reason_for(told, moved, _warning()) is None


def test_a_finding_stands_again_once_the_text_has_changed():
    told = _dismissed(_warning())
    changed = {"budget": {"lines": [{"id": "a"}, {"id": "b", "amount": "2.00", "basis": "询价两家"}]}}
    assert notes.reason_for(told, changed, _warning()) is None


def test_a_finding_stands_again_once_its_numbers_have_changed():
    told = _dismissed(_warning(count=12, limit=listed("30")))
    assert notes.reason_for(told, DATA, _warning(count=12, limit=listed("30"))) == "合作单位提供"
    assert notes.reason_for(told, DATA, _warning(count=13, limit=listed("30"))) is None
    assert notes.reason_for(told, DATA, _warning(count=12, limit=listed("31"))) is None


def test_a_finding_on_the_whole_stays_dismissed_while_the_author_writes_on():
    finding = _warning("", code="R24", deadline=listed("2024-06-20"))
    changed = {**DATA, "project": {"title": "乙"}}
    assert notes.reason_for(_dismissed(finding), changed, finding) == "合作单位提供"


def test_a_later_reason_replaces_the_earlier_one():
    told = notes.with_dismissed(_dismissed(_warning()), DATA, _warning(), "已询价")
    assert len(told["dismissed"]) == 1
    assert notes.reason_for(told, DATA, _warning()) == "已询价"


def test_a_dismissal_is_taken_back():
    told = notes.with_dismissed(_dismissed(_warning()), DATA, _warning(code="S05"), "示例")
    left = notes.without_dismissed(told, DATA, _warning())
    assert notes.reason_for(left, DATA, _warning()) is None
    assert notes.reason_for(left, DATA, _warning(code="S05")) == "示例"


def test_damaged_notes_dismiss_nothing():
    damaged = {"done": None, "dismissed": [{}, {"code": "P02", "place": "/budget/lines/@b/basis", "reason": 3}]}
    assert notes.done_sections(damaged) == []
    assert notes.reason_for(damaged, DATA, _warning()) is None
    assert notes.reason_for({}, DATA, _warning()) is None


def test_the_place_last_worked_at_is_remembered():
    told = notes.with_last_place(notes.empty(), "/budget/lines/@b/basis")
    assert notes.last_place(told) == "/budget/lines/@b/basis"
    assert notes.last_place(notes.with_last_place(told, None)) is None
    assert notes.last_place({"last_place": 3}) is None
