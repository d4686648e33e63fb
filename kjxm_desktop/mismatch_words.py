"""What the self-check found amiss, in the language in use: a line for each thing, and where the new files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kjxm_desktop import strings
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json

if TYPE_CHECKING:
    from kjxm_desktop.export.self_check import Mismatch


def plain(mismatches: Sequence[Mismatch]) -> list[Json]:
    """Return `mismatches` as plain data: [{"format", "pointer", "kind", "start"}]."""
    return [{"format": m.format, "pointer": m.pointer, "kind": m.kind, "start": m.start} for m in mismatches]


def line(call: Call, told: Json) -> str:
    """Return one of `plain` as a sentence that begins with the answer it is about."""
    sentence = strings.text(f"export.mismatch_{told['kind']}", format=told["format"].upper(), start=told["start"])
    return f"{strings.label_path(call, told['pointer'])}　{sentence}" if told["pointer"] else sentence


def summary(told: Sequence[Json], paths: Sequence[Path]) -> str:
    """Return how much is amiss, that earlier files stay, and where the new ones are."""
    return strings.text("export.unchecked", count=len(told), paths="、".join(str(path) for path in paths))


def report(told: Sequence[Json], version: str) -> str:
    """Return what those who make the program need to know: formats, places, kinds; nothing that was written."""
    lines = [f"{one['format']}\t{one['kind']}\t{one['pointer'] or '/'}" for one in told]
    return "\n".join([version, *lines, ""])
