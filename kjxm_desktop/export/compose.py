"""Proposal to document: the answers of one proposal laid out as its call's document.json says.

document.json has parts (cover, 填写说明, contents, body) made of items; `_ITEMS` at the end names every kind there is.
A section or a group is an item that holds others; its heading is numbered by its depth. What is not asked does not
print and takes no number. Nothing of one call's layout stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export import compose_charts, compose_fit, page_style
from kjxm_desktop.export.blocks import (
    Block,
    Contents,
    Document,
    Furniture,
    Heading,
    ListBlock,
    ListItem,
    PageBreak,
    Paragraph,
    Part,
    Run,
    Signature,
    Spacer,
    Table,
)
from kjxm_desktop.export.compose_rich import Counters, RichText
from kjxm_desktop.export.compose_tables import Tables
from kjxm_desktop.export.compose_values import Answers, chinese_number

_DEEPEST = 3  # headings below this level are bold paragraphs, not part of the outline


def compose(
    call: Call,
    data: Json,
    media_info: Mapping[str, tuple[int, int]],
    *,
    now: datetime,
    draft: bool,
    check_code: str = "",
) -> Document:
    """Return the document that prints `data`.

    `media_info` holds width and height in pixels of the pictures by SHA-256; `check_code` stands in the footers.
    Raises KjxmError export.picture for a picture that is not among them, export.item and export.style where
    document.json names something there is not.
    """
    return _Composition(call, data, media_info, now).document(draft, check_code)


class _Composition:
    """One document in the making: the counters run on from part to part."""

    def __init__(self, call: Call, data: Json, sizes: Mapping[str, tuple[int, int]], now: datetime) -> None:
        self.told = call.document
        self.words: Mapping[str, str] = self.told["words"]
        self.style = page_style.read(self.told["styles"], self.told["style"])
        self.answers = Answers(call, data, now, self.words)
        self.counters = Counters(self.words)
        self.rich = RichText(self.style, self.counters, sizes, self._reference_ids())
        self.tables = Tables(self.answers, self.rich)
        self._now = now
        self._numbers: list[int] = []

    def _reference_ids(self) -> list[str]:
        tables = [item["pointer"] for item in _all_items(self.told["parts"]) if item.get("item") == "references"]
        rows = [row for table in tables for row in json_pointer.get(self.answers.data, table, [])]
        return [str(row.get("id", "")) for row in rows if row.get("text")]

    def document(self, draft: bool, check_code: str) -> Document:
        parts, style = compose_fit.fitted([self._part(part) for part in self.told["parts"]], self.style)
        return Document(
            title=self.answers.filled(self.told["title"]) or self.answers.filled(self.told["subject"]),
            subject=self.answers.filled(self.told["subject"]),
            language=self.told["language"],
            created=self._now,
            style=style,
            parts=tuple(part for part in parts if part.blocks),
            numbering=tuple(self.told["numbering"]),
            furniture=Furniture(
                header=self.answers.filled(self.told.get("header", "")),
                page_number=self.told["styles"][self.told["style"]]["page_number"],
                check_code=self.words.get("check_code", "{code}").replace("{code}", check_code) if check_code else "",
                draft_mark=self.words["draft"] if draft else "",
            ),
        )

    def _part(self, part: Json) -> Part:
        blocks = list(self.items(part["items"], 1))
        return Part(part["name"], tuple(self._with_references(blocks)), bool(part.get("page_numbers")))

    def items(self, items: Json, level: int) -> Iterator[Block]:
        """Yield the blocks of `items`; a heading among them stands on `level`."""
        for item in items:
            make = _ITEMS.get(item["item"])
            if make is None:
                raise KjxmError("export.item", name=str(item["item"]))
            yield from make(self, item, level)

    def heading(self, title: str, level: int, pointer: str, number: str | None = None) -> Block:
        """Return the next heading on `level`, numbered unless it brings its own `number`."""
        if number is None:
            number = self._number(level)
        if level > _DEEPEST:
            return Paragraph((Run(number + title),), f"heading{level}", pointer)
        return Heading(level, number, title, f"heading{self.counters.count('anchor')}", pointer)

    def _number(self, level: int) -> str:
        self._numbers = [*self._numbers[:level], *[0] * (level - len(self._numbers))]
        self._numbers[level - 1] += 1
        pattern = self.told["numbering"][min(level, len(self.told["numbering"])) - 1]
        count = self._numbers[level - 1]
        return pattern.format(number=count, chinese=chinese_number(count))

    def under_heading(
        self, title: str, level: int, pointer: str, inner: Callable[[int], Iterator[Block]], number: str | None = None
    ) -> Iterator[Block]:
        """Yield a heading and what `inner` makes for the level below; nothing, and no number, when that is empty."""
        numbers = list(self._numbers)
        heading = self.heading(title, level, pointer, number)
        blocks = list(inner(level + 1))
        if blocks:
            yield heading
            yield from blocks
        else:
            self._numbers = numbers

    def empty(self, pointer: str) -> Paragraph:
        """Return the word for an answer that was not given."""
        return Paragraph((Run(self.words["empty"]),), "body", pointer)

    def no_rows(self, pointer: str) -> Paragraph:
        """Return the word for a table without rows beside the table's label, as no heading may name it."""
        return Paragraph((Run(f"{self.answers.label(pointer)}：{self.words['empty']}"),), "body", pointer)

    def _with_references(self, blocks: list[Block]) -> Iterator[Block]:
        """Yield `blocks` with the lists of references in their place, now that every citation has its number."""
        for block in blocks:
            if isinstance(block, _References):
                yield from self._references(block.pointer)
            else:
                yield block

    def _references(self, table: str) -> Iterator[Block]:
        rows = json_pointer.get(self.answers.data, table, [])
        told = [(str(row.get("id", "")), at, row["text"]) for at, row in enumerate(rows) if row.get("text")]
        numbered = {reference: self.counters.citation(reference) for reference, _, _ in told}
        for reference, at, text in sorted(told, key=lambda one: numbered[one[0]]):
            number = numbered[reference]
            runs = (Run(f"[{number}] "), Run(text))
            yield Paragraph(runs, "reference", f"{table}/{at}/text", f"reference{number}")
        if not told:
            yield self.empty(table)


