"""Tables in prose, edited in their place: inserted by keys, typed into cell by cell, their rows and columns changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import rich_text, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import prose_table, rich_text_document
from kjxm_desktop.gui.form.prose_table import CAPTION
from kjxm_desktop.gui.form.rich_text_cell import CellEdit
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_editing import STEP_KEYS
from kjxm_desktop.gui.form.table_size import TableSize
from kjxm_desktop.gui.session import Session
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import ALT, CTRL, SHIFT, OpenPage, copy_html, copy_text, counter, field_at, row_at

Key = Qt.Key
TEXT = "/summary/text"
SLOW = [HealthCheck.function_scoped_fixture]


def _cells(*rows: str, header: bool = True, **more: Json) -> Json:
    """Return a table; cells are written apart by spaces, an empty one as a dash."""
    made = [[[] if word == "-" else [{"text": word}] for word in row.split()] for row in rows]
    return {"type": "table", "header": header, "rows": made, **more}


def _line(text: str) -> Json:
    return {"type": "paragraph", "runs": [{"text": text}] if text else []}


START: list[Json] = [_line("前"), _cells("甲 乙", "丙 丁"), _line("后")]
AT = 2


def _open(open_page: OpenPage, blocks: list[Json] | None = None) -> tuple[SectionPage, RichTextField, CellEdit]:
    page = open_page("summary", {"summary": {"text": blocks}} if blocks else None)
    field = field_at(page, TEXT, RichTextField)
    return page, field, field.tables.cell


def _table(page: SectionPage) -> Json:
    return next((block for block in page._session.value(TEXT) or [] if block["type"] == "table"), None)


def _dialog(qtbot: QtBot) -> TableSize:
    def shown() -> list[TableSize]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, TableSize) and each.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


# ---- inserting


def test_a_table_is_inserted_by_keys_with_a_size_chosen_by_arrows_and_takes_the_keys(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field, cell = _open(open_page, [_line("前")])
    qtbot.keyClick(field.editor, Key.Key_End)
    qtbot.keyClick(field.editor, Key.Key_T, CTRL | SHIFT)
    asked = _dialog(qtbot)
    qtbot.keyClick(asked.grid, Key.Key_Up)
    qtbot.keyClick(asked.grid, Key.Key_Left)
    qtbot.keyClick(asked.grid, Key.Key_Return)
    qtbot.waitUntil(lambda: _table(page) is not None)
    assert page._session.value(TEXT) == [_line("前"), _cells("- -", "- -"), _line("")]
    commit(cell, "指标")
    assert _table(page) == _cells("指标 -", "- -")


def test_leaving_the_question_for_the_size_changes_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, _cell = _open(open_page, [_line("前")])
    field._bar.buttons["table"].click()
    qtbot.keyClick(_dialog(qtbot), Key.Key_Escape)
    assert page._session.value(TEXT) == [_line("前")]
    assert not page._session.can_undo


def test_a_table_inserted_in_the_middle_of_a_line_parts_it_and_one_undo_takes_it_out(open_page: OpenPage) -> None:
    page, field, _cell = _open(open_page, [_line("前后")])
    cursor = field.editor.textCursor()
    cursor.setPosition(1)
    field.editor.setTextCursor(cursor)
    field.objects._put_table(1, 2)
    assert page._session.value(TEXT) == [_line("前"), _cells("- -", header=False), _line("后")]
    page._session.undo()
    assert page._session.value(TEXT) == [_line("前后")]


# ---- typing


def test_a_click_into_a_cell_lets_one_type_there_and_the_words_count(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    before = counter(row_at(page, TEXT))[0]
    place = field.editor.object_rect(AT).topLeft() + field.editor.table_shape(AT).cell(1, 1).center()
    qtbot.mouseClick(field.editor.viewport(), Qt.MouseButton.LeftButton, pos=place.toPoint())
    assert cell.isVisible()
    assert cell.hasFocus()
    qtbot.keyClicks(cell, "12")
    assert _table(page) == _cells("甲 乙", "丙 丁12")
    assert (before, counter(row_at(page, TEXT))[0]) == ("6/500 字", "7/500 字")


def test_pinyin_in_a_cell_is_neither_stored_nor_counted_and_is_put_in_when_the_cell_is_left(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 1, 1)
    compose(cell, "kui")
    assert page._session.value(TEXT) == START
    assert counter(row_at(page, TEXT))[0] == "6/500 字"
    compose(cell, "")
    commit(cell, "葵")
    assert _table(page) == _cells("甲 乙", "丙 丁葵")
    compose(cell, "pan")
    field.tables.open(AT, 0, 0)
    assert _table(page) == _cells("甲 乙", "丙 丁葵pan")
    assert not page._session.is_composing


def test_tab_goes_from_cell_to_cell_and_makes_a_row_behind_the_last_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    for word in "一二三四五":
        commit(cell, word)
        qtbot.keyClick(cell, Key.Key_Tab)
    assert _table(page) == _cells("甲一 乙二", "丙三 丁四", "五 -")
    qtbot.keyClick(cell, Key.Key_Backtab, SHIFT)
    qtbot.keyClick(cell, Key.Key_Backtab, SHIFT)
    commit(cell, "六")
    assert _table(page) == _cells("甲一 乙二", "丙三 丁四六", "五 -")


def test_enter_goes_down_and_out_of_the_last_row(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 1)
    qtbot.keyClick(cell, Key.Key_Return)
    commit(cell, "下")
    qtbot.keyClick(cell, Key.Key_Return)
    assert not cell.isVisible()
    assert field.editor.hasFocus()
    qtbot.keyClicks(field.editor, "x")
    assert page._session.value(TEXT) == [_line("前"), _cells("甲 乙", "丙 丁下"), _line("x后")]


def test_the_arrow_keys_lead_out_of_a_cell_at_its_ends(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    for key, word in ((Key.Key_Right, "右"), (Key.Key_Down, "下"), (Key.Key_Left, "")):
        qtbot.keyClick(cell, key)
        commit(cell, word) if word else None
    qtbot.keyClick(cell, Key.Key_Home)
    qtbot.keyClick(cell, Key.Key_Left)
    commit(cell, "左")
    assert _table(page) == _cells("甲 右乙", "丙左 丁下")
    qtbot.keyClick(cell, Key.Key_Up)
    qtbot.keyClick(cell, Key.Key_Up)
    commit(cell, "题")
    assert _table(page) == _cells("甲 右乙", "丙左 丁下", caption="题")
    qtbot.keyClick(cell, Key.Key_Up)
    assert field.editor.hasFocus()


def test_the_arrow_keys_select_a_table_enter_opens_it_and_escape_closes_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    qtbot.keyClick(field.editor, Key.Key_Down)
    assert field.editor.selected_object() == AT
    qtbot.keyClick(field.editor, Key.Key_Return)
    assert cell.hasFocus()
    qtbot.keyClick(cell, Key.Key_Escape)
    assert field.editor.hasFocus()
    assert field.editor.selected_object() == AT
    qtbot.keyClick(field.editor, Key.Key_Down)
    qtbot.keyClicks(field.editor, "x")
    assert page._session.value(TEXT) == [*START[:2], _line("x后")]


def test_delete_takes_a_selected_table_out_and_undo_brings_it_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, _cell = _open(open_page, START)
    field.editor.select_object(AT)
    qtbot.keyClick(field.editor, Key.Key_Delete)
    assert page._session.value(TEXT) == [_line("前"), _line("后")]
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == START


def test_what_is_typed_over_a_selected_table_goes_on_a_line_of_its_own(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, _cell = _open(open_page, START)
    field.editor.select_object(AT)
    qtbot.keyClicks(field.editor, "x")
    field.editor.select_object(AT)
    compose(field.editor, "zi")
    commit(field.editor, "字")
    assert page._session.value(TEXT) == [*START[:2], _line("字"), _line("x"), START[2]]


def test_a_deleting_key_beside_a_table_selects_it_first(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, _cell = _open(open_page, START)
    for at, key in ((4, Key.Key_Backspace), (1, Key.Key_Delete)):
        cursor = field.editor.textCursor()
        cursor.setPosition(at)
        field.editor.setTextCursor(cursor)
        qtbot.keyClick(field.editor, key)
        assert page._session.value(TEXT) == START
        assert field.editor.selected_object() == AT


def test_marks_formulas_and_full_width_signs_stand_in_cells_too(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 1, 1)
    qtbot.keyClick(cell, Key.Key_B, CTRL)
    commit(cell, "重")
    field._bar.buttons["bold"].click()
    commit(cell, ",")
    cell.insert_run({"formula": "x^2"})
    commit(cell, "轻")
    assert _table(page)["rows"][1][1] == [
        {"text": "丁"}, {"text": "重", "bold": True}, {"text": "，"}, {"formula": "x^2"}, {"text": "轻"},
    ]  # fmt: skip


def test_the_header_shows_its_text_bold_and_keeps_it_plain(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    commit(cell, "一")
    assert cell.textCursor().charFormat().fontWeight() > 400
    assert _table(page)["rows"][0][0] == [{"text": "甲一"}]


# ---- undo


def test_undo_in_a_cell_takes_the_typing_back_and_the_keys_stay_in_the_cell(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    commit(cell, "一")
    qtbot.keyClick(cell, Key.Key_Tab)
    commit(cell, "二")
    qtbot.keyClick(cell, Key.Key_Z, CTRL)
    assert _table(page) == _cells("甲一 乙", "丙 丁")
    field.go_to(TEXT)
    assert cell.hasFocus()
    qtbot.keyClick(cell, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == START
    qtbot.keyClick(cell, Key.Key_Y, CTRL)
    qtbot.keyClick(cell, Key.Key_Y, CTRL)
    assert _table(page) == _cells("甲一 乙二", "丙 丁")
    assert "".join(run["text"] for run in cell.runs) == "乙二"


def test_undo_moves_the_cursor_to_the_table_that_it_changed(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    commit(cell, "一")
    field.tables.close()
    qtbot.keyClick(field.editor, Key.Key_Home, CTRL)
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == START
    assert field.editor.textCursor().position() == AT


def test_undo_that_takes_the_table_away_gives_the_keys_back_to_the_text(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, [_line("前")])
    field.objects._put_table(2, 2)
    qtbot.keyClick(cell, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [_line("前")]
    assert not cell.isVisible()
    assert field.editor.hasFocus()


def test_more_in_a_cell_than_is_kept_is_refused_and_the_cell_shows_what_is_kept(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    commit(cell, "长" * 6000)
    assert page._session.value(TEXT) == START
    assert [run["text"] for run in cell.runs] == ["甲"]


# ---- steps


STEPS: dict[str, Json] = {
    "row_above": _cells("甲 乙", "- -", "丙 丁"),
    "row_below": _cells("甲 乙", "丙 丁", "- -"),
    "row_up": _cells("丙 丁", "甲 乙"),
    "row_down": _cells("甲 乙", "丙 丁"),
    "row_delete": _cells("甲 乙"),
    "column_left": _cells("甲 - 乙", "丙 - 丁"),
    "column_right": _cells("甲 乙 -", "丙 丁 -"),
    "column_back": _cells("乙 甲", "丁 丙"),
    "column_on": _cells("甲 乙", "丙 丁"),
    "column_delete": _cells("甲", "丙"),
    "header": _cells("甲 乙", "丙 丁", header=False),
}


def test_each_step_on_a_table_is_one_undo_by_its_button_and_by_its_keys(open_page: OpenPage) -> None:
    page, field, cell = _open(open_page, START)
    assert STEPS.keys() == STEP_KEYS.keys()
    for step, made in STEPS.items():
        for way in ("button", "keys"):
            field.tables.open(AT, 1, 1)
            if way == "button":
                field._bar.buttons[step].click()
            else:
                QTest.keySequence(cell, QKeySequence(STEP_KEYS[step]))
            assert _table(page) == made, (step, way)
            assert cell.hasFocus(), (step, way)
            if made != START[1]:
                page._session.undo()
            assert page._session.value(TEXT) == START, (step, way)


def test_the_steps_are_offered_while_a_cell_is_edited_and_tell_their_keys(open_page: OpenPage) -> None:
    _page, field, _cell = _open(open_page, START)
    assert not any(field._bar.buttons[name].isVisible() for name in STEP_KEYS)
    field.tables.open(AT, 0, 0)
    assert all(field._bar.buttons[name].isVisible() for name in STEP_KEYS)
    assert all(button.toolTip() and button.accessibleName() for button in field._bar.buttons.values())
    field.tables.close()
    assert not any(field._bar.buttons[name].isVisible() for name in STEP_KEYS)


def test_the_context_menu_of_a_cell_offers_the_steps_on_its_table(open_page: OpenPage) -> None:
    page, field, _cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    menu = QMenu(field)
    assert field.tables.watch.more_entries is not None
    field.tables.watch.more_entries(menu)
    entries = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.shortcut() for action in entries] == [QKeySequence(keys) for keys in STEP_KEYS.values()]
    next(action for action in entries if action.text() == "在下方插入行").trigger()
    assert _table(page) == _cells("甲 乙", "- -", "丙 丁")


def test_deleting_the_last_row_or_column_takes_the_table_out(open_page: OpenPage) -> None:
    page, field, cell = _open(open_page, [_line("前"), _cells("甲", header=False), _line("后")])
    for step in ("row_delete", "column_delete"):
        field.tables.open(AT, 0, 0)
        field.tables.step(step)
        assert _table(page) is None
        assert not cell.isVisible()
        page._session.undo()
        assert _table(page) == _cells("甲", header=False)


# ---- pastes


def test_a_block_copied_from_a_spreadsheet_fills_the_cells_from_the_current_one_on(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 1, 1)
    copy_html("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>", "1\t2\n3\t4")
    qtbot.keyClick(cell, Key.Key_V, CTRL)
    assert _table(page) == _cells("甲 乙 -", "丙 1 2", "- 3 4")
    qtbot.keyClick(cell, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == START


def test_lines_pasted_into_a_cell_become_one_line(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 1, 1)
    copy_text("一\n二")
    qtbot.keyClick(cell, Key.Key_V, CTRL)
    assert _table(page) == {**START[1], "rows": [START[1]["rows"][0], [[{"text": "丙"}], [{"text": "丁一 二"}]]]}


def test_a_paste_into_a_cell_beyond_the_cap_is_refused_whole(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 1, 1)
    copy_text("长" * 6000)
    qtbot.keyClick(cell, Key.Key_V, CTRL)
    assert page._session.value(TEXT) == START


# ---- what it costs


def test_a_key_in_a_cell_reads_the_table_alone(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [_line(f"第{at}段") for at in range(60)]
    _page, field, cell = _open(open_page, [*blocks, START[1], *blocks])
    at = field.editor.document().findBlockByNumber(60).position()
    field.tables.open(at, 1, 1)
    qtbot.keyClicks(cell, "a")
    read: list[object] = []
    real = rich_text_document.read_block
    monkeypatch.setattr(rich_text_document, "read_block", lambda block: (read.append(block), real(block))[1])
    qtbot.keyClicks(cell, "bcd")
    assert len(read) <= 12


def test_a_table_of_many_rows_lays_out_the_cell_that_changes_alone(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page, field, cell = _open(open_page, [_cells(*[f"{at} 二 三" for at in range(60)])])
    field.tables.open(0, 1, 1)
    qtbot.keyClicks(cell, "a")
    QApplication.processEvents()
    drawing = field.editor._drawing.tables
    laid: list[object] = []
    real = drawing._set_cell
    monkeypatch.setattr(drawing, "_set_cell", lambda *told: (laid.append(told), real(*told))[1])
    qtbot.keyClicks(cell, "b")
    QApplication.processEvents()
    assert 0 < len(laid) <= 8  # one to be measured, those of its row to be drawn


# ---- any edits


_MOVES = [Key.Key_Tab, Key.Key_Backtab, Key.Key_Return, Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right]
_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.sampled_from(["葵", "a", "，", "（", "𠮷"])),
        st.tuples(st.just("key"), st.sampled_from([*_MOVES, Key.Key_Backspace, Key.Key_Escape, Key.Key_Delete])),
        st.tuples(st.just("step"), st.sampled_from(sorted(STEP_KEYS))),
        st.tuples(st.just("open"), st.tuples(st.integers(-1, 3), st.integers(0, 3))),
        st.tuples(st.just("mark"), st.sampled_from(["bold", "sub"])),
    ),
    max_size=12,
)


@given(acts=_ACTS)
@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
def test_undo_all_redo_all_and_saving_give_back_what_any_edits_in_tables_made(
    open_session: Callable[..., Session], qtbot: QtBot, acts: list[tuple[str, Json]]
) -> None:
    session = open_session({"summary": {"text": START}})
    control = session.form.control(TEXT)
    assert control is not None
    field = RichTextField(session, control, TEXT)
    session.value_changed.connect(lambda _pointer: field.show_value(session.value(TEXT)))
    field.show_value(session.value(TEXT))
    for act, what in acts:
        _act(field, qtbot, act, what)
        stored = session.value(TEXT) or []
        assert stored == field.editor.blocks()
        assert rich_text.normalise(stored) == stored
    session.settle()
    end = session.value(TEXT)
    again = storage.unpacked(storage.packed(session.snapshot(), "test"), "a.kjxm", Shelf(paths.schemas(), []))
    assert again.proposal.get(TEXT) == end
    session.undo_all()
    assert session.value(TEXT) == field.editor.blocks() == START
    while session.can_redo:
        session.redo()
    assert session.value(TEXT) == end
    field.deleteLater()


def _act(field: RichTextField, qtbot: QtBot, act: str, what: Json) -> None:
    text = field.objects.text()
    if act == "type":
        commit(text, what)
    elif act == "key":
        qtbot.keyClick(text, what)
    elif act == "step":
        field.tables.step(what)
    elif act == "mark":
        text.toggle_mark(what)
    else:
        at = next((at for at in range(6) if field.editor.object_told(at).get("type") == "table"), None)
        if at is not None:
            field.tables.open(at, *what)


@given(st.integers(0, 3), st.integers(0, 3), st.lists(st.lists(st.just([{"text": "x"}]), max_size=3), max_size=3))
@settings(max_examples=30, deadline=None)
def test_a_table_stays_whole_whatever_block_is_put_in(row: int, column: int, block: list[list[Json]]) -> None:
    table = prose_table.new(4, 4)
    made = prose_table.with_block(table, row, column, block)
    rows, columns = prose_table.size(made)
    assert {len(cells) for cells in made["rows"]} == {columns}
    assert (rows, columns) >= (4, 4)
    assert rich_text.normalise([made]) == [made]
    assert prose_table.cell(made, CAPTION, 0) == []


def test_the_size_is_chosen_by_the_mouse_too(qtbot: QtBot) -> None:
    above = QWidget()
    qtbot.addWidget(above)
    asked = TableSize(above)
    asked.show()
    qtbot.mouseMove(asked.grid, QPoint(70, 30))
    with qtbot.waitSignal(asked.accepted):
        qtbot.mouseClick(asked.grid, Qt.MouseButton.LeftButton, pos=QPoint(70, 30))
    assert (asked.grid.rows, asked.grid.columns) == (2, 4)


def test_alt_and_arrow_move_a_row_with_its_words(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, cell = _open(open_page, START)
    field.tables.open(AT, 0, 0)
    qtbot.keyClick(cell, Key.Key_Down, ALT)
    commit(cell, "一")
    assert _table(page) == _cells("丙 丁", "甲一 乙")
