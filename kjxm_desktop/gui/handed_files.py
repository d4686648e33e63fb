"""Files that the desktop hands to a program that runs already: macOS does so for a double click, and at the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from kjxm_desktop.gui.override import override


class HandedFiles(QObject):
    """Opens each file as it comes; lives as long as the application."""

    def __init__(self, application: QApplication, open_file: Callable[[Path], object]) -> None:
        """Watch `application`; `open_file` takes the path of what is to be opened."""
        super().__init__(application)
        self._open = open_file
        application.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the files, and let everything else through."""
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            self._open(Path(event.file()))
            return True
        return super().eventFilter(watched, event)
