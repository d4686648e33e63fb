"""2024 call, findings that no rule names: gaps, lengths, choices and values that cannot be read."""

import pytest

from kjxm_desktop.core.validation import validate
from tests.core.rules_2024 import (
    AFTER,
    BEFORE,
    CALL,
    COMPLETE,
    CONSULTING,
    PILOT,
    assert_found,
    edited,
    enterprise,
    error,
    found,
    gap,
    rich,
    warning,
    with_,
    with_row,
    without,
    words,
)

# What the form marks with `!` and `*`: pointer, whether it blocks, the rule that names it with its clause.
ASKED = [
    ("/project/title", True, "R16", "二、4"),
    ("/project/kind", True, "R10", "一（四）"),
    ("/project/nature", False, "missing", None),
    ("/project/keywords", False, "missing", None),
    ("/project/field", True, "R06", "一"),
    ("/project/tasks", False, "R07", "一（一）"),
    ("/project/chains", False, "R08", "一（二）"),
    ("/project/places", False, "R05", "导语"),
    ("/project/period/from", False, "missing", None),
    ("/project/period/to", False, "missing", None),
    ("/people/applicant/name", True, "missing", None),
    ("/people/applicant/kind", True, "missing", None),
    ("/people/leader/name", True, "missing", None),
    ("/people/leader/title", False, "missing", None),
    ("/people/leader/organisation", False, "missing", None),
    ("/people/leader/mobile", False, "missing", None),
    ("/people/leader/email", False, "missing", None),
    ("/summary/text", False, "missing", None),
    ("/basis/demand", True, "R02", "二、1"),
    ("/basis/demand_source", False, "missing", None),
    ("/basis/enterprises", True, "R01", "二、1"),
    ("/basis/significance", False, "missing", None),
    ("/basis/state_of_art", False, "missing", None),
    ("/content/goal", False, "missing", None),
    ("/content/work", False, "missing", None),
    ("/content/key_problems", False, "missing", None),
    ("/approach/route", False, "missing", None),
    ("/approach/innovations", False, "missing", None),
    ("/approach/feasibility", False, "R20a", "二、6"),
    ("/outcomes/deliverables", False, "missing", None),
    ("/outcomes/indicators", False, "missing", None),
    ("/schedule/milestones", False, "missing", None),
    ("/foundation/leader_projects", True, "R17", "二、5"),
    ("/foundation/conditions", True, "R18", "二、5"),
    ("/team/members", False, "missing", None),
    ("/budget/income/special", True, "R23", "二、8"),
    ("/budget/lines", False, "missing", None),
    ("/commitment/truth", True, "R21", "二、7"),
    ("/commitment/no_secrets", True, "S01", None),
    ("/commitment/budget", False, "missing", None),
    ("/commitment/ip", False, "missing", None),
]
# The same inside the first row of a table: `!` and `*` there are asked of each row that exists.
ASKED_OF_A_ROW = {
    "/project/places": {"league": False},
    "/people/partners": {"name": False, "kind": False},
    "/basis/enterprises": {"name": True, "role": True, "league": False, "need": False},
    "/content/work": {"title": False, "text": False},
    "/approach/innovations": {"text": False},
    "/approach/risks": {"risk": False, "measure": False},
    "/outcomes/deliverables": {"kind": False, "name": False},
    "/outcomes/indicators": {"kind": False, "name": False, "target": False, "verification": False, "due": False},
    "/schedule/milestones": {"from": False, "to": False, "task": False, "check": False},
    "/foundation/leader_projects": {"source": False, "role": False, "from": False, "to": False},
    "/team/members": {"name": False, "title": False, "organisation": False, "duty": False},
    "/team/division": {"organisation": False, "duty": False},
    "/budget/lines": {"category": False, "item": False, "amount": False, "source": False},
}
LEAVES = [(f"{table}/0/{name}", must) for table, columns in ASKED_OF_A_ROW.items() for name, must in columns.items()]
EMPTY = [gap(code, pointer, clause, blocks=must) for pointer, must, code, clause in ASKED]
LINKS = [
    *(f"/outcomes/indicators/{row}/work" for row in (0, 1)),
    *(f"/schedule/milestones/{row}/work" for row in (0, 1)),
    *(f"/budget/lines/{row}/work" for row in range(4)),
]


