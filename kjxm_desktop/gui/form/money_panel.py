"""What a table of amounts adds up to: the bar of income and expenses that closes, and the sums by each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetrics, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import totals
from kjxm_desktop.core.computed import Row
from kjxm_desktop.core.form import Control, Totals
from kjxm_desktop.core.totals import Sums
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui import fixing, theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.fixing import Offer
from kjxm_desktop.gui.form.balance_bar import BalanceBar, figure, shade
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session, touches

QUIET_MS = 120
"""Sums follow when nothing they are made of has changed for so long."""
MOST_LINES = 12
"""A block tells so many sums one by one, the others together."""
LEAST_BLOCK_PX = 196
_GAP = 6 * theme.SPACE_GRID
_ROOM = 2 * theme.SPACE_GRID


@dataclass(frozen=True)
class Block:
    """The sums by one answer: what they are by, and each with its name, its amount and its share in hundredths.

    `shades` are the numbers of their colours in the bar above; none where they do not stand in it.
    """

    title: str
    lines: tuple[tuple[str, str, str], ...]
    shades: tuple[int, ...] = ()


class MoneyPanel(QWidget):
    """The sums of one table, told when its typing pauses; away while there is nothing to add up."""

    def __init__(self, session: Session, table: Control, told: Totals, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._table = table
        self._params = totals.balanced(session.call, table.pointer)
        column: str = self._params["column"] if self._params is not None else ""
        self._shown_by = told.by
        self._sums = Sums(told.of, list(dict.fromkeys([*told.by, *([column] if column else [])])))
        self._balance_by = column
        self._watched = [table.pointer, *(one["pointer"] for one in (self._params or {}).get("incomes", ()))]
        self._watched += [c.rows_table for c in table.columns if c.name in told.by and c.rows_table]
        amount = table.column(told.of)
        unit = amount.unit if amount is not None else ""
        self.bar = BalanceBar(unit, self)
        self.link = Link(parent=self)
        self.link.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.link.clicked.connect(self._on_fix)
        self.blocks = Blocks(self)
        self._offer: Offer | None = None
        self._lay_out()
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self.show_sums)
        session.value_changed.connect(self._on_value_changed)
        session.diagnostics_changed.connect(self._show_fix)
        self.show_sums()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE_GRID, 0, theme.SPACE_GRID)
        column.setSpacing(2 * theme.SPACE_GRID)
        column.addWidget(self.bar)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(self.link)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.blocks)

    # ---- when

    def _on_value_changed(self, pointer: str) -> None:
        mine = any(touches(pointer, watched) for watched in self._watched)
        if mine and (self.isVisible() or self.isHidden()):  # on a page that is not shown it waits for that
            self._quiet.start()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the page was hidden."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self.show_sums)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while the page is hidden."""
        super().hideEvent(event)
        self._quiet.stop()

    # ---- what

    def show_sums(self) -> None:
        """Add up and show what has come of it."""
        if self._session.is_composing:
            self._quiet.start()
            return
        session = self._session
        rows = cast("Sequence[Row]", session.value(self._table.pointer) or [])
        asked = session.shown(self._table.pointer)
        self._sums.add_up(rows if asked else [])
        self.blocks.show_blocks([self._block(name) for name in self._shown_by if self._sums.by[name]])
        if self._params is not None:
            spent = self._sums.by[self._balance_by]
            self.bar.show_balance(totals.balance(session.call, session.data, self._params, spent))
        self.bar.setVisible(self._params is not None)
        self._show_fix()
        given = self.bar.balance is not None and bool(self.bar.balance.given)
        self.setVisible(asked and bool(self._sums.total or given))

    def _block(self, name: str) -> Block:
        sums = self._sums.by[name]
        column = self._table.column(name)
        title = strings.text("gui_money.by", label=strings.pick(column.label) if column else name)
        told = totals.ordered(self._session.call, self._session.data, self._table, name, sums)
        lines = [(strings.pick(label) or strings.text("gui_money.not_said"), sums[key]) for key, label in told]
        if len(lines) > MOST_LINES:
            rest = lines[MOST_LINES - 1 :]
            words = strings.text("gui_money.rest", count=len(rest))
            lines = [*lines[: MOST_LINES - 1], (words, sum((amount for _, amount in rest), Decimal(0)))]
        sources = [one["value"] for one in (self._params or {}).get("incomes", ())] if name == self._balance_by else []
        shades = (
            [sources.index(key) if key in sources else len(sources) for key, _ in told[: len(lines)]] if sources else []
        )
        return Block(title, tuple((name, figure(amount), self._share(amount)) for name, amount in lines), tuple(shades))

    def _share(self, amount: Decimal) -> str:
        from kjxm_desktop.export.charts import percent  # the same figures as in the charts; light, and read once

        return percent(amount, self._sums.total)

    # ---- what mends it

    def _finding(self) -> Diagnostic | None:
        """Return the finding that tells that income and expenses differ."""
        if self._params is None:
            return None
        codes = [r["id"] for r in self._session.call.rules["rules"] if r.get("params") is self._params]
        found = (d for one in self._params["incomes"] for d in self._session.diagnostics_under(_above(one["pointer"])))
        return next((d for d in found if d.code in codes), None)

    def _show_fix(self) -> None:
        finding = self._finding()
        self.bar.blame(finding is not None)
        self._offer = fixing.of_finding(self._session, finding) if finding is not None else None
        self.link.setVisible(self._offer is not None)
        if self._offer is not None:
            self.link.setText(fixing.words(self._offer.fix))
            self.link.setToolTip(tip(fixing.whole(self._offer.fix)))
            self.link.updateGeometry()

    def _on_fix(self) -> None:
        offer = self._offer
        self._session.settle()
        self._show_fix()
        if offer is not None and offer == self._offer:
            fixing.make(self._session, offer.fix)


