"""What becomes of a formula: LaTeX as people type it → Office Math for DOCX, outlines for PDF and the window.

A source that cannot be read is None everywhere: it then prints as the text it is, and `problem` names why.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Final

from kjxm_desktop.export import formula_drawing, formula_lines, formula_source, formula_tree, formula_word
from kjxm_desktop.export.formula_drawing import FormulaOutline
from kjxm_desktop.export.formula_lines import ROOM
from kjxm_desktop.export.formula_unreadable import Unreadable

__all__ = ["LEAST_SCALE", "ROOM", "FormulaOutline", "beginning", "omml", "outline", "pieces", "problem", "shown"]

LEAST_SCALE: Final = 0.5
"""The scale of a formula that is wider than its line; below it nobody could read it."""

_HARDLY_SMALLER = 0.92  # the scale to which a formula becomes smaller rather than break
_WIDEST = 72.0  # em: twice the line of a page, about what `LEAST_SCALE` lets in


@lru_cache(maxsize=512)
def omml(latex: str, *, display: bool = False) -> str | None:
    """Return a formula as an `m:oMath` element for a document that declares the prefixes m and w.

    `display` sets sums and limits as on a line of their own. None when the source cannot be read.
    """
    try:
        return formula_word.omml(formula_source.mathml(latex, display=display))
    except (Unreadable, ValueError):
        return None


def outline(
    latex: str, size_pt: float, *, chinese: Path, display: bool = False, width: float = math.inf
) -> FormulaOutline | None:
    """Return a formula as the outlines of type of that size; Chinese in it comes from the font file `chinese`.

    What is wider than `width` points breaks before its operators, or becomes smaller. None when the source cannot be
    read or set, or would be too small to be read.
    """
    whole = _outline(latex, chinese, display)
    if whole is None:
        return None
    if whole.width * size_pt * _HARDLY_SMALLER > width:
        whole = _in_lines(latex, chinese, display, round(width / size_pt, 2)) or whole
    least = min(1.0, width / (whole.width * size_pt))
    return whole.scaled(size_pt * least) if least >= LEAST_SCALE else None


def pieces(latex: str, size_pt: float, *, chinese: Path, width: float) -> tuple[FormulaOutline, ...]:
    """Return the pieces of a formula in a text, between which a line no wider than `width` points may end.

    It is one piece where it fits. None at all when the source cannot be set, or would be too small to be read.
    """
    whole = _outline(latex, chinese, False)
    if whole is None:
        return ()
    fits = whole.width * size_pt <= width
    parts = (whole,) if fits else _in_pieces(latex, chinese) or (whole,)
    widest = max(part.width for part in parts) * size_pt
    if width < widest * LEAST_SCALE:
        return ()
    return tuple([part.scaled(min(size_pt, width / part.width)) for part in parts])


@lru_cache(maxsize=128)
def _in_pieces(latex: str, chinese: Path) -> tuple[FormulaOutline, ...]:
    told = formula_source.mathml(latex, display=False)
    try:
        return tuple([formula_drawing.outline(piece, chinese) for piece in formula_lines.formulas_of_pieces(told)])
    except ValueError:
        return ()


@lru_cache(maxsize=512)
def _outline(latex: str, chinese: Path, display: bool) -> FormulaOutline | None:
    try:
        return formula_drawing.outline(formula_source.mathml(latex, display=display), chinese)
    except (Unreadable, ValueError, OSError):
        return None


@lru_cache(maxsize=128)
def _in_lines(latex: str, chinese: Path, display: bool, width: float) -> FormulaOutline | None:
    """Return a formula in lines about `width` em wide; None where it cannot be broken."""
    told = formula_source.mathml(latex, display=display)
    try:
        return formula_lines.in_lines(told, lambda line: formula_drawing.outline(line, chinese), width)
    except ValueError:
        return None


def beginning(latex: str) -> str:
    """Return the beginning of a source, enough to know it by."""
    return formula_source.beginning(latex)


def shown(latex: str) -> str:
    """Return about what a formula shows on its line, to tell how wide it is without setting it; else its source."""
    try:
        return formula_tree.characters(formula_source.mathml(latex, display=False))
    except Unreadable:
        return latex


@lru_cache(maxsize=1024)
def problem(latex: str) -> str | None:
    r"""Return the piece of a source that keeps it from being set, such as `\unknown` or `}`; None for a good one.

    It is the beginning of the source where no piece of it is to blame, and where nothing breaks what is too wide.
    """
    try:
        told = formula_source.mathml(latex, display=False)
        formula_drawing.work(told)
        formula_word.omml(told)
    except Unreadable as unreadable:
        return unreadable.piece
    except ValueError:
        return formula_source.beginning(latex)
    return formula_source.beginning(latex) if formula_lines.least_width(told) > _WIDEST else None
