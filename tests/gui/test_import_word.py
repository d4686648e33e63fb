"""Last year's Word file comes in by its headings: shown part by part, corrected by the keyboard, undone in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.import_word_dialog import ImportWordDialog
from kjxm_desktop.gui.import_word_rows import PieceRow
from kjxm_desktop.gui.main_window import MainWindow
from tests.exchange import mailed
from tests.exchange.word_files import by_hand, last_year, p
from tests.gui.hands import Key, button_of, desk_of, focused, press, session_of, type_in, wait_until

SIGNIFICANCE, GOAL = "/basis/significance", "/content/goal"
FOOTNOTE = '<w:p><w:r><w:t>研究新目标。</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'


@pytest.fixture
def choose(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Return how to begin a proposal, where none is open, and to choose a file to import by the menu."""

    def choose_file(data: bytes, name: str = "去年.docx") -> None:
        if window.session is None:
            window.new_proposal(window.calls[0])
        path = tmp_path / name
        path.write_bytes(data)
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
        action(window).trigger()

    return choose_file


def action(window: MainWindow) -> QAction:
    told = strings.text("gui_window.import_word")
    return next(action for action in window.menuBar().findChildren(QAction) if action.text() == told)


def dialog_of(window: MainWindow, qtbot: QtBot) -> ImportWordDialog:
    wait_until(qtbot, lambda: any(d.isVisible() for d in window.findChildren(ImportWordDialog)))
    dialog = next(d for d in window.findChildren(ImportWordDialog) if d.isVisible())
    wait_until(qtbot, dialog.isActiveWindow)
    return dialog


def row_of(dialog: ImportWordDialog, title: str) -> PieceRow:
    return next(row for row in dialog.rows if title in row.title)


def plain(value: Json) -> str:
    return rich_text.plain(value)


