"""What becomes of a formula: LaTeX as people type it → Office Math for DOCX, outlines for PDF and the window.

A source that cannot be read is None everywhere: it then prints as the text it is, and `problem` names why.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from kjxm_desktop.export import formula_drawing, formula_source, formula_tree, formula_word
from kjxm_desktop.export.formula_drawing import FormulaOutline


@lru_cache(maxsize=512)
def omml(latex: str, *, display: bool = False) -> str | None:
    """Return a formula as an `m:oMath` element for a document that declares the prefixes m and w.

    `display` sets sums and limits as on a line of their own. None when the source cannot be read.
    """
    try:
        return formula_word.omml(formula_source.mathml(latex, display=display))
    except (formula_tree.Unreadable, ValueError):
        return None


def outline(latex: str, size_pt: float, *, chinese: Path, display: bool = False) -> FormulaOutline | None:
    """Return a formula as the outlines of type of that size; Chinese in it comes from the font file `chinese`.

    None when the source cannot be read or set.
    """
    whole = _outline(latex, chinese, display)
    return whole.scaled(size_pt) if whole else None


@lru_cache(maxsize=512)
def _outline(latex: str, chinese: Path, display: bool) -> FormulaOutline | None:
    try:
        return formula_drawing.outline(formula_source.mathml(latex, display=display), chinese)
    except (formula_tree.Unreadable, ValueError, OSError):
        return None


def shown(latex: str) -> str:
    """Return about what a formula shows on its line, to tell how wide it is without setting it; else its source."""
    try:
        return formula_tree.characters(formula_source.mathml(latex, display=False))
    except formula_tree.Unreadable:
        return latex


def problem(latex: str) -> str | None:
    r"""Return the piece of a source that keeps it from being set, such as `\unknown` or `}`; None for a good one.

    It is the beginning of the source where no piece of it is to blame.
    """
    try:
        told = formula_source.mathml(latex, display=False)
        formula_drawing.work(told)
        formula_word.omml(told)
    except formula_tree.Unreadable as unreadable:
        return unreadable.piece
    except ValueError:
        return formula_source.beginning(latex)
    return None
