"""One draft in one window: a second program brings the first to the front, and writes nothing over one that hangs."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.file_lock import FileLock
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.hands import session_of
from tests.gui.window_process import WindowProcess

TITLE = "/project/title"


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    file = tmp_path / "葵盘.kjxm"
    storage.write(file, Proposal(call, {"project": {"title": "葵盘"}}), program="kjxm-desktop test")
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "program"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(paths.schemas())


def _title(file: Path, shelf: Shelf) -> object:
    return storage.read(file, shelf).proposal.get(TITLE)


def test_a_second_program_brings_the_first_to_the_front_and_ends_well(draft: Path, data: Path) -> None:
    with WindowProcess(data, draft) as first:
        assert first.answer()["title"] == "葵盘"
        first.do("edit", title="葵盘果胶")
        with WindowProcess(data, draft) as second:
            assert second.end() == 0
        state = first.do("state")
        assert state["fronts"] == 1
        assert state["title"] == "葵盘果胶"


def test_the_file_is_known_by_whatever_way_it_is_named(draft: Path, data: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.kjxm"
    link.symlink_to(draft)
    with WindowProcess(data, draft) as first:
        first.answer()
        for way in (link, draft.parent / "." / draft.name, os.path.relpath(draft, Path(__file__).parents[2])):
            with WindowProcess(data, way) as second:
                assert second.end() == 0, way
        assert first.do("state")["fronts"] == 3


def test_a_draft_without_a_file_is_found_by_a_second_window_from_its_start_page(data: Path) -> None:
    with WindowProcess(data) as first:
        first.answer()
        first.do("new")
        first.do("edit", title="葵盘")
        first.until(lambda state: state["save"] == "kept")
        with WindowProcess(data) as second:
            second.answer()
            state = second.do("recent")
            assert not state["session"]
            assert "另一个窗口" in state["message"]
        assert first.do("state")["fronts"] == 1


def test_a_copy_of_the_file_elsewhere_is_opened_apart_and_says_so(
    draft: Path, data: Path, tmp_path: Path, shelf: Shelf
) -> None:
    other = tmp_path / "另一处" / "葵盘.kjxm"
    other.parent.mkdir()
    shutil.copy(draft, other)
    with WindowProcess(data, draft) as first:
        one = first.answer()
        with WindowProcess(data, other) as second:
            two = second.answer()
            assert two["path"] is None
            assert two["doc_id"] != one["doc_id"]
            assert two["title"] == "葵盘"
            assert "副本" in two["strip"][0]
            second.do("edit", title="果胶")
            second.until(lambda state: state["save"] == "kept")
            assert first.do("state")["fronts"] == 0
            first.do("edit", title="葵盘之一")
            first.do("close")
            assert first.end() == 0
    assert _title(draft, shelf) == "葵盘之一"
    assert _title(other, shelf) == "葵盘"


def test_a_window_that_hangs_is_not_waited_for_and_nothing_is_written_over_its_draft(
    draft: Path, data: Path, shelf: Shelf
) -> None:
    with WindowProcess(data, draft) as first:
        first.answer()
        first.do("edit", title="葵盘果胶")
        first.until(lambda state: state["save"] == "kept")
        first.tell("stop")
        with WindowProcess(data, draft) as second:
            state = second.answer()
            assert state["path"] is None
            assert state["title"] == "葵盘果胶"
            assert "没有应答" in state["strip"][0]
            second.do("edit", title="另一处的题目")
            second.do("close")
            assert second.end() == 0
        first.process.send_signal(signal.SIGCONT)
        assert first.answer()["fronts"] == 0
        first.do("save")
        state = first.until(lambda state: state["save"] == "saved")
        assert state["fronts"] == 0
    assert _title(draft, shelf) == "葵盘果胶"


def test_a_window_that_is_only_slow_is_waited_for(draft: Path, data: Path) -> None:
    with WindowProcess(data, draft) as first:
        first.answer()
        first.tell("sleep", seconds=1.2)
        with WindowProcess(data, draft) as second:
            assert second.end() == 0
        first.answer()
        assert first.until(lambda state: state["fronts"])["fronts"] == 1


def test_a_crash_leaves_no_lock(draft: Path, data: Path) -> None:
    with WindowProcess(data, draft) as first:
        first.answer()
        first.process.kill()
        first.end()
    assert list((data / "open").iterdir())
    with WindowProcess(data, draft) as second:
        state = second.answer()
        assert state["path"] == draft.name
        assert state["strip"] == []
        second.do("close")
        assert second.end() == 0
    assert list((data / "open").iterdir()) == []


def test_a_draft_that_was_closed_can_be_opened_by_another_window(draft: Path, data: Path, call: Call) -> None:
    other = draft.with_name("乙.kjxm")
    storage.write(other, Proposal(call), program="kjxm-desktop test")
    with WindowProcess(data, draft) as first:
        first.answer()
        assert first.do("open", path=str(other))["path"] == other.name
        with WindowProcess(data, draft) as second:
            assert second.answer()["path"] == draft.name


def test_opening_the_open_file_again_shows_it_and_keeps_the_session(window: MainWindow, draft: Path) -> None:
    window.open_file(draft)
    session = session_of(window)
    session.edit(TITLE, "果胶")
    window.show_check()
    assert window.open_file(draft.parent / "." / draft.name)
    assert session_of(window) is session
    assert session.value(TITLE) == "果胶"
    assert window.desk is not None
    assert window.desk.isVisible()


def test_another_file_of_the_open_draft_takes_its_place_once_that_is_stored(
    window: MainWindow, draft: Path, shelf: Shelf, tmp_path: Path
) -> None:
    other = tmp_path / "备份.kjxm"
    shutil.copy(draft, other)
    window.open_file(draft)
    session_of(window).edit(TITLE, "果胶")
    assert window.open_file(other)
    assert session_of(window).path == other
    assert session_of(window).value(TITLE) == "葵盘"
    assert _title(draft, shelf) == "果胶"


def test_a_folder_that_takes_no_lock_keeps_nobody_from_opening(
    window: MainWindow, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_lock: FileLock) -> bool:
        raise PermissionError(13, "no")

    monkeypatch.setattr(FileLock, "take", refuse)
    assert window.open_file(draft)
    assert session_of(window).path == draft
