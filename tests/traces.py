"""What a traced program did to sockets and to files, read from what strace wrote."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TRACED = (
    "network", "open", "openat", "openat2", "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link",
    "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir", "truncate", "mknod", "mknodat", "chdir", "fchdir",
)  # fmt: skip
"""What is asked of strace: all of the network, and whatever makes, changes or removes a name of a file."""
OF_NAMES = {
    "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
    "unlink", "unlinkat", "rmdir", "truncate", "mknod", "mknodat",
}  # fmt: skip
_OPENING = {"open", "openat", "openat2"}
_FOR_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)\b")

_LINE = re.compile(r"(?P<pid>[0-9]+) +(?P<rest>.*)", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. [a-z0-9_]+ resumed>(?P<rest>.*)", re.DOTALL)
_CALL = re.compile(r"(?P<name>[a-z][a-z0-9_]*)\((?P<arguments>.*)\) += (?P<result>.*)", re.DOTALL)
_AT = r"(?:(?:AT_FDCWD|[0-9]+)<(?P<at>(?:[^>\\]|\\.)*)>(?:\(deleted\))?, )?"
_WORD = re.compile(_AT + r'"(?P<told>(?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))", re.DOTALL)
_LETTERS = {"n": b"\n", "t": b"\t", "r": b"\r", "v": b"\v", "f": b"\f"}


@dataclass(frozen=True)
class Call:
    """One call of the system: who made it, its arguments as strace writes them, and what came back."""

    pid: int
    name: str
    arguments: str
    result: str

    @property
    def failed(self) -> bool:
        """Tell whether the system refused."""
        return self.result.startswith("-1")


class NoTraceError(Exception):
    """This machine lets no program be traced; the text says what to do."""


def run(
    command: Sequence[str | Path],
    out: Path,
    *,
    env: dict[str, str],
    folder: Path,
    timeout_s: float,
    inside: Sequence[str] = (),
) -> list[Call]:
    """Run `command` to a good end under strace, with its children, and return the calls. `out` takes the trace.

    `inside` are words of programs that run strace in their turn and are not traced. Raises NoTraceError where programs
    cannot be traced, AssertionError with what the program said when it does not end well.
    """
    check_traceable()
    options = ["-f", "--seccomp-bpf", "-y", "-s", "4096", "-e", f"trace={','.join(TRACED)}"]
    words = [*inside, "strace", *options, "-o", out, *command]
    ran = subprocess.run(
        words, capture_output=True, stdin=subprocess.DEVNULL, env=env, cwd=folder, timeout=timeout_s, check=False
    )
    assert ran.returncode == 0, f"{ran.returncode}: {ran.stderr.decode(errors='replace')[-3000:]}"
    return list(calls(out.read_text("utf-8", errors="surrogateescape")))


def check_traceable() -> None:
    """Raise NoTraceError unless strace is here and may trace."""
    try:
        ran = subprocess.run(
            ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"], capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise NoTraceError("strace is missing; `make test` installs it from packaging/debian/test.txt") from error
    if ran.returncode:
        why = ran.stderr.decode(errors="replace").strip()
        raise NoTraceError(
            f"strace may not trace here ({why}): allow ptrace (in a container: --cap-add=SYS_PTRACE), "
            "for without it nothing shows that the program opens no network"
        )


def calls(text: str) -> Iterator[Call]:
    """Yield the calls in the trace `text`, each whole: what was unfinished is joined with where it was resumed."""
    begun: dict[str, str] = {}
    for line in text.split("\n"):
        told = _LINE.fullmatch(line)
        if told is None:
            continue
        pid, rest = told["pid"], told["rest"]
        if rest.endswith(_UNFINISHED):
            begun[pid] = rest.removesuffix(_UNFINISHED)
            continue
        resumed = _RESUMED.fullmatch(rest)
        if resumed is not None:
            rest = begun.pop(pid, "") + resumed["rest"]
        call = _CALL.fullmatch(rest)
        if call is not None:
            yield Call(int(pid), call["name"], call["arguments"], call["result"])
    for pid, rest in begun.items():  # the process was ended in the middle of it
        name, _, arguments = rest.partition("(")
        yield Call(int(pid), name, arguments, "?")


def sockets(found: Sequence[Call]) -> list[str]:
    """Return every socket that was made, and every address that one was told of, as strace writes them."""
    told: list[str] = []
    for call in found:
        if call.name in ("socket", "socketpair"):
            told.append(call.arguments.partition(",")[0])
        elif call.name in ("connect", "bind", "sendto", "sendmsg") and "sa_family=" in call.arguments:
            told.append(_address(call))
        elif call.name in ("listen", "accept", "accept4"):
            told.append(call.name)
    return told


def _address(call: Call) -> str:
    family = re.search(r"sa_family=(\w+)", call.arguments)
    path = re.search(r'sun_path=(@?)"((?:[^"\\]|\\.)*)"', call.arguments)
    where = f" {path[1]}{_plain(path[2])}" if path else ""
    return f"{call.name} {family[1] if family else ''}{where}"


def writes(found: Sequence[Call], folder: Path) -> list[Path]:
    """Return what was made, changed, renamed or removed, or was tried to be, in order; `folder` is where it began.

    What the system refused because it was there already, or was not there, has changed nothing and is left out.
    """
    here, told = str(folder), []
    for call in found:
        if call.name == "chdir" and not call.failed:
            here = _paths(call, here)[0]
        elif call.name == "fchdir":
            raise AssertionError(f"the folder changed in a way that is not followed here: {call}")
        if "ENOENT" in call.result or "EEXIST" in call.result or "ENOTDIR" in call.result:
            continue
        if call.name in OF_NAMES or (call.name in _OPENING and _FOR_WRITING.search(call.arguments)):
            told += [Path(path) for path in _paths(call, here)]
    return list(dict.fromkeys(told))


def reads(found: Sequence[Call], folder: Path) -> list[Path]:
    """Return the files that were opened, for whatever, whether they were there or not."""
    return [Path(path) for call in found if call.name in _OPENING for path in _paths(call, str(folder))]


def _paths(call: Call, here: str) -> list[str]:
    """Return the absolute paths among the arguments of a call, each from the folder that the call tells."""
    told: list[str] = []
    for word in _WORD.finditer(call.arguments):
        path = _plain(word["told"])
        at = _plain(word["at"]) if word["at"] else here
        if path.startswith("/proc/self/fd/"):  # a nameless file that gets its name with this call
            continue
        told.append(_joined(at, path))
    return told


def _joined(at: str, path: str) -> str:
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{at}/{path}").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _plain(told: str) -> str:
    """Return a word without the escapes that strace writes: octal numbers of bytes, and letters."""
    raw, last = b"", 0
    for found in _ESCAPE.finditer(told):
        raw += told[last : found.start()].encode("utf-8", "surrogateescape")
        octal, hexadecimal, letter = found.groups()
        if octal or hexadecimal:
            raw += bytes([int(octal, 8) if octal else int(hexadecimal, 16)])
        else:
            raw += _LETTERS.get(letter, letter.encode())
        last = found.end()
    return (raw + told[last:].encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
