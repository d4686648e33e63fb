"""A formula wider than its line in lines of its own: where it may break, and its pieces set below each other.

It breaks before relations and before what adds or multiplies, outside of brackets first; lines after the first begin
further right, with the sign (as in ISO 80000-2, and in what people set by hand).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from kjxm_desktop.export.formula_drawing import FormulaOutline, stacked
from kjxm_desktop.export.formula_tree import characters

_RELATIONS = frozenset("=≠≈≡≅≃∼∝<>≤≥≪≫≲≳⩽⩾→←↔⇒⇐⇔⟶⟵⟷⟹⟸⟺⇌↦∈∉⊂⊆⊃⊇≜≔")
_BINARY = frozenset("+−±∓×÷·⋅∗∪∩∨∧⊕⊗")
_OPENING, _CLOSING = frozenset("([{⟨⌈⌊"), frozenset(")]}⟩⌉⌋")
_AFTER = frozenset(",;，；")
ROOM: Final = 0.25
"""About how far an operator stands away from its neighbours, in em."""

_INDENT: Final = 2.0  # em
_WIDE_SPACE = 0.9  # em, a space between two formulas rather than in one
_SCRIPTED = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
_LEAST_FULL = 0.45  # of the line: a relation is only waited for when so much of it is filled
_EM_OF_CHARACTER = 0.55

Set = Callable[[Element], FormulaOutline]
"""Sets clean MathML, one point in size. Raises ValueError."""


@dataclass(frozen=True)
class _Piece:
    """What never breaks, and how gladly a line ends before it: 0 before a relation, 1, and 2 inside of brackets."""

    elements: tuple[Element, ...]
    rank: int


def in_lines(told: Element, setting: Set, width: float) -> FormulaOutline | None:
    """Return clean MathML as lines about `width` em wide, below each other; None where nothing can be broken.

    What is wider than a line still is as wide as it is. Raises ValueError as `setting` does.
    """
    pieces = _pieces(told)
    if len(pieces) < 2:
        return None
    widths = [setting(_math(told, piece.elements)).width + ROOM for piece in pieces]
    lines = [_math(told, line) for line in _filled(pieces, widths, width)]
    if len(lines) < 2:
        return None
    return stacked([setting(line) for line in lines], _INDENT)


def formulas_of_pieces(told: Element) -> list[Element]:
    """Return clean MathML as the formulas between which a line may end."""
    return [_math(told, piece.elements) for piece in _pieces(told)]


def least_width(told: Element) -> float:
    """Return about how wide the widest piece of a formula is that never breaks, in em, without setting it."""
    return max(characters_width(piece.elements) for piece in _pieces(told))


def characters_width(elements: Sequence[Element]) -> float:
    """Return about how wide elements are beside each other, in em."""
    return _EM_OF_CHARACTER * sum(len(characters(element)) for element in elements)


def _pieces(told: Element) -> list[_Piece]:
    pieces: list[_Piece] = []
    piece: list[Element] = []
    rank = depth = 0
    row = list(told)
    for at, element in enumerate(row):
        breaks = _rank(row, at)
        if breaks is not None and piece:
            pieces.append(_Piece(tuple(piece), rank))
            piece, rank = [], breaks if not depth else 2
        piece.append(element)
        sign = _sign(element)
        depth += (sign in _OPENING) - (sign in _CLOSING)
        depth = max(depth, 0)
    return [*pieces, _Piece(tuple(piece), rank)]


def _rank(row: Sequence[Element], at: int) -> int | None:
    """Return how gladly a line ends before an element of a row, None where none may."""
    if at == 0 or at == len(row) - 1:
        return None
    before, element = row[at - 1], row[at]
    if _is_wide(before) or _sign(before) in _AFTER:
        return None if _is_wide(element) else 0
    sign = _operator(element)
    if sign in _RELATIONS:
        return 0 if _operator(before) not in _RELATIONS else None
    signs_something = before.tag == "mo" and _sign(before) not in _CLOSING | {"!", "′", "%"}
    return 1 if sign in _BINARY and not signs_something else None


def _sign(element: Element) -> str:
    """Return the sign that an element is, "" where it is none; of a bracket with scripts the bracket."""
    inside = element[0] if element.tag in ("msub", "msup", "msubsup") and len(element) else element
    return (inside.text or "") if inside.tag == "mo" else ""


def _operator(element: Element) -> str:
    """Return the operator that an element is, also under words or with limits."""
    inside = element[0] if element.tag in _SCRIPTED and len(element) else element
    return (inside.text or "") if inside.tag == "mo" else ""


def _is_wide(element: Element) -> bool:
    return element.tag == "mspace" and float(element.get("width", "0").removesuffix("em")) >= _WIDE_SPACE


def _filled(pieces: Sequence[_Piece], widths: Sequence[float], width: float) -> list[list[Element]]:
    """Return the elements of each line."""
    starts, at = [0], 0
    while at < len(pieces):
        end = _end(pieces, widths, at, width - (_INDENT if at else 0.0))
        starts.append(end)
        at = end
    return [
        [element for piece in pieces[start:end] for element in piece.elements]
        for start, end in itertools.pairwise(starts)
    ]


def _end(pieces: Sequence[_Piece], widths: Sequence[float], start: int, room: float) -> int:
    """Return before which piece the line ends that begins with piece `start`: the last of the best that fill it."""
    used, ends = widths[start], [start + 1]
    filled = [used]
    while ends[-1] < len(pieces) and used + widths[ends[-1]] <= room + ROOM:
        used += widths[ends[-1]]
        ends.append(ends[-1] + 1)
        filled.append(used)
    if ends[-1] == len(pieces):
        return len(pieces)
    good = [end for end, full in zip(ends, filled, strict=True) if full >= room * _LEAST_FULL] or ends[-1:]
    return min(reversed(good), key=lambda end: pieces[end].rank)


def _math(told: Element, elements: Sequence[Element]) -> Element:
    """Return elements as a formula of its own; the sign it begins with stands between two things as before."""
    made = Element("math", told.attrib)
    row = list(elements)
    while len(row) > 1 and row[-1].tag == "mspace":
        row.pop()
    if row[0].tag == "mo" and row[0].text in _RELATIONS | _BINARY and "form" not in row[0].attrib:
        row[0] = deepcopy(row[0])
        row[0].set("form", "infix")
    made.extend(row)
    return made
