"""`make shots`: contact sheets of every section, panel and dialog in build/shots/ (`ONE=dark`: that set alone).

Each set is a process of its own, for Qt reads the scale of the screen once. Time, font and data are fixed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "shots"
NOW = "2024-06-10T10:00"


@dataclass(frozen=True)
class Set:
    """How the window looks in one set; the size is in real dots, the scale in hundredths."""

    scenes: str
    appearance: Literal["light", "dark"] = "light"
    language: Literal["zh", "en"] = "zh"
    width: int = 1366
    height: int = 768
    scale: int = 100


SETS: Mapping[str, Set] = {
    "light": Set("all"),
    "dark": Set("all", appearance="dark"),
    "english": Set("some", language="en"),
    "scaled": Set("some", width=1920, height=1080, scale=150),
    "small": Set("few", width=1024, height=700),
}


def main(arguments: Sequence[str]) -> int:
    """Take the sets named, or all, and print the sheets."""
    wanted = list(arguments) or list(SETS)
    for name in wanted:
        if name not in SETS:
            print(f"There is no set {name}; the sets are {', '.join(SETS)}.", file=sys.stderr)
            return 2
    if os.environ.get("KJXM_SHOTS") == wanted[0]:
        return _take(wanted[0])
    for name in wanted:
        scale = str(SETS[name].scale / 100)
        with tempfile.TemporaryDirectory() as folder:
            environment = {"KJXM_SHOTS": name, "KJXM_DATA": folder, "QT_QPA_PLATFORM": "offscreen"}
            told = {**os.environ, **environment, "QT_SCALE_FACTOR": scale}
            status = subprocess.run(
                [sys.executable, "-m", "tests.shots", name], cwd=ROOT, env=told, check=False
            ).returncode
        if status:
            return status
    return 0


def _take(name: str) -> int:
    from PySide6.QtWidgets import QApplication

    from tests.shots import scenes, sheet
    from tests.shots.stage import Stage

    told, app = SETS[name], QApplication(sys.argv[:1])
    for old in OUT.glob(f"{name}*.png"):
        old.unlink()
    stage = Stage(app, Path(os.environ["KJXM_DATA"]), told.appearance, told.language, NOW)
    stage.show(told.width * 100 // told.scale, told.height * 100 // told.scale)
    for scene in scenes.SETS[told.scenes]:
        first = len(stage.shots)
        scene(stage)
        for path in sheet.write(stage.shots[first:], OUT, f"{name}-{scene.__name__}"):
            print(path.relative_to(ROOT), flush=True)
    stage.window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
