"""Sums of a column of a table by the answers in others: for the tables of totals and for charts alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.identifiers import to_decimal
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export.compose_values import Answers


def names_of(answers: Answers, pattern: str, rows: Sequence[str]) -> list[str]:
    """Return what each of `rows` answers in the column `pattern`, in words; the word for a gap where it says nothing.

    The same answer is put into words once: a budget has few categories and many lines.
    """
    gap = answers.words["gap"]
    told: dict[Json, str] = {None: gap}
    values = _values(answers, pattern, rows)
    if values is None:
        return [answers.text(json_pointer.in_row_of(pattern, row)) or gap for row in rows]
    names: list[str] = []
    for row, value in zip(rows, values, strict=True):
        if isinstance(value, list | dict):
            names.append(answers.text(json_pointer.in_row_of(pattern, row)) or gap)
            continue
        if value not in told:
            told[value] = answers.text(json_pointer.in_row_of(pattern, row)) or gap
        names.append(told[value])
    return names


def _amounts(answers: Answers, pattern: str, rows: Sequence[str]) -> Iterator[Decimal]:
    """Yield the amount of each row; zero for none and for one that cannot be read."""
    values = _values(answers, pattern, rows)
    if values is None:
        yield from (answers.amount(json_pointer.in_row_of(pattern, row)) for row in rows)
        return
    for value in values:
        yield (to_decimal(value) if isinstance(value, str) else None) or Decimal(0)


def _values(answers: Answers, pattern: str, rows: Sequence[str]) -> list[Json] | None:
    """Return what stands in the column `pattern`, None for a gap; None for all where that alone decides no words.

    The rows are known to be asked: looking each cell up by its pointer would take ten times as long.
    """
    control = answers.control(pattern)
    table, _, name = pattern.partition("/*/")
    told: Json = json_pointer.get(answers.data, table, [])
    if control is None or control.conditions or control.rows_table or "/" in name or len(told) != len(rows):
        return None
    return [row.get(name) for row in told]


def in_order(answers: Answers, pattern: str, names: Sequence[str]) -> list[str]:
    """Return the different `names` of one column: options in their order, numbers rising, others as they come."""
    control = answers.control(pattern)
    order = {option.label["zh"]: at for at, option in enumerate(control.options)} if control else {}
    told = list(dict.fromkeys(names))
    if not order:
        return sorted(told, key=lambda name: (not name.isdigit(), name if name.isdigit() else ""))
    return sorted(told, key=lambda name: order.get(name, len(order)))


def sums(answers: Answers, item: Json) -> tuple[list[str], list[str], dict[tuple[str, str], Decimal]]:
    """Return names down, names across and the sum of "amount" for each pair of them.

    `item` is one of document.json, {"amount", "by", "across"?}; without "across" there is one name across, "".
    """
    rows = answers.rows(item["amount"].partition("/*")[0])
    down = names_of(answers, item["by"], rows)
    across = names_of(answers, item["across"], rows) if "across" in item else [""] * len(rows)
    found: dict[tuple[str, str], Decimal] = {}
    for key, amount in zip(zip(down, across, strict=True), _amounts(answers, item["amount"], rows), strict=True):
        found[key] = found.get(key, Decimal(0)) + amount
    named = in_order(answers, item["across"], across) if "across" in item else [""]
    return in_order(answers, item["by"], down), named, found
