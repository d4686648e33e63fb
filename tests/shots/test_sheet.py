"""Contact sheets: every picture stands on one, whole."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage

from tests.shots import sheet


def _picture(shade: int, width: int = 40, height: int = 30) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(shade, 0, 0))
    return image


def test_every_picture_stands_whole_on_a_sheet(tmp_path: Path, qapp: object) -> None:
    shots = [(f"shot {number}", _picture(100 + number)) for number in range(6)]
    paths = sheet.write(shots, tmp_path, "light")
    assert [path.name for path in paths] == ["light-1.png", "light-2.png"]
    dots: dict[int, int] = {}
    for path in paths:
        image = QImage(str(path))
        for down in range(image.height()):
            for across in range(image.width()):
                colour = image.pixelColor(across, down)
                if colour.green() == colour.blue() == 0:
                    dots[colour.red()] = dots.get(colour.red(), 0) + 1
    assert dots == {100 + number: 40 * 30 for number in range(6)}


def test_pictures_of_several_sizes_do_not_overlap(tmp_path: Path, qapp: object) -> None:
    (path,) = sheet.write(
        [("tall", _picture(101, height=90)), ("wide", _picture(102, 80)), ("last", _picture(103))], tmp_path, "x"
    )
    image = QImage(str(path))
    reds = [image.pixelColor(across, down).red() for down in range(image.height()) for across in range(image.width())]
    assert [reds.count(shade) for shade in (101, 102, 103)] == [40 * 90, 80 * 30, 40 * 30]
