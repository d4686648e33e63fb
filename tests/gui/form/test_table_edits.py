"""Whatever is done to a table, in any order: undo all is the start, redo all the end, saved and opened the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from kjxm_desktop import paths
from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Shelf
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.undo import Steps
from tests.gui.conftest import commit
from tests.gui.form.conftest import ALT, CTRL, SHIFT, OpenPage, copy_text
from tests.gui.form.table_hands import LINES, ROWS, choose, table_of

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
NAMES = ("category", "item", "quantity", "amount", "year", "basis")
KEYS = (
    (Key.Key_Insert, NONE), (Key.Key_Insert, ALT), (Key.Key_J, CTRL), (Key.Key_Up, ALT), (Key.Key_Down, ALT),
    (Key.Key_Delete, CTRL), (Key.Key_Delete, NONE), (Key.Key_D, CTRL), (Key.Key_X, CTRL), (Key.Key_C, CTRL),
    (Key.Key_V, CTRL), (Key.Key_Z, CTRL), (Key.Key_Y, CTRL), (Key.Key_Tab, NONE), (Key.Key_Return, SHIFT),
)  # fmt: skip
BLOCKS = (
    "设备费\t磨\t2\t1.5\t3\n业务费\t洗", "金额（元）\t支出内容\n120000\t粉碎机\n", "约三", '"甲\n乙"\t"""丙"""', "",
)  # fmt: skip

Cell = st.tuples(st.integers(0, 5), st.sampled_from(NAMES))
STEPS = st.one_of(
    st.tuples(st.just("key"), Cell, Cell, st.sampled_from(KEYS)),
    st.tuples(st.just("type"), Cell, st.sampled_from(("葵盘", "12.5", "３万元", "")), st.booleans()),
    st.tuples(st.just("paste"), Cell, Cell, st.sampled_from(BLOCKS)),
    st.tuples(st.just("sort"), Cell, st.booleans()),
    st.tuples(st.just("move"), Cell, Cell, st.integers(0, 6)),
)


def _choose(field: TableField, first: tuple[int, str], last: tuple[int, str]) -> bool:
    """Choose a block as far as the table goes; False when it has no rows."""
    count = field.model.rowCount()
    if count:
        (top, left), (bottom, right) = first, last
        choose(field, (min(top, bottom, count - 1), left), (min(max(top, bottom), count - 1), right))
    return count > 0


def _type(field: TableField, cell: tuple[int, str], text: str, *, escapes: bool) -> None:
    if not _choose(field, cell, cell) or cell[1] == "category":
        return
    QTest.keyClick(field.view, Key.Key_F2)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    if text:
        commit(editor, text)
    else:
        QTest.keyClick(editor, Key.Key_Delete)
    QTest.keyClick(editor, Key.Key_Escape if escapes else Key.Key_Return)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _do(field: TableField, step: tuple[Json, ...]) -> None:
    field.view.setFocus()
    match step:
        case ("key", first, last, (key, modifiers)):
            _choose(field, first, last)
            QTest.keyClick(field.view, key, modifiers)
        case ("type", cell, text, escapes):
            _type(field, cell, text, escapes=escapes)
        case ("paste", first, last, block):
            copy_text(block)
            _choose(field, first, last)
            field.view.steps.paste()
        case ("sort", cell, descending):
            _choose(field, cell, cell)
            field.view.steps.sort(descending=descending)
        case ("move", first, last, before):
            if _choose(field, first, last):
                field.view.steps.move_rows_to(min(before, field.model.rowCount()))


@pytest.fixture
def field(open_page: OpenPage) -> TableField:
    return table_of(open_page("budget", ROWS))


@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes minutes where each step is a real key
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=1, max_size=12))
def test_any_sequence_of_edits_is_taken_back_taken_again_and_stored(
    field: TableField, tmp_path: Path, steps: list[tuple[Json, ...]]
) -> None:
    session = field.session
    session.undo_all()
    session._steps = Steps()  # what an example before this one has left to be taken again
    start = session.data
    for step in steps:
        _do(field, step)
        rows = session.value(LINES) or []
        assert field.model.rows == rows
        assert len({row["id"] for row in rows}) == len(rows)
    session.settle()
    end = session.data
    made = 0
    while session.can_undo:
        session.undo()
        made += 1
        assert made < 200
    assert session.data == start
    for _ in range(made):  # not further: what was taken back by Ctrl+Z is no part of the end
        session.redo()
    assert session.data == end
    assert _stored(session.proposal, tmp_path / "draft.kjxm") == end
    assert field.model.rows == (session.value(LINES) or [])


def _stored(proposal: Proposal, path: Path) -> Json:
    storage.write(path, proposal, program="kjxm-desktop test")
    return storage.read(path, Shelf(paths.schemas())).proposal.data
