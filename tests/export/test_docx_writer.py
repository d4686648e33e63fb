"""The DOCX is navigable, dressed in Chinese, and its tables, fields and pictures are as Word wants them."""

from __future__ import annotations

import hashlib
import io
import re
import sys
from dataclasses import replace
from types import FrameType

import pytest
from PIL import Image

from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import docx_writer
from kjxm_desktop.export.blocks import (
    Cell,
    Column,
    Drawing,
    Paragraph,
    Part,
    Picture,
    Row,
    Run,
    Signature,
    Table,
    caption_of,
)
from tests.export import filled
from tests.export.conftest import (
    AGRI,
    EXAMPLES,
    KJXM,
    LabelFont,
    call_of,
    docx_of,
    example,
    example_document,
    pages_of,
)
from tests.export.opened_docx import SPACES, Opened, W, labels, of_blocks, opened, style_of, text

# --- type -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_defaults_and_every_style_name_a_chinese_face(name: str):
    styles = opened(name).part("word/styles.xml")
    faces = styles.findall(f".//{W}rFonts")
    assert len(faces) > 20
    for face in faces:
        assert face.get(f"{W}eastAsia") in ("宋体", "黑体", "楷体", "仿宋")
        assert face.get(f"{W}ascii") == face.get(f"{W}hAnsi") == "Times New Roman"
    assert styles.find(f"{W}docDefaults").find(f".//{W}rFonts") is not None
    assert styles.find(f"{W}docDefaults").find(f".//{W}lang").get(f"{W}eastAsia") == "zh-CN"


@pytest.mark.parametrize(("level", "face", "half_points"), [(1, "黑体", "32"), (2, "楷体", "28"), (3, "宋体", "24")])
def test_headings_are_the_real_ones_in_the_house_style(level: int, face: str, half_points: str):
    one = opened("long")
    style = one.find(f"//w:style[@w:styleId='Heading{level}']", one.part("word/styles.xml"))[0]
    assert style.find(f"{W}name").get(f"{W}val") == f"heading {level}"
    assert style.find(f".//{W}outlineLvl").get(f"{W}val") == str(level - 1)
    assert style.find(f".//{W}keepNext") is not None
    assert style.find(f".//{W}rFonts").get(f"{W}eastAsia") == face
    assert style.find(f".//{W}sz").get(f"{W}val") == half_points
    headings = [h.text for h in example_document("long").headings() if h.level == level]
    told = [label + text(p) for p, label in labels(one) if style_of(p) == f"Heading{level}"]
    assert told == headings


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_run_names_a_face_of_its_own(name: str):
    for face in opened(name).find("//w:body//w:r/w:rPr/w:rFonts"):
        assert dict(face.attrib) == {f"{W}hint": "eastAsia"}


def test_every_style_in_use_is_there():
    for name in EXAMPLES:
        one = opened(name)
        there = {style.get(f"{W}styleId") for style in one.find("//w:style", one.part("word/styles.xml"))}
        used = {style.get(f"{W}val") for style in one.find("//w:pStyle")}
        assert used <= there


def test_the_paper_is_a4_with_the_margins_of_the_layout():
    sections = opened("long").find("//w:sectPr")
    assert len(sections) == 4
    for section in sections:
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
        told = [round(int(margins.get(f"{W}{side}")) * 25.4 / 1440, 1) for side in ("top", "bottom", "left", "right")]
        assert told == [25.4, 25.4, 28.0, 26.0]


# --- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_grid_and_cells_give_the_same_widths_and_every_cell_ends_in_a_paragraph(name: str):
    one = opened(name)
    tables = one.find("//w:tbl")
    assert len(tables) > 20
    for table in tables:
        grid = [int(column.get(f"{W}w")) for column in one.find("w:tblGrid/w:gridCol", table)]
        assert sum(grid) == int(one.find("w:tblPr/w:tblW", table)[0].get(f"{W}w"))
        for row in one.find("w:tr", table):
            at = 0
            for cell in one.find("w:tc", row):
                span = one.find("w:tcPr/w:gridSpan", cell)
                columns = int(span[0].get(f"{W}val")) if span else 1
                width = one.find("w:tcPr/w:tcW", cell)[0]
                assert width.get(f"{W}type") == "dxa"
                assert int(width.get(f"{W}w")) == sum(grid[at : at + columns])
                assert cell[-1].tag == f"{W}p"
                at += columns
            assert at == len(grid)


