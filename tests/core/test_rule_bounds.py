"""The work of the rules grows with the answers and no faster, whatever the answers and the call are."""

from __future__ import annotations

from datetime import datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, rule_answers, rule_checks_rows, rule_checks_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Validator

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
LINE = "内蒙古甲乙丙有限公司" * 100


@cache
def own_call() -> Call:
    return calls.load(paths.schemas() / "kjxm-sjtu-2024")


def full(rows: int) -> Json:
    """Return answers in which every table of the call has `rows` rows, each cell as long as may be, no two alike."""
    data: Json = {}
    for table in (control for control in own_call().form.controls if control.kind == "table"):
        section, _, name = table.pointer.removeprefix("/").partition("/")
        node = data.setdefault(section, {})
        *groups, last = name.split("/")
        for group in groups:
            node = node.setdefault(group, {})
        lines = [column.name for column in table.columns if column.kind in ("line", "text")]
        node[last] = [
            {"id": f"r{at}", **dict.fromkeys(lines, f"{at}{LINE}"[:1000]), **chosen(table, at)} for at in range(rows)
        ]
    return data


def chosen(table: Json, at: int) -> dict[str, Json]:
    choices = [column for column in table.columns if column.kind == "choice" and column.options]
    return {column.name: column.options[at % len(column.options)].id for column in choices}


def looks(monkeypatch: pytest.MonkeyPatch, data: Json) -> tuple[int, int]:
    """Return how many answers one check of `data` looks at, and the most of them between two pauses."""
    seen = longest = since = 0
    at = rule_answers.Column.at

    def counted(column: rule_answers.Column, index: int) -> Json:
        nonlocal seen, since
        seen, since = seen + 1, since + 1
        return at(column, index)

    with monkeypatch.context() as patched:
        patched.setattr(rule_answers.Column, "at", counted)
        for _ in Validator(own_call()).steps(data, NOW):
            longest, since = max(longest, since), 0
    return seen, longest


def test_four_times_the_rows_are_looked_at_four_times_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    few, some = looks(monkeypatch, full(100))
    many, more = looks(monkeypatch, full(400))
    assert 0 < few < many <= 4 * few
    assert many <= 400 * 200
    assert more <= some + 20


NAMES = st.text("ab", max_size=6)


@given(st.sets(NAMES), NAMES)
def test_a_name_begins_with_a_known_one_as_if_each_beginning_were_tried(known: set[str], name: str) -> None:
    tried = any(name[:end] in known for end in range(len(name), 1, -1))
    assert rule_checks_rows._begins(name, rule_checks_rows._beginnings(known)) is tried


def test_of_known_names_only_those_are_kept_that_begin_with_no_other() -> None:
    nested = {"a" * length for length in range(1, 2_000)}
    assert rule_checks_rows._beginnings(nested) == ["aa"]


@pytest.mark.parametrize("marks", [("a…b",), tuple("a" * at + "…b" for at in range(1, 31)), ("aaaa", "XX")])
def test_marks_are_looked_for_in_one_pass(marks: tuple[str, ...]) -> None:
    assert rule_checks_text._marks(marks).search("a" * 20_000 + "1") is None


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("待补充", "待补充"),
        ("见 XXX 处", "XXX"),
        ("XX", "XX"),
        ("型号 AXX", None),
        ("XX1", None),
        ("（此处写三点）", "（此处写三点）"),
        ("（此处写\n三点）", None),
        ("（此处" + "写" * 101 + "）", None),
        ("（此处）", "（此处）"),
        ("×××大学", "×××"),
    ],
)
def test_a_mark_is_what_it_was(text: str, mark: str | None) -> None:
    found = rule_checks_text._marks(("XX", "×××", "待补充", "（此处……）")).search(text)
    assert (found and (found.group(1) or found.group(2))) == mark


def test_joiners_that_can_be_read_in_many_ways_are_read_in_one_pass() -> None:
    pattern = rule_checks_text._amount_after(["自筹"], ["a" * length for length in range(1, 60)])
    assert not list(pattern.finditer("自筹" + "a" * 100_000))
    assert [found.group("word", "amount") for found in pattern.finditer("自筹aaa 12万元")] == [("自筹", "12万元")]
    assert not list(rule_checks_text._amount_after(["自筹"], []).finditer("自筹为12万元"))
