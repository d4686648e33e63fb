"""Formulas of Word (OMML, ISO 29500-1 §22.1) as LaTeX: what people see of them, in the commands that most read."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_NODES: Final = 4_000
MOST_DEPTH: Final = 60
MOST_CHARACTERS: Final = 4_000

_ESCAPED: Final = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "^": r"\wedge ", "~": r"\sim ", "\u2061": "", "\u2062": "", "\u2063": "", "\u200b": "", "\xa0": r"\ ",
    "−": "-", "\u2217": "*", "\u22c5": r"\cdot ", "·": r"\cdot ", "…": r"\ldots ", "⋯": r"\cdots ",
}  # fmt: skip
_IN_TEXT: Final = {sign: _ESCAPED[sign] for sign in r"\{}#$%&_"}
_FUNCTIONS: Final = frozenset({
    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "exp", "log", "ln",
    "lg", "lim", "max", "min", "sup", "inf", "det", "dim", "gcd", "deg", "ker",
})  # fmt: skip
_BIG: Final = {
    "∑": r"\sum", "∏": r"\prod", "∐": r"\coprod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint", "∮": r"\oint",
    "⋃": r"\bigcup", "⋂": r"\bigcap", "⋁": r"\bigvee", "⋀": r"\bigwedge",
}  # fmt: skip
_ACCENTS: Final = {
    "\u0302": r"\hat", "^": r"\hat", "\u0303": r"\tilde", "~": r"\tilde", "\u0304": r"\bar", "\u0305": r"\overline",
    "¯": r"\bar", "\u0307": r"\dot", "\u0308": r"\ddot", "\u20d7": r"\vec", "→": r"\vec", "\u030c": r"\check",
    "\u0306": r"\breve",
}  # fmt: skip
_FENCES: Final = {
    "": ".", "{": r"\{", "}": r"\}", "‖": r"\|", "∥": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "〈": r"\langle",
    "〉": r"\rangle", "⌈": r"\lceil", "⌉": r"\rceil", "⌊": r"\lfloor", "⌋": r"\rfloor",
}  # fmt: skip
_PLAIN_FENCES: Final = frozenset("()[]|")
_BREAK: Final = r" \\ "


class UnreadableError(Exception):
    """The formula holds something that has no place in LaTeX, or is too large."""


@dataclass
class Node:
    """An element of a formula: its name in small letters without family, its attributes, what is in it, its text."""

    name: str
    attributes: Mapping[str, str]
    inside: list[Node] = field(default_factory=list["Node"])
    text: list[str] = field(default_factory=list[str])

    def first(self, name: str) -> Node | None:
        """Return the first element of that name directly inside."""
        return next((node for node in self.inside if node.name == name), None)

    def value(self, *names: str) -> str | None:
        """Return the `val` of the element that a path of names leads to; None where there is none."""
        node: Node | None = self
        for name in names:
            node = node.first(name) if node is not None else None
        return None if node is None else node.attributes.get("val", "")


class Collector:
    """Hears of the elements of one formula and keeps them, as many as a formula may have."""

    def __init__(self) -> None:
        self.root = Node("omath", {})
        self._open = [self.root]
        self._nodes = 0
        self._too_much = False

    def on_start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear of an element; of attributes the family counts as little as capital letters."""
        self._nodes += 1
        if self._nodes > MOST_NODES or len(self._open) > MOST_DEPTH:
            self._too_much = True
            self._open.append(Node("", {}))
            return
        told = {key.rpartition(":")[2].lower(): value for key, value in attributes.items()}
        node = Node(name.rpartition(":")[2].lower() if name.lower().startswith("m:") else "", told)
        self._open[-1].inside.append(node)
        self._open.append(node)

    def on_end(self) -> None:
        """Hear that the last element that was begun ends."""
        if len(self._open) > 1:
            self._open.pop()

    def on_text(self, text: str) -> None:
        """Hear of text."""
        if self._open[-1].name in ("t", "r"):
            self._open[-1].text.append(text)

    def latex(self) -> str | None:
        """Return the formula as LaTeX; None where it cannot be told in it, or where nothing is there."""
        if self._too_much:
            return None
        try:
            made = _row(self.root.inside).strip()
        except UnreadableError:
            return None
        return made if made and len(made) <= MOST_CHARACTERS else None

    def characters(self) -> str:
        """Return what the formula says, in one line."""
        return "".join(_texts(self.root))


def _texts(node: Node) -> Iterator[str]:
    yield from node.text
    for inner in node.inside:
        yield from _texts(inner)


def _row(nodes: Sequence[Node]) -> str:
    return "".join(_one(node) for node in nodes)


def _one(node: Node) -> str:
    name = node.name
    if name == "r":
        return _run(node)
    if name.endswith("pr") or name in ("", "ctrlpr"):
        if not name and "".join(_texts(node)).strip():
            raise UnreadableError
        return ""
    made = _MADE.get(name)
    if made is None:
        raise UnreadableError
    return made(node)


def _part(node: Node, name: str) -> str:
    """Return a part of a structure without the braces around it."""
    inner = node.first(name)
    return _row(inner.inside).strip() if inner is not None else ""


def _run(node: Node) -> str:
    text = "".join([*node.text, *(part for inner in node.inside if inner.name == "t" for part in inner.text)])
    looks = node.first("rpr")
    if looks is not None and (looks.first("nor") is not None) and text.strip():
        return rf"\text{{{_escaped_text(text)}}}"
    upright = looks is not None and looks.value("sty") == "p"
    return _written(unicodedata.normalize("NFKC", text) if _is_mathematical(text) else text, upright=upright)


