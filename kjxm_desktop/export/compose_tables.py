"""Tables on paper: facts beside their labels, rows of records, and totals that are computed, never typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import placeholders
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import compose_sums
from kjxm_desktop.export.blocks import Cell, Column, Row, Run, Runs, Table
from kjxm_desktop.export.compose_columns import kept_whole, room_of, shown_of
from kjxm_desktop.export.compose_rich import RichText
from kjxm_desktop.export.compose_values import Answers, figure
from kjxm_desktop.export.page_style import Align

_CENTRED = ("choice", "month", "day", "yes_no", "number")


def cell(text: str, *, head: bool = False, span: int = 1, pointer: str = "") -> Cell:
    """Return a cell with a paragraph for each line of `text`."""
    return Cell(tuple((Run(line),) if line else () for line in text.split("\n")), span, head=head, pointer=pointer)


@dataclass(frozen=True)
class Fact:
    """One label and what stands beside it."""

    label: str
    paragraphs: tuple[Runs, ...]
    wide: bool
    pointer: str


class Tables:
    """Makes the tables of one document."""

    def __init__(self, answers: Answers, rich: RichText) -> None:
        self._answers = answers
        self._rich = rich

    # --- facts --------------------------------------------------------------------------------------------------

    def facts(self, item: Json, row: str = "") -> Table | None:
        """Return labels beside values, one pair or two a line as "shares" has 2 or 4; None when none is asked."""
        shares = [share / sum(item["shares"]) for share in item["shares"]]
        facts = [fact for told in item["rows"] for fact in self._fact(told, row)]
        if not facts:
            return None
        columns = tuple(Column(share, "center" if at % 2 == 0 else "left") for at, share in enumerate(shares))
        rows = tuple(_fact_rows(facts, len(shares) // 2))
        return Table(columns, rows, style=item.get("style", "facts"), pointer=row)

    def _fact(self, told: Json, row: str) -> Iterator[Fact]:
        """Yield the fact that `told` asks for, unless nothing of it is asked."""
        if "pointer" in told:
            pointer = json_pointer.in_row_of(told["pointer"], row)
            if not self._answers.shown(pointer):
                return
            label = told.get("label") or self._answers.label(told["pointer"])
            paragraphs = self._paragraphs(pointer, told)
        else:
            pointer, label = "", told["label"]
            names = [json_pointer.in_row_of(name, row) for name in _pointers_in(told.get("text", ""))]
            if names and not any(self._answers.shown(name) for name in names):
                return
            paragraphs = _lines(self._computed(told, row) or self._answers.filled(told.get("else", "")))
        if not paragraphs and not told.get("blank"):
            paragraphs = ((Run(told.get("empty") or self._answers.nothing(pointer)),),)
        yield Fact(label, paragraphs or ((),), bool(told.get("wide")), pointer)

    def _computed(self, told: Json, row: str) -> str:
        if "sum" in told:
            return figure(sum((self._answers.amount(pointer) for pointer in told["sum"]), Decimal(0)))
        if "names" in told:
            return self._answers.words["joiner"].join(self._names(told["names"]))
        return self._answers.filled(told.get("text", ""), row, row_number=told.get("row_number", ""))

    def _names(self, patterns: Sequence[str]) -> list[str]:
        """Return what stands in a column of several tables, each name once."""
        found = {
            self._answers.text(pointer): None
            for pattern in patterns
            if self._answers.any_shown(pattern)
            for pointer in json_pointer.expand(self._answers.data, pattern)
        }
        return [name for name in found if name]

    def _paragraphs(self, pointer: str, told: Json) -> tuple[Runs, ...]:
        control = self._answers.control(pointer)
        if control is not None and control.kind == "rich":
            return self._rich.paragraphs(self._answers.value(pointer) or [])
        text = self._answers.text(pointer, row_number=told.get("row_number", ""))
        return _lines(text or self._answers.filled(told.get("else", "")))

    # --- rows ---------------------------------------------------------------------------------------------------

    def rows(self, item: Json) -> Table | None:
        """Return the rows of a table control; None when it has none.

        "columns" name what stands in them, all columns of the form when there are none; "number_rows" counts the
        rows; "group_by" puts the rows of one answer together under a line that names it, with the sum of "subtotal".
        """
        pointers = self._answers.rows(item["pointer"])
        columns = self._columns(item)
        if not pointers or not columns:
            return None
        counted = item.get("number_rows")
        shares = ([counted["share"]] if counted else []) + [told["share"] for told in columns]
        aligns: list[Align] = [*(["center"] if counted else []), *(self._align(told) for told in columns)]
        heads = [cell(text, head=True) for text in ([counted["label"]] if counted else []) + self._heads(columns)]
        body = list(self._grouped(item, columns, pointers)) if "group_by" in item else []
        body = body or [self._row(item, columns, pointer, at) for at, pointer in enumerate(pointers, 1)]
        shares = self._kept_whole(shares, (Row(tuple(heads)), *body), item.get("style", "grid"))
        return Table(
            tuple(Column(share, align) for share, align in zip(shares, aligns, strict=True)),
            tuple(body),
            (Row(tuple(heads)),),
            item.get("style", "grid"),
            pointer=item["pointer"],
        )

    def _kept_whole(self, shares: Sequence[float], rows: Sequence[Row], style: str) -> list[float]:
        texts = [["\n".join(map(shown_of, told.paragraphs)) for told in row.cells] for row in rows]
        told = [share / sum(shares) for share in shares]
        return kept_whole(told, [row for row in texts if len(row) == len(shares)], *room_of(self._rich.style, style))

    def _columns(self, item: Json) -> list[Json]:
        """Return what is told of the columns that are asked in any row."""
        control = self._answers.control(item["pointer"])
        told = item.get("columns") or [
            {"pointer": column.pointer, "share": column.width} for column in (control.columns if control else ())
        ]
        return [column for column in told if any(self._answers.any_shown(name) for name in _names_of(column))]

    def _heads(self, columns: Sequence[Json]) -> list[str]:
        return [told.get("label") or self._answers.label(told["pointer"]) for told in columns]

    def _align(self, told: Json) -> Align:
        control = self._answers.control(told["pointer"]) if "pointer" in told else None
        if "align" in told or control is None:
            return told.get("align", "left")
        return "right" if control.kind == "money" else "center" if control.kind in _CENTRED else "left"

    def _row(self, item: Json, columns: Sequence[Json], pointer: str, number: int) -> Row:
        counted = [cell(str(number))] if "number_rows" in item else []
        return Row((*counted, *(self._cell(told, pointer) for told in columns)))

    def _cell(self, told: Json, row: str) -> Cell:
        if "text" in told:
            text = self._answers.filled(told["text"], row, row_number=told.get("row_number", ""))
            return Cell(_lines(text) or ((Run(self._answers.words["empty"]),),), pointer=row)
        pointer = json_pointer.in_row_of(told["pointer"], row)
        if not self._answers.shown(pointer):
            return cell(self._answers.words["not_asked"], pointer=pointer)
        return Cell(self._paragraphs(pointer, told) or ((Run(self._answers.nothing(pointer)),),), pointer=pointer)

    def _grouped(self, item: Json, columns: Sequence[Json], pointers: Sequence[str]) -> Iterator[Row]:
        across = len(columns) + ("number_rows" in item)
        number = 0
        for name, rows in self._groups(item["group_by"], pointers):
            yield Row((cell(self._group_title(item, name, rows), head=True, span=across),))
            for pointer in rows:
                number += 1
                yield self._row(item, columns, pointer, number)
        if "subtotal" in item:
            text = item["total"].replace("{sum}", figure(self._sum(item["subtotal"], pointers)))
            yield Row((cell(text, head=True, span=across),))

    def _group_title(self, item: Json, name: str, rows: Sequence[str]) -> str:
        title = item.get("group_title", "{name}").replace("{name}", name)
        return title.replace("{sum}", figure(self._sum(item["subtotal"], rows))) if "subtotal" in item else title

    def _sum(self, pattern: str, rows: Sequence[str]) -> Decimal:
        return sum((self._answers.amount(json_pointer.in_row_of(pattern, row)) for row in rows), Decimal(0))

    def _groups(self, pattern: str, pointers: Sequence[str]) -> list[tuple[str, list[str]]]:
        """Return the rows by what stands in one column, in the order of its options, those without it last."""
        names = compose_sums.names_of(self._answers, pattern, pointers)
        rows = list(zip(names, pointers, strict=True))
        order = compose_sums.in_order(self._answers, pattern, names)
        return [(name, [row for told, row in rows if told == name]) for name in order]

    # --- totals -------------------------------------------------------------------------------------------------

    def totals(self, item: Json) -> Table | None:
        """Return the sums of "amount" by two columns, with the sums of the sums; None without rows."""
        down, across, found = compose_sums.sums(self._answers, item)
        if not down:
            return None
        total = self._answers.words["total"]
        shares = [1.4, *[1.0] * (len(across) + 1)]
        head = Row(tuple(cell(text, head=True) for text in (item["label"], *across, total)))
        rows = [_sum_row(name, [found.get((name, other), Decimal(0)) for other in across]) for name in down]
        sums = [sum((found.get((name, other), Decimal(0)) for name in down), Decimal(0)) for other in across]
        columns = tuple(Column(s / sum(shares), "right" if at else "center") for at, s in enumerate(shares))
        return Table(columns, (*rows, _sum_row(total, sums)), (head,))


def _names_of(told: Json) -> list[str]:
    return [told["pointer"]] if "pointer" in told else _pointers_in(told["text"])


def _pointers_in(template: str) -> list[str]:
    return [name for name in placeholders(template) if name.startswith("/")]


def _lines(text: str) -> tuple[Runs, ...]:
    return tuple((Run(line),) for line in text.split("\n") if line)


def _sum_row(name: str, amounts: Sequence[Decimal]) -> Row:
    whole = sum(amounts, Decimal(0))
    return Row((cell(name, head=True), *(cell(figure(amount)) for amount in (*amounts, whole))))


def _fact_rows(facts: Sequence[Fact], pairs: int) -> Iterator[Row]:
    """Yield rows of `pairs` facts; one that is wide, or last in its row, takes what is left of the width."""
    waiting: list[Fact] = []
    for fact in facts:
        if fact.wide and waiting:
            yield _pair_row(waiting, pairs)
            waiting = []
        waiting.append(fact)
        if fact.wide or len(waiting) == pairs:
            yield _pair_row(waiting, pairs)
            waiting = []
    if waiting:
        yield _pair_row(waiting, pairs)


def _pair_row(facts: Sequence[Fact], pairs: int) -> Row:
    cells: list[Cell] = []
    for at, fact in enumerate(facts):
        last = at == len(facts) - 1
        cells.append(cell(fact.label, head=True))
        span = 1 + 2 * (pairs - len(facts)) if last else 1
        cells.append(Cell(fact.paragraphs, span, pointer=fact.pointer))
    return Row(tuple(cells))
