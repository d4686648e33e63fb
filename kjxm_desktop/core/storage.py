"""The portable draft, `.kjxm`: one file that holds answers, notes, pictures, files and the call they answer."""

from __future__ import annotations

import hashlib
import io
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from kjxm_desktop.core import (
    atomic_file,
    canonical,
    container,
    draft_manifest,
    long_paths,
    migration,
    notes,
    pictures,
    shape,
    strict_json,
)
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves, media_named
from kjxm_desktop.errors import KjxmError

MIMETYPE: Final = b"application/vnd.kjxm.proposal"
MAX_FILE_BYTES: Final = container.LIMIT_BYTES + 1024 * 1024
MOST_REVISION: Final = 10**15
"""No draft is saved so often. A larger number is made up or damaged, and is read as 0."""

_MIMETYPE: Final = "mimetype"
MANIFEST: Final = "manifest.json"
PROPOSAL: Final = "content/proposal.json"
NOTES: Final = "content/notes.json"
CALL: Final = "call/"
MEDIA: Final = "media/"
_ALLOWED = re.compile(
    f"{_MIMETYPE}|{re.escape(MANIFEST)}|{re.escape(PROPOSAL)}|{re.escape(NOTES)}|{MEDIA}[0-9a-f]{{64}}|"
    f"{CALL}({'|'.join(re.escape(name) for name in (*calls.FILES, calls.TEMPLATE))})"
)
_MOST_DEPTH = 64


class Calls(Protocol):
    """Where the call of a draft is looked up: `call.Shelf`."""

    def from_draft(self, files: Mapping[str, bytes]) -> tuple[Call, bool]:
        """Return the call made of `files` and whether it is installed; check a stranger strictly."""
        ...


@dataclass(frozen=True)
class Stored:
    """A draft as it was read: the proposal, the SHA-256 of the file, and whether its call is not an installed one."""

    proposal: Proposal
    sha256: str
    foreign_call: bool


@dataclass(frozen=True)
class Content:
    """What a draft says, before its call is asked whether that may be said.

    `unknown` is what a later program tells in the manifest.
    """

    format: int
    doc_id: str
    revision: int
    call: Mapping[str, Json]
    data: Json
    notes: Json
    media: Mapping[str, bytes]
    call_files: Mapping[str, bytes]
    apart: frozenset[str] = frozenset()
    unknown: Mapping[str, Json] = field(default_factory=dict[str, Json])


def read(path: Path, shelf: Calls) -> Stored:
    """Return the draft at `path`. Its own call rules it; one that `shelf` does not have is checked strictly first.

    Raises KjxmError storage.* when the file cannot be opened, and draft.* with `path`, naming what is wrong, when it is
    not a whole and honest draft of a format known here. Nothing is written anywhere.
    """
    try:
        with opened(path) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            parts = _checked_parts(file)
    except OSError as error:
        raise unreadable(error, path) from error
    except ValueError as error:  # a NUL in the path
        raise KjxmError("storage.name", path=str(path)) from error
    except KjxmError as error:
        raise placed(error, path) from error
    try:
        proposal, installed = to_proposal(_content(parts), shelf)
    except KjxmError as error:
        raise placed(error, path) from error
    return Stored(proposal, sha256, foreign_call=not installed)


def unpacked(data: bytes, name: str, shelf: Calls) -> Stored:
    """Return the draft whose bytes are `data`, bounded before; `name` only names it in messages.

    Raises KjxmError draft.* with `path`.
    """
    try:
        proposal, installed = to_proposal(_content(_checked_parts(io.BytesIO(data))), shelf)
    except KjxmError as error:
        raise placed(error, Path(name)) from error
    return Stored(proposal, hashlib.sha256(data).hexdigest(), foreign_call=not installed)


def write(
    path: Path,
    proposal: Proposal,
    *,
    program: str,
    last: Callable[[Path], None] | None = None,
    foresee: Callable[[str], None] | None = None,
) -> str:
    """Put `proposal` at `path`, whole or not at all, and return the SHA-256 of the file.

    The file is read again and checked before it takes the place of the old one; then `foresee` hears its SHA-256, and
    `last` which file is the old one, and stops it by raising. The same proposal gives the same bytes. Raises KjxmError
    storage.* or draft.* with `path`; then the old file is as it was.
    """
    try:
        made = _pieces(proposal, program)
        sha256 = _sha256_of_pieces(made)

        def verify(written: Path) -> None:
            _verify(written, proposal.call)
            if foresee is not None:
                foresee(sha256)

        atomic_file.write(path, made, verify=verify, last=last)
    except KjxmError as error:
        raise placed(error, path) from error
    return sha256


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of the file at `path`, None when there is none. Raises KjxmError storage.unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KjxmError("storage.unreadable", path=str(path)) from error


def packed(proposal: Proposal, program: str) -> bytes:
    """Return the bytes of the draft of `proposal`; media that no answer and no note names stays out."""
    return b"".join(_pieces(proposal, program))


def packed_sha256(proposal: Proposal, program: str) -> str:
    """Return the SHA-256 of the file that `write` makes of `proposal`."""
    return _sha256_of_pieces(_pieces(proposal, program))


