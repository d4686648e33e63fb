"""The world around the window: a file changed, renamed, gone, copies, disks that refuse, bugs, the end."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage, working_copy
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import list_all
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import leaving, naming, outside
from kjxm_desktop.gui.export_dialog import ExportDialog
from kjxm_desktop.gui.export_work import ExportWork
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from tests.gui.hands import button_of, desk_of, press, session_of, type_in, wait_until
from tests.gui.window_process import PATIENCE_S, WindowProcess

TITLE = "/project/title"
PROGRAM = "kjxm-desktop test"
SECRET = "葵盘的秘密"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    file = tmp_path / "课题" / "葵盘.kjxm"
    file.parent.mkdir()
    storage.write(file, Proposal(call, {"project": {"title": "葵盘"}}), program=PROGRAM)
    return file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "program"


@pytest.fixture
def opened(window: MainWindow, draft: Path, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """Return the window with the draft open, ready to see what happens outside."""
    monkeypatch.setattr(outside, "LOOK_AGAIN_MS", 1)
    assert window.open_file(draft)
    return window


def _title(file: Path, shelf: Shelf) -> object:
    return storage.read(file, shelf).proposal.get(TITLE)


def _write(shelf: Shelf, source: Path, target: Path, title: str) -> None:
    """Let a colleague go on from `source` and write it at `target`."""
    proposal = storage.read(source, shelf).proposal
    proposal.set(TITLE, title)
    proposal.revision += 1
    storage.write(target, proposal, program=PROGRAM)


def _come_back() -> None:
    """Give the window the attention, as somebody does who was in another program."""
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)


def _told(window: MainWindow) -> str:
    return " ".join(desk_of(window).strip.texts())


def _until_told(qtbot: QtBot, window: MainWindow, words: str) -> None:
    wait_until(qtbot, lambda: words in _told(window) or _come_back())


# ---- copies beside the file


def test_a_copy_of_a_sync_service_is_told_once_with_a_way_to_compare(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    copy = draft.with_name("葵盘-冲突-贺示例.kjxm")
    _write(shelf, draft, copy, "果胶")
    _until_told(qtbot, opened, copy.name)
    press(qtbot, button_of(desk_of(opened).strip, "以后再说"))
    assert desk_of(opened).strip.texts() == []
    _come_back()
    wait_until(qtbot, lambda: not _of(opened)._busy)
    assert desk_of(opened).strip.texts() == []


def _of(window: MainWindow) -> outside.Outside:
    watch = session_of(window).findChild(outside.Outside)
    assert isinstance(watch, outside.Outside)
    return watch


def test_a_copy_is_told_again_at_the_next_opening_until_it_was_compared(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = draft.with_name("葵盘-DESKTOP-7Q2.kjxm")
    _write(shelf, draft, copy, "果胶")
    compared: list[Path] = []
    monkeypatch.setattr(opened, "compare_with_file", compared.append)
    for seen in (False, True):
        _until_told(qtbot, opened, copy.name)
        if seen:
            press(qtbot, button_of(desk_of(opened).strip, "比较"))
        opened.close_proposal()
        opened.open_file(draft)
    _come_back()
    wait_until(qtbot, lambda: _of(opened)._mark is not None and not _of(opened)._busy)
    assert copy.name not in _told(opened)
    assert compared == [copy]


def test_the_file_that_save_as_left_behind_is_no_stranger(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    session = session_of(opened)
    session.save_as(draft.with_name("第二版.kjxm"))
    wait_until(qtbot, lambda: session.path != draft)
    session.edit(TITLE, "葵盘第二版")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    _come_back()
    wait_until(qtbot, lambda: _of(opened)._mark is not None and not _of(opened)._busy)
    assert desk_of(opened).strip.texts() == []


# ---- the file itself


def test_a_newer_state_of_the_file_can_be_loaded_and_taken_back(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    _write(shelf, draft, draft, "合作者的题目")
    _until_told(qtbot, opened, "有了新的内容")
    session = session_of(opened)
    press(qtbot, button_of(desk_of(opened).strip, "载入新内容"))
    wait_until(qtbot, lambda: session.value(TITLE) == "合作者的题目")
    wait_until(qtbot, lambda: session.is_in_file)
    before = draft.read_bytes()
    opened.close_proposal()
    assert draft.read_bytes() == before  # nothing was to be written
    opened.open_file(draft)
    assert desk_of(opened).strip.texts() == []
    assert len(list_all(opened._drafts)) == 1


def test_what_was_loaded_can_be_taken_back(opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf) -> None:
    _write(shelf, draft, draft, "合作者的题目")
    _until_told(qtbot, opened, "有了新的内容")
    press(qtbot, button_of(desk_of(opened).strip, "载入新内容"))
    _until_told(qtbot, opened, "已载入")
    press(qtbot, button_of(desk_of(opened).strip, "撤销"))
    session = session_of(opened)
    assert session.value(TITLE) == "葵盘"
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert session.path == draft
    assert _title(draft, shelf) == "葵盘"


def test_a_file_changed_on_both_sides_is_told_and_saving_keeps_both(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Path] = []
    monkeypatch.setattr(opened, "compare_with_file", compared.append)
    type_in(opened, TITLE, "果胶")
    _write(shelf, draft, draft, "合作者的题目")
    _until_told(qtbot, opened, "两份都保留")
    opened.save()
    _until_told(qtbot, opened, "没有覆盖它")
    press(qtbot, button_of(desk_of(opened).strip, "比较"))
    assert compared == [draft]
    session = session_of(opened)
    assert session.path is not None
    assert "冲突" in session.path.name
    assert _title(draft, shelf) == "合作者的题目"
    assert _title(session.path, shelf) == "葵盘果胶"
    assert session.path.name in opened.windowTitle()


@pytest.mark.parametrize("cut", [True, False])
def test_a_file_that_became_something_else_is_told_and_touches_nothing_here(
    opened: MainWindow, qtbot: QtBot, draft: Path, call: Call, cut: bool
) -> None:
    if cut:
        draft.write_bytes(draft.read_bytes()[:300])
    else:
        storage.write(draft, Proposal(call, {"project": {"title": "别的"}}), program=PROGRAM)
    _until_told(qtbot, opened, "换成了别的内容")
    assert session_of(opened).value(TITLE) == "葵盘"


def test_a_renamed_file_is_followed(opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf) -> None:
    moved = draft.rename(draft.with_name("改了名.kjxm"))
    _until_told(qtbot, opened, "改名为“改了名.kjxm”")
    session = session_of(opened)
    wait_until(qtbot, lambda: session.path == moved)
    assert opened.windowTitle().startswith("改了名.kjxm")
    session.edit(TITLE, "果胶")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert _title(moved, shelf) == "果胶"
    assert not draft.exists()


def test_a_file_that_was_saved_here_and_then_renamed_is_followed_too(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    session = session_of(opened)
    session.edit(TITLE, "果胶")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    wait_until(qtbot, lambda: _of(opened)._before.mark is not None)
    moved = draft.rename(draft.with_name("改了名.kjxm"))
    _until_told(qtbot, opened, "改名为“改了名.kjxm”")
    wait_until(qtbot, lambda: session.path == moved)


def test_a_copy_made_by_hand_is_not_written_over_when_the_file_is_moved_away(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, tmp_path: Path
) -> None:
    wait_until(qtbot, lambda: _of(opened)._before.mark is not None or _come_back())
    copy = draft.with_name("送审稿-勿动.kjxm")
    shutil.copy(draft, copy)
    kept = copy.read_bytes()
    draft.rename(tmp_path / "搬走.kjxm")
    _until_told(qtbot, opened, "可能被移走")
    session = session_of(opened)
    assert session.path == draft
    session.edit(TITLE, "改了")
    press(qtbot, button_of(desk_of(opened).strip, "在原处重新写出"))
    _until_told(qtbot, opened, "重新写出")
    assert copy.read_bytes() == kept
    assert _title(draft, shelf) == "改了"
    assert _title(tmp_path / "搬走.kjxm", shelf) == "葵盘"
    assert "可能被移走" not in _told(opened)


def test_a_file_that_is_gone_is_told_once_with_a_way_to_save_elsewhere(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.unlink()
    _until_told(qtbot, opened, "可能被移走")
    for _ in range(2):
        _come_back()
        wait_until(qtbot, lambda: not _of(opened)._busy)
    assert _told(opened).count("可能被移走") == 1
    monkeypatch.setattr(naming, "ask_name", lambda _parent, _proposed: tmp_path / "别处.kjxm")
    press(qtbot, button_of(desk_of(opened).strip, "另存为…"))
    wait_until(qtbot, lambda: session_of(opened).path == tmp_path / "别处.kjxm")
    assert _title(tmp_path / "别处.kjxm", shelf) == "葵盘"
    assert not opened.status.noted.isVisible()
    assert not draft.exists()


def test_a_file_that_is_gone_is_told_below_until_saving_writes_it_again(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    draft.unlink()
    _come_back()
    wait_until(qtbot, lambda: "已不在原处" in opened.status.noted.text())
    assert opened.status.noted.isVisible()
    assert session_of(opened).value(TITLE) == "葵盘"
    opened.save()
    _until_told(qtbot, opened, "重新写出")
    assert _title(draft, shelf) == "葵盘"
    assert not opened.status.noted.isVisible()


def test_a_folder_that_is_gone_loses_nothing_and_is_written_to_when_it_is_back(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    away = draft.parent.rename(draft.parent.with_name("拔出的盘"))
    _come_back()
    wait_until(qtbot, lambda: "打不开" in opened.status.noted.text())
    session = session_of(opened)
    type_in(opened, TITLE, "果胶")
    opened.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.FAILED)
    assert opened.status.elsewhere.isVisible()
    # Stored by a thread of its own, which waits for nobody.
    wait_until(qtbot, lambda: [kept.data["project"]["title"] for kept in list_all(opened._drafts)] == ["葵盘果胶"])
    assert session._saving._retry.isActive()
    away.rename(draft.parent)
    session._saving._retry.timeout.emit()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert not opened.status.elsewhere.isVisible()
    assert _title(draft, shelf) == "葵盘果胶"


def test_the_button_beside_a_failure_saves_elsewhere(
    opened: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(draft.parent)
    session = session_of(opened)
    type_in(opened, TITLE, "果胶")
    opened.save()
    wait_until(qtbot, opened.status.elsewhere.isVisible)
    monkeypatch.setattr(naming, "ask_name", lambda _parent, _proposed: tmp_path / "别处.kjxm")
    press(qtbot, opened.status.elsewhere)
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert _title(tmp_path / "别处.kjxm", shelf) == "葵盘果胶"
    assert not opened.status.elsewhere.isVisible()


def test_a_name_that_could_not_be_had_stays_told_while_writing_goes_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.new_proposal(window.calls[0])
    session = session_of(window)
    session.save_as(tmp_path / "没有" / "甲.kjxm")
    _until_told(qtbot, window, "没有存成文件")
    type_in(window, TITLE, "葵盘")
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    assert "没有存成文件" in _told(window)
    session.save_as(tmp_path / "甲.kjxm")
    wait_until(qtbot, lambda: session.path is not None)
    assert desk_of(window).strip.texts() == []


# ---- names, room, clocks, settings


@pytest.mark.parametrize("name", ["CON.kjxm", "甲:乙.kjxm", "nul"])
def test_a_name_that_windows_refuses_is_told_and_nothing_is_written(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    selected = QFileDialog.selectedFiles
    asked: list[str] = []
    told: list[str] = []

    def ask(_dialog: QFileDialog) -> int:
        asked.append(name)
        return 1

    monkeypatch.setattr(QFileDialog, "exec", ask)
    monkeypatch.setattr(
        QFileDialog, "selectedFiles", lambda dialog: [str(tmp_path / name)] if asked else selected(dialog)
    )
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()) or 0)
    window.new_proposal(window.calls[0])
    assert not window.save_as()
    assert len(told) == 1
    assert "改用" in told[0]
    assert list(tmp_path.glob("*.kjxm")) == []


def test_a_picture_is_refused_where_the_disk_could_not_take_the_draft_any_more(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"bytes": 3 * (1024 * 1024 + 1000) - 1}
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free["bytes"]))
    session = session_of(opened)
    with pytest.raises(KjxmError, match=r"storage\.no_room"):
        session.add_media(bytes(1000))
    assert session.proposal.media == {}
    free["bytes"] += 1
    session.add_media(bytes(1000))


def test_what_is_newer_is_known_without_any_clock(
    window: MainWindow, draft: Path, shelf: Shelf, data_folder: Path, qtbot: QtBot
) -> None:
    stored = storage.read(draft, shelf)
    stored.proposal.set(TITLE, "果胶")
    later = window._now() + timedelta(days=400)  # the clock has been set back since
    copy = working_copy.WorkingCopy(data_folder / "drafts", stored.proposal.doc_id)
    copy.save(stored.proposal, path=draft, base_sha256=stored.sha256, saved_at=later)
    assert window.open_file(draft)
    assert session_of(window).value(TITLE) == "果胶"
    assert "时钟" in _told(window)


def test_a_setting_with_a_path_that_cannot_be_is_passed_over(
    open_window: Callable[..., MainWindow], draft: Path, shelf: Shelf, data_folder: Path
) -> None:
    window = open_window()
    assert window.open_file(draft)
    window.close_proposal()
    entry = window._settings.get("recent")[0]
    bad = [{**entry, "path": path} for path in ("/a\0b.kjxm", "/" + "a" * 5000, 7)]
    window._settings.set("recent", [*bad, entry])
    found = window._recents.all()
    assert draft in [one.path for one in found]
    for one in found:
        assert one.path is None or "\0" not in str(one.path)


def test_the_dialog_that_exports_is_gone_once_it_is_closed(opened: MainWindow, qtbot: QtBot) -> None:
    opened.export()
    dialog = opened.findChild(ExportDialog)
    assert dialog is not None
    dialog.close()
    wait_until(qtbot, lambda: opened.findChild(ExportDialog) is None)


def test_a_failed_export_names_the_place_by_its_labels(opened: MainWindow) -> None:
    work = ExportWork(session_of(opened), opened._drafts, [], opened)
    work._on_failed(KjxmError("data.row_gone", pointer=TITLE))
    assert TITLE not in work.told
    assert "项目名称" in work.told


# ---- disks that refuse, in the program itself

FAILING = """
import errno, os

