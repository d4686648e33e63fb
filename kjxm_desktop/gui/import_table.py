"""A table in a file, XLSX or CSV, brought into a table of the proposal: read aside, looked at, put in as one step."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from kjxm_desktop import strings
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.reading import Reading

if TYPE_CHECKING:
    from kjxm_desktop.core.json_pointer import Json
    from kjxm_desktop.exchange.spreadsheets import Sheet
    from kjxm_desktop.gui.form.field import Field
    from kjxm_desktop.gui.import_dialog import ImportDialog

SUFFIXES: Final = (".xlsx", ".xlsm", ".csv", ".tsv", ".xls", ".et", ".xlsb", ".ods")
"""What is read as a table; of those that cannot be read it is said what to do."""


class TableImport(QObject):
    """Asks for a file, reads it off the window's thread, shows it, and puts its rows into the table of one field."""

    told = Signal(str)
    """That a file is being read, or why it cannot be; empty: nothing any more."""
    imported = Signal(int, int, str)
    """Rows came in: the first of them, how many, and a sentence on that."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._field = field
        self._reading: Reading | None = None
        self._dialog: ImportDialog | None = None

    @property
    def dialog(self) -> ImportDialog | None:
        """Return the dialog while it is open."""
        return self._dialog

    @property
    def is_busy(self) -> bool:
        """Tell whether a file is being read."""
        return self._reading is not None

    def choose(self) -> None:
        """Ask for a file and begin to read it."""
        title = strings.text("gui_table.import_title", label=strings.pick(self._field.control.label))
        told, _ = QFileDialog.getOpenFileName(self._field.window(), title, "", strings.text("gui_table.file_kinds"))
        if told:
            self.read(Path(told))

    def read(self, path: Path, sheet: str | None = None) -> None:
        """Begin to read a file, its first sheet unless one is named; what it holds is shown, or told why not."""

        def job() -> Sheet:
            from kjxm_desktop.exchange import spreadsheets  # loaded with the first file: few drafts need it

            return spreadsheets.read_table(path, path.name, sheet)

        if self._reading is None:
            self._reading = Reading(self)
        if self._dialog is None:
            self.told.emit(strings.text("gui_table.reading", name=path.name))
        self._reading.ask("table", job, lambda found: self._on_read(path, found), self._on_failed)

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.stop()
            self._reading.deleteLater()
            self._reading = None

    def _on_failed(self, error: KjxmError) -> None:
        self._end_reading()
        if self._dialog is not None:
            self._dialog.tell(strings.error(error))
        else:
            self.told.emit(strings.error(error))

    def _on_read(self, path: Path, found: Sheet) -> None:
        self._end_reading()
        if self._dialog is not None:
            self._dialog.show_sheet(found)
            return
        from kjxm_desktop.gui.import_dialog import ImportDialog  # loaded with the first file

        self.told.emit("")
        self._field.session.settle()
        session, control = self._field.session, self._field.control
        options = {
            column.name: session.form.options(column, session.data, column.pointer)
            if column.rows_table
            else list(column.options)
            for column in control.columns
        }
        count = len(session.value(self._field.pointer) or [])
        dialog = ImportDialog(path.name, found, control, options, count, self._field.window())
        dialog.sheet_wanted.connect(partial(self.read, path))
        dialog.import_wanted.connect(partial(self._put_in, path.name))
        dialog.finished.connect(self._on_closed)
        self._dialog = dialog
        dialog.open()

    def _on_closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()
        self._end_reading()

    def _put_in(self, name: str) -> None:
        """Put in what the dialog shows, as one step; a refusal is told in the dialog, which stays."""
        dialog, field = self._dialog, self._field
        if dialog is None or field.is_gone:
            return
        rows = dialog.rows()
        before: list[Json] = field.session.value(field.pointer) or []
        kept = [] if dialog.replaces else before
        try:
            field.session.edit(field.pointer, [*kept, *rows], apart=True)
        except KjxmError as error:
            dialog.tell(strings.error_at(field.session.call, error))
            return
        sentence = dialog.outcome(name, first=len(kept))
        dialog.accept()
        self.imported.emit(len(kept), len(rows), sentence)


def path_in(told: QMimeData) -> Path | None:
    """Return the one file that is dragged, when its name is that of a table."""
    urls = told.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES else None
