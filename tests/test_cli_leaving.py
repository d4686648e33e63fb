"""Export and package from the command line: what blocks, what is written, what travels in the mail."""

from __future__ import annotations

import email
import hashlib
import io
import sys
import zipfile
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from kjxm_desktop import cli
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import package
from kjxm_desktop.export import files as export_files
from kjxm_desktop.export.self_check import Mismatch
from tests.cli_run import AGRI, TIME, Ran, beneath, example, kjxm, new, refused, written

# One proposal that nothing blocks, as short as its call allows: every test here sets it in print.
READY: Json = {
    "honest": {"true_words": True},
    "cost": {
        "asked": "1.20",
        "spendings": [{"what": "滴灌带", "use": "tool", "payer": "station", "sum": "1.20", "why": "省水"}],
    },
    "thing": {"one_line": "小麦少浇一水", "trade": "planting", "trouble": "水不够。", "way": 2},
    "field": {
        "start": "2026-04",
        "end": "2026-10",
        "spots": [{"town": "lake"}],
        "lessons": [{"day": "2026-05-12", "topic": "看墒情", "people": 30}],
    },
    "who": {"name": "苗示例", "post": 10, "mobile": "13900000000"},
}
STEM = "农技小专项2026-苗示例-种植-小麦少浇一水"
IN_TIME = ("--time", "2026-03-01T08:00")


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("drafts")
    ready = written(folder / "ready.json", READY)
    torn = written(folder / "torn.json", {**READY, "honest": {}})
    return {
        "ready": new(folder / "ready.kjxm", ready, AGRI),
        "blocked": new(folder / "blocked.kjxm", torn, AGRI),
        "empty": new(folder / "empty.kjxm", None, AGRI),
    }


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """Return the folder that the mail is made of for an example with attachments, and how the command ended."""
    folder = tmp_path_factory.mktemp("packed")
    draft = new(folder / "a.kjxm", example("key-tech"))
    for name in ("扫描件.pdf", "说明.txt"):
        (folder / name).write_bytes(name.encode() * 100)
    extra = ("--with", folder / "扫描件.pdf", "--with", folder / "说明.txt")
    ran = kjxm("package", draft, "--to", folder / "to", *extra, *TIME)
    assert (ran.status, ran.err) == (0, ""), ran
    return next((folder / "to").iterdir()), ran


# -- export -------------------------------------------------------------------------------------------------------


def test_a_proposal_that_nothing_blocks_is_exported_and_its_paths_printed(
    drafts: dict[str, Path], tmp_path: Path
) -> None:
    to = tmp_path / "new" / "folder"
    ran = kjxm("export", drafts["ready"], "--to", to, *IN_TIME)
    assert (ran.status, ran.err) == (0, ""), ran
    assert ran.lines == [str(to / f"{STEM}.docx"), str(to / f"{STEM}.pdf")]
    assert sorted(beneath(to)) == [f"{STEM}.docx", f"{STEM}.pdf"]
    assert (to / f"{STEM}.pdf").read_bytes().startswith(b"%PDF")
    assert zipfile.is_zipfile(to / f"{STEM}.docx")


def test_one_format_may_be_asked_for_and_files_of_the_same_name_are_replaced(
    drafts: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / f"{STEM}.docx").write_text("old")
    (tmp_path / f"{STEM}.pdf").write_text("old")
    ran = kjxm("export", drafts["ready"], "--to", tmp_path, "--format", "docx", *IN_TIME)
    assert ran.lines == [str(tmp_path / f"{STEM}.docx")]
    assert zipfile.is_zipfile(tmp_path / f"{STEM}.docx")
    assert (tmp_path / f"{STEM}.pdf").read_text() == "old"
    ran = kjxm("export", drafts["ready"], "--to", tmp_path, "--format", "pdf", *IN_TIME)
    assert ran.lines == [str(tmp_path / f"{STEM}.pdf")]
    assert sorted(beneath(tmp_path)) == [f"{STEM}.docx", f"{STEM}.pdf"]


@pytest.mark.parametrize("command", ["export", "package"])
@pytest.mark.parametrize("name", ["blocked", "empty"])
def test_what_blocks_is_listed_and_nothing_is_written(
    drafts: dict[str, Path], tmp_path: Path, command: str, name: str
) -> None:
    ran = kjxm(command, drafts[name], "--to", tmp_path / "to", *IN_TIME)
    assert ran.status == 1
    blocking = [item for item in kjxm("check", drafts[name], "--json").json["diagnostics"] if item["blocks"]]
    assert len(ran.lines) == len(blocking)
    assert all(item["message"] in line for item, line in zip(blocking, ran.lines, strict=True))
    assert ran.err.count("\n") == 1
    assert beneath(tmp_path) == {}


