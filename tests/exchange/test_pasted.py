"""What clipboards and files bring into prose: fixtures by hand after Word, WPS, LibreOffice and pages of the web."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from kjxm_desktop.core import pasted_rtf, pictures, rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import pasted
from kjxm_desktop.exchange.pasted import read_file, read_html
from kjxm_desktop.export import formulas
from tests.exchange.word_files import by_hand, last_year, p, png


def paragraph(*runs: str | Json) -> Json:
    return {"type": "paragraph", "runs": [{"text": one} if isinstance(one, str) else one for one in runs]}


# --- Word: an inline formula, a displayed one, one by hand of an equation editor, all with pictures for others

OTHERWISE = """<![if !msEquation]><span lang=EN-US style='mso-ascii-font-family:"Cambria Math"'><!--[if gte vml 1]>
<v:shapetype id="_x0000_t75"></v:shapetype><v:shape id="a"><v:imagedata
src="file:///C:/Temp/msohtmlclip1/01/clip_image002.png"/>
</v:shape><![endif]--><![if !vml]><img width=52 height=18
src="file:///C:/Temp/msohtmlclip1/01/clip_image003.png" v:shapes="a"><![endif]></span><![endif]>"""
RUN = (
    "<i style='mso-bidi-font-style:normal'><span lang=EN-US style='font-family:\"Cambria Math\",serif'><m:r>{}</m:r>"
    "</span></i>"
)
POWER = (
    "<m:sSup><m:sSupPr><span style='font-family:\"Cambria Math\",serif'><m:ctrlPr></m:ctrlPr></span></m:sSupPr><m:e>"
    f"{RUN.format('c')}</m:e><m:sup>{RUN.format('2')}</m:sup></m:sSup>"
)
FRACTION = (
    f'<m:f><m:fPr><m:type m:val="bar"/></m:fPr><m:num>{RUN.format("a")}</m:num><m:den>{RUN.format("b")}</m:den></m:f>'
)
HEADER = (
    "Version:1.0\r\nStartHTML:0000000105\r\nEndHTML:0000004321\r\nStartFragment:0000000141\r\n"
    "EndFragment:0000004285\r\n\r\n"
)
WORD = f"""{HEADER}<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml">
<head><meta name=Generator content="Microsoft Word 15"></head><body lang=ZH-CN><!--StartFragment-->
<p class=MsoNormal><span
style='font-family:宋体'>能量</span><!--[if gte msEquation 12]><m:oMath>{RUN.format("E=m")}{POWER}
</m:oMath><![endif]-->{OTHERWISE}<span style='font-family:宋体'>成立</span><a style='mso-footnote-id:ftn1' href="#_ftn1"
name="_ftnref1"><span class=MsoFootnoteReference><span lang=EN-US><span style='mso-special-character:footnote'><![if
!supportFootnotes]><span class=MsoFootnoteReference>[1]</span><![endif]></span></span></span></a>。<o:p></o:p></p>
<p
class=MsoNormal><!--[if gte msEquation 12]><m:oMathPara><m:oMath>{FRACTION}</m:oMath></m:oMathPara><![endif]-->
{OTHERWISE}</p>
<p class=MsoNormal><a style='mso-comment-reference:甲_1;mso-comment-date:20240601T1000'>旁注所指</a><span
class=MsoCommentReference><span lang=EN-US><!--[if !supportAnnotations]--><a class=msocomanchor id="_anchor_1"
onmouseover="msoCommentShow('_anchor_1','_com_1')" href="#_msocom_1" name="_msoanchor_1">[甲1]</a><!--[endif]--><span
style='mso-special-character:comment'>&nbsp;</span></span></span></p>
<h1 style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US><span
style='mso-list:Ignore'>一、<span
style='font:7.0pt "Times New Roman"'>&nbsp; </span></span></span><![endif]>立项依据</h1>
<table class=MsoTableGrid border=1><tr style='mso-yfti-irow:0;mso-yfti-firstrow:yes'><td width=93 colspan=2 valign=top
style='border:solid windowtext 1.0pt'><p class=MsoNormal align=center><b>合并<o:p></o:p></b></p></td></tr>
<tr><td width=46 rowspan=2><p class=MsoNormal>左</p></td><td><p class=MsoNormal>上</p></td></tr>
<tr><td><p class=MsoNormal>下</p><p class=MsoNormal>再下</p></td></tr></table>
<div style='mso-element:footnote-list'><![if !supportFootnotes]><br
clear=all><hr align=left size=1 width="33%"><![endif]>
<div style='mso-element:footnote' id=ftn1><p class=MsoFootnoteText>[1] 脚注的话</p></div></div>
<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>批注的话</p></div></div>
<!--EndFragment--></body></html>"""


def test_word_brings_its_formulas_and_leaves_notes_and_comments_behind() -> None:
    offered = read_html(WORD)
    assert offered.blocks == [
        paragraph("能量", {"formula": "E=mc^{2}"}, "成立。"),
        {"type": "formula", "latex": r"\frac{a}{b}"},
        paragraph("旁注所指"),
        paragraph({"text": "一、 立项依据", "bold": True}),
        {
            "type": "table", "header": False,
            "rows": [
                [[{"text": "合并", "bold": True}], []],
                [[{"text": "左"}], [{"text": "上"}]],
                [[], [{"text": "下 再下"}]],
            ],
        },
    ]  # fmt: skip
    assert offered.dropped == {"note": 1, "comment": 1}
    assert all(formulas.problem(latex) is None for latex in rich_text.formulas_of(offered.blocks))


def test_of_a_formula_of_word_that_cannot_be_told_the_letters_stay() -> None:
    odd = "<m:acc><m:accPr><m:chr m:val='☃'/></m:accPr><m:e><m:r>x</m:r></m:e></m:acc>"
    offered = read_html(f"<p>见<!--[if gte msEquation 12]><m:oMath>{odd}</m:oMath><![endif]-->{OTHERWISE}后</p>")
    assert offered.blocks == [paragraph("见x后")]
    assert offered.dropped == {"equation": 1}


def test_what_is_for_programs_without_formulas_is_read_where_there_is_none() -> None:
    offered = read_html(f"<p>前{OTHERWISE}后</p>")
    assert offered.blocks == [paragraph("前后")]
    assert offered.dropped == {"picture": 1}


def test_a_condition_that_never_ends_hides_nothing() -> None:
    source = (
        "<p><!--[if gte msEquation 12]><m:oMath><m:r>x</m:r></m:oMath><![endif]--><![if !msEquation]>后</p><p>再后</p>"
    )
    assert rich_text.plain(read_html(source).blocks).endswith("后\n再后")


# --- pages with formulas


def katex(source: str, drawn: str, display: str = "") -> str:
    return (
        f'<span class="katex"><span class="katex-mathml" style="clip: rect(1px, 1px, 1px, 1px); position: absolute; '
        f'overflow: hidden; height: 1px;"><math xmlns="http://www.w3.org/1998/Math/MathML"{display}><semantics><mrow><mi>'
        f'{drawn}</mi></mrow><annotation encoding="application/x-tex">{source}</annotation></semantics></math></span>'
        f'<span class="katex-html" aria-hidden="true"><span class="base"><span>{drawn}</span></span></span></span>'
    )


def test_a_formula_of_a_page_comes_as_its_source_and_only_once() -> None:
    inline, own = katex("E=mc^2", "E=mc2"), katex(r"\frac{a}{b}", "ab", ' display="block"')
    offered = read_html(f"<p>由{inline}得</p><p>{own}</p><p>即证。</p>")
    assert offered.blocks == [
        paragraph("由", {"formula": "E=mc^2"}, "得"),
        {"type": "formula", "latex": r"\frac{a}{b}"},
        paragraph("即证。"),
    ]
    assert offered.dropped == {}


def test_a_formula_that_nobody_could_see_is_dropped() -> None:
    offered = read_html(f'<p>前<span style="display:none">{katex("秘密", "x")}</span>后</p>')
    assert offered.blocks == [paragraph("前后")]
    assert offered.dropped == {"hidden": 1}


def test_a_formula_without_its_source_comes_as_its_letters() -> None:
    assert read_html("<p>设<math><mi>x</mi><mo>=</mo><mn>1</mn></math>时</p>").blocks == [paragraph("设x=1时")]


def test_a_formula_in_a_cell_stays_in_it() -> None:
    offered = read_html(f"<table><tr><td>{katex('x^2', 'x2', ' display=block')}</td><td>二</td></tr></table>")
    assert offered.blocks[0]["rows"] == [[[{"formula": "x^2"}], [{"text": "二"}]]]


# --- pictures


def address(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


RED, BLUE = png((200, 0, 0)), png((0, 0, 200), (30, 30))


def rtf(*groups: bytes) -> bytes:
    return b"{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 SimSun;}} \\pard text\n" + b"\n".join(groups) + b"\\par}"


def shape(data: bytes, kind: bytes = b"\\pngblip") -> bytes:
    """Return a picture as Word writes it: its group, then the same as a metafile for old programs."""
    digits = b"\n".join(data.hex().encode()[at : at + 128] for at in range(0, 2 * len(data), 128))
    head = b"{\\*\\picprop\\shplid1025{\\sp{\\sn shapeType}{\\sv 75}}}\\picscalex100\\picscaley100\\picw1587\\pich1058"
    uid = b"\\bliptag-1204{\\*\\blipuid b82f9a3c5d6e7f8091a2b3c4d5e6f708}"
    again = b"{\\nonshppict{\\pict\\picscalex100\\wmetafile8 0100090000037f}}"
    return b"{\\*\\shppict{\\pict" + head + kind + uid + digits + b"}}" + again


def test_pictures_inside_a_page_come_along_through_the_one_gate() -> None:
    offered = read_html(
        f'<p>前<img src="{address(RED)}" alt="红田">后</p><ul><li>甲<img src="{address(BLUE)}"></li></ul>'
    )
    kinds = [block["type"] for block in offered.blocks]
    assert kinds == ["paragraph", "picture", "paragraph", "list", "picture"]
    assert offered.blocks[1]["alt"] == "红田"
    kept = [pictures.measure(data) for data in offered.pictures]
    assert [made.sha256 for made in kept if made] == [block["media"] for block in offered.blocks if "media" in block]
    assert offered.dropped == {}


def test_pictures_that_word_only_names_come_from_the_rich_text_beside() -> None:
    named = (
        '<p>甲<img src="file:///C:/Temp/clip_image001.png"></p><p>乙<img src="file:///C:/Temp/clip_image002.jpg"></p>'
    )
    formula = b"{\\mmathPict{\\pict\\pngblip " + RED.hex().encode() + b"}}"
    sign = b"{\\*\\listpicture{\\*\\shppict{\\pict\\pngblip " + RED.hex().encode() + b"}}}"
    offered = read_html(named, rtf(sign, shape(RED), formula, shape(BLUE)))
    assert [block["type"] for block in offered.blocks] == ["paragraph", "picture", "paragraph", "picture"]
    assert [made.width_px for data in offered.pictures if (made := pictures.measure(data))] == [60, 30]
    assert offered.dropped == {}


@pytest.mark.parametrize(
    "beside",
    [
        b"",
        rtf(shape(RED)),
        rtf(shape(RED), shape(BLUE), shape(RED)),
        rtf(shape(RED, b"\\emfblip"), shape(b"", b"\\emfblip")),
    ],
)
def test_pictures_that_are_not_there_to_be_had_are_told(beside: bytes) -> None:
    offered = read_html('<p>甲<img src="file:///a.png"><img src="file:///b.png"></p>', beside)
    assert offered.blocks == [paragraph("甲")]
    assert offered.pictures == ()
    assert offered.dropped == {"picture": 2}


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/hostname", "//attacker/share/a.png", "https://example.org/a.png", "cid:1", "data:#0", "",
        "data:image/png;base64,AAAA", "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
    ],
)  # fmt: skip
def test_nothing_that_a_text_names_is_loaded(source: str) -> None:
    offered = read_html(f'<p>甲<img src="{source}"></p>')
    assert offered.blocks == [paragraph("甲")]
    assert offered.dropped == {"picture": 1}


def test_a_picture_that_nobody_could_see_does_not_come_along() -> None:
    assert read_html(f'<p>甲<span style="display:none"><img src="{address(RED)}"></span></p>').pictures == ()


def test_a_large_page_with_pictures_is_read_with_its_looks() -> None:
    many = "".join(f'<p><b>段{at}</b><img src="{address(png((at, 0, 0), (200, 200)))}"></p>' for at in range(3))
    long = f'<p>尾<img src="data:image/png;base64,{"A" * 3_000_000}"></p>'
    offered = read_html(many + long)
    assert [block["type"] for block in offered.blocks] == [*["paragraph", "picture"] * 3, "paragraph"]
    assert offered.blocks[0]["runs"][0]["bold"]
    assert offered.dropped == {"picture": 1}


def test_a_cell_leaves_pictures_behind_and_tells() -> None:
    offered = pasted.without_pictures(read_html(f'<p>甲<img src="{address(RED)}"></p>'))
    assert offered.blocks == [paragraph("甲")]
    assert offered.dropped == {"picture": 1}


@pytest.mark.parametrize(
    "source",
    [
        b"{\\rtf1 {\\pict", b"{\\rtf1 {\\pict\\pngblip", b"{\\rtf1 {\\pict\\pngblip 8950}",
        b"{\\rtf1 {\\pict\\pngblip zz}}",
        b"{\\rtf1 {\\pict" + b"{" * 30_000, b"{\\pict{\\pict{\\pict\\pngblip 00}}}", b"{\\pict\\pngblip}",
    ],
)  # fmt: skip
def test_rich_text_that_is_not_as_it_should_be_costs_its_pictures_alone(source: bytes) -> None:
    assert read_html('<p>甲<img src="a"></p>', source).blocks == [paragraph("甲")]


def test_very_many_pictures_of_rich_text_are_not_looked_at() -> None:
    assert pasted_rtf.pictures(b"{\\pict\\pngblip 00}" * 101) == []


# --- WPS, LibreOffice

WPS = """<html xmlns:w="urn:schemas-microsoft-com:office:word"><head><meta
name=Generator content="Microsoft Word 14 Class"
></head><body style="tab-interval:21pt;" ><!--StartFragment--><p class=MsoNormal  style="mso-outline-level:1;" ><b><span
style="font-family:黑体;mso-ascii-font-family:黑体;" ><font face="黑体"
>（一）</font></span></b><b><span >目的与意义</span></b></p>
<p class=MsoNormal ><s><span style="text-decoration:line-through;" >旧</span></s><span ><del datetime="2024-05-01T00:00"
cite="mailto:甲" >删去</del><ins cite="mailto:甲" >插入</ins></span><span
style="color:rgb(255,255,255);" >白字</span><span><o:p></o:p></span></p>
<p class=MsoNormal ><img width="120"  height="80"
src="file:///C:\\Users\\x\\AppData\\Local\\Temp\\ksohtml1\\wps1.png" ><span
><o:p></o:p></span></p><!--EndFragment--></body></html>"""


def test_wps_brings_its_text_and_its_picture_from_the_rich_text() -> None:
    offered = read_html(WPS, rtf(b"{\\pict\\pngblip\\picw60\\pich40 " + RED.hex().encode() + b"}"))
    assert rich_text.plain(offered.blocks) == "（一）目的与意义\n旧插入"
    assert [block["type"] for block in offered.blocks] == ["paragraph", "paragraph", "picture"]
    assert offered.dropped == {"deleted": 1, "struck": 1, "hidden": 1}


LIBRE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><html><head><meta name="generator"
content="LibreOffice 24.2 (Linux)"/><style type="text/css">h1 { margin-top: 0.4cm } p { line-height: 115% }
a.sdfootnoteanc { font-size: 57% }</style></head><body lang="zh-CN" dir="ltr"><h1 class="western">标题</h1>
<p style="margin-bottom: 0cm">正文<a
class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>的<b>粗
体</b>与<span
style="display: none">藏</span>字</p><ol><li><p style="margin-bottom: 0cm">一</p></li><li><p>二</p></li></ol>
<p><img src="{picture}" name="图像1" alt="示例" align="bottom" width="120" height="80" border="0"/></p>
<div id="sdfootnote1"><p class="sdfootnote"><a
class="sdfootnotesym" name="sdfootnote1sym" href="#sdfootnote1anc">1</a>注</p></div>
</body></html>"""