@pytest.mark.parametrize("name", EXAMPLES)
def test_two_tables_never_touch_and_none_is_the_last_thing(name: str):
    for table in opened(name).find("//w:body/w:tbl"):
        following = table.getnext()
        assert following is not None
        assert following.tag == f"{W}p"


@pytest.mark.parametrize("name", EXAMPLES)
def test_header_rows_repeat_and_captions_stay_with_their_tables(name: str):
    one = opened(name)
    tables = [block for block in example_document(name).blocks() if isinstance(block, Table)]
    rows_that_repeat = sum(len(block.header) for block in tables)
    assert len(one.find("//w:tr[w:trPr/w:tblHeader]")) == rows_that_repeat > 5
    for block in tables:
        caption = caption_of(block)
        if caption:
            above = [p for p in one.find("//w:p[w:pPr/w:pStyle/@w:val='Caption']") if text(p) == caption]
            assert above[0].getnext().tag == f"{W}tbl"
            assert above[0].find(f"{W}pPr/{W}keepNext") is not None


def test_a_row_may_split_only_when_it_is_longer_than_half_a_page():
    long, short = ((Run("很长的内容" * 300),),), ((Run("短"),),)
    one = of_blocks(Table((Column(1.0),), (Row((Cell(long),)), Row((Cell(short),)))))
    assert [bool(one.find("w:trPr/w:cantSplit", row)) for row in one.find("//w:tr")] == [False, True]


def kept(one: Opened) -> list[bool]:
    return [bool(one.find(".//w:keepNext", row)) for row in one.find("//w:tr")]


def test_a_line_that_names_a_group_of_rows_stays_with_the_first_of_them():
    group, rows = Row((Cell(((Run("技术"),),), 2, head=True),)), (Row((Cell(((Run("甲"),),)),) * 2),) * 40
    one = of_blocks(Table((Column(0.5),) * 2, (*rows, group, *rows)))
    assert kept(one) == [True] + [False] * 39 + [True] + [False] * 38 + [True, False]


def test_a_short_table_stays_together():
    one = of_blocks(Table((Column(1.0),), (Row((Cell(((Run("甲"),),)),)),) * 5))
    assert kept(one) == [True, True, True, True, False]


def test_a_header_that_would_fill_the_page_does_not_repeat():
    head = Row((Cell(((Run("很长的表头" * 300),),), head=True),))
    one = of_blocks(Table((Column(1.0),), (Row((Cell(((Run("甲"),),)),)),), (head,)))
    assert not one.find("//w:tblHeader")


def test_the_work_grows_with_the_number_of_cells_and_no_faster():
    rows = tuple(Row(tuple(Cell(((Run(f"{across}"),),)) for across in range(8))) for _ in range(500))
    document = example_document("consulting")

    def calls(count: int) -> int:
        """Return how many functions are called for a table of that many rows."""
        table = Table((Column(1 / 8),) * 8, rows[:count])
        told = replace(document, parts=(Part("body", (table,), page_numbers=True),))
        counted = 0

        def count_it(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count_it)
        try:
            data = docx_writer.write(told, {}, LabelFont(), {})
        finally:
            sys.setprofile(None)
        assert len(Opened(data).find("//w:tc")) == 8 * count
        return counted

    first, second, third = calls(100), calls(300), calls(500)
    assert abs((third - second) - (second - first)) < (second - first) * 0.02


# --- contents, links, fields ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_contents_are_one_field_with_finished_entries_and_their_pages(name: str):
    one, document = opened(name), example_document(name)
    instructions = [text_.text.strip() for text_ in one.find("//w:instrText")]
    assert [told for told in instructions if told.startswith("TOC")] == ['TOC \\o "1-2" \\h \\z \\u']
    headings, pages = document.headings(2), pages_of(document)
    entries = one.find("//w:p[starts-with(w:pPr/w:pStyle/@w:val, 'TOC') and w:pPr/w:pStyle/@w:val != 'TOCHeading']")
    assert [text(entry) for entry in entries] == [f"{h.text}{pages[h.anchor]}" for h in headings]
    assert all(entry.find(f".//{W}tab") is not None for entry in entries)


