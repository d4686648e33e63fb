"""The part `kills`: somebody edits and saves, and is killed at a random moment; then the draft is opened again."""

from __future__ import annotations

import random
import shutil
import time
from functools import partial
from pathlib import Path

from tests.torture import writers
from tests.torture.content import Place
from tests.torture.judge import acknowledged, judge, open_again
from tests.torture.processes import BUG, PROCESSES, dealt, fork, side_by_side
from tests.torture.tally import Tally, total

ROUNDS, SHORT = 1000, 9
WINDOW_EVERY = 3
"""One round in three is the window with its own timers, which is slower; the others store as fast as it goes."""
LIFE = 25
"""So many rounds go on with the same draft, over what the ones before have left."""
LONGEST_S = {True: 2.2, False: 0.12}
KILLED = -9


def lacks() -> str:
    """Return why this part cannot run here."""
    return ""


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Kill as often as told and judge what is left each time."""
    jobs = dealt(rounds, PROCESSES)
    return total("kills", side_by_side(partial(_rounds, folder=folder, seed=seed), jobs))


def _rounds(numbers: range, *, folder: Path, seed: int) -> Tally:
    tally = Tally("kills")
    place, last = Place(folder / f"life-{numbers.start}"), 0
    for number in numbers:
        if (number - numbers.start) % LIFE == 0:
            shutil.rmtree(place.folder, ignore_errors=True)
            place, last = Place(folder / f"life-{number}"), 0
            place.folder.mkdir(parents=True)
        last = _round(place, last, number, random.Random(f"{seed} {number}"), tally)
    return tally


def _round(place: Place, last: int, number: int, chance: random.Random, tally: Tally) -> int:
    """Let one writer go on from draft `last`, kill it, and return the number of the draft that is there then."""
    window = number % WINDOW_EVERY == 0
    how = f"round {number} ({'window' if window else 'storage'})"
    if window:
        child = fork(partial(writers.type_for_ever, place, last + 1, number))
        child.hear_until("ready")
    else:
        child = fork(partial(writers.store_for_ever, place, last + 1))
    time.sleep(chance.random() * LONGEST_S[window])
    child.kill()
    status, lines = child.end()
    tally.rounds += 1
    if status != KILLED:
        what = [line for line in lines if line[:2] in ("x ", "k ")]
        tally.count("unexpected", f"{how}: ended by itself with {status}{' (a bug)' * (status == BUG)}: {what}")
    acks = acknowledged(lines)
    found = judge(place, acks, tally, how)
    return max(found, open_again(place, acks, tally, how), last, *acks.values())
