"""Lines of text: where Chinese and Latin type break, which face sets which character, how full lines end at the margin.

No mark that closes begins a line and none that opens ends one (避头尾); numbers and Latin words stay whole unless they
are wider than the line, a number keeps its unit, and the last line is more than one character. A full line of a
justified paragraph is spread between its characters, never inside a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kjxm_desktop.export.blocks import Run
from kjxm_desktop.export.fonts import Face, FontSet, shared_mark
from kjxm_desktop.export.page_style import TextStyle

NOT_FIRST = frozenset(
    "，。、；：！？…—”’）》〉」』】〕〗｝％‰℃·～/／,.;:!?)]}%°›»–ー々〻ㄧ︒︑︐﹐﹑﹒﹔﹕﹖﹗）．＂＇｡､｣”’"
)
NOT_LAST = frozenset("“‘（《〈「『【〔〖｛([{＄￥￡#№§‹«$¥£")
_TOKEN = re.compile(
    r"\n|[ \u00a0]+|[!-~\u00a1-\u024f\u0370-\u04ff\u1e00-\u1eff\u2010-\u2013\u1800-\u18af]+|.", re.DOTALL
)
_SMALL = 0.65  # the size of what stands above or below the line
_RAISED, _LOWERED = 0.35, -0.15
_LONGEST_UNIT = 8
_MOST_MOVED = 0.1  # of a justified line, that may come down to the last
_MOST_SPREAD = 0.35  # sizes between two characters; a line that would need more stays ragged


@dataclass(frozen=True, slots=True)
class Atom:
    """What never breaks: a word, a Chinese character, a space, a forced end of line."""

    text: str
    face: Face
    width: float
    size: float
    rise: float = 0.0
    underline: bool = False
    anchor: str = ""
    glued: bool = False  # to the atom before


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


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its pieces, and how wide it came out."""

    pieces: tuple[Piece, ...]
    width: float


