"""Formatted text from other programs: what blocks can hold is kept, hidden text and everything else is dropped."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Sequence
from html.parser import HTMLParser

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.override import override

LIMIT_CHARACTERS = 5_000_000
LIMIT_DEPTH = 100
LIMIT_S = 0.5

_VOID = {"br", "img", "hr", "meta", "link", "input", "col", "wbr", "base", "area", "source", "embed", "param", "track"}
_SILENT = {"head", "script", "style", "title", "template", "noscript"}
_UNSEEN = {"del", "iframe", "object", "svg", "canvas", "video", "audio", "select", "textarea"}
_BREAKING = {
    "p",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "section",
    "article",
    "dt",
    "dd",
    "tr",
}
_MARK_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "sub": "sub", "sup": "sup", "h1": "bold", "h2": "bold", "h3": "bold", "h4": "bold", "h5": "bold", "h6": "bold",
}  # fmt: skip
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:0(?![.\d]*[1-9])|(?<![-\w])color:(white|#fff(fff)?\b|rgb\(255,255,255\))"
)
_WRAPPED = re.compile(r"[ \t\r\n]*\n[ \t\r\n]*")
_WHITE = re.compile(r"[ \t\r\n]+")
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


class TooMuchError(Exception):
    """The text is too large, too deep or too slow to read; its plain form is taken instead."""


def from_html(source: str) -> tuple[list[Json], set[str]]:
    """Return the blocks of formatted text and the kinds of what was dropped: `hidden`, `picture`, `link`, `other`.

    Nothing that the text names is ever loaded. Raises TooMuchError beyond 5 million characters, 100 levels or 0.5 s.
    """
    if len(source) > LIMIT_CHARACTERS:
        raise TooMuchError
    start = source.find("<!--StartFragment-->")
    end = source.find("<!--EndFragment-->")
    reader = _Reader()
    for at in range(max(start, 0), end if end > start >= 0 else len(source), 20_000):
        reader.feed(source[at : min(at + 20_000, end if end > start >= 0 else len(source))])
    reader.close()
    return rich_text.normalise(reader.finish()), reader.dropped


class _Reader(HTMLParser):
    """Collects blocks from tags of a short list; text of everything else is kept, its looks are not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.dropped: set[str] = set()
        self._began = time.monotonic()
        self._blocks: list[Json] = []
        self._runs: list[Json] = []
        self._open: list[tuple[str, str | None, bool]] = []
        self._hidden = 0
        self._lists: list[bool] = []
        self._items: list[list[Json]] | None = None
        self._word_item: bool | None = None
        self._label = ""
        self._table: list[list[list[Json]]] | None = None

    # ---- tags

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        if time.monotonic() - self._began > LIMIT_S or len(self._open) > LIMIT_DEPTH:
            raise TooMuchError
        told = {name: value or "" for name, value in attrs}
        style = "".join(told.get("style", "").lower().split())
        if tag in _VOID:
            self._on_void(tag)
            return
        hides = tag in _SILENT or tag in _UNSEEN or "hidden" in told or bool(_HIDDEN.search(style))
        if hides and tag not in _SILENT:
            self.dropped.add("hidden" if tag not in _UNSEEN or tag == "del" else "other")
        self._on_structure(tag, style)
        ignore = "mso-list:ignore" in style
        self._hidden += hides
        self._open.append((tag, "label" if ignore else _mark(tag, style), hides))
        if tag == "a" and told.get("href"):
            self.dropped.add("link")

    def _on_void(self, tag: str) -> None:
        if self._hidden:
            return
        if tag == "br":
            self._end_line()
        elif tag == "img":
            self.dropped.add("picture")

    def _on_structure(self, tag: str, style: str) -> None:
        if self._hidden:
            return
        if tag in _BREAKING and self._table is None:
            self._end_line()
            if tag == "p" and "mso-list:" in style:
                self._word_item, self._label = False, ""
        elif tag in ("ul", "ol"):
            self._end_line()
            self._lists.append(tag == "ol")
        elif tag == "li":
            self._end_line()
        elif tag == "table":
            self._end_line()
            self._table = []
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in ("td", "th") and self._table is not None:
            self._runs = []

    @override
    def handle_endtag(self, tag: str) -> None:
        """Close a tag, and those inside it that were left open."""
        if tag in _VOID or tag not in (name for name, _, _ in self._open):
            return
        while self._open:
            name, _, hides = self._open.pop()
            self._hidden -= hides
            if not hides and not self._hidden:
                self._on_structure_end(name)
            if name == tag:
                return

    def _on_structure_end(self, tag: str) -> None:
        if self._table is not None:
            self._on_table_end(tag)
        elif tag in _BREAKING or tag == "li":
            self._end_line()
            self._word_item = None
        elif tag in ("ul", "ol"):
            self._end_line()
            if self._lists:
                self._lists.pop()
            self._items = None

    def _on_table_end(self, tag: str) -> None:
        assert self._table is not None
        if tag in ("td", "th") and self._table:
            self._table[-1].append(self._runs)
            self._runs = []
        elif tag == "table":
            rows = [row for row in self._table if row]
            if rows:
                self._blocks.append({"type": "table", "header": False, "rows": rows})
            self._table, self._runs, self._items = None, [], None

    # ---- text

    @override
    def handle_data(self, data: str) -> None:
        """Take text, white space folded as a browser does, line ends between Chinese characters to nothing."""
        if self._hidden:
            if data.strip() and not any(name in _SILENT for name, _, _ in self._open):
                self.dropped.add("hidden")
            return
        marks = {mark for _, mark, _ in self._open if mark}
        if "label" in marks:
            self._label += data.strip()
            self._word_item = any(character.isdigit() for character in self._label)
            return
        text = _WHITE.sub(" ", _WRAPPED.sub(lambda found: self._break(found, data), data))
        before = self._runs[-1]["text"][-1:] if self._runs else " "
        if before == " ":
            text = text.lstrip(" ")
        if text:
            self._runs.append({"text": text, **{mark: True for mark in rich_text.MARKS if mark in marks}})

    @staticmethod
    def _break(found: re.Match[str], data: str) -> str:
        before, after = data[: found.start()][-1:], data[found.end() :][:1]
        return "" if _CJK.match(before) and _CJK.match(after) else " "

    def _end_line(self) -> None:
        if self._table is not None:
            if self._runs:
                self._runs.append({"text": " "})
            return
        runs = _trimmed(self._runs)
        self._runs = []
        if not runs:
            return
        ordered = self._lists[-1] if self._lists else self._word_item
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
        if self._table is not None:
            self._on_table_end("table")
        self._end_line()
        return self._blocks


