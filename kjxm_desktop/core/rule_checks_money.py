"""Checks on sums of money: decimals, rounded half up to 0.01 before they are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from kjxm_desktop.core import identifiers
from kjxm_desktop.core.form import Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rule_answers import (
    CENT,
    FOUND,
    Answers,
    Findings,
    Found,
    Listed,
    Rule,
    is_begun,
    listed,
    money_text,
)
from kjxm_desktop.core.rule_params import Check, said

_SENTENCES: Mapping[str, str] = {"zh": "；", "en": "; "}


def product_is(answers: Answers, rule: Rule) -> Findings:
    """Ask that a number is the product of two others, rounded half up to 0.01."""
    params = rule.params
    pattern = params["table"] + "/*/"
    first, second, product = (answers.column(pattern + params[key]) for key in ("first", "second", "product"))
    for index in range(len(product)):
        yield None
        numbers = [identifiers.to_decimal(column.at(index)) for column in (first, second, product)]
        one, other, told = numbers
        if one is None or other is None or told is None:
            continue
        right = (one * other).quantize(CENT, ROUND_HALF_UP)
        if told != right:
            found = {"first": str(one), "second": str(other), "right": money_text(right), "told": money_text(told)}
            yield Found(product.pointer(index), {**found, "by": money_text(abs(told - right))})


def sums_agree(answers: Answers, rule: Rule) -> Findings:
    """Ask that what comes in is what goes out, in all and by source; one finding names each difference.

    Judged once the leading income is given and every row has a readable amount and source.
    """
    params = rule.params
    incomes = [(told, answers.column(told["pointer"])) for told in params["incomes"]]
    if not all(one.at(0) is not None or not one.written(0) for _told, one in incomes) or not incomes[0][1].at(0):
        return
    spent: dict[Json, Decimal] = {}
    for pair in _pairs(answers, params["table"], params["column"], params["amount"]):
        yield None
        if pair is None:
            return
        spent[pair[0]] = spent.get(pair[0], Decimal(0)) + pair[1]
    if not spent:
        return
    given = {told["value"]: identifiers.to_decimal(one.at(0)) or Decimal(0) for told, one in incomes}
    sources = {told["value"]: one.control.label for told, one in incomes}
    differences = [_difference(rule, "total", sum(given.values(), Decimal(0)), sum(spent.values(), Decimal(0)))]
    for source, label in sources.items():
        differences.append(_difference(rule, "part", given[source], spent.get(source, Decimal(0)), label))
    told = [difference for difference in differences if difference is not None]
    if told:
        yield Found(rule.pointer, {"differences": Listed(tuple(told), _SENTENCES)})


def _difference(rule: Rule, name: str, given: Decimal, spent: Decimal, label: Text | None = None) -> Text | None:
    if given == spent:
        return None
    told = {"given": money_text(given), "spent": money_text(spent), "by": money_text(abs(given - spent))}
    return said(rule, name, **told, label=listed(label or ""))


def _pairs(answers: Answers, table: str, column: str, amount: str) -> Iterator[tuple[Json, Decimal] | None]:
    """Yield the answer in a column and the amount of each row; None for a row that lacks one of them."""
    kinds, amounts = answers.column(f"{table}/*/{column}"), answers.column(f"{table}/*/{amount}")
    for index in range(len(kinds)):
        kind, number = kinds.at(index), identifiers.to_decimal(amounts.at(index))
        yield None if kind is None or number is None else (kind, number)


def share_within(answers: Answers, rule: Rule) -> Findings:
    """Ask that one category is at most a share, by slices, of what the categories beside the exempt ones amount to.

    Judged once every row that is begun has a category and a readable amount, and a row counts towards the base.
    """
    params = rule.params
    spent: dict[Json, Decimal] = {}
    rows = answers.rows(params["table"])
    for row, pair in zip(rows, _pairs(answers, params["table"], params["column"], params["amount"]), strict=False):
        yield None
        if pair is None and is_begun(row):
            return
        if pair is not None:
            spent[pair[0]] = spent.get(pair[0], Decimal(0)) + pair[1]
    told = spent.get(params["value"])
    if not told or len(spent) < 2:
        return
    base = sum((spent[kind] for kind in spent if kind not in (params["value"], *params["exempt"])), Decimal(0))
    limit = _by_slices(base, params["slices"])
    if told > limit:
        found = {"told": money_text(told), "limit": money_text(limit), "by": money_text(told - limit)}
        yield Found(rule.pointer, {**found, "base": money_text(base)})


def _by_slices(base: Decimal, slices: list[Mapping[str, str]]) -> Decimal:
    """Return the sum of the shares of each slice of `base`; a slice without end takes the rest."""
    limit, start = Decimal(0), Decimal(0)
    for told in slices:
        end = Decimal(told["up_to"]) if "up_to" in told else base
        limit += max(Decimal(0), min(base, end) - start) * Decimal(told["percent"]) / 100
        start = end
    return limit.quantize(CENT, ROUND_HALF_UP)


CHECKS: Mapping[str, Check] = {
    "product_is": Check(
        product_is,
        {"table": "table", "first": "column", "second": "column", "product": "column"},
        {FOUND: "first second right told by"},
    ),
    "sums_agree": Check(
        sums_agree,
        {
            "incomes": [{"pointer": "single", "value": "word"}],
            "table": "table",
            "column": "column",
            "amount": "column",
        },
        {FOUND: "differences*", "total": "given spent by", "part": "label* given spent by"},
    ),
    "share_within": Check(
        share_within,
        {
            "table": "table",
            "column": "column",
            "amount": "column",
            "value": "word",
            "exempt": "in",
            "slices": [{"up_to?": "decimal", "percent": "decimal"}],
        },
        {FOUND: "told limit by base"},
    ),
}
