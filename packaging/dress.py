"""What a program wears on a desktop: its icons as each system wants them, and what Windows tells of its files.

Drawn by the same Qt that draws the window; the small sizes too, each from the drawing itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
ICONS = {
    "kjxm-desktop": ROOT / "resources" / "icons" / "program.svg",  # the window shows it too
    "kjxm-draft": ROOT / "packaging" / "icons" / "kjxm-draft.svg",
    "kjxm-call": ROOT / "packaging" / "icons" / "kjxm-call.svg",
}
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
_OF_WINDOWS = (16, 24, 32, 48, 64, 128, 256)
_PROGRAMS = {"kjxm-desktop": "科技项目申报书", "kjxm": "科技项目申报书（命令行）"}


def version() -> str:
    """Return the version of the program, from the one place where it stands."""
    text = (ROOT / "kjxm_desktop" / "__init__.py").read_text("utf-8")
    return re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0]


def make(folder: Path) -> None:
    """Write into `folder` every icon as PNG in all sizes, ICO and ICNS, and a version resource for each program."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in ICONS.items():
        for size in SIZES:
            _draw(drawing, size, folder / f"{name}-{size}.png")
        drawn = {size: Image.open(folder / f"{name}-{size}.png") for size in SIZES}
        others = [drawn[size] for size in _OF_WINDOWS[:-1]]
        sizes = [(size, size) for size in _OF_WINDOWS]
        drawn[256].save(folder / f"{name}.ico", sizes=sizes, append_images=others)
        drawn[512].save(folder / f"{name}.icns", append_images=[drawn[size] for size in (16, 32, 128, 256)])
    for program, told in _PROGRAMS.items():
        (folder / f"{program}.version").write_text(_version_resource(program, told), "utf-8")


def _draw(file: Path, size: int, to: Path) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Loaded for this alone: who only asks for the version needs no Qt.
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(file)).render(painter)
    painter.end()
    image.save(str(to))


def _version_resource(program: str, told: str) -> str:
    """Return what PyInstaller makes the version resource of a Windows program from."""
    numbers = tuple(int(part) for part in (version().split(".") + ["0"] * 4)[:4])
    words = {
        "CompanyName": "kjxm-desktop",
        "FileDescription": told,
        "FileVersion": version(),
        "InternalName": program,
        "LegalCopyright": "MIT",
        "OriginalFilename": f"{program}.exe",
        "ProductName": "科技项目申报书 kjxm-desktop",
        "ProductVersion": version(),
    }
    table = ", ".join(f"StringStruct({key!r}, {text!r})" for key, text in words.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}), kids=["
        f"StringFileInfo([StringTable('080404B0', [{table}])]), "
        "VarFileInfo([VarStruct('Translation', [0x0804, 1200])])])\n"
    )
