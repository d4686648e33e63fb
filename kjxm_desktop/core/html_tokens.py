"""HTML cut into tags and text in one pass forward, whatever is wrong with it: no step looks at more than it takes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

LIMIT_STEPS: Final = 40_000  # tags, attributes and pieces of text; a book of 30 pages from Word has some 20,000
LIMIT_REFERENCES: Final = 100_000  # `&amp` and its like, each of which is looked up
_MOST_ATTRIBUTES: Final = 1_000  # of one tag
_LONGEST_CONDITION: Final = 100  # characters of `<![if …]>`

VOID: Final = frozenset({
    "area", "base", "basefont", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "v:imagedata",
})  # fmt: skip
_RAW: Final = frozenset(["iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"])

_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?:([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*)?))?)?""",
)
_RAW_END: Final = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")  # no character has such a number


class TooMuchError(Exception):
    """The text is too large, too deep or too full of tags to be read with its looks."""


@dataclass(frozen=True, slots=True)
class Start:
    """A tag that opens: its name and attributes, in small letters."""

    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """A tag that closes."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """Text between tags, its references resolved."""

    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """What stands in a comment, or in the brackets of a condition of Word that is none: `[if !vml]`, `[endif]`."""

    text: str


Token = Start | End | Text | Comment


def tokens(source: str, limit_steps: int = LIMIT_STEPS) -> Iterator[Token]:
    """Yield the tags, texts and comments of `source`.

    Raises TooMuchError after `limit_steps` of them, and at once where more than `LIMIT_REFERENCES` could stand.

    What a browser would not show for want of an end is not yielded either: an open comment, an open script.
    """
    if source.count("&") > LIMIT_REFERENCES:
        raise TooMuchError
    at, steps = 0, 0
    while at < len(source):
        token, at, cost = _next(source, at)
        steps += cost
        if steps > limit_steps:
            raise TooMuchError
        if token is None:
            continue
        yield token
        if isinstance(token, Start) and token.name in _RAW:
            found = _RAW_END[token.name].search(source, at)
            end = found.start() if found else len(source)
            yield Text(source[at:end])
            at = end


def _next(source: str, at: int) -> tuple[Token | None, int, int]:
    """Return the token at `at`, where the one after it begins, and how many steps it took."""
    if source[at] != "<":
        return _text(source, at, at)
    if source.startswith("<!--", at):
        end = source.find("-->", at + 4)
        return Comment(source[at + 4 : end if end >= 0 else len(source)]), _behind(source, end, 3), 1
    closing = source.startswith("</", at)
    name = _NAME.match(source, at + 1 + closing)
    if name is not None:
        attributes, end = _attributes(source, name.end())
        told = name.group().lower()
        return End(told) if closing else Start(told, attributes), end, 1 + len(attributes)
    if closing or source.startswith(("<!", "<?"), at):
        end = source.find(">", at + 2)
        told = (
            Comment(source[at + 2 : end])
            if source.startswith("<![", at) and 0 <= end < at + _LONGEST_CONDITION
            else None
        )
        return told, _behind(source, end, 1), 1
    return _text(source, at, at + 1)


def _text(source: str, at: int, look_from: int) -> tuple[Token, int, int]:
    end = source.find("<", look_from)
    end = end if end >= 0 else len(source)
    return Text(_resolved(source[at:end])), end, 1


def _behind(source: str, end: int, length: int) -> int:
    return end + length if end >= 0 else len(source)


def _attributes(source: str, at: int) -> tuple[dict[str, str], int]:
    """Return the attributes that begin at `at`, the first of each name, and where the tag ends."""
    attributes: dict[str, str] = {}
    turns = 0
    while at < len(source):
        turns += 1
        if turns > _MOST_ATTRIBUTES:
            raise TooMuchError
        found = _ATTRIBUTE.match(source, at)
        assert found is not None  # it matches nothing at all, too
        at = found.end()
        name = found[1]
        if name is not None:
            value = found[2] or found[3] or found[4] or ""
            attributes.setdefault(name.lower(), _resolved(value))
        elif source.startswith(">", at):
            return attributes, at + 1
        else:
            at += 1  # a sign that begins no name
    return attributes, at


def _resolved(text: str) -> str:
    if "&" not in text:
        return text
    return html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))
