"""Characters that no font draws are told in the problem list and before an export, which goes on for whoever agrees."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from kjxm_desktop.gui.export_dialog import ExportDialog
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.start_page import examples
from tests.gui.hands import button_of, press, session_of, wait_until


def _with_emoji(window: MainWindow, title: str = "牧区😀监测☑") -> None:
    assert window.open_example(next(example for example in examples() if example.id == "consulting"))
    session_of(window).edit("/project/title", title)


def _dialog(window: MainWindow, folder: Path) -> ExportDialog:
    window.export()
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.target.set_folder(folder)
    return dialog


def test_the_check_while_typing_finds_them(window: MainWindow, qtbot: QtBot) -> None:
    _with_emoji(window)
    session = session_of(window)
    wait_until(qtbot, lambda: any(item.code == "glyph" for item in session.diagnostics_at("/project/title")))
    session.edit("/project/title", "牧区监测")
    wait_until(qtbot, lambda: not any(item.code == "glyph" for item in session.diagnostics))


def test_an_export_names_them_first_and_goes_on_for_whoever_agrees(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    _with_emoji(window)
    dialog = _dialog(window, tmp_path / "out")
    assert dialog.final.isChecked()
    assert dialog.notice.isVisible()
    assert "项目名称　😀 U+1F600、☑ U+2611" in dialog.notice.text()
    assert dialog.start_button.text() == "仍要导出"
    press(qtbot, dialog.start_button)
    wait_until(qtbot, lambda: not dialog.work.is_running)
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".docx", ".pdf"], dialog.work.told
    assert "😀 U+1F600" in dialog.work.told
    dialog.close()


def test_formulas_and_heaps_of_marks_are_named_too_for_a_docx_alone_as_well(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    _with_emoji(window, "牧区e\u0301\u0302\u0303\u0304监测")
    session = session_of(window)
    blocks = session.proposal.get("/summary/text")
    session.edit("/summary/text", [*blocks, {"type": "formula", "latex": r"a + \unknown{x}"}])
    wait_until(qtbot, lambda: any(item.code == "formula" for item in session.diagnostics_at("/summary/text")))
    dialog = _dialog(window, tmp_path / "out")
    assert r"项目摘要　a + \unknown{x} [\unknown]" in dialog.notice.text()
    assert "项目名称　e" in dialog.notice.text()
    press(qtbot, dialog.kind_box("pdf"))
    assert dialog.notice.isVisible()
    assert "项目名称　e" in dialog.notice.text()
    assert r"[\unknown]" in dialog.notice.text()
    assert dialog.start_button.text() == "仍要导出"
    dialog.close()


def test_a_docx_alone_keeps_them_and_asks_nothing(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _with_emoji(window)
    dialog = _dialog(window, tmp_path)
    press(qtbot, dialog.kind_box("pdf"))
    assert not dialog.notice.isVisible()
    assert dialog.start_button.text() == "导出"
    press(qtbot, dialog.kind_box("pdf"))
    assert dialog.notice.isVisible()
    dialog.close()


def test_a_proposal_without_them_is_exported_as_ever(window: MainWindow, tmp_path: Path) -> None:
    _with_emoji(window, "牧区监测")
    dialog = _dialog(window, tmp_path)
    assert not dialog.notice.isVisible()
    assert dialog.start_button.text() == "导出"
    dialog.close()


def test_the_send_page_asks_the_same(window: MainWindow, qtbot: QtBot) -> None:
    _with_emoji(window)
    window.show_send()
    page = window.send_page
    assert page is not None
    assert page.notice.isVisible()
    assert "😀 U+1F600" in page.notice.text()
    assert page.start_button.text() == "仍要生成发送文件夹"
    press(qtbot, button_of(page, "返回填写"))
    session_of(window).edit("/project/title", "牧区监测")
    window.show_send()
    assert window.send_page is not None
    assert not window.send_page.notice.isVisible()
    assert window.send_page.start_button.text() == "生成发送文件夹"
