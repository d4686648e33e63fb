"""File names that Windows, mail programs and sync services take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json

MAX_CHARACTERS = 80
MAX_BYTES = 230
BLANK = "未填"

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")


def safe(text: str) -> str:
    """Return `text` as a part of a file name: nothing that Windows refuses, no space or dot at its ends."""
    kept = " ".join(_UNSAFE.sub("_", text).split()).strip(" .")
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def stem(call: Call, data: Json, *, draft: bool) -> str:
    """Return the name of the files without suffix, by the call's pattern: ≤ 80 characters and ≤ 230 bytes.

    Gaps read 未填. What the call names as `cut` (the title) is shortened first, then whatever part is longest.
    """
    told = call.about["file_name"]
    parts = {name: _part(call, data, name) for name in calls.placeholders(told["pattern"])}
    suffix = told.get("draft_suffix", "_草稿") if draft else ""
    cut = str(told.get("cut", "")).removeprefix("{").removesuffix("}")
    while True:
        name = safe(calls.fill(told["pattern"], lambda key: parts[key])) + suffix
        if _fits(name):
            return name
        victim = cut if len(parts.get(cut, "")) > 1 else max(parts, key=lambda key: len(parts[key]), default="")
        if len(parts.get(victim, "")) <= 1:
            return _shortened(name.removesuffix(suffix), suffix)
        parts[victim] = parts[victim][:-1].rstrip(" .")


def _part(call: Call, data: Json, name: str) -> str:
    if name == "year":
        return str(call.year)
    if name == "call":
        return safe(call.short_title["zh"])
    value = json_pointer.get(data, name)
    return safe(value) or BLANK if isinstance(value, str) else BLANK


def _fits(name: str) -> bool:
    return len(name) <= MAX_CHARACTERS and len(name.encode("utf-8")) <= MAX_BYTES


def _shortened(name: str, suffix: str) -> str:
    while name and not _fits(name + suffix):
        name = name[:-1]
    return name.rstrip(" .") + suffix


def free(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or `name_2`, `name_3` … before its suffix: the first that is not taken, whatever the case."""
    used = {other.casefold() for other in taken}
    path = PurePath(name)
    number, found = 2, name
    while found.casefold() in used:
        found = f"{path.stem}_{number}{path.suffix}"
        number += 1
    return found
