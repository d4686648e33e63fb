"""The box that tells what this program is: versions, licences, and what its layouts stand in for."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.labels import Label

PARTS = (
    ("PySide6", "PySide6_Essentials", "LGPL-3.0"),
    ("python-docx", "python-docx", "MIT"),
    ("ReportLab", "reportlab", "BSD-3-Clause"),
    ("lxml", "lxml", "BSD-3-Clause"),
    ("Pillow", "pillow", "MIT-CMU"),
    ("fontTools", "fonttools", "MIT"),
    ("jsonschema", "jsonschema", "MIT"),
    ("platformdirs", "platformdirs", "MIT"),
    ("google-re2", "google-re2", "BSD-3-Clause"),
    ("openpyxl", "openpyxl", "MIT"),
    ("pikepdf", "pikepdf", "MPL-2.0"),
    ("pypdfium2", "pypdfium2", "BSD-3-Clause, Apache-2.0"),
    ("ziamath", "ziamath", "MIT"),
    ("latex2mathml", "latex2mathml", "MIT"),
    ("mathml2omml", "mathml2omml", "MIT"),
)
"""Name, package and licence of each library that comes along."""

_WIDTH = 560


def about(window: QWidget, calls: Sequence[Call]) -> AboutBox:
    """Show the box over `window`, without holding it up, and return it."""
    box = AboutBox(calls, window)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


class AboutBox(QDialog):
    """Version, licences, where drafts are kept, and for each call what its layout stands in for."""

    def __init__(self, calls: Sequence[Call], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_window.about_title"))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(6)
        column.addWidget(Label(strings.text("gui_window.program"), "title"))
        column.addWidget(Label(strings.text("gui_window.about_version", version=__version__)))
        column.addSpacing(8)
        for call in calls:
            title, told = strings.pick(call.short_title), strings.pick(call.stand_in)
            column.addWidget(_line(strings.text("gui_window.about_stand_in", call=title, told=told)))
        column.addWidget(_line(strings.text("gui_window.about_offline")))
        column.addWidget(_line(strings.text("gui_window.about_data", folder=paths.data_folder())))
        column.addSpacing(12)
        column.addWidget(Label(strings.text("gui_window.about_parts"), "label"))
        column.addLayout(_parts())
        column.addSpacing(8)
        column.addWidget(_line(strings.text("gui_window.about_fonts"), "quiet"))
        column.addWidget(_line(strings.text("gui_window.about_licence"), "quiet"))
        column.addSpacing(8)
        column.addStretch(1)
        column.addLayout(self._buttons())
        # The height that its lines need at this width; asked without a width they would want more.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setFixedSize(_WIDTH, column.totalHeightForWidth(_WIDTH))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        close = Button(strings.text("gui_window.close"), self)
        close.setDefault(True)
        close.clicked.connect(self.close)
        row.addWidget(close)
        return row


def _line(text: str, token: str = "text") -> Label:
    label = Label(text, "body", token, wraps=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _parts() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(2)
    rows = [("Python", platform.python_version(), "PSF-2.0"), ("Qt", qVersion(), "LGPL-3.0")]
    rows += [(name, _version(package), licence) for name, package, licence in PARTS]
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            grid.addWidget(Label(text, "body", "text" if column == 0 else "quiet"), at, column)
    grid.setColumnStretch(2, 1)
    return grid


def _version(package: str) -> str:
    """Return the version of a library; empty where a frozen program left its metadata behind."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
