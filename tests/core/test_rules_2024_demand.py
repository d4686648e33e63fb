"""2024 call, the need, the enterprises and who takes part (导语 and 二、1): R01 to R04, each branch and boundary."""

import pytest

from tests.core.rules_2024 import (
    COMMON,
    COMPLETE,
    CONSULTING,
    DEMAND,
    FIRM,
    LEAGUES,
    PILOT,
    UNIVERSITY,
    advice,
    assert_found,
    call_with,
    check_character,
    codes,
    edited,
    enterprise,
    error,
    found,
    gap,
    partner,
    rich,
    warning,
    with_,
    with_row,
    without,
    words,
)

ENTERPRISES = "/basis/enterprises"
R01_GAP = gap("R01", ENTERPRISES, "二、1", blocks=True)
R01_ERROR = error("R01", ENTERPRISES, "二、1")
R04 = error("R04", "/people/partners", "导语")


@pytest.mark.parametrize(
    "base", [COMPLETE, COMMON, PILOT, CONSULTING], ids=["key_tech", "common", "pilot", "consulting"]
)
def test_a_complete_proposal_of_each_type_has_no_finding(base):
    assert_found(base)


# --- R01, R01b ------------------------------------------------------------------------------------------------------


def test_no_enterprise_at_all_is_one_gap_that_blocks():
    assert_found(without(ENTERPRISES), R01_GAP)


@pytest.mark.parametrize("role", ["demand", "partner"])
def test_one_enterprise_with_a_need_or_a_will_to_cooperate_is_enough(role):
    assert_found(with_(ENTERPRISES, [enterprise(role)]))


def test_enterprises_that_are_all_users_are_an_error():
    rows = [enterprise("user"), enterprise("user", name="示例包头应用厂", id="e2")]
    assert_found(with_(ENTERPRISES, rows), R01_ERROR)


def test_a_user_beside_a_firm_with_a_need_is_no_error():
    assert_found(with_row(ENTERPRISES, enterprise("user", name="示例包头应用厂", id="e2")))


def test_a_row_with_a_name_and_no_role_is_a_gap_of_its_leaf_alone():
    assert_found(with_(ENTERPRISES, [enterprise(None)]), gap("missing", f"{ENTERPRISES}/0/role", blocks=True))


def test_a_row_with_a_role_and_no_name_is_a_gap_of_its_leaf_alone():
    assert_found(
        with_(ENTERPRISES, [enterprise("demand", name="")]), gap("missing", f"{ENTERPRISES}/0/name", blocks=True)
    )


def test_a_user_with_a_name_speaks_even_beside_an_unfinished_row():
    rows = [enterprise("user"), enterprise(None, id="e2", name="示例包头应用厂")]
    assert_found(with_(ENTERPRISES, rows), R01_ERROR, gap("missing", f"{ENTERPRISES}/1/role", blocks=True))


def test_decision_consulting_needs_an_enterprise_too_by_default():
    assert_found(without(ENTERPRISES, CONSULTING), R01_GAP)
    assert_found(with_(ENTERPRISES, [enterprise("user")], CONSULTING), R01_ERROR)


def test_the_rule_file_can_ask_less_of_decision_consulting():
    softer = [{"pointer": "/project/kind", "in": ["decision_consulting"], "severity": "warning"}]
    call = call_with("R01", severity_when=softer)
    assert_found(with_(ENTERPRISES, [enterprise("user")], CONSULTING), warning("R01", ENTERPRISES, "二、1"), call=call)
    assert_found(with_(ENTERPRISES, [enterprise("user")]), R01_ERROR, call=call)


def test_an_enterprise_not_named_in_the_prose_of_the_section_is_a_warning():
    nameless = rich(DEMAND.replace(FIRM, "当地企业"))
    assert_found(with_("/basis/demand", nameless), warning("R01b", "/basis/demand", "二、1"))


@pytest.mark.parametrize("place", ["/basis/demand", "/basis/significance", "/basis/state_of_art", "/basis/fit"])
def test_an_enterprise_may_be_named_anywhere_in_the_prose_of_the_section(place):
    nameless = with_("/basis/demand", rich(DEMAND.replace(FIRM, "当地企业")))
    text = DEMAND if place == "/basis/demand" else f"{FIRM}提出了需求。"
    assert_found(with_(place, rich(text), nameless))


def test_one_of_several_enterprises_named_in_the_prose_is_enough():
    assert_found(with_row(ENTERPRISES, enterprise("partner", name="示例包头第二厂", id="e2")))


