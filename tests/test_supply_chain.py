"""What the program is made of: hashes are required, an audit says what it saw, the list of parts is the same twice."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).parents[1]
RUN, DEVELOP = (ROOT / "packaging" / "locks" / f"{name}.txt" for name in ("run", "develop"))


def _tool(name: str) -> ModuleType:
    """Return one of our programs under packaging/, which is no package."""
    spec = importlib.util.spec_from_file_location(f"kjxm_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


audit, prepare, sbom = _tool("audit"), _tool("prepare"), _tool("sbom")
A_LOCK = "a-b==1.0 \\\n    --hash=sha256:00\nonly-there==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:11\n"


# ---- hashes


def _wheel(folder: Path) -> tuple[Path, str]:
    """Make a package that can be installed without any index and return it with its hash."""
    parts = {
        "kjxm_planted.py": b"",
        "kjxm_planted-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: kjxm-planted\nVersion: 1.0\n",
        "kjxm_planted-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    listed = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(part).digest()).rstrip(b'=').decode()},{len(part)}"
        for name, part in parts.items()
    ]
    parts["kjxm_planted-1.0.dist-info/RECORD"] = "\n".join([*listed, "kjxm_planted-1.0.dist-info/RECORD,,\n"]).encode()
    wheel = folder / "kjxm_planted-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return wheel, hashlib.sha256(wheel.read_bytes()).hexdigest()


def _install(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Install a lock of one line as packaging/prepare.py does, from a folder in place of an index."""
    lock = folder / "lock.txt"
    lock.write_text(line + "\n", "utf-8")
    here = ["--no-index", "--find-links", folder, "--target", folder / "installed", "-r", lock]
    command = [str(word) for word in (*prepare.pip_install(sys.executable), *here)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_package_with_the_hash_of_the_lock_is_installed(tmp_path: Path) -> None:
    _, sha256 = _wheel(tmp_path)
    ran = _install(tmp_path, f"kjxm-planted==1.0 --hash=sha256:{sha256}")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "installed" / "kjxm_planted.py").is_file()


def test_a_package_that_was_tampered_with_is_refused(tmp_path: Path) -> None:
    wheel, sha256 = _wheel(tmp_path)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("kjxm_more.py", "import os")
    ran = _install(tmp_path, f"kjxm-planted==1.0 --hash=sha256:{sha256}")
    assert ran.returncode != 0
    assert "DO NOT MATCH THE HASHES" in ran.stderr
    assert not (tmp_path / "installed" / "kjxm_planted.py").exists()


def test_a_package_without_a_hash_is_refused(tmp_path: Path) -> None:
    _wheel(tmp_path)
    ran = _install(tmp_path, "kjxm-planted==1.0")
    assert ran.returncode != 0
    assert "require" in ran.stderr.lower()


def test_what_builds_the_package_is_locked_with_hashes_too() -> None:
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert requires == ["hatchling"]
    assert {told.partition("==")[0] for told in audit.locked(DEVELOP.read_text("utf-8"))} >= set(requires)


def test_what_a_new_environment_brings_along_unasked_is_gone() -> None:
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("setuptools")
    assert importlib.util.find_spec("setuptools") is None


def test_no_step_of_ours_installs_packages_past_the_locks() -> None:
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "packaging").glob("*.[ps][yh]")}
    texts["Makefile"] = (ROOT / "Makefile").read_text("utf-8")
    found = [(name, line) for name, text in texts.items() for line in text.splitlines() if "pip" in line]
    installing = [line for _, line in found if re.search(r'"pip", "install"|pip install|pip sync', line)]
    assert len(installing) == 2, "what runs and is tested, and what is packed"
    assert [line for line in installing if "--require-hashes" not in line or "--no-deps" not in line] == []
    npm = re.findall(r'npm, "(\w+)"', texts["prepare.py"])
    assert npm == ["ci"], "npm keeps to the lock, which has a hash of every package"


# ---- the audit


def _said(*entries: object) -> str:
    return json.dumps({"dependencies": entries})


def test_an_audit_of_everything_without_advisories_is_clean() -> None:
    out = _said({"name": "A_b", "version": "1.0", "vulns": []}, {"name": "only-there", "version": "2.0", "vulns": []})
    told = audit.of_python("lock", A_LOCK, out, "")
    assert (told.asked, told.of, told.status) == (2, 2, audit.CLEAN)
    assert told.lines() == ["lock: asked about 2 of 2 packages, 0 advisories"]


