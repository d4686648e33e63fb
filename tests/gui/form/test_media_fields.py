"""Pictures and files: pasted, dropped, refused, removed, brought back by undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.form import picture_field
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


@pytest.fixture
def file_field(open_page: OpenPage) -> Iterator[FileField]:
    """Return the field of a file in the form of its row."""
    page = open_page("attachments", {"attachments": {"files": [{"id": "a", "kind": "demand"}]}})
    form = field_at(page, "/attachments/files", TableField).open_row(0)
    row = form._grid.row_at("/attachments/files/0/media")
    assert row is not None
    assert isinstance(row.field, FileField)
    yield row.field
    form.close()


def _drop(field: FileField, path: Path, size: int = 8) -> None:
    path.write_bytes(path.name.encode()[:4] + b"x" * (size - 4))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    field._area.offered.emit(mime)


def _named(field: FileField) -> object:
    return field.session.value("/attachments/files/0/name")


def test_a_refusal_goes_when_a_later_file_is_taken(
    file_field: FileField, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    file_field.noted.connect(told.append)
    monkeypatch.setattr(picture_field, "MEDIA_CAP_BYTES", 100)
    _drop(file_field, tmp_path / "太大.pdf", 200)
    assert "太大.pdf" in told[-1]
    assert strings.label_path(file_field.session.call, file_field.pointer) in told[-1]
    with qtbot.waitSignal(file_field.edited):
        _drop(file_field, tmp_path / "合适.pdf")
    assert told[-1] == ""


def test_the_name_follows_the_file_until_somebody_writes_another(file_field: FileField, tmp_path: Path) -> None:
    _drop(file_field, tmp_path / "初稿.pdf")
    _drop(file_field, tmp_path / "定稿.pdf")
    assert _named(file_field) == "定稿.pdf"
    file_field._remove.click()
    assert _named(file_field) is None
    _drop(file_field, tmp_path / "盖章.pdf")
    file_field.session.edit("/attachments/files/0/name", "需求证明")
    _drop(file_field, tmp_path / "重扫.pdf")
    assert _named(file_field) == "需求证明"


def test_the_area_shows_the_name_and_size_of_its_file_and_offers_to_replace_it(
    file_field: FileField, tmp_path: Path
) -> None:
    invitation = file_field._area._words
    _drop(file_field, tmp_path / "证明.pdf", 150_000)
    assert file_field._area._words.startswith("证明.pdf")
    assert "0.1\u00a0MB" in file_field._area._words or "0.2\u00a0MB" in file_field._area._words
    assert file_field._choose.text() == "替换…"
    assert not file_field._remove.isHidden()
    file_field.session.edit("/attachments/files/0/name", "需求证明")
    assert file_field._area._words.startswith("需求证明")
    file_field._remove.click()
    assert file_field._area._words == invitation
    assert file_field._choose.text() == "选择文件…"
