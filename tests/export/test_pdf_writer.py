"""The PDF says every word, embeds its type, breaks lines as Chinese does, and nothing is too big for the page."""

from __future__ import annotations

import io
import re
import subprocess
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from kjxm_desktop import paths
from kjxm_desktop.export import pdf_writer
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Contents,
    Document,
    Drawing,
    Formula,
    Furniture,
    Heading,
    Label,
    ListBlock,
    ListItem,
    PageBreak,
    Paragraph,
    Part,
    Picture,
    Row,
    Run,
    Signature,
    Spacer,
    Table,
    caption_of,
    text_of,
)
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import MM_PER_POINT
from tests.export import filled, hostile
from tests.export.conftest import (
    AGRI,
    EXAMPLES,
    NOW,
    call_of,
    composed,
    example,
    example_document,
)

ASCII = "".join(map(chr, range(33, 127)))
RARE = "𠮷𡋾㛃䶮𬶋ᠮᠣᠩᠭᠣᠯ①℃"


@dataclass(frozen=True)
class Read:
    """A PDF, and what independent programs read in it."""

    made: pdf_writer.Made
    path: Path

    def run(self, *command: str) -> str:
        done = subprocess.run(
            [*command, str(self.path), *(["-"] if command[0] == "pdftotext" else [])],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def pages(self) -> list[str]:
        return self.run("pdftotext", "-raw", "-enc", "UTF-8").split("\f")[:-1]

    def text(self) -> str:
        """Return all text without white space and page numbers, in the order it was painted."""
        numbers = self.numbers()
        return "".join(
            squeezed(page.rstrip().removesuffix(number)) for page, number in zip(self.pages(), numbers, strict=True)
        )

    def numbers(self) -> list[str]:
        last = [page.rstrip().rpartition("\n")[2] for page in self.pages()]
        return [line if re.fullmatch(r"(— )?\d+( —)?", line) else "" for line in last]

    def lines(self) -> list[str]:
        return [line for page in self.pages() for line in page.splitlines()]

    @property
    def opened(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.made.data))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Read]:
    """Return how to set a document, or some blocks in the layout of the call."""

    def of(*blocks: Block, document: Document | None = None, media: dict[str, bytes] | None = None, **changes: Any):
        parts = (Part("body", blocks, page_numbers=True),)
        told = document or replace(example_document("consulting"), **({"parts": parts} | changes))
        made = pdf_writer.write(told, media or {}, FontSet(paths.fonts()))
        path = tmp_path_factory.mktemp("pdf") / "made.pdf"
        path.write_bytes(made.data)
        return Read(made, path)

    return of


@pytest.fixture(scope="module")
def of_example(read: Callable[..., Read]) -> Callable[[str], Read]:
    @cache
    def of(name: str) -> Read:
        return read(document=example_document(name), media=dict(example(name).media))

    return of


def leaves(document: Document) -> Iterator[str]:
    """Yield every stretch of text that the document prints."""
    for block in document.blocks():
        match block:
            case Heading():
                yield block.text
            case Paragraph():
                yield text_of(block.runs)
            case ListBlock():
                yield from (item.marker + text_of(item.runs) for item in block.items)
            case Formula():
                yield block.latex
            case Signature():
                yield from (text_of(told.runs) for told in block.paragraphs)
            case Contents():
                yield block.title
            case Table() | Picture() | Drawing():
                yield from captioned(block)
            case _:
                assert isinstance(block, Spacer | PageBreak)


def captioned(block: Table | Picture | Drawing) -> Iterator[str]:
    yield caption_of(block)
    for row in (*block.header, *block.rows) if isinstance(block, Table) else ():
        for told in row.cells:
            yield "".join(text_of(runs) for runs in told.paragraphs)


def lost(read: Read, document: Document) -> list[str]:
    text = read.text()
    return [leaf for leaf in leaves(document) if squeezed(leaf) not in text]


def goes_on_over_pages(leaf: str, pages: list[str]) -> bool:
    """Tell whether `leaf` stands in pieces on pages that follow each other: a cell of a row that is split."""
    for at in range(len(pages)):
        rest = leaf
        for page in pages[at:]:
            if rest in page:
                return True
            fits = bisect(range(len(rest)), False, key=lambda count, rest=rest, page=page: rest[:count] not in page) - 1
            if fits < 3:
                break
            rest = rest[fits:]
    return False


def paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


def cell(text: str) -> Cell:
    return Cell(((Run(text),),))


def picture(width: int, height: int, mode: str = "RGB", kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).convert(mode).save(out, kind)
    return out.getvalue()


