"""The bar of two halves, income and expenses: it closes when both are equal, else the difference is named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.totals import Balance
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override

BAR_HEIGHT = 4 * theme.SPACE_GRID
_SHARES = (1.0, 0.62, 0.36, 0.2)  # of the accent, for one source after the other
_LEAST_PX = 2
_LEAST_GAP_PX = 5


class BalanceBar(QWidget):
    """Income grows from the left, expenses from the right; where both are the same they meet in the middle."""

    def __init__(self, unit: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = unit
        self._blamed = False
        self.balance: Balance | None = None
        self.setFont(theme.font("money"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_balance(self, balance: Balance) -> None:
        """Show other sums."""
        if balance != self.balance:
            self.balance = balance
            self._speak()
            self.update()

    def blame(self, blamed: bool) -> None:
        """Tell whether a finding says that both differ: while something is still empty none does."""
        if blamed != self._blamed:
            self._blamed = blamed
            self.update()

    def _speak(self) -> None:
        left, right = self._ends()
        self.setAccessibleName(f"{left}；{right}；{self.verdict()}")

    def verdict(self) -> str:
        """Return what the bar says of both sides."""
        told = self.balance
        if told is None or not told.given:
            return strings.text("gui_money.no_income")
        if told.closes:
            return strings.text("gui_money.closed")
        parts = [
            strings.text("gui_money.part", label=strings.pick(side.label), by=figure(abs(side.given - side.spent)))
            for side in told.sides
            if side.given != side.spent
        ]
        if told.loose:
            parts.append(strings.text("gui_money.loose", by=figure(told.loose)))
        by = abs(told.given - told.spent)
        key = "same_in_all" if not by else "over" if told.given > told.spent else "short"
        whole = strings.text(f"gui_money.{key}", by=figure(by), unit=self._unit)
        several = len(parts) > 1 or not by
        return strings.text("gui_money.in_parts", whole=whole, parts="，".join(parts)) if several else whole

    def _ends(self) -> tuple[str, str]:
        told = self.balance
        given, spent = (told.given, told.spent) if told is not None else (Decimal(0), Decimal(0))
        return (
            strings.text("gui_money.income", amount=figure(given), unit=self._unit),
            strings.text("gui_money.expenses", amount=figure(spent), unit=self._unit),
        )

    # ---- drawing

    @property
    def _line_height(self) -> int:
        return max(self.fontMetrics().height(), theme.ICON_SIZE) + theme.SPACE_GRID

    @override
    def sizeHint(self) -> QSize:
        """Ask for two lines of words and the bar between them."""
        return QSize(theme.PAGE_WIDTH, 2 * self._line_height + BAR_HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        """Be content with half a page."""
        return QSize(theme.PAGE_WIDTH // 3, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both sums, the bar, and what it says."""
        told = self.balance
        if told is None:
            return
        painter = QPainter(self)
        line = QRect(0, 0, self.width(), self._line_height)
        painter.setPen(theme.colour("text"))
        for words, side in zip(self._ends(), (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
            painter.drawText(line, side | Qt.AlignmentFlag.AlignVCenter, words)
        self._draw_bar(painter, told, QRect(0, self._line_height, self.width(), BAR_HEIGHT))
        self._draw_verdict(painter, QRect(0, self._line_height + BAR_HEIGHT, self.width(), self._line_height))
        painter.end()

    def _draw_bar(self, painter: QPainter, told: Balance, room: QRect) -> None:
        whole = max(told.given, told.spent)
        half = room.width() // 2
        painter.fillRect(room, theme.colour("shade"))
        if whole:
            given = [side.given for side in told.sides]
            spent = [*(side.spent for side in told.sides), told.loose]
            left, right = (_widths(amounts, whole, half) for amounts in (given, spent))
            self._draw_half(painter, room, left, step=1)
            self._draw_half(painter, room, right, step=-1)
            self._draw_gap(painter, room, half, sum(left), sum(right))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        if not told.closes:
            middle = room.left() + half
            painter.setPen(QPen(theme.colour("text"), 1))
            painter.drawLine(middle, room.top() - 2, middle, room.bottom() + 2)

    def _draw_gap(self, painter: QPainter, room: QRect, half: int, left: int, right: int) -> None:
        """Hatch what the smaller side lacks, however little it is."""
        told = self.balance
        if told is None or told.given == told.spent:
            return
        if told.given < told.spent:
            wide = max(half - left, _LEAST_GAP_PX)
            gap = QRect(room.left() + half - wide, room.top(), wide, room.height())
        else:
            wide = max(room.width() - half - right, _LEAST_GAP_PX)
            gap = QRect(room.left() + half, room.top(), wide, room.height())
        painter.fillRect(gap, theme.colour("shade"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(theme.colour("error" if self._blamed else "line"), Qt.BrushStyle.BDiagPattern))
        painter.drawRect(gap)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_half(self, painter: QPainter, room: QRect, widths: Sequence[int], step: int) -> None:
        at = room.left() if step > 0 else room.right() + 1
        for number, width in enumerate(widths):
            left = at if step > 0 else at - width
            painter.fillRect(QRect(left, room.top(), width, room.height()), shade(number))
            at += step * width

    def _draw_verdict(self, painter: QPainter, room: QRect) -> None:
        told = self.balance
        closed = told is not None and told.closes and bool(told.given)
        token = "done" if closed else "error" if self._blamed else "quiet"
        icon = "state_done" if closed else "severity_error" if self._blamed else ""
        words = self.fontMetrics().elidedText(
            self.verdict(), Qt.TextElideMode.ElideRight, room.width() - theme.ICON_SIZE - 2 * theme.SPACE_GRID
        )
        wide = self.fontMetrics().horizontalAdvance(words) + (theme.ICON_SIZE + theme.SPACE_GRID if icon else 0)
        left = room.left() + (room.width() - wide) // 2
        if icon:
            at = room.center().y() - theme.ICON_SIZE // 2
            painter.drawPixmap(left, at, theme.pixmap(icon, token))
            left += theme.ICON_SIZE + theme.SPACE_GRID
        painter.setPen(theme.colour(token))
        painter.drawText(
            QRect(left, room.top(), room.width(), room.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            words,
        )


def _widths(amounts: Sequence[Decimal], whole: Decimal, room: int) -> list[int]:
    """Return the widths of amounts of which `whole` fills `room`; together they are as wide as their sum."""
    ends: list[int] = []
    done = Decimal(0)
    for amount in amounts:
        done += amount
        end = int((done / whole * room).to_integral_value())
        ends.append(max(end, (ends[-1] if ends else 0) + (_LEAST_PX if amount else 0)))
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def shade(number: int) -> QColor:
    """Return the colour of a source of money, by its number among the incomes."""
    share = _SHARES[min(number, len(_SHARES) - 1)]
    ground, accent = theme.colour("surface").getRgb(), theme.colour("accent").getRgb()
    parts = zip(cast("tuple[int, ...]", ground), cast("tuple[int, ...]", accent), strict=True)
    return QColor(*(round(first + (second - first) * share) for first, second in parts))


def figure(amount: Decimal) -> str:
    """Return an amount as it is shown: two places, thousands apart."""
    return f"{amount:,.2f}"
