"""Whether data has the shape its call gives it: types, known keys, storage caps. No schema library."""

from __future__ import annotations

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


def check(call: Call, data: Json, *, keep_unknown: bool = False) -> None:
    """Raise KjxmError unless `data` has the types and keys of the call's data schema.

    Keys: data.type, data.unknown_key, data.too_long, data.rich, data.line_break, each with `pointer`.
    With `keep_unknown` a key that the call does not know is kept (a draft of a newer, compatible call).
    """
    _check(call, "", call.schema, data, keep_unknown)


def check_at(call: Call, pointer: str, value: Json) -> None:
    """Raise KjxmError unless `value` may stand at `pointer`; None always may. Unknown pointers are refused.

    Keys that a later program put into rows and blocks are kept, as when a draft is opened.
    """
    if value is None:
        return
    from kjxm_desktop.core.form import schema_at

    try:
        schema = schema_at(call.schema, json_pointer.pattern_of(pointer))
    except KeyError as error:
        raise KjxmError("data.unknown_key", pointer=pointer) from error
    _check(call, pointer, schema, value, keep_unknown=True)


def _check(call: Call, pointer: str, schema: Json, value: Json, keep_unknown: bool) -> None:
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        schema = {**call.schema["$defs"][name], **{k: v for k, v in schema.items() if k != "$ref"}}
    expected = _TYPES[schema.get("type", "object")]
    if not isinstance(value, expected) or (expected is int and isinstance(value, bool)):
        raise KjxmError("data.type", pointer=pointer, expected=schema["type"])
    control = call.form.control(pointer)
    if isinstance(value, dict):
        _check_fields(call, pointer, schema, cast("dict[str, Json]", value), keep_unknown)
    elif control is not None and control.kind == "rich":
        _check_rich(control, pointer, value, keep_unknown)
    elif isinstance(value, list):
        _check_items(call, pointer, schema["items"], cast("list[Json]", value), keep_unknown)
    elif isinstance(value, str):
        _check_string(control, pointer, value)


def _check_fields(call: Call, pointer: str, schema: Json, value: dict[str, Json], keep_unknown: bool) -> None:
    known = schema.get("properties", {})
    for key, child in value.items():
        under = f"{pointer}{json_pointer.build([key])}"
        if key in known:
            _check(call, under, known[key], child, keep_unknown)
        elif not keep_unknown:
            raise KjxmError("data.unknown_key", pointer=strict_json.printable(under, 200))


def _check_items(call: Call, pointer: str, schema: Json, items: list[Json], keep_unknown: bool) -> None:
    if len(items) > ROWS_CAP:
        raise KjxmError("data.too_long", pointer=pointer, cap=ROWS_CAP)
    for index, item in enumerate(items):
        _check(call, f"{pointer}/{index}", schema, item, keep_unknown)


def cap_of(control: Control | None) -> int:
    """Return how many code points one answer may hold: ten times the soft limit, else by kind (form.md §1)."""
    if control is not None and control.limits.max_words is not None:
        return 10 * control.limits.max_words
    return TEXT_CAP if control is not None and control.kind in ("text", "rich") else LINE_CAP


def _check_rich(control: Control, pointer: str, value: Json, keep_unknown: bool) -> None:
    blocks = rich_text.normalise(value, pointer=pointer, keep_unknown=keep_unknown)
    if len(rich_text.plain(blocks)) > cap_of(control):
        raise KjxmError("data.too_long", pointer=pointer, cap=cap_of(control))


def _check_string(control: Control | None, pointer: str, value: str) -> None:
    if len(value) > cap_of(control):
        raise KjxmError("data.too_long", pointer=pointer, cap=cap_of(control))
    if (control is None or control.kind != "text") and ("\n" in value or "\r" in value):
        raise KjxmError("data.line_break", pointer=pointer)
