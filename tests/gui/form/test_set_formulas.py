"""A formula in long text is shown set, as large as it is, in the colour of text; what cannot be set is its source."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QTextBlock
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import formulas
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.set_formulas import SetFormulas
from tests.gui.form.conftest import OpenPage, field_at

TEXT = "/summary/text"
HIGH = r"\sqrt{\frac{1+\dfrac{a}{b}}{\dfrac{a}{b}}}"
MATRIX = r"\begin{pmatrix}1 \\ 2 \\ 3 \\ 4\end{pmatrix}"


def _opened(open_page: OpenPage, *blocks: Json) -> RichTextField:
    return field_at(open_page("summary", {"summary": {"text": list(blocks)}}), TEXT, RichTextField)


def _height(block: QTextBlock) -> float:
    return block.layout().boundingRect().height()


def _paragraph(latex: str) -> Json:
    return {"type": "paragraph", "runs": [{"text": "按"}, {"formula": latex}, {"text": "计算"}]}


def test_a_formula_between_words_is_as_high_as_it_is_set(open_page: OpenPage, qtbot: QtBot) -> None:
    editor = _opened(open_page, _paragraph(MATRIX), _paragraph("x")).editor
    high, low = editor.document().firstBlock(), editor.document().lastBlock()
    qtbot.waitUntil(lambda: _height(high) > _height(low) * 1.5)


def test_a_formula_on_its_own_is_as_high_as_it_is_set(open_page: OpenPage, qtbot: QtBot) -> None:
    blocks: list[Json] = [{"type": "formula", "latex": HIGH}, {"type": "formula", "latex": r"\unknown{x}"}]
    document = _opened(open_page, *blocks).editor.document()
    qtbot.waitUntil(lambda: _height(document.firstBlock()) > _height(document.lastBlock()) * 1.5)


def test_formulas_are_set_one_after_another_between_events(qtbot: QtBot) -> None:
    parent = QObject()
    made = SetFormulas(parent)
    sources = ["x", "y", r"\unknown"]
    assert [made.get(latex, 20, display=False) for latex in sources] == [None] * 3
    with qtbot.waitSignal(made.ready):
        made._set_one()
        assert [made.get(latex, 20, display=False) is not None for latex in sources] == [True, False, False]
    assert [made.get(latex, 20, display=False) is not None for latex in sources] == [True, True, False]


def test_a_formula_wider_than_its_place_is_made_smaller(qtbot: QtBot) -> None:
    parent = QObject()
    made = SetFormulas(parent)
    made.get("a+b+c+d", 20, display=True)
    qtbot.waitUntil(lambda: made.get("a+b+c+d", 20, display=True) is not None)
    narrow = made.get("a+b+c+d", 20, display=True, most_px=30)
    assert narrow is not None
    assert abs(narrow.outline.width - 30) < 0.01


def test_what_is_drawn_stays_in_the_box_of_the_outline_in_the_colour_asked_for(qtbot: QtBot) -> None:
    parent = QObject()
    made = SetFormulas(parent)
    made.get(HIGH, 24, display=True)
    qtbot.waitUntil(lambda: made.get(HIGH, 24, display=True) is not None)
    formula = made.get(HIGH, 24, display=True)
    assert formula is not None
    image = QImage(QSize(200, 200), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    formula.draw(painter, QPointF(50, 100), QColor("#ff0000"))
    painter.end()
    inked = [
        (x, y) for x in range(200) for y in range(200) if (pixel := image.pixelColor(x, y)).green() < 128 < pixel.red()
    ]
    outline = formula.outline
    assert inked
    assert min(x for x, _ in inked) >= 49
    assert max(x for x, _ in inked) <= 51 + outline.width
    assert min(y for _, y in inked) >= 99 - outline.ascent
    assert max(y for _, y in inked) <= 101 + outline.descent


def test_the_window_draws_the_outline_of_the_paper(qtbot: QtBot) -> None:
    parent = QObject()
    made = SetFormulas(parent)
    made.get("x^2", 10.5, display=False)
    qtbot.waitUntil(lambda: made.get("x^2", 10.5, display=False) is not None)
    shown = made.get("x^2", 10.5, display=False)
    assert shown is not None
    assert shown.outline == formulas.outline("x^2", 10.5, chinese=paths.fonts() / "NotoSerifSC-Regular.ttf")
