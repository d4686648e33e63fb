"""The rules of a call: named checks with parameters across answers; what they check stands in `rules.json` alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from kjxm_desktop.core import (
    json_pointer,
    rule_checks_money,
    rule_checks_rows,
    rule_checks_text,
    rule_checks_values,
    rule_params,
)
from kjxm_desktop.core.call import RULES, Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rule_answers import FOUND, Answers, Findings, Found, Rule
from kjxm_desktop.core.rule_params import Check
from kjxm_desktop.errors import KjxmError

__all__ = ["CHECKS", "Found", "Rule", "check_rule", "rule_of", "rules_of", "run"]

_PAUSE_ROWS = 20


@dataclass(frozen=True)
class _Part:
    """One of the checks of a rule that does several things, and the name of its message."""

    check: str
    params: Mapping[str, Json]
    message: str


def _parts(params: Mapping[str, Json]) -> list[_Part]:
    return [_Part(told["check"], told.get("params", {}), told["message"]) for told in params["checks"]]


def several(answers: Answers, rule: Rule) -> Findings:
    """Do several checks under one rule, each with a message of its own."""
    for part in _parts(rule.params):
        inner = replace(rule, raw={**rule.raw, "params": part.params})
        for found in _do(part.check, answers, inner):
            yield found and replace(found, variant=_message(part, found.variant))


def _message(part: _Part, variant: str | None) -> str:
    return part.message if variant in (None, FOUND) else f"{part.message}_{variant}"


def _messages_of_parts(params: Mapping[str, Json]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for part in _parts(params):
        for variant, blanks in CHECKS[part.check].messages(part.params).items():
            told[_message(part, variant)] = blanks
    return told


CHECKS: Mapping[str, Check] = {
    **rule_checks_rows.CHECKS,
    **rule_checks_values.CHECKS,
    **rule_checks_money.CHECKS,
    **rule_checks_text.CHECKS,
    "several": Check(several, own_gives=_messages_of_parts),
}


def rules_of(call: Call) -> list[Rule]:
    """Return the rules of a call, in its order."""
    return [Rule(raw["id"], raw) for raw in call.rules["rules"]]


def rule_of(call: Call, code: str) -> Rule | None:
    """Return the rule whose id is `code`, None when no rule has it."""
    return next((Rule(code, raw) for raw in call.rules["rules"] if raw["id"] == code), None)


def run(call: Call, data: Json, now: datetime, rule: Rule) -> Findings:
    """Yield what `rule` finds in `data` at the time `now`, and None every few rows: a pause for the window."""
    steps = 0
    for found in _do(rule.raw["check"], Answers(call, data, now), rule):
        if found is not None:
            yield found
            continue
        steps += 1
        if steps % _PAUSE_ROWS == 0:
            yield None


def _do(check: str, answers: Answers, rule: Rule) -> Findings:
    """Run a check where the answer it is tied to, if any, is the one that calls for it."""
    when = rule.params.get("when")
    if when is None or answers.holds(when):
        yield from CHECKS[check].run(answers, rule)


# -- the strict loader --------------------------------------------------------------------------------------------


def check_rule(rule: Mapping[str, Json], call: Call) -> None:
    """Raise KjxmError call.* with file and place where a rule of `call` cannot work.

    That is an unknown check, an unknown, missing or wrong parameter, a pointer that leads nowhere, a section that is
    looked at and not listed in `reads`, a message that is missing or has a blank that the check does not fill.
    """
    place = f"/rules/{_index(rule, call)}"
    pointers = [told["pointer"] for told in rule.get("severity_when", ())]
    pointers += _check_check(call, place, rule["check"], rule.get("params", {}))
    for pointer in pointers:
        if call.form.control(pointer) is None:
            raise KjxmError("call.pointer", file=RULES, place=place, pointer=pointer)
    if not _is_place(call, rule["pointer"]):
        raise KjxmError("call.pointer", file=RULES, place=f"{place}/pointer", pointer=rule["pointer"])
    _check_reads(call, place, rule["reads"], pointers)
    params = rule.get("params", {})
    rule_params.check_messages(place, rule, CHECKS[rule["check"]].messages(params))


def _index(rule: Mapping[str, Json], call: Call) -> int:
    return next((at for at, raw in enumerate(call.rules["rules"]) if raw["id"] == rule["id"]), 0)


def _check_check(call: Call, place: str, name: str, params: Mapping[str, Json]) -> list[str]:
    if name not in CHECKS:
        raise KjxmError("call.form_of_file", file=RULES, place=f"{place}/check", why=f"check {name}")
    if name != "several":
        return rule_params.check_params(call, f"{place}/params", CHECKS[name], params)
    shape = {"checks": [{"check": "word", "params?": "any", "message": "word"}]}
    rule_params.check_params(call, f"{place}/params", Check(several, shape), params)
    pointers: list[str] = []
    for at, part in enumerate(_parts(params)):
        inside = f"{place}/params/checks/{at}"
        if part.check == "several":
            raise KjxmError("call.form_of_file", file=RULES, place=inside, why="check several")
        pointers += _check_check(call, inside, part.check, part.params)
    return pointers


def _is_place(call: Call, pointer: str) -> bool:
    """Tell whether findings can stand at `pointer`: the whole, a section or group, a row, an answer."""
    if not pointer:
        return True
    inside = pointer.removesuffix("/*")
    return any(one.pointer == inside or one.pointer.startswith(inside + "/") for one in call.form.controls)


def _check_reads(call: Call, place: str, reads: list[str], pointers: list[str]) -> None:
    """Hold `reads` to what is looked at: the answers, and those that say whether they are asked."""
    looked_at = list(pointers)
    for pointer in pointers:
        control = call.form.control(pointer)
        section = call.form.section(str(json_pointer.section_of(pointer)))
        conditions = (*(control.conditions if control else ()), *(section.conditions if section else ()))
        looked_at += [condition.pointer for condition in conditions]
    wanted = {cast("str", json_pointer.section_of(pointer)) for pointer in looked_at}
    unknown = [section for section in reads if call.form.section(section) is None]
    for section in (*sorted(wanted - set(reads)), *unknown):
        raise KjxmError("call.form_of_file", file=RULES, place=f"{place}/reads", why=f"reads {section}")
