"""LaTeX as people type it → clean MathML: what both the drawing and Word's own formulas are made from.

latex2mathml reads the source. What it silently swallows (comments, unknown environments, attributes of colour and size)
is mended or refused here, so that nothing a person wrote is lost without a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from kjxm_desktop.export import formula_chemistry, formula_rules
from kjxm_desktop.export.formula_tree import cleaned
from kjxm_desktop.export.formula_unreadable import Unreadable

MOST_CHARACTERS: Final = 2_000
MOST_LEVELS: Final = 20
"""So deep may braces, fences and environments stand in each other."""
MOST_SIGNS: Final = 1_200
"""So many elements and characters may a formula be made of."""
_MOST_DEPTH = 60
_UNSEEN = ("Cc", "Cf", "Cs", "Cn", "Co")  # categories of Unicode that print nothing

_DOLLARS = re.compile(r"\$\$(.*)\$\$|\$(.*)\$|\\\[(.*)\\\]|\\\((.*)\\\)", re.DOTALL)
_PIECE = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|\\.|[{}%]", re.DOTALL)
_SKIPPED = re.compile(r"\\(?:label|vspace)\s*\{[^{}]*\}|\\(?:nonumber|notag|displaylimits|allowbreak)(?![A-Za-z])")
_TAG = re.compile(r"\\tag\*?\s*\{([^{}]*)\}")
_ROW_SPACE = re.compile(r"\\\\\s*\[\s*-?[\d.]+\s*(?:pt|em|ex|mm|cm)\s*\]")
_REFERENCE = re.compile("&#x[0-9A-Fa-f]{1,6};")  # how the library spells one sign
_DRAWN_TOGETHER = re.compile(r"\\int(?:(?:\s*\\!)+\s*\\int(?![A-Za-z])){1,2}")
_TOGETHER = {2: r"\iint", 3: r"\iiint"}
"""Integrals that people drew together by hand, and the signs they mean."""
_REFUSED = frozenset(
    "\\" + name
    for name in (
        "def", "newcommand", "renewcommand", "newenvironment", "DeclareMathOperator", "let", "unicode", "href",
        "class", "style", "verb", "rule", "hdashline", "sideset", "skew", "mathchoice", "input", "include", "require",
    )
)  # fmt: skip
_SAME = {
    r"\bm": r"\boldsymbol", r"\pmb": r"\boldsymbol", r"\degree": r"^{\circ}", r"\textdegree": r"^{\circ}",
    r"\celsius": "℃", r"\ohm": r"\Omega", r"\textmu": r"\mu", r"\permil": "‰", r"\perthousand": "‰",
    r"\mathrm": r"\mathrm ", r"\arg": r"\operatorname{arg}", r"\intertext": r"\text",
    r"\textsuperscript": "^", r"\textsubscript": "_",
}  # fmt: skip
_ENVIRONMENTS = {
    **{name: name for name in ("matrix", "pmatrix", "bmatrix", "Bmatrix", "vmatrix", "Vmatrix", "smallmatrix")},
    **dict.fromkeys(("cases", "dcases"), "cases"),
    **dict.fromkeys(("align", "align*", "aligned", "split", "eqnarray", "eqnarray*", "flalign*"), "align*"),
    **dict.fromkeys(("gather", "gather*", "gathered", "multline", "multline*"), "matrix"),
    **dict.fromkeys(("equation", "equation*", "displaymath", "math"), ""),
    "array": "array",
}


@lru_cache(maxsize=512)
def _told(latex: str, display: bool) -> Element | str:
    try:
        return _read(latex, display)
    except Unreadable as unreadable:
        return unreadable.piece


def mathml(latex: str, *, display: bool) -> Element:
    """Return a source as clean MathML; `display` sets sums and limits as on a line of their own.

    The element is shared: whoever changes it works on a copy. Raises Unreadable.
    """
    told = _told(latex, display)
    if isinstance(told, str):
        raise Unreadable(told)
    return told


def _read(latex: str, display: bool) -> Element:
    from latex2mathml import converter  # a tenth of a second: only when there is a formula

    source = _prepared(latex)
    try:
        raw = converter.Converter().convert_to_element(source)
    except Exception as error:  # the library tells of bad sources by whatever happens to go wrong
        raise Unreadable(beginning(latex)) from error
    _bounded(raw, latex)
    made = cleaned(raw, display=display)
    if not len(made):
        raise Unreadable(beginning(latex))
    return made


def beginning(latex: str) -> str:
    """Return the beginning of a source, enough to know it by."""
    return latex if len(latex) <= 24 else latex[:24] + "…"


def _bounded(raw: Element, latex: str) -> None:
    """Refuse what is too large or too deep to be set in bounded time."""
    level, count = [raw], 0
    for _ in range(_MOST_DEPTH):
        count += sum(1 + len(_REFERENCE.sub("x", element.text or "")) for element in level)
        level = [child for element in level for child in element]
    if level or count > MOST_SIGNS:
        raise Unreadable(beginning(latex))


# ---- the source


def _prepared(latex: str) -> str:
    """Return a source as latex2mathml reads it whole. Raises Unreadable."""
    source = latex.strip()
    wrapped = _DOLLARS.fullmatch(source)
    if wrapped:
        source = next(inside for inside in wrapped.groups() if inside is not None).strip()
    if not source or len(source) > MOST_CHARACTERS:
        raise Unreadable(beginning(latex))
    bad = next((sign for sign in source if unicodedata.category(sign) in _UNSEEN and sign not in "\t\n"), "")
    if bad:
        raise Unreadable(f"U+{ord(bad):04X}")
    source = _ROW_SPACE.sub(r"\\\\", _SKIPPED.sub("", source)).replace("{,}", r"\text{,}")
    source = _TAG.sub(r"\\qquad\\text{(\1)}", formula_chemistry.spelt_out(source))
    source = _DRAWN_TOGETHER.sub(lambda found: _TOGETHER[found.group().count(r"\int")], source)
    levels: list[str] = []
    source = _PIECE.sub(lambda found: _piece(found.group(), levels), source)
    if levels:
        raise Unreadable(levels[-1])
    return formula_rules.marked(source)


def _piece(piece: str, levels: list[str]) -> str:
    """Return a piece of a source as it is to be read; `levels` are what stands open."""
    if piece == "%":
        return r"\%"  # there are no comments in a formula of one line: it is the sign
    opened = piece in ("{", r"\left") or piece.startswith(r"\begin")
    closed = piece in ("}", r"\right") or piece.startswith(r"\end")
    environment = piece.partition("{")[2].rstrip("}").strip() if piece.startswith((r"\begin", r"\end")) else ""
    if (piece in _REFUSED) or (environment and environment not in _ENVIRONMENTS):
        raise Unreadable(piece)
    if opened:
        levels.append(piece)
        if len(levels) > MOST_LEVELS:
            raise Unreadable(piece)
    elif closed and (not levels or levels.pop() != _opening(piece)):
        raise Unreadable(piece)
    if environment:
        known = _ENVIRONMENTS[environment]
        return f"{piece.partition('{')[0].strip()}{{{known}}}" if known else " "
    return _SAME.get(piece, piece)


def _opening(closing: str) -> str:
    """Return what `closing` closes."""
    return {"}": "{", r"\right": r"\left"}.get(closing) or closing.replace(r"\end", r"\begin", 1)
