"""A DOCX or PDF that came back by mail, opened in the window: read aside, then opened or first decided upon."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from kjxm_desktop import strings
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming_bytes
from kjxm_desktop.gui import naming
from kjxm_desktop.gui.opening import Opened
from kjxm_desktop.gui.reading import Reading

if TYPE_CHECKING:
    from kjxm_desktop.exchange.returned import Difference, Returned
    from kjxm_desktop.gui.main_window import MainWindow

SUFFIXES: Final = (".docx", ".pdf", ".doc", ".wps", ".odt", ".rtf")
"""What is read as a document; of those that cannot be one it is said what to do."""


@dataclass(frozen=True)
class _Read:
    found: Returned
    adoptable: Sequence[bool]


class Returning(QObject):
    """Reads off the window's thread; where the text was edited, asks which side counts before anything is opened."""

    def __init__(self, window: MainWindow, shelf: Shelf) -> None:
        super().__init__(window)
        self._window = window
        self._shelf = shelf
        self._reading = Reading(self)

    @staticmethod
    def takes(path: Path) -> bool:
        """Tell whether `path` is to be read as a document that came back, not as a draft."""
        ending = path.suffix.lower()
        if ending in SUFFIXES or ending == f".{naming.SUFFIX}":
            return ending in SUFFIXES
        return incoming_bytes.is_document(path)

    @property
    def is_busy(self) -> bool:
        """Tell whether a document is being read."""
        return self._reading.is_busy

    def read(self, path: Path) -> None:
        """Begin to read the document at `path`; it opens when it has been read, or it is told why not."""
        shelf = self._shelf

        def job() -> _Read:
            from kjxm_desktop.exchange import adoption, returned  # loaded with the first document

            found = returned.read(path, shelf, path.name)
            return _Read(found, [adoption.can_adopt(found.proposal, one) for one in found.differences])

        self._window.status.showMessage(strings.text("gui_returned.reading", name=path.name))
        on_failed = partial(self._on_failed, path)
        self._reading.ask("document", job, lambda read: self._on_read(path.name, read), on_failed)

    def stop(self) -> None:
        """Give up what is under way; nothing is told any more."""
        self._reading.stop()

    def _on_failed(self, path: Path, error: KjxmError) -> None:
        self._window.status.clearMessage()
        if error.key != "returned.nothing" or not self._window.import_word.offer(path):
            self._window.tell(strings.error(error))

    def _on_read(self, name: str, read: _Read) -> None:
        self._window.status.clearMessage()
        if not read.found.is_edited:
            bare = "" if read.found.is_compared else "_bare"
            told = strings.text(f"gui_returned.opened_{read.found.kind}{bare}", name=name, code=read.found.check_code)
            self._hand_over(read.found, [], told)
            return
        from kjxm_desktop.gui.returned_dialog import ReturnedDialog  # loaded with the first edited document

        dialog = ReturnedDialog(name, read.found, read.adoptable, self._window)

        def on_accepted() -> None:
            chosen = dialog.adopted()
            key = "gui_returned.opened_edited" if chosen else "gui_returned.opened_data"
            self._hand_over(read.found, chosen, strings.text(key, name=name, count=len(chosen)))

        dialog.accepted.connect(on_accepted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _hand_over(self, found: Returned, chosen: Sequence[Difference], told: str) -> None:
        """Open the draft inside without a name, and put in what was chosen from the text as one step."""
        from kjxm_desktop.exchange import adoption

        window, proposal = self._window, found.proposal
        original = proposal.doc_id
        answers = adoption.adopt(proposal, chosen)
        proposal.doc_id = str(uuid.uuid4())  # what lies elsewhere under the old id stays as it is
        opened = Opened(proposal, foreign_call=found.foreign_call, unsaved=True)
        if not window.open_here(opened) or window.session is None or window.desk is None:
            return
        window.session.edit_together(list(answers.items()))
        window.desk.strip.tell(told, actions=self._way_back(original))
        if found.absent:
            names = "、".join(name or pointer for pointer, name in found.absent)
            window.desk.strip.tell(strings.text("returned.absent", count=len(found.absent), names=names))

    def _way_back(self, original: str) -> Sequence[tuple[str, Callable[[], None]]]:
        """Return how to come to the draft that the document was exported from, where it is on this machine."""
        recent = self._window.recent_of(original)
        if recent is None:
            return ()

        def go() -> None:
            self._window.open_recent(recent)

        return [(strings.text("gui_returned.go_original"), go)]


def proposal_in(path: Path, shelf: Shelf) -> Proposal:
    """Return the proposal in a draft, or the data in a document that came back. Raises KjxmError."""
    if not Returning.takes(path):
        return storage.read(path, shelf).proposal
    from kjxm_desktop.exchange import returned  # loaded with the first document

    return returned.read(path, shelf, path.name).proposal
