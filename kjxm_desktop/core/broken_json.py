"""What can still be read of an object in JSON that is cut or damaged: its whole members, and the beginning of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from kjxm_desktop.core import strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DEEPEST: Final = 4  # a section, a group of answers, a table, a row
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True)
class Member:
    """One member of the object: `whole`, or as much as stands before the fault, objects and lists cut short."""

    key: str
    value: Json
    whole: bool


def members(text: str, *, surrogates: bool = False) -> list[Member]:
    """Return what can be read of the members in `text`, which may begin behind a comma instead of a brace.

    Each value is such as `strict_json` takes; one that it refuses is left out. With `surrogates` lone ones are let
    through. Nothing is read of a text larger than `strict_json` takes.
    """
    if len(text) > strict_json.LIMIT_BYTES or sum(text.count(mark) for mark in ",[{") > strict_json.LIMIT_VALUES:
        return []
    at = _SPACE.match(text).end()  # pyright: ignore[reportOptionalMemberAccess]  (it matches nothing at all, too)
    start = at + 1 if text[at : at + 1] in ("{", ",") else at
    return list(_Reader(text, surrogates).members(start, _DEEPEST))


class _Reader:
    """Reads on in one text from place to place."""

    def __init__(self, text: str, surrogates: bool) -> None:
        self._text = text
        self._surrogates = surrogates

    def members(self, at: int, deep: int) -> Iterator[Member]:
        """Yield the members of an object from `at` on, up to its end or a fault."""
        while True:
            at = self._behind_space(at)
            key, at = self._next(at)
            at = self._behind_space(at)
            if not isinstance(key, str) or self._text[at : at + 1] != ":":
                return
            start = self._behind_space(at + 1)
            value, at = self._next(start)
            if at < 0:
                yield Member(key, self._beginning(start, deep), whole=False)
                return
            if value is not _REFUSED:
                yield Member(key, value, whole=True)
            at = self._behind_space(at)
            if self._text[at : at + 1] != ",":
                return
            at += 1

    def _items(self, at: int) -> Iterator[Json]:
        while True:
            at = self._behind_space(at)
            value, at = self._next(at)
            if at < 0 or value is _REFUSED:
                return
            yield value
            at = self._behind_space(at)
            if self._text[at : at + 1] != ",":
                return
            at += 1

    def _beginning(self, at: int, deep: int) -> Json:
        """Return what there is of a value that does not end: the whole items of a list, the members of an object."""
        opening = self._text[at : at + 1]
        if deep and opening == "{":
            found = self.members(at + 1, deep - 1)
            return {member.key: member.value for member in found if member.value is not None}
        return list(self._items(at + 1)) if deep and opening == "[" else None

    def _next(self, at: int) -> tuple[Json, int]:
        """Return the value at `at` and where it ends, −1 when it does not."""
        if at < 0:
            return None, -1
        try:
            end = _DECODER.raw_decode(self._text, at)[1]
        except (ValueError, RecursionError):
            return None, -1
        raw = self._text[at:end].encode("utf-8")
        try:
            return strict_json.loads(raw, surrogates=self._surrogates), end
        except KjxmError:
            return cast("Json", _REFUSED), end

    def _behind_space(self, at: int) -> int:
        found = _SPACE.match(self._text, at) if at >= 0 else None
        return found.end() if found is not None else -1


_REFUSED: Final = object()
