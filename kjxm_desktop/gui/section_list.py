"""The list of sections on the left: where things stand in words, and the way to each page."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.form import Section
from kjxm_desktop.gui import done_but, rows, theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import SectionState, Session

_SECTION_ROLE = Qt.ItemDataRole.UserRole
_ICON_ROLE = Qt.ItemDataRole.UserRole + 1
_TOKEN_ROLE = Qt.ItemDataRole.UserRole + 2
_WORD_ROLE = Qt.ItemDataRole.UserRole + 3
_STATE_ROLE = Qt.ItemDataRole.UserRole + 4
_GAPS_ROLE = Qt.ItemDataRole.UserRole + 5
_AGAINST_ROLE = Qt.ItemDataRole.UserRole + 6

SOON_MS = 30
"""What an edit does to the states is shown this long after it: the key that made it is painted first."""

STATE_LOOKS = {
    SectionState.NOT_STARTED: ("state_empty", "quiet"),
    SectionState.IN_PROGRESS: ("state_half", "accent"),
    SectionState.DONE: ("state_done", "done"),
    SectionState.WRONG: ("state_wrong", "error"),
}
"""Icon and colour of each state, the same everywhere."""


class SectionList(QWidget):
    """Names the sections that are asked, each with its state and its gaps; a click or Enter goes there."""

    section_chosen = Signal(str)
    """The person wants to see the section of this id."""
    confirm_wanted = Signal()
    """The person wants to see what only a person can confirm."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: list[tuple[Section, SectionState, int | None, str]] = []
        self._title = Label(strings.pick(session.call.short_title), "group", wraps=True, parent=self)
        self._gaps = Label("", "hint", "quiet", parent=self)
        self._list = _List(self)
        self._list.currentItemChanged.connect(self._on_current)
        manual = len(session.call.rules["manual"])
        self._confirm = Link(strings.text("gui_window.confirm_by_person", count=manual), self)
        self._confirm.clicked.connect(self.confirm_wanted)
        self._confirm.setVisible(manual > 0)
        self._lay_out()
        session.diagnostics_changed.connect(self.refresh)
        session.notes_changed.connect(self.refresh)
        session.value_changed.connect(self._on_value)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 8, 8)
        column.setSpacing(theme.SPACE_IN_FIELD)
        column.addWidget(self._title)
        column.addWidget(self._gaps)
        column.addSpacing(8)
        column.addWidget(self._list, 1)
        column.addWidget(self._confirm, 0, Qt.AlignmentFlag.AlignLeft)

    def set_current(self, section_id: str) -> None:
        """Mark the section of that id as the one on the page, without asking for it again."""
        for row in range(self._list.count()):
            if self._list.item(row).data(_SECTION_ROLE) == section_id:
                self._list.blockSignals(True)
                self._list.setCurrentRow(row)
                self._list.blockSignals(False)

    def refresh(self) -> None:
        """Show sections, states and counts as they are now."""
        shown = [
            (
                section,
                self._session.section_state(section.id),
                self._session.gap_count(section.id),
                done_but.sentence(self._session, section.id),
            )
            for section in self._session.form.sections
            if self._session.shown(f"/{section.id}")
        ]
        if shown == self._shown:
            return  # as after most keys
        self._shown = shown
        self._list.set_rows(len(shown))
        for row, (section, state, gaps, against) in enumerate(shown):
            icon, token = STATE_LOOKS[state]
            item = self._list.item(row)
            item.setText(strings.pick(section.title))
            item.setData(_SECTION_ROLE, section.id)
            item.setData(_ICON_ROLE, icon)
            item.setData(_TOKEN_ROLE, token)
            item.setData(_STATE_ROLE, str(state))
            item.setData(_GAPS_ROLE, gaps or 0)
            word = _left(gaps) if gaps and state is not SectionState.WRONG else _word(state)
            item.setData(_WORD_ROLE, "" if against else word)  # the line below says it, and more
            if against != item.data(_AGAINST_ROLE):
                item.setData(_AGAINST_ROLE, against)
                self._list.scheduleDelayedItemsLayout()  # the row has a line more, or less
            spoken = _spoken(item.text(), state, gaps, against)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            item.setToolTip(tip(spoken))
        self._gaps.setText(_left(self._session.gap_count()))

    def words_of(self, section_id: str) -> str:
        """Return the state that the list tells of a section, in words; empty for one that is not asked."""
        items = [self._list.item(row) for row in range(self._list.count())]
        return next((str(item.data(_WORD_ROLE)) for item in items if item.data(_SECTION_ROLE) == section_id), "")

    def contradiction_of(self, section_id: str) -> str:
        """Return what the list tells against the mark of a section; "" for nothing."""
        items = [self._list.item(row) for row in range(self._list.count())]
        return next((str(item.data(_AGAINST_ROLE)) for item in items if item.data(_SECTION_ROLE) == section_id), "")

    def _on_value(self, pointer: str) -> None:
        section_id = pointer.split("/")[1] if pointer else ""
        if self._session.form.section(section_id) is not None and pointer.count("/") <= 2:
            self._soon.start()

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.section_chosen.emit(item.data(_SECTION_ROLE))


