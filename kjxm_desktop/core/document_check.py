"""What a document.json names and there is not: layouts, styles, words in braces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kjxm_desktop.core.call import DOCUMENT, Call, has_stray_brace, placeholders
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_ABOUT_THE_CALL: Final = frozenset(("year", "call", "stand_in", "deadline", "email", "today"))
_TABLES: Final = frozenset(("facts", "table"))  # items whose "style" is that of a table

Named = tuple[str, str, str]
"""What names a style: where it stands, "texts" or "tables", the name."""


def check(call: Call) -> None:
    """Raise KjxmError call.style, call.placeholder or call.brace for the first name that leads nowhere.

    A style has to be in every layout: whoever chooses another finds all of them.
    """
    told = call.document
    if told["style"] not in told["styles"]:
        raise KjxmError("call.style", file=DOCUMENT, place="/style", name=told["style"])
    for layout, styles in told["styles"].items():
        for place, kind, name in (*_named_in_tables(layout, styles), *_named(told["parts"], "/parts")):
            if name not in styles[kind]:
                raise KjxmError("call.style", file=DOCUMENT, place=place, name=name)
    for place, text in (*_heads(told), *_templates(told["parts"], "/parts")):
        _check_template(call, place, text)


def _named_in_tables(layout: str, styles: Mapping[str, Json]) -> Iterator[Named]:
    for table, look in styles["tables"].items():
        for key in ("text", "head"):
            if key in look:
                yield f"/styles/{layout}/tables/{table}/{key}", "texts", look[key]


def _named(items: Json, place: str) -> Iterator[Named]:
    """Yield the styles that parts, items and lines name."""
    for at, item in enumerate(items):
        here = f"{place}/{at}"
        if isinstance(item, str):
            continue
        if "style" in item:
            yield f"{here}/style", "tables" if item.get("item") in _TABLES else "texts", item["style"]
        if "style" in item.get("facts", ()):
            yield f"{here}/facts/style", "tables", item["facts"]["style"]
        for key in ("items", "lines"):
            yield from _named(item.get(key, ()), f"{here}/{key}")


def _heads(told: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    yield from ((f"/{key}", told[key]) for key in ("title", "subject", "header") if key in told)


def _templates(items: Json, place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts with names in braces that parts, items, rows, columns and lines hold."""
    for at, item in enumerate(items):
        here = f"{place}/{at}"
        if isinstance(item, str):
            yield here, item
            continue
        if item.get("item") != "list":  # whose "text" is a pointer
            yield from ((f"{here}/{key}", item[key]) for key in ("text", "else") if key in item)
        for key in ("items", "rows", "columns", "lines"):
            if isinstance(item.get(key), list):
                yield from _templates(item[key], f"{here}/{key}")
        yield from _templates(item.get("facts", {}).get("rows", ()), f"{here}/facts/rows")


def _check_template(call: Call, place: str, text: str) -> None:
    if has_stray_brace(text):
        raise KjxmError("call.brace", file=DOCUMENT, place=place)
    for name in placeholders(text):
        if name.startswith("/"):
            if call.form.control(name) is None:
                raise KjxmError("call.pointer", file=DOCUMENT, place=place, pointer=name)
        elif name not in _ABOUT_THE_CALL and not isinstance(call.about.get(name), str):
            raise KjxmError("call.placeholder", file=DOCUMENT, place=place, name=name)
