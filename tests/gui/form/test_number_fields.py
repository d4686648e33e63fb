"""Fields for numbers, amounts, months and days: untidy input is taken and shown as what it became."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCalendarWidget, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from kjxm_desktop.gui.form.number_fields import MonthGrid
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit
from tests.gui.form.conftest import ALT, OpenPage, children, enter, remark, row_at

SPECIAL, OWN = "/budget/income/special", "/budget/income/own"
FROM, TO = "/project/period/from", "/project/period/to"


def _type(page: SectionPage, pointer: str, text: str, leave_to: str) -> QLineEdit:
    line = enter(page, pointer).field.input_widget()
    assert isinstance(line, QLineEdit)
    commit(line, text)
    enter(page, leave_to)
    return line


@pytest.mark.parametrize(
    ("typed", "stored", "became"),
    [
        ("118.5", "118.5", None),
        ("１１８.５", "118.5", "118.5 万元"),
        ("1185000元", "118.5", "118.5 万元"),
        ("1,180 万元", "1180", "1180 万元"),
    ],
)
def test_an_amount_is_read_and_what_it_became_is_told(
    open_page: OpenPage, typed: str, stored: str, became: str | None
) -> None:
    page = open_page("budget")
    line = _type(page, SPECIAL, typed, OWN)
    assert page._session.value(SPECIAL) == stored
    assert line.text() == stored
    told = remark(row_at(page, SPECIAL))
    assert told == (f"{typed} → {became}" if became else "")


def test_an_amount_that_cannot_be_read_stays_as_it_was_typed(open_page: OpenPage) -> None:
    page = open_page("budget")
    line = _type(page, SPECIAL, "一大笔", OWN)
    assert page._session.value(SPECIAL) == "一大笔"
    assert line.text() == "一大笔"


def test_the_unit_stands_in_the_field_and_digits_stand_right(open_page: OpenPage) -> None:
    page = open_page("budget")
    line = row_at(page, SPECIAL).field.input_widget()
    assert isinstance(line, QLineEdit)
    assert line.alignment() & Qt.AlignmentFlag.AlignRight


@pytest.mark.parametrize("typed", ["2024.9", "2024年9月", "2024-09", "２０２４/9"])
def test_a_month_is_read_in_every_spelling(open_page: OpenPage, typed: str) -> None:
    page = open_page("project")
    line = _type(page, FROM, typed, TO)
    assert page._session.value(FROM) == "2024-09"
    assert line.text() == "2024年9月"


def test_a_full_date_gives_its_month_and_the_dropped_day_is_told(open_page: OpenPage) -> None:
    page = open_page("project")
    _type(page, FROM, "2024.6.20", TO)
    assert page._session.value(FROM) == "2024-06"
    assert remark(row_at(page, FROM)) == "2024.6.20 → 2024年6月，只保留年月"


@pytest.mark.parametrize("typed", ["2024.6.20", "2024年6月20日", "２０２４-６-２０"])
def test_a_day_is_read_in_every_spelling(open_page: OpenPage, typed: str) -> None:
    page = open_page("commitment")
    line = _type(page, "/commitment/date", typed, "/commitment/signer")
    assert page._session.value("/commitment/date") == "2024-06-20"
    assert line.text() == "2024年6月20日"


def test_arrows_step_a_month(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"period": {"from": "2024-12"}}})
    line = enter(page, FROM).field.input_widget()
    qtbot.keyClick(line, Qt.Key.Key_Up)
    assert page._session.value(FROM) == "2025-01"
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, Qt.Key.Key_Down)
    assert page._session.value(FROM) == "2024-11"


def test_an_arrow_in_an_empty_day_gives_today(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment")
    qtbot.keyClick(enter(page, "/commitment/date").field.input_widget(), Qt.Key.Key_Up)
    assert page._session.value("/commitment/date") == "2024-06-01"


def test_the_calendar_of_months_puts_the_month_chosen_into_the_field(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"period": {"from": "2024-09"}}})
    field = enter(page, FROM).field
    qtbot.keyClick(field.input_widget(), Qt.Key.Key_Down, ALT)
    grid = children(field, MonthGrid)[0]
    qtbot.keyClick(grid.focusProxy(), Qt.Key.Key_Space)
    assert page._session.value(FROM) == "2024-09"
    november = next(button for button in children(grid, QPushButton) if button.text() == "11月")
    qtbot.keyClick(november, Qt.Key.Key_Space)
    assert page._session.value(FROM) == "2024-11"


def test_the_calendar_of_days_puts_the_day_chosen_into_the_field(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment", {"commitment": {"date": "2024-06-12"}})
    field = enter(page, "/commitment/date").field
    qtbot.keyClick(field.input_widget(), Qt.Key.Key_Down, ALT)
    calendar = children(field, QCalendarWidget)[0]
    view = children(calendar, QTableView)[0]
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert page._session.value("/commitment/date") == "2024-06-13"
