"""Every gap and every fault is told once, at its own place, in the order of the form; what did not change is kept."""

import json
from pathlib import Path

import pytest

from kjxm_desktop import strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, rules, validation
from kjxm_desktop.core.json_pointer import set_in
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.core.validation import Diagnostic, Severity, Validator, validate

ROOT = Path(__file__).parents[2]
CALL = calls.load(ROOT / "schemas" / "kjxm-sjtu-2024")
FARM = calls.load(ROOT / "tests" / "calls" / "agri-service-2026")
NOW = clock.read("2024-06-01")
LATE = clock.read("2024-06-21")


def _at(pointer, data, call=CALL):
    return [item for item in validate(call, data, NOW) if item.pointer == pointer]


def _only(pointer, data, call=CALL):
    (item,) = _at(pointer, data, call)
    return item


def _paragraphs(*lines):
    return [{"type": "paragraph", "runs": [{"text": line}]} for line in lines]


def _drain(steps):
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as done:
            return count, done.value
        count += 1


# -- gaps ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [CALL, FARM], ids=lambda call: call.id)
@pytest.mark.parametrize("now", [NOW, LATE, clock.read("2030-01-01")])
def test_an_empty_draft_has_gaps_and_nothing_else(call, now):
    found = validate(call, {}, now)
    assert {item.severity for item in found} == {Severity.MISSING}
    assert [item.pointer for item in found] == [gap.pointer for gap in call.form.gaps({})]


def test_a_gap_blocks_only_where_the_form_says_must():
    for item in validate(CALL, {}, NOW):
        control = CALL.form.control(item.pointer)
        assert control is not None
        assert item.blocks is (control.need == "must")


def test_a_gap_that_no_rule_names_is_called_missing_and_keeps_the_clause_of_its_question():
    told = {item.pointer: item for item in validate(CALL, {}, NOW) if item.code == "missing"}
    assert told["/people/applicant/name"].clause == "导语"
    assert told["/people/applicant/kind"].clause == "导语"
    assert told["/people/leader/name"].clause == "二、5"
    assert told["/people/leader/title"].clause is None


def test_what_must_stand_in_a_row_rests_on_the_clause_of_its_table():
    data = {"cost": {"spendings": [{"id": "s"}]}}
    assert _only("/cost/spendings/0/what", data, FARM).clause == "第四条"
    assert _only("/cost/spendings/0/use", data, FARM).clause is None


def test_a_gap_that_a_rule_names_has_its_code_clause_and_severity():
    assert [(item.code, item.clause, item.variant) for item in _at("/project/chains", {})] == [
        ("R08", "一（二）", "gap")
    ]
    consulting = _only("/project/chains", {"project": {"kind": "decision_consulting"}})
    assert (consulting.severity, consulting.blocks) == (Severity.ADVICE, False)


@pytest.mark.parametrize("note", ["近于农机", "x"])
def test_what_stands_instead_fills_the_gap(note):
    assert _at("/project/chains", {"project": {"chain_note": note}}) == []


@pytest.mark.parametrize("empty", [" ", "\u3000"])
def test_white_space_fills_nothing(empty):
    assert _only("/project/title", {"project": {"title": empty}}).code == "R16"
    assert _only("/basis/demand", {"basis": {"demand": _paragraphs(empty)}}).code == "R02"


@pytest.mark.parametrize("pointer", ["/project/nature", "/project/period/from", "/budget/income/own"])
def test_white_space_is_no_fault_either(pointer):
    assert {item.code for item in _at(pointer, set_in({}, pointer, " "))} <= {"missing"}


def test_a_declaration_that_is_false_is_a_gap():
    assert _only("/commitment/truth", {"commitment": {"truth": False}}).code == "R21"
    assert _at("/commitment/truth", {"commitment": {"truth": True}}) == []


def test_each_row_that_exists_is_asked_and_no_other():
    rows = [{"id": "a", "risk": "断供", "measure": "备货"}, {"id": "b", "risk": "涨价"}]
    found = [item for item in validate(CALL, {"approach": {"risks": rows}}, NOW) if "/risks" in item.pointer]
    assert [(item.code, item.pointer) for item in found] == [("missing", "/approach/risks/1/measure")]