def _is_mathematical(text: str) -> bool:
    return any("\U0001d400" <= sign <= "\U0001d7ff" for sign in text)


def _written(text: str, *, upright: bool) -> str:
    """Return the characters of a run: words upright, Chinese as text, signs that LaTeX takes otherwise escaped."""
    word = text.strip()
    if word in _FUNCTIONS:
        return f"\\{word} "
    if upright and len(word) > 1 and word.isascii() and word.isalpha():
        return rf"\mathrm{{{word}}}"
    made, words = "", ""
    for sign in text:
        if _is_wide(sign):
            words += sign
            continue
        made, words = made + (rf"\text{{{words}}}" if words else "") + _ESCAPED.get(sign, sign), ""
    return made + (rf"\text{{{words}}}" if words else "")


def _is_wide(sign: str) -> bool:
    return "\u2e80" <= sign <= "\uffef" or sign >= "\U00020000"


def _escaped_text(text: str) -> str:
    return "".join(_IN_TEXT.get(sign, sign) for sign in text)


def _fraction(node: Node) -> str:
    above, below = _part(node, "num"), _part(node, "den")
    match node.value("fpr", "type"):
        case "nobar":
            return rf"\begin{{matrix}}{above}\\{below}\end{{matrix}}"
        case "lin":
            return rf"{{{above}}}/{{{below}}}"
        case _:
            return rf"\frac{{{above}}}{{{below}}}"


def _scripts(node: Node) -> str:
    base = _part(node, "e")
    made = base if len(base) == 1 else f"{{{base}}}"
    for name, sign in (("sub", "_"), ("sup", "^")):
        if node.first(name) is not None:
            made += f"{sign}{{{_part(node, name)}}}"
    return made


def _scripts_before(node: Node) -> str:
    return f"{{}}_{{{_part(node, 'sub')}}}^{{{_part(node, 'sup')}}}{{{_part(node, 'e')}}}"


def _root(node: Node) -> str:
    degree = _part(node, "deg")
    return rf"\sqrt[{degree}]{{{_part(node, 'e')}}}" if degree else rf"\sqrt{{{_part(node, 'e')}}}"


def _big(node: Node) -> str:
    sign = node.value("narypr", "chr")
    made = _BIG.get("∫" if sign is None else sign)
    if made is None:
        raise UnreadableError
    for name, mark in (("sub", "_"), ("sup", "^")):
        if limit := _part(node, name):
            made += f"{mark}{{{limit}}}"
    return f"{made} {{{_part(node, 'e')}}}"


def _fenced(node: Node) -> str:
    begins, ends, between = (node.value("dpr", name) for name in ("begchr", "endchr", "sepchr"))
    left, right = ("(" if begins is None else begins), (")" if ends is None else ends)
    parts = [_row(inner.inside).strip() for inner in node.inside if inner.name == "e"]
    inside = ("|" if between is None else _ESCAPED.get(between, between)).join(parts)
    return rf"\left{_fence(left)} {inside} \right{_fence(right)} "


def _fence(sign: str) -> str:
    if sign in _PLAIN_FENCES and sign:
        return sign
    made = _FENCES.get(sign)
    if made is None:
        raise UnreadableError
    return made


def _function(node: Node) -> str:
    return f"{_part(node, 'fname')} {{{_part(node, 'e')}}}"


def _limit(node: Node) -> str:
    base, limit = _part(node, "e"), _part(node, "lim")
    if base.lstrip("\\") in _FUNCTIONS:
        return f"{base}{'_' if node.name == 'limlow' else '^'}{{{limit}}}"
    return rf"\{'underset' if node.name == 'limlow' else 'overset'}{{{limit}}}{{{base}}}"


def _accent(node: Node) -> str:
    sign = node.value("accpr", "chr")
    made = _ACCENTS.get("\u0302" if sign is None else sign)
    if made is None:
        raise UnreadableError
    return f"{made}{{{_part(node, 'e')}}}"


def _bar(node: Node) -> str:
    return rf"\{'overline' if node.value('barpr', 'pos') == 'top' else 'underline'}{{{_part(node, 'e')}}}"


def _grouped(node: Node) -> str:
    above = node.value("groupchrpr", "pos") == "top"
    return rf"\{'overbrace' if above else 'underbrace'}{{{_part(node, 'e')}}}"


def _matrix(node: Node) -> str:
    rows = [
        " & ".join(_row(cell.inside).strip() for cell in row.inside if cell.name == "e")
        for row in node.inside
        if row.name == "mr"
    ]
    return rf"\begin{{matrix}}{_BREAK.join(rows)}\end{{matrix}}"


def _equations(node: Node) -> str:
    rows = [_row(inner.inside).strip().replace(r"\&", "&") for inner in node.inside if inner.name == "e"]
    return rf"\begin{{aligned}}{_BREAK.join(rows)}\end{{aligned}}"


def _inside(node: Node) -> str:
    return _part(node, "e") if node.first("e") is not None else _row(node.inside)


def _boxed(node: Node) -> str:
    return rf"\boxed{{{_part(node, 'e')}}}"


_MADE: Final[Mapping[str, Callable[[Node], str]]] = {
    "f": _fraction, "ssub": _scripts, "ssup": _scripts, "ssubsup": _scripts, "spre": _scripts_before, "rad": _root,
    "nary": _big, "d": _fenced, "func": _function, "limlow": _limit, "limupp": _limit, "acc": _accent, "bar": _bar,
    "groupchr": _grouped, "m": _matrix, "eqarr": _equations, "box": _inside, "omath": _inside, "borderbox": _boxed,
    "omathpara": _inside,
}  # fmt: skip
