"""One process of the row `prose`: 2,000 characters typed into a long text with pictures, as an input method types.

    python -m tests.benchmarks.prose_probe program FILE POINTER [export]
    python -m tests.benchmarks.prose_probe bare FAMILY FONT_FILE WORDS

Answers with {"frames": [ms for each character, until everything that follows at once is done and painted], "longest":
the longest time in ms that the thread of the window did not come round, "exports": how many ended meanwhile}. With
`export` the helper process of the window exports the draft again and again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFontDatabase, QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.session import Session

CHARACTERS = 2_000
EVERY_MS = 12
"""Faster than anybody types; now and then there is a pause, after which checks and the storing begin."""
PAUSE_EACH = 100
PAUSE_MS = 700
SETTLE_MS = 3_000
"""The first check loads the schema library, once; characters are measured after it."""
WORDS = "葵盘果胶得率提高，提取液经膜浓缩后醇沉。"


class Typing(QObject):
    """Types by a timer, and looks how often the thread of the window comes round."""

    def __init__(self, text: QWidget) -> None:
        super().__init__(text)
        self._text = text
        self.frames: list[float] = []
        self.longest = 0.0
        self._beat = 0.0
        self._beats = QTimer(self, interval=1)
        self._beats.timeout.connect(self._on_beat)
        self._keys = QTimer(self, singleShot=True)
        self._keys.timeout.connect(self._type)

    def start(self) -> None:
        """Begin."""
        self._beat = time.monotonic()
        self._beats.start()
        self._keys.start(EVERY_MS)

    def _on_beat(self) -> None:
        now = time.monotonic()
        self.longest = max(self.longest, (now - self._beat) * 1000)
        self._beat = now

    def _type(self) -> None:
        began = time.monotonic()
        event = QInputMethodEvent()
        event.setCommitString(WORDS[len(self.frames) % len(WORDS)])
        QApplication.sendEvent(self._text, event)
        QTimer.singleShot(0, self, lambda: self._on_done(began))

    def _on_done(self, began: float) -> None:
        """Hear that the loop has come round: layout and painting asked for by the key are behind it."""
        self.frames.append((time.monotonic() - began) * 1000)
        if len(self.frames) >= CHARACTERS:
            QApplication.quit()
        else:
            self._keys.start(PAUSE_MS if len(self.frames) % PAUSE_EACH == 0 else EVERY_MS)


def run_program(file: str, pointer: str, exporting: bool) -> None:
    """Open the window on a draft with the keys in the middle of the long text at `pointer`."""
    from kjxm_desktop import paths
    from kjxm_desktop.core import clock
    from kjxm_desktop.gui import theme
    from kjxm_desktop.gui.form.rich_text_field import RichTextField
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
    row = next(row for row in window.desk.page.rows() if row.pointer == pointer)
    assert isinstance(row.field, RichTextField)
    editor = row.field.editor
    cursor = editor.textCursor()
    cursor.setPosition(editor.document().findBlockByNumber(editor.document().blockCount() // 2).position())
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
    editor.setTextCursor(cursor)
    session = window.session
    assert session is not None
    ended: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        start = _exporting(session, Path(folder), ended) if exporting else _nothing
        told = _typed(editor, start, lambda: session.checked)
        window.close()
    print(json.dumps({**told, "exports": len(ended), "words": editor.word_count()}), flush=True)


def _nothing() -> None:
    """Let nothing run beside."""


def _exporting(session: Session, folder: Path, ended: list[str]) -> Callable[[], None]:
    """Return how to start an export in the helper process; when it ends the next one begins."""
    from kjxm_desktop.gui.background import Job

    def start() -> None:
        request = {"action": "export", "to": str(folder), "draft": True, "time": session.now().isoformat()}
        job = Job(session.snapshot(), request, folder, [], session)
        job.done.connect(on_done)
        job.start("bench")

    def on_done(_told: Json) -> None:
        ended.append("done")
        start()

    return start


def run_bare(family: str, font_file: str, words: int) -> None:
    """Type into a plain text of the library itself, as long, with nothing behind it."""
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    if font_file:
        QFontDatabase.addApplicationFont(font_file)
    font = app.font()
    font.setFamily(family)
    app.setFont(font)
    text = QTextEdit()
    text.setAcceptRichText(False)
    text.setPlainText("\n".join([WORDS * 5] * (words // (len(WORDS) * 5))))
    text.resize(740, 600)
    text.show()
    cursor = text.textCursor()
    cursor.setPosition(text.document().findBlockByNumber(text.document().blockCount() // 2).position())
    text.setTextCursor(cursor)
    text.setFocus()
    print(json.dumps(_typed(text, _nothing)), flush=True)


def _typed(text: QWidget, start: Callable[[], None], is_ready: Callable[[], bool] = lambda: True) -> Json:
    typing = Typing(text)

    def begin() -> None:
        if is_ready():
            start()
            typing.start()
        else:
            QTimer.singleShot(SETTLE_MS, typing, begin)

    QTimer.singleShot(SETTLE_MS, typing, begin)
    QApplication.exec()
    return {"frames": typing.frames, "longest": typing.longest}


if __name__ == "__main__":
    if sys.argv[1] == "program":
        run_program(sys.argv[2], sys.argv[3], sys.argv[4:] == ["export"])
    else:
        run_bare(sys.argv[2], sys.argv[3], int(sys.argv[4]))
