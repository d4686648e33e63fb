"""The moments of a history, to choose one or two from: filtered, by day, with what was kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final, cast

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.history import Kind, Moment
from kjxm_desktop.gui import rows, theme, timeline
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.timeline import NODE_ROLE, Choice, Day, Entry, Node, Timeline

_ICONS: Final = {
    Kind.OPENED: ("open", "quiet"),
    Kind.EDITED: ("pencil", "quiet"),
    Kind.NAMED: ("bookmark", "accent"),
    Kind.RESTORED: ("restore", "quiet"),
}


class MomentList(QWidget):
    """Shows the moments; what is selected is told by `chosen`."""

    chosen = Signal()
    """Other lines are selected: see `selected`."""
    forget_wanted = Signal()
    """The person wants the selected named version deleted."""

    def __init__(self, form: Form, now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._now = now
        self._moments: Sequence[Moment] = ()
        self._places: dict[str, int] = {}
        self._opened: Moment | None = None
        self._model = Timeline(form, now, self)
        self.section_box = QComboBox(self)
        self.named_box = QCheckBox(strings.text("gui_history.named_only"), self)
        self._empty = Label("", token="quiet", wraps=True, parent=self)
        self.tree = _Tree(self)
        self.tree.setModel(self._model)
        self.tree.setItemDelegate(_Row(form, now.tzinfo, self.tree))
        self.tree.selectionModel().selectionChanged.connect(self.chosen)
        self.tree.delete_pressed.connect(self.forget_wanted)
        self._lay_out()

    def _lay_out(self) -> None:
        self.section_box.addItem(strings.text("gui_history.all_sections"), None)
        for section in self._form.sections:
            self.section_box.addItem(strings.pick(section.title), section.id)
        self.section_box.setAccessibleName(strings.text("gui_history.of_section"))
        self.section_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.section_box.currentIndexChanged.connect(self._on_choice)
        self.named_box.toggled.connect(self._on_choice)
        self._empty.setMargin(12)
        self._empty.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.section_box)
        column.addWidget(self.named_box)
        column.addWidget(self._empty, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.tree, 1)

    # ---- what is shown

    def show_moments(self, moments: Sequence[Moment], opened: Moment | None, now: datetime) -> None:
        """Show other moments, latest first, below that of opening; what is selected stays, else it is the first."""
        self._moments, self._now = moments, now
        self._places = {moment.id: place for place, moment in enumerate(moments)}
        self._opened = opened
        self._refill()

    def _refill(self) -> None:
        selected, opened_lines = self._selected_nodes(), self._opened_lines()
        choice = Choice(self.section_box.currentData(), self.named_box.isChecked())
        days = timeline.days_of(self._moments, self._form, self._now.tzinfo, choice)
        opened = timeline.pinned(self._opened) if self._opened is not None and not choice.named_only else None
        scrolled = self.tree.verticalScrollBar().value()
        self._model.show_days(opened, days, self._now)
        for row in range(self._model.rowCount()):
            self.tree.expand(self._model.index(row, 0))
        for first_id in opened_lines:
            self.tree.expand(self._model.find_line(first_id))
        self.tree.verticalScrollBar().setValue(scrolled)
        self._tell_empty(choice)
        indexes = [index for index in map(self._index_of, selected) if index.isValid()] or [self._first()]
        self._choose(indexes[0])
        for index in indexes[1:]:
            self.tree.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)

    def _index_of(self, node: Node) -> QModelIndex:
        """Return where a line is now that may have grown at its end, or a single moment."""
        if isinstance(node, Moment):
            return self._model.find_moment(node.id)
        if isinstance(node, Entry):
            return self._model.find_line(node.first.id, pinned=node.pinned)
        return QModelIndex()

    def _opened_lines(self) -> list[str]:
        """Return the first moments of the lines that are unfolded."""
        found: list[str] = []
        for day in range(self._model.rowCount()):
            top = self._model.index(day, 0)
            lines = [self._model.index(row, 0, top) for row in range(self._model.rowCount(top))]
            nodes = [self._model.node(line) for line in lines if self.tree.isExpanded(line)]
            found += [node.first.id for node in nodes if isinstance(node, Entry)]
        return found

    def _selected_nodes(self) -> list[Node]:
        nodes = [self._model.node(index) for index in self.tree.selectionModel().selectedIndexes()]
        return [node for node in nodes if node is not None]

    def _first(self) -> QModelIndex:
        top = self._model.index(0, 0)
        return self._model.index(0, 0, top) if isinstance(self._model.node(top), Day) else top

    def _tell_empty(self, choice: Choice) -> None:
        empty = self._model.rowCount() == 0
        self._empty.setVisible(empty)
        self.tree.setVisible(not empty)
        if not self._moments:
            self._empty.setText(strings.text("gui_history.empty"))
        else:
            key = "gui_history.empty_named" if choice.named_only else "gui_history.empty_section"
            self._empty.setText(strings.text(key))

    def select_moment(self, moment_id: str) -> None:
        """Select a moment, as one just kept under a name."""
        index = self._model.find_moment(moment_id)
        if index.isValid():
            self._choose(index)
            self.tree.scrollTo(index)

    def _choose(self, index: QModelIndex) -> None:
        """Select one line alone, even while Ctrl is held for the key that has led here."""
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.tree.selectionModel().setCurrentIndex(index, flag)

    def selected(self) -> list[Entry]:
        """Return the selected lines, the latest first."""
        found = [Entry((node,), node.sections) if isinstance(node, Moment) else node for node in self._selected_nodes()]
        entries = [entry for entry in found if isinstance(entry, Entry)]
        return sorted(entries, key=lambda entry: self._places.get(entry.last.id, -1))

    def before(self, entry: Entry) -> Moment | None:
        """Return the moment kept before a line began; None where it is the first."""
        earlier = self._moments[self._places.get(entry.first.id, -1) + 1 :]
        return next((moment for moment in earlier if moment.kind is not Kind.NAMED), None)

    def _on_choice(self) -> None:
        self._refill()


class _Tree(QTreeView):
    """The tree itself: no heads, room at the left only where a line can be opened."""

    delete_pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIndentation(16)
        self.setRootIsDecorated(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(strings.text("gui_history.moments"))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hear Delete; everything else moves the choice."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class _Row(QStyledItemDelegate):
    """Paints a line: icon, when or the name, how much; below it the sections."""

    def __init__(self, form: Form, zone: tzinfo | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._form = form
        self._zone = zone
        self._heights: dict[tuple[str, bool], int] = {}

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Ask for one line, or for two where sections are named."""
        node = cast("Node", index.data(NODE_ROLE))
        two = isinstance(node, Entry) and bool(node.sections)
        return QSize(0, self._height(rows.look_of(option).font, two=two))

    def _height(self, font: QFont, *, two: bool) -> int:
        """Return the height of a row, measured once: the tree asks for that of each row above one it goes to."""
        known = self._heights.get((font.key(), two))
        if known is None:
            known = max(theme.DENSE_ROW_HEIGHT, QFontMetrics(font).height() + 8)
            known += QFontMetrics(theme.font("hint")).height() + 2 if two else 0
            self._heights[font.key(), two] = known
        return known

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row."""
        node, look = cast("Node", index.data(NODE_ROLE)), rows.look_of(option)
        painter.save()
        rows.paint_ground(painter, look)
        area = look.rect.adjusted(4, 4, -8, -4)
        if isinstance(node, Day):
            _write(painter, area, str(index.data()), _bold(look.font), "quiet")
        elif isinstance(node, Moment):
            where = timeline.where_words(node.sections, self._form)
            _write_both(painter, area, f"{node.at.astimezone(self._zone):%H:%M:%S}", where, look.font)
        else:
            self._paint_entry(painter, area, node, look.font)
        painter.restore()

    def _paint_entry(self, painter: QPainter, area: QRect, entry: Entry, font: QFont) -> None:
        icon, token = _ICONS[entry.last.kind]
        line = QRect(area.left() + 22, area.top(), area.width() - 22, QFontMetrics(font).height())
        if not entry.sections:
            line.moveTop(area.center().y() - line.height() // 2)
        painter.drawPixmap(area.left(), line.center().y() - theme.ICON_SIZE // 2 + 1, theme.pixmap(icon, token))
        time, what = timeline.time_words(entry, self._zone), timeline.what_words(entry)
        if entry.pinned:
            _write_both(painter, line, what, time, font)
        elif entry.last.kind is Kind.NAMED:
            _write_both(painter, line, what, time, _bold(font))
        else:
            _write_both(painter, line, time, what, font)
        if entry.sections:
            hint = theme.font("hint")
            below = QRect(line.left(), line.bottom() + 2, line.width(), QFontMetrics(hint).height())
            _write(painter, below, timeline.where_words(entry.sections, self._form), hint, "quiet")


def _bold(font: QFont) -> QFont:
    made = QFont(font)
    made.setBold(True)
    return made


def _write(painter: QPainter, area: QRect, words: str, font: QFont, token: str) -> None:
    painter.setFont(font)
    painter.setPen(theme.colour(token))
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _write_both(painter: QPainter, area: QRect, words: str, beside: str, font: QFont) -> None:
    """Write `words` from the left and `beside` quietly up to the right edge, as far as there is room."""
    hint = theme.font("hint")
    needed = QFontMetrics(hint).horizontalAdvance(beside) + 2
    left = area.width() - QFontMetrics(font).horizontalAdvance(words) - 12
    room = max(min(needed, left), min(needed, area.width() // 3))
    _write(painter, area.adjusted(0, 0, -room - 8, 0), words, font, "text")
    painter.setFont(hint)
    painter.setPen(theme.colour("quiet"))
    shown = QFontMetrics(hint).elidedText(beside, Qt.TextElideMode.ElideRight, room)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown)