def test_libreoffice_brings_its_text_list_and_picture() -> None:
    offered = read_html(LIBRE.replace("{picture}", address(RED)))
    assert [block["type"] for block in offered.blocks] == ["paragraph", "paragraph", "list", "picture"]
    assert offered.blocks[1]["runs"] == [{"text": "正文的"}, {"text": "粗体", "bold": True}, {"text": "与字"}]
    assert offered.dropped == {"hidden": 1, "note": 1}


# --- files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_file_gives_a_paragraph_a_line_whatever_it_is_written_in(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "说明.txt"
    path.write_bytes("第一行，含“引号”\r\n\r\n第二行\u200b".encode(encoding))
    offered = read_file(path)
    assert offered.blocks == [paragraph("第一行，含“引号”"), paragraph("第二行")]
    assert offered.dropped == {"invisible": 1}


def test_a_word_file_gives_its_text_with_headings_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(last_year())
    offered = read_file(path)
    assert "（一）目的和意义" in rich_text.plain(offered.blocks)
    assert len(offered.pictures) == 1
    path.write_bytes(by_hand(p("甲") + "<w:p><w:del><w:r><w:delText>密</w:delText></w:r></w:del></w:p>"))
    assert read_file(path).dropped == {"deleted": 1}


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "incoming.doc"),
        ("a.txt", b"\x00\x01\x02\xff", "incoming.no_text"),
        ("a.txt", b"", "incoming.empty"),
        ("a.txt", b"PK\x03\x04 cut", "incoming.damaged"),
        ("a.docx", b"plain words", "incoming.kind"),
    ],
)
def test_a_file_that_is_no_text_is_told_by_what_it_is(tmp_path: Path, name: str, data: bytes, key: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(KjxmError) as told:
        read_file(path)
    assert told.value.key == key
