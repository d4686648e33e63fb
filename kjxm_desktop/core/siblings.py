"""Files of the same draft beside it: what sync services and copying by hand leave, and where a renamed file went.

A draft is known by the id inside it; names tell nothing here, every service and every language has its own.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import container, storage, strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

MOST_ENTRIES: Final = 20_000
MOST_NAMES: Final = 200
MOST_READ: Final = 20

_SUFFIX: Final = ".kjxm"
_MANIFEST, _ANSWERS = "manifest.json", "content/proposal.json"
_MOST_MANIFEST_BYTES: Final = 4 * 1024 * 1024
_ELSEWHERE: Final = 0x0000_1000 | 0x0004_0000 | 0x0040_0000
"""Windows: offline, recall on open, recall on access. To look into such a file would fetch it from the service."""


@dataclass(frozen=True)
class Identity:
    """Which draft a file is: its id, its revision, and the digest of its answers as its manifest tells them."""

    doc_id: str
    revision: int
    answers: str


@dataclass(frozen=True)
class Sibling:
    """A file beside, of the same draft."""

    path: Path
    identity: Identity


class Standing(StrEnum):
    """What became of the file: as it was, changed by somebody else, gone, or its whole folder is out of reach."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    NO_FOLDER = "no_folder"


Mark = tuple[int, int, int]
"""What of a file changes whenever it is replaced: its inode, its size, and the time of its last change."""


@dataclass(frozen=True)
class Sight:
    """What a look at the file and its folder has shown.

    `sha256` is that of the file, None where it was not read; `mark` spares reading it next time. `identity` is which
    draft the file is now. `moved_to` is where a file went that is gone. `others` are drafts beside it with other
    answers.
    """

    standing: Standing
    mark: Mark | None = None
    sha256: str | None = None
    identity: Identity | None = None
    moved_to: Path | None = None
    others: tuple[Sibling, ...] = ()


def look(path: Path, doc_id: str, sha256: str | None, mark: Mark | None = None) -> Sight:
    """Return what became of the file at `path` that was last read or written with this SHA-256, and what lies beside.

    With the `mark` of an earlier look the file is only read again when it was replaced since.
    """
    try:
        found = beside(path, doc_id)
        told = path.stat()
    except FileNotFoundError:
        return _without_file(path, doc_id, sha256)
    except (OSError, ValueError):
        return Sight(Standing.NO_FOLDER)
    now = (told.st_ino, told.st_size, told.st_mtime_ns)
    read = sha256 if now == mark else digest(path)
    identity = identify(path)
    others = tuple(other for other in found if identity is None or other.identity.answers != identity.answers)
    if read == sha256:
        return Sight(Standing.SAME, now, read, identity, others=others)
    return Sight(Standing.CHANGED, None, read, identity, others=others)


def _without_file(path: Path, doc_id: str, sha256: str | None) -> Sight:
    try:
        found = beside(path, doc_id)
    except OSError:
        return Sight(Standing.NO_FOLDER)
    moved_to = next((other.path for other in found if sha256 is not None and digest(other.path) == sha256), None)
    others = tuple(other for other in found if other.path != moved_to)
    return Sight(Standing.GONE, moved_to=moved_to, others=others)


def identify(path: Path) -> Identity | None:
    """Return which draft the file at `path` is, by its manifest alone; None where that cannot be told."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            return None
        with path.open("rb") as file:
            raw = container.peek(file, _MANIFEST)
        told = strict_json.loads(raw, limit_bytes=_MOST_MANIFEST_BYTES) if raw is not None else None
    except (OSError, ValueError, KjxmError):
        return None
    return _identity(told)


def beside(path: Path, doc_id: str) -> list[Sibling]:
    """Return the other files of the draft `doc_id` in the folder of `path`, those first whose names are most alike.

    One listing of the folder; of at most 20 files the manifest is read, never a picture. What cannot be read is none.
    Raises OSError when the folder cannot be listed.
    """
    found: list[Sibling] = []
    for other in _candidates(path)[:MOST_READ]:
        identity = identify(other)
        if identity is not None and identity.doc_id == doc_id:
            found.append(Sibling(other, identity))
    return found


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file; None when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def _candidates(path: Path) -> list[Path]:
    with os.scandir(path.parent) as listing:
        entries = islice((entry for entry in islice(listing, MOST_ENTRIES) if _may_be_draft(entry)), MOST_NAMES)
        names = [entry.name for entry in entries if entry.name != path.name]
    return [path.with_name(name) for name in sorted(names, key=lambda name: (-_alike(name, path.name), name))]


def _may_be_draft(entry: os.DirEntry[str]) -> bool:
    if not entry.name.lower().endswith(_SUFFIX) or entry.name.startswith("."):
        return False
    try:
        attributes = getattr(entry.stat(), "st_file_attributes", 0)
        return entry.is_file() and not attributes & _ELSEWHERE
    except OSError:
        return False


def _alike(one: str, other: str) -> int:
    """Return how many letters two names have in common from their beginning on."""
    pairs = zip(one.casefold(), other.casefold(), strict=False)
    return next((at for at, (here, there) in enumerate(pairs) if here != there), min(len(one), len(other)))


def _identity(manifest: Json) -> Identity | None:
    told = _object(manifest)
    doc_id, revision = told.get("doc_id"), told.get("revision")
    answers = _object(_object(told.get("parts")).get(_ANSWERS)).get("sha256")
    if not (storage.is_doc_id(doc_id) and isinstance(revision, int) and isinstance(answers, str)):
        return None
    return Identity(str(doc_id), revision, answers)


def _object(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}
