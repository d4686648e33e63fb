"""What stands in one place of an official form: blocks for an answer, words for a sum, a yes or no for a box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import cast

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.form_places import CHECK_CODE, Tag
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export.blocks import Block, Document, Paragraph, Run
from kjxm_desktop.export.compose_rich import Counters, RichText
from kjxm_desktop.export.compose_values import Answers


class Values:
    """Reads the answers of one proposal as the places of its form want them, each figure and table numbered in turn."""

    def __init__(self, proposal: Proposal, document: Document, sizes: Mapping[str, tuple[int, int]]) -> None:
        self._words: Mapping[str, str] = proposal.call.document["words"]
        self._answers = Answers(proposal.call, proposal.data, document.created, self._words)
        self._code = document.furniture.check_code
        counters = Counters(self._words)
        references = list(_references(proposal))
        for reference in references:
            counters.citation(reference)  # the form lists them as they were written: so they are numbered
        self._rich = RichText(document.style, counters, sizes, references)

    def rows(self, table: str) -> int:
        """Return how many rows a table has; none when it is not asked."""
        return len(self._answers.rows(table))

    def ticked(self, tag: Tag) -> bool:
        """Tell whether the box of `tag` is ticked."""
        value = self._answers.value(tag.pointer)
        chosen = cast("list[Json]", value) if isinstance(value, list) else [value]
        return tag.value in [_spelt(one) for one in chosen]

    def blocks(self, tag: Tag) -> tuple[Block, ...]:
        """Return what stands in the place of `tag`, never nothing: an empty answer reads as the call's word for it."""
        match tag.kind:
            case "words":
                return self._lines(self._answers.filled(tag.value.replace(f"{{{CHECK_CODE}}}", self._code)))
            case "sum":
                return self._lines(f"{self._sum(tag):.2f}")
            case "row":
                table, _, index = tag.pointer.rpartition("/")
                return self._lines(str(int(index) + 1) if int(index) < self.rows(table) else "")
            case _:
                return self._answer(tag.pointer)

    def _answer(self, pointer: str) -> tuple[Block, ...]:
        if "*" in pointer:
            rows = json_pointer.expand(self._answers.data, pointer)
            told = [self._answers.text(one) for one in rows]
            return self._lines(self._words["joiner"].join(one for one in told if one), pointer)
        control, value = self._answers.control(pointer), self._answers.value(pointer)
        if not self._answers.shown(pointer):
            return self._lines(self._words["not_asked"], pointer)
        if control is None or value is None:
            return self._lines("", pointer)
        if control.kind == "rich":
            return tuple(self._rich.blocks(value, pointer)) or self._lines("", pointer)
        if control.kind == "picture":
            return (self._rich.picture(value, pointer),)
        return self._lines(self._answers.text(pointer), pointer)

    def _lines(self, text: str, pointer: str = "") -> tuple[Block, ...]:
        lines = (text or self._words["empty"]).split("\n")
        return tuple(Paragraph((Run(line),) if line else (), pointer=pointer) for line in lines)

    def _sum(self, tag: Tag) -> Decimal:
        found = Decimal(0)
        for term in tag.terms:
            for pointer in json_pointer.expand(self._answers.data, term.pointer):
                row, _, _ = pointer.rpartition("/")
                if all(_spelt(self._answers.value(f"{row}/{name}")) == wanted for name, wanted in term.only.items()):
                    found += self._answers.amount(pointer)
        return found


def _spelt(value: Json) -> str:
    """Return an answer as tags spell it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _references(proposal: Proposal) -> Iterator[str]:
    """Yield the ids of the rows that document.json prints as references, in their order."""
    for table in dict.fromkeys(_tables_of_references(proposal.call.document["parts"])):
        for row in json_pointer.get(proposal.data, table, []):
            yield str(row.get("id", ""))


def _tables_of_references(items: Json) -> Iterator[str]:
    for item in items:
        if item.get("item") == "references":
            yield item["pointer"]
        yield from _tables_of_references(item.get("items", ()))
