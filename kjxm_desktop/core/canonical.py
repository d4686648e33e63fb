"""Answers in their one spelling: whoever wrote a draft, the program meets only what it would have written."""

from __future__ import annotations

from collections.abc import Mapping

from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import leaves, with_row_ids


def canonical(call: Call, data: Json, blocks: Mapping[str, Json]) -> Json:
    """Return `data` in its one spelling, long texts as in `blocks`: nothing empty, and every row has its own id.

    Raises KjxmError data.row_id.
    """
    for control, pointer, value in list(leaves(call, data)):
        if control.kind == "rich":
            clean = blocks[pointer]
        elif control.kind == "choices":
            clean = [text for text in (_cleaned(item) for item in value) if text != ""]
        else:
            clean = _cleaned(value)
        if clean != value or clean in ("", [], {}):
            data = json_pointer.set_in(data, pointer, clean) or {}
    return _without_empty_groups(call, _with_row_ids(call, data))


def _cleaned(value: Json) -> Json:
    return rich_text.clean_text(value) if isinstance(value, str) else value


def _with_row_ids(call: Call, data: Json) -> Json:
    for table in call.form.controls:
        rows = json_pointer.get(data, table.pointer) if table.kind == "table" else None
        if rows is not None:
            done = with_row_ids(rows, table.pointer)
            data = json_pointer.set_in(data, table.pointer, done) or {} if done != rows or not rows else data
    return data


def _without_empty_groups(call: Call, data: Json) -> Json:
    for control in call.form.controls:
        above, _, _ = control.pointer.rpartition("/")
        while above and not control.in_table:
            if json_pointer.get(data, above) == {}:
                data = json_pointer.set_in(data, above, None) or {}
            above, _, _ = above.rpartition("/")
    return data
