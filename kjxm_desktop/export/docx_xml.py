"""The pieces of WordprocessingML that the DOCX writer is made of, each as a string in the order the schema asks for.

A body of strings is parsed once: time grows with the number of cells, not with its square. Everything a person wrote
passes `escaped`, the one place where text becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from kjxm_desktop.export import formulas
from kjxm_desktop.export.blocks import Run, text_of
from kjxm_desktop.export.page_style import FONT_NAMES, LATIN_FONT_NAME, PageStyle, TextStyle

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())

_STYLE_NAMES = {
    "body": ("BodyText", "Body Text"),
    "heading1": ("Heading1", "heading 1"),
    "heading2": ("Heading2", "heading 2"),
    "heading3": ("Heading3", "heading 3"),
    "heading4": ("Heading4", "heading 4"),
    "list": ("ListParagraph", "List Paragraph"),
    "caption": ("Caption", "caption"),
    "reference": ("Bibliography", "Bibliography"),
    "contents_title": ("TOCHeading", "TOC Heading"),
    "contents1": ("TOC1", "toc 1"),
    "contents2": ("TOC2", "toc 2"),
    "contents3": ("TOC3", "toc 3"),
    "page_number": ("Footer", "footer"),
    "header": ("Header", "header"),
}
_JUSTIFICATION = {"left": "left", "center": "center", "right": "right", "justify": "both"}
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_SHARED = "—…·×°±≥≤≈→①-⑳"
_SHARED_AMONG_CHINESE = re.compile(f"((?:[{_SHARED}“”‘]|(?<![A-Za-z])’|’(?![A-Za-z]))+)")
_SHARED_AMONG_LATIN = re.compile(f"([{_SHARED}]+)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0, production 2
_MARK_PT = 369.0  # the length of the mark of a draft
_PIECE = re.compile("\r\n|[\t\n\r\u2028]|[^\t\n\r\u2028]+")
_BREAKS = {"\t": "<w:tab/>", "\n": "<w:br/>", "\r": "<w:br/>", "\r\n": "<w:br/>", "\u2028": "<w:br/>"}


def escaped(text: str) -> str:
    """Return `text` as character data of XML; what XML cannot hold becomes U+FFFD, so that the self-check names it."""
    return escape(_NO_XML.sub("\ufffd", text))


def quoted(text: str) -> str:
    """Return `text` as the value of an XML attribute, in quotation marks."""
    return quoteattr(_NO_XML.sub("\ufffd", text))


def twips(mm: float) -> int:
    """Return millimetres in twentieths of a point."""
    return round(mm * 1440 / 25.4)


def emu(mm: float) -> int:
    """Return millimetres in English Metric Units."""
    return round(mm * 36000)


def style_id(name: str) -> str:
    """Return the id of the Word style made of the text style `name`; Word's own where it has one."""
    return _STYLE_NAMES[name][0] if name in _STYLE_NAMES else "".join(part.capitalize() for part in name.split("_"))


def style_name(name: str) -> str:
    """Return the name that Word shows for the text style `name`."""
    return _STYLE_NAMES[name][1] if name in _STYLE_NAMES else name.replace("_", " ").capitalize()


# --- properties -----------------------------------------------------------------------------------------------------


def fonts(style: TextStyle) -> str:
    """Return the faces of a text style: Latin and Chinese named apart."""
    latin, chinese = LATIN_FONT_NAME, FONT_NAMES[style.font]
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{chinese}" w:cs="{latin}"/>'


def on_grid(style: TextStyle, page: PageStyle) -> bool:
    """Tell whether text of that style stands on the grid of the page: that of a body with a fixed distance of lines."""
    body = page.text("body")
    return body.line_pt is not None and (style.size_pt, style.line_pt) == (body.size_pt, body.line_pt)


