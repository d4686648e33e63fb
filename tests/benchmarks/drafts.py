"""The proposals that are measured: the long example, with more budget lines, with more text."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import cast

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, json_pointer, storage
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "bench"
CALL = paths.schemas() / "kjxm-sjtu-2024"
EXAMPLE = paths.resources() / "examples" / "long" / "proposal.json"
NOW = clock.read("2024-06-10T10:00")
LINES = "/budget/lines"
FILES = "/attachments/files"
LARGE_BYTES = 44_000_000


def long_example() -> Proposal:
    """Return the long example."""
    return from_outside(calls.load(CALL), json.loads(EXAMPLE.read_text("utf-8")), EXAMPLE.parent)


def with_lines(count: int) -> Proposal:
    """Return the long example with exactly `count` budget lines, its own ones again and again.

    Its title is two 字 short of the limit, so that typing crosses it, and marks come and go.
    """
    proposal = long_example()
    proposal.set("/project/title", "葵盘果胶联产颗粒饲料" * 2 + "中试与产业化示范")
    own = cast("list[dict[str, Json]]", proposal.get(LINES))
    proposal.set(LINES, [{**own[at % len(own)], "id": f"line{at:04}"} for at in range(count)])
    return proposal


def with_text(times: int) -> Proposal:
    """Return the long example with every long text, and its tables and pictures, `times` times over.

    Beyond what an answer may hold, so it goes to the writers as it is and into no file.
    """
    proposal = long_example()
    proposal.data = _repeated(proposal, proposal.data, "", times)
    return proposal


def _repeated(proposal: Proposal, value: Json, pointer: str, times: int) -> Json:
    control = proposal.call.form.control(pointer)
    if control is not None and control.kind == "rich":
        return value * times
    if isinstance(value, dict):
        told = cast("dict[str, Json]", value)
        return {
            key: _repeated(proposal, child, pointer + json_pointer.build([key]), times) for key, child in told.items()
        }
    if isinstance(value, list):
        rows = cast("list[Json]", value)
        return [_repeated(proposal, row, f"{pointer}/{at}", times) for at, row in enumerate(rows)]
    return value


def large() -> Proposal:
    """Return the long example with three attachments more, 45 MB in all: no compression makes them smaller."""
    proposal = long_example()
    kept = cast("list[dict[str, Json]]", proposal.get(FILES))
    for number in range(3):
        noise = b"%PDF-1.7\n" + random.Random(number).randbytes(LARGE_BYTES // 3)
        kept = [*kept, {"id": f"large{number}", "name": f"附件{number}.pdf", "media": proposal.add_media(noise)}]
    proposal.set(FILES, kept)
    return proposal


def file_of(proposal: Proposal, name: str) -> Path:
    """Write `proposal` as a draft of that name into build/bench/ and return its path."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / f"{name}.kjxm"
    storage.write(path, proposal, program="kjxm-desktop bench")
    return path
