"""Keeping what is typed: the working copy after each pause, the file every half minute, off the window's thread."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

from kjxm_desktop import strings
from kjxm_desktop.core import storage
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError

QUIET_MS = 400
"""The working copy is written this long after the last edit …"""
FORCED_MS = 1_500
"""… and at the latest this long after the first one not yet stored."""
FILE_MS = 30_000
"""The file is written at the latest this long after the first edit it lacks."""
RETRY_MS = 10_000
"""After a failure it is tried again this much later."""
TURN_S = 0.000_5
"""The writer gives way to the window after this long, not after Python's 5 ms, several of which a key would feel."""


class SaveKind(StrEnum):
    """What the status bar tells; its words are `gui_form.save.<value>`."""

    UNTOUCHED = "untouched"
    PENDING = "pending"
    KEPT = "kept"
    SAVED = "saved"
    FAILED = "failed"


@dataclass(frozen=True)
class SaveState:
    """How safe everything typed is.

    `untouched` nothing was edited since opening · `pending` being stored just now · `kept` in the working copy of this
    computer, the file follows · `saved` in the file · `failed` not stored, for `reason`; tried again by itself.
    `at` is when it was last stored.
    """

    kind: SaveKind
    at: datetime | None = None
    reason: KjxmError | None = None
    named: bool = False

    def words(self) -> str:
        """Return the sentence of the status bar."""
        if self.reason is not None:
            return strings.text("gui_form.save.failed", reason=strings.error(self.reason).rstrip("。."))
        if self.at is None:
            return strings.text(f"gui_form.save.{self.kind}")
        unnamed = self.kind is SaveKind.KEPT and not self.named
        return strings.text(
            "gui_form.save.kept_unnamed" if unnamed else f"gui_form.save.{self.kind}", time=f"{self.at:%H:%M}"
        )


def copy_of(proposal: Proposal) -> Proposal:
    """Return a copy that later edits do not touch; values are shared, they never change."""
    copy = Proposal(proposal.call, proposal.data, proposal.media)
    copy.notes, copy.doc_id, copy.revision = proposal.notes, proposal.doc_id, proposal.revision
    return copy


@dataclass(frozen=True)
class _Home:
    """Where the proposal lives and what stands there: one value, so that no job sees the half of a change."""

    path: Path | None
    base_sha256: str | None
    revision: int


@dataclass(frozen=True)
class _Written:
    """What the writer thread reports: how many edits it stored, where the file is now, and what failed.

    `home` is None where no file was written. A file that is written counts, whatever became of the working copy.
    """

    edits: int
    home: _Home | None = None
    conflict: bool = False
    file_error: KjxmError | None = None
    copy_error: KjxmError | None = None