def test_an_audit_that_skipped_a_package_says_which_and_is_not_clean() -> None:
    out = _said({"name": "a-b", "version": "1.0", "vulns": []}, {"name": "only-there", "skip_reason": "not found"})
    told = audit.of_python("lock", A_LOCK, out, "")
    assert told.status == audit.UNASKED
    assert told.lines()[-1] == "  NOT AUDITED: not asked about only-there==2.0"


def test_an_audit_that_looked_at_nothing_is_not_clean() -> None:
    assert audit.of_python("lock", A_LOCK, _said(), "").status == audit.UNASKED
    assert audit.of_python("lock", "", _said(), "").status == audit.UNASKED
    assert audit.worst([]) == audit.UNASKED


def test_an_audit_that_reached_no_advisories_says_why() -> None:
    told = audit.of_python("lock", A_LOCK, "", "some words\nERROR: a-b could not be audited\n")
    assert told.status == audit.UNASKED
    assert told.lines()[-1] == "  NOT AUDITED: ERROR: a-b could not be audited"
    lock = json.dumps({"packages": {"": {}, "node_modules/x": {}}})
    refused = audit.of_node("validators", lock, json.dumps({"message": "405 Method Not Allowed"}), "")
    assert (refused.status, refused.short) == (audit.UNASKED, "405 Method Not Allowed")
    assert audit.of_node("validators", lock, "", "npm error offline").short == "npm error offline"


def test_an_advisory_is_told_and_counts_more_than_what_was_not_asked() -> None:
    found = {"id": "X-1", "fix_versions": ["1.1"]}
    told = audit.of_python("lock", A_LOCK, _said({"name": "a-b", "version": "1.0", "vulns": [found]}), "")
    assert told.status == audit.KNOWN
    assert told.lines()[1] == "  a-b 1.0: X-1, mended in ['1.1']"
    lock = json.dumps({"packages": {"": {}, "node_modules/x": {}}})
    report = {"vulnerabilities": {"x": {"severity": "high", "range": "<2"}}, "metadata": {"dependencies": {"total": 1}}}
    node = audit.of_node("validators", lock, json.dumps(report), "")
    assert (node.asked, node.known, node.status) == (1, ("x: high, <2",), audit.KNOWN)
    assert audit.worst([audit.Audit("lock", 0, 2), node]) == audit.KNOWN


def test_what_other_systems_get_is_asked_about_as_well() -> None:
    assert audit.for_all_systems(A_LOCK) == A_LOCK.replace("; sys_platform == 'win32' ", "")
    assert "sys_platform" not in audit.for_all_systems(DEVELOP.read_text("utf-8"))
    assert audit.locked(audit.for_all_systems(DEVELOP.read_text("utf-8"))) == audit.locked(DEVELOP.read_text("utf-8"))


# ---- the list of parts


@pytest.fixture(scope="module")
def listed() -> str:
    return sbom.made()


def test_the_list_keeps_to_the_schema_of_its_standard(listed: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(listed.replace('"library"', '"book"')) is not None


def test_the_list_names_what_runs_and_nothing_else(listed: str) -> None:
    told = json.loads(listed)
    packages = {f"{part['name']}=={part['version']}" for part in told["components"] if "purl" in part}
    assert packages == audit.locked(RUN.read_text("utf-8"))
    fonts = {part["name"] for part in told["components"] if part["type"] == "file"}
    assert fonts == {path.name for path in (ROOT / "resources" / "fonts").glob("*.ttf")}
    assert {"name": "Qt", "version": "6.8.3"}.items() <= next(
        part for part in told["components"] if part["name"] == "Qt"
    ).items()


def test_every_part_has_a_licence_and_hangs_on_another(listed: str) -> None:
    told = json.loads(listed)
    assert [
        part["name"] for part in told["components"] if part["licenses"][0].get("license", {}).get("name") == "unknown"
    ] == []
    wanted = {ref for entry in told["dependencies"] for ref in entry["dependsOn"]}
    assert [part["bom-ref"] for part in told["components"] if part["bom-ref"] not in wanted] == []


def test_the_list_is_the_same_twice_and_names_no_machine_and_no_index(listed: str) -> None:
    assert sbom.made() == listed
    assert re.findall(r"https?://[^\"]*", listed) == ["http://cyclonedx.org/schema/bom-1.6.schema.json"]
    assert str(ROOT) not in listed
    assert "timestamp" not in listed
