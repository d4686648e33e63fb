"""The rows of the dialog that imports a Word file: what is in the file, and a choice where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import word_matching
from kjxm_desktop.exchange.word_import import FACTS, WITH_TEXT, Choice
from kjxm_desktop.exchange.word_pieces import Found, Piece
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override

CHOICE_WIDTH: Final = 300
INDENT: Final = 16
_MOST_LEVELS: Final = 4

Places = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""What may be chosen, by sections: their titles ("" for none), then pointers with the words for them."""


class Box(QComboBox):
    """A box of choices; the wheel scrolls the list of parts, never the choice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMaxVisibleItems(20)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the list."""
        event.ignore()


def model_of(places: Places, parent: QWidget) -> QStandardItemModel:
    """Return places as a list with the titles of sections between them, which cannot be chosen."""
    model = QStandardItemModel(parent)
    for title, controls in places:
        if title and controls:
            head = QStandardItem(title)
            head.setFlags(Qt.ItemFlag.NoItemFlags)
            model.appendRow(head)
        for pointer, words in controls:
            item = QStandardItem(words)
            item.setData(pointer, Qt.ItemDataRole.UserRole)
            model.appendRow(item)
    return model


def text_places(form: Form, data: Json) -> Places:
    """Return where a text may go: nowhere, or to a control that is asked."""
    nowhere = ("", [("", strings.text("gui_import.nowhere"))])
    return [nowhere, *_by_section(form, word_matching.places(form, data))]


def table_places(form: Form, data: Json, piece: Piece, *, beside_text: bool) -> Places:
    """Return where a table may go: nowhere, with its text, to tables with its columns, into long text."""
    with_text = [(WITH_TEXT, strings.text("gui_import.with_text"))] if beside_text else []
    fitting = [control for fit in piece.fits if (control := form.control(fit.pointer)) is not None]
    rich = [control for control in word_matching.places(form, data) if control.kind == "rich"]
    first = [("", strings.text("gui_import.nowhere")), *with_text]
    return [
        ("", [*first, *((control.pointer, place_words(form, control)) for control in fitting)]),
        *_by_section(form, rich),
    ]


def _by_section(form: Form, controls: Sequence[Control]) -> Places:
    return [
        (
            strings.pick(section.title),
            [(c.pointer, strings.pick(c.label)) for c in controls if c.section_id == section.id],
        )
        for section in form.sections
    ]


def place_words(form: Form, control: Control) -> str:
    """Return the label of a control behind the title of its section, where that is another."""
    section = form.section(control.section_id)
    title, label = strings.pick(section.title) if section is not None else "", strings.pick(control.label)
    return label if title in ("", label) else f"{title} › {label}"


@dataclass(frozen=True)
class Held:
    """What stands already where a piece would go: how much, and whether it is rows."""

    count: int
    rows: bool

    def words(self) -> str:
        """Return it as a short sentence."""
        return strings.text("gui_import.has_rows" if self.rows else "gui_import.has_text", count=self.count)


def held_at(control: Control | None, value: Json) -> Held | None:
    """Return what stands in a control, None where it is empty."""
    if control is None or value in (None, "", [], {}):
        return None
    return Held(len(value), True) if control.kind == "table" else Held(rich_text.word_count(value), False)


class PieceRow(QFrame):
    """One piece: its heading and how it begins; where it goes, and what becomes of what is there."""

    chosen = Signal()
    """The person has chosen something else."""

    def __init__(self, found: Found, at: int, model: QStandardItemModel, choice: Choice, parent: QWidget) -> None:
        super().__init__(parent)
        self.at = at
        self._guessed = bool(choice.place) and found.pieces[at].kind == "text" and not found.pieces[at].named
        self._proposed = choice.place
        whole = found.pieces[at].kind == "text" and found.is_whole(found.pieces[at])
        self.title = strings.text("gui_import.whole") if whole else title_of(found.pieces[at])
        self.place_box = Box(self)
        self.place_box.setModel(model)
        self.place_box.setAccessibleName(strings.text("gui_import.place_for", title=self.title))
        self.place_box.setCurrentIndex(max(0, self.place_box.findData(choice.place)))
        self.mode_box = Box(self)
        self.note = Label("", "hint", "quiet", wraps=True)
        self.preview = Label(found.preview(found.pieces[at]), "hint", "quiet", wraps=True)
        self.place_box.setAccessibleDescription(self.preview.text())
        self._lay_out(found.pieces[at])
        self.place_box.activated.connect(self._on_chosen)
        self.mode_box.activated.connect(self._on_chosen)

    def _lay_out(self, piece: Piece) -> None:
        line = QHBoxLayout(self)
        level = piece.level + (piece.kind == "table")  # it stands under its heading
        line.setContentsMargins(8 + INDENT * min(level, _MOST_LEVELS), 8, 8, 9)
        line.setSpacing(20)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(Label(self.title, "label", wraps=True))
        said.addWidget(self.preview)
        said.addStretch(1)
        line.addLayout(said, 1)
        side = QWidget(self)
        side.setFixedWidth(CHOICE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_GRID)
        for widget in (self.place_box, self.mode_box, self.note):
            column.addWidget(widget)
        column.addStretch(1)
        line.addWidget(side)

    @property
    def choice(self) -> Choice:
        """Return what is chosen."""
        replaces = not self.mode_box.isHidden() and self.mode_box.currentIndex() == 1
        return Choice(str(self.place_box.currentData() or ""), replaces)

    def show_state(self, held: Held | None, *, follows: bool) -> None:
        """Tell what stands where the piece goes; `follows`: another piece goes there before it."""
        wanted = held is not None and not follows
        if held is not None:
            rows = "_rows" if held.rows else ""
            words = [strings.text(f"gui_import.append{rows}"), strings.text(f"gui_import.replace{rows}")]
            if [self.mode_box.itemText(at) for at in range(self.mode_box.count())] != words:
                self.mode_box.clear()
                self.mode_box.addItems(words)
            place = strings.text("gui_import.mode_for", place=self.place_box.currentText())
            self.mode_box.setAccessibleName(place)
        self.mode_box.setVisible(wanted)
        guessed = self._guessed and self.choice.place == self._proposed
        told = [strings.text("gui_import.guessed")] if guessed else []
        if follows:
            told.append(strings.text("gui_import.again_follows"))
        elif held is not None:
            told.append(held.words())
        self.note.setText("\n".join(told))
        self.note.setVisible(bool(told))

    def _on_chosen(self, _at: int) -> None:
        self.chosen.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairline below."""
        painter = QPainter(self)
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


def empty_facts(piece: Piece, data: Json) -> int:
    """Return how many of the single answers of a piece are not given yet."""
    return sum(json_pointer.get(data, fact.pointer) is None for fact in piece.facts)


def facts_places(piece: Piece, data: Json) -> Places:
    """Return where single answers may go: nowhere, or each to its own place where that is empty."""
    fill = strings.text("gui_import.facts_place", count=empty_facts(piece, data))
    return [("", [("", strings.text("gui_import.nowhere")), (FACTS, fill)])]


def title_of(piece: Piece) -> str:
    """Return what a piece is called: its number and heading, or what it is."""
    if piece.kind == "facts":
        return strings.text("gui_import.facts")
    if piece.kind == "table":
        return strings.text("gui_import.table", count=len(piece.rows) - 1)
    space = " " if piece.number and piece.number[-1].isascii() else ""
    return f"{piece.number}{space}{piece.title}" or strings.text("gui_import.front")
