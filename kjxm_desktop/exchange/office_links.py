"""How the parts of an office file name one another: relationships, told by what they are for."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final, NamedTuple

from kjxm_desktop.core import xml_stream
from kjxm_desktop.core.office_zip import OfficeZip

_LIMIT_BYTES: Final = 4 * 1024 * 1024


class Link(NamedTuple):
    """What a part is to the one that names it (`worksheet`, `styles`), and its own name."""

    purpose: str
    part: str


class _Links:
    def __init__(self, folder: str) -> None:
        self.found: dict[str, Link] = {}
        self._folder = folder

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "rels:Relationship" or attributes.get("TargetMode") == "External":
            return
        part = posixpath.normpath(posixpath.join("/", self._folder, attributes.get("Target", ""))).lstrip("/")
        purpose = attributes.get("Type", "").rpartition("/")[2]
        self.found.setdefault(attributes.get("Id", ""), Link(purpose, part))

    def on_end(self, name: str) -> None:
        pass

    def on_text(self, text: str) -> None:
        pass


def links_of(archive: OfficeZip, part: str, name: str) -> dict[str, Link]:
    """Return what `part` names inside the file, by id; what lies outside is never looked at. "" is the whole file."""
    folder, _, own = part.rpartition("/")
    told = posixpath.join(folder, "_rels", f"{own}.rels")
    reader = _Links(folder)
    if archive.holds(told):
        xml_stream.read(archive.chunks(told, _LIMIT_BYTES), reader, name)
    return reader.found


def main_part(archive: OfficeZip, name: str) -> str | None:
    """Return the part with the document itself, or None when there is none."""
    parts = (link.part for link in links_of(archive, "", name).values() if link.purpose == "officeDocument")
    return next((part for part in parts if archive.holds(part)), None)
