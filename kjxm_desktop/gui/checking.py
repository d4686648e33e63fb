"""Checking while somebody types: when typing pauses, in slices too short to feel."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from types import TracebackType
from typing import cast

from PySide6.QtCore import QObject, QTimer, Signal

from kjxm_desktop import paths
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Validator
from kjxm_desktop.export import glyphs

QUIET_MS = 150
"""A check starts this long after the last edit."""

SLICE_MS = 1
"""No turn of the event loop is held longer than this, but for one step of the validator that takes longer."""


def _unset_formulas(sources: Iterable[str]) -> Mapping[str, object]:
    """Return what the finding `formula` tells of the formulas of an answer."""
    there = list(sources)
    if not there:
        return {}
    from kjxm_desktop.export import formula_findings  # loaded when there is a formula

    return formula_findings.told(there)


class Checking(QObject):
    """Runs the validator over the data as it stands; an edit abandons a check under way and starts a new one."""

    finished = Signal()
    """A check has ended; `diagnostics` are new."""

    def __init__(
        self,
        call: Call,
        data: Callable[[], Json],
        now: Callable[[], datetime],
        arrange: Callable[[list[Diagnostic]], Iterator[None]],
        parent: QObject | None = None,
    ) -> None:
        """Check `data` at `now`; `arrange` puts the findings in their places, in small steps too, before it ends."""
        super().__init__(parent)
        self.diagnostics: list[Diagnostic] = []
        self.checked = False
        self._call = call
        self._data = data
        self._now = now
        self._arrange = arrange
        self._steps: Iterator[None] | None = None
        self._wanted = False
        self._held = False
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._on_quiet)
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._on_turn)

    @cached_property
    def _validator(self) -> Validator:
        """Return the validator, made for the first check: it loads the rules, which the first page does not need."""
        covered = glyphs.coverage(paths.fonts())
        return Validator(self._call, covered.told if covered else None, _unset_formulas)

    def soon(self) -> None:
        """Check when nothing has happened for 150 ms."""
        self._abandon()
        self._wanted = True
        if not self._held:
            self._quiet.start()

    def hold(self, held: bool) -> None:
        """Do nothing while held; go on after it with what was wanted."""
        self._held = held
        if held and (self._steps is not None or self._quiet.isActive()):
            self._abandon()
            self._wanted = True
        elif not held and self._wanted:
            self._quiet.start()

    def run(self) -> list[Diagnostic]:
        """Check to the end at once and return the findings."""
        self._abandon()
        for _ in self._all_steps():
            pass
        self._finish()
        return self.diagnostics

    def stop(self) -> None:
        """Check no more."""
        self._abandon()
        self._wanted = False

    def _abandon(self) -> None:
        self._quiet.stop()
        self._turn.stop()
        self._steps = None

    def _on_quiet(self) -> None:
        try:
            self._steps = self._all_steps()
        except Exception:  # noqa: BLE001  # a bug in one rule, reported as any other
            self._break_off()
        else:
            self._turn.start()

    def _on_turn(self) -> None:
        end = time.perf_counter() + SLICE_MS / 1000
        try:
            while self._steps is not None and time.perf_counter() < end:
                next(self._steps)
        except StopIteration:
            self._abandon()
            self._finish()
        except Exception:  # noqa: BLE001  # a bug in one rule, reported as any other
            self._break_off()

    def _break_off(self) -> None:
        """End a check in which the program failed: the former findings stand, the next edit checks again."""
        self.stop()
        sys.excepthook(*cast("tuple[type[BaseException], BaseException, TracebackType]", sys.exc_info()))

    def _all_steps(self) -> Iterator[None]:
        """Find, then arrange what was found; given up on the way, the former findings stand."""
        found = yield from self._validator.steps(self._data(), self._now())
        yield from self._arrange(found)
        self.diagnostics = found

    def _finish(self) -> None:
        self.checked = True
        self._wanted = False
        self.finished.emit()
