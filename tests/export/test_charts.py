"""Charts are shapes that stay inside their drawing, say every value, and paint to the same PNG each time."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kjxm_desktop.core import json_pointer
from kjxm_desktop.export import charts, drawing_png
from kjxm_desktop.export.blocks import Drawing, Label, Line, Rect, caption_of
from kjxm_desktop.export.charts import Span
from kjxm_desktop.export.compose import compose
from tests.export.conftest import COMPLETE, KJXM, NOW, LabelFont, call_of, example, example_document

WIDTH = 156.0
SLACK_MM = 1.0  # half a line, and what the measure of labels is out by


def labels(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Label)]


def bars_of(drawing: Drawing) -> list[Rect]:
    return [shape for shape in drawing.shapes if isinstance(shape, Rect) and shape.fill == charts.DARK]


def assert_inside(drawing: Drawing) -> None:
    for shape in drawing.shapes:
        match shape:
            case Rect():
                left, right, top, bottom = shape.x, shape.x + shape.width, shape.y, shape.y + shape.height
            case Line():
                left, right = sorted((shape.x1, shape.x2))
                top, bottom = sorted((shape.y1, shape.y2))
            case Label():
                long = charts.width_of(shape.text, shape.size_pt)
                left = shape.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[shape.anchor] * long
                right, top, bottom = left + long, shape.y - 1, shape.y
        assert left >= -SLACK_MM, shape
        assert right <= drawing.width_mm + SLACK_MM, shape
        assert top >= -SLACK_MM, shape
        assert bottom <= drawing.height_mm + SLACK_MM, shape


months = st.tuples(st.integers(2020, 2029), st.integers(1, 12))
spans = st.builds(
    lambda label, a, b: Span(label, min(a, b), max(a, b)), st.text("甲乙丙 ab1", max_size=60), months, months
)
names = st.text("甲乙丙丁 kWh2024", min_size=1, max_size=20)
amounts = st.decimals(0, 999_999, places=2)


@given(st.lists(spans, min_size=1, max_size=22))
@settings(max_examples=60, deadline=None)
def test_a_gantt_chart_has_a_bar_for_each_span_and_stays_inside(told: list[Span]):
    drawing = charts.gantt(told, WIDTH)
    assert_inside(drawing)
    assert len(bars_of(drawing)) == len(told)


@given(st.lists(st.tuples(names, amounts), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_bars_say_every_value_and_stay_inside(values: list[tuple[str, Decimal]]):
    drawing = charts.bars(values, WIDTH, "万元")
    assert_inside(drawing)
    for _, value in values:
        assert any(text.startswith(f"{value:.2f} 万元") for text in labels(drawing))


@given(
    st.lists(names, min_size=1, max_size=6, unique=True),
    st.lists(names, min_size=1, max_size=3, unique=True),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_stacked_bars_say_every_sum_and_stay_inside(groups: list[str], series: list[str], data: st.DataObject):
    values = {(group, name): data.draw(amounts) for group in groups for name in series}
    drawing = charts.stacked_bars(groups, series, values, WIDTH, "万元")
    assert_inside(drawing)
    for group in groups:
        assert f"{sum(values[group, name] for name in series):.2f}" in labels(drawing)


def test_a_span_reaches_from_the_first_day_of_its_first_month_to_the_last_of_its_last():
    drawing = charts.gantt([Span("甲", (2024, 7), (2024, 12)), Span("乙", (2025, 1), (2025, 6))], WIDTH)
    first, second = bars_of(drawing)
    assert first.width == pytest.approx(second.width)
    assert first.x + first.width == pytest.approx(second.x)
    assert second.x + second.width == pytest.approx(WIDTH)


def test_the_longest_bar_is_the_greatest_value_and_shares_add_up():
    drawing = charts.bars([("甲", Decimal(1)), ("乙", Decimal(3))], WIDTH, "万元")
    first, second = bars_of(drawing)
    assert second.width == pytest.approx(3 * first.width)
    assert [text for text in labels(drawing) if "%" in text] == ["1.00 万元（25.0%）", "3.00 万元（75.0%）"]


def test_slices_stand_on_one_another_as_high_as_their_values():
    values = {("2024", "甲"): Decimal(10), ("2024", "乙"): Decimal(30)}
    drawing = charts.stacked_bars(["2024"], ["甲", "乙"], values, WIDTH, "万元")
    slices = [s for s in drawing.shapes if isinstance(s, Rect) and s.line == charts.INK and s.y > 10]
    low, high = sorted(slices, key=lambda shape: -shape.y)
    assert high.height == pytest.approx(3 * low.height)
    assert high.y + high.height == pytest.approx(low.y)


def test_series_differ_in_black_and_white():
    looks = {(look.fill, look.hatch) for look in charts.LOOKS}
    assert len(looks) == len(charts.LOOKS)
    greys = [sum(int(look.fill[at : at + 2], 16) for at in (1, 3, 5)) // 3 for look in charts.LOOKS if not look.hatch]
    assert min(abs(a - b) for at, a in enumerate(greys) for b in greys[at + 1 :]) > 60


def test_dashes_and_quotes_of_a_label_are_as_wide_as_the_characters_beside_them():
    assert charts.width_of("“超滤”——沉淀…", 8.5) == charts.width_of("字" * 9, 8.5)


def test_the_lines_of_a_label_are_about_as_long_as_one_another():
    assert charts.broken("渣秸混合比、菌种组合与制粒参数试验", 48, 8.5, 2) == ["渣秸混合比、菌种组", "合与制粒参数试验"]


def test_no_line_of_a_label_begins_with_a_mark_or_parts_a_number_from_its_unit():
    assert charts.broken("超滤机组与精馏塔选型、防爆设计、设备签约", 48, 8.5, 2)[1] == "防爆设计、设备签约"
    assert charts.broken("颗粒饲料连续试制 1200 t 与储存稳定性观察", 48, 8.5, 2)[0].endswith("1200 t ")
    for width_mm in range(20, 44):
        first, second = charts.broken("完成全部考核（含第三方检测）、验收", width_mm, 8.5, 2)
        assert first[-1] != "（"
        assert second[0] not in "、）"


def test_a_label_breaks_between_words_and_ends_in_an_ellipsis():
    assert charts.broken("完成中试", 40, 8.5, 2) == ["完成中试"]
    first, second = charts.broken("完成 5000 kWh/t 的中试验证并形成工艺包与标准草案再推广到三个盟市", 30, 8.5, 2)
    assert "5000" in first
    assert second.endswith("…")
    assert charts.width_of(second, 8.5) <= 30


@pytest.mark.parametrize("name", COMPLETE)
def test_every_example_shows_its_plan_and_its_money_in_words_too(name: str):
    drawings = [block for block in example_document(name).blocks() if isinstance(block, Drawing)]
    assert [caption_of(drawing).partition("\u3000")[2] for drawing in drawings] == [
        "实施进度", "各科目支出及所占比例", "各年度支出及其来源",
    ]  # fmt: skip
    for drawing in drawings:
        assert_inside(drawing)
        assert drawing.alt.startswith(drawing.caption + "：")
    plan, by_category, by_year = drawings
    for milestone in example(name).get("/schedule/milestones"):
        assert milestone["task"].replace("\n", " ") in plan.alt
    total = sum(Decimal(line["amount"]) for line in example(name).get("/budget/lines"))
    for drawing in (by_category, by_year):
        told = [part.removesuffix("万元") for part in drawing.alt.partition("：")[2].split("；")]
        assert len(told) > 1
    parts = [text for text in labels(by_category) if "%" in text]
    assert sum(Decimal(text.partition(" ")[0]) for text in parts) == total


def with_milestones(rows: list[dict[str, str]]) -> list[Drawing]:
    told = [{"id": f"r{at}", **row} for at, row in enumerate(rows)]
    data = json_pointer.set_in({}, "/schedule/milestones", told)
    blocks = compose(call_of(KJXM), data, {}, now=NOW, draft=True).blocks()
    return [block for block in blocks if isinstance(block, Drawing)]


def test_a_plan_longer_than_a_page_goes_on_in_a_second_chart():
    rows = [{"task": f"任务{at}", "from": "2024-07", "to": "2025-06"} for at in range(30)]
    assert [len(bars_of(drawing)) for drawing in with_milestones(rows)] == [22, 8]


@pytest.mark.parametrize(
    "row",
    [{"from": "2025-07", "to": "2025-06"}, {"from": "2024-13", "to": "2025-06"}, {"from": "2024-07"},
     {"from": "1024-07", "to": "2025-06"}],
)  # fmt: skip
def test_a_milestone_whose_months_make_no_sense_has_no_bar(row: dict[str, str]):
    assert with_milestones([{"task": "甲", **row}]) == []


def test_no_chart_is_drawn_of_nothing():
    document = compose(call_of(KJXM), {}, {}, now=NOW, draft=True)
    assert not any(isinstance(block, Drawing) for block in document.blocks())


def test_a_drawing_paints_to_the_same_sharp_png_each_time():
    drawing = charts.bars([("设备费", Decimal(5)), ("业务费", Decimal(3))], WIDTH, "万元")
    font = LabelFont().file("hei")
    data = drawing_png.png(drawing, font)
    assert data == drawing_png.png(drawing, font)
    image = Image.open(io.BytesIO(data))
    assert image.width == pytest.approx(WIDTH / 25.4 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert min(image.convert("L").tobytes()) < 100
    assert image.convert("RGB").getpixel((image.width - 2, 2)) == (255, 255, 255)
