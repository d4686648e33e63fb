"""Whether data has the shape its call gives it: types, known keys, storage caps. No schema library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from kjxm_desktop.core import json_pointer, rich_text, strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

if TYPE_CHECKING:
    from kjxm_desktop.core.call import Call
    from kjxm_desktop.core.form import Control

LINE_CAP = 1_000
TEXT_CAP = 20_000
ROWS_CAP = 20_000

_TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def check(call: Call, data: Json, *, keep_unknown: bool = False) -> Mapping[str, Json]:
    """Raise KjxmError unless `data` has the types and keys of the call's data schema.

    Return the blocks of each long text in their one spelling, by pointer: to look at them is to make them.

    Keys: data.type, data.unknown_key, data.too_long, data.rich, data.line_break, each with `pointer`.
    With `keep_unknown` a key that the call does not know is kept (a draft of a newer, compatible call).
    """
    walk = _Walk(call, keep_unknown)
    walk.look("", "", call.schema, data)
    return walk.rich


def check_outside(call: Call, data: Json) -> None:
    """Raise KjxmError unless every key of data from outside is known and every value of its type, the empty ones too.

    It is asked before empty values are dropped; null stands for no answer, but not for a row or an item of a list.
    """
    _Outside(call, keep_unknown=False).look("", "", call.schema, data)


def check_at(call: Call, pointer: str, value: Json, before: Json = None) -> None:
    """Raise KjxmError unless `value` may stand at `pointer`; None always may. Unknown pointers are refused.

    Keys that a later program put into rows and blocks are kept, as when a draft is opened. Blocks of a long text and
    rows of a table that are those of `before`, what stands there now, are not looked at again: a key changes one of
    hundreds, a step on rows one of thousands.
    """
    if value is None:
        return
    from kjxm_desktop.core.form import schema_at

    pattern = json_pointer.pattern_of(pointer)
    try:
        schema = schema_at(call.schema, pattern)
    except KeyError as error:
        raise KjxmError("data.unknown_key", pointer=pointer) from error
    walk = _Walk(call, keep_unknown=True)
    walk.sound = {id(block) for block in cast("list[Json]", before)} if isinstance(before, list) else set()
    walk.look(pointer, pattern, schema, value)


def cap_of(control: Control | None) -> int:
    """Return how many code points one answer may hold: ten times the soft limit, else by kind (form.md §1)."""
    if control is not None and control.limits.max_words is not None:
        return 10 * control.limits.max_words
    return TEXT_CAP if control is not None and control.kind in ("text", "rich") else LINE_CAP


class _Walk:
    """Goes through data beside its schema; the pattern goes along, since to make it from each pointer is dear."""

    def __init__(self, call: Call, keep_unknown: bool) -> None:
        self.rich: dict[str, Json] = {}
        self.sound: set[int] = set()
        self._call = call
        self._keep_unknown = keep_unknown

    def look(self, pointer: str, pattern: str, schema: Json, value: Json) -> None:
        while "$ref" in schema:
            name = schema["$ref"].removeprefix("#/$defs/")
            schema = {**self._call.schema["$defs"][name], **{k: v for k, v in schema.items() if k != "$ref"}}
        expected = _TYPES[schema.get("type", "object")]
        if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
            raise KjxmError("data.type", pointer=pointer, expected=schema["type"])
        if isinstance(value, dict):
            self._fields(pointer, pattern, schema, cast("dict[str, Json]", value))
        elif isinstance(value, list):
            self._list(pointer, pattern, schema, cast("list[Json]", value))
        elif isinstance(value, str):
            self._string(pointer, pattern, value)

    def _string(self, pointer: str, pattern: str, value: str) -> None:
        _check_string(self._call.form.control(pattern), pointer, value)

    def _fields(self, pointer: str, pattern: str, schema: Json, value: dict[str, Json]) -> None:
        known = schema.get("properties", {})
        for key, child in value.items():
            token = json_pointer.build([key])
            if key in known:
                self.look(pointer + token, pattern + token, known[key], child)
            elif not self._keep_unknown:
                raise KjxmError("data.unknown_key", pointer=strict_json.printable(pointer + token, 200))

    def _list(self, pointer: str, pattern: str, schema: Json, items: list[Json]) -> None:
        control = self._call.form.control(pattern)
        if control is not None and control.kind == "rich":
            self.rich[pointer] = self._blocks(control, pointer, items)
            return
        if len(items) > ROWS_CAP:
            raise KjxmError("data.too_long", pointer=pointer, cap=ROWS_CAP)
        for index, item in enumerate(items):
            if id(item) in self.sound:
                continue  # a row of a long table that stands there already
            self.look(f"{pointer}/{index}", f"{pattern}/*", schema["items"], item)

    def _blocks(self, control: Control, pointer: str, value: Json) -> Json:
        keep_unknown, sound = self._keep_unknown, self.sound
        blocks = rich_text.normalise(value, pointer=pointer, keep_unknown=keep_unknown, is_sound=sound.__contains__)
        if len(rich_text.plain(blocks)) > cap_of(control):
            raise KjxmError("data.too_long", pointer=pointer, cap=cap_of(control))
        return blocks


class _Outside(_Walk):
    """Looks at data as it was handed in: strings for long text, `file` for pictures, nothing cleaned yet."""

    def look(self, pointer: str, pattern: str, schema: Json, value: Json) -> None:
        if not isinstance(value, str) or not self._is_rich(pattern):
            super().look(pointer, pattern, schema, value)

    def _fields(self, pointer: str, pattern: str, schema: Json, value: dict[str, Json]) -> None:
        by_file = "media" in schema.get("properties", {}) and "media" not in value
        told = {key: child for key, child in value.items() if not (by_file and key == "file")}
        unknown = {key: child for key, child in told.items() if key not in schema.get("properties", {})}
        super()._fields(pointer, pattern, schema, {k: v for k, v in told.items() if v is not None} | unknown)

    def _list(self, pointer: str, pattern: str, schema: Json, items: list[Json]) -> None:
        if not self._is_rich(pattern):
            super()._list(pointer, pattern, schema, items)

    def _string(self, pointer: str, pattern: str, value: str) -> None:
        """Leave a string be: how long it is and how many lines it has is told once it is cleaned."""

    def _is_rich(self, pattern: str) -> bool:
        control = self._call.form.control(pattern)
        return control is not None and control.kind == "rich"


def _check_string(control: Control | None, pointer: str, value: str) -> None:
    if len(value) > cap_of(control):
        raise KjxmError("data.too_long", pointer=pointer, cap=cap_of(control))
    if (control is None or control.kind != "text") and ("\n" in value or "\r" in value):
        raise KjxmError("data.line_break", pointer=pointer)
