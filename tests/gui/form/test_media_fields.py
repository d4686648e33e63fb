"""Pictures and files: pasted, dropped, refused, removed, brought back by undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.call import Call
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.form.picture_field import FileField, PictureField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.session import Session
from tests.gui.conftest import NOW, commit
from tests.gui.form.conftest import CTRL, OpenPage, field_at, remark, row_at

PORTRAIT = "/who/portrait"


@pytest.fixture
def page(open_page: OpenPage, other_call: Call, tmp_path: Path) -> Iterator[SectionPage]:
    session = Session(Proposal(other_call), working_folder=tmp_path, program="test", now=lambda: NOW)
    yield open_page("who", session=session)
    session.close()


def _picture() -> QImage:
    image = QImage(60, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#1B5E9E"))
    return image


def _paste(field: PictureField, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setImageData(_picture())
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(field.input_widget(), Qt.Key.Key_V, CTRL)


def test_a_pasted_picture_is_kept_by_its_content_and_shown(page: SectionPage, qtbot: QtBot) -> None:
    field = field_at(page, PORTRAIT, PictureField)
    _paste(field, qtbot)
    value = page._session.value(PORTRAIT)
    assert page._session.media(value["media"])
    assert field._facts.text().startswith("60 × 40 像素")


def test_words_of_a_picture_are_typed_below_it(page: SectionPage, qtbot: QtBot) -> None:
    field = field_at(page, PORTRAIT, PictureField)
    assert not field._words["caption"].isEnabled()
    _paste(field, qtbot)
    commit(field._words["caption"], "在田里")
    assert page._session.value(PORTRAIT)["caption"] == "在田里"


def test_a_removed_picture_comes_back_by_undo(page: SectionPage, qtbot: QtBot) -> None:
    field = field_at(page, PORTRAIT, PictureField)
    _paste(field, qtbot)
    before = page._session.value(PORTRAIT)
    field._remove.click()
    assert page._session.value(PORTRAIT) is None
    page._session.undo()
    assert page._session.value(PORTRAIT) == before
    assert field._facts.text()


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(page: SectionPage, tmp_path: Path) -> None:
    field = field_at(page, PORTRAIT, PictureField)
    path = tmp_path / "说明.txt"
    path.write_text("no picture", encoding="utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    field._area.offered.emit(mime)
    assert page._session.value(PORTRAIT) is None
    assert remark(row_at(page, PORTRAIT))


def test_a_file_travels_with_its_name_and_is_one_step(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("attachments", {"attachments": {"files": [{"id": "a", "kind": "demand"}]}})
    table = field_at(page, "/attachments/files", TableField)
    form = table.open_row(0)
    row = form._grid.row_at("/attachments/files/0/media")
    assert row is not None
    assert isinstance(row.field, FileField)
    path = tmp_path / "证明.pdf"
    path.write_bytes(b"%PDF-1.7")
    row.field.take(path.read_bytes(), path.name)
    stored = page._session.value("/attachments/files/0")
    assert stored["name"] == "证明.pdf"
    assert page._session.media(stored["media"]) == b"%PDF-1.7"
    page._session.undo()
    assert page._session.value("/attachments/files/0") == {"id": "a", "kind": "demand"}
    form.close()
