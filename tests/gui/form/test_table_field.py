"""The field of a table: typed like a spreadsheet, rows moved and made, blocks pasted, everything taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import table_model
from kjxm_desktop.gui.form.choice_fields import ChoiceBox
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import ALT, CTRL, SHIFT, OpenPage, children, copy_text, field_at, remark, row_at

LINES = "/budget/lines"
ROWS: Json = {
    "budget": {
        "lines": [
            {"id": "a", "category": "equipment", "item": "颗粒机", "amount": "10.50"},
            {"id": "b", "category": "business", "item": "材料", "amount": "2"},
            {"id": "c", "category": "labour", "item": "劳务", "amount": "3.25"},
        ]
    }
}


def _table(page: SectionPage, pointer: str = LINES) -> TableField:
    return field_at(page, pointer, TableField)


def _at(field: TableField, row: int, name: str) -> None:
    column = [each.name for each in field.model.columns].index(name)
    field.view.setCurrentIndex(field.model.index(row, column))


def _editor(field: TableField) -> QLineEdit:
    return children(field.view.viewport(), QLineEdit)[-1]


def _click_cell(field: TableField, qtbot: QtBot, row: int, column: int) -> None:
    where = field.view.visualRect(field.model.index(row, column)).center()
    qtbot.mouseClick(field.view.viewport(), Qt.MouseButton.LeftButton, pos=where)


def _click_step(field: TableField, qtbot: QtBot, words: str) -> None:
    button = next(each for each in children(field, QToolButton) if each.accessibleName() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _values(page: SectionPage, name: str, pointer: str = LINES) -> list[Json]:
    return [row.get(name) for row in page._session.value(pointer) or []]


def test_the_button_adds_a_row_and_its_first_cell_has_the_keys(open_page: OpenPage) -> None:
    page = open_page("budget")
    field = _table(page)
    field.view.steps.add_row()
    assert len(page._session.value(LINES)) == 1
    assert page._session.value(LINES)[0]["id"]
    assert (field.view.currentIndex().row(), field.view.currentIndex().column()) == (0, 0)


def test_typing_replaces_the_cell_and_enter_goes_down(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_P)
    qtbot.keyClicks(_editor(field), "ress")
    assert _values(page, "item") == ["press", "材料", "劳务"]
    qtbot.keyClick(_editor(field), Qt.Key.Key_Return)
    assert field.view.currentIndex().row() == 1
    assert field.view.hasFocus()


def test_tab_goes_right_and_after_an_edit_of_the_last_cell_makes_a_row(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 2, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_Tab)
    assert field.view.currentIndex().column() == 2
    _at(field, 2, "organisation")
    qtbot.keyClick(field.view, Qt.Key.Key_X)
    qtbot.keyClick(_editor(field), Qt.Key.Key_Tab)
    assert _values(page, "organisation") == [None, None, "x", None]
    assert (field.view.currentIndex().row(), field.view.currentIndex().column()) == (3, 0)


def test_tab_in_the_last_cell_leaves_the_table(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 2, "organisation")
    qtbot.keyClick(field.view, Qt.Key.Key_Tab)
    assert not field.view.hasFocus()
    assert len(page._session.value(LINES)) == 3


@pytest.mark.parametrize("preedit", ["", "hua'yan"])
def test_chinese_typed_on_a_cell_opens_and_replaces_it(open_page: OpenPage, preedit: str) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    if preedit:
        compose(field.view, preedit)
    commit(field.view, "化验")
    assert _values(page, "item") == ["颗粒机", "化验", "劳务"]


def test_pinyin_in_a_cell_is_not_stored_before_it_is_committed(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    _editor(field).selectAll()
    compose(_editor(field), "hua'yan")
    assert page._session.is_composing
    assert "hua" not in str(_values(page, "item"))
    commit(_editor(field), "化验")
    assert _values(page, "item")[1] == "化验"


@pytest.mark.parametrize("key", [None, Qt.Key.Key_F2])
def test_a_click_on_another_cell_commits_what_is_composed_and_the_next_one_composes_anew(
    open_page: OpenPage, qtbot: QtBot, key: Qt.Key | None
) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    column = field.view.currentIndex().column()
    if key is not None:
        qtbot.keyClick(field.view, key)
        _editor(field).selectAll()
    compose(QApplication.focusWidget() or field.view, "hua")
    _click_cell(field, qtbot, 2, column)
    assert _values(page, "item") == ["颗粒机", "hua", "劳务"]
    assert not page._session.is_composing
    compose(field.view, "lao")
    assert page._session.is_composing
    commit(field.view, "劳动")
    assert _values(page, "item") == ["颗粒机", "hua", "劳动"]
    assert not page._session.is_composing


@pytest.mark.parametrize("key", [None, Qt.Key.Key_F2])
def test_a_row_copied_while_a_cell_is_composed_has_the_composed_text(
    open_page: OpenPage, qtbot: QtBot, key: Qt.Key | None
) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    if key is not None:
        qtbot.keyClick(field.view, key)
        _editor(field).selectAll()
    compose(QApplication.focusWidget() or field.view, "hua")
    _click_step(field, qtbot, "复制这一行")
    assert _values(page, "item") == ["颗粒机", "hua", "hua", "劳务"]
    assert not page._session.is_composing


@pytest.mark.parametrize("key", [None, Qt.Key.Key_F2])
def test_a_row_deleted_while_a_cell_is_composed_is_gone_whole(
    open_page: OpenPage, qtbot: QtBot, key: Qt.Key | None
) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    if key is not None:
        qtbot.keyClick(field.view, key)
    compose(QApplication.focusWidget() or field.view, "hua")
    _click_step(field, qtbot, "删除这一行")
    assert _values(page, "item") == ["颗粒机", "劳务"]
    assert not page._session.is_composing


def test_an_editor_whose_row_is_taken_away_from_elsewhere_ends_what_it_composed(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", ROWS)
    rows = page._session.value(LINES)
    field = _table(page)
    _at(field, 1, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    compose(_editor(field), "hua")
    page._session.edit(LINES, [rows[0], rows[2]])
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert page._session.value(LINES) == [rows[0], rows[2]]
    assert not page._session.is_composing


def test_a_refusal_of_a_cell_names_its_place_in_words(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    copy_text("长" * 5000)
    field.view.steps.paste()
    assert LINES not in field.line.sentence
    assert "1 格太长，没有填入：第 2 行“支出内容”" in field.line.sentence
    assert not page._session.can_undo


def test_escape_takes_the_edit_of_a_cell_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_P)
    qtbot.keyClick(_editor(field), Qt.Key.Key_Escape)
    assert _values(page, "item")[0] == "颗粒机"


def test_an_amount_in_a_cell_is_read_as_in_a_field(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "amount")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    _editor(field).selectAll()
    commit(_editor(field), "１２００００元")
    qtbot.keyClick(_editor(field), Qt.Key.Key_Return)
    assert _values(page, "amount")[0] == "12"


def test_a_telephone_number_in_a_cell_is_tidied_when_the_edit_ends(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("basis", {"basis": {"enterprises": [{"id": "a"}]}})
    field = _table(page, "/basis/enterprises")
    _at(field, 0, "phone")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    commit(_editor(field), "１３８ 0000 0001")
    qtbot.keyClick(_editor(field), Qt.Key.Key_Tab)
    assert _values(page, "phone", "/basis/enterprises") == ["13800000001"]


def test_a_choice_in_a_cell_is_made_from_its_list(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "source")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    box = children(field.view.viewport(), ChoiceBox)[0]
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert _values(page, "source")[0] == "special"


def test_plain_text_in_a_cell_breaks_its_lines_with_shift_enter(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("approach", {"approach": {"innovations": [{"id": "a"}]}})
    field = _table(page, "/approach/innovations")
    _at(field, 0, "text")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    editor = children(field.view.viewport(), QPlainTextEdit)[0]
    qtbot.keyClicks(editor, "one")
    qtbot.keyClick(editor, Qt.Key.Key_Return, SHIFT)
    qtbot.keyClicks(editor, "two")
    assert _values(page, "text", "/approach/innovations") == ["one\ntwo"]


def test_the_space_bar_ticks_a_cell(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("outcomes", {"outcomes": {"indicators": [{"id": "a"}]}})
    field = _table(page, "/outcomes/indicators")
    _at(field, 0, "main")
    qtbot.keyClick(field.view, Qt.Key.Key_Space)
    assert _values(page, "main", "/outcomes/indicators") == [True]
    qtbot.keyClick(field.view, Qt.Key.Key_Space)
    assert _values(page, "main", "/outcomes/indicators") == [None]


def test_rows_are_moved_and_stay_the_rows_they_are(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_Down, ALT)
    assert _values(page, "id") == ["b", "a", "c"]
    assert field.view.currentIndex().row() == 1
    qtbot.keyClick(field.view, Qt.Key.Key_Up, ALT)
    assert _values(page, "id") == ["a", "b", "c"]


def test_a_row_is_deleted_said_and_brought_back_by_undo(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_Delete, CTRL)
    assert _values(page, "id") == ["a", "c"]
    assert field.line.sentence == "已删除 1 行，Ctrl+Z 恢复。"
    qtbot.keyClick(field.view, Qt.Key.Key_Z, CTRL)
    assert _values(page, "id") == ["a", "b", "c"]
    assert field.model.rowCount() == 3


def test_a_row_is_inserted_above_and_duplicated_below(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_Insert)
    assert _values(page, "item") == ["颗粒机", None, "材料", "劳务"]
    _at(field, 2, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_D, CTRL | SHIFT)
    assert _values(page, "item") == ["颗粒机", None, "材料", "材料", "劳务"]
    assert len(set(_values(page, "id"))) == 5


def test_a_block_from_a_spreadsheet_is_laid_over_the_cells_as_one_step(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 2, "category")
    copy_text('设备费\t粉碎机\t2\t1.5\t3\r\n业务费\t"化验\n检测"\t1\t4\t40000元\r\n')
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert _values(page, "category") == ["equipment", "business", "equipment", "business"]
    assert _values(page, "amount") == ["10.50", "2", "3", "4"]
    assert field.line.sentence == "已粘贴 2 行、10 格；1 格由其他单位换算成万元；Ctrl+Z 撤销。"
    page._session.undo()
    assert page._session.value(LINES) == ROWS["budget"]["lines"]


def test_headings_in_a_pasted_block_name_its_columns(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget")
    field = _table(page)
    copy_text("金额（万元）\t支出内容\t备注\n3\t粉碎机\t随便\n")
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert (_values(page, "item"), _values(page, "amount")) == (["粉碎机"], ["3"])


def test_a_cell_that_its_list_does_not_know_is_left_and_counted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "category")
    copy_text("招待费\t茶")
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert (_values(page, "category")[0], _values(page, "item")[0]) == ("equipment", "茶")
    assert "1 格没有读懂，没有填入：第 1 行“科目”的“招待费”；Ctrl+Z 撤销。" in field.line.sentence


def test_what_is_copied_can_be_pasted_into_a_spreadsheet(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "category")
    qtbot.keyClick(field.view, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(field.view, Qt.Key.Key_Down, SHIFT)
    qtbot.keyClick(field.view, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "设备费\t颗粒机\n业务费\t材料"


def test_delete_empties_cells_and_ctrl_d_fills_them_down(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_Delete)
    assert _values(page, "item") == ["颗粒机", None, "劳务"]
    qtbot.keyClick(field.view, Qt.Key.Key_D, CTRL)
    assert _values(page, "item") == ["颗粒机", "颗粒机", "劳务"]


def test_totals_follow_edits_steps_and_undo(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    amount = field.model.columns[[each.name for each in field.model.columns].index("amount")]
    assert field.model.total(amount) == Decimal("15.75")
    page._session.edit("/budget/lines/1/amount", "4")
    assert field.model.total(amount) == Decimal("17.75")
    page._session.edit_together([("/budget/lines/0/amount", "1"), ("/budget/lines/2/amount", None)])
    assert field.model.total(amount) == Decimal(5)
    page._session.undo()
    page._session.undo()
    assert field.model.total(amount) == Decimal("15.75")
    _at(field, 0, "item")
    field.view.steps.delete_rows()
    assert field.model.total(amount) == Decimal("5.25")
    totals = field.totals
    assert totals is not None
    qtbot.waitUntil(lambda: "5.25" in totals.sums.values())


def test_a_key_in_a_long_table_adds_up_its_own_row_alone(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": f"x{at}", "item": "材料", "amount": "1"} for at in range(500)]
    page = open_page("budget", {"budget": {"lines": rows}})
    field = _table(page)
    qtbot.wait(50)
    read: list[object] = []
    real = table_model.identifiers.to_decimal
    monkeypatch.setattr(table_model.identifiers, "to_decimal", lambda text: (read.append(text), real(text))[1])
    _at(field, 3, "item")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    qtbot.keyClicks(_editor(field), "ab")
    assert len(read) <= 16


def test_a_mark_in_a_cell_waits_for_the_typing_and_goes_when_mended(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "amount")
    qtbot.keyClick(field.view, Qt.Key.Key_F2)
    _editor(field).selectAll()
    patience = row_at(page, LINES)._patience
    patience.setInterval(3_600_000)  # on a machine under load the check may come later than the mark is due
    with qtbot.waitSignal(page._session.diagnostics_changed, timeout=30_000):
        qtbot.keyClicks(_editor(field), "x")
    assert remark(row_at(page, LINES)) == ""
    patience.setInterval(1)
    qtbot.waitUntil(lambda: remark(row_at(page, LINES)).startswith("错误　第 2 行“金额”："), timeout=30_000)
    qtbot.keyClick(_editor(field), Qt.Key.Key_Backspace)
    qtbot.keyClicks(_editor(field), "2")
    assert "第 2 行“金额”" not in remark(row_at(page, LINES))


def test_a_place_in_the_table_gets_the_keys(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    assert page.go_to("/budget/lines/2/amount")
    index = _table(page).view.currentIndex()
    assert (index.row(), _table(page).model.columns[index.column()].name) == (2, "amount")


def test_a_row_opens_as_a_form_and_goes_on_to_the_next(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 1, "item")
    form = field.open_row(1)
    row = form._grid.row_at("/budget/lines/1/item")
    assert row is not None
    line = row.field.input_widget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "new")
    assert _values(page, "item")[1] == "new"
    form._next.click()
    assert line.text() == "劳务"
    form.close()


def test_the_form_of_a_row_follows_it_and_closes_when_it_is_gone(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    rows = page._session.value(LINES)
    form = _table(page).open_row(1)
    page._session.edit(LINES, [rows[1], rows[2]])
    assert form.row == 0
    row = form._grid.row_at(f"{LINES}/0/item")
    assert row is not None
    line = row.field.input_widget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    commit(line, "辅料")
    assert _values(page, "item") == ["辅料", "劳务"]
    page._session.edit(LINES, [rows[2]])
    assert not form.isVisible()


def test_typing_on_a_cell_too_large_for_the_grid_opens_its_row(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"places": [{"id": "a", "league": "150800"}]}})
    field = _table(page, "/project/places")
    _at(field, 0, "directions")
    with qtbot.waitSignal(field.view.steps.row_wanted):
        qtbot.keyClick(field.view, Qt.Key.Key_A)
    assert field._row_form is not None
    field._row_form.close()


def test_cells_tell_their_column_to_assistive_technology(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    model = _table(page).model
    assert model.data(model.index(0, 1), Qt.ItemDataRole.AccessibleTextRole) == "支出内容 颗粒机"


def test_steps_that_lead_nowhere_are_not_offered(open_page: OpenPage) -> None:
    page = open_page("budget")
    field = _table(page)
    offered = [name for name, action in field.view.steps.actions.items() if action.isEnabled()]
    assert offered == ["insert", "insert_below", "paste", "select_all", "import"]
    field.view.steps.add_row()
    field.view.steps.add_row()
    assert field.view.steps.actions["up"].isEnabled()
    assert not field.view.steps.actions["down"].isEnabled()
    page._session.undo_all()
    assert not field.view.steps.actions["delete"].isEnabled()


def test_a_block_moves_up_no_further_than_the_first_row(open_page: OpenPage) -> None:
    page = open_page("budget", ROWS)
    field = _table(page)
    _at(field, 0, "item")
    field.view.steps.move_rows(-1)
    assert not page._session.can_undo
