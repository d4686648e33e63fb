"""File names that Windows, mail programs and sync services take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.compose_values import Answers

MAX_CHARACTERS = 80
MAX_BYTES = 230
BLANK = "未填"
_MAX_SUFFIX = 20
_NO_DAY = datetime.min.replace(tzinfo=clock.BEIJING)  # no name and no letter tells the day of printing

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?")
_REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_MAX_NAME = 255  # characters on Windows and macOS, bytes on Linux
_MAX_PATH = 259


def safe(text: str) -> str:
    """Return `text` as a part of a file name: nothing that Windows refuses, no space or dot at its ends."""
    kept = " ".join(_UNSAFE.sub("_", text).split()).strip(" .")
    return f"_{kept}" if _RESERVED.fullmatch(kept) else kept


def check(name: str, folder: str = "") -> None:
    """Raise KjxmError name.* where Windows takes no file of this name in `folder`, saying what is in the way.

    A draft goes by mail to people who have Windows: what is refused there is refused everywhere.
    """
    if found := _REFUSED.search(name):
        sign = found.group() if found.group().isprintable() else f"U+{ord(found.group()):04X}"
        raise KjxmError("name.sign", name=safe(name), sign=sign)
    if _RESERVED.fullmatch(name):
        raise KjxmError("name.device", name=name, other=safe(name))
    if name != name.strip(" ") or name.endswith("."):
        raise KjxmError("name.ends", name=name.strip(), other=safe(name))
    if max(len(name.encode("utf-16-le", "surrogatepass")) // 2, len(name.encode("utf-8", "replace"))) > _MAX_NAME:
        raise KjxmError("name.long", count=len(name), limit=MAX_CHARACTERS)
    if folder and len(folder) + 1 + len(name) > _MAX_PATH:
        raise KjxmError("name.deep", count=len(folder) + 1 + len(name), limit=_MAX_PATH)


def stem(call: Call, data: Json, *, draft: bool) -> str:
    """Return the name of the files without suffix, by the call's pattern: ≤ 80 characters and ≤ 230 bytes.

    Gaps read 未填. What the call names as `cut` (the title) is shortened first, then whatever part is longest.
    """
    told = call.about["file_name"]
    told_by = answers(call, data)
    parts = {name: _part(call, told_by, name) for name in calls.placeholders(told["pattern"])}
    suffix = _UNSAFE.sub("_", told.get("draft_suffix", "_草稿"))[:_MAX_SUFFIX].rstrip(" .") if draft else ""
    cut = str(told.get("cut", "")).removeprefix("{").removesuffix("}")
    while True:
        name = safe(calls.fill(told["pattern"], parts.__getitem__)) + suffix
        if _fits(name):
            return name
        victim = cut if len(parts.get(cut, "")) > 1 else max(parts, key=lambda key: len(parts[key]), default="")
        if len(parts.get(victim, "")) <= 1:
            return _shortened(name.removesuffix(suffix), suffix)
        parts[victim] = parts[victim][:-1].rstrip(" .")


def answers(call: Call, data: Json) -> Answers:
    """Return what reads the answers as print does: choices by their label, dates in the call's words."""
    return Answers(call, data, _NO_DAY, call.document.get("words", {}))


def _part(call: Call, told: Answers, name: str) -> str:
    if name == "year":
        return str(call.year)
    return safe(call.short_title["zh"] if name == "call" else told.text(name)) or BLANK


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
    number, found = 1, name
    while found.casefold() in used:
        number += 1
        found = f"{path.stem}_{number}{path.suffix}"
    return found
