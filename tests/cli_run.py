"""The command line as tests run it: in this process, with its output as bytes, and drafts made by it."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kjxm_desktop import cli, paths, strings
from kjxm_desktop.core.json_pointer import Json

KJXM, AGRI = "kjxm-sjtu-2024", "agri-service-2026"
EXAMPLES = ("long", "key-tech", "consulting", "nearly-finished")
CALLS = Path(__file__).parent / "calls"
TIME = ("--time", "2024-06-01T09:30")


@dataclass(frozen=True)
class Ran:
    """How a command ended: its status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def kjxm(*words: object) -> Ran:
    """Run one command and return how it ended; what it writes has to be UTF-8."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n") for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        try:
            status = cli.main([str(word) for word in words])
        except SystemExit as left:  # --help and --version
            status = int(left.code or 0)
        finally:
            strings.use("zh")
    told: list[str] = []
    for stream in streams:
        stream.flush()
        told.append(stream.buffer.getvalue().decode("utf-8"))  # pyright: ignore[reportAttributeAccessIssue]
    return Ran(status, *told)


def refused(*words: object) -> str:
    """Run a command that cannot be done and return its one sentence."""
    ran = kjxm(*words)
    assert (ran.status, ran.out) == (2, ""), ran
    assert ran.err.count("\n") == 1, ran.err
    assert ran.err.strip(), ran.err
    assert "Traceback" not in ran.err
    return ran.err.strip()


def example(name: str) -> Path:
    return paths.resources() / "examples" / name / "proposal.json"


@cache
def example_data(name: str) -> Json:
    return json.loads(example(name).read_bytes())


def written(path: Path, data: Json) -> Path:
    """Write `data` as JSON and return its path."""
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def new(out: Path, data: Path | None = None, call: str = KJXM) -> Path:
    """Make a draft by the command line and return its path."""
    words = ["new", "--calls", CALLS, "--call", call, *(["--data", data] if data else []), out]
    ran = kjxm(*words)
    assert (ran.status, ran.err) == (0, ""), ran
    return out


def beneath(folder: Path) -> dict[str, bytes | None]:
    """Return all that lies under `folder` by name: bytes of files, None for folders."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
