"""Words on the desk: labels that show what they are given as it is, in one of our sizes and colours."""

from __future__ import annotations

import html
from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QMessageBox, QSizePolicy, QWidget

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

    def __init__(
        self, text: str, role: theme.FontRole = "body", token: str = "text", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, role, token, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def setText(self, text: str) -> None:
        """Show another text, all of which the tip tells."""
        super().setText(text)
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
        place = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


class Box(QMessageBox):
    """A box that shows its words as they are: they may name a file, and Qt would take `<img …>` in a name as HTML."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    @override
    def setInformativeText(self, text: str) -> None:
        """Show more words below, as they are too: Qt forgets the format for them."""
        super().setInformativeText(text)
        for label in cast("list[QLabel]", self.findChildren(QLabel)):
            label.setTextFormat(Qt.TextFormat.PlainText)


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


def wrapping(metrics: QFontMetricsF, width: float, text: str) -> Qt.TextFlag:
    """Return how to break drawn text: where its language allows it, and anywhere only when a word is too wide.

    Qt takes "anywhere" at its word, and puts a closing bracket at the start of a line.
    """
    by_words = Qt.TextFlag.TextWordWrap
    fits = metrics.boundingRect(QRectF(0, 0, width, 100_000), by_words, text).width() <= width
    return by_words if fits else Qt.TextFlag.TextWrapAnywhere
