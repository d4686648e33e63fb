"""What stands in the repository and what must not: locks with hashes and no address, no machine's path, one version."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import kjxm_desktop

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "packaging" / "locks").glob("*.txt"))
NODE_LOCK = ROOT / "packaging" / "validators" / "package-lock.json"
TOP_LEVEL = {
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "SECURITY.md",
    "kjxm_desktop", "packaging", "pyproject.toml", "resources", "schemas", "tests",
}  # fmt: skip
LARGEST_BYTES = 1_000_000


def _tracked() -> list[Path]:
    """Return the files of the checkout that belong to it: tracked ones and new ones that nothing ignores."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in told.stdout.decode("utf-8").split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


FILES = _tracked()
TEXTS = [path for path in FILES if path.suffix not in (".png", ".pdf", ".ico", ".kjxm", ".docx")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_one_version_and_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
    assert entries
    assert [
        entry for entry in entries if not re.match(r"[a-z0-9.-]+==\S+.* \\\n    --hash=sha256:[0-9a-f]{64}", entry)
    ] == []


def test_no_lock_names_an_address() -> None:
    assert [path.name for path in (*LOCKS, NODE_LOCK) if "://" in path.read_text("utf-8")] == []


def test_every_package_of_the_validators_that_is_installed_here_has_a_hash() -> None:
    packages = json.loads(NODE_LOCK.read_text("utf-8"))["packages"]
    installed = [name for name in packages if name and (ROOT / "packaging" / "validators" / name).is_dir()]
    assert installed
    assert [name for name in installed if "integrity" not in packages[name]] == []


def test_what_runs_is_locked_at_the_same_versions_for_building_and_testing() -> None:
    locked = {
        path.stem: set(re.findall(r"^[a-z0-9.-]+==[^ \\]+", path.read_text("utf-8"), re.MULTILINE)) for path in LOCKS
    }
    assert locked.keys() == {"build", "develop", "run"}
    assert locked["run"]
    assert locked["run"] - locked["build"] == locked["run"] - locked["develop"] == set()


def test_the_window_library_is_the_one_that_old_systems_can_load() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "pyside6-essentials==6.8.3" in project["dependencies"]
    assert project["requires-python"] == ">=3.11,<3.14"


def test_only_what_was_agreed_stands_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} - TOP_LEVEL == set()


def test_every_folder_at_the_top_says_what_it_is_for() -> None:
    for folder in ("kjxm_desktop", "packaging", "resources", "schemas", "tests"):
        assert len((ROOT / folder / "README.md").read_text("utf-8")) > 200, folder


def test_nothing_large_and_no_font_is_kept() -> None:
    assert [path.name for path in FILES if path.stat().st_size > LARGEST_BYTES] == []
    assert [path.name for path in FILES if path.suffix in (".ttf", ".otf", ".ttc", ".woff2")] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    foreign = re.compile(r"(?<![\w.])/(?:root|work)/\w|(?<![\w.])/home/(?!x/)\w|[A-Z]:\\\\?Users\\\\?(?!x\b)\w")
    found = [
        (path.relative_to(ROOT).as_posix(), told) for path in TEXTS for told in foreign.findall(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_version_stands_once() -> None:
    version = re.escape(kjxm_desktop.__version__)
    told = re.compile(rf'version\w*"?\s*[=:]\s*"{version}"')
    code = [path for path in TEXTS if path.suffix in (".py", ".toml")]
    assert [path.name for path in code if told.search(path.read_text("utf-8"))] == ["__init__.py"]


def test_the_built_package_carries_calls_and_resources_inside() -> None:
    from hatchling.builders.wheel import WheelBuilder

    names = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert "kjxm_desktop/schemas/kjxm-sjtu-2024/form.json" in names
    assert "kjxm_desktop/resources/strings/zh/errors.json" in names
    assert "kjxm_desktop/resources/fonts/NotoSerifSC-Regular.ttf" in names
    assert not [name for name in names if name.startswith(("tests/", "packaging/"))]
