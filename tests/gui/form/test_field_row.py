"""When a mark appears, and when it goes: calm while somebody types, at once when it is mended."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import OpenPage, enter, remark, row_at

MOBILE, NAME = "/people/leader/mobile", "/people/leader/name"
FROM, TO = "/project/period/from", "/project/period/to"


def _line(page: SectionPage, pointer: str) -> QLineEdit:
    line = enter(page, pointer).field.input_widget()
    assert isinstance(line, QLineEdit)
    return line


def _checked(page: SectionPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page._session.diagnostics_changed):
        page._session.check_soon()


def test_an_untouched_page_shows_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    _checked(page, qtbot)
    assert [remark(row) for row in page.rows() if remark(row)] == []


def test_a_wrong_value_is_silent_while_it_is_typed_and_marked_when_it_is_left(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("people")
    line = _line(page, MOBILE)
    with qtbot.waitSignal(page._session.diagnostics_changed):
        qtbot.keyClicks(line, "138")
    assert remark(row_at(page, MOBILE)) == ""
    enter(page, NAME)
    assert remark(row_at(page, MOBILE)).startswith("提醒　")


def test_a_wrong_value_is_marked_when_typing_has_stopped(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    qtbot.keyClicks(_line(page, MOBILE), "138")
    qtbot.waitUntil(lambda: remark(row_at(page, MOBILE)).startswith("提醒　"))


def test_an_unreadable_month_loses_its_mark_with_the_key_that_mends_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"period": {"from": "2024-1x"}}})
    _checked(page, qtbot)
    row = row_at(page, FROM)
    assert remark(row).startswith("错误　")
    line = _line(page, FROM)
    line.end(False)
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    assert remark(row) == ""


def test_a_mark_is_told_as_the_description_of_the_field(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"period": {"from": "坏月"}}})
    _checked(page, qtbot)
    row = row_at(page, FROM)
    assert row.field.input_widget().accessibleDescription() == remark(row)


def test_gaps_are_told_quietly_and_only_after_a_check(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    _checked(page, qtbot)
    assert remark(row_at(page, NAME)) == ""
    page._session.check_now()
    row = row_at(page, NAME)
    assert remark(row).startswith("待填　")
    assert row._foot.remark.token == "quiet"
    commit(_line(page, NAME), "沈示例")
    assert remark(row) == ""


def test_no_mark_comes_or_goes_while_an_input_method_composes(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    page._session.check_now()
    line = _line(page, NAME)
    before = remark(row_at(page, NAME))
    compose(line, "shen")
    qtbot.wait(300)
    assert remark(row_at(page, NAME)) == before


def test_the_room_below_a_field_is_always_kept(open_page: OpenPage) -> None:
    page = open_page("people")
    height = row_at(page, NAME).height()
    page._session.check_now()
    assert row_at(page, NAME).height() == height


def test_words_of_the_data_are_never_read_as_markup(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"period": {"from": "<b>月</b>"}}})
    _checked(page, qtbot)
    assert "<b>" in row_at(page, FROM).field.input_widget().property("text")


def test_a_long_remark_moves_nothing_in_the_field_beside_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", {"budget": {"income": {"special": "一大笔"}}})
    beside = row_at(page, "/budget/income/own").field
    top = beside.y()
    _checked(page, qtbot)
    special = row_at(page, "/budget/income/special")
    qtbot.waitUntil(lambda: special._foot._lines == 2)
    qtbot.wait(20)
    assert beside.y() == top
