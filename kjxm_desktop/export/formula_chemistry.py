r"""Chemistry as mhchem spells it, `\ce{2H2 + O2 -> 2H2O}`, as plain LaTeX.

What people write in proposals: numbers, charges, mass numbers, states, bonds, arrows with words, what falls or rises.
"""

from __future__ import annotations

import re

from kjxm_desktop.export.formula_unreadable import Unreadable

_COMMAND = re.compile(r"\\ce(?![A-Za-z])\s*")
_ARROWS = {
    "<=>>": r"\rightleftharpoons", "<<=>": r"\rightleftharpoons", "<=>": r"\rightleftharpoons",
    "<->": r"\leftrightarrow", "->": r"\rightarrow", "<-": r"\leftarrow",
}  # fmt: skip
_WITH_WORDS = {"->": r"\xrightarrow", "<-": r"\xleftarrow"}
_PART = re.compile(
    r"(?P<arrow><=>>|<<=>|<=>|<->|->|<-)\s*(?:\[(?P<above>[^\[\]]*)\])?(?:\[(?P<below>[^\[\]]*)\])?"
    r"|(?P<sign>(?<=\s)(?:[+v^]|\\uparrow|\\downarrow)(?=\s|$))"
    r"|\^\{(?P<raised>[^{}]*)\}|\^(?P<charge>\d*[+-]|\d+)|_\{(?P<lowered>[^{}]*)\}|_(?P<low>\w)"
    r"|(?P<ratio>\d+/\d+)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<ion>[+-]+(?=[\s)\]]|$))|(?P<bond>[-=#])|(?P<dot>[.*·]|\\cdot)"
    r"|(?P<word>[A-Za-z]+)|(?P<chinese>[\u3400-\u9fff]+)|(?P<greek>\\[A-Za-z]+)\s*|(?P<bracket>[()\[\],])|(?P<space>\s+)"
)
_BONDS = {"-": r"\text{–}", "=": r"\text{=}", "#": r"\text{≡}"}
_SIGNS = {"+": "+", "v": r"\downarrow ", "^": r"\uparrow ", r"\uparrow": r"\uparrow ", r"\downarrow": r"\downarrow "}
_GREEK = frozenset(("\\alpha", "\\beta", "\\gamma", "\\delta", "\\Delta", "\\mu", "\\nu", "\\eta", "\\kappa", "\\circ"))
_MOST = 60
"""So many of them may stand in one source."""


def spelt_out(source: str) -> str:
    r"""Return `source` with what stands in `\ce{…}` as plain LaTeX. Raises Unreadable."""
    for _ in range(_MOST):
        found = _COMMAND.search(source)
        if found is None:
            return source
        end = _end(source, found.end())
        inside = _formula(source[found.end() + 1 : end])
        source = f"{source[: found.start()]}{{{inside}}}{source[end + 1 :]}"
    raise Unreadable(r"\ce")


def _end(source: str, start: int) -> int:
    """Return where the brace that opens at `start` is closed."""
    depth = 0
    for at in range(start, len(source)):
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        if depth == 0:
            break
    else:
        raise Unreadable(r"\ce")
    if source[start] != "{":
        raise Unreadable(r"\ce")
    return at


def _formula(told: str) -> str:
    made: list[str] = []
    at, begun = 0, False  # `begun`: something stands before, to which a number belongs
    told = told.strip()
    while at < len(told):
        found = _PART.match(told, at)
        if found is None:
            raise Unreadable(rf"\ce{{{told[at : at + 12]}}}")
        kind, end = found.lastgroup or "", found.end()
        if kind == "number" and begun and "." in found[kind]:  # CuSO4.5H2O: the point is no decimal one
            found = re.compile(r"(?P<number>\d+)").match(told, at) or found
            end = found.end()
        part = _part(found, begun=begun)
        made.append(part)
        begun = kind not in ("space", "arrow", "above", "below", "sign", "dot", "bond") and found.group() not in "([,"
        if kind in ("number", "ratio") and part.endswith(r"\,"):
            begun = False
        at = end
    return "".join(made)


def _part(found: re.Match[str], *, begun: bool) -> str:
    kind, text = found.lastgroup or "", found.group()
    value = found[kind]
    base = "" if begun else "{}"
    match kind:
        case "arrow" | "above" | "below":
            return _arrow(found["arrow"], found["above"] or "", found["below"] or "")
        case "sign":
            return _SIGNS[text]
        case "raised" | "charge":
            return f"{base}^{{{_upright(value)}}}"
        case "lowered" | "low":
            return f"{base}_{{{_upright(value)}}}"
        case "number":
            return f"_{{{value}}}" if begun else rf"{value}\,"
        case "ratio":
            above, below = value.split("/")
            return rf"\tfrac{{{above}}}{{{below}}}\,"
        case "ion":
            return f"{base}^{{{value}}}"
        case _:
            return _sign_or_word(kind, value)


def _sign_or_word(kind: str, value: str) -> str:
    match kind:
        case "bond":
            return _BONDS[value]
        case "dot":
            return r"\cdot "
        case "word":
            return rf"\mathrm{{{value}}}"
        case "chinese":
            return rf"\text{{{value}}}"
        case "greek":
            if value not in _GREEK:
                raise Unreadable(value)
            return value + " "
        case "bracket":
            return value
        case _:
            return " "


def _arrow(sign: str, above: str, below: str) -> str:
    """Return an arrow with what stands above and below it."""
    over, under = _label(above), _label(below)
    if not over and not under:
        return f" {_ARROWS[sign]} "
    if sign in _WITH_WORDS:
        return f" {_WITH_WORDS[sign]}[{under}]{{{over or ' '}}} " if under else f" {_WITH_WORDS[sign]}{{{over}}} "
    arrow = _ARROWS[sign]
    arrow = rf"\underset{{{under}}}{{{arrow}}}" if under else arrow
    return rf" \overset{{{over}}}{{{arrow}}} " if over else f" {arrow} "


def _label(told: str) -> str:
    """Return what stands at an arrow: a formula, or the words it is."""
    told = told.strip().strip("$")
    if re.fullmatch(r"\\text\{[^{}\\$]*\}", told):
        return told
    try:
        return _formula(told)
    except Unreadable:
        if re.search(r"[\\{}$&#^_%]", told):
            raise
        return rf"\text{{{told}}}"


def _upright(told: str) -> str:
    """Return what is raised or lowered: letters upright, unless they are a command."""
    if re.search(r"[\\{}$&#]", told):
        raise Unreadable(rf"\ce{{{told[:12]}}}")
    return re.sub("[A-Za-z]+", lambda word: rf"\mathrm{{{word[0]}}}", told)
