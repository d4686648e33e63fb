"""The package around a filled form: parts, relations, pictures and properties; the form's own stay as they are.

What tells of whoever made the form (its properties, data stores, thumbnail) goes; the same document gives the same
bytes.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.official_form import CONTENT_TYPES, OfficialForm, parsed, relations, relations_in
from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.docx_package import ExtraPart

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CORE: Final = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_LEFT_OUT: Final = frozenset(
    ("core-properties", "extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps")
)
_IMAGE_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg"}


class Package:
    """The parts of a form while it is filled in; `roots` are its stories, parsed, to be changed in place."""

    def __init__(self, form: OfficialForm) -> None:
        self.main = form.main
        self._parts = dict(form.parts)
        self.roots: dict[str, Element] = {name: parsed(form.parts[name], name) for name in form.stories}
        self._types = parsed(self._parts.pop(CONTENT_TYPES), CONTENT_TYPES)
        self._relations: dict[str, Element] = {}
        self._pictures: dict[str, str] = {}  # the part of each by SHA-256
        self._shown: dict[tuple[str, str], str] = {}  # the relation by the part that shows it
        for source in ("", form.main):
            self._leave_out(source)

    def part(self, purpose: str) -> Element | None:
        """Return the part that the document names for `purpose` ("styles"), parsed for reading; None without one."""
        named = relations_in(self._relations_of(self.main), self.main)
        found = (one.part for one in named if one.purpose == purpose)
        return next((parsed(self._parts[name], name) for name in found if name in self._parts), None)

    def _leave_out(self, source: str) -> None:
        told = self._relations_of(source)
        for one in relations_in(told, source):
            if one.purpose not in _LEFT_OUT:
                continue
            for element in [element for element in told if element.get("Id") == one.id]:
                told.remove(element)
            for inner in relations(self._parts, one.part):
                self._drop(inner.part)
            self._drop(_relations_name(one.part))
            self._drop(one.part)

    def _drop(self, name: str) -> None:
        self._parts.pop(name, None)
        for element in [one for one in self._types if one.get("PartName") == f"/{name}"]:
            self._types.remove(element)

    # --- what is added ----------------------------------------------------------------------------------------------

    def add(self, extra: ExtraPart) -> str:
        """Add a part and the relation that leads to it, and return the id of the relation."""
        self._parts[extra.name] = extra.data
        if extra.content_type:
            self._types.append(
                self._types.makeelement(
                    f"{_TYPES}Override", {"PartName": f"/{extra.name}", "ContentType": extra.content_type}
                )
            )
        return self._relate(extra.source, extra.relation, extra.target)

    def add_picture(self, source: str, sha256: str, data: bytes) -> str:
        """Add a picture to what the part `source` names, once, and return the id of the relation."""
        if sha256 not in self._pictures:
            kind = "png" if data.startswith(b"\x89PNG") else "jpg"
            folder = posixpath.dirname(self.main)
            self._pictures[sha256] = f"{folder}/media/answer{len(self._pictures) + 1}.{kind}"
            self._parts[self._pictures[sha256]] = data
            self._default(kind, _IMAGE_TYPES[kind])
        if (source, sha256) not in self._shown:
            target = posixpath.relpath(self._pictures[sha256], posixpath.dirname(source))
            self._shown[source, sha256] = self._relate(source, f"{_OFFICE}/image", target)
        return self._shown[source, sha256]

    def _default(self, extension: str, content_type: str) -> None:
        if any((one.get("Extension") or "").lower() == extension for one in self._types):
            return
        made = {"Extension": extension, "ContentType": content_type}
        self._types.insert(0, self._types.makeelement(f"{_TYPES}Default", made))

    def _relations_of(self, source: str) -> Element:
        """Return the relations of a part, to be changed in place."""
        if source not in self._relations:
            name = _relations_name(source)
            empty = f'<Relationships xmlns="{_RELATIONS}"/>'.encode()
            self._relations[source] = parsed(self._parts.pop(name, empty), name)
        return self._relations[source]

    def _relate(self, source: str, kind: str, target: str) -> str:
        told = self._relations_of(source)
        taken = {element.get("Id") for element in told}
        name = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        made = {"Id": name, "Type": kind, "Target": target}
        told.append(told.makeelement(f"{{{_RELATIONS}}}Relationship", made))
        return name

    def add_header(self, content: str) -> str:
        """Add a header with `content` to the document and return the id of the relation."""
        folder = posixpath.dirname(self.main)
        number = next(number for number in range(1, 1000) if f"{folder}/header{number}.xml" not in self._parts)
        markup = f"{docx_xml.HEAD}<w:hdr {docx_xml.DECLARATIONS}>{content}</w:hdr>"
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
        name = f"{folder}/header{number}.xml"
        return self.add(
            ExtraPart(name, markup.encode(), kind, self.main, f"{_OFFICE}/header", posixpath.basename(name))
        )

    def add_properties(self, xml: str) -> None:
        """Add the core properties."""
        kind = "application/vnd.openxmlformats-package.core-properties+xml"
        self.add(ExtraPart("docProps/core.xml", xml.encode(), kind, "", _CORE, "docProps/core.xml"))

    # --- the file ---------------------------------------------------------------------------------------------------

    def packed(self, when: datetime, extra: Iterable[ExtraPart] = ()) -> bytes:
        """Return the package, its parts in a fixed order and dated by `when` alone."""
        for part in extra:
            self.add(part)
        told = {CONTENT_TYPES: self._types, **self.roots}
        told |= {_relations_name(source): element for source, element in self._relations.items() if len(element)}
        parts = self._parts | {name: _written(element) for name, element in told.items()}
        stamp = (max(when.year, 1980), when.month, when.day, when.hour, when.minute, when.second)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, name)):
                entry = zipfile.ZipInfo(name, stamp)
                stored = name.endswith((".png", ".jpg", ".jpeg"))
                entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
                archive.writestr(entry, parts[name])
        return out.getvalue()


def _relations_name(source: str) -> str:
    folder, _, own = source.rpartition("/")
    return posixpath.join(folder, "_rels", f"{own}.rels")


def _written(root: Element) -> bytes:
    from lxml import etree

    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
