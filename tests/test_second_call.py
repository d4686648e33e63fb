"""A second call, of data files alone: it is filled in, checked, exported and mailed, and no line of code knows it."""

from __future__ import annotations

import ast
import copy
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.json_pointer import Json
from tests.cli_run import AGRI, CALLS, KJXM, kjxm, new, refused, written

ROOT = Path(__file__).parents[1]
IN_TIME = ("--time", "2026-03-01T08:00")
STEPS = "先把 3 亩地分成两块，一块按老办法浇四水，一块少浇一水改用滴灌；每十天量一次墒情，收麦时两块地分开打、分开称。"

TRIAL: Json = {
    "honest": {"true_words": True, "own_photos": True},
    "cost": {
        "asked": "1.50",
        "self_paid": "0.50",
        "spendings": [
            {
                "what": "滴灌带和接头", "use": "tool", "payer": "station", "pieces": "3", "each": "0.5", "sum": "1.50",
                "plot": "p1", "why": "老渠漏水，换滴灌带才量得准",
            },
            {"what": "雇人铺管", "use": "hire", "payer": "self", "sum": "0.50", "plot": "p1"},
        ],
    },
    "thing": {
        "one_line": "湖口一村小麦少浇一水",
        "trade": "planting",
        "season": "spring_sowing",
        "words": ["节水", "小麦"],
        "trouble": "湖口一村的麦田春天要浇四水，渠水轮到最后一家时麦子已经旱了，地下水也一年比一年深。",
        "steps": STEPS * 2,
        "way": 1,
    },
    "field": {
        "start": "2026-03",
        "end": "2026-07",
        "spots": [{"town": "lake", "villages": ["hukou_yi"]}],
        "plots": [
            {"id": "p1", "name": "渠东", "crop": "小麦", "mu": "1.5", "sown": "2026-03", "record": "十天量一次"},
            {"id": "p2", "name": "渠西", "crop": "小麦", "mu": "1.5", "is_control": True, "control_note": "浇四水"},
        ],
    },
    "who": {
        "name": "苗示例",
        "post": 10,
        "mobile": "13900000000",
        "skills": ["water"],
        "years": 12,
        "portrait": {"file": "portrait.png", "caption": "在渠东量墒情"},
        "helpers": [{"name": "禾示例", "task": "记账"}],
    },
    "proof": {"contract": {"name": "用地协议", "file": "lease.pdf"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trial")
    Image.new("RGB", (300, 200), "darkgreen").save(folder / "portrait.png")
    (folder / "lease.pdf").write_bytes(b"%PDF-lease")
    return new(folder / "a.kjxm", written(folder / "a.json", TRIAL), AGRI)


def found_in(tmp_path: Path, **changed: Json) -> dict[str, str]:
    """Return pointer and severity of the findings on the trial with other answers, by code; without its files."""
    told = copy.deepcopy(TRIAL)
    del told["proof"]
    told["who"].pop("portrait")
    for pointer, value in changed.items():
        section, key = pointer.split("__")
        told[section][key] = value
    ran = kjxm("check", written(tmp_path / "a.json", told), "--calls", CALLS, "--call", AGRI, "--json", *IN_TIME)
    assert ran.status in (0, 1), ran
    return {item["code"]: f"{item['severity']} {item['pointer']}" for item in ran.json["diagnostics"]}


def test_it_is_filled_in_and_passes_without_being_installed(trial: Path) -> None:
    ran = kjxm("check", trial, "--json", *IN_TIME)
    assert ran.status == 0
    assert ran.json["call"]["id"] == AGRI
    assert ran.json["diagnostics"] == []
    assert [item["id"] for item in ran.json["manual"]] == ["H1", "H2"]


TRIPS: list[tuple[dict[str, Json], str, str]] = [
    ({"thing__trade": "else", "thing__other_trade": "放蜂"}, "N2", "warning /thing/trade"),
    ({"field__plots": [{"id": "p1", "name": "渠东", "crop": "小麦", "mu": "3"}]}, "N3", "error /field/plots"),
    ({"field__start": "2026-02"}, "N5", "error /field/start"),
    ({"field__end": "2026-12"}, "N5", "error /field/end"),
    ({"cost__asked": "2.00"}, "N6", "error /cost"),
    ({"who__mobile": "12345"}, "N10", "error /who/mobile"),
    ({"who__mail": "miao"}, "N11", "advice /who/mail"),
    ({"field__end": "2026-03", "field__start": "2026-05"}, "N14", "error /field/end"),
    ({"honest__true_words": False}, "N12", "missing /honest/true_words"),
    ({"field__spots": []}, "N4", "missing /field/spots"),
]


@pytest.mark.parametrize(("changed", "code", "told"), TRIPS, ids=[f"{code} {told}" for _, code, told in TRIPS])
def test_its_own_rules_trip_as_its_notice_says(tmp_path: Path, changed: dict[str, Json], code: str, told: str) -> None:
    found = found_in(tmp_path, **changed)
    assert code in found, found
    assert found[code].startswith(told)


def test_a_day_after_its_own_deadline_is_advice_and_never_blocks(trial: Path) -> None:
    late = kjxm("check", trial, "--json", "--time", "2026-04-01")
    assert late.status == 0
    assert [(item["code"], item["severity"]) for item in late.json["diagnostics"]] == [("N21", "advice")]
    in_time = kjxm("check", trial, "--json", "--time", "2026-03-31T23:59:59")
    assert in_time.json["diagnostics"] == []


def test_a_table_is_asked_where_its_condition_holds_and_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    lessons = [{"day": "2026-05-12", "topic": "看墒情", "people": 2}]
    assert "format" not in found_in(tmp_path, field__lessons=lessons)
    assert found_in(tmp_path, field__lessons=lessons, thing__way=2)["format"] == "error /field/lessons/0/people"
    draft = tmp_path / "kept.kjxm"
    assert kjxm("new", "--calls", CALLS, "--call", AGRI, "--data", tmp_path / "a.json", draft).status == 0
    assert kjxm("show", draft).json["field"]["plots"][0]["name"] == "渠东"


def test_it_is_exported_in_its_own_order_and_mailed_to_its_own_address(trial: Path, tmp_path: Path) -> None:
    ran = kjxm("package", trial, "--to", tmp_path, *IN_TIME)
    assert (ran.status, ran.err) == (0, ""), ran
    (folder,) = tmp_path.iterdir()
    assert folder.name == "农技小专项2026-苗示例-种植-湖口一村小麦少浇一水"
    assert [path.name for path in (folder / "附件").iterdir()] == ["用地协议.pdf"]
    assert (folder / "附件" / "用地协议.pdf").read_bytes() == b"%PDF-lease"
    with zipfile.ZipFile(folder / f"{folder.name}.docx") as paper:
        text = re.sub("<[^>]+>", "", paper.read("word/document.xml").decode())
    places = [text.index(words) for words in ("滴灌带和接头", "轮到最后一家", "禾示例", "渠西")]
    assert places == sorted(places)
    assert b"xiaozhuanxiang@example.cn" in (folder / f"{folder.name}.eml").read_bytes()


def test_its_draft_opens_where_it_is_not_installed(trial: Path) -> None:
    assert kjxm("show", trial).json["who"]["name"] == "苗示例"
    assert AGRI in refused("call", "show", AGRI)


# -- no line of code knows a call ---------------------------------------------------------------------------------

SOURCES = sorted((ROOT / "kjxm_desktop").rglob("*.py"))
CALL_FOLDERS = (paths.schemas() / KJXM, CALLS / AGRI, CALLS / "bridge-watch-2027")


def literals(path: Path) -> list[str]:
    """Return the strings of a module, but for docstrings, which may explain by example."""
    module = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    constants = [node for node in ast.walk(module) if isinstance(node, ast.Constant) and id(node) not in told]
    return [node.value for node in constants if isinstance(node.value, str)]


@cache
def all_literals() -> Sequence[tuple[str, str]]:
    """Return the strings of all modules, each with the file it stands in."""
    return [(str(path.relative_to(ROOT)), text) for path in SOURCES for text in set(literals(path))]


def words_of(folder: Path) -> set[str]:
    """Return what only this call says: its id, its address, its pointers, rules, titles and longer choices."""
    call = calls.load(folder)
    found = {call.id, call.contact.email, call.contact.name, *call.contact.phones}
    found |= {control.pointer.partition("/*")[0] for control in call.form.controls}
    found |= {rule["id"] for rule in call.rules["rules"]}
    found |= {section.title["zh"] for section in call.form.sections}
    choices = {str(option.id) for control in call.form.controls for option in control.options}
    return found | {choice for choice in choices if len(choice) > 7}  # a short one is any word: other, self, print


@pytest.mark.parametrize("folder", CALL_FOLDERS, ids=lambda folder: folder.name)
def test_no_line_of_code_names_anything_of_a_call(folder: Path) -> None:
    words = words_of(folder)
    telling = [word for word in words if len(word) > 3 and not (word.isascii() and word.isalpha())]
    any_of_them = re.compile("|".join(map(re.escape, telling)))
    found = [f"{path} {text}" for path, text in all_literals() if text in words or any_of_them.search(text)]
    assert found == []
