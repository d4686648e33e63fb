"""By which number each reference prints: in the order in which the document first cites it, the uncited ones behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, references, rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.session import Session

QUIET_MS = 300
"""Numbers follow an edit after such a pause."""

Row = dict[str, Json]


class CitationNumbers(QObject):
    """The numbers of one session; they are told anew only when what is cited, or its order, has changed."""

    changed = Signal()
    """Some reference has another number."""
    counted = Signal()
    """Something else is cited, or listed, than before."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.tables = references.tables_of(session.call.document)
        self._numbers = self._listed()
        self._cited: frozenset[str] = frozenset()
        self._counted: object = None
        self._timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._timer.timeout.connect(self.count_now)
        if self.tables:
            session.value_changed.connect(self._on_value_changed)
            self._timer.start(0)

    def number(self, reference: str) -> int | None:
        """Return the number of a reference; None for one that is gone or has no text."""
        return self._numbers.get(reference)

    def words(self, reference: str) -> str:
        """Return what stands in a text for a reference: its number, or a sign that it is gone."""
        number = self.number(reference)
        return f"[{number}]" if number else strings.text("gui_form.rich.lost_cite")

    @property
    def anything_cited(self) -> bool:
        """Tell whether any text cites anything."""
        return bool(self._cited)

    def unused(self) -> list[int]:
        """Return the numbers of the references that no text cites."""
        found = [self._numbers.get(str(row.get("id"))) for row in self.rows() if not self.is_cited(str(row.get("id")))]
        return [number for number in found if number is not None]

    def is_cited(self, reference: str) -> bool:
        """Tell whether some text cites a reference."""
        return reference in self._cited

    def rows(self) -> list[Row]:
        """Return all references, in the order in which they print."""
        found = [row for table in self.tables for row in rows_of(self._session.value(table))]
        return sorted(found, key=lambda row: self._numbers.get(str(row.get("id")), len(self._numbers) + 1))

    def _on_value_changed(self, _pointer: str) -> None:
        self._timer.start()

    def count_now(self) -> None:
        """Count anew by what is cited now."""
        self._timer.stop()
        data = self._session.data
        cited = [(pointer, tuple(rich_text.cites_of(value))) for pointer, value in _prose(self._session)]
        listed = [
            (str(row.get("id")), bool(row.get("text")))
            for table in self.tables
            for row in rows_of(json_pointer.get(data, table))
        ]
        told = ([(*one, self._session.shown(one[0])) for one in cited if one[1]], listed)
        if told == self._counted:
            return
        self._counted = told
        self._cited = frozenset(reference for _, found in cited for reference in found)
        numbers = self._printed() if self._cited else self._listed()
        if numbers != self._numbers:
            self._numbers = numbers
            self.changed.emit()
        self.counted.emit()

    def _listed(self) -> dict[str, int]:
        """Return the numbers that the list itself gives: until the document is asked, and where it cannot tell."""
        rows = [row for table in self.tables for row in rows_of(self._session.value(table)) if row.get("text")]
        return {str(row.get("id")): at for at, row in enumerate(rows, 1)}

    def _printed(self) -> dict[str, int]:
        """Return the numbers that the document prints: of a copy that holds little but citations."""
        # Loaded with the first citation: the first page needs no document.
        from kjxm_desktop.export.compose import compose

        session = self._session
        small = _small(session, self.tables)
        try:
            document = compose(session.call, small, {}, now=session.now(), draft=True)
        except KjxmError:
            return self._listed()
        numbers: dict[str, int] = {}
        for part in document.parts:
            for block in part.blocks:
                anchor = str(getattr(block, "anchor", "") or "")
                if getattr(block, "style", "") == "reference" and anchor.startswith("reference"):
                    pointer = str(getattr(block, "pointer", ""))
                    row = json_pointer.get(small, pointer.rpartition("/")[0], {})
                    numbers[str(row.get("id"))] = int(anchor.removeprefix("reference"))
        return numbers


def of(session: Session) -> CitationNumbers:
    """Return the numbers of a session, the same ones for all its fields."""
    known = cast("CitationNumbers | None", session.findChild(CitationNumbers))
    return known or CitationNumbers(session)


def rows_of(value: Json) -> list[Row]:
    """Return the rows of a table, none where there is nothing."""
    return cast("list[Row]", value) if isinstance(value, list) else []


def _prose(session: Session) -> Iterator[tuple[str, Json]]:
    """Yield pointer and value of every long text; tables without one are not looked into."""
    for control in session.form.controls:
        if control.kind == "rich" and "*" not in control.pointer:
            value = session.value(control.pointer)
            if value:
                yield control.pointer, value
        elif control.kind == "table":
            names = [column.name for column in control.columns if column.kind == "rich"]
            for at, row in enumerate(rows_of(session.value(control.pointer))) if names else ():
                for name in names:
                    if row.get(name):
                        yield f"{control.pointer}/{at}/{name}", row[name]


def _small(session: Session, kept: list[str]) -> Json:
    """Return a copy of all answers without tables of records, pictures and words: what is asked, and what is cited."""
    data: Json = session.data
    for control in session.form.controls:
        if "*" in control.pointer or control.pointer in kept:
            continue
        holds_prose = any(column.kind == "rich" for column in control.columns)
        if control.kind in ("picture", "file") or (control.kind == "table" and not holds_prose):
            data = json_pointer.set_in(data, control.pointer, None)
    for pointer, value in list(_prose(session)):
        runs = [{"cite": reference} for reference in rich_text.cites_of(value)] or [{"text": "-"}]
        data = json_pointer.set_in(data, pointer, [{"type": "paragraph", "runs": runs}])
    return data
