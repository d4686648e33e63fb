"""The same work without a window: new, show, check, export, package, call.

Exit status: 0 done · 1 a finding blocks (check; export and package without --draft), or `call check` found faults ·
2 cannot, one sentence on stderr, nothing written. Results on stdout, always UTF-8; progress on stderr, only on a
terminal.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn, cast

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, storage, strict_json
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside, to_outside
from kjxm_desktop.errors import KjxmError

DONE, BLOCKED, CANNOT = 0, 1, 2
MAX_JSON_BYTES = 20_000_000
_LEVELS = 3  # kjxm, a command, a command of that


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _speak_utf8()
    given = list(sys.argv[1:] if arguments is None else arguments)
    strings.use(_language_in(given))
    try:
        told = _parser().parse_args(given)
        return cast("int", told.run(told))
    except KjxmError as error:
        _say(strings.error(error))
        return CANNOT
    except BrokenPipeError:
        # The reader of our output has gone; what it took was right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (KeyboardInterrupt, MemoryError) as error:
        _say(strings.text("cli.stopped" if isinstance(error, KeyboardInterrupt) else "cli.memory"))
        return CANNOT


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _say(sentence: str) -> None:
    print(" ".join(sentence.split()), file=sys.stderr)


# -- arguments ----------------------------------------------------------------------------------------------------


def _language_in(given: Sequence[str]) -> str:
    for at, word in enumerate(given):
        if word == "--lang" and at + 1 < len(given):
            return given[at + 1]
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return "zh"


class _Parser(argparse.ArgumentParser):
    """A parser that takes --lang and --calls on every level, complains in one sentence, and speaks our language.

    What --calls names is kept apart by level, so that no level forgets what an outer one was told.
    """

    def __init__(self, *, prog: str, description: str, help: str = "") -> None:  # noqa: A002, ARG002  (argparse names it)
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False)
        self.add_argument("-h", "--help", action="help", help=_help("help"))
        self.add_argument("--lang", choices=strings.LANGUAGES, default=argparse.SUPPRESS, help=_help("lang"))
        self.add_argument(
            "--calls",
            action="append",
            type=Path,
            dest=f"calls_{prog.count(' ')}",
            default=argparse.SUPPRESS,
            metavar="DIR",
            help=_help("calls"),
        )

    def error(self, message: str) -> NoReturn:
        raise _complaint(message, self.prog)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", strings.text("cli.help_usage"), 1)

    def format_help(self) -> str:
        told = super().format_help().replace("usage:", strings.text("cli.help_usage"), 1)
        told = told.replace("positional arguments:", strings.text("cli.help_positional"), 1)
        return told.replace("options:", strings.text("cli.help_options"), 1)


_COMPLAINTS = (
    (re.compile(r"the following arguments are required: (?P<what>.+)"), "cli.usage_missing"),
    (re.compile(r"unrecognized arguments: (?P<what>.+)", re.DOTALL), "cli.usage_unknown"),
    (re.compile(r"argument (?P<what>.+?): invalid choice: (?P<value>.+) \(choose from (?P<known>.+)\)", re.DOTALL), "cli.usage_choice"),
    (re.compile(r"argument (?P<what>.+?): expected .+ argument"), "cli.usage_value"),
    (re.compile(r"argument (?P<what>.+?): ignored explicit argument .+", re.DOTALL), "cli.usage_no_value"),
)


def _complaint(message: str, command: str) -> KjxmError:
    """Return the parser's complaint in our words."""
    for pattern, key in _COMPLAINTS:
        found = pattern.fullmatch(message)
        if found:
            return KjxmError(key, command=command, **found.groupdict())
    return KjxmError("cli.usage", command=command, why=message)


_Run = Callable[[argparse.Namespace], int]


def _parser() -> _Parser:
    parser = _Parser(prog="kjxm", description=_help("kjxm"))
    parser.add_argument("--version", action="version", version=f"kjxm {__version__}", help=_help("version"))
    commands = parser.add_subparsers(metavar=_help("command"), required=True, parser_class=_Parser)
    _add_reading(commands)
    _add_leaving(commands)
    call = commands.add_parser("call", help=_help("call"), description=_help("call"))
    of_call = call.add_subparsers(metavar=_help("command"), required=True, parser_class=_Parser)
    _command(of_call, "list", _call_list)
    show = _command(of_call, "show", _call_show)
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help=_help("json"))
    check = _command(of_call, "check", _call_check)
    check.add_argument("folder", type=Path, metavar="FOLDER")
    return parser


