"""The comments of two copies of a draft brought together: by id, the newest of each, and nothing that was deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, cast

from kjxm_desktop.core import comments, strict_json
from kjxm_desktop.core.comments import Entry
from kjxm_desktop.core.json_pointer import Json

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def merged(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> Json:
    """Return our notes with the comments of both copies: by id, of each text and state the newest, none deleted since.

    In which order two copies are brought together makes no difference to what is told. Everything else stays ours.
    """
    gone = _latest_of(comments.gone_in(ours), comments.gone_in(theirs))
    found = _union(comments.entries_of(ours), comments.entries_of(theirs), gone)
    told = comments.with_entries(ours, found)
    return {**told, comments.GONE: comments.bounded(gone)} if gone else told


def caught_up(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> Json:
    """Return our notes gone on to those of a copy that was made of ours: theirs, with the comments of both.

    The place that we work at stays ours.
    """
    apart = {key: told for key, told in theirs.items() if key not in (comments.COMMENTS, comments.GONE, "last_place")}
    return {**merged(ours, theirs), **apart}


def news(ours: Mapping[str, Json], theirs: Mapping[str, Json]) -> int:
    """Return how many threads would be new or other here with the comments of the other copy."""
    before = {_content(entry) for entry in comments.entries_of(ours)}
    return sum(_content(entry) not in before for entry in comments.entries_of(merged(ours, theirs)))


def _union(ours: Iterable[Json], theirs: Iterable[Json], gone: Mapping[str, Json]) -> list[Entry]:
    """Return the entries of both, told by id; those without one once for each content."""
    found: dict[str, Entry] = {}
    for entry in (*ours, *theirs):
        told = cast("Entry", entry)
        own = comments.id_of(told)
        if not own:  # whatever it is, it is kept, once
            found.setdefault(strict_json.dumps(told).decode("utf-8"), told)
        else:
            found[own] = _newest(found[own], told, gone) if own in found else told
    return [
        _without_gone(told, gone)
        for own, told in found.items()
        if not (comments.id_of(told) and own in gone and _last(told) <= _when(gone[own]))
    ]


def _without_gone(entry: Entry, gone: Mapping[str, Json]) -> Entry:
    if not any(comments.id_of(item) in gone for item in comments.answers_in(entry) if comments.id_of(item)):
        return entry
    return {**entry, "answers": _union(comments.answers_in(entry), (), gone)}


def _newest(one: Entry, other: Entry, gone: Mapping[str, Json]) -> Entry:
    """Return one entry of two copies of it: its text as last edited, its state as last set, the answers of both."""
    newer, older = sorted((one, other), key=_age, reverse=True)
    told: dict[str, Json] = {**older, **newer}
    if "changed" not in newer:
        told.pop("changed", None)
    states = [state for state in (comments.state_of(newer), comments.state_of(older)) if state]
    if states:
        told["state"] = max(states, key=lambda state: (_when(state.get("at")), strict_json.dumps(state)))
    answers = _union(comments.answers_in(one), comments.answers_in(other), gone)
    if answers:
        told["answers"] = _by_time(answers)
    return told


def _by_time(answers: Iterable[Json]) -> list[Json]:
    return sorted(answers, key=lambda item: (_made(item), comments.id_of(item), strict_json.dumps(item)))


def _content(entry: Entry) -> bytes:
    """Return what a thread says: the order in which its answers are stored says nothing."""
    answers = comments.answers_in(entry)
    return strict_json.dumps({**entry, "answers": _by_time(answers)} if answers else entry)


def _made(entry: Json) -> datetime:
    return _when(cast("Entry", entry).get("at")) if isinstance(entry, dict) else _NEVER


def _age(entry: Entry) -> tuple[datetime, bool, str, str, bytes]:
    """Return what tells which of two copies of an entry was edited last; at one and the same time anything may."""
    at, text = _when(entry.get("changed", entry.get("at"))), comments.words_of(entry.get("text"))
    return at, "changed" in entry, text, comments.words_of(entry.get("kind")), strict_json.dumps(entry)


def _last(entry: Entry) -> datetime:
    """Return when anything in a thread was last written: what was written after it was deleted brings it back."""
    told = [entry.get("at"), entry.get("changed"), comments.state_of(entry).get("at")]
    times = [_when(at) for at in told]
    return max([*times, *(_last(cast("Entry", item)) for item in comments.answers_in(entry) if isinstance(item, dict))])


def _when(told: Json) -> datetime:
    return comments.time_of(told) or _NEVER


def _latest_of(one: Mapping[str, Json], other: Mapping[str, Json]) -> dict[str, Json]:
    found = dict(one)
    for own, at in other.items():
        if own not in found or _when(at) > _when(found[own]):
            found[own] = at
    return found
