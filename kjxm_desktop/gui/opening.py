"""Ways to a proposal: a file, what the working copy has beyond it, an example, a draft worked on before."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from PySide6.QtCore import QStandardPaths

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, siblings, storage, strict_json, working_copy
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, leaves
from kjxm_desktop.core.working_copy import Kept, WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.instance import Answer, Claims, is_same_file
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.start_page import Recent
from kjxm_desktop.settings import Settings

MOST_RECENT = 12
_EXAMPLE_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Opened:
    """A proposal ready to be worked on, and what the person should know of how it came.

    `path` and `base_sha256` are of its file. `foreign_call`: it brought a call that is not installed. `restored_at`
    is when the working copy was made that had `restored_count` answers beyond the file; `stored` is then what the file
    says. `other_copy` is a working copy that differs from the file in another way; it was put apart as a draft of its
    own. `unsaved`: the file lacks something that is here. `elsewhere`: another window has the draft. It shows it now
    (`shown`), or what is opened is a copy of its own, without a name, of the file `copied`.
    """

    proposal: Proposal
    path: Path | None = None
    base_sha256: str | None = None
    foreign_call: bool = False
    restored_at: datetime | None = None
    restored_count: int = 0
    stored: Proposal | None = None
    other_copy: Kept | None = None
    unsaved: bool = False
    elsewhere: Answer | None = None
    copied: Path | None = None


# ---- a file


def open_file(path: Path, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return the draft at `path` with what its working copy under `drafts` has beyond it.

    A copy that goes on from this very file is brought back. One that stems from another state of the file is put apart
    under a name of its own, so that neither is lost. With `claims` the draft is claimed before anything of it is read.
    Raises KjxmError storage.* or draft.*; nothing is changed then.
    """
    path = path.absolute()
    identity = siblings.identify(path) if claims is not None else None
    answer = claims.take(identity.doc_id, path) if claims is not None and identity is not None else None
    stored = storage.read(path, shelf)
    opened = Opened(stored.proposal, path, stored.sha256, stored.foreign_call)
    if answer is not None:
        return _as_copy(opened, answer, _latest(stored, shelf, drafts) if answer is Answer.SILENT else None)
    copy = _copy_of(stored.proposal.doc_id, shelf, drafts)
    if copy is None or _is_same(copy.proposal, stored.proposal):
        return opened
    if copy.kept.base_sha256 == stored.sha256 and is_same_file(copy.kept.path, path):
        count = count_differences(stored.proposal, copy.proposal)
        return replace(
            opened,
            proposal=copy.proposal,
            restored_at=copy.kept.saved_at,
            restored_count=count,
            stored=stored.proposal,
            unsaved=True,
        )
    if _is_in_its_file(copy, shelf):
        return opened
    return replace(opened, other_copy=_put_apart(copy, drafts))


def count_differences(one: Proposal, other: Proposal) -> int:
    """Return how many answers differ: given in one alone, or given differently."""
    first, second = ({pointer: value for _, pointer, value in leaves(told.call, told.data)} for told in (one, other))
    return sum(first.get(pointer) != second.get(pointer) for pointer in first.keys() | second.keys())


def _copy_of(doc_id: str, shelf: Shelf, drafts: Path) -> working_copy.Recovered | None:
    """Return the working copy of a draft that has a file; one that cannot be read is moved out of the way."""
    copy = WorkingCopy(drafts, doc_id)
    try:
        return copy.load(shelf)
    except KjxmError:
        # The file is whole. The copy is kept for whoever can read it, the next edit must not write over it.
        copy.move_aside()
        return None


def _is_same(one: Proposal, other: Proposal) -> bool:
    return one.data == other.data and _said(one) == _said(other)


def _said(proposal: Proposal) -> Json:
    """Return the notes without the place last worked at: to have looked at a page is no change."""
    return {key: value for key, value in proposal.notes.items() if key != "last_place"}


def _is_in_its_file(copy: working_copy.Recovered, shelf: Shelf) -> bool:
    """Tell whether the file that a working copy belongs to holds all of it: a file copied by hand has the same id."""
    if copy.kept.path is None:
        return False
    try:
        return _is_same(storage.read(copy.kept.path, shelf).proposal, copy.proposal)
    except KjxmError:
        return False


