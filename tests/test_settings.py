"""What the person chose: kept from one start to the next, and never a reason not to start; and where it is kept."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import platformdirs.windows
import pytest

from kjxm_desktop import app, paths
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


# ---- where it is kept


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """Let new files be everybody's, as some systems do."""
    before = os.umask(0)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("open_to_all")
def test_the_folder_and_the_settings_are_the_users_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KJXM_DATA", str(tmp_path / "a" / "own"))
    Settings().set("language", "en")
    assert [_mode(path) for path in (tmp_path / "a", tmp_path / "a" / "own")] == [0o700, 0o700]
    assert _mode(paths.settings_file()) == 0o600
    assert list(paths.data_folder().iterdir()) == [paths.settings_file()]


@pytest.mark.usefixtures("open_to_all")
def test_without_a_folder_of_its_own_the_program_takes_the_one_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KJXM_DATA", raising=False)
    asked: list[dict[str, object]] = []

    def folder(name: str, **how: object) -> str:
        asked.append({"name": name, **how})
        return str(tmp_path / "share" / name)

    monkeypatch.setattr(platformdirs, "user_data_dir", folder)
    assert paths.data_folder() == tmp_path / "share" / "kjxm-desktop"
    assert [_mode(path) for path in (tmp_path / "share", paths.data_folder())] == [0o700, 0o700]
    assert asked[0] == {"name": "kjxm-desktop", "appauthor": False, "roaming": False}


def test_on_windows_it_is_the_folder_that_stays_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", lambda name: f"<{name}>")
    windows = platformdirs.windows.Windows("kjxm-desktop", appauthor=False, roaming=False)
    assert Path(windows.user_data_dir).parts[-2:] == ("<CSIDL_LOCAL_APPDATA>", "kjxm-desktop")


def test_a_home_that_cannot_be_written_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("KJXM_DATA", str(tmp_path / "a file" / "own"))
    assert app.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "a file" in said.err
