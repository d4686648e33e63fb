"""A document that comes back by mail: the data inside it, and whether it still prints what they say.

The data count only when their hash is right. Then the text of a DOCX as it stands now is held against what the data
print, section by section, and the pages of a PDF against the record of them: what differs is told with both versions,
and neither is preferred. Nothing here knows of a window; `read` may run on any thread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from kjxm_desktop.core import container, notes, storage, xml_stream
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, returned_pages, returned_text
from kjxm_desktop.exchange.incoming import PdfFile, WordFile
from kjxm_desktop.exchange.returned_text import Difference
from kjxm_desktop.export import embedded
from kjxm_desktop.export.printed import Record

_DRAFT_START: Final = b"PK\x03\x04"
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_TOLD: Final = re.compile(rb"data_sha256[=>]([0-9a-f]{64})")  # in a custom property, in the XMP
_CODE: Final = re.compile(rb"check_code=((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})")
_MOST_SECTIONS: Final = 20_000  # in an official form each answer is one


@dataclass(frozen=True)
class Returned:
    """What came back: the proposal inside, its check code, and how the document compares with it.

    `kind` says what was compared: of a DOCX its text, of a PDF its pages, unless the record of them is lost and only
    that of the data was looked at (`is_compared` is False). `absent` are pointer and name of the attached files that
    are not in it: they have to be added again.
    """

    proposal: Proposal
    kind: Literal["docx", "pdf"]
    check_code: str
    foreign_call: bool
    differences: tuple[Difference, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()
    is_compared: bool = True

    @property
    def is_edited(self) -> bool:
        """Tell whether the document says something else than its data."""
        return bool(self.differences)

    @property
    def sections(self) -> list[str]:
        """Return the ids of the sections that were edited, each once, in the order of the document."""
        return list(dict.fromkeys(difference.section for difference in self.differences))


def read(source: Path | bytes, shelf: storage.Calls, name: str = "") -> Returned:
    """Return what the DOCX or PDF in `source` carries, and where its text differs from it.

    `name` names it in messages; its own name where it is a file. The call that the data bring along rules them.
    Raises KjxmError incoming.* for what is no such file, returned.* with `name` when there are no data inside, or such
    that cannot be trusted, export.* when they cannot be printed.
    """
    name = name or (source.name if isinstance(source, Path) else "")
    shell = incoming.read(source, name)
    if isinstance(shell, PdfFile):
        return _from_pdf(shell, shelf, name)
    carried = _carried(shell, name)
    stored = _opened(carried.draft, carried.sha256, shelf, name)
    differences = returned_text.differences(
        shell, carried.record, carried.code, lambda: _made_at(carried, name), stored.proposal, name
    )
    return _returned(stored, "docx", carried.sha256, differences)


def _returned(
    stored: storage.Stored, kind: Literal["docx", "pdf"], sha256: str, differences: Sequence[Difference] | None
) -> Returned:
    code, absent = embedded.code_of(sha256), tuple(_absent(stored.proposal))
    told = tuple(differences or ())
    return Returned(stored.proposal, kind, code, stored.foreign_call, told, absent, differences is not None)


def _absent(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for control, pointer, value in leaves(proposal.call, proposal.data):
        if control.kind == "file" and value not in proposal.media:
            yield pointer, str(proposal.get(pointer.rpartition("/")[0] + "/name") or "")


# --- the data -------------------------------------------------------------------------------------------------------


@dataclass
class _Carried:
    """What an item of custom XML tells: the draft, its hash, what the document said, the time it names."""

    sha256: str = ""
    code: str = ""
    time: str = ""
    sections: dict[str, str] = field(default_factory=dict[str, str])
    marks: dict[str, str] = field(default_factory=dict[str, str])
    contents: str = ""
    has_code: bool = False
    draft: bytes = b""

    @property
    def record(self) -> Record:
        """Return what the document said when it was made."""
        return Record(self.sections, self.marks, self.contents, self.has_code)

    @property
    def digests(self) -> Iterator[str]:
        """Yield everything that has to be a SHA-256."""
        yield from (self.sha256, *self.sections.values(), *self.marks.values())
        yield from [self.contents] if self.contents else ()


class _Item:
    """Hears of the elements of an item."""

    def __init__(self) -> None:
        self.told = _Carried()
        self.base64: list[str] = []
        self._open = ""

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "kjxm:proposal":
            self.told.sha256 = attributes.get("data_sha256", "")
            self.told.code = attributes.get("check_code", "")
            self.told.time = attributes.get("time", "")
            self.told.contents = attributes.get("contents_sha256", "")
            self.told.has_code = attributes.get("code_in_margins") == "true"
        elif name == "kjxm:section" and len(self.told.sections) < _MOST_SECTIONS:
            anchor = attributes.get("anchor", "")
            self.told.sections[anchor] = attributes.get("sha256", "")
            if "marks_sha256" in attributes:
                self.told.marks[anchor] = attributes["marks_sha256"]
        self._open = name

    def on_end(self, name: str) -> None:  # noqa: ARG002  (`xml_stream.Reader` names it)
        self._open = ""

    def on_text(self, text: str) -> None:
        if self._open == "kjxm:draft":
            self.base64.append(text)


def _carried(shell: WordFile, name: str) -> _Carried:
    """Return what the one item of ours tells. Raises KjxmError returned.nothing, returned.several, returned.damaged."""
    items = list(dict.fromkeys(item for item in shell.custom if embedded.NAMESPACE.encode("ascii") in item))
    if len(items) != 1:
        raise _nothing(shell.properties, name) if not items else KjxmError("returned.several", name=name)
    reader = _Item()
    xml_stream.read([items[0]], reader, name)
    told = reader.told
    try:
        told.draft = base64.b64decode("".join("".join(reader.base64).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KjxmError("returned.damaged", name=name) from error
    hashed = all(_DIGEST.fullmatch(sha256) for sha256 in told.digests)
    if not told.draft or not hashed or told.code != embedded.code_of(told.sha256):
        raise KjxmError("returned.damaged", name=name)
    _check_record(shell.properties, told.sha256, name)
    return told


def _made_at(carried: _Carried, name: str) -> datetime:
    """Return when a document was made. Raises KjxmError returned.damaged."""
    try:
        return datetime.fromisoformat(carried.time)
    except ValueError as error:
        raise KjxmError("returned.damaged", name=name) from error


def _nothing(properties: bytes, name: str) -> KjxmError:
    """Return that there are no data inside, with the code that may be left of them."""
    code = _CODE.search(properties)
    if code is None:
        return KjxmError("returned.nothing", name=name)
    return KjxmError("returned.lost", name=name, code=code[1].decode("ascii"))


def _check_record(record: bytes, sha256: str, name: str) -> None:
    """Raise KjxmError returned.damaged when the file records other data than it carries; it may record none."""
    told = _TOLD.search(record)
    if told is not None and told[1].decode() != sha256:
        raise KjxmError("returned.damaged", name=name)


def _opened(draft: bytes, sha256: str, shelf: storage.Calls, name: str) -> storage.Stored:
    """Return the draft inside. Raises KjxmError returned.parcel, returned.damaged, returned.notes."""
    try:
        stored = storage.unpacked(draft, name, shelf)
        answers = container.peek(io.BytesIO(draft), storage.PROPOSAL)
    except KjxmError as error:
        raise KjxmError("returned.parcel", name=name, why=error) from error
    if hashlib.sha256(answers or b"").hexdigest() != sha256:
        raise KjxmError("returned.damaged", name=name)
    if stored.proposal.notes != notes.empty():
        raise KjxmError("returned.notes", name=name)
    return stored


def _from_pdf(shell: PdfFile, shelf: storage.Calls, name: str) -> Returned:
    """Return what a PDF carries: drafts are told by their content, whatever they are called."""
    drafts = dict.fromkeys(
        told.content
        for told in shell.attachments
        if told.content.startswith(_DRAFT_START) and storage.MIMETYPE in told.content[:200]
    )
    if len(drafts) != 1:
        raise KjxmError("returned.several" if drafts else "returned.nothing", name=name)
    draft = next(iter(drafts))
    try:
        answers = container.peek(io.BytesIO(draft), storage.PROPOSAL)
    except KjxmError as error:
        raise KjxmError("returned.parcel", name=name, why=storage.placed(error, Path(name))) from error
    sha256 = hashlib.sha256(answers or b"").hexdigest()
    _check_record(shell.metadata, sha256, name)
    stored = _opened(draft, sha256, shelf, name)
    return _returned(stored, "pdf", sha256, returned_pages.differences(shell))
