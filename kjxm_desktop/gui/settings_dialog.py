"""The settings, in one small dialog: what is chosen holds at once, and there is nothing to confirm."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QRadioButton,
    QWidget,
)

from kjxm_desktop import paths, strings
from kjxm_desktop.core import atomic_file
from kjxm_desktop.core.call import call_places
from kjxm_desktop.core.comments import LONGEST_NAME, clean_name
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.labels import Elided, Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.settings import CHOICES, Settings

if TYPE_CHECKING:
    from kjxm_desktop.gui.main_window import MainWindow

_WIDTH: Final = 600


class SettingsDialog(QDialog):
    """Name for comments, appearance, language, the folder of calls, and what this computer keeps."""

    appearance_chosen = Signal(str)
    language_chosen = Signal(str)
    author_changed = Signal()
    """Comments are signed with another name from now on."""
    copies_wanted = Signal()
    """The person wants to see what is kept on this computer."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.author = QLineEdit(str(settings.get("author")), self)
        self.author.setMaxLength(LONGEST_NAME)
        self.author.editingFinished.connect(self._on_author)
        theme.set_edged(self.author)
        self.appearance = self._choice("appearance")
        self.language = self._choice("language")
        self.folder = Elided(str(paths.calls()), "body", "quiet", parent=self)
        self.folder_button = Button("", self)
        self.folder_button.clicked.connect(self._open_folder)
        self.more = Elided(str(settings.get("calls_folder")), "body", "quiet", parent=self)
        self.more_button = Button("", self)
        self.more_button.clicked.connect(self._choose_folder)
        self.less_button = Button("", self)
        self.less_button.clicked.connect(lambda: self._read_from(None))
        self.less_button.setVisible(bool(settings.get("calls_folder")))
        self.copies_button = Button("", self)
        self.copies_button.clicked.connect(self.copies_wanted)
        self.close_button = Button("", self)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        self._told = Label("", "hint", "warning", wraps=True, parent=self)
        self._told.hide()
        self._labels: dict[str, Label] = {}
        self._grid = QGridLayout(self)
        self._lay_out()
        self.speak()
        self.author.setFocus()

    def _choice(self, name: str) -> QButtonGroup:
        group = QButtonGroup(self)
        for value in CHOICES[name]:
            button = QRadioButton(self)
            button.setProperty("value", value)
            button.setChecked(value == (self._settings.get(name) if name == "appearance" else strings.language()))
            button.clicked.connect(lambda _checked=False, value=value: self._on_chosen(name, value))
            group.addButton(button)
        return group

    def _lay_out(self) -> None:
        grid = self._grid
        grid.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._add_row("author", self.author)
        self._add_row("appearance", _side_by_side(*self.appearance.buttons()))
        self._add_row("language", _side_by_side(*self.language.buttons()))
        self._add_row("calls", _side_by_side(self.folder_button, self.folder, stretch=False))
        self._add_row("more_calls", _side_by_side(self.more_button, self.less_button, self.more, stretch=False))
        self._add_row("copies", _side_by_side(self.copies_button))
        grid.addWidget(self._told, grid.rowCount(), 0, 1, 2)
        row = grid.rowCount()
        grid.setRowStretch(row, 1)
        grid.addWidget(self.close_button, row + 1, 1, Qt.AlignmentFlag.AlignRight)
        grid.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)

    def _add_row(self, name: str, shown: QWidget) -> None:
        row = self._grid.rowCount()
        label, note = Label("", "label"), Label("", "hint", "quiet", wraps=True)
        label.setBuddy(shown)
        self._labels[name], self._labels[f"{name}_note"] = label, note
        self._grid.setRowMinimumHeight(row, theme.ROW_HEIGHT)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(shown, row, 1)
        self._grid.addWidget(note, row + 1, 1)
        self._grid.setRowMinimumHeight(row + 2, 12)

    def speak(self) -> None:
        """Write all words in the language in use."""
        self.setWindowTitle(strings.text("gui_settings.title"))
        for name, label in self._labels.items():
            label.setText(strings.text(f"gui_settings.{name}"))
        for name, group in (("appearance", self.appearance), ("language", self.language)):
            for button in group.buttons():
                button.setText(strings.text(f"gui_window.{name}_{button.property('value')}"))
        self.author.setAccessibleName(strings.text("gui_settings.author"))
        self.author.setAccessibleDescription(strings.text("gui_settings.author_note"))
        self.folder_button.setText(strings.text("gui_settings.open_folder"))
        self.more_button.setText(strings.text("gui_settings.choose_folder"))
        self.less_button.setText(strings.text("gui_settings.forget_folder"))
        self.copies_button.setText(strings.text("gui_settings.see_copies"))
        self.close_button.setText(strings.text("gui_window.close"))
        self.setMinimumWidth(_WIDTH)
        self._fit()

    def _fit(self) -> None:
        """Take the height that the lines need at this width."""
        self._grid.activate()
        width = max(self.width(), _WIDTH)
        self.resize(width, max(self._grid.totalHeightForWidth(width), self._grid.totalMinimumSize().height()))

    # ---- what is chosen

    def _on_author(self) -> None:
        name = clean_name(self.author.text())
        if name != self._settings.get("author"):
            self._settings.set("author", name)
            self.author_changed.emit()

    def _on_chosen(self, name: str, value: str) -> None:
        if name == "appearance":
            self.appearance_chosen.emit(value)
        elif value != strings.language():
            self.language_chosen.emit(value)
            self.speak()

    def _open_folder(self) -> None:
        """Show the folder of the calls, made when it is not there yet."""
        folder = paths.calls()
        try:
            atomic_file.private_folder(folder)
        except OSError as error:
            self._tell(strings.error(atomic_file.failure(error, folder)))
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _choose_folder(self) -> None:
        """Ask for a folder from which calls are read too, and take it when one is in it."""
        before = str(self._settings.get("calls_folder"))
        told = QFileDialog.getExistingDirectory(self, strings.text("gui_settings.more_calls"), before)
        if told:
            self._read_from(Path(told))

    def _read_from(self, folder: Path | None) -> None:
        try:
            count = len(call_places(folder)) if folder is not None else 0
        except KjxmError as error:
            self._tell(strings.error(error))
            return
        if folder is not None and not count:
            self._tell(strings.text("gui_settings.no_calls", folder=folder.name))
            return
        self._settings.set("calls_folder", "" if folder is None else str(folder))
        self.more.setText("" if folder is None else str(folder))
        self.less_button.setVisible(folder is not None)
        self._tell(strings.text("gui_settings.next_start"))

    def _tell(self, sentence: str) -> None:
        self._told.setText(sentence)
        self._told.show()
        self._fit()

    @override
    def done(self, result: int, /) -> None:
        """Take the name over, whichever way the dialog is left."""
        self._on_author()
        super().done(result)


def show(window: MainWindow, settings: Settings) -> SettingsDialog:
    """Open the settings over `window` and return the dialog."""
    dialog = SettingsDialog(settings, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.appearance_chosen.connect(window.set_appearance)
    dialog.appearance_chosen.connect(partial(_renew_menus, window))
    dialog.language_chosen.connect(window.set_language)
    dialog.copies_wanted.connect(window.show_local_copies)
    dialog.author_changed.connect(lambda: _renew_comments(window))
    dialog.open()
    return dialog


def _renew_menus(window: MainWindow, _appearance: str) -> None:
    window.menus.rebuild()


def _renew_comments(window: MainWindow) -> None:
    if window.desk is not None:
        window.desk.commenting.panel.renew()


def _side_by_side(*widgets: QWidget, stretch: bool = True) -> QWidget:
    whole = QWidget()
    line = QHBoxLayout(whole)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(16)
    for widget in widgets:
        line.addWidget(widget)
    if stretch:
        line.addStretch(1)
    if widgets:
        whole.setFocusProxy(widgets[0])
    return whole
