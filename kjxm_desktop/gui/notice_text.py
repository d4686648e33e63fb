"""The notice as it is read on the screen: sentences that its pages broke apart are whole, every place is found."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONG = 20
"""A paragraph of fewer characters is a heading or a name, and ends where it ends."""

_CLOSING = "。！？；：，、.!?;:,”’）)》】"
_SENTENCE_END = "。；？！"
_NUMBERED = re.compile(r"[（(]?[0-9一二三四五六七八九十]+[）)、.．]|附件|第[一二三四五六七八九十百]+[章节条]")
_BREAK = re.compile(r"[^\S\n]*\n\s*")


@dataclass(frozen=True)
class NoticeText:
    """What is shown, and the spans of the notice that are left out of it; all of them are white space."""

    shown: str
    left_out: tuple[tuple[int, int], ...]

    def place(self, at: int) -> int:
        """Return where the character `at` of the notice stands in what is shown."""
        return at - sum(min(at, end) - start for start, end in self.left_out if start < at)


def readable(notice: str) -> NoticeText:
    """Return `notice` without the breaks inside its sentences and the empty lines before it begins."""
    begin = len(notice) - len(notice.lstrip())
    left_out = [(0, begin)] if begin else []
    last = begin
    for found in _BREAK.finditer(notice, begin):
        before = notice[last : found.start()]
        after = notice[found.end() :].split("\n", 1)[0].rstrip()
        if _broken(before, after):
            left_out.append(found.span())
        last = found.end()
    shown, last = "", 0
    for start, end in left_out:
        shown += notice[last:start]
        last = end
    return NoticeText(shown + notice[last:], tuple(left_out))


def _broken(before: str, after: str) -> bool:
    """Tell whether two paragraphs are one sentence: the first is long and open, the second brings its end."""
    if len(before) < LONG or before.endswith(tuple(_CLOSING)) or not after.endswith(tuple(_SENTENCE_END)):
        return False
    between_words = before[-1].isascii() and after[0].isascii()  # there a space would be missed
    return not between_words and _NUMBERED.match(after) is None
