"""Finding words in all that a proposal shows: answers, questions, guidance and the notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, cast

from kjxm_desktop.core import json_pointer, rich_passages, rich_text
from kjxm_desktop.core.folded_text import Folded, fold
from kjxm_desktop.core.form import Control, Form, Option, Section, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rich_passages import Part, Span

Kind = Literal["answer", "question", "guidance", "notice"]
Write = Callable[[Control, Json, Sequence[Option]], str]
"""How an answer that is no text is shown: an option by its label, a month as a person reads it."""

GUIDANCE = ("requirement", "writing", "example")
WRITTEN: Part = ("written",)
"""The part of an answer that is shown by other words than those it is kept in."""
FROM_ROW: Part = ("row",)
"""The part of an answer that names a row of a table: its words stand there, and follow what is written there."""

ROWS_AT_ONCE = 100
_BETWEEN_CELLS = "\n"


@dataclass(frozen=True)
class Wanted:
    """What is looked for; `exact` takes case, width and spaces as they are typed."""

    text: str
    exact: bool = False

    @cached_property
    def folded(self) -> str:
        """Return it as texts are compared; empty looks for nothing."""
        return fold(rich_text.clean_line(self.text).strip()).text

    def spans(self, folded: Folded) -> list[Span]:
        """Return where it stands in a text, in characters of it."""
        found = list(folded.spans(self.folded))
        if self.exact:
            wanted = rich_text.clean_line(self.text).strip()
            return [span for span in found if folded.source[span[0] : span[1]] == wanted]
        return found


@dataclass(frozen=True)
class Hit:
    """One place found: characters `start` to `end` of `text`.

    `pointer` is of the answer; of the question that is asked, for a column its pattern; of a section; empty for the
    notice. `part` is the way inside an answer (see `rich_passages`), or "label", "hint", "requirement" … of a question.
    """

    kind: Kind
    section_id: str
    pointer: str
    part: Part
    text: str
    start: int
    end: int
    is_fixed: bool = False
    """Replacing leaves it alone: a choice, a number, a formula, or no answer at all."""


@dataclass(frozen=True)
class _Passage:
    """A text that can be found, with all that a hit in it tells."""

    hit: Hit
    folded: Folded
    shown_with: str
    """The pointer that decides whether it is shown."""


@dataclass
class _Answer:
    """The pieces of one answer, folded while it and what its words come from stay the same."""

    value: Json
    behind: Json
    pieces: list[tuple[Part, Folded]]


@dataclass
class _Row:
    """The pieces of one row; all of them in one text tells quickly that nothing is in it."""

    value: Json
    whole: str
    pieces: list[tuple[Control, Part, Folded]]


@dataclass
class _Table:
    """The rows of a table in their order, folded while they and what their words come from stay the same."""

    value: Json
    behind: tuple[Json, ...]
    rows: list[_Row]


@dataclass
class Index:
    """All that can be found in a call and the answers to it, in one language.

    Questions and the notice are folded when they are first looked through, answers when they are other objects than
    before: data is never changed in place, so what is the same object has not changed.
    """

    form: Form
    notice: str
    pick: Callable[[Text], str]
    write: Write
    _asked: dict[str, list[_Passage]] = field(default_factory=lambda: cast("dict[str, list[_Passage]]", {}))
    _answers: dict[str, _Answer] = field(default_factory=lambda: cast("dict[str, _Answer]", {}))
    _tables: dict[str, _Table] = field(default_factory=lambda: cast("dict[str, _Table]", {}))

    def search(self, data: Json, wanted: Wanted) -> list[Hit]:
        """Return every place where `wanted` stands, in the order of the form, the notice last.

        What is not asked just now is not searched.
        """
        return list(self._found(data, wanted)) if wanted.folded else []

    def _found(self, data: Json, wanted: Wanted) -> Iterator[Hit]:
        for section in self.form.sections:
            if not self.form.shown(f"/{section.id}", data):
                continue
            questions = self._questions_found(section, data, wanted)
            yield from (hit for hit in questions if hit.pointer == f"/{section.id}")
            for control in section.controls:
                own = [hit for hit in questions if _is_of(control, hit.pointer)]
                yield from (hit for hit in own if hit.kind == "question")
                if self.form.shown(control.pointer, data):
                    yield from self._in_answer(control, data, wanted)
                yield from (hit for hit in own if hit.kind == "guidance")
        for start, end in wanted.spans(self._notice):
            yield Hit("notice", "", "", (), self.notice, start, end, is_fixed=True)

    @cached_property
    def _notice(self) -> Folded:
        return fold(self.notice)

    def prepare(self, data: Json) -> Iterator[None]:
        """Fold beforehand what a search will look through, a piece at each step; it may be left at any of them."""
        for section in self.form.sections:
            if self.form.shown(f"/{section.id}", data):
                self._questions_found(section, data, Wanted(""))
                yield
                for control in section.controls:
                    if json_pointer.get(data, control.pointer) is None or not self.form.shown(control.pointer, data):
                        continue
                    if control.kind == "table":
                        yield from self._fold_rows(control, data)
                    else:
                        self._fold_answer(control, data)
                    yield

    # ---- questions and guidance

    def _questions_found(self, section: Section, data: Json, wanted: Wanted) -> list[Hit]:
        if section.id not in self._asked:
            self._asked[section.id] = list(self._passages(section))
        found: list[Hit] = []
        for passage in self._asked[section.id]:
            if wanted.folded in passage.folded.text and self.form.shown(passage.shown_with, data):
                spans = wanted.spans(passage.folded)
                found += [replace(passage.hit, start=start, end=end) for start, end in spans]
        return found

    def _passages(self, section: Section) -> Iterator[_Passage]:
        own = f"/{section.id}"
        for part, told in (("title", section.title), ("hint", section.hint)):
            yield from self._passage("question", section.id, own, own, part, self.pick(told))
        for group in section.groups:
            first = group.controls[0]
            title = self.pick(group.title)
            if title != self.pick(first.label):
                yield from self._passage("question", section.id, first.pointer, first.pointer, "group", title)
            for control in group.controls:
                for each in (control, *control.columns):
                    yield from self._of_question(section.id, each, control.pointer)

    def _of_question(self, section_id: str, control: Control, shown_with: str) -> Iterator[_Passage]:
        texts = (("label", self.pick(control.label)), ("hint", self.pick(control.hint)))
        for part, text in texts:
            yield from self._passage("question", section_id, control.pointer, shown_with, part, text)
        for part in GUIDANCE:
            text = str(getattr(control.guidance, part))
            yield from self._passage("guidance", section_id, control.pointer, shown_with, part, text)

    def _passage(
        self, kind: Kind, section_id: str, pointer: str, shown_with: str, part: str, text: str
    ) -> Iterator[_Passage]:
        if text:
            yield _Passage(Hit(kind, section_id, pointer, (part,), text, 0, 0, is_fixed=True), fold(text), shown_with)

    # ---- answers

    def _in_answer(self, control: Control, data: Json, wanted: Wanted) -> Iterator[Hit]:
        if json_pointer.get(data, control.pointer) is None:
            return
        if control.kind == "table":
            yield from self._in_rows(control, data, wanted)
            return
        for part, folded in self._fold_answer(control, data):
            yield from self._hits(control, control.pointer, part, folded, wanted)

    def _fold_answer(self, control: Control, data: Json) -> list[tuple[Part, Folded]]:
        value, behind = json_pointer.get(data, control.pointer), self._behind(control, data)
        known = self._answers.get(control.pointer)
        if known is None or known.value is not value or known.behind is not behind:
            told = self._texts(control, value, self._options(control, data))
            known = _Answer(value, behind, [(part, fold(text)) for part, text in told])
            self._answers[control.pointer] = known
        return known.pieces

    def _in_rows(self, table: Control, data: Json, wanted: Wanted) -> Iterator[Hit]:
        for _ in self._fold_rows(table, data):
            pass
        for at, row in enumerate(self._tables[table.pointer].rows):
            if wanted.folded not in row.whole:
                continue
            for column, part, folded in row.pieces:
                if wanted.folded in folded.text:
                    pointer = f"{table.pointer}/{at}{column.pointer.removeprefix(table.pointer + '/*')}"
                    if not column.conditions or self.form.shown(pointer, data):
                        yield from self._hits(column, pointer, part, folded, wanted)

    def _fold_rows(self, table: Control, data: Json) -> Iterator[None]:
        """Fold the rows that are others than before; stop now and then, in case others want to work."""
        value: list[dict[str, Json]] = json_pointer.get(data, table.pointer)
        behind = tuple([self._behind(column, data) for column in table.columns])
        before = self._tables.get(table.pointer)
        same_words = before is not None and all(
            mine is theirs for mine, theirs in zip(before.behind, behind, strict=True)
        )
        if before is not None and same_words and before.value is value:
            return
        known = {id(row.value): row for row in before.rows} if before is not None and same_words else {}
        options = {column.pointer: self._options(column, data) for column in table.columns}
        rows: list[_Row] = []
        for row in value:
            rows.append(known.get(id(row)) or self._row(table, row, options))
            if len(rows) % ROWS_AT_ONCE == 0:
                yield
        self._tables[table.pointer] = _Table(value, behind, rows)

    def _row(self, table: Control, row: dict[str, Json], options: Mapping[str, Sequence[Option]]) -> _Row:
        pieces: list[tuple[Control, Part, Folded]] = []
        for column in table.columns:
            value = json_pointer.get(row, column.pointer.removeprefix(table.pointer + "/*"))
            if value is not None:
                told = self._texts(column, value, options[column.pointer])
                pieces += [(column, part, fold(text)) for part, text in told]
        return _Row(row, _BETWEEN_CELLS.join([folded.text for _, _, folded in pieces]), pieces)

    def _options(self, control: Control, data: Json) -> Sequence[Option]:
        """Return all options of a control, whatever they depend on."""
        return self.form.options(control, data, control.pointer) if control.rows_table else control.options

    def _behind(self, control: Control, data: Json) -> Json:
        """Return the rows that the words of an answer come from; None where it has its own."""
        return json_pointer.get(data, control.rows_table) if control.rows_table else None

    def _texts(self, control: Control, value: Json, options: Sequence[Option]) -> Iterator[tuple[Part, str]]:
        """Yield the texts of an answer as it is shown, with the way to each."""
        if control.kind in ("line", "text"):
            yield (), str(value)
        elif control.kind == "rich":
            yield from rich_passages.passages(value)
        elif control.kind == "picture":
            yield from (((name,), value[name]) for name in ("caption", "alt") if name in value)
        elif is_free(control):
            yield from (((at,), str(word)) for at, word in enumerate(value))
        elif control.kind not in ("yes_no", "file"):
            yield FROM_ROW if control.rows_table else WRITTEN, self.write(control, value, options)

    def _hits(self, control: Control, pointer: str, part: Part, folded: Folded, wanted: Wanted) -> Iterator[Hit]:
        fixed = part in (WRITTEN, FROM_ROW) or rich_passages.is_fixed(part)
        for start, end in wanted.spans(folded):
            yield Hit("answer", control.section_id, pointer, part, folded.source, start, end, fixed)


def is_free(control: Control) -> bool:
    """Tell whether an answer is words typed freely, as keywords."""
    return control.kind == "choices" and not control.options and not control.rows_table


def _is_of(control: Control, pointer: str) -> bool:
    return pointer == control.pointer or pointer.startswith(control.pointer + "/*")
