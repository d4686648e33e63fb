"""Fields for choosing: one, several, yes or no, free words."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QRadioButton
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.choice_fields import ChoiceBox, DeclarationField, RadioField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.form.word_chips import ChipsField
from tests.gui.conftest import commit, compose
from tests.gui.form.conftest import CTRL, OpenPage, children, copy_text, counter, enter, field_at, row_at

KIND, FIELD, OTHER = "/project/kind", "/project/field", "/project/field_other"
SECOND, KEYWORDS = "/project/second_fields", "/project/keywords"


def _radio(page: SectionPage, pointer: str, at: int) -> QRadioButton:
    return children(row_at(page, pointer).field, QRadioButton)[at]


def test_a_choice_of_a_few_stands_open_and_takes_the_space_bar(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project")
    enter(page, KIND)
    qtbot.keyClick(_radio(page, KIND, 2), Qt.Key.Key_Space)
    assert page._session.value(KIND) == "pilot_industrial"


def test_the_choice_can_be_taken_back(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"kind": "key_tech"}})
    field = field_at(page, KIND, RadioField)
    field._clear.click()
    assert page._session.value(KIND) is None
    assert not any(button.isChecked() for button in children(field, QRadioButton))
    assert field._clear.isHidden()


def test_undo_shows_the_choice_of_before(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"kind": "key_tech"}})
    _radio(page, KIND, 2).click()
    page._session.undo()
    assert _radio(page, KIND, 0).isChecked()
    assert not _radio(page, KIND, 2).isChecked()


def test_a_choice_of_many_is_made_by_keys(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project")
    box = enter(page, FIELD).field.input_widget()
    assert isinstance(box, ChoiceBox)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert page._session.value(FIELD) == box.values[1]


def test_the_wheel_never_changes_an_answer(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"field": "other"}})
    box = enter(page, FIELD).field.input_widget()
    where = QPointF(5, 5)
    wheel = QWheelEvent(
        where, where, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, wheel)
    assert page._session.value(FIELD) == "other"


def test_a_field_asked_on_a_condition_comes_and_goes_and_keeps_its_answer(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"field": "other", "field_other": "示例领域"}})
    assert not row_at(page, OTHER).isHidden()
    page._session.edit(FIELD, None)
    assert row_at(page, OTHER).isHidden()
    page._session.undo()
    assert not row_at(page, OTHER).isHidden()
    line = row_at(page, OTHER).field.input_widget()
    assert isinstance(line, QLineEdit)
    assert line.text() == "示例领域"


def test_a_choice_that_the_list_lacks_is_shown_and_kept(open_page: OpenPage) -> None:
    page = open_page("project", {"project": {"field": "gone"}})
    box = row_at(page, FIELD).field.input_widget()
    assert isinstance(box, ChoiceBox)
    assert box.currentText() == "不在列表中：gone"
    box.clearFocus()
    assert page._session.value(FIELD) == "gone"


def test_ticked_boxes_keep_the_order_of_the_list_and_are_counted(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project")
    boxes = children(enter(page, SECOND).field, QCheckBox)
    for at in (3, 1):
        qtbot.keyClick(boxes[at], Qt.Key.Key_Space)
    options = [option.id for option in row_at(page, SECOND).control.options]
    assert page._session.value(SECOND) == [options[1], options[3]]
    assert counter(row_at(page, SECOND)) == ("2/2 项", "quiet")
    qtbot.keyClick(boxes[0], Qt.Key.Key_Space)
    assert counter(row_at(page, SECOND)) == ("3/2 项　超出 1 项", "error")


def test_a_declaration_is_ticked_by_key_and_by_its_sentence(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("commitment")
    field = field_at(page, "/commitment/truth", DeclarationField)
    qtbot.keyClick(field.input_widget(), Qt.Key.Key_Space)
    assert page._session.value("/commitment/truth") is True
    qtbot.mouseClick(field._sentence, Qt.MouseButton.LeftButton)
    assert page._session.value("/commitment/truth") is None


def test_yes_or_no_has_three_states(open_page: OpenPage) -> None:
    page = open_page("management")
    pointer = "/management/ethics/applies"
    statement = row_at(page, "/management/ethics/statement")
    assert statement.isHidden()
    _radio(page, pointer, 1).click()
    assert page._session.value(pointer) is False
    _radio(page, pointer, 0).click()
    assert page._session.value(pointer) is True
    assert not statement.isHidden()
    field_at(page, pointer, RadioField)._clear.click()
    assert page._session.value(pointer) is None


def _keywords(page: SectionPage) -> QLineEdit:
    line = enter(page, KEYWORDS).field.input_widget()
    assert isinstance(line, QLineEdit)
    return line


def test_words_end_with_enter_with_a_comma_or_when_the_field_is_left(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project")
    line = _keywords(page)
    qtbot.keyClicks(line, "pectin")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    commit(line, "葵盘，")
    commit(line, "饲料")
    enter(page, "/project/title")
    assert page._session.value(KEYWORDS) == ["pectin", "葵盘", "饲料"]
    assert line.text() == ""


def test_a_word_being_composed_is_no_word_yet(open_page: OpenPage) -> None:
    page = open_page("project")
    compose(_keywords(page), "kui'pan")
    assert page._session.value(KEYWORDS) is None


def test_a_pasted_list_gives_a_word_each_and_none_twice(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"keywords": ["葵盘"]}})
    copy_text("葵盘；果胶、饲料")
    qtbot.keyClick(_keywords(page), Qt.Key.Key_V, CTRL)
    assert page._session.value(KEYWORDS) == ["葵盘", "果胶", "饲料"]


def test_backspace_in_the_empty_line_takes_the_last_word_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("project", {"project": {"keywords": ["葵盘", "果胶"]}})
    qtbot.keyClick(_keywords(page), Qt.Key.Key_Backspace)
    assert page._session.value(KEYWORDS) == ["葵盘"]
    page._session.undo()
    assert [chip.word for chip in field_at(page, KEYWORDS, ChipsField)._chips] == ["葵盘", "果胶"]


def test_a_row_that_was_deleted_is_named_as_such_where_it_was_chosen_and_comes_back_by_undo(
    open_page: OpenPage,
) -> None:
    milestones: list[Json] = [{"id": "m", "task": "选育", "work": "w1"}]
    data = {"content": {"work": [{"id": "w1", "title": "选育良种"}]}, "schedule": {"milestones": milestones}}
    page = open_page("schedule", data)
    field = field_at(page, "/schedule/milestones", TableField)
    column = next(each for each in field.model.columns if each.name == "work")
    form = field.open_row(0)
    (box,) = [each for each in children(form, ChoiceBox) if each.value == "w1"]
    page._session.edit("/content/work", [], apart=True)
    assert (field.model.text_of(0, column), box.currentText()) == ("（已删除）", "（已删除）")
    assert page._session.value("/schedule/milestones") == milestones
    page._session.undo()
    assert (field.model.text_of(0, column), box.currentText()) == ("选育良种", "选育良种")
