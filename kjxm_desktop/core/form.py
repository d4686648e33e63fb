"""The form of a call: sections, groups and controls, what is shown, what is still to fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from kjxm_desktop.core import json_pointer, rich_text
from kjxm_desktop.core.json_pointer import Json

Text = Mapping[str, str]
"""A text of a call in its languages: {"zh": …, "en": …}."""

Kind = Literal[
    "line", "text", "rich", "number", "money", "month", "day",
    "choice", "choices", "yes_no", "table", "picture", "file",
]  # fmt: skip

Naming = Literal["title", "person", "organisation", "company"]
"""What an answer names that is the proposal's own, to be written the same wherever it is written."""

_NO_TEXT: Text = {"zh": "", "en": ""}
_PLACES = re.compile(r"\{1,(\d)\}\)\?\$$")


@dataclass(frozen=True)
class Condition:
    """What must hold for something to be asked: the value at `pointer` is one of `values`."""

    pointer: str
    values: tuple[Json, ...]

    def holds(self, data: Json, at: str) -> bool:
        """Tell whether it holds for the control at `at`; a `*` means the same row."""
        return json_pointer.get(data, json_pointer.in_row_of(self.pointer, at)) in self.values


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen; `only_for` names the answers of another control that it belongs to."""

    id: str | int
    label: Text
    note: Text = field(default_factory=lambda: _NO_TEXT)
    only_for: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What the data schema says of the size of one answer; None where it says nothing. Words are 字数."""

    min_words: int | None = None
    max_words: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Guidance:
    """The reference book on one control, in Chinese: what is required, how to write, an example."""

    requirement: str = ""
    writing: str = ""
    example: str = ""


