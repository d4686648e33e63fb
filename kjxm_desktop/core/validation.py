"""What is wrong with, or missing from, a proposal.

Findings are remembered by the identity of what they were found on: data shares everything an edit did not touch, so
after a keystroke only the touched answer, its row and the rules that read its section are looked at again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from kjxm_desktop.core import combining, identifiers, json_pointer, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control, is_filled
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator as SchemaValidator

    from kjxm_desktop.core import rules

PAUSE_ROWS = 20
_PAUSE_SORTED = 500  # findings put in order
_SHOWN = 40  # characters of what was written, in a message
_SOFT = ("length", "glyph", "formula", "marks")
_FREE = ("line", "text", "rich", "choices", "picture")  # what may hold any character and be right


class Severity(StrEnum):
    """How bad a finding is. An error is wrong, a gap is missing; a warning may be dismissed with a reason."""

    ERROR = "error"
    MISSING = "missing"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True)
class Diagnostic:
    """One finding: where, how bad, which text tells of it, which clause it rests on.

    `variant` picks one of several texts of the same code. `blocks`: a final export waits for it.
    """

    pointer: str
    severity: Severity
    code: str
    params: Mapping[str, object] = field(default_factory=lambda: cast("Mapping[str, object]", {}))
    clause: str | None = None
    blocks: bool = False
    section: str | None = None
    variant: str | None = None


Unprintable = Callable[[str], Mapping[str, object]]
"""Tells what the finding `glyph` says of a text that cannot be printed as it is; {} of any other."""

Unset = Callable[[Iterable[str]], Mapping[str, object]]
"""Tells what the finding `formula` says of the formulas of an answer; {} when all of them can be set."""


def validate(
    call: Call, data: Json, now: datetime, unprintable: Unprintable | None = None, unset: Unset | None = None
) -> list[Diagnostic]:
    """Return all findings on `data` at the time `now`, in the order of the form."""
    return Validator(call, unprintable, unset).check(data, now)


Steps = Generator[None, None, list[Diagnostic]]


@dataclass(frozen=True)
class _Fault:
    """A finding of the data schema on one answer; `name` is its place below the row or control it belongs to."""

    name: str
    code: str
    variant: str
    params: Mapping[str, object]


class Validator:
    """Checks proposals of one call again and again, remembering what did not change."""

    def __init__(self, call: Call, unprintable: Unprintable | None = None, unset: Unset | None = None) -> None:
        self._call = call
        self._unprintable, self._unset = unprintable, unset
        self._not_printed = {told["pointer"] for told in call.document["not_printed"]}
        self._faults: dict[str, tuple[Json, list[_Fault]]] = {}
        self._row_faults: dict[str, dict[int, tuple[Json, list[_Fault]]]] = {}
        self._rule_found: dict[str, tuple[tuple[object, ...], list[rules.Found]]] = {}
        self._validators: dict[str, SchemaValidator] = {}
        from kjxm_desktop.core import rules  # loaded with the first check: the first page needs no rule

        self._rules = rules.rules_of(call)
        self._run = rules.run
        self._gap_rules = {pointer: rule for rule in self._rules for pointer in rule.gap}

    def check(self, data: Json, now: datetime) -> list[Diagnostic]:
        """Return all findings, in the order of the form."""
        steps = self.steps(data, now)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return cast("list[Diagnostic]", done.value)

    def steps(self, data: Json, now: datetime) -> Steps:
        """Do the same in small steps, so that a window can breathe between them."""
        found: list[Diagnostic] = []
        for item in self._found(data, now):
            if item is None:
                yield
            else:
                found.append(item)
        form = self._call.form
        placed: list[tuple[tuple[int, ...], int, Diagnostic]] = []
        for number, item in enumerate(found):
            if form.shown(item.pointer, data):
                placed.append((form.position(item.pointer), number, item))
            if number % PAUSE_ROWS == PAUSE_ROWS - 1:
                yield
        stretches: list[list[tuple[tuple[int, ...], int, Diagnostic]]] = []
        for at in range(0, len(placed), _PAUSE_SORTED):
            stretches.append(sorted(placed[at : at + _PAUSE_SORTED]))
            yield
        in_order: list[Diagnostic] = []
        for number, (_position, _number, item) in enumerate(heapq.merge(*stretches)):
            in_order.append(item)
            if number % _PAUSE_SORTED == _PAUSE_SORTED - 1:
                yield
        return in_order

    def _found(self, data: Json, now: datetime) -> Iterator[Diagnostic | None]:
        """Yield what is found, and None for each pause."""
        for section in self._call.form.sections:
            for control in section.controls:
                yield from self._of_control(control, data)
            yield None
        for rule in self._rules:
            yield from self._run_rule(rule, data, now)
            for number, item in enumerate(self._rule_found[rule.id][1], 1):
                yield self._from_rule(rule, item, data)
                if number % PAUSE_ROWS == 0:
                    yield None
            yield None

    # -- answers against the data schema, and gaps ---------------------------------------------------------------

    def _of_control(self, control: Control, data: Json) -> Iterator[Diagnostic | None]:
        if control.need and not self._call.form.given(control, data, control.pointer):
            yield self._from_gap(control, control.pointer, data)
        value = json_pointer.get(data, control.pointer)
        if not is_filled(control, value):
            return
        remembered = self._faults.get(control.pointer)
        if remembered is None or remembered[0] is not value:
            remembered = (value, list(self._value_faults(control, value)))
            self._faults[control.pointer] = remembered
        for fault in remembered[1]:
            yield self._from_fault(fault, control.pointer)
        if control.kind == "table":
            yield from self._of_rows(control, cast("list[Json]", value), data)

    def _of_rows(self, table: Control, rows: list[Json], data: Json) -> Iterator[Diagnostic | None]:
        before = self._row_faults.get(table.pointer, {})
        now: dict[int, tuple[Json, list[_Fault]]] = {}
        for index, row in enumerate(rows):
            remembered = before.get(id(row))
            if remembered is None or remembered[0] is not row:
                remembered = (
                    row,
                    [fault for column in table.columns for fault in self._cell_faults(table, column, row)],
                )
            if index % PAUSE_ROWS == PAUSE_ROWS - 1:  # what is remembered has to be told, too
                yield None
            now[id(row)] = remembered
            for fault in remembered[1]:
                column = self._call.form.control(f"{table.pointer}/*{fault.name}")
                if fault.code == "missing" and column is not None:
                    yield self._from_gap(column, f"{table.pointer}/{index}{fault.name}", data)
                else:
                    yield self._from_fault(fault, f"{table.pointer}/{index}")
        self._row_faults[table.pointer] = now

    def _cell_faults(self, table: Control, column: Control, row: Json) -> Iterator[_Fault]:
        name = column.pointer.removeprefix(table.pointer + "/*")
        value = json_pointer.get(row, name)
        if is_filled(column, value):
            for fault in self._value_faults(column, value):
                yield _Fault(name, fault.code, fault.variant, fault.params)
        elif column.need:
            yield _Fault(name, "missing", column.kind, {})

    def _value_faults(self, control: Control, value: Json) -> Iterator[_Fault]:
        if isinstance(value, str) and not value.strip():
            return  # white space is no answer: at most a gap, never a fault as well
        errors = list(self._schema_validator(control).iter_errors(value))
        unknown = [_told(error.instance) for error in errors if error.validator == "enum"]
        if unknown:
            yield _Fault("", "choice", control.kind, {"value": "、".join(unknown[:3])})
        for error in errors:
            if error.validator != "enum":
                yield _fault(control, str(error.validator), error.validator_value, error.instance)
        if not errors and control.kind in ("month", "day") and not _is_date(control, value):
            yield _Fault("", "format", control.kind, {"value": _told(value)})
        if control.kind in _FREE and control.pointer not in self._not_printed:
            yield from self._print_faults(control.kind, value)

    def _print_faults(self, kind: str, value: Json) -> Iterator[_Fault]:
        """Yield what does not print as it is written: characters, heaps of marks, formulas."""
        text = rich_text.printed(value)
        if self._unprintable and (told := self._unprintable(text)):
            yield _Fault("", "glyph", kind, told)
        if told := combining.told(text):
            yield _Fault("", "marks", kind, told)
        if self._unset and kind == "rich" and (told := self._unset(rich_text.formulas_of(value))):
            yield _Fault("", "formula", kind, told)

    def _schema_validator(self, control: Control) -> SchemaValidator:
        found = self._validators.get(control.pointer)
        if found is None:
            # Loaded when the first check runs: importing it costs as much as a whole bare window.
            from kjxm_desktop.core import schema_words

            # What lies inside a table or a picture is looked at by itself, and its shape when it comes in.
            inside = ("items", "properties", "additionalProperties")
            own = {key: part for key, part in control.schema.items() if key not in inside}
            if control.kind == "choices":
                own = dict(control.schema)
            found = schema_words.validator({**own, "$defs": self._call.schema.get("$defs", {})})
            self._validators[control.pointer] = found
        return found

    def _from_fault(self, fault: _Fault, base: str) -> Diagnostic:
        severity = Severity.WARNING if fault.code in _SOFT else Severity.ERROR
        pointer = base + fault.name
        return Diagnostic(
            pointer,
            severity,
            fault.code,
            fault.params,
            None,
            severity is Severity.ERROR,
            json_pointer.section_of(pointer),
            fault.variant,
        )

    def _from_gap(self, control: Control, pointer: str, data: Json) -> Diagnostic:
        rule = self._gap_rules.get(control.pointer)
        section = json_pointer.section_of(pointer)
        must = control.need == "must"
        if rule is None:
            clause = self._clause_of(control)
            return Diagnostic(pointer, Severity.MISSING, "missing", {}, clause, must, section, control.kind)
        told = rule.severity_when_told(data)
        severity = Severity(told) if told else Severity.MISSING
        blocks = severity is Severity.ERROR or (severity is Severity.MISSING and must)
        return Diagnostic(pointer, severity, rule.id, {}, rule.clause, blocks, section, "gap")

    def _clause_of(self, control: Control) -> str | None:
        """Return the clause that asks for an answer; what must stand in a row rests on the clause of its table."""
        if control.clause is None and control.need == "must" and control.in_table:
            table = self._call.form.control(control.pointer.partition("/*")[0])
            return table.clause if table else None
        return control.clause

    # -- rules across answers -------------------------------------------------------------------------------------

    def _run_rule(self, rule: rules.Rule, data: Json, now: datetime) -> Generator[None, None, None]:
        parts = cast("dict[str, Json]", data)
        # A rule that reads no section looks at the clock and at whether anything is written.
        key: tuple[object, ...] = tuple(parts.get(section) for section in rule.reads) or (now, data)
        remembered = self._rule_found.get(rule.id)
        if remembered and all(old is new for old, new in zip(remembered[0], key, strict=True)):
            return
        found: list[rules.Found] = []
        for item in self._run(self._call, data, now, rule):
            if item is None:
                yield
            else:
                found.append(item)
        self._rule_found[rule.id] = (key, found)

    def _from_rule(self, rule: rules.Rule, found: rules.Found, data: Json) -> Diagnostic:
        severity = Severity(found.severity or rule.severity_for(data))
        control = self._call.form.control(found.pointer)
        must = control is not None and control.need == "must"
        return Diagnostic(
            found.pointer,
            severity,
            rule.id,
            found.params,
            rule.clause,
            severity is Severity.ERROR or (severity is Severity.MISSING and must),
            json_pointer.section_of(found.pointer),
            found.variant,
        )


def _is_date(control: Control, value: str) -> bool:
    return identifiers.is_day(value) if control.kind == "day" else identifiers.is_month(value)


def _fault(control: Control, keyword: str, told: Json, value: Json) -> _Fault:
    """Return the finding for one broken keyword of the data schema. Keywords: see schemas/README.md."""
    if keyword == "wordCount":
        count = value if isinstance(value, int) else rich_text.word_count(value)
        over = told.get("max") is not None and count > told["max"]
        limit = told["max"] if over else told["min"]
        return _Fault(
            "", "length", "long" if over else "short", {"count": count, "limit": limit, "by": abs(count - limit)}
        )
    if keyword in ("minItems", "maxItems"):
        count = len(value)
        variant = "few" if keyword == "minItems" else "many"
        return _Fault("", "length", variant, {"count": count, "limit": told, "by": abs(count - told)})
    if keyword in ("minimum", "maximum"):
        limits = control.limits
        return _Fault("", "format", "range", {"value": value, "minimum": limits.minimum, "maximum": limits.maximum})
    return _Fault("", "format", control.kind, {"value": _told(value)})


def _told(value: Json) -> str:
    """Return the beginning of what was written, for a message."""
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
