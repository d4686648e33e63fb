"""Which charts the answers of a proposal make, in which order their rows stand, and what they say in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kjxm_desktop.core import json_pointer
from kjxm_desktop.export.blocks import Drawing, caption_of
from kjxm_desktop.export.compose import compose
from tests.export.conftest import AGRI, COMPLETE, KJXM, NOW, call_of, example, example_document
from tests.export.drawn import bars_of, faults, labels


@pytest.mark.parametrize("name", COMPLETE)
def test_every_example_shows_its_plan_and_its_money_in_words_too(name: str):
    drawings = [block for block in example_document(name).blocks() if isinstance(block, Drawing)]
    assert [caption_of(drawing).partition("\u3000")[2] for drawing in drawings] == [
        "实施进度", "各科目支出及所占比例", "各年度支出及其来源",
    ]  # fmt: skip
    for drawing in drawings:
        assert list(faults(drawing)) == []
        assert drawing.alt.startswith(drawing.caption + "：共")
    plan, by_category, by_year = drawings
    rows = example(name).get("/schedule/milestones")
    for milestone in rows:
        assert milestone["task"].replace("\n", " ") in plan.alt
    assert f"共{len(rows)}项" in plan.alt
    total = sum(Decimal(line["amount"]) for line in example(name).get("/budget/lines"))
    for drawing in (by_category, by_year):
        assert f"合计{total:.2f}万元" in drawing.alt
        assert f"{total:.2f}" in labels(by_category)


def drawings_of(data: object, call: str = KJXM) -> list[Drawing]:
    blocks = compose(call_of(call), data, {}, now=NOW, draft=True).blocks()
    return [block for block in blocks if isinstance(block, Drawing)]


def with_milestones(*rows: dict[str, str]) -> list[Drawing]:
    told = [{"id": f"r{at}", **row} for at, row in enumerate(rows)]
    return drawings_of(json_pointer.set_in({}, "/schedule/milestones", told))


def with_lines(*rows: dict[str, str]) -> list[Drawing]:
    told = [{"id": f"r{at}", **row} for at, row in enumerate(rows)]
    return drawings_of(json_pointer.set_in({}, "/budget/lines", told))


def test_rows_stand_in_the_order_of_time_under_the_numbers_of_the_table():
    rows = [("丙", "2026-01", "2026-02"), ("甲", "2024-07", "2025-06"), ("乙", "2024-07", "2025-08")]
    (drawing,) = with_milestones(*({"task": task, "from": start, "to": end} for task, start, end in rows))
    told = [text for text in labels(drawing) if text in ("甲", "乙", "丙")]
    assert told == ["甲", "乙", "丙"]
    numbers = [labels(drawing)[labels(drawing).index(task) - 1] for task in told]
    assert numbers == ["2", "3", "1"]
    assert "2024.07–2025.06" in labels(drawing)
    assert "甲（2024年7月至2025年6月）" in drawing.alt
    assert drawing.alt.startswith("实施进度：共3项，2024年7月至2026年2月。")


def test_a_row_says_which_piece_of_work_it_belongs_to():
    data = json_pointer.set_in({}, "/content/work", [{"id": "w1", "title": "甲"}, {"id": "w2", "title": "乙"}])
    row = {"id": "r0", "task": "完成", "from": "2024-07", "to": "2025-06", "work": "w2"}
    (drawing,) = drawings_of(json_pointer.set_in(data, "/schedule/milestones", [row]))
    assert "任务2" in labels(drawing)


@pytest.mark.parametrize(
    ("row", "note"),
    [
        ({"from": "2025-07", "to": "2025-06"}, "2025年7月至2025年6月，年月有误"),
        ({"from": "1024-07", "to": "2025-06"}, "1024年7月至2025年6月，年月有误"),
        ({"from": "2024-13", "to": "2025-06"}, "2024-13至2025年6月"),
        ({"from": "2024-07"}, "2024年7月至未填"),
        ({"to": "²-³"}, "未填至²-³"),
        ({}, "未填"),
    ],
)
def test_a_row_whose_months_make_no_sense_says_so_and_is_no_bar(row: dict[str, str], note: str):
    right = {"task": "乙", "from": "2024-01", "to": "2024-06"}
    (drawing,) = with_milestones({"task": "甲", **row}, right)
    assert note in labels(drawing)
    assert f"甲（{note}）" in drawing.alt
    assert len(bars_of(drawing)) == 1
    assert with_milestones({"task": "甲", **row}) == []


def test_an_empty_row_is_no_row_of_the_chart():
    right = {"task": "乙", "from": "2024-01", "to": "2024-06"}
    assert with_milestones({}, right)[0].height_mm == with_milestones(right)[0].height_mm


def test_a_plan_longer_than_a_page_goes_on_in_further_figures_that_say_which():
    drawings = with_milestones(*({"task": f"任务{at}", "from": "2024-07", "to": "2025-06"} for at in range(60)))
    parts = len(drawings)
    assert parts > 1
    assert [drawing.caption for drawing in drawings] == [f"实施进度（{at}/{parts}）" for at in range(1, parts + 1)]
    style = example_document("long").style
    assert all(drawing.height_mm < style.text_height_mm - 30 for drawing in drawings)
    assert len({drawing.number for drawing in drawings}) == parts


def test_bars_stacked_by_year_say_sources_and_sums_in_words():
    line = {"category": "equipment", "item": "罐", "amount": "10.5", "source": "special", "year": 2024}
    lines = [line, {**line, "amount": "2", "source": "own"}, {**line, "amount": "7.5", "year": 2025}]
    by_category, by_year = with_lines(*lines)
    assert "合计20.00万元" in by_year.alt
    assert "最多的是2024 12.50万元（62.5%）" in by_year.alt
    assert "2025 7.50万元（37.5%）" in by_year.alt
    assert "（100.0%）" in by_category.alt


def test_a_call_that_brings_no_words_for_charts_has_their_figures_all_the_same():
    told = call_of(AGRI).document["words"]
    assert "chart_year" not in told
    spendings = [
        {"id": "a", "sum": "3", "use": "甲", "payer": "乙"},
        {"id": "b", "sum": "1", "use": "丙", "payer": "丁"},
    ]
    (drawing,) = drawings_of(json_pointer.set_in({}, "/cost/spendings", spendings), AGRI)
    assert "3.00" in drawing.alt
    assert list(faults(drawing)) == []


def test_no_chart_is_drawn_of_nothing():
    assert drawings_of({}) == []
    assert with_lines({"item": "罐", "amount": "0"}) == []
