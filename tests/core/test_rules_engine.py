"""Rules are data: the loader refuses one that cannot work, and a check knows nothing but its parameters."""

import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kjxm_desktop import strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, rules
from kjxm_desktop.core.rule_answers import Listed, day_text, folded, listed, money_text, month_text
from kjxm_desktop.core.validation import validate
from kjxm_desktop.errors import KjxmError

ROOT = Path(__file__).parents[2]
CALL = calls.load(ROOT / "schemas" / "kjxm-sjtu-2024")
FARM = calls.load(ROOT / "tests" / "calls" / "agri-service-2026")
NOW = clock.read("2024-06-01")
SPRING = clock.read("2026-03-01")


def _raw(rule_id, call=CALL):
    return copy.deepcopy(next(raw for raw in call.rules["rules"] if raw["id"] == rule_id))


def _with(raw, call=CALL):
    others = [other for other in call.rules["rules"] if other["id"] != raw["id"]]
    return replace(call, rules={**call.rules, "rules": [raw, *others]})


def _refused(raw, call=CALL):
    with pytest.raises(KjxmError) as caught:
        rules.check_rule(raw, _with(raw, call))
    assert caught.value.params["file"] == "rules.json"
    assert str(caught.value.params["place"]).startswith("/rules/0")
    assert strings.error(caught.value)
    return caught.value


def _found(rule_id, data, call=FARM, now=SPRING):
    return [item for item in validate(call, data, now) if item.code == rule_id and item.variant != "gap"]


def _told(rule_id, data, call=FARM, now=SPRING):
    return [strings.finding(call, item) for item in _found(rule_id, data, call, now)]


# -- what the loader refuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [CALL, FARM], ids=lambda call: call.id)
def test_the_rules_of_both_calls_pass(call):
    for raw in call.rules["rules"]:
        rules.check_rule(raw, call)


@pytest.mark.parametrize("check", ["no_such", "several_", "Filled", ""])
def test_an_unknown_check_is_refused(check):
    assert _refused({**_raw("R02"), "check": check}).params["place"] == "/rules/0/check"


@pytest.mark.parametrize("call", [CALL, FARM], ids=lambda call: call.id)
def test_every_parameter_that_is_lacking_or_unknown_is_refused(call):
    optional = {"needs", "values_when", "when"}
    for told in call.rules["rules"]:
        for key in set(told.get("params", {})) - optional:
            raw = copy.deepcopy(told)
            del raw["params"][key]
            _refused(raw, call)
        raw = copy.deepcopy(told)
        raw["params"] = {**raw.get("params", {}), "colour": "red"}
        assert "colour" in str(_refused(raw, call).params["why"])


@pytest.mark.parametrize(
    ("rule_id", "key", "value"),
    [
        ("R01", "table", "/basis/demand"),
        ("R01", "table", "/basis/nowhere"),
        ("R01", "table", "basis"),
        ("R01", "table", 3),
        ("R01", "column", "nowhere"),
        ("R01", "needs", ["nowhere"]),
        ("R01", "needs", []),
        ("R01", "values", ["demnad"]),
        ("R01", "values", []),
        ("R01", "values", "demand"),
        ("R01", "values_when", [{"pointer": "/project/kind", "in": ["nothing"], "values": ["user"]}]),
        ("R02b", "words", "100"),
        ("R02b", "words", -1),
        ("R02b", "words", True),
        ("R02b", "units", [""]),
        ("R02b", "units", [3]),
        ("R02b", "pointer", "/basis/enterprises"),
        ("R02b", "pointer", "/content/work/*/text"),
        ("R09", "column", "league"),
        ("R11a", "when", {"pointer": "/project/kind", "in": ["no_kind"]}),
        ("R11a", "when", {"pointer": "/project/kind"}),
        ("R11c", "parts", [{"label": "市场", "any": [{"pointer": "/transfer/market"}]}]),
        ("R14", "values", ["basics"]),
        ("R22c", "wanted", "/budget/lines"),
        ("R22d", "to", "/content/goal"),
        ("S02", "answers", [{"pointer": "/people/leader/phone", "kind": "fax"}]),
        ("S04", "checks", [{"check": "several", "message": "link", "params": {}}]),
        ("S04", "checks", [{"check": "link_exists", "message": "link", "params": {"links": []}}]),
        ("S04", "checks", "link_exists"),
        ("P01", "slices", [{"up_to": "500", "percent": "thirty"}]),
        ("P01", "slices", [{"up_to": 500, "percent": "30"}]),
        ("P02", "at_least", 50),
    ],
)
def test_a_parameter_that_leads_nowhere_or_is_of_another_kind_is_refused(rule_id, key, value):
    raw = _raw(rule_id)
    raw["params"][key] = value
    assert str(_refused(raw).params["place"]).startswith(f"/rules/0/params/{key}")


