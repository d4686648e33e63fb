"""Amounts that were most likely put in as 元 where 万元 are asked: told of and offered to convert, never converted.

The notice sets no limit to any amount, so nothing is suspected for its size alone: only an amount that all incomes
together cannot hold by far, or, while there are none, one that is far above the others of its table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, cast

from kjxm_desktop.core import computed, json_pointer, totals
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.computed import CENT, Edit, Product, Row
from kjxm_desktop.core.json_pointer import Json

YUAN_PER_UNIT: Final = Decimal(10_000)
UNIT: Final = "万元"
OVER_INCOME: Final = 10
"""So many times all incomes together: more than a slip between two of them."""
OVER_OTHERS: Final = 1000
"""So many times the middle one of the amounts of a table …"""
LEAST_OTHERS: Final = 4
"""… where so many amounts are put in."""
LEAST_AMOUNT: Final = Decimal(100)
"""An amount below this, in 万元, is nothing that anybody would count in 元 down to the last one."""


def slips(call: Call, data: Json, table: str, told: Sequence[Decimal | None] | None = None) -> frozenset[int]:
    """Return the rows of `table` whose amount was most likely put in as 元; `told` are the amounts, where known."""
    params = totals.balanced(call, table)
    column = call.form.control(f"{table}/*/{params['amount']}") if params else None
    if params is None or column is None or column.unit != UNIT:
        return frozenset()
    if told is None:
        rows = cast("Sequence[Row]", json_pointer.get(data, table) or [])
        told = [computed.number(row.get(params["amount"])) for row in rows]
    limit = _limit(data, params, told)
    if limit is None:
        return frozenset()
    least = max(limit, LEAST_AMOUNT)
    return frozenset(at for at, amount in enumerate(told) if amount is not None and amount > least)


def _limit(data: Json, params: Mapping[str, Json], told: Sequence[Decimal | None]) -> Decimal | None:
    """Return what an amount must be above to be suspected; None while there is nothing to measure it by."""
    incomes = [computed.number(json_pointer.get(data, told["pointer"])) for told in params["incomes"]]
    whole = sum((income for income in incomes if income is not None), Decimal(0))
    if whole:
        return whole * OVER_INCOME
    amounts = sorted(amount for amount in told if amount)
    return amounts[(len(amounts) - 1) // 2] * OVER_OTHERS if len(amounts) >= LEAST_OTHERS else None


def converted(call: Call, data: Json, row: str, names: Sequence[str] = ()) -> Iterator[Edit]:
    """Yield the edits that take the amounts of the row at the pointer `row` as 元, in the columns `names`.

    Without names it is the amount that is compared with the incomes. Where that is the product of a price in 万元, the
    price is converted, and the amount is what follows from it.
    """
    table = row.rpartition("/")[0]
    told = cast("Row", json_pointer.get(data, row) or {})
    params = totals.balanced(call, table)
    if not names and params is not None:
        product, price = _priced(call, table, told, params["amount"])
        if product is not None:
            made = dict(converted(call, data, row, [price]))
            yield from made.items()
            yield f"{row}/{product.product}", product.of({**told, price: made[f"{row}/{price}"]})
            return
        names = [params["amount"]]
    for name in names:
        column = call.form.control(f"{table}/*/{name}")
        number = computed.number(told.get(name))
        if column is not None and number is not None and column.unit == UNIT:
            least = CENT if column.places <= 2 else Decimal(1).scaleb(-column.places)
            made = (number / YUAN_PER_UNIT).quantize(least, ROUND_HALF_UP)
            yield f"{row}/{name}", f"{made:f}" if column.places <= 2 else _trimmed(made)


def _priced(call: Call, table: str, row: Row, amount: str) -> tuple[Product | None, str]:
    """Return how the amount of a row was made of one price in 万元, and the column of that; None where it was not."""
    for product in computed.products(call):
        if (product.table, product.product) == (table, amount) and product.of(row) is not None and product.follows(row):
            factors = [call.form.control(f"{table}/*/{name}") for name in (product.first, product.second)]
            prices = [column.name for column in factors if column is not None and column.unit == UNIT]
            if len(prices) == 1:
                return product, prices[0]
    return None, ""


def _trimmed(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
