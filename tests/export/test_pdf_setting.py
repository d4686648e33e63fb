"""Lines of Chinese: audited at 150 widths by the boxes on the pages, and rule by rule."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.export import pdf_writer
from kjxm_desktop.export.blocks import Document, ListBlock, Paragraph, Part, Run, Runs, Table, text_of
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.line_ends import NOT_FIRST, NOT_LAST
from kjxm_desktop.export.page_style import MM_PER_POINT, Align, TextStyle
from kjxm_desktop.export.pdf_text import Setter
from tests.export import hostile
from tests.export.boxes import Box, boxes_of, lines_of
from tests.export.conftest import EXAMPLES, example_document

# --- the audit ------------------------------------------------------------------------------------------------------

CLOSING = frozenset("，。、；：？！）》〉】〕』」”’…—·％‰℃％%°,.;:?!)]}»›–～／/＂＇ー々")
OPENING = frozenset("“‘（《〈【〔『「([{￥＄#«‹№$")
"""What may not begin and what may not end a line (GB/T 15834-2011 5.1), with the Latin marks of the same kind."""

FULL_FIGURES = frozenset("０１２３４５６７８９")

SIZE, MARGIN = 12.0, 20.0
WIDTHS = [round(30 + at * 510 / 149, 2) for at in range(150)]
"""From 2.5 to 45 characters."""

BANDS = [WIDTHS[at::10] for at in range(10)]
BODY = 15 * SIZE
"""From here on a line holds a number with its unit and its marks."""

UNITS = "kg|mm|m²|m³|℃|kA|MPa|mg|t/t|d|h|min|t|L"
WHOLE = re.compile(r"——|……|[0-9]+(?:[.,][0-9]+)*[%‰]?|[A-Za-z]+(?:[-'][A-Za-z]+)*|[０-９]+")
MEASURED = re.compile(rf"[0-9]+(?:[.,][0-9]+)* (?:{UNITS})(?![A-Za-z])")

NASTY = (
    hostile.LINE,
    hostile.DASHES * 4,
    hostile.UNITS,
    f"见 {hostile.URL} 一文，又见 www.example.org/a/b?c=d。",
    f"{hostile.WORD * 4} {hostile.WORD} and {hostile.WORD}，余下的是正文。",
    hostile.FULL_WIDTH * 3,
    hostile.SPACES * 3,
    "——" * 40,
    "……" * 40,
    "“" * 30 + "深" + "”" * 30,
    "（" * 30 + "）" * 30,
    "7" * 400 + "，后面还有：1,234.56 元、12%、3.5 kg、2024年6月20日。",
    hostile.ASCII,
)


@dataclass(frozen=True)
class Told:
    """A paragraph as it came out: in which line each of its characters stands, white space aside, and their boxes."""

    text: str
    lines: list[list[Box]]

    def line_of(self) -> list[int | None]:
        """Return the number of the line in which each character of the text stands; None for white space."""
        numbers = iter([at for at, line in enumerate(self.lines) for _ in line])
        return [None if sign.isspace() else next(numbers) for sign in self.text]


def runs_of(document: Document) -> Iterator[Runs]:
    """Yield the longer texts of a document that hold no formula."""
    for block in document.blocks():
        found: Sequence[Runs] = ()
        match block:
            case Paragraph():
                found = [block.runs]
            case ListBlock():
                found = [item.runs for item in block.items]
            case Table():
                found = [runs for row in block.rows for cell in row.cells for runs in cell.paragraphs]
            case _:
                pass
        yield from (runs for runs in found if len(text_of(runs)) > 12 and not any(r.kind == "formula" for r in runs))


@cache
def real_texts() -> list[Runs]:
    return list(dict.fromkeys(runs for name in EXAMPLES for runs in runs_of(example_document(name))))


def set_in(width: float, texts: Sequence[Runs], **style: object) -> list[Told]:
    """Return paragraphs as they stand in a column of that width."""
    document = example_document("consulting")
    told = replace(document.style.text("body"), **{"size_pt": SIZE, "first_line_chars": 0, **style})
    margin = MARGIN * MM_PER_POINT
    texts_by_name = {**document.style.texts, "body": told}
    page = replace(
        document.style, width_mm=width * MM_PER_POINT + 2 * margin, left_mm=margin, right_mm=margin, texts=texts_by_name
    )
    parts = (Part("body", tuple(Paragraph(runs) for runs in texts)),)
    made = pdf_writer.write(replace(document, style=page, parts=parts), {}, FontSet(paths.fonts()))
    assert not made.missing_glyphs
    return list(_paragraphs(boxes_of(made.data), texts))


def _paragraphs(boxes: Sequence[Box], texts: Sequence[Runs]) -> Iterator[Told]:
    """Yield each of `texts` with its lines; fails when a character is lost, doubled or another."""
    at = 0
    for runs in texts:
        text = text_of(runs)
        wanted = "".join(text.split())
        own = boxes[at : at + len(wanted)]
        assert "".join(box.text for box in own) == wanted
        yield Told(text, lines_of(own))
        at += len(wanted)
    assert at == len(boxes)


def may_end_between(before: str, after: str) -> bool:
    """Tell whether the standard lets a line end between two characters."""
    latin = ord(before) < 0x2E80 and ord(after) < 0x2E80 and before not in "”’…—"
    figures = before in FULL_FIGURES and after in FULL_FIGURES
    return after not in CLOSING and before not in OPENING and not latin and not figures


def widths_of_unbreakable(told: Told) -> list[float]:
    """Return for each character, white space aside, how wide the stretch around it is that may not be broken."""
    boxes = [box for line in told.lines for box in line]
    signs = [(sign, told.text[at - 1 : at].isspace()) for at, sign in enumerate(told.text) if not sign.isspace()]
    starts = [0]
    for at, ((before, _), (sign, spaced)) in enumerate(pairwise(signs), 1):
        apart = sign not in CLOSING and before not in OPENING
        if apart and (spaced or may_end_between(before, sign)):
            starts.append(at)
    widths: list[float] = []
    for start, end in pairwise([*starts, len(signs)]):
        spaces = sum(spaced for _, spaced in signs[start + 1 : end])
        width = sum(box.right - box.left for box in boxes[start:end]) + spaces * SIZE / 4
        widths += [width] * (end - start)
    return widths


def faults_at_ends(told: Told, width: float) -> Iterator[str]:
    """Yield where a line begins or ends as it may not, though what stands there would fit in one line."""
    wide = widths_of_unbreakable(told)
    spaced = [told.text[at - 1 : at].isspace() for at, sign in enumerate(told.text) if not sign.isspace()]
    at = 0
    for before, line in pairwise(told.lines):
        at += len(before)
        first, last = line[0].text, before[-1].text
        closes = first in CLOSING and not (spaced[at] and first.isascii())  # a Latin word may begin with a point
        if max(wide[at - 1], wide[at]) <= width and (closes or last in OPENING):
            yield "".join(box.text for box in before[-6:]) + "|" + "".join(box.text for box in line[:6])


def split_words(told: Told, width: float, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield what `pattern` finds and two lines share, though it would fit in one with all that belongs to it."""
    lines, wide = told.line_of(), widths_of_unbreakable(told)
    visible = list(accumulate((number is not None for number in lines), initial=0))
    for found in pattern.finditer(told.text):
        inside = {number for number in lines[found.start() : found.end()] if number is not None}
        if len(inside) > 1 and max(wide[visible[found.start()] : visible[found.end()]]) <= width:
            yield found.group()


