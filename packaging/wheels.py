"""The locked libraries as a folder to import from, for the machine at hand or for another system."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "locks" / "build.txt"
PYTHON_VERSION = "3.11"


def install(folder: Path, platform: str | None = None) -> None:
    """Install what runs and what builds into `folder`, each file checked by its hash; nothing when it is there.

    `platform` is one of uv's names for another system, whose markers and wheels then count.
    """
    told = f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {platform}"
    done = folder.with_name(folder.name + "-prepared")
    if folder.is_dir() and done.is_file() and done.read_text("utf-8") == told:
        return
    shutil.rmtree(folder, ignore_errors=True)
    uv = Path(sys.executable).with_name("uv.exe" if sys.platform == "win32" else "uv")
    command: list[str | Path] = [uv, "pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--quiet", "--target", folder, "--requirements", LOCK]
    if platform:
        command += ["--python-version", PYTHON_VERSION, "--python-platform", platform]
    subprocess.run(command, check=True)
    done.write_text(told, "utf-8")