def test_a_file_is_imported_as_proposed_and_taken_back_in_one_step(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(last_year())
    dialog = dialog_of(window, qtbot)
    assert row_of(dialog, "目的和意义").choice.place == SIGNIFICANCE
    assert row_of(dialog, "其他需要说明").choice.place == ""
    press(qtbot, dialog.go_button)
    session = session_of(window)
    wait_until(qtbot, lambda: not dialog.isVisible())
    assert session.value("/project/title") == "示例盐碱地燕麦饲草高效栽培技术"
    assert plain(session.value(SIGNIFICANCE)).startswith("河套灌区")
    picture = session.value("/basis/state_of_art")[1]
    assert session.media(picture["media"]) is not None
    assert len(session.value("/team/members")) == 2
    assert any("去年.docx" in told for told in desk_of(window).strip.texts())
    after = session.data
    session.undo()
    assert session.data == {}
    assert not session.can_undo
    session.redo()
    assert session.data == after


def test_where_parts_go_is_corrected_by_the_keyboard_alone(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(by_hand(p("一、研究目标") + p("甲。") + p("二、别的") + p("乙。")))
    dialog = dialog_of(window, qtbot)
    first = row_of(dialog, "研究目标")
    assert focused() is first.place_box
    QTest.keyClick(focused(), Key.Key_Home)
    assert first.choice.place == ""
    assert not dialog.go_button.isEnabled()
    QTest.keyClick(focused(), Key.Key_Tab)
    other = row_of(dialog, "别的")
    assert focused() is other.place_box
    while other.choice.place != GOAL:
        QTest.keyClick(focused(), Key.Key_Down)
    QTest.keyClick(focused(), Key.Key_Return)
    wait_until(qtbot, lambda: not dialog.isVisible())
    assert session_of(window).data == {"content": {"goal": [
        {"type": "paragraph", "runs": [{"text": "二、别的", "bold": True}]},
        {"type": "paragraph", "runs": [{"text": "乙。"}]},
    ]}}  # fmt: skip


def test_what_is_there_stays_unless_it_is_to_be_replaced(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, GOAL, "原有的话。")
    before = session_of(window).value(GOAL)
    data = by_hand(p("一、研究目标") + p("新写的话。"))
    choose(data)
    dialog = dialog_of(window, qtbot)
    row = row_of(dialog, "研究目标")
    assert row.mode_box.isVisible()
    assert row.note.text() == strings.text("gui_import.has_text", count=5)
    press(qtbot, dialog.go_button)
    assert plain(session_of(window).value(GOAL)) == "原有的话。\n新写的话。"
    session_of(window).undo()
    assert session_of(window).value(GOAL) == before
    choose(data)
    dialog = dialog_of(window, qtbot)
    row = row_of(dialog, "研究目标")
    row.mode_box.setFocus()
    QTest.keyClick(row.mode_box, Key.Key_Down)
    press(qtbot, dialog.go_button)
    assert plain(session_of(window).value(GOAL)) == "新写的话。"
    session_of(window).undo()
    assert session_of(window).value(GOAL) == before


def test_what_is_left_out_of_the_file_is_told_before_it_is_imported(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(by_hand(p("一、研究目标") + FOOTNOTE))
    dialog = dialog_of(window, qtbot)
    told = strings.text("gui_import.dropped", kinds=strings.text("paste.dropped.note", count=1))
    from kjxm_desktop.gui.labels import Label

    assert told in [label.text() for label in dialog.findChildren(Label)]
    dialog.reject()


def test_an_answer_that_would_be_too_long_is_refused_and_the_choice_stays_open(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(by_hand(p("一、研究目标") + p("长" * 20_001)))
    dialog = dialog_of(window, qtbot)
    press(qtbot, dialog.go_button)
    assert dialog.isVisible()
    assert "研究目标" in dialog.summary.text()
    assert session_of(window).data == {}
    row = dialog.rows[0]
    row.place_box.setFocus()
    QTest.keyClick(row.place_box, Key.Key_Home)
    assert dialog.summary.text() == strings.text("gui_import.nothing_chosen")
    dialog.reject()


def test_leaving_the_dialog_changes_nothing(window: MainWindow, qtbot: QtBot, choose: Callable[..., None]) -> None:
    choose(last_year())
    dialog = dialog_of(window, qtbot)
    QTest.keyClick(focused(), Key.Key_Escape)
    wait_until(qtbot, lambda: not dialog.isVisible())
    assert session_of(window).data == {}
    assert not session_of(window).can_undo


def test_a_document_that_carries_our_data_can_be_opened_as_it_is(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(mailed.docx("empty"))
    dialog = dialog_of(window, qtbot)
    doc_id = session_of(window).proposal.doc_id
    press(qtbot, dialog.direct_button)
    wait_until(qtbot, lambda: session_of(window).proposal.doc_id != doc_id and not window.returning.is_busy)
    assert any("去年.docx" in told for told in desk_of(window).strip.texts())


@pytest.mark.parametrize(
    ("data", "name", "key"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "去年.doc", "incoming.doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "去年.wps", "incoming.wps"),
        (b"PK\x03\x04 cut", "去年.docx", "incoming.damaged"),
        (by_hand(""), "空.docx", ""),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_sentence(
    window: MainWindow,
    qtbot: QtBot,
    choose: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    name: str,
    key: str,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(window, "tell", told.append)
    monkeypatch.setattr(QMessageBox, "exec", lambda _: 0)
    choose(data, name)
    wait_until(qtbot, lambda: told)
    assert told == [strings.text(f"errors.{key}" if key else "gui_import.nothing", name=name)]


def test_without_a_proposal_there_is_nothing_to_import_into(window: MainWindow) -> None:
    assert not action(window).isEnabled()


def test_every_choice_can_be_told_apart_by_those_who_do_not_see_it(
    window: MainWindow, qtbot: QtBot, choose: Callable[..., None]
) -> None:
    choose(last_year())
    dialog = dialog_of(window, qtbot)
    names = [row.place_box.accessibleName() for row in dialog.rows]
    assert all(names)
    assert len(set(names)) == len(names)
    assert row_of(dialog, "目的和意义").place_box.accessibleDescription().startswith("河套灌区")
    dialog.reject()


def test_one_part_of_many_is_chosen_after_none(window: MainWindow, qtbot: QtBot, choose: Callable[..., None]) -> None:
    choose(last_year())
    dialog = dialog_of(window, qtbot)
    press(qtbot, dialog.none_button)
    assert not dialog.go_button.isEnabled()
    assert focused() is dialog.rows[0].place_box
    row = row_of(dialog, "研究目标")
    row.place_box.setFocus()
    while row.choice.place != GOAL:
        QTest.keyClick(row.place_box, Key.Key_Down)
    press(qtbot, dialog.go_button)
    wait_until(qtbot, lambda: not dialog.isVisible())
    assert list(session_of(window).data) == ["content"]


def test_a_word_file_without_data_that_is_opened_over_a_proposal_can_be_imported_by_its_headings(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window.new_proposal(window.calls[0])
    path = tmp_path / "去年.docx"
    path.write_bytes(last_year())
    window.open_file(path)
    strip = desk_of(window).strip
    wait_until(qtbot, lambda: strings.text("gui_import.no_data", name=path.name) in strip.texts())
    press(qtbot, button_of(strip, strings.text("gui_import.by_headings")))
    dialog = dialog_of(window, qtbot)
    assert row_of(dialog, "目的和意义").choice.place == SIGNIFICANCE
    dialog.reject()