class Saving(QObject):
    """Stores the proposal by itself: 400 ms after the last edit in the working copy, within 30 s in its file.

    All writing happens on one thread of its own, in order. The file is compared with what was last read or written
    before it is replaced: one that was changed outside is left alone and ours goes beside it under a new name. Where
    that file is belongs to the thread (`_home`): a job that waits behind a 另存为 goes where that one has led.
    """

    changed = Signal()
    """`state` is new."""
    conflict_kept = Signal(str)
    """The file had been changed outside; ours was written to this path and is kept there from now on."""
    _reported = Signal(object)

    def __init__(
        self,
        proposal: Proposal,
        working_folder: Path,
        program: str,
        now: Callable[[], datetime],
        path: Path | None,
        base_sha256: str | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.path = path
        self.state = SaveState(SaveKind.UNTOUCHED, named=path is not None)
        self._proposal = proposal
        self._working = WorkingCopy(working_folder, proposal.doc_id)
        self._program = program
        self._now = now
        self._home = _Home(path, base_sha256, proposal.revision)
        self._file_error: KjxmError | None = None
        self._copy_error: KjxmError | None = None
        self._edits = 0
        self._edits_kept = 0
        self._edits_in_file = 0
        self._edits_at_failure = 0
        self._held = False
        self._closed = False
        sys.setswitchinterval(TURN_S)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saving")
        self._reported.connect(self._on_reported)
        self._quiet = self._timer(QUIET_MS, self._keep)
        self._forced = self._timer(FORCED_MS, self._keep)
        self._file_due = self._timer(FILE_MS, self.save_file)
        self._retry = self._timer(RETRY_MS, self._try_again)

    def _timer(self, interval_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=interval_ms)
        timer.timeout.connect(then)
        return timer

    # ---- what happens outside

    def touched(self) -> None:
        """Hear that something was edited."""
        self._edits += 1
        self._quiet.start()
        if not self._forced.isActive():
            self._forced.start()
        if self.path is not None and not self._file_due.isActive():
            self._file_due.start()
        if self._held:
            self._quiet.stop()
            self._forced.stop()

    def hold(self, held: bool) -> None:
        """Write nothing while held (an input method composes); go on after it."""
        self._held = held
        if held:
            self._quiet.stop()
            self._forced.stop()
        elif self._edits > self._edits_kept:
            self._quiet.start()
            self._forced.start()

    def leave(self) -> None:
        """Hear that the window lost the attention: store what is not stored."""
        if self.path is not None and self._edits > self._edits_in_file:
            self.save_file()
        elif self._edits > self._edits_kept:
            self._keep()

    # ---- writing

    def _keep(self) -> None:
        """Write the working copy."""
        self._quiet.stop()
        self._forced.stop()
        if self._held:
            return
        self._tell_pending()
        self._submit(self._write_copy, copy_of(self._proposal), self._edits)

    def save_file(self) -> None:
        """Write the file, or the working copy while there is no name."""
        if self.path is None or self._held:
            self._keep()
            return
        self._file_due.stop()
        self._tell_pending()
        self._submit(self._write_file, copy_of(self._proposal), self._edits, None)

    def save_as(self, path: Path) -> None:
        """Write the file at `path`, whatever is there, and keep it there from now on."""
        self._tell_pending()
        self._submit(self._write_file, copy_of(self._proposal), self._edits, path)

    def close(self) -> SaveState:
        """Store everything, wait for it and return the last state; the thread ends when nothing failed."""
        self._held = False
        if self._closed:
            return self.state
        self._wait()  # a file may be on its way; only then is known what is still to store
        if self.path is not None and self._file_error is not None:
            self.save_file()  # a 另存为 may have failed while the file it came from holds everything
        else:
            self.leave()
        self._wait()
        for timer in (self._quiet, self._forced, self._file_due, self._retry):
            timer.stop()
        if self.state.kind is not SaveKind.FAILED:
            self._closed = True
            self._thread.shutdown()
        return self.state

    def abandon(self) -> None:
        """End the thread without storing anything more: the person has decided so."""
        self._closed = True
        self._thread.shutdown()

    def _wait(self) -> None:
        """Wait for what was submitted and take in its reports."""
        self._thread.submit(lambda: None).result()
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)

    def _submit(self, job: Callable[..., _Written], *arguments: object) -> None:
        self._thread.submit(job, *arguments).add_done_callback(self._report)

    def _report(self, done: Future[_Written]) -> None:
        """Hand the outcome to the window's thread; a bug in the job arrives there as what it is."""
        self._reported.emit(done)

    def _try_again(self) -> None:
        if self._edits > self._edits_kept:
            self._keep()
        if self.path is not None and self._edits > self._edits_in_file:
            self.save_file()

    # ---- on the writer thread

    def _write_copy(self, proposal: Proposal, edits: int) -> _Written:
        return _Written(edits, copy_error=self._store_copy(proposal))

    def _write_file(self, proposal: Proposal, edits: int, elsewhere: Path | None) -> _Written:
        """Write the file where it lives, or `elsewhere`, whatever is there, and let it live there from now on."""
        home = self._home
        path = elsewhere or home.path
        if path is None:
            return self._write_copy(proposal, edits)
        try:
            conflict = elsewhere is None and _changed_outside(path, home.base_sha256)
            target = _beside(path, self._now()) if conflict else path
            proposal.revision = home.revision + 1
            sha256 = storage.write(target, proposal, program=self._program)
        except KjxmError as error:
            return _Written(edits, file_error=error)
        self._home = _Home(target, sha256, proposal.revision)
        return _Written(edits, self._home, conflict, copy_error=self._store_copy(proposal))

    def _store_copy(self, proposal: Proposal) -> KjxmError | None:
        """Write the working copy and return why that failed; the file is none the worse for it."""
        path, base_sha256 = self._home.path, self._home.base_sha256
        try:
            self._working.save(proposal, path=path, base_sha256=base_sha256, saved_at=self._now())
        except KjxmError as error:
            return error
        return None

    # ---- what the writer thread reports

    def _on_reported(self, done: Future[_Written]) -> None:
        written = done.result()
        if written.file_error is not None:
            self._file_error, self._edits_at_failure = written.file_error, self._edits
        else:
            self._take_in(written)
        if written.conflict:
            self.conflict_kept.emit(str(self.path))
        failure = self._failure()
        if failure is None:
            self._retry.stop()
            self._tell(SaveState(self._kind(), self._now(), None, self.path is not None))
        else:
            self._retry.start()
            self._tell(SaveState(SaveKind.FAILED, self.state.at, failure, self.path is not None))

    def _take_in(self, written: _Written) -> None:
        self._copy_error = written.copy_error
        if written.home is not None:
            self.path = written.home.path
            self._proposal.revision = written.home.revision
            self._file_error = None
            self._edits_in_file = max(self._edits_in_file, written.edits)
            if self._edits > self._edits_in_file:
                self._file_due.start()
        if written.home is not None or written.copy_error is None:
            if self.path is None and written.edits > self._edits_at_failure:
                self._file_error = None  # a name was wanted and could not be had; writing went on without one
            self._edits_kept = max(self._edits_kept, written.edits)

    def _failure(self) -> KjxmError | None:
        """Return what is to be mended: the file that could not be written, or else the copy that holds too little."""
        return self._file_error or (self._copy_error if self._edits > self._edits_kept else None)

    def _kind(self) -> SaveKind:
        if self._edits > self._edits_kept:
            return SaveKind.PENDING
        return SaveKind.SAVED if self.path is not None and self._edits <= self._edits_in_file else SaveKind.KEPT

    def _tell_pending(self) -> None:
        """Say that something is being stored, unless something failed: that stays in sight until it is mended."""
        if self.state.kind is not SaveKind.FAILED:
            self._tell(SaveState(SaveKind.PENDING, self.state.at, None, self.path is not None))

    def _tell(self, state: SaveState) -> None:
        if state != self.state:
            self.state = state
            self.changed.emit()


def _changed_outside(path: Path, base_sha256: str | None) -> bool:
    """Tell whether the file is there and is not what was last read or written."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise KjxmError("storage.unreadable", path=path.name) from error
    return found != base_sha256


def _beside(path: Path, now: datetime) -> Path:
    """Return a free name for our copy beside a file that somebody else has changed."""
    stem = strings.text("gui_form.save.conflict_name", name=path.stem, time=f"{now:%Y%m%d-%H%M%S}")
    free = path.with_name(stem + path.suffix)
    number = 2
    while free.exists():
        free = path.with_name(f"{stem} {number}{path.suffix}")
        number += 1
    return free
