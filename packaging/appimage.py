"""The AppImage: the Linux bundle as one file that runs where nothing may be installed.

The tool that makes it is in no package registry: it must be on the PATH, as the release workflow puts it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import bundles
import dress

LINUX = Path(__file__).resolve().parent / "linux"
_RUN = '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/files/kjxm-desktop" "$@"\n'


def make(bundle: Path, to: Path) -> Path:
    """Pack `bundle` and return the file."""
    tool = shutil.which("appimagetool")
    if tool is None:
        sys.exit("The AppImage needs appimagetool, which no package registry carries; put it on the PATH.")
    root = bundle.parent / "AppDir"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(bundle, root / "files", symlinks=True)
    text = (LINUX / "kjxm-desktop.desktop").read_text("utf-8")
    (root / "kjxm-desktop.desktop").write_text(text.replace("/opt/apps/org.kjxm.desktop/files/", ""), "utf-8")
    shutil.copyfile(bundles.DRESS / "kjxm-desktop-256.png", root / "kjxm-desktop.png")
    (root / "AppRun").write_text(_RUN, "ascii")
    (root / "AppRun").chmod(0o755)
    made = to / f"kjxm-desktop-{dress.version()}-x86_64.AppImage"
    subprocess.run([tool, "--no-appstream", root, made], env={**os.environ, "ARCH": "x86_64"}, check=True)
    return made
