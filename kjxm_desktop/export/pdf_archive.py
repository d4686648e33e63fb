"""The last step of the PDF: an archive file (PDF/A-3b, ISO 19005-3) that says what it is and carries its data.

Pages, fonts and pictures stay as the canvas wrote them: nothing is decoded or compressed again.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from kjxm_desktop.export import embedded
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.pdf_canvas import PRODUCER

if TYPE_CHECKING:
    from pikepdf import Dictionary, Object, Pdf

_NAMESPACE = "urn:kjxm-desktop:document"
_PREFIX = "kjxm"
_SPACES = "".join(
    f' xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "pdf": "http://ns.adobe.com/pdf/1.3/",
        "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
        "pdfaExtension": "http://www.aiim.org/pdfa/ns/extension/",
        "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
        "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
        _PREFIX: _NAMESPACE,
    }.items()
)
_ICC_VERSION, _ICC_DATE, _ICC_PLATFORM = slice(8, 12), slice(24, 36), slice(40, 44)
_SRGB = "sRGB IEC61966-2.1"


@dataclass(frozen=True)
class Attachment:
    """A file that travels inside the PDF: its name, one line about it, its MIME type, its bytes."""

    name: str
    description: str
    mime: str
    content: bytes


def finish(data: bytes, document: Document, *, attachment: Attachment | None, properties: Mapping[str, str]) -> bytes:
    """Return the PDF in `data` as PDF/A-3b; the same arguments give the same bytes.

    `properties` go into the metadata under names of our own (XML names); `attachment` becomes an associated file
    (ISO 19005-3 6.8, ISO 32000-2 14.13).
    """
    # Loaded when something is exported, never at start.
    from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, StreamDecodeLevel, String

    with Pdf.open(io.BytesIO(data)) as pdf:
        root = pdf.Root
        root.Lang = String(document.language)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        root.OutputIntents = Array([_output_intent(pdf)])
        told = {**properties, embedded.PAGES: _pages(pdf)} if properties else properties
        root.Metadata = pdf.make_stream(_metadata(document, told), Type=Name.Metadata, Subtype=Name.XML)
        _describe(pdf, document)
        if attachment is not None:
            _attach(pdf, attachment, document.created)
        _end_streams_plainly(pdf)
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            fix_metadata_version=False,
            compress_streams=False,
            stream_decode_level=StreamDecodeLevel.none,
            object_stream_mode=ObjectStreamMode.disable,
        )
    return out.getvalue()


def _pages(pdf: Pdf) -> str:
    """Return a digest of each page in order: so it is seen later that pages were exchanged, taken out or put in."""
    return " ".join(embedded.page_digest(page.Contents.read_bytes()) for page in pdf.pages)


# -- what the file is ------------------------------------------------------------------------------------------------


def _describe(pdf: Pdf, document: Document) -> None:
    """Write the information dictionary anew: what the metadata says, and nothing else (ISO 19005-3 6.6.3)."""
    from pikepdf import Dictionary, String

    date = String(_pdf_date(document.created))
    told = Dictionary(Title=String(document.title), Creator=String(PRODUCER), Producer=String(PRODUCER))
    if document.subject:
        told.Subject = String(document.subject)
    told.CreationDate, told.ModDate = date, date
    pdf.trailer.Info = pdf.make_indirect(told)


def _metadata(document: Document, properties: Mapping[str, str]) -> bytes:
    """Return the XMP packet (ISO 16684-1), with a description of our own properties (ISO 19005-3 6.6.2.3)."""
    date = _xmp_date(document.created)
    told = [
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(document.title)}</rdf:li></rdf:Alt></dc:title>',
        f"<dc:language><rdf:Bag><rdf:li>{escape(document.language)}</rdf:li></rdf:Bag></dc:language>",
        "<dc:format>application/pdf</dc:format>",
        f"<xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>",
        f"<xmp:CreateDate>{date}</xmp:CreateDate>",
        f"<xmp:ModifyDate>{date}</xmp:ModifyDate>",
        f"<xmp:MetadataDate>{date}</xmp:MetadataDate>",
        f"<pdf:Producer>{PRODUCER}</pdf:Producer>",
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
    ]
    if document.subject:
        subject = f'<rdf:li xml:lang="x-default">{escape(document.subject)}</rdf:li>'
        told.insert(1, f"<dc:description><rdf:Alt>{subject}</rdf:Alt></dc:description>")
    told += [f"<{_PREFIX}:{name}>{escape(value)}</{_PREFIX}:{name}>" for name, value in properties.items()]
    # The description comes first: some programs read a name only once it is described.
    about = [_own_schema(properties)] if properties else []
    about.append("\n".join(told))
    body = "\n".join(f'<rdf:Description rdf:about=""{_SPACES}>\n{part}\n</rdf:Description>' for part in about)
    packet = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n{body}\n</rdf:RDF>\n'
        '</x:xmpmeta>\n<?xpacket end="r"?>'
    )
    return packet.encode("utf-8")


def _own_schema(names: Iterable[str]) -> str:
    """Return the extension schema that describes `names`, which no standard schema knows."""
    described = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        f"<pdfaProperty:description>{name} of the proposal inside</pdfaProperty:description>"
        "</rdf:li>\n"
        for name in names
    )
    return (
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
        f"<pdfaSchema:schema>{PRODUCER}</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{_PREFIX}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>\n{described}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas>"
    )


def _output_intent(pdf: Pdf) -> Dictionary:
    """Return what the colours of the pages mean: sRGB (ISO 19005-3 6.2.3)."""
    from pikepdf import Dictionary, Name, String

    profile = pdf.make_stream(zlib.compress(_srgb_profile(), 9), N=3, Filter=Name.FlateDecode)
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String(_SRGB),
        Info=String(_SRGB),
        RegistryName=String("http://www.color.org"),
        DestOutputProfile=profile,
    )


def _srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, the same to the byte whenever and wherever it is made.

    Little CMS writes the time and the system into the header, and its own newest version; what is in the profile is
    all in version 4.2, which PDF 1.7 names (ISO 32000-1 8.6.5.5).
    """
    from PIL import ImageCms

    library: Any = ImageCms  # its types leave out what a profile is
    made = bytearray(library.ImageCmsProfile(library.createProfile("sRGB")).tobytes())
    made[_ICC_VERSION] = b"\x04\x20\x00\x00"
    made[_ICC_DATE] = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # 2000-01-01T00:00:00
    made[_ICC_PLATFORM] = bytes(4)
    return bytes(made)


