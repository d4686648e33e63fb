"""The same work without a window: new, show, check, export, package, history, compare, call.

Exit status: 0 done · 1 a finding blocks (check; export and package without --draft), `call check` found faults,
`compare` differences, `show` a text that was edited, or what export and package wrote does not read as the answers do
(they name where it is then) · 2 cannot, one sentence on stderr, nothing written. Results on stdout, always UTF-8;
progress on stderr, only on a terminal.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kjxm_desktop import __version__, cli_calls, cli_history, cli_returned, cli_words, paths, strings
from kjxm_desktop.core import atomic_file, clock, storage, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, to_outside
from kjxm_desktop.errors import KjxmError, why

if TYPE_CHECKING:
    from kjxm_desktop.export.self_check import Mismatch

DONE, BLOCKED, CANNOT = 0, 1, 2
MAX_JSON_BYTES = 20_000_000
_MOST_DEPTH = 60  # less than a draft may hold: sections and keys stand around it there


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _speak_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    strings.use(cli_words.language_in(given))
    try:
        told = cli_words.read(given, _RUNS)
        status = cast("int", told.run(told))
        sys.stdout.flush()  # here, where it can still be told that the disk behind it is full
    except KjxmError as error:
        _say(strings.error(error))
        return CANNOT
    except BrokenPipeError:
        _drop_output()  # its reader has gone; what it took was right
        return DONE
    except OSError as error:
        # What fails without a name is the output: every file is read and written by its own.
        told = atomic_file.failure(error, Path(str(error.filename))) if error.filename else _output_failed(error)
        _say(strings.error(told))
        return CANNOT
    except (KeyboardInterrupt, MemoryError) as error:
        _say(strings.text("cli.stopped" if isinstance(error, KeyboardInterrupt) else "cli.memory"))
        return CANNOT
    return status


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _output_failed(error: OSError) -> KjxmError:
    _drop_output()
    return KjxmError("cli.output_failed", why=why(error))


def _drop_output() -> None:
    """Let what is still to be written go nowhere: the interpreter would try again at its end, and complain itself."""
    output = sys.__stdout__
    if output is not None and output is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


def _say(sentence: str) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)


def _now(told: argparse.Namespace) -> datetime:
    return cast("datetime | None", told.time) or clock.now()


# -- reading and writing proposals --------------------------------------------------------------------------------


def _first_bytes(path: Path, count: int) -> bytes:
    """Return up to `count` bytes of a file. Raises KjxmError cli.is_folder, cli.unreadable."""
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise KjxmError("cli.is_folder", path=str(path))
        with path.open("rb") as source:
            return source.read(count)
    except (OSError, ValueError) as error:
        raise KjxmError("cli.unreadable", path=str(path), why=why(error)) from error


def _read_json(path: Path, call: Call) -> Proposal:
    data = _first_bytes(path, MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise KjxmError("cli.too_big", path=str(path), limit=MAX_JSON_BYTES // 1_000_000)
    try:
        raw = strict_json.loads(data, name=path.name, limit_bytes=MAX_JSON_BYTES, limit_depth=_MOST_DEPTH)
        return from_outside(call, raw, path.parent)
    except KjxmError as error:
        raise KjxmError("cli.data", path=str(path), why=error) from error


def _open(told: argparse.Namespace) -> Proposal:
    return storage.read(told.file, cli_words.shelf(told)).proposal


def _new(told: argparse.Namespace) -> int:
    call = cli_words.shelf(told).get(told.call)
    cli_words.check_new(told.out)
    proposal = _read_json(told.data, call) if told.data else Proposal(call)
    storage.write(told.out, proposal, program=__version__)
    print(told.out)
    return DONE


def _show(told: argparse.Namespace) -> int:
    if cli_returned.is_document(told.file):
        return cli_returned.show(told, cli_words.shelf(told))
    proposal = _open(told)
    if told.differences:
        raise KjxmError("returned.draft", path=str(told.file))
    try:
        shown = to_outside(proposal, told.media)
    except OSError as error:
        raise KjxmError("export.target_unwritable", path=str(told.media), why=why(error)) from error
    _print_json(shown)
    return DONE


def _print_json(value: Json) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


# -- findings -----------------------------------------------------------------------------------------------------


def _findings(proposal: Proposal, now: datetime) -> list[tuple[Json, Json]]:
    """Return each finding as plain data, with the reason it was dismissed for, or None."""
    from kjxm_desktop.core import notes, validation
    from kjxm_desktop.export import formula_findings, glyphs

    covered = glyphs.coverage(paths.fonts())
    printable = (covered.told if covered else None, formula_findings.told)
    found: list[tuple[Json, Json]] = []
    for item in validation.validate(proposal.call, proposal.data, now, *printable):
        told = {
            "code": item.code,
            "severity": str(item.severity),
            "blocks": item.blocks,
            "pointer": item.pointer,
            "section": item.section,
            "message": strings.finding(proposal.call, item),
            "clause": item.clause,
        }
        found.append((told, notes.reason_for(proposal.notes, proposal.data, item)))
    return found


def _opened_or_read(told: argparse.Namespace) -> Proposal:
    """Return the draft, the data inside a mailed document, or the proposal that a data JSON tells with --call."""
    is_document = cli_returned.is_document(told.file)
    if told.file.suffix.lower() == ".kjxm" or _is_zip(told.file) or is_document:
        proposal = _returned(told) if is_document else _open(told)
        if told.call not in (None, proposal.call.id):
            other = cli_words.shelf(told).get(told.call)
            raise KjxmError("cli.own_call", path=str(told.file), own=proposal.call.id, other=other.id)
        return proposal
    if told.call is not None:
        return _read_json(told.file, cli_words.shelf(told).get(told.call))
    raise KjxmError("cli.which_call", path=str(told.file))


def _returned(told: argparse.Namespace) -> Proposal:
    """Return the data inside a mailed document; that its text was edited is told on stderr."""
    found = cli_returned.read(told.file, cli_words.shelf(told))
    if found.is_edited:
        _say(cli_returned.verdict(found, told.file.name))
    return found.proposal


def _is_zip(path: Path) -> bool:
    # A pipe is not looked into: what was read of it would be gone.
    return path.is_file() and _first_bytes(path, 2) == b"PK"


def _check(told: argparse.Namespace) -> int:
    proposal = _opened_or_read(told)
    found = _findings(proposal, _now(told))
    manual = [{"id": item["id"], "message": strings.pick(item["message"])} for item in proposal.call.rules["manual"]]
    summary = {
        severity: sum(1 for item, reason in found if item["severity"] == severity and reason is None)
        for severity in ("error", "missing", "warning", "advice")
    }
    blocks = any(item["blocks"] for item, _ in found)
    if told.json:
        _print_json(
            {
                "call": {"id": proposal.call.id, "version": proposal.call.version},
                "summary": summary,
                "blocks": blocks,
                "diagnostics": [{**item, "dismissed": reason} for item, reason in found],
                "manual": manual,
            }
        )
    else:
        _print_findings(proposal.call, found, summary, manual)
    return BLOCKED if blocks else DONE


def _print_findings(call: Call, found: Sequence[tuple[Json, Json]], summary: Json, manual: Sequence[Json]) -> None:
    for item, reason in found:
        print(_line(call, item) + (f"　{strings.text('cli.dismissed', reason=reason)}" if reason else ""))
    if found:
        print(strings.text("cli.summary", **summary))
    else:
        print(strings.text("cli.all_passed", count=len(call.rules["rules"])))
    if manual:
        print(strings.text("cli.manual", count=len(manual)))
        for item in manual:
            print(f"  · {item['message']}")


def _line(call: Call, item: Json) -> str:
    word = strings.text(f"cli.severity_{item['severity']}")
    return f"{word}　{strings.label_path(call, item['pointer'])}　{item['message']}"


# -- paper and mail -----------------------------------------------------------------------------------------------


def _may_leave(told: argparse.Namespace, proposal: Proposal, now: datetime) -> bool:
    """Tell whether the proposal may leave: a draft always; a final when nothing blocks, else what blocks is printed."""
    if told.draft:
        return True
    blocking = [item for item, _ in _findings(proposal, now) if item["blocks"]]
    for item in blocking:
        print(_line(proposal.call, item))
    if blocking:
        _say(strings.text("cli.blocked", count=len(blocking)))
    return not blocking


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        print(strings.text(f"export.step_{step}"), file=sys.stderr)


def _warn_glyphs(missing: Sequence[str], proposal: Proposal) -> None:
    """Name the characters that the PDF spells as 〔U+…〕, with the answers that they stand in."""
    if not missing:
        return
    from kjxm_desktop.export import glyphs

    places = glyphs.places(proposal, missing)
    told = [f"{strings.label_path(proposal.call, pointer)}　{glyphs.named(there)}" for pointer, there in places]
    _say(strings.text("export.missing_glyphs", glyphs="；".join(told) or glyphs.named(missing)))


def _warn_marks(proposal: Proposal) -> None:
    """Name the answers with more marks on one character than the PDF prints."""
    from kjxm_desktop.export import glyphs

    told = [f"{strings.label_path(proposal.call, pointer)}　{signs}" for pointer, signs in glyphs.heaps(proposal)]
    if told:
        _say(strings.text("export.heaped_marks", signs="；".join(told)))


def _warn_formulas(unset: Sequence[str], proposal: Proposal) -> None:
    """Name the formulas that the files print as their source, with the answers that they stand in."""
    if not unset:
        return
    from kjxm_desktop.export import formula_findings

    named = formula_findings.named
    places = formula_findings.places(proposal, unset)
    told = [f"{strings.label_path(proposal.call, pointer)}　{named(there)}" for pointer, there in places]
    _say(strings.text("export.unset_formulas", formulas="；".join(told) or named(unset)))


def _say_mismatches(proposal: Proposal, found: Sequence[Mismatch], paths: Sequence[Path]) -> int:
    """Say on stderr what in the new files does not read as the answers do, and where they are; return the status."""
    if not found:
        return DONE
    from kjxm_desktop import mismatch_words

    plain = mismatch_words.plain(found)
    for told in plain:
        _say(mismatch_words.line(proposal.call, told))
    _say(mismatch_words.summary(plain, paths))
    return BLOCKED


def _export(told: argparse.Namespace) -> int:
    # Loaded for this command alone: the paper libraries are heavy.
    from kjxm_desktop.exchange import package

    proposal, now = _open(told), _now(told)
    formats = ("docx", "pdf") if told.format == "both" else (told.format,)
    package.check_target(told.to)
    package.check_names(proposal, told.to, formats, draft=told.draft)
    if not _may_leave(told, proposal, now):
        return BLOCKED
    made = package.export(
        proposal, told.to, formats=formats, draft=told.draft, now=now, fonts=paths.fonts(), progress=_progress
    )
    if "pdf" in formats:
        _warn_glyphs(made.missing_glyphs, proposal)
    _warn_marks(proposal)
    _warn_formulas(made.unset_formulas, proposal)
    for path in made.paths:
        print(path)
    return _say_mismatches(proposal, made.mismatches, made.paths)


def _package(told: argparse.Namespace) -> int:
    from kjxm_desktop.exchange import package

    proposal, now = _open(told), _now(told)
    package.check_target(told.to)
    package.read_extra(told.extra)
    if not _may_leave(told, proposal, now):
        return BLOCKED
    made = package.package(
        proposal, told.to, extra=told.extra, draft=told.draft, now=now, fonts=paths.fonts(), progress=_progress
    )
    _warn_glyphs(made.missing_glyphs, proposal)
    _warn_marks(proposal)
    _warn_formulas(made.unset_formulas, proposal)
    if made.size_warning:
        size = made.eml.stat().st_size / 1_000_000
        _say(strings.text(f"mail.size_{made.size_warning}", size=f"{size:.1f}"))
    for name, _ in made.files:
        print(made.folder / name)
    return _say_mismatches(proposal, made.mismatches, [made.folder])


_RUNS: Mapping[str, cli_words.Run] = {
    "new": _new,
    "show": _show,
    "check": _check,
    "export": _export,
    "package": _package,
    "history": cli_history.history,
    "compare": cli_history.compare_files,
    "call list": cli_calls.list_calls,
    "call show": cli_calls.show,
    "call check": cli_calls.check,
    "call pack": cli_calls.pack,
}

if __name__ == "__main__":
    sys.exit(main())
