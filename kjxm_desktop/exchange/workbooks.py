"""XLSX read as a stream: the cells of one sheet as text, within bounds, nothing computed and nothing followed.

Not with a library that makes an object of each cell: of a file of 20 kB that takes 1.3 GB and a minute and a half. It
would also read 2024年6月 as 45444, and could not tell a formula that was never computed from an empty cell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kjxm_desktop.core import rich_text, xml_stream
from kjxm_desktop.core.office_zip import OfficeZip
from kjxm_desktop.core.xml_stream import StopReading
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import cell_values, office_links
from kjxm_desktop.exchange.remarks import Remark

MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 50
MOST_CHARACTERS: Final = 32_767  # of a cell, in every spreadsheet
BLANK_RUN: Final = 100
_MOST_IN_ROW: Final = 16_384  # cells; no spreadsheet has more columns
_SMALL_PART: Final = 8 * 1024 * 1024
_MOST_NAMED: Final = 5  # cells named in a remark

_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class SheetPart(NamedTuple):
    """A sheet of a workbook: its name, its part, and whether it is hidden."""

    name: str
    part: str
    hidden: bool


@dataclass
class _Cell:
    row: int
    column: int
    kind: str
    style: int
    value: str = ""
    inline: str = ""
    formula: bool = False

    @property
    def address(self) -> str:
        letters = chr(65 + self.column) if self.column < 26 else "A" + chr(65 + self.column - 26)
        return f"{letters}{self.row + 1}"


class Workbook:
    """A workbook whose sheets can be read. Raises KjxmError incoming.* with `name` on what is none."""

    def __init__(self, archive: OfficeZip, part: str, name: str) -> None:
        self._archive, self._name = archive, name
        links = office_links.links_of(archive, part, name)
        book = _Book()
        self._read(part, book, _SMALL_PART)
        told = [SheetPart(title, links[link].part, hidden) for title, link, hidden in book.sheets if link in links]
        self.sheets = [sheet for sheet in told if archive.holds(sheet.part)]
        self._from_1904 = book.from_1904
        self._strings = next((link.part for link in links.values() if link.purpose == "sharedStrings"), "")
        styles = next((link.part for link in links.values() if link.purpose == "styles"), "")
        self._styles = _Styles()
        if archive.holds(styles):
            self._read(styles, self._styles, _SMALL_PART)

    def rows(self, sheet: SheetPart) -> tuple[list[list[str]], list[Remark]]:
        """Return the rows of a sheet, all of one length, and what there is to say of them."""
        reader = _SheetReader(self._name)
        self._read(sheet.part, reader)
        strings = self._needed_strings(reader.cells)
        told = _Told()
        rows: dict[int, dict[int, str]] = {}
        for cell in reader.cells:
            if text := self._text(cell, strings, told):
                rows.setdefault(cell.row, {})[cell.column] = text
        kept_rows = [at for at in range(max(rows, default=-1) + 1) if at not in reader.hidden_rows]
        width = max((max(row) for row in rows.values()), default=-1) + 1
        columns = [at for at in range(width) if at not in reader.hidden_columns]
        table = [[rows.get(at, {}).get(column, "") for column in columns] for at in kept_rows]
        return _trimmed(table), [*reader.remarks(rows), *told.remarks()]

    def _read(self, part: str, reader: xml_stream.Reader, limit_bytes: int = 64 * 1024 * 1024) -> None:
        xml_stream.read(self._archive.chunks(part, limit_bytes), reader, self._name)

    def _needed_strings(self, cells: list[_Cell]) -> Mapping[int, str]:
        wanted = {int(cell.value) for cell in cells if cell.kind == "s" and _is_index(cell.value)}
        if not wanted or not self._archive.holds(self._strings):
            return {}
        reader = _Strings(wanted, self._name)
        self._read(self._strings, reader)
        return reader.found

    def _text(self, cell: _Cell, strings: Mapping[int, str], told: _Told) -> str:
        """Return what a cell says, cleaned."""
        if cell.kind == "s":
            text = strings.get(int(cell.value), "") if _is_index(cell.value) else ""
        elif cell.kind == "b":
            text = {"1": "TRUE", "0": "FALSE"}.get(cell.value.strip(), "")
        elif cell.kind in ("str", "inlineStr", "e", "d"):
            text = _unescaped(cell.inline or cell.value)
        else:
            code = self._styles.code(cell.style)
            text = cell_values.number(cell.value, code, from_1904=self._from_1904) or _unescaped(cell.value)
        told.look(cell, text)
        clean = rich_text.clean_text(text).strip("\n")
        return clean if clean.strip() else ""


def _trimmed(table: list[list[str]]) -> list[list[str]]:
    while table and not any(table[-1]):
        table.pop()
    width = max((at for row in table for at, text in enumerate(row, 1) if text), default=0)
    return [row[:width] for row in table]


def _is_index(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 8


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Told:
    """What to say of the cells that were taken."""

    def __init__(self) -> None:
        self._cells: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def look(self, cell: _Cell, text: str) -> None:
        if cell.formula and not (cell.value or cell.inline):
            self._note("paste.table.uncomputed", cell)
        elif cell.formula:
            self._counts["paste.table.computed"] += 1
        if cell.kind == "e":
            self._note("paste.table.error", cell)
        if cell.kind in ("", "n") and cell_values.has_lost_digits(cell.value):
            self._note("paste.table.digits", cell)
        self._counts["paste.table.invisible"] += rich_text.invisible_in(text)

    def _note(self, key: str, cell: _Cell) -> None:
        self._counts[key] += 1
        named = self._cells.setdefault(key, [])
        if len(named) < _MOST_NAMED:
            named.append(cell.address)

    def remarks(self) -> Iterator[Remark]:
        for key, count in self._counts.items():
            if count and key in self._cells:
                yield Remark(key, {"count": count, "cells": ", ".join(self._cells[key])})
            elif count:
                yield Remark(key, {"count": count})


class _Book:
    """The list of sheets."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "s:sheet":
            title = rich_text.clean_line(attributes.get("name", ""))[:31]
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((title, attributes.get("r:id", ""), hidden))
        elif name == "s:workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")

    def on_end(self, name: str) -> None:
        pass

    def on_text(self, text: str) -> None:
        pass