@dataclass(frozen=True)
class Totals:
    """What is added up below a table: the column of amounts `of`, by the answers in each of the columns `by`."""

    of: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Control:
    """One thing asked. `pointer` is a pattern; `need` is "must" (a final export waits for it), "fill" or None."""

    pointer: str
    kind: Kind
    label: Text
    hint: Text
    section_id: str
    need: Literal["must", "fill"] | None = None
    clause: str | None = None
    guidance: Guidance = field(default_factory=Guidance)
    unit: str = ""
    options: tuple[Option, ...] = ()
    rows_table: str | None = None
    rows_label: str | None = None
    depends_on: str | None = None
    instead: str | None = None
    columns: tuple[Control, ...] = ()
    row_label: str | None = None
    layout: Literal["grid", "cards"] = "grid"
    add_label: Text | None = None
    width: int = 1
    totals: Totals | None = None
    offer: str = ""
    names: Naming | None = None
    limits: Limits = field(default_factory=Limits)
    conditions: tuple[Condition, ...] = ()
    schema: Mapping[str, Json] = field(default_factory=lambda: cast("Mapping[str, Json]", {}))

    @property
    def name(self) -> str:
        """Return the last token of the pointer: the key in its row or section."""
        return json_pointer.parse(self.pointer)[-1]

    @property
    def in_table(self) -> bool:
        """Tell whether this is a column of a table."""
        return "*" in json_pointer.parse(self.pointer)

    @property
    def places(self) -> int:
        """Return how many decimals the data schema allows: from its pattern, else 2 for money and 4 for numbers."""
        found = _PLACES.search(str(self.schema.get("pattern", "")))
        return int(found[1]) if found else 2 if self.kind == "money" else 4

    def column(self, name: str) -> Control | None:
        """Return the column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Group:
    """Controls that stand together under one title, which may be empty."""

    title: Text
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class Section:
    """One page of the form; `id` is the key of its answers."""

    id: str
    title: Text
    hint: Text
    groups: tuple[Group, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def controls(self) -> tuple[Control, ...]:
        """Return all controls in order, without columns of tables."""
        return tuple(control for group in self.groups for control in group.controls)


@dataclass(frozen=True)
class Gap:
    """Something asked and not given."""

    pointer: str
    control: Control


def is_filled(control: Control, value: Json) -> bool:
    """Tell whether `value` answers `control`; a declaration only when it is true."""
    if control.kind == "yes_no":
        return value is True if control.need else isinstance(value, bool)
    if control.kind == "rich":
        return not rich_text.is_empty(value)
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value not in ([], {})


@dataclass(frozen=True)
class Form:
    """All sections of a call in their order."""

    sections: tuple[Section, ...]

    @cached_property
    def _controls(self) -> dict[str, Control]:
        found: dict[str, Control] = {}
        for section in self.sections:
            for control in section.controls:
                found[control.pointer] = control
                found.update({column.pointer: column for column in control.columns})
        return found

    @cached_property
    def _order(self) -> dict[str, int]:
        return {pattern: order for order, pattern in enumerate(self._controls)}

    @cached_property
    def _known_owners(self) -> dict[str, Control | None]:
        return {}

    @cached_property
    def _known_under(self) -> dict[str, Sequence[Control]]:
        return {}

    @cached_property
    def _sections(self) -> dict[str, Section]:
        return {section.id: section for section in self.sections}

    @property
    def controls(self) -> Sequence[Control]:
        """Return every control, columns behind their table, in the order of the form."""
        return tuple(self._controls.values())

    def section(self, section_id: str) -> Section | None:
        """Return the section of that id."""
        return self._sections.get(section_id)

    def control(self, pointer: str) -> Control | None:
        """Return the control that asks for `pointer` (a pointer or a pattern)."""
        return self._controls.get(pointer) or self._controls.get(json_pointer.pattern_of(pointer))

    def owner(self, pointer: str) -> Control | None:
        """Return the control at `pointer` or the nearest one above it."""
        pattern = json_pointer.pattern_of(pointer)
        if pattern not in self._known_owners:
            tokens = json_pointer.parse(pattern)
            above = (self._controls.get(json_pointer.build(tokens[:end])) for end in range(len(tokens), 0, -1))
            self._known_owners[pattern] = next((control for control in above if control is not None), None)
        return self._known_owners[pattern]

    def shown(self, pointer: str, data: Json) -> bool:
        """Tell whether what stands at `pointer` is asked: the one judge of that.

        Something that is no control (a row, a group of answers) is asked when its table or any control under it is.
        """
        if not pointer:
            return True
        section = self._sections.get(json_pointer.parse(pointer)[0])
        if section is None or not all(condition.holds(data, pointer) for condition in section.conditions):
            return False
        control = self.owner(pointer)
        if control is not None:
            return all(condition.holds(data, pointer) for condition in control.conditions)
        under = self._under(pointer)
        return any(all(condition.holds(data, c.pointer) for condition in c.conditions) for c in under) or not under

    def _under(self, group: str) -> Sequence[Control]:
        """Return the controls under a section or group that decide whether it is asked: none where one always is.

        Looked for once: every key asks which sections are shown.
        """
        found = self._known_under.get(group)
        if found is None:
            found = [control for control in self.controls if control.pointer.startswith(group + "/")]
            found = self._known_under[group] = found if all(control.conditions for control in found) else []
        return found

    def position(self, pointer: str) -> tuple[int, ...]:
        """Return where `pointer` stands in the form, as a key to sort by; the whole comes first."""
        tokens = json_pointer.parse(pointer)
        key: list[int] = []
        for end in range(1, len(tokens) + 1):
            token = tokens[end - 1]
            if token.isdigit():
                key.append(int(token))
            order = self._order.get(json_pointer.pattern_of(json_pointer.build(tokens[:end])))
            if order is not None:
                key.append(order)
        return tuple(key) if key else self._position_of_group(pointer)

    def _position_of_group(self, pointer: str) -> tuple[int, ...]:
        under = [order for pattern, order in self._order.items() if pattern.startswith(pointer + "/")]
        return (min(under),) if pointer and under else (-1,)

    def options(self, control: Control, data: Json, pointer: str) -> list[Option]:
        """Return what may be chosen at `pointer`: the list, narrowed by what it depends on, or the rows named."""
        if control.rows_table:
            rows = cast("list[dict[str, Json]]", json_pointer.get(data, control.rows_table, []))
            return [_row_option(row, control.rows_label or "id", number) for number, row in enumerate(rows, 1)]
        if not control.depends_on:
            return list(control.options)
        chosen = json_pointer.get(data, json_pointer.in_row_of(control.depends_on, pointer))
        return [option for option in control.options if not option.only_for or chosen in option.only_for]

    def gaps(self, data: Json) -> Iterator[Gap]:
        """Yield what is asked, needed and not given, in the order of the form."""
        for section in self.sections:
            for control in section.controls:
                yield from self.gaps_of(control, data)

    def gaps_of(self, control: Control, data: Json) -> Iterator[Gap]:
        """Yield the gaps of one control and, when it is a table, of each row that exists."""
        for pointer, at in self.needed(control, data):
            if not self.given(at, data, pointer):
                yield Gap(pointer, at)

    def needed(self, control: Control, data: Json) -> Iterator[tuple[str, Control]]:
        """Yield each pointer that must be filled, with its control: the table itself, then column by row."""
        if not self.shown(control.pointer, data):
            return
        if control.need:
            yield control.pointer, control
        for index in range(len(json_pointer.get(data, control.pointer, [])) if control.columns else 0):
            for column in control.columns:
                pointer = f"{control.pointer}/{index}/{column.name}"
                if column.need and self.shown(pointer, data):
                    yield pointer, column

    def given(self, control: Control, data: Json, pointer: str) -> bool:
        """Tell whether `pointer` is filled, by its own answer or by the one that may stand instead."""
        if is_filled(control, json_pointer.get(data, pointer)):
            return True
        other = self.control(control.instead) if control.instead else None
        return other is not None and is_filled(other, json_pointer.get(data, other.pointer))


def _row_option(row: Mapping[str, Json], label: str, number: int) -> Option:
    name = str(row.get(label) or "") or str(number)
    return Option(id=str(row.get("id", "")), label={"zh": name, "en": name})


def build(form: Json, schema: Json) -> Form:
    """Return the form told by form.json, with limits read from the data schema.

    Raises KeyError, TypeError or ValueError where the two do not fit; the strict loader names the place.
    """
    return _Builder(form, schema).form()


class _Builder:
    """Turns form.json into values, resolving lists and schema places once."""

    def __init__(self, form: Json, schema: Json) -> None:
        self._form = form
        self._schema = schema
        self._lists = {name: tuple(_option(entry) for entry in entries) for name, entries in form["lists"].items()}

    def form(self) -> Form:
        return Form(tuple(self._section(section) for section in self._form["sections"]))

    def _section(self, section: Json) -> Section:
        conditions = _conditions(section)
        groups = tuple(self._group(group, section["id"]) for group in section["groups"])
        return Section(section["id"], section["title"], section.get("hint", _NO_TEXT), groups, conditions)

    def _group(self, group: Json, section_id: str) -> Group:
        above = _conditions(group)
        controls = tuple(self._control(control, section_id, above) for control in group["controls"])
        return Group(group.get("title", _NO_TEXT), controls)

    def _control(self, control: Json, section_id: str, above: tuple[Condition, ...]) -> Control:
        conditions = above + _conditions(control)
        schema = schema_at(self._schema, control["pointer"])
        rows = control.get("rows_from", {})
        totals = control.get("totals")
        return Control(
            pointer=control["pointer"],
            kind=control["kind"],
            label=control["label"],
            hint=control.get("hint", _NO_TEXT),
            section_id=section_id,
            need=control.get("need"),
            clause=control.get("clause"),
            guidance=Guidance(**control.get("guidance", {})),
            unit=control.get("unit", ""),
            options=self._lists[control["options"]] if "options" in control else (),
            rows_table=rows.get("table"),
            rows_label=rows.get("label"),
            depends_on=control.get("depends_on"),
            instead=control.get("instead"),
            columns=tuple(self._control(column, section_id, conditions) for column in control.get("columns", ())),
            row_label=control.get("row_label"),
            layout=control.get("layout", "grid"),
            add_label=control.get("add_label"),
            width=control.get("width", 1),
            totals=Totals(totals["of"], tuple(totals["by"])) if totals else None,
            offer=control.get("offer", ""),
            names=control.get("names"),
            limits=_limits(schema),
            conditions=conditions,
            schema=schema,
        )


def _conditions(node: Json) -> tuple[Condition, ...]:
    told = node.get("show_if")
    return (Condition(told["pointer"], tuple(told["in"])),) if told else ()


def _option(entry: Json) -> Option:
    return Option(entry["id"], entry["label"], entry.get("note", _NO_TEXT), tuple(entry.get("for", ())))


def schema_at(schema: Json, pattern: str) -> Mapping[str, Json]:
    """Return the schema of what `pattern` names, `$ref` resolved and laid under the keywords beside it.

    Raises KeyError where the pattern leads nowhere.
    """
    node = _resolved(schema, schema)
    for token in json_pointer.parse(pattern):
        node = _resolved(schema, node["items"] if token == "*" else node["properties"][token])
    return node


def _resolved(root: Json, node: Json) -> dict[str, Json]:
    seen = 0
    while "$ref" in node:
        seen += 1
        if seen > 16:
            raise KeyError(node["$ref"])
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**root["$defs"][node["$ref"].removeprefix("#/$defs/")], **beside}
    return node


def _limits(schema: Mapping[str, Json]) -> Limits:
    words = schema.get("wordCount", {})
    return Limits(
        words.get("min"),
        words.get("max"),
        schema.get("minItems"),
        schema.get("maxItems"),
        schema.get("minimum"),
        schema.get("maximum"),
    )
