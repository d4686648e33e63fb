"""Two lists of paragraphs side by side: which stand on both sides, which were changed, taken out or put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from kjxm_desktop.core import alignment
from kjxm_desktop.core.alignment import Work

MOST_STEPS: Final = 2_000_000
_MOST_COMPARED: Final = 2_500  # pairs of paragraphs in one gap: beyond it only their order counts
_MOST_LETTERS: Final = 20_000_000  # of all paragraphs that are held against others
_MOST_LOOKED_AT: Final = 2_000  # characters of a paragraph
_ALIKE: Final = 0.3  # share of pairs of characters that a changed paragraph has in common with what it was

Pair = tuple[int | None, int | None]


def pairs(one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    """Return the places of paragraphs that belong together, in the order of both; None where one side has none.

    What is on both sides is paired with itself. Between such places a paragraph is paired with the one most like it,
    or with the only one there is; the rest was taken out or put in. The work is bounded.
    """
    work, likening = Work(MOST_STEPS), Work(_MOST_LETTERS)
    done: list[Pair] = []
    here = there = 0
    for next_here, next_there in [*_kept(one, other, work), (len(one), len(other))]:
        left, right = range(here, next_here), range(there, next_there)
        done += _gap(left, right, _alike(one, other, left, right, likening))
        if next_here < len(one):
            done.append((next_here, next_there))
        here, there = next_here + 1, next_there + 1
    return done


def _kept(one: Sequence[str], other: Sequence[str], work: Work) -> Iterator[tuple[int, int]]:
    """Yield the places of the same paragraphs: first of those that occur once, then of others between them."""
    here = there = 0
    for next_here, next_there in [*alignment.anchors(one, other), (len(one), len(other))]:
        inner, outer = one[here:next_here], other[there:next_there]
        share = Work(work.left // 4)
        work.left -= share.left
        found = alignment.common(inner, outer, share) if inner and outer else []
        work.left += max(share.left, 0)
        yield from ((here + first, there + second) for first, second in found or [])
        if next_here < len(one):
            yield next_here, next_there
        here, there = next_here + 1, next_there + 1


def _gap(left: range, right: range, alike: Sequence[tuple[int, int]]) -> Iterator[Pair]:
    """Yield the pairs of a place where nothing is the same on both sides, those that are `alike` among them."""
    first, second = left.start, right.start
    for next_first, next_second in [*alike, (left.stop, right.stop)]:
        if next_first - first == next_second - second:
            yield from zip(range(first, next_first), range(second, next_second), strict=True)
        else:
            yield from ((at, None) for at in range(first, next_first))
            yield from ((None, at) for at in range(second, next_second))
        if next_first < left.stop:
            yield next_first, next_second
        first, second = next_first + 1, next_second + 1


def _alike(one: Sequence[str], other: Sequence[str], left: range, right: range, work: Work) -> list[tuple[int, int]]:
    """Return the pairs in rising order whose likeness adds up to the most."""
    if not left or not right or len(left) * len(right) > _MOST_COMPARED or len(left) == len(right) == 1:
        return []
    letters = len(right) * sum(min(len(one[at]), _MOST_LOOKED_AT) for at in left)
    letters += len(left) * sum(min(len(other[at]), _MOST_LOOKED_AT) for at in right)
    if not work.spend(letters):
        return []
    seen = [_twos(one[at]) for at in left], [_twos(other[at]) for at in right]
    likeness = [[_likeness(first, second) for second in seen[1]] for first in seen[0]]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for down in range(len(left) - 1, -1, -1):
        for across in range(len(right) - 1, -1, -1):
            together = likeness[down][across] + best[down + 1][across + 1] if likeness[down][across] >= _ALIKE else 0.0
            best[down][across] = max(together, best[down + 1][across], best[down][across + 1])
    found: list[tuple[int, int]] = []
    down = across = 0
    while down < len(left) and across < len(right) and best[down][across]:
        if best[down][across] == best[down + 1][across]:
            down += 1
        elif best[down][across] == best[down][across + 1]:
            across += 1
        else:
            found.append((left[down], right[across]))
            down, across = down + 1, across + 1
    return found


def _twos(text: str) -> Counter[str]:
    looked_at = text[:_MOST_LOOKED_AT]
    return Counter(looked_at[at : at + 2] for at in range(max(len(looked_at) - 1, 1)))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of pairs of characters in common (Dice, 1945)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
