"""The first page: begin, open, go on with what was worked on; which calls are at hand and until when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import paths, strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.strip import Strip

_UNREADABLE: Final = "unreadable"


@dataclass(frozen=True)
class Example:
    """A finished proposal that comes with the program: what it is and where its data lies."""

    id: str
    title: str
    note: str
    data_file: Path


def examples() -> list[Example]:
    """Return the examples that come with the program, in their order."""
    folder = paths.resources() / "examples"
    entries = cast("list[Json]", json.loads((folder / "index.json").read_text(encoding="utf-8")))
    language = strings.language()
    return [
        Example(entry["id"], entry[f"title_{language}"], entry[f"note_{language}"], folder / entry["path"])
        for entry in entries
    ]


@dataclass(frozen=True)
class Recent:
    """One draft worked on before: its file (none for a draft without a name), title, place, gaps and when."""

    doc_id: str
    path: Path | None
    title: str
    section: str
    gaps: int | None
    at: datetime


class StartPage(QWidget):
    """Buttons on the left, recent drafts on the right, the calls beneath."""

    new_wanted = Signal(object)
    """Begin a proposal for this Call."""
    open_wanted = Signal()
    example_wanted = Signal(object)
    """Open a copy of this Example."""
    recent_wanted = Signal(object)
    """Go on with this Recent."""

    def __init__(self, calls: Sequence[Call], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self.shown: list[Recent] = []
        self.strip = Strip(self)
        self._put_off: frozenset[Path] = frozenset()
        row = QHBoxLayout(self)
        row.setContentsMargins(48, 40, 48, 24)
        row.setSpacing(48)
        row.addLayout(self._left(), 0)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(6)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.strip)
        right.addWidget(Label(strings.text("gui_window.recent"), "group"))
        right.addSpacing(8)
        right.addWidget(self._scrolled(self._recent), 1)
        right.addSpacing(12)
        for call in calls:
            right.addWidget(self._call_line(call))
        row.addLayout(right, 1)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(Label(strings.text("gui_window.program"), "title"))
        column.addWidget(Label(strings.text("gui_window.program_note"), "body", "quiet", wraps=True))
        column.addSpacing(20)
        self.new_button = self._button("gui_window.new", "add", primary=True)
        if len(self._calls) > 1:
            menu = QMenu(self.new_button)
            for call in self._calls:
                menu.addAction(strings.pick(call.title), lambda call=call: self.new_wanted.emit(call))
            self.new_button.setMenu(menu)
        else:
            self.new_button.clicked.connect(self._on_new)
        self.open_button = self._button("gui_window.open", "open")
        self.open_button.clicked.connect(self.open_wanted)
        self.example_button = self._button("gui_window.from_example", "example")
        menu = QMenu(self.example_button)
        menu.setToolTipsVisible(True)
        for example in examples():
            action = menu.addAction(f"{example.title}　{example.note}", lambda e=example: self.example_wanted.emit(e))
            action.setToolTip(tip(example.note))
        self.example_button.setMenu(menu)
        for button in (self.new_button, self.open_button, self.example_button):
            column.addWidget(button)
        column.addStretch(1)
        return column

    def _button(self, key: str, icon: str, *, primary: bool = False) -> QPushButton:
        if primary:
            button: QPushButton = PrimaryButton(strings.text(key), icon, self)
        else:
            button = Button(strings.text(key), self)
            theme.set_icon(button, icon)
        button.setMinimumSize(240, 38)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return button

    def _on_new(self) -> None:
        if self._calls:
            self.new_wanted.emit(self._calls[0])

    def _scrolled(self, column: QVBoxLayout) -> QScrollArea:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(area)
        inner.setLayout(column)
        column.setContentsMargins(0, 0, 8, 0)
        area.setWidget(inner)
        return area

    def _call_line(self, call: Call) -> QWidget:
        deadline = strings.day(call.deadline)
        told = strings.text("gui_window.call_line", title=strings.pick(call.short_title), deadline=deadline)
        return Label(f"{told}　{strings.pick(call.stand_in)}", "hint", "quiet", wraps=True, parent=self)

    def show_recent(self, recent: Sequence[Recent]) -> None:
        """Show the drafts worked on before, newest first."""
        self.shown = list(recent)
        self._rows: list[QToolButton] = []
        while self._recent.count():
            widget = self._recent.itemAt(0).widget()
            self._recent.takeAt(0)
            # The space at the end is no widget, which the library's stubs do not say.
            if isinstance(widget, QWidget):  # pyright: ignore[reportUnnecessaryIsInstance]
                widget.hide()
                widget.deleteLater()
        if not recent:
            self._recent.addWidget(Label(strings.text("gui_window.no_recent"), "body", "quiet", wraps=True))
        for entry in recent:
            self._recent.addWidget(self._recent_row(entry))
        self._recent.addStretch(1)

    def tell_unreadable(self, folders: Sequence[Path]) -> None:
        """Tell of working copies of which nothing can be read, with the way to their folder, until that is put off."""
        told = frozenset(folders)
        self.strip.forget(_UNREADABLE)
        if told <= self._put_off:
            return
        place = folders[0] if len(told) == 1 else folders[0].parent
        self.strip.tell(
            strings.text("gui_world.unreadable", count=len(told)),
            icon="severity_warning",
            token="warning",
            looks=[(strings.text("gui_window.open_folder"), lambda: show_folder(place))],
            actions=[(strings.text("gui_world.later"), lambda: self._put_off_for_now(told))],
            topic=_UNREADABLE,
        )

    def _put_off_for_now(self, told: frozenset[Path]) -> None:
        self._put_off |= told

    def recent_buttons(self) -> list[QToolButton]:
        """Return the buttons of the drafts shown, in their order."""
        return list(self._rows)

    def _recent_row(self, entry: Recent) -> QToolButton:
        row = QToolButton(self)
        row.setAutoRaise(True)
        row.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        row.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.setMinimumHeight(56)
        inner = QVBoxLayout(row)
        inner.setContentsMargins(12, 6, 12, 6)
        inner.setSpacing(2)
        title = Label(entry.title or strings.text("gui_window.untitled"), "label", parent=row)
        parts = [part for part in (entry.section, _gaps(entry.gaps), strings.moment(entry.at)) if part]
        parts.append(entry.path.name if entry.path else strings.text("gui_window.unnamed"))
        below = Label(" · ".join(parts), "hint", "quiet", parent=row)
        for label in (title, below):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inner.addWidget(label)
        row.setAccessibleName(f"{title.text()}，{below.text()}")
        row.clicked.connect(lambda: self.recent_wanted.emit(entry))
        self._rows.append(row)
        return row


def show_folder(folder: Path) -> None:
    """Let the desktop show a folder."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _gaps(count: int | None) -> str:
    if count is None:
        return ""
    return strings.text("gui_window.left", count=count) if count else strings.text("gui_window.nothing_left")
