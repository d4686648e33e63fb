"""One search over answers, questions, guidance and the notice, of whatever is asked just now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control, Option, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.core.search import Hit, Index, Wanted

FOLDER = Path(__file__).parents[2] / "schemas" / "kjxm-sjtu-2024"


def _pick(text: Text) -> str:
    return text.get("zh", "")


def _write(control: Control, value: Json, options: Sequence[Option]) -> str:
    del control
    labels = {option.id: option.label["zh"] for option in options}
    return labels.get(value, str(value)) if not isinstance(value, list) else "、".join(labels[each] for each in value)


@pytest.fixture(scope="module")
def call() -> Call:
    return calls.load(FOLDER)


@pytest.fixture
def index(call: Call) -> Index:
    return Index(call.form, call.notice, _pick, _write)


@pytest.fixture
def look(call: Call, index: Index) -> Callable[..., list[Hit]]:
    def search(wanted: str, data: Json, *, exact: bool = False) -> list[Hit]:
        return index.search(from_outside(call, data, None).data, Wanted(wanted, exact))

    return search


Look = Callable[..., list[Hit]]


def _answers(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.pointer, hit.text[hit.start : hit.end]) for hit in hits if hit.kind == "answer"]


def test_answers_of_every_kind_are_found(look: Look) -> None:
    data = {
        "project": {"title": "葵盘果胶", "keywords": ["果胶提取"]},
        "basis": {"demand": "提取果胶", "enterprises": [{"name": "示例果胶公司", "need": "果胶"}]},
        "content": {"work": [{"title": "果胶中试", "text": "先做果胶。"}]},
        "budget": {"lines": [{"item": "果胶设备", "amount": "12.50"}]},
    }
    assert [pointer for pointer, _ in _answers(look("果胶", data))] == [
        "/project/title",
        "/project/keywords",
        "/basis/demand",
        "/basis/enterprises/0/name",
        "/basis/enterprises/0/need",
        "/content/work/0/title",
        "/content/work/0/text",
        "/budget/lines/0/item",
    ]
    assert _answers(look("12.5", data)) == [("/budget/lines/0/amount", "12.5")]


def test_a_choice_is_found_by_the_words_it_shows_and_a_row_by_its_name(look: Look) -> None:
    data = {
        "project": {"kind": "key_tech"},
        "content": {"work": [{"id": "abcd", "title": "中试放大"}]},
        "schedule": {"milestones": [{"work": "abcd"}]},
    }
    (hit,) = [hit for hit in look("关键技术类", data) if hit.kind == "answer"]
    assert (hit.pointer, hit.is_fixed) == ("/project/kind", True)
    assert [pointer for pointer, _ in _answers(look("中试放大", data))] == [
        "/content/work/0/title",
        "/schedule/milestones/0/work",
    ]


def test_everything_in_prose_has_its_place(look: Look) -> None:
    blocks = [
        {"type": "paragraph", "runs": [{"text": "前"}, {"formula": "x"}, {"text": "葵盘", "bold": True}]},
        {"type": "list", "ordered": False, "items": [[{"text": "一"}], [{"text": "二，葵盘"}]]},
        {"type": "table", "header": True, "rows": [[[{"text": "葵盘"}]]], "caption": "葵盘表"},
        {"type": "formula", "latex": "葵盘"},
    ]
    hits = [hit for hit in look("葵盘", {"basis": {"demand": blocks}}) if hit.kind == "answer"]
    assert [(hit.part, hit.start, hit.is_fixed) for hit in hits] == [
        ((0, "runs"), 2, False),
        ((1, "items", 1), 2, False),
        ((2, "rows", 0, 0), 0, False),
        ((2, "caption"), 0, False),
        ((3, "latex"), 0, True),
    ]


def test_words_on_both_sides_of_a_formula_are_not_one(look: Look) -> None:
    runs = [{"text": "葵"}, {"formula": "x"}, {"text": "盘"}]
    assert _answers(look("葵盘", {"basis": {"demand": [{"type": "paragraph", "runs": runs}]}})) == []


def test_words_across_a_change_of_marks_are_one(look: Look) -> None:
    runs = [{"text": "葵", "bold": True}, {"text": "盘"}]
    data = {"basis": {"demand": [{"type": "paragraph", "runs": runs}]}}
    assert _answers(look("葵盘", data)) == [("/basis/demand", "葵盘")]


def test_questions_guidance_and_the_notice_are_found_in_the_order_of_the_form(look: Look, call: Call) -> None:
    hits = look("盟市", {})
    assert {hit.kind for hit in hits} == {"question", "guidance", "notice"}
    ids = [section.id for section in call.form.sections]
    order = [ids.index(hit.section_id) if hit.section_id else len(ids) for hit in hits]
    assert order == sorted(order)
    assert hits[-1].kind == "notice"
    assert [hit for hit in hits if hit.part == ("label",) and hit.pointer == "/project/places/*/league"]


def test_what_is_not_asked_is_not_searched(call: Call, look: Look) -> None:
    forms = [control for control in call.form.controls if control.kind == "rich" and not control.in_table]
    hidden = next(control for control in forms if not call.form.shown(control.pointer, {}))
    (condition,) = hidden.conditions
    data: Json = json_pointer.set_in({}, hidden.pointer, "只此一处的词")
    assert _answers(look("只此一处的词", data)) == []
    asked = json_pointer.set_in(data, condition.pointer, condition.values[0])
    assert _answers(look("只此一处的词", asked)) == [(hidden.pointer, "只此一处的词")]


def test_an_exact_search_takes_case_and_width_as_they_are(look: Look) -> None:
    data = {"project": {"title": "CO2、co2 与 ＣＯ２"}}
    assert [text for _, text in _answers(look("CO2", data))] == ["CO2", "co2", "ＣＯ２"]
    assert [text for _, text in _answers(look("CO2", data, exact=True))] == ["CO2"]


@pytest.mark.parametrize("wanted", ["", " ", "\n", "\u200b"])
def test_nothing_to_look_for_finds_nothing(look: Look, wanted: str) -> None:
    assert look(wanted, {"project": {"title": "葵 盘"}}) == []


def test_an_edit_folds_the_changed_row_alone(call: Call, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = from_outside(call, {"budget": {"lines": [{"item": f"设备{at}"} for at in range(50)]}}, None)
    assert len(index.search(proposal.data, Wanted("设备"))) >= 50
    folded: list[str] = []
    from kjxm_desktop.core import search

    whole = search.fold
    monkeypatch.setattr(search, "fold", lambda text: (folded.append(text), whole(text))[1])
    proposal.set("/budget/lines/7/item", "离心机")
    pointers = [hit.pointer for hit in index.search(proposal.data, Wanted("离心机")) if hit.kind == "answer"]
    assert pointers == ["/budget/lines/7/item"]
    assert folded == ["离心机", "离心机"]  # what is looked for, and the one cell


def test_a_moved_row_is_found_where_it_is_now(call: Call, index: Index) -> None:
    proposal = from_outside(call, {"budget": {"lines": [{"item": "离心机"}, {"item": "烘箱"}]}}, None)
    index.search(proposal.data, Wanted("离心机"))
    proposal.set("/budget/lines", proposal.get("/budget/lines")[::-1])
    assert [hit.pointer for hit in index.search(proposal.data, Wanted("离心机"))] == ["/budget/lines/1/item"]


def test_what_is_made_ready_in_slices_finds_the_same(call: Call, index: Index, look: Look) -> None:
    data = from_outside(call, {"budget": {"lines": [{"item": f"设备{at}"} for at in range(250)]}}, None).data
    ready = Index(call.form, call.notice, _pick, _write)
    assert sum(1 for _ in ready.prepare(data)) > 2
    assert ready.search(data, Wanted("设备2")) == index.search(data, Wanted("设备2"))