@pytest.mark.parametrize("now", [BEFORE, AFTER], ids=["before-the-deadline", "after-the-deadline"])
def test_an_empty_draft_has_gaps_and_nothing_else(now):
    assert_found({}, *EMPTY, now=now)


def test_the_gaps_stand_in_the_order_of_the_form():
    sections = [section.id for section in CALL.form.sections]
    places = [sections.index(item.pointer.split("/")[1]) for item in validate(CALL, {}, BEFORE)]
    assert places == sorted(places)


@pytest.mark.parametrize(("pointer", "must", "code", "clause"), ASKED, ids=[entry[0] for entry in ASKED])
def test_each_answer_left_out_of_a_complete_proposal_is_one_gap(pointer, must, code, clause):
    edits = dict.fromkeys([pointer, *LINKS] if pointer == "/content/work" else [pointer])
    assert_found(edited(edits), gap(code, pointer, clause, blocks=must))


@pytest.mark.parametrize(("pointer", "must"), LEAVES, ids=[pointer for pointer, _ in LEAVES])
def test_each_answer_left_out_of_a_row_is_one_gap(pointer, must):
    assert_found(without(pointer), gap("missing", pointer, blocks=must))


def test_a_row_just_added_has_its_leaves_as_gaps_and_nothing_else():
    expected = [
        gap("missing", f"/basis/enterprises/1/{name}", blocks=must)
        for name, must in ASKED_OF_A_ROW["/basis/enterprises"].items()
    ]
    assert_found(with_row("/basis/enterprises", {}), *expected)


@pytest.mark.parametrize("table", [table for table in ASKED_OF_A_ROW if table != "/foundation/leader_projects"])
def test_a_first_row_just_added_to_an_empty_draft_fills_the_gap_of_its_table(table):
    data = with_(table, [{"id": "a"}], {})
    told = found(data)
    assert {item.severity for item in told} == {"missing"}
    assert [item for item in told if item.pointer == table] == []
    leaves = {item.pointer for item in told if item.pointer.startswith(table + "/")}
    assert leaves == {f"{table}/0/{name}" for name in ASKED_OF_A_ROW[table]}


@pytest.mark.parametrize("value", ["   ", rich("  \n ")], ids=["line", "rich"])
def test_spaces_are_no_answer(value):
    pointer = "/people/leader/title" if isinstance(value, str) else "/content/goal"
    assert_found(with_(pointer, value), gap("missing", pointer, blocks=False))


@pytest.mark.parametrize("pointer", ["/project/period/from", "/outcomes/indicators/0/due", "/budget/lines/2/amount"])
def test_spaces_where_a_month_or_an_amount_is_asked_are_the_gap_alone(pointer):
    assert_found(with_(pointer, " "), gap("missing", pointer, blocks=False))


@pytest.mark.parametrize("pointer", ["/people/leader/birth", "/commitment/date", "/budget/lines/2/price"])
def test_spaces_where_nothing_is_asked_are_nothing(pointer):
    assert_found(with_(pointer, " "))


def test_a_picture_is_an_answer():
    picture = {"type": "picture", "media": "0" * 64, "caption": "图", "alt": "图"}
    assert_found(with_("/approach/route", [picture]))


@pytest.mark.parametrize(
    ("pointer", "clause"),
    [
        ("/people/applicant/name", "导语"),
        ("/people/applicant/kind", "导语"),
        ("/people/leader/name", "二、5"),
        ("/basis/enterprises/0/name", "二、1"),
        ("/basis/enterprises/0/role", "二、1"),
    ],
)
def test_a_gap_that_no_rule_names_rests_on_the_notice_where_it_blocks(pointer, clause):
    (told,) = validate(CALL, without(pointer), BEFORE)
    assert (told.code, told.blocks, told.clause) == ("missing", True, clause)


