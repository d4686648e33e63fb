"""The dialog that writes DOCX and PDF into a folder; a draft is always possible."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.call import TEMPLATE
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.export_work import ExportWork
from kjxm_desktop.gui.glyph_notice import GlyphNotice
from kjxm_desktop.gui.labels import Elided, Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


class FolderLine(QWidget):
    """A line that names a folder, and a button to choose another."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QLineEdit(str(folder), self)
        self._line.setReadOnly(True)
        theme.set_edged(self._line)
        self._line.setAccessibleName(strings.text("gui_window.target_folder"))
        self._choose = Button(strings.text("gui_window.choose_folder"), self)
        self._choose.clicked.connect(self._on_choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._line, 1)
        row.addWidget(self._choose)

    def stops(self) -> tuple[QWidget, ...]:
        """Return where Tab stops in it."""
        return self._line, self._choose

    @property
    def folder(self) -> Path:
        """Return the folder named."""
        return Path(self._line.text())

    def set_folder(self, folder: Path) -> None:
        """Name another folder."""
        self._line.setText(str(folder))

    def _on_choose(self) -> None:
        told = QFileDialog.getExistingDirectory(self, strings.text("gui_window.target_folder"), self._line.text())
        if told:
            self.set_folder(Path(told))


def walk_in_order(stops: Sequence[QWidget]) -> None:
    """Let Tab go from one of `stops` to the next, as they are seen and not as they were made."""
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def show_in_desktop(path: Path) -> None:
    """Let the desktop open a file or a folder with its own program."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class ExportDialog(QDialog):
    """Asks for formats and folder, says what blocks a final, shows progress and what was written."""

    check_wanted = Signal()
    """The person wants to see what blocks."""

    def __init__(
        self,
        session: Session,
        folder: Path,
        working_folder: Path,
        calls: Sequence[Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_window.export_title"))
        self.setMinimumWidth(560)
        self._session = session
        self._blocking = sum(1 for item in session.check_now() if item.blocks)
        self._kinds = {kind: QCheckBox(strings.text(f"gui_window.kind_{kind}"), self) for kind in ("docx", "pdf")}
        self.final = QRadioButton(strings.text("gui_window.as_final"), self)
        self.draft = QRadioButton(strings.text("gui_window.as_draft"), self)
        self.see_button = Button(strings.text("gui_window.see_blocking", count=self._blocking), self)
        self.notice = GlyphNotice()
        self.target = FolderLine(folder, self)
        self.work = ExportWork(session, working_folder, calls, self)
        self.start_button = PrimaryButton(strings.text("gui_window.export_now"), parent=self)
        self._open = Button(strings.text("gui_window.open_folder"), self)
        self._names: list[Elided] = []
        self._written = QVBoxLayout()
        self._written.setSpacing(2)
        self._connect()
        self._lay_out()

    def _connect(self) -> None:
        for box in self._kinds.values():
            box.setChecked(True)
            box.toggled.connect(self._on_kinds)
        (self.draft if self._blocking else self.final).setChecked(True)
        self.final.setEnabled(not self._blocking)
        self.see_button.setVisible(self._blocking > 0)
        self.see_button.clicked.connect(self._on_see)
        self.start_button.clicked.connect(self._on_start)
        self._open.setVisible(False)
        self._open.clicked.connect(lambda: show_in_desktop(self.target.folder))
        self.work.made.connect(self._on_made)
        self.work.ended.connect(self._on_ended)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        kinds = QHBoxLayout()
        for box in self._kinds.values():
            kinds.addWidget(box)
        kinds.addStretch(1)
        column.addWidget(Label(strings.text("gui_window.which_files"), "label"))
        column.addLayout(kinds)
        if TEMPLATE in self._session.call.files:
            column.addWidget(Label(strings.text("gui_window.official_form"), "hint", "quiet", wraps=True))
        column.addSpacing(8)
        column.addWidget(Label(strings.text("gui_window.which_state"), "label"))
        column.addWidget(self.final)
        column.addWidget(self.draft)
        see = QHBoxLayout()
        see.addWidget(self.see_button)
        see.addStretch(1)
        column.addLayout(see)
        column.addWidget(self.notice)
        column.addSpacing(8)
        column.addWidget(Label(strings.text("gui_window.target_folder"), "label"))
        column.addWidget(self.target)
        column.addSpacing(8)
        column.addWidget(self.work)
        column.addLayout(self._written)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        close = Button(strings.text("gui_window.close"), self)
        close.clicked.connect(self.reject)
        buttons.addWidget(close)
        buttons.addWidget(self.start_button)
        self.start_button.setDefault(True)
        self._on_kinds()
        column.addLayout(buttons)
        walk_in_order((*self.target.stops(), self._open, close, self.start_button))
        self.start_button.setFocus()

    def kind_box(self, kind: str) -> QCheckBox:
        """Return the box for files of `kind`: "docx" or "pdf"."""
        return self._kinds[kind]

    def _on_kinds(self) -> None:
        self.start_button.setEnabled(any(box.isChecked() for box in self._kinds.values()))
        noticed = self.notice.show_for(self._session, wanted=self._kinds["pdf"].isChecked())
        self.start_button.setText(strings.text("gui_window.export_anyway" if noticed else "gui_window.export_now"))

    def _on_see(self) -> None:
        self.check_wanted.emit()
        self.reject()

    def _on_start(self) -> None:
        self.start_button.setEnabled(False)
        self._tell_written([])
        formats = [kind for kind, box in self._kinds.items() if box.isChecked()]
        request = {"action": "export", "to": str(self.target.folder), "formats": formats}
        self.work.start({**request, "draft": self.draft.isChecked()})

    def _on_ended(self, had_keys: bool) -> None:
        self.start_button.setEnabled(True)
        if had_keys:
            self.start_button.setFocus()

    def _on_made(self, made: Json) -> None:
        self._tell_written([Path(path).name for path in made["paths"]])
        self._open.setVisible(True)

    def _tell_written(self, names: Sequence[str]) -> None:
        """Name the files, each on a line of its own: names have no place where a line could be broken."""
        for old in self._names:
            self._written.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._names = [Elided(name, parent=self) for name in names]
        for label in self._names:
            self._written.addWidget(label)

    @override
    def reject(self) -> None:
        """Stop what is under way, whichever way the dialog is left (关闭, Escape, its frame); earlier files stay."""
        self.work.stop()
        super().reject()
