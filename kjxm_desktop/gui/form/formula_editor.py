"""The dialog of a formula: its LaTeX source beside the formula as it prints, set while one types; pieces at hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFontDatabase, QKeyEvent, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QRadioButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.export import formulas
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.form.set_formulas import SetFormula, SetFormulas
from kjxm_desktop.gui.labels import Label, tip
from kjxm_desktop.gui.override import override

SET_AFTER_MS = 120
"""The formula is set anew when typing has paused for so long."""
PIECES: Sequence[tuple[str, str]] = (
    (r"\frac{□}{□}", r"\frac{a}{b}"), (r"\sqrt{□}", r"\sqrt{a}"), ("^{□}", "x^{n}"), ("_{□}", "x_{i}"),
    (r"\sum_{□}^{□}", r"\sum_{i}^{n}"), (r"\int_{□}^{□}", r"\int_{a}^{b}"),
    (r"\frac{\partial □}{\partial □}", r"\frac{\partial y}{\partial x}"),
    (r"\bar{□}", r"\bar{x}"), (r"\text{□}", r"\text{文字}"),
    (r"\times ", r"\times"), (r"\pm ", r"\pm"), (r"\leq ", r"\leq"), (r"\geq ", r"\geq"), (r"\neq ", r"\neq"),
    (r"\approx ", r"\approx"), (r"\rightarrow ", r"\rightarrow"), (r"\infty ", r"\infty"), (r"\degree ", r"x\degree"),
    (r"\alpha ", r"\alpha"), (r"\beta ", r"\beta"), (r"\gamma ", r"\gamma"), (r"\Delta ", r"\Delta"),
    (r"\eta ", r"\eta"),
    (r"\lambda ", r"\lambda"), (r"\mu ", r"\mu"), (r"\rho ", r"\rho"), (r"\omega ", r"\omega"),
    (r"\left(□\right)", r"\left(a\right)"),
    (r"\begin{pmatrix}□ & □ \\ □ & □\end{pmatrix}", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}"),
    (r"\begin{cases}□ \\ □\end{cases}", r"\begin{cases}a\\b\end{cases}"),
)  # fmt: skip
"""Pieces: what is put in (□ is where something is still to be written), and what their buttons show."""
BLANK = "□"
_ACROSS = 15
_PREVIEW_HEIGHT = 110


class FormulaView(QWidget):
    """Shows one formula as it prints, in the middle, made smaller where it is too wide."""

    def __init__(self, set_by: SetFormulas, role: theme.FontRole, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._set_by = set_by
        self._role: theme.FontRole = role
        self.latex = ""
        self.display = False
        set_by.ready.connect(self.update)

    def show_formula(self, latex: str, *, display: bool) -> None:
        """Show another formula; nothing for an empty source."""
        self.latex, self.display = latex, display
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the formula on paper."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.setPen(theme.colour("hairline"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        draw_formula(painter, QRectF(self.rect()), self._set_by, self.latex, self._role, display=self.display)


def draw_formula(
    painter: QPainter, room: QRectF, set_by: SetFormulas, latex: str, role: theme.FontRole, *, display: bool = False
) -> None:
    """Draw a formula in the middle of its room, once it is set."""
    if not latex:
        return
    size = theme.font(role).pointSizeF() * painter.device().logicalDpiY() / 72
    formula = set_by.get(latex, size, display=display, most_px=room.width() - 4 * theme.SPACE_GRID)
    if formula is None:
        return
    high = formula.outline.ascent + formula.outline.descent
    shrunk = min(1.0, (room.height() - 2 * theme.SPACE_GRID) / high)
    outline = formula.outline.scaled(shrunk)
    base = room.center().y() + (outline.ascent - outline.descent) / 2
    place = QPointF(room.center().x() - outline.width / 2, base)
    SetFormula(outline, formula.path).draw(painter, place, theme.colour("text"))


class PieceButton(QToolButton):
    """A piece of a formula on a button, drawn as it prints."""

    def __init__(self, shown: str, set_by: SetFormulas, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown = shown
        self._set_by = set_by
        self.setAutoRaise(True)
        set_by.ready.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        """Ask for a square that a fraction has room in."""
        return QSize(36, 36)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button and the piece on it."""
        super().paintEvent(event)
        painter = QPainter(self)
        draw_formula(painter, QRectF(self.rect()), self._set_by, self._shown, "body")


