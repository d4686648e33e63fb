"""Punctuation as Chinese is set, helped while one types: a function of what stands round the cursor, and a switch.

Nothing is turned in Latin text and numbers: what counts is the sign before, which must be Chinese. Whoever makes a turn
makes it a step of its own, so that one undo gives back what was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kjxm_desktop.settings import Settings

_HAN: Final = re.compile("[\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")
_AFTER: Final = "）】》〉」』”’，。；：？！、…—％‰℃"
"""Signs that end something Chinese: what follows them is Chinese too."""
_WIDE: Final = {",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_PAIRS: Final = {"（": "）", "《": "》", "【": "】", "「": "」"}
_OPENS: Final = "（《【「“‘"
_OBJECT: Final = "\ufffc"
TRIGGERS: Final = frozenset([*_WIDE, *_WIDE.values(), *_PAIRS, *_PAIRS.values(), "-", "—", '"', "'"])
"""Typed signs that may be turned; nothing is asked for any other."""

SETTING: Final = "punctuation"

_on = True
_settings: Settings | None = None


@dataclass(frozen=True)
class Turn:
    """What becomes of the last `taken` characters before the cursor and the first `dropped` after it.

    They become `before` and `after`, the cursor between the two.
    """

    taken: int
    before: str
    after: str = ""
    dropped: int = 0


def follow(settings: Settings) -> None:
    """Help as the settings say, and keep there what is switched."""
    global _settings, _on
    _settings, _on = settings, bool(settings.get(SETTING))


def use(on: bool) -> None:
    """Help from now on, or let everything stand as typed."""
    global _on
    _on = on
    if _settings is not None:
        _settings.set(SETTING, on)


def is_on() -> bool:
    """Tell whether typing is helped."""
    return _on


def turned(before: str, after: str) -> Turn | None:
    """Return what becomes of the sign just typed, the last of `before`; None when it stands.

    `before` and `after` are the text of the paragraph on both sides of the cursor.
    """
    if not before or before[-1] not in TRIGGERS:
        return None
    turn = _turn(before, after)
    return None if turn is not None and _OBJECT in before[-turn.taken :] else turn


def _turn(before: str, after: str) -> Turn | None:
    text = before.replace(_OBJECT, "")
    sign, told = text[-1:], text[:-1]
    if sign in "-—":
        return _dash(sign, told)
    if not _is_chinese(told) and not _closes(sign, told):
        return _dots(told) if sign == "." else _paired(sign, told, after)
    wide = _quote(sign, told) if sign in "\"'" else _WIDE.get(sign, sign)
    if wide == "。" and told.endswith("。。"):
        return Turn(3, "……")
    if wide == sign or not _goes_on_chinese(after):
        return _paired(sign, told, after)
    over = _paired(wide, told, after)
    return Turn(1, wide, over.after if over else "", over.dropped if over else 0)


def is_empty_pair(before: str, after: str) -> bool:
    """Tell whether the cursor stands between two brackets with nothing in them."""
    return bool(before and after) and _PAIRS.get(before[-1]) == after[0]


def _is_chinese(told: str) -> bool:
    """Tell whether what stands before is Chinese."""
    return bool(told) and (told[-1] in _AFTER or _HAN.match(told[-1]) is not None)


def _goes_on_chinese(after: str) -> bool:
    """Tell whether nothing or something Chinese follows: a sign put into Latin text stands."""
    first = after.replace(_OBJECT, "")[:1]
    return not first or first in _AFTER or first in _OPENS or _HAN.match(first) is not None


def _closes(sign: str, told: str) -> bool:
    """Tell whether a half bracket or quotation mark closes one that is Chinese, whatever stands between: （CO2)."""
    if sign == ")":
        return told.count("（") > told.count("）") and told.count("(") <= told.count(")")
    if sign in "\"'":
        opened, closed = ("“", "”") if sign == '"' else ("‘", "’")
        return told.count(opened) > told.count(closed) and told.count(sign) == 0
    return False


def _quote(sign: str, told: str) -> str:
    opened, closed = ("“", "”") if sign == '"' else ("‘", "’")
    return closed if told.count(opened) > told.count(closed) else opened


def _dash(sign: str, told: str) -> Turn | None:
    """Make two hyphens after something Chinese the long dash."""
    if told.endswith("-") and sign == "-" and _is_chinese(told[:-1]) and told[-2:-1] not in ("—", "-"):
        return Turn(2, "——")
    return None


def _dots(told: str) -> Turn | None:
    """Make three half dots after something Chinese the ellipsis, where single ones were wanted half."""
    return Turn(3, "……") if told.endswith("..") and _is_chinese(told[:-2]) else None


def _paired(sign: str, told: str, after: str) -> Turn | None:
    """Let a bracket that opens bring the one that closes, and one that closes take the place of that."""
    closing = _PAIRS.get(sign)
    if closing is not None:
        free = not after or not (after[0].isalnum() or after[0] == _OBJECT)
        lacks = after.count(closing) <= after.count(sign)
        return Turn(1, sign, closing) if free and lacks else None
    opening = next((one for one, other in _PAIRS.items() if other == sign), "")
    if opening and after.startswith(sign):
        whole = told + sign + after
        if whole.count(sign) > whole.count(opening):
            return Turn(1, sign, "", dropped=1)
    return None
