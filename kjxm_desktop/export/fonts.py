"""The type that the PDF embeds: which face sets a character, how wide it is there, and what no face can set.

The files and their roles stand in the `manifest.json` beside them. A face is read when its first character is set and
stays read: the rare ones cost nothing in a document without rare characters.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts

from kjxm_desktop.errors import KjxmError

_EITHER_WIDTH = frozenset("“”‘’—…·×°±≥≤≈→")
"""Marks that Latin and Chinese type share: Chinese unless Latin words stand on both sides."""

_LATIN_MARKS = frozenset("‐‑‒–′″€")
_ROLES = {"song", "hei", "kai", "latin", "rare", "mongolian"}
_SPACES = {"Zs", "Cf"}


@dataclass(frozen=True)
class Face:
    """One face as ReportLab knows it; `widths` are thousandths of the size by code point."""

    name: str
    widths: Mapping[int, float]
    default_width: float
    drawn: frozenset[int]

    def has(self, character: str) -> bool:
        """Tell whether the face draws `character`: an entry that leads to an empty outline is none, spaces aside."""
        code = ord(character)
        if code not in self.widths:
            return False
        return code in self.drawn or unicodedata.category(character) in _SPACES

    def width(self, text: str) -> float:
        """Return how wide `text` is, in sizes."""
        widths, default = self.widths, self.default_width
        return sum([widths.get(ord(character), default) for character in text]) / 1000


@cache
def _face(path: Path) -> Face:
    """Return the face in `path`, made known to ReportLab."""
    font = ttfonts.TTFont(path.stem, str(path), asciiReadable=False)
    pdfmetrics.registerFont(font)
    inside = font.face
    places = inside.glyphPos
    drawn = frozenset(code for code, glyph in inside.charToGlyph.items() if places[glyph + 1] > places[glyph])
    return Face(path.stem, inside.charWidths, inside.defaultWidth, drawn)


class FontSet:
    """The faces in a folder, and which of them sets which character.

    `missing` collects the characters that no face has, in the order they were met.
    """

    def __init__(self, folder: Path) -> None:
        self._files = _files(folder)
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

    def latin(self, role: str, *, bold: bool, italic: bool) -> Face:
        """Return the Latin face beside `role`; beside a role without real bold it is not bold either."""
        key = (role, bold, italic)
        if key not in self._latin:
            style = {(False, False): "regular", (True, False): "bold", (False, True): "italic"}
            heavy = bold and (self._real(role), "bold") in self._files
            self._latin[key] = _face(self._files["latin", style.get((heavy, italic), "bold_italic")])
        return self._latin[key]

    def _first(self, character: str, role: str, bold: bool, italic: bool) -> Face | None:
        real = self._real(role)
        chinese = [self._files.get((real, "bold" if bold else "regular")) or self.file(real)]
        chinese += [self.bold_file("song") if bold else self.file("song")]
        latin = self.latin(role, bold=bold, italic=italic)
        if _is_latin(character) and latin.has(character):
            return latin
        for path in (*chinese, self.file("rare"), self.file("mongolian"), self.file("hei")):
            face = _face(path)
            if face.has(character):
                return face
        return latin if latin.has(character) else None

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
