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
