"""Every text the program can show exists, in both languages, is used, and reads as the house speaks."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from kjxm_desktop import strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.errors import KjxmError

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "kjxm_desktop"
STRINGS = ROOT / "resources" / "strings"
CALL_FOLDERS = [*calls.call_places(ROOT / "schemas"), *calls.call_places(ROOT / "tests" / "calls")]

KEY = re.compile(r"[a-z][a-z_]*(\.[A-Za-z0-9_]*[A-Za-z0-9])+")
NO_KEY = re.compile(r".*\.(json|txt|py|kjxm|log|docx|pdf|png|xml|rels|dll|so|ttf|tmp)")
JARGON = {
    "zh": ("合规", "！", "!", "字段", "schema", "null", "NULL", "指针", "非法", "抱歉", "您"),
    "en": ("complian", "!", "schema", "null", "pointer", "invalid", "illegal", "sorry"),
}
# A call is written by people who open its files: they are told the words that stand in them.
OF_FILES = ("errors.call.", "errors.data.", "cli.")
# Keywords of the data schema that give findings, by the kinds of controls that may carry them.
DATES, NUMBERS, CHOICES = ("month", "day"), ("number", "money"), ("choice", "choices")


def _rooms(language: str) -> dict[str, dict[str, str]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((STRINGS / language).glob("*.json"))}


TEXTS = {
    language: {key: text for room in _rooms(language).values() for key, text in room.items()}
    for language in strings.LANGUAGES
}
ALL = [(language, key, text) for language, texts in TEXTS.items() for key, text in texts.items()]


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def _modules() -> Mapping[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def _all_calls() -> Sequence[tuple[str, str, ast.Call]]:
    """Return every call of a function: its name, where it stands, and itself."""
    found: list[tuple[str, str, ast.Call]] = []
    for path, module in _modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                told = node.func
                name = told.attr if isinstance(told, ast.Attribute) else told.id if isinstance(told, ast.Name) else ""
                found.append((name, f"{path.relative_to(ROOT)}:{node.lineno}", node))
    return found


def _calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call of a function of these names, with where it stands."""
    yield from ((place, node) for name, place, node in _all_calls() if name in names)


@cache
def _literals() -> set[str]:
    """Return every string in the code that is shaped like a key."""
    found: set[str] = set()
    for module in _modules().values():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                found.add(node.value)
    return {told for told in found if not NO_KEY.fullmatch(told)}


def _made_keys() -> list[re.Pattern[str]]:
    """Return the shapes of keys that the code puts together: f"export.step_{step}"."""
    shapes: list[re.Pattern[str]] = []
    for module in _modules().values():
        for node in ast.walk(module):
            if isinstance(node, ast.JoinedStr):
                parts = [_shape_of(part) for part in node.values]
                if re.match(r"[a-z][a-z_]*\\\.", parts[0]):
                    shapes.append(re.compile("".join(parts)))
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Constant):
                start = node.left.value
                if isinstance(start, str) and re.match(r"[a-z][a-z_]*\.", start):
                    shapes.append(re.compile(re.escape(start) + r"[A-Za-z0-9_.]+"))
    return shapes


