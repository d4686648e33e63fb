"""The folder that is mailed: DOCX, PDF, attachments, e-mail draft, receipt; and the plain export of the two files."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.proposal import Proposal, suffix_of, with_suffix
from kjxm_desktop.errors import KjxmError, why
from kjxm_desktop.exchange import mail, names
from kjxm_desktop.export import files as export_files

ATTACHMENTS = "附件"
RECEIPT = "回执.txt"
EXTRA_CAP_BYTES = 200_000_000

Progress = Callable[[str], None]
"""Called with the name of each step: "layout", "docx", "pdf", "mail"."""


@dataclass(frozen=True)
class Exported:
    """The files written and how many pages the PDF has."""

    paths: tuple[Path, ...]
    pages: int
    missing_glyphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Package:
    """The folder made, what lies in it with sizes, the letter, and the warning about its size ("large"…)."""

    folder: Path
    files: tuple[tuple[str, int], ...]
    letter: mail.Letter
    eml: Path
    size_warning: str | None
    pages: int
    missing_glyphs: tuple[str, ...] = ()


def check_target(folder: Path) -> None:
    """Raise KjxmError export.target_… unless files can be written into `folder`, which may not exist yet."""
    made: list[Path] = []
    try:
        made = _make_folder(folder)
        probe = folder / f".~kjxm.{secrets.token_hex(4)}.tmp"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except (FileExistsError, NotADirectoryError) as error:
        raise KjxmError("export.target_not_folder", path=str(folder)) from error
    except FileNotFoundError as error:
        raise KjxmError("export.target_missing", path=str(folder)) from error
    except (OSError, ValueError) as error:
        raise KjxmError("export.target_unwritable", path=str(folder), why=why(error)) from error
    finally:
        _remove_folders(made)


def check_names(proposal: Proposal, folder: Path, formats: Sequence[str], *, draft: bool) -> None:
    """Raise KjxmError export.target_taken where a folder stands at the name of a file to be written."""
    stem = names.stem(proposal.call, proposal.data, draft=draft)
    for kind in formats:
        path = folder / f"{stem}.{kind}"
        if path.is_dir():
            raise KjxmError("export.target_taken", path=str(path))


def _make_folder(folder: Path) -> list[Path]:
    """Make `folder` and what lies above it, and return those that were not there, the innermost first."""
    missing = list(itertools.takewhile(lambda path: not os.path.lexists(path), (folder, *folder.parents)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except BaseException:
        _remove_folders(missing)
        raise
    return missing


def _remove_folders(folders: Sequence[Path]) -> None:
    """Remove folders that were made for nothing; one that holds something by now stays."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def export(
    proposal: Proposal,
    folder: Path,
    *,
    formats: Sequence[str],
    draft: bool,
    now: datetime,
    fonts: Path,
    progress: Progress | None = None,
) -> Exported:
    """Write the files of `formats` ("docx", "pdf") into `folder`, replacing those of the same name, both or none."""
    check_target(folder)
    check_names(proposal, folder, formats, draft=draft)
    made = export_files.make(proposal, now=now, draft=draft, formats=formats, fonts_folder=fonts, progress=progress)
    stem = names.stem(proposal.call, proposal.data, draft=draft)
    paths = _write_all(folder, {f"{stem}.{kind}": made.files[kind] for kind in ("docx", "pdf") if kind in made.files})
    return Exported(tuple(paths), made.page_count, tuple(made.missing_glyphs))


