"""2024 call, declarations and money (二、7 and 二、8, P01 to P03): R21 to R23, each branch and boundary."""

import pytest

from kjxm_desktop import strings
from kjxm_desktop.core.validation import validate
from tests.core.rules_2024 import (
    BEFORE,
    CALL,
    COMPLETE,
    advice,
    assert_found,
    budget,
    codes,
    edited,
    error,
    found,
    gap,
    line,
    warning,
    with_,
    without,
    words,
)

INCOME, LINES = "/budget/income", "/budget/lines"
R22A = error("R22a", INCOME, "二、7")
R22B = error("R22b", f"{LINES}/0/amount", "二、7")
R23 = gap("R23", f"{INCOME}/special", "二、8", blocks=True)
P01 = warning("P01", LINES)

# --- R21 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [False, None])
def test_the_declaration_of_truth_not_ticked_is_a_gap_that_blocks(value):
    assert_found(with_("/commitment/truth", value), gap("R21", "/commitment/truth", "二、7", blocks=True))


@pytest.mark.parametrize("value", [False, None])
@pytest.mark.parametrize("name", ["budget", "ip"])
def test_the_other_declarations_not_ticked_are_gaps_that_do_not_block(name, value):
    assert_found(with_(f"/commitment/{name}", value), gap("missing", f"/commitment/{name}", blocks=False))


# --- R22a -----------------------------------------------------------------------------------------------------------


def test_income_that_agrees_with_the_lines_in_all_and_by_source_passes():
    lines = [
        line("business", "30.55"),
        line("labour", "19.45"),
        line("business", "7", "own"),
        line("labour", "1", "other"),
    ]
    assert_found(budget(*lines))
    assert_found(budget(*lines, special="50.00", own="7.0", other="1.00"))


@pytest.mark.parametrize(
    "income",
    [
        {"special": "99.99"},
        {"special": "100.01"},
        {"own": "19"},
        {"own": "20.01"},
        {"other": "0.01"},
        {"special": "90", "own": "30"},
        {"special": "110", "own": "10"},
        {"special": "100", "own": "0"},
        {"special": "90", "own": "25", "other": "5"},
    ],
    ids=lambda income: " ".join(f"{source}={amount}" for source, amount in income.items()),
)
def test_income_that_differs_in_all_or_by_source_is_one_error(income):
    lines = [line("business", "60"), line("labour", "40"), line("business", "20", "own")]
    assert_found(budget(*lines, **income), R22A)


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_the_one_error_names_each_difference(language):
    lines = [line("business", "61"), line("labour", "13", "own"), line("labour", "47", "other")]
    (told,) = validate(CALL, budget(*lines, special="59", own="14", other="46"), BEFORE)
    strings.use(language)
    try:
        text = strings.finding(CALL, told)
    finally:
        strings.use("zh")
    assert [number for number in ("59", "61", "14", "13", "46", "47", "119", "121") if number not in text] == []


@pytest.mark.parametrize("language", strings.LANGUAGES)
def test_a_source_that_agrees_is_not_named(language):
    lines = [line("business", "61"), line("labour", "13", "own")]
    (told,) = validate(CALL, budget(*lines, special="59"), BEFORE)
    strings.use(language)
    try:
        text = strings.finding(CALL, told)
    finally:
        strings.use("zh")
    assert "59" in text
    assert "61" in text
    assert "13" not in text


def test_income_of_a_source_without_a_line_differs():
    assert_found(budget(line("business", "60"), own="5"), R22A)


def test_a_line_of_a_source_without_income_differs():
    assert_found(without(f"{INCOME}/own", budget(line("business", "60"), line("labour", "5", "own"))), R22A)


@pytest.mark.parametrize("name", ["amount", "source"])
def test_it_is_judged_only_when_each_line_has_an_amount_and_a_source(name):
    data = with_(f"{INCOME}/special", "70", without(f"{LINES}/1/{name}"))
    assert_found(data, gap("missing", f"{LINES}/1/{name}", blocks=False))


