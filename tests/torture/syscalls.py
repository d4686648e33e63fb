"""The part `syscalls`: strace makes each system call of a save fail, or the process die in it, one after the other.

A child has everything loaded and waits; strace takes hold of it, then it saves: only the calls of that save count. For
every call of every kind: killed in it, the disk full, the disk broken. What failed is told and saved again at once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count, product
from pathlib import Path

from kjxm_desktop.errors import KjxmError
from tests.torture import ground, writers
from tests.torture.content import Place
from tests.torture.judge import judge, open_again
from tests.torture.processes import BUG, DONE, REFUSED, Child, Tell, fork, side_by_side
from tests.torture.tally import Tally, total

ROUNDS, SHORT = 1_000_000, 3
"""As many points of each kind as a save has; the short form takes the first ones of some kinds."""
CALLS = (
    "openat", "write", "fsync", "fdatasync", "ftruncate", "rename,renameat,renameat2", "close", "fchmod", "read",
    "unlink,unlinkat", "mkdir,mkdirat", "link,linkat", "getdents64", "newfstatat,fstat,statx",
)  # fmt: skip
SHORT_CALLS = ("openat", "write", "fsync", "rename,renameat,renameat2")
FAULTS = ("signal=KILL", "error=ENOSPC", "error=EIO")
MUST_TELL = ("write", "fsync", "fdatasync", "rename,renameat,renameat2", "ftruncate")
"""A save that says it went well although one of these failed would have lied."""
WINDOW_CALLS = ("openat", "fsync", "fdatasync", "rename,renameat,renameat2", "fchmod", "unlink,unlinkat", "ftruncate")
"""In the window the others belong to the event loop as well, which is not what is tried; it may die in any of them."""
BEFORE = 8
"""Drafts stored before: the one that is tried changes its picture, so that the one before may go."""
KILLED = -9
_INJECTED = re.compile(r"\(INJECTED\)|killed by SIGKILL")


@dataclass(frozen=True)
class Save:
    """One way to save: into an empty folder, over an earlier draft, or as the window does."""

    name: str
    before: int
    window: bool = False


SAVES = (Save("first", 0), Save("next", BEFORE), Save("window", BEFORE, window=True))


@dataclass(frozen=True)
class Series:
    """All points of one system call under one fault."""

    save: Save
    calls: str
    fault: str


def lacks() -> str:
    """Return why this part cannot run here."""
    return ground.lacking("strace")


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Try every point; `rounds` is the most of one series."""
    short = rounds == SHORT
    made = [
        Series(save, calls, fault)
        for save, fault, calls in product(
            SAVES[1:] if short else SAVES, FAULTS[::2] if short else FAULTS, SHORT_CALLS if short else CALLS
        )
        if not save.window or fault == FAULTS[0] or calls in WINDOW_CALLS
    ]
    for save in SAVES:
        _prepare(save, folder)
    tally = total("syscalls", side_by_side(partial(_series, folder=folder, most=rounds), made))
    tally.told.append(f"{tally.rounds} points of {len(made)} series: {', '.join(save.name for save in SAVES)}")
    return tally


def _prepare(save: Save, folder: Path) -> None:
    """Make what stands there before, and load all that a save needs, so that no import counts as one of its calls."""
    place = Place(folder / save.name)
    place.folder.mkdir()
    layers = writers.Storage(place)
    for number in range(1, save.before + 1):
        layers.store(number, lambda _: None)
    warm = Place(folder / f"{save.name}-warm")
    shutil.copytree(place.folder, warm.folder)
    if save.window:
        assert fork(lambda _: _imported(warm)).end()[0] == DONE
        _load_window()
    else:
        writers.Storage(warm).store(save.before + 1, lambda _: None)


def _load_window() -> None:
    """Import what the window needs to save; an application is made in the children only."""
    import PySide6.QtCore  # noqa: F401  # pyright: ignore[reportUnusedImport]

    from kjxm_desktop.gui import opening, saving, session  # noqa: F401  # pyright: ignore[reportUnusedImport]


