"""Writes template.docx, the form of the made-up Bridge Watch, as an office would have made it in Word.

Run it after a change: python tests/calls/bridge-watch-2027/make_template.py
"""

from __future__ import annotations

import io
import zipfile
from itertools import count
from pathlib import Path

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DECLARED = (
    f'xmlns:w="{W}" xmlns:r="{OFFICE}" xmlns:w14="{W14}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="w14"'
)
FANG = '<w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hAnsi="仿宋"/>'
GOTHIC = '<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>'
WIDTH = 8_900

_ids = count(101)


def run(text: str, properties: str = "") -> str:
    told = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{told}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str, properties: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"


def control(tag: str, content: str, kind: str = "") -> str:
    escaped = tag.replace("&", "&amp;")
    return (
        f'<w:sdt><w:sdtPr><w:tag w:val="{escaped}"/><w:id w:val="{next(_ids)}"/><w:showingPlcHdr/>{kind}</w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def hint(text: str = "点击填写") -> str:
    return run(text, f'<w:rStyle w:val="a3"/>{FANG}<w:sz w:val="24"/>')


def line(tag: str, kind: str = "") -> str:
    return control(tag, hint(), kind)


def area(tag: str) -> str:
    indent = '<w:spacing w:line="400" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="480"/>'
    return control(tag, paragraph(hint("点击填写，可分段"), indent))


def box(tag: str) -> str:
    states = (
        '<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="2611" w14:font="Segoe UI Symbol"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
    )
    return (
        f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/><w:id w:val="{next(_ids)}"/>{states}</w:sdtPr><w:sdtContent>'
        f"{run('☐', GOTHIC)}</w:sdtContent></w:sdt>"
    )


def cell(content: str, width: int, properties: str = "", align: str = "") -> str:
    if not content.startswith("<w:p>"):
        content = paragraph(content, f'<w:jc w:val="{align}"/>' if align else "")
    told = f'<w:tcW w:w="{width}" w:type="dxa"/>{properties}<w:vAlign w:val="center"/>'
    return f"<w:tc><w:tcPr>{told}</w:tcPr>{content}</w:tc>"


def label(text: str, width: int, properties: str = "") -> str:
    return cell(run(text, f'{FANG}<w:b/><w:sz w:val="24"/>'), width, properties, "center")


def row(cells: str, properties: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{cells}</w:tr>"


def table(widths: list[int], rows: str) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="a4"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def heading(text: str) -> str:
    return paragraph(run(text), '<w:pStyle w:val="1"/>')


def cover() -> str:
    fact = [1_900, 7_000]
    half = [1_900, 2_550, 1_900, 2_550]
    rest = sum(half[1:])
    day, three = '<w:date w:fullDate="2000-01-01T00:00:00Z"/>', '<w:gridSpan w:val="3"/>'
    kinds = "".join(
        box(f"/bridge/kind={kind}") + run(f"{name}　", FANG)
        for kind, name in (("arch", "石拱桥"), ("beam", "石梁桥"), ("corridor", "廊桥"))
    )
    works = "".join(
        control(f"/bridge/works={work}", run("□", FANG)) + run(f"{name}　", FANG)
        for work, name in (("survey", "测绘"), ("weeding", "除草"), ("mending", "小修"))
    )
    whole = control("/bridge/title", cell(paragraph(hint("项目名称，三十字以内")), fact[1]))
    height = '<w:trHeight w:val="680" w:hRule="exact"/>'
    return table(fact, row(label("项目名称", fact[0]) + whole, height)) + paragraph("") + table(
        half,
        row(label("申请人", half[0]) + cell(line("/person/name", "<w:text/>"), half[1])
            + label("电话", half[2]) + cell(line("/person/phone", "<w:text/>"), half[3]))
        + row(label("出生日期", half[0]) + cell(line("/person/born", day), half[1])
              + label("起止月份", half[2]) + cell(line("{/bridge/start}至{/bridge/end}"), half[3]))
        + row(label("桥的种类", half[0]) + cell(kinds, rest, three))
        + row(label("要做的事", half[0]) + cell(works, rest, three))
        + row(label("关键词", half[0]) + cell(line("/bridge/words"), rest, three))
        + row(label("是否挂牌", half[0]) + cell(line("/bridge/listed"), half[1])
              + label("挂牌编号", half[2]) + cell(line("/bridge/listed_as"), half[3]))
        + row(label("申请经费", half[0])
              + cell(run("人民币 ", FANG) + line("/money/asked") + run(" 元", FANG), rest, three)),
    )  # fmt: skip


def members() -> str:
    widths = [900, 900, 2_100, 2_800, 1_100, 1_100]
    merged, runs_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    head = row(
        label("", widths[0], merged) + label("序号", widths[1], merged) + label("姓名", widths[2], merged)
        + label("分工", widths[3], merged) + label("投入", 2_200, '<w:gridSpan w:val="2"/>'),
        "<w:tblHeader/>",
    )  # fmt: skip
    under = row(
        "".join(cell("", width, runs_on) for width in widths[:4]) + label("天数", widths[4]) + label("本地", widths[5]),
        "<w:tblHeader/>",
    )
    pattern = row(
        label("看护员", widths[0], merged) + cell(line("/helpers/members/*"), widths[1], align="center")
        + cell(line("/helpers/members/*/name"), widths[2]) + cell(line("/helpers/members/*/task"), widths[3])
        + cell(line("/helpers/members/*/days"), widths[4], align="center")
        + cell(box("/helpers/members/*/local"), widths[5], align="center"),
        "<w:cantSplit/>",
    )  # fmt: skip
    return table(widths, head + under + pattern)


def partners() -> str:
    widths = [1_900, 7_000]
    inner = paragraph(
        run("第 ", FANG) + line("/helpers/partners/*") + run(" 个单位：", FANG) + line("/helpers/partners/*/name")
    )
    rows = (
        row(label("性质", widths[0]) + cell(line("/helpers/partners/*/role"), widths[1]))
        + row(label("地址", widths[0]) + cell(line("/helpers/partners/*/place"), widths[1]))
        + row(label("能做什么", widths[0]) + cell(paragraph(line("/helpers/partners/*/offer")), widths[1]))
    )
    return control("/helpers/partners/*", inner + table(widths, rows) + paragraph(""))


def money() -> str:
    widths = [2_600, 1_500, 1_800, 3_000]
    head = row(
        "".join(label(text, width) for text, width in zip(("项目", "类别", "金额（元）", "说明"), widths, strict=True)),
        "<w:tblHeader/>",
    )
    pattern = row(
        cell(line("/money/lines/*/item"), widths[0]) + cell(line("/money/lines/*/kind"), widths[1], align="center")
        + cell(line("/money/lines/*/amount"), widths[2], align="right") + cell(line("/money/lines/*/note"), widths[3])
    )  # fmt: skip
    total = row(
        label("合计", widths[0] + widths[1], '<w:gridSpan w:val="2"/>')
        + cell(line("+/money/lines/*/amount"), widths[2], align="right")
        + cell(run("其中工具 ", FANG) + line("+/money/lines/*/amount?kind=tools") + run(" 元", FANG), widths[3])
    )
    return table(widths, head + pattern + total)


def promise() -> str:
    widths = [1_900, 7_000]
    papers = row(
        cell(line("/promise/papers/*"), widths[0], align="center") + cell(line("/promise/papers/*/name"), widths[1])
    )
    sources = row(
        cell(line("/helpers/sources/*"), widths[0], align="center") + cell(line("/helpers/sources/*/text"), widths[1])
    )
    signed = paragraph(
        run("申请人（签字）：　　　　　　　　填表日期：", FANG) + line("/promise/signed"), '<w:spacing w:before="400"/>'
    )
    return (
        heading("七、参考资料和附件")
        + table(widths, row(label("资料", widths[0]) + label("名称", widths[1])) + sources)
        + paragraph("")
        + table(widths, row(label("附件", widths[0]) + label("名称", widths[1])) + papers)
        + heading("八、承诺")
        + paragraph(box("/promise/true_words") + run("本表所写属实。", FANG))
        + signed
        + paragraph(run("看护会（盖章）：　　　　　　　　打印日期：", FANG) + line("{today}"))
    )


def document() -> str:
    body = (
        paragraph(line("{year}") + run(" 年古桥看护申请表"), '<w:pStyle w:val="a5"/>')
        + cover()
        + heading("一、看护目标")
        + table(
            [WIDTH], row(cell(paragraph(line("/bridge/aim")), WIDTH), '<w:trHeight w:val="1200" w:hRule="atLeast"/>')
        )
        + heading("二、怎样看护")
        + area("/bridge/plan")
        + heading("三、申请人的看护经历")
        + area("/person/story")
        + paragraph(line("/person/photo"), '<w:jc w:val="center"/>')
        + heading("四、一起看护的人")
        + members()
        + heading("五、合作单位")
        + partners()
        + heading("六、经费开支")
        + money()
        + promise()
    )
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1300" w:right="1503" w:bottom="1300" w:left="1503" '
        'w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>'
    )
    return f"<w:document {DECLARED}><w:body>{body}{section}</w:body></w:document>"


def styles() -> str:
    def style(kind: str, key: str, name: str, inside: str, default: str = "") -> str:
        return f'<w:style w:type="{kind}"{default} w:styleId="{key}"><w:name w:val="{name}"/>{inside}</w:style>'

    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    first = ' w:default="1"'
    sides = "".join(f'<w:{side} w:w="108" w:type="dxa"/>' for side in ("left", "right"))
    body, title, head, table = (
        '<w:qFormat/><w:pPr><w:jc w:val="both"/></w:pPr>',
        (
            '<w:basedOn w:val="a"/><w:pPr><w:spacing w:after="240"/><w:jc w:val="center"/></w:pPr>'
            '<w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="40"/></w:rPr>'
        ),
        (
            '<w:basedOn w:val="a"/><w:next w:val="a"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/>'
            '<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:sz w:val="28"/></w:rPr>'
        ),
        (
            f'<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>{sides}'
            "</w:tblCellMar></w:tblPr>"
        ),
    )
    grid = f'<w:basedOn w:val="a1"/><w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr>'
    placeholder = '<w:basedOn w:val="a0"/><w:rPr><w:color w:val="808080"/></w:rPr>'
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Times New Roman" w:eastAsia="宋体" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
        '<w:sz w:val="24"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        + style("paragraph", "a", "Normal", body, first)
        + style("character", "a0", "Default Paragraph Font", '<w:uiPriority w:val="1"/><w:semiHidden/>', first)
        + style("table", "a1", "Normal Table", table, first)
        + style("character", "a3", "Placeholder Text", placeholder)
        + style("table", "a4", "Table Grid", grid)
        + style("paragraph", "a5", "Title", title)
        + style("paragraph", "1", "heading 1", head)
        + "</w:styles>"
    )