def _shape_of(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[A-Za-z0-9_.]+"


def _named_literally(*names: str) -> Iterator[tuple[str, str]]:
    """Yield where, and by which literal first argument, functions of these names are called."""
    for place, told in _calls(*names):
        if told.args and isinstance(told.args[0], ast.Constant):
            yield place, str(told.args[0].value)


def test_both_languages_have_the_same_rooms_with_the_same_keys() -> None:
    zh, en = _rooms("zh"), _rooms("en")
    assert zh.keys() == en.keys()
    for room in zh:
        assert zh[room].keys() == en[room].keys(), room


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_a_key_begins_with_the_name_of_its_room_and_the_rooms_are_sorted(language: str) -> None:
    for room, texts in _rooms(language).items():
        assert [key for key in texts if not key.startswith(room + ".")] == []
        assert all(before < after for before, after in pairwise(texts)), room


def test_both_languages_have_the_same_blanks() -> None:
    assert [key for key, text in TEXTS["zh"].items() if _blanks(text) != _blanks(TEXTS["en"][key])] == []


def test_no_text_is_empty_or_untrimmed() -> None:
    assert [(language, key) for language, key, text in ALL if not text.strip() or text != text.strip()] == []


def test_no_english_text_holds_chinese_and_no_chinese_text_is_english() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    assert [key for key, text in TEXTS["en"].items() if han.search(re.sub(r"“[^”]*”|（[^）]*）", "", text))] == []
    plain = {
        key: re.sub("[^A-Za-z]+", " ", re.sub(r"\{[^}]*\}", " ", text)).strip()
        for key, text in TEXTS["zh"].items()
        if not han.search(text)
    }
    assert [key for key, left in plain.items() if len(left) > 2 and left.islower()] == []


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_no_text_speaks_of_compliance_shouts_or_uses_the_jargon_of_files(language: str) -> None:
    bad = [
        (key, word)
        for key, text in TEXTS[language].items()
        for word in JARGON[language]
        if word in re.sub(r"\{[^}]*\}|schemas/README\.md|data\.schema\.json", "", text)
        and not (key.startswith(OF_FILES) and word in ("schema", "字段", "null"))
    ]
    assert bad == []


def test_a_failure_is_told_in_one_sentence() -> None:
    one = re.compile(r"[^。\n]+[。：](\{why\})?|[^。\n]+：\{why\}")
    failures = {key: text for key, text in TEXTS["zh"].items() if key.startswith("errors.")}
    # What the system said stands inside another sentence.
    failures = {key: text for key, text in failures.items() if not key.startswith("errors.system.")}
    assert [key for key, text in failures.items() if not one.fullmatch(text)] == []


def test_every_text_asked_for_by_name_exists() -> None:
    told = [(place, key) for place, key in _named_literally("text", "Label", "tip") if KEY.fullmatch(key)]
    assert [(place, key) for place, key in told if key not in TEXTS["zh"]] == []


def test_every_failure_that_is_raised_has_a_text() -> None:
    told = list(_named_literally("KjxmError", "_Wrong", "_FaultError", "_break"))
    assert [(place, key) for place, key in told if f"errors.{key}" not in TEXTS["zh"]] == []


def test_every_word_shaped_like_a_key_of_a_failure_has_a_text() -> None:
    rooms = {key.split(".")[1] for key in TEXTS["zh"] if key.startswith("errors.")}
    told = {key for key in _literals() if key.partition(".")[0] in rooms}
    assert sorted(key for key in told if f"errors.{key}" not in TEXTS["zh"] and key not in TEXTS["zh"]) == []


def test_a_failure_is_given_all_that_its_text_tells() -> None:
    lacking: list[str] = []
    for place, told in _calls("KjxmError"):
        given = {word.arg for word in told.keywords}
        if not told.args or not isinstance(told.args[0], ast.Constant) or None in given:
            continue
        key = str(told.args[0].value)
        # `storage.placed` names the file where the failure is told.
        named = {"path"} if key.startswith(("draft.", "storage.", "data.")) else set[str]()
        if missing := _blanks(TEXTS["zh"].get(f"errors.{key}", "")) - cast("set[str]", given) - named:
            lacking.append(f"{place} {key} {sorted(missing)}")
    assert lacking == []


def test_every_text_is_used() -> None:
    literals, shapes = _literals(), _made_keys()
    named_by_codes = re.compile(r"finding\..*")
    unused = [
        key
        for key in TEXTS["zh"]
        if key not in literals
        and key.removeprefix("errors.") not in literals
        and not any(shape.fullmatch(key) for shape in shapes if not shape.pattern.startswith(("finding", "errors")))
        and not named_by_codes.fullmatch(key)
    ]
    assert unused == []


# -- findings -----------------------------------------------------------------------------------------------------


def _found_by_schema(control: Control) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield code, variant and params of every finding that the schema of one control can give."""
    kind, schema = control.kind, control.schema
    counted: dict[str, object] = {"count": 1, "limit": 2, "by": 1}
    if control.need:
        yield "missing", kind, {}
    if "enum" in schema or kind == "choices":
        yield "choice", kind, {"value": "x"}
    if "pattern" in schema or kind in (*DATES, *NUMBERS):
        yield "format", kind, {"value": "x"}
    if "minimum" in schema or "maximum" in schema:
        yield "format", "range", {"value": 1, "minimum": control.limits.minimum, "maximum": control.limits.maximum}
    if kind in ("line", "text", "rich", "choices", "picture"):
        yield "glyph", kind, {"count": 1, "glyphs": "😀 U+1F600"}
        yield "marks", kind, {"count": 1, "signs": "e"}
    if kind == "rich":
        yield "formula", kind, {"count": 1, "formulas": r"x_1_2 [x_1_2]"}
    words = schema.get("wordCount", {})
    bounds = (
        (words, "max", "long"),
        (words, "min", "short"),
        (schema, "maxItems", "many"),
        (schema, "minItems", "few"),
    )
    yield from (("length", variant, counted) for told, keyword, variant in bounds if keyword in told)


@pytest.fixture(params=CALL_FOLDERS, ids=lambda folder: folder.name)
def call(request: pytest.FixtureRequest) -> Call:
    return calls.load(request.param)


@pytest.fixture(params=strings.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    strings.use(request.param)
    yield request.param
    strings.use("zh")


def test_every_keyword_in_use_has_a_written_message(call: Call, language: str) -> None:
    for control in call.form.controls:
        pointer = control.pointer.replace("*", "0")
        for code, variant, params in _found_by_schema(control):
            told = strings.finding(call, Diagnostic(pointer, Severity.ERROR, code, params, variant=variant))
            assert told.strip(), (pointer, code, variant)
            assert "{" not in told, (pointer, code, variant)


def test_every_text_for_findings_is_reached_by_some_call() -> None:
    reached = {"finding.whole", "finding.row", "finding.top_level"}
    room = _rooms("zh")["finding"]
    for folder in CALL_FOLDERS:
        for control in calls.load(folder).form.controls:
            for code, variant, _ in _found_by_schema(control):
                exact = f"finding.{code}.{variant}"
                reached.add(exact if exact in room else f"finding.{code}")
    assert sorted(set(room) - reached) == []


def _messages(rule: Json) -> Iterator[Mapping[str, str]]:
    yield rule["message"]
    if "gap_message" in rule:
        yield rule["gap_message"]
    yield from rule.get("messages", {}).values()


def test_every_rule_has_a_message_in_both_languages_with_the_same_blanks(call: Call) -> None:
    assert call.rules["rules"]
    for rule in call.rules["rules"]:
        for message in _messages(rule):
            assert set(message) == set(strings.LANGUAGES), rule["id"]
            assert all(text.strip() for text in message.values()), rule["id"]
            assert _blanks(message["zh"]) == _blanks(message["en"]), rule["id"]
            assert not [word for word in JARGON["zh"] if word in message["zh"]], rule["id"]
    for item in call.rules["manual"]:
        assert set(item["message"]) == set(strings.LANGUAGES)


def test_a_finding_on_the_notice_ends_with_its_clause_in_either_language(call: Call, language: str) -> None:
    rule = next(rule for rule in call.rules["rules"] if rule["clause"] and "gap" in rule)
    gap = Diagnostic(rule["gap"][0], Severity.MISSING, rule["id"], {}, rule["clause"], variant="gap")
    told = strings.finding(call, gap)
    assert told.endswith(f"（{rule['clause']}）" if language == "zh" else f" ({rule['clause']})")


def test_a_failure_inside_another_is_told_after_it() -> None:
    inner = KjxmError("call.quote", file="rules.json", place="/rules/3", quote="原话")
    told = strings.error(KjxmError("draft.call", path="某.kjxm", why=inner))
    assert told.startswith("某.kjxm")
    assert "“原话”" in told


def test_an_unknown_language_is_chinese() -> None:
    strings.use("fr")
    assert strings.language() == "zh"


def test_the_calls_of_the_program_are_all_looked_at() -> None:
    shelf = Shelf(ROOT / "schemas", [ROOT / "tests" / "calls"])
    assert {entry.place for entry in shelf.found} == set(CALL_FOLDERS)
