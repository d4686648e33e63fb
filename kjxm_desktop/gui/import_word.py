"""Last year's Word file into the open proposal: read aside, shown part by part, taken over as one step to undo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.shape import LINE_CAP
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.exchange.word_import import Choice, Taken
    from kjxm_desktop.exchange.word_pieces import Found
    from kjxm_desktop.gui.import_word_dialog import ImportWordDialog
    from kjxm_desktop.gui.main_window import MainWindow


class ImportWord(QObject):
    """Asks for a file, reads it off the window's thread, and lets the person choose what goes where."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._reading = Reading(self)

    def choose(self) -> None:
        """Ask for a file and import from it."""
        if self._window.session is None:
            return
        kinds = strings.text("gui_import.file_kinds")
        told, _ = QFileDialog.getOpenFileName(self._window, strings.text("gui_import.choose"), "", kinds)
        if told:
            self.read(Path(told))

    def offer(self, path: Path) -> bool:
        """Offer to import a Word file that carries no data into the open proposal; False where that cannot be."""
        desk = self._window.desk
        if self._window.session is None or desk is None or path.suffix.lower() != ".docx":
            return False
        self._window.show_desk()
        told = strings.text("gui_import.no_data", name=path.name)
        desk.strip.tell(
            told, actions=[(strings.text("gui_import.by_headings"), lambda: self.read(path))], topic="import"
        )
        return True

    def read(self, path: Path) -> None:
        """Begin to read the file at `path`; the parts are shown when it has been read, or it is told why not."""
        session = self._window.session
        if session is None:
            return
        session.settle()
        form, data = session.form, session.data

        def job() -> Found:
            from kjxm_desktop.exchange import word_document, word_pieces  # loaded with the first file

            return word_pieces.find(word_document.read(path, path.name), form, data)

        def on_read(found: Found) -> None:
            self._window.status.clearMessage()
            if self._window.session is session:
                self._show(path, found, session)

        self._window.status.showMessage(strings.text("gui_import.reading", name=path.name))
        self._reading.ask("word", job, on_read, self._on_failed)

    @property
    def is_busy(self) -> bool:
        """Tell whether a file is being read."""
        return self._reading.is_busy

    def stop(self) -> None:
        """Give up what is under way; nothing is told any more."""
        self._reading.stop()

    def _on_failed(self, error: KjxmError) -> None:
        self._window.status.clearMessage()
        self._window.tell(strings.error(error))

    def _show(self, path: Path, found: Found, session: Session) -> None:
        if not any(found.is_told(at) for at in range(len(found.pieces))):
            self._window.tell(strings.text("gui_import.nothing", name=path.name))
            return
        from kjxm_desktop.gui.import_word_dialog import ImportWordDialog  # loaded with the first file

        def take(choices: Mapping[int, Choice]) -> Taken:
            return taken(found, choices, session)

        dialog = ImportWordDialog(path.name, found, session, take, self._window)
        dialog.import_wanted.connect(lambda: self._import(dialog, path.name, found, session))
        dialog.direct_wanted.connect(lambda: self._window.open_file(path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _import(self, dialog: ImportWordDialog, name: str, found: Found, session: Session) -> None:
        """Take over what was chosen as one step; where that is refused nothing is changed, and the dialog tells why."""
        from kjxm_desktop.gui.import_word_dialog import lost_words

        made = taken(found, dialog.choices(), session)
        try:
            for picture in {kept.sha256: kept for kept in found.pictures.values()}.values():
                if picture.sha256 in made.media:
                    session.add_media(picture.data)
            session.edit_together(list(made.edits.items()))
        except KjxmError as error:
            dialog.refuse(strings.error_at(session.call, error))
            return
        dialog.accept()
        desk = self._window.desk
        if desk is not None:
            lost = lost_words(made)
            key = "gui_import.done_without" if lost else "gui_import.done"
            desk.strip.tell(strings.text(key, name=name, pieces=made.pieces, kinds=lost), topic="import")
            self._window.go_to(next(iter(made.edits)))


def taken(found: Found, choices: Mapping[int, Choice], session: Session) -> Taken:
    """Return what chosen pieces make of the open proposal."""
    from kjxm_desktop.exchange import word_import

    return word_import.take(
        found, choices, session.form, session.data, lambda control, text: _read(control, text, session)
    )


def _read(control: Control, text: str, session: Session) -> Json:
    """Return what a text means for a control of short answers, None where it makes no sense there."""
    from kjxm_desktop.gui.form import spelling

    options = (
        session.form.options(control, session.data, control.pointer) if not control.depends_on else control.options
    )
    answer = spelling.read(control, text, options)
    if control.kind not in ("rich", "text") and isinstance(answer.value, str) and len(answer.value) > LINE_CAP:
        return None
    return answer.value
