"""The field of long text: keys, marks, lists, pastes, objects that survive, and undo that is the form's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.session import Session
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import CTRL, SHIFT, OpenPage, copy_html, copy_text, counter, field_at, remark, row_at

TEXT = "/summary/text"


def _paragraph(*runs: Json) -> Json:
    return {"type": "paragraph", "runs": list(runs)}


TABLE: Json = {"type": "table", "header": True, "rows": [[[{"text": "方面"}]], [[{"text": "得率"}]]], "caption": "目标"}
FORMULA: Json = {"type": "formula", "latex": "E=mc^2"}
WITH_OBJECTS: list[Json] = [_paragraph({"text": "前"}), TABLE, _paragraph({"text": "中"}), FORMULA]


def _open(open_page: OpenPage, blocks: list[Json] | None = None) -> tuple[SectionPage, RichTextField]:
    page = open_page("summary", {"summary": {"text": blocks}} if blocks else None)
    return page, field_at(page, TEXT, RichTextField)


def _select(field: RichTextField, start: int, end: int) -> None:
    cursor = field.editor.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    field.editor.setTextCursor(cursor)


def test_paragraphs_are_typed_with_enter(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    qtbot.keyClicks(field.editor, "one")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    commit(field.editor, "第二段")
    assert page._session.value(TEXT) == [_paragraph({"text": "one"}), _paragraph({"text": "第二段"})]
    assert counter(row_at(page, TEXT))[0] == "4/500 字"


def test_pinyin_in_long_text_is_neither_stored_nor_counted(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_paragraph({"text": "摘要"})])
    compose(field.editor, "xiang")
    assert page._session.value(TEXT) == [_paragraph({"text": "摘要"})]
    assert counter(row_at(page, TEXT))[0] == "2/500 字"
    compose(field.editor, "")
    assert not page._session.can_undo


def test_bold_is_set_and_taken_away_by_its_shortcut(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_paragraph({"text": "葵盘果胶"})])
    _select(field, 2, 4)
    qtbot.keyClick(field.editor, Qt.Key.Key_B, CTRL)
    assert page._session.value(TEXT) == [_paragraph({"text": "葵盘"}, {"text": "果胶", "bold": True})]
    assert field._bar.buttons["bold"].isChecked()
    qtbot.keyClick(field.editor, Qt.Key.Key_B, CTRL)
    assert page._session.value(TEXT) == [_paragraph({"text": "葵盘果胶"})]


def test_a_mark_without_a_selection_is_that_of_what_is_typed_next(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    qtbot.keyClicks(field.editor, "CO")
    qtbot.keyClick(field.editor, Qt.Key.Key_Equal, CTRL)
    qtbot.keyClicks(field.editor, "2")
    assert page._session.value(TEXT) == [_paragraph({"text": "CO"}, {"text": "2", "sub": True})]


@pytest.mark.parametrize("mark", ["bold", "italic", "underline", "sub", "sup"])
def test_every_button_of_a_mark_sets_its_mark(open_page: OpenPage, mark: str) -> None:
    page, field = _open(open_page, [_paragraph({"text": "2"})])
    _select(field, 0, 1)
    field._bar.buttons[mark].click()
    assert page._session.value(TEXT) == [_paragraph({"text": "2", mark: True})]


@pytest.mark.parametrize(("kind", "ordered"), [("bullets", False), ("numbers", True)])
def test_every_button_of_a_list_makes_its_list(open_page: OpenPage, kind: str, ordered: bool) -> None:
    page, field = _open(open_page, [_paragraph({"text": "2"})])
    field._bar.buttons[kind].click()
    assert page._session.value(TEXT) == [{"type": "list", "ordered": ordered, "items": [[{"text": "2"}]]}]


def test_sub_and_superscript_exclude_each_other(open_page: OpenPage) -> None:
    page, field = _open(open_page, [_paragraph({"text": "2", "sub": True})])
    _select(field, 0, 1)
    field._bar.buttons["sup"].click()
    assert page._session.value(TEXT) == [_paragraph({"text": "2", "sup": True})]


def test_lines_become_a_list_and_lines_again(open_page: OpenPage, qtbot: QtBot) -> None:
    start = [_paragraph({"text": "一"}), _paragraph({"text": "二"})]
    page, field = _open(open_page, start)
    _select(field, 0, 3)
    qtbot.keyClick(field.editor, Qt.Key.Key_7, CTRL | SHIFT)
    listed = {"type": "list", "ordered": True, "items": [[{"text": "一"}], [{"text": "二"}]]}
    assert page._session.value(TEXT) == [listed]
    qtbot.keyClick(field.editor, Qt.Key.Key_8, CTRL | SHIFT)
    assert page._session.value(TEXT) == [{**listed, "ordered": False}]
    qtbot.keyClick(field.editor, Qt.Key.Key_8, CTRL | SHIFT)
    assert page._session.value(TEXT) == start


def test_enter_in_an_empty_item_ends_the_list(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    field._bar.buttons["bullets"].click()
    qtbot.keyClicks(field.editor, "a")
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    qtbot.keyClick(field.editor, Qt.Key.Key_Return)
    qtbot.keyClicks(field.editor, "b")
    listed = {"type": "list", "ordered": False, "items": [[{"text": "a"}]]}
    assert page._session.value(TEXT) == [listed, _paragraph({"text": "b"})]


@pytest.mark.parametrize("at", [0, 1])
def test_tables_and_formulas_survive_typing_beside_them(open_page: OpenPage, qtbot: QtBot, at: int) -> None:
    page, field = _open(open_page, WITH_OBJECTS)
    _select(field, 2 + at, 2 + at)
    qtbot.keyClicks(field.editor, "x")
    stored = page._session.value(TEXT)
    assert TABLE in stored
    assert FORMULA in stored
    assert _paragraph({"text": "x"}) in stored


def test_pressing_bold_over_everything_leaves_objects_alone(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, WITH_OBJECTS)
    field.editor.selectAll()
    qtbot.keyClick(field.editor, Qt.Key.Key_B, CTRL)
    bold = {"bold": True}
    assert page._session.value(TEXT) == [
        _paragraph({"text": "前", **bold}), TABLE, _paragraph({"text": "中", **bold}), FORMULA,
    ]  # fmt: skip


def test_a_list_made_over_everything_leaves_objects_alone(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, WITH_OBJECTS)
    field.editor.selectAll()
    qtbot.keyClick(field.editor, Qt.Key.Key_8, CTRL | SHIFT)
    stored = page._session.value(TEXT)
    assert TABLE in stored
    assert FORMULA in stored


def test_a_table_can_be_cut_and_pasted_elsewhere(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, WITH_OBJECTS)
    _select(field, 2, 3)
    qtbot.keyClick(field.editor, Qt.Key.Key_X, CTRL)
    assert TABLE not in page._session.value(TEXT)
    field.editor.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    assert page._session.value(TEXT)[-1] == TABLE


def test_a_paste_keeps_marks_and_lists_and_drops_hidden_text(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_html(
        '<p>得率<b>14.5%</b><span style="display:none">秘密</span></p><ul><li>一</li><li>二</li></ul>'
        '<img src="file:///etc/hostname"><p><a href="http://example.org">链接</a></p>'
    )
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    assert page._session.value(TEXT) == [
        _paragraph({"text": "得率"}, {"text": "14.5%", "bold": True}),
        {"type": "list", "ordered": False, "items": [[{"text": "一"}], [{"text": "二"}]]},
        _paragraph({"text": "链接"}),
    ]
    dropped = "1 处隐藏文字、1 张图片（可单独复制后粘贴）、1 个链接地址"
    assert remark(row_at(page, TEXT)) == f"已按正文格式粘贴，略去：{dropped}。"


def test_a_paste_is_one_step_and_undo_takes_it_alone(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    qtbot.keyClicks(field.editor, "ab")
    copy_text("第一段\n第二段")
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    qtbot.keyClicks(field.editor, "c")
    qtbot.keyClick(field.editor, Qt.Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [_paragraph({"text": "ab第一段"}), _paragraph({"text": "第二段"})]
    qtbot.keyClick(field.editor, Qt.Key.Key_Z, CTRL)
    assert field.editor.toPlainText() == "ab"


def test_a_paste_beyond_the_cap_is_refused_whole(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_paragraph({"text": "摘要"})])
    copy_text("长" * 5000)
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    assert page._session.value(TEXT) == [_paragraph({"text": "摘要"})]
    assert field.editor.toPlainText() == "摘要"
    assert "5000" in remark(row_at(page, TEXT))


def test_what_is_copied_reads_as_plain_text_elsewhere(open_page: OpenPage, qtbot: QtBot) -> None:
    _page, field = _open(open_page, [_paragraph({"text": "果"}, {"text": "胶", "bold": True})])
    field.editor.selectAll()
    qtbot.keyClick(field.editor, Qt.Key.Key_C, CTRL)
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == "果胶"
    assert "<b>胶</b>" in mime.html()


def test_a_key_reads_its_own_paragraph_alone(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _page, field = _open(open_page, [_paragraph({"text": f"第{at}段"}) for at in range(200)])
    read: list[object] = []
    real = rich_text_document.read_block
    monkeypatch.setattr(rich_text_document, "read_block", lambda block: (read.append(block), real(block))[1])
    _select(field, 40, 40)
    qtbot.keyClicks(field.editor, "abc")
    assert len(read) <= 6


_KEYS = st.lists(
    st.one_of(
        st.tuples(st.just("type"), st.sampled_from(["葵", "a", "b ", "𠮷", ",", "（", "）", "。"])),
        st.tuples(st.just("key"), st.sampled_from([Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Delete])),
        st.tuples(st.just("key"), st.sampled_from([Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right])),
        st.tuples(st.just("insert"), st.sampled_from([{"formula": "x"}, {"cite": "r"}, TABLE, FORMULA])),
        st.tuples(st.just("mark"), st.sampled_from(["bold", "sub", "italic"])),
        st.tuples(st.just("list"), st.sampled_from(["bullets", "numbers"])),
        st.tuples(st.just("select"), st.tuples(st.integers(0, 12), st.integers(0, 12))),
        st.tuples(st.just("paste"), st.sampled_from(["一\n二", "三"])),
    ),
    max_size=14,
)


@given(keys=_KEYS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undo_all_gives_the_start_and_redo_all_the_end_of_any_edits(
    open_session: Callable[..., Session], qtbot: QtBot, keys: list[tuple[str, Json]]
) -> None:
    session = open_session({"summary": {"text": WITH_OBJECTS}})
    field = RichTextField(session, _control(session), TEXT)
    session.value_changed.connect(lambda _pointer: field.show_value(session.value(TEXT)))
    field.show_value(session.value(TEXT))
    for act, what in keys:
        _act(field, qtbot, act, what)
        assert session.value(TEXT) == (field.editor.blocks() or None)
    end = session.value(TEXT)
    again = storage.unpacked(storage.packed(session.snapshot(), "test"), "a.kjxm", Shelf(paths.schemas()))
    assert again.proposal.get(TEXT) == end
    session.undo_all()
    assert session.value(TEXT) == field.editor.blocks() == WITH_OBJECTS
    while session.can_redo:
        session.redo()
    assert session.value(TEXT) == end
    assert field.editor.blocks() == (end or [])
    field.deleteLater()


def _control(session: Session) -> Json:
    return session.form.control(TEXT)


def _act(field: RichTextField, qtbot: QtBot, act: str, what: Json) -> None:
    if act == "type":
        commit(field.editor, what)
    elif act == "insert":
        field.editor.insert_blocks([what]) if "type" in what else field.editor.insert_run(what)
    elif act == "key":
        qtbot.keyClick(field.editor, what)
    elif act == "mark":
        field.editor.toggle_mark(what)
    elif act == "list":
        field.editor.toggle_list(what)
    elif act == "select":
        last = field.editor.document().characterCount() - 1
        _select(field, min(what[0], last), min(what[1], last))
    else:
        copy_text(what)
        field.editor.paste()


def test_the_cursor_stays_in_view_on_the_page_however_long_the_text_is(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("approach", {"approach": {"route": [_paragraph({"text": f"第{at}段"}) for at in range(60)]}})
    field = field_at(page, "/approach/route", RichTextField)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(field.editor, key, CTRL)
        qtbot.waitUntil(lambda: _is_in_view(page, field))
    page.verticalScrollBar().setValue(0)
    qtbot.keyClicks(field.editor, "x")
    qtbot.waitUntil(lambda: _is_in_view(page, field))


def test_a_page_with_prose_is_no_higher_than_what_stands_on_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("approach")
    paper, last = page.widget(), page.rows()[-1]
    page.resize(page.width(), 300)

    def blank() -> int:
        return paper.height() - last.mapTo(paper, last.rect().bottomLeft()).y()

    qtbot.waitUntil(lambda: paper.height() > 300 and 0 < blank() < 200)


def test_the_toolbar_breaks_into_lines_where_it_has_no_room(open_page: OpenPage, qtbot: QtBot) -> None:
    _page, field = _open(open_page, WITH_OBJECTS)
    one_line = field._bar.height()
    field.tables.open(2)
    assert field._bar.height() == one_line
    field._bar.resize(250, one_line)
    assert field._bar.height() > 2 * one_line
    assert all(button.width() > 0 for button in field._bar.buttons.values())


def test_what_is_typed_behind_a_formula_or_a_citation_is_plain_text(open_page: OpenPage, qtbot: QtBot) -> None:
    runs = [{"text": "甲"}, {"formula": "x"}, {"text": "乙"}, {"cite": "r"}]
    page, field = _open(open_page, [_paragraph(*runs)])
    for at, text in ((4, "b"), (2, "a")):
        _select(field, at, at)
        qtbot.keyClicks(field.editor, text)
        made = field.editor.textCursor().charFormat()
        assert made.verticalAlignment() == made.VerticalAlignment.AlignNormal
    assert page._session.value(TEXT) == [
        _paragraph(runs[0], runs[1], {"text": "a乙"}, runs[3], {"text": "b"}),
    ]  # fmt: skip


def _is_in_view(page: SectionPage, field: RichTextField) -> bool:
    cursor = field.editor.cursorRect()
    places = [field.editor.viewport().mapTo(page.viewport(), at) for at in (cursor.topLeft(), cursor.bottomLeft())]
    return all(page.viewport().rect().contains(place) for place in places)
