"""Files made to exhaust their reader are refused by name within 200 MB, never for want of memory (HI-1)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import hostile
from tests.cli_run import new
from tests.torture.processes import DONE, REFUSED

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return new(tmp_path_factory.mktemp("sound") / "a.kjxm").read_bytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, sound: bytes) -> dict[str, str]:
    """Every hostile draft by the path it lies at; the sound one is among them."""
    folder = tmp_path_factory.mktemp("hostile")
    made = {"sound": sound} | {name: spoil(sound) for name, spoil in hostile.DRAFTS.items()}
    named = {str(folder / f"{at}.kjxm"): name for at, name in enumerate(made)}
    for path, name in named.items():
        Path(path).write_bytes(made[name])
    return named


def ended(reader: str, files: dict[str, str]) -> dict[str, tuple[int, list[str]]]:
    """Return how the reader of each file ended; a process of its own forks them, since this one has threads."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.limited_reader", reader, *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {files[path]: told for path, told in json.loads(done.stdout).items()}


@pytest.mark.parametrize("reader", ["storage", "check"])
def test_a_hostile_draft_is_refused_within_200_mb(files: dict[str, str], reader: str) -> None:
    told = ended(reader, files)
    assert told.pop("sound")[0] == DONE
    assert {name: how for name, how in told.items() if how[0] != REFUSED} == {}


def test_salvage_of_a_hostile_draft_stays_within_200_mb(files: dict[str, str]) -> None:
    told = ended("salvage", files)
    assert {name: how for name, how in told.items() if how[0] not in (DONE, REFUSED)} == {}
