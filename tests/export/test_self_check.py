"""The program reads what it wrote with other libraries: every planted fault is found, and nothing else ever is."""

from __future__ import annotations

import copy
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.export import (
    docx_writer,
    files,
    fonts,
    page_style,
    pdf_canvas,
    pdf_writer,
    self_check,
    self_check_answers,
    self_check_pdf,
)
from kjxm_desktop.export.blocks import Block, Cell, Document, Heading, ListBlock, Paragraph, Picture, Row, Run, Table
from kjxm_desktop.export.self_check import Mismatch
from tests.export import any_form, filled, hostile
from tests.export.conftest import AGRI, COMPLETE, EXAMPLES, KJXM, NOW, call_of, example

TITLE = "R&D <b>粗体</b> 与 &amp; 的题目 𠮷𡋾"
TWICE = "同一个题目讲了两回"


@cache
def proposal() -> Proposal:
    """Return a small proposal that answers everything; two of its answers are equal, one is short."""
    made = filled.proposal(call_of(AGRI), {"/cost/spendings/*/why": TWICE, "/who/helpers/*/task": "浇水"})
    made.set("/thing/one_line", TITLE)
    return made


def make(told: Proposal, *formats: str) -> files.Made:
    kinds = formats or ("docx", "pdf")
    return files.make(told, now=NOW, draft=False, formats=kinds, fonts_folder=paths.fonts())


def found(told: Proposal, made: dict[str, bytes], **more: Any) -> tuple[Mismatch, ...]:
    return self_check.check(told, made, now=NOW, **more)


@cache
def sound() -> dict[str, bytes]:
    made = make(proposal())
    assert made.mismatches == ()
    return dict(made.files)


# --- nothing is found where nothing is amiss --------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("draft", [False, True])
def test_the_examples_read_as_they_were_answered(name: str, draft: bool):
    made = files.make(example(name), now=NOW, draft=draft, formats=("docx", "pdf"), fonts_folder=paths.fonts())
    assert made.mismatches == ()


@pytest.mark.parametrize("name", [KJXM, AGRI])
def test_a_proposal_that_answers_everything_reads_as_it_was_answered(name: str):
    assert make(filled.proposal(call_of(name))).mismatches == ()


@pytest.mark.parametrize("name", [KJXM, AGRI])
def test_an_empty_proposal_reads_as_it_was_answered(name: str):
    assert make(Proposal(call_of(name))).mismatches == ()


@pytest.mark.parametrize("backwards", [False, True])
def test_a_form_may_print_answers_in_any_order(backwards: bool):
    for told in (example("nearly-finished"), filled.proposal(call_of(AGRI))):
        assert make(any_form.with_form(told, backwards=backwards), "docx").mismatches == ()


def test_an_answer_of_a_form_has_to_stand_in_its_own_place():
    rows: list[Json] = [[[{"text": "5"}], [{"text": "15"}]]]
    told = proposal_with("/thing/steps", [{"type": "table", "header": False, "rows": rows}])
    told.set("/thing/one_line", "5 与 15")
    of_form = any_form.with_form(told, backwards=True)
    made = make(of_form, "docx")
    assert made.mismatches == ()
    for old, new, pointer in ((">15<", ">51<", "/thing/steps/0"), (">5 与 15<", ">5<", "/thing/one_line")):
        wrong = without_text(made.files["docx"], old, new)
        mismatches = found(of_form, {"docx": wrong}, is_official_form=True)
        assert [(one.pointer, one.kind) for one in mismatches] == [(pointer, "text")]


def without_text(data: bytes, old: str, new: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(old.encode(), new.encode()))
    return out.getvalue()


def test_the_hostile_proposal_reads_as_it_was_answered():
    assert make(hostile.proposal()).mismatches == ()


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_one_format_alone_is_checked_as_well(kind: str):
    made = make(proposal(), kind)
    assert set(made.files) == {kind}
    assert made.mismatches == ()
    assert found(proposal(), {kind: made.files[kind][:-2000]}) == (Mismatch(kind, "", "unreadable"),)


