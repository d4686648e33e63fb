"""The field of a table whose rows are too rich for a grid: each row a card that opens and closes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import table_rows
from kjxm_desktop.gui.form.field import Field
from kjxm_desktop.gui.form.field_grid import FieldGrid
from kjxm_desktop.gui.form.foot import Foot, Remark
from kjxm_desktop.gui.form.spelling import write
from kjxm_desktop.gui.form.step_line import StepLine
from kjxm_desktop.gui.form.table_rows import Row
from kjxm_desktop.gui.import_table import TableImport
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session, touches

OPEN_AT_FIRST = 3
"""So many cards stand open when a page is first shown."""

STEPS = {
    "insert": "Alt+Shift+Ins",
    "insert_below": "Alt+Ins",
    "duplicate": "Ctrl+J",
    "up": "Alt+Up",
    "down": "Alt+Down",
    "delete": "Ctrl+Shift+Del",
}
"""What can be done with a row, and the key for it from anywhere in its card: others than in a grid, where text is
written in lines and cells alone."""
_BUTTONS = ("up", "down", "duplicate", "delete")


class Card(QWidget):
    """One row: its number and name in the head, its fields below when it is open (made when it first opens)."""

    step_wanted = Signal(str)
    """A step on this row was asked for: one of `STEPS`."""

    def __init__(self, session: Session, table: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._table = table
        self.pointer = pointer
        self.grid: FieldGrid | None = None
        self._column = QVBoxLayout(self)
        pad = 3 * theme.SPACE_GRID
        self._column.setContentsMargins(pad, 2 * theme.SPACE_GRID, pad, 2 * theme.SPACE_GRID)
        self._column.setSpacing(2 * theme.SPACE_GRID)
        self._fold = QToolButton(self)
        self._fold.setAutoRaise(True)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setFont(theme.font("label"))
        self._fold.clicked.connect(lambda: self.set_open(not self.is_open))
        self.actions_of: dict[str, QAction] = {}
        self._column.addLayout(self._head())
        self._foot = Foot(self)
        self._column.addWidget(self._foot)
        self._foot.hide()
        self.show_name()

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(self._fold, 1, Qt.AlignmentFlag.AlignLeft)
        for name in STEPS:
            self.actions_of[name] = self._action(name)
        for name in _BUTTONS:
            button = QToolButton(self)
            button.setAutoRaise(True)
            theme.set_icon(button, f"row_{name}", "quiet")
            action = self.actions_of[name]
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            button.setAccessibleName(action.text())
            button.setToolTip(tip(f"{action.text()}  {keys}"))
            button.clicked.connect(action.trigger)
            head.addWidget(button)
        head.addWidget(self._menu_button())
        return head

    def _action(self, name: str) -> QAction:
        action = QAction(strings.text(f"gui_table.{name}"), self)
        action.setShortcut(QKeySequence(STEPS[name]))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _checked=False: self.step_wanted.emit(name))
        self.addAction(action)
        return action

    def _menu_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setText(strings.text("gui_table.more"))
        button.setToolTip(tip(strings.text("gui_table.more_tip")))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addActions(list(self.actions_of.values()))
        button.setMenu(menu)
        return button

    @property
    def is_open(self) -> bool:
        """Tell whether the fields are shown."""
        return self.grid is not None and not self.grid.isHidden()

    def set_open(self, wanted: bool) -> None:
        """Show or hide the fields."""
        if wanted and self.grid is None:
            self.grid = FieldGrid(self._session, self._table.columns, self.pointer, self)
            self._column.insertWidget(1, self.grid)
        if self.grid is not None:
            self.grid.setVisible(wanted)
        self.show_name()

    def move_to(self, pointer: str) -> None:
        """Stand for the same row at another place."""
        self.pointer = pointer
        if self.grid is not None:
            self.grid.move_to(pointer)
        self.show_name()

    def show_name(self) -> None:
        """Write number and name of the row into the head."""
        row: Row = self._session.value(self.pointer) or {}
        column = self._table.column(self._table.row_label or "")
        options = (
            self._session.form.options(column, self._session.data, column.pointer) if column and column.options else ()
        )
        name = write(column, row.get(column.name), options) if column else ""
        number = int(json_pointer.parse(self.pointer)[-1]) + 1
        key = "gui_form.card.name" if name else "gui_form.card.nameless"
        text = strings.text(key, number=number, name=name if len(name) <= 40 else name[:39] + "…")
        if text != self._fold.text():
            self._fold.setText(text.replace("&", "&&"))
        theme.set_icon(self._fold, "down" if self.is_open else "next", "quiet")
        self._fold.setAccessibleDescription(
            strings.text("gui_form.card.open" if self.is_open else "gui_form.card.closed")
        )

    def show_findings(self, found: list[Diagnostic]) -> None:
        """Tell what was found on the row itself, and how much inside a closed card."""
        own = [d for d in found if d.pointer == self.pointer]
        sentence, token, icon = "", "quiet", ""
        if own:
            worst = own[0]
            token = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(worst.severity, "quiet")
            icon = f"severity_{worst.severity}"
            sentence = strings.finding(self._session.call, worst)
        elif found and not self.is_open:
            icon, sentence = "info", strings.text("gui_form.card.found", count=len(found))
        self._foot.show_remark(Remark(icon, sentence, token))
        self._foot.setVisible(bool(sentence))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the edge of the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour("hairline"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CORNER, theme.CORNER)


class CardsField(Field):
    """The rows of a table as cards. A card stays with its row, by the row's id, wherever the row moves."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._cards: dict[str, Card] = {}
        self._first = True
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2 * theme.SPACE_GRID)
        self._empty = Label(strings.text("gui_form.card.empty"), "body", "quiet")
        self._column.addWidget(self._empty)
        self._add = QPushButton(strings.pick(control.add_label or {}) or strings.text("gui_form.table.add"), self)
        theme.set_icon(self._add, "add")
        self._add.clicked.connect(self.add_row)
        self.coming = TableImport(self)
        self.coming.told.connect(self._on_told)
        self.coming.imported.connect(self._on_imported)
        self.line = StepLine(session, self)
        self._column.addLayout(self._foot())
        self._column.addWidget(self.line)
        session.diagnostics_changed.connect(self._show_findings)
        session.value_changed.connect(self._on_value_changed)

    def _foot(self) -> QHBoxLayout:
        bring = QPushButton(strings.text("gui_table.import"), self)
        theme.set_icon(bring, "open")
        bring.setToolTip(tip(strings.text("gui_table.import_tip")))
        bring.clicked.connect(self.coming.choose)
        foot = QHBoxLayout()
        foot.setSpacing(theme.SPACE_GRID)
        foot.addWidget(self._add)
        foot.addWidget(bring)
        foot.addStretch(1)
        return foot

    def _on_told(self, sentence: str) -> None:
        self.line.tell(sentence)

    def _on_imported(self, first: int, _count: int, sentence: str) -> None:
        self.edited.emit()
        self.go_to(f"{self.pointer}/{first}")
        self.line.tell_done(sentence)

    # ---- what a field is asked

    @override
    def show_value(self, value: Json) -> None:
        """Show a card for each row, those that were there in their new order."""
        rows: list[Row] = value or []
        ids = [str(row["id"]) for row in rows]
        for row_id in [row_id for row_id in self._cards if row_id not in ids]:
            gone = self._cards.pop(row_id)
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for at, row_id in enumerate(ids):
            self._place(row_id, at)
        self._first = False
        self._empty.setVisible(not rows)

    def _place(self, row_id: str, at: int) -> None:
        pointer = f"{self.pointer}/{at}"
        card = self._cards.get(row_id)
        if card is None:
            card = Card(self.session, self.control, pointer, self)
            card.step_wanted.connect(partial(self._step, row_id))
            self._cards[row_id] = card
            self._column.insertWidget(at, card)
            card.set_open(not self._first or at < OPEN_AT_FIRST)
            card.show()  # the layout would do it later, and until then its keys do nothing
        elif self._column.indexOf(card) != at:
            self._column.removeWidget(card)
            self._column.insertWidget(at, card)
        if card.pointer != pointer:
            card.move_to(pointer)

    @override
    def input_widget(self) -> QWidget:
        """Return the button that adds a row."""
        return self._add

    @override
    def count(self) -> int | None:
        """Return the number of rows where it has a limit."""
        return len(self._cards) if self.control.limits.max_items else None

    @override
    def findings(self, found: list[Diagnostic]) -> list[Diagnostic]:
        """Return what is found on the table itself; the cards tell of their rows."""
        return [d for d in super().findings(found) if not d.pointer.startswith(self.pointer + "/")]

    @override
    def go_to(self, pointer: str) -> None:
        """Open the card that `pointer` names and put the keys into its field."""
        card = next((card for card in self._cards.values() if (pointer + "/").startswith(card.pointer + "/")), None)
        if card is None:
            self._add.setFocus()
            return
        card.set_open(True)
        assert card.grid is not None
        row = card.grid.row_at(pointer)
        if row is not None:
            row.field.go_to(pointer)

    # ---- steps

    def cards(self) -> list[Card]:
        """Return the cards in the order of the rows."""
        return sorted(self._cards.values(), key=lambda card: int(json_pointer.parse(card.pointer)[-1]))

    def add_row(self) -> None:
        """Add an empty row at the end and go into its first field."""
        rows = self._settled_rows()
        if self.put(table_rows.inserted(rows, len(rows)), apart=True):
            self.go_to(f"{self.pointer}/{len(rows)}")

    def _settled_rows(self) -> list[Row]:
        """Return the rows once what is being composed in one of them has come in."""
        self.session.settle()
        return self.session.value(self.pointer) or []

    def _step(self, row_id: str, step: str) -> None:
        rows = self._settled_rows()
        at = next((number for number, row in enumerate(rows) if row["id"] == row_id), None)
        if at is None:
            return
        match step:
            case "up" | "down":
                self.put(table_rows.moved(rows, [at], -1 if step == "up" else 1), apart=True)
            case "duplicate":
                if self.put(table_rows.duplicated(rows, [at]), apart=True):
                    self.go_to(f"{self.pointer}/{at + 1}")
            case "insert" | "insert_below":
                before = at if step == "insert" else at + 1
                if self.put(table_rows.inserted(rows, before), apart=True):
                    self.go_to(f"{self.pointer}/{before}")
            case _:
                if self.put(table_rows.deleted(rows, [at]), apart=True):
                    self.go_to(f"{self.pointer}/{min(at, len(rows) - 2)}")
                    self.line.tell_done(strings.text("gui_form.table.deleted", count=1))

    # ---- following the session

    def _on_value_changed(self, pointer: str) -> None:
        if touches(pointer, self.pointer) and self.control.row_label:
            for card in self._cards.values():
                if touches(pointer, f"{card.pointer}/{self.control.row_label}"):
                    card.show_name()

    def _show_findings(self) -> None:
        for card in self._cards.values():
            found = self.session.diagnostics_under(card.pointer)
            if not self.session.gaps_shown(self.pointer):
                found = [d for d in found if d.severity is not Severity.MISSING]
            card.show_findings(found)