def _imported(place: Place) -> None:
    """Save once as the window does, to see that this works at all."""
    writers.save_once(place, BEFORE + 1, lambda: None)


def _series(series: Series, *, folder: Path, most: int) -> Tally:
    """Go through the calls until the save makes no further one."""
    tally = Tally("syscalls")
    for when in count(1):
        if when > most or not _point(series, when, folder, tally):
            return tally
    raise AssertionError


def _point(series: Series, when: int, folder: Path, tally: Tally) -> bool:
    """Save with a fault in the call of that number; return False when there was no such call."""
    save = series.save
    name = f"{save.name} {series.calls.partition(',')[0]} {series.fault} {when}"
    place = Place(folder / name)
    shutil.copytree(folder / save.name, place.folder)
    number = save.before + 1
    status, lines, struck = _struck(_saver(save, place, number), series, when, folder / f"{name}.log")
    if struck:
        tally.rounds += 1
        _judge_end(series, name, status, lines, tally)
        stored = {KILLED: save.before, DONE: number, REFUSED: number + 1}.get(status, 0)
        told = (writers.FILE,) if save.window and status != KILLED else writers.LAYERS  # saved means the file
        acks = dict.fromkeys(told if stored else (), stored)
        left = place.temporaries() if status != KILLED else []
        if left and not series.calls.startswith("unlink"):
            tally.count("unexpected", f"{name}: left {left[0].name}")
        judge(place, acks, tally, name)
        open_again(place, acks, tally, name)
    shutil.rmtree(place.folder)
    return struck


def _judge_end(series: Series, name: str, status: int, lines: list[str], tally: Tally) -> None:
    killing = series.fault == FAULTS[0]
    if status not in ((KILLED,) if killing else (DONE, REFUSED)):
        tally.count("unexpected", f"{name}: ended with {status}{' (a bug)' * (status == BUG)}: {lines}")
    elif status == DONE and series.calls in MUST_TELL and not series.save.window:
        tally.count("unexpected", f"{name}: went well, so it said")


def _saver(save: Save, place: Place, number: int) -> Callable[[Tell], None]:
    return partial(_save_in_window if save.window else _save_in_storage, place, number)


def _save_in_storage(place: Place, number: int, tell: Tell) -> None:
    """Store once; when that fails once more, and end as what failed first."""
    layers = writers.Storage(place)
    _wait(tell)
    try:
        layers.store(number, _silently)
    except KjxmError:
        layers.store(number + 1, _silently)
        raise


def _save_in_window(place: Place, number: int, tell: Tell) -> None:
    refused = writers.save_once(place, number, partial(_wait, tell))
    if refused is not None:
        raise refused


def _silently(_line: str) -> None:
    """Tell nothing: a line in the pipe would be one more system call."""


def _wait(tell: Tell) -> None:
    """Wait until strace has taken hold; the signal is blocked since before the fork, so that it cannot be missed."""
    tell("ready")
    signal.sigwait({signal.SIGUSR1})


def _struck(saver: Callable[[Tell], None], series: Series, when: int, log: Path) -> tuple[int, list[str], bool]:
    """Run `saver` under strace; return how it ended, what it told, and whether the fault hit anything."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    child = fork(saver)
    child.hear_until("ready")
    inject = f"inject={series.calls}:{series.fault}:when={when}"
    command = ["strace", "-f", "-o", log, "-e", f"trace={series.calls}", "-e", inject, "-p", str(child.pid)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as tracer:
        _go(tracer, child)
        status, lines = child.end()
    struck = _INJECTED.search(log.read_text("utf-8", "replace")) is not None
    log.unlink()
    return status, lines, struck


def _go(tracer: subprocess.Popen[bytes], child: Child) -> None:
    """Let the child go once strace says that it holds it."""
    assert tracer.stderr is not None
    told = tracer.stderr.readline()
    if b"attached" not in told:
        child.kill()
        raise RuntimeError(told.decode("utf-8", "replace"))
    os.kill(child.pid, signal.SIGUSR1)