def _write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write every file beside its target, then replace the targets; on a failure all is as it was before."""
    beside: dict[Path, Path] = {}
    earlier: dict[Path, bytes | None] = {}
    new_folders: list[Path] = []
    try:
        new_folders = _make_folder(folder)
        for name, data in files.items():
            target = folder / name
            beside[target] = folder / f".~{secrets.token_hex(6)}.tmp"
            _write(beside[target], data)
        for target, temporary in beside.items():
            before = target.read_bytes() if target.exists() else None
            temporary.replace(target)
            earlier[target] = before
    except BaseException as error:
        _take_back(beside, earlier)
        _remove_folders(new_folders)
        if isinstance(error, OSError):
            raise KjxmError("export.write_failed", path=str(folder), why=why(error)) from error
        raise
    return list(beside)


def _take_back(beside: Mapping[Path, Path], earlier: Mapping[Path, bytes | None]) -> None:
    for temporary in beside.values():
        temporary.unlink(missing_ok=True)
    for target, before in earlier.items():
        if before is None:
            target.unlink(missing_ok=True)
        else:
            target.write_bytes(before)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def read_extra(paths: Sequence[Path]) -> list[tuple[str, bytes]]:
    """Return names and bytes of files that travel in the mail alone. Raises KjxmError export.extra_…."""
    found: list[tuple[str, bytes]] = []
    for path in paths:
        try:
            told = path.stat()  # looked at first: opening a pipe would wait for ever
            if not stat.S_ISREG(told.st_mode):
                raise KjxmError("export.extra_missing", file=str(path))
            if told.st_size > EXTRA_CAP_BYTES:
                raise KjxmError("export.extra_too_big", file=path.name, limit=EXTRA_CAP_BYTES // 1_000_000)
            found.append((path.name, path.read_bytes()))
        except (OSError, ValueError) as error:
            raise KjxmError("export.extra_missing", file=str(path)) from error
    return found


def package(
    proposal: Proposal,
    folder: Path,
    *,
    extra: Sequence[Path] = (),
    draft: bool,
    now: datetime,
    fonts: Path,
    progress: Progress | None = None,
) -> Package:
    """Make the folder that is mailed inside `folder` and return what is in it; nothing is left when it fails."""
    check_target(folder)
    added = read_extra(extra)
    made = export_files.make(
        proposal, now=now, draft=draft, formats=("docx", "pdf"), fonts_folder=fonts, progress=progress
    )
    stem = names.stem(proposal.call, proposal.data, draft=draft)
    papers = [(f"{stem}.{kind}", made.files[kind]) for kind in ("docx", "pdf")]
    attachments = _attachments(proposal, added)
    if progress:
        progress("mail")
    told = mail.letter(proposal.call, proposal.data, [name for name, _ in (*papers, *attachments)])
    eml = mail.draft(told, [*papers, *attachments], now)
    contents = dict(papers)
    contents[f"{stem}.eml"] = eml
    contents |= {f"{ATTACHMENTS}/{name}": data for name, data in attachments}
    contents[RECEIPT] = _receipt(proposal, told, contents, now)
    target = _place_folder(folder, stem, contents)
    sizes = tuple((name, len(data)) for name, data in contents.items())
    warning = mail.size_warning(len(eml))
    eml_path = target / f"{stem}.eml"
    return Package(target, sizes, told, eml_path, warning, made.page_count, tuple(made.missing_glyphs))


def _attachments(proposal: Proposal, added: Sequence[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return the files of the proposal in their order, then the added ones, each under a free, safe name."""
    found: dict[str, bytes] = {}
    for name, data in [*_files_of(proposal), *added]:
        found[names.free(_short(names.safe(name) or names.BLANK), found)] = data
    return list(found.items())


def _short(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    while len((stem + dot + suffix).encode("utf-8")) > names.MAX_BYTES and stem:
        stem = stem[:-1]
    return stem + dot + suffix


def _files_of(proposal: Proposal) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for control in proposal.call.form.controls:
        if control.kind != "file":
            continue
        for pointer in json_pointer.expand(proposal.data, control.pointer):
            sha256 = proposal.get(pointer)
            if sha256 is None or not proposal.call.form.shown(pointer, proposal.data):
                continue
            data = proposal.media[sha256]
            name = proposal.get(pointer.rpartition("/")[0] + "/name") or names.BLANK
            found.append((with_suffix(name, suffix_of(data)), data))
    return found


def _receipt(proposal: Proposal, told: mail.Letter, contents: Mapping[str, bytes], now: datetime) -> bytes:
    """Return the text that says what was packed when: names, sizes, SHA-256. It proves packing, not arrival."""
    lines = [
        "材料打包回执",
        "",
        f"征集：{proposal.call.title['zh']}",
        f"打包时间：{now.isoformat(timespec='seconds')}",
        f"收件地址：{told.to}",
        f"邮件主题：{told.subject}",
        "",
        "文件　大小（字节）　SHA-256",
    ]
    for name, data in contents.items():
        lines.append(f"{name}　{len(data)}　{hashlib.sha256(data).hexdigest()}")
    lines += ["", "本回执由程序在打包时生成，说明打包了什么；邮件是否送达，以收件方答复为准。", ""]
    return "\r\n".join(lines).encode("utf-8-sig")


def _place_folder(folder: Path, stem: str, contents: Mapping[str, bytes]) -> Path:
    """Write everything into a folder beside, then give it its name: the first free of `stem`, `stem_2`, …."""
    beside = folder / f".~{secrets.token_hex(6)}.tmp"
    new_folders: list[Path] = []
    try:
        new_folders = _make_folder(folder)
        beside.mkdir()
        for name, data in contents.items():
            (beside / name).parent.mkdir(exist_ok=True)
            _write(beside / name, data)
        numbers = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
        target = next(path for number in numbers if not os.path.lexists(path := folder / f"{stem}{number}"))
        beside.rename(target)
    except BaseException as error:
        shutil.rmtree(beside, ignore_errors=True)
        _remove_folders(new_folders)
        if isinstance(error, OSError):
            raise KjxmError("export.write_failed", path=str(folder), why=why(error)) from error
        raise
    return target
