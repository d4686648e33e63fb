"""The installer for Windows, made by NSIS, and signed when there is a certificate.

KJXM_SIGN_CERTIFICATE and KJXM_SIGN_KEY name a certificate and its key in PEM, KJXM_SIGN_TIMESTAMP the address of a time
stamp service; the programs in the bundle are signed with them as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import bundles
import dress

SCRIPT = Path(__file__).resolve().parent / "windows" / "installer.nsi"
PROGRAMS = ("kjxm-desktop.exe", "kjxm.exe")


def make(bundle: Path, to: Path) -> Path:
    """Pack `bundle` and return the installer."""
    if not shutil.which("makensis"):
        sys.exit("The installer for Windows needs makensis, of Debian's package nsis.")
    _put_licence(bundle / "licences")
    for program in PROGRAMS:
        _sign(bundle / program)
    made = to / f"kjxm-desktop-{dress.version()}-setup.exe"
    told = {"VERSION": dress.version(), "BUNDLE": bundle, "DRESS": bundles.DRESS, "OUT": made}
    # On Linux NSIS takes names with slashes, but joins them with what Windows has between folders.
    defined = [f"-D{name}={value}" for name, value in told.items()]
    if os.name != "nt":
        defined.append("-DAMD64")
    subprocess.run(["makensis", "-V2", "-INPUTCHARSET", "UTF8", *defined, SCRIPT], check=True)
    _sign(made)
    return made


def _put_licence(folder: Path) -> None:
    """Write the text that the installer shows, with the mark by which NSIS knows its encoding."""
    texts = [(folder / name).read_text("utf-8") for name in ("LICENSE.txt", "Qt.txt")]
    (folder / "installer.txt").write_text("\n\n".join(texts), "utf-8-sig", newline="\r\n")


def _sign(program: Path) -> None:
    certificate, key = (os.environ.get(f"KJXM_SIGN_{name}") for name in ("CERTIFICATE", "KEY"))
    if not certificate or not key:
        print(f"  not signed: {program.name} (no certificate was given)", flush=True)
        return
    stamp = os.environ.get("KJXM_SIGN_TIMESTAMP")
    if not stamp:
        print(f"  no time stamp: {program.name} is trusted no longer than the certificate", flush=True)
    signed = program.with_suffix(".signed")
    command = ["osslsigncode", "sign", "-certs", certificate, "-key", key, "-h", "sha256", "-n", "科技项目申报书"]
    command += ["-ts", stamp] if stamp else []
    subprocess.run([*command, "-in", program, "-out", signed], check=True)
    signed.replace(program)
