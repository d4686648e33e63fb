"""Word files for the tests that import them: by python-docx, by hand where that has no way, and by LibreOffice."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from PIL import Image

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": W,
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def png(colour: tuple[int, int, int] = (200, 30, 30), size: tuple[int, int] = (60, 40)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return target.getvalue()


def bytes_of(document: WordDocument) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def by_styles(fill: Callable[[WordDocument], object]) -> bytes:
    """Return a file of python-docx that `fill` has written into."""
    document = Document()
    fill(document)
    return bytes_of(document)


def by_hand(
    body: str, *, styles: str = "", numbering: str = "", media: dict[str, bytes] | None = None, more: str = ""
) -> bytes:
    """Return a file whose body, styles and numbering are these elements; `media` are pictures by their relation."""
    told = {"styles": styles, "numbering": numbering}
    links = "".join(
        f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>'
        for kind, xml in told.items()
        if xml
    )
    links += "".join(
        f'<Relationship Id="{link}" Type="{RELATIONS}/image" Target="media/{link}.png"/>' for link in media or {}
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}{more}'
            "</Relationships>",
        )
        archive.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for kind, xml in told.items():
            if xml:
                archive.writestr(f"word/{kind}.xml", f"<w:{kind} {NAMES}>{xml}</w:{kind}>")
        for link, data in (media or {}).items():
            archive.writestr(f"word/media/{link}.png", data)
    return target.getvalue()


def p(*texts: str, style: str = "", extra: str = "", bold: bool = False) -> str:
    """Return a paragraph of plain runs."""
    told = f'<w:pStyle w:val="{style}"/>' if style else ""
    looks = "<w:rPr><w:b/></w:rPr>" if bold else ""
    runs = "".join(f'<w:r>{looks}<w:t xml:space="preserve">{text}</w:t></w:r>' for text in texts)
    return f"<w:p><w:pPr>{told}{extra}</w:pPr>{runs}</w:p>"


def table(*rows: Sequence[str]) -> str:
    """Return a table of one paragraph a cell."""
    cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def counted(number: int, depth: int = 0) -> str:
    """Return the property of a paragraph that Word counts."""
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


LISTS = (  # 1: 一、 and （一）; 2: bullets; 3: 1. and (1)
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl>'
    '</w:abstractNum><w:abstractNum w:abstractNumId="2"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>'
    + "".join(f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n in range(3))
)


def last_year() -> bytes:
    """Return a proposal of another year: heading styles, a cover, a table of records, a picture, a footnote's trace."""

    def fill(document: WordDocument) -> None:
        add = document.add_paragraph
        document.add_heading("某专项项目申请书", 0)
        add("项目名称：示例盐碱地燕麦饲草高效栽培技术")
        add("申报单位：示例大学")
        document.add_heading("一、立项依据", 1)
        document.add_heading("（一）目的和意义", 2)
        add("河套灌区盐碱地面积大，示例牧场年缺饲草3万吨。")
        add("项目完成后可就近供草。", style="List Bullet")
        document.add_heading("（二）国内外研究现状及发展趋势", 2)
        paragraph = add("已有研究多在")
        paragraph.add_run("单因素").bold = True
        paragraph.add_run("试验阶段，CO")
        paragraph.add_run("2").font.subscript = True
        paragraph.add_run("排放少有核算。")
        document.add_picture(io.BytesIO(png()))
        add("图1 示例试验田")
        document.add_heading("二、研究内容与目标", 1)
        document.add_heading("（一）研究目标", 2)
        add("亩产干草800公斤以上。")
        document.add_heading("（二）研究内容", 2)
        document.add_heading("1. 耐盐品种筛选", 3)
        add("收集示例品种40份。")
        document.add_heading("2. 水肥调控", 3)
        add("比较三种灌溉制度。")
        document.add_heading("三、项目组成员", 1)
        members = document.add_table(rows=3, cols=5)
        for row, cells in zip(
            members.rows,
            [
                ("序号", "姓名", "职称", "承担任务", "备注"),
                ("1", "示例甲", "教授", "总体设计", "无"),
                ("2", "示例乙", "副教授", "田间试验", ""),
            ],
            strict=True,
        ):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        document.add_heading("四、其他需要说明的事项", 1)
        add("本申请书与示例项目没有重复。")

    return by_styles(fill)


def through_libreoffice(data: bytes, folder: Path) -> bytes:
    """Return a file opened and saved again by LibreOffice."""
    source, out = folder / "in.docx", folder / "out"
    source.write_bytes(data)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
            "docx:Office Open XML Text", "--outdir", str(out), str(source),
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return (out / "in.docx").read_bytes()
