"""A file that the desktop hands to the running program is opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from kjxm_desktop.gui.handed_files import HandedFiles


def test_a_file_handed_over_is_opened_and_nothing_else_is_taken(qapp: QApplication, tmp_path: Path) -> None:
    opened: list[Path] = []
    handed = HandedFiles(qapp, opened.append)
    try:
        draft = tmp_path / "葵盘.kjxm"
        QApplication.sendEvent(qapp, QFileOpenEvent(str(draft)))
        QApplication.sendEvent(qapp, QEvent(QEvent.Type.ApplicationActivate))
        assert opened == [draft]
    finally:
        qapp.removeEventFilter(handed)
        handed.deleteLater()
