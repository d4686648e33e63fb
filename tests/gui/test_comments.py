"""Comments as people write them: real keys at a field, answers, filters, rows that move and go, two copies as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import notes
from kjxm_desktop.gui import comments, comments_panel
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.comment_card import CommentCard
from kjxm_desktop.gui.comments import Comments
from kjxm_desktop.gui.comments_panel import CommentsPanel
from kjxm_desktop.gui.form.row_form import RowForm
from kjxm_desktop.gui.form.table_cells import TableCells
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.hands import (
    add_row,
    button_of,
    column_of,
    desk_of,
    fill_cell,
    focused,
    keys_of,
    press,
    put_in,
    row_at,
    session_of,
    type_in,
    wait_until,
)

TITLE, DEMAND, LINES = "/project/title", "/basis/demand", "/budget/lines"
CONTROL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many cards are shown at once: fewer than else, they take their time."""
    monkeypatch.setattr(comments_panel, "MOST_SHOWN", 8)
    return 8


@pytest.fixture
def draft(window: MainWindow) -> MainWindow:
    """Return the window with a new proposal, whose author has given a name for comments."""
    window._settings.set("author", "甲示例")
    window.new_proposal(window.calls[0])
    return window


def _of(window: MainWindow) -> Comments:
    return comments.of(session_of(window))


def _panel(window: MainWindow) -> CommentsPanel:
    return desk_of(window).commenting.panel


def _write(qtbot: QtBot, window: MainWindow, pointer: str, text: str) -> CommentCard:
    """Write a comment at a field by the keyboard alone, and return its card."""
    before = {thread.id for thread in _of(window).threads}
    keys_of(window, pointer)
    qtbot.keyClick(focused(), Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), text)
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    (own,) = {thread.id for thread in _of(window).threads} - before
    return _card(window, own)


def _card(window: MainWindow, own: str) -> CommentCard:
    QApplication.processEvents()
    return next(card for card in _panel(window).cards if card.placed.thread.id == own)


def _words(window: MainWindow) -> list[str]:
    return [card.placed.thread.first.text for card in _panel(window).cards]


def _tab(window: MainWindow) -> str:
    tabs = desk_of(window).book._tabs
    return tabs.tabText(tabs.indexOf(_panel(window)))


