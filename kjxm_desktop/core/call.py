"""A call for proposals: the six data files of one folder, a Word form at times, and how they are found and named."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast

from kjxm_desktop.core import atomic_file, form, packed_call, strict_json
from kjxm_desktop.core.form import Form, Text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

CALL, SCHEMA, FORM, RULES, DOCUMENT = "call.json", "data.schema.json", "form.json", "rules.json", "document.json"
NOTICE, TEMPLATE = "notice.txt", "template.docx"
FILES = (CALL, SCHEMA, FORM, RULES, DOCUMENT, NOTICE)
"""What every call has; the institute's own Word form, `TEMPLATE`, is there when the institute has one."""
MAX_FILE_BYTES = 2_000_000


@dataclass(frozen=True)
class Contact:
    """Whom the notice names, and where proposals are sent."""

    name: str
    phones: tuple[str, ...]
    email: str
    address: str


@dataclass(frozen=True)
class Call:
    """One call for proposals. `files` holds its bytes by name: what travels inside a draft."""

    id: str
    version: str
    title: Text
    short_title: Text
    year: int
    deadline: date
    contact: Contact
    stand_in: Text
    about: Mapping[str, Json]
    schema: Mapping[str, Json]
    rules: Mapping[str, Json]
    document: Mapping[str, Json]
    notice: str
    form: Form
    files: Mapping[str, bytes]

    @cached_property
    def sha256(self) -> str:
        """Return what identifies the call: the SHA-256 over its sorted lines `path sha256`."""
        return sha256_of(self.files)

    @property
    def clauses(self) -> Mapping[str, str]:
        """Return the words of the notice where each clause begins, by clause id."""
        return self.about.get("clauses", {})

    def clause_place(self, clause: str) -> tuple[int, int] | None:
        """Return where in the notice `clause` stands: start and end in characters; None when it is not named.

        It ends where the next clause that the call names begins.
        """
        words = self.clauses.get(clause)
        if not words:
            return None
        starts = sorted(at for at in (find_words(self.notice, text) for text in self.clauses.values()) if at >= 0)
        start = find_words(self.notice, words)
        return start, next((at for at in starts if at > start), len(self.notice))


def find_words(notice: str, words: str) -> int:
    """Return where `words` stand in `notice`, white space aside; −1 when they do not."""
    wanted = "".join(words.split())
    packed, places = _without_space(notice)
    at = packed.find(wanted)
    return places[at] if at >= 0 and wanted else -1


@lru_cache(maxsize=2)
def _without_space(notice: str) -> tuple[str, Sequence[int]]:
    """Return `notice` without white space, and where each of its characters stands in it."""
    places = array("L", (at for at, character in enumerate(notice) if not character.isspace()))
    return "".join(notice.split()), places


