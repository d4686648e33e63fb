"""The rows of safe-keeping: what a kill costs, what hostile files cost, and how long the window waits for a save."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core import rich_text, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from tests.benchmarks import children, drafts
from tests.benchmarks.table import PAIRS, Pairs, Row, interleaved, percentile, quartile_spread, row_of
from tests.benchmarks.window_rows import KEY_PROBE, PAUSES_MS

PROBE = "tests.benchmarks.storage_probe"
TYPED_INTO = "/budget/notes"
SHORTEST_S, LONGEST_S = 1.5, 4.5
"""So long somebody types before the kill."""


def loss() -> list[Row]:
    """Return how much typing is lost when the program is killed."""
    chance = random.Random(1)
    lost = [_killed(chance.uniform(SHORTEST_S, LONGEST_S), chance) for _ in range(2 * PAIRS)]
    notes = [
        f"the window typed into and killed -9, {len(lost)} times: from the last key that was recovered to the last"
    ]
    notes.append(f"median {statistics.median(lost):.2f} s, the worst stands in the table")
    return [Row("loss", "s", max(lost), bound=2, bounded="measured", notes=tuple(notes))]


def _killed(typing_s: float, chance: random.Random) -> float:
    """Type into a window for that long, kill it, open the draft again, and return the seconds of typing it lacks."""
    # Opening is the window's; Qt is loaded for it.
    from kjxm_desktop.gui import opening

    shelf = Shelf(paths.schemas())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "draft.kjxm"
        shutil.copy(drafts.file_of(drafts.with_lines(30), "long-30"), file)
        before = _length(storage.read(file, shelf).proposal.get(TYPED_INTO))
        pressed = _typed(file, folder / "data", typing_s, chance)
        opened = opening.open_file(file, shelf, folder / "data" / "drafts")
        found = _length(opened.proposal.get(TYPED_INTO)) - before
    if not 0 <= found <= len(pressed):
        raise children.ChildError(f"{found} of {len(pressed)} keys were recovered")
    if found == len(pressed):
        return 0.0
    return pressed[-1] - (pressed[found - 1] if found else pressed[0])


def _length(value: Json) -> int:
    return len(rich_text.plain(value))


def _typed(file: Path, data: Path, typing_s: float, chance: random.Random) -> list[float]:
    """Type into the window at the pace of a person until the kill and return when each key was pressed."""
    pressed: list[float] = []
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [sys.executable, "-m", KEY_PROBE, "program", file, TYPED_INTO],
            cwd=drafts.ROOT,
            env=children.environment(data),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as probe,
    ):
        assert probe.stdin is not None
        assert probe.stdout is not None
        if probe.stdout.readline().strip() != b"ready":
            errors.seek(0)
            raise children.ChildError(children.last_words(errors.read().decode("utf-8", "replace")))
        end = time.monotonic() + typing_s
        while time.monotonic() < end:
            time.sleep(chance.choice(PAUSES_MS) / 1000)
            pressed.append(time.monotonic())
            probe.stdin.write(f"{pressed[-1]} +\n".encode())
            probe.stdin.flush()
        time.sleep(chance.random() * 0.3)
        probe.send_signal(signal.SIGKILL)
        probe.wait()
        probe.stdin.close()
    return pressed


def refuse() -> list[Row]:
    """Return the longest time and the most memory that a hostile file takes until it is refused."""
    told = children.run(["-m", PROBE, "refuse"]).answer
    seconds = {name: statistics.median(effect[0] for effect in effects) for name, effects in told.items()}
    megabytes = {name: max(effect[1] for effect in effects) for name, effects in told.items()}
    slowest, largest = max(seconds, key=seconds.__getitem__), max(megabytes, key=megabytes.__getitem__)
    return [
        Row("refuse", "s", seconds[slowest], None, None, None, 1, "measured", (f"{len(told)} files; “{slowest}”",)),
        Row("refuse memory", "MB", megabytes[largest], None, None, None, 200, "measured", (f"“{largest}”, in all",)),
    ]


def open45() -> list[Row]:
    """Return how long a draft of 45 MB takes to open in the process, every part of it checked, against hashing it."""
    path, shelf = drafts.file_of(drafts.large(), "large"), Shelf(paths.schemas())
    pairs = interleaved(
        lambda: _took(lambda: storage.read(path, shelf)),
        lambda: _took(lambda: hashlib.sha256(path.read_bytes())),
    )
    notes = [f"{path.stat().st_size / 1e6:.1f} MB, every part checked; against SHA-256 of the file"]
    return [row_of("open45", "ms", Pairs.of(pairs), 4, notes)]


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def save45() -> list[Row]:
    """Return how long the window's thread is held while a draft of 45 MB is saved."""
    path = drafts.file_of(drafts.large(), "large")
    answers = [children.run(["-m", PROBE, "save", path]).answer for _ in range(PAIRS)]
    held = [max(answer["held_ms"]) for answer in answers]
    idle = [max(answer["idle_ms"]) for answer in answers]
    took = [ms for answer in answers for ms in answer["took_ms"]]
    notes = [f"{path.stat().st_size / 1e6:.1f} MB, {len(took)} saves of {statistics.median(took):.0f} ms"]
    notes.append("the longest time between two beats of a 1 ms timer, beyond it; the reference while nothing is saved")
    return [_held("save45", held, idle, max(held), max(idle), 50, notes)]


def commit() -> list[Row]:
    """Return how long the window's thread is held while the working copy is written."""
    path = drafts.file_of(drafts.long_example(), "long")
    told = children.run(["-m", PROBE, "commit", path]).answer
    held, idle, took = told["held_ms"], told["idle_ms"], told["took_ms"]
    notes = [f"{len(held)} commits of {statistics.median(took):.0f} ms; p99 of the longest time of each"]
    notes.append("between two beats of a 1 ms timer, beyond it; the reference just as long before each")
    return [_held("commit", held, idle, percentile(held, 99), percentile(idle, 99), 2, notes)]


def _held(
    name: str, held: Sequence[float], idle: Sequence[float], ours: float, theirs: float, bound: float, notes: list[str]
) -> Row:
    notes.append(f"median {statistics.median(held):.2f} ms, of the reference {statistics.median(idle):.2f} ms")
    return Row(name, "ms", ours, theirs, ours / theirs, quartile_spread(idle), bound, "measured", tuple(notes))
