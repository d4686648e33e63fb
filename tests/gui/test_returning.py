"""A mailed DOCX or PDF opens in the window; where its text was edited the person chooses, place by place."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import storage, strict_json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.exchange import returned
from kjxm_desktop.export import files
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.returned_dialog import ReturnedDialog
from tests.gui.conftest import NOW
from tests.gui.hands import CONTROL, Key, desk_of, focused, press, session_of
from tests.gui.window_process import WindowProcess

TITLE, DEMAND = "/project/title", "/basis/demand"


@cache
def exported() -> tuple[Proposal, dict[str, bytes]]:
    folder = paths.resources() / "examples" / "consulting"
    data = strict_json.loads((folder / "proposal.json").read_bytes())
    proposal = from_outside(calls.load(paths.schemas() / "kjxm-sjtu-2024"), data, folder)
    made = files.make(proposal, now=NOW, draft=False, formats=("docx", "pdf"), fonts_folder=paths.fonts())
    return proposal, dict(made.files)


def written(folder: Path, kind: str, *changes: tuple[str, str]) -> Path:
    """Return a file as it would come back, with some words changed in the text of the DOCX."""
    data = exported()[1][kind]
    if changes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                part = old.read(name)
                if name == "word/document.xml":
                    for before, after in changes:
                        assert before.encode() in part, before
                        part = part.replace(before.encode(), after.encode())
                new.writestr(name, part)
        data = out.getvalue()
    (folder / f"寄回.{kind}").write_bytes(data)
    return folder / f"寄回.{kind}"


def first_words(pointer: str) -> str:
    """Return the first sentence of a long text of the example: it stands in one run of the DOCX."""
    blocks = exported()[0].get(pointer)
    return str(blocks[0]["runs"][0]["text"])[:12]


def wait_open(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.session is not None and not window.returning.is_busy)


def asked(window: MainWindow, qtbot: QtBot) -> ReturnedDialog:
    """Wait for the page with the differences."""
    qtbot.waitUntil(lambda: window.findChild(ReturnedDialog) is not None)
    dialog = window.findChild(ReturnedDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_document_that_says_what_its_data_say_opens_as_a_draft_without_a_name(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, kind: str
) -> None:
    path = written(tmp_path, kind)
    before = path.read_bytes()
    assert not window.open_file(path)
    wait_open(window, qtbot)
    session = session_of(window)
    assert session.path is None
    assert session.data == exported()[0].data
    assert session.proposal.doc_id != exported()[0].doc_id
    assert not session.can_undo
    told = " ".join(desk_of(window).strip.texts())
    assert path.name in told
    assert "校验码" in told
    assert ("一致" in told) is (kind == "docx")
    assert path.read_bytes() == before


def test_a_document_under_another_name_is_known_by_its_content(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = written(tmp_path, "docx").rename(tmp_path / "附件1")
    window.open_file(path)
    wait_open(window, qtbot)
    assert session_of(window).value(TITLE) == exported()[0].get(TITLE)


def test_nothing_of_an_edited_text_is_taken_before_the_person_has_chosen(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    words = first_words(DEMAND)
    window.open_file(written(tmp_path, "docx", (words, words + "改过")))
    dialog = asked(window, qtbot)
    assert window.session is None
    (card,) = dialog.cards
    assert [button.isChecked() for button in card.buttons.values()] == [False, False]
    assert [run.text for run in card.words.runs if run.kind == "added"] == ["改过"]
    press(qtbot, dialog.open_button)
    assert dialog.isVisible()
    assert "1 处" in dialog.note.text()
    assert card.buttons["data"].hasFocus()


def test_the_words_of_the_document_come_in_as_one_step_that_can_be_taken_back(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    words = first_words(DEMAND)
    window.open_file(written(tmp_path, "docx", (words, words + "改过")))
    dialog = asked(window, qtbot)
    QTest.keyClick(focused(), Key.Key_Right)  # the keys stand on the first choice
    QTest.keyClick(focused(), Key.Key_Space)
    assert dialog.cards[0].buttons["printed"].isChecked()
    press(qtbot, dialog.open_button)
    wait_open(window, qtbot)
    session = session_of(window)
    assert "改过" in str(session.value(DEMAND))
    session.undo()
    assert session.data == exported()[0].data
    assert not session.can_undo


def test_the_data_stay_where_they_are_chosen(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    words = first_words(DEMAND)
    window.open_file(written(tmp_path, "docx", (words, words + "改过")))
    dialog = asked(window, qtbot)
    QTest.keyClick(dialog.cards[0].buttons["data"], Key.Key_Space)
    press(qtbot, dialog.open_button)
    wait_open(window, qtbot)
    assert session_of(window).data == exported()[0].data
    assert not session_of(window).can_undo
    assert "没有采用" in desk_of(window).strip.texts()[0]


def test_one_button_chooses_for_all_the_rest(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    demand, summary = first_words(DEMAND), first_words("/summary/text")
    window.open_file(written(tmp_path, "docx", (demand, demand + "甲改"), (summary, summary + "乙改")))
    dialog = asked(window, qtbot)
    assert len(dialog.undecided) == 2
    QTest.keyClick(dialog.cards[0].buttons["data"], Key.Key_Space)
    press(qtbot, dialog.rest_buttons["printed"])
    assert dialog.undecided == []
    assert dialog.open_button.hasFocus()
    press(qtbot, dialog.open_button)
    wait_open(window, qtbot)
    told = str(session_of(window).data)
    assert ("甲改" in told) + ("乙改" in told) == 1


def test_who_leaves_the_page_has_opened_nothing(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    words = first_words(DEMAND)
    window.open_file(written(tmp_path, "docx", (words, "改")))
    dialog = asked(window, qtbot)
    QTest.keyClick(dialog, Key.Key_Escape)
    QApplication.processEvents()
    assert window.session is None


def test_what_the_layout_says_is_shown_and_cannot_be_taken(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.open_file(written(tmp_path, "docx", ("立项依据", "立项的依据")))
    dialog = asked(window, qtbot)
    assert {bool(card.buttons) for card in dialog.cards} == {False}
    assert dialog.undecided == []
    assert not dialog.rest_buttons["data"].isVisible()
    press(qtbot, dialog.open_button)
    wait_open(window, qtbot)
    assert session_of(window).data == exported()[0].data


def test_it_leads_to_the_original_where_that_was_worked_on_here(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    original = tmp_path / "原稿.kjxm"
    storage.write(original, exported()[0], program="test")
    window.open_file(original)
    window.open_file(written(tmp_path, "docx"))
    qtbot.waitUntil(lambda: session_of(window).path is None)
    action = next(
        one
        for one in desk_of(window).strip.findChildren(QPushButton)
        if one.text() == strings.text("gui_returned.go_original")
    )
    press(qtbot, action)
    assert session_of(window).path == original


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _docx_of_others(folder: Path) -> Path:
    source = Path(__file__).parents[1] / "calls" / "bridge-watch-2027" / calls.TEMPLATE
    return Path(shutil.copy(source, folder / "别处.docx"))


REFUSED: dict[str, Callable[[Path], Path]] = {
    "a document of another program": _docx_of_others,
    "a text called a document": lambda folder: _file(folder / "a.docx", b"text"),
    "an old document": lambda folder: _file(folder / "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "a PDF that is cut": lambda folder: _file(folder / "a.pdf", exported()[1]["pdf"][:5_000]),
    "a file that is not there": lambda folder: folder / "gone.docx",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_data_is_told_in_a_sentence_and_nothing_opens(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, name: str
) -> None:
    path = REFUSED[name](tmp_path)
    assert not window.open_file(path)
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None)
    box = window.findChild(QMessageBox)
    assert box is not None
    assert path.name in box.text()
    assert window.session is None
    assert window.status.currentMessage() == ""


def dragged(path: Path) -> QMimeData:
    told = QMimeData()
    told.setUrls([QUrl.fromLocalFile(str(path))])
    return told


def entering(told: QMimeData) -> QDragEnterEvent:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    return QDragEnterEvent(QPoint(60, 60), Qt.DropAction.CopyAction, told, left, none)


def test_a_document_dropped_on_the_window_opens(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    told = dragged(written(tmp_path, "docx"))
    enter = entering(told)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(60, 60), Qt.DropAction.CopyAction, told, left, none, QEvent.Type.Drop)
    QApplication.sendEvent(window, drop)
    wait_open(window, qtbot)
    assert session_of(window).value(TITLE) == exported()[0].get(TITLE)


def test_other_files_are_not_taken(window: MainWindow, tmp_path: Path) -> None:
    told = dragged(_file(tmp_path / "a.txt", b"text"))
    enter = entering(told)
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()


def test_the_open_dialog_shows_documents_too(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, "pdf")
    asked_for: list[str] = []

    def answer(_parent: object, _title: str, _folder: str, kinds: str) -> tuple[str, str]:
        asked_for.append(kinds)
        return str(path), kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    QTest.keyClick(window, Key.Key_O, CONTROL)
    wait_open(window, qtbot)
    assert all(ending in asked_for[0] for ending in ("*.kjxm", "*.docx", "*.pdf"))


def test_a_document_is_compared_with_the_open_draft_by_its_data(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    original = tmp_path / "原稿.kjxm"
    storage.write(original, exported()[0], program="test")
    window.open_file(original)
    session_of(window).edit(TITLE, "另一个题目")
    window.compare_with_file(written(tmp_path, "docx"))
    comparison = window.looking_back.comparison
    assert comparison is not None
    qtbot.waitUntil(lambda: not comparison.is_busy and bool(comparison.pane.pieces))
    assert [piece.difference.pointer for piece in comparison.pane.pieces] == [TITLE]


def test_many_places_are_shown_a_hundred_at_a_time_and_chosen_all_at_once(window: MainWindow, qtbot: QtBot) -> None:
    told = tuple(returned.Difference("basis", f"{DEMAND}/{at}", f"甲{at}", f"乙{at}") for at in range(230))
    found = returned.Returned(exported()[0], "docx", "AAAA-BBBB-CCCC", foreign_call=False, differences=told)
    dialog = ReturnedDialog("寄回.docx", found, [True] * 230, window)
    dialog.open()
    assert len(dialog.cards) == 100
    press_at_end(qtbot, dialog, "再显示 130 处")
    assert len(dialog.cards) == 200
    assert dialog.cards[100].buttons["data"].hasFocus()
    for card in dialog.cards:
        card.buttons["printed"].click()
    press(qtbot, dialog.open_button)
    assert len(dialog.cards) == 230
    assert dialog.cards[200].buttons["data"].hasFocus()
    press(qtbot, dialog.rest_buttons["printed"])
    assert len(dialog.adopted()) == 230
    assert dialog.cards[229].buttons["printed"].isChecked()
    press(qtbot, dialog.open_button)
    assert dialog.result() == ReturnedDialog.DialogCode.Accepted


def press_at_end(qtbot: QtBot, dialog: ReturnedDialog, words: str) -> None:
    button = next(one for one in dialog.findChildren(QPushButton) if one.text() == words)
    qtbot.waitUntil(lambda: dialog.area.verticalScrollBar().maximum() > 0)
    dialog.area.ensureWidgetVisible(button)
    press(qtbot, button)


def test_it_speaks_english_too(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    strings.use("en")
    words = first_words(DEMAND)
    window.open_file(written(tmp_path, "docx", (words, words + "改过")))
    dialog = asked(window, qtbot)
    assert dialog.windowTitle() == "The document was edited"
    assert dialog.cards[0].buttons["printed"].text() == "Take the words of the document"


def test_the_program_started_with_a_document_opens_it(tmp_path: Path) -> None:
    with WindowProcess(tmp_path / "program", written(tmp_path, "docx")) as process:
        state = process.until(lambda told: told["session"])
        assert state["title"] == exported()[0].get(TITLE)
        assert state["path"] is None
        assert "寄回.docx" in state["strip"][0]
        process.tell("close")
        assert process.end() == 0
