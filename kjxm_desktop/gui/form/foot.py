"""The line below a field: what was found there, and how much is written. Its place is always kept."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.labels import wrapping
from kjxm_desktop.gui.override import override


@dataclass(frozen=True)
class Remark:
    """What stands below a field: an icon, a sentence, the token of its colour."""

    icon: str = ""
    sentence: str = ""
    token: str = "quiet"


class Foot(QWidget):
    """One line that is drawn, not laid out: a key that moves the counter moves nothing else.

    A sentence too long for one line takes a second one; the line itself is there even when empty.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.font("hint"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.remark = Remark()
        self.counter = ""
        self._counter_token = "quiet"
        self._lines = 1
        self._wrap = Qt.TextFlag.TextWordWrap
        self._line_height = max(self.fontMetrics().height(), theme.ICON_SIZE) + theme.SPACE_GRID // 2
        self._fit()

    def show_remark(self, remark: Remark) -> None:
        """Show what was found, or nothing."""
        if remark != self.remark:
            self.remark = remark
            self._fit()
            self.update()

    def show_counter(self, text: str, token: str) -> None:
        """Show how much is written."""
        if (text, token) != (self.counter, self._counter_token):
            self.counter, self._counter_token = text, token
            self.update()

    def _room(self) -> QRect:
        """Return where the sentence stands."""
        left = theme.ICON_SIZE + theme.SPACE_GRID if self.remark.icon else 0
        counter = self.fontMetrics().horizontalAdvance(self.counter) + 3 * theme.SPACE_GRID if self.counter else 0
        return self.rect().adjusted(left, 0, -counter, 0)

    def _fit(self) -> None:
        room = self._room()
        width = max(room.width(), 80)
        self._wrap = wrapping(QFontMetricsF(self.font()), width, self.remark.sentence)
        needed = self.fontMetrics().boundingRect(QRect(0, 0, width, 2000), int(self._wrap), self.remark.sentence)
        lines = max(1, round(needed.height() / self.fontMetrics().lineSpacing())) if self.remark.sentence else 1
        if self.width() < 120:
            lines = 1  # not laid out yet
        self._lines = lines
        height = self._line_height + (lines - 1) * self.fontMetrics().lineSpacing()
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)

    @override
    def sizeHint(self) -> QSize:
        """Ask for the lines of the sentence."""
        return QSize(100, self._line_height)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the sentence anew at another width."""
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw icon, sentence and counter."""
        painter = QPainter(self)
        line = QRect(0, 0, self.width(), self._line_height)
        if self.remark.icon:
            at = (self._line_height - theme.ICON_SIZE) // 2
            painter.drawPixmap(0, at, theme.pixmap(self.remark.icon, self.remark.token))
        if self.remark.sentence:
            painter.setPen(theme.colour(self.remark.token))
            room = self._room()
            if self._lines == 1:
                room.setHeight(self._line_height)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | self._wrap, self.remark.sentence)
        if self.counter:
            painter.setPen(theme.colour(self._counter_token))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.counter)
