"""What a DOCX holds beside its text: our own settings, theme and properties, and nothing of any template."""

from __future__ import annotations

from datetime import UTC, datetime

from kjxm_desktop.export import docx_styles, docx_xml
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.docx_numbering import Numbering
from kjxm_desktop.export.docx_package import MAIN, OFFICE, PACKAGE, WORD, ExtraPart, Package
from kjxm_desktop.export.line_ends import NOT_FIRST, NOT_LAST
from kjxm_desktop.export.page_style import FONT_NAMES, LATIN_FONT_NAME


def package(document: Document, numbering: Numbering) -> Package:
    """Return a package with all of `document` that is no block of it."""
    made = Package()
    made.add_word("styles.xml", "styles", docx_styles.part(document, numbering))
    counted = f'<w:numbering xmlns:w="{docx_xml.NAMESPACES["w"]}">{numbering.part}</w:numbering>'
    made.add_word("numbering.xml", "numbering", counted)
    made.add_word("settings.xml", "settings", _settings(document))
    made.add_word("fontTable.xml", "fontTable", _font_table())
    theme = "application/vnd.openxmlformats-officedocument.theme+xml"
    made.add_word("theme/theme1.xml", "theme", _theme(), theme)
    made.add(
        ExtraPart(
            "docProps/core.xml", (docx_xml.HEAD + core_properties(document)).encode(),
            "application/vnd.openxmlformats-package.core-properties+xml", "",
            f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml",
        )
    )  # fmt: skip
    return made


def body(markup: str) -> ExtraPart:
    """Return the main part: a document whose w:body holds `markup`."""
    xml = f"{docx_xml.HEAD}<w:document {docx_xml.DECLARATIONS}><w:body>{markup}</w:body></w:document>"
    return ExtraPart(MAIN, xml.encode(), f"{WORD}.document.main+xml", "", f"{OFFICE}/officeDocument", MAIN)


def _settings(document: Document) -> str:
    mirrored = "<w:evenAndOddHeaders/>" if document.style.page_number_mirrored else ""
    return (
        f'<w:settings xmlns:w="{docx_xml.NAMESPACES["w"]}"><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>'
        f'{mirrored}<w:characterSpacingControl w:val="doNotCompress"/>'
        f'<w:noLineBreaksAfter w:lang="{document.language}" w:val={_marks(NOT_LAST)}/>'
        f'<w:noLineBreaksBefore w:lang="{document.language}" w:val={_marks(NOT_FIRST)}/><w:compat>'
        "<w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
        "<w:doNotExpandShiftReturn/><w:useFELayout/>"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        f'</w:compat><w:themeFontLang w:val="en-US" w:eastAsia="{document.language}"/></w:settings>'
    )


def _marks(told: frozenset[str]) -> str:
    return docx_xml.quoted("".join(sorted(told)))


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


def core_properties(document: Document) -> str:
    """Return the properties: title, subject, language, dates; nobody's name."""
    day = _utc(document.created)
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{docx_xml.escaped(document.title[:255])}</dc:title>"
        f"<dc:subject>{docx_xml.escaped(document.subject[:255])}</dc:subject>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified>'
        f"<dc:language>{document.language}</dc:language><cp:revision>1</cp:revision></cp:coreProperties>"
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