def _sha256_of_pieces(made: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in made:
        digest.update(piece)
    return digest.hexdigest()


def _pieces(proposal: Proposal, program: str) -> list[bytes]:
    sections = strict_json.members(proposal.data)
    data, said = b"{" + b",".join(sections.values()) + b"}", strict_json.dumps(proposal.notes)
    parts = {PROPOSAL: data, NOTES: said}
    parts |= {CALL + name: content for name, content in sorted(proposal.call.files.items())}
    parts |= {MEDIA + sha256: proposal.media[sha256] for sha256 in named_media(data + said, proposal.media)}
    manifest: dict[str, Json] = {
        **proposal.unknown,
        "format": migration.FORMAT,
        "min_reader": migration.MIN_READER,
        "doc_id": proposal.doc_id,
        "revision": proposal.revision,
        "program": program,
        "call": {"id": proposal.call.id, "version": proposal.call.version, "sha256": proposal.call.sha256},
        "parts": {name: {"sha256": _digest_of(name, content), "size": len(content)} for name, content in parts.items()},
        # By these a damaged draft is salvaged section by section (`salvage`); readers need neither them nor the cuts.
        "sections": {key: hashlib.sha256(section).hexdigest() for key, section in sections.items()},
    }
    apart = sorted(sha256 for sha256 in proposal.apart - proposal.media.keys() if f'"{sha256}"'.encode() in data)
    if apart:
        manifest["apart"] = apart
    cuts = {PROPOSAL: [1 + end for end in accumulate(len(section) + 1 for section in sections.values())][:-1]}
    listed = [(_MIMETYPE, MIMETYPE, False), (MANIFEST, strict_json.dumps(manifest), True)]
    return container.pieces(listed + [(name, part, not name.startswith(MEDIA)) for name, part in parts.items()], cuts)


def _digest_of(name: str, content: bytes) -> str:
    """Return the SHA-256 of a part; media are called by it, and were hashed when they came in."""
    return name.removeprefix(MEDIA) if name.startswith(MEDIA) else hashlib.sha256(content).hexdigest()


def named_media(text: bytes, media: Mapping[str, bytes]) -> list[str]:
    """Return the sorted SHA-256 of those of `media` that the JSON in `text` names, under known keys or not."""
    return sorted(sha256 for sha256 in media if f'"{sha256}"'.encode("ascii") in text)


def to_proposal(content: Content, shelf: Calls) -> tuple[Proposal, bool]:
    """Return the proposal that `content` tells, brought to today's format, and whether its call is installed.

    Raises KjxmError draft.call, draft.content or draft.media.
    """
    call, installed = call_of(content.call_files, shelf)
    for key, value in (("id", call.id), ("version", call.version), ("sha256", call.sha256)):
        if content.call[key] != value:
            raise KjxmError("draft.manifest", place=f"/call/{key}")
    check_notes(content.notes)
    try:
        data = migration.migrate(content.format, content.data)
        clean = canonical.canonical(call, data, shape.check(call, data, keep_unknown=True))
        proposal = Proposal(call, clean, content.media)
    except KjxmError as error:
        raise KjxmError("draft.content", why=error) from error
    proposal.apart, proposal.unknown = content.apart, content.unknown
    proposal.notes = notes.empty() | content.notes
    proposal.doc_id = content.doc_id
    proposal.revision = content.revision
    _check_media(proposal)
    return proposal, installed


def call_of(files: Mapping[str, bytes], shelf: Calls) -> tuple[Call, bool]:
    """Return the call made of `files`, and whether it is installed. Raises KjxmError draft.call."""
    try:
        return shelf.from_draft(files)
    except KjxmError as error:
        raise KjxmError("draft.call", why=error) from error


def counted(revision: int) -> int:
    """Return the `revision` that a draft tells, 0 where it is none that saving leads to."""
    return revision if 0 <= revision <= MOST_REVISION else 0


def is_part(name: str) -> bool:
    """Tell whether a part of a draft may have this name."""
    return _ALLOWED.fullmatch(name) is not None


# --- the file -------------------------------------------------------------------------------------------------------


def opened(path: Path) -> io.BufferedReader:
    """Return the file at `path`, open for reading. Raises OSError, KjxmError storage.* or draft.too_big."""
    path = Path(long_paths.reachable(str(path.absolute())))
    mode = path.stat().st_mode  # looked at first: opening a pipe would wait for ever
    if stat.S_ISDIR(mode):
        raise KjxmError("storage.is_folder")
    if not stat.S_ISREG(mode):
        raise KjxmError("storage.no_file")
    file = path.open("rb")
    if file.seek(0, io.SEEK_END) > MAX_FILE_BYTES:
        file.close()
        raise KjxmError("draft.too_big", limit=container.LIMIT_BYTES // (1024 * 1024))
    file.seek(0)
    return file


def unreadable(error: OSError, path: Path) -> KjxmError:
    """Return why the file at `path` could not be read."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return KjxmError("storage.missing", path=str(path))
        case PermissionError():
            return KjxmError("storage.unreadable", path=str(path))
        case _:
            return atomic_file.failure(error, path)


def placed(error: KjxmError, path: Path) -> KjxmError:
    """Return `error` with the file it is about, unless it tells one already."""
    return KjxmError(error.key, **{"path": str(path), **error.params})


@dataclass(frozen=True)
class _OwnCall:
    """The shelf of a draft that was just written: its call is the one it was written with."""

    call: Call

    def from_draft(self, files: Mapping[str, bytes]) -> tuple[Call, bool]:
        return self.call, calls.sha256_of(files) == self.call.sha256


def _verify(path: Path, call: Call) -> None:
    """Raise KjxmError unless what was written can be opened again."""
    with path.open("rb") as file:
        content = _content(_checked_parts(file))
    to_proposal(content, _OwnCall(call))


# --- the parts ------------------------------------------------------------------------------------------------------


def _checked_parts(file: BinaryIO) -> dict[str, bytes]:
    """Return the parts of a draft, each of the size and digest that the manifest tells, none missing, none besides."""
    _refuse_newer(file)
    parts = container.read(file, is_part)
    if next(iter(parts)) != _MIMETYPE or parts[_MIMETYPE] != MIMETYPE:
        raise KjxmError("draft.no_draft")
    for name in (MANIFEST, PROPOSAL, NOTES, *(CALL + name for name in calls.FILES)):
        if name not in parts:
            raise KjxmError("draft.missing", part=name)
    manifest = _json(parts, MANIFEST)
    draft_manifest.check(manifest)
    told = cast("dict[str, Json]", manifest["parts"])
    for name in told.keys() - parts.keys():
        raise KjxmError("draft.missing", part=strict_json.printable(name, 100))
    for name, part in parts.items():
        if name in (_MIMETYPE, MANIFEST):
            continue
        if name not in told:
            raise KjxmError("draft.not_listed", part=name)
        sha256 = hashlib.sha256(part).hexdigest()
        if told[name] != told[name] | {"sha256": sha256, "size": len(part)}:
            raise KjxmError("draft.damaged", part=name)
        if name.startswith(MEDIA) and name != MEDIA + sha256:
            raise KjxmError("draft.damaged", part=name)
    return parts


def _refuse_newer(file: BinaryIO) -> None:
    """Raise KjxmError draft.newer first of all: what a later program puts into a draft is no fault."""
    raw = container.peek(file, MANIFEST)
    manifest = _json({MANIFEST: raw}, MANIFEST) if raw is not None else {}
    if draft_manifest.is_count(manifest.get("format")) and draft_manifest.is_count(manifest.get("min_reader")):
        migration.check_readable(manifest["format"], manifest["min_reader"])


def _content(parts: Mapping[str, bytes]) -> Content:
    manifest = _json(parts, MANIFEST)
    return Content(
        format=manifest["format"],
        doc_id=manifest["doc_id"],
        revision=counted(manifest["revision"]),
        call=manifest["call"],
        data=_json(parts, PROPOSAL),
        notes=_json(parts, NOTES),
        media={name.removeprefix(MEDIA): part for name, part in parts.items() if name.startswith(MEDIA)},
        call_files={name.removeprefix(CALL): part for name, part in parts.items() if name.startswith(CALL)},
        apart=frozenset(manifest.get("apart", [])),
        unknown=draft_manifest.unknown(manifest),
    )


def _json(parts: Mapping[str, bytes], name: str) -> dict[str, Json]:
    try:
        value = strict_json.loads(parts[name], name=name, limit_depth=_MOST_DEPTH)
    except KjxmError as error:
        raise KjxmError("draft.part", part=name, why=error) from error
    if not isinstance(value, dict):
        raise KjxmError("draft.part", part=name, why=KjxmError("json.not_an_object"))
    return cast("dict[str, Json]", value)


# --- what answers and notes may hold -------------------------------------------------------------------------------


def _check_media(proposal: Proposal) -> None:
    """Raise KjxmError draft.media or draft.picture where an answer names what is not there or is no plain picture.

    A file may be missing that the draft itself says travels apart from it; a picture never.
    """
    for control, pointer, value in leaves(proposal.call, proposal.data):
        is_picture = control.kind != "file"
        for sha256 in media_named(control, value):
            if not is_picture and sha256 in proposal.apart:
                continue
            if sha256 not in proposal.media:
                raise KjxmError("draft.media", pointer=pointer, part=MEDIA + str(sha256)[:12])
            if is_picture and pictures.measure(proposal.media[sha256]) is None:
                raise KjxmError("draft.picture", pointer=pointer, part=MEDIA + str(sha256)[:12])


def check_notes(said: Json) -> None:
    """Raise KjxmError draft.notes where the notes have not the shape that `notes` gives them."""
    for key, empty in cast("dict[str, Json]", notes.empty()).items():
        value = said.get(key, empty)
        if not (value is None or isinstance(value, str) if empty is None else isinstance(value, type(empty))):
            raise KjxmError("draft.notes", place=f"/{key}")
    for key, kind in (("done", str), ("dismissed", dict), ("comments", dict)):
        if not all(isinstance(item, kind) for item in said.get(key, [])):
            raise KjxmError("draft.notes", place=f"/{key}")
