"""Which part of a Word document goes to which answer of the form: by how alike headings and labels are.

Nothing of a call is known here: labels, titles of groups and sections in all its languages are what the form has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from kjxm_desktop.core.form import Control, Form, Section, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange.word_headings import Part
from kjxm_desktop.exchange.word_items import Paragraph

LEAST: Final = 0.58
"""So alike a heading and a label must be to be proposed."""
_LEAST_COLUMN: Final = 0.6
_BY_SECTION: Final = 0.05  # what it counts that the heading above is that of the section
_LESS_BY_TITLE: Final = 0.04  # a title of a group or a section tells less than the label itself
_MOST_LETTERS: Final = 60
_LEAST_LETTERS: Final = 0.5  # share of letters in common, below which nothing is alike
_SURE_OF_COLUMNS: Final = 0.85
_LEAST_OF_COLUMNS: Final = 0.55
_LOOKED_AT: Final = 8  # rows behind one that may name the columns
_MOST_IN_LINE: Final = 300  # characters

TAKES_TEXT: Final = ("rich", "text", "line")

_NUMBER = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百0-9]+[章节部分篇]+|[一二三四五六七八九十百]+[、.．]|[（(][一二三四五六七八九十0-9]+[）)]"
    r"|[0-9]+(?:[.．][0-9]+)*[、.．)）]?)\s*"
)
_BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]?")
_COUNTING = re.compile(r"序号|编号|no\.?|#", re.IGNORECASE)
_SPAN = re.compile(r"\s*(?:至|到|—+|–|－|～|~|-{1,2}(?=\s*[0-9]{4}))\s*")
_NOISE = re.compile(r"[\W_]+|[与及和暨或的之]|以(?=及)")


@dataclass(frozen=True)
class Match:
    """A proposed place: the pointer of a control, and how alike its words are, 1 at the most."""

    pointer: str
    likeness: float


@dataclass(frozen=True)
class Columns:
    """A table of the form for a table of the document: its pointer, which row names the columns, and their controls.

    `names` are the names of the columns of the form, one for each column of the document, "" where none fits and two
    with a line break between them where cells tell from when to when. `likeness` is at most 1; `sure`: it is enough,
    with the headings that the table stands under, to propose it.
    """

    pointer: str
    heading_row: int
    names: tuple[str, ...]
    likeness: float
    sure: bool = False


def likeness(one: str, other: str) -> float:
    """Return how alike two headings are, from 0 to 1: pairs of letters in common, and letters in the same order.

    Numbers, brackets, punctuation and the words for “and” and “of” count for nothing.
    """
    return _likeness(_folded(one), _folded(other))


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    bare = _BRACKETS.sub("", _NUMBER.sub("", text.casefold(), count=1)) or text.casefold()
    return _NOISE.sub("", bare)[:_MOST_LETTERS]


@lru_cache(maxsize=65536)
def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    length = len(one) + len(other)
    if len(_signs(one) & _signs(other)) <= 1:  # as nearly all pairs are, quickly told
        return 0.0
    if 2 * (Counter(one) & Counter(other)).total() < _LEAST_LETTERS * length:
        return 0.0
    pairs = [Counter(text[at : at + 2] for at in range(len(text) - 1)) for text in (one, other)]
    total = pairs[0].total() + pairs[1].total()
    shared = 2 * (pairs[0] & pairs[1]).total() / total if total else 0.0
    ordered = 2 * _in_order(one, other) / length
    found = (shared + ordered) / 2
    short, long = sorted((one, other), key=len)
    if short in long and len(short) >= 2 and 2 * len(short) >= len(long):
        found = max(found, 0.7 + 0.25 * len(short) / len(long))
    return min(found, 0.99)


@lru_cache(maxsize=4096)
def _signs(text: str) -> frozenset[str]:
    return frozenset(text)


def _in_order(one: str, other: str) -> int:
    """Return how many letters two texts have in common in the same order."""
    before = [0] * (len(other) + 1)
    for sign in one:
        now = [0]
        for at, there in enumerate(other):
            now.append(before[at] + 1 if sign == there else max(before[at + 1], now[at]))
        before = now
    return before[-1]


# ---- parts and controls


def places(form: Form, data: Json) -> list[Control]:
    """Return the controls that a part may go to, in the order of the form: those that are asked and take text.

    A table is one of them when its rows hold long text: then each part under a heading becomes a row.
    """
    return [
        control
        for section in form.sections
        for control in section.controls
        if form.shown(control.pointer, data) and (control.kind in TAKES_TEXT or text_column(control) is not None)
    ]


def text_column(table: Control) -> Control | None:
    """Return the column of a table that holds the text of a part, None where it is a table of short cells."""
    if table.kind != "table" or len(table.columns) > 2:
        return None
    return next((column for column in table.columns if column.kind in ("rich", "text")), None)


def matches(form: Form, data: Json, parts: Sequence[Part]) -> list[Match | None]:
    """Return the proposed place of each part: each control goes to the part most like it, parts left over to none.

    A part of a title that is that of a section goes to the first long text in it that nothing else goes to.
    """
    controls = places(form, data)
    weighed = sorted(
        (
            (found, at, control.pointer)
            for at, part in enumerate(parts)
            if part.title
            for control in controls
            if _has_room(control, part)
            if (found := _weight(form, control, part, [parts[above].title for above in part.above])) >= LEAST
        ),
        key=lambda one: (-one[0], one[1]),
    )
    made: list[Match | None] = [None] * len(parts)
    taken: set[str] = set()
    for found, at, pointer in weighed:
        if made[at] is None and pointer not in taken:
            made[at] = Match(pointer, found)
            taken.add(pointer)
    for at, part in enumerate(parts):
        if made[at] is None and part.title and part.items:
            made[at] = _by_section(form, controls, part, taken)
    return made


def _has_room(control: Control, part: Part) -> bool:
    """Tell whether a control holds what a part holds: a line a short paragraph, plain text no tables."""
    if control.kind == "line":
        said = [item.text for item in part.items if isinstance(item, Paragraph)]
        return len(said) == len(part.items) == 1 and len(said[0]) <= _MOST_IN_LINE
    return control.kind != "text" or all(isinstance(item, Paragraph) for item in part.items)


def _weight(form: Form, control: Control, part: Part, above: Sequence[str]) -> float:
    section = form.section(control.section_id)
    found = max(likeness(part.title, label) for label in control.label.values())
    for title in _titles(section, control):
        found = max(found, *(likeness(part.title, told) - _LESS_BY_TITLE for told in title.values()))
    if found >= LEAST and section is not None:
        found += _BY_SECTION * max((_alike(section.title, title) for title in above), default=0.0)
    return found


def _titles(section: Section | None, control: Control) -> Iterator[Text]:
    """Yield the titles that stand for this control alone."""
    if section is None:
        return
    if len(section.controls) == 1:
        yield section.title
    yield from (group.title for group in section.groups if group.controls == (control,) and any(group.title.values()))


def _alike(told: Text, title: str) -> float:
    return max((likeness(title, words) for words in told.values()), default=0.0)


def _by_section(form: Form, controls: Sequence[Control], part: Part, taken: set[str]) -> Match | None:
    found, section = max(((_alike(section.title, part.title), section) for section in form.sections), key=_first)
    free = next(
        (c for c in controls if c.section_id == section.id and c.kind == "rich" and c.pointer not in taken), None
    )
    if found < LEAST or free is None:
        return None
    taken.add(free.pointer)
    return Match(free.pointer, LEAST)


def _first(pair: tuple[float, Section]) -> float:
    return pair[0]


# ---- tables of records


def columns_of(form: Form, data: Json, rows: Sequence[Sequence[str]], titles: Sequence[str]) -> list[Columns]:
    """Return the tables of the form whose columns a table of the document names, the most alike first.

    The line that names them is one of the first three. At least two columns must fit, and half of what is named.
    `titles` are the headings that the table stands under.
    """
    found: list[tuple[float, Columns]] = []
    for section in form.sections:
        for control in section.controls:
            if control.kind != "table" or not form.shown(control.pointer, data):
                continue
            fits = [fit for at in range(min(3, len(rows) - 1)) if (fit := _fit(control, at, rows)) is not None]
            if fits:
                best = max(fits, key=lambda fit: fit.likeness)
                near = max((max(_alike(control.label, t), _alike(section.title, t)) for t in titles), default=0.0)
                enough = _LEAST_OF_COLUMNS if near >= LEAST else _SURE_OF_COLUMNS
                found.append((near + best.likeness, replace(best, sure=best.likeness >= enough)))
    return [fit for _, fit in sorted(found, key=lambda one: -one[0])]


def _fit(control: Control, at: int, rows: Sequence[Sequence[str]]) -> Columns | None:
    row = rows[at]
    others = [cell for other in (*rows[:at], *rows[at + 1 : at + _LOOKED_AT]) for cell in other]
    if any(_alike(column.label, cell) >= _SURE_OF_COLUMNS for column in control.columns for cell in others):
        return None  # labels stand beside their answers, row by row
    weighed = sorted(
        (-_alike(column.label, cell), across, column.name)
        for across, cell in enumerate(row)
        if cell.strip()
        for column in control.columns
        if column.kind != "file"
    )
    names = [""] * len(row)
    total = 0.0
    for negative, across, name in weighed:
        if -negative >= _LEAST_COLUMN and not names[across] and name not in names:
            names[across] = name
            total -= negative
    total += _fit_span(control, names, rows[at + 1 :])
    named = sum(bool(cell.strip()) and not _COUNTING.fullmatch(cell.strip()) for cell in row)
    fitting = sum(map(bool, names))
    if fitting < min(2, len(control.columns)) or 2 * fitting < named:
        return None
    return Columns(control.pointer, at, tuple(names), total / max(named, 1))


def _fit_span(control: Control, names: list[str], rows: Sequence[Sequence[str]]) -> int:
    """Give two columns for months that are left over to one that tells from when to when, and count it."""
    left = [column.name for column in control.columns if column.kind in ("month", "day") and column.name not in names]
    spans = [
        across
        for across, name in enumerate(names)
        if not name and (said := [row[across] for row in rows if row[across].strip()])
        if all(len(span(cell)) == 2 for cell in said)
    ]
    if len(left) != 2 or len(spans) != 1:
        return 0
    names[spans[0]] = "\n".join(left)
    return 1


def span(cell: str) -> list[str]:
    """Return the two dates that a cell tells, from when and to when; the whole cell where it tells no such thing."""
    parts = _SPAN.split(cell.replace("\n", "").strip())
    return parts if len(parts) == 2 and all(any(sign.isdigit() for sign in part) for part in parts) else [cell]