def test_before_the_special_fund_is_given_nothing_is_compared():
    assert_found(edited({f"{INCOME}/special": None, f"{INCOME}/own": "33"}), R23)


def test_before_the_first_line_the_table_is_the_gap():
    assert_found(without(LINES), gap("missing", LINES, blocks=False))


@pytest.mark.parametrize(
    ("pointer", "value"), [(f"{LINES}/1/amount", "五十"), (f"{INCOME}/special", "1e2"), (f"{INCOME}/own", "-20")]
)
def test_an_amount_that_cannot_be_read_is_its_only_finding(pointer, value):
    data = without(f"{LINES}/1/quantity") if pointer.startswith(LINES) else COMPLETE
    assert_found(with_(pointer, value, data), error("format", pointer))


# --- R22b -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("2", "25", "50"),
        ("2", "25.00", "50.0"),
        ("3", "0.333333", "1"),
        ("3", "0.115", "0.35"),
        ("1", "0.005", "0.01"),
        ("1", "0.004999", "0.00"),
        ("0.5", "0.05", "0.03"),
        ("0.0001", "50", "0.01"),
        ("2.5", "0.333333", "0.83"),
        ("7", "0.142857", "1.00"),
        ("12.3456", "3.000001", "37.04"),
        ("1000", "0.000001", "0"),
        ("0", "30", "0"),
        ("1", "999999999.99", "999999999.99"),
    ],
)
def test_an_amount_is_quantity_times_price_rounded_half_up(quantity, price, amount):
    lines = [line("business", amount, "own", quantity=quantity, price=price), line("labour", "1")]
    assert_found(budget(*lines))


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        ("2", "25", "50.01"),
        ("2", "25", "49.99"),
        ("2", "25", "5000"),
        ("3", "0.333333", "0.99"),
        ("3", "0.115", "0.34"),
        ("1", "0.005", "0.00"),
        ("1", "0.004999", "0.01"),
        ("0.5", "0.05", "0.02"),
        ("7", "0.142857", "0.99"),
    ],
)
def test_any_other_amount_is_an_error_at_the_amount(quantity, price, amount):
    rest = line("labour", "1")
    assert_found(budget(line("business", amount, quantity=quantity, price=price), rest), R22B)


@pytest.mark.parametrize("edit", [{"quantity": "3"}, {"price": "7"}], ids=["no-price", "no-quantity"])
def test_quantity_or_price_alone_is_not_judged(edit):
    assert_found(budget(line("business", "50", **edit)))


def test_quantity_and_price_without_an_amount_are_the_gap_alone():
    assert_found(without(f"{LINES}/0/amount"), gap("missing", f"{LINES}/0/amount", blocks=False))


def test_each_wrong_product_is_told_at_its_own_row():
    wrong = line("business", "9", quantity="2", price="5")
    expected = [error("R22b", f"{LINES}/{row}/amount", "二、7") for row in (0, 2)]
    assert_found(budget(wrong, line("labour", "1"), wrong), *expected)


# --- R22c, R22d -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["0.01", "50"])
def test_a_line_without_its_basis_is_a_warning(amount):
    assert_found(budget(line("business", amount, basis=None)), warning("R22c", f"{LINES}/0/basis", "二、7"))


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_a_line_of_nothing_needs_no_basis(amount):
    assert_found(budget(line("business", amount, basis=None), line("labour", "1")))


def test_a_line_without_an_amount_yet_needs_no_basis():
    data = edited({f"{LINES}/3/amount": None, f"{LINES}/3/basis": None})
    assert_found(data, gap("missing", f"{LINES}/3/amount", blocks=False))


@pytest.mark.parametrize("category", ["business", "labour", "equipment"])
def test_a_line_tied_to_no_piece_of_work_is_a_warning(category):
    lines = [line("business", "50"), line(category, "10", work=None)]
    assert_found(budget(*lines), warning("R22d", f"{LINES}/1/work", "二、7"))


