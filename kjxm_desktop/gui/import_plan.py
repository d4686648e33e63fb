"""How a foreign table goes into one of ours: which row holds the headings, which column is which, what each cell says.

Nothing here is shown or put in: the dialog shows it, and the person corrects it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.proposal import new_row_id
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.exchange import column_match
from kjxm_desktop.gui.form import spelling, table_rows
from kjxm_desktop.gui.form.spelling import Answer
from kjxm_desktop.gui.form.table_rows import Row

_SAMPLED: Final = 40
"""So many cells of a column tell whether it fits by what stands in it."""
_LEAST_TELLING: Final = 1_000
"""A whole number that must be larger than this, as a year, tells its column by itself."""

Cells = Sequence[Sequence[str]]
Options = Mapping[str, Sequence[Option]]


@dataclass(frozen=True)
class Plan:
    """What the person decides: the row of headings, if any; the column of ours for each column; sums left out."""

    header: int | None
    targets: tuple[str | None, ...]
    without_sums: bool = True


@dataclass
class Wishes:
    """Which column of ours each column of the file is wished into; the wish of last counts where two are the same.

    Whoever steps through a list with the arrow keys passes by columns that others have: each gets its own back.
    """

    wanted: list[str | None]
    _recent: list[int] = field(default_factory=list[int])

    def wish(self, at: int, key: str | None) -> None:
        """Wish column `at` into `key`, or nowhere."""
        self.wanted[at] = key
        self._recent = [*(other for other in self._recent if other != at), at]

    def targets(self) -> tuple[str | None, ...]:
        """Return where each column goes, each of ours once."""
        found: list[str | None] = [None] * len(self.wanted)
        untouched = [at for at in range(len(self.wanted)) if at not in self._recent]
        for at in (*reversed(self._recent), *untouched):
            if self.wanted[at] not in found:
                found[at] = self.wanted[at]
        return tuple(found)


@dataclass(frozen=True)
class ReadCell:
    """What one cell of the file says, and what it becomes; `is_kept` where it stands as it came and will be marked."""

    text: str
    answer: Answer

    @property
    def is_readable(self) -> bool:
        """Tell whether it makes sense in its column."""
        return self.answer.readable

    @property
    def is_kept(self) -> bool:
        """Tell whether it goes in although it makes no sense."""
        return not self.answer.readable and self.answer.value is not None


@dataclass(frozen=True)
class Taken:
    """One row that will come in: its number in the file, counted from 0, and its cells by the name of their column."""

    number: int
    cells: Mapping[str, ReadCell]


@dataclass
class Source:
    """A foreign table held against a table of ours; cells are read once for each column and unit they are tried in."""

    cells: Cells
    columns: Sequence[Control]
    options: Options
    _read: dict[tuple[str, str, str], ReadCell] = field(default_factory=dict[tuple[str, str, str], ReadCell])

    @cached_property
    def targets(self) -> list[Control]:
        """Return the columns that text can stand in."""
        return [column for column in self.columns if column.kind not in ("picture", "file")]

    @property
    def width(self) -> int:
        """Return how many columns the foreign table has."""
        return len(self.cells[0]) if self.cells else 0

    def propose(self) -> Plan:
        """Return the plan that is likeliest: headings found, columns joined by them and by what stands below."""
        header = column_match.header_row(self.cells, [table_rows.target_of(column) for column in self.targets])
        return self.propose_below(header)

    def propose_below(self, header: int | None) -> Plan:
        """Return the likeliest plan with the headings in row `header`."""
        headings = self.headings(header)
        targets = [table_rows.target_of(column) for column in self.targets]
        first = 0 if header is None else header + 1

        def fits(at: int, key: str) -> float:
            return self._fit(at, next(column for column in self.targets if column.name == key), first)

        telling = [column.name for column in self.targets if self._tells(column)]
        return Plan(header, tuple(column_match.match(headings, targets, fits, telling)))

    def headings(self, header: int | None) -> list[str]:
        """Return what stands above each column, "" where nothing does."""
        return list(self.cells[header]) if header is not None else [""] * self.width

    def title(self, at: int, header: int | None) -> str:
        """Return what to call a column of the file: its heading, else its letter."""
        return " ".join(self.headings(header)[at].split()) or column_match.letters(at)

    def example(self, at: int, header: int | None) -> str:
        """Return the first thing that stands in a column of the file."""
        rows = self.cells[0 if header is None else header + 1 :]
        return next((" ".join(row[at].split()) for row in rows if row[at].strip()), "")

    def sums(self, plan: Plan) -> list[int]:
        """Return the rows below the headings that add up others."""
        return [at for at in self._rows(plan) if column_match.is_sum(self.cells[at])]

    def taken(self, plan: Plan) -> list[Taken]:
        """Return the rows that come in under a plan, blank ones left out."""
        headings = self.headings(plan.header)
        by_name = {column.name: column for column in self.targets}
        joined = [(at, by_name[key], column_match.unit_of(headings[at])) for at, key in enumerate(plan.targets) if key]
        left_out = set(self.sums(plan)) if plan.without_sums else set[int]()
        rows: list[Taken] = []
        for number in self._rows(plan):
            row = self.cells[number]
            if number in left_out:
                continue
            cells = {
                column.name: self._cell(column, row[at], unit) for at, column, unit in joined if row[at].strip()
            }  # fmt: skip
            if cells:
                rows.append(Taken(number, cells))
        return rows

    def _rows(self, plan: Plan) -> range:
        return range(0 if plan.header is None else plan.header + 1, len(self.cells))

    def _cell(self, column: Control, text: str, unit: str) -> ReadCell:
        key = (column.name, unit, text)
        found = self._read.get(key)
        if found is None:
            answer = spelling.read_in_unit(column, text, self.options.get(column.name, ()), unit)
            if isinstance(answer.value, str) and len(answer.value) > cap_of(column):
                answer = Answer(None, None, readable=False)
            found = self._read[key] = ReadCell(text, answer)
        return found

    def _fit(self, at: int, column: Control, first: int) -> float:
        """Return how many of the cells of a column of the file make sense in one of ours."""
        told = [row[at] for row in self.cells[first:] if row[at].strip()][:_SAMPLED]
        minimum = column.limits.minimum
        fitting = 0
        for text in told:
            cell = self._cell(column, text, "")
            value = cell.answer.value
            fitting += cell.is_readable and not (minimum is not None and isinstance(value, int) and value < minimum)
        return fitting / len(told) if told else 0.0

    def _tells(self, column: Control) -> bool:
        """Tell whether what stands in a column tells it by itself: not everything makes sense there."""
        minimum = column.limits.minimum
        has_list = column.kind == "choice" and bool(self.options.get(column.name))
        return column.kind in ("month", "day") or has_list or (minimum is not None and minimum >= _LEAST_TELLING)


Unread = tuple[int, str, ReadCell]
"""The place of a cell that is to be looked at: its row among those taken, its column, what it says."""


def unread(taken: Sequence[Taken]) -> list[Unread]:
    """Return the cells that make no sense, row by row."""
    return [
        (at, name, cell) for at, row in enumerate(taken) for name, cell in row.cells.items() if not cell.is_readable
    ]


def converted(taken: Sequence[Taken]) -> int:
    """Return how many amounts came in another unit than that of their column."""
    return sum(cell.answer.note in ("yuan", "unit", "rounded") for row in taken for cell in row.cells.values())


def rounded(taken: Sequence[Taken]) -> list[Unread]:
    """Return the amounts that lost digits when they were brought into the unit of their column, row by row."""
    return [
        (at, name, cell)
        for at, row in enumerate(taken)
        for name, cell in row.cells.items()
        if cell.answer.note == "rounded"
    ]


def rows_of(taken: Sequence[Taken]) -> list[Row]:
    """Return the rows to put in, each with an id of its own."""
    made: list[Row] = []
    for one in taken:
        row: Row = {"id": new_row_id()}
        for name, cell in one.cells.items():
            row = table_rows.with_cell(row, name, cell.answer.value)
        made.append(row)
    return made
