"""What a document prints, paragraph by paragraph: its text, the answer it comes from, the section it stands in.

The text of a section is hashed as it stands in a DOCX: without white space, without the numbers and marks that programs
count anew, and without formulas, which are no text there; once more with the marks of letters that change what is said
(CO₂, 10³, struck out); the entries of the contents by themselves. The same is read back by `printed_text`, whatever
program saved the DOCX last.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple, cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import docx_numbering, formulas
from kjxm_desktop.export.blocks import (
    Block,
    Contents,
    Document,
    Drawing,
    Formula,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Row,
    Run,
    Runs,
    Signature,
    Table,
)

FRONT: Final = ""
"""The section of what stands before the first heading."""

MARKS: Final = ("bold", "sub", "sup", "strike")
"""The marks of letters that are compared, in the order in which they are told."""

_DIGITS = re.compile("[0-9]+")
_ESCAPED = re.compile("_x005F_(?=[xX][0-9A-Fa-f]{4}_)")  # ISO/IEC 29500-1, 22.9.2.19, which text of Word's is not
_HYPHEN = re.compile("[\u2011\xad]")
_HYPHENS = str.maketrans({"\u2011": "-", "\xad": None})  # programs keep them as marks of their own


class Span(NamedTuple):
    """Characters that carry the same of MARKS, in their order."""

    text: str
    marks: tuple[str, ...] = ()


Spans = tuple[Span, ...]
"""The text of a paragraph with the marks of its letters; () where none has any."""


@dataclass(frozen=True)
class Piece:
    """One paragraph of text as it prints, wherever it stands: in the body, in a cell, under a picture.

    `pointer` names the answer it prints, in a long text down to the item or cell, and `block` the block of it; "" for
    what the layout says. `anchor` is that of the heading of the first level it stands under, FRONT before the first.
    `marker` is the number or mark in front of it, `stands` what of it is text of a DOCX: the rest is counted there.
    `spans` are `text` with its marks.
    """

    text: str
    pointer: str = ""
    anchor: str = FRONT
    marker: str = ""
    stands: str = ""
    block: str = ""
    spans: Spans = ()

    @property
    def written(self) -> str:
        """Return the characters that stand in a DOCX."""
        return self.stands + self.text

    @property
    def marked(self) -> str:
        """Return the same as it is compared with its marks."""
        return packed(self.stands) + marked(self.text, self.spans)


@dataclass(frozen=True)
class Record:
    """What a DOCX said when it was made, in hashes: each section by its anchor, once as text and once with its marks.

    `contents` is that of the entries of the contents, "" where there are none; `has_code` tells whether the check code
    stands in headers or footers.
    """

    sections: Mapping[str, str]
    marks: Mapping[str, str]
    contents: str = ""
    has_code: bool = False


def unescaped(text: str) -> str:
    """Return `text` with an underscore for each `_x005F_` that LibreOffice writes before what looks like an escape."""
    while "_x005F_" in text and (told := _ESCAPED.sub("_", text)) != text:
        text = told
    return text


def packed(text: str) -> str:
    """Return `text` as it is compared: NFC, without any white space."""
    text = unescaped("".join(text.split()))
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_HYPHENS) if _HYPHEN.search(text) else text)


def marked(text: str, spans: Spans) -> str:
    """Return `text` as it is compared with its marks: packed, stretches with marks between signs that no text has."""
    if not spans:
        return packed(text)
    return "".join(f"\x01{' '.join(marks)}\x02{told}\x03" if marks else told for told, marks in _joined(spans))


def marked_only(spans: Spans) -> list[Span]:
    """Return the stretches of a paragraph that carry marks, packed."""
    return [span for span in _joined(spans) if span.marks]


def _joined(spans: Spans) -> Iterator[Span]:
    """Yield the stretches of letters with the same marks, packed; marks of white space are none."""
    told = (span for span in spans if span.text.strip())
    for marks, found in groupby(told, lambda span: span.marks):
        yield Span(packed("".join([span.text for span in found])), marks)


def section_hashes(pieces: Iterable[tuple[str, str]], anchors: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of the text of each section; `pieces` are anchor and text in their order."""
    return _hashes(((anchor, packed(text)) for anchor, text in pieces), anchors)


