"""A cover stays on its one page, whatever stands on it, and is as it was where there is room."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pypdf
import pytest

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import set_in
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import compose_fit, docx_writer, pdf_writer
from kjxm_desktop.export.blocks import Document, Spacer, Table
from kjxm_desktop.export.fonts import FontSet
from tests.export.conftest import LabelFont, composed, example

LONG = "面向草原牧区的" * 43  # 301 characters


def with_title(title: str, units: int = 0) -> Document:
    made = example("consulting")
    data = set_in(made.data, "/project/title", title)
    if units:
        row = made.data["people"]["partners"][0]
        names = [f"内蒙古示例草原生态与绿色能源协同研究院第{at}分院" for at in range(units)]
        partners = [{**row, "id": f"unit{at}", "name": name} for at, name in enumerate(names)]
        data = set_in(data, "/people/partners", partners)
    return composed(Proposal(made.call, data, made.media))


def cover_of(document: Document) -> Document:
    return replace(document, parts=document.parts[:1])


def pages(document: Document) -> int:
    return pdf_writer.write(cover_of(document), {}, FontSet(paths.fonts())).page_count


@pytest.mark.parametrize(("title", "units"), [("短题", 0), (LONG, 0), (LONG, 6), ("短题", 14)])
def test_a_cover_is_one_page(title: str, units: int):
    document = with_title(title, units)
    assert document.parts[0].name == compose_fit.COVER
    assert pages(document) == 1


def test_a_cover_with_room_is_as_its_call_lays_it_out():
    document = with_title("短题")
    told = [item["mm"] for item in example("consulting").call.document["parts"][0]["items"] if item["item"] == "space"]
    assert [block.height_mm for block in document.parts[0].blocks if isinstance(block, Spacer)] == told
    assert document.style.text("cover_table").size_pt == 14


def test_empty_heights_give_way_before_type_does():
    middle = with_title("面向草原牧区的" * 20)
    heights = [block.height_mm for block in middle.parts[0].blocks if isinstance(block, Spacer)]
    assert sum(heights) < 42
    assert middle.style.text("cover_table").size_pt == 14
    full = with_title(LONG, 6)
    assert full.style.text("cover_table").size_pt < 14
    assert full.style.text("cover_table").size_pt * 2 % 1 == 0, "Word counts in half points"


def test_only_the_type_of_the_cover_is_smaller_and_the_whole_title_stands_there():
    short, long = with_title("短题"), with_title(LONG, 6)
    changed = {name for name in long.style.texts if long.style.texts[name] != short.style.texts[name]}
    assert changed == {"cover_table", "cover_head"}
    data = pdf_writer.write(cover_of(long), {}, FontSet(paths.fonts())).data
    assert LONG in "".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())


def test_the_docx_takes_the_same_steps():
    long = with_title(LONG, 6)
    size = round(long.style.text("cover_table").size_pt * 2)
    with zipfile.ZipFile(io.BytesIO(docx_writer.write(cover_of(long), {}, LabelFont(), {}))) as archive:
        styles = archive.read("word/styles.xml").decode()
    [style] = [told for told in styles.split("<w:style ")[1:] if 'w:styleId="CoverTable"' in told]
    assert f'<w:sz w:val="{size}"/>' in style


def test_a_document_without_a_cover_is_left_alone():
    document = with_title("短题")
    parts, style = compose_fit.fitted(document.parts[1:], document.style)
    assert (parts, style) == (document.parts[1:], document.style)
    assert any(isinstance(block, Table) for part in parts for block in part.blocks)
