"""A chart in the window is the one on paper, follows when typing pauses, and rests while nobody sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QByteArray, QPoint
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.export import charts, compose_charts, drawing_svg
from kjxm_desktop.export.blocks import Drawing
from kjxm_desktop.gui import table_charts, theme
from kjxm_desktop.gui.drawing_view import DrawingView, colour_of
from kjxm_desktop.gui.form.section_page import SectionPage
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.table_charts import TableCharts
from tests.export import drawn
from tests.export.drawn import picture_faults
from tests.gui.conftest import NOW

LINES = "/budget/lines"
MILESTONES = "/schedule/milestones"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for pauses: how long they are is no matter of these tests."""
    monkeypatch.setattr(table_charts, "QUIET_MS", 30)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the kinds of the charts that were made, as they are made."""
    kinds: list[str] = []
    real = compose_charts.of_item

    def of_item(call: Call, data: Json, item: Json, now: datetime) -> list[Drawing]:
        kinds.append(item["item"])
        return real(call, data, item, now)

    monkeypatch.setattr(compose_charts, "of_item", of_item)
    return kinds


def line(number: int, amount: str, **more: str) -> dict[str, object]:
    return {"id": f"l{number}", "item": "罐", "amount": amount, "category": "equipment", "year": 2024, **more}


def milestones(count: int) -> list[dict[str, str]]:
    return [{"id": f"m{at}", "task": f"任务{at}", "from": "2024-07", "to": "2025-06"} for at in range(count)]


OpenPage = Callable[..., SectionPage]


@pytest.fixture
def open_page(open_session: Callable[..., Session], qtbot: QtBot) -> Iterator[OpenPage]:
    """Return how to show the page of one section."""
    shown: list[SectionPage] = []

    def open_one(section: str, data: object = None, session: Session | None = None) -> SectionPage:
        session = session or open_session(data)
        page = SectionPage(session, next(each for each in session.form.sections if each.id == section))
        qtbot.addWidget(page)
        page.resize(820, 700)
        page.show()
        page.rows()
        shown.append(page)
        return page

    yield open_one
    for page in shown:
        page.close()


def charts_of(page: SectionPage) -> TableCharts:
    (found,) = page.findChildren(TableCharts)
    return found


def budget(*lines: dict[str, object]) -> dict[str, object]:
    return {"budget": {"lines": list(lines)}}


# --- one drawing ----------------------------------------------------------------------------------------------------


def grey(picture: QImage) -> Image.Image:
    picture = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    told = bytes(picture.constBits())
    return Image.frombytes("L", (picture.width(), picture.height()), told, "raw", "L", picture.bytesPerLine())


def view_of(drawing: Drawing, qtbot: QtBot, width: int = 761) -> DrawingView:
    view = DrawingView(drawing)
    qtbot.addWidget(view)
    view.resize(width, view.heightForWidth(width))
    return view


@pytest.mark.parametrize("drawing", drawn.specimens(), ids=range(len(drawn.specimens())))
def test_the_window_shows_every_label_and_bar_where_the_paper_does(drawing: Drawing, qtbot: QtBot) -> None:
    picture = grey(view_of(drawing, qtbot).grab().toImage())
    wide = round(drawing.width_mm * (theme.PAGE_WIDTH - 1) / drawing.width_mm)
    assert list(picture_faults(picture.crop((0, 0, wide, picture.height)), drawing)) == []


@pytest.mark.parametrize("drawing", [*drawn.plan(5), *drawn.money(8), *drawn.money(3, 14)], ids=range(3))
def test_the_svg_for_word_shows_every_label_and_bar_where_the_paper_does(drawing: Drawing) -> None:
    QFontDatabase.addApplicationFont(str(paths.fonts() / "NotoSansSC-Regular.ttf"))
    for family in ("黑体", "黑体, sans-serif"):
        QFont.insertSubstitution(family, "Noto Sans SC")  # the machine that tests has no face of that name
    renderer = QSvgRenderer(QByteArray(drawing_svg.svg(drawing)))
    assert renderer.isValid()
    picture = QImage(round(drawing.width_mm * 8), round(drawing.height_mm * 8), QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    assert list(picture_faults(grey(picture), drawing)) == []


def test_a_drawing_keeps_its_proportions_and_is_no_wider_than_the_page(qtbot: QtBot) -> None:
    (drawing,) = drawn.money()
    view = view_of(drawing, qtbot, 400)
    assert view.height() == pytest.approx(400 * drawing.height_mm / drawing.width_mm, abs=2)
    assert view.heightForWidth(2000) == view.heightForWidth(theme.PAGE_WIDTH)
    assert list(picture_faults(grey(view.grab().toImage()).crop((0, 0, 399, view.height())), drawing)) == []


def test_a_finer_screen_shows_it_finer(qtbot: QtBot) -> None:
    (drawing,) = drawn.money()
    view = view_of(drawing, qtbot)
    picture = QImage(view.size() * 2, QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(2)
    picture.fill(QColor("white"))
    view.render(picture)
    assert list(picture_faults(grey(picture).crop((0, 0, 1520, picture.height())), drawing)) == []
    coarse = view.grab().toImage().scaled(picture.size())
    assert coarse.convertToFormat(picture.format()) != picture


def test_assistive_technology_reads_what_the_drawing_says(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page("budget", budget(line(0, "12.5")))
    qtbot.waitUntil(lambda: bool(charts_of(page).folds[0].views))
    view = charts_of(page).folds[0].views[0]
    assert "合计12.50万元" in view.accessibleName()
    assert view.accessibleName() == view.drawing.alt


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_written_can_be_read_on_its_ground(mode: theme.Mode, qapp: QApplication) -> None:
    theme.apply(qapp, mode)
    for ink, ground in ((charts.INK, charts.PAPER), (charts.QUIET, charts.PAPER), (charts.INK, charts.LIGHT),
                        (charts.QUIET, charts.LIGHT), (charts.PAPER, charts.DARK)):  # fmt: skip
        assert theme.contrast(colour_of(ink).name(), colour_of(ground).name()) >= 4.5, (mode, ink, ground)
    for series in (charts.DARK, charts.MIDDLE):
        assert theme.contrast(colour_of(series).name(), colour_of(charts.PAPER).name()) >= 1.9


def test_another_mode_paints_in_other_colours(qtbot: QtBot, qapp: QApplication) -> None:
    (drawing,) = drawn.money()
    view = view_of(drawing, qtbot)
    bar = drawn.bars_of(drawing)[-1]
    inside = QPoint(round((bar.x + 2) * view.px_per_mm), round((bar.y + 2) * view.px_per_mm))
    seen: list[str] = []
    for mode in ("light", "dark"):
        theme.apply(qapp, mode)
        seen.append(view.grab().toImage().pixelColor(inside).name())
        assert seen[-1] == theme.colour("accent").name()
    assert seen[0] != seen[1]


def test_the_same_drawing_is_not_painted_again(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    view = view_of(drawn.money()[0], qtbot)
    paints: list[int] = []
    real = DrawingView.paintEvent
    monkeypatch.setattr(DrawingView, "paintEvent", lambda self, event: (paints.append(1), real(self, event))[1])
    view.show()
    qtbot.waitExposed(view)
    qtbot.wait(50)
    before = len(paints)
    view.show_drawing(drawn.money()[0])
    qtbot.wait(50)
    assert len(paints) == before
    view.show_drawing(drawn.money(2)[0])
    qtbot.waitUntil(lambda: len(paints) > before)


# --- below its table ------------------------------------------------------------------------------------------------


def test_charts_stand_below_the_table_they_draw_and_nowhere_else(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget", budget(line(0, "12.5", source="own"), line(1, "7.5", category="service")))
    found = charts_of(page)
    qtbot.waitUntil(lambda: all(fold.views for fold in found.folds))
    assert [fold.views[0].drawing.caption for fold in found.folds] == ["各科目支出及所占比例", "各年度支出及其来源"]
    row = next(row for row in page.rows() if row.isAncestorOf(found))
    assert row.pointer == LINES
    assert found.mapTo(row, QPoint(0, 0)).y() >= row.field.geometry().bottom()
    for section in ("people", "project"):
        assert not open_page(section).findChildren(TableCharts)


def test_an_empty_table_has_no_chart_and_takes_no_room_for_one(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("budget")
    qtbot.wait(60)
    assert all(not fold.isVisible() for fold in charts_of(page).folds)
    page._session.edit(LINES, [line(0, "12.5")])
    qtbot.waitUntil(charts_of(page).folds[0].isVisible)
    page._session.edit(LINES, [])
    qtbot.waitUntil(lambda: not charts_of(page).folds[0].isVisible())


def test_charts_follow_once_when_typing_pauses(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    page = open_page("budget", budget(line(0, "1")))
    found = charts_of(page)
    qtbot.waitUntil(lambda: made == ["bars", "stacked_bars"])
    for amount in ("12", "123", "1234"):
        page._session.edit(f"{LINES}/0/amount", amount)
        assert made == ["bars", "stacked_bars"]
    qtbot.waitUntil(lambda: len(made) == 4)
    qtbot.wait(80)
    assert made == ["bars", "stacked_bars"] * 2
    assert "1234.00" in drawn.labels(found.folds[0].views[0].drawing)


def test_an_edit_elsewhere_draws_nothing(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    page = open_page("budget", budget(line(0, "1")))
    qtbot.waitUntil(lambda: len(made) == 2)
    page._session.edit("/project/title", "甲")
    qtbot.wait(80)
    assert len(made) == 2


def test_what_rows_link_to_is_watched_too(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    rows = [{**milestones(1)[0], "work": "w2"}]
    page = open_page("schedule", {"schedule": {"milestones": rows}, "content": {"work": [{"id": "w2", "title": "乙"}]}})
    qtbot.waitUntil(lambda: len(made) == 1)
    page._session.edit("/content/work", [{"id": "w1", "title": "甲"}, {"id": "w2", "title": "乙"}])
    qtbot.waitUntil(lambda: "任务2" in drawn.labels(charts_of(page).folds[0].views[0].drawing))


def test_nothing_is_drawn_while_the_page_is_hidden(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    page = open_page("budget", budget(line(0, "1")))
    qtbot.waitUntil(lambda: len(made) == 2)
    page.hide()
    page._session.edit(f"{LINES}/0/amount", "12")
    qtbot.wait(80)
    assert len(made) == 2
    page.show()
    qtbot.waitUntil(lambda: len(made) == 4)


def test_nothing_is_drawn_while_an_input_method_composes(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    page = open_page("budget", budget(line(0, "1")))
    qtbot.waitUntil(lambda: len(made) == 2)
    page._session.edit(f"{LINES}/0/amount", "12")
    page._session.composing(True)
    qtbot.wait(100)
    assert len(made) == 2
    page._session.composing(False)
    qtbot.waitUntil(lambda: len(made) == 4)


def test_a_tall_chart_is_folded_away_until_it_is_asked_for(open_page: OpenPage, qtbot: QtBot, made: list[str]) -> None:
    page = open_page("schedule", {"schedule": {"milestones": milestones(18)}})
    (fold,) = charts_of(page).folds
    qtbot.waitUntil(lambda: bool(fold.views))
    assert fold.is_folded
    assert not fold.views[0].isVisible()
    page._session.edit(f"{MILESTONES}/0/task", "甲")
    qtbot.wait(80)
    assert len(made) == 1
    fold.head.click()
    assert fold.views[0].isVisible()
    assert "甲" in drawn.labels(fold.views[0].drawing)
    page._session.edit(f"{MILESTONES}/0/task", "乙")
    qtbot.waitUntil(lambda: "乙" in drawn.labels(fold.views[0].drawing))
    assert not fold.is_folded
    fold.head.click()
    assert not fold.views[0].isVisible()


def test_the_line_above_a_chart_names_it_and_tells_whether_it_is_open(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("schedule", {"schedule": {"milestones": milestones(2)}})
    (fold,) = charts_of(page).folds
    qtbot.waitUntil(lambda: bool(fold.views))
    assert fold.head.text() == "图：实施进度"
    assert fold.head.accessibleDescription() == "已展开"
    fold.head.click()
    assert fold.head.accessibleDescription() == "已折叠"


def test_a_plan_of_several_pages_shows_all_its_drawings(open_page: OpenPage, qtbot: QtBot) -> None:
    page = open_page("schedule", {"schedule": {"milestones": milestones(60)}})
    (fold,) = charts_of(page).folds
    qtbot.waitUntil(lambda: len(fold.views) > 2)
    page._session.edit(MILESTONES, milestones(2))
    fold.head.click()
    qtbot.waitUntil(lambda: len(fold.views) == 1)


def test_a_field_below_a_chart_that_grows_stays_where_it_is(
    open_page: OpenPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_charts, "QUIET_MS", 300)
    page = open_page("budget", budget(line(0, "1"), *(line(at, "2") for at in (1, 2, 3))))
    page.activateWindow()
    found = charts_of(page)
    qtbot.waitUntil(lambda: found.folds[0].isVisible() and page.isActiveWindow())
    notes = next(row for row in page.rows() if row.pointer == "/budget/notes")
    notes.take_focus()
    qtbot.wait(60)
    places = [notes.mapTo(page.viewport(), QPoint(0, 0)).y()]
    height = found.height()
    for at, category in enumerate(("service", "labour", "indirect"), 1):
        page._session.edit(f"{LINES}/{at}/category", category)
    qtbot.waitUntil(lambda: found.height() > height)
    qtbot.wait(60)
    places.append(notes.mapTo(page.viewport(), QPoint(0, 0)).y())
    assert places[0] == places[1]


def test_the_charts_of_another_call_are_found_by_its_document(
    open_page: OpenPage, calls_beside: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    call = calls.load(calls_beside / "agri-service-2026")
    session = Session(Proposal(call), working_folder=tmp_path / "w", program="test", now=lambda: NOW)
    page = open_page("cost", session=session)
    session.edit("/cost/spendings", [{"id": "a", "sum": "3", "use": "甲", "payer": "乙"}])
    qtbot.waitUntil(lambda: any(fold.views for fold in charts_of(page).folds))
    page.close()
    session.close()
