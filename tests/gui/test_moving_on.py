"""A draft begun with an older version of a call: offered the newer one, shown what is other, moved, nothing dropped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths, strings
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.moving_dialog import MovingDialog
from kjxm_desktop.gui.save_state import SaveKind
from tests.gui.hands import button_of, desk_of, press, session_of, wait_until

KJXM = "kjxm-sjtu-2024"
TITLE = "/project/title"


def _renamed(told: dict[str, Json]) -> None:
    """Ask for the title under another name, and for the period no longer."""
    controls = [
        control
        for section in told["form.json"]["sections"]
        for group in section["groups"]
        for control in group["controls"]
    ]
    next(control for control in controls if control["pointer"] == TITLE)["label"]["zh"] = "项目全称"


def later_call(folder: Path, version: str = "2024.9", change: Callable[[dict[str, Json]], None] = _renamed) -> Path:
    """Return the folder of the program's own call as a later version."""
    copy = folder / version
    shutil.copytree(paths.schemas() / KJXM, copy)
    told = {name: json.loads((copy / name).read_bytes()) for name in ("call.json", "form.json", "data.schema.json")}
    told["call.json"]["version"] = version
    change(told)
    for name, value in told.items():
        (copy / name).write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return copy


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    """Return a draft to the call that came with the program."""
    file = tmp_path / "葵盘.kjxm"
    data = {"project": {"title": "葵盘果胶"}, "summary": {"text": [{"type": "paragraph", "runs": [{"text": "摘要"}]}]}}
    storage.write(file, Proposal(call, data), program="test")
    return file


def dialog_of(window: MainWindow) -> MovingDialog:
    return next(dialog for dialog in window.findChildren(MovingDialog) if dialog.isVisible())


def words(dialog: MovingDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(Label))


def looked_at(window: MainWindow, qtbot: QtBot) -> MovingDialog:
    press(qtbot, button_of(desk_of(window).strip, strings.text("gui_call.see_later")))
    return dialog_of(window)


def test_nothing_is_offered_where_there_is_no_later_version(window: MainWindow, draft: Path) -> None:
    window.open_file(draft)
    assert desk_of(window).strip.texts() == []


def test_a_draft_of_a_later_version_than_ours_is_not_moved_back(
    window: MainWindow, tmp_path: Path, draft: Path
) -> None:
    later = Shelf(paths.schemas(), [later_call(tmp_path)]).get(KJXM)
    storage.write(draft, Proposal(later, {"project": {"title": "葵盘"}}), program="test")
    window.open_file(draft)
    assert not any("程序中有版本" in text for text in desk_of(window).strip.texts())


def test_the_page_tells_what_is_other_and_moving_opens_a_draft_of_its_own(
    open_window: Callable[..., MainWindow], tmp_path: Path, draft: Path, qtbot: QtBot
) -> None:
    window = open_window(calls=[later_call(tmp_path)])
    before = draft.read_bytes()
    window.open_file(draft)
    old = session_of(window)
    dialog = looked_at(window, qtbot)
    told = words(dialog)
    assert "2024.9" in told
    assert "项目全称：名称" in told
    assert "带过去 2 个答案，0 个没有位置" in told
    press(qtbot, dialog.go_button)
    session = session_of(window)
    assert session is not old
    assert session.call.version == "2024.9"
    assert session.data == old.data
    assert session.path is None
    assert session.proposal.doc_id != old.proposal.doc_id
    assert any("葵盘.kjxm" in text for text in desk_of(window).strip.texts())
    assert draft.read_bytes() == before
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)


def test_who_stays_keeps_everything_as_it_is(
    open_window: Callable[..., MainWindow], tmp_path: Path, draft: Path, qtbot: QtBot
) -> None:
    window = open_window(calls=[later_call(tmp_path)])
    window.open_file(draft)
    session = session_of(window)
    press(qtbot, looked_at(window, qtbot).stay_button)
    assert session_of(window) is session
    assert any("2024.9" in text for text in desk_of(window).strip.texts())  # it can be looked at again


def test_an_answer_without_a_place_is_shown_in_full_words_and_stays_in_the_draft(
    open_window: Callable[..., MainWindow], tmp_path: Path, draft: Path, qtbot: QtBot
) -> None:
    def without_summary(told: dict[str, Json]) -> None:
        form, schema = told["form.json"], told["data.schema.json"]
        form["sections"] = [section for section in form["sections"] if section["id"] != "summary"]
        del schema["properties"]["summary"]

    folder = tmp_path / "calls"
    later_call(folder, change=without_summary)
    window = open_window()
    window.open_file(draft)
    window.moving_on._shelf = Shelf(folder)  # not checked: rules and layout still name what is gone
    window.moving_on.offer()
    dialog = looked_at(window, qtbot)
    assert "摘要" in words(dialog)
    assert "1 个没有位置" in words(dialog)
    assert "（1 处）" in words(dialog)


def test_a_call_that_is_added_while_a_draft_is_open_is_offered_at_once(
    window: MainWindow, tmp_path: Path, draft: Path, qtbot: QtBot
) -> None:
    window.open_file(draft)
    _, data = Shelf(paths.schemas()).pack(later_call(tmp_path))
    packed = tmp_path / "a.kjxmcall"
    packed.write_bytes(data)
    window.new_call._keep(Shelf(paths.schemas()).check_packed(packed))
    assert any("2024.9" in text for text in desk_of(window).strip.texts())
