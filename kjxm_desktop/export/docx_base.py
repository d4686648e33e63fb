"""The empty Word document that the writer fills: our own, with the call's styles and nothing of any template in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from kjxm_desktop.export import docx_xml
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.page_style import FONT_NAMES, LATIN_FONT_NAME, PageStyle

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PARTS = (
    ("word/document.xml", f"{_WORD}.document.main+xml"),
    ("word/styles.xml", f"{_WORD}.styles+xml"),
    ("word/settings.xml", f"{_WORD}.settings+xml"),
    ("word/fontTable.xml", f"{_WORD}.fontTable+xml"),
    ("word/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml"),
    ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
)


def base(document: Document) -> bytes:
    """Return a DOCX with an empty body and the styles, settings, theme and properties of `document`."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relations(
            ("officeDocument", f"{_OFFICE}/officeDocument", "word/document.xml"),
            ("core", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "word/_rels/document.xml.rels": _relations(
            ("styles", f"{_OFFICE}/styles", "styles.xml"),
            ("settings", f"{_OFFICE}/settings", "settings.xml"),
            ("fonts", f"{_OFFICE}/fontTable", "fontTable.xml"),
            ("theme", f"{_OFFICE}/theme", "theme/theme1.xml"),
        ),
        "word/document.xml": f"<w:document {docx_xml.DECLARATIONS}><w:body/></w:document>",
        "word/styles.xml": _styles(document),
        "word/settings.xml": _settings(document),
        "word/fontTable.xml": _font_table(),
        "word/theme/theme1.xml": _theme(),
        "docProps/core.xml": _core(document),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, xml in parts.items():
            archive.writestr(name, _HEAD + xml)
    return out.getvalue()


def _content_types() -> str:
    kinds = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in _PARTS)
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>'
    )


def _relations(*told: tuple[str, str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (_, kind, target) in enumerate(told, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


# --- styles ---------------------------------------------------------------------------------------------------------


def _styles(document: Document) -> str:
    style, language = document.style, document.language
    body = style.text("body")
    size = round(body.size_pt * 2)
    defaults = (
        f'<w:docDefaults><w:rPrDefault><w:rPr>{docx_xml.fonts(body)}<w:kern w:val="2"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="en-US" w:eastAsia="{language}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        # No mark hangs out over the margin: full lines end at it, as they do in the PDF.
        '<w:pPrDefault><w:pPr><w:overflowPunct w:val="0"/></w:pPr></w:pPrDefault></w:docDefaults>'
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
        f"{''.join(_text_styles(style))}</w:styles>"
    )


def _text_styles(style: PageStyle) -> Iterator[str]:
    for name, text in style.texts.items():
        level = int(name[-1]) - 1 if name in ("heading1", "heading2", "heading3") else None
        tabs = _leader(style) if name in ("contents1", "contents2", "contents3") else ""
        following = '<w:next w:val="BodyText"/>' if level is not None else ""
        yield (
            f'<w:style w:type="paragraph" w:styleId="{docx_xml.style_id(name)}">'
            f'<w:name w:val="{docx_xml.style_name(name)}"/><w:basedOn w:val="Normal"/>{following}<w:qFormat/>'
            f"<w:pPr>{docx_xml.paragraph_properties(text, tabs=tabs, outline=level)}</w:pPr>"
            f"<w:rPr>{docx_xml.type_properties(text)}</w:rPr></w:style>"
        )


def _leader(style: PageStyle) -> str:
    return f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{docx_xml.twips(style.text_width_mm)}"/></w:tabs>'


# --- the other parts ------------------------------------------------------------------------------------------------


def _settings(document: Document) -> str:
    mirrored = "<w:evenAndOddHeaders/>" if document.style.page_number_mirrored else ""
    return (
        f'<w:settings xmlns:w="{docx_xml.NAMESPACES["w"]}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        f'{mirrored}<w:characterSpacingControl w:val="compressPunctuation"/><w:compat>'
        "<w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
        "<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f'</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="{document.language}"/></w:settings>'
    )


def _font_table() -> str:
    chinese = "".join(
        f'<w:font w:name="{name}"><w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name in FONT_NAMES.values()
    )
    latin = f'<w:font w:name="{LATIN_FONT_NAME}"><w:charset w:val="00"/><w:family w:val="roman"/></w:font>'
    return f'<w:fonts xmlns:w="{docx_xml.NAMESPACES["w"]}">{latin}{chinese}</w:fonts>'


def _theme() -> str:
    colours = "".join(
        f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
        for name, value in (
            ("dk1", "000000"), ("lt1", "FFFFFF"), ("dk2", "1F2328"), ("lt2", "E6EBF0"), ("accent1", "4D6A88"),
            ("accent2", "A9BBCD"), ("accent3", "57606A"), ("accent4", "176F31"), ("accent5", "8A5A00"),
            ("accent6", "B42318"), ("hlink", "000000"), ("folHlink", "000000"),
        )
    )  # fmt: skip
    fonts = "".join(
        f'<a:{kind}><a:latin typeface="{LATIN_FONT_NAME}"/><a:ea typeface="{FONT_NAMES[role]}"/>'
        f'<a:cs typeface="{LATIN_FONT_NAME}"/></a:{kind}>'
        for kind, role in (("majorFont", "hei"), ("minorFont", "song"))
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    fills, lines, effects = fill * 3, line * 3, effect * 3
    return (
        f'<a:theme xmlns:a="{docx_xml.NAMESPACES["a"]}" name="Proposal"><a:themeElements>'
        f'<a:clrScheme name="Proposal">{colours}</a:clrScheme><a:fontScheme name="Proposal">{fonts}</a:fontScheme>'
        f'<a:fmtScheme name="Proposal"><a:fillStyleLst>{fills}</a:fillStyleLst><a:lnStyleLst>{lines}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effects}</a:effectStyleLst><a:bgFillStyleLst>{fills}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )


def _core(document: Document) -> str:
    """Return the properties: title, subject, language, dates; nobody's name."""
    day = _utc(document.created)
    return (
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{docx_xml.escaped(document.title[:255])}</dc:title>"
        f"<dc:subject>{docx_xml.escaped(document.subject[:255])}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified>'
        f"<dc:language>{document.language}</dc:language></cp:coreProperties>"
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
