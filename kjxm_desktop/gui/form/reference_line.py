"""The line below the table of references: which of them no text cites, and the way to write one by its parts."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Link
from kjxm_desktop.gui.form import citation_numbers, spelling
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session


class ReferenceLine(QWidget):
    """Follows what is cited; the link opens all references by their printed numbers."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._numbers = citation_numbers.of(session)
        self.link = Link(strings.text("gui_prose.cite.by_parts"), self)
        self.link.clicked.connect(self._open)
        self.told = Label("", "hint", "quiet", wraps=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2 * theme.SPACE_GRID)
        line.addWidget(self.link)
        line.addWidget(self.told, 1)
        self._numbers.counted.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        unused = [f"[{number}]" for number in self._numbers.unused()]
        words = strings.text("gui_prose.cite.unused_short", count=len(unused), numbers=spelling.listed(unused))
        self.told.setText(words if unused and self._numbers.anything_cited else "")

    def _open(self) -> None:
        from kjxm_desktop.gui.form.reference_picker import ReferencePicker  # made for the few who open it

        ReferencePicker(self._session, "", self.window(), cites=False).show()


def below(session: Session, pointer: str, parent: QWidget) -> ReferenceLine | None:
    """Return what stands below the table at `pointer`; None for a table that does not hold references."""
    return ReferenceLine(session, parent) if pointer in citation_numbers.of(session).tables else None
