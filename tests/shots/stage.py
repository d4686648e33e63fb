"""The window on which scenes are played: the real one, at a fixed time and size, on data of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QColor, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from kjxm_desktop import paths, strings
from kjxm_desktop.core import clock
from kjxm_desktop.gui import start_page, theme
from kjxm_desktop.gui.desk import Desk
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.session import Session
from kjxm_desktop.settings import Settings
from tests.shots.sheet import Shot

PATIENCE_S = 60


class Stage:
    """Opens proposals in the window, waits until it is quiet, and takes pictures of it."""

    def __init__(self, app: QApplication, folder: Path, appearance: theme.Mode, language: str, now: str) -> None:
        strings.use(language)
        theme.apply(app, appearance)
        _use_shipped_font(app)
        time_told = clock.read(now)
        self.app, self.folder = app, folder
        self.window = MainWindow(Settings(folder / "settings.json"), now=lambda: time_told)
        self.shots: list[Shot] = []

    def show(self, width: int, height: int) -> None:
        """Show the window at that size."""
        self.window.resize(width, height)
        self.window.show()
        self.rest()

    @property
    def desk(self) -> Desk:
        """Return the desk of the open proposal."""
        assert self.window.desk is not None
        return self.window.desk

    @property
    def session(self) -> Session:
        """Return the open proposal."""
        assert self.window.session is not None
        return self.window.session

    # ---- acting

    def open_example(self, which: str) -> None:
        """Open a copy of an example and wait for its first check."""
        self.window.open_example(next(example for example in start_page.examples() if example.id == which))
        self.until(lambda: self.session.checked)

    def save_as(self, name: str) -> None:
        """Give the open proposal a name and wait until it is written."""
        self.session.save_as(self.folder / name)
        self.until(lambda: self.session.path == self.folder / name)

    def rest(self, pause_ms: int = 60) -> None:
        """Let the window do what is due, for so long."""
        end = time.monotonic() + pause_ms / 1000
        while time.monotonic() < end:
            self.app.processEvents()
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def until(self, done: Callable[[], bool]) -> None:
        """Let the window work until something is done."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            self.rest(10)
            if time.monotonic() > end:
                raise TimeoutError(f"waited {PATIENCE_S} s for {done}")
        self.rest()

    # ---- taking pictures

    def take(self, name: str, above: QWidget | None = None) -> None:
        """Take a picture of the window, with a dialog or menu of its own lying above it."""
        self.rest()
        picture = self.window.grab().toImage()
        if above is not None:
            over = above.grab().toImage()
            corner = QPoint((picture.width() - over.width()) // 2, (picture.height() - over.height()) // 3)
            picture.setDevicePixelRatio(1)
            over.setDevicePixelRatio(1)
            painter = QPainter(picture)
            painter.fillRect(picture.rect(), QColor(0, 0, 0, 96))
            painter.drawImage(corner, over)
            painter.end()
        self.shots.append((name, _plain(picture)))

    def take_page(self, name: str) -> None:
        """Take pictures of the page being shown, one screen after the other."""
        self.desk.page.rows()  # the page is whole from now on; else its end would come while it is being looked at
        bar = self.desk.page.verticalScrollBar()
        bar.setValue(0)
        self.rest()
        step = self.desk.page.viewport().height() - 60
        stops = -(-bar.maximum() // step) + 1 if bar.maximum() else 1
        for stop in range(stops):
            bar.setValue(stop * step)
            self.take(f"{name} {stop + 1}/{stops}")


def _plain(picture: QImage) -> QImage:
    picture.setDevicePixelRatio(1)
    return picture


def _use_shipped_font(app: QApplication) -> None:
    """Write in the shipped font, whatever the system has, so that pictures of two machines compare."""
    number = QFontDatabase.addApplicationFont(str(paths.fonts() / "NotoSansSC-Regular.ttf"))
    font = app.font()
    font.setFamily(QFontDatabase.applicationFontFamilies(number)[0])
    app.setFont(font)
