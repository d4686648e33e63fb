"""The form: what is asked, what is still to fill, where it stands, what may be chosen; on the 2024 call as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.json_pointer import Json, set_in

CALL = calls.load(Path(__file__).parents[2] / "schemas" / "kjxm-sjtu-2024")
FORM: Form = CALL.form
CONSULTING: Json = {"project": {"kind": "decision_consulting"}}
POINTERS = [control.pointer.replace("*", "3") for control in FORM.controls]


def _gaps(data: Json) -> list[str]:
    return [gap.pointer for gap in FORM.gaps(data)]


@pytest.mark.parametrize("pointer", ["/project/readiness/now", "/transfer/market"])
def test_what_its_condition_excludes_is_not_asked(pointer: str) -> None:
    assert FORM.shown(pointer, {})
    assert not FORM.shown(pointer, CONSULTING)


def test_a_condition_inside_a_row_is_judged_by_that_row() -> None:
    form = calls.load(Path(__file__).parents[1] / "calls" / "agri-service-2026").form
    data: Json = {"thing": {"way": 1}, "field": {"plots": [{"id": "a", "is_control": True}, {"id": "b"}]}}
    assert form.shown("/field/plots/0/control_note", data)
    assert not form.shown("/field/plots/1/control_note", data)


def test_an_empty_proposal_lacks_every_need_that_stands_outside_tables() -> None:
    needed = {control.pointer for control in FORM.controls if control.need and not control.in_table}
    asked = {pointer for pointer in needed if FORM.shown(pointer, {})}
    assert set(_gaps({})) == asked


def test_a_column_is_asked_of_each_row_that_exists() -> None:
    data: Json = {"basis": {"enterprises": [{"id": "a", "name": "某厂", "role": "demand"}, {"id": "b"}]}}
    inside = [pointer for pointer in _gaps(data) if pointer.startswith("/basis/enterprises/")]
    assert "/basis/enterprises/1/name" in inside
    assert "/basis/enterprises/0/name" not in inside
    assert "/basis/enterprises" not in _gaps(data)


def test_an_answer_that_may_stand_instead_fills_the_gap() -> None:
    assert "/project/chains" in _gaps({})
    assert "/project/chains" not in _gaps({"project": {"chain_note": "都不合适，服务的是向日葵产业。"}})


@pytest.mark.parametrize("given_value", [None, False])
def test_a_declaration_is_given_only_when_it_is_true(given_value: bool | None) -> None:
    data: Json = {} if given_value is None else {"commitment": {"truth": given_value}}
    assert "/commitment/truth" in _gaps(data)
    assert "/commitment/truth" not in _gaps({"commitment": {"truth": True}})


@pytest.mark.parametrize("blank", ["", " ", "　", "\n"])
def test_white_space_fills_nothing(blank: str) -> None:
    assert "/project/title" in _gaps({"project": {"title": blank}})


def test_places_are_in_the_order_of_the_form_rows_by_number_and_the_whole_first() -> None:
    told = [
        "",
        "/project/title",
        "/basis/enterprises",
        "/basis/enterprises/0/name",
        "/basis/enterprises/0/role",
        "/basis/enterprises/2/name",
        "/basis/enterprises/10/name",
        "/basis/significance",
        "/attachments/files",
    ]
    backwards = list(reversed(told))
    assert sorted(backwards, key=FORM.position) == told


def test_a_group_of_answers_stands_where_its_first_answer_stands() -> None:
    assert FORM.position("/project/readiness") == FORM.position("/project/readiness/now")


def test_directions_are_those_of_the_league_in_the_same_row() -> None:
    control = FORM.control("/project/places/*/directions")
    assert control is not None
    data: Json = {"project": {"places": [{"id": "a", "league": "150800"}, {"id": "b", "league": "150300"}]}}
    first = {option.id for option in FORM.options(control, data, "/project/places/0/directions")}
    assert "生物育种" in first
    assert FORM.options(control, data, "/project/places/1/directions") == []


def test_pieces_of_work_are_offered_by_their_titles() -> None:
    control = FORM.control("/outcomes/indicators/*/work")
    assert control is not None
    data: Json = {"content": {"work": [{"id": "w1", "title": "菌种选育"}, {"id": "w2"}]}}
    offered = FORM.options(control, data, "/outcomes/indicators/0/work")
    assert [(option.id, option.label["zh"]) for option in offered] == [("w1", "菌种选育"), ("w2", "2")]


@given(st.sampled_from(POINTERS), st.sampled_from([None, *[option.id for option in FORM.controls[1].options]]))
def test_what_is_not_asked_is_never_a_gap(pointer: str, kind: Json) -> None:
    data = set_in({}, "/project/kind", kind) or {}
    if not FORM.shown(pointer, data):
        assert pointer not in _gaps(data)


@given(st.sampled_from(POINTERS))
def test_every_pointer_leads_back_to_the_control_that_asks_for_it(pointer: str) -> None:
    control = FORM.control(pointer)
    assert control is not None
    assert FORM.owner(pointer + "/deeper") is control
