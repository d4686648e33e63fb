"""A Word document cut at its headings: by its heading styles, by outline levels, or by how Chinese documents number.

Headings that no style tells of are known by their number (第一章, 一、, （一）, 1.1, 1.), by being short, and where
that is not enough by being bold; what asks for an answer in a form made of one large table counts as a heading, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange.word_items import Formula, Item, Paragraph, Picture, Table

MOST_PARTS: Final = 400
LONGEST_TITLE: Final = 40
"""Characters of a heading that no style tells of; a longer line is text."""
_LONGEST_BARE: Final = 20  # of one that has no number either
_FEW_STYLED: Final = 2  # headings by styles, below which numbers are looked at as if there were none
_LONG_CELL: Final = 200  # characters in a cell that no table of records has
_MANY_PARAGRAPHS: Final = 4

_CHINESE: Final = "[一二三四五六七八九十百]+"
_DIGITS: Final = "[0-9０-９]+"
_KINDS: Final = (  # how headings are numbered, and whether a number of that kind alone makes a heading
    ("chapter", True, re.compile(rf"第\s*(?:{_CHINESE}|{_DIGITS})\s*(?:章|部分|篇|编)\s*[、.．:：]?")),
    ("section", True, re.compile(rf"第\s*(?:{_CHINESE}|{_DIGITS})\s*节\s*[、.．:：]?")),
    ("chinese", True, re.compile(rf"{_CHINESE}\s*[、.．]")),
    ("chinese_brackets", True, re.compile(rf"[（(]\s*{_CHINESE}\s*[）)]\s*[、.．]?")),
    ("decimal_4", True, re.compile(rf"{_DIGITS}(?:[.．]{_DIGITS}){{3}}[.．、]?(?![0-9])")),
    ("decimal_3", True, re.compile(rf"{_DIGITS}(?:[.．]{_DIGITS}){{2}}[.．、]?(?![0-9])")),
    ("decimal_2", True, re.compile(rf"{_DIGITS}[.．]{_DIGITS}[.．、]?(?![0-9%％])")),
    ("decimal", False, re.compile(rf"{_DIGITS}\s*[.．、](?![0-9])")),
    ("brackets", False, re.compile(rf"[（(]\s*{_DIGITS}\s*[）)]|{_DIGITS}\s*[）)]")),
    ("circle", False, re.compile("[①-⑳]")),
)
_ENDS: Final = tuple("。；;，,！!？?…")
_EXPLAINED = re.compile(r"[（(].*[）)]?\s*$")
_LABEL = re.compile(r"[:：]\s*")


@dataclass(frozen=True)
class Part:
    """A heading with what stands under it up to the next one: its number and words, its level, the parts above it.

    `above` are the places of the parts that it belongs to, the highest first. What stands before the first heading is
    a part without words. `items` are its own, without those of the parts below it.
    """

    number: str
    title: str
    level: int
    above: tuple[int, ...]
    items: tuple[Item, ...]
    heading: Paragraph | None = None


@dataclass
class _Found:
    """A heading that was found: its kind, and what of its paragraph is number, words and answer behind a colon."""

    kind: str
    number: str
    title: str
    rest: list[Json] = field(default_factory=list[Json])


def split(items: Sequence[Item]) -> list[Part]:
    """Return the parts of a document in their order, at most 400: of more the deepest levels are not cut."""
    flat = list(_unfolded(items))
    levels = [item.level for item in flat if isinstance(item, Paragraph) and item.level is not None]
    found = _found(flat, styled=len(levels) >= _FEW_STYLED)
    ranked = _ranked(found)
    deepest = max(ranked.values(), default=0)
    while len(ranked) > MOST_PARTS and deepest > 0:
        ranked = {at: level for at, level in ranked.items() if level < deepest}
        deepest -= 1
    return _parts(flat, found, dict(list(ranked.items())[:MOST_PARTS]))


# ---- forms made of one large table


def _unfolded(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items, those in tables that are there for the layout alone as if there were no table."""
    for item in items:
        if isinstance(item, Table) and _is_layout(item):
            yield from _cells(item)
        else:
            yield item


