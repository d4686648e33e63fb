"""The session: every edit, every finding and every save passes here."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import storage, working_copy
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Steps as CheckingSteps
from kjxm_desktop.core.validation import Validator
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.session import SectionState, Session, touches
from kjxm_desktop.gui.undo import MERGE_PAUSE_S, MERGE_SPAN_S, SetValue, Steps

TITLE = "/project/title"


class Shelf:
    """Knows one call, as the shelf of the program knows its own."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def from_draft(self, files: object) -> tuple[Call, bool]:
        assert files
        return self._call, True


# ---- edits and their history


def test_an_edit_changes_the_value_and_tells_its_pointer(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.value_changed) as told:
        assert session.edit(TITLE, "颗粒饲料")
    assert told.args == [TITLE]
    assert session.value(TITLE) == "颗粒饲料"


def test_an_edit_that_changes_nothing_is_no_step(session: Session) -> None:
    session.edit(TITLE, "颗粒饲料")
    session.undo()
    assert not session.edit(TITLE, "")
    assert not session.can_undo


def test_quick_edits_of_one_value_are_one_step(session: Session) -> None:
    for text in ("颗", "颗粒", "颗粒饲料"):
        session.edit(TITLE, text)
    session.undo()
    assert session.value(TITLE) is None
    assert not session.can_undo


def test_leaving_a_field_ends_the_step(session: Session) -> None:
    session.edit(TITLE, "颗粒")
    session.seal()
    session.edit(TITLE, "颗粒饲料")
    session.undo()
    assert session.value(TITLE) == "颗粒"


def test_typing_that_was_taken_back_by_typing_leaves_no_step() -> None:
    steps = Steps()
    steps.add([SetValue(TITLE, None, "颗")], 0.0)
    steps.add([SetValue(TITLE, "颗", None)], 0.5)
    assert not steps.can_undo


@pytest.mark.parametrize("pause", [MERGE_PAUSE_S + 0.1, MERGE_SPAN_S + 1])
def test_a_pause_in_typing_ends_the_step(pause: float) -> None:
    steps = Steps()
    steps.add([SetValue(TITLE, None, "颗")], 0.0)
    steps.add([SetValue(TITLE, "颗", "颗粒")], pause)
    assert steps.undo() == (SetValue(TITLE, "颗粒", "颗"),)


def test_no_step_swallows_more_than_some_seconds_of_typing() -> None:
    steps = Steps()
    for tenth in range(100):
        steps.add([SetValue(TITLE, str(tenth), str(tenth + 1))], tenth / 10)
    assert steps.undo()[0].after == "61"


def test_undo_asks_the_view_to_go_where_it_changed_something(session: Session, qtbot: QtBot) -> None:
    session.edit(TITLE, "颗粒")
    session.edit("/people/leader/name", "示例人")
    with qtbot.waitSignal(session.place_wanted) as told:
        session.undo()
    assert told.args == ["/people/leader/name"]


def test_undo_of_a_row_leads_to_that_row(session: Session, qtbot: QtBot) -> None:
    rows = [{"id": "a", "item": "颗粒机"}, {"id": "b", "item": "材料"}]
    session.edit("/budget/lines", rows)
    session.edit("/budget/lines", [*rows, {"id": "c"}], apart=True)
    with qtbot.waitSignal(session.place_wanted) as told:
        session.undo()
    assert told.args == ["/budget/lines/1"]


@pytest.mark.parametrize("pointer", ["/budget/lines/0/item", "/team/members/3/name"])
def test_an_edit_in_a_row_that_is_not_there_is_refused_and_makes_none(session: Session, pointer: str) -> None:
    with pytest.raises(KjxmError, match="row_gone"):
        session.edit(pointer, "机")
    assert session.data == {}
    assert not session.can_undo


def test_a_refused_edit_changes_nothing_and_is_no_step(session: Session) -> None:
    with pytest.raises(KjxmError, match="too_long"):
        session.edit("/people/leader/name", "长" * 1001)
    with pytest.raises(KjxmError):
        session.edit_together([(TITLE, "颗粒"), ("/project/nothing", "x")])
    assert session.value(TITLE) is None
    assert not session.can_undo


_EDITS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([TITLE, "/people/leader/name"]), st.text("颗粒饲料ab ", max_size=4)),
        st.tuples(
            st.just("/budget/lines"),
            st.lists(
                st.fixed_dictionaries({"id": st.sampled_from("abc"), "item": st.sampled_from(["机", "料"])}), max_size=3
            ),
        ),
        st.tuples(st.just("/project/tasks"), st.lists(st.sampled_from(["eco_barrier", "agri_base"]), max_size=2)),
    ),
    max_size=12,
)


