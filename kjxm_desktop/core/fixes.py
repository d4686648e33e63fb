"""What would mend a finding, where that is one thing and no other: the sum that is right, the digits in half width.

A fix is offered beside its finding and made only when a person takes it, as one step. It is worked out from the answers
as they are now, never from those that the finding was found on: where nothing is left to mend there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from kjxm_desktop.core import computed, identifiers, json_pointer, totals, unit_slips
from kjxm_desktop.core.call import Call, fill
from kjxm_desktop.core.computed import Edit, Row
from kjxm_desktop.core.form import Control, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.remembered import Remembered
from kjxm_desktop.core.validation import Diagnostic

Params = Mapping[str, Json]
_ZERO = Decimal(0)
_PLAIN_NUMBER_CHARS = 40  # what is longer was never meant as a number


@dataclass(frozen=True)
class Fix:
    """Edits that mend a finding, and what its button says: `name` picks the words, the rest are their blanks.

    Names: `change` to another value · `change_of` the same, of the answer `label` · `change_all` several at once ·
    `fill` an empty answer · `exchange` two answers · `convert` from 元 to 万元 · `choose` an option, `label`.
    """

    name: str
    edits: tuple[Edit, ...]
    value: str = ""
    label: Text = field(default_factory=lambda: cast("Text", {}))

    @property
    def pointer(self) -> str:
        """Return where the first of its edits is made."""
        return self.edits[0][0]


@dataclass(frozen=True)
class _Facts:
    """What a row of a table of amounts says, and whether its amount contradicts the factors it has."""

    amount: Decimal | None
    source: Json
    is_contradicted: bool


class Fixes:
    """Works out what mends the findings on proposals of one call, remembering what it read of long tables."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._facts: dict[str, Remembered[_Facts]] = {}

    def of(self, data: Json, found: Diagnostic) -> Fix | None:
        """Return what mends `found` in `data`; None where nothing does, or more than one thing might."""
        fix = self._of_rule(data, found) if found.variant != "gap" else None
        if fix is None:
            fix = _of_answer(self._call, data, found.pointer)
        if fix is None or all(json_pointer.get(data, pointer) == value for pointer, value in fix.edits):
            return None
        return fix

    def slips(self, data: Json, table: str) -> list[int]:
        """Return the rows of `table` whose amount was most likely put in as 元, from the first on."""
        params = totals.balanced(self._call, table)
        if params is None:
            return []
        amounts = [facts.amount for facts in self._facts_of(data, params)]
        return sorted(unit_slips.slips(self._call, data, table, amounts))

    def _of_rule(self, data: Json, found: Diagnostic) -> Fix | None:
        rule = next((raw for raw in self._call.rules["rules"] if raw["id"] == found.code), None)
        for check, params in _checks(rule, found.variant) if rule is not None else ():
            if check == "sums_agree":
                return self._sums(data, params)
            if check in _BY_CHECK:
                return _BY_CHECK[check](data, params, found.pointer)
        return None

    def _facts_of(self, data: Json, params: Params) -> list[_Facts]:
        table = params["table"]
        if table not in self._facts:
            told = computed.products(self._call)
            made = [p for p in told if (p.table, p.product) == (table, params["amount"])]
            self._facts[table] = Remembered(
                lambda row: _Facts(
                    computed.number(row.get(params["amount"])),
                    row.get(params["column"]),
                    any(product.is_contradicted(row) for product in made),
                )
            )
        return self._facts[table].of(cast("Sequence[Row]", json_pointer.get(data, table) or []))

    def _sums(self, data: Json, params: Params) -> Fix | None:
        """Return the incomes that the expenses call for, or the amounts that were put in as 元.

        None where an income would have to go, which is a decision, and while an amount contradicts its factors.
        """
        slips = self.slips(data, params["table"])
        if slips:
            return converted(self._call, data, params["table"], slips)
        facts = self._facts_of(data, params)
        if any(one.is_contradicted for one in facts):
            return None
        spent: dict[Json, Decimal] = {}
        for one in facts:
            if one.amount is not None:
                spent[one.source] = spent.get(one.source, _ZERO) + one.amount
        return _incomes(self._call, data, params, spent)


# ---- one answer


def _of_answer(call: Call, data: Json, pointer: str) -> Fix | None:
    """Return what an answer that cannot be read was meant as, or what goes into one that is empty."""
    control = call.form.control(pointer)
    if control is None:
        return None
    value = json_pointer.get(data, pointer)
    if value is None:
        return _filled(call, data, pointer)
    if not isinstance(value, str):
        return None
    if control.kind == "choice":
        return _chosen(control, pointer, value)
    told = _read(control, value)
    return None if told is None or told == value else Fix("change", ((pointer, told),), told)


def _read(control: Control, text: str) -> str | None:
    match control.kind:
        case "money" | "number":
            return _amount(control, text)
        case "month":
            read = identifiers.read_month(text)
        case "day":
            read = identifiers.read_day(text)
        case _:
            return None
    return read.value if read else None


def _amount(control: Control, text: str) -> str | None:
    """Return the amount that was meant: with too many decimals it is rounded half up."""
    if control.schema.get("type") != "string" or len(text) > _PLAIN_NUMBER_CHARS:
        return None
    is_money = control.kind == "money"
    found = identifiers.read_amount(text, control.unit, control.places) if is_money else None
    found = found or identifiers.read_number(text, _PLAIN_NUMBER_CHARS)
    number = identifiers.to_decimal(found.value) if found else None
    if number is None or found is None:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-control.places), ROUND_HALF_UP)
    return found.value if rounded == number else str(rounded)