refuse = False
calls = {"write": os.write, "fsync": os.fsync}

def failing(name, number):
    def call(descriptor, *more):
        if refuse and descriptor > 2 and "pipe:" not in os.readlink(f"/proc/self/fd/{descriptor}"):
            raise OSError(number, "no")
        return calls[name](descriptor, *more)
    return call

import builtins
def set_refuse(told):
    global refuse
    refuse = told
builtins.set_refuse = set_refuse
"""


@pytest.mark.parametrize(
    ("what", "number", "words"),
    [("write", "ENOSPC", "磁盘空间不足"), ("fsync", "EIO", "读写"), ("write", "EROFS", "只能读取")],
)
def test_a_disk_that_refuses_everything_loses_nothing_and_asks_nothing(
    draft: Path, data: Path, shelf: Shelf, what: str, number: str, words: str
) -> None:
    prelude = FAILING + f"\nos.{what} = failing({what!r}, errno.{number})\n"
    with WindowProcess(data, draft, prelude=prelude) as window:
        window.answer()
        window.do("python", code="set_refuse(True)")
        window.do("edit", title="葵盘果胶")
        window.do("save")
        state = window.until(lambda state: state["save"] == "failed")
        assert words in state["saved"]
        assert state["title"] == "葵盘果胶"
        assert _title(draft, shelf) == "葵盘"
        window.do("python", code="set_refuse(False); window.session._saving._retry.timeout.emit()")
        window.until(lambda state: state["save"] == "saved")
        window.do("close")
        assert window.end() == 0
    assert _title(draft, shelf) == "葵盘果胶"
    assert [file.name for file in draft.parent.iterdir()] == [draft.name]


def test_closing_with_what_could_not_be_stored_asks_once_and_a_way_that_fails_stays(
    opened: MainWindow, qtbot: QtBot, draft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(draft.parent)
    type_in(opened, TITLE, "果胶")
    asked: list[str] = []

    def elsewhere(_parent: QWidget, reason: str) -> leaving.Loss:
        asked.append(reason)
        return leaving.Loss.ELSEWHERE

    monkeypatch.setattr(leaving, "ask_about_loss", elsewhere)
    monkeypatch.setattr(naming, "ask_name", lambda _parent, _proposed: tmp_path / "没有" / "甲.kjxm")
    opened.close_proposal()
    assert len(asked) == 1
    assert session_of(opened).value(TITLE) == "葵盘果胶"
    monkeypatch.setattr(naming, "ask_name", lambda _parent, _proposed: tmp_path / "甲.kjxm")
    opened.close_proposal()
    assert len(asked) == 2
    assert opened.session is None
    assert (tmp_path / "甲.kjxm").exists()


# ---- the end, decided elsewhere


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_end_stores_everything_and_ends_well(
    draft: Path, data: Path, shelf: Shelf, number: signal.Signals
) -> None:
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("edit", title="葵盘果胶")
        window.process.send_signal(number)
        assert window.end() == 0
    assert _title(draft, shelf) == "葵盘果胶"
    assert list((data / "open").iterdir()) == []


def test_a_signal_ends_the_program_out_of_a_question_and_where_the_file_cannot_be_written(
    draft: Path, data: Path
) -> None:
    with WindowProcess(data, draft) as window:
        window.answer()
        shutil.rmtree(draft.parent)
        window.do("edit", title="葵盘果胶")
        window.tell("close")  # asks, and waits for an answer
        _wait_for(lambda: _kept_title(data) == "葵盘果胶")
        window.process.send_signal(signal.SIGTERM)
        assert window.end() == 0
    assert _kept_title(data) == "葵盘果胶"


def _wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def _kept_title(data: Path) -> object:
    kept = list_all(data / "drafts")
    return kept[0].data["project"]["title"] if kept else None


def test_the_end_of_the_desktop_session_keeps_what_is_typed_without_a_question(draft: Path, data: Path) -> None:
    ask = """
