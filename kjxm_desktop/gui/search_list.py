"""What a search has found, listed by section: what kind of place it is, where, and the words around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.rich_passages import OBJECT
from kjxm_desktop.core.search import Hit
from kjxm_desktop.gui import rows, theme
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override

Index = QModelIndex | QPersistentModelIndex

WORDS_BEFORE, WORDS_AFTER = 24, 80
"""So many characters are shown around what was found."""

_LINE_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Line:
    """One line of the list: the head of a section with how much was found there, or a hit and its number."""

    title: str = ""
    count: int = 0
    hit: Hit | None = None
    number: int = -1


@dataclass(frozen=True)
class Snippet:
    """What was found, with the words before and after it, in one line."""

    before: str
    found: str
    after: str


def snippet(hit: Hit) -> Snippet:
    """Return the words around a hit, cut short on both sides."""
    start = max(0, hit.start - WORDS_BEFORE)
    before, after = hit.text[start : hit.start], hit.text[hit.end : hit.end + WORDS_AFTER]
    before = ("…" if start else "") + before.rpartition("\n")[2].lstrip()
    parts = (before, hit.text[hit.start : hit.end], after.partition("\n")[0])
    return Snippet(*(part.replace("\n", " ").replace(OBJECT, "▫") for part in parts))


def where(call: Call, hit: Hit) -> str:
    """Return where a hit stands inside its section: labels, and the number of a row."""
    return strings.label_path(call, hit.pointer).partition(" › ")[2] if hit.pointer else ""


class HitModel(QAbstractListModel):
    """Heads and hits in their order; words are made only for lines that are looked at."""

    def __init__(self, call: Call, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._call = call
        self.lines: list[Line] = []
        self._line_of: list[int] = []

    def show_hits(self, hits: Sequence[Hit]) -> None:
        """List `hits` under the sections they stand in, those of a section one after the other."""
        self.beginResetModel()
        self.lines, self._line_of = [], []
        for number, hit in enumerate(hits):
            if not number or hits[number - 1].section_id != hit.section_id:
                count = sum(1 for other in hits if other.section_id == hit.section_id)
                self.lines.append(Line(self._title(hit), count))
            self._line_of.append(len(self.lines))
            self.lines.append(Line(hit=hit, number=number))
        self.endResetModel()

    def _title(self, hit: Hit) -> str:
        section = self._call.form.section(hit.section_id)
        return strings.pick(section.title) if section else strings.text("gui_window.notice")

    def line_of(self, number: int) -> QModelIndex:
        """Return the line of hit number `number`."""
        return self.index(self._line_of[number], 0)

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self.lines)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line itself, its words, or what is told of it."""
        line = self.lines[index.row()]
        if role == _LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._spoken(line)
        if role == Qt.ItemDataRole.ToolTipRole and line.hit is not None:
            return tip(self._spoken(line))
        return None

    def _spoken(self, line: Line) -> str:
        if line.hit is None:
            return strings.text("gui_search.head", title=line.title, count=line.count)
        around = snippet(line.hit)
        words = around.before + around.found + around.after
        kind = strings.text(f"gui_search.kind_{line.hit.kind}")
        return strings.text("gui_search.spoken", kind=kind, where=where(self._call, line.hit), words=words)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let hits be chosen, heads not."""
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if self.lines[index.row()].hit is not None else Qt.ItemFlag.NoItemFlags


class HitList(QListView):
    """Click or Enter leads to a hit."""

    chosen = Signal(int)
    """The person wants to go to the hit of this number, with the keys."""

    def __init__(self, call: Call, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hits = HitModel(call, self)
        self.setModel(self.hits)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setItemDelegate(_Row(call, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(strings.text("gui_search.found"))
        self.clicked.connect(self._on_chosen)

    def show_current(self, number: int) -> None:
        """Mark hit number `number` and bring it into sight; a negative one marks none."""
        if number < 0:
            self.selectionModel().clear()
            return
        line = self.hits.line_of(number)
        self.setCurrentIndex(line)
        if line.row() == 1:
            self.scrollToTop()  # with the head of the first section
        self.scrollTo(line)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as a wish to go there."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_chosen(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid() and self.hits.lines[index.row()].number >= 0:
            self.chosen.emit(self.hits.lines[index.row()].number)


class _Row(QStyledItemDelegate):
    """Paints the head of a section, or a hit: its kind, its place, its words with the found ones marked."""

    def __init__(self, call: Call, parent: QWidget) -> None:
        super().__init__(parent)
        self._call = call

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Ask for a dense row."""
        return QSize(0, rows.height(rows.look_of(option), theme.DENSE_ROW_HEIGHT))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the line."""
        line = cast("Line", index.data(_LINE_ROLE))
        look = rows.look_of(option)
        painter.save()
        area = look.rect.adjusted(2 * theme.SPACE_GRID, 0, -2 * theme.SPACE_GRID, 0)
        if line.hit is None:
            self._paint_head(painter, look.font, area, line)
        else:
            rows.paint_ground(painter, look)
            self._paint_hit(painter, look.font, area.adjusted(2 * theme.SPACE_GRID, 0, 0, 0), line.hit)
        painter.restore()

    def _paint_head(self, painter: QPainter, font: QFont, area: QRect, line: Line) -> None:
        painter.setFont(_bold(font))
        painter.setPen(theme.colour("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, line.title)
        room = area.adjusted(QFontMetrics(_bold(font)).horizontalAdvance(line.title) + 2 * theme.SPACE_GRID, 0, 0, 0)
        painter.setFont(font)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, str(line.count))

    def _paint_hit(self, painter: QPainter, font: QFont, area: QRect, hit: Hit) -> None:
        metrics = QFontMetrics(font)
        kind = strings.text(f"gui_search.kind_{hit.kind}")
        kinds = ("answer", "question", "guidance", "notice")
        width = max(metrics.horizontalAdvance(strings.text(f"gui_search.kind_{each}")) for each in kinds)
        painter.setFont(font)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, kind)
        area = area.adjusted(width + 3 * theme.SPACE_GRID, 0, 0, 0)
        place = where(self._call, hit)
        if place:
            # In a column of one width, so that the words found stand below one another.
            column = area.width() * 3 // 10
            words = metrics.elidedText(place, Qt.TextElideMode.ElideMiddle, column)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
            area = area.adjusted(column + 3 * theme.SPACE_GRID, 0, 0, 0)
        self._paint_words(painter, font, area, snippet(hit))

    def _paint_words(self, painter: QPainter, font: QFont, area: QRect, around: Snippet) -> None:
        """Paint the words on one line; those before are cut at their start so that the found ones are seen."""
        metrics, strong = QFontMetrics(font), QFontMetrics(_bold(font))
        before = metrics.elidedText(around.before, Qt.TextElideMode.ElideLeft, area.width() // 3)
        found = strong.elidedText(around.found, Qt.TextElideMode.ElideRight, area.width() * 2 // 3)
        painter.setPen(theme.colour("text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, before)
        area = area.adjusted(metrics.horizontalAdvance(before), 0, 0, 0)
        width = strong.horizontalAdvance(found)
        ground = QRect(area.left(), area.center().y() - strong.height() // 2, width, strong.height() + 1)
        painter.fillRect(ground.adjusted(-1, 0, 1, 0), theme.colour("selection"))
        painter.setPen(theme.colour("accent"))
        painter.drawLine(ground.bottomLeft(), ground.bottomRight())  # on a chosen line the ground is the same
        painter.setPen(theme.colour("text"))
        painter.setFont(_bold(font))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, found)
        painter.setFont(font)
        area = area.adjusted(width, 0, 0, 0)
        after = metrics.elidedText(around.after, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, after)


def _bold(font: QFont) -> QFont:
    made = QFont(font)
    made.setBold(True)
    return made
