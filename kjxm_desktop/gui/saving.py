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
class _Written:
    """What the writer thread reports: which edit count is stored, and where."""

    edits: int
    in_file: bool
    path: Path | None = None
    sha256: str | None = None
    conflict: bool = False
    error: KjxmError | None = None


class Saving(QObject):
    """Stores the proposal by itself: 400 ms after the last edit in the working copy, within 30 s in its file.

    All writing happens on one thread of its own, in order. The file is compared with what was last read or written
    before it is replaced: one that was changed outside is left alone and ours goes beside it under a new name.
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
        self._base_sha256 = base_sha256
        self._edits = 0
        self._edits_kept = 0
        self._edits_in_file = 0
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
        self._tell(SaveState(SaveKind.PENDING, self.state.at, None, self.path is not None))
        self._submit(self._write_copy, copy_of(self._proposal), self._edits)

    def save_file(self) -> None:
        """Write the file, or the working copy while there is no name."""
        if self.path is None or self._held:
            self._keep()
            return
        self._file_due.stop()
        self._tell(SaveState(SaveKind.PENDING, self.state.at, None, named=True))
        self._submit(self._write_file, copy_of(self._proposal), self._edits, self.path, False)

    def save_as(self, path: Path) -> None:
        """Write the file at `path`, whatever is there, and keep it there from now on."""
        self._tell(SaveState(SaveKind.PENDING, self.state.at, None, named=True))
        self._submit(self._write_file, copy_of(self._proposal), self._edits, path, True)

    def close(self) -> SaveState:
        """Store everything, wait for it and return the last state; the thread ends when nothing failed."""
        self._held = False
        if self._closed:
            return self.state
        self._wait()  # a file may be on its way; only then is known what is still to store
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
        try:
            self._store_copy(proposal, self.path, self._base_sha256)
        except KjxmError as error:
            return _Written(edits, in_file=False, error=error)
        return _Written(edits, in_file=False)

    def _write_file(self, proposal: Proposal, edits: int, path: Path, anyway: bool) -> _Written:
        try:
            conflict = not anyway and _changed_outside(path, self._base_sha256)
            target = _beside(path, self._now()) if conflict else path
            proposal.revision += 1
            sha256 = storage.write(target, proposal, program=self._program)
            self._base_sha256 = sha256
            self._store_copy(proposal, target, sha256)
        except KjxmError as error:
            return _Written(edits, in_file=True, error=error)
        return _Written(edits, in_file=True, path=target, sha256=sha256, conflict=conflict)

    def _store_copy(self, proposal: Proposal, path: Path | None, base_sha256: str | None) -> None:
        self._working.save(
            proposal,
            path=path,
            base_sha256=base_sha256,
            saved_at=self._now(),
        )

    # ---- what the writer thread reports

    def _on_reported(self, done: Future[_Written]) -> None:
        written = done.result()
        named = written.path is not None or self.path is not None
        if written.error is not None:
            self._retry.start()
            self._tell(SaveState(SaveKind.FAILED, self.state.at, written.error, named))
            return
        self._edits_kept = max(self._edits_kept, written.edits)
        if written.path is not None:
            self.path = written.path
            self._proposal.revision += 1
            self._edits_in_file = max(self._edits_in_file, written.edits)
            if self._edits > self._edits_in_file:
                self._file_due.start()
        if written.conflict:
            self.conflict_kept.emit(str(written.path))
        if self._retry.isActive() and self._edits_in_file < self._edits and self.path is not None:
            return  # the working copy is safe, the file has failed: the failure stays in sight until it is mended
        self._retry.stop()
        self._tell(SaveState(self._kind(), self._now(), None, named))

    def _kind(self) -> SaveKind:
        if self._edits > self._edits_kept:
            return SaveKind.PENDING
        return SaveKind.SAVED if self.path is not None and self._edits <= self._edits_in_file else SaveKind.KEPT

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