_SIGNS = st.one_of(
    st.sampled_from("研究内容，。“”（）——……《》：；、1234567890.%+-<>&;/{}[]'\"abcXYZ 　🜁😀㛃䶮𬶋𠮷𡋾ᠮᠣ①℃₂²ﬁÅß"),
    st.characters(max_codepoint=0x2FFFF, exclude_categories=("Cs", "Cc", "Co", "Cn")),
)
_TEXTS = st.text(_SIGNS, max_size=60).map(rich_text.clean_line)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_typed_reads_as_it_was_typed(data: st.DataObject):
    made = filled.proposal(call_of(AGRI))
    for control, pointer, value in list(leaves(made.call, made.data)):
        if control.kind in ("line", "text"):
            made.set(pointer, data.draw(_TEXTS) or None)
        elif control.kind == "rich":
            runs: list[Json] = [{"text": data.draw(_TEXTS), "bold": data.draw(st.booleans())} for _ in range(3)]
            made.set(pointer, rich_text.normalise([{"type": "paragraph", "runs": runs}, *value]))
    assert make(made).mismatches == ()


def test_marks_in_another_face_than_their_letter_are_no_fault():
    runs = [{"text": "前\u0300"}, {"text": "0", "bold": True}, {"text": "\u0301甲e\u0308"}]
    assert make(proposal_with("/thing/steps", [{"type": "paragraph", "runs": runs}])).mismatches == ()


def test_a_ligature_that_no_font_has_is_no_fault():
    assert make(proposal_with("/thing/one_line", "研ﬅ与ﬁ⁽ⁿ⁾")).mismatches == ()


@pytest.mark.parametrize("word", ["ספר", "סֵפֶר", "كتاب", "كِتَاب ١٢", "(א) 1.5 ב-ג", "ܟܬܒܐ ߞߟߞ"])
def test_letters_from_right_to_left_are_named_as_characters_that_no_font_sets(word: str):
    made = make(proposal_with("/thing/steps", [{"type": "paragraph", "runs": [{"text": f"书名 {word} 一种"}]}]))
    assert made.mismatches == ()
    assert {sign for sign in word if unicodedata.bidirectional(sign) in ("R", "AL")} <= set(made.missing_glyphs)


# --- faults of a writer -----------------------------------------------------------------------------------------------

Change = Callable[[Document], Document]


def changed(document: Document, change: Callable[[Block], Sequence[Block]]) -> Document:
    """Return `document` with every block in whose place others may stand."""
    parts = [
        replace(part, blocks=tuple(new for block in part.blocks for new in change(block))) for part in document.parts
    ]
    return replace(document, parts=tuple(parts))


def without(kind: type[Block], pointer: str) -> Change:
    """Return the fault that loses the blocks of a kind that print `pointer`."""
    return lambda document: changed(
        document,
        lambda block: [] if isinstance(block, kind) and getattr(block, "pointer", None) == pointer else [block],
    )


def cells(pointer: str, spoilt: Callable[[Cell], Cell]) -> Change:
    """Return the fault that spoils the cells that print `pointer`."""

    def row(told: Row) -> Row:
        return Row(tuple(spoilt(cell) if cell.pointer == pointer else cell for cell in told.cells))

    def block(told: Block) -> list[Block]:
        return [replace(told, rows=tuple(map(row, told.rows)))] if isinstance(told, Table) else [told]

    return lambda document: changed(document, block)


def emptied(cell: Cell) -> Cell:
    return replace(cell, paragraphs=((),))


def clipped(cell: Cell) -> Cell:
    (run,) = cell.paragraphs[0]
    return replace(cell, paragraphs=((Run(run.text[:-2]),),))


def rows_lost(pointer: str) -> Change:
    """Return the fault that loses the last row of the table that prints `pointer`."""
    return lambda document: changed(
        document,
        lambda block: [
            replace(block, rows=block.rows[:-1]) if isinstance(block, Table) and block.pointer == pointer else block
        ],
    )


def items_lost(pointer: str) -> Change:
    return lambda document: changed(
        document,
        lambda block: [
            replace(block, items=block.items[:-1])
            if isinstance(block, ListBlock) and block.pointer == pointer
            else block
        ],
    )


