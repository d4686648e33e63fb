"""Foreign headings find the columns they mean, and the row they stand in is found below titles and units."""

from __future__ import annotations

import pytest

from kjxm_desktop.exchange import column_match
from kjxm_desktop.exchange.column_match import Target

TARGETS = [
    Target("category", ("科目", "Category")),
    Target("item", ("支出内容", "Item")),
    Target("quantity", ("数量", "Quantity")),
    Target("price", ("单价", "Price")),
    Target("amount", ("金额", "Amount")),
    Target("source", ("资金来源", "Source")),
    Target("year", ("年度", "Year")),
    Target("organisation", ("支出单位", "Organisation")),
]


def test_headings_mean_columns_whatever_units_signs_and_spaces_they_have() -> None:
    headings = ["序号", "费用科目", "内 容", "数量（台）", "单价(元)", "金额/万元", "资金来源：", "备注"]
    assert column_match.match(headings, TARGETS) == [
        None, "category", "item", "quantity", "price", "amount", "source", None,
    ]  # fmt: skip


def test_a_column_is_meant_once_by_the_heading_that_is_likest() -> None:
    assert column_match.match(["预算金额", "金额"], TARGETS) == [None, "amount"]


def test_english_headings_and_the_names_of_the_data_are_known() -> None:
    assert column_match.match(["AMOUNT (10k yuan)", "Organisation"], TARGETS) == ["amount", "organisation"]


def test_what_stands_in_a_column_tells_where_its_heading_does_not() -> None:
    def fits(at: int, key: str) -> float:
        return 1.0 if (at, key) == (0, "source") else 0.0

    assert column_match.match(["经费渠道"], TARGETS, fits, ["source"]) == ["source"]


def test_a_heading_somewhat_like_is_joined_when_its_content_makes_sense() -> None:
    assert column_match.match(["支出项目"], TARGETS, lambda _at, _key: 1.0) == ["item"]
    assert column_match.match(["支出项目"], TARGETS, lambda _at, _key: 0.0) == [None]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["2024年度预算明细表", ""], ["单位：万元", ""], ["科目", "金额"], ["设备费", "1"]], 2),
        ([["设备费", "颗粒机", "12"], ["业务费", "化验", "3"]], None),
        ([["类别", "东西", "多少"], ["设备费", "颗粒机", "12"]], 0),
        ([["金额"], ["12"]], 0),
        ([], None),
    ],
)
def test_the_row_of_headings_is_found_below_titles(rows: list[list[str]], header: int | None) -> None:
    assert column_match.header_row(rows, TARGETS) == header


@pytest.mark.parametrize(
    ("heading", "unit"), [("金额（万元）", "万元"), ("金额(单位：元)", "元"), ("金额/千元", "千元"), ("金额", "")]
)
def test_a_heading_tells_its_unit(heading: str, unit: str) -> None:
    assert column_match.unit_of(heading) == unit


@pytest.mark.parametrize(
    ("row", "is_sum"), [(["", "合 计", "3"], True), (["总计："], True), (["设备费小计", "3"], False), (["", ""], False)]
)
def test_a_row_that_adds_up_is_known_by_its_first_word(row: list[str], is_sum: bool) -> None:
    assert column_match.is_sum(row) is is_sum


def test_columns_without_headings_have_the_letters_of_spreadsheets() -> None:
    assert [column_match.letters(at) for at in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]
