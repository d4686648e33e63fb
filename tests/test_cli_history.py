"""Looking back on the command line: the history of a draft, one version brought back, two drafts compared."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from kjxm_desktop import __version__, paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.history import History, Kind
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from tests.cli_run import AGRI, CALLS, Ran, beneath, example, kjxm, new, refused

NOON = datetime(2024, 6, 1, 12, 0, tzinfo=timezone(timedelta(hours=8)))
ROOT = Path(__file__).parents[1]
Edit = Callable[[Json], None]


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a folder of the program of its own."""
    folder = tmp_path / "program"
    monkeypatch.setenv("KJXM_DATA", str(folder))
    return folder


@pytest.fixture(scope="module")
def _long(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return new(tmp_path_factory.mktemp("long") / "a.kjxm", example("long")).read_bytes()


@pytest.fixture
def draft(_long: bytes, tmp_path: Path) -> Path:
    """Return the long example as a draft."""
    path = tmp_path / "甲.kjxm"
    path.write_bytes(_long)
    return path


def read(path: Path) -> Proposal:
    return storage.read(path, Shelf(paths.schemas())).proposal


def edited(path: Path, edit: Edit, name: str = "乙.kjxm") -> Path:
    """Write the draft at `path` with its answers edited under another name."""
    proposal = read(path)
    proposal.data = copy.deepcopy(proposal.data)
    edit(proposal.data)
    other = path.with_name(name)
    storage.write(other, proposal, program=__version__)
    return other


def lived(path: Path, data_folder: Path) -> tuple[Proposal, list[str]]:
    """Give the draft a history: opened, edited, named; return it as it is now and the ids, the first first."""
    proposal = read(path)
    folder = data_folder / "drafts" / proposal.doc_id
    kept = History(folder / "history")
    first = kept.keep(proposal.data, NOON, proposal.revision, Kind.OPENED)
    proposal.data = {**proposal.data, "project": {**proposal.data["project"], "title": "改过的名称"}}
    second = kept.keep(proposal.data, NOON + timedelta(minutes=3), proposal.revision + 1)
    third = kept.name(proposal.data, "寄给合作单位", NOON + timedelta(minutes=5), proposal.revision + 1)
    assert first is not None
    assert second is not None
    proposal.revision += 1
    WorkingCopy(data_folder / "drafts", proposal.doc_id).save(proposal, path=path, base_sha256=None, saved_at=NOON)
    return proposal, [first.id, second.id, third.id]


def title(data: Json) -> None:
    data["project"]["title"] = "河套灌区葵盘果胶联产饲料中试示范"


def as_process(*words: object, language: str = "C") -> Ran:
    """Run the command line as a user's shell does."""
    ran = subprocess.run(
        [sys.executable, "-m", "kjxm_desktop.cli", *(str(word) for word in words)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "LANG": language, "LC_ALL": language},
    )
    return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))


# -- compare ----------------------------------------------------------------------------------------------------------


def test_a_draft_and_its_copy_are_the_same(draft: Path) -> None:
    ran = kjxm("compare", draft, draft)
    assert (ran.status, ran.out, ran.err) == (0, "两份申报书的答案相同。\n", "")


def test_a_difference_is_told_under_its_section_and_label_with_the_words_marked(draft: Path) -> None:
    ran = as_process("compare", draft, edited(draft, title))
    assert (ran.status, ran.err) == (1, "")
    assert ran.lines[:2] == ["项目基本信息", "  项目名称　改动"]
    assert ran.lines[2] == "    河套灌区葵盘果胶联产[-颗粒-]饲料中试[-与产业化-]示范"
    assert ran.lines[-1] == "共 1 处不同。"


def _demand(data: Json) -> None:
    run = data["basis"]["demand"][0]["runs"][0]
    run["text"] = run["text"].replace("河套示例果胶科技有限公司", "另一家示例公司", 1)


def test_a_change_in_a_long_paragraph_is_told_with_only_what_stands_around_it(draft: Path) -> None:
    ran = kjxm("compare", draft, edited(draft, _demand))
    line = next(line for line in ran.lines if "{+" in line)
    assert "[-河套示例果胶科技有限-]{+另一家示例+}公司" in line
    assert line.endswith("…")
    assert len(line) < 200


def _row_moved(data: Json) -> None:
    data["budget"]["lines"].insert(0, data["budget"]["lines"].pop(5))


def _row_deleted(data: Json) -> None:
    del data["budget"]["lines"][3]


def _amount(data: Json) -> None:
    data["budget"]["lines"][2]["amount"] = "9.50"