# --- every word -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_leaf_of_text_of_an_example_stands_whole_in_the_pdf(of_example: Callable[[str], Read], name: str):
    made = of_example(name)
    assert len(list(leaves(example_document(name)))) > 300
    # A paragraph that goes on after a page break is still whole, but a drawing's labels may stand between its halves.
    assert lost(made, example_document(name)) == []
    assert not made.made.missing_glyphs


def test_every_leaf_of_a_hostile_proposal_stands_whole_in_the_pdf(read: Callable[..., Read]):
    document = composed(hostile.proposal())
    made = read(document=document, media=dict(hostile.proposal().media))
    assert sum("&amp;" in leaf for leaf in leaves(document)) > 200
    pages = [squeezed(page) for page in made.pages()]
    split = [leaf for leaf in lost(made, document) if not any(sign in leaf for sign in hostile.EMOJI)]
    assert [leaf for leaf in split if not goes_on_over_pages(squeezed(leaf), pages)] == []
    assert set(made.made.missing_glyphs) <= set(hostile.EMOJI)


def test_a_cell_of_ten_thousand_characters_goes_on_over_pages_and_loses_none(read: Callable[..., Read]):
    told = "".join(f"第{at}句，" for at in range(2000))
    made = read(Table((Column(0.2), Column(0.8)), (Row((cell("名"), cell(told))),), (Row((cell("甲"), cell("乙"))),)))
    assert made.made.page_count > 5
    assert made.text().replace("甲乙", "") in ("名" + told, told[:400] + "名" + told[400:])
    assert made.text().count("甲乙") == made.made.page_count


def test_what_no_font_has_is_printed_as_its_number_and_told(read: Callable[..., Read]):
    made = read(paragraph("前😀后"), Table((Column(1.0),), (Row((cell("🜁"),)),)))
    assert made.text() == "前〔U+1F600〕后〔U+1F701〕"
    assert list(made.made.missing_glyphs) == ["😀", "🜁"]


def test_characters_beyond_the_bmp_come_back_as_they_were(read: Callable[..., Read]):
    made = read(paragraph(RARE), paragraph("𠮷𡋾", "heading2"))
    assert made.text() == RARE + "𠮷𡋾"
    assert "".join(squeezed(line) for line in made.lines() if "𡋾" in line).count("𠮷") == 2


def test_what_is_bold_and_slanted_is_shown_bold(read: Callable[..., Read]):
    made = read(Paragraph((Run("粗斜", bold=True, italic=True), Run("斜", italic=True))))
    assert re.search("NotoSerifSC-Bold", made.run("pdffonts"))
    assert re.search("LXGWWenKai", made.run("pdffonts"))


# --- pages ----------------------------------------------------------------------------------------------------------


def test_long_tables_repeat_their_header_and_keep_their_rows(read: Callable[..., Read]):
    head = (Row((Cell(((Run("表头甲"),),), head=True), Cell(((Run("表头乙"),),), head=True))),)
    rows = tuple(Row((cell(f"行{at}"), cell("内容" * 30))) for at in range(40))
    made = read(Table((Column(0.3), Column(0.7)), rows, head, caption="长表", number="表1"))
    pages = made.pages()
    assert len(pages) > 1
    assert all("表头甲" in page for page in pages)
    assert re.findall(r"行(\d+)", made.text()) == [str(at) for at in range(40)]


@pytest.mark.parametrize("lines", range(28, 36))
def test_headings_and_captions_never_stand_alone_at_the_foot_of_a_page(read: Callable[..., Read], lines: int):
    filler = [paragraph("行") for _ in range(lines)]
    table = Table((Column(1.0),), (Row((cell("格"),)),), number="表1", caption="题")
    made = read(*filler, Heading(1, "一、", "题目", "a1"), Heading(2, "（一）", "小题", "a2"), table)
    page = next(page for page in made.pages() if "题目" in page)
    assert "小题" in page
    assert "格" in page


@pytest.mark.parametrize("lines", range(24, 34))
def test_neither_the_first_nor_the_last_line_of_a_paragraph_stands_alone(read: Callable[..., Read], lines: int):
    made = read(*[paragraph("行") for _ in range(lines)], paragraph("字" * 150))
    parts = [len([line for line in page.splitlines() if "字" in line]) for page in made.pages()]
    assert 1 not in parts
    assert sum(parts) == 5


