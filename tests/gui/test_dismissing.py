"""Warnings set aside with a reason: from the field, the list and the check page; shown there, and taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import dismissing, start_page
from kjxm_desktop.gui.dismissing import ReasonDialog
from kjxm_desktop.gui.main_window import MainWindow
from tests.gui.hands import (
    button_of,
    desk_of,
    focused,
    press,
    put_in,
    row_at,
    session_of,
    type_in,
    wait_checked,
    wait_until,
)

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
REASON = "单价由合作单位提供，合同签订后补"


@pytest.fixture
def draft(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return the window with the nearly finished example, checked: it holds warnings."""
    window._settings.set("author", "甲示例")
    window.open_example(next(example for example in start_page.examples() if example.id == "nearly-finished"))
    wait_until(qtbot, lambda: session_of(window).checked)
    return window


def _warning(window: MainWindow) -> Diagnostic:
    """Return a warning on one cell of a table."""
    found = session_of(window).diagnostics
    return next(item for item in found if item.severity is Severity.WARNING and item.pointer.count("/") == 4)


def _dialog(window: MainWindow) -> ReasonDialog:
    return next(dialog for dialog in window.findChildren(ReasonDialog) if dialog.isVisible())


def _dismiss(window: MainWindow, item: Diagnostic, reason: str = REASON) -> None:
    dismissing.of(session_of(window)).ask(item, window)
    dialog = _dialog(window)
    dialog.text.setPlainText(reason)
    dialog.dismiss_button.click()


def test_a_warning_at_the_field_is_set_aside_by_keys_alone_once_a_reason_is_given(
    draft: MainWindow, qtbot: QtBot
) -> None:
    item = _warning(draft)
    draft.go_to(item.pointer)
    qtbot.keyClick(focused(), Qt.Key.Key_I, CONTROL | ALT)
    dialog = _dialog(draft)
    wait_until(qtbot, dialog.text.hasFocus)
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    assert dialog.isVisible(), "nothing is set aside without a reason"
    assert not dialog.dismiss_button.isEnabled()
    put_in(focused(), REASON)
    qtbot.keyClick(focused(), Qt.Key.Key_Return)
    ((told, why),) = session_of(draft).dismissed
    assert (told, why.reason, why.by) == (item, REASON, "甲示例")
    assert item not in session_of(draft).diagnostics
    assert item not in session_of(draft).diagnostics_under(item.pointer)
    assert not session_of(draft).can_undo
    assert desk_of(draft).strip.texts() == ["已忽略，在检查页“已忽略”下可以恢复。"]


def test_the_field_offers_it_only_for_what_may_be_set_aside(draft: MainWindow, qtbot: QtBot) -> None:
    warning = _warning(draft)
    draft.go_to(warning.pointer)
    foot = row_at(draft, warning.pointer.rsplit("/", 2)[0])._foot
    assert foot.aside is not None
    assert foot.aside.isVisible()
    assert foot.aside.accessibleName().startswith("忽略：")
    press(qtbot, foot.aside)
    assert _dialog(draft).isVisible()
    _dialog(draft).reject()
    error = next(item for item in session_of(draft).diagnostics if item.severity is Severity.ERROR)
    draft.go_to(error.pointer)
    qtbot.keyClick(focused(), Qt.Key.Key_I, CONTROL | ALT)
    assert not [dialog for dialog in draft.findChildren(ReasonDialog) if dialog.isVisible()]
    assert draft.status.currentMessage() == "光标所在的一栏没有可以忽略的提醒或建议。"


def test_the_list_offers_it_for_the_finding_chosen_and_leads_to_what_was_set_aside(
    draft: MainWindow, qtbot: QtBot
) -> None:
    problems = desk_of(draft).problems
    draft.toggle_problems()
    for _ in session_of(draft).diagnostics:
        problems.step(1)
        chosen = session_of(draft).diagnostics[problems._list.currentRow()]
        assert problems.dismiss_button.isEnabled() == (chosen.severity in (Severity.WARNING, Severity.ADVICE))
        if problems.dismiss_button.isEnabled():
            break
    press(qtbot, problems.dismiss_button)
    _dialog(draft).text.setPlainText(REASON)
    _dialog(draft).dismiss_button.click()
    assert chosen not in session_of(draft).diagnostics
    press(qtbot, button_of(problems, "已忽略 1"))
    page = draft.check_page
    assert page is not None
    assert page.set_aside is not None
    aside = page.set_aside
    assert aside.is_open
    wait_until(qtbot, lambda: page.focusWidget() is aside.fold)


