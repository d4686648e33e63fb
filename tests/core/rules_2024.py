"""A small complete proposal of the 2024 call as plain data, edits of it, and the findings on it.

Nothing here knows how the rules are written: it is built from the description of the form alone.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from kjxm_desktop import strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.clock import BEIJING
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import validate

FOLDER = Path(__file__).parents[2] / "schemas" / "kjxm-sjtu-2024"
CALL = calls.load(FOLDER)
BEFORE = datetime(2024, 6, 10, 12, tzinfo=BEIJING)
AFTER = datetime(2024, 6, 25, 12, tzinfo=BEIJING)
BORROWED = "（参考同类申报书，非本通知要求）"

LISTED_LEAGUES = ("150100", "150200", "150400", "150500", "150600", "150700", "150800", "152200", "152500")
UNLISTED_LEAGUES = ("150300", "150900", "152900")
LEAGUES = tuple(sorted(LISTED_LEAGUES + UNLISTED_LEAGUES))
UNIVERSITY, INSTITUTE, FIRM = "上海交通大学", "示例内蒙古稀土研究所", "示例包头磁材有限公司"


class Finding(NamedTuple):
    """What the tests compare of one finding."""

    code: str
    severity: str
    blocks: bool
    pointer: str
    clause: str | None


def error(code: str, pointer: str, clause: str | None = None) -> Finding:
    """Return an error: it always blocks."""
    return Finding(code, "error", True, pointer, clause)


def gap(code: str, pointer: str, clause: str | None = None, *, blocks: bool) -> Finding:
    """Return a gap: `!` blocks, `*` does not."""
    return Finding(code, "missing", blocks, pointer, clause)


def warning(code: str, pointer: str, clause: str | None = None) -> Finding:
    """Return a warning: it never blocks."""
    return Finding(code, "warning", False, pointer, clause)


def advice(code: str, pointer: str, clause: str | None = None) -> Finding:
    """Return a piece of advice: it never blocks."""
    return Finding(code, "advice", False, pointer, clause)


def found(data: Json, now: datetime = BEFORE, call: Call = CALL) -> list[Finding]:
    """Return the findings on `data`, sorted; each must tell its section and read well in both languages.

    The clause of a gap that no rule names is the form's, not a rule's: it is left out here and asked on its own.
    """
    told: list[Finding] = []
    for item in validate(call, data, now):
        assert item.section == (json_pointer.parse(item.pointer)[0] if item.pointer else None)
        for language in strings.LANGUAGES:
            sentence(item, language, call)
        clause = None if item.code == "missing" else item.clause
        told.append(Finding(item.code, str(item.severity), item.blocks, item.pointer, clause))
    return sorted(told, key=str)


def sentence(item: Any, language: str, call: Call = CALL) -> str:
    """Return the sentence for a finding in `language`, checked for its ending and for blanks left open."""
    strings.use(language)
    try:
        told = strings.finding(call, item)
    finally:
        strings.use("zh")
    assert told == told.strip()
    assert not re.search("[{][a-z_]+(:[a-z]+)?[}]", told), told
    if item.clause:
        assert told.endswith(f"（{item.clause}）" if language == "zh" else f" ({item.clause})"), told
    return told


def assert_found(data: Json, *expected: Finding, now: datetime = BEFORE, call: Call = CALL) -> None:
    """Assert that exactly the `expected` findings stand on `data`."""
    told = found(data, now, call)
    beyond = [item for item in told if item not in expected]
    lacking = [item for item in expected if item not in told]
    assert told == sorted(expected, key=str), f"beyond: {beyond}, lacking: {lacking}, of {len(told)}"


def codes(data: Json, now: datetime = BEFORE) -> set[str]:
    """Return the codes found on `data`: where the form leaves open how many findings tell of a fault."""
    return {item.code for item in found(data, now)}


# --- edits ----------------------------------------------------------------------------------------------------------


def rich(text: str) -> list[Json]:
    """Return `text` as blocks, one paragraph a line."""
    return [{"type": "paragraph", "runs": [{"text": line}]} for line in text.split("\n")]


def words(count: int) -> str:
    """Return a text of exactly `count` 字."""
    return ("甲乙丙丁戊己庚辛壬癸" * (count // 10 + 1))[:count]


def edited(edits: Mapping[str, Json], base: Json | None = None) -> Json:
    """Return `base`, the complete proposal where none is given, with each value at its pointer; None removes."""
    data = COMPLETE if base is None else base
    for pointer, value in edits.items():
        data = json_pointer.set_in(data, pointer, value)
    return data or {}


def with_(pointer: str, value: Json, base: Json | None = None) -> Json:
    """Return `base` with `value` at `pointer`."""
    return edited({pointer: value}, base)


def without(pointer: str, base: Json | None = None) -> Json:
    """Return `base` without what stands at `pointer`."""
    return edited({pointer: None}, base)


def with_row(table: str, row: Mapping[str, Json], base: Json | None = None) -> Json:
    """Return `base` with `row` behind the rows of `table`."""
    rows = json_pointer.get(COMPLETE if base is None else base, table, [])
    return with_(table, [*rows, {"id": f"new{len(rows)}", **row}], base)


def call_with(rule_id: str, **changes: Json) -> Call:
    """Return the call with one rule of rules.json changed: what a person who adapts it would do."""
    rules = copy.deepcopy(json.loads((FOLDER / "rules.json").read_text("utf-8")))
    (rule,) = [rule for rule in rules["rules"] if rule["id"] == rule_id]
    rule.update(changes)
    files = {**calls.read_folder(FOLDER), "rules.json": json.dumps(rules, ensure_ascii=False).encode()}
    return calls.load_files(files)


# --- rows -----------------------------------------------------------------------------------------------------------


def enterprise(role: str | None = "demand", league: str | None = "150200", name: str = FIRM, **more: Json) -> Json:
    """Return a row of the enterprises; None leaves an answer out."""
    row = {"id": "e1", "name": name, "role": role, "league": league, "need": "降低重稀土用量", **more}
    return {key: value for key, value in row.items() if value not in (None, "")}


def partner(kind: str | None, name: str = INSTITUTE, **more: Json) -> Json:
    """Return a row of the partners."""
    row = {"id": "p1", "name": name, "kind": kind, **more}
    return {key: value for key, value in row.items() if value not in (None, "")}


def indicator(kind: str, number: int, **more: Json) -> Json:
    """Return a row of the indicators, tied to the one piece of work."""
    return {
        "id": f"i{number}",
        "kind": kind,
        "name": f"示例指标{number}",
        "target": "达到目标值",
        "verification": "第三方检测报告",
        "due": "2026-06",
        "work": "w1",
        **more,
    }


def indicators(*kinds: str, main: Iterable[int] = ()) -> list[Json]:
    """Return rows of the indicators of these kinds; `main` numbers those marked as main from 0."""
    marked = set(main)
    return [
        indicator(kind, number, main=True) if number in marked else indicator(kind, number)
        for number, kind in enumerate(kinds)
    ]


def line(category: str, amount: str | None, source: str | None = "special", **more: Json) -> Json:
    """Return a budget line with its basis and its piece of work."""
    row = {
        "category": category,
        "item": "示例支出",
        "amount": amount,
        "source": source,
        "basis": "按三家询价的中间价与任务所需数量测算",
        "work": "w1",
        **more,
    }
    return {key: value for key, value in row.items() if value is not None}


def budget(*lines: Json, base: Json | None = None, **income: str) -> Json:
    """Return `base` with these budget lines and the income that agrees with them, but for what `income` says."""
    totals: dict[str, Decimal] = {"special": Decimal(0), "own": Decimal(0), "other": Decimal(0)}
    for row in lines:
        totals[row["source"]] += Decimal(row["amount"])
    told = {source: str(total) for source, total in totals.items() if total} | income
    if "own" in told:
        told.setdefault("own_source", "示例企业自有资金")
    rows = [{"id": f"l{number}", **row} for number, row in enumerate(lines)]
    return edited({"/budget/income": told, "/budget/lines": rows}, base)


def check_character(first: str) -> str:
    """Return the last character of the credit code that begins with these 17 (GB 32100-2015), written anew here."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(character) * 3**place for place, character in enumerate(first))
    return alphabet[-total % 31]


