"""Pointers into data that is never changed in place."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import json_pointer as jp

DATA = {
    "budget": {"lines": [{"id": "a1", "item": "x"}, {"id": "b2", "item": "y"}]},
    "project": {"period": {"from": "2024-09"}},
}

KEYS = st.text(st.characters(codec="utf-8", exclude_characters="0123456789"), min_size=1, max_size=6)


@given(st.lists(KEYS, max_size=5))
def test_a_pointer_read_and_built_again_is_the_same(tokens: list[str]) -> None:
    assert jp.parse(jp.build(tokens)) == tuple(tokens)


@given(st.lists(KEYS, min_size=1, max_size=4), st.text(min_size=1, max_size=5))
def test_what_is_set_is_read_back_and_removing_it_leaves_nothing(tokens: list[str], value: str) -> None:
    pointer = jp.build(tokens)
    changed = jp.set_in({}, pointer, value)
    assert jp.get(changed, pointer) == value
    assert not jp.set_in(changed, pointer, None)


def test_setting_copies_the_path_and_shares_the_rest() -> None:
    before = copy.deepcopy(DATA)
    changed = jp.set_in(DATA, "/budget/lines/1/item", "z")
    assert before == DATA
    assert changed["budget"]["lines"][0] is DATA["budget"]["lines"][0]
    assert changed["project"] is DATA["project"]
    assert changed["budget"]["lines"][1] == {"id": "b2", "item": "z"}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_an_empty_value_removes_what_stood_there_and_the_objects_it_leaves_empty(empty: object) -> None:
    assert "project" not in jp.set_in(DATA, "/project/period/from", empty)


def test_a_row_left_without_answers_keeps_its_id() -> None:
    changed = jp.set_in(DATA, "/budget/lines/0/item", None)
    assert changed["budget"]["lines"][0] == {"id": "a1"}


@pytest.mark.parametrize(
    "pointer",
    [
        "/budget/lines/2/item",
        "/budget/lines/x",
        "/project/period/from/deeper",
        "/team/members/0/name",
        "/team/members/0",
        "/project/period/0",
    ],
)
def test_a_pointer_that_runs_past_the_data_is_refused(pointer: str) -> None:
    with pytest.raises(KeyError):
        jp.set_in(DATA, pointer, "v")


def test_a_pattern_stands_for_every_row() -> None:
    assert list(jp.expand(DATA, "/budget/lines/*/item")) == ["/budget/lines/0/item", "/budget/lines/1/item"]
    assert list(jp.expand(DATA, "/project/period/from")) == ["/project/period/from"]
    assert list(jp.expand(DATA, "/nowhere/*/x")) == []


def test_a_condition_names_its_neighbour_in_the_same_row() -> None:
    assert jp.in_row_of("/budget/lines/*/category", "/budget/lines/4/item") == "/budget/lines/4/category"
    assert jp.in_row_of("/project/kind", "/budget/lines/4/item") == "/project/kind"


def test_a_place_names_rows_by_id_and_outlives_a_move() -> None:
    place = jp.by_row_id(DATA, "/budget/lines/1/item")
    assert place == "/budget/lines/@b2/item"
    moved = {"budget": {"lines": list(reversed(DATA["budget"]["lines"]))}}
    assert jp.by_index(moved, place) == "/budget/lines/0/item"
    assert jp.by_index({"budget": {"lines": []}}, place) is None
