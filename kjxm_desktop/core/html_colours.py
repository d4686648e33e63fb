"""Colours as styles name them, as far as it must be told whether text stands out from what is behind it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Colour = tuple[int, int, int]

WHITE: Final[Colour] = (255, 255, 255)
CLEAR: Final[Colour] = (-1, -1, -1)

_ALIKE: Final = 8  # of 255; nobody tells such colours apart
_LONGEST: Final = 200  # characters of one colour
_NAMED: Final[Mapping[str, Colour]] = {
    "white": WHITE, "window": WHITE, "snow": (255, 250, 250), "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0), "windowtext": (0, 0, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "red": (255, 0, 0), "yellow": (255, 255, 0), "lime": (0, 255, 0), "aqua": (0, 255, 255),
    "cyan": (0, 255, 255), "blue": (0, 0, 255), "fuchsia": (255, 0, 255), "magenta": (255, 0, 255),
    "maroon": (128, 0, 0), "olive": (128, 128, 0), "green": (0, 128, 0), "teal": (0, 128, 128), "navy": (0, 0, 128),
    "purple": (128, 0, 128), "transparent": CLEAR,
}  # fmt: skip
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})(?![0-9a-f])")
_FUNCTION = re.compile(r"(rgb|hsl|hwb|oklab|oklch|lab|lch|color)a?\(([^)]*)\)")
_NUMBER = re.compile(r"(?<![\w-])(?:(\d*\.?\d+)(%?)|-(\d*\.?\d+)(%?)|none)")
_WORD = re.compile(r"[a-z]+")

_Number = tuple[float, bool]  # and whether it is a share in per cent


def colour(told: str) -> Colour | None:
    """Return the first colour named in `told`, None when there is none that is known here."""
    if found := _HEX.search(told):
        return _from_hex(found.group()[1:])
    if found := _FUNCTION.search(told):
        return _from_numbers(found[1], found[2][:_LONGEST])
    return next((_NAMED[word] for word in _WORD.findall(told[:_LONGEST]) if word in _NAMED), None)


def alike(ink: Colour | None, ground: Colour | None) -> bool:
    """Tell whether nobody could see text of this colour on that ground; of what is not known nothing is told."""
    if ink is None:
        return False
    if ink == CLEAR:
        return True
    return ground is not None and all(abs(one - other) <= _ALIKE for one, other in zip(ink, ground, strict=True))


def _from_hex(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return CLEAR if alpha and alpha[0] < 13 else (red, green, blue)


def _from_numbers(kind: str, told: str) -> Colour | None:
    numbers = [(float(up or down or 0), bool(share or part)) for up, share, down, part in _NUMBER.findall(told)]
    if len(numbers) < 3:
        return None
    if len(numbers) > 3 and _of_one(numbers[3]) < 0.05:
        return CLEAR
    match kind:
        case "rgb":
            red, green, blue = (min(255, round(value * 2.55 if share else value)) for value, share in numbers[:3])
            return (red, green, blue)
        case "hsl":
            light = round(numbers[2][0] * 2.55)
            return _grey(light / 255) if light >= 248 or light <= 8 or numbers[1][0] == 0 else None
        case "hwb":
            return _of_white_and_black(numbers[1][0] / 100, numbers[2][0] / 100)
        case "color":
            return _in_space(told.split(maxsplit=1)[0], [_of_one(number) for number in numbers[:3]])
        case _:
            return _by_lightness(kind, numbers)


def _of_one(number: _Number) -> float:
    return number[0] / 100 if number[1] else number[0]


def _grey(share: float) -> Colour:
    value = max(0, min(255, round(share * 255)))
    return (value, value, value)


def _of_white_and_black(white: float, black: float) -> Colour | None:
    """Return the colour of a hue mixed with these shares of white and black; None where the hue can be seen."""
    total = white + black
    if total >= 1:
        return _grey(white / total)
    return WHITE if white >= 0.97 else _grey(0) if black >= 0.97 else None


def _in_space(space: str, shares: list[float]) -> Colour | None:
    """Return a colour in a space of red, green and blue; outside sRGB only greys are known."""
    if space == "srgb":
        red, green, blue = (_grey(share)[0] for share in shares)
        return (red, green, blue)
    if space.startswith("xyz") or max(shares) - min(shares) > 0.02:
        return None
    return _grey(_gamma(shares[0]) if space == "srgb-linear" else shares[0])


def _by_lightness(kind: str, numbers: list[_Number]) -> Colour | None:
    """Return the grey of a colour told by its lightness; None where it has a hue that can be seen."""
    modern = kind.startswith("ok")
    light, is_share = numbers[0]
    light = light if modern and not is_share else light / 100
    pure = max(
        value / (100 if share else 0.4 if modern else 125) for value, share in numbers[1 : 3 - kind.endswith("h")]
    )
    if pure > 0.04 and 0.03 < light < 0.985:
        return None
    linear = light**3 if modern else ((light * 100 + 16) / 116) ** 3 if light > 0.08 else light * 100 / 903.3
    return _grey(_gamma(linear))


def _gamma(linear: float) -> float:
    """Return how sRGB writes a share of light."""
    linear = max(0.0, min(1.0, linear))
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
