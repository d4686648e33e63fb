"""Processes that are made to suffer: forked from one that has loaded everything, heard through a pipe, then ended."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

from kjxm_desktop.errors import KjxmError

Item = TypeVar("Item")
Result = TypeVar("Result")

DONE, REFUSED, BUG = 0, 3, 4
"""How a child ends: all went well · a KjxmError · any other exception."""
PROCESSES = 2
_SET_PARENT_DEATH, _SET_TRACER, _ANYBODY = 1, 0x59616D61, ctypes.c_ulong(-1)
_POLL_S = 0.001


@dataclass
class Child:
    """A forked process and the end of the pipe on which it tells."""

    pid: int
    pipe: int
    _heard: bytes = b""

    def hear_until(self, start: str, patience_s: float = 60) -> str:
        """Return the first line that begins with `start`; raises TimeoutError, and EOFError when the child is gone."""
        os.set_blocking(self.pipe, False)
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            for line in self._heard.decode("utf-8", "replace").splitlines():
                if line.startswith(start):
                    return line
            try:
                told = os.read(self.pipe, 65_536)
            except BlockingIOError:
                time.sleep(_POLL_S)
                continue
            if not told:
                raise EOFError(self._heard.decode("utf-8", "replace"))
            self._heard += told
        raise TimeoutError(start)

    def heard(self) -> list[str]:
        """Return every whole line told until this moment."""
        os.set_blocking(self.pipe, False)
        try:
            while told := os.read(self.pipe, 65_536):
                self._heard += told
        except BlockingIOError:
            pass
        return self._lines()

    def _lines(self) -> list[str]:
        *lines, _ = self._heard.decode("utf-8", "replace").split("\n")
        return lines

    def kill(self) -> None:
        """End it as a crash does."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self, patience_s: float = 60) -> tuple[int, list[str]]:
        """Wait for its end and return the exit status, negative for a signal, and every whole line it told."""
        status = self._reap(patience_s)
        os.set_blocking(self.pipe, True)
        while told := os.read(self.pipe, 65_536):
            self._heard += told
        os.close(self.pipe)
        return status, self._lines()

    def _reap(self, patience_s: float) -> int:
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(_POLL_S)
        self.kill()  # it hangs: told as the signal that had to end it
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


Tell = Callable[[str], None]


def fork(work: Callable[[Tell], None]) -> Child:
    """Run `work` in a copy of this process; what it tells line by line arrives in the pipe.

    It ends with DONE, with REFUSED after "k <key>", or with BUG after "x <where and what>". It dies with its parent.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    hearing, telling = os.pipe()
    pid = os.fork()
    if pid:
        os.close(telling)
        return Child(pid, hearing)
    status = BUG
    try:
        os.close(hearing)
        _prctl(_SET_PARENT_DEATH, signal.SIGKILL)
        _prctl(_SET_TRACER, _ANYBODY)
        status = _run(work, lambda line: _write_all(telling, f"{line}\n".encode()))
    finally:
        os._exit(status)


def _run(work: Callable[[Tell], None], tell: Tell) -> int:
    try:
        work(tell)
    except KjxmError as error:
        tell(f"k {error.key}")
        return REFUSED
    except BaseException as error:  # noqa: BLE001  (whatever it was: it is the finding)
        tell(f"x {what_went_wrong(error)}")
        return BUG
    return DONE


def what_went_wrong(error: BaseException) -> str:
    """Return in one line what was raised and where."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f"{os.path.basename(frame.filename)}:{frame.lineno} " for frame in last)  # noqa: PTH119
    return " ".join(f"{where}{type(error).__name__}: {error}".split())[:300]


def _write_all(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]


def _prctl(option: int, value: object) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
    """Return `work` of each item, done by two processes forked from this one; it must be no closure."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        yield from pool.map(work, items)


def dealt(count: int, hands: int) -> list[range]:
    """Return the numbers from 0 to `count` dealt into as many equal ranges."""
    size = -(-count // hands)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]
