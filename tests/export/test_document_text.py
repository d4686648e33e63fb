"""Both files of the examples and of the hostile proposal say all that was typed, as independent programs read them.

Poppler and pypdf read the PDF, lxml the DOCX, as it was written and after LibreOffice saved it. Tolerated between what
was typed and what stands on paper, and nothing else:

* white space: lines, cells and paragraphs end where the paper asks for it;
* page furniture (header, page number, check code) stands between the lines of a page;
* header rows of tables repeat on every page;
* a row that is split goes on behind the end of a page, its cells in turn: their parts are joined;
* text beside other text comes in another order: the raw order of the PDF and the order of its lines are both tried;
* named glyphs: 〔U+1F600〕 stands in the PDF for a character that no font has; signs without ink may be left out;
* markers of lists, numbers of headings, captions and citations are added;
* formulas are drawn in the PDF and OMML in the DOCX, and labels of charts are no text;
* sub- and superscript characters read as those they are made of, Latin ligatures as their letters;
* a choice, a date, an amount read as their words (test_compose.py).
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

import pypdf
import pytest
from lxml import etree

from kjxm_desktop import paths
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.export import files as export_files
from kjxm_desktop.export import self_check_answers, self_check_text
from kjxm_desktop.export.blocks import Drawing, Label, Table, text_of
from kjxm_desktop.export.self_check_answers import Piece
from kjxm_desktop.export.self_check_text import Paper
from tests.export import hostile
from tests.export.conftest import COMPLETE, NOW, Exported, example, example_document, made_once
from tests.export.opened_docx import Opened, printed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TYPED = ("line", "text", "rich", "picture")
_WHITE = re.compile(r"\s+")
_FOOTER = re.compile("(?:校验码)?(?:[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})?([0-9]+)$")
_NAMED = re.compile("〔U\\+([0-9A-F]{4,6})〕")
_SAVED = ("long", "key-tech", "consulting", "hostile")


def closed(text: str) -> str:
    """Return `text` without white space."""
    return _WHITE.sub("", text)


def run(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, check=True, timeout=180).stdout.decode()


@cache
def paragraphs_of(docx: Path) -> tuple[str, ...]:
    """Return the text of every paragraph, by w:t and the number that Word counts."""
    return tuple(printed(Opened(docx.read_bytes())))


def pages_of(pdf: Path, *how: str) -> list[list[str]]:
    return [page.splitlines() for page in run("pdftotext", *how, "-enc", "UTF-8", pdf, "-").split("\f")]


def header_rows(name: str) -> set[str]:
    """Return every header row of the document as one closed line, and its cells."""
    rows = [row for block in example_document(name).blocks() if isinstance(block, Table) for row in block.header]
    cells = [["".join(text_of(runs) for runs in cell.paragraphs) for cell in row.cells] for row in rows]
    return {closed("".join(row)) for row in cells}


def without_furniture(lines: list[str], heads: set[str]) -> str:
    """Return the closed text of one page without its number and the header rows that stand at its top."""
    whole = _FOOTER.sub("", "".join(closed(line) for line in lines))
    for head in sorted(heads, key=len, reverse=True):
        if whole.startswith(head):
            return whole.removeprefix(head)
    return whole


@cache
def texts_of_pdf(pdf: Path, name: str) -> tuple[str, ...]:
    """Return the text of the PDF in the order of its lines and in the order in which it was written."""
    heads = header_rows(name)
    return tuple("".join(without_furniture(page, heads) for page in pages_of(pdf, *how)) for how in ((), ("-raw",)))


def pieces_of(value: Json) -> Iterator[str]:
    """Yield the texts of one answer, each of which has to stand in one piece: paragraphs, items, cells, captions."""
    if isinstance(value, str):
        yield from value.split("\n")
        return
    for block in value if isinstance(value, list) else [value]:
        match block.get("type"):
            case "paragraph":
                yield from runs_of(block["runs"])
            case "list":
                for item in block["items"]:
                    yield from runs_of(item)
            case "table":
                for row in block["rows"]:
                    for cell in row:
                        yield from runs_of(cell)
        yield block.get("caption", "")


def runs_of(runs: list[Json]) -> Iterator[str]:
    """Yield the text between citations and formulas."""
    told = "".join(run.get("text", "\0") for run in runs)
    yield from told.split("\0")


def formulas_in(value: Json) -> Iterator[str]:
    """Yield the sources of all formulas in an answer, closed."""
    if isinstance(value, dict):
        yield from (closed(value[key]) for key in ("latex", "formula") if key in value)
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from formulas_in(child)


def typed_into(name: str) -> list[tuple[str, str]]:
    """Return pointer and text of everything that was typed and is asked."""
    made = example(name)
    not_printed = {told["pointer"] for told in made.call.document["not_printed"]}
    return [
        (pointer, closed(piece))
        for control, pointer, value in leaves(made.call, made.data)
        if control.kind in _TYPED and control.pointer not in not_printed and made.call.form.shown(pointer, made.data)
        for piece in pieces_of(value)
        if closed(piece)
    ]


@pytest.fixture(params=COMPLETE)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def files(name: str, exported: Callable[[str], Exported]) -> Exported:
    return exported(name)


def test_every_text_stands_whole_in_the_docx(name: str, files: Exported):
    paragraphs = [closed(text) for text in paragraphs_of(files.docx)]
    whole = "\n".join(paragraphs)
    typed = typed_into(name)
    assert len(typed) > 300
    assert [(pointer, text) for pointer, text in typed if text not in whole] == []


def test_every_text_stands_whole_in_the_pdf(name: str, files: Exported):
    by_lines, raw = texts_of_pdf(files.pdf, name)
    lost = [(pointer, text) for pointer, text in typed_into(name) if text not in raw and text not in by_lines]
    assert lost == []


def test_both_files_hold_the_same_characters_beside_the_labels_of_charts_and_leaders(name: str, files: Exported):
    _, raw = texts_of_pdf(files.pdf, name)
    in_pdf, in_docx = Counter(raw), Counter(closed("".join(paragraphs_of(files.docx))))
    drawings = [block for block in example_document(name).blocks() if isinstance(block, Drawing)]
    labels = Counter(closed("".join(s.text for drawing in drawings for s in drawing.shapes if isinstance(s, Label))))
    formulas = Counter("".join(formulas_in(example(name).data)))
    assert in_docx - in_pdf == Counter()
    assert set(in_pdf - in_docx - labels - formulas) <= {"."}


# --- every leaf, in a place of its own, by every reader ---------------------------------------------------------------


def of(name: str) -> Proposal:
    return hostile.proposal() if name == "hostile" else example(name)


@pytest.fixture(params=_SAVED)
def every(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def both(every: str, exported: Callable[[str], Exported], shared: Path) -> Exported:
    """Return the two files of an example or of the hostile proposal."""
    if every != "hostile":
        return exported(every)

    def make(folder: Path) -> None:
        made = export_files.make(of(every), now=NOW, draft=False, formats=("docx", "pdf"), fonts_folder=paths.fonts())
        for kind, data in made.files.items():
            (folder / f"{every}.{kind}").write_bytes(data)

    folder = made_once(shared / "exported-hostile", make)
    return Exported(folder / "hostile.docx", folder / "hostile.pdf")


def lost(name: str, pages: Sequence[str], *, has_paragraphs: bool = False) -> list[Piece]:
    """Return the pieces of what was answered that do not stand on `pages`, each in a place of its own."""
    texts = [
        self_check_answers.closed(_NAMED.sub(lambda found: chr(int(found[1], 16)), closed(page))) for page in pages
    ]
    if has_paragraphs:
        paper = Paper("\n".join(["", *texts, ""]), has_paragraphs=True)
    else:
        texts = [_FOOTER.sub("", text) for text in texts]
        paper = Paper("".join(texts), tuple(accumulate(map(len, texts)))[:-1])
    return self_check_text.missing(self_check_answers.expected(of(name), NOW).pieces, paper)


def test_poppler_reads_every_leaf_in_the_pdf(every: str, both: Exported):
    assert lost(every, run("pdftotext", "-raw", "-enc", "UTF-8", both.pdf, "-").split("\f")) == []


def test_pypdf_reads_every_leaf_in_the_pdf(every: str, both: Exported):
    assert lost(every, [page.extract_text() for page in pypdf.PdfReader(both.pdf).pages]) == []


def test_every_leaf_stands_in_the_docx(every: str, both: Exported):
    assert lost(every, w_t(both.docx), has_paragraphs=True) == []


def w_t(docx: Path) -> list[str]:
    with zipfile.ZipFile(docx) as archive:
        body = etree.fromstring(archive.read("word/document.xml"), etree.XMLParser(huge_tree=True))
    return ["".join(node.itertext(f"{W}t")) for node in body.iter(f"{W}p")]


def test_every_leaf_stands_in_the_docx_that_libreoffice_saved(every: str, both: Exported, shared: Path):
    def save(folder: Path) -> None:
        run(
            "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
            "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, both.docx,
        )  # fmt: skip

    folder = made_once(shared / f"saved-{every}", save)
    assert lost(every, w_t(folder / both.docx.name), has_paragraphs=True) == []


def between_headings(text: str, name: str, title: str) -> list[str]:
    """Return what stands between every mention of the heading `title` and of the one after it."""
    headings = [closed(heading.text) for heading in example_document(name).headings(1)]
    at = next(at for at, heading in enumerate(headings) if heading.endswith(title))
    start, end = re.escape(headings[at]), re.escape(headings[at + 1])
    return re.findall(f"{start}((?:(?!{start}).)*?){end}", text)


def test_every_enterprise_stands_inside_the_basis_in_both(name: str, files: Exported):
    enterprises = [closed(row["name"]) for row in example(name).get("/basis/enterprises")]
    assert enterprises
    texts = (closed("".join(paragraphs_of(files.docx))), texts_of_pdf(files.pdf, name)[1])
    for text in texts:
        basis = max(between_headings(text, name, "立项依据"), key=len)
        assert [enterprise for enterprise in enterprises if enterprise not in basis] == []


def test_all_fonts_of_the_pdf_are_embedded_and_subset(files: Exported):
    rows = [line.split() for line in run("pdffonts", files.pdf).splitlines()[2:]]
    assert len(rows) >= 4
    for row in rows:
        embedded, subset, unicode_map = row[-5:-2]
        assert (embedded, subset, unicode_map) == ("yes", "yes", "yes"), row
        assert re.match(r"[A-Z]{6}\+", row[0]), row


def test_the_contents_of_the_docx_name_the_pages_of_the_pdf(name: str, files: Exported):
    raw = pages_of(files.pdf, "-raw")
    body = next(at for at, page in enumerate(raw) if number_of(page) == "1")
    entries = {
        text.rstrip("0123456789"): int(text[len(text.rstrip("0123456789")) :]) for text in entries_of(files.docx)
    }
    headings = example_document(name).headings(2)
    assert len(entries) == len(headings)
    for heading in headings:
        page = raw[body + entries[heading.text] - 1]
        assert closed(heading.text) in closed("".join(page)), heading.text


def number_of(lines: list[str]) -> str:
    """Return the number that a page has in its footer, "" for none."""
    footer = _FOOTER.fullmatch(next((closed(line) for line in reversed(lines) if closed(line)), ""))
    return footer[1] if footer else ""


def entries_of(docx: Path) -> list[str]:
    """Return the lines of the contents: heading and page."""
    with zipfile.ZipFile(docx) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    styled = ((node, node.find(f"{W}pPr/{W}pStyle")) for node in body.iter(f"{W}p"))
    return [
        "".join(node.itertext(f"{W}t"))
        for node, style in styled
        if style is not None and re.fullmatch(r"TOC[1-3]", str(style.get(f"{W}val")))
    ]


def test_libreoffice_opens_the_docx_and_reads_its_headings(name: str, files: Exported, shared: Path):
    def convert(folder: Path) -> None:
        run(
            "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless",
            "--convert-to", "pdf", "--outdir", folder, files.docx,
        )  # fmt: skip

    folder = made_once(shared / f"libreoffice-{name}", convert)
    text = closed(run("pdftotext", "-raw", folder / f"{name}.pdf", "-"))
    headings = [closed(heading.text) for heading in example_document(name).headings(2)]
    assert [heading for heading in headings if text.count(heading) < 2] == []
    enterprises = json_pointer.get(example(name).data, "/basis/enterprises")
    assert [row["name"] for row in enterprises if closed(row["name"]) not in text] == []
