"""What comes into prose with its pictures, and files dropped into it: put in as one step, told in one line."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.shape import cap_of
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.exchange.test_pasted import BLUE, RED, WORD, address, rtf, shape
from tests.exchange.word_files import by_hand, last_year, p
from tests.gui.conftest import commit
from tests.gui.form.conftest import CTRL, OpenPage, copy_html, field_at, remark, row_at
from tests.gui.hands import wait_until

TEXT = "/summary/text"
NAMED = '<p>甲</p><p><img src="file:///C:/clip_image001.png"></p><p><img src="file:///C:/clip_image002.png"></p>'
DELETED = "<w:p><w:del><w:r><w:delText>密</w:delText></w:r></w:del></w:p>"


def _open(open_page: OpenPage, text: str = "") -> tuple[SectionPage, RichTextField]:
    blocks = [{"type": "paragraph", "runs": [{"text": text}]}]
    page = open_page("summary", {"summary": {"text": blocks}} if text else None)
    return page, field_at(page, TEXT, RichTextField)


def _kinds(value: Json) -> list[str]:
    return [block["type"] for block in value or []]


def _drop(field: RichTextField, *paths: Path) -> bool:
    """Drop files at the end of the text, as a file manager does; tell whether they were taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    target = field.editor.viewport()
    place = field.editor.cursorRect().center()
    left, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    entering = QDragEnterEvent(place, copy, mime, left, none)
    QApplication.sendEvent(target, entering)
    dropped = QDropEvent(QPointF(place), copy, mime, left, none)
    QApplication.sendEvent(target, dropped)
    return entering.isAccepted()


def test_a_page_brings_its_pictures_into_the_text_and_the_draft(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_html(f'<p>前</p><img src="{address(RED)}" alt="红田"><p>后</p>')
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    value = field.session.value(TEXT)
    assert _kinds(value) == ["paragraph", "picture", "paragraph"]
    assert value[1]["alt"] == "红田"
    assert field.session.media(value[1]["media"]) is not None
    assert remark(row_at(page, TEXT)) == ""
    qtbot.keyClick(field.editor, Qt.Key.Key_Z, CTRL)
    assert field.session.value(TEXT) is None
    assert not field.session.can_undo


def test_word_brings_its_pictures_with_the_rich_text_beside(open_page: OpenPage, qtbot: QtBot) -> None:
    _, field = _open(open_page)
    mime = QMimeData()
    mime.setHtml(NAMED)
    mime.setText("甲")
    mime.setData("text/rtf", rtf(shape(RED), shape(BLUE)))
    QGuiApplication.clipboard().setMimeData(mime)
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    value = field.session.value(TEXT)
    assert _kinds(value) == ["paragraph", "picture", "picture"]
    assert all(field.session.media(block["media"]) for block in value[1:])


def test_what_word_brings_and_blocks_cannot_hold_is_told_in_one_line(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_html(WORD)
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    assert _kinds(field.session.value(TEXT)) == ["paragraph", "formula", "paragraph", "paragraph", "table"]
    note, comment = (strings.text(f"paste.dropped.{kind}", count=1) for kind in ("note", "comment"))
    kinds = strings.text("gui_form.list_two", first=note, second=comment)
    assert remark(row_at(page, TEXT)) == strings.text("paste.dropped", kinds=kinds)


@pytest.mark.parametrize("name", ["a.docx", "a.txt"])
def test_a_file_dropped_into_the_text_gives_its_content_in_one_step(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    page, field = _open(open_page, "原有。")
    before = field.session.value(TEXT)
    path = tmp_path / name
    path.write_bytes(by_hand(p("甲") + p("乙") + DELETED) if name.endswith("docx") else "甲\n乙\u200b".encode())
    assert _drop(field, path)
    wait_until(qtbot, lambda: field.session.value(TEXT) != before)
    assert rich_text.plain(field.session.value(TEXT)).replace("\n", "") in ("原有。甲乙", "甲乙原有。")
    kind = "deleted" if name.endswith("docx") else "invisible"
    told = strings.text("paste.dropped", kinds=strings.text(f"paste.dropped.{kind}", count=1))
    assert remark(row_at(page, TEXT)) == told
    field.session.undo()
    assert field.session.value(TEXT) == before
    assert not field.session.can_undo


def test_a_word_file_brings_its_pictures_along(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    _, field = _open(open_page)
    path = tmp_path / "去年.docx"
    path.write_bytes(last_year())
    assert _drop(field, path)
    wait_until(qtbot, lambda: field.session.value(TEXT))
    picture = next(block for block in field.session.value(TEXT) if block["type"] == "picture")
    assert picture["caption"] == "示例试验田"
    assert field.session.media(picture["media"]) is not None


def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page, field = _open(open_page, "原有。")
    path = tmp_path / "去年.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    assert _drop(field, path)
    wait_until(qtbot, lambda: remark(row_at(page, TEXT)) == strings.text("errors.incoming.doc", name="去年.doc"))
    assert rich_text.plain(field.session.value(TEXT)) == "原有。"


def test_a_text_longer_than_the_answer_may_be_is_refused_whole(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page, field = _open(open_page, "原有。")
    path = tmp_path / "长.txt"
    path.write_text("长" * 30_000, encoding="utf-8")
    assert _drop(field, path)
    told = strings.text("gui_form.refused.too_long", cap=cap_of(field.control))
    wait_until(qtbot, lambda: remark(row_at(page, TEXT)) == told)
    assert rich_text.plain(field.session.value(TEXT)) == "原有。"


@pytest.mark.parametrize("names", [("a.xlsx",), ("a.docx", "b.docx"), ("a.kjxm",)])
def test_other_files_are_left_to_the_window(open_page: OpenPage, tmp_path: Path, names: tuple[str, ...]) -> None:
    _, field = _open(open_page)
    assert not _drop(field, *(tmp_path / name for name in names))


def test_a_paste_with_large_pictures_is_read_aside_and_put_in_where_the_cursor_stood(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    _, field = _open(open_page)
    commit(field.editor, "前后")
    before = field.session.value(TEXT)
    qtbot.keyClick(field.editor, Qt.Key.Key_Left)
    copy_html(f'<p>中</p><img src="{address(noise())}">')
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)
    assert field.session.value(TEXT) == before
    wait_until(qtbot, lambda: field.session.value(TEXT) != before)
    value = field.session.value(TEXT)
    assert _kinds(value) == ["paragraph", "picture", "paragraph"]
    assert rich_text.plain(value) == "前中\n后"
    assert field.session.media(value[1]["media"]) is not None
    field.session.undo()
    assert field.session.value(TEXT) == before


def noise() -> bytes:
    """Return a picture that no packing makes small."""
    held = io.BytesIO()
    Image.frombytes("RGB", (600, 500), random.Random(7).randbytes(900_000)).save(held, "PNG")
    return held.getvalue()
