"""The way from a draft that cannot be opened to what can be brought back of it, or to the draft inside a ZIP."""

from __future__ import annotations

import uuid
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import salvage, zipped_draft
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.other_states import OtherState, other_states
from kjxm_desktop.core.salvage import Salvaged
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.labels import Box
from kjxm_desktop.gui.opening import Opened
from kjxm_desktop.gui.salvage_dialog import SalvageDialog


class Salvaging(QObject):
    """Offers to salvage a damaged draft, shows what came back, and hands over what the person chose to open."""

    chosen = Signal(object, str)
    """An `Opened` without a name, and the sentence that tells where it comes from."""

    def __init__(self, window: QWidget, shelf: Shelf, drafts: Path) -> None:
        super().__init__(window)
        self._window = window
        self._shelf = shelf
        self._drafts = drafts

    def offer(self, error: KjxmError) -> bool:
        """Tell `error` of a file and offer to salvage it, or to open the draft inside it.

        False, with nothing told, when it is no damaged draft and no ZIP with a draft in it.
        """
        told = error.params.get("path")
        path = Path(told) if isinstance(told, str) else None
        if path is None or not error.key.startswith("draft."):
            return False
        if zipped_draft.is_zip_of_drafts(path):
            self._offer_inner(path)
            return True
        if not salvage.is_worth_trying(path, error):
            return False
        box = self._box(KjxmError("draft.broken", path=told) if error.key == "draft.no_draft" else error)
        rescue = box.addButton(strings.text("gui_salvage.offer"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(strings.text("gui_window.close"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(rescue)
        rescue.clicked.connect(lambda: self._show(path))
        box.open()
        return True

    def _offer_inner(self, path: Path) -> None:
        """Tell that the file is a ZIP and offer a copy of the draft inside, or tell why that cannot be opened."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            stored = zipped_draft.read(path, self._shelf)
        except KjxmError as error:
            self._tell(error)
            return
        finally:
            QApplication.restoreOverrideCursor()
        stored.proposal.doc_id = str(uuid.uuid4())  # the draft that was packed may be worked on here under its own id
        opened = Opened(stored.proposal, foreign_call=stored.foreign_call, unsaved=True)
        box = self._box(strings.text("gui_salvage.zipped", name=path.name))
        inner = box.addButton(strings.text("gui_salvage.open_inner"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(strings.text("gui_window.close"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(inner)
        told = strings.text("gui_salvage.inner_opened", name=path.name)
        inner.clicked.connect(lambda: self.chosen.emit(opened, told))
        box.open()

    def _show(self, path: Path) -> None:
        found, others, failure = self._search(path)
        if failure is not None and not others:
            self._tell(failure)
            return
        dialog = SalvageDialog(path.name, found, others, self._window)
        told = strings.text("gui_salvage.opened", name=path.name)
        dialog.accepted.connect(lambda: self.chosen.emit(_opened(dialog), told))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _search(self, path: Path) -> tuple[Salvaged | None, list[OtherState], KjxmError | None]:
        """Return what came back of the file, whole states of it elsewhere, and why nothing came back, if nothing."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            found, failure, doc_id = None, None, None
            try:
                found = salvage.salvage(path, self._shelf, self._drafts)
                doc_id = found.doc_id
            except KjxmError as error:
                failure = error
            backups = self._drafts.with_name("backups")
            return found, other_states(path, doc_id, self._shelf, self._drafts, backups), failure
        finally:
            QApplication.restoreOverrideCursor()

    def _tell(self, error: KjxmError) -> None:
        box = self._box(error)
        box.addButton(strings.text("gui_window.understood"), QMessageBox.ButtonRole.AcceptRole)
        box.open()

    def _box(self, told: KjxmError | str) -> QMessageBox:
        box = Box(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(strings.text("gui_window.program"))
        box.setText(told if isinstance(told, str) else strings.error(told))
        box.finished.connect(box.deleteLater)
        return box


def _opened(dialog: SalvageDialog) -> Opened:
    proposal, foreign_call = dialog.chosen()
    return Opened(proposal, foreign_call=foreign_call, unsaved=True)
