"""Charts of the answers: which rows and sums a chart of document.json draws, and what its picture says in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call, fill
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import chart_items, charts_budget, charts_gantt, compose_sums, page_style
from kjxm_desktop.export.blocks import Drawing
from kjxm_desktop.export.charts import percent
from kjxm_desktop.export.charts_gantt import Month, Span
from kjxm_desktop.export.compose_values import Answers, figure

_MOST_MONTHS = 240  # a longer piece of work is a slip of the pen; it has its finding, and no bar
_MOST_OF_PAGE = 0.66  # so high a chart may be: it then fits below other things
_HALF_PAGE = 0.43  # so high is a part of one that is higher: two of them fill a page, with their captions

_WORDS: Mapping[str, str] = {
    "chart_year": "{year}",
    "chart_dates": "{from} – {to}",
    "chart_no_bar": "{from} – {to}",
    "chart_part": "{caption} ({part}/{parts})",
    "chart_plan": "{caption}: {count}, {from} – {to}: {rows}",
    "chart_sums": "{caption}: {count}, {total}; {largest}: {rows}",
    "chart_sum": "{name} {amount} ({share})",
}
"""For calls that bring no words for their charts."""


def of_item(call: Call, data: Json, item: Json, now: datetime) -> list[Drawing]:
    """Return the drawings of `item` as they print, their captions without number."""
    told = call.document
    answers = Answers(call, data, now, told["words"])
    return draw(item, answers, page_style.read(told["styles"], told["style"]))


def draw(item: Json, answers: Answers, style: page_style.PageStyle) -> list[Drawing]:
    """Return the drawings that `item` asks for: none for nothing, several for what one page cannot hold."""
    paper = style.text_width_mm, style.text_height_mm * _MOST_OF_PAGE
    made = _Chart(item, answers, {**_WORDS, **answers.words})
    return made.plan(*paper) if item["item"] == "gantt" else made.sums(*paper)


@dataclass(frozen=True)
class _Chart:
    """One chart in the making."""

    item: Json
    answers: Answers
    words: Mapping[str, str]

    # --- the plan -----------------------------------------------------------------------------------------------

    def plan(self, width_mm: float, height_mm: float) -> list[Drawing]:
        """Return the time plan."""
        spans = sorted(self._spans(), key=_in_time)
        if not any(span.has_bar for span in spans):
            return []
        part_mm = height_mm / _MOST_OF_PAGE * _HALF_PAGE
        drawings = charts_gantt.gantt(spans, width_mm, height_mm, self.words["chart_year"], part_mm)
        first = min(span.start for span in spans if span.start and span.has_bar)
        last = max(span.end for span in spans if span.end and span.has_bar)
        told = {"from": self._month(first), "to": self._month(last), "count": str(len(spans))}
        rows = [f"{span.label}（{self._in_words(span)}）" for span in spans]
        return self._captioned(drawings, "chart_plan", {**told, "rows": "；".join(rows)})

    def _spans(self) -> Iterator[Span]:
        item, answers = self.item, self.answers
        for number, row in enumerate(answers.rows(item["rows"]), 1):
            pointers = [json_pointer.in_row_of(item[key], row) for key in ("label", "from", "to")]
            label, start, end = (answers.text(pointer).replace("\n", " ") for pointer in pointers)
            tie = self._tie(row)
            if label or start or end:
                first, last = (_read_month(answers.value(pointer)) for pointer in pointers[1:])
                yield self._span(Span(number, label or self.words["gap"], first, last, tie=tie), start, end)

    def _tie(self, row: str) -> str:
        if "tie" not in self.item:
            return ""
        pointer = json_pointer.in_row_of(self.item["tie"], row)
        return self.answers.text(pointer, row_number=self.item.get("row_number", "")).replace("\n", " ")

    def _span(self, told: Span, start: str, end: str) -> Span:
        """Return the row with what stands at its bar, or without a bar and with the reason."""
        gap = self.words["gap"]
        if told.start and told.end and 0 <= _months(told.start, told.end) <= _MOST_MONTHS:
            same = told.start == told.end
            return replace(told, note=_short(told.start) if same else f"{_short(told.start)}–{_short(told.end)}")
        key = "chart_no_bar" if told.start and told.end else "chart_dates"
        note = fill(self.words[key], {"from": start or gap, "to": end or gap}.__getitem__) if start or end else gap
        return replace(told, start=told.start if not told.end else None, end=None, note=note)

    def _in_words(self, span: Span) -> str:
        if span.start is None or span.end is None:
            return span.note
        told = {"from": self._month(span.start), "to": self._month(span.end)}
        return told["from"] if span.start == span.end else fill(self.words["chart_dates"], told.__getitem__)

    def _month(self, month: Month) -> str:
        return self.answers.date(f"{month[0]:04d}-{month[1]:02d}")

    # --- sums ---------------------------------------------------------------------------------------------------

    def sums(self, width_mm: float, height_mm: float) -> list[Drawing]:
        """Return the sums by one answer, or by two."""
        control = self.answers.control(self.item["amount"])
        unit = control.unit if control else ""
        terms = charts_budget.Terms(figure, unit, self.words["total"])
        down, across, found = compose_sums.sums(self.answers, self.item)
        sums = [sum((found.get((name, other), Decimal(0)) for other in across), Decimal(0)) for name in down]
        if not any(found.values()):
            return []
        if self.item["item"] == "bars":
            drawings = charts_budget.bars(list(zip(down, sums, strict=True)), width_mm, height_mm, terms)
        else:
            drawings = charts_budget.stacked_bars(down, across, found, width_mm, height_mm, terms)
        whole = sum(sums, Decimal(0))
        told = {name: self._sum(name, value, whole, unit) for name, value in zip(down, sums, strict=True)}
        largest = max(zip(sums, told.values(), strict=True), key=lambda pair: pair[0])[1]
        parts = [
            f"{text}：{self._parts(name, across, found, unit)}" if len(across) > 1 else text
            for name, text in told.items()
        ]
        about = {"count": str(len(down)), "total": figure(whole) + unit, "largest": largest, "rows": "；".join(parts)}
        return self._captioned(drawings, "chart_sums", about)

    def _sum(self, name: str, value: Decimal, whole: Decimal, unit: str) -> str:
        told = {"name": name, "amount": figure(value) + unit, "share": percent(value, whole)}
        return fill(self.words["chart_sum"], told.__getitem__)

    def _parts(self, name: str, across: Sequence[str], found: charts_budget.Amounts, unit: str) -> str:
        told = [f"{other} {figure(found[name, other])}{unit}" for other in across if found.get((name, other))]
        return "，".join(told)

    # --- words --------------------------------------------------------------------------------------------------

    def _captioned(self, drawings: Sequence[Drawing], key: str, told: Mapping[str, str]) -> list[Drawing]:
        """Return `drawings` with their captions and what they say in words; each says all of it."""
        captions = [self.item["caption"]]
        if len(drawings) > 1:
            parts = [{"part": str(at), "parts": str(len(drawings))} for at in range(1, len(drawings) + 1)]
            captions = [
                fill(self.words["chart_part"], {"caption": self.item["caption"], **part}.__getitem__) for part in parts
            ]
        pointer = chart_items.table_of(self.item)
        return [
            replace(
                drawing,
                caption=caption,
                alt=fill(self.words[key], {"caption": caption, **told}.__getitem__),
                pointer=pointer,
            )
            for drawing, caption in zip(drawings, captions, strict=True)
        ]


def _in_time(span: Span) -> tuple[Month, Month]:
    """Return what rows are sorted by: when they begin and end; what says neither comes last."""
    never = (10_000, 1)
    start = span.start or span.end or never
    return start, span.end or start


def _months(start: Month, end: Month) -> int:
    return (end[0] - start[0]) * 12 + end[1] - start[1]


def _read_month(told: Json) -> Month | None:
    year, _, month = str(told or "").partition("-")
    if not (year.isascii() and year.isdigit() and month.isascii() and month.isdigit() and 1 <= int(month) <= 12):
        return None
    return int(year), int(month)


def _short(month: Month) -> str:
    """Return a month as it stands at a bar."""
    return f"{month[0]}.{month[1]:02d}"