def run_text(pattern: str, new: str) -> Change:
    """Return the fault that writes `new` for what `pattern` finds in paragraphs."""

    def runs(told: Sequence[Run]) -> tuple[Run, ...]:
        return tuple(replace(run, text=re.sub(pattern, new, run.text)) for run in told)

    def block(told: Block) -> list[Block]:
        return [replace(told, runs=runs(told.runs))] if isinstance(told, Paragraph) and told.pointer else [told]

    return lambda document: changed(document, block)


def captions_lost(document: Document) -> Document:
    return changed(document, lambda block: [replace(block, caption="") if isinstance(block, Picture) else block])


FAULTS: dict[str, tuple[Change, str]] = {
    "a paragraph lost": (without(Paragraph, "/thing/steps/0"), "/thing/steps/0"),
    "a list lost": (without(ListBlock, "/thing/steps/1"), "/thing/steps/1"),
    "an item of a list lost": (items_lost("/thing/steps/1"), "/thing/steps/1"),
    "a table lost": (without(Table, "/thing/steps/2"), "/thing/steps/2"),
    "the last row of a table lost": (rows_lost("/cost/spendings"), "/cost/spendings/1/what"),
    "a cell emptied": (cells("/cost/spendings/1/what", emptied), "/cost/spendings/1/what"),
    "a cell clipped": (cells("/cost/spendings/0/what", clipped), "/cost/spendings/0/what"),
    "one of two equal answers lost": (cells("/cost/spendings/1/why", emptied), "/cost/spendings/1/why"),
    "one of two short equal answers lost": (cells("/who/helpers/1/task", emptied), ""),
    "a heading lost": (without(Heading, "/field/plots/1/name"), "/field/plots/1/name"),
    "a picture lost": (without(Picture, "/thing/steps/3"), "/thing/steps/3"),
    "captions lost": (captions_lost, "/thing/steps/3"),
    "markup swallowed": (run_text("<[^>]*>", ""), "/thing/one_line"),
    "an entity resolved": (run_text("&amp;", "&"), "/thing/one_line"),
    "a character beyond the BMP halved": (run_text("𠮷", "\u20bb"), "/thing/one_line"),
    "a figure lost": (run_text("段[0-9]", "段"), "/thing/steps/0"),
}


@pytest.mark.parametrize("writer", [docx_writer, pdf_writer])
@pytest.mark.parametrize("name", FAULTS)
def test_what_a_writer_loses_is_found_and_its_place_named(name: str, writer: Any, monkeypatch: pytest.MonkeyPatch):
    change, pointer = FAULTS[name]
    write, kind = writer.write, writer.__name__.rpartition(".")[2].partition("_")[0]
    monkeypatch.setattr(writer, "write", lambda document, *more: write(change(document), *more))
    told = make(proposal()).mismatches
    assert {one.format for one in told} <= {kind, "pdf"}, (
        told
    )  # what the DOCX says more than the PDF is told of the PDF
    assert any(one.format == kind and one.pointer.startswith(pointer) for one in told), told


def test_the_place_of_a_lost_answer_is_the_only_one_named(monkeypatch: pytest.MonkeyPatch):
    write = docx_writer.write
    change = cells("/cost/spendings/1/what", emptied)
    monkeypatch.setattr(docx_writer, "write", lambda document, *more: write(change(document), *more))
    (told,) = make(proposal()).mismatches
    assert (told.format, told.pointer, told.kind) == ("docx", "/cost/spendings/1/what", "text")
    assert str(proposal().get("/cost/spendings/1/what")).startswith(told.start)


# --- faults of the PDF ------------------------------------------------------------------------------------------------


def test_characters_that_copy_as_others_are_found(monkeypatch: pytest.MonkeyPatch):
    def shifted(name: str, subset: Sequence[int]) -> str:
        return real(name, [code + 1 if code > 0x4E00 else code for code in subset])

    real = pdf_canvas.to_unicode
    monkeypatch.setattr(pdf_canvas.ttfonts, "makeToUnicodeCMap", shifted)
    told = make(proposal(), "pdf").mismatches
    assert len(told) == 50  # as many as are told of
    assert {one.kind for one in told} == {"text"}


