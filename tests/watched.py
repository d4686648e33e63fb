"""One whole session at the window, watched: in a home of its own, full of words that must not get out, under strace.

It takes half a minute; the tests that look at what it left share one run, whichever process they are in.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kjxm_desktop import paths
from tests import traces
from tests.traces import Call

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 900

USER, HOST, HOME, PICTURE = "canaryuser5d1e", "canaryhost77c0", "canaryhome9a3b", "canarypicture4f"
MAKER, PLACE = "CanaryMaker8e", "CanaryPlace2d"
TEXT, COMMENT = "CanaryText61", "CanaryComment1b"
OF_THE_PICTURE = (PICTURE, MAKER, PLACE)
_HOST_FILE = "/proc/sys/kernel/hostname"


@dataclass(frozen=True)
class Watched:
    """What a session left: the home it ran in, the folder that was asked for, and every call it made."""

    home: Path
    folder: Path
    calls: list[Call]

    @property
    def own(self) -> Path:
        """Return the program's own folder."""
        return self.home / ".local" / "share" / paths.NAME


def session(factory: pytest.TempPathFactory, platform: str) -> Watched:
    """Return the session on Qt's `platform` ("offscreen", or "xcb" on a virtual screen), played once for all tests."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home = shared / f"{HOME}-{platform}"
    with (shared / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / f"{home.name}.done").exists():
            shutil.rmtree(home, ignore_errors=True)
            _play(home, platform, shared / f"{home.name}.trace")
            (shared / f"{home.name}.done").touch()
    return Watched(home, home / "asked", _calls(shared / f"{home.name}.trace"))


@cache
def _calls(trace: Path) -> list[Call]:
    return list(traces.calls(trace.read_text("utf-8", errors="surrogateescape")))


def _play(home: Path, platform: str, trace: Path) -> None:
    folder = home / "asked"
    folder.mkdir(parents=True)
    Image.new("RGB", (60, 40), "#1B5E9E").save(folder / "lure.png")
    told = picture(home)
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1366x768x24"] if platform == "xcb" else []
    child = [sys.executable, "-m", "tests.whole_session", told, folder, TEXT]
    env = environment(home, QT_QPA_PLATFORM=platform)
    traces.run(child, trace, env=env, folder=ROOT, timeout_s=TIMEOUT_S, inside=[*as_stranger(), *screen])


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment with nothing of this machine's in it.

    KJXM_DATA is not set: the program finds its folder as it does for a person.
    """
    names = dict.fromkeys(("USER", "LOGNAME", "USERNAME"), USER)
    told = {"HOME": str(home), "HOSTNAME": HOST, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    return {**names, **told, "PYTHONDONTWRITEBYTECODE": "1", **more}


def as_stranger() -> list[str]:
    """Return what stands before a command to run it on a machine named HOST, with files made for everybody.

    Where naming takes more rights than there are, the machine keeps its name: `host_name` tells which it was.
    """
    if host_name() != HOST:
        return ["sh", "-c", 'umask 0 && exec "$@"', "sh"]
    return ["unshare", "--uts", "sh", "-c", f'umask 0 && echo {HOST} >{_HOST_FILE} && exec "$@"', "sh"]


@cache
def host_name() -> str:
    """Return what the machine is called for those who are watched."""
    may = ["unshare", "--uts", "sh", "-c", f"echo {HOST} >{_HOST_FILE}"]
    return HOST if subprocess.run(may, capture_output=True, check=False).returncode == 0 else os.uname().nodename


def picture(folder: Path) -> Path:
    """Make a photograph in `folder` that tells where, with what and under which name it was taken."""
    path = folder / f"{PICTURE}.jpg"
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif.get_ifd(0x8825).update({1: "N", 2: (40.0, 49.0, 3.0), 3: "E", 4: (111.0, 39.0, 7.0), 28: PLACE.encode()})
    Image.effect_noise((400, 300), 40).convert("RGB").save(path, exif=exif, comment=MAKER.encode())
    raw = path.read_bytes()
    assert MAKER.encode() in raw
    assert PLACE.encode() in raw
    return path
