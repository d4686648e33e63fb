"""References after GB/T 7714-2015: written from their parts, read back into them, found in a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop.core import call as calls
from kjxm_desktop.core import references
from kjxm_desktop.core.references import KINDS

ENTRIES = [
    "陈示甲, 林示例. 玉米秸秆低胶热压成型试验[J]. 示例农业工程, 2023, 12(3): 45-52.",
    "白示乙. 秸秆制品通论[M]. 北京: 示例出版社, 2021: 33-40.",
    "白示乙. 秸秆制品通论[M]. 2版. 北京: 示例出版社, 2021.",
    "示例作者丁. 植物多糖提取液超滤过程的污染行为[D]. 示例市: 示例大学, 2022: 37-68.",
    "张示丙. 一种示例装置: 202310012345.6[P]. 2024-01-02.",
    "示例标准化委员会. 文献著录: 第4部分 非书资料: GB/T 3792.4—2009[S]. 北京: 示例标准出版社, 2010: 3.",
    "示例规程: GB 1234—2020[S].",
    "丁示文. 数字革命与示例[N]. 示例青年报, 2000-11-20(15).",
    "Example Organization. Factors of a sample: report of a group[R]. Example City: EO, 1970.",
    "萧示. 出版业迈入快车道[EB/OL]. (2001-12-19)[2002-04-15]. http://example.org/news/a.html.",
    "SAMPLE J, EXAMPLE A, SPECIMEN B, et al. A title. And more[J]. Sample Letters, 2020, 5: 1-2. DOI:10.1/ab.c.",
]


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_read_into_its_parts_and_comes_out_the_same(entry: str) -> None:
    found = references.read(entry)
    assert found is not None
    mark, parts = found
    assert f"[{mark}]" in entry
    assert references.lacking(mark, parts) == []
    assert references.write(mark, parts) == entry


def test_every_kind_of_the_standard_that_is_asked_for_is_among_the_entries() -> None:
    assert {found[0] for entry in ENTRIES if (found := references.read(entry))} == {kind.mark for kind in KINDS}


_WORD = st.text(st.sampled_from("葵盘果胶示例甲乙ABCxyz129 -"), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(kind=st.sampled_from(KINDS), data=st.data())
@settings(max_examples=80, deadline=None)
def test_whatever_is_written_reads_as_itself_or_is_free_text(kind: references.Kind, data: st.DataObject) -> None:
    parts = {name: data.draw(st.one_of(st.just(""), _WORD), label=name) for name in kind.parts}
    entry = references.write(kind.mark, {**parts, "title": "题名"})
    found = references.read(entry)
    if found is not None:
        assert references.write(*found) == entry
    assert ".." not in entry
    assert entry.endswith(".")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("陈示甲、林示例", "陈示甲, 林示例"),
        ("甲；乙；丙；丁", "甲, 乙, 丙, 等"),
        ("SAMPLE J; EXAMPLE A; SPECIMEN B; INSTANCE C", "SAMPLE J, EXAMPLE A, SPECIMEN B, et al"),
        ("甲, 乙, 丙, 等", "甲, 乙, 丙, 等"),
        ("甲，等", "甲, 等"),
        ("", ""),
    ],
)
def test_authors_are_separated_as_the_standard_does_and_named_up_to_three(typed: str, written: str) -> None:
    assert references.authors_of(typed) == written


def test_what_is_not_given_leaves_no_signs_behind() -> None:
    assert references.write("J", {"title": "题名", "journal": "示例学报"}) == "题名[J]. 示例学报."
    assert (
        references.write("EB/OL", {"title": "题名", "address": "http://example.org"})
        == "题名[EB/OL]. http://example.org."
    )
    assert references.write("J", {"title": "题名", "journal": "刊", "issue": "3"}) == "题名[J]. 刊, (3)."


@pytest.mark.parametrize("entry", ["随便写的一条", "甲. 题[Z]. 别的.", "", "甲. 题[C]//论文集. 北京: 示例, 2020: 3."])
def test_what_has_no_known_shape_is_free_text(entry: str) -> None:
    assert references.read(entry) is None


def test_a_part_that_the_kind_needs_is_named_while_it_is_lacking() -> None:
    assert references.lacking("J", {"title": "题", "journal": " "}) == ["journal", "year"]


@pytest.mark.parametrize(
    ("folder", "tables"),
    [("schemas/kjxm-sjtu-2024", ["/basis/references"]), ("tests/calls/agri-service-2026", [])],
)
def test_the_tables_of_references_are_what_the_document_prints_as_such(folder: str, tables: list[str]) -> None:
    call = calls.load(Path(__file__).parents[2] / folder)
    assert references.tables_of(call.document) == tables
