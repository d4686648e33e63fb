"""What the tags of an official form say, and whether the form and the call fit: every place known, every answer placed.

A tag is the `w:tag` of a content control, at most 64 characters, as Word has it:

* ``/project/title`` – an answer; ``/team/*/name`` – a column, once in each row of the Word table it stands in;
* ``/team/*`` – the number of the row; around other places: what is repeated for each row;
* ``/project/kind=joint`` – a check box, ticked when that is (one of) the answer; ``=true``, ``=false`` for yes or no;
* ``+/budget/*/amount?kind=tools`` – a sum, here of the rows whose kind is tools; ``+`` also joins several;
* ``{year}年{/project/title}`` – words with {names}, as in document.json; ``{check_code}`` is the check code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kjxm_desktop.core import json_pointer, official_form
from kjxm_desktop.core.call import TEMPLATE, Call, has_stray_brace, placeholders
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.official_form import W14, W
from kjxm_desktop.errors import KjxmError

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

MOST_TAG: Final = 64
CHECK_CODE: Final = "check_code"
_WORDS: Final = frozenset(("year", "call", "stand_in", "deadline", "email", "today", CHECK_CODE))
_SUMMED: Final = ("money", "number")


@dataclass(frozen=True)
class Term:
    """What a sum adds up: one amount or a column, of the rows whose other columns have these answers."""

    pointer: str
    only: Mapping[str, str]


@dataclass(frozen=True)
class Tag:
    """A tag that is understood; `value` is the answer of a check box, `terms` are those of a sum."""

    kind: Literal["answer", "mark", "row", "sum", "words"]
    pointer: str = ""
    value: str = ""
    terms: tuple[Term, ...] = ()

    @property
    def table(self) -> str:
        """Return the table in whose rows this stands; "" for none."""
        return self.pointer.partition("/*")[0] if "/*" in self.pointer else ""


def read(call: Call, text: str) -> Tag | None:
    """Return what `text` says as a tag of a form of `call`; None when it leads nowhere. Rows are `*` or indices."""
    if "{" in text or "}" in text:
        return _words(call, text)
    if text.startswith("+"):
        return _sum(call, text)
    pointer, marked, value = text.partition("=")
    control = call.form.control(pointer)
    if marked:
        return Tag("mark", pointer, value) if control is not None and _is_option(control, value) else None
    if control is None:
        return _row(call, pointer)
    return Tag("answer", pointer) if control.kind != "file" else None


def _words(call: Call, text: str) -> Tag | None:
    names = placeholders(text)
    pointers = [name for name in names if name.startswith("/")]
    known = _WORDS | {name for name, value in call.about.items() if isinstance(value, str)}
    if has_stray_brace(text) or not all(name in known for name in names if name not in pointers):
        return None
    controls = [call.form.control(name) for name in pointers]
    if not all(control is not None and control.kind != "file" for control in controls):
        return None
    in_rows = [name for name in pointers if "/*" in name]
    return Tag("words", in_rows[0] if in_rows else "", text)


def _sum(call: Call, text: str) -> Tag | None:
    terms: list[Term] = []
    for told in text[1:].split("+"):
        pointer, _, condition = told.partition("?")
        control = call.form.control(pointer)
        parts = [one.partition("=") for one in condition.split("&")] if condition else []
        only = {name: value for name, _, value in parts}
        table = call.form.control(pointer.partition("/*")[0])
        columns = [(table.column(name) if table is not None else None, value) for name, value in only.items()]
        sound = all(column is not None and _is_option(column, value) for column, value in columns)
        if control is None or control.kind not in _SUMMED or not sound:
            return None
        terms.append(Term(pointer, only))
    return Tag("sum", terms=tuple(terms))


def _row(call: Call, pointer: str) -> Tag | None:
    """Return the tag of a row: a table and `*`, or the index that took its place."""
    table, _, last = pointer.rpartition("/")
    control = call.form.control(table)
    rows = control is not None and control.kind == "table" and (last == "*" or json_pointer.is_index(last))
    return Tag("row", pointer) if rows else None


def _is_option(control: Control, value: str) -> bool:
    if control.kind == "yes_no":
        return value in ("true", "false")
    if control.kind not in ("choice", "choices") or control.rows_table:
        return False
    return not control.options or value in {str(option.id) for option in control.options}


# --- the places of a form -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A content control with a tag: in which part, and which of those with tags it is there (from 1).

    `row` tells the table rows of a part apart, 0 outside of one; `inside` are the tags of the controls around it,
    `holds` tells whether it is around others, `is_box` whether it is a check box of Word's own kind, and `is_row`
    whether it is around a whole row of a table.
    """

    part: str
    number: int
    text: str
    row: int
    inside: tuple[str, ...]
    holds: bool
    is_box: bool
    is_row: bool


