"""2024 call, results, title, ability and feasibility (二、2, 二、4 to 二、6): R12 to R20, each branch and boundary."""

import pytest

from tests.core.rules_2024 import (
    COMMON,
    COMPLETE,
    CONSULTING,
    INSTITUTE,
    UNIVERSITY,
    assert_found,
    codes,
    edited,
    error,
    found,
    gap,
    indicator,
    indicators,
    rich,
    warning,
    with_,
    with_row,
    without,
    words,
)

INDICATORS, DELIVERABLES, WORK = "/outcomes/indicators", "/outcomes/deliverables", "/content/work"
LINES = "/budget/lines"
MILESTONES, MEMBERS, PROJECTS = "/schedule/milestones", "/team/members", "/foundation/leader_projects"
R12 = warning("R12", DELIVERABLES, "二、2")
R13 = error("R13", INDICATORS, "二、2")
R13B = warning("R13b", INDICATORS, "二、2")
R14B = warning("R14b", "/project/title", "二、2")

# --- R12 ------------------------------------------------------------------------------------------------------------


def _results(base, *kinds, **more):
    rows = [{"id": f"d{number}", "kind": kind, "name": "成果", **more} for number, kind in enumerate(kinds)]
    return with_(DELIVERABLES, rows, base)


@pytest.mark.parametrize(
    "kind",
    [
        "process",
        "technology",
        "product",
        "material",
        "equipment",
        "key_part",
        "test_rig",
        "solution",
        "therapy",
        "clinical_guideline",
        "software",
    ],
)
def test_each_of_the_eleven_kinds_of_result_is_enough(kind):
    assert_found(_results(COMPLETE, kind))
    assert_found(_results(COMPLETE, "other", kind, "report"))


@pytest.mark.parametrize("kinds", [("report",), ("other",), ("report", "other")], ids="+".join)
def test_results_of_other_kinds_alone_are_a_warning(kinds):
    assert_found(_results(COMPLETE, *kinds), R12)


def test_a_report_counts_for_decision_consulting():
    assert_found(_results(CONSULTING, "report", user="示例主管部门"))


def test_other_results_alone_do_not_count_for_decision_consulting_either():
    told = found(_results(CONSULTING, "other", user="示例主管部门"))
    assert told == [warning("R11d", DELIVERABLES, "一（四）4"), R12]


def test_before_the_first_result_the_table_is_the_gap():
    assert_found(without(DELIVERABLES), gap("missing", DELIVERABLES, blocks=False))


# --- R13, R13b ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "main", "expected"),
    [
        (("paper",), (), [R13]),
        (("paper", "paper", "paper"), (), [R13]),
        (("paper", "paper"), (0,), [R13]),
        (("paper", "technical", "ip"), (0,), [R13]),
        (("paper", "paper", "technical", "ip", "talent"), (0, 1), [R13]),
        (("paper", "paper", "technical"), (0,), [R13]),
        (("paper", "technical", "ip"), (0, 1), []),
        (("paper", "technical", "ip"), (1,), []),
        (("paper", "technical"), (), [R13B]),
        (("paper", "technical"), (0, 1), [R13B]),
        (("paper", "technical"), (1,), [R13B]),
        (("paper", "paper", "technical", "ip"), (), [R13B]),
        (("paper", "paper", "technical"), (2,), [R13B]),
        (("paper", "technical", "ip"), (), []),
        (("paper", "paper", "technical", "ip", "talent"), (), []),
        (("technical",), (), []),
    ],
    ids=[
        "one-paper",
        "all-papers",
        "all-papers-one-main",
        "the-one-main-is-a-paper",
        "both-main-are-papers",
        "mostly-papers-and-the-main-too",
        "one-of-two-main",
        "main-is-technical",
        "half",
        "half-both-main",
        "half-technical-main",
        "half-of-four",
        "two-of-three",
        "one-of-three",
        "two-of-five",
        "none",
    ],
)
def test_papers_must_not_be_what_is_mainly_judged(kinds, main, expected):
    assert_found(with_(INDICATORS, indicators(*kinds, main=main), COMMON), *expected)