# --- the complete proposal ------------------------------------------------------------------------------------------

DEMAND = (
    f"{FIRM}年产钕铁硼磁体 6000 吨，其中风电磁体占 42%。目前每吨磁体的重稀土用量为 28 千克，成本占原料的三成以上，"
    "且渗透深度不均，批次合格率只有八成。企业需要把重稀土用量降低四成，同时保持矫顽力不下降，并在现有产线上完成改造，"
    "不新增大型炉窑，改造期间不停产，由企业提供样品、产线与检测条件。"
)

COMPLETE: dict[str, Json] = {
    "project": {
        "title": "低重稀土风电磁体晶界扩散关键技术",
        "kind": "key_tech",
        "nature": "applied",
        "keywords": ["稀土永磁", "晶界扩散", "风电"],
        "field": "advanced_materials",
        "tasks": ["energy_base"],
        "chains": ["rare_earth"],
        "places": [{"id": "pl1", "league": "150200", "directions": ["稀土"]}],
        "period": {"from": "2024-09", "to": "2026-08"},
    },
    "people": {
        "applicant": {"name": UNIVERSITY, "kind": "sjtu"},
        "leader": {
            "name": "示例甲",
            "title": "教授",
            "organisation": UNIVERSITY,
            "mobile": "13800000000",
            "email": "leader@example.org",
        },
        "partners": [{"id": "p1", "name": INSTITUTE, "kind": "inner_mongolia"}],
    },
    "summary": {"text": rich(words(220))},
    "basis": {
        "demand": rich(DEMAND),
        "demand_source": "enterprise",
        "enterprises": [enterprise()],
        "significance": rich("降低对进口重稀土的依赖。"),
        "state_of_art": rich("现有扩散工艺以浸渍为主。"),
    },
    "content": {
        "goal": rich("形成一套可在产线上复制的扩散工艺。"),
        "work": [{"id": "w1", "title": "扩散源与界面调控", "text": rich("筛选扩散源成分。")}],
        "key_problems": rich("扩散深度与均匀性的兼顾。"),
    },
    "approach": {
        "route": rich("成分设计、涂覆、扩散热处理、检测四步。"),
        "innovations": [{"id": "n1", "text": "分级升温的扩散热处理"}],
        "feasibility": rich("团队已有小试结果。"),
        "risks": [{"id": "r1", "risk": "扩散源价格上涨", "measure": "备选两种成分"}],
    },
    "outcomes": {
        "deliverables": [{"id": "d1", "kind": "process", "name": "晶界扩散工艺"}],
        "indicators": [indicator("technical", 0, main=True), indicator("ip", 1)],
    },
    "schedule": {
        "milestones": [
            {"id": "m1", "from": "2024-09", "to": "2025-08", "task": "小试", "work": "w1", "check": "小试报告"},
            {"id": "m2", "from": "2025-09", "to": "2026-08", "task": "放大", "work": "w1", "check": "放大报告"},
        ]
    },
    "foundation": {
        "leader_projects": [
            {
                "id": "f1",
                "name": "示例国家重点研发计划课题",
                "source": "科技部",
                "role": "课题负责人",
                "from": "2018-01",
                "to": "2021-12",
            }
        ],
        "conditions": rich("已有扩散炉与磁性能检测设备。"),
    },
    "team": {
        "members": [
            {"id": "t1", "name": "示例甲", "title": "教授", "organisation": UNIVERSITY, "duty": "总体负责"},
            {"id": "t2", "name": "示例乙", "title": "副教授", "organisation": UNIVERSITY, "duty": "工艺研究"},
        ],
        "division": [{"id": "v1", "organisation": UNIVERSITY, "duty": "工艺研究"}],
    },
    "budget": {
        "income": {"special": "100", "own": "20", "own_source": "示例企业自有资金"},
        "lines": [
            {"id": "l0", **line("equipment", "40.00", quantity="1", price="40")},
            {"id": "l1", **line("business", "50", quantity="2", price="25.00")},
            {"id": "l2", **line("indirect", "10")},
            {"id": "l3", **line("labour", "20", "own")},
        ],
    },
    "commitment": {"truth": True, "no_secrets": True, "budget": True, "ip": True},
}

COMMON = edited({"/project/kind": "industry_common", "/transfer/promotion": rich("向同类磁材企业推广。")})
PILOT = edited(
    {
        "/project/kind": "pilot_industrial",
        "/project/readiness/now": 6,
        "/transfer/market": rich("面向风电整机企业。"),
        "/outcomes/indicators": indicators("technical", "economic"),
    }
)
CONSULTING = edited(
    {
        "/project/kind": "decision_consulting",
        "/project/nature": "consulting",
        "/outcomes/deliverables": [{"id": "d1", "kind": "report", "name": "咨询报告", "user": "示例主管部门"}],
    }
)