def _command(commands: Json, name: str, run: _Run) -> _Parser:
    made = cast("_Parser", commands.add_parser(name, help=_help(name), description=_help(name)))
    made.set_defaults(run=run)
    return made


def _add_reading(commands: Json) -> None:
    new = _command(commands, "new", _new)
    new.add_argument("--call", required=True, metavar="ID", help=_help("call_id"))
    new.add_argument("--data", type=Path, metavar="FILE.json", help=_help("data"))
    new.add_argument("out", type=Path, metavar="OUT.kjxm")
    show = _command(commands, "show", _show)
    show.add_argument("file", type=Path, metavar="FILE.kjxm")
    show.add_argument("--media", type=Path, metavar="DIR", help=_help("media"))
    check = _command(commands, "check", _check)
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--call", metavar="ID", help=_help("call_id"))
    check.add_argument("--json", action="store_true", help=_help("json"))
    _add_time(check)


def _add_leaving(commands: Json) -> None:
    export = _command(commands, "export", _export)
    export.add_argument("--format", choices=("docx", "pdf", "both"), default="both", help=_help("format"))
    package = _command(commands, "package", _package)
    package.add_argument("--with", action="append", type=Path, default=[], dest="extra", metavar="FILE", help=_help("with"))
    for made in (export, package):
        made.add_argument("file", type=Path, metavar="FILE.kjxm")
        made.add_argument("--to", type=Path, required=True, metavar="DIR", help=_help("to"))
        made.add_argument("--draft", action="store_true", help=_help("draft"))
        _add_time(made)


def _add_time(command: _Parser) -> None:
    command.add_argument("--time", type=clock.read, metavar="ISO", help=_help("time"))


def _help(name: str) -> str:
    return strings.text(f"cli.help_{name}")


def _now(told: argparse.Namespace) -> datetime:
    return cast("datetime | None", told.time) or clock.now()


def _shelf(told: argparse.Namespace) -> Shelf:
    given: list[list[Path]] = [getattr(told, f"calls_{level}", []) for level in range(_LEVELS)]
    return Shelf(paths.schemas(), [folder for folders in given for folder in folders])


# -- reading and writing proposals --------------------------------------------------------------------------------


