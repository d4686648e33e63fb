"""The body of a Word file as blocks: what a reader sees comes along with its marks, what nobody sees is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Dropped
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import word_blocks, word_body, word_document
from kjxm_desktop.export import formulas
from tests import hostile
from tests.exchange import word_files
from tests.exchange.word_files import LISTS, by_hand, counted, p, png, table

STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="我的标题"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="cap"><w:name w:val="caption"/></w:style>'
    '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="unseen"><w:name w:val="x"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="gone"><w:name w:val="y"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


BOX_TWICE = (
    f"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{p('框')}</w:txbxContent></mc:Choice><mc:Fallback>"
    f"<w:txbxContent>{p('框')}</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
)


def run(text: str, looks: str = "") -> str:
    return f'<w:r><w:rPr>{looks}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(*runs: str, extra: str = "") -> str:
    return f"<w:p><w:pPr>{extra}</w:pPr>{''.join(runs)}</w:p>"


def math(inside: str) -> str:
    return f"<m:oMath>{inside}</m:oMath>"


def letter(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def picture(link: str, alt: str = "") -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="a" descr="{alt}"/><a:graphic><a:graphicData uri="picture">'
        f'<a:blip r:embed="{link}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def read(body: str, media: dict[str, bytes] | None = None) -> tuple[list[Json], Mapping[Dropped, int]]:
    document = word_document.read(by_hand(body, styles=STYLES, numbering=LISTS, media=media), "a.docx")
    made = word_blocks.blocks_of(document.items, document.pictures)
    return made.blocks, {**document.dropped, **made.dropped}


def paragraph(*runs: str | Json) -> Json:
    return {"type": "paragraph", "runs": [{"text": one} if isinstance(one, str) else one for one in runs]}


def listed(*items: str, ordered: bool = False) -> Json:
    return {"type": "list", "ordered": ordered, "items": [[{"text": item}] for item in items]}


@pytest.mark.parametrize(
    ("looks", "marks"),
    [
        ("<w:b/>", ["bold"]),
        ('<w:b w:val="0"/>', []),
        ("<w:i/>", ["italic"]),
        ('<w:u w:val="single"/>', ["underline"]),
        ('<w:u w:val="none"/>', []),
        ('<w:vertAlign w:val="subscript"/>', ["sub"]),
        ('<w:vertAlign w:val="superscript"/>', ["sup"]),
        ('<w:rStyle w:val="Strong"/>', ["bold"]),
        ('<w:rStyle w:val="Strong"/><w:b w:val="0"/>', []),
        ('<w:color w:val="FF0000"/><w:sz w:val="28"/>', []),
    ],
)
def test_the_marks_that_blocks_have_come_along(looks: str, marks: list[str]) -> None:
    blocks, dropped = read(para(run("字", looks)))
    assert blocks == [paragraph({"text": "字", **dict.fromkeys(marks, True)})]
    assert not dropped


@pytest.mark.parametrize(
    ("inside", "dropped"),
    [
        (run("密", "<w:vanish/>"), {"hidden": 1}),
        (run("密", '<w:rStyle w:val="unseen"/>'), {"hidden": 1}),
        (run("密", '<w:color w:val="FFFFFF"/>'), {"hidden": 1}),
        (run("密", '<w:sz w:val="2"/>'), {"hidden": 1}),
        (f"<w:del>{run('密').replace('w:t', 'w:delText')}</w:del>", {"deleted": 1}),
        (f"<w:moveFrom>{run('密')}</w:moveFrom>", {"deleted": 1}),
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', {"note": 1}),
        ('<w:r><w:endnoteReference w:id="2"/></w:r>', {"note": 1}),
        ('<w:r><w:commentReference w:id="0"/></w:r>', {"comment": 1}),
        ('<w:r><w:sym w:font="Webdings" w:char="F022"/></w:r>', {"sign": 1}),
        ('<w:r><w:object><v:imagedata r:id="x"/><o:OLEObject ProgID="Equation.3"/></w:object></w:r>',
         {"equation_object": 1}),
        ('<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>', {"other": 1}),
        ('<w:r><w:drawing><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart"/></w:drawing></w:r>',
         {"other": 1}),
        (BOX_TWICE, {"box": 1}),
        ("<w:r><w:t>\u200b</w:t></w:r>", {"invisible": 1}),
    ],
)  # fmt: skip
def test_what_is_left_out_is_counted_and_what_stands_around_it_stays(inside: str, dropped: Mapping[str, int]) -> None:
    blocks, told = read(para(run("前"), inside, run("后")))
    assert blocks == [paragraph("前后")]
    assert told == dropped


def test_struck_text_that_anybody_sees_stays() -> None:
    assert read(para(run("留", "<w:strike/>"))) == ([paragraph("留")], {"struck": 1})


def test_white_text_on_a_ground_of_its_own_stays() -> None:
    shaded = run("见", '<w:color w:val="FFFFFF"/><w:shd w:fill="1B5E9E"/>')
    head = para(run("头", '<w:color w:val="FFFFFF"/>'))
    in_table = f"<w:tbl><w:tr><w:tc>{head}</w:tc></w:tr></w:tbl>"
    blocks, dropped = read(para(shaded) + in_table)
    assert rich_text.plain(blocks) == "见\n头"
    assert not dropped


def test_insertions_links_controls_and_fields_are_read_as_they_show() -> None:
    body = para(
        f"<w:ins>{run('甲')}</w:ins>", f'<w:hyperlink r:id="x">{run("乙")}</w:hyperlink>',
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run('丙')}</w:sdtContent></w:sdt>",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("丁")}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
        f"<w:moveTo>{run('戊')}</w:moveTo>",
    )  # fmt: skip
    assert read(body) == ([paragraph("甲乙丙丁戊")], {"link": 1})


def test_a_paragraph_whose_end_was_deleted_goes_on_with_the_next() -> None:
    body = para(run("前半"), extra="<w:rPr><w:del/></w:rPr>") + para(run("后半")) + para(run("另一段"))
    assert read(body)[0] == [paragraph("前半后半"), paragraph("另一段")]


def test_a_row_that_was_deleted_is_left_out() -> None:
    gone = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:del>{run('密')}</w:del></w:p></w:tc></w:tr>"
    body = f"<w:tbl><w:tr><w:tc>{p('甲')}</w:tc></w:tr>{gone}</w:tbl>"
    blocks, dropped = read(body)
    assert [block["rows"] for block in blocks] == [[[[{"text": "甲"}]]]]
    assert dropped == {"deleted": 1}


def test_line_breaks_begin_a_paragraph_and_page_breaks_nothing() -> None:
    body = para("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:br w:type='page'/></w:r>")
    assert read(body)[0] == [paragraph("甲"), paragraph("乙 丙")]


def test_signs_of_symbol_fonts_become_what_they_show() -> None:
    body = para(
        '<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r><w:r><w:sym w:font="Wingdings" w:char="00A8"/></w:r>'
        '<w:r><w:sym w:font="Symbol" w:char="F0B4"/></w:r>'
    )
    assert read(body)[0] == [paragraph("☑☐×")]


def test_lists_stay_lists_and_numbers_below_them_stay_as_text() -> None:
    body = "".join(
        [p("甲", extra=counted(2)), p("乙", extra=counted(2)), p("一", extra=counted(3)), p("二", extra=counted(3)),
         p("细", extra=counted(3, 1)), p("止", extra=counted(0))]
    )  # fmt: skip
    blocks, _ = read(body)
    assert blocks == [listed("甲", "乙"), listed("一", "二", ordered=True), paragraph("(1) 细".replace(" ", "")),
                      paragraph("止")]  # fmt: skip


def test_a_style_that_counts_makes_items_of_its_paragraphs() -> None:
    style = '<w:style w:type="paragraph" w:styleId="b"><w:name w:val="List Bullet"/><w:pPr><w:numPr>'
    style += '<w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    document = word_document.read(by_hand(p("甲", style="b"), styles=STYLES + style, numbering=LISTS), "a.docx")
    assert word_blocks.blocks_of(document.items, {}).blocks == [listed("甲")]


def test_a_table_keeps_its_cells_those_reached_over_empty() -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("合", bold=True)}</w:tc>'
    two = f"<w:tc>{p('一')}{p('二')}</w:tc>"
    blocks, _ = read(f"<w:tbl><w:tr>{wide}</w:tr><w:tr>{two}<w:tc>{p('丙')}</w:tc></w:tr></w:tbl>")
    assert blocks == [{
        "type": "table", "header": True,
        "rows": [[[{"text": "合", "bold": True}], []], [[{"text": "一 二"}], [{"text": "丙"}]]],
    }]  # fmt: skip


def test_what_stands_in_a_table_inside_a_cell_is_read_into_the_cell() -> None:
    blocks, _ = read(f"<w:tbl><w:tr><w:tc>{table(['内甲', '内乙'])}{p('外')}</w:tc></w:tr></w:tbl>")
    assert rich_text.plain(blocks) == "内甲 内乙 外"


def test_what_word_shows_where_nobody_has_written_is_no_text() -> None:
    prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('单击此处输入文字')}</w:sdtContent></w:sdt>"
    assert read(prompt + p("正文")) == ([paragraph("正文")], {})


def test_the_table_of_contents_is_left_out_and_told() -> None:
    gallery = '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
    body = f"{gallery}<w:sdtContent>{p('目录')}{p('一、甲 1', style='TOC1')}</w:sdtContent></w:sdt>{p('正文')}"
    assert read(body) == ([paragraph("正文")], {"contents": 1})
    assert read(p("一、甲 1", style="TOC1") + p("正文")) == ([paragraph("正文")], {"contents": 1})


# --- pictures


def test_pictures_pass_the_one_gate_and_bring_their_words_along() -> None:
    media = {"p1": png(), "p2": b"\x01\x00\x00\x00EMF", "p3": png((0, 0, 9))}
    body = (
        para(picture("p1", "一片田"))
        + p("图3-1 示例田块")
        + para(picture("p2"))
        + para(picture("p3"))
        + p("其后正文。")
    )
    blocks, dropped = read(body, media)
    assert [block["type"] for block in blocks] == ["picture", "picture", "paragraph"]
    assert blocks[0]["caption"] == "示例田块"
    assert blocks[0]["alt"] == "一片田"
    assert "caption" not in blocks[1]
    assert dropped == {"picture": 1}


def test_text_beside_a_picture_stays_on_its_side() -> None:
    blocks, _ = read(para(run("前"), picture("p1"), run("后")), {"p1": png()})
    assert [block["type"] for block in blocks] == ["paragraph", "picture", "paragraph"]
    assert rich_text.plain(blocks) == "前\n后"


def test_pictures_in_cells_stand_behind_their_table() -> None:
    body = f"<w:tbl><w:tr><w:tc>{p('左')}{para(picture('p1'))}</w:tc></w:tr></w:tbl>"
    assert [block["type"] for block in read(body, {"p1": png()})[0]] == ["table", "picture"]


def test_a_picture_of_old_word_comes_along_and_one_outside_the_file_is_told() -> None:
    old = '<w:r><w:pict><v:shape alt="旧图"><v:imagedata r:id="p1"/></v:shape></w:pict></w:r>'
    outside = '<w:r><w:drawing><a:blip r:link="x"/></w:drawing></w:r>'
    blocks, dropped = read(para(old) + para(outside), {"p1": png()})
    assert [block.get("alt") for block in blocks] == ["旧图"]
    assert dropped == {"picture": 1}


def test_words_above_a_table_become_its_caption() -> None:
    blocks, _ = read(p("表2 示例指标") + table(["甲", "乙"], ["1", "2"]) + p("表明其后还有正文"))
    assert blocks[0]["caption"] == "示例指标"
    assert blocks[1] == paragraph("表明其后还有正文")


@pytest.mark.parametrize("text", ["图1所示的流程如下，先收储再提取。", "表3列出了各项指标；"])
def test_a_sentence_that_begins_with_a_picture_or_a_table_is_no_caption(text: str) -> None:
    blocks, _ = read(para(picture("p1")) + p(text) + table(["甲"]), {"p1": png()})
    assert text in rich_text.plain(blocks)


# --- formulas

FORMULAS = {
    r"E=mc^{2}": letter("E=m") + f"<m:sSup><m:e>{letter('c')}</m:e><m:sup>{letter('2')}</m:sup></m:sSup>",
    r"\frac{a}{b}": f"<m:f><m:num>{letter('a')}</m:num><m:den>{letter('b')}</m:den></m:f>",
    r"\sqrt{x}": f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/><m:e>{letter('x')}</m:e></m:rad>",
    r"\sum_{i=1}^{n} {x_{i}}": (
        f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>{letter('i=1')}</m:sub><m:sup>{letter('n')}</m:sup>"
        f"<m:e><m:sSub><m:e>{letter('x')}</m:e><m:sub>{letter('i')}</m:sub></m:sSub></m:e></m:nary>"
    ),
    r"\left( a+b \right)": f"<m:d><m:e>{letter('a+b')}</m:e></m:d>",
    r"\left\{ \begin{matrix}a & b \\ c & d\end{matrix} \right.": (
        "<m:d><m:dPr><m:begChr m:val='{'/><m:endChr m:val=''/></m:dPr><m:e><m:m>"
        f"<m:mr><m:e>{letter('a')}</m:e><m:e>{letter('b')}</m:e></m:mr>"
        f"<m:mr><m:e>{letter('c')}</m:e><m:e>{letter('d')}</m:e></m:mr></m:m></m:e></m:d>"
    ),
    r"\sin {x}": f"<m:func><m:fName>{letter('sin')}</m:fName><m:e>{letter('x')}</m:e></m:func>",
    r"\lim_{n→∞} {a}": (
        f"<m:func><m:fName><m:limLow><m:e>{letter('lim')}</m:e><m:lim>{letter('n→∞')}</m:lim></m:limLow></m:fName>"
        f"<m:e>{letter('a')}</m:e></m:func>"
    ),
    r"\hat{y}": f"<m:acc><m:e>{letter('y')}</m:e></m:acc>",
    r"\overline{x}": f"<m:bar><m:barPr><m:pos m:val='top'/></m:barPr><m:e>{letter('x')}</m:e></m:bar>",
    r"η\text{产量}": letter("𝜂产量").replace("𝜂", "η"),
    r"\mathrm{NDVI}": "<m:r><m:rPr><m:sty m:val='p'/></m:rPr><m:t>NDVI</m:t></m:r>",
    r"\begin{aligned}a&=b \\ c&=d\end{aligned}": (
        f"<m:eqArr><m:e>{letter('a&amp;=b')}</m:e><m:e>{letter('c&amp;=d')}</m:e></m:eqArr>"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("latex", "omml"), FORMULAS.items())
def test_a_formula_comes_along_as_a_source_that_can_be_set(latex: str, omml: str) -> None:
    blocks, dropped = read(para(run("设"), math(omml), run("成立")))
    assert blocks == [paragraph("设", {"formula": latex}, "成立")]
    assert formulas.problem(latex) is None
    assert not dropped


def test_a_formula_on_a_line_of_its_own_is_a_block() -> None:
    assert read(para(f"<m:oMathPara>{math(letter('a=b'))}</m:oMathPara>"))[0] == [{"type": "formula", "latex": "a=b"}]


def test_of_a_formula_that_cannot_be_read_the_characters_stay_and_that_is_told() -> None:
    odd = f"<m:acc><m:accPr><m:chr m:val='☃'/></m:accPr><m:e>{letter('xy')}</m:e></m:acc>"
    assert read(para(run("见"), math(odd))) == ([paragraph("见xy")], {"equation": 1})


def test_what_a_formula_of_ours_becomes_in_word_comes_back_as_one_that_is_set_alike() -> None:
    for latex in (r"\frac{a+b}{c}", r"x_{i}^{2}+\sqrt[3]{y}", r"\sum_{k=1}^{n} k^2", r"\left[\alpha\beta\right]"):
        told = formulas.omml(latex)
        assert told is not None
        blocks, dropped = read(para(told))
        assert not dropped
        again = formulas.omml(blocks[0]["runs"][0]["formula"])
        assert again is not None
        assert _signs(again) == _signs(told)


def _signs(omml: str) -> list[str]:
    from lxml import etree

    return [text for text in etree.fromstring(f"<x {word_files.NAMES}>{omml}</x>").itertext() if text.strip()]


# --- what is no document


@pytest.mark.parametrize(
    ("data", "name", "key"),
    [
        (b"", "a.docx", "incoming.empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "去年.doc", "incoming.doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "去年.wps", "incoming.wps"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "incoming.encrypted"),
        (b"%PDF-1.7\n", "a.docx", "incoming.pdf_text"),
        (b"{\\rtf1 a}", "a.doc", "incoming.rtf"),
        (b"<html><body>a</body></html>", "a.doc", "incoming.html"),
        (b"PK\x03\x04 and no more", "a.docx", "incoming.damaged"),
        (hostile.bomb(), "a.docx", "incoming.kind"),
        (hostile.document(b"<w:p>" * 300 + b"</w:p>" * 300), "a.docx", "incoming.damaged"),
        (word_files.by_hand("<!DOCTYPE x>"), "a.docx", "incoming.damaged"),
    ],
)
def test_what_cannot_be_imported_is_told_by_what_it_is(data: bytes, name: str, key: str) -> None:
    with pytest.raises(KjxmError) as told:
        word_document.read(data, name)
    assert told.value.key == key
    assert told.value.params["name"] == name


def test_more_paragraphs_or_letters_than_a_document_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("MOST_PARAGRAPHS", 3), ("MOST_CHARACTERS", 5)):
        with monkeypatch.context() as changed:
            changed.setattr(word_body, name, most)
            with pytest.raises(KjxmError) as told:
                word_document.read(by_hand(p("甲乙") * 4), "a.docx")
        assert told.value.key == "incoming.unfolds"


@pytest.mark.parametrize("data", [by_hand(p("甲"), styles="<!DOCTYPE x>"), by_hand(p("甲"), numbering="<!DOCTYPE x>")])
def test_styles_and_lists_are_read_as_carefully(data: bytes) -> None:
    with pytest.raises(KjxmError) as told:
        word_document.read(data, "a.docx")
    assert told.value.key == "incoming.damaged"


def test_styles_that_are_based_on_each_other_end() -> None:
    styles = "".join(
        f'<w:style w:styleId="{one}"><w:name w:val="{one}"/><w:basedOn w:val="{other}"/></w:style>'
        for one, other in (("s", "t"), ("t", "s"))
    )
    document = word_document.read(by_hand(p("甲", style="s"), styles=styles), "a.docx")
    assert word_blocks.blocks_of(document.items, {}).blocks == [paragraph("甲")]


# --- nothing is lost without being told

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF, exclude_characters="图表一二三四五六七八九十")
TEXT = st.text(HAN, min_size=1, max_size=6)
SEEN = ("", "<w:b/>", '<w:vertAlign w:val="subscript"/>', "<w:strike/>")
UNSEEN = ("<w:vanish/>", '<w:sz w:val="1"/>', '<w:rStyle w:val="unseen"/>')

Said = tuple[str, str, bool]
"""Elements, the text that they show, and whether there is text in them that they do not show."""

RUN = st.builds(lambda text, looks: (run(text, looks), text, False), TEXT, st.sampled_from(SEEN))
HIDDEN = st.builds(lambda text, looks: (run(text, looks), "", True), TEXT, st.sampled_from(UNSEEN))
GONE = st.builds(
    lambda text, tag: (f"<w:{tag}>{run(text)}</w:{tag}>", "", True), TEXT, st.sampled_from(["del", "moveFrom"])
)
KEPT = st.builds(
    lambda text, tag: (f"<w:{tag}>{run(text)}</w:{tag}>", text, False), TEXT, st.sampled_from(["ins", "hyperlink"])
)
BOX = st.builds(lambda text: (f"<w:r><w:txbxContent>{p(text)}</w:txbxContent></w:r>", "", True), TEXT)
FORMULA = st.builds(lambda text: (math(letter(text)), text, False), TEXT)
LOOKS = ("", counted(1), counted(2), counted(3, 1), '<w:pStyle w:val="1"/>', "<w:rPr><w:del/></w:rPr>")


def together(parts: Sequence[Said], around: str) -> Said:
    return (
        around.format("".join(part[0] for part in parts)),
        "".join(part[1] for part in parts),
        any(part[2] for part in parts),
    )


PARAGRAPH = st.builds(
    lambda parts, extra: together(parts, f"<w:p><w:pPr>{extra}</w:pPr>{{}}</w:p>"),
    st.lists(RUN | HIDDEN | GONE | KEPT | BOX | FORMULA, max_size=4),
    st.sampled_from(LOOKS),
)
CELL = st.lists(PARAGRAPH, min_size=1, max_size=2).map(lambda parts: together(parts, "<w:tc>{}</w:tc>"))
ROW = st.lists(CELL, min_size=1, max_size=3).map(lambda parts: together(parts, "<w:tr>{}</w:tr>"))
TABLE = st.lists(ROW, min_size=1, max_size=3).map(lambda parts: together(parts, "<w:tbl>{}</w:tbl>"))
BODY = st.lists(PARAGRAPH | TABLE, max_size=6).map(lambda parts: together(parts, "{}"))
SPELLED = dict.fromkeys(map(ord, "一二三四五六七八九十"))  # how Word counts, which the text does not say


@settings(max_examples=25)
@given(BODY)
def test_any_text_of_a_document_is_in_its_blocks_in_order_or_is_told_as_left_out(told: Said) -> None:
    body, said, left_out = told
    blocks, dropped = read(body + p("终"))
    taken = "".join(re.findall("[\u4e00-\u9fff]", rich_text.printed(blocks).translate(SPELLED)))
    assert taken == said + "终"
    assert bool(sum(dropped.get(kind, 0) for kind in ("hidden", "deleted", "box"))) == left_out
    assert rich_text.normalise(blocks) == blocks
