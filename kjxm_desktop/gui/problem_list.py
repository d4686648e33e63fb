"""The list of findings below the page: filter, click or Enter leads to the field, F8 walks through, a link mends."""

from __future__ import annotations

from collections import Counter
from typing import cast

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
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
from kjxm_desktop.core import notes
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import dismissing, fixing, rows, theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.fixing import Offer
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
_OFFER_ROLE = Qt.ItemDataRole.UserRole + 1
_MARGIN = 8


class ProblemList(QWidget):
    """Shows the findings of the last check, worst level first when filtered, in the order of the form otherwise."""

    place_chosen = Signal(str)
    """The person wants to go to this pointer."""
    dismissed_wanted = Signal()
    """The person wants to see what was set aside."""
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
        self._list.viewport().installEventFilter(self)
        self._list.viewport().setMouseTracking(True)
        self._empty = Label("", "body", "quiet", wraps=True, parent=self)
        self.dismiss_button = QToolButton(self)
        self.dismiss_button.setAutoRaise(True)
        self.dismiss_button.setText(strings.text("gui_dismiss.way"))
        self.dismiss_button.clicked.connect(self.dismiss_current)
        self._set_aside = Link(parent=self)
        self._set_aside.clicked.connect(self.dismissed_wanted)
        self._list.currentItemChanged.connect(self._show_dismissal)
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
        bar.addWidget(self._set_aside)
        bar.addWidget(self.dismiss_button)
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
        counts = Counter([item.severity for item in found])  # there may be tens of thousands: counted once
        for level, button in self._buttons.items():
            count = len(found) if level is None else counts[level]
            word = strings.text(f"gui_form.severity.{level}" if level else "gui_window.level_all")
            button.setText(strings.text("gui_window.level", word=word, count=count))
            button.setEnabled(level is None or count > 0)
        if self._level is not None and not self._buttons[self._level].isEnabled():
            self._level = None
            self._buttons[None].setChecked(True)
        self._title.setText(strings.text("gui_window.problem_count", count=len(found)))
        self._fill([item for item in found if self._level is None or item.severity is self._level])
        self._empty.setVisible(not found and self._session.checked)
        rules, aside = self._session.call.rules, len(self._session.dismissed)
        self._set_aside.setVisible(aside > 0)
        self._set_aside.setText(strings.text("gui_dismiss.group", count=aside))
        self._set_aside.setAccessibleName(strings.text("gui_dismiss.look", count=aside))
        self._show_dismissal()
        self._empty.setText(
            strings.text("gui_dismiss.rest_passed", count=aside)
            if aside
            else strings.text("gui_window.all_passed", count=len(rules["rules"]), manual=len(rules["manual"]))
        )

    def _fill(self, found: list[Diagnostic]) -> None:
        before = self._list.currentRow()
        self._list.clear()
        for item in found[:MOST_ROWS]:
            row = QListWidgetItem(strings.finding(self._session.call, item))
            row.setData(_FINDING_ROLE, (item, strings.label_path(self._session.call, item.pointer)))
            offer = fixing.of_finding(self._session, item)
            row.setData(_OFFER_ROLE, offer)
            spoken = (strings.text(f"gui_form.severity.{item.severity}"), row.data(_FINDING_ROLE)[1], row.text())
            mends = [fixing.whole(offer.fix)] if offer is not None else []
            row.setData(Qt.ItemDataRole.AccessibleTextRole, "，".join((*spoken, *mends)))
            row.setToolTip(tip("\n".join((*spoken[1:], *mends))))
            self._list.addItem(row)
        if 0 <= before < self._list.count():
            self._list.setCurrentRow(before)
            self._show_current()

    def step(self, by: int) -> None:
        """Go to the next (+1) or previous (−1) finding, round the ends, and lead to its field."""
        count = self._list.count()
        if not count:
            return
        row = self._list.currentRow()
        row = (row + by) % count if row >= 0 else (0 if by > 0 else count - 1)
        self._list.setCurrentRow(row)
        self._on_activated(self._list.item(row))
        QTimer.singleShot(0, self, self._show_current)  # a list that was only just opened has no height yet

    def _show_current(self) -> None:
        """Scroll to the row that is chosen."""
        self._list.scrollTo(self._list.currentIndex())

    def focus_first(self) -> None:
        """Put the keyboard on the list, at its first row."""
        if self._list.count():
            self._list.setCurrentRow(0)
        self._list.setFocus()

    def fix_current(self) -> None:
        """Mend the finding chosen in the list, as one step, unless the answers have changed since it was found."""
        if self._list.currentRow() >= 0:
            self._fix(self._list.currentItem())

    def dismiss_current(self) -> bool:
        """Ask for the reason to set aside the finding chosen in the list; False where that cannot be."""
        row = self._list.currentItem()
        item: Diagnostic | None = row.data(_FINDING_ROLE)[0] if row is not None else None  # pyright: ignore[reportUnnecessaryComparison]
        if item is None or not notes.can_be_dismissed(item):
            return False
        dismissing.of(self._session).ask(item, self.window())
        return True

    def _show_dismissal(self) -> None:
        """Offer to set aside what can be."""
        row = self._list.currentItem()
        item: Diagnostic | None = row.data(_FINDING_ROLE)[0] if row is not None else None  # pyright: ignore[reportUnnecessaryComparison]
        may = item is not None and notes.can_be_dismissed(item)
        self.dismiss_button.setEnabled(may)
        finding = strings.finding(self._session.call, item) if item is not None and may else ""
        self.dismiss_button.setAccessibleName(strings.text("gui_dismiss.way_of", finding=finding).rstrip("：: "))

    def _fix(self, row: QListWidgetItem) -> None:
        offer: Offer | None = row.data(_OFFER_ROLE)
        finding: Diagnostic = row.data(_FINDING_ROLE)[0]
        self._session.settle()
        if offer is not None and offer == fixing.of_finding(self._session, finding):
            fixing.make(self._session, offer.fix)
            self.place_chosen.emit(offer.fix.pointer)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take a click on the link at the end of a row as a wish to mend; anywhere else it leads to the field."""
        presses = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseMove)
        if event.type() not in presses or not isinstance(event, QMouseEvent):
            return super().eventFilter(watched, event)
        at = event.position().toPoint()
        under = self._list.indexAt(at)
        row = self._list.item(under.row()) if under.isValid() else QListWidgetItem()
        on_link = under.isValid() and fix_area(self._list, row).contains(at)
        self._list.viewport().setCursor(Qt.CursorShape.PointingHandCursor if on_link else Qt.CursorShape.ArrowCursor)
        if not on_link or event.type() == QEvent.Type.MouseMove:
            return False
        if event.type() == QEvent.Type.MouseButtonRelease and event.button() == Qt.MouseButton.LeftButton:
            self._fix(row)
        return True

    def _on_activated(self, row: QListWidgetItem) -> None:
        finding: Diagnostic = row.data(_FINDING_ROLE)[0]
        self.place_chosen.emit(finding.pointer)


def fix_area(shown: QListWidget, row: QListWidgetItem) -> QRect:
    """Return where the link of a row stands, in the list; empty where nothing is offered."""
    return _link_area(shown.visualItemRect(row), shown.fontMetrics(), row.data(_OFFER_ROLE))


def _link_area(room: QRect, metrics: QFontMetrics, offer: Offer | None) -> QRect:
    if offer is None:
        return QRect()
    wide = min(metrics.horizontalAdvance(fixing.words(offer.fix)), room.width() // 3)
    return QRect(room.right() - _MARGIN - wide, room.top(), wide, room.height())


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
        area = look.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.drawPixmap(area.left(), area.center().y() - theme.ICON_SIZE // 2 + 1, theme.pixmap(icon, token))
        metrics = QFontMetrics(look.font)
        offer = cast("Offer | None", index.data(_OFFER_ROLE))
        link = _link_area(look.rect, metrics, offer)
        if offer is not None:
            painter.setPen(theme.colour("accent"))
            told = metrics.elidedText(fixing.words(offer.fix), Qt.TextElideMode.ElideRight, link.width())
            painter.drawText(link, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, told)
            area.setRight(link.left() - 2 * _MARGIN)
        width = min(metrics.horizontalAdvance(where), area.width() * 2 // 5)
        painter.setPen(theme.colour("quiet"))
        words = metrics.elidedText(where, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(area.adjusted(26, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(theme.colour("text"))
        rest = area.adjusted(26 + width + 16, 0, 0, 0)
        sentence = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, sentence)
        painter.restore()
