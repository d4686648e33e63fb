"""Blocks of cells as spreadsheets put them on the clipboard and take them from it: text with tabs, and HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from kjxm_desktop.core import html_tokens, rich_text
from kjxm_desktop.core.html_tokens import Comment, End, Start, Text, TooMuchError
from kjxm_desktop.exchange import cell_values

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
MOST_CHARACTERS: Final = 8_000_000
_MOST_STEPS: Final = 300_000  # of HTML: some 3,000 rows of ten cells; what is larger is taken from its plain text

CellKind = Literal["text", "number", "day", "month"]

_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\n]|\Z)')
_LIVE = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20]")  # what a spreadsheet may take for a formula
_GUARDED = re.compile(f"'+{_LIVE.pattern}")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")
_SHOWN_NUMBER = re.compile(r"#+|[-+(]?[¥￥$]?[0-9][0-9,]*([.][0-9]*)?([eE][-+]?[0-9]+)?\)?")
_LEADING_ZERO = re.compile(r"0[0-9]+")
_HIDDEN = re.compile(r"(^|;)\s*(display\s*:\s*none|mso-hide\s*:\s*all)", re.IGNORECASE)
_WHITE = re.compile(r"[ \t\r\n]+")
_BLOCKS: Final = frozenset({"p", "div", "li"})
_SILENT: Final = frozenset({"head", "script", "style", "title", "xml", "rt", "rp"})
_SERIAL_ZERO: Final = date(1899, 12, 30).toordinal()


@dataclass(frozen=True)
class Block:
    """Cells as text, row by row, and how many rows were left out: hidden ones, and those beyond all bounds."""

    rows: Sequence[Sequence[str]]
    hidden: int = 0
    cut: int = 0


@dataclass(frozen=True)
class OutCell:
    """A cell that goes out: how it is written, and as what a spreadsheet is to take it (days and months as ISO)."""

    text: str
    kind: CellKind = "text"


# ---- in


def read_text(text: str) -> Block:
    """Return the cells of text with tabs between them; a cell in quotes may hold breaks, tabs and doubled quotes.

    A quote that is not closed before a tab or the end of a line stands for itself. An apostrophe that `write_text` put
    before what might be a formula is taken away.
    """
    text = text[:MOST_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not text:
        return Block(())
    rows: list[list[str]] = [[]]
    at, cut = 0, 0
    while True:
        cell, at = _cell_at(text, at)
        if len(rows[-1]) < MOST_COLUMNS:
            rows[-1].append(_unguarded(cell))
        if at >= len(text):
            return Block(rows, cut=cut)
        if text[at] == "\n":
            if len(rows) == MOST_ROWS:
                return Block(rows, cut=text.count("\n", at))
            rows.append([])
        at += 1


def _cell_at(text: str, at: int) -> tuple[str, int]:
    """Return the cell that begins at `at`, and where it ends: at a tab, a line break or the end."""
    quoted = _QUOTED.match(text, at) if text.startswith('"', at) else None
    if quoted is not None:
        return quoted[1].replace('""', '"'), quoted.end()
    ends = [end for end in (text.find("\t", at), text.find("\n", at)) if end >= 0]
    end = min(ends, default=len(text))
    return text[at:end], end


def _unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def read_html(source: str) -> Block | None:
    """Return the cells of the one table that `source` is; None when it is no table, or more than one, or too large.

    Text beside the table makes it none: what was copied is a page then. A number is taken as exactly as the program
    that wrote it tells (`x:num` of Excel and WPS, `sdval` of LibreOffice), not as far as the column was wide enough to
    show. Merged cells are one cell and empty ones. Rows that were hidden are left out and counted.
    """
    if len(source) > MOST_CHARACTERS or "<t" not in source.lower():
        return None
    reader = _HtmlReader()
    try:
        for token in html_tokens.tokens(source[max(0, source.find("<")) :], _MOST_STEPS):
            if isinstance(token, Start):
                reader.on_start(token.name, token.attributes)
            elif isinstance(token, End):
                reader.on_end(token.name)
            elif not isinstance(token, Comment):
                reader.on_text(token)
    except TooMuchError:
        return None
    return reader.block()


@dataclass
class _Open:
    """A cell that is being read: where it stands, what it is told to hold, and its text so far."""

    attributes: Mapping[str, str]
    lines: list[str] = field(default_factory=lambda: [""])

    def text(self) -> str:
        shown = "\n".join(_WHITE.sub(" ", line).strip(" ") for line in self.lines).strip("\n \xa0")
        return _exact(shown, self.attributes)


class _HtmlReader:
    """Hears the tags of a table. Tables inside a cell are its text."""

    def __init__(self) -> None:
        self._rows: list[dict[int, str]] = []
        self._depth = self._tables = 0
        self._silent = ""
        self._beside = False
        self._cell: _Open | None = None
        self._column = 0
        self._in_row = self._row_hidden = False
        self._hidden = 0
        self._taken: dict[int, int] = {}  # columns that a merged cell above still covers, and for how many rows

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._silent or (name in _SILENT):
            self._silent = self._silent or name
        elif name == "table":
            self._depth += 1
            self._tables += self._depth == 1
        elif self._depth == 1 and name == "tr":
            self._end_row()
            self._begin_row(attributes)
        elif self._depth == 1 and name in ("td", "th"):
            self._end_cell()
            if not self._in_row:
                self._begin_row({})
            self._cell = _Open(attributes)
        elif name == "br" or name in _BLOCKS:
            self._break(always=name == "br")

    def on_end(self, name: str) -> None:
        if self._silent:
            self._silent = "" if name == self._silent else self._silent
        elif name == "table":
            if self._depth == 1:
                self._end_row()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and name in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and name == "tr":
            self._end_row()
        elif name in _BLOCKS or name == "tr":
            self._break(always=False)

    def on_text(self, token: Text) -> None:
        if self._silent:
            return
        if self._cell is not None:
            self._cell.lines[-1] += token.text
        elif token.text.strip(" \t\r\n\xa0") and self._depth != 1:
            self._beside = True

    def block(self) -> Block | None:
        """Return what was heard."""
        self._end_row()
        if self._tables != 1 or self._beside or not any(self._rows):
            return None
        width = min(MOST_COLUMNS, max((max(row) + 1 for row in self._rows if row), default=0))
        rows = [[row.get(at, "") for at in range(width)] for row in self._rows[:MOST_ROWS]]
        return Block(rows, self._hidden, max(0, len(self._rows) - MOST_ROWS))

    def _break(self, *, always: bool) -> None:
        if self._cell is not None and (always or self._cell.lines[-1].strip(" \t\r\n")):
            self._cell.lines.append("")

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._in_row = True
        self._row_hidden = bool(_HIDDEN.search(attributes.get("style", "")))
        self._rows.append({})
        self._column = 0

    def _end_row(self) -> None:
        if not self._in_row:
            return
        self._in_row = False
        self._end_cell()
        if self._row_hidden:
            self._hidden += any(self._rows.pop().values())
        self._row_hidden = False
        self._taken = {column: left - 1 for column, left in self._taken.items() if left > 1}

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if cell is None:
            return
        while self._taken.get(self._column, 0) > 0:
            self._column += 1
        across, down = _span(cell.attributes, "colspan"), _span(cell.attributes, "rowspan")
        if self._column < MOST_COLUMNS:
            self._rows[-1][self._column] = cell.text()
        for column in range(self._column, min(MOST_COLUMNS, self._column + across)):
            self._rows[-1].setdefault(column, "")
            if down > 1:
                self._taken[column] = down
        self._column += across


def _span(attributes: Mapping[str, str], name: str) -> int:
    told = attributes.get(name, "1").strip()
    return max(1, min(int(told), MOST_ROWS)) if told.isascii() and told.isdecimal() and len(told) < 6 else 1


def _exact(shown: str, attributes: Mapping[str, str]) -> str:
    """Return what a cell holds: what it shows, a number with all its digits where the cell tells them.

    A day, a percentage or a number with leading zeros stays as shown: its bare number says less.
    """
    if told := attributes.get("x:str"):
        return told
    told = attributes.get("x:num") or attributes.get("sdval")
    if not told or not _SHOWN_NUMBER.fullmatch(shown) or _LEADING_ZERO.fullmatch(shown):
        return shown
    exact = cell_values.number(told, "")
    return shown if exact is None or _is_number(shown, exact) else exact


def _is_number(shown: str, exact: str) -> bool:
    """Tell whether what is shown is that number to the last digit: 1,234.50 is 1234.5, and says how it was written."""
    try:
        return Decimal(shown.replace(",", "")) == Decimal(exact)
    except InvalidOperation:
        return False


# ---- out


def write_text(rows: Iterable[Iterable[OutCell]]) -> str:
    """Return cells as text that every spreadsheet takes, in quotes where one holds a tab, a quote or a line break.

    Text that a spreadsheet would compute gets an apostrophe before it.
    """
    return "\n".join("\t".join(_quoted(_guarded(cell)) for cell in row) for row in rows)


def _guarded(cell: OutCell) -> str:
    text = cell.text
    live = (_LIVE.match(text) or _GUARDED.match(text)) and cell.kind == "text" and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if live else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '\t\n"') else text


def write_html(rows: Iterable[Iterable[OutCell]]) -> str:
    """Return cells as a table for spreadsheets and word processors: numbers as numbers, days as days, text as text."""
    lines = ["<tr>" + "".join(_html_cell(cell) for cell in row) + "</tr>" for row in rows]
    head = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<head><meta charset="utf-8"><style>td{white-space:pre-wrap;vertical-align:top}br{mso-data-placement:same-cell}'
        "</style></head><body><table>\n"
    )
    return head + "\n".join(lines) + "\n</table></body></html>"


def _html_cell(cell: OutCell) -> str:
    text = html.escape(rich_text.clean_text(cell.text), quote=False).replace("\n", "<br>")
    if cell.kind == "number" and _PLAIN_NUMBER.fullmatch(cell.text):
        digits = "." + "0" * len(cell.text.partition(".")[2]) if "." in cell.text else ""
        looks = f"mso-number-format:'0{digits}'".replace(".", "\\.")
        told = f'align="right" x:num="{cell.text}" sdval="{cell.text}" sdnum="1033;0;0{digits}"'
        return f'<td style="{looks}" {told}>{text}</td>'
    serial = _serial(cell)
    if serial is not None:
        shape = "yyyy-mm" if cell.kind == "month" else "yyyy-mm-dd"
        looks = "mso-number-format:'" + shape.replace("-", "\\-") + "'"
        # LibreOffice knows no month by itself, and would show the bare number: there it stays as it is written.
        told = "" if cell.kind == "month" else f' sdval="{serial}" sdnum="1033;1033;{shape.upper()}"'
        return f'<td style="{looks}" x:num="{serial}"{told}>{text}</td>'
    return f'<td style="mso-number-format:\'\\@\'" x:str sdnum="1033;0;@">{text}</td>'


def _serial(cell: OutCell) -> int | None:
    """Return the number that spreadsheets count a day by; None when the cell holds none."""
    if cell.kind not in ("day", "month"):
        return None
    try:
        told = date.fromisoformat(cell.text if cell.kind == "day" else f"{cell.text}-01")
    except ValueError:
        return None
    return told.toordinal() - _SERIAL_ZERO if told.year >= 1901 else None
