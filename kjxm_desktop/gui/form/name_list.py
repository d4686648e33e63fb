"""The small list below the cursor in which names are offered: it never takes the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.own_names import Offer
from kjxm_desktop.gui import rows, theme
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override

LEAST_WIDTH, MOST_WIDTH = 200, 460
_OFFER_ROLE = Qt.ItemDataRole.UserRole
_PAD = 2 * theme.SPACE_GRID


class NameList(QFrame):
    """Lies over the window below a place; the names one below another, each with what it names, and the keys told."""

    chosen = Signal(object)
    """An Offer was clicked."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(strings.text("gui_names.list"))
        self._list = QListWidget(self)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_Row(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setMouseTracking(True)
        self._list.setAccessibleName(strings.text("gui_names.list"))
        for policy in (self._list.setHorizontalScrollBarPolicy, self._list.setVerticalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._on_clicked)
        self._keys = Label("", "hint", "quiet")
        self._keys.setContentsMargins(_PAD, 0, _PAD, theme.SPACE_GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, theme.SPACE_GRID, 1, 0)
        column.setSpacing(0)
        column.addWidget(self._list)
        column.addWidget(self._keys)

    def show_offers(self, offers: Sequence[Offer], place: QRect) -> None:
        """Show `offers` below `place`, in px of the window, or above it where there is no room below.

        The first is chosen, so that a key takes it; of other spellings none is, since nobody began to type them.
        """
        before = self.current
        self._list.clear()
        for offer in offers:
            item = QListWidgetItem(offer.name.text)
            item.setData(_OFFER_ROLE, offer)
            self._list.addItem(item)
        differs = offers[0].differs
        self._keys.setText(strings.text("gui_names.keys_differs" if differs else "gui_names.keys"))
        same = next((at for at, offer in enumerate(offers) if before and offer.name == before.name), 0)
        self._list.setCurrentRow(-1 if differs else same)
        self._place(place)
        self.show()
        self.raise_()

    def _place(self, place: QRect) -> None:
        height = sum(self._list.sizeHintForRow(at) for at in range(self._list.count()))
        self._list.setFixedHeight(height)
        width = max(self._list.sizeHintForColumn(0), self._keys.sizeHint().width()) + 2
        size = QSize(max(LEAST_WIDTH, min(MOST_WIDTH, width)), self.sizeHint().height())
        window = self._window.rect()
        left = max(0, min(place.left() - _PAD, window.width() - size.width()))
        below = place.bottom() + theme.SPACE_GRID
        fits = below + size.height() <= window.height()
        self.setGeometry(QRect(QPoint(left, below if fits else place.top() - theme.SPACE_GRID - size.height()), size))

    @property
    def current(self) -> Offer | None:
        """Return the offer that a key would take."""
        item = cast("QListWidgetItem | None", self._list.currentItem())  # the bindings' types promise one
        return item.data(_OFFER_ROLE) if item is not None else None

    @property
    def offers(self) -> list[Offer]:
        """Return what is offered."""
        return [self._list.item(at).data(_OFFER_ROLE) for at in range(self._list.count())]

    def step(self, by: int) -> None:
        """Choose the next (+1) or the previous (−1) name, round the ends."""
        count, row = self._list.count(), self._list.currentRow()
        self._list.setCurrentRow((row + by) % count if row >= 0 else (0 if by > 0 else count - 1))

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_OFFER_ROLE))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and edge."""
        painter = QPainter(self)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), theme.CORNER, theme.CORNER)


class _Row(QStyledItemDelegate):
    """Paints a name, and on the right what it names."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Ask for one line."""
        look = rows.look_of(option)
        offer = cast("Offer", index.data(_OFFER_ROLE))
        metrics = QFontMetrics(look.font)
        width = metrics.horizontalAdvance(offer.name.text) + metrics.horizontalAdvance(_kind(offer)) + 5 * _PAD
        return QSize(width, rows.height(look, theme.DENSE_ROW_HEIGHT))

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the row."""
        offer, look = cast("Offer", index.data(_OFFER_ROLE)), rows.look_of(option)
        painter.save()
        rows.paint_ground(painter, look)
        painter.setFont(look.font)
        metrics, area = QFontMetrics(look.font), look.rect.adjusted(_PAD, 0, -_PAD, 0)
        kind = _kind(offer)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, kind)
        area.setRight(area.right() - metrics.horizontalAdvance(kind) - 2 * _PAD)
        painter.setPen(theme.colour("text"))
        words = metrics.elidedText(offer.name.text, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


def _kind(offer: Offer) -> str:
    return strings.text(f"gui_names.kind_{offer.name.kind}")
