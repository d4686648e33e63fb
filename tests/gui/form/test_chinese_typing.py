"""Punctuation helped while one types: turned where it stands in Chinese, left alone elsewhere, one undo away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import chinese_typing
from kjxm_desktop.gui.form.chinese_typing import turned
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.settings import Settings
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import CTRL, OpenPage, children, field_at

TEXT = "/summary/text"


@pytest.fixture(autouse=True)
def helped(tmp_path: Path) -> Iterator[None]:
    """Every test starts with the help on, as the program does, and keeps its settings to itself."""
    chinese_typing.follow(Settings(tmp_path / "settings.json"))
    yield
    chinese_typing.follow(Settings(tmp_path / "settings.json"))
    chinese_typing.use(True)


def _made(before: str, after: str = "") -> str:
    """Return the paragraph after the sign at the end of `before` was typed, a bar where the cursor stands."""
    turn = turned(before, after)
    if turn is None:
        return f"{before}|{after}"
    return f"{before[: -turn.taken]}{turn.before}|{turn.after}{after[turn.dropped :]}"


@pytest.mark.parametrize(
    ("before", "after", "made"),
    [
        ("葵盘,", "", "葵盘，|"),
        ("葵盘,", "果胶", "葵盘，|果胶"),
        ("盘.", "", "盘。|"),
        ("盘?", "", "盘？|"),
        ("盘;", "", "盘；|"),
        ("盘!", "", "盘！|"),
        ("如下:", "", "如下：|"),
        ("（一）,", "", "（一），|"),
        ("盘(", "", "盘（|）"),
        ("盘(", "果", "盘（|果"),
        ("盘（", "", "盘（|）"),
        ("盘《", "", "盘《|》"),
        ("盘（CO2)", "", "盘（CO2）|"),
        ("盘（CO2)", "）", "盘（CO2）|"),
        ("盘（果）", "）", "盘（果）|"),
        ('说"', "", "说“|"),
        ('说“好"', "", "说“好”|"),
        ('说“14.5%"', "", "说“14.5%”|"),
        ("盘。。.", "", "盘……|"),
        ("盘。。。", "", "盘……|"),
        ("盘...", "", "盘……|"),
        ("盘--", "", "盘——|"),
        ("得率\ufffc,", "", "得率\ufffc，|"),
    ],
)
def test_a_sign_after_chinese_becomes_full_width(before: str, after: str, made: str) -> None:
    assert _made(before, after) == made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abc,", ""), ("CO2,", ""), ("3,", ""), ("14.", ""), ("12:", ""), ("f(", ""), ("(a)", ""), ("a--", ""),
        ("盘-", ""), ("e.g.", ""), ("", ""), (",", ""), ("盘,", "abc"), ("盘.", "5"), ("盘(a)", ""), ("it'", ""),
        ("盘（", "果）"), ("a）", ""), ("盘，", ""), ("盘——-", ""), ("葵盘", ""), ("。\ufffc。\ufffc。", ""),
    ],
)  # fmt: skip
def test_latin_text_numbers_and_what_is_right_already_are_left_alone(before: str, after: str) -> None:
    assert _made(before, after) == f"{before}|{after}"


# ---- in the window


def _open(open_page: OpenPage, text: str = "") -> tuple[SectionPage, RichTextField]:
    data = {"summary": {"text": [{"type": "paragraph", "runs": [{"text": text}]}]}} if text else None
    page = open_page("summary", data)
    field = field_at(page, TEXT, RichTextField)
    field.editor.moveCursor(field.editor.textCursor().MoveOperation.End)
    return page, field


def _shown(page: SectionPage) -> str:
    blocks: list[Json] = page._session.value(TEXT) or []
    return "\n".join("".join(run["text"] for run in block["runs"]) for block in blocks)


def test_a_comma_typed_in_chinese_is_full_width_and_one_undo_gives_back_what_was_typed(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, field = _open(open_page)
    commit(field.editor, "葵盘")
    qtbot.keyClick(field.editor, Qt.Key.Key_Comma)
    commit(field.editor, "果胶")
    assert _shown(page) == "葵盘，果胶"
    qtbot.keyClick(field.editor, Qt.Key.Key_Z, CTRL)
    assert _shown(page) == "葵盘，"
    qtbot.keyClick(field.editor, Qt.Key.Key_Z, CTRL)
    assert _shown(page) == "葵盘,"
    commit(field.editor, "果胶")
    assert _shown(page) == "葵盘,果胶"


def test_an_input_method_that_puts_in_half_a_comma_is_helped_too(open_page: OpenPage) -> None:
    page, field = _open(open_page, "葵盘")
    commit(field.editor, ",")
    assert _shown(page) == "葵盘，"


def test_nothing_is_touched_while_an_input_method_composes(open_page: OpenPage) -> None:
    page, field = _open(open_page, "葵盘")
    compose(field.editor, "xi,")
    assert _shown(page) == "葵盘"
    assert field.editor.toPlainText() == "葵盘"
    compose(field.editor, "")


def test_brackets_come_in_pairs_are_typed_over_and_go_together(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, "果胶")
    commit(field.editor, "（")
    assert _shown(page) == "果胶（）"
    qtbot.keyClick(field.editor, Qt.Key.Key_Backspace)
    assert _shown(page) == "果胶"
    commit(field.editor, "（")
    commit(field.editor, "甲")
    commit(field.editor, "）")
    commit(field.editor, "乙")
    assert _shown(page) == "果胶（甲）乙"


def test_a_sign_keeps_the_marks_it_was_typed_with(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    field.editor.toggle_mark("bold")
    commit(field.editor, "葵盘")
    qtbot.keyClick(field.editor, Qt.Key.Key_Comma)
    assert page._session.value(TEXT)[0]["runs"] == [{"text": "葵盘，", "bold": True}]


def test_the_help_is_switched_off_for_every_field_and_stays_off(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page, field = _open(open_page, "葵盘")
    field._bar.buttons["punctuation"].click()
    qtbot.keyClick(field.editor, Qt.Key.Key_Comma)
    commit(field.editor, "（")
    assert _shown(page) == "葵盘,（"
    assert not Settings(tmp_path / "settings.json").get("punctuation")
    other = open_page("summary")
    assert not any(each._bar.buttons["punctuation"].isChecked() for each in children(other, RichTextField))
    qtbot.keyClick(field.editor, Qt.Key.Key_Period, CTRL | Qt.KeyboardModifier.AltModifier)
    assert chinese_typing.is_on()
