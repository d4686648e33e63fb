"""The outer shell of a DOCX or PDF that comes in by mail: what it is, its text, and what lies inside for a program.

What the parcel inside means is for others to say. Here it is only taken out: bounded, and never by its own name.
"""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.office_zip import OfficeZip
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming_bytes, names, office_links, word_text
from kjxm_desktop.exchange.remarks import Remark

LIMIT_INFLATED_BYTES: Final = 64 * 1024 * 1024  # of what lies inside, all together
MOST_PARCELS: Final = 50
MOST_PAGES: Final = 5_000
MOST_NAME: Final = 80
_LIMIT_TOLD_BYTES: Final = 4 * 1024 * 1024  # of what a file tells of itself
_PROPERTIES: Final = "docProps/custom.xml"
_MOST_NODES: Final = 1_000  # of the tree of names
_MOST_OBJECTS: Final = 500_000
_UNPACKED_BYTES: Final = 32 * 1024 * 1024  # of a stream that the library unpacks by itself, those that list objects
_MIMETYPE_BYTES: Final = 200
_MOST_MARGINS: Final = 200  # headers and footers: a long thesis of somebody else has more, and they are not needed
_LIMIT_MARGINS_BYTES: Final = 1024 * 1024
_MOST_PIECES: Final = 50_000  # of what pages draw
_MOST_SPELT: Final = 1024 * 1024

_SCRIPTED: Final = ("/JavaScript", "/OpenAction", "/AA")
_CUSTOM = re.compile(r"customxml/(?!itemprops)[^/]+\.xml", re.IGNORECASE)


def _spelled(name: bytes) -> re.Pattern[bytes]:
    """Return what finds a name of PDF, any sign of which may be written as its number."""
    return re.compile(b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (sign, sign) for sign in name))


_OLD_PACKING = _spelled(b"LZW")
_LISTS = (_spelled(b"ObjStm"), _spelled(b"XRef"))


@dataclass(frozen=True)
class WordFile:
    """A DOCX: its document part, custom XML and properties as bytes, its paragraphs as text, and what to say of it.

    `margins` are its headers and footers as bytes.
    """

    document: bytes
    custom: tuple[bytes, ...]
    paragraphs: tuple[str, ...]
    told: tuple[Remark, ...]
    properties: bytes = b""
    margins: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF: a name to be shown, never to be written to, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class PdfFile:
    """A PDF: how many pages it has, what is attached, what to say of it, and its XMP (ISO 16684-1) as bytes.

    Where something is attached, `contents` is the SHA-256 of what each page draws, "" for one that is packed in a way
    that is not read.
    """

    pages: int
    attachments: tuple[Attachment, ...]
    told: tuple[Remark, ...]
    metadata: bytes = b""
    contents: tuple[str, ...] = ()


def read(source: Path | bytes, name: str) -> WordFile | PdfFile:
    """Return the shell of the DOCX or PDF in `source`, told apart by content; `name` only names it in messages.

    Raises KjxmError incoming.* with `name`: one for each kind of file that is neither, and for those that are damaged,
    locked, or made to exhaust whoever opens them. Nothing is written, nothing outside the file is looked at.
    """
    data = incoming_bytes.read(source, name)
    kind = incoming_bytes.kind_of(data)
    if kind == "zip":
        return _word(data, name)
    if kind == "pdf":
        return _pdf(data, name)
    raise refusal(data, kind, name)


def refusal(data: bytes, kind: incoming_bytes.Kind, name: str) -> KjxmError:
    """Return why a file of this kind is neither DOCX nor PDF, and what to do with it."""
    return KjxmError(_old_kind(data, name) if kind == "ole" else _other_kind(kind), name=name)


def zip_refusal(archive: OfficeZip, name: str) -> KjxmError | None:
    """Return why a ZIP is no DOCX where it says itself what it is; None where it does not."""
    if not archive.holds("mimetype"):
        return None
    told = archive.read("mimetype", _MIMETYPE_BYTES)
    return KjxmError("incoming.open_document" if b"opendocument" in told else _zip_kind(told), name=name)


def _old_kind(data: bytes, name: str) -> str:
    if incoming_bytes.is_encrypted(data):
        return "incoming.encrypted"
    if "WordDocument".encode("utf-16-le") not in data:
        return "incoming.kind"
    return "incoming.wps" if name.casefold().endswith((".wps", ".wpt")) else "incoming.doc"


def _other_kind(kind: incoming_bytes.Kind) -> str:
    match kind:
        case "empty":
            return "incoming.empty"
        case "html" | "xml":
            return "incoming.html"
        case "rtf":
            return "incoming.rtf"
        case _:
            return "incoming.kind"


# --- DOCX -----------------------------------------------------------------------------------------------------------


