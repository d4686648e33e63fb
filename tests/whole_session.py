"""A whole session at the window, with real keys, as a process of its own: for those who watch what the program does.

`python -m tests.whole_session PICTURE FOLDER TEXT`: PICTURE is put in, FOLDER gets all that is asked for and holds
lure.png, which a pasted text names; TEXT is typed, and stands in what a bug of the window says. The program is started
by its own door and waits in its own loop; a clock in it plays the person, step by step: a step yields what has to come
true before the next.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit

from kjxm_desktop import app
from kjxm_desktop.gui.export_dialog import ExportDialog
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.start_page import examples
from tests.gui.hands import CONTROL, Key, button_of, focused, keys_of, put_in, row_at, session_of

PATIENCE_S = 240
STEP_MS = 5
CALLS = Path(__file__).parent / "calls"
SHIFT = Qt.KeyboardModifier.ShiftModifier

Steps = Iterator[Callable[[], object]]


def main() -> int:
    """Start the program as its own program file does, play, and return its exit status."""
    picture, folder, text = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    application = QApplication(sys.argv[:1])
    person = Person(play(application, picture, folder, text))
    status = app.main(["--calls", str(CALLS), "--time", "2024-06-01T09:30"])
    return status or person.status


class Person:
    """Takes a step whenever what the last one waits for has come true; ends the program when a step fails."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._wanted: Callable[[], object] = lambda: True
        self._since = time.monotonic()
        self._busy = False
        self.status = 1
        self._clock = QTimer(interval=STEP_MS)
        self._clock.timeout.connect(self._on_time)
        self._clock.start()

    def _on_time(self) -> None:
        if self._busy:  # a dialog that was opened by a step has a loop of its own
            return
        self._busy = True
        try:
            if self._wanted():
                self._wanted, self._since = next(self._steps), time.monotonic()
            else:
                assert time.monotonic() - self._since < PATIENCE_S, "what was waited for did not come true"
        except StopIteration:
            self.status = 0
            self._clock.stop()
        except Exception:  # noqa: BLE001 - whatever it is, nobody else would end the program
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        finally:
            self._busy = False


def play(application: QApplication, picture: Path, folder: Path, text: str) -> Steps:
    yield lambda: [told for told in application.topLevelWidgets() if isinstance(told, MainWindow) and told.isVisible()]
    window = next(told for told in application.topLevelWidgets() if isinstance(told, MainWindow))
    yield from write(window, folder, text)
    yield from send(window, folder)
    yield from break_down(text)
    yield from end(window, folder)
    yield from draw(window, picture, folder)
    QApplication.clipboard().clear()  # what lies there at the end breaks Qt's offscreen platform, and it alone
    yield from strike(window, Key.Key_Q, CONTROL)


def write(window: MainWindow, folder: Path, text: str) -> Steps:
    """Open the long example, type, take back, paste from another program, and let it be checked."""
    assert window.open_example(next(example for example in examples() if example.id == "long"))
    yield lambda: session_of(window).checked
    yield from wake(window)
    keys = keys_of(window, "/people/leader/department")
    QTest.keyClicks(keys, text)
    put_in(keys, "研究室")
    yield from strike(window, Key.Key_Z, CONTROL)
    yield from strike(window, Key.Key_Y, CONTROL)
    assert text in session_of(window).value("/people/leader/department")
    lure = (folder / "lure.png").as_uri()
    pasted = QMimeData()
    pasted.setHtml(f'<p>外来的<b>文字</b><img src="{lure}"><span style="display:none">x</span></p>')
    QApplication.clipboard().setMimeData(pasted)
    keys_of(window, "/basis/significance")
    yield from strike(window, Key.Key_End, CONTROL)
    yield from strike(window, Key.Key_V, CONTROL)
    assert "外来的" in str(session_of(window).value("/basis/significance"))
    yield from comment(window, f"{text}-remark")
    yield lambda: session_of(window).save_state.kind is SaveKind.KEPT
    yield from strike(window, Key.Key_F7)
    yield lambda: window.check_page is not None and window.check_page.isVisible()
    window.show_desk()


