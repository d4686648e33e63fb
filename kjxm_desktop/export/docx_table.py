"""Tables and signature frames in WordprocessingML: widths in grid and cells alike, so that every program agrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import Cell, Column, Row, Signature, Table
from kjxm_desktop.export.compose_columns import shown_of, width_in_characters
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle, TableStyle

_SHORT_ROW = 0.5  # a row below this share of the page does not split
_SHORT_TABLE = 0.35  # a table below it stays together
_TALL_HEADER = 0.3  # a header above it does not repeat: too little room would be left for the rows


def table(block: Table, style: PageStyle) -> str:
    """Return a table: header rows repeat, only long rows may split, a short table stays on one page.

    A row that is one heading across stays with the row below it.
    """
    look = style.table(block.style)
    widths = _widths(block.columns, docx_xml.twips(style.text_width_mm * look.width))
    told = (*block.header, *block.rows)
    heights = [_height_mm(row, widths, look, style) for row in told]
    room = style.text_height_mm
    repeated = len(block.header) if sum(heights[: len(block.header)]) < room * _TALL_HEADER else 0
    kept = set(range(len(told) - 1 if sum(heights) < room * _SHORT_TABLE else repeated))
    if len(block.rows) > 2:
        # A single row at the foot or at the top of a page looks lost.
        kept |= {at for at in (len(block.header), len(told) - 2) if heights[at] < room * _SHORT_ROW}
    rows: list[str] = []
    for at, row in enumerate(told):
        keep, whole = at in kept or _names_rows(row, at, len(told)), heights[at] < room * _SHORT_ROW
        cells = _cells(row, block.columns, widths, look, keep=keep, whole=whole)
        rows.append(_row("".join(cells), look, header=at < repeated, whole=whole))
    return f"<w:tbl>{_properties(sum(widths), look, block.caption)}{_grid(widths)}{''.join(rows)}</w:tbl>"


def signature(block: Signature, style: PageStyle) -> str:
    """Return a framed place to sign: a table of one cell that does not split."""
    width = docx_xml.twips(style.text_width_mm)
    paragraphs = "".join(docx_xml.paragraph(told.style, docx_xml.runs(told.runs)) for told in block.paragraphs)
    height = f'<w:cantSplit/><w:trHeight w:val="{docx_xml.twips(block.height_mm)}" w:hRule="atLeast"/>'
    cell = f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{paragraphs}</w:tc>'
    look = TableStyle(padding_x_mm=4, padding_y_mm=2)
    return f"<w:tbl>{_properties(width, look, '')}{_grid([width])}<w:tr><w:trPr>{height}</w:trPr>{cell}</w:tr></w:tbl>"


def _names_rows(row: Row, at: int, count: int) -> bool:
    return len(row.cells) == 1 and row.cells[0].head and at < count - 1


def _widths(columns: Sequence[Column], whole: int) -> list[int]:
    """Return the widths of the columns in twips; the last takes what rounding leaves."""
    widths = [round(column.share * whole) for column in columns[:-1]]
    return [*widths, whole - sum(widths)]


def _properties(width: int, look: TableStyle, caption: str) -> str:
    lines = _border(look) if look.lines == "all" else 'w:val="nil"'
    names = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f"<w:{name} {lines}/>" for name in names)
    across, down = docx_xml.twips(look.padding_x_mm), docx_xml.twips(look.padding_y_mm)
    margins = "".join(
        f'<w:{name} w:w="{value}" w:type="dxa"/>'
        for name, value in (("top", down), ("left", across), ("bottom", down), ("right", across))
    )
    title = f"<w:tblCaption w:val={docx_xml.quoted(caption)}/>" if caption else ""
    return (
        f'<w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>{title}</w:tblPr>'
    )


def _border(look: TableStyle) -> str:
    return f'w:val="single" w:sz="{max(round(look.line_pt * 8), 2)}" w:space="0" w:color="000000"'


def _grid(widths: Sequence[int]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tblGrid>{columns}</w:tblGrid>"


def _row(cells: str, look: TableStyle, *, header: bool, whole: bool) -> str:
    least = docx_xml.twips(look.row_height_mm)
    height = f'<w:trHeight w:val="{least}" w:hRule="atLeast"/>' if least else ""
    told = ("<w:cantSplit/>" if whole else "") + height + ("<w:tblHeader/>" if header else "")
    return f"<w:tr>{f'<w:trPr>{told}</w:trPr>' if told else ''}{cells}</w:tr>"


def _cells(
    row: Row, columns: Sequence[Column], widths: Sequence[int], look: TableStyle, *, keep: bool, whole: bool
) -> Iterator[str]:
    at = 0
    for cell in row.cells:
        width = sum(widths[at : at + cell.span])
        text = look.head if cell.head else look.text
        align = cell.align or ("" if cell.head else columns[at].align)
        told = ("<w:keepNext/>" if keep else "") + (docx_xml.justification(align) if align else "")
        paragraphs = "".join(docx_xml.paragraph(text, docx_xml.runs(runs), told) for runs in cell.paragraphs or ((),))
        yield f"<w:tc><w:tcPr>{_cell_properties(cell, width, look, whole=whole)}</w:tcPr>{paragraphs}</w:tc>"
        at += cell.span


def _cell_properties(cell: Cell, width: int, look: TableStyle, *, whole: bool) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    under = look.lines == "values" and not cell.head
    borders = f"<w:tcBorders><w:bottom {_border(look)}/></w:tcBorders>" if under else ""
    shaded = cell.head and look.head_fill
    ground = f'<w:shd w:val="clear" w:color="auto" w:fill="{look.head_fill[1:]}"/>' if shaded else ""
    place = "center" if whole and look.lines != "values" else "top"
    return f'<w:tcW w:w="{width}" w:type="dxa"/>{span}{borders}{ground}<w:vAlign w:val="{place}"/>'


def _height_mm(row: Row, widths: Sequence[int], look: TableStyle, style: PageStyle) -> float:
    """Return about how high a row will be: enough to tell short from long."""
    tallest, at = 0.0, 0
    for cell in row.cells:
        text = style.text(look.head if cell.head else look.text)
        room = sum(widths[at : at + cell.span]) / 20 - 2 * look.padding_x_mm / MM_PER_POINT
        characters = max(room / text.size_pt, 1.0)
        lines = sum(max(ceil(width_in_characters(shown_of(runs)) / characters), 1) for runs in cell.paragraphs)
        tallest = max(tallest, lines * text.leading_pt * MM_PER_POINT)
        at += cell.span
    return tallest + 2 * look.padding_y_mm
