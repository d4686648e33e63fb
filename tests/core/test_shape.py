"""Whether data has its shape: empty values of the wrong kind too, and long captions and formulas."""

from __future__ import annotations

from pathlib import Path

import pytest

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.errors import KjxmError

CALL = calls.load(Path(__file__).parents[2] / "schemas" / "kjxm-sjtu-2024")
DIGEST = "0" * 64


def _refused(raw: Json) -> tuple[str, object]:
    with pytest.raises(KjxmError) as told:
        from_outside(CALL, raw, None)
    return told.value.key, told.value.params["pointer"]


EMPTY: list[Json] = [
    {},
    {"project": {}},
    {"project": {"title": ""}},
    {"project": {"title": None}},
    {"project": None},
    {"project": {"keywords": []}},
    {"project": {"keywords": [""]}},
    {"project": {"keywords": None}},
    {"project": {"period": {"from": None}}},
    {"summary": {"text": ""}},
    {"summary": {"text": []}},
    {"summary": {"text": [{"type": "paragraph", "runs": []}]}},
    {"basis": {"enterprises": []}},
    {"commitment": {"truth": None}},
]


@pytest.mark.parametrize("raw", EMPTY, ids=str)
def test_what_is_empty_is_absent(raw: Json) -> None:
    assert from_outside(CALL, raw, None).data == {}


@pytest.mark.parametrize(
    ("raw", "key", "pointer"),
    [
        ({"bogus": ""}, "data.unknown_key", "/bogus"),
        ({"bogus": None}, "data.unknown_key", "/bogus"),
        ({"basis": {"enterprises": [{"name": "a", "zzz": ""}]}}, "data.unknown_key", "/basis/enterprises/0/zzz"),
        ({"basis": {"enterprises": [{"file": ""}]}}, "data.unknown_key", "/basis/enterprises/0/file"),
        ({"budget": ""}, "data.type", "/budget"),
        ({"budget": []}, "data.type", "/budget"),
        ({"basis": {"enterprises": {}}}, "data.type", "/basis/enterprises"),
        ({"basis": {"enterprises": ""}}, "data.type", "/basis/enterprises"),
        ({"basis": {"enterprises": [""]}}, "data.type", "/basis/enterprises/0"),
        ({"basis": {"enterprises": [[]]}}, "data.type", "/basis/enterprises/0"),
        ({"basis": {"enterprises": [None]}}, "data.type", "/basis/enterprises/0"),
        ({"project": {"title": []}}, "data.type", "/project/title"),
        ({"project": {"title": {}}}, "data.type", "/project/title"),
        ({"project": {"keywords": ["a", None, ""]}}, "data.type", "/project/keywords/1"),
        ({"project": {"keywords": ["a", []]}}, "data.type", "/project/keywords/1"),
        ({"commitment": {"truth": ""}}, "data.type", "/commitment/truth"),
        ({"summary": {"text": {}}}, "data.type", "/summary/text"),
    ],
    ids=str,
)
def test_what_is_empty_still_has_to_be_known_and_of_the_right_kind(raw: Json, key: str, pointer: str) -> None:
    assert _refused(raw) == (key, pointer)


def test_a_file_that_is_null_is_no_file() -> None:
    (row,) = from_outside(CALL, {"attachments": {"files": [{"name": "a", "file": None}]}}, None).get(
        "/attachments/files"
    )
    assert row == {"id": row["id"], "name": "a"}


def test_empty_words_among_others_are_dropped() -> None:
    assert from_outside(CALL, {"project": {"keywords": ["甲", "", "乙"]}}, None).get("/project/keywords") == [
        "甲",
        "乙",
    ]


def test_null_in_a_block_stands_for_nothing_said() -> None:
    blocks: Json = [{"type": "table", "header": None, "rows": [[[{"text": "a", "bold": None}]]], "caption": None}]
    told = from_outside(CALL, {"summary": {"text": blocks}}, None).get("/summary/text")
    assert told == [{"type": "table", "header": False, "rows": [[[{"text": "a"}]]]}]


def _long(kind: str, cap: int) -> list[tuple[str, Json]]:
    """Return what is just right and what is one character more, each with where it stands."""
    text = "a" * cap
    match kind:
        case "caption":
            return [("/0/caption", [{"type": "table", "rows": [[[]]], "caption": text + end}]) for end in ("", "a")]
        case "alt":
            return [("/0/alt", [{"type": "picture", "media": DIGEST, "alt": text + end}]) for end in ("", "a")]
        case "formula":
            return [("/0/latex", [{"type": "formula", "latex": text + end}]) for end in ("", "a")]
        case _:
            runs = [[{"text": "b"}, {"formula": text + end}] for end in ("", "a")]
            return [("/0/runs/1/formula", [{"type": "paragraph", "runs": told}]) for told in runs]


@pytest.mark.parametrize(("kind", "cap"), [("caption", 1_000), ("alt", 1_000), ("formula", 20_000), ("inline", 20_000)])
def test_what_stands_beside_the_text_has_its_cap_too(kind: str, cap: int) -> None:
    (_, right), (place, wrong) = _long(kind, cap)
    proposal = Proposal(CALL)
    proposal.set("/approach/route", right)
    with pytest.raises(KjxmError) as told:
        proposal.set("/approach/route", wrong)
    assert told.value.key == "data.too_long"
    assert told.value.params == {"pointer": f"/approach/route{place}", "cap": cap}
