"""The .dmg: the program as a folder that macOS calls an application, signed and notarised when there is a certificate.

MACOS_IDENTITY names the certificate in the keychain, MACOS_NOTARY a profile kept by `notarytool store-credentials`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import dress

VOLUME = "科技项目申报书"
ENTITLEMENTS = Path(__file__).resolve().parent / "macos.entitlements"


def make(bundle: Path, to: Path) -> Path:
    """Pack the application that stands beside `bundle`, and return the disk image."""
    application = bundle.with_suffix(".app")
    shutil.copytree(bundle / "licences", application / "Contents" / "Resources" / "licences", dirs_exist_ok=True)
    identity = os.environ.get("MACOS_IDENTITY")
    # The hardened runtime would refuse another Qt than ours, which the licence of Qt lets everybody put there.
    hardened = ["--timestamp", "--options", "runtime", "--entitlements", ENTITLEMENTS]
    sign = ["codesign", "--force", "--deep", *hardened, "--sign"]
    if identity:
        subprocess.run([*sign, identity, application], check=True)
    else:
        print("  not signed: MACOS_IDENTITY names no certificate", flush=True)
        subprocess.run(["codesign", "--force", "--deep", "--sign", "-", application], check=True)
    made = to / f"kjxm-desktop-{dress.version()}.dmg"
    made.unlink(missing_ok=True)
    source = bundle.parent / "image"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    shutil.move(application, source / f"{VOLUME}.app")
    (source / "Applications").symlink_to("/Applications")
    subprocess.run(["hdiutil", "create", "-volname", VOLUME, "-srcfolder", source, "-format", "ULMO", made], check=True)
    _notarise(made)
    return made


def _notarise(image: Path) -> None:
    profile = os.environ.get("MACOS_NOTARY")
    if not profile:
        print("  not notarised: MACOS_NOTARY names no profile", flush=True)
        return
    subprocess.run(["xcrun", "notarytool", "submit", image, "--keychain-profile", profile, "--wait"], check=True)
    subprocess.run(["xcrun", "stapler", "staple", image], check=True)
