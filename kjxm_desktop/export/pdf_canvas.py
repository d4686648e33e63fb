"""The sheet of paper that the PDF writer draws on: ReportLab behind points that count from the top left corner.

Only true embedded subsets come out of here; the same calls give the same bytes.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from reportlab import rl_config
from reportlab.lib.utils import ImageReader, TimeStamp
from reportlab.pdfbase import pdfdoc, pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from kjxm_desktop.export.formulas import FormulaOutline

PRODUCER = "kjxm-desktop"
_COMMENTS = (
    b"ReportLab Generated PDF document (opensource)",
    b"ReportLab generated PDF document -- digest (opensource)",
)
_HEAVY = 0.03  # of the size: about what a bold stroke of 楷 is wider than a regular one
_PRINTED = 4  # the flag that every annotation of an archive file carries (ISO 19005-3 6.3.2)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_CHANNELS = {0: 1, 2: 3}  # colour types that a PDF reads as they are: grey, RGB

rl_config.useA85 = 0


def to_unicode(name: str, subset: Sequence[int]) -> str:
    """Return the CMap that leads from the codes of a subset back to characters.

    ReportLab's own writes five digits beyond the BMP, where readers expect UTF-16, blocks longer than 100 entries, and
    an entry for U+0000 (Adobe Technical Note 5014, ISO 19005-3 6.2.11.7).
    """
    entries = [f"<{at:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>" for at, code in enumerate(subset) if code]
    blocks = [entries[at : at + 100] for at in range(0, len(entries), 100)]
    listed = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def\n"
        f"/CMapName /{name} def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
        f"{listed}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


ttfonts.makeToUnicodeCMap = to_unicode


class Ink(Enum):
    """How characters are drawn (ISO 32000-1 9.3.6): as they are, heavier than their face, or not at all."""

    FULL = auto()
    HEAVY = auto()
    NONE = auto()


class _PngPicture(pdfdoc.PDFImageXObject):
    """A PNG whose compressed data goes into the PDF as it is: PDF knows the predictors of PNG (ISO 32000 7.4.4.4)."""

    def __init__(self, name: str, size: tuple[int, int], channels: int, data: bytes) -> None:
        super().__init__(name)
        self.width, self.height = size
        self.channels = channels
        self.data = data

    def format(self, document: Any) -> bytes:
        stream = pdfdoc.PDFStream(content=self.data)
        predictor = {"Predictor": 15, "Colors": self.channels, "BitsPerComponent": 8, "Columns": self.width}
        stream.dictionary.dict.update(
            {
                "Type": pdfdoc.PDFName("XObject"),
                "Subtype": pdfdoc.PDFName("Image"),
                "Width": self.width,
                "Height": self.height,
                "BitsPerComponent": 8,
                "ColorSpace": pdfdoc.PDFName("DeviceGray" if self.channels == 1 else "DeviceRGB"),
                "Filter": pdfdoc.PDFName("FlateDecode"),
                "DecodeParms": pdfdoc.PDFDictionary(predictor),
                "Length": len(self.data),
            }
        )
        return stream.format(document)


def _plain_png(data: bytes) -> tuple[tuple[int, int], int, bytes] | None:
    """Return size, channels and compressed data of a PNG that needs no decoding; None for any other."""
    if not data.startswith(_PNG_SIGNATURE):
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    chunks = list(_png_chunks(data))
    clear = any(kind == b"tRNS" for kind, _ in chunks)
    if depth != 8 or colour not in _PNG_CHANNELS or interlaced or clear:
        return None
    return (width, height), _PNG_CHANNELS[colour], b"".join(part for kind, part in chunks if kind == b"IDAT")


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG_SIGNATURE)
    while at + 8 <= len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


class Sheet:
    """The pages in the making; x goes right and y goes down from the top left corner of the paper, in points."""

    def __init__(self, size: tuple[float, float], *, first_face: str, language: str, created: datetime) -> None:
        self._out = io.BytesIO()
        self._height = size[1]
        self._canvas: Any = Canvas(
            self._out,
            pagesize=size,
            pageCompression=1,
            invariant=1,
            pdfVersion=(1, 7),
            lang=language,
            initialFontName=first_face,
        )
        stamp: Any = TimeStamp(1)
        zone = int((created.utcoffset() or created - created).total_seconds()) // 60
        stamp.YMDhms = (created.year, created.month, created.day, created.hour, created.minute, created.second)
        stamp.dhh, stamp.dmm = zone // 60, zone % 60
        self._canvas._doc._timeStamp = stamp  # noqa: SLF001 - there is no other way to date a document that is not now
        self._pictures: dict[str, Any] = {}

    def describe(self, *, title: str, subject: str) -> None:
        """Say what the document is; it names no person and no machine."""
        self._canvas.setTitle(title)
        self._canvas.setSubject(subject)
        self._canvas.setAuthor("")
        self._canvas.setCreator(PRODUCER)
        self._canvas.setProducer(PRODUCER)

    def text(
        self, x: float, y: float, text: str, face: str, size: float, spacing: float = 0.0, ink: Ink = Ink.FULL
    ) -> None:
        """Set `text` from x on the base line y; `spacing` is added behind every character.

        Heavy `ink` is a line around the characters, in black: a bold face where there is none, as wide as it was.
        """
        # The operators as they stand: text objects of ReportLab's take a fifth of the time of a whole document.
        font, document = pdfmetrics.getFont(face), self._canvas._doc  # noqa: SLF001
        told = [f"BT 1 0 0 1 {x:.3f} {self._height - y:.3f} Tm {spacing:.4g} Tc"]
        for subset, codes in font.splitString(text, document):
            told.append(f"{font.getSubsetInternalName(subset, document)} {size:.6g} Tf <{codes.hex()}> Tj")
        told.append("ET")
        if ink is Ink.HEAVY:
            told = [f"q 2 Tr {size * _HEAVY:.4g} w 1 j 0 0 0 RG [] 0 d", *told, "Q"]
        elif ink is Ink.NONE:
            told = ["q 3 Tr", *told, "Q"]
        self._canvas._code.append(" ".join(told))  # noqa: SLF001

    def colour(self, colour: str) -> None:
        """Fill and set text in `colour` ("#rrggbb") from here on."""
        self._canvas.setFillColorRGB(*_rgb(colour))

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        width: float,
        colour: str = "#000000",
        dash: Sequence[float] = (),
    ) -> None:
        """Draw a straight line."""
        red, green, blue = _rgb(colour)
        self._canvas._code.append(  # noqa: SLF001 - for the thousands of lines of tables, as for text
            f"{width:.4g} w {red:.4g} {green:.4g} {blue:.4g} RG [{' '.join(f'{part:.4g}' for part in dash)}] 0 d"
            f" {int(bool(dash))} J {start[0]:.3f} {self._height - start[1]:.3f} m"
            f" {end[0]:.3f} {self._height - end[1]:.3f} l S"
        )

    def rect(
        self, box: tuple[float, float, float, float], fill: str = "", line: str = "", line_width: float = 0.5
    ) -> None:
        """Draw a rectangle given as x, y, width, height."""
        canvas = self._canvas
        if not fill and not line:
            return
        x, y, width, height = box
        if fill:
            canvas.setFillColorRGB(*_rgb(fill))
        if line:
            canvas.setLineWidth(line_width)
            canvas.setStrokeColorRGB(*_rgb(line))
            canvas.setDash([])
        canvas.rect(x, self._height - y - height, width, height, stroke=int(bool(line)), fill=int(bool(fill)))
        if fill:
            canvas.setFillColorRGB(0, 0, 0)

    def picture(self, key: str, data: bytes, box: tuple[float, float, float, float]) -> None:
        """Draw the picture of that key into x, y, width, height; its data goes into the file once."""
        canvas = self._canvas
        x, y, width, height = box
        plain = _plain_png(data)
        if plain is None:
            reader = self._pictures.setdefault(key, ImageReader(io.BytesIO(data)))
            canvas.drawImage(reader, x, self._height - y - height, width, height, mask="auto")
            return
        if key not in self._pictures:
            self._pictures[key] = _PngPicture(key, *plain)
            canvas._doc.addForm(key, self._register(key, self._pictures[key]))  # noqa: SLF001
        canvas.saveState()
        canvas.transform(width, 0, 0, height, x, self._height - y - height)
        canvas._code.append(f"/{canvas._doc.getXObjectName(key)} Do")  # noqa: SLF001
        canvas.restoreState()
        canvas._formsinuse.append(key)  # noqa: SLF001

    def _register(self, key: str, picture: Any) -> Any:
        document = self._canvas._doc  # noqa: SLF001
        self._canvas._setXObjects(picture)  # noqa: SLF001
        document.Reference(picture, document.getXObjectName(key))
        return picture

    def begin_stamp(self, name: str) -> None:
        """Begin a drawing that pages show with `stamp`: it is in the file once."""
        self._canvas.beginForm(name)

    def end_stamp(self) -> None:
        """End that drawing."""
        self._canvas.endForm()

    def stamp(self, name: str) -> None:
        """Show the drawing of that name."""
        self._canvas.doForm(name)

    def outline_of_glyphs(self, contours: Sequence[tuple[str, Sequence[tuple[float, float]]]], colour: str) -> None:
        """Fill a path of "move", "line", "curve" and "close" steps whose points count from the bottom left corner."""
        path = self._canvas.beginPath()
        for step, points in contours:
            flat = [value for point in points for value in point]
            if step == "move":
                path.moveTo(*flat)
            elif step == "line":
                path.lineTo(*flat)
            elif step == "curve":
                path.curveTo(*flat)
            else:
                path.close()
        self._canvas.setFillColorRGB(*_rgb(colour))
        self._canvas.drawPath(path, stroke=0, fill=1, fillMode=1)
        self._canvas.setFillColorRGB(0, 0, 0)

    def formula(self, place: tuple[float, float], formula: FormulaOutline, source: str, face: str) -> None:
        """Draw a formula from x on the base line y; what copies and extracts is its source (ISO 32000-1 14.9.4).

        Readers take that text only in place of other text: of a space that nobody sees, as wide as the formula.
        """
        canvas = self._canvas
        x, y = place[0], self._height - place[1]
        canvas._code.append(f"/Span <</ActualText <FEFF{source.encode('utf-16-be').hex().upper()}>>> BDC")  # noqa: SLF001
        unit = formula.size_pt / 1000
        canvas._code.append(f"q {unit:.6f} 0 0 {unit:.6f} {x:.4f} {y:.4f} cm 0 0 0 rg {_path(formula.steps)}f Q")  # noqa: SLF001
        size = max(formula.ascent, 1.0)
        told = canvas.beginText(x, y)
        told.setFont(face, size)
        told.setTextRenderMode(3)
        told.setHorizScale(100 * formula.width / max(canvas.stringWidth(" ", face, size), 0.01))
        told.textOut(" ")
        told.setHorizScale(100)
        told.setTextRenderMode(0)
        canvas.drawText(told)
        canvas._code.append("EMC")  # noqa: SLF001

    def begin_described(self, alternative: str) -> None:
        """Begin what `alternative` describes for those who cannot see it (ISO 32000-1 14.9.3)."""
        self._canvas._code.append(f"/Span <</Alt <FEFF{alternative.encode('utf-16-be').hex().upper()}>>> BDC")  # noqa: SLF001

    def end_described(self) -> None:
        """End that."""
        self._canvas._code.append("EMC")  # noqa: SLF001

    def place(self, name: str, y: float) -> None:
        """Make the height y of this page a place that links lead to."""
        self._canvas.bookmarkPage(name, fit="XYZ", left=0, top=self._height - y, zoom=0)

    def outline(self, text: str, name: str, level: int) -> None:
        """Add an entry to the outline that leads to a place; `level` counts from 0."""
        self._canvas.addOutlineEntry(text, name, level)

    def link(self, name: str, box: tuple[float, float, float, float]) -> None:
        """Let x, y, width, height of this page lead to a place."""
        x, y, width, height = box
        area = (x, self._height - y - height, x + width, self._height - y)
        self._canvas.linkAbsolute("", name, area, thickness=0, F=_PRINTED)

    def next_page(self) -> None:
        """End this page."""
        self._canvas.showPage()

    def data(self) -> bytes:
        """Return the finished file."""
        self._canvas.showOutline()
        self._canvas.save()
        data = self._out.getvalue()
        for comment in _COMMENTS:  # of the same length, as the file tells where each of its objects begins
            data = data.replace(comment, b" " * len(comment))
        return data


_PATH_STEPS = {"move": "m", "line": "l", "curve": "c", "close": "h"}


def _path(steps: Sequence[tuple[str, Sequence[tuple[int, int]]]]) -> str:
    """Return the steps of a path as operators of a page (ISO 32000-1 8.5.2)."""
    return "".join([f"{' '.join([f'{x} {y}' for x, y in points])} {_PATH_STEPS[step]}\n" for step, points in steps])


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
