"""The working copy: what was typed, kept in the program's own folder after every pause, with or without a file.

`<folder>/<doc_id>/state` holds its own SHA-256 and the JSON of everything but media; `media/<sha256>` and
`call/<sha256>/…` lie beside it and never change once written; `history/` tells what the answers were before. A damaged
state is made anew from the history and kept as `state.replaced-<n>`; where that cannot be done it is renamed to
`state.damaged-<n>`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from kjxm_desktop.core import (
    atomic_file,
    call,
    draft_manifest,
    history_records,
    kept_parts,
    kept_state,
    migration,
    rebuilt_state,
    storage,
)
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.history import History, Kind, Moment
from kjxm_desktop.core.history_records import Section
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.kept_state import DIGEST as _DIGEST
from kjxm_desktop.core.kept_state import DamagedError, Kept
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

_STATE, _MEDIA, _CALL, _HISTORY = "state", kept_parts.MEDIA, kept_parts.CALL, "history"
_ASIDE: Final = "state.damaged-"
_REPLACED: Final = "state.replaced-"
_UNREADABLE: Final = ".unreadable-"


class Calls(storage.Calls, Protocol):
    """Where the call of a working copy is looked up: `call.Shelf`."""

    @property
    def calls(self) -> Sequence[Call]:
        """Return the calls at hand."""
        ...


@dataclass(frozen=True)
class Recovered:
    """A working copy brought back: what it told, its proposal, and whether its call is not an installed one.

    `lost` tells where a picture or file was taken out that is damaged here and nowhere else to be had. `other_call`:
    the call is damaged likewise, and is what was left of it.
    """

    kept: Kept
    proposal: Proposal
    foreign_call: bool
    lost: tuple[str, ...] = ()
    other_call: bool = False

    @property
    def is_mended(self) -> bool:
        """Tell whether it is not simply what was kept."""
        return bool(self.kept.rebuilt or self.lost or self.other_call)


@dataclass(frozen=True)
class Opened:
    """A draft as it was when it was opened, and when that was."""

    proposal: Proposal
    at: datetime


class WorkingCopy:
    """The working copy of one draft."""

    def __init__(self, folder: Path, doc_id: str) -> None:
        """Stand before the copy of `doc_id`, a UUID, under `folder`. Raises KjxmError draft.manifest for no UUID."""
        if not draft_manifest.is_doc_id(doc_id):
            raise KjxmError("draft.manifest", path=str(folder), place="/doc_id")
        self._folder = folder / doc_id
        self._doc_id = doc_id
        self._history = self.history()
        self._sections: dict[str, Section] = {}  # as last written: the next time most of them are the same
        self._in_use: frozenset[str] = frozenset()  # the media that what was saved last names
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
        foreseen: Sequence[tuple[Path, str]] = (),
    ) -> KjxmError | None:
        """Keep `proposal` as it is now: what it names first, then the state in one step, then its history.

        The history begins with the draft as it was `opened`, when that is told; of what it held before no more is read
        than its last segment. `foreseen` is as in `Kept`. Raises KjxmError storage.* when the state could not be kept;
        return why the history alone could not.
        """
        self._sections = history_records.sections_of(proposal.data, self._sections)
        told = kept_state.told_of(proposal, path, base_sha256, saved_at, foreseen)
        state = kept_state.sealed(told, self._sections)
        named = storage.named_media(state, proposal.media)
        of_call, of_media = self._folder / _CALL / proposal.call.sha256, self._folder / _MEDIA
        # Joined as text: after each pause in typing they are all looked for, and paths are long in the making.
        beside = {os.path.join(of_call, name): content for name, content in proposal.call.files.items()}  # noqa: PTH118
        beside |= {os.path.join(of_media, sha256): proposal.media[sha256] for sha256 in named}  # noqa: PTH118
        try:
            for folder in (self._folder, of_media, of_call):
                atomic_file.private_folder(folder)
            for name, content in beside.items():
                kept_parts.keep(name, content)
            atomic_file.write(self._folder / _STATE, state)
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error
        self._in_use = frozenset(named)
        try:
            if opened is not None and self.opened_moment is None:
                self._begin_history(opened)
            self._history.keep(proposal.data, saved_at, proposal.revision, kind)
        except KjxmError as error:
            return error
        return None

    def _begin_history(self, opened: Opened) -> None:
        """Keep how the draft was when it was opened."""
        self._keep_media(opened.proposal)
        moment = self._history.keep(opened.proposal.data, opened.at, opened.proposal.revision, Kind.OPENED)
        self.opened_moment = moment.id if moment is not None else None

    def name_version(self, proposal: Proposal, name: str, at: datetime) -> Moment:
        """Keep `proposal` as it is now in the history, under `name`. Raises KjxmError history.name or storage.*."""
        self._keep_media(proposal)
        return self._history.name(proposal.data, name, at, proposal.revision)

    def thin(self) -> History:
        """Delete what the history need not keep longer, and return it as it is then, for `drop_media`.

        For a time when nothing waits, on another thread than saves: it reads all heads of the history, which may be
        long. Raises KjxmError storage.*.
        """
        history = self.history()
        of_history = {name: size for name, size in self._media_sizes().items() if name not in self._in_use}
        history.thin(of_history, self.opened_moment)
        history.media_named()
        return history

    def drop_media(self, history: History) -> None:
        """Delete the media that neither what was saved last nor `history` names; of that only what is new is read.

        For the thread that saves: what it keeps next may need them. Raises KjxmError storage.*.
        """
        needed = self._in_use | history.media_named()
        try:
            for name in self._media_sizes().keys() - needed:
                (self._folder / _MEDIA / name).unlink()
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def _keep_media(self, proposal: Proposal) -> None:
        sections = history_records.sections_of(proposal.data, self._sections)
        named = storage.named_media(b"\n".join(section.text for section in sections.values()), proposal.media)
        try:
            if named:
                atomic_file.private_folder(self._folder / _MEDIA)
            for sha256 in named:
                kept_parts.keep(self._folder / _MEDIA / sha256, proposal.media[sha256])
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def _media_sizes(self) -> dict[str, int]:
        try:
            files = [file for file in (self._folder / _MEDIA).iterdir() if _DIGEST.fullmatch(file.name)]
            return {file.name: file.stat().st_size for file in files}
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def media(self, sha256: str) -> bytes | None:
        """Return the bytes of a picture or file that the draft, or a moment of its history, names; None without it.

        Raises KjxmError storage.unreadable.
        """
        if not _DIGEST.fullmatch(sha256):
            return None
        content = kept_parts.read_all(self._folder / _MEDIA, (sha256,)).get(sha256)
        return content if content is not None and hashlib.sha256(content).hexdigest() == sha256 else None

    def tidy(self, now_s: float) -> None:
        """Remove what killed writing has left in the folders of the copy; `now_s` is the time of the system's clock.

        What has been damaged beside the state is put aside, so that the next save writes it anew.
        """
        inside = [self._folder / name for name in (_MEDIA, _HISTORY)]
        for folder in (self._folder, *inside, *(self._folder / _CALL).glob("*")):
            atomic_file.remove_orphans(folder, now_s)
        kept_parts.put_damaged_aside(self._folder)

    def look(self) -> Kept | None:
        """Return what the copy tells, None when there is none. A damaged one is made anew from its history.

        Where that tells nothing, it is moved aside and counts as none. Raises KjxmError draft.newer for one that a
        later program left, storage.unreadable when it cannot be opened.
        """
        state = self._folder / _STATE
        try:
            raw = state.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(state)) from error
        try:
            return kept_state.read(raw, self._doc_id)
        except DamagedError:
            return self._rebuild(raw)
        except KjxmError as error:
            raise storage.placed(error, state) from error

    def _rebuild(self, raw: bytes) -> Kept | None:
        """Put what the damaged state `raw` told in its place, and keep that beside; move it there without."""
        state = self._folder / _STATE
        kept = rebuilt_state.rebuild(raw, self._doc_id, self.history(), self._folder / _CALL)
        if kept is None:
            _move_aside(state)
            return None
        with contextlib.suppress(OSError):  # what cannot be written now is made anew the next time
            atomic_file.write(_aside(state, _REPLACED), raw)
            atomic_file.write(state, kept_state.sealed_anew(kept))
        return kept

    def load(self, shelf: Calls, beside: Proposal | None = None) -> Recovered | None:
        """Return the copy with its proposal, None when there is none.

        A call, picture or file that is damaged is taken from `shelf`, from `beside` (the same draft, read elsewhere) or
        from another working copy; a picture or file that is nowhere is left out. Raises KjxmError as `look` does, and
        draft.* when the call or the answers are not as they were kept.
        """
        kept = self.look()
        if kept is None:
            return None
        try:
            return self._loaded(kept, shelf, beside)
        except KjxmError as error:
            raise storage.placed(error, self._folder) from error

    def _loaded(self, kept: Kept, shelf: Calls, beside: Proposal | None) -> Recovered:
        at_hand = () if beside is None else (beside.call,)
        files = kept_parts.call_files(self._folder, kept.call_sha256, (*at_hand, *shelf.calls))
        named = kept_parts.names_in(kept.data) | kept_parts.names_in(kept.notes)
        media = kept_parts.media(self._folder, named, {} if beside is None else beside.media)
        data, lost = kept.data, tuple[str, ...]()
        about: dict[str, Json] = {"id": kept.call_id, "version": kept.call_version, "sha256": kept.call_sha256}
        other_call = call.sha256_of(files) != kept.call_sha256
        told = migration.migrate(kept.format, kept.data)
        if other_call or kept_parts.names_in(told) - media.keys() - kept.apart:
            of = storage.call_of(files, shelf)[0]
            about = {"id": of.id, "version": of.version, "sha256": of.sha256}
            data, lost = kept_parts.without_lost(of, told, {*media, *kept.apart})
        content = storage.Content(
            format=migration.FORMAT if lost else kept.format,
            doc_id=kept.doc_id,
            revision=kept.revision,
            call=about,
            data=data,
            notes=kept.notes,
            media=media,
            call_files=files,
            apart=kept.apart,
            unknown=kept.unknown,
        )
        proposal, installed = storage.to_proposal(content, shelf)
        return Recovered(kept, proposal, not installed, lost, other_call)

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

    def move_aside(self) -> Path:
        """Move a copy that cannot be read out of the way, and return where it lies now; its history stays.

        Nothing is written over it there. Raises KjxmError storage.unreadable when that fails.
        """
        number = 1
        while (aside := self._folder.with_name(f"{self._folder.name}{_UNREADABLE}{number}")).exists():
            number += 1
        try:
            self._folder.replace(aside)
            if (aside / _HISTORY).is_dir():
                atomic_file.private_folder(self._folder / _MEDIA)
                (aside / _HISTORY).replace(self._folder / _HISTORY)
                for sha256 in self.history().media_named():
                    if (aside / _MEDIA / sha256).is_file():
                        kept_parts.keep(self._folder / _MEDIA / sha256, (aside / _MEDIA / sha256).read_bytes())
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._folder)) from error
        return aside


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
    """Return the states that were found damaged, whether they could be made anew or not."""
    names = (f"{_ASIDE}*", f"{_REPLACED}*")
    return sorted(file for doc_id in _doc_ids(folder) for name in names for file in (folder / doc_id).glob(name))


def unreadable(folder: Path, listed: Collection[Kept]) -> list[Path]:
    """Return the folders of the working copies of which nothing can be read: damaged, or of a later program.

    `listed` are those that can be, as `list_all` tells them.
    """
    known = {kept.doc_id for kept in listed}
    left = [folder / doc_id for doc_id in _doc_ids(folder) if doc_id not in known and is_left(folder, doc_id)]
    moved = folder.glob(f"*{_UNREADABLE}*")
    return left + sorted(entry for entry in moved if draft_manifest.is_doc_id(entry.name.partition(".")[0]))


def is_left(folder: Path, doc_id: str) -> bool:
    """Tell whether something was kept of a draft, though it may not be readable."""
    return (folder / doc_id / _STATE).exists() or any((folder / doc_id).glob(f"{_ASIDE}*"))


def _doc_ids(folder: Path) -> list[str]:
    try:
        found = [entry for entry in folder.iterdir() if draft_manifest.is_doc_id(entry.name)]
        return sorted(entry.name for entry in found if entry.is_dir())
    except OSError:  # no folder yet, no copies
        return []


# --- what is damaged ------------------------------------------------------------------------------------------------


def _move_aside(state: Path) -> None:
    """Rename a damaged state, so that nothing writes over what may still be read by eye."""
    try:
        state.replace(_aside(state, _ASIDE))
    except OSError as error:
        raise atomic_file.failure(error, state) from error


def _aside(state: Path, name: str) -> Path:
    """Return the first of the numbered names beside `state` that no damaged one has yet."""
    number = 1
    while (aside := state.with_name(f"{name}{number}")).exists():
        number += 1
    return aside
