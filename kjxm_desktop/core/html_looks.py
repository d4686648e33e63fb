"""What tags, classes and styles make of a piece of text: its marks, and whether anybody could see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

Colour = tuple[int, int, int]

_WHITE: Final[Colour] = (255, 255, 255)
_CLEAR: Final[Colour] = (-1, -1, -1)
_ALIKE: Final = 8  # of 255; nobody tells such colours apart
_LEAST_PX: Final = 2.0
_LEAST_SHARE: Final = 0.15
_FAR_PX: Final = 900.0  # what is moved so far to the left or upwards is out of sight
_MOST_SHEET: Final = 200_000  # characters of style sheets; those of Excel have some 20,000
_MOST_NESTED: Final = 8  # rules inside rules

_NAMED: Final[Mapping[str, Colour]] = {
    "white": _WHITE, "window": _WHITE, "snow": (255, 250, 250), "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0), "windowtext": (0, 0, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "red": (255, 0, 0), "yellow": (255, 255, 0), "lime": (0, 255, 0), "aqua": (0, 255, 255),
    "cyan": (0, 255, 255), "blue": (0, 0, 255), "fuchsia": (255, 0, 255), "magenta": (255, 0, 255),
    "maroon": (128, 0, 0), "olive": (128, 128, 0), "green": (0, 128, 0), "teal": (0, 128, 128), "navy": (0, 0, 128),
    "purple": (128, 0, 128), "transparent": _CLEAR,
}  # fmt: skip
_PX: Final = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 3.78, "cm": 37.8, "in": 96.0, "rem": 16.0, "": 1.0}

_TAG_MARKS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "sub": "sub", "sup": "sup",
    "h1": "bold", "h2": "bold", "h3": "bold", "h4": "bold", "h5": "bold", "h6": "bold",
}  # fmt: skip
_OPPOSITE: Final = {"sub": "sup", "sup": "sub"}
_RAISED: Final = {"super": "sup", "sub": "sub"}

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?")
_BRACE = re.compile("[{}]")
_SELECTOR = re.compile(r"([a-z][a-z0-9:-]*)?(?:\.([\w-]+))?")
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|pc|mm|cm|in|rem|em|ex|ch|%)?")
_FONT_SIZE = re.compile(r"(?:^|\s)(\d*\.?\d+)(px|pt|pc|mm|cm|in|rem|em|ex|ch|%)?(?=\s|/|$)")
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![0-9a-f])")
_FUNCTION = re.compile(r"(rgb|hsl)a?\(([^)]*)\)")
_NUMBER = re.compile(r"(\d*\.?\d+)(%?)")
_WORD = re.compile(r"[a-z]+")
_NOTHING_LEFT = re.compile(r"rect\(\s*(?:0|1px)|inset\(\s*(?:50|100)%|circle\(\s*0|scale\(\s*0(?![.\d])")


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text looks: what it inherits and what its own tags add."""

    marks: frozenset[str] = frozenset()
    gone: bool = False  # with all that is inside
    unseen: bool = False
    tiny: bool = False
    ink: Colour | None = None
    ground: Colour | None = _WHITE
    label: bool = False  # the number or bullet that Word writes before an item of a list
    lines: bool = False  # line breaks count as they stand

    @property
    def hidden(self) -> bool:
        """Tell whether nobody could see the text."""
        return self.gone or self.unseen or self.tiny or _alike(self.ink, self.ground)


class StyleSheet:
    """Rules for a tag, a class, or both; whatever else a style sheet holds is passed over."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], dict[str, str]] = {}
        self._room = _MOST_SHEET

    def add(self, text: str) -> None:
        """Take the rules of `text` as long as there is room."""
        text = text[: self._room].lower()
        self._room -= len(text)
        for selectors, declared in _rules(_COMMENT.sub(" ", text.replace("<!--", " "))):
            style = declarations(declared)
            for selector in selectors.split(","):
                found = _SELECTOR.fullmatch(selector.strip())
                if found and found.group():
                    self._rules.setdefault((found[1] or "", found[2] or ""), {}).update(style)

    def style(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return what the rules and the tag's own style say of it."""
        told: dict[str, str] = {}
        if self._rules:
            names = attributes.get("class", "").lower().split()[:20]
            for key in ((tag, ""), *((where, name) for name in names for where in ("", tag))):
                told.update(self._rules.get(key, ()))
        if "style" in attributes:
            told.update(declarations(attributes["style"].lower()))
        return told


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules of a style sheet, but of those that are for paper alone."""
    outer: list[str] = []
    at = 0
    for brace in _BRACE.finditer(text):
        told, at = text[at : brace.start()].strip(), brace.end()
        if brace.group() == "{":
            outer.append(told.rpartition(";")[2].strip())
            if len(outer) > _MOST_NESTED:
                return
        elif outer:
            selectors = outer.pop()
            if not any("print" in around for around in outer):
                yield selectors, told


def declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style in small letters, by name."""
    if "/*" in style:
        style = _COMMENT.sub("", style)
    if "\\" in style:
        style = _ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0xFFFF)), style)
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip(): value.partition("!")[0].strip() for name, _, value in pairs if value}


