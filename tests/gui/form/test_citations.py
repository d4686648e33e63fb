"""References kept once: cited by the number that prints, listed, added by their parts, the unused ones named."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import citation_numbers
from kjxm_desktop.gui.form.reference_editor import FREE, ReferenceEditor
from kjxm_desktop.gui.form.reference_line import ReferenceLine
from kjxm_desktop.gui.form.reference_picker import ReferencePicker
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.section_page import SectionPage
from tests.gui.conftest import commit
from tests.gui.form.conftest import CTRL, OpenPage, children, field_at

Key = Qt.Key
TEXT, LIST = "/summary/text", "/basis/references"
ROWS: list[Json] = [
    {"id": "ra", "text": "甲示. 果胶提取[J]. 示例学报, 2020, 1: 1-2."},
    {"id": "rb", "text": "乙示. 秸秆制品[M]. 北京: 示例出版社, 2021."},
    {"id": "rc", "text": "丙示. 膜浓缩[D]. 示例市: 示例大学, 2022."},
]


def _line(*runs: Json) -> Json:
    return {"type": "paragraph", "runs": list(runs)}


def _open(open_page: OpenPage, *runs: Json, **more: Json) -> tuple[SectionPage, RichTextField]:
    data: Json = {"basis": {"references": ROWS, **more}}
    if runs:
        data["summary"] = {"text": [_line(*runs)]}
    page = open_page("summary", data)
    field = field_at(page, TEXT, RichTextField)
    field.editor.moveCursor(field.editor.textCursor().MoveOperation.End)
    return page, field


def _dialog(qtbot: QtBot, kind: type[QDialog]) -> QDialog:
    def shown() -> list[QDialog]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]

    qtbot.waitUntil(lambda: len(shown()) == 1)
    return shown()[0]


def _picker(qtbot: QtBot, field: RichTextField) -> ReferencePicker:
    QTest.keySequence(field.editor, QKeySequence("Ctrl+Shift+R"))
    asked = _dialog(qtbot, ReferencePicker)
    assert isinstance(asked, ReferencePicker)
    return asked


def _editor(qtbot: QtBot) -> ReferenceEditor:
    asked = _dialog(qtbot, ReferenceEditor)
    assert isinstance(asked, ReferenceEditor)
    return asked


def test_a_reference_is_cited_by_typing_a_word_of_it_and_enter(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"text": "果胶"})
    asked = _picker(qtbot, field)
    commit(asked.filter, "秸秆")
    assert asked.chosen() == ["rb"]
    qtbot.keyClick(asked.filter, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"text": "果胶"}, {"cite": "rb"})]
    qtbot.waitUntil(field.editor.hasFocus)
    qtbot.keyClick(field.editor, Key.Key_Z, CTRL)
    assert page._session.value(TEXT) == [_line({"text": "果胶"})]


def test_the_arrow_keys_go_through_the_list_while_one_types(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    asked = _picker(qtbot, field)
    qtbot.keyClick(asked.filter, Key.Key_Down)
    qtbot.keyClick(asked.filter, Key.Key_Down)
    qtbot.keyClick(asked.filter, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"cite": "rc"})]


def test_a_filter_that_fits_nothing_cites_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"text": "果胶"})
    asked = _picker(qtbot, field)
    commit(asked.filter, "没有这样的文献")
    assert not asked.cite_button.isEnabled()
    qtbot.keyClick(asked.filter, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"text": "果胶"})]
    qtbot.keyClick(asked, Key.Key_Escape)


def test_numbers_are_those_of_the_document_and_follow_what_is_cited_first(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"text": "一"}, {"cite": "rc"}, {"cite": "ra"})
    numbers = citation_numbers.of(page._session)
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("rc", "ra", "rb")] == [1, 2, 3])
    assert field.editor._drawing._run_text({"cite": "rc"}) == "[1]"
    page._session.edit(TEXT, [_line({"text": "一"}, {"cite": "ra"}, {"cite": "rc"})])
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("ra", "rc", "rb")] == [1, 2, 3])
    page._session.undo()
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("rc", "ra", "rb")] == [1, 2, 3])


def test_numbers_run_through_all_sections_and_what_is_not_asked_counts_in_neither(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page, _field = _open(open_page, {"cite": "ra"})
    session = page._session
    session.edit("/transfer/market", [_line({"cite": "rc"})])
    session.edit("/basis/demand", [_line({"cite": "rb"})])
    numbers = citation_numbers.of(session)
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("ra", "rb", "rc")] == [1, 2, 3])
    session.edit("/summary/text", None)
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("rb", "rc", "ra")] == [1, 2, 3])
    session.edit("/project/kind", "decision_consulting")
    qtbot.waitUntil(lambda: [numbers.number(one) for one in ("rb", "ra", "rc")] == [1, 2, 3])


def test_references_that_no_text_cites_are_named(open_page: OpenPage, qtbot: QtBot) -> None:
    _page, field = _open(open_page, {"cite": "rc"})
    asked = _picker(qtbot, field)
    assert asked.unused.text().startswith("2 条文献正文没有引用：[2]、[3]")
    assert [asked.list.item(at).text().endswith("（正文未引用）") for at in range(3)] == [False, True, True]
    asked.reject()


def test_a_citation_of_a_reference_that_is_gone_says_so(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"cite": "rc"})
    page._session.edit(LIST, ROWS[:2])
    numbers = citation_numbers.of(page._session)
    qtbot.waitUntil(lambda: numbers.number("rc") is None)
    assert field.editor._drawing._run_text({"cite": "rc"}) == "[文献已删除]"


def test_a_reference_is_added_by_its_parts_with_the_entry_shown_as_it_prints(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"text": "果胶"})
    picker = _picker(qtbot, field)
    qtbot.mouseClick(picker.add_button, Qt.MouseButton.LeftButton)
    asked = _editor(qtbot)
    assert not asked.accept_button.isEnabled()
    for name, told in (("authors", "丁示、戊示"), ("title", "葵盘利用"), ("journal", "示例学报")):
        commit(asked.line[name], told)
    assert asked.preview.text() == "丁示, 戊示. 葵盘利用[J]. 示例学报."
    assert asked.remark.text() == "还缺：年。"
    qtbot.keyClicks(asked.line["year"], "2024")
    assert asked.remark.text() == ""
    qtbot.keyClick(asked.line["year"], Key.Key_Return)
    rows = page._session.value(LIST)
    assert rows[-1]["text"] == "丁示, 戊示. 葵盘利用[J]. 示例学报, 2024."
    assert picker.chosen() == [rows[-1]["id"]]
    qtbot.keyClick(picker.filter, Key.Key_Return)
    assert page._session.value(TEXT) == [_line({"text": "果胶"}, {"cite": rows[-1]["id"]})]
    page._session.undo()
    page._session.undo()
    assert page._session.value(LIST) == ROWS


def test_a_reference_is_edited_by_the_parts_that_its_entry_is_made_of(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page, {"cite": "rb"})
    qtbot.keyClick(field.editor, Key.Key_F2)
    picker = _dialog(qtbot, ReferencePicker)
    assert isinstance(picker, ReferencePicker)
    assert picker.chosen() == ["rb"]
    qtbot.mouseClick(picker.edit_button, Qt.MouseButton.LeftButton)
    asked = _editor(qtbot)
    assert asked.kinds.currentData() == "M"
    assert asked.line["publisher"].text() == "示例出版社"
    asked.line["year"].selectAll()
    qtbot.keyClicks(asked.line["year"], "2023")
    asked.accept_button.click()
    assert page._session.value(LIST)[1] == {"id": "rb", "text": "乙示. 秸秆制品[M]. 北京: 示例出版社, 2023."}
    picker.reject()


def test_below_the_list_stands_what_is_not_cited_and_the_way_to_its_parts(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("basis", {"basis": {"references": ROWS}, "summary": {"text": [_line({"cite": "rb"})]}})
    (line,) = children(page, ReferenceLine)
    qtbot.waitUntil(lambda: line.told.text() == "2 条正文没有引用：[2]、[3]")
    line.link.click()
    picker = _dialog(qtbot, ReferencePicker)
    assert isinstance(picker, ReferencePicker)
    assert not picker.cite_button.isVisible()
    commit(picker.filter, "膜浓缩")
    qtbot.keyClick(picker.filter, Key.Key_Return)
    asked = _editor(qtbot)
    commit(asked.line["title"], "之二")
    asked.accept_button.click()
    assert page._session.value(LIST)[2]["text"] == "丙示. 膜浓缩之二[D]. 示例市: 示例大学, 2022."
    picker.reject()
    page._session.edit("/summary/text", None)
    qtbot.waitUntil(lambda: line.told.text() == "")


def test_parts_go_along_into_another_kind_and_into_free_text(open_page: OpenPage, qtbot: QtBot) -> None:
    asked = ReferenceEditor(ROWS[1]["text"], 1000, open_page("summary"))
    asked.show()
    asked.kinds.setCurrentIndex(asked.kinds.findData("D"))
    assert asked.entry == "乙示. 秸秆制品[D]. 北京, 2021."
    asked.kinds.setCurrentIndex(asked.kinds.findData(FREE))
    assert asked.entry == asked.free.toPlainText() == "乙示. 秸秆制品[D]. 北京, 2021."
    asked.kinds.setCurrentIndex(asked.kinds.findData("M"))
    assert asked.entry == ROWS[1]["text"]
    asked.reject()


def test_an_entry_of_no_known_shape_is_edited_as_free_text_and_never_cut(open_page: OpenPage, qtbot: QtBot) -> None:
    asked = ReferenceEditor("某汇编，第三册", 8, open_page("summary"))
    asked.show()
    assert asked.kinds.currentData() == FREE
    assert asked.accept_button.isEnabled()
    commit(asked.free, "续续")
    assert not asked.accept_button.isEnabled()
    assert "8" in asked.remark.text()
    asked.reject()


def test_a_citation_stands_in_a_cell_too(open_page: OpenPage, qtbot: QtBot) -> None:
    page, field = _open(open_page)
    field.objects._put_table(1, 1)
    QTest.keySequence(field.tables.cell, QKeySequence("Ctrl+Shift+R"))
    asked = _dialog(qtbot, ReferencePicker)
    assert isinstance(asked, ReferencePicker)
    asked.cite_button.click()
    assert page._session.value(TEXT)[0]["rows"] == [[[{"cite": "ra"}]]]


def test_a_call_without_a_list_of_references_offers_no_citation(
    open_page: OpenPage, other_call: Json, tmp_path: Json
) -> None:
    from kjxm_desktop.core.proposal import Proposal
    from kjxm_desktop.gui.session import Session
    from tests.gui.conftest import NOW

    session = Session(Proposal(other_call), working_folder=tmp_path, program="test", now=lambda: NOW)
    section = next(each for each in session.form.sections if any(one.kind == "rich" for one in each.controls))
    page = open_page(section.id, session=session)
    fields = [row.field for row in page.rows() if isinstance(row.field, RichTextField)]
    assert fields
    assert all("cite" not in field._bar.buttons for field in fields)
    session.close()


@pytest.mark.parametrize("how", ["keys", "words"])
def test_numbers_are_not_counted_anew_while_nothing_cited_changes(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    page, field = _open(open_page, {"cite": "rb"})
    numbers = citation_numbers.of(page._session)
    numbers.count_now()
    made: list[object] = []
    real = numbers._printed
    monkeypatch.setattr(numbers, "_printed", lambda: (made.append(1), real())[1])
    if how == "keys":
        qtbot.keyClicks(field.editor, "abc")
    else:
        page._session.edit("/basis/demand", [_line({"text": "无引文"})])
    numbers.count_now()
    assert made == []
