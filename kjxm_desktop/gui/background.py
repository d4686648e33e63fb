"""Export in the helper process: the window writes a copy of the draft, hears of progress, stays quick."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from kjxm_desktop.core import atomic_file, storage
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError

_STOP_MS = 2_000


def error_of(told: Json) -> KjxmError:
    """Return the failure that an answer of the helper process {"key", "params"} tells of."""
    params = {key: error_of(part) if isinstance(part, dict) else part for key, part in told["params"].items()}
    return KjxmError(told["key"], **params)


class Job(QObject):
    """One export or package under way in the helper process; it ends with `done`, `failed` or silently by `stop`."""

    progress = Signal(str)
    """The name of the step that has begun: see `export.step_<name>` in the strings."""
    done = Signal(object)
    """What was made, as `worker` answers it."""
    failed = Signal(object)
    """A KjxmError."""

    def __init__(
        self, proposal: Proposal, request: Json, folder: Path, calls: Sequence[Path], parent: QObject | None = None
    ) -> None:
        """Prepare to work on `proposal` (a snapshot) by `request` (see `worker.main`).

        `folder` is where the copy for the helper process lies meanwhile; `calls` are the added folders of calls.
        """
        super().__init__(parent)
        self._proposal = proposal
        self._copy = folder / f"export-{secrets.token_hex(6)}.kjxm"
        self._request = {**request, "draft_file": str(self._copy), "calls": [str(path) for path in calls]}
        self._ended = False
        self._answers = b""
        self._outcome: Json = None
        self._process = QProcess(self)
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.readyReadStandardOutput.connect(self._on_answer)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_process_error)

    def start(self, program: str) -> None:
        """Write the copy and start; `program` is the version written into it."""
        try:
            # A draft that was never edited has left nothing there yet.
            self._copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            storage.write(self._copy, self._proposal, program=program)
        except (KjxmError, OSError) as problem:
            error = problem if isinstance(problem, KjxmError) else atomic_file.failure(problem, self._copy.parent)
            self._end()
            self.failed.emit(error)
            return
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONIOENCODING", "utf-8")
        self._process.setProcessEnvironment(environment)
        frozen = bool(getattr(sys, "frozen", False))
        self._process.start(sys.executable, ["--worker"] if frozen else ["-m", "kjxm_desktop", "--worker"])
        self._process.write(json.dumps(self._request).encode("ascii") + b"\n")
        self._process.closeWriteChannel()

    def stop(self) -> None:
        """Give up: the helper process ends, files already there stay as they were."""
        self._end()
        self._process.kill()
        self._process.waitForFinished(_STOP_MS)

    def _on_answer(self) -> None:
        self._answers += self._process.readAllStandardOutput().data()
        *lines, self._answers = self._answers.split(b"\n")
        for line in lines:
            if not self._ended:
                self._hear(json.loads(line))

    def _hear(self, told: Json) -> None:
        if "progress" in told:
            self.progress.emit(told["progress"])
        else:
            self._outcome = told

    def _on_finished(self) -> None:
        """Tell the outcome once the process is gone: nobody may take this object away before."""
        self._on_answer()
        if self._outcome is None:
            self._break("export.helper_stopped")
        elif not self._ended:
            self._end()
            if "done" in self._outcome:
                self.done.emit(self._outcome["done"])
            else:
                self.failed.emit(error_of(self._outcome["error"]))

    def _on_process_error(self, problem: QProcess.ProcessError) -> None:
        if problem == QProcess.ProcessError.FailedToStart:
            self._break("export.helper_missing")

    def _break(self, key: str) -> None:
        if not self._ended:
            self._end()
            self.failed.emit(KjxmError(key))

    def _end(self) -> None:
        self._ended = True
        self._copy.unlink(missing_ok=True)
