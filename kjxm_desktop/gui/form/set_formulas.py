"""Formulas as the window shows them: set like on paper, one after another between events, so that no key waits long."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath

from kjxm_desktop import paths
from kjxm_desktop.export import formulas
from kjxm_desktop.export.formulas import FormulaOutline

_CHINESE = "NotoSerifSC-Regular.ttf"


@dataclass(frozen=True)
class SetFormula:
    """A formula of type of some size, in pixels: how large it is, and how it is drawn."""

    outline: FormulaOutline
    path: QPainterPath

    def draw(self, painter: QPainter, place: QPointF, colour: QColor) -> None:
        """Draw it from `place`, the left end of its base line."""
        unit = self.outline.size_pt / 1000
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(place)
        painter.scale(unit, -unit)
        painter.fillPath(self.path, colour)
        painter.restore()


class SetFormulas(QObject):
    """Sets the formulas of one document."""

    ready = Signal()
    """All formulas asked for so far are set, or known to be none."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: dict[tuple[str, bool], SetFormula | None] = {}
        self._asked: dict[tuple[str, bool], None] = {}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._set_one)

    def get(self, latex: str, size_px: float, *, display: bool, most_px: float | None = None) -> SetFormula | None:
        """Return a formula no wider than `most_px`; None while it is not set, and where it cannot be."""
        key = (latex, display)
        if key not in self._known:
            self._asked[key] = None
            self._timer.start()
            return None
        known = self._known[key]
        if known is None:
            return None
        outline = known.outline.scaled(size_px)
        if most_px is not None and outline.width > most_px:
            outline = outline.scaled(most_px / outline.width)
        return SetFormula(outline, known.path)

    def _set_one(self) -> None:
        if not self._asked:
            return
        latex, display = key = next(iter(self._asked))
        del self._asked[key]
        outline = formulas.outline(latex, 1.0, chinese=paths.fonts() / _CHINESE, display=display)
        self._known[key] = SetFormula(outline, _path(outline)) if outline else None
        if self._asked:
            self._timer.start()
        else:
            self.ready.emit()


def _path(outline: FormulaOutline) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(path.fillRule().WindingFill)
    for step, points in outline.steps:
        ends = [QPointF(x, y) for x, y in points]
        match step:
            case "move":
                path.moveTo(ends[0])
            case "line":
                path.lineTo(ends[0])
            case "curve":
                path.cubicTo(*ends)
            case _:
                path.closeSubpath()
    return path
