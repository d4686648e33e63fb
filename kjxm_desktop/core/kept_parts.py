"""What lies beside the state of a working copy and never changes: pictures and files by their SHA-256, and calls.

What is no longer what its name says is looked for in the other working copies, and put aside so that it is written
anew: nothing else would ever write over it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from kjxm_desktop.core import atomic_file, call, json_pointer, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.kept_state import DIGEST
from kjxm_desktop.core.proposal import leaves, media_named
from kjxm_desktop.errors import KjxmError

MEDIA: Final = "media"
CALL: Final = "call"
_ASIDE: Final = ".damaged-"
_NAMED: Final = re.compile(rb'"([0-9a-f]{64})"')
_CALL_FILES: Final = (*call.FILES, call.TEMPLATE)


def read_all(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Return those of the files `names` in `folder` that are there. Raises KjxmError storage.unreadable."""
    try:
        return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise KjxmError("storage.unreadable", path=str(folder)) from error


def keep(file: str | Path, content: bytes) -> None:
    """Write a file that never changes once; one that is there and as long is the same. Raises OSError, KjxmError."""
    try:
        if os.stat(file).st_size == len(content):  # noqa: PTH116  # a path is long in the making
            return
    except FileNotFoundError:
        pass
    atomic_file.write(Path(file), content)


def names_in(value: Json) -> set[str]:
    """Return the SHA-256 of what in `value` may be a picture or a file, under whatever key."""
    return {sha256.decode("ascii") for sha256 in _NAMED.findall(strict_json.dumps(value))}


def media(copy: Path, names: Iterable[str], beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the media `names` of the working copy in `copy`, each as its name says.

    What it lacks comes from `beside` or from another copy. Raises KjxmError storage.unreadable.
    """
    names = sorted(names)
    found = _as_named(read_all(copy / MEDIA, names))
    found |= {name: beside[name] for name in names if name in beside.keys() - found.keys()}
    for name in names:
        if name not in found:
            for folder in _others(copy, MEDIA):
                if (content := _of_another(folder, name)) is not None:
                    found[name] = content
                    break
    return found


def call_files(copy: Path, sha256: str, known: Iterable[Call]) -> Mapping[str, bytes]:
    """Return the files of the call `sha256`: those in the working copy `copy`, else of a `known` one, else another's.

    Where none are what they should be, the own ones as they are. Raises KjxmError storage.unreadable.
    """
    own = read_all(copy / CALL / sha256, _CALL_FILES)
    if call.sha256_of(own) == sha256:
        return own
    for one in known:
        if one.sha256 == sha256:
            return one.files
    for folder in _others(copy, CALL):
        with contextlib.suppress(KjxmError):
            files = read_all(folder / sha256, _CALL_FILES)
            if call.sha256_of(files) == sha256:
                return files
    return own


def put_damaged_aside(copy: Path) -> None:
    """Rename what beside the state in `copy` is not what its name says; what cannot be looked at stays."""
    for file in _inside(copy / MEDIA):
        with contextlib.suppress(OSError):
            with file.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            if digest != file.name:
                _rename(file)
    for folder in _inside(copy / CALL):
        with contextlib.suppress(OSError, KjxmError):
            if call.sha256_of(read_all(folder, _CALL_FILES)) != folder.name:
                _rename(folder)


def without_lost(of: Call, data: Json, there: Iterable[str]) -> tuple[Json, tuple[str, ...]]:
    """Return `data` without the pictures and files that are not `there`, and where one was taken out."""
    present, lost = frozenset(there), list[str]()
    for control, pointer, value in list(leaves(of, data)):
        if present.issuperset(media_named(control, value)):
            continue
        left = None
        if control.kind == "rich":
            left = [block for block in value if block.get("type") != "picture" or block.get("media") in present]
        data = json_pointer.set_in(data, pointer, left or None) or {}
        lost.append(pointer)
    return data, tuple(lost)


def _as_named(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if hashlib.sha256(content).hexdigest() == name}


def _of_another(folder: Path, name: str) -> bytes | None:
    try:
        return _as_named(read_all(folder, (name,))).get(name)
    except KjxmError:
        return None


def _others(copy: Path, name: str) -> Iterator[Path]:
    """Yield the folders `name` of the other working copies, those that were moved out of the way too."""
    return (folder / name for folder in _entries(copy.parent) if folder != copy)


def _inside(folder: Path) -> list[Path]:
    """Return what in `folder` is named by a digest."""
    return [entry for entry in _entries(folder) if DIGEST.fullmatch(entry.name)]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _rename(path: Path) -> None:
    number = 1
    while (aside := path.with_name(f"{path.name}{_ASIDE}{number}")).exists():
        number += 1
    path.replace(aside)
