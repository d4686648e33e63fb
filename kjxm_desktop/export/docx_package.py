"""The package of a DOCX in the making: python-docx keeps parts, content types and relations (ECMA-376 part 2)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from datetime import datetime

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.package import Package as WordPackage

from kjxm_desktop.export import docx_xml

PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN = "word/document.xml"

_TYPES = "[Content_Types].xml"
_BY_ENDING = {"xml": "application/xml", "png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}
_PACKED = (".png", ".jpg")  # packed in their own way already
_PNG = b"\x89PNG\r\n\x1a\n"
_FIRST_YEAR = 1980  # of a ZIP


@dataclass(frozen=True)
class ExtraPart:
    """A part, its content type ("" for that of its ending), and the relation that leads to it from the part `source`.

    A `source` of "" is the package itself.
    """

    name: str
    data: bytes
    content_type: str
    source: str
    relation: str
    target: str


class _Main(Part):
    """The main part: what it shows is added before its text is there."""

    text = b""

    @property
    def blob(self) -> bytes:
        """Return the text."""
        return self.text


class Package:
    """The parts by name; every one is added with the relation that leads to it."""

    def __init__(self) -> None:
        self._package = WordPackage()
        self._main = _Main(PackURI(f"/{MAIN}"), f"{WORD}.document.main+xml", None, self._package)
        self._package.relate_to(self._main, f"{OFFICE}/officeDocument")
        self._parts: dict[str, Part] = {MAIN: self._main}
        self._pictures: dict[str, str] = {}  # the relation that shows each, by SHA-256

    def add(self, part: ExtraPart) -> str:
        """Add a part and return the id of the relation that leads to it; of the main part it is the text that comes."""
        if part.name == MAIN:
            self._main.text = part.data
            return ""
        kind = part.content_type or _BY_ENDING[part.name.rpartition(".")[2]]
        made = self._parts[part.name] = Part(PackURI(f"/{part.name}"), kind, part.data, self._package)
        source = self._parts[part.source] if part.source else self._package
        return source.relate_to(made, part.relation)

    def add_word(self, name: str, purpose: str, xml: str, content_type: str = "") -> str:
        """Add a part of XML beside the document, say "styles.xml" for "styles", and return the id of its relation."""
        kind = content_type or f"{WORD}.{purpose}+xml"
        data = (docx_xml.HEAD + xml).encode()
        return self.add(ExtraPart(f"word/{name}", data, kind, MAIN, f"{OFFICE}/{purpose}", name))

    def add_picture(self, data: bytes) -> str:
        """Return the id of the relation to a PNG or JPEG picture, which is kept once however often it is shown."""
        digest = hashlib.sha256(data).hexdigest()
        if digest not in self._pictures:
            name = f"media/image{len(self._pictures) + 1}.{'png' if data.startswith(_PNG) else 'jpg'}"
            self._pictures[digest] = self.add(ExtraPart(f"word/{name}", data, "", MAIN, f"{OFFICE}/image", name))
        return self._pictures[digest]

    def data(self, created: datetime) -> bytes:
        """Return the file, its parts in a fixed order and dated `created`: the same parts give the same bytes."""
        written = io.BytesIO()
        self._package.save(written)
        stamp = (max(created.year, _FIRST_YEAR), *created.timetuple()[1:6])
        out = io.BytesIO()
        with zipfile.ZipFile(written) as made, zipfile.ZipFile(out, "w") as archive:
            for name in sorted(made.namelist(), key=lambda name: (name != _TYPES, name)):
                entry = zipfile.ZipInfo(name, stamp)
                entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
                archive.writestr(entry, made.read(name))
        return out.getvalue()
