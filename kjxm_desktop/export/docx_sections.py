"""The sections of a DOCX: paper and margins of each part, and what stands above and below its text."""

from __future__ import annotations

from collections.abc import Sequence

from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import Document, Part
from kjxm_desktop.export.docx_package import Package
from kjxm_desktop.export.page_style import PageStyle


def end(properties: str) -> str:
    """Return the paragraph that ends a section which is not the last: one that takes next to no room."""
    spacing = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f'<w:p><w:pPr>{spacing}<w:rPr><w:sz w:val="2"/></w:rPr>{properties}</w:pPr></w:p>'


def _grid(style: PageStyle) -> str:
    """Return the grid of the page: the lines of a body that has a fixed distance of them, else none.

    There is none of characters: Latin words and figures stand on it in every program in another way.
    """
    body = style.text("body")
    if body.line_pt is None:
        return '<w:docGrid w:linePitch="312"/>'
    return f'<w:docGrid w:type="lines" w:linePitch="{round(body.line_pt * 20)}"/>'


class Sections:
    """The sections of Word, one for each part: paper, margins, and what stands above and below the text.

    What a section does not say it takes from the one before: a header made for the first serves all, and a footer with
    page numbers is followed by an empty one where a part has none.
    """

    def __init__(self, document: Document, package: Package) -> None:
        self._document = document
        self._package = package
        self._made = {"header": 0, "footer": 0}
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
            f'w:gutter="0"/>{start}{_grid(style)}</w:sectPr>'
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
        aligns = {"default": self._document.style.page_number_align, "even": "left"}
        footers = {kind: self._footer(number, aligns[kind]) for kind in self._kinds()}
        return "".join(self._reference("footer", kind, footer) for kind, footer in footers.items())

    def _footer(self, number: str, align: str) -> str:
        """Return the footer: the page number where it belongs, the check code at the margin away from it."""
        code = self._document.furniture.check_code
        if not code:
            return docx_xml.paragraph("page_number", number, docx_xml.justification(align))
        width = docx_xml.twips(self._document.style.text_width_mm)
        kind, at = ("center", width // 2) if align == "center" else ("right", width)
        first, second = (number, docx_xml.text(code)) if align == "left" else (docx_xml.text(code), number)
        tabs = f'<w:tabs><w:tab w:val="{kind}" w:pos="{at}"/></w:tabs>{docx_xml.justification("left")}'
        return docx_xml.paragraph("page_number", first + docx_xml.TAB + second, tabs)

    def _empty_footers(self) -> str:
        content = docx_xml.paragraph("page_number", "")
        return "".join(self._reference("footer", kind, content) for kind in self._kinds())

    def _reference(self, what: str, kind: str, content: str) -> str:
        """Add a header or footer part that holds `content` and return the reference to it."""
        tag = {"header": "hdr", "footer": "ftr"}[what]
        self._made[what] += 1
        xml = f"<w:{tag} {docx_xml.DECLARATIONS}>{content}</w:{tag}>"
        relation = self._package.add_word(f"{what}{self._made[what]}.xml", what, xml)
        return f'<w:{what}Reference w:type="{kind}" r:id="{relation}"/>'
