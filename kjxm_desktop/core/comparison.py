"""What differs between two states of the answers to one call, told field by field, and taking such differences over.

A field is what one control asks for; long text, a choice of several and a picture are one field each. Rows of a table
are the same row when they have the same id. What is not asked is compared too, and so are keys that the call does not
know. Null is no answer; a group without an answer is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from kjxm_desktop.core import alignment, json_pointer
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.text_differences import Run, text_runs
from kjxm_desktop.errors import KjxmError

__all__ = ["Difference", "Kind", "Run", "applied", "compare", "text_runs"]

Kind = Literal["added", "removed", "changed", "moved"]
_Row = Mapping[str, Json]


@dataclass(frozen=True)
class Difference:
    """One field, or one row of a table as a whole, that is not the same on both sides.

    `pointer` is where it stands on the first side, `pointer_after` on the second; what stands on one side alone has
    both alike. `before` and `after` are the values, None where there is none; of a row the whole row, with its id. A
    moved row stands elsewhere among the others; what changed inside it is told apart. For what lies in a table, `table`
    is its pointer, `row` the id of the row, and `order` the ids of the rows of the second side in their order.
    """

    section: str
    pointer: str
    kind: Kind
    before: Json
    after: Json
    pointer_after: str
    table: str = ""
    row: str = ""
    order: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_row(self) -> bool:
        """Tell whether it is a row as a whole, not a field."""
        return bool(self.row) and "/" not in self.pointer.removeprefix(self.table + "/")


def compare(call: Call, one: Json, other: Json) -> list[Difference]:
    """Return what is to be done to `one` to make it `other`, in the order of the form; [] when they say the same."""
    return list(_Walk(call.form).fields(_Place(), one, other))


def applied(one: Json, differences: Iterable[Difference]) -> Json:
    """Return `one` with `differences` taken over: all that `compare` found, those of a section, or a single one.

    Rows are found by id, so that `one` may have gone on meanwhile; an added or moved row comes behind the nearest row
    that precedes it on the second side, is there and need not move itself: so each difference taken leaves one fewer.
    Raises KjxmError data.row_gone where a row is no longer there.
    """
    rows: dict[str, list[Difference]] = {}
    for difference in differences:
        if difference.is_row:
            rows.setdefault(difference.table, []).append(difference)
        else:
            one = _with_field(one, difference)
    for table, chosen in rows.items():
        told = cast("list[_Row]", json_pointer.get(one, table) or [])
        one = _put(one, json_pointer.parse(table), _with_rows(told, chosen) or None)
    return {} if one is None else one


# --- finding --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where the walk stands: the pattern, the pointers on both sides, and the row it is in."""

    pattern: str = ""
    one: str = ""
    other: str = ""
    table: str = ""
    row: str = ""
    order: tuple[str, ...] = ()

    def under(self, key: str) -> _Place:
        token = json_pointer.build([key])
        return replace(self, pattern=self.pattern + token, one=self.one + token, other=self.other + token)

    def in_row(self, row_id: str, at_one: int, at_other: int, order: tuple[str, ...]) -> _Place:
        one, other = f"{self.one}/{at_one}", f"{self.other}/{at_other}"
        return _Place(self.pattern + "/*", one, other, self.one, row_id, order)

    def difference(self, before: Json, after: Json, kind: Kind | None = None) -> Difference:
        found: Kind = kind or ("added" if before is None else "removed" if after is None else "changed")
        section = json_pointer.section_of(self.one) or ""
        return Difference(section, self.one, found, before, after, self.other, self.table, self.row, self.order)


