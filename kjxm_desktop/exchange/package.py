"""The folder that is mailed: DOCX, PDF, attachments, e-mail draft, receipt; and the plain export of the two files."""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kjxm_desktop.core import json_pointer
from kjxm_desktop.core.proposal import Proposal, suffix_of, with_suffix
from kjxm_desktop.errors import KjxmError, why
from kjxm_desktop.exchange import mail, names, together
from kjxm_desktop.export import files as export_files
from kjxm_desktop.export.self_check import Mismatch

ATTACHMENTS = "附件"
RECEIPT = "回执.txt"
UNCHECKED = "_未核对"
"""What the name of files ends in that do not read as the answers do, or of the folder that they lie in."""
EXTRA_CAP_BYTES = 200_000_000

Progress = Callable[[str], None]
"""Called with the name of each step: "layout", "pdf", "docx", "check", "mail"."""


@dataclass(frozen=True)
class Exported:
    """The files written and how many pages the PDF has.

    With `mismatches` the names end in `UNCHECKED`, and earlier files of the plain names are as they were.
    """

    paths: tuple[Path, ...]
    pages: int
    missing_glyphs: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unset_formulas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Package:
    """The folder made, what lies in it with sizes, the letter, and the warning about its size ("large"…).

    With `mismatches` the name of the folder ends in `UNCHECKED`, and its receipt says so. The files in it and the
    letter have their plain names: whoever has looked at them on the last evening sends them as they are.
    """

    folder: Path
    files: tuple[tuple[str, int], ...]
    letter: mail.Letter
    eml: Path
    size_warning: str | None
    pages: int
    missing_glyphs: tuple[str, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    unset_formulas: tuple[str, ...] = ()


def check_target(folder: Path) -> None:
    """Raise KjxmError export.target_… unless files can be written into `folder`, which may not exist yet."""
    made: list[Path] = []
    try:
        made = together.make_folder(folder)
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
        together.remove_folders(made)


def check_names(proposal: Proposal, folder: Path, formats: Sequence[str], *, draft: bool) -> None:
    """Raise KjxmError export.target_taken where a folder stands at the name of a file to be written."""
    stem = names.stem(proposal.call, proposal.data, draft=draft)
    for kind in formats:
        path = folder / f"{stem}.{kind}"
        if path.is_dir():
            raise KjxmError("export.target_taken", path=str(path))


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
    """Write the files of `formats` ("docx", "pdf") into `folder`, replacing those of the same name, both or none.

    Those that the self-check finds amiss replace nothing but those it found amiss before: they stand beside.
    Raises KjxmError export.*; then earlier files are as they were.
    """
    check_target(folder)
    check_names(proposal, folder, formats, draft=draft)
    made = export_files.make(proposal, now=now, draft=draft, formats=formats, fonts_folder=fonts, progress=progress)
    stem = names.stem(proposal.call, proposal.data, draft=draft)
    if made.mismatches:
        stem += UNCHECKED
    files = {f"{stem}.{kind}": made.files[kind] for kind in ("docx", "pdf") if kind in made.files}
    paths = together.write(folder, files)
    return Exported(tuple(paths), made.page_count, tuple(made.missing_glyphs), made.mismatches, made.unset_formulas)


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
    contents[RECEIPT] = _receipt(proposal, told, contents, made, now)
    name = stem + UNCHECKED if made.mismatches else stem
    target = together.place_folder(folder, lambda within: _free_folder(within, name), contents)
    sizes = tuple((name, len(data)) for name, data in contents.items())
    warning = mail.size_warning(len(eml))
    eml_path = target / f"{stem}.eml"
    missing = tuple(made.missing_glyphs)
    found = made.mismatches
    return Package(target, sizes, told, eml_path, warning, made.page_count, missing, found, made.unset_formulas)


def _free_folder(within: Path, name: str) -> Path:
    """Return the first of `name`, `name_2`, … that is not there."""
    numbers = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
    return next(path for number in numbers if not os.path.lexists(path := within / f"{name}{number}"))


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
            name = proposal.get(pointer.rpartition("/")[0] + "/name") or names.BLANK
            if sha256 not in proposal.media:  # it came back in a document, which names files and holds none
                raise KjxmError("export.attachment_apart", file=name)
            data = proposal.media[sha256]
            found.append((with_suffix(name, suffix_of(data)), data))
    return found


def _receipt(
    proposal: Proposal, told: mail.Letter, contents: Mapping[str, bytes], made: export_files.Made, now: datetime
) -> bytes:
    """Return the text that says what was packed when: names, sizes, SHA-256. It proves packing, not arrival."""
    unchecked = f"核对结果：有 {len(made.mismatches)} 处与填写内容对不上，寄出前逐处看过再定"
    lines = [
        "材料打包回执",
        "",
        f"征集：{proposal.call.title['zh']}",
        f"打包时间：{now.isoformat(timespec='seconds')}",
        f"收件地址：{told.to}",
        f"邮件主题：{told.subject}",
        f"校验码：{made.check_code}（与 DOCX、PDF 页脚上的一致；用来发现无意的改动，不是电子签名）",
        *([unchecked] if made.mismatches else []),
        "",
        "文件　大小（字节）　SHA-256",
    ]
    for name, data in contents.items():
        lines.append(f"{name}　{len(data)}　{hashlib.sha256(data).hexdigest()}")
    lines += ["", "本回执由程序在打包时生成，说明打包了什么；邮件是否送达，以收件方答复为准。", ""]
    return "\r\n".join(lines).encode("utf-8-sig")
