"""The desk of a proposal: sections on the left, the page in the middle, the book on the right, findings below."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form import Section
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui import dismissing
from kjxm_desktop.gui.commenting import Commenting
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.guidance_panel import GuidancePanel
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.problem_list import ProblemList
from kjxm_desktop.gui.section_list import SectionList
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.strip import Strip

LEFT_WIDTH, RIGHT_WIDTH, PROBLEMS_HEIGHT = 224, 310, 180
FOLD_BELOW_PX = 1100
LEAST_LEFT, LEAST_MIDDLE, LEAST_RIGHT = 160, 560, 230
"""The narrowest columns: together they fit the smallest window, and the middle holds the fields of every page."""


class Desk(QWidget):
    """Everything around the pages of one session; widgets meet only here."""

    confirm_wanted = Signal()
    """The person wants to see what only a person can confirm."""
    dismissed_wanted = Signal()
    """The person wants to see what was set aside."""
    panels_changed = Signal()
    """The book or the list of findings was opened or closed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._pages: dict[str, SectionPage] = {}
        self._section_id = ""
        self._book_wanted = True
        self._has_room: bool | None = None
        self.strip = Strip(self)
        self.sections = SectionList(session, self)
        self.problems = ProblemList(session, self)
        self.book = GuidancePanel(session.call, self)
        self._stack = QStackedWidget(self)
        self._middle = QSplitter(Qt.Orientation.Vertical, self)
        self._across = QSplitter(Qt.Orientation.Horizontal, self)
        self._lay_out()
        self._connect()
        self.commenting = Commenting(self, session)

    def _lay_out(self) -> None:
        self._middle.addWidget(self._stack)
        self._middle.addWidget(self.problems)
        self._middle.setStretchFactor(0, 1)
        self._middle.setCollapsible(0, False)
        self._middle.setSizes([600, PROBLEMS_HEIGHT])
        self.problems.hide()
        for widget in (self.sections, self._middle, self.book):
            self._across.addWidget(widget)
        self._across.setStretchFactor(1, 1)
        self._across.setCollapsible(1, False)
        self._across.setSizes([LEFT_WIDTH, 10_000, RIGHT_WIDTH])
        self.sections.setMinimumWidth(LEAST_LEFT)
        self._middle.setMinimumWidth(LEAST_MIDDLE)
        self.book.setMinimumWidth(LEAST_RIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._across, 1)

    def _connect(self) -> None:
        self.sections.section_chosen.connect(self.show_section)
        self.sections.confirm_wanted.connect(self.confirm_wanted)
        self.problems.place_chosen.connect(self._on_problem)
        self.problems.closed.connect(lambda: self.show_problems(False))
        self.problems.dismissed_wanted.connect(self.dismissed_wanted)
        dismissing.of(self._session).dismissed.connect(self._on_dismissed)
        self._session.place_wanted.connect(self.go_to)
        self._session.value_changed.connect(self._on_value)

    # ---- going somewhere

    @property
    def section_id(self) -> str:
        """Return the id of the section on the page."""
        return self._section_id

    def open_at_last_place(self) -> None:
        """Show what was worked on last, or the first section."""
        place = self._session.last_place
        if place is None or not self.go_to(place):
            self.show_section(self._shown_sections()[0].id)
            self.page.focus_first()

    @property
    def page(self) -> SectionPage:
        """Return the page being shown."""
        return self._pages[self._section_id]

    def show_section(self, section_id: str) -> None:
        """Show the page of a section, made when it is first wanted."""
        section = self._session.form.section(section_id)
        if section is None:
            return
        if section_id != self._section_id:
            self._session.settle()
        page = self._pages.get(section_id) or self._make_page(section)
        self._section_id = section_id
        page.set_next(self._next_title(section))
        self._stack.setCurrentWidget(page)
        self.sections.set_current(section_id)
        first = next((control for control in section.controls if self._session.shown(control.pointer)), None)
        if first is not None:
            self.book.show_control(first)

    def _make_page(self, section: Section) -> SectionPage:
        page = SectionPage(self._session, section, self._stack)
        page.place_changed.connect(self._on_place)
        page.next_wanted.connect(self._on_next)
        self._pages[section.id] = page
        self._stack.addWidget(page)
        return page

    def go_to(self, pointer: str) -> bool:
        """Show the field at `pointer` with the keys in it; a section or the whole leads to its first field."""
        section_id = json_pointer.section_of(pointer)
        if section_id is None or self._session.form.section(section_id) is None:
            return False
        self.show_section(section_id)
        if not self.page.go_to(pointer):
            nearest = self._nearest(pointer)
            if nearest is None or not self.page.go_to(nearest):
                self.page.focus_first()
        # Where the keys were in that field before, nothing tells of its place.
        self._open_book_at(pointer)
        return True

    def _on_problem(self, pointer: str) -> None:
        """Lead to a finding; what the list tells of it stands at its field as well."""
        self._session.show_gaps(json_pointer.section_of(pointer))
        self.go_to(pointer)

    def _on_dismissed(self, item: Diagnostic) -> None:
        """Tell where what was set aside has gone, with the way back."""
        back = (strings.text("gui_window.undo"), lambda: dismissing.of(self._session).take_back(item))
        self.strip.tell(strings.text("gui_dismiss.told"), actions=[back], topic="dismissed")

    def _open_book_at(self, pointer: str) -> None:
        for control in self._session.form.controls:
            if pointer == control.pointer or pointer.startswith(control.pointer + "/"):
                self.book.show_control(control)

    def _nearest(self, pointer: str) -> str | None:
        """Return a control for a pointer that is none: the one above it, or the first beneath it."""
        owner = self._session.form.owner(pointer)
        if owner is not None:
            return owner.pointer
        return next((c.pointer for c in self._session.form.controls if c.pointer.startswith(pointer + "/")), None)

    def _shown_sections(self) -> list[Section]:
        return [section for section in self._session.form.sections if self._session.shown(f"/{section.id}")]

    def _next_title(self, section: Section) -> str:
        after = self._after(section.id)
        return strings.pick(after.title) if after else ""

    def _after(self, section_id: str) -> Section | None:
        shown = self._shown_sections()
        ids = [section.id for section in shown]
        at = ids.index(section_id) + 1 if section_id in ids else 0
        return shown[at] if at < len(shown) else None

    def step_section(self, by: int) -> None:
        """Show the next (+1) or the previous (−1) section."""
        ids = [section.id for section in self._shown_sections()]
        at = ids.index(self._section_id) + by if self._section_id in ids else 0
        if 0 <= at < len(ids):
            self.show_section(ids[at])
            self.page.focus_first()

    def _on_next(self) -> None:
        self.step_section(1)

    def _on_place(self, pointer: str) -> None:
        self._session.remember_place(pointer)
        control = self._session.form.control(pointer) or self._session.form.owner(pointer)
        if control is not None:
            self.book.show_control(control)

    def _on_value(self, _pointer: str) -> None:
        section = self._session.form.section(self._section_id)
        if section is not None and self._section_id in self._pages:
            self.page.set_next(self._next_title(section))

    # ---- panels

    def put_below(self, panel: QWidget, height: int) -> None:
        """Put a panel between the page and the list of findings, so many px high at first."""
        self._middle.insertWidget(1, panel)
        self._middle.setSizes([max(0, self._middle.height() - height), height, PROBLEMS_HEIGHT])

    def show_problems(self, wanted: bool) -> None:
        """Open or close the list of findings."""
        self.problems.setVisible(wanted)
        self.panels_changed.emit()

    def step_problem(self, by: int) -> None:
        """Lead to the next or the previous finding, opening the list."""
        self.show_problems(True)
        self.problems.step(by)

    def show_book(self, wanted: bool) -> None:
        """Open or close the reference book."""
        self._book_wanted = wanted
        self.book.setVisible(wanted)
        self.panels_changed.emit()

    def show_clause(self, clause: str) -> None:
        """Open the notice at a clause."""
        self.show_book(True)
        self.book.show_clause(clause)

    def show_sections(self, wanted: bool) -> None:
        """Open or close the list of sections."""
        self.sections.setVisible(wanted)
        self.panels_changed.emit()

    def layout_state(self) -> str:
        """Return the sizes of the panels, to be remembered."""
        return bytes(self._across.saveState().toHex().data()).decode("ascii")

    def restore_layout(self, told: str) -> None:
        """Take sizes remembered before."""
        self._across.restoreState(QByteArray.fromHex(told.encode("ascii")))

    @override
    def resizeEvent(self, event: object) -> None:
        """Fold the book away when the window gets narrow; open it again when there is room.

        What is opened in a narrow window stays, whatever size it takes then: there is a place for it.
        """
        has_room = self.width() >= FOLD_BELOW_PX
        if has_room != self._has_room:
            self._has_room = has_room
            self.book.setVisible(self._book_wanted and has_room)
        super().resizeEvent(event)  # pyright: ignore[reportArgumentType]