def test_before_there_is_any_work_a_line_is_tied_to_none():
    told = found(without("/content/work", budget(line("business", "50", work=None))))
    assert [item for item in told if item.pointer.startswith("/budget")] == []


# --- R23 ------------------------------------------------------------------------------------------------------------


def test_no_amount_asked_for_is_a_gap_that_blocks():
    assert_found(without(f"{INCOME}/special"), R23)


@pytest.mark.parametrize("amount", ["0", "0.0", "0.00"])
def test_nothing_asked_for_is_the_same_gap(amount):
    assert_found(budget(line("business", "50", "own"), special=amount), R23)


@pytest.mark.parametrize("amount", ["0.01", "0.1", "1", "5000", "100000", "999999999.99"])
def test_no_amount_is_too_much(amount):
    assert_found(budget(line("business", amount)))


# --- P01 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("direct", "most", "too_much"),
    [
        ("100", "30", "30.01"),
        ("0.10", "0.03", "0.04"),
        ("499.99", "150", "150.01"),
        ("500", "150", "150.01"),
        ("500.04", "150.01", "150.02"),
        ("600", "175", "175.01"),
        ("1000", "275", "275.01"),
        ("1000.05", "275.01", "275.02"),
        ("1500", "375", "375.01"),
        ("10000", "2075", "2075.01"),
    ],
)
def test_indirect_costs_are_measured_slice_by_slice(direct, most, too_much):
    assert_found(budget(line("business", direct), line("indirect", most)))
    assert_found(budget(line("business", direct), line("indirect", too_much)), P01)


def test_equipment_is_no_base_of_indirect_costs():
    lines = [line("equipment", "900"), line("business", "60"), line("labour", "40")]
    assert_found(budget(*lines, line("indirect", "30")))
    assert_found(budget(*lines, line("indirect", "30.01")), P01)


def test_all_sources_are_measured_together():
    lines = [line("business", "50"), line("labour", "30", "own"), line("business", "20", "other")]
    indirect = [line("indirect", "10"), line("indirect", "10", "own")]
    assert_found(budget(*lines, *indirect, line("indirect", "10", "other")))
    assert_found(budget(*lines, *indirect, line("indirect", "10.01", "other")), P01)
    assert_found(budget(line("business", "100", "own"), line("indirect", "30")))


def test_a_budget_without_indirect_costs_passes():
    assert_found(budget(line("business", "100")))


# --- P02, P03 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "basis", "trips"),
    [
        ("50", 29, True),
        ("50.00", 29, True),
        ("50.000001", 1, True),
        ("50", 30, False),
        ("50", 31, False),
        ("49.999999", 1, False),
        ("120", 29, True),
        ("120", 30, False),
    ],
)
def test_dear_equipment_is_explained_in_thirty_characters(price, basis, trips):
    row = line("equipment", "100", price=price, basis=words(basis))
    assert_found(budget(row), *([warning("P02", f"{LINES}/0/basis")] if trips else []))


@pytest.mark.parametrize("category", ["business", "labour"])
def test_what_is_no_equipment_needs_no_such_explanation(category):
    assert_found(budget(line(category, "60", price="60", basis="询价")))


def test_the_price_of_one_decides_and_not_the_amount():
    assert_found(budget(line("equipment", "80", quantity="4", price="20", basis="询价")))


def test_dear_equipment_without_any_basis_is_told():
    told = codes(budget(line("equipment", "60", price="60", basis=None)))
    assert "R22c" in told
    assert told <= {"R22c", "P02"}


def test_own_money_without_a_source_is_advice():
    assert_found(without(f"{INCOME}/own_source"), advice("P03", f"{INCOME}/own_source"))


@pytest.mark.parametrize("own", [None, "0", "0.00"])
def test_no_own_money_needs_no_source(own):
    data = budget(line("business", "50"))
    assert_found(edited({f"{INCOME}/own": own, f"{INCOME}/own_source": None}, data))


def test_other_money_without_a_source_is_not_judged():
    assert_found(budget(line("business", "50"), line("labour", "5", "other")))
