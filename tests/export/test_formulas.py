"""A formula is read, becomes one of Word's own, and never breaks an export, whatever its source."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from kjxm_desktop.export import docx_writer, formula_drawing, formula_rules, formula_source, formulas
from kjxm_desktop.export.blocks import Formula, Paragraph, Run
from kjxm_desktop.export.compose_columns import columns_for, shown_of
from kjxm_desktop.export.formula_word import ACCENT_MARKS
from tests.export.conftest import LabelFont
from tests.export.formula_corpus import (
    CORPUS,
    HOSTILE,
    SONG,
    UNREADABLE,
    document,
    every_place,
    inline,
    outline,
    pdf_of,
    qpdf_says,
)

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"


def omml(latex: str, *, display: bool = False) -> Any:
    made = formulas.omml(latex, display=display)
    assert made is not None, latex
    declared = f'xmlns:m="{M[1:-1]}" xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return etree.fromstring(made.replace("<m:oMath>", f"<m:oMath {declared}>", 1))


def tags(root: Any) -> list[str]:
    return [element.tag.removeprefix(M) for element in root.iter() if element.tag.startswith(M)]


def value(root: Any, path: str) -> str:
    return root.find(path.replace("m:", M)).get(f"{M}val")


def said(root: Any) -> str:
    return "".join(root.itertext(f"{M}t"))


@cache
def whole_docx() -> bytes:
    return docx_writer.write(document(*every_place(CORPUS)), {}, LabelFont(), {})


# --- what is set ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("latex", CORPUS)
def test_a_formula_of_the_corpus_is_set_in_both_files(latex: str):
    assert formulas.problem(latex) is None
    for display in (False, True):
        assert formulas.omml(latex, display=display)
        assert outline(latex, display=display).width > 0


@pytest.mark.parametrize("latex", UNREADABLE)
def test_a_source_that_cannot_be_read_is_none_and_says_which_piece_of_it_is_to_blame(latex: str):
    assert formulas.problem(latex) == UNREADABLE[latex]
    assert formulas.omml(latex) is None
    assert formulas.outline(latex, 12, chinese=SONG) is None


def test_what_no_font_has_is_not_drawn():
    assert formulas.outline(r"x + \text{😀}", 12, chinese=SONG) is None


def test_without_the_chinese_font_only_chinese_is_not_drawn(tmp_path: Path):
    assert formulas.outline("x", 12, chinese=tmp_path / "none.ttf")
    assert formulas.outline(r"\text{中}", 12, chinese=tmp_path / "none.ttf") is None


def test_a_percent_sign_is_no_comment():
    assert said(omml("50% + x")) == "50%+x"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_source_is_bounded_work(name: str, monkeypatch: pytest.MonkeyPatch):
    outline("x")  # the library is there: loading it warns, which `formulas` knows of
    from ziamath.nodes.mnode import Mnode

    made = 0
    real = Mnode.fromelement.__func__

    def counted(cls: type, *told: Any, **more: Any) -> Any:
        nonlocal made
        made += 1
        return real(cls, *told, **more)

    monkeypatch.setattr(Mnode, "fromelement", classmethod(counted))
    formulas.outline(HOSTILE[name], 12.5, chinese=SONG, display=True)
    formulas.omml(HOSTILE[name])
    formulas.problem(HOSTILE[name])
    assert made <= 2 * formula_drawing.MOST_WORK


def test_deep_nesting_does_not_double_the_work_by_level():
    def work(levels: int) -> int:
        nested = r"\frac{1}{1+" * levels + "x" + "}" * levels
        return formula_drawing.work(formula_source.mathml(nested, display=True))

    assert work(16) < 3 * work(8)


def test_a_hostile_formula_does_not_break_an_export(tmp_path: Path):
    blocks = every_place([*HOSTILE.values(), *(latex for latex in UNREADABLE if latex.isprintable())])
    data = pdf_of(*blocks)
    assert qpdf_says(data, tmp_path) == 0
    assert docx_writer.write(document(*blocks), {}, LabelFont(), {})


# --- Office Math ----------------------------------------------------------------------------------------------------


def test_all_formulas_of_one_document_are_valid_to_the_open_xml_sdk(validator: list[str], tmp_path: Path):
    file = tmp_path / "formulas.docx"
    file.write_bytes(whole_docx())
    done = subprocess.run([*validator, str(file)], capture_output=True, check=False, timeout=240)
    assert b'"errors": []' in done.stdout, done.stdout


def test_libreoffice_reads_all_formulas_but_its_own_gaps(tmp_path: Path):
    file = tmp_path / "formulas.docx"
    file.write_bytes(whole_docx())
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(file)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    told = subprocess.run(["pdftotext", str(file.with_suffix(".pdf")), "-"], capture_output=True, text=True, check=True)
    assert "¿" not in told.stdout  # what stands in place of what it cannot read
    assert "RMSE" in told.stdout
    assert "输出功率" in told.stdout


def plain(signs: str) -> Counter[str]:
    """Count signs, accents as the marks they are; spaces and what has no ink are none."""
    marks = "".join(ACCENT_MARKS.get(sign, sign) for sign in signs)
    return Counter(sign for sign in marks if not sign.isspace() and unicodedata.category(sign) != "Cf")


def drawn_signs(latex: str) -> Counter[str]:
    told = formula_rules.spelt_in_cells(formula_source.mathml(latex, display=True))
    return plain("".join(told.itertext()))


def signs_in_word(root: Any) -> Counter[str]:
    named = [element.get(f"{M}val") for name in ("chr", "begChr", "endChr") for element in root.iter(M + name)]
    return plain("".join([said(root), *named, *("―" for _ in root.iter(f"{M}bar"))]))


@pytest.mark.parametrize("latex", CORPUS)
def test_word_gets_the_signs_fractions_roots_frames_and_rows_that_are_drawn(latex: str):
    root, told = omml(latex, display=True), formula_source.mathml(latex, display=True)
    assert signs_in_word(root) == drawn_signs(latex)
    of_word = [[cell for cell in row if said(cell).strip("\u200b ")] for row in root.iter(f"{M}mr")]
    ruled = formula_rules.spelt_in_cells(told)
    drawn = [[cell for cell in row if "".join(cell.itertext())] for row in ruled.iter("mtr")]
    assert [len(row) for row in of_word] == [len(row) for row in drawn]
    for ours, theirs in (("mfrac", ("f",)), ("menclose", ("borderBox",)), ("msqrt mroot", ("rad",))):
        count = sum(1 for element in told.iter() if element.tag in ours.split())
        assert sum(tags(root).count(name) for name in theirs) == count, ours


def test_a_row_that_begins_with_an_empty_cell_is_whole_in_word():
    root = omml(r"\begin{aligned} y &= (a+b)^2 \\ &= a^2 + b^2 \end{aligned}")
    rows = list(root.iter(f"{M}mr"))
    assert said(rows[1]).replace("\u200b", "").replace("\u2005", "") == "=a2+b2"
    assert all(len(cell) for row in rows for cell in row), "LibreOffice loses a row with an empty cell"


def test_integrals_drawn_together_by_hand_are_the_sign_they_mean():
    assert value(omml(r"\int\!\!\!\int_D f"), ".//m:chr") == "∬"
    assert value(omml(r"\int\!\! \int \!\int f"), ".//m:chr") == "∭"
    assert [element.get(f"{M}val") for element in omml(r"\int \int f").iter(f"{M}chr")] == ["∫", "∫"]


def test_what_is_struck_out_is_struck_out_in_both_files():
    root = omml(r"\cancel{x} + \bcancel{y} + \xcancel{z} + \sout{w}")
    told = [
        [child.tag.removeprefix(M) for child in box if "strike" in child.tag] for box in root.iter(f"{M}borderBoxPr")
    ]
    assert told == [["strikeBLTR"], ["strikeTLBR"], ["strikeBLTR", "strikeTLBR"], ["strikeH"]]
    for struck in (r"\cancel{x}", r"\bcancel{x}", r"\sout{x}"):
        assert len(outline(struck).steps) > len(outline("x").steps)
    assert "borderBoxPr" not in tags(omml(r"\boxed{x}")), "whose four sides are what Word draws of itself"


def test_the_lines_of_a_matrix_are_drawn_and_are_signs_in_word():
    ruled, plain_one = (r"\begin{array}{cRc} a & b \\ c & d \end{array}".replace("R", rule) for rule in ("|", ""))
    assert len(outline(ruled).steps) == len(outline(plain_one).steps) + 5  # one box
    assert [said(row) for row in omml(ruled).iter(f"{M}mr")] == ["a|b", "c|d"]
    lined = r"\begin{array}{|c|c|} \hline a & b \\ \hline c & d \\ \hline \end{array}"
    assert len(outline(lined).steps) == len(outline(plain_one).steps) + 6 * 5
    assert [said(row) for row in omml(lined).iter(f"{M}mr")] == ["|a|b|", "|c|d|"]
    assert tags(omml(lined)).count("bar") == 6


@pytest.mark.parametrize(
    ("chemistry", "spelt"),
    [
        (r"\ce{H2O}", r"\mathrm{H_2O}"),
        (r"\ce{2H2 + O2 -> 2H2O}", r"2\,\mathrm{H}_2 + \mathrm{O}_2 \rightarrow 2\,\mathrm{H}_2\mathrm{O}"),
        (r"\ce{SO4^2-}", r"\mathrm{SO}_4^{2-}"),
        (r"\ce{CuSO4.5H2O}", r"\mathrm{CuSO}_4 \cdot 5\,\mathrm{H}_2\mathrm{O}"),
        (r"\ce{1/2 O2}", r"\tfrac{1}{2}\,\mathrm{O}_2"),
        (r"\ce{Fe(OH)3 v}", r"\mathrm{Fe}(\mathrm{OH})_3 \downarrow"),
    ],
)
def test_chemistry_is_what_it_is_spelt_out(chemistry: str, spelt: str):
    assert said(omml(chemistry)).replace(" ", "") == said(omml(spelt)).replace(" ", "")
    assert outline(chemistry).width == pytest.approx(outline(spelt).width, rel=0.05)


def test_a_root_hides_the_degree_it_has_not():
    assert value(omml(r"\sqrt{2}"), ".//m:radPr/m:degHide") == "1"
    assert "degHide" not in tags(omml(r"\sqrt[3]{2}"))


def test_limits_stand_above_and_below_only_on_a_line_of_their_own():
    assert value(omml(r"\sum_{i}^{n} i"), ".//m:limLoc") == "subSup"
    assert value(omml(r"\sum_{i}^{n} i", display=True), ".//m:limLoc") == "undOvr"
    assert value(omml(r"\int_0^1 x", display=True), ".//m:limLoc") == "subSup"
    assert "limLow" in tags(omml(r"\lim_{x\to 0} x", display=True))
    assert "sSub" in tags(omml(r"\lim_{x\to 0} x"))


def test_a_sum_without_limits_hides_them():
    root = omml(r"\sum x")
    assert value(root, ".//m:subHide") == value(root, ".//m:supHide") == "1"
    assert said(root.find(f".//{M}nary/{M}e")) == "x"


def test_a_sum_holds_the_text_that_follows_it():
    assert said(omml(r"\sum_i \text{成本}").find(f".//{M}nary/{M}e")) == "成本"


@pytest.mark.parametrize(
    ("latex", "kind", "sign"),
    [
        (r"\hat{x}", "acc", "\u0302"),
        (r"\tilde{x}", "acc", "\u0303"),
        (r"\bar{x}", "acc", "\u0305"),
        (r"\vec{x}", "acc", "\u20d7"),
        (r"\dot{x}", "acc", "\u0307"),
        (r"\widehat{AB}", "acc", "\u0302"),
        (r"\overbrace{a+b}", "groupChr", "⏞"),
    ],
)
def test_an_accent_is_an_accent(latex: str, kind: str, sign: str):
    assert value(omml(latex), f".//m:{kind}/m:{kind}Pr/m:chr") == sign


def test_lines_above_and_below_are_bars():
    assert value(omml(r"\overline{AB}"), ".//m:bar/m:barPr/m:pos") == "top"
    assert value(omml(r"\underline{AB}"), ".//m:bar/m:barPr/m:pos") == "bot"


def test_the_columns_of_a_matrix_are_aligned_as_it_says():
    root = omml(r"\begin{array}{lr} a & b \\ c & d \end{array}")
    assert [found.get(f"{M}val") for found in root.iter(f"{M}mcJc")] == ["left", "right"]


def test_brackets_hold_what_stands_in_them():
    root = omml("k(1+r)^t")
    assert said(root.find(f".//{M}sSup/{M}e/{M}d/{M}e")) == "1+r"


def test_brackets_that_do_not_match_are_text():
    assert said(omml("]a,b[")) == "]a,b["
    assert "d" not in tags(omml("]a,b["))


def test_scripts_before_a_letter_belong_to_it():
    assert said(omml(r"{}^{14}_{6}\mathrm{C}").find(f".//{M}sPre/{M}e")) == "C"


def test_upright_letters_are_one_piece_of_text():
    root = omml(r"\mathrm{RMSE} = 1")
    run = root.find(f"{M}r")
    assert said(run) == "RMSE"
    assert run.find(f"{M}rPr/{M}nor") is not None


@pytest.mark.parametrize("latex", CORPUS)
def test_no_placeholder_of_word_is_left_open(latex: str):
    root = omml(latex, display=True)
    for element in root.iter(f"{M}e", f"{M}num", f"{M}den"):
        assert len(element) or element.getparent().tag == f"{M}mr", latex  # those of matrices are hidden


def test_what_a_person_wrote_is_no_markup():
    assert said(omml(r"\text{<m:r>\&amp;}")) == "<m:r>&amp;"


def test_an_unreadable_formula_is_its_source_in_the_docx():
    blocks = (Paragraph((Run("见"), inline(r"\unknown{x}")), "body"), Formula(r"\unknown{y}"))
    data = docx_writer.write(document(*blocks), {}, LabelFont(), {})
    body = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    assert re.findall(r"<w:i/><w:iCs/></w:rPr><w:t[^>]*>(\\unknown\{.\})</w:t>", body) == [
        r"\unknown{x}",
        r"\unknown{y}",
    ]


# --- how wide it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("latex", "told"),
    [
        (r"\eta = \frac{\text{输出}}{P}", "η=输出"),
        (r"\mathrm{CO_2}", "CO2"),
        (r"x_{max}^{2}", "xmax"),
        (r"\unknown{x}", r"\unknown{x}"),
    ],
)
def test_a_formula_is_about_as_wide_as_what_it_shows(latex: str, told: str):
    assert formulas.shown(latex) == told


def test_a_column_is_no_wider_for_the_commands_of_a_formula():
    cells = [[r"\mathrm{\frac{a}{b}}", "说明这一列要占去的地方"], ["η", "同上"]]
    plain = columns_for([[shown_of((inline(cells[0][0]),)), cells[0][1]], cells[1]], 0, 40.0, 1.0)
    assert plain == columns_for([["a", cells[0][1]], cells[1]], 0, 40.0, 1.0)


def test_a_sign_in_front_of_a_letter_stands_close_to_it():
    assert outline("q=-x").width < outline("q=0-x").width - outline("0").width


def test_signs_typed_as_they_are_stand_like_commands():
    assert outline("a×b≤c") == outline(r"a\times b\le c")
