"""Pictures in prose: chosen, pasted, dropped through the one normaliser, with their words, replaced and removed."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import pictures
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.picture_editor import PictureEditor
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.rich_text_objects import RichTextObjects
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit
from tests.gui.form.conftest import CTRL, OpenPage, copy_html, field_at, remark, row_at

Key = Qt.Key
TEXT = "/summary/text"
LINE: Json = {"type": "paragraph", "runs": [{"text": "前后"}]}


def _png(colour: str = "red", size: tuple[int, int] = (40, 30)) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, colour).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    made = tmp_path / "示例图.png"
    made.write_bytes(_png())
    return made


def _open(open_page: OpenPage) -> tuple[SectionPage, RichTextField]:
    page = open_page("summary", {"summary": {"text": [LINE]}})
    field = field_at(page, TEXT, RichTextField)
    cursor = field.editor.textCursor()
    cursor.setPosition(1)
    field.editor.setTextCursor(cursor)
    return page, field


def _pictures(page: SectionPage) -> list[Json]:
    return [block for block in page._session.value(TEXT) or [] if block["type"] == "picture"]


def _dialog(qtbot: QtBot) -> PictureEditor:
    def shown() -> list[PictureEditor]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, PictureEditor) and each.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def test_a_picture_is_chosen_by_keys_and_its_words_are_written_beside_it(
    open_page: OpenPage, qtbot: QtBot, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_told: (str(picture), ""))
    page, field = _open(open_page)
    QTest.keySequence(field.editor, QKeySequence("Ctrl+Shift+P"))
    asked = _dialog(qtbot)
    commit(asked.caption, "总体路线")
    qtbot.keyClick(asked.caption, Key.Key_Tab)
    commit(asked.alt, "三步")
    qtbot.mouseClick(asked.accept_button, Qt.MouseButton.LeftButton)
    media = pictures.normalise(picture.read_bytes(), "a").sha256
    block = {"type": "picture", "media": media, "caption": "总体路线", "alt": "三步"}
    line = {"type": "paragraph", "runs": [{"text": "前"}]}, {"type": "paragraph", "runs": [{"text": "后"}]}
    assert page._session.value(TEXT) == [line[0], block, line[1]]
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert _pictures(page) == [{"type": "picture", "media": media}]
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [LINE]


def test_pixels_on_the_clipboard_are_pasted_as_a_picture_and_undone_alone(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    QGuiApplication.clipboard().setImage(QImage.fromData(_png("blue")))
    qtbot.keyClick(field.editor, Key.Key_V, CTRL)
    (block,) = _pictures(page)
    stored = page._session.media(block["media"])
    assert stored is not None
    assert pictures.measure(stored) is not None
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [LINE]


def test_files_dropped_become_pictures_in_one_step(
    open_page: OpenPage, qtbot: QtBot, picture: Path, tmp_path: Path
) -> None:
    other = tmp_path / "另一张.JPG"
    other.write_bytes(_png("green"))
    page, field = _open(open_page)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (picture, other)])
    place = QPointF(field.editor.viewport().rect().center())
    copy, held, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(field.editor.viewport(), QDragEnterEvent(place.toPoint(), copy, mime, held, none))
    QApplication.sendEvent(field.editor.viewport(), QDropEvent(place, copy, mime, held, none))
    assert len(_pictures(page)) == 2
    page._session.undo()
    assert page._session.value(TEXT) == [LINE]


def test_a_file_that_is_no_picture_is_left_to_the_window(open_page: OpenPage, tmp_path: Path) -> None:
    _page, field = _open(open_page)
    for name in ("申报书.kjxm", "一版.kjxmcall", "材料.zip"):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        assert not field.editor.canInsertFromMimeData(mime)


def test_a_copy_of_formatted_text_that_brings_a_drawing_of_itself_is_pasted_as_text(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field = _open(open_page)
    mime = QMimeData()
    mime.setHtml("<p>正文</p>")
    mime.setText("正文")
    mime.setImageData(QImage.fromData(_png()))
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(field.editor, Key.Key_V, CTRL)
    assert _pictures(page) == []
    assert page._session.value(TEXT) == [{"type": "paragraph", "runs": [{"text": "前正文后"}]}]


def test_a_picture_copied_in_a_browser_is_a_picture(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    mime = QMimeData()
    mime.setHtml('<img src="https://example.org/a.png">')
    mime.setImageData(QImage.fromData(_png()))
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(field.editor, Key.Key_V, CTRL)
    assert len(_pictures(page)) == 1


def test_what_only_claims_to_be_a_picture_is_refused_with_a_reason(open_page: OpenPage, tmp_path: Path) -> None:
    page, field = _open(open_page)
    bad = tmp_path / "坏.png"
    bad.write_bytes(b"not a picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bad))])
    field.editor.insertFromMimeData(mime)
    assert page._session.value(TEXT) == [LINE]
    assert "坏.png" in remark(row_at(page, TEXT))
    copy_html("<p>x</p>", "x")
    field.editor.paste()
    assert "坏.png" not in remark(row_at(page, TEXT))


def _with_picture(open_page: OpenPage, picture: Path) -> tuple[SectionPage, RichTextField, int]:
    page, field = _open(open_page)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture))])
    field.editor.insertFromMimeData(mime)
    return page, field, 2


def test_a_double_click_opens_a_picture_and_leaving_changes_nothing(
    open_page: OpenPage, qtbot: QtBot, picture: Path
) -> None:
    page, field, at = _with_picture(open_page, picture)
    before = page._session.value(TEXT)
    place = field.editor.object_rect(at).center().toPoint()
    qtbot.mouseDClick(field.editor.viewport(), Qt.MouseButton.LeftButton, pos=place)
    asked = _dialog(qtbot)
    commit(asked.caption, "不要")
    qtbot.keyClick(asked, Key.Key_Escape)
    assert page._session.value(TEXT) == before


def test_a_picture_is_replaced_with_its_words_kept(
    open_page: OpenPage, qtbot: QtBot, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, field, at = _with_picture(open_page, picture)
    field.editor.put_object(at, {**_pictures(page)[0], "caption": "题", "later": 1})
    other = tmp_path / "新.png"
    other.write_bytes(_png("black"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_told: (str(other), ""))
    field.editor.select_object(at)
    qtbot.keyClick(field.editor, Key.Key_Return)
    asked = _dialog(qtbot)
    qtbot.mouseClick(asked.replace_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(asked.accept_button, Qt.MouseButton.LeftButton)
    media = pictures.normalise(other.read_bytes(), "a").sha256
    assert _pictures(page) == [{"type": "picture", "media": media, "caption": "题", "later": 1}]


def test_a_refused_replacement_is_told_in_the_dialog(
    open_page: OpenPage, qtbot: QtBot, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, field, at = _with_picture(open_page, picture)
    bad = tmp_path / "坏.png"
    bad.write_bytes(b"nothing")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_told: (str(bad), ""))
    before = page._session.value(TEXT)
    field.objects.open(at)
    asked = _dialog(qtbot)
    qtbot.mouseClick(asked.replace_button, Qt.MouseButton.LeftButton)
    assert "坏.png" in asked._remark.text()
    qtbot.mouseClick(asked.accept_button, Qt.MouseButton.LeftButton)
    assert page._session.value(TEXT) == before


def test_a_picture_is_removed_in_its_dialog_and_undo_brings_it_back(
    open_page: OpenPage, qtbot: QtBot, picture: Path
) -> None:
    page, field, at = _with_picture(open_page, picture)
    before = page._session.value(TEXT)
    field.objects.open(at)
    qtbot.mouseClick(_dialog(qtbot).remove_button, Qt.MouseButton.LeftButton)
    assert _pictures(page) == []
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == before


def test_a_key_in_a_long_text_asks_for_no_more_than_one_in_a_short_text(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for kind, name in (
        (RichTextObjects, "intrinsicSize"),
        (RichTextObjects, "drawObject"),
        (rich_text_document, "read_block"),
    ):
        monkeypatch.setattr(kind, name, _counted(getattr(kind, name), asked))
    visited: list[int] = []
    for lines in (20, 200):
        page = open_page("approach")
        field = field_at(page, "/approach/route", RichTextField)
        media = page._session.add_media(pictures.normalise(_png(), "a").data)
        text: list[Json] = []
        for at in range(lines):
            text.append({"type": "paragraph", "runs": [{"text": f"第{at}段，" + "葵盘果胶" * 10}]})
            text += [{"type": "picture", "media": media, "caption": f"图{at}"}] if at % 10 == 9 else []
        page._session.edit("/approach/route", text)
        cursor = field.editor.textCursor()
        cursor.setPosition(3)
        field.editor.setTextCursor(cursor)
        qtbot.keyClicks(field.editor, "ab")
        QApplication.processEvents()
        asked.clear()
        qtbot.keyClicks(field.editor, "cde")
        QApplication.processEvents()
        visited.append(len(asked))
        page.close()
    assert 0 < visited[1] <= visited[0] <= 40


def _counted(real: Callable[..., Json], asked: list[str]) -> Callable[..., Json]:
    def call(*told: Json) -> Json:
        asked.append(real.__name__)
        return real(*told)

    return call
