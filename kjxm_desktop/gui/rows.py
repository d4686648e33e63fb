"""What the rows of our lists have in common: what they are painted from, and the ground they stand on."""

from __future__ import annotations

from typing import Protocol, cast

from PySide6.QtCore import QRect
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from kjxm_desktop.gui import theme


class RowLook(Protocol):
    """The members of a QStyleOptionViewItem that rows use; the library's own stubs leave them out."""

    rect: QRect
    font: QFont
    state: QStyle.StateFlag


def look_of(option: QStyleOptionViewItem) -> RowLook:
    """Return `option` with its members."""
    return cast("RowLook", option)


def is_selected(look: RowLook) -> bool:
    """Tell whether the row is selected."""
    return bool(look.state & QStyle.StateFlag.State_Selected)


def height(look: RowLook, least: int) -> int:
    """Return how high a row of one line is: `least` px, more where the system's font is larger."""
    return max(least, QFontMetrics(look.font).height() + 8)


def paint_ground(painter: QPainter, look: RowLook) -> None:
    """Paint what a row stands on: selected, under the pointer, with the keys."""
    if is_selected(look):
        painter.fillRect(look.rect, theme.colour("selection"))
    elif look.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(look.rect, theme.colour("shade"))
    if look.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(theme.colour("accent"))
        painter.drawRect(look.rect.adjusted(0, 0, -1, -1))
