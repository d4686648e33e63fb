"""The headings of a table and the numbers of its rows, drawn as quietly as the rest of the desk."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override


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
