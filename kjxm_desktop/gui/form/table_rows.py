"""What can be done to the rows of a table: pure steps from rows to rows, and cells laid over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import new_row_id
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.exchange import column_match
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.spelling import Answer

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


def moved_to(rows: Sequence[Row], which: Iterable[int], before: int) -> list[Row]:
    """Return the rows with the block at `which` before what is now row `before`; the number of rows means the end."""
    chosen = sorted(set(which))
    first, last = chosen[0], chosen[-1]
    if first <= before <= last + 1:
        return list(rows)
    block = rows[first : last + 1]
    if before < first:
        return [*rows[:before], *block, *rows[before:first], *rows[last + 1 :]]
    return [*rows[:first], *rows[last + 1 : before], *block, *rows[before:]]


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


# ---- cells laid over the rows


@dataclass(frozen=True)
class Held:
    """A cell that was copied from a table of this program: which column it stood in, its answer, and how that reads."""

    pattern: str
    kind: str
    value: Json
    text: str


Incoming = str | Held
Why = Literal["unread", "kept", "too_long", "rounded"]


@dataclass(frozen=True)
class Miss:
    """A cell that did not go in as it came: its row in the table, its column, what it said, and what became of it.

    `kept`: it makes no sense there, but stands as it came, and a finding tells of it. `rounded`: its unit was another,
    and the last digits have no place. Otherwise the cell is as it was.
    """

    row: int
    column: Control
    text: str
    why: Why


@dataclass(frozen=True)
class Pasted:
    """What a paste makes: the rows, how many lines and cells went in, what did not, columns there was no place for.

    `corner` and `end` are the first and last cell that were covered, row and column.
    """

    rows: list[Row]
    lines: int
    filled: int
    misses: Sequence[Miss]
    beyond: int
    corner: tuple[int, int]
    end: tuple[int, int]
    converted: int = 0
    """Cells that came in another unit, as 元, and went in in that of their column."""


@dataclass
class _Laying:
    """Rows while a block is being laid over them."""

    rows: list[Row]
    options: Options
    has_media: Callable[[str], bool]
    filled: int = 0
    converted: int = 0
    misses: list[Miss] = field(default_factory=list[Miss])

    def put(self, at: int, column: Control, cell: Incoming, unit: str) -> None:
        text = cell if isinstance(cell, str) else cell.text
        held = self._held(column, cell)
        answer = held or spelling.read_in_unit(column, text, self.options.get(column.name, ()), unit)
        if isinstance(answer.value, str) and len(answer.value) > cap_of(column):
            self.misses.append(Miss(at, column, text, "too_long"))
            return
        if not answer.readable:
            self.misses.append(Miss(at, column, text, "unread" if answer.value is None else "kept"))
            if answer.value is None:
                return
        elif answer.note == "rounded":
            self.misses.append(Miss(at, column, text, "rounded"))
        self.converted += answer.note in ("yuan", "unit", "rounded")
        self.rows[at] = with_cell(self.rows[at], column.name, answer.value)
        self.filled += 1

    def _held(self, column: Control, cell: Incoming) -> Answer | None:
        """Return the answer that came along with a cell, if it may stand in `column` as it is."""
        if isinstance(cell, str) or cell.kind != column.kind:
            return None
        if column.kind in ("picture", "file"):
            media = [cell.value] if column.kind == "file" else []
            return Answer(cell.value) if media and all(self.has_media(str(one)) for one in media) else None
        if cell.pattern == column.pointer or column.kind in ("line", "text", "rich", "yes_no", "month", "day"):
            return Answer(cell.value)
        return None


def pasted(
    rows: Sequence[Row],
    cells: Sequence[Sequence[Incoming]],
    corner: tuple[int, int],
    columns: Sequence[Control],
    options: Options,
    has_media: Callable[[str], bool] = lambda _sha256: False,
) -> Pasted:
    """Return the rows with a block of cells laid over them from `corner` (row, column) on; rows are added at the end.

    A first line that names columns of the table is taken as their order, wherever the block is put, and its units are
    those of what stands below. A cell that makes no sense in its column is told as a miss; empty cells empty what they
    cover, and empty lines at the end add no rows.
    """
    at, first = corner
    here = columns[first] if first < len(columns) and len(cells) > 1 else None
    named = named_columns(cells[0], columns, here) if cells else None
    order = named or [(column, "") for column in columns[first:]]
    lines = [list(line) for line in (cells[1:] if named else cells)]
    while len(lines) > 1 and at + len(lines) > len(rows) and not any(map(_says, lines[-1])):
        lines.pop()
    result = list(rows)
    if at + len(lines) > len(result):
        result = inserted(result, len(result), at + len(lines) - len(result))
    laying = _Laying(result, options, has_media)
    for down, line in enumerate(lines):
        for (column, unit), cell in zip(order, line, strict=False):
            if column is not None:
                laying.put(at + down, column, cell, unit)
    beyond = {across for line in lines for across, cell in enumerate(line) if across >= len(order) and _says(cell)}
    unnamed = [across for across, (column, _) in enumerate(order) if column is None]
    beyond |= {across for across in unnamed if any(across < len(line) and _says(line[across]) for line in lines)}
    covered = [columns.index(column) for column, _ in order[: max(map(len, lines), default=0)] if column is not None]
    end = (at + max(0, len(lines) - 1), max(covered, default=first))
    start = (at, min(covered, default=first))
    counts = len(lines), laying.filled, laying.misses, len(beyond)
    return Pasted(laying.rows, *counts, start, end, laying.converted)


def _says(cell: Incoming) -> bool:
    return bool((cell if isinstance(cell, str) else cell.text).strip())


def tiled(cells: Sequence[Sequence[Incoming]], rows: int, columns: int) -> Sequence[Sequence[Incoming]]:
    """Return a block as often side by side and below itself as fills a selection of its multiple; else once."""
    high, wide = len(cells), max(map(len, cells), default=0)
    if not high or not wide or rows % high or columns % wide or any(len(line) != wide for line in cells):
        return cells
    return [list(cells[at % high]) * (columns // wide) for at in range(rows)]


def named_columns(
    line: Sequence[Incoming], columns: Sequence[Control], here: Control | None
) -> list[tuple[Control | None, str]] | None:
    """Return the column and the unit that each heading of a line names; None when it is no line of headings.

    It is one when more than half of its cells name a column; a line of one cell when that names the column `here`.
    """
    words = [cell if isinstance(cell, str) else "" for cell in line]
    if not any(words):
        return None
    if len(words) == 1:
        told = here is not None and column_match.likeness_to(words[0], target_of(here)) >= column_match.SAME
        return [(here, column_match.unit_of(words[0]))] if told else None
    keys = column_match.match(words, [target_of(column) for column in columns])
    met = [word for word, key in zip(words, keys, strict=True) if key is not None]
    if len(met) * 2 <= sum(1 for word in words if word.strip()) or len(met) < 2:
        return None
    by_name = {column.name: column for column in columns}
    return [
        (by_name.get(key) if key else None, column_match.unit_of(word)) for word, key in zip(words, keys, strict=True)
    ]


def target_of(column: Control) -> column_match.Target:
    """Return a column as headings of foreign tables are held against it."""
    return column_match.Target(column.name, tuple(dict.fromkeys((*column.label.values(), column.name))))


def heading(column: Control) -> str:
    """Return the heading of a column: its label, its unit in brackets."""
    label = strings.pick(column.label)
    return strings.text("gui_form.table.heading_unit", label=label, unit=column.unit) if column.unit else label
