"""The places of a filled form read again: each answer has to stand whole in its own, wherever the form has put that."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kjxm_desktop.core import form_places, json_pointer
from kjxm_desktop.core.call import placeholders
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import self_check_answers, self_check_text
from kjxm_desktop.export.self_check_answers import Expected, Piece, closed
from kjxm_desktop.export.self_check_text import Paper

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STORY = re.compile(r"word/[^/]+\.xml")

Places = Mapping[str, tuple[str, ...]]
"""The paragraphs that stand in the content controls of each tag, headers and footers after the document."""


def read(data: bytes) -> Places:
    """Return what stands in the places of the DOCX `data`; a paragraph in several controls of one tag is one."""
    # Loaded when something was exported.
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    found: dict[str, dict[Any, list[str]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(name for name in archive.namelist() if _STORY.fullmatch(name)):
            for control in etree.fromstring(archive.read(name), parser).iter(f"{_W}sdt"):
                tag = form_places.tag_of(control)
                if tag and not any(form_places.tag_of(inner) for inner in control.iterdescendants(f"{_W}sdt")):
                    _add(control, found.setdefault(tag, {}))
    return {tag: tuple("".join(told) for told in paragraphs.values()) for tag, paragraphs in found.items()}


def _add(control: Any, paragraphs: dict[Any, list[str]]) -> None:
    for text in control.iterfind(f"{_W}sdtContent//{_W}t"):
        holder = next(text.iterancestors(f"{_W}p"), control)
        paragraphs.setdefault(holder, []).append(text.text or "")


def expected(proposal: Proposal, places: Places, now: datetime) -> Expected:
    """Return what the form has to read in words, in the order of the answers; its boxes are looked at apart."""
    boxes = form_places.boxes(proposal.call)

    def stands_in_line(pointer: str) -> bool:
        return _tag_of(pointer, places) is None

    told = self_check_answers.expected_in_form(proposal, now, stands_in_line)
    return replace(told, pieces=tuple(one for one in told.pieces if json_pointer.pattern_of(one.pointer) not in boxes))


def missing(proposal: Proposal, places: Places, told: Expected) -> Iterator[Piece]:
    """Yield those pieces of `told` that do not stand in a place of their answer."""
    groups: dict[tuple[str, ...], list[Piece]] = {}
    for piece in told.pieces:
        groups.setdefault(_tags_of(_answer(proposal, piece.pointer), places), []).append(piece)
    for tags, pieces in groups.items():
        paragraphs = [closed(paragraph) for tag in tags for paragraph in places[tag]]
        paper = Paper("\n".join(["", *paragraphs, ""]), has_paragraphs=True)
        yield from self_check_text.missing(pieces, paper)


def _answer(proposal: Proposal, pointer: str) -> str:
    """Return the answer that `pointer` leads to or into."""
    owner = proposal.call.form.owner(pointer)
    return json_pointer.in_row_of(owner.pointer, pointer) if owner is not None else pointer


def _tags_of(pointer: str, places: Places) -> tuple[str, ...]:
    """Return the tags where the answer at `pointer` stands: its own, else those of words that name it."""
    own = _tag_of(pointer, places)
    if own is not None:
        return (own,)
    names = {pointer, json_pointer.pattern_of(pointer)}
    return tuple(tag for tag in places if tag in names or names & set(placeholders(tag)))


def _tag_of(pointer: str, places: Places) -> str | None:
    """Return the tag of the place of the answer at `pointer` alone; a long one tells of no row."""
    if pointer in places:
        return pointer
    if len(pointer) <= form_places.MOST_TAG:
        return None
    short = json_pointer.pattern_of(pointer)
    return short if short in places else None
