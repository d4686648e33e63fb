"""What of a Word document can be taken into a proposal, piece by piece, each with the place that is proposed for it.

A piece is the text under one heading, a table whose columns are those of a table of the form, or the single answers
that stand beside their labels, as on a cover.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Dropped
from kjxm_desktop.core.pictures import Picture as Kept
from kjxm_desktop.exchange import word_blocks, word_headings, word_matching
from kjxm_desktop.exchange.word_document import WordDocument
from kjxm_desktop.exchange.word_headings import Part
from kjxm_desktop.exchange.word_items import Item, Paragraph, Table, visit
from kjxm_desktop.exchange.word_matching import Columns

_LEAST_FACT: Final = 0.9
_LONGEST_FACT: Final = 300  # characters of an answer beside its label
_LONGEST_LABEL: Final = 20
_PREVIEW: Final = 110

_SINGLE: Final = ("line", "money", "number", "month", "day", "choice", "choices")
_ASKED = re.compile(r"\s*[:：]\s*")
_NOTHING: Final = frozenset({"无", "/", "／", "-", "—", "——", "暂无"})
_RULED = re.compile("[_＿]{2,}")

Kind = Literal["text", "table", "facts"]


@dataclass(frozen=True)
class Fact:
    """An answer that stands beside its label: where it goes, the label as the document has it, and what it says."""

    pointer: str
    label: str
    text: str


@dataclass(frozen=True)
class Piece:
    """One piece: its kind, the heading it stands under, the place that is proposed ("" for none), and what it holds.

    `titles` are the headings above it, the highest first; `level` is that of its own. A text has `items`, and in
    `heading` what stands above them; `named`: that is the label of the proposed place, which says it anyway. A table
    has `rows` and the tables of the form that it `fits`. `within` is the place of the text that a table stands in.
    """

    kind: Kind
    number: str
    title: str
    level: int
    titles: tuple[str, ...]
    proposed: str = ""
    named: bool = False
    likeness: float = 0.0
    items: tuple[Item, ...] = ()
    heading: Paragraph | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    fits: tuple[Columns, ...] = ()
    within: int = -1
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Found:
    """All pieces of a document in its order, its pictures by the ids of their parts, and what is left out of it."""

    pieces: tuple[Piece, ...]
    pictures: Mapping[str, Kept] = field(default_factory=dict[str, Kept])
    dropped: Mapping[Dropped, int] = field(default_factory=dict[Dropped, int])
    carries_data: bool = False

    def preview(self, piece: Piece) -> str:
        """Return how a piece begins, in one line."""
        if piece.kind == "facts":
            return "；".join(f"{fact.label}：{fact.text}" for fact in piece.facts)
        if piece.kind == "table":
            lines = [" | ".join(" ".join(cell.split()) for cell in row if cell) for row in piece.rows]
        else:
            lines = list(_lines(self.blocks(piece)))
        told = ("；" if piece.kind == "table" else " ").join(line for line in lines if line)
        return told if len(told) <= _PREVIEW else f"{told[:_PREVIEW].rstrip()}…"

    def tables_in(self, at: int) -> list[int]:
        """Return the places of the tables that stand in the text at a place."""
        return [place for place, piece in enumerate(self.pieces) if piece.kind == "table" and piece.within == at]

    def is_whole(self, piece: Piece) -> bool:
        """Tell whether a piece is all that the document says: it has no headings."""
        return not piece.title and not any(other.title for other in self.pieces)

    def is_told(self, at: int) -> bool:
        """Tell whether there is something to choose at a place: a text that is more than the tables told behind it."""
        piece = self.pieces[at]
        tables = {id(item) for table in self.tables_in(at) for item in self.pieces[table].items}
        return piece.kind != "text" or any(id(item) not in tables for item in piece.items)

    def blocks(self, piece: Piece, without: Sequence[Item] = ()) -> list[Json]:
        """Return the blocks of a text, some of its items left out."""
        left = {id(item) for item in without}
        return word_blocks.blocks_of([one for one in piece.items if id(one) not in left], self.pictures).blocks


def _lines(blocks: Sequence[Json]) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "picture":
            yield str(block.get("caption", block.get("alt", "")))
        elif block["type"] == "formula":
            yield str(block["latex"])
        else:
            yield rich_text.plain([block]).replace("\t", " | ").replace("\n", " ")


def find(document: WordDocument, form: Form, data: Json) -> Found:
    """Return the pieces of a document with the places proposed in a form that is answered as `data`."""
    parts = word_headings.split(document.items)
    proposed = word_matching.matches(form, data, parts)
    pieces: list[Piece] = []
    dropped: Counter[Dropped] = Counter(document.dropped)
    for at, part in enumerate(parts):
        match = proposed[at]
        above = next((proposed[up] for up in reversed(part.above) if proposed[up] is not None), None)
        told = match or above
        pointer = told.pointer if told is not None and part.title else ""
        titles = tuple(parts[up].title for up in part.above)
        text = Piece(
            "text", part.number, part.title, part.level, titles, pointer, named=match is not None,
            likeness=match.likeness if match is not None else 0.0, items=part.items, heading=part.heading,
        )  # fmt: skip
        dropped += word_blocks.blocks_of(part.items, document.pictures).dropped
        within = len(pieces)
        pieces.append(text)
        pieces += _tables(form, data, text, within)
    records = {id(item) for piece in pieces if piece.kind == "table" for item in piece.items}
    facts = _facts(form, data, parts, records)
    if facts:  # they stand on the cover, before everything else
        moved = [replace(piece, within=piece.within + 1) if piece.within >= 0 else piece for piece in pieces]
        pieces = [Piece("facts", "", "", 0, (), facts=facts), *moved]
    return Found(tuple(pieces), document.pictures, dict(+dropped), document.carries_data)


def _tables(form: Form, data: Json, text: Piece, within: int) -> Iterator[Piece]:
    """Yield the tables in a text that could be tables of the form."""
    titles = [text.title, *reversed(text.titles)]
    for item in text.items:
        if not isinstance(item, Table):
            continue
        rows = rows_of(item)
        fits = word_matching.columns_of(form, data, rows, [title for title in titles if title])
        if fits:
            yield Piece(
                "table", text.number, text.title, text.level, text.titles, fits[0].pointer if fits[0].sure else "",
                likeness=fits[0].likeness, items=(item,), rows=rows, fits=tuple(fits), within=within,
            )  # fmt: skip


def rows_of(table: Table) -> tuple[tuple[str, ...], ...]:
    """Return what the cells of a table say, a line each, all rows of one length; rows that say nothing are left out."""
    rows = [[_cell_text(cell) for cell in row] for row in table.rows]
    columns = max((at for row in rows for at, cell in enumerate(row, 1) if cell), default=0)
    return tuple(tuple([*row, *[""] * columns][:columns]) for row in rows if any(row))


def _cell_text(cell: Sequence[Item]) -> str:
    lines: list[str] = []
    visit(cell, lambda item: lines.append(item.text.strip()) if isinstance(item, Paragraph) else None)
    return rich_text.clean_text("\n".join(line for line in lines if line))


# ---- single answers beside their labels


def _facts(form: Form, data: Json, parts: Sequence[Part], records: set[int]) -> tuple[Fact, ...]:
    """Return the answers that stand beside a label which only one control has, the first of each.

    `records` are the tables, by their identity, whose first line names columns.
    """
    labels = _labels(form, data)
    found: dict[str, Fact] = {}
    for part in parts:
        for label, text in _pairs(part, records):
            pointer = _pointer_of(label, labels)
            said = _RULED.sub("", text).strip()
            if pointer and 0 < len(said) <= _LONGEST_FACT and said not in _NOTHING and not _pointer_of(said, labels):
                found.setdefault(pointer, Fact(pointer, label, said))
    return tuple(found.values())


def _labels(form: Form, data: Json) -> list[tuple[str, Control]]:
    """Return the labels of single answers with their controls, those alone that no other control has as well."""
    asked = [
        (label, control)
        for section in form.sections
        for control in section.controls
        if control.kind in _SINGLE and form.shown(control.pointer, data)
        for label in dict.fromkeys(control.label.values())
    ]
    count = Counter(label for label, _ in asked)
    return [(label, control) for label, control in asked if count[label] == 1]


def _pointer_of(label: str, labels: Sequence[tuple[str, Control]]) -> str:
    if not 0 < len(label) <= _LONGEST_LABEL:
        return ""
    weighed = [(word_matching.likeness(label, told), control.pointer) for told, control in labels]
    best = max(weighed, default=(0.0, ""))
    return best[1] if best[0] >= _LEAST_FACT else ""


def _pairs(part: Part, records: set[int]) -> Iterator[tuple[str, str]]:
    """Yield labels and answers: in neighbouring cells, or in one line with a colon between them."""
    if part.title and len(part.items) == 1 and isinstance(part.items[0], Paragraph):
        yield part.title, part.items[0].text.strip()
    for item in part.items:
        if isinstance(item, Table):
            for row in item.rows if id(item) not in records else ():
                cells = [_cell_text(cell) for cell in row]
                said = [cell for cell in cells if cell]
                yield from ((_ASKED.sub("", one), other) for one, other in pairwise(said))
        elif isinstance(item, Paragraph) and not part.title:
            label, colon, text = item.text.strip().replace(":", "：").partition("：")
            if colon:
                yield "".join(label.split()), text.strip()
