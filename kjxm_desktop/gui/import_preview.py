"""The rows of a foreign table as they will come in, cell by cell as read, those that make no sense marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.table_header import TableHeader
from kjxm_desktop.gui.form.table_rows import heading
from kjxm_desktop.gui.import_plan import Options, ReadCell, Taken, unread
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override

Index = QModelIndex | QPersistentModelIndex
_LEAST_PX = 76
_MOST_PX = 220


class PreviewModel(QAbstractTableModel):
    """What will come in, with the columns of our table that something goes into, in their order."""

    def __init__(self, options: Options, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self.columns: Sequence[Control] = ()
        self.rows: Sequence[Taken] = ()

    def show_rows(self, rows: Sequence[Taken], columns: Sequence[Control]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.columns = rows, columns
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows that come in."""
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns that something goes into."""
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: Index) -> ReadCell | None:
        """Return what was read for a cell; None where the file says nothing."""
        return self.rows[index.row()].cells.get(self.columns[index.column()].name)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return how a cell will stand in the table, and what is to be said of it."""
        cell, column = self.cell(index), self.columns[index.column()]
        if cell is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._written(column, cell)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.kind in ("money", "number"):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and not cell.is_readable:
            return theme.colour("warning" if cell.is_kept else "error")
        if role == Qt.ItemDataRole.DecorationRole and not cell.is_readable:
            severity = "warning" if cell.is_kept else "error"
            return theme.icon(f"severity_{severity}", severity)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(self._words(column, cell))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._words(column, cell)
        return None

    def _written(self, column: Control, cell: ReadCell) -> str:
        text = spelling.write(column, cell.answer.value, self._options.get(column.name, ()))
        return (text if cell.is_readable else cell.text).replace("\n", " ")

    def _words(self, column: Control, cell: ReadCell) -> str:
        """Return what becomes of a cell, where that is not what it says."""
        if cell.is_kept:
            return strings.text("gui_table.cell_kept", text=cell.text)
        if not cell.is_readable:
            return strings.text("gui_table.cell_unread", text=cell.text)
        written = self._written(column, cell)
        same = "".join(cell.text.split()) == "".join(written.split())
        unit = f" {column.unit}" if column.unit else ""
        return "" if same else strings.text("gui_form.read.became", typed=cell.text, became=written + unit)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of one of our columns, or the number of the row in the file."""
        if orientation == Qt.Orientation.Vertical:
            return str(self.rows[section].number + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return heading(self.columns[section])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = self.columns[section].kind in ("money", "number")
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class Preview(QTableView):
    """The preview as a grid to be looked through, by keys too."""

    current_told = Signal(str)
    """What is to be said of the cell that the keys are in."""

    def __init__(self, options: Options, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = PreviewModel(options, self)
        self.setModel(self.shown)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setHorizontalHeader(TableHeader(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(TableHeader(Qt.Orientation.Vertical, self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setFixedHeight(theme.DENSE_ROW_HEIGHT)
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        down.setDefaultSectionSize(theme.DENSE_ROW_HEIGHT)
        down.setMinimumWidth(8 * theme.SPACE_GRID)
        self.setAccessibleName(strings.text("gui_table.preview"))

    def show_rows(self, rows: Sequence[Taken], columns: Sequence[Control]) -> None:
        """Show other rows, each column as wide as its first cells want it, within reason."""
        self.shown.show_rows(rows, columns)
        for at in range(len(columns)):
            wide = max(self.sizeHintForColumn(at), self.horizontalHeader().sectionSizeHint(at)) + 4 * theme.SPACE_GRID
            self.setColumnWidth(at, max(_LEAST_PX, min(_MOST_PX, wide)))

    def go_to_next_unread(self) -> None:
        """Put the keys into the next cell that makes no sense, behind the last into the first."""
        names = [column.name for column in self.shown.columns]
        places = sorted((row, names.index(name)) for row, name, _ in unread(self.shown.rows))
        if not places:
            return
        current = self.currentIndex()
        here = (current.row(), current.column()) if current.isValid() else (-1, -1)
        row, column = next((place for place in places if place > here), places[0])
        index = self.shown.index(row, column)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        self.setFocus()
