"""What the person chose: kept from one start to the next, and never a reason not to start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kjxm_desktop.settings import DEFAULTS, Settings


def test_what_was_set_is_there_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    Settings(file).set("language", "en")
    assert Settings(file).get("language") == "en"
    assert Settings(file).get("appearance") == DEFAULTS["appearance"]


@pytest.mark.parametrize(
    "told",
    [
        {"window": []},
        {"window": {"panels": 5}},
        {"window": {"geometry": "葵"}},
        {"recent": 3},
        {"recent": {"a": 1}},
        {"language": 7},
        {"language": ["zh"]},
        {"language": "fr"},
        {"appearance": None},
        {"appearance": "pink"},
        ["zh"],
        None,
    ],
    ids=str,
)
def test_values_of_a_wrong_kind_mean_the_defaults(tmp_path: Path, told: object) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(told), "utf-8")
    settings = Settings(file)
    assert {name: settings.get(name) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize("told", ["", "{", "[" * 100_000, "\x00"], ids=["empty", "cut", "deep", "zero"])
def test_a_damaged_file_means_the_defaults(tmp_path: Path, told: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(told, "utf-8")
    settings = Settings(file)
    assert {name: settings.get(name) for name in DEFAULTS} == DEFAULTS