@pytest.mark.parametrize(("key", "value"), [("first", 0), ("last", 13), ("first", "3")])
def test_a_month_of_the_year_is_one_of_twelve(key, value):
    raw = _raw("N5", FARM)
    raw["params"][key] = value
    _refused(raw, FARM)


def test_a_finding_must_have_a_place():
    assert _refused({**_raw("R02b"), "pointer": "/basis/nowhere"}).params["pointer"] == "/basis/nowhere"


def test_a_severity_must_follow_an_answer_that_is_asked():
    told = [{"pointer": "/project/colour", "in": ["red"], "severity": "advice"}]
    assert _refused({**_raw("R08"), "severity_when": told}).params["pointer"] == "/project/colour"


@pytest.mark.parametrize(
    ("rule_id", "reads"),
    [
        ("R11a", ["outcomes"]),  # the kind of project is looked at as well
        ("R11c", ["transfer", "outcomes"]),
        ("R22d", ["budget"]),
        ("R22d", ["budget", "content", "nowhere"]),
    ],
)
def test_a_rule_must_list_the_sections_it_looks_at(rule_id, reads):
    assert _refused({**_raw(rule_id), "reads": reads}).params["place"] == "/rules/0/reads"


def test_a_rule_must_list_the_section_that_decides_whether_an_answer_is_asked():
    raw = _raw("N8", FARM)
    del raw["params"]["when"]
    assert _refused({**raw, "reads": ["cost", "field"]}, FARM).params["place"] == "/rules/0/reads"


@pytest.mark.parametrize(
    ("rule_id", "name", "text"),
    [
        ("R22b", "found", "{amount}"),
        ("R22b", "found", "{told.__class__}"),
        ("R22b", "found", "{told[0]}"),
        ("R22b", "found", "{told!r}"),
        ("R22b", "found", "{told:>99999999}"),
        ("R22b", "found", "{"),
        ("R22b", "found", "{}"),
        ("R01b", "found", "{names}"),
        ("R01b", "found", "{names:en}"),
        ("S03b", "late", "{start:zh}"),
        ("R22a", "part", "{by:zh}"),
    ],
)
def test_a_blank_that_the_check_does_not_fill_is_refused(rule_id, name, text):
    raw = _raw(rule_id)
    raw["messages"][name]["zh"] = text
    assert _refused(raw).params["place"] == f"/rules/0/messages/{name}/zh"


@pytest.mark.parametrize(("rule_id", "name"), [("R13", "marked"), ("S03b", "late"), ("S04", "title"), ("R22a", "part")])
def test_each_case_of_a_check_needs_its_message(rule_id, name):
    raw = _raw(rule_id)
    del raw["messages"][name]
    assert name in str(_refused(raw).params["why"])


def test_a_message_for_a_case_that_never_comes_is_refused():
    raw = _raw("R13")
    raw["messages"]["sometimes"] = raw["message"]
    assert "sometimes" in str(_refused(raw).params["why"])


@pytest.mark.parametrize("word", ["message", "gap_message"])
def test_what_tells_a_gap_has_no_blanks(word):
    raw = _raw("R01")
    raw[word]["en"] = "{count}"
    assert _refused(raw).params["place"] == f"/rules/0/{word}/en"


def test_the_usual_message_may_have_blanks_where_it_tells_the_finding_itself():
    raw = _raw("R22b")
    raw["message"] = raw["messages"].pop("found")
    rules.check_rule(raw, _with(raw))


# -- data and code ------------------------------------------------------------------------------------------------


def test_no_check_knows_anything_of_a_call():
    code = "".join(path.read_text("utf-8") for path in sorted((ROOT / "kjxm_desktop" / "core").glob("rule*.py")))
    for call in (CALL, FARM):
        assert [c.pointer for c in call.form.controls if f'"{c.pointer}' in code or f"'{c.pointer}" in code] == []
        assert [raw["id"] for raw in call.rules["rules"] if f'"{raw["id"]}"' in code] == []
    assert [word for word in ("科技兴蒙", "sjtu", "150100", "论文", "盟") if word in code] == []


