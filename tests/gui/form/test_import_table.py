"""A table brought in from a file: proposed, looked at, corrected by keys, put in as one step, to the last digit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from decimal import Decimal
from html import escape
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.cards_field import CardsField
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.import_dialog import ImportDialog
from tests.gui.form.conftest import CTRL, SHIFT, OpenPage, field_at
from tests.gui.form.table_hands import LINES, ROWS, at, chosen, place, table_of, values

Key = Qt.Key
HEAD = ["科目", "支出内容", "数量", "单价（万元）", "金额（万元）", "资金来源", "年度", "测算依据"]
CATEGORIES, SOURCES = ("设备费", "业务费", "劳务费"), ("专项经费", "单位自筹")
COUNT = 60


def _lines() -> list[list[str]]:
    """Return the lines of a budget as a person has them in a spreadsheet, each amount with all its digits."""
    made: list[list[str]] = []
    for number in range(COUNT):
        quantity, price = 1 + number % 7, Decimal(f"{number % 13}.{(number * 7919) % 10000:04}")
        amount = (quantity * price).quantize(Decimal("0.01"))
        made.append([
            CATEGORIES[number % 3], f"示例支出 {number + 1}：含“调试”与\n运输, 税", str(quantity), str(price),
            str(amount), SOURCES[number % 2], str(2025 + number % 3), f"询价 {number} 家",
        ])  # fmt: skip
    return made


def _flat_sheet(rows: list[list[str]]) -> str:
    """Return a sheet in LibreOffice's flat format: numbers as numbers, line breaks as paragraphs."""
    lines: list[str] = []
    for row in rows:
        cells: list[str] = []
        for cell in row:
            is_number = cell.replace(".", "").isdigit()
            kind = f'office:value-type="float" office:value="{cell}"' if is_number else 'office:value-type="string"'
            words = "".join(f"<text:p>{escape(part)}</text:p>" for part in cell.split("\n"))
            cells.append(f"<table:table-cell {kind}>{words}</table:table-cell>")
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    space = "urn:oasis:names:tc:opendocument:xmlns"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0" office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>'
        f'<table:table table:name="预算">{"".join(lines)}</table:table></office:spreadsheet></office:body>'
        "</office:document>"
    )


