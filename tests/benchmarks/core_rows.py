"""The rows of the subject: checking, opening and saving. They inform; nothing bounds them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from tests.benchmarks import children, drafts
from tests.benchmarks.table import PAIRS, Pairs, Row, interleaved, row_of

PROBE = "tests.benchmarks.core_probe"
STATES = {"cold": "the first check, the schema library loaded", "warm": "after an edit in one budget line"}


def check() -> list[Row]:
    """Return how long `kjxm check` takes against a bare Python, and checks in the process against the plain library."""
    draft = drafts.file_of(drafts.long_example(), "long")
    command = ["-m", "kjxm_desktop.cli", "check", draft, "--json", "--time", drafts.NOW.isoformat()]
    whole = interleaved(lambda: children.run(command).took_ms, lambda: children.run(["-c", ""]).took_ms)
    notes = ["kjxm check of the long example, whole process, against a Python that does nothing"]
    return [row_of("check", "ms", Pairs.of(whole), None, notes), *_checks(30), *_checks(3000)]


def _checks(lines: int) -> list[Row]:
    draft = drafts.file_of(drafts.with_lines(lines), f"long-{lines}")
    told = [children.run(["-m", PROBE, draft]).answer for _ in range(PAIRS)]
    return [
        row_of(
            f"check {state} {lines}",
            "ms",
            Pairs.of((answer[f"{state}_ms"], answer["plain_ms"]) for answer in told),
            None,
            [f"{what}, {lines} budget lines; against that library alone on the same data"],
        )
        for state, what in STATES.items()
    ]


def save() -> list[Row]:
    """Return how long the long draft takes to write safely and to read back, against hashing its bytes."""
    proposal = drafts.long_example()
    path, shelf = drafts.file_of(proposal, "long"), Shelf(paths.schemas())
    size = f"{path.stat().st_size / 1e6:.1f} MB"

    def hashing() -> float:
        return _took(lambda: hashlib.sha256(path.read_bytes()))

    written = interleaved(lambda: _took(lambda: storage.write(path, proposal, program="kjxm-desktop bench")), hashing)
    read = interleaved(lambda: _took(lambda: storage.read(path, shelf)), hashing)
    return [
        row_of("save", "ms", Pairs.of(written), None, [f"{size}, fsynced and read back; against SHA-256 of the file"]),
        row_of("open", "ms", Pairs.of(read), None, [f"{size}, every part checked; against SHA-256 of the file"]),
    ]


def _took(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