def test_every_check_is_told_to_those_who_write_calls():
    readme = (ROOT / "schemas" / "README.md").read_text("utf-8")
    assert [name for name in rules.CHECKS if f"| `{name}` |" not in readme] == []


def test_every_check_is_used_by_some_call():
    used = {raw["check"] for call in (CALL, FARM) for raw in call.rules["rules"]}
    used |= {part["check"] for part in _raw("S04")["params"]["checks"]}
    assert set(rules.CHECKS) == used


def test_a_rule_is_found_by_its_code():
    rule = rules.rule_of(CALL, "R02b")
    assert rule is not None
    assert rule.pointer == "/basis/demand"
    assert rules.rule_of(CALL, "missing") is None
    assert [told.id for told in rules.rules_of(CALL)] == [raw["id"] for raw in CALL.rules["rules"]]


def test_a_severity_is_a_setting():
    raw = {**_raw("R04"), "severity": "advice"}
    data = {"people": {"applicant": {"kind": "sjtu"}, "partners": [{"id": "p", "name": "某所", "kind": "other"}]}}
    assert [(str(item.severity), item.blocks) for item in _found("R04", data, CALL, NOW)] == [("error", True)]
    assert [(str(item.severity), item.blocks) for item in _found("R04", data, _with(raw), NOW)] == [("advice", False)]


def test_which_roles_count_for_one_kind_of_project_is_a_setting():
    raw = _raw("R01")
    raw["params"]["values_when"][0]["values"] = ["demand", "partner", "user"]
    rows = [{"id": "e", "name": "某厂", "role": "user"}]
    data = {"project": {"kind": "decision_consulting"}, "basis": {"enterprises": rows}}
    assert len(_found("R01", data, CALL, NOW)) == 1
    assert _found("R01", data, _with(raw), NOW) == []
    assert len(_found("R01", {**data, "project": {"kind": "key_tech"}}, _with(raw), NOW)) == 1


def test_a_long_table_is_checked_with_pauses():
    lines = [{"id": str(n), "amount": "1.00", "basis": "询价"} for n in range(3000)]
    rule = rules.rule_of(CALL, "R22c")
    assert rule is not None
    steps = list(rules.run(CALL, {"budget": {"lines": lines}}, NOW, rule))
    assert steps == [None] * 150


def test_what_was_found_is_not_changed_by_running_again():
    data = {"budget": {"lines": [{"id": "a", "amount": "1.00"}]}}
    rule = rules.rule_of(CALL, "R22c")
    assert rule is not None
    assert list(rules.run(CALL, data, NOW, rule)) == list(rules.run(CALL, data, NOW, rule))


# -- words in messages --------------------------------------------------------------------------------------------


def test_words_are_joined_as_the_language_of_the_message_does():
    told = listed("甲厂", {"zh": "乙厂", "en": "Works B"})
    assert f"{told:zh}" == "甲厂、乙厂"
    assert f"{told:en}" == "甲厂, Works B"
    assert f"{Listed(('a', 'b'), {'zh': '；'}):zh}" == "a；b"


def test_days_months_and_amounts_are_written_as_the_house_writes_them():
    day = clock.read("2024-06-20").date()
    assert [f"{day_text(day):zh}", f"{day_text(day):en}"] == ["2024年6月20日", "2024-06-20"]
    assert [f"{month_text('2024-09'):zh}", f"{month_text('2024-09'):en}"] == ["2024年9月", "2024-09"]
    assert money_text(Decimal("1.005")) == "1.01"


def test_names_are_compared_by_what_they_say():
    assert folded("示例（内蒙古） Ａ厂") == folded("示例(内蒙古)a厂")
    assert folded("甲厂") != folded("乙厂")


# -- the second call ----------------------------------------------------------------------------------------------

PLOTS = [{"id": "p", "name": "河边地", "crop": "麦", "mu": "2", "sown": "2026-04"}]


