"""2024 call, every rule once: it trips, reads in both languages, ends with its clause, and the tests name it."""

import json
import re
from pathlib import Path

import pytest

from kjxm_desktop import strings
from kjxm_desktop.core.validation import Validator, validate
from tests.core.rules_2024 import (
    AFTER,
    BEFORE,
    BORROWED,
    CALL,
    COMMON,
    COMPLETE,
    CONSULTING,
    FOLDER,
    PILOT,
    budget,
    edited,
    enterprise,
    indicators,
    line,
    partner,
    rich,
    sentence,
    with_,
    with_row,
    without,
    words,
)

RULES = [rule["id"] for rule in json.loads((FOLDER / "rules.json").read_text("utf-8"))["rules"]]
CLAUSES = {
    **dict.fromkeys(["R01", "R01b", "R02", "R02b", "R03", "R03b"], "二、1"),
    **dict.fromkeys(["R04", "R05"], "导语"),
    **dict.fromkeys(["R06", "R06b"], "一"),
    "R07": "一（一）",
    "R08": "一（二）",
    "R09": "一（三）",
    "R10": "一（四）",
    "R11a": "一（四）1",
    "R11b": "一（四）2",
    "R11c": "一（四）3",
    "R11d": "一（四）4",
    **dict.fromkeys(["R12", "R13", "R13b", "R14", "R14b"], "二、2"),
    "R16": "二、4",
    **dict.fromkeys(["R17", "R18", "R18b"], "二、5"),
    **dict.fromkeys(["R20a", "R20b", "R20c"], "二、6"),
    **dict.fromkeys(["R21", "R22a", "R22b", "R22c", "R22d"], "二、7"),
    "R23": "二、8",
    "R24": "三",
    **dict.fromkeys(["S01", "S02", "S03", "S03b", "S04", "S05", "P01", "P02", "P03"]),
}
SEVERITIES = {
    "error": ["R01", "R04", "R13", "R14", "R22a", "R22b", "S03"],
    "missing": ["R02", "R05", "R06", "R07", "R08", "R10", "R16", "R17", "R18", "R20a", "R21", "R23", "S01"],
    "advice": ["R03b", "R09", "P03"],
}
TRIPS = {
    "R01": with_("/basis/enterprises", [enterprise("user")]),
    "R01b": with_("/basis/enterprises/0/name", "示例另一家厂"),
    "R02": without("/basis/demand"),
    "R02b": with_("/basis/demand", rich("企业有需求。")),
    "R03": with_("/basis/enterprises/0/league", "outside"),
    "R03b": with_("/basis/enterprises/0/credit_code", "91350100M000100Y43"),
    "R04": with_("/people/applicant/kind", "other"),
    "R05": without("/project/places"),
    "R06": without("/project/field"),
    "R06b": with_("/project/field", "other"),
    "R07": without("/project/tasks"),
    "R08": without("/project/chains"),
    "R09": without("/project/places/0/directions"),
    "R10": without("/project/kind"),
    "R11a": with_("/outcomes/indicators", indicators("technical")),
    "R11b": without("/transfer/promotion", COMMON),
    "R11c": without("/transfer/market", PILOT),
    "R11d": without("/outcomes/deliverables/0/user", CONSULTING),
    "R12": with_("/outcomes/deliverables/0/kind", "other"),
    "R13": with_("/outcomes/indicators", indicators("paper")),
    "R13b": with_("/outcomes/indicators", indicators("paper", "ip")),
    "R14": with_("/project/nature", "basic"),
    "R14b": with_("/project/title", "扩散的机理研究"),
    "R16": without("/project/title"),
    "R17": without("/foundation/leader_projects"),
    "R18": without("/foundation/conditions"),
    "R18b": with_("/team/members", COMPLETE["team"]["members"][:1]),
    "R20a": without("/approach/feasibility"),
    "R20b": without("/outcomes/indicators/0/work"),
    "R20c": with_row("/content/work", {"title": "放大", "text": rich("放大。")}),
    "R21": without("/commitment/truth"),
    "R22a": with_("/budget/income/special", "99"),
    "R22b": with_("/budget/lines/0/price", "41"),
    "R22c": without("/budget/lines/0/basis"),
    "R22d": without("/budget/lines/0/work"),
    "R23": without("/budget/income/special"),
    "R24": COMPLETE,
    "S01": without("/commitment/no_secrets"),
    "S02": with_("/people/leader/mobile", "12"),
    "S03": with_("/foundation/leader_projects/0/to", "2001-01"),
    "S03b": with_("/outcomes/indicators/0/due", "2030-01"),
    "S04": with_("/budget/lines/0/work", "gone"),
    "S05": with_("/content/goal", rich("待补充")),
    "P01": budget(line("business", "10"), line("indirect", "9")),
    "P02": budget(line("equipment", "60", price="60", basis=words(3))),
    "P03": without("/budget/income/own_source"),
}
# Further texts of the same rules: every branch that may be told apart.
MORE = [
    ("R01", without("/basis/enterprises")),
    ("R02b", with_("/basis/demand", rich(words(120)))),
    ("R04", edited({"/people/partners": [partner("other")], "/basis/enterprises/0/league": "outside"})),
    ("R08", without("/project/chains", CONSULTING)),
    ("R11c", without("/project/readiness", PILOT)),
    ("R11c", with_("/outcomes/indicators", indicators("technical"), PILOT)),
    ("R11d", with_("/outcomes/deliverables/0/kind", "software", CONSULTING)),
    ("R13", with_("/outcomes/indicators", indicators("paper", "ip", "technical", main=[0]))),
    ("R14b", with_("/summary/text", rich("机理研究与科学问题"))),
    ("R22a", edited({"/budget/income/own": "30", "/budget/income/special": "90"})),
    ("R23", with_("/budget/income/special", "0")),
    ("S02", with_("/people/applicant/credit_code", "12")),
    ("S02", with_("/people/leader/phone", "12")),
    ("S02", with_("/people/leader/email", "12")),
    ("S02", with_("/people/applicant/postcode", "12")),
    ("S03b", with_("/schedule/milestones/0/from", "2020-01")),
    ("S04", with_("/content/goal", rich("本项目《旧题目》"))),
    ("S04", with_("/content/goal", rich("申请专项经费3万元"))),
    ("S04", with_("/team/members/0/organisation", "示例不知名院")),
]


