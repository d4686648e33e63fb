"""One section of the form as a page: its title, its groups of fields, and at the end the way on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.core.form import Group, Section
from kjxm_desktop.gui import done_but, theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.form.comment_mark import CommentMark, FieldComments
from kjxm_desktop.gui.form.field_grid import FieldGrid
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.form.typing_watch import row_height
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

FOLD_PX = 900
"""A page is made so far at once; what lies below follows, or comes when somebody goes there …"""
AT_REST_MS = 150
"""… when nothing was painted for so long, a group in a turn: the first key comes before it."""


class SectionPage(QScrollArea):
    """The page of one section: built when it is first shown, as wide as 45 characters of prose and no wider."""

    place_changed = Signal(str)
    """The keys went to the field of this pointer."""
    next_wanted = Signal()
    """The way to the next section was taken."""

    def __init__(self, session: Session, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.section = section
        self._session = session
        self._next_title: str | None = None
        self._groups: list[_GroupBlock] = []
        self._waiting = list(section.groups)
        self._at_rest = QTimer(self, singleShot=True, interval=AT_REST_MS)
        self._at_rest.timeout.connect(self._make_group)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left_to_do = Label("", "body", "quiet")
        self._done = QCheckBox(strings.text("gui_form.page.done"))
        self.against = Link(token="warning")
        self.against.clicked.connect(self._on_against)
        self._next = QPushButton()
        self._tail = self._way_on()
        self._held: tuple[QWidget, int] | None = None
        self._offering: FieldComments | None = None
        self.setWidget(self._page())
        self.verticalScrollBar().rangeChanged.connect(self._hold_in_place)
        self._done.clicked.connect(self._on_done)
        self._next.clicked.connect(self.next_wanted)
        session.diagnostics_changed.connect(self._show_state)
        session.notes_changed.connect(self._show_state)
        session.value_changed.connect(self._on_value_changed)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)
        self._show_state()
        self.set_next("")

    # ---- what the window asks for

    def go_to(self, pointer: str) -> bool:
        """Put the keys at `pointer`, its field at a third of the height; False when this page does not ask for it."""
        row = self._row_at(pointer)
        if row is None:
            return False
        row.field.go_to(pointer)
        QTimer.singleShot(0, row, lambda: self._scroll_to(row))
        return True

    def set_next(self, title: str) -> None:
        """Name the next section on the button at the end; empty: there is none."""
        if title == self._next_title:
            return
        self._next_title = title
        self._next.setVisible(bool(title))
        self._next.setText(strings.text("gui_form.page.next", title=title) if title else "")
        self._next.setMinimumSize(self._next.sizeHint().width() + 6 * theme.SPACE_GRID, row_height())

    def rows(self) -> list[FieldRow]:
        """Return the rows of all controls, asked or not."""
        self._make_all()
        return [row for block in self._groups for row in block.grid.rows]

    def focus_first(self) -> None:
        """Put the keys into the first field."""
        row = self._first_row() or next((row for row in self.rows() if not row.isHidden()), None)
        if row is not None:
            row.take_focus()
            self.verticalScrollBar().setValue(0)

    def _first_row(self) -> FieldRow | None:
        """Return the first row that is asked, of those that are made."""
        return next((row for block in self._groups for row in block.grid.rows if not row.isHidden()), None)

    # ---- building

    def _page(self) -> QWidget:
        page = _Page()
        page.painted.connect(self._on_painted)
        page.laid_out.connect(self._hold_in_place)
        page.setBackgroundRole(QPalette.ColorRole.Base)
        page.setAutoFillBackground(True)
        ground = QWidget()  # our own: to learn of which class Qt's is, the library would make every class of widget
        ground.setBackgroundRole(QPalette.ColorRole.Base)
        ground.setAutoFillBackground(True)
        self.setViewport(ground)
        page.setMaximumWidth(theme.PAGE_WIDTH + 2 * theme.PAGE_MARGIN)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        column.setSpacing(theme.SPACE_GRID)
        column.addLayout(self._head())
        column.addWidget(Label(strings.pick(self.section.hint), "body", "quiet", wraps=True))
        column.addStretch(1)
        self._column = column
        while self._waiting and sum(block.sizeHint().height() for block in self._groups) < FOLD_PX:
            self._make_group()
        return page

    def _make_all(self) -> None:
        while self._waiting:
            self._make_group()

    def _make_group(self) -> None:
        """Make the next group; the way on stands behind the last one, for the Tab key too."""
        if not self._waiting:
            return
        page = self._column.parentWidget()
        block = _GroupBlock(self._session, self._waiting.pop(0), first=not self._groups, parent=page)
        self._groups.append(block)
        self._column.insertWidget(self._column.count() - 1, block)
        if not self._waiting:
            self._column.insertSpacing(self._column.count() - 1, theme.SPACE_GROUPS)
            self._column.insertWidget(self._column.count() - 1, self._tail)
        else:
            self._on_painted()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(Label(strings.pick(self.section.title), "title", wraps=True), 1)
        head.addWidget(CommentMark(self._session, f"/{self.section.id}", self), 0, Qt.AlignmentFlag.AlignBottom)
        head.addWidget(self._left_to_do, 0, Qt.AlignmentFlag.AlignBottom)
        return head

    def _way_on(self) -> QWidget:
        tail = QWidget()
        line = QHBoxLayout(tail)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._done)
        line.addWidget(self.against)
        line.addStretch(1)
        line.addWidget(self._next)
        return tail

    # ---- what happens

    def _on_painted(self) -> None:
        if self._waiting:
            self._at_rest.start()

    def _show_state(self) -> None:
        left = self._session.gap_count(self.section.id)
        self._left_to_do.setText(strings.text("gui_form.page.left_to_do", count=left) if left else "")
        self._done.setChecked(self._session.is_marked_done(self.section.id))
        against = done_but.sentence(self._session, self.section.id)
        if against != self.against.text() or not against:
            self.against.setText(against)
            self.against.setVisible(bool(against))
            self._done.setAccessibleDescription(against)

    def _on_value_changed(self, pointer: str) -> None:
        if not pointer:
            for block in self._groups:
                block.grid.arrange()

    def _on_against(self) -> None:
        """Go to the first place that contradicts the mark."""
        pointer = done_but.first_place(self._session, self.section.id)
        if pointer is not None and not self.go_to(pointer):
            self.focus_first()

    def _on_done(self, done: bool) -> None:
        self._session.mark_done(self.section.id, done)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        row = row_of(now)
        if now is not None and row is not None and self.isAncestorOf(row):
            self.place_changed.emit(row.pointer)
            self._offering = row.remarks.offer(self._offering)
            self.ensureWidgetVisible(now, 0, theme.PAGE_MARGIN)
            self._held = (row, self._top_of(row))

    def _hold_in_place(self) -> None:
        """Keep the field with the keys where it is on the screen when something above it has become higher or lower."""
        if self._held is None or not isValid(self._held[0]):
            return
        row, before = self._held
        top = self._top_of(row)
        self._held = (row, top)
        bar = self.verticalScrollBar()
        if top != before and before - self.viewport().height() < bar.value() < before + row.height():
            bar.setValue(bar.value() + top - before)

    def _row_at(self, pointer: str) -> FieldRow | None:
        while True:
            row = next((row for block in self._groups if (row := block.grid.row_at(pointer)) is not None), None)
            if row is not None or not self._waiting:
                return row
            self._make_group()

    def _scroll_to(self, row: FieldRow) -> None:
        target: QWidget = row
        now = QApplication.focusWidget()
        if now is not None and row.isAncestorOf(now):
            target = now
        self.verticalScrollBar().setValue(max(0, self._top_of(target) - self.viewport().height() // 3))

    def _top_of(self, inside: QWidget) -> int:
        """Return how far below the top of the page, in pixels, `inside` begins."""
        return inside.mapTo(self.widget(), QPoint(0, 0)).y()


class _GroupBlock(QWidget):
    """The title of a group and its fields; all of it is away while none of them is asked."""

    def __init__(self, session: Session, group: Group, *, first: bool, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE_FIELDS if first else theme.SPACE_GROUPS - theme.SPACE_GRID, 0, 0)
        column.setSpacing(3 * theme.SPACE_GRID)
        title = strings.pick(group.title)
        if title and title not in [strings.pick(control.label) for control in group.controls[:1]]:
            column.addWidget(Label(title, "group"))
        self.grid = FieldGrid(session, group.controls, "", self)
        column.addWidget(self.grid)
        self.grid.arranged.connect(self._on_arranged)
        self._on_arranged()

    def _on_arranged(self) -> None:
        self.setVisible(any(not row.isHidden() for row in self.grid.rows))


class _Page(QWidget):
    """The paper: wheel and clicks beside the fields end editing, they change nothing."""

    painted = Signal()
    """It was painted, or a part of it."""
    laid_out = Signal()
    """What stands on it has its places, perhaps others than before."""

    @override
    def event(self, event: QEvent) -> bool:
        """Take the keys off a field when the paper is clicked."""
        if event.type() == QEvent.Type.MouseButtonPress:
            now = QApplication.focusWidget()
            if now is not None and self.isAncestorOf(now):
                now.clearFocus()
        elif event.type() == QEvent.Type.Paint:
            self.painted.emit()
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return done


def row_of(widget: QObject | None) -> FieldRow | None:
    """Return the field row that a widget stands in, the innermost one."""
    while widget is not None and not isinstance(widget, FieldRow):
        widget = widget.parent()
    return widget