def test_a_control_plot_is_asked_of_trials_alone():
    assert _told("N3", {"thing": {"way": 1}, "field": {"plots": PLOTS}}) == [
        "留一块对照地，在那块地勾选“是对照地”（第二条）"
    ]
    assert _found("N3", {"thing": {"way": 2}, "field": {"plots": PLOTS}}) == []
    assert _found("N3", {"thing": {"way": 1}, "field": {"plots": [{**PLOTS[0], "is_control": True}]}}) == []
    assert _found("N3", {"thing": {"way": 1}, "field": {"plots": [{"id": "p"}]}}) == []


def test_a_table_that_is_not_asked_is_not_looked_at():
    data = {"field": {"start": "2026-05", "end": "2026-10", "plots": PLOTS}}
    assert [item.pointer for item in _found("N15", {**data, "thing": {"way": 1}})] == ["/field/plots/0/sown"]
    assert _found("N15", {**data, "thing": {"way": 2}}) == []
    assert _found("N15", data) == []


def test_a_cell_that_is_not_asked_is_not_looked_at():
    ledger = {"cost": {"spendings": [{"id": "s", "what": "麻绳", "plot": "gone"}]}, "field": {"plots": PLOTS}}
    assert [item.pointer for item in _found("N9", {**ledger, "thing": {"way": 1}})] == ["/cost/spendings/0/plot"]
    assert _found("N9", {**ledger, "thing": {"way": 2}}) == []


@pytest.mark.parametrize(
    ("month", "is_found"), [("2026-02", True), ("2026-03", False), ("2026-11", False), ("2026-12", True)]
)
def test_a_month_lies_in_the_year_of_the_call(month, is_found):
    assert [item.pointer for item in _found("N5", {"field": {"start": month}})] == ["/field/start"] * is_found


def test_sums_are_told_one_by_one_in_either_language():
    rows = [{"id": "a", "sum": "0.60", "payer": "station"}, {"id": "b", "sum": "0.2", "payer": "self"}]
    data = {"cost": {"asked": "0.50", "self_paid": "0.20", "spendings": rows}}
    told = (
        "账对不上：钱一共 0.70 万元，账本相加 0.80 万元，差 0.10 万元；"
        "“申请资助”0.50 万元，账本里 0.60 万元，差 0.10 万元（第四条）"
    )
    assert _told("N6", data) == [told]
    strings.use("en")
    try:
        told = (
            "The sums do not agree: in all 0.70 against 0.80 in the ledger, 0.10 apart; "
            "“Asked for” 0.50 against 0.60 in the ledger, 0.10 apart (第四条)"
        )
        assert _told("N6", data) == [told]
    finally:
        strings.use("zh")


def test_a_severity_follows_an_answer():
    steps = [{"type": "paragraph", "runs": [{"text": "先把地整平，再按老办法下种，看看两块地收成差多少。"}]}]
    assert [str(item.severity) for item in _found("N17", {"thing": {"steps": steps}})] == ["advice"]
    assert [str(item.severity) for item in _found("N17", {"thing": {"steps": steps, "way": 1}})] == ["warning"]


def test_a_rule_with_a_gap_of_its_own_kind_blocks_nothing():
    found = _found("N13", {"who": {"portrait": {"media": "0" * 64}}})
    assert [(str(item.severity), item.blocks, item.pointer) for item in found] == [
        ("missing", False, "/honest/own_photos")
    ]


def test_a_share_is_taken_of_what_is_not_exempt():
    def rows(hire):
        return [
            {"id": "a", "use": "seed", "sum": "1.00"},
            {"id": "b", "use": "print", "sum": "5.00"},
            {"id": "c", "use": "hire", "sum": hire},
        ]

    assert _found("N19", {"cost": {"spendings": rows("0.50")}}) == []
    assert _told("N19", {"cost": {"spendings": rows("0.51")}}) == [
        "雇工租机 0.51 万元，种苗和工具 1.00 万元，至多 0.50 万元，多了 0.01 万元"
    ]


def test_the_deadline_is_over_when_its_day_is_over():
    midnight = clock.read("2026-04-01T00:00:00+08:00")
    data = {"who": {"name": "田某"}}
    assert _found("N21", data, now=midnight - timedelta(seconds=1)) == []
    assert [item.pointer for item in _found("N21", data, now=midnight)] == [""]
    assert _found("N21", {}, now=midnight) == []
    assert _found("N21", data, now=midnight.replace(tzinfo=None)) != []
