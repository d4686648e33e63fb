"""What the program does to sockets and files, as the system saw it: no network, and no file outside a written list."""

from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import traces, watched
from tests.cli_run import KJXM, example
from tests.traces import Call
from tests.watched import Watched

ALLOWED_ADDRESSES = (
    r"@?/tmp/\.X11-unix/X\d+",  # the display
    r"/run/user/\d+/(bus|wayland-\d+|at-spi/bus.*|ibus/.*)",  # display, session and accessibility bus, input method
    r"@?/tmp/dbus-\w+",  # the same, where the session began them by hand
    r"/(var/)?run/nscd/socket",  # the name service: who is this user
)
"""What a local socket may be connected to, and nothing else."""

OF_QT = (
    "HOME/.config", "HOME/.config/QtProject.conf*",  # Qt's file dialog keeps its size and the folders it showed
    "HOME/.cache", "HOME/.cache/fontconfig", "HOME/.cache/fontconfig/*", "/var/cache/fontconfig/*",
    "HOME/.local", "HOME/.local/share",  # on the way to the program's own folder
    "/dev/null",
)  # fmt: skip
"""What Qt and fontconfig write for themselves in a home that has nothing yet."""


def _outside(session: Watched) -> list[Path]:
    """Return what was written beyond the program's own folder, what was asked for, and the list."""
    asked = [session.folder / name for name in ("draft.kjxm", "picture.kjxm", "out", "mail")]
    beside = [f"{session.folder}/.~{path.name}.????????.tmp" for path in asked[:2]]
    listed = [told.replace("HOME", str(session.home)) for told in (*OF_QT, *beside)]
    return [
        path
        for path in traces.writes(session.calls, watched.ROOT)
        if not any(path.is_relative_to(folder) for folder in (session.own, *asked))
        and not any(fnmatch.fnmatch(str(path), told) for told in listed)
    ]


def _forbidden(calls: Sequence[Call]) -> list[str]:
    """Return the sockets and addresses that are not of the list."""
    allowed = re.compile(rf"AF_UNIX|connect AF_UNIX ({'|'.join(ALLOWED_ADDRESSES)})")
    return [told for told in traces.sockets(calls) if not allowed.fullmatch(told)]


def test_a_whole_session_opens_no_socket_and_writes_nowhere_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    session = watched.session(tmp_path_factory, "offscreen")
    assert traces.sockets(session.calls) == []
    assert _outside(session) == []


