"""Text as a search sees it: case, width and the spaces beside Chinese are alike, and every place is still known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]+")  # the shape of the character before, none of its own
_HAN = "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd"
_LATIN = "0-9a-z\u00b5-\u024f\u0370-\u052f"
_SPACES = re.compile(
    f"(?P<gone>(?<=[{_HAN}]) +(?=[{_LATIN}])|(?<=[{_LATIN}%‰]) +(?=[{_HAN}])"
    f"|(?<=[0-9]) +(?=[a-z%‰°\u03bc]))|(?P<many> {{2,}})"  # between a figure and its unit, too
)
_UNEVEN: set[str] = set()
"""Characters that are not one character when they are folded, of those that were met."""


class _Folds(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        folded = _VARIATION.sub("", apart)
        if len(folded) != 1:
            _UNEVEN.add(char)
        self[code] = folded
        return folded


_FOLDS = _Folds()


@dataclass(frozen=True)
class Folded:
    """A text folded: what is compared, and where each of its characters came from (None: each from its own place)."""

    source: str
    text: str
    origins: Sequence[int] | None = None

    def spans(self, wanted: str) -> Iterator[tuple[int, int]]:
        """Yield where `wanted`, folded itself, stands: characters of the source, start and end, from the left.

        Only whole characters of the source are found: “m” not in ㎡, “m2” in it; “e” not in é.
        """
        at = self.text.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            if self._is_whole(at, end):
                yield self._span(at, end)
                at = self.text.find(wanted, end)
            else:
                at = self.text.find(wanted, at + 1)

    def _is_whole(self, at: int, end: int) -> bool:
        if end < len(self.text) and unicodedata.combining(self.text[end]):
            return False
        origins = self.origins
        if origins is None:
            return True
        begins = at == 0 or origins[at] != origins[at - 1]
        return begins and (end == len(origins) or origins[end] != origins[end - 1])

    def _span(self, at: int, end: int) -> tuple[int, int]:
        if self.origins is None:
            return at, end
        start, stop = self.origins[at], self.origins[end - 1] + 1
        shape = _VARIATION.match(self.source, stop)
        return start, shape.end() if shape else stop


def fold(text: str) -> Folded:
    """Return `text` folded.

    Compatible forms are one (NFKD: Ａ A, ㎡ m2, ₂ 2, ， and the half-width comma), as are upper and lower case. A space
    between Chinese and Latin or between a figure and its unit is none, several are one. Nothing is made simplified.
    """
    folded = text.translate(_FOLDS)
    if _UNEVEN.isdisjoint(text) and (" " not in folded or not _SPACES.search(folded)):
        return Folded(text, folded)
    pieces: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(text):
        piece = _FOLDS[ord(char)]
        pieces.append(piece)
        origins += [at] * len(piece)
    folded = "".join(pieces)
    kept = [(found.start() + (found["many"] is not None), found.end()) for found in _SPACES.finditer(folded)]
    for start, end in reversed(kept):
        folded = folded[:start] + folded[end:]
        del origins[start:end]
    return Folded(text, folded, origins)
