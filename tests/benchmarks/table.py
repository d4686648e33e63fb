"""What a row of the table says: medians of interleaved pairs, their ratio, and how restless the machine was."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

Result = TypeVar("Result")

PAIRS = 7
"""So many pairs at least are measured for a row."""


@dataclass(frozen=True)
class Pairs:
    """What was measured and its reference, side by side: the two values at one index come from the same moment."""

    measured: tuple[float, ...]
    reference: tuple[float, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[float, float]]) -> Pairs:
        """Return the pairs told one by one, each (measured, reference)."""
        measured, reference = zip(*pairs, strict=True)
        return cls(measured, reference)

    @property
    def ratio(self) -> float:
        """Return the median of the ratios of the pairs: what slows both sides of a pair falls out of it."""
        return statistics.median(ours / theirs for ours, theirs in zip(self.measured, self.reference, strict=True))

    @property
    def noise(self) -> float:
        """Return the noise of the machine: the quartile spread of the reference."""
        return quartile_spread(self.reference)


@dataclass(frozen=True)
class Row:
    """One line of the table. `unit` is that of both values; `bound` limits the ratio or the measured value.

    A row without a bound informs. `notes` stand below the table.
    """

    name: str
    unit: str
    measured: float
    reference: float | None = None
    ratio: float | None = None
    noise: float | None = None
    bound: float | None = None
    bounded: Literal["ratio", "measured"] = "ratio"
    notes: tuple[str, ...] = field(default=())

    @property
    def holds(self) -> bool | None:
        """Tell whether the bound holds; None where there is none."""
        value = self.ratio if self.bounded == "ratio" else self.measured
        return None if self.bound is None or value is None else value <= self.bound


def row_of(name: str, unit: str, pairs: Pairs, bound: float | None = None, notes: Sequence[str] = ()) -> Row:
    """Return the row of `pairs`, its ratio bounded by `bound`."""
    measured, reference = statistics.median(pairs.measured), statistics.median(pairs.reference)
    return Row(name, unit, measured, reference, pairs.ratio, pairs.noise, bound, notes=tuple(notes))


def interleaved(
    ours: Callable[[], Result], theirs: Callable[[], Result], count: int = PAIRS
) -> list[tuple[Result, Result]]:
    """Return `count` pairs of results, taken in turns and with the first place changing, after one pair to warm up."""
    ours()
    theirs()
    pairs: list[tuple[Result, Result]] = []
    for number in range(count):
        if number % 2:
            reference = theirs()
            pairs.append((ours(), reference))
        else:
            pairs.append((ours(), theirs()))
    return pairs


def quartile_spread(values: Sequence[float]) -> float:
    """Return the distance of the quartiles as a part of the median; 0 for fewer than two values."""
    if len(values) < 2:
        return 0.0
    lower, middle, upper = statistics.quantiles(values, n=4, method="inclusive")
    return (upper - lower) / middle


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


HEAD = ("row", "measured", "reference", "ratio", "bound", "holds", "noise")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in plain text, and their notes below it."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    told = ["  ".join(_padded(cell, widths[at], at) for at, cell in enumerate(line)).rstrip() for line in lines]
    told += [f"{row.name}: {note}" for row in rows for note in row.notes]
    return "\n".join(told)


def _cells(row: Row) -> tuple[str, ...]:
    of_ratio = row.bounded == "ratio"
    bound = "" if row.bound is None else f"≤ {row.bound:g}×" if of_ratio else f"≤ {row.bound:g} {row.unit}"
    return (
        row.name,
        _value(row.measured, row.unit),
        "" if row.reference is None else _value(row.reference, row.unit),
        "" if row.ratio is None else f"{row.ratio:.2f}×",
        bound,
        {True: "yes", False: "NO", None: ""}[row.holds],
        "" if row.noise is None else f"{row.noise:.0%}",
    )


def _value(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _padded(text: str, width: int, column: int) -> str:
    room = " " * (width - _width(text))
    return text + room if column == 0 else room + text
