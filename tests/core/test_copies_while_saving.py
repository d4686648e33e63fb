"""A draft may be copied or mailed at any moment while it is being saved: every copy opens and is one whole revision."""

from __future__ import annotations

import threading
from pathlib import Path

from kjxm_desktop.core import storage
from kjxm_desktop.core.proposal import Proposal
from tests.core import small_call

COPIES = 40


class Saving(threading.Thread):
    """Saves one draft again and again, each time with one more in its title, until told to end."""

    def __init__(self, path: Path, proposal: Proposal) -> None:
        super().__init__(daemon=True)
        self._path, self._proposal = path, proposal
        self._ended = threading.Event()
        self._saved = threading.Condition()
        self._times = 0

    def run(self) -> None:
        while not self._ended.is_set():
            self._proposal.revision += 1
            self._proposal.set("/project/title", f"第 {self._proposal.revision} 版")
            storage.write(self._path, self._proposal, program="test")
            with self._saved:
                self._times += 1
                self._saved.notify_all()

    def wait_for_one_more(self) -> None:
        """Come back when a save has ended that had not begun when this was called."""
        with self._saved:
            seen = self._times
            # The one under way may be what the reader has just opened: the second after it is surely another.
            assert self._saved.wait_for(lambda: self._times > seen + 1, timeout=60), "it is saved meanwhile"

    def end(self) -> None:
        self._ended.set()
        self.join()


def _slow_copy(source: Path, target: Path, saving: Saving) -> None:
    """Copy as a slow mail program or sync client does: half of one open file, and the rest after it was saved again."""
    with source.open("rb") as told, target.open("wb") as out:
        half = told.seek(0, 2) // 2
        told.seek(0)
        out.write(told.read(half))
        saving.wait_for_one_more()
        out.write(told.read())


def test_every_copy_taken_while_it_is_saved_opens_and_is_one_revision(tmp_path: Path) -> None:
    shelf = small_call.shelf(tmp_path / "schemas")
    proposal = Proposal(shelf.get("small"))
    path = tmp_path / "a.kjxm"
    proposal.set("/project/title", "第 0 版")
    storage.write(path, proposal, program="test")
    saving = Saving(path, proposal)
    saving.start()
    try:
        for number in range(COPIES):
            _slow_copy(path, tmp_path / f"{number}.kjxm", saving)
    finally:
        saving.end()
    found = [storage.read(tmp_path / f"{number}.kjxm", shelf).proposal for number in range(COPIES)]
    assert [told.get("/project/title") for told in found] == [f"第 {told.revision} 版" for told in found]
    assert len({told.revision for told in found}) == COPIES, "each was taken from another save"