def _read_bytes(path: Path, limit: int) -> bytes:
    try:
        if path.is_dir():
            raise KjxmError("cli.is_folder", path=str(path))
        with path.open("rb") as source:
            data = source.read(limit + 1)
    except (OSError, ValueError) as error:
        raise KjxmError("cli.unreadable", path=str(path), why=getattr(error, "strerror", None) or "") from error
    if len(data) > limit:
        raise KjxmError("cli.too_big", path=str(path), limit=limit // 1_000_000)
    return data


def _read_json(path: Path, call: Call) -> Proposal:
    try:
        raw = strict_json.loads(_read_bytes(path, MAX_JSON_BYTES), limit_bytes=MAX_JSON_BYTES, limit_depth=200)
    except KjxmError as error:
        raise KjxmError("cli.data", path=str(path), why=error) from error
    return from_outside(call, raw, path.parent)


def _open(told: argparse.Namespace) -> Proposal:
    return storage.read(told.file, _shelf(told)).proposal


def _new(told: argparse.Namespace) -> int:
    call = _shelf(told).get(told.call)
    if os.path.lexists(told.out):
        raise KjxmError("cli.exists", path=str(told.out))
    if not told.out.parent.is_dir():
        raise KjxmError("cli.no_folder", path=str(told.out.parent))
    proposal = _read_json(told.data, call) if told.data else Proposal(call)
    storage.write(told.out, proposal, program=__version__)
    print(told.out)
    return DONE


def _show(told: argparse.Namespace) -> int:
    proposal = _open(told)
    try:
        shown = to_outside(proposal, told.media)
    except OSError as error:
        raise KjxmError("export.target_unwritable", path=str(told.media), why=error.strerror or "") from error
    _print_json(shown)
    return DONE


def _print_json(value: Json) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


# -- findings -----------------------------------------------------------------------------------------------------


def _findings(proposal: Proposal, now: datetime) -> list[tuple[Json, Json]]:
    """Return each finding as plain data, with the reason it was dismissed for, or None."""
    from kjxm_desktop.core import notes, validation

    found: list[tuple[Json, Json]] = []
    for item in validation.validate(proposal.call, proposal.data, now):
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


def _check(told: argparse.Namespace) -> int:
    is_draft = _read_bytes(told.file, storage.MAX_FILE_BYTES)[:2] == b"PK"
    if is_draft:
        proposal = _open(told)
    elif told.call:
        proposal = _read_json(told.file, _shelf(told).get(told.call))
    else:
        raise KjxmError("cli.which_call", path=str(told.file))
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


def _warn_glyphs(missing: Sequence[str]) -> None:
    if missing:
        _say(strings.text("export.missing_glyphs", glyphs=" ".join(missing)))


def _export(told: argparse.Namespace) -> int:
    # Loaded for this command alone: the paper libraries are heavy.
    from kjxm_desktop.exchange import package

    proposal, now = _open(told), _now(told)
    package.check_target(told.to)
    if not _may_leave(told, proposal, now):
        return BLOCKED
    formats = ("docx", "pdf") if told.format == "both" else (told.format,)
    made = package.export(
        proposal, told.to, formats=formats, draft=told.draft, now=now, fonts=paths.fonts(), progress=_progress
    )
    _warn_glyphs(made.missing_glyphs)
    for path in made.paths:
        print(path)
    return DONE


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
    _warn_glyphs(made.missing_glyphs)
    if made.size_warning:
        size = made.eml.stat().st_size / 1_000_000
        _say(strings.text(f"mail.size_{made.size_warning}", size=f"{size:.1f}"))
    for name, _ in made.files:
        print(made.folder / name)
    return DONE


# -- calls --------------------------------------------------------------------------------------------------------


def _call_list(told: argparse.Namespace) -> int:
    for entry in _shelf(told).found:
        if entry.call is not None:
            print(f"{entry.call.id}\t{entry.call.version}\t{strings.pick(entry.call.title)}")
        elif entry.error is not None:
            print(f"{entry.folder.name}\t{strings.text('cli.broken')}\t{strings.error(entry.error)}")
    return DONE


def _call_show(told: argparse.Namespace) -> int:
    call = _shelf(told).get(told.id)
    sections = [
        {
            "id": section.id,
            "title": strings.pick(section.title),
            "controls": [
                {
                    "pointer": control.pointer,
                    "label": strings.pick(control.label),
                    "kind": control.kind,
                    "hint": strings.pick(control.hint),
                }
                for top in section.controls
                for control in (top, *top.columns)
            ],
        }
        for section in call.form.sections
    ]
    rules = [
        {
            "id": rule["id"],
            "severity": rule["severity"],
            "clause": rule.get("clause"),
            "message": calls.fill(strings.pick(rule["message"]), lambda _name: "…"),
        }
        for rule in call.rules["rules"]
    ]
    shown = {"id": call.id, "version": call.version, "title": strings.pick(call.title)}
    if told.json:
        _print_json({**shown, "sections": sections, "rules": rules})
        return DONE
    print(f"{call.id} {call.version}　{shown['title']}")
    for section in sections:
        print(f"\n{section['title']}")
        for control in section["controls"]:
            print(f"  {control['pointer']}　{control['label']}　({control['kind']})")
    print()
    for rule in rules:
        print(f"{rule['id']}　{rule['severity']}　{rule['message']}" + (f"（{rule['clause']}）" if rule["clause"] else ""))
    return DONE


def _call_check(told: argparse.Namespace) -> int:
    if not told.folder.is_dir():
        raise KjxmError("call.folder", path=str(told.folder))
    try:
        call = _shelf(told).check(calls.read_folder(told.folder))
    except KjxmError as error:
        print(strings.error(error))
        return BLOCKED
    print(strings.text("cli.call_sound", id=call.id, version=call.version, sha256=call.sha256[:12]))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
