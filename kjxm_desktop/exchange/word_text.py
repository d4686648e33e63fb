"""What a Word document says to its reader: with insertions and form fields, without what was deleted or hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import rich_text, xml_stream
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange.remarks import Remark

MOST_PARAGRAPHS: Final = 50_000
MOST_CHARACTERS: Final = 5_000_000

_OFF: Final = ("0", "false", "off")
_DELETED: Final = frozenset({"w:del", "w:moveFrom"})
_COUNTED: Final = {"w:ins": "inserted", "w:moveTo": "inserted", "w:sdt": "controls"}
_OTHER_SPELLING: Final = "mc:Fallback"  # the same again, for programs that do not know how it is told before
_SIGNS: Final = {"w:tab": " ", "w:ptab": " ", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}


def hidden_styles(pieces: Iterable[bytes], name: str) -> frozenset[str]:
    """Return the ids of the styles that hide their text, themselves or by what they are based on."""
    reader = _Styles()
    xml_stream.read(pieces, reader, name)
    hidden: set[str] = set()
    for style in reader.says:
        at, seen = style, set[str]()
        while at not in seen and reader.says.get(at) is None and reader.based_on.get(at):
            seen.add(at)
            at = reader.based_on[at]
            if len(seen) > 20:  # Word takes no more
                break
        if reader.says.get(at):
            hidden.add(style)
    return frozenset(hidden)


def paragraphs(
    pieces: Iterable[bytes], name: str, hidden: frozenset[str] = frozenset()
) -> tuple[list[str], list[Remark]]:
    """Return the paragraphs of a document in their order, those of tables too, cleaned, and what was left out.

    `hidden` are the styles that hide their text. A text box comes before the paragraph that it hangs on.
    Raises KjxmError incoming.kind when it is no document of Word, incoming.damaged or incoming.unfolds.
    """
    reader = _Text(name, hidden)
    xml_stream.read(pieces, reader, name)
    return reader.paragraphs, list(reader.remarks())


class _Styles:
    """Of each style: what it is based on, and whether it says that text is hidden, or is not."""

    def __init__(self) -> None:
        self.says: dict[str, bool | None] = {}
        self.based_on: dict[str, str] = {}
        self._style = ""

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        told = attributes.get("w:val", "")
        if name == "w:style":
            self._style = attributes.get("w:styleId", "")
            self.says[self._style] = None
        elif name == "w:basedOn":
            self.based_on[self._style] = told
        elif name == "w:vanish" and self._style:
            self.says[self._style] = told not in _OFF

    def on_end(self, name: str) -> None:
        if name == "w:style":
            self._style = ""

    def on_text(self, text: str) -> None:
        pass


@dataclass
class _Paragraph:
    hidden: bool = False
    parts: list[str] = field(default_factory=list[str])


@dataclass
class _Run:
    hidden: bool


class _Text:
    """Takes the text of runs; a paragraph inside a text box lies inside the run that holds the box."""

    def __init__(self, name: str, hidden: frozenset[str]) -> None:
        self.paragraphs: list[str] = []
        self._name, self._hidden_styles = name, hidden
        self._root = True
        self._open: list[_Paragraph] = []
        self._runs: list[_Run] = []
        self._skipped: list[str] = []  # elements whose text is not taken, from outside inwards
        self._around: list[tuple[str, bool]] = []  # insertions and fields, and whether text was taken there
        self._takes = False
        self._of_paragraph = 0  # inside what tells how a paragraph looks
        self._cut = False  # text was passed over since text was taken
        self._counts: Counter[str] = Counter()
        self._characters = 0

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._root and name != "w:document":
            raise KjxmError("incoming.kind", name=self._name)
        self._root = False
        if name in ("w:t", "w:delText"):
            self._takes = True
        elif name == "w:r":
            self._runs.append(_Run(bool(self._open) and self._open[-1].hidden))
        elif name in _DELETED or name == _OTHER_SPELLING or name.endswith("PrChange"):
            self._skipped.append(name)
        elif name == "w:p":
            self._open.append(_Paragraph())
        elif name == "w:pPr":
            self._of_paragraph += 1
        elif name in _SIGNS and self._runs and not self._of_paragraph:
            self._take(_SIGNS[name])
        elif name in _COUNTED:
            self._around.append((name, False))
        elif not self._skipped:
            self._on_look(name, attributes.get("w:val", ""))

    def _on_look(self, name: str, told: str) -> None:
        if self._of_paragraph:
            if name == "w:pStyle" and self._open and told in self._hidden_styles:
                self._open[-1].hidden = True
        elif name == "w:vanish" and self._runs:
            self._runs[-1].hidden = told not in _OFF
        elif name == "w:rStyle" and self._runs and told in self._hidden_styles:
            self._runs[-1].hidden = True

    def on_end(self, name: str) -> None:
        if self._skipped and name == self._skipped[-1]:
            self._skipped.pop()
            if name in _DELETED and self._cut:
                self._counts["deleted"] += 1
            self._cut = False
        elif name in ("w:t", "w:delText"):
            self._takes = False
        elif name == "w:pPr":
            self._of_paragraph -= 1
        elif name == "w:r" and self._runs:
            if self._runs.pop().hidden and self._cut:
                self._counts["hidden"] += 1
                self._cut = False
        elif name == "w:p" and self._open:
            self._end_paragraph(self._open.pop())
        elif self._around and name == self._around[-1][0]:
            _, took = self._around.pop()
            self._counts[_COUNTED[name]] += took
            if took and self._around:
                self._around[-1] = (self._around[-1][0], True)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        if self._skipped:
            return
        text = "".join(paragraph.parts)
        self._counts["invisible"] += rich_text.invisible_in(text)
        self.paragraphs.append(rich_text.clean_text(text))
        if len(self.paragraphs) > MOST_PARAGRAPHS:
            raise KjxmError("incoming.unfolds", name=self._name, limit=64)

    def on_text(self, text: str) -> None:
        if self._takes:
            self._take(text)

    def _take(self, text: str) -> None:
        if self._skipped or (self._runs and self._runs[-1].hidden):
            self._cut = self._cut or bool(text.strip())
            return
        if not self._open:
            return
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise KjxmError("incoming.unfolds", name=self._name, limit=64)
        self._open[-1].parts.append(text)
        if self._around and text.strip():
            self._around[-1] = (self._around[-1][0], True)

    def remarks(self) -> Iterator[Remark]:
        """Yield what was taken along and what was left out, and how often."""
        for kind in ("inserted", "deleted", "hidden", "controls", "invisible"):
            if self._counts[kind]:
                yield Remark(f"paste.word.{kind}", {"count": self._counts[kind]})
