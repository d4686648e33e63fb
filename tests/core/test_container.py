"""The ZIP around a draft is plain and whole, or refused by name."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import container
from kjxm_desktop.core.remains import remains
from kjxm_desktop.errors import KjxmError

NAMES = st.text("abcdefghij/.", min_size=1, max_size=12)


def refusal(data, allowed=lambda _: True):
    with pytest.raises(KjxmError) as caught:
        container.read(io.BytesIO(data), allowed)
    return caught.value.key


def zipped(*parts, compression=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return target.getvalue()


@given(st.dictionaries(NAMES, st.tuples(st.binary(max_size=300), st.booleans()), min_size=1, max_size=6))
def test_what_is_packed_reads_the_same_and_packs_to_the_same_bytes(parts):
    listed = [(name, content, compressed) for name, (content, compressed) in parts.items()]
    data = container.pack(listed)
    assert container.read(io.BytesIO(data), lambda _: True) == {name: content for name, (content, _) in parts.items()}
    assert container.pack(listed) == data


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_with_an_expected_failure(data):
    assert refusal(data).startswith("draft.")
    assert refusal(b"PK" + data).startswith("draft.")


def test_a_zip_of_another_program_without_oddities_is_read():
    assert container.read(io.BytesIO(zipped(("a", b"1"), ("b", b"2" * 999))), lambda _: True)["b"] == b"2" * 999


def test_one_part_can_be_looked_at_before_the_others():
    data = zipped(("a", b"1"), ("b", b"2"))
    assert container.peek(io.BytesIO(data), "b") == b"2"
    assert container.peek(io.BytesIO(data), "c") is None


@pytest.mark.parametrize(
    "name", ["../a", "/a", "C:\\Windows\\a", "..\\..\\a", "CON", "a:stream", "a\u202eb", "中文", "a" * 300]
)
def test_a_name_that_is_not_allowed_is_refused(name):
    assert refusal(zipped((name, b"")), lambda told: told == "a") == "draft.name"


def test_a_name_told_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped(("a", b"1"), ("a", b"2"))
    assert refusal(data) == "draft.doubled"


def test_a_file_that_is_also_a_program_is_refused():
    assert refusal(b"MZ" + zipped(("a", b"1"))) == "draft.no_draft"


def test_bytes_between_the_parts_are_refused():
    data = zipped(("a", b"1"))
    assert refusal(data[:4] + data) == "draft.layout"


@pytest.mark.parametrize("tail", [b"x", b"\x00" * 30, b"PK\x05\x06"])
def test_bytes_behind_the_end_are_refused(tail):
    assert refusal(zipped(("a", b"1")) + tail) in ("draft.cut", "draft.layout")


def test_a_comment_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", b"1")
        archive.comment = b"hidden"
    assert refusal(target.getvalue()) == "draft.cut"


def test_an_encrypted_part_is_refused():
    data = bytearray(zipped(("a", b"1")))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)) == "draft.encrypted"


def test_a_streamed_part_is_refused():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

        def tell(self):
            raise io.UnsupportedOperation

    target = Pipe()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", b"1")
    assert refusal(target.getvalue()) == "draft.layout"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_refused(method):
    assert refusal(zipped(("a", b"1" * 99), compression=method)) == "draft.layout"


def lying(size, content=b"\x00" * 100_000):
    """Return a ZIP whose headers tell `size` for a part that is longer or shorter."""
    data = bytearray(zipped(("a", content)))
    struct.pack_into("<I", data, 22, size)
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, size)
    return bytes(data)


@pytest.mark.parametrize("size", [0, 10, 99_999, 100_001, 60_000_000])
def test_a_size_that_lies_is_refused(size):
    assert refusal(lying(size)) == "draft.size"


def test_a_part_above_the_limit_is_refused_by_what_it_tells():
    assert refusal(lying(65 * 1024 * 1024)) == "draft.part_too_big"


def test_much_that_is_compressed_is_refused_before_it_is_unpacked():
    bomb = zipped(*((f"a{number}", b"\x00" * (17 * 1024 * 1024)) for number in range(4)))
    assert len(bomb) < 100_000
    assert refusal(bomb) == "draft.too_big"


def test_too_many_parts_are_refused():
    assert refusal(zipped(*((f"a{number}", b"") for number in range(2001)))) == "draft.too_many"


def test_parts_that_share_their_bytes_are_refused():
    data = zipped(("a", b"1" * 500), ("b", b"2" * 500), compression=zipfile.ZIP_STORED)
    listed = bytearray(data)
    struct.pack_into("<I", listed, data.rindex(b"PK\x01\x02") + 42, 0)
    assert refusal(bytes(listed)) == "draft.layout"


def test_a_part_without_an_entry_in_the_list_is_refused():
    data = zipped(("a", b"1"), ("b", b"2"))
    start = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", start + 1)
    entry = data[start:second]
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), start, 0)
    assert refusal(data[:start] + entry + tail) == "draft.layout"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_is_refused(share):
    data = zipped(("a", b"1" * 500), ("b", b"2" * 500), compression=zipfile.ZIP_STORED)
    assert refusal(data[: int(len(data) * share)]) == "draft.cut"


def test_packing_more_than_can_be_read_is_refused():
    with pytest.raises(KjxmError, match=r"draft\.part_too_big"):
        container.pack([("media", bytes(container.LIMIT_PART_BYTES + 1), False)])


def _flipped(data, mark, place):
    """Return `data` with one bit of the first header that begins with `mark` turned."""
    at = data.index(mark) + place
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("place", [6, 8, 10, 11, 12, 13, 14, 18, 22, 26, 28, 30])
def test_a_header_that_tells_otherwise_than_the_list_is_refused(place):
    data = container.pack([("a", b"1" * 500, True), ("b", b"2", False)])
    assert refusal(_flipped(data, b"PK\x03\x04", place)).startswith("draft.")


@pytest.mark.parametrize("place", [12, 13, 14, 15])
def test_a_time_in_the_list_that_no_header_tells_is_refused(place):
    data = container.pack([("a", b"1" * 500, True)])
    assert refusal(_flipped(data, b"PK\x01\x02", place)) == "draft.layout"


def test_a_zip_that_tells_other_times_alike_is_read():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a", (2024, 6, 1, 9, 30, 2)), b"1")
    assert container.read(target, lambda _: True) == {"a": b"1"}


def test_a_part_with_cuts_reads_the_same_and_what_stands_behind_a_cut_survives_damage_before_it():
    first, second = b"first " * 200, bytes(range(256)) * 4
    data = container.pack([("a", first + second, True)], {"a": [len(first)]})
    assert container.read(io.BytesIO(data), lambda _: True) == {"a": first + second}
    broken = data[:35] + bytes([data[35] ^ 0x55]) + data[36:]
    (part,) = remains(io.BytesIO(broken), lambda _: True)
    assert part.content is None
    assert second in part.pieces
