"""The findings of a check by the places they stand at: made in small steps, as there may be tens of thousands."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import notes
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic

PAUSE_FINDINGS: Final = 200
"""So many are put in their places between two pauses: less than a millisecond."""


@dataclass(frozen=True)
class FindingsIndex:
    """The findings that stand, in the form's order; by each pointer those at it and beneath; those set aside."""

    standing: list[Diagnostic] = field(default_factory=list[Diagnostic])
    under: dict[str, list[Diagnostic]] = field(default_factory=dict[str, list[Diagnostic]])
    dismissed: list[tuple[Diagnostic, notes.Dismissal]] = field(
        default_factory=list[tuple[Diagnostic, notes.Dismissal]]
    )


def steps(said: Mapping[str, Json], data: Json, found: Sequence[Diagnostic]) -> Generator[None, None, FindingsIndex]:
    """Return the index of `found`, some at a time; the notes in `said` tell which were dismissed."""
    made = FindingsIndex()
    for start in range(0, len(found), PAUSE_FINDINGS):
        standing, dismissed = notes.sorted_out(said, data, found[start : start + PAUSE_FINDINGS])
        made.standing.extend(standing)
        made.dismissed.extend(dismissed)
        for diagnostic in standing:
            _add(made.under, diagnostic)
        yield
    return made


def _add(under: dict[str, list[Diagnostic]], diagnostic: Diagnostic) -> None:
    above = diagnostic.pointer
    under.setdefault(above, []).append(diagnostic)
    while above:  # cut as text: there may be thousands
        above = above[: above.rindex("/")]
        under.setdefault(above, []).append(diagnostic)
