"""Where things stand in prose: what is composed, what is copied out, numbers of lists, frames, what is taken out."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QTextBlock, QTextCursor
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.rich_text_document import BLOCK_OBJECT
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.rich_text_objects import RichTextObjects
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import CTRL, OpenPage, copy_html, field_at

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
TEXT = "/summary/text"
TABLE: Json = {"type": "table", "header": False, "rows": [[[{"text": "甲"}], [{"text": "乙"}]]]}


def _line(text: str) -> Json:
    return {"type": "paragraph", "runs": [{"text": text}] if text else []}


def _numbers(*items: str) -> Json:
    return {"type": "list", "ordered": True, "items": [[{"text": item}] for item in items]}


def _open(open_page: OpenPage, blocks: list[Json]) -> tuple[SectionPage, RichTextField]:
    page = open_page("summary", {"summary": {"text": blocks}})
    return page, field_at(page, TEXT, RichTextField)


def _stand(field: RichTextField, at: int) -> None:
    cursor = field.editor.textCursor()
    cursor.setPosition(at)
    field.editor.setTextCursor(cursor)


def _with_picture(open_page: OpenPage, *blocks: Json) -> tuple[SectionPage, RichTextField, Json]:
    """Open a page with text; a block of None stands for a picture, which is returned as well."""
    page = open_page("summary")
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(held, "PNG")
    picture: Json = {"type": "picture", "media": page._session.add_media(held.getvalue())}
    page._session.edit(TEXT, [picture if block is None else block for block in blocks])
    return page, field_at(page, TEXT, RichTextField), picture


# ---- composed text stays where it is composed


def test_what_is_composed_stays_in_its_line_when_a_cell_is_clicked(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_line("前面"), TABLE, _line("后面")])
    _stand(field, 2)
    compose(field.editor, "nihao")
    editor = field.editor
    at = editor.toPlainText().index("\ufffc")
    place = editor.object_rect(at).topLeft() + editor.table_shape(at).cell(0, 1).center()
    qtbot.mouseClick(editor.viewport(), LEFT, pos=place.toPoint())
    assert field.tables.cell.hasFocus()
    commit(field.tables.cell, "字")
    table = {**TABLE, "rows": [[[{"text": "甲"}], [{"text": "乙字"}]]]}
    assert page._session.value(TEXT) == [_line("前面nihao"), table, _line("后面")]


def test_what_is_composed_stays_in_its_line_when_a_picture_is_clicked(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, picture = _with_picture(open_page, _line("前面"), None, _line("后面"))
    _stand(field, 2)
    compose(field.editor, "nihao")
    at = field.editor.toPlainText().index("\ufffc")
    qtbot.mouseClick(field.editor.viewport(), LEFT, pos=field.editor.object_rect(at).center().toPoint())
    assert page._session.value(TEXT) == [_line("前面nihao"), picture, _line("后面")]
    assert field.editor.selected_object() == len("前面nihao") + 1


def test_a_table_is_opened_where_it_stands_after_what_was_composed_before_it(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_line("前面"), TABLE, _line("后面")])
    _stand(field, 2)
    compose(field.editor, "nihao")
    field.tables.open(3, 0, 1)
    assert field.tables.position == len("前面nihao") + 1
    assert page._session.value(TEXT) == [_line("前面nihao"), TABLE, _line("后面")]


# ---- what others get of citations


def test_citations_are_copied_out_as_their_numbers_and_come_back_as_citations(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    cited: Json = {"type": "paragraph", "runs": [{"text": "如"}, {"cite": "ra"}, {"text": "示"}, {"cite": "gone"}]}
    table: Json = {"type": "table", "header": False, "rows": [[[{"cite": "ra"}]]]}
    listed: Json = {"type": "list", "ordered": False, "items": [[{"cite": "ra"}]]}
    text = [cited, listed, table]
    row = {"id": "ra", "text": "甲示. 果胶提取[J]. 示例学报, 2020, 1: 1-2."}
    page = open_page("summary", {"summary": {"text": text}, "basis": {"references": [row]}})
    field = field_at(page, TEXT, RichTextField)
    field.editor.selectAll()
    qtbot.keyClick(field.editor, Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().mimeData()
    assert copied.text() == "如[1]示[文献已删除]\n[1]\n[1]"
    assert copied.html().count("[1]") == 3
    assert page._session.value(TEXT) == text
    qtbot.keyClick(field.editor, Key.Key_V, CTRL)
    assert [block for block in page._session.value(TEXT) if block != _line("")] == text


# ---- numbers of lists


def _shown_numbers(field: RichTextField) -> list[str]:
    found: list[str] = []
    block: QTextBlock = field.editor.document().begin()
    while block.isValid():
        listed = rich_text_document.list_at(QTextCursor(block))
        found.append(listed.itemText(block) if listed is not None else "")
        block = block.next()
    return found


def test_numbers_begin_anew_behind_a_table_as_they_are_stored(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_line("一"), TABLE, _line("二"), _line("三")])
    field.editor.selectAll()
    field.editor.toggle_list("numbers")
    assert page._session.value(TEXT) == [_numbers("一"), TABLE, _numbers("二", "三")]
    assert _shown_numbers(field) == ["1.", "", "1.", "2."]


def test_a_table_put_into_a_list_parts_it_as_it_is_stored(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_numbers("一", "二", "三")])
    _stand(field, 1)
    field.objects._put_table(1, 1)
    assert [block["type"] for block in page._session.value(TEXT)] == ["list", "table", "list"]
    assert _shown_numbers(field) == ["1.", "", "1.", "2."]
    page._session.undo()
    assert page._session.value(TEXT) == [_numbers("一", "二", "三")]
    assert _shown_numbers(field) == ["1.", "2.", "3."]


def test_lines_pasted_into_a_list_part_it_as_it_is_stored(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_numbers("一", "二", "三")])
    _stand(field, 1)
    copy_html("<p>段</p><table><tr><td>a</td></tr></table>")
    field.editor.paste()
    assert [block["type"] for block in page._session.value(TEXT)] == ["list", "table", "list"]
    assert _shown_numbers(field) == ["1.", "", "1.", "2."]


def test_an_item_that_leaves_a_list_parts_it_as_it_is_stored(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_numbers("一", "二", "三")])
    _stand(field, 2)
    qtbot.keyClick(field.editor, Key.Key_Backspace)
    assert page._session.value(TEXT) == [_numbers("一"), _line("二"), _numbers("三")]
    assert _shown_numbers(field) == ["1.", "", "1."]


# ---- frames


def test_the_frame_of_an_object_stands_where_it_is_drawn(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[int, QRectF] = {}
    real = RichTextObjects.drawObject

    def watched(self: RichTextObjects, *told: Json) -> None:
        if told[4].objectType() == BLOCK_OBJECT:
            drawn[told[3]] = QRectF(told[1])
        real(self, *told)

    monkeypatch.setattr(RichTextObjects, "drawObject", watched)
    formula: Json = {"type": "formula", "latex": "x"}
    _page, field, _picture = _with_picture(open_page, _line("前"), TABLE, _line(""), None, formula, _line("后"))
    qtbot.waitUntil(lambda: field.editor.verticalScrollBar().maximum() == 0)
    drawn.clear()
    field.editor.grab()
    assert len(drawn) == 3
    for at, rect in drawn.items():
        place = field.editor.object_rect(at)
        assert (place.top(), place.left()) == pytest.approx((rect.top(), rect.left()), abs=0.1)


# ---- what is taken out


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([_line("前"), None, _line("后")], [_line("前"), _line("后")]),
        ([None, _numbers("一")], [_numbers("一")]),
        ([_numbers("一"), None, _numbers("二")], [_numbers("一"), _numbers("二")]),
        ([_line("前"), None], [_line("前")]),
        ([None, TABLE], [TABLE]),
        ([TABLE, None, _line("后")], [TABLE, _line("后")]),
        ([None], []),
    ],
)
def test_a_picture_that_is_taken_out_takes_its_line_along(
    open_page: OpenPage, qtbot: QtBot, before: list[Json], after: list[Json]
) -> None:
    page, field, _picture = _with_picture(open_page, *before)
    stored = page._session.value(TEXT)
    block = next(at for at, one in enumerate(before) if one is None)
    field.editor.select_object(field.editor.document().findBlockByNumber(block).position())
    qtbot.keyClick(field.editor, Key.Key_Delete)
    assert (page._session.value(TEXT) or []) == after
    assert field.editor.blocks() == after
    page._session.undo()
    assert page._session.value(TEXT) == stored
    assert field.editor.blocks() == stored
    page._session.redo()
    qtbot.keyClicks(field.editor, "x")
    assert field.editor.blocks() == page._session.value(TEXT)


def test_a_picture_that_is_cut_and_pasted_again_stands_as_before(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field, picture = _with_picture(open_page, _line("前"), None, _line("后"))
    field.editor.select_object(2)
    qtbot.keyClick(field.editor, Key.Key_X, CTRL)
    assert page._session.value(TEXT) == [_line("前"), _line("后")]
    qtbot.keyClick(field.editor, Key.Key_V, CTRL)
    assert page._session.value(TEXT) == [_line("前"), picture, _line("后")]


def test_a_formula_of_its_own_line_that_is_emptied_takes_its_line_along(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_line("前"), {"type": "formula", "latex": "x"}, _line("后")])
    field.objects._change_formula(field.editor, 2, True, "", True)
    assert page._session.value(TEXT) == [_line("前"), _line("后")]
    page._session.undo()
    assert page._session.value(TEXT) == [_line("前"), {"type": "formula", "latex": "x"}, _line("后")]