def _told(rule, data):
    return [item for item in validate(CALL, data, AFTER if rule == "R24" else BEFORE) if item.code == rule]


def test_the_rules_of_the_call_are_those_of_the_form():
    assert sorted(RULES) == sorted(CLAUSES)
    assert sorted(TRIPS) == sorted(CLAUSES)


@pytest.mark.parametrize("rule", CLAUSES)
def test_each_rule_trips_with_its_own_severity_and_clause(rule):
    told = _told(rule, TRIPS[rule])
    assert told
    severity = next((name for name, rules in SEVERITIES.items() if rule in rules), "warning")
    assert {str(item.severity) for item in told} == {severity}
    assert {item.clause for item in told} == {CLAUSES[rule]}


@pytest.mark.parametrize("language", strings.LANGUAGES)
@pytest.mark.parametrize(
    ("rule", "data"), [*TRIPS.items(), *MORE], ids=[*TRIPS, *(f"{rule}-{at}" for at, (rule, _) in enumerate(MORE))]
)
def test_each_finding_of_a_rule_is_a_sentence_that_ends_with_its_clause(rule, data, language):
    told = _told(rule, data)
    assert told
    for item in told:
        text = sentence(item, language)
        clause = CLAUSES[rule]
        if clause:
            assert text.endswith(f"（{clause}）" if language == "zh" else f" ({clause})")
        assert bool(re.search("[\u4e00-\u9fff]", text)) or language == "en"
        assert len(text) > 6


@pytest.mark.parametrize("rule", ["P01", "P02", "P03"])
def test_what_sister_programmes_ask_says_so(rule):
    for item in _told(rule, TRIPS[rule]):
        assert sentence(item, "zh").endswith(BORROWED)


@pytest.mark.parametrize("rule", sorted(set(CLAUSES) - {"P01", "P02", "P03"}))
def test_nothing_else_says_so(rule):
    for item in _told(rule, TRIPS[rule]):
        assert BORROWED not in sentence(item, "zh")


@pytest.mark.parametrize("rule", CLAUSES)
def test_nothing_that_rests_on_no_demand_of_the_notice_blocks(rule):
    told = _told(rule, TRIPS[rule])
    if CLAUSES[rule] is None and rule not in ("S01", "S03"):
        assert not any(item.blocks for item in told)
    for item in told:
        assert item.blocks is False or str(item.severity) in ("error", "missing")


def test_checking_again_after_an_edit_says_the_same_as_checking_anew():
    """What is remembered of a rule must not outlive what the rule reads: each edit is made and taken back."""
    remembering = Validator(CALL)
    usual = [
        (data, now, validate(CALL, data, now)) for data in (COMPLETE, {}, CONSULTING, PILOT) for now in (AFTER, BEFORE)
    ]
    for rule, data in [*TRIPS.items(), *MORE]:
        anew = validate(CALL, data, BEFORE)
        for between, now, expected in usual:
            assert remembering.check(data, BEFORE) == anew, rule
            assert remembering.check(between, now) == expected, rule


def test_the_tests_of_this_call_name_every_rule():
    here = Path(__file__).parent
    text = "\n".join(
        path.read_text("utf-8") for path in here.glob("test_rules_2024_*.py") if path.name != Path(__file__).name
    )
    named = set(re.findall(r'"([RSP][0-9]{2}[a-d]?)"', text))
    assert sorted(set(RULES) - named) == []


def test_the_manual_list_is_there_and_names_what_no_program_decides():
    manual = json.loads((FOLDER / "rules.json").read_text("utf-8"))["manual"]
    text = "".join(item["message"]["zh"] for item in manual)
    assert "大型" in text
    assert "真实" in text
    assert len({item["id"] for item in manual}) == len(manual) >= 3
