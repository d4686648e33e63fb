"""How long ago something was, told by what was done since and not by the clock, which may be wrong at any time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

LONGEST_PAUSE: Final = timedelta(days=30)
"""A step of the clock over more than this was no time in which somebody worked: it was set, or the draft lay."""


def ages(times: Sequence[datetime]) -> list[int]:
    """Return for each of `times`, which stand in the order in which things happened, the days of work after it.

    A day of work is a date that the clock went on to, from the time before, by at most 30 days; each date counts once.
    So a clock set back adds none however far it goes, nor does one set ahead by more than 30 days, nor the way back;
    one set ahead by less adds one day. What lies between is never counted: an age is too small, or right.
    """
    days: set[date] = set()
    told: list[int] = []
    following: datetime | None = None
    for at in reversed(times):
        if following is not None and timedelta(0) < following - at <= LONGEST_PAUSE and following.date() != at.date():
            days.add(following.date())
        told.append(len(days))
        following = at
    return told[::-1]