def ragged(told: Told, width: float) -> Iterator[str]:
    """Yield the full lines that end neither at the margin nor where more than a character would have to be spread."""
    for line in told.lines[:-1]:
        room = width + MARGIN - line[-1].right
        gaps = sum(may_be_spread(one.text, other.text) for one, other in pairwise(line))
        if abs(room) > 1 and room <= gaps * SIZE * 0.99:
            yield "".join(box.text for box in line)


def may_be_spread(before: str, after: str) -> bool:
    """Tell whether two characters may be set further apart: not within words, numbers and dashes."""
    whole = before + after in ("——", "……") or (before in FULL_FIGURES and after in FULL_FIGURES)
    return not whole and (ord(before) >= 0x2E80 or ord(after) >= 0x2E80)


def beyond_the_margin(told: Told, width: float) -> list[str]:
    least, most = MARGIN - 0.5, MARGIN + width + 0.1  # a j reaches out to the left of its place
    return [box.text for line in told.lines for box in line if not least < box.left < box.right < most]


@pytest.mark.parametrize("band", BANDS, ids=lambda band: f"{band[0]:g}..{band[-1]:g}pt")
def test_at_every_width_lines_break_as_the_standard_asks_and_end_at_the_margin(band: list[float]):
    for width in band:
        at = WIDTHS.index(width)
        texts = [*real_texts()[at % 20 :: 20], *((Run(text),) for text in NASTY[at % 3 :: 3])]
        for told in set_in(width, texts, align="justify"):
            assert list(faults_at_ends(told, width)) == [], width
            assert list(split_words(told, width, WHOLE)) == [], width
            assert width < BODY or list(split_words(told, width, MEASURED)) == [], width
            assert list(ragged(told, width)) == [], width
            assert beyond_the_margin(told, width) == [], width
            assert all(box.has_ink for line in told.lines for box in line), width


