"""Texts found again in a text: each whole, each in a place of its own, in their order where it is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from kjxm_desktop.export.self_check_answers import Piece

_LONG = 6  # characters: what is as long stands where it is found, wherever that is
_SEED = 3  # characters that a row has at the foot of a page at least, in each of its cells that goes on
_STRAY = 8  # characters that may stand behind the end of a part and read as if they went on with it


@dataclass(frozen=True)
class Paper:
    """The text of a document, closed.

    Paragraphs end in a line end where they are known. `breaks` are the places where a page ends: a row of a table may
    go on behind one, its cells in turn.
    """

    text: str
    breaks: tuple[int, ...] = ()
    has_paragraphs: bool = False


def missing(pieces: Sequence[Piece], paper: Paper) -> list[Piece]:
    """Return those of `pieces` that do not stand on `paper` in a place of their own."""
    return _Places(pieces, paper).missing()


class _Places:
    """Where each piece stands; a character of the text belongs to one piece at most."""

    def __init__(self, pieces: Sequence[Piece], paper: Paper) -> None:
        self._pieces = pieces
        self._text = paper.text
        self._breaks = paper.breaks
        self._has_paragraphs = paper.has_paragraphs
        self._owned = bytearray(len(paper.text))
        self._place: list[int] = [-1] * len(pieces)
        self._torn: set[int] = set()  # pages at whose end a row goes on

    def missing(self) -> list[Piece]:
        self._place_long()
        in_order = self._in_order()
        ends = [place + len(piece.text) for place, piece in zip(self._place, self._pieces, strict=True)]
        following = self._following(in_order)
        lost: dict[int, int] = {}  # where each was looked for
        position = 0
        for at, piece in enumerate(self._pieces):
            if at in in_order:
                position = ends[at]
            elif self._place[at] < 0 and not piece.loose:
                found = self._in_window(piece, position, following[at])
                if found < 0:
                    lost[at] = position
                position = max(position, found)
        lost |= {at: 0 for at, piece in enumerate(self._pieces) if piece.loose and self._place[at] < 0}
        # Of those that may stand anywhere the longer first: a short one may read as a part of them.
        order = sorted(lost, key=lambda at: (-len(self._pieces[at].text) if self._pieces[at].loose else 1, at))
        gone = {at for at in order if not self._anywhere(self._pieces[at], lost[at])}
        return [self._pieces[at] for at in sorted(gone)]

    def _place_long(self) -> None:
        """Place long texts that stand as often as they are expected, the longest first."""
        groups: dict[str, list[int]] = {}
        for at, piece in enumerate(self._pieces):
            if len(piece.text) >= _LONG:
                groups.setdefault(piece.text, []).append(at)
        for text in sorted(groups, key=len, reverse=True):
            wanted = groups[text]
            found = self._free_places(text, len(wanted) + 1)
            if len(found) == len(wanted):
                for at, place in zip(wanted, found, strict=True):
                    self._own(place, len(text))
                    self._place[at] = place

    def _free_places(self, text: str, most: int) -> list[int]:
        found: list[int] = []
        at = self._free(text, 0, len(self._text))
        while at >= 0 and len(found) < most:
            found.append(at)
            at = self._free(text, at + len(text), len(self._text))
        return found

    def _free(self, text: str, start: int, end: int) -> int:
        """Return the first place of `text` from `start` that nothing owns; -1 where there is none before `end`."""
        at = self._text.find(text, start, end)
        while at >= 0 and self._owned.find(1, at, at + len(text)) >= 0:
            at = self._text.find(text, at + 1, end)
        return at

    def _own(self, start: int, length: int) -> None:
        self._owned[start : start + length] = b"\1" * length

    def _in_order(self) -> set[int]:
        """Return the longest row of placed pieces whose places rise."""
        tails: list[int] = []
        ends: list[int] = []
        before: dict[int, int] = {}
        for at, place in enumerate(self._place):
            if place < 0 or self._pieces[at].loose:
                continue
            depth = bisect_left(tails, place)
            tails[depth : depth + 1] = [place]
            ends[depth : depth + 1] = [at]
            before[at] = ends[depth - 1] if depth else -1
        found: set[int] = set()
        at = ends[-1] if ends else -1
        while at >= 0:
            found.add(at)
            at = before[at]
        return found

    def _following(self, in_order: set[int]) -> list[int]:
        """Return for each piece where the next placed one begins."""
        following = [len(self._text)] * len(self._pieces)
        place = len(self._text)
        for at in range(len(self._pieces) - 1, -1, -1):
            following[at] = place
            place = self._place[at] if at in in_order else place
        return following

    def _in_window(self, piece: Piece, start: int, end: int) -> int:
        """Place `piece` between its neighbours, split by the end of a page if need be; return its end, -1 for none."""
        length = len(piece.text)
        if self._has_paragraphs and piece.alone and length < _LONG:
            at = self._free(f"\n{piece.text}\n", max(start - 1, 0), min(end + 1, len(self._text)))
            at += at >= 0
        else:
            at = self._free(piece.text, start, end)
        if at >= 0:
            self._own(at, length)
            return at + length
        return self._split(piece.text, start, end)

    def _split(self, text: str, start: int, end: int) -> int:
        """Place `text` as the cell of a row that goes on behind the end of a page; return where it was left."""
        if len(text) < _LONG:
            return -1
        for page in range(bisect_right(self._breaks, start), bisect_right(self._breaks, end) + 1):
            parts = self._parts(text, max(start, self._breaks[page - 1] if page else 0), page)
            if parts:
                for place, length in parts:
                    self._own(place, length)
                self._torn |= set(range(page, page + len(parts) - 1))
                return parts[0][0] + parts[0][1]
        return -1

    def _parts(self, text: str, start: int, page: int) -> list[tuple[int, int]]:
        """Return places and lengths of the parts of `text`, one on `page` and the others on the pages behind it."""
        if page >= len(self._breaks):
            return []
        stop = self._breaks[page]
        after = self._breaks[page + 1] if page + 1 < len(self._breaks) else len(self._text)
        seed = text[:_SEED]
        place = self._free(seed, start, stop)
        while place >= 0:
            longest = self._common(text, place, stop)
            for length in range(longest, max(longest - _STRAY, 0), -1):
                rest = self._free(text[length:], stop, after)
                if rest >= 0:
                    return self._joined(text, (place, length), [(rest, len(text) - length)], stop)
            others = self._parts(text[longest:], stop, page + 1) if longest < len(text) else []
            if others:
                return self._joined(text, (place, longest), others, stop)
            place = self._free(seed, place + 1, stop)
        return []

    def _joined(
        self, text: str, first: tuple[int, int], others: list[tuple[int, int]], stop: int
    ) -> list[tuple[int, int]]:
        """Return the parts of `text`; a character that stands on both sides of the end of a page belongs behind it.

        Before it the cell beside may begin with the same one.
        """
        place, length = first
        (rest, rest_length), *more = others
        while length > 1 and rest > stop and self._text[rest - 1] == text[length - 1] and not self._owned[rest - 1]:
            length, rest, rest_length = length - 1, rest - 1, rest_length + 1
        return [(place, length), (rest, rest_length), *more]

    def _common(self, text: str, place: int, stop: int) -> int:
        """Return how far the text of the document reads as `text` from `place` on."""
        owned = self._owned.find(1, place, stop)
        told = self._text[place : stop if owned < 0 else owned]
        pairs = enumerate(zip(text, told, strict=False))
        return next((at for at, (one, other) in pairs if one != other), min(len(text), len(told)))

    def _anywhere(self, piece: Piece, start: int) -> bool:
        """Place `piece` wherever there is room for it: a long one, or one whose order is not known.

        A short one may stand on any of the pages over which its row goes on.
        """
        first, last = 0, len(self._text)
        if len(piece.text) < _LONG and not piece.loose:
            first, last = self._pages_of_row(bisect_right(self._breaks, start))
        at = self._free(piece.text, first, last)
        if at >= 0:
            self._own(at, len(piece.text))
            return True
        return self._split(piece.text, 0, len(self._text)) >= 0

    def _pages_of_row(self, page: int) -> tuple[int, int]:
        """Return where the pages begin and end over which rows go on from or to `page`; nothing where none does."""
        first = last = page
        while first - 1 in self._torn:
            first -= 1
        while last in self._torn:
            last += 1
        if first == last:
            return 0, 0
        ends = (*self._breaks, len(self._text))
        return ends[first - 1] if first else 0, ends[last]