# -- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "value", "code", "variant"),
    [
        ("/project/kind", "no_kind", "choice", "choice"),
        ("/project/tasks", ["eco_barrier", "moon", "mars"], "choice", "choices"),
        ("/project/readiness/now", 10, "format", "range"),
        ("/project/period/from", "2024-13", "format", "month"),
        ("/commitment/date", "2024-02-30", "format", "day"),
        ("/commitment/date", "2024/06/20", "format", "day"),
        ("/budget/income/own", "1.234", "format", "money"),
        ("/budget/income/own", "-1", "format", "money"),
    ],
)
def test_what_cannot_be_read_is_one_error_that_blocks(pointer, value, code, variant):
    item = _only(pointer, set_in({}, pointer, value))
    assert (item.severity, item.blocks, item.code, item.variant) == (Severity.ERROR, True, code, variant)
    assert item.clause is None


@pytest.mark.parametrize(
    ("pointer", "value", "variant", "params"),
    [
        ("/project/title", "题" * 31, "long", {"count": 31, "limit": 30, "by": 1}),
        ("/summary/text", _paragraphs("摘" * 199), "short", {"count": 199, "limit": 200, "by": 1}),
        ("/summary/text", _paragraphs("摘" * 501), "long", {"count": 501, "limit": 500, "by": 1}),
        ("/project/keywords", ["甲", "乙"], "few", {"count": 2, "limit": 3, "by": 1}),
        ("/project/keywords", list("甲乙丙丁戊己"), "many", {"count": 6, "limit": 5, "by": 1}),
    ],
)
def test_a_length_is_a_warning_with_the_numbers_that_help(pointer, value, variant, params):
    item = _only(pointer, set_in({}, pointer, value))
    assert (item.severity, item.blocks, item.code, item.variant) == (Severity.WARNING, False, "length", variant)
    assert item.params == params
    told = strings.finding(CALL, item)
    assert str(params["by"]) in told
    assert str(params["limit"]) in told


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/project/title", "题" * 30),
        ("/summary/text", _paragraphs("摘" * 200)),
        ("/summary/text", _paragraphs("摘" * 500)),
        ("/project/keywords", ["甲", "乙", "丙"]),
        ("/project/readiness/now", 9),
        ("/commitment/date", "2024-02-29"),
        ("/budget/income/own", "999999999.99"),
    ],
)
def test_what_is_just_right_is_no_finding(pointer, value):
    assert _at(pointer, set_in({}, pointer, value)) == []


def test_a_fault_in_a_row_stands_in_its_cell():
    rows = [{"id": "a", "risk": "断供"}, {"id": "b", "kind": "gift", "amount": "五元"}]
    found = [item for item in validate(CALL, {"budget": {"lines": rows[1:]}}, NOW) if item.code == "format"]
    assert [item.pointer for item in found] == ["/budget/lines/0/amount"]


def test_a_message_shows_the_beginning_of_what_was_written():
    item = _only("/project/period/from", {"project": {"period": {"from": "很长" * 300}}})
    assert len(str(item.params["value"])) == 41


def test_what_cannot_be_read_is_absent_for_every_rule():
    lines = [{"id": "a", "amount": "五元", "quantity": "2", "price": "3", "source": "special"}]
    data = {"budget": {"income": {"special": "1.00"}, "lines": lines}}
    assert [item.code for item in validate(CALL, data, NOW) if item.severity is Severity.ERROR] == ["format"]


# -- what is asked ------------------------------------------------------------------------------------------------


def test_what_is_not_asked_is_neither_missing_nor_wrong():
    hidden = {"project": {"kind": "decision_consulting", "readiness": {"now": 12}, "field_other": "XX"}}
    assert [item.pointer for item in validate(CALL, hidden, NOW) if "readiness" in item.pointer] == []
    assert _at("/project/field_other", hidden) == []
    shown = {"project": {**hidden["project"], "kind": "key_tech", "field": "other"}}
    assert _only("/project/readiness/now", shown).code == "format"
    assert _only("/project/field_other", shown).code == "S05"


def test_a_section_that_is_not_asked_is_silent():
    data = {"thing": {"way": 2}, "proof": {"contract": {"name": "先空着"}}}
    assert _at("/proof/contract/name", data, FARM) == []
    assert _only("/proof/contract/name", {**data, "thing": {"way": 1}}, FARM).code == "N20"


# -- order, steps and what is kept --------------------------------------------------------------------------------


def test_findings_stand_in_the_order_of_the_form():
    data = {
        "commitment": {"date": "2024-02-30"},
        "project": {"title": "题" * 40},
        "basis": {"enterprises": [{"id": str(n), "name": "某厂"} for n in range(12)]},
    }
    found = validate(CALL, data, LATE)
    places = [CALL.form.position(item.pointer) for item in found]
    assert places == sorted(places)
    assert found[0].code == "R24"
    rows = [item.pointer.split("/")[3] for item in found if item.pointer.endswith("/role")]
    assert rows == [str(n) for n in range(12)]


