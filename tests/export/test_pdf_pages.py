"""The ends of pages: what stays together wherever a page ends, how long tables and rows go on, the official grid."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.export import page_style, pdf_writer
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Formula,
    Furniture,
    Heading,
    ListBlock,
    ListItem,
    Paragraph,
    Part,
    Picture,
    Row,
    Run,
    Signature,
    Spacer,
    Table,
)
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import MM_PER_POINT, PageStyle
from tests.export import filled
from tests.export.boxes import Box, boxes_of
from tests.export.conftest import KJXM, call_of, example_document

PICTURE = "picture"
PICTURES_ONLY = 3  # FPDF_PAGEOBJ_IMAGE
MEDIA = {PICTURE: filled.picture_bytes(60, 40)}
STEP_MM = 3.7  # no multiple of a line


@cache
def layout(name: str) -> PageStyle:
    return page_style.read(call_of(KJXM).document["styles"], name)


def written(parts: Sequence[Sequence[Block]], style: PageStyle | None = None, *, numbers: bool = False) -> bytes:
    """Return a PDF in which each of `parts` begins on a page of its own."""
    style = style or layout("proposal")
    told: Document = replace(
        example_document("consulting"),
        style=style,
        furniture=Furniture(page_number=call_of(KJXM).document["styles"][style.name]["page_number"]),
        parts=tuple(Part("body", tuple(blocks), page_numbers=numbers) for blocks in parts),
    )
    return pdf_writer.write(told, MEDIA, FontSet(paths.fonts())).data


def texts_by_page(data: bytes) -> list[str]:
    """Return the text of each page in the order in which it is painted, a picture as ▣."""
    document: Any = pypdfium2.PdfDocument(data)
    try:
        pictures = [
            len(list(page.get_objects(filter=[PICTURES_ONLY])))
            for page in (document[at] for at in range(len(document)))
        ]
    finally:
        document.close()
    texts = [""] * len(pictures)
    for box in boxes_of(data):
        texts[box.page] += box.text
    return [text + "▣" * count for text, count in zip(texts, pictures, strict=True)]


def moved(blocks: Sequence[Block], style: str = "proposal") -> Iterator[list[str]]:
    """Yield the pages that `blocks` come to stand on, moved step by step over the end of a page."""
    heights = [at * STEP_MM for at in range(int(layout(style).text_height_mm / STEP_MM))]
    parts = [(said(f"起{at}止"), Spacer(height), *blocks) for at, height in enumerate(heights)]
    pages = texts_by_page(written(parts, layout(style)))
    starts = [at for at, page in enumerate(pages) if re.match(r"起\d+止", page)]
    assert len(starts) == len(heights)
    for start, end in zip(starts, [*starts[1:], len(pages)], strict=True):
        yield pages[start:end]


def said(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


def cell(text: str, **options: object) -> Cell:
    return Cell(((Run(text),),), **options)  # type: ignore[arg-type]


def table(rows: int, *, text: str = "格", caption: str = "表题", groups: int = 0) -> Table:
    """Return a table of two columns; every `groups` rows one across the table names those below it."""
    body: list[Row] = []
    for at in range(rows):
        if groups and at % groups == 0:
            body.append(Row((Cell(((Run("组名"),),), span=2, head=True),)))
        body.append(Row((cell(f"行{at}号"), cell(text))))
    head = Row((cell("头甲", head=True), cell("头乙", head=True)))
    return Table((Column(0.3), Column(0.7)), tuple(body), (head,), number="表1", caption=caption)


def page_of(pages: Sequence[str], text: str) -> int:
    return next(at for at, page in enumerate(pages) if text in page)


@pytest.mark.parametrize("style", ["proposal", "official"])
def test_a_heading_is_never_parted_from_two_lines_of_its_text(style: str):
    headings = (Heading(1, "一、", "题甲", "a1"), Heading(2, "（一）", "题乙", "a2"), Heading(3, "1.", "题丙", "a3"))
    for pages in moved((*headings, said("首" + "字" * 140 + "末")), style):
        assert len({page_of(pages, text) for text in ("题甲", "题乙", "题丙", "首")}) == 1
        assert pages[page_of(pages, "题甲")].count("字") >= 40


@pytest.mark.parametrize("lines", [2, 3, 4, 6])
def test_neither_the_first_nor_the_last_line_of_a_paragraph_stands_alone(lines: int):
    text = "字" * (36 * lines - 12)
    for pages in moved((said(text), said("其后"))):
        counts = [page.count("字") for page in pages if "字" in page]
        assert sum(counts) == len(text)
        assert counts[0] in (len(text), *(36 * count - 2 for count in range(2, lines - 1)))


@pytest.mark.parametrize(("rows", "groups"), [(1, 0), (3, 0), (30, 0), (30, 5)])
def test_a_table_begins_with_its_caption_its_header_and_two_rows_on_one_page(rows: int, groups: int):
    for pages in moved((said("引", "lead"), table(rows, groups=groups), said("其后"))):
        first = pages[page_of(pages, "表题")]
        assert "引" in first
        assert "头甲头乙" in first
        assert first.count("号") >= min(rows, 2)
        for page in pages:
            assert page.count("头甲") == (1 if "号" in page else 0)
            assert not re.search("组名$|头乙$", page.removesuffix("其后"))
        assert "".join(re.findall(r"行(\d+)号", "".join(pages))) == "".join(map(str, range(rows)))
        assert rows < 2 or pages[page_of(pages, f"行{rows - 1}号")].count("号") >= 2


def test_a_picture_is_never_parted_from_its_caption_nor_too_low_for_its_page():
    for pages in moved((Picture(PICTURE, 90.0, 60.0, "图1", "图题"), said("其后"))):
        assert ["▣" in page for page in pages] == ["图题" in page for page in pages]


def test_a_row_below_half_a_page_is_never_split():
    for pages in moved((table(3, text="长" * 380), said("其后"))):
        assert [page.count("长") % 380 for page in pages] == [0] * len(pages)


def test_a_row_above_half_a_page_is_split_behind_its_third_line_and_leaves_no_single_one():
    for pages in moved((table(1, text="长" * 1200), said("其后"))):
        counts = [page.count("长") for page in pages if "长" in page]
        assert sum(counts) == 1200
        assert all(count >= 2 * 20 for count in counts)
        assert all("头甲头乙" in page for page in pages if "长" in page)


def test_items_of_a_list_and_frames_to_sign_are_whole():
    items = ListBlock(tuple(ListItem(f"{at}.", (Run("项" + "字" * 50 + "末"),)) for at in range(3)), True)
    frame = Signature((said("签名", "signature"), said("盖章", "signature")), 40.0)
    for pages in moved((items, frame)):
        assert len({page_of(pages, "签名"), page_of(pages, "盖章")}) == 1
        for page in pages:
            assert page.count("项") == page.count("末") == page.count("字") // 50


SHARES: list[list[float]] = [
    [0.02, 0.98],
    [0.01] * 3 + [0.97],
    [0.5, 0.005, 0.495],
    [1 / 12] * 12,
    [1 / 63] * 63,
    [0.9] + [0.1 / 20] * 20,
]


@pytest.mark.parametrize("shares", SHARES, ids=lambda shares: f"{len(shares)} columns")
@pytest.mark.parametrize("times", [1, 30])
def test_no_text_leaves_its_cell_however_narrow_the_columns_are(shares: list[float], times: int):
    signs = [chr(0x4E00 + at) for at in range(len(shares))]
    rows = tuple(Row(tuple(cell(f"{sign}w，{sign}" * times) for sign in signs)) for _ in range(3))
    found = boxes_of(written([[Table(tuple(map(Column, shares)), rows)]]))
    assert Counter(box.text for box in found) == Counter(
        "".join(run.text for row in rows for c in row.cells for run in c.paragraphs[0])
    )
    edges = [
        (min(b.left for b in own), max(b.right for b in own))
        for own in ([b for b in found if b.text == sign] for sign in signs)
    ]
    assert edges[0][0] > 28 / MM_PER_POINT
    assert edges[-1][1] < (210 - 26) / MM_PER_POINT
    assert all(right < left for (_, right), (left, _) in pairwise(edges))


# --- whatever is in it ----------------------------------------------------------------------------------------------


def table_of(shares: Sequence[float], rows: Sequence[Sequence[str]], heads: bool) -> Table:
    columns = tuple(Column(share / sum(shares)) for share in shares)
    told = tuple(Row(tuple(cell(text) for text in row[: len(shares)])) for row in rows)
    return Table(columns, told[1:] if heads else told, told[:1] if heads else (), number="表1", caption="题")


SIGNS = "的一科技，。；：（）《》“”—…％℃ abcXYZ0123456789.,%/-<>&{}\\𠮷㛃"
texts = st.builds(
    lambda piece, times: piece * times, st.text(SIGNS, min_size=1, max_size=12), st.sampled_from([1, 3, 40, 250])
)
sizes = st.sampled_from([0.5, 5.0, 60.0, 400.0, 9000.0])
tables = st.builds(
    table_of,
    st.lists(st.sampled_from([0.02, 0.1, 0.3, 1.0]), min_size=1, max_size=7),
    st.lists(st.lists(texts, min_size=7, max_size=7), min_size=1, max_size=3),
    st.booleans(),
)
blocks = st.one_of(
    st.builds(said, texts),
    st.builds(lambda text: Heading(2, "", text, f"a{hash(text) & 0xFFFF}"), texts),
    st.builds(lambda told: ListBlock(tuple(ListItem("•", (Run(text),)) for text in told)), st.lists(texts, max_size=3)),
    st.builds(lambda width, height, text: Picture(PICTURE, width, height, "图1", text), sizes, sizes, texts),
    st.builds(lambda text, height: Signature((said(text, "signature"),), height), texts, sizes),
    st.builds(Formula, st.sampled_from([r"\frac{a}{b}", r"\no{", "x" * 900])),
    tables,
)


def signs_of(block: Block) -> str:
    """Return the characters of what a block says, but for formulas."""
    match block:
        case Heading():
            return block.title
        case Paragraph():
            return "".join(run.text for run in block.runs)
        case ListBlock():
            return "".join("•" + run.text for item in block.items for run in item.runs)
        case Picture():
            return block.number + block.caption
        case Signature():
            return "".join(signs_of(paragraph) for paragraph in block.paragraphs)
        case Table():
            cells = [
                run.text for row in (*block.header, *block.rows) for c in row.cells for p in c.paragraphs for run in p
            ]
            return block.number + block.caption + "".join(cells)
        case _:
            return ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(blocks, min_size=1, max_size=4))
def test_whatever_is_in_it_a_document_is_set_and_holds_every_character_within_its_paper(told: list[Block]):
    style = layout("proposal")
    found = boxes_of(written([told]))
    wanted = Counter("".join(signs_of(block) for block in told if not isinstance(block, Formula)))
    del wanted[" "]
    assert wanted - Counter(box.text for box in found) == Counter()
    assert all(-0.5 <= box.left <= box.right <= style.width_mm / MM_PER_POINT + 0.5 for box in found)
    assert all(box.bottom >= 0 and box.top <= style.height_mm / MM_PER_POINT for box in found)


# --- the official grid ----------------------------------------------------------------------------------------------


@cache
def official_pages() -> list[list[list[Box]]]:
    """Return the lines of official pages: text that goes on without end, under headings of every level."""
    headings = [Heading(level, "", "题" * 5, f"a{level}") for level in (1, 2, 3)]
    found = boxes_of(
        written([[*headings, *[said("字" * (26 + 28 * 11 + 14)) for _ in range(20)]]], layout("official"), numbers=True)
    )
    pages: list[list[list[Box]]] = [[] for _ in range(found[-1].page + 1)]
    for box in found:
        lines = pages[box.page]
        if lines and abs(lines[-1][0].base - box.base) < 3:
            lines[-1].append(box)
        else:
            lines.append([box])
    return pages


def text_lines(page: list[list[Box]]) -> list[list[Box]]:
    return [line for line in page if line[0].text in "题字"]


def test_an_official_page_has_twenty_two_lines_of_twenty_eight_characters():
    left, right = 28 / MM_PER_POINT, (210 - 26) / MM_PER_POINT
    pages = official_pages()
    assert len(pages) > 10
    for page in pages[:-1]:
        lines = text_lines(page)
        assert len(lines) in (21, 22)  # one fewer where a paragraph would leave a single line
        apart = [above[0].base - below[0].base for above, below in pairwise(lines)]
        assert all(distance == pytest.approx(28.95, abs=0.05) for distance in apart)
        full = [line for line in lines if len(line) == 28]
        assert len(full) >= 16
        for line in full:
            assert line[0].left == pytest.approx(left, abs=0.5)
            assert line[-1].right == pytest.approx(right, abs=1.0)
    assert median(len(text_lines(page)) for page in pages[:-1]) == 22


def test_an_official_page_begins_and_ends_where_the_standard_says():
    top, bottom = (297 - 37) / MM_PER_POINT, 35 / MM_PER_POINT
    lines = [line for page in official_pages()[:-1] for line in text_lines(page)]
    assert max(box.top for line in lines for box in line) <= top
    assert min(box.bottom for line in lines for box in line) >= bottom
    assert max(box.top for line in lines for box in line) == pytest.approx(top, abs=12)


def test_an_official_number_stands_between_dashes_one_character_from_the_outer_edge():
    left, right = 28 / MM_PER_POINT, (210 - 26) / MM_PER_POINT
    for number, page in enumerate(official_pages(), 1):
        line = [line for line in page if line[0].text == "—"][-1]
        assert "".join(box.text for box in line) == f"—{number}—"
        inset = right - line[-1].right if number % 2 else line[0].left - left
        assert inset == pytest.approx(14, abs=0.5)
        assert 35 / MM_PER_POINT - line[0].base == pytest.approx(7 / MM_PER_POINT, abs=6)


# --- the layout is data -----------------------------------------------------------------------------------------------


def test_the_paper_its_margins_and_its_type_are_what_the_layout_says():
    told: Any = copy.deepcopy(call_of(KJXM).document["styles"])
    told["proposal"]["page"] |= {"width_mm": 260, "height_mm": 184, "left_mm": 40, "right_mm": 30, "top_mm": 20}
    told["proposal"]["texts"]["body"] |= {"font": "hei", "size_pt": 15, "first_line_chars": 0, "line_pt": 40}
    data = written([[said("字" * 90)]], page_style.read(told, "proposal"))
    document: Any = pypdfium2.PdfDocument(data)
    assert document[0].get_size() == pytest.approx((260 / MM_PER_POINT, 184 / MM_PER_POINT), abs=0.1)
    document.close()
    found = boxes_of(data)
    lines = [[box for box in found if box.base == base] for base in sorted({box.base for box in found}, reverse=True)]
    assert [len(line) for line in lines] == [35, 35, 20]
    assert lines[0][0].base - lines[1][0].base == pytest.approx(40, abs=0.05)
    assert found[0].left == pytest.approx(40 / MM_PER_POINT, abs=0.1)
    assert lines[0][-1].right == pytest.approx((260 - 30) / MM_PER_POINT, abs=1)
    assert max(box.top for box in found) < (184 - 20) / MM_PER_POINT
    assert b"NotoSansSC-Regular" in data
    assert b"NotoSerifSC" not in data
