"""What the schema of a call may say and what that means: nothing is reached for, nothing doubles, nothing hangs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from referencing.exceptions import Unresolvable

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import call_check, schema_words, storage
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from tests.cli_run import KJXM, new
from tests.core.test_storage import parts_of, rebuilt
from tests.test_bad_calls import TITLE, chain, checked, tower, with_value

FOREIGN_WORDS: dict[str, Json] = {
    "requierd": ["title"],
    "required": ["title"],
    "allOf": [{"$ref": "#/$defs/short"}, {"$ref": "#/$defs/short"}],
    "anyOf": [{}],
    "not": {},
    "$dynamicRef": "#a",
    "$dynamicAnchor": "a",
    "$recursiveRef": "#",
    "$id": "http://127.0.0.1:9/",
    "patternProperties": {"a": {}},
    "propertyNames": {},
    "unevaluatedProperties": False,
    "uniqueItems": True,
    "contains": {},
    "prefixItems": [{}],
    "dependentSchemas": {},
    "multipleOf": 0.01,
    "maxLength": 3,
    "format": "email",
    "default": "a",
    "contentEncoding": "base64",
}


@pytest.mark.parametrize("keyword", FOREIGN_WORDS)
def test_a_keyword_that_is_not_ours_is_refused_with_its_place(keyword: str) -> None:
    with pytest.raises(KjxmError) as caught:
        checked(with_value("data.schema.json", TITLE, {"type": "string", keyword: FOREIGN_WORDS[keyword]}))
    assert caught.value.key == "call.form_of_file"
    assert caught.value.params["place"] == TITLE
    assert keyword in str(caught.value.params["why"])


WATCHED: list[tuple[str, str]] = []
"""What this process reaches for, while somebody watches."""
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and (event == "open" or event.startswith(("socket.", "urllib.", "http."))):
        WATCHED.append((event, str(arguments[0]) if arguments else ""))


sys.addaudithook(_watch)


@pytest.fixture
def reached_for() -> Iterator[list[tuple[str, str]]]:
    global _watching  # an audit hook stays for ever
    WATCHED.clear()
    _watching = True
    yield WATCHED
    _watching = False


@pytest.mark.parametrize("scheme", ["http", "https", "file", "ftp", "path", "home"])
def test_no_reference_reaches_for_anything(tmp_path: Path, scheme: str, reached_for: list[tuple[str, str]]) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"const": "secret"}')
    named = {"file": secret.as_uri(), "path": str(secret), "home": "~/x.json"}.get(scheme, f"{scheme}://127.0.0.1:9/x")
    schema: Json = {"$ref": named}
    reached_for.clear()
    with pytest.raises(KjxmError) as caught:
        checked(with_value("data.schema.json", TITLE, schema))
    # Even where a schema would get past the loader, its validator reads nothing.
    with pytest.raises(Unresolvable):
        list(schema_words.validator(schema).iter_errors("a"))
    told = [(event, what) for event, what in reached_for if event != "open" or what.startswith(str(tmp_path))]
    assert told == []
    assert "secret" not in str(caught.value.params.get("why", ""))


def test_however_definitions_double_each_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    of = call_check._Expansion.of

    def counted(self: Json, node: Json, place: str, depth: int) -> tuple[int, int]:
        measured.append(place)
        return of(self, node, place, depth)

    monkeypatch.setattr(call_check._Expansion, "of", counted)
    for spoilt in (tower(), chain(1_500)):
        measured.clear()
        with pytest.raises(KjxmError):
            checked(spoilt)
        assert len(measured) < 2 * call_check.MAX_SCHEMA_NODES
        assert len(measured) == len(set(measured))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(\w+\s?)+$", "a" * 100_000 + "!"),
        (r"^(a+)+$", "a" * 100_000 + "!"),
        (r"^(a|a)*$", "a" * 100_000 + "!"),
        (r"^([a-zA-Z]+)*$", "a" * 100_000 + "1"),
        (r"^(.*a){20}$", "a" * 19 + "b" * 100_000),
    ],
)
def test_patterns_that_hang_other_engines_end(pattern: str, text: str) -> None:
    assert schema_words.pattern(pattern).search(text) is None
    checked(with_value("data.schema.json", "/$defs/wan/pattern", pattern))


def test_a_class_of_characters_is_taken_as_google_re2_spells_it() -> None:
    checked(with_value("data.schema.json", "/$defs/wan/pattern", r"^\p{Han}+$"))
    assert schema_words.pattern(r"^\p{Han}+$").search("项目𠮷")
    assert not schema_words.pattern(r"^\p{Han}+$").search("a")


# -- what our keywords mean (HI-11); schemas/README.md says the same


def accepts(schema: Json, value: Json) -> bool:
    return not list(schema_words.validator(schema).iter_errors(value))


@pytest.mark.parametrize(
    ("value", "is_right"),
    [("19.99", True), ("0.07", True), ("12", True), ("１２", False), ("12\n", False), ("\n12", False), ("1e3", False)],
)
def test_money_is_decimal_digits_and_nothing_else(value: str, is_right: bool) -> None:
    schema = calls.load(paths.schemas() / KJXM).schema["$defs"]["money"]
    assert accepts(schema, value) is is_right


@pytest.mark.parametrize(("told", "value"), [(1, True), (0, False), ("1", 1)])
def test_a_choice_knows_a_number_from_yes_and_from_a_word(told: Json, value: Json) -> None:
    assert accepts({"enum": [told]}, told)
    assert not accepts({"enum": [told]}, value)


def test_yes_is_no_integer_and_digits_of_other_scripts_are_no_digits() -> None:
    assert not accepts({"type": "integer"}, True)
    assert not accepts({"type": "string", "pattern": r"^\d+$"}, "１２")
    assert not accepts({"type": "string", "pattern": r"^\d+$"}, "12\n")
    assert accepts({"type": "string", "pattern": r"^\d+$"}, "12")


def test_values_that_may_stand_once_are_told_apart_in_one_pass() -> None:
    unique = {"uniqueItems": True}
    assert accepts(unique, [1, True, "1", None, "true"])
    assert accepts(unique, [*range(20_000), *map(str, range(20_000)), {"a": 1}, {"a": "1"}])
    assert not accepts(unique, [{"a": 1, "b": 2}, {"b": 2, "a": 1}])
    assert not accepts(unique, [1, "1", 1])


# -- the call inside a draft (HI-12)


def test_a_call_exchanged_inside_a_draft_is_found_or_told(tmp_path: Path) -> None:
    draft = new(tmp_path / "a.kjxm")
    parts = parts_of(draft)
    shelf = calls.Shelf(paths.schemas())
    sound = storage.read(draft, shelf)
    assert not sound.foreign_call
    swapped = parts | {"call/notice.txt": parts["call/notice.txt"] + "另行通知".encode()}
    for listed, key in ((False, "draft.damaged"), (True, "draft.manifest")):
        draft.write_bytes(rebuilt(swapped, listed=listed))
        with pytest.raises(KjxmError) as caught:
            storage.read(draft, shelf)
        assert caught.value.key == key
    files = {name.removeprefix("call/"): part for name, part in swapped.items() if name.startswith("call/")}
    sha256 = calls.sha256_of(files)
    draft.write_bytes(rebuilt(swapped, manifest=lambda told: told["call"].update(sha256=sha256)))
    honest = storage.read(draft, shelf)
    assert honest.foreign_call
    assert honest.proposal.call.sha256 == sha256 != sound.proposal.call.sha256