from PySide6.QtGui import QSessionManager
from kjxm_desktop.gui.leaving import Ending
class Manager:
    hint = None
    def setRestartHint(self, hint):
        self.hint = hint
manager = Manager()
window.session.edit("/project/title", "葵盘果胶")
window.findChild(Ending)._on_session_ends(manager)
assert manager.hint == QSessionManager.RestartHint.RestartNever
assert window.session._saving._edits_kept == window.session._saving._edits
"""
    with WindowProcess(data, draft) as window:
        window.answer()
        shutil.rmtree(draft.parent)  # the file cannot be written, and nobody may be asked about it
        window.do("python", code=ask)
        assert _kept_title(data) == "葵盘果胶"
        window.do("close")
        assert window.end() == 0
        assert window.complaints == []


def test_a_program_without_standard_streams_works_and_ends(draft: Path, data: Path, shelf: Shelf) -> None:
    work = """
import os, signal
from PySide6.QtCore import QTimer
from kjxm_desktop.gui.main_window import MainWindow
old = MainWindow.show
def show(window):
    old(window)
    window.session.edit("/project/title", "葵盘果胶")
    QTimer.singleShot(0, lambda: 1 / 0)
    QTimer.singleShot(500, lambda: os.kill(os.getpid(), signal.SIGTERM))
