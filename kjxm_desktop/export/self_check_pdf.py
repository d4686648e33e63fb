"""A finished PDF read again by PDFium, which did not write it: its text, its outline, its pictures, its type."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kjxm_desktop.export import glyphs
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

_SLACK_PT = 3.0  # what type may stand out of the text area
_NOT_LOOKED_AT = frozenset("\0\2\u200d\ufffefilst")  # PDFium's own signs, and letters that it makes of ligatures
_UNSEEN = re.compile(f"[{glyphs.WITHOUT_INK}]")
_INKLESS = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Mn"))


@dataclass(frozen=True)
class ReadPdf:
    """What a PDF says: the text of each page without what stands in its margins, headings with their pages.

    `pictures` counts the pictures by their size in pixels; `loose_fonts` are not embedded; `blank` characters have no
    ink.
    """

    pages: tuple[str, ...]
    outline: tuple[tuple[str, int], ...]
    pictures: Mapping[tuple[int, int], int]
    loose_fonts: tuple[str, ...]
    blank: tuple[str, ...]


def read(data: bytes, style: PageStyle) -> ReadPdf:
    """Return what `data` says. Raises ValueError when PDFium cannot read it."""
    # Loaded when something was exported: PDFium is a library of 7 MB.
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise ValueError(str(error)) from error
    try:
        reader = _Reader(document, style)
        return reader.read()
    finally:
        document.close()


class _Reader:
    """Goes through the pages once."""

    def __init__(self, document: PdfDocument, style: PageStyle) -> None:
        self._document = document
        self._box = {
            "bottom": style.bottom_mm / MM_PER_POINT - _SLACK_PT,
            "top": (style.height_mm - style.top_mm) / MM_PER_POINT + _SLACK_PT,
        }
        self._pictures: dict[tuple[int, int], int] = {}
        self._loose: dict[str, None] = {}
        self._inked: dict[int, bool] = {}

    def read(self) -> ReadPdf:
        import pypdfium2

        pages: list[str] = []
        for number in range(len(self._document)):
            try:
                page = self._document[number]
            except pypdfium2.PdfiumError as error:
                raise ValueError(str(error)) from error
            text_page = page.get_textpage()
            try:
                pages.append(text_page.get_text_bounded(**self._box).replace("\x02", "-").replace("\ufffe", "-"))
                self._look_at(page)
                self._ink(text_page, pages[-1])
            finally:
                text_page.close()
                page.close()
        blank = tuple(chr(code) for code, inked in self._inked.items() if not inked)
        return ReadPdf(tuple(pages), tuple(self._outline()), self._pictures, tuple(self._loose), blank)

    def _outline(self) -> Iterator[tuple[str, int]]:
        for entry in self._document.get_toc():
            target = entry.get_dest()
            page = target.get_index() if target is not None else None
            yield entry.get_title(), -1 if page is None else page

    def _look_at(self, page: PdfPage) -> None:
        """Count the pictures of a page and note which of its fonts are not embedded."""
        from pypdfium2 import raw

        fonts: dict[int, Any] = {}  # of this page alone: PDFium lets go of them with it
        handle = page.raw
        for at in range(raw.FPDFPage_CountObjects(handle)):
            thing = raw.FPDFPage_GetObject(handle, at)
            kind = raw.FPDFPageObj_GetType(thing)
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                font = raw.FPDFTextObj_GetFont(thing)
                fonts[ctypes.addressof(font.contents)] = font
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                wide, high = ctypes.c_uint(), ctypes.c_uint()
                raw.FPDFImageObj_GetImagePixelSize(thing, wide, high)
                size = (wide.value, high.value)
                self._pictures[size] = self._pictures.get(size, 0) + 1
        for font in fonts.values():
            if raw.FPDFFont_GetIsEmbedded(font) != 1:
                name = ctypes.create_string_buffer(128)
                raw.FPDFFont_GetBaseFontName(font, name, 128)
                self._loose[name.value.decode("ascii", "replace")] = None

    def _ink(self, text_page: PdfTextPage, text: str) -> None:
        """Note for each character, until one of its glyphs has an outline, whether any has."""
        from pypdfium2 import raw

        handle, inked = text_page.raw, self._inked
        new = {code for code in map(ord, set(text)) if not inked.get(code) and _has_ink(code)}
        for at in range(raw.FPDFText_CountChars(handle) if new else 0):
            code = raw.FPDFText_GetUnicode(handle, at)
            if code not in new or inked.get(code):
                continue
            thing = raw.FPDFText_GetTextObject(handle, at)
            if thing:
                path = raw.FPDFFont_GetGlyphPath(raw.FPDFTextObj_GetFont(thing), code, ctypes.c_float(10))
                inked[code] = bool(path) and raw.FPDFGlyphPath_CountGlyphSegments(path) > 0


def _has_ink(code: int) -> bool:
    """Tell whether a character has to be seen; halves of characters beyond the BMP cannot be asked for."""
    if 0xD800 <= code < 0xE000 or code >= 0x110000:
        return False
    sign = chr(code)
    return sign not in _NOT_LOOKED_AT and not _UNSEEN.fullmatch(sign) and unicodedata.category(sign) not in _INKLESS
