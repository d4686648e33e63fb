"""A bit that turns in what this computer keeps of a draft loses no draft, and nothing goes without a word."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from tests.gui.conftest import NOW
from tests.gui.hands import button_of, desk_of, press, session_of, type_in, wait_until
from tests.gui.window_process import WindowProcess

TITLE = "/project/title"
FILES = "/attachments/files"
LOST_COPY = "本机存着的另一些改动已损坏，"


def _flip(file: Path, what: str = "") -> None:
    """Turn one bit: of the first letter of `what`, which the file holds, or in the middle of the file."""
    data = bytearray(file.read_bytes())
    data[data.index(what.encode()) if what else len(data) // 2] ^= 1
    file.write_bytes(data)


def _text(state: Path) -> str:
    return state.read_text(encoding="utf-8")


@pytest.fixture
def keep(call: Call, data_folder: Path) -> Callable[..., Path]:
    """Return how to leave a draft as a program that was killed does; the folder of its copy comes back."""

    def keep(data: Json, *, media: dict[str, bytes] | None = None, file: Path | None = None) -> Path:
        proposal = Proposal(call, data, media)
        base = None
        if file is not None:
            stored = Proposal(call, {"project": {"title": "文件中的题目"}})
            stored.doc_id = proposal.doc_id
            base = storage.write(file, stored, program="test")
        copy = WorkingCopy(data_folder / "drafts", proposal.doc_id)
        copy.save(proposal, path=file, base_sha256=base, saved_at=NOW - timedelta(minutes=5, seconds=19))
        return data_folder / "drafts" / proposal.doc_id

    return keep


def test_a_draft_without_a_file_outlives_a_turned_bit_after_a_kill(tmp_path: Path) -> None:
    with WindowProcess(tmp_path) as window:
        window.answer()
        window.do("new")
        for title in ("第一周", "第二周的文字"):
            window.do("edit", title=title)
            window.until(lambda _, title=title: title in "".join(map(_text, (tmp_path / "drafts").glob("*/state"))))
            window.until(lambda state: state["save"] == "kept")
    _flip(next((tmp_path / "drafts").glob("*/state")), "第二周")
    with WindowProcess(tmp_path) as window:
        window.answer()
        told = window.do("recent")
    assert told["title"] == "第二周的文字"
    assert [line[:20] for line in told["strip"]] == ["本机存档有一处损坏，已按历史记录恢复到 "]
    assert "内容没有缺失" in told["strip"][0]


def test_what_was_rebuilt_is_told_once_and_kept_whole_from_then_on(
    open_window: Callable[..., MainWindow], keep: Callable[..., Path], qtbot: QtBot
) -> None:
    _flip(keep({"project": {"title": "几周的文字"}}) / "state")
    window = open_window()
    press(qtbot, window.start_page.recent_buttons()[0])
    assert desk_of(window).strip.texts()[0].startswith("本机存档有一处损坏，已按历史记录恢复到 09:24:41")
    type_in(window, TITLE, "，接着写")
    window.close_proposal()
    press(qtbot, window.start_page.recent_buttons()[0])
    assert session_of(window).value(TITLE) == "几周的文字，接着写"
    assert desk_of(window).strip.texts() == []


def test_text_beyond_the_file_comes_back_from_the_history(
    window: MainWindow, keep: Callable[..., Path], tmp_path: Path
) -> None:
    file = tmp_path / "甲.kjxm"
    _flip(keep({"project": {"title": "本机的题目"}}, file=file) / "state", "本机的题目")
    assert window.open_file(file)
    assert session_of(window).value(TITLE) == "本机的题目"
    told = desk_of(window).strip.texts()
    assert told[0] == "已恢复 09:24:41 的 1 处修改，文件中还没有。"
    assert "内容没有缺失" in told[1]
    assert len(told) == 2


def test_what_cannot_be_rebuilt_is_told_on_the_start_page_with_the_way_to_its_folder(
    open_window: Callable[..., MainWindow], keep: Callable[..., Path], qtbot: QtBot, shown_folders: list[Path]
) -> None:
    folder = keep({"project": {"title": "几周的文字"}})
    shutil.rmtree(folder / "history")
    _flip(folder / "state", "几周")
    window = open_window()
    assert window.start_page.shown == []
    assert len(window.start_page.strip.texts()) == 1
    assert "1 份" in window.start_page.strip.texts()[0]
    press(qtbot, button_of(window.start_page.strip, "打开文件夹"))
    assert shown_folders == [folder]
    press(qtbot, button_of(window.start_page.strip, "以后再说"))
    window.new_proposal(window.calls[0])
    window.close_proposal()
    assert window.start_page.strip.texts() == []
    window.set_language("en")
    assert "cannot be read" in window.start_page.strip.texts()[0]


def test_a_file_opens_though_the_copy_is_lost_and_says_so(
    window: MainWindow, keep: Callable[..., Path], tmp_path: Path, qtbot: QtBot, shown_folders: list[Path]
) -> None:
    file = tmp_path / "甲.kjxm"
    folder = keep({"project": {"title": "本机的题目"}}, file=file)
    shutil.rmtree(folder / "history")
    _flip(folder / "state", "本机的题目")
    assert window.open_file(file)
    assert session_of(window).value(TITLE) == "文件中的题目"
    assert [told[: len(LOST_COPY)] for told in desk_of(window).strip.texts()] == [LOST_COPY]
    press(qtbot, button_of(desk_of(window).strip, "打开文件夹"))
    assert shown_folders == [folder]


@pytest.mark.parametrize("name", ["form.json", "notice.txt"])
def test_a_damaged_call_that_is_installed_keeps_nobody_from_the_draft(
    open_window: Callable[..., MainWindow], keep: Callable[..., Path], call: Call, qtbot: QtBot, name: str
) -> None:
    damaged = keep({"project": {"title": "几周的文字"}}) / "call" / call.sha256 / name
    _flip(damaged)
    window = open_window()
    press(qtbot, window.start_page.recent_buttons()[0])
    assert session_of(window).value(TITLE) == "几周的文字"
    assert desk_of(window).strip.texts() == []
    type_in(window, TITLE, "，接着写")
    wait_until(qtbot, lambda: session_of(window).save_state.kind is SaveKind.KEPT)
    assert damaged.read_bytes() == call.files[name]


def test_a_draft_opens_without_the_file_that_is_damaged_and_says_which(
    open_window: Callable[..., MainWindow], keep: Callable[..., Path], qtbot: QtBot
) -> None:
    content = b"%PDF-1.4 x" * 1000
    attached = hashlib.sha256(content).hexdigest()
    row = {"id": "r1", "media": attached, "name": "证明.pdf"}
    data = {"project": {"title": "几周的文字"}, "attachments": {"files": [row]}}
    folder = keep(data, media={attached: content})
    _flip(folder / "media" / attached)
    window = open_window()
    press(qtbot, window.start_page.recent_buttons()[0])
    session = session_of(window)
    assert session.value(TITLE) == "几周的文字"
    assert session.value(FILES) == [{"id": "r1", "name": "证明.pdf"}]
    told = desk_of(window).strip.texts()
    assert len(told) == 1
    assert "（1 处）" in told[0]
    assert "第1行" in told[0]
