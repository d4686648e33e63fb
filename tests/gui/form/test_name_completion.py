"""Names of the proposal are offered while they are typed elsewhere, taken by a key, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.folded_text import fold
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.own_names import Name, Offer
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.gui.form import name_completion
from kjxm_desktop.gui.form.name_completion import NameCompletion
from kjxm_desktop.gui.form.name_list import NameList
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.session import Session
from tests.gui.conftest import NOW, commit, compose
from tests.gui.form.conftest import CTRL, OpenPage, enter, field_at

Key = Qt.Key
FEED = "巴彦淖尔示例饲料有限公司"
DATA: Json = {
    "people": {"leader": {"name": "张示例"}, "partners": [{"name": "内蒙古示例大学"}, {"name": "内蒙古示例研究院"}]},
    "basis": {"enterprises": [{"name": FEED}]},
    "team": {"members": [{"name": "张示例"}, {"name": "李示例"}], "division": [{"organisation": ""}]},
}
PROSE, SIGNER = "/summary/text", "/commitment/signer"


def _completion(widget: QWidget) -> NameCompletion:
    return next(child for child in widget.children() if isinstance(child, NameCompletion))


def _type(widget: QWidget, text: str) -> NameList | None:
    """Type as an input method does, wait for the pause and return the list, if there is one."""
    commit(widget, text)
    return _paused(widget)


def _paused(widget: QWidget) -> NameList | None:
    completion = _completion(widget)
    while completion._soon.isActive():
        QTest.qWait(10)
    return completion.shown


def _offered(shown: NameList | None) -> list[str]:
    return [offer.name.text for offer in shown.offers] if shown is not None else []


def _editor(page: SectionPage, pointer: str) -> QTextEdit:
    editor = enter(page, pointer).field.input_widget()
    assert isinstance(editor, QTextEdit)
    return editor


def _line(page: SectionPage, pointer: str) -> QLineEdit:
    line = enter(page, pointer).field.input_widget()
    assert isinstance(line, QLineEdit)
    return line


def test_two_characters_in_prose_offer_the_name_and_tab_takes_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    shown = _type(editor, "需求来自巴彦")
    assert _offered(shown) == [FEED]
    qtbot.keyClick(editor, Key.Key_Tab)
    assert rich_text.plain(page._session.value(PROSE)) == f"需求来自{FEED}"
    assert editor.hasFocus()
    assert _paused(editor) is None  # the name is whole
    qtbot.keyClick(editor, Key.Key_Z, CTRL)
    assert rich_text.plain(page._session.value(PROSE)) == "需求来自巴彦"


def test_enter_takes_the_name_chosen_with_the_arrows_in_a_line(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment", DATA)
    line = _line(page, SIGNER)
    assert _offered(_type(line, "内蒙")) == ["内蒙古示例大学", "内蒙古示例研究院"]
    qtbot.keyClick(line, Key.Key_Down)
    qtbot.keyClick(line, Key.Key_Return)
    assert page._session.value(SIGNER) == "内蒙古示例研究院"
    assert line.hasFocus()


def test_a_click_takes_a_name_and_leaves_the_keys(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment", DATA)
    line = _line(page, SIGNER)
    shown = _type(line, "张示")
    assert shown is not None
    rows = shown._list
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(0)).center())
    assert page._session.value(SIGNER) == "张示例"
    assert line.hasFocus()


def test_latin_names_are_offered_key_by_key(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment", {"people": {"leader": {"name": "Example Person"}}})
    line = _line(page, SIGNER)
    qtbot.keyClicks(line, "ex")
    assert _paused(line) is None
    qtbot.keyClick(line, Key.Key_A)
    assert _offered(_paused(line)) == ["Example Person"]
    qtbot.keyClick(line, Key.Key_Tab)
    assert page._session.value(SIGNER) == "Example Person"


def test_a_cell_of_a_table_offers_names_and_enter_does_not_end_the_edit(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("team", DATA)
    field = field_at(page, "/team/division", TableField)
    field.view.setCurrentIndex(field.model.index(0, 0))
    qtbot.keyClick(field.view, Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert _offered(_type(editor, "巴彦")) == [FEED]
    qtbot.keyClick(editor, Key.Key_Return)
    assert page._session.value("/team/division/0/organisation") == FEED
    assert QApplication.focusWidget() is editor
    qtbot.keyClick(editor, Key.Key_Return)
    assert QApplication.focusWidget() is not editor


def test_a_name_is_not_offered_where_it_stands_itself_but_in_other_rows(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people", {"people": {"leader": {"name": "张示例"}}})
    line = _line(page, "/people/leader/name")
    line.clear()
    assert _type(line, "张示") is None
    assert _offered(_type(_line(page, "/people/contact/name"), "张")) == []
    page._session.edit("/people/leader/name", "张示例")
    assert _offered(_type(_line(page, "/people/contact/name"), "示")) == ["张示例"]


def test_escape_puts_a_name_away_until_the_field_is_left(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    assert _type(editor, "巴彦") is not None
    qtbot.keyClick(editor, Key.Key_Escape)
    assert _completion(editor).shown is None
    assert _type(editor, "淖尔") is None
    assert rich_text.plain(page._session.value(PROSE)) == "巴彦淖尔"
    editor.clearFocus()
    editor.setFocus()
    assert _offered(_type(editor, "示例")) == [FEED]


def test_going_on_writing_puts_the_list_away(open_page: OpenPage) -> None:
    editor = _editor(open_page("summary", DATA), PROSE)
    assert _type(editor, "内蒙") is not None
    assert _type(editor, "古自治区") is None


def test_nothing_is_offered_while_composing_and_what_is_composed_is_kept(open_page: OpenPage) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    assert _type(editor, "巴彦") is not None
    compose(editor, "nao'er")
    assert _completion(editor).shown is None
    _completion(editor).look()
    assert _completion(editor).shown is None
    assert _offered(_type(editor, "淖尔")) == [FEED]
    assert rich_text.plain(page._session.value(PROSE)) == "巴彦淖尔"


def test_enter_after_a_whole_name_breaks_the_line(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    assert _type(editor, FEED) is None
    qtbot.keyClick(editor, Key.Key_Return)
    commit(editor, "次段")
    assert rich_text.plain(page._session.value(PROSE)) == f"{FEED}\n次段"


def test_another_spelling_is_told_and_only_tab_takes_the_kept_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    shown = _type(editor, "用户是巴彦淖尔示例饲料公司")
    assert shown is not None
    assert _offered(shown) == [FEED]
    assert shown.current is None
    assert shown._keys.text().startswith("前面填的是这个写法")
    qtbot.keyClick(editor, Key.Key_Return)  # a line, as ever
    assert _paused(editor) is None
    qtbot.keyClick(editor, Key.Key_Backspace)
    assert _type(editor, "巴彦淖尔市示例饲料有限公司") is not None
    qtbot.keyClick(editor, Key.Key_Tab)
    assert rich_text.plain(page._session.value(PROSE)) == f"用户是巴彦淖尔示例饲料公司{FEED}"


def test_an_undo_offers_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    editor = _editor(open_page("summary", DATA), PROSE)
    _type(editor, "巴彦")
    _completion(editor).close()
    qtbot.keyClick(editor, Key.Key_Z, CTRL)
    qtbot.keyClick(editor, Key.Key_Y, CTRL)
    assert _paused(editor) is None


def test_the_place_after_a_character_of_two_units_is_the_right_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    assert _type(editor, "𠮷𠮷与巴彦，终") is None
    for _ in range(2):
        qtbot.keyClick(editor, Key.Key_Left)
    assert _offered(_type(editor, "淖")) == [FEED]
    qtbot.keyClick(editor, Key.Key_Tab)
    assert rich_text.plain(page._session.value(PROSE)) == f"𠮷𠮷与{FEED}，终"


def test_the_marks_of_what_was_typed_are_those_of_the_name(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary", DATA)
    editor = _editor(page, PROSE)
    commit(editor, "与")
    qtbot.keyClick(editor, Key.Key_B, CTRL)
    assert _type(editor, "巴彦") is not None
    qtbot.keyClick(editor, Key.Key_Tab)
    assert page._session.value(PROSE)[0]["runs"] == [{"text": "与"}, {"text": FEED, "bold": True}]


def test_a_key_costs_no_look_before_the_pause(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Session] = []
    whole = name_completion.names_of
    monkeypatch.setattr(name_completion, "names_of", lambda session: (asked.append(session), whole(session))[1])
    editor = _editor(open_page("summary", DATA), PROSE)
    for sign in "与巴彦":
        commit(editor, sign)
    assert asked == []
    assert _paused(editor) is not None
    assert len(asked) == 1


def test_the_list_stands_below_the_cursor_and_goes_with_the_focus(open_page: OpenPage) -> None:
    page = open_page("commitment", DATA)
    line = _line(page, SIGNER)
    shown = _type(line, "张示")
    assert shown is not None
    assert shown.isVisible()
    assert shown.y() >= line.mapTo(page, line.rect().bottomLeft()).y() - 8
    assert page.rect().contains(shown.geometry())
    line.clearFocus()
    assert _completion(line).shown is None


def test_what_is_offered_is_spoken_once(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[str] = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: spoken.append(event.message()))
    line = _line(open_page("commitment", DATA), SIGNER)
    _type(line, "张")
    _type(line, "示")
    _completion(line).look()
    assert spoken == ["张示例；Tab 或 Enter 填入，Esc 不用"]


def test_the_list_stands_above_where_there_is_no_room_below(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    shown = NameList(window)
    name = Name(FEED, "company", "/n", fold(FEED))
    shown.show_offers([Offer(name, 2)], QRect(380, 280, 1, 18))
    assert window.rect().contains(shown.geometry())
    assert shown.geometry().bottom() < 280


def test_plain_text_and_free_words_of_another_call_offer_names(
    open_page: OpenPage, other_call: Call, tmp_path: Path, qtbot: QtBot
) -> None:
    proposal = from_outside(other_call, {"who": {"name": "张示例"}}, None)
    session = Session(proposal, working_folder=tmp_path, program="test", now=lambda: NOW)
    page = open_page("thing", session=session)
    text = enter(page, "/thing/trouble").field.input_widget()
    assert isinstance(text, QPlainTextEdit)
    assert _offered(_type(text, "由张示")) == ["张示例"]
    qtbot.keyClick(text, Key.Key_Tab)
    assert session.value("/thing/trouble") == "由张示例"
    words = _line(page, "/thing/words")
    assert _offered(_type(words, "张示")) == ["张示例"]
    QTest.keyClick(words, Key.Key_Return)
    assert words.text() == "张示例"
    session.close()
