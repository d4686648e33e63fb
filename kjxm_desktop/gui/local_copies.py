"""The dialog 清除本机副本: what lies on this computer of each draft, and deleting what the person ticks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import local_copies
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.local_copies import LocalCopy, Standing
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.form.picture_field import size_in_words
from kjxm_desktop.gui.labels import Icon, Label
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.reading import Reading
from kjxm_desktop.gui.recents import title_of

_INDENT = 28
_MOST_LETTERS = 44


class CopyRow(QWidget):
    """One draft: a tick, how its file stands to what is kept here, how much that is, and a second tick where needed."""

    changed = Signal()

    def __init__(self, copy: LocalCopy, title: str, *, is_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.copy = copy
        self.tick = QCheckBox(title.replace("&", "&&"), self)
        self.sure = QCheckBox(strings.text("gui_copies.sure"), self)
        self.sure.setVisible(False)
        self.tick.setEnabled(not is_open)
        self.tick.toggled.connect(self._on_tick)
        self.sure.toggled.connect(self._on_sure)
        standing = strings.text("gui_copies.open") if is_open else _standing(copy)
        safe = copy.standing is Standing.IN_FILE and not is_open
        self.told = f"{standing}　{_sizes(copy)}"
        self.tick.setAccessibleDescription(self.told)
        line = QHBoxLayout()
        line.setContentsMargins(_INDENT, 0, 0, 0)
        line.setSpacing(theme.SPACE_GRID)
        line.addWidget(Icon("state_done" if safe else "severity_warning", "done" if safe else "warning", self))
        line.addWidget(Label(standing, wraps=True, parent=self), 1)
        sizes = QHBoxLayout()
        sizes.setContentsMargins(_INDENT, 0, 0, 0)
        sizes.addWidget(Label(_sizes(copy), "hint", "quiet", wraps=True, parent=self))
        sure = QHBoxLayout()
        sure.setContentsMargins(_INDENT, 0, 0, 0)
        sure.addWidget(self.sure, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        column.addWidget(self.tick, 0, Qt.AlignmentFlag.AlignLeft)
        for row in (line, sizes, sure):
            column.addLayout(row)

    @property
    def is_chosen(self) -> bool:
        """Tell whether it is to be deleted: ticked, and ticked once more where nothing else holds all of it."""
        return self.tick.isChecked() and (not self.copy.may_be_all or self.sure.isChecked())

    def _on_tick(self, ticked: bool) -> None:
        self.sure.setVisible(ticked and self.copy.may_be_all)
        self.sure.setChecked(False)
        self.changed.emit()

    def _on_sure(self, _ticked: bool) -> None:
        self.changed.emit()


class LocalCopies(QDialog):
    """Lists the drafts and deletes what is ticked; drafts that are open are shown and left alone."""

    cleared = Signal(str)
    """All that was kept of this draft is gone."""

    def __init__(self, folder: Path, shelf: Shelf, open_id: str | None, parent: QWidget | None = None) -> None:
        """`folder` is the program's own; `open_id` is the draft in the window, which need not be locked."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_copies.title"))
        self.setMinimumSize(640, 520)
        self._folder = folder
        self._shelf = shelf
        self._open_id = open_id
        self._reading = Reading(self)
        self.rows: list[CopyRow] = []
        self.told = Label("", wraps=True, parent=self)
        self.clear_button = Button(strings.text("gui_copies.clear"), self)
        self.clear_button.clicked.connect(self._on_clear)
        self._close_button = Button(strings.text("gui_window.close"), self)
        self._close_button.clicked.connect(self.reject)
        self._close_button.setDefault(True)
        self._column = QVBoxLayout()
        self._lay_out()
        self._look("")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(Label(strings.text("gui_copies.note"), wraps=True, parent=self))
        column.addWidget(self._scrolled(), 1)
        column.addWidget(self.told)
        column.addWidget(Label(strings.text("gui_copies.caution"), "hint", "quiet", wraps=True, parent=self))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.clear_button)
        buttons.addWidget(self._close_button)
        column.addLayout(buttons)

    def _scrolled(self) -> QScrollArea:
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        inner = QWidget(area)
        inner.setLayout(self._column)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        area.setWidget(inner)
        return area

    @property
    def is_busy(self) -> bool:
        """Tell whether the drafts are still being looked at."""
        return self._reading.is_busy

    # ---- what is there

    def _look(self, before: str) -> None:
        """Read what is there, off the window's thread, and show it; `before` is what was told of the last deed."""
        self._enable()
        self.told.setText(before or strings.text("gui_copies.reading"))
        self._reading.ask(
            "copies",
            lambda: local_copies.find(self._folder, self._shelf),
            lambda found: self._show(found, before),
            lambda error: self.told.setText(strings.error(error)),
        )

    def _show(self, found: Sequence[LocalCopy], before: str) -> None:
        self.rows = []
        while (item := self._column.takeAt(0)) is not None:  # pyright: ignore[reportUnnecessaryComparison]
            widget = item.widget()
            if isinstance(widget, QWidget):  # pyright: ignore[reportUnnecessaryIsInstance]
                widget.hide()
                widget.deleteLater()
        for copy in found:
            row = CopyRow(copy, self._title(copy), is_open=copy.is_open or copy.doc_id == self._open_id, parent=self)
            row.changed.connect(self._enable)
            self.rows.append(row)
            self._column.addWidget(row)
        self._column.addStretch(1)
        self.told.setText(before or ("" if found else strings.text("gui_copies.none")))
        self._enable()

    def _title(self, copy: LocalCopy) -> str:
        call = next((told for told in self._shelf.calls if copy.kept and told.id == copy.kept.call_id), None)
        title = title_of(call, copy.kept.data) if call is not None and copy.kept is not None else ""
        if len(title) > _MOST_LETTERS:
            title = title[: _MOST_LETTERS - 1] + "…"
        return title or strings.text("gui_window.untitled")

    def _enable(self) -> None:
        chosen = [row.copy for row in self.rows if row.is_chosen]
        self.clear_button.setEnabled(bool(chosen) and not self.is_busy)
        if chosen:
            size = size_in_words(sum(copy.size for copy in chosen))
            self.clear_button.setText(strings.text("gui_copies.clear_some", count=len(chosen), size=size))
        else:
            self.clear_button.setText(strings.text("gui_copies.clear"))

    # ---- deleting

    def _on_clear(self) -> None:
        done: list[LocalCopy] = []
        failures: list[str] = []
        for row in [row for row in self.rows if row.is_chosen]:
            try:
                local_copies.remove(self._folder, row.copy.doc_id)
            except KjxmError as error:
                failures.append(strings.error(error))
            else:
                done.append(row.copy)
                self.cleared.emit(row.copy.doc_id)
        size = size_in_words(sum(copy.size for copy in done))
        told = [strings.text("gui_copies.cleared", count=len(done), size=size)] if done else []
        self._look("\n".join([*told, *failures]))

    @override
    def done(self, result: int) -> None:
        """Give up what is being read, whichever way the dialog is left."""
        self._reading.stop()
        super().done(result)


def _standing(copy: LocalCopy) -> str:
    path = copy.kept.path if copy.kept is not None else None
    return strings.text(f"gui_copies.{copy.standing}", name=path.name if path is not None else "")


def _sizes(copy: LocalCopy) -> str:
    backups = strings.text("gui_copies.no_backups")
    if copy.backup_count:
        size = size_in_words(copy.backup_bytes)
        backups = strings.text("gui_copies.backups", count=copy.backup_count, size=size)
    own, history = size_in_words(copy.copy_bytes), size_in_words(copy.history_bytes)
    return strings.text("gui_copies.sizes", copy=own, history=history, backups=backups)
