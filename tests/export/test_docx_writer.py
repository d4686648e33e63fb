"""The DOCX is valid, navigable, dressed in Chinese and says nothing of the machine it was made on."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from kjxm_desktop import paths
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.export import docx_writer
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Furniture,
    Heading,
    ListBlock,
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
    NOW,
    LabelFont,
    call_of,
    composed,
    docx_of,
    example,
    example_document,
    example_docx,
    pages_of,
)

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACES = {
    "w": W[1:-1],
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
}


class Opened:
    """A DOCX taken apart."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.infos = archive.infolist()
            self.parts = {info.filename: archive.read(info) for info in self.infos}
        self.body = self.part("word/document.xml")

    def part(self, name: str) -> Any:
        return etree.fromstring(self.parts[name])

    def find(self, path: str, root: Any = None) -> list[Any]:
        return (self.body if root is None else root).xpath(path, namespaces=SPACES)

    def named(self, start: str) -> list[Any]:
        return [self.part(name) for name in sorted(self.parts) if name.startswith(start)]


@cache
def opened(name: str) -> Opened:
    return Opened(example_docx(name))


def text(node: Any) -> str:
    return "".join(node.itertext(f"{W}t"))


def of_blocks(
    *blocks: Block, media: dict[str, bytes] | None = None, parts: Sequence[Part] = (), **changes: Any
) -> Opened:
    """Return the DOCX of a few blocks in the layout of the call."""
    document: Document = replace(
        example_document("consulting"),
        parts=tuple(parts) or (Part("body", blocks, page_numbers=True),),
        **changes,
    )
    return Opened(docx_writer.write(document, media or {}, LabelFont(), pages_of(document)))


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
    assert [text(p) for p in one.find(f"//w:p[w:pPr/w:pStyle/@w:val='Heading{level}']")] == headings


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_run_names_a_face_of_its_own(name: str):
    for face in opened(name).find("//w:body//w:rFonts"):
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
    assert kept(one) == [False] * 40 + [True] + [False] * 40


def test_a_short_table_stays_together():
    one = of_blocks(Table((Column(1.0),), (Row((Cell(((Run("甲"),),)),)),) * 5))
    assert kept(one) == [True, True, True, True, False]


def test_a_header_that_would_fill_the_page_does_not_repeat():
    head = Row((Cell(((Run("很长的表头" * 300),),), head=True),))
    one = of_blocks(Table((Column(1.0),), (Row((Cell(((Run("甲"),),)),)),), (head,)))
    assert not one.find("//w:tblHeader")


def test_a_table_of_thousands_of_cells_takes_no_time_to_speak_of():
    rows = tuple(Row(tuple(Cell(((Run(f"{across}"),),)) for across in range(8))) for _ in range(500))
    document = replace(
        example_document("consulting"), parts=(Part("body", (Table((Column(1 / 8),) * 8, rows),), page_numbers=True),)
    )

    def cells(count: int) -> int:
        table = Table((Column(1 / 8),) * 8, rows[:count])
        data = docx_writer.write(
            replace(document, parts=(Part("body", (table,), page_numbers=True),)), {}, LabelFont(), {}
        )
        return len(Opened(data).find("//w:tc"))

    assert [cells(10), cells(500)] == [80, 4000]


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
    assert [text(p) for p in one.find("//w:p[w:pPr/w:pStyle/@w:val='ListParagraph']")] == [
        "1.甲",
        "2.乙",
        "1.丙",
        "•丁",
    ]


def test_a_formula_prints_as_its_source():
    formulas = [b["latex"] for b in example("long").get("/approach/route") if b["type"] == "formula"]
    assert formulas
    printed = [text(p) for p in opened("long").find("//w:p[w:pPr/w:pStyle/@w:val='Formula']")]
    assert [latex for latex in formulas if latex not in printed] == []


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
        assert {n.get("name") for n in one.find(".//*[@name]", shape)} == {f"Picture {number}"}
        assert int(one.find("wp:extent", shape)[0].get("cx")) <= width
        paragraph = shape.getparent().getparent().getparent()
        assert text(paragraph.getnext()) == caption_of(block)
        assert paragraph.find(f"{W}pPr/{W}keepNext") is not None
    media = [name for name in one.parts if name.startswith("word/media/")]
    assert all(re.fullmatch(r"word/media/image\d+\.(png|jpg)", name) for name in media)


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


# --- the package ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_proposal_and_time_give_the_same_bytes(name: str):
    assert hashlib.sha256(docx_of(example(name))).digest() == hashlib.sha256(example_docx(name)).digest()


