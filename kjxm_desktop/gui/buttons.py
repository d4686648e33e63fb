"""The one primary button of a page, in the accent colour of the mode in use."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QPushButton, QWidget

from kjxm_desktop.gui import theme
from kjxm_desktop.gui.override import override


class PrimaryButton(QPushButton):
    """A push button in the accent colour."""

    def __init__(self, text: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._dressing = False
        if icon:
            theme.set_icon(self, icon, "on_accent")
        self._dress()

    def _dress(self) -> None:
        self._dressing = True
        made = QPalette()
        made.setColor(QPalette.ColorRole.Button, theme.colour("accent"))
        made.setColor(QPalette.ColorRole.ButtonText, theme.colour("on_accent"))
        self.setPalette(made)
        self._dressing = False

    @override
    def changeEvent(self, event: QEvent) -> None:
        """Follow light and dark."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and not self._dressing:
            self._dress()