def test_a_name_outside_the_section_does_not_count():
    nameless = with_("/basis/demand", rich(DEMAND.replace(FIRM, "当地企业")))
    assert_found(with_("/content/goal", rich(f"用于{FIRM}。"), nameless), warning("R01b", "/basis/demand", "二、1"))


def test_without_a_named_enterprise_nothing_is_looked_for_in_the_prose():
    nameless = with_("/basis/demand", rich(DEMAND.replace(FIRM, "当地企业")))
    assert_found(without(ENTERPRISES, nameless), R01_GAP)


# --- R02, R02b ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, rich("   ")], ids=["absent", "spaces"])
def test_a_demand_that_says_nothing_is_one_gap_that_blocks(value):
    named_elsewhere = with_("/basis/significance", rich(f"{FIRM}提出了需求。"))
    assert_found(with_("/basis/demand", value, named_elsewhere), gap("R02", "/basis/demand", "二、1", blocks=True))


def _demand(count: int, ending: str = "12吨") -> str:
    """Return a demand of `count` 字 that names the enterprise and ends with a figure (2 字 for 12吨)."""
    return FIRM + words(count - len(FIRM) - 2) + ending


@pytest.mark.parametrize(("count", "trips"), [(99, True), (100, False), (101, False)])
def test_a_demand_under_a_hundred_characters_is_a_warning(count, trips):
    expected = [warning("R02b", "/basis/demand", "二、1")] if trips else []
    assert_found(with_("/basis/demand", rich(_demand(count))), *expected)


@pytest.mark.parametrize(
    "figure",
    [
        "98.5%",
        "3 吨",
        "5000 t",
        "120 万元",
        "25 ℃",
        "1200 kWh",
        "30 MW",
        "800 公里",
        "每亩 40 kg",
        "20％",
        "2 mm",
        "500余吨",
        "500 余吨",
        "3万多吨",
        "20几台",
        "500多万元",
    ],
)
def test_a_figure_with_a_unit_makes_a_demand_concrete(figure):
    assert_found(with_("/basis/demand", rich(_demand(150, f"，达到{figure}。"))))


@pytest.mark.parametrize(
    "figure",
    [
        "若干",
        "2024年",
        "6月",
        "20日",
        "2024年6月20日",
        "3年",
        "2024",
        "GB 32100",
        "吨",
        "第3人民医院",
        "第13人民医院",
        "第 3 台",
    ],
)
def test_a_year_a_month_a_day_or_a_bare_number_is_no_figure(figure):
    data = with_("/basis/demand", rich(_demand(150, f"，{figure}。")))
    assert_found(data, warning("R02b", "/basis/demand", "二、1"))


def test_a_figure_in_a_list_or_a_table_counts():
    filler = rich(_demand(150, "，见下。"))
    cells = [[[{"text": "产能"}], [{"text": "6000 吨"}]]]
    assert_found(with_("/basis/demand", [*filler, {"type": "table", "header": False, "rows": cells}]))
    assert_found(
        with_("/basis/demand", [*filler, {"type": "list", "ordered": False, "items": [[{"text": "6000 吨"}]]}])
    )


def test_a_short_demand_without_a_figure_is_told_by_its_rule_alone():
    assert codes(with_("/basis/demand", rich(f"{FIRM}有需求。"))) == {"R02b"}


# --- R03, R03b ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("league", LEAGUES)
def test_an_enterprise_in_any_of_the_twelve_leagues_is_enough(league):
    assert_found(with_(ENTERPRISES, [enterprise(league=league)]))


def test_enterprises_all_outside_the_region_are_a_warning():
    assert_found(with_(ENTERPRISES, [enterprise(league="outside")]), warning("R03", ENTERPRISES, "二、1"))


def test_one_enterprise_inside_beside_one_outside_is_enough():
    assert_found(with_row(ENTERPRISES, enterprise(league="outside", name="示例天津厂", id="e2")))


def test_no_league_yet_is_a_gap_of_its_leaf_alone():
    assert_found(with_(ENTERPRISES, [enterprise(league=None)]), gap("missing", f"{ENTERPRISES}/0/league", blocks=False))


INSIDE = "91150200MA0EXAMP1"
OUTSIDE = "91350100M000100Y4"


