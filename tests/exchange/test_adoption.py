"""What was written into a document becomes an answer where it can mean nothing else, and is only shown where it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.exchange import paragraph_pairs
from kjxm_desktop.exchange.adoption import adopt, can_adopt
from kjxm_desktop.exchange.returned import Difference
from tests.exchange import mailed
from tests.exchange.mailed import docx_of, edited, element, paragraph, read, replaced, run, simple
from tests.export.conftest import AGRI, KJXM, call_of

FIRST, SECOND, THIRD = "第一段讲需求。", "第二段讲做法。", "第三段讲成果。"
SUMMARY = "/summary/text"


def taken(made: Proposal, data: bytes) -> dict[str, Json]:
    """Return what is adopted of every difference of a document made of `made`."""
    return adopt(made, read(data).differences)


def plain(value: Json) -> list[str]:
    return rich_text.plain(value).split("\n")


def of(made: Proposal, pointer: str, data: str, printed: str, behind: str = "") -> dict[str, Json]:
    return adopt(made, [Difference("", pointer, data, printed, behind)])


# --- from a document ------------------------------------------------------------------------------------------------


def test_a_reworded_paragraph_is_taken_over():
    made = simple(FIRST, SECOND)
    answers = taken(made, replaced(docx_of(made), SECOND, "第二段讲得更细。"))
    assert list(answers) == [SUMMARY]
    assert plain(answers[SUMMARY]) == [FIRST, "第二段讲得更细。"]


def test_a_reworded_cell_is_taken_over():
    made = simple(FIRST)
    assert taken(made, replaced(docx_of(made), "提供场地", "提供水电")) == {"/people/partners/0/role": "提供水电"}


def test_paragraphs_put_in_taken_out_and_changed_together_come_to_what_is_printed():
    made = simple(FIRST, SECOND, THIRD)

    def edit(root: etree._Element) -> None:
        for node in paragraph(root, FIRST).iter(f"{mailed.W}t"):
            node.text = (node.text or "").replace("需求", "真实需求")
        for new in ("乙", "甲"):
            paragraph(root, SECOND).addnext(element(f"<w:p>{run(f'补充的一段，{new}。')}</w:p>"))
        root[0].remove(paragraph(root, THIRD))

    (answer,) = taken(made, edited(docx_of(made), edit)).values()
    assert plain(answer) == ["第一段讲真实需求。", SECOND, "补充的一段，甲。", "补充的一段，乙。"]


def test_what_is_taken_over_prints_what_the_document_says():
    made = simple(FIRST, SECOND)
    data = replaced(docx_of(made), SECOND, "全新的说法。")
    for pointer, value in taken(made, data).items():
        made.set(pointer, value)
    assert read(docx_of(made)).proposal.get(SUMMARY) == made.get(SUMMARY)
    assert plain(made.get(SUMMARY)) == [FIRST, "全新的说法。"]


def test_what_the_layout_says_is_shown_and_not_taken():
    made = simple(FIRST)
    found = read(replaced(docx_of(made), "项 目 建 议 书", "项 目 申 请 书"))
    assert len(found.differences) == 1
    assert not can_adopt(made, found.differences[0])


# --- plain answers --------------------------------------------------------------------------------------------------


def test_an_answer_that_was_not_given_can_be():
    made = Proposal(call_of(KJXM))
    assert of(made, "/people/leader/name", "无", "张示例") == {"/people/leader/name": "张示例"}


def test_an_answer_that_is_gone_is_none():
    made = simple(FIRST)
    assert of(made, "/project/title", "葵盘果胶示范", "") == {"/project/title": None}


@pytest.mark.parametrize(
    ("pointer", "printed"),
    [("/project/kind", "咨询研究"), ("/project/period/from", "2025年1月"), ("/budget/lines/0/amount", "3.00")],
)
def test_choices_days_and_amounts_are_shown_and_not_taken(pointer: str, printed: str):
    made = simple(FIRST)
    made.set("/budget/lines", [{"id": "b", "amount": "1.00"}])
    assert of(made, pointer, "", printed) == {}


def test_one_line_of_several_is_taken_by_what_it_said():
    made = Proposal(call_of(AGRI))
    pointer = next(told.pointer for told in made.call.form.controls if told.kind == "text" and not told.in_table)
    made.set(pointer, "第一行\n第二行\n第一行")
    assert of(made, pointer, "第二行", "改过的行") == {pointer: "第一行\n改过的行\n第一行"}
    assert of(made, pointer, "第一行", "改过的行") == {}


def test_what_may_not_stand_there_is_not_taken():
    made = simple(FIRST)
    assert of(made, "/project/title", "葵盘果胶示范", "长" * 30_000) == {}
    assert of(made, "/no/such", "", "x") == {}


# --- long texts -----------------------------------------------------------------------------------------------------


def rich(*blocks: Json) -> Proposal:
    made = Proposal(call_of(KJXM))
    made.set(SUMMARY, rich_text.normalise(list(blocks)))
    return made


def test_letters_that_stay_keep_their_marks_and_new_ones_take_those_before_them():
    made = rich({"type": "paragraph", "runs": [{"text": "甲乙", "bold": True}, {"text": "丙丁"}]})
    (answer,) = of(made, f"{SUMMARY}/0", "甲乙丙丁", "甲乙新丙丁旧").values()
    assert answer[0]["runs"] == [{"text": "甲乙新", "bold": True}, {"text": "丙丁旧"}]


def test_items_and_cells_are_taken_over():
    runs = [{"text": "一"}], [{"text": "二"}]
    made = rich(
        {"type": "list", "ordered": False, "items": list(runs)},
        {"type": "table", "header": False, "rows": [list(runs)], "caption": "题"},
    )
    assert of(made, f"{SUMMARY}/0/items/1", "二", "三")[SUMMARY][0]["items"][1] == [{"text": "三"}]
    assert len(of(made, f"{SUMMARY}/0/items/1", "二", "")[SUMMARY][0]["items"]) == 1
    assert of(made, f"{SUMMARY}/1/rows/0/1", "二", "三")[SUMMARY][1]["rows"][0][1] == [{"text": "三"}]
    assert of(made, f"{SUMMARY}/1/caption", "题", "新题")[SUMMARY][1]["caption"] == "新题"


def test_a_paragraph_with_a_citation_or_a_formula_is_shown_and_not_taken():
    for special in ({"cite": "r1"}, {"formula": "x"}):
        made = rich({"type": "paragraph", "runs": [{"text": "甲"}, special]})
        assert of(made, f"{SUMMARY}/0", "甲[?]", "乙[?]") == {}


def test_the_last_paragraph_taken_out_leaves_no_answer():
    made = rich({"type": "paragraph", "runs": [{"text": "甲"}]})
    assert of(made, f"{SUMMARY}/0", "甲", "") == {SUMMARY: None}


WORDS = st.text("甲乙丙丁ab 12，。", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.lists(WORDS, min_size=1, max_size=3), WORDS)
def test_whatever_it_reads_the_new_text_is_taken_whole(pieces: list[str], after: str):
    marks = [{"bold": True}, {}, {"italic": True}]
    made = rich(
        {
            "type": "paragraph",
            "runs": [{"text": text, **look} for text, look in zip(pieces, marks, strict=False)],
        }
    )
    before = rich_text.plain(made.get(SUMMARY))
    (answer,) = of(made, f"{SUMMARY}/0", before, after).values()
    assert plain(answer) == [after]


# --- paragraphs side by side ----------------------------------------------------------------------------------------

LINES = st.lists(st.sampled_from(["甲甲甲", "乙乙乙", "丙丙丙", "甲甲乙", "无", "1", "22"]), max_size=12)


@given(LINES, LINES)
def test_every_paragraph_has_its_place_once_and_in_order(one: list[str], other: list[str]):
    found = paragraph_pairs.pairs(one, other)
    assert [here for here, _ in found if here is not None] == list(range(len(one)))
    assert [there for _, there in found if there is not None] == list(range(len(other)))


@given(LINES)
def test_the_same_on_both_sides_is_paired_with_itself(lines: list[str]):
    assert paragraph_pairs.pairs(lines, lines) == [(at, at) for at in range(len(lines))]


def test_a_changed_paragraph_is_paired_with_what_it_was_and_not_with_its_neighbour():
    one = ["甲段讲了很多需求方面的事", "丙段讲成果"]
    other = ["全是新写的东西没有旧的", "甲段讲了很多需求方面的事情", "丙段讲成果"]
    assert paragraph_pairs.pairs(one, other) == [(None, 0), (0, 1), (1, 2)]


def test_many_long_paragraphs_are_held_against_each_other_in_bounded_work():
    one = [text for at in range(400) for text in (f"同{at}", *["甲" * 2_000 + str(at)] * 49)]
    other = [text for at in range(400) for text in (f"同{at}", *["乙" * 2_000 + str(at)] * 50)]
    found = paragraph_pairs.pairs(one, other)
    assert [there for _, there in found if there is not None] == list(range(len(other)))


def test_two_thousand_paragraphs_that_are_all_others_are_paired_in_bounded_work():
    one, other = [f"a{at}" for at in range(2_000)], [f"b{at}" for at in range(2_000)]
    assert paragraph_pairs.pairs(one, other) == [(at, at) for at in range(2_000)]
