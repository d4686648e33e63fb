"""The proposal's own names (its title, its people, organisations and enterprises), completed where they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.folded_text import Folded, fold
from kjxm_desktop.core.form import Control, Form, Naming
from kjxm_desktop.core.json_pointer import Json

LEAST_HAN: Final = 2
LEAST_LATIN: Final = 3
LEAST_OF_TITLE: Final = 4
"""A name is offered after so many of its characters; a title begins with words that begin many a sentence."""
MOST_OFFERED: Final = 6
LONGEST: Final = 120
"""So many characters before the cursor are looked at."""

LEAST_ALIKE: Final = 7
"""A name so long may be written differently by mistake; shorter ones are too often other names."""
MOST_LACKING: Final = 4
SAME_START: Final = 4
SAME_END: Final = 2

_LEGAL = frozenset("有限责任股份集团公司")
_FORM = _LEGAL | frozenset("自治省市县旗盟区()., -")
_TELLING = frozenset("0123456789〇一二三四五六七八九十甲乙丙丁东南西北中上下左右大小新老")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd]")
_WORD = re.compile("[0-9a-z\u00df-\u024f\u0370-\u052f]")


@dataclass(frozen=True)
class Name:
    """One name as it is written where the call says that it stands."""

    text: str
    kind: Naming
    pointer: str
    folded: Folded

    @property
    def key(self) -> str:
        """Return what two spellings of the same name share."""
        return self.folded.text


@dataclass(frozen=True)
class Offer:
    """A name to put in the place of the last `taken` characters before the cursor.

    `differs` tells that those are no beginning of it but another spelling of all of it.
    """

    name: Name
    taken: int
    differs: bool = False


@dataclass
class OwnNames:
    """The names in one proposal; answers that are the same object as before are not looked at again."""

    form: Form
    _kept: dict[str, tuple[Json, list[Name]]] = field(
        default_factory=lambda: cast("dict[str, tuple[Json, list[Name]]]", {})
    )
    _sources: list[Control] = field(default_factory=lambda: cast("list[Control]", []))

    def __post_init__(self) -> None:
        """Find out once which controls hold names."""
        self._sources = [control for control in self.form.controls if control.names]

    def names(self, data: Json) -> list[Name]:
        """Return the names that are asked for and given, in the order of the form."""
        found: list[Name] = []
        for control in self._sources:
            table = control.pointer.partition("/*")[0]
            value = json_pointer.get(data, table)
            known = self._kept.get(control.pointer)
            if known is None or known[0] is not value:
                known = self._kept[control.pointer] = (value, list(_names_of(control, data)))
            found += [name for name in known[1] if self.form.shown(name.pointer, data)]
        return found


def _names_of(control: Control, data: Json) -> Iterator[Name]:
    for pointer in json_pointer.expand(data, control.pointer):
        value = json_pointer.get(data, pointer)
        text = value.strip() if isinstance(value, str) else ""
        if text and control.names:
            yield Name(text, control.names, pointer, fold(text))


def offers(names: Sequence[Name], before: str, after: str = "", at: str = "") -> list[Offer]:
    """Return the names that the words before the cursor begin, the longest beginning first; none where one is whole.

    `before` and `after` are the text on both sides of the cursor, `at` is the pointer of the answer being written: a
    name is not offered to itself. Without a beginning, a name that is spelt differently is offered (`differs`).
    """
    others = _apart([name for name in names if name.pointer != at])
    text = fold(before[-LONGEST:])
    if any(_ends_with(text, name.key) for name in others):
        return []
    begun = [offer for name in others if (offer := _begun(name, text, after)) is not None]
    begun.sort(key=lambda offer: -offer.taken)
    if begun:
        return begun[:MOST_OFFERED]
    return [offer for name in others if (offer := _alike(name, text, others)) is not None][:MOST_OFFERED]


def _apart(names: Sequence[Name]) -> list[Name]:
    """Return one name for each spelling, the first."""
    return list({name.key: name for name in reversed(names)}.values())[::-1]


def _ends_with(text: Folded, key: str) -> bool:
    return text.text.endswith(key) and _starts_a_word(text.text, len(text.text) - len(key))


def _begun(name: Name, text: Folded, after: str) -> Offer | None:
    """Return the offer of `name` where the text ends with the beginning of it, and does not go on as it does."""
    for length in range(min(len(name.key) - 1, len(text.text)), 0, -1):
        start = len(text.text) - length
        if not name.key.startswith(text.text[start:]):
            continue
        least = LEAST_HAN if _HAN.search(name.key[:length]) else LEAST_LATIN
        least = LEAST_OF_TITLE if name.kind == "title" else least
        if length < least or not _starts_a_word(text.text, start) or not _is_place(text, start):
            return None
        goes_on = fold(after[:1]).text
        return None if goes_on and name.key[length:].startswith(goes_on) else Offer(name, _taken(text, start))
    return None


def _starts_a_word(text: str, start: int) -> bool:
    return start == 0 or not (_WORD.match(text[start]) and _WORD.match(text[start - 1]))


def _is_place(text: Folded, at: int) -> bool:
    """Tell whether folded character `at` begins a character of the source: 2 in ㎡ does not."""
    return text.origins is None or at == 0 or text.origins[at] != text.origins[at - 1]


def _taken(text: Folded, start: int) -> int:
    """Return how many characters of the source stand from folded character `start` to its end."""
    return len(text.source) - (start if text.origins is None else text.origins[start])


def _alike(name: Name, text: Folded, others: Sequence[Name]) -> Offer | None:
    """Return the offer of `name` where the text ends with another spelling of it.

    It must begin and end as the name does. Either only words of its legal form or of an administrative level are left
    out or put in, or one character is another one that does not number or place it: 第一 and 第二, 东 and 西 are two.
    Titles and people are left alone, and so is what another name says.
    """
    if name.kind not in ("organisation", "company") or len(name.key) < LEAST_ALIKE:
        return None
    if not text.text.endswith(name.key[-SAME_END:]):
        return None
    for start in _starts(text.text, name.key):
        told = text.text[start:]
        if _is_place(text, start) and _is_variant(told, name.key) and not any(other.key in told for other in others):
            return Offer(name, _taken(text, start), differs=True)
    return None


def _starts(text: str, key: str) -> Iterator[int]:
    """Yield where in `text` something begins as `key` does and is about as long up to the end."""
    nearest, farthest = len(text) - len(key) + MOST_LACKING, len(text) - len(key) - MOST_LACKING
    at = text.rfind(key[:SAME_START], max(0, farthest))
    while at >= 0:
        if at <= nearest and _starts_a_word(text, at):
            yield at
        at = text.rfind(key[:SAME_START], max(0, farthest), at)


def _is_variant(told: str, key: str) -> bool:
    if len(told) == len(key):
        others = [mine + theirs for mine, theirs in zip(told, key, strict=True) if mine != theirs]
        legal = _LEGAL.issuperset("".join(others))
        return legal or (len(others) == 1 and not _TELLING.intersection(others[0]))
    short, long = sorted((told, key), key=len)
    return len(long) - len(short) <= MOST_LACKING and _left_out(short, long) <= _FORM


def _left_out(short: str, long: str) -> set[str]:
    """Return the characters that `long` has one after another and `short` has not; a sign of none where it is other."""
    start = next((at for at, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short))
    more = len(long) - len(short)
    return set(long[start : start + more]) if long[start + more :] == short[start:] else {"\0"}
