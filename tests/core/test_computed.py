"""Amounts that follow from quantity and price: exact, as soon as both are there, never over what was put in."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import computed
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json

LINES = "/budget/lines"
CALL = calls.load(paths.schemas() / "kjxm-sjtu-2024")
OTHER = calls.load(Path(__file__).parents[1] / "calls" / "agri-service-2026")


def lines(*rows: dict[str, Json]) -> Json:
    return {"budget": {"lines": [{"id": f"r{at}", **row} for at, row in enumerate(rows)]}}


def after(data: Json, *edits: computed.Edit, call: Call = CALL, **began: Json) -> list[computed.Edit]:
    """Return what the edits become; `began` are the answers of the first row as they were before the typing began."""
    told = {f"{LINES}/0/{name}": value for name, value in began.items()}
    return list(computed.with_followers(call, data, edits, lambda _pointer: told))


def test_an_amount_is_written_as_soon_as_quantity_and_price_are_there() -> None:
    edit = (f"{LINES}/0/price", "4.5")
    assert after(lines({"quantity": "3"}), edit) == [edit, (f"{LINES}/0/amount", "13.50")]


def test_it_follows_when_one_of_them_changes() -> None:
    edit = (f"{LINES}/0/quantity", "4")
    data = lines({"quantity": "3", "price": "4.5", "amount": "13.5"})
    assert after(data, edit) == [edit, (f"{LINES}/0/amount", "18.00")]


def test_it_stays_when_one_of_them_is_taken_out_or_cannot_be_read() -> None:
    data = lines({"quantity": "3", "price": "4.5", "amount": "13.50"})
    for value in (None, "", "三"):
        edit = (f"{LINES}/0/quantity", value)
        assert after(data, edit) == [edit]
    emptied: list[Json] = [{"id": "r0", "amount": "13.50"}]
    assert after(data, (LINES, emptied)) == [(LINES, emptied)]


def test_an_amount_put_in_by_hand_is_not_taken_over_by_a_price_that_is_half_typed() -> None:
    edit = (f"{LINES}/0/price", "3.5")
    assert after(lines({"quantity": "2", "price": "3", "amount": "6"}), edit, price=None) == [edit]


def test_an_amount_that_followed_when_the_typing_began_follows_to_its_end() -> None:
    half = lines({"quantity": "3", "amount": "13.50"})
    edit = (f"{LINES}/0/price", "5")
    assert after(half, edit, price="4.5") == [edit, (f"{LINES}/0/amount", "15.00")]


def test_what_was_only_typed_through_leaves_no_amount_behind() -> None:
    typed = lines({"quantity": "3", "price": "9", "amount": "27.00"})
    for value, was in ((None, None), ("4.5", "13.5"), ("x", "13.5")):
        edit = (f"{LINES}/0/price", value)
        price = "4.5" if was else None
        assert after(typed, edit, price=price, amount=was) == [edit, (f"{LINES}/0/amount", was)]


def test_an_amount_that_was_put_in_otherwise_is_left_alone() -> None:
    for row in ({"quantity": "3", "price": "4.5", "amount": "14"}, {"quantity": "3", "amount": "14"}, {"amount": "1"}):
        edit = (f"{LINES}/0/price", "5")
        assert after(lines(row), edit) == [edit]


def test_an_amount_that_is_emptied_stays_empty_until_a_factor_changes() -> None:
    data = lines({"quantity": "3", "price": "4.5", "amount": "13.50"})
    assert after(data, (f"{LINES}/0/amount", None)) == [(f"{LINES}/0/amount", None)]


def test_several_edits_of_one_row_give_what_the_last_ones_make() -> None:
    edits = [(f"{LINES}/0/quantity", "2"), (f"{LINES}/0/price", "5")]
    assert after(lines({"quantity": "3", "price": "4", "amount": "12"}), *edits)[-1] == (f"{LINES}/0/amount", "10.00")


def test_rows_that_are_pasted_get_the_amounts_they_lack_and_keep_those_they_bring() -> None:
    new: list[Json] = [
        {"id": "a", "quantity": "2", "price": "1.25"},
        {"id": "b", "quantity": "2", "price": "1.25", "amount": "9"},
        {"id": "r0", "quantity": "3", "price": "2", "amount": "1.00"},
    ]
    data = lines({"quantity": "1", "price": "1", "amount": "1.00"})
    ((pointer, rows),) = after(data, (LINES, new))
    assert pointer == LINES
    assert [row["amount"] for row in rows] == ["2.50", "9", "6.00"]
    assert new[0] == {"id": "a", "quantity": "2", "price": "1.25"}


def test_rows_that_only_move_are_handed_on_as_they_are() -> None:
    data = lines({"quantity": "3", "price": "4.5", "amount": "99"}, {"quantity": "1", "price": "1"})
    rows = data["budget"]["lines"][::-1]
    assert after(data, (LINES, rows))[0][1] is rows


def test_a_row_that_is_put_in_whole_gets_its_amount() -> None:
    row = {"id": "r0", "quantity": "2", "price": "3"}
    assert after(lines({}), (f"{LINES}/0", row)) == [(f"{LINES}/0", {**row, "amount": "6.00"})]


@pytest.mark.parametrize("pointer", ["", "/budget", "/budget/notes", "/budget/lines/x", "/budget/lines/7/price"])
def test_what_is_no_cell_of_the_table_has_no_followers(pointer: str) -> None:
    edit = (pointer, {"quantity": "1", "price": "2"} if pointer == "/budget" else "2")
    assert after(lines({}), edit) == [edit]


def test_another_call_names_its_own_columns() -> None:
    data = {"cost": {"spendings": [{"id": "a", "pieces": "2.5"}]}}
    edit = ("/cost/spendings/0/each", "0.4")
    assert after(data, edit, call=OTHER) == [edit, ("/cost/spendings/0/sum", "1.00")]


numbers = st.decimals(0, 999_999, places=4).map(lambda number: f"{number:f}")
prices = st.decimals(0, 999_999, places=6).map(lambda number: f"{number:f}")


@settings(max_examples=60)
@given(numbers, prices)
def test_the_amount_is_the_exact_product_rounded_half_up(quantity: str, price: str) -> None:
    edits = after(lines({"quantity": quantity}), (f"{LINES}/0/price", price))
    exact = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert Decimal(edits[1][1]) == exact
    assert edits[1][1] == f"{exact:f}"
