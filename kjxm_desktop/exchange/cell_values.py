"""What a cell of a spreadsheet says: numbers without noise, days as ISO, percentages and leading zeros as shown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

_DIGITS: Final = 15  # what a spreadsheet keeps of a number
_LAST_DAY: Final = 2_958_465  # 9999-12-31
_FIRST_SOUND_DAY: Final = 61  # before it spreadsheets count a 29 February 1900 that never was

# Formats that have a number and no text: of ISO 29500, and of the Chinese Excel (27-36, 50-58), which no library knows.
BUILT_IN: Final[Mapping[int, str]] = {
    1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 14: "yyyy-m-d", 15: "d-mmm-yy", 16: "m-d", 17: "yyyy-m", 18: "h:mm",
    19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-m-d h:mm", 27: "yyyy-m", 28: "m-d", 29: "m-d", 30: "m-d-yy",
    31: "yyyy-m-d", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm", 35: "h:mm:ss", 36: "yyyy-m", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss", 49: "@", 50: "yyyy-m", 51: "m-d", 52: "yyyy-m", 53: "m-d", 54: "m-d", 55: "h:mm", 56: "h:mm:ss",
    57: "yyyy-m", 58: "m-d",
}  # fmt: skip

_SAID = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p|上午/下午|e[+-]')
_ELAPSED = re.compile(r"\[[hms]+\]")
_ZEROS = re.compile(r"0{2,}")


@dataclass(frozen=True)
class _Format:
    """What a number format shows: `day` parts of y, m, d; `time`; a percentage; digits filled up with zeros."""

    day: str = ""
    time: bool = False
    elapsed: bool = False
    percent: bool = False
    zeros: int = 0


@lru_cache(maxsize=512)
def _format(code: str) -> _Format:
    code = code[:255].lower()
    if "general" in code:
        return _Format()
    shown = _SAID.sub("", code.partition(";")[0])
    if _ELAPSED.search(shown):
        return _Format(time=True, elapsed=True)
    time = "h" in shown or "s" in shown
    parts = ("y" if set(shown) & set("ye") else "") + ("d" if "d" in shown or "aaa" in shown else "")
    if "m" in shown and (parts or not time):
        parts += "m"
    if parts or time:
        return _Format(day=parts, time=time)
    zeros = len(shown) if _ZEROS.fullmatch(shown) else 0
    return _Format(percent="%" in shown, zeros=zeros)


def number(raw: str, code: str, *, from_1904: bool = False) -> str | None:
    """Return what the number `raw` says in a cell of the number format `code`; None when it is no number.

    A day is ISO (2026-03 where no day is shown), a time of day HH:MM; otherwise the 15 digits that count, no thousands.
    """
    try:
        value = float(raw)
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    told = _format(code)
    if (told.day or told.time) and 0 <= value < _LAST_DAY + 1:
        return _moment(value, told, from_1904)
    if told.percent:
        return f"{_plain(value * 100)}%"
    text = _plain(value)
    return text.zfill(told.zeros) if told.zeros and text.isdecimal() else text


def has_lost_digits(raw: str) -> bool:
    """Tell whether a number is so long that the spreadsheet cannot have kept its last digits."""
    digits = raw.lstrip("-").partition(".")[0]
    try:
        return abs(float(raw)) >= 10**_DIGITS and (digits.isdecimal() or "e" in raw.lower())
    except ValueError:
        return False


def _plain(value: float) -> str:
    short = Decimal(f"{value:.{_DIGITS}g}")
    if not short:
        return "0"
    return f"{short:f}" if -20 < short.adjusted() < 22 else f"{short.normalize():E}"


def _moment(value: float, told: _Format, from_1904: bool) -> str:
    seconds = round(value * 86_400)
    if told.elapsed:
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if value >= _FIRST_SOUND_DAY else 31)  # noqa: DTZ001 - a day on paper
    try:
        at = first + timedelta(seconds=seconds)
    except OverflowError:
        return _plain(value)
    clock = f"{at:%H:%M}" if not at.second else f"{at:%H:%M:%S}"
    if not told.day:
        return clock
    year = f"{at.year:04}"
    day = f"{year}-{at:%m-%d}"
    if not told.time and "d" not in told.day and "y" in told.day:
        day = f"{year}-{at:%m}" if "m" in told.day else year
    return f"{day} {clock}" if told.time and at.time() != datetime.min.time() else day
