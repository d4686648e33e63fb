"""The charts of the document below the table that they draw: made when typing pauses, folded away when tall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, plan
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import chart_items
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session, touches

if TYPE_CHECKING:
    from kjxm_desktop.export.blocks import Drawing
    from kjxm_desktop.gui.drawing_view import DrawingView
    from kjxm_desktop.gui.plan_view import PlanView

QUIET_MS: Final = 500
"""Charts follow when nothing they draw has changed for so long."""

MOST_LETTERS: Final = 40
"""So much of a caption names a chart; all of it is read out."""

TALL_SHARE: Final = 0.65
"""A chart higher than that part of its width is folded away at first."""


class TableCharts(QWidget):
    """All charts of one table, each under a line that folds it; those without anything to draw are away.

    Nothing is drawn while the page is hidden or everything is folded away, and never while a key is on its way.
    """

    place_chosen = Signal(str)
    """The person wants to go to this row, of which something is drawn."""

    def __init__(self, session: Session, table: str, items: Sequence[Json], parent: QWidget | None = None) -> None:
        """Draw `items` of the document.json, charts of the table at the pointer `table`."""
        super().__init__(parent)
        self._session = session
        self._table = table
        self._stale = True
        self._watched = watched(session, table, items)
        self.folds = [Fold(item["caption"], self) for item in items]
        self._items = list(items)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_GRID)
        for fold in self.folds:
            column.addWidget(fold)
            fold.head.clicked.connect(self._on_folded)
            fold.row_chosen.connect(self._on_row_chosen)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._draw)
        session.value_changed.connect(self._on_value_changed)
        self._hide_empty()

    def _hide_empty(self) -> None:
        """Take no room where there is nothing to draw."""
        for fold in self.folds:
            fold.setVisible(bool(fold.views))

    # ---- when

    def _on_value_changed(self, pointer: str) -> None:
        if any(touches(pointer, watched) for watched in self._watched):
            self._stale = True
            self._soon()

    def _on_folded(self) -> None:
        """Catch up with what changed while all was folded away."""
        if self._stale:
            self._draw()

    def _soon(self) -> None:
        if self.isVisible() and not all(fold.is_folded for fold in self.folds):
            self._quiet.start()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the page was hidden."""
        super().showEvent(event)
        if self._stale:
            self._soon()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while the page is hidden."""
        super().hideEvent(event)
        self._quiet.stop()

    def _on_row_chosen(self, row: int) -> None:
        self.place_chosen.emit(f"{self._table}/{row}")

    def show_current(self, pointer: str) -> None:
        """Mark what is drawn of the row that `pointer` lies in; of none, when it lies in no row of this table."""
        row = pointer.removeprefix(self._table + "/").partition("/")[0]
        inside = pointer.startswith(self._table + "/") and json_pointer.is_index(row)
        for fold in self.folds:
            fold.show_current(int(row) if inside else None)

    # ---- what

    def _draw(self) -> None:
        """Draw everything anew; what looks the same as before is not painted again."""
        if self._session.is_composing:
            self._quiet.start()
            return
        # What draws is loaded when something is drawn, not when the window opens.
        from kjxm_desktop.export import compose_charts

        session = self._session
        self._stale = False
        for fold, item in zip(self.folds, self._items, strict=True):
            told = plan.of_item(session.call, session.data, item) if item["item"] == "gantt" else None
            fold.show_drawings(compose_charts.of_item(session.call, session.data, item, session.now()), told)
        self._hide_empty()


class Fold(QWidget):
    """One chart: the line that folds it away, and its drawings."""

    row_chosen = Signal(int)
    """The person wants to go to the row with this index."""

    def __init__(self, caption: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.views: list[DrawingView] = []
        self._folded: bool | None = None
        self._current: int | None = None
        self.told = Label("", "hint", "quiet", wraps=True, parent=self)
        self.told.hide()
        self.head = QToolButton(self)
        self.head.setAutoRaise(True)
        self.head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        short = caption if len(caption) <= MOST_LETTERS else caption[: MOST_LETTERS - 1] + "…"
        self.head.setText(strings.text("gui_form.chart.title", caption=short).replace("&", "&&"))
        self.head.setAccessibleName(strings.text("gui_form.chart.title", caption=caption))
        self.head.clicked.connect(lambda: self.fold(not self.is_folded))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2 * theme.SPACE_GRID)
        self._column.addWidget(self.head, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def is_folded(self) -> bool:
        """Tell whether it is folded away; not before anything was drawn."""
        return bool(self._folded)

    def fold(self, folded: bool) -> None:
        """Fold it away, or show it."""
        self._folded = folded
        theme.set_icon(self.head, "next" if folded else "down", "quiet")
        self.head.setAccessibleDescription(strings.text("gui_form.card.closed" if folded else "gui_form.card.open"))
        for view in self.views:
            view.setVisible(not folded)
        self._tell()

    def show_current(self, row: int | None) -> None:
        """Mark what is drawn of a row, and tell of it below."""
        self._current = row
        for view in self.views:
            if (plan_view := _as_plan(view)) is not None:
                plan_view.show_current(row)

    def _tell(self) -> None:
        """Tell below the drawings of the row in hand; where each is a plan, one of them holds it."""
        plans = [told for view in self.views if (told := _as_plan(view)) is not None]
        words = [view.words(spot) for view in plans if (spot := view.in_hand) is not None]
        self.told.setText(words[0] if words else "")
        self.told.setVisible(bool(words) and not self.is_folded)

    def _view(self, drawing: Drawing, of_plan: bool) -> DrawingView:
        # Loaded with the first chart, see above.
        from kjxm_desktop.gui.drawing_view import DrawingView
        from kjxm_desktop.gui.plan_view import PlanView

        if not of_plan:
            return DrawingView(drawing, self)
        view = PlanView(drawing, self)
        view.row_chosen.connect(self.row_chosen)
        view.show_current(self._current)
        view.bar_changed.connect(self._tell)
        return view

    def show_drawings(self, drawings: Sequence[Drawing], told: plan.Plan | None = None) -> None:
        """Show `drawings`; the first ones decide whether it is folded away, later it is left to the person.

        `told` is what the rows of a time plan are tied to, None for any other chart.
        """
        while len(self.views) > len(drawings):
            view = self.views.pop()
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        for view, drawing in zip(self.views, drawings, strict=False):
            view.show_drawing(drawing)
        for drawing in drawings[len(self.views) :]:
            view = self._view(drawing, told is not None)
            self.views.append(view)
            self._column.addWidget(view)
        self._column.removeWidget(self.told)
        self._column.addWidget(self.told)
        for view in self.views:
            if told is not None and (plan_view := _as_plan(view)) is not None:
                plan_view.show_plan(told)
        if self._folded is None and drawings:
            tall = sum(drawing.height_mm for drawing in drawings)
            self._folded = tall > drawings[0].width_mm * TALL_SHARE
        if drawings:
            self.fold(self.is_folded)


def _as_plan(view: DrawingView) -> PlanView | None:
    """Return a view as that of a time plan, None where it is another; loaded with the first chart, see above."""
    from kjxm_desktop.gui.plan_view import PlanView

    return view if isinstance(view, PlanView) else None


def watched(session: Session, table: str, items: Sequence[Json]) -> list[str]:
    """Return the pointers whose answers the charts tell of: the table, and tables that its rows link to."""
    patterns = [value for item in items for value in item.values() if isinstance(value, str) and "/*/" in value]
    controls = [session.form.control(pattern) for pattern in patterns]
    beside = [pointer for item in items if item["item"] == "gantt" for pointer in plan.watched(session.call, item)]
    tied = [control.rows_table for control in controls if control is not None and control.rows_table]
    return list(dict.fromkeys([table, *tied, *beside]))


def below(session: Session, table: str, parent: QWidget) -> TableCharts | None:
    """Return the charts of the table at `table`; None when the document draws none."""
    items = chart_items.of_table(session.call.document, table)
    return TableCharts(session, table, items, parent) if items else None
