"""The settings: what is chosen holds at once, in the open window, and at the next start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths, strings
from kjxm_desktop.gui import comments, theme
from kjxm_desktop.gui.local_copies import LocalCopies
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.settings_dialog import SettingsDialog
from kjxm_desktop.settings import Settings
from tests.gui.hands import button_of, desk_of, press, put_in, session_of, type_in, wait_until

TITLE = "/project/title"


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SettingsDialog:
    """Return the settings, opened by their key over a draft that is being written."""
    window.new_proposal(window.calls[0])
    keys = type_in(window, TITLE, "葵盘果胶")
    qtbot.keyClick(keys, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    shown = window.findChild(SettingsDialog)
    assert shown is not None
    wait_until(qtbot, shown.author.hasFocus)
    return shown


def _words(dialog: SettingsDialog) -> set[str]:
    return {button.text() for button in dialog.findChildren(QAbstractButton)}


def test_the_name_holds_from_the_moment_it_is_written(window: MainWindow, dialog: SettingsDialog, qtbot: QtBot) -> None:
    put_in(dialog.author, " 甲　示例 ")
    qtbot.keyClick(dialog.author, Qt.Key.Key_Tab)
    assert comments.of(session_of(window)).author == "甲 示例"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert Settings().get("author") == "甲 示例"


def test_a_name_is_kept_whichever_way_the_dialog_is_left(dialog: SettingsDialog, qtbot: QtBot) -> None:
    put_in(dialog.author, "甲示例")
    dialog.reject()
    assert Settings().get("author") == "甲示例"


def test_light_and_dark_hold_at_once(window: MainWindow, dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, button_of(dialog, "深色"))
    assert theme.is_dark()
    assert Settings().get("appearance") == "dark"
    press(qtbot, button_of(dialog, "浅色"))
    assert not theme.is_dark()
    assert window.appearance == "light"


def test_another_language_is_spoken_at_once_in_the_dialog_and_behind_it_and_the_text_stays(
    window: MainWindow, dialog: SettingsDialog, qtbot: QtBot
) -> None:
    press(qtbot, button_of(dialog, "English"))
    assert dialog.windowTitle() == "Settings"
    assert {"Close", "Dark", "Open the folder"} <= _words(dialog)
    assert strings.language() == "en"
    assert desk_of(window).isVisible()
    assert session_of(window).value(TITLE) == "葵盘果胶"
    press(qtbot, button_of(dialog, "Chinese “中文”"))
    assert dialog.windowTitle() == "设置"
    assert Settings().get("language") == "zh"


def test_the_folder_of_calls_is_made_and_shown(dialog: SettingsDialog, qtbot: QtBot, shown_folders: list[Path]) -> None:
    assert dialog.folder.text() == str(paths.calls())
    press(qtbot, dialog.folder_button)
    assert shown_folders == [paths.calls()]
    assert paths.calls().is_dir()


def test_a_folder_that_cannot_be_made_is_told(dialog: SettingsDialog, qtbot: QtBot, shown_folders: list[Path]) -> None:
    paths.calls().write_text("x", "utf-8")
    press(qtbot, dialog.folder_button)
    assert shown_folders == []
    assert dialog._told.isVisible()


def test_what_this_computer_keeps_is_one_step_away(window: MainWindow, dialog: SettingsDialog, qtbot: QtBot) -> None:
    press(qtbot, dialog.copies_button)
    copies = window.findChild(LocalCopies)
    assert copies is not None
    wait_until(qtbot, lambda: copies.isVisible() and not copies.is_busy)
    copies.close()


def test_the_settings_open_on_the_start_page_too(window: MainWindow, qtbot: QtBot) -> None:
    window.show_settings()
    assert window.findChild(SettingsDialog) is not None


@pytest.mark.parametrize("told", [5, None, ["甲"], {"a": 1}])
def test_a_name_of_a_wrong_kind_means_none(tmp_path: Path, told: object) -> None:
    file = tmp_path / "settings.json"
    Settings(file).set("author", told)
    assert Settings(file).get("author") == ""


def test_calls_are_read_from_another_folder_from_the_next_start_on(
    dialog: SettingsDialog,
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    calls_beside: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_told: str(calls_beside))
    press(qtbot, dialog.more_button)
    assert dialog._told.text() == "已记下，下次启动时生效。"
    assert len(open_window().calls) > 1
    press(qtbot, dialog.less_button)
    assert Settings().get("calls_folder") == ""
    assert len(open_window().calls) == 1


def test_a_folder_without_calls_is_not_taken(
    dialog: SettingsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "空").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_told: str(tmp_path / "空"))
    press(qtbot, dialog.more_button)
    assert dialog._told.text() == "文件夹“空”里没有征集，仍用原来的。"
    assert Settings().get("calls_folder") == ""


@pytest.mark.parametrize("told", ["/nowhere/at/all", "\0", "x" * 10_000])
def test_a_folder_that_is_away_is_no_reason_not_to_start(
    data_folder: Path, open_window: Callable[..., MainWindow], told: str
) -> None:
    Settings().set("calls_folder", told)
    assert len(open_window().calls) == 1
