"""One process of the row `start`: the program, or a bare window; it ends when the first page has taken a key.

    python -m tests.benchmarks.start_probe program FILE
    python -m tests.benchmarks.start_probe bare FAMILY FONT_FILE

Answers with {"at", "cpu_ms", "peak_kb", "family", "ours"}: the moment (monotonic seconds) when the page was painted,
a grab of the screen taken and a key stood in the field; the processor time and the most memory until then; the font,
and whether it is our file.
That the text can be read in the grab is checked after that moment.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

# What a bare window needs. Whatever the program needs beyond, it loads itself.
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QFontDatabase, QImage, QKeyEvent

TITLE = "葵盘果胶联产颗粒饲料"
KEY = "甲"
PATIENCE_S = 60


class Painted(QObject):
    """Watches a widget for its first paint."""

    def __init__(self, widget: QtWidgets.QWidget) -> None:
        super().__init__(widget)
        self.seen = False
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  (the name is Qt's)
        self.seen = self.seen or event.type() == QEvent.Type.Paint
        return False


def watch(window: QtWidgets.QWidget, line: QtWidgets.QLineEdit) -> None:
    """Run the event loop until `line` is painted and has taken a key; tell when that was, then check the grab."""
    before, painted = line.text(), Painted(line)
    _wait(lambda: painted.seen)
    grab = window.screen().grabWindow(window.winId()).toImage()
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, KEY)
        QtWidgets.QApplication.postEvent(window.windowHandle(), event)
    _wait(lambda: line.text() != before)
    told = {"at": time.monotonic(), "cpu_ms": time.process_time() * 1000, "peak_kb": peak_kb()}
    told["family"] = line.font().family()
    told["ours"] = bool(QFontDatabase.applicationFontFamilies(0))
    _check(grab, window, line, before)
    print(json.dumps(told))


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        QtWidgets.QApplication.processEvents()
        if time.monotonic() > end:
            sys.exit("the window was not painted, or took no key")


def peak_kb() -> int:
    """Return the most memory that this process has taken so far."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0])
    import psutil

    info = psutil.Process().memory_info()
    return getattr(info, "peak_wset", info.rss) // 1024


def _check(grab: QImage, window: QtWidgets.QWidget, line: QtWidgets.QLineEdit, before: str) -> None:
    """Exit with a sentence unless the grab shows the text of the field, and the key came in once."""
    from tests.benchmarks.readable import shows

    ratio, corner = grab.devicePixelRatio(), line.mapTo(window, line.rect().topLeft())
    place = QRect(corner * ratio, line.size() * ratio)
    wanted = before[1:7]  # the cursor may stand in the first sign
    if not shows(grab.copy(place), wanted, line):
        sys.exit(f"the grab does not show “{wanted}”")
    if len(line.text()) != len(before) + 1:
        sys.exit("the key did not come in alone")


def run_program(file: str) -> None:
    """Start the program as its command does, with an event loop that ends after the first key."""

    class Application(QtWidgets.QApplication):
        def exec(self) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]  (it is static there)
            from kjxm_desktop.gui.main_window import MainWindow

            window = next(w for w in self.topLevelWidgets() if isinstance(w, MainWindow))
            line = window.focusWidget()
            assert isinstance(line, QtWidgets.QLineEdit)
            watch(window, line)
            return 0

    QtWidgets.QApplication = Application
    from kjxm_desktop import app

    sys.exit(app.main([file]))


def run_bare(family: str, font_file: str) -> None:
    """Show a bare main window with the same font, a line and a label."""
    app = QtWidgets.QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    if font_file:
        QFontDatabase.addApplicationFont(font_file)
    font = app.font()
    font.setFamily(family)
    app.setFont(font)
    window, middle = QtWidgets.QMainWindow(), QtWidgets.QWidget()
    line = QtWidgets.QLineEdit(TITLE)
    column = QtWidgets.QVBoxLayout(middle)
    column.addWidget(QtWidgets.QLabel(TITLE))
    column.addWidget(line)
    window.setCentralWidget(middle)
    window.resize(1280, 720)
    window.show()
    line.setFocus()
    watch(window, line)


if __name__ == "__main__":
    if sys.argv[1] == "program":
        run_program(sys.argv[2])
    else:
        run_bare(sys.argv[2], sys.argv[3])
