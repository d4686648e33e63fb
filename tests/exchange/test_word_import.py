"""Last year's Word file taken over: what is proposed, what becomes of choices, and what is told as left behind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.exchange import word_document, word_import, word_pieces
from kjxm_desktop.exchange.word_import import FACTS, WITH_TEXT, Choice, Taken
from kjxm_desktop.exchange.word_pieces import Found
from kjxm_desktop.gui.form import spelling
from tests.exchange import mailed
from tests.exchange.word_files import LISTS, by_hand, counted, last_year, p, table, through_libreoffice
from tests.export.conftest import KJXM, call_of

FORM = calls.load(paths.schemas() / "kjxm-sjtu-2024").form
LAST_YEAR = {
    "目的和意义": "/basis/significance",
    "国内外研究现状及发展趋势": "/basis/state_of_art",
    "研究目标": "/content/goal",
    "研究内容": "/content/work",
    "耐盐品种筛选": "/content/work",
    "水肥调控": "/content/work",
}


def read_cell(control: Control, text: str) -> Json:
    return spelling.read(control, text, control.options).value


def found_in(data: bytes, answers: Json = None, form: Form = FORM) -> Found:
    return word_pieces.find(word_document.read(data, "去年.docx"), form, answers or {})


def proposed(found: Found) -> dict[int, Choice]:
    return {
        at: Choice(FACTS if piece.kind == "facts" else piece.proposed or (WITH_TEXT if piece.kind == "table" else ""))
        for at, piece in enumerate(found.pieces)
    }


def taken(found: Found, choices: Mapping[int, Choice], answers: Json = None) -> Taken:
    return word_import.take(found, choices, FORM, answers or {}, read_cell)


def place_of(found: Found, title: str, kind: str = "text") -> int:
    return next(at for at, piece in enumerate(found.pieces) if piece.title == title and piece.kind == kind)


def with_ids(rows: Json) -> list[dict[str, Json]]:
    assert len({row["id"] for row in rows}) == len(rows)
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def check_last_year(found: Found) -> None:
    told = {piece.title: piece.proposed for piece in found.pieces if piece.kind == "text" and piece.proposed}
    assert told == LAST_YEAR
    made = taken(found, proposed(found))
    assert made.edits["/project/title"] == "示例盐碱地燕麦饲草高效栽培技术"
    state = made.edits["/basis/state_of_art"]
    assert state[0]["runs"] == [
        {"text": "已有研究多在"}, {"text": "单因素", "bold": True}, {"text": "试验阶段，CO"},
        {"text": "2", "sub": True}, {"text": "排放少有核算。"},
    ]  # fmt: skip
    assert state[1]["type"] == "picture"
    assert state[1]["caption"] == "示例试验田"
    assert made.media == {state[1]["media"]}
    assert [block["type"] for block in made.edits["/basis/significance"]] == ["paragraph", "list"]
    assert with_ids(made.edits["/content/work"]) == [
        {"title": "耐盐品种筛选", "text": [{"type": "paragraph", "runs": [{"text": "收集示例品种40份。"}]}]},
        {"title": "水肥调控", "text": [{"type": "paragraph", "runs": [{"text": "比较三种灌溉制度。"}]}]},
    ]
    assert with_ids(made.edits["/team/members"]) == [
        {"name": "示例甲", "title": "教授", "duty": "总体设计"},
        {"name": "示例乙", "title": "副教授", "duty": "田间试验"},
    ]
    assert made.lost == {"columns": 2}
    unused = found.pieces[place_of(found, "其他需要说明的事项")]
    assert unused.proposed == ""


def test_a_file_of_word_finds_its_places_by_its_headings() -> None:
    check_last_year(found_in(last_year()))


@pytest.fixture(scope="session")
def saved_by_libreoffice(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return through_libreoffice(last_year(), tmp_path_factory.mktemp("word_import"))


def test_a_file_that_libreoffice_has_saved_finds_the_same_places(saved_by_libreoffice: bytes) -> None:
    check_last_year(found_in(saved_by_libreoffice))


def test_a_document_of_ours_gives_back_its_long_texts_and_tables_and_tells_that_it_carries_them() -> None:
    source = mailed.proposal("filled")
    found = found_in(mailed.docx("filled"), form=call_of(KJXM).form)
    assert found.carries_data
    made = taken(found, proposed(found))
    rich = [c for c in FORM.controls if c.kind == "rich" and not c.in_table and source.get(c.pointer)]
    rich = [control for control in rich if control.pointer in made.edits]
    assert len(rich) > 20
    for control in rich:
        assert (
            rich_text.plain(made.edits[control.pointer]).split() == rich_text.plain(source.get(control.pointer)).split()
        )
    for pointer in ("/team/members", "/people/partners", "/approach/risks"):
        assert len(made.edits[pointer]) == len(source.get(pointer))
    empty = Proposal(call_of(KJXM))
    for picture in found.pictures.values():
        empty.add_media(picture.data)
    for pointer, value in made.edits.items():
        empty.set(pointer, value)
    assert made.media
    assert made.media <= set(empty.media)


def test_what_was_never_ours_carries_nothing() -> None:
    assert not found_in(last_year()).carries_data


TWO = p("一、研究目标") + p("新的目标。") + p("二、别的") + p("别的话。") + p("三、创新点") + p("其一。") + p("其二。")


def test_a_text_goes_behind_what_is_there_or_takes_its_place() -> None:
    answers = {"content": {"goal": [{"type": "paragraph", "runs": [{"text": "原有。"}]}]}}
    found = found_in(by_hand(TWO), answers)
    at = place_of(found, "研究目标")
    added = taken(found, {at: Choice("/content/goal")}, answers).edits["/content/goal"]
    assert rich_text.plain(added) == "原有。\n新的目标。"
    instead = taken(found, {at: Choice("/content/goal", replaces=True)}, answers).edits["/content/goal"]
    assert rich_text.plain(instead) == "新的目标。"


def test_several_parts_for_one_answer_follow_each_other_under_their_headings() -> None:
    found = found_in(by_hand(TWO))
    choices = {place_of(found, title): Choice("/content/goal") for title in ("研究目标", "别的")}
    made = taken(found, choices)
    assert made.edits["/content/goal"] == [
        {"type": "paragraph", "runs": [{"text": "新的目标。"}]},
        {"type": "paragraph", "runs": [{"text": "二、别的", "bold": True}]},
        {"type": "paragraph", "runs": [{"text": "别的话。"}]},
    ]
    assert made.pieces == 2


def test_each_line_of_a_part_becomes_a_row_of_a_table_of_texts() -> None:
    found = found_in(by_hand(TWO))
    made = taken(found, {place_of(found, "创新点"): Choice("/approach/innovations")})
    assert with_ids(made.edits["/approach/innovations"]) == [{"text": "其一。"}, {"text": "其二。"}]


def test_what_is_not_chosen_is_not_taken() -> None:
    found = found_in(by_hand(TWO))
    assert taken(found, {at: Choice() for at in range(len(found.pieces))}).edits == {}


def test_a_line_takes_text_in_one_line_and_tells_what_is_none() -> None:
    formula = "<w:p><m:oMathPara><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></m:oMathPara></w:p>"
    found = found_in(by_hand(p("一、甲") + p("第一行") + p("第二行") + formula))
    made = taken(found, {place_of(found, "甲"): Choice("/commitment/signer")})
    assert made.edits["/commitment/signer"] == "一、甲第一行第二行"
    assert made.lost == {"formulas": 1}


MEMBERS = table(["姓名", "职称", "备注"], ["示例甲", "教授", "无"])


def test_a_table_of_records_leaves_the_text_it_stands_in_unless_it_is_to_stay() -> None:
    found = found_in(by_hand(p("一、研究目标") + p("目标。") + MEMBERS))
    text, records = place_of(found, "研究目标"), place_of(found, "研究目标", "table")
    choices = {text: Choice("/content/goal"), records: Choice("/team/members")}
    made = taken(found, choices)
    assert [block["type"] for block in made.edits["/content/goal"]] == ["paragraph"]
    assert len(made.edits["/team/members"]) == 1
    made = taken(found, {**choices, records: Choice(WITH_TEXT)})
    assert [block["type"] for block in made.edits["/content/goal"]] == ["paragraph", "table"]
    assert set(made.edits) == {"/content/goal"}
    made = taken(found, {**choices, records: Choice()})
    assert [block["type"] for block in made.edits["/content/goal"]] == ["paragraph"]


def test_a_part_that_is_nothing_but_tables_of_records_is_told_by_these_alone() -> None:
    found = found_in(by_hand(p("一、项目成员") + MEMBERS))
    assert [found.is_told(at) for at in range(len(found.pieces))] == [False, True]


def test_cells_that_make_no_sense_where_they_would_go_are_told() -> None:
    months = table(["开始年月", "结束年月", "工作内容"], ["2025年1月", "2025年6月", "甲"])
    found = found_in(by_hand(p("一、进度节点") + months))
    made = taken(found, proposed(found))
    assert with_ids(made.edits["/schedule/milestones"]) == [{"from": "2025-01", "to": "2025-06", "task": "甲"}]
    months = table(["指标类别", "指标名称", "目标值"], ["天外飞来", "产量", "5"])
    made = taken(found := found_in(by_hand(p("一、考核指标") + months)), proposed(found))
    assert with_ids(made.edits["/outcomes/indicators"]) == [{"name": "产量", "target": "5"}]
    assert made.lost == {"cells": 1}


def test_one_column_that_tells_from_when_to_when_fills_both() -> None:
    months = table(["序号", "起止年月", "工作内容"], ["1", "2025年1月至2025年6月", "甲"])
    found = found_in(by_hand(p("一、进度节点") + months))
    made = taken(found, proposed(found))
    assert with_ids(made.edits["/schedule/milestones"]) == [{"from": "2025-01", "to": "2025-06", "task": "甲"}]


COVER = p("项目名称：示例课题") + table(
    ["姓名", "示例甲", "性别", "女"],
    ["手机", "13000000001", "单位类别", "天知道"],
    ["通信地址", "无", "邮政编码", "010000"],
)


def test_answers_beside_their_labels_fill_what_is_empty_and_nothing_else() -> None:
    answers = {"people": {"leader": {"mobile": "13900000000"}}}
    found = found_in(by_hand(COVER + p("一、甲") + p("正文。")), answers)
    made = taken(found, proposed(found), answers)
    assert made.edits == {
        "/project/title": "示例课题",
        "/people/leader/name": "示例甲",
        "/people/leader/gender": read_cell(_control("/people/leader/gender"), "女"),
        "/people/applicant/postcode": "010000",
    }
    assert made.lost == {"filled": 1, "cells": 1}


def _control(pointer: str) -> Control:
    control = FORM.control(pointer)
    assert control is not None
    return control


def test_a_row_is_cut_deeper_levels_go_on_with_it() -> None:
    body = p("一、研究内容") + "".join(
        p(f"（{one}）{name}") + p(f"{name}的话。") + p(f"1. {name}之细") + p("细处。")
        for one, name in (("一", "甲"), ("二", "乙"))
    )
    found = found_in(by_hand(body))
    rows = with_ids(taken(found, proposed(found)).edits["/content/work"])
    assert [row["title"] for row in rows] == ["甲", "乙"]
    assert rich_text.plain(rows[0]["text"]) == "甲的话。\n1.甲之细\n细处。".replace("1.", "1. ")


@pytest.mark.parametrize(
    "folder", calls.call_places(Path(__file__).parents[1] / "calls"), ids=lambda folder: folder.name
)
def test_another_call_takes_what_has_its_labels(folder: Path) -> None:
    form = calls.load(folder).form
    rich = next(c for c in form.controls if c.kind == "rich" and not c.in_table and form.shown(c.pointer, {}))
    found = found_in(by_hand(p(f"一、{rich.label['zh']}") + p("这里是正文。")), form=form)
    assert [piece.proposed for piece in found.pieces] == [rich.pointer]


# --- nothing is lost without being told

HAN = st.text(
    st.characters(min_codepoint=0x5000, max_codepoint=0x9000, exclude_characters="图表第章四六八十"),
    min_size=1,
    max_size=8,
)
HEADINGS = (
    '<w:pStyle w:val="x"/><w:outlineLvl w:val="0"/>', '<w:outlineLvl w:val="2"/>', counted(1), counted(1, 1),
    counted(3), counted(2), "",
)  # fmt: skip
NUMBERS = ("", "一、", "（二）", "1. ", "1.1 ", "（1）", "第三章 ", "①")
Told = tuple[str, str]
"""Elements, and the text that they show."""
PARAGRAPH = st.builds(
    lambda number, text, end, extra, bold: (p(number + text + end, extra=extra, bold=bold), text),
    st.sampled_from(NUMBERS), HAN, st.sampled_from(["", "。", "："]), st.sampled_from(HEADINGS), st.booleans(),
)  # fmt: skip
TABLE = st.lists(st.lists(HAN, min_size=2, max_size=2), min_size=1, max_size=3).map(
    lambda rows: (table(*rows), "".join(cell for row in rows for cell in row))
)
FRAME = st.lists(PARAGRAPH, min_size=1, max_size=5).map(
    lambda parts: (
        f"<w:tbl><w:tr><w:tc>{''.join(part[0] for part in parts)}</w:tc></w:tr></w:tbl>",
        "".join(part[1] for part in parts),
    )
)


@settings(max_examples=25)
@given(st.lists(PARAGRAPH | TABLE | FRAME, max_size=8))
def test_all_that_a_document_says_arrives_where_all_of_it_is_sent_to(parts: list[Told]) -> None:
    found = found_in(by_hand("".join(part[0] for part in parts), numbering=LISTS))
    choices = {
        at: Choice(WITH_TEXT if piece.kind == "table" else "/content/goal")
        for at, piece in enumerate(found.pieces)
        if piece.kind != "facts"
    }
    made = taken(found, choices)
    heads = [piece.title for piece in found.pieces if piece.kind == "text" and not found.blocks(piece)]
    said = "".join([rich_text.printed(made.edits.get("/content/goal", [])), *heads]).translate(
        dict.fromkeys(map(ord, "第章四六八十"))
    )
    kept = "".join(part[1] for part in parts)
    assert sorted(re.findall("[\u5000-\u9000]", said)) == sorted(kept)
