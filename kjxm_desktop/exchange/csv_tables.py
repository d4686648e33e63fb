"""Tables as CSV: read whatever way they were written, and written so that no spreadsheet computes what stands there."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange.remarks import Remark
from kjxm_desktop.exchange.workbooks import BLANK_RUN, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS

_DELIMITERS: Final = "\t,;"
_LOOKED_AT: Final = 20  # records
_MOST_CELLS: Final = 1_000_000  # ten times as many as are taken

_LIVE = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")  # what a spreadsheet may take for a formula
_GUARDED = re.compile(f"'{_LIVE.pattern}")
_NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?")
_TOLD_DELIMITER = re.compile("sep=([\t,;])\r?\n?")


def read(data: bytes, name: str) -> tuple[list[list[str]], list[Remark]]:
    """Return the cells of a CSV, all rows of one length, and what there is to say of them.

    UTF-8 with and without a mark, UTF-16 with one and GB 18030 are told apart, as are comma, semicolon and tab.
    Raises KjxmError table.encoding, table.nul, table.quotes, table.field or table.cells with `name`.
    """
    text = _decoded(data, name)
    if "\0" in text:
        raise KjxmError("table.nul", name=name)
    told = _TOLD_DELIMITER.match(text)
    delimiter = told[1] if told else _delimiter(text)
    rows: list[list[str]] = []
    seen: Counter[str] = Counter()
    remarks: list[Remark] = []
    blanks = 0
    for row in _records(text[told.end() :] if told else text, delimiter, name):
        blanks = 0 if any(cell.strip() for cell in row) else blanks + 1
        if blanks > BLANK_RUN:
            remarks.append(Remark("paste.table.gap", {"row": len(rows) - BLANK_RUN, "run": BLANK_RUN}))
            break
        if len(rows) == MOST_ROWS:
            remarks.append(Remark("paste.table.rows", {"limit": MOST_ROWS}))
            break
        seen["columns"] += sum(1 for cell in row[MOST_COLUMNS:] if cell.strip())
        seen["invisible"] += sum(rich_text.invisible_in(cell) for cell in row[:MOST_COLUMNS])
        rows.append([_cell(cell) for cell in row[:MOST_COLUMNS]])
    if seen["columns"]:
        remarks.append(Remark("paste.table.columns", {"limit": MOST_COLUMNS, "count": seen["columns"]}))
    if seen["invisible"]:
        remarks.append(Remark("paste.table.invisible", {"count": seen["invisible"]}))
    return _squared(rows), remarks


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV for spreadsheets: UTF-8 with a mark, all quoted, and ' before what might be a formula."""
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows([_guarded(cell) for cell in row] for row in rows)
    return target.getvalue().encode("utf-8-sig")


def _guarded(text: str) -> str:
    text = rich_text.clean_text(text)
    return f"'{text}" if _LIVE.match(text) and not _NUMBER.fullmatch(text) else text


def _cell(text: str) -> str:
    clean = rich_text.clean_text(text[1:] if _GUARDED.match(text) else text).strip("\n")
    return clean if clean.strip() else ""


def _decoded(data: bytes, name: str) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise KjxmError("table.encoding", name=name)


def _delimiter(text: str) -> str:
    """Return the sign that cuts the first records into the most cells, most evenly."""
    head = text[:65_536]
    if len(text) > len(head):
        head = head.rpartition("\n")[0] or head
    best, most = ",", 1.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in islice(csv.reader(io.StringIO(head), delimiter=delimiter), _LOOKED_AT))
        except csv.Error:
            continue
        usual, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        score = usual * count / (sum(widths.values()) or 1) if usual > 1 else 1.0
        if score > most:
            best, most = delimiter, score
    return best


def _records(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(_counted(text, delimiter, name), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                raise KjxmError("table.field", name=name, limit=MOST_CHARACTERS) from None
            raise KjxmError("table.quotes", name=name, line=reader.line_num) from None
        if any(len(cell) > MOST_CHARACTERS for cell in row):
            raise KjxmError("table.field", name=name, limit=MOST_CHARACTERS)
        yield row


def _counted(text: str, delimiter: str, name: str) -> Iterator[str]:
    """Yield the lines of `text` until more cells than anybody has could stand in them."""
    room = _MOST_CELLS
    for line in io.StringIO(text, newline=""):
        room -= line.count(delimiter) + 1
        if room < 0:
            raise KjxmError("table.cells", name=name, limit=_MOST_CELLS)
        yield line


def _squared(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((at for row in rows for at, text in enumerate(row, 1) if text), default=0)
    return [[*row, *[""] * width][:width] for row in rows]
