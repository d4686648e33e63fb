"""2024 call, S02: credit codes, mobile and fixed numbers, e-mail addresses and postcodes, when filled."""

import pytest

from tests.core.rules_2024 import assert_found, check_character, found, warning, with_

CREDIT_CODES = ["/people/applicant/credit_code", "/people/partners/0/credit_code", "/basis/enterprises/0/credit_code"]
MOBILES = ["/people/leader/mobile", "/people/contact/mobile"]
PHONES = ["/people/leader/phone", "/basis/enterprises/0/phone"]
EMAILS = ["/people/leader/email", "/people/contact/email"]
POSTCODE = "/people/applicant/postcode"


def _of_s02(data):
    """Return what S02 finds; R03b may have a hint on a code of another region."""
    return [item for item in found(data) if item.code != "R03b"]


@pytest.mark.parametrize("pointer", CREDIT_CODES)
@pytest.mark.parametrize(
    "code", ["91110108551385082Q", "91110000600037341L", "53640000MJX173680A", "91350100M000100Y43"]
)
def test_a_credit_code_with_its_check_character_passes(pointer, code):
    assert _of_s02(with_(pointer, code)) == []


@pytest.mark.parametrize("first", ["A1110000600037341", "N2150000MA0EXAMP1", "Y1150000MA0EXAMP1"])
def test_a_credit_code_may_begin_with_a_letter(first):
    assert _of_s02(with_(CREDIT_CODES[0], first + check_character(first))) == []


@pytest.mark.parametrize("pointer", CREDIT_CODES)
@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y4Z",
        "A1110000600037341L",
        "91350100M000100Y44",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "91350100I000100Y43",
        "91350100M000100Y4３",
        "000000",
        "无",
    ],
)
def test_any_other_credit_code_is_a_warning_at_its_field(pointer, code):
    assert _of_s02(with_(pointer, code)) == [warning("S02", pointer)]


@pytest.mark.parametrize("pointer", MOBILES)
@pytest.mark.parametrize("number", ["13154731076", "13000000000", "19999999999", "+85291234567", "+1 650 253 0000"])
def test_a_mobile_number_of_the_mainland_or_with_a_plus_passes(pointer, number):
    assert_found(with_(pointer, number))


@pytest.mark.parametrize("pointer", MOBILES)
@pytest.mark.parametrize(
    "number",
    ["12154731076", "1315473107", "131547310766", "03154731076", "a13154731076", "13154731076x", "0471-3121519"],
)
def test_any_other_mobile_number_is_a_warning_at_its_field(pointer, number):
    assert_found(with_(pointer, number), warning("S02", pointer))


@pytest.mark.parametrize("pointer", PHONES)
@pytest.mark.parametrize(
    "number",
    [
        "0471-3121519",
        "04713121519",
        "010-12345678",
        "021-12345678-1",
        "0471-3121519-123456",
        "400-123-4567",
        "4001234567",
        "800-123-4567",
        "8001234567",
        "+44 20 7946 0000",
    ],
)
def test_a_fixed_number_a_service_number_or_one_with_a_plus_passes(pointer, number):
    assert_found(with_(pointer, number))


@pytest.mark.parametrize("pointer", PHONES)
@pytest.mark.parametrize(
    "number",
    [
        "471-3121519",
        "0471-312151",
        "0471-312151999",
        "0471-3121519-",
        "0471-3121519-1234567",
        "00-12345678",
        "04711-3121519",
        "3121519",
        "600-123-4567",
        "tel0471-3121519",
    ],
)
def test_any_other_fixed_number_is_a_warning_at_its_field(pointer, number):
    assert_found(with_(pointer, number), warning("S02", pointer))


@pytest.mark.parametrize("pointer", EMAILS)
@pytest.mark.parametrize("address", ["a@example.org", "first.last+tag@mail.example.org", "1234567@example.cn"])
def test_an_email_address_passes(pointer, address):
    assert_found(with_(pointer, address))


@pytest.mark.parametrize("pointer", EMAILS)
@pytest.mark.parametrize(
    "address",
    ["a", "a@", "@example.org", "a@example", "a b@example.org", "a@@example.org", "a@example.org;b@example.org"],
)
def test_what_is_no_email_address_is_a_warning_at_its_field(pointer, address):
    assert_found(with_(pointer, address), warning("S02", pointer))


@pytest.mark.parametrize("code", ["200240", "010010", "000000"])
def test_six_digits_are_a_postcode(code):
    assert_found(with_(POSTCODE, code))


@pytest.mark.parametrize("code", ["20024", "2002400", "20024a", "200 240", "邮编200240", "+200240"])
def test_anything_else_is_no_postcode(code):
    assert_found(with_(POSTCODE, code), warning("S02", POSTCODE))
