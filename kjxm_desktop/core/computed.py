"""Amounts that follow from other answers of their row: quantity times price, written as soon as both are there.

Which column is the product of which two stands in the rules of a call (`product_is`), where the check reads it too. An
amount follows its factors while it is empty or still what they made of it; one that a person has put in otherwise is
left alone, and the rule tells of the contradiction. Where a factor is taken out or cannot be read, the amount stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from kjxm_desktop.core import identifiers, json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json

CENT = Decimal("0.01")
_CHECK = "product_is"

Edit = tuple[str, Json]
"""Where an answer goes, and the answer; None takes it out."""
Row = Mapping[str, Json]
Began = Callable[[str], Mapping[str, Json]]
"""Asked of a cell that is being typed into: what stood, by pointer, before that began; nothing when it begins now."""


@dataclass(frozen=True)
class Product:
    """One column of a table that is the product of two others."""

    table: str
    first: str
    second: str
    product: str

    def of(self, row: Row) -> str | None:
        """Return what the factors of a row make, rounded half up to 0.01; None while one of them cannot be read."""
        one, other = (number(row.get(name)) for name in (self.first, self.second))
        return None if one is None or other is None else str((one * other).quantize(CENT, ROUND_HALF_UP))

    def follows(self, row: Row) -> bool:
        """Tell whether the amount of a row is empty, or what its factors make."""
        told = row.get(self.product)
        if told is None:
            return True
        made = self.of(row)
        return made is not None and number(told) == Decimal(made)

    def is_contradicted(self, row: Row) -> bool:
        """Tell whether the amount of a row is another than its factors make."""
        return self.of(row) is not None and not self.follows(row)


def number(value: Json) -> Decimal | None:
    """Return the number that an answer stands for: a decimal string or an integer; None for all else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return identifiers.to_decimal(value)


def products(call: Call) -> list[Product]:
    """Return the columns of a call that are products of two others, whatever other questions are answered."""
    told = (_product(params) for params in _params(call.rules["rules"]))
    return [product for product in told if _takes_text(call, f"{product.table}/*/{product.product}")]


def _takes_text(call: Call, pattern: str) -> bool:
    control = call.form.control(pattern)
    return control is not None and control.schema.get("type") == "string"


def _params(rules: Sequence[Mapping[str, Json]]) -> Iterator[Mapping[str, Json]]:
    for rule in rules:
        params: Mapping[str, Json] = rule.get("params") or {}
        if "when" in params:
            continue
        if rule["check"] == _CHECK:
            yield params
        elif rule["check"] == "several":
            yield from _params(params["checks"])


def _product(params: Mapping[str, Json]) -> Product:
    return Product(params["table"], params["first"], params["second"], params["product"])


def with_followers(call: Call, data: Json, edits: Sequence[Edit], began: Began | None = None) -> Sequence[Edit]:
    """Return `edits` to `data` together with those of the amounts that follow from them.

    Only edits of a cell, a row or a table have followers: who takes over a whole section takes it as it is. Whether an
    amount follows a cell that is typed into is told by what stood when that began: 3 on the way to 3.5 decides nothing.
    """
    told = products(call)
    if not any(pointer.startswith(product.table) for pointer, _ in edits for product in told):
        return edits
    result: list[Edit] = []
    for number_of_edit, edit in enumerate(edits):
        for one in _followed(call, data, told, edit, began):
            result.append(one)
            if number_of_edit < len(edits) - 1:  # what the next edit finds
                try:
                    data = json_pointer.set_in(data, *one)
                except KeyError:
                    return edits  # it leads nowhere, and will be refused whole
    return result


def _followed(call: Call, data: Json, told: Sequence[Product], edit: Edit, began: Began | None) -> list[Edit]:
    """Return an edit as it is to be made, and behind it those that follow."""
    pointer, value = edit
    beside: list[Edit] = []
    for product in told:
        if pointer == product.table:
            value = _rows_followed(call, data, product, value)
            continue
        row, _, name = pointer.removeprefix(product.table + "/").partition("/")
        if not pointer.startswith(product.table + "/") or not json_pointer.is_index(row):
            continue
        before: Row = json_pointer.get(data, f"{product.table}/{row}") or {}
        if not name and isinstance(value, dict) and _asked(call, data, product, row):
            value = _row_followed(product, before, cast("Row", value))
        elif name in (product.first, product.second):
            after: Row = {**before, name: None if value == "" else value}
            amount = _amount_typed(product, _as_it_began(product, row, before, began(pointer) if began else {}), after)
            if amount != before.get(product.product) and _asked(call, data, product, row):
                beside.append((f"{product.table}/{row}/{product.product}", amount))
    return [(pointer, value), *beside]


def _as_it_began(product: Product, row: str, now: Row, told: Mapping[str, Json]) -> Row:
    """Return a row as it was before what is being typed into it began; `told` is what stood then, by pointer."""
    start = f"{product.table}/{row}/"
    began = {pointer.removeprefix(start): value for pointer, value in told.items() if pointer.startswith(start)}
    return {**now, **began}


def _amount_typed(product: Product, began: Row, after: Row) -> Json:
    """Return the amount of a row with a factor that is being typed.

    What was only typed through leaves nothing behind: while the factors make nothing, or are again what they were, the
    amount is the one that stood when the typing began.
    """
    if not product.follows(began):
        return after.get(product.product)
    made = product.of(after)
    if made is None or all(began.get(name) == after.get(name) for name in (product.first, product.second)):
        return began.get(product.product)
    return made


def _rows_followed(call: Call, data: Json, product: Product, value: Json) -> Json:
    """Return the rows of a whole table that was edited, with their amounts; the same rows when none follows."""
    rows = _rows(value)
    if not rows or not _asked(call, data, product, "*"):
        return value
    before = {row.get("id"): row for row in _rows(json_pointer.get(data, product.table))}
    found = [(before.get(row.get("id"), {}), row) for row in rows]
    after = [new if old is new else _row_followed(product, old, new) for old, new in found]
    return value if all(one is other for one, other in zip(rows, after, strict=True)) else after


def _rows(value: Json) -> list[Row]:
    """Return the rows of a table; none for what is no table, and will be refused."""
    told = cast("list[Json]", value) if isinstance(value, list) else []
    return cast("list[Row]", told) if all(isinstance(row, dict) for row in told) else []


def _row_followed(product: Product, before: Row, after: Row) -> Row:
    """Return a row that was edited with the amount that follows; the same row when none does.

    An amount that comes along with its factors, as in a block that is pasted, stands as it came.
    """
    told = after.get(product.product)
    if all(before.get(name) == after.get(name) for name in (product.first, product.second)):
        return after
    untouched = told == before.get(product.product)
    if told is not None and not (untouched and product.follows(before)):
        return after
    made = product.of(after)
    if made is None or made == told:
        return after
    return {**{name: held for name, held in after.items() if name != product.product}, product.product: made}


def _asked(call: Call, data: Json, product: Product, row: str) -> bool:
    """Tell whether the amount is asked; for a whole table, whether its column is whatever stands in the row."""
    return call.form.shown(f"{product.table}/{row}/{product.product}", data)
