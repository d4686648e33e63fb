"""Text from Word, WPS, Excel and browsers: what can be seen comes along, the rest is dropped and counted."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kjxm_desktop.core import html_pieces, html_styles, html_tokens, pasted_html, rich_text
from kjxm_desktop.core.pasted_html import Pasted, TooMuchError, read

SECRET = "秘密"


def paragraph(*runs):
    return {"type": "paragraph", "runs": [{"text": run} if isinstance(run, str) else run for run in runs]}


def bold(text):
    return {"text": text, "bold": True}


def listed(*items, ordered=False):
    return {"type": "list", "ordered": ordered, "items": [[{"text": item}] for item in items]}


def rows(*lines, header=False):
    told = [[[{"text": cell}] if cell else [] for cell in line] for line in lines]
    return {"type": "table", "header": header, "rows": told}


def text_of(source):
    return rich_text.plain(read(source).blocks)


# --- what nobody can see


@pytest.mark.parametrize(
    "hidden",
    [
        '<span style="display:none">秘密</span>',
        '<span style="DISPLAY : None !important">秘密</span>',
        '<span style="display/**/:/* a */none">秘密</span>',
        r'<span style="display:n\6fne">秘密</span>',
        '<span style="display:&#110;one">秘密</span>',
        "<span style='mso-hide:all'>秘密</span>",
        '<span style="visibility:hidden">秘密</span>',
        '<span style="visibility:collapse"><b>秘密</b></span>',
        '<span style="font-size:0">秘密</span>',
        '<span style="font-size:0.0pt">秘密</span>',
        '<span style="font-size:1px">秘密</span>',
        '<span style="font-size:1%">秘密</span>',
        '<span style="font:0/0 a">秘密</span>',
        '<span style="font-size:0"><b style="font-size:2em">秘密</b></span>',
        '<span style="color:white">秘密</span>',
        '<span style="color:#FFF">秘密</span>',
        '<span style="color: rgb(255, 255, 255)">秘密</span>',
        '<span style="color:rgb(100% 100% 100% / 1)">秘密</span>',
        '<span style="color:hsl(0,0%,100%)">秘密</span>',
        '<span style="color:#fefdfc">秘密</span>',
        '<span style="color:rgba(0,0,0,0)">秘密</span>',
        '<span style="color:#00000000">秘密</span>',
        '<span style="color:transparent">秘密</span>',
        '<font color="white">秘密</font>',
        '<span style="color:black;background:#000000">秘密</span>',
        '<p style="background-color:navy"><i style="color:#000080">秘密</i></p>',
        "<span hidden>秘密</span>",
        "<div hidden='until-found'><p>秘密</p></div>",
        '<span style="opacity:0">秘密</span>',
        '<p style="position:absolute;left:-9999px">秘密</p>',
        '<p style="text-indent:-1000pt">秘密</p>',
        '<p style="height:0;overflow:hidden">秘密</p>',
        '<span style="clip:rect(0,0,0,0)">秘密</span>',
        '<span style="clip-path: inset(50%)">秘密</span>',
        "<style>p.quiet {display:none}</style><p class='MsoNormal Quiet'>秘密</p>",
        "<style><!-- .a, .b { color: white } --></style><span class=b>秘密</span>",
        "<style>@media screen { .b {} .a { visibility: hidden } }</style><span class=a>秘密</span>",
        "<p style='display:none'>秘密<p>",
        "<style>#q {display:none}</style><p id=Q>秘密</p>",
        "<style>div p {display:none}</style><div><b><p>秘密</p></b></div>",
        "<style>div > p {display:none}</style><div><p>秘密</p></div>",
        "<style>.a.b {display:none}</style><p class='b c a'>秘密</p>",
        "<style>p#q.a[data-h] {display:none}</style><p id=q class=a data-h>秘密</p>",
        "<style>[data-h] {display:none}</style><p data-h=1>秘密</p>",
        "<style>p[data-h='No'] {display:none}</style><p data-h=no>秘密</p>",
        "<style>[class^=hid] {display:none}</style><p class=hidden-x>秘密</p>",
        "<style>div * {display:none}</style><div><p>秘密</p></div>",
        "<style>.a {display:none !important}</style><p class=a style='display:block'>秘密</p>",
        "<style>.a {display:none!important} .a {display:block}</style><p class=a>秘密</p>",
        "<style>#q {display:none} p.a {display:block}</style><p class=a id=q>秘密</p>",
        "<style>:root {--c:#fff} .a {color:var(--c)}</style><p class=a>秘密</p>",
        "<div><p id=q>秘密</p><style>#q {display:none}</style></div>",
        "<details>秘密</details>",
        "<dialog><p>秘密</p></dialog>",
        "<p popover>秘密</p>",
        "<math><annotation encoding='application/x-tex'>秘密</annotation></math>",
        '<span style="color:hwb(0 100% 0%)">秘密</span>',
        '<span style="color:lab(100% 0 0)">秘密</span>',
        '<span style="color:lch(100 0 none)">秘密</span>',
        '<span style="color:oklab(1 0 0)">秘密</span>',
        '<span style="color:oklch(100% 0 0)">秘密</span>',
        '<span style="color:oklch(50% 0 0 / 0)">秘密</span>',
        '<span style="color:color(srgb 1 1 1)">秘密</span>',
        '<span style="color:color(display-p3 1 1 1)">秘密</span>',
        '<span style="-webkit-text-fill-color:transparent">秘密</span>',
        '<span style="-webkit-text-fill-color:#fff;color:#000">秘密</span>',
        '<span style="background-clip:text;color:transparent">秘密</span>',
        '<p style="filter:blur(0) opacity(0%)">秘密</p>',
        '<p style="zoom:0">秘密</p>',
        '<p style="scale:0">秘密</p>',
        '<p style="transform:scaleY(0)">秘密</p>',
        '<p style="transform:rotate(1deg) translateX(-9999px)">秘密</p>',
        '<p style="transform:translate(0, -9999px)">秘密</p>',
        '<p style="translate:-9999px">秘密</p>',
        '<p style="position:fixed;right:9999px">秘密</p>',
        '<p style="font-size:calc(0px)">秘密</p>',
        '<p style="letter-spacing:-100px">秘密</p>',
        '<p style="line-height:0;overflow:hidden">秘密</p>',
    ],
)
def test_hidden_text_is_dropped_and_counted(hidden):
    pasted = read(f"<p>看得见</p>{hidden}<p>也看得见</p>")
    assert pasted == Pasted([paragraph("看得见"), paragraph("也看得见")], {"hidden": 1})


@pytest.mark.parametrize(
    "embedded",
    [
        "<iframe src='//x/y'>秘密</iframe>",
        "<object data='file:///x'><p>秘密</p></object>",
        "<textarea>秘密</textarea>",
        "<select><option>秘密</select>",
        "<video src=x>秘密</video>",
        "<canvas>秘密</canvas>",
        "<datalist><option>秘密</datalist>",
        "<progress>秘密</progress>",
    ],
)
def test_what_stands_for_something_embedded_is_dropped_and_counted(embedded):
    assert read(f"<p>前</p>{embedded}<p>后</p>") == Pasted([paragraph("前"), paragraph("后")], {"other": 1})


@pytest.mark.parametrize(
    "silent",
    [
        "<script>秘密</script>",
        "<SCRIPT><!-- </p>秘密 --></SCRIPT>",
        "<style>秘密</style>",
        "<title>秘密</title>",
        "<head><meta name=a content=秘密><link href='file:///x'></head>",
        "<template>秘密</template>",
        "<noscript>秘密</noscript>",
        "<!-- 秘密 -->",
        "<!--[if gte mso 9]><xml><w:WordDocument>秘密</w:WordDocument></xml><![endif]-->",
        "<xml><o:p>秘密</o:p></xml>",
        "<?xml version='1.0' 秘密?>",
        "<!DOCTYPE 秘密>",
    ],
)
def test_what_is_no_text_at_all_is_dropped_without_a_word(silent):
    assert read(f"<p>前</p>{silent}<p>后</p>") == Pasted([paragraph("前"), paragraph("后")], {})


@pytest.mark.parametrize(
    "seen",
    [
        '<span style="color:#f2f2f2">看得见</span>',
        '<p style="background:#4472C4"><span style="color:white">看得见</span></p>',
        "<table><tr><td bgcolor=navy><font color=white>看得见</font></table>",
        '<p style="background:url(a.png)"><span style="color:white">看得见</span></p>',
        '<span style="font-size:0"><b style="font-size:12pt;font-weight:400">看得见</b></span>',
        '<span style="visibility:hidden"><i style="visibility:visible;font-style:normal">看得见</i></span>',
        '<span style="font-size:0.5em">看得见</span>',
        '<span style="display:none;display:inline">看得见</span>',
        '<span style="color:windowtext;background:white">看得见</span>',
        '<p style="overflow:hidden;height:20px">看得见</p>',
        '<p style="text-indent:-21pt">看得见</p>',
        "<ins datetime='2024'>看得见</ins>",
        '<span data-x="hidden" title="display:none">看得见</span>',
        "<p hidden></p>看得见",
        "<style>@media print { .b { color: red } .a { display: none } }</style><span class=a>看得见</span>",
        "<style media=print>.a { display: none }</style><span class=a>看得见</span>",
        "<style>div p {display:none}</style><p>看得见</p>",
        "<style>div > p {display:none}</style><div><b><p>看得见</p></b></div>",
        "<style>.a.b {display:none}</style><p class=a>看得见</p>",
        "<style>p:not(.a), p::before, p + p, [x y] {display:none}</style><p>看得见</p>",
        "<style>* {color:white} p {color:black}</style><p>看得见</p>",
        "<style>.a {display:none} #q {display:block}</style><p class=a id=q>看得见</p>",
        "<style>.a {display:none} .a {display:block !important}</style><p class=a>看得见</p>",
        "<details open>看得见</details>",
        "<details><summary>看得见</summary></details>",
        "<dialog open>看得见</dialog>",
        '<span style="color:hwb(0 0% 0%)">看得见</span>',
        '<span style="color:oklch(60% 0.2 30)">看得见</span>',
        '<span style="color:lab(20% 0 0)">看得见</span>',
        '<span style="color:color(srgb 1 0 0)">看得见</span>',
        '<p style="background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent">看得见</p>',
        '<p style="filter:opacity(0.5)">看得见</p>',
        '<p style="zoom:1.5;transform:translateX(-20px) scale(0.8)">看得见</p>',
        '<p style="letter-spacing:-1px;line-height:1.2;overflow:hidden">看得见</p>',
    ],
)
def test_what_can_be_seen_stays(seen):
    assert (text_of(seen), read(seen).dropped) == ("看得见", {})


@pytest.mark.parametrize(
    "struck",
    [
        "<s>划去</s>",
        "<strike>划去</strike>",
        "<span style='text-decoration:line-through'>划去</span>",
        "<span style='text-decoration-line:underline line-through'>划去</span>",
        "<style>.a {text-decoration:line-through}</style><i class=a><b style='text-decoration:none'>划去</b></i>",
    ],
)
def test_struck_text_that_is_seen_stays_and_the_lost_line_is_counted(struck):
    assert (text_of(f"甲{struck}乙"), read(f"甲{struck}乙").dropped) == ("甲划去乙", {"struck": 1})


def test_a_tracked_deletion_is_dropped_whatever_line_goes_through_it():
    pasted = read("甲<del><s>秘密</s></del>乙<s>一</s><s>二</s>丙<s>三</s>")
    assert pasted == Pasted([paragraph("甲乙一二丙三")], {"deleted": 1, "struck": 2})


@pytest.mark.parametrize(
    ("apart", "kind"),
    [
        ("<del cite='mailto:a' datetime='2024'>秘密</del>", "deleted"),
        ('<div style="mso-element:comment-list"><p>秘密</p></div>', "comment"),
        (
            "<span style='mso-special-character:comment'>&nbsp;<a class=msocomanchor href='#c'>[甲1]</a></span>",
            "comment",
        ),
        (
            "<a style='mso-footnote-id:ftn1' href='#_ftn1'><span style='mso-special-character:footnote'>[1]</span></a>",
            "note",
        ),
        ('<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>', "note"),
        (
            "<div style='mso-element:footnote-list'><hr><div style='mso-element:footnote'><p>[1] 秘密</p></div></div>",
            "note",
        ),
        ('<div id="sdfootnote1"><p><a class="sdfootnotesym" href="#a">1</a>秘密</p></div>', "note"),
    ],
)
def test_what_is_none_of_the_text_is_dropped_and_told_as_what_it_is(apart, kind):
    assert read(f"<p>前</p>{apart}<p>后</p>") == Pasted([paragraph("前"), paragraph("后")], {kind: 1})


def test_a_note_counts_once_though_its_text_stands_at_the_end():
    mark = "<a href='#_ftn{0}'><span style='mso-special-character:footnote'>[{0}]</span></a>"
    notes = "<div style='mso-element:footnote-list'><p>[1] 秘密</p><p>[2] 秘密</p></div>"
    pasted = read(f"<p>甲{mark.format(1)}乙{mark.format(2)}丙</p>{notes}")
    assert pasted == Pasted([paragraph("甲乙丙")], {"note": 2})


def test_a_hidden_run_counts_once_however_many_tags_it_has():
    assert read("甲<i hidden>一<b>二</b>三</i><i hidden>四</i>乙<i hidden>五</i>").dropped == {"hidden": 2}


def test_pictures_and_addresses_are_counted_and_nothing_of_them_is_kept():
    source = (
        "<p>见<a href='https://example.org/秘密'>网页</a>、"
        "<a href='#_ftn1'>脚注</a>"
        "<img src='file:///etc/秘密' alt=秘密>"
        "<v:shape><v:imagedata src='秘密.png'/></v:shape><svg><text>秘密</text></svg></p>"
    )
    assert read(source) == Pasted([paragraph("见网页、脚注")], {"link": 1, "picture": 3})


def test_invisible_characters_are_counted():
    pasted = read("<p>a\u200bb\u202ec&#x200d;d\U000e0041e 👩\u200d🔬</p>")
    assert pasted == Pasted([paragraph("abcde 👩\u200d🔬")], {"invisible": 4})


# --- what clipboards bring, written by hand after them

WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<style><!-- @font-face {font-family:宋体;} p.MsoNormal {margin:0cm;font-size:10.5pt;}
p.Draft {mso-hide:all;display:none;} --></style></head>
<body lang=ZH-CN style='tab-interval:21.0pt'><!--StartFragment-->
<h2>1.1<span style='mso-tab-count:1'> </span>研究<span lang=EN-US>A</span>目标<span lang=EN-US><o:p></o:p></span></h2>
<p class=MsoNormal style='text-indent:21.0pt'><span style='font-family:宋体'>果胶得率达到</span><b><span
lang=EN-US>14.5%</span></b><span style='font-family:宋体'>，CO<sub>2</sub>排放下
降</span><span lang=EN-US style='display:none;mso-hide:all'>秘密</span><del cite="mailto:%E7%94%B2"
datetime="2024-05-06T10:00"><span>秘密</span></del><ins cite="mailto:%E7%94%B2"><span>三成</span></ins>。<span
lang=EN-US><o:p></o:p></span></p>
<p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
<p class=Draft>秘密</p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
lang=EN-US style='font-family:Wingdings;mso-fareast-font-family:Wingdings'><span style='mso-list:Ignore'>l<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>第一项<o:p></o:p></p>
<p class=MsoListParagraph style='margin-left:21.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
lang=EN-US style='font-family:Wingdings'><span style='mso-list:Ignore'>l<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>第二项<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span lang=EN-US><span
style='mso-list:Ignore'>（一）<span>&nbsp; </span></span></span><![endif]>步骤甲</p>
<p class=MsoListParagraph style='mso-list:l1 level2 lfo2'><![if !supportLists]><span lang=EN-US><span
style='mso-list:Ignore'>1.1<span>&nbsp; </span></span></span><![endif]>步骤乙</p>
<p class=MsoNormal><!--[if gte vml 1]><v:shape id="图1"><v:imagedata src="file:///C:/Users/x/clip.png"/></v:shape>
<![endif]--><![if !vml]><img width=20 src="file:///C:/Users/x/clip.png" v:shapes="图1"><![endif]></p>
<!--EndFragment--></body></html>"""