@given(edits=_EDITS, apart=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_all_is_the_start_and_redo_all_the_end(
    open_session: Callable[..., Session], edits: list[tuple[str, object]], apart: bool
) -> None:
    session = open_session({"project": {"title": "起点"}})
    start = session.data
    for pointer, value in edits:
        session.edit(pointer, value, apart=apart)
    end = session.data
    session.undo_all()
    assert session.data == start
    while session.can_redo:
        session.redo()
    assert session.data == end


# ---- findings


def test_findings_follow_when_typing_pauses(session: Session, qtbot: QtBot) -> None:
    assert session.gap_count() is None
    with qtbot.waitSignal(session.diagnostics_changed):
        session.edit("/project/period/from", "坏月")
    assert [d.code for d in session.diagnostics_at("/project/period/from")] == ["format"]
    assert session.section_state("project") is SectionState.WRONG


def test_findings_of_an_old_state_never_arrive(session: Session, qtbot: QtBot) -> None:
    session.edit("/project/period/from", "坏月")
    with qtbot.waitSignal(session.diagnostics_changed):
        session.edit("/project/period/from", "2024-09", apart=True)
    assert session.diagnostics_at("/project/period/from") == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_rule_that_fails_ends_its_check_alone_and_is_reported(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    session.edit("/project/period/from", "坏月")
    before = list(session.check_now())
    gaps = session.gap_count()
    reported: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: reported.append(error))

    def failing(_self: Validator, _data: Json, _now: datetime) -> CheckingSteps:
        if not at_once:
            yield
        raise ZeroDivisionError
        yield

    def failing_at_once(_self: Validator, _data: Json, _now: datetime) -> CheckingSteps:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(Validator, "steps", failing_at_once if at_once else failing)
        session.edit("/project/period/from", "2024-09", apart=True)
        qtbot.waitUntil(lambda: bool(reported))
        qtbot.wait(50)
    assert [type(error) for error in reported] == [ZeroDivisionError]
    assert session.diagnostics == before
    assert session.gap_count() == gaps
    with qtbot.waitSignal(session.diagnostics_changed):
        session.edit(TITLE, "题目")
    assert session.diagnostics_at("/project/period/from") == []


def test_findings_are_known_under_their_table_and_section(open_session: Callable[..., Session]) -> None:
    session = open_session({"budget": {"lines": [{"item": "机", "amount": "一百"}]}})
    session.check_now()
    assert "format" in {d.code for d in session.diagnostics_under("/budget/lines")}
    assert "format" in {d.code for d in session.diagnostics_under("/budget")}
    assert session.diagnostics_at("/budget/lines/0") == []


def test_gaps_are_counted_and_become_fewer(session: Session) -> None:
    session.check_now()
    before, all_before = session.gap_count("project"), session.gap_count()
    session.edit(TITLE, "颗粒饲料")
    session.check_now()
    assert before is not None
    assert all_before is not None
    assert session.gap_count("project") == before - 1
    assert session.gap_count() == all_before - 1


def test_a_section_goes_from_not_started_to_in_progress(session: Session) -> None:
    assert session.section_state("summary") is SectionState.NOT_STARTED
    session.edit("/summary/text", [{"type": "paragraph", "runs": [{"text": "摘要"}]}])
    assert session.section_state("summary") is SectionState.IN_PROGRESS


def test_a_done_mark_is_contradicted_by_gaps(session: Session) -> None:
    session.check_now()
    session.mark_done("attachments", True)
    session.mark_done("project", True)
    assert session.section_state("attachments") is SectionState.DONE
    assert session.section_state("project") is SectionState.IN_PROGRESS


def test_gaps_are_shown_only_after_a_check_or_a_done_mark(session: Session) -> None:
    assert not session.gaps_shown(TITLE)
    session.mark_done("project", True)
    assert session.gaps_shown(TITLE)
    assert not session.gaps_shown("/people/leader/name")
    session.check_now()
    assert session.gaps_shown("/people/leader/name")


# ---- safe-keeping


def test_what_is_typed_is_in_the_working_copy_soon(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.edit(TITLE, "颗粒饲料")
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.KEPT)
    kept = working_copy.list_all(tmp_path / "working")
    assert [entry.data["project"]["title"] for entry in kept] == ["颗粒饲料"]
    assert session.save_state.words() == "已自动保存 09:30，尚未取名"


def test_saving_under_a_name_writes_the_file(session: Session, qtbot: QtBot, tmp_path: Path, call: Call) -> None:
    session.edit(TITLE, "颗粒饲料")
    path = tmp_path / "申报书.kjxm"
    session.save_as(path)
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.SAVED)
    stored = storage.read(path, Shelf(call))
    assert stored.proposal.data == session.data
    assert stored.proposal.revision == session.proposal.revision == 1
    assert session.path == path
    assert session.save_state.words() == "已保存 09:30"


def test_closing_stores_the_last_key(open_session: Callable[..., Session], tmp_path: Path, call: Call) -> None:
    session = open_session()
    path = tmp_path / "申报书.kjxm"
    session.save_as(path)
    session.edit(TITLE, "最后一个字")
    assert session.close().kind is SaveKind.SAVED
    assert storage.read(path, Shelf(call)).proposal.data["project"]["title"] == "最后一个字"


