"""A page of the form in a window that has the keys, on the call of 2024 and on one that knows other fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QMimeData, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.field import Field
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.session import Session

OpenPage = Callable[..., SectionPage]
FieldKind = TypeVar("FieldKind", bound=Field)
Kind = TypeVar("Kind", bound=QObject)


@pytest.fixture(scope="session")
def other_call() -> Call:
    """Load the call that also asks for plain text, a picture and cards."""
    return calls.load(Path(__file__).parents[2] / "calls" / "agri-service-2026")


@pytest.fixture
def open_page(open_session: Callable[..., Session], qtbot: QtBot) -> Iterator[OpenPage]:
    """Return how to show the page of one section; undo and redo have the shortcuts that the window gives them."""
    shown: list[SectionPage] = []

    def open_one(section: str, data: Json = None, *, session: Session | None = None) -> SectionPage:
        session = session or open_session(data)
        page = SectionPage(session, next(each for each in session.form.sections if each.id == section))
        for keys, act in (("Ctrl+Z", session.undo), ("Ctrl+Y", session.redo)):
            QShortcut(QKeySequence(keys), page).activated.connect(act)
        page.resize(800, 700)
        qtbot.addWidget(page)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        shown.append(page)
        return page

    yield open_one
    for page in shown:
        page.close()


def row_at(page: SectionPage, pointer: str) -> FieldRow:
    """Return the row of the control at `pointer`."""
    return next(row for row in page.rows() if row.pointer == pointer)


def enter(page: SectionPage, pointer: str) -> FieldRow:
    """Put the keys into the field at `pointer` and return its row."""
    row = row_at(page, pointer)
    row.take_focus()
    return row


def field_at(page: SectionPage, pointer: str, kind: type[FieldKind]) -> FieldKind:
    """Return the field at `pointer`, which is of the kind told, with the keys in it."""
    field = enter(page, pointer).field
    assert isinstance(field, kind)
    return field


def children(parent: QObject, kind: type[Kind]) -> list[Kind]:
    """Return what stands in a widget and is of the kind told, in its order."""
    return list(parent.findChildren(kind))


def remark(row: FieldRow) -> str:
    """Return the sentence below a field."""
    return row._foot.remark.sentence


def counter(row: FieldRow) -> tuple[str, str]:
    """Return the counter below a field and the token of its colour."""
    return row._foot.counter, row._foot._counter_token


def copy_text(text: str) -> None:
    """Put plain text on the clipboard, as a spreadsheet does."""
    QGuiApplication.clipboard().setText(text)


def copy_html(html: str, text: str = "") -> None:
    """Put formatted text on the clipboard, as a word processor does."""
    mime = QMimeData()
    mime.setHtml(html)
    mime.setText(text)
    QGuiApplication.clipboard().setMimeData(mime)


CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
