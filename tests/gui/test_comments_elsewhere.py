"""Comments and other files: taken in from a co-author's copy, left out of a copy, kept when a file changes outside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import clock, notes, storage
from kjxm_desktop.core import comments as core_comments
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui import comments, naming
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.conftest import NOW
from tests.gui.hands import button_of, desk_of, press, session_of, type_in, wait_until

TITLE = "/project/title"


def _commented(proposal: Proposal, text: str, by: str = "乙示例") -> Proposal:
    told, _ = core_comments.with_new(proposal.notes, TITLE, "项目基本信息 › 项目名称", "comment", by, text, NOW)
    proposal.notes = told
    return proposal


@pytest.fixture
def file(call: Call, tmp_path: Path) -> Path:
    """Return a draft on which one comment was made."""
    path = tmp_path / "葵盘.kjxm"
    proposal = _commented(Proposal(call, {"project": {"title": "葵盘果胶"}}), "写短一些")
    proposal.notes = {**notes.with_done(proposal.notes, "project", done=True), "later": {"a": 1}}
    storage.write(path, proposal, program="kjxm-desktop test")
    return path


def _read(path: Path) -> Proposal:
    return storage.read(path, Shelf(paths.schemas())).proposal


def _texts(window: MainWindow) -> list[str]:
    return [thread.first.text for thread in comments.of(session_of(window)).threads]


def test_a_copy_without_comments_is_written_beside_and_the_draft_stays_as_it_is(
    window: MainWindow, qtbot: QtBot, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_file(file)
    before = file.read_bytes()
    asked: list[Path] = []

    def name(_parent: object, proposed: Path) -> Path:
        asked.append(proposed)
        return proposed

    monkeypatch.setattr(naming, "ask_name", name)
    action = next(told for told in window.menus._menus[0].actions() if told.text() == "保存不含批注的副本…")
    action.trigger()
    target = file.with_name("葵盘（不含批注）.kjxm")
    assert asked == [target]
    wait_until(qtbot, desk_of(window).strip.texts)
    assert desk_of(window).strip.texts()[0].startswith("已存为“葵盘（不含批注）.kjxm”，略去 1 条批注和待办")
    copy = _read(target)
    assert copy.data == _read(file).data
    assert copy.notes == {**notes.empty(), "done": ["project"]}
    assert copy.doc_id != session_of(window).proposal.doc_id
    assert file.read_bytes() == before
    assert _texts(window) == ["写短一些"]
    assert session_of(window).path == file


def test_the_draft_itself_is_never_made_the_copy(
    window: MainWindow, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.open_file(file)
    before, told = file.read_bytes(), []
    monkeypatch.setattr(naming, "ask_name", lambda _parent, _proposed: file)
    monkeypatch.setattr(window, "tell", told.append)
    window.save_without_comments()
    assert told == ["“葵盘.kjxm”是正在写的这一份，副本另取一个名字。"]
    assert file.read_bytes() == before


def test_the_comments_of_a_copy_are_offered_where_both_are_compared_and_taken_in_by_id(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    theirs = _commented(_read(file), "产业链写上", by="丙示例")
    theirs.notes = core_comments.with_resolved(
        theirs.notes, theirs.notes["comments"][0]["id"], resolved=True, by="丙示例", at=clock.now()
    )
    other = file.with_name("丙改过的.kjxm")
    storage.write(other, theirs, program="kjxm-desktop test")
    window.open_file(file)
    window.compare_with_file(other)
    shown = window.looking_back.comparison
    assert shown is not None
    wait_until(qtbot, lambda: not shown.is_busy and shown.pane.strip.texts())
    assert shown.pane.strip.texts() == ["“丙改过的.kjxm”里有 2 条批注是这里没有的，或比这里的新。"]
    press(qtbot, button_of(shown.pane.strip, "收下这些批注"))
    assert shown.pane.strip.texts() == ["已收下 2 条批注，都在右边“批注”里。"]
    assert _texts(window) == ["写短一些", "产业链写上"]
    assert comments.of(session_of(window)).threads[0].resolved
    assert not session_of(window).can_undo


def test_nothing_is_offered_where_a_copy_has_no_other_comments(window: MainWindow, qtbot: QtBot, file: Path) -> None:
    other = file.with_name("乙.kjxm")
    storage.write(other, _read(file), program="kjxm-desktop test")
    window.open_file(file)
    window.compare_with_file(other)
    shown = window.looking_back.comparison
    assert shown is not None
    wait_until(qtbot, lambda: not shown.is_busy)
    assert shown.pane.strip.texts() == []


def test_taking_over_what_a_co_author_saved_keeps_the_comments_of_both(
    window: MainWindow, qtbot: QtBot, file: Path
) -> None:
    window.open_file(file)
    comments.of(session_of(window)).add(TITLE, "todo", "我的待办")
    theirs = _commented(_read(file), "对方的批注", by="丙示例")
    theirs.notes = notes.with_done(theirs.notes, "basis", done=True)
    session_of(window).catch_up(theirs, storage.sha256_of(file) or "")
    assert set(_texts(window)) == {"写短一些", "我的待办", "对方的批注"}
    assert session_of(window).is_marked_done("basis")
    assert session_of(window).proposal.notes["later"] == {"a": 1}
    session_of(window).save()
    wait_until(qtbot, lambda: len(_read(file).notes["comments"]) == 3)


def test_a_file_that_has_all_comments_is_not_written_again(window: MainWindow, qtbot: QtBot, file: Path) -> None:
    window.open_file(file)
    theirs = _commented(_read(file), "对方的批注", by="丙示例")
    storage.write(file, theirs, program="kjxm-desktop test")
    session_of(window).catch_up(theirs, storage.sha256_of(file) or "")
    wait_until(qtbot, lambda: session_of(window).is_in_file)
    assert _texts(window) == ["写短一些", "对方的批注"]


def test_comments_outlive_a_crash_in_the_working_copy(
    open_window: Callable[..., MainWindow], qtbot: QtBot, file: Path
) -> None:
    first = open_window()
    first.open_file(file)
    type_in(first, TITLE, "联产饲料")
    comments.of(session_of(first)).add(TITLE, "comment", "断电之前写的")
    assert session_of(first).commit()
    session_of(first).abandon()
    first.session = None
    again = open_window()
    again.open_file(file)
    assert _texts(again) == ["写短一些", "断电之前写的"]