@pytest.mark.parametrize(("lines", "drawn", "pages"), [(16, 1, 1), (20, 0, 1), (18, 1, 1), (20, 1, 2), (23, 0, 2)])
def test_a_picture_is_a_little_lower_rather_than_leave_the_foot_of_a_page_empty(
    read: Callable[..., Read], lines: int, drawn: int, pages: int
):
    drawing = Drawing(100.0, 100.0, (Label(5.0, 5.0, "画"),), "图1", "题")  # its labels are small as they are
    last = drawing if drawn else Picture("photo", 100.0, 100.0, "图1", "题")
    made = read(*[paragraph("行") for _ in range(lines)], last, media={"photo": picture(90, 90, "RGB", "JPEG")})
    assert made.made.page_count == pages
    assert ["图1" in page for page in made.pages()] == [False] * (pages - 1) + [True]


@pytest.mark.parametrize(("lines", "first"), [(16, 8), (20, 6), (23, 4), (27, 0)])
def test_a_short_table_splits_only_when_it_would_leave_a_hole_in_the_page(
    read: Callable[..., Read], lines: int, first: int
):
    rows = tuple(Row((Cell(((Run(f"格{at}"),),) * 2),)) for at in range(8))
    made = read(*[paragraph("行") for _ in range(lines)], Table((Column(1.0),), rows, (Row((cell("头"),)),)))
    assert next(page.count("格") // 2 for page in made.pages()) == first
    assert made.text().count("头") == (1 if first in (0, 8) else 2)


def test_pictures_and_drawings_that_are_too_big_are_scaled_to_the_page(read: Callable[..., Read]):
    media = {"tall": picture(60, 900), "wide": picture(900, 60, "L"), "photo": picture(90, 90, "RGB", "JPEG")}
    blocks = (
        Picture("tall", 400.0, 6000.0, "图1", "高"),
        Picture("wide", 4000.0, 266.0, "图2", "宽"),
        Picture("photo", 50.0, 50.0),
        Drawing(2000.0, 9000.0, (Label(5.0, 5.0, "字"),), "图3", "画"),
    )
    made = read(*blocks, media=media)
    told = made.run("pdfimages", "-list").splitlines()[2:]
    assert sorted(line.split()[3:5] + line.split()[8:9] for line in told) == [
        ["60", "900", "image"],
        ["90", "90", "jpeg"],
        ["900", "60", "image"],
    ]
    assert made.made.page_count == 3
    assert [page.count("图") for page in made.pages()] == [1, 1, 1]
    for at, key in ((0, "tall"), (1, "wide")):
        out = subprocess.run(["pdfimages", "-png", str(made.path), str(made.path.with_name("p"))], check=True)
        assert out.returncode == 0
        extracted = Image.open(made.path.with_name(f"p-{at:03d}.png")).convert("RGB")
        assert extracted.tobytes() == Image.open(io.BytesIO(media[key])).convert("RGB").tobytes()


def test_nothing_is_too_long_for_the_paper(read: Callable[..., Read]):
    long = "很长的标题" * 400
    made = read(
        Heading(1, "一、", long, "a1"),
        Heading(3, "1.", "越级", "a2"),
        Signature((paragraph(long, "signature"),), 40.0),
        ListBlock((ListItem("(100)", (Run(long),)),)),
        Formula("x" * 3000),
        Table((Column(0.5), Column(0.5)), (Row((cell(long), cell(""))),), (Row((cell(long), cell(long))),)),
        Table((Column(0.01), Column(0.99)), (Row((cell("窄列"), cell("宽"))),)),
        Table((), ()),
        Spacer(900.0),
        paragraph(""),
        Contents("目录"),
    )
    assert made.text().count("很长的标题") == 400 * 7
    width = example_document("consulting").style.width_mm / MM_PER_POINT
    boxes = re.findall(r'xMin="([\d.]+)".*xMax="([\d.]+)"', made.run("pdftotext", "-bbox"))
    assert boxes
    assert all(float(left) >= 0 and float(right) <= width for left, right in boxes)


def test_the_time_and_the_pages_of_twice_the_text_are_twice_as_many(read: Callable[..., Read]):
    def pages(count: int) -> int:
        return read(*[paragraph("字" * 400) for _ in range(count)]).made.page_count

    assert pages(200) in range(2 * pages(100) - 1, 2 * pages(100) + 2)


# --- contents, links, furniture -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_contents_the_outline_and_the_writer_give_the_page_where_a_heading_stands(
    of_example: Callable[[str], Read], name: str
):
    made, document = of_example(name), example_document(name)
    pages = made.pages()
    first = made.made.page_count - max(made.made.pages.values())
    for heading in document.headings():
        assert squeezed(heading.text) in squeezed(pages[first + made.made.pages[heading.anchor] - 1])
    contents = squeezed("".join(pages[:first]))
    for heading in document.headings(2):
        assert f"{squeezed(heading.text)}{made.made.pages[heading.anchor]}" in contents
    with made.opened as pdf, pdf.open_outline() as outline:

        def titles(items: Any) -> Iterator[str]:
            for item in items:
                yield item.title
                yield from titles(item.children)

        assert list(titles(outline.root)) == [heading.text for heading in document.headings()]


