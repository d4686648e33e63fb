"""Putting other words in the place of what was found, in answers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from kjxm_desktop.core import json_pointer, rich_passages, rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rich_passages import Part, Span
from kjxm_desktop.core.search import FROM_ROW, Hit, is_free

Changes = Mapping[Part, Sequence[Span]]


@dataclass(frozen=True)
class Plan:
    """What replacing would do: the hits that `new` takes the place of, and those in answers that stay."""

    new: str = ""
    changed: tuple[Hit, ...] = ()
    kept: tuple[Hit, ...] = ()

    @property
    def section_count(self) -> int:
        """Return in how many sections something would change."""
        return len({hit.section_id for hit in self.changed})


def plan(hits: Sequence[Hit], new: str) -> Plan:
    """Return what it means to put `new` in the place of `hits`.

    Choices, numbers, dates and formulas are kept; so are questions, guidance and the notice, which do not count. What
    says `new` already does not change. An answer that names a row follows that row: it is neither.
    """
    new = rich_text.clean_line(new)
    answers = [hit for hit in hits if hit.kind == "answer"]
    changed = tuple(hit for hit in answers if not hit.is_fixed and hit.text[hit.start : hit.end] != new)
    kept = tuple(hit for hit in answers if hit.is_fixed and hit.part != FROM_ROW)
    return Plan(new, changed, kept)


def edits(form: Form, data: Json, planned: Plan) -> list[tuple[str, Json]]:
    """Return the edits that carry out a plan made of hits in `data`, pointer and value, for one step.

    Several cells of one table make one edit of the table.
    """
    by_pointer: dict[str, dict[Part, list[Span]]] = {}
    for hit in planned.changed:
        by_pointer.setdefault(hit.pointer, {}).setdefault(hit.part, []).append((hit.start, hit.end))
    answers: dict[str, Json] = {}
    cells: dict[str, int] = {}
    for pointer, changes in by_pointer.items():
        control = form.control(pointer)
        assert control is not None  # a hit in an answer stands at a control
        table = control.pointer.partition("/*")[0] if control.in_table else ""
        answers[pointer] = _with(control, json_pointer.get(data, pointer), changes, planned.new)
        if table:
            cells[table] = cells.get(table, 0) + 1
    done: dict[str, Json] = {}
    for pointer, value in answers.items():
        table = next((table for table in cells if pointer.startswith(table + "/") and cells[table] > 1), None)
        if table is None:
            done[pointer] = value
        else:
            rows = done.get(table) or list(json_pointer.get(data, table))
            done[table] = rows
            row, _, inside = pointer.removeprefix(table + "/").partition("/")
            rows[int(row)] = json_pointer.set_in(rows[int(row)], "/" + inside, value)
    return list(done.items())


def _with(control: Control, value: Json, changes: Changes, new: str) -> Json:
    """Return the answer `value` of `control` with its pieces changed."""
    match control.kind:
        case "rich":
            return rich_passages.replaced(value, changes, new)
        case "picture":
            texts = {cast("str", part[0]): spans for part, spans in changes.items()}
            made = {name: rich_passages.spliced(value[name], spans, new) for name, spans in texts.items()}
            return {key: text for key, text in {**value, **made}.items() if text}
        case _ if is_free(control):
            words = [_in_word(word, changes.get((at,), ()), new) for at, word in enumerate(cast("list[str]", value))]
            return list(dict.fromkeys(word for word in words if word))
        case _:
            text = rich_passages.spliced(value, changes[()], new)
            return rich_text.clean_text(text) if control.kind == "text" else rich_text.clean_line(text)


def _in_word(word: str, spans: Sequence[Span], new: str) -> str:
    return rich_passages.spliced(word, spans, new).strip() if spans else word
