"""What latex2mathml makes of a formula → clean MathML: no attribute and no element that the drawing or Word misreads.

Words are texts, brackets and accents are what they look like, limits stand where LaTeX sets them, spaces are bounded.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from kjxm_desktop.export import formula_rules
from kjxm_desktop.export.formula_unreadable import Unreadable

STRIKES = ("updiagonalstrike", "downdiagonalstrike", "horizontalstrike")
"""What an expression may be struck out by, as MathML names it."""

_WIDEST_SPACE = 4.0  # em

_REFERENCE = re.compile("&#x([0-9A-Fa-f]{1,6});")
_ESCAPED = re.compile(r"\\([%$&#_{} ])")
_CHINESE = re.compile("[\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

_ROOM = {
    **dict.fromkeys("×÷·⋅∗⊕⊗⊙∪∩∖", "0.222em"),
    **dict.fromkeys("∼∝⊥⟂∥", "0.278em"),
    **dict.fromkeys("∂∇¬∀∃/", "0em"),
}
"""How far some operators stand from their neighbours, where the libraries forget it."""
_SIGNS, _CLOSED = ("+", "−", "±", "∓"), tuple(")]}|‖!%′∞⟩")
_LONG_ARROWS = {"→": "⟶", "←": "⟵", "↔": "⟷", "⇒": "⟹", "⇐": "⟸", "⇔": "⟺"}
_MOVABLE = frozenset("∑∏∐⋃⋂⋁⋀⨀⨁⨂⨄⨆")
_LIMIT_WORDS = frozenset(
    ("lim", "max", "min", "sup", "inf", "argmax", "argmin", "liminf", "limsup", "det", "gcd", "Pr")
)
_CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_LEAVES = ("mi", "mn", "mo", "mtext")
_KEPT = ("mathvariant", "stretchy", "fence", "form", "minsize", "maxsize", "largeop")
_LIMITED = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}


def cleaned(raw: Element, *, display: bool) -> Element:
    """Return the tree `raw` as clean MathML; `display` sets sums and limits as on a line of their own.

    Raises Unreadable.
    """
    made = Element("math", {"display": "block" if display else "inline"})
    made.extend(_row(list(raw), display))
    return made


def characters(told: Element) -> str:
    """Return the characters of clean MathML about as they stand beside each other: of a fraction the longer part."""
    parts = [characters(child) for child in told]
    match told.tag:
        case "mfrac" | "munder" | "mover" | "munderover" | "mtable":
            return max(parts, key=len, default="")
        case "msubsup":
            return parts[0] + max(parts[1:], key=len)
        case _:
            return (told.text or "") + "".join(parts)


def _clean(told: Element, display: bool) -> Iterator[Element]:
    """Yield what an element of latex2mathml is in clean MathML. Raises Unreadable."""
    tag = told.tag
    if tag in _LEAVES:
        yield from _leaf(told)
    elif tag == "mspace":
        yield _space(told)
    elif tag in ("math", "mrow", "mstyle", "mpadded"):
        yield from _grouped(told, display)
    elif tag in _CHILDREN:
        yield _parts(told, display)
    elif tag == "mtable":
        yield _table(told)
    elif tag in ("msqrt", "mphantom", "menclose"):
        made = Element(tag, {"notation": _notation(told)} if tag == "menclose" else {})
        made.extend(_row(list(told), display) or [Element("mrow")])
        yield made
    else:
        raise Unreadable(tag)


def _notation(told: Element) -> str:
    """Return what an expression is struck out by or framed with."""
    strikes = [strike for strike in told.get("notation", "").split() if strike in STRIKES]
    return " ".join(strikes) or "box"


def _text(told: Element) -> str:
    """Return the characters of a leaf, also of elements inside it: an operator may be made of letters."""
    text = "".join(told.itertext())
    if told.tag in ("mi", "mo") and re.fullmatch(r"\\[A-Za-z]+\*?", text):
        raise Unreadable(text)
    if told.tag == "mi" and text in ("{", "}", "&", "#", "$"):
        raise Unreadable(text)
    if formula_rules.ROW_MARK in text:
        raise Unreadable(r"\hline")
    text = _REFERENCE.sub(lambda found: chr(int(found.group(1), 16)), text)
    return _ESCAPED.sub(r"\1", text) if told.tag == "mtext" else text


def _leaf(told: Element) -> Iterator[Element]:
    text = _text(told)
    kept = {name: told.attrib[name] for name in _KEPT if name in told.attrib}
    tag = told.tag
    if not text:
        if tag == "mo" and "form" in kept:  # \left. and \right.: a fence that nobody sees
            yield _made("mo", "", kept)
        return
    if tag == "mi" and (text == "·" or (len(text) == 1 and unicodedata.category(text) == "Sm")):
        tag = "mo"  # a sign typed as it is
    if tag in ("mi", "mo") and _CHINESE.search(text):
        tag = "mtext"
        kept = {}
    elif tag == "mi" and (not text.isalpha() or "Α" <= text <= "Ω"):
        kept.setdefault("mathvariant", "normal")
    elif tag == "mo" and text in _ROOM:
        kept.update({"lspace": _ROOM[text], "rspace": _ROOM[text]})
    word = tag == "mo" and text == "mod"
    yield from (Element("mspace", {"width": "0.222em"}),) if word else ()
    yield _made(tag, text, kept)
    yield from (Element("mspace", {"width": "0.222em"}),) if word else ()


def _made(tag: str, text: str, attributes: dict[str, str]) -> Element:
    made = Element(tag, attributes)
    made.text = text
    return made


_NAMED_SPACES = {"negativethin": -3, "negativemedium": -4, "negativethick": -5, "thin": 3, "medium": 4, "thick": 5}


def _space(told: Element) -> Element:
    """Return a space of its width in em, none wider than a few."""
    if told.get("linebreak"):
        return Element("mspace", {"linebreak": "newline"})
    width = told.get("width", "0").strip()
    named = _NAMED_SPACES.get(width.removesuffix("mathspace"))
    found = re.fullmatch(r"(-?[\d.]+)\s*([a-z]{2})?", width)
    try:
        em = named / 18 if named else float(found[1]) * _EMS.get(found[2] or "", 0.0) if found else 0.0
    except ValueError as error:
        raise Unreadable(width) from error
    return Element("mspace", {"width": f"{max(min(em, _WIDEST_SPACE), -0.5):.3f}em"})


_EMS = {"em": 1.0, "ex": 0.45, "mu": 1 / 18, "pt": 0.1, "px": 0.08, "mm": 0.28, "cm": 2.8, "in": 7.2, "pc": 1.2}


def _grouped(told: Element, display: bool) -> Iterator[Element]:
    """Yield what a group holds; a fence holds its own apart, so that it is as high as they are."""
    shown = told.get("displaystyle")
    inside = display if shown is None else shown == "true"
    if told.tag == "mpadded" and told.get("width") == "0" and "".join(told.itertext()) == "&#x029F8;":
        yield _made("mo", "\u0338", {})  # \not, which `_row` joins to what follows
        return
    row = _row(list(told), inside)
    fenced = any(element.tag == "mo" and element.get("form") for element in row)
    level = told.get("scriptlevel", "0")
    if not fenced and inside == display and level == "0":
        yield from row
        return
    made = Element("mrow")
    if inside != display:
        made.set("displaystyle", "true" if inside else "false")
    if level != "0":
        made.set("scriptlevel", level)
    made.extend(row)
    yield made


def _row(told: Sequence[Element], display: bool) -> list[Element]:
    """Return elements that stand beside each other: texts joined, a stroke joined to its sign, lines in a table."""
    row: list[Element] = []
    for element in [clean for child in told for clean in _clean(child, display)]:
        last = row[-1] if row else None
        if last is not None and last.tag == "mo" and last.text == "\u0338":
            row[-1] = _negated(element)
        elif last is not None and last.tag == element.tag == "mtext" and last.attrib == element.attrib:
            last.text = (last.text or "") + (element.text or "")
        else:
            row.append(element)
    if row and row[-1].tag == "mo" and row[-1].text == "\u0338":
        raise Unreadable(r"\not")
    _mark_signs(row)
    _hold_coefficients(row)
    breaks = [at for at, element in enumerate(row) if element.get("linebreak")]
    return [_lines(row, breaks)] if breaks else row


def _mark_signs(row: Sequence[Element]) -> None:
    """Let a sign that is no minus between two things stand close to what it is of: = -x."""
    for before, element in itertools.pairwise(row):
        if element.tag == before.tag == "mo" and element.text in _SIGNS and before.text not in _CLOSED:
            element.attrib.update({"lspace": "0em", "rspace": "0em"})


def _hold_coefficients(row: list[Element]) -> None:
    for at in range(len(row) - 2, 0, -1):
        sized = all("minsize" in row[beside].attrib for beside in (at - 1, at + 1))
        if row[at].get("linethickness") == "0pt" and sized:
            row[at - 1 : at + 2] = [_chosen(*row[at - 1 : at + 2])]


def _negated(element: Element) -> Element:
    joined = unicodedata.normalize("NFC", (element.text or "") + "\u0338")
    if element.tag not in ("mo", "mi") or len(joined) != 1:
        raise Unreadable(r"\not")
    return _made("mo", joined, {})


def _chosen(left: Element, inside: Element, right: Element) -> Element:
    """Return a binomial coefficient: brackets as high as what they hold, not of the one size the library gives them."""
    made = Element("mrow")
    for bracket, form in ((left, "prefix"), (right, "postfix")):
        bracket.attrib.clear()
        bracket.attrib.update({"stretchy": "true", "fence": "true", "form": form})
    made.extend((left, inside, right))
    return made


def _lines(row: Sequence[Element], breaks: Sequence[int]) -> Element:
    table = Element("mtable", {"columnspacing": "0em"})
    for start, end in zip((-1, *breaks), (*breaks, len(row)), strict=True):
        if end - start > 1:
            cell = Element("mtd", {"columnalign": "left"})
            cell.extend(row[start + 1 : end])
            line = Element("mtr")
            line.append(cell)
            table.append(line)
    return table if len(table) else Element("mrow")


def _one(told: Element, display: bool) -> Element:
    """Return a part of a fraction or a script as one element."""
    row = list(_clean(told, display))
    if len(row) == 1:
        return row[0]
    made = Element("mrow")
    made.extend(_row_of(row))
    return made


def _row_of(row: Sequence[Element]) -> Sequence[Element]:
    if any(element.get("linebreak") for element in row):
        raise Unreadable(r"\\")
    return row


def _parts(told: Element, display: bool) -> Element:
    """Return a fraction, a root, scripts, limits or an accent."""
    tag = told.tag
    if len(told) != _CHILDREN[tag]:
        raise Unreadable("".join(told.itertext())[:24] or tag)
    base = _one(told[0], display and tag != "mfrac")
    if told[0].tag == "mstyle" and base.tag == "mo":  # an arrow with words on it: as long as one can be
        base.text = _LONG_ARROWS.get(base.text or "", base.text)
    parts = [base, *(_one(part, False) for part in list(told)[1:])]
    if tag in _LIMITED and display and _takes_limits(base):
        tag = _LIMITED[tag]
    made = Element(tag)
    if tag == "mfrac" and told.get("linethickness", "").startswith("0"):
        made.set("linethickness", "0pt")
    if told.get("accent") or (tag in ("mover", "munder") and _is_accent(parts[-1])):
        _accent(parts[-1], wide=not told.get("accent"))
    made.extend(parts)
    return made


def _takes_limits(base: Element) -> bool:
    text = re.sub(r"\s", "", base.text or "")
    return base.tag == "mo" and (text in _MOVABLE or text in _LIMIT_WORDS)


_ACCENTS = {"^": ("\u02c6", "\u0302"), "~": ("\u02dc", "\u0303")}
"""Hats and tildes: that of one letter, that which grows."""


def _is_accent(over: Element) -> bool:
    return over.tag == "mo" and (over.text or "") in _ACCENTS


def _accent(over: Element, *, wide: bool) -> None:
    if over.text in _ACCENTS:
        wide = wide and over.get("stretchy") != "false"
        over.text = _ACCENTS[over.text][wide]
        over.set("stretchy", "true" if wide else "false")


def _table(told: Element) -> Element:
    if "rowlines" in told.attrib or "columnlines" in told.attrib:
        raise Unreadable("|")  # of a kind that neither file would show, such as dashes
    aligned = told.get("displaystyle") == "true"
    gaps = "0em 1em" if aligned else "0.8em"
    made = Element("mtable", {"columnspacing": gaps, "rowspacing": "0.3em"})
    columns: set[int] = set()
    rows: set[int] = set()
    for row in told:
        line = Element("mtr")
        if not formula_rules.taken(row, len(made), columns, rows):
            continue
        for cell in row:
            clean = Element("mtd", {"columnalign": cell.get("columnalign", "center")})
            if aligned:
                clean.set("displaystyle", "true")
            clean.extend(_row(list(cell), aligned) or [Element("mrow")])
            line.append(clean)
        if len(line):
            made.append(line)
    if not len(made):
        raise Unreadable("matrix")
    formula_rules.tell(made, columns, rows)
    return made