def _put_apart(copy: working_copy.Recovered, drafts: Path) -> Kept:
    """Keep a working copy as a draft of its own, without a name, and return what it tells then."""
    copy.proposal.doc_id = str(uuid.uuid4())
    apart = WorkingCopy(drafts, copy.proposal.doc_id)
    apart.save(copy.proposal, path=None, base_sha256=None, saved_at=copy.kept.saved_at)
    WorkingCopy(drafts, copy.kept.doc_id).remove_state()  # the history goes on with the file
    return replace(copy.kept, doc_id=copy.proposal.doc_id, path=None, base_sha256=None)


def _latest(stored: storage.Stored, shelf: Shelf, drafts: Path) -> Proposal | None:
    """Return what the working copy of another window has beyond the file, without touching it; None for nothing."""
    try:
        copy = WorkingCopy(drafts, stored.proposal.doc_id).load(shelf)
    except KjxmError:
        return None
    return copy.proposal if copy is not None and copy.kept.base_sha256 == stored.sha256 else None


def _as_copy(opened: Opened, answer: Answer, latest: Proposal | None = None) -> Opened:
    """Return a draft that another window has as a draft of its own, without a name: nothing is written over that one.

    `latest` is a later state of it. What is open in this very window stays as it is told.
    """
    if answer in (Answer.SHOWN, Answer.HERE):
        return replace(opened, elsewhere=answer)
    proposal = latest or opened.proposal
    proposal.doc_id = str(uuid.uuid4())
    return Opened(proposal, foreign_call=opened.foreign_call, elsewhere=answer, copied=opened.path)


# ---- a working copy, an example


