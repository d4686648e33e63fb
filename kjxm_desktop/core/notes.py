"""What the author says about a proposal: it lies beside the data, never prints and never leaves in an export.

Notes are plain JSON that is never changed in place::

    {"done": ["project", …], "comments": […], "last_place": "/budget/lines/@k3j2/amount",
     "dismissed": [{"code": "R20b", "place": "/outcomes/indicators/@a1b2", "reason": "…", "of": "<sha256>"}, …]}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from kjxm_desktop.core.validation import Diagnostic

_CAN_BE_DISMISSED = ("warning", "advice")


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


def reason_for(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> str | None:
    """Return the reason a finding on `data` was dismissed for; None when it stands.

    It stands again once what it was dismissed on has changed: the answer, or the numbers the finding tells.
    """
    entries = _dismissed(notes)
    if not entries or not can_be_dismissed(diagnostic):
        return None
    place = json_pointer.by_row_id(data, diagnostic.pointer)
    for entry in entries:
        if entry.get("code") == diagnostic.code and entry.get("place") == place:
            reason = entry.get("reason")
            return reason if isinstance(reason, str) and entry.get("of") == _digest(data, diagnostic) else None
    return None


def with_dismissed(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic, reason: str) -> Json:
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
    }
    return {**notes, "dismissed": [*_others(notes, data, diagnostic), entry]}


def without_dismissed(notes: Mapping[str, Json], data: Json, diagnostic: Diagnostic) -> Json:
    """Return the notes with a dismissal taken back."""
    return {**notes, "dismissed": _others(notes, data, diagnostic)}


def _dismissed(notes: Mapping[str, Json]) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", list(notes.get("dismissed") or ()))


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