def _is_layout(table: Table) -> bool:
    """Tell whether a table is no more than lines around text: one column of it, or cells that hold what pages hold."""
    columns = max((sum(bool(cell) for cell in row) for row in table.rows), default=0)
    cells = [cell for row in table.rows for cell in row]
    framed = columns <= 1 and (len(table.rows) == 1 or any(len(cell) > 1 for cell in cells))
    return framed or any(_is_page(cell) for cell in cells)


def _is_page(cell: Sequence[Item]) -> bool:
    paragraphs = [item for item in cell if isinstance(item, Paragraph)]
    letters = sum(len(item.text) for item in paragraphs)
    if any(isinstance(item, Table) for item in cell):
        return True
    return len(paragraphs) >= _MANY_PARAGRAPHS and letters > _LONG_CELL


def _cells(table: Table) -> Iterator[Item]:
    """Yield what stands in the cells row by row; rows of short cells stay a table."""
    kept = Table()
    for row in table.rows:
        said = [cell for cell in row if cell]
        label = _label_of(said[0]) if len(said) > 1 else None
        if len(said) > 1 and not any(_is_page(cell) for cell in said):
            kept.rows.append(row)
            continue
        if kept.rows:
            yield kept
            kept = Table()
        if label is not None:
            yield Paragraph(label.runs, is_label=True)
        for cell in said[label is not None :]:
            yield from _unfolded(cell)
    if kept.rows:
        yield kept


def _label_of(cell: Sequence[Item]) -> Paragraph | None:
    """Return what a cell asks for, None when it is more than a few words."""
    if not all(isinstance(item, Paragraph) for item in cell):
        return None
    text = "".join(item.text.strip() for item in cell if isinstance(item, Paragraph))
    return Paragraph([{"text": text}]) if 0 < len(text) <= _LONGEST_BARE else None


# ---- headings


def _found(items: Sequence[Item], *, styled: bool) -> dict[int, _Found]:
    """Return the headings among items by their places; where styles tell of them, others must at least be bold."""
    found: dict[int, _Found] = {}
    numbered: list[tuple[int, _Found, bool, Paragraph]] = []
    for at, item in enumerate(items):
        if not isinstance(item, Paragraph) or item.is_caption:
            continue
        if item.level is not None:
            found[at] = _styled(item)
        elif item.is_label:
            told = _numbered(item)
            found[at] = told[0] if told is not None else _Found("label", "", _bare(item.text))
        elif (told := _numbered(item)) is not None:
            numbered.append((at, told[0], told[1], item))
    before: dict[str, list[int]] = {}
    for at, told, sure, item in numbered:
        number = [int(part) for part in re.findall(_DIGITS, told.number)]
        follows = not told.kind.startswith("decimal_") or _follows(number, before.get(told.kind, []))
        sure_by_number = sure and not styled and item.counted is None
        if item.is_bold or (follows and (sure_by_number or (not styled and _begins(items, at, told)))):
            found[at] = told
            before[told.kind] = number
    if not found:
        found = {at: told for at, item in enumerate(items) if (told := _bold(item)) is not None}
    return dict(sorted(found.items()))


def _follows(number: Sequence[int], before: Sequence[int]) -> bool:
    """Tell whether a number of several parts is the first below another or follows the one before: 3.5 kg are none."""
    return number[-1:] == [1] or (bool(before) and number == [*before[:-1], before[-1] + 1])


def _styled(item: Paragraph) -> _Found:
    text = _bare(item.text)
    label = item.counted.label if item.counted is not None else ""
    if not label:
        number = next((match for _, _, kind in _KINDS if (match := kind.match(text))), None)
        cut = number.end() if number is not None and number.end() < len(text) else 0
        return _Found(f"level {item.level}", text[:cut].strip(), text[cut:].strip())
    return _Found(f"level {item.level}", label, text)


