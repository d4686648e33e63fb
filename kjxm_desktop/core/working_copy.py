"""The working copy: what was typed, kept in the program's own folder after every pause, with or without a file.

`<folder>/<doc_id>/state` holds its own SHA-256 and the JSON of everything but media; `media/<sha256>` and
`call/<sha256>/…` lie beside it and never change once written; `history/` tells what the answers were before.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import atomic_file, call, history_records, migration, storage, strict_json
from kjxm_desktop.core.history import History, Kind, Moment
from kjxm_desktop.core.history_records import Section
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

_STATE, _MEDIA, _CALL, _HISTORY = "state", "media", "call", "history"
_ASIDE: Final = "state.damaged-"
_DIGEST = re.compile("[0-9a-f]{64}")
_NAMED = re.compile(rb'"([0-9a-f]{64})"')  # what may name a picture or file, under whatever key


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
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Recovered:
    """A working copy brought back: what it told, its proposal, and whether its call is not an installed one."""

    kept: Kept
    proposal: Proposal
    foreign_call: bool


@dataclass(frozen=True)
class Opened:
    """A draft as it was when it was opened, and when that was."""

    proposal: Proposal
    at: datetime


class WorkingCopy:
    """The working copy of one draft."""

    def __init__(self, folder: Path, doc_id: str) -> None:
        """Stand before the copy of `doc_id`, a UUID, under `folder`. Raises KjxmError draft.manifest for no UUID."""
        if not storage.is_doc_id(doc_id):
            raise KjxmError("draft.manifest", path=str(folder), place="/doc_id")
        self._folder = folder / doc_id
        self._doc_id = doc_id
        self._history = self.history()
        self._sections: dict[str, Section] = {}  # as last written: the next time most of them are the same
        self.opened_moment: str | None = None
        """The moment of the history that tells how the draft was when it was opened; None before anything was kept."""

    def history(self) -> History:
        """Return the history of the draft: an object of its own for each thread that reads it."""
        return History(self._folder / _HISTORY)

    def save(
        self,
        proposal: Proposal,
        *,
        path: Path | None,
        base_sha256: str | None,
        saved_at: datetime,
        opened: Opened | None = None,
        kind: Kind = Kind.EDITED,
    ) -> KjxmError | None:
        """Keep `proposal` as it is now: what it names first, then the state in one step, then its history.

        The history begins with the draft as it was `opened`, when that is told. Raises KjxmError storage.* when the
        state could not be kept; return why the history alone could not.
        """
        self._sections = history_records.sections_of(proposal.data, self._sections)
        state = _sealed(_state(proposal, path, base_sha256, saved_at), self._sections)
        named = storage.named_media(state, proposal.media)
        of_call = Path(_CALL) / proposal.call.sha256
        beside = {of_call / name: content for name, content in proposal.call.files.items()}
        beside |= {Path(_MEDIA) / sha256: proposal.media[sha256] for sha256 in named}
        try:
            for name in (Path(), Path(_MEDIA), of_call):
                atomic_file.private_folder(self._folder / name)
            for name, content in beside.items():
                _keep(self._folder / name, content)
            atomic_file.write(self._folder / _STATE, state)
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error
        try:
            if opened is not None and self.opened_moment is None:
                self._begin_history(opened)
            self._history.keep(proposal.data, saved_at, proposal.revision, kind)
            self._drop_media({*named, *self._history.media_named()})
        except KjxmError as error:
            return error
        return None

    def _begin_history(self, opened: Opened) -> None:
        """Keep how the draft was when it was opened, and delete what the history need not keep longer."""
        self._keep_media(opened.proposal)
        self._history.thin(opened.at)
        moment = self._history.keep(opened.proposal.data, opened.at, opened.proposal.revision, Kind.OPENED)
        self.opened_moment = moment.id if moment is not None else None

    def name_version(self, proposal: Proposal, name: str, at: datetime) -> Moment:
        """Keep `proposal` as it is now in the history, under `name`. Raises KjxmError history.name or storage.*."""
        self._keep_media(proposal)
        return self._history.name(proposal.data, name, at, proposal.revision)

    def _keep_media(self, proposal: Proposal) -> None:
        named = storage.named_media(strict_json.dumps(proposal.data), proposal.media)
        try:
            if named:
                atomic_file.private_folder(self._folder / _MEDIA)
            for sha256 in named:
                _keep(self._folder / _MEDIA / sha256, proposal.media[sha256])
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def media(self, sha256: str) -> bytes | None:
        """Return the bytes of a picture or file that the draft, or a moment of its history, names; None without it.

        Raises KjxmError storage.unreadable.
        """
        if not _DIGEST.fullmatch(sha256):
            return None
        content = self._read_all(self._folder / _MEDIA, (sha256,)).get(sha256)
        return content if content is not None and hashlib.sha256(content).hexdigest() == sha256 else None

    def tidy(self, now_s: float) -> None:
        """Remove what killed writing has left in the folders of the copy; `now_s` is the time of the system's clock."""
        inside = [self._folder / name for name in (_MEDIA, _HISTORY)]
        for folder in (self._folder, *inside, *(self._folder / _CALL).glob("*")):
            atomic_file.remove_orphans(folder, now_s)

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
        told = strict_json.dumps(kept.data) + strict_json.dumps(kept.notes)
        named = tuple(sorted({sha256.decode("ascii") for sha256 in _NAMED.findall(told)}))
        media = self._read_all(self._folder / _MEDIA, named)
        content = storage.Content(
            format=kept.format,
            doc_id=kept.doc_id,
            revision=kept.revision,
            call={"id": kept.call_id, "version": kept.call_version, "sha256": kept.call_sha256},
            data=kept.data,
            notes=kept.notes,
            media={name: part for name, part in media.items() if hashlib.sha256(part).hexdigest() == name},
            call_files=self._read_all(self._folder / _CALL / kept.call_sha256, (*call.FILES, call.TEMPLATE)),
            apart=kept.apart,
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

    def remove_state(self) -> None:
        """Take the state away and leave its history. Raises KjxmError storage.* when that fails."""
        try:
            (self._folder / _STATE).unlink(missing_ok=True)
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def move_aside(self) -> None:
        """Move a copy that cannot be read out of the way, so that nothing is written over it; its history stays.

        Raises KjxmError storage.unreadable when that fails.
        """
        number = 1
        while (aside := self._folder.with_name(f"{self._folder.name}.unreadable-{number}")).exists():
            number += 1
        try:
            self._folder.replace(aside)
            if (aside / _HISTORY).is_dir():
                atomic_file.private_folder(self._folder / _MEDIA)
                (aside / _HISTORY).replace(self._folder / _HISTORY)
                for sha256 in self.history().media_named():
                    if (aside / _MEDIA / sha256).is_file():
                        _keep(self._folder / _MEDIA / sha256, (aside / _MEDIA / sha256).read_bytes())
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._folder)) from error

    def _drop_media(self, needed: set[str]) -> None:
        """Delete the media that neither the draft nor its history names."""
        try:
            for file in (self._folder / _MEDIA).iterdir():
                if _DIGEST.fullmatch(file.name) and file.name not in needed:
                    file.unlink()
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def _read_all(self, folder: Path, names: tuple[str, ...]) -> dict[str, bytes]:
        try:
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


