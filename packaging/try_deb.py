"""Install the .deb in a bare Debian 12, try the program there, with and without a screen, remove it; say what was seen.

    python packaging/try_deb.py dist/kjxm-desktop_<version>_amd64.deb

As root, with mmdebstrap, strace and Xvfb here. A picture of the window goes to build/pack/.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from PIL import ImageGrab

import bundles
import deb
import old_linux
import registries

RELEASE = "bookworm"
HOME = "/srv/someone"
_SHOWN_S = 20


def main() -> None:
    """Try the package that is named; exit with a sentence at the first thing that is not as it should be."""
    package = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        entry = Path(place) / "machine.sources"
        entry.write_text(registries.source_entry(RELEASE), "utf-8")
        subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", RELEASE, root, entry], check=True)
        _try(root, package)


def _try(root: Path, package: Path) -> None:
    before = _files(root)
    shutil.copyfile(package, root / "tmp" / package.name)
    shutil.copyfile("/etc/resolv.conf", root / "etc" / "resolv.conf")
    _inside(root, ["sh", "-c", f"apt-get -qq update && apt-get -qq install -y /tmp/{package.name} >/dev/null 2>&1"])
    (root / HOME.lstrip("/")).mkdir(parents=True)
    draft = root / HOME.lstrip("/") / "draft.kjxm"
    example = f"/opt/apps/{deb.ID}/files/_internal/kjxm_desktop/resources/examples/consulting/proposal.json"
    _inside(root, ["kjxm", "new", "--call", "kjxm-sjtu-2024", "--data", example, f"{HOME}/draft.kjxm"])
    _expect(draft.is_file(), "the command line makes a draft")
    _self_test(root, {"QT_QPA_PLATFORM": "offscreen"}, "offscreen")
    with _screen(root) as display:
        _self_test(root, {"DISPLAY": display}, "on a screen")
        _photograph(root, display)
    _inside(root, ["sh", "-c", "apt-get -qq purge -y kjxm-desktop >/dev/null 2>&1"])
    # What the package needs stays until `apt autoremove`; of its own nothing may.
    left = [path for path in _files(root) - before if path.startswith("/opt/") or "kjxm" in path]
    left = [path for path in left if not path.startswith((HOME, "/tmp/"))]
    _expect(left == [], f"nothing of the program is left {left or ''}")
    _expect(draft.is_file(), "the draft is")


def _self_test(root: Path, environment: Mapping[str, str], told: str) -> None:
    report, trace = root / "tmp" / "report.json", root.parent / "trace"
    report.unlink(missing_ok=True)
    watch = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace)]
    _inside(root, ["kjxm-desktop", "--self-test", "/tmp/report.json"], environment, watch)
    bundles.judge(report)
    opened = set(re.findall(r"socket\((AF_\w+)", trace.read_text("utf-8")))
    _expect(opened <= {"AF_UNIX"}, f"{told}: no socket but local ones: {sorted(opened)}")


def _photograph(root: Path, display: str) -> None:
    """Take a picture of the window on the draft, for a person to look at."""
    command = old_linux.inside(root, ["kjxm-desktop", f"{HOME}/draft.kjxm"])
    with subprocess.Popen(command, env=_environment({"DISPLAY": display}), start_new_session=True) as process:
        time.sleep(_SHOWN_S)
        picture = bundles.PACK / "deb-window.png"
        ImageGrab.grab(xdisplay=display).save(picture)
        os.killpg(process.pid, signal.SIGKILL)
    print(f"  picture: {picture.name}", flush=True)


@contextmanager
def _screen(root: Path) -> Iterator[str]:
    """Open a screen whose socket lies where the programs in the root look for it."""
    sockets = root / "tmp" / ".X11-unix"
    sockets.mkdir(mode=0o1777)
    number = next(number for number in range(90, 200) if not Path(f"/tmp/.X11-unix/X{number}").exists())
    with subprocess.Popen(
        ["Xvfb", f":{number}", "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"]
    ) as screen:
        theirs = Path(f"/tmp/.X11-unix/X{number}")
        while not theirs.exists():
            time.sleep(0.1)
        (sockets / theirs.name).hardlink_to(theirs)
        try:
            yield f":{number}"
        finally:
            screen.terminate()


def _inside(
    root: Path, command: Sequence[str], environment: Mapping[str, str] | None = None, watch: Sequence[str] = ()
) -> None:
    subprocess.run([*watch, *old_linux.inside(root, command)], env=_environment(environment or {}), check=True)


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    clean = {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "DEBIAN_FRONTEND": "noninteractive",
    }
    return {**clean, **more}


def _files(root: Path) -> set[str]:
    return {"/" + str(path.relative_to(root)) for path in root.rglob("*") if not path.is_relative_to(root / "proc")}


def _expect(holds: bool, told: str) -> None:
    if not holds:
        sys.exit(f"Not so: {told}")
    print(f"  {told}", flush=True)


if __name__ == "__main__":
    main()
