"""The budget as a person fills it in: amounts that follow, sums that stand below, and what is offered to mend."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import fixing, undo
from kjxm_desktop.gui.form import spelling
from kjxm_desktop.gui.form.field_row import FieldRow
from kjxm_desktop.gui.form.foot import Foot
from kjxm_desktop.gui.form.money_panel import MoneyPanel
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.session import Session
from tests.gui.form.conftest import CTRL, SHIFT, OpenPage, children, enter, field_at, remark, row_at
from tests.gui.hands import wait_until

LINES = "/budget/lines"
SPECIAL = "/budget/income/special"


def line(**row: Json) -> dict[str, Json]:
    return {"id": "a", "category": "equipment", "item": "颗粒机", "source": "special", "year": 2025, **row}


def budget(*rows: dict[str, Json], **income: str) -> Json:
    return {"budget": {"income": income, "lines": [{**row, "id": f"r{at}"} for at, row in enumerate(rows)]}}


def table(page: SectionPage) -> TableField:
    return field_at(page, LINES, TableField)


def at(field: TableField, row: int, name: str) -> None:
    column = [each.name for each in field.model.columns].index(name)
    field.view.setCurrentIndex(field.model.index(row, column))


def type_into(field: TableField, qtbot: QtBot, row: int, name: str, text: str) -> None:
    """Type over a cell and end the edit with Tab."""
    at(field, row, name)
    qtbot.keyClicks(field.view, text[:1])
    editor = children(field.view.viewport(), QLineEdit)[-1]
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Tab)


def foot(row: FieldRow) -> Foot:
    (found,) = [each for each in children(row, Foot) if each.parent() is row]
    return found


def offered(row: FieldRow) -> str:
    link = foot(row).link
    return link.text() if link is not None and link.isVisible() else ""


def take(row: FieldRow, qtbot: QtBot) -> None:
    link = foot(row).link
    assert link is not None
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)


def checked(page: SectionPage) -> None:
    page._session.check_now()


def panel_of(page: SectionPage) -> MoneyPanel:
    (found,) = children(row_at(page, LINES), MoneyPanel)
    return found


# ---- amounts that follow


def test_an_amount_is_there_once_quantity_and_price_are_typed(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line()))
    field = table(page)
    type_into(field, qtbot, 0, "quantity", "3")
    assert "amount" not in page._session.value(f"{LINES}/0")
    type_into(field, qtbot, 0, "price", "4.50")
    assert page._session.value(f"{LINES}/0/amount") == "13.50"
    index = field.model.index(0, [each.name for each in field.model.columns].index("amount"))
    assert field.model.data(index) == "13.50"


def test_a_price_and_the_amount_that_follows_are_one_step(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", price="4.50", amount="13.50")))
    before = page._session.data
    field = table(page)
    type_into(field, qtbot, 0, "price", "12.25")
    assert page._session.value(f"{LINES}/0/amount") == "36.75"
    page._session.undo()
    assert page._session.data == before
    page._session.redo()
    assert page._session.value(f"{LINES}/0/amount") == "36.75"


def test_escape_takes_the_price_and_its_amount_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", price="4.50", amount="13.50")))
    field = table(page)
    at(field, 0, "price")
    qtbot.keyClicks(field.view, "9")
    assert page._session.value(f"{LINES}/0/amount") == "27.00"
    qtbot.keyClick(children(field.view.viewport(), QLineEdit)[-1], Qt.Key.Key_Escape)
    assert page._session.value(f"{LINES}/0/amount") == "13.50"
    assert page._session.value(f"{LINES}/0/price") == "4.50"


def test_an_amount_put_in_otherwise_stays_and_is_told_with_what_mends_it(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", amount="14")))
    field = table(page)
    type_into(field, qtbot, 0, "price", "4.50")
    assert page._session.value(f"{LINES}/0/amount") == "14"
    checked(page)
    at(field, 0, "amount")
    row = row_at(page, LINES)
    assert "13.50" in remark(row)
    assert offered(row) == "改为 13.50"
    take(row, qtbot)
    assert page._session.value(f"{LINES}/0/amount") == "13.50"
    assert "Ctrl+Z" in remark(row)
    page._session.undo()
    assert page._session.value(f"{LINES}/0/amount") == "14"


def test_an_amount_put_in_by_hand_stands_while_a_price_is_typed_through_one_that_would_make_it(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", budget(line(amount="6")))
    field = table(page)
    type_into(field, qtbot, 0, "quantity", "2")
    type_into(field, qtbot, 0, "price", "3.5")
    assert page._session.value(f"{LINES}/0/price") == "3.5"
    assert page._session.value(f"{LINES}/0/amount") == "6"


def test_an_amount_put_in_by_hand_stands_over_a_pause_within_the_price(
    open_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "MERGE_PAUSE_S", -1.0)  # every key comes after a pause
    session = open_session(budget(line(quantity="2", amount="6")))
    for typed in ("3", "3.", "3.5"):
        session.edit(f"{LINES}/0/price", typed)
    assert session.value(f"{LINES}/0/amount") == "6"
    session.edit(f"{LINES}/0/price", "3")
    session.seal()
    session.edit(f"{LINES}/0/price", "4")
    assert session.value(f"{LINES}/0/amount") == "8.00"
    session.close()


def test_amounts_stay_when_quantities_and_prices_are_cleared_or_cut(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", price="4.50", amount="13.50"), line(amount="2")))
    before = page._session.value(LINES)
    field = table(page)
    for key, modifier in ((Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_X, CTRL)):
        at(field, 0, "quantity")
        qtbot.keyClick(field.view, Qt.Key.Key_Right, SHIFT)
        qtbot.keyClick(field.view, key, modifier)
        assert page._session.value(f"{LINES}/0") == {**line(amount="13.50"), "id": "r0"}
        page._session.undo()
        assert page._session.value(LINES) == before


def test_a_cell_of_two_lines_is_never_run_together_into_another_number(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line()))
    field = table(page)
    at(field, 0, "quantity")
    QApplication.clipboard().setText('"1\n2"\t"12\n34"')
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    row = page._session.value(f"{LINES}/0")
    assert (row.get("quantity"), row.get("price"), row.get("amount")) == ("1；2", "12；34", None)
    assert "2 格" in field.line.sentence
    at(field, 0, "year")
    QApplication.clipboard().setText('"2025\n2026"')
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert page._session.value(f"{LINES}/0/year") == 2025


def test_a_block_that_is_pasted_without_amounts_gets_them_in_the_same_step(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line()))
    before = page._session.data
    field = table(page)
    at(field, 0, "quantity")
    QApplication.clipboard().setText("2\t1.5\n4\t0.333333")
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert [row.get("amount") for row in page._session.value(LINES)] == ["3.00", "1.33"]
    page._session.undo()
    assert page._session.data == before


def test_what_was_typed_in_yuan_is_told_when_the_cell_is_left(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(), line()))
    field = table(page)
    column = [each.name for each in field.model.columns].index("amount")
    field.view.setCurrentIndex(field.model.index(0, column))
    qtbot.keyClicks(field.view, "1")
    editor = children(field.view.viewport(), QLineEdit)[-1]
    editor.setText("118500元")
    editor.textEdited.emit(editor.text())
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert page._session.value(f"{LINES}/0/amount") == "11.85"
    assert remark(row_at(page, LINES)) == "118500元 → 11.85 万元"


def test_a_call_that_asks_for_yuan_takes_yuan(calls_beside: Path) -> None:
    amount = calls.load(calls_beside / "bridge-watch-2027").form.control("/money/lines/*/amount")
    assert amount is not None
    assert amount.unit == "元"
    assert spelling.read(amount, "１，２００.5 元").value == "1200.5"


def test_a_block_that_came_in_yuan_is_converted_and_told(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line()))
    field = table(page)
    at(field, 0, "item")
    QApplication.clipboard().setText("支出内容\t金额（元）\n模具\t128000\n检测\t20000")
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    assert [row.get("amount") for row in page._session.value(LINES)] == ["12.8", "2"]
    assert "2 格由其他单位换算成万元" in field.line.sentence


def test_amounts_pasted_in_yuan_without_a_heading_are_told_and_converted_when_taken(
    open_page: OpenPage, qtbot: QtBot
) -> None:
    page = open_page("budget", budget(line(basis="甲"), line(basis="乙"), special="14.80"))
    field = table(page)
    at(field, 0, "amount")
    QApplication.clipboard().setText("128000\n20000")
    qtbot.keyClick(field.view, Qt.Key.Key_V, CTRL)
    at(field, 0, "item")
    row = row_at(page, LINES)
    assert remark(row) == "第 1、2 行的金额远高于其他，像是按元写的"
    take(row, qtbot)
    assert [each["amount"] for each in page._session.value(LINES)] == ["12.80", "2.00"]
    page._session.undo()
    assert [each["amount"] for each in page._session.value(LINES)] == ["128000", "20000"]


edits = st.one_of(
    st.tuples(
        st.sampled_from(["quantity", "price", "amount"]),
        st.integers(0, 2),
        st.one_of(st.none(), st.just("三"), st.decimals(0, 9999, places=2).map(lambda number: f"{number:f}")),
    ),
    st.tuples(st.just("move"), st.integers(0, 2), st.none()),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(edits, max_size=12))
def test_whatever_is_edited_undo_leads_to_the_start_and_redo_to_the_end(
    open_session: Callable[..., Session], steps: list[tuple[str, int, str | None]]
) -> None:
    session = open_session(budget(line(quantity="2", price="3", amount="6.00"), line(amount="4"), line()))
    start = session.data
    for name, row, value in steps:
        if name == "move":
            rows = session.value(LINES)
            session.edit(LINES, [*rows[row:], *rows[:row]], apart=True)
        else:
            session.edit(f"{LINES}/{row}/{name}", value)
    end = session.data
    count = 0
    while session.can_undo:
        session.undo()
        count += 1
    assert session.data == start
    for _ in range(count):
        session.redo()
    assert session.data == end
    session.close()


# ---- sums


def test_sums_by_category_source_and_year_follow_what_is_typed(open_page: OpenPage, qtbot: QtBot) -> None:
    rows = [line(amount="10"), line(category="labour", amount="5.50", year=2024), line(source="own", amount="4.50")]
    page = open_page("budget", budget(*rows, special="15.50", own="4.50"))
    panel = panel_of(page)
    assert [block.title for block in panel.blocks.blocks] == ["按科目", "按资金来源", "按年度"]
    assert panel.blocks.blocks[0].lines == (("设备费", "14.50", "72.5%"), ("劳务费", "5.50", "27.5%"))
    assert panel.blocks.blocks[2].lines == (("2024", "5.50", "27.5%"), ("2025", "14.50", "72.5%"))
    type_into(table(page), qtbot, 0, "amount", "1010")
    wait_until(qtbot, lambda: panel.blocks.blocks[0].lines[0][:2] == ("设备费", "1,014.50"))
    assert "1,014.50" in panel.blocks.accessibleName()


def test_the_sum_of_the_chosen_cells_is_told_as_in_spreadsheets(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(amount="10"), line(amount="5.50"), line(amount="约一"), line(amount="2")))
    field = table(page)
    assert field.totals is not None
    at(field, 0, "amount")
    for words in ("合计　所选 2 格 15.50", "合计　所选 2 格 15.50", "合计　所选 3 格 17.50"):
        qtbot.keyClick(field.view, Qt.Key.Key_Down, SHIFT)
        wait_until(qtbot, lambda words=words: field.totals is not None and field.totals.words() == words)
    qtbot.keyClick(field.view, Qt.Key.Key_Up)
    wait_until(qtbot, lambda: field.totals is not None and field.totals.words() == "合计")


def test_the_bar_closes_when_income_and_expenses_agree(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(amount="120"), special="118.50"))
    panel = panel_of(page)
    checked(page)
    assert panel.bar.verdict() == "支出比来源多 1.50 万元"
    assert panel.link.text() == "“申请专项经费”改为 120.00"
    panel.bar.grab()
    qtbot.mouseClick(panel.link, Qt.MouseButton.LeftButton)
    assert page._session.value(SPECIAL) == "120.00"
    wait_until(qtbot, lambda: panel.bar.verdict() == "收支相等")
    checked(page)
    assert panel.link.isHidden()
    page._session.undo()
    assert page._session.value(SPECIAL) == "118.50"


def test_the_difference_is_named_by_source(open_page: OpenPage) -> None:
    page = open_page("budget", budget(line(amount="100"), line(amount="20", source="own"), special="102", own="18"))
    told = panel_of(page).bar.verdict()
    assert told == "总额相等，来源对不上；其中申请专项经费差 2.00，单位自筹差 2.00"
    assert told in panel_of(page).bar.accessibleName()


def test_nothing_is_shown_of_a_table_without_amounts(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line()))
    assert panel_of(page).isHidden()
    type_into(table(page), qtbot, 0, "amount", "7")
    wait_until(qtbot, lambda: not panel_of(page).isHidden())
    assert panel_of(page).bar.verdict() == "经费来源还没有填"


def test_sums_wait_while_an_input_method_composes(open_page: OpenPage) -> None:
    page = open_page("budget", budget(line(amount="10"), special="10"))
    panel = panel_of(page)
    page._session.composing(True)
    page._session._proposal.set(f"{LINES}/0/amount", "11")
    panel.show_sums()
    assert panel.blocks.blocks[0].lines[0][1] == "10.00"
    page._session.composing(False)
    panel.show_sums()
    assert panel.blocks.blocks[0].lines[0][1] == "11.00"


# ---- what is offered


def test_a_basis_made_of_the_rows_numbers_is_put_in_only_when_taken(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", price="4.50", amount="13.50")))
    field = table(page)
    checked(page)
    at(field, 0, "basis")
    row = row_at(page, LINES)
    assert offered(row) == "填入“3 × 4.50 万元 = 13.50 万元”"
    assert page._session.value(f"{LINES}/0/basis") is None
    page.grab()
    row.take_fix()
    assert page._session.value(f"{LINES}/0/basis") == "3 × 4.50 万元 = 13.50 万元"


def test_the_fields_of_a_row_offer_it_too(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(quantity="3", price="4.50", amount="13.50")))
    form = table(page).open_row(0)
    wait_until(qtbot, form.isActiveWindow)
    form.go_to(f"{LINES}/0/basis")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_F8, CTRL)
    assert page._session.value(f"{LINES}/0/basis") == "3 × 4.50 万元 = 13.50 万元"
    form.close()


def test_an_amount_as_large_as_if_in_yuan_is_told_and_converted_when_taken(open_page: OpenPage, qtbot: QtBot) -> None:
    rows = [line(amount="12"), line(quantity="4", price="32000", amount="128000.00", basis="报价")]
    page = open_page("budget", budget(*rows, special="24.80"))
    field = table(page)
    at(field, 1, "amount")
    row = row_at(page, LINES)
    assert remark(row) == "第 2 行的 128000.00 万元远高于其他金额，像是按元写的"
    assert offered(row) == "换算成万元：12.80"
    take(row, qtbot)
    assert page._session.value(f"{LINES}/1/price") == "3.2"
    assert page._session.value(f"{LINES}/1/amount") == "12.80"
    page._session.undo()
    assert page._session.value(f"{LINES}/1/price") == "32000"
    assert page._session.value(f"{LINES}/1/amount") == "128000.00"


def test_several_amounts_in_yuan_are_converted_together(open_page: OpenPage, qtbot: QtBot) -> None:
    rows = [line(amount="128000"), line(amount="12"), line(amount="40000", basis="乙")]
    page = open_page("budget", budget(*rows, special="28.80"))
    at(table(page), 1, "item")
    row = row_at(page, LINES)
    assert remark(row) == "第 1、3 行的金额远高于其他，像是按元写的"
    assert offered(row) == "2 处换算成万元"
    take(row, qtbot)
    assert [each["amount"] for each in page._session.value(LINES)] == ["12.80", "12", "4.00"]


def test_a_link_is_reached_and_pressed_by_keys_and_hands_them_back(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(amount="120"), special="118.50"))
    checked(page)
    row = enter(page, SPECIAL)
    assert offered(row) == "“申请专项经费”改为 120.00"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is foot(row).link
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert page._session.value(SPECIAL) == "120.00"
    assert QApplication.focusWidget() is row.field.input_widget()


def test_what_is_offered_is_not_made_when_the_answers_have_changed_meanwhile(open_page: OpenPage) -> None:
    page = open_page("budget", budget(line(amount="120"), special="118.50"))
    checked(page)
    row = enter(page, SPECIAL)
    page._session._proposal.set(f"{LINES}/0/amount", "130")
    row.take_fix()
    assert page._session.value(SPECIAL) == "118.50"
    row.take_fix()
    assert page._session.value(SPECIAL) == "130.00"


def test_that_something_was_mended_is_forgotten_when_the_person_goes_on(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(amount="120"), special="118.50"))
    checked(page)
    row = enter(page, SPECIAL)
    row.take_fix()
    assert "Ctrl+Z" in remark(row)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert "Ctrl+Z" not in remark(row)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fix_has_words(language: str, open_session: Callable[..., Session]) -> None:
    from kjxm_desktop import strings
    from kjxm_desktop.core.fixes import Fix

    strings.use(language)
    label = {"zh": "金额", "en": "Amount"}
    one, two = (("/a/0/b", "1"),), (("/a/0/b", "1"), ("/a/1/b", "2"))
    for fix in (
        Fix("change", one, "1.00"),
        Fix("change_of", one, "1.00", label),
        Fix("change_all", two, "1.00"),
        Fix("fill", one, "甲" * 60),
        Fix("exchange", two),
        Fix("convert", one, "1.00"),
        Fix("convert", two),
        Fix("choose", one, label=label),
    ):
        assert 0 < len(fixing.words(fix)) < 70
        assert fixing.KEYS in fixing.whole(fix)


def test_a_block_of_many_answers_tells_the_last_ones_together(open_page: OpenPage) -> None:
    page = open_page("budget", budget(*(line(amount="1", year=2000 + number) for number in range(20))))
    lines = panel_of(page).blocks.blocks[2].lines
    assert len(lines) == 12
    assert lines[-1] == ("其余 9 项", "9.00", "45.0%")


def test_a_table_of_many_rows_adds_up_exactly(open_page: OpenPage) -> None:
    rows = [line(amount=f"{number}.01") for number in range(300)]
    page = open_page("budget", budget(*rows))
    total = sum((Decimal(f"{number}.01") for number in range(300)), Decimal(0))
    assert panel_of(page).blocks.blocks[0].lines == (("设备费", f"{total:,.2f}", "100.0%"),)
