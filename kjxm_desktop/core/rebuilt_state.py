"""A damaged state of a working copy, made anew: the answers from the history, the rest from what can still be read.

Most damage lies in the answers, as they are most of it. With those of the history in their place the seal fits again,
which bears out the rest; then nothing is lost. Otherwise the answers are those of the last moment that was kept, and
what stands around them counts as far as it can be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import broken_json, call, kept_state, migration, notes, storage, strict_json
from kjxm_desktop.core.history import History, Moment
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.kept_state import DIGEST, SEAL_LENGTH, DamagedError, Kept, Rebuilt
from kjxm_desktop.errors import KjxmError

_BEFORE_ANSWERS: Final = b',"data":'
_MOST_TURNED: Final = 1  # characters of the seal that may differ from a right one: damage is small or hopeless


def rebuild(raw: bytes, doc_id: str, history: History, calls: Path) -> Kept | None:
    """Return what the damaged state `raw` of the draft `doc_id` told; None when neither it nor `history` tells that.

    `calls` is the folder beside it that holds the calls of the draft. Raises KjxmError storage.unreadable when the
    history cannot be opened, draft.newer when a later program kept it.
    """
    seal, text = raw[:SEAL_LENGTH], raw[SEAL_LENGTH + 1 :]
    head, tail = _around_answers(text, doc_id)
    last = _last(history)
    texts = [text] if last is None else [text, head + _BEFORE_ANSWERS + strict_json.dumps(last[1]) + b"," + tail]
    for candidate in texts:
        if _bears_out(seal, candidate):
            try:
                return replace(kept_state.of_text(candidate, doc_id), rebuilt=Rebuilt.WHOLE)
            except DamagedError:
                continue
    return None if last is None else _partly(_members(head) | _members(tail), doc_id, last, calls)


def _last(history: History) -> tuple[Moment, Json] | None:
    """Return the latest moment of which the answers can be read, and these."""
    for moment in history.moments():
        try:
            return moment, history.answers_at(moment.id)
        except KjxmError as error:
            if error.key not in ("history.damaged", "history.missing"):
                raise
    return None


def _around_answers(text: bytes, doc_id: str) -> tuple[bytes, bytes]:
    """Return what stands before the answers and behind them: members are sorted by name."""
    head = text.partition(_BEFORE_ANSWERS)[0]
    behind = b'"doc_id":"' + doc_id.encode("ascii") + b'",'
    _, found, tail = text.rpartition(behind)
    return head, behind + tail if found else b""


def _bears_out(seal: bytes, text: bytes) -> bool:
    told = seal.decode("ascii", "replace")
    return _differing(hashlib.sha256(text).hexdigest(), told) <= _MOST_TURNED


def _differing(one: str, other: str) -> int:
    """Return in how many characters two digests differ."""
    if len(one) != len(other):
        return SEAL_LENGTH
    return sum(first != second for first, second in zip(one, other, strict=True))


def _members(piece: bytes) -> dict[str, Json]:
    found = broken_json.members(piece.decode("utf-8", "replace"))
    return {member.key: member.value for member in found if member.whole}


def _partly(told: Mapping[str, Json], doc_id: str, last: tuple[Moment, Json], calls: Path) -> Kept | None:
    moment, data = last
    about = _call(told.get("call"), calls)
    if about is None:
        return None
    path, base, said, apart = (told.get(name) for name in ("path", "base_sha256", "notes", "apart"))
    return Kept(
        doc_id=doc_id,
        path=Path(path) if isinstance(path, str) and path and "\0" not in path else None,
        base_sha256=base if isinstance(base, str) and DIGEST.fullmatch(base) else None,
        revision=moment.revision,
        saved_at=moment.at,
        call_id=about["id"],
        call_version=about["version"],
        call_sha256=about["sha256"],
        format=migration.FORMAT,
        data=data,
        notes=_sound(said),
        apart=frozenset(str(sha256) for sha256 in cast("list[Json]", apart) if DIGEST.fullmatch(str(sha256)))
        if isinstance(apart, list)
        else frozenset(),
        rebuilt=Rebuilt.PARTLY,
    )


def _sound(said: Json) -> Json:
    """Return the notes, empty ones where they have not the shape of notes any more."""
    if not isinstance(said, dict):
        return notes.empty()
    told = cast("Json", said)
    try:
        storage.check_notes(told)
    except (KjxmError, TypeError):
        return notes.empty()
    return told


def _call(told: Json, calls: Path) -> dict[str, str] | None:
    """Return id, version and SHA-256 of the call: as told, but for a folder beside that says better; None for none."""
    own = cast("dict[str, Json]", told) if isinstance(told, dict) else {}
    beside, sha256 = list(_beside(calls)), str(own.get("sha256"))
    for about in beside:
        if _differing(about["sha256"], sha256) <= _MOST_TURNED:
            return about
    if {"id", "version", "sha256"} <= own.keys() and DIGEST.fullmatch(sha256):
        return {name: str(own[name]) for name in ("id", "version", "sha256")}
    return beside[0] if beside else None


def _beside(calls: Path) -> Iterator[dict[str, str]]:
    """Yield id, version and SHA-256 of each call in the folder `calls`, the latest first."""
    try:
        folders = [folder for folder in calls.iterdir() if DIGEST.fullmatch(folder.name)]
        folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    except OSError:
        return
    for folder in folders:
        try:
            about = strict_json.loads((folder / call.CALL).read_bytes())
            yield {"id": str(about["id"]), "version": str(about["version"]), "sha256": folder.name}
        except (OSError, KjxmError, KeyError, TypeError):
            continue
