"""The data files of the 2024 call: complete, true to the notice, and refused by the meta-schemas once broken."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from kjxm_desktop.core import schema_words
from kjxm_desktop.core.json_pointer import Json

SCHEMAS = Path(__file__).parents[1] / "schemas"
FOLDER = SCHEMAS / "kjxm-sjtu-2024"
FILES = {
    "call": "call.json",
    "data": "data.schema.json",
    "form": "form.json",
    "rules": "rules.json",
    "document": "document.json",
}

# The lists of the facts behind the notice, in its order. Leagues follow GB/T 2260.
KEY_FIELDS = "先进材料 装备制造 现代能源 生态环境 绿色农牧 生物医药 数字经济 战略研究"
FIVE_TASKS = (
    "中国北方重要生态安全屏障 祖国北疆安全稳定屏障 国家重要能源和战略资源基地 "
    "国家重要农畜产品生产基地 国家向北开放重要桥头堡"
)
CHAINS = (
    "奶业 玉米 肉牛 肉羊 羊绒 马铃薯 草业 风电装备 光伏装备 氢能 储能 新能源汽车 现代煤化工 煤焦化工 氟化工 稀土 "
    "有色金属 生物制药"
)
PROJECT_TYPES = "关键技术类项目 行业共性类项目 中试产业化类项目 决策咨询类项目"
DELIVERABLES = "新工艺 新技术 新产品 新材料 新设备 关键部件 实验装置/系统 应用解决方案 新诊疗方案 临床指南/规范 软件"
DECISION_AREAS = "政府决策咨询 行业研究 城市治理 产业经济 企业管理"
LEAGUES = {
    "150100": "呼和浩特市",
    "150200": "包头市",
    "150300": "乌海市",
    "150400": "赤峰市",
    "150500": "通辽市",
    "150600": "鄂尔多斯市",
    "150700": "呼伦贝尔市",
    "150800": "巴彦淖尔市",
    "150900": "乌兰察布市",
    "152200": "兴安盟",
    "152500": "锡林郭勒盟",
    "152900": "阿拉善盟",
}
DIRECTIONS = {
    "150100": "绿色农畜产品加工 清洁能源 现代化工 新材料和现代装备制造 生物医药 电子信息技术",
    "150200": "稀土 硅产业及先进金属材料 碳纤维及高分子新材料 新能源重卡及配套 氢能储能 材料热制造 装备制造",
    "150300": "",
    "150400": "生物医药 精细化工 有色金属深加工 生态环保 硅基新材料 农畜产品加工",
    "150500": "绿色煤电铝产业集群及铝镍硅新材料产业集群科技攻关 玉米及肉牛等农业领域技术攻关 中（蒙）药开发",
    "150600": "现代能源 先进材料 临床医学转化",
    "150700": "生态环境治理 生态产品价值实现 文旅产业 现代农牧业 新兴产业",
    "150800": "特色农畜产品精深加工 农牧业副产品及废弃物高值化利用 绿色种养 设施农业 "
    "农业生态环境监测与河流污染综合防控 生物育种",
    "150900": "",
    "152200": "农畜产品精深加工 秸秆高值化利用 智慧文旅 乡村振兴 新能源技术及装备开发 生态修复 新材料研发应用",
    "152500": "清洁能源示范产业科技攻关 农畜产品精深加工 生态环境治理技术攻关 新材料研发应用",
    "152900": "",
}
SECTIONS = """
project people summary basis content approach outcomes schedule foundation team transfer budget management
commitment attachments
"""
# What blocks a final export when absent, and what counts as still to fill.
MUST = """
/project/title /project/kind /project/field /people/applicant/name /people/applicant/kind /people/leader/name
/basis/demand /basis/enterprises /basis/enterprises/*/name /basis/enterprises/*/role
/foundation/leader_projects /foundation/leader_projects/*/name /foundation/conditions /budget/income/special
/commitment/truth /commitment/no_secrets
"""
FILL = """
/project/field_other /project/tasks /project/chains /project/places /project/places/*/league /project/nature
/project/period/from /project/period/to /project/keywords /people/leader/title /people/leader/organisation
/people/leader/mobile /people/leader/email /people/partners/*/name /people/partners/*/kind /summary/text
/basis/demand_source /basis/enterprises/*/league /basis/enterprises/*/need /basis/significance
/basis/state_of_art /content/goal /content/work /content/work/*/title /content/work/*/text
/content/key_problems /approach/route /approach/innovations /approach/innovations/*/text /approach/feasibility
/approach/risks/*/risk /approach/risks/*/measure /outcomes/deliverables /outcomes/deliverables/*/kind
/outcomes/deliverables/*/name /outcomes/indicators /outcomes/indicators/*/kind /outcomes/indicators/*/name
/outcomes/indicators/*/target /outcomes/indicators/*/verification /outcomes/indicators/*/due
/schedule/milestones /schedule/milestones/*/from /schedule/milestones/*/to /schedule/milestones/*/task
/schedule/milestones/*/check /foundation/leader_projects/*/source /foundation/leader_projects/*/role
/foundation/leader_projects/*/from /foundation/leader_projects/*/to /team/members /team/members/*/name
/team/members/*/title /team/members/*/organisation /team/members/*/duty /team/division/*/organisation
/team/division/*/duty /budget/lines /budget/lines/*/category /budget/lines/*/item /budget/lines/*/amount
/budget/lines/*/source /commitment/budget /commitment/ip
"""
NOT_WRITTEN_HERE = ("请填写", "您", "！", "合规", "字段", "无效", "非法", "禁止", "错误代码", "抱歉")


def _read(path: Path) -> Json:
    return json.loads(path.read_text(encoding="utf-8"))


FORM = _read(FOLDER / "form.json")
SCHEMA = _read(FOLDER / "data.schema.json")
CALL = _read(FOLDER / "call.json")
NOTICE = (FOLDER / "notice.txt").read_text(encoding="utf-8")


def _controls() -> Iterator[Json]:
    for section in FORM["sections"]:
        for group in section["groups"]:
            for control in group["controls"]:
                yield control
                yield from control.get("columns", ())


CONTROLS = {control["pointer"]: control for control in _controls()}


def _resolved(node: Json) -> Json:
    return {**SCHEMA["$defs"][node["$ref"].removeprefix("#/$defs/")], **node} if "$ref" in node else node


def _leaves(node: Json, pointer: str) -> Iterator[tuple[str, Json]]:
    """Yield what a person answers, with its schema: tables and their columns, everything but the ids of rows."""
    node = _resolved(node)
    if "properties" in node:
        for key, child in node["properties"].items():
            if not (key == "id" and pointer.endswith("/*")):
                yield from _leaves(child, f"{pointer}/{key}")
        return
    yield pointer, node
    if "items" in node and "properties" in _resolved(node["items"]):
        yield from _leaves(node["items"], pointer + "/*")


LEAVES = dict(_leaves(SCHEMA, ""))


def _labels(name: str) -> list[str]:
    return [option["label"]["zh"] for option in FORM["lists"][name]]


def _in_notice(words: str) -> bool:
    return re.sub(r"[\s“”‘’]", "", words) in re.sub(r"[\s“”‘’]", "", NOTICE)


def _texts(node: Json) -> Iterator[Json]:
    """Yield every text that stands in two languages."""
    if isinstance(node, dict):
        children = cast("dict[str, Json]", node)
        if "zh" in children or "en" in children:
            yield children
        for child in children.values():
            yield from _texts(child)
    elif isinstance(node, list):
        for child in cast("list[Json]", node):
            yield from _texts(child)


def _error(name: str, value: Json) -> schema_words.Fault | None:
    return schema_words.first_error(_read(SCHEMAS / "meta" / f"{name}.schema.json"), value)


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_the_form_its_meta_schema_gives(name: str) -> None:
    assert _error(name, _read(FOLDER / FILES[name])) is None


@pytest.mark.parametrize("name", FILES)
def test_each_meta_schema_refuses_a_word_it_does_not_know(name: str) -> None:
    value = {**_read(FOLDER / FILES[name]), "colour": "red"}
    error = _error(name, value)
    assert error is not None
    assert error.place == ""
    assert "colour" in error.why


def test_each_leaf_of_the_data_is_asked_exactly_once() -> None:
    asked = [control["pointer"] for control in _controls()]
    assert sorted(asked) == sorted(LEAVES)


def test_the_schema_lists_exactly_the_ids_that_can_be_chosen() -> None:
    for pointer, control in CONTROLS.items():
        if "options" not in control:
            continue
        ids = [option["id"] for option in FORM["lists"][control["options"]]]
        node = LEAVES[pointer]
        node = _resolved(node["items"]) if control["kind"] == "choices" else node
        allowed = node["enum"] if "enum" in node else list(range(node["minimum"], node["maximum"] + 1))
        assert allowed == ids, pointer


def test_needs_are_those_of_the_form_and_no_others() -> None:
    needs = {pointer: control["need"] for pointer, control in CONTROLS.items() if "need" in control}
    assert needs == dict.fromkeys(MUST.split(), "must") | dict.fromkeys(FILL.split(), "fill")


def test_the_form_has_fifteen_sections_in_order() -> None:
    ids = [section["id"] for section in FORM["sections"]]
    assert ids == list(SCHEMA["properties"])
    assert ids == SECTIONS.split()


@pytest.mark.parametrize(
    ("name", "told", "added"),
    [
        ("key_fields", KEY_FIELDS, ["其他"]),
        ("five_tasks", FIVE_TASKS, []),
        ("chains18", CHAINS, []),
        ("project_types", PROJECT_TYPES, []),
        ("deliverable_kinds", DELIVERABLES, ["研究/咨询报告", "其他"]),
        ("decision_areas", DECISION_AREAS, []),
    ],
)
def test_a_list_of_the_notice_stands_word_for_word_and_in_order(name: str, told: str, added: list[str]) -> None:
    assert _labels(name) == told.split() + added
    assert all(_in_notice(words) for words in told.split())


def test_the_twelve_leagues_carry_their_codes() -> None:
    leagues = {option["id"]: option["label"]["zh"] for option in FORM["lists"]["leagues"]}
    assert leagues == LEAGUES
    with_outside = {option["id"]: option["label"]["zh"] for option in FORM["lists"]["leagues_or_outside"]}
    assert with_outside == {**LEAGUES, "outside": "区外"}


@pytest.mark.parametrize("league", LEAGUES)
def test_a_league_offers_the_directions_the_notice_lists_for_it(league: str) -> None:
    offered = [option for option in FORM["lists"]["directions"] if league in option["for"]]
    assert [option["id"] for option in offered] == DIRECTIONS[league].split()
    assert all(option["id"] == option["label"]["zh"] and _in_notice(option["id"]) for option in offered)


def test_readiness_has_nine_levels() -> None:
    assert [option["id"] for option in FORM["lists"]["readiness_levels"]] == list(range(1, 10))
    assert all(label.startswith(f"{level} 级") for level, label in enumerate(_labels("readiness_levels"), 1))


def test_every_control_tells_what_it_asks_in_both_languages_and_how_to_answer() -> None:
    for pointer, control in CONTROLS.items():
        for word in ("label", "hint"):
            assert control[word]["zh"], pointer
            assert control[word]["en"], pointer
        assert set(control["guidance"]) == {"requirement", "writing", "example"}, pointer
        assert all(text.strip() for text in control["guidance"].values()), pointer


def test_every_hint_is_one_sentence() -> None:
    hints = [control["hint"] for control in CONTROLS.values()] + [section["hint"] for section in FORM["sections"]]
    assert [hint for hint in hints if hint["zh"].count("。") != 1 or not hint["zh"].endswith("。")] == []


@pytest.mark.parametrize("name", ["call.json", "form.json"])
def test_no_english_text_holds_chinese_and_no_text_is_missing_a_language(name: str) -> None:
    for text in _texts(_read(FOLDER / name)):
        assert set(text) == {"zh", "en"}
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"二、2|万元|1 套|套", "", text["en"])), text["en"]


def test_requirements_quote_the_notice_and_name_a_clause_or_say_that_it_asks_nothing() -> None:
    clauses = set(CALL["clauses"])
    for pointer, control in CONTROLS.items():
        told = control["guidance"]["requirement"]
        named = [clause for clause in clauses if f"（{clause}）" in told or f"见{clause}" in told]
        assert named or "通知未" in told, pointer
        for quote in re.findall(r"“([^“”]+)”", told):
            assert _in_notice(quote) or quote in _labels("budget_sources"), (pointer, quote)


def test_a_control_that_rests_on_the_notice_names_a_clause_of_the_call() -> None:
    assert {control["clause"] for control in CONTROLS.values() if "clause" in control} <= set(CALL["clauses"])


def test_the_texts_keep_the_tone_of_the_house() -> None:
    shown = json.dumps([FORM, CALL], ensure_ascii=False)
    assert [word for word in NOT_WRITTEN_HERE if word in shown] == []


def test_limits_of_length_stand_where_the_form_gives_them() -> None:
    limits = {pointer: node["wordCount"] for pointer, node in LEAVES.items() if "wordCount" in node}
    assert limits == {
        "/project/title": {"max": 30},
        "/summary/text": {"min": 200, "max": 500},
        "/basis/demand": {"max": 800},
        "/basis/significance": {"max": 1000},
        "/basis/state_of_art": {"max": 1500},
        "/basis/fit": {"max": 500},
        "/content/goal": {"max": 500},
        "/content/work/*/text": {"max": 800},
        "/content/key_problems": {"max": 600},
        "/approach/route": {"max": 2000},
        "/approach/innovations/*/text": {"max": 100},
        "/approach/feasibility": {"max": 1000},
        "/foundation/conditions": {"max": 1000},
        "/management/organisation": {"max": 600},
    }
    items = {p: (n.get("minItems"), n.get("maxItems")) for p, n in LEAVES.items() if "minItems" in n or "maxItems" in n}
    assert items == {
        "/project/keywords": (3, 5),
        "/project/second_fields": (None, 2),
        "/approach/innovations": (None, 5),
    }


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [
        ("money", ["0", "118.50", "0.5", "999999999.99"], ["", "01", "1.234", "-1", "1e3", "1000000000", "1,0", "5."]),
        ("price", ["0.000001", "12"], ["0.0000001", "1 000"]),
        ("quantity", ["1", "0.1234"], ["0.12345", "两台"]),
        ("month", ["2024-09", "2024-12"], ["2024-13", "2024-00", "2024-9", "2024.09", "2024-09\n"]),
        ("day", ["2024-06-20", "2024-02-31"], ["2024-06-32", "2024-6-20", "20240620"]),
    ],
)
def test_a_value_is_read_in_one_spelling(name: str, taken: list[str], refused: list[str]) -> None:
    pattern = schema_words.pattern(SCHEMA["$defs"][name]["pattern"])
    assert [text for text in taken if not pattern.search(text)] == []
    assert [text for text in refused if pattern.search(text)] == []


def test_every_row_of_a_table_has_an_id() -> None:
    tables = [pointer for pointer, control in CONTROLS.items() if control["kind"] == "table"]
    assert len(tables) == 15
    for pointer in tables:
        assert LEAVES[pointer]["items"]["properties"]["id"] == {"type": "string"}, pointer


@pytest.mark.parametrize(
    ("pointer", "condition"),
    [
        ("/project/field_other", {"pointer": "/project/field", "in": ["other"]}),
        ("/management/ethics/statement", {"pointer": "/management/ethics/applies", "in": [True]}),
    ],
)
def test_a_follow_up_is_asked_after_its_answer(pointer: str, condition: Json) -> None:
    assert CONTROLS[pointer]["show_if"] == condition


@pytest.mark.parametrize("pointer", ["/project/readiness/now", "/project/readiness/target", "/transfer/market"])
def test_decision_consulting_alone_is_not_asked_for_readiness_and_market(pointer: str) -> None:
    condition = CONTROLS[pointer]["show_if"]
    kinds = [option["id"] for option in FORM["lists"]["project_types"]]
    assert condition["pointer"] == "/project/kind"
    assert condition["in"] == [None, *(kind for kind in kinds if kind != "decision_consulting")]


def test_decision_consulting_alone_is_asked_for_its_users() -> None:
    groups = [group for section in FORM["sections"] for group in section["groups"] if "show_if" in group]
    assert [[control["pointer"] for control in group["controls"]] for group in groups] == [
        ["/transfer/users/areas", "/transfer/users/text"]
    ]
    assert groups[0]["show_if"] == {"pointer": "/project/kind", "in": ["decision_consulting"]}


def test_each_clause_begins_where_the_notice_says_and_in_its_order() -> None:
    notice = "".join(NOTICE.split())
    places = [notice.find("".join(words.split())) for words in CALL["clauses"].values()]
    assert -1 not in places
    assert places == sorted(places)
    assert all(notice.count("".join(words.split())) == 1 for words in CALL["clauses"].values())


def test_the_call_repeats_the_facts_of_the_notice() -> None:
    contact = CALL["contact"]
    facts = [CALL["title"]["zh"], CALL["issuer"], CALL["fund"], contact["name"], contact["email"], contact["address"]]
    facts += ["2024年6月20日", "2024年5月20日", *contact["phones"]]
    assert [fact for fact in facts if not _in_notice(fact)] == []
    assert (CALL["year"], CALL["issued"], CALL["deadline"]) == (2024, "2024-05-20", "2024-06-20")
    assert CALL["mail"]["to"] == contact["email"]


def _first_control(form: Json, kind: str) -> Json:
    every = (control for s in form["sections"] for group in s["groups"] for control in group["controls"])
    return next(control for control in every if control["kind"] == kind)


def _table_without_columns(form: Json) -> None:
    del _first_control(form, "table")["columns"]


def _choice_without_list(form: Json) -> None:
    del _first_control(form, "choice")["options"]


def _unknown_kind(form: Json) -> None:
    _first_control(form, "rich")["kind"] = "video"


def _label_in_one_language(form: Json) -> None:
    del _first_control(form, "line")["label"]["en"]


def _condition_on_nothing(form: Json) -> None:
    _first_control(form, "line")["show_if"] = {"pointer": "/project/kind", "in": []}


@pytest.mark.parametrize(
    "spoil",
    [_table_without_columns, _choice_without_list, _unknown_kind, _label_in_one_language, _condition_on_nothing],
)
def test_a_broken_form_is_refused_at_the_control(spoil: Callable[[Json], None]) -> None:
    form = copy.deepcopy(FORM)
    spoil(form)
    error = _error("form", form)
    assert error is not None
    assert re.match(r"/sections/\d+/groups/\d+/controls/\d+", error.place)


ROW = {"type": "object", "additionalProperties": False}


@pytest.mark.parametrize(
    "node",
    [
        {"type": "string", "required": ["a"]},
        {"type": "string", "minLength": 3},
        {"$ref": "https://example.org/line"},
        {"$ref": "file:///etc/hosts"},
        {"type": "object", "properties": {"a": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": True},
        {"type": "array"},
        {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
        {"type": "array", "items": {**ROW, "properties": {"a": {"type": "string"}}}},
        {"type": "number"},
        {"type": "string", "minimum": 1},
        {"type": "string", "pattern": "a" * 201},
        {"type": "string", "wordCount": {"least": 3}},
        {"enum": ["a"]},
        {"oneOf": [{"type": "string"}]},
    ],
)
def test_a_schema_beyond_the_subset_is_refused_at_its_place(node: Json) -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"]["project"]["properties"]["title"] = node
    error = _error("data", schema)
    assert error is not None
    assert error.place.startswith("/properties/project/properties/title")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("id", "KJXM 2025"),
        ("deadline", "6月20日"),
        ("year", "2024"),
        ("clauses", {"一": ""}),
        ("mail", {"to": "a@example.org, b@example.org", "subject": "x", "body": "y"}),
        ("mail", {"to": "a@example.org", "subject": "x\nBcc: b@example.org", "body": "y"}),
    ],
)
def test_a_broken_call_is_refused_at_its_place(key: str, value: Json) -> None:
    error = _error("call", {**CALL, key: value})
    assert error is not None
    assert error.place.startswith(f"/{key}")


@pytest.mark.parametrize(
    "rule",
    [
        {"severity": "fatal"},
        {"clause": "二、1", "quote": None},
        {"message": {"zh": "只有中文"}},
        {"pointer": "basis/demand"},
        {"gap_message": {"zh": "没有空缺", "en": "no gap"}},
    ],
)
def test_a_broken_rule_is_refused_at_its_place(rule: Json) -> None:
    good = {
        "id": "R99",
        "check": "filled",
        "severity": "missing",
        "clause": None,
        "pointer": "/basis/demand",
        "reads": ["basis"],
        "message": {"zh": "写明需求", "en": "State the need"},
    }
    assert _error("rules", {"format": 1, "rules": [good], "manual": []}) is None
    error = _error("rules", {"format": 1, "rules": [{**good, **rule}], "manual": []})
    assert error is not None
    assert error.place.startswith("/rules/0")


@pytest.mark.parametrize(
    "item",
    [
        {"item": "video", "pointer": "/summary/text"},
        {"item": "prose"},
        {"item": "prose", "pointer": "/summary/text", "colour": "red"},
        {"item": "table", "pointer": "/budget/lines", "group_title": "{name}"},
        {"item": "facts", "shares": [1, 2, 3], "rows": [{"pointer": "/project/title"}]},
        {"item": "facts", "shares": [1, 2], "rows": [{"label": "名称"}]},
        {"item": "group", "title": "组", "items": [{"item": "space"}]},
    ],
)
def test_a_broken_item_of_the_document_is_refused_at_its_place(item: Json) -> None:
    document = _read(FOLDER / FILES["document"])
    document["parts"][-1]["items"] = [item]
    error = _error("document", document)
    assert error is not None
    assert error.place.startswith(f"/parts/{len(document['parts']) - 1}/items/0")


@pytest.mark.parametrize(
    ("word", "value"),
    [("numbering", ["{title}、"]), ("words", {"month": "{minute}"}), ("styles", {"proposal": {}})],
)
def test_a_layout_that_would_fail_in_print_is_refused(word: str, value: Json) -> None:
    document = _read(FOLDER / FILES["document"])
    told = {**document[word], **value} if isinstance(value, dict) else value
    error = _error("document", {**document, word: told})
    assert error is not None
    assert error.place.startswith(f"/{word}")
