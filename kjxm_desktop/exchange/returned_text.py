"""Where the text of a DOCX that came back is not what its data print: words, marks, contents, check code.

Each section is held against its hash first; only where one differs the document is laid out again and its paragraphs
are paired. Neither side is preferred.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.exchange import paragraph_pairs
from kjxm_desktop.exchange.incoming import WordFile
from kjxm_desktop.exchange.paragraph_pairs import Pair
from kjxm_desktop.export import printed, printed_text
from kjxm_desktop.export.blocks import Heading
from kjxm_desktop.export.printed import Piece, Record, Spans, packed
from kjxm_desktop.export.printed_text import Found, Text

_CODE: Final = re.compile("[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}")
_DIGITS: Final = re.compile("[0-9]+")

Kind = Literal["text", "marks", "contents", "code", "page_moved", "page_gone", "page_new", "page_other"]
"""What differs: the words of a paragraph, its marks alone, an entry of the contents, a check code, a page of a PDF."""


@dataclass(frozen=True)
class Difference:
    """One place that reads otherwise in the document than in its data.

    `section` is the id of a section of the form, "" for the front. `pointer` names the answer where it can be told;
    for a paragraph that was put into a long text it is the long text, `behind` the block it stands behind. `data` is
    what the data print, "" where it was added; `printed` what stands there now, "" where it is gone; of a page both are
    its number, counted from the first. `looks` are both with their marks, where these differ.
    """

    section: str
    pointer: str
    data: str
    printed: str
    behind: str = ""
    kind: Kind = "text"
    looks: tuple[Spans, Spans] = ((), ())


@dataclass(frozen=True)
class _Expected:
    """What the DOCX printed when it was made, what its anchors point to, and the headings that its contents name."""

    pieces: Sequence[Piece]
    places: Mapping[str, str]
    headings: Sequence[Heading] = ()


def differences(
    shell: WordFile, record: Record, code: str, made_at: Callable[[], datetime], proposal: Proposal, name: str
) -> list[Difference]:
    """Return where the document is not what `proposal` prints; `record` and `code` are what it carries.

    `made_at` tells when it was made, and is asked only when something differs. Raises KjxmError incoming.*, export.*.
    """
    said = printed_text.read(shell.document, record.sections, name)
    told = list(_codes(shell.margins, record, code, name))
    texts = printed.section_hashes(((one.anchor, one.text) for one in said.paragraphs), record.sections)
    marks = printed.mark_hashes(((one.anchor, one.marked) for one in said.paragraphs), record.marks)
    changed = {anchor for anchor, sha256 in texts.items() if record.sections.get(anchor) != sha256}
    marked = {anchor for anchor, sha256 in marks.items() if record.marks.get(anchor, sha256) != sha256}
    has_other_contents = bool(record.contents) and printed.contents_hash(said.contents) != record.contents
    if not changed and not marked and not has_other_contents:
        return told
    expected = _expected(proposal, made_at(), code)
    if {piece.anchor for piece in expected.pieces} - record.sections.keys():
        # Laid out by another version: the anchors tell nothing.
        changed |= {piece.anchor for piece in expected.pieces}
    comparison = _Comparison(expected, said)
    told += comparison.of_text(changed, marked)
    told += comparison.of_contents() if has_other_contents else ()
    return told


def _codes(margins: Iterable[bytes], record: Record, code: str, name: str) -> Iterator[Difference]:
    """Yield the check codes in headers and footers that are not that of the data, and that the right one is gone."""
    texts = [[one.text for one in printed_text.paragraphs(part, (), name)] for part in margins]
    found = dict.fromkeys(told for text in texts for told in _CODE.findall(packed("".join(text))))
    others = [told for told in found if told != code]
    if not others and record.has_code and code not in found:
        others = [""]
    yield from (Difference("", "", code, told, kind="code") for told in others)


def _expected(proposal: Proposal, now: datetime, code: str) -> _Expected:
    # Loaded when a text was edited.
    from kjxm_desktop.export import official_form
    from kjxm_desktop.export.compose import compose
    from kjxm_desktop.export.files import picture_sizes

    sizes = picture_sizes(proposal.media)
    document = compose(proposal.call, proposal.data, sizes, now=now, draft=False, check_code=code)
    if official_form.has_form(proposal.call):
        form = official_form.fill(proposal, document, sizes)
        return _Expected(printed_text.pieces_of_form(form), form.places)
    pieces = printed.pieces_of(document, proposal.call, proposal.data)
    places = {heading.anchor: heading.pointer for heading in document.headings(1)}
    return _Expected(pieces, places, printed.headings_of_contents(document))


class _Comparison:
    """Both sides by their paragraphs, paired."""

    def __init__(self, expected: _Expected, said: Text) -> None:
        self._pieces = expected.pieces
        self._found = said.paragraphs
        self._headings = expected.headings
        self._entries = said.contents
        self._sections = _section_ids(expected)
        self._data = [packed(piece.text) or packed(piece.written) for piece in self._pieces]
        known = dict(zip(self._data, self._data, strict=True))
        for piece, own in zip(self._pieces, self._data, strict=True):
            for spelling in _spellings(piece, own):
                known.setdefault(spelling, own)
        self._printed = [_known(packed(one.text), known) for one in self._found]
        self._pairs: list[Pair] = paragraph_pairs.pairs(self._data, self._printed)

    def of_text(self, changed: set[str], marked: set[str]) -> Iterator[Difference]:
        """Yield the paragraphs that differ, in sections whose text is known to have `changed`, or their marks."""
        before: Piece | None = None
        for here, there in self._pairs:
            if here is None and there is not None:
                if self._found[there].anchor in changed:
                    yield _added(self._found[there], before, self._sections)
            elif here is not None:
                before = self._pieces[here]
                found = self._found[there] if there is not None else None
                if found is None or self._data[here] != self._printed[there or 0]:
                    if before.anchor in changed:
                        yield self._difference(before, found, "text")
                elif before.anchor in marked and not found.marked.endswith(printed.marked(before.text, before.spans)):
                    yield self._difference(before, found, "marks")

    def _difference(self, piece: Piece, found: Found | None, kind: Kind) -> Difference:
        section = json_pointer.section_of(piece.pointer) or self._sections.get(piece.anchor, "")
        looks: tuple[Spans, Spans] = ((), ())
        if found is not None and (kind == "marks" or _marks_differ(piece.spans, found.spans)):
            looks = (piece.spans, found.spans)
        told = piece.text or piece.written
        return Difference(section, piece.pointer, told, found.text if found else "", kind=kind, looks=looks)

    def of_contents(self) -> Iterator[Difference]:
        """Yield the entries of the contents that are no headings, neither as exported nor as they stand there now."""
        titles = {packed(heading.title) for heading in self._headings}
        markers = {packed(heading.number) for heading in self._headings}
        there_now = {
            self._printed[there]
            for here, there in self._pairs
            if there is not None and (here is None or self._data[here] in titles)
        }
        expected = [heading.text for heading in self._headings]
        for here, there in paragraph_pairs.pairs([*map(packed, expected)], [*map(packed, self._entries)]):
            entry = self._entries[there] if there is not None else ""
            own = expected[here] if here is not None else ""
            if packed(own) == packed(entry) or _names(entry, there_now, markers):
                continue
            if here is not None and there is None and packed(self._headings[here].title) not in there_now:
                continue  # its heading is gone as well
            yield Difference("", "", own, entry, kind="contents")


def _names(entry: str, titles: set[str], markers: set[str]) -> bool:
    """Tell whether an entry of the contents is the number of a heading and one of `titles`."""
    told = packed(entry)
    return any(told.removeprefix(marker) in titles for marker in ("", *markers))


def _marks_differ(one: Spans, other: Spans) -> bool:
    return printed.marked_only(one) != printed.marked_only(other)


def _section_ids(expected: _Expected) -> dict[str, str]:
    """Return the id of the section of the form that each anchor leads to, or what first prints there."""
    found = {anchor: json_pointer.section_of(pointer) or "" for anchor, pointer in expected.places.items()}
    for piece in expected.pieces:
        if piece.anchor in found and not found[piece.anchor]:
            found[piece.anchor] = json_pointer.section_of(piece.pointer) or ""
    return {printed.FRONT: "", **found}


def _spellings(piece: Piece, own: str) -> Iterator[str]:
    """Yield the paragraph as it reads where its number is part of the text, or counted by a field."""
    marker = packed(piece.marker)
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
