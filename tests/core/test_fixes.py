"""What mends a finding: worked out where it is one thing alone, and never where a person has to decide."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, fixes, json_pointer, unit_slips
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.fixes import Fix, Fixes
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Severity, Validator

NOW = datetime(2024, 6, 1, tzinfo=clock.BEIJING)
CALL = calls.load(paths.schemas() / "kjxm-sjtu-2024")
OTHER = calls.load(Path(__file__).parents[1] / "calls" / "agri-service-2026")
CODE = "91110108551385082Q"


def found(data: Json, code: str, call: Call = CALL) -> Diagnostic:
    return next(one for one in Validator(call).check(data, NOW) if one.code == code)


def fix(data: Json, code: str, call: Call = CALL) -> Fix | None:
    return Fixes(call).of(data, found(data, code, call))


def mended(data: Json, told: Fix | None) -> Json:
    assert told is not None
    for pointer, value in told.edits:
        data = json_pointer.set_in(data, pointer, value)
    return data


def budget(*rows: dict[str, Json], **income: str) -> Json:
    whole = [
        {"id": f"r{at}", "category": "business", "item": "甲", "source": "special", **row}
        for at, row in enumerate(rows)
    ]
    return {"budget": {"income": income, "lines": whole}}


def test_an_amount_that_contradicts_its_factors_becomes_their_product() -> None:
    told = fix(budget({"quantity": "3", "price": "4.5", "amount": "14"}), "R22b")
    assert told == Fix("change", (("/budget/lines/0/amount", "13.50"),), "13.50")


def test_an_amount_that_lacks_is_filled_in_with_the_product() -> None:
    data = budget({"quantity": "3", "price": "4.5"})
    gap = Diagnostic("/budget/lines/0/amount", Severity.MISSING, "missing")
    assert Fixes(CALL).of(data, gap) == Fix("fill", (("/budget/lines/0/amount", "13.50"),), "13.50")


def test_the_one_income_that_differs_becomes_the_sum_of_its_expenses() -> None:
    told = fix(budget({"amount": "100"}, {"amount": "20"}, special="118.50"), "R22a")
    assert told is not None
    assert (told.name, told.value, told.label["zh"]) == ("change_of", "120.00", "申请专项经费")
    assert told.edits == (("/budget/income/special", "120.00"),)


def test_incomes_that_differ_are_set_together() -> None:
    rows = ({"amount": "100"}, {"amount": "20", "source": "own"})
    data = budget(*rows, special="118.50", own="2")
    told = fix(data, "R22a")
    assert told is not None
    assert told.edits == (("/budget/income/special", "100.00"), ("/budget/income/own", "20.00"))
    assert [one.code for one in Validator(CALL).check(mended(data, told), NOW) if one.code == "R22a"] == []


def test_no_income_follows_an_amount_that_contradicts_its_factors() -> None:
    assert fix(budget({"quantity": "3", "price": "4.5", "amount": "14"}, special="13.50"), "R22a") is None


def test_no_income_is_taken_away_by_a_fix() -> None:
    assert fix(budget({"amount": "100"}, special="100", own="5"), "R22a") is None


def test_amounts_put_in_as_yuan_are_converted_and_not_the_income() -> None:
    data = budget({"quantity": "4", "price": "32000", "amount": "128000.00"}, {"amount": "20"}, special="32.80")
    told = fix(data, "R22a")
    assert told is not None
    assert told.name == "convert"
    assert told.edits == (("/budget/lines/0/price", "3.2"), ("/budget/lines/0/amount", "12.80"))
    codes = {one.code for one in Validator(CALL).check(mended(data, told), NOW)}
    assert codes.isdisjoint({"R22a", "R22b"})


@pytest.mark.parametrize(
    ("pointer", "typed", "value"),
    [
        ("/budget/income/special", "１１８.５０", "118.50"),
        ("/budget/income/special", "118.505", "118.51"),
        ("/budget/income/special", "1,118.5 万元", "1118.5"),
        ("/project/period/from", "2024.9", "2024-09"),
        ("/commitment/date", "2024年6月3日", "2024-06-03"),
    ],
)
def test_what_can_be_read_becomes_what_it_means(pointer: str, typed: str, value: str) -> None:
    data = json_pointer.set_in({}, pointer, typed)
    assert fix(data, "format") == Fix("change", ((pointer, value),), value)


@pytest.mark.parametrize(
    ("pointer", "typed"),
    [("/budget/income/special", "约一百"), ("/project/period/from", "明年"), ("/budget/income/special", "¥1200")],
)
def test_what_may_mean_several_things_has_no_fix(pointer: str, typed: str) -> None:
    assert fix(json_pointer.set_in({}, pointer, typed), "format") is None


def test_the_label_of_an_option_becomes_its_id() -> None:
    told = fix(budget({"category": "设备费"}), "choice")
    assert told is not None
    assert (told.name, told.edits) == ("choose", (("/budget/lines/0/category", "equipment"),))


@pytest.mark.parametrize("typed", [CODE.lower(), f"{CODE[:9]} {CODE[9:]}", "９" + CODE[1:]])
def test_a_credit_code_becomes_capitals_in_half_width(typed: str) -> None:
    data = {"people": {"applicant": {"credit_code": typed}}}
    assert fix(data, "S02") == Fix("change", (("/people/applicant/credit_code", CODE),), CODE)


def test_a_credit_code_that_is_wrong_any_way_has_no_fix() -> None:
    assert fix({"people": {"applicant": {"credit_code": "91350100m000100y4z"}}}, "S02") is None


def test_two_dates_in_the_wrong_order_are_exchanged() -> None:
    rows = [{"id": "a", "task": "甲", "from": "2025-06", "to": "2024-09"}]
    told = fix({"schedule": {"milestones": rows}}, "S03")
    edits = (("/schedule/milestones/0/from", "2024-09"), ("/schedule/milestones/0/to", "2025-06"))
    assert told == Fix("exchange", edits)


def test_a_basis_that_lacks_is_offered_in_the_numbers_of_its_row() -> None:
    told = fix(budget({"quantity": "3", "price": "4.50", "amount": "13.50"}), "R22c")
    assert told == Fix("fill", (("/budget/lines/0/basis", told.value),), told.value) if told else None
    assert told is not None
    assert told.value == "3 × 4.50 万元 = 13.50 万元"


def test_a_basis_is_not_offered_while_one_of_the_numbers_lacks() -> None:
    assert fix(budget({"quantity": "3", "amount": "13.50"}), "R22c") is None


def test_another_call_offers_its_own_words() -> None:
    row: Json = {"id": "a", "what": "地膜", "pieces": "2", "each": "0.3", "payer": "station"}
    data: Json = {"cost": {"spendings": [row]}}
    assert fixes.offered(OTHER, data, "/cost/spendings/0/why") == "地膜，2样，每样0.3万元"
    unasked = {"cost": {"spendings": [{**row, "payer": "self"}]}}
    assert fixes.offered(OTHER, unasked, "/cost/spendings/0/why") == ""


def test_a_gap_has_no_fix() -> None:
    assert fix({"project": {"keywords": ["甲"]}}, "R16") is None


def test_a_finding_that_no_longer_holds_has_no_fix() -> None:
    before = budget({"quantity": "3", "price": "4.5", "amount": "14"})
    told = found(before, "R22b")
    assert Fixes(CALL).of(budget({"quantity": "3", "price": "4.5", "amount": "13.50"}), told) is None
    assert Fixes(CALL).of({}, told) is None


# ---- 元 for 万元


def test_nothing_is_suspected_for_its_size_alone() -> None:
    assert unit_slips.slips(CALL, budget({"amount": "999999.00"}, special="999999.00"), "/budget/lines") == frozenset()
    assert unit_slips.slips(CALL, budget({"amount": "999999.00"}), "/budget/lines") == frozenset()


def test_an_amount_far_above_all_income_is_suspected() -> None:
    data = budget({"amount": "118500"}, {"amount": "20"}, special="31.85")
    assert unit_slips.slips(CALL, data, "/budget/lines") == {0}


def test_an_amount_far_above_the_others_is_suspected_while_there_is_no_income() -> None:
    data = budget({"amount": "3"}, {"amount": "12.80"}, {"amount": "118500"}, {"amount": "20"})
    assert unit_slips.slips(CALL, data, "/budget/lines") == {2}


amounts = st.decimals("0.01", "999999", places=2).map(lambda number: f"{number:f}")
sources = st.sampled_from(["special", "own", "other"])


@settings(max_examples=25)
@given(st.lists(st.tuples(amounts, sources), min_size=1, max_size=8), amounts, amounts)
def test_whatever_differs_a_fix_of_the_sums_closes_them(rows: list[tuple[str, str]], special: str, own: str) -> None:
    data = budget(*({"amount": amount, "source": source} for amount, source in rows), special=special, own=own)
    wrong = [one for one in Validator(CALL).check(data, NOW) if one.code == "R22a"]
    told = Fixes(CALL).of(data, wrong[0]) if wrong else None
    if told is not None and told.name != "convert":
        assert [one for one in Validator(CALL).check(mended(data, told), NOW) if one.code == "R22a"] == []
