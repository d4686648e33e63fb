"""A line and a table of formatted text on their way into blocks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.html_looks import Look
from kjxm_desktop.core.json_pointer import Json

WHITE: Final = " \t\r\n\f"

_CHINESE: Final = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]"
_CJK = re.compile(_CHINESE)
_WRAPPED = re.compile(rf"(?<={_CHINESE})[ \t\r\f]*\n[ \t\r\n\f]*(?={_CHINESE})")
_SPACES = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")


@dataclass
class Line:
    """A line of text on its way: pieces with their marks (None: a formula), white space folded as a browser does."""

    pieces: list[tuple[frozenset[str] | None, list[str]]] = field(
        default_factory=list[tuple[frozenset[str] | None, list[str]]]
    )
    last: str = ""
    gap: str = ""  # white space that counts when text follows: a space, or the end of a line of the source
    gap_marks: frozenset[str] = frozenset()

    def add(self, text: str, look: Look) -> None:
        """Take text; a line end between Chinese characters is none."""
        core = text if look.lines else text.strip(WHITE)
        if not core:
            self._widen(text, look)
            return
        self._widen(text[: text.index(core[0])], look)
        if self.gap and self.last and not ("\n" in self.gap and _CJK.match(self.last) and _CJK.match(core)):
            self._put(" ", self.gap_marks)
        self._put(core if look.lines else _SPACES.sub(" ", _WRAPPED.sub("", core)), look.marks)
        self.gap = ""
        if not look.lines:
            self._widen(text[len(text.rstrip(WHITE)) :], look)

    def formula(self, latex: str) -> None:
        """Take a formula."""
        if self.gap and self.last:
            self._put(" ", self.gap_marks)
        self.pieces.append((None, [latex]))
        self.gap, self.last = "", "x"

    def part(self) -> None:
        """Begin another part of the same line."""
        self.gap, self.gap_marks = " ", frozenset()

    def _widen(self, white: str, look: Look) -> None:
        if white and self.gap != " ":
            self.gap, self.gap_marks = "\n" if "\n" in white else " ", look.marks

    def _put(self, text: str, marks: frozenset[str]) -> None:
        if self.pieces and self.pieces[-1][0] == marks:
            self.pieces[-1][1].append(text)
        else:
            self.pieces.append((marks, [text]))
        self.last = text[-1]

    def runs(self) -> list[Json]:
        """Return what was taken as runs, without white space at either end."""
        texts = [(marks, rich_text.clean_line("".join(parts))) for marks, parts in self.pieces]
        said = [at for at, (_, text) in enumerate(texts) if text.strip(" ")]
        if not said:
            return []
        runs = [_run(marks, text) for marks, text in texts[said[0] : said[-1] + 1]]
        if "text" in runs[0]:
            runs[0]["text"] = str(runs[0]["text"]).lstrip(" ")
        if "text" in runs[-1]:
            runs[-1]["text"] = str(runs[-1]["text"]).rstrip(" ")
        return list(runs)


def _run(marks: frozenset[str] | None, text: str) -> dict[str, Json]:
    if marks is None:
        return {"formula": text}
    return {"text": text, **{mark: True for mark in rich_text.MARKS if mark in marks}}


class Table:
    """Rows of cells, cells that span others filled up with empty ones."""

    def __init__(self) -> None:
        self.rows: list[list[list[Json]]] = []
        self.heads: list[bool] = []
        self._below: dict[int, int] = {}

    def row(self) -> None:
        """Begin a row."""
        self._fill()
        self.rows.append([])
        self.heads.append(True)

    def cell(self, runs: list[Json], tag: str, across: int, down: int) -> None:
        """Add a cell of a row."""
        if not self.rows:
            self.row()
        self._fill()
        row = self.rows[-1]
        self.heads[-1] &= tag == "th"
        at = len(row)
        row.append(runs)
        if len(self.rows) <= rich_text.MOST_ROWS:
            row += [[] for _ in range(min(across - 1, rich_text.MOST_COLUMNS - len(row)))]
            if down > 1:
                self._below.update(dict.fromkeys(range(at, len(row)), down - 1))

    def _fill(self) -> None:
        row = self.rows[-1] if self.rows else []
        while len(row) < rich_text.MOST_COLUMNS and self._below.get(len(row), 0):
            self._below[len(row)] -= 1
            row.append([])

    def blocks(self) -> tuple[list[Json], bool]:
        """Return the table as one block, or a paragraph a row when it is too large; and whether it was."""
        kept = [(row, head) for row, head in zip(self.rows, self.heads, strict=True) if row]
        rows = [row for row, _ in kept]
        columns = max((at for row in rows for at, cell in enumerate(row, 1) if cell), default=0)
        if not columns:
            return [], False
        if columns <= rich_text.MOST_COLUMNS and len(rows) <= rich_text.MOST_ROWS:
            told = {"header": kept[0][1] and len(rows) > 1, "rows": [row[:columns] for row in rows]}
            return [{"type": "table", **told}], False
        lines = [[run for cell in row if cell for run in (*cell, {"text": " "})][:-1] for row in rows]
        return [{"type": "paragraph", "runs": line} for line in lines if line], True
