"""Tables that come in as XLSX or CSV, as rows of text; and tables that go out, so that nothing in them is computed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.office_zip import OfficeZip
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import csv_tables, incoming_bytes, office_links
from kjxm_desktop.exchange.remarks import Remark
from kjxm_desktop.exchange.workbooks import MOST_CHARACTERS, Workbook

LIMIT_CSV_BYTES: Final = 16 * 1024 * 1024

_MIMETYPE_BYTES: Final = 200
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # a spreadsheet would read _x0041_ as A


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet as text, all rows of one length; the names of the sheets to choose from; what to say of it.

    `name` is that of the sheet, "" for a CSV, which has one alone.
    """

    name: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    told: tuple[Remark, ...]


def read_table(source: Path | bytes, name: str, sheet: str | None = None) -> Sheet:
    """Return a sheet of an XLSX or CSV file, the first that is shown unless `sheet` names one.

    What the file is, is told by its content; `name` only names it in messages. The first 2,000 rows and 50 columns are
    taken, up to a hundred blank rows. Nothing is computed and no other file is looked at. A number is as it was typed
    as far as the file knows: identifiers and leading zeros of text cells stay, days become ISO.
    Raises KjxmError table.* or incoming.* with `name`: one for each kind of file that is no table.
    """
    data = incoming_bytes.read(source, name)
    kind = incoming_bytes.kind_of(data)
    if kind == "zip":
        return _from_workbook(_workbook(data, name), name, sheet)
    if kind == "other" and not _looks_binary(data):
        if len(data) > LIMIT_CSV_BYTES:
            raise KjxmError("incoming.too_big", name=name, limit=LIMIT_CSV_BYTES // (1024 * 1024))
        rows, told = csv_tables.read(data, name)
        return _sheet("", (), rows, told, name)
    if kind == "empty":
        raise KjxmError("table.empty", name=name)
    if kind == "ole":
        raise KjxmError("incoming.encrypted" if incoming_bytes.is_encrypted(data) else "table.old", name=name)
    raise KjxmError("table.html" if kind in ("html", "xml") else "table.kind", name=name)


def _looks_binary(data: bytes) -> bool:
    """Tell whether bytes begin as no text does: with a picture's or a program's signs, not with those of a letter."""
    start = data[:1024]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"SQLite format"))


def _workbook(data: bytes, name: str) -> Workbook:
    archive = OfficeZip(data, name)
    if archive.holds("mimetype") and b"opendocument" in archive.read("mimetype", _MIMETYPE_BYTES):
        raise KjxmError("table.open_document", name=name)
    part = office_links.main_part(archive, name)
    if part is None:
        raise KjxmError("table.kind", name=name)
    if part.casefold().endswith(".bin"):
        raise KjxmError("table.old", name=name)
    book = Workbook(archive, part, name)
    if not book.sheets:
        raise KjxmError("table.kind", name=name)
    return book


def _from_workbook(book: Workbook, name: str, wanted: str | None) -> Sheet:
    shown = [sheet for sheet in book.sheets if not sheet.hidden] or book.sheets
    chosen = shown[0] if wanted is None else next((sheet for sheet in book.sheets if sheet.name == wanted), None)
    if chosen is None:
        raise KjxmError("table.no_sheet", name=name, sheet=rich_text.clean_line(wanted or "")[:31])
    rows, told = book.rows(chosen)
    return _sheet(chosen.name, tuple(sheet.name for sheet in shown), rows, told, name)


def _sheet(title: str, names: tuple[str, ...], rows: list[list[str]], told: list[Remark], name: str) -> Sheet:
    if not rows and len(names) < 2:  # with several sheets another one may be chosen
        raise KjxmError("table.empty", name=name)
    return Sheet(title, names, tuple(tuple(row) for row in rows), tuple(told))


# --- out ------------------------------------------------------------------------------------------------------------


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV for spreadsheets; `read_table` gives them back as they were."""
    return csv_tables.write(rows)


def write_xlsx(rows: Iterable[Sequence[str]], title: str) -> bytes:
    """Return rows as the XLSX of one sheet named `title`, every cell text whatever it begins with.

    Raises KjxmError table.field with `title` on a cell longer than a spreadsheet can hold.
    """
    # Loaded with the first table that goes out.
    from openpyxl import Workbook as NewWorkbook
    from openpyxl.cell import WriteOnlyCell

    book = NewWorkbook(write_only=True)
    book.properties.creator = ""
    sheet: Any = book.create_sheet(_sheet_title(title))
    for row in rows:
        cells: list[Any] = []  # what the library calls a cell is a function
        for text in row:
            clean = rich_text.clean_text(text)
            if len(clean) > MOST_CHARACTERS:
                raise KjxmError("table.field", name=title, limit=MOST_CHARACTERS)
            cell = WriteOnlyCell(sheet, _ESCAPE.sub("_x005F_", clean))
            cell.data_type = "s"  # the library takes what begins with = for a formula
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _sheet_title(title: str) -> str:
    return re.sub(r"[\\/*?:\[\]']", "_", rich_text.clean_line(title)).strip()[:31] or "1"
