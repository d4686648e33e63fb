"""What was written into a mailed document, taken over as answers: only where it can mean nothing else.

Plain text is taken, and paragraphs, list items and cells of long texts; what the layout says, what is computed or
stands for a choice is shown alone. The marks of letters that did not change are kept; where nothing but marks differ
they are taken, as far as long text knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from kjxm_desktop.core import json_pointer, rich_text, shape
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.text_differences import text_runs
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange.returned import Difference
from kjxm_desktop.export.printed import MARKS, Spans, packed

_PLAIN = ("line", "text")
_UNKNOWN = frozenset(MARKS) - frozenset(rich_text.MARKS)


def can_adopt(proposal: Proposal, difference: Difference) -> bool:
    """Tell whether what is printed can become the answer by itself."""
    return bool(adopt(proposal, [difference]))


def adopt(proposal: Proposal, chosen: Iterable[Difference]) -> dict[str, Json]:
    """Return the new answers by pointer that take over the printed side of the `chosen` differences.

    Each is the whole answer of one control, None where nothing is left of it. Differences that cannot be taken over are
    passed over, see `can_adopt`.
    """
    answers: dict[str, Json] = {}
    in_order = sorted(chosen, key=_place)
    for difference in in_order[::-1]:  # from the end: the places before a change stay as they are
        owner = proposal.call.form.owner(difference.pointer) if difference.pointer else None
        if owner is None or difference.kind not in ("text", "marks"):
            continue
        pointer = json_pointer.in_row_of(owner.pointer, difference.pointer)
        before = answers[pointer] if pointer in answers else proposal.get(pointer)
        try:
            after = _taken(owner, pointer, before, difference)
            shape.check_at(proposal.call, pointer, after, before)
        except (KjxmError, _Unclear):
            continue
        answers[pointer] = after or None
    return answers


class _Unclear(Exception):  # noqa: N818 - no error: it is shown and not taken
    """Raised where the printed side may mean more than one thing."""


def _place(difference: Difference) -> tuple[list[tuple[int, str]], bool]:
    """Return by what differences are ordered: what was put in comes behind what was changed there."""
    tokens = json_pointer.parse(difference.behind or difference.pointer)
    places = [(int(token), "") if json_pointer.is_index(token) else (-1, token) for token in tokens]
    return places, bool(difference.behind)


def _taken(owner: Control, pointer: str, before: Json, difference: Difference) -> Json:
    if owner.kind in _PLAIN and difference.kind == "text":
        return _plain(before, difference, lines=owner.kind == "text")
    if owner.kind != "rich":
        raise _Unclear
    blocks = cast("list[Json]", before) if isinstance(before, list) else []
    inside = json_pointer.parse(difference.pointer.removeprefix(pointer))
    if difference.behind:
        at = int(json_pointer.parse(difference.behind)[-1]) + 1
        return rich_text.normalise([*blocks[:at], *rich_text.normalise(difference.printed), *blocks[at:]])
    if not inside or int(inside[0]) >= len(blocks):
        raise _Unclear
    at = int(inside[0])
    return [*blocks[:at], *_block(blocks[at], inside[1:], difference), *blocks[at + 1 :]]


# --- plain text -----------------------------------------------------------------------------------------------------


def _plain(before: Json, difference: Difference, *, lines: bool) -> Json:
    """Return the answer with the one line that was printed as `data` read as it does now."""
    after = rich_text.clean_text(difference.printed) if lines else rich_text.clean_line(difference.printed)
    if before is None:
        return after  # what stood there was the word for no answer
    told = str(before).split("\n")
    places = [at for at, line in enumerate(told) if packed(line) == packed(difference.data)]
    if len(places) != 1:
        raise _Unclear
    return "\n".join([*told[: places[0]], *([after] if after else []), *told[places[0] + 1 :]])


# --- long text ------------------------------------------------------------------------------------------------------


def _block(block: Json, inside: Sequence[str], difference: Difference) -> list[Json]:
    """Return the block with the text at `inside` as it reads now; none when it is gone."""
    match (block["type"], *inside):
        case ("paragraph",):
            runs = _runs(block["runs"], difference)
            return rich_text.normalise([{**block, "runs": runs}]) if runs else []
        case ("list", "items", index):
            runs = _runs(block["items"][int(index)], difference)
            items = [*block["items"][: int(index)], *([runs] if runs else []), *block["items"][int(index) + 1 :]]
            return [{**block, "items": items}] if items else []
        case ("table", "rows", down, across):
            row = block["rows"][int(down)]
            cells = [*row[: int(across)], _runs(row[int(across)], difference), *row[int(across) + 1 :]]
            return [{**block, "rows": [*block["rows"][: int(down)], cells, *block["rows"][int(down) + 1 :]]}]
        case ("table" | "picture", "caption") if difference.kind == "text":
            rest = {key: value for key, value in block.items() if key != "caption"}
            caption = rich_text.clean_line(difference.printed)
            return [{**rest, "caption": caption} if caption else rest]
        case _:
            raise _Unclear


def _runs(runs: Sequence[Mapping[str, Json]], difference: Difference) -> list[Json]:
    """Return runs that read as printed: letters that stayed keep their marks, new ones take those before them."""
    if any("text" not in run for run in runs):
        raise _Unclear  # a citation prints as a number, a formula not at all
    before = "".join(run["text"] for run in runs)
    if packed(before) != packed(difference.data):
        raise _Unclear
    marks = [{key: value for key, value in run.items() if key != "text"} for run in runs for _ in run["text"]]
    if difference.kind == "marks":
        return _joined(zip(before, _looks(before, marks, difference.looks[1]), strict=True))
    after = rich_text.clean_line(difference.printed)
    return _joined(_marked(before, after, marks))


def _looks(before: str, marks: Sequence[dict[str, Json]], spans: Spans) -> Iterator[dict[str, Json]]:
    """Yield the marks of each letter of `before` as they are printed now; those that are not compared stay."""
    told = [(letter, span.marks) for span in spans for letter in span.text if not letter.isspace()]
    if not told:
        told = [(letter, ()) for letter in before if not letter.isspace()]
    letters = [letter for letter in before if not letter.isspace()]
    if letters != [letter for letter, _ in told] or any(_UNKNOWN & set(marks) for _, marks in told):
        raise _Unclear
    at, look = 0, ()
    for letter, own in zip(before, marks, strict=True):
        if not letter.isspace():
            look, at = told[at][1], at + 1
        kept = {name: value for name, value in own.items() if name not in MARKS}
        yield kept | dict.fromkeys(look, True)


def _marked(before: str, after: str, marks: Sequence[dict[str, Json]]) -> Iterator[tuple[str, dict[str, Json]]]:
    at = 0
    for piece in text_runs(before, after):
        if piece.kind == "added":
            look = marks[max(at - 1, 0)] if marks else {}
            yield from ((letter, look) for letter in piece.text)
            continue
        if piece.kind == "same":
            yield from zip(piece.text, marks[at : at + len(piece.text)], strict=True)
        at += len(piece.text)


def _joined(letters: Iterable[tuple[str, dict[str, Json]]]) -> list[Json]:
    runs: list[tuple[list[str], dict[str, Json]]] = []
    for letter, look in letters:
        if not runs or runs[-1][1] != look:
            runs.append(([], look))
        runs[-1][0].append(letter)
    return [{"text": "".join(text), **look} for text, look in runs]
