"""One process of the rows of safe-keeping.

    python -m tests.benchmarks.storage_probe refuse
    python -m tests.benchmarks.storage_probe save FILE
    python -m tests.benchmarks.storage_probe commit FILE

`refuse` answers with [seconds, megabytes] of every reading of every hostile file, by its name. The others open the
window on a draft and answer with {"held_ms", "idle_ms", "took_ms"}: for each save the longest time the window's thread
did not come round while it went on, the same without a save, and how long the save took.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kjxm_desktop.gui.session import Session

SAVES = {"save": 5, "commit": 120}
SETTLE_S = 3.0
BEAT_MS = 1
APART_S = 0.03
"""The reference ends so long before a save begins."""
APART_FROM_EDIT_S = 2.0
"""So long after an edit the check and the working copy are through; then the file is saved."""
PATIENCE_S = 60


def refuse() -> None:
    """Read every hostile file a few times, each in a process of its own."""
    from tests.torture import bombs

    told: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = [bomb for bomb in bombs.all_bombs() if bomb.must_refuse]
        for effect in bombs.effects_of(files, Path(folder), 3):
            if effect.status != bombs.REFUSED:
                sys.exit(f"{effect.bomb.name} ended with {effect.status}: {effect.lines}")
            told.setdefault(effect.bomb.name, []).append((effect.took_s, effect.peak_mb))
    print(json.dumps(told))


class Beats:
    """The moments at which the window's thread came round: every millisecond while nothing holds it."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._at: list[float] = [time.perf_counter()]
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self._timer.timeout.connect(lambda: self._at.append(time.perf_counter()))
        self._timer.start()

    def longest_ms(self, start: float, end: float) -> float:
        """Return the longest time between two beats that reaches into `start` to `end`, beyond the beat itself."""
        pairs = zip(self._at, self._at[1:], strict=False)
        longest_s = max((after - before for before, after in pairs if after > start and before < end), default=0.0)
        return max(0.0, longest_s * 1000 - BEAT_MS)


def save_and_listen(kind: str, file: str) -> None:
    """Edit and save in the window, again and again, and answer how long its thread was held."""
    from PySide6.QtWidgets import QApplication

    from kjxm_desktop.core import clock
    from kjxm_desktop.gui import theme
    from kjxm_desktop.gui.main_window import MainWindow
    from kjxm_desktop.settings import Settings

    app = QApplication(sys.argv[:1])
    theme.apply(app, "light")
    window = MainWindow(Settings(), now=clock.now)
    window.resize(1366, 768)
    window.show()
    window.open_file(Path(file))
    assert window.session is not None
    beats = Beats()
    _wait(SETTLE_S)
    spans = list(_saves(kind, window.session))
    _wait(0.05)
    answer = {
        "held_ms": [beats.longest_ms(start, end) for start, end in spans],
        "idle_ms": [beats.longest_ms(2 * start - end - APART_S, start - APART_S) for start, end in spans],
        "took_ms": [(end - start) * 1000 for start, end in spans],
    }
    window.close()
    print(json.dumps(answer))


def _saves(kind: str, session: Session) -> Iterator[tuple[float, float]]:
    """Yield when each save began and ended: the file by the person's order, the working copy by itself."""
    from kjxm_desktop.gui.save_state import SaveKind

    stored = {"save": SaveKind.SAVED, "commit": SaveKind.KEPT}[kind]
    seen: list[tuple[float, SaveKind]] = []
    session.save_state_changed.connect(lambda: seen.append((time.perf_counter(), session.save_state.kind)))
    yielded = 0
    for number in count():
        _wait(0.1)
        seen.clear()
        session.edit("/project/title", f"葵盘果胶联产颗粒饲料 {number}")
        if kind == "save":
            _wait(APART_FROM_EDIT_S)
            seen.clear()
            session.save()
        end = time.monotonic() + PATIENCE_S
        while not any(state in (stored, SaveKind.SAVED) for _, state in seen):
            _wait(0.01)
            if time.monotonic() > end:
                sys.exit(f"not stored: {session.save_state}")
        if seen[-1][1] is not stored:
            continue  # just now the file was due, which is another row
        began = next(at for at, state in seen if state is SaveKind.PENDING)
        yield began, next(at for at, state in seen if state is stored)
        yielded += 1
        if yielded == SAVES[kind]:
            return


def _wait(seconds: float) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


if __name__ == "__main__":
    if sys.argv[1] == "refuse":
        refuse()
    else:
        save_and_listen(sys.argv[1], sys.argv[2])
