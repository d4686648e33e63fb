"""The window around the form: findings lead to fields, the notice at its place, panels, languages, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from kjxm_desktop import app, paths, strings
from kjxm_desktop.core.validation import Severity
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.about import about
from kjxm_desktop.gui.focus_ring import FocusRing
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.problem_list import LOOKS
from kjxm_desktop.gui.section_list import STATE_LOOKS
from kjxm_desktop.gui.start_page import examples
from tests.gui.hands import (
    CONTROL,
    Key,
    button_of,
    desk_of,
    focused,
    keys_of,
    pointer_in_hand,
    press,
    row_at,
    session_of,
    type_in,
    wait_checked,
    wait_until,
)

TITLE = "/project/title"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def nearly(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return the window with the example that has five planted findings."""
    assert window.open_example(next(example for example in examples() if example.id == "nearly-finished"))
    wait_checked(qtbot, window)
    return window


def _list_of(window: MainWindow) -> QListWidget:
    return desk_of(window).problems._list


def _click_row(qtbot: QtBot, rows: QListWidget, row: int) -> None:
    at = rows.visualItemRect(rows.item(row)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)


# ---- findings


def test_a_click_on_a_finding_leads_to_its_field(nearly: MainWindow, qtbot: QtBot) -> None:
    press(qtbot, nearly.status._problems)
    rows = _list_of(nearly)
    found = session_of(nearly).diagnostics
    assert rows.count() == len(found) > 0
    for row, finding in enumerate(found):
        _click_row(qtbot, rows, row)
        wait_until(qtbot, lambda finding=finding: desk_of(nearly).section_id == finding.section)
        assert focused() is not rows
        here = pointer_in_hand()
        assert finding.pointer.startswith(here) or here.startswith(finding.pointer), (finding.pointer, here)


def test_enter_on_a_finding_leads_to_its_field(nearly: MainWindow, qtbot: QtBot) -> None:
    desk_of(nearly).show_problems(True)
    desk_of(nearly).problems.focus_first()
    qtbot.keyClick(_list_of(nearly), Key.Key_Return)
    first = session_of(nearly).diagnostics[0]
    assert desk_of(nearly).section_id == first.section


