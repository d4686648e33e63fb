"""2024 call, the scope (导语 and 一): places, field, tasks, chains, leagues and project types: R05 to R11."""

import pytest

from tests.core.rules_2024 import (
    COMMON,
    COMPLETE,
    CONSULTING,
    LISTED_LEAGUES,
    PILOT,
    UNLISTED_LEAGUES,
    advice,
    assert_found,
    codes,
    edited,
    enterprise,
    gap,
    indicators,
    rich,
    warning,
    with_,
    with_row,
    without,
)

PLACES, CHAINS = "/project/places", "/project/chains"
INDICATORS, DELIVERABLES = "/outcomes/indicators", "/outcomes/deliverables"

# --- R05 to R08 -----------------------------------------------------------------------------------------------------


def test_no_place_is_a_gap_that_does_not_block():
    assert_found(without(PLACES), gap("R05", PLACES, "导语", blocks=False))


def test_a_place_without_a_league_is_a_gap_of_its_leaf_alone():
    assert_found(with_(PLACES, [{"id": "pl1"}]), gap("missing", f"{PLACES}/0/league", blocks=False))


def test_no_field_is_a_gap_that_blocks():
    assert_found(without("/project/field"), gap("R06", "/project/field", "一", blocks=True))


@pytest.mark.parametrize(
    "field",
    [
        "advanced_materials",
        "equipment",
        "modern_energy",
        "ecology",
        "green_agri",
        "biomed",
        "digital_economy",
        "strategy",
    ],
)
def test_each_of_the_eight_fields_passes(field):
    assert_found(with_("/project/field", field))


def test_another_field_is_a_warning_even_when_it_is_named():
    data = edited({"/project/field": "other", "/project/field_other": "文化遗产保护"})
    assert_found(data, warning("R06b", "/project/field", "一"))


def test_another_field_that_is_not_named_is_a_gap_beside_it():
    data = with_("/project/field", "other")
    assert_found(data, warning("R06b", "/project/field", "一"), gap("missing", "/project/field_other", blocks=False))


def test_no_task_is_a_gap_that_does_not_block():
    assert_found(without("/project/tasks"), gap("R07", "/project/tasks", "一（一）", blocks=False))


@pytest.mark.parametrize(
    "task", ["eco_barrier", "border_stability", "energy_base", "agri_base", "northward_bridgehead"]
)
def test_one_of_the_five_tasks_is_enough(task):
    assert_found(with_("/project/tasks", [task]))


@pytest.mark.parametrize("base", [COMPLETE, COMMON, PILOT], ids=["key_tech", "common", "pilot"])
def test_no_chain_is_a_gap_that_does_not_block(base):
    assert_found(without(CHAINS, base), gap("R08", CHAINS, "一（二）", blocks=False))


def test_no_chain_is_advice_for_decision_consulting():
    assert_found(without(CHAINS, CONSULTING), advice("R08", CHAINS, "一（二）"))


@pytest.mark.parametrize("base", [COMPLETE, CONSULTING], ids=["key_tech", "consulting"])
def test_a_note_stands_for_a_chain_when_none_fits(base):
    assert_found(edited({CHAINS: None, "/project/chain_note": "面向碳纤维，不在 18 条产业链内"}, base))


# --- R09, R10 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("league", LISTED_LEAGUES)
def test_a_league_with_listed_directions_and_none_ticked_is_advice(league):
    assert_found(with_(PLACES, [{"id": "pl1", "league": league}]), advice("R09", PLACES, "一（三）"))


@pytest.mark.parametrize("league", UNLISTED_LEAGUES)
def test_a_league_that_the_notice_does_not_list_is_never_wrong(league):
    assert_found(with_(PLACES, [{"id": "pl1", "league": league}]))


@pytest.mark.parametrize(
    ("league", "direction"), [("150100", "清洁能源"), ("150600", "临床医学转化"), ("152500", "新材料研发应用")]
)
def test_one_direction_ticked_is_enough(league, direction):
    assert_found(with_(PLACES, [{"id": "pl1", "league": league, "directions": [direction]}]))


def test_each_league_is_asked_for_a_direction():
    data = with_row(PLACES, {"league": "150400"})
    assert codes(data) == {"R09"}
    assert_found(with_row(PLACES, {"league": "150300"}))


def test_a_direction_of_another_league_is_none_of_its_own():
    """As after another league was chosen in the same row."""
    data = with_(PLACES, [{"id": "pl1", "league": "150100", "directions": ["稀土"]}])
    assert_found(data, advice("R09", PLACES, "一（三）"))
    assert_found(with_(PLACES, [{"id": "pl1", "league": "150100", "directions": ["稀土", "清洁能源"]}]))
    assert_found(with_(PLACES, [{"id": "pl1", "league": "150300", "directions": ["稀土"]}]))


def test_no_project_type_is_a_gap_that_blocks_and_the_rules_of_the_types_rest():
    assert_found(without("/project/kind"), gap("R10", "/project/kind", "一（四）", blocks=True))


# --- R11a, key technology -------------------------------------------------------------------------------------------

R11A = warning("R11a", INDICATORS, "一（四）1")


