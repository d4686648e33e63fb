"""The history of the open proposal: its moments on the left, what differs on the right, taking back what is wanted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.history import Kind, Moment
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import timeline
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.comparison_pane import Comparison, ComparisonPane, fitting
from kjxm_desktop.gui.export_dialog import walk_in_order
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.moment_list import MomentList
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.pieces import State
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.timeline import AS_OPENED

SIZE: Final = (1120, 640)
LEFT_WIDTH: Final = 300
AGAIN_MS: Final = 500
"""The list follows when something was kept, this much later."""


class HistoryWindow(QDialog):
    """Stays open beside the window; what is written there meanwhile is compared anew."""

    name_wanted = Signal()
    """The person wants to keep this version under a name."""
    other_wanted = Signal()
    """The person wants to compare with another draft."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_history.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(fitting(SIZE, parent))
        self._session = session
        self._history = session.history()
        self._reading = Reading(self)
        self._select_later = ""
        self.moments = MomentList(session.form, session.now(), self)
        self.pane = ComparisonPane(session, self._reading, self)
        self.against_box = QComboBox(self)
        self.name_button = Button(strings.text("gui_history.name_version"), self)
        self.forget_button = Button(strings.text("gui_history.forget"), self)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        for key in ("with_now", "with_before"):
            self.against_box.addItem(strings.text(f"gui_history.{key}"), key)
        self.against_box.setAccessibleName(strings.text("gui_history.against"))
        left, right, across = QWidget(), QWidget(), QSplitter(Qt.Orientation.Horizontal)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.moments, 1)
        row = QHBoxLayout()
        row.addWidget(self.name_button)
        row.addWidget(self.forget_button)
        row.addStretch(1)
        column.addLayout(row)
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.addWidget(Label(strings.text("gui_history.against"), token="quiet"))
        row.addWidget(self.against_box)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.pane, 1)
        row = QHBoxLayout()
        other = Button(strings.text("gui_history.compare_other"), self)
        other.clicked.connect(self.other_wanted)
        close = Button(strings.text("gui_window.close"), self)
        close.clicked.connect(self.close)
        row.addWidget(other)
        row.addStretch(1)
        row.addWidget(close)
        column.addLayout(row)
        for button in (self.name_button, self.forget_button, other, close, self.pane.all_button):
            button.setAutoDefault(False)  # Enter in the list must press nothing
        across.addWidget(left)
        across.addWidget(right)
        across.setStretchFactor(1, 1)
        across.setChildrenCollapsible(False)
        across.setSizes([LEFT_WIDTH, SIZE[0] - LEFT_WIDTH])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.addWidget(across)
        stops = (self.moments.tree, self.name_button, self.forget_button, self.against_box, self.pane.all_button)
        walk_in_order((*stops, other, close))
        self.moments.tree.setFocus()

    def _connect(self) -> None:
        self.moments.chosen.connect(self._on_chosen)
        self.moments.forget_wanted.connect(self._forget)
        self.against_box.currentIndexChanged.connect(self._on_chosen)
        self.name_button.clicked.connect(self.name_wanted)
        self.forget_button.clicked.connect(self._forget)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self.refresh)
        self._session.moments_changed.connect(self._again.start)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being read or is still to be shown."""
        return self._again.isActive() or self.pane.is_busy

    # ---- the moments

    def refresh(self) -> None:
        """Read the moments again, off the window's thread."""
        self._reading.ask("moments", self._history.moments, self._on_moments, self._on_failed)

    def show_moment(self, moment_id: str) -> None:
        """Read the moments again and select one, as a version that was just named."""
        self._select_later = moment_id
        self.refresh()

    def _on_moments(self, moments: list[Moment]) -> None:
        opened_id = self._session.opened_moment
        opened = next((moment for moment in moments if moment.id == opened_id), AS_OPENED if moments else None)
        self.moments.show_moments(moments, opened, self._session.now())
        if self._select_later:
            self.moments.select_moment(self._select_later)
            self._select_later = ""
        if not moments:
            self._on_chosen()

    def _on_failed(self, error: KjxmError) -> None:
        self.pane.show_comparison(None)
        self.pane.note.setText(strings.error(error))

    # ---- what is compared

    def _on_chosen(self) -> None:
        entries = self.moments.selected()
        self.forget_button.setEnabled(len(entries) == 1 and self._is_named())
        self.against_box.setEnabled(len(entries) == 1)
        if not entries:
            self.pane.show_comparison(None)
            return
        if len(entries) > 1:
            self.pane.show_comparison(
                Comparison(self._state(entries[-1].last), None, earlier=self._state(entries[0].last))
            )
            return
        entry = entries[0]
        if self.against_box.currentData() == "with_now":
            self.pane.show_comparison(Comparison(self._state(entry.last), "take"))
            return
        before = self.moments.before(entry)
        if before is None:
            self.pane.show_comparison(None)
            self.pane.note.setText(strings.text("gui_history.nothing_before"))
            return
        self.pane.show_comparison(Comparison(self._state(before), None, earlier=self._state(entry.last)))

    def _is_named(self) -> bool:
        return any(entry.last.kind is Kind.NAMED for entry in self.moments.selected())

    def _state(self, moment: Moment) -> State:
        session, history = self._session, self._history
        if moment is AS_OPENED:
            return State(strings.text("gui_history.as_opened"), "", lambda: session.opened_data, session.media)
        time = timeline.moment_words(moment, session.now())
        return State(time, moment.id, lambda: history.answers_at(moment.id), session.kept_media)

    def _forget(self) -> None:
        """Delete the named version that is selected; what is told of it has a way back."""
        entries = [entry for entry in self.moments.selected() if entry.last.kind is Kind.NAMED]
        if len(entries) != 1:
            return
        moment, history = entries[0].last, self._history

        def forget() -> Json:
            data = history.answers_at(moment.id)
            history.forget(moment.id)
            return data

        self._reading.ask("forget", forget, lambda data: self._on_forgotten(moment, data), self._on_failed)

    def _on_forgotten(self, moment: Moment, data: Json) -> None:
        history = self._history

        def name_again() -> None:
            self._reading.ask(
                "forget",
                lambda: history.name(data, moment.name, moment.at, moment.revision),
                lambda again: self.show_moment(again.id),
                self._on_failed,
            )

        back = (strings.text("gui_window.undo"), name_again)
        self.pane.strip.tell(strings.text("gui_history.forgotten", name=moment.name), actions=[back])
        self.refresh()

    @override
    def done(self, result: int, /) -> None:
        """End the reading, whichever way the window is left."""
        self._reading.stop()
        super().done(result)
