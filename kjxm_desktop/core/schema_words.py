"""JSON Schema 2020-12 as this program reads it: 字数 as a keyword, patterns in bounded time, no reference outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, cast

import re2
from jsonschema import Draft202012Validator, ValidationError, validators
from jsonschema.exceptions import best_match
from referencing import Registry

from kjxm_desktop.core import json_pointer, rich_text, strict_json
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


class Match(Protocol):
    """A place where a pattern stands."""

    def group(self, *groups: int | str) -> Json:
        """Return what stands there in a group; of several groups a tuple."""
        ...


class Pattern(Protocol):
    """What this program asks of a compiled pattern."""

    def search(self, text: str) -> Match | None:
        """Return the first place in `text` where the pattern stands."""
        ...

    def finditer(self, text: str) -> Iterator[Match]:
        """Return every place in `text` where the pattern stands."""
        ...


def _quiet() -> re2.Options:
    options = re2.Options()
    options.log_errors = False  # it would write about a bad pattern to stderr, beside our sentence
    return options


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """Return the compiled pattern; google-re2 matches in time linear in the text. Raises re2.error."""
    return re2.compile(text, _quiet())


def _pattern(_validator: Json, told: str, instance: Json, _schema: Json) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not pattern(told).search(instance):
        yield ValidationError("pattern")


def _word_count(_validator: Json, told: Mapping[str, int], instance: Json, _schema: Json) -> Iterator[ValidationError]:
    count = rich_text.word_count(instance)
    if count and (count < told.get("min", 0) or count > told.get("max", count)):
        yield ValidationError("wordCount")


def _enum(_validator: Json, told: list[Json], instance: Json, _schema: Json) -> Iterator[ValidationError]:
    # The library's own tells the whole list in a message that nobody reads, for every wrong cell of a table.
    if not any(item == instance and isinstance(item, bool) is isinstance(instance, bool) for item in told):
        yield ValidationError("enum")


def _unique_items(_validator: Json, told: bool, instance: Json, _schema: Json) -> Iterator[ValidationError]:
    # The library's own compares each with each where it cannot sort them.
    if told and isinstance(instance, list):
        spelt = {strict_json.dumps([item]) for item in cast("list[Json]", instance)}
        if len(spelt) < len(cast("list[Json]", instance)):
            yield ValidationError("uniqueItems")


_OWN = {"pattern": _pattern, "wordCount": _word_count, "enum": _enum, "uniqueItems": _unique_items}
_Validator = validators.extend(Draft202012Validator, _OWN)


def validator(schema: Mapping[str, Json]) -> Validator:
    """Return a validator of `schema` that never reads anything from outside it."""
    return _Validator(schema, registry=Registry[Json]())


def is_pattern(text: str) -> bool:
    """Tell whether google-re2 takes `text` as a pattern."""
    try:
        pattern(text)
    except re2.error:
        return False
    return True


@dataclass(frozen=True)
class Fault:
    """Where a file of a call breaks its meta-schema, and by which keyword and value."""

    place: str
    why: str


def first_error(meta: Mapping[str, Json], value: Json) -> Fault | None:
    """Return the first fault of `value` against `meta`, the deepest of a choice of shapes; None when it has none."""
    error = best_match(validator(meta).iter_errors(value))
    if error is None:
        return None
    told = error.validator_value
    detail = str(told) if isinstance(told, (str, int, float)) or str(error.validator) in ("required", "enum") else ""
    if error.validator == "additionalProperties":
        known = set(cast("Mapping[str, Json]", error.schema).get("properties", {}))
        detail = ", ".join(sorted(strict_json.printable(str(key)) for key in error.instance if key not in known))
    place = json_pointer.build(list(error.absolute_path))
    return Fault(place, f"{error.validator} {detail}"[:200].strip())
