"""How the program ends when somebody else decides it, and what it does when it breaks: store first, then the rest."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QSessionManager
from PySide6.QtWidgets import QMessageBox, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui.labels import Box

if TYPE_CHECKING:
    from kjxm_desktop.gui.main_window import MainWindow

KEEP_EVERY_S = 1.0
"""A bug that strikes again and again has the proposal stored no more often than this."""
MOST_FAULT_BYTES = 200_000
SILENT_MS = 60_000
"""After the desktop has asked to end and then did not, questions may be asked again this much later."""

log = logging.getLogger("kjxm_desktop")


# ---- a decision with loss


class Loss(Enum):
    """What the person wants to be done with what could not be stored."""

    ELSEWHERE = auto()
    LOSE = auto()
    STAY = auto()


def ask_about_loss(parent: QWidget, reason: str) -> Loss:
    """Ask what to do with what could not be stored for `reason`: a decision with loss, so it is asked, once."""
    box = Box(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(strings.text("gui_window.not_stored"))
    box.setInformativeText(reason)
    elsewhere = box.addButton(strings.text("gui_window.save_elsewhere"), QMessageBox.ButtonRole.AcceptRole)
    lose = box.addButton(strings.text("gui_window.close_anyway"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(strings.text("gui_window.stay"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(elsewhere)
    box.setEscapeButton(stay)
    box.exec()
    chosen = box.clickedButton()
    box.deleteLater()
    return Loss.ELSEWHERE if chosen is elsewhere else Loss.LOSE if chosen is lose else Loss.STAY


# ---- the end, decided elsewhere


class Ending(QObject):
    """Ends the program when the desktop, the terminal or the system want it: what is typed is stored, nothing asked."""

    def __init__(self, application: QGuiApplication, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._application = application
        application.commitDataRequest.connect(self._on_session_ends, Qt.ConnectionType.DirectConnection)
        self._pipe: tuple[int, int] | None = None
        if os.name == "posix":
            self._hear_signals()

    def _on_session_ends(self, manager: QSessionManager) -> None:
        """Store what is typed; the desktop ends the program afterwards, or lets it go on when another one objects."""
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self._commit()
        QTimer.singleShot(SILENT_MS, self, self._ask_again)

    def _commit(self) -> None:
        self._window.asks = False
        if self._window.session is not None:
            self._window.session.commit()

    def _ask_again(self) -> None:
        self._window.asks = True

    def _hear_signals(self) -> None:
        """Let SIGTERM, SIGHUP and SIGINT arrive in the event loop: Python's own way waits until Qt comes back to it."""
        read, write = self._pipe = os.pipe()
        for descriptor in self._pipe:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: None)
        notifier = QSocketNotifier(read, QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._on_signal)

    def _on_signal(self) -> None:
        if self._pipe is None:
            return
        told = os.read(self._pipe[0], 64)
        if not {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}.isdisjoint(told):
            log.info("told to end by signal %s", told[0])
            self._commit()
            self._window.close()
            self._application.exit()  # also out of a dialog that waits for an answer


# ---- what breaks


class Breakage(QObject):
    """Takes in every exception that nobody caught: stores first, notes where it was, tells it once, and goes on.

    What is noted is the kind of exception and the places of the code, never a value or a message: these may hold what
    the person wrote. What comes again from the same place is counted, and written down when the count has ten times
    grown.
    """

    _thrown = Signal(str, str)

    def __init__(
        self, keep: Callable[[], object], tell: Callable[[str, str], object], parent: QObject | None = None
    ) -> None:
        """`keep` stores what there is, `tell` shows the kind and the place, both in the window's thread."""
        super().__init__(parent)
        self._keep = keep
        self._tell = tell
        self._seen: Counter[str] = Counter()
        self._busy = False
        self._kept_at = -KEEP_EVERY_S
        self._thrown.connect(self._on_thrown, Qt.ConnectionType.QueuedConnection)

    def watch(self) -> None:
        """Take in what is thrown from now on, in any thread."""
        sys.excepthook = self.caught
        threading.excepthook = lambda told: self.caught(told.exc_type, told.exc_value, told.exc_traceback)

    def caught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Take in one exception. Whatever goes wrong in here goes no further: this is the last resort."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
            return
        with contextlib.suppress(Exception):
            places = _places(trace)
            place = places[-1] if places else ""
            self._seen[place] += 1
            count = self._seen[place]
            if count == 1 or str(count).strip("0") == "1":
                self._note(kind.__name__, places, count)
            if threading.current_thread() is threading.main_thread():
                self._take_in(kind.__name__, place)
            else:
                self._thrown.emit(kind.__name__, place)

    def _note(self, kind: str, places: list[str], count: int) -> None:
        again = "" if count == 1 else f" ({count} times)"
        log.error("unexpected %s at %s%s", kind, " > ".join(places), again)
        # Without a console (pythonw) there is nothing to print to, and a console may be gone.
        with contextlib.suppress(Exception):
            sys.stderr.write(f"unexpected {kind} at {' > '.join(places[-3:])}{again}\n")

    def _on_thrown(self, kind: str, place: str) -> None:
        self._take_in(kind, place)

    def _take_in(self, kind: str, place: str) -> None:
        """Store, and tell of a place that was not told of. What breaks while that is done is noted alone."""
        if self._busy:
            return
        self._busy = True
        try:
            now = time.monotonic()
            if now - self._kept_at >= KEEP_EVERY_S:
                self._kept_at = now
                self._keep()
            if self._seen[place] == 1:
                self._tell(kind, place)
        finally:
            self._busy = False


def _places(trace: TracebackType | None) -> list[str]:
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places


def note_faults(folder: Path) -> None:
    """Let the interpreter write where it was when the process itself breaks (a fault in a library) into `folder`.

    Names of files and functions of the program, nothing of what was written.
    """
    file = folder / "kjxm-desktop.faults"
    try:
        too_big = file.exists() and file.stat().st_size > MOST_FAULT_BYTES
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_big else os.O_APPEND), 0o600)
        faulthandler.enable(descriptor, all_threads=True)  # it stays open until the end
    except (OSError, ValueError):
        return