def header() -> str:
    text = paragraph(line("{issuer}"), '<w:jc w:val="center"/>')
    return f"<w:hdr {DECLARED}>{text}</w:hdr>"


def footer() -> str:
    page = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    text = paragraph(run("— ") + page + run(" —　") + line("{check_code}"), '<w:jc w:val="center"/>')
    return f"<w:ftr {DECLARED}>{text}</w:ftr>"


def core() -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:creator>桥示例</dc:creator><cp:lastModifiedBy>桥示例</cp:lastModifiedBy></cp:coreProperties>"
    )


def relations(*told: tuple[str, str]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(told, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def parts() -> dict[str, str]:
    kinds = {
        "word/document.xml": "document.main",
        "word/styles.xml": "styles",
        "word/settings.xml": "settings",
        "word/header1.xml": "header",
        "word/footer1.xml": "footer",
    }
    types = "".join(f'<Override PartName="/{name}" ContentType="{WORD}.{kind}+xml"/>' for name, kind in kinds.items())
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Override PartName="/docProps/core.xml" '
            'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
            f"{types}</Types>"
        ),
        "_rels/.rels": relations(
            (f"{OFFICE}/officeDocument", "word/document.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": core(),
        "word/_rels/document.xml.rels": relations(
            (f"{OFFICE}/styles", "styles.xml"), (f"{OFFICE}/settings", "settings.xml"),
            (f"{OFFICE}/header", "header1.xml"), (f"{OFFICE}/footer", "footer1.xml"),
        ),
        "word/document.xml": document(),
        "word/footer1.xml": footer(),
        "word/header1.xml": header(),
        "word/settings.xml": f'<w:settings xmlns:w="{W}"><w:defaultTabStop w:val="420"/><w:compat><w:compatSetting '
        'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        "</w:settings>",
        "word/styles.xml": styles(),
    }  # fmt: skip


def template() -> bytes:
    """Return the form; the same bytes each time."""
    global _ids
    _ids = count(101)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts().items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            archive.writestr(zipfile.ZipInfo(name, (2027, 1, 11, 0, 0, 0)), head + xml, zipfile.ZIP_DEFLATED)
    return out.getvalue()


if __name__ == "__main__":
    (Path(__file__).parent / "template.docx").write_bytes(template())