def test_the_check_page_sets_aside_shows_the_reason_folded_and_takes_it_back(draft: MainWindow, qtbot: QtBot) -> None:
    item = _warning(draft)
    before = len(session_of(draft).diagnostics)
    draft.show_check()
    page = draft.check_page
    assert page is not None
    assert page.set_aside is None
    way = next(b for b in page.findChildren(QToolButton) if b.text() == "忽略…" and "测算依据" in b.accessibleName())
    press(qtbot, way)
    _dialog(draft).text.setPlainText(REASON)
    _dialog(draft).dismiss_button.click()
    wait_until(qtbot, lambda: page.set_aside is not None)
    aside = page.set_aside
    assert aside is not None
    assert not aside.is_open
    assert page.head().text() == f"发现 {before - 1} 处需要处理"
    press(qtbot, aside.fold)
    told = session_of(draft).dismissed[0][1]
    assert dismissing.reason_in_words(told) == f"理由：{REASON}　（甲示例　2024年6月1日 09:30）"
    press(qtbot, aside.buttons[0])
    wait_until(qtbot, lambda: page.set_aside is None)
    assert len(session_of(draft).diagnostics) == before
    assert item.code in [found.code for found in session_of(draft).diagnostics]


def test_the_keys_set_aside_the_finding_that_they_are_on_in_the_check_page_and_no_other(
    draft: MainWindow, qtbot: QtBot
) -> None:
    draft.toggle_problems()
    desk_of(draft).problems.step(1)
    draft.show_check()
    page = draft.check_page
    assert page is not None
    for line in page.lines():
        wait_until(qtbot, line.isVisible)
        line.setFocus()
        qtbot.keyClick(line, Qt.Key.Key_I, CONTROL | ALT)
        shown = [dialog for dialog in draft.findChildren(ReasonDialog) if dialog.isVisible()]
        whole = line.parentWidget()
        assert whole is not None
        assert bool(shown) == any(button.text() == "忽略…" for button in whole.findChildren(QToolButton))
        for dialog in shown:
            assert dialog.text.accessibleDescription() == line.accessibleName()
            dialog.reject()
            draft.activateWindow()
            wait_until(qtbot, draft.isActiveWindow)


def test_it_stands_again_by_itself_once_the_text_changes_and_the_reason_is_proposed_again(
    draft: MainWindow, qtbot: QtBot
) -> None:
    draft.new_proposal(draft.calls[0])
    type_in(draft, "/summary/text", "国内领先。")
    wait_checked(qtbot, draft)
    found = session_of(draft).diagnostics_at("/summary/text")
    item = next(item for item in found if item.severity in (Severity.WARNING, Severity.ADVICE))
    _dismiss(draft, item, "评审会上用的原话")
    assert item.code not in [told.code for told in session_of(draft).diagnostics_at("/summary/text")]
    type_in(draft, "/summary/text", "国际先进。")
    wait_checked(qtbot, draft)
    again = [told for told in session_of(draft).diagnostics_at("/summary/text") if told.code == item.code]
    assert again
    assert session_of(draft).dismissed == []
    dismissing.of(session_of(draft)).ask(again[0], draft)
    assert _dialog(draft).reason == "评审会上用的原话"
    _dialog(draft).reject()


def test_setting_aside_is_taken_back_where_it_is_told(draft: MainWindow, qtbot: QtBot) -> None:
    item = _warning(draft)
    _dismiss(draft, item)
    press(qtbot, button_of(desk_of(draft).strip, "撤销"))
    assert session_of(draft).dismissed == []
    assert item in session_of(draft).diagnostics


def test_a_reason_longer_than_there_is_room_for_is_told_and_not_cut(draft: MainWindow, qtbot: QtBot) -> None:
    dismissing.of(session_of(draft)).ask(_warning(draft), draft)
    dialog = _dialog(draft)
    dialog.text.setPlainText("长" * 301)
    assert not dialog.dismiss_button.isEnabled()
    assert dialog._note.text() == "超出 1 个字符，最多 300 个。"
    qtbot.keyClick(dialog.text, Qt.Key.Key_Delete)
    assert dialog.dismiss_button.isEnabled()
    dialog.reject()


# ---- 本节已完成


def test_a_section_marked_done_is_contradicted_in_words_and_the_words_lead_to_the_place(
    draft: MainWindow, qtbot: QtBot
) -> None:
    desk = desk_of(draft)
    desk.go_to("/outcomes")
    page = desk.page
    page._make_all()
    assert not page.against.isVisible()
    press(qtbot, page._done)
    assert desk.sections.contradiction_of("outcomes") == "已标完成，但还差 1 项"
    assert page.against.text() == "已标完成，但还差 1 项"
    session_of(draft).mark_done("budget", done=True)
    assert desk.sections.contradiction_of("budget").startswith("已标完成，但有 ")
    press(qtbot, page.against)
    gap = next(item for item in session_of(draft).diagnostics_under("/outcomes") if item.severity is Severity.MISSING)
    row = row_at(draft, gap.pointer.rsplit("/", 2)[0])
    assert row.field.live()[0] == gap.pointer
    session_of(draft).edit(gap.pointer, "检验报告")
    wait_checked(qtbot, draft)
    assert desk.sections.contradiction_of("outcomes") == ""
    assert desk.sections.words_of("outcomes") == "已完成"
    assert not page.against.isVisible()


def test_no_section_is_contradicted_that_nobody_marked(draft: MainWindow) -> None:
    desk = desk_of(draft)
    told = {section.id: desk.sections.contradiction_of(section.id) for section in session_of(draft).form.sections}
    assert set(told.values()) == {""}