@pytest.mark.parametrize("name", EXAMPLES)
def test_fields_begin_separate_and_end_in_runs_of_their_own(name: str):
    one = opened(name)
    for root in (one.body, *one.named("word/footer"), *one.named("word/header")):
        depth = 0
        for mark in one.find(".//w:fldChar", root):
            kind = mark.get(f"{W}fldCharType")
            depth += {"begin": 1, "separate": 0, "end": -1}[kind]
            assert depth >= 0
            assert len(mark.getparent()) == 1
        assert depth == 0


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_link_leads_to_a_bookmark_that_is_there_once(name: str):
    one = opened(name)
    bookmarks = [mark.get(f"{W}name") for mark in one.find("//w:bookmarkStart")]
    ids = [mark.get(f"{W}id") for mark in one.find("//w:bookmarkStart")]
    assert len(bookmarks) == len(set(bookmarks))
    assert ids == [mark.get(f"{W}id") for mark in one.find("//w:bookmarkEnd")]
    links = {link.get(f"{W}anchor") for link in one.find("//w:hyperlink")}
    assert links
    assert links <= set(bookmarks)


def test_page_numbers_begin_with_the_body_and_stand_on_no_other_page():
    one = opened("long")
    cover, instructions, contents, body = one.find("//w:sectPr")
    for section in (cover, instructions, contents):
        assert section.find(f"{W}footerReference") is None
    assert body.find(f"{W}pgNumType").get(f"{W}start") == "1"
    footer = one.named("word/footer")[0]
    assert [told.text.strip() for told in one.find(".//w:instrText", footer)] == ["PAGE"]
    assert text(footer) == "1"


def test_a_part_without_page_numbers_after_the_body_has_none():
    body, after = (
        Part("body", (Paragraph((Run("甲"),)),), page_numbers=True),
        Part("instructions", (Paragraph((Run("乙"),)),)),
    )
    one = of_blocks(parts=(body, after, body))
    relations = {relation.get("Id"): relation.get("Target") for relation in one.part("word/_rels/document.xml.rels")}
    shown: list[str] = []
    for section in one.find("//w:sectPr"):
        reference = section.find(f"{W}footerReference")
        footer = one.part("word/" + relations[reference.get(f"{{{SPACES['r']}}}id")])
        shown.append("".join(told.text for told in one.find(".//w:instrText", footer)).strip())
    assert shown == ["PAGE", "", "PAGE"]
    assert len(one.find("//w:pgNumType")) == 1


def test_left_and_right_pages_of_official_papers_have_their_numbers_outside():
    made = filled.proposal(call_of(AGRI))
    one = Opened(docx_of(made))
    body = one.find("//w:sectPr")[0]
    assert [ref.get(f"{W}type") for ref in body.findall(f"{W}footerReference")] == ["default", "even"]
    sides = [side.get(f"{W}val") for footer in one.named("word/footer") for side in one.find(".//w:jc", footer)]
    assert sides == ["right", "left"]
    assert one.find("//w:evenAndOddHeaders", one.part("word/settings.xml"))
    assert [text(header) for header in one.named("word/header")] == [call_of(AGRI).about["issuer"]] * 2


# --- lists, formulas, signatures ------------------------------------------------------------------------------------


def test_every_list_begins_again_at_one():
    data = [
        {"type": "list", "ordered": True, "items": [[{"text": "甲"}], [{"text": "乙"}]]},
        {"type": "paragraph", "runs": [{"text": "中"}]},
        {"type": "list", "ordered": True, "items": [[{"text": "丙"}]]},
        {"type": "list", "ordered": False, "items": [[{"text": "丁"}]]},
    ]
    one = Opened(docx_of(Proposal(call_of(KJXM), {"summary": {"text": data}}), draft=True))
    told = [label + text(p) for p, label in labels(one) if style_of(p) == "ListParagraph"]
    assert told == ["1.甲", "2.乙", "1.丙", "•丁"]


def test_a_formula_on_a_line_of_its_own_is_one_of_words():
    formulas = [b["latex"] for b in example("long").get("/approach/route") if b["type"] == "formula"]
    lines = [p for p in opened("long").find("//w:p") if style_of(p) == "Formula"]
    assert len(lines) >= len(formulas) > 0
    assert [text(line) for line in lines if not opened("long").find(".//m:oMath", line)] == []


