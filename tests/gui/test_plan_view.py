"""The time plan in the window: each bar leads to its row, the row in hand is marked, what lies outside is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.plan import Due, Plan, Ties
from kjxm_desktop.export import charts_gantt
from kjxm_desktop.export.blocks import Rect
from kjxm_desktop.export.charts_gantt import Span
from kjxm_desktop.gui import theme
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.plan_view import PlanView
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.table_charts import TableCharts
from tests.gui.hands import wait_until

MILESTONES = "/schedule/milestones"
SPANS = [
    Span(1, "配方", (2024, 9), (2025, 2)),
    Span(3, "样机", (2025, 1), (2025, 12)),
    Span(2, "没有日期", None, None, "待填"),
]
PLAN = Plan(
    (Ties("低胶配方", (Due("用胶量", "2024-12", "/outcomes/indicators/0"),)), Ties(), Ties("样机")),
    "2024-10",
    "2025-10",
)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[PlanView]:
    (drawing,) = charts_gantt.gantt(SPANS, 160.0, 200.0, "{year}年")
    desk = QWidget()
    qtbot.addWidget(desk)
    first = QLineEdit(desk)  # has the keys until the plan is given them
    shown = PlanView(drawing, desk)
    shown.show_plan(PLAN)
    shown.setGeometry(0, 40, 761, shown.heightForWidth(761))
    desk.resize(761, 40 + shown.height())
    desk.show()
    desk.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    yield shown
    desk.close()


def middle(view: PlanView, row: int) -> QPoint:
    spot = next(spot for spot in view.spots if spot.row == row)
    return QPoint(view.width() // 2, round(spot.middle * view.px_per_mm))


def told(view: PlanView, row: int) -> str:
    return view.words(next(spot for spot in view.spots if spot.row == row))


def test_every_row_has_its_place_whether_or_not_it_has_a_bar(view: PlanView) -> None:
    assert [spot.row for spot in view.spots] == [0, 2, 1]
    assert [spot.has_bar for spot in view.spots] == [True, True, False]


def test_the_place_of_a_bar_is_where_it_is_drawn(view: PlanView) -> None:
    first = view.spots[0]
    bars = [shape for shape in view.drawing.shapes if isinstance(shape, Rect) and shape.fill == charts_gantt.DARK]
    assert bars[0].x == pytest.approx(first.left)
    assert bars[0].x + bars[0].width == pytest.approx(first.x(first.last + 1))
    assert bars[0].y + bars[0].height / 2 == pytest.approx(first.middle)


def test_a_click_on_a_bar_names_its_row(view: PlanView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.row_chosen) as chosen:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 2))
    assert chosen.args == [2]


def test_keys_step_from_bar_to_bar_and_enter_names_the_row(view: PlanView, qtbot: QtBot) -> None:
    view.setFocus()
    assert view.in_hand is not None
    assert view.in_hand.row == 0
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.in_hand.row == 2
    assert view.accessibleDescription() == told(view, 2)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.in_hand.row == 1
    qtbot.keyClick(view, Qt.Key.Key_Home)
    with qtbot.waitSignal(view.row_chosen) as chosen:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert chosen.args == [0]


def test_the_keys_begin_at_the_row_whose_cell_had_them(view: PlanView, qtbot: QtBot) -> None:
    view.show_current(2)
    view.setFocus()
    assert view.in_hand is not None
    assert view.in_hand.row == 2


def test_what_a_row_is_tied_to_and_what_lies_outside_is_told(view: PlanView) -> None:
    assert told(view, 0) == (
        "第 1 行　对应：低胶配方　考核：用胶量（2024年12月）　有 1 个月在执行期（2024年10月至2025年10月）之外"
    )
    assert "有 2 个月在执行期" in told(view, 2)
    assert told(view, 1) == "第 2 行"


def test_nothing_lies_outside_a_period_that_is_not_told(view: PlanView) -> None:
    view.show_plan(Plan(PLAN.ties))
    assert "执行期" not in told(view, 2)


def picture(view: PlanView) -> QImage:
    return view.grab().toImage()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_row_in_hand_what_lies_outside_and_the_keys_are_drawn(
    view: PlanView, mode: theme.Mode, qapp: QApplication
) -> None:
    theme.apply(qapp, mode)
    view.show_plan(Plan(PLAN.ties[1:2] * 3))
    pictures = [picture(view)]
    view.show_plan(PLAN)
    pictures.append(picture(view))
    view.show_current(2)
    pictures.append(picture(view))
    view.setFocus()
    pictures.append(picture(view))
    assert all(one != other for at, one in enumerate(pictures) for other in pictures[at + 1 :])


# ---- on its page


def data(count: int = 3) -> Json:
    rows = [
        {
            "id": f"m{at}",
            "task": f"任务{at}",
            "from": f"2024-{at + 7:02}",
            "to": "2025-02",
            "check": "报告",
            "work": "w",
        }
        for at in range(count)
    ]
    return {
        "project": {"period": {"from": "2024-09", "to": "2025-12"}},
        "content": {"work": [{"id": "w", "title": "低胶配方"}]},
        "outcomes": {"indicators": [{"id": "i", "name": "用胶量", "due": "2024-12", "work": "w"}]},
        "schedule": {"milestones": rows},
    }


@pytest.fixture
def page(open_session: Callable[..., Session], qtbot: QtBot) -> SectionPage:
    session = open_session(data())
    shown = SectionPage(session, next(each for each in session.form.sections if each.id == "schedule"))
    qtbot.addWidget(shown)
    shown.resize(820, 900)
    shown.show()
    shown.activateWindow()
    qtbot.waitUntil(shown.isActiveWindow)
    return shown


def plan_of(page: SectionPage, qtbot: QtBot) -> PlanView:
    (charts,) = page.findChildren(TableCharts)
    wait_until(qtbot, lambda: bool(charts.folds[0].views))
    (found,) = charts.folds[0].views
    assert isinstance(found, PlanView)
    wait_until(qtbot, found.isVisible)
    return found


def table(page: SectionPage) -> TableField:
    (found,) = page.findChildren(TableField)
    return found


def test_a_bar_leads_to_its_row_with_the_keys_in_it(page: SectionPage, qtbot: QtBot) -> None:
    view = plan_of(page, qtbot)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 1))
    grid = table(page).view
    assert QApplication.focusWidget() is grid
    assert (grid.currentIndex().row(), grid.currentIndex().column()) == (1, 0)


def test_the_bar_of_the_row_with_the_keys_is_marked_and_told_of(page: SectionPage, qtbot: QtBot) -> None:
    view = plan_of(page, qtbot)
    table(page).go_to(f"{MILESTONES}/0/task")
    before = picture(view)
    qtbot.keyClick(table(page).view, Qt.Key.Key_Down)
    assert view.in_hand is not None
    assert view.in_hand.row == 1
    assert picture(view) != before
    (charts,) = page.findChildren(TableCharts)
    words = charts.folds[0].told
    assert words.isVisible()
    assert words.text().startswith("第 2 行　对应：低胶配方")


def test_the_plan_follows_what_its_rows_are_tied_to(page: SectionPage, qtbot: QtBot) -> None:
    view = plan_of(page, qtbot)
    session = page._session
    session.edit("/project/period/to", "2025-01", apart=True)
    wait_until(qtbot, lambda: "有 1 个月在执行期" in told(view, 2))
    session.edit("/outcomes/indicators/0/name", "胶黏剂用量", apart=True)
    wait_until(qtbot, lambda: "胶黏剂用量" in told(view, 0))
    session.edit(f"{MILESTONES}/1/from", "2024-11", apart=True)
    wait_until(qtbot, lambda: any(spot.row == 1 and spot.first == 2024 * 12 + 10 for spot in view.spots))


def test_a_folded_plan_tells_of_no_row(page: SectionPage, qtbot: QtBot) -> None:
    plan_of(page, qtbot)
    (charts,) = page.findChildren(TableCharts)
    table(page).go_to(f"{MILESTONES}/0/task")
    qtbot.mouseClick(charts.folds[0].head, Qt.MouseButton.LeftButton)
    assert charts.folds[0].told.isHidden()