def test_an_indicator_marked_as_not_main_is_not_main():
    rows = [indicator("paper", 0, main=True), indicator("technical", 1, main=False), indicator("ip", 2, main=False)]
    assert_found(with_(INDICATORS, rows, COMMON), R13)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [(("technical", "ip", "paper", None), []), (("technical", "paper", None), [R13B]), (("technical", None), [])],
)
def test_an_indicator_without_a_kind_is_not_judged(kinds, expected):
    rows = [indicator(kind or "ip", number) for number, kind in enumerate(kinds)]
    del rows[-1]["kind"]
    at = f"{INDICATORS}/{len(kinds) - 1}/kind"
    missing = [item for item in found(with_(INDICATORS, rows, COMMON)) if item.pointer == at]
    assert_found(with_(INDICATORS, rows, COMMON), *expected, *missing)


def test_before_the_first_indicator_the_table_is_the_gap():
    assert_found(without(INDICATORS), gap("missing", INDICATORS, blocks=False))


# --- R14, R14b, R16 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [COMPLETE, COMMON, CONSULTING], ids=["key_tech", "common", "consulting"])
def test_basic_research_is_out_of_the_call(base):
    assert_found(with_("/project/nature", "basic", base), error("R14", "/project/nature", "二、2"))


@pytest.mark.parametrize("nature", ["applied", "development", "transfer", "consulting"])
def test_every_other_nature_passes(nature):
    assert_found(with_("/project/nature", nature))


def test_no_nature_is_a_gap_that_does_not_block():
    assert_found(without("/project/nature"), gap("missing", "/project/nature", blocks=False))


TERMS = ("基础研究", "机理研究", "科学问题", "理论推导")


@pytest.mark.parametrize("term", TERMS)
def test_one_word_of_basic_research_in_the_title_is_a_warning(term):
    assert_found(with_("/project/title", f"晶界扩散的{term}"), R14B)


@pytest.mark.parametrize("term", TERMS)
def test_one_word_of_basic_research_in_the_summary_is_none_however_often(term):
    assert_found(with_("/summary/text", rich(f"{term}{words(220)}{term}，{term}。")))


@pytest.mark.parametrize("pair", [TERMS[:2], TERMS[2:], (TERMS[0], TERMS[3])], ids="+".join)
def test_two_different_ones_in_the_summary_are_a_warning(pair):
    assert_found(with_("/summary/text", rich(f"{pair[0]}{words(220)}\n{pair[1]}。")), R14B)


def test_one_in_the_title_and_one_in_the_summary_are_one_warning():
    data = edited({"/project/title": "晶界扩散的机理研究", "/summary/text": rich(f"科学问题{words(220)}")})
    assert_found(data, R14B)


def test_words_of_basic_research_elsewhere_do_not_count():
    assert_found(with_("/content/key_problems", rich("科学问题与机理研究、理论推导、基础研究。")))


def test_no_title_is_a_gap_that_blocks():
    assert_found(without("/project/title"), gap("R16", "/project/title", "二、4", blocks=True))


@pytest.mark.parametrize(("count", "expected"), [(30, []), (31, [warning("length", "/project/title")])])
def test_a_title_over_thirty_characters_is_a_warning(count, expected):
    assert_found(with_("/project/title", words(count)), *expected)


# --- R17, R18, R18b -------------------------------------------------------------------------------------------------


def test_no_past_project_of_the_leader_is_a_gap_that_blocks():
    assert_found(without(PROJECTS), gap("R17", PROJECTS, "二、5", blocks=True))


def test_a_past_project_without_a_name_is_one_gap_that_blocks():
    (told,) = found(without(f"{PROJECTS}/0/name"))
    assert (told.severity, told.blocks) == ("missing", True)
    assert told.pointer in (PROJECTS, f"{PROJECTS}/0/name")


@pytest.mark.parametrize("funds", [None, "0", "0.01", "3000"])
def test_the_size_of_a_past_project_is_never_judged(funds):
    assert_found(with_(f"{PROJECTS}/0/funds", funds))


