"""Copies of the files that were replaced: thinned, so that weeks of work do not fill the disk, each one whole.

`<folder>/20240601T120341+0800_r7_<16 digits of its SHA-256>_n3.kjxm` is a file as it was until that moment, at that
revision; the digits tell two copies apart, and a damaged one from a whole one. It is the third that was made: which one
is newer is told by that and not by the clock, which may be wrong. Earlier programs gave no such number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from kjxm_desktop.core import atomic_file, days_of_work
from kjxm_desktop.errors import KjxmError

PAUSE: Final = timedelta(minutes=10)
"""One and the same draft is copied at most this often while nothing particular happens."""
ALL_FOR_DAYS: Final = 2
DAILY: Final = 14
WEEKLY: Final = 8
CAP_BYTES: Final = 500_000_000

_NAME = re.compile(r"([0-9]{8}T[0-9]{6}[+-][0-9]{4})_r([0-9]{1,40})_([0-9a-f]{16})(?:_n([0-9]{1,19}))?\.kjxm")
_TIME: Final = "%Y%m%dT%H%M%S%z"
_DIGITS: Final = 16


@dataclass(frozen=True)
class Backup:
    """One copy: where it is, when the file was replaced, its revision, how its SHA-256 begins.

    `number` counts the copies as they were made; it is 0 for all that an earlier program made.
    """

    path: Path
    at: datetime
    revision: int
    sha256_start: str
    size: int
    number: int


class Backups:
    """The backups of one draft."""

    def __init__(self, folder: Path) -> None:
        """Stand before the backups in `folder`, which is made when there is something to keep."""
        self._folder = folder

    def all(self) -> list[Backup]:
        """Return the backups, the latest first whatever the clock said. Raises KjxmError storage.unreadable."""
        try:
            found = [backup for file in self._folder.iterdir() if (backup := _backup(file)) is not None]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise KjxmError("storage.unreadable", path=str(self._folder)) from error
        return sorted(found, key=lambda backup: (backup.number, backup.at, backup.revision), reverse=True)

    def tidy(self, now_s: float) -> None:
        """Remove what killed writing has left; `now_s` is the time of the system's clock."""
        atomic_file.remove_orphans(self._folder, now_s)

    def due(self, at: datetime) -> bool:
        """Tell whether the last backup is long enough ago. Raises KjxmError storage.unreadable."""
        latest = next(iter(self.all()), None)
        return latest is None or abs(at - latest.at) >= PAUSE  # a clock set back must not end all backups

    def keep(self, file: Path, at: datetime, revision: int) -> str:
        """Keep a copy of `file`, which is about to be replaced, and return its SHA-256. Kept before, it is not twice.

        Raises FileNotFoundError when there is no file, KjxmError storage.* when the copy could not be made whole.
        """
        backups = self.all()
        known = {backup.sha256_start for backup in backups}
        number = backups[0].number + 1 if backups else 1

        def named(digest: str) -> Path | None:
            name = f"{at.strftime(_TIME)}_r{revision}_{digest[:_DIGITS]}_n{number}.kjxm"
            return None if digest[:_DIGITS] in known else self._folder / name

        with file.open("rb") as source:
            try:
                atomic_file.private_folder(self._folder)
                return atomic_file.copy(source, self._folder, named)
            except OSError as error:
                raise atomic_file.failure(error, self._folder) from error

    def thin(self) -> None:
        """Delete what is too much: keep all of two days, one of each of 14 days, of each of 8 weeks, and the newest.

        Beyond 500 MB go first those that are not the last of their day, then the oldest. The two days are days of work
        before the newest, as `days_of_work` counts them: a wrong clock deletes nothing. Raises KjxmError storage.*.
        """
        backups = self.all()
        if not backups:
            return
        kept = _by_age(backups)
        last_of_day = {backup.at.date(): backup for backup in reversed(kept)}.values()
        by_worth = [backup for backup in reversed(kept) if backup not in last_of_day]
        by_worth += [backup for backup in reversed(kept) if backup in last_of_day and backup is not kept[0]]
        size = sum(backup.size for backup in kept)
        for backup in by_worth:
            if size <= CAP_BYTES:
                break
            size -= backup.size
            kept.remove(backup)
        for backup in backups:
            if backup not in kept:
                try:
                    backup.path.unlink(missing_ok=True)
                except OSError as error:
                    raise atomic_file.failure(error, backup.path) from error


def _by_age(backups: list[Backup]) -> list[Backup]:
    """Return those to keep by their age, the latest first as they come."""
    kept: list[Backup] = []
    days: set[date] = set()
    weeks: set[tuple[int, int]] = set()
    ages = days_of_work.ages([backup.at for backup in reversed(backups)])
    for backup, age in zip(backups, reversed(ages), strict=True):
        day, week = backup.at.date(), backup.at.isocalendar()[:2]
        of_day = day not in days and len(days) < DAILY
        of_week = week not in weeks and len(weeks) < WEEKLY
        if age <= ALL_FOR_DAYS or of_day or of_week:
            kept.append(backup)
            days.add(day)
            weeks.add(week)
    return kept


def _backup(file: Path) -> Backup | None:
    """Return what the name of a backup tells; None for what is none."""
    told = _NAME.fullmatch(file.name)
    if told is None:
        return None
    try:
        size, number = file.stat().st_size, int(told[4] or 0)
        return Backup(file, datetime.fromisoformat(told[1]), int(told[2]), told[3], size, number)
    except (ValueError, FileNotFoundError):
        return None
