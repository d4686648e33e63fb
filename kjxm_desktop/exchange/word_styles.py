"""What the styles and the lists of a Word document say of its paragraphs: their level, what is hidden, numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kjxm_desktop.core import xml_stream
from kjxm_desktop.export.compose_values import chinese_number

BODY_LEVEL: Final = 9
"""The outline level that Word gives to text: from 0 to 8 it is a heading."""
OFF: Final = ("0", "false", "off", "none")
_MOST_BASED_ON: Final = 20  # Word takes no more
_MOST_LEVELS: Final = 9
_LONGEST_PATTERN: Final = 60
_MOST_COUNTED: Final = 100_000

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])")
_CONTENTS = re.compile(r"(?:toc|目录)\s*(?:[1-9]|heading|标题)|table of figures|图表目录")
_CAPTION = frozenset({"caption", "题注", "图题", "表题"})
_PLACE = re.compile("%([1-9])")
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting",
    "taiwaneseCountingThousand", "chineseLegalSimplified",
})  # fmt: skip
_CIRCLED: Final = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})


@dataclass
class _Style:
    name: str = ""
    based_on: str = ""
    level: int | None = None
    hidden: bool | None = None
    number: str | None = None
    depth: int | None = None
    character: bool = False
    marks: dict[str, bool] = field(default_factory=dict[str, bool])


class Styles:
    """The styles of a document by their ids; of one that it does not have nothing is said."""

    def __init__(self, pieces: Iterable[bytes] = (), name: str = "") -> None:
        """Read the part with the styles. Raises KjxmError incoming.* with `name`, that of the file."""
        reader = _StyleReader()
        given = list(pieces)
        if given:
            xml_stream.read(given, reader, name)
        self._styles = reader.styles
        self.default = reader.default

    def _chain(self, style_id: str) -> Iterable[_Style]:
        """Yield a style and those it is based on, the nearest first."""
        seen: set[str] = set()
        while style_id in self._styles and style_id not in seen and len(seen) < _MOST_BASED_ON:
            seen.add(style_id)
            yield self._styles[style_id]
            style_id = self._styles[style_id].based_on

    def level(self, style_id: str) -> int | None:
        """Return the outline level of a style, 0 for the highest; None for text."""
        for style in self._chain(style_id):
            if style.level is not None:
                return style.level if style.level < BODY_LEVEL else None
            named = _HEADING.fullmatch(style.name)
            if named:
                return int(named[1]) - 1
        return None

    def is_hidden(self, style_id: str) -> bool:
        """Tell whether a style hides its text."""
        return next((style.hidden for style in self._chain(style_id) if style.hidden is not None), False)

    def counted(self, style_id: str) -> tuple[str, int] | None:
        """Return the list and the depth that a style counts its paragraphs in; None when it does not."""
        number = next((style.number for style in self._chain(style_id) if style.number is not None), None)
        depth = next((style.depth for style in self._chain(style_id) if style.depth is not None), 0)
        return (number, depth) if number not in (None, "0") else None

    def marks(self, style_id: str) -> dict[str, bool]:
        """Return the marks of a style of characters; those of paragraphs are looks."""
        marks: dict[str, bool] = {}
        for style in self._chain(style_id):
            if style.character:
                marks = style.marks | marks
        return marks

    def is_contents(self, style_id: str) -> bool:
        """Tell whether a style is that of a line of the table of contents."""
        return any(_CONTENTS.fullmatch(style.name) for style in self._chain(style_id))

    def is_caption(self, style_id: str) -> bool:
        """Tell whether a style is that of the words at a picture or a table."""
        return any(style.name in _CAPTION for style in self._chain(style_id))


class _StyleReader:
    def __init__(self) -> None:
        self.styles: dict[str, _Style] = {}
        self.default = ""
        self._style: _Style | None = None

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        told = attributes.get("w:val", "")
        if name == "w:style":
            style_id, kind = attributes.get("w:styleId", ""), attributes.get("w:type", "paragraph")
            self._style = self.styles.setdefault(style_id, _Style(character=kind == "character"))
            if kind == "paragraph" and attributes.get("w:default", "0") not in OFF:
                self.default = style_id
            return
        style = self._style
        if style is None:
            return
        match name:
            case "w:name":
                style.name = told.lower().strip()
            case "w:basedOn":
                style.based_on = told
            case "w:outlineLvl":
                style.level = to_int(told, BODY_LEVEL)
            case "w:vanish":
                style.hidden = told not in OFF
            case "w:numId":
                style.number = told
            case "w:ilvl":
                style.depth = to_int(told, 0)
            case _:
                read_mark(style.marks, name, told)

    def on_end(self, name: str) -> None:
        if name == "w:style":
            self._style = None

    def on_text(self, text: str) -> None:
        pass


def read_mark(marks: dict[str, bool], name: str, told: str) -> None:
    """Note in `marks` what an element of the properties of a run says of its marks."""
    match name:
        case "w:b":
            marks["bold"] = told not in OFF
        case "w:i":
            marks["italic"] = told not in OFF
        case "w:u":
            marks["underline"] = told not in OFF
        case "w:strike" | "w:dstrike":
            marks["struck"] = told not in OFF
        case "w:vertAlign":
            marks["sub"], marks["sup"] = told == "subscript", told == "superscript"
        case _:
            pass


def to_int(told: str, otherwise: int) -> int:
    """Return a small number that a file tells, or another one where it tells none."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else otherwise


