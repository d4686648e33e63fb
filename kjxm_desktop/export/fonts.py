"""The type that the PDF embeds: which face sets a character, how wide it is there, and what no face can set.

The files and their roles stand in the `manifest.json` beside them. A face is read when its first character is set and
stays read: the rare ones cost nothing in a document without rare characters.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts

from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export import glyphs

_EITHER_WIDTH = frozenset("“”‘’—…·×°±≥≤≈→")
"""Marks that Latin and Chinese type share: Chinese unless Latin words stand on both sides."""

_LATIN_MARKS = frozenset("‐‑‒–′″€•")
_ROLES = {"song", "hei", "kai", "latin", "rare", "mongolian"}
_ZERO_WIDTH_SPACE, _QUARTER_SPACE = 0x200B, 0x2005


@dataclass(frozen=True)
class Face:
    """One face as ReportLab knows it; `widths` are thousandths of the size by code point.

    `glyphs` are the numbers of its outlines by code point, `places` where each of them begins.
    """

    name: str
    widths: dict[int, float]
    default_width: float
    glyphs: dict[int, int]
    places: Sequence[int]

    def has(self, character: str) -> bool:
        """Tell whether the face draws `character`: with an outline, a space without one."""
        glyph = self.glyphs.get(ord(character), 0)
        if not glyph or glyphs.is_private(character) or glyphs.is_turned(character):  # 0 stands for what it lacks
            return False
        return (self.places[glyph + 1] > self.places[glyph]) != glyphs.is_space(character)

    def width(self, text: str) -> float:
        """Return how wide `text` is, in sizes."""
        widths, default = self.widths, self.default_width
        return sum([widths.get(ord(character), default) for character in text]) / 1000


class _MappedFace(ttfonts.TTFontFace):
    """A face that reads its tables at once and leaves its outlines in the file until a subset is made.

    ReportLab's own reads the whole file and then, number by number, what each of 30,000 characters is: tens of
    milliseconds and as many megabytes for each Chinese font.
    """

    def readFile(self, f: str) -> None:  # noqa: N802 - the library's name
        """Make the bytes of the file known without reading them."""
        with Path(f).open("rb") as source:
            self._ttf_data = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        self.filename, self._pos = f, 0

    def extractInfo(self, charInfo: int = 1) -> None:  # noqa: N802, N803 - the library's names
        """Read what the library does of names and sizes, the rest in its place (ISO/IEC 14496-22)."""
        super().extractInfo(0)
        groups = self._groups()
        if groups is None:
            super().extractInfo(charInfo)
            return
        characters: dict[int, int] = {}
        for first, last, glyph in groups:
            characters.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
        if 0x20 in characters:
            characters[0xA0] = characters[0x20]
        count = self._numbers("hhea", 34, "H", 1)[0]
        full = self._numbers("hmtx", 0, "H", 2 * count)
        rest = self._numbers("hmtx", 4 * count, "H", self.numGlyphs - count)
        self.hmetrics = [*zip(full[::2], full[1::2], strict=True), *((full[-2], bearing) for bearing in rest)]
        widths = [width * 1000 / self.unitsPerEm for width, _ in self.hmetrics]
        self.charToGlyph, self.glyphToChar = characters, {}  # the latter is asked for by the shaping of words alone
        self.charWidths = {code: widths[glyph] for code, glyph in characters.items()}
        self.defaultWidth = widths[0]
        long = self._numbers("head", 50, "H", 1)[0]
        places = self._numbers("loca", 0, "L" if long else "H", self.numGlyphs + 1)
        self.glyphPos = places if long else [2 * place for place in places]

    def _groups(self) -> Iterator[tuple[int, int, int]] | None:
        """Return first and last code point of each group of characters, and the glyph of the first.

        None for a font without a table of all of Unicode (format 12): it is small, the library may read it.
        """
        for at in range(self._numbers("cmap", 2, "H", 1)[0]):
            platform, encoding = self._numbers("cmap", 4 + 8 * at, "H", 2)
            place = self._numbers("cmap", 8 + 8 * at, "L", 1)[0]
            if (platform, encoding) == (3, 10) and self._numbers("cmap", place, "H", 1)[0] == 12:
                told = self._numbers("cmap", place + 16, "L", 3 * self._numbers("cmap", place + 12, "L", 1)[0])
                return zip(told[::3], told[1::3], told[2::3], strict=True)
        return None

    def _numbers(self, table: str, at: int, kind: str, count: int) -> tuple[int, ...]:
        """Return `count` numbers that stand `at` bytes behind the start of a table."""
        return struct.unpack_from(f">{count}{kind}", self._ttf_data, self.get_table_pos(table)[0] + at)


ttfonts.TTFontFace = _MappedFace


@cache
def _face(path: Path) -> Face:
    """Return the face in `path`, made known to ReportLab."""
    font = ttfonts.TTFont(path.stem, str(path), asciiReadable=False)
    pdfmetrics.registerFont(font)
    inside = font.face
    return Face(path.stem, inside.charWidths, inside.defaultWidth, inside.charToGlyph, inside.glyphPos)


def _with_blank(face: Face, character: str, like: int) -> Face:
    """Return `face`, which sets `character` as it sets the blank `like` from now on.

    So a character without ink is in the text of the PDF, where no font has it, or has it as a box for programs that
    show what is hidden.
    """
    face.glyphs[ord(character)], face.widths[ord(character)] = face.glyphs[like], face.widths[like]
    return face


class FontSet:
    """The faces in a folder, and which of them sets which character.

    `missing` collects the characters that no face has, in the order they were met.
    """

    def __init__(self, folder: Path) -> None:
        self._files = _files(folder)
        self._bold = {path.stem for (_, style), path in self._files.items() if style.startswith("bold")}
        self._chosen: dict[tuple[str, bool, bool], dict[str, Face | None]] = {}
        self._latin: dict[tuple[str, bool, bool], Face] = {}
        self.missing: dict[str, None] = {}

    def file(self, role: str) -> Path:
        """Return the file of the regular face of `role`."""
        return self._files[role, "regular"]

    def bold_file(self, role: str) -> Path:
        """Return the file of the bold face of `role`; the regular one where there is no real bold."""
        return self._files.get((role, "bold")) or self.file(role)

    def pick(self, character: str, role: str, *, bold: bool, italic: bool) -> Face | None:
        """Return the face that sets `character` in text of `role`; None, and it is `missing`, where none has it."""
        chosen = self._chosen.setdefault((role, bold, italic), {})
        if character not in chosen:
            chosen[character] = self._first(character, role, bold, italic)
            if chosen[character] is None:
                self.missing[character] = None
        return chosen[character]

    def is_bold(self, face: Face) -> bool:
        """Tell whether `face` is a real bold one: what stands for bold in any other is drawn with a line around it."""
        return face.name in self._bold

    def own(self, role: str, *, bold: bool) -> Face:
        """Return the face of `role` itself, with the Latin letters that it brings."""
        return _face(self.bold_file(role) if bold else self.file(role))

    def latin(self, role: str, *, bold: bool, italic: bool) -> Face:
        """Return the Latin face beside `role`, which is bold itself."""
        key = (role, bold, italic)
        if key not in self._latin:
            style = {(False, False): "regular", (True, False): "bold", (False, True): "italic"}
            self._latin[key] = _face(self._files["latin", style.get((bold, italic), "bold_italic")])
        return self._latin[key]

    def _first(self, character: str, role: str, bold: bool, italic: bool) -> Face | None:
        real = self._real(role)
        latin = self.latin(role, bold=bold, italic=italic)
        if glyphs.is_ignorable(character):
            return _with_blank(latin, character, _ZERO_WIDTH_SPACE)
        if _is_latin(character) and latin.has(character):
            return latin
        own = self._files.get((real, "bold" if bold else "regular")) or self.file(real)
        for path in (own, self.bold_file("song") if bold else self.file("song")):
            if _face(path).has(character):
                return _face(path)
        if glyphs.is_space(character):
            return latin if latin.has(character) else _with_blank(latin, character, _QUARTER_SPACE)
        others = (_face(self.file(role)) for role in ("rare", "mongolian", "hei"))
        regular = (_face(self.file(role)) for role in ("song", "latin"))
        return next((face for face in chain(others, (latin,), regular) if face.has(character)), None)

    def _real(self, role: str) -> str:
        """Return `role`, or song in place of one that the folder has no file of (仿宋)."""
        return role if (role, "regular") in self._files else "song"


def _is_latin(character: str) -> bool:
    """Tell whether Latin type sets `character` first: letters, their marks and figures, not the symbols of Chinese."""
    return character not in _EITHER_WIDTH and (ord(character) < 0x530 or character in _LATIN_MARKS)


def shared_mark(character: str) -> bool:
    """Tell whether Latin and Chinese type share `character`."""
    return character in _EITHER_WIDTH


def _files(folder: Path) -> dict[tuple[str, str], Path]:
    """Return the font files of `folder` by role and style.

    Raises KjxmError fonts.missing that names what is not there.
    """
    try:
        told = json.loads((folder / "manifest.json").read_text("utf-8"))["fonts"]
    except (OSError, ValueError, KeyError) as error:
        raise KjxmError("fonts.missing", folder=folder.name, files="manifest.json") from error
    missing = [entry["file"] for entry in told if not (folder / entry["file"]).is_file()]
    roles = {entry["role"] for entry in told}
    missing += sorted(_ROLES - roles)
    if missing:
        raise KjxmError("fonts.missing", folder=folder.name, files="、".join(missing))
    return {(entry["role"], entry["style"]): folder / entry["file"] for entry in told}
