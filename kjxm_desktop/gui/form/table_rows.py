"""What can be done to the rows of a table: pure steps from rows to rows, and the block of text they are pasted from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import new_row_id
from kjxm_desktop.gui.form import spelling

Row = dict[str, Json]
Options = Mapping[str, Sequence[Option]]
"""The options of each column, by its name."""


def inserted(rows: Sequence[Row], at: int, count: int = 1) -> list[Row]:
    """Return the rows with `count` empty ones before row `at`."""
    return [*rows[:at], *({"id": new_row_id()} for _ in range(count)), *rows[at:]]


def deleted(rows: Sequence[Row], which: Iterable[int]) -> list[Row]:
    """Return the rows without those at `which`."""
    gone = set(which)
    return [row for at, row in enumerate(rows) if at not in gone]


def duplicated(rows: Sequence[Row], which: Iterable[int]) -> list[Row]:
    """Return the rows with copies of those at `which` behind the last of them, each with an id of its own."""
    chosen = sorted(set(which))
    copies = [{**rows[at], "id": new_row_id()} for at in chosen]
    return [*rows[: chosen[-1] + 1], *copies, *rows[chosen[-1] + 1 :]]


def moved(rows: Sequence[Row], which: Iterable[int], by: int) -> list[Row]:
    """Return the rows with the block at `which` one place up (−1) or down (+1); unchanged at the edge."""
    chosen = sorted(set(which))
    first, last = chosen[0], chosen[-1]
    if first + by < 0 or last + by >= len(rows):
        return list(rows)
    block = list(rows[first : last + 1])
    rest = [*rows[:first], *rows[last + 1 :]]
    return [*rest[: first + by], *block, *rest[first + by :]]


def with_cell(row: Row, name: str, value: Json) -> Row:
    """Return the row with another answer in one column; None and empty ones are taken out."""
    changed = {key: held for key, held in row.items() if key != name}
    if value not in (None, "", [], {}):
        changed[name] = value
    return changed


def filled_down(rows: Sequence[Row], which: Sequence[int], names: Iterable[str]) -> list[Row]:
    """Return the rows with the answers of the first row of `which` in all of them, in the columns `names`."""
    result = list(rows)
    source = rows[which[0]]
    for name in names:
        for at in which[1:]:
            result[at] = with_cell(result[at], name, source.get(name))
    return result


def cleared(rows: Sequence[Row], cells: Iterable[tuple[int, str]]) -> list[Row]:
    """Return the rows with the given cells (row, column name) empty."""
    result = list(rows)
    for at, name in cells:
        result[at] = with_cell(result[at], name, None)
    return result


# ---- blocks of text, as spreadsheets put them on the clipboard


def parse_block(text: str) -> list[list[str]]:
    """Return the cells of a block copied from a spreadsheet: tabs between cells, quotes around cells with breaks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not text:
        return []
    if '"' not in text or text.count('"') % 2:
        return [line.split("\t") for line in text.split("\n")]
    return [list(row) for row in csv.reader(io.StringIO(text), delimiter="\t")]


def write_block(cells: Iterable[Iterable[str]]) -> str:
    """Return cells as text that spreadsheets take, quoted where a cell holds a tab, a quote or a line break."""
    written = io.StringIO()
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows(cells)
    return written.getvalue().removesuffix("\n")


@dataclass(frozen=True)
class Pasted:
    """What a paste would make: the rows, how many cells were filled, how many could not be understood."""

    rows: list[Row]
    filled: int
    refused: int


def pasted(
    rows: Sequence[Row], cells: Sequence[Sequence[str]], at: int, columns: Sequence[Control], options: Options
) -> Pasted:
    """Return the rows with a block of text laid over them from row `at` on, into `columns` from the first.

    A first line that names columns of the table is taken as their order. Rows are added where the block is longer.
    A cell that makes no sense in its column is left as it was and counted; empty cells empty what they cover.
    """
    named = _named_columns(cells[0], columns) if cells else None
    order: Sequence[Control | None] = named or list(columns)
    lines = cells[1:] if named else cells
    result = list(rows)
    if at + len(lines) > len(result):
        result = inserted(result, len(result), at + len(lines) - len(result))
    filled = refused = 0
    for down, line in enumerate(lines):
        for column, text in zip(order, line, strict=False):
            if column is None:
                continue
            answer = spelling.read(column, text, options.get(column.name, ()))
            if not answer.readable and answer.value is None:
                refused += 1
                continue
            result[at + down] = with_cell(result[at + down], column.name, answer.value)
            filled += 1
    return Pasted(result, filled, refused)


def _named_columns(line: Sequence[str], columns: Sequence[Control]) -> list[Control | None] | None:
    """Return the columns that a line of headings names; None when it is no line of headings."""
    by_name = {_bare(label): column for column in columns for label in column.label.values()}
    found = [by_name.get(_bare(cell)) for cell in line]
    return found if len(line) > 1 and sum(column is not None for column in found) * 2 > len(line) else None


def _bare(heading: str) -> str:
    """Return a heading without white space and without its unit in brackets."""
    return "".join(heading.split()).partition("（")[0].partition("(")[0].lower()


def heading(column: Control) -> str:
    """Return the heading of a column: its label, its unit in brackets."""
    label = strings.pick(column.label)
    return strings.text("gui_form.table.heading_unit", label=label, unit=column.unit) if column.unit else label
