"""What lies on the clipboard for a table, and what a table puts there: for ourselves, for spreadsheets, as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QMimeData

from kjxm_desktop import strings
from kjxm_desktop.core import identifiers, strict_json
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import cell_blocks, cell_xml
from kjxm_desktop.exchange.cell_blocks import Block, CellKind, OutCell
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.table_rows import Held, Incoming, Miss, Options, Pasted, Row, heading

OWN_FORMAT = "application/x-kjxm-cells+json"
_XML_NAME = "XML Spreadsheet"
"""How Excel calls it; the library puts that into a name of its own."""
_NAMED = 3
"""So many cells that did not go in are named; of the others it is told how many there are."""
_SHOWN = 12


@dataclass(frozen=True)
class Found:
    """The cells on a clipboard, and how many rows were left out: hidden ones, and those beyond all bounds."""

    cells: Sequence[Sequence[Incoming]]
    hidden: int = 0
    cut: int = 0


# ---- in


def read(source: QMimeData) -> Found:
    """Return the cells of the best form that `source` offers: our own, a spreadsheet's, plain text; none for others."""
    if source.hasFormat(OWN_FORMAT):
        try:
            return Found(_own_cells(bytes(source.data(OWN_FORMAT).data())))
        except (KjxmError, KeyError, TypeError, ValueError):
            pass  # whoever wrote it, it was not this program: there is text beside it
    block = _whole_numbers(source)
    if block is None and source.hasHtml():
        block = cell_blocks.read_html(source.html())
    block = block or cell_blocks.read_text(source.text())
    return Found(block.rows, block.hidden, block.cut)


def _whole_numbers(source: QMimeData) -> Block | None:
    """Return the cells of the form in which Excel tells a number with all its digits, where it offers that."""
    name = next((name for name in source.formats() if _XML_NAME in name), None)
    return cell_xml.read_xml(bytes(source.data(name).data())) if name is not None else None


def _own_cells(raw: bytes) -> list[list[Incoming]]:
    told = strict_json.loads(raw)
    columns: list[tuple[str, str]] = [(str(one["pattern"]), str(one["kind"])) for one in told["columns"]]
    rows: list[list[Incoming]] = [[str(word) for word in told["headings"]]] if told["headings"] else []
    for row in told["rows"]:
        cells: list[Incoming] = []
        for (pattern, kind), cell in zip(columns, row, strict=True):
            cells.append(Held(pattern, kind, cell["value"], str(cell["text"])))
        rows.append(cells)
    return rows


# ---- out


def write(rows: Sequence[Row], columns: Sequence[Control], options: Options, *, headings: bool) -> QMimeData:
    """Return cells for ourselves, as HTML and as text for others; `headings` puts a line of them first."""
    cells = [[_out(column, row.get(column.name), options.get(column.name, ())) for column in columns] for row in rows]
    top = [[OutCell(heading(column)) for column in columns]] if headings else []
    told = {
        "columns": [{"pattern": column.pointer, "kind": column.kind} for column in columns],
        "headings": [cell.text for line in top for cell in line],
        "rows": [
            [
                {"value": row.get(column.name), "text": cell.text}
                for column, cell in zip(columns, line, strict=True)
            ]
            for row, line in zip(rows, cells, strict=True)
        ],
    }  # fmt: skip
    made = QMimeData()
    made.setData(OWN_FORMAT, QByteArray(json.dumps(told, ensure_ascii=False).encode()))
    made.setHtml(cell_blocks.write_html([*top, *cells]))
    made.setText(cell_blocks.write_text([*top, *cells]))
    return made


def _out(column: Control, value: Json, options: Sequence[Option]) -> OutCell:
    """Return an answer as a cell: amounts as numbers, days and months in figures, all else as it is written."""
    if value is None:
        return OutCell("")
    if column.kind in ("money", "number") and not isinstance(value, bool):
        is_number = isinstance(value, int) or identifiers.to_decimal(value) is not None
        return OutCell(str(value), "number" if is_number else "text")
    if column.kind in ("month", "day"):
        known = identifiers.is_month(str(value)) if column.kind == "month" else identifiers.is_day(str(value))
        kind: CellKind = ("month" if column.kind == "month" else "day") if known else "text"
        return OutCell(str(value), kind)
    if column.kind == "file":
        return OutCell(strings.text("gui_form.file.present"))
    return OutCell(spelling.write(column, value, options))


# ---- what is told of it


def told(made: Pasted, found: Found) -> str:
    """Return the sentence on a paste: how much went in, what did not and where, and how to take it back."""
    parts = [strings.text("gui_table.pasted", rows=made.lines, filled=made.filled)]
    for why in ("unread", "kept", "too_long", "rounded"):
        misses = [miss for miss in made.misses if miss.why == why]
        if misses:
            parts.append(strings.text(f"gui_table.pasted_{why}", count=len(misses), places=places_of(misses)))
    counts = {"converted": made.converted, "beyond": made.beyond, "hidden": found.hidden, "cut": found.cut}
    for key, count in counts.items():
        if count:
            parts.append(strings.text(f"gui_table.pasted_{key}", count=count))
    if len(parts) > 1 and made.filled:
        parts.append(strings.text("gui_table.pasted_back"))
    return sentence_of(parts)


def sentence_of(parts: Sequence[str]) -> str:
    """Return the parts of what is told as one sentence."""
    joined = parts[0]
    for part in parts[1:]:
        joined = strings.text("gui_table.sentence_two", first=joined, second=part)
    return strings.text("gui_table.sentence_end", told=joined)


def places_of(misses: Sequence[Miss]) -> str:
    """Return where the first of some misses are and what they say."""
    named = [
        strings.text(
            "gui_table.miss", row=miss.row + 1, label=strings.pick(miss.column.label), text=shortened(miss.text)
        )
        for miss in misses[:_NAMED]
    ]
    words = spelling.listed(named)
    return strings.text("gui_table.misses_more", places=words) if len(misses) > _NAMED else words


def shortened(text: str) -> str:
    """Return the beginning of what a cell says, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