@pytest.fixture(scope="session")
def budget_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a budget of 60 lines in an XLSX that LibreOffice has made."""
    folder = tmp_path_factory.mktemp("budget")
    (folder / "预算明细.fods").write_text(_flat_sheet([HEAD, *_lines()]), "utf-8")
    done = subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
            "--outdir", str(folder), str(folder / "预算明细.fods"),
        ],
        capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    assert (folder / "预算明细.xlsx").is_file(), done
    return folder / "预算明细.xlsx"


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[list[ImportDialog]]:
    """Return the dialogs that a test has opened; they are closed at its end."""
    dialogs: list[ImportDialog] = []
    yield dialogs
    for dialog in dialogs:
        dialog.close()


def _open(field: TableField | CardsField, path: Path, qtbot: QtBot) -> ImportDialog:
    field.coming.read(path)
    qtbot.waitUntil(lambda: field.coming.dialog is not None and not field.coming.is_busy, timeout=30_000)
    dialog = field.coming.dialog
    assert dialog is not None
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return dialog


def _sheet(path: Path, rows: list[list[Json]], title: str = "预算") -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _targets(dialog: ImportDialog) -> list[Json]:
    return [box.currentData() for box in dialog.target_boxes]


def _bare(page: SectionPage) -> list[Json]:
    return [{key: value for key, value in row.items() if key != "id"} for row in page._session.value(LINES)]


def test_a_budget_of_sixty_lines_made_by_libreoffice_comes_in_as_one_step_and_goes_out_equal(
    open_page: OpenPage, qtbot: QtBot, budget_file: Path
) -> None:
    page = open_page("budget")
    field = table_of(page)
    dialog = _open(field, budget_file, qtbot)
    assert _targets(dialog) == ["category", "item", "quantity", "price", "amount", "source", "year", "basis"]
    qtbot.keyClick(dialog, Key.Key_Return)
    rows = page._session.value(LINES)
    assert len(rows) == COUNT
    for row, line in zip(rows, _lines(), strict=True):
        assert Decimal(row["amount"]) == Decimal(line[4])
        assert Decimal(row["price"]) == Decimal(line[3])
        assert (row["quantity"], row["year"], row["basis"]) == (line[2], int(line[6]), line[7])
        assert row["item"] == line[1].replace("\n", "")
    assert field.line.sentence == "已从“预算明细.xlsx”导入 60 行；Ctrl+Z 撤销。"
    assert chosen(field)[0] == list(range(COUNT))
    before = _bare(page)
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    qtbot.keyClick(field.view, Key.Key_C, CTRL | SHIFT)
    copied = QMimeData()
    copied.setHtml(QGuiApplication.clipboard().mimeData().html())
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Z, CTRL)
    assert page._session.value(LINES) is None
    assert not page._session.can_undo
    QGuiApplication.clipboard().setMimeData(copied)
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert _bare(page) == before


UNTIDY: list[list[Json]] = [
    ["2024年度预算明细表"],
    ["单位：元"],
    ["序号", "费用科目", "支出项目", "金额（元）", "经费来源", "备注"],
    [1, "设备费", "颗粒机", 120000, "单位自筹", "x"],
    [2, "招待费", "茶", "约三万", "自筹", None],
    [3, "劳务费", "专家", 33333.33, "专项经费", None],
    [None, "合计", None, 153333.33, None, None],
]


def test_what_is_proposed_is_shown_as_it_will_be_read_and_what_makes_no_sense_is_named(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog]
) -> None:
    page = open_page("budget", ROWS)
    dialog = _open(table_of(page), _sheet(tmp_path / "去年.xlsx", UNTIDY), qtbot)
    shown.append(dialog)
    assert dialog.header_box.currentText() == "第 3 行：序号 费用科目 支出项目 金额（元）"
    assert _targets(dialog) == [None, "category", "item", "amount", "source", None]
    model = dialog.preview.shown
    told = [[model.data(model.index(row, column)) for column in range(4)] for row in range(3)]
    assert told == [
        ["设备费", "颗粒机", "12", "单位自筹"],
        ["招待费", "茶", "约三万", "单位自筹"],
        ["劳务费", "专家", "3.33", "专项经费"],
    ]
    assert [model.headerData(row, Qt.Orientation.Vertical) for row in range(3)] == ["4", "5", "6"]
    assert dialog.summary.text() == (
        "将导入 3 行、4 列；1 格没有读懂，没有填入：第 5 行“科目”的“招待费”；"
        "1 格按原文填入，待改正：第 5 行“金额”的“约三万”；1 格换算单位后四舍五入：第 6 行“金额”的“33333.33”；"
        "2 格由其他单位换算成万元。"
    )
    assert "没有读懂“招待费”" in str(model.data(model.index(1, 0), Qt.ItemDataRole.ToolTipRole))
    assert "120000 → 12 万元" in str(model.data(model.index(0, 2), Qt.ItemDataRole.ToolTipRole))
    qtbot.mouseClick(dialog.next_link, Qt.MouseButton.LeftButton)
    assert (dialog.preview.currentIndex().row(), dialog.preview.currentIndex().column()) == (1, 0)
    dialog.preview.go_to_next_unread()
    assert (dialog.preview.currentIndex().row(), dialog.preview.currentIndex().column()) == (1, 2)
    assert dialog.sums_box.text() == "略去合计行（1 行）"
    assert dialog.import_button.text() == "导入 3 行"


def test_the_proposal_is_corrected_by_keys_alone(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog]
) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    dialog = _open(field, _sheet(tmp_path / "去年.xlsx", UNTIDY), qtbot)
    shown.append(dialog)
    dialog.header_box.setFocus()
    qtbot.keyClick(dialog.header_box, Key.Key_Tab)
    assert dialog.target_boxes[0].hasFocus()
    for box in dialog.target_boxes[:2]:
        qtbot.keyClick(box, Key.Key_Tab)
    third = dialog.target_boxes[2]
    assert third.hasFocus()
    while third.currentData() != "basis":
        qtbot.keyClick(third, Key.Key_Down)
    last = dialog.target_boxes[5]
    last.setFocus()
    while last.currentData() != "amount":
        qtbot.keyClick(last, Key.Key_Down)
    assert _targets(dialog) == [None, "category", "basis", None, "source", "amount"]
    qtbot.keyClick(dialog.sums_box, Key.Key_Space)
    assert len(dialog.taken) == 4
    qtbot.keyClick(dialog.replace_button, Key.Key_Space)
    qtbot.keyClick(dialog, Key.Key_Return)
    assert values(page, "basis") == ["颗粒机", "茶", "专家", None]
    assert values(page, "amount") == ["x", None, None, None]
    page._session.undo()
    assert page._session.value(LINES) == ROWS["budget"]["lines"]


def test_without_headings_columns_are_told_by_what_stands_in_them(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog]
) -> None:
    path = tmp_path / "无表头.csv"
    path.write_bytes("颗粒机,设备费,2025,12\n化验,业务费,2026,3\n".encode("gb18030"))
    dialog = _open(table_of(open_page("budget")), path, qtbot)
    shown.append(dialog)
    assert dialog.header_box.currentText() == "没有表头"
    assert _targets(dialog) == [None, "category", "year", None]
    dialog.header_box.setFocus()
    qtbot.keyClick(dialog.header_box, Key.Key_Down)
    assert dialog.plan.header == 0
    assert len(dialog.taken) == 1


def test_another_sheet_of_the_file_is_read_and_proposed_anew(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog]
) -> None:
    path = _sheet(tmp_path / "两张表.xlsx", [["说明"], ["先看第二张表"]], "说明")
    book = openpyxl.load_workbook(path)
    book.create_sheet("明细").append(["科目", "支出内容"])
    book["明细"].append(["设备费", "颗粒机"])
    book.save(path)
    field = table_of(open_page("budget"))
    dialog = _open(field, path, qtbot)
    shown.append(dialog)
    assert dialog.summary.text() == "没有一列对应上。在左边为要导入的列选择去处。"
    assert not dialog.import_button.isEnabled()
    dialog.sheet_box.setFocus()
    qtbot.keyClick(dialog.sheet_box, Key.Key_Down)
    qtbot.waitUntil(lambda: len(dialog.taken) == 1, timeout=30_000)
    assert _targets(dialog) == ["category", "item"]


def test_rows_come_behind_those_that_are_there_and_nothing_comes_when_it_is_cancelled(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path
) -> None:
    page = open_page("budget", ROWS)
    field = table_of(page)
    path = _sheet(tmp_path / "一行.xlsx", [["科目", "支出内容"], ["设备费", "粉碎机"]])
    qtbot.keyClick(_open(field, path, qtbot), Key.Key_Escape)
    assert field.coming.dialog is None
    assert not page._session.can_undo
    qtbot.keyClick(_open(field, path, qtbot), Key.Key_Return)
    assert values(page, "item") == ["颗粒机", "材料", "劳务", "粉碎机"]
    assert place(field) == (3, "category")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "旧版或二进制格式"),
        ("空.csv", b"", "没有内容"),
        ("图.xlsx", b"\x89PNG\r\n\x1a\n", "不是可用的表格"),
    ],
)
def test_a_file_that_is_no_table_is_told_below_the_table_and_changes_nothing(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    page = open_page("budget", ROWS)
    field = table_of(page)
    field.coming.read(path)
    qtbot.waitUntil(lambda: told in field.line.sentence, timeout=30_000)
    assert field.coming.dialog is None
    assert not page._session.can_undo


def test_more_rows_than_a_table_can_hold_are_refused_in_the_dialog_which_stays(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("budget", ROWS)
    dialog = _open(table_of(page), _sheet(tmp_path / "多.xlsx", [["支出内容", "科目"], ["粉碎机", "设备费"]]), qtbot)
    shown.append(dialog)
    monkeypatch.setattr("kjxm_desktop.core.shape.ROWS_CAP", 3)
    qtbot.keyClick(dialog, Key.Key_Return)
    assert dialog.isVisible()
    assert "3" in dialog.note.text()
    assert not page._session.can_undo


def test_a_file_dropped_on_the_grid_is_read(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, shown: list[ImportDialog]
) -> None:
    field = table_of(open_page("budget", ROWS))
    told = QMimeData()
    told.setUrls([QUrl.fromLocalFile(str(_sheet(tmp_path / "拖入.xlsx", [["科目", "支出内容"], ["设备费", "机"]])))])
    event = QDropEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, told, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )  # fmt: skip
    field.view.dropEvent(event)
    qtbot.waitUntil(lambda: field.coming.dialog is not None, timeout=30_000)
    assert field.coming.dialog is not None
    shown.append(field.coming.dialog)


def test_the_key_for_it_asks_for_a_file(
    open_page: OpenPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[ImportDialog]
) -> None:
    path = _sheet(tmp_path / "选中.xlsx", [["科目", "支出内容"], ["设备费", "机"]])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_told: (str(path), ""))
    field = table_of(open_page("budget", ROWS))
    at(field, 0, "item")
    qtbot.keyClick(field.view, Key.Key_I, CTRL | SHIFT)
    qtbot.waitUntil(lambda: field.coming.dialog is not None, timeout=30_000)
    assert field.coming.dialog is not None
    shown.append(field.coming.dialog)


def test_cards_are_brought_in_too(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_page("content", {"content": {"work": [{"id": "a", "title": "收储"}]}})
    field = field_at(page, "/content/work", CardsField)
    dialog = _open(field, _sheet(tmp_path / "内容.xlsx", [["内容名称", "具体内容"], ["制粒", "第一段\n第二段"]]), qtbot)
    qtbot.keyClick(dialog, Key.Key_Return)
    rows = page._session.value("/content/work")
    assert [row["title"] for row in rows] == ["收储", "制粒"]
    assert "第一段" in str(rows[1]["text"])
    assert field.line.sentence == "已从“内容.xlsx”导入 1 行；Ctrl+Z 撤销。"
