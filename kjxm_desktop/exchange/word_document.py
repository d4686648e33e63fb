"""A Word document opened to be taken over: its body, its pictures as they are kept, and whether it carries our data.

The shell is bounded as for every office file; nothing outside it is looked at. `read` may run on any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kjxm_desktop.core import pictures
from kjxm_desktop.core.office_zip import OfficeZip
from kjxm_desktop.core.pasted_html import Dropped
from kjxm_desktop.core.pictures import Picture as Kept
from kjxm_desktop.core.xml_stream import DATA_NAMESPACE
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, incoming_bytes, office_links, word_body
from kjxm_desktop.exchange.office_links import Link
from kjxm_desktop.exchange.word_items import Item, Picture, visit
from kjxm_desktop.exchange.word_styles import Numbering, Styles

MOST_PICTURES: Final = 300
LIMIT_PICTURES_BYTES: Final = 256 * 1024 * 1024
_LIMIT_TOLD_BYTES: Final = 8 * 1024 * 1024  # of styles and of numbering
_LIMIT_DATA_BYTES: Final = 64 * 1024 * 1024
_CUSTOM: Final = "customxml/item"


@dataclass(frozen=True)
class WordDocument:
    """What was read: the items of the body, how much of each kind is left out, the pictures by the ids of their parts.

    `carries_data`: the file was made by this program and can be opened as it is.
    """

    items: list[Item]
    dropped: Mapping[Dropped, int]
    pictures: Mapping[str, Kept]
    carries_data: bool


def read(source: Path | bytes, name: str) -> WordDocument:
    """Return the document in `source`; what it is, is told by its content, `name` only names it in messages.

    Pictures that cannot be kept are counted among what is left out. Raises KjxmError incoming.* with `name`: one for
    each kind of file that is no DOCX, and for those that are damaged, locked, or made to exhaust whoever opens them.
    """
    data = incoming_bytes.read(source, name)
    kind = incoming_bytes.kind_of(data)
    if kind == "pdf":
        raise KjxmError("incoming.pdf_text", name=name)
    if kind != "zip":
        raise incoming.refusal(data, kind, name)
    archive = OfficeZip(data, name)
    refused = incoming.zip_refusal(archive, name)
    part = None if refused is not None else office_links.main_part(archive, name)
    if refused is not None or part is None:
        raise refused or KjxmError("incoming.kind", name=name)
    links = office_links.links_of(archive, part, name)
    styles = Styles(_told(archive, links, "styles"), name)
    numbering = Numbering(_told(archive, links, "numbering"), name)
    body = word_body.read(archive.chunks(part), name, styles, numbering)
    dropped: Counter[Dropped] = Counter(body.dropped)
    kept = _pictures(archive, links, body.items, dropped)
    return WordDocument(body.items, dict(+dropped), kept, _carries_data(archive))


def _told(archive: OfficeZip, links: Mapping[str, Link], purpose: str) -> list[bytes]:
    """Return the part of that purpose in pieces, none where there is none."""
    part = next((link.part for link in links.values() if link.purpose == purpose and archive.holds(link.part)), None)
    return [] if part is None else list(archive.chunks(part, _LIMIT_TOLD_BYTES))


def _carries_data(archive: OfficeZip) -> bool:
    """Tell whether an item of custom XML is ours; whether it can be trusted is for `returned` to say."""
    marked = DATA_NAMESPACE.encode("ascii")
    parts = [part for part in archive.names if part.casefold().startswith(_CUSTOM)][: incoming.MOST_PARCELS]
    return any(marked in next(iter(archive.chunks(part, _LIMIT_DATA_BYTES)), b"") for part in parts)


def _pictures(
    archive: OfficeZip, links: Mapping[str, Link], items: list[Item], dropped: Counter[Dropped]
) -> dict[str, Kept]:
    """Return the pictures that the text names, each through the one gate; those that cannot pass are counted."""
    named: list[str] = []
    visit(items, lambda item: named.append(item.link) if isinstance(item, Picture) else None)
    by_part: dict[str, Kept | None] = {}
    kept: dict[str, Kept] = {}
    room = LIMIT_PICTURES_BYTES
    for link in named:
        part = links[link].part if link in links else ""
        if part not in by_part:
            data = _bytes(archive, part, room) if len(by_part) < MOST_PICTURES else b""
            room -= len(data)
            by_part[part] = _normalised(data, part)
        made = by_part[part]
        if made is None:
            dropped["picture"] += 1
        else:
            kept[link] = made
    return kept


def _bytes(archive: OfficeZip, part: str, room: int) -> bytes:
    try:
        return archive.read(part, min(room, pictures.LIMIT_BYTES)) if part else b""
    except KjxmError:
        return b""  # one picture that is too large or damaged costs itself alone


def _normalised(data: bytes, part: str) -> Kept | None:
    try:
        return pictures.normalise(data, part) if data else None
    except KjxmError:
        return None
