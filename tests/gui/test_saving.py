"""Saving as the person sees it: Ctrl+S with and without a name, a file changed outside, a disk that refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.history import History, Kind, Moment
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy, list_all
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind, SaveState
from kjxm_desktop.gui.session import Session
from tests.gui.hands import CONTROL, Key, desk_of, focused, session_of, type_in, wait_until

TITLE = "/project/title"
_SELECTED = QFileDialog.selectedFiles


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    file = tmp_path / "葵盘.kjxm"
    storage.write(file, Proposal(call, {"project": {"title": "葵盘"}}), program="kjxm-desktop test")
    return file


def _answer_file_dialog(monkeypatch: pytest.MonkeyPatch, answer: Path | None) -> list[str]:
    asked: list[str] = []

    def ask(dialog: QFileDialog) -> int:
        asked.extend(Path(name).name for name in dialog.selectedFiles())
        return int(answer is not None)

    def selected(dialog: QFileDialog) -> list[str]:
        return _SELECTED(dialog) if answer is None or not asked else [str(answer)]

    monkeypatch.setattr(QFileDialog, "exec", ask)
    monkeypatch.setattr(QFileDialog, "selectedFiles", selected)
    return asked


def _refuse_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: object, **__: object) -> str:
        raise KjxmError("storage.full", path=path.name)

    monkeypatch.setattr(storage, "write", refuse)


def test_a_draft_without_a_name_is_kept_by_itself_in_the_working_copy_alone(
    window: MainWindow, qtbot: QtBot, data_folder: Path, tmp_path: Path
) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.KEPT)
    assert window.status.saved.text() == "已自动保存 09:30，尚未取名"
    assert [copy.data for copy in list_all(data_folder / "drafts")] == [{"project": {"title": "葵盘"}}]
    assert list(tmp_path.glob("*.kjxm")) == []


def test_ctrl_s_without_a_name_asks_for_one_and_proposes_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shelf: Shelf
) -> None:
    asked = _answer_file_dialog(monkeypatch, tmp_path / "我的")
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    qtbot.keyClick(focused(), Key.Key_S, CONTROL)
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert asked[0].endswith("_葵盘.kjxm")
    assert storage.read(tmp_path / "我的.kjxm", shelf).proposal.get(TITLE) == "葵盘"
    assert window.windowTitle().startswith("我的.kjxm")
    assert window.status.saved.text() == "已保存 09:30"


def test_ctrl_s_without_a_name_can_be_left_without_harm(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _answer_file_dialog(monkeypatch, None)
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    qtbot.keyClick(focused(), Key.Key_S, CONTROL)
    assert session_of(window).path is None
    assert session_of(window).value(TITLE) == "葵盘"


def test_ctrl_s_writes_the_file(window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    qtbot.keyClick(focused(), Key.Key_S, CONTROL)
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_the_file_follows_by_itself_within_half_a_minute(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    timer = session_of(window)._saving._file_due
    assert timer.isActive()
    assert timer.interval() <= 30_000
    timer.timeout.emit()
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_leaving_the_window_writes_the_file(window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_closing_the_window_writes_the_file(window: MainWindow, draft: Path, shelf: Shelf) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    window.close()
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_a_file_changed_outside_is_left_alone_and_ours_goes_beside_it(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    theirs = storage.read(draft, shelf).proposal
    theirs.set(TITLE, "合作者的题目")
    storage.write(draft, theirs, program="kjxm-desktop test")
    window.save()
    session = session_of(window)
    wait_until(qtbot, lambda: session.path != draft)
    assert session.path is not None
    assert storage.read(draft, shelf).proposal.get(TITLE) == "合作者的题目"
    assert "冲突" in session.path.name
    assert storage.read(session.path, shelf).proposal.get(TITLE) == "葵盘果胶"
    name = session.path.name
    wait_until(qtbot, lambda: any(name in told for told in desk_of(window).strip.texts()))


def test_a_save_that_failed_is_told_in_the_status_bar_and_goes_once_it_works(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    with pytest.MonkeyPatch.context() as patch:
        _refuse_to_write(patch)
        window.save()
        wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.FAILED)
        assert window.status.saved.text().startswith("保存失败：磁盘空间不足")
        assert session_of(window).value(TITLE) == "葵盘果胶"
    window.save()
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_closing_with_something_not_stored_asks_and_staying_keeps_it(
    window: MainWindow, qtbot: QtBot, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def stay(box: QMessageBox) -> int:
        asked.append([button.text() for button in box.buttons()])
        return 0

    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    with pytest.MonkeyPatch.context() as patch:
        _refuse_to_write(patch)
        patch.setattr(QMessageBox, "exec", stay)
        window.close_proposal()
        assert window.session is not None
        assert sorted(asked[0]) == sorted(["另存为…", "仍然关闭", "继续填写"])
    assert session_of(window).value(TITLE) == "葵盘果胶"


def test_the_words_of_every_state_fit_the_state() -> None:
    assert SaveState(SaveKind.UNTOUCHED).words() == "没有改动"
    failed = SaveState(SaveKind.FAILED, reason=KjxmError("storage.denied", path="甲.kjxm"))
    assert failed.words() == "保存失败：没有权限写入 甲.kjxm，另存到其他位置"


def test_save_as_asks_before_it_replaces_the_file_that_the_ending_leads_to(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    taken = tmp_path / "甲.kjxm"
    taken.write_bytes(b"what a colleague wrote")
    told: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.setText(str(tmp_path / "甲"))
        QTimer.singleShot(0, refuse)
        dialog.accept()
        dialog.reject()

    def refuse() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QDialog)
        told.extend([box.text()] if isinstance(box, QMessageBox) else [])
        box.reject()

    window.new_proposal(window.calls[0])
    QTimer.singleShot(0, answer)
    assert not window.save_as()
    assert len(told) == 1
    assert "甲.kjxm" in told[0]
    assert taken.read_bytes() == b"what a colleague wrote"


def test_save_as_asks_itself_where_the_dialog_left_the_ending_away(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "甲.v2.kjxm"
    taken.write_bytes(b"what a colleague wrote")
    told: list[str] = []
    window.new_proposal(window.calls[0])
    _answer_file_dialog(monkeypatch, tmp_path / "甲.v2")
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()) or 0)
    assert not window.save_as()
    assert "甲.v2.kjxm" in told[0]
    assert taken.read_bytes() == b"what a colleague wrote"


def test_saving_right_after_save_as_goes_to_the_new_file(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, tmp_path: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    before = draft.read_bytes()
    other = tmp_path / "乙.kjxm"
    session.save_as(other)
    session.edit(TITLE, "乙的题目")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert session.path == other
    assert storage.read(other, shelf).proposal.get(TITLE) == "乙的题目"
    assert draft.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("*.kjxm")) == sorted([draft.name, other.name])


def test_two_quick_saves_of_a_conflict_make_one_copy(
    window: MainWindow, qtbot: QtBot, draft: Path, tmp_path: Path
) -> None:
    window.open_file(draft)
    draft.write_bytes(b"what a colleague wrote")
    session = session_of(window)
    session.edit(TITLE, "一")
    session.save()
    session.edit(TITLE, "二")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert len(list(tmp_path.glob("*.kjxm"))) == 2
    assert draft.read_bytes() == b"what a colleague wrote"


def test_a_file_that_was_written_counts_though_the_working_copy_could_not_be(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise KjxmError("storage.denied", path="drafts")

    monkeypatch.setattr(WorkingCopy, "save", refuse)
    window.new_proposal(window.calls[0])
    session = session_of(window)
    session.edit(TITLE, "葵盘")
    file = tmp_path / "甲.kjxm"
    session.save_as(file)
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert session.path == file
    session.edit(TITLE, "果胶")
    assert session.close().kind is SaveKind.SAVED
    assert storage.read(file, shelf).proposal.get(TITLE) == "果胶"


def test_a_file_that_could_not_be_written_stays_in_sight_while_the_working_copy_goes_on(
    window: MainWindow, qtbot: QtBot, draft: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    with pytest.MonkeyPatch.context() as patch:
        _refuse_to_write(patch)
        session.edit(TITLE, "果胶")
        window.save()
        wait_until(qtbot, lambda: session.save_state.kind is SaveKind.FAILED)
        seen: list[SaveKind] = []
        session.save_state_changed.connect(lambda: seen.append(session.save_state.kind))
        session.edit(TITLE, "葵盘果胶")
        wait_until(qtbot, lambda: session._saving._edits_kept == session._saving._edits)
        assert set(seen) <= {SaveKind.FAILED}
        assert window.status.saved.text().startswith("保存失败：")
    window.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)


# ---- what was before


def _kinds(session: Session) -> list[Kind]:
    return [moment.kind for moment in session.history().moments()]


def test_every_pause_in_typing_is_a_moment_and_the_first_tells_how_it_was_opened(
    window: MainWindow, qtbot: QtBot, draft: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    assert (session.opened_moment, _kinds(session)) == (None, [])
    for text in ("果胶", "提取"):
        with qtbot.waitSignal(session.moments_changed):
            type_in(window, TITLE, text)
    assert _kinds(session) == [Kind.EDITED, Kind.EDITED, Kind.OPENED]
    opened = session.history().moments()[-1].id
    assert session.opened_moment == opened
    assert session.history().answers_at(opened) == session.opened_data
    assert session.opened_data["project"]["title"] == "葵盘"


def test_looking_at_a_draft_writes_no_moment(window: MainWindow, draft: Path, data_folder: Path) -> None:
    window.open_file(draft)
    session_of(window).close()
    assert not list((data_folder / "drafts").rglob("*.log"))


def test_a_version_is_named_in_the_background_and_told(session: Session, qtbot: QtBot) -> None:
    session.edit(TITLE, "葵盘")
    with qtbot.waitSignal(session.version_named) as told:
        session.name_version("送审稿")
    (moment,) = told.args or [None]
    assert isinstance(moment, Moment)
    assert (moment.name, moment.kind) == ("送审稿", Kind.NAMED)
    assert session.history().answers_at(moment.id) == session.data


def test_a_version_that_cannot_be_named_is_told(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.version_failed) as told:
        session.name_version("  ")
    (error,) = told.args or [None]
    assert isinstance(error, KjxmError)
    assert error.key == "history.name"


def test_what_is_taken_from_the_history_is_one_step_and_its_moment_says_so(session: Session, qtbot: QtBot) -> None:
    session.edit(TITLE, "葵盘")
    with qtbot.waitSignal(session.moments_changed):
        session.edit("/people/leader/name", "示例人")
    before = session.history().moments()[0]
    with qtbot.waitSignal(session.moments_changed):
        session.edit_together([(TITLE, "果胶"), ("/people/leader/name", "另一人")])
    with qtbot.waitSignal(session.moments_changed):
        assert session.take(session.history().answers_at(before.id))
    assert (session.value(TITLE), session.value("/people/leader/name")) == ("葵盘", "示例人")
    assert session.history().moments()[0].kind is Kind.RESTORED
    assert not session.take(session.history().answers_at(before.id), ["project"])
    session.undo()
    assert (session.value(TITLE), session.value("/people/leader/name")) == ("果胶", "另一人")


def test_one_section_alone_is_taken_from_the_history(session: Session) -> None:
    session.edit(TITLE, "葵盘")
    session.edit("/people/leader/name", "示例人")
    assert session.take({"project": {"title": "以前的题目"}, "people": {"leader": {"name": "某人"}}}, ["project"])
    assert (session.value(TITLE), session.value("/people/leader/name")) == ("以前的题目", "示例人")


def test_a_history_that_cannot_be_kept_is_told_beside_what_was_saved(
    window: MainWindow, qtbot: QtBot, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise KjxmError("storage.full", path="history")

    monkeypatch.setattr(History, "keep", refuse)
    window.open_file(draft)
    type_in(window, TITLE, "果胶")
    window.save()
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    assert window.status.saved.text().startswith("已保存 09:30，但旧版本没有留下：磁盘空间不足")


def _put_needless_medium(session: Session, data_folder: Path) -> Path:
    file = data_folder / "drafts" / session.proposal.doc_id / "media" / ("5e" * 32)
    file.write_bytes(b"of a moment that is gone")
    return file


def test_what_need_not_be_kept_goes_when_nobody_types_and_not_before(
    window: MainWindow, qtbot: QtBot, draft: Path, data_folder: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    type_in(window, TITLE, "果胶")
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    needless = _put_needless_medium(session, data_folder)
    due = session._saving._thin_due
    assert due.isActive()
    assert due.interval() == 20_000
    due.stop()
    due.timeout.emit()
    wait_until(qtbot, lambda: not needless.exists())
    type_in(window, TITLE, "提取")
    wait_until(qtbot, lambda: session._saving._edits_kept == session._saving._edits)
    assert not due.isActive()


def test_what_need_not_be_kept_goes_at_the_latest_when_the_draft_is_closed(
    window: MainWindow, qtbot: QtBot, draft: Path, data_folder: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    type_in(window, TITLE, "果胶")
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    needless = _put_needless_medium(session, data_folder)
    session.close()
    assert not needless.exists()


# ---- at once


def _is_kept_without_waiting(session: Session, qtbot: QtBot) -> bool:
    session._saving._quiet.stop()
    session._saving._forced.stop()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    return session._saving._edits_kept == session._saving._edits


def test_what_was_typed_is_stored_at_once_when_the_field_is_left(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    qtbot.keyClick(focused(), Key.Key_Tab)
    assert _is_kept_without_waiting(session_of(window), qtbot)


def test_what_was_typed_is_stored_at_once_when_the_section_changes(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    desk_of(window).show_section("people")
    assert _is_kept_without_waiting(session_of(window), qtbot)


def test_what_is_pasted_into_a_line_is_stored_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    window.go_to(TITLE)
    QApplication.clipboard().setText("从葵盘中提取果胶并用于制作可降解薄膜的技术")
    qtbot.keyClick(focused(), Key.Key_V, CONTROL)
    assert session_of(window).value(TITLE) == "从葵盘中提取果胶并用于制作可降解薄膜的技术"
    assert _is_kept_without_waiting(session_of(window), qtbot)


def test_a_choice_a_row_or_a_picture_is_stored_at_once(session: Session, qtbot: QtBot) -> None:
    session.edit(TITLE, "葵盘", apart=True)
    assert _is_kept_without_waiting(session, qtbot)


# ---- the file and the world


def test_what_was_opened_lies_in_the_backups_after_the_first_save(
    window: MainWindow, qtbot: QtBot, draft: Path, data_folder: Path
) -> None:
    opened = draft.read_bytes()
    window.open_file(draft)
    for text in ("果胶", "提取"):
        type_in(window, TITLE, text)
        window.save()
        wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    backups = list((data_folder / "backups").rglob("*.kjxm"))
    assert [file.read_bytes() for file in backups] == [opened]


def test_a_file_that_was_deleted_is_written_again_and_told(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    window.open_file(draft)
    session = session_of(window)
    draft.unlink()
    with qtbot.waitSignal(session.recreated):
        session.edit(TITLE, "葵盘果胶")
        session.save()
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


def test_what_a_killed_save_left_beside_the_file_is_removed_when_it_is_opened(
    window: MainWindow, qtbot: QtBot, draft: Path
) -> None:
    ours, others = draft.with_name(".~葵盘.kjxm.0123abcd.tmp"), draft.with_name("~$葵盘.tmp")
    for file in (ours, others):
        file.write_bytes(b"half")
        os.utime(file, (1_000_000_000, 1_000_000_000))
    window.open_file(draft)
    wait_until(qtbot, lambda: not ours.exists())
    assert others.exists()


def test_where_the_file_cannot_be_written_everything_is_kept_on_this_computer(
    window: MainWindow, draft: Path, data_folder: Path
) -> None:
    window.open_file(draft)
    session = session_of(window)
    with pytest.MonkeyPatch.context() as patch:
        _refuse_to_write(patch)
        session.edit(TITLE, "葵盘果胶")
        assert session.close().kind is SaveKind.FAILED
    (copy,) = list_all(data_folder / "drafts")
    assert copy.data["project"]["title"] == "葵盘果胶"
    assert copy.revision == 0
