"""The paragraphs of a DOCX as they stand now, by section: what `printed` tells of a document that is being made.

Insertions count, deletions do not: the state after all changes were accepted. Text that programs make by themselves
(results of fields: page numbers) is none, nor are formulas, headers and footers; that there is a footnote or a sign of
a symbol font is seen, not what it says. The entries of the contents are told apart from the text, without their pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import xml_stream
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export import printed
from kjxm_desktop.export.official_form import Filled
from kjxm_desktop.export.printed import FRONT, MARKS, Piece, Span, Spans, packed

_MOST_OPEN: Final = 50  # fields within fields
_LONGEST_INSTRUCTION: Final = 1_000
_OFF: Final = ("0", "false", "off")
_SKIPPED: Final = frozenset({"w:del", "w:moveFrom", "mc:Fallback"})
_SIGNS: Final = {
    "w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-",
    "w:sym": "\ufffd", "w:footnoteReference": "*", "w:endnoteReference": "*",
}  # fmt: skip


_PAGE: Final = re.compile(r"\t *[0-9ivxlc]* *\Z", re.IGNORECASE)  # in some programs no field of its own
_HEIGHTS: Final = {"subscript": "sub", "superscript": "sup"}
_SWITCHES: Final = {"w:b": "bold", "w:strike": "strike", "w:dstrike": "strike"}
_LOOKS: Final = frozenset({"w:vanish", "w:vertAlign", *_SWITCHES})


@dataclass(frozen=True)
class Found:
    """A paragraph that says something, the anchor of the section it stands in, and the anchors that begin in it.

    `spans` are its text with its marks.
    """

    text: str
    anchor: str
    begins: tuple[str, ...] = ()
    spans: Spans = ()

    @property
    def marked(self) -> str:
        """Return the paragraph as it is compared with its marks."""
        return printed.marked(self.text, self.spans)


@dataclass(frozen=True)
class Text:
    """What a DOCX says: its paragraphs, and the entries of its contents."""

    paragraphs: list[Found]
    contents: list[str]


def read(document: bytes, anchors: Iterable[str], name: str) -> Text:
    """Return what the document part of a DOCX says; a section begins at the bookmark named by its anchor.

    Raises KjxmError incoming.damaged or incoming.unfolds with `name`.
    """
    reader = _Reader(frozenset(anchors), name)
    xml_stream.read([document], reader, name)
    return Text(reader.found, reader.contents)


def paragraphs(part: bytes, anchors: Iterable[str], name: str) -> list[Found]:
    """Return the paragraphs of the document, a header or a footer, as `read` does."""
    return read(part, anchors, name).paragraphs


def pieces_of_form(form: Filled) -> list[Piece]:
    """Return what an official form prints now that it is filled in; each answer is a section of its own.

    Its anchor is the bookmark at which the answer begins; the words of the form up to the next belong to it.
    """
    # Loaded with the first form.
    from lxml import etree

    document = etree.tostring(form.package.roots[form.package.main])
    return [
        Piece(one.text, form.places[one.begins[0]] if len(one.begins) == 1 else "", one.anchor, spans=one.spans)
        for one in paragraphs(document, form.places, "")
    ]


@dataclass
class _Field:
    """A field that is open: its instruction, and whether its result has begun."""

    instruction: str = ""
    in_result: bool = False

    def is_a(self, word: str) -> bool:
        """Tell whether the result of a field of that kind is being read."""
        return self.in_result and self.instruction.strip().upper().startswith(word)


@dataclass
class _Run:
    text: list[str] = field(default_factory=list[str])
    entry: list[str] = field(default_factory=list[str])
    marks: set[str] = field(default_factory=set[str])
    hidden: bool = False


@dataclass
class _Paragraph:
    spans: list[Span] = field(default_factory=list[Span])
    entry: list[str] = field(default_factory=list[str])


class _Reader:
    """Hears of the elements of the document; a text box lies inside a run of the paragraph that it hangs on."""

    def __init__(self, anchors: frozenset[str], name: str) -> None:
        self.found: list[Found] = []
        self.contents: list[str] = []
        self._name = name
        self._anchors = anchors
        self._anchor = FRONT
        self._begun: list[str] = []
        self._open: list[_Paragraph] = []
        self._runs: list[_Run] = []
        self._fields: list[_Field] = []
        self._skipped = 0
        self._of_paragraph = 0  # inside what tells how a paragraph looks
        self._takes = self._reads = False  # text, the instruction of a field

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "w:t":
                self._takes = True
            case "w:r":
                self._runs.append(_Run())
            case "w:p":
                self._open.append(_Paragraph())
            case "w:pPr":
                self._of_paragraph += 1
            case "w:bookmarkStart" if attributes.get("w:name") in self._anchors:
                self._anchor = attributes["w:name"]
                self._begun.append(self._anchor)
            case "w:fldChar" | "w:instrText" | "w:fldSimple":
                self._on_field(name, attributes)
            case _ if name in _LOOKS:
                self._on_look(name, attributes.get("w:val", ""))
            case _ if name in _SKIPPED or name.endswith("PrChange"):
                self._skipped += 1
            case _ if name in _SIGNS and self._runs and not self._of_paragraph:
                self._take(_SIGNS[name])
            case _:
                return

    def _on_look(self, name: str, told: str) -> None:
        if not self._runs or self._of_paragraph or self._skipped:
            return
        run = self._runs[-1]
        if name == "w:vertAlign":
            run.marks -= set(_HEIGHTS.values())
            run.marks |= {_HEIGHTS[told]} if told in _HEIGHTS else set()
        elif name in _SWITCHES:
            run.marks |= {_SWITCHES[name]} if told not in _OFF else set()
        else:
            run.hidden = told not in _OFF

    def _on_field(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "w:instrText":
            self._reads = True
        elif name == "w:fldSimple":
            self._fields.append(_Field(attributes.get("w:instr", ""), in_result=True))
        elif not self._skipped:
            kind = attributes.get("w:fldCharType")
            if len(self._fields) > _MOST_OPEN:
                raise KjxmError("incoming.damaged", name=self._name)
            if kind == "begin":
                self._fields.append(_Field())
            elif self._fields and kind == "separate":
                self._fields[-1].in_result = True
            elif self._fields and kind == "end":
                self._fields.pop()

    def on_end(self, name: str) -> None:
        match name:
            case "w:t":
                self._takes = False
            case "w:instrText":
                self._reads = False
            case "w:fldSimple" if self._fields:
                self._fields.pop()
            case "w:pPr":
                self._of_paragraph -= 1
            case "w:r" if self._runs:
                self._end_run(self._runs.pop())
            case "w:p" if self._open:
                self._end_paragraph(self._open.pop())
            case _ if name in _SKIPPED or name.endswith("PrChange"):
                self._skipped -= 1
            case _:
                return

    def _end_run(self, run: _Run) -> None:
        if not self._open or run.hidden:
            return
        self._open[-1].entry += run.entry
        if run.text:
            marks = tuple(name for name in MARKS if name in run.marks)
            self._open[-1].spans.append(Span(printed.unescaped("".join(run.text)), marks))

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        spans = paragraph.spans
        text = "".join([span.text for span in spans])
        if packed(text):
            told = tuple(spans) if any(span.marks for span in spans) else ()
            self.found.append(Found(text.strip(), self._anchor, tuple(self._begun), told))
        self._begun = []
        if paragraph.entry and (entry := _PAGE.sub("", "".join(paragraph.entry)).strip()):
            self.contents.append(entry)

    def on_text(self, text: str) -> None:
        if self._takes:
            self._take(text)
        elif self._reads and self._fields and len(self._fields[-1].instruction) < _LONGEST_INSTRUCTION:
            self._fields[-1].instruction += text

    def _take(self, text: str) -> None:
        if not self._runs or self._skipped:
            return
        if all(told.is_a("HYPERLINK") for told in self._fields):  # text of a link is text of the document
            self._runs[-1].text.append(text)
        elif self._fields[0].is_a("TOC") and all(told.is_a("HYPERLINK") for told in self._fields[1:]):
            self._runs[-1].entry.append(text)
