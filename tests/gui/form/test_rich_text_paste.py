"""What is pasted into long text: told when something was dropped, opened never, at the right place always."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.form.conftest import CTRL, OpenPage, copy_html, copy_text, field_at, remark, row_at

TEXT = "/summary/text"


def _paragraph(*texts: str) -> Json:
    return {"type": "paragraph", "runs": [{"text": text} for text in texts]}


def _open(open_page: OpenPage, blocks: list[Json] | None = None) -> tuple[SectionPage, RichTextField]:
    page = open_page("summary", {"summary": {"text": blocks}} if blocks else None)
    return page, field_at(page, TEXT, RichTextField)


def _paste(field: RichTextField, qtbot: QtBot) -> None:
    qtbot.keyClick(field.editor, Qt.Key.Key_V, CTRL)


class OpenWatch:
    """Hears of every opening of files in a folder, from the kernel."""

    def __init__(self, folder: Path) -> None:
        system = ctypes.CDLL(None, use_errno=True)
        self._events = system.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert system.inotify_add_watch(self._events, os.fsencode(folder), 0x20) >= 0  # IN_OPEN

    def heard(self) -> bool:
        """Tell whether a file was opened since the last time."""
        try:
            return bool(os.read(self._events, 65_536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._events)


def test_a_paste_opens_no_file_that_it_names(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page, field = _open(open_page)
    picture = tmp_path / "named" / "a.png"
    picture.parent.mkdir()
    picture.write_bytes(b"x")
    watch = OpenWatch(picture.parent)
    request.addfinalizer(watch.close)
    address = picture.as_uri()
    source = (
        f'<p style="background:url({address})">看<img src="{address}"><object data="{address}"></object>'
        f'<link rel=stylesheet href="{address}"><style>@import "{address}";</style>见</p>'
    )
    careless = QTextEdit()
    qtbot.addWidget(careless)
    careless.setHtml(source)
    assert watch.heard(), "an editor of Qt as it comes opens the file, so that the watch is known to hear"
    copy_html(source)
    _paste(field, qtbot)
    field.editor.grab()
    assert page._session.value(TEXT) == [_paragraph("看见")]
    assert not watch.heard()


def test_what_is_too_much_to_read_is_pasted_plain_and_told(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_html("<div>" * 20_000 + "<b>一</b>", "一")
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("一")]
    assert remark(row_at(page, TEXT)) == "已按正文格式粘贴，略去：全部格式（内容过于庞杂）。"


def test_a_paste_with_nothing_to_be_seen_changes_nothing_and_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_paragraph("摘要")])
    copy_html("<span style='display:none'>秘密</span><img src=x>")
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("摘要")]
    assert remark(row_at(page, TEXT)) == "没有可以粘贴的文字，略去：1 处隐藏文字、1 张图片（可单独复制后粘贴）。"


def test_invisible_characters_of_plain_text_are_told(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_text("果\u200b胶\u202e\x00\ufffe")
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("果胶")]
    assert remark(row_at(page, TEXT)) == "已按正文格式粘贴，略去：2 个看不见的字符。"


def test_ordinary_text_is_pasted_without_a_word(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    copy_html("<p>果胶</p>")
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("果胶")]
    assert remark(row_at(page, TEXT)) == ""


def test_a_paste_behind_a_rare_character_stands_where_the_cursor_was(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_paragraph("𠮷田甲乙")])
    cursor = field.editor.textCursor()
    cursor.setPosition(4)  # behind 甲: 𠮷 is two units of UTF-16
    field.editor.setTextCursor(cursor)
    copy_text("𠀀")
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("𠮷田甲𠀀乙")]
    qtbot.keyClicks(field.editor, "x")
    assert page._session.value(TEXT) == [_paragraph("𠮷田甲𠀀x乙")]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"[[",
        b"[" * 100_000,
        b'[{"type":"paragraph","runs":[{"text":"a","colour":"red"}]}]',
        b'[{"type":"video"}]',
        b'[{"type":"paragraph","runs":[{"text":"\\ud800"}]}]',
        b"\xff\xfe",
    ],
)
def test_blocks_that_only_claim_to_be_ours_give_way_to_the_text_beside_them(
    open_page: OpenPage, qtbot: QtBot, raw: bytes
) -> None:
    page, field = _open(open_page)
    mime = QMimeData()
    mime.setData("application/x-kjxm-blocks+json", QByteArray(raw))
    mime.setText("文字")
    QGuiApplication.clipboard().setMimeData(mime)
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("文字")]


def test_a_picture_that_is_not_in_the_proposal_does_not_come_along(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    mime = QMimeData()
    raw = b'[{"type":"paragraph","runs":[{"text":"a"}]},{"type":"picture","media":"' + b"0" * 64 + b'"}]'
    mime.setData("application/x-kjxm-blocks+json", QByteArray(raw))
    QGuiApplication.clipboard().setMimeData(mime)
    _paste(field, qtbot)
    assert page._session.value(TEXT) == [_paragraph("a")]


def test_a_pasted_table_stands_as_one_object(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, [_paragraph("前")])
    field.editor.moveCursor(QTextCursor.MoveOperation.End)
    copy_html("<table><tr><td>科目<td>预算<tr><td>设备<td>30.5</table>")
    _paste(field, qtbot)
    rows = [[[{"text": cell}] for cell in row] for row in (["科目", "预算"], ["设备", "30.5"])]
    assert {"type": "table", "header": False, "rows": rows} in page._session.value(TEXT)


def test_the_program_ends_well_with_copied_prose_on_the_clipboard() -> None:
    source = """
from PySide6.QtWidgets import QApplication
from kjxm_desktop.gui.form import rich_text_paste
app = QApplication([])
app.clipboard().setMimeData(rich_text_paste.write([{"type": "paragraph", "runs": [{"text": "copied"}]}], str))
rich_text_paste.leave_text()
print(app.clipboard().text())
"""
    told = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run([sys.executable, "-c", source], env=told, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, "copied")
