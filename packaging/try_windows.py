"""Install the installer for Windows under Wine, try the program, install over it, remove it; say what was seen.

    python packaging/try_windows.py dist/kjxm-desktop-<version>-setup.exe

In a Windows of its own, which goes afterwards. What Wine cannot show is in the checks by hand of README.md: windows on
a screen, SmartScreen and scanners, input methods, the explorer's icons.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import bundles
import wine

FOLDER = "C:\\课题软件\\kjxm"
UNINSTALL = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\kjxm-desktop"
CLASSES = r"HKCU\Software\Classes"
REGISTERED = {
    rf"{CLASSES}\.kjxm": "kjxm.proposal",
    rf"{CLASSES}\.kjxmcall": "kjxm.call",
    rf"{CLASSES}\kjxm.proposal\shell\open\command": f'"{FOLDER}\\kjxm-desktop.exe" "%1"',
    rf"{CLASSES}\kjxm.call\shell\open\command": f'"{FOLDER}\\kjxm-desktop.exe" "%1"',
}

_ASK = """
import json, sys, winreg
try:
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, sys.argv[1]) as key:
        try:
            print(json.dumps(winreg.QueryValueEx(key, "")[0]))
        except FileNotFoundError:
            print(json.dumps(""))
except FileNotFoundError:
    print("null")
"""


def main() -> None:
    """Try the installer that is named; exit with a sentence at the first thing that is not as it should be."""
    installer = Path(sys.argv[1]).resolve()
    built = wine.prepared(bundles.PACK / "windows")
    with tempfile.TemporaryDirectory() as place:
        windows = wine.Windows(Path(place) / "prefix", built.python)
        shutil.copytree(built.prefix, windows.prefix, symlinks=True)
        _try(windows, installer, Path(place) / "report.json")


def _try(windows: wine.Windows, installer: Path, report: Path) -> None:
    disk = windows.prefix / "drive_c"
    home = disk / FOLDER[3:].replace("\\", "/")
    for told in ("installed", "installed over it"):
        older = home / "_internal" / "of-an-older-version"
        if older.parent.is_dir():
            older.touch()
        windows.run([installer, "/S", f"/D={FOLDER}"], {})
        _expect(not older.exists(), "nothing of an older version is left")
        for key, value in REGISTERED.items():
            _expect(_registered(windows, key) == value, f"{key} is {value}")
        report.unlink(missing_ok=True)
        program = home / "kjxm-desktop.exe"
        windows.run([program, "--platform", "offscreen", "--self-test", wine.path(report)], {}, check=False)
        bundles.judge(report)
        print(f"{told}: {bundles.size(home) / 1e6:.1f} MB", flush=True)
    draft, copies = disk / "users" / "draft.kjxm", _local_data(disk) / "kjxm-desktop"
    draft.touch()
    copies.mkdir(parents=True, exist_ok=True)
    # `_?=` lets the uninstaller work where it lies, so that it can be waited for; it then cannot remove itself.
    windows.run([home / "uninstall.exe", "/S", f"_?={FOLDER}"], {})
    _expect([path.name for path in home.iterdir()] == ["uninstall.exe"], "nothing of the program is left")
    _expect(draft.exists() and copies.is_dir(), "drafts and local copies stay")
    _expect(all(_registered(windows, key) is None for key in (*REGISTERED, UNINSTALL)), "nothing is registered")
    windows.run([installer, "/S", f"/D={FOLDER}"], {})
    windows.run([home / "uninstall.exe", "/S", "/LOCALCOPIES", f"_?={FOLDER}"], {})
    _expect(draft.exists() and not copies.exists(), "local copies go when asked, drafts stay")
    foreign = disk / "资料" / "licences" / "合同.txt"
    foreign.parent.mkdir(parents=True)
    foreign.touch()
    windows.run([installer, "/S", "/D=C:\\资料"], {})
    _expect(foreign.exists(), "what somebody keeps in the folder that was chosen stays")
    _expect((disk / "资料" / "kjxm-desktop" / "kjxm-desktop.exe").exists(), "the program has a folder of its own there")
    windows.run([installer, "/S", f"/D={FOLDER}"], {})
    _expect(not (disk / "资料" / "kjxm-desktop").exists(), "a copy elsewhere goes when another is installed")
    _expect(_registered(windows, rf"{CLASSES}\.kjxm") == "kjxm.proposal", "and the new one is registered")


def _local_data(disk: Path) -> Path:
    return next(path for path in (disk / "users").glob("*/AppData/Local") if path.parts[-3] != "Public")


def _registered(windows: wine.Windows, key: str) -> str | None:
    """Return the value of a key of the registry, "" for one without; None when there is no such key."""
    told = subprocess.run(
        ["wine", windows.python, "-c", _ASK, key.removeprefix("HKCU\\")],
        env=windows.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    ).stdout
    return json.loads(told)


def _expect(holds: bool, told: str) -> None:
    if not holds:
        sys.exit(f"Not so: {told}")
    print(f"  {told}", flush=True)


if __name__ == "__main__":
    main()
