"""What is done off the window's thread: the working copy and the history on one thread, the file on another."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from kjxm_desktop import strings
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.draft_file import DraftFile, Saved
from kjxm_desktop.core.history import History, Kind, Moment
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import Opened, WorkingCopy
from kjxm_desktop.errors import KjxmError

_MOST_FORESEEN: Final = 2  # the one about to be written, and the one before, if whether it came about is not known


def copy_of(proposal: Proposal) -> Proposal:
    """Return a copy that later edits do not touch; values are shared, they never change."""
    copy = Proposal(proposal.call, proposal.data, proposal.media)
    copy.apart, copy.unknown = proposal.apart, proposal.unknown
    copy.notes, copy.doc_id, copy.revision = proposal.notes, proposal.doc_id, proposal.revision
    return copy


@dataclass(frozen=True)
class Home:
    """Where a draft lives: its file, None without a name, and that file's SHA-256 and revision as last known here."""

    path: Path | None
    base_sha256: str | None
    revision: int


@dataclass(frozen=True)
class Copied:
    """What became of a working copy: how many edits it holds, or why it could not be written, or its history not."""

    edits: int
    error: KjxmError | None = None
    history_error: KjxmError | None = None


@dataclass(frozen=True)
class Filed:
    """What became of a file: how many edits it holds and where the draft lives since, or why it could not be written.

    `saved` is None where none was written. `copied` is of the working copy that tells where the draft lives now; the
    file counts, whatever became of that.
    """

    edits: int
    saved: Saved | None = None
    error: KjxmError | None = None
    home: Home | None = None
    copied: Copied | None = None


@dataclass(frozen=True)
class Named:
    """What became of a version that was to be named."""

    moment: Moment | None = None
    error: KjxmError | None = None


class Writer:
    """Where the open draft is stored, on two threads; the window's calls these methods, each of which returns at once.

    What is typed is stored while a file is being written, however long that takes: the thread of the working copy waits
    for nobody. That of the file waits for it, twice in each save. Before a file takes its place the working copy holds
    what goes into it, and tells its digest beside that of the file it stems from; when it stands, the working copy
    stems from it. So it is known for what it is whenever the program is killed, though it holds more by then.
    Each thread has what it works on for itself; what passes between them are values.
    """

    def __init__(
        self,
        proposal: Proposal,
        working_folder: Path,
        program: str,
        now: Callable[[], datetime],
        home: Home,
    ) -> None:
        """Stand before `proposal` as it was opened, which lives at `home`; the others are those of the `Session`."""
        self.working = WorkingCopy(working_folder, proposal.doc_id)
        self.opened_home = home
        self._copy = _Copy(self.working, home, Opened(copy_of(proposal), now()), now)
        self._copying = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copying")
        self._filing = ThreadPoolExecutor(max_workers=1, thread_name_prefix="filing")
        backups = Backups(working_folder.with_name("backups") / proposal.doc_id)
        file = DraftFile(
            home.path,
            home.base_sha256,
            home.revision,
            backups=backups,
            program=program,
            conflict_name=_conflict_name,
            foresee=lambda target, sha256: self._copying.submit(self._copy.foresee, target, sha256).result(),
        )
        self._file = _File(file, now, lambda home: self._copying.submit(self._copy.move, home).result())

    def tidy(self) -> None:
        """Remove what writing that was killed has left beside the file, in its backups and in the working copy."""
        now_s = time.time()
        self._copying.submit(self.working.tidy, now_s)
        self._filing.submit(self._file.tidy, now_s)

    def write_copy(self, proposal: Proposal, edits: int, kind: Kind) -> Future[Copied]:
        """Write the working copy."""
        return self._copying.submit(self._copy.write, copy_of(proposal), edits, kind)

    def write_file(self, proposal: Proposal, edits: int, elsewhere: Path | None) -> Future[Filed]:
        """Write the file where it lives, or `elsewhere`, whatever is there, and let it live there from now on.

        What is written must have been given to `write_copy` before.
        """
        return self._filing.submit(self._file.write, copy_of(proposal), edits, elsewhere)

    def move(self, edits: int, path: Path | None, read: tuple[str, int] | None) -> Future[Filed]:
        """Let the draft live at `path`, or in what was `read` from its file: its SHA-256 and revision."""
        return self._filing.submit(self._file.move, edits, path, read)

    def name_version(self, proposal: Proposal, name: str) -> Future[Named]:
        """Keep everything in the history, under `name`."""
        return self._copying.submit(self._copy.name_version, copy_of(proposal), name)

    def thin(self) -> None:
        """Delete what need not be kept longer of the history and its media, after what is on its way."""

        def thin() -> None:
            with suppress(KjxmError):  # it can wait for the next time, and whoever writes has nothing to do about it
                history = self.working.thin()
                self._copying.submit(self._copy.drop_media, history).result()

        self._filing.submit(thin)

    def wait(self) -> None:
        """Wait for everything that is on its way."""
        self._filing.submit(_nothing).result()
        self._copying.submit(_nothing).result()

    def wait_for_copy(self, most_s: float) -> None:
        """Wait at most so long, in seconds, for what is on its way into the working copy, and for no file."""
        with suppress(TimeoutError):
            self._copying.submit(_nothing).result(most_s)

    def end(self) -> None:
        """End both threads when all is done that is on its way."""
        self._filing.shutdown()
        self._copying.shutdown()


