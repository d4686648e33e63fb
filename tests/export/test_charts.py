"""Charts are shapes that stay inside their drawing, keep apart, say every value and look alike wherever they go."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.export import charts, charts_budget, charts_gantt, charts_type
from kjxm_desktop.export.blocks import Drawing, Label, Rect
from kjxm_desktop.export.charts_gantt import Span
from kjxm_desktop.export.page_style import MM_PER_POINT
from tests.export import drawn
from tests.export.drawn import HEIGHT, TERMS, WIDTH, YEAR, bars_of, faults, labels, span

# --- any plan, any amounts ------------------------------------------------------------------------------------------

words = st.text("甲乙丙、（）ab1 —㛃😀", max_size=60)
names = st.text("甲乙丙丁 kWh2024、", min_size=1, max_size=40)
amounts = st.decimals(0, 999_999_999, places=2) | st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("12345.67")])


@st.composite
def any_span(draw: st.DrawFn) -> Span:
    label, tie = draw(words), draw(st.sampled_from(["", "任务1", "低胶配方与纤维预处理"]))
    number = draw(st.integers(1, 99))
    if draw(st.integers(0, 4)) == 0:
        return Span(number, label, None, None, draw(words), tie)
    return span(number, label, draw(st.integers(0, 130)), draw(st.integers(1, 240)), tie)


@given(st.lists(any_span(), min_size=1, max_size=40), st.sampled_from([156.0, 120.0]), st.sampled_from([160.0, 60.0]))
@settings(max_examples=80, deadline=None)
def test_any_plan_stays_inside_keeps_apart_and_has_a_bar_for_each_span(told: list[Span], width: float, height: float):
    drawings = charts_gantt.gantt(told, width, height, YEAR)
    spans = sum(one.has_bar for one in told)
    assert [fault for drawing in drawings for fault in faults(drawing)] == []
    assert sum(len(bars_of(drawing)) for drawing in drawings) == spans
    assert bool(drawings) == bool(spans)
    for drawing in drawings:
        assert drawing.height_mm <= height
        for bar in bars_of(drawing):
            assert bar.x >= width * 0.38 - 1e-6
            assert bar.width > 0


@given(st.lists(st.tuples(names, amounts), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_bars_stay_inside_keep_apart_and_say_every_value(values: list[tuple[str, Decimal]]):
    drawings = charts_budget.bars(values, WIDTH, HEIGHT, TERMS)
    assert [fault for drawing in drawings for fault in faults(drawing)] == []
    told = [text for drawing in drawings for text in labels(drawing)]
    for _, value in values:
        assert f"{value:.2f}" in told
    assert f"{sum(value for _, value in values):.2f}" in told
    assert all(drawing.height_mm <= HEIGHT + 8 for drawing in drawings)


@given(
    st.lists(names, min_size=1, max_size=14, unique=True),
    st.lists(names, min_size=1, max_size=9, unique=True),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_any_stacked_bars_stay_inside_keep_apart_and_say_every_sum(
    groups: list[str], series: list[str], data: st.DataObject
):
    values = {(group, name): data.draw(amounts) for group in groups for name in series}
    drawings = charts_budget.stacked_bars(groups, series, values, WIDTH, HEIGHT, TERMS)
    assert [fault for drawing in drawings for fault in faults(drawing)] == []
    told = [text for drawing in drawings for text in labels(drawing)]
    for group in groups:
        assert f"{sum(values[group, name] for name in series):.2f}" in told


def test_eighty_rows_are_drawn_in_parts_that_fill_pages_together():
    told = [span(at, f"任务{at}", at % 24, 6) for at in range(80)]
    heights = [drawing.height_mm for drawing in charts_gantt.gantt(told, WIDTH, 160, YEAR, 105)]
    assert len(heights) == 6
    assert max(heights) <= 105
    assert min(heights) > 90
    assert len(charts_gantt.gantt(told[:20], WIDTH, 160, YEAR, 105)) == 1


# --- the plan -------------------------------------------------------------------------------------------------------


def one_plan(*spans: Span, width: float = WIDTH) -> Drawing:
    (drawing,) = charts_gantt.gantt(spans, width, HEIGHT, YEAR)
    return drawing


def test_a_span_reaches_from_the_first_day_of_its_first_month_to_the_last_of_its_last():
    first, second = bars_of(one_plan(span(1, "甲", 6, 6), span(2, "乙", 12, 6)))
    assert first.width == pytest.approx(second.width)
    assert first.x + first.width == pytest.approx(second.x)
    assert second.x + second.width == pytest.approx(WIDTH)


def test_a_plan_of_one_month_is_one_bar_as_wide_as_the_calendar():
    drawing = one_plan(span(1, "甲", 8, 1))
    (bar,) = bars_of(drawing)
    assert bar.x + bar.width == pytest.approx(WIDTH)
    assert labels(drawing)[:2] == ["2024年", "9"]


def grid_months(months: int) -> set[str]:
    told = labels(one_plan(span(1, "甲", 0, months)))
    return {text for text in told if text.isdigit() and 1 < int(text) <= 12}


def test_the_calendar_counts_months_quarters_half_years_or_years_as_there_is_room():
    assert grid_months(6) == {"2", "3", "4", "5", "6"}
    assert grid_months(36) == {"4", "7", "10"}
    assert grid_months(120) == {"7"}
    assert grid_months(240) == set()


def years(months: int) -> list[str]:
    return [text for text in labels(one_plan(span(1, "甲", 0, months))) if text.startswith("20")][:1]


def test_years_are_told_as_long_as_there_is_room():
    assert years(36) == ["2024年"]
    assert years(120) == ["2024"]
    assert "24" in labels(one_plan(span(1, "甲", 0, 240)))


def test_the_dates_stand_behind_a_bar_or_before_it_or_on_it():
    spans = (span(1, "甲", 0, 3), span(2, "乙", 20, 4), span(3, "丙", 0, 24))
    drawing = one_plan(*spans)
    notes = [shape for shape in drawing.shapes if isinstance(shape, Label) and shape.text == "2024.01"]
    first, second, third = bars_of(drawing)
    assert notes[0].x > first.x + first.width
    assert notes[0].anchor == "start"
    assert notes[1].x < second.x
    assert notes[1].anchor == "end"
    assert third.x < notes[2].x < third.x + third.width
    assert notes[2].colour == charts.PAPER


def test_sixty_rows_go_on_in_drawings_of_about_one_height_under_the_same_calendar():
    drawings = drawn.plan(60)
    assert len(drawings) > 2
    assert sum(len(bars_of(drawing)) for drawing in drawings) == 60
    heights = [drawing.height_mm for drawing in drawings]
    assert max(heights) <= HEIGHT
    assert min(heights) > max(heights) - 12
    calendars = [[shape for shape in drawing.shapes if isinstance(shape, Label) and shape.bold] for drawing in drawings]
    assert all(calendar == calendars[0] for calendar in calendars)


# --- amounts --------------------------------------------------------------------------------------------------------


def test_the_longest_bar_is_the_greatest_value_and_shares_add_up():
    (drawing,) = charts_budget.bars([("甲", Decimal(1)), ("乙", Decimal(3))], WIDTH, HEIGHT, TERMS)
    first, second = bars_of(drawing)
    assert second.width == pytest.approx(3 * first.width)
    assert [text for text in labels(drawing) if "%" in text] == ["25.0%", "75.0%", "100%"]


def test_the_smallest_amount_beside_a_very_large_one_is_seen_and_takes_no_room_from_it():
    (drawing,) = charts_budget.bars([("甲", Decimal("0.01")), ("乙", Decimal("12345.67"))], WIDTH, HEIGHT, TERMS)
    small, large = bars_of(drawing)
    assert 0.2 < small.width < 1
    assert large.width > 80
    assert [text for text in labels(drawing) if "%" in text] == ["<0.1%", ">99.9%", "100%"]


def test_nothing_is_drawn_of_zero():
    (drawing,) = charts_budget.bars([("甲", Decimal(0)), ("乙", Decimal(3))], WIDTH, HEIGHT, TERMS)
    assert len(bars_of(drawing)) == 1
    assert "0.00" in labels(drawing)


def test_forty_categories_go_on_in_a_second_drawing_on_the_same_scale():
    values = [(f"第{at}类", Decimal(at)) for at in range(1, 41)]
    first, second = charts_budget.bars(values, WIDTH, HEIGHT, TERMS)
    bars = [*bars_of(first), *bars_of(second)]
    assert len(bars) == 40
    assert bars[39].width == pytest.approx(4 * bars[9].width)
    assert "合计" in labels(second)
    assert "合计" not in labels(first)


def test_slices_stand_on_one_another_as_high_as_their_values():
    values = {("2024", "甲"): Decimal(10), ("2024", "乙"): Decimal(30)}
    (drawing,) = charts_budget.stacked_bars(["2024"], ["甲", "乙"], values, WIDTH, HEIGHT, TERMS)
    slices = [s for s in drawing.shapes if isinstance(s, Rect) and s.line == charts.INK and s.y > 8]
    low, high = sorted(slices, key=lambda shape: -shape.y)
    assert high.height == pytest.approx(3 * low.height)
    assert high.y + high.height == pytest.approx(low.y)
    total = next(shape for shape in drawing.shapes if isinstance(shape, Label) and shape.text == "40.00")
    assert total.y < high.y


def test_bars_whose_names_have_no_room_side_by_side_lie():
    (drawing,) = drawn.money(3, 5, "{}年度示范推广与技术服务及培训支出")
    lying = [shape for shape in drawing.shapes if isinstance(shape, Rect) and shape.y > 8]
    assert len({round(bar.height, 3) for bar in lying}) == 1
    (upright,) = drawn.money(3, 5)
    assert upright.height_mm > 50


@pytest.mark.parametrize(
    ("most", "step", "ticks"),
    [("0.01", "0.002", 5), ("1", "0.2", 5), ("880.98", "200", 5), ("1200", "500", 3), ("12345.67", "5000", 3),
     ("999999999999.99", "200000000000", 5), ("0", "1", 1)],
)  # fmt: skip
def test_an_axis_counts_in_ones_twos_or_fives(most: str, step: str, ticks: int):
    assert charts.scale(Decimal(most)) == (Decimal(step), ticks)


@given(st.decimals("0.01", 10**12, places=2))
@settings(deadline=None)
def test_an_axis_reaches_what_it_measures_in_at_most_five_steps(most: Decimal):
    step, ticks = charts.scale(most)
    assert step * (ticks - 1) < most <= step * ticks
    assert ticks <= 5
    assert re.fullmatch("0*[125]0*", charts.tick(step).replace(".", ""))


def test_series_differ_in_black_and_white():
    assert len({(look.fill, look.hatch) for look in charts.LOOKS}) == len(charts.LOOKS)
    plain = [look.fill for look in charts.LOOKS if not look.hatch]
    greys = [sum(int(fill[at : at + 2], 16) for at in (1, 3, 5)) // 3 for fill in plain]
    assert min(abs(a - b) for at, a in enumerate(greys) for b in greys[at + 1 :]) > 60


# --- labels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "bold"), [("NotoSansSC-Regular.ttf", False), ("NotoSansSC-Bold.ttf", True)])
def test_labels_are_measured_as_wide_as_the_face_sets_them(file: str, bold: bool):
    with TTFont(paths.fonts() / file, lazy=True) as face:
        names, widths = face.getBestCmap(), face["hmtx"]
        for text in ("2024年7月", "12345.67", "葵盘果胶、颗粒饲料", "kWh/t", "（任务12）", "“超滤”·±≥×①"):
            real = sum(widths[names[ord(sign)]][0] for sign in text) / 1000 * 8.5 * MM_PER_POINT
            assert charts_type.width_of(text, 8.5, bold=bold) == pytest.approx(real, rel=0.04)
            assert charts_type.width_of(text, 8.5, bold=bold) >= real - 0.06


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("完成中试", ["完成中试"]),
        ("渣秸混合比、菌种组合与制粒参数试验", ["渣秸混合比、", "菌种组合与制粒参数试验"]),
        ("超滤机组与精馏塔选型、防爆设计、设备签约", ["超滤机组与精馏塔选型、", "防爆设计、设备签约"]),
        ("提取段满负荷参数固化与批间偏差控制", ["提取段满负荷参数固化", "与批间偏差控制"]),
        ("二〇二六年参与编制地方标准并在三个盟市推广", ["二〇二六年参与编制地方标准", "并在三个盟市推广"]),
    ],
)
def test_a_label_ends_its_first_line_where_it_reads_well(text: str, lines: list[str]):
    assert charts_type.broken(text, 45, 8.5) == lines


@given(st.text("甲乙丙，（）。ab12 kWh/", min_size=1, max_size=80), st.floats(12, 60))
@settings(max_examples=200, deadline=None)
def test_any_label_keeps_to_two_lines_of_the_width_and_loses_nothing_silently(text: str, width: float):
    lines = charts_type.broken(text, width, 8.5)
    assert len(lines) <= 2
    assert all(charts_type.width_of(line, 8.5) <= width + 1e-4 for line in lines)
    if not lines[-1].endswith("…"):
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_of_a_label_begins_with_a_mark_or_parts_a_number_from_its_unit():
    for width_mm in range(22, 44):
        first, second = charts_type.broken("完成全部考核（含第三方检测）、验收", width_mm, 8.5)
        assert first[-1] != "（"
        assert second[0] not in "、）"
        first, second = charts_type.broken("颗粒饲料连续试制 1200 t 与储存稳定性观察", width_mm + 10, 8.5)
        assert not first.endswith("1200")
