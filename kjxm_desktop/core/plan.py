"""What the rows of a time plan are tied to: the piece of work, what else falls due for it, and the period of it all.

Which column ties a row to which table stands in the form (`rows_from`); whatever other table has a column tied to the
same one and a month of its own falls due there. The period is the one that the rule `within` holds the rows to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json

Row = Mapping[str, Json]
_DATES = ("month", "day")


@dataclass(frozen=True)
class Due:
    """Something of another table that falls due: its name, its month as YYYY-MM, and where it stands."""

    name: str
    month: str
    pointer: str


@dataclass(frozen=True)
class Ties:
    """What one row of the plan is tied to; `dues` are those of its piece of work that fall into its own months."""

    work: str = ""
    dues: tuple[Due, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The ties of each row, by its index, and the first and last month of the period; None while it is not told."""

    ties: tuple[Ties, ...] = ()
    start: str | None = None
    end: str | None = None


def of_item(call: Call, data: Json, item: Mapping[str, Json]) -> Plan:
    """Return what the rows of the time plan `item` of a document.json are tied to."""
    start, end = (_month(json_pointer.get(data, pointer)) if pointer else None for pointer in _period(call, item))
    rows = cast("Sequence[Row]", json_pointer.get(data, item["rows"]) or [])
    tie = call.form.control(item["tie"]) if "tie" in item else None
    if tie is None or tie.rows_table is None:
        return Plan(tuple(Ties() for _ in rows), start, end)
    works = cast("Sequence[Row]", json_pointer.get(data, tie.rows_table) or [])
    names = {work.get("id"): str(work.get(tie.rows_label or "") or "") for work in works}
    dues = _dues(call, data, item["rows"], tie.rows_table)
    told = _by_row(rows, _names(item), tie.name, dues)
    return Plan(tuple(Ties(names.get(row.get(tie.name), ""), told[at]) for at, row in enumerate(rows)), start, end)


def watched(call: Call, item: Mapping[str, Json]) -> list[str]:
    """Return the pointers that `of_item` reads besides the rows themselves."""
    tie = call.form.control(item["tie"]) if "tie" in item else None
    tables = [table.pointer for table, _, _ in _tied(call, item["rows"], tie.rows_table)] if tie else []
    return [pointer for pointer in (*_period(call, item), *tables) if pointer]


def _names(item: Mapping[str, Json]) -> tuple[str, str]:
    return json_pointer.parse(item["from"])[-1], json_pointer.parse(item["to"])[-1]


def _period(call: Call, item: Mapping[str, Json]) -> tuple[str, str]:
    """Return where the period stands that a rule holds the rows to; empty pointers for none."""
    rules: Sequence[Mapping[str, Json]] = call.rules["rules"]
    for rule in rules:
        if rule["check"] == "within" and item["from"] in rule["params"]["answers"]:
            return rule["params"]["from"], rule["params"]["to"]
    return "", ""


def _tied(call: Call, plan: str, works: str | None) -> Iterator[tuple[Control, Control, Control]]:
    """Yield every other table tied to the table `works` whose rows have a month: it, the tie and the month."""
    for table in call.form.controls:
        if table.kind == "table" and table.pointer != plan and works is not None:
            tie = next((column for column in table.columns if column.rows_table == works), None)
            due = next((column for column in table.columns if column.kind in _DATES), None)
            if tie is not None and due is not None:
                yield table, tie, due


def _dues(call: Call, data: Json, plan: str, works: str) -> Mapping[Json, Sequence[Due]]:
    """Return what falls due, by the id of the piece of work."""
    found: dict[Json, list[Due]] = {}
    for table, tie, due in _tied(call, plan, works):
        rows = cast("Sequence[Row]", json_pointer.get(data, table.pointer) or [])
        for index, row in enumerate(rows if call.form.shown(table.pointer, data) else ()):
            month = _month(row.get(due.name))
            if month is not None and row.get(tie.name) is not None:
                name = str(row.get(table.row_label or "") or index + 1)
                found.setdefault(row[tie.name], []).append(Due(name, month, f"{table.pointer}/{index}"))
    return found


def _by_row(
    rows: Sequence[Row], names: tuple[str, str], tie: str, dues: Mapping[Json, Sequence[Due]]
) -> list[tuple[Due, ...]]:
    """Return what falls due in each row: in the first of its work that holds the month, else in its last one."""
    told: list[list[Due]] = [[] for _ in rows]
    for work, falling in dues.items():
        mine = [at for at, row in enumerate(rows) if row.get(tie) == work]
        for due in falling if mine else ():
            held = (at for at in mine if _holds(rows[at], names, due.month))
            told[next(held, mine[-1])].append(due)
    return [tuple(sorted(falling, key=lambda due: due.month)) for falling in told]


def _holds(row: Row, names: tuple[str, str], month: str) -> bool:
    start, end = (_month(row.get(name)) for name in names)
    return start is not None and end is not None and start <= month <= end


def _month(value: Json) -> str | None:
    """Return the month of a month or a day as it is written in the data; None for anything else."""
    parts = value.split("-") if isinstance(value, str) else []
    sound = len(parts) in (2, 3) and [len(part) for part in parts[:2]] == [4, 2]
    digits = all(part.isascii() and part.isdigit() for part in parts)
    return "-".join(parts[:2]) if sound and digits and 1 <= int(parts[1]) <= 12 else None
