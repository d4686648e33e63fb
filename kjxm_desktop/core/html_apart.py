"""What of formatted text is none of the text: notes, comments, tracked deletions, by how programs mark them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

_NOTES: Final = re.compile(r"sd(?:foot|end)note(?:anc|sym|\d+)?")  # of LibreOffice: marks and texts of notes
_MARKS: Final = ("footnote", "endnote")


@dataclass(frozen=True, slots=True)
class Apart:
    """As what the text of a tag is told; `listed`: its marks stand in the text and were counted there."""

    kind: Literal["deleted", "note", "comment"]
    listed: bool = False


def apart_of(tag: str, attributes: Mapping[str, str], style: Mapping[str, str]) -> Apart | None:
    """Return what a tag holds that is none of the text; None for text."""
    if tag == "del":
        return Apart("deleted")
    element = style.get("mso-element", "")
    if element:
        if element.startswith("comment"):
            return Apart("comment", listed=True)
        return Apart("note", listed=True) if element in ("footnote-list", "endnote-list") else None
    sign, called = style.get("mso-special-character", ""), attributes.get("class", "").lower()
    if sign == "comment" or called == "msocomanchor":
        return Apart("comment")
    if sign in _MARKS or (tag == "a" and _NOTES.fullmatch(called)):
        return Apart("note")
    listed = tag == "div" and _NOTES.fullmatch(attributes.get("id", "").lower())
    return Apart("note", listed=True) if listed else None
