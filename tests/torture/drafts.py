"""The part `drafts`: damaged drafts, each of which is refused with a KjxmError or read as what was written."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kjxm_desktop.core import storage
from kjxm_desktop.errors import KjxmError
from tests import hostile
from tests.torture.content import DOC_ID, PROGRAM, Place, shelf
from tests.torture.processes import PROCESSES, dealt, side_by_side, what_went_wrong
from tests.torture.tally import Tally, total

ROUNDS, SHORT = 20_000, 400
CHARACTERS = 400
HAND = 500
"""So many forms come from one seed."""


def lacks() -> str:
    """Return why this part cannot run here."""
    return ""


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Damage a draft as often as told and open what came of it."""
    hands = max(PROCESSES, rounds // HAND)
    tally = total("drafts", side_by_side(partial(_drafts, folder=folder, seed=seed), dealt(rounds, hands)))
    tally.told.append(f"{tally.passed} were read, just as they had been written before they were damaged")
    return tally


def _drafts(numbers: range, *, folder: Path, seed: int) -> Tally:
    tally = Tally("drafts")
    place = Place(folder, CHARACTERS)
    sound = storage.packed(place.proposal(1), PROGRAM)
    file = folder / f"{numbers.start}.kjxm"
    for number, data in enumerate(hostile.mutated(sound, len(numbers), seed * 1_000_000 + numbers.start)):
        file.write_bytes(data)
        tally.passed += not _refused(file, place, f"seed {seed}, form {number} from {numbers.start}", tally)
        tally.rounds += 1
    file.unlink()
    return tally


def _refused(file: Path, place: Place, how: str, tally: Tally) -> bool:
    """Open a damaged draft and return whether it was refused; count it when it says what nobody wrote."""
    try:
        proposal = storage.read(file, shelf()).proposal
    except KjxmError:
        return True
    except Exception as error:  # noqa: BLE001  (it is the finding)
        tally.count("unexpected", f"{how}: {what_went_wrong(error)}")
        return True
    whole = place.proposal(1)
    same = place.number_of(proposal.data) == 1 and proposal.notes == whole.notes and proposal.media == whole.media
    if not (same and proposal.doc_id == DOC_ID and proposal.revision == 1):
        tally.count("silent", f"{how}: read, and not what was written")
    return False
