"""What is left after a blow: read with the program's own readers, and compared with what had been acknowledged."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from kjxm_desktop.core import storage, working_copy
from kjxm_desktop.core.history import History
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests.torture.content import DOC_ID, Place, shelf
from tests.torture.processes import DONE, fork, what_went_wrong
from tests.torture.tally import Tally
from tests.torture.writers import COPY, FILE, HISTORY, LAYERS, look

OLD_S = 2 * 3600
"""What a crash left may stay an hour; it is made to look older than that."""
MOST_MOMENTS = 6


def acknowledged(lines: Iterable[str]) -> dict[str, int]:
    """Return the last number acknowledged for each layer."""
    acks: dict[str, int] = {}
    for line in lines:
        layer, _, number = line.partition(" ")
        if layer in LAYERS:
            acks[layer] = max(acks.get(layer, 0), int(number))
    return acks


def judge(place: Place, acks: Mapping[str, int], tally: Tally, how: str) -> int:
    """Count what is wrong with file, working copy and history, and return the highest number found in them."""
    found = [
        _judged(FILE, place, acks, tally, how),
        _judged(COPY, place, acks, tally, how),
        _judged(HISTORY, place, acks, tally, how),
    ]
    return max(found)


def _judged(layer: str, place: Place, acks: Mapping[str, int], tally: Tally, how: str) -> int:
    """Return the number of the draft in one layer, 0 for none."""
    wanted = acks.get(layer, 0)
    try:
        data = _READERS[layer](place, tally, how)
    except KjxmError as error:
        missing = error.key == "storage.missing"
        if missing and not wanted:
            return 0
        tally.count("lost" if missing else "torn", f"{how}: {layer} {wanted} → {error}")
        return 0
    except Exception as error:  # noqa: BLE001  (a bug of the reader is a finding)
        tally.count("unexpected", f"{how}: {layer} {wanted} → {what_went_wrong(error)}")
        return 0
    if data is None:
        if wanted:
            tally.count("lost", f"{how}: {layer} {wanted} → nothing")
        return 0
    number = place.number_of(data)
    if number is None:
        tally.count("silent", f"{how}: {layer} {wanted} → answers that nobody wrote")
        return 0
    if number < wanted:
        tally.count("lost", f"{how}: {layer} {wanted} → {number}")
    return number


def _file(place: Place, _tally: Tally, _how: str) -> Json:
    return storage.read(place.file, shelf()).proposal.data


def _copy(place: Place, tally: Tally, how: str) -> Json:
    recovered = WorkingCopy(place.drafts, DOC_ID).load(shelf())
    for aside in working_copy.damaged(place.drafts):
        tally.count("torn", f"{how}: {aside.name}")
        aside.unlink()
    return None if recovered is None else recovered.proposal.data


def _history(place: Place, tally: Tally, how: str) -> Json:
    """Return the latest answers of the history, once some of the others have been read too."""
    history = History(place.history)
    moments = history.moments()
    for moment in moments[1 :: max(1, len(moments) // MOST_MOMENTS)]:
        if place.number_of(history.answers_at(moment.id)) is None:
            tally.count("silent", f"{how}: history {moment.id} → answers that nobody wrote")
    return history.answers_at(moments[0].id) if moments else None


_READERS = {FILE: _file, COPY: _copy, HISTORY: _history}


def open_again(place: Place, acks: Mapping[str, int], tally: Tally, how: str) -> int:
    """Open the draft as the window does, count what is wrong with what it shows, and return its number."""
    if not place.file.exists() and FILE not in acks:
        return 0
    leftovers = age(place.temporaries())
    wanted = max((acks.get(layer, 0) for layer in (FILE, COPY)), default=0)
    status, lines = fork(partial(look, place)).end()
    number = next((line.partition(" ")[2] for line in lines if line.startswith("opened")), "")
    if status != DONE:
        tally.count("unexpected", f"{how}: opening ended with {status}: {lines}")
    elif number == "None":
        tally.count("silent", f"{how}: opened answers that nobody wrote")
    elif int(number) < wanted:
        tally.count("lost", f"{how}: opened {number} of {wanted}")
    if "other" in lines:
        tally.count("unexpected", f"{how}: its own working copy was taken for another's")
    still = sorted(path.name for path in leftovers if path.exists())
    if still:
        tally.count("unexpected", f"{how}: old temporaries stay after opening: {still[:3]}")
    return int(number) if number.isdigit() else 0


def age(files: list[Path]) -> list[Path]:
    """Make `files` older than the program leaves such files, and return them."""
    then = time.time() - OLD_S
    for file in files:
        os.utime(file, (then, then))
    return files
