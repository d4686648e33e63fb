"""The open proposal beside another state of it: what was recovered, another copy, the draft of a co-author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import taking
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.comparison_pane import Comparison, ComparisonPane, fitting
from kjxm_desktop.gui.difference_view import Purpose
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.pieces import State
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.session import Session

SIZE: Final = (860, 600)


class CompareWindow(QDialog):
    """Stays open beside the window; what is written there meanwhile is compared anew."""

    def __init__(
        self, session: Session, title: str, name: str, read: Callable[[], Proposal], purpose: Purpose, parent: QWidget
    ) -> None:
        """Compare with what `read` returns (off the window's thread), which is called `name`."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(fitting(SIZE, parent))
        self._session = session
        self._name = name
        self._purpose: Purpose = purpose
        self._reading = Reading(self)
        self.pane = ComparisonPane(session, self._reading, self)
        self.pane.all_button.setAutoDefault(False)
        self._lay_out()
        self.pane.note.setText(strings.text("gui_history.comparing"))
        self._reading.ask("other", read, self._on_read, self._on_failed)

    def _lay_out(self) -> None:
        close = Button(strings.text("gui_window.close"), self)
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.pane, 1)
        column.addLayout(row)

    @property
    def is_busy(self) -> bool:
        """Tell whether something is being read or is still to be shown."""
        return self.pane.is_busy

    def _on_read(self, other: Proposal) -> None:
        here, there = self._session.call, other.call
        if there.id != here.id:
            title = strings.pick(there.short_title)
            self._on_failed(KjxmError("history.other_call", name=self._name, title=title))
            return
        if there.sha256 != here.sha256:
            told = strings.text("gui_history.other_version", name=self._name, here=here.version, there=there.version)
            self.pane.strip.tell(told, icon="severity_warning", token="warning")
        if self._purpose == "adopt":
            taking.offer(self._session, other, self._name, self.pane.strip)
        state = State(self._name, self._name, lambda: other.data, other.media.get)
        self.pane.compared.connect(self._on_compared)
        self.pane.show_comparison(Comparison(state, self._purpose, other_first=self._purpose == "discard"))

    def _on_compared(self) -> None:
        """Put the keys on the first difference, once: not on the button that takes them all."""
        self.pane.compared.disconnect(self._on_compared)
        self.pane.view.focus_first()

    def _on_failed(self, error: KjxmError) -> None:
        self.pane.show_comparison(None)
        self.pane.note.setText(strings.error(error))

    @override
    def done(self, result: int, /) -> None:
        """End the reading, whichever way the window is left."""
        self._reading.stop()
        super().done(result)