class _References(Paragraph):
    """The place of a list of references until the last citation is numbered."""


def _all_items(items: Json) -> Iterator[Json]:
    for item in items:
        yield item
        yield from _all_items(item.get("items", ()))


# --- the kinds of items ---------------------------------------------------------------------------------------------


def _section(made: _Composition, item: Json, level: int) -> Iterator[Block]:
    """{"section": id, "title"?, "items"}: a section of the form under a numbered heading."""
    pointer = json_pointer.build([item["section"]])
    if made.answers.shown(pointer):
        section = made.answers.call.form.section(item["section"])
        title = item.get("title") or (section.title["zh"] if section else "")
        yield from made.under_heading(title, level, pointer, lambda deeper: made.items(item["items"], deeper))


def _group(made: _Composition, item: Json, level: int) -> Iterator[Block]:
    """{"title", "items"}: items under a numbered heading."""
    yield from made.under_heading(item["title"], level, "", lambda deeper: made.items(item["items"], deeper))


def _text(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"text", "style"}: words of the layout itself, with {names} filled in."""
    text = made.answers.filled(item["text"])
    for line in text.split("\n") if text else []:
        yield Paragraph((Run(line),), item.get("style", "body"))


def _space(_made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"mm"}: empty height."""
    yield Spacer(float(item["mm"]))


def _page_break(_made: _Composition, _item: Json, _level: int) -> Iterator[Block]:
    """{}: what follows begins on a new page."""
    yield PageBreak()


def _contents(_made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"title", "depth", "hint"?}: the table of contents."""
    yield Contents(item["title"], item["depth"], item.get("hint", ""))


def _prose(made: _Composition, item: Json, level: int) -> Iterator[Block]:
    """{"pointer", "title"?, "heading"?}: one answer as running text, under its label unless "heading" is false."""
    pointer = item["pointer"]
    if not made.answers.any_shown(pointer):
        return
    if item.get("heading") is False:
        yield from _answer(made, pointer)
    else:
        title = item.get("title") or made.answers.label(pointer)
        yield from made.under_heading(title, level, pointer, lambda _: _answer(made, pointer))


def _answer(made: _Composition, pointer: str) -> Iterator[Block]:
    control, value = made.answers.control(pointer), made.answers.value(pointer)
    if control is None or value is None:
        yield made.empty(pointer)
    elif control.kind == "rich":
        yield from made.rich.blocks(value, pointer)
    elif control.kind == "picture":
        yield made.rich.picture(value, pointer)
    else:
        for line in made.answers.text(pointer).split("\n"):
            yield Paragraph((Run(line),), "body", pointer)


def _facts(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"shares", "rows": [{"pointer" | "label" with "text", "sum" or "names", …}]}: labels beside values."""
    table = made.tables.facts(item)
    if table is not None:
        yield table


def _table(made: _Composition, item: Json, level: int) -> Iterator[Block]:
    """{"pointer", "columns"?, "caption"?, …}: the rows of a table control; as records when they hold long text."""
    control = made.answers.control(item["pointer"])
    if control is None or not made.answers.shown(item["pointer"]):
        return
    if "columns" not in item and any(column.kind in ("rich", "picture") for column in control.columns):
        yield from _records(made, item, level)
    elif not made.answers.rows(item["pointer"]):
        yield from _lead(item)
        yield made.no_rows(item["pointer"])
    else:
        yield from _lead(item)
        yield from _captioned(made, item, made.tables.rows)


