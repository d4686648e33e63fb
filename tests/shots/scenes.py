"""What is shown: every section, panel and dialog, in an order that a person would see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QDialog, QMenu

from kjxm_desktop import strings
from kjxm_desktop.core import storage
from kjxm_desktop.gui.about import about
from kjxm_desktop.gui.compare_window import CompareWindow
from kjxm_desktop.gui.history_window import HistoryWindow
from kjxm_desktop.gui.table_charts import TableCharts
from tests.gui.hands import keys_of, put_in
from tests.shots.import_scene import importing
from tests.shots.prose_scenes import prose
from tests.shots.remarks import remarks
from tests.shots.returned_scene import returned
from tests.shots.stage import Stage
from tests.shots.table_scenes import tables

SOME = ("project", "basis", "budget")


def start_page(stage: Stage) -> None:
    """Show the first page, with nothing worked on before and with something."""
    stage.take("start page, nothing worked on before")
    for which in ("key-tech", "nearly-finished"):
        stage.open_example(which)
        stage.save_as(f"{which}.kjxm")
        stage.window.close_proposal()
    stage.open_example("consulting")
    stage.session.edit("/project/title", "内蒙古光伏治沙收益分配研究（未命名的草稿）")
    stage.window.close_proposal()
    stage.take("start page, recent drafts")


def menus(stage: Stage) -> None:
    """Show every menu, and the examples of the start page."""
    stage.open_example("long")
    for menu in stage.window.menuBar().findChildren(QMenu):
        if menu.title():
            menu.popup(QPoint(40, 40))
            stage.take(f"menu {menu.title()}", menu)
            menu.close()
    stage.window.close_proposal()
    examples = stage.window.start_page.example_button.menu()
    examples.popup(QPoint(40, 40))
    stage.take("menu of the examples", examples)
    examples.close()


def sections(stage: Stage) -> None:
    """Show every section of the long example, screen by screen."""
    stage.open_example("long")
    for section in stage.session.form.sections:
        if stage.session.shown(f"/{section.id}"):
            stage.desk.show_section(section.id)
            stage.take_page(section.id)
    stage.window.close_proposal()


def some_sections(stage: Stage) -> None:
    """Show three sections of the long example, screen by screen."""
    stage.open_example("long")
    for section_id in SOME:
        stage.desk.show_section(section_id)
        stage.take_page(section_id)
    stage.window.close_proposal()


def empty_draft(stage: Stage) -> None:
    """Show a new proposal: untouched, then after a check, which marks the gaps."""
    stage.window.new_proposal(stage.window._shelf.calls[0])
    stage.until(lambda: stage.session.checked)
    for section_id in ("project", "basis", "budget"):
        stage.desk.show_section(section_id)
        stage.take(f"new draft: {section_id}")
    stage.window.show_check()
    stage.take("new draft: check page")
    stage.window.show_desk()
    for section_id in ("project", "outcomes", "commitment", "attachments"):
        stage.desk.show_section(section_id)
        stage.take(f"new draft, checked: {section_id}")
    stage.window.close_proposal()


def panels(stage: Stage) -> None:
    """Show the list of findings, the book, the check page and the send page of the nearly finished example."""
    stage.open_example("nearly-finished")
    stage.window.toggle_problems()
    stage.take("problem list open")
    for number in range(1, 6):
        stage.window.step_problem(1)
        stage.rest(200)
        stage.take(f"F8, finding {number}")
    stage.window.toggle_problems()
    clauses = list(stage.session.call.clauses)
    stage.window.show_clause(clauses[len(clauses) // 2])
    stage.take("book: the notice at a clause")
    stage.desk.show_book(False)
    stage.take("book closed")
    stage.desk.show_book(True)
    stage.window.show_check()
    stage.take("check page")
    stage.window._ways._on_place_from_check("/budget/lines")
    stage.take("led from the check page to a field")
    stage.window.show_send()
    stage.take("send page, findings block")
    stage.window.on_crash("KeyError", "somewhere.py:1")
    stage.window.show_desk()
    stage.take("a bug was caught")
    stage.window.close_proposal()


def sending(stage: Stage) -> None:
    """Show the check page and the send page of a finished proposal, before and after the folder is made."""
    stage.open_example("consulting")
    stage.save_as("示例申报书.kjxm")
    stage.window.show_check()
    stage.take("check page, nothing blocks")
    stage.window.show_send()
    stage.take("send page")
    page = stage.window.send_page
    assert page is not None
    page.start_button.click()
    stage.until(page.start_button.isEnabled)
    stage.take("send page, the folder is made")
    stage.window.close_proposal()


def dialogs(stage: Stage) -> None:
    """Show every dialog over the window."""
    for which in ("nearly-finished", "long"):
        stage.open_example(which)
        stage.window.export()
        _take_dialog(stage, f"export dialog, {which}")
        stage.window.close_proposal()
    about(stage.window, stage.window.calls)
    _take_dialog(stage, "about")
    stage.window.tell(strings.text("gui_window.not_stored"))
    _take_dialog(stage, "a sentence to be read")
    returned(stage)


def looking_back(stage: Stage) -> None:
    """Show the history, empty and with a day's work, the name of a version, a recovery and a co-author's draft."""
    stage.window.new_proposal(stage.window.calls[0])
    stage.take("history, nothing written yet", _history(stage))
    stage.window.close_proposal()
    stage.open_example("long")
    stage.save_as("向日葵.kjxm")
    opened = stage.session.snapshot()
    _work_a_little(stage)
    shown = _history(stage)
    stage.take("history: as it was when opened", shown)
    shown.pane.view.cards[0].take_keys()
    button = shown.pane.view.cards[0].button
    assert button is not None
    button.click()
    stage.until(lambda: not shown.is_busy)
    stage.take("history: one piece taken back", shown)
    shown.moments.named_box.setChecked(True)
    stage.until(lambda: not shown.is_busy)
    stage.take("history: named versions", shown)
    shown.close()
    stage.window.name_version()
    stage.until(lambda: any(dialog.isVisible() for dialog in stage.window.findChildren(QDialog)))
    _take_dialog(stage, "name of a version")
    stage.desk.strip.tell(strings.text("gui_window.restored", time="09:58:12", count=3))
    stage.window.looking_back.compare_with_stored(stage.session, opened)
    stage.take("what was recovered", _comparison(stage))
    storage.write(stage.folder / "王五改过的申报书.kjxm", opened, program="kjxm-desktop")
    stage.window.compare_with_file(stage.folder / "王五改过的申报书.kjxm")
    stage.take("another draft", _comparison(stage))
    stage.window.close_proposal()


def _work_a_little(stage: Stage) -> None:
    session = stage.session
    session.name_version("2024年6月10日 初稿")
    session.edit("/project/title", f"{session.value('/project/title')}（修订）")
    session.edit("/summary/text", session.value("/basis/demand"))
    session.edit("/budget/lines", session.value("/budget/lines")[1:])
    session.edit("/basis/enterprises", session.value("/basis/enterprises")[::-1])
    session.settle()
    history = session.history()
    stage.until(lambda: any(moment.sections for moment in history.moments()))


def _history(stage: Stage) -> HistoryWindow:
    stage.window.show_history()
    shown = stage.window.looking_back.history
    assert shown is not None
    stage.until(lambda: not shown.is_busy)
    return shown


def _comparison(stage: Stage) -> CompareWindow:
    shown = stage.window.looking_back.comparison
    assert shown is not None
    stage.until(lambda: not shown.is_busy)
    return shown


def searching(stage: Stage) -> None:
    """Show the one search: hits by section, led to in prose, guidance and notice; what replacing would do."""
    stage.open_example("long")
    stage.window.searching.find()
    panel = stage.window.searching.panel
    assert panel is not None
    for words, kind in (("饲料", "answer"), ("内蒙古", "guidance"), ("内蒙古", "notice"), ("没有的词", None)):
        panel.line.setText(words)
        panel.search_now()
        number = next((at for at, hit in enumerate(panel.hits) if hit.kind == kind and hit.section_id != "project"), -1)
        if number >= 0:
            panel._go(number, keys=False)
        stage.take(f"search: {words}, {kind or 'nothing found'}")
    stage.window.searching.replace()
    panel.line.setText("饲料")
    panel.new_line.setText("粗饲料")
    panel.search_now()
    stage.take("search: what replacing would do")
    panel.replace_all.click()
    stage.take("search: replaced, one step to undo")
    stage.window.close_proposal()


def own_names(stage: Stage) -> None:
    """Show the names offered in prose, in a cell, and for another spelling."""
    stage.open_example("long")
    stage.window.activateWindow()
    for pointer, words in (("/summary/text", "与内蒙"), ("/commitment/signer", "巴彦淖尔示例饲料公司")):
        stage.session.edit(pointer, None)
        keys = keys_of(stage.window, pointer)
        put_in(keys, words)
        stage.rest(300)
        stage.take(f"names: {words}")
    stage.window.close_proposal()


def money_and_time(stage: Stage) -> None:
    """Show the budget with what is offered to mend, and the time plan with a bar in hand and one outside the period."""
    stage.open_example("long")
    session = stage.session
    session.edit("/budget/income/special", "358.50")
    session.edit("/budget/lines/0/basis", None)
    session.edit("/project/period/to", "2026-06")
    session.check_now()
    stage.desk.show_section("budget")
    stage.desk.go_to("/budget/lines/0/basis")
    stage.rest(900)
    stage.take("budget: a basis is offered")
    bar = stage.desk.page.verticalScrollBar()
    bar.setValue(bar.value() + 420)
    stage.take("budget: income and expenses differ")
    session.edit("/budget/lines/1/amount", "372000")
    stage.desk.go_to("/budget/lines/1/amount")
    stage.rest(900)
    stage.take("budget: an amount as if in yuan")
    for _ in range(5):
        stage.window.step_problem(-1)
    stage.rest(900)
    stage.take("problem list: what mends a finding")
    stage.window.toggle_problems()
    stage.window.show_check()
    stage.take("check page: what mends a finding")
    stage.window.show_desk()
    stage.desk.go_to("/schedule/milestones/12/task")
    (charts,) = stage.desk.page.findChildren(TableCharts)
    stage.until(lambda: bool(charts.folds[0].views))
    charts.folds[0].head.click()
    stage.rest(900)
    bar = stage.desk.page.verticalScrollBar()
    for stop in (2, 1):
        bar.setValue(bar.maximum() // stop)
        stage.take(f"time plan, a bar in hand {3 - stop}/2")
    stage.window.close_proposal()


def _take_dialog(stage: Stage, name: str) -> None:
    stage.rest()
    dialog = next(d for d in stage.window.findChildren(QDialog) if d.isVisible())
    stage.take(name, dialog)
    dialog.close()
    dialog.deleteLater()
    stage.rest()


Scene = Callable[[Stage], None]

SETS: Mapping[str, tuple[Scene, ...]] = {
    "all": (
        remarks,
        start_page,
        menus,
        sections,
        empty_draft,
        panels,
        sending,
        dialogs,
        importing,
        prose,
        searching,
        own_names,
        money_and_time,
        tables,
        looking_back,
    ),
    "some": (
        remarks,
        start_page,
        some_sections,
        panels,
        sending,
        dialogs,
        importing,
        prose,
        searching,
        own_names,
        money_and_time,
        tables,
        looking_back,
    ),
    "few": (remarks, some_sections, panels, prose, searching, money_and_time, tables, looking_back),
}
