"""Fetch the fonts of `resources/fonts/manifest.json` through npm and apt, by package name, and verify each by SHA-256.

    python packaging/fonts.py        fetch what is missing (run by `make`, with the Python of `.venv`)

A font that lies in the folder already, whole, is not fetched again; so on a machine without apt the few files it
alone provides can be put there by hand. The folder's files are never committed: the manifest stands for them.
Which characters they draw is written beside them as `coverage.json`, so that a check need not read 70 MB of fonts.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

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
    clients = {"npm": _from_npm, "apt": _from_debian}
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


def _from_npm(source: Json, members: set[str], folder: Path) -> dict[str, Path]:
    """Fetch a package with the npm of `.venv`, or the machine's, and take `members` out of it."""
    beside = Path(sys.executable).with_name("npm.exe" if os.name == "nt" else "npm")
    npm = str(beside) if beside.exists() else shutil.which("npm") or "npm"
    _run([npm, "pack", "--loglevel=error", f"{source['package']}@{source['version']}"], folder)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        return _take(archive, members, folder)


def _from_debian(source: Json, members: set[str], folder: Path) -> dict[str, Path]:
    """Fetch a package of another Debian release than the machine's, from the machine's own mirror.

    The release gets a source list, package lists and a cache of its own under `folder`: the system's stay as they are.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        names = ", ".join(sorted(Path(member).name for member in members))
        sys.exit(f"fonts: {names} of Debian's {source['package']} {source['version']} can only be fetched with apt.")
    for part in ("parts", "state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "parts" / "fonts.sources").write_text(_source_entry(source["release"]), "utf-8")
    settings = {
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": folder / "parts",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": folder / "state",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "",
    }
    apt = ["apt-get", "-qq", *(word for key, value in settings.items() for word in ("-o", f"{key}={value}"))]
    _run([*apt, "update"], folder)
    _run([*apt, "download", f"{source['package']}={source['version']}"], folder)
    archive = folder / "package.tar"
    with archive.open("wb") as out:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", next(folder.glob("*.deb"))], stdout=out, check=True)
    with tarfile.open(archive) as tar:
        return _take(tar, members, folder)


def _source_entry(release: str) -> str:
    """Return a deb822 entry for `release` at the mirror, and under the key, of the machine's own main entry."""
    form = "$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(SOURCESENTRY)"
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    release_file = Path("/etc/os-release").read_text("utf-8")
    own = {"stable", *re.findall(r"^VERSION_CODENAME=(\S+)", release_file, re.MULTILINE)}
    for entry in (line.split("|") for line in listed.splitlines()):
        if entry[0] in own and entry[1] == "main":
            return _deb822(release, entry[2], _signing_key(entry[3]))
    sys.exit("fonts: apt knows no main entry of this Debian release, from which the mirror could be learnt.")


def _deb822(release: str, uri: str, key: str) -> str:
    signed = f"Signed-By: {key}\n" if key else ""
    return f"Types: deb\nURIs: {uri}\nSuites: {release}\nComponents: main\n{signed}"


def _signing_key(place: str) -> str:
    """Return the key file named by the apt entry at `place`, "file:line"; "" when it trusts apt's common keys."""
    file, _, line = place.rpartition(":")
    rest = "\n".join(Path(file).read_text("utf-8").splitlines()[int(line) - 1 :])
    entry = rest.split("\n\n")[0] if file.endswith(".sources") else rest.split("\n")[0]
    found = re.search(r"signed-by\s*[:=]\s*(/[^\s\]]+)", entry, re.IGNORECASE)
    return found[1] if found else ""


def _take(archive: tarfile.TarFile, members: set[str], folder: Path) -> dict[str, Path]:
    """Copy `members` out of `archive` under names of our own; return member → file."""
    taken: dict[str, Path] = {}
    for number, member in enumerate(sorted(members)):
        try:
            stream = archive.extractfile(member)
        except KeyError:
            stream = None
        if stream is None:
            sys.exit(f"fonts: the package holds no file {member}.")
        taken[member] = folder / f"member-{number}"
        taken[member].write_bytes(stream.read())
    return taken


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()[-300:]
        sys.exit(f"fonts: “{Path(command[0]).name} {command[-1]}” failed: {said}")


if __name__ == "__main__":
    fetch_all()