@pytest.mark.parametrize(
    ("first", "league", "trips"),
    [
        (INSIDE, "150200", False),
        (OUTSIDE, "150200", True),
        ("91510100MA0EXAMP1", "150200", True),
        ("15350100MA0EXAMP1", "152900", True),
        (OUTSIDE, "outside", False),
        (OUTSIDE, None, False),
    ],
    ids=["15-inside", "35-inside", "51-inside", "15-in-the-wrong-place", "35-outside", "35-no-league"],
)
def test_a_code_of_another_region_is_worth_a_hint_for_a_row_with_a_league(first, league, trips):
    row = enterprise(league=league, credit_code=first + check_character(first))
    told = [item for item in found(with_(ENTERPRISES, [row])) if item.code not in ("R03", "missing")]
    assert told == ([advice("R03b", f"{ENTERPRISES}/0/credit_code", "二、1")] if trips else [])


def test_the_hint_on_a_code_stands_at_its_own_row():
    row = enterprise(name="示例包头第二厂", id="e2", credit_code=OUTSIDE + check_character(OUTSIDE))
    assert_found(with_row(ENTERPRISES, row), advice("R03b", f"{ENTERPRISES}/1/credit_code", "二、1"))


# --- R04 ------------------------------------------------------------------------------------------------------------


def _who(applicant, partners, enterprises):
    edits = {"/people/applicant/kind": applicant, "/people/partners": partners, ENTERPRISES: enterprises}
    return edited(edits)


INNER, SJTU, OTHER = partner("inner_mongolia"), partner("sjtu"), partner("other")
INNER_FIRM, OUTER_FIRM = enterprise(), enterprise(league="outside")


@pytest.mark.parametrize(
    ("applicant", "partners", "enterprises"),
    [
        ("sjtu", [INNER], [INNER_FIRM]),
        ("sjtu", [], [INNER_FIRM]),
        ("sjtu", [INNER], [OUTER_FIRM]),
        ("sjtu", [OTHER], [INNER_FIRM]),
        ("inner_mongolia", [SJTU], [INNER_FIRM]),
        ("inner_mongolia", [SJTU], [OUTER_FIRM]),
        ("other", [SJTU], [INNER_FIRM]),
        ("other", [SJTU, partner("inner_mongolia", "示例呼和浩特学院", id="p2")], [OUTER_FIRM]),
    ],
)
def test_the_university_joined_with_a_unit_of_the_region_is_what_the_fund_supports(applicant, partners, enterprises):
    assert "R04" not in codes(_who(applicant, partners, enterprises))


@pytest.mark.parametrize(
    ("applicant", "partners", "enterprises"),
    [
        ("sjtu", [], [OUTER_FIRM]),
        ("sjtu", [OTHER], [OUTER_FIRM]),
        ("sjtu", [partner("other", league="150200")], [OUTER_FIRM]),
        ("sjtu", [SJTU], [enterprise(league=None)]),
        ("inner_mongolia", [], [INNER_FIRM]),
        ("inner_mongolia", [INNER], [INNER_FIRM]),
        ("other", [INNER], [INNER_FIRM]),
        ("other", [], [OUTER_FIRM]),
    ],
)
def test_one_of_the_two_sides_missing_is_an_error(applicant, partners, enterprises):
    told = found(_who(applicant, partners, enterprises))
    assert [item for item in told if item.code not in ("R03", "missing")] == [R04]


def test_every_role_of_an_enterprise_counts_as_a_unit_of_the_region():
    rows = [enterprise("demand", "outside"), enterprise("user", "152500", name="示例锡林浩特牧场", id="e2")]
    assert_found(_who("sjtu", [], rows))


def test_before_the_kind_of_the_applicant_is_given_the_kind_is_the_gap():
    data = _who(None, [], [INNER_FIRM])
    assert_found(data, gap("missing", "/people/applicant/kind", blocks=True))


def test_before_a_partner_or_an_enterprise_is_named_nothing_is_said():
    assert_found(_who("sjtu", [], []), R01_GAP)
    unnamed = _who("sjtu", [partner("other", name="")], [])
    assert_found(unnamed, R01_GAP, gap("missing", "/people/partners/0/name", blocks=False))


def test_a_partner_alone_opens_the_question():
    assert_found(_who("sjtu", [OTHER], []), R01_GAP, R04)


def test_the_rule_file_can_make_the_joining_a_warning():
    call = call_with("R04", severity="warning")
    data = _who("inner_mongolia", [INNER], [INNER_FIRM])
    assert_found(data, warning("R04", "/people/partners", "导语"), call=call)


def test_the_name_of_the_applicant_plays_no_part():
    assert "R04" in codes(with_("/people/applicant/name", UNIVERSITY, _who("other", [INNER], [INNER_FIRM])))
