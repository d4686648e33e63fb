"""Formulas among the tags of formatted text: those of Word in its comments, and those of pages that bring their LaTeX.

Both come twice, for programs that cannot set them: the second time, a picture or letters in place, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from kjxm_desktop.core import html_tokens
from kjxm_desktop.core.html_tokens import Comment, End, Start, Text, Token, TooMuchError
from kjxm_desktop.core.omml import Collector

_OF_WORD: Final = "[if gte msequation"
_OTHERWISE: Final = "[if !msequation]"
_CONDITION = re.compile(r"\[if [^\]]*\]")
_SET: Final = "katex-mathml"  # of KaTeX: what is read aloud, with the source
_DRAWN: Final = "katex-html"  # and what is seen
_SOURCE: Final = "application/x-tex"
_MOST_STEPS: Final = 20_000  # tags and texts of one formula
_EMPTY: Final = frozenset({
    "m:aln", "m:alnscr", "m:begchr", "m:brk", "m:chr", "m:count", "m:deghide", "m:diff", "m:endchr", "m:grow",
    "m:hidebot", "m:hideleft", "m:hideright", "m:hidetop", "m:limloc", "m:lit", "m:maxdist", "m:mcjc", "m:nobreak",
    "m:nor", "m:objdist", "m:opemu", "m:plchide", "m:pos", "m:rsp", "m:scr", "m:sepchr", "m:shp", "m:show", "m:strikeh",
    "m:sty", "m:subhide", "m:suphide", "m:transp", "m:type", "m:vertjc", "m:zeroasc", "m:zerodesc", "m:zerowid",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: its LaTeX, "" where it cannot be told in it; what it says in one line; whether it has a line."""

    latex: str
    characters: str
    display: bool = False


def with_formulas(source: Iterable[Token]) -> Iterator[Token | Formula]:
    """Yield the tokens of `source`, those that make a formula as one."""
    stream = iter(source)
    again = ""  # how what would come now tells a formula for the second time
    for token in stream:
        if isinstance(token, Comment):
            told = token.text.strip()
            if told.lower() == _OTHERWISE and again == _OTHERWISE:
                yield from _past_condition(stream)
            elif told[: len(_OF_WORD)].lower() == _OF_WORD:
                yield from _of_word(told)
                again = _OTHERWISE
            else:
                yield token
        elif isinstance(token, Start) and again == _DRAWN and _DRAWN in _classes(token):
            inside, closed = _element(stream, token.name)
            yield from () if closed else (token, *inside)
            again = ""
        elif isinstance(token, Start) and (token.name == "math" or _SET in _classes(token)):
            inside, closed = _element(stream, token.name)
            formula = _with_source([token, *inside]) if closed else None
            again = _DRAWN if formula is not None else ""
            yield from (formula,) if formula is not None else (token, *inside)
        else:
            again = again if isinstance(token, End) or (isinstance(token, Text) and not token.text.strip()) else ""
            yield token


def _classes(token: Start) -> list[str]:
    return token.attributes.get("class", "").lower().split()


def _element(stream: Iterator[Token], tag: str) -> tuple[list[Token], bool]:
    """Return what stands in an element with its end, and whether it has one."""
    inside: list[Token] = []
    deep = 1
    for token in stream:
        inside.append(token)
        if isinstance(token, Start) and token.name == tag:
            deep += 1
        elif isinstance(token, End) and token.name == tag:
            deep -= 1
            if not deep:
                return inside, True
    return inside, False


def _past_condition(stream: Iterator[Token]) -> Iterator[Token]:
    """Pass over what is for programs without formulas; yield it all the same where that never ends."""
    passed: list[Token] = []
    deep = 1
    for token in stream:
        passed.append(token)
        if isinstance(token, Comment):
            told = token.text.strip()
            deep += bool(_CONDITION.fullmatch(told)) - (told.lower() == "[endif]")
            if not deep:
                return
    yield from passed


# ---- of Word


def _of_word(told: str) -> Iterator[Formula]:
    """Yield the formulas in a comment of Word."""
    inside = told.partition("]>")[2]
    collector: Collector | None = None
    display = "<m:omathpara" in inside.lower()
    try:
        for token in html_tokens.tokens(inside, _MOST_STEPS):
            if isinstance(token, Start) and token.name == "m:omath":
                collector = Collector()
            elif collector is not None and isinstance(token, End) and token.name == "m:omath":
                yield Formula(collector.latex() or "", collector.characters(), display)
                collector = None
            elif collector is not None:
                _hear(collector, token)
    except TooMuchError:
        yield Formula("", "")


def _hear(collector: Collector, token: Token) -> None:
    if isinstance(token, Start) and token.name.startswith("m:"):
        collector.on_start(token.name, token.attributes)
        if token.name in _EMPTY:
            collector.on_end()
    elif isinstance(token, End) and token.name.startswith("m:") and token.name not in _EMPTY:
        collector.on_end()
    elif isinstance(token, Text):
        collector.on_text(token.text.replace("\r", "").replace("\n", ""))


# ---- of pages


def _with_source(inside: list[Token]) -> Formula | None:
    """Return the formula that an element brings the LaTeX of; None where it brings none, or shows nothing else."""
    parts: list[str] = []
    shown = False
    within = display = False
    for token in inside:
        if isinstance(token, Start):
            display = display or (token.name == "math" and token.attributes.get("display") == "block")
            if token.name == "annotation":
                within = token.attributes.get("encoding", "").lower() == _SOURCE
        elif isinstance(token, End):
            within = within and token.name != "annotation"
        elif within and isinstance(token, Text):
            parts.append(token.text)
        elif isinstance(token, Text):
            shown = shown or bool(token.text.strip())
    source = "".join(parts).strip()
    return Formula(source, source, display) if source and shown else None
