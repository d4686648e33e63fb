"""The bundle that every product carries: a folder with both programs, their libraries, the calls and the fonts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import licences
import old_linux
import wheels
import wine
from dress import version

ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "build" / "pack"
DRESS = PACK / "dress"
NAME = "kjxm-desktop"
PARTS = ("kjxm_desktop", "schemas", "resources", "packaging")
"""What of the checkout a bundle is built from."""
NEWEST_GLIBC = (2, 31)
_PYINSTALLER = ("-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR")


def native(work: Path) -> Path:
    """Build for the system at hand, with the Python that runs this, and return the folder."""
    site = PACK / "site"
    wheels.install(site)
    tree = _copied_tree(work / "tree")
    environment = {**os.environ, "PYTHONPATH": str(site), **_told(tree, DRESS)}
    command = [sys.executable, *_PYINSTALLER, "--distpath", work, "--workpath", work / "made", _spec(tree)]
    subprocess.run(command, env=environment, check=True)
    return _finished(work / NAME, _tested_natively)


def on_old_linux(work: Path) -> Path:
    """Build for every Linux from glibc 2.31 on, in a root of Debian 11, and return the folder."""
    root = old_linux.prepared(work)
    _copied_tree(root / "build" / "tree")
    shutil.copytree(DRESS, root / "build" / "dress", dirs_exist_ok=True)
    place = Path("/build")
    command = ["--distpath", place, "--workpath", place / "made", _spec(place / "tree")]
    environment = {"PYTHONPATH": old_linux.SITE, **_told(place / "tree", place / "dress")}
    old_linux.run(root, [old_linux.PYTHON, *_PYINSTALLER, *map(str, command)], environment)
    bundle = work / NAME
    shutil.rmtree(bundle, ignore_errors=True)
    shutil.move(root / "build" / NAME, bundle)
    _check_glibc(bundle)
    return _finished(bundle, _tested_natively)


def under_wine(work: Path) -> Path:
    """Build for Windows, with the Python of Windows under Wine, and return the folder."""
    windows = wine.prepared(work)
    tree = _copied_tree(work / "tree")
    command = [*_PYINSTALLER, "--distpath", wine.path(work), "--workpath", wine.path(work / "made")]
    windows.run([windows.python, *command, wine.path(_spec(tree))], _told(wine.path(tree), wine.path(DRESS)))
    return _finished(work / NAME, lambda bundle: _tested_under_wine(windows, bundle))


def size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _copied_tree(target: Path) -> Path:
    """Copy what a bundle is built from: nothing that is written there, or in the checkout meanwhile, mixes with it."""
    shutil.rmtree(target, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "*.part")
    for part in PARTS:
        shutil.copytree(ROOT / part, target / part, ignore=ignored)
    return target


def _spec(tree: Path) -> Path:
    return tree / "packaging" / "kjxm.spec"


def _told(tree: Path | str, dress: Path | str) -> dict[str, str]:
    """Return what the spec is told by its environment."""
    return {"KJXM_TREE": str(tree), "KJXM_DRESS": str(dress), "KJXM_VERSION": version(), "PYTHONHASHSEED": "0"}


def _finished(bundle: Path, test: Callable[[Path], None]) -> Path:
    licences.put(bundle / "licences")
    test(bundle)
    return bundle


# ---- what every bundle must show


def _tested_natively(bundle: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        program = bundle / (f"{NAME}.exe" if os.name == "nt" else NAME)
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run([program, "--self-test", report], env=environment, stdin=subprocess.DEVNULL, check=False)
        judge(report)


def _tested_under_wine(windows: wine.Windows, bundle: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        windows.run(
            [bundle / f"{NAME}.exe", "--platform", "offscreen", "--self-test", wine.path(report)], {}, check=False
        )
        judge(report)


def judge(report: Path) -> None:
    """Say how the self-test of a bundle went; exit when it failed or wrote nothing."""
    if not report.is_file():
        sys.exit("The program that was built ended without a report of its self-test.")
    told = json.loads(report.read_text("utf-8"))
    for step in told["steps"]:
        print(f"  self-test: {step['name']}: {'passed' if step['passed'] else step.get('why')}", flush=True)
    if not told["passed"]:
        sys.exit("The program that was built did not pass its self-test.")


def newest_glibc(bundle: Path) -> tuple[int, ...]:
    """Return the newest version of glibc's symbols that anything in a bundle asks for."""
    found = {(0,)}
    for path in bundle.rglob("*"):
        if path.is_file() and path.open("rb").read(4) == b"\x7fELF":
            told = subprocess.run(["objdump", "-T", path], capture_output=True, text=True, check=True).stdout
            found |= {tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", told)}
    return max(found)


def _check_glibc(bundle: Path) -> None:
    newest = newest_glibc(bundle)
    print(f"  newest glibc symbol: {'.'.join(map(str, newest))}", flush=True)
    if newest > NEWEST_GLIBC:
        sys.exit("The bundle asks for a newer glibc than the oldest system it is for.")
