"""A difference in words: where it is, and how each side reads on paper, in the language in use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from kjxm_desktop import strings
from kjxm_desktop.core import identifiers, json_pointer, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.comparison import Difference
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import media_named
from kjxm_desktop.export.compose_values import money

_BETWEEN_CELLS: Final = {"zh": "；", "en": "; "}
_BETWEEN_CHOICES: Final = {"zh": "、", "en": ", "}


@dataclass(frozen=True)
class Words:
    """Both sides of a difference, "" where nothing stands, and a note on what the words do not show, often ""."""

    before: str
    after: str
    note: str


def words_of(call: Call, difference: Difference, one: Json, other: Json) -> Words:
    """Return `difference`, found between `one` and `other`, in words."""
    before = _Side(call, one).words(difference, difference.pointer, difference.before)
    after = _Side(call, other).words(difference, difference.pointer_after, difference.after)
    return Words(before, after, _note(call, difference, alike=before == after))


def place_of(call: Call, difference: Difference) -> str:
    """Return where a difference is: section › table › row › label; what has no label by its key."""
    if difference.is_row or call.form.control(difference.pointer) is not None:
        return strings.label_path(call, difference.pointer)
    name = strings.text("difference.unknown", name=strict_json.printable(json_pointer.parse(difference.pointer)[-1]))
    above = difference.pointer.rpartition("/")[0]
    return f"{strings.label_path(call, above)} › {name}" if call.form.section(difference.section) else name


def _note(call: Call, difference: Difference, *, alike: bool) -> str:
    if difference.kind == "moved":
        rows = [int(json_pointer.parse(at)[-1]) + 1 for at in (difference.pointer, difference.pointer_after)]
        return strings.text("difference.moved", before=rows[0], after=rows[1])
    control = None if difference.is_row else call.form.control(difference.pointer)
    if control is None or difference.kind != "changed":
        return ""
    if media_named(control, difference.before) != media_named(control, difference.after):
        return strings.text("difference.other_file" if control.kind == "file" else "difference.other_picture")
    return strings.text("difference.same_words") if alike else ""


def answer_words(call: Call, data: Json, pointer: str, value: Json) -> str:
    """Return what the answer `value` at `pointer` says in words, as one of the answers of `data`."""
    control = call.form.control(pointer)
    return _as_written(value) if control is None else _Side(call, data).answer(control, pointer, value)


@dataclass(frozen=True)
class _Side:
    """One of the two states: what a link to a row means is asked of it."""

    call: Call
    data: Json

    def words(self, difference: Difference, pointer: str, value: Json) -> str:
        if value is None:
            return ""
        if difference.is_row:
            table = self.call.form.control(difference.table)
            return self._row(table, pointer, value) if table is not None else _as_written(value)
        control = self.call.form.control(pointer)
        return self.answer(control, pointer, value) if control is not None else _as_written(value)

    def _row(self, table: Control, pointer: str, row: Mapping[str, Json]) -> str:
        """Return a row in one line: label and answer of each column that has one."""
        told: list[str] = []
        for column in table.columns:
            name = column.pointer.removeprefix(table.pointer + "/*")
            value = json_pointer.get(row, name)
            words = "" if value is None else self.answer(column, pointer + name, value)
            if words:
                told.append(strings.text("difference.cell", label=strings.pick(column.label), words=_one_line(words)))
        return _joined(told, _BETWEEN_CELLS) or strings.text("difference.empty_row")

    def answer(self, control: Control, pointer: str, value: Json) -> str:
        match control.kind:
            case "choice":
                return self._chosen(control, pointer, [value])
            case "choices":
                return self._chosen(control, pointer, value)
            case "rich":
                return "\n".join(self._lines(value))
            case "table":
                rows = enumerate(_dicts(value))
                return "\n".join(self._row(control, f"{pointer}/{at}", row) for at, row in rows)
            case _:
                return _plain(control, value)

    def _chosen(self, control: Control, pointer: str, chosen: Sequence[Json]) -> str:
        options = [*control.options, *self.call.form.options(control, self.data, pointer)]
        labels: dict[Json, str] = {option.id: strings.pick(option.label) for option in options}
        return _joined([labels.get(one, str(one)) for one in chosen], _BETWEEN_CHOICES)

    # -- long text

    def _lines(self, blocks: Json) -> Iterator[str]:
        """Yield long text as paragraphs: marks aside, a list and a table line by line."""
        for block in _dicts(blocks):
            match block.get("type"):
                case "paragraph":
                    yield self._text(block["runs"])
                case "list":
                    for number, item in enumerate(block["items"], 1):
                        yield f"{number}. {self._text(item)}" if block.get("ordered") else f"· {self._text(item)}"
                case "table":
                    yield from [block["caption"]] if block.get("caption") else []
                    yield from (" | ".join(self._text(cell) for cell in row) for row in block["rows"])
                case "picture":
                    yield _picture(block)
                case "formula":
                    yield str(block["latex"])
                case _:
                    yield _as_written(block)

    def _text(self, runs: Json) -> str:
        return "".join(
            self._citation(run["cite"]) if "cite" in run else str(run.get("text", run.get("formula", "")))
            for run in _dicts(runs)
        )

    def _citation(self, row_id: str) -> str:
        """Return the number of the reference cited, by its place in its table; a question mark when it is gone."""
        for table in self.call.form.controls:
            if table.kind == "table":
                ids = [row.get("id") for row in _dicts(json_pointer.get(self.data, table.pointer))]
                if row_id in ids:
                    return f"[{ids.index(row_id) + 1}]"
        return "[?]"


def _plain(control: Control, value: Json) -> str:
    """Return an answer that reads the same whatever else was answered."""
    match control.kind:
        case "yes_no":
            return strings.text("difference.yes" if value else "difference.no")
        case "money" | "number":
            number = money(value) if control.kind == "money" else str(value)
            return f"{number} {control.unit}" if control.unit else number
        case "month" | "day":
            return _date(str(value))
        case "picture":
            return _picture(value)
        case "file":
            return strings.text("difference.file")
        case _:
            return str(value)


def _dicts(values: Json) -> list[dict[str, Json]]:
    items = cast("list[Json]", values) if isinstance(values, list) else []
    return [cast("dict[str, Json]", item) for item in items if isinstance(item, dict)]


def _joined(parts: Sequence[str], between: Mapping[str, str]) -> str:
    return between[strings.language()].join(parts)


def _as_written(value: Json) -> str:
    """Return what no control asks for, without anything a screen could choke on."""
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return strict_json.printable(told, len(told))


def _one_line(words: str) -> str:
    return " ".join(words.split("\n"))


def _picture(told: Mapping[str, Json]) -> str:
    caption = str(told.get("caption") or told.get("alt") or "")
    return strings.text("difference.picture_of", caption=caption) if caption else strings.text("difference.picture")


def _date(told: str) -> str:
    if identifiers.is_day(told):
        return strings.day(date.fromisoformat(told))
    if identifiers.is_month(told):
        return strings.text("difference.month", year=told[:4], month=int(told[5:]))
    return told
