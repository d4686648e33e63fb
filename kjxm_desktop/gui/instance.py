"""One draft in one window: the claim to it, and how a second window asks the first to come to the front.

`<folder>/<doc_id>.lock` is locked by the system for as long as a window has the draft open, so that a crash leaves no
lock behind. `<folder>/<doc_id>.front` is what both write into, the window that asks and the one that answers; there is
no socket. The folder is not that of the working copies: one of these may be moved aside while its draft is open.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import cast

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from kjxm_desktop.core import atomic_file
from kjxm_desktop.core.file_lock import FileLock
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

ANSWER_S = 4.0
"""A window that has not answered by then hangs; one that has just opened loads its libraries for a second."""
LOOK_MS = 1_000
"""The window looks this often where the system does not tell of changes (network folders)."""
_ASK_AGAIN_S = 0.03
_LONGEST_BYTES = 64 * 1024


class Answer(StrEnum):
    """Why a draft is not ours: another window shows it, has another file of it, or hangs; or it is open here."""

    SHOWN = "shown"
    OTHER = "other"
    SILENT = "silent"
    HERE = "here"


class Claims(QObject):
    """The drafts that this process holds: the open one, and for a moment the one that is to take its place."""

    front_wanted = Signal()
    """Another window was asked for the draft that is open here."""

    def __init__(self, folder: Path, shows: Callable[[str, Path | None], bool], parent: QObject | None = None) -> None:
        """`folder` holds the locks; `shows` tells whether a draft and its file are what is on the screen."""
        super().__init__(parent)
        self._folder = folder
        self._shows = shows
        self._held: dict[str, FileLock | None] = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._look)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def take(self, doc_id: str, path: Path | None) -> Answer | None:
        """Claim a draft that is opened by its file at `path` (None: it has none) and return None, or whose it is.

        A window that has it is asked to come to the front. Where no lock can be kept the draft counts as ours:
        a folder that takes no file must not keep anybody from opening a draft.
        """
        if doc_id in self._held:
            return Answer.HERE
        lock = FileLock(self._lock_file(doc_id))
        try:
            atomic_file.private_folder(self._folder)
            if not lock.take():
                answer = _ask(self._front_file(doc_id), path)
                if answer is not Answer.SILENT or not lock.take():  # it may just have been about to close
                    return answer
        except (OSError, KjxmError):
            lock = None
        self._held[doc_id] = lock
        self._watch(doc_id)
        return None

    def keep_only(self, doc_id: str | None) -> None:
        """Give up every draft but this one."""
        for other in [held for held in self._held if held != doc_id]:
            self._give_up(other)
        if not self._held:
            self._timer.stop()

    def _watch(self, doc_id: str) -> None:
        front = self._front_file(doc_id)
        if _say(front, "here"):
            self._watcher.addPath(str(front))
            self._timer.start()

    def _give_up(self, doc_id: str) -> None:
        lock, front, file = self._held.pop(doc_id), self._front_file(doc_id), self._lock_file(doc_id)
        self._watcher.removePath(str(front))
        with contextlib.suppress(OSError):
            front.unlink(missing_ok=True)
        if lock is None:
            return
        with contextlib.suppress(OSError):  # Windows keeps a file that is open until it is closed
            file.unlink(missing_ok=True)
        lock.release()
        if sys.platform == "win32":
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def _look(self, _path: str = "") -> None:
        """Answer whoever asked."""
        for doc_id in list(self._held):
            told = _read(self._front_file(doc_id))
            if told.get("word") == "wanted":
                self._answer(doc_id, told.get("path"))

    def _answer(self, doc_id: str, path: Json) -> None:
        shown = self._shows(doc_id, Path(path) if isinstance(path, str) else None)
        if shown:
            self.front_wanted.emit()
        _say(self._front_file(doc_id), Answer.SHOWN if shown else Answer.OTHER)

    def _lock_file(self, doc_id: str) -> Path:
        return self._folder / f"{doc_id}.lock"

    def _front_file(self, doc_id: str) -> Path:
        return self._folder / f"{doc_id}.front"


def is_same_file(one: Path | None, other: Path | None) -> bool:
    """Tell whether two paths lead to one file, by whatever way."""
    if one is None or other is None:
        return one is other
    try:
        return one == other or one.samefile(other)
    except (OSError, ValueError):
        return False


def _ask(front: Path, path: Path | None) -> Answer:
    """Ask the window that holds the draft to come to the front, and wait a little for what it says."""
    pid = _read(front).get("pid")
    if isinstance(pid, int):
        _let_come_to_front(pid)
    if not _say(front, "wanted", None if path is None else str(path)):
        return Answer.SILENT
    until = time.monotonic() + ANSWER_S
    while time.monotonic() < until:
        time.sleep(_ASK_AGAIN_S)
        word = _read(front).get("word")
        if word in (Answer.SHOWN, Answer.OTHER):
            return Answer(word)
    _say(front, "here")  # one that only was slow must not come to the front when nobody waits for it any more
    return Answer.SILENT


def _let_come_to_front(pid: int) -> None:
    """Windows lets a process come to the front only where the one in front allows it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(pid)


def _say(front: Path, word: str, path: str | None = None) -> bool:
    """Write one word for the other window, in place so that it is noticed; tell whether that was possible."""
    said = json.dumps({"word": word, "path": path, "pid": os.getpid()}).encode("ascii")
    try:
        descriptor = os.open(front, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, said)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return True


def _read(front: Path) -> dict[str, Json]:
    """Return what was said last; nothing while it is being written."""
    try:
        with front.open("rb") as file:
            told = json.loads(file.read(_LONGEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Json]", told) if isinstance(told, dict) else {}
