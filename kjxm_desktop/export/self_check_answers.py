"""What each answer has to read on paper, taken from the answers themselves and never from the blocks.

document.json is asked for the order alone: an answer that it names nowhere is expected all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.call import placeholders
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.export import glyphs
from kjxm_desktop.export.compose_values import Answers

_UNSEEN = re.compile(f"[{glyphs.WITHOUT_INK}]+")
_PLAIN = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()ni0123456789+-=()", strict=True)) | {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip
_RAISED = re.compile("[" + "".join(_PLAIN) + "]")
_NO_TEXT = ("table", "file")
_WORDS = ("choice", "choices", "yes_no", "money", "month", "day")


def closed(text: str) -> str:
    """Return `text` as it is compared: no white space, figures on the line, ligatures as their letters."""
    text = _UNSEEN.sub("", text)
    return _RAISED.sub(lambda found: _PLAIN[found[0]], text) if _RAISED.search(text) else text


@dataclass(frozen=True)
class Piece:
    """A text that has to stand on paper in one piece, closed: an answer, or a paragraph, an item, a cell of one.

    One that stands `alone` is a whole paragraph; the order of `loose` ones is not known.
    """

    pointer: str
    text: str
    alone: bool = True
    loose: bool = False


@dataclass(frozen=True)
class Expected:
    """What has to stand on paper: texts in their order, and the pictures by pointer and SHA-256."""

    pieces: tuple[Piece, ...]
    pictures: tuple[tuple[str, str], ...]


def expected(proposal: Proposal, now: datetime) -> Expected:
    """Return what `proposal` has to read on paper: every answer that is asked and not listed as not printed."""
    return _Reader(proposal, now).read()


def expected_in_form(proposal: Proposal, now: datetime, stands_in_line: Callable[[str], bool]) -> Expected:
    """Return what an official form has to read, in the order of the answers: it has an order and words of its own.

    `stands_in_line` tells of the pointer of an answer whether it prints among other words, as one text.
    """
    return _Reader(proposal, now).read_one_by_one(stands_in_line)


class _Reader:
    """Reads the answers of one proposal in the order of its layout, each once."""

    def __init__(self, proposal: Proposal, now: datetime) -> None:
        self._call = proposal.call
        self._data = proposal.data
        told = proposal.call.document
        self._answers = Answers(proposal.call, proposal.data, now, told["words"])
        self._parts = [part for part in told["parts"] if part["name"] == "body"] or told["parts"]
        self._left_out = {item["pointer"] for item in told["not_printed"]}
        self._read: set[str] = set()
        self._pictures: list[tuple[str, str]] = []

    def read(self) -> Expected:
        pieces = [piece for part in self._parts for piece in self._items(part["items"])]
        pieces += [piece for piece in self._unnamed() if piece.text]
        return Expected(tuple(piece for piece in pieces if piece.text), tuple(self._pictures))

    def read_one_by_one(self, stands_in_line: Callable[[str], bool]) -> Expected:
        pieces: list[Piece] = []
        for _, pointer, _ in leaves(self._call, self._data):
            if stands_in_line(pointer):
                pieces += (replace(piece, loose=True) for piece in self._cell(pointer, alone=False))
            else:
                pieces += self._block(pointer)
        return Expected(tuple(piece for piece in pieces if piece.text), tuple(self._pictures))

    def _unnamed(self) -> Iterator[Piece]:
        """Yield the answers that the layout names nowhere: they have to stand somewhere."""
        for control, pointer, value in leaves(self._call, self._data):
            if pointer in self._read or control.pointer in self._left_out or not self._answers.shown(pointer):
                continue
            if control.kind == "rich":
                yield from (replace(piece, loose=True) for piece in _of_cell(value, pointer))
            elif control.kind not in (*_NO_TEXT, "picture"):
                yield from self._cell(pointer, alone=False, loose=True)

    def _items(self, items: Sequence[Json]) -> Iterator[Piece]:
        for item in items:
            yield from self._items(item.get("items", ()))
            match item["item"]:
                case "prose":
                    yield from self._block(item["pointer"])
                case "facts":
                    yield from self._facts(item, "")
                case "table":
                    yield from self._table(item)
                case "records":
                    yield from self._records(item)
                case "list":
                    for row in self._answers.rows(item["text"].partition("/*")[0]):
                        yield from self._cell(json_pointer.in_row_of(item["text"], row), alone=False)
                case "references":
                    for row in self._answers.rows(item["pointer"]):
                        yield from self._cell(f"{row}/text", alone=False, loose=True)
                case _:
                    pass

    def _facts(self, item: Json, row: str) -> Iterator[Piece]:
        for told in item["rows"]:
            yield from self._told(told, row)

    def _told(self, told: Json, row: str) -> Iterator[Piece]:
        """Yield what a fact or a column of a table says: one answer, or those that its text names."""
        if "pointer" in told:
            pointer = json_pointer.in_row_of(told["pointer"], row)
            yield from self._cell(pointer, row_number=told.get("row_number", ""))
            return
        for name in placeholders(told.get("text", "")):
            if name.startswith("/"):
                pointer = json_pointer.in_row_of(name, row)
                yield from self._cell(pointer, row_number=told.get("row_number", ""), alone=False)

    def _table(self, item: Json) -> Iterator[Piece]:
        control = self._answers.control(item["pointer"])
        columns = control.columns if control else ()
        if "columns" not in item and any(column.kind in ("rich", "picture") for column in columns):
            yield from self._records(item)
            return
        told = item.get("columns") or [{"pointer": column.pointer} for column in columns]
        rows = self._answers.rows(item["pointer"])
        for row in self._grouped(item["group_by"], rows) if "group_by" in item else rows:
            for column in told:
                yield from self._told(column, row)
            if "group_by" in item:  # one line names it for all rows of the group
                self._read.add(json_pointer.in_row_of(item["group_by"], row))
        if "group_by" in item:
            yield from self._group_names(item["group_by"], rows)

    def _grouped(self, pattern: str, rows: Sequence[str]) -> list[str]:
        """Return the rows as they are printed together: options in their order, numbers rising, others as they come."""
        names = {row: self._answers.text(json_pointer.in_row_of(pattern, row)) for row in rows}
        control = self._answers.control(pattern)
        labels = [option.label["zh"] for option in control.options] if control else []
        met = list(dict.fromkeys(names.values()))

        def place(row: str) -> tuple[int, int, int]:
            name = names[row]
            if labels:
                return labels.index(name) if name in labels else len(labels), met.index(name), 0
            return 0 if name.isdigit() else 1, int(name) if name.isdigit() else 0, met.index(name)

        return sorted(rows, key=place)

    def _group_names(self, pattern: str, rows: Sequence[str]) -> Iterator[Piece]:
        if pattern in self._left_out:
            return
        met: set[str] = set()
        for row in rows:
            pointer = json_pointer.in_row_of(pattern, row)
            text = closed(self._answers.text(pointer))
            if text not in met:
                met.add(text)
                yield Piece(pointer, text, alone=False, loose=True)

    def _records(self, item: Json) -> Iterator[Piece]:
        control = self._answers.control(item["pointer"])
        columns = control.columns if control else ()
        title = item.get("title") or f"{item['pointer']}/*/{control.row_label if control else 'id'}"
        others = [column for column in columns if column.pointer != title]
        plain = [{"pointer": column.pointer} for column in others if column.kind not in ("rich", "picture")]
        long = [column.pointer for column in others if column.kind in ("rich", "picture")]
        for row in self._answers.rows(item["pointer"]):
            yield from self._cell(json_pointer.in_row_of(title, row), alone=False)
            yield from self._facts(item.get("facts", {"rows": plain}), row)
            for pattern in item.get("prose", long):
                yield from self._block(json_pointer.in_row_of(pattern, row))

    # --- one answer -------------------------------------------------------------------------------------------------

    def _value(self, pointer: str) -> Json:
        """Return the answer at `pointer` the first time it is asked for; None again."""
        if pointer in self._read:
            return None
        self._read.add(pointer)
        control = self._answers.control(pointer)
        if control is None or control.pointer in self._left_out or control.kind in _NO_TEXT:
            return None
        return self._answers.value(pointer)

    def _block(self, pointer: str) -> Iterator[Piece]:
        """Yield the pieces of an answer that is printed as running text, and keep its pictures."""
        control = self._answers.control(pointer)
        if control is not None and control.kind in ("rich", "picture"):
            value = self._value(pointer)
            for at, block in enumerate(_blocks([value] if control.kind == "picture" and value else value)):
                place = pointer if control.kind == "picture" else f"{pointer}/{at}"
                if control.kind == "picture" or block.get("type") == "picture":
                    self._pictures.append((place, block["media"]))
                yield from _of_block(block, place)
        else:
            yield from self._cell(pointer)

    def _cell(self, pointer: str, *, row_number: str = "", alone: bool = True, loose: bool = False) -> Iterator[Piece]:
        """Yield the pieces of an answer that is printed in a cell or inside a line."""
        control, value = self._answers.control(pointer), self._value(pointer)
        if control is None or value is None:
            return
        if control.kind == "rich":
            yield from _of_cell(value, pointer) if alone else _lines(rich_text.plain(value), pointer, alone=False)
            return
        if control.kind == "picture":
            text = str(value.get("caption") or value.get("alt") or "")
        elif control.kind in _WORDS:
            text = self._answers.text(pointer, row_number=row_number)
        else:
            text = str(value)
        for piece in _lines(text, pointer, alone=alone):
            yield replace(piece, loose=loose)


def _lines(text: str, pointer: str, *, alone: bool) -> Iterator[Piece]:
    for line in text.split("\n"):
        yield Piece(pointer, closed(line), alone)


def _blocks(value: Json) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", value or [])


def _of_block(block: dict[str, Json], pointer: str) -> Iterator[Piece]:
    """Yield the pieces of one block of long text; formulas have none."""
    match block.get("type"):
        case "paragraph":
            yield from _of_runs(block["runs"], pointer)
        case "list":
            for item in block["items"]:
                yield from _beside(_of_runs(item, pointer))
        case "table":
            yield Piece(pointer, closed(block.get("caption", "")), alone=False)
            for row in block["rows"]:
                for cell in row:
                    yield from _of_runs(cell, pointer)
        case "formula":
            pass
        case _:
            yield Piece(pointer, closed(block.get("caption", "")), alone=False)


def _of_cell(value: Json, pointer: str) -> Iterator[Piece]:
    """Yield the pieces of long text in a cell: a picture is its words there, and a table has no caption."""
    for block in _blocks(value):
        match block.get("type"):
            case "paragraph" | "list":
                yield from _of_block(block, pointer)
            case "table":
                for row in block["rows"]:
                    for cell in row:
                        yield from _beside(_of_runs(cell, pointer))
            case "picture":
                yield Piece(pointer, closed(block.get("caption", "") or block.get("alt", "")))
            case _:
                pass


def _beside(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield `pieces` as they stand beside a marker or beside each other."""
    return (replace(piece, alone=False) for piece in pieces)


def _of_runs(runs: Sequence[dict[str, Json]], pointer: str) -> Iterator[Piece]:
    """Yield the text between citations and formulas."""
    told = "".join("\0" if "cite" in run or "formula" in run else run["text"] for run in runs)
    parts = told.split("\0")
    for part in parts:
        yield Piece(pointer, closed(part), alone=len(parts) == 1)