def _numbered(item: Paragraph) -> tuple[_Found, bool] | None:
    """Return the heading that a paragraph is by its number, and whether the number is enough to make it one."""
    counted = item.counted.label if item.counted is not None else ""
    text = f"{counted}{item.text.strip()}"
    for kind, sure, number in _KINDS:
        match = number.match(text)
        if match is None:
            continue
        words = text[match.end() :]
        asked, colon, rest = _answered(words)
        title = _unexplained(_bare(asked))
        if not title or len(title) > LONGEST_TITLE or (not colon and _unexplained(words.rstrip()).endswith(_ENDS)):
            return None
        behind = _behind(item.runs, len(item.text) - len(rest)) if rest else []
        return _Found(kind, match.group().strip(), title, behind), sure
    return None


def _answered(words: str) -> tuple[str, str, str]:
    """Return what is asked, the colon, and the answer behind it; all of it is asked where there is no colon."""
    colon = _LABEL.search(words)
    if (
        colon is None
        or _EXPLAINED.search(words[: colon.start()])
        or colon.start() > LONGEST_TITLE
        or any(end in words[: colon.start()] for end in _ENDS)
    ):
        return words, "", ""
    rest = words[colon.end() :].rstrip()
    return words[: colon.start()], colon.group(), rest


def _unexplained(title: str) -> str:
    """Return a heading without what a form says behind it in brackets, where that alone makes it long."""
    explained = _EXPLAINED.search(title)
    return title[: explained.start()].rstrip() if explained and len(title) > _LONGEST_BARE else title


def _behind(runs: Sequence[Json], at: int) -> list[Json]:
    """Return runs from the character `at` of their text on; runs without text are as long as their source."""
    made: list[Json] = []
    for run in runs:
        length = len(str(run.get("text", run.get("formula", ""))))
        if at <= 0:
            made.append(run)
        elif "text" in run and at < length:
            made.append({**run, "text": str(run["text"])[at:]})
        at -= length
    return made


def _begins(items: Sequence[Item], at: int, told: _Found) -> bool:
    """Tell whether text follows a line, and no other line of the same kind: else it is an item of a list."""
    after = items[at + 1] if at + 1 < len(items) else None
    if not isinstance(after, Paragraph):
        return after is not None and not told.rest and isinstance(after, Table)
    other = _numbered(after)
    return not told.rest and (other is None or other[0].kind != told.kind) and after.level is None


def _bold(item: Item) -> _Found | None:
    """Return the heading that a short bold line is."""
    if not isinstance(item, Paragraph) or not item.is_bold or item.is_caption:
        return None
    text = item.text.strip()
    title = _bare(text)
    return _Found("bold", "", title) if 0 < len(title) <= _LONGEST_BARE and not text.endswith(_ENDS) else None


def _bare(text: str) -> str:
    return rich_text.clean_line(text).strip().rstrip(":：").strip()


def _ranked(found: dict[int, _Found]) -> dict[int, int]:
    """Return the levels of headings: a kind that is met below another stands below it until that is met again."""
    ranked: dict[int, int] = {}
    above: list[str] = []
    for at, told in found.items():
        if told.kind in above:
            above = above[: above.index(told.kind)]
        elif told.kind.startswith("level"):
            above = [kind for kind in above if kind.startswith("level") and kind < told.kind]
        ranked[at] = len(above)
        above.append(told.kind)
    return ranked


# ---- parts


def _parts(items: Sequence[Item], found: dict[int, _Found], ranked: dict[int, int]) -> list[Part]:
    parts: list[Part] = []
    above: list[int] = []
    places = list(ranked)
    front = items[: places[0]] if places else items
    if any(_says(item) for item in front):
        parts.append(Part("", "", 0, (), tuple(front)))
    for at, behind in zip(places, [*places[1:], len(items)], strict=False):
        told, level, heading = found[at], ranked[at], items[at]
        above = [part for part in above if parts[part].level < level]
        own = [Paragraph(told.rest)] if told.rest else []
        assert isinstance(heading, Paragraph)
        runs: list[Json] = [{"text": told.number + told.title}] if told.rest else heading.runs
        whole = Paragraph(runs, level, None if told.rest else heading.counted)
        part = Part(told.number, told.title, level, tuple(above), (*own, *items[at + 1 : behind]), whole)
        above.append(len(parts))
        parts.append(part)
    return parts


def _says(item: Item) -> bool:
    return isinstance(item, (Picture, Formula, Table)) or bool(item.text.strip())
