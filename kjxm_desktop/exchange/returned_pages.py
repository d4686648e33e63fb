"""Where the pages of a PDF that came back are not those that were exported: moved, taken out, put in, drawn anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kjxm_desktop.exchange import paragraph_pairs
from kjxm_desktop.exchange.incoming import PdfFile
from kjxm_desktop.exchange.returned_text import Difference, Kind
from kjxm_desktop.export import embedded

# As an element or an attribute: programs that save the XMP anew spell it either way.
_TOLD: Final = re.compile(rb"%s(?:>|=[\"'])([0-9a-f\s]{16,}?)[<\"']" % embedded.PAGES.encode("ascii"))


def differences(shell: PdfFile) -> list[Difference] | None:
    """Return where the pages are others than the file records; None when it records none."""
    told = _TOLD.search(shell.metadata)
    if told is None:
        return None
    exported = told[1].decode("ascii").split()
    return list(_differences(exported, [sha256[: embedded.PAGE_DIGITS] for sha256 in shell.contents]))


def _differences(exported: Sequence[str], found: Sequence[str]) -> Iterator[Difference]:
    pairs = [pair for pair in paragraph_pairs.pairs(exported, found) if not _same(exported, found, *pair)]
    places: dict[str, list[int]] = {}
    for _, there in pairs:
        if there is not None:
            places.setdefault(found[there], []).append(there)
    moved = {
        here: places[exported[here]].pop(0) for here, _ in pairs if here is not None and places.get(exported[here])
    }
    new = {there for at in places.values() for there in at}
    gone = {here for here, _ in pairs if here is not None and here not in moved}
    other = {here: there for here, there in pairs if here in gone and there in new}
    other |= {at: at for at in gone & new if at not in other and at not in other.values()}
    told = [_told("page_moved", here, there) for here, there in moved.items()]
    told += [_told("page_other", here, there) for here, there in other.items()]
    told += [_told("page_gone", here, None) for here in gone - other.keys()]
    told += [_told("page_new", None, there) for there in new - set(other.values())]
    yield from sorted(told, key=lambda one: int(one.data or one.printed))


def _same(exported: Sequence[str], found: Sequence[str], here: int | None, there: int | None) -> bool:
    return here is not None and there is not None and exported[here] == found[there]


def _told(kind: Kind, here: int | None, there: int | None) -> Difference:
    data, printed = ("" if at is None else str(at + 1) for at in (here, there))
    return Difference("", "", data, printed, kind=kind)
