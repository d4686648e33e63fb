"""The window program: arguments, the log without contents, the application, the window."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core import atomic_file, clock
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.settings import Settings

LOG_BYTES = 500_000

log = logging.getLogger("kjxm_desktop")


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and return the exit status when it has closed; with --worker serve as the helper process."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["--worker"]:
        from kjxm_desktop import worker

        return worker.main()
    _fill_standard_streams()
    try:
        # The self-test works in a folder of its own: that this one cannot be written is not to keep it from its report.
        settings = Settings(Path(os.devnull)) if "--self-test" in given else Settings()
    except OSError as error:
        print(strings.error(atomic_file.failure(error, Path(error.filename or "."))), file=sys.stderr)
        return 2
    strings.use(settings.get("language"))
    try:
        told = _parse(given)
    except KjxmError as error:
        print(strings.error(error), file=sys.stderr)
        return 2
    if told.lang:
        strings.use(told.lang)
    if told.help:
        print(strings.text("cli.window_usage"))
        return 0
    if told.platform:
        # Where a program's environment does not reach it (Wine), or a help desk asks for it on the telephone.
        os.environ["QT_QPA_PLATFORM"] = told.platform
    if told.self_test is not None:
        return _test_itself(told)
    _start_log()
    return _run(told, settings)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        from kjxm_desktop import cli_words  # loaded for a complaint alone: the window opens without it

        raise cli_words.complaint(message, self.prog)


def _parse(given: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog="kjxm-desktop", allow_abbrev=False, add_help=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
    parser.add_argument("--lang", choices=strings.LANGUAGES)
    parser.add_argument("--calls", action="append", type=Path, default=[], metavar="DIR")
    parser.add_argument("--time", metavar="ISO")
    parser.add_argument("--self-test", type=Path, metavar="REPORT.json")
    parser.add_argument("--platform", metavar="NAME")
    parser.add_argument("--version", action="version", version=f"kjxm-desktop {__version__}")
    return parser.parse_args(given)


def _run(told: argparse.Namespace, settings: Settings) -> int:
    # What is made now stays until the end; to look through it for garbage again and again costs a tenth of the start.
    gc.disable()
    # The window's libraries are loaded here: the helper process must start without them.
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from kjxm_desktop.gui import leaving, theme
    from kjxm_desktop.gui.main_window import MainWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("kjxm-desktop")
    application.setApplicationVersion(__version__)
    theme.apply(application, settings.get("appearance"))
    try:
        fixed = clock.read(told.time) if told.time else None
        window = MainWindow(settings, calls=told.calls, now=lambda: fixed or clock.now())
    except KjxmError as error:
        gc.enable()
        print(strings.error(error), file=sys.stderr)
        return 2
    leaving.note_faults(paths.data_folder())
    leaving.Breakage(window.keep_now, window.on_crash, window).watch()
    leaving.Ending(application, window)
    if sys.platform == "darwin":  # elsewhere a file comes as an argument, and the filter would see every event
        from kjxm_desktop.gui.handed_files import HandedFiles

        HandedFiles(application, window.open_file)
    # Before the first paint, so that the page is the first thing to be seen and not the start page.
    if told.file is not None and window.open_file(told.file) and window.session is None:
        return 0  # another window has it and has come to the front
    window.show()
    QTimer.singleShot(0, window, _collect_garbage)
    QTimer.singleShot(0, window, lambda: theme.show_program_icon(application))
    status = application.exec()
    from kjxm_desktop.gui.form import rich_text_paste  # not before the first page is shown

    rich_text_paste.leave_text()
    return status


def _test_itself(told: argparse.Namespace) -> int:
    """Try the program on its own example, in a folder that goes afterwards, and write the report."""
    from PySide6.QtWidgets import QApplication

    with tempfile.TemporaryDirectory(prefix="kjxm-", ignore_cleanup_errors=True) as folder:
        os.environ["KJXM_DATA"] = folder
        from kjxm_desktop.gui import self_test, theme

        application = QApplication.instance() or QApplication(sys.argv[:1])
        assert isinstance(application, QApplication)
        theme.apply(application, "light")
        fixed = clock.read(told.time) if told.time else None
        try:
            return self_test.run(told.self_test, lambda: fixed or clock.now())
        except OSError as error:
            print(strings.error(atomic_file.failure(error, told.self_test)), file=sys.stderr)
            return 2


def _collect_garbage() -> None:
    """Let the collector work from the first paint on, and leave out what the start has made."""
    gc.freeze()
    gc.enable()


def _fill_standard_streams() -> None:
    """Open what stands for standard input, output and errors where the program was started without them.

    Else the next file that is opened, a draft perhaps, would get their number, and a library that complains would
    write into it.
    """
    if os.name != "posix":
        return
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


class _LogFile(logging.FileHandler):
    def _open(self) -> TextIOWrapper:
        """Make the file the user's alone, whatever the system gives to files otherwise."""
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding)


def _start_log() -> None:
    """Keep a small log of what happened, never of what was written; a disk that refuses it costs the log alone."""
    try:
        file = paths.data_folder() / "kjxm-desktop.log"
        if file.exists() and file.stat().st_size > LOG_BYTES:
            file.replace(file.with_suffix(".log.1"))
        # The library's own rotating handler brings sockets and queues along, and would be loaded before the window.
        handler = _LogFile(file, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