def test_a_key_technology_without_intellectual_property_is_a_warning():
    assert_found(with_(INDICATORS, indicators("technical", "economic")), R11A)


def test_one_indicator_of_intellectual_property_is_enough():
    assert_found(with_(INDICATORS, indicators("technical", "ip")))


def test_before_the_first_indicator_the_table_is_the_gap():
    assert_found(without(INDICATORS), gap("missing", INDICATORS, blocks=False))


@pytest.mark.parametrize("base", [COMMON, PILOT, CONSULTING], ids=["common", "pilot", "consulting"])
def test_the_other_types_are_not_asked_for_intellectual_property(base):
    assert_found(with_(INDICATORS, indicators("technical", "economic"), base))


# --- R11b, common to an industry ------------------------------------------------------------------------------------

R11B = warning("R11b", "/transfer/promotion", "一（四）2")


def test_one_enterprise_and_no_word_on_spreading_is_a_warning():
    assert_found(without("/transfer/promotion", COMMON), R11B)


def test_two_enterprises_stand_for_spreading():
    second = enterprise("user", name="示例包头第二厂", id="e2")
    assert_found(with_row("/basis/enterprises", second, without("/transfer/promotion", COMMON)))


def test_a_text_on_spreading_stands_for_a_second_enterprise():
    assert_found(with_("/transfer/promotion", rich("三年内推广到五家企业。"), COMMON))


@pytest.mark.parametrize("base", [COMPLETE, PILOT, CONSULTING], ids=["key_tech", "pilot", "consulting"])
def test_the_other_types_are_not_asked_for_spreading(base):
    assert_found(without("/transfer/promotion", base))


# --- R11c, pilot and industrialisation ------------------------------------------------------------------------------

R11C = warning("R11c", "/project/readiness", "一（四）3")


@pytest.mark.parametrize(
    "edit",
    [
        {"/transfer/market": None},
        {"/project/readiness/now": None},
        {"/project/readiness/now": None, "/project/readiness/target": 8},
        {INDICATORS: indicators("technical", "ip")},
    ],
    ids=["no-market", "no-readiness", "target-alone", "no-economic-indicator"],
)
def test_a_pilot_without_one_of_market_readiness_and_economic_indicator_is_a_warning(edit):
    assert_found(edited(edit, PILOT), R11C)


@pytest.mark.parametrize("level", range(1, 10))
def test_each_level_of_readiness_is_taken(level):
    assert_found(with_("/project/readiness/now", level, PILOT))


def test_a_pilot_that_lacks_two_of_them_is_told_by_this_rule_alone():
    assert codes(edited({"/transfer/market": None, "/project/readiness/now": None}, PILOT)) == {"R11c"}


@pytest.mark.parametrize("base", [COMPLETE, COMMON], ids=["key_tech", "common"])
def test_the_other_types_are_not_asked_for_market_and_readiness(base):
    assert_found(edited({"/transfer/market": None, "/project/readiness": None}, base))


# --- R11d, decision consulting --------------------------------------------------------------------------------------

R11D = warning("R11d", DELIVERABLES, "一（四）4")


def _results(*rows, users=None):
    numbered = [{"id": f"d{number}", "name": "成果", **row} for number, row in enumerate(rows)]
    return edited({DELIVERABLES: numbered, "/transfer/users/text": users}, CONSULTING)


def test_a_report_with_a_user_is_what_consulting_asks():
    assert_found(_results({"kind": "report", "user": "示例主管部门"}))


def test_a_user_in_another_row_or_in_the_text_on_users_is_enough():
    assert_found(_results({"kind": "report"}, {"kind": "software", "user": "示例主管部门"}))
    assert_found(_results({"kind": "report"}, users=rich("供示例主管部门使用。")))


def test_a_report_that_nobody_uses_is_a_warning():
    assert_found(_results({"kind": "report"}), R11D)


def test_ticking_an_area_names_no_user():
    data = with_("/transfer/users/areas", ["政府决策咨询"], _results({"kind": "report"}))
    assert_found(data, R11D)


def test_results_without_a_report_are_a_warning():
    assert_found(_results({"kind": "software", "user": "示例主管部门"}), R11D)


def test_neither_a_report_nor_a_user_is_told_by_this_rule_alone():
    assert codes(_results({"kind": "software"})) == {"R11d"}


def test_before_the_first_result_the_table_is_the_gap():
    assert_found(_results(), gap("missing", DELIVERABLES, blocks=False))


@pytest.mark.parametrize("base", [COMPLETE, COMMON, PILOT], ids=["key_tech", "common", "pilot"])
def test_the_other_types_are_not_asked_for_a_report(base):
    assert_found(without(f"{DELIVERABLES}/0/user", base))


@pytest.mark.parametrize("kind", ["key_tech", "industry_common", "pilot_industrial", "decision_consulting"])
def test_choosing_a_type_in_an_empty_draft_adds_no_finding_of_its_own(kind):
    told = codes({"project": {"kind": kind}})
    assert not told & {"R10", "R11a", "R11b", "R11c", "R11d", "R12", "R14"}
