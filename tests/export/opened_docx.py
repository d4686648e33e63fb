"""A DOCX taken apart, for the tests that look into it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from lxml import etree

from kjxm_desktop.export import docx_writer
from kjxm_desktop.export.blocks import (
    Block,
    Document,
    Part,
)
from tests.export.conftest import (
    LabelFont,
    example_document,
    example_docx,
    pages_of,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACES = {
    "w": W[1:-1],
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
}


class Opened:
    """A DOCX taken apart."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.infos = archive.infolist()
            self.parts = {info.filename: archive.read(info) for info in self.infos}
        self.body = self.part("word/document.xml")

    def part(self, name: str) -> Any:
        return etree.fromstring(self.parts[name])

    def find(self, path: str, root: Any = None) -> list[Any]:
        return (self.body if root is None else root).xpath(path, namespaces=SPACES)

    def named(self, start: str) -> list[Any]:
        return [self.part(name) for name in sorted(self.parts) if name.startswith(start)]


@cache
def opened(name: str) -> Opened:
    return Opened(example_docx(name))


def text(node: Any) -> str:
    return "".join(node.itertext(f"{W}t"))


_HAN = "〇一二三四五六七八九"


def in_chinese(number: int) -> str:
    """Return 1 to 99 in Chinese, as Word counts in the format chineseCountingThousand."""
    tens, ones = divmod(number, 10)
    return (_HAN[tens] if tens > 1 else "") + ("十" if tens else "") + (_HAN[ones] if ones else "")


def labels(one: Opened) -> list[tuple[Any, str]]:
    """Return every paragraph with the number that Word puts in front of it (ECMA-376 part 1, 17.9): "" for none."""
    numbering, styles = one.part("word/numbering.xml"), one.part("word/styles.xml")
    kinds = {kind.get(f"{W}abstractNumId"): kind for kind in one.find("//w:abstractNum", numbering)}
    lists = {told.get(f"{W}numId"): told for told in one.find("//w:num", numbering)}
    by_style = {style.get(f"{W}styleId"): one.find("w:pPr/w:numPr", style) for style in one.find("//w:style", styles)}
    counts: dict[tuple[str, int], int] = {}
    begun: set[str] = set()
    found: list[tuple[Any, str]] = []
    for paragraph in one.find("//w:p"):
        told = one.find("w:pPr/w:numPr", paragraph) or by_style.get(style_of(paragraph), [])
        number = told[0].find(f"{W}numId").get(f"{W}val") if told else "0"
        if number == "0":
            found.append((paragraph, ""))
            continue
        level = int(told[0].find(f"{W}ilvl").get(f"{W}val"))
        kind = one.find("string(w:abstractNumId/@w:val)", lists[number])
        start = one.find(f"w:lvlOverride[@w:ilvl='{level}']/w:startOverride/@w:val", lists[number])
        if start and number not in begun:
            counts[str(kind), level] = int(start[0]) - 1
        begun.add(number)
        counts[str(kind), level] = counts.get((str(kind), level), 0) + 1
        for deeper in range(level + 1, 9):
            counts.pop((str(kind), deeper), None)
        look = one.find(f"w:lvl[@w:ilvl='{level}']", kinds[str(kind)])[0]
        count = counts[str(kind), level]
        shown = in_chinese(count) if look.find(f"{W}numFmt").get(f"{W}val").startswith("chinese") else str(count)
        space = " " if look.find(f"{W}suff").get(f"{W}val") == "space" else ""
        found.append((paragraph, look.find(f"{W}lvlText").get(f"{W}val").replace(f"%{level + 1}", shown) + space))
    return found


def printed(one: Opened) -> list[str]:
    """Return the text of every paragraph with its number, as it prints."""
    return [label + text(paragraph) for paragraph, label in labels(one)]


def style_of(paragraph: Any) -> str:
    told = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if told is None else told.get(f"{W}val")


def of_blocks(
    *blocks: Block, media: dict[str, bytes] | None = None, parts: Sequence[Part] = (), **changes: Any
) -> Opened:
    """Return the DOCX of a few blocks in the layout of the call."""
    document: Document = replace(
        example_document("consulting"),
        parts=tuple(parts) or (Part("body", blocks, page_numbers=True),),
        **changes,
    )
    return Opened(docx_writer.write(document, media or {}, LabelFont(), pages_of(document)))
