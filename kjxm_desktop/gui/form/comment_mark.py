"""How a field shows that something was said of it: an icon and a number, a corner of a cell; a way to say more."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPolygon
from PySide6.QtWidgets import QTableView, QToolButton, QWidget
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.gui import comments, theme
from kjxm_desktop.gui.form.table_model import Index, TableModel
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

CORNER = 7
KEYS = "Ctrl+Alt+M"


class CommentMark(QToolButton):
    """Tells how many comments are open on something, and leads to them; away while there are none."""

    def __init__(self, session: Session, pointer: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._comments = comments.of(session)
        self._session = session
        self._pointer = pointer
        self._place = json_pointer.by_row_id(session.data, pointer)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFont(theme.font("hint"))
        theme.set_icon(self, "comment", "accent")
        theme.set_colour(self, "accent")
        self.clicked.connect(self._on_clicked)
        self._comments.changed.connect(self.refresh)
        self.hide()
        self.refresh()

    def move_to(self, pointer: str) -> None:
        """Stand for another pointer from now on, and for the row that is there."""
        self._pointer = pointer
        self._place = json_pointer.by_row_id(self._session.data, pointer)
        self.refresh()

    @property
    def count(self) -> int:
        """Return how many comments are open."""
        is_section = self._place.count("/") == 1
        return self._comments.count_at(self._place) if is_section else self._comments.count_under(self._place)

    def refresh(self) -> None:
        """Show the number as it is now."""
        count = self.count
        if count:
            words = comments.count_in_words(count)
            self.setText(str(count))
            self.setAccessibleName(words)
            self.setToolTip(tip(words))
            self.adjustSize()
        self.setVisible(count > 0)

    def _on_clicked(self) -> None:
        self._comments.shown_wanted.emit(self._pointer)


class FieldComments(QObject):
    """What stands at the upper right corner of one field: its mark, and beside it the way to say something.

    Both are made when they are first needed. They lie over the row and move nothing of it.
    """

    def __init__(self, session: Session, pointer: str, row: QWidget) -> None:
        super().__init__(row)
        self._session = session
        self._row = row
        self._pointer = pointer
        self._mark: CommentMark | None = None
        self._add: QToolButton | None = None
        self._comments = comments.of(session)
        self._comments.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def mark(self) -> CommentMark | None:
        """Return the mark; None while it was never needed."""
        return self._mark

    def move_to(self, pointer: str) -> None:
        """Stand for another pointer from now on."""
        self._pointer = pointer
        if self._mark is not None:
            self._mark.move_to(pointer)
        self._on_changed()

    def offer(self, before: FieldComments | None) -> FieldComments:
        """Show the way to say something here, where the keys are, and no longer at the field `before`."""
        if before is not None and before is not self and isValid(before):
            before.withdraw()
        if self._add is None:
            self._add = self._way_to_add()
            self._row.installEventFilter(self)
        self._add.show()
        self._lay_out()
        return self

    def withdraw(self) -> None:
        """Show the way to say something no longer."""
        if self._add is not None:
            self._add.hide()

    def _way_to_add(self) -> QToolButton:
        button = QToolButton(self._row)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # by the keyboard it is Ctrl+Alt+M
        theme.set_icon(button, "comment_add", "quiet")
        words = strings.text("gui_comments.add_here")
        button.setAccessibleName(words)
        button.setToolTip(tip(f"{words}  {KEYS}"))
        button.clicked.connect(lambda: self._comments.compose_wanted.emit(""))
        return button

    def _on_changed(self) -> None:
        if self._mark is None and self._comments.open_count:
            mark = CommentMark(self._session, self._pointer, self._row)
            if not mark.count:
                mark.deleteLater()
                return
            self._mark = mark
            self._row.installEventFilter(self)
            _join_chain(self._row, mark)
        self._lay_out()

    def _lay_out(self) -> None:
        right = self._row.width()
        for button in (self._mark, self._add):
            if button is not None and not button.isHidden():
                button.adjustSize()
                right -= button.width()
                button.move(right, 0)
                button.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep them in their corner."""
        if event.type() == QEvent.Type.Resize:
            self._lay_out()
        return False


def _join_chain(row: QWidget, mark: QWidget) -> None:
    """Let the Tab key come to the mark when it leaves its row, and not at the end of the page."""
    found = cast("list[QWidget]", row.findChildren(QWidget))
    inside = [widget for widget in found if widget is not mark and _takes_tab(widget)]
    if not inside:
        return
    last, now = inside[0], inside[0].nextInFocusChain()
    while now is not None and now is not inside[0] and row.isAncestorOf(now):
        if now is not mark and _takes_tab(now):
            last = now
        now = now.nextInFocusChain()
    QWidget.setTabOrder(last, mark)


def _takes_tab(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


class CellComments(QObject):
    """The corners of the cells of one table that something was said of."""

    def __init__(self, session: Session, model: TableModel, view: QTableView) -> None:
        super().__init__(view)
        self._model = model
        self._comments = comments.of(session)
        self._comments.changed.connect(view.viewport().update)

    def count(self, row: int, column: int) -> int:
        """Return how many comments are open on a cell; the first cell of a row tells of the row too."""
        if not self._comments.open_count:
            return 0
        place = f"{self._model.pointer}/@{self._model.rows[row].get('id')}"
        own = self._comments.count_at(f"{place}/{self._model.columns[column].name}")
        return own + (self._comments.count_at(place) if column == 0 else 0)

    def draw(self, painter: QPainter, room: QRect, index: Index) -> None:
        """Draw the corner of a cell that something was said of."""
        if self.count(index.row(), index.column()):
            corner = room.bottomRight()
            painter.save()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent"))
            painter.drawPolygon(QPolygon([corner, corner - QPoint(CORNER, 0), corner - QPoint(0, CORNER)]))
            painter.restore()
