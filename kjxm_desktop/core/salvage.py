"""What can be brought back of a draft that the reader refuses: what is as it was written, and what may not be.

Nothing is written, and nothing is made up: a section counts as kept when its digest or the checksum of its part bears
it out, or when the file simply ends behind it. What reads well and is not borne out is handed over apart.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, cast

from kjxm_desktop.core import broken_json, draft_manifest, json_pointer, migration, storage, strict_json
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.container import LOCAL, LOCAL_MARK
from kjxm_desktop.core.fitting import Fitting
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves, media_named
from kjxm_desktop.core.remains import Remains, remains
from kjxm_desktop.errors import KjxmError

_REPLACED: Final = "\ufffd"
_LOOKED_AT_BYTES: Final = 1024 * 1024  # of the beginning and of the end: longer than the list of all parts can be
_LONGEST_NAME: Final = 400  # bytes
_PART = re.compile(rb"PK(?:\x03\x04.{26}|\x01\x02.{42})content/(?:proposal|notes)\.json", re.DOTALL)
_OTHER_KINDS = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8|BM|II\*\0|MM\0\*|RIFF|%PDF-|\xd0\xcf\x11\xe0|\{\\rtf|<|MZ|\x7fELF|#!|7z\xbc\xaf|Rar!"
)


class State(StrEnum):
    """How much of a section came back: all, the beginning or what was right of it, or what nothing bears out."""

    WHOLE = "whole"
    PARTLY = "partly"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Piece:
    """What came back of one section, with the rows of its tables and its pictures and files counted."""

    section: str
    state: State
    rows: int
    pictures: int


@dataclass(frozen=True)
class Salvaged:
    """What came back of a damaged draft.

    `proposal` holds what is borne out and is told in `kept`; `with_doubtful` also what is not, told in `doubtful`; None
    when there is none. `lost` names the sections of which nothing came back, `more_lost` tells that there may have
    been others. `pictures_lost` counts pictures and files, `replaced` characters that were none. The draft was known by
    `doc_id`, None where that is lost, and had that revision; what is brought back is a draft of its own.
    """

    proposal: Proposal
    kept: tuple[Piece, ...]
    lost: tuple[str, ...]
    with_doubtful: Proposal | None
    doubtful: tuple[Piece, ...]
    more_lost: bool
    pictures_lost: int
    notes_lost: bool
    replaced: int
    foreign_call: bool
    doc_id: str | None
    revision: int
    guessed: bool = False


def is_worth_trying(path: Path, error: KjxmError) -> bool:
    """Tell whether the file at `path`, refused with `error`, is what is left of a draft of this program.

    Its content decides: the names of parts of a draft near its beginning or its end. One of a newer format is whole,
    what never was a draft holds nothing, and what is plainly another kind of file is none even with a draft inside.
    """
    if not error.key.startswith("draft.") or error.key == "draft.newer":
        return False
    try:
        with storage.opened(path) as file:
            head = file.read(_LOOKED_AT_BYTES)
            file.seek(max(0, file.seek(0, io.SEEK_END) - _LOOKED_AT_BYTES))
            tail = file.read()
    except (OSError, KjxmError):
        return False
    if head[38 : 38 + len(storage.MIMETYPE)] == storage.MIMETYPE:
        return True
    return not _is_other_kind(head) and any(_PART.search(piece) for piece in (head, tail))


def _is_other_kind(head: bytes) -> bool:
    """Tell whether a file that begins like this is a picture, a document, a program or another kind of ZIP."""
    if not head.startswith(LOCAL_MARK):
        return _OTHER_KINDS.match(head) is not None
    name = head[LOCAL.size :][: int.from_bytes(head[26:28], "little")]
    is_sound = 0 < len(name) <= _LONGEST_NAME and min(name) >= ord(" ")
    return is_sound and not storage.is_part(name.decode("ascii", "replace"))


def salvage(path: Path, shelf: Shelf, drafts: Path) -> Salvaged:
    """Return what can be brought back of the draft at `path`. Nothing is written, the file stays as it is.

    A call that is damaged is taken from `shelf`, by its id or else the one that most answers fit; pictures that are
    damaged from the working copy of the same draft under `drafts`. Raises KjxmError storage.*, draft.newer, or
    salvage.nothing and salvage.no_call, with `path`.
    """
    try:
        with storage.opened(path) as file:
            parts = {part.name: part for part in remains(file, storage.is_part)}
    except OSError as error:
        raise storage.unreadable(error, path) from error
    except KjxmError as error:
        raise storage.placed(error, path) from error
    try:
        return _Salvage(path, parts, shelf, drafts).result()
    except KjxmError as error:
        raise storage.placed(error, path) from error


@dataclass(frozen=True)
class _Section:
    """A section as it was found."""

    id: str
    value: Json
    state: State


class _Salvage:
    """Brings back one draft."""

    def __init__(self, path: Path, parts: Mapping[str, Remains], shelf: Shelf, drafts: Path) -> None:
        self._path = str(path)
        self._parts = parts
        self._manifest = self._read_manifest()
        self._told: Mapping[str, Json] = _dict(self._manifest.get("sections"))
        doc_id = self._manifest.get("doc_id")
        self._doc_id = cast("str", doc_id) if draft_manifest.is_doc_id(doc_id) else None
        told = self._manifest.get("apart")
        self._apart = frozenset(cast("list[str]", told)) if draft_manifest.is_digests(told) else frozenset[str]()
        contents = [part.content for name, part in parts.items() if name.startswith(storage.MEDIA) and part.content]
        self._media = {hashlib.sha256(content).hexdigest(): content for content in contents}
        self._beside = drafts / self._doc_id / "media" if self._doc_id else None
        self._replaced = 0
        self._more_lost = False
        self._sections = list(self._found())
        self._guessed = False
        self._call, self._foreign = self._find_call(shelf)
        self._fit = self._fitting(self._call)

    def _fitting(self, call: Call) -> Fitting:
        return Fitting(call, self._format(), self._media, self._beside, self._apart)

    def result(self) -> Salvaged:
        found = [section for one in self._sections if (section := self._fitted(one)) is not None]
        found.sort(key=lambda section: self._place(section.id))
        if not found and self._sound(storage.PROPOSAL) is None:
            raise KjxmError("salvage.nothing", path=self._path)
        sure = [section for section in found if section.state is not State.DOUBTFUL]
        there = {section.id for section in found}
        said = self._notes()
        proposal = self._proposal(sure, said)
        return Salvaged(
            proposal=proposal,
            kept=self._pieces(sure),
            lost=tuple(sorted(self._told.keys() - there, key=self._place)),
            with_doubtful=self._proposal(found, said) if len(sure) < len(found) else None,
            doubtful=self._pieces([section for section in found if section.state is State.DOUBTFUL]),
            more_lost=self._more_lost,
            pictures_lost=self._pictures_lost(),
            notes_lost=said is None,
            replaced=self._replaced,
            foreign_call=self._foreign,
            doc_id=self._doc_id,
            revision=proposal.revision,
            guessed=self._guessed,
        )

    # -- parts ------------------------------------------------------------------------------------------------------

    def _sound(self, name: str) -> bytes | None:
        """Return the content of a part that is as it was written; None otherwise."""
        part = self._parts.get(name)
        if part is None or part.content is None:
            return None
        digest = _dict(_dict(self._manifest.get("parts")).get(name)).get("sha256")
        return part.content if digest in (None, hashlib.sha256(part.content).hexdigest()) else None

    def _read_manifest(self) -> Mapping[str, Json]:
        part = self._parts.get(storage.MANIFEST)
        if part is None or part.content is None:
            return {}
        manifest = _dict(_loaded(part.content))
        told, reader = manifest.get("format"), manifest.get("min_reader")
        if _is_count(told) and _is_count(reader):
            migration.check_readable(cast("int", told), cast("int", reader))
        return manifest

    def _find_call(self, shelf: Shelf) -> tuple[Call, bool]:
        """Return the call of the draft: its own, one completed by an installed one, or an installed one.

        That is the one of its id; where that is lost, the one that the answers fit best.
        """
        self._manifest_call = _dict(self._manifest.get("call"))
        digests = _dict(self._manifest.get("parts"))
        names = (*calls.FILES, calls.TEMPLATE) if storage.CALL + calls.TEMPLATE in digests else calls.FILES
        own = {name: content for name in names if (content := self._sound(storage.CALL + name)) is not None}
        for installed in (None, *shelf.calls):
            files = dict(own)
            for name, content in installed.files.items() if installed else ():
                digest = _dict(digests.get(storage.CALL + name)).get("sha256")
                if name not in own and digest == hashlib.sha256(content).hexdigest():
                    files[name] = content
            if len(files) == len(names):
                try:
                    call, is_installed = shelf.from_draft(files)
                except KjxmError:
                    break
                return call, not is_installed
        about = _dict(_loaded(own.get(calls.CALL, b"")))
        told = (self._manifest_call.get("id"), about.get("id"))
        for installed in shelf.calls:
            if installed.id in told:
                return installed, False
        best = max(shelf.calls, key=self._fits, default=None)
        if any(told) or best is None or not self._fits(best):
            raise KjxmError("salvage.no_call" if self._sections else "salvage.nothing", path=self._path)
        self._guessed = True
        return best, False

    def _fits(self, call: Call) -> int:
        """Return how many sections `call` takes as they are."""
        known = [one for one in self._sections if call.form.section(one.id) is not None]
        fit = self._fitting(call)
        return sum(fit.section(one.id, one.value, cut=False)[1] for one in known)

    # -- sections ---------------------------------------------------------------------------------------------------

    def _found(self) -> Iterator[_Section]:
        """Yield the sections that can be read, each once, with how far they are borne out."""
        part = self._parts.get(storage.PROPOSAL)
        if part is None:
            self._more_lost = not self._told
            return
        sound = self._sound(storage.PROPOSAL)
        if sound is not None:
            yield from self._of_sound(sound)
            return
        self._more_lost = not self._told
        texts = part.pieces if part.content is None else (part.content,)
        certain = part.cut  # until something speaks against it
        best: dict[str, _Section] = {}
        for text in texts:
            for member in broken_json.members(text.decode("utf-8", "replace")):
                section, certain = self._judged(member, certain)
                known = best.get(section.id)
                if known is None or (known.state is State.DOUBTFUL and section.state is not State.DOUBTFUL):
                    best[section.id] = section
        yield from best.values()

    def _of_sound(self, content: bytes) -> Iterator[_Section]:
        """Yield the sections of answers that are as they were written, though the reader may not take all of them."""
        text = content.decode("utf-8-sig", "replace")
        found = broken_json.members(text, surrogates=True)
        self._more_lost = _loaded(content, surrogates=True) is None and not self._told
        for member in found:
            key, value = strict_json.mended(member.key), strict_json.mended(member.value)
            self._replaced += _count(value) - _count(member.value)
            yield _Section(key, value, State.WHOLE if member.whole else State.PARTLY)

    def _judged(self, member: broken_json.Member, certain: bool) -> tuple[_Section, bool]:
        """Return a section of damaged answers, and whether what follows may still be believed."""
        digest = self._told.get(member.key)
        if member.whole and digest is not None:
            right = hashlib.sha256(strict_json.members({member.key: member.value})[member.key]).hexdigest() == digest
            return _Section(member.key, member.value, State.WHOLE if right else State.DOUBTFUL), certain and right
        known = certain and (not self._told or digest is not None)
        state = State.DOUBTFUL if not known else State.WHOLE if member.whole else State.PARTLY
        return _Section(member.key, member.value, state), certain

    def _place(self, section_id: str) -> tuple[int, str]:
        """Return where a section stands in the form, those it does not know last."""
        ids = [section.id for section in self._call.form.sections]
        return (ids.index(section_id) if section_id in ids else len(ids)), section_id

    # -- what fits -----------------------------------------------------------------------------------------

    def _fitted(self, section: _Section) -> _Section | None:
        """Return a section as far as the reader takes it, None when it takes nothing of it."""
        doubtful, whole = section.state is State.DOUBTFUL, section.state is State.WHOLE
        if doubtful and self._call.form.section(section.id) is None:
            return None
        value, all_of_it = self._fit.section(section.id, section.value, cut=not whole)
        state = section.state if doubtful or all_of_it else State.PARTLY
        return _Section(section.id, value, state) if value is not None else None

    def _proposal(self, sections: Sequence[_Section], said: Json) -> Proposal:
        proposal = self._fit.proposal({section.id: section.value for section in sections}, said or {})
        proposal.revision = self._revision()
        return proposal

    def _notes(self) -> Json:
        """Return the notes, None when they are lost."""
        content = self._sound(storage.NOTES)
        said = _loaded(content) if content is not None else None
        if not isinstance(said, dict):
            return None
        try:
            return self._fit.proposal({}, cast("Json", said)).notes
        except KjxmError:
            return None

    def _format(self) -> int:
        told = self._manifest.get("format")
        return cast("int", told) if _is_count(told) and cast("int", told) >= 1 else migration.FORMAT

    def _revision(self) -> int:
        told = self._manifest.get("revision")
        return storage.counted(cast("int", told)) if _is_count(told) else 0

    def _pictures_lost(self) -> int:
        told = _dict(self._manifest.get("parts"))
        listed = {name.removeprefix(storage.MEDIA) for name in told if name.startswith(storage.MEDIA)}
        return len((listed | self._fit.wanted) - self._fit.media.keys() - self._apart)

    def _pieces(self, sections: Sequence[_Section]) -> tuple[Piece, ...]:
        return tuple(self._piece(section) for section in sections)

    def _piece(self, section: _Section) -> Piece:
        data = {section.id: section.value}
        tables = [control for control in self._call.form.controls if control.kind == "table"]
        rows = sum(len(json_pointer.get(data, table.pointer, [])) for table in tables)
        named = [sha256 for control, _, value in leaves(self._call, data) for sha256 in media_named(control, value)]
        return Piece(section.id, section.state, rows, len(named))


# -- JSON -----------------------------------------------------------------------------------------------------------


def _dict(value: Json) -> dict[str, Json]:
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _loaded(content: bytes, *, surrogates: bool = False) -> Json:
    try:
        return strict_json.loads(content, surrogates=surrogates)
    except KjxmError:
        return None


def _count(value: Json) -> int:
    """Return how many characters stand in `value` for others that were none."""
    if isinstance(value, str):
        return value.count(_REPLACED)
    if isinstance(value, dict):
        return sum(_count(item) for item in cast("dict[str, Json]", value).values())
    return sum(_count(item) for item in cast("list[Json]", value)) if isinstance(value, list) else 0