class Blocks(QWidget):
    """Sums in columns side by side, as many as have room; the digits stand under each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.blocks: list[Block] = []
        self.setFont(theme.font("money"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_blocks(self, blocks: list[Block]) -> None:
        """Show other sums."""
        if blocks == self.blocks:
            return
        resized = [len(block.lines) for block in blocks] != [len(block.lines) for block in self.blocks]
        self.blocks = blocks
        told = [f"{block.title}：" + "，".join(" ".join(line) for line in block.lines) for block in blocks]
        self.setAccessibleName("；".join(told))
        if resized:
            self.updateGeometry()
        self.update()

    @property
    def _line_height(self) -> int:
        return self.fontMetrics().height() + theme.SPACE_GRID

    def _across(self, width: int) -> int:
        """Return how many blocks stand side by side."""
        most = max(1, (width + _GAP) // (LEAST_BLOCK_PX + _GAP))
        return max(1, min(most, len(self.blocks)))

    def _rows(self, width: int) -> list[list[Block]]:
        across = self._across(width)
        return [self.blocks[at : at + across] for at in range(0, len(self.blocks), across)]

    @override
    def hasHeightForWidth(self) -> bool:
        """Take more height where fewer blocks stand side by side."""
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        """Return the height of all blocks at that width."""
        lines = sum(max(len(block.lines) for block in row) + 1 for row in self._rows(width))
        return lines * self._line_height + max(0, len(self._rows(width)) - 1) * _ROOM + 1

    @override
    def sizeHint(self) -> QSize:
        """Ask for the width of a page."""
        return QSize(theme.PAGE_WIDTH, self.heightForWidth(theme.PAGE_WIDTH))

    @override
    def minimumSizeHint(self) -> QSize:
        """Be content with one block beside another."""
        return QSize(LEAST_BLOCK_PX, self._line_height)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the blocks."""
        painter = QPainter(self)
        across = self._across(self.width())
        wide = (self.width() - (across - 1) * _GAP) // across
        top = 0
        for row in self._rows(self.width()):
            for at, block in enumerate(row):
                self._draw(painter, block, QRect(at * (wide + _GAP), top, wide, self._line_height))
            top += (max(len(block.lines) for block in row) + 1) * self._line_height + _ROOM
        painter.end()

    def _draw(self, painter: QPainter, block: Block, line: QRect) -> None:
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(theme.colour("text"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, block.title)
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(line.bottomLeft(), line.bottomRight())
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        share = max(metrics.horizontalAdvance(told) for _, _, told in block.lines) + 3 * theme.SPACE_GRID
        for at, told in enumerate(block.lines):
            line = line.translated(0, self._line_height)
            if block.shades:
                self._draw_chip(painter, line, block.shades[at])
            chip = metrics.ascent() + theme.SPACE_GRID if block.shades else 0
            self._draw_line(painter, metrics, line.adjusted(chip, 0, 0, 0), told, share)

    def _draw_chip(self, painter: QPainter, line: QRect, number: int) -> None:
        """Draw the colour that stands for a source in the bar."""
        side = self.fontMetrics().ascent() - theme.SPACE_GRID
        chip = QRect(line.left(), line.center().y() - side // 2, side, side)
        painter.fillRect(chip, shade(number))
        painter.setPen(theme.colour("line"))
        painter.drawRect(chip.adjusted(0, 0, -1, -1))

    def _draw_line(
        self, painter: QPainter, metrics: QFontMetrics, line: QRect, told: tuple[str, str, str], share: int
    ) -> None:
        name, amount, percent = told
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.setPen(theme.colour("quiet"))
        painter.drawText(line, right, percent)
        painter.setPen(theme.colour("text"))
        figures = line.adjusted(0, 0, -share, 0)
        painter.drawText(figures, right, amount)
        room = figures.width() - metrics.horizontalAdvance(amount) - 2 * theme.SPACE_GRID
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _above(pointer: str) -> str:
    return pointer.rpartition("/")[0]