def mark_hashes(pieces: Iterable[tuple[str, str]], anchors: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of each section with its marks; `pieces` are anchor and `marked` text in their order."""
    return _hashes(pieces, anchors)


def _hashes(pieces: Iterable[tuple[str, str]], anchors: Iterable[str]) -> dict[str, str]:
    texts: dict[str, list[str]] = {anchor: [] for anchor in anchors}
    for anchor, text in pieces:
        texts.setdefault(anchor, []).append(text)
    return {anchor: _sha256("".join(told)) for anchor, told in texts.items()}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hashes_of(pieces: Iterable[Piece], anchors: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of the text of each section as it stands in a DOCX that was just made."""
    return section_hashes(((piece.anchor, piece.written) for piece in pieces), anchors)


def record_of(pieces: Sequence[Piece], anchors: Sequence[str], contents: Sequence[str], *, has_code: bool) -> Record:
    """Return the record of a DOCX that was just made of `pieces`, with these entries in its contents."""
    marks = mark_hashes(((piece.anchor, piece.marked) for piece in pieces), anchors)
    return Record(hashes_of(pieces, anchors), marks, contents_hash(contents), has_code)


def headings_of_contents(document: Document) -> list[Heading]:
    """Return the headings that the contents of `document` list."""
    depths = [block.depth for block in document.blocks() if isinstance(block, Contents)]
    return [heading for depth in depths for heading in document.headings(depth)]


def contents_hash(entries: Sequence[str]) -> str:
    """Return the SHA-256 of the entries of the contents, "" where there are none."""
    return _sha256("\n".join(map(packed, entries))) if entries else ""


def whole_hash(sections: Mapping[str, str]) -> str:
    """Return one SHA-256 for the text of all sections, from those of each in their order."""
    return hashlib.sha256("\n".join(sections.values()).encode("ascii")).hexdigest()


def anchors_of(document: Document) -> list[str]:
    """Return the anchors of the sections in their order: of the front, and of each heading of the first level."""
    return [FRONT, *(heading.anchor for heading in document.headings(1))]


def pieces_of(document: Document, call: Call, data: Json) -> list[Piece]:
    """Return what `document`, made of `data`, prints as text, in the order in which a DOCX holds it."""
    walk = _Walk(document, call, data)
    found: list[Piece] = []
    for block in document.blocks():
        if isinstance(block, Heading) and block.level == 1:
            walk.anchor = block.anchor
        found += [piece for piece in walk.pieces(block) if piece.written.strip()]
    return found


class _Walk:
    """Finds the text of blocks, and for each paragraph the answer that it prints."""

    def __init__(self, document: Document, call: Call, data: Json) -> None:
        self.anchor = FRONT
        self._form = call.form
        self._data = data
        numbering = docx_numbering.of(document)
        self._counted = numbering.counted
        self._lists = iter(numbering.lists)

    def pieces(self, block: Block) -> Iterator[Piece]:
        match block:
            case Heading():
                stands = "" if block.anchor in self._counted else block.number
                yield self._piece(block.title, self._answered(block.pointer), block.number, stands)
            case Paragraph():
                yield self._paragraph(block)
            case ListBlock():
                yield from self._list(block)
            case Formula():
                yield self._piece("" if formulas.omml(block.latex, display=True) else block.latex, block.pointer)
            case Table():
                yield from self._caption(block)
                yield from self._table(block)
            case Picture() | Drawing():
                yield from self._caption(block)
            case Signature():
                yield from (self._paragraph(told) for told in block.paragraphs)
            case Contents():
                yield self._piece(block.title)
            case _:
                return

    def _piece(self, text: str, pointer: str = "", marker: str = "", stands: str = "", spans: Spans = ()) -> Piece:
        return Piece(text, pointer, self.anchor, marker, stands, self._block_of(pointer) if pointer else "", spans)

    def _block_of(self, pointer: str) -> str:
        """Return the block of a long text that `pointer` leads to or into; "" when it leads elsewhere."""
        owner = self._form.owner(pointer) if pointer else None
        if owner is None or owner.kind != "rich":
            return ""
        depth = len(json_pointer.parse(owner.pointer))
        tokens = json_pointer.parse(pointer)
        return json_pointer.build(tokens[: depth + 1]) if len(tokens) > depth else ""

    def _paragraph(self, block: Paragraph) -> Piece:
        marker, runs = "", block.runs
        if block.style == "reference" and len(runs) > 1:
            marker, runs = runs[0].text, runs[1:]
        return self._piece(_text(runs), self._answered(block.pointer), marker, marker, _spans(runs))

    def _list(self, block: ListBlock) -> Iterator[Piece]:
        rich, counted = bool(self._block_of(block.pointer)), next(self._lists) is not None
        for at, item in enumerate(block.items):
            text = _text(item.runs)
            place = f"{block.pointer}/items/{at}" if rich else self._column(f"{block.pointer}/{at}", text)
            yield self._piece(text, place, item.marker, "" if counted else item.marker, _spans(item.runs))

    def _table(self, block: Table) -> Iterator[Piece]:
        rich = bool(self._block_of(block.pointer))
        for down, row in enumerate((*block.header, *block.rows)):
            yield from self._row(row, f"{block.pointer}/rows/{down}" if rich else "")

    def _row(self, row: Row, place: str) -> Iterator[Piece]:
        for across, cell in enumerate(row.cells):
            pointer = f"{place}/{across}" if place else self._answered(cell.pointer)
            yield from (self._piece(_text(runs), pointer, spans=_spans(runs)) for runs in cell.paragraphs)

    def _caption(self, block: Table | Picture | Drawing) -> Iterator[Piece]:
        rich = isinstance(block, Picture) or self._block_of(block.pointer)
        pointer = f"{block.pointer}/caption" if rich and block.caption else ""
        yield self._piece(block.caption, pointer, block.number, _DIGITS.sub("", block.number))

    def _answered(self, pointer: str) -> str:
        """Return `pointer` when a control asks for it; a section or a row prints nothing by itself."""
        owner = self._form.owner(pointer) if pointer else None
        return pointer if owner is not None and owner.kind != "table" else ""

    def _column(self, row: str, text: str) -> str:
        """Return where in a row the one answer stands that reads `text`."""
        fields = cast("dict[str, Json]", json_pointer.get(self._data, row, {}))
        found = [key for key, value in fields.items() if value == text]
        return f"{row}{json_pointer.build(found)}" if len(found) == 1 else ""


def _text(runs: Runs) -> str:
    """Return the characters of `runs`; a formula is none of them, unless its source prints as it stands."""
    return "".join([run.text for run in runs if _is_text(run)])


def _is_text(run: Run) -> bool:
    return run.kind != "formula" or formulas.omml(run.text) is None


def _spans(runs: Runs) -> Spans:
    if not any(run.bold or run.sub or run.sup for run in runs):
        return ()
    return tuple(Span(run.text, _marks(run)) for run in runs if _is_text(run))


def _marks(run: Run) -> tuple[str, ...]:
    """Return the marks that a DOCX writes for a run."""
    told = {"bold": run.bold, "sub": run.sub, "sup": run.sup and not run.sub}
    return tuple(name for name in MARKS if told.get(name))
