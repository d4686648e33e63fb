"""The answers: one line that changes them, data from outside brought in and out again, files held to their folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, leaves, suffix_of, to_outside
from kjxm_desktop.errors import KjxmError
from tests.core import small_call

ROOT = Path(__file__).parents[2]
CALL = calls.load(ROOT / "schemas" / "kjxm-sjtu-2024")
EXAMPLES = sorted((ROOT / "resources" / "examples").glob("*/proposal.json"))


def _refused(raw: Json, folder: Path | None = None) -> KjxmError:
    with pytest.raises(KjxmError) as told:
        from_outside(CALL, raw, folder)
    return told.value


def test_setting_tells_what_stood_there_and_leaves_the_old_tree_alone() -> None:
    proposal = Proposal(CALL, {"project": {"title": "旧题目"}})
    old = proposal.data
    assert proposal.set("/project/title", "新题目") == "旧题目"
    assert proposal.get("/project/title") == "新题目"
    assert old == {"project": {"title": "旧题目"}}


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_an_empty_answer_is_an_absent_one(empty: Json) -> None:
    proposal = Proposal(CALL, {"project": {"title": "题目"}})
    proposal.set("/project/title", empty)
    assert proposal.data == {}


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ("/project/title", 3, "data.type"),
        ("/project/nothing", "x", "data.unknown_key"),
        ("/project/title", "两\n行", "data.line_break"),
        ("/project/title", "长" * 1_001, "data.too_long"),
        ("/budget/income/special", 118.5, "data.type"),
    ],
)
def test_what_may_not_stand_there_is_refused_and_changes_nothing(pointer: str, value: Json, key: str) -> None:
    proposal = Proposal(CALL, {"project": {"title": "题目"}})
    with pytest.raises(KjxmError) as told:
        proposal.set(pointer, value)
    assert told.value.key == key
    assert proposal.data == {"project": {"title": "题目"}}


SIMPLE = [
    control.pointer
    for control in CALL.form.controls
    if control.kind in ("line", "text", "money", "month") and not control.in_table
]


@given(st.lists(st.tuples(st.sampled_from(SIMPLE), st.text("文字ab 12.", max_size=8)), max_size=12))
def test_setting_back_what_stood_there_in_turn_brings_the_start_back(edits: list[tuple[str, str]]) -> None:
    proposal = Proposal(CALL, {"project": {"title": "起点"}})
    start = proposal.data
    done = [(pointer, proposal.set(pointer, value)) for pointer, value in edits]
    for pointer, before in reversed(done):
        proposal.set(pointer, before)
    assert proposal.data == start


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_taken_out_with_its_media_comes_back_equal(source: Path, tmp_path: Path) -> None:
    proposal = from_outside(CALL, json.loads(source.read_text("utf-8")), source.parent)
    out = to_outside(proposal, tmp_path / "media")
    again = from_outside(CALL, json.loads(json.dumps(out)), tmp_path)
    assert again.data == proposal.data
    assert set(again.used_media()) == set(proposal.used_media())


def test_keys_come_out_in_the_order_of_the_form() -> None:
    proposal = from_outside(CALL, {"summary": {"text": "摘要"}, "project": {"kind": "key_tech", "title": "题目"}}, None)
    out = to_outside(proposal)
    assert list(out) == ["project", "summary"]
    assert list(out["project"]) == ["title", "kind"]


def test_a_plain_string_becomes_one_paragraph_a_line() -> None:
    proposal = from_outside(CALL, {"summary": {"text": "第一行\n第二行"}}, None)
    blocks = proposal.get("/summary/text")
    assert [block["runs"][0]["text"] for block in blocks] == ["第一行", "第二行"]


def test_rows_get_ids_and_two_rows_of_one_id_are_refused() -> None:
    proposal = from_outside(CALL, {"content": {"work": [{"title": "甲"}, {"title": "乙"}]}}, None)
    ids = [row["id"] for row in proposal.get("/content/work")]
    assert all(ids)
    assert ids[0] != ids[1]
    assert _refused({"content": {"work": [{"id": "w", "title": "甲"}, {"id": "w"}]}}).key == "data.row_id"


@pytest.mark.parametrize("name", ["../secret.png", "/etc/hostname", "a/../../b.png", "", "x\0.png", "..\\b.png"])
def test_a_file_outside_the_folder_of_the_data_is_refused(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(small_call.photograph())
    told = _refused({"approach": {"route": [{"type": "picture", "file": name, "caption": "图"}]}}, folder)
    assert told.key.startswith("data.")


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (tmp_path / "secret.jpg").write_bytes(small_call.photograph())
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    told = _refused({"approach": {"route": [{"type": "picture", "file": "link.jpg", "caption": "图"}]}}, folder)
    assert told.key == "data.file_outside"


def test_an_answer_that_names_a_picture_nobody_has_is_refused() -> None:
    told = _refused({"approach": {"route": [{"type": "picture", "media": "0" * 64, "caption": "图"}]}})
    assert told.key == "data.media"


def test_leaves_are_every_answer_once_in_the_order_of_the_form() -> None:
    source = json.loads(EXAMPLES[0].read_text("utf-8"))
    proposal = from_outside(CALL, source, EXAMPLES[0].parent)
    pointers = [pointer for _control, pointer, _value in leaves(CALL, proposal.data)]
    assert len(pointers) == len(set(pointers))
    assert pointers == sorted(pointers, key=CALL.form.position)
    assert all(json_pointer.get(proposal.data, pointer) is not None for pointer in pointers)


@pytest.mark.parametrize(
    ("start", "suffix"), [(b"%PDF-1.7", ".pdf"), (b"\x89PNG\r", ".png"), (b"\xff\xd8\xff\xe0", ".jpg"), (b"?", ".bin")]
)
def test_the_first_bytes_of_a_file_tell_its_suffix(start: bytes, suffix: str) -> None:
    assert suffix_of(start) == suffix