def comment(window: MainWindow, words: str) -> Steps:
    """Say something of the field with the keys, signed with the same words."""
    yield from strike(window, Key.Key_M, CONTROL | Qt.KeyboardModifier.AltModifier)
    for _ in range(2):  # the text, then the name that is asked for once
        put_in(focused(), words)
        yield from strike(window, Key.Key_Return, CONTROL)
    assert [told["by"] for told in session_of(window).proposal.notes["comments"]] == [words]


def send(window: MainWindow, folder: Path) -> Steps:
    """Let the helper process write both files, then the folder that is mailed."""
    yield from strike(window, Key.Key_E, CONTROL)
    yield lambda: window.findChild(ExportDialog) is not None
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    dialog.target.set_folder(folder / "out")
    dialog.draft.setChecked(True)
    yield from press(dialog.start_button)
    yield lambda: not dialog.work.is_running
    assert len(list((folder / "out").iterdir())) == 2, dialog.work.told
    dialog.close()
    yield from strike(window, Key.Key_E, CONTROL | SHIFT)
    page = window.send_page
    assert page is not None
    page.target.set_folder(folder / "mail")
    page.draft.setChecked(True)
    yield from press(page.start_button)
    yield lambda: not page.work.is_running
    assert list((folder / "mail").rglob("*.eml")), page.work.told
    yield from press(button_of(page, "返回填写"))


def break_down(text: str) -> Steps:
    """Let a slot of the window fail, and say in its failure what the person wrote."""
    failed: list[bool] = []

    def fail() -> None:
        failed.append(True)
        raise RuntimeError(text)

    QTimer.singleShot(0, fail)
    yield lambda: failed


def end(window: MainWindow, folder: Path) -> Steps:
    """Save under a name given in the dialog, save again, close."""
    yield from save_as(window, folder / "draft.kjxm")
    put_in(keys_of(window, "/project/title"), "新")
    yield from strike(window, Key.Key_S, CONTROL)
    yield lambda: session_of(window).save_state.kind is SaveKind.SAVED
    yield from strike(window, Key.Key_W, CONTROL)
    yield lambda: window.session is None


def draw(window: MainWindow, picture: Path, folder: Path) -> Steps:
    """Begin a proposal of the second call, put a picture into it, keep it and open it again."""
    window.new_proposal(next(call for call in window.calls if call.id == "agri-service-2026"))
    yield from wake(window)
    row = row_at(window, "/who/portrait")
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(picture))])
    QApplication.clipboard().setMimeData(copied)
    row.take_focus()
    QTest.keyClick(row.field.input_widget(), Key.Key_V, CONTROL)
    yield lambda: session_of(window).value("/who/portrait")
    yield from save_as(window, folder / "picture.kjxm")
    yield from strike(window, Key.Key_W, CONTROL)
    yield lambda: window.session is None
    assert window.open_file(folder / "picture.kjxm")


# ---- the hands


def wake(window: MainWindow) -> Steps:
    """Bring the keys back to the window: the offscreen platform gives them to nobody when a dialog goes."""
    window.activateWindow()
    yield window.isActiveWindow


def strike(window: MainWindow, key: Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> Steps:
    """Press a key, wherever the window has them."""
    yield from wake(window)
    QTest.keyClick(QApplication.focusWidget() or window, key, held)


def press(button: QAbstractButton) -> Steps:
    yield lambda: button.isVisible() and button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def save_as(window: MainWindow, path: Path) -> Steps:
    """Ask for the dialog by its keys, give the name, and wait until the file is there."""
    _answer_dialog(path)
    yield from strike(window, Key.Key_S, CONTROL | SHIFT)
    yield lambda: session_of(window).save_state.kind is SaveKind.SAVED
    assert path.is_file()
    yield from wake(window)


def _answer_dialog(path: Path) -> None:
    """Type a name into the file dialog as soon as it is there, and press Enter."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(20, answer)
            return
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.setText(str(path))  # its completer would answer to keys
        QTest.keyClick(line, Key.Key_Return)

    QTimer.singleShot(20, answer)


if __name__ == "__main__":
    sys.exit(main())
