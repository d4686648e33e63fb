"""Whether a text can be read in a grab: the row `start` rests on this."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from tests.benchmarks.readable import shows

TEXT = "葵盘果胶"


@pytest.fixture
def line(qtbot: QtBot) -> QLineEdit:
    number = QFontDatabase.addApplicationFont(str(paths.fonts() / "NotoSansSC-Regular.ttf"))
    shown = QLineEdit(f"示例：{TEXT}颗粒饲料")
    qtbot.addWidget(shown)
    shown.setFont(QFont(QFontDatabase.applicationFontFamilies(number)[0], 11))
    shown.resize(400, 32)
    shown.show()
    return shown


def test_a_text_that_stands_in_the_grab_is_read(line: QLineEdit) -> None:
    assert shows(line.grab().toImage(), TEXT, line)


def test_a_text_in_another_colour_is_read_too(line: QLineEdit) -> None:
    palette = line.palette()
    palette.setColor(QPalette.ColorRole.Text, QColor("#57606A"))
    line.setPalette(palette)
    assert shows(line.grab().toImage(), TEXT, line)


def test_another_text_is_not_read(line: QLineEdit) -> None:
    assert not shows(line.grab().toImage(), "葵盘果肉", line)


def test_an_empty_page_shows_nothing(line: QLineEdit) -> None:
    empty = line.grab().toImage()
    empty.fill(Qt.GlobalColor.white)
    assert not shows(empty, TEXT, line)


def test_boxes_instead_of_signs_cannot_be_read(line: QLineEdit) -> None:
    line.setText("\U000f0001\U000f0002")
    assert not shows(line.grab().toImage(), "\U000f0001\U000f0002", line)
