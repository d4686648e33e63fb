"""The row of long prose: how long the window's thread is busy for a character in 8,000 字 with pictures."""

from __future__ import annotations

import statistics
from typing import cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from tests.benchmarks import children, drafts
from tests.benchmarks.prose_probe import CHARACTERS, WORDS
from tests.benchmarks.table import Pairs, Row, percentile
from tests.benchmarks.window_rows import font_of

PROBE = "tests.benchmarks.prose_probe"
POINTER = "/approach/route"
LONG = 8_000
RUNS = 3
"""Each types 2,000 characters and takes a minute; a row has six of them."""
FRAME_MS = 16.0
LONGEST_MS = 50.0


def prose() -> list[Row]:
    """Return the frames of typing, alone and while the helper process exports, against a bare text as long."""
    draft = drafts.file_of(_long(), "prose")
    family, font_file = font_of(draft)
    ours: dict[str, list[Json]] = {"prose": [], "prose export": []}
    bare: list[Json] = []
    for _ in range(RUNS):
        bare.append(children.run(["-m", PROBE, "bare", family, font_file, str(LONG)]).answer)
        for name, more in (("prose", []), ("prose export", ["export"])):
            ours[name].append(children.run(["-m", PROBE, "program", draft, POINTER, *more]).answer)
    return [row for name, told in ours.items() for row in _rows(name, told, bare)]


def _rows(name: str, told: list[Json], bare: list[Json]) -> list[Row]:
    p99 = Pairs.of((percentile(a["frames"], 99), percentile(b["frames"], 99)) for a, b in zip(told, bare, strict=True))
    longest = Pairs.of((a["longest"], b["longest"]) for a, b in zip(told, bare, strict=True))
    every = [ms for answer in told for ms in cast("list[float]", answer["frames"])]
    notes = [f"a character put in → all that follows at once done and painted, p99 of {CHARACTERS:,} in {LONG:,} 字"]
    notes.append(f"median {statistics.median(every):.1f} ms; {sum(answer['exports'] for answer in told)} exports ended")
    worst = "the longest time that the thread of the window did not come round"
    return [
        Row(name, "ms", percentile(every, 99), statistics.median(p99.reference), p99.ratio, p99.noise, FRAME_MS,
            "measured", tuple(notes)),
        Row(f"{name} longest", "ms", max(longest.measured), statistics.median(longest.reference), longest.ratio,
            longest.noise, LONGEST_MS, "measured", (worst,)),
    ]  # fmt: skip


def _long() -> Proposal:
    """Return the long example with its technical route grown to 8,000 字, a picture after every tenth paragraph."""
    proposal = drafts.long_example()
    blocks = cast("list[Json]", proposal.get(POINTER))
    pictures = [block for block in blocks if block["type"] == "picture"]
    while rich_text.word_count(blocks) < LONG:
        blocks = [*blocks, *[{"type": "paragraph", "runs": [{"text": WORDS * 5}]}] * 10, *pictures[:1]]
    proposal.set(POINTER, blocks)
    return proposal