def _word(data: bytes, name: str) -> WordFile:
    archive = OfficeZip(data, name)
    told_otherwise = zip_refusal(archive, name)
    if told_otherwise is not None:
        raise told_otherwise
    part = office_links.main_part(archive, name)
    if part is None:
        raise KjxmError("incoming.kind", name=name)
    hidden = frozenset[str]()
    links = [link for link in office_links.links_of(archive, part, name).values() if archive.holds(link.part)]
    for link in links:
        if link.purpose == "styles":
            hidden = word_text.hidden_styles(archive.chunks(link.part), name)
    margins = dict.fromkeys(link.part for link in links if link.purpose in ("header", "footer"))
    paragraphs, told = word_text.paragraphs(archive.chunks(part), name, hidden)
    properties = archive.read(_PROPERTIES, _LIMIT_TOLD_BYTES) if archive.holds(_PROPERTIES) else b""
    return WordFile(
        archive.read(part),
        tuple(_custom(archive, name)),
        tuple(paragraphs),
        tuple(told),
        properties,
        tuple(_margins(archive, list(margins)[:_MOST_MARGINS])),
    )


def _zip_kind(mimetype: bytes) -> str:
    return "incoming.draft" if b"vnd.kjxm" in mimetype else "incoming.kind"


def _custom(archive: OfficeZip, name: str) -> Iterator[bytes]:
    """Yield what programs have put beside the document; Word numbers it anew when it saves."""
    parts = [part for part in archive.names if _CUSTOM.fullmatch(part)]
    if len(parts) > MOST_PARCELS:
        raise KjxmError("incoming.unfolds", name=name, limit=LIMIT_INFLATED_BYTES // (1024 * 1024))
    room = LIMIT_INFLATED_BYTES
    for part in parts:
        content = archive.read(part, room)
        room -= len(content)
        yield content


def _margins(archive: OfficeZip, parts: Sequence[str]) -> Iterator[bytes]:
    """Yield headers and footers as far as there is room: what they hold is looked at for the check code alone."""
    room = _LIMIT_MARGINS_BYTES
    for part in parts:
        try:
            content = archive.read(part, room)
        except KjxmError:
            return
        room -= len(content)
        yield content


# --- PDF ------------------------------------------------------------------------------------------------------------


def _pdf(data: bytes, name: str) -> PdfFile:
    _check_packing(data, name)
    # Loaded with the first PDF that comes in.
    import pikepdf

    # For the whole process, as the library has it: it unpacks no stream further than this, whoever asks.
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_UNPACKED_BYTES,
        run_length_max_memory=_UNPACKED_BYTES,
        png_max_memory=_UNPACKED_BYTES,
        tiff_max_memory=_UNPACKED_BYTES,
        max_stream_filters=4,
        parser_max_container_size=1_000_000,
    )
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            return _shell(pdf, name)
    except KjxmError:
        raise
    except pikepdf.PasswordError as error:
        raise KjxmError("incoming.encrypted", name=name) from error
    except Exception as error:  # a parser fed with hostile bytes may raise anything at all
        raise KjxmError("incoming.damaged", name=name) from error


def _check_packing(data: bytes, name: str) -> None:
    """Refuse lists of objects in an old way of packing: it is the one that the library unpacks without end."""
    if _OLD_PACKING.search(data) and any(told.search(data) for told in _LISTS):
        raise KjxmError("incoming.old_pdf", name=name)


