"""The page for sending: the two files, the e-mail, the receipt, in three steps side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import mail
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, PrimaryButton
from kjxm_desktop.gui.export_dialog import FolderLine, show_in_desktop, walk_in_order
from kjxm_desktop.gui.export_work import ExportWork
from kjxm_desktop.gui.form.field import FieldBox
from kjxm_desktop.gui.glyph_notice import GlyphNotice
from kjxm_desktop.gui.labels import Elided, Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.session import Session


@dataclass(frozen=True)
class Sending:
    """How far the sending is, for a page built anew: what was chosen, what was made of what, whether it was stopped."""

    folder: Path
    extra: tuple[Path, ...]
    as_draft: bool
    made: Json
    made_of: Json
    stopped: bool


class SendPage(QWidget):
    """Makes the folder that is mailed and offers every way to get it into a mail program."""

    back_wanted = Signal()
    check_wanted = Signal()

    def __init__(
        self,
        session: Session,
        folder: Path,
        working_folder: Path,
        calls: Sequence[Path],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._session = session
        self._made: Json = None
        self._made_of: Json = None
        self._asked_for: Json = None
        self._as_draft = False
        self.target = FolderLine(folder, self)
        self.final = QRadioButton(strings.text("gui_window.as_final"), self)
        self.draft = QRadioButton(strings.text("gui_window.as_draft"), self)
        self.final.clicked.connect(partial(self._on_kind, False))
        self.draft.clicked.connect(partial(self._on_kind, True))
        self._blocked = Button(parent=self)
        self._blocked.clicked.connect(self.check_wanted)
        self._extra = QListWidget(self)
        self._extra.setAccessibleName(strings.text("gui_window.extra_files"))
        self._extra.setMaximumHeight(90)
        self.work = ExportWork(session, working_folder, calls, self)
        self.work.made.connect(self._on_made)
        self.work.ended.connect(self._on_ended)
        self.start_button = PrimaryButton(strings.text("gui_window.make_package"), parent=self)
        self.start_button.clicked.connect(self._on_start)
        self.notice = GlyphNotice()
        self._files = _Files()
        self._receipt = Label("", wraps=True)
        self._warning = Label("", "body", "warning", wraps=True)
        self._copy: dict[str, QToolButton] = {}
        self._letter = {name: QPlainTextEdit() for name in ("to", "subject", "body")}
        self._after: list[QPushButton] = []
        self._lay_out()

    # ---- building

    def _lay_out(self) -> None:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget(area)
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.PAGE_MARGIN, 12, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        column.setSpacing(10)
        column.addLayout(self._top())
        column.addWidget(self.notice)
        column.addWidget(self.work)
        column.addWidget(self._warning)
        self._warning.hide()
        steps = QHBoxLayout()
        steps.setSpacing(16)
        for number, step in enumerate((self._step_files(), self._step_mail(), self._step_receipt()), 1):
            steps.addWidget(_card(strings.text(f"gui_window.step_{number}"), step), 4 if number == 2 else 3)
        column.addLayout(steps)
        column.addStretch(1)
        area.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        above = (self._back, self.final, self.draft, self._blocked, *self.target.stops(), self.start_button)
        walk_in_order((*above, *self._after[:3], self._extra, *self._extra_steps))

    def _top(self) -> QVBoxLayout:
        top = QVBoxLayout()
        top.setSpacing(8)
        bar = QHBoxLayout()
        back = Button(strings.text("gui_window.back_to_writing"))
        theme.set_icon(back, "back")
        back.clicked.connect(self.back_wanted)
        self._back = back
        bar.addWidget(back)
        bar.addStretch(1)
        top.addLayout(bar)
        top.addWidget(Label(strings.text("gui_window.send_title"), "title"))
        state = QHBoxLayout()
        for widget in (self.final, self.draft, self._blocked):
            state.addWidget(widget)
        state.addStretch(1)
        top.addLayout(state)
        where = QHBoxLayout()
        where.addWidget(Label(strings.text("gui_window.target_folder"), "label"))
        where.addWidget(self.target, 1)
        where.addWidget(self.start_button)
        top.addLayout(where)
        return top

    def _step_files(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self._files)
        for kind in ("pdf", "docx"):
            column.addWidget(self._then(f"gui_window.open_{kind}", lambda kind=kind: self._open_file(f".{kind}")))
        column.addWidget(self._then("gui_window.open_folder", self._open_folder))
        column.addSpacing(8)
        column.addWidget(Label(strings.text("gui_window.extra_files"), "label"))
        column.addWidget(Label(strings.text("gui_window.extra_note"), "hint", "quiet", wraps=True))
        self._extra_box = _framed(self._extra)
        self._extra_box.hide()
        column.addWidget(self._extra_box)
        row = QHBoxLayout()
        add = Button(strings.text("gui_window.extra_add"))
        add.clicked.connect(self._on_add_extra)
        remove = Button(strings.text("gui_window.extra_remove"))
        remove.setEnabled(False)
        remove.clicked.connect(self._on_remove_extra)
        self._extra.currentItemChanged.connect(lambda: remove.setEnabled(self._extra.currentRow() >= 0))
        self._extra_steps = (add, remove)
        row.addWidget(add)
        row.addWidget(remove)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return column

    def _step_mail(self) -> QVBoxLayout:
        column = QVBoxLayout()
        for name, box in self._letter.items():
            head = QHBoxLayout()
            head.addWidget(Label(strings.text(f"gui_window.mail_{name}"), "label"), 1)
            copy = self._copy[name] = QToolButton()
            copy.setText(strings.text("gui_window.copy"))
            copy.setAccessibleName(strings.text(f"gui_window.copy_{name}"))
            copy.clicked.connect(lambda _checked=False, box=box: QGuiApplication.clipboard().setText(box.toPlainText()))
            head.addWidget(copy)
            column.addLayout(head)
            box.setReadOnly(True)
            box.setTabChangesFocus(True)
            box.setAccessibleName(strings.text(f"gui_window.mail_{name}"))
            box.setFixedHeight({"to": 32, "subject": 70}.get(name, 150))
            column.addWidget(_framed(box))
        column.addWidget(self._then("gui_window.open_mail", self._open_mail))
        column.addWidget(Label(strings.text("gui_window.mail_note"), "hint", "quiet", wraps=True))
        column.addStretch(1)
        return column

    def _step_receipt(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self._receipt)
        column.addWidget(self._then("gui_window.open_receipt", lambda: self._open_file("回执.txt")))
        column.addStretch(1)
        return column

    def _then(self, key: str, act: Callable[[], None]) -> QPushButton:
        button = Button(strings.text(key))
        button.clicked.connect(partial(_do, act))
        button.setEnabled(False)
        self._after.append(button)
        return button

    def copy_button(self, name: str) -> QToolButton:
        """Return the button that copies "to", "subject" or "body"."""
        return self._copy[name]

    def letter_text(self, name: str) -> str:
        """Return what the letter says in "to", "subject" or "body"."""
        return self._letter[name].toPlainText()

    # ---- what happens

    def show_state(self) -> None:
        """Check everything now and show whether a final may leave; the letter as it would read."""
        blocking = sum(1 for item in self._session.check_now() if item.blocks)
        self.final.setEnabled(not blocking)
        (self.draft if blocking or self._as_draft else self.final).setChecked(True)
        self._blocked.setVisible(blocking > 0)
        self._blocked.setText(strings.text("gui_window.see_blocking", count=blocking))
        noticed = self.notice.show_for(self._session)
        self.start_button.setText(strings.text("gui_window.make_anyway" if noticed else "gui_window.make_package"))
        self._show_made()
        self.start_button.setFocus()

    def sending(self) -> Sending:
        """Return how far the sending is, and stop what is under way: it answers to this page alone."""
        running = self.work.is_running
        self.work.stop()
        extra = tuple(self.extra_files())
        return Sending(self.target.folder, extra, self._as_draft, self._made, self._made_of, running)

    def resume(self, sending: Sending) -> None:
        """Go on from where a page before this one was."""
        self.target.set_folder(sending.folder)
        self._as_draft = sending.as_draft
        self._made, self._made_of = sending.made, sending.made_of
        self.add_extra(sending.extra)
        if sending.stopped:
            self.work.say_stopped()

    def _on_kind(self, as_draft: bool, _checked: bool = False) -> None:
        self._as_draft = as_draft

    def _content(self) -> Json:
        """Return what the folder is made of: equal as long as nothing was changed."""
        return self._session.data, self.extra_files()

    def _show_made(self) -> None:
        """Show the folder that was made, as long as it is of what stands in the proposal now."""
        current = self._made is not None and self._made_of == self._content()
        for button in self._after:
            button.setEnabled(current)
        if current:
            self._show_folder(self._made)
            return
        told = strings.text("gui_window.not_made" if self._made is None else "gui_window.made_before")
        self._show_letter(mail.letter(self._session.call, self._session.data, []))
        self._files.tell(told)
        self._receipt.setText(told)
        self._warning.hide()
        if self._made is not None:
            self.work.forget()

    def _show_letter(self, told: mail.Letter) -> None:
        for name, text in (("to", told.to), ("subject", told.subject), ("body", told.body)):
            self._letter[name].setPlainText(text)

    def extra_files(self) -> list[Path]:
        """Return the files that travel in the mail alone."""
        return [Path(self._extra.item(row).text()) for row in range(self._extra.count())]

    def add_extra(self, paths: Sequence[Path]) -> None:
        """Add files that travel in the mail alone."""
        have = set(self.extra_files())
        self._extra.addItems([str(path) for path in paths if path.is_file() and path not in have])
        self._on_extra()

    def _on_extra(self) -> None:
        self._extra_box.setVisible(self._extra.count() > 0)
        self._show_made()

    def _on_add_extra(self) -> None:
        told, _ = QFileDialog.getOpenFileNames(self, strings.text("gui_window.extra_add"))
        self.add_extra([Path(path) for path in told])

    def _on_remove_extra(self) -> None:
        self._extra.takeItem(self._extra.currentRow())
        self._on_extra()

    def _on_start(self) -> None:
        self.start_button.setEnabled(False)
        request = {"action": "package", "to": str(self.target.folder), "draft": self.draft.isChecked()}
        self.work.start({**request, "extra": [str(path) for path in self.extra_files()]})
        self._asked_for = self._content()  # after the start, which brings in what fields still hold back

    def _on_ended(self, had_keys: bool) -> None:
        self.start_button.setEnabled(True)
        if had_keys:
            self.start_button.setFocus()

    def _on_made(self, made: Json) -> None:
        self._made, self._made_of = made, self._asked_for
        self._show_made()

    def _show_folder(self, made: Json) -> None:
        self._show_letter(mail.Letter(made["to"], made["subject"], made["body"]))
        files = [(item["name"], _size(item["bytes"])) for item in made["files"]]
        self._files.tell(strings.text("gui_window.pages", count=made["pages"]), files)
        self._receipt.setText(strings.text("gui_window.receipt_made", folder=Path(made["folder"]).name))
        warning = made["size_warning"]
        size = next(item["bytes"] for item in made["files"] if item["name"].endswith(".eml")) / 1_000_000
        self._warning.setText(strings.text(f"mail.size_{warning}", size=f"{size:.1f}") if warning else "")
        self._warning.setVisible(bool(warning))

    def _open_file(self, ending: str) -> None:
        name = next(item["name"] for item in self._made["files"] if item["name"].endswith(ending))
        show_in_desktop(Path(self._made["folder"]) / name)

    def _open_folder(self) -> None:
        show_in_desktop(Path(self._made["folder"]))

    def _open_mail(self) -> None:
        show_in_desktop(Path(self._made["eml"]))

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        """Add the files dropped."""
        self.add_extra([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()


def _do(act: Callable[[], None], _checked: bool = False) -> None:
    act()


class _Files(QWidget):
    """What was written: a sentence, then each file on a line of its own with its size at the end."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: list[Label] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)

    def tell(self, sentence: str, files: Sequence[tuple[str, str]] = ()) -> None:
        """Show `sentence` and `files` (name, size) in place of what stood here."""
        for old in self._labels:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._labels = [Label(sentence, wraps=True, parent=self)]
        self._grid.addWidget(self._labels[0], 0, 0, 1, 2)
        for at, (name, size) in enumerate(files, 1):
            line = (Elided(name, parent=self), Label(size, token="quiet", parent=self))
            self._labels += line
            self._grid.addWidget(line[0], at, 0)
            self._grid.addWidget(line[1], at, 1, Qt.AlignmentFlag.AlignRight)

    def texts(self) -> list[str]:
        """Return what is told, in the order of reading."""
        return [label.text() for label in self._labels]


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f}\u00a0MB" if size >= 100_000 else f"{max(1, round(size / 1000))}\u00a0KB"


def _framed(inner: QAbstractScrollArea) -> QWidget:
    """Return `inner` in a frame of ours: at 150 % the page inside would paint over a part of its own."""
    inner.setFrameShape(QFrame.Shape.NoFrame)
    return FieldBox(inner)


def _card(title: str, inner: QVBoxLayout) -> QWidget:
    card = QFrame()
    card.setFrameShape(QFrame.Shape.StyledPanel)
    card.setAutoFillBackground(True)
    card.setBackgroundRole(QPalette.ColorRole.Base)
    theme.set_edged(card)
    column = QVBoxLayout(card)
    column.setContentsMargins(16, 12, 16, 16)
    column.addWidget(Label(title, "group"), 0, Qt.AlignmentFlag.AlignTop)
    column.addLayout(inner, 1)
    return card
