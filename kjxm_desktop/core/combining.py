"""Marks that stand on the character before them: more than a few on one are heaped over what is around them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

MOST: Final = 3
"""So many marks may stand on one character: what languages and phonetic scripts ask for."""

_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
HEAP: Final = re.compile(f"(?<={_MARK * MOST}){_MARK}+")
"""Finds the marks that are too many."""

_HEAPED = re.compile(f".?{_MARK}{{{MOST + 1},}}", re.DOTALL)
_MOST_NAMED = 6


def told(text: str) -> Mapping[str, object]:
    """Return what the finding `marks` on `text` tells: on how many characters there are too many, and which.

    It is {} when there are none.
    """
    if text.isascii():
        return {}
    found = [heap[0] for heap in _HEAPED.findall(text)]
    return {"count": len(found), "signs": named(found)} if found else {}


def named(signs: list[str]) -> str:
    """Return each of `signs` once, the first ones of many."""
    once = list(dict.fromkeys(signs))
    return "、".join(once[:_MOST_NAMED]) + ("…" if len(once) > _MOST_NAMED else "")
