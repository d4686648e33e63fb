"""2024 call, whatever is written: checking never fails, blocks as the form says, reads well and remembers rightly."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, shape
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Severity, Validator, validate
from tests.core.rules_2024 import AFTER, BEFORE, CALL, COMMON, COMPLETE, CONSULTING, PILOT, rich, sentence, with_

NUMBERS = ["0", "0.00", "50", "0.333333", "999999999.99", "-1", "1e3", "１００", "五十"]
DATES = ["2024-09", "2026-08", "2030-01", "2024-13", "2024-06-20", "2024-02-30"]
TEXTS = [
    "",
    " ",
    "XX",
    "请填写",
    "某单位",
    "上海交通大学",
    "w1",
    "gone",
    "91350100M000100Y43",
    "+1",
    "本项目《旧题目》",
    "{",
    "100%",
]
PROSE = [*TEXTS, "申请专项经费 1 万元，自筹0.5亿元，总经费为 9,9,9. 元", "基础研究与科学问题", "12吨"]


def _values(control: Control) -> Iterator[Json]:
    """Yield answers of the right type for a control, right and wrong ones."""
    yield None
    told = control.schema.get("type")
    if control.kind == "rich":
        yield from (rich(text) for text in PROSE)
        yield [{"type": "formula", "latex": "x"}, {"type": "list", "ordered": True, "items": [[{"text": "×××"}]]}]
    elif control.kind == "table":
        yield from ([{"id": "x"}], [{"id": "x"}, {"id": "y"}])
    elif told == "string":
        yield from (*control.schema.get("enum", ()), *NUMBERS, *DATES, *TEXTS)
    elif told == "integer":
        yield from (0, 1, 9, 10, 2025, -1)
    elif told == "boolean":
        yield from (True, False)
    elif told == "array":
        every = list(control.schema["items"].get("enum", TEXTS[2:]))
        yield from ([every[0]], every, ["unheard of"])


def _edits() -> st.SearchStrategy[list[tuple[str, Json]]]:
    every = [(control.pointer.replace("*", "0"), value) for control in CALL.form.controls for value in _values(control)]
    every += [
        (control.pointer.replace("*", "1"), value) for control in CALL.form.controls for value in _values(control)
    ]
    return st.lists(st.sampled_from(every), max_size=8)


def _apply(edits: list[tuple[str, Json]], data: Json) -> list[Json]:
    """Return the data after each edit that can be made."""
    steps = [data]
    for pointer, value in edits:
        table = pointer.rpartition("/")[0]
        row = table.rpartition("/")[2]
        if row.isdigit() and int(row) >= len(json_pointer.get(data, table.rpartition("/")[0], [])):
            continue
        data = with_(pointer, value, data)
        steps.append(data)
    return steps


BASES = st.sampled_from([COMPLETE, COMMON, PILOT, CONSULTING, {}])


@settings(deadline=None, max_examples=80)
@given(_edits(), BASES)
def test_whatever_is_written_is_checked_and_told(edits: list[tuple[str, Json]], base: Json) -> None:
    data = _apply(edits, base)[-1]
    shape.check(CALL, data)
    for item in validate(CALL, data, AFTER):
        assert item.pointer == "" or CALL.form.shown(item.pointer, data)
        control = CALL.form.control(item.pointer)
        must = control is not None and control.need == "must"
        assert item.blocks == (item.severity is Severity.ERROR or (item.severity is Severity.MISSING and must))
        for language in strings.LANGUAGES:
            assert sentence(item, language)


@settings(deadline=None, max_examples=60)
@given(_edits(), BASES)
def test_one_fault_is_told_once(edits: list[tuple[str, Json]], base: Json) -> None:
    told = validate(CALL, _apply(edits, base)[-1], BEFORE)
    places = [(item.code, item.pointer, item.variant, sentence(item, "zh")) for item in told]
    assert len(places) == len(set(places))
    of_schema = [item.pointer for item in told if item.code in ("missing", "choice", "format")]
    assert len(of_schema) == len(set(of_schema))


@settings(deadline=None, max_examples=40)
@given(_edits(), BASES)
def test_checking_after_each_edit_says_the_same_as_checking_anew(edits: list[tuple[str, Json]], base: Json) -> None:
    remembering = Validator(CALL)
    for step in _apply(edits, base):
        assert remembering.check(step, BEFORE) == validate(CALL, step, BEFORE)
