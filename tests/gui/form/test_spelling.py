"""How one answer is read from what people type and written for them."""

from __future__ import annotations

import pytest

from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control
from kjxm_desktop.gui.form import spelling


def _control(call: Call, pointer: str) -> Control:
    found = call.form.control(pointer)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pointer", "typed", "value"),
    [
        ("/budget/income/special", "12万元", "12"),
        ("/budget/income/special", "１２.５", "12.5"),
        ("/budget/lines/0/price", "0.000001", "0.000001"),
        ("/budget/lines/0/quantity", "3", "3"),
        ("/budget/lines/0/year", "２０２５", 2025),
        ("/budget/lines/0/year", "明年", None),
        ("/project/period/from", "2024年9月", "2024-09"),
        ("/commitment/date", "2024.6.20", "2024-06-20"),
        ("/commitment/truth", "是", True),
        ("/commitment/truth", "×", False),
        ("/project/keywords", "葵盘，果胶 ,葵盘", ["葵盘", "果胶"]),
    ],
)
def test_untidy_input_is_read(call: Call, pointer: str, typed: str, value: object) -> None:
    assert spelling.read(_control(call, pointer), typed).value == value


@pytest.mark.parametrize(
    ("pointer", "typed", "value"),
    [
        ("/budget/income/special", "1\n2", "1；2"),
        ("/budget/lines/0/quantity", "12\r\n\r\n34", "12；34"),
        ("/budget/lines/0/year", "20\n25", None),
        ("/project/period/from", "2024-0\u20281", "2024-0；1"),
        ("/commitment/date", "2024-06-2\n1", "2024-06-2；1"),
    ],
)
def test_figures_on_several_lines_are_not_run_together(call: Call, pointer: str, typed: str, value: object) -> None:
    control = _control(call, pointer)
    answer = spelling.read(control, typed)
    assert (answer.value, answer.readable) == (value, False)
    if isinstance(value, str):
        assert not spelling.read(control, value).readable
        assert not spelling.read_in_unit(control, typed, (), "元").readable
    assert spelling.read(_control(call, "/budget/lines/0/quantity"), "\n12 \n").value == "12"


def test_a_row_that_is_gone_is_written_as_deleted_never_by_its_id(call: Call) -> None:
    control = _control(call, "/schedule/milestones/0/work")
    assert spelling.write(control, ["w1"] if control.kind == "choices" else "w1", []) == "（已删除）"


def test_a_choice_is_read_from_its_label_its_id_or_a_part_that_is_only_its_own(call: Call) -> None:
    control = _control(call, "/budget/lines/0/category")
    for typed in ("设备费", "equipment", "设备"):
        assert spelling.read(control, typed, control.options).value == "equipment"
    assert not spelling.read(control, "费", control.options).readable
