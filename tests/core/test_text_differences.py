"""Differences within a text: both texts come back whole, nothing drawn as one is torn, and the work is bounded."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop.core import text_differences
from kjxm_desktop.core.alignment import Work, common, rising
from kjxm_desktop.core.text_differences import MOST_STEPS, Run, signs, text_runs

FAMILY, FLAG, THUMB, KEYCAP, HEART = "👨‍👩‍👧", "🇨🇳", "👍🏽", "1️⃣", "❤️"
PIECES = [
    "甲",
    "乙",
    "，",
    "。\n",
    "word ",
    "12.5",
    "𠮷",
    "葛󠄀",
    "が",
    FAMILY,
    FLAG,
    THUMB,
    KEYCAP,
    HEART,
    "ᠮᠣᠩᠭᠣᠯ ",
    "é",
    "—",
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def shown(before: str, after: str) -> str:
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(marks[run.kind].format(run.text) for run in text_runs(before, after))


def sides(runs: list[Run]) -> tuple[str, str]:
    before = "".join(run.text for run in runs if run.kind != "added")
    return before, "".join(run.text for run in runs if run.kind != "removed")


def steps(before: str, after: str) -> int:
    """Return how much work it was to compare two texts, which have to come back whole."""
    work = Work(MOST_STEPS)
    assert sides(text_differences._text_runs(before, after, work)) == (before, after)
    return MOST_STEPS - work.left


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("研究葵盘果胶的提取方法。", "研究葵盘果胶的提取工艺。", "研究葵盘果胶的提取[-方法-]{+工艺+}。"),
        ("计划于2024年完成。", "计划于2026年完成。", "计划于[-2024-]{+2026+}年完成。"),
        ("得率 12.4%，稳定。", "得率 14.5%，稳定。", "得率 [-12.4-]{+14.5+}%，稳定。"),
        ("先收储，后提取。", "先收储，再检验，后提取。", "先收储，{+再检验，+}后提取。"),
        ("先收储，再检验，后提取。", "先收储，后提取。", "先收储，[-再检验，-]后提取。"),
        ("use a membrane here", "use two membranes here", "use [-a membrane-]{+two membranes+} here"),
        ("𠮷野家很好", "吉野家很好", "[-𠮷-]{+吉+}野家很好"),
        (f"全家{FAMILY}", "全家👨‍👩‍👦", f"全家[-{FAMILY}-]{{+👨‍👩‍👦+}}"),
        ("果胶联产颗粒饲料中试与示范", "果胶联产饲料中试", "果胶联产[-颗粒-]饲料中试[-与示范-]"),
        ("研究方法很好", "研发办法不好", "研[-究方法很-]{+发办法不+}好"),
        ("", "新写的", "{+新写的+}"),
        ("旧写的", "", "[-旧写的-]"),
        ("一样", "一样", "一样"),
        ("", "", ""),
    ],
)
def test_a_reader_sees_what_changed(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


def test_a_change_in_a_long_text_is_told_by_its_sign_and_nothing_else() -> None:
    before = "".join(f"第{number}项研究内容，分为三个阶段。" for number in range(2000))
    after = before.replace("第1000项研究内容", "第1000项试验内容")
    changed = [run for run in text_runs(before, after) if run.kind != "same"]
    assert changed == [Run("removed", "研究"), Run("added", "试验")]


@given(TEXT, TEXT)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    assert sides(text_runs(before, after)) == (before, after)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_pieces_make_both_texts_whatever_stands_in_them(before: str, after: str) -> None:
    assert sides(text_runs(before, after)) == (before, after)


@given(TEXT, TEXT)
def test_changing_sides_marks_the_same_pieces(before: str, after: str) -> None:
    turned = {"added": "removed", "removed": "added"}
    there = {(turned.get(run.kind, run.kind), run.text) for run in text_runs(before, after)}
    assert there == {(run.kind, run.text) for run in text_runs(after, before)}


@given(TEXT, TEXT)
def test_pieces_are_never_empty_and_a_removed_one_stands_before_the_added_one(before: str, after: str) -> None:
    kinds = [run.kind for run in text_runs(before, after)]
    assert all(run.text for run in text_runs(before, after))
    neighbours = list(pairwise(kinds))
    assert all(
        pair in (("same", "removed"), ("same", "added"), ("removed", "added")) or pair[1] == "same"
        for pair in neighbours
    )
    assert ("same", "same") not in neighbours


@given(TEXT, TEXT)
def test_nothing_that_is_drawn_as_one_is_torn(before: str, after: str) -> None:
    for side, other in ((before, "added"), (after, "removed")):
        cut, at = set[int](), 0
        for run in text_runs(before, after):
            at += len(run.text) if run.kind != other else 0
            cut.add(at)
        whole, at = {0}, 0
        for sign in signs(side):
            at += len(sign)
            whole.add(at)
        assert cut <= whole


@pytest.mark.parametrize(
    "one", [FAMILY, FLAG, THUMB, KEYCAP, HEART, "𠮷", "葛󠄀", "が", "é", "12.5", "2024", "word", "ᠮᠣᠩᠭᠣᠯ"]
)
def test_what_is_drawn_as_one_is_one_sign_between_chinese(one: str) -> None:
    assert signs(f"甲{one}，乙") == ["甲", one, "，", "乙"]


@given(st.text())
def test_signs_joined_are_the_text(text: str) -> None:
    assert "".join(signs(text)) == text


# -- bounded work -----------------------------------------------------------------------------------------------------

HAN = "".join(chr(0x4E00 + number) for number in range(2000))


def test_hundred_thousand_signs_with_nothing_in_common_take_no_more_than_the_bound() -> None:
    before = "".join(HAN[number * 7 % 1000] for number in range(100_000))
    after = "".join(HAN[1000 + number * 11 % 1000] for number in range(100_000))
    assert steps(before, after) <= MOST_STEPS


@pytest.mark.parametrize("pair", ["甲乙", "，。", "甲，", "ab", "\n，"])
def test_hundred_thousand_repeated_signs_in_another_order_take_no_more_than_the_bound(pair: str) -> None:
    assert steps(pair * 50_000, pair[::-1] * 50_000) <= MOST_STEPS


def test_ten_times_the_text_with_the_same_change_is_not_hundred_times_the_work() -> None:
    def work(clauses: int) -> int:
        before = "".join(f"第{number}项，写明依据。" for number in range(clauses))
        return steps(before, before.replace("第7项", "第七项").replace(f"第{clauses - 3}项", "末项"))

    assert work(5_000) <= 20 * max(1, work(500))


def test_a_passage_too_dear_to_look_into_does_not_keep_others_from_being_looked_into() -> None:
    wild = "".join(HAN[number * number * 31 % 1999] for number in range(20_000))
    before, after = f"{wild}。收尾，计划2024年完成。", f"{wild[::-1]}。收尾，计划2026年完成。"
    assert shown(before, after).endswith("。收尾，计划[-2024-]{+2026+}年完成。")


def test_without_any_work_left_all_counts_as_replaced() -> None:
    assert text_differences._text_runs("甲乙丙", "丙乙甲", Work(0)) == [
        Run("removed", "甲乙丙"),
        Run("added", "丙乙甲"),
    ]


# -- alignment --------------------------------------------------------------------------------------------------------


def _longest_common(one: str, other: str) -> int:
    """Return the length of a longest common part, by the table of all pairs."""
    row = [0] * (len(other) + 1)
    for first in one:
        above = row
        row = [0]
        for at, second in enumerate(other):
            row.append(above[at] + 1 if first == second else max(above[at + 1], row[at]))
    return row[-1]


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_the_common_part_is_a_longest_one_and_stands_in_order(one: str, other: str) -> None:
    pairs = common(one, other, Work(10_000))
    assert pairs is not None
    assert [one[here] for here, _ in pairs] == [other[there] for _, there in pairs]
    assert pairs == sorted(pairs)
    assert len({here for here, _ in pairs}) == len({there for _, there in pairs}) == len(pairs)
    assert len(pairs) == _longest_common(one, other)


@settings(max_examples=50)
@given(st.permutations(range(7)))
def test_the_rising_part_is_a_longest_one_and_the_same_when_the_orders_change_sides(values: list[int]) -> None:
    names = "gcaebfd"
    kept = rising(values, names)
    chosen = [values[at] for at in kept]
    assert kept == sorted(kept)
    assert chosen == sorted(chosen)
    assert len(kept) == _longest_common("".join(map(str, values)), "0123456")
    places = [values.index(value) for value in range(7)]
    turned = rising(places, [names[place] for place in places])
    assert sorted(names[at] for at in kept) == sorted(names[places[at]] for at in turned)
