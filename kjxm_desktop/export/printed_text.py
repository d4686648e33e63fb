"""The paragraphs of a DOCX as they stand now, by section: what `printed` tells of a document that is being made.

Insertions count, deletions do not: the state after all changes were accepted. Text that programs make by themselves
(results of fields: the contents, page numbers) is none, nor are formulas, headers and footers; that there is a footnote
or a sign of a symbol font is seen, not what it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import xml_stream
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.official_form import Filled
from kjxm_desktop.export.printed import FRONT, Piece, packed

_MOST_OPEN: Final = 50  # fields within fields
_LONGEST_INSTRUCTION: Final = 1_000
_OFF: Final = ("0", "false", "off")
_SKIPPED: Final = frozenset({"w:del", "w:moveFrom", "mc:Fallback"})
_SIGNS: Final = {
    "w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-",
    "w:sym": "\ufffd", "w:footnoteReference": "*", "w:endnoteReference": "*",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A paragraph that says something, the anchor of the section it stands in, and the anchors that begin in it."""

    text: str
    anchor: str
    begins: tuple[str, ...] = ()


def paragraphs(document: bytes, anchors: Iterable[str], name: str) -> list[Found]:
    """Return the paragraphs of the document part of a DOCX; a section begins at the bookmark named by its anchor.

    Raises KjxmError incoming.damaged or incoming.unfolds with `name`.
    """
    reader = _Reader(frozenset(anchors), name)
    xml_stream.read([document], reader, name)
    return reader.found


def pieces_of_form(form: Filled) -> list[Piece]:
    """Return what an official form prints now that it is filled in; each answer is a section of its own.

    Its anchor is the bookmark at which the answer begins; the words of the form up to the next belong to it.
    """
    # Loaded with the first form.
    from lxml import etree

    document = etree.tostring(form.package.roots[form.package.main])
    return [
        Piece(one.text, form.places[one.begins[0]] if len(one.begins) == 1 else "", one.anchor)
        for one in paragraphs(document, form.places, "")
    ]


@dataclass
class _Field:
    """A field that is open: its instruction, and whether its result has begun."""

    instruction: str = ""
    in_result: bool = False

    @property
    def hides(self) -> bool:
        """Tell whether text inside is no text of the document; that of a link is."""
        return not self.in_result or not self.instruction.strip().upper().startswith("HYPERLINK")


@dataclass
class _Run:
    text: list[str] = field(default_factory=list[str])
    hidden: bool = False


class _Reader:
    """Hears of the elements of the document; a text box lies inside a run of the paragraph that it hangs on."""

    def __init__(self, anchors: frozenset[str], name: str) -> None:
        self.found: list[Found] = []
        self._name = name
        self._anchors = anchors
        self._anchor = FRONT
        self._begun: list[str] = []
        self._open: list[list[str]] = []
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
                self._open.append([])
            case "w:pPr":
                self._of_paragraph += 1
            case "w:bookmarkStart" if attributes.get("w:name") in self._anchors:
                self._anchor = attributes["w:name"]
                self._begun.append(self._anchor)
            case "w:fldChar" | "w:instrText" | "w:fldSimple":
                self._on_field(name, attributes)
            case "w:vanish" if self._runs and not self._of_paragraph and not self._skipped:
                self._runs[-1].hidden = attributes.get("w:val", "") not in _OFF
            case _ if name in _SKIPPED or name.endswith("PrChange"):
                self._skipped += 1
            case _ if name in _SIGNS and self._runs and not self._of_paragraph:
                self._take(_SIGNS[name])
            case _:
                return

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
                self._end_paragraph("".join(self._open.pop()))
            case _ if name in _SKIPPED or name.endswith("PrChange"):
                self._skipped -= 1
            case _:
                return

    def _end_run(self, run: _Run) -> None:
        if self._open and not run.hidden:
            self._open[-1] += run.text

    def _end_paragraph(self, text: str) -> None:
        if packed(text):
            self.found.append(Found(text.strip(), self._anchor, tuple(self._begun)))
        self._begun = []

    def on_text(self, text: str) -> None:
        if self._takes:
            self._take(text)
        elif self._reads and self._fields and len(self._fields[-1].instruction) < _LONGEST_INSTRUCTION:
            self._fields[-1].instruction += text

    def _take(self, text: str) -> None:
        if self._runs and not self._skipped and not any(told.hides for told in self._fields):
            self._runs[-1].text.append(text)
