"""What the writer thread does: writes the file, the working copy and the history of the open draft, job by job."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kjxm_desktop import strings
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.draft_file import DraftFile, Saved
from kjxm_desktop.core.history import Kind, Moment
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import Opened, WorkingCopy
from kjxm_desktop.errors import KjxmError


def copy_of(proposal: Proposal) -> Proposal:
    """Return a copy that later edits do not touch; values are shared, they never change."""
    copy = Proposal(proposal.call, proposal.data, proposal.media)
    copy.apart = proposal.apart
    copy.notes, copy.doc_id, copy.revision = proposal.notes, proposal.doc_id, proposal.revision
    return copy


@dataclass(frozen=True)
class Written:
    """What the writer thread reports: how many edits it stored, where, and what failed.

    `saved` is None where no file was written. A file that is written counts, whatever became of the working copy.
    """

    edits: int
    saved: Saved | None = None
    file_error: KjxmError | None = None
    copy_error: KjxmError | None = None
    history_error: KjxmError | None = None


@dataclass(frozen=True)
class Named:
    """What the writer thread reports of a version that was to be named."""

    moment: Moment | None = None
    error: KjxmError | None = None


class Writer:
    """Where the open draft is stored. The window's thread reads `working` and `file.base_sha256`, and calls nothing."""

    def __init__(
        self,
        proposal: Proposal,
        working_folder: Path,
        program: str,
        now: Callable[[], datetime],
        path: Path | None,
        base_sha256: str | None,
    ) -> None:
        """Stand before `proposal` as it was opened; the arguments are those of the `Session`."""
        self.working = WorkingCopy(working_folder, proposal.doc_id)
        self.file = DraftFile(
            path,
            base_sha256,
            proposal.revision,
            backups=Backups(working_folder.with_name("backups") / proposal.doc_id),
            program=program,
            conflict_name=_conflict_name,
        )
        self._now = now
        self._opened = Opened(copy_of(proposal), now())

    def tidy(self) -> None:
        """Remove what writing that was killed has left beside the file, in its backups and in the working copy."""
        now_s = time.time()
        self.file.tidy(now_s)
        self.working.tidy(now_s)

    def write_copy(self, proposal: Proposal, edits: int, kind: Kind) -> Written:
        """Write the working copy."""
        return self._with_copy(Written(edits), proposal, kind)

    def write_file(self, proposal: Proposal, edits: int, kind: Kind, elsewhere: Path | None) -> Written:
        """Write the file where it lives, or `elsewhere`, whatever is there, and let it live there from now on."""
        written = Written(edits)
        # First the copy: killed between the two, the file says what the copy holds, and is not taken for another's.
        self._with_copy(written, proposal, kind)
        try:
            if elsewhere is not None:
                written = replace(written, saved=self.file.save_as(proposal, elsewhere, self._now()))
            elif self.file.path is not None:
                written = replace(written, saved=self.file.save(proposal, self._now()))
        except KjxmError as error:
            written = replace(written, file_error=error)
        return self._with_copy(written, proposal, kind)

    def move(self, proposal: Proposal, edits: int, path: Path | None, read: tuple[str, int] | None) -> Written:
        """Let the draft live at `path`, or in what was `read` from its file: its SHA-256 and revision."""
        self.file.path = path or self.file.path
        if read is not None:
            self.file.base_sha256, self.file.revision = read
        proposal.revision = self.file.revision
        saved = None if self.file.path is None else Saved(self.file.path, self.file.revision)
        return self._with_copy(Written(edits, saved), proposal, Kind.EDITED)

    def _with_copy(self, written: Written, proposal: Proposal, kind: Kind) -> Written:
        """Write the working copy and add to what is reported why that failed; the file is none the worse for it."""
        try:
            history_error = self.working.save(
                proposal,
                path=self.file.path,
                base_sha256=self.file.base_sha256,
                saved_at=self._now(),
                opened=self._opened,
                kind=kind,
            )
        except KjxmError as error:
            return replace(written, copy_error=error)
        return replace(written, history_error=history_error)

    def name_version(self, proposal: Proposal, name: str) -> Named:
        """Keep everything in the history, under `name`."""
        try:
            return Named(self.working.name_version(proposal, name, self._now()))
        except KjxmError as error:
            return Named(error=error)


def _conflict_name(stem: str, now: datetime) -> str:
    """Return how our file is called beside one that somebody else has changed."""
    return strings.text("gui_form.save.conflict_name", name=stem, time=f"{now:%Y%m%d-%H%M%S}")