def test_word_brings_headings_marks_lists_and_no_secrets():
    pasted = read(WORD)
    assert pasted.blocks == [
        paragraph(bold("1.1 研究A目标")),
        paragraph("果胶得率达到", bold("14.5%"), "，CO", {"text": "2", "sub": True}, "排放下降三成。"),
        listed("第一项", "第二项"),
        listed("步骤甲", ordered=True),
        paragraph("1.1 步骤乙"),
    ]
    assert pasted.dropped == {"hidden": 2, "deleted": 1, "picture": 1}


WPS = """<html><head><meta name=ProgId content=Word.Document><meta name=Generator content="Microsoft Word 14">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]--></head>
<body><!--StartFragment--><p class="MsoNormal"  style="text-indent:24.0000pt;mso-char-indent-count:2.0000;" ><b><span
style="mso-spacerun:'yes';font-family:仿宋_GB2312;font-size:12.0000pt;" ><font face="仿宋_GB2312"
>总体目标</font></span></b><span lang="EN-US" style="mso-spacerun:'yes';font-size:12.0000pt;" >PEM</span><span
style="mso-hide:all;" >秘密</span><span><o:p></o:p></span></p>
<p class="MsoNormal" style="mso-list:l0 level1 lfo1;" ><![if !supportLists]><span
style="font-family:仿宋_GB2312;" ><span style='mso-list:Ignore;' >1.<span>&nbsp;</span></span></span><![endif]><span
>一项<br>两行</span></p>
<table border=1 style="border-collapse:collapse;" ><tr><td width=10
valign=top colspan=2 ><p
class=MsoNormal ><span>指标</span></p></td></tr>
<tr><td><p><span>得率</span></p><p><span>（干基）</span></p></td><td><p
align=center ><span lang="EN-US" >14.5%</span></p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_wps_brings_its_paragraphs_and_tables():
    pasted = read(WPS)
    assert pasted.blocks == [
        paragraph(bold("总体目标"), "PEM"),
        listed("一项", ordered=True),
        paragraph("两行"),
        rows(["指标", ""], ["得率 （干基）", "14.5%"]),
    ]
    assert pasted.dropped == {"hidden": 1}


EXCEL = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta name=ProgId content=Excel.Sheet>
<style><!--table {mso-displayed-decimal-separator:"\\."} td {color:black;font-size:11.0pt;}
.xl65 {color:white; background:#4472C4; mso-pattern:black none;}
.xl66 {color:white;} .xl67 {mso-number-format:"\\@";} --></style>
</head><body><table border=0 cellpadding=0 cellspacing=0 width=216>
<!--StartFragment--> <col width=72 span=3> <tr height=19><td class=xl65 height=19>科目</td><td
class=xl65>预算（万元）</td><td></td></tr>
 <tr height=19><td rowspan=2 class=xl67 x:str="010010">010010</td><td align=right x:num="30.5">30.50</td><td
class=xl66>秘密</td></tr>
 <tr height=0 style='display:none'><td>秘密</td><td>1</td></tr>
 <tr><td align=right>2,000<span style='mso-spacerun:yes'>&nbsp;</span></td><td></td></tr>
<!--EndFragment--></table></body></html>"""


