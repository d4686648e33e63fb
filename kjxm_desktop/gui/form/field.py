"""What a field is: the widget of one control, at one pointer of the proposal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import RANK, Session


class Field(QWidget):
    """The widget of one control. Subclasses show a value and hand edits to `put`; they decide nothing else."""

    edited = Signal()
    """The person has changed something, valid or not."""
    left = Signal()
    """The focus has left: what was typed is final for now."""
    noted = Signal(str)
    """A sentence about what the input became, or why it was refused; empty: nothing to tell any more."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.control = control
        self._pointer = pointer
        self._row_place = json_pointer.by_row_id(session.data, pointer)

    @property
    def pointer(self) -> str:
        """Return where the value stands."""
        return self._pointer

    def move_to(self, pointer: str) -> None:
        """Stand for another pointer from now on, and for the row that is there."""
        self._pointer = pointer
        self._row_place = json_pointer.by_row_id(self.session.data, pointer)

    @property
    def is_gone(self) -> bool:
        """Tell whether the row of this field was taken out, or another one stands in its place."""
        return json_pointer.by_row_id(self.session.data, self._pointer) != self._row_place

    def show_value(self, value: Json) -> None:
        """Show a value that came from elsewhere: opening, undo, another field."""
        raise NotImplementedError

    def input_widget(self) -> QWidget:
        """Return the widget that takes the keys: the label's buddy."""
        raise NotImplementedError

    def speak(self, name: str, description: str) -> None:
        """Tell assistive technology what this field is called and what there is to say of it."""
        keys = self.input_widget()
        keys.setAccessibleName(name)
        keys.setAccessibleDescription(description)

    def count(self) -> int | None:
        """Return how much stands in the widget just now: 字数, or things chosen; None where nothing is counted."""
        return None

    def mark(self, token: str | None) -> None:
        """Mark the edge of the field in the colour of a finding; None takes the mark away."""

    def findings(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """Return the findings that the line below this field may tell, worst first."""
        return sorted(found, key=lambda diagnostic: RANK[diagnostic.severity])

    def placed(self, pointer: str, sentence: str) -> str:
        """Return a sentence on what stands at `pointer`, led by the place inside this field where that is."""
        del pointer  # most fields are one place
        return sentence

    def go_to(self, pointer: str) -> None:
        """Put the keys into this field, at the place inside it that `pointer` names."""
        del pointer  # most fields are one place
        self.input_widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def live(self) -> tuple[str, Control]:
        """Return what the keys change just now, pointer and control: a mark there goes as soon as it is mended."""
        return self.pointer, self.control

    def refresh(self) -> None:
        """Look again at what depends on other answers: options, rows that are named."""

    def put(self, value: Json, *, apart: bool = False) -> bool:
        """Hand an edit to the session; return False when it was refused, with the reason told by `noted`.

        A field whose row is gone writes nothing: what stands at its pointer now is another's.
        """
        return self.put_together([(self.pointer, value)], apart=apart)

    def put_together(self, edits: Sequence[tuple[str, Json]], *, apart: bool = True) -> bool:
        """Hand several edits to the session as one step, as `put` does."""
        if self.is_gone:
            return False
        try:
            self.session.edit_together(edits, apart=apart)
        except KjxmError as error:
            self.refuse(error)
            return False
        self.edited.emit()
        return True

    def refuse(self, error: KjxmError) -> None:
        """Tell why an edit was refused."""
        self.noted.emit(strings.error_at(self.session.call, error))


class FieldBox(QWidget):
    """The edge around what takes keys: one line, the accent while it has the focus, a finding's colour when marked."""

    def __init__(
        self,
        inner: QWidget,
        parent: QWidget | None = None,
        *,
        above: QWidget | None = None,
        beside: QWidget | None = None,
        below: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._inner = inner
        self._token: str | None = None
        parts = [widget for widget in (above, inner, beside, below) if widget is not None]
        lay_out(self, *parts, across=beside is not None, spacing=0)
        edge = theme.FOCUS_WIDTH
        self.setContentsMargins(edge, edge, edge, edge)
        self.setFocusProxy(inner)
        inner.installEventFilter(self)

    def mark(self, token: str | None) -> None:
        """Draw the edge in a token's colour; None draws it as usual."""
        if token != self._token:
            self._token = token
            self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Redraw the edge when the focus comes or goes."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a click on the edge as one into the field."""
        self._inner.setFocus(Qt.FocusReason.MouseFocusReason)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and edge."""
        keys = QApplication.focusWidget()
        focused = keys is not None and (keys is self._inner or self._inner.isAncestorOf(keys))
        width = theme.FOCUS_WIDTH if focused or self._token else 1
        token = self._token or ("accent" if focused else "line")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(token), width))
        painter.setBrush(theme.colour("surface"))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), theme.CORNER, theme.CORNER)


def lay_out(owner: QWidget, *widgets: QWidget, across: bool = False, spacing: int = theme.SPACE_IN_FIELD) -> None:
    """Put widgets into `owner` without margins, below or beside one another."""
    layout = QHBoxLayout(owner) if across else QVBoxLayout(owner)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        layout.addWidget(widget)
