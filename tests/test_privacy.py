"""What must not get out does not: words planted in names, pictures, answers and notes, and the rights of our files."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kjxm_desktop import app, paths
from kjxm_desktop.core import clock, comments, notes, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui.uncommented import without_comments
from tests import contents, watched
from tests.cli_run import KJXM, example, example_data, written
from tests.watched import COMMENT, HOME, MAKER, OF_THE_PICTURE, PICTURE, PLACE, TEXT, USER, Watched

PAPERS = (".docx", ".pdf", ".eml", ".txt")
REMARK = f"{TEXT}-remark"
"""What is said of a field in the session, and the name that signs it."""


def machine() -> tuple[str, ...]:
    """Return the words that tell whose machine it is."""
    return (USER, watched.host_name(), HOME)


def test_a_planted_word_is_found_wherever_it_lies(tmp_path: Path) -> None:
    photograph = watched.picture(tmp_path)
    assert len(contents.found_in(photograph, [PICTURE, MAKER, PLACE])) == 3
    packed = tmp_path / "a.zip"
    shutil.make_archive(str(packed.with_suffix("")), "zip", tmp_path, photograph.name)
    assert contents.found_in(packed, [MAKER])
    said = tmp_path / "said.txt"
    said.write_bytes(USER.upper().encode("utf-16-be"))
    assert contents.found_in(said, [USER])


# ---- a session at the window


@pytest.fixture
def session(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    return watched.session(tmp_path_factory, "offscreen")


def _papers(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in PAPERS)
    assert {path.suffix for path in found} == set(PAPERS)
    return found


def test_nothing_that_a_session_exports_tells_whose_machine_it_was(session: Watched) -> None:
    words = (*machine(), REMARK)
    assert [told for path in _papers(session.folder) for told in contents.found_in(path, words)] == []


def test_a_draft_tells_neither_whose_machine_it_was_nor_where_its_picture_came_from(session: Watched) -> None:
    drafts = [session.folder / "draft.kjxm", session.folder / "picture.kjxm"]
    words = (*machine(), *OF_THE_PICTURE)
    assert [told for path in drafts for told in contents.found_in(path, words)] == []
    assert contents.found_in(drafts[0], [TEXT]), "what was typed is in it"
    assert contents.found_in(drafts[0], [REMARK]), "what was said of it travels with it"


def test_the_logs_of_a_session_in_which_the_program_broke_hold_nothing_that_was_written(session: Watched) -> None:
    logs = sorted(session.own.glob("kjxm-desktop*"))
    assert any("unexpected RuntimeError at" in path.read_text("utf-8") for path in logs)
    words = (TEXT, *machine(), *OF_THE_PICTURE, "draft.kjxm", "沈示例", "葵盘")
    assert [told for path in logs for told in contents.found_in(path, words)] == []


def test_every_folder_and_file_of_its_own_is_the_users_alone_though_others_are_made_for_everybody(
    session: Watched,
) -> None:
    assert stat.S_IMODE((session.folder / "mail").stat().st_mode) == 0o777, "files were made for everybody"
    own = [session.own, *session.own.rglob("*")]
    assert {"state", "history", "settings.json", "kjxm-desktop.log", "backups"} <= {path.name for path in own}
    assert _open_to_others(own) == []
    assert (
        _open_to_others([session.folder / "draft.kjxm", session.home / ".local", session.home / ".local/share"]) == []
    )


def _open_to_others(found: Sequence[Path]) -> list[tuple[str, str]]:
    told = [(path, stat.S_IMODE(path.stat().st_mode)) for path in found]
    return [(str(path), oct(mode)) for path, mode in told if mode != (0o700 if path.is_dir() else 0o600)]


# ---- the command line


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a draft and its package, made by another user elsewhere, of a photograph and a comment."""
    home = tmp_path_factory.mktemp(HOME)
    figures = home / "figures"
    figures.mkdir()
    photograph = watched.picture(figures)
    data = json.loads(json.dumps(example_data("consulting")))
    for block in data["approach"]["route"]:
        if "file" in block:
            block["file"] = f"figures/{photograph.name}"
    shutil.copytree(example("consulting").parent / "attachments", home / "attachments")
    draft = home / "a.kjxm"
    _kjxm(home, "new", "--call", KJXM, "--data", written(home / "data.json", data), draft)
    stored = storage.read(draft, Shelf(paths.schemas())).proposal
    stored.notes = said(stored)
    storage.write(draft, stored, program="kjxm test")
    _kjxm(home, "package", draft, "--draft", "--to", home / "to", "--time", "2024-06-01")
    _kjxm(home, "show", draft)
    return home


