"""The licences that go with every product: ours, those of Qt, and how to use another Qt."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import registries

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "packaging" / "licences"


def put(folder: Path) -> None:
    """Write all texts into `folder`; those of the GNU project come from a package that carries them, by digest."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE.txt")
    shutil.copyfile(FOLDER / "qt-notice.txt", folder / "Qt.txt")
    source = json.loads((FOLDER / "sources.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as place:
        members = registries.from_npm(source, {text["member"] for text in source["texts"]}, Path(place))
        for text in source["texts"]:
            data = members[text["member"]].read_bytes()
            if hashlib.sha256(data).hexdigest() != text["sha256"]:
                sys.exit(f"{text['member']} is not the file that packaging/licences/sources.json tells of.")
            (folder / text["file"]).write_text(json.loads(data)["licenseText"], "utf-8")
