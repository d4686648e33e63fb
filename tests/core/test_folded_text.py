"""A search takes case, width and spaces beside Chinese as alike, and still knows every place of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core.folded_text import fold

UNEVEN = "㎡ﬁ℃㎏½ªßİ㌔Ⅳｶﾞé𠮷ＡａA２²₂ 中文饲"
TEXT = st.text(st.sampled_from(UNEVEN) | st.characters(exclude_categories=["Cs"]), max_size=40)


def found(text: str, wanted: str) -> list[str]:
    folded = fold(text)
    return [text[start:end] for start, end in folded.spans(fold(wanted).text)]


@pytest.mark.parametrize(
    ("text", "wanted", "places"),
    [
        ("葵盘Pectin与PECTIN", "pectin", ["Pectin", "PECTIN"]),
        ("年产１２万吨（干）", "12万吨(干)", ["１２万吨（干）"]),
        ("CO₂、CO2 和 ＣＯ２", "co2", ["CO₂", "CO2", "ＣＯ２"]),
        ("面积 30㎡，另 5 m2", "m2", ["㎡", "m2"]),
        ("年产 12 万吨", "年产12万吨", ["年产 12 万吨"]),
        ("年产12万吨", "年产 12 万吨", ["年产12万吨"]),
        ("使用 DCS 系统", "DCS", ["DCS"]),
        ("提高到 55 %", "55%", ["55 %"]),
        ("the  long   way", "long way", ["long   way"]),
        ("𠮷田与𠮷野", "𠮷野", ["𠮷野"]),
        ("ｶﾞｽ", "ガス", ["ｶﾞｽ"]),
        ("葛\U000e0100城", "葛", ["葛\U000e0100"]),
        ("饲料", "飼料", []),
    ],
)
def test_what_is_written_otherwise_is_found_all_the_same(text: str, wanted: str, places: list[str]) -> None:
    assert found(text, wanted) == places


@pytest.mark.parametrize(
    ("text", "wanted"), [("30㎡", "m"), ("30㎡", "2"), ("cafe\u0301", "cafe"), ("café", "e"), ("ｶﾞ", "カ"), ("ﬃ", "fi")]
)
def test_half_a_character_is_not_found(text: str, wanted: str) -> None:
    assert found(text, wanted) == []


def test_a_space_between_words_counts() -> None:
    assert found("solar cell", "solarcell") == []
    assert found("中 文", "中文") == []


def test_places_found_do_not_overlap() -> None:
    assert [*fold("aaaa").spans("aa")] == [(0, 2), (2, 4)]


@given(TEXT, st.data())
def test_every_piece_of_a_text_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    piece = fold(text[start:end]).text
    for first, last in fold(text).spans(piece):
        assert 0 <= first < last <= len(text)
        # What is found says the same as what was looked for; a space beside it may have counted for nothing.
        assert fold(text[first:last]).text.strip() == piece.strip()


@given(st.text(st.sampled_from("饲料葵盘𠮷㎡ABc12，。"), min_size=1, max_size=20), st.data())
def test_a_piece_of_plain_text_is_always_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    spans = [*fold(text).spans(fold(text[start:end]).text)]
    assert any(first <= start < last for first, last in spans)


@given(TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(TEXT)
def test_each_folded_character_comes_from_one_of_the_text(text: str) -> None:
    folded = fold(text)
    origins = range(len(text)) if folded.origins is None else folded.origins
    assert len(origins) == len(folded.text)
    assert sorted(origins) == [*origins]
