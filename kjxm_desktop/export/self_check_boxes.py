"""The boxes of a filled form read again: each has to be ticked when its answer was given, and only then."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any, cast

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_EMPTY = "☐□"


def wrong(proposal: Proposal, data: bytes) -> Iterator[str]:
    """Yield the pointers of the answers whose boxes in the DOCX `data` do not say what was answered."""
    # Loaded when something was exported.
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        stories = [name for name in archive.namelist() if name.startswith("word/") and name.endswith(".xml")]
        for name in stories:
            for control in etree.fromstring(archive.read(name), parser).iter(f"{_W}sdt"):
                yield from _wrong(proposal, control)


def _wrong(proposal: Proposal, control: Any) -> Iterator[str]:
    tag = control.find(f"{_W}sdtPr/{_W}tag")
    text = tag.get(f"{_W}val", "") if tag is not None else ""
    pointer, marked, value = text.partition("=")
    asked = proposal.call.form.control(pointer) if pointer.startswith("/") and "*" not in pointer else None
    box = control.find(f"{_W}sdtPr/{_W14}checkbox")
    if asked is None or not (marked or (box is not None and asked.kind == "yes_no")):
        return
    answer = proposal.get(pointer) if proposal.call.form.shown(pointer, proposal.data) else None
    wanted = value or "true"
    if _is_ticked(control, box) != (wanted in _spelt(answer)):
        yield pointer


def _spelt(answer: Json) -> list[str]:
    if isinstance(answer, bool):
        return ["true" if answer else "false"]
    chosen = cast("list[Json]", answer) if isinstance(answer, list) else [answer]
    return [str(one) for one in chosen]


def _is_ticked(control: Any, box: Any) -> bool:
    """Tell whether a box is ticked: what shows, and for Word's own kind what it tells, which have to agree."""
    shown = "".join(control.find(f"{_W}sdtContent").itertext(f"{_W}t")).strip() not in (*_EMPTY, "")
    if box is None:
        return shown
    checked = box.find(f"{_W14}checked")
    return shown and checked is not None and checked.get(f"{_W14}val") in ("1", "true")
