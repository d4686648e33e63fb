"""A draft taken to another version of its call: nothing is dropped, and what is to be looked at is told."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer, moving, storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from tests.export import filled

FOLDER = Path(__file__).parents[1] / "calls" / "agri-service-2026"


@pytest.fixture(scope="module")
def before() -> Call:
    return calls.load(FOLDER)


def other(change: Callable[[dict[str, Json]], None]) -> Call:
    """Return the call with its files, by name, changed."""
    files = calls.read_folder(FOLDER)
    told = {name: json.loads(content) for name, content in files.items() if name.endswith(".json")}
    told["call.json"]["version"] = "2026.9"
    change(told)
    return calls.load_files({**files, **{name: json.dumps(value).encode() for name, value in told.items()}})


def control_in(form: Json, pointer: str) -> Json:
    return next(
        control
        for section in form["sections"]
        for group in section["groups"]
        for top in group["controls"]
        for control in (top, *top.get("columns", ()))
        if control["pointer"] == pointer
    )


def without(told: dict[str, Json], pointer: str) -> None:
    """Ask for `pointer` no longer."""
    for section in told["form.json"]["sections"]:
        for group in section["groups"]:
            group["controls"] = [control for control in group["controls"] if control["pointer"] != pointer]
    tokens = json_pointer.parse(pointer)
    node = told["data.schema.json"]
    for token in tokens[:-1]:
        node = node["properties"][token]
    del node["properties"][tokens[-1]]


def schema_of(told: dict[str, Json], pointer: str) -> Json:
    node = told["data.schema.json"]
    for token in json_pointer.parse(pointer):
        node = node["properties"][token]
    return node


def answers(proposal: Proposal) -> dict[str, Json]:
    return {pointer: value for _, pointer, value in leaves(proposal.call, proposal.data)}


def test_the_same_questions_carry_everything_over(before: Call) -> None:
    proposal = filled.proposal(before)
    moved = moving.move(proposal, other(lambda _: None))
    assert answers(moved.proposal) == answers(proposal)
    assert (moved.left, moved.added, moved.gone, moved.changed, moved.converted) == ((), (), (), (), ())
    assert moved.carried == len(answers(proposal))
    assert moved.proposal.used_media() == proposal.used_media()


def test_the_draft_it_came_from_stays_as_it_is_and_the_new_one_is_another(before: Call) -> None:
    proposal = filled.proposal(before)
    data, notes = copy.deepcopy(proposal.data), copy.deepcopy(proposal.notes)
    moved = moving.move(proposal, other(lambda told: without(told, "/thing/trouble")))
    assert (proposal.data, proposal.notes) == (data, notes)
    assert moved.proposal.doc_id != proposal.doc_id
    assert moved.proposal.call.version == "2026.9"


def test_an_answer_that_is_not_asked_for_any_more_stays_in_the_draft_and_is_named(before: Call, tmp_path: Path) -> None:
    proposal = filled.proposal(before)
    after = other(lambda told: without(told, "/thing/trouble"))
    moved = moving.move(proposal, after)
    assert [(one.pointer, one.among_answers) for one in moved.left] == [("/thing/trouble", True)]
    assert [control.pointer for control in moved.gone] == ["/thing/trouble"]
    assert moved.proposal.get("/thing/trouble") == proposal.get("/thing/trouble")
    path = tmp_path / "a.kjxm"
    storage.write(path, moved.proposal, program="test")
    folder = tmp_path / "schemas" / "agri"
    folder.mkdir(parents=True)
    for name, content in after.files.items():
        (folder / name).write_bytes(content)
    again = storage.read(path, Shelf(tmp_path / "schemas")).proposal
    assert again.get("/thing/trouble") == proposal.get("/thing/trouble")


def test_an_answer_that_may_not_stand_there_is_laid_into_the_notes(before: Call) -> None:
    proposal = filled.proposal(before)

    def change(told: dict[str, Json]) -> None:
        control_in(told["form.json"], "/thing/trouble")["kind"] = "yes_no"
        schema_of(told, "/thing/trouble").clear()
        schema_of(told, "/thing/trouble")["type"] = "boolean"

    moved = moving.move(proposal, other(change))
    assert moved.proposal.get("/thing/trouble") is None
    assert [(one.pointer, one.among_answers) for one in moved.left] == [("/thing/trouble", False)]
    laid = moved.proposal.notes[moving.LEFT]
    assert [(one["pointer"], one["value"]) for one in laid] == [("/thing/trouble", proposal.get("/thing/trouble"))]
    control = before.form.control("/thing/trouble")
    assert control is not None
    assert laid[0]["label"]["zh"] == control.label["zh"]
    assert moved.changed[0].what == ("kind", "limits")


def test_prose_becomes_prose_of_another_kind(before: Call) -> None:
    proposal = filled.proposal(before)

    def change(told: dict[str, Json]) -> None:
        control_in(told["form.json"], "/thing/trouble")["kind"] = "rich"
        control_in(told["form.json"], "/thing/steps")["kind"] = "text"
        trouble, steps = schema_of(told, "/thing/trouble"), schema_of(told, "/thing/steps")
        text, rich = dict(trouble), dict(steps)
        trouble.clear()
        steps.clear()
        trouble.update(rich)
        steps.update(text)

    moved = moving.move(proposal, other(change))
    assert moved.left == ()
    assert moved.converted == ("/thing/steps",)
    assert moved.proposal.get("/thing/trouble")[0]["runs"][0]["text"] in proposal.get("/thing/trouble")
    assert isinstance(moved.proposal.get("/thing/steps"), str)


def test_a_column_that_is_gone_is_named_for_each_row_and_one_that_is_new_is_asked(before: Call) -> None:
    proposal = filled.proposal(before)

    def change(told: dict[str, Json]) -> None:
        table = control_in(told["form.json"], "/cost/spendings")
        column = control_in(told["form.json"], "/cost/spendings/*/why")
        table["columns"] = [one for one in table["columns"] if one is not column]
        table["columns"].append({**column, "pointer": "/cost/spendings/*/reason"})
        items = schema_of(told, "/cost/spendings")["items"]["properties"]
        items["reason"] = items.pop("why")

    moved = moving.move(proposal, other(change))
    rows = len(proposal.get("/cost/spendings"))
    assert [one.pointer for one in moved.left] == [f"/cost/spendings/{at}/why" for at in range(rows)]
    assert [control.pointer for control in moved.added] == ["/cost/spendings/*/reason"]
    assert all(one.among_answers for one in moved.left)


def test_a_question_put_otherwise_is_told_with_what_is_other(before: Call) -> None:
    def change(told: dict[str, Json]) -> None:
        control = control_in(told["form.json"], "/thing/one_line")
        control["label"] = {"zh": "一句话说清", "en": "In one line"}
        schema_of(told, "/thing/one_line")["wordCount"]["max"] = 30

    moved = moving.move(filled.proposal(before), other(change))
    assert [(one.after.pointer, one.what) for one in moved.changed] == [("/thing/one_line", ("label", "limits"))]


def test_a_section_that_is_gone_stays_in_the_draft(before: Call) -> None:
    proposal = filled.proposal(before)

    def change(told: dict[str, Json]) -> None:
        told["form.json"]["sections"] = [one for one in told["form.json"]["sections"] if one["id"] != "proof"]
        del told["data.schema.json"]["properties"]["proof"]

    moved = moving.move(proposal, other(change))
    assert {one.pointer.split("/")[1] for one in moved.left} == {"proof"}
    assert moved.proposal.data["proof"] == proposal.data["proof"]
    assert proposal.get("/proof/contract/media") in moved.proposal.media


def test_what_was_dismissed_and_marked_done_comes_along_but_not_the_place(before: Call) -> None:
    proposal = filled.proposal(before)
    proposal.notes = {**proposal.notes, "done": ["thing"], "last_place": "/thing/trouble"}
    moved = moving.move(proposal, other(lambda told: without(told, "/thing/trouble")))
    assert moved.proposal.notes["done"] == ["thing"]
    assert moved.proposal.notes["last_place"] is None


def test_a_file_that_travels_apart_stays_an_answer(before: Call) -> None:
    away = "a" * 64
    old = Proposal(before, {"attachments": {"files": [{"id": "a", "name": "合同.pdf", "media": away}]}})
    old.apart = frozenset({away})
    moved = moving.move(old, before).proposal
    assert moved.get("/attachments/files/0/media") == away
    assert moved.apart == {away}