def test_a_file_changed_outside_is_left_alone_and_ours_lies_beside(
    session: Session, qtbot: QtBot, tmp_path: Path, call: Call
) -> None:
    path = tmp_path / "申报书.kjxm"
    session.edit(TITLE, "我的")
    session.save_as(path)
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.SAVED)
    path.write_bytes(b"what a colleague saved")
    session.edit(TITLE, "我的新题目", apart=True)
    with qtbot.waitSignal(session.conflict_kept) as told:
        session.save()
    assert told.args is not None
    ours = Path(told.args[0])
    assert path.read_bytes() == b"what a colleague saved"
    assert ours.name == "申报书（冲突 20240601-093000）.kjxm"
    assert storage.read(ours, Shelf(call)).proposal.data["project"]["title"] == "我的新题目"
    assert session.path == ours


def test_a_failure_to_save_is_told_and_nothing_is_lost(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.edit(TITLE, "颗粒饲料")
    session.save_as(tmp_path / "nowhere" / "申报书.kjxm")
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.FAILED)
    assert session.save_state.words().startswith("保存失败：")
    session.save_as(tmp_path / "申报书.kjxm")
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.SAVED)


def test_the_file_follows_by_itself(open_session: Callable[..., Session], qtbot: QtBot, tmp_path: Path) -> None:
    session = open_session()
    path = tmp_path / "申报书.kjxm"
    session.save_as(path)
    qtbot.waitUntil(lambda: session.save_state.kind is SaveKind.SAVED)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    session._saving._file_due.setInterval(50)
    session.edit(TITLE, "颗粒饲料")
    qtbot.waitUntil(lambda: hashlib.sha256(path.read_bytes()).hexdigest() != before)


def test_media_comes_back_by_its_digest(session: Session) -> None:
    sha256 = session.add_media(b"bytes of a file")
    assert sha256 == hashlib.sha256(b"bytes of a file").hexdigest()
    assert session.media(sha256) == b"bytes of a file"
    assert session.media("0" * 64) is None


def test_a_snapshot_stays_as_it_was(session: Session) -> None:
    session.edit(TITLE, "从前")
    snapshot = session.snapshot()
    session.edit(TITLE, "以后", apart=True)
    assert snapshot.data["project"]["title"] == "从前"
    assert snapshot.doc_id == session.proposal.doc_id


def test_the_last_place_survives_rows_that_move(open_session: Callable[..., Session]) -> None:
    session = open_session({"budget": {"lines": [{"id": "aa", "item": "机"}, {"id": "bb", "item": "料"}]}})
    session.remember_place("/budget/lines/1/item")
    session.edit("/budget/lines", list(reversed(session.value("/budget/lines"))))
    assert session.last_place == "/budget/lines/0/item"


@pytest.mark.parametrize("place", ["/budget/lines/1/item", "/budget/note"])
def test_the_last_place_may_be_empty_and_is_its_section_when_its_row_is_gone(
    open_session: Callable[..., Session], place: str
) -> None:
    session = open_session({"budget": {"lines": [{"id": "aa"}, {"id": "bb", "item": "料"}]}})
    session.remember_place(place)
    session.edit("/budget/lines/1/item", None)
    assert session.last_place == place
    session.edit("/budget/lines", None)
    assert session.last_place == ("/budget" if "lines" in place else place)


# ---- input methods


def test_nothing_is_checked_or_saved_while_an_input_method_composes(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    session.composing(True)
    session.edit(TITLE, "颗粒")
    with (
        qtbot.assertNotEmitted(session.diagnostics_changed, wait=400),
        qtbot.assertNotEmitted(session.save_state_changed),
    ):
        pass
    assert session.save_state.kind is SaveKind.UNTOUCHED
    with qtbot.waitSignals([session.diagnostics_changed, session.save_state_changed]):
        session.composing(False)


def test_who_composes_word_after_word_is_stored_all_the_same(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    def go_on() -> bool:
        session.composing(True)
        qtbot.wait(60)
        session.edit(TITLE, f"{session.value(TITLE) or ''}颗")
        session.composing(False)
        return bool(working_copy.list_all(tmp_path / "working"))

    qtbot.waitUntil(go_on)


def test_composing_ends_by_itself_when_the_focus_moves(session: Session, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    lines = [QLineEdit(window), QLineEdit(window)]
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    lines[0].setFocus()
    session.composing(True)
    lines[1].setFocus()
    assert not session.is_composing


@pytest.mark.parametrize(
    ("changed", "pointer", "expected"),
    [
        ("/a/b", "/a/b", True),
        ("/a", "/a/b", True),
        ("/a/b/0/c", "/a/b", True),
        ("", "/a/b", True),
        ("/a/bc", "/a/b", False),
        ("/a/b", "/a/bc", False),
    ],
)
def test_a_change_touches_what_is_above_and_beneath_it(changed: str, pointer: str, expected: bool) -> None:
    assert touches(changed, pointer) is expected
