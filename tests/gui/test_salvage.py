"""A damaged draft is offered for salvage: what came back is shown and opens without a name, the file stays as it is."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths, strings
from kjxm_desktop.core import migration, storage, strict_json
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.salvage_dialog import SalvageDialog
from tests.core.test_storage import parts_of, rebuilt
from tests.gui.conftest import NOW
from tests.gui.hands import button_of, desk_of, press, session_of

TITLE = "/project/title"
PROGRAM = "kjxm-desktop test"


@pytest.fixture
def data() -> Json:
    example = paths.resources() / "examples" / "nearly-finished" / "proposal.json"
    return strict_json.loads(example.read_bytes())


@pytest.fixture
def draft(call: Call, data: Json, tmp_path: Path) -> Path:
    """Return a draft with pictures and files, in a file."""
    proposal = from_outside(call, data, paths.resources() / "examples" / "nearly-finished")
    storage.write(tmp_path / "暖棚.kjxm", proposal, program=PROGRAM)
    return tmp_path / "暖棚.kjxm"


@pytest.fixture
def drafts(data_folder: Path) -> Path:
    return data_folder / "drafts"


def _cut(draft: Path, part: str, offset: int) -> bytes:
    """Cut the file short so many bytes behind the name of `part` and return what is left."""
    whole = draft.read_bytes()
    draft.write_bytes(whole[: whole.index(part.encode()) + offset])
    return draft.read_bytes()


def _spoil(draft: Path) -> None:
    """Change the title without anything that bears it out."""
    parts = parts_of(draft)
    data = json.loads(parts["content/proposal.json"])
    data["project"]["title"] += "变"
    draft.write_bytes(rebuilt(parts | {"content/proposal.json": strict_json.dumps(data)}, listed=False))


def _box(window: MainWindow) -> QMessageBox:
    box = window.findChild(QMessageBox)
    assert box is not None
    return box


def _salvage(window: MainWindow, draft: Path, qtbot: QtBot) -> SalvageDialog:
    """Open a damaged draft as a person does, and go as far as the list of what came back."""
    assert not window.open_file(draft)
    press(qtbot, button_of(_box(window), strings.text("gui_salvage.offer")))
    dialog = window.findChild(SalvageDialog)
    assert dialog is not None
    return dialog


def _states(dialog: SalvageDialog) -> dict[str, str]:
    rows = [dialog.table.topLevelItem(at) for at in range(dialog.table.topLevelItemCount())]
    return {row.text(0): row.text(1) for row in rows if row is not None}


def test_what_came_back_of_a_cut_draft_opens_without_a_name_and_the_file_stays(
    window: MainWindow, draft: Path, qtbot: QtBot
) -> None:
    before = _cut(draft, "call/form.json", 400)
    dialog = _salvage(window, draft, qtbot)
    assert set(_states(dialog).values()) <= {"完整", "不完整，救回的内容无误", "没有救回"}
    press(qtbot, dialog.open_button)
    session = session_of(window)
    assert session.path is None
    assert session.value(TITLE)
    assert any("暖棚.kjxm" in told for told in desk_of(window).strip.texts())
    session.edit(TITLE, "核对后的题目")
    window.close_proposal()
    assert draft.read_bytes() == before


def test_a_section_that_may_be_wrong_is_told_and_taken_only_when_wanted(
    window: MainWindow, draft: Path, qtbot: QtBot
) -> None:
    _spoil(draft)
    dialog = _salvage(window, draft, qtbot)
    doubtful = [title for title, state in _states(dialog).items() if state == "可能有错，须逐字核对"]
    assert len(doubtful) == 1
    assert dialog.doubtful.isVisible()
    without = dialog.chosen()[0].data
    dialog.doubtful.click()
    assert len(dialog.chosen()[0].data) == len(without) + 1


def test_the_working_copy_and_the_backups_are_to_be_chosen_from(
    window: MainWindow, draft: Path, drafts: Path, call: Call, qtbot: QtBot
) -> None:
    stored = storage.read(draft, Shelf(paths.schemas())).proposal
    Backups(drafts.with_name("backups") / stored.doc_id).keep(draft, NOW - timedelta(hours=2), 1)
    stored.set(TITLE, "工作副本里的题目")
    WorkingCopy(drafts, stored.doc_id).save(
        stored, path=draft, base_sha256="0" * 64, saved_at=NOW - timedelta(minutes=5)
    )
    _cut(draft, "content/proposal.json", 6000)
    dialog = _salvage(window, draft, qtbot)
    words = [button.text() for button in dialog.choices]
    assert ["工作副本" in told for told in words] == [False, True, True, False], words
    dialog.choices[1].click()
    completed = dialog.chosen()[0]
    assert (completed.get(TITLE), len(completed.data)) == ("工作副本里的题目", len(stored.data))
    dialog.choices[3].click()
    press(qtbot, dialog.open_button)
    assert session_of(window).path is None
    assert session_of(window).proposal.doc_id != stored.doc_id
    assert session_of(window).value(TITLE) != "工作副本里的题目"
    kept = WorkingCopy(drafts, stored.doc_id).look()
    assert kept is not None
    assert kept.data["project"]["title"] == "工作副本里的题目"


def test_a_file_of_which_nothing_is_left_is_told_so(window: MainWindow, draft: Path, qtbot: QtBot) -> None:
    draft.write_bytes(draft.read_bytes()[:120])
    assert not window.open_file(draft)
    press(qtbot, button_of(_box(window), strings.text("gui_salvage.offer")))
    assert window.findChild(SalvageDialog) is None
    assert any("改用较早的副本" in box.text() for box in window.findChildren(QMessageBox))
    assert window.session is None


@pytest.mark.parametrize("front", [b"\xff" * 512, b"\r\n"])
def test_a_draft_whose_front_is_not_its_own_is_told_to_be_damaged_and_salvaged_whole(
    window: MainWindow, draft: Path, qtbot: QtBot, front: bytes
) -> None:
    whole = draft.read_bytes()
    draft.write_bytes(front + (whole[len(front) :] if len(front) > 2 else whole))
    dialog = _salvage(window, draft, qtbot)
    assert "已损坏" in _box(window).text()
    assert set(_states(dialog).values()) == {"完整"}


def test_a_call_that_was_guessed_is_told(window: MainWindow, draft: Path, qtbot: QtBot) -> None:
    parts = parts_of(draft)
    with zipfile.ZipFile(draft, "w") as archive:
        for name in ("mimetype", "content/proposal.json", "content/notes.json"):
            archive.writestr(name, parts[name])
    dialog = _salvage(window, draft, qtbot)
    assert any("按最相符的" in label.text() for label in dialog.findChildren(QLabel))


def test_a_draft_in_a_zip_is_offered_and_opens_as_a_copy(
    window: MainWindow, draft: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    packed = tmp_path / "邮件附件.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("说明.txt", "见附件")
        archive.write(draft, draft.name)
    before = packed.read_bytes()
    assert not window.open_file(packed)
    assert "是一个压缩包" in _box(window).text()
    press(qtbot, button_of(_box(window), strings.text("gui_salvage.open_inner")))
    session = session_of(window)
    stored = storage.read(draft, Shelf(paths.schemas())).proposal
    assert (session.path, session.data) == (None, stored.data)
    assert session.proposal.doc_id != stored.doc_id
    assert any("邮件附件.zip" in told for told in desk_of(window).strip.texts())
    assert packed.read_bytes() == before


def test_of_a_zip_with_two_drafts_is_told_that_it_has_to_be_unpacked(
    window: MainWindow, draft: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "两份.zip", "w") as archive:
        archive.write(draft, "甲.kjxm")
        archive.write(draft, "乙.kjxm")
    assert not window.open_file(tmp_path / "两份.zip")
    assert "先解压" in _box(window).text()
    assert [button.text() for button in _box(window).buttons()] == [strings.text("gui_window.understood")]


NO_DRAFTS: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "text": lambda draft, _: draft.write_text("一份申报书"),
    "another program in front": lambda draft, _: draft.write_bytes(b"MZ" + draft.read_bytes()),
    "empty": lambda draft, _: draft.write_bytes(b""),
    "a later format": lambda _, monkeypatch: monkeypatch.setattr(migration, "FORMAT", 0),
}


@pytest.mark.parametrize("name", NO_DRAFTS)
def test_what_is_no_damaged_draft_is_told_and_nothing_is_offered(
    window: MainWindow, draft: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    NO_DRAFTS[name](draft, monkeypatch)
    before = draft.read_bytes()
    assert not window.open_file(draft)
    words = [button.text() for button in _box(window).buttons()]
    assert words == [strings.text("gui_window.understood")]
    assert draft.read_bytes() == before
