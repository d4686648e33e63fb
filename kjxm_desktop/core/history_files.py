"""What the files of a history tell: moments, read from the heads of records, each file only as far as it is new."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kjxm_desktop.core import history_records, migration
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError


class Kind(StrEnum):
    """Why a moment was kept."""

    OPENED = "opened"
    EDITED = "edited"
    NAMED = "named"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment: `sections` are the ids of those that changed, none when it stands for all; `name` is often empty."""

    id: str
    at: datetime
    kind: Kind
    sections: tuple[str, ...]
    name: str
    revision: int


@dataclass
class Known:
    """What a file of the history tells, as far as it was read."""

    size: int = 0
    sound: bool = True
    count: int = 0
    moments: list[Moment] = field(default_factory=list[Moment])
    follows: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Heads:
    """What the heads in a file of the history tell, unchecked, as far as they were read: `end` is behind the last."""

    size: int = 0
    end: int = 0
    times: tuple[datetime, ...] = ()
    media: frozenset[str] = frozenset()


def read(path: Path, known: Known | None) -> Known | None:
    """Return what `path` tells, reading only what is new beyond `known`; None when it is not there.

    Raises KjxmError storage.unreadable, as `read_heads` does.
    """
    try:
        size = path.stat().st_size
        if known is not None and known.size == size:
            return known
        start = known.size if known is not None and known.sound and known.size < size else 0
        with path.open("rb") as file:
            file.seek(start)
            raw = file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KjxmError("storage.unreadable", path=str(path)) from error
    records, sound = history_records.scan(raw)
    grown = known if known is not None and start else Known()
    for record in records:
        _take_in(grown, record.head)
    grown.size, grown.sound = start + len(raw), sound
    return grown


def read_heads(path: Path, known: Heads) -> Heads | None:
    """Return what the heads in `path` tell, reading only what is new beyond `known`; None when it is not there.

    What is damaged is read as it is: a picture that may still be needed is not one to delete.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == known.size:
                return known
            if size < known.size:
                known = Heads()
            found, end = history_records.heads(file, known.end, size)
            file.seek(end)
            text = b"\n".join((*found, file.read()))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KjxmError("storage.unreadable", path=str(path)) from error
    times = (*known.times, *history_records.times_in(text))
    return Heads(size, end, times, known.media | history_records.media_in(text))


def _take_in(known: Known, head: Mapping[str, Json]) -> None:
    """Add what a record tells; nothing when one it builds on is missing, or a later program wrote it in its own way."""
    try:
        if not head["whole"] and head["count"] != known.count + 1:
            return
        moment = Moment(
            str(head["id"]),
            datetime.fromisoformat(head["at"]),
            Kind(head["kind"]),
            tuple(map(str, head.get("sections", ()))),
            str(head.get("name", "")),
            int(head["revision"]),
        )
        first, second = head.get("follows", (0, 0))
        known.follows = (int(first), int(second))
        known.count = int(head["count"])
    except (KeyError, TypeError, ValueError):
        return
    if moment.at.tzinfo is not None:
        known.moments.append(moment)


def head_of(moment: Moment, count: int) -> dict[str, Json]:
    """Return the head of the record of `moment`, the record of that number in its file."""
    return {
        "id": moment.id,
        "count": count,
        "at": moment.at.isoformat(),
        "kind": moment.kind.value,
        "name": moment.name,
        "revision": moment.revision,
        "format": migration.FORMAT,
        "sections": list(moment.sections),
    }


def place_of(moment_id: str) -> tuple[int, int]:
    """Return the segment and the record of `moment_id`. Raises LookupError for what is no such id."""
    number, _, count = moment_id.partition(".")
    if not (number.isascii() and number.isdigit() and count.isascii() and count.isdigit() and len(moment_id) < 20):
        raise LookupError(moment_id)
    return int(number), int(count)


def ordinal_of(moment_id: str) -> int:
    """Return which record of its segment `moment_id` is; 0 for a named version."""
    return int(moment_id.rpartition(".")[2]) if "." in moment_id else 0
