"""Reads files under a limit of memory, each in its own process: arguments are storage, salvage or check, and files."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.core import call_check, pictures, salvage, schema_words, storage, validation
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.errors import KjxmError
from tests.cli_run import kjxm
from tests.torture.processes import Tell, fork

LOADED = (call_check, pictures, schema_words, validation)
"""What readers load when they first need it: it is no part of what a file costs."""
MORE_BYTES = 200 << 20
SHELF = Shelf(paths.schemas())


def _with_storage(file: Path) -> None:
    storage.read(file, SHELF)


def _with_salvage(file: Path) -> None:
    salvage.salvage(file, SHELF, file.parent / "drafts")


def _with_check(file: Path) -> None:
    ran = kjxm("check", file)
    if ran.status == 2 and len(ran.err.splitlines()) == 1 and not ran.out:
        raise KjxmError("told", said=ran.err)
    assert ran.status in (0, 1), ran


READERS: dict[str, Callable[[Path], None]] = {
    "storage": _with_storage,
    "salvage": _with_salvage,
    "check": _with_check,
}


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


def _read(reader: Callable[[Path], None], file: Path, _tell: Tell) -> None:
    limit = _address_space() + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    reader(file)


def main(name: str, files: list[str]) -> None:
    """Print how the reader of each file ended, and what it told, as JSON."""
    assert SHELF.calls
    ended = {file: fork(partial(_read, READERS[name], Path(file))).end() for file in files}
    print(json.dumps(ended))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
