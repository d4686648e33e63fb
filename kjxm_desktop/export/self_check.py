"""Both files opened again after every export, by libraries that did not write them, and held against the answers.

Every answer that is asked and not listed as not printed has to stand in both files, whole, once for each time it was
given, in its order; both have to be sound. Tolerated between what was typed and what is read, and nothing else:

* white space: lines, cells and paragraphs end where the paper asks for it;
* page furniture: what stands in the margins of a page (header, page number, check code) is not read;
* header rows of tables repeat on every page of the PDF;
* rows that are split between pages: the parts of a cell are joined, each in its place;
* named glyphs: 〔U+1F600〕 in the PDF stands for a character that no font has; signs without ink of their own (joiners,
  variation selectors) may be left out;
* markers of lists, numbers of headings and captions, numbers of citations stand beside what was typed;
* formulas, which are drawn in the PDF and OMML in the DOCX;
* labels of charts, which are no text of the DOCX;
* marks that combine with the letter before them and are set in another face: PDFium reads them behind the next letter,
  so that in the PDF they are counted alone;
* sub- and superscript characters read as the ones they are made of (CO₂ as CO2), Latin ligatures as their letters;
* choices, dates, amounts, links to rows read as their words.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Literal, cast

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.export import (
    page_style,
    self_check_answers,
    self_check_boxes,
    self_check_docx,
    self_check_pdf,
    self_check_places,
    self_check_text,
)
from kjxm_desktop.export.self_check_answers import Expected, closed
from kjxm_desktop.export.self_check_docx import ReadDocx
from kjxm_desktop.export.self_check_pdf import ReadPdf
from kjxm_desktop.export.self_check_text import Paper

_START = 20  # characters of a text that tell which it is
_UNPLACED: Mapping[int, None] = dict.fromkeys((*range(0x300, 0x370), *range(0x20D0, 0x20F1)))
_MOST = 50  # findings; who has that many needs no more

Kind = Literal["unreadable", "text", "picture", "glyph", "font", "pages", "headings", "markup", "differs"]


@dataclass(frozen=True)
class Mismatch:
    """One thing that is not in a file as it was asked for: the format, the answer, what is amiss, and how it begins.

    `start` is what the person wrote: it may be shown, and never be logged.
    """

    format: str
    pointer: str
    kind: Kind
    start: str = ""


def check(
    proposal: Proposal,
    files: Mapping[str, bytes],
    *,
    now: datetime,
    missing_glyphs: Sequence[str] = (),
    page_count: int | None = None,
    is_official_form: bool = False,
) -> tuple[Mismatch, ...]:
    """Return what is amiss in `files` ("docx", "pdf"), at most 50 things; () when all of `proposal` stands in both.

    `missing_glyphs` are the characters that no font has. In a DOCX that is an official form filled in (`document.json`
    is not its layout) answers may stand in any order.
    """
    expected = self_check_answers.expected(proposal, now)
    found: list[Mismatch] = []
    pdf = docx = None
    if "pdf" in files:
        try:
            pdf = self_check_pdf.read(files["pdf"], _style(proposal))
        except ValueError:
            found.append(Mismatch("pdf", "", "unreadable"))
    if "docx" in files:
        try:
            docx = self_check_docx.read(files["docx"])
        except ValueError:
            found.append(Mismatch("docx", "", "unreadable"))
    spelt = {ord(sign): f"〔U+{ord(sign):04X}〕" for sign in missing_glyphs if len(sign) == 1}
    if pdf is not None:
        pdf, spelt = _with_plain(pdf, spelt)
        found += _pdf_mismatches(proposal, pdf, expected, spelt, page_count)
    if docx is not None:
        found += (
            _form_mismatches(proposal, files["docx"], docx, now)
            if is_official_form
            else _docx_mismatches(docx, expected)
        )
    if pdf is not None and docx is not None and not is_official_form:
        found += _between(proposal, pdf, docx, spelt)
    return tuple(dict.fromkeys(found))[:_MOST]


def _style(proposal: Proposal) -> page_style.PageStyle:
    told = proposal.call.document
    return page_style.read(told["styles"], told["style"])


# --- the PDF ----------------------------------------------------------------------------------------------------------


def _pdf_mismatches(
    proposal: Proposal, pdf: ReadPdf, expected: Expected, spelt: Mapping[int, str], page_count: int | None
) -> Iterator[Mismatch]:
    """Yield what is amiss in the PDF; `spelt` is how it names the characters that no font has."""
    if page_count is not None and len(pdf.pages) != page_count:
        yield Mismatch("pdf", "", "pages")
    yield from (Mismatch("pdf", "", "font", name) for name in pdf.loose_fonts)
    yield from (Mismatch("pdf", "", "glyph", sign) for sign in pdf.blank)
    whole = "".join(pdf.pages)
    yield from (Mismatch("pdf", "", "glyph", chr(code)) for code in spelt if chr(code) in whole)
    read_as = {**_UNPLACED, **spelt}
    pieces = [replace(piece, text=piece.text.translate(read_as)) for piece in expected.pieces]
    for piece in self_check_text.missing(pieces, _paper_of_pdf(pdf, read_as)):
        yield Mismatch("pdf", piece.pointer, "text", piece.text[:_START])
    sizes = _sizes(proposal, expected)
    seen = Counter(pdf.pictures)
    for pointer, media in expected.pictures:
        seen[sizes[media]] -= 1
        if seen[sizes[media]] < 0:
            yield Mismatch("pdf", pointer, "picture")


def _with_plain(pdf: ReadPdf, spelt: Mapping[int, str]) -> tuple[ReadPdf, dict[int, str]]:
    """Return `pdf` with the names undone of characters that are compared as others (ﬅ as st), and the other names."""
    pages, others = pdf.pages, dict(spelt)
    for code, name in spelt.items():
        if closed(chr(code)) != chr(code):
            del others[code]
            spread = re.compile(r"\s*".join(map(re.escape, name)))
            pages = tuple(spread.sub(chr(code), page) for page in pages)
    return replace(pdf, pages=pages), others


def _paper_of_pdf(pdf: ReadPdf, read_as: Mapping[int, str | None]) -> Paper:
    """Return the text from the first heading of the outline on: before it stand copies of answers."""
    heading, page = pdf.outline[0] if pdf.outline else ("", 0)
    pages = [closed(text).translate(_UNPLACED) for text in pdf.pages[max(page, 0) :]]
    start = max(pages[0].find(closed(heading).translate(read_as)), 0) if pages else 0
    if pages:
        pages[0] = pages[0][start:]
    return Paper("".join(pages), tuple(accumulate(len(text) for text in pages))[:-1])


def _sizes(proposal: Proposal, expected: Expected) -> dict[str, tuple[int, int]]:
    """Return the sizes of the pictures in pixels, by SHA-256."""
    # Loaded when something was exported.
    from PIL import Image

    sizes: dict[str, tuple[int, int]] = {}
    for _, media in expected.pictures:
        if media not in sizes:
            with Image.open(io.BytesIO(proposal.media[media])) as image:
                sizes[media] = image.size
    return sizes


# --- the DOCX ---------------------------------------------------------------------------------------------------------


def _docx_mismatches(docx: ReadDocx, expected: Expected) -> Iterator[Mismatch]:
    yield from (Mismatch("docx", "", "markup", fault) for fault in docx.faults)
    text = "\n".join(["", *(closed(paragraph) for paragraph in docx.paragraphs[max(docx.first_heading, 0) :]), ""])
    for piece in self_check_text.missing(expected.pieces, Paper(text, has_paragraphs=True)):
        yield Mismatch("docx", piece.pointer, "text", piece.text[:_START])
    yield from _lost_pictures(docx, expected)


def _lost_pictures(docx: ReadDocx, expected: Expected) -> Iterator[Mismatch]:
    seen = Counter(docx.pictures)
    for pointer, media in expected.pictures:
        seen[media] -= 1
        if seen[media] < 0:
            yield Mismatch("docx", pointer, "picture")


def _form_mismatches(proposal: Proposal, data: bytes, docx: ReadDocx, now: datetime) -> Iterator[Mismatch]:
    """Yield what is amiss in a form that was filled in: each answer is looked for in its own places."""
    own = self_check_docx.read(proposal.call.files[calls.TEMPLATE]).faults  # they are not ours to mend
    yield from (Mismatch("docx", "", "markup", fault) for fault in docx.faults if fault not in own)
    yield from (Mismatch("docx", pointer, "text") for pointer in self_check_boxes.wrong(proposal, data))
    places = self_check_places.read(data)
    expected = self_check_places.expected(proposal, places, now)
    for piece in self_check_places.missing(proposal, places, expected):
        yield Mismatch("docx", piece.pointer, "text", piece.text[:_START])
    yield from _lost_pictures(docx, expected)


# --- both -------------------------------------------------------------------------------------------------------------


def _between(proposal: Proposal, pdf: ReadPdf, docx: ReadDocx, spelt: Mapping[int, str]) -> Iterator[Mismatch]:
    """Yield where the DOCX says what the PDF does not, the words of the layout and the cover among it."""
    titles = [(closed(whole), closed(title)) for (whole, _), title in zip(pdf.outline, docx.headings, strict=False)]
    if len(pdf.outline) != len(docx.headings) or not all(whole.endswith(title) for whole, title in titles):
        yield Mismatch("pdf", "", "headings")
    in_pdf = closed("".join(pdf.pages))
    in_docx = [closed(paragraph).translate(spelt) for paragraph in docx.paragraphs]
    lost = Counter("".join(in_docx)) - Counter(in_pdf) - _of_formulas(proposal)
    if lost:
        signs = set(lost)
        where = next((text for text in in_docx if signs & set(text) and text not in in_pdf), "")
        yield Mismatch("pdf", "", "differs", (where or "".join(lost))[:_START])


def _of_formulas(proposal: Proposal) -> Counter[str]:
    found: list[str] = []
    for control, _, value in leaves(proposal.call, proposal.data):
        if control.kind == "rich":
            found += _latex_in(value)
    return Counter("".join(found))


def _latex_in(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        fields = cast("dict[str, Json]", value)
        for key, child in fields.items():
            if key in ("latex", "formula") and isinstance(child, str):
                yield closed(child)
            else:
                yield from _latex_in(child)
    elif isinstance(value, list):
        for child in cast("list[Json]", value):
            yield from _latex_in(child)
