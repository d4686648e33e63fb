"""Two states of a proposal compared field by field, rows by id, and differences taken over alone or together."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer, proposal
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.comparison import Difference, applied, compare
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from tests.cli_run import KJXM, example

Told = tuple[str, str, str]


@cache
def call() -> Call:
    return calls.load(paths.schemas() / KJXM)


@cache
def _long() -> Json:
    path = example("long")
    return proposal.from_outside(call(), json.loads(path.read_bytes()), path.parent).data


@pytest.fixture
def long() -> Json:
    """Return the long example, for the test alone."""
    return copy.deepcopy(_long())


def told(differences: list[Difference]) -> list[Told]:
    return [(item.kind, item.pointer, item.pointer_after) for item in differences]


def rows(*names: str) -> Json:
    """Return answers with one table of risks whose rows have these ids."""
    return {"approach": {"risks": [{"id": name, "risk": f"风险{name}"} for name in names]}} if names else {}


def mirrored(differences: list[Difference]) -> list[Told]:
    other_way = {"added": "removed", "removed": "added"}
    return [(other_way.get(item.kind, item.kind), item.pointer_after, item.pointer) for item in differences]


# -- ten edits of the long example ------------------------------------------------------------------------------------


def _one_word_in_a_paragraph(data: Json) -> None:
    run = data["basis"]["demand"][0]["runs"][0]
    run["text"] = run["text"].replace("，", "，同时", 1)


def _a_paragraph_more(data: Json) -> None:
    data["content"]["goal"].append({"type": "paragraph", "runs": [{"text": "再加一段。"}]})


def _a_word_in_bold(data: Json) -> None:
    data["basis"]["demand"][0]["runs"][0]["bold"] = True


def _another_picture(data: Json) -> None:
    block = next(block for block in data["approach"]["route"] if block["type"] == "picture")
    block["media"] = "0" * 64


def _a_choice(data: Json) -> None:
    data["project"]["kind"] = "别的类型"


def _a_row_moved(data: Json) -> None:
    lines = data["budget"]["lines"]
    lines.insert(0, lines.pop(5))


def _a_row_deleted(data: Json) -> None:
    del data["budget"]["lines"][3]


def _a_row_added(data: Json) -> None:
    data["team"]["members"].insert(1, {"id": "newrow22", "name": "某甲"})


def _a_cell(data: Json) -> None:
    data["budget"]["lines"][2]["amount"] = "9.50"


def _an_answer_deleted(data: Json) -> None:
    del data["people"]["leader"]["phone"]


TEN: list[tuple[Callable[[Json], None], Told]] = [
    (_one_word_in_a_paragraph, ("changed", "/basis/demand", "/basis/demand")),
    (_a_paragraph_more, ("changed", "/content/goal", "/content/goal")),
    (_a_word_in_bold, ("changed", "/basis/demand", "/basis/demand")),
    (_another_picture, ("changed", "/approach/route", "/approach/route")),
    (_a_choice, ("changed", "/project/kind", "/project/kind")),
    (_a_row_moved, ("moved", "/budget/lines/5", "/budget/lines/0")),
    (_a_row_deleted, ("removed", "/budget/lines/3", "/budget/lines/3")),
    (_a_row_added, ("added", "/team/members/1", "/team/members/1")),
    (_a_cell, ("changed", "/budget/lines/2/amount", "/budget/lines/2/amount")),
    (_an_answer_deleted, ("removed", "/people/leader/phone", "/people/leader/phone")),
]


@pytest.mark.parametrize(("edit", "expected"), TEN, ids=[edit.__name__.strip("_") for edit, _ in TEN])
def test_each_kind_of_edit_of_a_long_proposal_is_one_difference_and_can_be_taken_over(
    edit: Callable[[Json], None], expected: Told, long: Json
) -> None:
    edit(long)
    found = compare(call(), _long(), long)
    assert told(found) == [expected]
    assert applied(_long(), found) == long
    back = compare(call(), long, _long())
    assert len(back) == 1
    assert applied(long, back) == _long()


def test_all_ten_edits_are_told_in_the_order_of_the_form(long: Json) -> None:
    for edit, _ in TEN:
        edit(long)
    found = compare(call(), _long(), long)
    sections = [section.id for section in call().form.sections]
    places = [sections.index(item.section) for item in found]
    assert places == sorted(places)
    assert [item.pointer for item in found][:2] == ["/project/kind", "/people/leader/phone"]
    assert applied(_long(), found) == long


def test_each_of_the_ten_edits_can_be_taken_alone_from_among_the_others(long: Json) -> None:
    for edit, _ in TEN:
        edit(long)
    found = compare(call(), _long(), long)
    for chosen in found:
        left = compare(call(), applied(_long(), [chosen]), long)
        assert [(item.table or item.pointer, item.row, item.kind) for item in left] == [
            (item.table or item.pointer, item.row, item.kind) for item in found if item is not chosen
        ]


def test_taking_the_differences_of_one_section_leaves_the_others_as_they_were(long: Json) -> None:
    for edit, _ in TEN:
        edit(long)
    found = compare(call(), _long(), long)
    taken = applied(_long(), [item for item in found if item.section == "budget"])
    assert taken["budget"] == long["budget"]
    assert {name: taken[name] for name in taken if name != "budget"} == {
        name: _long()[name] for name in _long() if name != "budget"
    }


# -- what counts as a field -------------------------------------------------------------------------------------------


def test_the_same_answers_do_not_differ(long: Json) -> None:
    assert compare(call(), _long(), long) == []


def test_an_answer_that_is_not_asked_is_compared_too() -> None:
    pointer = "/management/ethics/statement"
    one: Json = {"management": {"ethics": {"applies": False}}}
    other = copy.deepcopy(one)
    other["management"]["ethics"]["statement"] = [{"type": "paragraph", "runs": [{"text": "旧的说明"}]}]
    assert not call().form.shown(pointer, other)
    assert told(compare(call(), one, other)) == [("added", pointer, pointer)]


def test_a_key_that_the_call_does_not_know_is_compared_as_a_whole_wherever_it_stands() -> None:
    one = {"later": {"a": 1}, "project": {"title": "甲", "new": [1]}, **rows("x")}
    other = copy.deepcopy(one)
    other["later"]["a"] = 2
    other["project"]["new"] = []
    other["approach"]["risks"][0]["@new/1"] = {}
    found = compare(call(), one, other)
    assert told(found) == [
        ("changed", "/project/new", "/project/new"),
        ("added", "/approach/risks/0/@new~11", "/approach/risks/0/@new~11"),
        ("changed", "/later", "/later"),
    ]
    assert applied(one, found) == other


def test_true_is_not_one_and_one_is_not_a_decimal() -> None:
    values = [1, 1.0, True, "1"]
    for one in values:
        for other in values:
            found = compare(call(), {"later": [{"a": one}]}, {"later": [{"a": other}]})
            assert bool(found) == (type(one) is not type(other))


def test_an_emptied_proposal_is_told_answer_by_answer_and_row_by_row() -> None:
    found = compare(call(), _long(), {})
    assert {item.kind for item in found} == {"removed"}
    assert sum(item.table == "/budget/lines" for item in found) == len(_long()["budget"]["lines"])
    assert applied(_long(), found) == {}
    assert applied({}, compare(call(), {}, _long())) == _long()


@pytest.mark.parametrize("odd", [[{"risk": "a"}], [{"id": "x"}, {"id": "x"}], [{"id": ""}], [{"id": 3}], ["x"], "x"])
def test_a_table_whose_rows_cannot_be_told_apart_is_compared_as_a_whole(odd: Json) -> None:
    one, other = rows("x"), {"approach": {"risks": odd}}
    found = compare(call(), one, other)
    assert told(found) == [("changed", "/approach/risks", "/approach/risks")]
    assert applied(one, found) == other


# -- rows -------------------------------------------------------------------------------------------------------------


def test_one_row_carried_to_the_front_is_one_move_not_many() -> None:
    found = compare(call(), rows(*"abcdef"), rows(*"fabcde"))
    assert told(found) == [("moved", "/approach/risks/5", "/approach/risks/0")]


def test_a_row_that_moved_and_changed_is_told_as_both() -> None:
    other = rows(*"cab")
    other["approach"]["risks"][0]["risk"] = "新风险"
    found = compare(call(), rows(*"abc"), other)
    assert told(found) == [
        ("moved", "/approach/risks/2", "/approach/risks/0"),
        ("changed", "/approach/risks/2/risk", "/approach/risks/0/risk"),
    ]
    assert [item.is_row for item in found] == [True, False]
    moved_alone = applied(rows(*"abc"), found[:1])
    assert moved_alone == rows(*"cab")


def test_a_row_taken_alone_comes_behind_the_nearest_row_that_precedes_it() -> None:
    one, other = rows(*"ab"), rows(*"axyzb")
    found = {item.row: item for item in compare(call(), one, other)}
    assert applied(one, [found["z"]]) == rows(*"azb")
    assert applied(applied(one, [found["z"]]), [found["x"]]) == rows(*"axzb")
    assert applied(one, [found["z"], found["y"]]) == rows(*"ayzb")


def test_rows_that_came_meanwhile_stay_where_they_are() -> None:
    found = compare(call(), rows(*"abc"), rows(*"cxa"))
    assert applied(rows(*"abnc"), found) == rows(*"cxan")


def test_a_difference_in_a_row_that_is_gone_cannot_be_taken() -> None:
    other = rows(*"ba")
    other["approach"]["risks"][1]["risk"] = "新风险"
    for difference in compare(call(), rows(*"ab"), other):
        if difference.row == "a":
            with pytest.raises(KjxmError) as raised:
                applied(rows("b"), [difference])
            assert raised.value.key == "data.row_gone"


def test_a_table_of_many_thousand_rows_turned_round_is_compared_and_taken_over_at_once() -> None:
    names = [f"r{number:05}" for number in range(20_000)]
    found = compare(call(), rows(*names), rows(*names[::-1]))
    assert len(found) == len(names) - 1
    assert len({id(item.order) for item in found}) == 1  # one list of ids for all of them
    assert applied(rows(*names), found) == rows(*names[::-1])


def test_nothing_that_was_compared_is_changed_by_taking_differences(long: Json) -> None:
    for edit, _ in TEN:
        edit(long)
    before, after = copy.deepcopy(_long()), copy.deepcopy(long)
    applied(_long(), compare(call(), _long(), long))
    assert (_long(), long) == (before, after)


# -- for all answers --------------------------------------------------------------------------------------------------

LINES = st.sampled_from(["甲", "乙", "𠮷", "甲乙"])
UNKNOWN = st.sampled_from([True, 1, 1.0, "甲", [1], [True], [], {"a": {}}])
PARAGRAPHS: list[Json] = [{"type": "paragraph", "runs": [{"text": text}]} for text in ("甲", "甲乙")]
PICTURES: list[Json] = [{"type": "picture", "media": digit * 64} for digit in "ab"]
RICH = st.lists(st.sampled_from([*PARAGRAPHS, *PICTURES]), min_size=1, max_size=2)


def _table(**columns: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    row = st.fixed_dictionaries({}, optional={**columns, "later": UNKNOWN})
    named = st.dictionaries(st.sampled_from("abcdef"), row, min_size=1, max_size=6)
    return named.flatmap(lambda found: st.permutations([{"id": name, **row} for name, row in found.items()]))


def _group(**fields: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({}, optional=fields)


def _without_empty(data: Json) -> Json:
    """Return `data` as the program keeps it: a group without an answer is not there."""
    kept = {
        key: _without_empty(value) if isinstance(value, dict) and key != "later" else value
        for key, value in data.items()
    }
    return {key: value for key, value in kept.items() if value != {} or key == "later"}


ANSWERS = _group(
    project=_group(title=LINES, keywords=st.lists(LINES, min_size=1), period=_group(**{"from": LINES}), later=UNKNOWN),
    people=_group(leader=_group(name=LINES, later=UNKNOWN), partners=_table(name=LINES)),
    summary=_group(text=RICH),
    content=_group(work=_table(title=LINES, text=RICH)),
    commitment=_group(truth=st.booleans()),
    later=UNKNOWN,
).map(_without_empty)


@settings(max_examples=60)
@given(ANSWERS)
def test_no_answers_differ_from_themselves(data: Json) -> None:
    assert compare(call(), data, copy.deepcopy(data)) == []


@settings(max_examples=60)
@given(ANSWERS, ANSWERS)
def test_taking_all_differences_gives_the_other_side(one: Json, other: Json) -> None:
    found = compare(call(), one, other)
    taken = applied(one, found)
    assert json.dumps(taken, sort_keys=True) == json.dumps(other, sort_keys=True)  # 1, 1.0 and true are not the same
    assert (found == []) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


@settings(max_examples=60)
@given(ANSWERS, ANSWERS)
def test_changing_sides_gives_the_same_differences_the_other_way_round(one: Json, other: Json) -> None:
    assert sorted(mirrored(compare(call(), one, other))) == sorted(told(compare(call(), other, one)))


@settings(max_examples=30)
@given(ANSWERS, ANSWERS, st.data())
def test_pieces_taken_one_after_the_other_in_any_order_give_the_other_side(one: Json, other: Json, data: Json) -> None:
    taken = one
    while found := compare(call(), taken, other):
        chosen = data.draw(st.sampled_from(found))
        taken = applied(taken, [chosen])
        assert len(compare(call(), taken, other)) < len(found)
    assert json.dumps(taken, sort_keys=True) == json.dumps(other, sort_keys=True)


@settings(max_examples=60)
@given(ANSWERS, ANSWERS)
def test_a_difference_stands_where_it_says(one: Json, other: Json) -> None:
    for item in compare(call(), one, other):
        if item.kind != "added":
            assert json_pointer.get(one, item.pointer) == item.before
        if item.kind != "removed":
            assert json_pointer.get(other, item.pointer_after) == item.after
