r"""Lines between the columns and rows of a matrix: `\begin{array}{c|c}` and `\hline`, in the drawing and for Word.

latex2mathml does not tell where they stand, ziamath draws none and Office Math has none. So the source marks them with
private characters, which nobody's source may hold; the drawing learns to draw them, and Word gets them as signs.
"""

from __future__ import annotations

import re
from copy import deepcopy
from xml.etree.ElementTree import Element, SubElement

from kjxm_desktop.export.formula_unreadable import Unreadable

COLUMNS, ROWS = "column_rules", "row_rules"
"""Attributes of a clean table: before which columns and rows lines stand, counted from 0; the last one is the edge."""

ROW_MARK = "\ue000"
"""Stands in a source where a line between rows does."""
_FIRST_COLUMN = 0xE100
_MOST_COLUMNS = 63
_ARRAY = re.compile(r"\\begin\s*\{array\}\s*(?:\[[tbc]\])?\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_HLINE = re.compile(r"\\hline(?![A-Za-z])")
_BESIDE = re.compile(r"@\{[^{}]*\}|!\{[^{}]*\}|\s")
_REPEATED = re.compile(r"\*\{(\d{1,2})\}\{([lcr|]*)\}")


def marked(source: str) -> str:
    r"""Return `source` with private characters where lines of a matrix begin. Raises Unreadable."""
    return _ARRAY.sub(_marked_array, _HLINE.sub(rf"\\text{{{ROW_MARK}}}", source))


def _marked_array(found: re.Match[str]) -> str:
    told = _BESIDE.sub("", _REPEATED.sub(lambda part: part[2] * int(part[1]), found[1]))
    columns = told.replace("|", "")
    if not columns or re.search("[^lcr]", columns) or len(columns) > _MOST_COLUMNS:
        raise Unreadable(f"{{{found[1]}}}")
    before = [told[:at].replace("|", "") for at, sign in enumerate(told) if sign == "|"]
    marks = "".join(chr(_FIRST_COLUMN + len(others)) for others in dict.fromkeys(before))
    return rf"\begin{{array}}{{{columns}}}" + (rf"\text{{{marks}}}" if marks else "")


def taken(row: Element, number: int, columns: set[int], rows: set[int]) -> bool:
    """Take the marks out of row `number` of a table as latex2mathml tells it; tell whether the row holds more."""
    cell = next(iter(row), None)
    marks = [text for text in cell.iter("mtext") if _is_marked(text)] if cell is not None else []
    for text in marks:
        for sign in text.text or "":
            if sign == ROW_MARK:
                rows.add(number)
            else:
                columns.add(ord(sign) - _FIRST_COLUMN)
        text.text = ""
    return not marks or "".join(row.itertext()) != "" or len(row) > 1


def _is_marked(text: Element) -> bool:
    return bool(text.text) and all("\ue000" <= sign <= "\uf8ff" for sign in text.text or "")


def tell(table: Element, columns: set[int], rows: set[int]) -> None:
    """Note at a clean table where its lines stand."""
    for name, told in ((COLUMNS, columns), (ROWS, rows)):
        if told:
            table.set(name, " ".join(map(str, sorted(told))))


def positions(table: Element, name: str) -> set[int]:
    """Return before which columns or rows of a clean table lines stand."""
    return {int(told) for told in table.get(name, "").split()}


# ---- for Word


def spelt_in_cells(told: Element) -> Element:
    """Return clean MathML whose tables have signs for lines: a column of strokes, a bar over or under each cell."""
    ruled = [table for table in told.iter("mtable") if COLUMNS in table.attrib or ROWS in table.attrib]
    if not ruled:
        return told
    copied = deepcopy(told)
    for table in copied.iter("mtable"):
        _spell(table, positions(table, COLUMNS), positions(table, ROWS))
    return copied


def _spell(table: Element, columns: set[int], rows: set[int]) -> None:
    for number, row in enumerate(table):
        for cell in row:
            if number + 1 in rows:
                _bar(cell, "munder")
            if number == 0 and 0 in rows:
                _bar(cell, "mover")
        for at in sorted(columns, reverse=True):
            stroke = Element("mtd", {"columnalign": "center"})
            SubElement(stroke, "mtext").text = "|"
            row.insert(min(at, len(row)), stroke)


def _bar(cell: Element, tag: str) -> None:
    inside = list(cell)
    if not "".join(cell.itertext()):
        return
    for child in inside:
        cell.remove(child)
    barred = SubElement(cell, tag)
    SubElement(barred, "mrow").extend(inside)
    SubElement(barred, "mo").text = "―"
