"""The rows of one table as Qt wants to see them: read from the session, changed through it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from kjxm_desktop import strings
from kjxm_desktop.core import fixes, identifiers, json_pointer
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import comments, theme
from kjxm_desktop.gui.form import spelling, table_rows
from kjxm_desktop.gui.form.table_rows import Row
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import RANK, Session, touches

Index = QModelIndex | QPersistentModelIndex

# Made once: Qt asks twice for each cell that it draws.
_SHOWN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_TICKED = _SHOWN | Qt.ItemFlag.ItemIsUserCheckable
_EDITED = _SHOWN | Qt.ItemFlag.ItemIsEditable


_FEW_ROWS = 40


class TableModel(QAbstractTableModel):
    """A table of the proposal. It keeps nothing of its own but the rows it showed last and the findings by row id."""

    refused = Signal(str)
    """An edit was refused, for the reason told."""
    noted = Signal(str)
    """What was typed into a cell became something else, as told; empty: it stands as typed."""
    cell_edited = Signal()
    """The person has changed the answer in a cell."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.control = control
        self.pointer = pointer
        self.columns: Sequence[Control] = control.columns
        self.rows: list[Row] = session.value(pointer) or []
        self._options: dict[str, list[Option]] = {}
        self._labels: dict[str, dict[Json, str]] = {}
        self._found: dict[str, dict[str, Diagnostic]] = {}
        self._totals: dict[str, Decimal] = {}
        self._added_up: list[Row] = []
        self.money_font = theme.font("money")
        session.value_changed.connect(self._on_value_changed)
        session.diagnostics_changed.connect(self._on_diagnostics_changed)
        self._on_diagnostics_changed()

    # ---- what Qt asks

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return how a cell is written, set and told of."""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return None if column.kind == "yes_no" else self.text_of(index.row(), column)
        if role == Qt.ItemDataRole.CheckStateRole and column.kind == "yes_no":
            ticked = self.rows[index.row()].get(column.name) is True
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column.kind in ("money", "number"):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole and column.kind in ("money", "number"):
            return self.money_font
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(index.row(), column)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return self._accessible(index.row(), column, role)
        return None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column or the number of a row."""
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return table_rows.heading(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(strings.pick(column.hint))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.kind in ("money", "number") else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a cell."""
        column = self.columns[index.column()]
        if column.conditions and not self.asked(index.row(), column):
            return _SHOWN
        return _TICKED if column.kind == "yes_no" else _EDITED

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a tick; everything else is put by `put` and `put_text`."""
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        ticked = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        return self.put(index.row(), self.columns[index.column()], True if ticked else None)

    # ---- cells

    def cell_pointer(self, row: int, column: Control) -> str:
        """Return the pointer of a cell."""
        return f"{self.pointer}/{row}/{column.name}"

    def asked(self, row: int, column: Control) -> bool:
        """Tell whether a cell is asked."""
        return not column.conditions or self._session.shown(self.cell_pointer(row, column))

    def value_of(self, row: int, column: Control) -> Json:
        """Return the answer in a cell."""
        return self.rows[row].get(column.name)

    def text_of(self, row: int, column: Control) -> str:
        """Return how the answer in a cell is written, in one line."""
        value = self.rows[row].get(column.name)
        if value is None:
            return ""
        if column.kind == "choice":
            return self._label_map(column).get(value) or spelling.unlisted(column, value)
        if column.kind == "file":
            return strings.text("gui_form.file.present")
        text = spelling.write(column, value, self.options_of(column))
        return text if "\n" not in text else text.replace("\n", " ")

    def options_of(self, column: Control) -> list[Option]:
        """Return all options of a column, whatever they depend on."""
        if column.name not in self._options:
            listed = list(column.options)
            if column.rows_table:
                listed = self._session.form.options(column, self._session.data, column.pointer)
            self._options[column.name] = listed
        return self._options[column.name]

    def options_at(self, row: int, column: Control) -> list[Option]:
        """Return what may be chosen in one cell."""
        return self._session.form.options(column, self._session.data, self.cell_pointer(row, column))

    def _label_map(self, column: Control) -> dict[Json, str]:
        if column.name not in self._labels:
            self._labels[column.name] = {option.id: strings.pick(option.label) for option in self.options_of(column)}
        return self._labels[column.name]

    def offer_of(self, row: int, column: Control) -> str:
        """Return the words that a row offers for an empty cell, made of its own numbers; "" for none."""
        return fixes.offered(self._session.call, self._session.data, self.cell_pointer(row, column))

    def put(self, row: int, column: Control, value: Json, *, apart: bool = True) -> bool:
        """Put an answer into a cell; False when it was refused, with the reason told by `refused`.

        Nothing is written for a row that is gone from the proposal while its editor is still being closed.
        """
        row_id = self.rows[row].get("id")
        if self._session.value(f"{self.pointer}/{row}/id") != row_id:
            return False
        try:
            self._session.edit(self.cell_pointer(row, column), value, apart=apart)
        except KjxmError as error:
            self.refused.emit(strings.error_at(self._session.call, error))
            return False
        self.cell_edited.emit()
        return True

    def put_rows(self, rows: list[Row]) -> bool:
        """Put all rows anew, as one step; False when they were refused.

        Where a few rows of many have other answers, these alone are put: what follows does not look at the others.
        """
        try:
            self._session.edit_together(self._edits(rows))
        except KjxmError as error:
            self.refused.emit(strings.error_at(self._session.call, error))
            return False
        return True

    def _edits(self, rows: list[Row]) -> list[tuple[str, Json]]:
        if len(rows) == len(self.rows):
            changed = [at for at, row in enumerate(rows) if row is not self.rows[at]]
            if len(changed) <= _FEW_ROWS and all(rows[at].get("id") == self.rows[at].get("id") for at in changed):
                return [(f"{self.pointer}/{at}", rows[at]) for at in changed]
        return [(self.pointer, rows)]

    def move_to(self, pointer: str) -> None:
        """Stand for another pointer."""
        self.beginResetModel()
        self.pointer = pointer
        self.rows = self._session.value(pointer) or []
        self._totals.clear()
        self.endResetModel()

    def total(self, column: Control) -> Decimal:
        """Return the sum of the amounts of a column that can be read, without adding up again what has not changed."""
        if not self._totals:
            self._added_up = list(self.rows)
        if column.name not in self._totals:
            self._totals[column.name] = sum((_amount(row, column.name) for row in self._added_up), Decimal(0))
        return self._totals[column.name]

    def _add_up_row(self, at: int) -> None:
        """Mend the sums by what has changed in one row."""
        if self._totals:
            before, now = self._added_up[at], self.rows[at]
            self._added_up[at] = now
            for name in self._totals:
                self._totals[name] += _amount(now, name) - _amount(before, name)

    # ---- findings

    def finding_at(self, row: int, column: Control | None) -> Diagnostic | None:
        """Return the worst finding on a cell, or on the row itself; gaps only when they are to be shown."""
        found = self._found.get(str(self.rows[row].get("id")), {}) if row < len(self.rows) else {}
        diagnostic = found.get(column.name if column else "")
        if diagnostic is not None and diagnostic.severity == "missing" and not self._session.gaps_shown(self.pointer):
            return None
        return diagnostic

    def _on_diagnostics_changed(self) -> None:
        start = len(self.pointer) + 1
        found: dict[str, dict[str, Diagnostic]] = {}
        for diagnostic in self._session.diagnostics_under(self.pointer):
            # Names of columns need no unescaping, and a long table may have tens of thousands of findings.
            row, _, inside = diagnostic.pointer[start:].partition("/")
            if not row or int(row) >= len(self.rows):
                continue
            cells = found.setdefault(str(self.rows[int(row)].get("id")), {})
            name = inside.partition("/")[0]
            if name not in cells or RANK[diagnostic.severity] < RANK[cells[name].severity]:
                cells[name] = diagnostic
        if self.rows and (found or self._found):
            self._found = found
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.columns) - 1))

    def _tip(self, row: int, column: Control) -> str | None:
        found = self.finding_at(row, column) or self.finding_at(row, None)
        text = self.text_of(row, column)
        if found is not None:
            sentence = strings.finding(self._session.call, found)
            return tip(f"{text}\n{sentence}" if text else sentence)
        return tip(text) if len(text) > 8 else None

    def _accessible(self, row: int, column: Control, role: int) -> str:
        if role == Qt.ItemDataRole.AccessibleTextRole:
            value = self.rows[row].get(column.name)
            text = spelling.write(column, value) if column.kind == "yes_no" else self.text_of(row, column)
            return f"{strings.pick(column.label)} {text}".strip()
        found = self.finding_at(row, column)
        told = strings.finding(self._session.call, found) if found else strings.pick(column.hint)
        said = comments.of(self._session).count_at(f"{self.pointer}/@{self.rows[row].get('id')}/{column.name}")
        return "，".join(part for part in (told, comments.count_in_words(said)) if part)

    # ---- following the session

    def _on_value_changed(self, pointer: str) -> None:
        for column in self.columns:
            if column.rows_table and touches(pointer, column.rows_table):
                self._options.pop(column.name, None)
                self._labels.pop(column.name, None)
                self._repaint(0, len(self.rows) - 1)
        if not touches(pointer, self.pointer):
            return
        rows: list[Row] = self._session.value(self.pointer) or []
        tokens = json_pointer.parse(pointer)[len(json_pointer.parse(self.pointer)) :]
        if tokens and len(rows) == len(self.rows):
            self.rows = rows
            self._add_up_row(int(tokens[0]))
            self._repaint(int(tokens[0]), int(tokens[0]))
        else:
            self._totals.clear()
            self._replace(rows)

    def _repaint(self, first: int, last: int) -> None:
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def _replace(self, rows: list[Row]) -> None:
        """Take other rows in, telling Qt of inserted and removed ones as such, so that the selection stays."""
        old, new = [row.get("id") for row in self.rows], [row.get("id") for row in rows]
        start = _same(old, new)
        end = _same(old[start:][::-1], new[start:][::-1])
        gone, come = len(old) - start - end, len(new) - start - end
        if gone and come and gone != come:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        if come and not gone:
            self.beginInsertRows(QModelIndex(), start, start + come - 1)
            self.rows = rows
            self.endInsertRows()
        elif gone and not come:
            self.beginRemoveRows(QModelIndex(), start, start + gone - 1)
            self.rows = rows
            self.endRemoveRows()
        self.rows = rows
        self._repaint(0, len(rows) - 1)


def _amount(row: Row, name: str) -> Decimal:
    return identifiers.to_decimal(row.get(name)) or Decimal(0)


def _same(first: Sequence[object], second: Sequence[object]) -> int:
    """Return how many things two sequences share at their start."""
    return next(
        (at for at, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
        min(len(first), len(second)),
    )
