"""Which characters the PDF can draw, known without reading a font: what a check names before an export.

The code points that the fonts draw with ink stand as ranges in `coverage.json` beside them, written when the fonts are
fetched. Private characters have no meaning that two programs share: no font draws them, whatever it holds there.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import cast

from kjxm_desktop.core import combining, rich_text
from kjxm_desktop.core.proposal import Proposal, leaves

COVERAGE = "coverage.json"
FORMAT = 1

_MOST_NAMED = 8
_BRAILLE_BLANK = "\u2800"
_OGHAM_SPACE = "\u1680"  # the one space that is drawn, as a line
_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_IGNORABLE_SIGNS = frozenset(chr(code) for first, last in _IGNORABLE for code in range(first, last + 1))

_TURNED = ((0x590, 0x8FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFE), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF))
_FIRST_TURNED = chr(_TURNED[0][0])

WITHOUT_INK = f"\\s{_BRAILLE_BLANK}" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _IGNORABLE)
"""What stands between the brackets of a regular expression that finds characters without ink."""


def is_ignorable(character: str) -> bool:
    """Tell whether nothing stands in the place of `character`, neither ink nor room.

    Joiners, variation selectors, fillers, marks of direction: Default_Ignorable_Code_Point of UAX #44. Fonts that are
    set without shaping draw some of them as boxes.
    """
    return character in _IGNORABLE_SIGNS


def is_space(character: str) -> bool:
    """Tell whether `character` is room without ink, a line end included."""
    return (character.isspace() and character != _OGHAM_SPACE) or character == _BRAILLE_BLANK


def is_private(character: str) -> bool:
    """Tell whether `character` means what its author's font says, and nothing in any other."""
    return unicodedata.category(character) == "Co"


def is_turned(character: str) -> bool:
    """Tell whether `character` belongs to a script from right to left (Hebrew, Arabic), which the PDF does not turn.

    The ranges that DerivedBidiClass.txt keeps for them (UAX #9): unturned a word would print, and be read, backwards.
    """
    return character >= _FIRST_TURNED and any(first <= ord(character) <= last for first, last in _TURNED)


def ranges_of(codes: Iterable[int]) -> list[list[int]]:
    """Return `codes` as ranges in rising order: first and last of each."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ranges


class Coverage:
    """Which characters the fonts draw; those met once are remembered, as a text repeats the same few hundred."""

    def __init__(self, ranges: Sequence[Sequence[int]]) -> None:
        self._starts = [first for first, _ in ranges]
        self._ends = [last for _, last in ranges]
        self._fine: set[str] = set()

    def draws(self, character: str) -> bool:
        """Tell whether the PDF prints `character` as it is, one without ink included."""
        if is_turned(character) and not is_ignorable(character):
            return False
        at = bisect_right(self._starts, ord(character)) - 1
        if at >= 0 and ord(character) <= self._ends[at]:
            return True
        return is_space(character) or is_ignorable(character)

    def lacking(self, text: str) -> tuple[str, ...]:
        """Return the characters of `text` that no font draws, each once, in their order."""
        lacking = set(text) - self._fine
        if not lacking:
            return ()
        fine = {character for character in lacking if self.draws(character)}
        self._fine |= fine
        lacking -= fine
        return tuple(dict.fromkeys([character for character in text if character in lacking])) if lacking else ()

    def told(self, text: str) -> Mapping[str, object]:
        """Return what the finding `glyph` on `text` tells: how many characters, and which; {} when all are drawn."""
        lacking = self.lacking(text)
        return {"count": len(lacking), "glyphs": named(lacking)} if lacking else {}


@lru_cache(maxsize=4)
def coverage(folder: Path) -> Coverage | None:
    """Return what the fonts in `folder` draw; None where they were not fetched: then nothing can be said."""
    try:
        told = json.loads((folder / COVERAGE).read_text("utf-8"))
        ranges = cast("list[list[int]]", told["drawn"]) if told["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Coverage(ranges) if ranges else None


def places(proposal: Proposal, characters: Iterable[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the pointer of each printed answer that holds some of `characters`, and which, in the form's order."""
    wanted = set(characters)
    found = ((pointer, [sign for sign in text if sign in wanted]) for pointer, text in _printed(proposal))
    return [(pointer, tuple(dict.fromkeys(there))) for pointer, there in found if there]


def heaps(proposal: Proposal) -> list[tuple[str, str]]:
    """Return the pointer of each printed answer with too many marks on one character, and those characters."""
    found = ((pointer, combining.told(text)) for pointer, text in _printed(proposal))
    return [(pointer, str(told["signs"])) for pointer, told in found if told]


def _printed(proposal: Proposal) -> Iterator[tuple[str, str]]:
    """Yield the pointer and the text of each answer that prints, in the form's order."""
    call, data = proposal.call, proposal.data
    not_printed = {told["pointer"] for told in call.document["not_printed"]}
    for control, pointer, value in leaves(call, data):
        if control.kind != "file" and control.pointer not in not_printed and call.form.shown(pointer, data):
            yield pointer, rich_text.printed(value)


def named(characters: Sequence[str]) -> str:
    """Return `characters` as a person can look them up: 😀 U+1F600、 U+E000; of many the first ones."""
    told = [f"{_seen(character)}U+{ord(character):04X}" for character in characters[:_MOST_NAMED]]
    return "、".join(told) + ("…" if len(characters) > _MOST_NAMED else "")


def _seen(character: str) -> str:
    """Return `character` itself in front of its number, a mark on a circle; nothing for one that shows nothing."""
    category = unicodedata.category(character)
    if category[0] == "C":
        return ""
    return f"\u25cc{character} " if category[0] == "M" else f"{character} "
