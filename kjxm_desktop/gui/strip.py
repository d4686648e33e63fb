"""A quiet line above the desk that tells something once: what was restored, a call from elsewhere, a copy kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.labels import Icon, Label


class Strip(QWidget):
    """Holds any number of lines; each can be closed, none takes the keys away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def tell(
        self,
        text: str,
        *,
        icon: str = "info",
        token: str = "accent",
        actions: Sequence[tuple[str, Callable[[], None]]] = (),
        looks: Sequence[tuple[str, Callable[[], None]]] = (),
        topic: str = "",
    ) -> Line:
        """Show `text` with buttons for `actions` (label, what it does); using one closes the line. Return the line.

        `looks` are buttons that show something and decide nothing: the line stays. A line on a `topic` takes the place
        of the one that was told of it before.
        """
        self.forget(topic)
        line = Line(text, icon, token, actions, looks, self)
        line.topic = topic
        line.closed.connect(lambda: self._drop(line))
        self._lines.append(line)
        self._column.addWidget(line)
        return line

    def forget(self, topic: str) -> None:
        """Take away what was told of `topic`: it is so no longer."""
        for line in [line for line in self._lines if topic and line.topic == topic]:
            line.closed.emit()

    def texts(self) -> list[str]:
        """Return what is told just now."""
        return [line.text for line in self._lines]

    def _drop(self, line: Line) -> None:
        self._lines.remove(line)
        line.hide()
        line.deleteLater()


class Line(QFrame):
    """One line; it tells when it has been read."""

    closed = Signal()

    def __init__(
        self,
        text: str,
        icon: str,
        token: str,
        actions: Sequence[tuple[str, Callable[[], None]]],
        looks: Sequence[tuple[str, Callable[[], None]]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.text = text
        self.topic = ""
        self.setAutoFillBackground(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(Icon(icon, token, self))
        row.addWidget(Label(text, wraps=True, parent=self), 1)
        for label, look in looks:
            button = Button(label, self)
            button.clicked.connect(partial(self._look, look))
            row.addWidget(button)
        for label, act in actions:
            button = Button(label, self)
            button.clicked.connect(partial(self._act, act))
            row.addWidget(button)
        close = QToolButton(self)
        close.setAutoRaise(True)
        theme.set_icon(close, "close", "quiet")
        close.setToolTip(strings.text("gui_window.close_line"))
        close.setAccessibleName(close.toolTip())
        close.clicked.connect(self.closed)
        row.addWidget(close)

    def _look(self, look: Callable[[], None], _checked: bool = False) -> None:
        look()

    def _act(self, act: Callable[[], None], _checked: bool = False) -> None:
        self.closed.emit()
        act()
