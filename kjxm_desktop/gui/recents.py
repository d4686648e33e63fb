"""The drafts worked on before, as the start page lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from kjxm_desktop import strings
from kjxm_desktop.core import draft_manifest, json_pointer, working_copy
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.working_copy import Kept, WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import opening
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.start_page import Recent
from kjxm_desktop.settings import Settings

MOST_RECENT: Final = 12
"""No more drafts are noted, and no more are listed that have their file."""
_LONG_AGO: Final = datetime(1, 1, 2, tzinfo=UTC)


def _was_edited(history: History) -> bool:
    """Tell whether there is something to take back; of a history that cannot be read nobody knows."""
    try:
        return any(moment.kind is not Kind.OPENED for moment in history.moments())
    except KjxmError:
        return True


class Recents:
    """The drafts worked on before: those noted in the settings, and working copies nobody noted."""

    def __init__(self, settings: Settings, drafts: Path, shelf: Shelf, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._drafts = drafts
        self._shelf = shelf
        self._now = now

    def all(self) -> list[Recent]:
        """Return the drafts that can be gone on with, newest first: their file is there, or their working copy.

        Of those that have their file the latest 12, and all of those that live here alone: nothing else leads there.
        """
        return self._listed(working_copy.list_all(self._drafts))

    def survey(self) -> tuple[list[Recent], list[Path]]:
        """Return `all`, and the folders of the working copies of which nothing can be read."""
        kept = working_copy.list_all(self._drafts)
        return self._listed(kept), working_copy.unreadable(self._drafts, kept)

    def _listed(self, copies: Sequence[Kept]) -> list[Recent]:
        kept = {told.doc_id: told for told in copies}
        noted = [
            entry
            for entry in self._noted()
            if entry.doc_id in kept or (entry.path is not None and opening.is_there(entry.path))
        ]
        known = {entry.doc_id for entry in noted}
        others = [self._of_copy(told) for told in copies if told.doc_id not in known and self._holds(told)]
        return list(_within_limit(in_order(noted, others, self._now())))

    def _holds(self, kept: Kept) -> bool:
        return bool(kept.data) or _was_edited(WorkingCopy(self._drafts, kept.doc_id).history())

    def note(self, session: Session) -> None:
        """Remember the draft of `session` as the one worked on last.

        One without a name in which nothing was ever typed is nothing to come back to, and goes.
        """
        doc_id = session.proposal.doc_id
        others = [told for told in self._settings.get("recent") if not _is_of(told, doc_id, session.path)]
        copy = WorkingCopy(self._drafts, doc_id)
        if session.path is None and self._is_nothing(copy, session):
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

    def _is_nothing(self, copy: WorkingCopy, session: Session) -> bool:
        if copy.look() is None:
            return not working_copy.is_left(self._drafts, session.proposal.doc_id)  # a damaged one is not nothing
        return not (session.data or _was_edited(copy.history()))

    def forget(self, doc_id: str) -> None:
        """Drop the note on a draft of which nothing is kept any more, unless its file is there to go on with."""
        gone = {told.doc_id for told in self._noted() if told.path is None or not opening.is_there(told.path)}
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
        if at.tzinfo is None or not draft_manifest.is_doc_id(entry["doc_id"]) or "\0" in (entry["path"] or ""):
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


def in_order(noted: Sequence[Recent], others: Sequence[Recent], now: datetime) -> list[Recent]:
    """Return the drafts newest first: those `noted` as they stand, whatever the clock said then, `others` between.

    A time to come counts as `now` for those, and as no time for these.
    """
    latest, timed = _LONG_AGO, list[tuple[datetime, Recent]]()
    for entry in reversed(noted):
        latest = max(latest, entry.at) if entry.at <= now else latest
        timed.insert(0, (latest, entry))
    timed += [(min(entry.at, now), entry) for entry in others]
    return [entry for _, entry in sorted(timed, key=lambda pair: pair[0], reverse=True)]


def _within_limit(entries: Sequence[Recent]) -> Iterator[Recent]:
    with_file = 0
    for entry in entries:
        if entry.path is not None and opening.is_there(entry.path):
            with_file += 1
            if with_file > MOST_RECENT:
                continue
        yield entry


def title_of(call: Call, data: Json) -> str:
    """Return how a proposal calls itself; empty while it has no title."""
    told = json_pointer.get(data, call.about["summary"]["title"])
    return " ".join(told.split()) if isinstance(told, str) else ""


def _is_of(told: Json, doc_id: str, path: Path | None) -> bool:
    if not isinstance(told, dict):
        return True
    entry = cast("dict[str, Json]", told)
    return entry.get("doc_id") == doc_id or (path is not None and entry.get("path") == str(path))