def test_every_part_is_dated_by_the_document_alone():
    assert {info.date_time for info in opened("long").infos} == {(2024, 6, 1, 9, 30, 0)}
    document = example_document("consulting")
    later = replace(document, created=NOW + timedelta(days=1))
    data = docx_writer.write(later, example("consulting").media, LabelFont(), pages_of(document))
    assert data != example_docx("consulting")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_properties_name_the_proposal_and_nobody(name: str):
    one = opened(name)
    core = {child.tag.rpartition("}")[2]: child.text for child in one.part("docProps/core.xml")}
    assert core == {
        "title": example(name).get("/project/title"),
        "subject": "2024年度“科技兴蒙”上海交通大学行动计划专项项目建议书",
        "created": "2024-06-01T01:30:00Z",
        "modified": "2024-06-01T01:30:00Z",
        "language": "zh-CN",
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_of_a_template_a_machine_or_a_path_is_in_the_package(name: str):
    one = opened(name)
    allowed = re.compile(
        r"\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|word/(_rels/document\.xml\.rels|document\.xml"
        r"|styles\.xml|settings\.xml|fontTable\.xml|theme/theme1\.xml|footer\d+\.xml|media/image\d+\.(png|jpg))"
    )
    for part, data in one.parts.items():
        assert allowed.fullmatch(part), part
        for leak in (b"python", b"docx", b"thumbnail", str(Path.home()).encode(), str(paths.resources()).encode()):
            assert part == "[Content_Types].xml" or leak not in data, (part, leak)


def test_a_draft_carries_a_light_mark_that_is_no_text():
    document = composed(example("consulting"), draft=True)
    one = Opened(docx_writer.write(document, example("consulting").media, LabelFont(), pages_of(document)))
    header = one.named("word/header")[0]
    assert one.find(".//v:textpath/@string", header) == ["草稿"]
    assert text(header) == ""
    first = one.find("//w:sectPr")[0]
    assert first.find(f"{W}headerReference") is not None
    assert not opened("consulting").named("word/header")
    assert [text(p) for p in one.find("//w:p")] == [text(p) for p in opened("consulting").find("//w:p")]


def test_header_and_check_code_stand_beside_the_page_number():
    one = of_blocks(Paragraph((Run("甲"),)), furniture=Furniture("书眉", "— {page} —", "A1B2", ""))
    assert text(one.named("word/header")[0]) == "书眉"
    assert text(one.named("word/footer")[0]) == "A1B2\u3000— 1 —"


# --- validity -------------------------------------------------------------------------------------------------------

HOSTILE = "<w:p>&amp;]]>\"'&lt;\u202e\u0007𠮷😀ᠮᠣᠩᠭᠣᠯ\u00a0{title}%s\\n" + "很" * 40 + "W" * 160


def hostile_runs() -> list[dict[str, object]]:
    return [
        {"text": HOSTILE},
        {"text": "2", "sub": True, "bold": True, "italic": True, "underline": True},
        {"formula": "<x&y>"},
    ]


def hostile(folder: Path) -> Proposal:
    """Return a proposal full of what breaks writers: markup, odd characters, very wide and very long things."""
    (folder / "a.png").write_bytes(filled.picture_bytes(2000, 3))
    rich = [
        {"type": "paragraph", "runs": hostile_runs()},
        {"type": "list", "ordered": True, "items": [hostile_runs()] * 3},
        {"type": "table", "header": True, "rows": [[hostile_runs()] * 6] * 2, "caption": HOSTILE},
        {"type": "table", "header": True, "rows": [[[]]], "caption": ""},
        {"type": "picture", "file": "a.png", "caption": HOSTILE, "alt": HOSTILE},
        {"type": "formula", "latex": "<a>&\\frac{1}{2}]]>"},
    ]
    data = {
        "project": {"title": HOSTILE, "kind": "key_tech", "keywords": [HOSTILE]},
        "people": {"leader": {"name": HOSTILE}, "partners": [{"name": HOSTILE}, {}]},
        "summary": {"text": rich},
        "basis": {
            "demand": [{"type": "paragraph", "runs": [{"text": "甲"}, {"cite": "r1"}, {"cite": "gone"}]}],
            "enterprises": [{"name": HOSTILE, "need": HOSTILE}, {}],
            "references": [{"id": "r1", "text": HOSTILE}],
        },
        "content": {"work": [{"title": HOSTILE, "text": rich}]},
        "schedule": {"milestones": [{"from": "2024-07", "to": "2024-08", "task": HOSTILE}]},
        "budget": {"lines": [{"category": "business", "source": "own", "amount": "1.00", "item": HOSTILE}]},
    }
    return from_outside(call_of(KJXM), data, folder)


def errors_of(validator: Sequence[str], file: Path) -> list[object]:
    done = subprocess.run([*validator, str(file)], capture_output=True, check=False, timeout=120)
    told = json.loads(done.stdout)
    assert told["ok"] is not bool(told["errors"])
    return told["errors"]


def makers() -> Iterator[tuple[str, Callable[[Path], bytes]]]:
    for name in EXAMPLES:
        yield name, lambda _folder, name=name: example_docx(name)
    yield "hostile", lambda folder: docx_of(hostile(folder))
    yield "official", lambda _folder: docx_of(filled.proposal(call_of(AGRI)), draft=True)


@pytest.mark.parametrize(("name", "make"), [pytest.param(*one, id=one[0]) for one in makers()])
def test_the_open_xml_sdk_finds_no_error(
    name: str, make: Callable[[Path], bytes], validator: list[str], tmp_path: Path
):
    file = tmp_path / f"{name}.docx"
    file.write_bytes(make(tmp_path))
    assert errors_of(validator, file) == []


def test_the_open_xml_sdk_would_find_one(validator: list[str], tmp_path: Path):
    file = tmp_path / "broken.docx"
    with zipfile.ZipFile(io.BytesIO(example_docx("consulting"))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<w:keepNext/>", b'<w:keepNext w:val="maybe"/>'))
    assert errors_of(validator, file)


def test_what_a_person_wrote_stands_in_the_document_as_it_was_stored(tmp_path: Path):
    made = hostile(tmp_path)
    one = Opened(docx_of(made))
    whole = text(one.body)
    title = made.get("/project/title")
    assert "<w:p>&amp;]]>" in title
    assert whole.count(title) > 10
    assert one.find("//wp:docPr/@descr")[0] == title
    assert all("\u0007" not in told for told in whole)


def test_a_heading_of_three_hundred_letters_is_still_one_paragraph():
    one = of_blocks(Heading(1, "一、", "W" * 300, "heading1"), ListBlock(()))
    assert [text(p) for p in one.find("//w:p[w:pPr/w:pStyle/@w:val='Heading1']")] == ["一、" + "W" * 300]
