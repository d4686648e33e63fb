"""Pictures side by side on contact sheets, each under its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

COLUMNS, ROWS = 2, 2
GAP, TITLE = 12, 26
GROUND = QColor("#6E7781")

Shot = tuple[str, QImage]
"""What it shows, and the picture."""


def write(shots: Sequence[Shot], folder: Path, name: str) -> list[Path]:
    """Write `shots` as sheets `<name>-1.png` … into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number, part in enumerate(_parts(shots), 1):
        path = folder / f"{name}-{number}.png"
        _sheet(part).save(str(path))
        paths.append(path)
    return paths


def _parts(shots: Sequence[Shot]) -> Iterator[Sequence[Shot]]:
    for start in range(0, len(shots), COLUMNS * ROWS):
        yield shots[start : start + COLUMNS * ROWS]


def _sheet(shots: Sequence[Shot]) -> QImage:
    width = max(image.width() for _, image in shots)
    lines = [shots[start : start + COLUMNS] for start in range(0, len(shots), COLUMNS)]
    heights = [max(image.height() for _, image in line) for line in lines]
    across = min(COLUMNS, len(shots))
    size = (across * (width + GAP) + GAP, sum(heights) + len(lines) * (TITLE + GAP) + GAP)
    sheet = QImage(*size, QImage.Format.Format_RGB32)
    sheet.fill(GROUND)
    painter = QPainter(sheet)
    painter.setPen(Qt.GlobalColor.white)
    down = GAP
    for line, height in zip(lines, heights, strict=True):
        for column, (title, image) in enumerate(line):
            corner = QPoint(GAP + column * (width + GAP), down)
            painter.drawText(QRect(corner.x(), down, width, TITLE), Qt.AlignmentFlag.AlignVCenter, title)
            painter.drawImage(corner + QPoint(0, TITLE), image)
        down += TITLE + height + GAP
    painter.end()
    return sheet
