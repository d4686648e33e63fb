"""After a crash: what was brought back is told with its difference, and can be discarded piece by piece or whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.gui.compare_window import CompareWindow
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.conftest import NOW
from tests.gui.hands import button_of, desk_of, press, session_of, type_in, wait_until

TITLE = "/project/title"
KEYWORDS = "/project/keywords"
PROGRAM = "kjxm-desktop test"


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    """Return a draft with a title, in a file."""
    file = tmp_path / "葵盘.kjxm"
    storage.write(file, Proposal(call, {"project": {"title": "葵盘果胶"}}), program=PROGRAM)
    return file


def _keep(draft: Path, data_folder: Path, *, base_sha256: str | None = None, days_ago: int = 0) -> None:
    """Leave a working copy with two answers more than the file, as a program that was killed does."""
    stored = storage.read(draft, Shelf(paths.schemas()))
    stored.proposal.set(TITLE, "葵盘果胶联产颗粒饲料")
    stored.proposal.set(KEYWORDS, ["葵盘", "果胶"])
    WorkingCopy(data_folder / "drafts", stored.proposal.doc_id).save(
        stored.proposal,
        path=draft,
        base_sha256=base_sha256 or stored.sha256,
        saved_at=NOW - timedelta(days=days_ago, minutes=5, seconds=19),
    )


def _compared(window: MainWindow, qtbot: QtBot) -> CompareWindow:
    """Return the window of the comparison that was asked for, once it stands."""
    shown = window.looking_back.comparison
    assert shown is not None
    wait_until(qtbot, lambda: not shown.is_busy)
    return shown


def test_what_was_brought_back_is_told_to_the_second(window: MainWindow, draft: Path, data_folder: Path) -> None:
    _keep(draft, data_folder)
    window.open_file(draft)
    assert desk_of(window).strip.texts() == ["已恢复 09:24:41 的 2 处修改，文件中还没有。"]


def test_what_is_older_than_today_is_told_with_its_day(window: MainWindow, draft: Path, data_folder: Path) -> None:
    _keep(draft, data_folder, days_ago=1)
    window.open_file(draft)
    assert desk_of(window).strip.texts() == ["已恢复 2024年5月31日 09:24 的 2 处修改，文件中还没有。"]


def test_one_piece_of_what_was_brought_back_is_discarded_alone(
    window: MainWindow, draft: Path, data_folder: Path, qtbot: QtBot
) -> None:
    _keep(draft, data_folder)
    window.open_file(draft)
    session = session_of(window)
    restored = session.data
    press(qtbot, button_of(desk_of(window).strip, "查看差异"))
    shown = _compared(window, qtbot)
    assert shown.pane.title.text() == "文件中的内容 → 现在"
    assert [card.piece.where for card in shown.pane.view.cards] == ["项目名称", "关键词"]
    press(qtbot, button_of(shown.pane.view.cards[0], "放弃这一处"))
    assert session.value(TITLE) == "葵盘果胶"
    assert session.value(KEYWORDS) == ["葵盘", "果胶"]
    assert len(desk_of(window).strip.texts()) == 1, "to look decides nothing"
    wait_until(qtbot, lambda: not shown.is_busy)
    assert [card.piece.where for card in shown.pane.view.cards] == ["关键词"]
    session.undo()
    assert session.data == restored
    wait_until(qtbot, lambda: not shown.is_busy)


def test_all_of_it_is_discarded_by_one_button_and_had_again(
    window: MainWindow, draft: Path, data_folder: Path, qtbot: QtBot
) -> None:
    _keep(draft, data_folder)
    window.open_file(draft)
    session = session_of(window)
    restored = session.data
    press(qtbot, button_of(desk_of(window).strip, "放弃全部"))
    assert session.data == {"project": {"title": "葵盘果胶"}}
    assert desk_of(window).strip.texts() == ["已放弃恢复的修改，回到文件中的内容。"]
    press(qtbot, button_of(desk_of(window).strip, "撤销"))
    assert session.data == restored


def test_another_copy_on_this_computer_can_be_compared_and_adopted_piece_by_piece(
    window: MainWindow, draft: Path, data_folder: Path, qtbot: QtBot
) -> None:
    _keep(draft, data_folder, base_sha256="0" * 64)
    window.open_file(draft)
    session = session_of(window)
    assert session.value(KEYWORDS) is None
    press(qtbot, button_of(desk_of(window).strip, "比较"))
    shown = _compared(window, qtbot)
    assert shown.pane.title.text() == "现在 → 本机存的另一份"
    press(qtbot, button_of(shown.pane.view.cards[1], "取用这一处"))
    assert session.value(KEYWORDS) == ["葵盘", "果胶"]
    assert session.value(TITLE) == "葵盘果胶"
    wait_until(qtbot, lambda: not shown.is_busy)


def test_after_a_conflict_ours_is_compared_with_what_the_file_says_now(
    window: MainWindow, draft: Path, qtbot: QtBot
) -> None:
    window.open_file(draft)
    theirs = storage.read(draft, Shelf(paths.schemas())).proposal
    theirs.set(TITLE, "王五改的题目")
    theirs.revision += 1
    storage.write(draft, theirs, program=PROGRAM)
    type_in(window, TITLE, "联产")
    window.save()
    wait_until(qtbot, lambda: "比较" in _labels(window))
    press(qtbot, button_of(desk_of(window).strip, "比较"))
    shown = _compared(window, qtbot)
    assert shown.pane.title.text() == "现在 → 葵盘.kjxm"
    press(qtbot, button_of(shown.pane.view.cards[0], "取用这一处"))
    assert session_of(window).value(TITLE) == "王五改的题目"
    wait_until(qtbot, lambda: not shown.is_busy)


def _labels(window: MainWindow) -> list[str]:
    from PySide6.QtWidgets import QPushButton

    return [button.text() for button in desk_of(window).strip.findChildren(QPushButton)]
