"""What a rule reads and what it finds: answers as they count, one finding, and words that read well in any language.

An answer that is hidden, empty or unreadable is absent for every rule: the first counts in neither direction, the
others have a finding of their own already.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import cast

from kjxm_desktop.core import identifiers, json_pointer, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Condition, Control, Text, is_filled
from kjxm_desktop.core.json_pointer import Json

CENT = Decimal("0.01")
_DATES: Mapping[str, Callable[[str], bool]] = {"month": identifiers.is_month, "day": identifiers.is_day}
_SEPARATORS: Mapping[str, str] = {"zh": "、", "en": ", "}


@dataclass(frozen=True)
class Listed:
    """Several words in a message: `{names:zh}` joins them as Chinese does, `{names:en}` as English does."""

    parts: tuple[str | Text, ...]
    separators: Mapping[str, str] = field(default_factory=lambda: _SEPARATORS)

    def __format__(self, language: str) -> str:
        told = [part if isinstance(part, str) else part[language] for part in self.parts]
        return self.separators[language].join(told)


def listed(*parts: str | Text) -> Listed:
    """Return words for a message; a part is said as it stands, or in the language of the message."""
    return Listed(parts)


def money_text(value: Decimal) -> str:
    """Return an amount with two places, as it is shown."""
    return str(value.quantize(CENT, ROUND_HALF_UP))


def day_text(day: date) -> Listed:
    """Return a day for a message: 2024年6月20日, 2024-06-20."""
    return listed({"zh": f"{day.year}年{day.month}月{day.day}日", "en": day.isoformat()})


def month_text(month: str) -> Listed:
    """Return a month for a message: 2024年6月, 2024-06."""
    return listed({"zh": f"{month[:4]}年{int(month[5:])}月", "en": month})


@dataclass(frozen=True)
class Found:
    """One finding of a rule. `variant` picks one of its messages, `severity` overrides the rule's."""

    pointer: str
    params: Mapping[str, object] = field(default_factory=lambda: cast("Mapping[str, object]", {}))
    variant: str | None = None
    severity: str | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of a call, as `rules.json` tells it."""

    id: str
    raw: Mapping[str, Json]

    @property
    def pointer(self) -> str:
        """Return where its findings stand, with `*` for the row."""
        return self.raw["pointer"]

    @property
    def params(self) -> Mapping[str, Json]:
        """Return what its check needs to know."""
        return self.raw.get("params", {})

    @property
    def gap(self) -> tuple[str, ...]:
        """Return the patterns of the controls whose gaps it names."""
        return tuple(self.raw.get("gap", ()))

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the ids of the sections it depends on; none: the clock and whether anything was written."""
        return tuple(self.raw["reads"])

    @property
    def clause(self) -> str | None:
        """Return the clause of the notice it rests on."""
        return self.raw.get("clause")

    def severity_when_told(self, data: Json) -> str | None:
        """Return the severity that an answer calls for, None where the usual one holds."""
        for told in self.raw.get("severity_when", ()):
            if json_pointer.get(data, told["pointer"]) in told["in"]:
                return told["severity"]
        return None

    def severity_for(self, data: Json) -> str:
        """Return its severity on `data`."""
        return self.severity_when_told(data) or self.raw["severity"]

    def message_for(self, variant: str | None) -> Text:
        """Return the text for a finding of `variant`: "gap" for a gap it names, None for the usual finding."""
        if variant == "gap":
            return self.raw.get("gap_message", self.raw["message"])
        return self.raw.get("messages", {}).get(variant or FOUND, self.raw["message"])


FOUND = "found"
"""The name of the usual finding among the messages of a rule."""

Findings = Generator[Found | None, None, None]
"""What a check gives: findings, and None after each row it has looked at."""


