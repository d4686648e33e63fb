"""What the program keeps of each draft on this computer beside the user's own file, and how to be rid of it.

In the program's folder: `drafts/<doc_id>/` the working copy with its history, `drafts/<doc_id>.unreadable-<n>/` one
that could not be read, `backups/<doc_id>/` copies of replaced files, `open/<doc_id>.lock` while a window has it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import atomic_file, draft_manifest, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.file_lock import FileLock
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.working_copy import Kept, WorkingCopy
from kjxm_desktop.errors import KjxmError

MOST_FILES: Final = 20_000
"""No more files of one draft are counted."""

_DRAFTS, _BACKUPS, _OPEN, _HISTORY = "drafts", "backups", "open", "history"
_DOC_ID: Final = re.compile(r"([0-9a-f-]{36})(\.unreadable-[0-9]+)?")


class Standing(StrEnum):
    """How the user's own file stands to what is kept here.

    `in_file` it holds all of it · `behind` it lacks something · `gone` it is not where it was · `unnamed` there never
    was one · `unsure` one of the two cannot be read.
    """

    IN_FILE = "in_file"
    BEHIND = "behind"
    GONE = "gone"
    UNNAMED = "unnamed"
    UNSURE = "unsure"


@dataclass(frozen=True)
class LocalCopy:
    """What is kept of one draft: the state of its working copy (None: unreadable or none), sizes in bytes.

    `is_open`: a window has it, of this program or of another one.
    """

    doc_id: str
    kept: Kept | None
    standing: Standing
    copy_bytes: int
    history_bytes: int
    backup_count: int
    backup_bytes: int
    is_open: bool

    @property
    def size(self) -> int:
        """Return how many bytes all of it takes."""
        return self.copy_bytes + self.history_bytes + self.backup_bytes

    @property
    def may_be_all(self) -> bool:
        """Tell whether something may stand here that stands nowhere else."""
        return self.standing is not Standing.IN_FILE


def find(folder: Path, shelf: Shelf) -> list[LocalCopy]:
    """Return what is kept of each draft in the program's `folder`, the latest first, the unreadable last.

    Each draft's own file is read to see whether it holds everything. Nothing is deleted.
    """
    doc_ids = {doc_id for place in (_DRAFTS, _BACKUPS) for doc_id, _ in _folders(folder / place)}
    found = [_look(folder, doc_id, shelf) for doc_id in sorted(doc_ids)]
    dated = [copy for copy in found if copy.kept is not None]
    dated.sort(key=lambda copy: cast("Kept", copy.kept).saved_at, reverse=True)
    return dated + [copy for copy in found if copy.kept is None]


def remove(folder: Path, doc_id: str) -> None:
    """Delete all that is kept of a draft: working copy, history, backups. The user's own file is not touched.

    Raises KjxmError copies.open while a window has the draft, storage.* when something could not be deleted.
    """
    lock_file = folder / _OPEN / f"{doc_id}.lock"
    lock: FileLock | None = FileLock(lock_file)
    try:
        atomic_file.private_folder(lock_file.parent)
        if not lock.take():
            raise KjxmError("copies.open")
    except OSError:  # a file system without locks: whether it is open here the caller knows
        lock = None
    try:
        _remove_all(folder, doc_id)
    finally:
        if lock is not None:
            _give_up(lock, lock_file)


def _remove_all(folder: Path, doc_id: str) -> None:
    try:
        # The state goes first: without it what is left over after a failure is no draft to anybody.
        (folder / _DRAFTS / doc_id / "state").unlink(missing_ok=True)
        for place in (_DRAFTS, _BACKUPS):
            for told, path in _folders(folder / place):
                if told == doc_id:
                    shutil.rmtree(path)
    except OSError as error:
        raise atomic_file.failure(error, folder / _DRAFTS / doc_id) from error


def _give_up(lock: FileLock, file: Path) -> None:
    with contextlib.suppress(OSError):  # Windows removes no file that is open
        file.unlink(missing_ok=True)
    lock.release()
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


# ---- looking


def _folders(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield the folders of drafts in `place`, each with the draft it is of; links are none."""
    try:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in os.scandir(place)]
    except OSError:  # nothing was kept yet
        return
    for name, is_folder in sorted(entries):
        told = _DOC_ID.fullmatch(name)
        if is_folder and told is not None and draft_manifest.is_doc_id(told[1]):
            yield told[1], place / name


def _look(folder: Path, doc_id: str, shelf: Shelf) -> LocalCopy:
    own = [path for told, path in _folders(folder / _DRAFTS) if told == doc_id]
    history = [path / _HISTORY for path in own]
    backups = folder / _BACKUPS / doc_id
    history_bytes = sum(_size(path)[1] for path in history)
    try:
        kept = WorkingCopy(folder / _DRAFTS, doc_id).look()
    except KjxmError:
        kept = None
    unread = any(path.name != doc_id for path in own)
    return LocalCopy(
        doc_id,
        kept,
        Standing.UNSURE if kept is None or unread else _standing(kept, shelf),
        sum(_size(path)[1] for path in own) - history_bytes,
        history_bytes,
        *_size(backups),
        _is_open(folder / _OPEN / f"{doc_id}.lock"),
    )


def _standing(kept: Kept, shelf: Shelf) -> Standing:
    if kept.path is None:
        return Standing.UNNAMED
    try:
        stored = storage.read(kept.path, shelf).proposal
    except KjxmError as error:
        return Standing.GONE if error.key == "storage.missing" else Standing.UNSURE
    if stored.doc_id != kept.doc_id:
        return Standing.GONE
    same = stored.data == kept.data and _said(stored.notes) == _said(kept.notes)
    return Standing.IN_FILE if same else Standing.BEHIND


def _said(notes: Json) -> Json:
    """Return the notes without the place last worked at: to have looked at a page is no change."""
    return {key: value for key, value in cast("dict[str, Json]", notes).items() if key != "last_place"}


def _size(folder: Path) -> tuple[int, int]:
    """Return how many files lie under `folder` and how many bytes they hold; links are not followed."""
    count = size = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):  # it may just have been replaced
                size += (Path(at) / name).lstat().st_size
            count += 1
        if count > MOST_FILES:
            break
    return count, size


def _is_open(lock_file: Path) -> bool:
    if not lock_file.exists():
        return False
    lock = FileLock(lock_file)
    try:
        taken = lock.take()
    except OSError:
        return False
    lock.release()
    return not taken
