"""A call the program has never seen, from its data files alone: filled in by keys, checked, exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.validation import Severity
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.hands import (
    Key,
    add_row,
    column_of,
    desk_of,
    fill_cell,
    press,
    row_at,
    session_of,
    type_in,
    wait_checked,
    wait_until,
)

TROUBLE = "湖口一村的小麦春天要浇两遍水，井水越来越深，抽一遍电费要四十多块，老人浇不动，年轻人不肯回来浇。"


@pytest.fixture
def window(open_window: Callable[..., MainWindow], calls_beside: Path) -> MainWindow:
    """Return the window with a proposal to the second call."""
    window = open_window(calls=[calls_beside])
    window.new_proposal(next(call for call in window.calls if call.id == "agri-service-2026"))
    return window


def _choose(qtbot: QtBot, window: MainWindow, pointer: str, words: str) -> None:
    """Choose an answer by the keyboard: among buttons that stand open, or in a box."""
    row = row_at(window, pointer)
    radio = next((radio for radio in row.findChildren(QRadioButton) if radio.text() == words), None)
    if radio is not None:
        radio.setFocus()
        qtbot.keyClick(radio, Key.Key_Space)
        return
    box = row.findChild(QComboBox)
    assert box is not None
    box.setFocus()
    for _ in range(box.count()):
        if box.currentText() == words:
            return
        qtbot.keyClick(box, Key.Key_Down)
    assert box.currentText() == words


def _tick(qtbot: QtBot, place: QWidget) -> None:
    box = next(iter(place.findChildren(QCheckBox)))
    box.setFocus()
    qtbot.keyClick(box, Key.Key_Space)
    assert box.isChecked()


def _fill(qtbot: QtBot, window: MainWindow) -> None:
    _tick(qtbot, row_at(window, "/honest/true_words"))
    type_in(window, "/cost/asked", "0.8")
    grid = add_row(qtbot, window, "/cost/spendings")
    fill_cell(qtbot, grid, column_of(window, "/cost/spendings/*/what"), "水表两只")
    fill_cell(qtbot, grid, column_of(window, "/cost/spendings/*/sum"), "0.8")
    type_in(window, "/thing/one_line", "湖口一村小麦少浇一水不减产")
    _choose(qtbot, window, "/thing/trade", "种植")
    type_in(window, "/thing/trouble", TROUBLE)
    _choose(qtbot, window, "/thing/way", "试验示范")
    type_in(window, "/who/name", "田示例")


def test_the_second_call_is_filled_in_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    _fill(qtbot, window)
    session = session_of(window)
    assert session.value("/honest/true_words") is True
    assert session.value("/cost/spendings/0/what") == "水表两只"
    assert session.value("/thing/trade") == "planting"
    assert session.value("/thing/way") == 1
    assert session.value("/thing/trouble") == TROUBLE


def test_its_sections_stand_in_its_own_order(window: MainWindow) -> None:
    ids = [section.id for section in session_of(window).form.sections]
    assert ids == ["honest", "cost", "thing", "field", "who", "proof"]
    assert desk_of(window).section_id == "honest"
    assert desk_of(window).sections.words_of("proof") != ""


def test_a_table_inside_a_condition_comes_and_goes_and_keeps_what_was_written(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    _choose(qtbot, window, "/thing/way", "培训推广")
    desk_of(window).show_section("field")
    assert not _is_asked(window, "/field/plots")
    grid = add_row(qtbot, window, "/field/lessons")
    fill_cell(qtbot, grid, column_of(window, "/field/lessons/*/topic"), "怎样少浇一水")
    _choose(qtbot, window, "/thing/way", "试验示范")
    desk_of(window).show_section("field")
    assert _is_asked(window, "/field/plots")
    assert not _is_asked(window, "/field/lessons")
    assert session.value("/field/lessons/0/topic") == "怎样少浇一水"
    wait_checked(qtbot, window)
    assert not [item for item in session.diagnostics if item.pointer.startswith("/field/lessons")]


def _is_asked(window: MainWindow, pointer: str) -> bool:
    QApplication.processEvents()
    return next(row for row in desk_of(window).page.rows() if row.pointer == pointer).isVisible()


def test_it_is_checked_by_its_own_rules(window: MainWindow, qtbot: QtBot) -> None:
    _fill(qtbot, window)
    window.show_check()
    found = session_of(window).diagnostics
    codes = {item.code for item in found}
    assert codes & {rule["id"] for rule in session_of(window).call.rules["rules"]}
    assert any(item.severity is Severity.MISSING and item.pointer == "/who/mobile" for item in found)
    assert not [item for item in found if item.pointer == "/thing/one_line"]


def test_it_is_exported_under_its_own_name(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _fill(qtbot, window)
    window.show_send()
    page = window.send_page
    assert page is not None
    page.target.set_folder(tmp_path / "out")
    assert page.draft.isChecked()
    press(qtbot, page.start_button)
    wait_until(qtbot, lambda: not page.work.is_running)
    [folder] = (tmp_path / "out").iterdir()
    assert folder.name == "农技小专项2026-田示例-种植-湖口一村小麦少浇一水不减产（未定稿）"
    assert {path.suffix for path in folder.iterdir()} == {".docx", ".pdf", ".eml", ".txt"}
    assert page.letter_text("to") == "xiaozhuanxiang@example.cn"
    assert "这件小事属于种植" in page.letter_text("body")
