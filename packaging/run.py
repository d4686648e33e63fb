"""Show the program at work on the long example: the window, or, without a display, the exported files.

Called by `make run`. The example becomes build/example/long.kjxm, edited and saved there like any other proposal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "resources" / "examples" / "long" / "proposal.json"
CALL = "kjxm-sjtu-2024"
OUT = ROOT / "build" / "example"
PROPOSAL = OUT / "long.kjxm"
PROGRAMS = Path(sys.executable).parent


def main() -> None:
    """Open the window on the example and wait for it to close, or export the example and print the paths."""
    if _has_display():
        if not PROPOSAL.exists() or PROPOSAL.stat().st_mtime < EXAMPLE.stat().st_mtime:
            _make_proposal()
        _run("kjxm-desktop", PROPOSAL)
    else:
        _make_proposal()
        _run("kjxm", "package", PROPOSAL, "--to", OUT)


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _make_proposal() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    _run("kjxm", "new", "--call", CALL, "--data", EXAMPLE, PROPOSAL)


def _run(program: str, *arguments: str | Path) -> None:
    """Run a program of `.venv`; when it fails it has said why, so only its exit status is passed on."""
    status = subprocess.run([PROGRAMS / program, *arguments], check=False).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    main()
