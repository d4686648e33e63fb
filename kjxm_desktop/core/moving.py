"""A draft taken to another version of its call: what was carried over, what has no place there, what is asked anew.

Nothing is dropped. An answer that the other version does not ask for stays in the draft as a key that its call does
not know; one that may not stand there at all is laid into the notes, beside its pointer and its label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from kjxm_desktop.core import json_pointer, migration, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.fitting import Fitting
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves

LEFT: Final = "left"
"""Under this name the notes hold what could not stay among the answers: [{"pointer", "label", "value"}, …]."""

_PROSE: Final = ("line", "text", "rich")

What = Literal["label", "kind", "need", "limits", "options"]


@dataclass(frozen=True)
class Left:
    """An answer that the other version has no place for; `among_answers`: it stays where it is, only unasked."""

    pointer: str
    control: Control
    value: Json
    among_answers: bool


@dataclass(frozen=True)
class Changed:
    """A question that is put otherwise than before, and in what."""

    before: Control
    after: Control
    what: tuple[What, ...]


@dataclass(frozen=True)
class Moved:
    """The draft under the other version, an own one with an id of its own, and what is to be looked at."""

    proposal: Proposal
    carried: int
    converted: tuple[str, ...]
    left: tuple[Left, ...]
    added: tuple[Control, ...]
    gone: tuple[Control, ...]
    changed: tuple[Changed, ...]


def move(proposal: Proposal, call: Call) -> Moved:
    """Return `proposal` as a draft to `call`, which is another version of its own; `proposal` stays as it is.

    Prose becomes prose of another kind where the question has become of another kind; its looks are lost where plain
    text is asked for. Raises KjxmError draft.* when the answers cannot be told from damage.
    """
    old, new = proposal.call.form, call.form
    data, converted = _with_prose_of(new, proposal)
    fitting = Fitting(call, migration.FORMAT, proposal.media, None, proposal.apart)
    fitted = {name: fitting.section(name, value, cut=False)[0] for name, value in data.items()}
    made = fitting.proposal({name: value for name, value in fitted.items() if value is not None}, _notes_of(proposal))
    left = tuple(_left(proposal, made))
    beside = [
        {"pointer": one.pointer, "label": one.control.label, "value": one.value}
        for one in left
        if not one.among_answers
    ]
    if beside:
        made.notes = {**made.notes, LEFT: [*made.notes.get(LEFT, ()), *beside]}
    given = sum(1 for _ in leaves(proposal.call, proposal.data))
    return Moved(
        proposal=made,
        carried=given - len(left),
        converted=tuple(converted),
        left=left,
        added=tuple(control for control in new.controls if old.control(control.pointer) is None),
        gone=tuple(control for control in old.controls if new.control(control.pointer) is None),
        changed=tuple(_changed(old, new)),
    )


def _with_prose_of(new: Form, proposal: Proposal) -> tuple[dict[str, Json], list[str]]:
    """Return the answers with prose as `new` asks for it, and the pointers of those that became plain."""
    data: Json = proposal.data
    plain: list[str] = []
    for control, pointer, value in leaves(proposal.call, proposal.data):
        after = new.control(control.pointer)
        if after is None or after.kind == control.kind or {after.kind, control.kind} - set(_PROSE):
            continue
        if control.kind == "rich":
            plain.append(pointer)
        data = json_pointer.set_in(data, pointer, _as(after.kind, value)) or {}
    return cast("dict[str, Json]", data), plain


def _as(kind: str, value: Json) -> Json:
    text = rich_text.plain(value)
    if kind == "rich":
        return rich_text.normalise(text)
    return rich_text.clean_line(text) if kind == "line" else text


def _notes_of(proposal: Proposal) -> Json:
    """Return the notes without the place that the author stood at, which the other version may not have."""
    return {**proposal.notes, "last_place": None}


def _left(proposal: Proposal, made: Proposal) -> Iterator[Left]:
    for control, pointer, value in leaves(proposal.call, proposal.data):
        if made.call.form.control(control.pointer) is None:
            yield Left(pointer, control, value, made.get(pointer) is not None)
        elif made.get(pointer) is None:
            yield Left(pointer, control, value, among_answers=False)


def _changed(old: Form, new: Form) -> Iterator[Changed]:
    for after in new.controls:
        before = old.control(after.pointer)
        if before is None:
            continue
        differs: list[tuple[What, bool]] = [
            ("label", before.label != after.label),
            ("kind", before.kind != after.kind),
            ("need", before.need != after.need),
            ("limits", before.limits != after.limits),
            ("options", _ids(before) != _ids(after)),
        ]
        what: tuple[What, ...] = tuple([name for name, is_other in differs if is_other])
        if what:
            yield Changed(before, after, what)


def _ids(control: Control) -> list[object]:
    return [option.id for option in control.options]
