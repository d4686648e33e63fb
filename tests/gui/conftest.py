"""The open proposal for tests of the window, and how Chinese is typed into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QDesktopServices, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.session import Session
from kjxm_desktop.settings import Settings

PATIENCE_MS = 120_000
"""How long a test waits for what must happen: no machine is that slow, and where it happens nobody waits."""

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Return a bot that waits as long as a loaded machine needs, where a test does not say otherwise."""
    bot = QtBot(request)
    for name in ("waitSignal", "waitSignals", "waitUntil"):
        setattr(bot, name, partial(getattr(bot, name), timeout=PATIENCE_MS))
    return bot


@pytest.fixture(scope="session")
def call() -> Call:
    return calls.load(paths.schemas() / "kjxm-sjtu-2024")


@pytest.fixture(scope="session", autouse=True)
def clipboard_left_empty(qapp: QApplication) -> Iterator[None]:
    """Take everything off the clipboard while the interpreter lives: the library ends badly with what we made on it."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Every test starts in Chinese and in the light."""
    theme.apply(qapp, "light")
    strings.use("zh")
    yield
    strings.use("zh")


@pytest.fixture
def open_session(call: Call, tmp_path: Path, qapp: QApplication) -> Iterator[Callable[..., Session]]:
    """Return how to open a session on data from outside; it is closed at the end, whatever happened."""
    opened: list[Session] = []

    def open_one(data: Json = None, *, path: Path | None = None, base_sha256: str | None = None) -> Session:
        session = Session(
            from_outside(call, data, tmp_path) if data else Proposal(call),
            working_folder=tmp_path / "working",
            program="kjxm-desktop test",
            now=lambda: NOW,
            path=path,
            base_sha256=base_sha256,
        )
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def session(open_session: Callable[..., Session]) -> Session:
    return open_session()


@pytest.fixture
def calls_beside() -> Path:
    """Return the folder of calls that the program does not bring along."""
    return Path(__file__).parents[1] / "calls"


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the program keeps its own things in, this test's alone."""
    folder = tmp_path / "program"
    monkeypatch.setenv("KJXM_DATA", str(folder))
    return folder


@pytest.fixture
def open_window(data_folder: Path, tmp_path: Path, qapp: QApplication) -> Iterator[Callable[..., MainWindow]]:
    """Return how to show the window as the program does; it is closed at the end, whatever happened."""
    shown: list[MainWindow] = []

    def show(calls: Sequence[Path] = (), now: Callable[[], datetime] = lambda: NOW) -> MainWindow:
        window = MainWindow(Settings(), calls=calls, now=now)
        shown.append(window)
        window.resize(1366, 768)
        window.show()
        window.activateWindow()
        while not window.isActiveWindow():
            qapp.processEvents()
        return window

    yield show
    for window in shown:
        if window.session is not None:
            window.session.close()
            window.session = None
        window.close()
        window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def shown_folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the folders that the desktop was asked to show, as they come."""
    asked: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(Path(url.toLocalFile())))
    return asked


def compose(widget: QWidget, preedit: str) -> None:
    """Let an input method show text that is not in yet, as pinyin."""
    QApplication.sendEvent(widget, QInputMethodEvent(preedit, []))


def commit(widget: QWidget, text: str) -> None:
    """Let an input method put text in, as Chinese is typed. keyClicks with Chinese aborts the interpreter."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)
