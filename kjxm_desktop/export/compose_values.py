"""Answers as words: how a choice, an amount, a day or a row link reads on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.call import Call, fill, placeholders
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.identifiers import to_decimal
from kjxm_desktop.core.json_pointer import Json

_DIGITS = "〇一二三四五六七八九"
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])")
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff”》]) (?=[\u4e00-\u9fff“《])")


class Answers:
    """Reads the answers of one proposal as a document of its call says them.

    `words` are the call's own: {"empty": "无", "gap": "未填", "not_asked", "yes", "no", "joiner", "month", "day"}.
    """

    def __init__(self, call: Call, data: Json, now: datetime, words: Mapping[str, str]) -> None:
        self.call = call
        self.data = data
        self.words = words
        self._now = now

    def shown(self, pointer: str) -> bool:
        """Tell whether `pointer` is asked; what is not does not print."""
        return self.call.form.shown(pointer, self.data)

    def any_shown(self, pattern: str) -> bool:
        """Tell whether any row of `pattern` is asked; without rows whether the whole table is."""
        pointers = list(json_pointer.expand(self.data, pattern)) if "*" in pattern else [pattern]
        return any(self.shown(pointer) for pointer in pointers or [pattern])

    def value(self, pointer: str) -> Json:
        """Return what was answered at `pointer`; None when nothing was or it is not asked."""
        return json_pointer.get(self.data, pointer) if self.shown(pointer) else None

    def rows(self, pointer: str) -> list[str]:
        """Return the pointers of the rows of a table, none when it is not asked."""
        return [f"{pointer}/{index}" for index in range(len(self.value(pointer) or ()))]

    def control(self, pointer: str) -> Control | None:
        """Return what asks for `pointer`."""
        return self.call.form.control(pointer)

    def nothing(self, pointer: str) -> str:
        """Return the word for an answer that was not given: to a question of yes or no, "none" would be a third one."""
        control = self.control(pointer)
        return self.words["gap" if control and control.kind == "yes_no" else "empty"]

    def label(self, pointer: str) -> str:
        """Return the label of the control with its unit: 金额（万元）."""
        control = self.control(pointer)
        if control is None:
            return ""
        return f"{control.label['zh']}（{control.unit}）" if control.unit else control.label["zh"]

    def text(self, pointer: str, *, row_number: str = "") -> str:
        """Return the answer at `pointer` in words, "" when it is empty or not asked.

        `row_number` is a pattern with {number}: a link to a row then reads as its number, not as its name.
        """
        value = self.value(pointer)
        control = self.control(pointer)
        if value is None or control is None:
            return ""
        if row_number and control.rows_table:
            ids = [option.id for option in self.call.form.options(control, self.data, pointer)]
            return row_number.replace("{number}", str(ids.index(value) + 1)) if value in ids else ""
        return self._in_words(control, value, pointer)

    def _in_words(self, control: Control, value: Json, pointer: str) -> str:
        match control.kind:
            case "choice" | "choices":
                return self._chosen(control, value if control.kind == "choices" else [value], pointer)
            case "yes_no":
                return self.words["yes" if value else "no"]
            case "money":
                return money(value)
            case "month" | "day":
                return self.date(str(value))
            case "rich":
                return rich_text.plain(value)
            case "picture":
                return str(value.get("caption") or value.get("alt") or "")
            case "table":
                return str(len(value))
            case _:
                return str(value)

    def _chosen(self, control: Control, chosen: Json, pointer: str) -> str:
        labels = {option.id: option.label["zh"] for option in self.call.form.options(control, self.data, pointer)}
        labels = {option.id: option.label["zh"] for option in control.options} | labels
        return self.words["joiner"].join(labels.get(one, "" if control.rows_table else str(one)) for one in chosen)

    def date(self, told: str) -> str:
        """Return a canonical day or month in words, anything else as it stands."""
        day = _DAY.fullmatch(told)
        if day:
            year, month, number = (int(part) for part in day.groups())
            return self.words["day"].format(year=year, month=month, day=number)
        found = _MONTH.fullmatch(told)
        return self.words["month"].format(year=int(found[1]), month=int(found[2])) if found else told

    @property
    def today(self) -> str:
        """Return the day of the export in words."""
        return self.date(self._now.date().isoformat())

    def filled(self, template: str, row: str = "", *, row_number: str = "") -> str:
        r"""Return `template` with its {names} filled: pointers (`*` is the row at `row`) and what the call is about.

        A line whose pointers are all empty is left out, so "" means that nothing was answered; beside something
        that was answered a gap reads as the word for it.
        """
        return "\n".join(self._lines(template, row, row_number))

    def _lines(self, template: str, row: str, row_number: str) -> Iterator[str]:
        for line in template.split("\n"):
            pointers = [name for name in placeholders(line) if name.startswith("/")]
            found = {name: self.text(json_pointer.in_row_of(name, row), row_number=row_number) for name in pointers}
            if pointers and not any(found.values()):
                continue
            answered = {name: text or self.words["gap"] for name, text in found.items()}
            about = {name: self._about(name) for name in placeholders(line) if name not in answered}
            yield fill(line, (answered | about).__getitem__)

    def _about(self, name: str) -> str:
        """Return what the call says of itself: year, call, issuer, stand_in, issued, deadline, email…; and today."""
        call = self.call
        match name:
            case "year":
                return str(call.year)
            case "call":
                return _BETWEEN_HAN.sub("", call.title["zh"])  # where the notice broke the lines of its title
            case "stand_in":
                return call.stand_in["zh"]
            case "deadline":
                return self.date(call.deadline.isoformat())
            case "email":
                return call.contact.email
            case "today":
                return self.today
            case _:
                return self.date(str(call.about.get(name, "")))

    def amount(self, pointer: str) -> Decimal:
        """Return the amount at `pointer`; zero for none and for one that cannot be read."""
        value = self.value(pointer)
        return (to_decimal(value) if isinstance(value, str) else None) or Decimal(0)


def money(told: Json) -> str:
    """Return an amount with two decimals, with more where it has more; what is no amount as it stands."""
    value = to_decimal(told) if isinstance(told, str) else None
    return str(told) if value is None else figure(value)


def figure(value: Decimal) -> str:
    """Return an amount with two decimals, with more where it has more."""
    exponent = value.as_tuple().exponent
    return f"{value:.2f}" if isinstance(exponent, int) and exponent >= -2 else f"{value:f}"


def chinese_number(number: int) -> str:
    """Return 1 to 99 as 一, 十二, 四十; beyond that in digits."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
