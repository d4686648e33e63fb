"""A table of 3,000 rows is as quick as a short one: no key and no turn of the wheel asks for more than is in sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import shape
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import table_cells, table_model
from kjxm_desktop.gui.form.table_field import TableField
from tests.gui.form.conftest import CTRL, OpenPage, copy_text
from tests.gui.form.table_hands import LINES, at, choose, editor_of, table_of

Key = Qt.Key


def _data(count: int) -> Json:
    return {
        "budget": {
            "lines": [
                {"id": f"x{number}", "category": "equipment", "item": f"例{number % 40}", "amount": f"{number % 9}.5"}
                for number in range(count)
            ]
        }
    }


@contextmanager
def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Count how often the grid asks what a cell says, how it is marked, and what an amount is."""
    calls: Counter[str] = Counter()
    with monkeypatch.context() as patch:
        for owner, name in (
            (table_model.TableModel, "text_of"),
            (table_model.TableModel, "finding_at"),
            (table_model.TableModel, "data"),
            (table_cells, "_laid_out"),
            (table_model.identifiers, "to_decimal"),
        ):
            real = getattr(owner, name)

            def counting(*told: object, real: object = real, name: str = name) -> object:
                calls[name] += 1
                return real(*told)  # type: ignore[operator]  # whatever it is, it is called as it was

            patch.setattr(owner, name, counting)
        yield calls


def _keys(field: TableField, qtbot: QtBot) -> None:
    at(field, 5, "item")
    qtbot.keyClick(field.view, Key.Key_F2)
    qtbot.keyClicks(editor_of(field), "ab")
    qtbot.keyClick(editor_of(field), Key.Key_Return)
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_PageDown, Key.Key_Tab):
        qtbot.keyClick(field.view, key)
    QApplication.processEvents()


def _turns(field: TableField) -> None:
    bar = field.view.verticalScrollBar()
    bar.setValue(0)
    QApplication.processEvents()
    for _ in range(5):
        bar.setValue(bar.value() + 3)
        QApplication.processEvents()


def _calls(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, count: int
) -> tuple[Counter[str], Counter[str]]:
    field = table_of(open_page("budget", _data(count)))
    field.session._checking.hold(True)  # a check comes after a pause, and asks of everything
    QApplication.processEvents()
    with _counted(monkeypatch) as keys:
        _keys(field, qtbot)
    with _counted(monkeypatch) as turns:
        _turns(field)
    return keys, turns


def test_keys_and_turns_of_the_wheel_ask_as_much_in_a_long_table_as_in_a_short_one(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_keys, short_turns = _calls(open_page, qtbot, monkeypatch, 40)
    long_keys, long_turns = _calls(open_page, qtbot, monkeypatch, 3_000)
    in_sight = 14 * 10
    for short, long in ((short_keys, long_keys), (short_turns, long_turns)):
        for name in long:
            assert long[name] <= 2 * short[name] + 2 * in_sight, (name, short[name], long[name])
    assert long_turns["text_of"] <= 7 * in_sight


def test_a_step_on_a_few_cells_of_a_long_table_puts_their_rows_alone(open_page: OpenPage, qtbot: QtBot) -> None:
    field = table_of(open_page("budget", _data(3_000)))
    before = field.session.data
    heard: list[str] = []
    field.session.value_changed.connect(heard.append)
    choose(field, (1500, "item"), (1501, "amount"))
    qtbot.keyClick(field.view, Key.Key_Delete)
    assert heard == [f"{LINES}/1500", f"{LINES}/1501"]
    qtbot.keyClick(field.view, Key.Key_Up)
    copy_text("磨\n")
    qtbot.keyClick(field.view, Key.Key_V, CTRL)
    assert heard[2:] == [f"{LINES}/1499"]
    field.session.undo()
    field.session.undo()
    assert field.session.data == before
    assert not field.session.can_undo


def test_a_row_put_into_a_long_table_is_the_only_one_that_is_looked_at(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = table_of(open_page("budget", _data(3_000)))
    at(field, 1500, "item")
    looked: list[object] = []
    real = shape._Walk._fields
    monkeypatch.setattr(shape._Walk, "_fields", lambda self, *told: (looked.append(told[0]), real(self, *told))[1])
    qtbot.keyClick(field.view, Key.Key_J, CTRL)
    assert looked == [f"{LINES}/1501"]
    assert field.model.rowCount() == 3_001


def test_what_was_drawn_before_is_not_laid_out_again(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = table_of(open_page("budget", _data(3_000)))
    _turns(field)
    with _counted(monkeypatch) as calls:
        _turns(field)
    assert calls["text_of"] > 0
    assert calls["_laid_out"] == 0