def open_copy_apart(doc_id: str, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return the draft that lives in the working copy `doc_id` alone. Raises KjxmError when it cannot be read."""
    answer = claims.take(doc_id, None) if claims is not None else None
    copy = WorkingCopy(drafts, doc_id).load(shelf)
    if copy is None:
        raise KjxmError("storage.missing", path=str(drafts / doc_id))
    opened = Opened(copy.proposal, foreign_call=copy.foreign_call)
    return opened if answer is None else _as_copy(opened, answer)


def open_recent(recent: Recent, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return a draft worked on before: its file, or what the working copy has where the file is gone.

    Raises KjxmError storage.* or draft.*, of the file when there is neither.
    """
    if recent.path is None:
        return open_copy_apart(recent.doc_id, shelf, drafts, claims)
    if _is_there(recent.path):
        return open_file(recent.path, shelf, drafts, claims)
    answer = claims.take(recent.doc_id, recent.path) if claims is not None else None
    copy = WorkingCopy(drafts, recent.doc_id).load(shelf)
    if copy is None:
        raise KjxmError("storage.missing", path=str(recent.path))
    if answer is not None:
        return _as_copy(Opened(copy.proposal, recent.path, foreign_call=copy.foreign_call), answer)
    count = count_differences(Proposal(copy.proposal.call), copy.proposal)
    return Opened(
        copy.proposal,
        foreign_call=copy.foreign_call,
        restored_at=copy.kept.saved_at,
        restored_count=count,
        unsaved=True,
    )


def _is_there(path: Path) -> bool:
    """Tell whether a file can be seen; a stick or a share that answers with an error is as good as gone."""
    try:
        return path.exists()
    except OSError:
        return False


def open_example(data_file: Path, shelf: Shelf) -> Opened:
    """Return a new proposal with the answers of an example, to the first call that asks for them.

    Raises KjxmError data.* or picture.* when there is none.
    """
    raw = strict_json.loads(data_file.read_bytes(), name=data_file.name, limit_bytes=_EXAMPLE_LIMIT_BYTES)
    refused = KjxmError("data.file_missing", pointer="", file=data_file.name)
    for call in shelf.calls:
        try:
            return Opened(from_outside(call, raw, data_file.parent))
        except KjxmError as error:
            refused = error
    raise refused


# ---- what was worked on before


def _was_edited(history: History) -> bool:
    """Tell whether there is something to take back; of a history that cannot be read nobody knows."""
    try:
        return any(moment.kind is not Kind.OPENED for moment in history.moments())
    except KjxmError:
        return True


class Recents:
    """The drafts worked on before, newest first: those noted in the settings, and working copies nobody noted."""

    def __init__(self, settings: Settings, drafts: Path, shelf: Shelf) -> None:
        self._settings = settings
        self._drafts = drafts
        self._shelf = shelf

    def all(self) -> list[Recent]:
        """Return the drafts that can be gone on with: their file is there, or their working copy."""
        kept = {told.doc_id: told for told in working_copy.list_all(self._drafts)}
        found = [
            entry
            for entry in self._noted()
            if entry.doc_id in kept or (entry.path is not None and _is_there(entry.path))
        ]
        known = {entry.doc_id for entry in found}
        found += [self._of_copy(told) for told in kept.values() if told.doc_id not in known and told.data]
        return sorted(found, key=lambda entry: entry.at, reverse=True)[:MOST_RECENT]

    def note(self, session: Session) -> None:
        """Remember the draft of `session` as the one worked on last.

        One without a name in which nothing was ever typed is nothing to come back to, and goes.
        """
        doc_id = session.proposal.doc_id
        others = [told for told in self._settings.get("recent") if not _is_of(told, doc_id, session.path)]
        copy = WorkingCopy(self._drafts, doc_id)
        if session.path is None and (copy.look() is None or not (session.data or _was_edited(copy.history()))):
            copy.remove()
            self._settings.set("recent", others)
            return
        place = session.proposal.notes.get("last_place")
        section_id = json_pointer.section_of(place) if isinstance(place, str) else None
        entry = {
            "doc_id": doc_id,
            "path": None if session.path is None else str(session.path),
            "title": title_of(session.call, session.data),
            "call": session.call.id,
            "section": section_id,
            "gaps": session.gap_count(),
            "at": session.now().isoformat(),
        }
        self._settings.set("recent", [entry, *others][:MOST_RECENT])

    def forget(self, doc_id: str) -> None:
        """Drop the note on a draft of which nothing is kept any more, unless its file is there to go on with."""
        gone = {told.doc_id for told in self._noted() if told.path is None or not _is_there(told.path)}
        if doc_id in gone:
            notes = self._settings.get("recent")
            self._settings.set("recent", [told for told in notes if not _is_of(told, doc_id, None)])

    def _noted(self) -> Iterator[Recent]:
        told = self._settings.get("recent")
        for entry in cast("list[Json]", told) if isinstance(told, list) else []:
            try:
                yield self._of_note(entry)
            except (KeyError, TypeError, ValueError):
                continue  # the settings were written by hand or by another version

    def _of_note(self, entry: Json) -> Recent:
        at = datetime.fromisoformat(entry["at"])
        if at.tzinfo is None or not storage.is_doc_id(entry["doc_id"]) or "\0" in (entry["path"] or ""):
            raise ValueError(entry)
        path = None if entry["path"] is None else Path(entry["path"])
        gaps = entry["gaps"] if isinstance(entry["gaps"], int) else None
        section = self._section(entry["call"], entry["section"])
        return Recent(entry["doc_id"], path, str(entry["title"]), section, gaps, at)

    def _of_copy(self, kept: Kept) -> Recent:
        """Return what a working copy tells that was never noted: the program ended without closing it."""
        call = self._call(kept.call_id)
        title = title_of(call, kept.data) if call is not None else ""
        place = cast("dict[str, Json]", kept.notes).get("last_place")
        section_id = json_pointer.section_of(place) if isinstance(place, str) else None
        return Recent(kept.doc_id, kept.path, title, self._section(kept.call_id, section_id), None, kept.saved_at)

    def _call(self, call_id: str) -> Call | None:
        return next((call for call in self._shelf.calls if call.id == call_id), None)

    def _section(self, call_id: str, section_id: str | None) -> str:
        call = self._call(call_id)
        section = call.form.section(section_id) if call is not None and section_id else None
        return strings.pick(section.title) if section is not None else ""


def title_of(call: Call, data: Json) -> str:
    """Return how a proposal calls itself; empty while it has no title."""
    told = json_pointer.get(data, call.about["summary"]["title"])
    return " ".join(told.split()) if isinstance(told, str) else ""


def _is_of(told: Json, doc_id: str, path: Path | None) -> bool:
    if not isinstance(told, dict):
        return True
    entry = cast("dict[str, Json]", told)
    return entry.get("doc_id") == doc_id or (path is not None and entry.get("path") == str(path))


def documents_folder() -> Path:
    """Return where the system keeps documents."""
    told = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(told) if told else Path.home()
