"""A call in one file, opened in the window: shown, agreed to or not, and then there for new proposals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.new_call import NewCallDialog, digits_of
from tests.gui.hands import press, session_of, type_in, wait_until

AGRI = "agri-service-2026"
KJXM = "kjxm-sjtu-2024"


@pytest.fixture
def packed(calls_beside: Path, tmp_path: Path) -> Path:
    """Return a call that the program does not have."""
    _, data = Shelf(paths.schemas()).pack(calls_beside / AGRI if (calls_beside / AGRI).is_dir() else calls_beside)
    path = tmp_path / "农业.kjxmcall"
    path.write_bytes(data)
    return path


def with_version(tmp_path: Path, version: str, notice: str = "") -> Path:
    """Return the program's own call with another version, or with other words in its notice, as one file."""
    copy = tmp_path / version
    shutil.copytree(paths.schemas() / KJXM, copy)
    told = json.loads((copy / "call.json").read_bytes())
    (copy / "call.json").write_text(json.dumps({**told, "version": version}, ensure_ascii=False), "utf-8")
    (copy / "notice.txt").write_text((copy / "notice.txt").read_text("utf-8") + notice, "utf-8")
    _, data = Shelf(paths.schemas()).pack(copy)
    path = tmp_path / f"{version}.kjxmcall"
    path.write_bytes(data)
    return path


def asked(window: MainWindow, qtbot: QtBot, path: Path) -> NewCallDialog:
    """Open a call and return the dialog that asks about it."""
    assert not window.open_file(path)
    wait_until(qtbot, lambda: window.findChildren(NewCallDialog))
    return next(iter(window.findChildren(NewCallDialog)))


def words(dialog: NewCallDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(Label))


def boxes(window: MainWindow) -> list[str]:
    return [box.text() for box in window.findChildren(QMessageBox) if box.isVisible()]


def test_it_says_what_it_is_and_who_issued_it(window: MainWindow, packed: Path, qtbot: QtBot) -> None:
    dialog = asked(window, qtbot, packed)
    call = Shelf(paths.schemas()).check_packed(packed)
    told = words(dialog)
    assert call.title["zh"] in told
    assert call.about["issuer"] in told
    assert digits_of(call) in told
    assert call.sha256.startswith(digits_of(call).replace(" ", ""))
    assert "还没有这个征集" in dialog.standing.text()
    dialog.reject()


def test_what_is_agreed_to_is_there_for_new_proposals_and_after_the_next_start(
    open_window: Callable[..., MainWindow], packed: Path, qtbot: QtBot
) -> None:
    window = open_window()
    assert [call.id for call in window.calls] == [KJXM]
    press(qtbot, asked(window, qtbot, packed).keep_button)
    wait_until(qtbot, lambda: AGRI in [call.id for call in window.calls])
    assert any("已加入" in text for text in boxes(window))
    window.new_proposal(next(call for call in window.calls if call.id == AGRI))
    assert session_of(window).call.id == AGRI
    window.close_proposal()
    assert AGRI in [call.id for call in open_window().calls]


def test_what_is_not_agreed_to_changes_nothing(window: MainWindow, packed: Path, qtbot: QtBot) -> None:
    press(qtbot, asked(window, qtbot, packed).leave_button)
    assert [call.id for call in window.calls] == [KJXM]
    assert not paths.calls().exists()


def test_the_same_call_again_needs_no_consent(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    _, data = Shelf(paths.schemas()).pack(paths.schemas() / KJXM)
    path = tmp_path / "a.kjxmcall"
    path.write_bytes(data)
    dialog = asked(window, qtbot, path)
    assert "完全相同" in dialog.standing.text()
    assert not dialog.keep_button.isVisible()
    dialog.reject()


def test_another_version_is_told_and_the_open_draft_keeps_its_own(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, "/project/title", "葵盘")
    before = session_of(window).call.sha256
    dialog = asked(window, qtbot, with_version(tmp_path, "2024.9"))
    assert "2024.9" in dialog.standing.text()
    press(qtbot, dialog.keep_button)
    wait_until(qtbot, lambda: window.calls[0].version == "2024.9")
    assert session_of(window).call.sha256 == before
    assert session_of(window).value("/project/title") == "葵盘"


def test_other_contents_under_the_same_version_are_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    version = window.calls[0].version
    dialog = asked(window, qtbot, with_version(tmp_path, version, notice="\n另起一行。\n"))
    assert "内容不同" in dialog.standing.text()
    dialog.reject()


def test_one_that_was_tampered_with_is_refused_in_one_sentence(window: MainWindow, packed: Path, qtbot: QtBot) -> None:
    data = packed.read_bytes()
    at = len(data) // 2
    packed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    window.open_file(packed)
    wait_until(qtbot, lambda: boxes(window))
    assert packed.name in boxes(window)[0]
    assert window.findChildren(NewCallDialog) == []
    assert [call.id for call in window.calls] == [KJXM]


def test_a_call_given_at_the_start_is_asked_about(open_window: Callable[..., MainWindow], packed: Path, qtbot: QtBot):
    window = open_window()
    window.open_file(packed)
    wait_until(qtbot, lambda: window.findChildren(NewCallDialog))
    next(iter(window.findChildren(NewCallDialog))).reject()
