"""The dialog of one reference: by the parts of its kind, or as free text; below it the entry as it prints."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core import references, rich_text
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.labels import Label

FREE = ""
"""Stands for free text among the kinds."""
_WIDTH = 600


class ReferenceEditor(QDialog):
    """Edits one entry; `entry` is what was written. What is in the parts goes along into free text, and back."""

    def __init__(self, entry: str, cap: int, parent: QWidget) -> None:
        """Show `entry`, a new one where it is empty; it may be `cap` characters long."""
        super().__init__(parent)
        self._cap = cap
        self._lines: dict[str, QLineEdit] = {}
        new: tuple[str, dict[str, str]] = ("J", {})
        known = references.read(entry) if entry else new
        self._parts: dict[str, str] = dict(known[1]) if known else {}
        self.setWindowTitle(strings.text("gui_prose.reference.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.setMinimumWidth(_WIDTH)
        self.kinds = QComboBox(self)
        self.kinds.setAccessibleName(strings.text("gui_prose.reference.kind"))
        for kind in references.KINDS:
            self.kinds.addItem(strings.text(f"gui_prose.reference.kind.{_key(kind.mark)}", mark=kind.mark), kind.mark)
        self.kinds.addItem(strings.text("gui_prose.reference.free"), FREE)
        self.free = QPlainTextEdit(self)
        self.free.setPlainText(entry)
        self.free.setTabChangesFocus(True)
        theme.set_edged(self.free)
        self.free.setAccessibleName(strings.text("gui_prose.reference.free"))
        self.preview = Label("", "prose", wraps=True)
        self.remark = Label("", "hint", "quiet", wraps=True)
        self.accept_button = PrimaryButton(strings.text("gui_prose.accept"), parent=self)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.free)
        self._written = entry
        self._lay_out()
        self.kinds.setCurrentIndex(self.kinds.findData(known[0] if known else FREE))
        self.kinds.currentIndexChanged.connect(self._on_kind)
        self.free.textChanged.connect(self._show_entry)
        self._on_kind()

    @property
    def entry(self) -> str:
        """Return the entry as it is written now."""
        if self._mark == FREE:
            return rich_text.clean_line(self.free.toPlainText()).strip()
        written = references.write(self._mark, self._told())
        return written if any(self._told().values()) else ""

    @property
    def line(self) -> dict[str, QLineEdit]:
        """Return the lines of the parts, by name."""
        return self._lines

    @property
    def _mark(self) -> str:
        return str(self.kinds.currentData())

    def _told(self) -> dict[str, str]:
        return {name: line.text() for name, line in self._lines.items()}

    # ---- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.SPACE_FIELDS, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        column.setSpacing(2 * theme.SPACE_GRID)
        label = Label(strings.text("gui_prose.reference.kind"), "label")
        label.setBuddy(self.kinds)
        column.addWidget(label)
        column.addWidget(self.kinds)
        column.addWidget(self._pages)
        column.addSpacing(2 * theme.SPACE_GRID)
        column.addWidget(Label(strings.text("gui_prose.reference.preview"), "label"))
        column.addWidget(self.preview)
        column.addWidget(self.remark)
        column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        leave = Button(strings.text("gui_prose.leave"), self)
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        buttons.addWidget(leave)
        buttons.addWidget(self.accept_button)
        column.addLayout(buttons)

    def _on_kind(self) -> None:
        """Ask for the parts of the kind chosen; what was written in the ones before is kept where it has a place."""
        self._parts |= self._told()
        written = self._written
        if self._pages.count() > 1:
            form = self._pages.widget(1)
            self._pages.removeWidget(form)
            form.deleteLater()
        self._lines = {}
        if self._mark != FREE:
            self._pages.addWidget(self._form())
        elif written:
            self.free.setPlainText(written)
        self._pages.setCurrentIndex(0 if self._mark == FREE else 1)
        next(iter(self._lines.values()), self.free).setFocus()
        self._show_entry()

    def _form(self) -> QWidget:
        page = QWidget(self)
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(2 * theme.SPACE_GRID)
        kind = references.kind_of(self._mark)
        for name in kind.parts:
            line = QLineEdit(page)
            line.setText(self._parts.get(name, ""))
            words = strings.text(f"gui_prose.reference.part.{name}")
            line.setAccessibleName(words)
            line.setPlaceholderText("" if name in kind.needed else strings.text("gui_form.optional"))
            theme.set_edged(line)
            line.textChanged.connect(self._show_entry)
            form.addRow(Label(words), line)
            self._lines[name] = line
        return page

    # ---- what it becomes

    def _show_entry(self) -> None:
        """Show the entry, and what it still lacks."""
        entry = self.entry
        self._written = entry
        self.preview.setText(entry or strings.text("gui_prose.reference.nothing"))
        theme.set_colour(self.preview, "text" if entry else "quiet")
        too_long = len(entry) > self._cap
        self.accept_button.setEnabled(bool(entry) and not too_long)
        if too_long:
            self._tell(strings.text("gui_form.refused.too_long", cap=self._cap), "error")
            return
        lacking = references.lacking(self._mark, self._told()) if self._mark != FREE and entry else []
        names = [strings.text(f"gui_prose.reference.part.{name}") for name in lacking]
        self._tell(strings.text("gui_prose.reference.lacking", parts=spelling.listed(names)) if names else "", "quiet")

    def _tell(self, sentence: str, token: str) -> None:
        self.remark.setText(sentence)
        theme.set_colour(self.remark, token)


def _key(mark: str) -> str:
    """Return a mark as a key of texts can hold it: EB/OL as EBOL."""
    return mark.replace("/", "")