def _mark(tag: str, style: str) -> str | None:
    if tag in _MARK_TAGS:
        return _MARK_TAGS[tag]
    if re.search(r"font-weight:(bold|[6-9]00)", style):
        return "bold"
    if "font-style:italic" in style:
        return "italic"
    if "vertical-align:super" in style:
        return "sup"
    if "vertical-align:sub" in style:
        return "sub"
    return "underline" if re.search(r"text-decoration(-line)?:underline", style) and tag != "a" else None


def _trimmed(runs: list[Json]) -> list[Json]:
    while runs and not runs[-1]["text"].rstrip(" "):
        runs = runs[:-1]
    if runs:
        runs = [*runs[:-1], {**runs[-1], "text": runs[-1]["text"].rstrip(" ")}]
    return runs


# ---- the other way, for other programs


def to_html(blocks: Sequence[Json]) -> str:
    """Return blocks as plain HTML that Word, WPS and browsers take; pictures and formulas as their words."""
    return "".join(_html_block(block) for block in blocks)


def _html_block(block: Json) -> str:
    match block["type"]:
        case "paragraph":
            return f"<p>{_html_runs(block['runs'])}</p>"
        case "list":
            tag = "ol" if block["ordered"] else "ul"
            return f"<{tag}>" + "".join(f"<li>{_html_runs(item)}</li>" for item in block["items"]) + f"</{tag}>"
        case "table":
            rows = ("".join(f"<td>{_html_runs(cell)}</td>" for cell in row) for row in block["rows"])
            return '<table border="1">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
        case "formula":
            return f"<p>{html.escape(block['latex'])}</p>"
        case _:
            return f"<p>{html.escape(block.get('caption', ''))}</p>"


def _html_runs(runs: Sequence[Json]) -> str:
    tags = {"bold": "b", "italic": "i", "underline": "u", "sub": "sub", "sup": "sup"}
    written: list[str] = []
    for run in runs:
        text = html.escape(run.get("text", run.get("formula", "")))
        for mark, tag in tags.items():
            if run.get(mark):
                text = f"<{tag}>{text}</{tag}>"
        written.append(text)
    return "".join(written)
