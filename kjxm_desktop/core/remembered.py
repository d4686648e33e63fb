"""What was worked out of each row of a table, remembered while the row stays the same: none is changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from kjxm_desktop.core.json_pointer import Json

Row = Mapping[str, Json]
Fact = TypeVar("Fact")


class Remembered(Generic[Fact]):
    """Works out one fact of each row, and of a row that it knows not again."""

    def __init__(self, work: Callable[[Row], Fact]) -> None:
        """`work` tells the fact of a row from that row alone."""
        self._work = work
        self._known: dict[int, tuple[Row, Fact]] = {}
        self._last: tuple[Sequence[Row], list[Fact]] | None = None

    def of(self, rows: Sequence[Row]) -> list[Fact]:
        """Return the facts of `rows`, in their order; the rows of the time before are forgotten."""
        if self._last is not None and self._last[0] is rows:
            return self._last[1]
        known, now = self._known, dict[int, tuple[Row, Fact]]()
        for row in rows:
            key = id(row)
            # The row that is known is held, so that no other has its address.
            now[key] = known[key] if key in known else (row, self._work(row))
        self._known = now
        self._last = rows, [now[id(row)][1] for row in rows]
        return self._last[1]

    def changes(self, rows: Sequence[Row]) -> tuple[Iterator[Fact], Iterator[Fact]]:
        """Return the facts of the rows that went since the time before, and of those that came; a row counts once."""
        before = self._known
        self.of(rows)
        now = self._known
        gone = (before[key][1] for key in before.keys() - now.keys())
        return gone, (now[key][1] for key in now.keys() - before.keys())
