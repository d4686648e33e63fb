"""Numbers that Word counts: the headings as one list of several levels, each list an instance of its own.

The blocks say every number literally. Word is asked to count it only where it comes to the same number; a heading or a
list that counts otherwise keeps its number in its text, so that the DOCX never says another one than the PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import Document, Heading, ListBlock
from kjxm_desktop.export.compose_values import chinese_number
from kjxm_desktop.export.page_style import PageStyle, TextStyle

HEADINGS = 1
"""The w:numId that the styles of headings name."""

_LEVELS = 3
_FORMATS = {"{number}": "decimal", "{chinese}": "chineseCountingThousand"}
_PLACE = re.compile("[{](?:number|chinese)[}]")
_MOST_CHINESE = 99  # beyond that the blocks count in figures
_DIGITS = re.compile("[0-9]+")
_MARKER_GAP = 0.3  # characters between a marker and its text, at the least
_FIRST_LIST_ID = 0x4B4A0000  # by which Word tells lists apart that are copied from one document to another


@dataclass(frozen=True)
class Level:
    """One level of the headings: what stands before and after the number, and which figures count."""

    before: str
    place: str
    after: str

    def text(self, count: int) -> str | None:
        """Return the number of the heading that is counted `count`-th; None where the blocks count otherwise."""
        if self.place == "{chinese}":
            return None if count > _MOST_CHINESE else f"{self.before}{chinese_number(count)}{self.after}"
        return f"{self.before}{count}{self.after}"


@dataclass(frozen=True)
class Markers:
    """What stands before the items of a list: `text` with %1 for the number, counted from `start`."""

    text: str
    number_format: str
    start: int


@dataclass(frozen=True)
class Numbering:
    """What Word counts in one document.

    `levels` are those of the headings, None where Word does not count; `counted` are the anchors of the headings that
    it does; `lists` holds the w:numId of each list in order, None for one that is not counted; `part` is the inside of
    numbering.xml.
    """

    levels: tuple[Level | None, ...]
    counted: frozenset[str]
    lists: tuple[int | None, ...]
    part: str


def of(document: Document) -> Numbering:
    """Return what Word counts in `document`."""
    patterns = document.numbering
    levels = tuple(_level(patterns[min(at, len(patterns) - 1)]) if patterns else None for at in range(_LEVELS))
    blocks = [block for block in document.blocks() if isinstance(block, ListBlock)]
    told = [_markers(block) for block in blocks]
    numbers = iter(range(HEADINGS + 1, HEADINGS + 1 + len(told)))
    lists = tuple(None if markers is None else next(numbers) for markers in told)
    widest: dict[str, float] = {}
    for block, markers in zip(blocks, told, strict=True):
        if markers is not None:
            widest[markers.text] = max(widest.get(markers.text, 0.0), *(_width(item.marker) for item in block.items))
    part = _part(levels, [markers for markers in told if markers is not None], widest, document.style)
    return Numbering(levels, frozenset(_counted(document.headings(_LEVELS), levels)), lists, part)


def _level(pattern: str) -> Level | None:
    """Return the level that a pattern such as "（{chinese}）" asks for; None for one that Word cannot count by."""
    places = _PLACE.findall(pattern)
    if len(places) != 1 or "%" in pattern:
        return None
    before, place, after = pattern.partition(places[0])
    return Level(before, place, after)


def _counted(headings: Iterable[Heading], levels: Sequence[Level | None]) -> Iterator[str]:
    """Yield the anchors of the headings whose number is the one that Word comes to."""
    counts = [0] * _LEVELS
    for heading in headings:
        at = heading.level - 1
        level = levels[at]
        if level is not None and all(counts[:at]) and level.text(counts[at] + 1) == heading.number:
            counts[at:] = [counts[at] + 1, *[0] * (_LEVELS - at - 1)]
            yield heading.anchor


def _markers(block: ListBlock) -> Markers | None:
    """Return how the items of a list are marked; None when Word would mark them otherwise."""
    told = [item.marker for item in block.items]
    if not all(told) or not told or "%" in "".join(told):
        return None
    if len(set(told)) == 1 and not block.ordered:
        return Markers(told[0], "bullet", 1)
    first = _DIGITS.search(told[0])
    if not first:
        return None
    before, start, after = told[0][: first.start()], int(first[0]), told[0][first.end() :]
    if told != [f"{before}{number}{after}" for number in range(start, start + len(told))]:
        return None
    return Markers(f"{before}%1{after}", "decimal", start)


def _width(marker: str) -> float:
    """Return about how many characters wide a marker is."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.5 if sign.isalnum() else 0.34 for sign in marker)


# --- markup ---------------------------------------------------------------------------------------------------------


def _part(levels: Sequence[Level | None], lists: Sequence[Markers], widest: dict[str, float], style: PageStyle) -> str:
    look, kinds = style.text("list"), {text: at for at, text in enumerate(widest, 1)}
    formats = {markers.text: markers.number_format for markers in lists}
    told = "".join(_list_kind(at, text, formats[text], _wide_enough(look, widest[text])) for text, at in kinds.items())
    instances = "".join(_list(number, kinds[told.text], told.start) for number, told in enumerate(lists, HEADINGS + 1))
    headings = "".join(_heading_level(at, level, style.text(f"heading{at + 1}")) for at, level in enumerate(levels))
    return (
        f"{_kind(0, 'multilevel', headings)}{told}"
        f'<w:num w:numId="{HEADINGS}"><w:abstractNumId w:val="0"/></w:num>{instances}'
    )


def _wide_enough(style: TextStyle, marker: float) -> TextStyle:
    """Return the style with room for a marker that wide in front of its text."""
    hanging = max(style.hanging_chars, marker + _MARKER_GAP)
    return replace(style, hanging_chars=hanging, indent_chars=max(style.indent_chars, hanging))


def _kind(number: int, levels: str, inside: str) -> str:
    return (
        f'<w:abstractNum w:abstractNumId="{number}"><w:nsid w:val="{_FIRST_LIST_ID + number:08X}"/>'
        f'<w:multiLevelType w:val="{levels}"/>{inside}</w:abstractNum>'
    )


def _heading_level(at: int, level: Level | None, style: TextStyle) -> str:
    """Return one level of the headings; the title follows the number at once, as in the blocks."""
    if level is None:
        return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="none"/><w:suff w:val="nothing"/></w:lvl>'
    text = f"{level.before}%{at + 1}{level.after}"
    follows = "space" if text.endswith(" ") else "nothing"
    named = f'<w:pStyle w:val="{docx_xml.style_id(f"heading{at + 1}")}"/><w:suff w:val="{follows}"/>'
    return _lvl(at, _FORMATS[level.place], named, text.removesuffix(" "), style)


def _list_kind(number: int, text: str, number_format: str, style: TextStyle) -> str:
    return _kind(number, "singleLevel", _lvl(0, number_format, '<w:suff w:val="tab"/>', text, style))


def _lvl(at: int, number_format: str, more: str, text: str, style: TextStyle) -> str:
    """Return one level: a marker set as the text it stands before, with the indents of its style."""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{more}'
        f'<w:lvlText w:val={docx_xml.quoted(text)}/><w:lvlJc w:val="left"/>'
        f"<w:pPr>{docx_xml.indent(style)}</w:pPr></w:lvl>"
    )


def _list(number: int, kind: int, start: int) -> str:
    """Return one list, counted from `start` on whatever another of its kind has counted."""
    override = f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride>'
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{override}</w:num>'