# --- single rules ---------------------------------------------------------------------------------------------------

SENTENCE = "他说：“（数据）见《方案》第12.5%页，2024年的GB/T 9704-2012规定；”好！测试（PDF）——……价￥35.60元、A/B。"
STYLE = TextStyle(align="justify")


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one_at_any_width():
    setter = Setter(FontSet(paths.fonts()))
    words = re.findall(r"[!-~]+", SENTENCE)
    for width in range(120, 320, 7):
        lines = setter.lines((Run(SENTENCE * 4),), STYLE, float(width))
        texts = ["".join(piece.text for piece in line.pieces).strip() for line in lines]
        assert "".join("".join(texts).split()) == "".join((SENTENCE * 4).split())
        assert not [text for text in texts[1:] if text[0] in NOT_FIRST]
        assert not [text for text in texts[:-1] if text[-1] in NOT_LAST]
        assert sum(text.count(word) for text in texts for word in set(words)) >= len(words) * 4


def test_the_sign_of_a_currency_stays_close_to_its_amount_however_wide_the_line_is_spread():
    setter = Setter(FontSet(paths.fonts()))
    for width in range(120, 320, 7):
        for line in setter.lines((Run("合计￥1,234.56元，另计￡20.00元。" * 4),), STYLE, float(width)):
            for before, after in itertools.pairwise(line.pieces):
                if before.text[-1] in "￥￡":
                    assert after.x == pytest.approx(before.x + before.width)


def test_the_last_line_takes_a_character_more_only_where_it_has_room_for_it():
    lines = Setter(FontSet(paths.fonts())).lines((Run("0&0—"),), TextStyle(size_pt=12), 19.0)
    assert "".join(piece.text for line in lines for piece in line.pieces) == "0&0—"
    assert all(line.width <= 19.01 for line in lines)


def test_full_lines_end_at_the_margin_and_none_goes_beyond_it():
    setter = Setter(FontSet(paths.fonts()))
    rng = random.Random(1)
    runs = tuple(
        Run("".join(rng.choice("的一科技，。（）“”ab 12") for _ in range(40)), bold=at % 3 == 0) for at in range(60)
    )
    lines = setter.lines(runs, STYLE, 300.0, first=24.0)
    assert lines[0].width == pytest.approx(276.0)
    assert all(line.width == pytest.approx(300.0) for line in lines[1:-1])
    assert lines[-1].width <= 300.0


def test_a_word_wider_than_the_line_breaks_and_loses_nothing():
    setter = Setter(FontSet(paths.fonts()))
    told = "见" + "https://example.org/" + "a1b2" * 200
    lines = setter.lines((Run(told),), STYLE, 200.0)
    assert "".join(piece.text for line in lines for piece in line.pieces) == told
    assert all(line.width <= 200.01 for line in lines)


@pytest.mark.parametrize("align", ["justify", "left"])
def test_the_last_line_of_a_paragraph_is_more_than_one_character(align: Align):
    setter = Setter(FontSet(paths.fonts()))
    for count in range(30, 130):
        lines = setter.lines((Run("字" * count + "。"),), TextStyle(align=align), 240.0)
        texts = ["".join(piece.text for piece in line.pieces) for line in lines]
        assert "".join(texts) == "字" * count + "。"
        assert len(texts[-1]) > 2
        assert all(line.width <= 240.01 for line in lines)
        if align == "justify":
            assert all(line.width == pytest.approx(240.0) for line in lines[:-1])


