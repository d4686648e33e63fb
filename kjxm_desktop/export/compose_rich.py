"""Long text on paper: its blocks with numbered captions, its citations by the order of the references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Formula,
    ListBlock,
    ListItem,
    Paragraph,
    Picture,
    Row,
    Run,
    Runs,
    Table,
)
from kjxm_desktop.export.compose_columns import columns_for, room_of, shown_of
from kjxm_desktop.export.page_style import PageStyle

_DOTS_PER_MM = 150 / 25.4  # a picture is printed at 150 dots an inch, unless it is too wide or too tall for that
_TALLEST = 0.62  # of the text area
_WIDEST = 0.94


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
        self.style = style
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
        columns = columns_for([[shown_of(cell) for cell in row] for row in told], heads, *room_of(self.style, "grid"))
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
            self.style.text_width_mm * _WIDEST / width,
            self.style.text_height_mm * _TALLEST / height,
        )
        caption, alt = block.get("caption", ""), block.get("alt", "") or block.get("caption", "")
        number = self._counters.next("figure")
        return Picture(block["media"], width * shrunk, height * shrunk, number, caption, alt, pointer)
