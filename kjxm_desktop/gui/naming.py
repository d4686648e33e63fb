"""Which file: the dialogs that ask for a draft to open and for the name to keep one under."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from kjxm_desktop import strings
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.labels import Box

SUFFIX = "kjxm"


def ask_which(parent: QWidget) -> Path | None:
    """Ask for a draft or a document that came back; None when the person leaves."""
    title = strings.text("gui_window.open")
    told, _ = QFileDialog.getOpenFileName(parent, title, "", strings.text("gui_window.file_kinds"))
    return Path(told) if told else None


def ask_name(parent: QWidget, proposed: Path) -> Path | None:
    """Ask where to keep a draft; None when the person leaves.

    The dialog adds the ending itself, so that it asks about the very file that would be replaced. A name that Windows
    refuses is told, and none is given.
    """
    dialog = QFileDialog(parent, strings.text("gui_window.save_as"), str(proposed.parent))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilter(strings.text("gui_window.file_kind"))
    dialog.setDefaultSuffix(SUFFIX)
    dialog.selectFile(proposed.name)
    told = dialog.selectedFiles()[:1] if dialog.exec() else []
    dialog.deleteLater()
    if not told:
        return None
    path = Path(told[0])
    if not _is_usable(parent, path):
        return None
    if path.suffix.lower() == f".{SUFFIX}":
        return path
    # The dialog takes "甲.v2" for a name with an ending, and one of the desktop's own may add none at all.
    path = path.with_name(f"{path.name}.{SUFFIX}")
    return path if not path.exists() or _may_replace(parent, path) else None


def _is_usable(parent: QWidget, path: Path) -> bool:
    """Tell whether a file may have that name; tell the person why not."""
    # Loaded when a name is given: it brings what composes documents.
    from kjxm_desktop.exchange import names

    name = path.name if path.suffix.lower() == f".{SUFFIX}" else f"{path.name}.{SUFFIX}"
    try:
        # A path of any length can be written on Windows, but the programs there open none that is longer.
        names.check(name, str(path.parent) if os.name == "nt" else "")
    except KjxmError as error:
        box = Box(parent)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setText(strings.error(error))
        box.addButton(strings.text("gui_window.understood"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        box.deleteLater()
        return False
    return True


def _may_replace(parent: QWidget, path: Path) -> bool:
    box = Box(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(strings.text("gui_window.name_taken", name=path.name))
    replace = box.addButton(strings.text("gui_window.replace_file"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(strings.text("gui_window.leave_file"), QMessageBox.ButtonRole.RejectRole)
    box.exec()
    return box.clickedButton() is replace
