"""Long text on paper: its blocks with numbered captions, its citations by the order of the references."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Formula,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    Row,
    Run,
    Runs,
    Table,
    text_of,
)
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle

_DOTS_PER_MM = 150 / 25.4  # a picture is printed at 150 dots an inch, unless it is too wide or too tall for that
_TALLEST = 0.62  # of the text area
_WIDEST = 0.94
_WIDEST_TEXT = 26.0  # characters: what is wider breaks, whatever room there is
_SHORT_TEXT = 12.0  # columns narrower than this are centred
_SHORT_CELL = 8.0  # what is shorter does not break unless it must
_AIR = 0.3  # characters of a cell that fonts and programs may differ by
_UNBROKEN = re.compile(r"[A-Za-z0-9.,%+/~·-]+")


class Counters:
    """What is numbered through the whole document, in the order it is met: figures, tables, citations, anchors."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        self._counts: dict[str, int] = {}
        self.cited: dict[str, int] = {}

    def next(self, kind: str) -> str:
        """Return the next number of `kind` as its word says it: 图1."""
        return self._words[kind].format(number=self.count(kind))

    def count(self, kind: str) -> int:
        """Return the next number of `kind`."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        return self._counts[kind]

    def citation(self, reference: str) -> int:
        """Return the number of a reference, the next one when it is named for the first time."""
        return self.cited.setdefault(reference, len(self.cited) + 1)


class RichText:
    """Turns rich values into blocks; `sizes` are width and height in pixels of the pictures, by SHA-256."""

    def __init__(
        self, style: PageStyle, counters: Counters, sizes: Mapping[str, tuple[int, int]], references: Sequence[str]
    ) -> None:
        self._style = style
        self._counters = counters
        self._sizes = sizes
        self._references = frozenset(references)

    def blocks(self, value: Json, pointer: str) -> Iterator[Block]:
        """Yield the blocks of a rich value that stands at `pointer`."""
        for index, block in enumerate(cast("list[dict[str, Json]]", value)):
            place = f"{pointer}/{index}"
            match block.get("type"):
                case "paragraph":
                    if block["runs"]:
                        yield Paragraph(self.runs(block["runs"]), "body", place)
                case "list":
                    yield self._list(block, place)
                case "table":
                    yield self._table(block, place)
                case "picture":
                    yield self.picture(block, place)
                case "formula":
                    yield Formula(block["latex"], place)
                case kind:
                    raise KjxmError("export.block", kind=str(kind), pointer=place)

    def paragraphs(self, value: Json) -> tuple[Runs, ...]:
        """Return a rich value as the paragraphs of one cell: lists with their markers, a row of a table as one line."""
        found: list[Runs] = []
        for block in cast("list[dict[str, Json]]", value):
            match block.get("type"):
                case "paragraph":
                    found.append(self.runs(block["runs"]))
                case "list":
                    found += [(Run(item.marker + " "), *item.runs) for item in self._items(block)]
                case "table":
                    found += [self._joined(row) for row in block["rows"]]
                case "formula":
                    found.append((Run(block["latex"], italic=True, kind="formula"),))
                case _:
                    found.append((Run(block.get("caption", "") or block.get("alt", "")),))
        return tuple(runs for runs in found if runs)

    def runs(self, told: Sequence[dict[str, Json]]) -> Runs:
        """Return runs as they print; a citation of a reference that is gone reads [?]."""
        done: list[Run] = []
        for run in told:
            if "cite" in run:
                done.append(self._citation(run["cite"]))
            elif "formula" in run:
                done.append(Run(run["formula"], italic=True, kind="formula"))
            elif run["text"]:
                done.append(replace(Run(run["text"]), **{mark: True for mark in rich_text.MARKS if run.get(mark)}))
        return tuple(done)

    def _citation(self, reference: str) -> Run:
        if reference not in self._references:
            return Run("[?]", sup=True, kind="cite")
        number = self._counters.citation(reference)
        return Run(f"[{number}]", sup=True, kind="cite", anchor=f"reference{number}")

    def _items(self, block: dict[str, Json]) -> Iterator[ListItem]:
        for number, item in enumerate(block["items"], 1):
            yield ListItem(f"{number}." if block["ordered"] else "•", self.runs(item))

    def _list(self, block: dict[str, Json], pointer: str) -> ListBlock:
        return ListBlock(tuple(self._items(block)), block["ordered"], pointer)

    def _joined(self, row: Sequence[Sequence[dict[str, Json]]]) -> Runs:
        joined: list[Run] = []
        for cell in row:
            joined += [Run("\u3000")] if joined else []
            joined += self.runs(cell)
        return tuple(joined)

    def _table(self, block: dict[str, Json], pointer: str) -> Table:
        told = [[self.runs(cell) for cell in row] for row in block["rows"]]
        heads = 1 if block["header"] and len(told) > 1 else 0
        look = self._style.table("grid")
        em_mm = self._style.text(look.text).size_pt * MM_PER_POINT
        room, margin = self._style.text_width_mm * look.width / em_mm, 2 * look.padding_x_mm / em_mm
        columns = columns_for([[text_of(cell) for cell in row] for row in told], heads, room, margin + _AIR)
        rows = [
            Row(tuple(Cell((runs,), head=down < heads, align="center" if down < heads else "") for runs in row))
            for down, row in enumerate(told)
        ]
        number, caption = self._counters.next("table"), block.get("caption", "")
        return Table(columns, tuple(rows[heads:]), tuple(rows[:heads]), "grid", number, caption, pointer)

    def picture(self, block: dict[str, Json], pointer: str) -> Picture:
        """Return a picture at its printed size. Raises KjxmError export.picture when its bytes are not at hand."""
        if block["media"] not in self._sizes:
            raise KjxmError("export.picture", pointer=pointer)
        width, height = self._sizes[block["media"]]
        shrunk = min(
            1 / _DOTS_PER_MM,
            self._style.text_width_mm * _WIDEST / width,
            self._style.text_height_mm * _TALLEST / height,
        )
        caption, alt = block.get("caption", ""), block.get("alt", "") or block.get("caption", "")
        number = self._counters.next("figure")
        return Picture(block["media"], width * shrunk, height * shrunk, number, caption, alt, pointer)


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
