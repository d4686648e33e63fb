"""The data inside the document: a draft in the DOCX and the PDF, and the short code that ties paper and files together.

What travels is a draft: answers, pictures and the call, attached files by their SHA-256 alone; never notes, comments or
history. A DOCX holds it as an item of custom XML, which Word, WPS and LibreOffice keep when they save; a PDF holds it
as an associated file. Hashes and code detect accidents; whoever wants to can make new ones: they are no signature.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.sax.saxutils import quoteattr

from kjxm_desktop.core import storage, strict_json, xml_stream
from kjxm_desktop.core.proposal import Proposal, leaves, media_named
from kjxm_desktop.export import printed
from kjxm_desktop.export.printed import Record

NAMESPACE: Final = xml_stream.DATA_NAMESPACE
PROPERTY: Final = "kjxm"
FILE_NAME: Final = "proposal.kjxm"
PAGES: Final = "page_sha256"
"""The name under which the XMP of a PDF tells of each page what it holds (`page_digest`)."""
PAGE_DIGITS: Final = 16
MIME: Final = storage.MIMETYPE.decode("ascii")

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: https://www.crockford.com/base32.html
_CODE_BITS = 60
_GROUP = 4
_WRITER = "kjxm"  # which version wrote it would make other bytes of the same answers


@dataclass(frozen=True)
class Parcel:
    """What both files carry.

    `draft` is the file inside, `xml` the item of a DOCX with its `item_id`, `properties` short texts for its custom
    properties, `metadata` those for the XMP of a PDF.
    """

    draft: bytes
    xml: bytes
    item_id: str
    properties: Mapping[str, str]
    metadata: Mapping[str, str]


def data_sha256(proposal: Proposal) -> str:
    """Return the SHA-256 of the answers in their canonical spelling; pictures and files stand in them by theirs."""
    return hashlib.sha256(strict_json.dumps(proposal.data)).hexdigest()


def check_code(proposal: Proposal) -> str:
    """Return the code for the footers: the first 60 bits of the answers' SHA-256 in Crockford's base 32, 4-4-4."""
    return code_of(data_sha256(proposal))


def code_of(sha256: str) -> str:
    """Return the check code of answers whose SHA-256 is known."""
    bits = int(sha256, 16) >> (len(sha256) * 4 - _CODE_BITS)
    letters = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5))
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def page_digest(content: bytes) -> str:
    """Return what tells one page of a PDF from another: the first 64 bits of the SHA-256 of its content stream."""
    return hashlib.sha256(content).hexdigest()[:PAGE_DIGITS]


def parcel(proposal: Proposal, sections: Mapping[str, str], now: datetime, record: Record | None = None) -> Parcel:
    """Return what travels inside the files of `proposal`; the same arguments give the same bytes.

    `sections` are hashes as `printed.hashes_of` makes them, `now` is the time that the document tells. `record` is that
    of the DOCX, whose text is another where it is an official form.
    """
    data, draft = data_sha256(proposal), storage.packed(_to_be_sent(proposal), _WRITER)
    of_docx = record or Record(sections, {})
    told = {"data_sha256": data, "text_sha256": printed.whole_hash(of_docx.sections), "check_code": code_of(data)}
    return Parcel(
        draft,
        _xml(told, of_docx, draft, now),
        f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE + data)).upper()}}}",
        {PROPERTY: " ".join(f"{name}={value}" for name, value in told.items())},
        told | {"text_sha256": printed.whole_hash(sections)},
    )


def _to_be_sent(proposal: Proposal) -> Proposal:
    """Return `proposal` as it may leave: pictures along, files by their SHA-256 alone, nothing beside the answers."""
    pictures: set[str] = set()
    files: set[str] = set()
    for control, _, value in leaves(proposal.call, proposal.data):
        (files if control.kind == "file" else pictures).update(media_named(control, value))
    sent = Proposal(proposal.call, proposal.data, {name: proposal.media[name] for name in sorted(pictures)})
    sent.apart = frozenset(files)
    sent.doc_id, sent.revision = proposal.doc_id, proposal.revision
    return sent


def _xml(told: Mapping[str, str], record: Record, draft: bytes, now: datetime) -> bytes:
    told = {**told, "contents_sha256": record.contents} if record.contents else told
    told = {**told, "code_in_margins": "true"} if record.has_code else told
    head = "".join(f" {name}={quoteattr(value)}" for name, value in told.items())
    texts = "".join(
        f"<section anchor={quoteattr(anchor)} sha256={quoteattr(sha256)}{_of_marks(record.marks.get(anchor))}/>"
        for anchor, sha256 in record.sections.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<proposal xmlns="{NAMESPACE}"{head} time={quoteattr(now.isoformat())}>{texts}'
        f'<draft type="{MIME}">{base64.b64encode(draft).decode("ascii")}</draft></proposal>'
    ).encode()


def _of_marks(sha256: str | None) -> str:
    return f" marks_sha256={quoteattr(sha256)}" if sha256 is not None else ""