def test_a_character_without_a_glyph_that_is_not_named_is_found(monkeypatch: pytest.MonkeyPatch):
    told = proposal_with("/thing/one_line", "笑脸 😀 在此")
    assert make(told, "pdf").mismatches == ()
    pick = fonts.FontSet.pick
    monkeypatch.setattr(
        fonts.FontSet,
        "pick",
        lambda self, sign, role, **how: pick(self, sign, role, **how) or self.latin(role, **how),
    )
    assert [one.pointer for one in make(told, "pdf").mismatches] == ["/thing/one_line"]


def test_a_glyph_without_ink_is_found(monkeypatch: pytest.MonkeyPatch):
    assert "\u3000" in pdf_text(sound()["pdf"])
    # A blank counts as a character that should be seen.
    monkeypatch.setattr(self_check_pdf, "_INKLESS", frozenset())
    monkeypatch.setattr(self_check_pdf, "_UNSEEN", re.compile("(?!)"))
    assert {one.start for one in found(proposal(), {"pdf": sound()["pdf"]}) if one.kind == "glyph"} >= {"\u3000"}


def pdf_text(data: bytes) -> str:
    return "".join(self_check_pdf.read(data, page_style_of(proposal())).pages)


def page_style_of(told: Proposal) -> page_style.PageStyle:
    return page_style.read(told.call.document["styles"], told.call.document["style"])


def proposal_with(pointer: str, value: Json) -> Proposal:
    made = Proposal(proposal().call, proposal().data, proposal().media)
    made.set(pointer, value)
    return made


def test_text_beside_the_paper_is_found(monkeypatch: pytest.MonkeyPatch):
    real = pdf_canvas.Sheet.text

    def astray(self: pdf_canvas.Sheet, x: float, y: float, text: str, *more: Any) -> None:
        real(self, x + 900 if "毕" in text else x, y, text, *more)

    monkeypatch.setattr(pdf_canvas.Sheet, "text", astray)
    assert Mismatch("pdf", "/who/name", "text", proposal().get("/who/name")) in make(proposal(), "pdf").mismatches


def test_a_font_that_is_not_embedded_is_found():
    with pikepdf.open(io.BytesIO(sound()["pdf"])) as pdf:
        for told in pdf.objects:
            if isinstance(told, pikepdf.Dictionary) and "/FontFile2" in told:
                del told["/FontFile2"]
        out = io.BytesIO()
        pdf.save(out)
    assert "font" in {one.kind for one in found(proposal(), {"pdf": out.getvalue()})}


def test_a_page_that_is_not_there_is_found():
    with pikepdf.open(io.BytesIO(sound()["pdf"])) as pdf:
        count = len(pdf.pages)
        del pdf.pages[-1]
        out = io.BytesIO()
        pdf.save(out)
    told = found(proposal(), {"pdf": out.getvalue()}, page_count=count)
    assert Mismatch("pdf", "", "pages") in told


