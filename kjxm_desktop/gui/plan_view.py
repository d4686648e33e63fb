"""The time plan in the window: each bar leads to its row, the row in hand is marked, and what lies outside is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.plan import Plan, Ties
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.drawing_view import DrawingView
from kjxm_desktop.gui.form.spelling import listed
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override

if TYPE_CHECKING:
    from kjxm_desktop.export.blocks import Drawing, Spot

_DIAMOND_PX: Final = 5
_TURNS: Final = ((0, -1), (1, 0), (0, 1), (-1, 0))
_NO_TIES: Final = Ties()


class PlanView(DrawingView):
    """A part of the time plan. Up and Down step from bar to bar, Enter and a click lead to the row in the table."""

    row_chosen = Signal(int)
    """The person wants to go to the row with this index."""
    bar_changed = Signal()
    """Another bar is in hand."""

    def __init__(self, drawing: Drawing, parent: QWidget | None = None) -> None:
        self._plan = Plan()
        self._current: int | None = None
        self._chosen: int | None = None
        super().__init__(drawing, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def spots(self) -> Sequence[Spot]:
        """Return where its rows stand."""
        return self.drawing.spots

    @property
    def in_hand(self) -> Spot | None:
        """Return the row that is told of: that of the keys here, else the one whose cell has the keys."""
        row = self._chosen if self.hasFocus() and self._chosen is not None else self._current
        return next((spot for spot in self.spots if spot.row == row), None)

    def show_plan(self, plan: Plan) -> None:
        """Show what the rows are tied to and the period that they should keep to."""
        if plan != self._plan:
            self._plan = plan
            self._speak()
            self.update()

    def show_current(self, row: int | None) -> None:
        """Mark the bar of the row that the keys are in; None marks none."""
        if row != self._current:
            self._current = row
            self._speak()
            self.update()

    # ---- words

    def _speak(self) -> None:
        spot = self.in_hand
        self.setAccessibleDescription(self.words(spot) if spot is not None else strings.text("gui_plan.keys"))
        self.bar_changed.emit()

    def words(self, spot: Spot) -> str:
        """Return what there is to say of a row: its number, its work, what falls due, what lies outside the period."""
        ties = self._ties(spot)
        parts = [strings.text("gui_plan.row", number=spot.row + 1)]
        if ties.work:
            parts.append(strings.text("gui_plan.work", work=ties.work))
        if ties.dues:
            dues = [strings.text("gui_plan.due", name=due.name, month=_month_words(due.month)) for due in ties.dues]
            parts.append(strings.text("gui_plan.dues", dues=listed(dues)))
        before, after = self._outside(spot)
        if before or after:
            parts.append(strings.text("gui_plan.outside", months=before + after, period=self._period_words()))
        return "　".join(parts)

    def _period_words(self) -> str:
        start, end = (_month_words(month) if month else "…" for month in (self._plan.start, self._plan.end))
        return strings.text("gui_plan.period", start=start, end=end)

    def _ties(self, spot: Spot) -> Ties:
        return self._plan.ties[spot.row] if spot.row < len(self._plan.ties) else _NO_TIES

    def _outside(self, spot: Spot) -> tuple[int, int]:
        """Return how many months of a bar lie before and after the period."""
        if not spot.has_bar:
            return 0, 0
        whole = spot.last - spot.first + 1
        before = max(0, _count(self._plan.start) - spot.first) if self._plan.start else 0
        after = max(0, spot.last - _count(self._plan.end)) if self._plan.end else 0
        return min(before, whole), min(after, whole)

    # ---- hands

    def _spot_at(self, y: float) -> Spot | None:
        told = y / self.px_per_mm
        return next((spot for spot in self.spots if spot.top <= told < spot.top + spot.height), None)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that a row leads somewhere."""
        over = self._spot_at(event.position().y()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the press, so that the paper below does not end the work in a field."""
        event.accept()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lead to the row that was clicked."""
        spot = self._spot_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self._choose(spot.row)
            self.row_chosen.emit(spot.row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step from bar to bar, or lead to the row in hand."""
        rows = [spot.row for spot in self.spots]
        now = rows.index(self._chosen) if self._chosen in rows else -1
        steps = {
            Qt.Key.Key_Up: max(0, now - 1),
            Qt.Key.Key_Down: min(len(rows) - 1, now + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(rows) - 1,
        }
        if rows and event.key() in steps:
            self._choose(rows[steps[Qt.Key(event.key())]])
        elif now >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.row_chosen.emit(rows[now])
        else:
            super().keyPressEvent(event)

    def _choose(self, row: int) -> None:
        self._chosen = row
        self._speak()
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the row whose cell had the keys, or at the first."""
        super().focusInEvent(event)
        rows = [spot.row for spot in self.spots]
        if self._chosen not in rows or self._current in rows:
            self._chosen = self._current if self._current in rows else next(iter(rows), None)
        self._speak()
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show that the keys are elsewhere."""
        super().focusOutEvent(event)
        self._speak()
        self.update()

    @override
    def event(self, event: QEvent) -> bool:
        """Tell of the row under the pointer."""
        if event.type() == QEvent.Type.ToolTip:
            told = cast("QHelpEvent", event)
            spot = self._spot_at(told.pos().y())
            self.setToolTip(tip(self.words(spot) if spot is not None else ""))
        return super().event(event)

    # ---- drawing

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the plan as it prints, and over it what only the window tells."""
        super().paintEvent(event)
        painter = QPainter(self)
        for spot in self.spots:
            self._draw_outside(painter, spot)
            self._draw_dues(painter, spot)
        self._draw_period(painter)
        self._draw_marks(painter)
        painter.end()

    def _draw_outside(self, painter: QPainter, spot: Spot) -> None:
        """Hatch the months of a bar that lie outside the period."""
        before, after = self._outside(spot)
        scale = self.px_per_mm
        for months, left in ((before, spot.left), (after, spot.x(spot.last + 1 - after) if after else 0.0)):
            if not months:
                continue
            wide = (spot.x(spot.first + months) - spot.left) * scale
            bar = QRectF(left * scale, (spot.middle - spot.bar_height / 2) * scale, wide, spot.bar_height * scale)
            painter.fillRect(bar, theme.colour("surface"))
            painter.setPen(QPen(theme.colour("warning"), 1))
            painter.setBrush(QBrush(theme.colour("warning"), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(bar)

    def _draw_dues(self, painter: QPainter, spot: Spot) -> None:
        """Draw a diamond at the end of each month in which something of the row's work falls due.

        What falls due beside the bar is drawn for the row in hand alone.
        """
        calendar = next((one for one in self.spots if one.has_bar), None)
        if calendar is None:
            return
        start = min(one.left for one in self.spots if one.has_bar)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(theme.colour("text"), 1.4))
        painter.setBrush(theme.colour("surface"))
        for due in self._ties(spot).dues:
            month = _count(due.month)
            at = calendar.x(month + 1)
            told = spot.first <= month <= spot.last or spot == self.in_hand  # beside a bar stand the words of the paper
            if told and start < at <= self.drawing.width_mm + calendar.month_mm / 2:
                x = min(at * self.px_per_mm, self.drawing.width_mm * self.px_per_mm - _DIAMOND_PX - 1)
                y = spot.middle * self.px_per_mm
                points = [QPointF(x + across * _DIAMOND_PX, y + down * _DIAMOND_PX) for across, down in _TURNS]
                painter.drawPolygon(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_period(self, painter: QPainter) -> None:
        """Draw where the period begins and ends, as far as bars lie beyond it."""
        calendar = next((one for one in self.spots if one.has_bar), None)
        outside = [self._outside(spot) for spot in self.spots]
        if calendar is None:
            return
        pen = QPen(theme.colour("warning"), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        ends = (
            (self._plan.start, 0, any(before for before, _ in outside)),
            (self._plan.end, 1, any(after for _, after in outside)),
        )
        for month, more, wanted in ends:
            if month and wanted:
                x = round(calendar.x(_count(month) + more) * self.px_per_mm)
                bottom = max(spot.top + spot.height for spot in self.spots)
                top = min(spot.top for spot in self.spots)
                painter.drawLine(x, round(top * self.px_per_mm), x, round(bottom * self.px_per_mm))

    def _draw_marks(self, painter: QPainter) -> None:
        """Mark the row whose cell has the keys by an edge, and the one of the keys here by a ring."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for spot in self.spots:
            room = self._room(spot)
            if spot.row == self._current:
                painter.fillRect(QRect(0, room.top(), theme.SPACE_GRID, room.height()), theme.colour("accent"))
            if spot.row == self._chosen and self.hasFocus():
                painter.setPen(QPen(theme.colour("accent"), theme.FOCUS_WIDTH))
                painter.drawRect(room.adjusted(1, 1, -1, -1))

    def _room(self, spot: Spot) -> QRect:
        scale = self.px_per_mm
        top, bottom = round(spot.top * scale), round((spot.top + spot.height) * scale)
        return QRect(0, top, round(self.drawing.width_mm * scale), bottom - top)


def _count(month: str | None) -> int:
    """Return how many months YYYY-MM is after the beginning of the year 0."""
    year, _, number = (month or "0-1").partition("-")
    return int(year) * 12 + int(number) - 1


def _month_words(month: str) -> str:
    year, _, number = month.partition("-")
    return strings.text("gui_form.date.month", year=int(year), month=int(number))