def test_excel_brings_a_table_without_its_hidden_cells():
    pasted = read(EXCEL)
    assert pasted.blocks == [rows(["科目", "预算（万元）"], ["010010", "30.50"], ["", "2,000"])]
    assert pasted.dropped == {"hidden": 1}


CHROME = """<meta charset='utf-8'><h3 style="color: rgb(230, 230, 230); background-color: rgb(18, 18, 18);">进展</h3><p
style="font-weight: 400; color: rgb(255, 255, 255); background-color: rgb(18, 18, 18); white-space: normal;">国内 <a
href="https://example.org">研究</a><span> </span><strong>很多</strong>。</p>
<ol><li>一<ul><li>内</li></ul></li><li>二</li></ol>
<pre>a  b
c</pre><table><thead><tr><th>项</th><th>值</th></tr></thead><tbody><tr><td>x<table><tr><td>y</td><td>z</td></tr></table></td><td>1</td>
</tr></tbody></table>"""


def test_a_browser_brings_what_it_shows():
    pasted = read(CHROME)
    assert pasted.blocks == [
        paragraph(bold("进展")),
        paragraph("国内 研究 ", bold("很多"), "。"),
        listed("一", ordered=True),
        listed("内"),
        listed("二", ordered=True),
        paragraph("a  b"),
        paragraph("c"),
        rows(["项", "值"], ["x y z", "1"], header=True),
    ]
    assert pasted.dropped == {"link": 1}


