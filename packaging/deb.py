"""The .deb: one package in the layout that the stores of UOS and Kylin ask for, at home on Debian as well.

Everything lies under /opt/apps/<id>: `files/` the bundle, `entries/` what the desktop takes up, `info` what the stores
read. Systems that do not look into `entries/` find the same through links in /usr.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import bundles
import dress

ROOT = Path(__file__).resolve().parent.parent
LINUX = ROOT / "packaging" / "linux"
ID = "org.kjxm.desktop"
PACKAGE = "kjxm-desktop"
TITLE = "科技项目申报书"
PROGRAMS = ("kjxm-desktop", "kjxm")
# What the bundle leaves to the system: its own drivers, fonts and settings go by them.
DEPENDS = (
    "libc6 (>= 2.31)", "libstdc++6", "libgcc-s1 | libgcc1", "libdbus-1-3", "libegl1", "libfontconfig1",
    "libfreetype6", "libgl1", "libglib2.0-0 | libglib2.0-0t64", "libx11-6", "libxcb1", "libxcb-glx0", "libzstd1",
    "xkb-data",
)  # fmt: skip
RECOMMENDS = ("shared-mime-info", "desktop-file-utils", "xdg-utils")
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


def make(bundle: Path, to: Path) -> Path:
    """Pack `bundle` and return the package."""
    root = bundle.parent / "package"
    shutil.rmtree(root, ignore_errors=True)
    home = root / "opt" / "apps" / ID
    shutil.copytree(bundle, home / "files", symlinks=True)
    _put_entries(home / "entries")
    (home / "info").write_text(json.dumps(_info(), ensure_ascii=False, indent=2) + "\n", "utf-8")
    _link_into_usr(root)
    _put_documents(root / "usr" / "share" / "doc" / PACKAGE, bundle)
    _put_control(root)
    _put_digests(root)
    made = to / f"{PACKAGE}_{dress.version()}_amd64.deb"
    _set_rights(root)
    # xz, as every dpkg of these systems reads it; zstd is not read by the older ones.
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "-z9", "--build", root, made], check=True, stdout=subprocess.DEVNULL
    )
    return made


def _put_entries(entries: Path) -> None:
    subprocess.run(["desktop-file-validate", LINUX / "kjxm-desktop.desktop"], check=True)
    for kind, file in (("applications", "kjxm-desktop.desktop"), ("mime/packages", "kjxm-desktop.xml")):
        (entries / kind).mkdir(parents=True)
        shutil.copyfile(LINUX / file, entries / kind / _named(file))
    for size in _ICON_SIZES:
        for name, kind in (("kjxm-desktop", "apps"), ("kjxm-draft", "mimetypes"), ("kjxm-call", "mimetypes")):
            place = entries / "icons" / "hicolor" / f"{size}x{size}" / kind
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(bundles.DRESS / f"{name}-{size}.png", place / f"{name}.png")


def _named(file: str) -> str:
    return file.replace(PACKAGE, ID)


def _info() -> dict[str, object]:
    """Return what the stores read: who it is, for which machines, and that it asks for none of their permissions."""
    permissions = (
        "autostart",
        "notification",
        "trayicon",
        "clipboard",
        "account",
        "bluetooth",
        "camera",
        "audio_record",
    )
    return {
        "appid": ID,
        "name": TITLE,
        "version": f"{dress.version()}.0",
        "arch": ["amd64"],
        "permissions": {**dict.fromkeys(permissions, False), "clipboard": True, "installed_apps": False},
    }


def _link_into_usr(root: Path) -> None:
    home = Path("/opt/apps") / ID
    entries = root / home.relative_to("/") / "entries"
    for path in sorted(entries.rglob("*")):
        if path.is_file():
            link = root / "usr" / "share" / path.relative_to(entries)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to("/" + str(path.relative_to(root)))
    (root / "usr" / "bin").mkdir(parents=True)
    for program in PROGRAMS:
        (root / "usr" / "bin" / program).symlink_to(home / "files" / program)


def _put_documents(folder: Path, bundle: Path) -> None:
    folder.mkdir(parents=True)
    texts = [(bundle / "licences" / name).read_text("utf-8") for name in ("LICENSE.txt", "Qt.txt")]
    told = (
        "The texts of the GNU licences lie in /usr/share/common-licenses and in the folder licences of the program.\n"
    )
    (folder / "copyright").write_text("\n\n".join([*texts, told]), "utf-8")
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    with gzip.GzipFile(folder / "changelog.gz", "wb", compresslevel=9, mtime=0) as out:
        out.write(changes)


def _put_control(root: Path) -> None:
    size_kb = bundles.size(root) // 1024
    lines = {
        "Package": PACKAGE,
        "Version": dress.version(),
        "Architecture": "amd64",
        "Maintainer": "The kjxm-desktop authors <kjxm-desktop@localhost>",
        "Installed-Size": str(size_kb),
        "Depends": ", ".join(DEPENDS),
        "Recommends": ", ".join(RECOMMENDS),
        "Section": "editors",
        "Priority": "optional",
        "Description": f"{TITLE}: write, check and export project proposals\n"
        " Guides an applicant section by section through the proposal of a call, checks while\n"
        " one types, and exports DOCX, PDF and an e-mail draft. It never uses the network.",
    }
    (root / "DEBIAN").mkdir()
    control = "".join(f"{key}: {value}\n" for key, value in lines.items())
    (root / "DEBIAN" / "control").write_text(control, "utf-8")


def _put_digests(root: Path) -> None:
    """Write the digests by which `dpkg -V` finds a file that was changed since."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    lines = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in files
        if not path.is_relative_to(root / "DEBIAN")
    ]
    (root / "DEBIAN" / "md5sums").write_text("".join(lines), "utf-8")


def _set_rights(root: Path) -> None:
    """Give everybody the right to read and nobody but root that to write, whatever this machine's habit is."""
    root.chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or os.access(path, os.X_OK) or ".so" in path.name
            path.chmod(0o755 if path.is_dir() or (runs and ".so" not in path.name) else 0o644)
