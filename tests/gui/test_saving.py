"""Saving as the person sees it: Ctrl+S with and without a name, a file changed outside, a disk that refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy, list_all
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import saving
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.saving import SaveKind
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
    wait_until(qtbot, desk_of(window).strip.texts)
    session = session_of(window)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "合作者的题目"
    assert session.path is not None
    assert "冲突" in session.path.name
    assert storage.read(session.path, shelf).proposal.get(TITLE) == "葵盘果胶"
    assert session.path.name in desk_of(window).strip.texts()[0]


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
    assert saving.SaveState(SaveKind.UNTOUCHED).words() == "没有改动"
    failed = saving.SaveState(SaveKind.FAILED, reason=KjxmError("storage.denied", path="甲.kjxm"))
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
