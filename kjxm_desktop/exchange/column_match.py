"""Which column of a foreign table is which of ours: by how alike their headings are, and by what stands below them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

MOST_HEADER_ROWS: Final = 12
"""So far down a heading is looked for: titles, units and dates may stand above it."""
ALIKE: Final = 0.6
"""From here on two headings mean the same."""
SAME: Final = 0.95
SOMEWHAT: Final = 0.44
"""From here on they may, if nothing else does."""
FITS: Final = 0.8
"""From here on what stands in a column tells by itself where it belongs."""

_UNIT = re.compile(r"[（(\[【［]([^（）()\[\]【】［］]*)[）)\]】］]|/([^/]{1,4})$")
_NOISE = re.compile(r"[\s*_.。,，:：;；、/\\'\"“”‘’—-]+")
_DIGITS = re.compile(r"[0-9]")
_SUMS = re.compile(r"(总?合|小|总|共|累)计|总额|sum|(grand|sub)?total")


@dataclass(frozen=True)
class Target:
    """A column of ours: its key, and what it may be called."""

    key: str
    names: tuple[str, ...]


Fits = Callable[[int, str], float]
"""Tells how well what stands in a foreign column (by number) fits one of ours (by key): 0 not at all, 1 all of it."""


def match(
    headings: Sequence[str], targets: Sequence[Target], fits: Fits | None = None, telling: Collection[str] = ()
) -> list[str | None]:
    """Return for each heading the key of the column it means, each key once; None where it means none.

    The likest pair is joined first. With `fits`, what stands below decides between two that are equally like; then
    columns are joined whose content tells by itself where they belong (those of ours named in `telling`), then those
    whose headings are somewhat like and whose content makes sense there.
    """
    found: list[str | None] = [None] * len(headings)
    like = [
        (score, at, target.key)
        for at, heading in enumerate(headings)
        for target in targets
        if (score := likeness_to(heading, target)) >= SOMEWHAT
    ]
    weigh = fits or _weigh_nothing
    _join(found, [(score, weigh(at, key), at, key) for score, at, key in like if score >= ALIKE])
    if fits is not None:
        left = [(at, key) for at, taken in enumerate(found) if taken is None for key in telling if key not in found]
        _join(found, [(part, 0.0, at, key) for at, key in left if (part := fits(at, key)) >= FITS])
        rest = [(score, at, key) for score, at, key in like if found[at] is None and key not in found]
        _join(found, [(score, part, at, key) for score, at, key in rest if (part := fits(at, key)) >= FITS])
    return found


def _weigh_nothing(_at: int, _key: str) -> float:
    return 0.0


def _join(found: list[str | None], pairs: Iterable[tuple[float, float, int, str]]) -> None:
    for _, _, at, key in sorted(pairs, key=lambda pair: (-pair[0], -pair[1], pair[2])):
        if found[at] is None and key not in found:
            found[at] = key


def likeness_to(heading: str, target: Target) -> float:
    """Return how alike a heading is to the likest of a column's names."""
    return max((likeness(heading, name) for name in target.names), default=0.0)


@lru_cache(maxsize=8192)
def likeness(one: str, other: str) -> float:
    """Return how alike two headings are, from 0 to 1: without units, signs, widths and capitals."""
    first, second = bare(one), bare(other)
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    short, long = sorted((first, second), key=len)
    alike = SequenceMatcher(None, first, second, autojunk=False).ratio() * 0.9
    if len(short) > 1 and short in long:
        alike = max(alike, 0.62 + 0.3 * len(short) / len(long))
    return alike


@lru_cache(maxsize=8192)
def bare(heading: str) -> str:
    """Return a heading without its unit in brackets, white space and signs, in half-width small letters."""
    text = unicodedata.normalize("NFKC", heading[:200])
    text = _NOISE.sub("", _UNIT.sub("", text)).lower()
    return text or _NOISE.sub("", unicodedata.normalize("NFKC", heading[:200])).lower()


def unit_of(heading: str) -> str:
    """Return the unit that a heading tells in brackets, as 元 of 金额（元）; "" where it tells none."""
    found = _UNIT.search(unicodedata.normalize("NFKC", heading[:200]))
    told = (found[1] or found[2] or "") if found else ""
    return re.sub(r"^(单位|unit)\s*[:：]?", "", told.strip(), flags=re.IGNORECASE).strip()


def header_row(rows: Sequence[Sequence[str]], targets: Sequence[Target]) -> int | None:
    """Return which of the first rows holds the headings; None when none does.

    The row with the most headings of ours wins, the upper one of two. Without any, the first row of words alone above
    a row with digits is one; a row with one word alone, as a title, never is, unless the table has one column.
    """
    width = max((sum(1 for cell in row if cell.strip()) for row in rows[: 3 * MOST_HEADER_ROWS]), default=0)
    least = 2 if width > 1 else 1
    best, most = None, 0.0
    for at, row in enumerate(rows[:MOST_HEADER_ROWS]):
        told = [max((likeness_to(cell, target) for target in targets), default=0.0) for cell in row if cell.strip()]
        met = [one for one in told if one >= ALIKE]
        if len(met) >= least and sum(met) > most and len(met) * 3 >= len(told):
            best, most = at, sum(met)
    return best if best is not None else _row_of_words(rows, least, width)


def _row_of_words(rows: Sequence[Sequence[str]], least: int, width: int) -> int | None:
    for at, row in enumerate(rows[: min(MOST_HEADER_ROWS, len(rows) - 1)]):
        told = [cell for cell in row if cell.strip()]
        if len(told) < max(least, (width + 1) // 2):
            continue
        if any(_DIGITS.search(cell) for cell in told):
            return None
        return at if any(_DIGITS.search(cell) for cell in rows[at + 1]) else None
    return None


def is_sum(row: Sequence[str]) -> bool:
    """Tell whether a row of a foreign table adds up those above it: its first word says so."""
    first = next((cell for cell in row if cell.strip()), "")
    return bool(_SUMS.fullmatch(bare(first)))


def letters(number: int) -> str:
    """Return what spreadsheets call a column: A for 0, AA for 26."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
