"""The printed document as a list of neutral blocks: what `compose` makes and every writer sets.

All lengths are millimetres, type sizes are points. Texts are final: numbers of headings, captions, lists and citations
stand in them literally, so that no writer counts anything and DOCX and PDF say the same, character for character.
`pointer` names the answer that a block prints (RFC 6901); "" for what the layout itself says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kjxm_desktop.export.page_style import Align, PageStyle


@dataclass(frozen=True)
class Run:
    """Characters set alike.

    The `text` of a formula is its LaTeX source; that of a citation is "[3]", and `anchor` is where it leads.
    """

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    sub: bool = False
    sup: bool = False
    kind: Literal["text", "formula", "cite"] = "text"
    anchor: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Heading:
    """A heading of the outline, level 1 to 3, set in the text style `heading<level>`.

    `anchor` is an ASCII name, unique in the document: bookmark in DOCX, destination in PDF, key of the page numbers.
    """

    level: int
    number: str
    title: str
    anchor: str
    pointer: str = ""

    @property
    def text(self) -> str:
        """Return the heading as it prints: 一、立项依据."""
        return self.number + self.title


@dataclass(frozen=True)
class Paragraph:
    """One paragraph in the text style named `style`; `anchor`, when given, is where citations lead to."""

    runs: Runs
    style: str = "body"
    pointer: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class ListItem:
    """One item: its marker ("•", "1.") and its text."""

    marker: str
    runs: Runs


@dataclass(frozen=True)
class ListBlock:
    """A list in the text style `list`: the marker stands in the indent, the text hangs beside it."""

    items: tuple[ListItem, ...]
    ordered: bool = False
    pointer: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its share of the table's width (the shares add up to 1) and how its cells are aligned."""

    share: float
    align: Align = "left"


@dataclass(frozen=True)
class Cell:
    """A cell: one or more paragraphs, across `span` columns.

    `head` marks a cell that names others: the table style's head type and shading. `align` "" is that of its (first)
    column, of a head cell that of the head's text style.
    """

    paragraphs: tuple[Runs, ...]
    span: int = 1
    align: Align | Literal[""] = ""
    head: bool = False
    pointer: str = ""


@dataclass(frozen=True)
class Row:
    """A row of cells; their spans add up to the number of columns."""

    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table: `header` rows repeat on every page, `rows` may split between pages when they are long.

    `style` names a table style of the page style: "grid" (all lines), "facts" (labels beside values), "cover" (a line
    under each value), or another that the call brings. `number` ("表1") and `caption` stand above, when there are any.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    header: tuple[Row, ...] = ()
    style: str = "grid"
    number: str = ""
    caption: str = ""
    pointer: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture by the SHA-256 of its bytes, at its printed size; `number` ("图1") and `caption` stand below."""

    media: str
    width_mm: float
    height_mm: float
    number: str = ""
    caption: str = ""
    alt: str = ""
    pointer: str = ""


@dataclass(frozen=True)
class Formula:
    """A formula on a line of its own, in the text style `formula`."""

    latex: str
    pointer: str = ""


@dataclass(frozen=True)
class Rect:
    """A rectangle; `fill` and `line` are "#rrggbb" or "" for none. The origin of drawings is the top left corner."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    line: str = ""
    line_mm: float = 0.2


@dataclass(frozen=True)
class Line:
    """A straight line from (x1, y1) to (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = "#000000"
    width_mm: float = 0.2
    dashed: bool = False


@dataclass(frozen=True)
class Label:
    """One line of text in the sans face; (x, y) is the start, middle or end of its base line."""

    x: float
    y: float
    text: str
    size_pt: float = 8.0
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    colour: str = "#000000"


Shape = Rect | Line | Label


@dataclass(frozen=True)
class Spot:
    """Where a row of a table stands in a drawing over a calendar: a strip as wide as the drawing, and its bar.

    Months count from the year 0: the bar holds `first` to `last`, from `left` on; without one, `month_mm` is 0.
    """

    row: int
    top: float
    height: float
    bar_height: float = 0.0
    first: int = 0
    last: int = -1
    left: float = 0.0
    month_mm: float = 0.0

    @property
    def has_bar(self) -> bool:
        """Tell whether it has a bar."""
        return self.last >= self.first

    @property
    def middle(self) -> float:
        """Return how far down the middle of the bar is."""
        return self.top + self.height / 2

    def x(self, month: int) -> float:
        """Return where `month` begins in the calendar of its bar."""
        return self.left + (month - self.first) * self.month_mm


@dataclass(frozen=True)
class Drawing:
    """A drawing made of shapes, painted in their order; its labels are no text of the document.

    `spots` lead from what is drawn to the rows it tells of, in the window alone: no writer sets them.
    """

    width_mm: float
    height_mm: float
    shapes: tuple[Shape, ...]
    number: str = ""
    caption: str = ""
    alt: str = ""
    pointer: str = ""
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True)
class Signature:
    """A framed place for a signature and a seal, at least `height_mm` high, never split between pages."""

    paragraphs: tuple[Paragraph, ...]
    height_mm: float
    pointer: str = ""


@dataclass(frozen=True)
class Contents:
    """The table of contents: headings of level 1 to `depth` in the text styles `contents<level>`, with page numbers.

    `hint` says how page numbers are counted anew where programs can do that; it is no text of the document.
    """

    title: str
    depth: int = 2
    hint: str = ""


@dataclass(frozen=True)
class Spacer:
    """Empty height."""

    height_mm: float


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


Block = (
    Heading | Paragraph | ListBlock | Table | Picture | Formula | Drawing | Signature | Contents | Spacer | PageBreak
)


@dataclass(frozen=True)
class Part:
    """A part of the document that begins on a new page; only the parts with `page_numbers` are counted, from 1 on."""

    name: Literal["cover", "instructions", "contents", "body"]
    blocks: tuple[Block, ...]
    page_numbers: bool = False


@dataclass(frozen=True)
class Furniture:
    """What stands on pages beside the text: never part of it. "" where there is none.

    `page_number` is a pattern with {page}; `check_code` has its place in the footer beside the page number;
    `draft_mark` is the light mark on every page of a draft.
    """

    header: str = ""
    page_number: str = "{page}"
    check_code: str = ""
    draft_mark: str = ""


@dataclass(frozen=True)
class Document:
    """Everything a writer needs, except the bytes of pictures and fonts.

    `language` is a BCP 47 tag: zh-CN. `numbering` are the patterns by which headings are numbered, the first level
    first, with {chinese} or {number}; headings carry their numbers all the same.
    """

    title: str
    subject: str
    language: str
    created: datetime
    style: PageStyle
    parts: tuple[Part, ...]
    furniture: Furniture = field(default_factory=Furniture)
    numbering: tuple[str, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Tell whether each page carries the mark of a draft."""
        return bool(self.furniture.draft_mark)

    def blocks(self) -> Iterator[Block]:
        """Yield every block of every part in order."""
        for part in self.parts:
            yield from part.blocks

    def headings(self, depth: int = 3) -> list[Heading]:
        """Return the headings of level 1 to `depth` in order: outline, contents, bookmarks."""
        return [block for block in self.blocks() if isinstance(block, Heading) and block.level <= depth]


def text_of(runs: Sequence[Run]) -> str:
    """Return the characters of `runs`."""
    return "".join([run.text for run in runs])


def caption_of(block: Table | Picture | Drawing) -> str:
    """Return number and caption as they print: "表1  主要考核指标"; "" when there is neither."""
    return "\u3000".join(part for part in (block.number, block.caption) if part)
