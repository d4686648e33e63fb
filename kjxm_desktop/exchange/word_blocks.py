"""Items of a Word document as blocks of long text: what blocks can hold, in its order; the rest is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Dropped
from kjxm_desktop.core.pictures import Picture as Kept
from kjxm_desktop.exchange.word_items import Formula, Item, Paragraph, Picture, Table

_MOST_WORDS: Final = 120  # characters of what can be the words at a picture or a table
_NUMBER: Final = r"\s*[0-9０-９一二三四五六七八九十]+(?:\s*[-–—.．]\s*[0-9０-９]+)*"
_FIGURE = re.compile(rf"(?:图|figure|fig\.?){_NUMBER}(?![0-9０-９年月%])\s*[:：.．、]?\s*", re.IGNORECASE)
_TABLE = re.compile(rf"(?:表|table){_NUMBER}(?![0-9０-９年月%])\s*[:：.．、]?\s*", re.IGNORECASE)
_SENTENCE_ENDS: Final = "。；;，,！？"


@dataclass
class Made:
    """Blocks, the digests of the pictures in them, and what of the items has no place in blocks."""

    blocks: list[Json] = field(default_factory=list[Json])
    dropped: Counter[Dropped] = field(default_factory=Counter[Dropped])


def blocks_of(items: Sequence[Item], pictures: Mapping[str, Kept]) -> Made:
    """Return items as blocks in their canonical spelling. `pictures` are by the ids of their parts.

    A heading becomes a bold paragraph with its number. Words at a picture or a table that name its number become its
    caption without it: captions are numbered anew. Pictures out of cells stand behind their table.
    """
    writer = _Writer(pictures)
    before: Paragraph | None = None
    for at, item in enumerate(items):
        after = items[at + 1] if at + 1 < len(items) else None
        if isinstance(item, Paragraph) and isinstance(after, Table) and _words_at(item, _TABLE) is not None:
            before = item
            continue
        writer.add(item, before)
        before = None
    return Made(rich_text.normalise(writer.blocks), writer.dropped)


class _Writer:
    def __init__(self, pictures: Mapping[str, Kept]) -> None:
        self.blocks: list[Json] = []
        self.dropped: Counter[Dropped] = Counter()
        self._pictures = pictures
        self._list: list[Json] | None = None
        self._picture: dict[str, Json] | None = None  # the last one, while its words may follow

    def add(self, item: Item, words: Paragraph | None) -> None:
        """Add an item; `words` stand above it where it is a table."""
        if isinstance(item, Paragraph):
            self._paragraph(item)
            return
        self._list = None
        if isinstance(item, Picture):
            self._add_picture(item)
        elif isinstance(item, Formula):
            self.blocks.append({"type": "formula", "latex": item.latex})
        else:
            self._table(item, words)

    def _paragraph(self, item: Paragraph) -> None:
        caption = _words_at(item, _FIGURE) if self._picture is not None else None
        if caption is not None and self._picture is not None:
            if caption:
                self._picture["caption"] = caption
            self._picture = None
            return
        self._picture = None
        if not item.text.strip():
            return
        if item.level is not None or item.is_label:
            self._list = None
            self.blocks.append({"type": "paragraph", "runs": heading_runs(item)})
        elif item.counted is None or (item.counted.depth and not item.counted.bullet):
            self._list = None
            self.blocks.append({"type": "paragraph", "runs": labelled(item)})
        else:
            self._item(item, ordered=not item.counted.bullet)

    def _item(self, item: Paragraph, *, ordered: bool) -> None:
        if self._list is None or self.blocks[-1]["ordered"] != ordered:
            self._list = []
            self.blocks.append({"type": "list", "ordered": ordered, "items": self._list})
        self._list.append(_trimmed(item.runs))

    def _add_picture(self, item: Picture) -> None:
        kept = self._pictures.get(item.link)
        if kept is None:
            return  # it was counted when it could not be read
        block: dict[str, Json] = {"type": "picture", "media": kept.sha256}
        if item.alt:
            block["alt"] = item.alt[: rich_text.MOST_CAPTION]
        self.blocks.append(block)
        self._picture = block

    def _table(self, item: Table, words: Paragraph | None) -> None:
        cells = [[_Cell.of(cell) for cell in row] for row in item.rows]
        columns = max((at for row in cells for at, cell in enumerate(row, 1) if cell.runs), default=0)
        rows = [[cell.runs for cell in row[:columns]] for row in cells if any(cell.runs for cell in row)]
        if words is not None and not rows:
            self._paragraph(words)
        elif rows and columns <= rich_text.MOST_COLUMNS and len(rows) <= rich_text.MOST_ROWS:
            block: dict[str, Json] = {"type": "table", "header": item.header and len(rows) > 1, "rows": rows}
            caption = _words_at(words, _TABLE) if words is not None else None
            self.blocks.append(block | ({"caption": caption} if caption else {}))
        else:
            self.dropped["table"] += bool(rows)
            self._paragraph(words) if words is not None else None
            self.blocks += [{"type": "paragraph", "runs": _joined(row)} for row in rows]
        for row in cells:
            for cell in row:
                for picture in cell.pictures:
                    self._add_picture(picture)
        self._picture = None


@dataclass
class _Cell:
    """A cell as blocks have it: one line of runs; the pictures in it."""

    runs: list[Json] = field(default_factory=list[Json])
    pictures: list[Picture] = field(default_factory=list[Picture])

    @staticmethod
    def of(items: Iterable[Item]) -> _Cell:
        made = _Cell()
        for item in items:
            if isinstance(item, Picture):
                made.pictures.append(item)
            elif isinstance(item, Paragraph):
                made.take(labelled(item))
            elif isinstance(item, Formula):
                made.take([{"formula": item.latex}])
            else:
                for row in item.rows:
                    for inner in row:
                        cell = _Cell.of(inner)
                        made.take(cell.runs)
                        made.pictures += cell.pictures
        return made

    def take(self, runs: list[Json]) -> None:
        """Put more behind what is there."""
        if any("formula" in run or str(run.get("text", "")).strip() for run in runs):
            self.runs += [{"text": " "}, *runs] if self.runs else runs


def _joined(row: Sequence[list[Json]]) -> list[Json]:
    return [run for cell in row if cell for run in (*cell, {"text": " "})][:-1]


def heading_runs(item: Paragraph) -> list[Json]:
    """Return a heading as the runs of a paragraph: bold, its number before it."""
    label = item.counted.label if item.counted is not None else ""
    text = "".join(str(run.get("text", "")) for run in item.runs).strip()
    formulas = any("formula" in run for run in item.runs)
    return labelled(item) if formulas else [{"text": label + text, "bold": True}]


def labelled(item: Paragraph) -> list[Json]:
    """Return the runs of a paragraph, the number that Word counts it with before them."""
    runs = _trimmed(item.runs)
    if item.counted is None or not item.counted.label or not runs:
        return runs
    space = "" if item.counted.label.endswith(("、", "）", ")")) else " "
    return [{"text": f"{item.counted.label}{space}"}, *runs]


def _trimmed(runs: Sequence[Json]) -> list[Json]:
    """Return runs without white space at either end."""
    made = [dict(run) for run in runs]
    while made and "text" in made[0] and not str(made[0]["text"]).strip():
        made.pop(0)
    while made and "text" in made[-1] and not str(made[-1]["text"]).strip():
        made.pop()
    if made and "text" in made[0]:
        made[0]["text"] = str(made[0]["text"]).lstrip()
    if made and "text" in made[-1]:
        made[-1]["text"] = str(made[-1]["text"]).rstrip()
    return list(made)


def _words_at(item: Paragraph, numbered: re.Pattern[str]) -> str | None:
    """Return the words at a picture or a table without their number; None where a paragraph is something else."""
    text = rich_text.clean_line(item.text).strip()
    found = numbered.match(text)
    other = _TABLE if numbered is _FIGURE else _FIGURE
    if not text or len(text) > _MOST_WORDS or item.level is not None or item.counted is not None:
        return None
    if any("formula" in run for run in item.runs) or other.match(text):
        return None
    if found is not None and not text.endswith(tuple(_SENTENCE_ENDS)):
        return text[found.end() :].strip()
    return text if item.is_caption else None
