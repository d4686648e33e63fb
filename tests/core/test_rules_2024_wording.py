"""2024 call, what is written: no secrets (S01), links, amounts, titles and names that agree (S04), marks left (S05)."""

import pytest

from tests.core.rules_2024 import (
    CALL,
    COMPLETE,
    CONSULTING,
    FIRM,
    INSTITUTE,
    assert_found,
    codes,
    edited,
    found,
    gap,
    partner,
    rich,
    warning,
    with_,
    with_row,
    without,
    words,
)

TITLE = COMPLETE["project"]["title"]
CALL_PROSE = [control for control in CALL.form.controls if control.kind in ("text", "rich")]
PROSE = [
    "/summary/text",
    "/basis/significance",
    "/content/work/0/text",
    "/foundation/achievements",
    "/transfer/promotion",
    "/budget/notes",
    "/management/organisation",
]


def _prose(pointer, sentence, base=None):
    """Return `base` with `sentence` inside the prose at `pointer`, long enough for a summary."""
    filler = words(220) if pointer == "/summary/text" else "说明。"
    return with_(pointer, rich(f"{filler}\n{sentence}"), base)


@pytest.mark.parametrize("value", [False, None])
def test_no_secrets_not_ticked_is_a_gap_that_blocks(value):
    assert_found(with_("/commitment/no_secrets", value), gap("S01", "/commitment/no_secrets", blocks=True))


# --- S04: links -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pointer", ["/outcomes/indicators/1/work", "/schedule/milestones/1/work", "/budget/lines/2/work"]
)
def test_a_piece_of_work_that_does_not_exist_is_a_warning_where_it_is_named(pointer):
    assert_found(with_(pointer, "gone"), warning("S04", pointer))


@pytest.mark.parametrize("pointer", ["/basis/significance", "/content/work/0/text"])
def test_a_reference_that_does_not_exist_is_a_warning_where_it_is_cited(pointer):
    def citing(*cites):
        return [{"type": "paragraph", "runs": [{"text": "见"}, *({"cite": cite} for cite in cites)]}]

    base = with_("/basis/references", [{"id": "r1", "text": "示例文献[J]. 2020."}])
    assert_found(with_(pointer, citing("r1"), base))
    assert_found(with_(pointer, citing("r1", "nope", "gone"), base), warning("S04", pointer))
    assert_found(with_(pointer, citing("r1")), warning("S04", pointer))


def test_each_link_that_leads_nowhere_is_told():
    links = ["/budget/lines/0/work", "/budget/lines/3/work", "/outcomes/indicators/1/work"]
    assert_found(edited(dict.fromkeys(links, "gone")), *(warning("S04", link) for link in links))


# --- S04: amounts ---------------------------------------------------------------------------------------------------

RIGHT = [
    "申请专项经费100万元",
    "申请专项经费 100.00 万元",
    "申请专项经费100 万元，其余自筹",
    "自筹20万元",
    "自筹 20.0 万元",
    "总经费120万元",
    "总经费 120 万元",
    "申请专项经费1000000元",
    "总经费为120万元",
]
WRONG = [
    "申请专项经费99万元",
    "申请专项经费 100.01 万元",
    "自筹30万元",
    "自筹 2 万元",
    "总经费100万元",
    "总经费 1200 万元",
    "申请专项经费100元",
    "总经费1.2亿元",
]


@pytest.mark.parametrize("sentence", RIGHT)
def test_an_amount_that_agrees_with_the_budget_passes(sentence):
    assert_found(_prose("/budget/notes", f"项目{sentence}。"))


@pytest.mark.parametrize("sentence", WRONG)
def test_an_amount_that_differs_from_the_budget_is_a_warning_where_it_stands(sentence):
    assert_found(_prose("/budget/notes", f"项目{sentence}。"), warning("S04", "/budget/notes"))


def test_a_wrong_amount_and_a_wrong_title_are_found_in_all_that_is_prose():
    wrong = "申请专项经费88万元，本项目《别的题目》。"
    told: set[str] = set()
    for control in CALL_PROSE:
        table, star, name = control.pointer.partition("/*/")
        value = rich(wrong) if control.kind == "rich" else wrong
        data = with_(table, [{"id": "x", name: value}]) if star else with_(table, value)
        pointer = control.pointer.replace("*", "0")
        if CALL.form.shown(pointer, data):
            assert [item.pointer for item in found(data) if item.code == "S04"].count(pointer) == 2, pointer
            told.add(control.section_id)
    assert len(told) > 8


@pytest.mark.parametrize("pointer", PROSE)
def test_a_wrong_amount_is_found_in_any_prose(pointer):
    assert_found(_prose(pointer, "申请专项经费88万元。"), warning("S04", pointer))


@pytest.mark.parametrize(
    "sentence", ["申请专项经费用于采购，其中设备费 60 万元", "企业产值 88 万元", "自筹资金到位后支出 5 万元"]
)
def test_an_amount_that_does_not_stand_directly_behind_is_another_matter(sentence):
    assert_found(_prose("/budget/notes", f"{sentence}。"))


def test_amounts_are_not_compared_with_a_budget_that_is_not_there():
    data = _prose("/budget/notes", "申请专项经费88万元，自筹5万元。", edited({"/budget": None}))
    assert_found(
        data,
        gap("R23", "/budget/income/special", "二、8", blocks=True),
        gap("missing", "/budget/lines", blocks=False),
    )


