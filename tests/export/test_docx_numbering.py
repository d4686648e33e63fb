"""Word, WPS and LibreOffice count to the numbers that the PDF prints: headings, lists, captions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Drawing,
    Heading,
    ListBlock,
    ListItem,
    Paragraph,
    Part,
    Picture,
    Row,
    Run,
    Table,
    caption_of,
    text_of,
)
from kjxm_desktop.export.compose_values import chinese_number
from tests.export import filled
from tests.export.conftest import AGRI, EXAMPLES, call_of, composed, docx_of, example, example_document, made_once
from tests.export.opened_docx import Opened, W, labels, of_blocks, opened, printed, style_of, text

PATTERNS = ("{chinese}、", "（{chinese}）", "{number}. ")
PAPERS = (*EXAMPLES, "agri")


def paper(name: str) -> Proposal:
    return filled.proposal(call_of(AGRI)) if name == "agri" else example(name)


def closed(told: str) -> str:
    return re.sub(r"\s", "", told)


@pytest.fixture(scope="session")
def lines(shared: Path) -> Callable[[str], list[str]]:
    """Return how to come by the lines of a paper as LibreOffice prints it, numbers and all, without white space."""

    def convert(folder: Path) -> None:
        files = [folder / f"{name}.docx" for name in PAPERS]
        for name, file in zip(PAPERS, files, strict=True):
            file.write_bytes(docx_of(paper(name)))
        subprocess.run(
            [
                "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
                "--convert-to", "txt:Text (encoded):UTF8", "--outdir", folder, *files,
            ],
            capture_output=True, check=True, timeout=280,
        )  # fmt: skip

    def of(name: str) -> list[str]:
        folder = made_once(shared / "libreoffice-numbers", convert)
        return [closed(line) for line in (folder / f"{name}.txt").read_text("utf-8-sig").splitlines() if closed(line)]

    return of


def document_of(name: str) -> Document:
    return composed(paper(name))


def headed(*told: tuple[int, str, str], numbering: tuple[str, ...] = PATTERNS) -> Opened:
    headings = [Heading(level, number, title, f"h{at}") for at, (level, number, title) in enumerate(told)]
    return of_blocks(*headings, numbering=numbering)


def marked(*markers: str, ordered: bool = True) -> ListBlock:
    return ListBlock(tuple(ListItem(marker, (Run("甲"),)) for marker in markers), ordered)


# --- as other programs count ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_libreoffice_prints_every_heading_with_the_number_of_the_pdf(name: str, lines: Callable[[str], list[str]]):
    headings = [closed(heading.text) for heading in document_of(name).headings()]
    there = lines(name)
    found = [line for line in there if line in set(headings)]
    assert len(headings) >= 10
    assert found[-len(headings) :] == headings


@pytest.mark.parametrize("name", PAPERS)
def test_libreoffice_prints_every_list_item_with_its_marker(name: str, lines: Callable[[str], list[str]]):
    lists = [block for block in document_of(name).blocks() if isinstance(block, ListBlock)]
    plain = [item for block in lists for item in block.items if all(run.kind != "formula" for run in item.runs)]
    items = [closed(item.marker + text_of(item.runs)) for item in plain]
    whole = "\n".join(lines(name))
    assert len(lists) > 1
    assert [item for item in items if item not in whole] == []


@pytest.mark.parametrize("name", PAPERS)
def test_libreoffice_prints_every_caption_with_its_number(name: str, lines: Callable[[str], list[str]]):
    blocks = [block for block in document_of(name).blocks() if isinstance(block, (Table, Picture, Drawing))]
    captions = [closed(caption_of(block)) for block in blocks if caption_of(block)]
    assert captions
    assert [caption for caption in captions if caption not in lines(name)] == []


# --- headings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAPERS)
def test_word_counts_every_heading_that_the_layout_numbers(name: str):
    one = Opened(docx_of(paper(name)))
    told = [(label, text(p)) for p, label in labels(one) if re.fullmatch("Heading[123]", style_of(p))]
    headings = document_of(name).headings()
    assert [label + title for label, title in told] == [heading.text for heading in headings]
    literal = [title for label, title in told if not label]
    assert all(re.match("任务|地", title) for title in literal)
    assert len(literal) < len(headings) / 2


def test_the_levels_are_one_list_that_the_styles_of_headings_name():
    one = opened("long")
    numbering, styles = one.part("word/numbering.xml"), one.part("word/styles.xml")
    kind = one.find("//w:abstractNum[w:multiLevelType/@w:val='multilevel']", numbering)[0]
    assert one.find("w:lvl/w:pStyle/@w:val", kind) == ["Heading1", "Heading2", "Heading3"]
    assert one.find("w:lvl/w:lvlText/@w:val", kind) == ["%1、", "（%2）", "%3."]
    assert one.find("w:lvl/w:numFmt/@w:val", kind) == ["chineseCountingThousand", "chineseCountingThousand", "decimal"]
    for level in (1, 2, 3):
        told = one.find(f"//w:style[@w:styleId='Heading{level}']/w:pPr/w:numPr", styles)[0]
        assert one.find("w:ilvl/@w:val", told) == [str(level - 1)]
        assert one.find("w:numId/@w:val", told) == one.find("//w:num[w:abstractNumId/@w:val='0']/@w:numId", numbering)


def test_a_heading_with_a_number_of_its_own_keeps_it_and_is_not_counted():
    one = headed(
        (1, "一、", "甲"), (2, "任务1　", "乙"), (2, "（一）", "丙"), (2, "任务2　", "丁"), (2, "（二）", "戊")
    )
    assert [text(p) for p in one.find("//w:p") if style_of(p).startswith("Heading")] == [
        "甲", "任务1　乙", "丙", "任务2　丁", "戊",
    ]  # fmt: skip
    assert printed(one)[:5] == ["一、甲", "任务1　乙", "（一）丙", "任务2　丁", "（二）戊"]


def test_numbers_that_word_would_count_otherwise_stay_in_the_text():
    told = [
        (2, "（一）", "甲"),
        (1, "三、", "乙"),
        (1, "一、", "丙"),
        (3, "1. ", "丁"),
        (2, "（一）", "戊"),
        (3, "2. ", "己"),
    ]
    one = headed(*told)
    assert printed(one)[:6] == [number + title for _, number, title in told]
    counted = [label for _, label in labels(one)][:6]
    assert counted == ["", "", "一、", "", "（一）", ""]


def test_a_hundred_chapters_are_numbered_as_the_blocks_say():
    told = [(1, heading.number, "甲") for heading in numbered(101)]
    one = headed(*told)
    assert printed(one)[:101] == [number + title for _, number, title in told]
    assert [text(p) for p in one.find("//w:p")[97:101]] == ["甲", "甲", "100、甲", "101、甲"]


def numbered(count: int) -> list[Heading]:
    return [Heading(1, f"{chinese_number(at)}、", "甲", f"a{at}") for at in range(1, count + 1)]


@pytest.mark.parametrize("pattern", ["{chinese}{number}", "{number}% "])
def test_a_pattern_that_word_cannot_count_by_stays_in_the_text(pattern: str):
    number = pattern.format(chinese="一", number=1)
    one = headed((1, number, "甲"), numbering=(pattern,))
    assert printed(one)[0] == text(one.find("//w:p")[0]) == f"{number}甲"
    assert not one.find("//w:style//w:numPr", one.part("word/styles.xml"))


def test_fewer_patterns_than_levels_serve_the_deeper_ones_too():
    one = headed((1, "第1章　", "甲"), (2, "第1章　", "乙"), (2, "第2章　", "丙"), numbering=("第{number}章　",))
    assert printed(one)[:3] == ["第1章　甲", "第1章　乙", "第2章　丙"]
    assert [text(p) for p in one.find("//w:p")[:3]] == ["甲", "乙", "丙"]


# --- lists ----------------------------------------------------------------------------------------------------------


def test_each_list_is_an_instance_of_its_own_that_says_where_it_begins():
    one = of_blocks(marked("1.", "2."), Paragraph((Run("乙"),)), marked("1.", "2.", "3."), marked("(4)", "(5)"))
    assert [label for _, label in labels(one)][:8] == ["1.", "2.", "", "1.", "2.", "3.", "(4)", "(5)"]
    numbers = one.find("//w:p/w:pPr/w:numPr/w:numId/@w:val")
    assert len(set(numbers)) == 3
    assert len(one.find("//w:startOverride", one.part("word/numbering.xml"))) == 3


def test_bullets_are_bullets_and_odd_markers_stay_in_the_text():
    one = of_blocks(
        marked("•", "•", ordered=False), marked("甲.", "乙."), marked("1.", "3."), marked("", ""), marked("5%")
    )
    told = [label + text(p) for p, label in labels(one)]
    assert told[:9] == ["•甲", "•甲", "甲.甲", "乙.甲", "1.甲", "3.甲", "甲", "甲", "5%甲"]
    assert [label for _, label in labels(one)][:9] == ["•", "•", *[""] * 7]


def test_the_text_of_a_list_hangs_clear_of_its_widest_marker():
    one = of_blocks(marked(*(f"({at})" for at in range(1, 101))))
    indent = one.find("//w:abstractNum[@w:abstractNumId='1']/w:lvl/w:pPr/w:ind", one.part("word/numbering.xml"))[0]
    style = example_document("consulting").style.text("list")
    assert int(indent.get(f"{W}hanging")) > style.hanging_chars * style.size_pt * 20
    assert int(indent.get(f"{W}left")) >= int(indent.get(f"{W}hanging"))


# --- captions -------------------------------------------------------------------------------------------------------


def table(number: str) -> Block:
    return Table((Column(1.0),), (Row((Cell(((Run("甲"),),)),)),), number=number, caption="乙")


def test_numbers_of_captions_are_fields_that_word_counts():
    one = of_blocks(table("表1"), table("表2"), table("图 1"), table("表3"))
    fields = [told.text.strip() for told in one.find("//w:instrText")]
    assert fields == ["SEQ 表 \\* ARABIC", "SEQ 表 \\* ARABIC", "SEQ 图 \\* ARABIC", "SEQ 表 \\* ARABIC"]
    captions = [text(p) for p in one.find("//w:p") if style_of(p) == "Caption"]
    assert captions == ["表1\u3000乙", "表2\u3000乙", "图 1\u3000乙", "表3\u3000乙"]


@pytest.mark.parametrize("number", ["表2", "表一", "表1-1", "1", ""])
def test_a_caption_that_word_would_number_otherwise_is_text(number: str):
    one = of_blocks(table(number))
    assert not one.find("//w:instrText")
    assert [text(p) for p in one.find("//w:p") if style_of(p) == "Caption"] == [
        "\u3000".join(filter(None, (number, "乙")))
    ]


def test_every_part_of_a_document_goes_on_counting():
    parts = [Part("body", (Heading(1, number, "甲", number), marked("1."), table(f"表{at}"))) for at, number in
             enumerate(("一、", "二、"), 1)]  # fmt: skip
    one = of_blocks(parts=parts, numbering=PATTERNS)
    assert [label + text(p) for p, label in labels(one) if style_of(p) == "Heading1"] == ["一、甲", "二、甲"]
    assert len(one.find("//w:instrText[contains(., 'SEQ')]")) == 2
