"""Cells from and for the clipboard: every spreadsheet's own way of telling them is understood, and ours by them."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import html_tokens, rich_text
from kjxm_desktop.exchange import cell_blocks, cell_xml
from kjxm_desktop.exchange.cell_blocks import Block, OutCell
from tests import spreadsheet_clipboards as clipboards


def _html(source: str) -> list[list[str]]:
    block = cell_blocks.read_html(source)
    assert block is not None
    return [list(row) for row in block.rows]


def _text(text: str) -> list[list[str]]:
    return [list(row) for row in cell_blocks.read_text(text).rows]


def test_excel_tells_numbers_whole_and_line_breaks_inside_cells() -> None:
    assert _html(clipboards.EXCEL_HTML) == [
        ["科目", "支出\xa0内容", "数量", "金额（元）", "年度", "备注"],
        ["设备费", "颗粒机\n（含\"除尘\"）", "2", "123456.7", "2025", "x"],
        ["业务费 ", "化验检测", "12", "30,000.00", "2026", ""],
    ]  # fmt: skip


def test_excel_says_nothing_of_the_row_that_keeps_its_columns_apart() -> None:
    block = cell_blocks.read_html(clipboards.EXCEL_HTML)
    assert block is not None
    assert block.hidden == 0


def test_the_text_of_excel_has_quotes_around_cells_with_breaks() -> None:
    assert _text(clipboards.EXCEL_TEXT) == [
        ["科目", "支出 内容", "数量", "金额（元）", "年度", "备注"],
        ["设备费", "颗粒机\n（含\"除尘\"）", "2", "123,457", "2025", "x"],
        ["业务费 ", "化验检测", "####", "30,000.00", "2026", ""],
    ]  # fmt: skip


def test_days_of_wps_stay_days_and_a_row_that_was_filtered_out_is_left_out_and_counted() -> None:
    block = cell_blocks.read_html(clipboards.WPS_HTML)
    assert block == Block([["2025/1", "2025/7", "收集原料、\n建设中试线"], ["2025/7", "2025/12", "联调"]], hidden=1)


def test_libreoffice_tells_numbers_whole_and_merged_cells_are_one_and_empty_ones() -> None:
    rows = [["设备费", "干燥机", "12.345"], ["", "提取罐", "10%"], ["间接费用", "", "007"]]
    assert _html(clipboards.LIBREOFFICE_HTML) == rows


def test_the_xml_of_excel_has_every_digit_and_each_cell_where_it_stands() -> None:
    assert cell_xml.read_xml(clipboards.EXCEL_XML.encode()) == Block(
        [
            ["颗粒机\n（含除尘）", "", "12.345", "", ""],
            ["", "", "", "", ""],
            ["007", "", "12.5%", "2025-07-01", "TRUE"],
        ],
        hidden=1,
    )


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<Workbook", b"<a/>", b"\x00\xff", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table/></Worksheet></Workbook>',
    ],
)  # fmt: skip
def test_xml_that_is_no_sheet_is_left_to_the_other_forms(data: bytes) -> None:
    assert cell_xml.read_xml(data) is None


@pytest.mark.parametrize(
    "source",
    [
        "<p>一段文字</p>",
        "<p>前言</p><table><tr><td>1</td></tr></table>",
        "<table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>",
        "<table></table>",
        "",
    ],
)
def test_what_is_a_page_and_no_block_of_cells_is_left_to_its_text(source: str) -> None:
    assert cell_blocks.read_html(source) is None


def test_a_table_inside_a_cell_is_the_text_of_the_cell() -> None:
    inner = "<table><tr><td>甲</td><td>乙</td></tr></table>"
    assert [len(row) for row in _html(f"<table><tr><td>{inner}</td><td>丙</td></tr></table>")] == [2]


def test_spans_of_any_size_and_tags_without_end_take_no_room() -> None:
    source = "<table><tr><td colspan=99999 rowspan=99999>甲<td>乙" + "<tr><td>丙" * 3
    assert [len(row) for row in _html(source)] == [cell_blocks.MOST_COLUMNS] * 4


def test_html_beyond_all_bounds_is_left_to_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_blocks, "_MOST_STEPS", 50)
    assert cell_blocks.read_html("<table>" + "<tr><td>1</td></tr>" * 40 + "</table>") is None
    assert html_tokens.LIMIT_STEPS > 50


def test_more_rows_than_a_table_can_hold_are_counted_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_blocks, "MOST_ROWS", 3)
    assert cell_blocks.read_text("1\n2\n3\n4\n5\n") == Block([["1"], ["2"], ["3"]], cut=2)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('5"屏\t1', [['5"屏', "1"]]),
        ('"未完\t1\n2\t3', [['"未完', "1"], ["2", "3"]]),
        ('"甲"乙\t1', [['"甲"乙', "1"]]),
        ('"甲\t乙"\t丙', [["甲\t乙", "丙"]]),
        ("甲\r乙\r\n", [["甲"], ["乙"]]),
        ("", []),
        ("\t\n", [["", ""]]),
    ],
)
def test_text_is_cut_into_cells_whatever_stands_in_it(text: str, cells: list[list[str]]) -> None:
    assert _text(text) == cells


CELLS = st.lists(
    st.lists(st.text(st.sampled_from("葵a\"\t\n 1=+-@'"), max_size=6), min_size=2, max_size=3), min_size=1, max_size=4
)


def _square(cells: list[list[str]]) -> list[list[str]]:
    width = max(map(len, cells))
    return [[*row, *[""] * (width - len(row))] for row in cells]


@given(CELLS)
def test_a_block_that_was_written_as_text_is_read_back(cells: list[list[str]]) -> None:
    cells = _square(cells)
    written = cell_blocks.write_text([[OutCell(cell) for cell in row] for row in cells])
    back = _text(written)
    assert back == cells or (not "".join(map("".join, cells)) and len(cells) == 1)


@given(CELLS)
def test_a_block_that_was_written_as_html_is_read_back_but_for_white_space_at_the_ends(cells: list[list[str]]) -> None:
    cells = _square(cells)
    back = _html(cell_blocks.write_html([[OutCell(cell) for cell in row] for row in cells]))
    assert [[_bare(cell) for cell in row] for row in back] == [[_bare(cell) for cell in row] for row in cells]


def _bare(text: str) -> list[str]:
    return rich_text.clean_text(text).split()


@pytest.mark.parametrize("text", ["=1+1", "+86 138", "-2+3", "@SUM(A1)", "＝1", "'=1"])
def test_text_that_a_spreadsheet_would_compute_goes_out_guarded_and_comes_back_as_it_was(text: str) -> None:
    written = cell_blocks.write_text([[OutCell(text)]])
    assert written == f"'{text}"
    assert _text(written) == [[text]]


def test_libreoffice_takes_our_cells_numbers_as_numbers_days_as_days_and_all_else_as_text(tmp_path: Path) -> None:
    rows = [
        [OutCell("科目"), OutCell("金额")],
        [OutCell('说 "好"\n第二行'), OutCell("1234.50", "number")],
        [OutCell("=1+1"), OutCell("2026-03-05", "day")],
        [OutCell("91150100MA0EXAMPLE"), OutCell("2026-03", "month")],
        [OutCell("012345678901234567"), OutCell("12", "number")],
    ]
    (tmp_path / "block.html").write_text(cell_blocks.write_html(rows), "utf-8")
    done = subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--infilter=HTML (StarCalc)",
            "--convert-to", "xlsx", "--outdir", str(tmp_path), str(tmp_path / "block.html"),
        ],
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert (tmp_path / "block.xlsx").is_file(), done
    sheet = openpyxl.load_workbook(io.BytesIO((tmp_path / "block.xlsx").read_bytes())).active
    assert sheet is not None
    told = [[cell.value for cell in row] for row in sheet.iter_rows()]
    kinds = [[cell.data_type for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in told] == [
        "科目", '说 "好"\n第二行', "=1+1", "91150100MA0EXAMPLE", "012345678901234567",
    ]  # fmt: skip
    assert [row[1] for row in kinds] == ["s", "n", "d", "s", "n"]
    assert [str(row[1]) for row in told] == ["金额", "1234.5", "2026-03-05 00:00:00", "2026-03", "12"]
    assert sheet["B2"].number_format == "0.00"
