"""The parameters of checks: how a check says what it needs, and how `rules.json` is held to it.

A check writes its parameters as a shape: a word for a plain value, a list with one shape for a list, a mapping for an
object, in which a key that ends in "?" may be absent. `schemas/README.md` tells the same to those who write calls.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from kjxm_desktop.core import strict_json
from kjxm_desktop.core.call import RULES, Call
from kjxm_desktop.core.form import Control, Text, schema_at
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rule_answers import FOUND, Answers, Findings, Rule
from kjxm_desktop.errors import KjxmError

IDENTIFIERS = ("credit_code", "mobile", "phone", "any_phone", "email", "postcode")

MAX_LISTED = 200
MAX_MARKS = 30
MAX_WORD = 60
MAX_BYTES = 20_000
"""How many and how long the parameters of one rule may be, so that no check is slow on any answers."""

Shape = Any
"""A word, a list of one shape, or a mapping of shapes."""


@dataclass(frozen=True)
class Check:
    """One check: what it does, what it needs, and which blanks it fills in which message.

    `gives` maps the name of a message to its blanks, apart by spaces; a blank that ends in "*" is a list of words and
    is written `{name:zh}` or `{name:en}`. `own_gives` does the same where the messages follow from the parameters.
    """

    run: Callable[[Answers, Rule], Findings]
    needs: Mapping[str, Shape] = field(default_factory=lambda: cast("Mapping[str, Shape]", {}))
    gives: Mapping[str, str] = field(default_factory=lambda: {FOUND: ""})
    own_gives: Callable[[Mapping[str, Json]], Mapping[str, str]] | None = None

    def messages(self, params: Mapping[str, Json]) -> Mapping[str, str]:
        """Return the messages it may ask for with these parameters, with their blanks."""
        return self.own_gives(params) if self.own_gives else self.gives


@dataclass(frozen=True)
class _Place:
    """Where in rules.json a value stands, in the object around it."""

    call: Call
    place: str
    around: Mapping[str, Json]

    def at(self, key: str | int, around: Mapping[str, Json] | None = None) -> _Place:
        return _Place(self.call, f"{self.place}/{key}", self.around if around is None else around)

    def fault(self, why: str) -> KjxmError:
        return KjxmError("call.form_of_file", file=RULES, place=self.place, why=why)

    def lost(self, pointer: object) -> KjxmError:
        return KjxmError("call.pointer", file=RULES, place=self.place, pointer=pointer)


_Taker = Callable[[_Place, Json], Iterator[str]]
"""Holds a value to one word of a shape, and yields the pointers it names."""


def check_params(call: Call, place: str, check: Check, params: Mapping[str, Json]) -> list[str]:
    """Return the pointers that `params` name. Raises KjxmError call.* where they are not what `check` needs."""
    at = _Place(call, place, params)
    if len(strict_json.dumps(params)) > MAX_BYTES:
        raise at.fault(f"maximum {MAX_BYTES}")
    return list(_object(at, {**check.needs, **_OF_ALL}, params))


_OF_ALL: Mapping[str, Shape] = {"when?": {"pointer": "single", "in": "in"}}
"""What every check takes: the answer that calls for it."""


def _walk(at: _Place, shape: Shape, value: Json) -> Iterator[str]:
    if isinstance(shape, str):
        yield from _WORDS[shape](at, value)
    elif isinstance(shape, list):
        if not isinstance(value, list) or not value:
            raise at.fault("array")
        most = MAX_MARKS if shape == ["mark"] else MAX_LISTED
        if len(cast("list[Json]", value)) > most:
            raise at.fault(f"maxItems {most}")
        for index, item in enumerate(cast("list[Json]", value)):
            yield from _walk(at.at(index), cast("list[Shape]", shape)[0], item)
    else:
        yield from _object(at, shape, value)


def _object(at: _Place, shape: Mapping[str, Shape], value: Json) -> Iterator[str]:
    if not isinstance(value, dict):
        raise at.fault("object")
    told = cast("dict[str, Json]", value)
    around = {**at.around, **told}
    known = {key.removesuffix("?"): inner for key, inner in shape.items()}
    for key in told:
        if key not in known:
            raise at.fault(f"additionalProperties {key}")
    for key in shape:
        if not key.endswith("?") and key not in told:
            raise at.fault(f"required {key}")
    for key, inner in known.items():
        if key in told:
            yield from _walk(at.at(key, around), inner, told[key])


def _control(at: _Place, pointer: Json) -> Control:
    control = at.call.form.control(pointer) if isinstance(pointer, str) and pointer.startswith("/") else None
    if control is None or control.pointer != pointer:
        raise at.lost(pointer)
    return control


def _answer(at: _Place, value: Json) -> Iterator[str]:
    if _control(at, value).kind == "table":
        raise at.lost(value)
    yield value


def _single(at: _Place, value: Json) -> Iterator[str]:
    yield from _answer(at, value)
    if "*" in value:
        raise at.lost(value)


def _table(at: _Place, value: Json) -> Iterator[str]:
    if _control(at, value).kind != "table":
        raise at.lost(value)
    yield value


def _column(at: _Place, value: Json) -> Iterator[str]:
    pointer = f"{at.around.get('table')}/*/{value}"
    yield from _answer(at, pointer)


def _opened_column(at: _Place, value: Json) -> Iterator[str]:
    """Take a column whose options follow another answer of the row."""
    yield from _column(at, value)
    other = _control(at, f"{at.around.get('table')}/*/{value}").depends_on
    if other is None:
        raise at.fault("depends_on")
    yield other


def _values(at: _Place, value: Json) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        raise at.fault("array")
    if len(cast("list[Json]", value)) > MAX_LISTED:
        raise at.fault(f"maxItems {MAX_LISTED}")
    yield from ()


def _answers_of(at: _Place, value: Json) -> Iterator[str]:
    """Hold the values to what can be chosen at the pointer or in the column named beside them."""
    yield from _values(at, value)
    beside = at.around
    pointer = _control(at, beside.get("pointer") or f"{beside.get('table')}/*/{beside.get('column')}").pointer
    schema = schema_at(at.call.schema, pointer)
    allowed = schema_at(at.call.schema, f"{pointer}/*").get("enum") if "items" in schema else schema.get("enum")
    for item in cast("list[Json]", value):
        if item is not None and allowed is not None and item not in allowed:
            raise at.fault(f"enum {item}")


def _typed(kinds: tuple[type, ...], least: int | None = None, most: int | None = None) -> _Taker:
    def one(at: _Place, value: Json) -> Iterator[str]:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise at.fault(" ".join(kind.__name__ for kind in kinds))
        if value == "" or (least is not None and value < least) or (most is not None and value > most):
            raise at.fault(f"minimum {least} maximum {most}")
        yield from ()

    return one


def _word(at: _Place, value: Json) -> Iterator[str]:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_WORD:
        raise at.fault(f"str minimum 1 maximum {MAX_WORD}")
    yield from ()


def _mark(at: _Place, value: Json) -> Iterator[str]:
    """Take a word with one gap at most: what several may stand for is looked for again and again."""
    yield from _word(at, value)
    if len([part for part in value.split("…") if part]) > 2 or not value.strip("…"):
        raise at.fault("…")


def _decimal(at: _Place, value: Json) -> Iterator[str]:
    if not isinstance(value, str) or not value.replace(".", "", 1).isdecimal() or len(value) > 20:
        raise at.fault("decimal")
    yield from ()


def _one_of(allowed: Sequence[str]) -> _Taker:
    def one(at: _Place, value: Json) -> Iterator[str]:
        if value not in allowed:
            raise at.fault(f"enum {list(allowed)}")
        yield from ()

    return one


def _anything(_at: _Place, _value: Json) -> Iterator[str]:
    yield from ()


def _text(at: _Place, value: Json) -> Iterator[str]:
    if not isinstance(value, dict) or set(cast("dict[str, Json]", value)) != {"zh", "en"}:
        raise at.fault("zh en")
    yield from ()


_WORDS: Mapping[str, _Taker] = {
    "answer": _answer,
    "single": _single,
    "table": _table,
    "column": _column,
    "values": _values,
    "in": _answers_of,
    "word": _word,
    "mark": _mark,
    "count": _typed((int,), 0),
    "decimal": _decimal,
    "month_number": _typed((int,), 1, 12),
    "identifier": _one_of(IDENTIFIERS),
    "opened_column": _opened_column,
    "text": _text,
    "any": _anything,
}


# -- messages -----------------------------------------------------------------------------------------------------


def check_messages(place: str, raw: Mapping[str, Json], gives: Mapping[str, str]) -> None:
    """Raise KjxmError call.* where a message is missing, unknown, or has a blank that the check does not fill."""
    messages: Mapping[str, Json] = raw.get("messages", {})
    for name in messages:
        if name not in gives:
            raise KjxmError("call.form_of_file", file=RULES, place=f"{place}/messages/{name}", why=f"messages {name}")
    for name, blanks in gives.items():
        if name in messages:
            _blanks(f"{place}/messages/{name}", messages[name], blanks.split())
        elif name != FOUND:
            raise KjxmError("call.form_of_file", file=RULES, place=place, why=f"required messages {name}")
    # `message` is what a list of rules shows, and what says a gap: only where neither is so may it have blanks.
    plain = "gap" in raw or FOUND in messages or FOUND not in gives
    _blanks(f"{place}/message", raw["message"], [] if plain else gives[FOUND].split())
    if "gap_message" in raw:
        _blanks(f"{place}/gap_message", raw["gap_message"], [])


def _blanks(place: str, text: Mapping[str, str], allowed: Sequence[str]) -> None:
    for language, told in text.items():
        specs = {name.removesuffix("*"): language if name.endswith("*") else "" for name in allowed}
        try:
            parts = list(string.Formatter().parse(told))
        except ValueError as error:
            raise KjxmError("call.placeholder", file=RULES, place=f"{place}/{language}", name=str(error)) from error
        for _before, name, spec, conversion in parts:
            if name is not None and (name not in specs or (spec or "") != specs[name] or conversion):
                shown = f"{name}:{spec}" if spec else name
                raise KjxmError("call.placeholder", file=RULES, place=f"{place}/{language}", name=shown)


def said(rule: Rule, name: str, **params: object) -> Text:
    """Return the message `name` of a rule, filled in, as a part of another message."""
    return {language: told.format_map(params) for language, told in rule.message_for(name).items()}
