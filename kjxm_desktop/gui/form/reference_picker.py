"""The dialog that cites: all references by their printed numbers, filtered while one types; added and edited here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import new_row_id
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.form import citation_numbers, spelling
from kjxm_desktop.gui.form.citation_numbers import rows_of
from kjxm_desktop.gui.form.reference_editor import ReferenceEditor
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

_WIDTH, _HEIGHT = 640, 460
_ID = Qt.ItemDataRole.UserRole


class ReferencePicker(QDialog):
    """Lists the references; Enter cites what is chosen."""

    cited = Signal(list)
    """Cite the references with these ids."""

    def __init__(self, session: Session, chosen: str, parent: QWidget, *, cites: bool = True) -> None:
        """Show all references, the one with the id `chosen` as the current one; else than to cite, to edit them."""
        super().__init__(parent)
        self._session = session
        self._numbers = citation_numbers.of(session)
        self.setWindowTitle(strings.text("gui_prose.cite.title" if cites else "gui_prose.cite.list"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(_WIDTH, _HEIGHT)
        self.filter = QLineEdit(self)
        self.filter.setAccessibleName(strings.text("gui_prose.cite.filter"))
        theme.set_edged(self.filter)
        self.list = QListWidget(self)
        self.list.setWordWrap(True)
        theme.set_edged(self.list)
        self.list.setAccessibleName(strings.text("gui_prose.cite.list"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.unused = Label("", "hint", "quiet", wraps=True)
        self.remark = Label("", "hint", "error", wraps=True)
        self.add_button = Button(strings.text("gui_prose.cite.add"), self)
        self.edit_button = Button(strings.text("gui_prose.cite.edit"), self)
        self.cite_button = PrimaryButton(strings.text("gui_prose.cite.cite"), parent=self)
        self._cites = cites
        self._lay_out()
        self.filter.textChanged.connect(self._show_filtered)
        self.filter.installEventFilter(self)
        self.list.itemSelectionChanged.connect(self._show_buttons)
        self.list.itemActivated.connect(self._cite if cites else self._edit)
        session.value_changed.connect(self._on_value_changed)
        self.refresh(chosen)
        self.filter.setFocus()

    # ---- building

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.SPACE_FIELDS, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        column.setSpacing(2 * theme.SPACE_GRID)
        label = Label(strings.text("gui_prose.cite.filter"), "label")
        label.setBuddy(self.filter)
        for widget in (label, self.filter, self.list, self.unused, self.remark):
            column.addWidget(widget)
        self.remark.hide()
        line = QHBoxLayout()
        leave = Button(strings.text("gui_prose.leave" if self._cites else "gui_prose.close"), self)
        acts = ((self.add_button, self._add), (self.edit_button, self._edit), (leave, self.reject))
        for button, act in acts:
            button.setAutoDefault(False)
            button.clicked.connect(act)
        self.cite_button.clicked.connect(self._cite)
        (self.cite_button if self._cites else self.edit_button).setDefault(True)
        self.cite_button.setVisible(self._cites)
        line.addWidget(self.add_button)
        line.addWidget(self.edit_button)
        line.addStretch(1)
        line.addWidget(leave)
        line.addWidget(self.cite_button)
        column.addLayout(line)

    # ---- the list

    def refresh(self, chosen: str = "") -> None:
        """List everything as it is now; `chosen` becomes the current one."""
        self._numbers.count_now()
        self.list.clear()
        for row in self._numbers.rows():
            reference, text = str(row.get("id")), str(row.get("text", ""))
            number = self._numbers.number(reference)
            if number is None:
                continue
            free = "" if self._numbers.is_cited(reference) else strings.text("gui_prose.cite.unused_mark")
            item = QListWidgetItem(strings.text("gui_prose.cite.entry", number=number, text=text, note=free).strip())
            item.setData(_ID, reference)
            self.list.addItem(item)
            if reference == chosen:
                self.list.setCurrentItem(item)
        unused = [f"[{number}]" for number in self._numbers.unused()]
        words = strings.text("gui_prose.cite.unused", count=len(unused), numbers=spelling.listed(unused))
        self.unused.setText(words if unused else "")
        self._show_filtered()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(at) for at in range(self.list.count())]

    def _show_filtered(self) -> None:
        """Show what holds every word of the filter; the first of it becomes the current one."""
        words = self.filter.text().lower().split()
        for item in self._items():
            item.setHidden(not all(word in item.text().lower() for word in words))
        current = self.list.currentItem()
        shown = [item for item in self._items() if not item.isHidden()]
        if shown and (self.list.currentRow() < 0 or current.isHidden()):
            self.list.setCurrentItem(shown[0])
        if not shown:
            self.list.clearSelection()
        self._show_buttons()

    def chosen(self) -> list[str]:
        """Return the ids of what is chosen, in the order of the list."""
        return [str(item.data(_ID)) for item in self._items() if item.isSelected() and not item.isHidden()]

    def _show_buttons(self) -> None:
        chosen = self.chosen()
        self.cite_button.setEnabled(bool(chosen))
        self.edit_button.setEnabled(len(chosen) == 1)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow keys go through the list while one types into the filter."""
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in keys:
            QApplication.sendEvent(self.list, event)
            return True
        return False

    def _on_value_changed(self, pointer: str) -> None:
        if any(pointer.startswith(table) or table.startswith(pointer) for table in self._numbers.tables):
            self.refresh(next(iter(self.chosen()), ""))

    # ---- acts

    def _cite(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.cited.emit(chosen)
            self.accept()

    def _add(self) -> None:
        asked = ReferenceEditor("", self._cap(), self)
        asked.accepted.connect(lambda: self._put(None, asked.entry))
        asked.show()

    def _edit(self) -> None:
        if len(self.chosen()) != 1:
            return
        reference = self.chosen()[0]
        entry = next((str(row.get("text", "")) for row in self._numbers.rows() if row.get("id") == reference), "")
        asked = ReferenceEditor(entry, self._cap(), self)
        asked.accepted.connect(lambda: self._put(reference, asked.entry))
        asked.show()

    def _cap(self) -> int:
        return cap_of(self._session.form.control(f"{self._numbers.tables[0]}/0/text"))

    def _put(self, reference: str | None, entry: str) -> None:
        """Keep an entry, a new one at the end of the first list: one step. A refusal is told."""
        edit, chosen = self._edit_of(reference, entry)
        self.remark.hide()
        try:
            self._session.edit(*edit, apart=True)
        except KjxmError as error:
            self.remark.setText(strings.error_at(self._session.call, error))
            self.remark.show()
            return
        self.filter.clear()
        self.refresh(chosen)
        self.filter.setFocus()

    def _edit_of(self, reference: str | None, entry: str) -> tuple[tuple[str, Json], str]:
        for table in self._numbers.tables:
            rows = rows_of(self._session.value(table))
            for at, row in enumerate(rows):
                if row.get("id") == reference:
                    return (f"{table}/{at}/text", entry), str(reference)
        table = self._numbers.tables[0]
        new = new_row_id()
        return (table, [*rows_of(self._session.value(table)), {"id": new, "text": entry}]), new
