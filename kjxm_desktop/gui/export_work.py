"""One export or package as the window runs it: the request, the progress line, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from kjxm_desktop import __version__, mismatch_words, strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export import glyphs
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.background import Job
from kjxm_desktop.gui.buttons import Button
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session

_MOST_LINES = 5  # of what is amiss; the report names it all


class ExportWork(QWidget):
    """A line that shows what the helper process is doing, with a button to stop it; hidden while nothing runs."""

    made = Signal(object)
    """What the helper process made, as `worker` answers it."""
    ended = Signal(bool)
    """It has ended, well or not; True when the keys were on the button that stops it."""

    def __init__(
        self, session: Session, working_folder: Path, calls: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._folder = working_folder
        self._calls = calls
        self._job: Job | None = None
        self._step = Label("", wraps=True)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._stop = Button(strings.text("gui_window.stop"), self)
        self._stop.clicked.connect(self.stop)
        self._mismatches: list[Json] = []
        self._report = Button(strings.text("gui_window.copy_report"), self)
        self._report.clicked.connect(self._on_report)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._step, 1)
        row.addWidget(self._bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._stop)
        row.addWidget(self._report, 0, Qt.AlignmentFlag.AlignTop)
        self._running(False)

    @property
    def is_running(self) -> bool:
        """Tell whether something is under way."""
        return self._job is not None

    @property
    def told(self) -> str:
        """Return what the line says."""
        return self._step.text()

    def start(self, request: Json) -> None:
        """Start on `request` (see `worker.main`) with the proposal as it stands now."""
        self.stop()
        request = {**request, "time": self._session.now().isoformat()}
        job = Job(self._session.snapshot(), request, self._folder, self._calls, self)
        job.progress.connect(self._on_progress)
        job.done.connect(self._on_done)
        job.failed.connect(self._on_failed)
        self._job = job
        self._tell(strings.text("export.step_layout"), "text")
        self._running(True)
        self._stop.setFocus()  # the button that started this takes no keys while it works
        job.start(f"kjxm-desktop {__version__}")

    def stop(self) -> None:
        """Stop what is under way; earlier files stay as they were."""
        if self._job is not None:
            self._job.stop()
            self._end(strings.text("gui_window.stopped"), "quiet")

    def say_stopped(self) -> None:
        """Tell that something was stopped, before this line was there."""
        self._tell(strings.text("gui_window.stopped"), "quiet")

    def forget(self) -> None:
        """Say no more of what was made: it is no longer what stands in the proposal."""
        if self._job is None:
            self._report.hide()
            self._tell("", "quiet")

    def _on_progress(self, step: str) -> None:
        self._tell(strings.text(f"export.step_{step}"), "text")

    def _on_done(self, made: Json) -> None:
        self._mismatches = made["mismatches"]
        if self._mismatches:
            self._on_mismatches(made)
            return
        told = strings.text("gui_window.export_done", pages=made["pages"])
        if made["missing_glyphs"]:
            told += "　" + strings.text("export.missing_glyphs", glyphs=glyphs.named(made["missing_glyphs"]))
        if made["unset_formulas"]:
            from kjxm_desktop.export import formula_findings  # loaded when there is a formula

            sources = formula_findings.named(made["unset_formulas"])
            told += "　" + strings.text("export.unset_formulas", formulas=sources)
        self._end(told, "done")
        self.made.emit(made)

    def _on_mismatches(self, made: Json) -> None:
        """Say what is amiss and where the new files are: nobody stands without a file on the last evening."""
        place = [Path(made["folder"]) if "folder" in made else Path(made["paths"][0]).parent]
        lines = [mismatch_words.line(self._session.call, told) for told in self._mismatches[:_MOST_LINES]]
        more = ["…"] if len(self._mismatches) > _MOST_LINES else []
        self._end("\n".join([mismatch_words.summary(self._mismatches, place), *lines, *more]), "error")
        self._report.show()
        layout = self.layout()
        if layout is not None:
            layout.activate()  # beside the button the lines are shorter, and there are more of them
        self._step.setMinimumHeight(self._step.heightForWidth(self._step.width()))
        self.made.emit(made)

    def _on_report(self) -> None:
        """Put what the makers of the program need to know on the clipboard: nothing in it was written by the person."""
        told = mismatch_words.report(self._mismatches, f"kjxm-desktop {__version__}")
        QGuiApplication.clipboard().setText(told)

    def _on_failed(self, error: KjxmError) -> None:
        self._end(strings.error_at(self._session.call, error), "error")

    def _end(self, told: str, token: str) -> None:
        if self._job is not None:
            self._job.deleteLater()
        self._job = None
        had_keys = self._stop.hasFocus()
        self._running(False)
        self._tell(told, token)
        self.ended.emit(had_keys)

    def _tell(self, text: str, token: str) -> None:
        self._step.setMinimumHeight(0)
        theme.set_colour(self._step, token)
        self._step.setText(text)
        self._step.show()

    def _running(self, running: bool) -> None:
        self._report.hide()
        self._bar.setVisible(running)
        self._stop.setVisible(running)
