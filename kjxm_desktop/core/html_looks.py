"""What tags, classes and styles make of a piece of text: its marks, and whether anybody could see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from kjxm_desktop.core import html_colours
from kjxm_desktop.core.html_colours import CLEAR, WHITE, Colour

_LEAST_PX: Final = 2.0
_LEAST_SHARE: Final = 0.15
_CLOSE_PX: Final = 20.0  # letters pushed together by more than their width lie one upon another
_FAR_PX: Final = 900.0  # what is moved so far to the left or upwards is out of sight

_PX: Final = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 3.78, "cm": 37.8, "in": 96.0, "rem": 16.0, "": 1.0}

_TAG_MARKS: Final = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "sub": "sub", "sup": "sup",
    "h1": "bold", "h2": "bold", "h3": "bold", "h4": "bold", "h5": "bold", "h6": "bold",
}  # fmt: skip
_STRUCK: Final = ("s", "strike")
_PLACES: Final = ("left", "top", "text-indent", "margin-left", "margin-top", "translate")
_EXTENTS: Final = ("height", "max-height", "width", "max-width", "line-height")
_OPPOSITE: Final = {"sub": "sup", "sup": "sub"}
_RAISED: Final = {"super": "sup", "sub": "sub"}

_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|pc|mm|cm|in|rem|em|ex|ch|%)?")
_FONT_SIZE = re.compile(r"(?:^|\s)(\d*\.?\d+)(px|pt|pc|mm|cm|in|rem|em|ex|ch|%)?(?=\s|/|$)")
_NUMBER = re.compile(r"(\d*\.?\d+)(%?)")
_NOTHING_LEFT = re.compile(
    r"(?:rect\(\s*(?:0|1px)|inset\(\s*(?:50|100)%|circle\(\s*0|scale(?:x|y|3d)?\(\s*0(?![.\d])|rotate[xy]\(\s*90deg)"
)
_MOVED = re.compile(r"translate(?:x|y|3d)?\(([^)]*)\)")
_FADED = re.compile(r"opacity\(\s*(?=[.\d])0*(?:\.0\d*)?%?\s*\)")
_LISTED = re.compile(r"[\s,]+")
_WRAPPED = re.compile(r"calc\(\s*([^\s()]*)\s*\)")


@dataclass(frozen=True, slots=True)
class Look:
    """How a piece of text looks: what it inherits and what its own tags add."""

    marks: frozenset[str] = frozenset()
    gone: bool = False  # with all that is inside
    unseen: bool = False
    tiny: bool = False
    struck: bool = False
    ink: Colour | None = None
    fill: Colour | None = None  # what is drawn instead of `ink`
    ground: Colour | None = WHITE
    label: bool = False  # the number or bullet that Word writes before an item of a list
    lines: bool = False  # line breaks count as they stand

    @property
    def hidden(self) -> bool:
        """Tell whether nobody could see the text."""
        return self.gone or self.unseen or self.tiny or html_colours.alike(self.fill or self.ink, self.ground)


def look_of(before: Look, tag: str, attributes: Mapping[str, str], style: Mapping[str, str]) -> Look:
    """Return how text looks inside a tag that stands where it looked like `before`."""
    if before.gone or (not style and not attributes and tag not in _TAG_MARKS and tag not in ("pre", *_STRUCK)):
        return before
    tint = html_colours.colour(style.get("color", attributes.get("color", "").lower()))
    ground = style.get("background-color") or style.get("background") or attributes.get("bgcolor", "").lower()
    look = replace(
        before,
        marks=_marks(before.marks, tag, style),
        gone="hidden" in attributes or "popover" in attributes or _gone(style),
        struck=before.struck or tag in _STRUCK or "line-through" in _decoration(style),
        ink=tint or before.ink,
        fill=html_colours.colour(style.get("-webkit-text-fill-color", "")) or before.fill,
        ground=_ground(ground, before.ground) if ground else before.ground,
        label=before.label or style.get("mso-list", "") == "ignore",
        lines=tag == "pre" or _keeps_lines(style.get("white-space"), before.lines),
    )
    if "text" in (style.get("background-clip"), style.get("-webkit-background-clip")):
        look = _cut_out(look, before.ground)
    if "visibility" in style:
        look = replace(look, unseen=style["visibility"] in ("hidden", "collapse"))
    if "font-size" in style or "font" in style:
        look = replace(look, tiny=_tiny(style, before.tiny))
    return look


def _cut_out(look: Look, around: Colour | None) -> Look:
    """Return a look whose ground is there in the letters alone, where that is all there is of them."""
    return replace(look, ink=look.ground, fill=None, ground=around) if CLEAR in (look.fill, look.ink) else look


def _marks(before: frozenset[str], tag: str, style: Mapping[str, str]) -> frozenset[str]:
    added, taken = {_TAG_MARKS.get(tag, ""), _RAISED.get(style.get("vertical-align", ""), "")}, set[str]()
    if weight := style.get("font-weight"):
        heavy = weight in ("bold", "bolder") or (weight.isdecimal() and len(weight) < 5 and int(weight) >= 600)
        (added if heavy else taken).add("bold")
    if slant := style.get("font-style"):
        (added if slant.startswith(("italic", "oblique")) else taken).add("italic")
    if "underline" in _decoration(style) and tag != "a":
        added.add("underline")
    added -= taken | {""}
    return (before - taken - {_OPPOSITE.get(mark, "") for mark in added}) | added


def _decoration(style: Mapping[str, str]) -> str:
    return style.get("text-decoration", style.get("text-decoration-line", ""))


def _keeps_lines(white_space: str | None, before: bool) -> bool:
    return before if white_space is None else white_space.startswith("pre") or white_space == "break-spaces"


def _gone(style: Mapping[str, str]) -> bool:
    """Tell whether a style takes text and all that is inside out of sight."""
    cut = style.get("overflow", "").startswith(("hidden", "clip"))
    moved = [*(style.get(name, "") for name in _PLACES), *_MOVED.findall(style.get("transform", ""))]
    return (
        style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or style.get("content-visibility") == "hidden"
        or style.get("mso-element", "").startswith("comment")
        or any(_is_faint(style.get(name, "")) for name in ("opacity", "zoom", "scale"))
        or _FADED.search(style.get("filter", "")) is not None
        or any(_NOTHING_LEFT.search(style.get(name, "")) for name in ("clip", "clip-path", "transform"))
        or any(_px(length) < -_FAR_PX for told in moved for length in _LISTED.split(told))
        or any(_px(style.get(name, "")) > _FAR_PX for name in ("right", "bottom"))
        or _px(style.get("letter-spacing", "")) < -_CLOSE_PX
        or (cut and any(_px(style.get(name, "1px")) <= 0 for name in _EXTENTS))
    )


def _is_faint(number: str) -> bool:
    return _NUMBER.fullmatch(number) is not None and _share(number) < 0.05


def _share(number: str) -> float:
    return float(number.rstrip("%")) / (100 if number.endswith("%") else 1)


def _px(length: str) -> float:
    found = _LENGTH.match(_unwrapped(length))
    return float(found[1]) * _PX.get(found[2] or "", 16.0) if found else 1.0


def _unwrapped(length: str) -> str:
    """Return a length that stands alone in a calculation without it."""
    found = _WRAPPED.fullmatch(length)
    return found[1] if found else length


def _tiny(style: Mapping[str, str], before: bool) -> bool:
    told = _unwrapped(style.get("font-size", ""))
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
    found = html_colours.colour(told)
    if found is None:
        return before if told in ("none", "inherit", "initial", "unset", "0", "0 0") else None
    return before if found == CLEAR else found
