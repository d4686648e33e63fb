"""Which characters the fonts draw with ink, for the `coverage.json` beside them.

Counted are the regular faces that every text falls back on (kjxm_desktop/export/fonts.py); 楷 alone draws for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from kjxm_desktop.export import glyphs

Json = Any
FALLBACKS = ("song", "rare", "mongolian", "hei", "latin")


def drawn_by(folder: Path, fonts: Iterable[Json]) -> Json:
    """Return what stands in the file: the code points that `fonts` of the manifest draw, as ranges."""
    files = [folder / font["file"] for font in fonts if font["role"] in FALLBACKS and font["style"] == "regular"]
    drawn = {code for file in files for code in _drawn(file) if not _has_no_ink(chr(code))}
    return {"format": glyphs.FORMAT, "drawn": glyphs.ranges_of(drawn)}


def _drawn(file: Path) -> Iterator[int]:
    """Yield the code points of a font that lead to an outline which is not empty."""
    with TTFont(file, lazy=True) as font:
        places = font["loca"]
        for code, name in font.getBestCmap().items():
            glyph = font.getGlyphID(name)
            if places[glyph + 1] > places[glyph]:
                yield code


def _has_no_ink(character: str) -> bool:
    return glyphs.is_space(character) or glyphs.is_ignorable(character) or glyphs.is_private(character)
