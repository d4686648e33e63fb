"""The page on which a table from a file is looked at: sheet, headings, which column is which, what cells become."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kjxm_desktop import strings
from kjxm_desktop.core.form import Control
from kjxm_desktop.exchange import column_match
from kjxm_desktop.exchange.spreadsheets import Sheet
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.buttons import Button, Link, PrimaryButton
from kjxm_desktop.gui.comparison_pane import fitting
from kjxm_desktop.gui.form.table_clipboard import places_of, sentence_of
from kjxm_desktop.gui.form.table_rows import Miss, Row
from kjxm_desktop.gui.import_plan import Options, Plan, Source, Taken, Wishes, converted, rounded, rows_of, unread
from kjxm_desktop.gui.import_preview import Preview
from kjxm_desktop.gui.labels import Elided, Label
from kjxm_desktop.gui.override import override

SIZE: Final = (1040, 660)
_MATCH_PX: Final = 330
_HEADER_WORDS: Final = 4


class PlainBox(QComboBox):
    """A box of choices that the wheel passes by: it scrolls the page."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class ImportDialog(QDialog):
    """Proposes how the file goes in and shows what comes of it; every part of that can be corrected by keys."""

    sheet_wanted = Signal(str)
    """Another sheet of the file should be shown."""
    import_wanted = Signal()

    def __init__(
        self, name: str, sheet: Sheet, table: Control, options: Options, count: int, parent: QWidget | None = None
    ) -> None:
        """Show a sheet of the file `name` for a table that has `count` rows; `options` are those of its choices."""
        super().__init__(parent)
        self.setWindowTitle(strings.text("gui_table.import_title", label=strings.pick(table.label)))
        self.resize(fitting(SIZE, parent))
        self._table, self._options, self._count = table, options, count
        self.source = Source((), table.columns, options)
        self.plan = Plan(None, ())
        self._wishes = Wishes([])
        self.taken: Sequence[Taken] = ()
        self._sheet = sheet
        self.sheet_box = PlainBox(strings.text("gui_table.sheet"), self)
        self.header_box = PlainBox(strings.text("gui_table.header"), self)
        self.target_boxes: list[PlainBox] = []
        self.preview = Preview(options, self)
        self.sums_box = QCheckBox(self)
        self.append_button = QRadioButton(strings.text("gui_table.append", count=count), self)
        self.replace_button = QRadioButton(strings.text("gui_table.replace", count=count), self)
        self.summary = Label("", "body", wraps=True, parent=self)
        self.next_link = Link(strings.text("gui_table.next_unread"), self)
        self.note = Label("", "hint", "quiet", wraps=True, parent=self)
        self.import_button = PrimaryButton(strings.text("gui_table.import_none"), parent=self)
        self._matching = QScrollArea(self)
        self._lay_out(name)
        self._connect()
        self.show_sheet(sheet)

    # ---- what is asked from outside

    @property
    def replaces(self) -> bool:
        """Tell whether the rows take the place of those that are there."""
        return self.replace_button.isChecked() and self._count > 0

    def rows(self) -> list[Row]:
        """Return the rows to put in."""
        return rows_of(self.taken)

    def outcome(self, name: str, *, first: int) -> str:
        """Return the sentence on what came in from the file `name`, the first row of it at `first` of the table."""
        parts = [strings.text("gui_table.imported", name=name, rows=len(self.taken))]
        parts += self._misses(first)
        parts.append(strings.text("gui_table.pasted_back"))
        return sentence_of(parts)

    def tell(self, sentence: str) -> None:
        """Tell why something did not go as asked."""
        self.note.setText(sentence)
        theme.set_colour(self.note, "error")

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet, with what is proposed for it."""
        self._sheet = sheet
        self.source = Source(sheet.rows, self._table.columns, self._options)
        with QSignalBlocker(self.sheet_box):
            self.sheet_box.clear()
            self.sheet_box.addItems(list(sheet.names))
            self.sheet_box.setCurrentText(sheet.name)
        self.note.setText(" ".join(strings.text(remark.key, **remark.params) for remark in sheet.told))
        theme.set_colour(self.note, "quiet")
        self._show_plan(self.source.propose())

    # ---- building

    def _lay_out(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.PAGE_MARGIN, 20, theme.PAGE_MARGIN, 16)
        column.setSpacing(2 * theme.SPACE_GRID)
        column.addLayout(self._head(name))
        middle = QHBoxLayout()
        middle.setSpacing(4 * theme.SPACE_GRID)
        middle.addLayout(self._titled("gui_table.matching", self._matching))
        middle.addLayout(self._titled("gui_table.preview", self.preview), 1)
        self._matching.setFixedWidth(_MATCH_PX)
        self._matching.setWidgetResizable(True)
        self._matching.setFrameShape(QFrame.Shape.NoFrame)
        self._matching.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._matching.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addLayout(middle, 1)
        told = QHBoxLayout()
        told.addWidget(self.summary, 1)
        told.addWidget(self.next_link, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(told)
        column.addWidget(self.note)
        column.addLayout(self._foot())

    def _head(self, name: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(2 * theme.SPACE_GRID)
        line.addWidget(Elided(name, "label"), 2)
        for key, box in (("sheet", self.sheet_box), ("header", self.header_box)):
            label = Label(strings.text(f"gui_table.{key}"), parent=self)
            label.setBuddy(box)
            line.addWidget(label)
            line.addWidget(box, 2 if box is self.header_box else 1)
            if box is self.sheet_box and len(self._sheet.names) < 2:
                label.hide()
                box.hide()
        return line

    def _titled(self, key: str, widget: QWidget) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.SPACE_GRID)
        column.addWidget(Label(strings.text(key), "label"))
        column.addWidget(widget, 1)
        return column

    def _foot(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(4 * theme.SPACE_GRID)
        self.append_button.setChecked(True)
        for button in (self.append_button, self.replace_button):
            button.setVisible(self._count > 0)
            line.addWidget(button)
        line.addWidget(self.sums_box)
        line.addStretch(1)
        cancel = Button(strings.text("gui_table.cancel"), self)
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        line.addWidget(cancel)
        self.import_button.setDefault(True)
        line.addWidget(self.import_button)
        return line

    def _connect(self) -> None:
        self.sheet_box.textActivated.connect(self.sheet_wanted)
        self.header_box.activated.connect(self._on_header)
        self.sums_box.toggled.connect(self._on_sums)
        self.next_link.clicked.connect(self.preview.go_to_next_unread)
        self.import_button.clicked.connect(self.import_wanted)

    # ---- the plan

    def _show_plan(self, plan: Plan) -> None:
        """Show a plan whole: another row of headings, other columns."""
        self.plan = plan
        self._wishes = Wishes(list(plan.targets))
        with QSignalBlocker(self.header_box):
            self.header_box.clear()
            self.header_box.addItem(strings.text("gui_table.no_header"), -1)
            for at, row in enumerate(self.source.cells[: column_match.MOST_HEADER_ROWS]):
                words = [" ".join(cell.split()) for cell in row if cell.strip()]
                told = strings.text("gui_table.header_row", row=at + 1, words=" ".join(words[:_HEADER_WORDS]))
                self.header_box.addItem(told, at)
            self.header_box.setCurrentIndex(0 if plan.header is None else plan.header + 1)
        self._show_matching()
        self._show_taken()

    def _show_matching(self) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 2 * theme.SPACE_GRID, 0)
        grid.setVerticalSpacing(theme.SPACE_GRID)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.target_boxes = []
        for at in range(self.source.width):
            title = self.source.title(at, self.plan.header)
            example = self.source.example(at, self.plan.header)
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Elided(title))
            words.addWidget(Elided(strings.text("gui_table.as", text=example) if example else "", "hint", "quiet"))
            grid.addLayout(words, at, 0)
            box = self._target_box(at, title)
            grid.addWidget(box, at, 1)
            self.target_boxes.append(box)
        grid.setRowStretch(self.source.width, 1)
        self._matching.setWidget(inside)
        before: QWidget = self.header_box
        for box in self.target_boxes:
            self.setTabOrder(before, box)
            before = box

    def _target_box(self, at: int, title: str) -> PlainBox:
        box = PlainBox(strings.text("gui_table.goes_into", title=title))
        box.addItem(strings.text("gui_table.not_imported"), None)
        for column in self.source.targets:
            box.addItem(strings.pick(column.label), column.name)
        box.setCurrentIndex(box.findData(self.plan.targets[at]) if self.plan.targets[at] else 0)
        box.activated.connect(partial(self._on_target, at))
        return box

    def _show_taken(self) -> None:
        """Read the cells under the plan and show what comes of it."""
        self.taken = self.source.taken(self.plan)
        joined = [column for column in self.source.targets if column.name in self.plan.targets]
        self.preview.show_rows(self.taken, joined)
        sums = len(self.source.sums(self.plan))
        with QSignalBlocker(self.sums_box):
            self.sums_box.setChecked(self.plan.without_sums)
        self.sums_box.setText(strings.text("gui_table.without_sums", count=sums))
        self.sums_box.setVisible(sums > 0)
        self._tell_taken(joined)

    def _tell_taken(self, joined: Sequence[Control]) -> None:
        missing = len(unread(self.taken))
        if not joined:
            words = strings.text("gui_table.nothing_joined")
        elif not self.taken:
            words = strings.text("gui_table.nothing_taken")
        else:
            parts = [strings.text("gui_table.will_come", rows=len(self.taken), columns=len(joined))]
            parts += self._misses(None)
            words = sentence_of(parts)
        self.summary.setText(words)
        self.next_link.setVisible(missing > 0)
        self.import_button.setEnabled(bool(self.taken))
        key = "gui_table.import_rows" if self.taken else "gui_table.import_none"
        self.import_button.setText(strings.text(key, count=len(self.taken)))

    def _misses(self, first: int | None) -> list[str]:
        """Return the parts of the sentence on cells that make no sense: by rows of the file, or of the table."""
        by_name = {column.name: column for column in self.source.targets}
        senseless = unread(self.taken)
        parts: list[str] = []
        for why, found in (
            ("unread", [one for one in senseless if not one[2].is_kept]),
            ("kept", [one for one in senseless if one[2].is_kept]),
            ("rounded", rounded(self.taken)),
        ):
            misses = [
                Miss(self.taken[at].number if first is None else first + at, by_name[name], cell.text, "kept")
                for at, name, cell in found
            ]
            if misses:
                parts.append(strings.text(f"gui_table.pasted_{why}", count=len(misses), places=places_of(misses)))
        count = converted(self.taken)
        return [*parts, strings.text("gui_table.pasted_converted", count=count)] if count else parts

    # ---- correcting it

    def _on_header(self, at: int) -> None:
        self._show_plan(self.source.propose_below(at - 1 if at else None))

    def _on_sums(self, without: bool) -> None:
        self.plan = Plan(self.plan.header, self.plan.targets, without)
        self._show_taken()

    def _on_target(self, at: int, chosen: int) -> None:
        self._wishes.wish(at, self.target_boxes[at].itemData(chosen))
        self.plan = Plan(self.plan.header, self._wishes.targets(), self.plan.without_sums)
        for box, key in zip(self.target_boxes, self.plan.targets, strict=True):
            box.setCurrentIndex(box.findData(key) if key else 0)
        self._show_taken()
