"""The e-mail draft: an .eml file that Outlook, Foxmail and Thunderbird open ready to send (RFC 5322, X-Unsent)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.exchange import names

LARGE_BYTES = 15_000_000
TOO_LARGE_BYTES = 20_000_000

_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class Letter:
    """What the e-mail says, for the draft and for people who copy it into web mail."""

    to: str
    subject: str
    body: str


def letter(call: Call, data: Json, files: Sequence[str]) -> Letter:
    """Return address, subject and body as the call words them; `files` are the names of what is attached."""
    answers = names.answers(call, data)

    def value(name: str) -> str:
        if name == "files":
            return "\n".join(f"{number}. {file}" for number, file in enumerate(files, 1))
        if name in ("year", "call"):
            return str(call.year) if name == "year" else call.title["zh"]
        return " ".join(answers.text(name).split()) or names.BLANK

    told = call.about["mail"]
    subject = " ".join(calls.fill(told["subject"], value).split())
    return Letter(told["to"], subject, calls.fill(told["body"], value))


def draft(told: Letter, attachments: Sequence[tuple[str, bytes]], now: datetime) -> bytes:
    """Return the bytes of the .eml: no sender (the mail program adds it), X-Unsent, every file attached.

    The same content and time give the same bytes.
    """
    message = EmailMessage(policy=SMTP)
    message["To"] = told.to
    message["Subject"] = told.subject
    message["Date"] = now
    message["X-Unsent"] = "1"
    message.set_content(told.body, cte="base64")
    for name, data in attachments:
        main, _, sub = _type_of(name).partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    mark = hashlib.sha256("\0".join([told.subject, now.isoformat(), *(name for name, _ in attachments)]).encode())
    if message.is_multipart():
        message.set_boundary(f"=_kjxm_{mark.hexdigest()[:32]}")
    return message.as_bytes()


def _type_of(name: str) -> str:
    suffix = "." + name.rpartition(".")[2].lower()
    # Text and mail would be re-encoded on the way; as bytes they arrive as they left. Only these few are told by name:
    # what the system knows differs from one machine to the next, and the same content shall give the same bytes.
    return _TYPES.get(suffix, "application/octet-stream")


def size_warning(size: int) -> str | None:
    """Return the key of the warning for an .eml of `size` bytes: "large" above 15 MB, "too_large" above 20 MB."""
    if size > TOO_LARGE_BYTES:
        return "too_large"
    return "large" if size > LARGE_BYTES else None
