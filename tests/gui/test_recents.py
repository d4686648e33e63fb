"""The start page leads to every draft that lives on this computer alone, whatever the clock said and however many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.recents import MOST_RECENT, in_order
from kjxm_desktop.gui.start_page import Recent
from tests.gui.conftest import NOW
from tests.gui.hands import Key, focused, session_of, type_in

TITLE = "/project/title"


@pytest.fixture
def keep(call: Call, data_folder: Path) -> Callable[..., str]:
    """Return how to leave a draft as a program that was killed does; its id comes back."""

    def keep(title: str, minutes_ago: float, path: Path | None = None) -> str:
        proposal = Proposal(call, {"project": {"title": title}})
        WorkingCopy(data_folder / "drafts", proposal.doc_id).save(
            proposal,
            path=path,
            base_sha256=storage.write(path, proposal, program="test") if path else None,
            saved_at=NOW - timedelta(minutes=minutes_ago),
        )
        return proposal.doc_id

    return keep


def _titles(window: MainWindow) -> list[str]:
    return [entry.title for entry in window.start_page.shown]


def test_no_draft_without_a_name_is_cut_off(
    open_window: Callable[..., MainWindow], keep: Callable[..., str], qtbot: QtBot
) -> None:
    count = MOST_RECENT + 8
    for at in range(count):
        keep(f"第 {at} 份", at)
    window = open_window()
    assert _titles(window) == [f"第 {at} 份" for at in range(count)]
    rows = window.start_page.recent_buttons()
    rows[0].setFocus()
    for _ in range(count - 1):
        qtbot.keyClick(focused(), Key.Key_Tab)
    assert focused() is rows[-1]
    assert not rows[-1].visibleRegion().isEmpty(), "the list scrolls to what has the keys"
    qtbot.keyClick(focused(), Key.Key_Space)
    assert session_of(window).value(TITLE) == f"第 {count - 1} 份"


def test_drafts_without_a_name_stay_when_many_were_closed_one_after_the_other(window: MainWindow) -> None:
    for at in range(MOST_RECENT + 3):
        window.new_proposal(window.calls[0])
        type_in(window, TITLE, f"{at}")
        window.close_proposal()
    assert sorted(map(int, _titles(window))) == list(range(MOST_RECENT + 3))
    assert _titles(window)[:2] == [str(MOST_RECENT + 2), str(MOST_RECENT + 1)]


def test_the_limit_holds_for_those_that_have_a_file(
    open_window: Callable[..., MainWindow], keep: Callable[..., str], tmp_path: Path
) -> None:
    for at in range(MOST_RECENT + 3):
        keep(f"{at}", at, tmp_path / f"{at}.kjxm")
    keep("只在本机", 10_000)
    gone = tmp_path / "没了.kjxm"
    keep("文件已不在", 20_000, gone)
    gone.unlink()
    window = open_window()
    assert _titles(window) == [*(f"{at}" for at in range(MOST_RECENT)), "只在本机", "文件已不在"]


def test_a_draft_that_was_emptied_and_never_closed_is_listed_for_its_history(
    open_window: Callable[..., MainWindow], call: Call, data_folder: Path
) -> None:
    proposal = Proposal(call, {"project": {"title": "删掉之前"}})
    copy = WorkingCopy(data_folder / "drafts", proposal.doc_id)
    copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)
    proposal.set(TITLE, None)
    copy.save(proposal, path=None, base_sha256=None, saved_at=NOW)
    assert [entry.doc_id for entry in open_window().start_page.shown] == [proposal.doc_id]


def _recent(title: str, at: datetime) -> Recent:
    return Recent("", None, title, "", None, at)


def test_a_clock_that_was_wrong_does_not_change_the_order_of_what_was_worked_on() -> None:
    day, year = timedelta(days=1), timedelta(days=365)
    noted = [
        _recent("今天", NOW - day / 24),
        _recent("时钟快了九年", NOW + 9 * year),
        _recent("前天", NOW - 2 * day),
        _recent("时钟慢了五十年", NOW - 50 * year),
        _recent("上周", NOW - 7 * day),
    ]
    others = [_recent("昨天，断电", NOW - day), _recent("断电，时钟快了", NOW + year), _recent("很久以前", NOW - year)]
    assert [entry.title for entry in in_order(noted, others, NOW)] == [
        "断电，时钟快了",
        "今天",
        "昨天，断电",
        "时钟快了九年",
        "前天",
        "时钟慢了五十年",
        "上周",
        "很久以前",
    ]
