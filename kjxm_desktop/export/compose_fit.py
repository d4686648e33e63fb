"""A cover that stays on its one page: when an answer on it is long, its empty heights give way, then its type.

Both files take the same steps, told by an estimate: the DOCX is set by programs and fonts that are not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

from kjxm_desktop.export.blocks import Block, Paragraph, Part, Row, Runs, Spacer, Table, text_of
from kjxm_desktop.export.compose_columns import width_in_characters
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle, TextStyle

COVER: Final = "cover"
"""The name of the part that stays on one page."""

_STEPS: Final = (
    (1.0, 1.0), (0.75, 1.0), (0.5, 1.0), (0.3, 1.0), (0.3, 0.9), (0.2, 0.85), (0.2, 0.8), (0.1, 0.75), (0.1, 0.7),
    (0.1, 0.64), (0.1, 0.6),
)  # fmt: skip
"""What empty heights and the type of tables are multiplied by; the last one is taken when none is enough."""
_FULL: Final = 0.96  # of a page: what the estimate may fill
_BREAKING: Final = 1.06  # how much longer a text is for the ends of its lines


def fitted(parts: Sequence[Part], style: PageStyle) -> tuple[tuple[Part, ...], PageStyle]:
    """Return `parts` and `style` with the cover as much smaller as it must be to stay on its page."""
    at = next((at for at, part in enumerate(parts) if part.name == COVER), None)
    if at is None:
        return tuple(parts), style
    own = _text_styles([parts[at]], style) - _text_styles([*parts[:at], *parts[at + 1 :]], style)
    room = style.text_height_mm * _FULL
    blocks, looked = parts[at].blocks, style
    for spaces, type_ in _STEPS:
        looked = replace(style, texts=_smaller(style.texts, own, type_)) if type_ < 1 else style
        blocks = tuple([_lower(block, spaces) for block in parts[at].blocks])
        if _height_mm(blocks, looked) <= room:
            break
    return (*parts[:at], replace(parts[at], blocks=blocks), *parts[at + 1 :]), looked


def _text_styles(parts: Iterable[Part], style: PageStyle) -> set[str]:
    """Return the text styles of the tables in `parts`."""
    looks = [style.table(block.style) for part in parts for block in part.blocks if isinstance(block, Table)]
    return {name for look in looks for name in (look.text, look.head)}


def _smaller(texts: Mapping[str, TextStyle], names: set[str], factor: float) -> dict[str, TextStyle]:
    return {name: _scaled(text, factor) if name in names else text for name, text in texts.items()}


def _scaled(text: TextStyle, factor: float) -> TextStyle:
    size = round(text.size_pt * factor * 2) / 2  # as Word counts: half points
    return replace(text, size_pt=size, line_pt=text.line_pt * factor if text.line_pt else None)


def _lower(block: Block, factor: float) -> Block:
    return Spacer(round(block.height_mm * factor, 1)) if isinstance(block, Spacer) else block


def _height_mm(blocks: Iterable[Block], style: PageStyle) -> float:
    return sum(height for block in blocks for height in _heights(block, style))


def _heights(block: Block, style: PageStyle) -> Iterator[float]:
    """Yield the heights that a block is made of, in mm; of kinds that stand on no cover none."""
    if isinstance(block, Spacer):
        yield block.height_mm
    elif isinstance(block, Paragraph):
        text = style.text(block.style)
        yield (text.before_pt + text.after_pt) * MM_PER_POINT
        yield _text_mm([block.runs], text, style.text_width_mm)
    elif isinstance(block, Table):
        yield style.table(block.style).after_mm
        yield from (_row_mm(block, row, style) for row in (*block.header, *block.rows))


def _row_mm(table: Table, row: Row, style: PageStyle) -> float:
    look = style.table(table.style)
    at, highest = 0, look.row_height_mm
    for cell in row.cells:
        share = sum(column.share for column in table.columns[at : at + cell.span])
        width = style.text_width_mm * look.width * share - 2 * look.padding_x_mm
        text = _text_mm(cell.paragraphs, style.text(look.head if cell.head else look.text), width)
        highest = max(highest, text + 2 * look.padding_y_mm)
        at += cell.span
    return highest


def _text_mm(paragraphs: Iterable[Runs], text: TextStyle, width_mm: float) -> float:
    wide = (text.size_pt + text.tracking_pt) * MM_PER_POINT
    room = max(width_mm, wide)
    lengths = (width_in_characters(text_of(runs)) * wide * _BREAKING for runs in paragraphs)
    return sum(max(ceil(length / room), 1) for length in lengths) * text.leading_pt * MM_PER_POINT
