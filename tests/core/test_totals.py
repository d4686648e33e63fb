"""Sums of a table: exact for any rows and any change of them, and the balance of income and expenses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import totals
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.totals import Sums

CALL = calls.load(paths.schemas() / "kjxm-sjtu-2024")
TABLE = CALL.form.control("/budget/lines")

amounts = st.one_of(st.none(), st.just("约十万"), st.decimals(0, 10**9, places=2).map(lambda number: f"{number:f}"))
rows = st.builds(
    lambda amount, category, year: {k: v for k, v in (("amount", amount), ("category", category), ("year", year)) if v},
    amounts,
    st.sampled_from([None, "equipment", "business", "labour"]),
    st.sampled_from([None, 2024, 2025]),
)


def plain_sums(told: list[dict[str, Json]], by: str) -> dict[Json, Decimal]:
    found: dict[Json, Decimal] = {}
    for row in told:
        amount = row.get("amount")
        number = Decimal(amount) if isinstance(amount, str) and amount[0].isdigit() else Decimal(0)
        if number:
            found[row.get(by)] = found.get(row.get(by), Decimal(0)) + number
    return found


@settings(max_examples=40)
@given(st.lists(st.lists(rows, max_size=6), min_size=1, max_size=4), st.data())
def test_sums_are_those_of_the_rows_whatever_stood_before(
    steps: list[list[dict[str, Json]]], data: st.DataObject
) -> None:
    sums = Sums("amount", ["category", "year"])
    for step in steps:
        kept = data.draw(st.permutations(step))
        for told in (step, kept[: len(kept) // 2], [*kept, {"amount": "1.00"}]):
            sums.add_up(told)
            for name in ("category", "year"):
                assert sums.by[name] == plain_sums(told, name)
            assert sums.total == sum(plain_sums(told, "year").values(), Decimal(0))


def test_sums_stand_in_the_order_of_the_options_and_what_no_row_says_comes_last() -> None:
    assert TABLE is not None
    sums: dict[Json, Decimal] = {None: Decimal(1), "labour": Decimal(1), "equipment": Decimal(1), "gone": Decimal(1)}
    told = totals.ordered(CALL, {}, TABLE, "category", sums)
    assert [key for key, _ in told] == ["equipment", "labour", "gone", None]
    assert [label.get("zh") for _, label in told] == ["设备费", "劳务费", "gone", None]


def test_years_rise() -> None:
    assert TABLE is not None
    told = totals.ordered(CALL, {}, TABLE, "year", {2026: Decimal(1), None: Decimal(1), 2024: Decimal(1)})
    assert [key for key, _ in told] == [2024, 2026, None]


def test_rows_of_another_table_are_told_by_their_names() -> None:
    other = calls.load(Path(__file__).parents[1] / "calls" / "agri-service-2026")
    table = other.form.control("/cost/spendings")
    assert table is not None
    data: Json = {"field": {"plots": [{"id": "p1", "name": "东坡"}, {"id": "p2", "name": "河滩"}]}}
    told = totals.ordered(other, data, table, "plot", {"p2": Decimal(1), None: Decimal(1), "p1": Decimal(1)})
    assert [label.get("zh") for _, label in told] == ["东坡", "河滩", None]


def test_a_balance_closes_when_both_sides_agree_by_source() -> None:
    params = totals.balanced(CALL, "/budget/lines")
    assert params is not None
    data = {"budget": {"income": {"special": "100", "own": "20.50"}}}
    spent = {"special": Decimal(100), "own": Decimal("20.5")}
    assert totals.balance(CALL, data, params, spent).closes
    crossed = totals.balance(CALL, data, params, {"special": Decimal("20.5"), "own": Decimal(100)})
    assert crossed.given == crossed.spent
    assert not crossed.closes


def test_what_is_spent_from_no_source_is_loose() -> None:
    params = totals.balanced(CALL, "/budget/lines")
    assert params is not None
    told = totals.balance(CALL, {}, params, {None: Decimal(3), "special": Decimal(2)})
    assert (told.given, told.spent, told.loose) == (Decimal(0), Decimal(5), Decimal(3))


def test_a_table_that_no_rule_compares_has_no_balance() -> None:
    assert totals.balanced(CALL, "/team/members") is None
