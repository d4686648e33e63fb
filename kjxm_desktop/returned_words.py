"""Where a document that came back differs from its data, in the language in use: the place, and both versions."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from kjxm_desktop.exchange.returned import Difference, Returned
    from kjxm_desktop.export.printed import Spans

_BETWEEN = {"zh": "、", "en": ", "}


def plain(difference: Difference) -> Json:
    """Return the four things that are told of a difference outside: {"section", "pointer", "data", "printed"}."""
    data, printed = versions(difference)
    return {"section": difference.section, "pointer": difference.pointer, "data": data, "printed": printed}


def place(call: Call, difference: Difference) -> str:
    """Return what part of the document a difference lies in: a section by its title, the footers, the pages."""
    if difference.kind not in ("text", "marks"):
        return strings.text(f"returned.in_{difference.kind.partition('_')[0]}")
    section = call.form.section(difference.section)
    return strings.pick(section.title) if section is not None else strings.text("returned.front")


def places(found: Returned) -> list[str]:
    """Return the parts of the document that differ, each once, in its order."""
    call = found.proposal.call
    return list(dict.fromkeys(place(call, difference) for difference in found.differences))


def listed(names: list[str]) -> str:
    """Return names as one text."""
    return _BETWEEN[strings.language()].join(names)


def versions(difference: Difference) -> tuple[str, str]:
    """Return what the data print and what stands there now, "" where nothing does; marks are told where they differ."""
    data, printed = difference.data, difference.printed
    match difference.kind:
        case "text" | "marks":
            one, other = difference.looks
            return _with_marks(data, one), _with_marks(printed, other)
        case "contents":
            return data, printed
        case "code":
            return _told("code", data), _told("code", printed)
        case _:
            return _told("page", data), _told("other_page" if difference.kind == "page_other" else "page", printed)


def _told(what: str, value: str) -> str:
    return strings.text(f"returned.value_{what}", value=value) if value else ""


def _with_marks(text: str, spans: Spans) -> str:
    """Return `text` with each stretch that carries marks named: CO〔下标：2〕."""
    alike = groupby(spans, lambda span: span.marks)
    return "".join([_stretch("".join([span.text for span in found]), marks) for marks, found in alike]) or text


def _stretch(text: str, marks: tuple[str, ...]) -> str:
    if not marks or not text.strip():
        return text
    names = listed([strings.text(f"returned.mark_{mark}") for mark in marks])
    return strings.text("returned.marked", text=text, marks=names)
