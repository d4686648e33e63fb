"""The part 已忽略 of the check page: findings that were set aside, each with its reason and the way back; folded."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.notes import Dismissal
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui import dismissing, theme
from kjxm_desktop.gui.labels import Icon, Label
from kjxm_desktop.gui.problem_list import LOOKS
from kjxm_desktop.gui.session import Session

MOST_SHOWN = 100


class SetAside(QWidget):
    """Lists what was dismissed, once it is unfolded."""

    place_chosen = Signal(str)
    """The person wants to go to this pointer."""
    taken_back = Signal()
    """One of them stands again."""

    def __init__(self, session: Session, *, is_open: bool) -> None:
        super().__init__()
        self._session = session
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.fold = QToolButton(self)
        self.fold.setAutoRaise(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setFont(theme.font("group"))
        self.fold.setText(strings.text("gui_dismiss.group", count=len(session.dismissed)))
        self.fold.clicked.connect(lambda: self.set_open(wanted=not self.is_open))
        self._column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self._inner: QWidget | None = None
        self.buttons: list[QToolButton] = []
        self.set_open(wanted=is_open)

    @property
    def is_open(self) -> bool:
        """Tell whether the findings are shown."""
        return self._inner is not None and not self._inner.isHidden()

    def set_open(self, *, wanted: bool) -> None:
        """Show or hide the findings."""
        if wanted and self._inner is None:
            self._inner = self._lines()
            self._column.addWidget(self._inner)
        if self._inner is not None:
            self._inner.setVisible(wanted)
        theme.set_icon(self.fold, "down" if wanted else "next", "quiet")
        self.fold.setAccessibleDescription(strings.text("gui_form.card.open" if wanted else "gui_form.card.closed"))

    def _lines(self) -> QWidget:
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for item, told in self._session.dismissed[:MOST_SHOWN]:
            column.addLayout(self._line(item, told))
        more = len(self._session.dismissed) - MOST_SHOWN
        if more > 0:
            column.addWidget(Label(strings.text("gui_window.and_more", count=more), token="quiet"))
        return inner

    def _line(self, item: Diagnostic, told: Dismissal) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Icon(LOOKS[item.severity][0], "quiet"), 0, Qt.AlignmentFlag.AlignTop)
        words, finding = QVBoxLayout(), strings.finding(self._session.call, item)
        words.setSpacing(0)
        words.addWidget(Label(finding, token="quiet", wraps=True))
        words.addWidget(Label(dismissing.reason_in_words(told), wraps=True))
        words.addWidget(Label(strings.label_path(self._session.call, item.pointer), "hint", "quiet", wraps=True))
        row.addLayout(words, 1)
        back = QToolButton()
        theme.set_edged(back)
        back.setText(strings.text("gui_dismiss.take_back"))
        back.setAccessibleName(strings.text("gui_dismiss.take_back_of", finding=finding))
        back.clicked.connect(lambda: self._take_back(item))
        row.addWidget(back, 0, Qt.AlignmentFlag.AlignTop)
        self.buttons.append(back)
        if item.pointer:
            go = QToolButton()
            theme.set_edged(go)
            go.setText(strings.text("gui_window.change"))
            go.setAccessibleName(finding)
            go.clicked.connect(lambda: self.place_chosen.emit(item.pointer))
            row.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _take_back(self, item: Diagnostic) -> None:
        dismissing.of(self._session).take_back(item)
        self.taken_back.emit()
