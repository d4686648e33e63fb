"""The one search, below the page: what is looked for, what was found, and what may stand in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, replacing
from kjxm_desktop.core.replacing import Plan
from kjxm_desktop.core.search import Hit, Index, Kind, Wanted
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.notice_text import readable
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.search_line import SearchLine
from kjxm_desktop.gui.search_list import HitList
from kjxm_desktop.gui.session import Session

PAUSE_MS = 150
"""The search follows when typing has paused for so long: after a key in the search line …"""
QUIET_MS = 400
"""… and after one in a field, while the search is open."""

KINDS: tuple[Kind | None, ...] = (None, "answer", "question", "guidance", "notice")


class SearchPanel(QWidget):
    """Looks through answers, questions, guidance and the notice; lists what it finds, and replaces in answers.

    It leads nowhere by itself: `place_wanted` tells where the person wants to go.
    """

    place_wanted = Signal(object, bool)
    """The person wants to see this Hit; with the keys in its field, or with the keys staying in the search line."""
    closed = Signal()
    """The person has found enough."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._index = Index(session.form, readable(session.call.notice).shown, strings.pick, spelling.write)
        self._all: list[Hit] = []
        self._hits: list[Hit] = []
        self._at = -1
        self._kind: Kind | None = None
        self._stale = True
        self._preparing: Iterator[None] = iter(())
        self.line = SearchLine(strings.text("gui_search.line"), session, self)
        self.new_line = SearchLine(strings.text("gui_search.new_line"), session, self)
        self.count = Label("", "body", "quiet")
        self.exact = QCheckBox(strings.text("gui_search.exact"))
        self.exact.setToolTip(tip(strings.text("gui_search.exact_tip")))
        self.preview = Label("", "body", "quiet")
        self.told = Label("", "hint", "quiet", wraps=True)
        self.replace_one = Button(strings.text("gui_search.replace_one"))
        self.replace_all = Button(strings.text("gui_search.replace_all"))
        self.list = HitList(session.call, self)
        self._filters = QButtonGroup(self)
        self.buttons: dict[Kind | None, QToolButton] = {}
        self._replace_row = QWidget(self)
        self._soon = QTimer(self, singleShot=True)
        self._slices = QTimer(self, interval=0)
        self._lay_out()
        self._connect()
        self._show_counts()

    # ---- looks

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 4)
        column.setSpacing(theme.SPACE_GRID)
        column.addLayout(self._head())
        self._fill_replace_row()
        column.addWidget(self._replace_row)
        column.addLayout(self._filter_row())
        column.addWidget(self.list, 1)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(2 * theme.SPACE_GRID)
        head.addWidget(self.line, 1)
        head.addWidget(self._step_button("previous", "row_up", -1, "Shift+F3"))
        head.addWidget(self._step_button("next", "row_down", 1, "F3"))
        head.addWidget(self.count)
        head.addWidget(self.exact)
        close = QToolButton(self)
        close.setAutoRaise(True)
        theme.set_icon(close, "close", "quiet")
        close.setToolTip(tip(strings.text("gui_search.close")))
        close.setAccessibleName(strings.text("gui_search.close"))
        close.clicked.connect(self.closed)
        head.addWidget(close)
        return head

    def _step_button(self, name: str, icon: str, by: int, keys: str) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        theme.set_icon(button, icon)
        words = strings.text(f"gui_search.{name}")
        button.setAccessibleName(words)
        button.setToolTip(tip(f"{words}  {keys}"))
        button.clicked.connect(lambda: self.step(by))
        return button

    def _fill_replace_row(self) -> None:
        row = QHBoxLayout(self._replace_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.SPACE_GRID)
        row.addWidget(self.new_line, 1)
        row.addWidget(self.replace_one)
        row.addWidget(self.replace_all)
        row.addWidget(self.preview)
        self._replace_row.hide()

    def _filter_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE_GRID)
        for kind in KINDS:
            button = QToolButton(self)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setChecked(kind is None)
            button.clicked.connect(partial(self._show_kind, kind))
            self._filters.addButton(button)
            self.buttons[kind] = button
            row.addWidget(button)
        row.addSpacing(2 * theme.SPACE_GRID)
        row.addWidget(self.told, 1)
        return row

    def _connect(self) -> None:
        for line in (self.line, self.new_line):
            line.textChanged.connect(self._on_typed)
            line.left_downwards.connect(self._on_down)
        self.line.entered.connect(self._on_entered)
        self.new_line.entered.connect(self._replace_one)
        self.exact.toggled.connect(self.search_now)
        self.replace_one.clicked.connect(self._replace_one)
        self.replace_all.clicked.connect(self._replace_all)
        self.list.chosen.connect(self._on_chosen)
        self._soon.timeout.connect(self._on_pause)
        self._slices.timeout.connect(self._prepare_some)
        self._session.value_changed.connect(self._on_value_changed)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)

    # ---- opening

    def open_for(self, seed: str, *, replaces: bool) -> None:
        """Put the keys into the search line, `seed` in it where there is any; `replaces` shows what may replace."""
        self._replace_row.setVisible(replaces)
        if replaces and self._kind not in (None, "answer"):
            self._kind = None
        if seed:
            self.line.setText(seed)
        to_new = replaces and bool(seed or (self.line.text() and self.line.hasFocus()))
        target = self.new_line if to_new else self.line
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        target.selectAll()
        self.told.setText("")
        self.search_now()

    @property
    def replaces(self) -> bool:
        """Tell whether the line is shown that says what replaces."""
        return not self._replace_row.isHidden()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Get ready beforehand, a slice in each idle turn: the first search then waits for nothing."""
        super().showEvent(event)
        self._preparing = self._index.prepare(self._session.data)
        self._slices.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._slices.stop()
        self._soon.stop()
        self._stale = True
        self._undo_is_of_form(False)

    def _prepare_some(self) -> None:
        if next(self._preparing, self._slices) is self._slices:
            self._slices.stop()

    # ---- searching

    @property
    def wanted(self) -> Wanted:
        """Return what is looked for."""
        return Wanted(self.line.text(), self.exact.isChecked())

    @property
    def hits(self) -> Sequence[Hit]:
        """Return what is listed."""
        return self._hits

    @property
    def current(self) -> Hit | None:
        """Return the hit that the person was led to last."""
        return self._hits[self._at] if 0 <= self._at < len(self._hits) else None

    def _on_pause(self) -> None:
        """Search; while an input method composes, what it will put in is waited for."""
        if self._session.is_composing:
            self._soon.start(QUIET_MS)
        else:
            self.search_now()

    def search_now(self) -> None:
        """Look through everything as it is now; the hit in hand stays in hand where it is still found."""
        self._soon.stop()
        self._stale = False
        self._all = self._index.search(self._session.data, self.wanted)
        self._list()

    def _list(self) -> None:
        before = self.current
        self._hits = [hit for hit in self._all if self._kind in (None, hit.kind)]
        self._at = self._hits.index(before) if before in self._hits else -1
        self.list.hits.show_hits(self._hits)
        self.list.show_current(self._at)
        self._show_counts()

    def _show_kind(self, kind: Kind | None, _checked: bool = False) -> None:
        self._kind = kind
        self._list()

    def _on_typed(self) -> None:
        self._undo_is_of_form(False)
        self.told.setText("")
        self._soon.start(PAUSE_MS)

    def _undo_is_of_form(self, of_form: bool) -> None:
        self.line.undoes_form = self.new_line.undoes_form = of_form

    def _on_value_changed(self, _pointer: str) -> None:
        self._stale = True
        if self.isVisible():
            self.told.setText("")
            self._soon.start(QUIET_MS)

    def _show_counts(self) -> None:
        for kind, button in self.buttons.items():
            count = sum(1 for hit in self._all if kind in (None, hit.kind))
            word = strings.text(f"gui_search.kind_{kind or 'all'}")
            button.setText(strings.text("gui_search.filter", word=word, count=count))
            button.setEnabled(kind is None or count > 0)
            button.setChecked(kind == self._kind)
        self.count.setText(self._counted())
        plan = self._plan()
        changed = len(plan.changed)
        told = strings.text("gui_search.preview", count=changed, sections=plan.section_count) if changed else ""
        self.preview.setText(told)
        for button in (self.replace_one, self.replace_all):
            button.setEnabled(changed > 0)

    def _counted(self) -> str:
        if not self.wanted.folded:
            return ""
        if not self._hits:
            return strings.text("gui_search.nothing")
        if self._at >= 0:
            return strings.text("gui_search.at", number=self._at + 1, count=len(self._hits))
        sections = len({hit.section_id for hit in self._hits})
        return strings.text("gui_search.count", count=len(self._hits), sections=sections)

    # ---- going from hit to hit

    def step(self, by: int, *, keys: bool = False) -> None:
        """Lead to the next (+1) or the previous (−1) hit, round the ends; the first is the one after where we are."""
        if self._stale or self._soon.isActive():
            self.search_now()
        if not self._hits:
            return
        self._go((self._at + by) % len(self._hits) if self._at >= 0 else self._nearest(by), keys=keys)

    def _nearest(self, by: int) -> int:
        """Return the first hit at or behind the place that is worked at, or the last before it."""
        form, place = self._session.form, self._session.last_place
        if place is None:
            return 0 if by > 0 else len(self._hits) - 1
        here = form.position(place)
        found = [hit.kind != "notice" and form.position(_first_row(hit.pointer)) < here for hit in self._hits]
        behind = next((number for number, is_before in enumerate(found) if not is_before), 0)
        return behind if by > 0 else (behind - 1) % len(self._hits)

    def _on_entered(self, back: bool) -> None:
        self.step(-1 if back else 1)

    def _on_down(self) -> None:
        if self._hits:
            self.list.setFocus()
            self.list.show_current(max(0, self._at))

    def _on_chosen(self, number: int) -> None:
        self._go(number, keys=True)

    def _go(self, number: int, *, keys: bool) -> None:
        self._at = number
        self.list.show_current(number)
        self.count.setText(self._counted())
        self.place_wanted.emit(self._hits[number], keys)

    # ---- replacing

    def _plan(self) -> Plan:
        if not self.replaces or not self.wanted.folded:
            return Plan()
        return replacing.plan(self._all, self.new_line.text())

    def _replace_all(self) -> None:
        self._session.settle()
        self.search_now()
        plan = self._plan()
        if self._edit(plan):
            counts = {"count": len(plan.changed), "sections": plan.section_count, "kept": len(plan.kept)}
            self._tell(strings.text("gui_search.replaced_kept" if plan.kept else "gui_search.replaced", **counts))

    def _replace_one(self) -> None:
        """Replace the hit in hand and lead to the next that can be; the first press leads to the first."""
        self._session.settle()
        self.search_now()
        able = set(self._plan().changed)
        hit = self.current
        if hit is None or hit not in able:
            self._go_on(self._at if hit is not None else self._nearest(1), able)
            return
        plan = replacing.plan([hit], self.new_line.text())
        number = self._at
        if self._edit(plan):
            end = hit.start + len(plan.new)
            behind = (at for at in range(number, len(self._hits)) if not _lies_in(self._hits[at], hit, end))
            self._go_on(next(behind, 0), set(self._plan().changed))

    def _go_on(self, number: int, able: set[Hit]) -> None:
        """Lead to the first hit from `number` on that can be replaced, round the end."""
        order = [*range(number, len(self._hits)), *range(number)]
        found = next((at for at in order if self._hits[at] in able), None)
        if found is not None:
            self._go(found, keys=False)

    def _edit(self, plan: Plan) -> bool:
        try:
            changed = self._session.edit_together(replacing.edits(self._session.form, self._session.data, plan))
        except KjxmError as error:
            self._tell(strings.error_at(self._session.call, error), token="error")
            return False
        self.search_now()
        if changed:
            self._undo_is_of_form(True)
        return changed

    def _tell(self, sentence: str, token: str = "quiet") -> None:
        theme.set_colour(self.told, token)
        self.told.setText(sentence)


def _lies_in(hit: Hit, replaced: Hit, end: int) -> bool:
    """Tell whether a hit stands in what was put in the place of another, up to `end`."""
    same = (hit.pointer, hit.part) == (replaced.pointer, replaced.part)
    return same and replaced.start <= hit.start < end


def _first_row(pattern: str) -> str:
    return json_pointer.build(["0" if token == "*" else token for token in json_pointer.parse(pattern)])
