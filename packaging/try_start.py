"""Measure how long the built program takes to its first page, beside a bare window that was frozen the same way.

    python packaging/try_start.py [PAIRS]

After `build.py deb`, as root, with Xvfb. Both run in pairs on the same screen, each until its window looks as it stays;
the program opens the long example. Printed are medians and their ratio.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops, ImageGrab

import bundles
import old_linux

ROOT = Path(__file__).resolve().parent.parent
WORK = bundles.PACK / "deb"
EXAMPLE = ROOT / "resources" / "examples" / "long" / "proposal.json"
REGIONS = {"bare": (0, 30, 700, 660), "program": (430, 60, 1030, 460)}
"""What is looked at on a screen of 1366 × 768: the line of the bare window, the upper part of the first page."""
SETTLED_S = 4.0
_SAME = 0.02  # the share of points that may still change: a cursor that blinks


def main() -> None:
    """Build the bare window when it is not there, run the pairs and print what they took."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    bare, program = _bare(), WORK / bundles.NAME
    font = program / "_internal" / "kjxm_desktop" / "resources" / "fonts" / "NotoSansSC-Regular.ttf"
    with tempfile.TemporaryDirectory() as place, _screen() as display:
        draft = Path(place) / "long.kjxm"
        made = [program / "kjxm", "new", "--call", "kjxm-sjtu-2024", "--data", EXAMPLE, draft]
        subprocess.run(made, check=True)
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "KJXM_DATA": f"{place}/own"}
        commands = {"bare": [bare / "bare", font], "program": [program / bundles.NAME, draft]}
        took: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(pairs + 1):
            for name, command in commands.items():
                seconds = _until_painted(command, environment, display, REGIONS[name])
                if number:  # the first of each reads the files into memory
                    took[name].append(seconds)
    for name, seconds in took.items():
        print(f"{name}: median {statistics.median(seconds) * 1000:.0f} ms, {[round(one * 1000) for one in seconds]}")
    print(
        f"ratio {statistics.median(one / other for one, other in zip(took['program'], took['bare'], strict=True)):.2f}"
    )


def _bare() -> Path:
    """Return the folder of the bare window, frozen in the root that the program was built in."""
    folder = WORK / "bare"
    if not folder.is_dir():
        root = WORK / "root"
        if not root.is_dir():
            sys.exit("Nothing was built yet: run build.py deb first.")
        (root / "build").mkdir(exist_ok=True)
        (root / "build" / "bare.py").write_bytes((ROOT / "packaging" / "entries" / "bare.py").read_bytes())
        command = "-m PyInstaller --noconfirm --log-level ERROR --strip --distpath /build --workpath /build/made"
        build = [old_linux.PYTHON, *command.split(), "/build/bare.py"]
        old_linux.run(root, build, {"PYTHONPATH": old_linux.SITE})
        (root / "build" / "bare").rename(folder)
    return folder


def _until_painted(
    command: Sequence[Path | str], environment: dict[str, str], display: str, region: tuple[int, int, int, int]
) -> float:
    """Return the seconds from the start of a program until its window looked as it stayed."""
    seen: list[tuple[float, Image.Image]] = []
    began = time.monotonic()
    with subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            while time.monotonic() - began < SETTLED_S:
                picture = ImageGrab.grab(region, xdisplay=display)
                seen.append((time.monotonic() - began, picture))
        finally:
            process.kill()
    last = seen[-1][1]
    if len(last.getcolors(1 << 20) or ()) < 8:
        sys.exit(f"{Path(command[0]).name} painted nothing in {SETTLED_S} s")
    return next(at for at, picture in seen if _differs(picture, last) < _SAME)


def _differs(one: Image.Image, other: Image.Image) -> float:
    counted = ImageChops.difference(one, other).convert("L").histogram()
    return sum(counted[16:]) / sum(counted)


@contextmanager
def _screen() -> Iterator[str]:
    number = next(number for number in range(90, 200) if not Path(f"/tmp/.X11-unix/X{number}").exists())
    command = ["Xvfb", f":{number}", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as screen:
        while not Path(f"/tmp/.X11-unix/X{number}").exists():
            time.sleep(0.1)
        try:
            yield f":{number}"
        finally:
            screen.terminate()


if __name__ == "__main__":
    main()