def places(form: official_form.OfficialForm) -> Iterator[Place]:
    """Yield the places of a form in the order of its parts."""
    for part, root in form.roots.items():
        rows = {row: number for number, row in enumerate(root.iter(f"{W}tr"), 1)}
        tagged = [control for control in root.iter(f"{W}sdt") if tag_of(control)]
        for number, control in enumerate(tagged, 1):
            around = [tag_of(one) for one in control.iterancestors(f"{W}sdt") if tag_of(one)]
            row = next((rows[one] for one in control.iterancestors(f"{W}tr")), 0)
            holds = any(tag_of(one) for one in control.iterdescendants(f"{W}sdt"))
            is_box = control.find(f"{W}sdtPr/{W14}checkbox") is not None
            is_row = control.find(f"{W}sdtContent/{W}tr") is not None
            yield Place(part, number, tag_of(control), row, tuple(around), holds, is_box, is_row)


def tag_of(control: Element) -> str:
    """Return the tag of a content control, "" when it has none."""
    found = control.find(f"{W}sdtPr/{W}tag")
    return (found.get(f"{W}val") or "").strip() if found is not None else ""


def faults(call: Call) -> list[KjxmError]:
    """Return what keeps the form of `call` from being filled in whole, each told with its place; none without a form.

    Raises KjxmError call.* for a form that cannot be read or holds more than a form may.
    """
    if TEMPLATE not in call.files:
        return []
    told = list(places(official_form.read(call.files[TEMPLATE])))
    found: list[KjxmError] = []
    tables: dict[tuple[str, int], str] = {}
    for place in told:
        fault = _fault(call, place, tables)
        found += [fault] if fault is not None else []
    tags = [tag for place in told if (tag := read(call, place.text)) is not None]
    return found + list(_unplaced(call, tags))


def boxes(call: Call) -> frozenset[str]:
    """Return the patterns of the answers that the form of `call` shows by ticked boxes and not in words."""
    told = [(place, read(call, place.text)) for place in places(official_form.read(call.files[TEMPLATE]))]
    ticked = {tag.pointer for place, tag in told if tag is not None and _is_box(call, place, tag)}
    words = {tag.pointer for place, tag in told if tag is not None and not _is_box(call, place, tag)}
    return frozenset(ticked - words)


def _is_box(call: Call, place: Place, tag: Tag) -> bool:
    control = call.form.control(tag.pointer)
    return tag.kind == "mark" or (place.is_box and control is not None and control.kind == "yes_no")


def _fault(call: Call, place: Place, tables: dict[tuple[str, int], str]) -> KjxmError | None:
    """Return what is wrong with one place; `tables` are those of the rows that were met before."""
    tag = read(call, place.text)
    if tag is None or len(place.text) > MOST_TAG:
        return _told("call.place_unknown", place)
    around = [one for one in (read(call, text) for text in place.inside) if one is not None]
    if any(one.kind != "row" for one in around) or (place.holds and tag.kind != "row"):
        return _told("call.place_inside", place)
    if place.is_row and tag.kind != "row":
        return _told("call.place_row", place)
    repeated = tag.table in {one.table for one in around}
    if not tag.table or repeated or place.holds:
        return None
    if not place.row:
        return _told("call.place_loose", place) if tag.kind in ("row", "mark") else None
    known = tables.setdefault((place.part, place.row), tag.table)
    return _told("call.place_two_tables", place) if known != tag.table else None


def _told(key: str, place: Place) -> KjxmError:
    return KjxmError(key, file=TEMPLATE, part=place.part, number=place.number, tag=place.text[:80])


def _unplaced(call: Call, tags: list[Tag]) -> Iterator[KjxmError]:
    """Yield each answer that the form has no place for, unless document.json says that it does not print."""
    answers = {tag.pointer for tag in tags if tag.kind == "answer"}
    answers |= {name for tag in tags if tag.kind == "words" for name in placeholders(tag.value)}
    marks: dict[str, set[str]] = {}
    for tag in tags:
        if tag.kind == "mark":
            marks.setdefault(tag.pointer, set()).add(tag.value)
    left_out = {told["pointer"] for told in call.document["not_printed"]}
    for control in call.form.controls:
        pointer = control.pointer
        if control.kind == "table" or pointer in answers | left_out:
            continue
        if pointer not in marks or (control.kind != "yes_no" and not control.options):
            yield KjxmError("call.place_missing", file=TEMPLATE, pointer=pointer)
            continue
        for option in (str(option.id) for option in control.options):
            if option not in marks[pointer]:
                yield KjxmError("call.place_option", file=TEMPLATE, pointer=pointer, option=option)
