"""A draft that was packed into a ZIP on its way is read inside it, within bounds; nothing is unpacked."""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import container, storage, strict_json, zipped_draft
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.errors import KjxmError
from tests import hostile

EXAMPLE = paths.resources() / "examples" / "nearly-finished" / "proposal.json"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture(scope="module")
def written(shelf: Shelf) -> Proposal:
    return from_outside(shelf.get("kjxm-sjtu-2024"), strict_json.loads(EXAMPLE.read_bytes()), EXAMPLE.parent)


@pytest.fixture(scope="module")
def sound(written: Proposal) -> bytes:
    return storage.packed(written, "test")


def packed(path: Path, *parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.comment = comment
        for name, content in parts:
            archive.writestr(name, content)
    return path


def refused(path: Path, shelf: Shelf) -> str:
    with pytest.raises(KjxmError) as caught:
        zipped_draft.read(path, shelf)
    assert caught.value.params["path"] == str(path)
    return caught.value.key


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["a.kjxm", "邮件/申报书.KJXM"])
def test_the_draft_inside_is_read_and_the_folder_stays_as_it_is(
    tmp_path: Path, shelf: Shelf, written: Proposal, sound: bytes, name: str, method: int
) -> None:
    others = (("说明.txt", b"x"), ("__MACOSX/._a.kjxm", b"y"))
    path = packed(tmp_path / "a.zip", (name, sound), *others, method=method, comment="来自邮件".encode())
    before = path.read_bytes()
    assert zipped_draft.is_zip_of_drafts(path)
    read = zipped_draft.read(path, shelf).proposal
    assert (read.data, read.doc_id) == (written.data, written.doc_id)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])


def test_a_zip_of_several_drafts_is_to_be_unpacked_first(tmp_path: Path, shelf: Shelf, sound: bytes) -> None:
    path = packed(tmp_path / "a.zip", ("a.kjxm", sound), ("b.kjxm", sound))
    assert (zipped_draft.is_zip_of_drafts(path), refused(path, shelf)) == (True, "draft.zipped")


def test_a_zip_with_a_password_is_to_be_unpacked_first(tmp_path: Path, shelf: Shelf, sound: bytes) -> None:
    data = bytearray(packed(tmp_path / "a.zip", ("a.kjxm", sound)).read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip", shelf) == "draft.zipped"


def test_a_draft_that_is_damaged_inside_is_told_as_any_other(tmp_path: Path, shelf: Shelf, sound: bytes) -> None:
    path = packed(tmp_path / "a.zip", ("a.kjxm", sound[:-30]))
    assert refused(path, shelf) == "draft.cut"


def test_what_unfolds_beyond_what_is_told_or_allowed_is_not_unfolded(tmp_path: Path, shelf: Shelf) -> None:
    path = packed(tmp_path / "a.zip", ("a.kjxm", bytes(container.LIMIT_PART_BYTES + 1)))
    assert refused(path, shelf) == "draft.zipped"
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1_000).to_bytes(4, "little")
    path.write_bytes(data)
    assert refused(path, shelf) == "draft.zipped"


@pytest.mark.parametrize("size", [1_000, 20_000])
def test_no_more_is_unfolded_than_is_told(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = packed(tmp_path / "a.zip", ("a.kjxm", bytes(1_000_000)))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = size.to_bytes(4, "little")
    path.write_bytes(data)
    made: list[int] = []

    class Counting:
        def __init__(self, bits: int) -> None:
            self._stream = decompressobj(bits)

        def decompress(self, packed: bytes, most: int) -> bytes:
            made.append(len(content := self._stream.decompress(packed, most)))
            return content

    decompressobj = zlib.decompressobj
    monkeypatch.setattr(zipped_draft.zlib, "decompressobj", Counting)
    assert refused(path, shelf) == "draft.zipped"
    assert made == [size + 1]


def many(sound: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.kjxm", sound)
        for at in range(600):
            archive.writestr(f"{at}", b"")
    return target.getvalue()


@pytest.mark.parametrize("name", [*hostile.DRAFTS, "a ZIP of six hundred files", "a draft"])
def test_what_is_no_small_zip_of_drafts_is_not_taken_for_one(tmp_path: Path, sound: bytes, name: str) -> None:
    made = {"a ZIP of six hundred files": many, "a draft": bytes, **hostile.DRAFTS}
    (tmp_path / "a.zip").write_bytes(made[name](sound))
    assert not zipped_draft.is_zip_of_drafts(tmp_path / "a.zip")


def test_a_list_that_is_damaged_anywhere_raises_nothing_unexpected(tmp_path: Path, shelf: Shelf, sound: bytes) -> None:
    whole = packed(tmp_path / "a.zip", ("a.kjxm", sound)).read_bytes()
    tail = len(whole) - 80
    for at in (*range(60), *range(tail, len(whole))):
        (tmp_path / "a.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with contextlib.suppress(KjxmError):
            assert zipped_draft.read(tmp_path / "a.zip", shelf).proposal.data
