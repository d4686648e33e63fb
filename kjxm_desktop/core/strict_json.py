"""JSON as this program reads and writes it: UTF-8, nothing doubled or endless, nothing it could not save again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import cast

from kjxm_desktop.core.json_pointer import Json, build
from kjxm_desktop.errors import KjxmError

LIMIT_BYTES = 20 * 1024 * 1024
LIMIT_DEPTH = 64
LIMIT_VALUES = 1_000_000  # what a file of 20 MB made of nothing but brackets would cost in memory
_LONGEST_INTEGER = 19  # digits; no number of a form needs more than 64 bits

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_PIECES_DEEP = 4  # the rows of a table in a section of the answers of a working copy

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class _FaultError(Exception):
    """One thing that may not stand in the data; gathers its place on the way up."""

    def __init__(self, key: str, **params: str) -> None:
        super().__init__(key)
        self.key = key
        self.params = params
        self.tokens: list[str | int] = []


class _Wrong:
    """Stands where a value could not be taken, until the walk over the data finds its place."""

    def __init__(self, key: str, **params: str) -> None:
        self.key = key
        self.params = params


def members(data: Mapping[str, Json]) -> dict[str, bytes]:
    """Return the canonical JSON of each member of an object, `"key":value`, in the order in which `dumps` writes them.

    Joined by commas within braces they are what `dumps` gives. Raises KjxmError `data.unwritable` as it does.
    """
    return {key: dumps({key: data[key]})[1:-1] for key in sorted(data)}


def mended(value: Json) -> Json:
    """Return `value` with U+FFFD for each lone surrogate, in keys too; nested no deeper than `loads` takes."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [mended(item) for item in cast("list[Json]", value)]
    if isinstance(value, dict):
        return {mended(key): mended(item) for key, item in cast("dict[str, Json]", value).items()}
    return value


def loads(
    data: bytes,
    *,
    name: str = "JSON",
    limit_bytes: int = LIMIT_BYTES,
    limit_depth: int = LIMIT_DEPTH,
    surrogates: bool = False,
) -> Json:
    """Return what the UTF-8 JSON in `data` says (a byte order mark is allowed).

    With `surrogates` lone surrogates are let through, for `mended`.

    Raises KjxmError `data.*`: with `name` on more than `limit_bytes`, a million values or `limit_depth` levels, on
    other encodings and bad syntax (with line and column); with the pointer on doubled keys, NaN, Infinity, numbers
    too large to hold, and lone surrogates.
    """
    if len(data) > limit_bytes:
        raise KjxmError("data.size", name=name, limit=limit_bytes // (1024 * 1024))
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > LIMIT_VALUES:
        raise KjxmError("data.values", name=name)
    try:
        value = json.loads(
            _decode(data, name),
            object_pairs_hook=_object,
            parse_constant=lambda text: _Wrong("data.number", number=text),
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise KjxmError("data.syntax", name=name, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise KjxmError("data.depth", name=name, limit=limit_depth) from None
    _check(value, name, limit_depth, surrogates=not surrogates and _ESCAPED_SURROGATE.search(data) is not None)
    return value


def dumps(data: Json) -> bytes:
    """Return `data` as canonical JSON: UTF-8, keys sorted, no white space; equal data gives equal bytes.

    Raises KjxmError `data.unwritable` on NaN, Infinity or a lone surrogate.
    """
    try:
        return b"".join(_pieces(data, _PIECES_DEEP))
    except ValueError:  # UnicodeEncodeError is one
        raise KjxmError("data.unwritable") from None


def _pieces(data: Json, deep: int) -> Iterator[bytes]:
    """Yield the bytes of `data`, what lies `deep` levels down in one piece each.

    The library writes all it is given without letting another thread run, and thousands of rows are felt in typing.
    """
    if deep and isinstance(data, dict):
        yield b"{"
        for at, (key, value) in enumerate(sorted(cast("dict[str, Json]", data).items(), key=itemgetter(0))):
            yield (("," if at else "") + _ENCODER.encode(key) + ":").encode("utf-8")
            yield from _pieces(value, deep - 1)
        yield b"}"
    elif deep and isinstance(data, list):
        yield b"["
        for at, value in enumerate(cast("list[Json]", data)):
            if at:
                yield b","
            yield from _pieces(value, deep - 1)
        yield b"]"
    else:
        yield _ENCODER.encode(data).encode("utf-8")


def printable(text: str, longest: int = 60) -> str:
    """Return `text` from outside so that it can stand in a message: cut, without anything a screen could choke on."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[:longest])
    return shown + "…" if len(text) > longest else shown


def _decode(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise KjxmError("data.encoding", name=name) from None
    if "\0" in text[:4]:  # UTF-16 or UTF-32 without a byte order mark
        raise KjxmError("data.encoding", name=name)
    return text


def _object(pairs: list[tuple[str, Json]]) -> Json:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return _Wrong("data.doubled_key", field=printable(key))
        seen.add(key)
    raise AssertionError("a shorter dict has a doubled key")


def _float(text: str) -> Json:
    number = float(text)
    return number if math.isfinite(number) else _Wrong("data.number", number=printable(text))


def _integer(text: str) -> Json:
    return int(text) if len(text.lstrip("-")) <= _LONGEST_INTEGER else _Wrong("data.number", number=printable(text))


def _check(value: Json, name: str, limit_depth: int, *, surrogates: bool) -> None:
    if not surrogates and _is_plain(value, limit_depth):
        return
    try:
        _walk(value, limit_depth, surrogates)
    except _FaultError as fault:
        if fault.key == "data.depth":
            raise KjxmError("data.depth", name=name, limit=limit_depth) from None
        raise KjxmError(fault.key, pointer=_place(fault.tokens), **fault.params) from None


def _is_plain(value: Json, limit_depth: int) -> bool:
    """Tell, level by level and much quicker than `_walk` finds a place, whether nothing is wrong and nothing deep."""
    level = [value]
    for _ in range(limit_depth + 1):
        kinds = set(map(type, level))
        if _Wrong in kinds:
            return False
        if not kinds & {dict, list}:
            return True
        lists: list[Json] = [item for item in level if type(item) is list]
        lists += [item.values() for item in level if type(item) is dict]
        level = list(chain.from_iterable(lists))
    return False


def _walk(value: Json, room: int, surrogates: bool) -> None:
    if isinstance(value, _Wrong):
        raise _FaultError(value.key, **value.params)
    if isinstance(value, str):
        if surrogates and _LONE_SURROGATE.search(value):
            raise _FaultError("data.surrogate")
        return
    if not isinstance(value, (dict, list)):
        return
    if room == 0:
        raise _FaultError("data.depth")
    if surrogates and isinstance(value, dict):
        for key in cast("dict[str, Json]", value):
            _walk(key, room, surrogates)
    items = cast("dict[str, Json]", value).items() if isinstance(value, dict) else enumerate(cast("list[Json]", value))
    for token, child in items:
        try:
            _walk(child, room - 1, surrogates)
        except _FaultError as fault:
            fault.tokens.insert(0, token)
            raise


def _place(tokens: Sequence[str | int]) -> str:
    return printable(build(tokens), longest=200)
