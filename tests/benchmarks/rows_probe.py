"""One process of the row `rows`: a table of 3,000 rows that is scrolled through and typed into.

    python -m tests.benchmarks.rows_probe program FILE POINTER
    python -m tests.benchmarks.rows_probe bare FAMILY FONT_FILE

Answers with {"frames": [ms], "keys": [ms]}: from a turn of the wheel until what came into sight is painted, header and
all, and from a key in a cell until everything that follows from it at once is done and painted.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMainWindow, QTableView, QWidget

ROWS, COLUMNS = 3_000, 10
FRAMES = 300
NOTCH_ROWS = 3
PAGES_EVERY = 10
"""Every tenth turn goes a whole page on, as a drag of the bar does."""
KEYS = 60
PAUSE_S = 0.02
SETTLE_S = 3.0
"""The first check loads the schema library, once; it is over by then."""


def _rest(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    QApplication.processEvents()
    return (time.perf_counter() - began) * 1000


def _measure(view: QTableView, column: int) -> dict[str, list[float]]:
    bar = view.verticalScrollBar()
    bar.setValue(0)
    _rest(PAUSE_S)
    frames: list[float] = []
    for number in range(FRAMES):
        step = bar.pageStep() if number % PAGES_EVERY == PAGES_EVERY - 1 else NOTCH_ROWS

        def turn(step: int = step) -> None:
            bar.setValue(bar.value() + step if bar.value() + step <= bar.maximum() else 0)

        frames.append(_timed(turn))
        _rest(PAUSE_S)
    view.setCurrentIndex(view.model().index(ROWS // 2, column))
    _rest(PAUSE_S)
    QTest.keyClick(view, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QWidget)
    assert editor is not view
    keys: list[float] = []
    for number in range(KEYS):
        key = Qt.Key.Key_A if number % 8 < 4 else Qt.Key.Key_Backspace
        keys.append(_timed(lambda key=key: QTest.keyClick(editor, key)))
        _rest(0.6 if number % 20 == 19 else PAUSE_S)  # now and then a check and a store run
    return {"frames": frames, "keys": keys}


def run_program(file: str, pointer: str) -> dict[str, list[float]]:
    """Open the window on a draft and work in the table at `pointer`, whose second column is a line."""
    from kjxm_desktop import paths
    from kjxm_desktop.core import clock
    from kjxm_desktop.gui import theme
    from kjxm_desktop.gui.main_window import MainWindow
    from kjxm_desktop.settings import Settings

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = MainWindow(Settings(paths.settings_file()), now=clock.now)
    window.resize(1366, 768)
    window.show()
    window.open_file(Path(file))
    assert window.desk is not None
    window.go_to(pointer)
    _rest(SETTLE_S)
    row = next(row for row in window.desk.page.rows() if row.pointer == pointer)
    view = row.findChild(QTableView)
    assert isinstance(view, QTableView)
    window.desk.page.ensureWidgetVisible(view)
    view.setFocus()
    _rest(0.5)
    told = _measure(view, 1)
    window.close()
    return told


def run_bare(family: str, font_file: str) -> dict[str, list[float]]:
    """Show a table of the library itself, with as many rows and columns, and nothing behind it."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    if font_file:
        QFontDatabase.addApplicationFont(font_file)
    font = app.font()
    font.setFamily(family)
    app.setFont(font)
    model = QStandardItemModel(ROWS, COLUMNS)
    for row in range(ROWS):
        for column in range(COLUMNS):
            model.setItem(row, column, QStandardItem(f"示例设备 {row}" if column % 2 else f"{row}.50"))
    window, view = QMainWindow(), QTableView()
    view.setModel(model)
    view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
    view.setFixedSize(760, 360)
    window.setCentralWidget(view)
    window.resize(1366, 768)
    window.show()
    view.setFocus()
    _rest(0.5)
    return _measure(view, 1)


if __name__ == "__main__":
    act = run_program if sys.argv[1] == "program" else run_bare
    print(json.dumps(act(sys.argv[2], sys.argv[3])), flush=True)