def test_whatever_blocks_as_a_gap_rests_on_the_notice_but_for_the_secrets():
    rows = {table: [{"id": "a"}] for table in ASKED_OF_A_ROW}
    blocking = [
        item for item in [*validate(CALL, {}, BEFORE), *validate(CALL, edited(rows, {}), BEFORE)] if item.blocks
    ]
    assert {item.code for item in blocking if item.clause is None} == {"S01"}
    assert {item.severity for item in blocking} == {"missing"}


@pytest.mark.parametrize("pointer", ["/summary/text", "/project/period/from", "/commitment/ip"])
def test_a_gap_of_what_the_notice_does_not_ask_has_no_clause(pointer):
    (told,) = validate(CALL, without(pointer), BEFORE)
    assert (told.code, told.clause) == ("missing", None)


# --- length ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "trips"), [(199, True), (200, False), (500, False), (501, True)])
def test_a_summary_outside_its_limits_is_a_warning(count, trips):
    expected = [warning("length", "/summary/text")] if trips else []
    assert_found(with_("/summary/text", rich(words(count))), *expected)


LIMITS = {
    "/basis/significance": 1000,
    "/basis/state_of_art": 1500,
    "/basis/fit": 500,
    "/content/goal": 500,
    "/content/work/0/text": 800,
    "/content/key_problems": 600,
    "/approach/route": 2000,
    "/approach/feasibility": 1000,
    "/foundation/conditions": 1000,
    "/management/organisation": 600,
}


@pytest.mark.parametrize(("pointer", "limit"), LIMITS.items())
def test_a_text_over_its_limit_is_a_warning(pointer, limit):
    assert_found(with_(pointer, rich(words(limit))))
    assert_found(with_(pointer, rich(words(limit + 1))), warning("length", pointer))


def test_an_innovation_and_a_demand_over_their_limits_are_warnings():
    pointer = "/approach/innovations/0/text"
    assert_found(with_(pointer, words(100)))
    assert_found(with_(pointer, words(101)), warning("length", pointer))
    demand = COMPLETE["basis"]["demand"]
    assert_found(with_("/basis/demand", [*demand, *rich(words(655))]))
    assert_found(with_("/basis/demand", [*demand, *rich(words(656))]), warning("length", "/basis/demand"))


def test_captions_and_formulas_do_not_count():
    caption = {"type": "picture", "media": "0" * 64, "caption": words(50), "alt": words(50)}
    blocks = [*rich(words(500)), caption, {"type": "formula", "latex": "x^2"}]
    assert_found(with_("/content/goal", blocks))


@pytest.mark.parametrize(("count", "trips"), [(1, True), (2, True), (3, False), (5, False), (6, True)])
def test_too_few_or_too_many_keywords_are_a_warning(count, trips):
    expected = [warning("length", "/project/keywords")] if trips else []
    assert_found(with_("/project/keywords", [f"词{number}" for number in range(count)]), *expected)


def test_more_than_two_further_fields_or_five_innovations_are_a_warning():
    fields = ["equipment", "modern_energy", "ecology"]
    assert_found(with_("/project/second_fields", fields[:2]))
    assert_found(with_("/project/second_fields", fields), warning("length", "/project/second_fields"))
    rows = [{"id": f"n{number}", "text": f"创新点{number}"} for number in range(6)]
    assert_found(with_("/approach/innovations", rows[:5]))
    assert_found(with_("/approach/innovations", rows), warning("length", "/approach/innovations"))


# --- choice and format ----------------------------------------------------------------------------------------------

CHOICES = [
    "/project/kind",
    "/project/nature",
    "/project/field",
    "/people/applicant/kind",
    "/people/leader/gender",
    "/people/partners/0/kind",
    "/people/partners/0/league",
    "/basis/demand_source",
    "/project/places/0/league",
    "/budget/lines/2/category",
]


