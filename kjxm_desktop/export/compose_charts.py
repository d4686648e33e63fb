"""Charts of the answers: which rows and sums a chart of document.json draws, and what its picture says in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import charts
from kjxm_desktop.export.blocks import Drawing
from kjxm_desktop.export.compose_tables import Tables
from kjxm_desktop.export.compose_values import Answers

_MOST_MONTHS = 240  # a longer piece of work is a slip of the pen; it has its finding, and no bar
_MOST_ROWS = 22  # as many fit on a page


def draw(item: Json, answers: Answers, tables: Tables, width_mm: float) -> list[Drawing]:
    """Return the drawings that `item` asks for: none for nothing, several for what one page cannot hold."""
    if item["item"] == "gantt":
        spans = list(_spans(item, answers))
        return [_gantt(item, spans[at : at + _MOST_ROWS], width_mm) for at in range(0, len(spans), _MOST_ROWS)]
    control = answers.control(item["amount"])
    unit = control.unit if control else ""
    down, across, found = tables.sums(item)
    if not any(found.values()) or len(down) > _MOST_ROWS:
        return []
    if item["item"] == "bars":
        values = [(name, sum((found.get((name, other), Decimal(0)) for other in across), Decimal(0))) for name in down]
        drawing = charts.bars(values, width_mm, unit)
        return [_captioned(drawing, item, [f"{name}{value:.2f}{unit}" for name, value in values])]
    drawing = charts.stacked_bars(down, across, found, width_mm, unit)
    pairs = [(name, other) for name in down for other in across if (name, other) in found]
    told = [f"{name}{other}{found[name, other]:.2f}{unit}" for name, other in pairs]
    return [_captioned(drawing, item, told)]


def _captioned(drawing: Drawing, item: Json, parts: Sequence[str]) -> Drawing:
    """Return `drawing` with its caption and what it says in words."""
    alt = f"{item['caption']}：{'；'.join(parts)}"
    return replace(drawing, caption=item["caption"], alt=alt, pointer=item.get("rows", ""))


def _gantt(item: Json, spans: Sequence[charts.Span], width_mm: float) -> Drawing:
    told = [f"{span.label}（{_month(span.start)}至{_month(span.end)}）" for span in spans]
    return _captioned(charts.gantt(spans, width_mm), item, told)


def _spans(item: Json, answers: Answers) -> Iterator[charts.Span]:
    for row in answers.rows(item["rows"]):
        start = _read_month(answers.value(json_pointer.in_row_of(item["from"], row)))
        end = _read_month(answers.value(json_pointer.in_row_of(item["to"], row)))
        if start and end and 0 <= (end[0] - start[0]) * 12 + end[1] - start[1] <= _MOST_MONTHS:
            label = answers.text(json_pointer.in_row_of(item["label"], row)) or answers.words["gap"]
            yield charts.Span(label.replace("\n", " "), start, end)


def _read_month(told: Json) -> tuple[int, int] | None:
    year, _, month = str(told or "").partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        return None
    return int(year), int(month)


def _month(month: tuple[int, int]) -> str:
    return f"{month[0]}年{month[1]}月"