MainWindow.show = show
"""
    with WindowProcess(data, draft, prelude=work, closed=True) as window:
        assert window.end() == 0
    assert _title(draft, shelf) == "葵盘果胶"
    assert "ZeroDivisionError" in (data / "kjxm-desktop.log").read_text("utf-8")


# ---- bugs

THROW = f"""
from PySide6.QtCore import QTimer
def strike():
    raise ValueError("{SECRET}")
timer = QTimer(window, interval=0)
timer.timeout.connect(strike)
timer.start()
window.session.edit("/project/title", "{SECRET}")
"""


def test_a_bug_that_strikes_without_end_is_told_once_noted_seldom_and_stores_what_is_typed(
    draft: Path, data: Path
) -> None:
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("python", code=THROW)
        state = window.until(lambda state: _kept_title(data) == SECRET and state["strip"])
        assert len(state["strip"]) == 1
        assert "ValueError" in state["strip"][0]
        window.do("sleep", seconds=0.3)
        window.until(lambda _state: len(_noted(data)) >= 3)
        assert window.do("state")["strip"] == state["strip"]
        window.do("close")
        assert window.end() == 0
        noted = _noted(data)
        assert len(noted) <= 8
        assert SECRET not in "".join(noted + window.complaints)


def _noted(data: Path) -> list[str]:
    log = data / "kjxm-desktop.log"
    return [line for line in log.read_text("utf-8").splitlines() if "unexpected" in line] if log.exists() else []


def test_what_breaks_while_a_bug_is_taken_in_goes_no_further(draft: Path, data: Path) -> None:
    broken = """
