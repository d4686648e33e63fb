"""Words are shown as they are: no label, box or tip takes what somebody wrote, or what a file is called, for HTML."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop.gui.labels import Box, Label, tip
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.hands import press, wait_until

PACKAGE = Path(__file__).parents[2] / "kjxm_desktop"
LURE = '“<img src="file:///etc/hostname"><b>甲</b>.kjxm”'


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Yield every call in the window's code: where it stands and the name that is called."""
    for path in sorted((PACKAGE / "gui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                told = node.func
                name = told.attr if isinstance(told, ast.Attribute) else told.id if isinstance(told, ast.Name) else ""
                yield f"{path.name}:{node.lineno}", name, node


def test_every_label_and_every_box_is_one_of_ours() -> None:
    raw = {"QLabel", "QMessageBox", "QErrorMessage", "QWhatsThis", "QTextBrowser", "QTextEdit"}
    assert [(place, name) for place, name, _ in _calls() if name in raw] == []
    asked = {"information", "warning", "critical", "question", "about", "showText"}
    statics = [(place, name) for place, name, node in _calls() if name in asked and _of_qt(node)]
    assert statics == []


def _of_qt(node: ast.Call) -> bool:
    told = node.func
    return isinstance(told, ast.Attribute) and isinstance(told.value, ast.Name) and told.value.id.startswith("Q")


def test_every_tip_is_escaped_or_a_text_of_ours() -> None:
    loose = [place for place, name, node in _calls() if name == "setToolTip" and not _is_safe(node.args[0])]
    assert loose == []


def _is_safe(told: ast.expr) -> bool:
    """Tell whether a tip is made by `tip`, or is a text of ours without a blank that somebody's words could fill."""
    if isinstance(told, ast.Constant):
        return True
    if not isinstance(told, ast.Call):
        return False
    name = told.func.attr if isinstance(told.func, ast.Attribute) else getattr(told.func, "id", "")
    return name in ("tip", "toolTip") or (name == "text" and not told.keywords)


def test_a_box_shows_a_name_that_looks_like_html_as_it_is(qtbot: QtBot) -> None:
    box = Box()
    qtbot.addWidget(box)
    box.setText(LURE)
    box.setInformativeText(LURE)
    shown = [label for label in box.findChildren(QLabel) if label.text() == LURE]
    assert len(shown) == 2
    assert {label.textFormat() for label in shown} == {Qt.TextFormat.PlainText}


def test_a_label_and_a_tip_show_it_as_it_is_too(qtbot: QtBot) -> None:
    label = Label(LURE)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<img" not in tip(LURE)
    assert "&lt;img" in tip(LURE)


def test_a_refusal_of_a_file_with_such_a_name_is_told_as_it_is(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.open_file(tmp_path / "<b>甲<img src=x>.kjxm")
    box = window.findChild(QMessageBox)
    assert box is not None
    wait_until(qtbot, box.isVisible)
    labels = cast("list[QLabel]", box.findChildren(QLabel))
    label = next(label for label in labels if "<b>甲<img src=x>.kjxm" in label.text())
    assert label.textFormat() == Qt.TextFormat.PlainText
    press(qtbot, box.buttons()[0])


def test_no_widget_of_the_window_reads_html_by_itself(window: MainWindow) -> None:
    window.new_proposal(window.calls[0])
    labels = [label for label in window.findChildren(QLabel) if label.text()]
    assert labels
    loose = [label.text() for label in labels if label.textFormat() != Qt.TextFormat.PlainText]
    assert loose == []
