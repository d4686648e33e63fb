"""Cells as Excel puts them on the clipboard beside HTML and text: XML of 2003, which alone has every number whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from kjxm_desktop.core import xml_stream
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import cell_values
from kjxm_desktop.exchange.cell_blocks import MOST_COLUMNS, MOST_ROWS, Block

_MOST_BYTES: Final = 32 * 1024 * 1024
_NAMED_FORMATS: Final = {"Percent": "0.00%", "Fixed": "0.00", "Standard": "#,##0.00"}
_MIDNIGHT = re.compile(r"T00:00:00(\.0+)?$")


def read_xml(data: bytes) -> Block | None:
    """Return the cells of the first sheet of a spreadsheet in XML; None when it is none, or larger than any bound.

    A number is whole, whatever the column shows of it; a percentage and leading zeros are as shown, days are ISO.
    Hidden rows are left out and counted. Nothing is computed.
    """
    if len(data) > _MOST_BYTES:
        return None
    reader = _Reader()
    try:
        # What the clipboard holds may end with zero bytes.
        xml_stream.read([data.rstrip(b"\0")], reader, "")
    except (KjxmError, ValueError):
        return None
    return reader.block()


class _Reader:
    """Hears of styles, then of rows and cells, each of which may tell where it stands."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self._style = ""
        self._rows: dict[int, dict[int, str]] = {}
        self._row = self._column = -1
        self._across = 0
        self._cell_style = self._row_style = ""
        self._kind = ""
        self._parts: list[str] = []
        self._hidden_row = False
        self._left_out: set[int] = set()
        self._hidden = self._cut = 0

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "ss:Style":
            self._style = attributes.get("ss:ID", "")
        elif name == "ss:NumberFormat":
            told = attributes.get("ss:Format", "")
            self._formats[self._style] = _NAMED_FORMATS.get(told, told)
        elif name == "ss:Row":
            self._row = _number(attributes, "ss:Index", self._row + 2) - 1
            self._column = -1
            self._across = 0
            self._hidden_row = attributes.get("ss:Hidden") == "1"
            self._row_style = attributes.get("ss:StyleID", "")
        elif name == "ss:Cell":
            self._column = _number(attributes, "ss:Index", self._column + self._across + 2) - 1
            self._across = _number(attributes, "ss:MergeAcross", 0)
            self._cell_style = attributes.get("ss:StyleID", self._row_style)
        elif name == "ss:Data":
            self._kind = attributes.get("ss:Type", "String")
            self._parts = []
        elif name == "ss:Table":
            self._row = -1

    def on_end(self, name: str) -> None:
        if name == "ss:Data":
            self._end_cell()
            self._kind = ""
        elif name == "ss:Row" and self._hidden_row:
            self._left_out.add(self._row)
            self._hidden += any(self._rows.pop(self._row, {}).values())
        elif name == "ss:Table":
            raise xml_stream.StopReading  # the first sheet alone is what was copied

    def on_text(self, text: str) -> None:
        if self._kind:
            self._parts.append(text)

    def _end_cell(self) -> None:
        text = "".join(self._parts)
        if self._kind == "Number":
            text = cell_values.number(text, self._formats.get(self._cell_style, "")) or text
        elif self._kind == "DateTime":
            text = _MIDNIGHT.sub("", text)
        elif self._kind == "Boolean":
            text = {"1": "TRUE", "0": "FALSE"}.get(text, text)
        if self._row >= MOST_ROWS:
            self._cut += self._column == 0
        elif 0 <= self._column < MOST_COLUMNS:
            self._rows.setdefault(self._row, {})[self._column] = text.replace("\r\n", "\n").replace("\r", "\n")

    def block(self) -> Block | None:
        """Return what was heard, without the empty rows and columns before the first cell."""
        if not self._rows:
            return None
        first = min(self._rows)
        left = min(min(row) for row in self._rows.values())
        width = max(max(row) for row in self._rows.values()) + 1
        rows = [
            [self._rows.get(at, {}).get(column, "") for column in range(left, width)]
            for at in range(first, max(self._rows) + 1)
            if at not in self._left_out
        ]
        return Block(rows, self._hidden, self._cut)


def _number(attributes: Mapping[str, str], name: str, otherwise: int) -> int:
    told = attributes.get(name, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 8 else otherwise
