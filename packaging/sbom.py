"""Write what the program is made of, a CycloneDX list, to build/sbom.cdx.json: the same bytes from the same locks.

Called by `make sbom`. The run-time packages of locks/run.txt with versions, licences and what needs what, Qt, and the
fonts with their hashes; no time, no path of this machine, no address of an index. The library that checks the file
against the standard's own schema is the standard's.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx import spdx
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "build" / "sbom.cdx.json"
_QT_OF = "pyside6-essentials"
_LONGEST_LICENCE = 60  # some packages put the whole text there


def main() -> int:
    """Write the list, say what is in it, and return the exit status."""
    text = made()
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        print(f"The list does not keep to the schema of CycloneDX: {fault}", file=sys.stderr)
        return 1
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, "utf-8")
    print(f"{OUT.relative_to(ROOT)}: {len(json.loads(text)['components'])} components")
    return 0


def made() -> str:
    """Return the list as JSON, in an order of its own."""
    lock = (ROOT / "packaging" / "locks" / "run.txt").read_text("utf-8")
    versions = dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock, re.MULTILINE))
    packages = {name: _package(name, version) for name, version in versions.items()}
    qt = _component("library", "qt", "Qt", versions[_QT_OF], "LGPL-3.0-only")
    fonts = list(_fonts())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    program = _component("application", "program", project["name"], _version(), project["license"])
    asked = [packages[_plain(Requirement(told).name)] for told in project["dependencies"]]
    needs = [_needs(program, [*asked, *fonts]), _needs(qt, [])]
    needs += [
        _needs(component, [*_needed(name, packages), *([qt] if name == _QT_OF else [])])
        for name, component in packages.items()
    ]
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program},
        "components": [*packages.values(), qt, *fonts],
        "dependencies": needs,
    }
    return json.dumps(bom, ensure_ascii=False, indent=1) + "\n"


def _package(name: str, version: str) -> Json:
    purl = f"pkg:pypi/{name}@{version}"
    return _component("library", purl, name, version, _licence(name)) | {"purl": purl}


def _component(kind: str, ref: str, name: str, version: str, licence: str) -> Json:
    if known := spdx.fixup_id(licence):
        told = {"license": {"id": known}}
    elif spdx.is_expression(licence):
        told = {"expression": licence}
    else:
        told = {"license": {"name": licence}}
    return {"type": kind, "bom-ref": ref, "name": name, "version": version, "licenses": [told]}


def _needs(component: Json, others: Iterable[Json]) -> Json:
    return {"ref": component["bom-ref"], "dependsOn": sorted(other["bom-ref"] for other in others)}


def _licence(name: str) -> str:
    """Return the licence of a package as its metadata tells it: an expression, a name, or what it is filed under."""
    told = metadata.metadata(name).json
    plain = str(told.get("license") or "").strip()
    if expression := told.get("license_expression"):
        return str(expression)
    if plain and len(plain) <= _LONGEST_LICENCE and "\n" not in plain:
        return plain
    filed = [str(line).rpartition(" :: ")[2] for line in told.get("classifier", []) if "License :: " in str(line)]
    return filed[0] if filed else "unknown"


def _needed(name: str, packages: Mapping[str, Json]) -> list[Json]:
    """Return the packages that a package asks for on this or another system, without its extras."""
    found: set[str] = set()
    for line in metadata.requires(name) or []:
        told = Requirement(line)
        if "extra" not in str(told.marker or ""):
            found.add(_plain(told.name))
    return [packages[other] for other in sorted(found & packages.keys())]


def _fonts() -> Iterable[Json]:
    manifest = json.loads((ROOT / "resources" / "fonts" / "manifest.json").read_text("utf-8"))
    for font in manifest["fonts"]:
        source, ref = manifest["sources"][font["source"]], f"font:{font['file']}"
        told = _component("file", ref, font["file"], source["version"], source["licence"])
        yield told | {"hashes": [{"alg": "SHA-256", "content": font["sha256"]}]}


def _version() -> str:
    told = re.search(
        r'^__version__ = "(.+)"$', (ROOT / "kjxm_desktop" / "__init__.py").read_text("utf-8"), re.MULTILINE
    )
    assert told is not None
    return told[1]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