def test_a_document_around_which_bold_is_taken_away_is_not_bold():
    source = (
        '<b style="font-weight:normal" id="docs-internal-guid-1"><p>一<span style="font-weight:700">二</span></p></b>'
    )
    assert read(source).blocks == [paragraph("一", bold("二"))]


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("<p>一<p>二", [paragraph("一"), paragraph("二")]),
        ("<ul><li>一<li>二</ul>三", [listed("一", "二"), paragraph("三")]),
        ("<li>一<li>二", [paragraph("一"), paragraph("二")]),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", [rows(["a", "b"], ["c", ""]), paragraph("d")]),
        ("<table>前<tr><td>a</table>", [paragraph("前"), rows(["a"])]),
        ("<td>a</td><td>b</td>", [paragraph("a"), paragraph("b")]),
        ("<b><p>一</b>二</p>", [paragraph(bold("一")), paragraph("二")]),
        ("a<br>b<br/>c</br>d", [paragraph(text) for text in "abcd"]),
        ("a < b && c > d &lt;p&gt; &#x20BB7;&#0;", [paragraph("a < b && c > d <p> 𠮷\ufffd")]),
        ("<p>中\r\n 文 and\n words</p>", [paragraph("中文 and words")]),
        ("<span>中\n</span>文<i> </i>x", [paragraph("中文", {"text": " ", "italic": True}, "x")]),
        ("<table><tr><td><div>a</td></div><td>b</table>", [rows(["a", "b"])]),
        ("<p>一</div>二</p>", [paragraph("一二")]),
        ("<p>x<sup>2</sup><sub><sup>3</sup></sub></p>", None),
        ("", []),
        ("<", [paragraph("<")]),
        ("<p>一<!-- 没有结尾", [paragraph("一")]),
        ("<p>一<script>没有结尾", [paragraph("一")]),
    ],
)
def test_tags_that_are_not_as_they_should_be_lose_no_text(source, blocks):
    if blocks is None:
        blocks = [paragraph("x", {"text": "23", "sup": True})]
    assert read(source).blocks == blocks


