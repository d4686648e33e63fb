"""Comments on the desk: their leaf in the book, the way there from a field and back, and from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.gui import comments
from kjxm_desktop.gui.comments_panel import CommentsPanel
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.gui.desk import Desk


class Commenting(QObject):
    """Holds the leaf of the comments and leads between it and the form."""

    def __init__(self, desk: Desk, session: Session) -> None:
        super().__init__(desk)
        self._desk = desk
        self._session = session
        self._comments = comments.of(session)
        self._keys_before: QWidget | None = None
        self._last = ""
        self.panel = CommentsPanel(session, desk.book)
        desk.book.add_leaf(self.panel, strings.text("gui_comments.leaf"))
        self.panel.count_changed.connect(self._entitle)
        self.panel.place_wanted.connect(desk.go_to)
        self.panel.composed.connect(self._go_back)
        self._comments.shown_wanted.connect(self.show_at)
        self._comments.compose_wanted.connect(self.compose)
        self._entitle()

    def _entitle(self) -> None:
        count = self.panel.open_count
        key = "gui_comments.leaf_count" if count else "gui_comments.leaf"
        self._desk.book.entitle(self.panel, strings.text(key, count=count))

    def show(self) -> None:
        """Open the book at the comments."""
        self._remember_keys()
        self._desk.show_book(True)
        self._desk.book.show_leaf(self.panel)

    def show_at(self, pointer: str) -> None:
        """Show what was said at `pointer`; where nothing is, let it be said."""
        self.show()
        if not self.panel.show_place(pointer):
            self.panel.compose(pointer)

    def compose(self, pointer: str = "") -> None:
        """Let a comment be written at `pointer`, or at the field with the keys: in a table at the cell."""
        pointer = pointer or self._in_hand()
        self.show()
        self.panel.compose(pointer)

    def step(self, by: int) -> None:
        """Lead to the next (+1) or the previous (−1) open comment, round the ends: to its field, and its card."""
        told = [placed for placed in self._comments.placed() if not placed.thread.resolved]
        if not told:
            self._desk.strip.tell(strings.text("gui_comments.none_open"), topic="comments")
            return
        ids = [placed.thread.id for placed in told]
        at = (ids.index(self._last) + by) % len(ids) if self._last in ids else (0 if by > 0 else -1)
        self._last = ids[at]
        pointer = told[at].pointer
        if pointer is not None:
            self._desk.go_to(pointer)
        self.show()
        self.panel.show_thread(self._last, with_keys=pointer is None)

    def _in_hand(self) -> str:
        """Return where the keys are in the form, or were last; the section where nobody knows."""
        row = row_of(QApplication.focusWidget())
        if row is not None:
            return row.field.live()[0]
        place = self._session.last_place
        section = self._desk.section_id
        return place if place is not None and place.startswith(f"/{section}/") else f"/{section}"

    def _remember_keys(self) -> None:
        now = QApplication.focusWidget()
        if now is not None and row_of(now) is not None:
            self._keys_before = now

    def _go_back(self) -> None:
        """Put the keys back where they were in the form."""
        before = self._keys_before
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus()
        elif self._session.last_place is not None:
            self._desk.go_to(self._session.last_place)