@pytest.mark.parametrize("pointer", CHOICES)
def test_an_unknown_choice_is_an_error_and_its_only_finding(pointer):
    assert_found(with_(pointer, "unheard_of"), error("choice", pointer))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/basis/enterprises/1/role", "owner"),
        ("/basis/enterprises/1/league", "110000"),
        ("/outcomes/deliverables/1/kind", "thing"),
        ("/outcomes/indicators/2/kind", "thing"),
        ("/budget/lines/4/source", "bank"),
        ("/attachments/files/0/kind", "thing"),
    ],
)
def test_an_unknown_choice_in_a_further_row_is_an_error(pointer, value):
    data = with_row("/basis/enterprises", enterprise("partner", name="示例包头第二厂", id="e2"))
    data = with_row("/outcomes/deliverables", {"kind": "product", "name": "产品"}, data)
    data = with_row("/outcomes/indicators", {**COMPLETE["outcomes"]["indicators"][1], "id": "i9"}, data)
    data = with_row("/budget/lines", {**COMPLETE["budget"]["lines"][3], "id": "l9", "amount": "0"}, data)
    data = with_row("/attachments/files", {"kind": "other", "name": "说明"}, data)
    assert_found(data)
    assert_found(with_(pointer, value, data), error("choice", pointer))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/project/tasks", ["energy_base", "unheard_of"]),
        ("/project/chains", ["gold"]),
        ("/project/second_fields", ["gold"]),
        ("/project/places/0/directions", ["稀土", "黄金"]),
    ],
)
def test_an_unknown_one_of_many_choices_is_an_error(pointer, value):
    (told,) = found(with_(pointer, value))
    assert (told.code, told.severity, told.blocks) == ("choice", "error", True)
    assert told.pointer.startswith(pointer)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/project/period/from", "2024-13"),
        ("/project/period/from", "2024-9"),
        ("/people/leader/birth", "1980"),
        ("/outcomes/indicators/0/due", "2026年6月"),
        ("/commitment/date", "2024-02-30"),
        ("/commitment/date", "2023-02-29"),
        ("/commitment/date", "2024-06-31"),
        ("/commitment/date", "2024/06/01"),
        ("/basis/enterprises/0/own_funds", "1.234"),
        ("/basis/enterprises/0/own_funds", "1000000000"),
        ("/basis/enterprises/0/own_funds", "-1"),
        ("/basis/enterprises/0/own_funds", "1,000"),
        ("/foundation/leader_projects/0/funds", "3e2"),
        ("/budget/lines/2/quantity", "0.12345"),
        ("/budget/lines/2/price", "0.1234567"),
        ("/budget/lines/2/price", "两万"),
    ],
)
def test_a_month_a_day_or_an_amount_that_cannot_be_read_is_an_error(pointer, value):
    assert_found(with_(pointer, value), error("format", pointer))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/commitment/date", "2024-02-29"),
        ("/people/leader/birth", "1980-01"),
        ("/basis/enterprises/0/own_funds", "999999999.99"),
        ("/budget/lines/2/quantity", "0.1234"),
        ("/budget/lines/2/price", "0.123456"),
        ("/budget/lines/2/year", 2025),
    ],
)
def test_a_value_at_the_edge_is_read(pointer, value):
    assert_found(with_(pointer, value))


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/project/readiness/now", 0),
        ("/project/readiness/now", 10),
        ("/project/readiness/target", -1),
        ("/budget/lines/2/year", 99999),
        ("/team/members/1/months", -1),
    ],
)
def test_a_whole_number_out_of_range_is_an_error(pointer, value):
    assert_found(with_(pointer, value, PILOT), error("format", pointer))


# --- hidden ---------------------------------------------------------------------------------------------------------


def test_what_is_hidden_is_neither_missing_nor_wrong():
    assert_found(edited({"/project/readiness": {"now": 0, "target": 99}}, CONSULTING))
    assert_found(edited({"/project/field_other": None}))
    assert_found(with_("/transfer/users/areas", ["unheard_of"]))


def test_what_is_shown_again_is_both():
    readiness = {"/project/readiness": {"now": 0}}
    assert_found(edited(readiness), error("format", "/project/readiness/now"))
    assert found(with_("/transfer/users/areas", ["unheard_of"], CONSULTING))[0].code == "choice"
