"""The part `bombs`: files made to exhaust whoever opens them, read by a process that may take only so much memory."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kjxm_desktop.core import (
    call_check,
    pasted_html,
    pictures,
    salvage,
    schema_words,
    storage,
    strict_json,
    validation,
)
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import incoming, spreadsheets
from tests import hostile
from tests.torture.content import PROGRAM, Place, call, shelf
from tests.torture.processes import DONE, REFUSED, Tell, fork
from tests.torture.tally import Tally

ROUNDS, SHORT = 3, 1
"""So many times each file is read."""
MORE_MB = 200
"""So much address space a reader may take beyond what the process had before."""
PATIENCE_S = 20
"""A reader that takes longer hangs. How fast it should be is a matter of `make bench`."""
MB = 1 << 20
LOADED = (call_check, pictures, schema_words, validation)
"""What readers load when they first need it: that is no part of what a file costs."""

Reader = Callable[[Path], object]


@dataclass(frozen=True)
class Bomb:
    """A hostile file: how it is made, what reads it, and whether that must refuse it."""

    name: str
    make: Callable[[], bytes]
    read: Reader
    must_refuse: bool = True


@dataclass(frozen=True)
class Effect:
    """What a bomb did to its reader: how that ended, how long it took, the most memory it had, what it told."""

    bomb: Bomb
    status: int
    took_s: float
    peak_mb: float
    lines: tuple[str, ...]


def lacks() -> str:
    """Return why this part cannot run here."""
    return ""


def run(rounds: int, folder: Path, seed: int) -> Tally:
    """Have every bomb read as often as told; how long that took and how much memory it had is only told."""
    tally = Tally("bombs")
    effects = list(effects_of(all_bombs(), folder, rounds))
    for effect in effects:
        tally.rounds += 1
        if effect.status not in (DONE, REFUSED):
            tally.count("unexpected", f"{effect.bomb.name}: ended with {effect.status}: {effect.lines}")
        elif effect.status == DONE and effect.bomb.must_refuse:
            tally.count("silent", f"{effect.bomb.name}: was read as if nothing were wrong")
    slowest = max(effects, key=lambda effect: effect.took_s)
    largest = max(effects, key=lambda effect: effect.peak_mb)
    tally.told.append(f"slowest {slowest.took_s:.2f} s ({slowest.bomb.name})")
    tally.told.append(f"largest {largest.peak_mb:.0f} MB ({largest.bomb.name})")
    return tally


def effects_of(bombs: list[Bomb], folder: Path, times: int = 1) -> Iterator[Effect]:
    """Yield what each bomb does to a process of its own."""
    for at, bomb in enumerate(bombs):
        file = folder / f"{at}.bomb"
        # Made elsewhere: the reader begins as a copy of this process, which is to stay small.
        assert fork(partial(_make, bomb, file)).end()[0] == DONE
        for _ in range(times):
            status, lines = fork(partial(_read, bomb, file)).end(PATIENCE_S)
            told = json.loads(next((line[2:] for line in lines if line.startswith("m ")), '{"s": 0, "mb": 0}'))
            yield Effect(bomb, status, told["s"], told["mb"], tuple(line for line in lines if line[:2] in ("k ", "x ")))
        file.unlink()


def _make(bomb: Bomb, file: Path, _tell: Tell) -> None:
    file.write_bytes(bomb.make())


def _read(bomb: Bomb, file: Path, tell: Tell) -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # forget the most memory there was before
    most = _kilobytes("VmSize") * 1024 + MORE_MB * MB
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    began = time.perf_counter()
    try:
        bomb.read(file)
    finally:
        took_s = time.perf_counter() - began
        tell(f"m {json.dumps({'s': took_s, 'mb': _kilobytes('VmHWM') / 1024})}")


def _kilobytes(name: str) -> int:
    return int(Path("/proc/self/status").read_text("ascii").partition(f"{name}:")[2].split()[0])


# --- what is read, and by whom --------------------------------------------------------------------------------------


def all_bombs() -> list[Bomb]:
    """Return every hostile file there is for each reader."""
    sound = storage.packed(Place(Path()).proposal(1), PROGRAM)
    bombs = [Bomb(f"draft: {name}", partial(spoil, sound), _read_draft) for name, spoil in hostile.DRAFTS.items()]
    bombs += [Bomb(f"salvage: {bomb.name}", bomb.make, _salvage, must_refuse=False) for bomb in bombs]
    bombs += [Bomb(f"data: {name}", partial(bytes, data), _read_data) for name, data in hostile.DATA.items()]
    bombs.append(Bomb("picture: 900 million pixels", hostile.picture_bomb, _read_picture))
    bombs += [Bomb(f"paste: {name}", make, _read_html, must_refuse=False) for name, make in _HTML.items()]
    bombs += [Bomb(f"plain: {name}", make, _read_plain, must_refuse=False) for name, make in _PLAIN.items()]
    bombs += [Bomb(f"document: {name}", make, _read_document) for name, make in _DOCUMENTS.items()]
    bombs += [Bomb(f"table: {name}", make, _read_table) for name, make in _TABLES.items()]
    return bombs


def _read_draft(file: Path) -> None:
    storage.read(file, shelf())


def _salvage(file: Path) -> None:
    salvage.salvage(file, shelf(), file.parent / "drafts")


def _read_data(file: Path) -> None:
    raw = strict_json.loads(file.read_bytes(), name=file.name)
    from_outside(call(), raw, None)


def _read_picture(file: Path) -> None:
    pictures.normalise(file.read_bytes(), file.name)


def _read_html(file: Path) -> None:
    try:
        pasted_html.read(file.read_text("utf-8"))
    except pasted_html.TooMuchError as error:
        raise KjxmError("paste.too_much") from error


def _read_plain(file: Path) -> None:
    pasted_html.read_plain(file.read_text("utf-8"))


def _read_document(file: Path) -> None:
    incoming.read(file, file.name)


def _read_table(file: Path) -> None:
    spreadsheets.read_table(file, file.name)


_HTML: dict[str, Callable[[], bytes]] = {
    "20,000 levels": lambda: b"<div>" * 20_000 + b"a",
    "a million open tags": lambda: b"<p><b>" * 500_000,
    "200,000 rows": lambda: b"<table>" + b"<tr><td>a" * 200_000,
    "a cell over a million rows": lambda: b"<table><tr><td rowspan=1000000 colspan=1000000>a",
    "a tag without an end": lambda: b"<a " + b"x=y " * 1_000_000,
    "a comment without an end": lambda: b"<!--" * 1_000_000,
    "half entities": lambda: b"&amp" * 1_000_000,
    "a style sheet of a million rules": lambda: b"<style>" + b".a{b:c}" * 600_000 + b"</style><p class=a>a",
    "6 million characters": lambda: b"a" * 6_000_000,
}

_PLAIN: dict[str, Callable[[], bytes]] = {
    "two million lines": lambda: b"a\n" * 2_000_000,
    "5 million characters": lambda: b"a" * 5_000_000,
}

_DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "two million runs": lambda: hostile.document(b"<w:p>" + b"<w:r><w:t>a</w:t></w:r>" * 2_000_000 + b"</w:p>"),
    "a million paragraphs": lambda: hostile.document(b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 1_000_000),
    "60 million characters": lambda: hostile.document(b"<w:p><w:r><w:t>" + b"a" * 60_000_000 + b"</w:t></w:r></w:p>"),
    "10 million references": lambda: hostile.document(
        b"<w:p><w:r><w:t>" + b"&amp;" * 10_000_000 + b"</w:t></w:r></w:p>"
    ),
    "a hundred thousand levels": lambda: hostile.document(b"<w:p>" * 100_000),
}

_TABLES: dict[str, Callable[[], bytes]] = {
    "three million strings": lambda: hostile.workbook(_LAST, b"<si><t>a</t></si>" * 3_000_000),
    "a string of three million pieces": lambda: hostile.workbook(_LAST, b"<si>" + b"<r><t>a</t></r>" * 3_000_000),
    "a row of two million cells": lambda: hostile.workbook(b"<row>" + b"<c><v>1</v></c>" * 2_000_000 + b"</row>"),
    "five million rows": lambda: hostile.workbook(b"<row/>" * 5_000_000),
    "15 million commas": lambda: b"," * 15_000_000,
    "10 million quotes": lambda: b'"' * 10_000_000,
}

_LAST = b'<row r="1"><c r="A1" t="s"><v>2999999</v></c></row>'
