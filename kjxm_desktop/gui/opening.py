"""Ways to a proposal: a file, what the working copy has beyond it, an example, a draft worked on before."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from kjxm_desktop.core import siblings, storage, strict_json, working_copy
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, leaves
from kjxm_desktop.core.working_copy import Kept, Recovered, WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.instance import Answer, Claims, is_same_file
from kjxm_desktop.gui.start_page import Recent

_EXAMPLE_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Opened:
    """A proposal ready to be worked on, and what the person should know of how it came.

    `path` and `base_sha256` are of its file. `foreign_call`: it brought a call that is not installed. `restored_at`
    is when the working copy was made that had `restored_count` answers beyond the file; `stored` is then what the file
    says. `other_copy` is a working copy that differs from the file in another way; it was put apart as a draft of its
    own. `unsaved`: the file lacks something that is here. `elsewhere`: another window has the draft. It shows it now
    (`shown`), or what is opened is a copy of its own, without a name, of the file `copied`. `mended`: the working copy
    that this or `other_copy` comes from was damaged. `unreadable` is the folder of one that cannot be read at all.
    """

    proposal: Proposal
    path: Path | None = None
    base_sha256: str | None = None
    foreign_call: bool = False
    restored_at: datetime | None = None
    restored_count: int = 0
    stored: Proposal | None = None
    other_copy: Kept | None = None
    unsaved: bool = False
    elsewhere: Answer | None = None
    copied: Path | None = None
    mended: Recovered | None = None
    unreadable: Path | None = None


# ---- a file


def open_file(path: Path, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return the draft at `path` with what its working copy under `drafts` has beyond it.

    A copy that goes on from this very file is brought back, also when the file has got another name or place. One that
    stems from another state of the file, or from a file that stands elsewhere, is put apart under a name of its own, so
    that neither is lost. With `claims` the draft is claimed before anything of it is read. Raises KjxmError storage.*
    or draft.*; nothing is changed then.
    """
    path = path.absolute()
    identity = siblings.identify(path) if claims is not None else None
    answer = claims.take(identity.doc_id, path) if claims is not None and identity is not None else None
    stored = storage.read(path, shelf)
    opened = Opened(stored.proposal, path, stored.sha256, stored.foreign_call)
    if answer is not None:
        return _as_copy(opened, answer, _latest(stored, shelf, drafts) if answer is Answer.SILENT else None)
    copy, unreadable = _copy_of(stored.proposal, shelf, drafts)
    opened = replace(opened, unreadable=unreadable)
    if copy is None or _is_same(copy.proposal, stored.proposal):
        return opened
    opened = replace(opened, mended=copy if copy.is_mended else None)
    if any(_belongs(home, path) for home in copy.kept.homes_of(stored.sha256)):
        count = count_differences(stored.proposal, copy.proposal)
        return replace(
            opened,
            proposal=copy.proposal,
            restored_at=copy.kept.saved_at,
            restored_count=count,
            stored=stored.proposal,
            unsaved=True,
        )
    if _is_in_its_file(copy, shelf):
        return replace(opened, mended=None)
    return replace(opened, other_copy=_put_apart(copy, drafts))


def _belongs(kept: Path | None, path: Path) -> bool:
    """Tell whether a copy of the file at `kept` is that of the one at `path`: the same, or one that moved there.

    While the first is still there, the second is a copy of it, made by hand.
    """
    return is_same_file(kept, path) or kept is None or not is_there(kept)


def count_differences(one: Proposal, other: Proposal) -> int:
    """Return how many answers differ: given in one alone, or given differently."""
    first, second = ({pointer: value for _, pointer, value in leaves(told.call, told.data)} for told in (one, other))
    return sum(first.get(pointer) != second.get(pointer) for pointer in first.keys() | second.keys())


def _copy_of(stored: Proposal, shelf: Shelf, drafts: Path) -> tuple[Recovered | None, Path | None]:
    """Return the working copy of a draft that has a file, and where one lies that cannot be read.

    That is moved out of the way.
    """
    copy = WorkingCopy(drafts, stored.doc_id)
    try:
        found = copy.load(shelf, stored)
    except KjxmError:
        # The file is whole. The copy is kept for whoever can read it, the next edit must not write over it.
        return None, copy.move_aside()
    lost = found is None and working_copy.is_left(drafts, stored.doc_id)
    return found, drafts / stored.doc_id if lost else None


def _is_same(one: Proposal, other: Proposal) -> bool:
    return one.data == other.data and _said(one) == _said(other)


def _said(proposal: Proposal) -> Json:
    """Return the notes without the place last worked at: to have looked at a page is no change."""
    return {key: value for key, value in proposal.notes.items() if key != "last_place"}


