"""Build the font of rare characters: what Noto Serif CJK draws and Noto Serif SC lacks, as TrueType outlines.

ReportLab embeds TrueType outlines only, and a whole CJK font converted this way would weigh 30 MB.
The output is the same to the byte on every machine: no clock is read, and fontTools is locked.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

Font = Any
"""fontTools makes the tables of a font, and their fields, while it runs: types see little of them."""

SIMPLIFIED_CHINESE = 2
"""Index of the mainland shapes within the Noto CJK collections."""

MAX_ERROR_UNITS = 1.0
"""How far a quadratic curve may leave the cubic one, in units of the em (1/1000)."""


def build(collection: Path, covered: Path, name: str, out: Path) -> None:
    """Write to `out` the characters of `collection` that `covered` lacks, as a font called `name`."""
    font: Font = TTFont(collection, fontNumber=SIMPLIFIED_CHINESE, recalcTimestamp=False)
    _keep_only(font, _missing_characters(font, TTFont(covered, lazy=True)))
    _cubic_to_quadratic(font)
    _rename(font, name)
    font.save(out, reorderTables=True)


def _missing_characters(font: Font, covered: Font) -> set[int]:
    """Return the code points only `font` has; Hangul, 11,500 of them, is no part of a Chinese proposal."""
    only_here = set(font.getBestCmap()) - set(covered.getBestCmap())
    return {code for code in only_here if "HANGUL" not in unicodedata.name(chr(code), "")}


def _keep_only(font: Font, codes: set[int]) -> None:
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)


def _cubic_to_quadratic(font: Font) -> None:
    """Replace the CFF table by glyf and loca, and what else tells the two kinds of outline apart."""
    order, shapes = font.getGlyphOrder(), font.getGlyphSet()
    glyf: Font = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = {}
    for glyph in order:
        pen = TTGlyphPen(None)
        shapes[glyph].draw(Cu2QuPen(pen, MAX_ERROR_UNITS, reverse_direction=True))
        glyf.glyphs[glyph] = pen.glyph()
    font["glyf"], font["loca"] = glyf, newTable("loca")
    del font["CFF "]
    font.sfntVersion = "\0\1\0\0"
    font["head"].glyphDataFormat = 0
    font["post"].formatType = 3.0
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    maxp.maxZones = 1
    for unused in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(maxp, f"max{unused}", 0)
    maxp.maxSizeOfInstructions = 0


def _rename(font: Font, name: str) -> None:
    """Name the font `name`, regular; the copyright and the licence stay word for word."""
    names = font["name"]
    kept = {number: names.getDebugName(number) for number in (0, 5, 13, 14)}
    names.names = []
    new = {1: name, 2: "Regular", 3: f"{name}-Regular", 4: name, 6: f"{name}-Regular"}
    for number, text in sorted({**kept, **new}.items()):
        if text:
            names.setName(text, number, 3, 1, 0x409)
