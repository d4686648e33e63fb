"""Rows as cards: made, moved, folded, found again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.cards_field import Card, CardsField
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import ALT, CTRL, SHIFT, OpenPage, children, field_at

WORK = "/content/work"
ROWS: Json = {"content": {"work": [{"id": name, "title": f"内容{name}"} for name in "abcde"]}}


def _cards(page: SectionPage) -> CardsField:
    return field_at(page, WORK, CardsField)


def _press(card: Card, name: str) -> None:
    words = {"up": "上移", "down": "下移", "duplicate": "复制这一行", "delete": "删除这一行"}[name]
    next(button for button in children(card, QToolButton) if button.accessibleName() == words).click()


def _bin(card: Card) -> QToolButton:
    return next(button for button in children(card, QToolButton) if button.accessibleName() == "删除这一行")


def _line(card: Card) -> QLineEdit:
    """Return the line of the title of an open card, with the keys in it, at its end."""
    assert card.grid is not None
    row = card.grid.row_at(f"{card.pointer}/title")
    assert row is not None
    line = row.field.input_widget()
    assert isinstance(line, QLineEdit)
    line.setFocus()
    line.end(False)
    return line


def _titles(page: SectionPage) -> list[Json]:
    return [row.get("title") for row in page._session.value(WORK) or []]


def test_the_first_cards_stand_open_and_the_others_are_folded(open_page: OpenPage) -> None:
    cards = _cards(open_page("content", ROWS)).cards()
    assert [card.is_open for card in cards] == [True, True, True, False, False]


def test_a_new_card_has_the_keys_in_its_first_field(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("content")
    field = _cards(page)
    field._add.click()
    line = page.window().focusWidget()
    assert isinstance(line, QLineEdit)
    commit(line, "收储")
    assert _titles(page) == ["收储"]
    assert field.cards()[0]._fold.text() == "1　收储"


def test_a_card_stays_with_its_row_when_it_moves(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    field = _cards(page)
    first = field.cards()[0]
    _press(first, "down")
    assert _titles(page)[:2] == ["内容b", "内容a"]
    assert field.cards()[1] is first
    assert first._fold.text() == "2　内容a"
    page._session.undo()
    assert field.cards()[0] is first


def test_a_deleted_card_is_said_and_brought_back_by_undo(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    field = _cards(page)
    _press(field.cards()[1], "delete")
    assert _titles(page) == ["内容a", "内容c", "内容d", "内容e"]
    assert field.line.sentence == "已删除 1 行，Ctrl+Z 恢复。"
    field.line.undo_link.click()
    assert field.line.sentence == ""
    assert [card._fold.text() for card in field.cards()][1] == "2　内容b"


def test_a_copied_card_has_an_id_of_its_own(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    _press(_cards(page).cards()[0], "duplicate")
    assert _titles(page)[:2] == ["内容a", "内容a"]
    assert len({row["id"] for row in page._session.value(WORK)}) == 6


def test_going_to_a_place_in_a_folded_card_opens_it(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    assert page.go_to(f"{WORK}/4/title")
    assert _cards(page).cards()[4].is_open
    assert page.window().focusWidget() is not None


def test_a_folded_card_tells_how_much_was_found_in_it(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    page._session.check_now()
    card = _cards(page).cards()[4]
    assert not card._foot.isHidden()
    card.set_open(True)
    card._fold.click()
    assert not card.is_open


def test_a_card_deleted_while_its_title_is_composed_takes_the_composed_text_along(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("content", ROWS)
    card = _cards(page).cards()[1]
    compose(_line(card), "yu'miao")
    qtbot.mouseClick(_bin(card), Qt.MouseButton.LeftButton)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert _titles(page) == ["内容a", "内容c", "内容d", "内容e"]
    assert not page._session.is_composing
    page._session.undo()
    assert _titles(page)[:2] == ["内容a", "内容byu'miao"]


def test_the_last_card_deleted_while_it_is_composed_leaves_no_row(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("content", {"content": {"work": [{"id": "a", "title": "内容a"}]}})
    card = _cards(page).cards()[0]
    compose(_line(card), "yu")
    qtbot.mouseClick(_bin(card), Qt.MouseButton.LeftButton)
    assert page._session.value(WORK) is None


def test_a_card_moved_while_it_is_composed_keeps_what_was_composed(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    card = _cards(page).cards()[0]
    compose(_line(card), "yu")
    _press(card, "down")
    assert _titles(page)[:2] == ["内容b", "内容ayu"]


def test_a_field_whose_row_is_gone_writes_nothing_into_the_row_in_its_place(open_page: OpenPage) -> None:
    page = open_page("content", ROWS)
    rows = page._session.value(WORK)
    line = _line(_cards(page).cards()[0])
    compose(line, "yu")
    page._session.edit(WORK, rows[1:])
    commit(line, "不该写入")
    assert page._session.value(WORK) == rows[1:]
    assert not page._session.is_composing


def test_keys_from_within_a_card_do_what_they_do_with_rows(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("content", ROWS)
    field = _cards(page)
    qtbot.keyClick(_line(field.cards()[1]), Qt.Key.Key_Up, ALT)
    assert _titles(page)[:3] == ["内容b", "内容a", "内容c"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_J, CTRL)
    assert _titles(page)[:3] == ["内容b", "内容b", "内容a"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Insert, ALT)
    assert _titles(page)[:4] == ["内容b", "内容b", None, "内容a"]
    commit(QApplication.focusWidget() or field, "新")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Insert, ALT | SHIFT)
    assert _titles(page)[:4] == ["内容b", "内容b", None, "新"]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete, CTRL | SHIFT)
    assert _titles(page)[:4] == ["内容b", "内容b", "新", "内容a"]


def test_the_keys_stay_in_the_list_when_a_card_is_deleted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("content", ROWS)
    field = _cards(page)
    field.cards()[4]._fold.setFocus()
    qtbot.keyClick(field.cards()[4]._fold, Qt.Key.Key_Delete, CTRL | SHIFT)
    assert field.cards()[3].isAncestorOf(QApplication.focusWidget() or field)
