"""One process of the rows `key30` and `key3000`: a field that is typed into from outside.

    python -m tests.benchmarks.key_probe program FILE POINTER
    python -m tests.benchmarks.key_probe bare FAMILY FONT_FILE

Says "ready", then takes one line a key on stdin: the monotonic second at which it was pressed, and "+" (a sign is
typed) or "-" (backspace). A key has arrived when the line below its field, counter and mark, is painted anew. At the
end of stdin it answers with {"ms": [for each key], "marks", "checks", "saves"}: how often the mark was another, and
what ran meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QVBoxLayout, QWidget

KEY = "甲"
SCROLLED_MS = 500
SETTLE_MS = 3_000
"""The first check loads the schema library, once; keys are measured after it."""


class Typing(QObject):
    """Takes keys from stdin, hands them to the window, and times each until its counter is painted."""

    def __init__(self, window: QWidget, counter: QWidget, text_of: Callable[[], tuple[str, str]]) -> None:
        super().__init__(window)
        self._window, self._text_of = window, text_of
        self._painted = text_of()
        self._pressed: list[float] = []
        self._rest = b""
        self.ms: list[float] = []
        self.marks = 0
        counter.installEventFilter(self)
        self._stdin = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._stdin.activated.connect(self._on_input)

    def _on_input(self) -> None:
        told = os.read(sys.stdin.fileno(), 65_536)
        if not told:
            self._stdin.setEnabled(False)
            QApplication.quit()
        *lines, self._rest = (self._rest + told).split(b"\n")
        for line in lines:
            pressed, which = line.split()
            self._pressed.append(float(pressed))
            self._press(Qt.Key.Key_Backspace if which == b"-" else None)

    def _press(self, key: Qt.Key | None) -> None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key or 0, Qt.KeyboardModifier.NoModifier, "" if key else KEY)
            QApplication.sendEvent(self._window.windowHandle(), event)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802  (the name is Qt's)
        if event.type() == QEvent.Type.Paint and self._text_of() != self._painted:
            now = time.monotonic()
            before, self._painted = self._painted, self._text_of()
            self.marks += before[1] != self._painted[1]
            self.ms += [(now - pressed) * 1000 for pressed in self._pressed]
            self._pressed = []
        return False


def run_program(file: str, pointer: str) -> None:
    """Open the window on a draft with the keys at `pointer`, validation and autosave running as they do."""
    from kjxm_desktop import paths
    from kjxm_desktop.core import clock
    from kjxm_desktop.gui import theme
    from kjxm_desktop.gui.main_window import MainWindow
    from kjxm_desktop.gui.save_state import SaveKind
    from kjxm_desktop.settings import Settings

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = MainWindow(Settings(paths.settings_file()), now=clock.now)
    window.resize(1366, 768)
    window.show()
    window.open_file(Path(file))
    assert window.desk is not None
    assert window.session is not None
    window.go_to(pointer)
    session = window.session
    page = window.desk.page
    row = next(row for row in page.rows() if row.pointer == pointer)
    # Once the page has scrolled to the field: the line below it must be on the screen to be painted.
    QTimer.singleShot(SCROLLED_MS, row, lambda: page.ensureWidgetVisible(row._foot))
    ran = {"checks": 0, "saves": 0}

    def on_save_state() -> None:
        ran["saves"] += session.save_state.kind in (SaveKind.KEPT, SaveKind.SAVED)

    def on_checked() -> None:
        ran["checks"] += 1

    session.diagnostics_changed.connect(on_checked)
    session.save_state_changed.connect(on_save_state)
    _serve(Typing(window, row._foot, lambda: (row._foot.counter, row._foot.remark.sentence)), ran)
    window.close()


def run_bare(family: str, font_file: str) -> None:
    """Show a line edit that counts, and nothing behind it."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    if font_file:
        QFontDatabase.addApplicationFont(font_file)
    font = app.font()
    font.setFamily(family)
    app.setFont(font)
    window, middle = QMainWindow(), QWidget()
    line, counter = QLineEdit(), QLabel("0")
    line.textChanged.connect(lambda text: counter.setText(f"{len(text)} 字"))
    column = QVBoxLayout(middle)
    column.addWidget(line)
    column.addWidget(counter)
    window.setCentralWidget(middle)
    window.resize(1366, 768)
    window.show()
    line.setFocus()
    _serve(Typing(window, counter, lambda: (counter.text(), "")), {})


def _serve(typing: Typing, ran: dict[str, int]) -> None:
    QTimer.singleShot(SETTLE_MS if ran else 300, lambda: print("ready", flush=True))
    QApplication.exec()
    print(json.dumps({"ms": typing.ms, "marks": typing.marks, **ran}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "program":
        run_program(sys.argv[2], sys.argv[3])
    else:
        run_bare(sys.argv[2], sys.argv[3])
