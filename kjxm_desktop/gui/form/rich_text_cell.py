"""One cell of a table in prose, edited in its place: a small editor that lies over the drawn table.

The table stays what it is in the document, one object; what is typed in a cell goes into it at once, key by key. So the
reading of prose, its undo and the price of a key know nothing of cells.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import pasted
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import rich_text_document, rich_text_objects, rich_text_paste, rich_text_tables
from kjxm_desktop.gui.form.rich_text_editor import RichTextEditor
from kjxm_desktop.gui.form.rich_text_tables import PAD
from kjxm_desktop.gui.form.typed_text import TypedText, line_of
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


class CellEdit(TypedText):
    """The text of one cell; a line that may be broken to be shown, never to be kept."""

    key_pressed = Signal(object)
    """A key that may lead out of the cell: a QKeyEvent. Accepted, it is done."""
    line_changed = Signal()
    """The person has changed something."""
    pasted = Signal(object)
    """Something was pasted: a `Pasted`."""
    left = Signal()
    """The keys have gone to something else in the same window."""

    def __init__(self, session: Session, editor: RichTextEditor) -> None:
        super().__init__(session, editor.viewport())
        self._shown: list[Json] = []
        self._filling = False
        self.setTabChangesFocus(False)
        self.setAcceptDrops(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document = self.document()
        document.setDocumentMargin(PAD)
        document.setDefaultTextOption(rich_text_tables.wrapping_option())
        self._drawing = rich_text_objects.draw_in(session, document)
        document.contentsChanged.connect(self._on_contents_changed)
        self.hide()

    @property
    def runs(self) -> list[Json]:
        """Return what stands in the cell."""
        lines: list[Json] = []
        block = self.document().begin()
        while block.isValid():
            lines += [{"type": "paragraph", "runs": list(line.runs)} for line in rich_text_document.read_block(block)]
            block = block.next()
        return line_of(lines)

    def fill(self, runs: list[Json], *, bold: bool) -> None:
        """Show the runs of a cell."""
        self._filling = True
        self.setFont(rich_text_tables.cell_font(bold))
        self.document().setDefaultFont(self.font())
        rich_text_document.fill_line(self.document(), runs, bold=bold)
        self._filling = False
        self._shown = runs

    def _on_contents_changed(self) -> None:
        if self._filling:
            return
        runs = self.runs
        if runs != self._shown:  # Qt tells of a change while an input method composes, too
            self._shown = runs
            self.line_changed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Offer a key to the table first; a line break is never put in."""
        event.ignore()
        self.key_pressed.emit(event)
        if event.isAccepted() or self.press_mark(event):
            event.accept()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        """Offer what a cell can hold of a paste."""
        if rich_text_paste.can_read(source):
            self.pasted.emit(pasted.without_pictures(rich_text_paste.read(source, lambda _digest: False)))

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Take text alone."""
        return rich_text_paste.can_read(source) and not source.urls()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the keys have gone; a menu or a dialog gives them back."""
        super().focusOutEvent(event)
        reasons = Qt.FocusReason
        if event.reason() not in (
            reasons.ActiveWindowFocusReason,
            reasons.PopupFocusReason,
            reasons.MenuBarFocusReason,
        ):
            self.left.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text with the frame of the cell that has the keys."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setPen(QPen(theme.colour("accent"), theme.FOCUS_WIDTH))
        painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