def type_properties(style: TextStyle) -> str:
    """Return the inside of w:rPr for a text style."""
    bold = "<w:b/><w:bCs/>" if style.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>'
    size = round(style.size_pt * 2)
    tracking = f'<w:spacing w:val="{round(style.tracking_pt * 20)}"/>' if style.tracking_pt else ""
    return f'{fonts(style)}{bold}<w:color w:val="000000"/>{tracking}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def paragraph_properties(
    style: TextStyle, *, numbered: str = "", tabs: str = "", outline: int | None = None, grid: bool = False
) -> str:
    """Return the inside of w:pPr for a text style.

    `outline` is the level of a heading, from 0; `grid` sets the lines on those of the page.
    """
    keep = "<w:keepNext/><w:keepLines/>" if style.keep_with_next else ""
    level = f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else ""
    # No space is added between Chinese and figures: lines and narrow cells break as they do in the PDF.
    close = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    close += "<w:snapToGrid/>" if grid else ""
    place = f"{_spacing(style)}{indent(style)}{justification(style.align)}"
    return f"{keep}<w:widowControl/>{numbered}{tabs}{close}{place}{level}"


def numbered(number: int, level: int = 0) -> str:
    """Return that a paragraph is counted in the list `number` (w:numId), in none when that is 0."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def justification(align: str) -> str:
    """Return how the lines of a paragraph are aligned."""
    return f'<w:jc w:val="{_JUSTIFICATION[align]}"/>'


def _spacing(style: TextStyle) -> str:
    """Return the distances of lines and paragraphs.

    Programs make different single lines of the same face: told in points, the lines stand alike in all of them.
    """
    before, after, line = (round(points * 20) for points in (style.before_pt, style.after_pt, style.leading_pt))
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="atLeast"/>'


def space_before(points: float) -> str:
    """Return how far a paragraph stands below what is before it."""
    return f'<w:spacing w:before="{round(points * 20)}"/>'


def indent(style: TextStyle) -> str:
    """Return the indents: in characters for Word and WPS, in twips for those that do not count characters."""
    first = ("hanging", style.hanging_chars) if style.hanging_chars else ("firstLine", style.first_line_chars)
    told = "".join(
        f' w:{name}Chars="{round(characters * 100)}" w:{name}="{round(characters * style.size_pt * 20)}"'
        for name, characters in (("left", style.indent_chars), first)
    )
    return f"<w:ind{told}/>"


# --- text -----------------------------------------------------------------------------------------------------------


def paragraph(style: str, content: str, properties: str = "") -> str:
    """Return a paragraph in the text style `style`; `properties` follow its style in w:pPr."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style_id(style)}"/>{properties}</w:pPr>{content}</w:p>'


def text(characters: str, properties: str = "", *, among: str = "") -> str:
    """Return text as runs; `among` is the text it stands in, if that is more.

    Marks that Chinese and Latin type share (“ ” — …) are runs of their own with the hint by which Word sets them in the
    Chinese face (ECMA-376 part 1, 17.3.2.26); quotation marks and apostrophes in Latin text are Latin.
    """
    shared = _SHARED_AMONG_CHINESE if _CHINESE.search(among or characters) else _SHARED_AMONG_LATIN
    plain = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    hinted = f'<w:rPr><w:rFonts w:hint="eastAsia"/>{properties}</w:rPr>'
    return "".join(
        [
            f"<w:r>{hinted if at % 2 else plain}{_characters(told)}</w:r>"
            for at, told in enumerate(shared.split(characters))
            if told
        ]
    )


def _characters(told: str) -> str:
    """Return the inside of a run: text, and the breaks and tabs in it as Word marks them."""
    return "".join(
        [_BREAKS.get(piece) or f'<w:t xml:space="preserve">{escaped(piece)}</w:t>' for piece in _PIECE.findall(told)]
    )


def runs(told: Sequence[Run]) -> str:
    """Return runs with their marks; a citation is a link to its reference."""
    among = text_of(told)
    return "".join([_run(run, among) for run in told])


def _run(run: Run, among: str) -> str:
    set_formula = formulas.omml(run.text) if run.kind == "formula" else None
    if set_formula is not None:
        return set_formula
    made = text(run.text, _marks(run), among=among)
    return f'<w:hyperlink w:anchor="{run.anchor}" w:history="1">{made}</w:hyperlink>' if run.anchor else made


def formula(latex: str) -> str:
    """Return the inside of a paragraph that is a formula; its source where that cannot be read."""
    made = formulas.omml(latex, display=True)
    if made is None:
        return text(latex, _marks(Run(latex, italic=True)))
    return f'<m:oMathPara><m:oMathParaPr><m:jc m:val="center"/></m:oMathParaPr>{made}</m:oMathPara>'


