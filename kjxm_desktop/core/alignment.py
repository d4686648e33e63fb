"""What two sequences have in common, in bounded work."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass


@dataclass
class Work:
    """How many steps may still be made. Whoever finds it empty makes do with less."""

    left: int

    def spend(self, steps: int) -> bool:
        """Take `steps` off and tell whether they were there."""
        self.left -= steps
        return self.left >= 0


def rising(values: Sequence[int], names: Sequence[str]) -> list[int]:
    """Return the places of a longest rising part of `values`, which are all different.

    Of several such parts it is the one told by `names`, so that it is the same part when the two orders that are
    compared change sides. Takes n log n steps.
    """
    ends: list[int] = []
    levels: list[list[int]] = []
    for at, value in enumerate(values):
        level = bisect_left(ends, value)
        if level == len(ends):
            ends.append(value)
            levels.append([])
        ends[level] = value
        levels[level].append(at)
    kept: list[int] = []
    for level in reversed(levels):
        before = [at for at in level if not kept or (at < kept[-1] and values[at] < values[kept[-1]])]
        kept.append(min(before, key=lambda at: names[at]))
    return kept[::-1]


def anchors(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of places of what occurs once on either side, as many as stand in the same order on both."""
    first, second = _single(one), _single(other)
    pairs = [(at, second[item]) for item, at in first.items() if item in second]
    return [pairs[at] for at in rising([there for _, there in pairs], [one[here] for here, _ in pairs])]


def _single(items: Sequence[str]) -> dict[str, int]:
    """Return the places of the items that occur once, in their order."""
    places: dict[str, int] = {}
    for at, item in enumerate(items):
        places[item] = at if item not in places else -1
    return {item: at for item, at in places.items() if at >= 0}


def common(one: Sequence[Hashable], other: Sequence[Hashable], work: Work) -> list[tuple[int, int]] | None:
    """Return the pairs of places of a longest common part; None when `work` does not suffice.

    Myers, An O(ND) Difference Algorithm and Its Variations (1986), the greedy search forwards: the dearer, the more
    the two differ.
    """
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(len(one) + len(other) + 1):
        trail.append(furthest)
        furthest = dict(furthest)
        if not work.spend(2 * edits + 1):
            return None
        for diagonal in range(-edits, edits + 1, 2):
            here = start = _entered(furthest, diagonal, edits)
            while here < len(one) and here - diagonal < len(other) and one[here] == other[here - diagonal]:
                here += 1
            furthest[diagonal] = here
            if not work.spend(here - start):
                return None
            if here >= len(one) and here - diagonal >= len(other):
                return _pairs(trail, len(one), len(other))
    return []


def _goes_down(furthest: Mapping[int, int], diagonal: int, edits: int) -> bool:
    """Tell whether `diagonal` is entered from above, else from the left: from where it leads further."""
    return diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1])


def _entered(furthest: Mapping[int, int], diagonal: int, edits: int) -> int:
    down = _goes_down(furthest, diagonal, edits)
    return furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1


def _pairs(trail: Sequence[Mapping[int, int]], here: int, there: int) -> list[tuple[int, int]]:
    """Return the pairs on the way back from the two ends."""
    found: list[tuple[int, int]] = []
    for edits in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[edits], here - there
        entered = _entered(furthest, diagonal, edits)
        while here > entered:
            here, there = here - 1, there - 1
            found.append((here, there))
        if _goes_down(furthest, diagonal, edits):
            there -= 1
        else:
            here -= 1
    return found[::-1]
