"""Slabs on pages: what stays together, what splits, what is repeated at the top of the next page.

A slab is a strip across the text area: a line of text, a row of a table, a picture. Each is looked at once, so that the
time grows with the number of slabs; a slab that fits nowhere is set on a page of its own, nothing fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from kjxm_desktop.export.pdf_canvas import Sheet

_HOLE = 0.2  # of a page: what must not be left empty for the sake of slabs that are loosely glued

Paint = Callable[[Sheet, float], None]
"""Draws a slab whose top is at y."""
Split = Callable[[float], "tuple[Slab, Slab] | None"]
"""Returns the part that fits in a height, and the rest; None when no part does."""
Lower = Callable[[float], "Slab"]
"""Returns the same slab in less height."""


@dataclass(frozen=True)
class Slab:
    """A strip of that height; `before` and `after` are empty and vanish at the top of a page.

    `glued` keeps it on the page of the next one, `loose` only as long as that leaves no hole in the page; `repeats` are
    painted again above it when it begins a page; `least` is the height from which on `split` or `lower` is worth while;
    `anchors` are the places that it holds.
    """

    height: float
    paint: Paint
    before: float = 0.0
    after: float = 0.0
    glued: bool = False
    loose: bool = False
    repeats: tuple[Slab, ...] = ()
    split: Split | None = None
    lower: Lower | None = None
    least: float = 0.0
    anchors: tuple[str, ...] = ()
    new_page: bool = False

    @property
    def needed(self) -> float:
        """Return the height below which it goes to the next page."""
        return self.least if self.split else self.height


@dataclass
class Page:
    """One page: its printed number (None where none is printed) and its slabs by the height of their tops."""

    number: int | None
    slabs: list[tuple[float, Slab]] = field(default_factory=list[tuple[float, Slab]])


def nothing(_sheet: Sheet, _y: float) -> None:
    """Paint nothing."""


PAGE_BREAK = Slab(0.0, nothing, new_page=True)


class Flow:
    """Fills pages from top to bottom with the slabs of one part after another."""

    def __init__(self, top: float, bottom: float) -> None:
        self.pages: list[Page] = []
        self.places: dict[str, Page] = {}
        self._top, self._bottom = top, bottom
        self._y = top
        self._space = 0.0  # below the slab before
        self._counted = 0

    def part(self, slabs: Iterable[Slab], *, numbered: bool) -> None:
        """Set the slabs of a part, which begins on a new page."""
        self._next_page(numbered)
        for group in _groups(slabs):
            if group[0].new_page:
                if not self._is_empty():
                    self._next_page(numbered)
                continue
            self._group(group, numbered)

    def _group(self, group: Sequence[Slab], numbered: bool) -> None:
        """Set slabs that stay on one page, if there is a page high enough."""
        if not self._is_empty():
            room = self._bottom - self._y - self._space
            group = _lowered(group, _needed(group) - room)
            if _needed(group) > room + 0.01:
                parts = list(_groups(replace(slab, glued=slab.glued and not slab.loose) for slab in group))
                if len(parts) > 1 and room > (self._bottom - self._top) * _HOLE:
                    for part in parts:
                        self._group(part, numbered)
                    return
                self._next_page(numbered)
        for slab in group:
            self._slab(slab, numbered)

    def _slab(self, slab: Slab, numbered: bool) -> None:
        while True:
            if self._is_empty() and slab.repeats:
                for told in slab.repeats:
                    self._put(told)
            room = self._bottom - self._y - self._space - (0.0 if self._is_empty() else slab.before)
            if slab.height <= room + 0.01:
                self._put(slab)
                return
            parts = slab.split(room) if slab.split and slab.least <= room else None
            if parts:
                self._put(parts[0])
                slab = replace(parts[1], repeats=slab.repeats, after=slab.after)
            elif self._is_empty() or self._holds_only(slab.repeats):
                self._put(slab)  # higher than any page
                return
            self._next_page(numbered)

    def _put(self, slab: Slab) -> None:
        if not self._is_empty():
            self._y += self._space + slab.before
        page = self.pages[-1]
        page.slabs.append((self._y, slab))
        for anchor in slab.anchors:
            self.places.setdefault(anchor, page)
        self._y += slab.height
        self._space = slab.after

    def _next_page(self, numbered: bool) -> None:
        self._counted += int(numbered)
        self.pages.append(Page(self._counted if numbered else None))
        self._y, self._space = self._top, 0.0

    def _is_empty(self) -> bool:
        return not self.pages[-1].slabs

    def _holds_only(self, repeats: Sequence[Slab]) -> bool:
        return [slab for _, slab in self.pages[-1].slabs] == list(repeats)


def _needed(group: Sequence[Slab]) -> float:
    """Return the height that a group needs at least, without the space before it."""
    inner = sum(slab.before + slab.height + slab.after for slab in group[:-1])
    return inner + group[-1].before + group[-1].needed


def _lowered(group: Sequence[Slab], excess: float) -> Sequence[Slab]:
    """Return `group` with a picture in it as much lower as the page lacks; as it is when none may be so low."""
    for at, slab in enumerate(group):
        if slab.lower and 0 < excess <= slab.height - slab.least:
            return [*group[:at], slab.lower(slab.height - excess), *group[at + 1 :]]
    return group


def _groups(slabs: Iterable[Slab]) -> Iterator[list[Slab]]:
    group: list[Slab] = []
    for slab in slabs:
        if slab.new_page and group:
            yield group
            group = []
        group.append(slab)
        if not slab.glued or slab.new_page:
            yield group
            group = []
    if group:
        yield group


def kept(slabs: Sequence[Slab]) -> list[Slab]:
    """Return `slabs` held together: each glued to the next, the last as it was."""
    return [*(replace(slab, glued=True) for slab in slabs[:-1]), *slabs[-1:]]
