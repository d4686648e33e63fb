"""The list of findings below the page: filter, click or Enter leads to the field, F8 walks through."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import rows, theme
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

LOOKS = {
    Severity.ERROR: ("severity_error", "error"),
    Severity.MISSING: ("severity_missing", "quiet"),
    Severity.WARNING: ("severity_warning", "warning"),
    Severity.ADVICE: ("severity_advice", "quiet"),
}
"""Icon and colour of each severity, the same everywhere."""

MOST_ROWS = 500
_FINDING_ROLE = Qt.ItemDataRole.UserRole


class ProblemList(QWidget):
    """Shows the findings of the last check, worst level first when filtered, in the order of the form otherwise."""

    place_chosen = Signal(str)
    """The person wants to go to this pointer."""
    closed = Signal()
    """The person has seen enough."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._level: Severity | None = None
        self._title = Label("", "label", parent=self)
        self._filters = QButtonGroup(self)
        self._buttons: dict[Severity | None, QToolButton] = {}
        self._list = QListWidget(self)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_Row(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(strings.text("gui_window.problems"))
        self._list.itemActivated.connect(self._on_activated)
        self._list.itemClicked.connect(self._on_activated)
        self._empty = Label("", "body", "quiet", wraps=True, parent=self)
        self._lay_out()
        session.diagnostics_changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(theme.SPACE_IN_FIELD)
        bar.addWidget(self._title)
        bar.addSpacing(12)
        for level in (None, *Severity):
            bar.addWidget(self._filter(level))
        bar.addStretch(1)
        close = QToolButton(self)
        close.setAutoRaise(True)
        theme.set_icon(close, "close", "quiet")
        close.setToolTip(strings.text("gui_window.close_problems"))
        close.setAccessibleName(close.toolTip())
        close.clicked.connect(self.closed)
        bar.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 4)
        column.setSpacing(4)
        column.addLayout(bar)
        column.addWidget(self._empty)
        column.addWidget(self._list, 1)

    def _filter(self, level: Severity | None) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setChecked(level is None)
        button.clicked.connect(lambda: self._show_level(level))
        self._filters.addButton(button)
        self._buttons[level] = button
        return button

    def _show_level(self, level: Severity | None) -> None:
        self._level = level
        self.refresh()

    def refresh(self) -> None:
        """Show the findings as they are now."""
        found = self._session.diagnostics
        for level, button in self._buttons.items():
            count = sum(1 for item in found if level is None or item.severity is level)
            word = strings.text(f"gui_form.severity.{level}" if level else "gui_window.level_all")
            button.setText(strings.text("gui_window.level", word=word, count=count))
            button.setEnabled(level is None or count > 0)
        if self._level is not None and not self._buttons[self._level].isEnabled():
            self._level = None
            self._buttons[None].setChecked(True)
        self._title.setText(strings.text("gui_window.problem_count", count=len(found)))
        self._fill([item for item in found if self._level is None or item.severity is self._level])
        self._empty.setVisible(not found and self._session.checked)
        rules = self._session.call.rules
        self._empty.setText(
            strings.text("gui_window.all_passed", count=len(rules["rules"]), manual=len(rules["manual"]))
        )

    def _fill(self, found: list[Diagnostic]) -> None:
        before = self._list.currentRow()
        self._list.clear()
        for item in found[:MOST_ROWS]:
            row = QListWidgetItem(strings.finding(self._session.call, item))
            row.setData(_FINDING_ROLE, (item, strings.label_path(self._session.call, item.pointer)))
            spoken = (strings.text(f"gui_form.severity.{item.severity}"), row.data(_FINDING_ROLE)[1], row.text())
            row.setData(Qt.ItemDataRole.AccessibleTextRole, "，".join(spoken))
            row.setToolTip(tip(f"{spoken[1]}\n{spoken[2]}"))
            self._list.addItem(row)
        if 0 <= before < self._list.count():
            self._list.setCurrentRow(before)

    def step(self, by: int) -> None:
        """Go to the next (+1) or previous (−1) finding, round the ends, and lead to its field."""
        count = self._list.count()
        if not count:
            return
        row = self._list.currentRow()
        row = (row + by) % count if row >= 0 else (0 if by > 0 else count - 1)
        self._list.setCurrentRow(row)
        self._on_activated(self._list.item(row))

    def focus_first(self) -> None:
        """Put the keyboard on the list, at its first row."""
        if self._list.count():
            self._list.setCurrentRow(0)
        self._list.setFocus()

    def _on_activated(self, row: QListWidgetItem) -> None:
        finding: Diagnostic = row.data(_FINDING_ROLE)[0]
        self.place_chosen.emit(finding.pointer)


class _Row(QStyledItemDelegate):
    """Paints one finding: icon, where, what to do."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Ask for a dense row."""
        return QSize(0, rows.height(rows.look_of(option), theme.DENSE_ROW_HEIGHT))

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row."""
        finding, where = cast("tuple[Diagnostic, str]", index.data(_FINDING_ROLE))
        icon, token = LOOKS[finding.severity]
        look = rows.look_of(option)
        painter.save()
        rows.paint_ground(painter, look)
        painter.setFont(look.font)
        area = look.rect.adjusted(8, 0, -8, 0)
        painter.drawPixmap(area.left(), area.center().y() - theme.ICON_SIZE // 2 + 1, theme.pixmap(icon, token))
        metrics = QFontMetrics(look.font)
        width = min(metrics.horizontalAdvance(where), area.width() * 2 // 5)
        painter.setPen(theme.colour("quiet"))
        words = metrics.elidedText(where, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(area.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(theme.colour("text"))
        rest = area.adjusted(26 + width + 16, 0, 0, 0)
        sentence = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, sentence)
        painter.restore()
