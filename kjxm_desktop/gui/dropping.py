"""A file dropped on the window is opened: a draft, a document that came back, a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QTimer
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from kjxm_desktop.core import packed_call
from kjxm_desktop.gui import naming
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.returning import SUFFIXES


class Dropping(QObject):
    """Takes one file at a time; fields and lists that take files themselves keep theirs."""

    def __init__(self, window: QWidget, open_file: Callable[[Path], object]) -> None:
        super().__init__(window)
        self._open_file = open_file
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is dragged over the window when it can be opened; open it once the other program has let go."""
        if event.type() not in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            return False
        path = _path_in(event.mimeData()) if isinstance(event, QDropEvent) else None
        if path is None or not isinstance(event, QDropEvent):
            return False
        event.acceptProposedAction()
        if event.type() == QEvent.Type.Drop:
            QTimer.singleShot(0, self, lambda: self._open_file(path))
        return True


def _path_in(told: QMimeData) -> Path | None:
    """Return the one file that is dragged, when its name is that of something to be opened."""
    urls = told.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in (f".{naming.SUFFIX}", packed_call.SUFFIX, ".zip", *SUFFIXES) else None
