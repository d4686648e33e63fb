"""Tables of records: a block that was pasted, what can be done, a row as a form, a file that is brought in."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from kjxm_desktop.gui.form.table_field import TableField
from tests.shots.stage import Stage


def tables(stage: Stage) -> None:
    """Show a grid with a pasted block, its menu, its row as a form, and a file that is brought in."""
    stage.open_example("long")
    stage.desk.show_section("budget")
    row = next(row for row in stage.desk.page.rows() if row.pointer == "/budget/lines")
    field = row.field
    assert isinstance(field, TableField)
    field.view.setFocus()
    field.view.select(3, 0)
    QGuiApplication.clipboard().setText("设备费\t压滤机\t1\t3\t3\n招待费\t茶\t两\t1\t约三万")
    field.view.steps.paste()
    stage.rest(400)
    stage.desk.page.ensureWidgetVisible(field.line)
    stage.take("grid: a pasted block")
    field.view.show_menu(QPoint(40, 40))
    menu = next(menu for menu in field.view.findChildren(QMenu) if menu.isVisible())
    stage.take("grid: what can be done", menu)
    menu.close()
    form = field.open_row(4)
    stage.take("a row as a form", form)
    form.close()
    table = stage.folder / "去年的预算明细.csv"
    lines = "".join(f"{at},设备费,示例设备 {at},{at * 15000},其他,{2024 + at % 2}\n" for at in range(1, 30))
    head = "2024年度预算明细表,,,,,\n序号,费用科目,支出项目,金额（元）,经费来源,年份\n"
    table.write_text(f"{head}{lines}30,招待费,茶,约三万,其他,2025\n,合计,,100,,\n", "utf-8")
    field.coming.read(table)
    stage.until(lambda: field.coming.dialog is not None)
    dialog = field.coming.dialog
    assert dialog is not None
    stage.take("a table from a file", dialog)
    dialog.preview.go_to_next_unread()
    stage.take("a table from a file: what made no sense", dialog)
    dialog.close()
    stage.window.close_proposal()
