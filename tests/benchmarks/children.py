"""Processes that are measured as a whole: started alike, each with a data folder of its own, timed from their start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kjxm_desktop.core.json_pointer import Json
from tests.benchmarks.drafts import ROOT

TIMEOUT_S = 300


class ChildError(Exception):
    """A process that was to be measured failed; the text is what it said last."""


@dataclass(frozen=True)
class Ended:
    """A process that has ended well: how long it took in all, and what it told."""

    took_ms: float
    told: str

    @property
    def answer(self) -> Json:
        """Return the last line as JSON: how probes answer."""
        return json.loads(self.told.splitlines()[-1])


def environment(data_folder: Path) -> dict[str, str]:
    """Return the environment of a child: Qt's offscreen platform unless another is named, drafts in `data_folder`."""
    return {"QT_QPA_PLATFORM": "offscreen", **os.environ, "KJXM_DATA": str(data_folder), "PYTHONIOENCODING": "utf-8"}


def run(arguments: Sequence[str | Path]) -> Ended:
    """Run this Python with `arguments` to its end. Raises ChildError when it does not end with status 0."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        child = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment(Path(folder)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIMEOUT_S,
            check=False,
        )
        took_ms = (time.monotonic() - began) * 1000
    if child.returncode:
        raise ChildError(f"{arguments[:2]} ended with {child.returncode}: {last_words(child.stderr)}")
    return Ended(took_ms, child.stdout)


def run_until_told(arguments: Sequence[str | Path]) -> tuple[float, Json]:
    """Run a probe and return the time from its start to the moment it names in "at", in ms, and its answer."""
    began = time.monotonic()
    answer = run(arguments).answer
    return (answer["at"] - began) * 1000, answer


def last_words(text: str) -> str:
    """Return the last lines of what a process said on stderr."""
    return " | ".join(text.strip().splitlines()[-3:])
