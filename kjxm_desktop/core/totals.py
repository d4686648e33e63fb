"""What the amounts of a table add up to, by the answers beside them, and whether income and expenses close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from kjxm_desktop.core import computed, json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.computed import Row
from kjxm_desktop.core.form import Control, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.remembered import Remembered

_ZERO = Decimal(0)


class Sums:
    """The sums of one column by the answers in others. Only rows that are new or gone are added or taken off."""

    def __init__(self, of: str, by: Sequence[str]) -> None:
        """Add up the column `of` by each of the columns `by`."""
        self._by = tuple(by)
        self._rows = Remembered(
            lambda row: (computed.number(row.get(of)) or _ZERO, tuple(_key(row, name) for name in self._by))
        )
        self._count: dict[str, dict[Json, int]] = {name: {} for name in self._by}
        self._sums: dict[str, dict[Json, Decimal]] = {name: {} for name in self._by}
        self.total = _ZERO

    @property
    def by(self) -> Mapping[str, Mapping[Json, Decimal]]:
        """Return the sums by the answers in each column; None stands for rows that do not say."""
        return self._sums

    def add_up(self, rows: Sequence[Row]) -> None:
        """Take in the rows as they are now, each of them once."""
        gone, come = self._rows.changes(rows)
        for facts, sign in ((gone, -1), (come, 1)):
            for amount, keys in facts:
                if amount:
                    self._add(amount, keys, sign)

    def _add(self, amount: Decimal, keys: tuple[Json, ...], sign: int) -> None:
        self.total += sign * amount
        for name, key in zip(self._by, keys, strict=True):
            sums, count = self._sums[name], self._count[name]
            count[key] = count.get(key, 0) + sign
            sums[key] = sums.get(key, _ZERO) + sign * amount
            if not count[key]:
                del sums[key], count[key]


def _key(row: Row, name: str) -> Json:
    value = row.get(name)
    return value if isinstance(value, (str, int)) else None


def ordered(call: Call, data: Json, table: Control, name: str, sums: Mapping[Json, Decimal]) -> list[tuple[Json, Text]]:
    """Return what the keys of `sums` mean, in the order of the options, numbers rising; what no row says comes last."""
    column = table.column(name)
    options = (
        call.form.options(column, data, column.pointer) if column and (column.options or column.rows_table) else []
    )
    labels = {option.id: option.label for option in options}
    order = {key: at for at, key in enumerate(labels)}
    keys = sorted(sums, key=lambda key: (key is None, order.get(key, len(order)), _rank(key)))
    return [(key, labels.get(key) or {"zh": str(key), "en": str(key)} if key is not None else {}) for key in keys]


def _rank(key: Json) -> tuple[Decimal, str]:
    return computed.number(key) or _ZERO, str(key)


@dataclass(frozen=True)
class Side:
    """One source of money: what it is called as income, what comes in and what goes out."""

    value: Json
    label: Text
    given: Decimal
    spent: Decimal


@dataclass(frozen=True)
class Balance:
    """Income and expenses: by source, and what is spent from no source that income is told of."""

    sides: tuple[Side, ...]
    loose: Decimal

    @property
    def given(self) -> Decimal:
        """Return all income."""
        return sum((side.given for side in self.sides), _ZERO)

    @property
    def spent(self) -> Decimal:
        """Return all expenses."""
        return sum((side.spent for side in self.sides), self.loose)

    @property
    def closes(self) -> bool:
        """Tell whether both agree, in all and by source."""
        return not self.loose and all(side.given == side.spent for side in self.sides)


def balanced(call: Call, table: str) -> Mapping[str, Json] | None:
    """Return the parameters of the rule that compares the table with incomes; None where none does."""
    rules: Sequence[Mapping[str, Json]] = call.rules["rules"]
    return next((r["params"] for r in rules if r["check"] == "sums_agree" and r["params"]["table"] == table), None)


def balance(call: Call, data: Json, params: Mapping[str, Json], spent: Mapping[Json, Decimal]) -> Balance:
    """Return income and expenses as the rule with `params` compares them; `spent` are the sums by its column."""
    left = dict(spent)
    sides: list[Side] = []
    for told in params["incomes"]:
        control = call.form.control(told["pointer"])
        asked = control is not None and call.form.shown(told["pointer"], data)
        given = computed.number(json_pointer.get(data, told["pointer"])) if asked else None
        label = cast("Text", control.label if control is not None else {})
        sides.append(Side(told["value"], label, given or _ZERO, left.pop(told["value"], _ZERO)))
    return Balance(tuple(sides), sum(left.values(), _ZERO))
