"""Names of the proposal completed as they are typed: listed below the cursor, taken by Tab or Enter, never forced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui import utf16
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.field import Field
from kjxm_desktop.gui.form.typing_watch import TextWidget
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.core.own_names import Name, Offer, OwnNames
    from kjxm_desktop.gui.form.name_list import NameList

PAUSE_MS = 120
"""Names are looked for when typing has paused for so long: a key itself waits for nothing."""

FOLLOW_MS = 100
"""While names are listed, the list follows the cursor at this pace."""

KINDS = ("line", "text", "rich", "choices")
"""The kinds of answers that hold words."""

_TAKING = (Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LISTED = (*_TAKING, Qt.Key.Key_Escape, Qt.Key.Key_Up, Qt.Key.Key_Down)

_known: WeakKeyDictionary[Session, OwnNames] = WeakKeyDictionary()


def offer_in_field(widget: TextWidget, field: Field) -> None:
    """Offer names in the widget of a field, where its answer holds words."""
    offer_in(widget, field.session, field.control, lambda: field.pointer)


def offer_in(widget: TextWidget, session: Session, control: Control, where: Callable[[], str]) -> None:
    """Offer names in a text widget that writes an answer of `control`; `where` tells its pointer just then."""
    if control.kind in KINDS:
        NameCompletion(widget, session, where)


def names_of(session: Session) -> list[Name]:
    """Return the names that the proposal has now."""
    known = _known.get(session)
    if known is None:
        from kjxm_desktop.core.own_names import OwnNames  # loaded when something is first typed

        known = _known[session] = OwnNames(session.form)
    return known.names(session.data)


class NameCompletion(QObject):
    """Watches one text widget. Only what a person types is looked at; nothing while an input method composes."""

    def __init__(self, widget: TextWidget, session: Session, where: Callable[[], str]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._session = session
        self._where = where
        self._list: NameList | None = None
        self._refused: set[str] = set()
        self._soon = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._soon.timeout.connect(self.look)
        self._place = QRect()
        self._follow = QTimer(self, interval=FOLLOW_MS)
        self._follow.timeout.connect(self._follow_cursor)
        widget.installEventFilter(self)
        widget.destroyed.connect(self._drop)

    @property
    def shown(self) -> NameList | None:
        """Return the list while names are offered."""
        return self._list

    # ---- what is typed

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See keys before the widget does; True keeps one that is meant for the list."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._list is not None and event.key() in _LISTED:
                event.accept()
                return True
        elif kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            if event.preeditString():
                self._soon.stop()
                self.close()
            elif event.commitString():
                self._soon.start()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self._soon.stop()
            self._refused.clear()
            self.close()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        if self._list is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier and event.key() in _LISTED:
            return self._on_listed(self._list, Qt.Key(event.key()))
        if event.text().isprintable() and event.text() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._soon.start()
        else:
            self.close()
        return False

    def _on_listed(self, shown: NameList, key: Qt.Key) -> bool:
        """Take a key that is for the list; Enter with no name chosen is not."""
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            shown.step(1 if key == Qt.Key.Key_Down else -1)
        elif key == Qt.Key.Key_Escape:
            self._refused.update(offer.name.key for offer in shown.offers)
            self.close()
        else:
            offer = shown.current or (shown.offers[0] if key == Qt.Key.Key_Tab else None)
            if offer is None:
                self.close()
                return False
            self.take(offer)
        return True

    # ---- offering

    def look(self) -> None:
        """Offer what the words before the cursor begin; take the list away where there is nothing to offer."""
        self._soon.stop()
        found, place = self._found(), _cursor_place(self._widget)
        if not found or place is None:
            self.close()
            return
        if self._list is None:
            from kjxm_desktop.gui.form.name_list import NameList  # loaded when a name is first offered

            self._list = NameList(self._widget.window())
            self._list.chosen.connect(self.take)
            self._widget.cursorPositionChanged.connect(self._soon.start)
            # The last filter is asked first: the keys of the list come before those that end the edit of a cell.
            self._widget.removeEventFilter(self)
            self._widget.installEventFilter(self)
        self._place = place
        before = self._list.offers
        self._list.show_offers(found, place)
        if [offer.name for offer in found] != [offer.name for offer in before]:
            self._announce(found)
        self._follow.start()

    def _announce(self, found: Sequence[Offer]) -> None:
        """Tell assistive technology what is offered: Tab means something else for now."""
        names = spelling.listed([offer.name.text for offer in found])
        keys = strings.text("gui_names.keys_differs" if found[0].differs else "gui_names.keys")
        QAccessible.updateAccessibility(
            QAccessibleAnnouncementEvent(self._widget, strings.text("gui_names.spoken", names=names, keys=keys))
        )

    def _follow_cursor(self) -> None:
        """Stay below the cursor when the page is scrolled or what stands above has grown."""
        if self._list is not None and _cursor_place(self._widget) != self._place:
            self.look()

    def _found(self) -> list[Offer]:
        if not self._widget.hasFocus() or self._session.is_composing or _has_selection(self._widget):
            return []
        from kjxm_desktop.core.own_names import offers  # loaded when something is first typed

        before, after = _around(self._widget)
        names = [name for name in names_of(self._session) if name.key not in self._refused]
        return offers(names, before, after, self._where())

    def take(self, offer: Offer) -> None:
        """Write the name in the place of what was typed of it, as an input method would: one step to undo."""
        self._soon.stop()
        now = next((each for each in self._found() if each.name == offer.name), None)
        self.close()
        if now is None:  # what was typed since is another beginning
            return
        before, _ = _around(self._widget)
        typed = utf16.units(before[len(before) - now.taken :])
        event = QInputMethodEvent()
        event.setCommitString(now.name.text, -typed, typed)
        self._session.seal()
        QApplication.sendEvent(self._widget, event)
        self._session.seal()
        self._soon.stop()

    def close(self) -> None:
        """Take the list away."""
        self._follow.stop()
        shown, self._list = self._list, None
        if shown is not None and isValid(shown):
            self._widget.cursorPositionChanged.disconnect(self._soon.start)
            shown.hide()
            shown.deleteLater()

    def _drop(self) -> None:
        """Take the list away with the widget, as when the editor of a cell is closed."""
        shown, self._list = self._list, None
        if shown is not None and isValid(shown):
            shown.deleteLater()


def _cursor_place(widget: TextWidget) -> QRect | None:
    """Return where the cursor stands in the window; None where it is out of sight."""
    told = widget.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle)
    place: QRect = told.toRect() if isinstance(told, QRectF) else told
    seen = widget if isinstance(widget, QLineEdit) else widget.viewport()
    if not seen.visibleRegion().intersects(place):
        return None
    return place.translated(widget.mapTo(widget.window(), QPoint(0, 0)))


def _has_selection(widget: TextWidget) -> bool:
    return widget.hasSelectedText() if isinstance(widget, QLineEdit) else widget.textCursor().hasSelection()


def _around(widget: TextWidget) -> tuple[str, str]:
    """Return the text of the line on both sides of the cursor."""
    if isinstance(widget, QLineEdit):
        text, at = widget.text(), widget.cursorPosition()
    else:
        cursor = widget.textCursor()
        text, at = cursor.block().text(), cursor.positionInBlock()
    before = utf16.before(text, at)
    return before, text[len(before) :]
