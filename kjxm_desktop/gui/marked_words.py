"""Words with what was taken out struck through in red and what came in underlined in green, wrapped to their width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop.core.comparison import Run
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override

_LINE_PERCENT: Final = 140
_WASH: Final = 26  # of 255: the ground behind changed words, pale enough to read on
_TOKENS: Final = {"removed": "error", "added": "done"}


class MarkedWords(QWidget):
    """Shows runs of text; plain to Qt, so that nothing in them is ever read as HTML."""

    def __init__(self, runs: Sequence[Run] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Not `Minimum`: the least height would be that of the narrowest guess, and pages would scroll for nothing.
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._runs = tuple(runs)
        self._layout = QTextLayout()
        self._laid_for = (-1, "")
        self._height = 0

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show other words."""
        self._runs = tuple(runs)
        self._laid_for = (-1, "")
        self.updateGeometry()
        self.update()

    @property
    def runs(self) -> tuple[Run, ...]:
        """Return what is shown."""
        return self._runs

    @override
    def hasHeightForWidth(self) -> bool:
        """Tell that lines are broken."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Return how high the words are at that width."""
        self._lay_out(width)
        return self._height

    @override
    def sizeHint(self) -> QSize:
        """Ask for a readable width, and the height that goes with the width there is."""
        return QSize(320, self.heightForWidth(max(self.width(), 320)))

    @override
    def minimumSizeHint(self) -> QSize:
        """Be content with a few words a line."""
        return QSize(120, self.fontMetrics().height())

    def _lay_out(self, width: int) -> None:
        laid_for = (width, theme.colours().text + self.font().key())
        if laid_for == self._laid_for:
            return
        self._laid_for = laid_for
        self._layout = QTextLayout("".join(run.text for run in self._runs).replace("\n", "\u2028"), self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        self._layout.setFormats(self._formats())
        step, top = self.fontMetrics().height() * _LINE_PERCENT / 100, 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, top + (step - line.height()) / 2))
            top += max(step, line.height())
        self._layout.endLayout()
        self._height = round(top)

    def _formats(self) -> list[QTextLayout.FormatRange]:
        formats: list[QTextLayout.FormatRange] = []
        start = 0
        for run in self._runs:
            length = len(run.text.encode("utf-16-le", "surrogatepass")) // 2
            if run.kind in _TOKENS:
                part = QTextLayout.FormatRange()
                part.start, part.length, part.format = start, length, _format(run)  # pyright: ignore[reportAttributeAccessIssue]
                formats.append(part)
            start += length
        return formats

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the words."""
        self._lay_out(self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        self._layout.draw(painter, QPointF(0, 0))


def _format(run: Run) -> QTextCharFormat:
    look, token = QTextCharFormat(), _TOKENS[run.kind]
    look.setForeground(theme.colour(token))
    wash = QColor(theme.colour(token))
    wash.setAlpha(_WASH)
    look.setBackground(wash)
    if run.kind == "removed":
        look.setFontStrikeOut(True)
    else:
        look.setFontUnderline(True)
    return look