def test_f8_goes_round_the_findings(nearly: MainWindow, qtbot: QtBot) -> None:
    found = session_of(nearly).diagnostics
    assert not desk_of(nearly).problems.isVisible()
    seen: list[str] = []
    for _ in range(len(found) + 1):
        qtbot.keyClick(QApplication.focusWidget() or nearly, Key.Key_F8)
        seen.append(desk_of(nearly).section_id)
    assert desk_of(nearly).problems.isVisible()
    assert seen == [item.section for item in [*found, found[0]]]
    qtbot.keyClick(focused(), Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert desk_of(nearly).section_id == found[-1].section


def test_a_gap_that_the_list_leads_to_is_told_below_its_field(nearly: MainWindow) -> None:
    found = session_of(nearly).diagnostics
    for finding in found:
        nearly.step_problem(1)
        row = row_of(focused())
        assert row is not None
        word = {"missing": "待填", "warning": "提醒", "error": "错误"}[finding.severity]
        assert row._foot.remark.sentence.startswith(word), finding.pointer
        assert strings.finding(session_of(nearly).call, finding) in row._foot.remark.sentence


def test_a_field_keeps_the_edge_of_its_worst_finding_while_it_tells_another(nearly: MainWindow) -> None:
    nearly.step_problem(1)
    nearly.step_problem(1)
    gap = session_of(nearly).diagnostics[1]
    row = row_of(focused())
    assert row is not None
    assert gap.severity is Severity.MISSING
    assert row._foot.remark.token == "quiet"
    assert isinstance(row.field, TableField)
    assert row.field._box._token == "warning"


def test_the_levels_are_named_as_below_the_fields(nearly: MainWindow) -> None:
    for language in strings.LANGUAGES:
        nearly.set_language(language)
        buttons = desk_of(nearly).problems._buttons
        for level in Severity:
            assert buttons[level].text().startswith(strings.text(f"gui_form.severity.{level}") + " ")


def test_a_box_led_to_by_keys_has_a_ring_and_a_clicked_one_has_none(nearly: MainWindow, qtbot: QtBot) -> None:
    nearly.go_to("/commitment/no_secrets")
    box = focused()
    ring = next(w for w in nearly.findChildren(FocusRing) if w.isVisible())
    assert ring.parentWidget() is box.parentWidget()
    assert ring.geometry().intersects(box.geometry())
    other = row_at(nearly, "/commitment/truth").field.input_widget()
    wait_until(qtbot, lambda: other.visibleRegion().boundingRect() == other.rect())
    QTest.mouseClick(nearly.windowHandle(), Qt.MouseButton.LeftButton, pos=other.mapTo(nearly, other.rect().center()))
    assert focused() is other
    assert not [w for w in nearly.findChildren(FocusRing) if w.isVisible()]


def _rings() -> list[FocusRing]:
    return [w for w in QApplication.allWidgets() if isinstance(w, FocusRing) and w.isVisible()]


@pytest.mark.parametrize("make", [QPlainTextEdit, QTextEdit, QListWidget, QComboBox])
def test_a_framed_box_of_a_dialog_that_is_led_to_has_one_ring_round_it(
    window: MainWindow, qtbot: QtBot, make: Callable[[], QWidget]
) -> None:
    dialog = QDialog(window)
    before, box = QPushButton(), make()
    column = QVBoxLayout(dialog)
    column.addWidget(before)
    column.addWidget(box)
    dialog.show()
    dialog.activateWindow()
    wait_until(qtbot, dialog.isActiveWindow)
    before.setFocus()
    qtbot.keyClick(before, Key.Key_Tab)
    assert focused() is box
    (ring,) = _rings()
    assert ring.geometry().contains(box.geometry())
    assert ring.mask().intersects(box.geometry().translated(-ring.pos()))
    dialog.close()


def test_a_list_beside_a_movable_edge_has_its_ring_without_becoming_a_third_side(
    window: MainWindow, qtbot: QtBot
) -> None:
    dialog = QDialog(window)
    across = QSplitter(dialog)
    left, right = QListWidget(), QListWidget()
    across.addWidget(left)
    across.addWidget(right)
    QVBoxLayout(dialog).addWidget(across)
    dialog.show()
    dialog.activateWindow()
    wait_until(qtbot, dialog.isActiveWindow)
    left.setFocus()
    right.setFocus()
    assert across.count() == 2
    (ring,) = _rings()
    inside = right.geometry().translated(across.pos() - ring.pos())
    assert ring.rect().contains(inside)
    across.setSizes([1, 10_000])
    wait_until(qtbot, lambda: ring.rect().contains(right.geometry().translated(across.pos() - ring.pos())))
    dialog.close()


def test_a_field_of_several_lines_shows_the_keys_by_its_own_edge_alone(nearly: MainWindow) -> None:
    for pointer in ("/summary/text", "/project/leagues", "/basis/enterprises"):
        if session_of(nearly).form.control(pointer) is not None:
            keys_of(nearly, pointer)
            assert not _rings(), pointer


def test_the_list_can_be_narrowed_to_one_level(nearly: MainWindow, qtbot: QtBot) -> None:
    desk_of(nearly).show_problems(True)
    problems = desk_of(nearly).problems
    found = session_of(nearly).diagnostics
    for level in Severity:
        count = sum(item.severity is level for item in found)
        button = problems._buttons[level]
        assert button.isEnabled() == (count > 0)
        if count:
            press(qtbot, button)
            assert _list_of(nearly).count() == count
    press(qtbot, problems._buttons[None])
    assert _list_of(nearly).count() == len(found)


def test_a_mended_finding_leaves_the_list(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    wait_checked(qtbot, window)
    before = {item.pointer for item in session_of(window).diagnostics}
    assert TITLE in before
    type_in(window, TITLE, "葵盘果胶联产颗粒饲料")
    wait_checked(qtbot, window)
    assert TITLE not in {item.pointer for item in session_of(window).diagnostics}
    assert _list_of(window).count() == len(session_of(window).diagnostics)


def test_the_check_page_shows_every_finding_and_leads_there_and_back(nearly: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(focused(), Key.Key_F7)
    page = nearly.check_page
    assert page is not None
    assert page.isVisible()
    found = session_of(nearly).diagnostics
    lines = page.lines()
    assert len(lines) == len([item for item in found if item.pointer])
    assert page.head().text() == f"发现 {len(found)} 处需要处理"
    press(qtbot, lines[0])
    assert desk_of(nearly).isVisible()
    press(qtbot, button_of(nearly.status, "返回检查"))
    assert page.isVisible()


def test_an_error_is_told_in_words_in_the_list_of_sections(nearly: MainWindow) -> None:
    wrong = {item.section for item in session_of(nearly).diagnostics if item.severity is Severity.ERROR}
    assert wrong
    for section in wrong:
        assert desk_of(nearly).sections.words_of(str(section)) == "有错误"


# ---- the book


def test_the_guidance_follows_the_field_with_the_keys(window: MainWindow) -> None:
    window.new_proposal(window.calls[0])
    keys_of(window, "/people/leader/name")
    control = session_of(window).form.control("/people/leader/name")
    assert control is not None
    assert desk_of(window).book._guide._title.text() == control.label["zh"]


def test_the_clause_opens_the_notice_at_its_place(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    keys_of(window, "/basis/demand")
    book = desk_of(window).book
    press(qtbot, book._guide.clause_button)
    notice = book.findChild(QPlainTextEdit)
    assert notice is not None
    assert notice.isVisible()
    marked = notice.extraSelections()[0]
    assert marked.cursor.selectedText().startswith("1、项目以需求为导向")
    assert notice.firstVisibleBlock().text().startswith("1、项目以需求为导向")


def test_the_clause_stands_at_the_top_of_a_book_that_was_folded_away(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1024, 700)
    window.new_proposal(window.calls[0])
    wait_until(qtbot, lambda: not desk_of(window).book.isVisible())
    window.show_clause("二")
    notice = desk_of(window).book.findChild(QPlainTextEdit)
    assert notice is not None
    qtbot.wait(100)  # until the book has its width
    assert notice.firstVisibleBlock().text() == "二、征集要求"


# ---- panels, sections


def test_the_book_folds_away_in_a_narrow_window_and_comes_back(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    assert desk_of(window).book.isVisible()
    window.resize(1024, 700)
    wait_until(qtbot, lambda: not desk_of(window).book.isVisible())
    window.resize(1366, 768)
    wait_until(qtbot, desk_of(window).book.isVisible)


@pytest.mark.parametrize("language", strings.LANGUAGES)
@pytest.mark.parametrize("size", [(960, 640), (1024, 700)], ids=["150 %", "small"])
def test_no_field_is_cut_off_beside_the_comments_in_a_narrow_window(
    nearly: MainWindow, qtbot: QtBot, language: str, size: tuple[int, int]
) -> None:
    nearly.set_language(language)
    desk = desk_of(nearly)
    nearly.resize(*size)
    wait_until(qtbot, lambda: desk.width() == size[0] and not desk.book.isVisible())
    desk.commenting.show()
    for section in desk._shown_sections():
        desk.show_section(section.id)
        page = desk.page
        page.rows()
        QApplication.processEvents()
        # Where the words are long the margin on the right gives way, never a field.
        needed = page.widget().minimumSizeHint().width() - theme.PAGE_MARGIN
        assert needed <= page.viewport().width(), section.id
    assert desk.book.isVisible()
    assert all(side.width() >= side.minimumWidth() for side in (desk.sections, desk.book))


def test_a_book_opened_in_a_narrow_window_stays_when_the_window_changes_a_little(
    nearly: MainWindow, qtbot: QtBot
) -> None:
    desk = desk_of(nearly)
    nearly.resize(1000, 700)
    wait_until(qtbot, lambda: desk.width() == 1000 and not desk.book.isVisible())
    desk.show_book(True)
    nearly.resize(980, 720)
    wait_until(qtbot, lambda: desk.width() == 980)
    assert desk.book.isVisible()


def test_the_sizes_of_the_panels_are_remembered(open_window: Callable[..., MainWindow]) -> None:
    first = open_window()
    first.new_proposal(first.calls[0])
    desk_of(first)._across.setSizes([300, 700, 280])
    sizes = desk_of(first)._across.sizes()
    first.close()
    again = open_window()
    again.new_proposal(again.calls[0])
    assert desk_of(again)._across.sizes() == sizes


def test_ctrl_page_down_goes_through_the_sections(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    ids = [s.id for s in session_of(window).form.sections if session_of(window).shown(f"/{s.id}")]
    seen = [desk_of(window).section_id]
    for _ in ids[1:]:
        qtbot.keyClick(focused(), Key.Key_PageDown, CONTROL)
        seen.append(desk_of(window).section_id)
    assert seen == ids


# ---- language, light and dark


def test_the_language_changes_while_a_proposal_is_open_and_nothing_is_lost(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘果胶")
    session = session_of(window)
    data = session.data
    window.set_language("en")
    assert session_of(window) is session
    assert session.data == data
    assert session.can_undo
    assert desk_of(window).section_id == "project"
    type_in(window, TITLE, "联产")
    assert session.value(TITLE) == "葵盘果胶联产"
    assert _chinese(window) == []
    window.set_language("zh")
    assert session.value(TITLE) == "葵盘果胶联产"
    assert next(action.text() for action in window.menuBar().actions()) == "项目(&F)"


def _chinese(window: MainWindow) -> list[str]:
    """Return what buttons and menus of the window say in Chinese."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    told = [action.text() for action in window.findChildren(QAction)]
    told += [button.text() for button in window.status.findChildren(QAbstractButton)]
    return [text for text in told if re.search("[\u4e00-\u9fff]", text.replace("“中文”", ""))]


def test_light_and_dark_change_at_once_and_are_remembered(window: MainWindow, qapp: QApplication) -> None:
    window.new_proposal(window.calls[0])
    window.set_appearance("dark")
    assert qapp.palette().window().color().name().upper() == theme.DARK.window
    assert window._settings.get("appearance") == "dark"
    window.set_appearance("light")
    assert qapp.palette().window().color().name().upper() == theme.LIGHT.window


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_edge_of_a_box_of_choices_can_be_seen_in_a_dialog(
    window: MainWindow, qtbot: QtBot, qapp: QApplication, mode: theme.Mode
) -> None:
    theme.apply(qapp, mode)
    dialog = QDialog(window)
    box = QComboBox(dialog)
    dialog.show()
    wait_until(qtbot, dialog.isVisible)
    drawn = box.grab().toImage()
    edge = drawn.pixelColor(0, drawn.height() // 2).name()
    assert theme.contrast(edge, theme.colours().surface) >= 3
    dialog.close()


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(tokens: theme.Colours) -> None:
    for text in ("text", "quiet", "accent", "error", "warning", "done"):
        for ground in ("window", "surface", "shade", "selection"):
            if text in ("text", "quiet") or ground in ("window", "surface"):
                assert theme.contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5, (text, ground)
    assert theme.contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert theme.contrast(tokens.line, tokens.surface) >= 3


# ---- everything there is works


def test_no_action_of_a_menu_is_dead(nearly: MainWindow) -> None:
    dead = [action.text() for action in nearly.findChildren(QAction) if action.text() and not action.isEnabled()]
    undo = {strings.text(f"gui_window.{name}") for name in ("undo", "redo", "undo_all")}
    assert [text for text in dead if text not in undo and text not in _of_the_form(nearly)] == []


def _of_the_form(window: MainWindow) -> set[str]:
    return {action.text() for action in desk_of(window).findChildren(QAction)}


def test_every_key_of_a_menu_is_its_own(window: MainWindow) -> None:
    keys = [key.toString() for menu in window.menuBar().actions() for key in _keys(menu)]
    assert len(keys) == len(set(keys))


def _keys(action: QAction) -> list[QKeySequence]:
    menu = action.menu()
    inner = menu.actions() if menu is not None else []  # pyright: ignore[reportAttributeAccessIssue]
    return [key for entry in inner for key in [*entry.shortcuts(), *_keys(entry)]]


def test_every_icon_that_is_asked_for_is_there_and_every_icon_is_asked_for() -> None:
    named = {path.stem for path in (paths.resources() / "icons").glob("*.svg")}
    looks = {icon for icon, _ in (*LOOKS.values(), *STATE_LOOKS.values())}
    assert looks <= named
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "kjxm_desktop" / "gui").rglob("*.py"))
    families = ("row_", "table_", "text_")
    assert [name for name in sorted(named - looks) if f'"{name}"' not in code and not name.startswith(families)] == []


def test_the_box_about_the_program_tells_version_licences_and_what_the_layout_stands_for(window: MainWindow) -> None:
    from kjxm_desktop import __version__

    box = about(window, window.calls)
    told = "\n".join(label.text() for label in box.findChildren(QLabel))
    assert __version__ in told
    assert "LGPL-3.0" in told
    assert "附件1以研究院发布为准" in told
    box.close()


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_the_box_about_the_program_is_as_high_as_its_lines(window: MainWindow, language: str) -> None:
    window.set_language(language)
    box = about(window, window.calls)
    QApplication.processEvents()
    layout = box.layout()
    assert layout is not None
    assert box.height() == layout.totalHeightForWidth(box.width()) < window.height()
    box.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_program_explains_itself_in_either_language(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--lang", language, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("用法：" if language == "zh" else "Usage:")
    for word in ("FILE", "--version", "--lang", "--calls", "--time", "--self-test", "--platform"):
        assert word in told


@pytest.mark.parametrize("words", [["--nope"], ["--lang"], ["--lang", "fr"], ["a.kjxm", "b.kjxm"], ["--version=1"]])
def test_wrong_usage_of_the_program_is_one_sentence(
    data_folder: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert app.main(words) == 2
    told = capsys.readouterr().err
    assert re.fullmatch(r"kjxm-desktop [^。\n]*[\u4e00-\u9fff][^。\n]*。\n", told), told
    assert "argument" not in told


def test_a_sum_whose_column_is_out_of_sight_is_told_at_the_left(window: MainWindow, qtbot: QtBot) -> None:
    assert window.open_example(next(example for example in examples() if example.id == "long"))
    desk_of(window).show_section("basis")
    fields = [row.field for row in desk_of(window).page.rows()]
    totals = next(field.totals for field in fields if isinstance(field, TableField) and field.totals is not None)
    bar = totals._view.horizontalScrollBar()
    wait_until(qtbot, lambda: bar.maximum() > 0)
    [(column, amount)] = totals.sums.items()
    heading = totals._model.headerData(column, Qt.Orientation.Horizontal)
    assert totals.words() == f"合计　{heading} {amount}"
    bar.setValue(bar.maximum())
    assert totals.words() == "合计"


def test_a_bug_is_told_and_what_was_typed_is_stored(window: MainWindow, qtbot: QtBot, data_folder: Path) -> None:
    from kjxm_desktop.core.working_copy import list_all

    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    window.on_crash("ZeroDivisionError", "desk.py:1 show")
    assert "ZeroDivisionError" in desk_of(window).strip.texts()[0]
    wait_until(qtbot, lambda: list_all(data_folder / "drafts"))
    assert list_all(data_folder / "drafts")[0].data == {"project": {"title": "葵盘"}}


def test_a_broken_call_in_an_added_folder_is_told_and_the_others_work(
    open_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "call.json").write_text("{", "utf-8")
    window = open_window(calls=[tmp_path])
    assert "call.json" in window.status.currentMessage() or "broken" in window.status.currentMessage()
    assert [call.id for call in window.calls] == ["kjxm-sjtu-2024"]


def test_what_is_taken_back_from_another_page_is_seen_on_the_desk(window: MainWindow) -> None:
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘")
    for show in (window.show_check, window.show_send):
        show()
        assert not desk_of(window).isVisible()
        window.menus.undo.trigger()
        assert session_of(window).value(TITLE) is None
        assert desk_of(window).isVisible()
        assert pointer_in_hand() == TITLE
        window.menus.redo.trigger()


def test_sections_that_block_stand_first_on_the_check_page(nearly: MainWindow) -> None:
    nearly.show_check()
    page = nearly.check_page
    assert page is not None
    session = session_of(nearly)
    blocking = {item.section for item in session.diagnostics if item.blocks}
    titles = {strings.pick(section.title): section.id for section in session.form.sections}
    told = [titles[label.text()] for label in page._area.widget().findChildren(QLabel) if label.text() in titles]
    order = [section.id for section in session.form.sections if section.id in told]
    assert 0 < len(blocking) < len(order)
    assert told == [name for name in order if name in blocking] + [name for name in order if name not in blocking]


def test_the_words_of_qt_follow_the_language(window: MainWindow) -> None:
    assert QApplication.translate("QPlatformTheme", "Cancel") == "取消"
    window.set_language("en")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    window.set_language("zh")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "取消"
