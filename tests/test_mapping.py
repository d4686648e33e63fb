"""Every promised failure stands once in tests/README.md, with tests that are there or a reason and a check by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parent
ROOT = TESTS.parent
MANY = {"ST": 26, "HI": 13, "IM": 8, "PA": 9, "SP": 8, "PV": 6, "PD": 12, "DX": 13, "EM": 4}
"""How many failures of each kind were promised to be borne."""
_ROW = re.compile(r"\| ([A-Z]{2}-[0-9]+) \| (.+?) \| (.*?) \| (.*?) \|")


class Row(NamedTuple):
    """One failure: its id, what it is, the tests as (file, name), and what stands besides."""

    id: str
    failure: str
    tests: list[tuple[str, str]]
    besides: str


def _rows() -> Iterator[Row]:
    for line in (TESTS / "README.md").read_text("utf-8").splitlines():
        told = _ROW.fullmatch(line)
        if told is not None:
            yield Row(told[1], told[2], list(_tests(told[3])), told[4])


def _tests(cell: str) -> Iterator[tuple[str, str]]:
    for part in cell.split(" · "):
        names = re.findall(r"`([^`]+)`", part)
        yield from ((names[0], f"test_{name}") for name in names[1:])


@cache
def _functions(file: str) -> set[str]:
    """Return the tests of a file that run: functions at the top that nothing skips."""
    module = ast.parse((TESTS / file).read_text("utf-8"))
    return {
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef)
        and not any("skip" in ast.unparse(told) or "xfail" in ast.unparse(told) for told in node.decorator_list)
    }


def test_every_failure_stands_once() -> None:
    assert [row.id for row in _rows()] == [f"{kind}-{at}" for kind, count in MANY.items() for at in range(1, count + 1)]


def test_every_test_that_is_named_is_there_and_runs() -> None:
    named = [(row.id, file, name) for row in _rows() for file, name in row.tests]
    assert len(named) > sum(MANY.values())
    assert [told for told in named if not (TESTS / told[1]).is_file() or told[2] not in _functions(told[1])] == []


def test_what_no_test_shows_has_a_reason_and_a_check_by_hand() -> None:
    bare = [row for row in _rows() if not row.tests]
    assert [row.id for row in bare] == ["ST-24"], "a disk that lies is all that nothing here can show"
    assert [row.id for row in bare if not re.search(r"\bM[0-9]\b", row.besides) or len(row.besides) < 20] == []


def test_every_check_by_hand_is_written_down_and_asked_for() -> None:
    asked = {check for row in _rows() for check in re.findall(r"\bM[0-9]\b", row.besides)}
    written = re.findall(r"^\| (M[0-9]) \|", (ROOT / "packaging" / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(asked) == written


def test_every_part_of_the_torture_that_is_named_is_there() -> None:
    from tests.torture.run import PARTS

    named = {part for row in _rows() for part in re.findall(r"ONE=([a-z]+)", row.besides)}
    assert named
    assert named <= set(PARTS)


def test_no_database_is_opened_anywhere() -> None:
    asking = re.compile(r"^\s*(import|from)\s+(sqlite3|dbm|shelve|\S*QtSql)\b", re.MULTILINE)
    modules = [path.name for path in (ROOT / "kjxm_desktop").rglob("*.py") if asking.search(path.read_text("utf-8"))]
    assert modules == []
