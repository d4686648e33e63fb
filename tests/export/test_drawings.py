"""One drawing looks alike in the PDF, the PNG and the SVG: what each paints lies in the boxes of its shapes."""

from __future__ import annotations

import io
import re
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pikepdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from lxml import etree
from PIL import Image

from kjxm_desktop import paths
from kjxm_desktop.export import charts, charts_budget, drawing_png, drawing_svg, pdf_drawing
from kjxm_desktop.export.blocks import Drawing, Line
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import MM_PER_POINT
from kjxm_desktop.export.pdf_canvas import Sheet
from tests.export import drawn
from tests.export.conftest import COMPLETE, NOW, LabelFont, example_document
from tests.export.drawn import HEIGHT, TERMS, WIDTH, bars_of, labels, picture_faults
from tests.export.opened_docx import of_blocks


def png_of(drawing: Drawing) -> Image.Image:
    return Image.open(io.BytesIO(drawing_png.png(drawing, LabelFont())))


def pdf_of(drawing: Drawing) -> bytes:
    fonts = FontSet(paths.fonts())
    size = (drawing.width_mm / MM_PER_POINT, drawing.height_mm / MM_PER_POINT)
    sheet = Sheet(size, first_face=fonts.own("hei", bold=False).name, language="zh-CN", created=NOW)
    pdf_drawing.paint(drawing, sheet, fonts, (0, 0, 1))
    sheet.next_page()
    return sheet.data()


@pytest.mark.parametrize("drawing", drawn.specimens(), ids=range(len(drawn.specimens())))
def test_the_png_shows_every_label_and_bar_in_its_box_and_nothing_else(drawing: Drawing):
    assert list(picture_faults(png_of(drawing).convert("L"), drawing)) == []


@pytest.mark.parametrize("drawing", drawn.specimens(), ids=range(len(drawn.specimens())))
def test_the_pdf_shows_every_label_and_bar_in_its_box_and_nothing_else(drawing: Drawing):
    with closing(pypdfium2.PdfDocument(pdf_of(drawing))) as document:
        picture = document[0].render(scale=3).to_pil().convert("L")
    assert list(picture_faults(picture, drawing)) == []


def test_the_labels_of_the_pdf_are_text_in_the_sans_face():
    (drawing,) = drawn.money()
    data = pdf_of(drawing)
    with closing(pypdfium2.PdfDocument(data)) as document:
        text = document[0].get_textpage().get_text_bounded()
    for label in labels(drawing):
        assert label in text
    assert set(re.findall(rb"/BaseFont /[A-Z]+\+(NotoSansSC-\w+)", data)) == {b"NotoSansSC-Regular", b"NotoSansSC-Bold"}
    assert b"Tinos" not in data


def test_the_pdf_says_what_the_drawing_shows_for_those_who_cannot_see_it():
    (drawing,) = drawn.money()
    with pikepdf.open(io.BytesIO(pdf_of(replace(drawing, alt="甲：共3项")))) as document:
        steps = [(str(step.operator), step.operands) for step in pikepdf.parse_content_stream(document.pages[0])]
    begin, end = ([at for at, (name, _) in enumerate(steps) if name == told] for told in ("BDC", "EMC"))
    ((first,), (last,)) = begin, end
    assert str(steps[first][1][1]["/Alt"]) == "甲：共3项"
    shown = [at for at, (name, _) in enumerate(steps) if name in ("Tj", "TJ", "re", "S", "f")]
    assert first < min(shown)
    assert max(shown) < last


def test_a_fault_in_a_picture_is_seen():
    (drawing,) = drawn.money()
    picture = png_of(drawing).convert("L")
    assert list(picture_faults(Image.new("L", picture.size, 255), drawing))
    picture.paste(0, (5, 400, 12, 407))
    assert list(picture_faults(picture, drawing)) != []


def test_a_drawing_paints_to_the_same_sharp_png_of_four_bits_a_dot():
    drawing = drawn.plan(7)[0]
    data = drawing_png.png(drawing, LabelFont())
    assert data == drawing_png.png(drawing, LabelFont())
    image = Image.open(io.BytesIO(data))
    assert image.width == pytest.approx(WIDTH / 25.4 * 300, abs=1)
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert data[24] == 4  # the depth of a dot, PNG 11.2.1
    (bars,) = charts_budget.bars([("甲", Decimal(1))], WIDTH, HEIGHT, TERMS)
    shown = png_of(bars).convert("RGB")
    assert shown.getpixel((2, 2)) == (255, 255, 255)
    bar = bars_of(bars)[0]
    middle = (round((bar.x + 20) / 25.4 * 300), round((bar.y + bar.height / 2) / 25.4 * 300))
    assert shown.crop((*middle, middle[0] + 1, middle[1] + 1)).tobytes().hex() == charts.DARK[1:]


@pytest.mark.parametrize("file", ["NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"])
def test_what_is_painted_without_looking_it_up_is_in_the_face(file: str):
    with TTFont(paths.fonts() / file, lazy=True) as face:
        assert set(face.getBestCmap()) >= drawing_png._SURE


def test_no_face_is_searched_for_the_labels_of_an_ordinary_chart(monkeypatch: pytest.MonkeyPatch):
    searched: list[object] = []
    monkeypatch.setattr(drawing_png, "_drawn", searched.append)
    for name in COMPLETE:
        for drawing in (block for block in example_document(name).blocks() if isinstance(block, Drawing)):
            drawing_png.png(drawing, LabelFont())
    assert searched == []


def test_the_svg_has_every_shape_in_whole_hundredths_of_a_millimetre_and_only_names_its_font():
    for drawing in drawn.specimens():
        data = drawing_svg.svg(drawing)
        assert data == drawing_svg.svg(drawing)
        root = etree.fromstring(data)
        kinds = {etree.QName(node).localname for node in root.iter()}
        assert kinds <= {"svg", "g", "rect", "line", "text"}
        told = [node.text for node in root.iter("{*}text")]
        assert told == labels(drawing)
        assert len(list(root.iter("{*}line"))) == sum(isinstance(shape, Line) for shape in drawing.shapes)
        for node in root.iter("{*}rect", "{*}line", "{*}text"):
            assert all(
                value.isdigit() for name, value in node.attrib.items() if name in ("x", "y", "x1", "y2", "width")
            )
        assert b"href" not in data
        assert b"url(" not in data


def test_word_is_given_vectors_and_other_programs_a_png_of_the_same_drawing():
    (drawing,) = drawn.money()
    one = of_blocks(replace(drawing, number="图1", caption="甲", alt="乙"))
    rows = one.part("word/_rels/document.xml.rels")
    targets = {row.get("Id"): row.get("Target") for row in rows}
    (blip,) = one.find("//a:blip")
    (vectors,) = blip.iter("{http://schemas.microsoft.com/office/drawing/2016/SVG/main}svgBlip")
    embed = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
    assert one.parts["word/" + targets[vectors.get(embed)]] == drawing_svg.svg(drawing)
    assert one.parts["word/" + targets[blip.get(embed)]] == drawing_png.png(drawing, LabelFont())
    kinds = {node.get("PartName"): node.get("ContentType") for node in one.part("[Content_Types].xml")}
    assert kinds["/word/" + targets[vectors.get(embed)]] == "image/svg+xml"
