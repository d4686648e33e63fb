"""The working copy: what was typed, kept in the program's own folder after every pause, with or without a file.

`<folder>/<doc_id>/state` holds its own SHA-256 and the JSON of everything but media; `media/<sha256>` and
`call/<sha256>/…` lie beside it and never change once written.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import atomic_file, call, migration, storage, strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

_STATE, _MEDIA, _CALL = "state", "media", "call"
_ASIDE: Final = "state.damaged-"
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """What a working copy tells without its media.

    `path` is the file it belongs to, None while it has no name; `base_sha256` is that of the file as last read or
    written; `saved_at` is when the copy was made.
    """

    doc_id: str
    path: Path | None
    base_sha256: str | None
    revision: int
    saved_at: datetime
    call_id: str
    call_version: str
    call_sha256: str
    format: int
    data: Json
    notes: Json


@dataclass(frozen=True)
class Recovered:
    """A working copy brought back: what it told, its proposal, and whether its call is not an installed one."""

    kept: Kept
    proposal: Proposal
    foreign_call: bool


class WorkingCopy:
    """The working copy of one draft."""

    def __init__(self, folder: Path, doc_id: str) -> None:
        """Stand before the copy of `doc_id`, a UUID, under `folder`. Raises KjxmError draft.manifest for no UUID."""
        if not storage.is_doc_id(doc_id):
            raise KjxmError("draft.manifest", path=str(folder), place="/doc_id")
        self._folder = folder / doc_id
        self._doc_id = doc_id

    def save(self, proposal: Proposal, *, path: Path | None, base_sha256: str | None, saved_at: datetime) -> None:
        """Keep `proposal` as it is now: what it names first, then the state in one step. Raises KjxmError storage.*."""
        state = _sealed(_state(proposal, path, base_sha256, saved_at))
        named = storage.named_media(state, proposal.media)
        of_call = Path(_CALL) / proposal.call.sha256
        beside = {of_call / name: content for name, content in proposal.call.files.items()}
        beside |= {Path(_MEDIA) / sha256: proposal.media[sha256] for sha256 in named}
        try:
            for name in (Path(), Path(_MEDIA), of_call):
                _private_folder(self._folder / name)
            for name, content in beside.items():
                _keep(self._folder / name, content)
            atomic_file.write(self._folder / _STATE, state)
            for file in (self._folder / _MEDIA).iterdir():
                if _DIGEST.fullmatch(file.name) and file.name not in named:
                    file.unlink()
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def look(self) -> Kept | None:
        """Return what the copy tells, None when there is none. A damaged one is moved aside and counts as none.

        Raises KjxmError draft.newer for one that a later program left, storage.unreadable when it cannot be opened.
        """
        state = self._folder / _STATE
        try:
            raw = state.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(state)) from error
        try:
            return _kept(_unsealed(raw), self._doc_id)
        except _DamagedError:
            _move_aside(state)
            return None
        except KjxmError as error:
            raise storage.placed(error, state) from error

    def load(self, shelf: storage.Calls) -> Recovered | None:
        """Return the copy with its proposal, None when there is none.

        Raises KjxmError as `look` does, and draft.* when the call, a picture or the answers are not as they were kept.
        """
        kept = self.look()
        if kept is None:
            return None
        media = self._read_all(self._folder / _MEDIA)
        content = storage.Content(
            format=kept.format,
            doc_id=kept.doc_id,
            revision=kept.revision,
            call={"id": kept.call_id, "version": kept.call_version, "sha256": kept.call_sha256},
            data=kept.data,
            notes=kept.notes,
            media={name: part for name, part in media.items() if hashlib.sha256(part).hexdigest() == name},
            call_files=self._read_all(self._folder / _CALL / kept.call_sha256, call.FILES),
        )
        try:
            proposal, installed = storage.to_proposal(content, shelf)
        except KjxmError as error:
            raise storage.placed(error, self._folder) from error
        return Recovered(kept, proposal, not installed)

    def remove(self) -> None:
        """Take the copy away with everything beside it. Raises KjxmError storage.* when that fails."""
        try:
            if self._folder.exists():
                shutil.rmtree(self._folder)
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def _read_all(self, folder: Path, names: tuple[str, ...] | None = None) -> dict[str, bytes]:
        try:
            if names is None:
                names = tuple(file.name for file in folder.iterdir() if _DIGEST.fullmatch(file.name))
            return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(folder)) from error


def list_all(folder: Path) -> list[Kept]:
    """Return every working copy under `folder` that can be read here, the latest first; damaged ones move aside."""
    found: list[Kept] = []
    for doc_id in _doc_ids(folder):
        try:
            kept = WorkingCopy(folder, doc_id).look()
        except KjxmError:  # one that cannot be read now must not hide the others; opening it tells why
            continue
        if kept is not None:
            found.append(kept)
    return sorted(found, key=lambda kept: kept.saved_at, reverse=True)


def unnamed(folder: Path) -> list[Kept]:
    """Return the working copies that have no file of their own, the latest first: drafts that live here alone."""
    return [kept for kept in list_all(folder) if kept.path is None]


def damaged(folder: Path) -> list[Path]:
    """Return the states that were moved aside, for the user to be told of."""
    return sorted(file for doc_id in _doc_ids(folder) for file in (folder / doc_id).glob(f"{_ASIDE}*"))


def _doc_ids(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if storage.is_doc_id(entry.name) and entry.is_dir())
    except OSError:  # no folder yet, no copies
        return []


# --- the state ------------------------------------------------------------------------------------------------------


class _DamagedError(Exception):
    """The state is not as it was written."""


def _state(proposal: Proposal, path: Path | None, base_sha256: str | None, saved_at: datetime) -> Json:
    return {
        "format": migration.FORMAT,
        "doc_id": proposal.doc_id,
        "revision": proposal.revision,
        "path": None if path is None else str(path),
        "base_sha256": base_sha256,
        "saved_at": saved_at.isoformat(),
        "call": {"id": proposal.call.id, "version": proposal.call.version, "sha256": proposal.call.sha256},
        "data": proposal.data,
        "notes": proposal.notes,
    }


def _sealed(state: Json) -> bytes:
    text = strict_json.dumps(state)
    return hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text


def _unsealed(raw: bytes) -> dict[str, Json]:
    seal, _, text = raw.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode("ascii") != seal:
        raise _DamagedError
    try:
        state = strict_json.loads(text)
    except KjxmError as error:
        raise _DamagedError from error
    if not isinstance(state, dict):
        raise _DamagedError
    return cast("dict[str, Json]", state)


def _kept(state: dict[str, Json], doc_id: str) -> Kept:
    told = state.get("format")
    if isinstance(told, int):
        migration.check_readable(told, 0)
    try:
        kept = Kept(
            doc_id=state["doc_id"],
            path=None if state["path"] is None else Path(state["path"]),
            base_sha256=state["base_sha256"],
            revision=int(state["revision"]),
            saved_at=datetime.fromisoformat(state["saved_at"]),
            call_id=str(state["call"]["id"]),
            call_version=str(state["call"]["version"]),
            call_sha256=str(state["call"]["sha256"]),
            format=int(state["format"]),
            data=dict(state["data"]),
            notes=dict(state["notes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _DamagedError from error
    if kept.doc_id != doc_id or kept.saved_at.tzinfo is None or not _DIGEST.fullmatch(kept.call_sha256):
        raise _DamagedError
    return kept


def _move_aside(state: Path) -> None:
    """Rename a damaged state, so that nothing writes over what may still be read by eye."""
    number = 1
    while (aside := state.with_name(f"{_ASIDE}{number}")).exists():
        number += 1
    try:
        state.replace(aside)
    except OSError as error:
        raise atomic_file.failure(error, state) from error


# --- files beside ---------------------------------------------------------------------------------------------------


def _private_folder(folder: Path) -> None:
    """Make `folder` and those above it that are missing, the user's alone; `mkdir` opens the ones above to all."""
    if not folder.is_dir():
        _private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _keep(file: Path, content: bytes) -> None:
    """Write a file that never changes once; one that is there and as long is the same."""
    try:
        if file.stat().st_size == len(content):
            return
    except FileNotFoundError:
        pass
    atomic_file.write(file, content)
