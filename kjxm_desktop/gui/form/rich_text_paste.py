"""What lies on the clipboard for a field of long text, and what a field puts there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication
from shiboken6 import createdByPython

from kjxm_desktop.core import pasted_html, rich_text, strict_json
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.pasted_html import Pasted, TooMuchError
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import pasted

OWN_FORMAT = "application/x-kjxm-blocks+json"
RICH_TEXT = ("text/rtf", "application/rtf", "text/richtext", 'application/x-qt-windows-mime;value="Rich Text Format"')
DATA_ADDRESS, PICTURE_GROUP = "data:image/", b"{\\pict"
HEAVY_BYTES = 1_000_000
"""Pictures in formatted text of this size take longer than a frame to be read."""
PICTURES = frozenset((".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp"))


def can_read(source: QMimeData) -> bool:
    """Tell whether there is text to be had."""
    return source.hasText() or source.hasHtml() or source.hasFormat(OWN_FORMAT)


def has_pictures(source: QMimeData) -> bool:
    """Tell whether there is a picture to be had: pixels, or files that are called like pictures."""
    return source.hasImage() or bool(picture_paths(source))


def is_picture(source: QMimeData) -> bool:
    """Tell whether what there is are pictures and nothing beside them: files, or pixels without text."""
    return bool(picture_paths(source)) or (source.hasImage() and not _has_words(source))


def picture_paths(source: QMimeData) -> list[Path]:
    """Return the files on the clipboard when all of them are called like pictures; else none."""
    local = [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]
    known = [path for path in local if path.suffix.lower() in PICTURES]
    return known if len(known) == len(source.urls()) else []


def _has_words(source: QMimeData) -> bool:
    return source.hasFormat(OWN_FORMAT) or source.hasHtml() or bool(source.text().strip())


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
        return _formatted(source.html(), _rich_text(source), source.text())
    return pasted_html.read_plain(source.text())


def text_file(source: QMimeData) -> Path | None:
    """Return the one file on the clipboard that is called like a text; None for anything else."""
    urls = source.urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and pasted.is_text_file(path) else None


def heavy_reader(source: QMimeData) -> Callable[[], Pasted] | None:
    """Return what reads formatted text with large pictures, to be called on another thread; None for all else."""
    if source.hasFormat(OWN_FORMAT) or not source.hasHtml():
        return None
    html, rtf, text = source.html(), _rich_text(source), source.text()
    if len(html) * (DATA_ADDRESS in html) + len(rtf) * (PICTURE_GROUP in rtf) < HEAVY_BYTES:
        return None
    return lambda: _formatted(html, rtf, text)


def _formatted(html: str, rtf: bytes, text: str) -> Pasted:
    """Return formatted text as blocks, or the plain `text` beside it where it is too much to be read."""
    try:
        return pasted.read_html(html, rtf)
    except TooMuchError:
        plain = pasted_html.read_plain(text)
        return Pasted(plain.blocks, {**plain.dropped, "looks": 1})


def _rich_text(source: QMimeData) -> bytes:
    """Return the rich text that lies beside: it has the pictures that the HTML of Word only names."""
    kind = next((kind for kind in RICH_TEXT if source.hasFormat(kind)), None)
    return bytes(source.data(kind).data()) if kind is not None else b""


def write(blocks: Sequence[Json], words_of: Callable[[str], str]) -> QMimeData:
    """Return `blocks` for ourselves, as HTML and as plain text for others; these get the words of a citation."""
    told = [_told(block, words_of) for block in blocks]
    made = QMimeData()
    made.setData(OWN_FORMAT, QByteArray(json.dumps(blocks, ensure_ascii=False).encode()))
    made.setHtml(pasted_html.to_html(told))
    made.setText(rich_text.plain(told))
    return made


def _told(block: Json, words_of: Callable[[str], str]) -> Json:
    """Return a block with words in the place of its citations."""

    def told(runs: Sequence[Json]) -> list[Json]:
        return [{"text": words_of(str(run["cite"]))} if "cite" in run else run for run in runs]

    match block["type"]:
        case "paragraph":
            return {**block, "runs": told(block["runs"])}
        case "list":
            return {**block, "items": [told(item) for item in block["items"]]}
        case "table":
            return {**block, "rows": [[told(cell) for cell in row] for row in block["rows"]]}
        case _:
            return block


def leave_text() -> None:
    """Leave plain text alone on the clipboard, at the end of the program: what we have made would outlive Python."""
    clipboard = QGuiApplication.clipboard()
    source = cast("QMimeData | None", clipboard.mimeData())  # the bindings' types promise one; there may be none
    if source is not None and createdByPython(source):
        clipboard.setText(clipboard.text())


def _own_blocks(raw: bytes, has_media: Callable[[str], bool]) -> list[Json]:
    blocks = rich_text.normalise(strict_json.loads(raw))
    return [block for block in blocks if "media" not in block or has_media(block["media"])]
