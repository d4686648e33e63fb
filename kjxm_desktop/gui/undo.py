"""The steps of one proposal that can be taken back and taken again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kjxm_desktop.core.json_pointer import Json

MERGE_PAUSE_S = 1.0
"""Edits of one value closer together than this are one step."""

MERGE_SPAN_S = 6.0
"""No step swallows more than this much typing, so that one Ctrl+Z never takes a whole paragraph."""


@dataclass(frozen=True)
class SetValue:
    """One value that was changed: where, from what, to what. None stands for absent."""

    pointer: str
    before: Json
    after: Json


@dataclass(frozen=True)
class Step:
    """What one Ctrl+Z takes back: changes made together. Times are seconds of a monotonic clock."""

    changes: tuple[SetValue, ...]
    began_s: float
    ended_s: float
    sealed: bool

    def reversed(self) -> tuple[SetValue, ...]:
        """Return the changes that take this step back, in the order to make them."""
        return tuple(SetValue(c.pointer, c.after, c.before) for c in reversed(self.changes))


class Steps:
    """Steps done and steps taken back. Knows values only; the session applies what it returns."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    @property
    def can_undo(self) -> bool:
        """Tell whether there is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Tell whether there is a step to take again."""
        return bool(self._undone)

    def add(self, changes: Sequence[SetValue], now_s: float, *, apart: bool = False) -> None:
        """Add what has just been done; quick typing in one value joins the step before unless `apart`."""
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last is not None and not apart and _joins(last, changes, now_s):
            joined = _joined(last.changes, changes)
            self._done.pop()
            if joined:
                self._done.append(replace(last, changes=joined, ended_s=now_s))
            return
        self._done.append(Step(tuple(changes), now_s, now_s, sealed=apart))

    def seal(self) -> None:
        """Close the last step: the next edit starts a new one (the field was left, a paste begins)."""
        if self._done and not self._done[-1].sealed:
            self._done[-1] = replace(self._done[-1], sealed=True)

    def before_typing(self, pointer: str) -> dict[str, Json]:
        """Return what stood, by pointer, before the typing at `pointer` began that is still going on; {} for none.

        It goes on over pauses, in several steps, until the field is left.
        """
        began: dict[str, Json] = {}
        for step in reversed(self._done):
            if step.sealed or step.changes[0].pointer != pointer:
                break
            began.update((change.pointer, change.before) for change in step.changes)
        return began

    def undo(self) -> tuple[SetValue, ...]:
        """Return the changes that take back the last step; none when there is none."""
        if not self._done:
            return ()
        step = replace(self._done.pop(), sealed=True)
        self._undone.append(step)
        return step.reversed()

    def redo(self) -> tuple[SetValue, ...]:
        """Return the changes that make the last step taken back again; none when there is none."""
        if not self._undone:
            return ()
        step = self._undone.pop()
        self._done.append(step)
        return step.changes


def _joins(last: Step, changes: Sequence[SetValue], now_s: float) -> bool:
    return (
        not last.sealed
        and changes[0].pointer == last.changes[0].pointer
        and now_s - last.ended_s <= MERGE_PAUSE_S
        and now_s - last.began_s <= MERGE_SPAN_S
    )


def _joined(before: Sequence[SetValue], after: Sequence[SetValue]) -> tuple[SetValue, ...]:
    """Return two runs of changes as one, each value once; what ends as it began is left out.

    Behind the value that is typed stand those that follow from it, as an amount from its price.
    """
    made = {change.pointer: change for change in before}
    for change in after:
        first = made.get(change.pointer, change)
        made[change.pointer] = SetValue(change.pointer, first.before, change.after)
    return tuple(change for change in made.values() if change.before != change.after)
