"""A call in one file, opened in the window: what it brings is shown, and it is put into the program when agreed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import packed_call
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.reading import Reading

_SHOWN_DIGITS = 32
_DIGITS_APART = 4


class NewCall(QObject):
    """Checks the call off the window's thread, then asks; nothing is taken in without consent."""

    kept = Signal(object)
    """This Call is in the program from now on."""
    refused = Signal(object)
    """The file cannot be used, for this KjxmError."""

    def __init__(self, window: QWidget, shelf: Shelf) -> None:
        super().__init__(window)
        self._window = window
        self._shelf = shelf
        self._reading = Reading(self)

    @staticmethod
    def takes(path: Path) -> bool:
        """Tell by its name whether `path` is a call in one file."""
        return path.suffix.lower() == packed_call.SUFFIX

    def read(self, path: Path) -> None:
        """Begin to check the call at `path`; then it is asked whether to take it in."""
        shelf = self._shelf

        def job() -> Call:
            return shelf.check_packed(path)

        self._reading.ask("call", job, lambda call: self._ask(call, path.name), self.refused.emit)

    def stop(self) -> None:
        """Give up what is under way; nothing is asked any more."""
        self._reading.stop()

    def _ask(self, call: Call, name: str) -> None:
        there = next((found for found in self._shelf.calls if found.id == call.id), None)
        dialog = NewCallDialog(call, there, name, self._window)
        dialog.accepted.connect(lambda: self._keep(call))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _keep(self, call: Call) -> None:
        try:
            self._shelf.keep(call)
        except KjxmError as error:
            self.refused.emit(error)
        else:
            self.kept.emit(call)


class NewCallDialog(QDialog):
    """Says what a call is, how it stands to the one at hand, and by which digits the institute can confirm it."""

    def __init__(self, call: Call, there: Call | None, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_call.title"))
        self.setMinimumWidth(560)
        same = there is not None and there.sha256 == call.sha256
        self.keep_button = PrimaryButton(strings.text("gui_call.keep"), parent=self)
        self.keep_button.setDefault(True)
        self.keep_button.setVisible(not same)
        self.keep_button.clicked.connect(self.accept)
        self.leave_button = Button(strings.text("gui_call.close" if same else "gui_call.leave"), self)
        self.leave_button.clicked.connect(self.reject)
        self.standing = Label(_standing(call, there), "body", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(12)
        column.addWidget(Label(strings.pick(call.title), "group", wraps=True))
        column.addLayout(_facts(call, name))
        column.addWidget(self.standing)
        if not same:
            column.addWidget(Label(strings.text("gui_call.drafts_stay"), "hint", "quiet", wraps=True))
        column.addSpacing(8)
        column.addLayout(_in_line(self.leave_button, self.keep_button))


def _facts(call: Call, name: str) -> QGridLayout:
    told = {
        "file": name,
        "issuer": str(call.about["issuer"]),
        "deadline": strings.day(call.deadline),
        "version": f"{call.id}　{call.version}",
        "digits": digits_of(call),
    }
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for at, (key, value) in enumerate(told.items()):
        grid.addWidget(Label(strings.text(f"gui_call.{key}"), "body", "quiet"), at, 0)
        grid.addWidget(Label(value, "body", wraps=True), at, 1)
    return grid


def digits_of(call: Call) -> str:
    """Return the first half of the SHA-256 of a call in groups of four: what two people compare over the telephone."""
    shown = call.sha256[:_SHOWN_DIGITS]
    return " ".join(shown[at : at + _DIGITS_APART] for at in range(0, len(shown), _DIGITS_APART))


def _standing(call: Call, there: Call | None) -> str:
    if there is None:
        return strings.text("gui_call.is_new")
    if there.sha256 == call.sha256:
        return strings.text("gui_call.is_same")
    key = "gui_call.is_other" if there.version == call.version else "gui_call.is_version"
    return strings.text(key, there=there.version, version=call.version)


def _in_line(*buttons: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.addStretch(1)
    for button in buttons:
        line.addWidget(button)
    return line
