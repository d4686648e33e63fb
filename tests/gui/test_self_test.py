"""The program tries itself: what it reports, that it touches nothing, and that it notices what is broken."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import self_test
from kjxm_desktop.gui.background import Job
from kjxm_desktop.gui.form.field import Field
from tests.gui.conftest import NOW

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tried(data_folder: Path, tmp_path: Path) -> Callable[[], dict[str, Json]]:
    """Return what runs the self-test in this process and gives its steps by name."""

    def run() -> dict[str, Json]:
        file = tmp_path / "report.json"
        status = self_test.run(file, lambda: NOW)
        told = json.loads(file.read_text("utf-8"))
        assert told["passed"] is (status == 0)
        return {step["name"]: step for step in told["steps"]}

    return run


def test_the_program_passes_touches_no_draft_and_names_no_file_of_the_person(tmp_path: Path) -> None:
    report, data = tmp_path / "report.json", tmp_path / "data"
    data.mkdir()
    ran = subprocess.run(
        [sys.executable, "-m", "kjxm_desktop", "--platform", "offscreen", "--self-test", str(report)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "KJXM_DATA": str(data)},
    )
    text = report.read_text("utf-8")
    told = json.loads(text)
    assert (ran.returncode, told["passed"]) == (0, True), told["steps"]
    names = [step["name"] for step in told["steps"]]
    assert names == ["fonts", "open", "paint", "type", "save", "export", "reopen docx", "reopen pdf"]
    assert told["system"]["platform"] == "offscreen"
    assert "qoffscreen" in " ".join(told["system"]["plugins"]["platforms"])
    assert list(data.iterdir()) == []
    assert str(tmp_path) not in text
    assert str(Path.home()) not in text
    assert f"/{getpass.getuser()}/" not in text


def test_a_report_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "kjxm_desktop", "--self-test", str(tmp_path / "nowhere" / "report.json")],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr.decode()
    assert "nowhere" in ran.stderr.decode()


def test_a_font_that_is_another_is_noticed(
    tried: Callable[[], dict[str, Json]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fonts"
    shutil.copytree(paths.fonts(), folder)
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    told["fonts"][0]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(told), "utf-8")
    monkeypatch.setattr(paths, "fonts", lambda: folder)
    steps = tried()
    assert steps["fonts"]["passed"] is False
    assert told["fonts"][0]["file"] in steps["fonts"]["why"]
    assert steps["export"]["passed"] is True  # the helper process has the right ones


def test_keys_that_do_not_arrive_are_noticed(
    tried: Callable[[], dict[str, Json]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Field, "put_together", lambda *_, **__: True)
    assert tried()["type"]["why"] == "a key did not arrive"


def test_a_helper_process_that_fails_is_noticed(
    tried: Callable[[], dict[str, Json]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Job.start

    def spoiled(job: Job, program: str) -> None:
        job._request = {**job._request, "action": "export", "time": "no time"}
        start(job, program)

    monkeypatch.setattr(Job, "start", spoiled)
    steps = tried()
    assert steps["export"]["passed"] is False
    assert steps["export"]["why"] == "export.helper_stopped"
    assert steps["reopen docx"]["passed"] is False
