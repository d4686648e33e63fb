"""A draft comes back as it was saved, on any machine; whatever is not a whole and honest draft is refused by name."""

import hashlib
import io
import json
import os
import random
import stat
import struct
import uuid
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kjxm_desktop import strings
from kjxm_desktop.core import pictures, rich_text, storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from tests.core import small_call

PROGRAM = "0.0-test"
PICTURE = pictures.normalise(small_call.photograph(), "a")
LETTER = b"%PDF-1.4 a letter"
LETTER_SHA = hashlib.sha256(LETTER).hexdigest()
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
RICH = st.lists(
    st.builds(lambda text: {"type": "paragraph", "runs": [{"text": text}]}, TEXT)
    | st.just({"type": "picture", "media": PICTURE.sha256, "caption": "图"}),
    max_size=3,
)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return small_call.shelf(tmp_path_factory.mktemp("schemas"))


@pytest.fixture(scope="module")
def call(shelf):
    return shelf.get("small")


@pytest.fixture
def proposal(call):
    return full(call)


def full(call):
    made = Proposal(call, {}, {PICTURE.sha256: PICTURE.data, LETTER_SHA: LETTER})
    made.set("/project/title", "工业余热“利用”—𠮷")
    made.set("/project/funds", "118.50")
    made.set(
        "/project/text",
        rich_text.normalise(
            [{"type": "paragraph", "runs": [{"text": "需求"}]}, {"type": "picture", "media": PICTURE.sha256}]
        ),
    )
    made.set("/project/figure", {"media": PICTURE.sha256, "caption": "装置"})
    made.set("/files/rows", [{"id": "k3j2", "name": "证明.pdf", "media": LETTER_SHA}])
    made.notes = {**made.notes, "done": ["project"]}
    made.revision = 7
    return made


@pytest.fixture
def draft(tmp_path, proposal):
    storage.write(tmp_path / "申报书.kjxm", proposal, program=PROGRAM)
    return tmp_path / "申报书.kjxm"


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rebuilt(parts, *, media_method=zipfile.ZIP_STORED, manifest=None, listed=True):
    """Return a draft of `parts` with a manifest that tells the truth about them, changed by `manifest`."""
    told = json.loads(parts["manifest.json"])
    if listed:
        told["parts"] = {
            name: {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)}
            for name, part in parts.items()
            if name not in ("mimetype", "manifest.json")
        }
    if manifest is not None:
        manifest(told)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in parts.items():
            content = json.dumps(told).encode() if name == "manifest.json" else part
            archive.writestr(name, content, media_method if name.startswith("media/") else zipfile.ZIP_DEFLATED)
    return target.getvalue()


