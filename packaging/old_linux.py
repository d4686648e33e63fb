"""The Linux that the Linux bundle is built on: Debian 11 with glibc 2.31, so that the bundle runs on all later ones.

Its own Python is too old, so one is compiled there from Debian's own source. The libraries are the wheels of the lock,
for glibc 2.28. Everything lies in build/pack/linux and is made once for each lock; root is needed for the chroot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import registries
import wheels

RELEASE = "bullseye"
PYTHON_FROM = ("bookworm", "python3.11")
"""The Debian release and the package whose source the Python is compiled from."""
PLATFORM = "x86_64-manylinux_2_28"
PYTHON = "/opt/python/bin/python3.11"
SITE = "/opt/site"
# What the compiler and Python's own modules need, and the libraries that Qt finds its screen with.
PACKAGES = (
    "binutils", "gcc", "libbz2-dev", "libc6-dev", "libffi-dev", "liblzma-dev", "make", "zlib1g-dev",
    "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libx11-xcb1", "libxcb-cursor0",
    "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0", "libxcb-shape0",
    "libxcb-sync1", "libxcb-xfixes0", "libxcb-xinerama0", "libxcb-xkb1", "libxkbcommon-x11-0", "libxkbcommon0",
)  # fmt: skip
_COMPILE = f"""
set -e
cd /src
./configure --quiet --prefix=/opt/python --enable-shared --without-ensurepip --disable-test-modules \\
    LDFLAGS=-Wl,-rpath,/opt/python/lib
make --silent --jobs=$(nproc)
make --silent install
rm -r /src
{PYTHON} -c 'import bz2, ctypes, hashlib, lzma, zlib'
"""


def prepared(folder: Path) -> Path:
    """Return the root of that Linux under `folder`, made when it is not there; exit with a sentence when it cannot."""
    if os.geteuid() != 0 or not shutil.which("mmdebstrap"):
        sys.exit("The Linux bundle is built in a chroot: run this on Debian as root, with mmdebstrap installed.")
    root, done = folder / "root", folder / "root-prepared"
    told = repr((RELEASE, PYTHON_FROM, PACKAGES, _COMPILE))
    if not done.is_file() or done.read_text("utf-8") != told:
        print(f"linux: Debian {RELEASE} and a Python for it, which takes some minutes", flush=True)
        shutil.rmtree(root, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        _install(root)
        _compile_python(root, folder)
        done.write_text(told, "utf-8")
    wheels.install(root / SITE.lstrip("/"), PLATFORM)
    return root


def run(root: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run `command` inside, with a /proc of its own and nothing of this machine's environment."""
    clean = {"PATH": "/opt/python/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/tmp", "LANG": "C.UTF-8", **environment}
    subprocess.run(inside(root, command), env=clean, check=True)


def inside(root: Path, command: Sequence[str]) -> list[str]:
    """Return the command that runs `command` in a root, with a /proc of its own."""
    return ["unshare", "--mount", "--pid", "--fork", f"--root={root}", "--mount-proc", *command]


def _install(root: Path) -> None:
    entry = root.parent / f"{RELEASE}.sources"
    entry.write_text(registries.source_entry(RELEASE), "utf-8")
    packages = ",".join(PACKAGES)
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", RELEASE, root, entry], check=True
    )


def _compile_python(root: Path, folder: Path) -> None:
    archive = registries.debian_source(*PYTHON_FROM, folder / "python")
    with tarfile.open(archive) as tar:
        tar.extractall(root / "src.part", filter="data")
    next((root / "src.part").iterdir()).rename(root / "src")
    (root / "src.part").rmdir()
    run(root, ["sh", "-c", _COMPILE], {})
