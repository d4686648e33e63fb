"""The helper process: requests by line, answers as JSON, failures as keys the window can tell in its language."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kjxm_desktop import worker
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import self_check
from tests.cli_run import AGRI, CALLS, new


def asked(*requests: Json) -> list[Json]:
    answers = io.StringIO()
    assert worker.main(io.StringIO("".join(json.dumps(request) + "\n" for request in requests)), answers) == 0
    assert answers.getvalue().isascii()
    return [json.loads(line) for line in answers.getvalue().splitlines()]


def request(draft: Path, to: Path, **more: Json) -> Json:
    told = {"action": "export", "draft_file": str(draft), "to": str(to), "time": "2026-03-01T08:00+08:00"}
    return {**told, "draft": True, "calls": [str(CALLS)], **more}


def test_an_export_tells_its_steps_and_what_it_made(tmp_path: Path) -> None:
    draft = new(tmp_path / "a.kjxm", None, AGRI)
    *steps, last = asked(request(draft, tmp_path / "to", formats=["pdf"]))
    assert steps == [{"progress": "layout"}, {"progress": "pdf"}, {"progress": "check"}]
    assert set(last["done"]) == {"paths", "pages", "missing_glyphs", "unset_formulas", "mismatches"}
    assert last["done"]["mismatches"] == []
    assert [Path(path).suffix for path in last["done"]["paths"]] == [".pdf"]
    assert last["done"]["pages"] >= 1


def test_a_package_tells_the_letter_and_the_files(tmp_path: Path) -> None:
    draft = new(tmp_path / "a.kjxm", None, AGRI)
    (tmp_path / "扫描.pdf").write_bytes(b"%PDF")
    told = asked(request(draft, tmp_path / "to", action="package", extra=[str(tmp_path / "扫描.pdf")]))
    assert [step["progress"] for step in told[:-1]] == ["layout", "pdf", "docx", "check", "mail"]
    done = told[-1]["done"]
    assert done["to"] == "xiaozhuanxiang@example.cn"
    assert Path(done["eml"]).is_file()
    assert {file["name"] for file in done["files"]} >= {"附件/扫描.pdf", "回执.txt"}
    assert done["size_warning"] is None


@pytest.mark.parametrize("action", ["export", "package"])
def test_what_the_self_check_found_is_answered_with_the_place_of_the_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    draft = new(tmp_path / "a.kjxm", None, AGRI)
    found = (self_check.Mismatch("pdf", "/who/name", "text", "苗示"),)
    monkeypatch.setattr(self_check, "check", lambda *_, **__: found)
    done = asked(request(draft, tmp_path / "to", action=action))[-1]["done"]
    assert done["mismatches"] == [{"format": "pdf", "pointer": "/who/name", "kind": "text", "start": "苗示"}]
    written = done["paths"] if action == "export" else [done["folder"]]
    assert all("_未核对" in path and Path(path).exists() for path in written)


def test_a_failure_is_answered_and_the_next_request_is_served(tmp_path: Path) -> None:
    draft = new(tmp_path / "a.kjxm", None, AGRI)
    (tmp_path / "bad.kjxm").write_bytes(b"PK")
    told = asked(
        request(tmp_path / "bad.kjxm", tmp_path / "to"),
        request(draft, tmp_path / "bad.kjxm"),
        request(draft, tmp_path / "to", formats=["pdf"]),
    )
    assert told[0]["error"]["key"].startswith("draft.")
    assert told[1] == {"error": {"key": "export.target_not_folder", "params": {"path": str(tmp_path / "bad.kjxm")}}}
    assert "done" in told[-1]
