"""A copy of the open draft without its comments and to-dos, for readers whom they do not concern."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kjxm_desktop import strings
from kjxm_desktop.core import comments as core_comments
from kjxm_desktop.core import notes, storage
from kjxm_desktop.core.moving import LEFT
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import comments, naming
from kjxm_desktop.gui.instance import is_same_file
from kjxm_desktop.gui.reading import Reading

if TYPE_CHECKING:
    from kjxm_desktop.gui.main_window import MainWindow

STAYS: Final = ("done", "dismissed", LEFT)
"""What stays of the notes: marks of sections, findings set aside with their reasons, answers that had no place. What a
later program noted goes too: it may be comments."""


def without_comments(proposal: Proposal) -> Proposal:
    """Turn `proposal`, a copy, into a draft of its own without comments, to-dos and the place last worked at.

    It is a draft of its own, so that what this computer keeps of the first is never taken for its.
    """
    proposal.notes = notes.empty() | core_comments.without_any(proposal.notes, STAYS)
    proposal.doc_id, proposal.revision = str(uuid.uuid4()), 0
    return proposal


def save_copy(window: MainWindow, program: str) -> None:
    """Ask for a name, write the copy there in the background and tell what it lacks; the draft itself stays as it is.

    `program` is written into the file.
    """
    session = window.session
    if session is None:
        return
    from kjxm_desktop.exchange import names  # loaded when first wanted: it brings what composes documents

    stem = session.path.stem if session.path else names.stem(session.call, session.data, draft=False)
    folder = session.path.parent if session.path is not None else Path.home()
    name = strings.text("gui_comments.copy_name", name=stem)
    path = naming.ask_name(window, folder / f"{name}.{naming.SUFFIX}")
    if path is None:
        return
    if is_same_file(session.path, path):
        window.tell(strings.text("gui_comments.copy_is_draft", name=path.name))
        return
    count = comments.of(session).kept_count
    copy = without_comments(session.snapshot())
    reading = Reading(window)

    def written(_sha256: str) -> None:
        _end(reading)
        if window.desk is not None:
            told = strings.text("gui_comments.copy_saved", name=path.name, count=count)
            window.desk.strip.tell(told, icon="state_done", token="done", topic="copy")

    def failed(error: KjxmError) -> None:
        _end(reading)
        window.tell(strings.error(error))

    reading.ask("copy", lambda: storage.write(path, copy, program=program), written, failed)


def _end(reading: Reading) -> None:
    reading.stop()
    reading.deleteLater()