def sha256_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the sorted lines `path sha256` of a call's files."""
    lines = sorted(f"{name} {hashlib.sha256(data).hexdigest()}" for name, data in files.items())
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the files of a call. Raises KjxmError call.folder, call.file_missing, call.too_big."""
    if not os.path.isdir(folder):  # noqa: PTH112  (unlike Path.is_dir it never raises)
        raise KjxmError("call.folder", path=str(folder))
    names = (*FILES, TEMPLATE) if os.path.lexists(folder / TEMPLATE) else FILES
    return {name: _read_file(folder / name, folder) for name in names}


def _read_file(path: Path, folder: Path) -> bytes:
    try:
        told = path.stat()  # looked at first: opening a pipe would wait for ever
        if not stat.S_ISREG(told.st_mode):
            raise KjxmError("call.file_missing", file=path.name, path=folder.name)
        if told.st_size > MAX_FILE_BYTES:
            raise KjxmError("call.too_big", file=path.name, limit=MAX_FILE_BYTES)
        return path.read_bytes()
    except OSError as error:
        raise KjxmError("call.file_missing", file=path.name, path=folder.name) from error


def load(folder: Path) -> Call:
    """Return the call in `folder`, trusting that it was checked before. Raises KjxmError call.*."""
    return load_files(read_folder(folder))


def load_files(files: Mapping[str, bytes]) -> Call:
    """Return the call made of `files`, without the strict checks of `call_check`."""
    parsed = {name: _parse(name, files) for name in FILES if name != NOTICE}
    try:
        notice = files[NOTICE].decode("utf-8-sig")
    except (KeyError, UnicodeDecodeError) as error:
        raise KjxmError("call.encoding", file=NOTICE) from error
    try:
        return _build(parsed, notice, files)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise KjxmError("call.broken", file=_guilty(error), place=str(error.args[0] if error.args else "")) from error


def _parse(name: str, files: Mapping[str, bytes]) -> Json:
    if name not in files:
        raise KjxmError("call.file_missing", file=name, path="")
    try:
        parsed = strict_json.loads(files[name], limit_bytes=MAX_FILE_BYTES, limit_depth=64)
    except KjxmError as error:
        raise KjxmError("call.unreadable", file=name, why=error) from error
    if not isinstance(parsed, dict):
        raise KjxmError("call.unreadable", file=name, why=KjxmError("json.not_an_object"))
    return cast("dict[str, Json]", parsed)


def _guilty(error: Exception) -> str:
    trace = error.__traceback__
    names: list[str] = []
    while trace is not None:
        names.append(Path(trace.tb_frame.f_code.co_filename).stem)
        trace = trace.tb_next
    return FORM if names and names[-1] == "form" else CALL


def _build(parsed: Mapping[str, Json], notice: str, files: Mapping[str, bytes]) -> Call:
    about = parsed[CALL]
    contact = about["contact"]
    return Call(
        id=about["id"],
        version=about["version"],
        title=about["title"],
        short_title=about["short_title"],
        year=about["year"],
        deadline=date.fromisoformat(about["deadline"]),
        contact=Contact(contact["name"], tuple(contact["phones"]), contact["email"], contact["address"]),
        stand_in=about["stand_in"],
        about=about,
        schema=parsed[SCHEMA],
        rules=parsed[RULES],
        document=parsed[DOCUMENT],
        notice=notice,
        form=form.build(parsed[FORM], parsed[SCHEMA]),
        files={name: files[name] for name in (*FILES, TEMPLATE) if name in files},
    )


@dataclass(frozen=True)
class Found:
    """A folder or a packed file that should hold a call: the call, or what is wrong with it."""

    place: Path
    call: Call | None
    error: KjxmError | None


class Shelf:
    """The calls at hand: those in folders people added, those put into the program, those that came with it.

    Of one id the first added one wins, else the latest version. The program's own were checked when it was made, those
    put into it when that was done; added ones pass the strict loader.
    """

    def __init__(self, own: Path, added: Iterable[Path] = (), kept: Path | None = None) -> None:
        """Stand before `own`, the program's `schemas/` (its `meta/` holds the meta-schemas), and what was `added`.

        That is a folder with one call or several, or a packed call. `kept` is the folder for calls that are put into
        the program. Raises KjxmError call.folder for a folder that cannot be read.
        """
        self._own = own
        self._kept = kept
        self._added = [place for parent in added for place in call_places(parent)]

    @cached_property
    def found(self) -> list[Found]:
        """Return every place that should hold a call, broken ones too; of one id only one."""
        entries = [_found(place, self.check_place) for place in self._added]
        own = [_found(place, load) for place in call_places(self._own)]
        kept = [_found(place, self._load_kept) for place in _packed_in(self._kept)]
        entries += sorted([*own, *kept], key=_version_of, reverse=True)
        seen: set[str] = set()
        return [entry for entry in entries if entry.call is None or _first(entry.call.id, seen)]

    @property
    def calls(self) -> list[Call]:
        """Return the calls that can be used."""
        return [entry.call for entry in self.found if entry.call is not None]

    def get(self, call_id: str) -> Call:
        """Return the call of that id. Raises KjxmError call.unknown, naming those at hand."""
        for call in self.calls:
            if call.id == call_id:
                return call
        raise KjxmError("call.unknown", id=call_id[:80], known="、".join(call.id for call in self.calls))

    def from_draft(self, files: Mapping[str, bytes]) -> tuple[Call, bool]:
        """Return the call a draft brings along and whether it is one of ours; a stranger is checked strictly."""
        sha256 = sha256_of(files)
        for call in self.calls:
            if call.sha256 == sha256:
                return call, True
        return self.check(files), False

    def check(self, files: Mapping[str, bytes]) -> Call:
        """Return the call made of `files` after every check. Raises KjxmError call.* with file and place."""
        # Loaded when a call from outside comes in; it needs the schema library.
        from kjxm_desktop.core import call_check

        return call_check.check_files(files, self._own / "meta")

    def check_place(self, place: Path) -> Call:
        """Return the call in a folder or a packed file after every check. Raises KjxmError call.* or packed.*."""
        return self.check_packed(place) if is_packed(place) else self.check(read_folder(place))

    def files_in(self, place: Path) -> Mapping[str, bytes]:
        """Return the files of the call in a folder or a packed file, as they are. Raises KjxmError call.*, packed.*."""
        if not is_packed(place):
            return read_folder(place)
        told = packed_call.read(place)
        if sha256_of(told.files) != told.sha256:
            raise KjxmError("packed.damaged", name=place.name)
        return told.files

    def check_packed(self, path: Path) -> Call:
        """Return the call in a packed file after every check.

        Raises KjxmError packed.damaged when it is not the one that was packed, other packed.* and call.*.
        """
        told = packed_call.read(path)
        found = self.check(self.files_in(path))
        if (found.id, found.version, found.sha256) != (told.id, told.version, told.sha256):
            raise KjxmError("packed.damaged", name=path.name)
        return found

    def pack(self, folder: Path) -> tuple[Call, bytes]:
        """Return the call in `folder` and the packed file of it. Raises KjxmError call.* for one that is not sound."""
        found = self.check(read_folder(folder))
        told = packed_call.PackedCall(found.id, found.version, found.sha256, found.files)
        return found, packed_call.pack(told)

    def keep(self, found: Call) -> Path:
        """Put a call that was checked into the program, in place of other versions of it, and return its file.

        Drafts carry theirs along. Raises KjxmError storage.*; what was there is then as it was.
        """
        if self._kept is None:
            raise ValueError("this shelf has no room for calls")
        target = self._kept / _kept_name(found)
        try:
            atomic_file.private_folder(self._kept)
        except OSError as error:
            raise atomic_file.failure(error, self._kept) from error
        told = packed_call.PackedCall(found.id, found.version, found.sha256, found.files)
        atomic_file.write(target, packed_call.pack(told))
        for other in _packed_in(self._kept):
            if other != target and other.name.startswith(f"{found.id}."):
                other.unlink(missing_ok=True)
        self.__dict__.pop("found", None)
        return target

    def _load_kept(self, path: Path) -> Call:
        """Return a call that was put into the program: checked then, if its file still is what it was."""
        told = packed_call.read(path)
        if sha256_of(told.files) != told.sha256 or path.name != _name_of(told.id, told.sha256):
            return self.check_packed(path)
        return load_files(told.files)

    def faults(self, files: Mapping[str, bytes]) -> list[KjxmError]:
        """Return what is wrong with the call made of `files`, each fault with file and place; none when it is sound."""
        # Loaded as above.
        from kjxm_desktop.core import call_check

        return call_check.faults(files, self._own / "meta")


def _first(call_id: str, seen: set[str]) -> bool:
    if call_id in seen:
        return False
    seen.add(call_id)
    return True


def call_places(parent: Path) -> list[Path]:
    """Return the folders under `parent` that hold a call or what is left of one, and the packed calls in it.

    `parent` itself when it is either. Raises KjxmError call.folder for a folder that cannot be read.
    """
    if _holds_call(parent) or is_packed(parent):
        return [parent]
    try:
        return sorted(path for path in parent.iterdir() if _holds_call(path) or is_packed(path))
    except (OSError, ValueError) as error:
        raise KjxmError("call.folder", path=str(parent)) from error


def is_packed(place: Path) -> bool:
    """Tell by its name whether `place` is a packed call."""
    return place.suffix == packed_call.SUFFIX and os.path.isfile(place)  # noqa: PTH113  (never raises)


def _packed_in(folder: Path | None) -> list[Path]:
    """Return the packed calls in the program's own folder; none before that is there."""
    try:
        return [] if folder is None else sorted(place for place in folder.iterdir() if is_packed(place))
    except OSError:
        return []


