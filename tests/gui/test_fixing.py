"""What mends a finding, taken in the list of findings, on the check page and by keys: one step each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import storage
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.gui.check_page import CheckPage
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.problem_list import ProblemList, fix_area
from kjxm_desktop.gui.session import Session
from tests.gui.hands import CONTROL, Key, desk_of, focused, keys_of, pointer_in_hand, press, session_of, wait_until

SPECIAL = "/budget/income/special"
ROW = {"category": "equipment", "item": "颗粒机", "amount": "120", "source": "special", "basis": "三家报价"}
DATA = {
    "project": {"period": {"from": "2026-08", "to": "2024-09"}},
    "budget": {"income": {"special": "118.50"}, "lines": [ROW]},
}


@pytest.fixture
def problems(open_session: Callable[..., Session], qtbot: QtBot) -> ProblemList:
    session = open_session(DATA)
    shown = ProblemList(session)
    qtbot.addWidget(shown)
    shown.resize(900, 600)
    shown.show()
    session.check_now()
    return shown


def rows_of(problems: ProblemList) -> QListWidget:
    (inner,) = problems.findChildren(QListWidget)
    return inner


def row_saying(shown: QListWidget, words: str) -> int:
    return next(at for at in range(shown.count()) if words in spoken(shown, at))


def spoken(shown: QListWidget, at: int) -> str:
    return str(shown.item(at).data(Qt.ItemDataRole.AccessibleTextRole))


def test_a_click_on_the_link_of_a_row_mends_it_and_leads_there(problems: ProblemList, qtbot: QtBot) -> None:
    shown, session = rows_of(problems), problems._session
    item = shown.item(row_saying(shown, "改为 120.00"))
    shown.scrollToItem(item)
    with qtbot.waitSignal(problems.place_chosen) as chosen:
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=fix_area(shown, item).center())
    assert chosen.args == [SPECIAL]
    assert session.value(SPECIAL) == "120.00"
    session.undo()
    assert session.value(SPECIAL) == "118.50"


def test_a_click_beside_the_link_leads_to_the_field_alone(problems: ProblemList, qtbot: QtBot) -> None:
    shown = rows_of(problems)
    item = shown.item(row_saying(shown, "改为 120.00"))
    shown.scrollToItem(item)
    area = shown.visualItemRect(item)
    with qtbot.waitSignal(problems.place_chosen) as chosen:
        qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(area.left() + 40, area.center().y()))
    assert chosen.args == ["/budget/income"]
    assert problems._session.value(SPECIAL) == "118.50"


def test_a_finding_of_answers_that_have_changed_is_not_mended(problems: ProblemList) -> None:
    shown, session = rows_of(problems), problems._session
    shown.setCurrentRow(row_saying(shown, "改为 120.00"))
    session._proposal.set("/budget/lines/0/amount", "130")
    problems.fix_current()
    assert session.value(SPECIAL) == "118.50"


def test_a_finding_that_nothing_mends_has_no_link(problems: ProblemList) -> None:
    shown, session = rows_of(problems), problems._session
    item = next(shown.item(at) for at in range(shown.count()) if "Ctrl+F8" not in spoken(shown, at))
    assert fix_area(shown, item).isEmpty()
    shown.setCurrentItem(item)
    before = session.data
    problems.fix_current()
    assert session.data is before


def test_a_list_that_is_only_just_opened_shows_the_finding_that_f8_leads_to(
    problems: ProblemList, qtbot: QtBot
) -> None:
    shown = rows_of(problems)
    problems.hide()
    problems.resize(900, 140)
    problems.show()
    problems.step(-1)
    wait_until(qtbot, lambda: shown.viewport().rect().intersects(shown.visualItemRect(shown.currentItem())))
    assert shown.currentRow() == shown.count() - 1


@pytest.fixture
def draft(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    path = tmp_path / "预算.kjxm"
    storage.write(path, from_outside(window.calls[0], DATA, tmp_path), program="kjxm-desktop test")
    window.open_file(path)
    wait_until(qtbot, lambda: window.session is not None and session_of(window).checked)
    return window


def test_keys_mend_what_is_told_below_the_field_in_hand_and_what_is_chosen_in_the_list(
    draft: MainWindow, qtbot: QtBot
) -> None:
    session = session_of(draft)
    keys_of(draft, SPECIAL)
    qtbot.keyClick(focused(), Key.Key_F8, CONTROL)
    assert session.value(SPECIAL) == "120.00"
    desk_of(draft).show_problems(True)
    shown = rows_of(desk_of(draft).problems)
    shown.setFocus()
    shown.setCurrentRow(row_saying(shown, "对调两个日期"))
    qtbot.keyClick(shown, Key.Key_F8, CONTROL)
    assert session.value("/project/period") == {"from": "2024-09", "to": "2026-08"}
    assert pointer_in_hand() == "/project/period/from"
    session.undo()
    assert session.value("/project/period") == {"from": "2026-08", "to": "2024-09"}
    assert session.value(SPECIAL) == "120.00"


def test_the_check_page_mends_and_checks_again(draft: MainWindow, qtbot: QtBot) -> None:
    draft.show_check()
    (page,) = draft.findChildren(CheckPage)
    before = page.head().text()

    def buttons() -> list[QToolButton]:
        return [b for b in page.findChildren(QToolButton) if "改为 120.00" in b.text() and b.isVisible()]

    wait_until(qtbot, buttons)
    press(qtbot, buttons()[0])
    assert session_of(draft).value(SPECIAL) == "120.00"
    wait_until(qtbot, lambda: not buttons())
    assert page.head().text() != before
