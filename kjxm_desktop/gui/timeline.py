"""The moments of a history by day, edits close together as one line, so that weeks of work stay readable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from kjxm_desktop import strings
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.history import Kind, Moment
from kjxm_desktop.gui.override import override

PAUSE: Final = timedelta(minutes=10)
"""Edits further apart than this are two lines …"""
SPAN: Final = timedelta(minutes=60)
"""… and no line holds more than this."""

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Entry:
    """One line: one moment, or edits close together, latest first. `sections`: ids in the order of the form."""

    moments: tuple[Moment, ...]
    sections: tuple[str, ...]
    pinned: bool = False

    @property
    def last(self) -> Moment:
        """Return the moment that the line stands for."""
        return self.moments[0]

    @property
    def first(self) -> Moment:
        """Return the earliest moment in it."""
        return self.moments[-1]


@dataclass(frozen=True)
class Day:
    """The lines of one day, latest first."""

    day: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Choice:
    """Which moments are wanted: those that touched a section, named ones alone."""

    section: str | None = None
    named_only: bool = False

    def wants(self, moment: Moment) -> bool:
        """Tell whether `moment` is among them."""
        if self.named_only and moment.kind is not Kind.NAMED:
            return False
        return self.section is None or not moment.sections or self.section in moment.sections


def days_of(moments: Iterable[Moment], form: Form, zone: tzinfo | None, choice: Choice = Choice()) -> list[Day]:
    """Return the moments wanted, given latest first, by day as it is at `zone`, in lines."""
    order = {section.id: number for number, section in enumerate(form.sections)}
    wanted = [moment for moment in moments if choice.wants(moment)]
    by_day = groupby(wanted, key=lambda moment: moment.at.astimezone(zone).date())
    return [Day(day, tuple(_entries(tuple(of_day), order))) for day, of_day in by_day]


def pinned(moment: Moment) -> Entry:
    """Return the line for what was there when the draft was opened, which stands on top of all days."""
    return Entry((moment,), (), pinned=True)


def _entries(moments: Sequence[Moment], order: dict[str, int]) -> Iterable[Entry]:
    run: list[Moment] = []
    for moment in moments:
        if run and not _go_together(run, moment):
            yield _entry(run, order)
            run = []
        run.append(moment)
    if run:
        yield _entry(run, order)


def _go_together(run: Sequence[Moment], moment: Moment) -> bool:
    """Tell whether `moment`, the next earlier one, belongs to the line of `run`."""
    both = run[0].kind is Kind.EDITED and moment.kind is Kind.EDITED
    return both and abs(run[-1].at - moment.at) <= PAUSE and abs(run[0].at - moment.at) <= SPAN


def _entry(run: Sequence[Moment], order: dict[str, int]) -> Entry:
    names = {name for moment in run for name in moment.sections}
    return Entry(tuple(run), tuple(sorted(names, key=lambda name: order.get(name, len(order)))))


AS_OPENED: Final = Moment("", datetime.min.replace(tzinfo=UTC), Kind.OPENED, (), "", 0)
"""Stands for how the draft was opened as long as nothing was kept since; nobody knows when that was."""


# ---- words


def time_words(entry: Entry, zone: tzinfo | None) -> str:
    """Return when a line was: one time of day, or from and to."""
    if entry.last is AS_OPENED:
        return ""
    first, last = (f"{moment.at.astimezone(zone):%H:%M}" for moment in (entry.first, entry.last))
    return first if first == last else f"{first}–{last}"


def what_words(entry: Entry) -> str:
    """Return what a line is: 打开时, 编辑 14 次, a name."""
    moment = entry.last
    if entry.pinned:
        return strings.text("gui_history.as_opened")
    if moment.kind is Kind.NAMED:
        return moment.name
    if moment.kind is Kind.EDITED and len(entry.moments) > 1:
        return strings.text("gui_history.edits", count=len(entry.moments))
    return strings.text(f"gui_history.moment_{moment.kind.value}")


def where_words(sections: Sequence[str], form: Form) -> str:
    """Return the titles of the sections that were touched; empty for all of them."""
    found = (form.section(name) for name in sections)
    join = "、" if strings.language() == "zh" else ", "
    return join.join(strings.pick(section.title) for section in found if section is not None)


def day_words(day: date, today: date) -> str:
    """Return a day, with 今天 and 昨天 by name."""
    told = strings.day(day)
    if day == today:
        return strings.text("gui_history.today", day=told)
    return strings.text("gui_history.yesterday", day=told) if day == today - timedelta(days=1) else told


def moment_words(moment: Moment, now: datetime) -> str:
    """Return what a moment is called in a sentence: its name where it has one, else when it was."""
    at = strings.moment(moment.at.astimezone(now.tzinfo))
    if moment.kind is Kind.NAMED:
        return strings.text("gui_history.named_at", name=moment.name, time=at)
    return at


# ---- the model

Node = Entry | Day | Moment
NODE_ROLE: Final = Qt.ItemDataRole.UserRole
"""The Entry, Day or Moment of a row."""

_NO_INDEX: Final = QModelIndex()
_BITS: Final = 20


class Timeline(QAbstractItemModel):
    """Days, their lines, and the single moments of a line; a row costs nothing until it is looked at."""

    def __init__(self, form: Form, now: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._now = now
        self._tops: list[Entry | Day] = []

    def show_days(self, opened: Entry | None, days: Sequence[Day], now: datetime) -> None:
        """Show other days, below what was there when the draft was opened."""
        self.beginResetModel()
        self._now = now
        self._tops = [*([opened] if opened is not None else []), *days]
        self.endResetModel()

    def node(self, index: AnyIndex) -> Node | None:
        """Return what stands at `index`."""
        if not index.isValid():
            return None
        day_row, entry_row = self._above(index)
        if day_row is None:
            return self._tops[index.row()]
        entries = _entries_of(self._tops[day_row])
        return entries[index.row()] if entry_row is None else entries[entry_row].moments[index.row()]

    def find_line(self, first_id: str, *, pinned: bool = False) -> QModelIndex:
        """Return where the line stands that begins with a moment; no index when it is not shown."""
        for day, top in enumerate(self._tops):
            if isinstance(top, Entry):
                if pinned and top.first.id == first_id:
                    return self.index(day, 0)
                continue
            for row, entry in enumerate(top.entries):
                if entry.first.id == first_id:
                    return self.index(row, 0, self.index(day, 0))
        return QModelIndex()

    def find_moment(self, moment_id: str) -> QModelIndex:
        """Return where a moment stands, within its line where that holds several; no index when it is not shown."""
        for day, top in enumerate(self._tops):
            for row, entry in enumerate(_entries_of(top)):
                for number, moment in enumerate(entry.moments):
                    if moment.id == moment_id:
                        line = self.index(row, 0, self.index(day, 0))
                        return self.index(number, 0, line) if len(entry.moments) > 1 else line
        return QModelIndex()

    def _above(self, index: AnyIndex) -> tuple[int | None, int | None]:
        """Return the rows of the day and of the line that `index` lies under, as its id tells."""
        told = index.internalId()
        day, entry = told >> _BITS, told & ((1 << _BITS) - 1)
        return (day - 1 if day else None), (entry - 1 if entry else None)

    @override
    def index(self, row: int, column: int, parent: AnyIndex = _NO_INDEX) -> QModelIndex:
        """Return the index of a row under another."""
        if not 0 <= row < self.rowCount(parent) or column != 0:
            return QModelIndex()
        if not parent.isValid():
            return self.createIndex(row, 0, 0)
        day_row, _ = self._above(parent)
        if day_row is None:
            return self.createIndex(row, 0, (parent.row() + 1) << _BITS)
        return self.createIndex(row, 0, ((day_row + 1) << _BITS) | (parent.row() + 1))

    @override
    def parent(self, index: AnyIndex = _NO_INDEX) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the index of the row above."""
        day_row, entry_row = self._above(index) if index.isValid() else (None, None)
        if day_row is None:
            return QModelIndex()
        if entry_row is None:
            return self.createIndex(day_row, 0, 0)
        return self.createIndex(entry_row, 0, (day_row + 1) << _BITS)

    @override
    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Return how many rows lie under another."""
        if not parent.isValid():
            return len(self._tops)
        node = self.node(parent)
        if isinstance(node, Day):
            return len(node.entries)
        several = isinstance(node, Entry) and len(node.moments) > 1
        return len(node.moments) if several and isinstance(node, Entry) else 0

    @override
    def columnCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Return one."""
        return 1

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the words of a row, for screen readers and as a tip, or what stands there."""
        node = self.node(index)
        if node is None:
            return None
        if role == NODE_ROLE:
            return node
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(node)
        return None

    @override
    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Let lines be chosen, days only be opened and closed."""
        if isinstance(self.node(index), Day):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def words(self, node: Node) -> str:
        """Return a row in one sentence."""
        zone = self._now.tzinfo
        if isinstance(node, Day):
            return day_words(node.day, self._now.date())
        if isinstance(node, Moment):
            parts = [f"{node.at.astimezone(zone):%H:%M:%S}", where_words(node.sections, self._form)]
        else:
            time = time_words(node, zone)
            if node.pinned and time:
                time = strings.moment(node.last.at.astimezone(zone))
            parts = [time, what_words(node), where_words(node.sections, self._form)]
        join = "，" if strings.language() == "zh" else ", "
        return join.join(part for part in parts if part)


def _entries_of(top: Entry | Day) -> tuple[Entry, ...]:
    return top.entries if isinstance(top, Day) else ()
