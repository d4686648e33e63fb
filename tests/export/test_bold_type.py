"""Bold type in the PDF: a real bold face where there is one, a line around the characters where there is none."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import page
import pypdf
import pypdfium2
import pytest

from kjxm_desktop import paths
from kjxm_desktop.export import pdf_archive
from kjxm_desktop.export.blocks import Paragraph, Run
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import TextStyle
from kjxm_desktop.export.pdf_canvas import Ink
from kjxm_desktop.export.pdf_text import Piece, Setter
from kjxm_desktop.export.pdf_writer import write
from tests.export.formula_corpus import document

KAI = TextStyle(font="kai", size_pt=14)
WORDS = "（一）研究目标与 CO2 减排"


def pieces(style: TextStyle, text: str = WORDS) -> list[Piece]:
    return [piece for line in Setter(FontSet(paths.fonts())).lines([Run(text)], style, 400) for piece in line.pieces]


def pdf_of(*, bold: bool) -> bytes:
    made = document(Paragraph((Run(WORDS),), "heading2"))
    style = replace(made.style, texts={**made.style.texts, "heading2": replace(KAI, bold=bold)})
    return write(replace(made, style=style), {}, FontSet(paths.fonts())).data


def seen(data: bytes) -> Any:
    return pypdfium2.PdfDocument(data)[0]


def ink(data: bytes) -> int:
    image = seen(data).render(scale=4, grayscale=True).to_pil()
    top = image.crop((0, 0, image.width, image.height // 2))
    return sum(255 - dot for dot in top.tobytes())


def test_bold_kai_is_heavier_and_as_wide_as_it_was():
    bold, regular = pieces(replace(KAI, bold=True)), pieces(KAI)
    chinese = [(piece.text, piece.width, piece.face) for piece in bold if piece.ink is Ink.HEAVY]
    assert chinese == [(piece.text, piece.width, piece.face) for piece in regular if not piece.text.isascii()]
    assert 1.1 < ink(pdf_of(bold=True)) / ink(pdf_of(bold=False)) < 1.6


def test_latin_beside_bold_kai_is_a_real_bold_face():
    assert {piece.face for piece in pieces(replace(KAI, bold=True)) if "CO2" in piece.text} == {"Tinos-Bold"}


@pytest.mark.parametrize("font", ["song", "hei"])
def test_a_face_with_a_real_bold_is_never_a_fake(font: str):
    made = pieces(TextStyle(font=font, bold=True))  # pyright: ignore[reportArgumentType]  # one of the roles
    assert not any(piece.ink is Ink.HEAVY for piece in made)
    assert all("Bold" in piece.face for piece in made if piece.text.strip())


def test_a_rare_character_among_bold_ones_is_as_heavy_as_they_are():
    made = pieces(TextStyle(font="song", bold=True), "用𡋾养")
    assert [(piece.text, piece.ink is Ink.HEAVY) for piece in made] == [("用", False), ("𡋾", True), ("养", False)]
    assert not any(piece.ink is Ink.HEAVY for piece in pieces(TextStyle(font="song"), "用𡋾养"))


def test_bold_kai_is_read_once_and_the_file_is_an_archive_file():
    data = pdf_of(bold=True)
    text = "".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    assert text.count("研究目标与CO2减排") == 1
    assert seen(data).get_textpage().get_text_range().count("研究目标") == 1
    made = pdf_archive.finish(data, document(), attachment=None, properties={})
    report = page.validate_pdf_bytes(made, profile=page.ValidationProfile.PDF_A_3B)
    assert [f"{failure.rule_id} {failure.message}" for failure in report.failures] == []
    assert pdf_of(bold=True) == data


def test_what_follows_bold_kai_is_set_as_ever():
    made = document(Paragraph((Run(WORDS, bold=True),), "heading2"), Paragraph((Run("正文"),), "body"))
    content = pypdf.PdfReader(io.BytesIO(write(made, {}, FontSet(paths.fonts())).data)).pages[0].get_contents()
    assert content is not None
    heavy = [line for line in content.get_data().decode("latin-1").split("\n") if " Tr " in line]
    assert heavy
    assert all(line.startswith("q 2 Tr ") and line.endswith(" ET Q") for line in heavy)
