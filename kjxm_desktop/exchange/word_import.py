"""Chosen pieces of a Word document as edits of a proposal: one list, to be made as one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import new_row_id
from kjxm_desktop.exchange import word_blocks, word_matching
from kjxm_desktop.exchange.word_items import Item
from kjxm_desktop.exchange.word_pieces import Found, Piece

Lost = Literal["columns", "cells", "full", "pictures", "formulas", "filled"]
"""What of chosen pieces has no place: columns without a name, cells that make no sense, what stands in a line of text,
answers that are given already."""

Row = dict[str, Json]
ReadCell = Callable[[Control, str], Json]
"""Returns what a text means for a control of short answers, None where it makes no sense."""

FACTS: Final = "facts"
"""The place of the answers beside labels: each goes to its own control."""
WITH_TEXT: Final = "text"
"""The place of a table that stays in the text it stands in."""


@dataclass(frozen=True)
class Choice:
    """Where a piece goes: a pointer, FACTS, WITH_TEXT, or "" for nowhere; and whether what is there is replaced."""

    place: str = ""
    replaces: bool = False


@dataclass
class Taken:
    """The edits by pointer, how many pieces were taken, and what of them has no place."""

    edits: dict[str, Json] = field(default_factory=dict[str, Json])
    pieces: int = 0
    lost: Counter[Lost] = field(default_factory=Counter[Lost])

    @property
    def media(self) -> set[str]:
        """Return the digests of the pictures that the edits name."""
        return set(_media_in(list(self.edits.values())))


def _media_in(value: Json) -> Iterator[str]:
    """Yield the digests of pictures anywhere in a value: in long text, in rows with long text."""
    if isinstance(value, list):
        for part in cast("list[Json]", value):
            yield from _media_in(part)
    elif isinstance(value, dict):
        told = cast("dict[str, Json]", value)
        if told.get("type") == "picture":
            yield str(told["media"])
        for name in () if "type" in told else told:
            yield from _media_in(told[name])


def take(found: Found, choices: Mapping[int, Choice], form: Form, data: Json, read_cell: ReadCell) -> Taken:
    """Return what the chosen pieces make of the proposal; `choices` are by the places of the pieces.

    Several pieces for one answer follow each other in their order; the first tells whether they replace what is there.
    """
    taker = _Taker(found, form, data, read_cell)
    by_place: dict[str, list[int]] = {}
    for at, choice in sorted(choices.items()):
        if choice.place not in ("", WITH_TEXT):
            by_place.setdefault(choice.place, []).append(at)
    for place, chosen in by_place.items():
        taker.made.pieces += len(chosen)
        if place == FACTS:
            taker.facts(chosen)
            continue
        control = form.control(place)
        if control is None:
            continue
        before = None if choices[chosen[0]].replaces else json_pointer.get(data, place)
        if control.kind == "table":
            taker.rows(control, chosen, before)
        else:
            taker.text(control, chosen, before, _elsewhere(found, choices))
    taker.made.lost = +taker.made.lost
    return taker.made


def _elsewhere(found: Found, choices: Mapping[int, Choice]) -> list[Item]:
    """Return the tables that go elsewhere or nowhere, and so leave the text that they stand in."""
    chosen = [found.pieces[at] for at, choice in choices.items() if choice.place != WITH_TEXT]
    return [item for piece in chosen if piece.kind == "table" for item in piece.items]


class _Taker:
    def __init__(self, found: Found, form: Form, data: Json, read_cell: ReadCell) -> None:
        self.made = Taken()
        self._found, self._form, self._data, self._read = found, form, data, read_cell

    # ---- single answers

    def facts(self, chosen: Sequence[int]) -> None:
        """Put single answers where nothing is said yet."""
        for fact in (fact for at in chosen for fact in self._found.pieces[at].facts):
            control = self._form.control(fact.pointer)
            if control is None:
                continue
            if json_pointer.get(self._data, fact.pointer) is not None:
                self.made.lost["filled"] += 1
                continue
            value = self._read(control, fact.text)
            if value is None:
                self.made.lost["cells"] += 1
            else:
                self.made.edits[fact.pointer] = value

    # ---- long text and lines

    def text(self, control: Control, chosen: Sequence[int], before: Json, elsewhere: Sequence[Item]) -> None:
        """Put texts into one answer, behind what was there `before`."""
        pieces = [self._found.pieces[at] for at in chosen]
        blocks = [block for piece in pieces for block in self._blocks(control, piece, elsewhere)]
        if not blocks:
            return
        if control.kind == "rich":
            self.made.edits[control.pointer] = [*(before or []), *blocks]
        elif control.kind == "text":
            text = self._plain(blocks)
            self.made.edits[control.pointer] = f"{before}\n{text}" if before else text
        else:
            line = rich_text.clean_line(self._plain(blocks))
            self.made.edits[control.pointer] = f"{before} {line}" if before else line

    def _blocks(self, control: Control, piece: Piece, elsewhere: Sequence[Item]) -> list[Json]:
        blocks = self._found.blocks(piece, elsewhere if piece.kind == "text" else ())
        if piece.heading is None or not blocks or _says(control, piece.title):
            return blocks
        return [*word_blocks.blocks_of([piece.heading], {}).blocks, *blocks]

    def _plain(self, blocks: Sequence[Json]) -> str:
        """Return blocks as text, and note what is no text."""
        for block in blocks:
            self.made.lost["pictures"] += block["type"] == "picture"
            self.made.lost["formulas"] += block["type"] == "formula"
        lines = [rich_text.plain([block]) for block in blocks if block["type"] not in ("picture", "formula")]
        return rich_text.clean_text("\n".join(line for line in lines if line).replace("\t", " "))

    # ---- rows

    def rows(self, control: Control, chosen: Sequence[int], before: Json) -> None:
        """Add rows to a table: those of tables with its columns, and one for each text under a heading of its own."""
        rows: list[Row] = [*(before or [])]
        pieces = [self._found.pieces[at] for at in chosen]
        texts = [piece for piece in pieces if piece.kind == "text"]
        highest = min((piece.level for piece in texts), default=0)
        for piece in pieces:
            if piece.kind == "table":
                rows += self._records(control, piece)
            else:
                self._add_text(control, rows, piece, len(before or []), highest)
        self.made.edits[control.pointer] = rows

    def _records(self, control: Control, piece: Piece) -> Iterator[Row]:
        fit = next((fit for fit in piece.fits if fit.pointer == control.pointer), None)
        if fit is None:
            return
        heads = piece.rows[fit.heading_row]
        self.made.lost["columns"] += sum(bool(head) and not name for head, name in zip(heads, fit.names, strict=True))
        for cells in piece.rows[fit.heading_row + 1 :]:
            row: Row = {}
            for name, text in zip(fit.names, cells, strict=True):
                for told, part in (
                    zip(name.split("\n"), (word_matching.span(text) if "\n" in name else [text]), strict=True)
                    if name and text
                    else ()
                ):
                    column = control.column(told)
                    value = None if column is None else self._read(column, part)
                    self.made.lost["cells"] += value is None
                    if value is not None:
                        row[told] = value
            if row:
                yield {"id": new_row_id(), **row}

    def _add_text(self, control: Control, rows: list[Row], piece: Piece, kept: int, highest: int) -> None:
        """Add a text as a row of its own; one that lies two levels deep or more goes on with the row before it."""
        column = word_matching.text_column(control)
        blocks = self._found.blocks(piece)
        if column is None or not blocks:
            return
        if piece.level > highest + 1 and len(rows) > kept and piece.heading is not None:
            told = [*word_blocks.blocks_of([piece.heading], {}).blocks, *blocks]
            rows[-1] = {**rows[-1], column.name: self._joined(column, rows[-1].get(column.name), told)}
            return
        name = next((other for other in control.columns if other.kind == "line"), None)
        own = piece.title and not (piece.level == highest and _says(control, piece.title))
        if name is None and not own:
            rows += [{"id": new_row_id(), column.name: text} for text in self._plain(blocks).split("\n") if text]
            return
        title = {name.name: piece.title} if name is not None and piece.title else {}
        if name is None and piece.heading is not None:
            blocks = [*word_blocks.blocks_of([piece.heading], {}).blocks, *blocks]
        rows.append({"id": new_row_id(), **title, column.name: self._joined(column, None, blocks)})

    def _joined(self, column: Control, before: Json, blocks: list[Json]) -> Json:
        if column.kind == "rich":
            return [*(before or []), *blocks]
        return "\n".join(part for part in (before, self._plain(blocks)) if part)


def _says(control: Control, title: str) -> bool:
    """Tell whether the label of a control says what a heading says."""
    return any(word_matching.likeness(title, label) >= word_matching.LEAST for label in control.label.values())
