"""What a person does with a table in a grid: go to a cell, choose a block, paste what another program has copied."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QLineEdit

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from tests.gui.form.conftest import children, field_at

LINES = "/budget/lines"
ROWS: Json = {
    "budget": {
        "lines": [
            {"id": "a", "category": "equipment", "item": "颗粒机", "amount": "10.50"},
            {"id": "b", "category": "business", "item": "材料", "amount": "2"},
            {"id": "c", "category": "labour", "item": "劳务", "amount": "3.25"},
        ]
    }
}


def table_of(page: SectionPage, pointer: str = LINES) -> TableField:
    return field_at(page, pointer, TableField)


def column_of(field: TableField, name: str) -> int:
    return [each.name for each in field.model.columns].index(name)


def at(field: TableField, row: int, name: str) -> None:
    field.view.setCurrentIndex(field.model.index(row, column_of(field, name)))


def choose(field: TableField, first: tuple[int, str], last: tuple[int, str]) -> None:
    """Choose the cells between two."""
    at(field, *first)
    corner, end = (field.model.index(row, column_of(field, name)) for row, name in (first, last))
    field.view.selectionModel().select(
        QItemSelection(corner, end), QItemSelectionModel.SelectionFlag.ClearAndSelect
    )  # fmt: skip


def place(field: TableField) -> tuple[int, str]:
    """Return the cell that the keys are in."""
    current = field.view.currentIndex()
    return current.row(), field.model.columns[current.column()].name


def chosen(field: TableField) -> tuple[list[int], list[str]]:
    steps = field.view.steps
    return steps.chosen_rows(), [field.model.columns[column].name for column in steps.chosen_columns()]


def editor_of(field: TableField) -> QLineEdit:
    return children(field.view.viewport(), QLineEdit)[-1]


def values(page: SectionPage, name: str, pointer: str = LINES) -> list[Json]:
    return [row.get(name) for row in page._session.value(pointer) or []]
