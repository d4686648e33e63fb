"""Blocks pasted into a table from Excel, WPS and ourselves, each one step; and copied out for all of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop import strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import cell_blocks
from kjxm_desktop.gui.form import table_clipboard
from kjxm_desktop.gui.form.section_page import SectionPage
from tests import spreadsheet_clipboards as clipboards
from tests.gui.form.conftest import CTRL, SHIFT, OpenPage, copy_html, copy_text
from tests.gui.form.table_hands import LINES, ROWS, at, choose, chosen, table_of, values

Key = Qt.Key


def _rows(page: SectionPage, pointer: str = LINES) -> list[Json]:
    return [{key: value for key, value in row.items() if key != "id"} for row in page._session.value(pointer) or []]


def test_a_block_from_excel_goes_in_by_its_headings_with_every_digit_and_the_unit_they_tell(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 2, "year")
    copy_html(clipboards.EXCEL_HTML, clipboards.EXCEL_TEXT)
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert _rows(page)[:2] == [{k: v for k, v in row.items() if k != "id"} for row in ROWS["budget"]["lines"][:2]]
    assert _rows(page)[2:] == [
        {"category": "equipment", "item": "颗粒机（含\"除尘\"）", "quantity": "2", "amount": "12.35", "year": 2025},
        {"category": "business", "item": "化验检测", "quantity": "12", "amount": "3", "year": 2026},
    ]  # fmt: skip
    assert field.line.sentence == (
        "已粘贴 2 行、10 格；1 格换算单位后四舍五入：第 3 行“金额”的“123456.7”；"
        "2 格由其他单位换算成万元；1 列在表中没有位置，没有填入；Ctrl+Z 撤销。"
    )
    assert chosen(field)[0] == [2, 3]
    page._session.undo()
    assert page._session.value(LINES) == ROWS["budget"]["lines"]
    assert field.line.sentence == ""


def test_the_form_in_which_excel_tells_all_digits_goes_before_what_it_shows(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "quantity")
    source = QMimeData()
    xml = clipboards.EXCEL_XML.replace("颗粒机&#10;（含除尘）", "3").replace(' ss:MergeAcross="1"', "")
    source.setData(clipboards.EXCEL_XML_FORMAT, xml.encode())
    source.setHtml("<table><tr><td>3</td><td>12</td></tr></table>")
    source.setText("3\t12\n")
    QGuiApplication.clipboard().setMimeData(source)
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert (values(page, "quantity")[0], values(page, "price")[0]) == ("3", "12.345")


def test_a_block_from_wps_goes_in_at_the_current_cell_and_days_become_months(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("schedule", {"schedule": {"milestones": [{"id": "a", "task": "开题"}]}})
    field = table_of(page, "/schedule/milestones")
    at(field, 0, "from")
    copy_html(clipboards.WPS_HTML, clipboards.WPS_TEXT)
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert _rows(page, "/schedule/milestones") == [
        {"from": "2025-01", "to": "2025-07", "task": "收集原料、\n建设中试线"},
        {"from": "2025-07", "to": "2025-12", "task": "联调"},
    ]
    assert field.line.sentence == "已粘贴 2 行、6 格；略去隐藏的 1 行；Ctrl+Z 撤销。"


def test_columns_beyond_the_last_are_told_and_left(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "organisation")
    copy_text("甲单位\t乙\t\t丙\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert values(page, "organisation") == ["甲单位", None, None]
    assert "2 列在表中没有位置，没有填入" in field.line.sentence


def test_one_cell_fills_a_selection_and_a_block_fills_its_multiple(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    choose(field, (0, "organisation"), (2, "organisation"))
    copy_text("农科院")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert values(page, "organisation") == ["农科院"] * 3
    page._session.edit(LINES, [*page._session.value(LINES), {"id": "d"}])
    choose(field, (0, "item"), (3, "item"))
    copy_text("甲\n乙")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert values(page, "item") == ["甲", "乙", "甲", "乙"]


def test_a_single_column_is_taken_with_its_heading(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "amount")
    copy_text("金额(元)\n120000\n5000\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert values(page, "amount") == ["12", "0.5", "3.25"]


def test_empty_lines_at_the_end_make_no_rows_and_empty_cells_empty_what_they_cover(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 2, "item")
    copy_text("\t\t\t9\n\t\t\t\n\t\t\t\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert (values(page, "item"), values(page, "amount")) == (["颗粒机", "材料", None], ["10.50", "2", "9"])


def test_what_makes_no_sense_is_named_and_stays_told_when_it_is_found_wrong(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "category")
    copy_text("招待费\t茶\t两\t1\t约三万\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert _rows(page)[0] == {"category": "equipment", "item": "茶", "quantity": "两", "price": "1", "amount": "约三万"}
    told = (
        "已粘贴 1 行、4 格；1 格没有读懂，没有填入：第 1 行“科目”的“招待费”；"
        "2 格按原文填入，待改正：第 1 行“数量”的“两”、第 1 行“金额”的“约三万”；Ctrl+Z 撤销。"
    )
    assert field.line.sentence == told
    page._session.check_now()
    assert field.line.sentence == told
    field.line.undo_link.click()
    assert page._session.value(LINES) == ROWS["budget"]["lines"]


def test_of_many_that_make_no_sense_the_first_are_named(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget")
    field = table_of(page)
    copy_text("".join(f"不明科目{number}\t茶\n" for number in range(9)))
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert "9 格没有读懂，没有填入：第 1 行“科目”的“不明科目0”、" in field.line.sentence
    assert "“不明科目2” 等；" in field.line.sentence


def test_a_clipboard_without_text_says_so_and_changes_nothing(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "item")
    QGuiApplication.clipboard().setMimeData(QMimeData())
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert field.line.sentence == "剪贴板中没有可以粘贴的文字。"
    assert not page._session.can_undo


FULL: Json = {
    "outcomes": {
        "indicators": [
            {
                "id": "a", "kind": "technical", "name": "得率\"目标\"", "baseline": "=1+1", "target": "12\t%",
                "due": "2026-03", "main": True,
            },
            {"id": "b", "name": "单耗", "due": "明年", "unit": "kg/t"},
        ]
    }
}  # fmt: skip
INDICATORS = "/outcomes/indicators"


def test_what_is_copied_comes_back_as_it_was_in_our_own_table(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("outcomes", FULL)
    field = table_of(page, INDICATORS)
    before = _rows(page, INDICATORS)
    at(field, 0, "kind")
    qtbot.keyClick(field.view, Key.Key_A, CTRL)
    qtbot.keyClick(field.view, Key.Key_C, CTRL)
    field.view.steps.add_row()
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert _rows(page, INDICATORS) == [*before, *before]
    assert field.line.sentence == "已粘贴 2 行、18 格。"


@pytest.mark.parametrize("form", ["text/html", "text/plain"])
def test_what_is_copied_comes_back_through_a_spreadsheet_with_its_headings(
    open_page: OpenPage, qtbot: QtBot, form: str
) -> None:
    page = open_page("outcomes", FULL)
    field = table_of(page, INDICATORS)
    before = _rows(page, INDICATORS)
    at(field, 0, "kind")
    qtbot.keyClick(field.view, Key.Key_A, CTRL)
    qtbot.keyClick(field.view, Key.Key_C, CTRL | SHIFT)
    copied = QGuiApplication.clipboard().mimeData().data(form).data()
    qtbot.keyClick(field.view, Key.Key_Delete)
    assert [set(row) for row in _rows(page, INDICATORS)] == [set(), set()]
    source = QMimeData()
    source.setData(form, copied)
    QGuiApplication.clipboard().setMimeData(source)
    at(field, 0, "kind")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    expected = [{**before[0], "target": "12 %"}, before[1]]
    assert _rows(page, INDICATORS) == expected


def test_numbers_days_and_text_go_out_as_what_they_are(open_page: OpenPage) -> None:
    page = open_page("budget", {"budget": {"lines": [{"id": "a", "item": "012", "amount": "10.50", "year": 2025}]}})
    field = table_of(page)
    choose(field, (0, "category"), (0, "year"))
    field.view.steps.copy()
    html = QGuiApplication.clipboard().mimeData().html()
    assert 'x:num="10.50"' in html
    assert 'x:num="2025"' in html
    assert "mso-number-format:'\\@'\" x:str" in html.partition(">012<")[0].rpartition("<td")[2]
    assert QGuiApplication.clipboard().text() == "\t012\t\t\t10.50\t\t2025"


def test_a_copy_of_another_program_in_our_name_is_taken_by_its_text(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "item")
    for forged in (b"{", b"[]", b'{"columns":[],"headings":[],"rows":[[{}]]}', b'{"columns":3}'):
        source = QMimeData()
        source.setData(table_clipboard.OWN_FORMAT, forged)
        source.setText("粉碎机")
        QGuiApplication.clipboard().setMimeData(source)
        qtbot.keyClick(field.view, Key.Key_V, CTRL)
        assert values(page, "item")[0] == "粉碎机"


def test_a_file_is_copied_within_its_draft_and_text_never_becomes_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("attachments")
    session = page._session
    sha256 = session.add_media(b"%PDF-1.7 example", "合作协议.pdf")
    session.edit("/attachments/files", [{"id": "a", "name": "协议", "media": sha256}, {"id": "b", "name": "空"}])
    field = table_of(page, "/attachments/files")
    at(field, 0, "media")
    qtbot.keyClick(field.view, Key.Key_C, CTRL)
    at(field, 1, "media")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert values(page, "media", "/attachments/files") == [sha256, sha256]
    copy_text("已放入")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert "1 格没有读懂" in field.line.sentence
    assert values(page, "media", "/attachments/files") == [sha256, sha256]


def test_cut_takes_the_cells_along_and_leaves_them_empty(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    choose(field, (0, "category"), (0, "item"))
    qtbot.keyClick(field.view, Key.Key_X, CTRL)
    assert (values(page, "category")[0], values(page, "item")[0]) == (None, None)
    at(field, 2, "category")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert (values(page, "category")[2], values(page, "item")[2]) == ("equipment", "颗粒机")


def test_in_english_the_paste_is_told_in_english(open_page: OpenPage, qtbot: QtBot) -> None:
    strings.use("en")
    page = open_page("budget", ROWS)
    field = table_of(page)
    at(field, 0, "category")
    copy_text("Tea\t茶\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert field.line.sentence == (
        "Pasted 1 rows, 1 cells; 1 cells made no sense and were left: row 1 “Category”: “Tea”; Ctrl+Z takes it back."
    )


def test_three_thousand_rows_are_pasted_without_reading_one_of_them_twice(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("budget")
    field = table_of(page)
    copy_text("".join(f"设备费\t机{number}\t1\t2\t2\n" for number in range(3000)))
    looked: list[int] = []
    real = cell_blocks._cell_at
    monkeypatch.setattr(cell_blocks, "_cell_at", lambda text, start: (looked.append(start), real(text, start))[1])
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert len(values(page, "item")) == 3000
    assert len(looked) == len(set(looked)) == 15_000
    page._session.undo()
    assert page._session.value(LINES) is None
