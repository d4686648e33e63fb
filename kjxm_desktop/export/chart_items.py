"""Which charts a document.json draws of which table: known without loading anything that draws."""

from __future__ import annotations

from collections.abc import Iterator

from kjxm_desktop.core.json_pointer import Json

KINDS = ("gantt", "bars", "stacked_bars")
"""The items of document.json that are charts."""


def table_of(item: Json) -> str:
    """Return the pointer of the table whose rows the chart `item` draws."""
    return item["rows"] if item["item"] == "gantt" else item["amount"].partition("/*")[0]


def of_table(document: Json, table: str) -> list[Json]:
    """Return the charts of `document` (a document.json) that draw the rows of the table at `table`, in their order."""
    return [item for item in _items(document["parts"]) if item.get("item") in KINDS and table_of(item) == table]


def _items(items: Json) -> Iterator[Json]:
    for item in items:
        yield item
        yield from _items(item.get("items", ()))
