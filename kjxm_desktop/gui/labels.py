"""Words on the desk: labels that show what they are given as it is, in one of our sizes and colours."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override


class Label(QLabel):
    """Plain text in a size and a colour of the theme; never read as HTML, so that data opens no file."""

    def __init__(
        self,
        text: str = "",
        role: theme.FontRole = "body",
        token: str = "text",
        *,
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wraps)
        self.setFont(theme.font(role))
        theme.set_colour(self, token)
        self.setText(text)
        if wraps:
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)


class Icon(QLabel):
    """One of our icons standing by itself, in a colour of the theme that follows light and dark."""

    def __init__(self, name: str = "", token: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._token = token
        self.setFixedSize(theme.ICON_SIZE, theme.ICON_SIZE)

    def show_icon(self, name: str, token: str) -> None:
        """Show another icon; none for an empty name."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Ask for the size of an icon."""
        return QSize(theme.ICON_SIZE, theme.ICON_SIZE)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon in the colour of now."""
        if self._name:
            QPainter(self).drawPixmap(0, 0, theme.pixmap(self._name, self._token))


def tip(text: str) -> str:
    """Return a text as a tool tip that shows it as it is, broken into lines where it is long; empty stays empty.

    Qt would take a tip that looks like HTML as HTML.
    """
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
