"""What lies on the clipboard for a field of long text, and what a field puts there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, QMimeData

from kjxm_desktop.core import pasted_html, rich_text, strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Pasted, TooMuchError
from kjxm_desktop.errors import KjxmError

OWN_FORMAT = "application/x-kjxm-blocks+json"


def can_read(source: QMimeData) -> bool:
    """Tell whether there is text to be had."""
    return source.hasText() or source.hasHtml() or source.hasFormat(OWN_FORMAT)


def read(source: QMimeData, has_media: Callable[[str], bool]) -> Pasted:
    """Return the blocks of the best form that `source` offers: our own, formatted, plain; and what was dropped.

    Of our own blocks a picture comes along only when the proposal `has_media` of it. Formatted text that is too much to
    be read gives its plain form, if it brings one, and tells of dropped `looks`.
    """
    if source.hasFormat(OWN_FORMAT):
        try:
            return Pasted(_own_blocks(bytes(source.data(OWN_FORMAT).data()), has_media), {})
        except KjxmError:
            pass  # whoever wrote it, it was not this program: there is text beside it
    if source.hasHtml():
        try:
            return pasted_html.read(source.html())
        except TooMuchError:
            plain = pasted_html.read_plain(source.text())
            return Pasted(plain.blocks, {**plain.dropped, "looks": 1})
    return pasted_html.read_plain(source.text())


def write(blocks: Sequence[Json]) -> QMimeData:
    """Return `blocks` for ourselves, as HTML and as plain text for others."""
    made = QMimeData()
    made.setData(OWN_FORMAT, QByteArray(json.dumps(blocks, ensure_ascii=False).encode()))
    made.setHtml(pasted_html.to_html(blocks))
    made.setText(rich_text.plain(list(blocks)))
    return made


def _own_blocks(raw: bytes, has_media: Callable[[str], bool]) -> list[Json]:
    blocks = rich_text.normalise(strict_json.loads(raw))
    return [block for block in blocks if "media" not in block or has_media(block["media"])]
