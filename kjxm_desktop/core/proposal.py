"""The answers to one call: read by pointer, changed in one place, brought in and out as plain data."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import cast

from kjxm_desktop.core import json_pointer, notes, pictures, rich_text, shape, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

MEDIA_CAP_BYTES = 40_000_000
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def new_row_id() -> str:
    """Return a short random id for a new row: 8 characters, about 39 bits."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))


def with_row_ids(rows: list[Json], pointer: str) -> list[Json]:
    """Return the rows of the table at `pointer`, each with an id.

    Raises KjxmError data.row_id where two have the same.
    """
    ids: set[str] = set()
    done: list[Json] = []
    for index, row in enumerate(rows):
        done.append(row if row.get("id") else {**row, "id": new_row_id()})
        row_id = str(done[-1]["id"])
        if row_id in ids:
            raise KjxmError("data.row_id", pointer=f"{pointer}/{index}/id")
        ids.add(row_id)
    return done


class Proposal:
    """The answers (`data`), the bytes of pictures and files by SHA-256 (`media`), and notes beside them.

    `data` is never changed in place: an edit makes a new tree that shares all it did not touch.
    """

    def __init__(self, call: Call, data: Json = None, media: Mapping[str, bytes] | None = None) -> None:
        self.call = call
        self.data: Json = data if data is not None else {}
        self.media: dict[str, bytes] = dict(media or {})
        self.apart: frozenset[str] = frozenset()  # files that answers name and that travel by themselves, by SHA-256
        self.unknown: Mapping[str, Json] = {}  # what a later program tells of the draft: kept, and not looked at
        self.notes: Json = notes.empty()
        self.doc_id = str(uuid.uuid4())
        self.revision = 0

    def get(self, pointer: str, default: Json = None) -> Json:
        """Return the answer at `pointer`."""
        return json_pointer.get(self.data, pointer, default)

    def set(self, pointer: str, value: Json) -> Json:
        """Put `value` at `pointer` and return what stood there: the only line that changes data.

        Empty values are removed. Raises KjxmError data.* when the value may not stand there.
        """
        if value in ("", [], {}):
            value = None
        before = self.get(pointer)
        shape.check_at(self.call, pointer, value, before)
        try:
            self.data = json_pointer.set_in(self.data, pointer, value) or {}
        except KeyError as error:
            raise KjxmError("data.row_gone", pointer=pointer) from error
        return before

    def add_media(self, data: bytes) -> str:
        """Keep `data` and return its SHA-256, by which answers name it."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.media.setdefault(sha256, data)
        return sha256

    def used_media(self) -> list[str]:
        """Return the SHA-256 of every picture and file that an answer names, in the order of the form."""
        found = leaves(self.call, self.data)
        return list(dict.fromkeys(sha256 for control, _, value in found for sha256 in media_named(control, value)))


def media_named(control: Control, value: Json) -> list[str]:
    """Return the SHA-256 of the pictures and files that the answer `value` of `control` names."""
    match control.kind:
        case "rich":
            return rich_text.media_of(value)
        case "picture":
            return [value["media"]] if "media" in value else []
        case "file":
            return [value]
        case _:
            return []


def leaves(call: Call, data: Json) -> Iterator[tuple[Control, str, Json]]:
    """Yield control, pointer and value of every answer given, in the order of the form, shown or not."""
    for section in call.form.sections:
        for control in section.controls:
            value = json_pointer.get(data, control.pointer)
            if value is None:
                continue
            if control.kind != "table":
                yield control, control.pointer, value
                continue
            inside = [(column, column.pointer.removeprefix(control.pointer + "/*")) for column in control.columns]
            for index, row in enumerate(cast("list[dict[str, Json]]", value)):
                for column, name in inside:
                    inner = json_pointer.get(row, name)
                    if inner is not None:
                        yield column, f"{control.pointer}/{index}{name}", inner


def from_outside(call: Call, raw: Json, folder: Path | None) -> Proposal:
    """Return the proposal told by data from outside: plain strings for rich text, `file` for pictures and files.

    `folder` is where files may lie; None when there are none. Raises KjxmError data.*, picture.* with the pointer.
    """
    if not isinstance(raw, dict):
        raise KjxmError("data.not_an_object")
    shape.check_outside(call, raw)
    proposal = Proposal(call)
    proposal.data = _Incoming(proposal, folder).tree(raw, "") or {}
    shape.check(call, proposal.data)
    _check_links(proposal)
    return proposal


class _Incoming:
    """Walks data from outside once, making blocks, row ids and media as it goes."""

    def __init__(self, proposal: Proposal, folder: Path | None) -> None:
        self._proposal = proposal
        self._form = proposal.call.form
        self._folder = folder

    def tree(self, value: Json, pointer: str) -> Json:
        control = self._form.control(pointer)
        if control is not None and control.kind == "rich" and isinstance(value, (str, list)):
            return self._rich(value, pointer)
        if isinstance(value, str):
            text = rich_text.clean_text(value)
            return text or None
        if isinstance(value, list):
            return self._list(value, pointer, control)
        if isinstance(value, dict):
            return self._object(cast("dict[str, Json]", value), pointer)
        return value

    def _rich(self, value: Json, pointer: str) -> Json:
        blocks = rich_text.normalise(value, allow_file=True, pointer=pointer)
        done: list[Json] = []
        for block in blocks:
            if block["type"] == "picture" and "file" in block:
                known = {key: part for key, part in block.items() if key != "file"}
                done.append({**known, "media": self._picture(block["file"], pointer)})
            else:
                done.append(block)
        return done or None

    def _list(self, value: Json, pointer: str, control: Control | None) -> Json:
        rows: list[Json] = [self.tree(item, f"{pointer}/{index}") for index, item in enumerate(value)]
        if control is None or control.kind != "table":
            return [row for row in rows if row is not None] or None
        return with_row_ids([row or {} for row in rows], pointer) or None

    def _object(self, value: dict[str, Json], pointer: str) -> Json:
        fields = dict(value)
        if fields.get("file") is not None and "media" not in fields and self._takes_media(pointer):
            fields = self._with_media(fields, pointer)
        done = {key: self.tree(child, pointer + json_pointer.build([key])) for key, child in fields.items()}
        return {key: child for key, child in done.items() if child is not None} or None

    def _takes_media(self, pointer: str) -> bool:
        own, inner = self._form.control(pointer), self._form.control(pointer + "/media")
        return (own is not None and own.kind == "picture") or (inner is not None and inner.kind == "file")

    def _with_media(self, fields: dict[str, Json], pointer: str) -> dict[str, Json]:
        name = fields.pop("file")
        control = self._form.control(pointer)
        if control is not None and control.kind == "picture":
            return {**fields, "media": self._picture(name, pointer)}
        sha256 = self._proposal.add_media(self._read(name, pointer))
        if isinstance(fields.get("name"), str) and fields["name"]:
            fields["name"] = with_suffix(fields["name"], PurePosixPath(str(name)).suffix)
        return {**fields, "media": sha256}

    def _picture(self, name: Json, pointer: str) -> str:
        data = self._read(name, pointer)
        try:
            return self._proposal.add_media(pictures.normalise(data, str(name)).data)
        except KjxmError as error:
            raise KjxmError("data.picture", pointer=pointer, why=error) from error

    def _read(self, name: Json, pointer: str) -> bytes:
        """Return the bytes of a file that must lie inside the folder of the data file."""
        if not isinstance(name, str) or not name or "\0" in name or self._folder is None:
            raise KjxmError("data.file_name", pointer=pointer)
        shown = strict_json.printable(name)
        try:
            path = _inside(self._folder.resolve(), name, pointer)
            if path.stat().st_size > MEDIA_CAP_BYTES:
                raise KjxmError("data.file_too_big", pointer=pointer, file=shown, limit=MEDIA_CAP_BYTES // 1_000_000)
            return path.read_bytes()
        except OSError as error:
            raise KjxmError("data.file_missing", pointer=pointer, file=shown) from error


def _inside(folder: Path, name: str, pointer: str) -> Path:
    """Return the file that `name` means inside `folder`: as it stands, or by its last parts when both were moved."""
    parts, shown = PurePosixPath(name.replace("\\", "/")).parts, strict_json.printable(name)
    if ".." in parts:
        raise KjxmError("data.file_outside", pointer=pointer, file=shown)
    for start in range(len(parts)):
        path = folder.joinpath(*parts[start:]).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return path
    outside = not (folder / name).resolve().is_relative_to(folder)
    raise KjxmError("data.file_outside" if outside else "data.file_missing", pointer=pointer, file=shown)


def _check_links(proposal: Proposal) -> None:
    """Raise KjxmError data.media where an answer names a picture or file that is not there."""
    for control, pointer, value in leaves(proposal.call, proposal.data):
        for sha256 in media_named(control, value):
            if sha256 not in proposal.media:
                raise KjxmError("data.media", pointer=pointer, sha256=strict_json.printable(sha256, 12))


def to_outside(proposal: Proposal, media_folder: Path | None = None) -> Json:
    """Return the data as others read it, keys in the order of the form.

    With `media_folder` the pictures and files are written there and named by `file`, the folder as it was given before
    the name, so that `from_outside` takes the result back.
    """
    named = _write_media(proposal, media_folder) if media_folder is not None else {}
    order = {control.pointer: at for at, control in enumerate(proposal.call.form.controls)}
    return _ordered(proposal.data, "", order, named)


def _ordered(value: Json, pattern: str, order: Mapping[str, int], named: Mapping[str, str]) -> Json:
    if isinstance(value, list):
        return [_ordered(item, pattern + "/*", order, named) for item in cast("list[Json]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Json]", value)
    file = named.get(str(fields.get("media")))
    if file is not None:
        fields = {("file" if key == "media" else key): child for key, child in fields.items()} | {"file": file}

    def place(key: str) -> tuple[int, str]:
        here = f"{pattern}/{key}"
        first = min((at for pointer, at in order.items() if (pointer + "/").startswith(here + "/")), default=len(order))
        return (-1 if key in ("id", "type") else first), key

    keys = sorted(fields, key=place) if pattern.count("/") < 4 and "type" not in fields else list(fields)
    return {key: _ordered(fields[key], f"{pattern}/{key}", order, named) for key in keys}


_SIGNATURES = ((b"%PDF", ".pdf"), (b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"PK\x03\x04", ".zip"))


def suffix_of(data: bytes) -> str:
    """Return the file suffix that the first bytes of `data` tell; ".bin" when they tell nothing."""
    return next((suffix for start, suffix in _SIGNATURES if data.startswith(start)), ".bin")


_SUFFIX = re.compile(r".\.(?![0-9]+$)[0-9A-Za-z]{1,5}$")


def with_suffix(name: str, suffix: str) -> str:
    """Return the name of a file with `suffix`, unless it has one already: 2024.5 ends in a number, not in a kind."""
    return name if _SUFFIX.search(name) else name + suffix


def _write_media(proposal: Proposal, folder: Path) -> dict[str, str]:
    """Write every picture and file into `folder` and return its path by SHA-256; on a failure leave nothing new."""
    named: dict[str, str] = {}
    written: list[Path] = []
    new_folders = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for sha256 in proposal.used_media():
            if sha256 in proposal.apart and sha256 not in proposal.media:
                continue  # named by its SHA-256, as nobody here has it
            data = proposal.media[sha256]
            path = folder / (sha256[:16] + suffix_of(data))
            if not path.exists():
                written.append(path)
            path.write_bytes(data)
            named[sha256] = path.as_posix()
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        for path in new_folders:
            if path.is_dir():
                path.rmdir()
        raise
    return named