def refusal(path, shelf) -> "tuple[str, dict[str, Any]]":
    """Return key and parameters of the refusal, having seen that both languages can tell it in one sentence."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(KjxmError) as caught:
        storage.read(path, shelf)
    for language in strings.LANGUAGES:
        strings.use(language)
        assert strings.error(caught.value)
    strings.use("zh")
    assert (path.read_bytes() if path.is_file() else None) == before
    return caught.value.key, caught.value.params


def same(one, other):
    return (one.data, one.notes, one.media, one.doc_id, one.revision, one.call.sha256) == (
        other.data,
        other.notes,
        other.media,
        other.doc_id,
        other.revision,
        other.call.sha256,
    )


# --- there and back


def test_a_draft_comes_back_as_it_was_saved(tmp_path, proposal, shelf):
    sha256 = storage.write(tmp_path / "a.kjxm", proposal, program=PROGRAM)
    stored = storage.read(tmp_path / "a.kjxm", shelf)
    assert same(stored.proposal, proposal)
    assert stored.sha256 == sha256 == hashlib.sha256((tmp_path / "a.kjxm").read_bytes()).hexdigest()
    assert not stored.foreign_call


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(text=RICH, lines=st.lists(TEXT, min_size=1, max_size=5), revision=st.integers(0, 2**40))
def test_any_answers_come_back_and_save_to_the_same_bytes(tmp_path, call, shelf, text, lines, revision):
    made = Proposal(call, {}, {PICTURE.sha256: PICTURE.data})
    title, *names = [rich_text.clean_line(line) for line in lines]
    made.set("/project/title", title)
    made.set("/project/text", rich_text.normalise(text))
    made.set("/files/rows", [{"id": f"r{at}", "name": name} for at, name in enumerate(names) if name])
    made.notes = {**made.notes, "dismissed": [{"code": "R01", "place": "/a", "reason": line} for line in lines]}
    made.revision = revision
    path = tmp_path / "a.kjxm"
    sha256 = storage.write(path, made, program=PROGRAM)
    back = storage.read(path, shelf).proposal
    made.media = {name: made.media[name] for name in made.used_media()}
    assert same(back, made)
    assert storage.write(path, back, program=PROGRAM) == sha256


def test_the_file_is_laid_out_as_promised(draft, proposal):
    with zipfile.ZipFile(draft) as archive:
        first, *rest = archive.infolist()
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert all(info.compress_type == zipfile.ZIP_STORED for info in rest if info.filename.startswith("media/"))
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    parts = parts_of(draft)
    assert parts["mimetype"] == b"application/vnd.kjxm.proposal"
    assert json.loads(parts["content/proposal.json"]) == proposal.data
    manifest = json.loads(parts["manifest.json"])
    assert set(manifest) == {"format", "min_reader", "doc_id", "revision", "program", "call", "parts", "sections"}
    assert manifest["call"] == {"id": "small", "version": "1.0", "sha256": proposal.call.sha256}
    assert set(manifest["parts"]) == set(parts) - {"mimetype", "manifest.json"}
    assert {name.removeprefix("call/") for name in parts if name.startswith("call/")} == set(proposal.call.files)


def test_media_that_nothing_names_stays_out_of_the_file(tmp_path, proposal):
    proposal.set("/project/figure", None)
    proposal.set("/project/text", None)
    storage.write(tmp_path / "a.kjxm", proposal, program=PROGRAM)
    assert [name for name in parts_of(tmp_path / "a.kjxm") if name.startswith("media/")] == [f"media/{LETTER_SHA}"]


def test_keys_of_a_later_program_survive_opening_and_saving(tmp_path, draft, shelf):
    parts = parts_of(draft)
    data = json.loads(parts["content/proposal.json"])
    data["project"]["later"] = {"note": "新", "media": LETTER_SHA}
    data["project"]["text"][0]["align"] = "center"
    data["files"]["rows"][0]["pages"] = 3
    draft.write_bytes(rebuilt(parts | {"content/proposal.json": json.dumps(data).encode()}))
    stored = storage.read(draft, shelf)
    storage.write(tmp_path / "b.kjxm", stored.proposal, program=PROGRAM)
    assert json.loads(parts_of(tmp_path / "b.kjxm")["content/proposal.json"]) == data


def test_what_another_program_wrote_is_brought_into_our_spelling(draft, shelf):
    parts = parts_of(draft)
    data = {
        "project": {"title": "甲\u202e乙\u200b", "text": [{"type": "table", "rows": [[[{"text": "a\x00"}], []], [[]]]}]}
    }
    draft.write_bytes(
        rebuilt(
            {name: part for name, part in parts.items() if "media" not in name}
            | {"content/proposal.json": json.dumps(data).encode()}
        )
    )
    assert storage.read(draft, shelf).proposal.data["project"] == {
        "title": "甲乙",
        "text": [{"type": "table", "header": False, "rows": [[[{"text": "a"}], []], [[], []]]}],
    }


def test_an_older_draft_without_its_call_installed_brings_it_along(draft, tmp_path, proposal):
    class Stranger:
        """A shelf with nothing on it; the strict checks themselves have tests of their own."""

        def from_draft(self, files):
            assert files == proposal.call.files
            return proposal.call, False

    stored = storage.read(draft, Stranger())
    assert stored.foreign_call
    assert same(stored.proposal, proposal)


def test_a_stranger_call_that_is_broken_is_refused(draft, tmp_path):
    shelf = Shelf(tmp_path / "none-installed")
    (tmp_path / "none-installed").mkdir()
    parts = parts_of(draft) | {"call/form.json": b"{"}
    draft.write_bytes(rebuilt(parts))
    key, params = refusal(draft, shelf)
    assert (key, params["why"].key, params["why"].params["file"]) == ("draft.call", "call.unreadable", "form.json")


# --- refused by name


def test_what_is_no_file_is_refused(tmp_path, shelf):
    assert refusal(tmp_path / "none.kjxm", shelf)[0] == "storage.missing"
    assert refusal(tmp_path, shelf)[0] == "storage.is_folder"
    assert refusal(tmp_path / "a\0b", shelf)[0] == "storage.name"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KjxmError, match=r"storage\.no_file"):
        storage.read(tmp_path / "pipe", shelf)


def test_a_file_larger_than_any_draft_is_refused_unread(tmp_path, shelf):
    path = tmp_path / "huge.kjxm"
    with path.open("wb") as file:
        file.truncate(storage.MAX_FILE_BYTES + 1)
    with pytest.raises(KjxmError, match=r"draft\.too_big"):
        storage.read(path, shelf)


@pytest.mark.parametrize("content", [b"", b"P", b"hello", b"{}", b"\xff\xfe", b"\x00" * 5000, b"MZ" + b"\0" * 99])
def test_what_is_no_zip_is_refused(tmp_path, shelf, content):
    path = tmp_path / "a.kjxm"
    path.write_bytes(content)
    assert refusal(path, shelf)[0] == "draft.no_draft"


def zip_of(*parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (zip_of(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")), "draft.name"),
        (zip_of(("mimetype", b"application/epub+zip")), "draft.no_draft"),
        (zip_of(("manifest.json", b"{}")), "draft.no_draft"),
        (zip_of(("mimetype", storage.MIMETYPE)), "draft.missing"),
        (zip_of(("mimetype", storage.MIMETYPE), ("content/proposal.json", b"\0" * 70_000_000)), "draft.part_too_big"),
        (b"", "draft.no_draft"),
    ],
)
def test_another_zip_is_refused(tmp_path, shelf, content, key):
    path = tmp_path / "a.kjxm"
    path.write_bytes(content)
    assert refusal(path, shelf)[0] == key


@pytest.mark.parametrize("through_a_working_copy", [False, True])
def test_what_a_later_program_tells_in_the_manifest_is_kept_when_the_draft_is_saved(
    draft, shelf, tmp_path, through_a_working_copy
):
    later = {"colour": "blue", "witness": {"by": ["a", 1, None]}}
    draft.write_bytes(rebuilt(parts_of(draft), manifest=lambda told: told.update(later)))
    found = storage.read(draft, shelf).proposal
    if through_a_working_copy:
        copy = WorkingCopy(tmp_path / "drafts", found.doc_id)
        copy.save(found, path=None, base_sha256=None, saved_at=datetime(2024, 6, 1, tzinfo=UTC))
        recovered = copy.load(shelf)
        assert recovered is not None
        found = recovered.proposal
    found.revision += 1
    storage.write(draft, found, program="test")
    told = json.loads(parts_of(draft)["manifest.json"])
    assert {key: told.get(key) for key in later} == later
    assert (told["program"], told["revision"]) == ("test", found.revision)


@pytest.mark.parametrize(("form", "reader"), [(999, 999), (999, 1), (1, 2)])
def test_a_newer_draft_is_refused_by_its_version_whatever_it_holds(draft, shelf, form, reader):
    parts = parts_of(draft) | {"content/history.json": b"[]"}
    draft.write_bytes(rebuilt(parts, manifest=lambda told: told.update(format=form, min_reader=reader)))
    key, params = refusal(draft, shelf)
    assert (key, params["needs"]) == ("draft.newer", max(form, reader))


@pytest.mark.parametrize(
    "name", ["manifest.json", "content/proposal.json", "content/notes.json", "call/form.json", "call/notice.txt"]
)
def test_a_missing_part_is_named(draft, shelf, name):
    parts = parts_of(draft)
    told = rebuilt(parts)
    draft.write_bytes(told)
    with zipfile.ZipFile(io.BytesIO(told)) as archive:
        rest = [(info.filename, archive.read(info)) for info in archive.infolist() if info.filename != name]
    draft.write_bytes(zip_of(*rest))
    key, params = refusal(draft, shelf)
    assert (key, params["part"]) == ("draft.missing", name)


def test_a_missing_picture_is_named(draft, shelf):
    parts = {name: part for name, part in parts_of(draft).items() if name != f"media/{PICTURE.sha256}"}
    draft.write_bytes(rebuilt(parts))
    assert refusal(draft, shelf)[0] == "draft.media"
    draft.write_bytes(rebuilt(parts, listed=False))
    key, params = refusal(draft, shelf)
    assert (key, params["part"]) == ("draft.missing", f"media/{PICTURE.sha256}")


def test_a_part_that_the_manifest_does_not_list_is_named(draft, shelf):
    extra = b"hidden"
    name = f"media/{hashlib.sha256(extra).hexdigest()}"
    draft.write_bytes(rebuilt(parts_of(draft) | {name: extra}, listed=False))
    key, params = refusal(draft, shelf)
    assert (key, params["part"]) == ("draft.not_listed", name)


@pytest.mark.parametrize(
    "name",
    [
        "../escape.json",
        "content/../x",
        "media/x",
        "media/" + "A" * 64,
        "call/extra.json",
        "C:\\x",
        "content/proposal.json\u202e",
    ],
)
def test_a_name_that_does_not_belong_is_refused_and_no_file_appears(draft, shelf, name):
    draft.write_bytes(rebuilt(parts_of(draft) | {name: b"x"}))
    assert refusal(draft, shelf)[0] == "draft.name"
    assert [file.name for file in draft.parent.iterdir()] == [draft.name]


@pytest.mark.parametrize(
    "name", ["content/proposal.json", "content/notes.json", "call/notice.txt", f"media/{LETTER_SHA}"]
)
def test_a_part_that_is_not_as_it_was_saved_is_named(draft, shelf, name):
    parts = parts_of(draft)
    draft.write_bytes(rebuilt(parts | {name: parts[name] + b" "}, listed=False))
    key, params = refusal(draft, shelf)
    assert (key, params["part"]) == ("draft.damaged", name)


def test_media_under_the_name_of_another_is_refused(draft, shelf):
    draft.write_bytes(rebuilt(parts_of(draft) | {f"media/{LETTER_SHA}": b"%PDF something else"}))
    assert refusal(draft, shelf)[0] == "draft.damaged"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"doc_id": "../../etc"}, "/doc_id"),
        ({"doc_id": str(uuid.uuid4()).upper()}, "/doc_id"),
        ({"doc_id": None}, "/doc_id"),
        ({"revision": -1}, "/revision"),
        ({"revision": True}, "/revision"),
        ({"revision": 1.5}, "/revision"),
        ({"parent_revision": "6"}, "/parent_revision"),
        ({"program": 1}, "/program"),
        ({"format": "1"}, "/format"),
        ({"format": 0}, "/format"),
        ({"min_reader": None}, "/min_reader"),
        ({"call": "small"}, "/call"),
        ({"call": {"id": "small", "version": "1.0"}}, "/call"),
        ({"parts": []}, "/parts"),
        ({"parts": {"content/proposal.json": 5}}, "/parts"),
    ],
)
def test_a_manifest_that_tells_nonsense_is_refused_with_its_place(draft, shelf, change, place):
    draft.write_bytes(rebuilt(parts_of(draft), manifest=lambda told: told.update(change)))
    key, params = refusal(draft, shelf)
    assert (key, params["place"]) == ("draft.manifest", place)


@pytest.mark.parametrize("key", ["id", "version", "sha256"])
def test_a_manifest_that_names_another_call_is_refused(draft, shelf, key):
    draft.write_bytes(rebuilt(parts_of(draft), manifest=lambda told: told["call"].update({key: "0"})))
    assert refusal(draft, shelf)[1]["place"] == f"/call/{key}"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"project": {"title": NaN}}', "data.number"),
        (b'{"project": {"title": "a", "title": "b"}}', "data.doubled_key"),
        (rb'{"project": {"title": "\ud800"}}', "data.surrogate"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "data.depth"),
        ('{"project": {}}'.encode("utf-16"), "data.encoding"),
        (b"[]", "json.not_an_object"),
        (b"", "data.syntax"),
        (b"[" * 21_000_000, "data.size"),
    ],
)
def test_answers_that_are_no_honest_json_are_refused(draft, shelf, content, why):
    draft.write_bytes(rebuilt(parts_of(draft) | {"content/proposal.json": content}))
    key, params = refusal(draft, shelf)
    assert (key, params["part"], params["why"].key) == ("draft.part", "content/proposal.json", why)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"project": []}, "data.type"),
        ({"project": {"funds": 5}}, "data.type"),
        ({"project": {"title": "x" * 1001}}, "data.too_long"),
        ({"project": {"text": "plain"}}, "data.type"),
        ({"project": {"text": [{"type": "video"}]}}, "data.rich"),
        ({"files": {"rows": [5]}}, "data.type"),
    ],
)
def test_answers_of_another_shape_are_refused(draft, shelf, data, why):
    draft.write_bytes(rebuilt(parts_of(draft) | {"content/proposal.json": json.dumps(data).encode()}))
    key, params = refusal(draft, shelf)
    assert (key, params["why"].key) == ("draft.content", why)


@pytest.mark.parametrize(
    "notes", [{"done": 5}, {"done": [5]}, {"dismissed": ["R01"]}, {"comments": {}}, {"last_place": 3}]
)
def test_notes_of_another_shape_are_refused(draft, shelf, notes):
    draft.write_bytes(rebuilt(parts_of(draft) | {"content/notes.json": json.dumps(notes).encode()}))
    assert refusal(draft, shelf)[0] == "draft.notes"


def test_a_picture_that_never_passed_the_normaliser_is_refused(draft, shelf):
    alien = small_call.photograph()
    sha256 = hashlib.sha256(alien + b"x").hexdigest()
    data = {"project": {"figure": {"media": sha256}}}
    draft.write_bytes(
        rebuilt(parts_of(draft) | {"content/proposal.json": json.dumps(data).encode(), f"media/{sha256}": alien + b"x"})
    )
    key, params = refusal(draft, shelf)
    assert (key, params["pointer"]) == ("draft.picture", "/project/figure")


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9, 0.999])
def test_a_draft_cut_short_is_refused(draft, shelf, share):
    whole = draft.read_bytes()
    draft.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(draft, shelf)[0] in ("draft.cut", "draft.layout")


def test_no_flipped_bit_changes_an_answer_unnoticed(draft, shelf, proposal):
    whole, chance = draft.read_bytes(), random.Random(20)
    refused = 0
    for _ in range(500):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        draft.write_bytes(data)
        try:
            stored = storage.read(draft, shelf)
        except KjxmError:
            refused += 1
        else:
            assert same(stored.proposal, proposal)
    assert refused > 450


def test_no_mangled_draft_raises_anything_unexpected(draft, shelf, proposal):
    whole, chance = draft.read_bytes(), random.Random(21)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 5)):
            start = chance.randrange(len(data))
            match chance.randrange(3):
                case 0:
                    data[start : start + chance.randint(1, 40)] = b""
                case 1:
                    data[start:start] = chance.randbytes(chance.randint(1, 40))
                case _:
                    struct.pack_into("<H", data, min(start, len(data) - 2), chance.choice((0, 1, 8, 0xFFFF)))
        draft.write_bytes(data)
        try:
            stored = storage.read(draft, shelf)
        except KjxmError:
            continue
        assert same(stored.proposal, proposal)


# --- writing


def test_a_save_that_fails_leaves_the_old_draft(draft, shelf, proposal, monkeypatch):
    changed = full(proposal.call)
    changed.set("/project/title", "另一题目")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KjxmError) as caught:
        storage.write(draft, changed, program=PROGRAM)
    monkeypatch.undo()
    assert (caught.value.key, caught.value.params["path"]) == ("storage.full", str(draft))
    assert same(storage.read(draft, shelf).proposal, proposal)
    assert [file.name for file in draft.parent.iterdir()] == [draft.name]


def test_answers_that_cannot_be_read_again_are_never_written(draft, shelf, proposal):
    broken = full(proposal.call)
    broken.data = {"project": {"title": "\ud800"}}
    with pytest.raises(KjxmError, match=r"data\.unwritable"):
        storage.write(draft, broken, program=PROGRAM)
    assert same(storage.read(draft, shelf).proposal, proposal)


def test_a_draft_that_could_not_be_opened_again_is_never_written(draft, shelf, proposal):
    alien = full(proposal.call)
    alien.set("/project/figure", {"media": alien.add_media(small_call.photograph() + b"x")})
    with pytest.raises(KjxmError, match=r"draft\.picture"):
        storage.write(draft, alien, program=PROGRAM)
    assert same(storage.read(draft, shelf).proposal, proposal)
    assert [file.name for file in draft.parent.iterdir()] == [draft.name]


def test_a_draft_is_the_users_alone(draft):
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600


# --- answers that another program wrote


def _holding(draft, data):
    """Put a draft that holds `data` in the place of `draft`."""
    parts = parts_of(draft)
    parts = {name: part for name, part in parts.items() if not name.startswith("media/")}
    draft.write_bytes(rebuilt(parts | {"content/proposal.json": json.dumps(data).encode()}))


def test_two_rows_with_one_id_are_refused(draft, shelf):
    _holding(draft, {"files": {"rows": [{"id": "a", "name": "甲"}, {"id": "a", "name": "乙"}]}})
    key, params = refusal(draft, shelf)
    assert key == "draft.content"
    assert params["why"].key == "data.row_id"
    assert params["why"].params == {"pointer": "/files/rows/1/id"}


def test_rows_without_an_id_get_one(draft, shelf):
    _holding(draft, {"files": {"rows": [{"name": "甲"}, {"id": "", "name": "乙"}, {}, {"id": "k", "name": "丙"}]}})
    rows = storage.read(draft, shelf).proposal.get("/files/rows")
    assert [row.get("name") for row in rows] == ["甲", "乙", None, "丙"]
    assert all(row["id"] for row in rows)
    assert len({row["id"] for row in rows}) == 4
    assert rows[3]["id"] == "k"


@pytest.mark.parametrize(
    "project", [{"title": ""}, {"title": "\u200b"}, {"text": []}, {"figure": {}}, {"title": "", "figure": {}}, {}]
)
def test_what_is_empty_is_gone_when_a_draft_is_open(draft, shelf, project):
    _holding(draft, {"project": project, "files": {"rows": []}})
    assert storage.read(draft, shelf).proposal.data == {}
