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
            # Not `Minimum`: the least height would be that of the narrowest guess, and pages would scroll for nothing.
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)


class Elided(Label):
    """Plain text on one line, shortened in its middle where there is no room; the tip tells all of it."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(tip(text))

    @override
    def minimumSizeHint(self) -> QSize:
        """Be content with a few letters."""
        return QSize(8 * theme.SPACE_GRID, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as there is room for."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


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
