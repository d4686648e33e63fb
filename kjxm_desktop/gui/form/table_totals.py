"""The last row of a table with amounts: their sums, and that of the chosen cells, always in sight, never typed."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTableView, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import identifiers
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.table_model import TableModel
from kjxm_desktop.gui.override import override

_SUMMED_PLACES = 2
_MOST_CHOSEN = 6_000
"""So many cells are added up when they are chosen; nobody looks at the sum of more."""


class TableTotals(QWidget):
    """Sums below the columns of amounts, added up anew when the table has come to rest."""

    def __init__(self, view: QTableView, model: TableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._sums: dict[int, str] = {}
        self._chosen = ""
        self.setFont(theme.font("money"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._add_up)
        self._chosen_soon = QTimer(self, singleShot=True, interval=0)
        self._chosen_soon.timeout.connect(self._add_up_chosen)
        view.selectionModel().selectionChanged.connect(self._on_chosen)
        for changed in (model.dataChanged, model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self._on_changed)
        view.horizontalHeader().sectionResized.connect(self._on_moved)
        view.horizontalScrollBar().valueChanged.connect(self._on_moved)
        self._add_up()

    @property
    def sums(self) -> dict[int, str]:
        """Return what is written below each column, by its number."""
        return self._sums

    def words(self) -> str:
        """Return what stands at the left: the word, the sum of the chosen cells, and every sum out of sight."""
        told = [strings.text("gui_form.table.total")]
        if self._chosen:
            told.append(self._chosen)
        for at, text in self._sums.items():
            if not self._is_seen(at):
                heading = self._model.headerData(at, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)
                told.append(f"{heading} {text}")
        return "　".join(told)

    def _is_seen(self, column: int) -> bool:
        """Tell whether the end of a column is in sight: there its digits stand."""
        end = self._view.columnViewportPosition(column) + self._view.columnWidth(column)
        return 0 < end <= self._view.viewport().width() + theme.SPACE_GRID

    def _first_seen(self) -> int:
        """Return where the first sum that is in sight begins; the whole width when none is."""
        left = self._view.verticalHeader().width()
        ends = [
            self._view.columnViewportPosition(at) + self._view.columnWidth(at) - self._advance(text)
            for at, text in self._sums.items()
            if self._is_seen(at)
        ]
        return left + min(ends) if ends else self.width()

    def _advance(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 6 * theme.SPACE_GRID

    def _on_changed(self) -> None:
        self._soon.start()
        self._chosen_soon.start()

    def _on_chosen(self) -> None:
        self._chosen_soon.start()

    def _add_up_chosen(self) -> None:
        """Add up the amounts that are chosen, as spreadsheets do; one alone, or too many, are not told of."""
        told = ""
        chosen = self._view.selectionModel().selectedIndexes()
        if 1 < len(chosen) <= _MOST_CHOSEN:
            summed = set(summed_columns(self._model))
            cells = [(at.row(), at.column()) for at in chosen if at.column() in summed]
            values = [self._model.value_of(row, self._model.columns[column]) for row, column in cells]
            amounts = [amount for value in values if (amount := identifiers.to_decimal(value)) is not None]
            if len(amounts) > 1:
                total = f"{sum(amounts, Decimal(0)):,.{_SUMMED_PLACES}f}"
                told = strings.text("gui_money.chosen", count=len(amounts), total=total)
        if told != self._chosen:
            self._chosen = told
            self.update()

    def _on_moved(self) -> None:
        self.update()

    def _add_up(self) -> None:
        sums: dict[int, str] = {}
        for at in summed_columns(self._model):
            sums[at] = f"{self._model.total(self._model.columns[at]):,.{_SUMMED_PLACES}f}"
        if sums != self._sums:
            self._sums = sums
            told = [f"{self._model.columns[at].name} {text}" for at, text in sums.items()]
            self.setAccessibleName(strings.text("gui_form.table.total") + " " + ", ".join(told))
            self.setVisible(any(text != "0.00" for text in sums.values()))
            self.update()

    @override
    def sizeHint(self) -> QSize:
        """Ask for one dense row."""
        return QSize(100, theme.DENSE_ROW_HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sums where their columns stand."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("shade"))
        painter.setPen(theme.colour("line"))
        painter.drawLine(0, 0, self.width(), 0)
        font = self.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.colour("text"))
        left = self._view.verticalHeader().width()
        middle = Qt.AlignmentFlag.AlignVCenter
        words = QRect(2 * theme.SPACE_GRID, 0, self._first_seen() - 4 * theme.SPACE_GRID, self.height())
        told = painter.fontMetrics().elidedText(self.words(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | middle, told)
        painter.setClipRect(QRect(left, 0, self.width() - left, self.height()))
        for at, text in self._sums.items():
            if not self._is_seen(at):
                continue
            x = self._view.columnViewportPosition(at) + left
            room = QRect(x, 0, self._view.columnWidth(at) - theme.SPACE_GRID, self.height())
            needed = painter.fontMetrics().horizontalAdvance(text) + theme.SPACE_GRID
            room.setLeft(min(room.left(), room.right() - needed))
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, text)


def summed_columns(model: TableModel) -> list[int]:
    """Return the columns that have a sum: amounts, but not unit prices, which are finer than 0.01."""
    from kjxm_desktop.gui.form.spelling import places

    return [
        at for at, column in enumerate(model.columns) if column.kind == "money" and places(column) <= _SUMMED_PLACES
    ]
