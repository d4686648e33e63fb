"""Ways to a proposal: a file, a damaged one, what the working copy has beyond it, an example, a recent one."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy, list_all
from kjxm_desktop.gui import opening
from kjxm_desktop.gui.form.row_form import RowForm
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.start_page import examples
from tests.gui.conftest import NOW
from tests.gui.hands import button_of, desk_of, focused, press, put_in, row_at, session_of, type_in, wait_until
from tests.gui.window_process import WindowProcess

TITLE = "/project/title"
PROGRAM = "kjxm-desktop test"


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    """Return a draft with a title, in a file."""
    proposal = Proposal(call, {"project": {"title": "葵盘果胶"}})
    file = tmp_path / "葵盘.kjxm"
    storage.write(file, proposal, program=PROGRAM)
    return file


@pytest.fixture
def drafts(data_folder: Path) -> Path:
    return data_folder / "drafts"


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(paths.schemas())


def _keep(file: Path, shelf: Shelf, drafts: Path, title: str, *, base_sha256: str | None = None) -> str:
    """Leave a working copy of the draft in `file`, as a program that was killed does; return its id."""
    stored = storage.read(file, shelf)
    stored.proposal.set(TITLE, title)
    WorkingCopy(drafts, stored.proposal.doc_id).save(
        stored.proposal, path=file, base_sha256=base_sha256 or stored.sha256, saved_at=NOW - timedelta(minutes=5)
    )
    return stored.proposal.doc_id


def _told(window: MainWindow) -> str:
    """Return what the window tells in a box, and put it away."""
    box = window.findChild(QMessageBox)
    assert box is not None
    text = box.text()
    box.close()
    box.setParent(None)
    return text


def test_a_file_is_opened_with_its_name_in_the_title(window: MainWindow, draft: Path) -> None:
    assert window.open_file(draft)
    assert session_of(window).value(TITLE) == "葵盘果胶"
    assert window.windowTitle().startswith("葵盘.kjxm")
    assert session_of(window).save_state.kind is SaveKind.UNTOUCHED
    assert desk_of(window).strip.texts() == []


def test_a_damaged_file_is_told_in_one_sentence_and_nothing_changes(window: MainWindow, draft: Path) -> None:
    window.open_file(draft)
    damaged = draft.with_name("坏.kjxm")
    damaged.write_bytes(draft.read_bytes()[:-200])
    before = damaged.read_bytes()
    session = session_of(window)
    assert not window.open_file(damaged)
    told = _told(window)
    assert "坏.kjxm" in told
    assert told.count("。") == 1
    assert session_of(window) is session
    assert damaged.read_bytes() == before


def test_a_file_that_is_not_there_is_told(window: MainWindow, tmp_path: Path) -> None:
    assert not window.open_file(tmp_path / "没有.kjxm")
    assert "没有.kjxm" in _told(window)
    assert window.session is None


def test_what_the_working_copy_has_beyond_the_file_comes_back_and_can_be_put_away(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产颗粒饲料")
    assert window.open_file(draft)
    session = session_of(window)
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"
    told = desk_of(window).strip.texts()
    assert len(told) == 1
    assert "1 处修改" in told[0]
    press(qtbot, button_of(desk_of(window).strip, "放弃全部"))
    assert session.value(TITLE) == "葵盘果胶"
    assert desk_of(window).strip.texts() == ["已放弃恢复的修改，回到文件中的内容。"]
    press(qtbot, button_of(desk_of(window).strip, "撤销"))
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"


def test_what_the_file_said_can_be_had_again_after_it_was_written(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产颗粒饲料")
    assert window.open_file(draft)
    session = session_of(window)
    session._saving._file_due.timeout.emit()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶联产颗粒饲料"
    window.set_language("en")
    window.set_language("zh")
    press(qtbot, button_of(desk_of(window).strip, "放弃全部"))
    assert session.value(TITLE) == "葵盘果胶"


def test_to_save_by_hand_is_to_keep_what_was_brought_back(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产颗粒饲料")
    assert window.open_file(draft)
    window.save()
    assert desk_of(window).strip.texts() == []
    window.set_language("en")
    assert desk_of(window).strip.texts() == []


def test_what_was_brought_back_reaches_the_file(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产颗粒饲料")
    window.open_file(draft)
    window.close_proposal()
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶联产颗粒饲料"


def test_a_working_copy_of_another_state_of_the_file_is_kept_apart(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot
) -> None:
    doc_id = _keep(draft, shelf, drafts, "本机上的题目", base_sha256="0" * 64)
    assert window.open_file(draft)
    assert session_of(window).value(TITLE) == "葵盘果胶"
    kept = list_all(drafts)
    assert [(copy.path, copy.data["project"]["title"]) for copy in kept] == [(None, "本机上的题目")]
    assert kept[0].doc_id != doc_id
    type_in(window, TITLE, "联产")
    press(qtbot, button_of(desk_of(window).strip, "打开那一份"))
    assert session_of(window).value(TITLE) == "本机上的题目"
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶联产"


def test_a_copy_made_by_hand_of_a_file_does_not_disturb_the_first(
    draft: Path, drafts: Path, shelf: Shelf, tmp_path: Path
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶")
    other = tmp_path / "副本.kjxm"
    shutil.copy(draft, other)
    proposal = storage.read(other, shelf).proposal
    proposal.set(TITLE, "副本的题目")
    storage.write(other, proposal, program=PROGRAM)
    opened = opening.open_file(other, shelf, drafts)
    assert opened.other_copy is None
    assert opened.restored_at is None
    assert opened.proposal.get(TITLE) == "副本的题目"


def test_a_working_copy_that_cannot_be_read_is_moved_aside_and_the_file_opens(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot, shown_folders: list[Path]
) -> None:
    doc_id = _keep(draft, shelf, drafts, "葵盘果胶联产")
    state = drafts / doc_id / "state"
    text = state.read_bytes().partition(b"\n")[2].replace(b'"format":1', b'"format":9')
    state.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
    assert window.open_file(draft)
    assert session_of(window).value(TITLE) == "葵盘果胶"
    aside = drafts / f"{doc_id}.unreadable-1"
    assert sorted(folder.name for folder in drafts.iterdir()) == [doc_id, aside.name]
    assert (aside / "state").exists()
    assert len(session_of(window).history().moments()) == 1
    assert [told[:14] for told in desk_of(window).strip.texts()] == ["本机存着的另一些改动已损坏，"]
    press(qtbot, button_of(desk_of(window).strip, "打开文件夹"))
    assert shown_folders == [aside]


def test_a_file_that_was_renamed_after_a_crash_gets_back_what_was_typed(
    window: MainWindow, draft: Path, drafts: Path, shelf: Shelf, qtbot: QtBot
) -> None:
    doc_id = _keep(draft, shelf, drafts, "葵盘果胶联产颗粒饲料")
    renamed = draft.rename(draft.with_name("改过名.kjxm"))
    assert window.open_file(renamed)
    session = session_of(window)
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"
    assert [told.partition("的")[2] for told in desk_of(window).strip.texts()] == [" 1 处修改，文件中还没有。"]
    assert [copy.doc_id for copy in list_all(drafts)] == [doc_id]
    window.close_proposal()
    assert storage.read(renamed, shelf).proposal.get(TITLE) == "葵盘果胶联产颗粒饲料"
    assert not draft.exists()
    assert [(entry.doc_id, entry.path) for entry in window.start_page.shown] == [(doc_id, renamed)]


def test_a_file_that_was_renamed_after_a_kill_opens_with_all_of_it(draft: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with WindowProcess(data, draft) as process:
        process.answer()
        process.do("edit", title="断电前打的字")
        process.until(lambda state: state["save"] == "kept")
    renamed = draft.rename(draft.with_name("改过名.kjxm"))
    with WindowProcess(data, renamed) as process:
        told = process.answer()
    assert (told["title"], told["path"]) == ("断电前打的字", renamed.name)
    assert [line.partition("的")[2] for line in told["strip"]] == [" 1 处修改，文件中还没有。"]


def test_a_file_whose_folder_has_another_letter_now_gets_back_what_was_typed(
    draft: Path, drafts: Path, shelf: Shelf
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产")
    stick = draft.parent / "另一个盘符"
    stick.mkdir()
    opened = opening.open_file(draft.rename(stick / draft.name), shelf, drafts)
    assert opened.proposal.get(TITLE) == "葵盘果胶联产"
    assert opened.other_copy is None


def test_a_copy_of_a_file_that_is_still_there_does_not_take_what_was_typed_in_the_first(
    draft: Path, drafts: Path, shelf: Shelf
) -> None:
    _keep(draft, shelf, drafts, "葵盘果胶联产")
    other = Path(shutil.copy(draft, draft.with_name("副本.kjxm")))
    opened = opening.open_file(other, shelf, drafts)
    assert opened.proposal.get(TITLE) == "葵盘果胶"
    assert opened.other_copy is not None
    assert [(copy.path, copy.data["project"]["title"]) for copy in list_all(drafts)] == [(None, "葵盘果胶联产")]


def test_a_draft_that_brings_a_call_from_elsewhere_says_so(
    window: MainWindow, tmp_path: Path, calls_beside: Path
) -> None:
    file = tmp_path / "小专项.kjxm"
    storage.write(file, Proposal(Shelf(paths.schemas(), [calls_beside]).get("agri-service-2026")), program=PROGRAM)
    assert window.open_file(file)
    assert len(desk_of(window).strip.texts()) == 1
    assert "农技服务" in desk_of(window).strip.texts()[0]


@pytest.mark.parametrize("at", range(4))
def test_every_example_opens_as_a_new_proposal_and_leaves_no_trace_unless_written_in(
    window: MainWindow, drafts: Path, at: int
) -> None:
    example = examples()[at]
    assert window.open_example(example)
    session = session_of(window)
    assert session.path is None
    assert session.value(TITLE)
    window.close_proposal()
    assert list_all(drafts) == []
    assert window.start_page.shown == []


def test_a_recent_draft_is_opened_from_the_start_page(window: MainWindow, draft: Path, qtbot: QtBot) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "联产颗粒饲料")
    window.close_proposal()
    entry = window.start_page.shown[0]
    assert (entry.title, entry.path, entry.section) == ("葵盘果胶联产颗粒饲料", draft, "项目基本信息")
    press(qtbot, window.start_page.recent_buttons()[0])
    assert session_of(window).value(TITLE) == "葵盘果胶联产颗粒饲料"


def test_a_recent_draft_whose_file_is_gone_comes_back_from_the_working_copy(
    window: MainWindow, draft: Path, qtbot: QtBot
) -> None:
    window.open_file(draft)
    type_in(window, TITLE, "联产")
    window.close_proposal()
    draft.unlink()
    window._show_start()
    assert window.open_recent(window.start_page.shown[0])
    assert session_of(window).value(TITLE) == "葵盘果胶联产"
    assert session_of(window).path is None


def test_a_draft_left_behind_by_a_killed_program_is_among_the_recent(
    open_window: Callable[..., MainWindow], call: Call, drafts: Path
) -> None:
    proposal = Proposal(call, {"project": {"title": "断电前的题目"}})
    WorkingCopy(drafts, proposal.doc_id).save(proposal, path=None, base_sha256=None, saved_at=NOW)
    window = open_window()
    assert [entry.title for entry in window.start_page.shown] == ["断电前的题目"]
    assert window.open_recent(window.start_page.shown[0])
    assert session_of(window).value(TITLE) == "断电前的题目"


def test_a_proposal_left_empty_is_not_kept(window: MainWindow, drafts: Path) -> None:
    window.new_proposal(window.calls[0])
    window.close_proposal()
    assert window.start_page.shown == []
    assert list_all(drafts) == []


def test_a_proposal_that_was_emptied_keeps_what_it_held_before(window: MainWindow, drafts: Path, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    session = session_of(window)
    type_in(window, TITLE, "葵盘果胶")
    session.name_version("初稿")
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    session.edit(TITLE, None)
    assert session.data == {}
    window.close_proposal()
    assert len(window.start_page.shown) == 1
    assert window.open_recent(window.start_page.shown[0])
    moments = session_of(window).history().moments()
    named = next(moment for moment in moments if moment.name == "初稿")
    assert session_of(window).history().answers_at(named.id) == {"project": {"title": "葵盘果胶"}}


def test_settings_written_by_hand_do_not_break_the_start_page(window: MainWindow) -> None:
    window._settings.set("recent", ["?", {"doc_id": "x"}, {"doc_id": 3, "at": "gestern"}])
    window._show_start()
    assert window.start_page.shown == []


def test_the_menu_begins_a_proposal(window: MainWindow, qtbot: QtBot) -> None:
    window.choose_new()
    wait_until(qtbot, lambda: window.desk is not None)
    assert window.windowTitle().startswith("尚未取名")


def _form_with_half_a_word(window: MainWindow, qtbot: QtBot, draft: Path) -> RowForm:
    """Return the form of a row in which an input method has put something in that is not stored yet."""
    window.open_file(draft)
    session = session_of(window)
    session.edit("/basis/enterprises", [{"id": "aaaaaaaa", "name": "巴彦淖尔示例饲料有限公司"}])
    desk_of(window).show_section("basis")
    field = row_at(window, "/basis/enterprises").field
    assert isinstance(field, TableField)
    form = field.open_row(0)
    form.activateWindow()
    wait_until(qtbot, form.isActiveWindow)
    form.go_to("/basis/enterprises/0/need")
    put_in(focused(), "缺少")
    return form


def test_the_form_of_a_row_goes_with_its_proposal_and_keeps_what_was_being_composed(
    window: MainWindow, qtbot: QtBot, draft: Path, shelf: Shelf
) -> None:
    form = _form_with_half_a_word(window, qtbot, draft)
    gone: list[bool] = []
    form.destroyed.connect(lambda: gone.append(True))
    window.close_proposal()
    wait_until(qtbot, lambda: gone)
    assert storage.read(draft, shelf).proposal.get("/basis/enterprises/0/need") == "缺少"


def test_the_form_of_a_row_goes_with_the_language_and_the_next_one_speaks_the_new(
    window: MainWindow, qtbot: QtBot, draft: Path
) -> None:
    form = _form_with_half_a_word(window, qtbot, draft)
    gone: list[bool] = []
    form.destroyed.connect(lambda: gone.append(True))
    window.set_language("en")
    wait_until(qtbot, lambda: gone)
    assert session_of(window).value("/basis/enterprises/0/need") == "缺少"
    field = row_at(window, "/basis/enterprises").field
    assert isinstance(field, TableField)
    again = field.open_row(0)
    assert window.findChildren(RowForm) == [again]
    assert button_of(again, "Close").isVisible()
