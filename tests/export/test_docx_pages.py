"""The pages that LibreOffice makes of the DOCX: as many as the PDF has, numbered, with rows where they belong."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.export import docx_writer, pdf_writer
from kjxm_desktop.export.blocks import Cell, Column, Contents, Document, Part, Row, Run, Table
from kjxm_desktop.export.fonts import FontSet
from tests.export import filled
from tests.export.conftest import (
    AGRI,
    LabelFont,
    call_of,
    composed,
    example,
    example_document,
    made_once,
    pages_of,
)

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{ours}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>宋体</family><prefer><family>Noto Serif SC</family></prefer></alias>
  <alias binding="same"><family>仿宋</family><prefer><family>Noto Serif SC</family></prefer></alias>
  <alias binding="same"><family>黑体</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <alias binding="same"><family>楷体</family><prefer><family>LXGW WenKai</family></prefer></alias>
  <alias binding="same"><family>Times New Roman</family><prefer><family>Tinos</family></prefer></alias>
</fontconfig>
"""

ROWS, LINES = 150, 6
HEAD = "表头甲"


def rows_in_a_table() -> Document:
    """Return a document of one long table: most rows take a few lines, one takes more than a page."""
    rows = [Row((cell(*(f"行{at}之{line}" for line in range(LINES))), cell("乙"))) for at in range(ROWS)]
    rows[20] = Row((cell("".join(f"句{at}。" for at in range(1200))), cell("乙")))
    table = Table((Column(0.6), Column(0.4)), tuple(rows), (Row((cell(HEAD, head=True), cell("乙", head=True))),))
    return replace(example_document("consulting"), parts=(Part("body", (table,), page_numbers=True),))


def cell(*lines: str, head: bool = False) -> Cell:
    return Cell(tuple((Run(line),) for line in lines), head=head)


DOCUMENTS: dict[str, Callable[[], Document]] = {
    "consulting": lambda: example_document("consulting"),
    "agri": lambda: composed(filled.proposal(call_of(AGRI)), draft=True),
    "rows": rows_in_a_table,
}
MEDIA = {"consulting": lambda: example("consulting").media, "agri": lambda: filled.proposal(call_of(AGRI)).media}


@pytest.fixture(scope="session")
def pages(shared: Path) -> Callable[[str], list[list[str]]]:
    """Return how to come by the pages of a document in LibreOffice, with the fonts of the PDF: lines without spaces."""

    def convert(folder: Path) -> None:
        files = [folder / f"{name}.docx" for name in DOCUMENTS]
        for name, file in zip(DOCUMENTS, files, strict=True):
            document, media = DOCUMENTS[name](), MEDIA.get(name, dict)()
            file.write_bytes(docx_writer.write(document, media, LabelFont(), pages_of(document)))
        config = folder / "fonts.conf"
        config.write_text(_FONTS.format(ours=paths.fonts(), cache=folder / "cache"), "utf-8")
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        subprocess.run(
            [*command, "--convert-to", "pdf", "--outdir", folder, *files],
            capture_output=True, check=True, timeout=280, env=os.environ | {"FONTCONFIG_FILE": str(config)},
        )  # fmt: skip

    def of(name: str) -> list[list[str]]:
        folder = made_once(shared / "libreoffice-pages", convert)
        done = subprocess.run(
            ["pdftotext", "-layout", "-enc", "UTF-8", folder / f"{name}.pdf", "-"], capture_output=True, check=True
        )
        told = done.stdout.decode().split("\f")[:-1]
        return [[re.sub(r"\s", "", line) for line in page.splitlines() if line.strip()] for page in told]

    return of


def test_footers_count_from_one_and_begin_with_the_body(pages: Callable[[str], list[list[str]]]):
    told = [page[-1] for page in pages("consulting")]
    front = next(at for at, last in enumerate(told) if last == "1")
    assert 3 <= front <= 5
    assert not any(re.fullmatch("[0-9]{1,3}", last) for last in told[:front])
    assert told[front:] == [str(number) for number in range(1, len(told) - front + 1)]


def test_numbers_of_official_papers_stand_in_their_frame(pages: Callable[[str], list[list[str]]]):
    told = [page[-1] for page in pages("agri")]
    numbered = len(told) - 1  # the last part has no page numbers
    assert told[:numbered] == [f"第{number}页" for number in range(1, numbered + 1)]
    assert not told[-1].endswith("页")


@pytest.mark.parametrize("name", ["consulting", "agri"])
def test_there_are_as_many_pages_as_in_the_pdf_and_headings_stand_on_the_same(
    name: str, pages: Callable[[str], list[list[str]]]
):
    document, told = DOCUMENTS[name](), pages(name)
    pdf = pdf_writer.write(document, MEDIA[name](), FontSet(paths.fonts()))
    assert abs(len(told) - pdf.page_count) <= 1
    numbered = [page for page in told if re.fullmatch(r"(第)?[0-9]+(页)?", page[-1])]
    whole = ["".join(page) for page in numbered]
    far: list[str] = []
    for heading in document.headings():
        text, page = re.sub(r"\s", "", heading.text), pdf.pages[heading.anchor]
        if not any(text in near for near in whole[max(page - 2, 0) : page + 1]):
            far.append(heading.text)
    assert far == []


def test_header_rows_repeat_on_every_page_of_a_table(pages: Callable[[str], list[list[str]]]):
    told = pages("rows")
    assert len(told) > 10
    assert ["".join(page).count(HEAD) for page in told] == [1] * len(told)
    assert all(page[0].startswith(HEAD) for page in told)


def test_short_rows_stay_whole_and_long_ones_split_without_a_loss(pages: Callable[[str], list[list[str]]]):
    told = pages("rows")
    whole = ["".join(page) for page in told]
    for at in (at for at in range(ROWS) if at != 20):
        inside = [page for page in whole if f"行{at}之" in page]
        assert len(inside) == 1
        assert all(f"行{at}之{line}" in inside[0] for line in range(LINES))
    text = "".join(whole).replace("乙", "")
    text = re.sub(f"[0-9]*{HEAD}", "", text)
    assert "".join(f"句{at}。" for at in range(1200)) in text
    assert sum("句" in page for page in whole) > 1


def test_the_contents_name_every_heading_before_anything_is_refreshed(pages: Callable[[str], list[list[str]]]):
    document = example_document("consulting")
    contents = next(block for block in document.blocks() if isinstance(block, Contents))
    front = "".join("".join(page) for page in pages("consulting")[:5])
    wanted = [re.sub(r"\s", "", heading.text) for heading in document.headings(contents.depth)]
    assert len(wanted) > 20
    assert [text for text in wanted if text not in front] == []
