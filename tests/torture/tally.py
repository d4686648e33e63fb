"""What a part of the torture found: four numbers that must be 0, and how to come by each finding again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

FAULTS = ("lost", "torn", "silent", "unexpected")
"""Acknowledged and gone · no longer whole · read without a word and not what was written · everything else."""
MOST_NOTES = 8
"""Of each kind so many are told."""
HEAD = ("part", "rounds", *FAULTS, "took", "verdict")


@dataclass
class Tally:
    """The findings of one part, each numbered in `rounds`.

    `left_out` is why it did not run; `passed` counts what was let through for a good reason; `told` is what a reader
    may like to know.
    """

    part: str
    rounds: int = 0
    lost: int = 0
    torn: int = 0
    silent: int = 0
    unexpected: int = 0
    passed: int = 0
    took_s: float = 0.0
    left_out: str = ""
    told: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, fault: str, note: str) -> None:
        """Note a finding of one of the four kinds and how to come by it again."""
        setattr(self, fault, getattr(self, fault) + 1)
        self.notes = _first(self.notes, [f"{fault}: {note}"])

    def add(self, other: Tally) -> None:
        """Take in what another process found."""
        self.rounds += other.rounds
        self.passed += other.passed
        for fault in FAULTS:
            setattr(self, fault, getattr(self, fault) + getattr(other, fault))
        self.notes = _first(self.notes, other.notes)
        self.told += [line for line in other.told if line not in self.told]

    @property
    def clean(self) -> bool:
        """Tell whether all four numbers are 0."""
        return not any(getattr(self, fault) for fault in FAULTS)

    @property
    def verdict(self) -> str:
        """Return "held" when something ran and nothing was found."""
        if self.left_out:
            return f"left out: {self.left_out}"
        if not self.rounds:
            return "DID NOT RUN"
        return "held" if self.clean else "BROKE"


def _first(notes: list[str], more: list[str]) -> list[str]:
    """Return the first notes of each kind."""
    together = [*notes, *more]
    return [note for fault in FAULTS for note in [n for n in together if n.startswith(fault)][:MOST_NOTES]]


def total(part: str, tallies: Iterable[Tally]) -> Tally:
    """Return the findings of several processes as one."""
    whole = Tally(part)
    for tally in tallies:
        whole.add(tally)
    return whole


def exit_status(tallies: Sequence[Tally]) -> int:
    """Return 1 when a number is not 0, or a part that should have run has not."""
    return 1 if any(tally.verdict in ("BROKE", "DID NOT RUN") for tally in tallies) else 0


def table(tallies: Sequence[Tally]) -> str:
    """Return the summary as plain text, what was told and found below it."""
    lines = [HEAD, *(_cells(tally) for tally in tallies)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    text = ["  ".join(_padded(cell, widths[at], at) for at, cell in enumerate(line)).rstrip() for line in lines]
    text += [f"{tally.part}: {line}" for tally in tallies for line in (*tally.told, *tally.notes)]
    return "\n".join(text)


def _cells(tally: Tally) -> tuple[str, ...]:
    if tally.left_out:
        return (tally.part, *[""] * (len(HEAD) - 2), tally.verdict)
    numbers = (f"{tally.rounds:,}", *(str(getattr(tally, fault)) for fault in FAULTS), f"{tally.took_s:,.0f} s")
    return (tally.part, *numbers, tally.verdict)


def _padded(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, len(HEAD) - 1) else cell.rjust(width)
