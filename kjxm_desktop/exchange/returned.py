"""A document that comes back by mail: the data inside it, and whether it still prints what they say.

The data count only when their hash is right. Then the text of a DOCX as it stands now is held against what the data
print, section by section: what differs is told with both versions, and neither is preferred. Nothing here knows of a
window; `read` may run on any thread.
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

from kjxm_desktop.core import container, json_pointer, notes, storage, xml_stream
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, paragraph_pairs
from kjxm_desktop.exchange.incoming import PdfFile, WordFile
from kjxm_desktop.export import embedded, printed, printed_text
from kjxm_desktop.export.printed import Piece
from kjxm_desktop.export.printed_text import Found

_DRAFT_START: Final = b"PK\x03\x04"
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_TOLD: Final = re.compile(rb"data_sha256[=>]([0-9a-f]{64})")  # in a custom property, in the XMP
_CODE: Final = re.compile(rb"check_code=((?:[0-9A-Z]{4}-){2}[0-9A-Z]{4})")
_MOST_SECTIONS: Final = 20_000  # in an official form each answer is one
_DIGITS: Final = re.compile("[0-9]+")


@dataclass(frozen=True)
class Difference:
    """One paragraph that reads otherwise in the document than in its data.

    `section` is the id of a section of the form, "" for the front. `pointer` names the answer where it can be told;
    for a paragraph that was put into a long text it is the long text, `behind` the block it stands behind. `data` is
    what the data print, "" where the paragraph was added; `printed` what stands there now, "" where it is gone.
    """

    section: str
    pointer: str
    data: str
    printed: str
    behind: str = ""

    @property
    def as_json(self) -> Json:
        """Return the four things that are told of it outside."""
        return {"section": self.section, "pointer": self.pointer, "data": self.data, "printed": self.printed}


@dataclass(frozen=True)
class Returned:
    """What came back: the proposal inside, its check code, and how the document compares with it.

    `kind` says what was compared: of a DOCX the text of every section, of a PDF the record of the data alone. `absent`
    are pointer and name of the attached files that are not in it: they have to be added again.
    """

    proposal: Proposal
    kind: Literal["docx", "pdf"]
    check_code: str
    foreign_call: bool
    differences: tuple[Difference, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()

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
    differences = _differences(shell, carried, stored.proposal, name)
    return _returned(stored, "docx", carried.sha256, tuple(differences))


def _returned(
    stored: storage.Stored, kind: Literal["docx", "pdf"], sha256: str, differences: tuple[Difference, ...] = ()
) -> Returned:
    absent = tuple(_absent(stored.proposal))
    return Returned(stored.proposal, kind, embedded.code_of(sha256), stored.foreign_call, differences, absent)


def _absent(proposal: Proposal) -> Iterator[tuple[str, str]]:
    for control, pointer, value in leaves(proposal.call, proposal.data):
        if control.kind == "file" and value not in proposal.media:
            yield pointer, str(proposal.get(pointer.rpartition("/")[0] + "/name") or "")


# --- the data -------------------------------------------------------------------------------------------------------


@dataclass
class _Carried:
    """What an item of custom XML tells: the draft, its hash, the hashes of the texts by anchor, the time it names."""

    sha256: str = ""
    code: str = ""
    time: str = ""
    sections: dict[str, str] = field(default_factory=dict[str, str])
    draft: bytes = b""


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
        elif name == "kjxm:section" and len(self.told.sections) < _MOST_SECTIONS:
            self.told.sections[attributes.get("anchor", "")] = attributes.get("sha256", "")
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
    hashed = all(_DIGEST.fullmatch(sha256) for sha256 in (told.sha256, *told.sections.values()))
    if not told.draft or not hashed or told.code != embedded.code_of(told.sha256):
        raise KjxmError("returned.damaged", name=name)
    _check_record(shell.properties, told.sha256, name)
    return told


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
    return _returned(_opened(draft, sha256, shelf, name), "pdf", sha256)


# --- the text -------------------------------------------------------------------------------------------------------


def _differences(shell: WordFile, carried: _Carried, proposal: Proposal, name: str) -> list[Difference]:
    """Return where the text of the document is not what its data print."""
    found = printed_text.paragraphs(shell.document, carried.sections, name)
    hashes = printed.section_hashes(((told.anchor, told.text) for told in found), carried.sections)
    changed = {anchor for anchor, sha256 in hashes.items() if carried.sections.get(anchor) != sha256}
    if not changed:
        return []
    try:
        now = datetime.fromisoformat(carried.time)
    except ValueError as error:
        raise KjxmError("returned.damaged", name=name) from error
    pieces, places = _expected(proposal, now, carried.code)
    if {piece.anchor for piece in pieces} - carried.sections.keys():
        changed |= {piece.anchor for piece in pieces}  # laid out by another version: the anchors tell nothing
    return list(_compared(pieces, found, _section_ids(pieces, places), changed))


def _expected(proposal: Proposal, now: datetime, code: str) -> tuple[list[Piece], dict[str, str]]:
    """Return what the DOCX of the proposal printed when it was made, and what its anchors point to."""
    # Loaded when a text was edited.
    from kjxm_desktop.export import official_form
    from kjxm_desktop.export.compose import compose
    from kjxm_desktop.export.files import picture_sizes

    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=now, draft=False, check_code=code)
    if official_form.has_form(proposal.call):
        form = official_form.fill(proposal, document, sizes)
        return printed_text.pieces_of_form(form), dict(form.places)
    pieces = printed.pieces_of(document, proposal.call, proposal.data)
    return pieces, {heading.anchor: heading.pointer for heading in document.headings(1)}


def _section_ids(pieces: Sequence[Piece], places: Mapping[str, str]) -> dict[str, str]:
    """Return the id of the section of the form that each anchor leads to, or what first prints there."""
    found = {anchor: json_pointer.section_of(pointer) or "" for anchor, pointer in places.items()}
    for piece in pieces:
        if piece.anchor in found and not found[piece.anchor]:
            found[piece.anchor] = json_pointer.section_of(piece.pointer) or ""
    return {printed.FRONT: "", **found}


def _compared(
    pieces: Sequence[Piece], found: Sequence[Found], sections: Mapping[str, str], changed: set[str]
) -> Iterator[Difference]:
    """Yield what differs between `pieces` and `found`, in sections whose text is known to have `changed`."""
    expected = [printed.packed(piece.text) or printed.packed(piece.written) for piece in pieces]
    known = dict(zip(expected, expected, strict=True))
    for piece, own in zip(pieces, expected, strict=True):
        for spelling in _spellings(piece, own):
            known.setdefault(spelling, own)
    texts = [_known(printed.packed(one.text), known) for one in found]
    before: Piece | None = None
    for here, there in paragraph_pairs.pairs(expected, texts):
        if here is None and there is not None:
            if found[there].anchor in changed:
                yield _added(found[there], before, sections)
        elif here is not None:
            before = pieces[here]
            if before.anchor in changed and (there is None or expected[here] != texts[there]):
                section = json_pointer.section_of(before.pointer) or sections.get(before.anchor, "")
                told = before.text or before.written
                yield Difference(section, before.pointer, told, "" if there is None else found[there].text)


def _spellings(piece: Piece, own: str) -> Iterator[str]:
    """Yield the paragraph as it reads where its number is part of the text, or counted by a field."""
    marker = printed.packed(piece.marker)
    if marker:
        yield marker + own
        yield _DIGITS.sub("", marker) + own


def _known(text: str, known: Mapping[str, str]) -> str:
    """Return what `text` is without a number that programs count, `text` itself where it is nothing that is known."""
    return known.get(text) or known.get(_DIGITS.sub("", text, count=1)) or text


def _added(found: Found, before: Piece | None, sections: Mapping[str, str]) -> Difference:
    """Return a paragraph that was put in; behind a block of a long text it belongs to that text."""
    section = sections.get(found.anchor, "")
    if before is None or before.anchor != found.anchor or not before.block:
        return Difference(section, "", "", found.text)
    return Difference(
        json_pointer.section_of(before.block) or section, before.block.rpartition("/")[0], "", found.text, before.block
    )
