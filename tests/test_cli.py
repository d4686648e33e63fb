"""The command line: its words, what it prints where, and how it ends."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from kjxm_desktop import cli, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.form import Kind
from kjxm_desktop.errors import KjxmError, why
from tests.cli_run import AGRI, CALLS, EXAMPLES, KJXM, TIME, beneath, example, kjxm, new, refused, written

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "new", "show", "check", "export", "package", "call", "call list", "call show", "call check",
)  # fmt: skip


def process(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "kjxm_desktop.cli", *(str(word) for word in words)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return new(tmp_path / "空.kjxm")


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("drafts")
    return {name: new(folder / f"{name}.kjxm", example(name)) for name in EXAMPLES}


# -- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_explains_itself_on_stdout(command: str, language: str) -> None:
    ran = kjxm("--lang", language, *command.split(), "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("用法：" if language == "zh" else "Usage:")
    assert "--calls DIR" in ran.out


def test_the_version_is_told() -> None:
    ran = kjxm("--version")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("kjxm ")


WRONG_USAGE = [
    [], ["paint"], ["call"], ["call", "paint"], ["new"], ["new", "--call", KJXM], ["new", "x.kjxm"], ["show"],
    ["check"], ["check", "a", "b"], ["check", "a", "--js"], ["check", "a", "--time"], ["check", "a", "--json=1"],
    ["check", "a", "--time", "gestern"], ["check", "a", "--lang", "fr"], ["check", "a", "--lang"],
    ["export", "a"], ["export", "a", "--to", "b", "--format", "odt"], ["package", "a"], ["package", "--to", "b"],
    ["call", "show"], ["call", "check"], ["--calls"], ["show", "a", "--calls"], ["--no\nsuch\nword"],
]  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("words", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_is_one_sentence(words: list[str], language: str) -> None:
    told = refused("--lang", language, *words)
    assert told.endswith("。" if language == "zh" else ".")


def test_the_language_is_taken_before_and_after_the_command_and_the_last_one_counts() -> None:
    chinese = refused("show", "nowhere.kjxm")
    english = refused("--lang", "en", "show", "nowhere.kjxm")
    assert chinese != english
    assert english.isascii()
    assert refused("show", "--lang", "en", "nowhere.kjxm") == english
    assert refused("show", "nowhere.kjxm", "--lang=en") == english
    assert refused("--lang", "zh", "show", "nowhere.kjxm", "--lang", "en") == english
    assert refused("--lang", "en", "call", "--lang", "zh", "check", "nowhere") == refused("call", "check", "nowhere")


@pytest.mark.parametrize(
    "words",
    [
        ["--calls", CALLS, "call", "list"],
        ["call", "--calls", CALLS, "list"],
        ["call", "list", "--calls", CALLS],
    ],
)
def test_folders_of_calls_are_taken_before_and_after_the_command(words: list[object]) -> None:
    beside = sorted(folder.name for folder in CALLS.iterdir() if (folder / "call.json").is_file())
    assert [line.split("\t")[0] for line in kjxm(*words).lines] == [*beside, KJXM]


def test_a_folder_of_one_call_is_taken_too() -> None:
    assert [line.split("\t")[0] for line in kjxm("call", "list", "--calls", CALLS / AGRI).lines] == [AGRI, KJXM]


def test_of_two_calls_with_one_id_the_first_folder_wins_and_an_added_one_beats_ours(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / str(number) / KJXM
        folder.mkdir(parents=True)
        for name in calls.FILES:
            data = (ROOT / "schemas" / KJXM / name).read_bytes()
            (folder / name).write_bytes(data.replace(b'"2024.1"', b'"2024.%d"' % (number + 1)))
    first = kjxm("--calls", tmp_path / "1", "call", "list", "--calls", tmp_path / "2")
    assert [line.split("\t")[1] for line in first.lines] == ["2024.2"]
    second = kjxm("--calls", tmp_path / "2", "call", "list", "--calls", tmp_path / "1")
    assert [line.split("\t")[1] for line in second.lines] == ["2024.3"]


def test_a_folder_of_calls_that_is_not_there_cannot_be_used(tmp_path: Path) -> None:
    assert "无" in refused("call", "list", "--calls", tmp_path / "无")
    assert "x" * 50 in refused("call", "list", "--calls", "x" * 5000)


def test_a_broken_call_is_marked_in_the_list_and_fails_nothing_else(tmp_path: Path) -> None:
    for name, missing in (("torn", "form.json"), ("headless", "call.json")):
        folder = tmp_path / name
        folder.mkdir()
        for file in set(calls.FILES) - {missing}:
            (folder / file).write_bytes((CALLS / AGRI / file).read_bytes())
    listed = kjxm("call", "list", "--calls", tmp_path)
    assert listed.status == 0
    assert {line.split("\t")[0]: line.split("\t")[1] for line in listed.lines} == {
        "headless": "不可用",
        "torn": "不可用",
        KJXM: "2024.1",
    }
    draft = tmp_path / "a.kjxm"
    assert kjxm("new", "--calls", tmp_path, "--call", KJXM, draft).status == 0
    assert kjxm("check", "--calls", tmp_path, draft, *TIME).status == 1
    assert kjxm("show", draft, "--calls", tmp_path).status == 0
    assert AGRI in refused("new", "--calls", tmp_path, "--call", AGRI, tmp_path / "b.kjxm")


# -- streams ------------------------------------------------------------------------------------------------------


def test_output_is_utf8_whatever_the_terminal_says() -> None:
    ran = process("call", "list", PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0")
    assert ran.returncode == 0
    assert "科技兴蒙" in ran.stdout.decode("utf-8")
    assert ran.stderr == b""
    ran = process("paint", PYTHONIOENCODING="latin-1")
    assert ran.returncode == 2
    assert "命令" in ran.stderr.decode("utf-8")


def test_a_full_disk_behind_the_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    told = io.StringIO()
    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(sys, "stderr", told)
    assert cli.main(["call", "list"]) == 2
    monkeypatch.undo()
    assert told.getvalue().count("\n") == 1
    assert "stdout" in told.getvalue()


def test_output_that_cannot_be_written_has_a_sentence_of_its_own() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "kjxm_desktop.cli", "call", "show", KJXM],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=ROOT,
        )
    assert ran.returncode == 2
    assert (
        ran.stderr.decode("utf-8") == "没能把结果写到标准输出（stdout：磁盘空间不足），清理磁盘或改写到别处后再试。\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ["call", "check", ""], ["show", "{}", "--media", ""], ["export", "{}", "--to", ""],
        ["package", "{}", "--to", ""],
        ["show", ""], ["check", ""], ["new", "--call", KJXM, ""], ["new", "--call", KJXM, "--data", "", "a.kjxm"],
        ["package", "{}", "--to", "a", "--with", ""], ["--calls", "", "call", "list"],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_path_is_no_path(empty: Path, words: list[str], language: str) -> None:
    told = refused("--lang", language, *(word.format(empty) for word in words))
    assert ("是空的" if language == "zh" else "is empty") in told


@pytest.mark.parametrize("time", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00", "1899-12-31", "2200-01-01"])
@pytest.mark.parametrize("command", ["check", "export", "package"])
def test_a_time_far_from_any_deadline_is_refused(tmp_path: Path, empty: Path, command: str, time: str) -> None:
    to = [] if command == "check" else ["--draft", "--to", tmp_path / "out"]
    assert time in refused(command, empty, *to, "--time", time)
    assert not (tmp_path / "out").exists()


def test_what_two_commands_of_one_name_do_is_told_apart() -> None:
    for name in ("show", "check"):
        assert kjxm(name, "--help").out.splitlines()[2:4] != kjxm("call", name, "--help").out.splitlines()[2:4]
    assert "JSON" in kjxm("show", "--help").out
    assert ".kjxm" in kjxm("check", "--help").out


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (errno.ENOENT, "找不到", "no such"), (errno.EACCES, "权限", "permitted"), (errno.EEXIST, "已存在", "taken"),
        (errno.ENOSPC, "空间不足", "full"), (errno.EROFS, "只能读取", "read-only"), (errno.EISDIR, "文件夹", "folder"),
        (errno.ENOTDIR, "不是文件夹", "no folder"), (errno.EIO, "出错", "failed"),
        (errno.ENAMETOOLONG, "过长", "too long"),
        (errno.EPERM, "权限", "permitted"), (errno.EBUSY, "占用", "in use"), (errno.EPIPE, "32", "32"),
    ],
)  # fmt: skip
def test_what_the_system_says_is_said_in_the_language_in_use(number: int, zh: str, en: str) -> None:
    told = KjxmError("cli.unreadable", path="a", why=why(OSError(number, "in the words of the system")))
    assert zh in strings.error(told)
    strings.use("en")
    assert en in strings.error(told)
    strings.use("zh")
    assert "words of the system" not in strings.error(told)


# -- new and show -------------------------------------------------------------------------------------------------


def test_new_makes_a_draft_says_where_and_never_overwrites(tmp_path: Path) -> None:
    out = tmp_path / "新.kjxm"
    ran = kjxm("new", "--call", KJXM, out)
    assert (ran.status, ran.out, ran.err) == (0, f"{out}\n", "")
    before = out.read_bytes()
    assert "新.kjxm" in refused("new", "--call", KJXM, out)
    assert out.read_bytes() == before
    out.unlink()
    out.symlink_to(tmp_path / "nowhere")
    refused("new", "--call", KJXM, out)
    assert list(beneath(tmp_path)) == ["新.kjxm"]
    assert out.is_symlink()


def test_new_names_the_calls_at_hand_when_it_does_not_know_one(tmp_path: Path) -> None:
    assert KJXM in refused("new", "--call", "unknown", tmp_path / "a.kjxm")
    assert list(beneath(tmp_path)) == []


@pytest.mark.parametrize("out", ["no/such/folder/a.kjxm", "file/a.kjxm", "folder", "n" * 300 + ".kjxm"])
def test_new_writes_only_where_a_file_can_stand(tmp_path: Path, out: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    refused("new", "--call", KJXM, tmp_path / out)
    assert sorted(beneath(tmp_path)) == ["file", "folder"]


def test_an_empty_draft_shows_as_an_empty_object(empty: Path) -> None:
    assert kjxm("show", empty).json == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_shown_with_its_media_makes_the_same_draft_again(
    drafts: dict[str, Path], name: str, tmp_path: Path
) -> None:
    shown = kjxm("show", drafts[name], "--media", tmp_path / "media")
    assert (shown.status, shown.err) == (0, "")
    data = tmp_path / "data.json"
    data.write_text(shown.out, encoding="utf-8")
    again = new(tmp_path / "again.kjxm", data)
    plain = kjxm("show", again)
    assert plain.out == kjxm("show", drafts[name]).out
    once_more = kjxm("show", again, "--media", tmp_path / "media")
    assert once_more.out == shown.out


def test_what_is_shown_is_normalised_in_the_order_of_the_form(tmp_path: Path) -> None:
    told = {
        "summary": {"text": "第一段\n第二段"},
        "people": {"partners": [{"kind": "sjtu", "name": "甲"}], "applicant": {"kind": "sjtu", "name": " 乙 "}},
        "project": {"places": [{"league": "150200"}], "kind": "key_tech", "title": "题目", "keywords": []},
    }
    shown = kjxm("show", new(tmp_path / "a.kjxm", written(tmp_path / "a.json", told))).json
    assert list(shown) == ["project", "people", "summary"]
    assert list(shown["project"]) == ["title", "kind", "places"]
    assert list(shown["people"]) == ["applicant", "partners"]
    assert list(shown["people"]["applicant"]) == ["name", "kind"]
    assert list(shown["people"]["partners"][0]) == ["id", "name", "kind"]
    assert shown["summary"]["text"] == [
        {"type": "paragraph", "runs": [{"text": "第一段"}]},
        {"type": "paragraph", "runs": [{"text": "第二段"}]},
    ]


@pytest.mark.parametrize("folder", ["file/media", "file"])
def test_media_go_only_where_a_folder_can_stand(drafts: dict[str, Path], tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    refused("show", drafts["key-tech"], "--media", tmp_path / folder)
    assert list(beneath(tmp_path)) == ["file"]


def test_a_file_named_by_the_data_has_to_lie_in_its_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "b.pdf").write_bytes(b"%PDF-b")
    (inside / "deep" / "a.pdf").write_bytes(b"%PDF-a")
    (inside / "link.pdf").symlink_to(outside / "b.pdf")

    def told(file: str) -> Path:
        return written(inside / "data.json", {"attachments": {"files": [{"name": "甲", "file": file}]}})

    for number, good in enumerate(("deep/a.pdf", "./deep/a.pdf", str(inside / "deep/a.pdf"))):
        assert kjxm("new", "--call", KJXM, "--data", told(good), tmp_path / f"{number}.kjxm").status == 0
    for bad in ("../out/b.pdf", str(outside / "b.pdf"), "link.pdf", "nowhere.pdf", "deep", "", "deep/../../out/b.pdf"):
        assert "/attachments/files/0" in refused("new", "--call", KJXM, "--data", told(bad), tmp_path / "no.kjxm"), bad
    assert not (tmp_path / "no.kjxm").exists()


def test_an_attachment_takes_the_suffix_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-a")
    names = {"协议": "协议.pdf", "协议 2024.5": "协议 2024.5.pdf", "协议.docx": "协议.docx"}
    rows = [{"name": name, "file": "a.pdf"} for name in names]
    data = written(tmp_path / "a.json", {"attachments": {"files": rows}})
    shown = kjxm("show", new(tmp_path / "a.kjxm", data)).json
    assert [row["name"] for row in shown["attachments"]["files"]] == list(names.values())


# -- check --------------------------------------------------------------------------------------------------------


def test_check_tells_what_it_found_as_json(empty: Path) -> None:
    ran = kjxm("check", empty, "--json", *TIME)
    assert ran.status == 1
    told = ran.json
    assert set(told) == {"call", "summary", "blocks", "diagnostics", "manual"}
    assert told["call"] == {"id": KJXM, "version": "2024.1"}
    assert set(told["summary"]) == {"error", "missing", "warning", "advice"}
    assert told["blocks"] is True
    keys = {"code", "severity", "blocks", "pointer", "section", "message", "clause", "dismissed"}
    assert all(set(item) == keys for item in told["diagnostics"])
    assert len(told["diagnostics"]) == sum(told["summary"].values())
    assert {item["severity"] for item in told["diagnostics"]} == {"missing"}
    assert all(set(item) == {"id", "message"} for item in told["manual"])
    assert told["manual"]


@pytest.mark.parametrize("name", ["long", "key-tech", "consulting"])
def test_a_complete_example_passes(drafts: dict[str, Path], name: str) -> None:
    ran = kjxm("check", drafts[name], "--json", *TIME)
    assert ran.status == 0
    assert (ran.json["summary"]["error"], ran.json["summary"]["missing"], ran.json["blocks"]) == (0, 0, False)


def test_the_nearly_finished_example_has_its_five_planted_findings(drafts: dict[str, Path]) -> None:
    planted = json.loads((example("nearly-finished").parent / "planted.json").read_bytes())
    found = kjxm("check", drafts["nearly-finished"], "--json", *TIME).json["diagnostics"]
    assert len(found) == 5
    told = [(item["code"], item["severity"], item["pointer"]) for item in found]
    assert sorted(told) == sorted((item["code"], item["severity"], item["pointer"]) for item in planted)


def test_check_reads_a_data_file_when_its_call_is_named(tmp_path: Path, drafts: dict[str, Path]) -> None:
    by_data = kjxm("check", example("key-tech"), "--call", KJXM, "--json", *TIME)
    assert by_data.status == 0
    assert by_data.json == kjxm("check", drafts["key-tech"], "--json", *TIME).json
    assert "--call" in refused("check", example("key-tech"))
    assert "unknown" in refused("check", example("key-tech"), "--call", "unknown")


def test_a_draft_is_checked_by_its_own_call_alone(empty: Path) -> None:
    assert kjxm("check", empty, "--call", KJXM, *TIME) == kjxm("check", empty, *TIME)
    assert "nope" in refused("check", empty, "--call", "nope")
    refused("check", empty, "--call", "")
    told = refused("--calls", CALLS, "check", empty, "--call", AGRI)
    assert KJXM in told
    assert AGRI in told


def test_a_draft_is_known_by_what_it_is_not_by_its_name(tmp_path: Path, empty: Path) -> None:
    (tmp_path / "draft.json").write_bytes(empty.read_bytes())
    assert kjxm("check", tmp_path / "draft.json", *TIME).out == kjxm("check", empty, *TIME).out


def test_findings_are_told_in_the_language_asked_for(empty: Path) -> None:
    chinese, english = kjxm("check", empty, *TIME), kjxm("check", empty, "--lang", "en", *TIME)
    assert len(chinese.lines) == len(english.lines)
    assert chinese.lines[0].startswith("待填　")
    assert english.lines[0].startswith("To fill　")


@pytest.mark.parametrize(
    ("time", "is_late"),
    [
        ("2024-06-20", False),
        ("2024-06-20T23:59:59", False),
        ("2024-06-20T23:59:59+08:00", False),
        ("2024-06-20T16:00:01Z", True),
        ("2024-06-20T15:59:59+00:00", False),
        ("2024-06-21", True),
        ("1900-01-01T00:00+14:00", False),
        ("2199-12-31T23:59-12:00", True),
    ],
)
def test_the_clock_reads_a_time_without_a_zone_as_beijing(drafts: dict[str, Path], time: str, is_late: bool) -> None:
    ran = kjxm("check", drafts["key-tech"], "--json", "--time", time)
    assert ran.status == 0
    assert ("R24" in {item["code"] for item in ran.json["diagnostics"]}) is is_late


# -- calls --------------------------------------------------------------------------------------------------------


def test_call_show_tells_every_control_and_rule_as_json() -> None:
    told = kjxm("call", "show", KJXM, "--json").json
    assert list(told) == ["id", "version", "title", "sections", "rules"]
    assert len(told["sections"]) == 15
    assert all(set(section) == {"id", "title", "controls"} for section in told["sections"])
    controls = {control["pointer"]: control for section in told["sections"] for control in section["controls"]}
    assert all(set(control) == {"pointer", "label", "kind", "hint"} for control in controls.values())
    assert controls["/basis/enterprises"]["kind"] == "table"
    assert controls["/basis/enterprises/*/name"]["kind"] == "line"
    kinds = get_args(Kind)
    assert {control["kind"] for control in controls.values()} <= set(kinds)
    assert all(set(rule) == {"id", "severity", "clause", "message"} for rule in told["rules"])
    assert all(rule["message"] and "{" not in rule["message"] for rule in told["rules"])


def test_call_show_reads_well_without_json_and_in_english() -> None:
    ran = kjxm("call", "show", KJXM, "--lang", "en")
    assert (ran.status, ran.err) == (0, "")
    assert "/project/title" in ran.out
    assert KJXM in refused("call", "show", "unknown")


@pytest.mark.parametrize("folder", [ROOT / "schemas" / KJXM, CALLS / AGRI])
def test_call_check_finds_nothing_wrong_with_the_calls_we_have(folder: Path) -> None:
    ran = kjxm("call", "check", folder)
    assert (ran.status, ran.err) == (0, ""), ran.out
    assert folder.name in ran.out


@pytest.mark.parametrize("folder", ["nowhere", "file", "n" * 5000])
def test_call_check_needs_a_folder(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    refused("call", "check", tmp_path / folder)


def test_call_check_tells_faults_on_stdout(tmp_path: Path) -> None:
    ran = kjxm("call", "check", tmp_path)
    assert (ran.status, ran.err) == (1, "")
    assert "call.json" in ran.out


@pytest.mark.parametrize("name", ["CON.kjxm", "nul.v2.kjxm", "甲:乙.kjxm", "甲.", " 甲.kjxm"])
def test_a_name_that_windows_refuses_is_refused_as_in_the_window(tmp_path: Path, name: str) -> None:
    made = kjxm("new", "--call", KJXM, tmp_path / "甲.kjxm")
    assert made.status == 0
    assert "改用" in refused("new", "--call", KJXM, tmp_path / name)
    assert "改用" in refused("history", tmp_path / "甲.kjxm", "--restore", "1.1", "--to", tmp_path / name)
    assert [file.name for file in tmp_path.iterdir()] == ["甲.kjxm"]
