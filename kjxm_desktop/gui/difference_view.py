"""Differences between two states, by section and answer, each with the button that makes it go away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Final, Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, Link
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.marked_words import MarkedWords
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.pieces import Piece

Purpose = Literal["take", "discard", "adopt"]
"""What the buttons are for: take back from history, discard what was recovered, adopt from another draft."""

SLICE: Final = 8
"""So many cards are made at a time, so that keys are heard between them."""
PAGE: Final = 100
"""So many cards are made before the person asks for more."""


class DifferenceView(QScrollArea):
    """Shows pieces as cards under the heads of their sections; arrow keys walk from one to the next."""

    piece_wanted = Signal(object)
    """The person wants this Piece taken."""
    section_wanted = Signal(str)
    """The person wants all pieces of the section of this id taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(strings.text("gui_history.differences"))
        self._purpose: Purpose | None = None
        self._pieces: tuple[Piece, ...] = ()
        self._cards: list[Card] = []
        self._wanted = PAGE
        self._to_make: Iterator[Callable[[], None]] = iter(())
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._make_some)
        self._column = QVBoxLayout()
        self._before: QWidget | None = None
        self._last_stop: QWidget | None = None
        self._clear()

    @property
    def cards(self) -> list[Card]:
        """Return the cards made so far, in their order."""
        return list(self._cards)

    @property
    def is_whole(self) -> bool:
        """Tell whether every card that is wanted has been made."""
        return not self._slices.isActive()

    def show_pieces(self, pieces: Sequence[Piece], purpose: Purpose | None) -> None:
        """Show other pieces, with buttons for `purpose` or to be looked at alone; the place on the page is kept."""
        pieces = tuple(pieces)
        if pieces == self._pieces and purpose == self._purpose:
            return
        at, scrolled = self._card_in_hand(), self.verticalScrollBar().value()
        self._pieces, self._purpose = pieces, purpose
        self._wanted = max(PAGE, 0 if at is None else at + SLICE)
        self._clear()
        self._to_make = self._steps(0)
        self._make_some(least=0 if at is None else at + 1)
        if at is not None and self._cards:
            self._cards[min(at, len(self._cards) - 1)].take_keys()
        self.verticalScrollBar().setValue(scrolled)

    def stand_after(self, before: QWidget) -> None:
        """Let Tab come to the cards from `before`, in the order in which they are seen."""
        self._before = before

    def focus_first(self) -> None:
        """Put the keys on the first card."""
        if self._cards:
            self._cards[0].take_keys()

    def _card_in_hand(self) -> int | None:
        return next((number for number, card in enumerate(self._cards) if card.has_keys), None)

    def _clear(self) -> None:
        self._slices.stop()
        self._cards = []
        self._last_stop = self._before
        page = QWidget()
        page.setObjectName("differences")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, theme.SPACE_GRID, 12, 12)
        self._column.setSpacing(8)
        self._column.addStretch(1)
        self.setWidget(page)

    # ---- cards, a few at a time

    def _steps(self, start: int) -> Iterator[Callable[[], None]]:
        """Yield what makes the page, part by part."""
        part = self._pieces[start : self._wanted]
        for section_id, group in groupby(part, key=lambda piece: piece.shown.section):
            first = start == 0 or self._pieces[start - 1].shown.section != section_id
            if first:
                yield lambda section_id=section_id: self._add_head(section_id)
            for piece in group:
                yield lambda piece=piece: self._add_card(piece)
                start += 1
        if len(self._pieces) > self._wanted:
            yield self._add_more

    def _make_some(self, least: int = 0) -> None:
        made = len(self._cards)
        for step in self._to_make:
            step()
            if len(self._cards) >= made + SLICE and len(self._cards) >= least:
                self._slices.start()
                return
        self._slices.stop()

    def _add(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _add_head(self, section_id: str) -> None:
        of_section = [piece for piece in self._pieces if piece.shown.section == section_id]
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 8 if self._cards else 0, 0, 0)
        title = of_section[0].section_title
        row.addWidget(Label(title, "group"))
        row.addWidget(Label(strings.text("gui_history.count", count=len(of_section)), "hint", "quiet"))
        row.addStretch(1)
        if self._purpose is not None and len(of_section) > 1:
            button = Button(strings.text(f"gui_history.{self._purpose}_section"), head)
            button.setAccessibleName(f"{button.text()}：{title}")
            button.clicked.connect(lambda: self.section_wanted.emit(section_id))
            row.addWidget(button)
            self._add(head)
            self._stop_at(button)
        else:
            self._add(head)

    def _add_card(self, piece: Piece) -> None:
        card = Card(piece, self._purpose)
        card.wanted.connect(lambda: self.piece_wanted.emit(piece))
        card.step_wanted.connect(partial(self._step, card))
        self._cards.append(card)
        self._add(card)
        for stop in card.stops():
            self._stop_at(stop)

    def _add_more(self) -> None:
        more = Button(strings.text("gui_history.more", count=len(self._pieces) - self._wanted))

        def show_more() -> None:
            start, self._wanted = self._wanted, self._wanted + PAGE
            more.hide()
            more.deleteLater()
            self._to_make = self._steps(start)
            self._make_some()
            self._cards[start].take_keys()

        more.clicked.connect(show_more)
        self._add(more)
        self._stop_at(more)

    def _stop_at(self, widget: QWidget) -> None:
        if self._last_stop is not None:
            QWidget.setTabOrder(self._last_stop, widget)
        self._last_stop = widget

    def _step(self, card: Card, by: int) -> None:
        at = self._cards.index(card) + by
        if 0 <= at < len(self._cards):
            self._cards[at].take_keys()
            self.ensureWidgetVisible(self._cards[at], 0, 24)


