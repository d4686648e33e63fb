"""What the author says about a proposal: it lies beside the data, never prints and never leaves in an export.

Notes are plain JSON that is never changed in place::

    {"done": ["project", …], "comments": […], "last_place": "/budget/lines/@k3j2/amount",
     "dismissed": [{"code": "R20b", "place": "/outcomes/indicators/@a1b2", "reason": "…", "of": "<sha256>",
                    "by": "…", "at": "2024-06-01T09:30:00+08:00"}, …]}

What stands in `comments` is for `comments.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from kjxm_desktop.core.validation import Diagnostic

_CAN_BE_DISMISSED = ("warning", "advice")
_LONGEST_NAME = 40
LONGEST_REASON = 300
"""So much of a reason can be written; what a file has more of is shown as far as there is room."""


def empty() -> Json:
    """Return the notes of a proposal about which nothing was said."""
    return {"done": [], "dismissed": [], "comments": [], "last_place": None}


# -- sections marked done -----------------------------------------------------------------------------------------


def done_sections(notes: Mapping[str, Json]) -> list[str]:
    """Return the ids of the sections that the author marked done, in the order they were marked."""
    return list(notes.get("done") or ())


def with_done(notes: Mapping[str, Json], section_id: str, done: bool) -> Json:
    """Return the notes with a section marked done, or no longer."""
    others = [told for told in done_sections(notes) if told != section_id]
    return {**notes, "done": [*others, section_id] if done else others}


# -- dismissed findings -------------------------------------------------------------------------------------------


def can_be_dismissed(diagnostic: Diagnostic) -> bool:
    """Tell whether a reason may set a finding aside: a warning or a piece of advice, never an error or a gap."""
    return diagnostic.severity in _CAN_BE_DISMISSED


@dataclass(frozen=True)
class Dismissal:
    """Why a finding was set aside, by whom and when, as far as that was told: `at` as it stands in the notes."""

    reason: str
    by: str = ""
    at: str = ""


def reason_for(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> str | None:
    """Return the reason a finding on `data` was dismissed for; None when it stands.

    It stands again once what it was dismissed on has changed: the answer, or the numbers the finding tells.
    """
    dismissed = sorted_out(notes, data, [diagnostic])[1]
    return dismissed[0][1].reason if dismissed else None


def sorted_out(
    notes: Mapping[str, Json], data: Json, found: Iterable[Diagnostic]
) -> tuple[list[Diagnostic], list[tuple[Diagnostic, Dismissal]]]:
    """Return the findings on `data` that stand, and those that were dismissed, each with its reason, in their order."""
    entries = _by_place(notes)
    codes = {code for code, _ in entries}
    standing: list[Diagnostic] = []
    dismissed: list[tuple[Diagnostic, Dismissal]] = []
    for item in found:
        place = json_pointer.by_row_id(data, item.pointer) if item.code in codes and can_be_dismissed(item) else None
        entry = entries.get((item.code, place)) if place is not None else None
        if entry is not None and isinstance(entry.get("reason"), str) and entry.get("of") == _digest(data, item):
            dismissed.append((item, _dismissal(entry)))
        else:
            standing.append(item)
    return standing, dismissed


def earlier_reason(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> str:
    """Return the reason that a finding was dismissed for before what it rests on changed; "" for none."""
    entry = _by_place(notes).get((diagnostic.code, json_pointer.by_row_id(data, diagnostic.pointer)))
    return "" if entry is None else _words(entry.get("reason"))


def with_dismissed(
    notes: Mapping[str, Json],
    data: Json,
    diagnostic: Diagnostic,
    reason: str,
    by: str = "",
    at: datetime | None = None,
) -> Json:
    """Return the notes with a finding dismissed for `reason`, which replaces an earlier one.

    Raises ValueError for a finding that cannot be dismissed, or an empty reason: the window offers neither.
    """
    if not can_be_dismissed(diagnostic) or not reason.strip():
        raise ValueError(diagnostic.code)
    entry = {
        "code": diagnostic.code,
        "place": json_pointer.by_row_id(data, diagnostic.pointer),
        "reason": reason.strip(),
        "of": _digest(data, diagnostic),
        **({"by": by} if by else {}),
        **({"at": at.isoformat()} if at is not None else {}),
    }
    return {**notes, "dismissed": [*_others(notes, data, diagnostic), entry]}


def without_dismissed(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> Json:
    """Return the notes with a dismissal taken back."""
    return {**notes, "dismissed": _others(notes, data, diagnostic)}


def _dismissed(notes: Mapping[str, Json]) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", list(notes.get("dismissed") or ()))


def _by_place(notes: Mapping[str, Json]) -> dict[tuple[str, str], dict[str, Json]]:
    """Return the dismissals by code and place; of several the first."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for entry in _dismissed(notes):
        code, place = entry.get("code"), entry.get("place")
        if isinstance(code, str) and isinstance(place, str):
            found.setdefault((code, place), entry)
    return found


def _dismissal(entry: Mapping[str, Json]) -> Dismissal:
    return Dismissal(_words(entry.get("reason")), _words(entry.get("by"))[:_LONGEST_NAME], _words(entry.get("at"))[:40])


def _words(told: Json) -> str:
    return told if isinstance(told, str) else ""


def _others(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> list[dict[str, Json]]:
    place = json_pointer.by_row_id(data, diagnostic.pointer)
    return [entry for entry in _dismissed(notes) if (entry.get("code"), entry.get("place")) != (diagnostic.code, place)]


def _digest(data: Json, diagnostic: Diagnostic) -> str:
    """Return the hash of what a finding rests on; one on the whole rests on its own numbers alone."""
    value = json_pointer.get(data, diagnostic.pointer) if diagnostic.pointer else None
    told = [value, diagnostic.variant, {key: str(item) for key, item in diagnostic.params.items()}]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# -- where the author was -----------------------------------------------------------------------------------------


def last_place(notes: Mapping[str, Json]) -> str | None:
    """Return the place (rows by id) that was worked at when the draft was left."""
    place = notes.get("last_place")
    return place if isinstance(place, str) else None


def with_last_place(notes: Mapping[str, Json], place: str | None) -> Json:
    """Return the notes with the place that is worked at."""
    return {**notes, "last_place": place}
