"""`kjxm show` and `kjxm check` take a DOCX or PDF that came back by mail, whatever it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from tests.cli_run import CALLS, TIME, example, kjxm, new, refused
from tests.exchange.mailed import packed, parts, replaced, without

ITEM = "customXml/item1.xml"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a draft and the files exported from it: a.kjxm, a.docx, a.pdf."""
    folder = tmp_path_factory.mktemp("sent")
    draft = new(folder / "a.kjxm", example("nearly-finished"))
    ran = kjxm("export", draft, "--to", folder / "out", "--draft", *TIME)
    assert ran.status == 0, ran
    for path in (folder / "out").iterdir():
        path.rename(folder / f"a{path.suffix}")
    return folder


@pytest.fixture
def edited(sent: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return how to come by the DOCX with one thing changed in its text."""

    def of(old: str = "项 目 建 议 书", new: str = "项 目 申 请 书") -> Path:
        path = tmp_path / "edited.docx"
        path.write_bytes(replaced((sent / "a.docx").read_bytes(), old, new))
        return path

    return of


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_show_prints_the_data_and_says_on_stderr_that_nothing_was_edited(sent: Path, kind: str):
    ran = kjxm("show", sent / f"a.{kind}")
    assert (ran.status, ran.json) == (0, kjxm("show", sent / "a.kjxm").json)
    assert "与系统数据一致" in ran.err
    assert "不是电子签名" in ran.err


def test_show_tells_that_the_text_was_edited_and_where(edited: Callable[..., Path], sent: Path):
    ran = kjxm("show", edited())
    assert (ran.status, ran.json) == (1, kjxm("show", sent / "a.kjxm").json)
    assert "与系统数据一致" not in ran.err
    assert "正文之前" in ran.err


def test_differences_are_printed_instead_of_the_data(edited: Callable[..., Path], sent: Path):
    ran = kjxm("show", edited(), "--differences")
    assert ran.status == 1
    assert ran.json == [{"section": "", "pointer": "", "data": "项 目 建 议 书", "printed": "项 目 申 请 书"}]
    same = kjxm("show", "--differences", sent / "a.docx")
    assert (same.status, same.json) == (0, [])


def test_the_verdict_is_told_in_english_too(edited: Callable[..., Path], sent: Path):
    assert "matches its data" in kjxm("--lang", "en", "show", sent / "a.docx").err
    assert "no signature" in kjxm("--lang", "en", "show", sent / "a.pdf").err
    assert (
        "differs from its data (places: 1), in: before the first section;" in kjxm("show", edited(), "--lang", "en").err
    )


def test_files_are_told_apart_by_content_not_by_name(sent: Path, tmp_path: Path):
    (tmp_path / "a.kjxm").write_bytes((sent / "a.docx").read_bytes())
    (tmp_path / "b.docx").write_bytes((sent / "a.kjxm").read_bytes())
    (tmp_path / "c").write_bytes((sent / "a.pdf").read_bytes())
    for name in ("a.kjxm", "b.docx", "c"):
        ran = kjxm("show", tmp_path / name)
        assert (ran.status, ran.json) == (0, kjxm("show", sent / "a.kjxm").json)


def test_check_finds_in_a_mailed_document_what_it_finds_in_its_draft(sent: Path):
    wanted = kjxm("check", sent / "a.kjxm", "--json", *TIME)
    for kind in ("docx", "pdf"):
        ran = kjxm("check", sent / f"a.{kind}", "--json", *TIME)
        assert (ran.status, ran.json, ran.err) == (wanted.status, wanted.json, "")


def test_check_says_on_stderr_that_the_text_was_edited(edited: Callable[..., Path], sent: Path):
    ran = kjxm("check", edited(), *TIME)
    assert ran.out == kjxm("check", sent / "a.kjxm", *TIME).out
    assert ran.err.count("\n") == 1
    assert "正文之前" in ran.err


def test_check_does_not_judge_a_document_by_another_call(sent: Path):
    assert "agri-service-2026" in refused("check", sent / "a.docx", "--calls", CALLS, "--call", "agri-service-2026")


def test_pictures_can_be_had_from_a_mailed_document_and_the_data_be_taken_back(sent: Path, tmp_path: Path):
    ran = kjxm("show", sent / "a.docx", "--media", tmp_path / "media")
    assert ran.status == 0
    assert list((tmp_path / "media").iterdir())
    shown = ran.json
    attached = [row for row in shown["attachments"]["files"] if "media" in row]
    names = [row["name"] for row in attached]
    assert names
    assert all(name in ran.err for name in names)
    for row in attached:
        del row["media"]
    data = json.dumps(shown, ensure_ascii=False).replace(f"{(tmp_path / 'media').as_posix()}/", "media/")
    (tmp_path / "back.json").write_text(data, encoding="utf-8")
    assert new(tmp_path / "back.kjxm", tmp_path / "back.json").exists()


def test_a_document_without_data_cannot_be_shown(sent: Path, tmp_path: Path):
    bare = without(without((sent / "a.docx").read_bytes(), ITEM), "docProps/custom.xml")
    (tmp_path / "a.docx").write_bytes(bare)
    for command in ("show", "check"):
        assert "没有附带数据" in refused(command, tmp_path / "a.docx")
    assert "There are no data inside" in refused("show", "--lang", "en", tmp_path / "a.docx")


def test_data_that_were_tampered_with_cannot_be_shown(sent: Path, tmp_path: Path):
    found = parts((sent / "a.docx").read_bytes())
    found[ITEM] = found[ITEM].replace(b'data_sha256="', b'data_sha256="0')
    (tmp_path / "a.docx").write_bytes(packed(found))
    assert "校验值" in refused("show", tmp_path / "a.docx")


def test_a_draft_has_no_differences_to_show(sent: Path):
    assert "--differences" in refused("show", sent / "a.kjxm", "--differences")


def test_the_receipt_tells_the_code_of_the_footers(tmp_path: Path, sent: Path):
    ran = kjxm("package", sent / "a.kjxm", "--to", tmp_path, "--draft", *TIME)
    assert ran.status == 0
    receipt = next(tmp_path.rglob("回执.txt")).read_text(encoding="utf-8-sig")
    code = next(line for line in receipt.splitlines() if line.startswith("校验码"))
    docx = next(tmp_path.rglob("*.docx"))
    footers = [content.decode() for name, content in parts(docx.read_bytes()).items() if "footer" in name]
    assert any(code[4:18] in footer for footer in footers)
    assert "不是电子签名" in code


def test_a_pdf_whose_pages_changed_is_told_as_edited(sent: Path, tmp_path: Path):
    with pikepdf.open(sent / "a.pdf") as pdf:
        del pdf.pages[2]
        pdf.save(tmp_path / "a.pdf")
    ran = kjxm("show", tmp_path / "a.pdf")
    assert (ran.status, ran.json) == (1, kjxm("show", sent / "a.kjxm").json)
    assert "页面" in ran.err
    assert kjxm("show", "--differences", "--lang", "en", tmp_path / "a.pdf").json == [
        {"section": "", "pointer": "", "data": "PDF page 3", "printed": ""}
    ]
