"""One section as a page: what is asked, what is left, where to go on."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.call import Call
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.labels import Label
from tests.gui.form.conftest import OpenPage, children, enter, row_at


def test_every_section_of_the_call_can_be_shown(open_page: OpenPage, call: Call) -> None:
    for section in call.form.sections:
        page = open_page(section.id)
        assert [row.control for row in page.rows()] == list(section.controls)


def test_what_lies_below_the_fold_is_made_when_the_page_has_been_painted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project")
    asked = len(page.section.controls)
    assert len(children(page, FieldRow)) < asked
    qtbot.waitUntil(lambda: len(children(page, FieldRow)) == asked)
    qtbot.waitUntil(lambda: page._done.isVisibleTo(page))


def test_what_lies_below_the_fold_is_made_when_somebody_goes_there(open_page: OpenPage) -> None:
    page = open_page("project")
    last = page.section.controls[-1].pointer
    assert page.go_to(last)
    assert row_at(page, last).isAncestorOf(page.window().focusWidget())


def test_the_way_on_stands_behind_what_was_made_last(open_page: OpenPage) -> None:
    page = open_page("project")
    last = page.rows()[-1].field.input_widget()
    behind: list[QWidget | None] = [last.nextInFocusChain()]
    while (after := behind[-1]) is not None and after is not last:
        behind.append(after.nextInFocusChain())
    first = page.rows()[0].field.input_widget()
    assert behind.index(page._done) < behind.index(page._next) < behind.index(first)


def test_every_field_has_a_name_for_assistive_technology(open_page: OpenPage, call: Call) -> None:
    for section in call.form.sections:
        for row in open_page(section.id).rows():
            assert row.field.input_widget().accessibleName()


def test_no_label_reads_markup(open_page: OpenPage, call: Call) -> None:
    for section in call.form.sections:
        for label in children(open_page(section.id), QLabel):
            assert label.textFormat() == label.textFormat().PlainText or not isinstance(label, Label)


def test_a_group_of_which_nothing_is_asked_is_not_there(open_page: OpenPage) -> None:
    page = open_page("transfer", {"project": {"kind": "key_tech"}})
    users = row_at(page, "/transfer/users/text")
    assert not users.isVisible()
    title = next(label for label in children(page, Label) if label.text() == "决策应用")
    assert not title.isVisible()
    page._session.edit("/project/kind", "decision_consulting")
    assert users.isVisible()
    assert title.isVisible()


def test_the_page_tells_how_many_gaps_are_left(open_page: OpenPage) -> None:
    page = open_page("summary")
    page._session.check_now()
    assert page._left_to_do.text() == "还差 1 项"
    page._session.edit("/summary/text", [{"type": "paragraph", "runs": [{"text": "摘要"}]}])
    page._session.check_now()
    assert page._left_to_do.text() == ""


def test_the_box_at_the_end_marks_the_section_done(open_page: OpenPage) -> None:
    page = open_page("summary")
    page._done.click()
    assert page._session.is_marked_done("summary")
    page._done.click()
    assert not page._session.is_marked_done("summary")


def test_the_button_at_the_end_names_the_next_section(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("summary")
    assert page._next.isHidden()
    page.set_next("立项依据")
    assert page._next.text() == "下一节：立项依据 →"
    with qtbot.waitSignal(page.next_wanted):
        page._next.click()


def test_the_place_of_the_keys_is_told(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    enter(page, "/people/applicant/name")
    with qtbot.waitSignal(page.place_changed) as told:
        enter(page, "/people/leader/email")
    assert told.args == ["/people/leader/email"]


def test_a_place_far_down_is_scrolled_into_sight(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("people")
    assert page.go_to("/people/contact/email")
    qtbot.waitUntil(lambda: page.verticalScrollBar().value() > 0)
    line = row_at(page, "/people/contact/email").field.input_widget()
    assert line.hasFocus()
    assert not line.visibleRegion().isEmpty()
    assert not page.go_to("/budget/notes")


def test_a_page_is_no_higher_than_what_stands_on_it(open_page: OpenPage, qtbot: QtBot) -> None:
    inner = open_page("project").widget()
    layout = inner.layout()
    assert layout is not None
    qtbot.waitUntil(lambda: inner.height() <= layout.heightForWidth(inner.width()) + 60)


def test_what_is_told_above_does_not_push_the_field_with_the_keys_off_the_screen(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget")
    page.resize(900, 420)
    row = enter(page, "/budget/notes")
    page.verticalScrollBar().setValue(page.verticalScrollBar().value() + 5)
    places: list[int] = []

    def place() -> int:
        return row.mapTo(page.viewport(), row.rect().topLeft()).y()

    qtbot.wait(50)
    places.append(place())
    above = page.rows()[0]
    height = above.height()
    page._session.edit(above.pointer, "-5")
    page._session.check_now()
    qtbot.waitUntil(lambda: above.height() > height)
    qtbot.wait(50)
    places.append(place())
    assert places[0] == places[1]
    page._session.undo()
    page._session.check_now()
    qtbot.waitUntil(lambda: above.height() == height)
    qtbot.wait(50)
    assert place() == places[0]
