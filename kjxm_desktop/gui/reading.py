"""Work whose outcome the window shows later: done on a thread of its own, the last that was asked for is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from kjxm_desktop.errors import KjxmError

Found = TypeVar("Found")


class Reading(QObject):
    """Reads and compares off the window's thread, one thing after the other.

    What is asked for again under the same topic takes the place of what was asked before, which is never told then.
    """

    _ended = Signal(str, int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
        thread = self._thread
        self.destroyed.connect(lambda: thread.shutdown(wait=False, cancel_futures=True))
        self._asked: dict[str, int] = {}
        self._then: dict[str, tuple[Callable[..., None], Callable[[KjxmError], None]]] = {}
        self._running: dict[str, Future[object]] = {}
        self._ended.connect(self._on_ended)

    def ask(
        self,
        topic: str,
        job: Callable[[], Found],
        then: Callable[[Found], None],
        failed: Callable[[KjxmError], None],
    ) -> None:
        """Do `job` on the thread and hand what it returns to `then`, or a KjxmError to `failed`, in the window's."""
        number = self._asked[topic] = self._asked.get(topic, 0) + 1
        before = self._running.pop(topic, None)
        if before is not None:
            before.cancel()
        self._then[topic] = (then, failed)
        future: Future[object] = self._thread.submit(job)
        self._running[topic] = future
        future.add_done_callback(lambda done: self._ended.emit(topic, number, done))

    @property
    def is_busy(self) -> bool:
        """Tell whether something is still to be told."""
        return bool(self._then)

    def stop(self) -> None:
        """Give up what is under way and end the thread; nothing is told any more."""
        self._asked.clear()
        self._then.clear()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _on_ended(self, topic: str, number: int, done: Future[object]) -> None:
        if self._asked.get(topic) != number or topic not in self._then or done.cancelled():
            return
        then, failed = self._then.pop(topic)
        self._running.pop(topic, None)
        try:
            found = done.result()
        except KjxmError as error:
            failed(error)
            return
        then(found)