class _Styles:
    """The number formats of cells."""

    def __init__(self) -> None:
        self._codes = dict(cell_values.BUILT_IN)
        self._of_style: list[int] = []
        self._inside = False

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "s:numFmt":
            told = attributes.get("numFmtId", "")
            if _is_index(told):
                self._codes[int(told)] = attributes.get("formatCode", "")
        elif name == "s:cellXfs":
            self._inside = True
        elif name == "s:xf" and self._inside:
            told = attributes.get("numFmtId", "0")
            self._of_style.append(int(told) if _is_index(told) else 0)

    def on_end(self, name: str) -> None:
        if name == "s:cellXfs":
            self._inside = False

    def on_text(self, text: str) -> None:
        pass

    def code(self, style: int) -> str:
        """Return the number format of a style, "" for the general one."""
        return self._codes.get(self._of_style[style], "") if 0 <= style < len(self._of_style) else ""


class _Strings:
    """Those of the shared strings that are wanted; readings of characters are left out."""

    def __init__(self, wanted: set[int], name: str) -> None:
        self.found: dict[int, str] = {}
        self._wanted, self._last, self._name = wanted, max(wanted), name
        self._at = -1
        self._parts: list[str] = []
        self._takes = self._reading = False

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 - what a Reader hears
        if name == "s:si":
            self._at += 1
            self._parts = []
        elif name == "s:rPh":
            self._reading = True
        elif name == "s:t":
            self._takes = not self._reading and self._at in self._wanted

    def on_end(self, name: str) -> None:
        if name == "s:t":
            self._takes = False
        elif name == "s:rPh":
            self._reading = False
        elif name == "s:si":
            if self._at in self._wanted:
                self.found[self._at] = _unescaped("".join(self._parts))
                _check_length(self.found[self._at], self._name)
            if self._at >= self._last:
                raise StopReading

    def on_text(self, text: str) -> None:
        if self._takes:
            self._parts.append(text)


