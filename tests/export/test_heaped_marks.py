"""Marks heaped on one character are named before an export, kept in the text, and cover nothing in the PDF."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from kjxm_desktop import paths, strings
from kjxm_desktop.core import combining
from kjxm_desktop.core.validation import Severity, validate
from kjxm_desktop.export.blocks import Paragraph, Run
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.page_style import TextStyle
from kjxm_desktop.export.pdf_canvas import Ink
from kjxm_desktop.export.pdf_text import Setter
from tests.cli_run import AGRI, kjxm, new, written
from tests.export.conftest import KJXM, NOW, call_of
from tests.export.formula_corpus import pdf_of
from tests.test_cli_leaving import IN_TIME, READY

HEAP = "e" + "\u0301\u0302\u0303\u0304\u0308\u030a\u0323" * 6


@pytest.mark.parametrize(
    "text", ["", "e\u0301", "ế", "e\u0302\u0301 a\u0301\u0302\u0303b", "葛\U000e0100城", "ᠮᠣᠩ\u180b"]
)
def test_what_languages_ask_for_is_no_heap(text: str):
    assert combining.told(text) == {}


def test_a_heap_is_told_with_the_character_it_stands_on():
    assert combining.told(f"甲{HEAP}乙{HEAP}丙中" + "\u0301" * 4) == {"count": 3, "signs": "e、中"}


def test_the_finding_warns_and_names_the_answer():
    found = validate(call_of(KJXM), {"project": {"title": f"牧区{HEAP}监测"}}, NOW)
    [told] = [item for item in found if item.code == "marks"]
    assert (told.pointer, told.severity, told.blocks) == ("/project/title", Severity.WARNING, False)
    assert "“项目名称”" in strings.finding(call_of(KJXM), told)


def test_the_first_marks_are_drawn_and_the_others_stay_in_the_text_without_ink():
    setter = Setter(FontSet(paths.fonts()))
    (line,) = setter.lines([Run(f"甲{HEAP}x{HEAP}乙")], TextStyle(size_pt=12), 400)
    assert "".join(piece.text for piece in line.pieces) == f"甲{HEAP}x{HEAP}乙"
    assert [piece.text for piece in line.pieces if piece.ink is Ink.FULL] == ["甲", HEAP[:4], f"x{HEAP[:4]}", "乙"]
    assert all(not piece.width for piece in line.pieces if piece.ink is Ink.NONE)
    assert line.width == pytest.approx(setter.width("甲exe乙", TextStyle(size_pt=12)))


def test_a_long_heap_covers_no_more_than_a_short_one_and_is_read_whole(tmp_path: Path):
    def made(text: str) -> bytes:
        return pdf_of(Paragraph((Run(text),), "body"))

    def picture(text: str) -> bytes:
        sheet: Any = pypdfium2.PdfDocument(made(text))[0]  # whose types say less than it takes
        return sheet.render(scale=2, grayscale=True).to_pil().tobytes()

    assert picture(f"甲{HEAP}乙") == picture(f"甲{HEAP[:4]}乙")
    (tmp_path / "a.pdf").write_bytes(made(f"甲{HEAP}乙"))
    told = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert set(HEAP) <= set(told), "poppler gives marks of one kind on one place once, whoever drew them"


def test_a_final_is_written_after_a_line_that_names_the_place(tmp_path: Path):
    thing = {**READY["thing"], "trouble": f"水{HEAP}不够。"}
    draft = new(tmp_path / "a.kjxm", written(tmp_path / "a.json", {**READY, "thing": thing}), AGRI)
    ran = kjxm("export", "--format", "pdf", draft, "--to", tmp_path / "to", *IN_TIME)
    assert (ran.status, ran.err.count("\n")) == (0, 1)
    assert strings.label_path(call_of(AGRI), "/thing/trouble") in ran.err
