"""JSON Pointer (RFC 6901) over data that is never changed in place.

Three spellings of one address are used:

* a *pointer* names rows by index: ``/budget/lines/3/amount``;
* a *pattern* stands for every row: ``/budget/lines/*/amount``;
* a *place* names rows by their id and outlives moves: ``/budget/lines/@k3j2/amount``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

Json = Any


@lru_cache(maxsize=4096)
def parse(pointer: str) -> tuple[str, ...]:
    """Return the tokens of `pointer`; the empty pointer has none."""
    if not pointer:
        return ()
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/"))


def build(tokens: Sequence[str | int]) -> str:
    """Return the pointer made of `tokens`."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def is_index(token: str) -> bool:
    """Tell whether `token` counts a row: ASCII digits alone, since ² is a digit to Python and no number."""
    return token.isascii() and token.isdigit()


def get(data: Json, pointer: str, default: Json = None) -> Json:
    """Return the value at `pointer`, or `default` where nothing stands."""
    for token in parse(pointer):
        if isinstance(data, dict):
            data = cast("dict[str, Json]", data).get(token, default)
        elif isinstance(data, list):
            rows = cast("list[Json]", data)
            data = rows[int(token)] if is_index(token) and int(token) < len(rows) else default
        else:
            return default
        if data is default:
            return default
    return data


def set_in(data: Json, pointer: str, value: Json) -> Json:
    """Return a copy of `data` with `value` at `pointer`, sharing all that lies beside the path.

    None, "", [] and {} remove what stood there, and objects left empty go too; a row of a table stays
    (it keeps its id). Raises KeyError where the pointer runs through a value or past the end of a table, or counts a
    row where no table stands.
    """
    return _set(data, parse(pointer), _or_none(value))


def _or_none(value: Json) -> Json:
    return value if value or not isinstance(value, (str, list, dict)) else None


def _set(node: Json, tokens: tuple[str, ...], value: Json) -> Json:
    if not tokens:
        return value
    token, rest = tokens[0], tokens[1:]
    if isinstance(node, list):
        rows = list(cast("list[Json]", node))
        if not is_index(token) or int(token) >= len(rows):
            raise KeyError(token)
        row = _set(rows[int(token)], rest, value)
        rows[int(token)] = {} if row is None else row
        return rows
    if is_index(token) or (node is not None and not isinstance(node, dict)):
        raise KeyError(token)
    fields = dict(cast("dict[str, Json]", node or {}))
    child = _set(fields.get(token), rest, value)
    if child is None:
        fields.pop(token, None)
    else:
        fields[token] = child
    return fields or None


def expand(data: Json, pattern: str) -> Iterator[str]:
    """Yield the pointers that `pattern` stands for in `data`: one for each row; itself when it has no `*`."""
    yield from _expand(data, parse(pattern), ())


def _expand(node: Json, tokens: tuple[str, ...], done: tuple[str, ...]) -> Iterator[str]:
    if "*" not in tokens:
        yield build((*done, *tokens))
        return
    at = tokens.index("*")
    rows = get(node, build(tokens[:at]))
    for index in range(len(cast("list[Json]", rows)) if isinstance(rows, list) else 0):
        yield from _expand(rows[index], tokens[at + 1 :], (*done, *tokens[:at], str(index)))


@lru_cache(maxsize=65536)
def pattern_of(pointer: str) -> str:
    """Return `pointer` with `*` for each row index."""
    return build(["*" if is_index(token) else token for token in parse(pointer)])


def matches(pattern: str, pointer: str) -> bool:
    """Tell whether `pointer` is one of those that `pattern` stands for."""
    return pattern_of(pointer) == pattern


def in_row_of(pattern: str, pointer: str) -> str:
    """Return `pattern` with its `*` filled by the row indices of `pointer`, as far as the two run together.

    ``in_row_of("/t/*/b", "/t/4/a")`` is ``"/t/4/b"``: how a condition names its neighbour in the same row.
    """
    here = parse(pointer)
    tokens = list(parse(pattern))
    for at, token in enumerate(tokens):
        if at >= len(here):
            break
        if token == "*" and is_index(here[at]):
            tokens[at] = here[at]
        elif token != here[at]:
            break
    return build(tokens)


def section_of(pointer: str) -> str | None:
    """Return the id of the section that `pointer` lies in; None for the whole."""
    tokens = parse(pointer)
    return tokens[0] if tokens else None


def by_row_id(data: Json, pointer: str) -> str:
    """Return the place of `pointer`: rows by `@id` where they have one."""
    tokens: list[str] = []
    node: Json = data
    for token in parse(pointer):
        step: Json = get(node, build([token]))
        is_row = isinstance(node, list) and isinstance(step, dict)
        row_id = cast("dict[str, Json]", step).get("id") if is_row else None
        tokens.append(f"@{row_id}" if isinstance(row_id, str) else token)
        node = cast("Json", step)
    return build(tokens)


def by_index(data: Json, place: str) -> str | None:
    """Return the pointer of `place`, or None when its row is gone."""
    tokens: list[str] = []
    node = data
    for token in parse(place):
        if token.startswith("@"):
            rows = cast("list[dict[str, Json]]", node) if isinstance(node, list) else []
            ids = [row.get("id") for row in rows]
            if token[1:] not in ids:
                return None
            tokens.append(str(ids.index(token[1:])))
        else:
            tokens.append(token)
        node = get(node, build(tokens[-1:]))
    return build(tokens)