def _state(proposal: Proposal, path: Path | None, base_sha256: str | None, saved_at: datetime) -> dict[str, Json]:
    """Return everything but the answers."""
    return {
        "format": migration.FORMAT,
        "doc_id": proposal.doc_id,
        "revision": proposal.revision,
        "path": None if path is None else str(path),
        "base_sha256": base_sha256,
        "saved_at": saved_at.isoformat(),
        "call": {"id": proposal.call.id, "version": proposal.call.version, "sha256": proposal.call.sha256},
        "notes": proposal.notes,
        **({"apart": sorted(proposal.apart)} if proposal.apart else {}),
    }


def _sealed(state: dict[str, Json], sections: dict[str, Section]) -> bytes:
    members = strict_json.members(state)
    answers = [strict_json.dumps(name) + b":" + sections[name].text for name in sorted(sections)]
    members["data"] = b'"data":{' + b",".join(answers) + b"}"
    text = b"{" + b",".join(members[key] for key in sorted(members)) + b"}"
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
            apart=frozenset(str(sha256) for sha256 in state.get("apart", [])),
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


def _keep(file: Path, content: bytes) -> None:
    """Write a file that never changes once; one that is there and as long is the same."""
    try:
        if file.stat().st_size == len(content):
            return
    except FileNotFoundError:
        pass
    atomic_file.write(file, content)