class Column:
    """The answers at one pattern: one for each row of its table, or a single one."""

    def __init__(self, call: Call, data: Json, pattern: str) -> None:
        control = call.form.control(pattern)
        assert control is not None  # the strict loader has seen to it
        self.control = control
        self.pattern = pattern
        self._data = data
        self._readable = _reader(control)
        table, star, _name = pattern.partition("/*/")
        owner = call.form.control(table) if star else None
        self._conditions = _beyond(control, owner)
        if star:
            self._rows = shown_rows(call, data, table)
        else:
            shown = call.form.shown(pattern, data)
            self._rows = [{control.name: json_pointer.get(data, pattern)}] if shown else []

    def __len__(self) -> int:
        return len(self._rows)

    def pointer(self, index: int) -> str:
        """Return the pointer of the answer in row `index`."""
        return self.pattern.replace("*", str(index))

    def written(self, index: int) -> bool:
        """Tell whether anything stands in row `index`, readable or not."""
        return is_filled(self.control, self._rows[index].get(self.control.name)) if index < len(self._rows) else False

    def at(self, index: int) -> Json:
        """Return the answer in row `index`, None where it does not count."""
        value = self._rows[index].get(self.control.name) if index < len(self._rows) else None
        if value is None or not is_filled(self.control, value):
            return None
        if self._readable is not None and not self._readable(value):
            return None
        if self._conditions and not all(one.holds(self._data, self.pointer(index)) for one in self._conditions):
            return None
        return value


@dataclass(frozen=True)
class Answers:
    """The proposal as a rule sees it, at the time `now`."""

    call: Call
    data: Json
    now: datetime

    def column(self, pattern: str) -> Column:
        """Return the answers at `pattern`."""
        return Column(self.call, self.data, pattern)

    def value(self, pointer: str) -> Json:
        """Return the answer at `pointer`, which names no table's row; None where it does not count."""
        return self.column(pointer).at(0)

    def text(self, pointer: str) -> str:
        """Return the text of the answer at `pointer`."""
        return rich_text.plain(self.value(pointer) or "")

    def rows(self, table: str) -> list[dict[str, Json]]:
        """Return the rows of a table as they stand; none while it is not asked."""
        return shown_rows(self.call, self.data, table)

    def holds(self, told: Mapping[str, Json]) -> bool:
        """Tell whether the answer at told["pointer"] is one of told["in"]."""
        return self.value(told["pointer"]) in told["in"]


def shown_rows(call: Call, data: Json, table: str) -> list[dict[str, Json]]:
    """Return the rows of a table as they stand; none while it is not asked."""
    if not call.form.shown(table, data):
        return []
    return cast("list[dict[str, Json]]", json_pointer.get(data, table, []))


def is_begun(row: Mapping[str, Json]) -> bool:
    """Tell whether anything but its id stands in a row."""
    return any(key != "id" for key in row)


def folded(text: str) -> str:
    """Return `text` for comparing names: white space aside, full and half width and capitals alike."""
    return "".join(text.translate(_HALF_WIDTH).split()).casefold()


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}


def _beyond(control: Control, owner: Control | None) -> tuple[Condition, ...]:
    """Return the conditions of a column beyond those of its table, which `shown_rows` has judged."""
    above = owner.conditions if owner else control.conditions
    return tuple(condition for condition in control.conditions if condition not in above)


def _reader(control: Control) -> Callable[[Json], bool] | None:
    """Return what tells a readable answer of `control`; None where every answer is."""
    enum = control.schema.get("enum")
    if enum is not None:
        return lambda value: value in enum
    pattern = control.schema.get("pattern")
    is_date = _DATES.get(control.kind)
    if isinstance(pattern, str):
        return lambda value: _matches(pattern, value) and (is_date is None or is_date(value))
    return is_date


@lru_cache(maxsize=4096)
def _matches(pattern: str, value: str) -> bool:
    # Loaded when a rule first reads such an answer: by then the check of single answers has loaded it.
    from kjxm_desktop.core import schema_words

    return schema_words.pattern(pattern).search(value) is not None
