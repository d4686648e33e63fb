"""Type in the DOCX: Chinese faces for the marks both scripts share, line breaks, distances, grid, what Word is told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.export import docx_writer, docx_xml
from kjxm_desktop.export.blocks import Contents, Heading, Paragraph, Part, Run
from kjxm_desktop.export.line_ends import NOT_FIRST, NOT_LAST
from tests.export import filled
from tests.export.conftest import (
    AGRI,
    EXAMPLES,
    KJXM,
    LabelFont,
    call_of,
    composed,
    docx_of,
    example,
    example_document,
    pages_of,
)
from tests.export.opened_docx import Opened, W, of_blocks, opened, style_of, text


def hinted(*runs: str) -> list[str]:
    """Return the stretches that are set in the Chinese face though Latin type has them too."""
    one = of_blocks(Paragraph(tuple(Run(run) for run in runs)))
    assert text(one.body) == "".join(runs)
    return [text(run) for run in one.find("//w:r[w:rPr/w:rFonts/@w:hint='eastAsia']")]


# --- faces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "chinese"),
    [
        ("“科技兴蒙”行动", ["“", "”"]),
        ("见“Internet”一词", ["“", "”"]),
        ("前——后……末", ["——", "……"]),
        ("从‘甲’到“乙”", ["‘", "’", "“", "”"]),
        ("长 3×4，±0.5", ["×", "±"]),
        ("温度≥80 ℃", ["≥"]),
        ("牧民的 don’t 一词", []),
        ("Smith’s “new” method", []),
        ("a—b", ["—"]),
        ("——", ["——"]),
        ("α 与 β", []),
    ],
)
def test_marks_of_both_scripts_are_chinese_among_chinese(told: str, chinese: list[str]):
    assert hinted(told) == chinese


def test_a_mark_in_a_run_of_its_own_goes_by_the_paragraph_it_stands_in():
    assert hinted("他说", "“", "yes", "”") == ["“", "”"]
    assert hinted("He said ", "“", "yes", "”") == []


def test_marked_runs_keep_their_marks_beside_the_hint():
    one = of_blocks(Paragraph((Run("“重”点", bold=True),)))
    told = [[child.tag.removeprefix(W) for child in run.find(f"{W}rPr")] for run in one.find("//w:r")[:3]]
    assert told == [["rFonts", "b", "bCs"], ["b", "bCs"], ["rFonts", "b", "bCs"]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_quotation_marks_among_chinese_always_ask_for_the_chinese_face(name: str):
    one = opened(name)
    for paragraph in one.find("//w:p[w:r]"):
        if not re.search("[\u4e00-\u9fff]", text(paragraph)):
            continue
        for run in one.find(".//w:r[w:t]", paragraph):
            if re.search("[“”…—]", text(run)):
                assert one.find("w:rPr/w:rFonts/@w:hint", run) == ["eastAsia"], text(paragraph)


# --- breaks ---------------------------------------------------------------------------------------------------------


def test_a_line_break_inside_a_run_is_one_break_and_a_tab_one_tab():
    one = of_blocks(Paragraph((Run("甲\n乙\t丙\r\n丁\r戊"),)))
    told = [child.tag.removeprefix(W) for child in one.find("//w:r")[0]]
    assert told == ["t", "br", "t", "tab", "t", "br", "t", "br", "t"]


def test_line_ends_of_every_kind_give_one_paragraph_each_and_odd_spaces_a_space(tmp_path: Path):
    data = {"schedule": {"milestones": [{"id": "a", "task": "一\r\n二\r三\u2028四\u00a0五\t六"}]}}
    made = from_outside(call_of(KJXM), data, tmp_path)
    one = Opened(docx_of(made, draft=True))
    cell = next(cell for cell in one.find("//w:tc") if text(cell).startswith("一二三"))
    assert [text(p) for p in one.find("w:p", cell)] == ["一", "二", "三", "四 五 六"]
    assert not one.find(".//w:br", cell)


def test_characters_that_no_xml_holds_leave_a_mark_and_a_sound_file():
    one = of_blocks(Paragraph((Run("甲\x00\x0b乙\ud800丙\ufffe"),)), title="题\x01")
    assert text(one.body) == "甲\ufffd\ufffd乙\ufffd丙\ufffd"
    assert one.find("string(//*[local-name()='title'])", one.part("docProps/core.xml")) == "题\ufffd"


# --- distances ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["proposal", "official"])
def test_every_style_says_the_distance_of_its_lines_in_points(name: str):
    one = Opened(docx_of(in_style(name)))
    document = composed(in_style(name))
    for told, style in document.style.texts.items():
        found = one.find(f"//w:style[@w:styleId='{docx_xml.style_id(told)}']//w:spacing", one.part("word/styles.xml"))
        assert found[0].get(f"{W}lineRule") == "atLeast"
        assert int(found[0].get(f"{W}line")) == round(style.leading_pt * 20)


def in_style(name: str) -> Proposal:
    made = example("consulting")
    call = replace(made.call, document={**made.call.document, "style": name})
    return Proposal(call, made.data, dict(made.media))


def test_official_papers_stand_on_a_grid_of_twenty_two_lines_others_on_none():
    official, other = Opened(docx_of(in_style("official"))), opened("consulting")
    height = composed(in_style("official")).style.text_height_mm / 25.4 * 1440
    for grid in official.find("//w:sectPr/w:docGrid"):
        assert grid.get(f"{W}type") == "lines"
        assert int(height / int(grid.get(f"{W}linePitch"))) == 22
    assert len(official.find("//w:sectPr/w:docGrid")) == len(official.find("//w:sectPr"))
    assert not other.find("//w:sectPr/w:docGrid[@w:type]")
    snapped = {
        style.get(f"{W}styleId")
        for style in official.find("//w:style[w:pPr/w:snapToGrid]", official.part("word/styles.xml"))
    }
    assert "BodyText" in snapped
    assert not snapped & {"Table", "TableHead", "Caption"}
    assert not other.find("//w:style[w:pPr/w:snapToGrid]", other.part("word/styles.xml"))


def test_indents_are_told_in_characters_and_in_twips():
    one = opened("consulting")
    body = one.find("//w:style[@w:styleId='BodyText']//w:ind", one.part("word/styles.xml"))[0]
    assert (body.get(f"{W}firstLineChars"), body.get(f"{W}firstLine")) == ("200", "480")


# --- what Word is told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_lines_break_by_the_same_lists_as_in_the_pdf(name: str):
    settings = opened(name).part("word/settings.xml")
    for told, marks, most in (("noLineBreaksBefore", NOT_FIRST, 100), ("noLineBreaksAfter", NOT_LAST, 50)):
        found = settings.find(f"{W}{told}")
        assert found.get(f"{W}lang") == "zh-CN"
        assert set(found.get(f"{W}val")) == marks
        assert len(found.get(f"{W}val")) <= most  # of what Word keeps
    defaults = opened(name).find("//w:pPrDefault/w:pPr/*", opened(name).part("word/styles.xml"))
    told = {one.tag.removeprefix(W): one.get(f"{W}val", "1") for one in defaults}
    assert told == {"kinsoku": "1", "wordWrap": "1", "overflowPunct": "0", "snapToGrid": "0"}


def test_the_settings_are_those_of_a_document_of_today_and_refresh_nothing():
    one = opened("consulting")
    settings = one.part("word/settings.xml")
    assert one.find("//w:compatSetting[@w:name='compatibilityMode']/@w:val", settings) == ["15"]
    assert one.find("//w:zoom/@w:percent", settings) == ["100"]
    assert one.find("//w:characterSpacingControl/@w:val", settings) == ["doNotCompress"]
    assert not one.find("//w:updateFields", settings)


def test_the_contents_stand_in_the_frame_by_which_word_refreshes_them():
    told = "按 F9 更新"
    heading = Heading(1, "一、", "甲", "h1")
    one = of_blocks(parts=(Part("contents", (Contents("目录", 2, told),)), Part("body", (heading,), page_numbers=True)))
    frame = one.find("//w:body/w:sdt")[0]
    assert one.find("w:sdtPr/w:docPartObj/w:docPartGallery/@w:val", frame) == ["Table of Contents"]
    assert one.find("w:sdtPr/w:alias/@w:val", frame) == [told]
    assert [style_of(p) for p in one.find("w:sdtContent/w:p", frame)] == ["TOCHeading", "TOC1"]
    assert told not in text(one.body)


def test_contents_without_a_heading_are_a_title_and_no_field():
    one = of_blocks(Contents("目录"))
    assert [text(p) for p in one.find("//w:sdtContent/w:p")] == ["目录"]
    assert not one.find("//w:fldChar[ancestor::w:sdt]")


def test_a_proposal_of_the_second_call_says_its_language_and_header_too():
    made = filled.proposal(call_of(AGRI))
    one = Opened(docx_of(made))
    assert one.find("//w:docDefaults//w:lang/@w:eastAsia", one.part("word/styles.xml")) == ["zh-CN"]


def test_a_draft_whose_layout_has_a_header_carries_both_on_left_and_right_pages():
    document = composed(filled.proposal(call_of(AGRI)), draft=True)
    media = filled.proposal(call_of(AGRI)).media
    one = Opened(docx_writer.write(document, media, LabelFont(), pages_of(document)))
    headers = one.named("word/header")
    assert [text(header) for header in headers] == [document.furniture.header] * 2
    marks = [one.find(".//v:textpath/@string", header) for header in headers]
    assert marks == [[document.furniture.draft_mark]] * 2


def test_the_mark_of_a_draft_is_as_long_as_in_the_pdf_whatever_it_says():
    widths: list[float] = []
    for mark in ("草稿", "未定稿", "内部讨论稿"):
        one = of_blocks(Paragraph((Run("甲"),)), furniture=replace(example_document("long").furniture, draft_mark=mark))
        style = one.find("string(.//v:shape/@style)", one.named("word/header")[0])
        width, height = (float(told) for told in re.findall(r"(?:width|height):([0-9]+)pt", str(style)))
        assert width == pytest.approx(height * len(mark), abs=len(mark))
        widths.append(width)
    assert widths[1:] == pytest.approx([369.0, 369.0], abs=1)


def test_headings_in_a_row_stand_as_far_apart_as_both_ask_for():
    style = example_document("consulting").style
    one = of_blocks(
        Heading(1, "", "甲", "h1"), Heading(2, "", "乙", "h2"), Paragraph((Run("丙"),)), Heading(2, "", "丁", "h3")
    )
    first, second, body, third = (one.find("w:pPr/w:spacing/@w:before", p) for p in one.find("//w:p")[:4])
    wanted = style.text("heading1").after_pt + style.text("heading2").before_pt
    assert second == [str(round(wanted * 20))]
    assert first == body == third == []
