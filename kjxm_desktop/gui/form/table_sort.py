"""The order that sorting gives rows: numbers as numbers, words as the language has them, choices as their list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCollator, QLocale, Qt

from kjxm_desktop.core import identifiers
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.table_rows import Row


def sorted_rows(rows: Sequence[Row], column: Control, options: Sequence[Option], *, descending: bool) -> list[Row]:
    """Return the rows in the order of one column; equal ones stay as they were, empty ones stand last either way.

    Amounts and numbers go by value, what cannot be read behind them; choices by their list; Chinese words by pinyin,
    numbers inside words by value.
    """
    collator = _collator()
    order = {option.id: at for at, option in enumerate(options)}
    counted: list[tuple[Any, Row]] = []
    worded: list[tuple[Any, Row]] = []
    empty: list[Row] = []
    for row in rows:
        value: Json = row.get(column.name)
        if value in (None, "", [], {}):
            empty.append(row)
            continue
        number = order[value] if column.kind == "choice" and value in order else _number(column, value)
        if number is not None:
            counted.append((number, row))
        else:
            worded.append((collator.sortKey(spelling.write(column, value, options)), row))
    for part in (counted, worded):
        part.sort(key=_first, reverse=descending)
    return [*(row for _, row in counted), *(row for _, row in worded), *empty]


def _first(pair: tuple[Any, Row]) -> Any:
    return pair[0]


def _number(column: Control, value: Json) -> Any:
    if isinstance(value, bool):
        return not value  # what is ticked stands first
    if isinstance(value, int):
        return value
    if column.kind in ("money", "number"):
        return identifiers.to_decimal(value)
    if column.kind in ("month", "day") and isinstance(value, str):
        known = identifiers.is_month(value) if column.kind == "month" else identifiers.is_day(value)
        return int(value.replace("-", "")) if known else None
    return None


def _collator() -> QCollator:
    """Return how words are compared: Chinese ones by pinyin, whatever the language of the system."""
    made = QCollator(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    made.setNumericMode(True)
    made.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    return made
