"""Ask the advisories about everything that is locked, count what was asked about, and say so.

Called by `make audit`. Exit status: 0 everything was asked about and nothing is known · 1 something is known · 3 the
advisories could not be asked, or not about everything. An audit that looked at nothing is no good news.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
LOCKS = (ROOT / "packaging" / "locks" / "run.txt", ROOT / "packaging" / "locks" / "develop.txt")
VALIDATORS = ROOT / "packaging" / "validators"
CLEAN, KNOWN, UNASKED = 0, 1, 3
TIMEOUT_S = 300


@dataclass(frozen=True)
class Audit:
    """What one audit found: how many packages were asked about, of how many; what is known; why it fell short."""

    name: str
    asked: int
    of: int
    known: tuple[str, ...] = ()
    short: str = ""

    @property
    def status(self) -> int:
        """Return what this audit alone would end with."""
        if self.known:
            return KNOWN
        return UNASKED if self.short or not self.asked else CLEAN

    def lines(self) -> list[str]:
        """Return what to print."""
        told = [f"{self.name}: asked about {self.asked} of {self.of} packages, {len(self.known)} advisories"]
        told += [f"  {line}" for line in self.known]
        if self.status == UNASKED:
            told.append(f"  NOT AUDITED: {self.short or 'no package was looked at'}")
        return told


def main() -> int:
    """Audit the locks and the validators, print what came of it and return the exit status."""
    audits = [*(_audit_lock(lock) for lock in LOCKS), _audit_validators()]
    for audit in audits:
        print("\n".join(audit.lines()))
    return worst(audits)


def worst(audits: Sequence[Audit]) -> int:
    """Return the exit status of all: what is known counts more than what could not be asked."""
    found = {audit.status for audit in audits}
    return KNOWN if KNOWN in found else UNASKED if UNASKED in found or not found else CLEAN


def locked(text: str) -> set[str]:
    """Return the packages of a lock, each as name==version."""
    return set(re.findall(r"^([a-z0-9.-]+==[^ ;\\]+)", text, re.MULTILINE))


def for_all_systems(text: str) -> str:
    """Return a lock without its conditions, so that what other systems get is asked about here too."""
    return re.sub(r"^(\S+==[^ ;\\]+) ; [^\\\n]*", r"\1 ", text, flags=re.MULTILINE)


def of_python(name: str, lock: str, out: str, said: str) -> Audit:
    """Return what pip-audit, run with --strict, told by its JSON `out`, or else by what it `said`."""
    wanted = locked(lock)
    try:
        told: list[dict[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(name, 0, len(wanted), short=_last(said) or "pip-audit told nothing")
    asked = {f"{_plain(entry['name'])}=={entry['version']}" for entry in told if "skip_reason" not in entry}
    known = [
        f"{entry['name']} {entry['version']}: {found['id']}, mended in {found['fix_versions'] or 'no version'}"
        for entry in told
        for found in entry.get("vulns", [])
    ]
    missed = sorted(wanted - asked)
    short = f"not asked about {', '.join(missed)}" if missed else ""
    return Audit(name, len(asked & wanted), len(wanted), tuple(known), short)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def of_node(name: str, lock: str, out: str, said: str) -> Audit:
    """Return what `npm audit --json` told."""
    count = sum(1 for package in json.loads(lock)["packages"] if package)
    try:
        told: dict[str, Any] = json.loads(out)
    except ValueError:
        return Audit(name, 0, count, short=_last(said) or "npm audit told nothing")
    if "metadata" not in told:
        return Audit(name, 0, count, short=str(told.get("message") or told.get("error") or "no report"))
    known = [
        f"{package}: {entry['severity']}, {entry.get('range', '')}"
        for package, entry in told.get("vulnerabilities", {}).items()
    ]
    return Audit(name, int(told["metadata"]["dependencies"]["total"]), count, tuple(known))


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _audit_lock(lock: Path) -> Audit:
    text = lock.read_text("utf-8")
    command = [PROGRAMS / "pip-audit", "--strict", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / lock.name
        whole.write_text(for_all_systems(text), "utf-8")
        out, said = _run([*command, "--format", "json", "-r", whole], ROOT)
    return of_python(f"locks/{lock.name}", text, out, said)


def _audit_validators() -> Audit:
    out, said = _run([PROGRAMS / "npm", "audit", "--json", "--package-lock-only"], VALIDATORS)
    return of_node("validators", (VALIDATORS / "package-lock.json").read_text("utf-8"), out, said)


def _run(command: Sequence[str | Path], folder: Path) -> tuple[str, str]:
    """Return what a program wrote; how it ended says less than that."""
    try:
        ran = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {TIMEOUT_S} s"
    except OSError as error:
        return "", str(error)
    return ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