def said(proposal: Proposal) -> Json:
    """Return notes in which each thing that can be said is said with a word that must not get out."""
    told, own = comments.with_new(proposal.notes, "/project/title", COMMENT, "todo", COMMENT, COMMENT, clock.now())
    told = comments.with_answer(told, own, COMMENT, COMMENT, clock.now())
    told, gone = comments.with_new(told, f"/{COMMENT}/@a", COMMENT, "comment", COMMENT, COMMENT, clock.now())
    told = comments.with_resolved(told, gone, resolved=True, by=COMMENT, at=clock.now())
    finding = Diagnostic("/project/title", Severity.ADVICE, "S05")
    told = notes.with_dismissed(told, proposal.data, finding, COMMENT, COMMENT, clock.now())
    unread = [*told["comments"], {"text": COMMENT}]
    return {**told, "comments": unread, "last_place": f"/{COMMENT}", "later": {COMMENT: COMMENT}}


def _kjxm(home: Path, *words: object) -> None:
    command = [*watched.as_stranger(), sys.executable, "-c", _RUN, *(str(word) for word in words)]
    ran = subprocess.run(command, cwd=watched.ROOT, env=watched.environment(home), capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    assert not contents.holds(ran.stdout + ran.stderr, COMMENT)


_RUN = "import sys; from kjxm_desktop import cli; sys.exit(cli.main(sys.argv[1:]))"


def test_a_package_tells_neither_the_machine_nor_the_origin_of_a_picture_nor_a_comment(packed: Path) -> None:
    words = (*machine(), *OF_THE_PICTURE, COMMENT)
    assert [told for path in _papers(packed / "to") for told in contents.found_in(path, words)] == []


def test_a_picture_in_a_draft_has_lost_what_its_camera_told_but_a_comment_stays_in_the_draft(packed: Path) -> None:
    assert contents.found_in(packed / "a.kjxm", [*machine(), *OF_THE_PICTURE]) == []
    assert contents.found_in(packed / "a.kjxm", [COMMENT])


def test_a_copy_without_comments_holds_none_but_what_was_said_of_findings_and_sections(packed: Path) -> None:
    shelf = Shelf(paths.schemas())
    stored = storage.read(packed / "a.kjxm", shelf).proposal
    before = (packed / "a.kjxm").read_bytes()
    storage.write(packed / "copy.kjxm", without_comments(storage.read(packed / "a.kjxm", shelf).proposal), program="x")
    copy = storage.read(packed / "copy.kjxm", shelf).proposal
    assert copy.data == stored.data
    assert (copy.notes["comments"], copy.notes["dismissed"]) == ([], stored.notes["dismissed"])
    assert copy.notes.keys() == notes.empty().keys()
    assert copy.doc_id != stored.doc_id
    assert (packed / "a.kjxm").read_bytes() == before
    copy.notes = notes.without_dismissed(copy.notes, copy.data, Diagnostic("/project/title", Severity.ADVICE, "S05"))
    storage.write(packed / "bare.kjxm", copy, program="x")
    assert contents.found_in(packed / "bare.kjxm", [COMMENT]) == []


def test_the_picture_was_printed(packed: Path) -> None:
    (docx,) = (packed / "to").rglob("*.docx")
    media = [content for place, content in contents.layers(docx.name, docx.read_bytes()) if "/media/" in place]
    assert any(len(content) > 10_000 for content in media)


def test_the_letter_and_the_receipt_hold_no_answer_but_those_that_name_the_proposal(packed: Path) -> None:
    plain = "补植和灌溉往往最先被削减"
    (docx,) = (packed / "to").rglob("*.docx")
    assert contents.found_in(docx, [plain])
    for path in [*(packed / "to").rglob("*.eml"), *(packed / "to").rglob("*.txt")]:
        assert contents.found_in(path, [plain], attachments=False) == []


# ---- the log


@pytest.fixture
def log_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the log is kept, with no handler of another test."""
    monkeypatch.setenv("KJXM_DATA", str(tmp_path / "own"))
    monkeypatch.setattr(app.log, "handlers", [])
    return tmp_path / "own" / "kjxm-desktop.log"


def _end_log() -> None:
    for handler in list(app.log.handlers):
        app.log.removeHandler(handler)
        handler.close()


def test_a_log_that_has_grown_is_put_aside_once_and_begun_anew(log_file: Path) -> None:
    log_file.parent.mkdir()
    log_file.write_bytes(b"x" * (app.LOG_BYTES + 1))
    log_file.with_suffix(".log.1").write_bytes(b"older")
    app._start_log()
    app.log.error("one")
    _end_log()
    assert log_file.with_suffix(".log.1").stat().st_size == app.LOG_BYTES + 1
    assert log_file.read_text("utf-8").endswith("ERROR one\n")


def test_the_log_is_the_users_alone_and_goes_on_where_it_ended(log_file: Path) -> None:
    before = os.umask(0)
    try:
        for word in ("one", "two"):
            app._start_log()
            app.log.error(word)
            _end_log()
    finally:
        os.umask(before)
    assert [line.rpartition(" ")[2] for line in log_file.read_text("utf-8").splitlines()] == ["one", "two"]
    assert _open_to_others([log_file, log_file.parent]) == []


def test_a_folder_that_takes_no_log_costs_the_log_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "datei").write_text("x", "utf-8")
    monkeypatch.setenv("KJXM_DATA", str(tmp_path / "datei" / "own"))
    monkeypatch.setattr(app.log, "handlers", [])
    app._start_log()
    assert app.log.handlers == []
