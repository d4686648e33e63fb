"""The styles of a DOCX: the call's text styles under the names Word knows, every one with a Chinese face."""

from __future__ import annotations

from collections.abc import Iterator

from kjxm_desktop.export import docx_numbering, docx_xml
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.docx_numbering import Numbering
from kjxm_desktop.export.page_style import PageStyle

_HEADINGS = {"heading1": 0, "heading2": 1, "heading3": 2, "heading4": 3}


def part(document: Document, numbering: Numbering) -> str:
    """Return styles.xml without its first line."""
    style, language = document.style, document.language
    body = style.text("body")
    size = round(body.size_pt * 2)
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{docx_xml.fonts(body)}<w:kern w:val="2"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="en-US" w:eastAsia="{language}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        # Lines break by the rules of Chinese type and no mark hangs out over the margin: as in the PDF.
        '<w:pPrDefault><w:pPr><w:kinsoku/><w:wordWrap/><w:overflowPunct w:val="0"/>'
        '<w:snapToGrid w:val="0"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
    )
    return (
        f'<w:styles xmlns:w="{docx_xml.NAMESPACES["w"]}">{defaults}'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/>'
        '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
        f"{''.join(_text_styles(style, numbering))}</w:styles>"
    )


def _text_styles(style: PageStyle, numbering: Numbering) -> Iterator[str]:
    for name, text in style.texts.items():
        level = _HEADINGS.get(name)
        tabs = _leader(style) if name in ("contents1", "contents2", "contents3") else ""
        following = '<w:next w:val="BodyText"/>' if level is not None else ""
        grid = docx_xml.on_grid(text, style)
        told = docx_xml.paragraph_properties(
            text, numbered=_numbered(level, numbering), tabs=tabs, outline=level, grid=grid
        )
        yield (
            f'<w:style w:type="paragraph" w:styleId="{docx_xml.style_id(name)}">'
            f'<w:name w:val="{docx_xml.style_name(name)}"/><w:basedOn w:val="Normal"/>{following}<w:qFormat/>'
            f"<w:pPr>{told}</w:pPr><w:rPr>{docx_xml.type_properties(text)}</w:rPr></w:style>"
        )


def _numbered(level: int | None, numbering: Numbering) -> str:
    """Return that headings of that level are counted, if they are."""
    if level is None or level >= len(numbering.levels) or numbering.levels[level] is None:
        return ""
    return docx_xml.numbered(docx_numbering.HEADINGS, level)


def _leader(style: PageStyle) -> str:
    return f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{docx_xml.twips(style.text_width_mm)}"/></w:tabs>'
