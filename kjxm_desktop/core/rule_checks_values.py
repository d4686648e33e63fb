"""Checks on single answers, codes and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal

from kjxm_desktop.core import identifiers, rich_text
from kjxm_desktop.core.clock import BEIJING
from kjxm_desktop.core.rule_answers import (
    FOUND,
    Answers,
    Findings,
    Found,
    Listed,
    Rule,
    day_text,
    money_text,
    month_text,
)
from kjxm_desktop.core.rule_params import Check

_IDENTIFIERS: Mapping[str, Callable[[str], bool]] = {
    "credit_code": identifiers.is_credit_code,
    "mobile": identifiers.is_mobile,
    "phone": identifiers.is_phone,
    "email": identifiers.is_email,
    "postcode": identifiers.is_postcode,
    # A telephone of any kind.
    "any_phone": lambda text: identifiers.is_mobile(text) or identifiers.is_phone(text),
}


# -- single answers -----------------------------------------------------------------------------------------------


def filled(_answers: Answers, _rule: Rule) -> Findings:
    """Name gaps and nothing else."""
    yield from ()


def answer_is(answers: Answers, rule: Rule) -> Findings:
    """Tell when an answer is one of some values."""
    yield None
    if answers.value(rule.params["pointer"]) in rule.params["values"]:
        yield Found(rule.pointer)


def above_zero(answers: Answers, rule: Rule) -> Findings:
    """Ask for more than zero, once a number is given."""
    yield None
    number = identifiers.to_decimal(answers.value(rule.params["pointer"]))
    if number is not None and number == 0:
        yield Found(rule.pointer)


def given_with(answers: Answers, rule: Rule) -> Findings:
    """Ask for an answer where the number beside it is not zero."""
    amounts, wanted = answers.column(rule.params["amount"]), answers.column(rule.params["wanted"])
    for index in range(len(amounts)):
        yield None
        amount = identifiers.to_decimal(amounts.at(index))
        if amount and not wanted.written(index):
            yield Found(wanted.pointer(index), {"amount": money_text(amount)})


def words_where(answers: Answers, rule: Rule) -> Findings:
    """Ask for a longer text in rows of one kind, from an amount on; silent while there is no text at all."""
    params = rule.params
    table = params["table"]
    kinds, amounts, texts = (answers.column(f"{table}/*/{params[key]}") for key in ("column", "amount", "text"))
    for index in range(len(kinds)):
        yield None
        amount, text = identifiers.to_decimal(amounts.at(index)), texts.at(index)
        if kinds.at(index) not in params["values"] or text is None or amount is None:
            continue
        count = rich_text.word_count(text)
        if amount >= Decimal(params["at_least"]) and count < params["words"]:
            told = {"count": count, "limit": params["words"], "by": params["words"] - count}
            yield Found(texts.pointer(index), {**told, "amount": money_text(amount)})


def identifier(answers: Answers, rule: Rule) -> Findings:
    """Ask that codes, numbers and addresses are written as such are."""
    for told in rule.params["answers"]:
        column, is_right = answers.column(told["pointer"]), _IDENTIFIERS[told["kind"]]
        for index in range(len(column)):
            yield None
            value = column.at(index)
            if isinstance(value, str) and not is_right(value):
                yield Found(column.pointer(index), {"value": value[:40]}, told["kind"])


def code_region(answers: Answers, rule: Rule) -> Findings:
    """Ask that the region in a credit code (digits 3 and 4) is one of some, in rows with some answers."""
    params = rule.params
    codes = answers.column(f"{params['table']}/*/{params['code']}")
    where = answers.column(f"{params['table']}/*/{params['column']}")
    for index in range(len(codes)):
        yield None
        code = codes.at(index)
        if code is None or where.at(index) not in params["values"] or not identifiers.is_credit_code(code):
            continue
        if code[2:4] not in params["regions"]:
            yield Found(codes.pointer(index), {"region": code[2:4]})


# -- dates --------------------------------------------------------------------------------------------------------


def in_order(answers: Answers, rule: Rule) -> Findings:
    """Ask that months or days come in order; the later answer is told."""
    for told in rule.params["pairs"]:
        first, last = answers.column(told["from"]), answers.column(told["to"])
        for index in range(len(last)):
            yield None
            start, end = first.at(index), last.at(index)
            if start and end and end < start:
                yield Found(last.pointer(index), {"start": _date(start), "end": _date(end)})


def within(answers: Answers, rule: Rule) -> Findings:
    """Ask that months or days lie within a period, as far as that is given and in order itself."""
    start, end = answers.value(rule.params["from"]), answers.value(rule.params["to"])
    if start and end and end < start:
        return
    for pattern in rule.params["answers"]:
        column = answers.column(pattern)
        for index in range(len(column)):
            yield None
            value = column.at(index)
            if value and start and _month(value) < _month(start):
                yield Found(column.pointer(index), {"value": _date(value), "limit": _date(start)}, "early")
            elif value and end and _month(value) > _month(end):
                yield Found(column.pointer(index), {"value": _date(value), "limit": _date(end)}, "late")


def _month(value: str) -> str:
    return value[:7]


def _date(value: str) -> Listed:
    return month_text(value) if len(value) == 7 else day_text(datetime.fromisoformat(value).date())


def months_of_year(answers: Answers, rule: Rule) -> Findings:
    """Ask that a month lies in the year of the call, between two months of it."""
    params, year = rule.params, answers.call.year
    first, last = f"{year}-{params['first']:02}", f"{year}-{params['last']:02}"
    for pattern in params["answers"]:
        column = answers.column(pattern)
        for index in range(len(column)):
            yield None
            value = column.at(index)
            if value and not first <= value[:7] <= last:
                told = {"value": _date(value), "first": month_text(first), "last": month_text(last)}
                yield Found(column.pointer(index), told)


def deadline_open(answers: Answers, rule: Rule) -> Findings:
    """Tell that the day of the deadline is over, to 24:00 +08:00; silent while nothing is written."""
    yield None
    deadline = answers.call.deadline
    closes = datetime.combine(deadline + timedelta(days=1), time(), BEIJING)
    now = answers.now if answers.now.tzinfo else answers.now.replace(tzinfo=BEIJING)
    if now >= closes and any(answers.data.values()):
        yield Found(rule.pointer, {"deadline": day_text(deadline)})


CHECKS: Mapping[str, Check] = {
    "filled": Check(filled),
    "answer_is": Check(answer_is, {"pointer": "single", "values": "in"}),
    "above_zero": Check(above_zero, {"pointer": "single"}),
    "given_with": Check(given_with, {"amount": "answer", "wanted": "answer"}, {FOUND: "amount"}),
    "words_where": Check(
        words_where,
        {
            "table": "table",
            "column": "column",
            "values": "in",
            "amount": "column",
            "at_least": "decimal",
            "text": "column",
            "words": "count",
        },
        {FOUND: "count limit by amount"},
    ),
    "identifier": Check(
        identifier,
        {"answers": [{"pointer": "answer", "kind": "identifier"}]},
        own_gives=lambda params: {told["kind"]: "value" for told in params["answers"]},
    ),
    "code_region": Check(
        code_region,
        {"table": "table", "code": "column", "column": "column", "values": "in", "regions": ["word"]},
        {FOUND: "region"},
    ),
    "in_order": Check(in_order, {"pairs": [{"from": "answer", "to": "answer"}]}, {FOUND: "start* end*"}),
    "within": Check(
        within,
        {"from": "single", "to": "single", "answers": ["answer"]},
        {"early": "value* limit*", "late": "value* limit*"},
    ),
    "months_of_year": Check(
        months_of_year,
        {"answers": ["answer"], "first": "month_number", "last": "month_number"},
        {FOUND: "value* first* last*"},
    ),
    "deadline_open": Check(deadline_open, {}, {FOUND: "deadline*"}),
}
