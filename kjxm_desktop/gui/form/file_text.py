"""What takes a while to be read into prose: a dropped Word or text file, a paste with large pictures.

It is read off the window's thread; the text is put in where the cursor stood.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor

from kjxm_desktop import strings
from kjxm_desktop.gui.form.rich_text_editor import RichTextEditor
from kjxm_desktop.gui.reading import Reading

if TYPE_CHECKING:
    from kjxm_desktop.core.pasted_html import Pasted


class FileText(QObject):
    """Reads what an editor is offered and offers it the text as if it were pasted."""

    refused = Signal(object)
    """A KjxmError: why a file could not be read."""
    told = Signal(str)
    """A sentence on what is being done; empty: nothing to tell any more."""

    def __init__(self, editor: RichTextEditor, parent: QObject) -> None:
        super().__init__(parent)
        self._editor = editor
        editor.file_offered.connect(self._on_file)
        editor.reading_offered.connect(self._on_reading)

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self)

    def _on_file(self, path: Path) -> None:
        def job() -> Pasted:
            from kjxm_desktop.exchange import pasted  # loaded with the first file

            return pasted.read_file(path)

        self._read(job, strings.text("gui_import.reading", name=path.name))

    def _on_reading(self, job: Callable[[], Pasted]) -> None:
        self._read(job, strings.text("gui_import.reading_paste"))

    def _read(self, job: Callable[[], Pasted], told: str) -> None:
        cursor = QTextCursor(self._editor.textCursor())  # it moves along with what is typed meanwhile

        def on_read(found: Pasted) -> None:
            self.told.emit("")
            self._editor.setTextCursor(cursor)
            self._editor.pasted.emit(found)

        self.told.emit(told)
        self._reading.ask("text", job, on_read, self.refused.emit)
