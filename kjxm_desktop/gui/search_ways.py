"""Ctrl+F, Ctrl+H and F3 in the window: the search opened below the page, its hits shown, the keys given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from kjxm_desktop.core.search import Hit
    from kjxm_desktop.gui.desk import Desk
    from kjxm_desktop.gui.main_window import MainWindow
    from kjxm_desktop.gui.search_panel import SearchPanel
    from kjxm_desktop.gui.session import Session

HEIGHT_PX: Final = 260
MOST_SEED: Final = 60
"""No longer selection is taken as what is looked for."""


class Searching(QObject):
    """Holds the search of the desk that is open; made when it is first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._panel: SearchPanel | None = None
        self._came_from: QWidget | None = None
        self._led_to: Hit | None = None
        self._leading = False
        self._problems_were_open = False
        self._words = ("", "")
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus_changed)

    @property
    def panel(self) -> SearchPanel | None:
        """Return the search of the desk that is open; None while it was not wanted."""
        return self._panel if self._panel is not None and isValid(self._panel) else None

    def find(self) -> None:
        """Ctrl+F: look for something, first of all for what is selected."""
        self._open(replaces=False)

    def replace(self) -> None:
        """Ctrl+H: look for something and say what takes its place."""
        self._open(replaces=True)

    def step(self, by: int) -> None:
        """F3 and Shift+F3: lead to the next or the previous hit, the keys in its field."""
        panel = self.panel
        if panel is None or not panel.wanted.folded:
            self.find()
            return
        self._window.show_desk()
        within = panel.isVisible() and self._has_keys(panel)
        panel.step(by, keys=not within)

    def _open(self, *, replaces: bool) -> None:
        session, desk = self._window.session, self._window.desk
        if session is None or desk is None:
            return
        self._window.show_desk()
        panel = self.panel or self._make(session, desk)
        now = QApplication.focusWidget() or self._focused()
        within = now is not None and panel.isAncestorOf(now)
        seed = "" if within else _selected(now)
        if panel.isHidden():
            self._problems_were_open = not desk.problems.isHidden()
            desk.show_problems(False)
            panel.show()
        panel.open_for(seed, replaces=replaces or (within and panel.replaces))
        if now is not None and now.window() is not self._window:  # the form of a row
            self._came_from, self._led_to = now, None
            self._window.activateWindow()

    def _make(self, session: Session, desk: Desk) -> SearchPanel:
        from kjxm_desktop.gui.search_panel import SearchPanel  # loaded when first wanted

        panel = self._panel = SearchPanel(session, desk)
        panel.hide()
        desk.put_below(panel, HEIGHT_PX)
        panel.line.setText(self._words[0])
        panel.new_line.setText(self._words[1])
        panel.line.textChanged.connect(self._remember)
        panel.new_line.textChanged.connect(self._remember)
        panel.place_wanted.connect(self._lead)
        panel.closed.connect(self._close)
        desk.panels_changed.connect(self._on_panels_changed)
        return panel

    def _on_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Remember where the keys come from when a person brings them into the search."""
        panel = self.panel
        if panel is None or self._leading or now is None or before is None or before.window() is not self._window:
            return
        if panel.isAncestorOf(now) and not panel.isAncestorOf(before):
            self._came_from, self._led_to = _lasting(before), None

    def _remember(self) -> None:
        """Keep what is looked for beyond this desk: another language builds another one."""
        panel = self.panel
        if panel is not None:
            self._words = (panel.line.text(), panel.new_line.text())

    def _has_keys(self, panel: SearchPanel) -> bool:
        now = self._focused()
        return now is not None and (now is panel or panel.isAncestorOf(now))

    def _focused(self) -> QWidget | None:
        return cast("QWidget | None", self._window.focusWidget())  # the bindings' types promise one

    def _lead(self, hit: Hit, keys: bool) -> None:
        session, desk, panel = self._window.session, self._window.desk, self.panel
        if session is None or desk is None or panel is None:
            return
        from kjxm_desktop.gui import search_places  # loaded with the first search

        before = self._focused()
        self._window.show_desk()
        self._leading = True
        reached = search_places.lead(desk, session, hit, keys=keys)
        self._led_to = hit if reached is not None else self._led_to
        if not keys and before is not None:
            before.setFocus(Qt.FocusReason.OtherFocusReason)
            search_places.select(reached, session, hit)
        self._leading = False

    def _close(self) -> None:
        """Close the search; the keys go to the hit that was shown last, else where they were."""
        panel, desk = self.panel, self._window.desk
        if panel is None or desk is None:
            return
        had_keys, hit, back = self._has_keys(panel), self._led_to, self._came_from
        panel.hide()
        if self._problems_were_open:
            desk.show_problems(True)
        if had_keys and hit is not None:
            self._lead(hit, keys=True)
        elif had_keys and back is not None and isValid(back) and back.isVisible():
            back.window().activateWindow()
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_panels_changed(self) -> None:
        """Make room when the list of findings is opened: only one of the two stands below the page."""
        panel, desk = self.panel, self._window.desk
        if panel is not None and desk is not None and not desk.problems.isHidden() and not panel.isHidden():
            self._problems_were_open = False
            self._close()


def _lasting(widget: QWidget | None) -> QWidget | None:
    """Return what can take the keys back: for the editor of a cell, which is closed when they leave it, its grid."""
    above = widget
    while above is not None and not isinstance(above, QAbstractItemView):
        above = above.parentWidget()
    return above or widget


def _selected(widget: QWidget | None) -> str:
    """Return the words selected in a field; nothing for more than a line."""
    if isinstance(widget, QLineEdit):
        words = widget.selectedText()
    elif isinstance(widget, (QPlainTextEdit, QTextEdit)):
        words = widget.textCursor().selectedText()
    else:
        words = ""
    return words if len(words) <= MOST_SEED and "\u2029" not in words and "\ufffc" not in words else ""