def test_a_draft_leaves_whatever_is_missing(drafts: dict[str, Path], tmp_path: Path) -> None:
    ran = kjxm("export", drafts["empty"], "--to", tmp_path, "--draft", "--format", "docx")
    assert (ran.status, ran.err) == (0, ""), ran
    assert sorted(beneath(tmp_path)) == ["农技小专项2026-未填-未填-未填（未定稿）.docx"]


@pytest.mark.parametrize("command", ["export", "package"])
@pytest.mark.parametrize("name", ["ready", "blocked"])
@pytest.mark.parametrize("to", ["file", "file/x", "dangling", "n" * 300])
def test_a_target_that_cannot_be_written_comes_before_any_finding(
    drafts: dict[str, Path], tmp_path: Path, command: str, name: str, to: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for words in ([], ["--draft"]):
        refused(command, drafts[name], "--to", tmp_path / to, *words)
    assert sorted(beneath(tmp_path)) == ["dangling", "file"]


def test_a_folder_at_the_name_of_a_file_comes_before_any_finding(drafts: dict[str, Path], tmp_path: Path) -> None:
    taken = "农技小专项2026-未填-未填-未填.pdf"
    (tmp_path / taken).mkdir()
    assert taken in refused("export", drafts["empty"], "--to", tmp_path)
    assert list(beneath(tmp_path)) == [taken]


@pytest.mark.parametrize("extra", ["nowhere.pdf", "folder"])
def test_a_file_for_the_mail_that_cannot_be_read_comes_before_any_finding(
    drafts: dict[str, Path], tmp_path: Path, extra: str
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("ready", "blocked"):
        told = refused("package", drafts[name], "--to", tmp_path / "to", "--with", tmp_path / extra)
        assert extra in told
    assert list(beneath(tmp_path)) == ["folder"]


def test_a_disk_that_fails_half_way_leaves_the_earlier_files(
    drafts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{STEM}.docx").write_text("old")
    replace, seen = Path.replace, list[Path]()

    def second_fails(self: Path, target: Path) -> Path:
        seen.append(self)
        if len(seen) == 2:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", second_fails)
    refused("export", drafts["ready"], "--to", tmp_path, *IN_TIME)
    assert beneath(tmp_path) == {f"{STEM}.docx": b"old"}


def test_a_package_that_fails_half_way_leaves_nothing(
    drafts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", fails)
    refused("package", drafts["ready"], "--to", tmp_path / "a" / "b", *IN_TIME)
    assert beneath(tmp_path) == {}


def test_progress_is_told_on_a_terminal_alone(drafts: dict[str, Path], tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, before = Terminal(), sys.stderr
    sys.stderr = terminal
    try:
        words = ["export", str(drafts["ready"]), "--to", str(tmp_path), "--format", "pdf", *IN_TIME]
        assert cli.main(words) == 0
    finally:
        sys.stderr = before
    assert terminal.getvalue().splitlines() == ["正在排版…", "正在写 PDF…", "正在核对…"]


# -- package ------------------------------------------------------------------------------------------------------


def message_in(folder: Path) -> EmailMessage:
    message = email.message_from_bytes((folder / f"{folder.name}.eml").read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_package_holds_both_papers_the_mail_the_attachments_and_a_receipt(packed: tuple[Path, Ran]) -> None:
    folder, ran = packed
    stem = folder.name
    papers = {f"{stem}.docx", f"{stem}.pdf", f"{stem}.eml", "回执.txt"}
    assert {path.name for path in folder.iterdir()} == papers | {"附件"}
    assert {path.name for path in (folder / "附件").iterdir()} >= {"扫描件.pdf", "说明.txt"}
    assert sorted(ran.lines) == sorted(str(path) for path in folder.rglob("*") if path.is_file())


def test_the_mail_goes_to_the_address_of_the_notice_with_every_file_unchanged(packed: tuple[Path, Ran]) -> None:
    folder, _ = packed
    message = message_in(folder)
    assert message["To"] == "sjtunmg@126.com"
    assert message["X-Unsent"] == "1"
    assert message["From"] is None
    assert "项目建议书" in message["Subject"]
    assert "风电" in message["Subject"]
    attached = {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()}
    on_disk = {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".eml" and path.name != "回执.txt"
    }
    assert attached == on_disk
    body = message.get_body(("plain",))
    assert body is not None
    assert all(name in body.get_content() for name in on_disk)


def test_the_receipt_tells_time_names_sizes_and_digests(packed: tuple[Path, Ran]) -> None:
    folder, _ = packed
    told = (folder / "回执.txt").read_text("utf-8-sig")
    assert "2024-06-01T09:30:00+08:00" in told
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "回执.txt":
            name = path.relative_to(folder).as_posix()
            data = path.read_bytes()
            assert f"{name}　{len(data)}　{hashlib.sha256(data).hexdigest()}" in told


def test_extra_files_travel_in_the_mail_alone(packed: tuple[Path, Ran]) -> None:
    folder, _ = packed
    shown = kjxm("show", folder.parents[1] / "a.kjxm").out
    with zipfile.ZipFile(folder / f"{folder.name}.docx") as paper:
        printed = paper.read("word/document.xml").decode()
    assert "扫描件" not in shown + printed
    assert "扫描件.pdf" in (folder / "回执.txt").read_text("utf-8-sig")


def test_a_second_package_gets_a_number_and_the_first_stays(drafts: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / STEM).touch()
    ran = kjxm("package", drafts["ready"], "--to", tmp_path, *IN_TIME)
    assert ran.status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [STEM, f"{STEM}_2"]
    assert sorted(beneath(tmp_path / f"{STEM}_2")) == sorted(
        [f"{STEM}.{kind}" for kind in ("docx", "pdf", "eml")] + ["回执.txt"]
    )


def test_two_extra_files_of_one_name_both_travel(drafts: dict[str, Path], tmp_path: Path) -> None:
    for folder, text in (("a", "1"), ("b", "2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "扫描.pdf").write_text(text)
    extra = ("--with", tmp_path / "a" / "扫描.pdf", "--with", tmp_path / "b" / "扫描.pdf")
    ran = kjxm("package", drafts["blocked"], "--to", tmp_path / "to", "--draft", *extra)
    assert ran.status == 0
    (folder,) = (tmp_path / "to").iterdir()
    assert folder.name == STEM + "（未定稿）"
    names = {path.name: path.read_text() for path in (folder / "附件").iterdir()}
    assert names == {"扫描.pdf": "1", "扫描_2.pdf": "2"}


AMISS = (Mismatch("pdf", "/who/name", "text", "苗示"), Mismatch("docx", "", "markup", "word/document.xml: a rule"))


@pytest.mark.parametrize("command", ["export", "package"])
def test_what_reads_otherwise_than_it_was_answered_is_kept_beside_and_told(
    drafts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    made = export_files.Made({"docx": b"PK", "pdf": b"%PDF"}, 1, mismatches=AMISS)
    monkeypatch.setattr(package.export_files, "make", lambda *_, **__: made)
    (tmp_path / f"{STEM}.pdf").write_text("old")
    ran = kjxm(command, drafts["ready"], "--to", tmp_path, *IN_TIME)
    assert ran.status == 1
    assert (tmp_path / f"{STEM}.pdf").read_text() == "old"
    assert ran.lines
    assert all(Path(line).is_file() and f"{STEM}_未核对" in line for line in ran.lines)
    name, rule, place = ran.err.splitlines()
    assert "PDF 中没有完整的“苗示…”" in name
    assert "word/document.xml" in rule
    assert "2 处" in place
    assert str(tmp_path / f"{STEM}_未核对") in place
    spoken = kjxm("--lang", "en", command, drafts["ready"], "--to", tmp_path, *IN_TIME)
    assert "The PDF does not hold “苗示…” whole." in spoken.err


@pytest.mark.parametrize(("megabytes", "told"), [(8, ""), (12, "15 MB"), (16, "20 MB")])
def test_a_heavy_mail_is_warned_of_and_made(
    drafts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, megabytes: int, told: str
) -> None:
    made = export_files.Made({"docx": b"PK", "pdf": b"%PDF"}, 1)
    monkeypatch.setattr(package.export_files, "make", lambda *_, **__: made)
    (tmp_path / "scan.pdf").write_bytes(bytes(megabytes * 1_000_000))
    ran = kjxm("package", drafts["ready"], "--to", tmp_path, "--with", tmp_path / "scan.pdf", *IN_TIME)
    assert ran.status == 0
    assert told in ran.err
    assert ran.err.count("\n") == bool(told)
