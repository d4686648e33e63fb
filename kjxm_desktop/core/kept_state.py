"""The state of a working copy as it lies on the disk: its own SHA-256, a line break, and JSON that this seals."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import migration, strict_json
from kjxm_desktop.core.history_records import Section
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

SEAL_LENGTH: Final = 64
DIGEST: Final = re.compile("[0-9a-f]{64}")


class Rebuilt(StrEnum):
    """How a damaged state was made anew: `whole` its seal bears all of it out, `partly` the answers alone are sure."""

    WHOLE = "whole"
    PARTLY = "partly"


@dataclass(frozen=True)
class Kept:
    """What a working copy tells without its media.

    `path` is the file it belongs to, None while it has no name; `base_sha256` is that of the file as last read or
    written; `saved_at` is when the copy was made. `foreseen` are files, and their SHA-256, that were about to be
    written when it was: one of them may be what it belongs to now. `unknown` is as in `Proposal`. `rebuilt`: it was
    found damaged, and this was made of its history.
    """

    doc_id: str
    path: Path | None
    base_sha256: str | None
    revision: int
    saved_at: datetime
    call_id: str
    call_version: str
    call_sha256: str
    format: int
    data: Json
    notes: Json
    apart: frozenset[str] = frozenset()
    unknown: Mapping[str, Json] = field(default_factory=dict[str, Json])
    rebuilt: Rebuilt | None = None
    foreseen: tuple[tuple[Path, str], ...] = ()

    def homes_of(self, sha256: str) -> list[Path | None]:
        """Return the files that this goes on from, where their content has the digest `sha256`; None for no name."""
        told = ((self.path, self.base_sha256), *self.foreseen)
        return [path for path, base_sha256 in told if base_sha256 == sha256]


class DamagedError(Exception):
    """The state is not as it was written."""


def told_of(
    proposal: Proposal,
    path: Path | None,
    base_sha256: str | None,
    saved_at: datetime,
    foreseen: Sequence[tuple[Path, str]] = (),
) -> dict[str, Json]:
    """Return what the state of `proposal` tells, all but the answers; the arguments are called as in `Kept`."""
    return {
        "format": migration.FORMAT,
        "doc_id": proposal.doc_id,
        "revision": proposal.revision,
        "path": None if path is None else str(path),
        "base_sha256": base_sha256,
        "saved_at": saved_at.isoformat(),
        "call": {"id": proposal.call.id, "version": proposal.call.version, "sha256": proposal.call.sha256},
        "notes": proposal.notes,
        **({"apart": sorted(proposal.apart)} if proposal.apart else {}),
        **({"unknown": proposal.unknown} if proposal.unknown else {}),
        **({"foreseen": _pairs(foreseen)} if foreseen else {}),
    }


def sealed(state: dict[str, Json], sections: Mapping[str, Section]) -> bytes:
    """Return the bytes of `state` with the answers of `sections`, whose texts are at hand."""
    members = strict_json.members(state)
    answers = [strict_json.dumps(name) + b":" + sections[name].text for name in sorted(sections)]
    members["data"] = b'"data":{' + b",".join(answers) + b"}"
    return _with_seal(b"{" + b",".join(members[key] for key in sorted(members)) + b"}")


def sealed_anew(kept: Kept) -> bytes:
    """Return the bytes of the state that tells `kept`."""
    state: dict[str, Json] = {
        "format": kept.format,
        "doc_id": kept.doc_id,
        "revision": kept.revision,
        "path": None if kept.path is None else str(kept.path),
        "base_sha256": kept.base_sha256,
        "saved_at": kept.saved_at.isoformat(),
        "call": {"id": kept.call_id, "version": kept.call_version, "sha256": kept.call_sha256},
        "data": kept.data,
        "notes": kept.notes,
        **({"apart": sorted(kept.apart)} if kept.apart else {}),
        **({"unknown": kept.unknown} if kept.unknown else {}),
        **({"rebuilt": kept.rebuilt.value} if kept.rebuilt else {}),
        **({"foreseen": _pairs(kept.foreseen)} if kept.foreseen else {}),
    }
    return _with_seal(strict_json.dumps(state))


def _pairs(foreseen: Sequence[tuple[Path, str]]) -> Json:
    return [[str(path), sha256] for path, sha256 in foreseen]


def _with_seal(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode("ascii") + b"\n" + text


def read(raw: bytes, doc_id: str) -> Kept:
    """Return what the state of the draft `doc_id` tells.

    Raises DamagedError when it is not as it was written, KjxmError draft.newer when a later program wrote it.
    """
    seal, _, text = raw.partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode("ascii") != seal:
        raise DamagedError
    return of_text(text, doc_id)


def of_text(text: bytes, doc_id: str) -> Kept:
    """Return what the JSON of a state tells. Raises as `read` does."""
    try:
        state = strict_json.loads(text)
    except KjxmError as error:
        raise DamagedError from error
    if not isinstance(state, dict):
        raise DamagedError
    return _kept(cast("dict[str, Json]", state), doc_id)


def _kept(state: dict[str, Json], doc_id: str) -> Kept:
    told = state.get("format")
    if isinstance(told, int):
        migration.check_readable(told, 0)
    try:
        kept = Kept(
            doc_id=state["doc_id"],
            path=None if state["path"] is None else Path(state["path"]),
            base_sha256=state["base_sha256"],
            revision=int(state["revision"]),
            saved_at=datetime.fromisoformat(state["saved_at"]),
            call_id=str(state["call"]["id"]),
            call_version=str(state["call"]["version"]),
            call_sha256=str(state["call"]["sha256"]),
            format=int(state["format"]),
            data=dict(state["data"]),
            notes=dict(state["notes"]),
            apart=frozenset(str(sha256) for sha256 in state.get("apart", [])),
            unknown=dict(state.get("unknown", {})),
            rebuilt=Rebuilt(state["rebuilt"]) if state.get("rebuilt") else None,
            foreseen=tuple((Path(path), str(sha256)) for path, sha256 in state.get("foreseen", [])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedError from error
    if kept.doc_id != doc_id or kept.saved_at.tzinfo is None or not DIGEST.fullmatch(kept.call_sha256):
        raise DamagedError
    return kept
