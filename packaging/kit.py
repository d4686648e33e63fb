"""Gather what the institute puts on a share: installers, digests, a page on how to install, the call, what is new.

    python packaging/kit.py [--from DIR] [--to DIR]

The page is set by the program's own writer from kit/install.txt: "# " a title, "## " a heading, "- " an item.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from dress import version  # noqa: E402
from kjxm_desktop import paths  # noqa: E402
from kjxm_desktop.core import clock  # noqa: E402
from kjxm_desktop.core.call import Shelf, call_places  # noqa: E402
from kjxm_desktop.export import page_style  # noqa: E402
from kjxm_desktop.export.blocks import (  # noqa: E402
    Block,
    Document,
    Furniture,
    Heading,
    ListBlock,
    ListItem,
    Paragraph,
    Part,
    Run,
)
from kjxm_desktop.export.page_style import PageStyle  # noqa: E402

TEXTS = ROOT / "packaging" / "kit"
INSTALLERS = tuple(f"*{version()}*{suffix}" for suffix in (".exe", ".deb", ".AppImage", ".dmg"))
"""Those of this version alone: what an earlier build left beside them does not go out."""


def main() -> None:
    """Make the folder anew and list what is in it."""
    parser = argparse.ArgumentParser(description="Gather what is put on a share.")
    parser.add_argument("--from", dest="source", type=Path, default=ROOT / "dist")
    parser.add_argument("--to", type=Path, default=ROOT / "dist" / f"kjxm-desktop-{version()}")
    told = parser.parse_args()
    shutil.rmtree(told.to, ignore_errors=True)
    told.to.mkdir(parents=True)
    for pattern in INSTALLERS:
        for path in sorted(told.source.glob(pattern)):
            shutil.copyfile(path, told.to / path.name)
    (told.to / "安装说明.pdf").write_bytes(page((TEXTS / "install.txt").read_text("utf-8"), clock.now()))
    _write(told.to / "更新说明.txt", (TEXTS / "release-notes.txt").read_text("utf-8"))
    _put_calls(told.to)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in sorted(told.to.iterdir())]
    (told.to / "SHA256SUMS.txt").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(str(path) for path in sorted(told.to.iterdir())))


def _put_calls(folder: Path) -> None:
    shelf = Shelf(paths.schemas())
    for place in call_places(paths.schemas()):
        call, packed = shelf.pack(place)
        (folder / f"{call.id}_{call.version}.kjxmcall").write_bytes(packed)


def _write(path: Path, text: str) -> None:
    """Write a text so that the editors of Windows know it for what it is."""
    path.write_text(text, "utf-8-sig", newline="\r\n")


def page(text: str, now: datetime) -> bytes:
    """Return a note as PDF, set in the styles of the call that comes with the program."""
    # The writer and its libraries, of the program itself.
    from kjxm_desktop.export import pdf_archive, pdf_writer
    from kjxm_desktop.export.fonts import FontSet

    told = Shelf(paths.schemas()).calls[0].document
    style = _tight(page_style.read(told["styles"], told["style"]))
    blocks = tuple(_blocks(text.replace("{version}", version())))
    document = Document(
        title=next(block.title for block in blocks if isinstance(block, Heading)),
        subject="",
        language="zh-CN",
        created=now,
        style=style,
        parts=(Part("body", blocks, page_numbers=True),),
        furniture=Furniture(page_number=""),
    )
    made = pdf_writer.write(document, {}, FontSet(paths.fonts()))
    return pdf_archive.finish(made.data, document, attachment=None, properties={})


def _tight(style: PageStyle) -> PageStyle:
    """Return the styles of a proposal set closer, as fits a note on one page."""
    small = {name: replace(style.text(name), size_pt=10.5, line=1.2) for name in ("body", "list")}
    heads = {
        name: replace(style.text(name), size_pt=size, line=1.0, before_pt=8.0, after_pt=2.0)
        for name, size in (("heading1", 16.0), ("heading2", 12.0))
    }
    return replace(style, top_mm=20.0, bottom_mm=18.0, texts={**style.texts, **small, **heads})


def _blocks(text: str) -> Iterator[Block]:
    items: list[ListItem] = []
    for number, line in enumerate([*text.splitlines(), ""]):
        if line.startswith("- "):
            items.append(ListItem("•", (Run(line[2:]),)))
            continue
        if items:
            yield ListBlock(tuple(items))
            items = []
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            yield Heading(level, "", line[level:].strip(), f"h{number}")
        elif line:
            yield Paragraph((Run(line),))


if __name__ == "__main__":
    main()
