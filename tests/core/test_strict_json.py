"""JSON from outside is taken whole and honest or refused with its place."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import strict_json
from kjxm_desktop.errors import KjxmError

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=30,
)


def refusal(
    data: bytes, *, limit_bytes: int = strict_json.LIMIT_BYTES, limit_depth: int = strict_json.LIMIT_DEPTH
) -> KjxmError:
    with pytest.raises(KjxmError) as caught:
        strict_json.loads(data, name="数据.json", limit_bytes=limit_bytes, limit_depth=limit_depth)
    return caught.value


@given(VALUES)
def test_what_is_written_reads_the_same(value):
    assert strict_json.loads(strict_json.dumps(value)) == value


@given(st.dictionaries(TEXT, VALUES, max_size=6))
def test_equal_data_gives_equal_bytes_whatever_the_order_of_its_keys(value):
    backwards = dict(reversed(list(value.items())))
    assert strict_json.dumps(value) == strict_json.dumps(backwards)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_an_expected_failure(data):
    with contextlib.suppress(KjxmError):
        strict_json.loads(data)


@given(VALUES)
def test_agrees_with_the_standard_library_on_sound_json(value):
    text = json.dumps(value).encode()
    assert strict_json.loads(text) == json.loads(text)


def test_a_byte_order_mark_is_allowed():
    assert strict_json.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
def test_other_encodings_are_refused(encoding):
    assert refusal('{"名称": 1}'.encode(encoding)).key == "data.encoding"


def test_bad_syntax_is_refused_with_line_and_column():
    error = refusal(b'{\n "a": 1,\n}')
    assert (error.key, error.params) == ("data.syntax", {"name": "数据.json", "line": 3, "column": 1})


@pytest.mark.parametrize("data", [b"", b" ", b"{", b"[1] 2", b"{'a': 1}", b'"\t"', b"[1,]"])
def test_what_is_no_json_is_refused(data):
    assert refusal(data).key == "data.syntax"


def test_a_doubled_key_is_refused_with_the_pointer_of_its_object():
    error = refusal('{"budget": {"lines": [{}, {"金额": "1", "b": 2, "金额": "2"}]}}'.encode())
    assert (error.key, error.params) == ("data.doubled_key", {"pointer": "/budget/lines/1", "field": "金额"})


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1E400", b"9" * 5000])
def test_a_number_that_cannot_be_kept_is_refused_with_its_pointer(number):
    error = refusal(b'{"a": [0, ' + number + b"]}")
    assert (error.key, error.params["pointer"]) == ("data.number", "/a/1")


@pytest.mark.parametrize("escape", [rb"\ud800", rb"a\uDFFFb", rb"\udc00\ud800"])
def test_a_lone_surrogate_is_refused_with_its_pointer(escape):
    error = refusal(b'{"a/b": ["' + escape + b'"]}')
    assert (error.key, error.params["pointer"]) == ("data.surrogate", "/a~1b/0")


def test_a_lone_surrogate_in_a_key_is_refused_and_its_message_can_be_printed():
    error = refusal(rb'{"x": {"\ud800": 1}}')
    assert error.key == "data.surrogate"
    assert str(error.params["pointer"]).encode() == b"/x"


def test_a_pair_of_surrogates_is_one_character():
    assert strict_json.loads(rb'"\ud842\udfb7"') == "𠮷"


@pytest.mark.parametrize("levels", [65, 990, 3_000, 200_000])
def test_too_many_levels_are_refused(levels):
    assert refusal(b"[" * levels + b"]" * levels).params["limit"] == strict_json.LIMIT_DEPTH


def test_as_many_levels_as_allowed_are_taken():
    assert strict_json.loads(b'{"a":[' * 3 + b"]}" * 3, limit_depth=6)
    assert refusal(b'{"a":[' * 3 + b"]}" * 3, limit_depth=5).key == "data.depth"


def test_more_bytes_than_allowed_are_refused_before_they_are_parsed():
    assert refusal(b"[" * 101, limit_bytes=100).key == "data.size"


def test_a_million_tiny_values_are_refused():
    assert refusal(b"[" + b"{}," * 600_000 + b"0]").key == "data.values"


def test_a_hostile_key_cannot_drive_the_screen():
    error = refusal(b'{"\\u001b[2J": 1, "\\u001b[2J": 2}')
    assert error.params["field"] == "\ufffd[2J"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_could_not_be_read_again_is_not_written(value):
    with pytest.raises(KjxmError, match=r"data\.unwritable"):
        strict_json.dumps({"a": value})


@given(st.dictionaries(TEXT, VALUES, max_size=6))
def test_the_members_joined_are_what_is_written(value):
    assert b"{" + b",".join(strict_json.members(value).values()) + b"}" == strict_json.dumps(value)


def test_lone_surrogates_that_are_let_through_can_be_mended():
    told = strict_json.loads(rb'{"a": ["b\ud800", "\ud842\udfb7"], "\udfff": 1}', surrogates=True)
    assert strict_json.mended(told) == {"a": ["b\ufffd", "𠮷"], "\ufffd": 1}
