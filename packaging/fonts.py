"""Fetch the fonts of `resources/fonts/manifest.json` through npm and apt, by package name, and verify each by SHA-256.

    python packaging/fonts.py        fetch what is missing (run by `make`, with the Python of `.venv`)

A font that lies in the folder already, whole, is not fetched again; so on a machine without apt the few files it
alone provides can be put there by hand. The folder's files are never committed: the manifest stands for them.
Which characters they draw is written beside them as `coverage.json`, so that a check need not read 70 MB of fonts.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import registries

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "fonts"
MANIFEST = FOLDER / "manifest.json"
Json = Any


def fetch_all() -> None:
    """Bring the font folder to what the manifest says; exit with one sentence when that cannot be done."""
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    sources: dict[str, Json] = manifest["sources"]
    wanted: dict[str, list[Json]] = {key: [source["licence_text"]] for key, source in sources.items()}
    for font in manifest["fonts"]:
        wanted[font["source"]].append(font)
    (ROOT / "build").mkdir(exist_ok=True)
    for key, items in wanted.items():
        missing = [item for item in items if sha256(FOLDER / item["file"]) != item["sha256"]]
        if missing:
            with tempfile.TemporaryDirectory(dir=ROOT / "build") as folder:
                _fetch(sources[key], missing, Path(folder))
    write_coverage(FOLDER, manifest)


def write_coverage(folder: Path, manifest: Json) -> None:
    """Write beside the fonts of `folder` which characters they draw, as `kjxm_desktop.export.glyphs` reads it."""
    from font_coverage import drawn_by  # needs fontTools and the package, as those who only ask for a hash do not

    told = json.dumps(drawn_by(folder, manifest["fonts"]), separators=(",", ":"))
    (folder / "coverage.part").write_text(told + "\n", "utf-8")
    (folder / "coverage.part").replace(folder / "coverage.json")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, "" when there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _fetch(source: Json, items: Iterable[Json], folder: Path) -> None:
    """Put `items`, files of one package or built from one, into the font folder."""
    print(f"fonts: {source['package']} {source['version']} ({source['client']})", flush=True)
    clients = {"npm": registries.from_npm, "apt": registries.from_debian}
    members = clients[source["client"]](source, {item["member"] for item in items}, folder)
    for item in items:
        member, built = members[item["member"]], item.get("built")
        if built:
            _verify(member, built["member_sha256"], item["member"])
            member = _build(member, built, folder)
        _verify(member, item["sha256"], item["file"])
        target = FOLDER / item["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(member, target.with_suffix(".part"))
        target.with_suffix(".part").replace(target)


def _verify(path: Path, expected: str, name: str) -> None:
    found = sha256(path)
    if found != expected:
        sys.exit(f"fonts: {name} is not the file of the manifest: SHA-256 {found[:16]}…, expected {expected[:16]}…")


def _build(collection: Path, built: Json, folder: Path) -> Path:
    from extension_font import build  # needs fontTools, which only this one font does

    out = folder / "built.ttf"
    build(collection, FOLDER / built["lacking_in"], built["name"], out)
    return out


if __name__ == "__main__":
    fetch_all()
