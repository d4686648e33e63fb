"""The open proposal for tests of the window, and how Chinese is typed into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from kjxm_desktop import paths, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.session import Session

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)


@pytest.fixture(scope="session")
def call() -> Call:
    return calls.load(paths.schemas() / "kjxm-sjtu-2024")


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


def compose(widget: QWidget, preedit: str) -> None:
    """Let an input method show text that is not in yet, as pinyin."""
    QApplication.sendEvent(widget, QInputMethodEvent(preedit, []))


def commit(widget: QWidget, text: str) -> None:
    """Let an input method put text in, as Chinese is typed. keyClicks with Chinese aborts the interpreter."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)
