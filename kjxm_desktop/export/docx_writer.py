"""A document as DOCX: blocks become WordprocessingML in a package of our own.

Fonts are only named, headings are real headings, fields come with their results in. The same document gives the same
bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Protocol

from kjxm_desktop.export import (
    docx_base,
    docx_numbering,
    docx_parcel,
    docx_sections,
    docx_table,
    docx_xml,
    drawing_png,
    drawing_svg,
)
from kjxm_desktop.export.blocks import (
    Block,
    Contents,
    Document,
    Drawing,
    Formula,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Picture,
    Signature,
    Spacer,
    Table,
    caption_of,
)
from kjxm_desktop.export.compose_columns import width_in_characters
from kjxm_desktop.export.docx_numbering import Numbering
from kjxm_desktop.export.docx_package import MAIN, OFFICE, ExtraPart, Package
from kjxm_desktop.export.docx_parcel import Parcel
from kjxm_desktop.export.page_style import MM_PER_POINT

_PICTURE_SPACE_PT = 6.0  # above a picture
_PICTURE_ROOM_MM = 6.0  # that space, and what programs add to the line a picture stands in
_LEAST_ROOM = 0.3  # of the page, for a picture whose caption would fill it
_NUMBERED = re.compile(r"(?P<label>[^\W\d]{1,20})(?P<space> ?)(?P<count>[1-9][0-9]*)(?P<after>\D*)")


class Fonts(Protocol):
    """What the writer asks of the fonts: DOCX only names them, but labels of drawings are painted."""

    def file(self, role: str) -> Path:
        """Return the file of the regular face of `role`."""
        ...

    def bold_file(self, role: str) -> Path:
        """Return the file of the bold face of `role`."""
        ...


def write(
    document: Document,
    media: Mapping[str, bytes],
    fonts: Fonts,
    pages: Mapping[str, int],
    parcel: Parcel | None = None,
) -> bytes:
    """Return `document` as DOCX.

    `media` holds the bytes of pictures by SHA-256; `pages` are the printed page numbers of the headings by anchor: they
    stand in the contents until Word counts its own. `parcel` is the data that travels inside.
    """
    numbering = docx_numbering.of(document)
    package = docx_base.package(document, numbering)
    body = _Body(document, media, fonts, pages, numbering, package)
    package.add(docx_base.body(body.markup()))
    for part in docx_parcel.parts(parcel) if parcel else ():
        package.add(part)
    return package.data(document.created)


class _Body:
    """The body in the making: numbers for bookmarks and pictures run through the whole document."""

    def __init__(
        self,
        document: Document,
        media: Mapping[str, bytes],
        fonts: Fonts,
        pages: Mapping[str, int],
        numbering: Numbering,
        package: Package,
    ) -> None:
        self._document = document
        self._media = media
        self._fonts = fonts
        self._pages = pages
        self._counted = numbering.counted
        self._lists = iter(numbering.lists)
        self._package = package
        self._bookmarks = 0
        self._pictures = 0
        self._sequences: dict[str, int] = {}
        self._space_pt = 0.0  # below the paragraph before

    def markup(self) -> str:
        """Return the inside of w:body."""
        sections = docx_sections.Sections(self._document, self._package)
        parts = self._document.parts
        done: list[str] = []
        for at, part in enumerate(parts):
            done += [markup for block in part.blocks for markup in self._block(block)]
            properties = sections.properties(part, first=at == 0)
            done.append(properties if at == len(parts) - 1 else docx_sections.end(properties))
        return "".join(done)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                yield self._heading(block)
            case Paragraph():
                content = docx_xml.runs(block.runs)
                yield self._paragraph(block.style, self._marked(block.anchor, content) if block.anchor else content)
            case ListBlock():
                yield from self._list(block)
            case Formula():
                yield self._paragraph("formula", docx_xml.formula(block.latex))
            case Spacer():
                yield self._gap(block.height_mm)
            case PageBreak():
                self._space_pt = 0.0
                yield docx_xml.PAGE_BREAK
            case _:
                yield from self._wide_block(block)

    def _wide_block(self, block: Table | Picture | Drawing | Signature | Contents) -> Iterator[str]:
        match block:
            case Table():
                yield from self._table(block)
            case Picture() | Drawing():
                yield from self._picture(block)
            case Signature():
                yield docx_table.signature(block, self._document.style)
                yield self._gap(4)
            case Contents():
                yield from self._contents(block)

    def _paragraph(self, style: str, content: str, properties: str = "") -> str:
        """Return a paragraph as far below the one before as both ask for.

        Word takes the larger of the two distances between paragraphs; in the PDF one is added to the other.
        """
        look = self._document.style.text(style)
        if look.before_pt and self._space_pt:
            properties += docx_xml.space_before(look.before_pt + self._space_pt)
        self._space_pt = look.after_pt
        return docx_xml.paragraph(style, content, properties)

    def _gap(self, height_mm: float) -> str:
        self._space_pt = 0.0
        return docx_xml.gap(height_mm)

    def _marked(self, anchor: str, content: str) -> str:
        self._bookmarks += 1
        return docx_xml.bookmark(self._bookmarks, anchor, content)

    def _heading(self, block: Heading) -> str:
        """Return a heading: with its number in its text only where Word would count another."""
        counted = block.anchor in self._counted
        content = self._marked(block.anchor, docx_xml.text(block.title if counted else block.text))
        return self._paragraph(f"heading{block.level}", content, "" if counted else docx_xml.numbered(0))

    def _list(self, block: ListBlock) -> Iterator[str]:
        """Yield the items of a list, which Word counts anew from its first one."""
        number = next(self._lists)
        counted = "" if number is None else docx_xml.numbered(number)
        for item in block.items:
            marker = docx_xml.text(item.marker) + docx_xml.TAB if number is None else ""
            yield self._paragraph("list", marker + docx_xml.runs(item.runs), counted)

    def _table(self, block: Table) -> Iterator[str]:
        yield from self._caption(block, "<w:keepNext/>")
        yield docx_table.table(block, self._document.style)
        yield self._gap(self._document.style.table(block.style).after_mm)

    def _picture(self, block: Picture | Drawing) -> Iterator[str]:
        drawn = isinstance(block, Drawing)
        data = drawing_png.png(block, self._fonts) if drawn else self._media[block.media]
        relation = self._package.add_picture(data)
        self._pictures += 1
        vectors = self._vectors(block) if drawn else ""
        width, height = self._size(block)
        run = docx_xml.picture(relation, self._pictures, width, height, block.alt, vectors)
        keep = "<w:keepNext/>" if caption_of(block) else ""
        above = round((_PICTURE_SPACE_PT + self._space_pt) * 20)
        self._space_pt = 0.0
        spacing = f'<w:spacing w:before="{above}" w:after="0" w:line="240" w:lineRule="auto"/>'
        yield f'<w:p><w:pPr>{keep}{spacing}<w:jc w:val="center"/></w:pPr>{run}</w:p>'
        yield from self._caption(block)

    def _size(self, block: Picture | Drawing) -> tuple[float, float]:
        """Return width and height in millimetres with which a picture and its caption stay on one page."""
        style = self._document.style
        look = style.text("caption")
        lines = ceil(width_in_characters(caption_of(block)) * look.size_pt * MM_PER_POINT / style.text_width_mm)
        beside = (lines * look.leading_pt + look.before_pt + look.after_pt) * MM_PER_POINT + _PICTURE_ROOM_MM
        room = max(style.text_height_mm - beside, style.text_height_mm * _LEAST_ROOM)
        scale = min(1.0, style.text_width_mm / max(block.width_mm, 1.0), room / max(block.height_mm, 1.0))
        return block.width_mm * scale, block.height_mm * scale

    def _caption(self, block: Table | Picture | Drawing, properties: str = "") -> Iterator[str]:
        """Yield the caption of `block`, its number a field where Word counts to the same."""
        caption = caption_of(block)
        if not caption:
            return
        found = _NUMBERED.fullmatch(block.number)
        if found and int(found["count"]) == self._sequences.get(found["label"], 0) + 1:
            label, count = found["label"], found["count"]
            self._sequences[label] = int(count)
            number = docx_xml.text(label + found["space"]) + docx_xml.field(f"SEQ {label} \\* ARABIC", count)
            content = number + docx_xml.text(found["after"] + caption.removeprefix(block.number))
        else:
            content = docx_xml.text(caption)
        yield self._paragraph("caption", content, properties)

    def _vectors(self, block: Drawing) -> str:
        """Return the relation that leads to `block` as SVG, which Word from 2016 on shows in place of the PNG."""
        name = f"media/drawing{self._pictures}.svg"
        return self._package.add(ExtraPart(f"word/{name}", drawing_svg.svg(block), "", MAIN, f"{OFFICE}/image", name))

    def _contents(self, block: Contents) -> Iterator[str]:
        """Yield the contents as one field whose result is already there: a paragraph for each heading."""
        told = [self._paragraph("contents_title", docx_xml.text(block.title))]
        headings = self._document.headings(block.depth)
        for at, heading in enumerate(headings):
            page = str(self._pages.get(heading.anchor, ""))
            entry = docx_xml.contents_entry(heading.text, heading.anchor, page)
            start = docx_xml.field_start(f'TOC \\o "1-{block.depth}" \\h \\z \\u') if at == 0 else ""
            end = docx_xml.FIELD_END if at == len(headings) - 1 else ""
            told.append(self._paragraph(f"contents{heading.level}", start + entry + end))
        self._bookmarks += 1
        yield docx_xml.contents(self._bookmarks, block.hint, "".join(told))