def _marks(run: Run) -> str:
    if not (run.bold or run.italic or run.underline or run.sub or run.sup):
        return ""
    place = "subscript" if run.sub else "superscript"
    return (
        ("<w:b/><w:bCs/>" if run.bold else "")
        + ("<w:i/><w:iCs/>" if run.italic else "")
        + ('<w:u w:val="single"/>' if run.underline else "")
        + (f'<w:vertAlign w:val="{place}"/>' if run.sub or run.sup else "")
    )


def bookmark(number: int, name: str, content: str) -> str:
    """Return `content` between the two ends of a bookmark."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def field(instruction: str, result: str) -> str:
    """Return a field with its result already in, each part in a run of its own."""
    return f"{field_start(instruction)}{text(result)}{FIELD_END}"


def field_start(instruction: str) -> str:
    """Return the beginning of a field up to its result."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escaped(instruction)} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
TAB = "<w:r><w:tab/></w:r>"
PAGE_BREAK = (  # a break in a run would leave an empty line at the top of the next page
    '<w:p><w:pPr><w:pageBreakBefore/><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
)


def gap(mm: float) -> str:
    """Return an empty paragraph of that height: between two tables Word needs one."""
    height = max(twips(mm), 20)
    spacing = f'<w:spacing w:before="0" w:after="0" w:line="{height}" w:lineRule="exact"/>'
    return f'<w:p><w:pPr><w:snapToGrid w:val="0"/>{spacing}<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'


def contents_entry(title: str, anchor: str, page: str) -> str:
    """Return the inside of one line of the contents: title, leader, page; all a link to the heading."""
    number = field(f"PAGEREF {anchor} \\h", page)
    return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{text(title)}{TAB}{number}</w:hyperlink>'


def contents(number: int, hint: str, paragraphs: str) -> str:
    """Return the contents in the frame by which Word offers to count their pages anew; `hint` is its name."""
    alias = f"<w:alias w:val={quoted(hint)}/>" if hint else ""
    return (
        f'<w:sdt><w:sdtPr>{alias}<w:id w:val="{number}"/><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
        f"<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>{paragraphs}</w:sdtContent></w:sdt>"
    )


# --- pictures -------------------------------------------------------------------------------------------------------


def picture(relation: str, number: int, width_mm: float, height_mm: float, alt: str, vectors: str = "") -> str:
    """Return a run with a picture in the line; its names tell nothing of the file it came from.

    `vectors` is the relation to the same picture as SVG: programs that do not know it show the other ([MS-ODRAWXML]).
    """
    size = f'cx="{emu(width_mm)}" cy="{emu(height_mm)}"'
    named = f'id="{number}" name="图片 {number}" descr={quoted(alt)}'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {named}/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f'<a:graphic><a:graphicData uri="{NAMESPACES["pic"]}"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="图片 {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f"<pic:blipFill>{_blip(relation, vectors)}<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def _blip(relation: str, vectors: str) -> str:
    if not vectors:
        return f'<a:blip r:embed="{relation}"/>'
    return (
        f'<a:blip r:embed="{relation}"><a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}">'
        '<asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" '
        f'r:embed="{vectors}"/></a:ext></a:extLst></a:blip>'
    )


def watermark(mark: str) -> str:
    """Return a run with a light slanted mark behind the text of every page: a shape, so that it is no text."""
    size = _MARK_PT / max(len(mark), 3)
    style = (
        f"position:absolute;margin-left:0;margin-top:0;width:{size * len(mark):.0f}pt;height:{size:.0f}pt;"
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:page;"
        "mso-position-vertical:center;mso-position-vertical-relative:page"
    )
    return (
        '<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" '
        'o:connectangles="270,180,90,0"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="DraftMark" o:spid="_x0000_s2049" type="#_x0000_t136" style="{style}" '
        'fillcolor="#ececec" stroked="f"><v:textpath '
        f'style="font-family:&quot;{FONT_NAMES["hei"]}&quot;;font-size:1pt;font-weight:bold" string={quoted(mark)}/>'
        '<w10:wrap anchorx="page" anchory="page"/></v:shape></w:pict></w:r>'
    )
