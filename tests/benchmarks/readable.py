"""Whether a text can be read in a picture of the screen: its signs, drawn by themselves, stand there dot for dot."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QWidget

Dots = tuple[bytes, ...]
"""Rows of dots, 1 where there is ink."""


def shows(grab: QImage, text: str, widget: QWidget) -> bool:
    """Tell whether `text` stands in `grab`, dark on light as `widget` writes it, and its signs are no boxes."""
    ratio = grab.devicePixelRatio()
    if len({_ink(_drawn(sign, widget, ratio)) for sign in text}) < len(set(text)):
        return False  # one box for every sign: the font does not have them
    wanted, found = _trimmed(_ink(_drawn(text, widget, ratio))), _ink(grab)
    return any(_stands_at(found, down, wanted) for down in range(len(found) - len(wanted) + 1))


def _stands_at(found: Dots, down: int, wanted: Dots) -> bool:
    at = found[down].find(wanted[0])
    while at >= 0:
        if all(found[down + more][at : at + len(row)] == row for more, row in enumerate(wanted)):
            return True
        at = found[down].find(wanted[0], at + 1)
    return False


def _drawn(text: str, widget: QWidget, ratio: float) -> QImage:
    metrics = QFontMetrics(widget.font())
    width, height = metrics.horizontalAdvance(text) + 8, metrics.height() + 8
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(widget.palette().base().color())
    painter = QPainter(image)
    painter.setFont(widget.font())
    painter.setPen(widget.palette().text().color())
    painter.drawText(QPoint(4, 4 + metrics.ascent()), text)
    painter.end()
    return image


def _ink(image: QImage) -> Dots:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    raw, step = bytes(grey.constBits()), grey.bytesPerLine()
    dots = bytes(1 if shade < 128 else 0 for shade in range(256))
    return tuple(raw[at * step : at * step + grey.width()].translate(dots) for at in range(grey.height()))


def _trimmed(dots: Dots) -> Dots:
    """Return the rows without the empty ones, from the first column with ink to the last."""
    rows = [row for row in dots if 1 in row]
    left, right = min(row.index(1) for row in rows), max(row.rindex(1) for row in rows)
    return tuple(row[left : right + 1] for row in rows)
