"""Build what is handed out, from this checkout and nothing but the package registries.

    python packaging/build.py deb|windows|appimage|macos [--to DIR]

The same bundle (kjxm.spec) goes into each. It is built on the system it is for, but Debian as root can build two: that
for Linux in a root of an older release (old_linux.py), that for Windows under Wine (wine.py).
Before it is packed every bundle must pass its own self-test. What was made, its size and its SHA-256 are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import appimage
import bundles
import deb
import dress
import macos
import windows_installer

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "build" / "pack"
TARGETS: Mapping[str, tuple[Callable[[Path], Path], Callable[[Path, Path], Path]]] = {
    "appimage": (bundles.native, appimage.make),
    "deb": (bundles.on_old_linux, deb.make),
    "macos": (bundles.native, macos.make),
    "windows": (bundles.native if os.name == "nt" else bundles.under_wine, windows_installer.make),
}
"""For each product how its bundle is built in a folder, and how it is packed into another."""


def main() -> None:
    """Build the product that was asked for."""
    parser = argparse.ArgumentParser(description="Build what is handed out.")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--to", type=Path, default=ROOT / "dist")
    told = parser.parse_args()
    build_bundle, pack = TARGETS[told.target]
    work = PACK / told.target
    dress.make(PACK / "dress")
    bundle = build_bundle(work)
    told.to.mkdir(parents=True, exist_ok=True)
    made = pack(bundle, told.to)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    print(f"{made.name}: {made.stat().st_size / 1e6:.1f} MB, installed {bundles.size(bundle) / 1e6:.1f} MB")
    print(f"SHA-256 {digest}")


if __name__ == "__main__":
    main()