def strike(*_):
    raise RuntimeError
window.on_crash = strike
window.session.keep_now = strike
from kjxm_desktop.gui.leaving import Breakage
breakage = window.findChild(Breakage)
breakage._keep = breakage._tell = strike
"""
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("python", code=broken + THROW)
        window.do("sleep", seconds=0.2)
        assert window.do("state")["title"] == SECRET
        window.do("close")
        assert window.end() == 0


def test_a_bug_in_a_thread_is_told_as_well(draft: Path, data: Path) -> None:
    code = "import threading; threading.Thread(target=lambda: 1 / 0).start()"
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("python", code=code)
        state = window.until(lambda state: state["strip"])
        assert "ZeroDivisionError" in state["strip"][0]


def test_a_bug_in_saving_is_told_as_a_failure_and_the_next_try_goes_well(draft: Path, data: Path, shelf: Shelf) -> None:
    code = """
from kjxm_desktop.core.draft_file import DraftFile
DraftFile.was = DraftFile.save
def strike(*_):
    raise ZeroDivisionError
DraftFile.save = strike
window.session.edit("/project/title", "葵盘果胶")
window.save()
"""
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("python", code=code)
        state = window.until(lambda state: state["save"] == "failed")
        assert "意外" in state["saved"]
        window.do("python", code="window.session.keep_now()\nwindow.session.commit()")
        assert window.until(bool)["save"] == "failed"  # a copy that is stored meanwhile mends no file
        mended = "DraftFile.save = DraftFile.was\nwindow.session._saving._retry.timeout.emit()"
        window.do("python", code=f"from kjxm_desktop.core.draft_file import DraftFile\n{mended}")
        window.until(lambda state: state["save"] == "saved")
    assert _title(draft, shelf) == "葵盘果胶"


def test_a_fault_of_the_process_leaves_its_place_and_nothing_that_was_written(draft: Path, data: Path) -> None:
    with WindowProcess(data, draft) as window:
        window.answer()
        window.do("edit", title=SECRET)
        window.process.send_signal(signal.SIGSEGV)
        assert window.end() == -signal.SIGSEGV
    noted = (data / "kjxm-desktop.faults").read_text("utf-8")
    assert "Segmentation fault" in noted
    assert "app.py" in noted
    assert SECRET not in noted
