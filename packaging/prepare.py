"""Bring a checkout to where it runs: `.venv`, the locked packages, the fonts, the validators; only what is missing.

Called by `make` through packaging/prepare.sh, with any Python from 3.11 on; standard library only. Each part carries
a stamp, the hash of what it was made from, so that a second run does nothing and a changed lock renews its part.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "packaging" / "locks" / "develop.txt"
FONTS = ROOT / "resources" / "fonts"
VALIDATORS = ROOT / "packaging" / "validators"
TRY_QT = """
try:
    import PySide6.QtWidgets
except ImportError as error:
    raise SystemExit(f"Qt does not load, a system library is missing: {error}")
"""


def main() -> None:
    """Prepare every part that is not as its sources say; exit with one sentence when one fails."""
    _part(VENV / "prepared", LOCK, PYTHON.exists(), _install_packages)
    _drop_setuptools()
    _link_the_tree()
    _part(ROOT / "build" / "fonts-prepared", FONTS / "manifest.json", _fonts_are_there(), _fetch_fonts)
    _part(VALIDATORS / "node_modules" / "prepared", VALIDATORS / "package-lock.json", True, _install_validators)


def _part(stamp: Path, source: Path, there: bool, prepare: Callable[[], None]) -> None:
    made_from = f"{hashlib.sha256(source.read_bytes()).hexdigest()} {ROOT}"  # programs of .venv name their folder
    if there and stamp.is_file() and stamp.read_text("utf-8") == made_from:
        return
    prepare()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(made_from, "utf-8")


def _install_packages() -> None:
    """Make `.venv` anew and install the lock into it, each file checked by its hash."""
    print("packages: .venv, by packaging/locks/develop.txt", flush=True)
    venv.create(VENV, clear=True, with_pip=True)
    _run([*pip_install(PYTHON), "-r", LOCK])
    _mend_qt_stubs()
    _run([PYTHON, "-c", TRY_QT])


def pip_install(python: str | Path) -> list[str | Path]:
    """Return the command that installs a lock: what is not listed with the hash of its file is refused."""
    quiet = ["--quiet", "--quiet", "--disable-pip-version-check"]
    return [python, "-m", "pip", "install", *quiet, "--no-deps", "--require-hashes", "--only-binary", ":all:"]


def _drop_setuptools() -> None:
    """Take out what Python 3.11 puts into every new `.venv`: old, in no lock, needed by nothing here."""
    if (_site_packages() / "setuptools").is_dir():
        _run([PYTHON, "-m", "pip", "uninstall", "--quiet", "--disable-pip-version-check", "--yes", "setuptools"])


def _mend_qt_stubs() -> None:
    """Let type checkers read PySide6 6.8: its stubs use collections.abc and import collections alone."""
    for stub in _site_packages().glob("PySide6/*.pyi"):
        text = stub.read_text("utf-8")
        stub.write_text(text.replace("\nimport collections\n", "\nimport collections.abc\n"), "utf-8")


def _link_the_tree() -> None:
    """Make the package importable from `.venv`, and its two programs callable, as an editable install would.

    An editable install by hatchling would copy `schemas/` and `resources/` into `.venv`, to grow old there.
    """
    _write(_site_packages() / "kjxm_desktop.pth", f"{ROOT}\n")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, entry in {**project["scripts"], **project["gui-scripts"]}.items():
        module, function = entry.split(":")
        program = PROGRAMS / name
        _write(program, f"#!{PYTHON}\nimport sys\n\nfrom {module} import {function}\n\nsys.exit({function}())\n")
        program.chmod(0o755)


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def _site_packages() -> Path:
    return next(VENV.glob("[Ll]ib/python3.*/site-packages"), VENV / "Lib" / "site-packages")


def _fonts_are_there() -> bool:
    """Tell whether every font file exists; whether it is whole was checked when it was fetched."""
    manifest = json.loads((FONTS / "manifest.json").read_text("utf-8"))
    texts = (source["licence_text"] for source in manifest["sources"].values())
    return all((FONTS / item["file"]).is_file() for item in [*manifest["fonts"], *texts, {"file": "coverage.json"}])


def _fetch_fonts() -> None:
    _run([PYTHON, ROOT / "packaging" / "fonts.py"])


def _install_validators() -> None:
    print("validators: packaging/validators/package-lock.json", flush=True)
    npm = PROGRAMS / ("npm.cmd" if os.name == "nt" else "npm")
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    _run([npm, "ci", *quiet], VALIDATORS)


def _run(command: list[str | Path], folder: Path = ROOT) -> None:
    """Run one step with `.venv` first on the path; when it fails it has said why, so only name it and stop."""
    path = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", "")])
    done = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        words = " ".join(str(word).removeprefix(f"{ROOT}{os.sep}") for word in command if word != TRY_QT)
        sys.exit(f"prepare: this step failed: {words}")


if __name__ == "__main__":
    main()