@pytest.mark.parametrize("told", ["45 d", "75 ℃", "10 μg/kg", "500 L", "GB 25533", "12～18"])
def test_no_line_ends_within_a_range_or_between_a_number_and_its_unit(told: str):
    setter = Setter(FontSet(paths.fonts()))
    for count in range(10, 31):
        lines = setter.lines((Run("字" * count + told + "以下" * 9),), STYLE, 240.0)
        assert [line for line in lines if told in "".join(piece.text for piece in line.pieces)]


@pytest.mark.parametrize("mark", ["——", "……"])
def test_a_mark_of_two_characters_is_never_split_nor_spread(mark: str):
    setter = Setter(FontSet(paths.fonts()))
    for count in range(8, 30):
        lines = setter.lines((Run(("字" * count + mark) * 9),), STYLE, 240.0)
        told = "\n".join("".join(piece.text for piece in line.pieces) for line in lines)
        assert told.count(mark) == 9
        assert not [piece for line in lines for piece in line.pieces if mark in piece.text and piece.spacing]


def test_what_is_raised_or_lowered_stays_with_what_is_before_it():
    setter = Setter(FontSet(paths.fonts()))
    for count in range(12, 40):
        runs = (Run("字" * count), Run("[3]", sup=True), Run("。又有 H"), Run("2", sub=True), Run("O 若干" * 3))
        lines = ["".join(piece.text for piece in line.pieces) for line in setter.lines(runs, STYLE, 240.0)]
        assert not [line for line in lines if line.startswith(("[3]", "2"))]


def test_an_address_breaks_between_its_parts_and_ends_at_the_margin():
    setter = Setter(FontSet(paths.fonts()))
    lines = setter.lines((Run("见 " + hostile.URL),), STYLE, 434.0)
    told = ["".join(piece.text for piece in line.pieces) for line in lines]
    assert "".join(told) == "见 " + hostile.URL
    assert not [line for line in told[:-1] if not line.endswith(("/", "?", "&", "=", "_", "-", "."))]
    assert all(line.width == pytest.approx(434.0) for line in lines[1:-1])


def test_a_formula_wider_than_the_line_breaks_between_its_commands():
    setter = Setter(FontSet(paths.fonts()))
    lines = setter.lines((Run(r"\left[\frac{a}{b}+" * 12, kind="formula"),), STYLE, 200.0)
    assert len(lines) > 2
    for line in lines:
        told = "".join(piece.text for piece in line.pieces)
        assert told.startswith(("\\left", "\\frac", "[", "{", "+", "a", "b"))
        assert not told.endswith(("\\", "\\le", "\\fra", "{", "["))


def test_a_line_of_marks_that_may_neither_begin_nor_end_is_still_broken():
    setter = Setter(FontSet(paths.fonts()))
    lines = setter.lines((Run("。" * 100),), STYLE, 100.0)
    assert sum(len(piece.text) for line in lines for piece in line.pieces) == 100
    assert all(line.width <= 100.01 for line in lines)


@cache
def shared_setter() -> Setter:
    return Setter(FontSet(paths.fonts()))


@given(
    st.lists(
        st.builds(Run, st.text("的一，。；（）“”—…％℃ abcXYZ019.,%/-&\\🜁𠮷\n", max_size=60), sup=st.booleans()),
        max_size=5,
    ),
    st.floats(SIZE, 45 * SIZE),
    st.sampled_from(["justify", "left", "center"]),
    st.sampled_from([0.0, -0.25, 3.0]),
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_text_no_line_is_too_wide_and_no_character_lost(
    runs: list[Run], width: float, align: Align, tracking: float
):
    style = TextStyle(size_pt=SIZE, align=align, tracking_pt=tracking)
    lines = shared_setter().lines(runs, style, width + 3)
    told = "".join(piece.text for line in lines for piece in line.pieces)
    assert told == text_of(runs).replace("\n", "").replace("🜁", "〔U+1F701〕")
    assert all(line.width <= width + 3.01 for line in lines)
    for line in lines:
        assert all(one.x + one.width <= other.x + 0.01 for one, other in pairwise(line.pieces) if other.width)
