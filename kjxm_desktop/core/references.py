"""References after GB/T 7714-2015: an entry written from its parts and read back into them, and which tables hold them.

What is kept is the entry alone, one line of text. Its parts are read from it whenever somebody wants to edit them; an
entry that does not come out the same when it is written again is free text, and stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json

Parts = Mapping[str, str]
MOST_AUTHORS: Final = 3
"""More are not named; 等 or et al. stands for them (8.1.2 of the standard)."""

_HAN = re.compile("[\u3400-\u9fff]")
_BETWEEN_AUTHORS = re.compile(r"\s*[,;，；、\n]\s*")
_AND_OTHERS: Final = ("等", "et al")


@dataclass(frozen=True)
class Kind:
    """A kind of reference: its mark as [J], its parts in the order they are asked, those that it cannot be without."""

    mark: str
    parts: tuple[str, ...]
    needed: tuple[str, ...]


KINDS: Final = (
    Kind("J", ("authors", "title", "journal", "year", "volume", "issue", "pages", "doi"), ("title", "journal", "year")),
    Kind("M", ("authors", "title", "edition", "place", "publisher", "year", "pages"), ("title", "publisher", "year")),
    Kind(
        "D", ("authors", "title", "place", "institution", "year", "pages"), ("authors", "title", "institution", "year")
    ),
    Kind("P", ("authors", "title", "number", "date"), ("authors", "title", "number")),
    Kind("S", ("authors", "title", "number", "place", "publisher", "year", "pages"), ("title", "number")),
    Kind("N", ("authors", "title", "newspaper", "date", "page"), ("title", "newspaper", "date")),
    Kind("R", ("authors", "title", "place", "institution", "year", "pages"), ("title", "year")),
    Kind("EB/OL", ("authors", "title", "updated", "accessed", "address"), ("title", "accessed", "address")),
)


def kind_of(mark: str) -> Kind:
    """Return the kind with that mark. Raises KeyError for another one."""
    return {kind.mark: kind for kind in KINDS}[mark]


# ---- parts into an entry


def write(mark: str, parts: Parts) -> str:
    """Return the entry that parts make; those that are not given are left out with their signs."""
    told = {name: rich_text.clean_line(text).strip() for name, text in parts.items()}
    title = told.get("title", "")
    if mark in ("P", "S") and told.get("number"):
        title = _joined(": ", title, told["number"])
    authors = authors_of(told.get("authors", ""))
    head = f"{title}[{mark}]"
    if authors:
        head = f"{authors} {head}" if authors.endswith(".") else f"{authors}. {head}"
    return head + _ENDS[mark](told)


def authors_of(text: str) -> str:
    """Return authors as the standard names them: three at most, a comma between them."""
    names = [name for name in _BETWEEN_AUTHORS.split(text.strip()) if name]
    others = bool(names) and names[-1].rstrip(".") in _AND_OTHERS
    if others:
        names.pop()
    if len(names) > MOST_AUTHORS or others:
        names = [*names[:MOST_AUTHORS], "等" if _HAN.search("".join(names)) else "et al"]
    return ", ".join(names)


def _journal(told: Parts) -> str:
    issue = f"({told['issue']})" if told.get("issue") else ""
    volume = told.get("volume", "") + issue
    where = _joined(", ", told.get("journal", ""), told.get("year", ""), volume)
    doi = told.get("doi", "").removeprefix("https://doi.org/").removeprefix("DOI:").strip()
    return _ended(_joined(": ", where, told.get("pages", ""))) + (f" DOI:{doi}." if doi else "")


def _book(told: Parts) -> str:
    return _ended(told.get("edition", "")) + _printed(told, "publisher")


def _printed(told: Parts, house: str) -> str:
    by = _joined(": ", told.get("place", ""), told.get(house, ""))
    return _ended(_joined(": ", _joined(", ", by, told.get("year", "")), told.get("pages", "")))


def _newspaper(told: Parts) -> str:
    page = f"({told['page']})" if told.get("page") else ""
    return _ended(_joined(", ", told.get("newspaper", ""), told.get("date", "") + page))


def _online(told: Parts) -> str:
    updated = f"({told['updated']})" if told.get("updated") else ""
    accessed = f"[{told['accessed']}]" if told.get("accessed") else ""
    return _ended(updated + accessed) + _ended(told.get("address", ""))


def _ended(text: str) -> str:
    """Return a sentence behind the one before."""
    return f" {text}." if text else ""


def _joined(sign: str, *parts: str) -> str:
    return sign.join(part for part in parts if part)


def _after_mark(end: Callable[[Parts], str]) -> Callable[[Parts], str]:
    def ended(told: Parts) -> str:
        return "." + end(told)

    return ended


_ENDS: Final[Mapping[str, Callable[[Parts], str]]] = {
    "J": _after_mark(_journal),
    "M": _after_mark(_book),
    "D": _after_mark(lambda told: _printed(told, "institution")),
    "P": _after_mark(lambda told: _ended(told.get("date", ""))),
    "S": _after_mark(lambda told: _printed(told, "publisher")),
    "N": _after_mark(_newspaper),
    "R": _after_mark(lambda told: _printed(told, "institution")),
    "EB/OL": _after_mark(_online),
}

# ---- an entry into parts

_HEAD = re.compile(r"(?:(?P<authors>[^\[\]]+?)\. )?(?P<title>[^\[\]]+?)\[(?P<mark>[A-Z/]+)\]\.?(?P<end>.*)")
_TITLE_NUMBER = re.compile(r"(?P<title>.+): (?P<number>[^:]+)")
_PLACE = r"(?:(?P<place>[^:,.]+): )?"
_YEAR_PAGES = r"(?:(?:^|, )(?P<year>\d{4}[^:]*?))?(?:: (?P<pages>[^:]+))?"
_READ: Final[Mapping[str, str]] = {
    "J": r" (?P<journal>[^,]+?)(?:, (?P<year>\d{4}))?(?:, (?P<volume>[^(:,]*)(?:\((?P<issue>[^)]*)\))?)?"
    r"(?:: (?P<pages>[^:]+?))?\.(?: DOI:(?P<doi>\S+)\.)?",
    "M": rf"(?: (?P<edition>[^.:,]+)\.)? {_PLACE}(?P<publisher>[^:]*?){_YEAR_PAGES}\.",
    "D": rf" {_PLACE}(?P<institution>[^:]*?){_YEAR_PAGES}\.",
    "P": r"(?: (?P<date>[^.]+)\.)?",
    "S": rf"(?: {_PLACE}(?P<publisher>[^:]*?){_YEAR_PAGES}\.)?",
    "N": r" (?P<newspaper>[^,]+), (?P<date>[^(]+)(?:\((?P<page>[^)]*)\))?\.",
    "R": rf"(?: {_PLACE}(?P<institution>[^:]*?){_YEAR_PAGES}\.)?",
    "EB/OL": r"(?: (?=[(\[])(?:\((?P<updated>[^)]*)\))?(?:\[(?P<accessed>[^\]]*)\])?\.)?(?: (?P<address>.+)\.)?",
}


def read(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the mark and the parts of an entry; None where writing them again would not give the same entry."""
    head = _HEAD.fullmatch(text)
    if head is None or head["mark"] not in _READ:
        return None
    mark = head["mark"]
    end = re.fullmatch(_READ[mark], head["end"])
    if end is None:
        return None
    parts = {"authors": head["authors"] or "", "title": head["title"]}
    if mark in ("P", "S") and (found := _TITLE_NUMBER.fullmatch(head["title"])):
        parts |= found.groupdict()
    parts |= {name: told or "" for name, told in end.groupdict().items()}
    return (mark, parts) if write(mark, parts) == text else None


def lacking(mark: str, parts: Parts) -> list[str]:
    """Return the names of the parts that an entry of that kind cannot be without and does not have."""
    return [name for name in kind_of(mark).needed if not parts.get(name, "").strip()]


# ---- where references stand in a call


def tables_of(document: Json) -> list[str]:
    """Return the pointers of the tables that a document.json prints as references; the column `text` is the entry."""
    return list(dict.fromkeys(_pointers(document["parts"])))


def _pointers(items: Json) -> Iterator[str]:
    for item in items:
        if item.get("item") == "references":
            yield item["pointer"]
        yield from _pointers(item.get("items", ()))