class _Walk:
    """Goes through both sides together, guided by the form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._positions = _positions(form)

    def fields(self, place: _Place, one: Mapping[str, Json], other: Mapping[str, Json]) -> Iterator[Difference]:
        """Yield the differences between two groups of answers, or two versions of one row."""
        last = len(self._positions)
        inner = {key: place.under(key) for key in {**one, **other}}
        for key in sorted(inner, key=lambda key: (self._positions.get(inner[key].pattern, last), key)):
            yield from self._value(inner[key], one.get(key), other.get(key))

    def _value(self, place: _Place, one: Json, other: Json) -> Iterator[Difference]:
        if one is other:
            return
        control = self._form.control(place.pattern)
        if control is not None and control.kind == "table" and not place.row:
            before, after = _by_id(one), _by_id(other)
            if before is not None and after is not None:
                yield from self._rows(place, before, after)
                return
        elif control is None and place.pattern in self._positions and _are_groups(one, other):
            yield from self.fields(place, one or {}, other or {})
            return
        if not _same(one, other):
            yield place.difference(one, other)

    def _rows(self, table: _Place, one: Mapping[str, _Row], other: Mapping[str, _Row]) -> Iterator[Difference]:
        """Yield the differences of a table by where its rows stand on the second side, a removed one where it stood."""
        order = tuple(other)
        at_one, at_other = ({row_id: at for at, row_id in enumerate(rows)} for rows in (one, other))
        staying = _staying([row_id for row_id in one if row_id in other], at_other)
        for row_id in _merged(one, at_other):
            if row_id not in other:
                at = at_one[row_id]
                yield table.in_row(row_id, at, at, order).difference(one[row_id], None)
            elif row_id not in one:
                at = at_other[row_id]
                yield table.in_row(row_id, at, at, order).difference(None, other[row_id])
            else:
                place = table.in_row(row_id, at_one[row_id], at_other[row_id], order)
                if row_id not in staying:
                    yield place.difference(one[row_id], other[row_id], "moved")
                yield from self.fields(place, one[row_id], other[row_id])


def _positions(form: Form) -> dict[str, int]:
    """Return where each control and each group begins in the form, by pattern."""
    found: dict[str, int] = {}
    for position, control in enumerate(form.controls):
        tokens = json_pointer.parse(control.pointer)
        for end in range(1, len(tokens) + 1):
            found.setdefault(json_pointer.build(tokens[:end]), position)
    return found


def _are_groups(*values: Json) -> bool:
    return all(value is None or isinstance(value, dict) for value in values)


def _by_id(rows: Json) -> dict[str, _Row] | None:
    """Return the rows of a table by id; None for what is no table whose rows each have an id of their own."""
    if not isinstance(rows, list):
        return {} if rows is None else None
    found: dict[str, _Row] = {}
    for row in cast("list[Json]", rows):
        row_id = cast("_Row", row).get("id") if isinstance(row, dict) else None
        if not isinstance(row_id, str) or not row_id or row_id in found:
            return None
        found[row_id] = cast("_Row", row)
    return found


def _staying(ids: Sequence[str], at_other: Mapping[str, int]) -> set[str]:
    """Return those of `ids`, in the order of the first side, that need not move: as many as can be."""
    kept = alignment.rising([at_other[row_id] for row_id in ids], ids)
    return {ids[at] for at in kept}


def _merged(one: Mapping[str, _Row], at_other: Mapping[str, int]) -> list[str]:
    """Return the ids of both sides: the second side's order, removed rows behind the row that they followed."""
    behind: dict[str, list[str]] = {"": []}
    last = ""
    for row_id in one:
        if row_id in at_other:
            last = row_id
        else:
            behind.setdefault(last, []).append(row_id)
    merged = list(behind[""])
    for row_id in at_other:
        merged += [row_id, *behind.get(row_id, ())]
    return merged


def _same(one: Json, other: Json) -> bool:
    """Tell whether two values are the same JSON: to Python 1, 1.0 and True are equal, in a file they are not."""
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, dict):
        fields = cast("dict[str, Json]", one)
        return all(_same(value, other[key]) for key, value in fields.items())
    if isinstance(one, list):
        return all(_same(*pair) for pair in zip(cast("list[Json]", one), cast("list[Json]", other), strict=True))
    return True


# --- taking over ----------------------------------------------------------------------------------------------------


def _with_field(data: Json, difference: Difference) -> Json:
    tokens = json_pointer.parse(difference.pointer)
    if not difference.row:
        return _put(data, tokens, difference.after)
    table = json_pointer.parse(difference.table)
    rows = cast("list[_Row]", json_pointer.get(data, difference.table) or [])
    at = next((at for at, row in enumerate(rows) if row.get("id") == difference.row), None)
    if at is None:
        raise KjxmError("data.row_gone", pointer=difference.pointer)
    row = _put(rows[at], tokens[len(table) + 1 :], difference.after)
    return _put(data, table, [*rows[:at], row, *rows[at + 1 :]])


def _put(node: Json, tokens: Sequence[str], value: Json) -> Json:
    """Return `node` with `value` put below it as it is, whatever the key; a group left without an answer goes."""
    if not tokens:
        return value
    fields = dict(cast("Mapping[str, Json]", node or {}))
    child = _put(fields.get(tokens[0]), tokens[1:], value)
    if child is None:
        fields.pop(tokens[0], None)
    else:
        fields[tokens[0]] = child
    return fields or None


def _with_rows(rows: Sequence[_Row], chosen: Sequence[Difference]) -> list[_Row]:
    """Return the rows of a table after `chosen`, differences of whole rows of that table."""
    here = {str(row["id"]): row for row in rows}
    for difference in chosen:
        if difference.kind == "moved" and difference.row not in here:
            raise KjxmError("data.row_gone", pointer=difference.pointer)
    placed = {d.row: here[d.row] if d.kind == "moved" else d.after for d in chosen if d.kind != "removed"}
    gone = {difference.row for difference in chosen}
    staying = {row_id: row for row_id, row in here.items() if row_id not in gone}
    order = next((difference.order for difference in chosen if difference.kind != "removed"), ())
    return _laid_in(staying, placed, order)


def _laid_in(staying: Mapping[str, _Row], placed: Mapping[str, _Row], order: Sequence[str]) -> list[_Row]:
    """Return `staying` in their order with each of `placed` behind the nearest right one before it in `order`.

    Right are the rows that follow each other as in `order`, as many as can be: one behind a row that is itself out of
    place would be out of place as well.
    """
    position = {row_id: at for at, row_id in enumerate(order)}
    right = _staying([row_id for row_id in staying if row_id in position], position)
    follower: dict[str, str] = {}
    last = ""
    for row_id in order:
        if row_id in placed:
            follower[last] = row_id
        if row_id in placed or row_id in right:
            last = row_id
    laid: list[_Row] = []
    for start in ("", *staying):
        laid += [staying[start]] if start else []
        while start in follower:
            start = follower[start]  # noqa: PLW2901  (along the chain of those that follow each other)
            laid.append(placed[start])
    return laid
