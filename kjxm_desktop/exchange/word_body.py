"""The body of a Word document as a reader sees it: paragraphs with marks, tables, pictures and formulas, in order.

Read as a stream, with insertions and form fields, without what was deleted or hidden; what is left out is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from kjxm_desktop.core import rich_text, xml_stream
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.omml import Collector
from kjxm_desktop.core.pasted_html import Dropped
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange.word_items import Formula, Item, Paragraph, Picture, Table, symbol
from kjxm_desktop.exchange.word_styles import OFF, Numbering, Styles, read_mark, to_int
from kjxm_desktop.exchange.word_text import MOST_CHARACTERS, MOST_PARAGRAPHS

_TINY_HALF_POINTS: Final = 3
_WHITE: Final = "ffffff"
_LEFT_OUT: Final[Mapping[str, Dropped]] = {  # elements whose text is not taken, and as what it is told
    "w:del": "deleted", "w:moveFrom": "deleted", "w:txbxContent": "box", "w:rt": "other",
}  # fmt: skip
_AGAIN: Final = "mc:Fallback"  # the same again, for programs that do not know how it is told before
_SIGNS: Final = {"w:tab": " ", "w:ptab": " ", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_REFERENCES: Final[Mapping[str, Dropped]] = {
    "w:footnoteReference": "note", "w:endnoteReference": "note", "w:commentReference": "comment", "w:altChunk": "other",
}  # fmt: skip
_DRAWN: Final = ("/chart", "/chartex", "/diagram")  # how the purpose of a drawing ends that is no picture


@dataclass(frozen=True)
class Body:
    """What stands in a document, and how much of each kind was left out."""

    items: list[Item]
    dropped: Mapping[Dropped, int]


def read(pieces: Iterable[bytes], name: str, styles: Styles, numbering: Numbering) -> Body:
    """Return the body of the document part in `pieces`.

    Raises KjxmError incoming.kind when it is no document of Word, incoming.damaged or incoming.unfolds; `name` is that
    of the file.
    """
    reader = _BodyReader(name, styles, numbering)
    xml_stream.read(pieces, reader, name)
    return Body(reader.items, dict(+reader.dropped))


def _is_skipped(name: str) -> bool:
    return name in _LEFT_OUT or name == _AGAIN or name.endswith("PrChange")


@dataclass
class _Run:
    marks: dict[str, bool] = field(default_factory=dict[str, bool])
    hidden: bool = False
    white: bool = False
    shaded: bool = False


@dataclass
class _Open:
    """A paragraph that is open: what was taken, pictures and formulas that follow it, what its properties say."""

    made: Paragraph = field(default_factory=Paragraph)
    behind: list[Item] = field(default_factory=list[Item])
    style: str = ""
    hidden: bool = False
    shaded: bool = False
    number: str | None = None
    depth: int | None = None
    joins: bool = False  # with the next one: the end of it was deleted


@dataclass
class _Cell:
    items: list[Item]
    span: int = 1


@dataclass
class _Rows:
    made: Table = field(default_factory=Table)
    cells: list[_Cell] = field(default_factory=list[_Cell])
    deleted: bool = False
    heads: bool = False


class _BodyReader:
    """Hears of the elements; a paragraph inside a text box lies inside the run that holds the box."""

    def __init__(self, name: str, styles: Styles, numbering: Numbering) -> None:
        self.items: list[Item] = []
        self.dropped: Counter[Dropped] = Counter()
        self._name, self._styles, self._numbering = name, styles, numbering
        self._root = True
        self._into = [self.items]  # the document, then the cells that are open
        self._tables: list[_Rows] = []
        self._open: list[_Open] = []
        self._runs: list[_Run] = []
        self._joined: _Open | None = None
        self._skipped: list[str] = []
        self._cut = False  # something was passed over since the last that was taken
        self._in: Counter[str] = Counter()  # properties and parts of drawings that are open
        self._takes = False
        self._formula: Collector | None = None
        self._formulas = 0  # how many elements of the formula are open
        self._display: list[str] = []
        self._alt = ""
        self._contents = 0
        self._controls: list[bool] = []  # open controls, and whether each is a table of contents
        self._characters = self._paragraphs = 0

    # ---- elements

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._root and name != "w:document":
            raise KjxmError("incoming.kind", name=self._name)
        self._root = False
        if self._formula is not None:
            self._formulas += 1
            self._formula.on_start(name, attributes)
            self._takes = name == "m:t"
        elif self._skipped:
            if name == self._skipped[-1] or _is_skipped(name):
                self._skipped.append(name)
            self.dropped["picture"] += name == "a:blip" and self._skipped[-1] == "w:txbxContent"
            self._takes = self._takes or name in ("w:t", "w:delText")
        elif _is_skipped(name) and not (name == "w:del" and self._on_deleted_mark()):
            self._skipped.append(name)
        else:
            self._on_part(name, attributes)

    def _on_deleted_mark(self) -> bool:
        """Hear that a row or the end of a paragraph was deleted, if that is what an empty deletion stands for."""
        if self._in["w:trPr"] and self._tables:
            self._tables[-1].deleted = True
            return True
        if self._in["w:pPr"] and self._open:
            self._open[-1].joins = True
            return True
        return False

    def _on_part(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "w:t":
                self._takes = True
            case "w:r":
                self._runs.append(_Run(hidden=bool(self._open) and self._open[-1].hidden))
            case "w:p":
                self._open.append(_Open(style=self._styles.default))
            case "w:tbl":
                self._tables.append(_Rows())
            case "w:tr" if self._tables:
                self._tables[-1].cells, self._tables[-1].deleted = [], False
            case "w:tc" if self._tables:
                cell = _Cell([])
                self._tables[-1].cells.append(cell)
                self._into.append(cell.items)
            case _:
                self._on_frame(name, attributes)

    def _on_frame(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "w:pPr" | "w:rPr" | "w:trPr" | "w:tcPr" | "w:object" | "w:pict" | "w:drawing":
                self._in[name] += 1
                self._alt = "" if name in ("w:pict", "w:drawing") else self._alt
            case "w:sdt":
                self._controls.append(False)
            case "w:docPartGallery" if self._controls and "contents" in attributes.get("w:val", "").lower():
                self.dropped["contents"] += 1
                self._pass_control()
            case "w:showingPlcHdr" if self._controls and attributes.get("w:val", "") not in OFF:
                self._pass_control()  # what Word shows where nobody has written: no text of anybody
            case "m:oMath":
                self._formula, self._formulas = Collector(), 1
            case "m:oMathPara":
                self._display = []
                self._in[name] += 1
            case _:
                self._on_detail(name, attributes)

    def _pass_control(self) -> None:
        """Take nothing of the control that is open."""
        if not self._controls[-1]:
            self._controls[-1] = True
            self._contents += 1

    def _on_detail(self, name: str, attributes: Mapping[str, str]) -> None:
        told = attributes.get("w:val", "")
        if name in _SIGNS and self._runs and not self._in["w:pPr"]:
            if attributes.get("w:type", "") not in ("page", "column"):
                self._take(_SIGNS[name])
        elif name in _REFERENCES:
            self.dropped[_REFERENCES[name]] += 1
        elif self._in["w:rPr"] and self._runs:
            self._on_looks(self._runs[-1], name, attributes)
        elif self._in["w:pPr"] and self._open:
            self._on_paragraph(self._open[-1], name, told, attributes)
        elif self._tables and name == "w:gridSpan" and self._tables[-1].cells:
            self._tables[-1].cells[-1].span = max(1, min(to_int(told, 1), rich_text.MOST_COLUMNS))
        elif self._tables and name == "w:tblHeader":
            self._tables[-1].heads = self._tables[-1].heads or (told not in OFF and not self._tables[-1].made.rows)
        elif name == "w:sym":
            self._on_symbol(attributes)
        elif name == "w:hyperlink":
            self.dropped["link"] += "r:id" in attributes and not self._contents
        else:
            self._on_drawing(name, attributes)

    def _on_looks(self, run: _Run, name: str, attributes: Mapping[str, str]) -> None:
        told = attributes.get("w:val", "")
        match name:
            case "w:vanish":
                run.hidden = told not in OFF
            case "w:rStyle":
                run.hidden = run.hidden or self._styles.is_hidden(told)
                run.marks = self._styles.marks(told) | run.marks
            case "w:color":
                run.white = told.lower() == _WHITE
            case "w:shd" | "w:highlight":
                run.shaded = True
            case "w:sz":
                run.hidden = run.hidden or to_int(told, 24) <= _TINY_HALF_POINTS
            case _:
                read_mark(run.marks, name, told)

    def _on_paragraph(self, paragraph: _Open, name: str, told: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "w:pStyle":
                paragraph.style = told
                paragraph.hidden = self._styles.is_hidden(told)
            case "w:outlineLvl":
                level = to_int(told, 9)
                paragraph.made.level = level if level < 9 else -1
            case "w:numId":
                paragraph.number = told
            case "w:ilvl":
                paragraph.depth = to_int(told, 0)
            case "w:shd":
                paragraph.shaded = attributes.get("w:fill", "auto").lower() not in ("auto", _WHITE)
            case _:
                pass

    def _on_symbol(self, attributes: Mapping[str, str]) -> None:
        sign = symbol(attributes.get("w:font", ""), attributes.get("w:char", ""))
        if sign is None:
            self.dropped["sign"] += 1
        else:
            self._take(sign)

    def _on_drawing(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "wp:docPr":
                self._alt = attributes.get("descr", "") or attributes.get("title", "")
            case "a:blip":
                self._picture(attributes.get("r:embed", ""))
            case "v:shape" if attributes.get("alt"):
                self._alt = attributes["alt"]
            case "v:imagedata" if not self._in["w:object"]:
                self._picture(attributes.get("r:id", ""))
            case "a:graphicData" if attributes.get("uri", "").endswith(_DRAWN):
                self.dropped["other"] += 1
            case "o:OLEObject":
                equation = attributes.get("ProgID", "").lower().startswith("equation")
                self.dropped["equation_object" if equation else "other"] += 1
            case _:
                pass

    def _picture(self, link: str) -> None:
        if self._runs and self._runs[-1].hidden:
            return
        if not link:
            self.dropped["picture"] += 1
        elif self._open:
            self._open[-1].behind.append(Picture(link, rich_text.clean_line(self._alt)))

    # ---- text

    def on_text(self, text: str) -> None:
        if not self._takes:
            return
        if self._formula is not None:
            self._formula.on_text(text)
        else:
            self._take(text)

    def _take(self, text: str) -> None:
        run = self._runs[-1] if self._runs else None
        if self._skipped or self._contents or (run is not None and self._is_hidden(run)):
            self._cut = self._cut or bool(text.strip())
            return
        if not self._open:
            return
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise KjxmError("incoming.unfolds", name=self._name, limit=64)
        marks = run.marks if run is not None else {}
        if marks.get("struck") and text.strip():
            self.dropped["struck"] += 1
        told = {mark: True for mark in rich_text.MARKS if marks.get(mark)}
        self._put({"text": text, **told})

    def _is_hidden(self, run: _Run) -> bool:
        """Tell whether nobody could see a run: white on white only where no table has a ground of its own."""
        white = run.white and not (run.shaded or self._tables or (self._open and self._open[-1].shaded))
        return run.hidden or white

    def _put(self, run: dict[str, Json]) -> None:
        """Put a run into the open paragraph, behind the pictures that stand in it as well: these begin a new one."""
        paragraph = self._open[-1]
        last = paragraph.behind[-1] if paragraph.behind else paragraph.made
        if not isinstance(last, Paragraph):
            last = Paragraph()
            paragraph.behind.append(last)
        last.runs.append(run)

    # ---- ends

    def on_end(self, name: str) -> None:
        if self._formula is not None:
            self._end_formula()
        elif self._skipped:
            self._takes = False if name in ("w:t", "w:delText") else self._takes
            if name == self._skipped[-1]:
                self._end_skipped(self._skipped.pop())
        else:
            self._on_part_end(name)

    def _end_skipped(self, name: str) -> None:
        if not self._skipped:
            if self._cut and name in _LEFT_OUT:
                self.dropped[_LEFT_OUT[name]] += 1
            self._cut = False

    def _end_formula(self) -> None:
        self._formulas -= 1
        self._takes = False
        made = self._formula
        if self._formulas:
            cast("Collector", made).on_end()
            return
        self._formula = None
        if made is None or self._contents or not self._open or (self._runs and self._runs[-1].hidden):
            return
        latex = made.latex()
        if latex is None:
            characters = rich_text.clean_line(made.characters()).strip()
            self.dropped["equation"] += bool(characters)
            self._put({"text": characters})
        elif self._in["m:oMathPara"]:
            self._display.append(latex)
        else:
            self._put({"formula": latex})

    def _on_part_end(self, name: str) -> None:
        match name:
            case "w:t":
                self._takes = False
            case "w:r" if self._runs:
                run = self._runs.pop()
                if self._is_hidden(run) and self._cut and not self._contents:
                    self.dropped["hidden"] += 1
                self._cut = False
            case "w:p" if self._open:
                self._end_paragraph(self._open.pop())
            case "w:tc" if self._tables and len(self._into) > 1:
                self._into.pop()
            case "w:tr" if self._tables:
                self._end_row(self._tables[-1])
            case "w:tbl" if self._tables:
                self._end_table(self._tables.pop())
            case _:
                self._on_frame_end(name)

    def _on_frame_end(self, name: str) -> None:
        match name:
            case "m:oMathPara":
                self._in[name] -= 1
                self._end_display()
            case "w:sdt" if self._controls:
                self._contents -= self._controls.pop()
            case _ if self._in[name]:
                self._in[name] -= 1
            case _:
                pass

    def _end_display(self) -> None:
        """Put formulas of a line of their own behind the paragraph; beside text they stay in the line."""
        if not self._open:
            return
        paragraph = self._open[-1]
        paragraph.behind += [Formula(latex) for latex in self._display]
        self._display = []

    def _end_paragraph(self, paragraph: _Open) -> None:
        self._paragraphs += 1
        if self._paragraphs > MOST_PARAGRAPHS:
            raise KjxmError("incoming.unfolds", name=self._name, limit=64)
        if self._styles.is_contents(paragraph.style):
            self.dropped["contents"] = max(1, self.dropped["contents"])
            return
        if self._joined is not None:
            before, self._joined = self._joined, None
            paragraph.made.runs = [*before.made.runs, *paragraph.made.runs]
            paragraph.behind = [*before.behind, *paragraph.behind]
        if paragraph.joins:
            self._joined = paragraph
            return
        self._finish(paragraph)

    def _finish(self, paragraph: _Open) -> None:
        made = paragraph.made
        if made.level is None:
            made.level = self._styles.level(paragraph.style)
        made.level = None if made.level is not None and made.level < 0 else made.level
        made.is_caption = self._styles.is_caption(paragraph.style)
        said = bool(made.text.strip())
        for part in (made, *(item for item in paragraph.behind if isinstance(item, Paragraph))):
            self.dropped["invisible"] += rich_text.invisible_in(part.text)
        if said or not paragraph.behind:
            told = self._styles.counted(paragraph.style)
            number = paragraph.number if paragraph.number is not None else told[0] if told else None
            depth = paragraph.depth if paragraph.depth is not None else told[1] if told else 0
            if number not in (None, "0"):
                made.counted = self._numbering.next(str(number), depth)
        into = self._into[-1]
        into += [made] if said else []
        into += [item for item in paragraph.behind if not isinstance(item, Paragraph) or item.text.strip()]

    def _end_row(self, rows: _Rows) -> None:
        row: list[list[Item]] = []
        for cell in rows.cells:
            row += [cell.items, *([] for _ in range(cell.span - 1))]
        if row and not rows.deleted:
            rows.made.rows.append(row)

    def _end_table(self, rows: _Rows) -> None:
        table = rows.made
        if not table.rows:
            return
        first = [item for cell in table.rows[0] for item in cell if isinstance(item, Paragraph)]
        bold = bool(first) and all(item.is_bold for item in first)
        table.header = len(table.rows) > 1 and (rows.heads or bold)
        self._into[-1].append(table)
