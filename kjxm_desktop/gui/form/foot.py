"""The line below a field: what was found there, what mends it, and how much is written. Its place is always kept."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.labels import tip, wrapping
from kjxm_desktop.gui.override import override


@dataclass(frozen=True)
class Remark:
    """What stands below a field: an icon, a sentence, the token of its colour."""

    icon: str = ""
    sentence: str = ""
    token: str = "quiet"


class Foot(QWidget):
    """One line that is drawn, not laid out: a key that moves the counter moves nothing else.

    A sentence too long for one line takes a second one; the line itself is there even when empty. Behind the sentence
    stands a link where something is offered that mends it.
    """

    fix_wanted = Signal()
    """The person takes what is offered."""
    dismiss_wanted = Signal()
    """The person wants to set aside what is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.font("hint"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.remark = Remark()
        self.counter = ""
        self._counter_token = "quiet"
        self.link: Link | None = None
        self.aside: Link | None = None
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

    def offer(self, words: str, whole: str = "") -> None:
        """Show a link that says `words` behind the sentence, its tip the `whole`; empty: there is nothing to offer."""
        if self.link is None:
            if not words:
                return
            self.link = Link(parent=self)  # made when first wanted: few fields ever have one
            self.link.setFont(self.font())
            self.link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.link.clicked.connect(self.fix_wanted)
            self._put_behind_field(self.link)
        if (words, whole) != (self.link.text(), self.link.accessibleName()) or self.link.isHidden() != (not words):
            self.link.setText(words)
            self.link.setToolTip(tip(whole))
            self.link.setAccessibleName(whole)
            self.link.setVisible(bool(words))
            self._fit()
            self.update()

    def _put_behind_field(self, link: Link) -> None:
        """Let Tab come to a link after the field above it, not at the end of the page as to what is made last."""
        before: QWidget = self
        if self.link is not None and self.link is not link:
            before = self.link
        while before is self or not before.focusPolicy() & Qt.FocusPolicy.TabFocus:
            before = before.previousInFocusChain() or self
            if before is self:
                break
        if before is not self:
            QWidget.setTabOrder(before, link)

    def offer_dismissal(self, words: str, spoken: str) -> None:
        """Show a link that says `words` last, by which what is told is set aside; empty: it cannot be."""
        if self.aside is None:
            if not words:
                return
            self.aside = Link(parent=self, token="quiet")
            self.aside.setFont(self.font())
            self.aside.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.aside.clicked.connect(self.dismiss_wanted)
            self._put_behind_field(self.aside)
        self.aside.setAccessibleName(spoken)
        if words != self.aside.text() or self.aside.isHidden() != (not words):
            self.aside.setText(words)
            self.aside.setVisible(bool(words))
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

    def _place_links(self, room: QRect, lines: int) -> int:
        """Put the links behind the sentence where all have one line, else below; return how many lines that takes."""
        links = [link for link in (self.link, self.aside) if link is not None and not link.isHidden()]
        if not links:
            return lines
        words = self.fontMetrics().horizontalAdvance(self.remark.sentence)
        gap = 3 * theme.SPACE_GRID
        wide = [min(link.sizeHint().width(), room.width()) for link in links]
        end = room.left() + words + (gap if words else 0)
        fits = lines == 1 and end + sum(wide) + gap * (len(links) - 1) <= room.right()
        at = end if fits else room.left()
        top = 0 if fits else self._line_height + (lines - 1) * self.fontMetrics().lineSpacing()
        for link, width in zip(links, wide, strict=True):
            link.setGeometry(at, top, width, self._line_height)
            at += width + gap
        return lines if fits else lines + 1

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
        if self._place_links(room, lines) > lines:
            height += self._line_height
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
            room.setHeight(self._line_height + (self._lines - 1) * self.fontMetrics().lineSpacing())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | self._wrap, self.remark.sentence)
        if self.counter:
            painter.setPen(theme.colour(self._counter_token))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.counter)