class Card(QFrame):
    """One difference: where, what kind, its words, and the button that takes it."""

    wanted = Signal()
    step_wanted = Signal(int)
    """The keys should go to the next (+1) or the previous (−1) card."""

    def __init__(self, piece: Piece, purpose: Purpose | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.piece = piece
        self.words = MarkedWords(piece.short, self)
        self._spoken = strings.text("gui_history.spoken", where=piece.where, told=piece.spoken)
        self.button: Button | None = None
        self._link: Link | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 10)
        column.setSpacing(theme.SPACE_GRID)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Label(piece.where, "label", wraps=True), 1)
        head.addWidget(Label(strings.text(f"gui_history.kind_{piece.shown.kind}"), "hint", "quiet"))
        if purpose is not None:
            self.button = Button(strings.text(f"gui_history.{purpose}_one"), self)
            self.button.setAccessibleName(f"{self.button.text()}：{self._spoken}")
            self.button.clicked.connect(self.wanted)
            head.addWidget(self.button)
        column.addLayout(head)
        column.addWidget(self.words)
        if piece.note:
            column.addWidget(Label(piece.note, "hint", "quiet", wraps=True))
        if piece.short != piece.runs:
            self._link = self._unfold_link()
            column.addWidget(self._link, 0, Qt.AlignmentFlag.AlignLeft)
        (self.button or self).installEventFilter(self)
        self.setAccessibleName(self._spoken)
        if self.button is None:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _unfold_link(self) -> Link:
        link = Link(strings.text("gui_history.unfold"), self)
        link.setAccessibleName(f"{link.text()}：{self.piece.where}")

        def turn() -> None:
            whole = self.words.runs == self.piece.short
            self.words.set_runs(self.piece.runs if whole else self.piece.short)
            link.setText(strings.text("gui_history.fold" if whole else "gui_history.unfold"))

        link.clicked.connect(turn)
        return link

    def stops(self) -> list[QWidget]:
        """Return where Tab stops in it."""
        return [self.button or self, *([self._link] if self._link is not None else [])]

    @property
    def has_keys(self) -> bool:
        """Tell whether the keys are in this card."""
        now = QApplication.focusWidget()
        return now is not None and (now is self or self.isAncestorOf(now))

    def take_keys(self) -> None:
        """Put the keys on the button, or on the card where there is none."""
        (self.button or self).setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Walk from card to card by the arrow keys; show which one has the keys."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if by is not None:
                self.step_wanted.emit(by)
                return True
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, and an edge that tells whether the keys are here."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("accent" if self.has_keys else "hairline"))
        painter.setBrush(theme.colour("surface"))
        area = self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, theme.CORNER, theme.CORNER)
