"""Fields for numbers, amounts, months and days: untidy input is taken and shown as what it became."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCalendarWidget, QGridLayout, QMenu, QPushButton, QToolButton, QWidget, QWidgetAction

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.text_fields import LineField
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

NUMBER_WIDTH = 200
DATE_WIDTH = 200


class ReadField(LineField):
    """A line whose text is read: what it became is written back when the field is left, and told."""

    _typed = ""

    @override
    def read(self, text: str) -> Json:
        """Return the value that stands for what was typed: itself where it cannot be read and may be kept."""
        self._typed = text
        return spelling.read(self.control, text).value

    @override
    def written(self, value: Json) -> str:
        """Return how the value is written for people."""
        return spelling.write(self.control, value)

    @override
    def _on_left(self) -> None:
        typed, self._typed = self._typed, ""
        answer = spelling.read(self.control, typed)
        if answer.readable or answer.value is not None:
            super()._on_left()
        else:  # an integer that cannot be read: what was typed stays in sight
            self.session.seal()
            self.left.emit()
        self.noted.emit(spelling.note_sentence(self.control, typed, answer) if typed else "")


class NumberField(ReadField):
    """A number or an amount, right-aligned, its unit behind it. Reads 118500元 as 11.85 万元 and says so."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        unit = Label(control.unit, "body", "quiet")
        unit.setContentsMargins(0, 0, 2 * theme.SPACE_GRID, 0)
        super().__init__(session, control, pointer, parent, width=NUMBER_WIDTH, beside=unit)
        unit.setVisible(bool(control.unit))
        self._line.setFont(theme.font("money"))
        self._line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DateField(ReadField):
    """A month or a day. Arrow up and down step it, the button (Alt+Down) opens a calendar."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tip(strings.text("gui_form.date.open")))
        button.setAccessibleName(strings.text("gui_form.date.open"))
        theme.set_icon(button, "calendar", "quiet")
        super().__init__(session, control, pointer, parent, width=DATE_WIDTH, beside=button)
        button.clicked.connect(self.open_calendar)
        self._line.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take arrow up and down as steps, Alt+Down as a wish for the calendar."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            down, up = event.key() == Qt.Key.Key_Down, event.key() == Qt.Key.Key_Up
            if down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self.open_calendar()
                return True
            if down or up:
                self._step(1 if up else -1)
                return True
        return super().eventFilter(watched, event)

    def current(self) -> date:
        """Return the day that stands in the field; the session's today when none does."""
        value = str(self.session.value(self.pointer) or "")
        try:
            return date.fromisoformat(value if len(value) == 10 else f"{value}-01")
        except ValueError:
            return self.session.now().date()

    def choose(self, day: date) -> None:
        """Put a day, or its month, into the field as one step."""
        value = f"{day:%Y-%m}" if self.control.kind == "month" else day.isoformat()
        self._typed = ""
        self.noted.emit("")
        if self.put(value, apart=True):
            self.show_value(value)

    def _step(self, by: int) -> None:
        day = self.current()
        if self.session.value(self.pointer) is None:
            self.choose(day)
        elif self.control.kind == "month":
            self.choose(add_months(day, by))
        else:
            self.choose(date.fromordinal(day.toordinal() + by))

    def open_calendar(self) -> None:
        """Show a calendar below the field, of months or of days."""
        menu = QMenu(self)
        action = QWidgetAction(menu)
        if self.control.kind == "month":
            action.setDefaultWidget(MonthGrid(self.current(), lambda day: (menu.close(), self.choose(day))))
        else:
            action.setDefaultWidget(self._calendar(menu))
        menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))
        action.defaultWidget().setFocus()

    def _calendar(self, menu: QMenu) -> QCalendarWidget:
        calendar = QCalendarWidget()
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        day = self.current()
        calendar.setSelectedDate(QDate(day.year, day.month, day.day))

        def on_chosen(chosen: QDate) -> None:
            menu.close()
            self.choose(date(chosen.year(), chosen.month(), chosen.day()))

        calendar.activated.connect(on_chosen)
        calendar.clicked.connect(on_chosen)
        return calendar


class MonthGrid(QWidget):
    """The twelve months of a year, the year turned by two arrows."""

    def __init__(self, chosen: date, on_chosen: Callable[[date], object]) -> None:
        super().__init__()
        self._chosen = chosen
        self._year = chosen.year
        self._on_chosen = on_chosen
        grid = QGridLayout(self)
        grid.setSpacing(theme.SPACE_GRID)
        self._title = Label("", "label")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(self._arrow("previous", -1), 0, 0)
        grid.addWidget(self._title, 0, 1, 1, 2)
        grid.addWidget(self._arrow("next", 1), 0, 3)
        self._months = [QPushButton(self) for _ in range(12)]
        for at, button in enumerate(self._months):
            button.setFlat(True)
            button.setText(strings.text("gui_form.date.month_short", month=at + 1))
            button.clicked.connect(lambda _checked=False, month=at + 1: self._choose(month))
            grid.addWidget(button, 1 + at // 4, at % 4)
        self.setFocusProxy(self._months[chosen.month - 1])
        self._show_year()

    def _arrow(self, name: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        theme.set_icon(button, name)
        button.setAccessibleName(strings.text(f"gui_form.date.{name}_year"))
        button.setToolTip(tip(strings.text(f"gui_form.date.{name}_year")))
        button.clicked.connect(lambda: self._turn(by))
        return button

    def _turn(self, by: int) -> None:
        self._year += by
        self._show_year()

    def _show_year(self) -> None:
        self._title.setText(strings.text("gui_form.date.year", year=self._year))
        for at, button in enumerate(self._months):
            chosen = (self._year, at + 1) == (self._chosen.year, self._chosen.month)
            theme.set_colour(button, "accent" if chosen else "text")

    def _choose(self, month: int) -> None:
        self._on_chosen(date(self._year, month, 1))


def add_months(day: date, by: int) -> date:
    """Return the first of the month `by` months away."""
    months = day.year * 12 + day.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)