@pytest.mark.parametrize(("across", "down"), [(64, 1), (1, 2001), (70, 3)])
def test_a_table_that_is_too_large_becomes_a_paragraph_a_row_and_is_told(across, down):
    pasted = read("<table>" + ("<tr>" + "<td>x" * across) * down + "</table>")
    assert pasted.blocks == [paragraph(" ".join("x" * across))] * down
    assert pasted.dropped == {"table": 1}


def test_cells_that_claim_to_span_everything_cost_no_more_than_a_table_may():
    table = html_pieces.Table()
    for _ in range(60):
        table.row()
        table.cell([{"text": "x"}], "td", 2_000, 2_000)
    assert sum(len(row) for row in table.rows) <= 60 * (rich_text.MOST_COLUMNS + 1)


def test_plain_text_gives_a_paragraph_a_line():
    assert pasted_html.read_plain("一\r\n\r\n二\u200b") == Pasted([paragraph("一"), paragraph("二")], {"invisible": 1})


def test_plain_text_longer_than_any_proposal_is_dropped_and_told():
    most = pasted_html.LIMIT_PLAIN_CHARACTERS
    assert pasted_html.read_plain("甲" * most).blocks
    assert pasted_html.read_plain("甲" * (most + 1)) == Pasted([], {"all": 1})


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\x0b"])
def test_plain_text_of_more_lines_than_any_proposal_is_dropped_and_told(end):
    most = pasted_html.LIMIT_PLAIN_LINES
    assert len(pasted_html.read_plain(f"甲{end}" * most).blocks) == most
    assert pasted_html.read_plain(f"甲{end}" * (most + 1)) == Pasted([], {"all": 1})