def _left(gaps: int | None) -> str:
    if gaps is None:
        return ""
    return strings.text("gui_window.left", count=gaps) if gaps else strings.text("gui_window.nothing_left")


def _spoken(title: str, state: SectionState, gaps: int | None, against: str) -> str:
    if against:
        return f"{title}，{against}"
    return "，".join([title, _word(state), _left(gaps)]) if gaps else f"{title}，{_word(state)}"


def _word(state: SectionState) -> str:
    return strings.text(f"gui_form.state.{state}")


class _List(QListWidget):
    """The rows, painted by `_Row`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Row(self))
        self.setAccessibleName(strings.text("gui_window.sections"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Transparent, and our own: to learn of which class Qt's is, the library would make every class of widget.
        self.setViewport(QWidget())
        self.setMouseTracking(True)

    def set_rows(self, count: int) -> None:
        """Have exactly `count` rows, keeping those that are there."""
        while self.count() > count:
            self.takeItem(self.count() - 1)
        while self.count() < count:
            self.addItem(QListWidgetItem())


def _against_height() -> int:
    """Return how high the line is that contradicts a mark, in pixels."""
    return QFontMetrics(theme.font("hint")).height() + theme.SPACE_GRID


def _paint_against(painter: QPainter, row: QRect, against: str) -> None:
    """Write below a row what contradicts the mark of its section."""
    font = theme.font("hint")
    painter.setFont(font)
    painter.setPen(theme.colour("warning"))
    room = QRect(row.left() + 34, row.bottom() - theme.SPACE_GRID, row.width() - 42, _against_height())
    words = QFontMetrics(font).elidedText(against, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


class _Row(QStyledItemDelegate):
    """Paints one section: icon of its state, title, and the state in words or the number of gaps."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Ask for one row of the desk's height, and a line more where the mark of the author is contradicted."""
        height = rows.height(rows.look_of(option), theme.ROW_HEIGHT)
        against = _against_height() if index.data(_AGAINST_ROLE) else 0
        return QSize(0, height + against)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row."""
        look = rows.look_of(option)
        area, token = look.rect, str(index.data(_TOKEN_ROLE))
        painter.save()
        rows.paint_ground(painter, look)
        if rows.is_selected(look):
            painter.fillRect(area.left(), area.top(), 3, area.height(), theme.colour("accent"))
        against = str(index.data(_AGAINST_ROLE) or "")
        if against:
            area = area.adjusted(0, 0, 0, -_against_height())
            _paint_against(painter, area, against)
        icon = theme.pixmap(str(index.data(_ICON_ROLE)), token)
        painter.drawPixmap(area.left() + 10, area.center().y() - theme.ICON_SIZE // 2 + 1, icon)
        metrics, small = QFontMetrics(look.font), theme.font("hint")
        word = str(index.data(_WORD_ROLE))
        taken = 48 + metrics.horizontalAdvance(str(index.data())) + QFontMetrics(small).horizontalAdvance(word)
        if taken > area.width() and index.data(_STATE_ROLE) == SectionState.IN_PROGRESS and not index.data(_GAPS_ROLE):
            word = ""  # the title says more than the most common state, which the icon tells as well
        painter.setFont(small)
        painter.setPen(theme.colour("error" if token == "error" else "quiet"))
        vertically = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(0, 0, -8, 0), Qt.AlignmentFlag.AlignRight | vertically, word)
        title = area.adjusted(34, 0, -14 - QFontMetrics(small).horizontalAdvance(word), 0)
        painter.setFont(look.font)
        painter.setPen(theme.colour("text"))
        painter.drawText(
            title, vertically, metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, title.width())
        )
        painter.restore()
