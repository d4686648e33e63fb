"""One section of the form as a page: its title, its groups of fields, and at the end the way on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.form import Section
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.field_grid import FieldGrid
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.form.typing_watch import row_height
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


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
        self._next_title = ""
        self._grids: list[FieldGrid] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left_to_do = Label("", "body", "quiet")
        self._done = QCheckBox(strings.text("gui_form.page.done"))
        self._next = QPushButton()
        self.setWidget(self._page())
        self._done.clicked.connect(lambda checked: session.mark_done(section.id, checked))
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
        """Put the keys at `pointer` and its field at a third of the height; False when this page does not ask for it."""
        row = self._row_at(pointer)
        if row is None:
            return False
        row.field.go_to(pointer)
        QTimer.singleShot(0, row, lambda: self._scroll_to(row))
        return True

    def set_next(self, title: str) -> None:
        """Name the next section on the button at the end; empty: there is none."""
        self._next.setVisible(bool(title))
        self._next.setText(strings.text("gui_form.page.next", title=title) if title else "")
        self._next.setMinimumSize(self._next.sizeHint().width() + 6 * theme.SPACE_GRID, row_height())

    def rows(self) -> list[FieldRow]:
        """Return the rows of all controls, asked or not."""
        return [row for grid in self._grids for row in grid.rows]

    def focus_first(self) -> None:
        """Put the keys into the first field."""
        row = next((row for row in self.rows() if not row.isHidden()), None)
        if row is not None:
            row.take_focus()
            self.verticalScrollBar().setValue(0)

    # ---- building

    def _page(self) -> QWidget:
        page = _Page()
        page.setBackgroundRole(QPalette.ColorRole.Base)
        page.setAutoFillBackground(True)
        self.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        page.setMaximumWidth(theme.PAGE_WIDTH + 2 * theme.PAGE_MARGIN)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        column.setSpacing(theme.SPACE_GRID)
        column.addLayout(self._head())
        column.addWidget(Label(strings.pick(self.section.hint), "body", "quiet", wraps=True))
        for group in self.section.groups:
            column.addSpacing(theme.SPACE_GROUPS - theme.SPACE_GRID if self._grids else theme.SPACE_FIELDS)
            if title := strings.pick(group.title):
                column.addWidget(Label(title, "group"))
                column.addSpacing(2 * theme.SPACE_GRID)
            grid = FieldGrid(self._session, group.controls, "", page)
            self._grids.append(grid)
            column.addWidget(grid)
        column.addSpacing(theme.SPACE_GROUPS)
        column.addLayout(self._tail())
        column.addStretch(1)
        return page

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(Label(strings.pick(self.section.title), "title", wraps=True), 1)
        head.addWidget(self._left_to_do, 0, Qt.AlignmentFlag.AlignBottom)
        return head

    def _tail(self) -> QHBoxLayout:
        tail = QHBoxLayout()
        tail.addWidget(self._done)
        tail.addStretch(1)
        tail.addWidget(self._next)
        return tail

    # ---- what happens

    def _show_state(self) -> None:
        left = self._session.gap_count(self.section.id)
        self._left_to_do.setText(strings.text("gui_form.page.left_to_do", count=left) if left else "")
        self._done.setChecked(self._session.is_marked_done(self.section.id))

    def _on_value_changed(self, pointer: str) -> None:
        if not pointer:
            for grid in self._grids:
                grid.arrange()

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        row = row_of(now)
        if row is not None and self.isAncestorOf(row):
            self.place_changed.emit(row.pointer)
            self.ensureWidgetVisible(now, 0, theme.PAGE_MARGIN)

    def _row_at(self, pointer: str) -> FieldRow | None:
        for grid in self._grids:
            row = grid.row_at(pointer)
            if row is not None:
                return row
        return None

    def _scroll_to(self, row: FieldRow) -> None:
        target: QWidget = row
        now = QApplication.focusWidget()
        if now is not None and row.isAncestorOf(now):
            target = now
        top = target.mapTo(self.widget(), QPoint(0, 0)).y()
        self.verticalScrollBar().setValue(max(0, top - self.viewport().height() // 3))


class _Page(QWidget):
    """The paper: wheel and clicks beside the fields end editing, they change nothing."""

    @override
    def event(self, event: QEvent) -> bool:
        """Take the keys off a field when the paper is clicked."""
        if event.type() == QEvent.Type.MouseButtonPress:
            now = QApplication.focusWidget()
            if now is not None and self.isAncestorOf(now):
                now.clearFocus()
        return super().event(event)


def row_of(widget: QObject | None) -> FieldRow | None:
    """Return the field row that a widget stands in, the innermost one."""
    while widget is not None and not isinstance(widget, FieldRow):
        widget = widget.parent()
    return widget
