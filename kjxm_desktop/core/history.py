"""The history of one draft: what its answers were at every moment kept.

`<folder>/000001.log` and so on are segments that are only ever appended to. Each begins with the whole answers, so that
none needs another, and goes on with what changed, section by section, the whole coming again from time to time: damage
reaches no further than to the next. After about 1 MB a new segment begins, and where the answers no longer name a
picture or file, so that what it needs goes with what is old; the oldest segments go. A segment that does not end with a
whole record is left as it is, and the next record begins a new one. Named versions, `<id>.version`, hold the whole
answers and stay, with the pictures and files they need, until somebody deletes them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kjxm_desktop.core import atomic_file, days_of_work, history_files, history_records, migration, strict_json
from kjxm_desktop.core.history_files import Heads, Kind, Known, Moment
from kjxm_desktop.core.history_records import Section
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

SEGMENT_BYTES: Final = 1024 * 1024
"""A segment that has grown to this is full."""
WHOLE_EVERY_BYTES: Final = 256 * 1024
"""After this much of changes come the whole answers again."""
KEPT_DAYS: Final = 30
KEPT_BYTES: Final = 50 * 1024 * 1024
"""Segments go when all in them is older than so many days of work, or when they and the media that nothing but the
history needs are larger than so much."""
LONGEST_NAME: Final = 100

_SEGMENT = re.compile(r"([0-9]{6,9})\.log")
_VERSION = re.compile(r"(v-[0-9a-f]{8})\.version")
_THE_ONLY: Final = 1  # the number of the record in the file of a named version
_NONE: Final = MappingProxyType[str, int]({})


@dataclass
class _Tail:
    """Where the next record goes, and what the one before it held."""

    number: int
    end: int
    count: int
    since_whole: int
    sections: dict[str, Section]


class History:
    """The history of one draft. One object belongs to one thread; others may read beside it with their own."""

    def __init__(self, folder: Path) -> None:
        """Stand before the history in `folder`, which is made when something is kept."""
        self._folder = folder
        self._tail: _Tail | None = None
        self._segments: dict[int, Known] = {}
        self._versions: dict[str, Known] = {}
        self._heads: dict[str, Heads] = {}

    # ---- reading

    def moments(self) -> list[Moment]:
        """Return every moment that can be told, the latest first, whatever the clock said; damaged ones are left out.

        Raises KjxmError storage.unreadable when the folder cannot be read.
        """
        self._look()
        named = [(known.follows, moment) for known in self._versions.values() for moment in known.moments]
        placed = sorted(named, key=lambda pair: (*pair[0], pair[1].at))
        found: list[Moment] = []
        for number in sorted(self._segments):
            for moment in self._segments[number].moments:
                while placed and placed[0][0] < (number, history_files.ordinal_of(moment.id)):
                    found.append(placed.pop(0)[1])
                found.append(moment)
        found += [moment for _, moment in placed]
        return found[::-1]

    def answers_at(self, moment_id: str) -> Json:
        """Return the whole answers as they were then.

        Raises KjxmError history.missing when there is no such moment, history.damaged when it cannot be read whole,
        draft.newer when a later program kept it.
        """
        try:
            if _VERSION.fullmatch(moment_id + ".version"):
                raw, last = self._version(moment_id).read_bytes(), _THE_ONLY
            else:
                number, last = history_files.place_of(moment_id)
                raw = self._segment(number).read_bytes()
            head, texts = history_records.texts_at(raw, last)
            data = {name: strict_json.loads(text) for name, text in texts.items()}
            told = int(head["format"])
        except (FileNotFoundError, LookupError) as error:
            raise KjxmError("history.missing", moment=strict_json.printable(moment_id)) from error
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._folder)) from error
        except (ValueError, TypeError, KjxmError) as error:
            raise KjxmError("history.damaged", moment=strict_json.printable(moment_id)) from error
        if told > migration.FORMAT:
            raise KjxmError("draft.newer", path=str(self._folder), needs=told, known=migration.FORMAT)
        return migration.migrate(told, data)

    def media_named(self) -> set[str]:
        """Return the SHA-256 of all media that some moment needs; of a damaged one too, as far as it can be made out.

        Reads only heads, and only those that are new. Raises KjxmError storage.unreadable.
        """
        return set[str]().union(*(heads.media for heads in self._look_at_heads().values()))

    # ---- keeping

    def keep(self, data: Json, at: datetime, revision: int, kind: Kind = Kind.EDITED) -> Moment | None:
        """Keep what differs from what was last kept; return None when nothing does, unless something was opened.

        Raises KjxmError storage.*; what was kept before is then as it was.
        """
        tail = self._tail
        if tail is None or not self._is_as_left(tail):
            tail = self._read_tail()
        sections = history_records.sections_of(data, tail.sections)
        differing = history_records.differing(sections, tail.sections)
        self._tail = tail
        if not differing and kind is not Kind.OPENED:
            tail.sections = sections
            return None
        whole = tail.end == 0 or tail.since_whole >= WHOLE_EVERY_BYTES
        drops = any(history_records.drops_media(name, sections, tail.sections) for name in differing)
        whole = whole or drops
        begins = tail.end == 0 or drops or (whole and tail.end >= SEGMENT_BYTES)
        number, count = (tail.number + 1, 1) if begins else (tail.number, tail.count + 1)
        told = () if kind is Kind.OPENED else tuple(differing)
        moment = Moment(f"{number}.{count}", at, kind, told, "", revision)
        head = history_files.head_of(moment, count)
        record = history_records.record(head, sections, None if whole else tail.sections)
        self._tail = None  # read anew after a failure
        end = self._begin(number, record) if begins else self._append(number, tail.end, record)
        self._tail = _Tail(number, end, count, 0 if whole else tail.since_whole + len(record), sections)
        return moment

    def name(self, data: Json, name: str, at: datetime, revision: int) -> Moment:
        """Keep `data` under `name` until it is forgotten.

        Raises KjxmError history.name for no name, and storage.* when it cannot be kept.
        """
        name = " ".join(name.split())[:LONGEST_NAME]
        if not name:
            raise KjxmError("history.name")
        moment = Moment(f"v-{secrets.token_hex(4)}", at, Kind.NAMED, (), name, revision)
        latest = max(self._numbers(), default=0)
        moments = self._segments[latest].moments if self._look(latest) else []
        counts = [history_files.ordinal_of(told.id) for told in moments]
        head = history_files.head_of(moment, _THE_ONLY) | {"follows": [latest, max(counts, default=0)]}
        self._make_folder()
        whole = history_records.sections_of(data, {})
        atomic_file.write(self._version(moment.id), history_records.record(head, whole, None))
        return moment

    def forget(self, moment_id: str) -> None:
        """Delete a named version. Raises KjxmError history.missing when there is none of this id, or storage.*."""
        if not _VERSION.fullmatch(moment_id + ".version") or not self._version(moment_id).exists():
            raise KjxmError("history.missing", moment=strict_json.printable(moment_id))
        self._remove(self._version(moment_id))

    def thin(self, media: Mapping[str, int] = _NONE, since: str | None = None) -> None:
        """Delete the oldest segments beyond 30 days of work and 50 MB, never the newest, and no named version.

        What was kept from the moment `since` on stays as well: how the draft was when it was opened must be there.

        `media` tells the bytes of the pictures and files that nothing but the history needs: they count as well,
        those of named versions excepted, which stay. Days are those of `days_of_work`: a wrong clock deletes nothing.
        Reads only heads, and may run beside the object that keeps. Raises KjxmError storage.*.
        """
        heads = self._look_at_heads()
        segments = {int(found[1]): heads[name] for name in heads if (found := _SEGMENT.fullmatch(name))}
        newest_first = sorted(segments, reverse=True)
        ages = _ages(segments)
        counted = set[str]().union(*(heads[name].media for name in heads if _VERSION.fullmatch(name)))
        bound = history_files.place_of(since)[0] if since is not None else max(segments, default=0)
        room, age = KEPT_BYTES, 0
        for number in newest_first:
            known = segments[number]
            room -= known.size + sum(media.get(sha256, 0) for sha256 in known.media - counted)
            counted |= known.media
            age = ages.get(number, age)
            if number < bound and (age > KEPT_DAYS or room < 0):
                self._remove(self._segment(number))

    # ---- the files

    def _segment(self, number: int) -> Path:
        return self._folder / f"{number:06}.log"

    def _version(self, version_id: str) -> Path:
        return self._folder / f"{version_id}.version"

    def _names(self) -> list[str]:
        try:
            return [file.name for file in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._folder)) from error

    def _numbers(self) -> list[int]:
        return sorted(int(found[1]) for found in map(_SEGMENT.fullmatch, self._names()) if found)

    def _look(self, only: int | None = None) -> bool:
        """Read what is new in the folder, or in segment `only`, and return whether there is anything."""
        if only is not None:
            known = history_files.read(self._segment(only), self._segments.get(only))
            self._segments |= {only: known} if known else {}
            return known is not None
        names = self._names()
        numbers = [int(found[1]) for found in map(_SEGMENT.fullmatch, names) if found]
        ids = [found[1] for found in map(_VERSION.fullmatch, names) if found]
        read = history_files.read
        segments = {number: read(self._segment(number), self._segments.get(number)) for number in sorted(numbers)}
        versions = {name: read(self._version(name), self._versions.get(name)) for name in sorted(ids)}
        self._segments = {number: known for number, known in segments.items() if known}
        self._versions = {name: known for name, known in versions.items() if known}
        return bool(self._segments or self._versions)

    def _look_at_heads(self) -> dict[str, Heads]:
        """Return what the heads in each file tell, by its name, after reading those that are new."""
        names = [name for name in self._names() if _SEGMENT.fullmatch(name) or _VERSION.fullmatch(name)]
        read = {name: history_files.read_heads(self._folder / name, self._heads.get(name, Heads())) for name in names}
        self._heads = {name: heads for name, heads in read.items() if heads is not None}
        return self._heads

    def _is_as_left(self, tail: _Tail) -> bool:
        try:
            return tail.end == 0 or self._segment(tail.number).stat().st_size == tail.end
        except OSError:
            return False

    def _read_tail(self) -> _Tail:
        """Return where to go on: after the last record, or in a new segment where the last one is not sound."""
        number = max(self._numbers(), default=0)
        if number == 0:
            return _Tail(0, 0, 0, 0, {})
        try:
            raw = self._segment(number).read_bytes()
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._segment(number))) from error
        records, sound = history_records.scan(raw)
        try:
            count = int(records[-1].head["count"])
            texts = history_records.texts_after(raw, records)
        except (ValueError, TypeError, LookupError):
            return _Tail(number, 0, 0, 0, {})
        # A value of its own for each: only the texts are compared, until the first keeping has brought the values.
        sections = {name: Section(object(), text) for name, text in texts.items()}
        last_whole = max(record.body_end for record in records if record.head.get("whole"))
        return _Tail(number, len(raw) if sound else 0, count, len(raw) - last_whole, sections)

    def _make_folder(self) -> None:
        try:
            atomic_file.private_folder(self._folder)
        except OSError as error:
            raise atomic_file.failure(error, self._folder) from error

    def _begin(self, number: int, record: bytes) -> int:
        self._make_folder()
        atomic_file.write(self._segment(number), record)
        return len(record)

    def _append(self, number: int, end: int, record: bytes) -> int:
        path = self._segment(number)
        try:
            atomic_file.append(path, record, end)
        except OSError as error:
            raise atomic_file.failure(error, path) from error
        return end + len(record)

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise atomic_file.failure(error, path) from error


def _ages(segments: Mapping[int, Heads]) -> dict[int, int]:
    """Return how many days of work came after each segment that tells a moment."""
    told = [(number, at) for number in sorted(segments) for at in segments[number].times]
    ages = days_of_work.ages([at for _, at in told])
    return {number: age for (number, _), age in zip(told, ages, strict=True)}  # its last moment is its age
