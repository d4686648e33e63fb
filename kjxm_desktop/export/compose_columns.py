"""Columns of tables as wide as their texts ask for: numbers, units and short words stay in one piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kjxm_desktop.export import formulas
from kjxm_desktop.export.blocks import Column, Run
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle

_WIDEST_TEXT = 26.0  # characters: what is wider breaks, whatever room there is
_SHORT_TEXT = 12.0  # columns narrower than this are centred
_SHORT_CELL = 8.0  # what is shorter does not break unless it must
_AIR = 0.3  # characters of a cell that fonts and programs may differ by
_KEPT = ((6.5, 8.0), (5.2, 8.0), (4.0, 8.0), (3.0, 6.0), (2.0, 4.0))
"""Up to how many characters the parts and the words of a cell are kept whole: as much as there is room for."""
_UNBROKEN = re.compile(r"[¥￥€£$]?[A-Za-z0-9.,%+/~·-]+")
_HEAD_PART = re.compile("（[^（）]*）|[^（）]+")


def room_of(style: PageStyle, table: str) -> tuple[float, float]:
    """Return the width of a table of that style and how much of each cell is no text, both in characters."""
    look = style.table(table)
    character_mm = style.text(look.text).size_pt * MM_PER_POINT
    return style.text_width_mm * look.width / character_mm, 2 * look.padding_x_mm / character_mm + _AIR


def kept_whole(shares: Sequence[float], rows: Sequence[Sequence[str]], room: float, margin: float) -> list[float]:
    """Return `shares` (they add up to 1), in which columns too narrow for a number or a short word are wider.

    `rows` are the texts of the cells, the lines of a cell apart by line ends; `room` and `margin` are those of
    `room_of`. The other columns give way; where there is no room for that, the shares stay as they are.
    """
    columns = list(zip(*rows, strict=True))
    wanted = ([margin + max(_longest_whole(text, *kept) for text in column) for column in columns] for kept in _KEPT)
    needed = next((needed for needed in wanted if sum(needed) <= room), [0.0] * len(shares))
    widths = [share * room for share in shares]
    if all(width >= need for width, need in zip(widths, needed, strict=True)):
        return list(shares)
    for _ in shares:  # what one column gives may leave it too narrow itself
        narrow = [width <= need for width, need in zip(widths, needed, strict=True)]
        fixed = sum(need for need, is_narrow in zip(needed, narrow, strict=True) if is_narrow)
        others = sum(width for width, is_narrow in zip(widths, narrow, strict=True) if not is_narrow)
        scale = (room - fixed) / others if others else 1.0
        widths = [
            need if is_narrow else width * scale for width, need, is_narrow in zip(widths, needed, narrow, strict=True)
        ]
    return [width / sum(widths) for width in widths]


def _longest_whole(text: str, most_part: float, most_word: float) -> float:
    """Return the width of the longest part of a cell that had better not break."""
    found = [min(width_in_characters(word), most_word) for word in _UNBROKEN.findall(text)]
    parts = [width_in_characters(part) for line in text.split("\n") for part in _HEAD_PART.findall(line)]
    return max([*found, *(part for part in parts if part <= most_part)], default=0.0)


def shown_of(runs: Sequence[Run]) -> str:
    """Return about what `runs` show on one line: formulas without their commands."""
    return "".join([formulas.shown(run.text) if run.kind == "formula" else run.text for run in runs])


def width_in_characters(text: str) -> float:
    """Return about how many Chinese characters wide `text` is."""
    return sum(1.0 if ord(sign) > 0x2E7F or sign in "“”‘’—…" else 0.55 for sign in text)


def columns_for(rows: Sequence[Sequence[str]], heads: int, room: float, margin: float) -> tuple[Column, ...]:
    """Return columns as wide as their texts ask for; those of short texts are centred.

    The first `heads` of `rows` are header rows. `room` is the width of the table and `margin` that beside the text of
    each cell, both in characters. Where not every text fits on one line, long ones give way before short ones, and a
    header that ends in its unit breaks before the unit.
    """
    columns = [_texts_of(column, heads) for column in zip(*rows, strict=True)]
    widths = _between(columns, max(room - margin * len(columns), 1.0))
    whole = sum(widths) + margin * len(columns)
    return tuple(
        Column((width + margin) / whole, "center" if column.wanted < _SHORT_TEXT else "left")
        for column, width in zip(columns, widths, strict=True)
    )


@dataclass(frozen=True)
class _Texts:
    """How wide a column may be, in characters: each text on one line, broken at the least, the head before its unit.

    `before_unit` is 0 when the head has no unit or the other texts ask for more than that.
    """

    wanted: float
    least: float
    before_unit: float


def _texts_of(column: Sequence[str], heads: int) -> _Texts:
    head, body = column[:heads], [width_in_characters(text) for text in column[heads:]]
    words = [width_in_characters(word) for text in column for word in _UNBROKEN.findall(text)]
    longest = max(body, default=0.0)
    wanted = min(max(longest, *map(width_in_characters, head), 3.0), _WIDEST_TEXT)
    least = max(min(longest, _SHORT_CELL), longest / 4, *(width_in_characters(text) / 2 for text in head), *words, 2.0)
    before = max((width_in_characters(text.partition("（")[0]) for text in head if "（" in text), default=0.0)
    fits = before >= least - 2 and longest < before + 2
    return _Texts(wanted, min(least, wanted), before + 1.2 if fits else 0.0)


def _between(columns: Sequence[_Texts], room: float) -> list[float]:
    """Return widths from the least to the wanted that fill `room`, heads broken before their units where they break."""
    wanted, least = [column.wanted for column in columns], [column.least for column in columns]
    if sum(wanted) <= room or sum(least) >= room:
        return wanted if sum(wanted) <= room else least
    part = (room - sum(least)) / (sum(wanted) - sum(least))
    widths = [low + part * (high - low) for low, high in zip(least, wanted, strict=True)]
    for _ in columns:  # what one column gives may carry another past the place where its head breaks well
        fixed = [0 < column.before_unit <= width for column, width in zip(columns, widths, strict=True)]
        given = [column.before_unit if holds else 0.0 for column, holds in zip(columns, fixed, strict=True)]
        others = sum(width for width, holds in zip(widths, fixed, strict=True) if not holds)
        grown = (room - sum(given)) / others if others else 1.0
        widths = [set_to or width * grown for set_to, width in zip(given, widths, strict=True)]
    return widths
