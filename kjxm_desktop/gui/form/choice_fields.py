"""Fields for choosing: one of a few, one of many, several of a list, yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QComboBox, QRadioButton, QSizePolicy, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.field import Field, FieldBox, lay_out
from kjxm_desktop.gui.form.flow_layout import FlowLayout
from kjxm_desktop.gui.form.typing_watch import row_height
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

MOST_RADIOS = 5
"""So many choices stand open; more are folded into a box."""


def options_of(session: Session, control: Control, pointer: str) -> list[Option]:
    """Return what may be chosen at `pointer` just now."""
    return session.form.options(control, session.data, pointer)


def _unlisted(control: Control, value: Json) -> str:
    told = spelling.unlisted(control, value)
    return told if control.rows_table else strings.text("gui_form.choice.unknown", value=told)


def stands_open(control: Control) -> bool:
    """Tell whether the choices of a control stand open beside one another instead of in a box."""
    return 0 < len(control.options) <= MOST_RADIOS and not control.depends_on and not control.in_table


class ChoiceBox(QComboBox):
    """A box of choices drawn flat, with an empty first line; the wheel scrolls the page, never the answer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.setMaxVisibleItems(16)
        self.setMinimumHeight(row_height() - 2 * theme.FOCUS_WIDTH)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.values: list[Json] = [None]

    def show_options(self, control: Control, options: Sequence[Option], value: Json) -> None:
        """Offer `options` and choose `value`; a value that the list lacks stands at its end."""
        self.values = [None, *(option.id for option in options)]
        labels = ["", *(strings.pick(option.label) for option in options)]
        if value not in self.values:
            self.values.append(value)
            labels.append(_unlisted(control, value))
        if [self.itemText(at) for at in range(self.count())] != labels:
            self.clear()
            self.addItems(labels)
            for at, option in enumerate(options, 1):
                self.setItemData(at, tip(strings.pick(option.note)), Qt.ItemDataRole.ToolTipRole)
        self.setCurrentIndex(self.values.index(value))

    @property
    def value(self) -> Json:
        """Return the id chosen."""
        return self.values[self.currentIndex()] if 0 <= self.currentIndex() < len(self.values) else None

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the choice and a small arrow, nothing else."""
        painter = QPainter(self)
        room = self.rect().adjusted(2 * theme.SPACE_GRID, 0, -theme.ICON_SIZE - 2 * theme.SPACE_GRID, 0)
        chosen = self.currentText()
        painter.setPen(theme.colour("text" if chosen else "quiet"))
        text = chosen or strings.text("gui_form.choice.none")
        text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        arrow = theme.pixmap("down", "quiet")
        painter.drawPixmap(
            self.width() - theme.ICON_SIZE - theme.SPACE_GRID, (self.height() - theme.ICON_SIZE) // 2, arrow
        )


class ChoiceField(Field):
    """One of many, in a box."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._choice = ChoiceBox(self)
        self._box = FieldBox(self._choice, self)
        self._box.setMaximumWidth(theme.PAGE_WIDTH // 2)
        lay_out(self, self._box)
        self._choice.activated.connect(self._on_activated)
        self._choice.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Offer the list of now when the box is entered; tell when it is left."""
        if event.type() == QEvent.Type.FocusIn:
            self.refresh()
        elif isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()
        return False

    @override
    def show_value(self, value: Json) -> None:
        """Show the choice."""
        self._choice.show_options(self.control, options_of(self.session, self.control, self.pointer), value)

    @override
    def input_widget(self) -> QWidget:
        """Return the box of choices."""
        return self._choice

    @override
    def mark(self, token: str | None) -> None:
        """Mark the box."""
        self._box.mark(token)

    @override
    def refresh(self) -> None:
        """Offer what may be chosen now."""
        self.show_value(self.session.value(self.pointer))

    def _on_activated(self) -> None:
        self.put(self._choice.value, apart=True)


class RadioField(Field):
    """One of a few that stand open, each with its note; a small button takes the choice back."""

    def __init__(
        self,
        session: Session,
        control: Control,
        pointer: str,
        parent: QWidget | None = None,
        options: Sequence[Option] = (),
    ) -> None:
        super().__init__(session, control, pointer, parent)
        self._options = tuple(options or control.options)
        self._group = QButtonGroup(self)
        self._buttons = [self._radio(option) for option in self._options]
        self._clear = Link(strings.text("gui_form.choice.clear"), self, token="quiet")
        self._clear.clicked.connect(self._on_cleared)
        self._lay_out()
        self._group.buttonClicked.connect(self._on_clicked)

    def _radio(self, option: Option) -> QRadioButton:
        button = QRadioButton(strings.pick(option.label), self)
        button.setAccessibleDescription(strings.pick(option.note))
        button.installEventFilter(self)
        self._group.addButton(button)
        return button

    def _lay_out(self) -> None:
        if not any(strings.pick(option.note) for option in self._options):
            flow = FlowLayout(self)
            flow.setSpacing(3 * theme.SPACE_GRID)
            for widget in (*self._buttons, self._clear):
                flow.addWidget(widget)
            return
        lines: list[QWidget] = []
        for button, option in zip(self._buttons, self._options, strict=True):
            note = Label(strings.pick(option.note), "hint", "quiet", wraps=True)
            note.setContentsMargins(theme.ICON_SIZE + 2 * theme.SPACE_GRID, 0, 0, theme.SPACE_GRID)
            lines += [button, note]
        lay_out(self, *lines, self._clear, spacing=0)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the focus leaves the group."""
        if event.type() == QEvent.Type.FocusOut and QWidget.focusWidget(self.window()) not in self._buttons:
            self.left.emit()
        return False

    @override
    def show_value(self, value: Json) -> None:
        """Show the choice."""
        self._group.setExclusive(False)
        for button, option in zip(self._buttons, self._options, strict=True):
            button.setChecked(option.id == value)
        self._group.setExclusive(True)
        self._clear.setVisible(value is not None)

    @override
    def input_widget(self) -> QWidget:
        """Return the button chosen, else the first."""
        return next((button for button in self._buttons if button.isChecked()), self._buttons[0])

    @override
    def speak(self, name: str, description: str) -> None:
        """Call each button by the question and its own answer."""
        self.setAccessibleName(name)
        for button, option in zip(self._buttons, self._options, strict=True):
            button.setAccessibleName(f"{name} {strings.pick(option.label)}")
            button.setAccessibleDescription(strings.pick(option.note) or description)

    def _on_clicked(self, button: QRadioButton) -> None:
        value = self._options[self._buttons.index(button)].id
        if self.put(value, apart=True):
            self._clear.setVisible(True)

    def _on_cleared(self) -> None:
        if self.put(None, apart=True):
            self.show_value(None)
            self._buttons[0].setFocus()


class ChecksField(Field):
    """Several of a list, as boxes to tick that stand in columns. The answer keeps the order of the list."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._boxes: list[QCheckBox] = []
        self._spoken = ("", "")
        self._options: list[Option] = []
        self._flow = FlowLayout(self, columns=True)
        self._nothing = Label(strings.text("gui_form.choice.nothing"), "body", "quiet")
        self._flow.addWidget(self._nothing)
        self.setSizePolicy(_growing())

    @override
    def show_value(self, value: Json) -> None:
        """Show what is ticked; an answer that the list lacks stands at its end."""
        chosen: list[Json] = value or []
        options = options_of(self.session, self.control, self.pointer)
        known = {option.id for option in options}
        for item in chosen:
            if item not in known:
                told = _unlisted(self.control, item)
                options.append(Option(item, {"zh": told, "en": told}))
        if options != self._options:
            self._build(options)
        for box, option in zip(self._boxes, options, strict=True):
            box.setChecked(option.id in chosen)

    def _build(self, options: list[Option]) -> None:
        for box in self._boxes:
            self._flow.removeWidget(box)
            box.deleteLater()
        self._options = options
        self._boxes = [self._check(option) for option in options]
        self._nothing.setVisible(not options)
        self.speak(*self._spoken)
        self.updateGeometry()

    def _check(self, option: Option) -> QCheckBox:
        box = QCheckBox(strings.pick(option.label), self)
        box.setToolTip(tip(strings.pick(option.note)))
        box.clicked.connect(self._on_clicked)
        box.installEventFilter(self)
        self._flow.addWidget(box)
        box.show()
        return box

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the focus leaves the list."""
        if event.type() == QEvent.Type.FocusOut and QWidget.focusWidget(self.window()) not in self._boxes:
            self.left.emit()
        return False

    @override
    def input_widget(self) -> QWidget:
        """Return the first box to tick."""
        return self._boxes[0] if self._boxes else self

    @override
    def speak(self, name: str, description: str) -> None:
        """Call each box by the question and its own answer."""
        self._spoken = (name, description)
        self.setAccessibleName(name)
        for box, option in zip(self._boxes, self._options, strict=True):
            box.setAccessibleName(f"{name} {strings.pick(option.label)}".strip())
            box.setAccessibleDescription(strings.pick(option.note) or description)

    @override
    def count(self) -> int | None:
        """Return how many are ticked where that has a limit."""
        return sum(box.isChecked() for box in self._boxes) if self.control.limits.max_items else None

    @override
    def refresh(self) -> None:
        """Offer what may be chosen now."""
        self.show_value(self.session.value(self.pointer))

    def _on_clicked(self) -> None:
        ticked = [option.id for box, option in zip(self._boxes, self._options, strict=True) if box.isChecked()]
        self.put(ticked, apart=True)


def yes_or_no() -> tuple[Option, ...]:
    """Return the two answers of a question that is no declaration."""
    words = {True: strings.text("gui_form.yes"), False: strings.text("gui_form.no")}
    return tuple(Option(answer, {strings.language(): word, "zh": word}) for answer, word in words.items())


class DeclarationField(Field):
    """A declaration: a box to tick, its sentence beside it."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(session, control, pointer, parent)
        self._check = QCheckBox(self)
        self._check.setAccessibleName(strings.pick(control.label))
        self._sentence = _Sentence(strings.pick(control.label), self._check)
        lay_out(self, self._check, self._sentence, across=True, spacing=2 * theme.SPACE_GRID)
        self._check.clicked.connect(self._on_ticked)
        self._check.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the box is left."""
        if event.type() == QEvent.Type.FocusOut:
            self.left.emit()
        return False

    @override
    def show_value(self, value: Json) -> None:
        """Show whether it is ticked."""
        self._check.setChecked(value is True)

    @override
    def input_widget(self) -> QWidget:
        """Return the box to tick."""
        return self._check

    def _on_ticked(self, ticked: bool) -> None:
        self.put(True if ticked else None, apart=True)


class _Sentence(Label):
    """The sentence beside a box to tick; a click on it ticks."""

    def __init__(self, text: str, check: QCheckBox) -> None:
        super().__init__(text, wraps=True)
        self._check = check

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tick the box."""
        self._check.setFocus(Qt.FocusReason.MouseFocusReason)
        self._check.click()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the end of the click, too."""
        event.accept()


def _growing() -> QSizePolicy:
    # Not Minimum: the size hint of lines broken at their narrowest would be the least height of the whole page.
    policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    return policy