def look_of(before: Look, tag: str, attributes: Mapping[str, str], style: Mapping[str, str]) -> Look:
    """Return how text looks inside a tag that stands where it looked like `before`."""
    if before.gone or (not style and not attributes and tag not in _TAG_MARKS and tag != "pre"):
        return before
    tint = _colour(style.get("color", attributes.get("color", "").lower()))
    ground = style.get("background-color") or style.get("background") or attributes.get("bgcolor", "").lower()
    look = replace(
        before,
        marks=_marks(before.marks, tag, style),
        gone="hidden" in attributes or _gone(style),
        ink=tint or before.ink,
        ground=_ground(ground, before.ground) if ground else before.ground,
        label=before.label or style.get("mso-list", "") == "ignore",
        lines=tag == "pre" or _keeps_lines(style.get("white-space"), before.lines),
    )
    if "visibility" in style:
        look = replace(look, unseen=style["visibility"] in ("hidden", "collapse"))
    if "font-size" in style or "font" in style:
        look = replace(look, tiny=_tiny(style, before.tiny))
    return look


def _marks(before: frozenset[str], tag: str, style: Mapping[str, str]) -> frozenset[str]:
    added, taken = {_TAG_MARKS.get(tag, ""), _RAISED.get(style.get("vertical-align", ""), "")}, set[str]()
    if weight := style.get("font-weight"):
        heavy = weight in ("bold", "bolder") or (weight.isdecimal() and len(weight) < 5 and int(weight) >= 600)
        (added if heavy else taken).add("bold")
    if slant := style.get("font-style"):
        (added if slant.startswith(("italic", "oblique")) else taken).add("italic")
    if "underline" in style.get("text-decoration", style.get("text-decoration-line", "")) and tag != "a":
        added.add("underline")
    added -= taken | {""}
    return (before - taken - {_OPPOSITE.get(mark, "") for mark in added}) | added


def _keeps_lines(white_space: str | None, before: bool) -> bool:
    return before if white_space is None else white_space.startswith("pre") or white_space == "break-spaces"


def _gone(style: Mapping[str, str]) -> bool:
    """Tell whether a style takes text and all that is inside out of sight."""
    cut = style.get("overflow", "").startswith(("hidden", "clip"))
    return (
        style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or style.get("content-visibility") == "hidden"
        or style.get("mso-element", "").startswith("comment")
        or (_NUMBER.fullmatch(style.get("opacity", "")) is not None and _share(style["opacity"]) < 0.05)
        or any(_NOTHING_LEFT.match(style.get(name, "")) for name in ("clip", "clip-path", "transform"))
        or any(_px(style.get(name, "")) < -_FAR_PX for name in ("left", "top", "text-indent", "margin-left"))
        or (cut and any(_px(style.get(name, "1px")) <= 0 for name in ("height", "max-height", "width", "max-width")))
    )


def _share(number: str) -> float:
    return float(number.rstrip("%")) / (100 if number.endswith("%") else 1)


def _px(length: str) -> float:
    found = _LENGTH.match(length)
    return float(found[1]) * _PX.get(found[2] or "", 16.0) if found else 1.0


def _tiny(style: Mapping[str, str], before: bool) -> bool:
    told = style.get("font-size")
    found = _LENGTH.fullmatch(told) if told else _FONT_SIZE.search(style.get("font", ""))
    if found is None:
        return False if told else before
    size, unit = float(found[1]), found[2] or ""
    if unit in _PX:
        return size * _PX[unit] < _LEAST_PX
    return before or size / (100 if unit == "%" else 1) < _LEAST_SHARE


def _ground(told: str, before: Colour | None) -> Colour | None:
    """Return the colour behind text; None when it is a picture or one that is not known here."""
    if "url(" in told or "gradient" in told:
        return None
    found = _colour(told)
    if found is None:
        return before if told in ("none", "inherit", "initial", "unset", "0", "0 0") else None
    return before if found == _CLEAR else found


def _colour(told: str) -> Colour | None:
    """Return the first colour named in `told`, None when there is none that is known here."""
    if found := _HEX.search(told):
        return _from_hex(found.group()[1:])
    if found := _FUNCTION.search(told):
        return _from_numbers(found[1], found[2])
    return next((_NAMED[word] for word in _WORD.findall(told[:200]) if word in _NAMED), None)


def _from_hex(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return _CLEAR if alpha and alpha[0] < 13 else (red, green, blue)


def _from_numbers(kind: str, told: str) -> Colour | None:
    numbers = [(float(number), bool(share)) for number, share in _NUMBER.findall(told[:200])]
    if len(numbers) < 3:
        return None
    if len(numbers) > 3 and numbers[3][0] < (5 if numbers[3][1] else 0.05):
        return _CLEAR
    if kind == "hsl":
        light = round(numbers[2][0] * 2.55)
        return (light, light, light) if light >= 248 or light <= 8 or numbers[1][0] == 0 else None
    red, green, blue = (min(255, round(value * 2.55 if share else value)) for value, share in numbers[:3])
    return (red, green, blue)


def _alike(ink: Colour | None, ground: Colour | None) -> bool:
    if ink is None:
        return False
    if ink == _CLEAR:
        return True
    return ground is not None and all(abs(one - other) <= _ALIKE for one, other in zip(ink, ground, strict=True))
