"""Checks on the rows of tables: what some of them must be, and how tables name each other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterable, Mapping
from typing import cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.form import Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rule_answers import FOUND, Answers, Findings, Found, Listed, Rule, folded, is_begun
from kjxm_desktop.core.rule_params import Check, Shape

_THING: Shape = {"pointer?": "single", "table?": "table", "column?": "column", "in?": "in", "min?": "count"}


def some_row_is(answers: Answers, rule: Rule) -> Findings:
    """Ask that at least one row has one of some answers in a column; judged once a row has answered."""
    params = rule.params
    wanted = params["values"]
    for told in params.get("values_when", ()):
        wanted = told["values"] if answers.holds(told) else wanted
    column = answers.column(f"{params['table']}/*/{params['column']}")
    needed = [answers.column(f"{params['table']}/*/{name}") for name in params.get("needs", ())]
    judged = False
    for index in range(len(column)):
        yield None
        value = column.at(index)
        if value is None or any(other.at(index) is None for other in needed):
            continue
        if value in wanted:
            return
        judged = True
    if judged:
        yield Found(rule.pointer)


def parts_present(answers: Answers, rule: Rule) -> Findings:
    """Ask for several things, each of which may stand in one of several places; one finding names those that lack."""
    if not (yield from _each_there(answers, rule.params["once"])):
        return
    lacking: list[Text] = []
    for part in rule.params["parts"]:
        if (yield from _each_there(answers, part.get("once", ()))):
            there = yield from _each_there(answers, [part["any"]])
            lacking += [] if there else [cast("Text", part["label"])]
    if lacking:
        yield Found(rule.pointer, {"lacking": Listed(tuple(lacking))})


def _each_there(answers: Answers, things: Iterable[Iterable[Mapping[str, Json]]]) -> Generator[None, None, bool]:
    """Tell whether of each of `things` one alternative is there."""
    for alternatives in things:
        there = False
        for thing in alternatives:
            there = there or (yield from _there(answers, thing))
        if not there:
            return False
    return True


def _there(answers: Answers, thing: Mapping[str, Json]) -> Generator[None, None, bool]:
    """Tell whether `thing` is there: enough different answers in a column, or one at a pointer."""
    pattern = thing.get("pointer") or f"{thing['table']}/*/{thing['column']}"
    column = answers.column(pattern)
    seen: set[str] = set()
    for index in range(len(column)):
        yield None
        value = column.at(index)
        if value is not None and ("in" not in thing or _among(value, thing["in"])):
            # What is only counted must differ; one of a list may stand in several rows.
            seen.add(str(index) if "in" in thing else folded(str(value)))
            if len(seen) >= thing.get("min", 1):
                return True
    return False


def _among(value: Json, wanted: list[Json]) -> bool:
    if isinstance(value, list):
        return any(item in wanted for item in cast("list[Json]", value))
    return value in wanted


def _shares(answers: Answers, rule: Rule) -> Generator[None, None, tuple[int, int, int, int]]:
    """Return how many rows have answered, how many have one of the values; the same of the marked rows."""
    params = rule.params
    kinds = answers.column(f"{params['table']}/*/{params['column']}")
    marks = answers.column(f"{params['table']}/*/{params['mark']}")
    rows = such = marked = marked_such = 0
    for index in range(len(kinds)):
        yield None
        if kinds.at(index) is None:
            continue
        is_such, is_marked = kinds.at(index) in params["values"], marks.at(index) is True
        rows, such = rows + 1, such + is_such
        marked, marked_such = marked + is_marked, marked_such + (is_such and is_marked)
    return rows, such, marked, marked_such


def not_all_rows(answers: Answers, rule: Rule) -> Findings:
    """Ask that not all rows have one of the values, nor all marked rows where some are marked."""
    rows, such, marked, marked_such = yield from _shares(answers, rule)
    if rows and such == rows:
        yield Found(rule.pointer, {"count": rows})
    elif marked and marked_such == marked:
        yield Found(rule.pointer, {"count": marked}, "marked")


def under_half_of_rows(answers: Answers, rule: Rule) -> Findings:
    """Ask that under half of the rows have one of the values; silent where `not_all_rows` speaks."""
    rows, such, marked, marked_such = yield from _shares(answers, rule)
    if rows and such < rows and not (marked and marked_such == marked) and 2 * such >= rows:
        yield Found(rule.pointer, {"count": such, "rows": rows})


def someone_besides(answers: Answers, rule: Rule) -> Findings:
    """Ask for a row that names someone else than a person, by name and organisation."""
    params = rule.params
    names = answers.column(f"{params['table']}/*/{params['name']}")
    places = answers.column(f"{params['table']}/*/{params['organisation']}")
    person, home = (answers.value(params["person"][key]) for key in ("name", "organisation"))
    if person is None:
        return
    own_name, own_place = folded(person), None if home is None else folded(home)
    judged = False
    for index in range(len(names)):
        yield None
        name, place = names.at(index), places.at(index)
        if name is None:
            continue
        elsewhere = place is not None and own_place is not None and folded(place) != own_place
        if folded(name) != own_name or elsewhere:
            return
        judged = True
    if judged:
        yield Found(rule.pointer, {"name": person})


# -- tables that name each other ----------------------------------------------------------------------------------


def row_linked(answers: Answers, rule: Rule) -> Findings:
    """Ask that each row names a row of another table, once that has any."""
    table, name = rule.params["table"], rule.params["column"]
    if not any(is_begun(row) for row in answers.rows(rule.params["to"])):
        return
    links = answers.column(f"{table}/*/{name}")
    for index, row in enumerate(answers.rows(table)):
        yield None
        if is_begun(row) and links.at(index) is None:
            yield Found(_in_row(rule, index), {"number": index + 1})


def row_used(answers: Answers, rule: Rule) -> Findings:
    """Ask that each row is named by a row of every one of some other tables, as far as those have rows."""
    named: list[tuple[Text, set[str]]] = []
    for told in rule.params["by"]:
        links = answers.column(f"{told['table']}/*/{told['column']}")
        ids: set[str] = set()
        for index in range(len(links)):
            yield None
            ids.add(links.at(index))
        if any(is_begun(row) for row in answers.rows(told["table"])):
            named.append((told["label"], ids))
    titles = answers.column(f"{rule.params['table']}/*/{rule.params['title']}")
    for index, row in enumerate(answers.rows(rule.params["table"])):
        yield None
        lacking = tuple(label for label, ids in named if row.get("id") not in ids)
        if is_begun(row) and lacking:
            yield Found(_in_row(rule, index), {"title": _title(titles.at(index), index), "lacking": Listed(lacking)})


def _title(value: Json, index: int) -> str:
    return value if isinstance(value, str) else str(index + 1)


def link_exists(answers: Answers, rule: Rule) -> Findings:
    """Ask that what cells name as a row of a table is one."""
    ids = {row.get("id") for row in answers.rows(rule.params["to"])}
    for pattern in rule.params["links"]:
        links = answers.column(pattern)
        for index in range(len(links)):
            yield None
            if links.at(index) is not None and links.at(index) not in ids:
                yield Found(links.pointer(index))


def citation_exists(answers: Answers, rule: Rule) -> Findings:
    """Ask that what long texts cite is a row of a table; one finding a text."""
    ids = {row.get("id") for row in answers.rows(rule.params["to"])}
    for pattern in [control.pointer for control in answers.call.form.controls if control.kind == "rich"]:
        column = answers.column(pattern)
        for index in range(len(column)):
            yield None
            if any(cited not in ids for cited in rich_text.cites_of(column.at(index))):
                yield Found(column.pointer(index))


def option_ticked(answers: Answers, rule: Rule) -> Findings:
    """Ask that each row ticks one of the options that its other answer opens, where there are such options."""
    pattern = f"{rule.params['table']}/*/{rule.params['column']}"
    ticks = answers.column(pattern)
    assert ticks.control.depends_on is not None  # the strict loader has seen to it
    chosen = answers.column(ticks.control.depends_on)
    opened: dict[Json, set[Json]] = {}
    for option in ticks.control.options:
        for value in option.only_for:
            opened.setdefault(value, set()).add(option.id)
    lacking: list[Text] = []
    labels = {option.id: option.label for option in chosen.control.options}
    for index in range(len(ticks)):
        yield None
        value = chosen.at(index)
        if value in opened and opened[value].isdisjoint(cast("list[Json]", ticks.at(index) or [])):
            lacking.append(labels[value])
    if lacking:
        yield Found(rule.pointer, {"names": Listed(tuple(lacking))})


def known_name(answers: Answers, rule: Rule) -> Findings:
    """Ask that names in cells are, or begin with, a name given elsewhere; judged once the first of those is given."""
    told: set[str] = set()
    for number, pattern in enumerate(rule.params["known"]):
        names = answers.column(pattern)
        for index in range(len(names)):
            yield None
            name = names.at(index)
            told |= {folded(name)} if name else set()
        if number == 0 and not told:
            return
    known = _beginnings(told)
    for pattern in rule.params["names"]:
        names = answers.column(pattern)
        for index in range(len(names)):
            yield None
            name = names.at(index)
            if name is not None and not _begins(folded(name), known):
                yield Found(names.pointer(index), {"name": name})


def _beginnings(names: set[str]) -> list[str]:
    """Return in order those of `names`, of two characters or more, that begin with no other of them."""
    kept: list[str] = []
    for name in sorted(names):
        if len(name) > 1 and not (kept and name.startswith(kept[-1])):
            kept.append(name)
    return kept


def _begins(name: str, known: list[str]) -> bool:
    """Tell whether `name` begins with one of `known`: as none begins another, only the last one before it can."""
    at = bisect_right(known, name)
    return at > 0 and name.startswith(known[at - 1])


def _in_row(rule: Rule, index: int) -> str:
    return rule.pointer.replace("*", str(index))


_COLUMN: Mapping[str, Shape] = {"table": "table", "column": "column"}
_LINK_GIVES = {FOUND: "number"}
CHECKS: Mapping[str, Check] = {
    "some_row_is": Check(
        some_row_is,
        {
            **_COLUMN,
            "values": "in",
            "needs?": ["column"],
            "values_when?": [{"pointer": "single", "in": "in", "values": "values"}],
        },
    ),
    "parts_present": Check(
        parts_present,
        {"once": [[_THING]], "parts": [{"label": "text", "any": [_THING], "once?": [[_THING]]}]},
        {FOUND: "lacking*"},
    ),
    "not_all_rows": Check(
        not_all_rows, {**_COLUMN, "values": "in", "mark": "column"}, {FOUND: "count", "marked": "count"}
    ),
    "under_half_of_rows": Check(
        under_half_of_rows, {**_COLUMN, "values": "in", "mark": "column"}, {FOUND: "count rows"}
    ),
    "someone_besides": Check(
        someone_besides,
        {
            "table": "table",
            "name": "column",
            "organisation": "column",
            "person": {"name": "single", "organisation": "single"},
        },
        {FOUND: "name"},
    ),
    "row_linked": Check(row_linked, {**_COLUMN, "to": "table"}, _LINK_GIVES),
    "row_used": Check(
        row_used,
        {"table": "table", "title": "column", "by": [{**_COLUMN, "label": "text"}]},
        {FOUND: "title lacking*"},
    ),
    "link_exists": Check(link_exists, {"links": ["answer"], "to": "table"}),
    "citation_exists": Check(citation_exists, {"to": "table"}),
    "option_ticked": Check(option_ticked, {"table": "table", "column": "opened_column"}, {FOUND: "names*"}),
    "known_name": Check(known_name, {"names": ["answer"], "known": ["answer"]}, {FOUND: "name"}),
}
