"""Numbers, days, amounts and identifiers as people type them, and how they are told right from wrong."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

_LONGEST = 64  # characters of one number or date, however untidy
_WHOLE_DIGITS = 9

_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(f"[{_CREDIT_ALPHABET}]{{18}}")
_MOBILE = re.compile("1[3-9][0-9]{9}")
_PHONE = re.compile("0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|[48]00(-?[0-9]){7}")
_POSTCODE = re.compile("[0-9]{6}")
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{3,254}}$)(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@({_LABEL}\.)+[A-Za-z]{{2,63}}")

_DECIMAL = re.compile("[0-9]{1,20}([.][0-9]{1,20})?")
_NUMBER = "(?P<number>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|(?=[.][0-9]))(?:[.](?P<decimals>[0-9]*))?"
_PLAIN_NUMBER = re.compile(_NUMBER)
_MONEY = re.compile(f"(?:人民币|RMB|CNY)?(?P<sign>[¥￥])?{_NUMBER}(?P<unit>元|千元|万元?|百万元?|千万元?|亿元?)?整?")
_YUAN: Final = {"元": 1, "千元": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_TEN_THOUSAND: Final = _YUAN["万"]
_DATE = re.compile("([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})[日号]?|月)?|([0-9]{4})([0-9]{2})([0-9]{2})?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199

_SPACES = re.compile(r"\s+")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans("。—–", ".--")
_CHINESE_DIGIT = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_CHINESE_DATE = re.compile(
    "([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号])?"
)


@dataclass(frozen=True)
class Read:
    """What an untidy input became: its canonical spelling, and the key of what was changed.

    Keys: None as typed · `tidied` other spelling, same value · `yuan`, `unit` converted to 万元 from 元, from another
    unit · `rounded` converted and rounded half up · `day_dropped` a day where a month is asked.
    """

    value: str
    note: str | None = None


def is_credit_code(text: str) -> bool:
    """Tell whether `text` is a 统一社会信用代码 (GB 32100-2015: alphabet, weights 3^(i-1) mod 31, check character)."""
    if not _CREDIT_CODE.fullmatch(text):
        return False
    values = [_CREDIT_ALPHABET.index(character) for character in text]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return values[17] == (31 - total % 31) % 31


def is_mobile(text: str) -> bool:
    """Tell whether `text` is a mobile number of the mainland; one with a + is foreign and left alone."""
    return text.startswith("+") or _MOBILE.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Tell whether `text` is a fixed line or a 400/800 number; one with a + is foreign and left alone."""
    return text.startswith("+") or _PHONE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Tell whether `text` is an e-mail address that common mail programs take (RFC 5321 sizes, dot-atom, a domain)."""
    return _EMAIL.fullmatch(text) is not None


def is_postcode(text: str) -> bool:
    """Tell whether `text` is a postcode of six digits."""
    return _POSTCODE.fullmatch(text) is not None


def to_decimal(text: object) -> Decimal | None:
    """Return the number that a canonical decimal string stands for, None for all else."""
    return Decimal(text) if isinstance(text, str) and _DECIMAL.fullmatch(text) else None


def read_money(text: str, places: int = 2) -> Read | None:
    """Return an amount in 万元 with at most `places` decimals, or None when it cannot be read.

    Full-width digits, spaces, separators of thousands and units (元, 千元, 万, 百万, 千万, 亿) are understood; a ¥
    needs its unit, for without one it may mean 元 or 万元. Nothing typed in 万元 is ever rounded.
    """
    found = _MONEY.fullmatch(_tidy(text))
    if not found or (found["sign"] and not found["unit"]):
        return None
    unit = found["unit"] or "万"
    factor = _YUAN[unit if unit in _YUAN else unit.removesuffix("元")]
    if factor == _TEN_THOUSAND:
        return _canonical(text, found, places)
    number = Decimal(f"{found['number'].replace(',', '') or 0}.{found['decimals'] or 0}") * factor / _TEN_THOUSAND
    if number >= 10**_WHOLE_DIGITS:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if rounded >= 10**_WHOLE_DIGITS:
        return None
    note = "rounded" if rounded != number else "yuan" if factor == 1 else "unit"
    return Read(_trimmed(rounded), note)


def read_amount(text: str, unit: str, places: int = 2) -> Read | None:
    """Return an amount in `unit` as `read_money` does where that is 万元, or none; in any other unit it is a number."""
    if unit in ("", "万元"):
        return read_money(text, places)
    return read_number(text.strip().removesuffix(unit), places)


def read_number(text: str, places: int = 4) -> Read | None:
    """Return a number of zero or more with at most `places` decimals and nine digits before them, or None."""
    found = _PLAIN_NUMBER.fullmatch(_tidy(text))
    return _canonical(text, found, places) if found else None


def read_month(text: str) -> Read | None:
    """Return a month as YYYY-MM, or None when it cannot be read; the day of a full date is dropped and noted."""
    parts = _date_parts(text)
    if parts is None or not 1 <= parts[1] <= 12:
        return None
    year, month, day = parts
    if day is not None and not _exists(year, month, day):
        return None
    value = f"{year:04}-{month:02}"
    return Read(value, "day_dropped" if day is not None else None if text == value else "tidied")


def read_day(text: str) -> Read | None:
    """Return a day of the calendar as YYYY-MM-DD, or None when it cannot be read."""
    parts = _date_parts(text)
    if parts is None or parts[2] is None or not _exists(parts[0], parts[1], parts[2]):
        return None
    value = f"{parts[0]:04}-{parts[1]:02}-{parts[2]:02}"
    return Read(value, None if text == value else "tidied")


@lru_cache(maxsize=4096)
def is_month(text: str) -> bool:
    """Tell whether `text` is a month as `read_month` spells it."""
    read = read_month(text)
    return read is not None and read.value == text


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Tell whether `text` is a day as `read_day` spells it."""
    read = read_day(text)
    return read is not None and read.value == text