# --- S04: the title -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marks", ["《》", "“”"])
def test_the_title_behind_the_words_this_project_must_be_the_title(marks):
    assert_found(_prose("/basis/significance", f"本项目{marks[0]}{TITLE}{marks[1]}面向产线。"))
    wrong = _prose("/basis/significance", f"本项目{marks[0]}旧题目{marks[1]}面向产线。")
    assert_found(wrong, warning("S04", "/basis/significance"))


@pytest.mark.parametrize("pointer", PROSE)
def test_a_wrong_title_is_found_in_any_prose(pointer):
    assert_found(_prose(pointer, "本项目“旧题目”的方案。"), warning("S04", pointer))


@pytest.mark.parametrize(
    "sentence",
    ["本项目依据《某国家标准》编制。", "《某国家标准》规定了限值。", "本项目的“十四五”背景。", "所谓“卡脖子”技术。"],
)
def test_other_quotes_are_no_title(sentence):
    assert_found(_prose("/basis/significance", sentence))


def test_a_quote_is_not_compared_with_a_title_that_is_not_there():
    data = without("/project/title", _prose("/basis/significance", "本项目《旧题目》。"))
    assert_found(data, gap("R16", "/project/title", "二、4", blocks=True))


# --- S04: members ---------------------------------------------------------------------------------------------------


def _member(organisation):
    row = {"name": "示例丙", "title": "工程师", "duty": "检测"}
    return with_("/team/members/2/organisation", organisation, with_row("/team/members", row))


@pytest.mark.parametrize("organisation", [INSTITUTE, FIRM])
def test_members_may_come_from_partners_and_enterprises(organisation):
    assert_found(_member(organisation))


def test_a_member_of_an_unknown_organisation_is_a_warning_at_the_organisation():
    assert_found(_member("示例不知名研究院"), warning("S04", "/team/members/2/organisation"))


def test_a_member_without_an_organisation_is_a_gap_alone():
    assert_found(_member(None), gap("missing", "/team/members/2/organisation", blocks=False))


# --- S05 ------------------------------------------------------------------------------------------------------------

MARKS = ["请填写", "XX", "×××", "待补充", "（此处）", "（此处填写企业的需求）"]
FIELDS = [
    "/people/applicant/address",
    "/basis/enterprises/0/need",
    "/approach/innovations/0/text",
    "/schedule/milestones/0/task",
    "/team/members/1/duty",
    "/budget/lines/1/item",
]


@pytest.mark.parametrize("pointer", FIELDS)
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_left_in_a_line_is_a_warning_at_its_field(pointer, mark):
    assert_found(with_(pointer, f"示例{mark}说明"), warning("S05", pointer))


@pytest.mark.parametrize("pointer", PROSE)
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_left_in_prose_is_a_warning_at_its_field(pointer, mark):
    assert_found(_prose(pointer, f"这里{mark}。"), warning("S05", pointer))


def test_a_mark_inside_a_list_or_a_table_is_found():
    mark = [{"text": "待补充"}]
    for block in (
        {"type": "list", "ordered": True, "items": [mark]},
        {"type": "table", "header": False, "rows": [[mark]]},
    ):
        assert_found(with_("/approach/route", [*rich("技术路线。"), block]), warning("S05", "/approach/route"))


def test_a_mark_among_the_keywords_is_found():
    assert_found(with_("/project/keywords", ["稀土", "待补充", "风电"]), warning("S05", "/project/keywords"))


def test_a_mark_in_a_caption_is_found():
    picture = {"type": "picture", "media": "0" * 64, "caption": "路线（此处换图）", "alt": "路线"}
    assert_found(with_("/approach/route", [*rich("技术路线。"), picture]), warning("S05", "/approach/route"))
    table = {"type": "table", "header": False, "rows": [[[{"text": "数"}]]], "caption": "XX 表"}
    assert_found(with_("/approach/route", [*rich("技术路线。"), table]), warning("S05", "/approach/route"))


@pytest.mark.parametrize("text", ["2×3 米", "此处为厂址", "X 射线衍射", "补充试验", "填写人", "（见此处的图）"])
def test_ordinary_words_are_no_marks(text):
    assert_found(with_("/people/applicant/address", text))


def test_two_marks_in_one_field_are_told_by_this_rule_alone():
    assert codes(_prose("/content/goal", "请填写 XX。")) == {"S05"}


# --- what is not asked ----------------------------------------------------------------------------------------------


def test_what_is_not_asked_is_not_read():
    hidden = {
        "/transfer/market": rich("申请专项经费1万元，本项目《旧题目》，请填写。"),
        "/project/readiness/now": 99,
        "/project/field_other": "XX",
        "/management/ethics": {"applies": False, "statement": rich("待补充")},
    }
    assert_found(edited(hidden, CONSULTING))
    users = {"areas": ["没有这个领域"], "text": rich("请填写，本项目《旧题目》。")}
    assert_found(with_("/transfer/users", users))


def test_what_is_asked_again_is_read_again():
    data = with_("/management/ethics", {"applies": True, "statement": rich("待补充")})
    assert_found(data, warning("S05", "/management/ethics/statement"))
    told = found(with_("/transfer/market", rich("请填写")))
    assert told == [warning("S05", "/transfer/market")]


def test_the_text_on_users_counts_while_it_is_asked_alone():
    data = with_(
        "/transfer/users/text", rich("供示例主管部门使用。"), without("/outcomes/deliverables/0/user", CONSULTING)
    )
    assert_found(data)
    assert "R11d" not in codes(with_("/project/kind", "key_tech", data))


def test_a_partner_renamed_leaves_its_members_behind():
    data = with_("/people/partners", [partner("inner_mongolia", "示例新研究所")], _member(INSTITUTE))
    assert_found(data, warning("S04", "/team/members/2/organisation"))
