"""Paper and type: the sizes, faces and distances of one layout, read from a call's document.json.

Lengths are millimetres, type sizes and line distances points, indents characters (of the style's own size).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

Align = Literal["left", "center", "right", "justify"]
FontRole = Literal["song", "hei", "kai", "fang"]
"""宋 serif, 黑 sans, 楷 script, 仿宋; each with the Latin face beside it."""

FONT_NAMES: Mapping[str, str] = {"song": "宋体", "hei": "黑体", "kai": "楷体", "fang": "仿宋"}
LATIN_FONT_NAME = "Times New Roman"

MM_PER_POINT = 25.4 / 72
NATURAL_LINE = 1.3
"""The single line distance of Chinese type in Word, in sizes: 1.5 lines of 12 pt are 23.4 pt apart."""

TEXT_STYLES = (
    "body", "heading1", "heading2", "heading3", "list", "formula", "caption", "reference", "marked",
    "table", "table_head", "cover_table", "signature", "contents_title", "contents1", "contents2", "contents3",
    "page_number", "header",
)  # fmt: skip
"""The text styles that every layout has; paragraphs may name others that the call's document.json brings."""

TABLE_STYLES = ("grid", "facts", "cover")


@dataclass(frozen=True)
class TextStyle:
    """How one kind of paragraph is set.

    `tracking_pt` is added behind every character: 16 points of type stand 28 to a line of 156 mm with −0.25.
    The lines stand `line` single lines apart, as Word counts them, or `line_pt` points when that is given.
    `keep_with_next` holds the paragraph on the page of the one after it; `hanging_chars` pulls the first line out to
    the left of the indent.
    """

    font: FontRole = "song"
    size_pt: float = 12.0
    tracking_pt: float = 0.0
    bold: bool = False
    align: Align = "left"
    first_line_chars: float = 0.0
    indent_chars: float = 0.0
    hanging_chars: float = 0.0
    line: float = 1.5
    line_pt: float | None = None
    before_pt: float = 0.0
    after_pt: float = 0.0
    keep_with_next: bool = False

    @property
    def leading_pt(self) -> float:
        """Return the distance from one base line to the next, in points."""
        return self.line_pt if self.line_pt is not None else self.line * NATURAL_LINE * self.size_pt


@dataclass(frozen=True)
class TableStyle:
    """How one kind of table is ruled: which lines, how thick, how far from the text, what stands behind head cells.

    `lines` is "all", "none" or "values" (one under every cell but the head cells). `text` and `head` name text styles.
    `width` is the share of the text area that the table takes; it stands in the middle.
    """

    lines: Literal["all", "none", "values"] = "all"
    line_pt: float = 0.5
    padding_x_mm: float = 1.5
    padding_y_mm: float = 0.8
    head_fill: str = ""
    text: str = "table"
    head: str = "table_head"
    width: float = 1.0
    row_height_mm: float = 0.0
    after_mm: float = 3.0


@dataclass(frozen=True)
class PageStyle:
    """One layout: the paper, its margins, and every text and table style by name."""

    name: str
    width_mm: float = 210.0
    height_mm: float = 297.0
    top_mm: float = 25.4
    bottom_mm: float = 25.4
    left_mm: float = 28.0
    right_mm: float = 26.0
    header_mm: float = 15.0
    footer_mm: float = 15.0
    page_number_align: Align = "center"
    page_number_mirrored: bool = False
    texts: Mapping[str, TextStyle] = field(default_factory=dict[str, TextStyle])
    tables: Mapping[str, TableStyle] = field(default_factory=dict[str, TableStyle])

    @property
    def text_width_mm(self) -> float:
        """Return the width of the text area."""
        return self.width_mm - self.left_mm - self.right_mm

    @property
    def text_height_mm(self) -> float:
        """Return the height of the text area."""
        return self.height_mm - self.top_mm - self.bottom_mm

    def text(self, name: str) -> TextStyle:
        """Return the text style of that name, `body` for one that nobody made."""
        return self.texts.get(name) or self.texts["body"]

    def table(self, name: str) -> TableStyle:
        """Return the table style of that name, `grid` for one that nobody made."""
        return self.tables.get(name) or self.tables["grid"]


def read(told: Json, name: str) -> PageStyle:
    """Return the layout `name` of `told`, the "styles" of a document.json.

    Raises KjxmError export.style when there is no such layout or it lacks a text or table style it must have.
    """
    if name not in told:
        raise KjxmError("export.style", name=name)
    layout = told[name]
    texts = {key: TextStyle(**value) for key, value in layout["texts"].items()}
    tables = {key: TableStyle(**value) for key, value in layout["tables"].items()}
    for wanted in (*TEXT_STYLES, *TABLE_STYLES):
        if wanted not in texts and wanted not in tables:
            raise KjxmError("export.style", name=wanted)
    return PageStyle(name=name, texts=texts, tables=tables, **layout["page"])
