"""Replacing changes what was found in answers and nothing else, and all of it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer, replacing, rich_passages, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.core.search import Hit, Index, Wanted

CALLS = Path(__file__).parents[1] / "calls"
SHA = "0123456789abcdef" * 4

PIECES = st.text(st.sampled_from("葵盘饲料aAＡ㎡²2𠮷，x "), max_size=12)
RUN = st.fixed_dictionaries(
    {"text": PIECES}, optional={mark: st.booleans() for mark in rich_text.MARKS}
) | st.sampled_from([{"formula": "x^2"}, {"cite": "k3j2"}])
LINE = st.lists(RUN, max_size=4)
BLOCK = st.one_of(
    st.builds(lambda runs: {"type": "paragraph", "runs": runs}, LINE),
    st.builds(lambda items: {"type": "list", "ordered": True, "items": items}, st.lists(LINE, min_size=1, max_size=3)),
    st.builds(
        lambda rows, caption: {"type": "table", "header": True, "rows": rows, "caption": caption},
        st.lists(st.lists(LINE, min_size=1, max_size=2), min_size=1, max_size=2),
        PIECES,
    ),
    st.builds(lambda caption: {"type": "picture", "media": SHA, "caption": caption}, PIECES),
    st.just({"type": "formula", "latex": "葵盘+x"}),
)
BLOCKS = st.lists(BLOCK, max_size=5).map(rich_text.normalise)
OLD = st.sampled_from(["葵盘", "饲料", "a", "㎡", "m2", "𠮷", "2", "盘，"])
NEW = st.sampled_from(["", "果胶", "Z", "果 胶", "𠀀"])
"""None of them shares a character with what is looked for: nothing new can be found where two pieces meet."""


@pytest.fixture(scope="module")
def call() -> Call:
    return calls.load(CALLS / "bridge-watch-2027")


@pytest.fixture(scope="module")
def index(call: Call) -> Index:
    return Index(call.form, "", lambda text: text["zh"], lambda _control, value, _options: str(value))


def _answers(index: Index, proposal: Proposal, old: str) -> list[Hit]:
    return [hit for hit in index.search(proposal.data, Wanted(old)) if hit.kind == "answer"]


def _replace(index: Index, proposal: Proposal, old: str, new: str) -> list[tuple[str, Json]]:
    """Replace all and return what takes it back, in its order."""
    plan = replacing.plan(_answers(index, proposal, old), new)
    edits = replacing.edits(index.form, proposal.data, plan)
    return [(pointer, proposal.set(pointer, value)) for pointer, value in edits][::-1]


def _objects(blocks: Sequence[Json]) -> list[Json]:
    """Return all that is no text: pictures, formulas and citations, the shape of lists and tables."""
    found: list[Json] = []
    for block in blocks:
        if block["type"] in ("picture", "formula"):
            found.append({key: value for key, value in block.items() if key not in ("caption", "alt")})
        lines = [block["runs"]] if "runs" in block else block.get("items", [])
        if block["type"] == "table":
            found.append(("table", block["header"], [len(row) for row in block["rows"]]))
            lines = [cell for row in block["rows"] for cell in row]
        elif block["type"] == "list":
            found.append(("list", block["ordered"], len(lines)))
        found += [run for runs in lines for run in runs if "text" not in run]
    return found


@given(BLOCKS, OLD, NEW)
def test_after_replacing_all_nothing_is_left_and_undo_brings_all_back(
    call: Call, index: Index, blocks: list[Json], old: str, new: str
) -> None:
    proposal = Proposal(call)
    proposal.set("/person/story", blocks)
    before = proposal.data
    back = _replace(index, proposal, old, new)
    if new:  # taken out, the pieces on both sides meet and may say it again
        assert [hit for hit in _answers(index, proposal, old) if not hit.is_fixed] == []
    after = proposal.get("/person/story") or []
    assert rich_text.normalise(after) == after
    if not rich_text.is_empty(after):
        assert _objects(after) == _objects(blocks)
    for pointer, value in back:
        proposal.set(pointer, value)
    assert proposal.data == before


@given(BLOCKS, OLD, NEW)
def test_all_other_text_stays_as_it_was(call: Call, index: Index, blocks: list[Json], old: str, new: str) -> None:
    proposal = Proposal(call)
    proposal.set("/person/story", blocks)
    spans: dict[rich_passages.Part, list[rich_passages.Span]] = {}
    for hit in _answers(index, proposal, old):
        if not hit.is_fixed:
            spans.setdefault(hit.part, []).append((hit.start, hit.end))
    told = [rich_passages.spliced(text, spans.get(part, ()), new) for part, text in rich_passages.passages(blocks)]
    _replace(index, proposal, old, new)
    after = [text for _, text in rich_passages.passages(proposal.get("/person/story"))]
    if not rich_text.is_empty(proposal.get("/person/story")):
        assert [text for text in after if text] == [text for text in told if text]


def _replaced(runs: Json, old: str, new: str, call: Call, index: Index) -> Json:
    proposal = Proposal(call)
    proposal.set("/person/story", [{"type": "paragraph", "runs": runs}])
    _replace(index, proposal, old, new)
    return proposal.get("/person/story")[0]["runs"]


def test_what_is_put_in_has_the_marks_of_the_first_character_replaced(call: Call, index: Index) -> None:
    runs = [{"text": "一葵", "bold": True}, {"text": "盘二"}]
    assert _replaced(runs, "葵盘", "果胶", call, index) == [{"text": "一果胶", "bold": True}, {"text": "二"}]
    runs = [{"text": "一葵"}, {"text": "盘", "sup": True}, {"text": "二"}]
    assert _replaced(runs, "葵盘", "果胶", call, index) == [{"text": "一果胶二"}]


def test_characters_that_fold_into_more_are_replaced_whole(call: Call, index: Index) -> None:
    assert _replaced([{"text": "𠮷30㎡、5 m²"}], "m2", "平方米", call, index) == [{"text": "𠮷30平方米、5 平方米"}]


def test_choices_numbers_and_formulas_stay_and_are_told(call: Call, index: Index) -> None:
    data = {
        "bridge": {"kind": "arch", "words": ["arch", "拱"]},
        "person": {"story": [{"type": "paragraph", "runs": [{"formula": "arch"}, {"text": "arch"}]}]},
        "helpers": {"members": [{"name": "arch", "days": 12}]},
    }
    proposal = from_outside(call, data, None)
    plan = replacing.plan(_answers(index, proposal, "arch"), "拱")
    assert [(hit.pointer, hit.is_fixed) for hit in plan.kept] == [("/bridge/kind", True), ("/person/story", True)]
    assert len(plan.changed) == 3
    assert plan.section_count == 3
    _replace(index, proposal, "arch", "拱")
    assert proposal.get("/bridge/words") == ["拱"]
    assert proposal.get("/bridge/kind") == "arch"
    _replace(index, proposal, "12", "13")
    assert proposal.get("/helpers/members/0/days") == 12


def test_several_cells_of_a_table_are_one_edit_and_keep_their_rows(call: Call, index: Index) -> None:
    rows = [{"name": f"示例{at}", "task": "看护"} for at in range(3)]
    proposal = from_outside(call, {"helpers": {"members": rows}}, None)
    ids = [row["id"] for row in proposal.get("/helpers/members")]
    plan = replacing.plan(_answers(index, proposal, "看护"), "巡查")
    edits = replacing.edits(call.form, proposal.data, plan)
    assert [pointer for pointer, _ in edits] == ["/helpers/members"]
    proposal.set(*edits[0])
    assert [row["id"] for row in proposal.get("/helpers/members")] == ids
    assert {row["task"] for row in proposal.get("/helpers/members")} == {"巡查"}
    one = replacing.edits(call.form, proposal.data, replacing.plan(_answers(index, proposal, "示例1"), "甲"))
    assert one == [("/helpers/members/1/name", "甲")]


def test_what_says_the_new_words_already_does_not_count(call: Call, index: Index) -> None:
    proposal = from_outside(call, {"bridge": {"title": "CO2、co2、ＣＯ２"}}, None)
    plan = replacing.plan(_answers(index, proposal, "co2"), "CO2")
    assert len(plan.changed) == 2
    assert replacing.edits(call.form, proposal.data, plan) == [("/bridge/title", "CO2、CO2、CO2")]


def test_an_answer_that_was_only_what_is_taken_out_is_empty(call: Call, index: Index) -> None:
    proposal = from_outside(call, {"bridge": {"title": "葵盘", "aim": "葵盘"}, "person": {"story": "葵盘"}}, None)
    _replace(index, proposal, "葵盘", "")
    assert json_pointer.get(proposal.data, "/bridge/title") is None
    assert rich_text.is_empty(proposal.get("/person/story"))
