"""The keys, menus and drags of a grid are those of a spreadsheet."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.row_header import RowHeader
from kjxm_desktop.gui.form.table_field import TableField
from tests.gui.conftest import commit
from tests.gui.form.conftest import ALT, CTRL, SHIFT, OpenPage, children
from tests.gui.form.table_hands import LINES, ROWS, at, choose, chosen, editor_of, place, table_of, values

Key = Qt.Key
NAMES: Json = {
    "foundation": {
        "leader_projects": [
            {"id": name, "name": name, "funds": funds}
            for name, funds in (("张三", "10"), ("李四", "9.5"), ("", ""), ("安心", "二"), ("重点", "10"))
        ]
    }
}
PROJECTS = "/foundation/leader_projects"


@pytest.mark.parametrize(
    ("key", "modifiers", "to"),
    [
        (Key.Key_Home, None, (1, "category")),
        (Key.Key_End, None, (1, "organisation")),
        (Key.Key_Home, CTRL, (0, "category")),
        (Key.Key_End, CTRL, (2, "organisation")),
        (Key.Key_Up, CTRL, (0, "item")),
        (Key.Key_Down, CTRL, (2, "item")),
        (Key.Key_Left, CTRL, (1, "category")),
        (Key.Key_Right, CTRL, (1, "organisation")),
        (Key.Key_Return, None, (2, "item")),
        (Key.Key_Return, SHIFT, (0, "item")),
        (Key.Key_Tab, None, (1, "quantity")),
        (Key.Key_Backtab, SHIFT, (1, "category")),
    ],
)
def test_a_key_goes_to_the_cell_that_a_spreadsheet_goes_to(
    open_page: OpenPage, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier | None, to: tuple[int, str]
) -> None:
    field = table_of(open_page("budget", ROWS))
    at(field, 1, "item")
    qtbot.keyClick(field.view, key, modifiers or Qt.KeyboardModifier.NoModifier)
    assert place(field) == to
    assert field.view.hasFocus()


def test_shift_and_an_arrow_choose_a_block_and_with_ctrl_to_the_end(open_page: OpenPage, qtbot: QtBot) -> None:
    field = table_of(open_page("budget", ROWS))
    at(field, 0, "item")
    qtbot.keyClick(field.view, Key.Key_Right, SHIFT)
    qtbot.keyClick(field.view, Key.Key_Down, SHIFT | CTRL)
    assert chosen(field) == ([0, 1, 2], ["item", "quantity"])


def test_space_with_shift_chooses_the_row_and_with_ctrl_the_column(open_page: OpenPage, qtbot: QtBot) -> None:
    field = table_of(open_page("budget", ROWS))
    at(field, 1, "item")
    qtbot.keyClick(field.view, Key.Key_Space, SHIFT)
    assert chosen(field) == ([1], [column.name for column in field.model.columns])
    qtbot.keyClick(field.view, Key.Key_Space, CTRL)
    assert chosen(field) == ([0, 1, 2], ["item"])


def test_everything_is_chosen_and_emptied_as_one_step(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 1, "item")
    qtbot.keyClick(field.view, Key.Key_A, CTRL)
    qtbot.keyClick(field.view, Key.Key_Delete)
    assert page._session.value(LINES) == [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    page._session.undo()
    assert page._session.value(LINES) == ROWS["budget"]["lines"]


def test_f2_goes_on_behind_what_stands_there_and_typing_replaces_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 1, "item")
    qtbot.keyClick(field.view, Key.Key_F2)
    commit(editor_of(field), "费")
    qtbot.keyClick(editor_of(field), Key.Key_Return, SHIFT)
    assert values(page, "item") == ["颗粒机", "材料费", "劳务"]
    assert place(field) == (0, "item")
    qtbot.keyClick(field.view, Key.Key_X)
    assert values(page, "item")[0] == "x"
    qtbot.keyClick(editor_of(field), Key.Key_Escape)
    assert values(page, "item")[0] == "颗粒机"


def test_enter_goes_to_the_column_where_filling_a_row_with_tab_began(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "item")
    for key in (Key.Key_A, Key.Key_7):
        qtbot.keyClick(field.view, key)
        qtbot.keyClick(editor_of(field), Key.Key_Tab)
    qtbot.keyClick(field.view, Key.Key_1)
    qtbot.keyClick(editor_of(field), Key.Key_Return)
    assert place(field) == (1, "item")
    at(field, 1, "price")
    qtbot.keyClick(field.view, Key.Key_Return)
    assert place(field) == (2, "price")


def test_a_row_is_put_above_and_below_by_keys(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 1, "item")
    qtbot.keyClick(field.view, Key.Key_Insert, ALT)
    assert values(page, "item") == ["颗粒机", "材料", None, "劳务"]
    assert place(field) == (2, "category")
    qtbot.keyClick(field.view, Key.Key_Insert)
    assert values(page, "item") == ["颗粒机", "材料", None, None, "劳务"]


def test_several_rows_are_duplicated_moved_and_deleted_together(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    choose(field, (0, "item"), (1, "item"))
    qtbot.keyClick(field.view, Key.Key_J, CTRL)
    assert values(page, "item") == ["颗粒机", "材料", "颗粒机", "材料", "劳务"]
    assert chosen(field)[0] == [2, 3]
    qtbot.keyClick(field.view, Key.Key_Down, ALT)
    assert values(page, "item") == ["颗粒机", "材料", "劳务", "颗粒机", "材料"]
    qtbot.keyClick(field.view, Key.Key_Delete, CTRL)
    assert values(page, "item") == ["颗粒机", "材料", "劳务"]
    assert field.line.sentence == "已删除 2 行，Ctrl+Z 恢复。"


# ---- sorting


def _menu(field: TableField) -> dict[str, QAction]:
    field.view.show_menu(field.mapToGlobal(QPoint(5, 5)))
    menu = children(field.view, QMenu)[-1]
    found = {action.text(): action for action in menu.actions()}
    menu.close()
    return found


def test_names_are_sorted_by_pinyin_empty_ones_last_and_the_keys_stay_with_their_row(open_page: OpenPage) -> None:
    page = open_page("foundation", NAMES)
    field = table_of(page, PROJECTS)
    at(field, 0, "name")
    field.view.steps.sort(descending=False)
    assert values(page, "name", PROJECTS) == ["安心", "李四", "张三", "重点", None]
    assert place(field) == (2, "name")
    assert field.line.sentence == "已按“项目名称”升序排列，Ctrl+Z 恢复。"
    page._session.undo()
    assert values(page, "name", PROJECTS)[0] == "张三"


def test_numbers_are_sorted_as_numbers_what_is_none_behind_them_and_equal_ones_stay_as_they_were(
    open_page: OpenPage,
) -> None:
    page = open_page("foundation", NAMES)
    field = table_of(page, PROJECTS)
    at(field, 0, "funds")
    field.view.steps.sort(descending=False)
    assert values(page, "name", PROJECTS) == ["李四", "张三", "重点", "安心", None]
    field.view.steps.sort(descending=True)
    assert values(page, "name", PROJECTS) == ["张三", "重点", "李四", "安心", None]


def test_choices_are_sorted_in_the_order_of_their_list_and_a_sorted_table_is_left_alone(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "category")
    field.view.steps.sort(descending=True)
    assert values(page, "category") == ["labour", "business", "equipment"]
    field.view.steps.sort(descending=True)
    assert field.line.sentence == "已经是按“科目”排列的。"
    page._session.undo()
    assert not page._session.can_undo


def test_the_menu_names_the_column_it_would_sort_by_and_every_step_has_its_key(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "amount")
    assert "按“金额”降序排列" in _menu(field)
    with_keys = [name for name, action in field.view.steps.actions.items() if action.shortcuts()]
    assert set(field.view.steps.actions) - set(with_keys) == {"sort_up", "sort_down"}


def test_a_heading_that_is_clicked_with_the_other_button_offers_to_sort_by_it(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    header = field.view.horizontalHeader()
    header.customContextMenuRequested.emit(QPoint(header.sectionViewportPosition(4) + 4, 4))
    menu = children(field.view, QMenu)[-1]
    next(action for action in menu.actions() if action.text() == "按“金额”升序排列").trigger()
    menu.close()
    assert values(page, "amount") == ["2", "3.25", "10.50"]


# ---- rows dragged by their numbers


def _drag(qtbot: QtBot, field: TableField, row: int, to_row: int, part: float) -> RowHeader:
    header = field.view.verticalHeader()
    assert isinstance(header, RowHeader)
    viewport, height = header.viewport(), header.sectionSize(0)
    start = QPoint(8, header.sectionViewportPosition(row) + height // 2)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    end = QPoint(8, header.sectionViewportPosition(to_row) + int(height * part))
    for point in (start + QPoint(0, (end - start).y() // 2), end):
        qtbot.mouseMove(viewport, point)
        QApplication.processEvents()
    return header


def test_a_chosen_row_is_dragged_by_its_number_to_another_place(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    choose(field, (0, "category"), (0, "organisation"))
    header = _drag(qtbot, field, 0, 2, 0.9)
    assert header.target == 3
    qtbot.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 80))
    assert values(page, "id") == ["b", "c", "a"]
    assert chosen(field)[0] == [2]
    page._session.undo()
    assert values(page, "id") == ["a", "b", "c"]


def test_escape_gives_up_a_drag_and_a_click_chooses_the_row(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    choose(field, (0, "category"), (1, "organisation"))
    header = _drag(qtbot, field, 0, 2, 0.9)
    qtbot.keyClick(header, Key.Key_Escape)
    qtbot.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, 80))
    assert not page._session.can_undo
    where = QPoint(8, header.sectionViewportPosition(1) + 4)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert chosen(field)[0] == [1]


# ---- the row as a form


def test_the_form_of_a_row_goes_on_by_keys_in_the_same_column_and_the_grid_follows(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "item")
    qtbot.keyClick(field.view, Key.Key_Return, CTRL)
    form = field._row_form
    assert form is not None
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.go_to(f"{LINES}/0/item")
    qtbot.keyClick(form.focusWidget() or form, Key.Key_PageDown, CTRL)
    line = form.focusWidget()
    assert line is not None
    commit(line, "：辅料")
    assert values(page, "item")[1] in ("材料：辅料", "：辅料", "：辅料材料")
    assert place(field)[0] == 1
    form.close()