# --- bounds


def test_nested_levels_are_given_up_at_the_hundredth(monkeypatch):
    seen = []
    tokens = html_tokens.tokens
    monkeypatch.setattr(html_tokens, "tokens", lambda source: (seen.append(token) or token for token in tokens(source)))
    with pytest.raises(TooMuchError):
        read("<div>" * 20_000 + "x")
    assert len(seen) == pasted_html.LIMIT_DEPTH + 1


@pytest.mark.parametrize(
    "source",
    [
        "x" * (pasted_html.LIMIT_CHARACTERS + 1),
        "<br>" * (html_tokens.LIMIT_STEPS + 1),
        "<" * (html_tokens.LIMIT_STEPS + 1),
        "</p>" * (html_tokens.LIMIT_STEPS + 1),
        "<p " + "a=b " * 2_000 + ">x",
        "<a x='" * 10_000,
        "<p a=1 b=2>" * (html_tokens.LIMIT_STEPS // 3 + 1),
        "&amp" * (html_tokens.LIMIT_REFERENCES + 1),
        "&#" * (html_tokens.LIMIT_REFERENCES + 1),
    ],
    ids=[
        "characters",
        "tags",
        "signs",
        "ends",
        "attributes of one tag",
        "open attributes",
        "attributes",
        "names",
        "numbers",
    ],
)
def test_more_than_a_page_can_be_is_not_read(source):
    with pytest.raises(TooMuchError):
        read(source)


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<![CDATA[",
        "<script>",
        "<style>a{",
        "<style>/*",
        "</",
        "<?",
    ],
)
def test_what_never_ends_is_passed_over_once(piece):
    """Each would take minutes if the search for its end began again at every piece."""
    assert len(text_of(piece * (1_000_000 // len(piece)))) <= 1_000_000


RULES = {
    "simple": ".a{color:red}",
    "all": "*{color:red}",
    "two classes": ".a.b{color:red}",
    "inside": "div p{color:red}",
    "deep inside": "div div div div div p{color:red}",
    "attributes": "[x][id]{color:red}",
    "selectors": "a,",
    "declarations": "p{z:1;",
    "properties": ".a{--x:1;z:2}",
    "conditions": "[",
    "nested": "@media x{",
}


@pytest.mark.parametrize("name", RULES)
def test_a_style_sheet_of_a_million_rules_costs_no_more_than_a_small_one(name, monkeypatch):
    steps = []
    fits, compounds = html_styles._Compound.fits, html_styles._compounds
    monkeypatch.setattr(html_styles._Compound, "fits", lambda *args: (steps.append(1), fits(*args))[1])
    monkeypatch.setattr(html_styles, "_compounds", lambda told: (steps.append(1), compounds(told))[1])
    page = "<div>" * 20 + '<p class="a b" id=q x=1>字</p>' * 2_000
    sheet = RULES[name] * (1_500_000 // len(RULES[name]))
    assert text_of(f"<style>{sheet}</style>{page}").count("字") == 2_000
    assert len(steps) <= html_styles._MOST_STEPS + html_styles._MOST_SELECTORS


def test_selectors_that_go_beyond_the_bound_hide_nothing():
    sheet = "".join(f"div .x{number} .a{{color:red}}" for number in range(2_000)) + "div .a{display:none}"
    assert text_of(f"<style>{sheet}</style><div><p class=a>看得见</p></div>") == "看得见"


# --- anything at all

PIECES = (
    "<p>", "</p>", "<b>", "</b>", "<i style='font-style:normal'>", "<ul>", "<ol>", "</ul>", "<li>", "</li>",
    "<table>", "<tr>", "<td>", "<td colspan=3 rowspan=2>", "</td>", "</tr>", "</table>", "<th>", "<caption>",
    "<br>", "<hr/>", "<img src=x>", "<span style='display:none'>", "</span>", "<del>", "</del>",
    "<div style='white-space:pre'>", "</div>", "<h1>", "</h1>", "<p style='mso-list:l0 level1 lfo1'>",
    "<p style='mso-list:l0 level2 lfo1'>", "<span style='mso-list:Ignore'>", "<script>", "</script>",
    "<style>.a{color:white}</style>", "<font class=a color=red>", "</font>", "<!--", "-->",
    "<!--StartFragment-->", "<!--EndFragment-->", "<![if !x]>", "<details>", "<summary>", "</details>", "<s>", "</s>",
    "<style>div p, #q, [x] > *{display:none}</style>", "<p id=q x=1>", "<dialog>", "</dialog>",
    "<", ">", "&", "&lt;", "&#0;", "&#xD800;",
    "&#1114112;", "\r\n", "\n", "\t", "\x00", "\x0b", "\x1b", "\x85", "\u2028", "\ud800", "\udfff", "\ufffe",
    "\uffff", "\U0001fffe", "\ufdd0", "\u200b", "\u202e", "\ufeff", "\U000e0041", "👩\u200d🔬", "𠮷", "豈",
    "é", "\ue000", "\U000f0000", "蒙古", "ᠮᠣᠩᠭᠣᠯ", "一、", "1.", "=cmd|'/c'", "]]>", "'", '"', " ", "\xa0",
)  # fmt: skip


def made_up(chance: random.Random) -> str:
    """Return what no clipboard has brought yet."""
    return "".join(
        chance.choice(PIECES) if chance.random() < 0.9 else chr(chance.randrange(0x110000))
        for _ in range(chance.randrange(60))
    )


def fuzz(count: int, seed: int) -> None:
    """Read `count` made-up texts, formatted and plain; each has to become blocks that can stand everywhere."""
    chance = random.Random(seed)
    for _ in range(count):
        source = made_up(chance)
        for pasted in (read(source), pasted_html.read_plain(source)):
            assert rich_text.normalise(pasted.blocks) == pasted.blocks, repr(source)
            etree.Element("t").text = rich_text.plain(pasted.blocks)  # refuses what no document can hold
            assert rich_text.plain(pasted.blocks).encode("utf-8") is not None
            assert all(number > 0 for number in pasted.dropped.values()), repr(source)


def test_two_thousand_made_up_texts_become_sound_blocks():
    fuzz(2_000, 7)


@given(st.text(st.characters(), max_size=60))
def test_any_text_becomes_sound_blocks(text):
    for pasted in (read(text), pasted_html.read_plain(text)):
        assert rich_text.normalise(pasted.blocks) == pasted.blocks


@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9), min_size=1, max_size=5))
def test_what_is_copied_comes_back_as_it_was(lines):
    blocks = rich_text.normalise([paragraph({"text": line, "italic": True}) for line in lines])
    assert read(pasted_html.to_html(blocks)).blocks == blocks