@pytest.mark.parametrize("value", [None, rich(" ")], ids=["absent", "spaces"])
def test_no_word_on_conditions_is_a_gap_that_blocks(value):
    assert_found(with_("/foundation/conditions", value), gap("R18", "/foundation/conditions", "二、5", blocks=True))


def _member(name, organisation):
    return {"id": f"t{name}", "name": name, "title": "研究员", "organisation": organisation, "duty": "研究"}


LEADER, OTHER = _member("示例甲", UNIVERSITY), _member("示例乙", UNIVERSITY)
NAMESAKE = _member("示例甲", INSTITUTE)


@pytest.mark.parametrize(
    ("members", "trips"),
    [
        ([LEADER], True),
        ([LEADER, {**LEADER, "id": "twice"}], True),
        ([OTHER], False),
        ([LEADER, OTHER], False),
        ([NAMESAKE], False),
        ([LEADER, NAMESAKE], False),
    ],
    ids=["leader", "leader-twice", "another", "leader-and-another", "namesake-elsewhere", "leader-and-namesake"],
)
def test_a_team_is_more_than_its_leader(members, trips):
    assert_found(with_(MEMBERS, members), *([warning("R18b", MEMBERS, "二、5")] if trips else []))


def test_before_the_first_member_the_table_is_the_gap():
    assert_found(without(MEMBERS), gap("missing", MEMBERS, blocks=False))


# --- R20a, R20b, R20c -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, rich(" ")], ids=["absent", "spaces"])
def test_no_word_on_feasibility_is_a_gap_that_does_not_block(value):
    assert_found(with_("/approach/feasibility", value), gap("R20a", "/approach/feasibility", "二、6", blocks=False))


@pytest.mark.parametrize("row", [0, 1])
def test_an_indicator_without_a_piece_of_work_is_a_warning_at_its_row(row):
    assert_found(without(f"{INDICATORS}/{row}/work"), warning("R20b", f"{INDICATORS}/{row}", "二、6"))


def test_each_indicator_without_a_piece_of_work_is_told():
    data = with_(INDICATORS, [*indicators("technical", "ip"), indicator("talent", 2), indicator("social", 3)])
    for row in (2, 3):
        data = without(f"{INDICATORS}/{row}/work", data)
    assert_found(data, *(warning("R20b", f"{INDICATORS}/{row}", "二、6") for row in (2, 3)))


LINKS = [f"{table}/{row}/work" for table, rows in ((INDICATORS, 2), (MILESTONES, 2), (LINES, 4)) for row in range(rows)]


def test_before_there_is_any_work_nothing_is_asked_to_be_tied_to_it():
    assert_found(edited(dict.fromkeys([WORK, *LINKS])), gap("missing", WORK, blocks=False))


NEW_WORK = {"id": "w2", "title": "产线放大", "text": rich("放大验证。")}
R20C = warning("R20c", f"{WORK}/1", "二、6")


def _second_work(milestone: bool, indicator_tied: bool):
    data = with_row(WORK, NEW_WORK)
    if milestone:
        data = with_(f"{MILESTONES}/1/work", "w2", data)
    return with_row(INDICATORS, indicator("talent", 2, work="w2"), data) if indicator_tied else data


@pytest.mark.parametrize(
    ("milestone", "indicator_tied"), [(False, True), (True, False)], ids=["no-milestone", "no-indicator"]
)
def test_a_piece_of_work_without_a_milestone_or_an_indicator_is_a_warning_at_its_row(milestone, indicator_tied):
    assert_found(_second_work(milestone, indicator_tied), R20C)


def test_a_piece_of_work_with_both_passes():
    assert_found(_second_work(milestone=True, indicator_tied=True))


def test_a_piece_of_work_with_neither_is_told_by_this_rule_alone():
    told = found(_second_work(milestone=False, indicator_tied=False))
    assert set(told) == {R20C}


def test_before_the_first_milestone_the_table_is_the_gap():
    assert_found(without(MILESTONES), gap("missing", MILESTONES, blocks=False))


def test_milestones_without_a_piece_of_work_leave_it_without_one():
    data = without(f"{MILESTONES}/1/work", without(f"{MILESTONES}/0/work"))
    assert codes(data) == {"R20c"}