def read_code(text: str) -> Read:
    """Return a code, a telephone number or a postcode in half-width capitals without spaces."""
    value = _SPACES.sub("", text).translate(_HALF_WIDTH).upper()
    return Read(value, None if value == text else "tidied")


def read_email(text: str) -> Read:
    """Return an e-mail address in half-width characters without spaces; its letters stay as they are."""
    value = _SPACES.sub("", text).translate(_HALF_WIDTH)
    return Read(value, None if value == text else "tidied")


def _tidy(text: str) -> str:
    """Return a number or a date without spaces, in half width; "" for what is none: too long, or on several lines."""
    if len(text) > _LONGEST or len(text.strip().splitlines()) > 1:  # two lines are two numbers, never one of both
        return ""
    return _SPACES.sub("", text).translate(_HALF_WIDTH)


def _canonical(text: str, found: re.Match[str], places: int) -> Read | None:
    whole = found["number"].replace(",", "").lstrip("0") or "0"
    decimals = found["decimals"] or ""
    kept, beyond = decimals[:places], decimals[places:]
    if len(whole) > _WHOLE_DIGITS or beyond.strip("0"):
        return None
    value = f"{whole}.{kept}" if kept else whole
    return Read(value, None if value == text else "tidied")


def _trimmed(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_parts(text: str) -> tuple[int, int, int | None] | None:
    tidy = _tidy(text)
    if chinese := _CHINESE_DATE.fullmatch(tidy):
        year = int("".join(_CHINESE_DIGIT[character] for character in chinese[1]))
        month, day = _chinese_number(chinese[2]), _chinese_number(chinese[3]) if chinese[3] else None
    elif found := _DATE.fullmatch(tidy):
        year, month = int(found[1] or found[4]), int(found[2] or found[5])
        day = int(found[3] or found[6]) if found[3] or found[6] else None
    else:
        return None
    return (year, month, day) if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _chinese_number(text: str) -> int:
    """Return what 六, 十, 十二, 二十 or 三十一 stand for; 0, which no calendar knows, for anything else."""
    tens, mark, ones = text.rpartition("十")
    if not mark:
        return int(_CHINESE_DIGIT[text]) if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in tens:
        return 0
    return 10 * int(_CHINESE_DIGIT.get(tens, "1")) + int(_CHINESE_DIGIT.get(ones, "0"))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True
