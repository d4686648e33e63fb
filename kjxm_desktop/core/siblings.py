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

from kjxm_desktop.core import container, draft_manifest, storage, strict_json
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
"""What of a file changes whenever it is replaced, and stays when it is renamed: its inode, 0 where the system tells
none, its size, and the time of its last change."""


@dataclass(frozen=True)
class Sight:
    """What a look at the file and its folder has shown.

    `sha256` is that of the file, None where it was not read; `mark` spares reading it next time. `identity` is which
    draft the file is now. `moved_to` is where a file went that is gone. `others` are drafts beside it with other
    answers, `names` those of all drafts beside it.
    """

    standing: Standing
    mark: Mark | None = None
    sha256: str | None = None
    identity: Identity | None = None
    moved_to: Path | None = None
    others: tuple[Sibling, ...] = ()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Before:
    """What the file and its folder were like when the file was last there: its `mark`, the `names` of drafts beside it.

    Each is None where nobody has looked. By this a file that was renamed is known again, and by nothing less.
    """

    mark: Mark | None = None
    names: frozenset[str] | None = None


NEVER: Final = Before()


def look(path: Path, doc_id: str, sha256: str | None, mark: Mark | None = None, before: Before = NEVER) -> Sight:
    """Return what became of the file at `path` that was last read or written with this SHA-256, and what lies beside.

    With the `mark` of an earlier look the file is only read again when it was replaced since. A file that is gone is
    only found under another name by what it was like `before`.
    """
    try:
        found = beside(path, doc_id)
        now = mark_of(path)
    except FileNotFoundError:
        return _without_file(path, doc_id, sha256, before)
    except (OSError, ValueError):
        return Sight(Standing.NO_FOLDER)
    read = sha256 if now == mark else digest(path)
    identity = identify(path)
    others = tuple(other for other in found if identity is None or other.identity.answers != identity.answers)
    names = frozenset(other.path.name for other in found)
    if read == sha256:
        return Sight(Standing.SAME, now, read, identity, others=others, names=names)
    return Sight(Standing.CHANGED, None, read, identity, others=others, names=names)


def mark_of(path: Path) -> Mark:
    """Return the mark of the file at `path`. Raises OSError or ValueError."""
    told = path.stat()
    return told.st_ino, told.st_size, told.st_mtime_ns


def _without_file(path: Path, doc_id: str, sha256: str | None, before: Before) -> Sight:
    try:
        found = beside(path, doc_id)
    except OSError:
        return Sight(Standing.NO_FOLDER)
    moved_to = next((other.path for other in found if _is_renamed(other.path, sha256, before)), None)
    others = tuple(
        other for other in found if other.path != moved_to and not _says_the_same(other.path, sha256, before)
    )
    return Sight(Standing.GONE, moved_to=moved_to, others=others, names=frozenset(other.path.name for other in found))


def _is_renamed(other: Path, sha256: str | None, before: Before) -> bool:
    """Tell whether the file that is gone is now at `other`; a copy that somebody made of it must not be taken for it.

    It is the same file with the same bytes under another name: where the system numbers files that tells it, elsewhere
    that there was none of this name before.
    """
    if sha256 is None or before.mark is None or other.name in (before.names or ()):
        return False
    try:
        told, links = mark_of(other), other.stat().st_nlink
    except OSError:
        return False
    numbered = before.mark[0] != 0
    if told != before.mark or (numbered and links > 1) or (not numbered and before.names is None):
        return False
    return digest(other) == sha256


def _says_the_same(other: Path, sha256: str | None, before: Before) -> bool:
    """Tell whether `other` is a copy of the file that is gone; only one of its size is read."""
    try:
        return before.mark is not None and other.stat().st_size == before.mark[1] and digest(other) == sha256
    except OSError:
        return False


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
    if not (draft_manifest.is_doc_id(doc_id) and isinstance(revision, int) and isinstance(answers, str)):
        return None
    return Identity(str(doc_id), storage.counted(revision), answers)


def _object(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}