def test_links_lead_to_places_that_are_there(of_example: Callable[[str], Read]):
    with of_example("long").opened as pdf:
        pages = {page.objgen for page in pdf.pages}
        links = [link for page in pdf.pages for link in page.get("/Annots", [])]
        assert len(links) > 50
        for link in links:
            assert link["/Dest"][0].objgen in pages


def test_only_the_pages_of_the_body_are_numbered_from_one_on(of_example: Callable[[str], Read]):
    made = of_example("long")
    numbers = made.numbers()
    body = [number for number in numbers if number]
    assert body == [str(at + 1) for at in range(len(body))]
    assert numbers[: -len(body)] == [""] * (len(numbers) - len(body))


def test_official_papers_have_their_numbers_on_the_outer_side(read: Callable[..., Read]):
    proposal = filled.proposal(call_of(AGRI))
    made = read(document=composed(proposal), media=dict(proposal.media))
    told = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>第<', made.run("pdftotext", "-bbox"))
    lefts = [float(x) for x, y in told if float(y) > 740]
    assert len(lefts) == made.made.page_count - 1
    assert min(lefts[::2]) > 400
    assert max(lefts[1::2]) < 100


def test_a_draft_has_a_mark_on_each_page_that_is_no_text_and_a_final_has_none(read: Callable[..., Read]):
    blocks = (paragraph("正文"), PageBreak(), paragraph("第二页"))
    final = read(*blocks)
    draft = read(*blocks, furniture=Furniture(draft_mark="草稿"))
    assert draft.text() == final.text() == "正文第二页"
    with draft.opened as marked, final.opened as plain:
        assert all("/XObject" in page.Resources for page in marked.pages)
        assert all("/XObject" not in page.Resources for page in plain.pages)


def test_the_check_code_stands_beside_the_page_number(read: Callable[..., Read]):
    made = read(paragraph("正文"), furniture=Furniture(check_code="校验码 1a2b", page_number="第{page}页"))
    assert squeezed(made.pages()[0]) == "正文校验码1a2b第1页"


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_font_is_an_embedded_subset_with_its_characters(of_example: Callable[[str], Read], name: str):
    told = of_example(name).run("pdffonts").splitlines()[2:]
    assert len(told) > 6
    for line in told:
        assert re.search(r"\byes +yes +yes\b", line), line
        assert re.match(r"[A-Z]{6}\+(Noto|Tinos|LXGW|KjExt)", line), line


def test_a_table_and_an_empty_page_bring_no_font_that_is_not_embedded(read: Callable[..., Read]):
    made = read(Table((Column(1.0),), (Row((cell("甲"),)),)), PageBreak(), Spacer(1.0))
    assert "Helvetica" not in made.run("pdffonts")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_file_is_sound(of_example: Callable[[str], Read], name: str):
    assert "No syntax or stream encoding errors" in of_example(name).run("qpdf", "--check")


def test_the_file_says_what_it_is_and_nothing_of_the_machine(of_example: Callable[[str], Read]):
    made = of_example("long")
    with made.opened as pdf:
        info = {key: str(value) for key, value in pdf.docinfo.items()}
        assert pdf.Root.Lang == "zh-CN"
    assert info["/Title"] == example_document("long").title
    assert info["/Creator"] == info["/Producer"] == "kjxm-desktop"
    assert info["/CreationDate"] == f"D:{NOW:%Y%m%d%H%M%S}+08'00'"
    assert info["/Author"] == ""
    assert b"ReportLab" not in made.made.data
    assert str(Path.home()).encode() not in made.made.data


def test_the_same_document_gives_the_same_bytes(read: Callable[..., Read], of_example: Callable[[str], Read]):
    again = read(document=example_document("consulting"), media=dict(example("consulting").media))
    assert again.made.data == of_example("consulting").made.data


def test_no_to_unicode_map_has_long_blocks_or_maps_to_nothing(of_example: Callable[[str], Read]):
    with of_example("long").opened as pdf:
        maps = [
            bytes(thing.read_bytes()).decode("ascii")
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Stream) and b"beginbfchar" in thing.read_bytes()
        ]
    assert len(maps) > 6
    for told in maps:
        assert all(int(count) <= 100 for count in re.findall(r"(\d+) beginbfchar", told))
        assert "<0000>" not in told
