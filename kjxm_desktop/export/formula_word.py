"""Clean MathML → Office Math Markup (ISO/IEC 29500-1, 22.1): the formulas that Word, WPS and LibreOffice edit.

mathml2omml converts; what it leaves out or says wrongly (accents, limits, spaces, roots without a degree, columns) is
mended before and after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from kjxm_desktop.export import formula_rules

MATH: Final = "http://schemas.openxmlformats.org/officeDocument/2006/math"
WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_M, _W = f"{{{MATH}}}", f"{{{WORD}}}"
_OPERATORS = frozenset("∑∏∐⋃⋂⋁⋀⨀⨁⨂⨄⨆∫∬∭∮∯∰")
_SUMS = frozenset("∑∏∐⋃⋂⋁⋀⨀⨁⨂⨄⨆")
_SPACES = ((0.09, "\u200a"), (0.2, "\u2009"), (0.26, "\u205f"), (0.4, "\u2004"), (0.75, "\u2002"))
ACCENT_MARKS: Final = {
    "\u02c6": "\u0302", "\u0302": "\u0302", "\u02dc": "\u0303", "\u0303": "\u0303", "¯": "\u0305", "˙": "\u0307",
    "¨": "\u0308", "→": "\u20d7", "←": "\u20d6", "↔": "\u20e1", "ˇ": "\u030c", "´": "\u0301", "`": "\u0300",
    "˘": "\u0306", "˚": "\u030a", "\u20db": "\u20db", "\u20dc": "\u20dc",
}  # fmt: skip
"""The marks that Office Math knows accents by, by the signs of MathML."""

_BAR = "―"
_STRIKES = {"horizontalstrike": "strikeH", "updiagonalstrike": "strikeBLTR", "downdiagonalstrike": "strikeTLBR"}
_SCRIPTS = {"sSub", "sSup", "sSubSup"}
_MOST_OPERATORS, _MOST_BRACKETS = 40, 20  # each stands in the one before it
_ROWS = ("math", "mrow", "mtd", "msqrt", "mphantom", "menclose")
_SCRIPTED = ("msub", "msup", "msubsup")
_OPENING, _CLOSING = frozenset("([{⟨⌈⌊"), frozenset(")]}⟩⌉⌋")
_UNARY = frozenset("+-−±∓¬∂∇∀∃∄∠△√∴∵%°′″!…⋯⋮⋱∞∅")
_UNREAD = frozenset("$|∣‖&#_@\"'`~∼()[]{}⟨⟩⌈⌉⌊⌋")
_SPACED = frozenset("∼∣")


def omml(told: Element) -> str:
    """Return clean MathML as an `m:oMath` element, its prefixes m and w undeclared.

    Raises ValueError when the library does not know what to make of it.
    """
    import mathml2omml  # loaded when there is a formula

    if sum(1 for element in told.iter("mo") if (element.text or "") in _OPERATORS) > _MOST_OPERATORS:
        raise ValueError("operators")
    display = told.get("display") == "block"
    prepared = _prepared(formula_rules.spelt_in_cells(told))
    for text in prepared.iter("mtext"):  # which the library takes for mere space at the end of a row
        text.tag = "ms"
        text.attrib.update({"lquote": "", "rquote": ""})
    try:
        made: str = mathml2omml.convert(ET.tostring(prepared, encoding="unicode"))
        root = ET.fromstring(_declared(made))
    except (RuntimeError, NotImplementedError, AttributeError, IndexError, SyntaxError) as error:
        raise ValueError(error) from error
    _unboxed(root)
    for table, matrix in zip(prepared.iter("mtable"), root.iter(_M + "m"), strict=True):
        _columns(matrix, table)
    for struck, box in zip(prepared.iter("menclose"), root.iter(_M + "borderBox"), strict=True):
        _strike(box, struck.get("notation", "").split())
    for element in list(root.iter()):
        _mended(element, display)
    _prescripts(root)
    return _undeclared(root)


def _declared(made: str) -> str:
    # The library forgets to close the properties of a character above or below a group.
    closed = re.sub(r'(<m:pos m:val="(?:top|bot)"/>)</m:groupChr>', r"\1</m:groupChrPr>", made)
    return closed.replace("<m:oMath>", f'<m:oMath xmlns:m="{MATH}" xmlns:w="{WORD}">', 1)


def _undeclared(root: Element) -> str:
    ET.register_namespace("m", MATH)
    ET.register_namespace("w", WORD)
    return re.sub(r' xmlns:[mw]="[^"]*"', "", ET.tostring(root, encoding="unicode"))


# ---- before: what is neither a letter nor between two things becomes text, as LibreOffice cannot read it otherwise


def _prepared(told: Element) -> Element:
    """Return what the library takes rightly: pairs of brackets as fences, words and lone signs as text."""
    made = Element(told.tag, told.attrib)
    made.text = told.text
    children = [_prepared(child) for child in told]
    if told.tag in _ROWS:
        children = _joined(_quoted(_fenced(children)))
    elif told.tag in _SCRIPTED and _is_bracket(children[0]):
        children = [children[0], *(_words(_alone(child)) for child in children[1:])]  # the row knows what it closes
    elif told.tag not in ("mtable", "mtr"):
        accented = told.tag in ("mover", "munder")
        children = [child if accented and at else _words(_alone(child)) for at, child in enumerate(children)]
    made.extend(children)
    return made


def _is_bracket(element: Element) -> bool:
    return element.tag == "mo" and (element.text or "") in _OPENING | _CLOSING


def _fenced(row: Sequence[Element]) -> list[Element]:
    """Return a row whose pairs of brackets are fences around what they hold; a script stands at the whole of it."""
    row = _ruled(row)
    done: list[Element] = []
    opened: list[int] = []
    for element in row:
        bracket = element[0] if element.tag in _SCRIPTED and len(element) else element
        sign = (bracket.text or "") if bracket.tag == "mo" and "form" not in bracket.attrib else ""
        if sign in _OPENING and bracket is element:
            opened.append(len(done))
            if len(opened) > _MOST_BRACKETS:
                raise ValueError("brackets")
            done.append(element)
        elif sign and sign in _CLOSING and opened:
            at = opened.pop()
            fence = _fence(done[at].text or "", done[at + 1 :], sign)
            if bracket is not element:
                element[0] = fence
                fence = element
            done[at:] = [fence]
        else:
            done.append(element)
    return done


def _ruled(row: Sequence[Element]) -> list[Element]:
    """Return a row whose matrices have the lines beside them as fences: determinants, norms."""
    done = list(row)
    for at in range(len(row) - 2, 0, -1):
        left, right = done[at - 1], done[at + 1]
        if done[at].tag == "mtable" and left.tag == right.tag == "mo" and left.text == right.text:
            done[at - 1 : at + 2] = [_fence(left.text or "", [done[at]], left.text or "")]
    return done


def _fence(opening: str, inside: Sequence[Element], closing: str) -> Element:
    row = Element("mrow")
    row.append(_leaf("mo", opening, {"fence": "true", "stretchy": "true", "form": "prefix"}))
    row.extend(_joined(_quoted(inside)))
    row.append(_leaf("mo", closing, {"fence": "true", "stretchy": "true", "form": "postfix"}))
    return row


def _quoted(row: Sequence[Element]) -> list[Element]:
    """Return a row whose operators stand between two things, or are text."""
    done: list[Element] = []
    for at, element in enumerate(row):
        first = at == 0 or _is_fence(row[at - 1], "prefix")
        last = at == len(row) - 1 or _is_fence(row[at + 1], "postfix")
        sign = (element.text or "") if element.tag in ("mo", "mi") and "form" not in element.attrib else ""
        if element.tag == "mspace":
            done.append(_space(element))
        elif sign and sign in _OPERATORS:
            done.append(_lone(element) if not last else _leaf("mtext", sign))
        elif sign in _UNREAD or (element.tag == "mo" and sign and (last or (first and sign not in _UNARY))):
            done.append(_leaf("mtext", _spaced(sign, first=first, last=last)))
        else:
            if element.tag in _SCRIPTED and _is_bracket(element[0]):
                element[0] = _alone(element[0])
            done.append(_words(element, run_on=_runs_on(row[at + 1 : at + 2])))
    return done


def _spaced(sign: str, *, first: bool, last: bool) -> str:
    """Return a sign that becomes text with the room beside it that it had as an operator."""
    before = "\u2005" if sign in _SPACED else ""
    after = "\u2005" if not last and (sign in _SPACED or (first and sign not in _UNREAD)) else ""
    return before + sign + after


def _is_fence(element: Element, form: str) -> bool:
    return element.tag == "mo" and element.get("form") == form


def _joined(row: Sequence[Element]) -> list[Element]:
    """Return a row whose neighbouring texts are one."""
    done: list[Element] = []
    for element in row:
        if done and element.tag == done[-1].tag == "mtext" and element.attrib == done[-1].attrib:
            done[-1].text = (done[-1].text or "") + (element.text or "")
        else:
            done.append(element)
    return done


def _words(element: Element, *, run_on: bool = False) -> Element:
    """Return upright letters and names of functions as text, with room before what they are applied to."""
    text = element.text or ""
    upright = element.get("mathvariant") == "normal" and text.isalpha()
    if element.tag in ("mi", "mo") and "form" not in element.attrib and (upright or _is_word(text)):
        return _leaf("mtext", f"{text}\u2009" if run_on and _is_word(text) else text)
    return element


def _is_word(text: str) -> bool:
    return len(text) > 1 and text.replace("\u2006", "").replace("\u2009", "").isalpha()


def _runs_on(after: Sequence[Element]) -> bool:
    """Tell whether the name of a function needs room before what follows."""
    return bool(after) and after[0].tag not in ("mo", "mspace", "mtext") and not _is_bracketed(after[0])


def _is_bracketed(element: Element) -> bool:
    inside = element[0] if element.tag in _SCRIPTED and len(element) else element
    return inside.tag == "mrow" and len(inside) > 0 and _is_fence(inside[0], "prefix")


def _alone(part: Element) -> Element:
    """Return a part of a fraction or a script: an operator on its own as text, unless it is one with limits."""
    sign = (part.text or "") if part.tag == "mo" else ""
    if part.tag == "mspace":
        return _space(part)
    return _leaf("mtext", sign) if sign and sign not in _OPERATORS and "form" not in part.attrib else part


def _leaf(tag: str, text: str, attributes: dict[str, str] | None = None) -> Element:
    made = Element(tag, attributes or {})
    made.text = text
    return made


def _space(told: Element) -> Element:
    width = float(told.get("width", "0").removesuffix("em"))
    small = next((space for most, space in _SPACES if width <= most), "")
    return _leaf("mtext", (small or "\u2003" * round(width)) if width > 0 else "")


def _lone(operator: Element) -> Element:
    made = Element("msubsup")
    made.extend((operator, Element("mrow"), Element("mrow")))
    return made


# ---- after


def _unboxed(element: Element) -> None:
    """Take away the boxes that stand for mere groups, and runs without text."""
    at = 0
    while at < len(element):
        child = element[at]
        inside = child.find(_M + "e") if child.tag == _M + "box" else None
        if inside is not None:
            element.remove(child)
            for offset, moved in enumerate(list(inside)):
                element.insert(at + offset, moved)
        elif child.tag == _M + "r" and not "".join(child.itertext()):
            element.remove(child)
        else:
            _unboxed(child)
            at += 1


def _columns(matrix: Element, table: Element) -> None:
    """Say how the columns of a matrix are aligned: the library does not."""
    aligns = [cell.get("columnalign", "center") for cell in max(table, key=len)]
    properties = Element(_M + "mPr")
    SubElement(properties, _M + "plcHide", {_M + "val": "1"})
    if table.get("columnspacing", "").startswith("0em"):
        SubElement(properties, _M + "cGpRule", {_M + "val": "3"})
        SubElement(properties, _M + "cGp", {_M + "val": "0"})
    columns = SubElement(properties, _M + "mcs")
    for align in aligns:
        column = SubElement(SubElement(columns, _M + "mc"), _M + "mcPr")
        SubElement(column, _M + "count", {_M + "val": "1"})
        SubElement(column, _M + "mcJc", {_M + "val": align})
    matrix.insert(0, properties)


def _strike(box: Element, strikes: Sequence[str]) -> None:
    """Say what strikes an expression out; what nothing does is in a frame."""
    if strikes == ["box"]:
        return
    properties = Element(_M + "borderBoxPr")
    for side in ("Top", "Bot", "Left", "Right"):
        SubElement(properties, f"{_M}hide{side}", {_M + "val": "1"})
    for strike, name in _STRIKES.items():
        if strike in strikes:
            SubElement(properties, _M + name, {_M + "val": "1"})
    box.insert(0, properties)


def _mended(element: Element, display: bool) -> None:
    """Mend one element where it stands."""
    match element.tag.removeprefix(_M):
        case "r":
            _run(element)
        case "rad":
            if element.find(_M + "deg") is None:
                properties = Element(_M + "radPr")
                SubElement(properties, _M + "degHide", {_M + "val": "1"})
                element.insert(0, Element(_M + "deg"))
                element.insert(0, properties)
        case "nary":
            _operator(element, display)
        case "mr":
            for cell in element:
                if not len(cell):
                    _run(SubElement(cell, _M + "r"), "\u200b")  # LibreOffice loses the row of an empty cell
        case "limUpp" | "limLow" | "groupChr":
            _over(element)
        case _:
            pass


def _run(run: Element, characters: str = "") -> None:
    """Name the face of a run, as Word does, and keep its outer spaces."""
    text = run.find(_M + "t")
    if characters:
        text = SubElement(run, _M + "t")
        text.text = characters
    if text is not None:
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    properties = Element(_W + "rPr")
    faces = {_W + name: "Cambria Math" for name in ("ascii", "hAnsi")}
    SubElement(properties, _W + "rFonts", faces)
    marks = run.find(_M + "rPr")
    run.insert(0 if marks is None else 1, properties)


def _operator(operator: Element, display: bool) -> None:
    """Set limits of sums above and below only on a line of their own, and hide limits that are not there."""
    properties = operator.find(_M + "naryPr")
    if properties is None:
        return
    sign, place = properties.find(_M + "chr"), properties.find(_M + "limLoc")
    if sign is not None and place is not None and sign.get(_M + "val") in _SUMS:
        place.set(_M + "val", "undOvr" if display else "subSup")
    inside = operator.find(_M + "e")
    if inside is not None and not len(inside):
        _run(SubElement(inside, _M + "r"), "\u200b")  # Word shows a frame where there is nothing
    for name in ("sub", "sup"):
        limit = operator.find(_M + name)
        if limit is not None and not len(limit):
            SubElement(properties, f"{_M}{name}Hide", {_M + "val": "1"})


def _over(element: Element) -> None:
    """Turn what stands over or under into an accent or a bar where it is one."""
    sign = _sign(element)
    base = element.find(_M + "e")
    if base is None:
        return
    kind = element.tag.removeprefix(_M)
    low = kind == "limLow" or element.find(f"{_M}groupChrPr/{_M}pos[@{_M}val='bot']") is not None
    if sign == _BAR:
        _become(element, "bar", "pos", "bot" if low else "top", base)
    elif sign in ACCENT_MARKS and not low:
        _become(element, "acc", "chr", ACCENT_MARKS[sign], base)
    elif kind == "groupChr" and not low:
        properties = element.find(_M + "groupChrPr")
        if properties is not None:
            SubElement(properties, _M + "vertJc", {_M + "val": "bot"})


def _sign(element: Element) -> str:
    """Return the one character over or under a base, "" where it is more."""
    told = element.find(f"{_M}groupChrPr/{_M}chr")
    if told is not None:
        return told.get(_M + "val", "")
    limit = element.find(_M + "lim")
    text = "".join(limit.itertext()) if limit is not None else ""
    return text if len(text) == 1 else ""


def _become(element: Element, kind: str, name: str, value: str, base: Element) -> None:
    for child in list(element):
        element.remove(child)
    element.tag = _M + kind
    properties = SubElement(element, f"{_M}{kind}Pr")
    SubElement(properties, _M + name, {_M + "val": value})
    element.append(base)


def _prescripts(parent: Element) -> None:
    """Give scripts without a base to what follows: they stand before it."""
    at = 0
    while at < len(parent):
        child = parent[at]
        name, base = child.tag.removeprefix(_M), child.find(_M + "e")
        if name in _SCRIPTS and base is not None and not len(base) and at + 1 < len(parent):
            after = parent[at + 1]
            parent.remove(after)
            base.append(after)
            sub, sup = child.find(_M + "sub"), child.find(_M + "sup")
            for part in list(child):
                child.remove(part)
            child.tag = _M + "sPre"
            child.append(sub if sub is not None else Element(_M + "sub"))
            child.append(sup if sup is not None else Element(_M + "sup"))
            child.append(base)
        _prescripts(child)
        at += 1
