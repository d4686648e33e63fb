"""What the rows of a time plan are tied to: their work, what falls due for it, the period of it all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import plan
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.plan import Due
from kjxm_desktop.export import chart_items

CALL = calls.load(paths.schemas() / "kjxm-sjtu-2024")
(ITEM,) = chart_items.of_table(CALL.document, "/schedule/milestones")


def data(milestones: list[dict[str, Json]], indicators: list[dict[str, Json]] | None = None) -> Json:
    return {
        "project": {"period": {"from": "2024-09", "to": "2026-08"}},
        "content": {"work": [{"id": "w1", "title": "配方"}, {"id": "w2", "title": "样机"}]},
        "schedule": {"milestones": milestones},
        "outcomes": {"indicators": indicators or []},
    }


FIRST: dict[str, Json] = {"id": "a", "task": "甲", "from": "2024-09", "to": "2025-02", "work": "w1"}
SECOND: dict[str, Json] = {"id": "b", "task": "乙", "from": "2025-03", "to": "2025-12", "work": "w1"}


def test_a_row_is_tied_to_its_piece_of_work_by_its_name() -> None:
    told = plan.of_item(CALL, data([FIRST, {"id": "c", "task": "丙"}, {"id": "d", "work": "gone"}]), ITEM)
    assert [ties.work for ties in told.ties] == ["配方", "", ""]


def test_the_period_is_the_one_that_the_rule_holds_the_rows_to() -> None:
    told = plan.of_item(CALL, data([]), ITEM)
    assert (told.start, told.end) == ("2024-09", "2026-08")


def test_an_indicator_falls_due_in_the_row_of_its_work_that_holds_its_month() -> None:
    indicators: list[dict[str, Json]] = [
        {"id": "i", "name": "用胶量", "due": "2025-04", "work": "w1"},
        {"id": "j", "name": "产能", "due": "2025-02", "work": "w1"},
        {"id": "k", "name": "标准", "due": "2026-06", "work": "w1"},
        {"id": "l", "name": "样机", "due": "2025-04", "work": "w2"},
        {"id": "m", "name": "无月", "work": "w1"},
    ]
    told = plan.of_item(CALL, data([FIRST, SECOND], indicators), ITEM)
    assert told.ties[0].dues == (Due("产能", "2025-02", "/outcomes/indicators/1"),)
    assert [due.name for due in told.ties[1].dues] == ["用胶量", "标准"]


@pytest.mark.parametrize("month", ["明年", "2025-13", "2025", 202504, None, "2025-4"])
def test_what_is_no_month_falls_due_nowhere(month: Json) -> None:
    told = plan.of_item(CALL, data([FIRST], [{"id": "i", "name": "甲", "due": month, "work": "w1"}]), ITEM)
    assert told.ties[0].dues == ()


def test_it_tells_what_it_reads_beside_the_rows() -> None:
    told = plan.watched(CALL, ITEM)
    assert set(told) == {"/project/period/from", "/project/period/to", "/outcomes/indicators"}


def test_a_plan_without_ties_and_period_has_bars_alone() -> None:
    other = calls.load(Path(__file__).parents[1] / "calls" / "agri-service-2026")
    item = {"item": "gantt", "rows": "/field/lessons", "label": "/field/lessons/*/topic"}
    told = plan.of_item(other, {"field": {"lessons": [{"id": "a"}]}}, {**item, "from": "/field/x", "to": "/field/y"})
    assert told == plan.Plan((plan.Ties(),))
