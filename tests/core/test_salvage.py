"""What is salvaged of a damaged draft is what was written, told section by section; the file stays as it is."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from kjxm_desktop import paths, strings
from kjxm_desktop.core import clock, migration, salvage, storage, strict_json
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, from_outside
from kjxm_desktop.core.salvage import Salvaged, State
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests import hostile
from tests.core.test_storage import parts_of, rebuilt

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
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


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    return tmp_path / "申报书.kjxm"


def is_of(kept: Json, written: Json) -> bool:
    """Tell whether `kept` is all or a part of what was written: nothing changed, nothing made up."""
    if kept == written:
        return True
    if isinstance(kept, dict) and isinstance(written, dict):
        return all(key in written and is_of(value, written[key]) for key, value in kept.items())
    if isinstance(kept, list) and isinstance(written, list):
        return all(any(is_of(item, other) for other in written) for item in kept)
    return False


def salvaged(draft: Path, data: bytes, shelf: Shelf) -> Salvaged | KjxmError | None:
    """Return what is salvaged of `data`, why nothing is, or None when the reader opens it."""
    draft.write_bytes(data)
    try:
        storage.read(draft, shelf)
    except KjxmError:
        pass
    else:
        return None
    try:
        found = salvage.salvage(draft, shelf, draft.parent / "drafts")
    except KjxmError as error:
        found = error
    assert not isinstance(found, KjxmError) or strings.error(found)
    assert draft.read_bytes() == data
    assert [file.name for file in draft.parent.iterdir()] == [draft.name]
    return found


def found_in(draft: Path, data: bytes, shelf: Shelf) -> Salvaged:
    found = salvaged(draft, data, shelf)
    assert isinstance(found, Salvaged), found
    return found


def with_data(sound: bytes, draft: Path, data: bytes) -> bytes:
    draft.write_bytes(sound)
    return rebuilt(parts_of(draft) | {"content/proposal.json": data})


@pytest.mark.parametrize("way", ["bit", "cut", "block"])
def test_what_is_kept_is_what_was_written_whatever_was_damaged(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes, way: str
) -> None:
    chance, kept = random.Random(way), 0
    for _ in range(60):
        at = chance.randrange(min(len(sound), 90_000))
        match way:
            case "bit":
                data = sound[:at] + bytes([sound[at] ^ 1 << chance.randrange(8)]) + sound[at + 1 :]
            case "cut":
                data = sound[:at]
            case _:
                data = sound[: at - at % 512] + bytes(512) + sound[at - at % 512 + 512 :]
        found = salvaged(draft, data, shelf)
        if not isinstance(found, Salvaged):
            continue
        kept += 1
        assert all(is_of(value, written.data[key]) for key, value in found.proposal.data.items()), at
        told = {piece.section for piece in (*found.kept, *found.doubtful)} | set(found.lost)
        assert found.more_lost or told == set(written.data)
        whole = [piece.section for piece in found.kept if piece.state is State.WHOLE]
        assert all(found.proposal.data[section] == written.data[section] for section in whole)
        assert found.proposal.doc_id != written.doc_id
    assert kept > 20


CUT = b"\0\0\xff\xff"
"""What deflate puts where it starts anew (RFC 1951, 3.2.4: an empty stored block)."""


def test_a_turned_bit_costs_at_most_the_section_it_lies_in(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    start, looked = sound.index(b"content/proposal.json") + 21, 0
    for at in range(start + 50, start + 9_000, 700):
        found = salvaged(draft, sound[:at] + bytes([sound[at] ^ 4]) + sound[at + 1 :], shelf)
        if not isinstance(found, Salvaged):
            continue  # a bit that fills up a byte and says nothing: the draft opens
        looked += 1
        whole = {piece.section for piece in found.kept if piece.state is State.WHOLE}
        in_a_cut = CUT in sound[at - len(CUT) : at + len(CUT)]  # what parts two sections lies in both
        assert len(written.data.keys() - whole) <= 1 + in_a_cut, at
    assert looked > 8


def test_of_a_cut_draft_come_the_whole_sections_and_rows_before_the_cut(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    cut = sound.index(b"content/proposal.json") + 6_000
    found = found_in(draft, sound[:cut], shelf)
    assert {piece.section for piece in found.kept if piece.state is State.WHOLE}
    assert found.lost
    assert not found.doubtful
    assert found.proposal.call.id == written.call.id


@pytest.mark.parametrize("escape", [rb"\ud800", rb"\udc00"])
def test_a_lone_surrogate_is_replaced_and_told(draft: Path, shelf: Shelf, sound: bytes, escape: bytes) -> None:
    data = with_data(sound, draft, b'{"project": {"title": "' + "甲".encode() + escape + b'"}}')
    found = found_in(draft, data, shelf)
    assert found.proposal.data == {"project": {"title": "甲\ufffd"}}
    assert found.replaced == 1


@pytest.mark.parametrize(
    "spoiled", [[], 5, "text", {"title": 5}, {"title": None, "funds": 3}, {"tasks": [["a"]]}, {"readiness": True}]
)
def test_where_one_section_is_wrong_the_others_are_kept(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes, spoiled: Json
) -> None:
    data = {**written.data, "project": spoiled}
    found = found_in(draft, with_data(sound, draft, json.dumps(data).encode()), shelf)
    others = {key: value for key, value in written.data.items() if key != "project"}
    assert {key: value for key, value in found.proposal.data.items() if key != "project"} == others


def test_a_picture_that_is_lost_comes_from_the_working_copy(
    draft: Path, tmp_path: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    content = max(written.media.values(), key=len)
    sha256 = hashlib.sha256(content).hexdigest()
    at = sound.index(content) + len(content) // 2
    data = sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :]
    lacking = found_in(draft, data, shelf)
    assert (lacking.pictures_lost, sha256 in lacking.proposal.media) == (1, False)
    WorkingCopy(tmp_path / "drafts", written.doc_id).save(written, path=draft, base_sha256=None, saved_at=NOW)
    found = salvage.salvage(draft, shelf, tmp_path / "drafts")
    assert (found.pictures_lost, found.proposal.media[sha256]) == (0, content)


def test_a_damaged_call_is_completed_from_the_installed_one(draft: Path, shelf: Shelf, sound: bytes) -> None:
    at = sound.index(b"call/notice.txt") + 200
    found = found_in(draft, sound[:at] + bytes(40) + sound[at + 40 :], shelf)
    assert found.proposal.call.sha256 == shelf.get("kjxm-sjtu-2024").sha256
    assert not found.foreign_call
    assert not found.lost


def test_a_draft_of_a_later_format_is_refused_by_its_version(
    draft: Path, shelf: Shelf, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write_bytes(sound[:-10])
    monkeypatch.setattr(migration, "FORMAT", 0)
    with pytest.raises(KjxmError, match=r"draft\.newer"):
        salvage.salvage(draft, shelf, draft.parent)


@pytest.mark.parametrize("name", hostile.DRAFTS)
def test_no_hostile_file_raises_anything_unexpected(draft: Path, shelf: Shelf, sound: bytes, name: str) -> None:
    found = salvaged(draft, hostile.DRAFTS[name](sound), shelf)
    assert isinstance(found, (Salvaged, KjxmError))


def test_nothing_is_taken_from_a_draft_that_lies_inside_the_draft(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    inner = Proposal(written.call, {"project": {"title": "另一份"}})
    outer = Proposal(written.call, {"project": {"title": "这一份"}})
    media = outer.add_media(storage.packed(inner, "test"))
    outer.data = {**outer.data, "attachments": {"files": [{"id": "a", "name": "a.kjxm", "media": media}]}}
    whole = storage.packed(outer, "test")
    for at in range(0, len(whole), 389):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 2]) + whole[at + 1 :]):
            found = salvaged(draft, data, shelf)
            if isinstance(found, Salvaged):
                assert found.proposal.get("/project/title") in (None, "这一份")


def test_no_mutated_draft_opens_with_other_answers(draft: Path, shelf: Shelf, written: Proposal, sound: bytes) -> None:
    for data in hostile.mutated(sound, 1_500, seed=5):
        draft.write_bytes(data)
        try:
            stored = storage.read(draft, shelf)
        except KjxmError:
            continue
        assert (stored.proposal.data, stored.proposal.notes) == (written.data, written.notes)
        assert set(stored.proposal.used_media()) == set(written.used_media())


def front_lost(sound: bytes, length: int, instead: bytes) -> bytes:
    return instead * (length // len(instead)) + sound[length:]


FRONTS: dict[str, Callable[[bytes], bytes]] = {
    "an erased block": lambda sound: front_lost(sound, 512, b"\xff"),
    "an empty block": lambda sound: front_lost(sound, 512, b"\0"),
    "other bytes": lambda sound: front_lost(sound, 64, random.Random(3).randbytes(64)),
    "a line in front": lambda sound: b"\r\n" + sound,
    "a mark in front": lambda sound: b"\xef\xbb\xbf" + sound,
    "a page in front": lambda sound: bytes(5_000) + sound,
    "the first bytes cut": lambda sound: sound[100:],
    "its first part cut": lambda sound: sound[sound.index(b"PK", 4) :],
}


@pytest.mark.parametrize("name", FRONTS)
def test_a_draft_whose_front_is_lost_comes_back_whole_and_is_worth_trying(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes, name: str
) -> None:
    found = found_in(draft, FRONTS[name](sound), shelf)
    assert {piece.section for piece in found.kept if piece.state is State.WHOLE} == set(written.data)
    assert (found.doubtful, found.lost, found.pictures_lost, found.guessed) == ((), (), 0, False)
    assert is_offered(draft, shelf)


def is_offered(draft: Path, shelf: Shelf) -> bool:
    with pytest.raises(KjxmError) as refused:
        storage.read(draft, shelf)
    return salvage.is_worth_trying(draft, refused.value)


@pytest.mark.parametrize("instead", [b"\0", b"\xff"])
def test_without_its_manifest_a_draft_is_worth_trying_whatever_stands_there(
    draft: Path, shelf: Shelf, sound: bytes, instead: bytes
) -> None:
    found = found_in(draft, front_lost(sound, 4_096, instead), shelf)
    assert found.kept or found.doubtful
    assert is_offered(draft, shelf)


def test_line_ends_changed_on_the_way_lose_no_answer_that_is_told_whole(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    found = found_in(draft, sound.replace(b"\r\n", b"\n"), shelf)
    assert found.kept
    assert all(is_of(value, written.data[key]) for key, value in found.proposal.data.items())
    assert is_offered(draft, shelf)


@pytest.mark.parametrize(
    "front",
    [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ", b"GIF89a"],
)
def test_another_kind_of_file_is_not_worth_trying_even_with_a_draft_behind_it(
    draft: Path, shelf: Shelf, sound: bytes, front: bytes
) -> None:
    draft.write_bytes(front + bytes(100) + sound)
    assert not is_offered(draft, shelf)


@pytest.mark.parametrize(
    "parts",
    [
        [("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:document/>")],
        [("[Content_Types].xml", b"<Types/>"), ("word/embeddings/a.kjxm", None)],
        [("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a/>")],
        [("mimetype", b"application/epub+zip"), ("META-INF/container.xml", b"<a/>")],
    ],
    ids=["Word", "Word with a draft in it", "OpenDocument", "a book"],
)
def test_another_kind_of_zip_is_not_worth_trying(
    draft: Path, shelf: Shelf, sound: bytes, parts: list[tuple[str, bytes | None]]
) -> None:
    with zipfile.ZipFile(draft, "w") as archive:
        for name, content in parts:
            archive.writestr(name, sound if content is None else content)
    assert not is_offered(draft, shelf)


@pytest.mark.parametrize("text", ["", "一份申报书\n" * 900, "content/proposal.json PK"])
def test_text_is_not_worth_trying(draft: Path, shelf: Shelf, text: str) -> None:
    draft.write_text(text, "utf-8")
    assert not is_offered(draft, shelf)


def test_whether_a_large_file_is_worth_trying_costs_two_looks_at_it(
    draft: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write_bytes(bytes(20 << 20))
    asked: list[int] = []
    opened = storage.opened

    def counting(path: Path) -> io.BufferedReader:
        file = opened(path)
        read = file.read

        def counted(size: int | None = -1, /) -> bytes:
            asked.append(len(content := read(size)))
            return content

        monkeypatch.setattr(file, "read", counted, raising=False)
        return file

    monkeypatch.setattr(storage, "opened", counting)
    assert not salvage.is_worth_trying(draft, KjxmError("draft.no_draft"))
    assert sum(asked) <= 2 << 20


def with_answers_alone(sound: bytes, draft: Path, data: bytes | None = None) -> bytes:
    """Return a draft without its manifest and its call, with other answers where `data` has them."""
    draft.write_bytes(sound)
    parts = parts_of(draft) | ({"content/proposal.json": data} if data is not None else {})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name != "manifest.json" and not name.startswith("call/"):
                archive.writestr(name, content)
    return target.getvalue()


def test_without_a_word_about_its_call_the_call_is_taken_that_the_answers_fit(
    draft: Path, shelf: Shelf, written: Proposal, sound: bytes
) -> None:
    found = found_in(draft, with_answers_alone(sound, draft), shelf)
    assert (found.guessed, found.foreign_call) == (True, False)
    assert found.proposal.call.id == written.call.id
    assert {piece.section for piece in found.kept} == set(written.data)


def test_answers_that_fit_no_call_at_hand_are_not_put_into_one(draft: Path, shelf: Shelf, sound: bytes) -> None:
    found = salvaged(draft, with_answers_alone(sound, draft, b'{"x": {"y": "z"}}'), shelf)
    assert isinstance(found, KjxmError)
    assert found.key == "salvage.no_call"


def test_a_file_that_travels_apart_stays_an_answer(draft: Path, shelf: Shelf, written: Proposal) -> None:
    away = "a" * 64
    outer = Proposal(written.call, {**written.data, "attachments": {"files": [file_row(away)]}}, written.media)
    outer.apart = frozenset({away})
    data = storage.packed(outer, "test")
    for damaged in (data[:-30], b"\r\n" + data):
        found = found_in(draft, damaged, shelf)
        assert [row["media"] for row in found.proposal.get("/attachments/files")] == [away]
        assert (found.proposal.apart, found.pictures_lost) == (frozenset({away}), 0)


def file_row(media: str) -> Json:
    return {"id": "a", "name": "合同.pdf", "media": media}