class Setter:
    """Sets runs in lines; characters that no font has become 〔U+1F600〕."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts

    def lines(
        self, runs: Sequence[Run], style: TextStyle, width: float, *, first: float = 0.0, align: str = ""
    ) -> list[Line]:
        """Return `runs` in lines no wider than `width`; the first begins `first` points further right."""
        atoms = list(self.atoms(runs, style))
        spread = (align or style.align) == "justify"
        made: list[Line] = []
        for told in _paragraphs(atoms):
            broken = _accompanied(list(_broken(told, width, first)), width * (_MOST_MOVED if spread else 0.5))
            for at, line in enumerate(broken):
                room = width - (first if not made else 0.0)
                made.append(_placed(line, room if spread and at < len(broken) - 1 else 0.0))
        return made

    def width(self, text: str, style: TextStyle) -> float:
        """Return how wide `text` is on one line."""
        return sum(atom.width for atom in self.atoms((Run(text),), style))

    def atoms(self, runs: Sequence[Run], style: TextStyle) -> Iterator[Atom]:
        """Yield what the lines of `runs` are made of."""
        earlier = before = ""
        for run in runs:
            bold, italic = run.bold or style.bold, run.italic
            role = "kai" if italic and style.font in ("song", "fang") else style.font
            size = style.size_pt * (_SMALL if run.sub or run.sup else 1.0)
            rise = style.size_pt * (_RAISED if run.sup else _LOWERED if run.sub else 0.0)
            for token in _TOKEN.findall(_visible(run.text)):
                for text, face in self._faced(token, role, bold, italic, before):
                    joined = bool(before) and (_joined(before[-1], text[0]) or _measures(earlier + before, text))
                    width = face.width(text) * size
                    yield Atom(text, face, width, size, rise, run.underline, run.anchor, joined)
                    earlier, before = before[-1:], text

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


def _visible(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").replace("\u2028", "\n")


def _joined(before: str, after: str) -> bool:
    """Tell whether no line may end between two characters."""
    if before == "\n" or after == "\n" or before == " ":
        return False
    if after == " ":
        return True
    if after in NOT_FIRST or before in NOT_LAST or (before == "～" and after.isdigit()):
        return True
    if before == "\u00a0" or after == "\u00a0":
        return True
    return ord(before) < 0x2E80 and ord(after) < 0x2E80 and before not in "…—" and after not in "“‘"


def _measures(before: str, after: str) -> bool:
    """Tell whether `after` is the unit of the number that `before` ends in, or the number of a standard: 45 d, GB 1."""
    if before[-1:] != " " or len(after) > _LONGEST_UNIT:
        return False
    unit = (after[0].isalpha() and ord(after[0]) < 0x2E80) or after[0] in "℃°%‰"
    return unit if before[-2:-1].isdigit() else before[-2:-1].isupper() and after[0].isdigit()


def _accompanied(lines: list[list[Atom]], most: float) -> list[list[Atom]]:
    """Return `lines`, the last of which has more than one character when no more than `most` must come down to it."""
    if len(lines) < 2 or len([sign for atom in lines[-1] for sign in atom.text if sign not in NOT_FIRST]) != 1:
        return lines
    above = lines[-2]
    at = next((at for at in range(len(above) - 1, 0, -1) if not above[at].glued), 0)
    if not at or sum(atom.width for atom in above[at:]) > most:
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
        if used + atom.width > room + 0.01 and line and not atom.text.isspace():
            at = may_end or len(line)
            yield line[:at]
            line = line[at:]
            used, room, may_end = sum(kept.width for kept in line), width, 0
        line.append(atom)
        used += atom.width
    yield line


def _narrowed(atoms: Sequence[Atom], width: float) -> Iterator[Atom]:
    """Yield `atoms`, those wider than the line character by character."""
    for atom in atoms:
        if atom.width <= width or len(atom.text) == 1:
            yield atom
            continue
        for at, character in enumerate(atom.text):
            wide = atom.face.width(character) * atom.size
            glued = atom.glued if at == 0 else _within_word(atom.text[at - 1], character)
            yield Atom(character, atom.face, wide, atom.size, atom.rise, atom.underline, atom.anchor, glued)


def _within_word(before: str, after: str) -> bool:
    """Tell whether what is wider than the line had better not break between two characters."""
    return (before.isalnum() and after.isalnum()) or before == "\\" or before in NOT_LAST or after in NOT_FIRST


def _placed(atoms: Sequence[Atom], room: float) -> Line:
    """Return a line of `atoms`, spread over `room` unless that is 0."""
    told = list(atoms)
    tail: list[Atom] = []
    while told and told[-1].text.isspace():
        tail.insert(0, told.pop())
    natural = sum(atom.width for atom in told)
    gaps = len(told) - 1
    gap = (room - natural) / gaps if room and gaps > 0 else 0.0
    if gap < 0 or (told and gap > told[0].size * _MOST_SPREAD):
        gap = 0.0
    pieces = _pieces(told, gap)
    width = natural + gap * max(gaps, 0)
    # Space at the end of a line is part of the text, though nobody sees it.
    unseen = [Piece(width, atom.text, atom.face.name, atom.size, atom.rise, 0.0) for atom in tail]
    return Line((*pieces, *unseen), width)


def _pieces(atoms: Sequence[Atom], gap: float) -> Iterator[Piece]:
    x, at = 0.0, 0
    while at < len(atoms):
        atom, end = atoms[at], at + 1
        single = len(atom.text) == 1
        look = (atom.face, atom.size, atom.rise, atom.underline, atom.anchor)
        while end < len(atoms) and (not gap or (single and len(atoms[end].text) == 1)):
            other = atoms[end]
            if (other.face, other.size, other.rise, other.underline, other.anchor) != look:
                break
            end += 1
        told = atoms[at:end]
        width = sum(part.width for part in told)
        spacing = gap if single and len(told) > 1 else 0.0
        shown = width + spacing * (len(told) - 1)
        text = "".join(part.text for part in told)
        yield Piece(x, text, atom.face.name, atom.size, atom.rise, shown, spacing, atom.underline, atom.anchor)
        x += shown + gap
        at = end