def _end_streams_plainly(pdf: Pdf) -> None:
    """Let no stream end in a carriage return.

    With the line feed before `endstream` it reads as one end of line: /Length then seems one byte too long
    (ISO 19005-3 6.1.7.1). The last byte of a Flate stream is a check sum that no other level changes; such a stream,
    one in 256, is spelt in ASCII, which ends in a mark of its own (ISO 32000-1 7.4.3). A second Flate around the first
    would be smaller, but some programs refuse the same filter twice.
    """
    from pikepdf import Array, Name, Stream

    for told in pdf.objects:
        if not isinstance(told, Stream):
            continue
        raw = told.read_raw_bytes()
        if raw.endswith(b"\r"):
            filters, params = _listed(told.get("/Filter")), _listed(told.get("/DecodeParms"))
            told.write(
                base64.a85encode(raw) + b"~>",
                filter=Array([Name.ASCII85Decode, *filters]),
                decode_parms=Array([None, *params]) if params else None,
            )


def _listed(told: Object | None) -> list[Object | None]:
    """Return what a stream says as one value or as an array of them."""
    from pikepdf import Array

    if told is None:
        return []
    return list(told) if isinstance(told, Array) else [told]


# -- the file inside -------------------------------------------------------------------------------------------------


def _attach(pdf: Pdf, attachment: Attachment, time: datetime) -> None:
    """Make `attachment` a file associated with the whole document."""
    from pikepdf import Array, Dictionary, Name, String

    content = attachment.content
    params = Dictionary(
        ModDate=String(_pdf_date(time)),
        Size=len(content),
        CheckSum=String(hashlib.md5(content, usedforsecurity=False).digest()),
    )
    stream = pdf.make_stream(
        content,  # as it is: a draft is compressed already
        Type=Name.EmbeddedFile,
        Subtype=Name(f"/{attachment.mime}"),
        Params=params,
    )
    key = _ascii_name(attachment.name)
    told: Object = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(key),
            UF=String(attachment.name),
            Desc=String(attachment.description),
            AFRelationship=Name.Data,
            EF=Dictionary(F=stream, UF=stream),
        )
    )
    pdf.Root.AF = Array([told])
    pdf.Root.Names = pdf.Root.get("/Names", Dictionary())
    pdf.Root.Names.EmbeddedFiles = Dictionary(Names=Array([String(key), told]))


def _ascii_name(name: str) -> str:
    """Return `name` for readers that know no other letters than those of ASCII."""
    if name.isascii():
        return name
    suffix = name.rpartition(".")[2]
    return f"data.{suffix}" if suffix.isascii() and suffix.isalnum() else "data"


# -- dates -----------------------------------------------------------------------------------------------------------


def _zone(time: datetime) -> tuple[str, int, int]:
    """Return sign, hours and minutes of the offset from UTC."""
    offset = time.utcoffset()
    minutes = int(offset.total_seconds()) // 60 if offset else 0
    return "-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60


def _pdf_date(time: datetime) -> str:
    """Return D:20240601093000+08'00' (ISO 32000-1 7.9.4)."""
    sign, hours, minutes = _zone(time)
    return f"D:{time:%Y%m%d%H%M%S}{sign}{hours:02}'{minutes:02}'"


def _xmp_date(time: datetime) -> str:
    """Return 2024-06-01T09:30:00+08:00 (ISO 16684-1 8.2.1.2), the same moment in the same zone."""
    sign, hours, minutes = _zone(time)
    return f"{time:%Y-%m-%dT%H:%M:%S}{sign}{hours:02}:{minutes:02}"
