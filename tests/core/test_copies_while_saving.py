"""A draft may be copied or mailed at any moment while it is being saved: every copy opens and is one whole revision."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from kjxm_desktop.core import storage
from kjxm_desktop.core.proposal import Proposal
from tests.core import small_call

COPIES = 40


def _slow_copy(source: Path, target: Path) -> None:
    """Copy as a slow mail program or sync client does: a little at a time, from one open file."""
    with source.open("rb") as told, target.open("wb") as out:
        while piece := told.read(2_000):
            out.write(piece)
            time.sleep(0)


def test_every_copy_taken_while_it_is_saved_opens_and_is_one_revision(tmp_path: Path) -> None:
    shelf = small_call.shelf(tmp_path / "schemas")
    proposal = Proposal(shelf.get("small"))
    path = tmp_path / "a.kjxm"
    ended = threading.Event()

    def save() -> None:
        while not ended.is_set():
            proposal.revision += 1
            proposal.set("/project/title", f"第 {proposal.revision} 版")
            storage.write(path, proposal, program="test")

    proposal.set("/project/title", "第 0 版")
    storage.write(path, proposal, program="test")
    saving = threading.Thread(target=save)
    saving.start()
    try:
        for number in range(COPIES):
            _slow_copy(path, tmp_path / f"{number}.kjxm")
    finally:
        ended.set()
        saving.join()
    found = [storage.read(tmp_path / f"{number}.kjxm", shelf).proposal for number in range(COPIES)]
    assert [told.get("/project/title") for told in found] == [f"第 {told.revision} 版" for told in found]
    assert len({told.revision for told in found}) > 3, "it was saved meanwhile"
