"""What is said beside the answers, as it is shown: comments, findings set aside, marks contradicted, the settings."""

from __future__ import annotations

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.validation import Severity
from kjxm_desktop.gui import comments, dismissing
from kjxm_desktop.gui.settings_dialog import SettingsDialog
from tests.shots.stage import Stage

LINES = "/budget/lines"


def remarks(stage: Stage) -> None:
    """Show comments in every state, what was set aside, a contradicted section and the settings."""
    stage.open_example("nearly-finished")
    stage.desk.commenting.show()
    stage.take("comments, none yet")
    _comment(stage)
    stage.desk.go_to("/basis/demand")
    panel = stage.desk.commenting.panel
    stage.until(lambda: any(card.placed.pointer is None for card in panel.cards))
    stage.take("comments, one whose row was deleted")
    panel.show_filter("resolved")
    stage.take("comments, resolved")
    panel.show_filter("open")
    stage.desk.go_to(f"{LINES}/0/basis")
    stage.window._settings.set("author", "")
    stage.desk.commenting.compose()
    composer = panel.composer
    assert composer is not None
    composer.text.setPlainText("依据写清楚")
    composer.keep()
    stage.take("a comment being written, its name asked for")
    composer.text.clear()
    _set_something_aside(stage)
    stage.window.show_settings()
    shown = stage.window.findChild(SettingsDialog)
    assert shown is not None
    stage.take("settings", shown)
    shown.close()
    stage.window.close_proposal()


def _comment(stage: Stage) -> None:
    session, room = stage.session, comments.of(stage.session)
    stage.window._settings.set("author", "王示例")
    row = json_pointer.by_row_id(session.data, f"{LINES}/1")
    first = room.add("/basis/demand", "comment", "88% 是哪一年的数？写上来源。")
    room.answer(first, "2023年冬，企业养殖记录。")
    room.add("/basis", "comment", "这一节再压到两页以内。")
    room.add(row, "todo", "单价再询一家")
    room.resolve(room.add("/basis/demand", "todo", "核对存栏数"), resolved=True)
    session.edit(LINES, [told for at, told in enumerate(session.value(LINES)) if at != 1])


def _set_something_aside(stage: Stage) -> None:
    session = stage.session
    item = next(told for told in session.diagnostics if told.severity is Severity.WARNING)
    stage.window.go_to(item.pointer)
    stage.take("a warning that can be set aside")
    dialog = dismissing.of(session).ask(item, stage.window)
    dialog.text.setPlainText("合作单位的进度如此，已与其核对")
    stage.take("the reason", dialog)
    dialog.accept()
    stage.take("set aside")
    stage.window.show_check()
    page = stage.window.check_page
    assert page is not None
    page.show_dismissed()
    stage.take("check page, what was set aside")
    stage.window.show_desk()
    for section_id in ("outcomes", "budget"):
        session.mark_done(section_id, done=True)
    stage.desk.show_section("outcomes")
    stage.desk.page.rows()
    stage.rest()
    stage.desk.page.verticalScrollBar().setValue(stage.desk.page.verticalScrollBar().maximum())
    stage.take("marked done, and contradicted")
