"""What the manifest of a draft tells beside its parts: what it has to, and what a later program adds."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import cast

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_KNOWN = frozenset(
    (
        "format", "min_reader", "doc_id", "revision", "parent_revision", "program",
        "call", "parts", "sections", "apart",
    )
)  # fmt: skip
_DIGEST = re.compile("[0-9a-f]{64}")


def check(manifest: Mapping[str, Json]) -> None:
    """Raise KjxmError draft.manifest unless the manifest tells everything, in its shape."""
    call, parts = manifest.get("call"), manifest.get("parts")
    sound = {
        "/format": is_count(manifest.get("format")) and manifest["format"] >= 1,
        "/min_reader": is_count(manifest.get("min_reader")),
        "/doc_id": is_doc_id(manifest.get("doc_id")),
        "/revision": is_count(manifest.get("revision")),
        "/parent_revision": is_count(manifest.get("parent_revision", 0)),
        "/program": isinstance(manifest.get("program"), str),
        "/call": isinstance(call, dict)
        and all(isinstance(cast("dict[str, Json]", call).get(key), str) for key in ("id", "version", "sha256")),
        "/apart": is_digests(manifest.get("apart", [])),
        "/parts": isinstance(parts, dict)
        and all(isinstance(part, dict) for part in cast("dict[str, Json]", parts).values()),
    }
    for place, holds in sound.items():
        if not holds:
            raise KjxmError("draft.manifest", place=place)


def unknown(manifest: Mapping[str, Json]) -> dict[str, Json]:
    """Return what a later program tells of the draft: it is kept, and not looked at."""
    return {key: value for key, value in manifest.items() if key not in _KNOWN}


def is_digests(value: Json) -> bool:
    """Tell whether `value` is a list of SHA-256."""
    return isinstance(value, list) and all(
        isinstance(item, str) and _DIGEST.fullmatch(item) is not None for item in cast("list[Json]", value)
    )


def is_doc_id(value: Json) -> bool:
    """Tell whether `value` is the canonical spelling of a UUID: what a draft is known by, and a safe file name."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def is_count(value: Json) -> bool:
    """Tell whether `value` is a whole number, 0 or more."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
