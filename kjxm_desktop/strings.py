"""Every text the program shows, in the language in use: keys of `resources/strings/<language>/<room>.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import cast

from kjxm_desktop import paths
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Text
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.errors import KjxmError

LANGUAGES = ("zh", "en")

_language = "zh"


def use(language: str) -> None:
    """Speak `language` ("zh" or "en") from now on; anything else is Chinese."""
    global _language
    _language = language if language in LANGUAGES else "zh"


def language() -> str:
    """Return the language in use."""
    return _language


@lru_cache(maxsize=64)
def _room(language: str, room: str) -> Mapping[str, str]:
    path = paths.resources() / "strings" / language / f"{room}.json"
    return cast("Mapping[str, str]", json.loads(path.read_text(encoding="utf-8")))


def text(key: str, **params: object) -> str:
    """Return the text of `key` ("<room>.<name>") with {params} filled in. Raises KeyError for an unknown key."""
    return _room(_language, key.partition(".")[0])[key].format_map(params)


def pick(told: Text) -> str:
    """Return a text of a call in the language in use, Chinese where the call has no other."""
    return told.get(_language) or told.get("zh", "")


def error(problem: KjxmError) -> str:
    """Return the sentence for a failure; a failure inside another is told after it."""
    return text(f"errors.{problem.key}", **{key: _said(key, part) for key, part in problem.params.items()})


def error_at(call: Call, problem: KjxmError) -> str:
    """Return the sentence for a failure with an open proposal: where it lies is told by labels, not by a pointer."""

    def placed(key: str, part: object) -> object:
        if isinstance(part, KjxmError):
            return error_at(call, part)
        return label_path(call, part) if key == "pointer" and isinstance(part, str) and part else part

    return error(KjxmError(problem.key, **{key: placed(key, part) for key, part in problem.params.items()}))


def _said(key: str, part: object) -> object:
    """Return what fills a blank: a failure as its sentence, and the address of the whole, which is empty, as words."""
    if isinstance(part, KjxmError):
        return error(part)
    return text("finding.top_level") if key in ("pointer", "place") and part == "" else part


def finding(call: Call, found: Diagnostic) -> str:
    """Return the sentence for a finding, ending with the clause it rests on, as （二、1）."""
    from kjxm_desktop.core.rules import rule_of  # loaded with the first finding: the first page needs no rule

    rule = rule_of(call, found.code)
    told = pick(rule.message_for(found.variant)).format_map(found.params) if rule else _general(call, found)
    if not found.clause:
        return told
    return f"{told}（{found.clause}）" if _language == "zh" else f"{told} ({found.clause})"


def _general(call: Call, found: Diagnostic) -> str:
    control = call.form.control(found.pointer)
    label = pick(control.label) if control else ""
    unit = control.unit if control else ""
    room = _room(_language, "finding")
    exact = f"finding.{found.code}.{found.variant}"
    key = exact if exact in room else f"finding.{found.code}"
    return room[key].format_map({**found.params, "label": label, "unit": unit})


def label_path(call: Call, pointer: str) -> str:
    """Return where `pointer` stands in words: section › label, with the row's number."""
    section = call.form.section(pointer.split("/")[1]) if pointer else None
    if section is None:
        return text("finding.whole")
    parts = [pick(section.title)]
    tokens = pointer.split("/")
    for end in range(2, len(tokens) + 1):
        if tokens[end - 1].isdigit():
            parts.append(text("finding.row", number=int(tokens[end - 1]) + 1))
        control = call.form.control("/".join(tokens[:end]))
        if control is not None:
            parts.append(pick(control.label))
    return " › ".join(parts)


# Written out: the names that the C library gives depend on the machine.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(told: date) -> str:
    """Return a day as it is written: 2024年6月20日, or 20 June 2024."""
    if _language == "zh":
        return f"{told.year}年{told.month}月{told.day}日"
    return f"{told.day} {_MONTHS[told.month - 1]} {told.year}"


def moment(told: datetime) -> str:
    """Return a day with hour and minute."""
    return f"{day(told)} {told:%H:%M}"
