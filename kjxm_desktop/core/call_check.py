"""The strict loader of calls: every promise a call makes to the program is tried before it is believed.

A call is data that people who do not program write, and that travels inside drafts from anywhere, so a fault is told
with its file and its place, and nothing in a call can make the program slow or read another file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import document_check, form_places, json_pointer, rules, strict_json
from kjxm_desktop.core.call import CALL, DOCUMENT, FORM, NOTICE, RULES, SCHEMA, Call
from kjxm_desktop.core.form import Control, schema_at
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

MAX_NODES = 20_000
MAX_DEPTH = 24
MAX_SCHEMA_NODES = 5_000
MAX_SCHEMA_DEPTH = 16
MAX_PATTERN = 200
MAX_COMPARED = 20_000_000
"""Characters of the notice that may be looked through: its length times the clauses and quotes that name its words."""

_KIND_TYPES: Mapping[str, tuple[str, ...]] = {
    "line": ("string",),
    "text": ("string",),
    "rich": ("array",),
    "number": ("integer", "string"),
    "money": ("string",),
    "month": ("string",),
    "day": ("string",),
    "choice": ("string", "integer"),
    "choices": ("array",),
    "yes_no": ("boolean",),
    "table": ("array",),
    "picture": ("object",),
    "file": ("string",),
}


def check_files(files: Mapping[str, bytes], meta: Path) -> Call:
    """Return the call made of `files` after every check, or raise KjxmError call.* that names file and place.

    `meta` is the folder of the meta-schemas.
    """
    call = _check_data(files, meta)
    for fault in form_places.faults(call):
        raise fault
    return call


def faults(files: Mapping[str, bytes], meta: Path) -> list[KjxmError]:
    """Return what is wrong with a call: the first fault of its data, else every fault of its Word form."""
    try:
        return form_places.faults(_check_data(files, meta))
    except KjxmError as error:
        return [error]


def _check_data(files: Mapping[str, bytes], meta: Path) -> Call:
    parsed = {name: _budgeted(name, files) for name in (CALL, SCHEMA, FORM, RULES, DOCUMENT)}
    for name, value in parsed.items():
        _against_meta(name, value, meta)
    _schema_words(parsed[SCHEMA])
    _check_notice(parsed, files)
    _leads_somewhere(parsed[FORM], parsed[SCHEMA])
    call = calls.load_files(files)
    _check_clauses(call)
    _check_controls(call)
    _check_asked_once(call)
    _check_conditions(call)
    _check_sums_and_offers(call)
    _check_rules(call)
    _check_document(call)
    _check_patterns_of_names(call)
    return call


def _budgeted(name: str, files: Mapping[str, bytes]) -> Json:
    if name not in files:
        raise KjxmError("call.file_missing", file=name, path="")
    limit = MAX_SCHEMA_NODES if name == SCHEMA else MAX_NODES
    depth = MAX_SCHEMA_DEPTH if name == SCHEMA else MAX_DEPTH
    try:
        value = strict_json.loads(files[name], limit_bytes=calls.MAX_FILE_BYTES, limit_depth=depth)
    except KjxmError as error:
        raise KjxmError("call.unreadable", file=name, why=error) from error
    if sum(1 for _ in _nodes(value, "")) > limit:
        raise KjxmError("call.too_many", file=name, limit=limit)
    return value


def _nodes(value: Json, place: str) -> Iterator[tuple[str, Json]]:
    yield place, value
    if isinstance(value, dict):
        for key, child in cast("dict[str, Json]", value).items():
            yield from _nodes(child, place + json_pointer.build([key]))
    elif isinstance(value, list):
        for index, child in enumerate(cast("list[Json]", value)):
            yield from _nodes(child, f"{place}/{index}")


def _against_meta(name: str, value: Json, folder: Path) -> None:
    # Loaded when a call is checked, never at start.
    from kjxm_desktop.core import schema_words

    stem = name.removesuffix(".json").removesuffix(".schema")
    meta = strict_json.loads(
        (folder / f"{stem}.schema.json").read_bytes(), limit_bytes=calls.MAX_FILE_BYTES, limit_depth=64
    )
    error = schema_words.first_error(meta, value)
    if error is not None:
        raise KjxmError("call.form_of_file", file=name, place=error.place, why=error.why)


def _schema_words(schema: Json) -> None:
    """Refuse references that lead nowhere or round in circles, and patterns that google-re2 does not take."""
    from kjxm_desktop.core import schema_words

    for place, node in _nodes(schema, ""):
        if not isinstance(node, dict):
            continue
        words = cast("dict[str, Json]", node)
        pattern = words.get("pattern")
        if isinstance(pattern, str) and (len(pattern) > MAX_PATTERN or not schema_words.is_pattern(pattern)):
            raise KjxmError("call.pattern", file=SCHEMA, place=place)
    expansion = _Expansion(schema)
    for name in schema.get("$defs", {}):
        expansion.of_definition(name, f"/$defs/{name}", 0)
    expansion.of(schema, "", 0)


class _Expansion:
    """Measures a schema with its references written out, each definition once: whatever doubles, the work does not."""

    def __init__(self, schema: Json) -> None:
        self._definitions: Mapping[str, Json] = schema.get("$defs", {})
        self._sizes: dict[str, tuple[int, int]] = {}
        self._above: set[str] = set()

    def of(self, node: Json, place: str, depth: int) -> tuple[int, int]:
        """Return how many nodes `node` is and how many deep; raise KjxmError on circles and towers."""
        if depth > 2 * MAX_SCHEMA_DEPTH:
            raise KjxmError("call.reference", file=SCHEMA, place=place)
        inside = [(child, f"{place}/properties/{key}") for key, child in node.get("properties", {}).items()]
        inside += [(node["items"], f"{place}/items")] if "items" in node else []
        measured = [self.of(child, below, depth + 1) for child, below in inside]
        if "$ref" in node:
            measured.append(self.of_definition(str(node["$ref"]).removeprefix("#/$defs/"), place, depth + 1))
        size, height = 1 + sum(size for size, _ in measured), 1 + max((height for _, height in measured), default=0)
        if size > MAX_SCHEMA_NODES:
            raise KjxmError("call.too_many", file=SCHEMA, limit=MAX_SCHEMA_NODES)
        if depth + height > 2 * MAX_SCHEMA_DEPTH + 1:
            raise KjxmError("call.reference", file=SCHEMA, place=place)
        return size, height

    def of_definition(self, name: str, place: str, depth: int) -> tuple[int, int]:
        """Return the same of the definition `name`, which something at `place` refers to."""
        if name not in self._definitions or name in self._above:
            raise KjxmError("call.reference", file=SCHEMA, place=place)
        if name not in self._sizes:
            self._above.add(name)
            self._sizes[name] = self.of(self._definitions[name], f"/$defs/{name}", depth)
            self._above.remove(name)
        return self._sizes[name]


def _check_notice(parsed: Mapping[str, Json], files: Mapping[str, bytes]) -> None:
    """Refuse a notice that is too long for the words that are looked for in it."""
    wanted = len(parsed[CALL].get("clauses", {})) + sum(1 for rule in parsed[RULES]["rules"] if rule.get("quote"))
    limit = MAX_COMPARED // max(1, wanted)
    if len(files.get(NOTICE, b"")) > limit:
        raise KjxmError("call.too_big", file=NOTICE, limit=limit)


def _leads_somewhere(form: Json, schema: Json) -> None:
    """Refuse controls whose pointer is not in the data schema, or lists that do not exist, naming the place."""
    for at, section in enumerate(form["sections"]):
        for in_group, group in enumerate(section["groups"]):
            for order, control in enumerate(group["controls"]):
                place = f"/sections/{at}/groups/{in_group}/controls/{order}"
                _control_leads(control, section["id"], schema, form, place)
                for number, column in enumerate(control.get("columns", ())):
                    if not column["pointer"].startswith(control["pointer"] + "/*/"):
                        raise KjxmError("call.pointer", file=FORM, place=place, pointer=column["pointer"])
                    _control_leads(column, section["id"], schema, form, f"{place}/columns/{number}")


def _control_leads(control: Json, section_id: str, schema: Json, form: Json, place: str) -> None:
    pointer = control["pointer"]
    try:
        found = schema_at(schema, pointer)
    except KeyError as error:
        raise KjxmError("call.pointer", file=FORM, place=place, pointer=pointer) from error
    if json_pointer.section_of(pointer) != section_id:
        raise KjxmError("call.pointer", file=FORM, place=place, pointer=pointer)
    if found.get("type") not in _KIND_TYPES[control["kind"]]:
        raise KjxmError("call.kind", file=FORM, place=place, kind=control["kind"], pointer=pointer)
    if "options" in control and control["options"] not in form["lists"]:
        raise KjxmError("call.list", file=FORM, place=place, name=control["options"])


def _check_clauses(call: Call) -> None:
    for clause, words in call.clauses.items():
        if calls.find_words(call.notice, words) < 0:
            raise KjxmError("call.quote", file=CALL, place=f"/clauses/{clause}", quote=words)
    for control in call.form.controls:
        if control.clause is not None and control.clause not in call.clauses:
            raise KjxmError("call.clause", file=FORM, place=control.pointer, clause=control.clause)


def _check_controls(call: Call) -> None:
    for control in call.form.controls:
        enum = _enum_of(call, control)
        if enum is not None and set(enum) != {option.id for option in control.options}:
            raise KjxmError("call.options", file=FORM, place=control.pointer)
        chosen = control.kind == "choice" or (control.kind == "choices" and enum is not None)
        if chosen and not control.options and not control.rows_table:
            raise KjxmError("call.options", file=FORM, place=control.pointer)


def _enum_of(call: Call, control: Control) -> list[Json] | None:
    schema = schema_at(call.schema, control.pointer + ("/*" if control.kind == "choices" else ""))
    return schema.get("enum")


def _check_asked_once(call: Call) -> None:
    seen: set[str] = set()
    for control in call.form.controls:
        if control.pointer in seen:
            raise KjxmError("call.asked_twice", file=FORM, place=control.pointer)
        seen.add(control.pointer)
    for pointer in _leaves(call.schema, call.schema, ""):
        if pointer not in seen and call.form.owner(pointer) is None:
            raise KjxmError("call.not_asked", file=FORM, place=pointer)


def _leaves(root: Json, node: Json, pattern: str) -> Iterator[str]:
    if "$ref" in node:
        node = {**root["$defs"][node["$ref"].removeprefix("#/$defs/")], **node}
    if "properties" in node:
        for key, child in node["properties"].items():
            if key != "id" or not pattern.endswith("/*"):
                yield from _leaves(root, child, f"{pattern}/{key}")
    elif "items" in node and "properties" in _target(root, node["items"]):
        yield from _leaves(root, _target(root, node["items"]), pattern + "/*")
    elif pattern:
        yield pattern


def _target(root: Json, node: Json) -> Json:
    return root["$defs"][node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node


def _check_conditions(call: Call) -> None:
    for control in call.form.controls:
        named = [condition.pointer for condition in control.conditions]
        named += [pointer for pointer in (control.depends_on, control.instead, control.rows_table) if pointer]
        for pointer in named:
            _must_be_control(call, pointer, FORM, control.pointer)
    for section in call.form.sections:
        for condition in section.conditions:
            _must_be_control(call, condition.pointer, FORM, f"/{section.id}")


def _check_sums_and_offers(call: Call) -> None:
    """Refuse totals of columns that a table does not have or that hold no amounts, and offers of unknown columns."""
    for table in call.form.controls:
        if table.totals is not None:
            told = table.column(table.totals.of)
            if told is None or told.kind not in ("money", "number"):
                raise KjxmError("call.pointer", file=FORM, place=table.pointer, pointer=table.totals.of)
            for name in table.totals.by:
                _must_be_control(call, f"{table.pointer}/*/{name}", FORM, table.pointer)
        for column in table.columns:
            if calls.has_stray_brace(column.offer):
                raise KjxmError("call.brace", file=FORM, place=column.pointer)
            for name in calls.placeholders(column.offer):
                if table.column(name) is None:
                    raise KjxmError("call.placeholder", file=FORM, place=column.pointer, name=name)


def _must_be_control(call: Call, pointer: str, file: str, place: str) -> None:
    if call.form.control(pointer) is None:
        raise KjxmError("call.pointer", file=file, place=place, pointer=pointer)


def _check_rules(call: Call) -> None:
    ids: set[str] = set()
    for at, rule in enumerate(call.rules["rules"]):
        place = f"/rules/{at}"
        if rule["id"] in ids:
            raise KjxmError("call.rule_twice", file=RULES, place=place, rule=rule["id"])
        ids.add(rule["id"])
        clause = rule.get("clause")
        if clause is not None and clause not in call.clauses:
            raise KjxmError("call.clause", file=RULES, place=place, clause=clause)
        if rule.get("quote") and calls.find_words(call.notice, rule["quote"]) < 0:
            raise KjxmError("call.quote", file=RULES, place=place, quote=rule["quote"])
        for pointer in rule.get("gap", ()):
            _must_be_control(call, pointer, RULES, place)
        rules.check_rule(rule, call)


def _check_document(call: Call) -> None:
    """Refuse pointers, styles and words in document.json that lead nowhere."""
    for place, value in _nodes(call.document, ""):
        if isinstance(value, str) and value.startswith("/") and not _leads(call, value):
            raise KjxmError("call.pointer", file=DOCUMENT, place=place, pointer=value)
    document_check.check(call)


def _leads(call: Call, pointer: str) -> bool:
    try:
        schema_at(call.schema, pointer)
    except KeyError:
        return False
    return True


def _check_patterns_of_names(call: Call) -> None:
    told: list[tuple[str, str, Callable[[str], bool]]] = [
        ("/file_name/pattern", call.about["file_name"]["pattern"], lambda name: name in ("year", "call")),
        ("/mail/subject", call.about["mail"]["subject"], lambda name: name in ("year", "call")),
        ("/mail/body", call.about["mail"]["body"], lambda name: name in ("year", "call", "files")),
    ]
    for place, pattern, known in told:
        if calls.has_stray_brace(pattern):
            raise KjxmError("call.brace", file=CALL, place=place)
        for name in calls.placeholders(pattern):
            if not known(name) and not (name.startswith("/") and call.form.control(name) is not None):
                raise KjxmError("call.placeholder", file=CALL, place=place, name=name)
    for key in ("title", "kind"):
        pointer = call.about.get("summary", {}).get(key)
        if pointer is not None:
            _must_be_control(call, pointer, CALL, f"/summary/{key}")
    if NOTICE not in call.files:
        raise KjxmError("call.file_missing", file=NOTICE, path="")
