"""Lines of text: where Chinese and Latin type break, which face sets which character, how full lines end at the margin.

No mark that closes begins a line and none that opens ends one (避头尾, GB/T 15834-2011 5.1); —— and …… stay in one
piece, numbers and Latin words too unless they are wider than the line, a number keeps its unit, an address breaks
between its parts, and the last line is more than one character. A full line of a justified paragraph is spread between
its characters, never inside a word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kjxm_desktop.core import combining
from kjxm_desktop.export import formulas
from kjxm_desktop.export.blocks import Run
from kjxm_desktop.export.fonts import Face, FontSet, shared_mark
from kjxm_desktop.export.formulas import FormulaOutline
from kjxm_desktop.export.line_ends import NOT_FIRST
from kjxm_desktop.export.page_style import TextStyle
from kjxm_desktop.export.pdf_canvas import Ink
from kjxm_desktop.export.pdf_ties import LONGEST_UNIT, Tie, tie_of, tie_within_word

_TOKEN = re.compile(
    r"\n|[ \u00a0]+|[!-~\u00a1-\u052f\u1e00-\u1fff\u2010-\u2013\u1800-\u18af]+|——|……|[０-９]+(?:[．，][０-９]+)*|.",
    re.DOTALL,
)
_ADDRESS = re.compile("www[.]|.*//", re.IGNORECASE)  # of a page, and what stands in a volume: [C]//Proceedings
_ADDRESS_PART = re.compile("(?=.)(?:[a-z]+://)?[^/?&#=._-]*[/?&#=._-]*", re.IGNORECASE)
_SMALL = 0.65  # the size of what stands above or below the line
_RAISED, _LOWERED = 0.35, -0.15
BASE_BELOW_MIDDLE = 0.38  # of the size: from the middle of a line down to its base line
_FORMULA_SPACE = 1.0  # points at least between a formula and the lines above and below
_MOST_MOVED = 0.1  # of a justified line, that may come down to the last
_MOST_SPREAD = 1.0  # sizes between two characters; a line that would need more stays ragged
_MOST_IN_WORD = 0.1  # sizes between the characters of a line that is but a piece of a word or of an address


class Atom(NamedTuple):
    """What never breaks: a word, a Chinese character, a space, a forced end of line."""

    text: str
    face: Face
    width: float
    size: float
    rise: float = 0.0
    underline: bool = False
    anchor: str = ""
    tie: Tie = Tie.FREE  # to the atom before
    tracking: float = 0.0  # behind each of its characters
    formula: FormulaOutline | None = None  # what is drawn for `text`, the source of a formula
    ink: Ink = Ink.FULL

    @property
    def glued(self) -> bool:
        """Tell whether no line may end before it."""
        return self.tie > Tie.ADDRESS

    @property
    def solid(self) -> bool:
        """Tell whether nothing is spread before it."""
        return self.tie in (Tie.ADDRESS, Tie.WORD)


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters set from x (in points from the start of the line) in one face."""

    x: float
    text: str
    face: str
    size: float
    rise: float
    width: float
    spacing: float = 0.0
    underline: bool = False
    anchor: str = ""
    formula: FormulaOutline | None = None
    ink: Ink = Ink.FULL


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its pieces, how wide it came out, and what formulas need beyond the leading, over and under."""

    pieces: tuple[Piece, ...]
    width: float
    above: float = 0.0
    below: float = 0.0

    @property
    def extra(self) -> float:
        """Return how much higher than its leading the line is, in points."""
        return self.above + self.below


class Setter:
    """Sets runs in lines; characters that no font has become 〔U+1F600〕.

    `unset` collects the formulas that could not be set and stand there as their source.
    """

    def __init__(self, fonts: FontSet) -> None:
        self.unset: dict[str, None] = {}
        self._fonts = fonts
        self._known: dict[tuple[str, bool, bool], dict[str, tuple[tuple[str, Face, float, bool], ...]]] = {}

    def lines(
        self, runs: Sequence[Run], style: TextStyle, width: float, *, first: float = 0.0, align: str = ""
    ) -> list[Line]:
        """Return `runs` in lines no wider than `width`; the first begins `first` points further right."""
        atoms = list(self.atoms(runs, style, width))
        spread = (align or style.align) == "justify"
        made: list[Line] = []
        for told in _paragraphs(atoms):
            most = width * (_MOST_MOVED if spread else 0.5)
            broken = _accompanied(list(_broken(told, width, first)), most, width)
            for at, line in enumerate(broken):
                room = width - (first if not made else 0.0)
                made.append(_with_room(_placed(line, room if spread and at < len(broken) - 1 else 0.0), style))
        return made

    def formula(self, latex: str, style: TextStyle, width: float) -> list[Line]:
        """Return a formula that stands alone, no wider than `width`; its source in lines where it cannot be set."""
        song = self._fonts.file("song")
        formula = formulas.outline(latex, style.size_pt, chinese=song, display=True, width=width)
        if formula is None:
            self.unset[latex] = None
            return self.lines((Run(latex, italic=True),), style, width)
        return [_with_room(_placed([self._formula(latex, formula, style.size_pt)], 0.0), style)]

    def _formula(self, latex: str, formula: FormulaOutline, size: float, tie: Tie = Tie.FREE) -> Atom:
        latin = self._fonts.latin("song", bold=False, italic=False)
        return Atom(latex, latin, formula.width, size, tie=tie, formula=formula)

    def _formulas(self, latex: str, size: float, widest: float, *, alone: bool, tie: Tie) -> Iterator[Atom]:
        """Yield a formula of a text; one wider than the line in pieces, of which the first is told to be its source.

        What can be set in no way is `unset`.
        """
        song = self._fonts.file("song")
        if alone:
            whole = formulas.outline(latex, size, chinese=song, display=True, width=widest)
            pieces = (whole,) if whole else ()
        else:
            pieces = formulas.pieces(latex, size, chinese=song, width=widest)
        for at, piece in enumerate(pieces):
            atom = self._formula(latex if at == 0 else "", piece, size, tie if at == 0 else Tie.FREE)
            room = formulas.ROOM * size if at < len(pieces) - 1 else 0.0
            yield atom._replace(width=min(piece.width + room, max(widest, piece.width)))
        if not pieces:
            self.unset[latex] = None

    def width(self, text: str, style: TextStyle) -> float:
        """Return how wide `text` is on one line."""
        return sum(atom.width for atom in self.atoms((Run(text),), style))

    def atoms(self, runs: Sequence[Run], style: TextStyle, widest: float = math.inf) -> Iterator[Atom]:
        """Yield what the lines of `runs` are made of, formulas no wider than `widest`."""
        earlier = before = ""
        for run in runs:
            if run.kind == "formula":
                alone = len(runs) == 1
                tie = tie_of(earlier, before, "x") if before else Tie.FREE
                atoms = list(self._formulas(run.text, style.size_pt, widest, alone=alone, tie=tie))
                if atoms:
                    yield from atoms
                    earlier, before = before[-1:], "x"  # its neighbours hold on to it as to a letter
                    continue
            bold, italic = run.bold or style.bold, run.italic
            # 楷 stands for italics and has no bold face: what is both is shown bold.
            role = "kai" if italic and not bold and style.font in ("song", "fang") else style.font
            size = style.size_pt * (_SMALL if run.sub or run.sup else 1.0)
            rise = style.size_pt * (_RAISED if run.sup else _LOWERED if run.sub else 0.0)
            look = (rise, run.underline, run.anchor)
            tracking = style.tracking_pt
            for token in _TOKEN.findall(_visible(run.text)):
                for text, face, width, goes_on in self._stretches(token, role, bold, italic, before):
                    tie = Tie.ADDRESS if goes_on else tie_of(earlier, before, text) if before else Tie.FREE
                    if rise and before and tie < Tie.WORD:
                        tie = Tie.WORD  # what stands above or below the line belongs to what is before it
                    ink = Ink.HEAVY if bold and not self._fonts.is_bold(face) else Ink.FULL
                    wide = width * size + tracking * len(text)
                    yield from _heaped(Atom(text, face, wide, size, *look, tie, tracking, ink=ink))
                    earlier, before = before[-1:], text

    def _stretches(
        self, token: str, role: str, bold: bool, italic: bool, before: str
    ) -> Sequence[tuple[str, Face, float, bool]]:
        """Return the stretches of `token`: text, face, width in sizes, whether it goes on with an address."""
        known = self._known.setdefault((role, bold, italic), {})
        found = known.get(token)
        if found is None:
            found = tuple(
                (part, face, face.width(part), at > 0)
                for text, face in self._faced(token, role, bold, italic, before)
                for at, part in enumerate(_parts(text))
            )
            if not shared_mark(token):  # which depends on what is before it
                known[token] = found
        return found

    def _faced(self, token: str, role: str, bold: bool, italic: bool, before: str) -> Iterator[tuple[str, Face]]:
        """Yield the stretches of `token` that one face sets."""
        latin = self._fonts.latin(role, bold=bold, italic=italic)
        after_word = shared_mark(token) and before[-1:].isascii() and before[-1:].isalpha()
        if token == "\n" or token.strip(" \u00a0") == "" or (after_word and latin.has(token)):
            yield token, latin
            return
        stretch, face = "", latin
        for character in token:
            found = self._fonts.pick(character, role, bold=bold, italic=italic)
            if stretch and found is not face:
                yield stretch, face
                stretch = ""
            if found is None:
                bracket = self._fonts.pick("〔", role, bold=bold, italic=italic) or latin
                yield from (("〔", bracket), (f"U+{ord(character):04X}", latin), ("〕", bracket))
            else:
                stretch, face = stretch + character, found
        if stretch:
            yield stretch, face


def _heaped(atom: Atom) -> Iterator[Atom]:
    """Yield an atom in pieces: marks that are too many on one character are in the text and are not drawn."""
    if atom.text.isascii() or not combining.HEAP.search(atom.text):
        yield atom
        return
    at = 0
    for found in (*combining.HEAP.finditer(atom.text), None):
        start, end = found.span() if found else (len(atom.text), len(atom.text))
        for text, ink in ((atom.text[at:start], atom.ink), (atom.text[start:end], Ink.NONE)):
            width = atom.face.width(text) * atom.size + atom.tracking * len(text) if ink is not Ink.NONE else 0.0
            if text:
                yield atom._replace(text=text, width=width, ink=ink, tie=Tie.WORD if at else atom.tie)
                at += len(text)


def _visible(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").replace("\u2028", "\n")


def _parts(text: str) -> list[str]:
    """Return an address in the parts between which it may break; what is none in one piece."""
    return _ADDRESS_PART.findall(text) if len(text) > LONGEST_UNIT and _ADDRESS.match(text) else [text]


def _accompanied(lines: list[list[Atom]], most: float, width: float) -> list[list[Atom]]:
    """Return `lines`, the last of which has more than one character when no more than `most` must come down to it.

    No line is wider than `width` for it.
    """
    if len(lines) < 2 or len([sign for atom in lines[-1] for sign in atom.text if sign not in NOT_FIRST]) != 1:
        return lines
    above = lines[-2]
    at = next((at for at in range(len(above) - 1, 0, -1) if not above[at].glued), 0)
    moved = sum(atom.width for atom in above[at:])
    if not at or moved > most or moved + sum(atom.width for atom in lines[-1]) > width + 0.01:
        return lines
    return [*lines[:-2], above[:at], above[at:] + lines[-1]]


def _paragraphs(atoms: Sequence[Atom]) -> Iterator[list[Atom]]:
    told: list[Atom] = []
    for atom in atoms:
        if atom.text == "\n":
            yield told
            told = []
        else:
            told.append(atom)
    yield told


def _broken(atoms: Sequence[Atom], width: float, first: float) -> Iterator[list[Atom]]:
    """Yield the atoms of each line."""
    line: list[Atom] = []
    used, room, may_end = 0.0, width - first, 0
    for atom in _narrowed(atoms, width - first):
        if line and not atom.glued:
            may_end = len(line)
        while used + atom.width > room + 0.01 and line and not atom.text.isspace():
            at = may_end or _weakest([*line, atom])
            yield line[:at]
            line = line[at:]
            used, room, may_end = sum(kept.width for kept in line), width, 0
        line.append(atom)
        used += atom.width
    yield line


def _weakest(atoms: Sequence[Atom]) -> int:
    """Return before which of `atoms`, all of them glued, a line ends with the least harm: the last of the weakest."""
    return max(range(1, len(atoms)), key=lambda at: (-atoms[at].tie, at))


def _narrowed(atoms: Sequence[Atom], width: float) -> Iterator[Atom]:
    """Yield `atoms`, those wider than the line character by character."""
    for atom in atoms:
        if atom.width <= width or (len(atom.text) == 1 and not atom.formula):
            yield atom
            continue
        if atom.formula:
            yield atom._replace(width=width, formula=atom.formula.scaled(width / atom.width))
            continue
        for at, character in enumerate(atom.text):
            wide = atom.face.width(character) * atom.size + atom.tracking
            tie = atom.tie if at == 0 else tie_within_word(atom.text[at - 1], character)
            yield atom._replace(text=character, width=wide, tie=tie)


def _placed(atoms: Sequence[Atom], room: float) -> Line:
    """Return a line of `atoms`, spread over `room` unless that is 0."""
    told = list(atoms)
    tail: list[Atom] = []
    while told and told[-1].text.isspace():
        tail.insert(0, told.pop())
    natural = sum(atom.width for atom in told)
    gaps = sum(not atom.solid for atom in told[1:])
    most = _MOST_SPREAD if gaps else _MOST_IN_WORD
    if room and not gaps and not any(atom.formula for atom in told):
        told = [part._replace(tie=Tie.UNIT) for part in _narrowed(told, 0.0)]
        gaps = len(told) - 1
    gap = (room - natural) / gaps if room and gaps else 0.0
    if gap < 0 or (told and gap > max(atom.size for atom in told) * most):
        gap = 0.0
    pieces = _pieces(told, gap)
    width = natural + gap * gaps
    # Space at the end of a line is part of the text, though nobody sees it.
    unseen = [Piece(width, atom.text, atom.face.name, atom.size, atom.rise, 0.0) for atom in tail]
    return Line((*pieces, *unseen), width)


def _with_room(line: Line, style: TextStyle) -> Line:
    """Return `line` with room for formulas that are higher than the leading."""
    drawn = [piece.formula for piece in line.pieces if piece.formula]
    if not drawn:
        return line
    base = style.leading_pt / 2 + BASE_BELOW_MIDDLE * style.size_pt
    above = max(formula.ascent for formula in drawn) + _FORMULA_SPACE - base
    below = max(formula.descent for formula in drawn) + _FORMULA_SPACE - (style.leading_pt - base)
    return replace(line, above=max(above, 0.0), below=max(below, 0.0))


def _pieces(atoms: Sequence[Atom], gap: float) -> Iterator[Piece]:
    """Yield `atoms` from left to right, those that are set alike in one piece, `gap` before each that is not solid."""
    x, at = 0.0, 0
    while at < len(atoms):
        atom, end = atoms[at], at + 1
        x += gap if at and not atom.solid else 0.0
        spacing = gap if end < len(atoms) and _spread(atom, atoms[end]) else 0.0
        while end < len(atoms) and _alike(atom, atoms[end]):
            if gap and (_spread(atoms[end - 1], atoms[end]) != bool(spacing) or not (spacing or atoms[end].solid)):
                break
            end += 1
        told = atoms[at:end]
        spacing = spacing if len(told) > 1 else 0.0
        shown = sum(part.width for part in told) + spacing * (len(told) - 1)
        text = "".join(part.text for part in told)
        apart = spacing + atom.tracking
        look = (atom.underline, atom.anchor, atom.formula, atom.ink)
        yield Piece(x, text, atom.face.name, atom.size, atom.rise, shown, apart, *look)
        x += shown
        at = end


def _alike(one: Atom, other: Atom) -> bool:
    if one.formula or other.formula:
        return False
    look = (one.face, one.size, one.rise, one.underline, one.anchor, one.ink)
    return (other.face, other.size, other.rise, other.underline, other.anchor, other.ink) == look


def _spread(before: Atom, after: Atom) -> bool:
    """Tell whether one distance between all characters of a piece may stand between these two."""
    return len(before.text) == 1 and len(after.text) == 1 and not after.solid
