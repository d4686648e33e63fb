"""A window in a process of its own, told by lines of JSON what to do, and the driver that tests tell it by.

Run as a script it is the program, started as it always is; what it is told on its standard input it does in the
window's thread, and answers each line with one on its standard output.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from kjxm_desktop.core.json_pointer import Json

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


class WindowProcess:
    """The program in a process of its own; leaving the context kills it if it still runs."""

    def __init__(self, data: Path, *words: object, prelude: str = "", closed: bool = False) -> None:
        """Start it with its own folder `data`; `prelude` is Python run first, `closed` leaves no standard streams."""
        inner = [sys.executable, __file__, prelude, *map(str, words)]
        command: Sequence[str] = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *inner] if closed else inner
        pipe = None if closed else subprocess.PIPE
        self.process = subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=ROOT,
            text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "KJXM_DATA": str(data), "PYTHONPATH": str(ROOT)},
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self.complaints: list[str] = []
        if not closed:
            threading.Thread(target=self._read, daemon=True).start()
            threading.Thread(target=self._read_complaints, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _read_complaints(self) -> None:
        assert self.process.stderr is not None
        self.complaints.extend(self.process.stderr)

    def answer(self) -> Json:
        """Return what it said next; the first line says that the window is shown."""
        line = self._lines.get(timeout=PATIENCE_S)
        assert line, ("the window ended", self.complaints)
        return json.loads(line)

    def do(self, what: str, **told: Json) -> Json:
        """Let it do something and return the state it is in then."""
        self.tell(what, **told)
        return self.answer()

    def tell(self, what: str, **told: Json) -> None:
        """Let it do something, without waiting for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **told}) + "\n")
        self.process.stdin.flush()

    def until(self, holds: Callable[[Json], object]) -> Json:
        """Return the first state for which `holds` tells something true."""
        end = time.monotonic() + PATIENCE_S
        while not holds(state := self.do("state")):
            assert time.monotonic() < end, state
            time.sleep(0.05)
        return state

    def end(self) -> int:
        """Wait until it has ended and return its status."""
        return self.process.wait(PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


# ---- in the process itself


def _serve(window) -> None:
    from PySide6.QtCore import QSocketNotifier

    fronts: list[int] = []
    window._claims.front_wanted.connect(lambda: fronts.append(1))
    notifier = QSocketNotifier(0, QSocketNotifier.Type.Read, window)
    rest = b""

    def heard() -> None:
        nonlocal rest
        more = os.read(0, 65_536)
        if not more:
            notifier.setEnabled(False)
        *lines, rest = (rest + more).split(b"\n")
        for line in lines:
            try:
                _do(window, json.loads(line))
            finally:
                _print(window, len(fronts))

    notifier.activated.connect(heard)
    _print(window, 0)


def _print(window, fronts: int) -> None:
    session, desk = window.session, window.desk
    state: Json = {"session": session is not None, "fronts": fronts, "message": window.status.currentMessage()}
    if session is not None and desk is not None:
        state |= {
            "title": session.value("/project/title"),
            "doc_id": session.proposal.doc_id,
            "path": None if session.path is None else session.path.name,
            "save": session.save_state.kind,
            "saved": window.status.saved.text(),
            "strip": desk.strip.texts(),
        }
    print(json.dumps(state), flush=True)


def _do(window, told: Json) -> None:
    session = window.session
    done: dict[str, Callable[[], object]] = {
        "state": lambda: None,
        "edit": lambda: session.edit("/project/title", told["title"]),
        "save": window.save,
        "new": lambda: window.new_proposal(window.calls[0]),
        "open": lambda: window.open_file(Path(told["path"])),
        "recent": lambda: window.open_recent(window.start_page.shown[0]),
        "sleep": lambda: time.sleep(told["seconds"]),
        "stop": lambda: os.kill(os.getpid(), signal.SIGSTOP),
        "python": lambda: exec(told["code"], {"window": window}),
        "close": window.close,
    }
    done[told["do"]]()


def _main() -> int:
    # What checks addresses is there for other tools alone, and takes two seconds to load when jsonschema finds it.
    sys.modules["rfc3987_syntax"] = None  # pyright: ignore[reportArgumentType]
    exec(sys.argv[1], {})
    from kjxm_desktop import app
    from kjxm_desktop.gui.main_window import MainWindow

    show = MainWindow.show

    def shown(window: MainWindow) -> None:
        show(window)
        if not hasattr(window, "served"):
            window.served = True  # pyright: ignore[reportAttributeAccessIssue]
            _serve(window)

    MainWindow.show = shown
    return app.main(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(_main())
