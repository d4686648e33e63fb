"""Differences as a person reads them: where, what kind, and the words with what was struck out and what was added."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kjxm_desktop import strings
from kjxm_desktop.core import comparison, json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.comparison import Difference, Kind, Run
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import leaves, media_named
from kjxm_desktop.difference_words import place_of, words_of

AROUND: Final = 36
"""So many characters of what is the same are shown on either side of a change …"""
LONGEST: Final = 600
"""… and so many of what was taken out or came in, unless all of it is asked for."""
_CUT: Final = "…"
_SPOKEN: Final = 200
_NAME: Final = 16
_TURNED: Final[dict[Kind, Kind]] = {"added": "removed", "removed": "added"}


@dataclass(frozen=True)
class State:
    """One state of the answers: what it is called, how to read it (off the window's thread), its media by SHA-256.

    Two of the same `key` and title are the same state.
    """

    title: str
    key: str
    read: Callable[[], Json] = field(compare=False)
    media: Callable[[str], bytes | None] = field(compare=False)


@dataclass(frozen=True)
class Piece:
    """One difference to be looked at: its section's title, where in it, the words whole and cut, and a note or "".

    `difference` tells what is to be done to have it gone; `shown` is the same, the way round in which it is read.
    """

    difference: Difference
    shown: Difference
    section_title: str
    where: str
    runs: tuple[Run, ...]
    short: tuple[Run, ...]
    note: str

    @property
    def spoken(self) -> str:
        """Return the changes in words, for a screen reader."""
        told = [_spoken(run) for run in self.runs if run.kind != "same" and run.text.strip()]
        return "；".join([*told, *([self.note] if self.note else [])])


def pieces_of(call: Call, now: Json, wanted: Json, *, wanted_first: bool) -> list[Piece]:
    """Return what is to be done to `now` to have `wanted`, in the order of the form.

    With `wanted_first` the words tell how it went from `wanted` to `now`: history is read forward, though it is taken
    back.
    """
    found = comparison.compare(call, now, wanted)
    one, other = (wanted, now) if wanted_first else (now, wanted)
    return [
        _piece(call, difference, turned(difference) if wanted_first else difference, one, other) for difference in found
    ]


def turned(difference: Difference) -> Difference:
    """Return a difference as seen from the other side."""
    return replace(
        difference,
        kind=_TURNED.get(difference.kind, difference.kind),
        pointer=difference.pointer_after,
        pointer_after=difference.pointer,
        before=difference.after,
        after=difference.before,
    )


def _piece(call: Call, difference: Difference, shown: Difference, one: Json, other: Json) -> Piece:
    section = call.form.section(shown.section)
    title = strings.pick(section.title) if section is not None else strings.text("finding.whole")
    words = words_of(call, shown, one, other)
    runs = tuple(comparison.text_runs(words.before, words.after))
    if shown.kind == "moved":
        runs = tuple(shortened(runs))  # which row it is; nothing in it is new
    where = place_of(call, shown).removeprefix(f"{title} › ")
    return Piece(
        difference, shown, title, _with_row_name(call, shown, where, other), runs, tuple(shortened(runs)), words.note
    )


def _with_row_name(call: Call, shown: Difference, where: str, data: Json) -> str:
    """Return `where` with the row called by its name too, where the whole row is not told anyway."""
    table = call.form.control(shown.table) if shown.row and not shown.is_row else None
    tokens = json_pointer.parse(shown.pointer_after.removeprefix(shown.table))
    if table is None or table.row_label is None or not json_pointer.is_index(tokens[0]):
        return where
    name = json_pointer.get(data, f"{shown.table}/{tokens[0]}/{table.row_label}")
    number = strings.text("finding.row", number=int(tokens[0]) + 1)
    before, found, after = where.partition(f"{number} › ")
    if not (isinstance(name, str) and name and found):
        return where
    name = name if len(name) <= _NAME else name[:_NAME] + _CUT
    return f"{before}{strings.text('gui_history.row_name', row=number, name=name)} › {after}"


# ---- cutting


def shortened(runs: Sequence[Run]) -> list[Run]:
    """Return `runs` with what is the same cut to the surroundings of the changes, and long changes in their middle."""
    if len(runs) == 1 and runs[0].kind == "same":
        return [Run("same", _cut(runs[0].text, 2 * AROUND, 0))]
    short: list[Run] = []
    for number, run in enumerate(runs):
        if run.kind == "same":
            head, tail = AROUND if number else 0, AROUND if number < len(runs) - 1 else 0
            short.append(Run("same", _cut(run.text, head, tail)))
        else:
            short.append(Run(run.kind, _cut(run.text, LONGEST * 2 // 3, LONGEST // 3)))
    return short


def _cut(text: str, head: int, tail: int) -> str:
    """Return the first `head` and the last `tail` characters of a text that is clearly longer."""
    if len(text) <= head + tail + len(_CUT) + 2:
        return text
    return text[:head].rstrip("\n") + _CUT + (text[-tail:].lstrip("\n") if tail else "")


def _spoken(run: Run) -> str:
    text = run.text if len(run.text) <= _SPOKEN else run.text[:_SPOKEN] + _CUT
    return strings.text(f"gui_history.spoken_{run.kind}", text=text)


# ---- taking


Edit = tuple[str, Json]
"""A pointer and what is to stand there."""


def edits_of(data: Json, differences: Iterable[Difference]) -> tuple[Json, list[Edit]]:
    """Return `data` after `differences` are taken over, and the edits that lead there, one for each table and answer.

    Raises KjxmError data.row_gone where the row of an answer is no longer there.
    """
    differences = list(differences)
    after = comparison.applied(data, differences)
    roots = dict.fromkeys(difference.table or difference.pointer for difference in differences)
    return after, [(root, json_pointer.get(after, root)) for root in roots]


def media_of(call: Call, data: Json) -> list[str]:
    """Return the SHA-256 of the pictures and files that the answers name."""
    return list(dict.fromkeys(sha for control, _, value in leaves(call, data) for sha in media_named(control, value)))
