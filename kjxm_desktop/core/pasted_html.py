"""Formatted text from other programs: what blocks can hold is kept, hidden text and everything else is dropped.

Nothing that the text names is ever loaded, and no step of the way costs more than the text is long.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from kjxm_desktop.core import html_formulas, html_looks, html_styles, html_tokens, rich_text
from kjxm_desktop.core.html_apart import Apart, apart_of
from kjxm_desktop.core.html_formulas import Formula
from kjxm_desktop.core.html_looks import Look
from kjxm_desktop.core.html_out import to_html
from kjxm_desktop.core.html_pieces import WHITE, Line, Table
from kjxm_desktop.core.html_styles import Element, StyleSheet
from kjxm_desktop.core.html_tokens import Comment, End, Start, Text, TooMuchError
from kjxm_desktop.core.json_pointer import Json

__all__ = [
    "KINDS", "LIMIT_CHARACTERS", "LIMIT_DEPTH", "Dropped", "Pasted", "TooMuchError", "read", "read_plain", "to_html",
]  # fmt: skip

LIMIT_CHARACTERS: Final = 2_000_000
LIMIT_DEPTH: Final = 100
LIMIT_PLAIN_CHARACTERS: Final = 1_000_000
LIMIT_PLAIN_LINES: Final = 20_000

Dropped = Literal[
    "hidden", "deleted", "struck", "invisible", "picture", "link", "note", "comment", "box", "contents", "sign",
    "equation", "equation_object", "other", "table", "looks", "all",
]  # fmt: skip

KINDS: Final[tuple[Dropped, ...]] = (
    "all", "looks", "hidden", "deleted", "struck", "invisible", "note", "comment", "box", "contents", "table",
    "equation", "equation_object", "picture", "sign", "link", "other",
)  # fmt: skip
"""In the order in which a sentence tells of them."""

_SILENT = frozenset(["head", "noscript", "script", "style", "template", "title", "xml"])
_OTHER = frozenset({
    "applet", "audio", "canvas", "datalist", "iframe", "meter", "noembed", "noframes", "object", "progress", "select",
    "textarea", "video",
})  # fmt: skip
_UNSEEN = frozenset({"annotation", "annotation-xml", "rp", "svg"})
_CLOSED = frozenset({"details", "dialog"})  # unless they are told to be open
_PICTURES = frozenset({"img", "v:imagedata", "svg"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BREAKING = _HEADINGS | frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav",
    "option", "p", "pre", "section", "summary",
})  # fmt: skip
_TABLE = frozenset(["table", "caption", "colgroup", "thead", "tbody", "tfoot", "tr", "td", "th"])
_CELLS = frozenset({"td", "th"})
_ENDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {  # what a tag closes, up to what
    **{tag: (frozenset({"p"}), _CELLS | {"table", "li"}) for tag in (*_BREAKING, "table", "ul", "ol")},
    "li": (frozenset({"li", "p"}), frozenset({"ul", "ol", "table"})),
    "dt": (frozenset({"dt", "dd", "p"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd", "p"}), frozenset({"dl", "table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
    **{tag: (_CELLS, frozenset({"table"})) for tag in _CELLS},
    **{tag: (_CELLS | {"tr"}, frozenset({"table"})) for tag in ("tr", "thead", "tbody", "tfoot")},
}
_LEVEL = re.compile(r"level(\d)")
_COUNTED = re.compile(r"\d|[\u4e00-\u9fff\u2460-\u24ff]|[a-zA-Z][.)、．）:]")
_MOST_LABEL: Final = 20
_LINE_ENDS: Final = "\n\r\x0b\x0c\x85\u2028\u2029"


@dataclass(frozen=True)
class Pasted:
    """The blocks of a text from elsewhere, how much of each kind was dropped, and the pictures that came along.

    `pictures` are the bytes that blocks name by their digest: whoever takes the blocks keeps them first.
    """

    blocks: list[Json]
    dropped: Mapping[Dropped, int]
    pictures: tuple[bytes, ...] = ()


PictureOf = Callable[[int, str], str | None]
"""Returns the digest under which a picture is kept, by its place among the pictures and its address; None for none."""


def _no_picture(_place: int, _address: str) -> None:
    """Return no digest: nothing that a text names is loaded."""


def read(source: str, picture_of: PictureOf = _no_picture) -> Pasted:
    """Return the blocks of formatted text and what was dropped; `picture_of` tells which pictures come along.

    `hidden` counts runs of text that nobody could see and tracked deletions, `struck` runs that are struck out by their
    looks alone: anybody sees that text, so it stays and the line through it goes. `invisible` counts characters without
    a shape, `table` tables too large to stay one. Raises TooMuchError beyond 2 million characters, 100 levels or as
    many tags as `html_tokens` takes.
    """
    if len(source) > LIMIT_CHARACTERS:
        raise TooMuchError
    reader = _Reader(html_styles.late_sheets(source), picture_of)
    for token in html_formulas.with_formulas(html_tokens.tokens(source)):
        if isinstance(token, Formula):
            reader.on_formula(token)
        elif isinstance(token, Comment):
            if token.text.strip() == "EndFragment":
                break
            reader.on_comment(token.text.strip())
        elif isinstance(token, Start):
            reader.on_start(token.name, token.attributes)
        elif isinstance(token, End):
            reader.on_end(token.name)
        else:
            reader.on_text(token)
    return Pasted(rich_text.normalise(reader.finish()), dict(+reader.dropped))


def read_plain(text: str) -> Pasted:
    """Return the blocks of plain text, a paragraph a line, and how many invisible characters were dropped.

    Beyond a million characters or 20,000 lines, which no proposal has, it is dropped, `all` of it.
    """
    if len(text) > LIMIT_PLAIN_CHARACTERS or sum(map(text.count, _LINE_ENDS)) > LIMIT_PLAIN_LINES:
        return Pasted([], {"all": 1})
    unseen = rich_text.invisible_in(text)
    return Pasted(rich_text.normalise(text), {"invisible": unseen} if unseen else {})


class _Open(NamedTuple):
    """A tag that is open: how text looked before it, and whether it began a paragraph, a list or a table."""

    name: str
    attributes: Mapping[str, str]
    before: Look
    acts: bool
    apart: Apart | None = None


@dataclass
class _Numbered:
    """A paragraph that Word numbers: its level, and the number or bullet that Word wrote before it."""

    level: int
    heading: bool
    label: str = ""

    @property
    def counted(self) -> bool:
        return _COUNTED.search(self.label) is not None


class _Reader:
    """Collects blocks from tags of a short list; text of everything else is kept, its looks are not."""

    def __init__(self, sheets: Sequence[str] = (), picture_of: PictureOf = _no_picture) -> None:
        """Begin to read; `sheets` are all style sheets there are, none when they are met on the way."""
        self._picture_of, self._pictures = picture_of, 0
        self._behind: list[Json] = []  # pictures that follow the list or the table that is open
        self.dropped: Counter[Dropped] = Counter()
        self._blocks: list[Json] = []
        self._line = Line()
        self._open: list[_Open] = []
        self._look = Look()
        self._around: list[Element] = []  # as many as are open
        self._sheet = StyleSheet()
        self._meets_sheets = not sheets
        for sheet in sheets:
            self._sheet.add(sheet)
        self._lists: list[bool] = []
        self._items: list[Json] | None = None
        self._numbered: _Numbered | None = None
        self._table: Table | None = None
        self._inner_tables = 0
        self._outside: Line | None = None  # the line around the table while a cell is open
        self._cell: tuple[str, int, int] = ("td", 1, 1)
        self._hiding: Dropped | None = None  # as what the last text was told that was not taken
        self._striking = False
        self._whole = True

    # ---- tokens

    def on_comment(self, told: str) -> None:
        """Forget what stands before the part that was copied."""
        if told == "StartFragment" and self._whole:
            self._whole = False
            self._blocks, self._line, self._behind = [], Line(), []
            self._items, self._numbered, self._pictures = None, None, 0
            self.dropped.clear()
            if self._table is not None:
                self._table = Table()
                self._table.row()

    def on_start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open a tag."""
        if tag in html_tokens.VOID:
            self._on_void(tag, attributes)
            return
        self._imply_ends(tag)
        if len(self._open) >= LIMIT_DEPTH:
            raise TooMuchError
        before = self._look
        element = Element(tag, attributes)
        style = self._sheet.style(element, self._around)
        self._look = html_looks.look_of(self._look_around(tag), tag, attributes, style)
        if tag in _SILENT or tag in _OTHER or tag in _UNSEEN:
            if not before.gone:
                self.dropped.update(_kind_of(tag))
            self._look = Look(gone=True)
        elif tag in _CLOSED and "open" not in attributes:
            if not before.gone:
                self._break()
            self._look = Look(gone=True)
        apart = apart_of(tag, attributes, style)
        if apart is not None:
            self._look = Look(gone=True)
        acts = not self._look.gone
        self._open.append(_Open(tag, attributes, before, acts, apart))
        self._around.append(element)
        if acts:
            self._on_structure(tag, attributes, style)

    def _look_around(self, tag: str) -> Look:
        """Return how text looks where a tag begins: of what is closed the summary can be seen."""
        if tag == "summary" and self._open and self._open[-1].name == "details":
            return self._open[-1].before
        return self._look

    def _on_void(self, tag: str, attributes: Mapping[str, str]) -> None:
        place = self._pictures
        self._pictures += tag in _PICTURES
        if self._look.gone:
            return
        if tag in ("br", "hr"):
            self._break()
        elif tag in _PICTURES:
            self._on_picture(place, attributes)

    def _on_picture(self, place: int, attributes: Mapping[str, str]) -> None:
        """Take a picture that comes along, on a line of its own; of others it is counted that they do not."""
        digest = self._picture_of(place, attributes.get("src", ""))
        if digest is None:
            self.dropped["picture"] += 1
            return
        words = rich_text.clean_line(attributes.get("alt", "")).strip()[: rich_text.MOST_CAPTION]
        self._behind.append({"type": "picture", "media": digest, **({"alt": words} if words else {})})
        self._break()

    def on_formula(self, formula: Formula) -> None:
        """Take a formula; of one that cannot be told as LaTeX its characters."""
        if self._look.hidden:
            self._on_hidden(formula.characters)
            return
        if not formula.latex or len(formula.latex) > rich_text.MOST_FORMULA:
            self.dropped["equation"] += 1
            self._line.add(formula.characters, self._look)
        elif formula.display and self._outside is None and not self._lists:
            self._flush()
            self._blocks.append({"type": "formula", "latex": formula.latex})
            self._items = None
        else:
            self._line.formula(formula.latex)

    def _on_structure(self, tag: str, attributes: Mapping[str, str], style: Mapping[str, str]) -> None:
        if tag in _BREAKING:
            self._break()
            told = style.get("mso-list", "")
            if told not in ("", "ignore", "none") and self._outside is None:
                level = _LEVEL.search(told)
                self._numbered = _Numbered(int(level[1]) if level else 1, tag in _HEADINGS)
        elif tag in ("ul", "ol"):
            self._flush()
            self._lists.append(tag == "ol")
        elif tag == "li":
            self._flush()
        elif tag in _TABLE:
            self._on_table(tag, attributes)
        elif tag == "a" and attributes.get("href", "#")[:1] not in ("", "#"):
            self.dropped["link"] += 1

    def _on_table(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._inner_tables or (tag == "table" and self._table is not None):
            self._inner_tables += tag == "table"
            self._line.part()
        elif tag == "table":
            self._flush()
            self._table = Table()
        elif self._table is None:
            self._break()
        elif tag == "tr":
            self._table.row()
        elif tag in _CELLS:
            self._outside, self._line = self._line, Line()
            self._cell = (tag, _span(attributes.get("colspan", "")), _span(attributes.get("rowspan", "")))

    def on_end(self, tag: str) -> None:
        """Close a tag, and those inside it that were left open."""
        if tag == "br":
            self._on_void(tag, {})
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at].name == tag:
                self._close_to(at)
                return
            if self._open[at].name in _TABLE and tag not in _TABLE:
                return  # an end tag reaches out of no cell

    def _imply_ends(self, tag: str) -> None:
        """Close what a tag ends without saying so: a paragraph ends where the next begins."""
        closed, walls = _ENDS.get(tag, (frozenset[str](), frozenset[str]()))
        found = None
        for at in range(len(self._open) - 1, -1, -1) if closed else ():
            if self._open[at].name in walls and self._open[at].name not in closed:
                break
            if self._open[at].name in closed:
                found = at
        if found is not None:
            self._close_to(found)

    def _close_to(self, at: int) -> None:
        while len(self._open) > at:
            name, _, before, acts, _ = self._open.pop()
            self._around.pop()
            self._look = before
            if acts:
                self._on_structure_end(name)

    def _on_structure_end(self, tag: str) -> None:
        if tag in _BREAKING:
            self._break()
            if self._outside is None:
                self._numbered = None
        elif tag == "li":
            self._flush()
        elif tag in ("ul", "ol"):
            self._flush()
            self._lists.pop()
            if not self._lists:
                self._items = None
                self._flush()
        elif tag in _TABLE:
            self._on_table_end(tag)

    def _on_table_end(self, tag: str) -> None:
        if self._inner_tables:
            self._inner_tables -= tag == "table"
            self._line.part()
        elif self._table is None:
            self._break()
        elif tag in _CELLS and self._outside is not None:
            self._table.cell(self._line.runs(), *self._cell)
            self._line, self._outside = self._outside, None
        elif tag == "table":
            self._flush()
            made, too_large = self._table.blocks()
            self._blocks += made
            self.dropped["table"] += too_large
            self._table, self._items = None, None
            self._flush()

    # ---- text

    def on_text(self, token: Text) -> None:
        """Take text, or note that it was hidden."""
        text = token.text
        if self._meets_sheets and self._open and html_styles.is_sheet(self._open[-1].name, self._open[-1].attributes):
            self._sheet.add(text)
        if self._look.hidden:
            self._on_hidden(text)
            return
        if self._look.label and self._numbered is not None:
            self._numbered.label = (self._numbered.label + text.strip(WHITE + "\xa0"))[:_MOST_LABEL]
            return
        if text.strip():
            self._hiding = None
            self.dropped["struck"] += self._look.struck and not self._striking
            self._striking = self._look.struck
        self.dropped["invisible"] += rich_text.invisible_in(text)
        if not self._look.lines:
            self._line.add(text, self._look)
            return
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
            if number:
                self._break()
            self._line.add(line, self._look)

    def _on_hidden(self, text: str) -> None:
        named = any(entry.name in _SILENT or entry.name in _OTHER or entry.name == "svg" for entry in self._open)
        if not text.strip() or named:
            return
        apart = next((entry.apart for entry in self._open if entry.apart is not None), None)
        kind: Dropped = "hidden" if apart is None else apart.kind
        if kind != self._hiding:
            self.dropped[kind] += not (apart is not None and apart.listed and self.dropped[kind])
        self._hiding = kind

    def _break(self) -> None:
        """End a paragraph; inside an item of a list or a cell, which are one line each, leave a space."""
        if self._outside is not None or self._lists:
            self._line.part()
        else:
            self._flush()

    def _flush(self) -> None:
        """Make a block of the line, or an item of the list that stands open."""
        if self._outside is not None:
            self._line.part()
            return
        runs, self._line = self._line.runs(), Line()
        if runs:
            self._put(runs)
        if self._behind and not self._lists and self._table is None:
            self._blocks += self._behind
            self._behind, self._items = [], None

    def _put(self, runs: list[Json]) -> None:
        ordered = self._lists[-1] if self._lists else None
        if self._numbered is not None and ordered is None:
            if self._numbered.heading or (self._numbered.counted and self._numbered.level > 1):
                runs = [{**runs[0], "text": f"{self._numbered.label} "}, *runs] if self._numbered.label else runs
            else:
                ordered = self._numbered.counted
            self._numbered = None
        if ordered is None:
            self._items = None
            self._blocks.append({"type": "paragraph", "runs": runs})
        elif self._items is not None and self._blocks[-1]["ordered"] == ordered:
            self._items.append(runs)
        else:
            self._items = [runs]
            self._blocks.append({"type": "list", "ordered": ordered, "items": self._items})

    def finish(self) -> list[Json]:
        """Return all blocks."""
        self._close_to(0)
        self._flush()
        return self._blocks


def _kind_of(tag: str) -> dict[Dropped, int]:
    """Return what is dropped with a tag whatever stands in it; of a deletion its text is counted."""
    return {"other": 1} if tag in _OTHER else {"picture": 1} if tag == "svg" else {}


def _span(told: str) -> int:
    return max(1, min(int(told), rich_text.MOST_ROWS)) if told.isascii() and told.isdecimal() and len(told) < 6 else 1
