"""The subject, the paper and the mail stand without Qt: every command works where PySide6 cannot be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.cli_run import KJXM, example

ROOT = Path(__file__).parents[1]
BLOCKED = """
import sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6"):
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, NoQt())
"""
COMMANDS = """
from kjxm_desktop import cli

data, folder = sys.argv[1:]
draft = folder + "/a.kjxm"
for words in (
    ["new", "--call", "kjxm-sjtu-2024", "--data", data, draft],
    ["show", draft, "--media", folder + "/media"],
    ["check", draft, "--time", "2024-06-01"],
    ["package", draft, "--to", folder + "/to", "--time", "2024-06-01"],
):
    assert cli.main(words) == 0, words
"""
MODULES = """
import importlib, pkgutil
import kjxm_desktop

for found in pkgutil.walk_packages(kjxm_desktop.__path__, "kjxm_desktop."):
    if not found.name.startswith(("kjxm_desktop.gui", "kjxm_desktop.__main__")):
        importlib.import_module(found.name)
assert not [name for name in sys.modules if name.startswith(("PySide6", "shiboken6"))]
"""
HEAVY = """
from kjxm_desktop import cli

assert cli.main(["call", "list"]) == 0
heavy = {"docx", "reportlab", "PIL", "lxml", "fontTools", "jsonschema", "re2"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""


def run(script: str, *words: object) -> str:
    """Run `script` where Qt cannot be imported and return what it printed; it has to end well."""
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKED + script, *(str(word) for word in words)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert ran.stderr == b""
    return ran.stdout.decode("utf-8")


def test_a_proposal_is_made_shown_checked_and_packed_without_qt(tmp_path: Path) -> None:
    told = run(COMMANDS, example("key-tech"), tmp_path)
    assert KJXM not in told
    (folder,) = (tmp_path / "to").iterdir()
    assert {path.suffix for path in folder.iterdir()} == {"", ".docx", ".pdf", ".eml", ".txt"}


def test_no_module_below_the_window_needs_qt() -> None:
    assert run(MODULES) == ""


def test_a_command_that_only_reads_loads_no_heavy_library() -> None:
    assert KJXM in run(HEAVY)
