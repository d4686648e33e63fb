"""The slim toolbar of prose: marks and lists as they are at the cursor, what can be inserted, steps on a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from weakref import WeakSet

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget
from shiboken6 import isValid

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form import chinese_typing
from kjxm_desktop.gui.form.flow_layout import FlowLayout
from kjxm_desktop.gui.form.prose_objects import INSERT_KEYS, ProseObjects
from kjxm_desktop.gui.form.rich_text_editor import LIST_KEYS, RichTextEditor
from kjxm_desktop.gui.form.table_editing import STEP_KEYS, TableEditing
from kjxm_desktop.gui.form.typed_text import MARK_KEYS
from kjxm_desktop.gui.labels import tip
from kjxm_desktop.gui.override import override

_GROUPS = (("row_above", "row_below", "row_up", "row_down", "row_delete"),
           ("column_left", "column_right", "column_back", "column_on", "column_delete"), ("header",))  # fmt: skip


HELP_KEYS = QKeySequence("Ctrl+Alt+.")

_bars: WeakSet[RichTextBar] = WeakSet()


class BarButton(QToolButton):
    """A button that shows on a ground of its own that it is pressed: the style's is hardly seen in the dark."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground below the icon."""
        if self.isChecked():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.colour("line"))
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CORNER, theme.CORNER)
            self.icon().paint(painter, self._icon_rect())
        else:
            super().paintEvent(event)

    def _icon_rect(self) -> QRect:
        size = self.iconSize()
        return QRect(
            (self.width() - size.width()) // 2, (self.height() - size.height()) // 2, size.width(), size.height()
        )


class RichTextBar(QWidget):
    """Buttons that leave the keys where they are; each tells its keys in its tip."""

    def __init__(
        self, editor: RichTextEditor, tables: TableEditing, objects: ProseObjects, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._editor, self._tables, self._objects = editor, tables, objects
        self._flow = FlowLayout(self)
        self._flow.setSpacing(2 * theme.SPACE_GRID)
        self.buttons: dict[str, QToolButton] = {}
        self._group({name: (f"text_{name}", keys, self._mark(name)) for name, keys in MARK_KEYS.items()}, checked=True)
        lists = {name: (f"text_{name}", keys, partial(editor.toggle_list, name)) for name, keys in LIST_KEYS.items()}
        self._group(lists, checked=True)
        inserts = {name: (f"text_{name}", keys, partial(objects.insert, name)) for name, keys in INSERT_KEYS.items()}
        self._group({name: told for name, told in inserts.items() if objects.can_insert(name)})
        self._group({"punctuation": ("text_punctuation", HELP_KEYS, self.switch_help)}, checked=True)
        self._of_table = [self._table_group(names) for names in _GROUPS]
        editor.looks_changed.connect(self.show_looks)
        tables.cell.looks_changed.connect(self.show_looks)
        tables.moved.connect(self.show_looks)
        shortcut = QShortcut(HELP_KEYS, self._owner())
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.switch_help)
        _bars.add(self)
        self.show_looks()

    def _owner(self) -> QWidget:
        """Return what has the keys of this bar in it: the field."""
        return self.parentWidget() or self

    def _mark(self, name: str) -> Callable[[], None]:
        return lambda: self._objects.text().toggle_mark(name)

    def _table_group(self, names: tuple[str, ...]) -> QWidget:
        told = {
            name: (f"table_{name}", QKeySequence(STEP_KEYS[name]), partial(self._tables.step, name)) for name in names
        }
        return self._group(told, checked=names == ("header",))

    def _group(
        self, told: Mapping[str, tuple[str, QKeySequence, Callable[[], None]]], *, checked: bool = False
    ) -> QWidget:
        group = QWidget(self)  # its buttons stay together when the bar breaks into lines
        line = QHBoxLayout(group)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.SPACE_GRID // 2)
        for name, (icon, keys, act) in told.items():
            button = BarButton(group)
            button.setAutoRaise(True)
            button.setCheckable(checked)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            words = strings.text(f"gui_prose.bar.{name}")
            button.setAccessibleName(words)
            button.setToolTip(tip(f"{words}  {keys.toString(QKeySequence.SequenceFormat.NativeText)}".strip()))
            theme.set_icon(button, icon)
            button.clicked.connect(partial(_do, act))
            self.buttons[name] = button
            line.addWidget(button)
        self._flow.addWidget(group)
        return group

    def switch_help(self) -> None:
        """Switch the help with punctuation, for every field."""
        chinese_typing.use(not chinese_typing.is_on())
        for bar in _bars:
            if isValid(bar):
                bar.show_looks()

    def show_looks(self) -> None:
        """Show the marks and lists at the cursor, and the steps on a table while one is edited."""
        text = self._objects.text()
        on = {*text.marks(), self._editor.list_kind() if text is self._editor else ""}
        on |= {"punctuation"} if chinese_typing.is_on() else set()
        in_table = self._tables.is_open
        on |= {"header"} if in_table and self._tables.table.get("header") else set()
        for name, button in self.buttons.items():
            if button.isCheckable() and button.isChecked() != (name in on):
                button.setChecked(name in on)
        for group in self._of_table:
            if group.isHidden() == in_table:
                group.setVisible(in_table)
                self._fit()
        for name in LIST_KEYS:
            self.buttons[name].setEnabled(not in_table)

    def _fit(self) -> None:
        """Be as high as the lines that the groups take: a height that hangs on the width would make pages too high."""
        self.setFixedHeight(self._flow.heightForWidth(self.width()) + 1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break into lines anew at another width."""
        if event.size().width() != event.oldSize().width():
            self._fit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairline between toolbar and text."""
        painter = QPainter(self)
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


def _do(act: Callable[[], None], _checked: bool = False) -> None:
    """Do what a button is for, whether it looks pressed or not."""
    act()