class _Copy:
    """The working copy and what it tells of the file; all but making it is for the thread of the working copy."""

    def __init__(self, working: WorkingCopy, home: Home, opened: Opened, now: Callable[[], datetime]) -> None:
        self._working = working
        self._home = home
        self._foreseen: tuple[tuple[Path, str], ...] = ()
        self._opened = opened
        self._now = now
        self._latest: tuple[Proposal, int] = (copy_of(opened.proposal), 0)

    def write(self, proposal: Proposal, edits: int, kind: Kind) -> Copied:
        """Write `proposal`, of the revision that the file has: it stems from that one, whenever it was asked for."""
        self._latest = (proposal, edits)
        proposal.revision = self._home.revision
        try:
            history_error = self._working.save(
                proposal,
                path=self._home.path,
                base_sha256=self._home.base_sha256,
                saved_at=self._now(),
                opened=self._opened,
                kind=kind,
                foreseen=self._foreseen,
            )
        except KjxmError as error:
            return Copied(edits, error)
        return Copied(edits, history_error=history_error)

    def foresee(self, path: Path, sha256: str) -> None:
        """Tell that the file at `path` may be of this digest from now on. Without it the file is written all the same.

        What was foreseen before stays told: a save that failed may have put it there, and nobody knows.
        """
        told = [pair for pair in self._foreseen if pair != (path, sha256)]
        self._foreseen = (*told, (path, sha256))[-_MOST_FORESEEN:]
        self.write(*self._latest, Kind.EDITED)

    def move(self, home: Home) -> Copied:
        """Tell that the draft lives there now."""
        self._home, self._foreseen = home, ()
        return self.write(*self._latest, Kind.EDITED)

    def name_version(self, proposal: Proposal, name: str) -> Named:
        proposal.revision = self._home.revision
        try:
            return Named(self._working.name_version(proposal, name, self._now()))
        except KjxmError as error:
            return Named(error=error)

    def drop_media(self, history: History) -> None:
        self._working.drop_media(history)


class _File:
    """The file of the draft; all but making it is for the thread of the file."""

    def __init__(self, file: DraftFile, now: Callable[[], datetime], moved: Callable[[Home], Copied]) -> None:
        """Write `file`; `moved` tells the working copy where the draft lives now, and what became of that."""
        self._file = file
        self._now = now
        self._moved = moved

    def tidy(self, now_s: float) -> None:
        self._file.tidy(now_s)

    def write(self, proposal: Proposal, edits: int, elsewhere: Path | None) -> Filed:
        try:
            if elsewhere is not None:
                saved = self._file.save_as(proposal, elsewhere, self._now())
            elif self._file.path is not None:
                saved = self._file.save(proposal, self._now())
            else:
                return Filed(edits)  # it was to get a name, which failed
        except KjxmError as error:
            return Filed(edits, error=error)
        return self._with_copy(Filed(edits, saved))

    def move(self, edits: int, path: Path | None, read: tuple[str, int] | None) -> Filed:
        self._file.path = path or self._file.path
        if read is not None:
            self._file.base_sha256, self._file.revision = read
        saved = None if self._file.path is None else Saved(self._file.path, self._file.revision)
        return self._with_copy(Filed(edits, saved))

    def _with_copy(self, filed: Filed) -> Filed:
        home = Home(self._file.path, self._file.base_sha256, self._file.revision)
        return replace(filed, home=home, copied=self._moved(home))


def _nothing() -> None:
    """Do nothing, after all that was asked for before."""


def _conflict_name(stem: str, now: datetime) -> str:
    """Return how our file is called beside one that somebody else has changed."""
    return strings.text("gui_form.save.conflict_name", name=stem, time=f"{now:%Y%m%d-%H%M%S}")
