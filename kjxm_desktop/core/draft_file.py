"""The file in which an open draft lives: written over what was read there, never over what somebody else wrote."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from kjxm_desktop.core import atomic_file, storage
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

LONGEST_NAMES_BYTES: Final = (240, 140, 80)
"""How long the name of a file beside ours may be: what all file systems take, and where one takes less, shorter.

Windows counts UTF-16 units, of which a name has no more than bytes; temporary names beside it are shorter.
"""

_CONFLICTS = re.compile(r"(?<=.)(?: ?[（(][^（）()]{1,20} [0-9]{8}-[0-9]{6}[）)](?: [0-9]{1,9})?)+\Z", re.DOTALL)


@dataclass(frozen=True)
class Saved:
    """What came of a save: where the draft lives now, at which revision.

    `conflict`: the file had been changed outside; it was left alone, and `path` is a new one beside it. `recreated`:
    the file was gone and is there again. `backup_error`: why what was replaced could not be kept; the save is good.
    """

    path: Path
    revision: int
    conflict: bool = False
    recreated: bool = False
    backup_error: KjxmError | None = None


class _ChangedOutsideError(Exception):
    """What stands there is not what may be replaced."""


class DraftFile:
    """The file of one open draft, None while it has no name. For one thread: a save sees where the one before led."""

    def __init__(
        self,
        path: Path | None,
        base_sha256: str | None,
        revision: int,
        *,
        backups: Backups,
        program: str,
        conflict_name: Callable[[str, datetime], str],
        foresee: Callable[[Path, str], None] | None = None,
    ) -> None:
        """Stand before the file at `path` as it was read: its SHA-256 and revision.

        `program` is written into the file; `conflict_name` makes the stem of our file beside one changed outside.
        `foresee` hears, each time a file is whole and about to be put in its place, where, and its SHA-256.
        """
        self.path: Path | None = path
        self.base_sha256: str | None = base_sha256
        self.revision: int = revision
        self._backups = backups
        self._program = program
        self._conflict_name = conflict_name
        self._foresee = foresee
        self._is_as_opened = True
        self._maybe_written: str | None = None

    def save(self, proposal: Proposal, now: datetime) -> Saved:
        """Write `proposal`, one revision on, where the draft lives; beside it when somebody else has written there.

        Raises KjxmError storage.* or draft.*; then the draft lives where it did, and what stands there is untouched.
        """
        path = self.path
        if path is None:
            raise ValueError("a draft without a name has no file")
        try:
            return self._write(proposal, path, now, may_be=(None, self.base_sha256, self._maybe_written))
        except _ChangedOutsideError:
            return self._write_beside(proposal, path, now)

    def save_as(self, proposal: Proposal, path: Path, now: datetime) -> Saved:
        """Write `proposal`, one revision on, at `path`, whatever stands there, and let it live there from now on.

        Raises KjxmError storage.* or draft.*; then the draft lives where it did.
        """
        return self._write(proposal, path, now, may_be=None)

    def tidy(self, now_s: float) -> None:
        """Remove what killed writing has left beside the file and its backups; `now_s` is the system's clock."""
        if self.path is not None:
            atomic_file.remove_orphans(self.path.parent, now_s)
        self._backups.tidy(now_s)

    def _write_beside(self, proposal: Proposal, path: Path, now: datetime) -> Saved:
        for longest in LONGEST_NAMES_BYTES[:-1]:
            try:
                return self._write_free(proposal, path, now, longest)
            except KjxmError as error:
                if error.key != "storage.name_too_long":
                    raise
        return self._write_free(proposal, path, now, LONGEST_NAMES_BYTES[-1])

    def _write_free(self, proposal: Proposal, path: Path, now: datetime, longest: int) -> Saved:
        """Write `proposal` under the first name beside `path` that is free, of at most `longest` bytes."""
        number = 1
        while True:
            free = path.with_name(self._name_beside(path, now, number, longest))
            number += 1
            if os.path.lexists(free):  # unlike Path.exists it raises for no name, and knows a link that leads nowhere
                continue
            with contextlib.suppress(_ChangedOutsideError):  # somebody took the name just now
                return self._write(proposal, free, now, may_be=(None,), conflict=True)

    def _name_beside(self, path: Path, now: datetime, number: int, longest: int) -> str:
        """Return how our file is called beside the one at `path`: by its stem, shortened, and this conflict alone."""
        # What earlier conflicts have added goes: told in any language, it is a word and a time in brackets at the end.
        stem = _CONFLICTS.sub("", path.stem)
        while True:
            name = self._conflict_name(stem, now) + (f" {number}" if number > 1 else "") + path.suffix
            if len(os.fsencode(name)) <= longest or len(stem) <= 1:
                return name
            stem = stem[:-1].rstrip(" .\u200d") or stem[:1]

    def _write(
        self,
        proposal: Proposal,
        path: Path,
        now: datetime,
        *,
        may_be: tuple[str | None, ...] | None,
        conflict: bool = False,
    ) -> Saved:
        """Write `proposal` at `path` if the SHA-256 of what stands there, None for nothing, is one of `may_be`.

        That is looked at when the new file is whole and about to take the place of the old one: nothing earlier counts.
        """
        found: list[str | None] = []
        failed: list[KjxmError] = []

        def last(target: Path) -> None:
            found.append(self._backed_up(target, now, failed, always=may_be is None))
            if may_be is not None and found[0] not in may_be:
                raise _ChangedOutsideError

        foresee = None if self._foresee is None else partial(self._foresee, path)
        revision = proposal.revision
        proposal.revision = self.revision + 1
        try:
            sha256 = storage.write(path, proposal, program=self._program, last=last, foresee=foresee)
        except BaseException:
            if found and (may_be is None or found[0] in may_be):
                # It may stand there all the same: replaced, and only the sync of the folder has failed.
                self._maybe_written = storage.packed_sha256(proposal, self._program)
            proposal.revision = revision
            raise
        self._maybe_written = None
        recreated = path == self.path and self.base_sha256 is not None and found[0] is None
        self.path, self.base_sha256, self.revision = path, sha256, proposal.revision
        try:
            self._backups.thin()
        except KjxmError as error:
            failed.append(error)
        return Saved(path, self.revision, conflict, recreated, failed[0] if failed else None)

    def _backed_up(self, target: Path, now: datetime, failed: list[KjxmError], *, always: bool) -> str | None:
        """Return the SHA-256 of what is about to be replaced, None for nothing, after it was kept where that is due.

        Due is what was there when the draft was opened, what somebody else has written, and else one in ten minutes.
        """
        try:
            if always or self._is_as_opened or self._backups.due(now):
                sha256 = self._backups.keep(target, now, self.revision)
                self._is_as_opened = False
                return sha256
        except FileNotFoundError:
            return None
        except KjxmError as error:
            failed.append(error)
        return storage.sha256_of(target)