def test_checking_in_steps_finds_the_same():
    data = {"budget": {"lines": [{"id": str(n), "amount": "x"} for n in range(200)]}}
    count, found = _drain(Validator(CALL).steps(data, NOW))
    assert found == validate(CALL, data, NOW)
    assert count > 200 / validation.PAUSE_ROWS


def test_what_is_remembered_is_told_in_steps_as_small():
    data = {"budget": {"lines": [{"id": str(n), "amount": "x", "task": f"gone{n}"} for n in range(2_000)]}}
    validator = Validator(CALL)
    validator.check(data, NOW)
    between = [0]
    for item in validator._found(data, NOW):
        between[-1] += item is not None
        if item is None:
            between.append(0)
    assert sum(between) > 6_000
    assert max(between) <= 10 * validation.PAUSE_ROWS


def test_findings_are_put_in_order_in_steps_as_small(monkeypatch: pytest.MonkeyPatch):
    told = [Diagnostic(f"/budget/lines/{at}/amount", Severity.ERROR, "choice") for at in range(6_000)]
    monkeypatch.setattr(Validator, "_found", lambda *_: iter(told[::-1]))
    count, found = _drain(Validator(CALL).steps({"budget": {"lines": [{"id": str(n)} for n in range(6_000)]}}, NOW))
    assert found == told
    placing = len(told) // validation.PAUSE_ROWS
    assert count >= placing + 2 * len(told) // validation._PAUSE_SORTED


def test_only_the_row_that_changed_is_looked_at_again(monkeypatch: pytest.MonkeyPatch):
    looked_at = []
    original = Validator._cell_faults

    def watched(self, table, column, row):
        looked_at.append(row["id"])
        return original(self, table, column, row)

    monkeypatch.setattr(Validator, "_cell_faults", watched)
    data = {"budget": {"lines": [{"id": str(n), "amount": "1.00"} for n in range(50)]}}
    validator = Validator(CALL)
    validator.check(data, NOW)
    looked_at.clear()
    validator.check(set_in(data, "/budget/lines/7/amount", "x"), NOW)
    assert set(looked_at) == {"7"}


def test_only_the_rules_that_read_what_changed_run_again(monkeypatch: pytest.MonkeyPatch):
    ran = []
    original = rules.run

    def watched(call, data, now, rule):
        ran.append(rule.id)
        return original(call, data, now, rule)

    monkeypatch.setattr(rules, "run", watched)
    validator = Validator(CALL)
    data = {"schedule": {"milestones": [{"id": "m", "task": "小试"}]}}
    validator.check(data, NOW)
    ran.clear()
    validator.check(data, NOW)
    assert ran == []
    validator.check(set_in(data, "/schedule/milestones/0/task", "中试"), NOW)
    assert set(ran) == {rule.id for rule in rules.rules_of(CALL) if "schedule" in rule.reads} | {"R24"}


def test_the_deadline_is_told_as_soon_as_something_is_written():
    validator = Validator(CALL)
    assert [item.code for item in validator.check({}, LATE) if item.code == "R24"] == []
    assert validator.check({"project": {"title": "题"}}, LATE)[0].code == "R24"
    assert [item.code for item in validator.check({}, LATE) if item.code == "R24"] == []


def test_a_condition_that_changed_is_minded_by_what_was_kept():
    validator = Validator(CALL)
    pilot = {"project": {"kind": "pilot_industrial"}, "transfer": {"market": _paragraphs("很大。")}}
    assert "R11c" in [item.code for item in validator.check(pilot, NOW)]
    assert "R11c" not in [item.code for item in validator.check(set_in(pilot, "/project/kind", "key_tech"), NOW)]


# -- the examples -------------------------------------------------------------------------------------------------


def _normalised(name):
    folder = ROOT / "resources" / "examples" / name
    return from_outside(CALL, json.loads((folder / "proposal.json").read_text("utf-8")), folder).data


@pytest.mark.parametrize("name", ["long", "key-tech", "consulting"])
def test_a_complete_example_has_neither_errors_nor_gaps(name):
    found = validate(CALL, _normalised(name), NOW)
    assert [item for item in found if item.severity in (Severity.ERROR, Severity.MISSING)] == []
    assert len(found) < 5


def test_the_nearly_finished_example_has_exactly_what_was_planted():
    planted = json.loads((ROOT / "resources" / "examples" / "nearly-finished" / "planted.json").read_text("utf-8"))
    found = validate(CALL, _normalised("nearly-finished"), NOW)
    told = [{"code": item.code, "severity": str(item.severity), "pointer": item.pointer} for item in found]
    assert told == planted
