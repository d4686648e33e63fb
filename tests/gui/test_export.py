"""Files made from the window by the real helper process, and the page that gets them into a mail program."""

from __future__ import annotations

import email
import re
import zipfile
from collections.abc import Callable
from email.policy import default
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.call import TEMPLATE
from kjxm_desktop.gui import export_dialog, send_page
from kjxm_desktop.gui.export_dialog import ExportDialog
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.send_page import SendPage
from kjxm_desktop.gui.start_page import examples
from tests.gui.hands import CONTROL, Key, button_of, focused, press, session_of, wait_until


def _example(window: MainWindow, name: str) -> None:
    assert window.open_example(next(example for example in examples() if example.id == name))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return what the desktop was asked to open."""
    asked: list[Path] = []
    for module in (export_dialog, send_page):
        monkeypatch.setattr(module, "show_in_desktop", asked.append)
    return asked


def _dialog(window: MainWindow, folder: Path) -> ExportDialog:
    window.export()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.target.set_folder(folder)
    return dialog


def _send_page(window: MainWindow, folder: Path) -> SendPage:
    window.show_send()
    assert window.send_page is not None
    window.send_page.target.set_folder(folder)
    return window.send_page


def test_both_files_are_made_by_the_helper_process(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, opened: list[Path]
) -> None:
    _example(window, "consulting")
    dialog = _dialog(window, tmp_path / "out")
    assert dialog.final.isChecked()
    steps: list[str] = []
    press(qtbot, dialog.start_button)
    assert dialog.work.is_running
    assert not dialog.start_button.isEnabled()
    wait_until(qtbot, lambda: steps.append(dialog.work.told) or not dialog.work.is_running)
    made = sorted(path.suffix for path in (tmp_path / "out").iterdir())
    assert made == [".docx", ".pdf"], dialog.work.told
    assert all(path.stem.startswith("2024科技兴蒙专项_项目建议书_") for path in (tmp_path / "out").iterdir())
    assert len(set(steps)) > 2, "the steps were told"
    press(qtbot, button_of(dialog, "打开文件夹"))
    assert opened == [tmp_path / "out"]
    dialog.close()


def test_what_blocks_a_final_leaves_the_draft_and_leads_to_the_check_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.new_proposal(window.calls[0])
    qtbot.keyClick(focused(), Key.Key_E, CONTROL)
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    assert not dialog.final.isEnabled()
    assert dialog.draft.isChecked()
    press(qtbot, dialog.see_button)
    assert window.check_page is not None
    assert window.check_page.isVisible()


def test_a_draft_says_so_in_its_name(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.new_proposal(window.calls[0])
    dialog = _dialog(window, tmp_path)
    press(qtbot, dialog.kind_box("pdf"))
    press(qtbot, dialog.start_button)
    wait_until(qtbot, lambda: not dialog.work.is_running)
    assert [path.name for path in tmp_path.glob("*_草稿.docx")], dialog.work.told
    assert list(tmp_path.glob("*.pdf")) == []
    dialog.close()


def test_what_reads_otherwise_is_told_with_its_place_and_both_ways_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, opened: list[Path]
) -> None:
    _example(window, "consulting")
    dialog = _dialog(window, tmp_path)
    paths = [str(tmp_path / f"题目_未核对.{kind}") for kind in ("docx", "pdf")]
    found = [{"format": "pdf", "pointer": "/project/title", "kind": "text", "start": "秘密题目"}]
    made = {"paths": paths, "pages": 3, "missing_glyphs": [], "unset_formulas": [], "mismatches": found * 7}
    dialog.work._on_done(made)
    told = dialog.work.told.splitlines()
    assert "7 处" in told[0]
    assert str(tmp_path) in told[0]
    assert {Path(path).name for path in paths} <= {label.text() for label in dialog.findChildren(QLabel)}
    assert "秘密题目" in told[1]
    assert len(told) == 1 + 5 + 1
    qtbot.mouseClick(button_of(dialog, "打开文件夹"), Qt.MouseButton.LeftButton)
    assert opened == [tmp_path]
    qtbot.mouseClick(button_of(dialog, "复制核对说明"), Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert "pdf\ttext\t/project/title" in report
    assert "秘密" not in report
    dialog.work.stop()
    dialog.work.start({"action": "export", "to": str(tmp_path), "formats": ["pdf"], "draft": True})
    assert not [button for button in dialog.findChildren(QPushButton) if "复制" in button.text() and button.isVisible()]
    dialog.reject()


def test_an_export_can_be_stopped_and_leaves_nothing(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, data_folder: Path
) -> None:
    _example(window, "consulting")
    dialog = _dialog(window, tmp_path / "out")
    press(qtbot, dialog.start_button)
    press(qtbot, button_of(dialog, "停止"))
    assert not dialog.work.is_running
    assert dialog.start_button.isEnabled()
    assert dialog.work.told == "已停止，没有写出新文件。"
    assert not (tmp_path / "out").exists()
    assert list((data_folder / "drafts").glob("export-*")) == []
    dialog.close()


def test_a_folder_that_takes_no_files_is_told(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _example(window, "consulting")
    (tmp_path / "datei").write_text("x", "utf-8")
    dialog = _dialog(window, tmp_path / "datei")
    press(qtbot, dialog.start_button)
    wait_until(qtbot, lambda: not dialog.work.is_running)
    assert "datei" in dialog.work.told
    assert (tmp_path / "datei").read_text("utf-8") == "x"
    dialog.close()


def test_the_send_page_makes_the_folder_with_letter_receipt_and_further_files(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, opened: list[Path]
) -> None:
    _example(window, "consulting")
    scan = tmp_path / "盖章页.pdf"
    scan.write_bytes(b"%PDF-1.4 scan")
    page = _send_page(window, tmp_path / "out")
    _drop(page, scan)
    assert page.extra_files() == [scan]
    press(qtbot, page.start_button)
    wait_until(qtbot, lambda: not page.work.is_running)
    assert page.start_button.hasFocus()
    [folder] = (tmp_path / "out").iterdir()
    names = sorted(path.suffix for path in folder.iterdir() if path.is_file())
    assert names == [".docx", ".eml", ".pdf", ".txt"], page.work.told
    [eml] = folder.glob("*.eml")
    message = email.message_from_bytes(eml.read_bytes(), policy=default)
    attached = {part.get_filename(): part.get_content() for part in message.iter_attachments()}
    assert attached["盖章页.pdf"] == scan.read_bytes()
    assert message["To"] == session_of(window).call.contact.email

    told = page._files.texts()
    assert any(line.startswith("2024科技兴蒙专项_") and line.endswith(".pdf") for line in told)
    assert [line for line in told if re.search("[0-9] [KM]B", line)] == []
    assert [line for line in told if re.fullmatch("[0-9.]+\u00a0[KM]B", line)] != []
    for words in ("打开 PDF", "打开 Word 文档", "打开文件夹", "用邮件程序打开草稿", "打开回执"):
        press(qtbot, button_of(page, words))
    assert [path.suffix for path in opened] == [".pdf", ".docx", "", ".eml", ".txt"]
    assert all(path.exists() for path in opened)
    for name in ("to", "subject", "body"):
        press(qtbot, page.copy_button(name))
        assert QGuiApplication.clipboard().text() == page.letter_text(name) != ""


def _drop(page: SendPage, file: Path) -> None:
    told = QMimeData()
    told.setUrls([QUrl.fromLocalFile(str(file))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, told, buttons, keys))


def test_further_files_are_chosen_and_taken_away(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _example(window, "consulting")
    page = _send_page(window, tmp_path)
    file = tmp_path / "甲.pdf"
    file.write_bytes(b"%PDF")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(file), str(tmp_path / "没有.pdf")], ""))
    remove = button_of(page, "移除")
    assert not remove.isEnabled()
    press(qtbot, button_of(page, "添加文件…"))
    press(qtbot, button_of(page, "添加文件…"))
    assert page.extra_files() == [file]
    page._extra.setCurrentRow(0)
    press(qtbot, remove)
    assert page.extra_files() == []
    assert not remove.isEnabled()


def test_typing_goes_on_while_the_helper_process_works(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _example(window, "consulting")
    page = _send_page(window, tmp_path / "out")
    press(qtbot, page.start_button)
    press(qtbot, button_of(page, "返回填写"))
    assert page.work.is_running
    session_of(window).edit("/project/title", "改过的题目")
    wait_until(qtbot, lambda: not page.work.is_running)
    [folder] = (tmp_path / "out").iterdir()
    assert "改过的题目" not in folder.name, "what is sent is what stood there when it was asked for"
    assert QApplication.activeModalWidget() is None


def test_escape_stops_the_export_and_closes_the_dialog(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _example(window, "consulting")
    dialog = _dialog(window, tmp_path / "out")
    press(qtbot, dialog.start_button)
    qtbot.keyClick(dialog, Key.Key_Escape)
    assert not dialog.isVisible()
    assert not dialog.work.is_running
    assert not (tmp_path / "out").exists()


def test_the_names_of_the_files_have_their_room(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _example(window, "consulting")
    dialog = _dialog(window, tmp_path)
    names = [f"2024科技兴蒙专项_{'很长的项目名称' * 8}.{kind}" for kind in ("docx", "pdf")]
    dialog._on_made({"paths": [str(tmp_path / name) for name in names]})
    wait_until(qtbot, lambda: all(label.isVisible() for label in dialog._names))
    first, second = (label.geometry() for label in dialog._names)
    assert [label.text() for label in dialog._names] == names
    assert all(label.height() >= label.sizeHint().height() for label in dialog._names)
    assert first.bottom() < second.top()
    assert first.right() < dialog.width()
    assert second.bottom() < dialog.start_button.y()
    dialog.close()


def test_a_folder_made_before_a_change_is_no_longer_offered(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, opened: list[Path]
) -> None:
    _example(window, "consulting")
    page = _send_page(window, tmp_path / "out")
    press(qtbot, page.start_button)
    wait_until(qtbot, lambda: not page.work.is_running)
    window.show_desk()
    window.show_send()
    assert button_of(page, "打开 PDF").isEnabled()
    session_of(window).edit("/project/title", "改过的题目")
    window.show_send()
    assert not button_of(page, "打开 PDF").isEnabled()
    assert page._files.texts() == ["之后有改动，需重新生成。"]
    assert page.work.told == ""
    session_of(window).undo()
    window.show_send()
    assert button_of(page, "打开 PDF").isEnabled()


def test_the_choice_between_final_and_draft_is_kept(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _example(window, "consulting")
    page = _send_page(window, tmp_path)
    assert page.final.isChecked()
    page.draft.click()
    window.show_desk()
    window.show_send()
    assert page.draft.isChecked()


def test_another_language_keeps_what_was_chosen_for_sending_and_stops_what_runs(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    _example(window, "consulting")
    scan = tmp_path / "盖章页.pdf"
    scan.write_bytes(b"%PDF-1.4 scan")
    page = _send_page(window, tmp_path / "out")
    page.add_extra([scan])
    page.draft.click()
    press(qtbot, page.start_button)
    window.set_language("en")
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    window.show_send()
    again = window.send_page
    assert again is not None
    assert again is not page
    assert again.extra_files() == [scan]
    assert again.target.folder == tmp_path / "out"
    assert again.draft.isChecked()
    assert not again.work.is_running
    assert again.work.told == "Stopped; no new file was written."
    assert not (tmp_path / "out").exists()


def test_a_call_with_an_official_form_says_that_the_word_document_is_that_form(
    open_window: Callable[..., MainWindow], calls_beside: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(calls=[calls_beside])
    window.new_proposal(next(call for call in window.calls if TEMPLATE in call.files))
    dialog = _dialog(window, tmp_path / "out")
    assert any("表格填好" in label.text() for label in dialog.findChildren(QLabel))
    dialog.kind_box("pdf").setChecked(False)
    press(qtbot, dialog.start_button)
    wait_until(qtbot, lambda: not dialog.work.is_running)
    (made,) = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(made) as archive:
        assert "古桥看护申请表" in archive.read("word/document.xml").decode("utf-8")
    dialog.close()
