"""Answers become blocks: everything shown is printed once, what is not asked takes neither room nor number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.blocks import (
    Block,
    Document,
    Drawing,
    Formula,
    Heading,
    ListBlock,
    PageBreak,
    Paragraph,
    Picture,
    Signature,
    Table,
    caption_of,
    text_of,
)
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.compose_columns import columns_for, kept_whole, width_in_characters
from kjxm_desktop.export.compose_values import Answers, chinese_number, money
from tests.export import filled
from tests.export.conftest import AGRI, EXAMPLES, KJXM, NOW, call_of, composed, example, example_document

# Each way through the conditions of a call: what is asked in one is not in another.
WAYS: tuple[tuple[str, dict[str, Json]], ...] = (
    (KJXM, {"/project/kind": "key_tech", "/project/field": "other"}),
    (KJXM, {"/project/kind": "decision_consulting"}),
    (KJXM, {"/project/kind": "pilot_industrial", "/management/ethics/applies": False}),
    (AGRI, {"/thing/way": 1, "/thing/trade": "else", "/cost/spendings/*/payer": "station"}),
    (AGRI, {"/thing/way": 1, "/thing/trade": "planting", "/field/plots/*/is_control": False}),
    (AGRI, {"/thing/way": 2, "/thing/trade": "raising"}),
)


def texts_of(block: Block) -> Iterator[str]:
    """Yield what a block prints, paragraph by paragraph; labels of drawings are no text."""
    match block:
        case Heading():
            yield block.text
        case Paragraph():
            yield text_of(block.runs)
        case ListBlock():
            for item in block.items:
                yield f"{item.marker} {text_of(item.runs)}"
        case Table():
            yield caption_of(block)
            yield from cells_of(block)
        case Picture() | Drawing():
            yield caption_of(block)
        case Formula():
            yield block.latex
        case Signature():
            yield from (text_of(paragraph.runs) for paragraph in block.paragraphs)
        case _:
            return


def cells_of(table: Table) -> Iterator[str]:
    """Yield the paragraphs of every cell."""
    for row in (*table.header, *table.rows):
        for cell in row.cells:
            yield from (text_of(runs) for runs in cell.paragraphs)


def body_texts(document: Document) -> list[str]:
    """Return what the body prints beside the places to sign, which repeat the names of those who sign."""
    body = next(part for part in document.parts if part.name == "body")
    return [text for block in body.blocks if not isinstance(block, Signature) for text in texts_of(block)]


def words_of(value: Json) -> Iterator[str]:
    """Yield the texts typed into one answer."""
    if isinstance(value, str):
        yield from value.split("\n")
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "caption", "latex", "items", "rows", "runs"):
                yield from words_of(inner)


def expected_of(made: Proposal, control: Control, value: Json, pointer: str) -> set[str]:
    """Return how an answer that is not free text may read."""
    words = made.call.document["words"]
    match control.kind:
        case "yes_no":
            return {words["yes" if value else "no"]}
        case "month" | "day":
            parts = [int(part) for part in value.split("-")]
            return {words[control.kind].format(**dict(zip(("year", "month", "day"), parts, strict=False)))}
        case "choice" | "choices":
            chosen = value if control.kind == "choices" else [value]
            options = made.call.form.options(control, made.data, pointer)
            if control.rows_table:
                at = next(at for at, option in enumerate(options, 1) if option.id == value)
                return {f"任务{at}", f"地{at}", options[at - 1].label["zh"]}
            return {words["joiner"].join(option.label["zh"] for option in options if option.id in chosen)}
        case _:
            return {str(value)}


@pytest.mark.parametrize(("name", "chosen"), WAYS)
def test_every_answer_that_is_asked_prints_once_in_the_body_and_no_other_does(name: str, chosen: dict[str, Json]):
    call = call_of(name)
    made = filled.proposal(call, chosen)
    printed = body_texts(composed(made))
    whole = "\n".join(printed)
    not_printed = {told["pointer"] for told in call.document["not_printed"]}
    hidden = 0
    for control, pointer, value in leaves(call, made.data):
        if not call.form.shown(pointer, made.data):
            hidden += 1
        shown = call.form.shown(pointer, made.data) and control.pointer not in not_printed
        if control.kind in ("line", "text", "rich", "picture"):
            for words in words_of(value):
                if words != "粗":
                    assert whole.count(words) == shown, (pointer, words)
        elif shown:
            expected = expected_of(made, control, value, pointer)
            assert any(one in text for one in expected for text in printed), (pointer, expected)
    assert hidden, "a way through the form that hides nothing shows nothing"


@pytest.mark.parametrize("name", [KJXM, AGRI])
def test_what_the_layout_leaves_out_is_asked_by_the_form_and_says_why(name: str):
    call = call_of(name)
    for told in call.document["not_printed"]:
        assert call.form.control(told["pointer"]) is not None
        assert told["reason"]


def numbers(document: Document, level: int) -> list[str]:
    return [heading.number for heading in document.headings() if heading.level == level]


def test_sections_are_numbered_in_chinese_from_one_without_a_gap():
    assert numbers(example_document("long"), 1) == [f"{chinese_number(at)}、" for at in range(1, 16)]
    titles = [section.title["zh"] for section in call_of(KJXM).form.sections]
    assert [h.title for h in example_document("long").headings(1)] == titles


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_numbers_of_each_level_begin_anew_under_every_heading_above(name: str):
    counts = Counter[int]()
    patterns = call_of(KJXM).document["numbering"]
    for heading in example_document(name).headings():
        if heading.title and heading.number.startswith("任务"):
            continue
        counts[heading.level] += 1
        for deeper in range(heading.level + 1, 4):
            counts[deeper] = 0
        number = counts[heading.level]
        assert heading.number == patterns[heading.level - 1].format(number=number, chinese=chinese_number(number))


def test_a_question_that_is_not_asked_takes_no_number():
    asked = [h.text for h in example_document("key-tech").headings(2)]
    not_asked = [h.text for h in example_document("consulting").headings(2)]
    assert "（一）市场前景" in asked
    assert "（二）推广与复制" in asked
    assert "（一）推广与复制" in not_asked
    assert not any("市场前景" in text for text in not_asked)


def test_a_section_that_is_not_asked_takes_no_number():
    parts = {
        way: [h.text for h in composed(filled.proposal(call_of(AGRI), {"/thing/way": way})).headings(1)]
        for way in (1, 2)
    }
    assert parts[1][4:] == ["第五部分　带上的纸", "第六部分　承诺"]
    assert parts[2][4:] == ["第五部分　承诺"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_enterprises_stand_inside_the_basis(name: str):
    under = ""
    found: dict[str, str] = {}
    for heading in example_document(name).headings():
        under = heading.title if heading.level == 1 else under
        found[heading.title] = under
    rows = example(name).get("/basis/enterprises")
    assert rows
    for row in rows:
        assert found[row["name"]] == "立项依据"


@pytest.mark.parametrize("name", [KJXM, AGRI])
def test_an_empty_proposal_prints_the_word_for_nothing_beside_every_label(name: str):
    call = call_of(name)
    document = compose(call, {}, {}, now=NOW, draft=True)
    empty = call.document["words"]["empty"]
    cells = [text for block in document.blocks() if isinstance(block, Table) for text in cells_of(block)]
    if name == KJXM:
        assert f"合作单位：{empty}" in body_texts(document)
    assert cells.count(empty) > 5
    assert all(cells)
    assert document.headings(1)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_cell_and_no_heading_is_empty(name: str):
    for block in example_document(name).blocks():
        if isinstance(block, Heading):
            assert block.title
        if isinstance(block, Table):
            for row in (*block.header, *block.rows):
                assert sum(cell.span for cell in row.cells) == len(block.columns)
                for cell in row.cells:
                    assert "".join(text_of(runs) for runs in cell.paragraphs).strip()


def test_the_stand_in_is_said_once():
    stand_in = call_of(KJXM).stand_in["zh"]
    texts = [text for block in example_document("long").blocks() for text in texts_of(block)]
    assert sum(text.count(stand_in) for text in texts) == 1


@pytest.mark.parametrize("name", EXAMPLES)
def test_figures_and_tables_are_numbered_in_the_order_in_which_they_stand(name: str):
    document = example_document(name)
    figures = [b.number for b in document.blocks() if isinstance(b, (Picture, Drawing))]
    tables = [b.number for b in document.blocks() if isinstance(b, Table) and b.number]
    assert figures == [f"图{at}" for at in range(1, len(figures) + 1)]
    assert tables == [f"表{at}" for at in range(1, len(tables) + 1)]
    assert figures
    assert tables


@pytest.mark.parametrize("name", EXAMPLES)
def test_citations_are_numbered_by_first_mention_and_lead_to_their_references(name: str):
    blocks = list(example_document(name).blocks())
    cited = [run for b in blocks if isinstance(b, Paragraph) for run in b.runs if run.kind == "cite"]
    first = list(dict.fromkeys(run.anchor for run in cited))
    references = [b.anchor for b in blocks if isinstance(b, Paragraph) and b.style == "reference"]
    assert first == [f"reference{at}" for at in range(1, len(first) + 1)]
    assert references[: len(first)] == first
    assert len(references) == len(example(name).get("/basis/references", []))


def test_a_citation_of_a_reference_that_is_gone_reads_a_question_mark():
    data = {"summary": {"text": [{"type": "paragraph", "runs": [{"cite": "gone"}]}]}}
    document = compose(call_of(KJXM), data, {}, now=NOW, draft=True)
    assert any("[?]" in text for block in document.blocks() for text in texts_of(block))


def test_totals_are_computed_to_the_last_cent():
    lines = [
        {"id": f"r{at}", "category": "business", "source": "own", "year": 2024, "amount": "0.10"} for at in range(3)
    ]
    document = compose(call_of(KJXM), {"budget": {"lines": lines}}, {}, now=NOW, draft=True)
    assert body_texts(document).count("0.30") == 8
    assert "合计　0.30 万元" in body_texts(document)


def test_the_cover_says_what_is_answered_and_marks_what_is_not():
    cover = example_document("key-tech").parts[0]
    told = [text for block in cover.blocks for text in texts_of(block)]
    assert cover.name == "cover"
    assert "风电用低重稀土烧结钕铁硼晶界扩散关键技术" in told
    assert any("包头示例磁材有限公司" in text and "内蒙古示例稀土功能材料研究所" in text for text in told)
    empty = compose(call_of(KJXM), {}, {}, now=NOW, draft=True).parts[0]
    told = [text for block in empty.blocks for text in texts_of(block)]
    assert told.count("未填") == 5
    assert "2024年6月1日" in told


def test_only_a_draft_carries_the_mark():
    assert composed(example("consulting"), draft=True).furniture.draft_mark == "草稿"
    assert composed(example("consulting")).furniture.draft_mark == ""


def test_the_parts_stand_in_the_order_of_the_call_and_only_the_body_is_counted():
    assert [(part.name, part.page_numbers) for part in example_document("long").parts] == [
        ("cover", False), ("instructions", False), ("contents", False), ("body", True),
    ]  # fmt: skip
    assert [part.name for part in composed(filled.proposal(call_of(AGRI))).parts] == ["body", "instructions"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_anchors_are_unique(name: str):
    document = example_document(name)
    anchors = [block.anchor for block in document.blocks() if isinstance(block, (Heading, Paragraph)) and block.anchor]
    assert len(anchors) == len(set(anchors))


def with_document(call: Call, **changes: Json) -> Call:
    from dataclasses import replace

    return replace(call, document={**call.document, **changes})


def test_an_item_or_layout_that_is_not_there_is_named():
    call = call_of(KJXM)
    parts = [{"name": "body", "items": [{"item": "poster"}]}]
    with pytest.raises(KjxmError) as unknown:
        compose(with_document(call, parts=parts), {}, {}, now=NOW, draft=True)
    assert (unknown.value.key, unknown.value.params) == ("export.item", {"name": "poster"})
    with pytest.raises(KjxmError) as layout:
        compose(with_document(call, style="poster"), {}, {}, now=NOW, draft=True)
    assert (layout.value.key, layout.value.params) == ("export.style", {"name": "poster"})


def test_a_picture_whose_bytes_are_not_at_hand_is_named_with_its_place():
    data = {"summary": {"text": [{"type": "picture", "media": "0" * 64, "caption": "图"}]}}
    with pytest.raises(KjxmError) as error:
        compose(call_of(KJXM), data, {}, now=NOW, draft=True)
    assert (error.value.key, error.value.params) == ("export.picture", {"pointer": "/summary/text/0"})


@pytest.mark.parametrize("style", ["proposal", "official"])
def test_pictures_fit_the_page_whatever_their_size(style: str):
    call = with_document(call_of(KJXM), style=style)
    for size in ((1, 1), (20_000, 10), (10, 20_000), (3000, 3000)):
        data = {"summary": {"text": [{"type": "picture", "media": "a" * 64, "caption": "图"}]}}
        document = compose(call, data, {"a" * 64: size}, now=NOW, draft=True)
        picture = next(block for block in document.blocks() if isinstance(block, Picture))
        assert 0 < picture.width_mm <= document.style.text_width_mm
        assert 0 < picture.height_mm <= document.style.text_height_mm * 0.7


def test_money_keeps_its_places_and_numbers_their_chinese():
    assert [money(told) for told in ("5", "5.5", "5.55", "0.0185", "甲")] == ["5.00", "5.50", "5.55", "0.0185", "甲"]
    told = [chinese_number(number) for number in (1, 10, 11, 20, 21, 99, 100)]
    assert told == ["一", "十", "十一", "二十", "二十一", "九十九", "100"]


def test_long_texts_give_way_before_short_ones():
    rows = [["编号", "说明"], ["甲一", "很长的说明" * 12]]
    narrow, wide = columns_for(rows, 1, 40, 1)
    assert narrow.share * 40 >= 3
    assert wide.share > narrow.share * 4
    assert (narrow.align, wide.align) == ("center", "left")


def test_a_header_breaks_before_its_unit():
    rows = [
        ["片区", "订单面积（万亩）", "到示范线平均运距（km）", "可收集量（t）"],
        ["乌拉特前旗片区", "5.2", "14", "5158"],
    ]
    shares = [column.share * 30 - 1 for column in columns_for(rows, 1, 30, 1)]
    assert shares[0] >= 7
    assert 4 <= shares[1] < 6


def test_a_column_is_as_wide_as_its_numbers_and_short_words_though_the_call_says_less():
    rows = [["序号", "金额", "依据"], ["1", "1180.00", "很长的说明" * 9], ["2", "5.00", "说明" * 9]]
    number, amount, reason = (share * 30 for share in kept_whole([0.05, 0.05, 0.9], rows, 30.0, 1.0))
    assert number >= 1 + 2
    assert amount >= 1 + 3.5
    assert number + amount + reason == pytest.approx(30)


@pytest.mark.parametrize("amount", ["¥1,234.56", "￥1,234.56", "$1,234.56"])
def test_a_column_has_room_for_an_amount_with_the_sign_of_its_currency(amount: str):
    rows = [["序号", "金额", "依据"], ["1", amount, "很长的说明" * 9]]
    _, wide, _ = (share * 30 for share in kept_whole([0.05, 0.05, 0.9], rows, 30.0, 1.0))
    assert wide == pytest.approx(1 + width_in_characters(amount))
    told = [["金额", "说明"], [amount, "很长的说明" * 9]]
    assert columns_for(told, 1, 30, 1)[0].share * 30 >= 1 + width_in_characters(amount)


def with_lines(*amounts: str) -> Document:
    made = example("key-tech")
    line = made.get("/budget/lines")[0]
    lines = [{**line, "id": f"line{at}", "amount": amount} for at, amount in enumerate(amounts)]
    return composed(Proposal(made.call, json_pointer.set_in(made.data, "/budget/lines", lines), made.media), draft=True)


def test_amounts_with_more_decimals_than_two_add_up_to_the_same_in_tables_and_charts():
    document = with_lines("1.234", "2.345")
    said = " ".join(text for block in document.blocks() if isinstance(block, Table) for text in texts_of(block))
    charts = " ".join(block.alt for block in document.blocks() if isinstance(block, Drawing))
    assert "3.579" in said
    assert "3.579" in charts
    assert "3.58" not in said + charts


def test_an_unanswered_pledge_is_a_box_to_tick_and_never_none():
    blocks = composed(Proposal(call_of(KJXM))).blocks()
    cells = {cell.pointer: text_of(cell.paragraphs[0]) for table in blocks if isinstance(table, Table)
             for row in table.rows for cell in row.cells if cell.pointer.startswith("/commitment/")}  # fmt: skip
    pledges = {
        pointer for pointer in cells if (control := call_of(KJXM).form.control(pointer)) and control.kind == "yes_no"
    }
    assert len(pledges) == 4
    assert {cells[pointer] for pointer in pledges} == {"□ 是　□ 否"}
    assert set(cells["/commitment/signer"]) == {"＿"}


def test_a_question_of_yes_or_no_without_an_answer_is_a_gap():
    words = call_of(AGRI).document["words"]
    answers = Answers(call_of(AGRI), {}, NOW, words)
    assert answers.nothing("/honest/true_words") == words["gap"]
    assert answers.nothing("/thing/trouble") == words["empty"]


def test_shares_that_are_wide_enough_or_have_no_room_to_grow_stay_as_the_call_says():
    wide = [0.2, 0.3, 0.5]
    assert kept_whole(wide, [["序号", "金额", "依据"], ["1", "5.00", "很长的说明" * 9]], 30.0, 1.0) == wide
    assert kept_whole([0.1, 0.9], [["1180.00", "1180.00"]], 3.0, 1.0) == [0.1, 0.9]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_pledges_and_the_frames_to_sign_begin_a_page_together_under_their_heading(name: str):
    blocks = list(example_document(name).blocks())
    first = next(at for at, block in enumerate(blocks) if isinstance(block, Signature))
    assert isinstance(blocks[first - 1], Heading)
    breaks = [at for at in range(first) if isinstance(blocks[at], PageBreak)]
    section = blocks[breaks[-1] + 1]
    assert isinstance(section, Heading)
    assert (section.level, section.pointer) == (1, "/commitment")


@given(
    st.integers(1, 8).flatmap(
        lambda width: st.lists(
            st.lists(st.text(st.sampled_from("甲乙（）ab1 .，"), max_size=30), min_size=width, max_size=width),
            min_size=1,
            max_size=4,
        )
    ),
    st.integers(0, 1),
)
@settings(max_examples=150, deadline=None)
def test_the_shares_of_any_table_add_up_to_the_whole(rows: list[list[str]], heads: int):
    columns = columns_for(rows, heads, 42.0, 1.0)
    assert len(columns) == len(rows[0])
    assert sum(column.share for column in columns) == pytest.approx(1)
    assert all(column.share > 0 for column in columns)


def test_an_unknown_block_of_a_long_text_is_named_with_its_place():
    data = {"summary": {"text": [{"type": "film"}]}}
    with pytest.raises(KjxmError) as error:
        compose(call_of(KJXM), data, {}, now=NOW, draft=True)
    assert error.value.params == {"kind": "film", "pointer": "/summary/text/0"}


def test_every_block_names_an_answer_that_exists():
    made = example("long")
    for block in example_document("long").blocks():
        pointer = getattr(block, "pointer", "")
        if pointer:
            assert json_pointer.get(made.data, pointer) is not None, pointer
