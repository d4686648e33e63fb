"""The pieces of text inside blocks, each with its address, and words put in the place of others there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json

OBJECT: Final = "\ufffc"
"""What stands for a formula or a citation in a line; no text that may be stored holds it."""

Part = tuple[str | int, ...]
"""The way to a piece inside an answer, as (3, "items", 0); empty for a text that is one piece."""
Span = tuple[int, int]
"""Start and end of some characters of a piece."""
Run = dict[str, Json]


def passages(blocks: Json) -> Iterator[tuple[Part, str]]:
    """Yield every piece of text with its address, in its order: lines, items, cells, captions, sources of formulas."""
    for at, block in enumerate(cast("list[dict[str, Json]]", blocks or [])):
        for part, runs in _lines(at, block):
            yield part, text_of(runs)
            for number, run in enumerate(runs):
                if "formula" in run:
                    yield (*part, number, "formula"), run["formula"]
        for name in ("caption", "alt", "latex"):
            if name in block:
                yield (at, name), block[name]


def is_fixed(part: Part) -> bool:
    """Tell whether a piece is the source of a formula, which is no prose."""
    return bool(part) and part[-1] in ("formula", "latex")


def text_of(runs: Sequence[Run]) -> str:
    """Return the text of a line, one `OBJECT` for each formula and citation in it."""
    return "".join([run.get("text", OBJECT) for run in runs])


def _lines(at: int, block: dict[str, Json]) -> Iterator[tuple[Part, list[Run]]]:
    match block.get("type"):
        case "paragraph":
            yield (at, "runs"), block["runs"]
        case "list":
            for number, runs in enumerate(block["items"]):
                yield (at, "items", number), runs
        case "table":
            for down, row in enumerate(block["rows"]):
                for across, runs in enumerate(row):
                    yield (at, "rows", down, across), runs
        case _:
            pass


def replaced(blocks: Json, changes: Mapping[Part, Sequence[Span]], new: str) -> list[Json]:
    """Return blocks with `new` in the place of the spans that `changes` names, each piece by its address.

    What is put in has the marks of the first character it replaces. Formulas, citations, pictures and the shape of
    lists and tables stay; blocks in which nothing changes are the same objects. The result is canonical.
    """
    done: list[Json] = list(blocks)
    for part, spans in changes.items():
        done[cast("int", part[0])] = _with(done[cast("int", part[0])], part[1:], spans, new)
    untouched = {id(block) for block in blocks}
    return rich_text.normalise(done, keep_unknown=True, is_sound=untouched.__contains__)


def _with(node: Json, part: Part, spans: Sequence[Span], new: str) -> Json:
    """Return `node`, a block or what lies in one, with the piece at `part` changed; nothing is changed in place."""
    if not part:
        return spliced(node, spans, new) if isinstance(node, str) else _in_runs(node, spans, new)
    token = part[0]
    child = _with(node[token], part[1:], spans, new)
    if isinstance(node, dict):
        return {**cast("dict[str, Json]", node), cast("str", token): child}
    items = list(cast("list[Json]", node))
    items[cast("int", token)] = child
    return items


def spliced(text: str, spans: Sequence[Span], new: str) -> str:
    """Return `text` with `new` in the place of each of `spans`, which are in order and apart."""
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def _in_runs(runs: Sequence[Run], spans: Sequence[Span], new: str) -> list[Run]:
    done: list[Run] = []
    began = 0
    for run in runs:
        text = run.get("text", OBJECT)
        ended = began + len(text)
        if "text" in run:
            own = [(max(start, began) - began, min(end, ended) - began, start >= began) for start, end in spans]
            inside = [(start, end, first) for start, end, first in own if start < end]
            done.append(run | {"text": _cut(text, inside, new)})
        else:
            done.append(run)
        began = ended
    return done


def _cut(text: str, spans: Sequence[tuple[int, int, bool]], new: str) -> str:
    """Return `text` without `spans`; `new` stands where one of them begins, not where it goes on from another run."""
    pieces: list[str] = []
    at = 0
    for start, end, begins in spans:
        pieces += [text[at:start], new if begins else ""]
        at = end
    return "".join([*pieces, text[at:]])