def _kept_name(found: Call) -> str:
    return _name_of(found.id, found.sha256)


def _name_of(call_id: str, sha256: str) -> str:
    """Return what the file of a call in the program's own folder is called: what was checked is told by its digest."""
    return f"{call_id}.{sha256[:32]}{packed_call.SUFFIX}"


def is_later(one: Call, other: Call) -> bool:
    """Tell whether `one` is a later version of `other`, by the numbers of both."""
    return _numbers(one.version) > _numbers(other.version)


def _version_of(entry: Found) -> tuple[int, ...]:
    """Return the numbers of the version, by which they follow each other; broken ones come last."""
    return () if entry.call is None else _numbers(entry.call.version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"[0-9]+", version))


def _holds_call(folder: Path) -> bool:
    return any(os.path.isfile(folder / name) for name in (CALL, FORM, RULES, DOCUMENT))  # noqa: PTH113  (never raises)


def _found(folder: Path, loader: Callable[[Path], Call]) -> Found:
    try:
        return Found(folder, loader(folder), None)
    except KjxmError as error:
        return Found(folder, None, error)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(pattern: str) -> list[str]:
    """Return the names in braces of a file-name, subject or body pattern."""
    return _PLACEHOLDER.findall(pattern)


def has_stray_brace(pattern: str) -> bool:
    """Tell whether a brace is left that encloses no name: it would be printed as it stands."""
    return any(brace in _PLACEHOLDER.sub("", pattern) for brace in "{}")


def fill(pattern: str, value: Json) -> str:
    """Return `pattern` with each name in braces replaced by `value(name)`."""
    return _PLACEHOLDER.sub(lambda match: str(value(match.group(1))), pattern)