def _check_length(text: str, name: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise KjxmError("table.field", name=name, limit=MOST_CHARACTERS)


@dataclass
class _SheetReader:
    """The cells of a sheet that say something, up to the last row and column that are taken."""

    name: str
    cells: list[_Cell] = field(default_factory=list[_Cell])
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: set[int] = field(default_factory=set[int])
    _row: int = -1
    _column: int = -1
    _in_row: int = 0
    _cell: _Cell | None = None
    _into: str = ""
    _last: int = -1  # the last row that says something
    _wide: int = 0
    _cut: str = ""
    _parts: list[str] = field(default_factory=list[str])

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "s:c":
            self._start_cell(attributes)
        elif name in ("s:v", "s:t"):
            self._into = name if self._cell is not None and self._into != "s:rPh" else self._into
            self._parts = []
        elif name == "s:f" and self._cell is not None:
            self._cell.formula = True
        elif name == "s:rPh":
            self._into = name
        elif name == "s:row":
            told = attributes.get("r", "")
            self._row = int(told) - 1 if _is_index(told) and int(told) > 0 else self._row + 1
            self._column, self._in_row = -1, 0
            if attributes.get("hidden", "0") in ("1", "true") and self._row < MOST_ROWS:
                self.hidden_rows.add(self._row)
        elif name == "s:col" and attributes.get("hidden", "0") in ("1", "true"):
            first, last = (attributes.get(key, "") for key in ("min", "max"))
            if _is_index(first) and _is_index(last):
                self.hidden_columns.update(range(int(first) - 1, min(int(last), MOST_COLUMNS)))

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._column += 1
        address = _ADDRESS.fullmatch(attributes.get("r", ""))
        if address is not None:
            self._column = _column(address[1])
        self._in_row += 1
        if self._in_row > _MOST_IN_ROW:
            raise KjxmError("incoming.unfolds", name=self.name, limit=64)
        if self._column >= MOST_COLUMNS:
            self._cell = None
            return
        style = attributes.get("s", "")
        kind = attributes.get("t", "n")
        self._cell = _Cell(self._row, self._column, kind, int(style) if _is_index(style) else -1)

    def on_end(self, name: str) -> None:
        if name == "s:v" and self._cell is None:
            self._wide += 1
        elif name in ("s:v", "s:t") and self._into == name and self._cell is not None:
            text = "".join(self._parts)
            _check_length(text, self.name)
            if name == "s:v":
                self._cell.value = text
            else:
                self._cell.inline += text
                _check_length(self._cell.inline, self.name)
            self._into = ""
        elif name == "s:rPh":
            self._into = ""
        elif name == "s:c":
            self._end_cell()
        elif name == "s:row" and (self._row >= MOST_ROWS or 0 <= self._last < self._row - BLANK_RUN):
            raise StopReading  # nothing but empty cells that have a look

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None or not (cell.value or cell.inline or cell.formula):
            return
        if cell.row >= MOST_ROWS:
            self._cut = "rows"
            raise StopReading
        if self._last >= 0 and cell.row > self._last + BLANK_RUN:
            self._cut = "gap"
            raise StopReading
        self._last = cell.row
        self.cells.append(cell)

    def on_text(self, text: str) -> None:
        if self._into in ("s:v", "s:t"):
            self._parts.append(text)

    def remarks(self, rows: Mapping[int, Mapping[int, str]]) -> Iterator[Remark]:
        """Yield what was left out."""
        if self._cut == "rows":
            yield Remark("paste.table.rows", {"limit": MOST_ROWS})
        elif self._cut == "gap":
            yield Remark("paste.table.gap", {"row": self._last + 1, "run": BLANK_RUN})
        if self._wide:
            yield Remark("paste.table.columns", {"limit": MOST_COLUMNS, "count": self._wide})
        if hidden := sum(1 for at in self.hidden_rows if rows.get(at)):
            yield Remark("paste.table.hidden_rows", {"count": hidden})
        columns = {column for at, row in rows.items() if at not in self.hidden_rows for column in row}
        if hidden := len(self.hidden_columns & columns):
            yield Remark("paste.table.hidden_columns", {"count": hidden})


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number - 1
