"""A table of long text as a value: each step on it returns another table and leaves the one it was given alone."""

from __future__ import annotations

from collections.abc import Sequence

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json

Table = dict[str, Json]
Runs = Sequence[Json]
CAPTION = -1
"""The row that the caption counts as."""


def new(rows: int, columns: int) -> Table:
    """Return an empty table whose first row is a header."""
    return {"type": "table", "header": rows > 1, "rows": [[[] for _ in range(columns)] for _ in range(rows)]}


def size(table: Table) -> tuple[int, int]:
    """Return how many rows and columns there are."""
    return len(table["rows"]), len(table["rows"][0])


def cell(table: Table, row: int, column: int) -> list[Json]:
    """Return what stands in a cell, as runs; those of the caption are one piece of text."""
    if row == CAPTION:
        caption = str(table.get("caption", ""))
        return [{"text": caption}] if caption else []
    return list(table["rows"][row][column])


def with_cell(table: Table, row: int, column: int, runs: Runs) -> Table:
    """Return the table with other runs in a cell, or with another caption."""
    if row == CAPTION:
        return with_caption(table, rich_text.plain([{"type": "paragraph", "runs": list(runs)}]))
    rows = list(table["rows"])
    rows[row] = [*rows[row][:column], list(runs), *rows[row][column + 1 :]]
    return {**table, "rows": rows}


def with_caption(table: Table, caption: str) -> Table:
    """Return the table with another caption; without one where it is empty."""
    rest = {key: value for key, value in table.items() if key != "caption"}
    return {**rest, "caption": caption} if caption else rest


def with_header(table: Table, header: bool) -> Table:
    """Return the table with its first row as a header, or as a row like the others."""
    return {**table, "header": header}


def with_row(table: Table, at: int) -> Table:
    """Return the table with an empty row before row `at`; the same one where it can hold no more."""
    rows, columns = size(table)
    if rows >= rich_text.MOST_ROWS:
        return table
    return {**table, "rows": [*table["rows"][:at], [[] for _ in range(columns)], *table["rows"][at:]]}


def without_row(table: Table, at: int) -> Table | None:
    """Return the table without a row; None when it was the last one."""
    rows = [*table["rows"][:at], *table["rows"][at + 1 :]]
    return {**table, "rows": rows} if rows else None


def row_moved(table: Table, at: int, by: int) -> Table:
    """Return the table with a row moved; the same one at the ends."""
    return {**table, "rows": _moved(table["rows"], at, by)}


def with_column(table: Table, at: int) -> Table:
    """Return the table with an empty column before column `at`; the same one where it can hold no more."""
    if size(table)[1] >= rich_text.MOST_COLUMNS:
        return table
    return {**table, "rows": [[*row[:at], [], *row[at:]] for row in table["rows"]]}


def without_column(table: Table, at: int) -> Table | None:
    """Return the table without a column; None when it was the last one."""
    rows = [[*row[:at], *row[at + 1 :]] for row in table["rows"]]
    return {**table, "rows": rows} if rows[0] else None


def column_moved(table: Table, at: int, by: int) -> Table:
    """Return the table with a column moved; the same one at the ends."""
    return {**table, "rows": [_moved(row, at, by) for row in table["rows"]]}


def _moved(parts: Sequence[Json], at: int, by: int) -> list[Json]:
    moved = list(parts)
    if 0 <= at + by < len(moved):
        moved.insert(at + by, moved.pop(at))
    return moved


def with_block(table: Table, row: int, column: int, rows: Sequence[Sequence[Runs]]) -> Table:
    """Return the table with `rows` of cells put in from a cell on; it grows as far as a table can."""
    most_rows, most_columns = rich_text.MOST_ROWS - row, rich_text.MOST_COLUMNS - column
    put = [list(cells[:most_columns]) for cells in rows[:most_rows]]
    height, width = row + len(put), column + max((len(cells) for cells in put), default=0)
    grown = [[list(cell) for cell in cells] for cells in table["rows"]]
    columns = max(len(grown[0]), width)
    grown += [[] for _ in range(height - len(grown))]
    for cells in grown:
        cells += [[] for _ in range(columns - len(cells))]
    for down, cells in enumerate(put):
        for across, runs in enumerate(cells):
            grown[row + down][column + across] = list(runs)
    return {**table, "rows": grown}