def test_marks_of_characters_come_through():
    runs = (
        Run("粗", bold=True),
        Run("斜", italic=True),
        Run("线", underline=True),
        Run("2", sub=True),
        Run("3", sup=True),
    )
    one = of_blocks(Paragraph(runs))
    told = {text(r): [child.tag.removeprefix(W) for child in r.find(f"{W}rPr")] for r in one.find("//w:r[w:rPr]")}
    assert told["粗"] == ["b", "bCs"]
    assert told["斜"] == ["i", "iCs"]
    assert told["线"] == ["u"]
    places = [place.get(f"{W}val") for place in one.find("//w:vertAlign")]
    assert places == ["subscript", "superscript"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_leader_applicant_and_each_partner_have_a_frame_to_sign_that_stays_whole(name: str):
    one, made = opened(name), example(name)
    frames = [block for block in example_document(name).blocks() if isinstance(block, Signature)]
    partners = made.get("/people/partners", [])
    assert len(frames) == 2 + len(partners)
    last = one.find("//w:tbl[not(.//w:tblHeader)]")
    signed = "\n".join(text(table) for table in last)
    for who in (made.get("/people/leader/name"), made.get("/people/applicant/name"), *(p["name"] for p in partners)):
        assert f"：{who}" in signed


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_pictures_have_captions_alternative_text_and_names_that_tell_nothing(name: str):
    one, document = opened(name), example_document(name)
    blocks = [block for block in document.blocks() if isinstance(block, (Picture, Drawing))]
    inline = one.find("//wp:inline")
    assert len(inline) == len(blocks) > 3
    width = document.style.text_width_mm * 36000
    for number, (block, shape) in enumerate(zip(blocks, inline, strict=True), 1):
        named = one.find("wp:docPr", shape)[0]
        assert named.get("descr") == block.alt != ""
        assert {n.get("name") for n in one.find(".//*[@name]", shape)} == {f"图片 {number}"}
        assert int(one.find("wp:extent", shape)[0].get("cx")) <= width
        paragraph = shape.getparent().getparent().getparent()
        assert text(paragraph.getnext()) == caption_of(block)
        assert paragraph.find(f"{W}pPr/{W}keepNext") is not None
    media = [name for name in one.parts if name.startswith("word/media/")]
    assert all(re.fullmatch(r"word/media/(image\d+\.(png|jpg)|drawing\d+\.svg)", name) for name in media)


@pytest.mark.parametrize(("width", "height"), [(4000.0, 200.0), (200.0, 4000.0), (400.0, 400.0)])
@pytest.mark.parametrize("caption", ["短题", "很长的题" * 100])
def test_a_picture_of_any_size_fits_on_the_page_with_its_caption_and_keeps_its_shape(
    width: float, height: float, caption: str
):
    data = filled.picture_bytes()
    sha = hashlib.sha256(data).hexdigest()
    one = of_blocks(Picture(sha, width, height, "图1", caption, "意"), media={sha: data})
    style = example_document("consulting").style
    extent = one.find("//wp:extent")[0]
    wide, high = (int(extent.get(side)) / 36000 for side in ("cx", "cy"))
    assert wide <= style.text_width_mm + 0.01
    assert high < style.text_height_mm - 10
    assert wide / high == pytest.approx(width / height, rel=0.01)


def test_a_picture_used_twice_is_kept_once():
    data = filled.picture_bytes()
    sha = hashlib.sha256(data).hexdigest()
    block = Picture(sha, 30, 20, "图1", "甲", "甲")
    one = of_blocks(block, block, media={sha: data})
    assert len([name for name in one.parts if name.startswith("word/media/")]) == 1
    assert len(one.find("//a:blip")) == 2


def test_photographs_go_through_as_they_are():
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#808080").save(out, "JPEG")
    sha = hashlib.sha256(out.getvalue()).hexdigest()
    one = of_blocks(Picture(sha, 30, 20), media={sha: out.getvalue()})
    assert [data for name, data in one.parts.items() if name.startswith("word/media/")] == [out.getvalue()]