def _is_in_its_file(copy: Recovered, shelf: Shelf) -> bool:
    """Tell whether the file that a working copy belongs to holds all of it: a file copied by hand has the same id."""
    if copy.kept.path is None:
        return False
    try:
        return _is_same(storage.read(copy.kept.path, shelf).proposal, copy.proposal)
    except KjxmError:
        return False


def _put_apart(copy: Recovered, drafts: Path) -> Kept:
    """Keep a working copy as a draft of its own, without a name, and return what it tells then."""
    copy.proposal.doc_id = str(uuid.uuid4())
    apart = WorkingCopy(drafts, copy.proposal.doc_id)
    apart.save(copy.proposal, path=None, base_sha256=None, saved_at=copy.kept.saved_at)
    WorkingCopy(drafts, copy.kept.doc_id).remove_state()  # the history goes on with the file
    return replace(copy.kept, doc_id=copy.proposal.doc_id, path=None, base_sha256=None)


def _latest(stored: storage.Stored, shelf: Shelf, drafts: Path) -> Proposal | None:
    """Return what the working copy of another window has beyond the file, without touching it; None for nothing."""
    try:
        copy = WorkingCopy(drafts, stored.proposal.doc_id).load(shelf)
    except KjxmError:
        return None
    return copy.proposal if copy is not None and copy.kept.homes_of(stored.sha256) else None


def _as_copy(opened: Opened, answer: Answer, latest: Proposal | None = None) -> Opened:
    """Return a draft that another window has as a draft of its own, without a name: nothing is written over that one.

    `latest` is a later state of it. What is open in this very window stays as it is told.
    """
    if answer in (Answer.SHOWN, Answer.HERE):
        return replace(opened, elsewhere=answer)
    proposal = latest or opened.proposal
    proposal.doc_id = str(uuid.uuid4())
    return Opened(proposal, foreign_call=opened.foreign_call, elsewhere=answer, copied=opened.path)


# ---- a working copy, an example


def open_copy_apart(doc_id: str, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return the draft that lives in the working copy `doc_id` alone. Raises KjxmError when it cannot be read."""
    answer = claims.take(doc_id, None) if claims is not None else None
    copy = WorkingCopy(drafts, doc_id).load(shelf)
    if copy is None:
        raise KjxmError("storage.missing", path=str(drafts / doc_id))
    mended = copy if copy.is_mended else None
    opened = Opened(copy.proposal, foreign_call=copy.foreign_call, mended=mended, unsaved=mended is not None)
    return opened if answer is None else _as_copy(opened, answer)


def open_recent(recent: Recent, shelf: Shelf, drafts: Path, claims: Claims | None = None) -> Opened:
    """Return a draft worked on before: its file, or what the working copy has where the file is gone.

    Raises KjxmError storage.* or draft.*, of the file when there is neither.
    """
    if recent.path is None:
        return open_copy_apart(recent.doc_id, shelf, drafts, claims)
    if is_there(recent.path):
        return open_file(recent.path, shelf, drafts, claims)
    answer = claims.take(recent.doc_id, recent.path) if claims is not None else None
    copy = WorkingCopy(drafts, recent.doc_id).load(shelf)
    if copy is None:
        raise KjxmError("storage.missing", path=str(recent.path))
    if answer is not None:
        return _as_copy(Opened(copy.proposal, recent.path, foreign_call=copy.foreign_call), answer)
    count = count_differences(Proposal(copy.proposal.call), copy.proposal)
    return Opened(
        copy.proposal,
        foreign_call=copy.foreign_call,
        restored_at=copy.kept.saved_at,
        restored_count=count,
        unsaved=True,
        mended=copy if copy.is_mended else None,
    )


def is_there(path: Path) -> bool:
    """Tell whether a file can be seen; a stick or a share that answers with an error is as good as gone."""
    try:
        return path.exists()
    except OSError:
        return False


def open_example(data_file: Path, shelf: Shelf) -> Opened:
    """Return a new proposal with the answers of an example, to the first call that asks for them.

    Raises KjxmError data.* or picture.* when there is none.
    """
    raw = strict_json.loads(data_file.read_bytes(), name=data_file.name, limit_bytes=_EXAMPLE_LIMIT_BYTES)
    refused = KjxmError("data.file_missing", pointer="", file=data_file.name)
    for call in shelf.calls:
        try:
            return Opened(from_outside(call, raw, data_file.parent))
        except KjxmError as error:
            refused = error
    raise refused


def documents_folder() -> Path:
    """Return where the system keeps documents."""
    told = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(told) if told else Path.home()
