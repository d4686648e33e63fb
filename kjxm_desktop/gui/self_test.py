"""What a help desk asks for: the program tries itself on its own example and writes down what it found.

It works in a folder of its own, so that no draft of the person is touched, and the report names no file of theirs.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QLibraryInfo, QSysInfo, Qt, QTimer, qVersion
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QStyleFactory

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui.about import PARTS
from kjxm_desktop.gui.background import Job
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.start_page import examples
from kjxm_desktop.settings import Settings

PATIENCE_S = 180
_TYPED = "x"
_PLUGINS = ("platforms", "imageformats", "platforminputcontexts", "styles", "iconengines")


class FailedError(Exception):
    """What was tried did not come out as it should."""


@dataclass
class Report:
    """What was tried, one after the other; what follows a failure is tried all the same where that is possible."""

    steps: list[dict[str, Json]] = field(default_factory=list[dict[str, Json]])

    @property
    def passed(self) -> bool:
        """Tell whether nothing failed."""
        return all(step["passed"] for step in self.steps)

    @contextmanager
    def step(self, name: str) -> Generator[dict[str, Json]]:
        """Note how a step went; what it wants to say goes into what it is given."""
        told: dict[str, Json] = {"name": name, "passed": False}
        self.steps.append(told)
        began = time.perf_counter()
        try:
            yield told
            told["passed"] = True
        except KjxmError as error:
            told["why"] = error.key
        except FailedError as error:
            told["why"] = str(error)
        except Exception as error:  # noqa: BLE001  (whatever it was, the report is to be written)
            told["why"] = "".join(traceback.format_exception_only(error)).strip()
            told["where"] = [
                f"{Path(at.filename).name}:{at.lineno}" for at in traceback.extract_tb(error.__traceback__)
            ]
        told["seconds"] = round(time.perf_counter() - began, 2)


def run(report_file: Path, now: Callable[[], datetime]) -> int:
    """Try everything, write the report, and return the exit status: 0 when nothing failed, else 1.

    The application must be there, and the program's own folder must be one that may go afterwards.
    Raises OSError when the report cannot be written.
    """
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kjxm-", ignore_cleanup_errors=True) as folder:
        with report.step("fonts") as told:
            told["files"] = _fonts()
        window = MainWindow(Settings(), now=now)
        window.asks = False
        window.resize(1366, 768)
        window.show()
        try:
            _try_window(report, window, Path(folder), now)
        finally:
            if window.session is not None:
                window.session.close()
            window.close()
    told = {"program": "kjxm-desktop", "version": __version__, "at": now().isoformat(timespec="seconds")}
    whole = {**told, "passed": report.passed, "steps": report.steps, "system": _system(), "libraries": _libraries()}
    report_file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0 if report.passed else 1


def _try_window(report: Report, window: MainWindow, folder: Path, now: Callable[[], datetime]) -> None:
    with report.step("open"):
        if not window.open_example(min(examples(), key=lambda example: example.data_file.stat().st_size)):
            raise FailedError("the example did not open")
    session = window.session
    if session is None:
        return
    with report.step("paint") as told:
        told["colours"] = _colours(window)
    with report.step("type"):
        _type(window, session)
    with report.step("save"):
        _save(session, folder / "self-test.kjxm")
    with report.step("export") as told:
        made = _exported(session.snapshot(), folder, now())
        told["pages"] = made["pages"]
        told["bytes"] = {Path(name).suffix.lstrip("."): Path(name).stat().st_size for name in made["paths"]}
        if made.get("mismatches"):
            raise FailedError(f"{len(made['mismatches'])} texts of the files are not as they were typed")
    for kind in ("docx", "pdf"):
        with report.step(f"reopen {kind}"):
            _reopen(session.proposal, next(folder.glob(f"*.{kind}"), folder / f"none.{kind}"))


def _fonts() -> int:
    folder = paths.fonts()
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["fonts"]
    for entry in told:
        if hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]:
            raise FailedError(f"{entry['file']} is not the font that came with the program")
    return len(told)


def _colours(window: MainWindow) -> int:
    """Return how many colours a picture of the window has: an empty one has a few, words have many."""
    QApplication.processEvents()
    picture = window.grab().toImage()
    found = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    if len(found) < 30:
        raise FailedError("the window stays empty")
    return len(found)


def _type(window: MainWindow, session: Session) -> None:
    """Type into the first line of the form, take it back, and do it again."""
    assert window.desk is not None
    control = next(
        control for control in session.form.controls if control.kind == "line" and "*" not in control.pointer
    )
    window.go_to(control.pointer)
    QApplication.processEvents()
    target = QApplication.focusWidget()
    if target is None:  # no window of a desktop in the background has the keys
        target = next(row for row in window.desk.page.rows() if row.pointer == control.pointer).field.input_widget()
    before = session.value(control.pointer)
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(target, QKeyEvent(kind, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, _TYPED))
    after = session.value(control.pointer)
    if after == before or _TYPED not in str(after):
        raise FailedError("a key did not arrive")
    session.undo()
    if session.value(control.pointer) != before:
        raise FailedError("undo did not give back what was there")
    session.redo()
    if session.value(control.pointer) != after:
        raise FailedError("redo did not do it again")


def _save(session: Session, path: Path) -> None:
    session.save_as(path)
    _wait(lambda: session.save_state.kind in (SaveKind.SAVED, SaveKind.FAILED))
    if session.save_state.reason is not None:
        raise session.save_state.reason
    stored = storage.read(path, Shelf(paths.schemas())).proposal
    if stored.data != session.data or stored.media.keys() != session.proposal.media.keys():
        raise FailedError("the file does not hold what was written")


def _exported(proposal: Proposal, folder: Path, now: datetime) -> Json:
    """Return what the helper process answers for an export of both files into `folder`."""
    request = {"action": "export", "to": str(folder), "time": now.isoformat(), "draft": True}
    job = Job(proposal, request, paths.data_folder() / "drafts", ())
    outcome: list[Json | KjxmError] = []
    job.done.connect(outcome.append)
    job.failed.connect(outcome.append)
    job.start(__version__)
    _wait(lambda: outcome)
    if isinstance(outcome[0], KjxmError):
        raise outcome[0]
    return outcome[0]


def _reopen(proposal: Proposal, path: Path) -> None:
    # Loaded for this: it brings the readers of office files with it.
    from kjxm_desktop.exchange import returned

    found = returned.read(path, Shelf(paths.schemas()), path.name)
    if found.proposal.data != proposal.data:
        raise FailedError("the data inside are not those that were written")
    if found.is_edited:
        raise FailedError("the text is not what the data print")


def _wait(happened: Callable[[], object]) -> None:
    """Let the window work until `happened` tells something true."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > end:
            raise FailedError(f"nothing came for {PATIENCE_S} s")
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()


def _system() -> Json:
    application = QGuiApplication.instance()
    assert isinstance(application, QApplication)
    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    plugins = {kind: sorted(file.stem for file in (folder / kind).glob("*")) for kind in _PLUGINS}
    screen = application.primaryScreen()
    size, scale = screen.size().toTuple(), screen.devicePixelRatio()
    return {
        "os": QSysInfo.prettyProductName(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "qt": qVersion(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "platform": application.platformName(),
        "style": application.style().objectName(),
        "styles": QStyleFactory.keys(),
        "screen": {"size": size, "scale": scale, "dpi": round(screen.logicalDotsPerInch())},
        "plugins": plugins,
        "families": len(QFontDatabase.families()),
        "language": strings.language(),
    }


def _libraries() -> Json:
    found: dict[str, str | None] = {}
    for _, package, _ in PARTS:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found
