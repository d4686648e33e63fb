"""What can be put into prose beside text, and how it is opened: tables, pictures, formulas, citations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.form import citation_numbers, picture_field, prose_table, rich_text_paste, rich_text_places
from kjxm_desktop.gui.form.rich_text_editor import RichTextEditor
from kjxm_desktop.gui.form.table_editing import TableEditing
from kjxm_desktop.gui.form.typed_text import TypedText
from kjxm_desktop.gui.session import Session

INSERT_KEYS = {
    "table": QKeySequence("Ctrl+Shift+T"),
    "picture": QKeySequence("Ctrl+Shift+P"),
    "formula": QKeySequence("Alt+="),
    "display": QKeySequence("Alt+Shift+="),
    "cite": QKeySequence("Ctrl+Shift+R"),
}


class ProseObjects(QObject):
    """Inserts and opens the objects of one field."""

    refused = Signal(object)
    """A KjxmError: why something could not be taken."""
    told = Signal(str)
    """A sentence on what was done; empty: nothing to tell any more."""

    def __init__(self, session: Session, editor: RichTextEditor, tables: TableEditing, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._editor = editor
        self._tables = tables
        self._owner = parent
        editor.object_wanted.connect(self.open)
        editor.pictures_offered.connect(self._on_pictures_offered)
        for name, keys in INSERT_KEYS.items():
            if self.can_insert(name):
                shortcut = QShortcut(keys, parent)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(partial(self.insert, name))

    def can_insert(self, name: str) -> bool:
        """Tell whether such a thing can stand here: citations need a list of references."""
        return name != "cite" or bool(citation_numbers.of(self._session).tables)

    def text(self) -> TypedText:
        """Return what takes the keys: the cell being edited, or the text itself."""
        return self._tables.cell if self._tables.is_open else self._editor

    def insert(self, name: str) -> None:
        """Ask for what is to be inserted, and put it where the cursor stands."""
        self.told.emit("")
        self._session.settle()
        acts: dict[str, Callable[[], None]] = {
            "table": self._insert_table,
            "picture": self._insert_picture,
            "formula": partial(self._edit_formula, None, False),
            "display": partial(self._edit_formula, None, True),
            "cite": self._cite,
        }
        acts[name]()

    def open(self, at: int) -> None:
        """Open the object at a position of the text."""
        told = self._editor.object_told(at)
        self.told.emit("")
        if "cite" in told:
            self._cite(at)
        elif "formula" in told or told.get("type") == "formula":
            self._edit_formula(at, "formula" not in told)
        elif told.get("type") == "table":
            self._tables.open(at)
        elif told.get("type") == "picture":
            self._open_picture(at)

    def _ask(self, asked: QDialog) -> None:
        """Show a dialog; the keys come back to the text when it is left, however that was."""
        asked.finished.connect(self._take_keys)
        asked.show()

    def _take_keys(self) -> None:
        self._owner.window().activateWindow()
        self.text().setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- tables

    def _insert_table(self) -> None:
        from kjxm_desktop.gui.form.table_size import TableSize  # made for the few who insert one

        asked = TableSize(self._owner.window())
        asked.accepted.connect(lambda: self._put_table(asked.grid.rows, asked.grid.columns))
        self._ask(asked)

    def _put_table(self, rows: int, columns: int) -> None:
        self._tables.close(beside=False)
        at = self._editor.insert_blocks([prose_table.new(rows, columns)])
        self._tables.open(at)

    # ---- pictures

    def _insert_picture(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._owner, strings.text("gui_form.picture.choose"), "", strings.text("gui_form.picture.filter")
        )
        if name:
            places = self._bring([lambda: (picture_field.read_file(Path(name)), Path(name).name)])
            if places:
                self._open_picture(places[-1])

    def _on_pictures_offered(self, source: QMimeData) -> None:
        self.told.emit("")
        paths = rich_text_paste.picture_paths(source)
        if paths:
            self._bring([lambda path=path: (picture_field.read_file(path), path.name) for path in paths])
        else:
            self._bring([lambda: picture_field.picture_from(source)])

    def _bring(self, readers: Sequence[Callable[[], tuple[bytes, str] | None]]) -> list[int]:
        """Take pictures through the one normaliser and insert all of them, as one step; tell why one is refused."""
        blocks: list[dict[str, Json]] = []
        for read in readers:
            try:
                found = read()
                if found is not None:
                    blocks.append({"type": "picture", "media": self._take(*found)})
            except KjxmError as error:
                self.refused.emit(error)
        if not blocks:
            return []
        self._tables.close(beside=False)
        return [self._editor.insert_blocks(blocks)]

    def _take(self, data: bytes, name: str) -> str:
        # Loaded when the first picture is brought: the picture library is none of the first page's business.
        from kjxm_desktop.core import pictures

        return self._session.add_media(pictures.normalise(data, name).data, name)

    def _open_picture(self, at: int) -> None:
        from kjxm_desktop.gui.form.picture_editor import PictureEditor

        self._editor.select_object(at)
        told = self._editor.object_told(at)
        asked = PictureEditor(self._session, told, self._owner.window())
        asked.accepted.connect(lambda: self._put_picture(at, told, None if asked.is_removed else asked.block))
        self._ask(asked)

    def _put_picture(self, at: int, told: Json, block: Json | None) -> None:
        """Put a picture with other words in its place, or take it out."""
        if self._editor.object_told(at) != told:
            return
        if block is None:
            self._editor.remove_object(at)
        elif block != told:
            self._session.seal()
            self._editor.put_object(at, block)
            self._session.seal()

    # ---- formulas

    def _edit_formula(self, at: int | None, display: bool) -> None:
        from kjxm_desktop.gui.form.formula_editor import FormulaEditor

        text = self.text()
        if at is None:
            at = text.run_at_cursor() if text.textCursor().hasSelection() else None
        told = _told(text, at)
        source = str(told.get("formula", told.get("latex", "")))
        can_display = text is self._editor
        asked = FormulaEditor(source, display=display and can_display, both=can_display, parent=self._owner.window())
        asked.accepted.connect(lambda: self._put_formula(text, at, told, asked.source, asked.display))
        self._ask(asked)

    def _put_formula(self, text: TypedText, at: int | None, told: dict[str, Json], source: str, display: bool) -> None:
        """Put a formula in its place; an empty one is taken out."""
        if at is not None and told and _told(text, at) == told:
            self._change_formula(text, at, "formula" not in told, source, display)
        elif source and display and isinstance(text, RichTextEditor):
            self._editor.insert_blocks([{"type": "formula", "latex": source}])
        elif source:
            text.insert_run({"formula": source})

    def _change_formula(self, text: TypedText, at: int, was_display: bool, source: str, display: bool) -> None:
        if source and display == was_display:
            self._session.seal()
            told: Json = {"type": "formula", "latex": source} if display else {"formula": source}
            rich_text_places.put_object(text.document(), at, told)
            self._session.seal()
            return
        if not source and was_display:
            self._editor.remove_object(at)
            return
        text.setTextCursor(rich_text_places.span(text.document(), at, 1))
        if not source:
            self._session.seal()
            text.textCursor().removeSelectedText()
            self._session.seal()
        elif display:
            self._editor.insert_blocks([{"type": "formula", "latex": source}])
        else:
            self._editor.insert_inline(at, {"formula": source})

    # ---- citations

    def _cite(self, at: int | None = None) -> None:
        from kjxm_desktop.gui.form.reference_picker import ReferencePicker

        text = self.text()
        told = _told(text, at)
        asked = ReferencePicker(self._session, str(told.get("cite", "")), self._owner.window())
        asked.cited.connect(partial(self._put_citations, text, at, told))
        self._ask(asked)

    def _put_citations(self, text: TypedText, at: int | None, told: dict[str, Json], references: list[str]) -> None:
        self._session.seal()
        cursor = text.textCursor()
        cursor.beginEditBlock()
        if at is not None and told and _told(text, at) == told:
            cursor = rich_text_places.span(text.document(), at, 1)
        for reference in references:
            rich_text_places.insert_run(cursor, {"cite": reference})
        cursor.endEditBlock()
        text.setTextCursor(cursor)
        self._session.seal()


def _told(text: TypedText, at: int | None) -> dict[str, Json]:
    """Return what the object at a position carries; {} where there is none."""
    return {} if at is None else rich_text_places.object_at(text.document(), at)
