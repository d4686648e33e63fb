"""The leaf 批注 of the book: all comments and to-dos in the order of the form, and where a new one is written."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QFrame, QScrollArea, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import comments, theme
from kjxm_desktop.gui.buttons import Button, Link
from kjxm_desktop.gui.comments import Placed
from kjxm_desktop.gui.form.flow_layout import FlowLayout
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.strip import Strip

if TYPE_CHECKING:
    from kjxm_desktop.gui.comment_card import CommentCard
    from kjxm_desktop.gui.comment_editor import CommentEditor

AGAIN_MS: Final = 400
"""Where comments stand is looked up again when so long nothing more was edited."""
MOST_SHOWN: Final = 40
"""So many cards are shown; those before and behind them when they are asked for."""
AT_ONCE, A_TURN = 6, 2
"""So many of them are made at once, and so many in each turn of the event loop after that: keys come between."""

Filter = Literal["open", "resolved", "mine"]
FILTERS: Final[tuple[Filter, ...]] = ("open", "resolved", "mine")


class CommentsPanel(QWidget):
    """Lists the comments, lets them be answered, resolved, reworded and taken out, and takes a new one."""

    place_wanted = Signal(str)
    """The person wants to see what a comment is about."""
    count_changed = Signal()
    """`open_count` may be another."""
    composed = Signal()
    """The keys are wanted back where they were in the form."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._comments = comments.of(session)
        self._filter: Filter = "open"
        self._wanted: list[Placed] = []
        self._from, self._most, self._room = 0, MOST_SHOWN, AT_ONCE
        self._cards: dict[str, CommentCard] = {}
        self._stale = True
        self.composer: CommentEditor | None = None
        self._filters = QButtonGroup(self)
        self._buttons: dict[Filter, QToolButton] = {}
        self.add_button = Button(strings.text("gui_comments.add"), self)
        theme.set_icon(self.add_button, "comment_add")
        self.add_button.clicked.connect(lambda: self._comments.compose_wanted.emit(""))
        self._left = Label("", "hint", "warning", wraps=True, parent=self)
        self._empty = Label("", "body", "quiet", wraps=True, parent=self)
        self._more, self._earlier = Link(parent=self), Link(parent=self)
        self._more.clicked.connect(self._on_more)
        self._earlier.clicked.connect(self._on_earlier)
        self._go_on = QTimer(self, singleShot=True, interval=0)
        self._go_on.timeout.connect(self._make_more)
        self._head = QVBoxLayout()
        self._list = QVBoxLayout()
        self.strip = Strip(self)
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._look_again)
        self._lay_out()
        self._comments.changed.connect(self._on_changed)
        session.value_changed.connect(self._on_value)
        self._show_counts()
        self._go_on_writing()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        bar = QWidget(self)
        flow = FlowLayout(bar)
        for name in FILTERS:
            flow.addWidget(self._filter_button(name, bar))
        self._head.setContentsMargins(10, 0, 10, 0)
        self._head.setSpacing(6)
        self._head.addWidget(self.add_button)
        self._head.addWidget(bar)
        column.addLayout(self._head)
        area = self._area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget(area)
        whole = QVBoxLayout(inner)
        whole.setContentsMargins(10, 0, 10, 10)
        whole.setSpacing(8)
        self._list.setSpacing(8)
        for widget in (self._left, self._empty):
            whole.addWidget(widget)
        whole.addWidget(self._earlier, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addLayout(self._list)
        whole.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addStretch(1)
        area.setWidget(inner)
        column.addWidget(area, 1)
        column.addWidget(self.strip)

    def _filter_button(self, name: Filter, parent: QWidget) -> QToolButton:
        button = QToolButton(parent)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setChecked(name == self._filter)
        button.clicked.connect(lambda: self.show_filter(name))
        self._filters.addButton(button)
        self._buttons[name] = button
        return button

    # ---- what is shown

    @property
    def open_count(self) -> int:
        """Return how many comments are open."""
        return self._comments.open_count

    @property
    def cards(self) -> list[CommentCard]:
        """Return the cards from top to bottom."""
        return list(self._cards.values())

    def show_filter(self, name: Filter) -> None:
        """Show the open ones, those resolved, or those that the person wrote in."""
        self._filter = name
        self._from, self._most, self._room = 0, MOST_SHOWN, AT_ONCE
        self._buttons[name].setChecked(True)
        self._refresh()

    def _shown(self, told: Placed) -> bool:
        match self._filter:
            case "open":
                return not told.thread.resolved
            case "resolved":
                return told.thread.resolved
            case _:
                return self._comments.mine(told.thread)

    def _show_counts(self) -> None:
        threads = self._comments.threads
        counts = {
            "open": self._comments.open_count,
            "resolved": sum(thread.resolved for thread in threads),
            "mine": sum(self._comments.mine(thread) for thread in threads),
        }
        for name, button in self._buttons.items():
            word = strings.text(f"gui_comments.filter_{name}")
            button.setText(strings.text("gui_window.level", word=word, count=counts[name]))
        self.count_changed.emit()

    def _on_changed(self) -> None:
        self._show_counts()
        self._look_again()

    def _on_value(self, _pointer: str) -> None:
        if self._comments.threads:
            self._again.start()

    def _look_again(self) -> None:
        if self.isVisible():
            self._refresh()
        else:
            self._stale = True

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed while the leaf was not to be seen."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def _refresh(self) -> None:
        """Show the cards that are wanted, each thread in the card that it has already."""
        self._stale = False
        self._wanted = [told for told in self._comments.placed() if self._shown(told)]
        self._from = min(self._from, max(0, len(self._wanted) - 1))
        self._lay()

    def _lay(self) -> None:
        """Show as many cards as there is room for by now, and go on with the others in the next turn."""
        window = self._wanted[self._from : self._from + self._most]
        shown = window[: self._room]
        ids = [told.thread.id for told in shown]
        had_keys = next((at for at, card in enumerate(self.cards) if _has_keys(card)), None)
        for own in [own for own in self._cards if own not in ids]:
            card = self._cards.pop(own)
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for at, told in enumerate(shown):
            card = self._cards.get(told.thread.id) or self._make_card()
            self._cards[told.thread.id] = card
            if self._list.indexOf(card) != at:
                self._list.removeWidget(card)
                self._list.insertWidget(at, card)
            card.show_thread(told)
        self._cards = {own: self._cards[own] for own in ids}
        if had_keys is not None and not any(_has_keys(card) for card in self.cards):
            self._focus_near(had_keys)
        self._tell_rest(len(self._wanted) - self._from - len(window), bool(self._wanted))
        if len(shown) < len(window):
            self._go_on.start()

    def _make_more(self) -> None:
        self._room += A_TURN
        self._lay()

    @property
    def is_whole(self) -> bool:
        """Tell whether all cards are there that are to be shown."""
        return not self._go_on.isActive()

    def _focus_near(self, at: int) -> None:
        """Put the keys on the card that stands where the last one was; on the filter where none is left."""
        if self._cards:
            _take_keys(self.cards[min(at, len(self._cards) - 1)])
        else:
            self._buttons[self._filter].setFocus()

    def _tell_rest(self, more: int, any_shown: bool) -> None:
        self._earlier.setVisible(self._from > 0)
        self._earlier.setText(strings.text("gui_comments.earlier", count=self._from))
        self._more.setVisible(more > 0)
        self._more.setText(strings.text("gui_comments.more", count=more))
        self._empty.setVisible(not any_shown)
        key = f"gui_comments.empty_{self._filter}" if self._comments.threads else "gui_comments.empty"
        self._empty.setText(strings.text(key))
        self._left.setVisible(self._comments.left > 0)
        self._left.setText(strings.text("gui_comments.not_shown", count=self._comments.left))

    def _make_card(self) -> CommentCard:
        from kjxm_desktop.gui.comment_card import CommentCard  # loaded with the first one: the first page has none

        card = CommentCard(self._comments, self)
        card.place_wanted.connect(self.place_wanted)
        card.step_wanted.connect(partial(self._step_from, card))
        card.undo_wanted.connect(self.undo)
        card.told.connect(self._tell)
        card.back_wanted.connect(self.composed)
        return card

    def renew(self) -> None:
        """Show everything anew: the person writes under another name."""
        self._show_counts()
        self._look_again()

    def _on_more(self) -> None:
        self._most += MOST_SHOWN
        self._lay()

    def _on_earlier(self) -> None:
        more = min(MOST_SHOWN, self._from)
        self._from, self._most, self._room = self._from - more, self._most + more, self._room + more
        self._lay()

    def _step_from(self, card: CommentCard, by: int) -> None:
        cards = self.cards
        at = cards.index(card) + by
        if 0 <= at < len(cards):
            cards[at].setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(cards[at])

    # ---- going to one

    def show_thread(self, thread_id: str, *, with_keys: bool) -> None:
        """Bring the card of a thread into view, with the keys on it when wanted, whatever filter hides it."""
        thread = next((told for told in self._comments.threads if told.id == thread_id), None)
        if thread is None:
            return
        if self._stale or thread_id not in self._cards:
            self._filter = "resolved" if thread.resolved else "open"
            self._buttons[self._filter].setChecked(True)
            self._refresh()
            self._make_room_for(thread_id)
        card = self._cards.get(thread_id)
        if card is not None:
            if with_keys:
                _take_keys(card)
            QTimer.singleShot(0, card, lambda: self._area.ensureWidgetVisible(card))

    def _make_room_for(self, thread_id: str) -> None:
        """Show the part of the list that a thread stands in."""
        at = next((at for at, told in enumerate(self._wanted) if told.thread.id == thread_id), None)
        if at is None:
            return
        if not self._from <= at < self._from + self._most:
            self._from, self._most, self._room = max(0, at - 1), MOST_SHOWN, AT_ONCE
        self._room = max(self._room, at - self._from + 1)
        self._lay()

    def show_place(self, pointer: str) -> bool:
        """Bring the first open comment at `pointer` or beneath it into view; False when there is none."""
        found = [told for told in self._comments.placed() if told.pointer is not None and not told.thread.resolved]
        at = next((told for told in found if told.pointer == pointer), None)
        under = next((told for told in found if str(told.pointer).startswith(pointer + "/")), None)
        told = at or under
        if told is not None:
            self.show_thread(told.thread.id, with_keys=True)
        return told is not None

    # ---- writing one

    def compose(self, pointer: str) -> None:
        """Open the editor of a new comment at `pointer`, or go on in one that something stands in."""
        place = json_pointer.by_row_id(self._session.data, pointer)
        if self.composer is not None and self.composer.key != ("new", place) and self.composer.text.toPlainText():
            self.composer.tell(strings.text("gui_comments.first_this"))
        elif self.composer is None or self.composer.key != ("new", place):
            self._open_composer(place)
        assert self.composer is not None
        self.composer.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_composer(self, place: str) -> None:
        self._close_composer()
        from kjxm_desktop.gui.comment_editor import CommentEditor  # loaded when first wanted

        editor = CommentEditor(self._comments, ("new", place), self, with_kind=True)
        editor.show_places(comments.around(self._session, place))
        editor.done.connect(self._on_composed)
        editor.left.connect(self._on_left)
        editor.back_wanted.connect(self.composed)
        self._head.insertWidget(1, editor)
        editor.show()
        self.composer = editor
        self.add_button.hide()

    def _go_on_writing(self) -> None:
        """Open the editor anew that was written in before the panel was built again."""
        place = next((key[1] for key in self._comments.drafts if key[0] == "new"), None)
        if place is not None:
            self._open_composer(place)

    def _close_composer(self) -> None:
        if self.composer is not None:
            self.composer.hide()
            self.composer.deleteLater()
            self.composer = None
        self.add_button.show()

    def _on_left(self) -> None:
        self._close_composer()
        self.composed.emit()

    def _on_composed(self, text: str, kind: str) -> None:
        assert self.composer is not None
        try:
            own = self._comments.add(self.composer.place, kind, text)
        except KjxmError as error:
            self._tell(strings.error(error))
            return
        self._close_composer()
        self.show_thread(own, with_keys=False)
        self.composed.emit()

    # ---- the way back

    def undo(self) -> None:
        """Take back the last step on the comments."""
        self.strip.forget("step")
        own = self._comments.undo()
        if own:
            self.show_thread(own, with_keys=True)

    def _tell(self, sentence: str) -> None:
        actions = [(strings.text("gui_window.undo"), self.undo)] if self._comments.can_undo else []
        self.strip.tell(sentence, actions=actions, topic="step")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Escape as the way back to the form."""
        if event.key() == Qt.Key.Key_Escape:
            self.composed.emit()
        else:
            super().keyPressEvent(event)


def _take_keys(card: CommentCard) -> None:
    """Put the keys on a card, shown at once: in a layout it would be in the next turn, and can have none before."""
    card.show()
    card.setFocus(Qt.FocusReason.OtherFocusReason)


def _has_keys(card: CommentCard) -> bool:
    now = QApplication.focusWidget()
    return now is not None and (now is card or card.isAncestorOf(now))
