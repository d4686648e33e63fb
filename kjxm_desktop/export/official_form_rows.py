"""Rows of an official form, as many as the answers have: the row that holds the places of a table is the pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form_places import read, tag_of
from kjxm_desktop.core.official_form import W14, W

if TYPE_CHECKING:
    from kjxm_desktop.core.official_form import Element

_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_NAMED_ONCE: Final = tuple(f"{W}{name}" for name in ("bookmarkStart", "bookmarkEnd"))
_UNIQUE: Final = (f"{W14}paraId", f"{W14}textId")

Count = Callable[[str], int]
"""How many rows the table at a pointer has."""


def grow(root: Element, call: Call, rows: Count) -> None:
    """Repeat what stands for a row once for each row, tags then naming it by index; a table without rows leaves one."""
    for control in [one for one in root.iter(f"{W}sdt") if _is_repeated(one, call)]:
        table = _table_of(tag_of(control), call)
        content = control.find(f"{W}sdtContent")
        inside = list(content) if content is not None else []
        _unwrap(control, inside)  # it has told what it had to; LibreOffice muddles controls inside one another
        _repeat(inside, table, max(rows(table), 1))
    while (found := next(_patterns(root, call), None)) is not None:
        table, pattern = found
        _repeat(pattern, table, max(rows(table), 1))


def _is_repeated(control: Element, call: Call) -> bool:
    """Tell whether a control stands around the places of a row."""
    tag = read(call, tag_of(control)) if tag_of(control) else None
    if tag is None or tag.kind != "row" or not tag.table:
        return False
    return any(tag_of(inner) for inner in control.iterdescendants(f"{W}sdt"))


def _unwrap(control: Element, inside: list[Element]) -> None:
    above = control.getparent()
    if above is not None:
        at = above.index(control)
        above[at : at + 1] = inside


def _table_of(text: str, call: Call) -> str:
    tag = read(call, text) if text else None
    return tag.table if tag is not None and tag.kind != "sum" else ""


def _patterns(root: Element, call: Call) -> Iterator[tuple[str, list[Element]]]:
    """Yield each table with the rows that are its pattern: one, or several that follow each other."""
    for row in root.iter(f"{W}tr"):
        table = _table_in(row, call)
        if not table:
            continue
        pattern = [_whole(row)]
        while (following := _next_row(pattern[-1])) is not None and _table_in(_row_in(following), call) == table:
            pattern.append(following)
        yield table, pattern


def _table_in(row: Element, call: Call) -> str:
    """Return the table whose places stand in `row` itself, not in a table inside one of its cells."""
    for control in row.iter(f"{W}sdt"):
        if next(control.iterancestors(f"{W}tr"), row) is row and (table := _table_of(tag_of(control), call)):
            return table
    return ""


def _whole(row: Element) -> Element:
    """Return what has to be repeated for a row: the control around it alone, when there is one."""
    content = row.getparent()
    control = content.getparent() if content is not None and content.tag == f"{W}sdtContent" else None
    if content is None or control is None or len(content) > 1:
        return row
    return row if control.find(f"{W}sdtPr/{_W15}repeatingSection") is not None else _whole_control(control)


def _whole_control(control: Element) -> Element:
    content = control.getparent()
    outer = content.getparent() if content is not None and content.tag == f"{W}sdtContent" else None
    if content is None or outer is None or len(content) > 1:
        return control
    return control if outer.find(f"{W}sdtPr/{_W15}repeatingSection") is not None else _whole_control(outer)


def _next_row(element: Element) -> Element | None:
    following = element.getnext()
    return following if following is not None and following.tag in (f"{W}tr", f"{W}sdt") else None


def _row_in(element: Element) -> Element:
    return element if element.tag == f"{W}tr" else next(element.iter(f"{W}tr"), element)


def _repeat(pattern: list[Element], table: str, count: int) -> None:
    clones = [[deepcopy(element) for element in pattern] for _ in range(count - 1)]
    last = pattern[-1]
    for index, elements in enumerate([pattern, *clones]):
        for element in elements:
            _name_row(element, table, index)
            if index:
                _make_another(element)
                last.addnext(element)
                last = element
        if index and elements[0].tag in (f"{W}tr", f"{W}sdt"):
            _merge_labels(elements[0])


def _name_row(element: Element, table: str, index: int) -> None:
    for tag in element.iter(f"{W}tag"):
        text = tag.get(f"{W}val") or ""
        if not text.startswith("+"):
            tag.set(f"{W}val", text.replace(f"{table}/*", f"{table}/{index}"))


def _make_another(element: Element) -> None:
    """Take away what may stand in a document only once."""
    for one in list(element.iter(*_NAMED_ONCE)):
        above = one.getparent()
        if above is not None:
            above.remove(one)
    for one in element.iter():
        for name in _UNIQUE:
            one.attrib.pop(name, None)


def _merge_labels(element: Element) -> None:
    """Let a label that begins a merged cell in the pattern run on through its repetitions."""
    for cell in _row_in(element).iter(f"{W}tc"):
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        if merge is None or merge.get(f"{W}val") != "restart" or any(tag_of(one) for one in cell.iter(f"{W}sdt")):
            continue
        del merge.attrib[f"{W}val"]
        for run in list(cell.iter(f"{W}r")):
            above = run.getparent()
            if above is not None:
                above.remove(run)
