"""Setting a warning or a piece of advice aside: the reason is asked for, kept, shown, and taken back when wanted."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import comments as core_comments
from kjxm_desktop.core import notes
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui import comments, theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session

KEYS: Final = "Ctrl+Alt+I"
_LINES: Final = 3


class Dismissing(QObject):
    """Sets findings of one session aside and takes that back; everybody who shows findings asks here."""

    dismissed = Signal(object)
    """This Diagnostic was set aside."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def ask(self, item: Diagnostic, above: QWidget) -> ReasonDialog:
        """Ask for the reason to set `item` aside, and do so when one is given; return the dialog."""
        told = strings.finding(self._session.call, item)
        before = notes.earlier_reason(self._session.proposal.notes, self._session.data, item)
        dialog = ReasonDialog(told, strings.label_path(self._session.call, item.pointer), before, above)
        dialog.accepted.connect(lambda: self._dismiss(item, dialog.reason))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _dismiss(self, item: Diagnostic, reason: str) -> None:
        session, by = self._session, comments.of(self._session).author
        at = session.now().replace(microsecond=0)
        session.note(notes.with_dismissed(session.proposal.notes, session.data, item, reason, by, at))
        self.dismissed.emit(item)

    def take_back(self, item: Diagnostic) -> None:
        """Let a finding stand again."""
        session = self._session
        session.note(notes.without_dismissed(session.proposal.notes, session.data, item))


def of(session: Session) -> Dismissing:
    """Return the room of `session` that sets findings aside."""
    found = cast("Dismissing | None", session.findChild(Dismissing, options=Qt.FindChildOption.FindDirectChildrenOnly))
    return found if found is not None else Dismissing(session)


def reason_in_words(told: notes.Dismissal) -> str:
    """Return why a finding was set aside, by whom and when, as one line."""
    reason = core_comments.clean_text(told.reason)
    at = core_comments.time_of(told.at)
    who = "　".join(part for part in (core_comments.clean_name(told.by), strings.moment(at) if at else "") if part)
    return strings.text("gui_dismiss.reason_by" if who else "gui_dismiss.reason", reason=reason, who=who)


class ReasonDialog(QDialog):
    """Shows the finding and asks for the reason; without one nothing is set aside."""

    def __init__(self, finding: str, where: str, before: str, parent: QWidget) -> None:
        """`before` is the reason that was given before what the finding rests on changed."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_dismiss.title"))
        self.setMinimumWidth(460)
        self.text = _Reason(self)
        self.text.setAccessibleName(strings.text("gui_dismiss.why"))
        self.text.setAccessibleDescription(finding)
        self.text.setPlainText(before)
        self.text.selectAll()
        self.text.sent.connect(self._on_sent)
        self.text.textChanged.connect(self._show_state)
        self.dismiss_button = PrimaryButton(strings.text("gui_dismiss.dismiss"), parent=self)
        self.dismiss_button.setDefault(True)
        self.dismiss_button.clicked.connect(self.accept)
        self._note = Label("", "hint", "warning", wraps=True, parent=self)
        self._lay_out(finding, where, earlier=bool(before))
        self._show_state()
        self.text.setFocus()

    @property
    def reason(self) -> str:
        """Return what was written, cleaned."""
        return core_comments.clean_text(self.text.toPlainText())

    def _lay_out(self, finding: str, where: str, *, earlier: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(Label(where, "hint", "quiet", wraps=True))
        column.addWidget(Label(finding, wraps=True))
        column.addSpacing(4)
        label = Label(strings.text("gui_dismiss.why"), "label")
        label.setBuddy(self.text)
        column.addWidget(label)
        column.addWidget(self.text)
        column.addWidget(self._note)
        if earlier:
            column.addWidget(Label(strings.text("gui_dismiss.earlier"), "hint", "quiet", wraps=True))
        column.addWidget(Label(strings.text("gui_dismiss.note"), "hint", "quiet", wraps=True))
        column.addSpacing(8)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        leave = Button(strings.text("gui_comments.leave"), self)
        leave.clicked.connect(self.reject)
        buttons.addWidget(leave)
        buttons.addWidget(self.dismiss_button)
        column.addLayout(buttons)

    def _show_state(self) -> None:
        over = len(self.reason) - notes.LONGEST_REASON
        self._note.setVisible(over > 0)
        told = strings.text("gui_comments.too_long", count=over, most=notes.LONGEST_REASON) if over > 0 else ""
        self._note.setText(told)
        self.dismiss_button.setEnabled(bool(self.reason) and over <= 0)

    def _on_sent(self) -> None:
        if self.dismiss_button.isEnabled():
            self.accept()


class _Reason(QPlainTextEdit):
    """A few lines; Enter ends them, Shift+Enter breaks a line."""

    sent = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        theme.set_edged(self)
        edges = 2 * (self.frameWidth() + int(self.document().documentMargin())) + 2
        self.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + edges)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take Enter as the end."""
        plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.sent.emit()
        else:
            super().keyPressEvent(event)