@pytest.mark.parametrize("kind", ["docx", "pdf"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_found(kind: str, share: float):
    data = sound()[kind]
    assert found(proposal(), {kind: data[: int(len(data) * share)]}) != ()


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_file_of_another_proposal_is_found(kind: str):
    other = make(proposal_with("/who/name", "别人"), kind)
    assert [one.pointer for one in found(proposal(), dict(other.files)) if one.pointer] == ["/who/name"]


# --- faults of the DOCX -----------------------------------------------------------------------------------------------

MARKUP = {
    "a cell that ends in no paragraph": ("word/document.xml", "</w:p></w:tc>", "</w:p><w:tbl/></w:tc>"),
    "an element out of order": ("word/document.xml", "<w:pPr>", '<w:pPr><w:jc w:val="left"/>'),
    "an id used twice": ("word/document.xml", r'(<wp:docPr id=")[0-9]+"', r'\g<1>1"'),
    "a bookmark used twice": ("word/document.xml", r'(<w:bookmarkStart [^>]*w:id=")[0-9]+"', r'\g<1>1"'),
    "a relation to nowhere": ("word/_rels/document.xml.rels", 'Target="media/', 'Target="medium/'),
    "a relation that is not there": ("word/document.xml", r'r:embed="[^"]*"', 'r:embed="rId999"'),
    "a field that does not end": ("word/document.xml", '<w:fldChar w:fldCharType="end"/>', ""),
    "a row too narrow": ("word/document.xml", r'<w:gridCol w:w="[0-9]+"/>', ""),
    "a type not told": ("[Content_Types].xml", r'<Default Extension="png"[^>]*/>', ""),
    "a bookmark that does not end": ("word/document.xml", r"<w:bookmarkEnd [^>]*/>", ""),
}


@cache
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(sound()["docx"])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repacked(told: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in told.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_the_parts_put_together_again_are_sound():
    assert found(proposal(), {"docx": repacked(parts())}) == ()


@pytest.mark.parametrize("name", MARKUP)
def test_markup_that_word_refuses_is_found(name: str):
    part, pattern, new = MARKUP[name]
    text, count = re.subn(pattern, new, parts()[part].decode())
    assert count
    told = found(proposal(), {"docx": repacked({**parts(), part: text.encode()})})
    assert "markup" in {one.kind for one in told}, told


@pytest.mark.parametrize("spoilt", [b"\x01", b"<w:p>", b"\xff"])
def test_a_part_that_is_no_xml_is_found(spoilt: bytes):
    body = parts()["word/document.xml"].replace(b"</w:t>", spoilt + b"</w:t>", 1)
    told = found(proposal(), {"docx": repacked({**parts(), "word/document.xml": body})})
    assert told == (Mismatch("docx", "", "unreadable"),)


def test_a_bit_that_turned_in_the_zip_is_found():
    data = bytearray(sound()["docx"])
    data[len(data) // 2] ^= 16
    assert found(proposal(), {"docx": bytes(data)}) != ()


# --- both -------------------------------------------------------------------------------------------------------------


def test_words_of_the_layout_that_only_the_docx_has_are_found(monkeypatch: pytest.MonkeyPatch):
    write = pdf_writer.write

    def speechless(document: Document, *more: Any) -> Any:
        return write(changed(document, lambda block: [] if block == first_words(document) else [block]), *more)

    monkeypatch.setattr(pdf_writer, "write", speechless)
    told = make(proposal()).mismatches
    assert [one.kind for one in told] == ["differs"]


def first_words(document: Document) -> Paragraph:
    return next(
        block for block in document.blocks() if isinstance(block, Paragraph) and not block.pointer and block.runs
    )


@pytest.mark.parametrize("name", COMPLETE)
def test_every_answer_is_asked_for_once(name: str):
    told = self_check_answers.expected(example(name), NOW)
    pointers = {one.pointer for one in told.pieces}
    printed = set(_printed(example(name)))
    assert {pointer for pointer in printed if not any(one.startswith(pointer) for one in pointers)} == set()


def test_what_is_left_out_on_purpose_is_not_asked_for_though_the_layout_groups_rows_by_it():
    grouped = "/budget/lines/*/category"
    told = copy.copy(example("long"))
    left_out = [*told.call.document["not_printed"], {"pointer": grouped, "reason": "甲"}]
    told.call = replace(told.call, document={**told.call.document, "not_printed": left_out})
    pointers = {one.pointer for one in self_check_answers.expected(told, NOW).pieces}
    assert "/budget/lines/0/category" in {
        one.pointer for one in self_check_answers.expected(example("long"), NOW).pieces
    }
    assert not [pointer for pointer in pointers if pointer.endswith("/category")]


def _printed(told: Proposal) -> Iterator[str]:
    """Yield the pointers of answers that print as text, but for those that one line names for a group of rows."""
    left_out = {item["pointer"] for item in told.call.document["not_printed"]}
    grouped = set(re.findall(r'"group_by": "([^"]*)"', str(told.call.document).replace("'", '"')))
    for control, pointer, _ in leaves(told.call, told.data):
        if control.kind in ("file", "picture") or control.pointer in left_out | grouped:
            continue
        if told.call.form.shown(pointer, told.data):
            yield pointer
