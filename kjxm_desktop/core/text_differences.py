"""Where two versions of a text differ, as a reader would mark it: first by clauses, then by signs within them.

A sign is a Chinese character, kana or mark with what belongs to it, or a whole word, number or emoji: nothing that is
drawn as one is ever torn. The work is bounded, whatever the texts: beyond it a passage counts as replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from kjxm_desktop.core import alignment
from kjxm_desktop.core.alignment import Work

MOST_STEPS: Final = 400_000  # of one comparison; about a fifth of a second on an old laptop
_MOST_KEPT = 3  # signs: so few between two longer changes would only be in the reader's way

_IDEOGRAPHS = "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MARKS = "\u2000-\u200a\u2010-\u202e\u2030-\u205e\u3000-\u33ff\ufe10-\ufe1f\ufe30-\ufe6f\uff00-\uffef"
_SINGLE = f"{_IDEOGRAPHS}{_MARKS}\\s!-/:-@\\[-`{{-~\xa1-\xbf\xd7\xf7"
_ADDED = "\u0300-\u036f\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"  # to the one before
_TAIL = f"(?:[{_ADDED}]|\u200d[\\s\\S])*"
_WORD = f"[^{_SINGLE}]+(?:(?<=[0-9])[.,](?=[0-9])[^{_SINGLE}]+)*"
_SIGN = re.compile(f"\r\n|[{_SINGLE}]{_TAIL}|{_WORD}")
_CLAUSE = re.compile(f"[\\s\\S]*?(?:(?:[，。；：、！？…\n]|[,.;:!?](?=\\s)){_TAIL})+|[\\s\\S]+")


@dataclass(frozen=True)
class Run:
    """A piece of a text: on both sides, on the first alone or on the second alone."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True)
class _Hunk:
    """The same text on both sides, then what stands there on the first and on the second side instead."""

    same: str
    removed: str = ""
    added: str = ""

    @property
    def is_change(self) -> bool:
        return bool(self.removed or self.added)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, text in (("removed", self.removed), ("added", self.added)) if text}


def text_runs(before: str, after: str) -> list[Run]:
    """Return the pieces of both texts in order; of a change the removed piece comes first.

    All but the added make `before`, all but the removed make `after`. Changing sides gives the same pieces.
    """
    return _text_runs(before, after, Work(MOST_STEPS))


def signs(text: str) -> list[str]:
    """Return `text` cut between its signs; joined they are the text again."""
    return _SIGN.findall(text)


def _text_runs(before: str, after: str, work: Work) -> list[Run]:
    if after < before:  # one order for both ways: the search does not go the same way from either end
        turned = [_Hunk(hunk.same, hunk.added, hunk.removed) for hunk in _hunks(after, before, work)]
    else:
        turned = _hunks(before, after, work)
    runs: list[Run] = []
    for hunk in turned:
        runs += [Run("same", hunk.same)] if hunk.same else []
        runs += [Run("removed", hunk.removed)] if hunk.removed else []
        runs += [Run("added", hunk.added)] if hunk.added else []
    return runs


def _hunks(one: str, other: str, work: Work) -> list[_Hunk]:
    if one == other:
        return [_Hunk(one)]
    found: list[_Hunk] = []
    for hunk in _by_clauses(_CLAUSE.findall(one), _CLAUSE.findall(other), work):
        if hunk.removed and hunk.added:
            found += _aligned(signs(hunk.removed), signs(hunk.added), work)
        else:
            found.append(hunk)
    return list(_readable(_merged(found)))


# --- aligning -------------------------------------------------------------------------------------------------------


def _by_clauses(one: Sequence[str], other: Sequence[str], work: Work) -> Iterator[_Hunk]:
    """Yield the hunks of two lists of clauses, aligned first on those that occur once on either side."""
    here = there = 0
    for next_here, next_there in [*alignment.anchors(one, other), (len(one), len(other))]:
        yield from _aligned(one[here:next_here], other[there:next_there], work)
        yield _Hunk("".join(one[next_here : next_here + 1]))
        here, there = next_here + 1, next_there + 1


def _aligned(one: Sequence[str], other: Sequence[str], work: Work) -> Iterator[_Hunk]:
    """Yield the hunks of two lists of pieces, each the same or changed; all as replaced where the work is too much."""
    head = _common_start(one, other)
    tail = _common_start(one[head:][::-1], other[head:][::-1])
    inner, outer = one[head : len(one) - tail], other[head : len(other) - tail]
    yield _Hunk("".join(one[:head]))
    here = there = 0
    for next_here, next_there in [*_pairs(inner, outer, work), (len(inner), len(outer))]:
        yield _Hunk("", "".join(inner[here:next_here]), "".join(outer[there:next_there]))
        yield _Hunk("".join(inner[next_here : next_here + 1]))
        here, there = next_here + 1, next_there + 1
    yield _Hunk("".join(one[len(one) - tail :]))


def _pairs(one: Sequence[str], other: Sequence[str], work: Work) -> list[tuple[int, int]]:
    """Return the places of what both have in common, with a share of the work: no passage takes it from all others."""
    if not one or not other:
        return []
    share = Work(work.left // 4)
    work.left -= share.left
    pairs = alignment.common(one, other, share)
    work.left += max(share.left, 0)
    return pairs or []


def _common_start(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for first, second in zip(one, other, strict=False):
        if first != second:
            break
        count += 1
    return count


# --- making it readable ---------------------------------------------------------------------------------------------


def _merged(hunks: Iterable[_Hunk]) -> Iterator[_Hunk]:
    """Yield `hunks` with neighbours put together, so that between two changes something is the same."""
    together: list[_Hunk] = []
    changed = False
    for hunk in hunks:
        if hunk.same and changed:
            yield _joined(together)
            together, changed = [], False
        together.append(hunk)
        changed = changed or hunk.is_change
    yield _joined(together)


def _joined(hunks: Sequence[_Hunk]) -> _Hunk:
    """Return one hunk of several: what is the same first, and again within what changed where that came before it."""
    at = next((at for at, hunk in enumerate(hunks) if hunk.is_change), len(hunks))
    same = "".join(hunk.same for hunk in hunks[: at + 1])
    removed = "".join((hunk.same if inside else "") + hunk.removed for inside, hunk in enumerate(hunks[at:]))
    added = "".join((hunk.same if inside else "") + hunk.added for inside, hunk in enumerate(hunks[at:]))
    return _Hunk(same, removed, added)


def _readable(hunks: Iterable[_Hunk]) -> Iterator[_Hunk]:
    """Yield `hunks` without the few signs that happen to be the same between two changes at least as long.

    Where something was only taken out or only put in, on both sides of them, they are no accident and stay.
    """
    together: list[_Hunk] = []
    size = 0
    kinds = set[str]()
    for hunk in hunks:
        own = max(_signs(hunk.removed), _signs(hunk.added))
        kinds |= hunk.kinds
        accident = len(kinds) == 2 and 0 < _signs(hunk.same) <= min(_MOST_KEPT, size, own)
        if together and not accident:
            yield _joined(together)
            together, size = [], 0
            kinds = hunk.kinds
        size += own + (_signs(hunk.same) if together else 0)
        together.append(hunk)
    yield _joined(together)


def _signs(text: str) -> int:
    return len(signs(text[: 100 * _MOST_KEPT])) if text else 0  # what is longer is more than few
