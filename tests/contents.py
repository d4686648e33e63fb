"""All that a file holds, layer by layer, so that a word hidden in it is found: archives, PDFs, mails, plain bytes."""

from __future__ import annotations

import email
import io
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from pathlib import Path

import pikepdf


def found_in(path: Path, words: Iterable[str], *, attachments: bool = True) -> list[str]:
    """Return where in the file at `path` which of `words` stand, whatever their case, in UTF-8 or UTF-16."""
    return [
        f"{place}: {word}"
        for place, content in layers(path.name, path.read_bytes(), attachments=attachments)
        for word in words
        if holds(content, word)
    ]


def holds(content: bytes, word: str) -> bool:
    """Tell whether a word stands in `content`."""
    low = content.lower()
    return any(word.lower().encode(code) in low for code in ("utf-8", "utf-16-le", "utf-16-be"))


def layers(name: str, content: bytes, *, attachments: bool = True) -> Iterator[tuple[str, bytes]]:
    """Yield `content` and all that is packed inside it, each with where it lies; of a mail the files on demand."""
    yield name, name.encode() + b"\n" + content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{name} (comment)", archive.comment
            for info in archive.infolist():
                yield f"{name}/{info.filename} (extra)", info.extra + info.comment
                yield from layers(f"{name}/{info.filename}", archive.read(info))
    elif content.startswith(b"%PDF-"):
        yield from _of_pdf(name, content)
    elif name.endswith(".eml"):
        yield from _of_mail(name, email.message_from_bytes(content), attachments)


def _of_pdf(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for number, told in enumerate(pdf.objects, 1):
            yield f"{name}#{number}", told.unparse()
            yield f"{name}#{number} (strings)", "\n".join(_strings(told)).encode()
            if isinstance(told, pikepdf.Stream):
                try:
                    data = told.read_bytes()
                except pikepdf.PdfError:  # a picture that is kept as it came
                    data = told.read_raw_bytes()
                yield f"{name}#{number} (stream)", data


def _strings(told: object) -> Iterator[str]:
    if isinstance(told, pikepdf.String):
        yield str(told)
    elif isinstance(told, pikepdf.Dictionary | pikepdf.Stream):
        for key in told.keys():  # noqa: SIM118 - a stream is walked by its bytes otherwise
            if key not in ("/Parent", "/P", "/Prev", "/Next", "/First", "/Last", "/Pg", "/K", "/Dest"):
                value = told.get(key)
                if not getattr(value, "is_indirect", False):
                    yield from _strings(value)
    elif isinstance(told, pikepdf.Array):
        for value in told:
            if not getattr(value, "is_indirect", False):
                yield from _strings(value)


def _of_mail(name: str, message: Message, attachments: bool) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        yield f"{name} (headers)", str(part.items()).encode()
        content = part.get_payload(decode=True)
        file = part.get_filename()
        if isinstance(content, bytes) and (attachments or file is None):
            yield from layers(f"{name}/{file or part.get_content_type()}", content)
