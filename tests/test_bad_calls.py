"""Broken calls: `call check` tells file and place, every command refuses them in one sentence, none is harmed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import call_check, json_pointer
from kjxm_desktop.core.json_pointer import Json
from tests.cli_run import AGRI, CALLS, beneath, kjxm, refused

JSON_FILES = [name for name in calls.FILES if name.endswith(".json")]
SOUND = {name: json.loads((CALLS / AGRI / name).read_bytes()) for name in JSON_FILES}
TITLE = "/properties/thing/properties/one_line"
CONTROL = "/sections/2/groups/0/controls/0"
LEDGER = "/sections/1/groups/1/controls/0"


def with_value(file: str, pointer: str, value: Json) -> dict[str, bytes]:
    """Return the files of a sound call but for one value; None takes it out."""
    told = copy.deepcopy(SOUND[file])
    *tokens, last = json_pointer.parse(pointer)
    inside: Json = json_pointer.get(told, json_pointer.build(tokens))
    key: Json = int(last) if isinstance(inside, list) else last
    if value is None:
        del inside[key]
    else:
        inside[key] = value
    return {file: json.dumps(told, ensure_ascii=False).encode()}


def schema_tower() -> Json:
    """Return definitions that double 40 times over: a million million nodes when written out."""
    both = {"type": "object", "additionalProperties": False}
    towers = {
        f"t{at}": {**both, "properties": {"a": {"$ref": f"#/$defs/t{at + 1}"}, "b": {"$ref": f"#/$defs/t{at + 1}"}}}
        for at in range(40)
    }
    return {**SOUND["data.schema.json"]["$defs"], **towers, "t40": {"type": "string"}}


def tower() -> dict[str, bytes]:
    told = copy.deepcopy(SOUND["data.schema.json"])
    told["$defs"] = schema_tower()
    told["properties"]["thing"]["properties"]["one_line"] = {"$ref": "#/$defs/t0"}
    return {"data.schema.json": json.dumps(told).encode()}


def chain(length: int) -> dict[str, bytes]:
    """Return a schema in which one definition is another, and so on."""
    told = copy.deepcopy(SOUND["data.schema.json"])
    told["$defs"] |= {f"c{at}": {"$ref": f"#/$defs/c{at + 1}"} for at in range(length)}
    told["$defs"][f"c{length}"] = {"type": "string"}
    told["properties"]["thing"]["properties"]["one_line"] = {"$ref": "#/$defs/c0"}
    return {"data.schema.json": json.dumps(told).encode()}


def nested(levels: int) -> Json:
    inner: Json = {"type": "string"}
    for _ in range(levels):
        inner = {"type": "object", "properties": {"a": inner}, "additionalProperties": False}
    return inner


def with_marks(marks: list[str]) -> dict[str, bytes]:
    at = next(at for at, told in enumerate(SOUND["rules.json"]["rules"]) if told["check"] == "nothing_left_over")
    return with_value("rules.json", f"/rules/{at}/params/marks", marks)


def rule(**changed: Json) -> Json:
    return {**SOUND["rules.json"]["rules"][0], **changed}


BROKEN: dict[str, tuple[str, Callable[[], dict[str, bytes]]]] = {
    "an empty file": ("call.json", lambda: {"call.json": b""}),
    "a file that is cut": ("form.json", lambda: {"form.json": (CALLS / AGRI / "form.json").read_bytes()[:500]}),
    "a list": ("rules.json", lambda: {"rules.json": b"[]"}),
    "UTF-16": ("call.json", lambda: {"call.json": json.dumps(SOUND["call.json"]).encode("utf-16")}),
    "a notice that is not UTF-8": ("notice.txt", lambda: {"notice.txt": "通知".encode("gb18030")}),
    "a doubled key": ("call.json", lambda: {"call.json": b'{"format": 1, "format": 1}'}),
    "3,000 levels": ("document.json", lambda: {"document.json": b'{"parts":' + b"[" * 3000 + b"]" * 3000 + b"}"}),
    "3 MB": ("notice.txt", lambda: {"notice.txt": b" " * 3_000_000}),
    "too many nodes": ("form.json", lambda: with_value("form.json", "/lists", {"a": [{"id": 1}] * 11_000})),
    "another format": ("call.json", lambda: with_value("call.json", "/format", 2)),
    "no id": ("call.json", lambda: with_value("call.json", "/id", None)),
    "an id that is a path": ("call.json", lambda: with_value("call.json", "/id", "../x")),
    "a day that is none": ("call.json", lambda: with_value("call.json", "/deadline", "2026-02-31")),
    "an unknown word": ("call.json", lambda: with_value("call.json", "/colour", "red")),
    "two addresses": ("call.json", lambda: with_value("call.json", "/mail/to", "a@example.cn,b@example.cn")),
    "a header in the subject": ("call.json", lambda: with_value("call.json", "/mail/subject", "a\nBcc: b@example.cn")),
    "an unknown blank": ("call.json", lambda: with_value("call.json", "/mail/subject", "{/thing/nowhere}")),
    "an unknown blank in the file name": (
        "call.json",
        lambda: with_value("call.json", "/file_name/pattern", "{/thing/nowhere}"),
    ),
    "totals of a column that holds no amounts": (
        "form.json",
        lambda: with_value("form.json", f"{LEDGER}/totals/of", "what"),
    ),
    "totals by a column that is not there": (
        "form.json",
        lambda: with_value("form.json", f"{LEDGER}/totals/by", ["use", "nowhere"]),
    ),
    "totals of what is no table": ("form.json", lambda: with_value("form.json", f"{CONTROL}/totals", {"of": "a"})),
    "an offer of a column that is not there": (
        "form.json",
        lambda: with_value("form.json", f"{LEDGER}/columns/7/offer", "{pieces} × {nowhere}"),
    ),
    "an offer with a brace alone": (
        "form.json",
        lambda: with_value("form.json", f"{LEDGER}/columns/7/offer", "{pieces"),
    ),
    "an offer of an amount": ("form.json", lambda: with_value("form.json", f"{LEDGER}/columns/5/offer", "{pieces}")),
    "a brace alone": ("call.json", lambda: with_value("call.json", "/file_name/pattern", "{")),
    "a brace too many": ("call.json", lambda: with_value("call.json", "/mail/subject", "{year}}")),
    "a clause that is not in the notice": ("call.json", lambda: with_value("call.json", "/clauses/第一条", "第一百条")),
    "a reference outside": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"$ref": "http://127.0.0.1:9/x"}),
    ),
    "a reference to a file": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"$ref": "file:///etc/hostname"}),
    ),
    "a reference to nothing": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"$ref": "#/$defs/nowhere"}),
    ),
    "a reference in a circle": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/short", {"$ref": "#/$defs/short"}),
    ),
    "a tower of references": ("data.schema.json", tower),
    "a reference to what is not asked": (
        "data.schema.json",
        lambda: with_value(
            "data.schema.json",
            "/$defs",
            {**SOUND["data.schema.json"]["$defs"], "a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
        ),
    ),
    "a tower that nothing stands on": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs", schema_tower()),
    ),
    "a chain of 1,500 references": ("data.schema.json", lambda: chain(1_500)),
    "a schema of 17 levels": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, nested(17)),
    ),
    "more values than a schema may have": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"type": "string", "enum": [f"v{at}" for at in range(5_000)]}),
    ),
    "an enormous choice": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"type": "string", "enum": [f"v{at}" for at in range(1_001)]}),
    ),
    "a default of a million characters": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"type": "string", "default": "a" * 1_000_000}),
    ),
    "a class of Python's other engines": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/wan/pattern", r"^\p{Script=Han}+$"),
    ),
    "a long notice in which much is looked for": (
        "notice.txt",
        lambda: {
            **with_value("call.json", "/clauses", {f"c{at}": "a" * 100 + "b" for at in range(200)}),
            "notice.txt": b"a" * 1_000_000,
        },
    ),
    "more rules than anybody reads": ("rules.json", lambda: with_value("rules.json", "/rules", [rule()] * 301)),
    "a mark with two gaps": ("rules.json", lambda: with_marks(["a…a…a…a…b"])),
    "a mark that is all gap": ("rules.json", lambda: with_marks(["……"])),
    "more marks than there are": ("rules.json", lambda: with_marks([f"待{at}" for at in range(31)])),
    "a mark of 61 characters": ("rules.json", lambda: with_marks(["待" * 61])),
    "a rule of 20,001 bytes": (
        "rules.json",
        lambda: with_value(
            "rules.json",
            "/rules/0",
            rule(
                check="figure_told",
                params={"pointer": "/thing/one_line", "words": 1, "units": ["单" * 55] * 150},
            ),
        ),
    ),
    "a bad pattern": ("data.schema.json", lambda: with_value("data.schema.json", "/$defs/wan/pattern", "(")),
    "a pattern that looks ahead": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/wan/pattern", "^(?=a)a"),
    ),
    "a pattern that looks back": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/wan/pattern", r"^(a+)\1$"),
    ),
    "a pattern that explodes": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/wan/pattern", "((a{1,900}){1,900}){1,900}"),
    ),
    "a pattern of 201 characters": (
        "data.schema.json",
        lambda: with_value("data.schema.json", "/$defs/wan/pattern", "a" * 201),
    ),
    "a misspelt keyword": ("data.schema.json", lambda: with_value("data.schema.json", TITLE, {"typ": "string"})),
    "a type of JSON we do not store": (
        "data.schema.json",
        lambda: with_value("data.schema.json", TITLE, {"type": "number"}),
    ),
    "an unknown widget": ("form.json", lambda: with_value("form.json", CONTROL + "/kind", "slider")),
    "a widget of another type": ("form.json", lambda: with_value("form.json", CONTROL + "/kind", "table")),
    "a pointer that leads nowhere": (
        "form.json",
        lambda: with_value("form.json", CONTROL + "/pointer", "/thing/nowhere"),
    ),
    "a pointer into another section": ("form.json", lambda: with_value("form.json", CONTROL + "/pointer", "/who/name")),
    "a control asked twice": ("form.json", lambda: with_value("form.json", CONTROL + "/pointer", "/thing/trouble")),
    "an answer never asked": ("form.json", lambda: with_value("form.json", CONTROL, None)),
    "a list that is not there": ("form.json", lambda: with_value("form.json", "/lists/trades", None)),
    "an option more than the data knows": (
        "form.json",
        lambda: with_value("form.json", "/lists/trades/0/id", "sailing"),
    ),
    "a condition on nothing": (
        "form.json",
        lambda: with_value("form.json", CONTROL + "/show_if", {"pointer": "/thing/nowhere", "in": [1]}),
    ),
    "an unknown clause": ("form.json", lambda: with_value("form.json", CONTROL + "/clause", "第一百条")),
    "a label in one language": ("form.json", lambda: with_value("form.json", CONTROL + "/label", {"zh": "一句话"})),
    "a rule without a message": (
        "rules.json",
        lambda: with_value("rules.json", "/rules/0", {key: part for key, part in rule().items() if key != "message"}),
    ),
    "a rule with half a message": (
        "rules.json",
        lambda: with_value("rules.json", "/rules/0", rule(message={"zh": "写明"})),
    ),
    "a rule that quotes what is not there": (
        "rules.json",
        lambda: with_value("rules.json", "/rules/0", rule(quote="用两句话说清楚")),
    ),
    "a rule on an unknown clause": (
        "rules.json",
        lambda: with_value("rules.json", "/rules/0", rule(clause="第一百条")),
    ),
    "a rule with an unknown check": ("rules.json", lambda: with_value("rules.json", "/rules/0", rule(check="guess"))),
    "a rule on nothing": (
        "rules.json",
        lambda: with_value("rules.json", "/rules/0", rule(pointer="/thing/nowhere")),
    ),
    "a gap on nothing": ("rules.json", lambda: with_value("rules.json", "/rules/0", rule(gap=["/thing/nowhere"]))),
    "two rules of one name": ("rules.json", lambda: with_value("rules.json", "/rules/1", rule())),
    "a severity we do not have": ("rules.json", lambda: with_value("rules.json", "/rules/0", rule(severity="fatal"))),
    "an item we cannot print": (
        "document.json",
        lambda: with_value("document.json", "/parts/0/items/0", {"item": "video"}),
    ),
    "an item on nothing": (
        "document.json",
        lambda: with_value("document.json", "/parts/0/items/0", {"item": "prose", "pointer": "/thing/nowhere"}),
    ),
    "a layout that is not there": ("/style", lambda: with_value("document.json", "/style", "fancy")),
    "a style of text that is not there": (
        "/parts/0/items/0/style",
        lambda: with_value("document.json", "/parts/0/items/0/style", "fancy"),
    ),
    "a style of a table that is one of text": (
        "/parts/0/items/2/items/0/style",
        lambda: with_value("document.json", "/parts/0/items/2/items/0/style", "body"),
    ),
    "a table in type that is not there": (
        "/styles/official/tables/grid/head",
        lambda: with_value("document.json", "/styles/official/tables/grid/head", "fancy"),
    ),
    "a line to sign in type that is not there": (
        "/parts/0/items/7/items/1/lines/0/style",
        lambda: with_value(
            "document.json", "/parts/0/items/7/items/1/lines", [{"text": "手印：", "style": "fancy"}, "日期："]
        ),
    ),
    "a word that stands for nothing": (
        "/parts/0/items/0/text",
        lambda: with_value("document.json", "/parts/0/items/0/text", "{yeer} 年申请表"),
    ),
    "a brace without its counterpart": ("/header", lambda: with_value("document.json", "/header", "{issuer")),
    "an answer in a text that is not asked": (
        "/parts/0/items/5/items/0/rows/0/text",
        lambda: with_value("document.json", "/parts/0/items/5/items/0/rows/0/text", "{/field/nowhere}起"),
    ),
    "a layout without a style of text": (
        "/styles/official/texts",
        lambda: with_value("document.json", "/styles/official/texts/caption", None),
    ),
    "a face we do not have": (
        "/styles/official/texts/body/font",
        lambda: with_value("document.json", "/styles/official/texts/body/font", "heiti"),
    ),
    "a word of the layout that is left out": ("/words", lambda: with_value("document.json", "/words/gap", None)),
}


def checked(changed: dict[str, bytes]) -> calls.Call:
    files = {name: changed.get(name, (CALLS / AGRI / name).read_bytes()) for name in calls.FILES}
    return call_check.check_files(files, paths.schemas() / "meta")


def folder_with(parent: Path, changed: dict[str, bytes]) -> Path:
    folder = parent / "broken"
    folder.mkdir(parents=True)
    for name in calls.FILES:
        (folder / name).write_bytes(changed.get(name, (CALLS / AGRI / name).read_bytes()))
    return folder


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_call_is_told_with_its_file_and_refused_by_every_command(tmp_path: Path, name: str) -> None:
    file, spoil = BROKEN[name]
    folder = folder_with(tmp_path / "calls", spoil())
    checked = kjxm("call", "check", folder)
    assert (checked.status, checked.err) == (1, "")
    assert len(checked.lines) == 1
    assert file in checked.out
    listed = kjxm("call", "list", "--calls", folder)
    assert listed.status == 0
    assert [line for line in listed.lines if line.startswith("broken\t不可用\t") and file in line]
    (tmp_path / "to").mkdir()
    assert AGRI in refused("new", "--calls", folder, "--call", AGRI, tmp_path / "to/a.kjxm")
    assert beneath(tmp_path / "to") == {}


def test_a_broken_call_cannot_be_shown(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"rules.json": b"[]"})
    assert AGRI in refused("--calls", folder, "call", "show", AGRI, "--json")
    assert AGRI in refused("call", "show", AGRI, "--calls", folder)


@pytest.mark.parametrize("missing", calls.FILES)
def test_a_missing_file_is_told(tmp_path: Path, missing: str) -> None:
    folder = folder_with(tmp_path, {})
    (folder / missing).unlink()
    checked = kjxm("call", "check", folder)
    assert (checked.status, checked.err) == (1, "")
    assert missing in checked.out


def test_a_pattern_that_hangs_other_engines_is_matched_at_once(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, with_value("data.schema.json", "/$defs/wan/pattern", r"^(\w+\s?)+$"))
    assert kjxm("call", "check", folder).status == 0
    data = tmp_path / "a.json"
    data.write_text(json.dumps({"cost": {"asked": "a" * 900 + "!"}}))
    ran = kjxm("check", data, "--calls", folder, "--call", AGRI, "--json")
    assert "format" in {item["code"] for item in ran.json["diagnostics"]}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "/", "/thing", "/thing/one_line", "{", "{x}"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["pointer", "in", "zh", "a"]), inner),
    max_leaves=3,
)


def places(node: Json, place: str = "") -> list[str]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(under for key, child in inner for under in places(child, place + json_pointer.build([key])))]


def test_no_change_to_a_call_is_met_with_more_than_a_sentence(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = folder_with(tmp_path_factory.mktemp("changed"), {})
    every = {name: [place for place in places(value) if place] for name, value in SOUND.items()}

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def change(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(JSON_FILES))
        changed = with_value(name, data.draw(st.sampled_from(every[name])), data.draw(VALUES))
        (folder / name).write_bytes(changed[name])
        ran = kjxm("call", "check", folder)
        (folder / name).write_bytes((CALLS / AGRI / name).read_bytes())
        assert ran.status in (0, 1)
        assert (len(ran.lines), ran.err) == (1, "")

    change()