def test_a_comment_is_written_at_the_field_with_the_keys_and_the_keys_go_back_there(
    draft: MainWindow, qtbot: QtBot
) -> None:
    keys = keys_of(draft, TITLE)
    qtbot.keyClick(keys, Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(draft).composer
    assert composer is not None
    assert focused() is composer.text
    put_in(focused(), "题目里写上产业链")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert focused() is keys
    (card,) = _panel(draft).cards
    told = card.placed.thread
    assert (told.first.by, told.first.text, told.place, told.kind) == ("甲示例", "题目里写上产业链", TITLE, "comment")
    assert _tab(draft) == "批注 1"
    mark = row_at(draft, TITLE).remarks.mark
    assert mark is not None
    assert (mark.text(), mark.accessibleName(), mark.isVisible()) == ("1", "1 条未处理的批注", True)
    assert session_of(draft).data == {}
    assert not session_of(draft).can_undo


def test_a_name_is_asked_for_once_in_place_and_never_taken_from_the_machine(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    qtbot.keyClick(keys_of(window, TITLE), Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(window).composer
    assert composer is not None
    put_in(focused(), "写短一些")
    assert composer.name.isVisible()
    assert composer.name.text() == ""
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert focused() is composer.name
    assert composer.note.text() == "先写上署名，合作者才知道是谁写的。"
    put_in(focused(), "乙示例")
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert [thread.first.by for thread in _of(window).threads] == ["乙示例"]
    assert window._settings.get("author") == "乙示例"
    qtbot.keyClick(focused(), Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(window).composer
    assert composer is not None
    assert not composer.name.isVisible()


def test_in_a_table_a_comment_is_on_the_cell_and_stays_with_its_row_when_that_moves_and_is_listed_when_it_goes(
    draft: MainWindow, qtbot: QtBot
) -> None:
    grid = add_row(qtbot, draft, LINES)
    fill_cell(qtbot, grid, column_of(draft, f"{LINES}/*/item"), "颗粒机")
    add_row(qtbot, draft, LINES)
    grid.setCurrentIndex(grid.model().index(0, column_of(draft, f"{LINES}/*/basis")))
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), "询两家")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    (card,) = _panel(draft).cards
    assert card.placed.pointer == f"{LINES}/0/basis"
    assert card.placed.where == "经费预算 › 支出明细 › 第1行（颗粒机） › 测算依据"
    qtbot.keyClick(grid, Qt.Key.Key_Down, ALT)
    wait_until(qtbot, lambda: card.placed.pointer == f"{LINES}/1/basis")
    cells = grid.itemDelegate()
    assert isinstance(cells, TableCells)
    basis = column_of(draft, f"{LINES}/*/basis")
    assert [cells.remarks.count(row, basis) for row in (0, 1)] == [0, 1]
    grid.setCurrentIndex(grid.model().index(1, 0))
    qtbot.keyClick(grid, Qt.Key.Key_Delete, CONTROL)
    wait_until(qtbot, lambda: card.placed.pointer is None)
    assert card.placed.where == "经费预算 › 支出明细 › 第1行（颗粒机） › 测算依据"
    assert "原处已删除" in card.accessibleName()
    session_of(draft).undo()
    wait_until(qtbot, lambda: card.placed.pointer == f"{LINES}/1/basis")


def test_what_it_is_about_can_be_the_row_the_table_or_the_section_instead_of_the_cell(
    draft: MainWindow, qtbot: QtBot
) -> None:
    grid = add_row(qtbot, draft, LINES)
    qtbot.keyClick(grid, Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(draft).composer
    assert composer is not None
    words = [composer.places.itemText(at) for at in range(composer.places.count())]
    assert words[1:] == ["经费预算 › 支出明细 › 第1行", "经费预算 › 支出明细", "经费预算"]
    put_in(focused(), "这一行要不要")
    qtbot.keyClick(composer.places, Qt.Key.Key_Down)
    assert focused() is composer.text
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    (thread,) = _of(draft).threads
    assert thread.place == f"{LINES}/@{session_of(draft).value(LINES)[0]['id']}"


def test_a_thread_is_answered_resolved_found_again_and_reopened_by_the_keyboard(
    draft: MainWindow, qtbot: QtBot
) -> None:
    card = _write(qtbot, draft, TITLE, "写短一些")
    card.setFocus()
    press(qtbot, button_of(card, "回复"))
    put_in(focused(), "已改")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert [answer.text for answer in card.placed.thread.answers] == ["已改"]
    assert focused() is card
    qtbot.keyClick(card, Qt.Key.Key_Space)
    assert _words(draft) == []
    assert _tab(draft) == "批注"
    mark = row_at(draft, TITLE).remarks.mark
    assert mark is not None
    assert not mark.isVisible()
    _panel(draft).show_filter("resolved")
    (card,) = _panel(draft).cards
    assert card.placed.thread.resolved_by == "甲示例"
    wait_until(qtbot, card.isVisible)
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_Space)
    _panel(draft).show_filter("open")
    assert _words(draft) == ["写短一些"]


def test_a_comment_is_reworded_and_deleted_and_the_last_step_comes_back_without_touching_what_was_written(
    draft: MainWindow, qtbot: QtBot
) -> None:
    type_in(draft, TITLE, "葵盘果胶")
    card = _write(qtbot, draft, TITLE, "写短一些")
    card.setFocus()
    qtbot.keyClick(card, Qt.Key.Key_F2)
    assert card.editor is not None
    card.editor.text.selectAll()
    put_in(focused(), "题目太长")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert card.placed.thread.first.text == "题目太长"
    assert card.placed.thread.first.edited
    qtbot.keyClick(card, Qt.Key.Key_Delete)
    assert _words(draft) == []
    assert _panel(draft).strip.texts() == ["已删除。"]
    press(qtbot, button_of(_panel(draft).strip, "撤销"))
    assert _words(draft) == ["题目太长"]
    (card,) = _panel(draft).cards
    assert focused() is card
    qtbot.keyClick(card, Qt.Key.Key_Z, CONTROL)
    assert _words(draft) == ["写短一些"]
    assert session_of(draft).value(TITLE) == "葵盘果胶"
    qtbot.keyClick(keys_of(draft, TITLE), Qt.Key.Key_Z, CONTROL)
    assert session_of(draft).value(TITLE) is None
    assert _words(draft) == ["写短一些"]


def test_only_the_author_of_a_comment_may_reword_or_delete_it(draft: MainWindow, qtbot: QtBot) -> None:
    card = _write(qtbot, draft, TITLE, "写短一些")
    _of(draft).sign("乙示例")
    _panel(draft).renew()
    words = [button.text() for button in card.findChildren(QAbstractButton) if button.isVisible()]
    assert [word for word in words if word] == ["回复", "标为已处理"]
    card.setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_F2):
        qtbot.keyClick(card, key)
    assert card.editor is None
    assert _words(draft) == ["写短一些"]
    _panel(draft).show_filter("mine")
    assert _words(draft) == []


def test_a_to_do_is_chosen_listed_as_one_and_ticked(draft: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(keys_of(draft, TITLE), Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(draft).composer
    assert composer is not None
    put_in(focused(), "补产业链")
    press(qtbot, button_of(composer, "待办"))
    press(qtbot, composer.keep_button)
    (card,) = _panel(draft).cards
    assert card.placed.thread.kind == "todo"
    press(qtbot, button_of(card, "完成"))
    assert _of(draft).threads[0].resolved


def test_a_key_goes_from_one_open_comment_to_the_next_round_the_ends(draft: MainWindow, qtbot: QtBot) -> None:
    second = _write(qtbot, draft, DEMAND, "补数据").placed.thread.id
    first = _write(qtbot, draft, TITLE, "写短一些").placed.thread.id
    keys_of(draft, TITLE)
    seen = []
    for _ in range(3):
        qtbot.keyClick(focused(), Qt.Key.Key_N, CONTROL | ALT)
        row = next(row for row in desk_of(draft).page.rows() if row.isAncestorOf(focused()))
        seen.append(row.pointer)
    assert seen == [TITLE, DEMAND, TITLE]
    qtbot.keyClick(focused(), Qt.Key.Key_P, CONTROL | ALT)
    assert desk_of(draft).section_id == "basis"
    assert {card.placed.thread.id for card in _panel(draft).cards} == {first, second}


def test_what_is_being_written_outlives_another_language_and_is_added_when_the_draft_is_closed(
    draft: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.keyClick(keys_of(draft, TITLE), Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), "写到一半")
    draft.set_language("en")
    composer = _panel(draft).composer
    assert composer is not None
    assert composer.text.toPlainText() == "写到一半"
    draft.set_language("zh")
    session = session_of(draft)
    draft.close_proposal()
    assert [entry["text"] for entry in session.proposal.notes["comments"]] == ["写到一半"]


def test_escape_leads_back_to_the_field_and_keeps_what_was_typed(draft: MainWindow, qtbot: QtBot) -> None:
    keys = keys_of(draft, TITLE)
    qtbot.keyClick(keys, Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), "写到一半")
    qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    assert focused() is keys
    qtbot.keyClick(keys_of(draft, "/project/keywords"), Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(draft).composer
    assert composer is not None
    assert (composer.text.toPlainText(), composer.place) == ("写到一半", TITLE)
    assert composer.note.isVisible()
    press(qtbot, button_of(composer, "取消"))
    assert _of(draft).threads == ()
    assert _of(draft).drafts == {}


def test_comments_are_kept_in_the_file_and_there_when_it_is_opened_again(
    draft: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    _write(qtbot, draft, TITLE, "写短一些")
    file = tmp_path / "a.kjxm"
    session_of(draft).save_as(file)
    wait_until(qtbot, lambda: session_of(draft).is_in_file)
    draft.close_proposal()
    draft.open_file(file)
    assert _tab(draft) == "批注 1"
    mark = row_at(draft, TITLE).remarks.mark
    assert mark is not None
    press(qtbot, mark)
    (card,) = _panel(draft).cards
    assert focused() is card
    qtbot.keyClick(card, Qt.Key.Key_Return)
    assert row_at(draft, TITLE).isAncestorOf(focused())


def test_comments_of_a_later_program_are_told_of_and_stay(draft: MainWindow, qtbot: QtBot) -> None:
    session = session_of(draft)
    odd = {"id": "x", "place": TITLE, "drawing": [1]}
    session.note({**session.proposal.notes, "comments": [odd], "marks": {"a": 1}})
    _write(qtbot, draft, TITLE, "写短一些")
    assert session.proposal.notes["comments"][0] == odd
    assert session.proposal.notes["marks"] == {"a": 1}
    told = _panel(draft)._left
    assert told.isVisible()
    assert told.text().startswith("另有 1 条批注")


def test_more_comments_than_anybody_writes_open_with_a_word_and_take_no_more(
    few: int, draft: MainWindow, qtbot: QtBot
) -> None:
    session = session_of(draft)
    made_up = [{"id": f"x{at}", "place": TITLE, "text": "甲"} for at in range(2_100)]
    session.note({**notes.empty(), "comments": made_up})
    desk_of(draft).commenting.show()
    wait_until(qtbot, lambda: _panel(draft).is_whole)
    assert len(_panel(draft).cards) == few
    assert _panel(draft)._left.text().startswith("另有 100 条批注")
    qtbot.keyClick(keys_of(draft, TITLE), Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), "乙")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert _panel(draft).strip.texts() == ["批注已有 2000 条，不能再添加；先删除不再需要的。"]
    assert len(session.proposal.notes["comments"]) == 2_100
    session.note(notes.empty())


def test_the_tab_key_comes_to_the_mark_when_it_leaves_the_field(draft: MainWindow, qtbot: QtBot) -> None:
    keys_of(draft, "/project/keywords")
    _write(qtbot, draft, TITLE, "写短一些")
    qtbot.keyClick(keys_of(draft, TITLE), Qt.Key.Key_Tab)
    mark = row_at(draft, TITLE).remarks.mark
    assert focused() is mark
    qtbot.keyClick(mark, Qt.Key.Key_Space)
    (card,) = _panel(draft).cards
    assert focused() is card


def test_a_cell_that_was_commented_says_so(draft: MainWindow, qtbot: QtBot) -> None:
    grid = add_row(qtbot, draft, LINES)
    index = grid.model().index(0, column_of(draft, f"{LINES}/*/basis"))
    grid.setCurrentIndex(index)
    qtbot.keyClick(grid, Qt.Key.Key_M, CONTROL | ALT)
    put_in(focused(), "询两家")
    qtbot.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    told = grid.model().data(index, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert str(told).endswith("1 条未处理的批注")


def test_a_comment_is_written_from_the_form_of_a_row_too(draft: MainWindow, qtbot: QtBot) -> None:
    grid = add_row(qtbot, draft, LINES)
    qtbot.keyClick(grid, Qt.Key.Key_Return, CONTROL)
    form = draft.findChild(RowForm)
    assert form is not None
    wait_until(qtbot, form.isActiveWindow)
    form.go_to(f"{LINES}/0/basis")
    qtbot.keyClick(form.focusWidget(), Qt.Key.Key_M, CONTROL | ALT)
    composer = _panel(draft).composer
    assert composer is not None
    assert composer.place.endswith("/basis")
    form.close()


def test_one_comment_of_hundreds_is_led_to_without_making_the_cards_before_it(
    few: int, draft: MainWindow, qtbot: QtBot
) -> None:
    session = session_of(draft)
    made_up = [{"id": f"x{at}", "place": TITLE, "text": str(at), "at": "2024-06-01"} for at in range(300)]
    session.note({**notes.empty(), "comments": made_up})
    panel = _panel(draft)
    desk_of(draft).commenting.show()
    panel.show_thread("x200", with_keys=True)
    assert focused() is _card(draft, "x200")
    wait_until(qtbot, lambda: panel.is_whole)
    assert len(panel.cards) == few
    press(qtbot, button_of(panel, "前面另有 199 条"))
    wait_until(qtbot, lambda: panel.is_whole)
    assert panel.cards[0].placed.thread.first.text == "191"
    assert focused() is _card(draft, "x200")
    session.note(notes.empty())


def test_the_check_page_tells_what_is_still_open_and_leads_there(draft: MainWindow, qtbot: QtBot) -> None:
    draft.show_check()
    assert draft.check_page is not None
    assert not draft.check_page.findChildren(Link)
    draft.show_desk()
    _write(qtbot, draft, TITLE, "写短一些")
    draft.show_check()
    press(qtbot, button_of(draft.check_page, "未处理的批注和待办 1：不进入导出的文件，送出之前看一眼"))
    assert _panel(draft).isVisible()
