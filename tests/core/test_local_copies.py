"""What is kept of each draft beside its file, how the file stands to it, and being rid of it."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import clock, local_copies, storage
from kjxm_desktop.core.backups import Backups
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.file_lock import FileLock
from kjxm_desktop.core.local_copies import LocalCopy, Standing
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture
def proposal(shelf: Shelf) -> Proposal:
    made = Proposal(shelf.calls[0])
    made.set("/project/title", "葵盘果胶")
    return made


def _keep(folder: Path, proposal: Proposal, path: Path | None, at: datetime = NOW) -> None:
    """Keep a working copy with its history."""
    copy = WorkingCopy(folder / "drafts", proposal.doc_id)
    copy.save(proposal, path=path, base_sha256=None, saved_at=at)
    copy.history().keep(proposal.data, at, proposal.revision)


def _saved(path: Path, proposal: Proposal) -> Path:
    storage.write(path, proposal, program="test")
    return path


def _only(folder: Path, shelf: Shelf) -> LocalCopy:
    (found,) = local_copies.find(folder, shelf)
    return found


def _beneath(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_where_nothing_was_kept_nothing_is_found(tmp_path: Path, shelf: Shelf) -> None:
    assert local_copies.find(tmp_path / "not there", shelf) == []
    assert list(tmp_path.iterdir()) == []


def test_a_draft_whose_file_holds_everything_is_told_so(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    _keep(tmp_path, proposal, _saved(tmp_path / "a.kjxm", proposal))
    assert _only(tmp_path, shelf).standing is Standing.IN_FILE
    assert not _only(tmp_path, shelf).may_be_all


def test_to_have_looked_at_a_page_is_no_change(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    path = _saved(tmp_path / "a.kjxm", proposal)
    proposal.notes = {**proposal.notes, "last_place": "/project/title"}
    _keep(tmp_path, proposal, path)
    assert _only(tmp_path, shelf).standing is Standing.IN_FILE


@pytest.mark.parametrize("what", ["answer", "note"])
def test_a_file_that_lacks_something_is_behind(tmp_path: Path, shelf: Shelf, proposal: Proposal, what: str) -> None:
    path = _saved(tmp_path / "a.kjxm", proposal)
    if what == "answer":
        proposal.set("/project/title", "葵盘果胶联产")
    else:
        proposal.notes = {**proposal.notes, "done": ["project"]}
    _keep(tmp_path, proposal, path)
    assert _only(tmp_path, shelf).standing is Standing.BEHIND


def test_a_draft_without_a_file_a_lost_file_and_one_that_is_another_draft_by_now(
    tmp_path: Path, shelf: Shelf, proposal: Proposal
) -> None:
    _keep(tmp_path, proposal, None)
    assert _only(tmp_path, shelf).standing is Standing.UNNAMED
    _keep(tmp_path, proposal, tmp_path / "gone.kjxm")
    assert _only(tmp_path, shelf).standing is Standing.GONE
    _keep(tmp_path, proposal, _saved(tmp_path / "other.kjxm", Proposal(shelf.calls[0])))
    assert _only(tmp_path, shelf).standing is Standing.GONE


def test_what_cannot_be_read_may_be_all_there_is(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    damaged = tmp_path / "a.kjxm"
    damaged.write_bytes(b"no draft")
    _keep(tmp_path, proposal, damaged)
    assert _only(tmp_path, shelf).standing is Standing.UNSURE
    (tmp_path / "drafts" / proposal.doc_id / "state").write_bytes(b"damaged")
    shutil.rmtree(tmp_path / "drafts" / proposal.doc_id / "history")
    assert _only(tmp_path, shelf).standing is Standing.UNSURE
    assert _only(tmp_path, shelf).kept is None
    assert _only(tmp_path, shelf).may_be_all


def test_a_copy_that_was_put_aside_makes_unsure(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    _keep(tmp_path, proposal, _saved(tmp_path / "a.kjxm", proposal))
    aside = tmp_path / "drafts" / f"{proposal.doc_id}.unreadable-1"
    aside.mkdir()
    (aside / "state").write_bytes(b"x" * 1000)
    found = _only(tmp_path, shelf)
    assert found.standing is Standing.UNSURE
    assert found.copy_bytes > 1000


def test_sizes_are_of_copy_history_and_backups_apart(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    path = _saved(tmp_path / "a.kjxm", proposal)
    _keep(tmp_path, proposal, path)
    Backups(tmp_path / "backups" / proposal.doc_id).keep(path, NOW, 1)
    found = _only(tmp_path, shelf)
    own = tmp_path / "drafts" / proposal.doc_id
    history = sum(file.stat().st_size for file in (own / "history").rglob("*"))
    whole = sum(file.stat().st_size for file in own.rglob("*") if file.is_file())
    assert (found.copy_bytes, found.history_bytes) == (whole - history, history)
    assert (found.backup_count, found.backup_bytes) == (1, path.stat().st_size)
    assert history > 0


def test_the_latest_stands_first_and_backups_alone_are_found_too(tmp_path: Path, shelf: Shelf) -> None:
    first, second, third = (Proposal(shelf.calls[0]) for _ in range(3))
    _keep(tmp_path, first, None)
    _keep(tmp_path, second, None, NOW + timedelta(hours=1))
    Backups(tmp_path / "backups" / third.doc_id).keep(_saved(tmp_path / "c.kjxm", third), NOW, 1)
    assert [copy.doc_id for copy in local_copies.find(tmp_path, shelf)] == [second.doc_id, first.doc_id, third.doc_id]


def test_everything_of_one_draft_goes_and_nothing_of_another_nor_its_file(
    tmp_path: Path, shelf: Shelf, proposal: Proposal
) -> None:
    other = Proposal(shelf.calls[0])
    _keep(tmp_path, other, None)
    (tmp_path / "settings.json").write_text("{}", "utf-8")
    path = _saved(tmp_path / "a.kjxm", proposal)
    kept = _beneath(tmp_path)
    _keep(tmp_path, proposal, path)
    Backups(tmp_path / "backups" / proposal.doc_id).keep(path, NOW, 1)
    (tmp_path / "drafts" / f"{proposal.doc_id}.unreadable-1").mkdir()
    local_copies.remove(tmp_path, proposal.doc_id)
    assert _beneath(tmp_path) == kept
    assert not list((tmp_path / "drafts").glob(f"{proposal.doc_id}*"))


def test_a_draft_that_a_window_has_is_told_and_left_alone(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    _keep(tmp_path, proposal, None)
    (tmp_path / "open").mkdir()
    lock = FileLock(tmp_path / "open" / f"{proposal.doc_id}.lock")
    assert lock.take()
    assert _only(tmp_path, shelf).is_open
    with pytest.raises(KjxmError) as refused:
        local_copies.remove(tmp_path, proposal.doc_id)
    assert refused.value.key == "copies.open"
    assert _only(tmp_path, shelf).standing is Standing.UNNAMED
    lock.release()
    assert not _only(tmp_path, shelf).is_open
    local_copies.remove(tmp_path, proposal.doc_id)
    assert local_copies.find(tmp_path, shelf) == []
    assert list((tmp_path / "open").iterdir()) == []


def test_a_link_is_neither_counted_nor_followed(tmp_path: Path, shelf: Shelf, proposal: Proposal) -> None:
    own = tmp_path / "own"
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "work").write_text("work", "utf-8")
    _keep(own, proposal, None)
    (own / "drafts" / proposal.doc_id / "link").symlink_to(precious)
    (own / "drafts" / Proposal(shelf.calls[0]).doc_id).symlink_to(precious)
    before = _only(own, shelf).copy_bytes
    local_copies.remove(own, proposal.doc_id)
    assert (precious / "work").read_text("utf-8") == "work"
    assert before < 2_000_000


def test_a_name_that_is_no_id_leads_nowhere(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / "drafts" / "..x").mkdir(parents=True)
    (tmp_path / "drafts" / "x").mkdir()
    assert local_copies.find(tmp_path, shelf) == []