def _picture(data: Json) -> None:
    pictures = [block for block in data["approach"]["route"] if block["type"] == "picture"]
    pictures[0]["media"] = pictures[1]["media"]


def _bold(data: Json) -> None:
    data["basis"]["demand"][0]["runs"][0]["bold"] = True


def _signed(data: Json) -> None:
    data["commitment"]["date"] = "2024-06-19"


def _birth(data: Json) -> None:
    data["people"]["leader"]["birth"] = "1980-02"


def _truth(data: Json) -> None:
    data["commitment"]["truth"] = False


def _attachment(data: Json) -> None:
    files = data["attachments"]["files"]
    files[0]["media"] = next(row["media"] for row in files if row["media"] != files[0]["media"])


def _later(data: Json) -> None:
    data["later\x9b[31m"] = {"x": "\x9b[0m"}


@pytest.mark.parametrize(
    ("edit", "heading", "words"),
    [
        (_row_moved, "支出明细 › 第6行　从第 6 行移到第 1 行", "科目：设备费；支出内容："),
        (_row_deleted, "支出明细 › 第4行　删去", "[-科目："),
        (_amount, "支出明细 › 第3行 › 金额　改动", "[-86.00-]{+9.50+} 万元"),
        (_picture, "技术路线与方案　换了图片", ""),
        (_bold, "需求与应用目标　文字相同，格式有变", ""),
        (_signed, "填报日期　改动", "{+19+}日"),
        (_birth, "出生年月　改动", "[-1974年3-]{+1980年2+}月"),
        (_truth, "材料内容真实　改动", "[-是-]{+否+}"),
        (_attachment, "附件 › 第1行 › 文件　换了文件", ""),
        (_later, "本程序不认识的一项（later�[31m）　加上", '{+{"x": "'),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_each_kind_of_difference_reads_as_the_paper_does(draft: Path, edit: Edit, heading: str, words: str) -> None:
    ran = kjxm("compare", draft, edited(draft, edit))
    assert (ran.status, ran.err) == (1, "")
    assert f"  {heading}" in ran.lines
    assert words in ran.out
    assert "\x9b" not in ran.out


def test_english_words_come_with_lang_en(draft: Path) -> None:
    ran = kjxm("--lang", "en", "compare", draft, edited(draft, _row_moved))
    assert ran.lines[:2] == ["Budget", "  Expenses › row 6　moved from row 6 to row 1"]
    assert ran.lines[-1] == "Differences: 1."


def test_json_tells_both_sides_whole_and_in_words(draft: Path) -> None:
    ran = kjxm("compare", draft, edited(draft, _amount), "--json")
    assert ran.status == 1
    told = ran.json
    assert told["equal"] is False
    assert told["one"] == told["other"]
    assert told["one"]["call"]["id"] == "kjxm-sjtu-2024"
    [difference] = told["differences"]
    assert difference["pointer"] == difference["pointer_after"] == "/budget/lines/2/amount"
    assert difference["row"] == read(draft).data["budget"]["lines"][2]["id"]
    assert {key: difference[key] for key in ("kind", "section", "before", "after", "words", "runs")} == {
        "kind": "changed",
        "section": "budget",
        "before": "86.00",
        "after": "9.50",
        "words": {"before": "86.00 万元", "after": "9.50 万元", "note": None},
        "runs": [
            {"kind": "removed", "text": "86.00"},
            {"kind": "added", "text": "9.50"},
            {"kind": "same", "text": " 万元"},
        ],
    }


def test_json_of_two_that_are_the_same_is_empty_of_differences(draft: Path) -> None:
    ran = kjxm("compare", draft, draft, "--json")
    assert (ran.status, ran.json["equal"], ran.json["differences"]) == (0, True, [])


def test_changing_sides_tells_the_same_places(draft: Path) -> None:
    other = edited(draft, _row_deleted)
    there, back = (kjxm("compare", *pair, "--json").json for pair in ((draft, other), (other, draft)))
    assert [item["kind"] for item in there["differences"]] == ["removed"]
    assert [item["kind"] for item in back["differences"]] == ["added"]
    assert there["differences"][0]["before"] == back["differences"][0]["after"]


def test_drafts_to_two_calls_cannot_be_compared(draft: Path, tmp_path: Path) -> None:
    other = new(tmp_path / "b.kjxm", call=AGRI)
    told = refused("compare", "--calls", CALLS, draft, other)
    assert "kjxm-sjtu-2024" in told
    assert AGRI in told


def test_two_versions_of_one_call_are_compared_by_the_form_of_the_first(draft: Path, tmp_path: Path) -> None:
    folder = tmp_path / "calls" / "kjxm-sjtu-2024"
    folder.mkdir(parents=True)
    for name, content in read(draft).call.files.items():
        (folder / name).write_bytes(content)
    about = json.loads((folder / "call.json").read_bytes())
    (folder / "call.json").write_text(json.dumps({**about, "version": "9.9"}), encoding="utf-8")
    proposal = read(draft)
    proposal.call = Shelf(paths.schemas(), [folder]).get("kjxm-sjtu-2024")
    storage.write(tmp_path / "b.kjxm", proposal, program=__version__)
    ran = kjxm("compare", draft, tmp_path / "b.kjxm")
    assert (ran.status, ran.out) == (0, "两份申报书的答案相同。\n")
    assert "9.9" in ran.err


# -- history ----------------------------------------------------------------------------------------------------------


def test_a_draft_without_a_history_says_so(draft: Path) -> None:
    ran = kjxm("history", draft)
    assert (ran.status, ran.out) == (0, "这台电脑上没有这份申报书的历史。\n")
    assert kjxm("history", draft, "--json").json["moments"] == []


def test_moments_are_listed_the_latest_first_with_time_kind_name_and_sections(draft: Path, data_folder: Path) -> None:
    _, ids = lived(draft, data_folder)
    ran = as_process("history", draft)
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == [
        f"{ids[2]}　2024年6月1日 12:05　命名　寄给合作单位",
        f"{ids[1]}　2024年6月1日 12:03　修改　项目基本信息",
        f"{ids[0]}　2024年6月1日 12:00　打开",
        "共 3 个版本；用 --restore 和 --to 取回一个。",
    ]
    english = kjxm("history", draft, "--lang", "en").lines
    assert english[1] == f"{ids[1]}　1 June 2024 12:03　edited　The project"


def test_json_of_the_history_tells_moments_and_backups(draft: Path, data_folder: Path) -> None:
    proposal, ids = lived(draft, data_folder)
    backup = data_folder / "backups" / proposal.doc_id / f"20240601T120341+0800_r0_{'0' * 16}.kjxm"
    backup.parent.mkdir(parents=True)
    backup.write_bytes(draft.read_bytes())
    told = kjxm("history", draft, "--json").json
    assert told["doc_id"] == proposal.doc_id
    assert [moment["id"] for moment in told["moments"]] == ids[::-1]
    assert told["moments"][1] == {
        "id": ids[1],
        "at": "2024-06-01T12:03:00+08:00",
        "kind": "edited",
        "name": "",
        "revision": proposal.revision,
        "sections": ["project"],
    }
    assert told["backups"] == [{"path": str(backup), "at": "2024-06-01T12:03:41+08:00", "revision": 0}]
    assert str(backup) in kjxm("history", draft).out


def test_a_version_comes_back_whole_as_a_higher_revision_of_the_same_draft(draft: Path, data_folder: Path) -> None:
    proposal, ids = lived(draft, data_folder)
    before, out = draft.read_bytes(), draft.with_name("旧.kjxm")
    ran = as_process("history", draft, "--restore", ids[1], "--to", out)
    assert (ran.status, ran.out, ran.err) == (0, f"{out}\n", "")
    restored = read(out)
    assert restored.data == proposal.data
    assert (restored.doc_id, restored.revision) == (proposal.doc_id, proposal.revision + 1)
    assert draft.read_bytes() == before
    assert kjxm("history", draft, "--restore", ids[0], "--to", draft.with_name("更旧.kjxm")).status == 0
    assert kjxm("compare", draft, draft.with_name("更旧.kjxm")).status == 0


def test_a_picture_that_the_file_no_longer_has_comes_from_the_working_copy(draft: Path, data_folder: Path) -> None:
    proposal, ids = lived(draft, data_folder)
    lean = edited(draft, lambda data: data.pop("approach"), "瘦.kjxm")
    assert len(read(lean).media) < len(proposal.media)
    out = draft.with_name("旧.kjxm")
    assert kjxm("history", lean, "--restore", ids[1], "--to", out).status == 0
    assert set(read(out).media) == set(proposal.media)


def test_a_version_whose_pictures_are_gone_is_refused(draft: Path, data_folder: Path) -> None:
    proposal, ids = lived(draft, data_folder)
    lean = edited(draft, lambda data: data.pop("approach"), "瘦.kjxm")
    for file in (data_folder / "drafts" / proposal.doc_id / "media").iterdir():
        file.write_bytes(b"damaged")
    out = draft.with_name("旧.kjxm")
    assert "图片或附件" in refused("history", lean, "--restore", ids[1], "--to", out)
    assert not out.exists()


@pytest.mark.parametrize("harm", ["damaged", "gone"])
def test_the_history_of_a_file_that_cannot_be_read_comes_from_its_working_copy(
    harm: str, draft: Path, data_folder: Path
) -> None:
    proposal, ids = lived(draft, data_folder)
    draft.unlink()
    if harm == "damaged":
        draft.write_bytes(b"\0" * 1000)
    out = draft.with_name("旧.kjxm")
    ran = kjxm("history", draft, "--restore", ids[2], "--to", out)
    assert (ran.status, ran.out) == (0, f"{out}\n")
    assert "工作副本" in ran.err
    assert read(out).data == proposal.data


def test_a_file_of_a_newer_program_is_refused_though_there_is_a_working_copy(
    draft: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(draft, data_folder)
    monkeypatch.setattr("kjxm_desktop.core.migration.MIN_READER", 999)
    monkeypatch.setattr("kjxm_desktop.core.migration.FORMAT", 999)
    later = storage.packed(read(draft), __version__)
    monkeypatch.undo()
    monkeypatch.setenv("KJXM_DATA", str(data_folder))
    draft.write_bytes(later)
    refused("history", draft)
    assert draft.read_bytes() == later


# -- what cannot be done ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("history",),
        ("history", "{draft}", "--restore", "1.1"),
        ("history", "{draft}", "--to", "{folder}/x.kjxm"),
        ("history", "{draft}", "--restore", "9.9", "--to", "{folder}/x.kjxm"),
        ("history", "{draft}", "--restore", "../../state", "--to", "{folder}/x.kjxm"),
        ("history", "{draft}", "--restore", "\x1b[31m", "--to", "{folder}/x.kjxm"),
        ("history", "{draft}", "--restore", "", "--to", "{folder}/x.kjxm"),
        ("history", "{draft}", "--restore", "{id}", "--to", ""),
        ("history", "{draft}", "--restore", "{id}", "--to", "{draft}"),
        ("history", "{draft}", "--restore", "{id}", "--to", "{folder}/no/x.kjxm"),
        ("history", "{draft}", "--restore", "{id}", "--to", "{folder}"),
        ("history", "{draft}", "--restore", "{id}", "--to", "{folder}/x\0.kjxm"),
        ("history", "{draft}", "--json", "x"),
        ("history", "{draft}", "--lang", "fr"),
        ("history", "{folder}/none.kjxm"),
        ("history", "{folder}"),
        ("history", "{notes}"),
        ("history", ""),
        ("compare", "{draft}"),
        ("compare", "{draft}", "{folder}/none.kjxm"),
        ("compare", "{folder}", "{draft}"),
        ("compare", "{draft}", "{notes}"),
        ("compare", "{draft}", "{draft}", "{draft}"),
        ("compare", "{draft}", "{draft}", "--to", "{folder}/x"),
        ("compare", "{draft}", ""),
        ("compare", "--calls", "{folder}/none", "{draft}", "{draft}"),
    ],
    ids=lambda words: " ".join(words).replace("\0", "NUL"),
)
def test_what_cannot_be_done_is_refused_in_one_sentence_and_leaves_nothing(
    words: tuple[str, ...], draft: Path, data_folder: Path, tmp_path: Path
) -> None:
    _, ids = lived(draft, data_folder)
    notes = tmp_path / "notes.txt"
    notes.write_text("不是申报书", encoding="utf-8")
    before = beneath(tmp_path)
    told = refused(*(word.format(draft=draft, folder=tmp_path, notes=notes, id=ids[0]) for word in words))
    assert "\x1b" not in told
    assert beneath(tmp_path) == before


def test_a_damaged_history_loses_no_more_than_it_must_and_never_raises(draft: Path, data_folder: Path) -> None:
    proposal, ids = lived(draft, data_folder)
    for file in (data_folder / "drafts" / proposal.doc_id / "history").glob("*.log"):
        file.write_bytes(file.read_bytes()[:-7])
    told = kjxm("history", draft, "--json").json
    assert [moment["id"] for moment in told["moments"]] == [ids[2], ids[0]]


def test_a_program_folder_that_is_no_folder_is_told_in_one_sentence(
    draft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KJXM_DATA", str(draft))
    refused("history", draft)