def _chosen(control: Control, pointer: str, value: str) -> Fix | None:
    """Return the option whose label stands where its id should."""
    named = [option for option in control.options if value.strip() in option.label.values()]
    return Fix("choose", ((pointer, named[0].id),), label=named[0].label) if len(named) == 1 else None


def _filled(call: Call, data: Json, pointer: str) -> Fix | None:
    """Return the amount that the factors of its row make, or the words that its row offers."""
    table, _, name = pointer.rpartition("/")
    row = cast("Row", json_pointer.get(data, table) or {})
    for product in computed.products(call):
        if json_pointer.matches(f"{product.table}/*/{product.product}", pointer):
            made = product.of(row)
            return Fix("fill", ((pointer, made),), made) if made is not None else None
    told = offered(call, data, pointer)
    return Fix("fill", ((pointer, told),), told) if name and told else None


def offered(call: Call, data: Json, pointer: str) -> str:
    """Return the words that a row offers for its empty answer at `pointer`; "" while a number in them is missing."""
    control = call.form.control(pointer)
    if control is None or not control.offer or json_pointer.get(data, pointer) or not call.form.shown(pointer, data):
        return ""
    row = cast("Row", json_pointer.get(data, pointer.rpartition("/")[0]) or {})
    table = control.pointer.partition("/*")[0]
    told: dict[str, str] = {}
    for name, value in row.items():
        other = call.form.control(f"{table}/*/{name}")
        if other is None or not isinstance(value, (str, int)) or isinstance(value, bool):
            continue
        if other.kind not in ("money", "number") or computed.number(value) is not None:
            told[name] = str(value)
    try:
        return fill(control.offer, told.__getitem__)
    except KeyError:
        return ""


# ---- rules


def _checks(rule: Mapping[str, Json], variant: str | None) -> Iterator[tuple[str, Params]]:
    """Yield the check of a rule, or that of its parts which gives findings of `variant`."""
    if rule["check"] != "several":
        yield rule["check"], rule.get("params", {})
        return
    for part in rule["params"]["checks"]:
        if variant == part["message"] or str(variant).startswith(part["message"] + "_"):
            yield part["check"], part.get("params", {})


def _product(data: Json, params: Params, pointer: str) -> Fix | None:
    product = computed.Product(params["table"], params["first"], params["second"], params["product"])
    right = product.of(cast("Row", json_pointer.get(data, pointer.rpartition("/")[0]) or {}))
    return Fix("change", ((pointer, right),), right) if right is not None else None


def _incomes(call: Call, data: Json, params: Params, spent: dict[Json, Decimal]) -> Fix | None:
    edits: list[Edit] = []
    for told in params["incomes"]:
        wanted = spent.pop(told["value"], _ZERO)
        if wanted == (computed.number(json_pointer.get(data, told["pointer"])) or _ZERO):
            continue
        if not wanted:
            return None
        edits.append((told["pointer"], str(wanted.quantize(computed.CENT, ROUND_HALF_UP))))
    if not edits or any(spent.values()):  # an expense from a source that no income answers
        return None
    values = "、".join(str(value) for _, value in edits)
    control = call.form.control(edits[0][0])
    if len(edits) == 1 and control is not None:
        return Fix("change_of", tuple(edits), values, control.label)
    return Fix("change_all", tuple(edits), values)


def converted(call: Call, data: Json, table: str, rows: Sequence[int], names: Sequence[str] = ()) -> Fix | None:
    """Return the amounts of some rows of a table taken as 元 and written in 万元; None where none can be.

    `names` are the columns; without any, the amount and, where it is the product, its price.
    """
    edits = [edit for row in rows for edit in unit_slips.converted(call, data, f"{table}/{row}", names)]
    if not edits:
        return None
    told = next((value for pointer, value in edits if pointer.endswith(f"/{names[0]}")), None) if names else None
    return Fix("convert", tuple(edits), str(told or edits[-1][1]) if len(rows) == 1 else "")


def _exchanged(data: Json, params: Params, pointer: str) -> Fix | None:
    """Return two dates of which the later one stands first, the other way round."""
    for pair in params["pairs"]:
        if json_pointer.matches(pair["to"], pointer) or pair["to"] == pointer:
            other = json_pointer.in_row_of(pair["from"], pointer)
            start, end = (json_pointer.get(data, one) for one in (other, pointer))
            if isinstance(start, str) and isinstance(end, str) and len(start) == len(end) and start > end:
                return Fix("exchange", ((other, end), (pointer, start)))
    return None


_READABLE: Mapping[str, Callable[[str], bool]] = {
    "credit_code": identifiers.is_credit_code,
    "mobile": identifiers.is_mobile,
    "phone": identifiers.is_phone,
    "any_phone": lambda text: identifiers.is_mobile(text) or identifiers.is_phone(text),
    "email": identifiers.is_email,
    "postcode": identifiers.is_postcode,
}


def _tidied(data: Json, params: Params, pointer: str) -> Fix | None:
    """Return a number or a code in half-width capitals and without spaces, where it is right then."""
    value = json_pointer.get(data, pointer)
    for answer in params["answers"]:
        if isinstance(value, str) and json_pointer.matches(answer["pointer"], pointer):
            read = identifiers.read_email if answer["kind"] == "email" else identifiers.read_code
            told = read(value).value
            if told != value and _READABLE[answer["kind"]](told):
                return Fix("change", ((pointer, told),), told)
    return None


_BY_CHECK: Mapping[str, Callable[[Json, Params, str], Fix | None]] = {
    "product_is": _product,
    "in_order": _exchanged,
    "identifier": _tidied,
}
