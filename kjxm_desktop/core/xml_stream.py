"""The XML inside files of Word and Excel, read as a stream: no tree, no entities, nothing fetched, all counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol
from xml.parsers import expat

from kjxm_desktop.errors import KjxmError

DATA_NAMESPACE: Final = "urn:kjxm-desktop:data:1"
"""The family of the names in which a document holds its own data (`export.embedded`)."""
LIMIT_ELEMENTS: Final = 320_000  # the largest table that is taken has 302,000, each cell with formula and value
LIMIT_DEPTH: Final = 250
_LIMIT_TAG_BYTES: Final = 1024 * 1024  # the parser looks at a tag again with every piece until it has its end
_MOST_NAMES: Final = 5_000

# The two spellings of each family of names: as Office writes them, and as the strict standard has it.
_FAMILIES: Final[Mapping[str, str]] = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "s",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "s",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rels",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
    "urn:schemas-microsoft-com:office:spreadsheet": "ss",
    DATA_NAMESPACE: "kjxm",
    "": "",
}


class StopReading(Exception):  # noqa: N818 - no error: whoever reads has enough
    """Raised by a reader to leave the rest unread."""


class Reader(Protocol):
    """What hears of the XML. Names are `family:name`, as w:p, s:c, rels:Relationship; of other families ?:name."""

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear of an element that begins; attributes without a family are plain names."""
        ...

    def on_end(self, name: str) -> None:
        """Hear of an element that ends."""
        ...

    def on_text(self, text: str) -> None:
        """Hear of text, maybe in several pieces."""
        ...


def read(pieces: Iterable[bytes], reader: Reader, name: str) -> None:
    """Tell `reader` what the XML in `pieces` holds, until it ends or the reader raises StopReading.

    Raises KjxmError incoming.damaged, also for a document type, which no office program writes, and incoming.unfolds
    beyond 320,000 elements; `name` is that of the file.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    _connect(parser, reader, name)
    fed = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > _LIMIT_TAG_BYTES:
                raise KjxmError("incoming.damaged", name=name)
        parser.Parse(b"", True)
    except StopReading:
        return
    except (expat.ExpatError, ValueError, LookupError) as error:  # of the XML, of its encoding
        raise KjxmError("incoming.damaged", name=name) from error


def _connect(parser: expat.XMLParserType, reader: Reader, name: str) -> None:
    short = _shortener()
    elements, depth = 0, 0

    def on_start(long: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements, depth = elements + 1, depth + 1
        if elements > LIMIT_ELEMENTS:
            raise KjxmError("incoming.unfolds", name=name, limit=64)
        if depth > LIMIT_DEPTH:
            raise KjxmError("incoming.damaged", name=name)
        reader.on_start(short(long), {short(key): value for key, value in attributes.items()} if attributes else {})

    def on_end(long: str) -> None:
        nonlocal depth
        depth -= 1
        reader.on_end(short(long))

    def on_doctype(*_: object) -> None:
        raise KjxmError("incoming.damaged", name=name)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = reader.on_text
    parser.StartDoctypeDeclHandler = on_doctype


def _shortener() -> Callable[[str], str]:
    known: dict[str, str] = {}

    def short(long: str) -> str:
        found = known.get(long)
        if found is None:
            space, _, local = long.rpartition(" ")
            family = _FAMILIES.get(space, "?")
            found = f"{family}:{local}" if family else local
            if len(known) < _MOST_NAMES:
                known[long] = found
        return found

    return short
