"""A formula in the PDF keeps to its place, makes room in its line, and copies as its source."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import page
import pikepdf
import pypdf
import pypdfium2
import pytest

from kjxm_desktop import paths
from kjxm_desktop.export import (
    formula_drawing,
    formula_lines,
    formula_source,
    formula_tree,
    formulas,
    pdf_archive,
    pdf_writer,
)
from kjxm_desktop.export.blocks import Cell, Column, Formula, Paragraph, Row, Run, Table
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.formulas import FormulaOutline
from kjxm_desktop.export.page_style import TextStyle
from kjxm_desktop.export.pdf_canvas import Sheet
from kjxm_desktop.export.pdf_text import Line, Setter
from tests.export.conftest import NOW
from tests.export.formula_corpus import CORPUS, SONG, document, every_place, inline, outline, pdf_of, qpdf_says

BODY = TextStyle(size_pt=12, align="justify")


def seen(data: bytes) -> Any:
    """Return a PDF as PDFium reads it."""
    return pypdfium2.PdfDocument(data)


@cache
def whole_pdf() -> bytes:
    return pdf_of(*every_place(CORPUS))


# --- outlines and lines ---------------------------------------------------------------------------------------------


def lines(*runs: Run, width: float = 400.0, style: TextStyle = BODY) -> list[Line]:
    return Setter(FontSet(paths.fonts())).lines(runs, style, width)


def test_an_outline_is_no_smaller_than_its_ink():
    """Each formula of the corpus is drawn alone and looked at as dots: no ink outside its box, some at each edge."""
    places: list[tuple[str, FormulaOutline]] = [(latex, outline(latex, display=True)) for latex in CORPUS]
    sheet = Sheet((900, 400), first_face=FontSet(paths.fonts()).latin("song", bold=False, italic=False).name,
                  language="zh-CN", created=NOW)  # fmt: skip
    for latex, made in places:
        sheet.formula((100, 200), made, latex, "Tinos-Regular")
        sheet.next_page()
    pages = seen(sheet.data())
    for (latex, made), rendered in zip(places, pages, strict=True):
        box = rendered.render(scale=4, grayscale=True).to_pil().point(lambda dot: 255 * (dot < 200)).getbbox()
        assert box is not None, latex
        left, top, right, bottom = (side / 4 for side in box)
        assert 100 - 0.5 <= left < 102, latex
        assert 100 + made.width - 2 < right <= 100 + made.width + 0.5, latex
        assert 200 - made.ascent - 0.5 <= top < 200 - made.ascent + 2, latex
        assert 200 + made.descent - 2 < bottom <= 200 + made.descent + 0.5, latex


def test_outlines_grow_with_their_type():
    small, large = outline(r"\frac{a}{b}", size_pt=10), outline(r"\frac{a}{b}", size_pt=20)
    assert (large.width, large.ascent, large.descent) == pytest.approx(
        (2 * small.width, 2 * small.ascent, 2 * small.descent)
    )


def test_outlines_do_not_depend_on_order_threads_or_the_settings_of_the_library():
    before = [outline(latex, display=True) for latex in CORPUS]
    from ziamath.config import config

    formulas._outline.cache_clear()
    config.svg2, config.minsizefraction = True, 0.9
    with ThreadPoolExecutor(4) as workers:
        after = list(workers.map(lambda latex: outline(latex, display=True), reversed(CORPUS)))
    assert after[::-1] == before


def test_a_formula_is_never_broken_and_its_comma_stays_with_it():
    made = lines(
        Run("由能量守恒可知此处"), inline(r"E = mc^2 + \frac{p^2}{2m}"), Run("，其中各量的意义如前。"), width=200
    )
    drawn = [piece for line in made for piece in line.pieces if piece.formula]
    assert len(drawn) == 1
    assert all(line.pieces[0].text[:1] != "，" for line in made)


def test_a_line_grows_by_what_its_formulas_need():
    plain, high = lines(Run("平")), lines(Run("高"), inline(r"\sqrt{\frac{1+\frac{a}{b}}{\frac{a}{b}}}"))
    assert plain[0].extra == 0
    drawn = next(piece.formula for piece in high[0].pieces if piece.formula)
    assert high[0].extra + BODY.leading_pt >= drawn.ascent + drawn.descent
    assert lines(Run("低"), inline("x"))[0].extra == 0


WIDE = r"y = " + " + ".join(f"a_{{{at}}} x^{{{at}}}" for at in range(14)) + r" = \sum_{i=0}^{13} a_i x^i"


def displayed(latex: str, width: float) -> Line:
    (line,) = Setter(FontSet(paths.fonts())).formula(latex, BODY, width)
    return line


def test_a_formula_that_nothing_breaks_is_made_smaller():
    word = r"\mathrm{" + "abcdefgh" * 3 + "}"
    for line in (*lines(inline(word), width=100), displayed(word, 100)):
        assert line.pieces[0].width == pytest.approx(100)
        assert line.pieces[0].formula is not None


def test_a_formula_a_little_wider_than_the_line_is_made_smaller_rather_than_broken():
    whole = outline("a+b+c+d+e+f+g+h", display=True)
    drawn = displayed("a+b+c+d+e+f+g+h", whole.width * 0.95).pieces[0].formula
    assert drawn is not None
    assert drawn.width == pytest.approx(whole.width * 0.95)
    assert drawn.ascent < whole.ascent


def test_a_wide_formula_of_its_own_is_set_in_lines_at_its_size():
    whole, width = outline(WIDE, display=True), 200.0
    drawn = displayed(WIDE, width).pieces[0].formula
    assert drawn is not None
    assert whole.width > 2 * width
    assert drawn.width <= width
    assert drawn.size_pt >= 0.95 * 12
    assert drawn.ascent + drawn.descent >= 3 * (whole.ascent + whole.descent) * 0.6
    assert [piece.text for piece in displayed(WIDE, width).pieces] == [WIDE]


def test_a_line_of_a_formula_ends_before_a_relation_rather_than_within_a_sum():
    told = formula_source.mathml("a+b+c+d+e+f = g+h+i+j = k+l", display=True)
    set_lines: list[str] = []

    def setting(line: Element) -> FormulaOutline:
        set_lines.append(formula_tree.characters(line))
        return formula_drawing.outline(line, SONG)

    made = formula_lines.in_lines(told, setting, 11.0)
    assert made is not None
    assert set_lines[-3:] == ["a+b+c+d+e+f", "=g+h+i+j", "=k+l"]


def test_signs_that_are_of_what_follows_them_begin_no_line():
    told = formula_source.mathml(r"x = -b, \quad y \in (-1, +1) \qquad (2)", display=True)
    pieces = [formula_tree.characters(piece) for piece in formula_lines.formulas_of_pieces(told)]
    assert pieces == ["x", "=−b,", "y", "∈(−1,", "+1)", "(2)"]


def test_a_wide_formula_in_a_text_breaks_with_the_text_and_is_told_once():
    made = lines(Run("由式"), inline(WIDE), Run("可知各量，"), width=200)
    assert len(made) > 2
    pieces = [piece for line in made for piece in line.pieces if piece.formula]
    assert [piece.text for piece in pieces if piece.text] == [WIDE]
    assert all(line.width <= 200.01 for line in made)
    assert made[-1].pieces[-1].text.endswith("可知各量，")


def test_a_formula_that_would_be_too_small_to_read_is_its_source_and_told_of():
    latex = r"\mathrm{" + "abcdefgh" * 9 + "}"
    setter = Setter(FontSet(paths.fonts()))
    for made in (setter.lines((inline(latex),), BODY, 100), setter.formula(latex, BODY, 100)):
        assert "".join(piece.text for line in made for piece in line.pieces) == latex
        assert not any(piece.formula for line in made for piece in line.pieces)
    assert list(setter.unset) == [latex]
    assert pdf_writer.write(document(Formula(r"x_1_2")), {}, FontSet(paths.fonts())).unset_formulas == ("x_1_2",)


def test_a_tall_matrix_fits_on_a_page():
    rows = r"\begin{pmatrix}" + r"\\".join("1" * 60) + r"\end{pmatrix}"
    made = outline(rows, display=True)
    assert made.ascent + made.descent == pytest.approx(24 * 12)


# --- in the PDF -----------------------------------------------------------------------------------------------------


def actual_texts(data: bytes) -> Iterator[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for sheet in pdf.pages:
            for operands, operator in pikepdf.parse_content_stream(sheet):
                if str(operator) == "BDC" and "/ActualText" in operands[1]:
                    yield str(operands[1]["/ActualText"])


def test_each_drawn_formula_carries_its_source():
    wanted = [block.latex for block in every_place(CORPUS) if isinstance(block, Formula)]
    found = list(actual_texts(whole_pdf()))
    assert found[: 2 * len(wanted) : 2] == found[1 : 2 * len(wanted) : 2] == wanted
    assert len(found) == 2 * len(wanted) + 5 + 2 * 9


def test_readers_of_text_find_the_source_of_a_formula(tmp_path: Path):
    latex = r"\eta = \frac{\text{输出}}{\text{输入}}"
    (tmp_path / "one.pdf").write_bytes(pdf_of(Paragraph((Run("效率"), inline(latex), Run("以上")), "body")))
    told = subprocess.run(["pdftotext", tmp_path / "one.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert f"效率{latex}以上".replace(" ", "") in told.replace(" ", "")
    # Those that know nothing of it lose the formula and nothing else.
    read = seen((tmp_path / "one.pdf").read_bytes())[0].get_textpage().get_text_range()
    assert "效率 以上" in read
    assert "效率 以上" in pypdf.PdfReader(tmp_path / "one.pdf").pages[0].extract_text()


def test_formulas_bring_no_font_into_the_file():
    def faces(data: bytes) -> set[str]:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            fonts = [font for sheet in pdf.pages for font in sheet.Resources.Font.values()]
            return {str(font.BaseFont).rpartition("+")[2] for font in fonts}

    text = Paragraph((Run("由式得"), Run("x 2024")), "body")
    assert faces(pdf_of(text, *map(Formula, CORPUS))) <= faces(pdf_of(text))


def test_a_page_of_formulas_is_an_archive_file_and_the_same_each_time(tmp_path: Path):
    assert pdf_of(*every_place(CORPUS)) == whole_pdf()
    made = pdf_archive.finish(whole_pdf(), document(), attachment=None, properties={})
    report = page.validate_pdf_bytes(made, profile=page.ValidationProfile.PDF_A_3B)
    assert [f"{failure.rule_id} {failure.message}" for failure in report.failures] == []
    assert qpdf_says(made, tmp_path) == 0


def test_rows_of_a_table_are_as_high_as_their_formulas():
    def height(latex: str) -> float:
        row = Row((Cell(((inline(latex), Run("合计")),)),))
        data = pdf_of(Table((Column(1.0),), (row,)))
        image = seen(data)[0].render(scale=2, grayscale=True).to_pil()
        box = image.crop((0, 0, image.width, int(image.height * 0.9))).point(lambda dot: 255 * (dot < 200)).getbbox()
        assert box is not None
        return (box[3] - box[1]) / 2

    high = outline(r"\dfrac{1}{\dfrac{a}{b}}", size_pt=10.5)
    assert height(r"\dfrac{1}{\dfrac{a}{b}}") >= high.ascent + high.descent
    assert height("x") < 25
