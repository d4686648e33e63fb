"""Blocks of long text set into an official form: in its own type, as wide as the cell or the page they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.official_form import W
from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Formula,
    ListBlock,
    Paragraph,
    Picture,
    Row,
    Run,
    Runs,
    Table,
    caption_of,
)
from kjxm_desktop.export.official_form_text import Look, fragment

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_CELL_MARGIN: Final = 108  # twips on each side, where a form says nothing
_LEAST_ROOM: Final = 567
_PAGE_TWIPS: Final = 9_000
_TWIPS_PER_MM: Final = 1440 / 25.4
_LIST_INDENT: Final = 420
_PLAIN: Final = '<w:ind w:left="0" w:right="0" w:firstLine="0"/>'
_PLAIN_LINE: Final = '<w:spacing w:before="60" w:after="60" w:line="240" w:lineRule="auto"/>'

AddPicture = Callable[[str], str]
"""Takes the SHA-256 of a picture into the package and returns its relation."""


class Setter:
    """Sets blocks in the looks of the place in `control`, as wide as that is; `next_number` numbers pictures."""

    def __init__(self, look: Look, control: Element, add_picture: AddPicture, next_number: Callable[[], int]) -> None:
        self._look = look
        self._control = control
        self._add_picture = add_picture
        self._next_number = next_number
        self._first = True

    @cached_property
    def _room(self) -> int:
        """Return the width of the place in twips: asked for by pictures and tables alone, as it is long to find."""
        return room_of(self._control)

    def set(self, blocks: Sequence[Block]) -> list[Element]:
        """Return the paragraphs and tables of `blocks`; the last one is a paragraph, as every cell wants it."""
        made = [element for block in blocks for element in self._block(block)]
        if not made or made[-1].tag != f"{W}p":
            made += fragment(docx_xml.gap(1))
        return made

    def _block(self, block: Block) -> Iterator[Element]:
        match block:
            case Paragraph():
                yield self._lines(self.runs(block.runs))
            case ListBlock():
                told = f'<w:ind w:left="{_LIST_INDENT}" w:hanging="{_LIST_INDENT}" w:firstLineChars="0"/>'
                for item in block.items:
                    marker = fragment(docx_xml.text(item.marker) + docx_xml.TAB)
                    yield self._lines([*self._look.dressed(marker), *self.runs(item.runs)], told)
            case Formula():
                formula = self._look.dressed(fragment(docx_xml.formula(block.latex)))
                yield self._lines(formula, _PLAIN + docx_xml.justification("center"))
            case Table():
                yield from self._table(block)
            case Picture():
                yield from self._picture(block)
            case _:
                return

    def runs(self, runs: Runs) -> list[Element]:
        """Return runs as they stand in a line; a citation leads nowhere in a form that we did not make."""
        told = tuple(replace(run, anchor="") for run in runs if run.text)
        return self._look.dressed(fragment(docx_xml.runs(told)))

    def _lines(self, content: Sequence[Element], properties: str = "") -> Element:
        made = self._look.lines(content, properties, first=self._first)
        self._first = False
        return made

    def _caption(self, block: Table | Picture, keep: str = "") -> Iterator[Element]:
        if caption_of(block):
            content = self.runs((Run(caption_of(block)),))
            yield self._lines(content, f"{keep}{_PLAIN}{docx_xml.justification('center')}")

    # --- pictures ---------------------------------------------------------------------------------------------------

    def _picture(self, block: Picture) -> Iterator[Element]:
        shrunk = min(1.0, self._room / _TWIPS_PER_MM / block.width_mm)
        width, height = block.width_mm * shrunk, block.height_mm * shrunk
        markup = docx_xml.picture(self._add_picture(block.media), self._next_number(), width, height, block.alt)
        keep = "<w:keepNext/>" if caption_of(block) else ""
        # A line of a fixed height would show a slice of the picture.
        properties = f"{keep}{_PLAIN_LINE}{_PLAIN}{docx_xml.justification('center')}"
        yield self._lines(fragment(markup), properties)
        yield from self._caption(block)

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table(self, block: Table) -> Iterator[Element]:
        yield from self._caption(block, "<w:keepNext/>")
        widths = [round(column.share * self._room) for column in block.columns]
        table = fragment("<w:tbl/>")[0]
        table.extend(fragment(_table_properties(sum(widths))))
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        table.extend(fragment(f"<w:tblGrid>{grid}</w:tblGrid>"))
        for at, row in enumerate((*block.header, *block.rows)):
            table.append(self._row(row, block, widths, head=at < len(block.header)))
        yield table

    def _row(self, row: Row, block: Table, widths: Sequence[int], *, head: bool) -> Element:
        made = fragment("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr></w:tr>" if head else "<w:tr/>")[0]
        at = 0
        for cell in row.cells:
            align = cell.align or ("center" if cell.head else block.columns[at].align)
            made.append(self._cell(cell, sum(widths[at : at + cell.span]), docx_xml.justification(align)))
            at += cell.span
        return made

    def _cell(self, cell: Cell, width: int, align: str) -> Element:
        span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
        told = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}<w:vAlign w:val="center"/></w:tcPr>'
        made = fragment(f"<w:tc>{told}</w:tc>")[0]
        for runs in cell.paragraphs or ((),):
            bold = tuple(replace(run, bold=True) for run in runs) if cell.head else runs
            made.append(self._look.lines(self.runs(bold), _PLAIN + align, first=False))
        return made


def _table_properties(width: int) -> str:
    names = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{name} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for name in names)
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/></w:tblPr>'
    )


# --- how wide a place is --------------------------------------------------------------------------------------------


def room_of(place: Element) -> int:
    """Return the width in twips of the cell that `place` stands in, else of the text on its page."""
    cell = next(place.iter(f"{W}tc"), None) if _holds_cell(place) else next(place.iterancestors(f"{W}tc"), None)
    return max(_cell_room(cell) if cell is not None else _page_room(place), _LEAST_ROOM)


def _holds_cell(place: Element) -> bool:
    above = place.getparent()
    return above is not None and above.tag == f"{W}tr"


def _cell_room(cell: Element) -> int:
    row = next(cell.iterancestors(f"{W}tr"), None)
    table = next(cell.iterancestors(f"{W}tbl"), None)
    if row is None or table is None:
        return _PAGE_TWIPS
    grid = [_number(column, "w") for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    skipped = row.find(f"{W}trPr/{W}gridBefore")
    at = _number(skipped, "val") if skipped is not None else 0
    for other in row.iter(f"{W}tc"):
        if next(other.iterancestors(f"{W}tr"), None) is not row:
            continue
        span = other.find(f"{W}tcPr/{W}gridSpan")
        columns = _number(span, "val") if span is not None else 1
        if other is cell:
            told = cell.find(f"{W}tcPr/{W}tcW")
            width = sum(grid[at : at + columns]) or (_number(told, "w") if told is not None else 0)
            return (width or _PAGE_TWIPS) - 2 * _CELL_MARGIN
        at += columns
    return _PAGE_TWIPS


def _page_room(place: Element) -> int:
    """Return the width of the text of the section that `place` lies in: the next w:sectPr tells of it."""
    root = place.getroottree().getroot()
    order: Mapping[Element, int] = {element: at for at, element in enumerate(root.iter())}
    sections = list(root.iter(f"{W}sectPr"))
    here = next((one for one in sections if order[one] > order[place]), sections[-1] if sections else None)
    size = here.find(f"{W}pgSz") if here is not None else None
    margins = here.find(f"{W}pgMar") if here is not None else None
    if size is None or margins is None:
        return _PAGE_TWIPS
    return _number(size, "w") - _number(margins, "left") - _number(margins, "right")


def _number(element: Element, name: str) -> int:
    told = element.get(f"{W}{name}") or ""
    return int(told) if told.lstrip("-").isascii() and told.lstrip("-").isdigit() else 0