# ---- numbering


class Counted(NamedTuple):
    """How Word counts a paragraph: with a bullet or a number, how deep, its label, and the pattern that made it."""

    bullet: bool
    depth: int
    label: str
    pattern: str


@dataclass
class _Level:
    kind: str = "decimal"
    pattern: str = ""
    start: int = 1
    restarts: bool = True


class Numbering:
    """The lists of a document, counted as its paragraphs are met."""

    def __init__(self, pieces: Iterable[bytes] = (), name: str = "") -> None:
        """Read the part with the numbering. Raises KjxmError incoming.* with `name`, that of the file."""
        reader = _NumberingReader()
        given = list(pieces)
        if given:
            xml_stream.read(given, reader, name)
        self._abstract, self._lists, self._starts = reader.abstract, reader.lists, reader.starts
        self._counts: dict[str, Counter[int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, list_id: str, depth: int) -> Counted | None:
        """Return how the next paragraph in a list is counted; None where the document has no such list."""
        abstract_id = self._lists.get(list_id, "")
        levels = self._abstract.get(abstract_id)
        if levels is None or depth >= _MOST_LEVELS:
            return None
        level = levels.get(depth, _Level())
        counts = self._counts.setdefault(abstract_id, Counter())
        start = self._starts.get((list_id, depth))
        if start is not None and (list_id, depth) not in self._begun:
            counts[depth] = start
        else:
            counts[depth] = counts[depth] + 1 if counts[depth] else level.start
        self._begun.add((list_id, depth))
        for deeper in range(depth + 1, _MOST_LEVELS):
            counts[deeper] = 0
        if level.kind in ("bullet", "none") or not _PLACE.search(level.pattern):
            return Counted(True, depth, "", level.pattern)
        label = _PLACE.sub(lambda found: self._written(levels, counts, int(found[1]) - 1), level.pattern)
        kind = "{chinese}" if level.kind in _CHINESE else "{number}"
        return Counted(False, depth, label.strip(), _PLACE.sub(kind, level.pattern).strip())

    @staticmethod
    def _written(levels: Mapping[int, _Level], counts: Counter[int], depth: int) -> str:
        level = levels.get(depth, _Level())
        count = min(counts[depth] or level.start, _MOST_COUNTED)
        return _number(level.kind, count)


def _number(kind: str, count: int) -> str:
    if kind in _CHINESE:
        return chinese_number(count)
    if kind in _CIRCLED and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    if kind in ("lowerLetter", "upperLetter") and 1 <= count <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + count - 1)
    if kind in ("lowerRoman", "upperRoman") and count < 4000:
        return _roman(count) if kind == "upperRoman" else _roman(count).lower()
    return str(count)


def _roman(count: int) -> str:
    signs = (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")
    written = ""
    for value, sign in (*signs, (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        written += sign * (count // value)
        count %= value
    return written


class _NumberingReader:
    def __init__(self) -> None:
        self.abstract: dict[str, dict[int, _Level]] = {}
        self.lists: dict[str, str] = {}
        self.starts: dict[tuple[str, int], int] = {}
        self._levels: dict[int, _Level] | None = None
        self._level: _Level | None = None
        self._list = ""
        self._depth = 0

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        told = attributes.get("w:val", "")
        match name:
            case "w:abstractNum":
                self._levels = self.abstract.setdefault(attributes.get("w:abstractNumId", ""), {})
            case "w:num":
                self._list = attributes.get("w:numId", "")
            case "w:abstractNumId":
                self.lists[self._list] = told
            case "w:lvlOverride":
                self._depth = to_int(attributes.get("w:ilvl", ""), 0)
            case "w:startOverride":
                self.starts[self._list, self._depth] = to_int(told, 1)
            case "w:lvl" if self._levels is not None:
                self._level = self._levels.setdefault(to_int(attributes.get("w:ilvl", ""), 0), _Level())
            case _ if self._level is not None:
                self._on_level(self._level, name, told)
            case _:
                pass

    @staticmethod
    def _on_level(level: _Level, name: str, told: str) -> None:
        match name:
            case "w:numFmt":
                level.kind = told
            case "w:lvlText":
                level.pattern = told[:_LONGEST_PATTERN]
            case "w:start":
                level.start = to_int(told, 1)
            case _:
                pass

    def on_end(self, name: str) -> None:
        if name == "w:lvl":
            self._level = None
        elif name == "w:abstractNum":
            self._levels = None

    def on_text(self, text: str) -> None:
        pass
