"""The row of a long table: how long a frame of scrolling and a key in a cell take with 3,000 rows."""

from __future__ import annotations

import statistics

from tests.benchmarks import children, drafts
from tests.benchmarks.rows_probe import ROWS
from tests.benchmarks.table import PAIRS, Pairs, Row, percentile
from tests.benchmarks.window_rows import font_of

PROBE = "tests.benchmarks.rows_probe"
FRAME_MS = 16.7
"""Sixty frames a second."""
KEY_MS = 16.0


def rows() -> list[Row]:
    """Return how long a frame and a key take in the grid, against one of the library itself as large."""
    draft = drafts.file_of(drafts.with_lines(ROWS), f"long-{ROWS}")
    family, font_file = font_of(draft)
    ours: dict[str, list[float]] = {"frames": [], "keys": []}
    p99: dict[str, list[tuple[float, float]]] = {"frames": [], "keys": []}
    for _ in range(PAIRS):
        bare = children.run(["-m", PROBE, "bare", family, font_file]).answer
        told = children.run(["-m", PROBE, "program", draft, drafts.LINES]).answer
        for name in ours:
            ours[name] += told[name]
            p99[name].append((percentile(told[name], 99), percentile(bare[name], 99)))
    frame = "a turn of the wheel → what came into sight painted"
    key = "a key in a cell → all that follows at once done and painted"
    return [
        _row("rows scroll", ours["frames"], p99["frames"], FRAME_MS, frame),
        _row("rows key", ours["keys"], p99["keys"], KEY_MS, key),
    ]


def _row(name: str, all_ms: list[float], p99: list[tuple[float, float]], bound_ms: float, what: str) -> Row:
    pairs = Pairs.of(p99)
    notes = [f"{what}, p99; {ROWS:,} rows", f"{len(all_ms)} in all: median {statistics.median(all_ms):.1f} ms"]
    slowest, reference = percentile(all_ms, 99), statistics.median(pairs.reference)
    return Row(name, "ms", slowest, reference, pairs.ratio, pairs.noise, bound_ms, "measured", tuple(notes))
