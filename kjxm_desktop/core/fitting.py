"""Answers as far as the reader of drafts takes them: what it would refuse is left out, answer by answer.

The reader itself is the judge, so that nothing comes in by this door that it would not let in.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import container, json_pointer, migration, pictures, storage, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_MOST_FAULTS: Final = 60  # answers left out of one section before all of it is
_MOST_LOOKED_AT: Final = 3 * strict_json.LIMIT_BYTES  # bytes of answers, each time that they are looked at


@dataclass(frozen=True)
class _OwnCall:
    """The shelf of a draft whose call is known already."""

    call: Call

    def from_draft(self, files: Mapping[str, bytes]) -> tuple[Call, bool]:
        del files
        return self.call, True


class Fitting:
    """Makes proposals to one call of what was found; `media` holds pictures and files, `wanted` what answers name."""

    def __init__(
        self,
        call: Call,
        told_format: int,
        media: Mapping[str, bytes],
        beside: Path | None,
        apart: frozenset[str] = frozenset(),
    ) -> None:
        """Fit answers of a draft of format `told_format` with its `media` by their SHA-256.

        What is missing of those is looked for in the folder `beside`; files in `apart` may be missing, as the draft
        itself says that they travel by another way.
        """
        self._call = call
        self._format = told_format
        self._apart = apart
        self.media = dict(media)
        self.wanted: set[str] = set()
        self._beside = beside
        self._room = _MOST_LOOKED_AT

    def section(self, section_id: str, value: Json, *, cut: bool) -> tuple[Json, bool]:
        """Return a section as far as it fits and whether that is all of it; None when nothing fits.

        One that was `cut` short loses lists of choices too: fewer rows are less, fewer choices are another answer.
        """
        value = cast("dict[str, Json]", migration.migrate(self._format, {section_id: value})).get(section_id)
        value = self._without_choices(section_id, value) if cut else value
        for faults in range(_MOST_FAULTS):
            self._room -= len(strict_json.dumps(value))
            if value is None or self._room < 0:
                break
            try:
                return self._read({section_id: value}, {}).data.get(section_id), not faults
            except KjxmError as error:
                value = self._without(section_id, value, error)
        return None, False

    def proposal(self, data: Json, said: Json) -> Proposal:
        """Return a new proposal of sections that fit, with the media that they name. Raises KjxmError draft.*."""
        proposal = self._read(data, said)
        named = storage.named_media(strict_json.dumps(data) + strict_json.dumps(said), self.media)
        proposal.media = {sha256: self.media[sha256] for sha256 in named}
        return proposal

    def _read(self, data: Json, said: Json) -> Proposal:
        self._fetch(data)
        call = self._call
        content = storage.Content(
            format=migration.FORMAT,
            doc_id=str(uuid.uuid4()),
            revision=0,
            call={"id": call.id, "version": call.version, "sha256": call.sha256},
            data=data,
            notes=said,
            media=self.media,
            call_files=call.files,
            apart=self._apart,
        )
        return storage.to_proposal(content, _OwnCall(call))[0]

    def _without_choices(self, section_id: str, value: Json) -> Json:
        for control in self._call.form.controls:
            if control.kind == "choices" and not control.in_table and control.section_id == section_id:
                value = _set(section_id, value, control.pointer, None)
        return value

    def _without(self, section_id: str, value: Json, error: KjxmError) -> Json:
        """Return `value` without the answer that the reader refused; None when it cannot be told which."""
        why = error.params.get("why")
        pointer = (why if isinstance(why, KjxmError) else error).params.get("pointer")
        if not isinstance(pointer, str) or json_pointer.section_of(pointer) != section_id:
            return None
        control = self._call.form.owner(pointer)
        is_rich = control is not None and control.kind == "rich"
        if is_rich and error.key in ("draft.media", "draft.picture"):
            blocks = json_pointer.get({section_id: value}, pointer)
            return _set(section_id, value, pointer, [block for block in blocks if self._has_its_picture(block)])
        tokens = json_pointer.parse(pointer)
        if control is not None and is_rich:
            tokens = tokens[: len(json_pointer.parse(control.pointer)) + 1]
        return _removed({section_id: value}, tokens).get(section_id)

    def _has_its_picture(self, block: Json) -> bool:
        if block.get("type") != "picture":
            return True
        content = self.media.get(str(block.get("media")))
        return content is not None and pictures.measure(content) is not None

    def _fetch(self, data: Json) -> None:
        """Look beside for what answers name and the draft lacks."""
        named = set(_digests(data))
        self.wanted |= named
        for sha256 in named - self.media.keys() if self._beside else ():
            file = cast("Path", self._beside) / sha256
            try:
                content = file.read_bytes() if file.stat().st_size <= container.LIMIT_PART_BYTES else b""
            except OSError:
                continue
            if hashlib.sha256(content).hexdigest() == sha256:
                self.media[sha256] = content


def _digests(value: Json) -> Iterator[str]:
    """Yield what in `value` may name a picture or a file."""
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for item in cast("dict[str, Json]", value).values():
            yield from _digests(item)
    elif isinstance(value, list):
        for item in cast("list[Json]", value):
            yield from _digests(item)


def _set(section_id: str, value: Json, pointer: str, new: Json) -> Json:
    try:
        data = json_pointer.set_in({section_id: value}, pointer, new)
    except KeyError:  # nothing stands there
        return value
    return cast("dict[str, Json]", data or {}).get(section_id)


def _removed(data: dict[str, Json], tokens: Sequence[str]) -> dict[str, Json]:
    """Return `data` without what stands at `tokens`: a member of an object, an item of a list."""
    *above, last = tokens
    pointer = json_pointer.build(above)
    inside = json_pointer.get(data, pointer)
    rest: Json = None
    if isinstance(inside, list) and json_pointer.is_index(last):
        items = cast("list[Json]", inside)
        rest = items[: int(last)] + items[int(last) + 1 :]
    elif isinstance(inside, dict):
        rest = {key: item for key, item in cast("dict[str, Json]", inside).items() if key != last}
    return cast("dict[str, Json]", json_pointer.set_in(data, pointer, rest) or {})
