"""A document as PDF: blocks become slabs, slabs fill pages, then each page is painted once.

All pages are known before the first is painted, so the contents say the true numbers. Nothing a person wrote is read as
markup, and nothing is too high or too wide for the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kjxm_desktop.export import pdf_drawing
from kjxm_desktop.export.blocks import (
    Block,
    Contents,
    Document,
    Drawing,
    Formula,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Picture,
    Run,
    Signature,
    Spacer,
    Table,
    caption_of,
)
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import MM_PER_POINT, TextStyle
from kjxm_desktop.export.pdf_canvas import Sheet
from kjxm_desktop.export.pdf_flow import PAGE_BREAK, Flow, Page, Paint, Slab, nothing
from kjxm_desktop.export.pdf_table import TableSetter
from kjxm_desktop.export.pdf_text import BASE_BELOW_MIDDLE, Line, Setter

_DRAFT = "draft-mark"
_DOT, _DOTS_APART = 0.9, 4.0
_PICTURE_SPACE = 6.0
_LEAST_DRAWN = 0.85  # of a drawing, whose labels are small as they are
_LEAST_SCALE = 0.7  # of a picture that fills the foot of a page rather than leaving it empty


@dataclass(frozen=True)
class Made:
    """The PDF, its number of pages, the printed page of each heading by anchor, the characters that no font has.

    `unset_formulas` are those that stand there as their source.
    """

    data: bytes
    page_count: int
    pages: Mapping[str, int]
    missing_glyphs: Sequence[str]
    unset_formulas: Sequence[str]


def write(document: Document, media: Mapping[str, bytes], fonts: FontSet) -> Made:
    """Return `document` as PDF; `media` holds the bytes of pictures by SHA-256."""
    style = document.style
    body = _Body(document, media, fonts)
    flow = Flow(style.top_mm / MM_PER_POINT, (style.height_mm - style.bottom_mm) / MM_PER_POINT)
    for part in document.parts:
        flow.part(body.slabs(part.blocks), numbered=part.page_numbers)
    pages = {anchor: page.number for anchor, page in flow.places.items() if page.number is not None}
    body.pages.update(pages)
    data = _painted(document, fonts, body, flow)
    return Made(data, len(flow.pages), pages, tuple(fonts.missing), tuple(body.unset))


def _painted(document: Document, fonts: FontSet, body: _Body, flow: Flow) -> bytes:
    """Return the pages of `flow` as a file."""
    style = document.style
    size = (style.width_mm / MM_PER_POINT, style.height_mm / MM_PER_POINT)
    first = fonts.latin("song", bold=False, italic=False).name
    sheet = Sheet(size, first_face=first, language=document.language, created=document.created)
    sheet.describe(title=document.title, subject=document.subject)
    mark = document.furniture.draft_mark
    if mark:
        sheet.begin_stamp(_DRAFT)
        sheet.outline_of_glyphs(pdf_drawing.draft_mark(mark, fonts.bold_file("hei"), size), pdf_drawing.MARK_COLOUR)
        sheet.end_stamp()
    for page in flow.pages:
        if mark:
            sheet.stamp(_DRAFT)
        for y, slab in page.slabs:
            slab.paint(sheet, y)
        body.furniture(sheet, page)
        sheet.next_page()
    return sheet.data()


class _Body:
    """Makes slabs of blocks; `pages` are known when they are painted."""

    def __init__(self, document: Document, media: Mapping[str, bytes], fonts: FontSet) -> None:
        self._document = document
        self._style = document.style
        self._media = media
        self._fonts = fonts
        self._setter = Setter(fonts)
        self._tables = TableSetter(self._setter, document.style, self._draw)
        self._left = self._style.left_mm / MM_PER_POINT
        self._width = self._style.text_width_mm / MM_PER_POINT
        self._height = self._style.text_height_mm / MM_PER_POINT
        self._anchors = {block.anchor for block in document.blocks() if isinstance(block, Heading | Paragraph)}
        self._level = -1
        self.pages: dict[str, int] = {}

    @property
    def unset(self) -> Iterable[str]:
        """Return the formulas that stand there as their source."""
        return self._setter.unset

    def slabs(self, blocks: Iterable[Block]) -> Iterator[Slab]:
        """Yield the slabs of `blocks` in order."""
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterable[Slab]:
        match block:
            case Heading():
                return self._heading(block)
            case Paragraph():
                return self._text(block)
            case ListBlock():
                return self._list(block)
            case Formula():
                style = self._style.text("formula")
                return self._lined(self._setter.formula(block.latex, style, self._width), style, 0.0, 0.0, "", None)
            case Spacer():
                return (Slab(block.height_mm / MM_PER_POINT, nothing),)
            case PageBreak():
                return (PAGE_BREAK,)
            case _:
                return self._wide_block(block)

    def _wide_block(self, block: Table | Picture | Drawing | Signature | Contents) -> Iterable[Slab]:
        match block:
            case Table():
                return self._table(block)
            case Picture() | Drawing():
                return self._picture(block)
            case Signature():
                return self._tables.signature(block)
            case Contents():
                return self._contents(block)

    def _heading(self, block: Heading) -> list[Slab]:
        slabs = self._paragraph((Run(block.text),), self._style.text(f"heading{block.level}"), anchor=block.anchor)
        self._level = min(block.level - 1, self._level + 1)
        level, plain = self._level, slabs[0].paint

        def paint(sheet: Sheet, y: float) -> None:
            sheet.outline(block.text, block.anchor, level)
            plain(sheet, y)

        slabs[0] = replace(slabs[0], paint=paint)
        return [replace(slab, glued=True) for slab in slabs]

    def _text(self, block: Paragraph) -> list[Slab]:
        """Return a paragraph; its number, where one begins it and the style hangs, stands in the indent."""
        style, (number, *others) = self._style.text(block.style), block.runs or (Run(""),)
        if style.hanging_chars and others and number.text.endswith(" "):
            return self._paragraph(others, style, anchor=block.anchor, marker=number.text.rstrip())
        return self._paragraph(block.runs, style, anchor=block.anchor)

    def _paragraph(self, runs: Sequence[Run], style: TextStyle, *, anchor: str = "", marker: str = "") -> list[Slab]:
        """Return the lines of a paragraph: neither its first nor its last stands alone on a page."""
        indent = style.indent_chars * style.size_pt
        first = (style.first_line_chars - style.hanging_chars) * style.size_pt
        if marker:
            hanging = max(style.hanging_chars * style.size_pt, self._setter.width(marker, style) + style.size_pt * 0.3)
            indent = max(indent, hanging)
            lines = self._setter.lines(runs, style, self._width - indent)
            head = self._setter.lines((Run(marker),), style, self._width)[0]
            return self._lined(lines, style, indent, 0.0, anchor, (head, indent - hanging))
        lines = self._setter.lines(runs, style, self._width - indent, first=first)
        return self._lined(lines, style, indent, first, anchor, None)

    def _lined(
        self,
        lines: Sequence[Line],
        style: TextStyle,
        indent: float,
        first: float,
        anchor: str,
        marker: tuple[Line, float] | None,
    ) -> list[Slab]:
        slabs: list[Slab] = []
        last = len(lines) - 1
        for at, line in enumerate(lines):
            room = self._width - indent - (first if at == 0 else 0.0)
            free = room - line.width
            shift = free if style.align == "right" else free / 2 if style.align == "center" else 0.0
            x = self._left + indent + (first if at == 0 else 0.0) + shift
            slabs.append(
                Slab(
                    style.leading_pt + line.extra,
                    self._line_paint(line, x, style, anchor if at == 0 else "", marker if at == 0 else None),
                    before=style.before_pt if at == 0 else 0.0,
                    after=style.after_pt if at == last else 0.0,
                    glued=style.keep_with_next or (at in (0, last - 1) and at < last),
                    anchors=(anchor,) if anchor and at == 0 else (),
                )
            )
        return slabs

    def _line_paint(self, line: Line, x: float, style: TextStyle, anchor: str, marker: tuple[Line, float] | None):
        def paint(sheet: Sheet, y: float) -> None:
            if anchor:
                sheet.place(anchor, y)
            if marker:
                self._draw(sheet, marker[0], self._left + marker[1], y, style.leading_pt)
            self._draw(sheet, line, x, y, style.leading_pt)

        return paint

    def _draw(self, sheet: Sheet, line: Line, x: float, y: float, leading: float) -> None:
        """Draw a line of text in a strip whose top is y."""
        size = max((piece.size for piece in line.pieces if not piece.rise), default=0.0)
        base = y + line.above + leading / 2 + size * BASE_BELOW_MIDDLE
        for piece in line.pieces:
            if piece.formula:
                sheet.formula((x + piece.x, base), piece.formula, piece.text, piece.face)
                continue
            place = (x + piece.x, base - piece.rise)
            sheet.text(*place, piece.text, piece.face, piece.size, piece.spacing, piece.ink)
            if piece.underline and piece.width:
                under = base + piece.size * 0.14
                sheet.line((x + piece.x, under), (x + piece.x + piece.width, under), piece.size * 0.05)
            if piece.anchor in self._anchors and piece.anchor:
                sheet.link(piece.anchor, (x + piece.x, base - piece.size, piece.width, piece.size * 1.2))

    def _list(self, block: ListBlock) -> Iterator[Slab]:
        style = self._style.text("list")
        for item in block.items:
            yield from self._paragraph(item.runs, style, marker=item.marker)

    def _caption(self, block: Table | Picture | Drawing) -> list[Slab]:
        caption = caption_of(block)
        return self._paragraph((Run(caption),), self._style.text("caption")) if caption else []

    def _table(self, block: Table) -> list[Slab]:
        caption = [replace(slab, glued=True) for slab in self._caption(block)]
        return [*caption, *self._tables.table(block)]

    def _picture(self, block: Picture | Drawing) -> list[Slab]:
        caption = self._caption(block)
        used = sum(slab.before + slab.height + slab.after for slab in caption) + 2 * _PICTURE_SPACE
        width, height = block.width_mm / MM_PER_POINT, block.height_mm / MM_PER_POINT
        scale = min(1.0, self._width / max(width, 1.0), (self._height - used) / max(height, 1.0))
        slab = Slab(
            height * scale,
            self._picture_paint(block, scale),
            before=_PICTURE_SPACE,
            after=0.0 if caption else _PICTURE_SPACE,
            glued=bool(caption),
            least=height * scale * (_LEAST_DRAWN if isinstance(block, Drawing) else _LEAST_SCALE),
        )

        def lower(room: float) -> Slab:
            return replace(slab, height=room, paint=self._picture_paint(block, room / height))

        slab = replace(slab, lower=lower)
        for at in range(len(caption) - 1):
            caption[at] = replace(caption[at], glued=True)
        return [slab, *caption]

    def _picture_paint(self, block: Picture | Drawing, scale: float) -> Paint:
        width, height = block.width_mm * scale / MM_PER_POINT, block.height_mm * scale / MM_PER_POINT
        x = self._left + (self._width - width) / 2

        def paint(sheet: Sheet, y: float) -> None:
            if isinstance(block, Drawing):
                pdf_drawing.paint(block, sheet, self._fonts, (x, y, scale))
            else:
                sheet.picture(block.media, self._media[block.media], (x, y, width, height))

        return paint

    def _contents(self, block: Contents) -> list[Slab]:
        slabs = self._paragraph((Run(block.title),), self._style.text("contents_title"))
        slabs = [replace(slab, glued=True) for slab in slabs]
        for heading in self._document.headings(block.depth):
            slabs += self._entry(heading)
        return slabs

    def _entry(self, heading: Heading) -> list[Slab]:
        """Return one entry of the contents: its title, dots that are no text, and the page it leads to."""
        style = self._style.text(f"contents{heading.level}")
        indent = style.indent_chars * style.size_pt
        number_room = style.size_pt * 2.5
        lines = self._setter.lines((Run(heading.text),), style, self._width - indent - number_room, align="left")
        slabs = self._lined(lines, replace(style, align="left"), indent, 0.0, "", None)
        plain, end = slabs[-1].paint, self._left + indent + lines[-1].width
        total = style.leading_pt

        def paint(sheet: Sheet, y: float) -> None:
            plain(sheet, y)
            page = str(self.pages.get(heading.anchor, ""))
            number = self._setter.lines((Run(page),), style, self._width)[0]
            right = self._left + self._width - number.width
            self._draw(sheet, number, right, y, total)
            base = y + total / 2 + style.size_pt * BASE_BELOW_MIDDLE - _DOT
            stop = self._left + self._width - style.size_pt * 2
            start = end + style.size_pt * 0.5
            start = stop - int((stop - start) / _DOTS_APART) * _DOTS_APART  # the dots of all lines stand in columns
            if stop - start > _DOTS_APART:
                sheet.line((start, base), (stop, base), _DOT, "#000000", (0, _DOTS_APART))
            sheet.link(heading.anchor, (self._left + indent, y, self._width - indent, total))

        slabs[-1] = replace(slabs[-1], paint=paint)
        return [*(replace(slab, glued=True) for slab in slabs[:-1]), slabs[-1]]

    def furniture(self, sheet: Sheet, page: Page) -> None:
        """Draw what stands beside the text of a page."""
        told, style = self._document.furniture, self._style
        if told.header:
            text = style.text("header")
            self._beside(sheet, told.header, text, text.align, style.header_mm / MM_PER_POINT)
        if page.number is None:
            return
        text = style.text("page_number")
        number = told.page_number.replace("{page}", str(page.number))
        align = "left" if style.page_number_mirrored and page.number % 2 == 0 else style.page_number_align
        y = (style.height_mm - style.footer_mm) / MM_PER_POINT - text.leading_pt
        if told.check_code:  # at the margin away from the number
            self._beside(sheet, told.check_code, text, "right" if align == "left" else "left", y)
        self._beside(sheet, number, text, align, y)

    def _beside(self, sheet: Sheet, told: str, style: TextStyle, align: str, y: float) -> None:
        line = self._setter.lines((Run(told),), style, self._width, align="left")[0]
        free = self._width - self._setter.width(told, style)  # with the space at its end: 居右空一字
        x = self._left + (free if align == "right" else free / 2 if align == "center" else 0.0)
        self._draw(sheet, line, x, y, style.leading_pt)
