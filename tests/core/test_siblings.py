"""Files of one draft beside it: found by the id inside whatever they are called, at little cost, and where one went."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import container, siblings, storage
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.siblings import Before, Standing

PROGRAM = "kjxm-desktop test"
NAMES = {
    "OneDrive": "葵盘-DESKTOP-7Q2.kjxm",
    "坚果云": "葵盘-冲突-贺示例.kjxm",
    "坚果云 on a Mac": "葵盘-NSConflict-贺示例-20240601.kjxm",
    "Dropbox": "葵盘 (贺示例's conflicted copy 2024-06-01).kjxm",
    "Syncthing": "葵盘.sync-conflict-20240601-093000-ABCDEFG.kjxm",
    "this program": "葵盘（冲突 20240601-093000）.kjxm",
    "a person": "给老师看的最后一版.KJXM",
}


@pytest.fixture
def proposal() -> Proposal:
    return Proposal(calls.load(paths.schemas() / "kjxm-sjtu-2024"), {"project": {"title": "葵盘"}})


@pytest.fixture
def draft(proposal: Proposal, tmp_path: Path) -> Path:
    file = tmp_path / "葵盘.kjxm"
    storage.write(file, proposal, program=PROGRAM)
    return file


def _write(proposal: Proposal, file: Path, title: str) -> str:
    proposal.set("/project/title", title)
    proposal.revision += 1
    return storage.write(file, proposal, program=PROGRAM)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_a_copy_is_known_by_the_id_inside_and_not_by_its_name(draft: Path, proposal: Proposal, name: str) -> None:
    _write(proposal, draft.with_name(name), "果胶")
    sight = siblings.look(draft, proposal.doc_id, storage.sha256_of(draft))
    assert sight.standing is Standing.SAME
    assert [other.path.name for other in sight.others] == [name]


def test_another_draft_of_a_like_name_is_no_copy(draft: Path, proposal: Proposal) -> None:
    other = Proposal(proposal.call, {"project": {"title": "别的"}})
    storage.write(draft.with_name("葵盘-冲突-贺示例.kjxm"), other, program=PROGRAM)
    assert siblings.beside(draft, proposal.doc_id) == []


def test_a_copy_that_says_the_same_is_not_told(draft: Path, proposal: Proposal) -> None:
    shutil.copy(draft, draft.with_name("备份.kjxm"))
    assert siblings.look(draft, proposal.doc_id, storage.sha256_of(draft)).others == ()


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + bytes(200), b"\xff" * 5_000])
def test_what_is_no_draft_is_passed_over(draft: Path, proposal: Proposal, content: bytes) -> None:
    draft.with_name("坏.kjxm").write_bytes(content)
    draft.with_name("夹.kjxm").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(draft.with_name("管.kjxm"))
    assert siblings.beside(draft, proposal.doc_id) == []
    assert siblings.identify(draft.with_name("坏.kjxm")) is None


def test_only_drafts_are_looked_into_and_only_twenty_of_them_and_never_a_picture(
    draft: Path, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        shutil.copy(draft, draft.with_name(f"x{number:03}.kjxm"))
        draft.with_name(f"葵盘{number:03}.docx").write_bytes(b"no draft")
    last = draft.with_name("葵盘-冲突-贺示例.kjxm")
    _write(proposal, last, "果胶")
    looked_into: list[str] = []
    peek = container.peek

    def count(file: object, name: str) -> bytes | None:
        looked_into.append(name)
        return peek(file, name)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(container, "peek", count)
    found = siblings.beside(draft, proposal.doc_id)
    assert found[0].path == last  # the most alike comes first
    assert looked_into == ["manifest.json"] * siblings.MOST_READ


def test_a_file_that_was_not_replaced_is_not_read_again(
    draft: Path, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = storage.sha256_of(draft)
    mark = siblings.look(draft, proposal.doc_id, sha256).mark
    monkeypatch.setattr(siblings, "digest", lambda _path: pytest.fail("was read"))
    assert siblings.look(draft, proposal.doc_id, sha256, mark).standing is Standing.SAME


def test_a_file_that_was_replaced_is_seen_though_its_time_lies(draft: Path, proposal: Proposal) -> None:
    sha256 = storage.sha256_of(draft)
    told = draft.stat()
    mark = siblings.look(draft, proposal.doc_id, sha256).mark
    _write(proposal, draft, "棵盘")
    os.utime(draft, ns=(told.st_atime_ns, told.st_mtime_ns))
    sight = siblings.look(draft, proposal.doc_id, sha256, mark)
    assert sight.standing is Standing.CHANGED
    assert sight.sha256 == storage.sha256_of(draft)


def test_a_renamed_file_is_found_by_its_bytes_and_a_copy_is_not_taken_for_it(draft: Path, proposal: Proposal) -> None:
    sha256 = storage.sha256_of(draft)
    _write(proposal, draft.with_name("葵盘-冲突-贺示例.kjxm"), "果胶")
    before = _before(draft, proposal)
    moved = draft.rename(draft.with_name("改了名.kjxm"))
    sight = siblings.look(draft, proposal.doc_id, sha256, before=before)
    assert sight.standing is Standing.GONE
    assert sight.moved_to == moved
    moved.unlink()
    sight = siblings.look(draft, proposal.doc_id, sha256, before=before)
    assert sight.moved_to is None
    assert len(sight.others) == 1


def _before(draft: Path, proposal: Proposal) -> Before:
    sight = siblings.look(draft, proposal.doc_id, storage.sha256_of(draft))
    assert sight.standing is Standing.SAME
    return Before(sight.mark, sight.names)


def _copied(source: Path, target: Path) -> None:
    shutil.copy2(source, target)  # keeps the time, as many a file manager does


@pytest.mark.parametrize("copy", [_copied, os.link])
@pytest.mark.parametrize("looked_after", [True, False])
@pytest.mark.parametrize("numbered", [True, False])
def test_a_copy_is_not_taken_for_the_file_that_was_moved_away(
    draft: Path,
    proposal: Proposal,
    tmp_path: Path,
    copy: Callable[[Path, Path], None],
    looked_after: bool,
    numbered: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not numbered:
        monkeypatch.setattr(siblings, "mark_of", lambda path: (0, path.stat().st_size, path.stat().st_mtime_ns))
    sha256, before = storage.sha256_of(draft), _before(draft, proposal)
    copy(draft, draft.with_name("送审稿.kjxm"))
    if looked_after:
        before = _before(draft, proposal)
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    draft.rename(elsewhere / draft.name)
    sight = siblings.look(draft, proposal.doc_id, sha256, before=before)
    assert sight.standing is Standing.GONE
    if numbered or looked_after:
        assert sight.moved_to is None
        assert sight.others == ()  # it says nothing else


def test_a_file_that_nobody_has_looked_at_is_followed_nowhere(draft: Path, proposal: Proposal) -> None:
    sha256 = storage.sha256_of(draft)
    draft.rename(draft.with_name("改了名.kjxm"))
    assert siblings.look(draft, proposal.doc_id, sha256).moved_to is None


def test_where_files_have_no_numbers_a_new_name_of_the_same_bytes_and_time_is_followed(
    draft: Path, proposal: Proposal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siblings, "mark_of", lambda path: (0, path.stat().st_size, path.stat().st_mtime_ns))
    sha256, before = storage.sha256_of(draft), _before(draft, proposal)
    moved = draft.rename(draft.with_name("改了名.kjxm"))
    assert siblings.look(draft, proposal.doc_id, sha256, before=before).moved_to == moved
    unseen = Before(before.mark)
    assert siblings.look(draft, proposal.doc_id, sha256, before=unseen).moved_to is None


def test_a_folder_that_is_gone_is_told_apart_from_a_file_that_is_gone(draft: Path, proposal: Proposal) -> None:
    draft.unlink()
    assert siblings.look(draft, proposal.doc_id, "0" * 64).standing is Standing.GONE
    gone = draft.parent / "拔出的盘" / draft.name
    assert siblings.look(gone, proposal.doc_id, "0" * 64).standing is Standing.NO_FOLDER
    assert siblings.look(Path("/a\0b/x.kjxm"), str(uuid.uuid4()), None).standing is Standing.NO_FOLDER
