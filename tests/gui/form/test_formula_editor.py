"""Formulas in prose: the source beside the formula as it prints, live; in the line, on its own, in a cell."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import formulas
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.formula_editor import BLANK, PIECES, FormulaEditor
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.form.conftest import CTRL, SHIFT, OpenPage, field_at

Key = Qt.Key
TEXT = "/summary/text"


def _line(*runs: Json) -> Json:
    return {"type": "paragraph", "runs": list(runs)}


def _open(open_page: OpenPage, *blocks: Json) -> tuple[SectionPage, RichTextField]:
    page = open_page("summary", {"summary": {"text": list(blocks)}} if blocks else None)
    return page, field_at(page, TEXT, RichTextField)


def _dialog(qtbot: QtBot) -> FormulaEditor:
    def shown() -> list[FormulaEditor]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, FormulaEditor) and each.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def _has_ink(asked: FormulaEditor) -> bool:
    picture = asked.view.grab().toImage()
    dark = QColor(theme.colour("text")).lightness() + 60
    inner = ((x, y) for x in range(4, picture.width() - 4, 2) for y in range(4, picture.height() - 4, 2))
    return any(picture.pixelColor(x, y).lightness() < dark for x, y in inner)


def test_a_formula_is_typed_in_the_line_and_one_undo_takes_it_out(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, _line({"text": "按计算"}))
    cursor = field.editor.textCursor()
    cursor.setPosition(1)
    field.editor.setTextCursor(cursor)
    QTest.keySequence(field.editor, QKeySequence("Alt+="))
    asked = _dialog(qtbot)
    qtbot.keyClicks(asked.edit, "E=mc^2")
    qtbot.waitUntil(lambda: _has_ink(asked))
    qtbot.keyClick(asked.edit, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"text": "按"}, {"formula": "E=mc^2"}, {"text": "计算"})]
    qtbot.waitUntil(field.editor.hasFocus)
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [_line({"text": "按计算"})]


def test_a_formula_on_its_own_is_opened_by_enter_changed_and_put_into_the_line(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field = _open(open_page, _line({"text": "前"}), {"type": "formula", "latex": "a+b"}, _line({"text": "后"}))
    qtbot.keyClick(field.editor, Key.Key_Down)
    qtbot.keyClick(field.editor, Key.Key_Return)
    asked = _dialog(qtbot)
    assert asked.display
    assert asked.source == "a+b"
    qtbot.keyClicks(asked.edit, "+c")
    asked.inline_button.click()
    asked.accept_button.click()
    assert page._session.value(TEXT)[1] == _line({"formula": "a+b+c"})
    field.editor.moveCursor(field.editor.textCursor().MoveOperation.Start)
    qtbot.keyClick(field.editor, Key.Key_Down)
    qtbot.keyClick(field.editor, Key.Key_F2)
    asked = _dialog(qtbot)
    asked.display_button.click()
    asked.accept_button.click()
    assert {"type": "formula", "latex": "a+b+c"} in page._session.value(TEXT)


def test_a_formula_whose_source_is_emptied_is_taken_out(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, _line({"text": "前"}, {"formula": "x"}))
    qtbot.keyClick(field.editor, Key.Key_End)
    qtbot.keyClick(field.editor, Key.Key_F2)
    asked = _dialog(qtbot)
    asked.edit.selectAll()
    qtbot.keyClick(asked.edit, Key.Key_Delete)
    qtbot.keyClick(asked.edit, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"text": "前"})]
    page._session.undo()
    assert page._session.value(TEXT) == [_line({"text": "前"}, {"formula": "x"})]


def test_escape_leaves_everything_as_it_was(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, _line({"text": "前"}))
    QTest.keySequence(field.editor, QKeySequence("Alt+Shift+="))
    asked = _dialog(qtbot)
    qtbot.keyClicks(asked.edit, "x")
    qtbot.keyClick(asked, Key.Key_Escape)
    assert page._session.value(TEXT) == [_line({"text": "前"})]
    assert not page._session.can_undo


def test_what_cannot_be_read_is_named_and_is_kept_as_written(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    field._bar.buttons["display"].click()
    asked = _dialog(qtbot)
    qtbot.keyClicks(asked.edit, r"\foo{1}")
    qtbot.waitUntil(lambda: r"\foo" in asked.remark.text())
    assert not _has_ink(asked)
    asked.accept_button.click()
    assert page._session.value(TEXT)[0] == {"type": "formula", "latex": r"\foo{1}"}


def test_every_piece_of_the_palette_can_be_set_as_it_is_shown_and_as_it_is_put_in() -> None:
    assert [shown for _, shown in PIECES if formulas.problem(shown)] == []
    assert [piece for piece, _ in PIECES if formulas.problem("x" + piece.replace(BLANK, "y"))] == []


def test_a_piece_takes_in_what_is_selected_and_tab_goes_to_what_is_still_blank(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field = _open(open_page)
    field._bar.buttons["formula"].click()
    asked = _dialog(qtbot)
    qtbot.keyClicks(asked.edit, "ab")
    asked.edit.selectAll()
    asked.edit.put_in(PIECES[0][0])
    qtbot.keyClicks(asked.edit, "c")
    assert asked.source == r"\frac{ab}{c}"
    asked.edit.put_in(r"\sqrt{□}^{□}")
    qtbot.keyClicks(asked.edit, "d")
    qtbot.keyClick(asked.edit, Key.Key_Tab)
    qtbot.keyClicks(asked.edit, "2")
    qtbot.keyClick(asked.edit, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"formula": r"\frac{ab}{c\sqrt{d}^{2}}"})]


def test_a_formula_in_a_cell_stands_in_its_line(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"type": "table", "header": False, "rows": [[[{"text": "甲"}], []]]})
    field.tables.open(0, 0, 0)
    QTest.keySequence(field.tables.cell, QKeySequence("Alt+="))
    asked = _dialog(qtbot)
    assert not asked.display_button.isVisible()
    qtbot.keyClicks(asked.edit, "x")
    qtbot.keyClick(asked.edit, Key.Key_Return)
    assert page._session.value(TEXT)[0]["rows"] == [[[{"text": "甲"}, {"formula": "x"}], []]]
    qtbot.waitUntil(field.tables.cell.hasFocus)


def test_the_source_has_an_undo_of_its_own_until_it_is_taken(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, _line({"text": "前"}))
    qtbot.keyClicks(field.editor, "y")
    field._bar.buttons["formula"].click()
    asked = _dialog(qtbot)
    qtbot.keyClicks(asked.edit, "x")
    qtbot.keyClick(asked.edit, Key.Key_Z, CTRL)
    assert asked.source == ""
    assert page._session.value(TEXT) == [_line({"text": "y前"})]
    qtbot.keyClick(asked.edit, Key.Key_Z, CTRL | SHIFT)
    assert asked.source == "x"
