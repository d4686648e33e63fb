"""A proposal written in the window with real keys: marks, states, undo, redo, closing, opening again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.working_copy import list_all
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.session import SectionState
from tests.gui.hands import (
    CONTROL,
    Key,
    add_row,
    column_of,
    fill_cell,
    keys_of,
    put_in,
    row_at,
    session_of,
    type_in,
    wait_checked,
    wait_until,
)

TITLE = "/project/title"
NAME = "河套示例果胶科技有限公司"


def _write_a_little(qtbot: QtBot, window: MainWindow) -> None:
    type_in(window, TITLE, "葵盘果胶联产颗粒饲料")
    grid = add_row(qtbot, window, "/basis/enterprises")
    fill_cell(qtbot, grid, column_of(window, "/basis/enterprises/*/name"), NAME)
    for item, amount in (("提取罐", "12.5"), ("干燥机", "30")):
        grid = add_row(qtbot, window, "/budget/lines")
        fill_cell(qtbot, grid, column_of(window, "/budget/lines/*/item"), item)
        fill_cell(qtbot, grid, column_of(window, "/budget/lines/*/amount"), amount)


def test_what_is_typed_stands_in_the_data(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    _write_a_little(qtbot, window)
    session = session_of(window)
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"
    assert session.value("/basis/enterprises/0/name") == NAME
    assert [line["item"] for line in session.value("/budget/lines")] == ["提取罐", "干燥机"]
    assert [line["amount"] for line in session.value("/budget/lines")] == ["12.5", "30"]


def test_all_can_be_taken_back_and_taken_again(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    _write_a_little(qtbot, window)
    session = session_of(window)
    written = session.data
    steps = 0
    while session.can_undo:
        qtbot.keyClick(QApplication.focusWidget() or window, Key.Key_Z, CONTROL)
        steps += 1
        assert steps < 60
    assert session.data == {}
    while session.can_redo:
        qtbot.keyClick(QApplication.focusWidget() or window, Key.Key_Y, CONTROL)
        steps -= 1
    assert steps == 0
    assert session.data == written


def test_undo_leads_to_the_page_it_changes(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    _write_a_little(qtbot, window)
    assert window.desk is not None
    session_of(window).undo_all()
    assert window.desk.section_id == "project"


def test_closed_and_opened_again_nothing_is_lost(
    open_window: Callable[..., MainWindow], qtbot: QtBot, data_folder: Path
) -> None:
    first = open_window()
    first.new_proposal(first.calls[0])
    _write_a_little(qtbot, first)
    written = session_of(first).data
    first.close()
    assert first.session is None

    again = open_window()
    recent = again.start_page.shown
    assert [entry.title for entry in recent] == ["葵盘果胶联产颗粒饲料"]
    assert again.open_recent(recent[0])
    assert session_of(again).data == written
    assert again.desk is not None
    assert again.desk.section_id == "budget", "it opens where it was left"


def test_the_state_of_a_section_changes_while_it_is_written(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    session = session_of(window)
    wait_checked(qtbot, window)
    assert session.section_state("project") is SectionState.NOT_STARTED
    before = session.gap_count("project")
    type_in(window, TITLE, "葵盘果胶")
    wait_checked(qtbot, window)
    assert session.section_state("project") is SectionState.IN_PROGRESS
    assert window.desk is not None
    assert before is not None
    assert session.gap_count("project") == before - 1
    words = [window.desk.sections.words_of(section.id) for section in session.form.sections]
    assert words[0] == f"还差 {before - 1} 项"


def test_a_title_that_is_too_long_is_told_at_once_and_forgiven_at_once(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    keys = type_in(window, TITLE, "长" * 33)
    foot = row_at(window, TITLE)._foot
    assert "超出 3 字" in foot.counter
    wait_checked(qtbot, window)
    keys_of(window, "/project/keywords")
    assert foot.remark.icon in {"severity_warning", "severity_error"}
    keys_of(window, TITLE)
    for _ in range(4):
        qtbot.keyClick(keys, Key.Key_Backspace)
    assert "超出" not in foot.counter
    assert foot.remark.sentence == ""


def test_while_an_input_method_composes_nothing_counts_marks_or_stores(
    window: MainWindow, qtbot: QtBot, data_folder: Path
) -> None:
    window.new_proposal(window.calls[0])
    wait_checked(qtbot, window)
    keys = keys_of(window, TITLE)
    session = session_of(window)
    counter = row_at(window, TITLE)._foot.counter
    heard: list[str] = []
    session.diagnostics_changed.connect(lambda: heard.append("checked"))
    session.save_state_changed.connect(lambda: heard.append("stored"))
    for preedit in ("k", "kui", "kuipan"):
        QApplication.sendEvent(keys, QInputMethodEvent(preedit, []))
    qtbot.wait(700)
    assert session.is_composing
    assert heard == []
    assert row_at(window, TITLE)._foot.counter == counter
    assert list_all(data_folder / "drafts") == []

    put_in(keys, "葵盘")
    wait_until(qtbot, lambda: {"checked", "stored"} <= set(heard))
    assert session.value(TITLE) == "葵盘"
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    assert list_all(data_folder / "drafts")[0].data == {"project": {"title": "葵盘"}}


def test_text_being_composed_is_kept_when_the_section_is_left(window: MainWindow) -> None:
    window.new_proposal(window.calls[0])
    keys = keys_of(window, TITLE)
    put_in(keys, "葵盘")
    QApplication.sendEvent(keys, QInputMethodEvent("guo", []))
    assert window.desk is not None
    window.desk.show_section("basis")
    assert not session_of(window).is_composing
    assert str(session_of(window).value(TITLE)).startswith("葵盘")
