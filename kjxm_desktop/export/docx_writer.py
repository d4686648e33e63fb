"""A document as DOCX: blocks become WordprocessingML on a base document of our own.

Fonts are only named, headings are real headings, fields come with their results in. The same document gives the same
bytes. python-docx keeps the package (relations, picture parts, headers and footers); the body is written in one piece.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import docx
from docx.oxml import parse_xml

from kjxm_desktop.export import docx_base, docx_table, docx_xml, drawing_png
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
    Part,
    Picture,
    Run,
    Signature,
    Spacer,
    Table,
    caption_of,
)

_LABEL_FACE = "hei"


class Fonts(Protocol):
    """What the writer asks of the fonts: DOCX only names them, but labels of drawings are painted."""

    def file(self, role: str) -> Path:
        """Return the file of the regular face of `role`."""
        ...


def write(document: Document, media: Mapping[str, bytes], fonts: Fonts, pages: Mapping[str, int]) -> bytes:
    """Return `document` as DOCX.

    `media` holds the bytes of pictures by SHA-256; `pages` are the printed page numbers of the headings by anchor: they
    stand in the contents until Word counts its own.
    """
    package = docx.Document(io.BytesIO(docx_base.base(document)))
    body = _Body(document, media, fonts, pages, package.part)
    markup = f"<w:body {docx_xml.DECLARATIONS}>{body.markup()}</w:body>"
    package.element.replace(package.element[0], parse_xml(markup))
    out = io.BytesIO()
    package.save(out)
    return _normalised(out.getvalue(), document)


def _normalised(data: bytes, document: Document) -> bytes:
    """Return the package with its parts in a fixed order and dated by the document alone."""
    when = document.created
    stamp = (max(when.year, 1980), when.month, when.day, when.hour, when.minute, when.second)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, stamp)
            stored = name.endswith((".png", ".jpg", ".jpeg"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()


class _Body:
    """The body in the making: numbers for bookmarks and pictures run through the whole document."""

    def __init__(
        self, document: Document, media: Mapping[str, bytes], fonts: Fonts, pages: Mapping[str, int], part: Any
    ) -> None:
        self._document = document
        self._media = media
        self._fonts = fonts
        self._pages = pages
        self._part = part
        self._bookmarks = 0
        self._pictures = 0

    def markup(self) -> str:
        """Return the inside of w:body."""
        sections = _Sections(self._document, self._part)
        parts = self._document.parts
        done: list[str] = []
        for at, part in enumerate(parts):
            done += [markup for block in part.blocks for markup in self._block(block)]
            properties = sections.properties(part, first=at == 0)
            done.append(properties if at == len(parts) - 1 else _section_end(properties))
        return "".join(done)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading():
                yield docx_xml.paragraph(f"heading{block.level}", self._marked(block.anchor, docx_xml.text(block.text)))
            case Paragraph():
                content = docx_xml.runs(block.runs)
                yield docx_xml.paragraph(block.style, self._marked(block.anchor, content) if block.anchor else content)
            case ListBlock():
                for item in block.items:
                    content = docx_xml.text(item.marker) + docx_xml.TAB + docx_xml.runs(item.runs)
                    yield docx_xml.paragraph("list", content)
            case Formula():
                yield docx_xml.paragraph("formula", docx_xml.runs((Run(block.latex, italic=True, kind="formula"),)))
            case Spacer():
                yield docx_xml.gap(block.height_mm)
            case PageBreak():
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
                yield docx_xml.gap(4)
            case Contents():
                yield from self._contents(block)

    def _marked(self, anchor: str, content: str) -> str:
        self._bookmarks += 1
        return docx_xml.bookmark(self._bookmarks, anchor, content)

    def _table(self, block: Table) -> Iterator[str]:
        caption = caption_of(block)
        if caption:
            yield docx_xml.paragraph("caption", docx_xml.text(caption), "<w:keepNext/>")
        yield docx_table.table(block, self._document.style)
        yield docx_xml.gap(self._document.style.table(block.style).after_mm)

    def _picture(self, block: Picture | Drawing) -> Iterator[str]:
        drawn = isinstance(block, Drawing)
        data = drawing_png.png(block, self._fonts.file(_LABEL_FACE)) if drawn else self._media[block.media]
        relation = self._part.get_or_add_image(io.BytesIO(data))[0]
        self._pictures += 1
        run = docx_xml.picture(relation, self._pictures, block.width_mm, block.height_mm, block.alt)
        caption = caption_of(block)
        keep = "<w:keepNext/>" if caption else ""
        spacing = '<w:spacing w:before="120" w:after="0" w:line="240" w:lineRule="auto"/>'
        yield f'<w:p><w:pPr>{keep}{spacing}<w:jc w:val="center"/></w:pPr>{run}</w:p>'
        if caption:
            yield docx_xml.paragraph("caption", docx_xml.text(caption))

    def _contents(self, block: Contents) -> Iterator[str]:
        """Yield the contents as one field whose result is already there: a paragraph for each heading."""
        yield docx_xml.paragraph("contents_title", docx_xml.text(block.title))
        headings = self._document.headings(block.depth)
        for at, heading in enumerate(headings):
            page = str(self._pages.get(heading.anchor, ""))
            entry = docx_xml.contents_entry(heading.text, heading.anchor, page)
            start = docx_xml.field_start(f'TOC \\o "1-{block.depth}" \\h \\z \\u') if at == 0 else ""
            end = docx_xml.FIELD_END if at == len(headings) - 1 else ""
            yield docx_xml.paragraph(f"contents{heading.level}", start + entry + end)


def _section_end(properties: str) -> str:
    spacing = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f'<w:p><w:pPr>{spacing}<w:rPr><w:sz w:val="2"/></w:rPr>{properties}</w:pPr></w:p>'


class _Sections:
    """The sections of Word, one for each part: paper, margins, and what stands above and below the text.

    What a section does not say it takes from the one before: a header made for the first serves all, and a footer with
    page numbers is followed by an empty one where a part has none.
    """

    def __init__(self, document: Document, part: Any) -> None:
        self._document = document
        self._part = part
        self._numbered = False  # whether any part so far was
        self._footed = False  # whether the part before was

    def properties(self, part: Part, *, first: bool) -> str:
        """Return w:sectPr of one part."""
        references = self._headers() if first else ""
        start = ""
        if part.page_numbers != self._footed:
            references += self._footers() if part.page_numbers else self._empty_footers()
            start = '<w:pgNumType w:start="1"/>' if part.page_numbers and not self._numbered else ""
            self._numbered = True
            self._footed = part.page_numbers
        style, mm = self._document.style, docx_xml.twips
        return (
            f'<w:sectPr>{references}<w:type w:val="nextPage"/>'
            f'<w:pgSz w:w="{mm(style.width_mm)}" w:h="{mm(style.height_mm)}"/>'
            f'<w:pgMar w:top="{mm(style.top_mm)}" w:right="{mm(style.right_mm)}" w:bottom="{mm(style.bottom_mm)}" '
            f'w:left="{mm(style.left_mm)}" w:header="{mm(style.header_mm)}" w:footer="{mm(style.footer_mm)}" '
            f'w:gutter="0"/>{start}</w:sectPr>'
        )

    def _kinds(self) -> Sequence[str]:
        return ("default", "even") if self._document.style.page_number_mirrored else ("default",)

    def _headers(self) -> str:
        furniture = self._document.furniture
        if not furniture.header and not furniture.draft_mark:
            return ""
        mark = docx_xml.watermark(furniture.draft_mark) if furniture.draft_mark else ""
        content = docx_xml.paragraph("header", (docx_xml.text(furniture.header) if furniture.header else "") + mark)
        return "".join(self._reference("header", kind, content) for kind in self._kinds())

    def _footers(self) -> str:
        before, _, after = self._document.furniture.page_number.partition("{page}")
        number = (docx_xml.text(before) if before else "") + docx_xml.field("PAGE", "1")
        number += docx_xml.text(after) if after else ""
        code = self._document.furniture.check_code
        content = (docx_xml.text(f"{code}\u3000") if code else "") + number
        aligns = {"default": self._document.style.page_number_align, "even": "left"}
        footers = {
            kind: docx_xml.paragraph("page_number", content, docx_xml.justification(aligns[kind]))
            for kind in self._kinds()
        }
        return "".join(self._reference("footer", kind, footer) for kind, footer in footers.items())

    def _empty_footers(self) -> str:
        content = docx_xml.paragraph("page_number", "")
        return "".join(self._reference("footer", kind, content) for kind in self._kinds())

    def _reference(self, what: str, kind: str, content: str) -> str:
        """Add a header or footer part that holds `content` and return the reference to it."""
        add = self._part.add_header_part if what == "header" else self._part.add_footer_part
        made, relation = cast("tuple[Any, str]", add())
        tag = {"header": "hdr", "footer": "ftr"}[what]
        made._element = parse_xml(f"<w:{tag} {docx_xml.DECLARATIONS}>{content}</w:{tag}>")  # noqa: SLF001
        return f'<w:{what}Reference w:type="{kind}" r:id="{relation}"/>'
