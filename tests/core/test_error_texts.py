"""Every expected failure of the core has its sentence in both languages, with no blank that nobody fills."""

import ast
import json
import string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ADDED_ON_THE_WAY = {
    "draft": {"path"},
    "storage": {"path"},
    "data.doubled_key": {"pointer"},
    "data.number": {"pointer"},
    "data.surrogate": {"pointer"},
    "data.depth": {"name", "limit"},
}


def raised():
    """Yield (key, names of the parameters) of each failure that is raised by a literal key under core/."""
    for file in sorted((ROOT / "kjxm_desktop" / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("KjxmError", "_FaultError", "_Wrong")
            ):
                for key in literals(node.args[0]):
                    yield key, {keyword.arg for keyword in node.keywords}


def literals(node):
    parts = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def texts(language):
    return json.loads((ROOT / "resources" / "strings" / language / "errors.json").read_text(encoding="utf-8"))


RAISED = list(raised())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_failure_of_the_core_can_be_told(language):
    told = texts(language)
    assert {key for key, _ in RAISED if f"errors.{key}" not in told} == set()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_has_a_blank_that_nobody_fills(language):
    told = texts(language)
    unfilled = []
    for key, params in RAISED:
        blanks = {name for _, name, _, _ in string.Formatter().parse(told[f"errors.{key}"]) if name}
        given = params | ADDED_ON_THE_WAY.get(key, set()) | ADDED_ON_THE_WAY.get(key.partition(".")[0], set())
        unfilled += [(key, blank) for blank in sorted(blanks - given)]
    assert unfilled == []


def test_both_languages_tell_the_same_keys_in_order():
    chinese, english = texts("zh"), texts("en")
    assert list(chinese) == list(english) == sorted(chinese)


def test_both_languages_fill_the_same_blanks():
    chinese, english = texts("zh"), texts("en")
    for key, text in chinese.items():
        blanks = [{name for _, name, _, _ in string.Formatter().parse(told) if name} for told in (text, english[key])]
        assert blanks[0] == blanks[1], key


def test_every_way_the_system_refuses_to_store_has_its_sentence():
    from kjxm_desktop.core import atomic_file

    keys = {f"errors.{key}" for key in atomic_file._KEYS.values()}
    assert keys <= texts("zh").keys()
