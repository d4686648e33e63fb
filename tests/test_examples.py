"""The example proposals: complete where they say so, with the planted faults where they say so, plainly invented."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.clock import BEIJING
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, leaves
from kjxm_desktop.core.validation import Diagnostic, validate

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "resources" / "examples"
CALL = calls.load(ROOT / "schemas" / "kjxm-sjtu-2024")
INDEX = json.loads((EXAMPLES / "index.json").read_text("utf-8"))
PATHS = {entry["id"]: EXAMPLES / entry["path"] for entry in INDEX}
COMPLETE = [example for example in PATHS if example != "nearly-finished"]
BEFORE = datetime(2024, 6, 10, 12, tzinfo=BEIJING)
AFTER = datetime(2024, 6, 25, 12, tzinfo=BEIJING)
A_HANDFUL = 5


@cache
def _proposal(example: str) -> Proposal:
    path = PATHS[example]
    return from_outside(CALL, json.loads(path.read_text("utf-8")), path.parent)


def _findings(example: str, now: datetime = BEFORE) -> list[Diagnostic]:
    return validate(CALL, _proposal(example).data, now)


def _prose(example: str) -> Iterator[tuple[str, Json]]:
    """Yield pointer and blocks of every long text."""
    for control, pointer, value in leaves(CALL, _proposal(example).data):
        if control.kind == "rich":
            yield pointer, value


def _strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("id", "media"):
                yield from _strings(item)


def _blocks(example: str, kind: str) -> list[Json]:
    return [block for _, blocks in _prose(example) for block in blocks if block["type"] == kind]


def test_the_index_names_three_complete_examples_and_one_nearly_finished_all_there() -> None:
    assert list(PATHS) == ["long", "key-tech", "consulting", "nearly-finished"]
    for entry in INDEX:
        assert PATHS[entry["id"]].is_file()
        assert all(entry[f"{word}_{language}"].strip() for word in ("title", "note") for language in ("zh", "en"))
        assert not re.search("[\u4e00-\u9fff]", entry["title_en"] + entry["note_en"])
    kinds = [_proposal(example).get("/project/kind") for example in PATHS]
    assert kinds == ["pilot_industrial", "key_tech", "decision_consulting", "industry_common"]


@pytest.mark.parametrize("example", COMPLETE)
def test_a_complete_example_has_no_error_no_gap_and_a_handful_of_warnings_at_most(example: str) -> None:
    told = _findings(example)
    assert [(item.code, item.pointer) for item in told if item.blocks or item.severity in ("error", "missing")] == []
    assert len([item for item in told if item.severity == "warning"]) <= A_HANDFUL


def test_the_nearly_finished_example_has_exactly_the_planted_findings() -> None:
    planted = json.loads((EXAMPLES / "nearly-finished" / "planted.json").read_text("utf-8"))
    told = [
        {"code": item.code, "severity": str(item.severity), "pointer": item.pointer}
        for item in _findings("nearly-finished")
    ]
    assert told == planted
    assert len(planted) == 5
    assert {entry["severity"] for entry in planted} == {"error", "missing", "warning"}


@pytest.mark.parametrize("example", PATHS)
def test_after_the_deadline_an_example_is_late_and_nothing_else_changes(example: str) -> None:
    first, *rest = _findings(example, AFTER)
    assert (first.code, first.pointer, first.blocks) == ("R24", "", False)
    assert rest == _findings(example)


def test_the_long_example_is_long() -> None:
    assert sum(rich_text.word_count(blocks) for _, blocks in _prose("long")) >= 12_000
    assert len(_blocks("long", "table")) >= 10
    assert len({block["media"] for block in _blocks("long", "picture")}) >= 8
    assert _blocks("long", "formula")


@pytest.mark.parametrize("example", PATHS)
def test_no_sentence_stands_twice(example: str) -> None:
    texts = [rich_text.plain([block]) for _, blocks in _prose(example) for block in blocks if block["type"] != "table"]
    sentences = Counter(part.strip() for text in texts for part in re.split("[。！？\n]", text) if part.strip())
    assert [sentence for sentence, times in sentences.items() if times > 1] == []


@pytest.mark.parametrize("example", PATHS)
def test_every_picture_has_a_caption_and_words_for_those_who_cannot_see_it(example: str) -> None:
    pictures = _blocks(example, "picture")
    assert pictures
    assert [block for block in pictures if not block.get("caption") or not block.get("alt")] == []
    captions = [block["caption"] for block in [*pictures, *_blocks(example, "table")] if "caption" in block]
    assert len(captions) == len(set(captions))


@pytest.mark.parametrize("example", PATHS)
def test_every_reference_that_is_cited_is_listed_and_every_listed_one_is_cited(example: str) -> None:
    listed = [row["id"] for row in _proposal(example).get("/basis/references", [])]
    cited = {cite for _, blocks in _prose(example) for cite in rich_text.cites_of(blocks)}
    assert cited == set(listed)


@pytest.mark.parametrize("example", PATHS)
def test_an_example_uses_every_figure_that_lies_beside_it(example: str) -> None:
    folder = PATHS[example].parent
    text = PATHS[example].read_text("utf-8")
    beside = [path for part in ("figures", "attachments") for path in (folder / part).glob("*")]
    assert beside
    assert [path.name for path in beside if f"{path.parent.name}/{path.name}" not in text] == []


@pytest.mark.parametrize("example", PATHS)
def test_figures_are_clear_enough_to_print(example: str) -> None:
    for path in (PATHS[example].parent / "figures").glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width >= 1000, path.name


@pytest.mark.parametrize("example", PATHS)
def test_people_and_firms_are_plainly_invented(example: str) -> None:
    data = _proposal(example).data
    firms = [
        row["name"]
        for table in ("basis", "people")
        for row in data[table].get("enterprises" if table == "basis" else "partners", [])
    ]
    assert firms
    assert [name for name in firms if "示例" not in name] == []
    addresses = [text for text in _strings(data) if "@" in text]
    assert addresses
    assert [text for text in addresses if not re.search(r"@([a-z]+\.)*example\.(org|com|cn)\b", text)] == []


@pytest.mark.parametrize("example", PATHS)
def test_no_example_names_a_credit_code_or_an_identity_number(example: str) -> None:
    data = _proposal(example).data
    assert [text for text in _strings(data) if re.search("(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])", text)] == []
    assert "credit_code" not in PATHS[example].read_text("utf-8")


@pytest.mark.parametrize("example", PATHS)
def test_no_example_writes_the_words_of_a_form_not_filled_in(example: str) -> None:
    marks = ("请填写", "XX", "×××", "待补充", "（此处", "lorem")
    assert [text for text in _strings(_proposal(example).data) if any(mark in text for mark in marks)] == []


@pytest.mark.parametrize("example", PATHS)
def test_a_firm_with_a_need_or_a_will_to_cooperate_stands_in_the_prose_of_the_basis(example: str) -> None:
    text = "".join(rich_text.plain(blocks) for pointer, blocks in _prose(example) if pointer.startswith("/basis/"))
    rows = _proposal(example).get("/basis/enterprises")
    assert [row["name"] for row in rows if row["role"] in ("demand", "partner") and row["name"] in text]
