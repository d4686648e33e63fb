"""Time as the calls mean it: aware, and +08:00 where nobody says otherwise (fixed; no time-zone database)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from kjxm_desktop.errors import KjxmError

FIRST_YEAR, LAST_YEAR = 1900, 2199
BEIJING = timezone(timedelta(hours=8))


def now() -> datetime:
    """Return the present, in +08:00."""
    return datetime.now(BEIJING)


def read(text: str) -> datetime:
    """Return the time that `text` tells in ISO 8601, +08:00 where it has no zone.

    Raises KjxmError clock.unreadable, and clock.out_of_range for a year that no deadline can have.
    """
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise KjxmError("clock.unreadable", text=text[:60]) from error
    if not FIRST_YEAR <= told.year <= LAST_YEAR:  # far from where a shift to another zone leaves the calendar
        raise KjxmError("clock.out_of_range", text=text[:60], first=FIRST_YEAR, last=LAST_YEAR)
    return told if told.tzinfo else told.replace(tzinfo=BEIJING)
