"""The part `small`: disks that are full or nearly, folders that cannot be written, files that may not grow.

Every round stores draft 1 where there is room, then draft 2 where there is not enough: it goes well, or a KjxmError
says why; then draft 1 is whole, nothing is left besides, and as soon as there is room draft 3 is stored.
"""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kjxm_desktop.core import storage
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests.torture import ground, writers
from tests.torture.content import DOC_ID, NOW, Place, shelf
from tests.torture.judge import judge
from tests.torture.processes import BUG, DONE, REFUSED, Tell, fork
from tests.torture.tally import Tally

ROUNDS, SHORT = 400, 12
SIZES_KB = range(220, 401, 20)
NOBODY = 65_534
CHARACTERS = 12_000
FULL = ("storage.full",)
CALL_KB = 270
"""What the call of a draft takes beside its working copy."""
_PAGE, _FILLER = 4096, "filler"


@dataclass(frozen=True)
class Tight:
    """One way to have no room: what stores under it, what may be told, and what gives room again."""

    name: str
    expected: tuple[str, ...]
    must_refuse: tuple[str, ...] = ()


def lacks() -> str:
    """Return why this part cannot run here."""
    return ""


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Go round all kinds of tightness until there were as many rounds as told."""
    tally = Tally("small")
    kinds: list[Callable[[int, Path, Tally], None]] = [_short_files, _locked_folder]
    if ground.is_root():
        kinds += [_small_disk, _small_disk, _small_disk, _full_disk, _read_only]
    else:
        tally.told.append("without root: no small disk, no full one, none that is read-only")
    for number in range(rounds):
        own = folder / str(number)
        own.mkdir()
        kinds[number % len(kinds)](number // len(kinds), own, tally)
        tally.rounds += 1
        ground.remove(own)
    return tally


# --- disks ----------------------------------------------------------------------------------------------------------


def _small_disk(turn: int, folder: Path, tally: Tally) -> None:
    """Store on a disk of 220 to 400 KB, filled so that less and less of the draft finds room."""
    with _disk(turn, folder) as (disk, place):
        _fill(disk / _FILLER, max(0, _free(disk) - _PAGE * (turn * 3 % 40)))
        name = f"tmpfs {disk.name}, {_free(disk)} bytes free"
        _tried(place, Tight(name, FULL), (disk / _FILLER).unlink, tally)


def _full_disk(turn: int, folder: Path, tally: Tally) -> None:
    """Store on a disk that has no byte left."""
    with _disk(turn, folder) as (disk, place):
        _fill(disk / _FILLER, 1 << 20)
        tight = Tight(
            f"full tmpfs {disk.name}", FULL, (writers.FILE,) if place.file.parent == disk else (writers.COPY,)
        )
        _tried(place, tight, (disk / _FILLER).unlink, tally)


@contextmanager
def _disk(turn: int, folder: Path) -> Iterator[tuple[Path, Place]]:
    """Yield a small disk and draft 1: its file on that disk, or, every other turn, its working copy and the call."""
    of_file = turn % 2 == 0
    kilobytes = SIZES_KB[turn // 2 % len(SIZES_KB)] + (0 if of_file else CALL_KB)
    with ground.small_disk(folder / f"{'file' if of_file else 'copy'} {kilobytes} KB", kilobytes) as disk:
        roomy = folder / "roomy"
        place = Place(disk if of_file else roomy, 2_000, home=roomy if of_file else disk)
        roomy.mkdir()
        _store(place, 1)
        yield disk, place


def _read_only(_turn: int, folder: Path, tally: Tally) -> None:
    """Open and store where nothing can be written; the working copy elsewhere takes what is typed."""
    place = Place(folder / "draft", CHARACTERS)
    place.folder.mkdir()
    _store(place, 1)
    with ground.read_only(place.folder, folder / "stick") as stick:
        seen = Place(stick, CHARACTERS)
        tight = Tight("read-only mount", ("storage.read_only", "storage.write_protected"), writers.LAYERS)
        _refused(seen, tight, tally, lambda child: child())
        judge(seen, dict.fromkeys(writers.LAYERS, 1), tally, tight.name)
        home = Place(folder / "home", CHARACTERS)
        status, lines = fork(partial(_open_and_keep, seen.file, home.drafts)).end()
        if status != DONE:
            tally.count("unexpected", f"{tight.name}: opened, kept at home: {lines}")
        judge(home, {writers.COPY: 2}, tally, f"{tight.name}, kept at home")


def _open_and_keep(file: Path, drafts: Path, _tell: Tell) -> None:
    stored = storage.read(file, shelf())
    proposal = Place(file.parent, CHARACTERS).proposal(2)
    WorkingCopy(drafts, DOC_ID).save(proposal, path=file, base_sha256=stored.sha256, saved_at=NOW)


def _fill(filler: Path, size: int) -> None:
    """Take up `size` bytes, or all that there are."""
    with filler.open("wb", buffering=0) as file:
        try:
            while size > 0:
                size -= file.write(b"\xff" * min(size, _PAGE))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def _free(disk: Path) -> int:
    told = os.statvfs(disk)
    return told.f_bavail * told.f_bsize


# --- limits and permissions -----------------------------------------------------------------------------------------


def _short_files(turn: int, folder: Path, tally: Tally) -> None:
    """Store where no file may be longer than so many bytes."""
    place = Place(folder / "draft", CHARACTERS)
    place.folder.mkdir()
    _store(place, 1)
    limit = (0, 1, 4_096, 20_000, 40_000, 60_000)[turn % 6]

    def limited(store: Callable[[], None]) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        store()

    tight = Tight(f"files of at most {limit} bytes", ("storage.file_too_big",))
    _refused(place, tight, tally, limited)
    _recovered(place, tight, tally)


def _locked_folder(_turn: int, folder: Path, tally: Tally) -> None:
    """Store into folders that may be read and not be written, as somebody without special rights."""
    place = Place(folder / "draft", CHARACTERS)
    place.folder.mkdir()
    _store(place, 1)
    folders = [place.folder, *(path for path in place.folder.rglob("*") if path.is_dir())]
    if ground.is_root():
        for path in (place.folder, *place.folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        for above in (folder, folder.parent):
            above.chmod(0o711)
    for path in folders:
        path.chmod(0o500)

    def as_nobody(store: Callable[[], None]) -> None:
        if ground.is_root():
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        store()

    tight = Tight("folder 0500", ("storage.denied", "storage.unreadable"), (writers.FILE, writers.COPY))
    _refused(place, tight, tally, as_nobody)
    for path in folders:
        path.chmod(0o700)
    _recovered(place, tight, tally)


# --- what is tried each time ----------------------------------------------------------------------------------------


def _store(place: Place, number: int) -> None:
    writers.Storage(place).store(number, lambda _: None)


def _tried(place: Place, tight: Tight, make_room: Callable[[], None], tally: Tally) -> None:
    """Store draft 2, look at what is there, make room, and store draft 3."""
    _refused(place, tight, tally, lambda store: store())
    make_room()
    _recovered(place, tight, tally)


def _refused(place: Place, tight: Tight, tally: Tally, under: Callable[[Callable[[], None]], None]) -> None:
    """Store each layer of draft 2 `under` something tight: stored or refused with the right words, nothing left."""
    acks = dict.fromkeys(writers.LAYERS, 1)
    for step, layers in writers.STEPS.items():
        status, lines = fork(partial(_store_one, place, step, under)).end()
        keys = [line[2:] for line in lines if line.startswith("k ")]
        if status == DONE:
            acks.update(dict.fromkeys(layers, 2))
        if status not in (DONE, REFUSED) or any(key not in tight.expected for key in keys):
            tally.count(
                "unexpected", f"{tight.name}: {step} ended with {status}{' (a bug)' * (status == BUG)}: {lines}"
            )
        if status == DONE and step in tight.must_refuse:
            tally.count("unexpected", f"{tight.name}: {step} went well, so it said")
    for left in place.temporaries():
        tally.count("unexpected", f"{tight.name}: left {left.name}")
    judge(place, acks, tally, tight.name)


def _store_one(place: Place, step: str, under: Callable[[Callable[[], None]], None], _tell: Tell) -> None:
    under(partial(writers.Storage(place).store_one, step, 2))


def _recovered(place: Place, tight: Tight, tally: Tally) -> None:
    """Store draft 3 now that nothing hinders it."""
    try:
        _store(place, 3)
    except KjxmError as error:
        tally.count("unexpected", f"{tight.name}: not stored afterwards: {error}")
        return
    judge(place, dict.fromkeys(writers.LAYERS, 3), tally, f"{tight.name}, afterwards")
