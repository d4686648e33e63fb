"""The dialog that clears what is kept on this computer: real ticks, drafts that are open, drafts without a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import working_copy
from kjxm_desktop.core.file_lock import FileLock
from kjxm_desktop.gui.local_copies import CopyRow, LocalCopies
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from tests.gui.hands import press, session_of, type_in, wait_until

NAMED, UNNAMED = "葵盘果胶联产颗粒饲料", "沙棘籽油示范"


def _write(qtbot: QtBot, window: MainWindow, title: str, path: Path | None = None) -> None:
    """Write a title into a new proposal and keep it; at `path` where one is given."""
    window.new_proposal(window.calls[0])
    type_in(window, "/project/title", title)
    if path is not None:
        session_of(window).save_as(path)
        wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.SAVED)
    else:
        wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.KEPT)


@pytest.fixture
def two_drafts(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """Return the window after a draft with a file and one without were written in it and closed."""
    _write(qtbot, window, NAMED, tmp_path / "a.kjxm")
    window.close_proposal()
    _write(qtbot, window, UNNAMED)
    window.close_proposal()
    return window


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[[MainWindow], LocalCopies]:
    def show(window: MainWindow) -> LocalCopies:
        action = next(told for told in window.menus._menus[0].actions() if told.text() == "清除本机副本…")
        action.trigger()
        dialog = window.findChild(LocalCopies)
        assert dialog is not None
        wait_until(qtbot, lambda: not dialog.is_busy and dialog.isVisible())
        return dialog

    return show


def _row(dialog: LocalCopies, title: str) -> CopyRow:
    return next(row for row in dialog.rows if row.tick.text() == title)


def _kept(data_folder: Path) -> set[str]:
    return {told.data["project"]["title"] for told in working_copy.list_all(data_folder / "drafts")}


def test_each_draft_is_told_with_what_its_file_holds_and_nothing_is_ticked(
    two_drafts: MainWindow, opened: Callable[[MainWindow], LocalCopies]
) -> None:
    dialog = opened(two_drafts)
    assert {row.tick.text() for row in dialog.rows} == {UNNAMED, NAMED}
    assert _row(dialog, NAMED).told.startswith("文件“a.kjxm”里有全部内容。　工作副本")
    assert _row(dialog, UNNAMED).told.startswith("还没有存成文件，内容只在这台电脑上。")
    assert not any(row.tick.isChecked() for row in dialog.rows)
    assert not dialog.clear_button.isEnabled()
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "固态硬盘" in said
    assert "同步" in said
    dialog.close()


def test_a_draft_with_a_whole_file_goes_with_one_tick_and_its_file_stays(
    two_drafts: MainWindow, opened: Callable[[MainWindow], LocalCopies], qtbot: QtBot, data_folder: Path, tmp_path: Path
) -> None:
    before = (tmp_path / "a.kjxm").read_bytes()
    dialog = opened(two_drafts)
    row = _row(dialog, NAMED)
    press(qtbot, row.tick)
    assert not row.sure.isVisible()
    assert dialog.clear_button.text().startswith("清除 1 份（")
    press(qtbot, dialog.clear_button)
    wait_until(qtbot, lambda: not dialog.is_busy)
    assert [row.tick.text() for row in dialog.rows] == [UNNAMED]
    assert dialog.told.text().startswith("已清除 1 份申报书的本机副本")
    assert _kept(data_folder) == {UNNAMED}
    assert (tmp_path / "a.kjxm").read_bytes() == before
    dialog.close()
    assert {entry.title for entry in two_drafts.start_page.shown} == {NAMED, UNNAMED}
    assert two_drafts.open_file(tmp_path / "a.kjxm")
    assert session_of(two_drafts).value("/project/title") == NAMED


def test_a_draft_that_is_here_alone_takes_a_second_tick(
    two_drafts: MainWindow, opened: Callable[[MainWindow], LocalCopies], qtbot: QtBot, data_folder: Path
) -> None:
    dialog = opened(two_drafts)
    row = _row(dialog, UNNAMED)
    press(qtbot, row.tick)
    assert not dialog.clear_button.isEnabled()
    press(qtbot, row.sure)
    assert dialog.clear_button.isEnabled()
    press(qtbot, row.tick)
    press(qtbot, row.tick)
    assert not row.sure.isChecked(), "it is asked anew"
    assert not dialog.clear_button.isEnabled()
    press(qtbot, row.sure)
    press(qtbot, dialog.clear_button)
    wait_until(qtbot, lambda: not dialog.is_busy)
    assert _kept(data_folder) == {NAMED}
    dialog.close()
    assert [entry.title for entry in two_drafts.start_page.shown] == [NAMED]
    assert UNNAMED not in (data_folder / "settings.json").read_text("utf-8")


def test_the_draft_that_is_open_cannot_be_ticked(
    two_drafts: MainWindow, opened: Callable[[MainWindow], LocalCopies], qtbot: QtBot, data_folder: Path
) -> None:
    assert two_drafts.open_recent(two_drafts.start_page.shown[0])
    title = session_of(two_drafts).value("/project/title")
    dialog = opened(two_drafts)
    row = _row(dialog, title)
    assert not row.tick.isEnabled()
    assert row.told.startswith("正打开着，关闭这份申报书后才能清除。")
    dialog.close()
    assert title in _kept(data_folder)


def test_a_draft_opened_elsewhere_meanwhile_stays_and_that_is_told(
    two_drafts: MainWindow, opened: Callable[[MainWindow], LocalCopies], qtbot: QtBot, data_folder: Path
) -> None:
    dialog = opened(two_drafts)
    row = _row(dialog, NAMED)
    press(qtbot, row.tick)
    lock = FileLock(data_folder / "open" / f"{row.copy.doc_id}.lock")
    assert lock.take()
    press(qtbot, dialog.clear_button)
    wait_until(qtbot, lambda: not dialog.is_busy)
    assert dialog.told.text().startswith("这份申报书正在另一个窗口中打开")
    assert not _row(dialog, NAMED).tick.isEnabled()
    assert NAMED in _kept(data_folder)
    lock.release()
    dialog.close()


def test_where_nothing_is_kept_that_is_said(window: MainWindow, opened: Callable[[MainWindow], LocalCopies]) -> None:
    dialog = opened(window)
    assert dialog.rows == []
    assert dialog.told.text() == "这台电脑上没有副本。"
    dialog.close()
