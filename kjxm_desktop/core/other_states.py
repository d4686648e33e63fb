"""Whole states of a damaged draft that lie elsewhere on this machine: its working copy and copies of replaced files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kjxm_desktop.core import storage, working_copy
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError

_MOST_BACKUPS: Final = 3


@dataclass(frozen=True)
class OtherState:
    """One such state: a backup or the working copy, and when it was made."""

    is_backup: bool
    at: datetime
    proposal: Proposal
    foreign_call: bool


def other_states(path: Path, doc_id: str | None, shelf: Shelf, drafts: Path, backups: Path) -> list[OtherState]:
    """Return the states of the draft at `path`, the working copy first, then the latest backups; broken ones not.

    `drafts` holds the working copies and `backups` the copies of replaced files, each in a folder by `doc_id`; where
    that is lost, the working copy that belongs to `path` tells it.
    """
    doc_id = doc_id or _doc_id_of(path, drafts)
    if doc_id is None:
        return []
    found: list[OtherState] = []
    try:
        copy = WorkingCopy(drafts, doc_id).load(shelf)
        if copy is not None:
            found.append(OtherState(False, copy.kept.saved_at, copy.proposal, copy.foreign_call))
    except KjxmError:
        pass  # a broken one is no help, and opening the draft has told of it
    try:
        listed = Backups(backups / doc_id).all()
    except KjxmError:
        listed = []
    for backup in listed:
        if sum(state.is_backup for state in found) == _MOST_BACKUPS:
            break
        try:
            stored = storage.read(backup.path, shelf)
        except KjxmError:
            continue
        if all(stored.proposal.data != state.proposal.data for state in found):
            found.append(OtherState(True, backup.at, stored.proposal, stored.foreign_call))
    return found


def completed(salvaged: Proposal, sections: Iterable[str], other: Proposal) -> Proposal | None:
    """Return `salvaged` with those `sections` as `other` has them; None when that adds nothing or asks another call."""
    taken = {section: other.data[section] for section in sections if section in other.data}
    if not taken or other.call.sha256 != salvaged.call.sha256:
        return None
    proposal = Proposal(salvaged.call, {**salvaged.data, **taken}, {**salvaged.media, **other.media})
    proposal.apart, proposal.unknown = salvaged.apart | other.apart, other.unknown
    proposal.notes = salvaged.notes
    proposal.revision = max(salvaged.revision, other.revision)
    return proposal


def _doc_id_of(path: Path, drafts: Path) -> str | None:
    for kept in working_copy.list_all(drafts):
        if kept.path is not None and kept.path == path.absolute():
            return kept.doc_id
    return None