def _lead(item: Json) -> Iterator[Block]:
    if "lead" in item:
        yield Paragraph((Run(item["lead"]),), "body")


def _captioned(made: _Composition, item: Json, make: Callable[[Json], Table | None]) -> Iterator[Block]:
    """Yield the table that `make` makes, numbered when it has a caption."""
    table = make(item)
    if table is not None and "caption" in item:
        table = replace(table, number=made.counters.next("table"), caption=item["caption"])
    if table is not None:
        yield table


def _totals(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"amount", "by", "across", "label", "caption"}: sums of a column by two others."""
    if made.answers.rows(item["amount"].partition("/*")[0]):
        yield from _captioned(made, item, made.tables.totals)


def _records(made: _Composition, item: Json, level: int) -> Iterator[Block]:
    """{"pointer", "number"?, "title"?, "facts"?, "prose"?}: each row under a heading of its own."""
    table = item["pointer"]
    if not made.answers.shown(table):
        return
    rows = made.answers.rows(table)
    if not rows:
        yield made.no_rows(table)
    for at, row in enumerate(rows, 1):
        named = json_pointer.in_row_of(_title_of(made, item), row)
        number = item["number"].replace("{number}", str(at)) if "number" in item else None
        title = made.answers.text(named) or made.words["gap"]
        yield from made.under_heading(
            title, level, named, lambda deeper, row=row: _record(made, item, row, deeper), number
        )


def _title_of(made: _Composition, item: Json) -> str:
    control = made.answers.control(item["pointer"])
    return item.get("title") or f"{item['pointer']}/*/{control.row_label if control else 'id'}"


def _record(made: _Composition, item: Json, row: str, level: int) -> Iterator[Block]:
    control = made.answers.control(item["pointer"])
    columns = [column for column in (control.columns if control else ()) if column.pointer != _title_of(made, item)]
    plain = [{"pointer": column.pointer} for column in columns if column.kind not in ("rich", "picture")]
    facts = item.get("facts", {"shares": [20, 80], "rows": plain})
    table = made.tables.facts(facts, row) if facts["rows"] else None
    if table is not None:
        yield table
    prose = item.get("prose", [column.pointer for column in columns if column.kind in ("rich", "picture")])
    for pattern in prose:
        pointer = json_pointer.in_row_of(pattern, row)
        if not made.answers.shown(pointer):
            continue
        if len(prose) > 1:
            yield made.heading(made.answers.label(pattern), max(level, _DEEPEST + 1), pointer, "")
        yield from _answer(made, pointer)


def _list(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"text": column pointer, "marker"?}: one column of a table as a numbered list."""
    table = item["text"].partition("/*")[0]
    if not made.answers.shown(table):
        return
    rows = made.answers.rows(table)
    texts = [made.answers.text(json_pointer.in_row_of(item["text"], row)) for row in rows]
    pattern = item.get("marker", "{number}.")
    items = [
        ListItem(pattern.replace("{number}", str(at)), (Run(text.replace("\n", " ") or made.words["empty"]),))
        for at, text in enumerate(texts, 1)
    ]
    yield ListBlock(tuple(items), True, table) if items else made.empty(table)


def _references(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"pointer"}: the references, in the order in which they are first cited."""
    if made.answers.shown(item["pointer"]):
        yield _References((), "reference", item["pointer"])


def _chart(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"item": "gantt" | "bars" | "stacked_bars", …, "caption"}: a drawing of what the tables say."""
    for drawing in compose_charts.draw(item, made.answers, made.style):
        yield replace(drawing, number=made.counters.next("figure"))


def _signature(made: _Composition, item: Json, _level: int) -> Iterator[Block]:
    """{"lines": [text or {"text", "style"}], "height_mm", "each"?: table}: a framed place to sign, one for each row."""
    if "each" in item and not made.answers.shown(item["each"]):
        return
    for row in made.answers.rows(item["each"]) if "each" in item else [""]:
        paragraphs: list[Paragraph] = []
        for told in item["lines"]:
            template, style = (told, "signature") if isinstance(told, str) else (told["text"], told["style"])
            text = made.answers.filled(template, row)
            paragraphs.append(Paragraph((Run(text),) if text else (), style))
        yield Signature(tuple(paragraphs), float(item["height_mm"]), row)


_ITEMS: Mapping[str, Callable[[_Composition, Json, int], Iterator[Block]]] = {
    "section": _section,
    "group": _group,
    "text": _text,
    "space": _space,
    "page_break": _page_break,
    "contents": _contents,
    "prose": _prose,
    "facts": _facts,
    "table": _table,
    "totals": _totals,
    "records": _records,
    "list": _list,
    "references": _references,
    "gantt": _chart,
    "bars": _chart,
    "stacked_bars": _chart,
    "signature": _signature,
}
