"""Fields for words: typed, composed, counted, undone."""

from __future__ import annotations

from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.call import Call
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.typing_watch import TypingWatch
from kjxm_desktop.gui.session import Session
from tests.gui.conftest import NOW, commit, compose
from tests.gui.form.conftest import CTRL, OpenPage, copy_text, counter, enter, remark, row_at

TITLE = "/project/title"


def _line(page: SectionPage, pointer: str) -> QLineEdit:
    line = enter(page, pointer).field.input_widget()
    assert isinstance(line, QLineEdit)
    return line


def test_what_is_typed_is_stored_key_by_key(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    line = _line(page, "/people/leader/name")
    qtbot.keyClicks(line, "Shi")
    assert page._session.value("/people/leader/name") == "Shi"


def test_chinese_comes_in_through_the_input_method(open_page: OpenPage) -> None:
    page = open_page("project")
    commit(_line(page, TITLE), "向日葵盘秆")
    assert page._session.value(TITLE) == "向日葵盘秆"
    assert counter(row_at(page, TITLE)) == ("5/30 字", "quiet")


def test_pinyin_being_composed_is_neither_stored_nor_counted(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"title": "葵盘"}})
    line = _line(page, TITLE)
    compose(line, "xiang'ri'kui")
    assert page._session.value(TITLE) == "葵盘"
    assert counter(row_at(page, TITLE))[0] == "2/30 字"
    assert page._session.is_composing


def test_pinyin_is_committed_when_the_field_is_left(open_page: OpenPage) -> None:
    page = open_page("people")
    compose(_line(page, "/people/leader/name"), "shi")
    enter(page, "/people/leader/title")
    assert page._session.value("/people/leader/name") == "shi"
    assert not page._session.is_composing


@pytest.mark.parametrize(
    ("length", "text", "token"),
    [
        (26, "26/30 字", "quiet"),
        (27, "27/30 字", "warning"),
        (30, "30/30 字", "warning"),
        (31, "31/30 字　超出 1 字", "error"),
    ],
)
def test_the_counter_is_amber_from_nine_tenths_and_red_beyond_the_limit(
    open_page: OpenPage, length: int, text: str, token: str
) -> None:
    page = open_page("project")
    commit(_line(page, TITLE), "葵" * length)
    assert counter(row_at(page, TITLE)) == (text, token)
    assert page._session.value(TITLE) == "葵" * length


def test_a_paste_beyond_the_storage_cap_is_refused_whole_and_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"title": "葵盘"}})
    line = _line(page, TITLE)
    copy_text("长" * 300)
    qtbot.keyClick(line, Qt.Key.Key_V, CTRL)
    assert page._session.value(TITLE) == "葵盘"
    assert line.text() == "葵盘"
    assert "300" in remark(row_at(page, TITLE))


def test_a_paste_of_two_lines_into_a_line_becomes_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    line = _line(page, "/people/leader/department")
    copy_text("示例学院\n示例系")
    qtbot.keyClick(line, Qt.Key.Key_V, CTRL)
    assert "\n" not in page._session.value("/people/leader/department")


def test_undo_in_a_line_is_the_undo_of_the_form(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    first = _line(page, "/people/leader/name")
    qtbot.keyClicks(first, "Shi")
    second = _line(page, "/people/leader/title")
    qtbot.keyClicks(second, "Prof")
    qtbot.keyClick(second, Qt.Key.Key_Z, CTRL)
    qtbot.keyClick(second, Qt.Key.Key_Z, CTRL)
    assert (first.text(), second.text()) == ("", "")
    qtbot.keyClick(second, Qt.Key.Key_Y, CTRL)
    assert (first.text(), second.text()) == ("Shi", "")


def test_every_line_has_the_name_of_its_label_and_its_hint(open_page: OpenPage) -> None:
    page = open_page("people")
    line = _line(page, "/people/leader/department")
    assert line.accessibleName() == "院系/部门 选填"
    assert line.accessibleDescription()


@pytest.mark.parametrize(
    ("pointer", "typed", "became"),
    [
        ("/people/leader/mobile", "１３８ 0000 0001", "13800000001"),
        ("/people/leader/mobile", "+49 89 0000", "+49 89 0000"),
        ("/people/leader/email", "shen＠example.org ", "shen@example.org"),
        ("/people/leader/department", "示例 学院", "示例 学院"),
    ],
)
def test_numbers_and_addresses_are_tidied_when_they_are_left(
    open_page: OpenPage, pointer: str, typed: str, became: str
) -> None:
    page = open_page("people")
    line = _line(page, pointer)
    commit(line, typed)
    enter(page, "/people/leader/name")
    assert page._session.value(pointer) == became
    assert line.text() == became


@pytest.fixture
def plain_page(open_page: OpenPage, other_call: Call, tmp_path: Path) -> SectionPage:
    session = Session(Proposal(other_call), working_folder=tmp_path, program="test", now=lambda: NOW)
    session.destroyed.connect(session.close)
    return open_page("thing", session=session)


def _text(page: SectionPage) -> QPlainTextEdit:
    text = enter(page, "/thing/trouble").field.input_widget()
    assert isinstance(text, QPlainTextEdit)
    return text


def test_plain_text_keeps_its_lines_and_its_tab_goes_on(plain_page: SectionPage, qtbot: QtBot) -> None:
    text = _text(plain_page)
    qtbot.keyClicks(text, "one")
    qtbot.keyClick(text, Qt.Key.Key_Return)
    qtbot.keyClicks(text, "two")
    assert plain_page._session.value("/thing/trouble") == "one\ntwo"
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert not text.hasFocus()
    plain_page._session.close()


def test_plain_text_being_composed_is_not_stored(plain_page: SectionPage) -> None:
    text = _text(plain_page)
    compose(text, "nan")
    assert plain_page._session.value("/thing/trouble") is None
    commit(text, "难处")
    assert plain_page._session.value("/thing/trouble") == "难处"
    assert counter(row_at(plain_page, "/thing/trouble"))[0] == "2/200 字"
    plain_page._session.close()


def test_plain_text_shows_what_undo_brings_back(plain_page: SectionPage, qtbot: QtBot) -> None:
    text = _text(plain_page)
    qtbot.keyClicks(text, "one")
    qtbot.keyClick(text, Qt.Key.Key_Z, CTRL)
    assert text.toPlainText() == ""
    qtbot.keyClick(text, Qt.Key.Key_Y, CTRL)
    assert text.toPlainText() == "one"
    plain_page._session.close()


def test_a_line_that_is_destroyed_while_it_is_composed_holds_nothing_back(session: Session, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    line = QLineEdit(window)
    TypingWatch(line, session)
    window.show()
    line.setFocus()
    compose(line, "zhong")
    assert session.is_composing
    shiboken6.delete(line)
    assert not session.is_composing