def test_on_a_screen_a_whole_session_speaks_to_the_display_alone_and_writes_nowhere_else(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    session = watched.session(tmp_path_factory, "xcb")
    assert _forbidden(session.calls) == []
    assert any("X11-unix" in told for told in traces.sockets(session.calls)), "it was on a screen"
    assert _outside(session) == []


def test_the_session_that_was_watched_did_its_work(tmp_path_factory: pytest.TempPathFactory) -> None:
    session = watched.session(tmp_path_factory, "offscreen")
    made = {path.suffix for path in session.folder.rglob("*") if path.is_file()}
    assert {".kjxm", ".docx", ".pdf", ".eml", ".txt"} <= made
    written = traces.writes(session.calls, watched.ROOT)
    assert {session.folder / "draft.kjxm", session.own / "settings.json"} <= set(written), "the trace saw it"
    assert len({call.pid for call in session.calls}) > 3, "the writer's thread and the helper process were traced too"


def test_a_file_that_pasted_text_names_is_never_opened(tmp_path_factory: pytest.TempPathFactory) -> None:
    session = watched.session(tmp_path_factory, "offscreen")
    opened = [path.name for path in traces.reads(session.calls, watched.ROOT)]
    assert f"{watched.PICTURE}.jpg" in opened
    assert "lure.png" not in opened


def test_the_command_line_opens_no_socket_and_writes_what_it_was_told_to_alone(tmp_path: Path) -> None:
    home, to = tmp_path / "home", tmp_path / "to"
    home.mkdir()
    draft = tmp_path / "a.kjxm"
    script = "; ".join([
        "from kjxm_desktop import cli",
        f"assert cli.main(['new', '--call', '{KJXM}', '--data', {str(example('key-tech'))!r}, {str(draft)!r}]) == 0",
        f"assert cli.main(['check', {str(draft)!r}, '--time', '2024-06-01']) == 0",
        f"assert cli.main(['package', {str(draft)!r}, '--to', {str(to)!r}, '--time', '2024-06-01']) == 0",
    ])  # fmt: skip
    env = watched.environment(home)
    calls = traces.run(
        [sys.executable, "-c", script], tmp_path / "trace", env=env, folder=watched.ROOT, timeout_s=watched.TIMEOUT_S
    )
    assert traces.sockets(calls) == []
    beside = re.compile(re.escape(f"{tmp_path}/.~{draft.name}.") + r"[0-9a-f]{8}\.tmp")
    written = [path for path in traces.writes(calls, watched.ROOT) if not path.is_relative_to(to)]
    assert [
        path for path in written if path not in (draft, Path("/dev/null")) and not beside.fullmatch(str(path))
    ] == []
    assert list(home.iterdir()) == [], "it keeps nothing for itself"


# ---- the reader of traces


def _read(*lines: str) -> list[Call]:
    return list(traces.calls("\n".join(lines)))


def test_a_call_that_was_interrupted_by_another_thread_is_read_whole() -> None:
    found = _read(
        '7  mkdir("/a/\\345\\261\\261", 0777 <unfinished ...>',
        "8  socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3<TCP:[5]>",
        "7  <... mkdir resumed>)                  = 0",
        "+++ what is no call +++",
    )
    assert [(call.pid, call.name) for call in found] == [(8, "socket"), (7, "mkdir")]
    assert traces.sockets(found) == ["AF_INET"]
    assert traces.writes(found, Path("/")) == [Path("/a/山")]


def test_a_call_that_never_came_back_counts_as_made() -> None:
    found = _read('7  unlink("/a/b" <unfinished ...>', "7  +++ killed by SIGKILL +++")
    assert traces.writes(found, Path("/")) == [Path("/a/b")]


def test_a_path_is_told_from_the_folder_of_the_call_or_from_where_the_process_stands() -> None:
    found = _read(
        '7  openat(AT_FDCWD</x/y>, "../z", O_WRONLY|O_CREAT, 0600) = 3</x/z>',
        '7  renameat(5</p>, "q", 6</r>, "s") = 0',
        '7  chdir("/w") = 0',
        '7  mkdir("v", 0700) = 0',
        '7  openat(AT_FDCWD</w>, "read", O_RDONLY|O_CLOEXEC) = 3</w/read>',
        '7  linkat(AT_FDCWD</w>, "/proc/self/fd/9", AT_FDCWD</w>, "/w/named", AT_SYMLINK_FOLLOW) = 0',
    )
    assert [str(path) for path in traces.writes(found, Path("/x/y"))] == ["/x/z", "/p/q", "/r/s", "/w/v", "/w/named"]
    assert [str(path) for path in traces.reads(found, Path("/x/y"))] == ["/x/z", "/w/read"]


def test_what_was_refused_for_want_of_rights_counts_and_what_was_there_already_does_not() -> None:
    found = _read(
        '7  mkdir("/there", 0777) = -1 EEXIST (File exists)',
        '7  open("/locked/x", O_WRONLY|O_CREAT, 0600) = -1 EACCES (Permission denied)',
    )
    assert traces.writes(found, Path("/")) == [Path("/locked/x")]


def test_addresses_that_are_not_of_the_list_are_found() -> None:
    found = _read(
        '7  connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"/tmp/.X11-unix/X99"}, 21) = 0',
        '7  connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/user/1000/bus"}, 21) = 0',
        '7  connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/docker.sock"}, 21) = 0',
        '7  bind(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/tmp/.X11-unix/X1"}, 21) = 0',
        '7  sendto(4, "x", 1, 0, {sa_family=AF_INET6, sin6_port=htons(53)}, 28) = 1',
        "7  socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3",
        "7  listen(3<socket:[1]>, 5) = 0",
    )
    assert _forbidden(found) == [
        "connect AF_UNIX /run/docker.sock", "bind AF_UNIX /tmp/.X11-unix/X1", "sendto AF_INET6", "AF_NETLINK", "listen",
    ]  # fmt: skip


def test_where_nothing_can_be_traced_that_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(traces.NoTraceError, match="strace is missing"):
        traces.check_traceable()
    refusing = tmp_path / "strace"
    refusing.write_text("#!/bin/sh\necho 'PTRACE_TRACEME: Operation not permitted' >&2\nexit 1\n", "utf-8")
    refusing.chmod(0o755)
    with pytest.raises(traces.NoTraceError, match=r"Operation not permitted.*SYS_PTRACE"):
        traces.check_traceable()


def test_the_trace_would_have_seen_a_connection(tmp_path: Path) -> None:
    script = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()"
    command = [sys.executable, "-c", script]
    assert subprocess.run(command, check=False).returncode == 0
    calls = traces.run(command, tmp_path / "trace", env=watched.environment(tmp_path), folder=tmp_path, timeout_s=60)
    assert traces.sockets(calls) == ["AF_INET"]
