"""Identifiers are told right from wrong, and untidy input becomes what was meant, never something else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import identifiers
from kjxm_desktop.core.identifiers import Read

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check(body: str) -> str:
    """Return 17 characters with their check character, worked out apart from the code under test."""
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(weight * ALPHABET.index(character) for weight, character in zip(weights, body, strict=True))
    return body + ALPHABET[(31 - total % 31) % 31]


@pytest.mark.parametrize(
    "code", ["91110108551385082Q", "91110000600037341L", "53640000MJX173680A", "91350100M000100Y43"]
)
def test_a_true_credit_code_is_known(code):
    assert identifiers.is_credit_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y4Z",
        "A1110000600037341L",
        "91110108551385082q",
        "91110108551385082Q ",
        "91110108551385082Q\n",
        "９1110108551385082Q",
        "9111010855138508Q",
        "",
    ],
)
def test_a_false_credit_code_is_known(code):
    assert not identifiers.is_credit_code(code)


@given(st.sampled_from("ANY159"), st.text(ALPHABET, min_size=16, max_size=16))
def test_a_credit_code_may_begin_with_any_registrar_and_one_wrong_character_is_noticed(first, rest):
    code = with_check(first + rest)
    assert identifiers.is_credit_code(code)
    for place in range(18):
        wrong = ALPHABET[(ALPHABET.index(code[place]) + 1) % 31]
        assert not identifiers.is_credit_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("number", ["13154731076", "19900000000", "+852 9123 4567"])
def test_a_mobile_number_passes(number):
    assert identifiers.is_mobile(number)


@pytest.mark.parametrize(
    "number", ["12154731076", "1315473107", "131547310760", "131 5473 1076", "１3154731076", "13154731076\n"]
)
def test_what_is_no_mobile_number_does_not_pass(number):
    assert not identifiers.is_mobile(number)


@pytest.mark.parametrize(
    "number",
    [
        "0471-3121519",
        "04713121519",
        "021-34200000",
        "0471-3121519-801",
        "4008001234",
        "400-800-1234",
        "800-8201234",
        "+1 617 253 1000",
    ],
)
def test_a_telephone_number_passes(number):
    assert identifiers.is_phone(number)


@pytest.mark.parametrize(
    "number", ["3121519", "0471-312151", "0471--3121519", "0471-3121519-", "400-80-123", "0471–3121519", "500-800-1234"]
)
def test_what_is_no_telephone_number_does_not_pass(number):
    assert not identifiers.is_phone(number)


@pytest.mark.parametrize("address", ["a@b.cn", "li.ming+kjxm@mail.sjtu.edu.cn", "x_1@a-b.com"])
def test_an_email_address_passes(address):
    assert identifiers.is_email(address)


@pytest.mark.parametrize(
    "address",
    [
        "@",
        "a@b",
        "a@b.c",
        "a b@c.cn",
        "a@@b.cn",
        ".a@b.cn",
        "a..b@c.cn",
        "a@-b.cn",
        "a@b.cn ",
        "a@b。cn",
        "李@b.cn",
        "a" * 65 + "@b.cn",
        "a@b.cn\n",
    ],
)
def test_what_is_no_email_address_does_not_pass(address):
    assert not identifiers.is_email(address)


@pytest.mark.parametrize(
    ("code", "right"), [("010020", True), ("01002", False), ("0100200", False), ("０10020", False), ("010020\n", False)]
)
def test_a_postcode_has_six_digits(code, right):
    assert identifiers.is_postcode(code) is right


@pytest.mark.parametrize(
    ("typed", "value", "note"),
    [
        ("118.50", "118.50", None),
        ("0", "0", None),
        ("118.50万元", "118.50", "tidied"),
        (" 1 200 ", "1200", "tidied"),
        ("１，２００．５", "1200.5", "tidied"),
        ("1,234,567.89", "1234567.89", "tidied"),
        ("12。5", "12.5", "tidied"),
        ("007", "7", "tidied"),
        (".5", "0.5", "tidied"),
        ("5.", "5", "tidied"),
        ("12.500", "12.50", "tidied"),
        ("¥5万元", "5", "tidied"),
        ("1200000元", "120", "yuan"),
        ("￥35,000元", "3.5", "yuan"),
        ("1234567元", "123.46", "rounded"),
        ("50元", "0.01", "rounded"),
        ("3千元", "0.3", "unit"),
        ("5百万元", "500", "unit"),
        ("２千万", "2000", "unit"),
        ("1.2亿", "12000", "unit"),
        ("人民币80万元整", "80", "tidied"),
        ("999999999.99", "999999999.99", None),
    ],
)
def test_an_amount_becomes_what_was_meant(typed, value, note):
    assert identifiers.read_money(typed) == Read(value, note)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "十二万",
        "12.345",
        "-5",
        "1e5",
        "1,5",
        "1,23,456",
        "¥5",
        "约5",
        "5%",
        "1.2.3",
        "1000000000",
        "99999万亿",
        "9999999999亿",
        ".",
        "元",
        "9" * 500,
        "5 usd",
    ],
)
def test_what_is_no_sure_amount_is_left_alone(typed):
    assert identifiers.read_money(typed) is None


def test_a_unit_price_may_have_six_places():
    assert identifiers.read_money("0.000001", places=6) == Read("0.000001")
    assert identifiers.read_money("1.5元", places=6) == Read("0.00015", "yuan")


@given(st.decimals(0, 999_999_999, places=2, allow_nan=False, allow_infinity=False))
def test_an_amount_in_yuan_is_a_ten_thousandth(amount):
    read = identifiers.read_money(f"{amount * 10000:.2f}元")
    assert read is not None
    assert Decimal(read.value) == amount


@given(st.text(max_size=40))
def test_any_text_is_read_in_canonical_spelling_or_not_at_all(text):
    for reader in (identifiers.read_money, identifiers.read_number, identifiers.read_month, identifiers.read_day):
        read = reader(text)
        if read is not None:
            assert reader(read.value) == Read(read.value)


@pytest.mark.parametrize(
    ("typed", "value", "note"), [("12", "12", None), ("１，０００", "1000", "tidied"), ("3.1415", "3.1415", None)]
)
def test_a_number_becomes_what_was_meant(typed, value, note):
    assert identifiers.read_number(typed) == Read(value, note)


@pytest.mark.parametrize("typed", ["3.14159", "3台", "-1", "5万", "二"])
def test_what_is_no_number_is_left_alone(typed):
    assert identifiers.read_number(typed) is None


def test_an_integer_has_no_decimals():
    assert identifiers.read_number("6.0", places=0) == Read("6", "tidied")
    assert identifiers.read_number("6.5", places=0) is None


@pytest.mark.parametrize(
    ("typed", "value", "note"),
    [
        ("2024-06", "2024-06", None),
        ("2024/6", "2024-06", "tidied"),
        ("2024.6", "2024-06", "tidied"),
        ("2024年6月", "2024-06", "tidied"),
        ("２０２４年 ６ 月", "2024-06", "tidied"),
        ("202406", "2024-06", "tidied"),
        ("二〇二四年十二月", "2024-12", "tidied"),
        ("2024年6月20日", "2024-06", "day_dropped"),
        ("2024-06-20", "2024-06", "day_dropped"),
    ],
)
def test_a_month_becomes_what_was_meant(typed, value, note):
    assert identifiers.read_month(typed) == Read(value, note)


@pytest.mark.parametrize(
    "typed", ["", "2024", "2024-13", "2024-00", "24.6", "6月", "2024-02-30", "1024-06", "二〇二四年十十月", "明年"]
)
def test_what_is_no_month_is_left_alone(typed):
    assert identifiers.read_month(typed) is None


@pytest.mark.parametrize(
    ("typed", "value", "note"),
    [
        ("2024-06-20", "2024-06-20", None),
        ("2024.6.20", "2024-06-20", "tidied"),
        ("2024年6月20日", "2024-06-20", "tidied"),
        ("2024年6月20号", "2024-06-20", "tidied"),
        ("20240620", "2024-06-20", "tidied"),
        ("2024/02/29", "2024-02-29", "tidied"),
        ("二〇二四年六月二十日", "2024-06-20", "tidied"),
        ("二零二四年十月三十一日", "2024-10-31", "tidied"),
    ],
)
def test_a_day_becomes_what_was_meant(typed, value, note):
    assert identifiers.read_day(typed) == Read(value, note)


@pytest.mark.parametrize(
    "typed", ["", "2024-06", "2023-02-29", "2024-06-31", "20.6.2024", "2024-6-20 10:00", "二〇二四年六月三十一日"]
)
def test_what_is_no_day_is_left_alone(typed):
    assert identifiers.read_day(typed) is None


def test_codes_and_addresses_lose_spaces_and_full_width():
    assert identifiers.read_code(" ９１１１０１０８ ５５１３８５０８２q") == Read("91110108551385082Q", "tidied")
    assert identifiers.read_code("131 5473 1076") == Read("13154731076", "tidied")
    assert identifiers.read_email("Li＠sjtu．edu.cn ") == Read("Li@sjtu.edu.cn", "tidied")
    assert identifiers.read_email("a@b.cn") == Read("a@b.cn")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("118.50", Decimal("118.50")),
        ("0", Decimal(0)),
        ("1e3", None),
        ("NaN", None),
        ("", None),
        ("１", None),
        ("-1", None),
        (5, None),
        (None, None),
    ],
)
def test_only_canonical_decimals_are_numbers(text, number):
    assert identifiers.to_decimal(text) == number


@pytest.mark.parametrize(
    ("text", "holds"), [("2024-06", True), ("1899-12", False), ("0000-01", False), ("2024-6", False)]
)
def test_a_month_has_one_spelling_within_the_years_that_are_read(text, holds):
    assert identifiers.is_month(text) is holds


@pytest.mark.parametrize(
    ("text", "holds"), [("2024-06-20", True), ("2199-12-31", True), ("2200-01-01", False), ("2023-02-29", False)]
)
def test_a_day_has_one_spelling_within_the_years_that_are_read(text, holds):
    assert identifiers.is_day(text) is holds


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\v"])
def test_figures_on_two_lines_are_no_number_and_no_date(line_end):
    assert identifiers.read_number(f"1{line_end}2") is None
    assert identifiers.read_money(f"1{line_end}2") is None
    assert identifiers.read_month(f"2024-0{line_end}1") is None
    assert identifiers.read_day(f"2024-06-2{line_end}1") is None
    assert identifiers.read_number(f" 12{line_end}") == Read("12", "tidied")
