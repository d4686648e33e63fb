"""What the command line understands: commands, options, and one sentence for what it does not understand."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, cast

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core import clock
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

_LEVELS = 3  # kjxm, a command, a command of that

Run = Callable[[argparse.Namespace], int]


def language_in(given: Sequence[str]) -> str:
    """Return the language asked for, before the words are understood: a complaint speaks it too."""
    found = "zh"
    for at, word in enumerate(given):
        if word == "--":
            break
        told = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and at + 1 < len(given):
            told = given[at + 1]
        found = told if told in strings.LANGUAGES else found
    return found


def read(given: Sequence[str], runs: Mapping[str, Run]) -> argparse.Namespace:
    """Return what `given` tells, `run` being the one of `runs` that does it ("new" … "call check").

    Raises KjxmError cli.usage…, clock.unreadable; exits with 0 after --help and --version.
    """
    return _parser(runs).parse_args(given)


def check_new(path: Path) -> None:
    """Raise KjxmError cli.exists, cli.no_folder, name.* unless a new file may be written at `path`.

    A name that Windows refuses is refused everywhere, as in the window.
    """
    # Loaded when a name is given: it brings what composes documents.
    from kjxm_desktop.exchange import names

    names.check(path.name, str(path.parent.absolute()) if os.name == "nt" else "")
    if os.path.lexists(path):
        raise KjxmError("cli.exists", path=str(path))
    if not os.path.isdir(path.parent):  # noqa: PTH112  (unlike Path.is_dir it never raises)
        raise KjxmError("cli.no_folder", path=str(path.parent))


def shelf(told: argparse.Namespace) -> Shelf:
    """Return the calls at hand: those that --calls named, those put into the program, those that came with it."""
    return Shelf(paths.schemas(), _call_folders(told), paths.calls())


def _call_folders(told: argparse.Namespace) -> list[Path]:
    """Return the folders that --calls named, before and after the command, in their order."""
    given: list[list[Path]] = [getattr(told, f"calls_{level}", []) for level in range(_LEVELS)]
    return [folder for folders in given for folder in folders]


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
            type=_path,
            dest=f"calls_{prog.count(' ')}",
            default=argparse.SUPPRESS,
            metavar="DIR",
            help=_help("calls"),
        )

    def error(self, message: str) -> NoReturn:
        raise complaint(message, self.prog)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", strings.text("cli.help_usage"), 1)

    def format_help(self) -> str:
        told = super().format_help().replace("usage:", strings.text("cli.help_usage"), 1)
        told = told.replace("positional arguments:", strings.text("cli.help_positional"), 1)
        return told.replace("options:", strings.text("cli.help_options"), 1)


_COMPLAINTS = (
    (r"the following arguments are required: (?P<what>.+)", "cli.usage_missing"),
    (r"unrecognized arguments: (?P<what>.+)", "cli.usage_unknown"),
    (r"argument (?P<what>.+?): invalid choice: (?P<value>.+) \(choose from (?P<known>.+)\)", "cli.usage_choice"),
    (r"argument (?P<what>.+?): expected .+ argument", "cli.usage_value"),
    (r"argument (?P<what>.+?): empty path", "cli.usage_empty"),
    (r"argument (?P<what>.+?): ignored explicit argument .+", "cli.usage_no_value"),
)


def complaint(message: str, command: str) -> KjxmError:
    """Return what a parser of `command` complains of, its own `message`, in our words."""
    for pattern, key in _COMPLAINTS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return KjxmError(key, command=command, **found.groupdict())
    return KjxmError("cli.usage", command=command, why=message)


def _parser(runs: Mapping[str, Run]) -> _Parser:
    parser = _Parser(prog="kjxm", description=_help("kjxm"))
    parser.add_argument("--version", action="version", version=f"kjxm {__version__}", help=_help("version"))
    commands = parser.add_subparsers(metavar=_help("command"), required=True, parser_class=_Parser)
    _add_reading(commands, runs)
    _add_leaving(commands, runs)
    _add_looking_back(commands, runs)
    call = commands.add_parser("call", help=_help("call"), description=_help("call"))
    of_call = call.add_subparsers(metavar=_help("command"), required=True, parser_class=_Parser)
    _command(of_call, "list", runs["call list"])
    show = _command(of_call, "show", runs["call show"], "call_show")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help=_help("json"))
    check = _command(of_call, "check", runs["call check"], "call_check")
    check.add_argument("folder", type=_path, metavar="FOLDER|FILE.kjxmcall")
    pack = _command(of_call, "pack", runs["call pack"], "call_pack")
    pack.add_argument("folder", type=_path, metavar="FOLDER")
    pack.add_argument("out", type=_path, nargs="?", metavar="OUT.kjxmcall", help=_help("call_pack_out"))
    return parser


def _command(commands: Json, name: str, run: Run, told: str = "") -> _Parser:
    """Add the command `name`; its help is named `told` where another command has the same name."""
    words = _help(told or name)
    made = cast("_Parser", commands.add_parser(name, help=words, description=words))
    made.set_defaults(run=run)
    return made


def _add_reading(commands: Json, runs: Mapping[str, Run]) -> None:
    new = _command(commands, "new", runs["new"])
    new.add_argument("--call", required=True, metavar="ID", help=_help("call_id"))
    new.add_argument("--data", type=_path, metavar="FILE.json", help=_help("data"))
    new.add_argument("out", type=_path, metavar="OUT.kjxm")
    show = _command(commands, "show", runs["show"])
    show.add_argument("file", type=_path, metavar="FILE")
    show.add_argument("--media", type=_path, metavar="DIR", help=_help("media"))
    show.add_argument("--differences", action="store_true", help=_help("differences"))
    check = _command(commands, "check", runs["check"])
    check.add_argument("file", type=_path, metavar="FILE")
    check.add_argument("--call", metavar="ID", help=_help("call_id"))
    check.add_argument("--json", action="store_true", help=_help("json"))
    _add_time(check)


def _add_leaving(commands: Json, runs: Mapping[str, Run]) -> None:
    export = _command(commands, "export", runs["export"])
    export.add_argument("--format", choices=("docx", "pdf", "both"), default="both", help=_help("format"))
    package = _command(commands, "package", runs["package"])
    extra: Json = {"action": "append", "type": _path, "default": [], "dest": "extra", "metavar": "FILE"}
    package.add_argument("--with", **extra, help=_help("with"))
    for made in (export, package):
        made.add_argument("file", type=_path, metavar="FILE.kjxm")
        made.add_argument("--to", type=_path, required=True, metavar="DIR", help=_help("to"))
        made.add_argument("--draft", action="store_true", help=_help("draft"))
        _add_time(made)


def _add_looking_back(commands: Json, runs: Mapping[str, Run]) -> None:
    history = _command(commands, "history", runs["history"])
    history.add_argument("file", type=_path, metavar="FILE.kjxm")
    history.add_argument("--json", action="store_true", help=_help("history_json"))
    history.add_argument("--restore", metavar="ID", help=_help("restore"))
    history.add_argument("--to", type=_path, metavar="OUT.kjxm", help=_help("restore_to"))
    compare = _command(commands, "compare", runs["compare"])
    compare.add_argument("one", type=_path, metavar="A.kjxm")
    compare.add_argument("other", type=_path, metavar="B.kjxm")
    compare.add_argument("--json", action="store_true", help=_help("compare_json"))


def _add_time(command: _Parser) -> None:
    command.add_argument("--time", type=clock.read, metavar="ISO", help=_help("time"))


def _path(text: str) -> Path:
    if not text:  # Path takes it for the folder we are in
        raise argparse.ArgumentTypeError("empty path")
    return Path(text)


def _help(name: str) -> str:
    return strings.text(f"cli.help_{name}")
