"""The rows of the window: how long until the first page takes a key, and how long a key takes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import Json
from tests.benchmarks import children, drafts
from tests.benchmarks.table import PAIRS, Pairs, Row, interleaved, percentile, row_of

START_PROBE, KEY_PROBE = "tests.benchmarks.start_probe", "tests.benchmarks.key_probe"
PAUSES_MS = (45, 70, 60, 90, 165, 55, 190, 80, 230, 110, 420, 60, 1000, 450, 100, 170)
"""Between keys: fast typing, and pauses after which a check (150 ms), a store (400 ms), a mark (900 ms) begin."""
KEYS = 64
"""In one process; signs and backspaces by turns of four, so that the text stays about as long as it was."""
FIELDS = {"title": "/project/title", "budget notes": "/budget/notes"}


def start() -> list[Row]:
    """Return time and memory of the start, against a bare main window with the same font."""
    draft = drafts.file_of(drafts.long_example(), "long")
    family, font_file = font_of(draft)
    pairs = interleaved(
        lambda: children.run_until_told(["-m", START_PROBE, "program", draft]),
        lambda: children.run_until_told(["-m", START_PROBE, "bare", family, font_file]),
    )
    times = Pairs.of((ours[0], bare[0]) for ours, bare in pairs)
    memory = Pairs.of((ours[1]["peak_kb"] / 1024, bare[1]["peak_kb"] / 1024) for ours, bare in pairs)
    busy = Pairs.of((ours[1]["cpu_ms"], bare[1]["cpu_ms"]) for ours, bare in pairs)
    notes = [f"process begins → page painted, grabbed, a key in the field; both with {family}"]
    notes.append(f"processor time {statistics.median(busy.measured):.0f} ms, {busy.ratio:.2f}× that of the bare window")
    return [row_of("start", "ms", times, 2.5, notes), row_of("start memory", "MB", memory, 1.8, ["peak until then"])]


def font_of(draft: Path) -> tuple[str, str]:
    """Return the family that the program shows here, and its file when it brings it itself."""
    _, told = children.run_until_told(["-m", START_PROBE, "program", draft])
    return told["family"], str(paths.fonts() / "NotoSansSC-Regular.ttf") if told["ours"] else ""


def key30() -> list[Row]:
    """Return how long a key takes with 30 budget lines."""
    return [_keys(30, 8.0)]


def key3000() -> list[Row]:
    """Return how long a key takes with 3,000 budget lines."""
    return [_keys(3000, 16.0)]


def _keys(lines: int, bound_ms: float) -> Row:
    draft = drafts.file_of(drafts.with_lines(lines), f"long-{lines}")
    family, font_file = font_of(draft)
    ours: dict[str, list[float]] = {name: [] for name in FIELDS}
    ran: Counter[str] = Counter()
    p99: list[tuple[float, float]] = []
    for _ in range(PAIRS):
        bare = _typed(["bare", family, font_file])
        told = {name: _typed(["program", str(draft), pointer]) for name, pointer in FIELDS.items()}
        for name, answer in told.items():
            ours[name] += answer["ms"]
            ran.update({what: answer[what] for what in ("marks", "checks", "saves")})
        p99.append((max(percentile(answer["ms"], 99) for answer in told.values()), percentile(bare["ms"], 99)))
    pairs = Pairs.of(p99)
    notes = ["key pressed outside → counter and mark painted, p99; the reference counts in a bare window"]
    for name, ms in ours.items():
        middle = statistics.median(ms)
        notes.append(f"{len(ms)} keys into {name}: median {middle:.1f} ms, p99 {percentile(ms, 99):.1f} ms")
    notes.append(f"meanwhile {ran['checks']} checks, {ran['saves']} drafts stored, {ran['marks']} marks came or went")
    slowest, reference = max(percentile(ms, 99) for ms in ours.values()), statistics.median(pairs.reference)
    return Row(f"key{lines}", "ms", slowest, reference, pairs.ratio, pairs.noise, bound_ms, "measured", tuple(notes))


def _typed(arguments: list[str]) -> Json:
    """Type into a probe from outside, at our pace, and return what it answers."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            [sys.executable, "-m", KEY_PROBE, *arguments],
            cwd=drafts.ROOT,
            env=children.environment(Path(folder)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as probe:
            assert probe.stdin is not None
            assert probe.stdout is not None
            if probe.stdout.readline().strip() == b"ready":
                for number in range(KEYS):
                    time.sleep(PAUSES_MS[number % len(PAUSES_MS)] / 1000)
                    which = "-" if number % 8 >= 4 else "+"
                    probe.stdin.write(f"{time.monotonic()} {which}\n".encode())
                    probe.stdin.flush()
                time.sleep(0.6)
            probe.stdin.close()
            answer = probe.stdout.read()
        if probe.returncode:
            errors.seek(0)
            raise children.ChildError(children.last_words(errors.read().decode("utf-8", "replace")))
    told = json.loads(answer.splitlines()[-1])
    if len(told["ms"]) != KEYS:
        raise children.ChildError(f"{len(told['ms'])} of {KEYS} keys arrived: {' '.join(arguments)}")
    return told