class SourceEdit(QPlainTextEdit):
    """The source of a formula: Enter takes it, Tab goes to the next blank."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(theme.font("prose").pointSizeF())
        self.setFont(font)
        self.setTabChangesFocus(True)
        theme.set_edged(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(4 * self.fontMetrics().lineSpacing() + 4 * theme.SPACE_GRID)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave Enter to the dialog; go to the next blank with Tab where there is one."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() != Qt.Key.Key_Tab or not self.next_blank():
            super().keyPressEvent(event)

    @override
    def focusNextPrevChild(self, next: bool) -> bool:
        """Go to the next blank first."""
        return (next and self.next_blank()) or super().focusNextPrevChild(next)

    def next_blank(self) -> bool:
        """Select the next place where something is still to be written; False where there is none."""
        found = self.document().find(BLANK, self.textCursor())
        if found.isNull():
            found = self.document().find(BLANK, 0)
        if found.isNull():
            return False
        self.setTextCursor(found)
        return True

    def put_in(self, piece: str) -> None:
        """Put a piece in; what is selected goes into its first blank, the cursor into the next one."""
        cursor = self.textCursor()
        chosen = cursor.selectedText()
        start = cursor.selectionStart()
        piece = piece.replace(BLANK, chosen, 1) if chosen and chosen != BLANK else piece
        cursor.insertText(piece)
        if BLANK in piece:
            cursor.setPosition(start + piece.index(BLANK))
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.setFocus()


class FormulaEditor(QDialog):
    """Edits one formula; `source` and `display` are what was decided once it is accepted."""

    def __init__(self, source: str, *, display: bool, both: bool, parent: QWidget) -> None:
        """Show `source`; `both` lets the person choose between a place in the line and a line of its own."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_prose.formula.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._set_by = SetFormulas(self)  # apart from the pieces: these must not wait for thirty others
        self._pieces_set_by = SetFormulas(self)
        self.edit = SourceEdit(self)
        self.edit.setPlainText(source)
        self.edit.setAccessibleName(strings.text("gui_prose.formula.source"))
        self.view = FormulaView(self._set_by, "title", self)
        self.view.setFixedHeight(_PREVIEW_HEIGHT)
        self.view.setAccessibleName(strings.text("gui_prose.formula.preview"))
        self.remark = Label("", "hint", "quiet", wraps=True)
        self.inline_button = QRadioButton(strings.text("gui_prose.formula.inline"), self)
        self.display_button = QRadioButton(strings.text("gui_prose.formula.display"), self)
        self.accept_button = PrimaryButton(strings.text("gui_prose.accept"), parent=self)
        self._lay_out(both)
        (self.display_button if display else self.inline_button).setChecked(True)
        self._pause = QTimer(self, singleShot=True, interval=SET_AFTER_MS)
        self._pause.timeout.connect(self._set_formula)
        self.edit.textChanged.connect(self._pause.start)
        self.display_button.toggled.connect(self._set_formula)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)
        self.edit.setFocus()
        self._set_formula()

    @property
    def source(self) -> str:
        """Return the source in one line, without blanks that nothing was written into."""
        return rich_text.clean_line(self.edit.toPlainText()).replace(BLANK, "{}").strip()[: rich_text.MOST_FORMULA]

    @property
    def display(self) -> bool:
        """Tell whether it stands on a line of its own."""
        return self.display_button.isChecked()

    def _lay_out(self, both: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, theme.SPACE_FIELDS, theme.PAGE_MARGIN, theme.SPACE_FIELDS)
        column.setSpacing(2 * theme.SPACE_GRID)
        label = Label(strings.text("gui_prose.formula.source"), "label")
        label.setBuddy(self.edit)
        column.addWidget(label)
        column.addWidget(self.edit)
        column.addLayout(self._palette())
        column.addWidget(Label(strings.text("gui_prose.formula.preview"), "label"))
        column.addWidget(self.view)
        column.addWidget(self.remark)
        places = QHBoxLayout()
        group = QButtonGroup(self)
        for button in (self.inline_button, self.display_button):
            group.addButton(button)
            button.setVisible(both)
            places.addWidget(button)
        places.addStretch(1)
        leave = Button(strings.text("gui_prose.leave"), self)
        leave.setAutoDefault(False)
        leave.clicked.connect(self.reject)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        places.addWidget(leave)
        places.addWidget(self.accept_button)
        column.addLayout(places)

    def _palette(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(theme.SPACE_GRID // 2)
        for at, (piece, shown) in enumerate(PIECES):
            button = PieceButton(shown, self._pieces_set_by, self)
            button.setAccessibleName(shown)
            button.setToolTip(tip(piece.strip()))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._put_in, piece))
            grid.addWidget(button, at // _ACROSS, at % _ACROSS)
        return grid

    def _put_in(self, piece: str, _checked: bool = False) -> None:
        self.edit.put_in(piece)

    def _set_formula(self) -> None:
        """Show what the source says, or the piece of it that cannot be read."""
        source = rich_text.clean_line(self.edit.toPlainText()).strip()
        if BLANK in source:
            self._tell(strings.text("gui_prose.formula.blank"), "quiet")
        elif not source:
            self._tell(strings.text("gui_prose.formula.empty"), "quiet")
        elif (piece := formulas.problem(source)) is not None:
            self._tell(strings.text("gui_prose.formula.unread", piece=piece), "warning")
            source = ""
        else:
            self._tell(strings.text("gui_prose.formula.read"), "quiet")
        self.view.show_formula(source, display=self.display)

    def _tell(self, sentence: str, token: str) -> None:
        self.remark.setText(sentence)
        theme.set_colour(self.remark, token)