def _shell(pdf: Any, name: str) -> PdfFile:
    if pdf.is_encrypted:
        raise KjxmError("incoming.encrypted", name=name)
    if int(pdf.trailer.Size) > _MOST_OBJECTS:
        raise KjxmError("incoming.damaged", name=name)
    pages = len(pdf.pages)
    if pages > MOST_PAGES:
        raise KjxmError("incoming.pages", name=name, limit=MOST_PAGES)
    told: list[Remark] = []
    attachments: list[Attachment] = []
    room, passed = LIMIT_INFLATED_BYTES, 0
    for shown, stream in _embedded(pdf.Root):
        if len(attachments) + passed == MOST_PARCELS:
            raise KjxmError("incoming.unfolds", name=name, limit=LIMIT_INFLATED_BYTES // (1024 * 1024))
        content = _unpacked(stream, room, name)
        if content is None:
            passed += 1
            continue
        room -= len(content)
        attachments.append(Attachment(_name(shown), content))
    if passed:
        told.append(Remark("paste.pdf.attachments", {"count": passed}))
    if _has_scripts(pdf.Root):
        told.append(Remark("paste.pdf.scripts"))
    metadata = pdf.Root.get("/Metadata")
    xmp = _unpacked(metadata, _LIMIT_TOLD_BYTES, name) if _is_stream(metadata) else b""
    contents = tuple(_contents(pdf, room, name)) if attachments else ()
    return PdfFile(pages, tuple(attachments), tuple(told), xmp or b"", contents)


def _contents(pdf: Any, room: int, name: str) -> Iterator[str]:
    """Yield the SHA-256 of what each page draws; a stream that many pages share is read once."""
    known: dict[tuple[int, int], bytes | None] = {}
    pieces_left, hashed_left = _MOST_PIECES, LIMIT_INFLATED_BYTES
    for page in pdf.pages:
        told = page.obj.get("/Contents")
        pieces = [] if told is None else list(told) if _is_array(told) else [told]
        pieces_left -= len(pieces)
        if pieces_left < 0:
            raise KjxmError("incoming.damaged", name=name)
        for piece in pieces:
            if piece.objgen not in known:
                known[piece.objgen] = drawn = _drawn(piece, room, name)
                room -= len(drawn or b"")
        drawn = [known[piece.objgen] for piece in pieces]
        hashed_left -= sum(len(one or b"") for one in drawn)
        if hashed_left < 0:
            raise KjxmError("incoming.unfolds", name=name, limit=LIMIT_INFLATED_BYTES // (1024 * 1024))
        yield _sha256_of(drawn)


def _sha256_of(drawn: Sequence[bytes | None]) -> str:
    """Return the SHA-256 of pieces that follow each other, "" where one cannot be read."""
    digest = hashlib.sha256()
    for at, piece in enumerate(drawn):
        if piece is None:
            return ""
        digest.update(b"\n" * bool(at))
        digest.update(piece)
    return digest.hexdigest()


def _drawn(stream: Any, room: int, name: str) -> bytes | None:
    """Return a piece of what a page draws: also as `export.pdf_archive` spells one in 256, in ASCII."""
    if not _is_stream(stream):
        return None
    filters = stream.get("/Filter")
    in_ascii = _is_array(filters) and [str(one) for one in filters] == ["/ASCII85Decode", "/FlateDecode"]
    if not in_ascii:
        return _unpacked(stream, room, name)
    # The library unpacks it within its own bound.
    spelt = cast("bytes", stream.read_raw_bytes())
    drawn = cast("bytes", stream.read_bytes()) if len(spelt) <= _MOST_SPELT else None
    if drawn is not None and len(drawn) > room:
        raise KjxmError("incoming.unfolds", name=name, limit=LIMIT_INFLATED_BYTES // (1024 * 1024))
    return drawn


def _embedded(root: Any) -> Iterator[tuple[str, Any]]:
    """Yield declared name and content of each embedded file, however often the tree of names leads to itself."""
    tree = root.get("/Names", {}).get("/EmbeddedFiles")
    nodes = [] if tree is None else [tree]
    for _ in range(_MOST_NODES):
        if not nodes:
            return
        node = nodes.pop()
        nodes += reversed(list(node.get("/Kids", [])))
        told = list(node.get("/Names", []))
        for file in told[1::2]:  # each behind the name it is filed under
            stream = file.get("/EF", {}).get("/F")
            if stream is not None:
                yield str(file.get("/UF", file.get("/F", ""))), stream


def _unpacked(stream: Any, limit_bytes: int, name: str) -> bytes | None:
    """Return the content of an attached file, None when it is packed in a way that no program uses for files."""
    filters = stream.get("/Filter")
    told = [] if filters is None else [str(one) for one in filters] if _is_array(filters) else [str(filters)]
    if told not in ([], ["/FlateDecode"]) or "/F" in stream:
        return None
    raw = cast("bytes", stream.read_raw_bytes())
    if told and raw:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(raw, limit_bytes + 1)
        if len(raw) <= limit_bytes and not unpacker.eof:
            raise KjxmError("incoming.damaged", name=name)
    if len(raw) > limit_bytes:
        raise KjxmError("incoming.unfolds", name=name, limit=LIMIT_INFLATED_BYTES // (1024 * 1024))
    return raw


def _is_stream(told: Any) -> bool:
    import pikepdf

    return isinstance(told, pikepdf.Stream)


def _is_array(told: Any) -> bool:
    import pikepdf

    return isinstance(told, pikepdf.Array)


def _name(declared: str) -> str:
    return names.safe(rich_text.clean_line(declared))[:MOST_NAME]


def _has_scripts(root: Any) -> bool:
    """Tell whether the file wants to do something when it is opened, or is a form that a program draws."""
    form, catalogue = root.get("/AcroForm"), root.get("/Names")
    return (
        any(key in root for key in _SCRIPTED)
        or (form is not None and "/XFA" in form)
        or (catalogue is not None and "/JavaScript" in catalogue)
    )
