"""The bytes of a file that came in, within bounds, and what they are by their beginning: names lie."""

from __future__ import annotations

import io
import re
import stat
from pathlib import Path
from typing import Final, Literal

from kjxm_desktop.errors import KjxmError, why

LIMIT_BYTES: Final = 64 * 1024 * 1024
_LOOKED_AT: Final = 64 * 1024  # bytes at either end of a file
_OFFICE_PART: Final = b"[Content_Types].xml"  # which every office file has, and no draft
_OPEN_DOCUMENT: Final = b"application/vnd.oasis.opendocument"
_MIMETYPE_BYTES: Final = 200

Kind = Literal["empty", "zip", "ole", "pdf", "html", "rtf", "xml", "other"]

_HTML = re.compile(rb"\s*<(?:!--|!doctype\s+html|(?:html|head|body|table|meta)\b)", re.IGNORECASE)
_WEB_ARCHIVE = re.compile(rb"MIME-Version:|From: <Saved by", re.IGNORECASE)


def read(source: Path | bytes, name: str, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Return the bytes of `source`. Raises KjxmError incoming.unreadable or incoming.too_big with `name`."""
    if isinstance(source, bytes):
        data = source[: limit_bytes + 1]
    else:
        try:
            with source.open("rb") as file:
                if not stat.S_ISREG(source.stat().st_mode):
                    raise KjxmError("incoming.unreadable", name=name, why=KjxmError("system.is_folder"))
                data = file.read(limit_bytes + 1)
        except (OSError, ValueError) as error:
            raise KjxmError("incoming.unreadable", name=name, why=why(error)) from error
    if len(data) > limit_bytes:
        raise KjxmError("incoming.too_big", name=name, limit=limit_bytes // (1024 * 1024))
    return data


def kind_of(data: bytes) -> Kind:
    """Return what `data` is by its first bytes."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if not data:
        return "empty"
    if start.startswith(b"PK\x03\x04"):
        return "zip"
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if b"%PDF-" in start[:1024]:
        return "pdf"
    if start.startswith(b"{\\rtf"):
        return "rtf"
    if _HTML.match(start) or _WEB_ARCHIVE.match(start):
        return "html"
    return "xml" if start.lstrip().startswith(b"<?xml") else "other"


def is_document(source: Path | bytes) -> bool:
    """Tell by its content whether `source` is an office file or a PDF, not a draft; False for what cannot be read.

    Of office files in older or other formats `incoming` tells what to do with them.
    """
    try:
        head, tail = (source[:_LOOKED_AT], source[-_LOOKED_AT:]) if isinstance(source, bytes) else _ends(source)
    except (OSError, ValueError):
        return False
    kind = kind_of(head)
    if kind == "zip":
        return _OFFICE_PART in head or _OFFICE_PART in tail or _OPEN_DOCUMENT in head[:_MIMETYPE_BYTES]
    return kind in ("pdf", "ole", "rtf")


def _ends(path: Path) -> tuple[bytes, bytes]:
    """Return how a file begins and ends."""
    if not path.is_file():  # a pipe is not looked into: what was read of it would be gone
        return b"", b""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        file.seek(max(file.seek(0, io.SEEK_END) - _LOOKED_AT, 0))
        return head, file.read(_LOOKED_AT)


def is_encrypted(ole: bytes) -> bool:
    """Tell whether an OLE file wraps a document with a password: its directory names the parcel."""
    return "EncryptedPackage".encode("utf-16-le") in ole
