"""How firmly two pieces of a line hold together: where a line may end, and where nothing is spread."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import Final

from kjxm_desktop.export import glyphs
from kjxm_desktop.export.line_ends import NOT_FIRST, NOT_LAST

LONGEST_UNIT: Final = 8
"""So many characters may a unit have that stays with its number."""


class Tie(IntEnum):
    """How firmly an atom holds on to the one before it: a line ends before a firmer one only where none is weaker."""

    FREE = 0
    ADDRESS = 1  # a line may end here, but nothing is spread
    RANGE = 2
    UNIT = 3
    WORD = 4
    MARK = 5


def tie_of(earlier: str, before: str, after: str) -> Tie:
    """Return how firmly the atom `after` holds on to `before`, in front of which `earlier` stands."""
    if before[-1] == " ":
        return Tie.UNIT if _measures(earlier + before, after) else Tie.FREE
    return _tie_between(before[-1], after[0])


@lru_cache(maxsize=20_000)
def _tie_between(last: str, first: str) -> Tie:
    """Return how firmly two characters, the first of them no space, hold together."""
    if last == "\n" or first == "\n":
        return Tie.FREE
    if glyphs.is_ignorable(first):
        return Tie.WORD
    if first == " " or last == "\u00a0" or first == "\u00a0":
        return Tie.MARK
    if last == "～" and first.isdigit():
        return Tie.RANGE
    if last in "￥￡" and first.isdigit():
        return Tie.WORD  # no room between either
    if first in NOT_FIRST or last in NOT_LAST:
        return Tie.MARK
    latin = ord(last) < 0x2E80 and ord(first) < 0x2E80 and last not in "…—" and first not in "“‘"
    return Tie.WORD if latin else Tie.FREE


def _measures(before: str, after: str) -> bool:
    """Tell whether `after` is the unit of the number that `before` ends in, or the number of a standard: 45 d, GB 1."""
    if before[-1:] != " " or len(after) > LONGEST_UNIT:
        return False
    unit = (after[0].isalpha() and ord(after[0]) < 0x2E80) or after[0] in "℃°%‰"
    return unit if before[-2:-1].isdigit() else (before[-2:-1].isupper() or before[-2:-1] == "№") and after[0].isdigit()


def tie_within_word(before: str, after: str) -> Tie:
    """Return how firmly two characters hold together in what is wider than the line."""
    if before.isdigit() and after.isdigit() and not before.isascii():
        return Tie.UNIT  # full-width figures are spread as Chinese is
    if before in NOT_LAST or after in NOT_FIRST:
        return Tie.MARK
    return Tie.WORD if (before.isalnum() and after.isalnum()) or before == "\\" else Tie.ADDRESS
