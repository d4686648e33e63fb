"""The headings of a table and the numbers of its rows, drawn as quietly as the rest of the desk."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override


class TableCorner(QWidget):
    """The corner between both headers: the same shade, over the one that Qt draws with a bevel."""

    def __init__(self, corner: QWidget) -> None:
        super().__init__(corner)
        corner.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the corner whatever size it gets."""
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent):
            self.resize(event.size())
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shade and the hairlines of the headers."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("shade"))
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(self.rect().topRight(), self.rect().bottomRight())
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())


class TableHeader(QHeaderView):
    """A header without bevels: a shade, the words, a hairline to the next."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw one heading; the row or column that the keys are in stands in the colour of writing."""
        model = self.model()
        painter.fillRect(rect, theme.colour("shade"))
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        across = self.orientation() == Qt.Orientation.Horizontal
        aligned = model.headerData(logicalIndex, self.orientation(), Qt.ItemDataRole.TextAlignmentRole)
        words = str(model.headerData(logicalIndex, self.orientation()))
        room = rect.adjusted(theme.SPACE_GRID, 0, -theme.SPACE_GRID, 0)
        painter.setPen(theme.colour("text" if across else "quiet"))
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(aligned) if aligned else int(Qt.AlignmentFlag.AlignCenter), words)
