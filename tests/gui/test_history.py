"""Looking back with real keys: moments, named versions, differences, taking pieces back, the draft of a co-author."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop.core import storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.history import History, Kind, Moment
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.gui import difference_view, naming, timeline
from kjxm_desktop.gui.compare_window import CompareWindow
from kjxm_desktop.gui.difference_view import Card, DifferenceView
from kjxm_desktop.gui.history_window import HistoryWindow
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.moment_list import MomentList
from kjxm_desktop.gui.timeline import Choice, Day, Entry, Timeline
from kjxm_desktop.gui.version_name import VersionName, proposed, stages
from kjxm_desktop.gui.writing import copy_of
from tests.gui.conftest import NOW
from tests.gui.hands import CONTROL, Key, button_of, desk_of, press, put_in, session_of, type_in, wait_until

TITLE = "/project/title"
DEMAND = "/basis/demand"
ALT = Qt.KeyboardModifier.AltModifier
PROGRAM = "kjxm-desktop test"


def _history(window: MainWindow, qtbot: QtBot) -> HistoryWindow:
    """Open the history by its key and wait until it stands."""
    qtbot.keyClick(QApplication.focusWidget() or window, Key.Key_H, CONTROL | ALT)
    shown = window.looking_back.history
    assert shown is not None
    _rest(qtbot, shown)
    return shown


def _rest(qtbot: QtBot, shown: HistoryWindow | CompareWindow) -> None:
    wait_until(qtbot, lambda: not shown.is_busy)
    QApplication.processEvents()  # what was made is shown


def _stored(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the latest moment tells what there is."""
    session = session_of(window)
    session.settle()
    history = session.history()

    def is_kept() -> bool:
        edits = [moment for moment in history.moments() if moment.kind is Kind.EDITED]
        return bool(edits) and history.answers_at(edits[0].id) == session.data

    wait_until(qtbot, is_kept)


def _name(window: MainWindow, qtbot: QtBot, name: str) -> None:
    """Name the version there is, with the keys."""
    qtbot.keyClick(QApplication.focusWidget() or window, Key.Key_S, CONTROL | ALT)
    wait_until(qtbot, lambda: any(dialog.isVisible() for dialog in window.findChildren(VersionName)))
    dialog = next(dialog for dialog in window.findChildren(VersionName) if dialog.isVisible())
    qtbot.keyClick(dialog.line, Key.Key_A, CONTROL)
    put_in(dialog.line, name)
    qtbot.keyClick(dialog.line, Key.Key_Return)
    history = session_of(window).history()
    wait_until(qtbot, lambda: name in [moment.name for moment in history.moments()])
    wait_until(qtbot, lambda: window.isActiveWindow() or window.activateWindow())


def _select(shown: HistoryWindow, moment: Moment, qtbot: QtBot) -> None:
    shown.moments.select_moment(moment.id)
    assert [entry.last.id for entry in shown.moments.selected()] == [moment.id]
    _rest(qtbot, shown)


def _words(card: Card, kind: str) -> list[str]:
    return [run.text for run in card.words.runs if run.kind == kind]


def _cards(shown: HistoryWindow | CompareWindow) -> list[tuple[str, str]]:
    return [(card.piece.section_title, card.piece.where) for card in shown.pane.view.cards]


@pytest.fixture
def written(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """Return the window with a proposal whose title was kept under the name 初稿 and then written on."""
    window.new_proposal(window.calls[0])
    type_in(window, TITLE, "葵盘果胶")
    _stored(window, qtbot)
    _name(window, qtbot, "初稿")
    type_in(window, TITLE, "联产颗粒饲料")
    type_in(window, DEMAND, "巴彦淖尔示例饲料有限公司年产颗粒饲料12万吨。")
    _stored(window, qtbot)
    return window


# ---- moments and what has changed since


def test_the_history_shows_what_was_typed_as_added_since(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    named = next(moment for moment in session_of(written).history().moments() if moment.kind is Kind.NAMED)
    _select(shown, named, qtbot)
    assert _cards(shown) == [("项目基本信息", "项目名称"), ("立项依据", "需求与应用目标")]
    title = shown.pane.view.cards[0]
    assert _words(title, "same") == ["葵盘果胶"]
    assert _words(title, "added") == ["联产颗粒饲料"]
    assert shown.pane.title.text() == "“初稿”（2024年6月1日 09:30） → 现在"
    assert shown.pane.note.text() == "共 2 处不同"


def test_as_it_was_when_opened_stands_on_top_and_is_compared_first(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    top = shown.moments.tree.model().index(0, 0)
    assert str(top.data()).endswith("打开时的样子")
    assert [entry.pinned for entry in shown.moments.selected()] == [True]
    assert [card.piece.shown.kind for card in shown.pane.view.cards] == ["added", "added"]


def test_one_piece_is_taken_back_as_one_step_and_told_with_a_way_back(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    written_on = session.data
    press(qtbot, button_of(shown.pane.view.cards[0], "取回这一处"))
    assert session.value(TITLE) == "葵盘果胶"
    assert session.value(DEMAND) is not None
    assert shown.pane.strip.texts() == ["已取回“项目基本信息 › 项目名称”。"]
    _rest(qtbot, shown)
    assert _cards(shown) == [("立项依据", "需求与应用目标")]
    qtbot.keyClick(shown, Key.Key_Z, CONTROL)
    assert session.data == written_on
    assert shown.pane.strip.texts() == []
    _rest(qtbot, shown)
    assert len(shown.pane.view.cards) == 2


def test_what_was_taken_back_is_a_moment_of_its_own(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    press(qtbot, button_of(shown.pane.view.cards[0], "取回这一处"))
    history = session.history()
    wait_until(qtbot, lambda: Kind.RESTORED in [moment.kind for moment in history.moments()])
    assert history.answers_at(history.moments()[0].id) == session.data
    wait_until(qtbot, lambda: Kind.RESTORED in [moment.kind for moment in _shown_moments(shown.moments)])
    _rest(qtbot, shown)
    assert shown.pane.strip.texts() == ["已取回“项目基本信息 › 项目名称”。"], "the list was read again, no more"


def test_all_is_taken_back_at_once(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    written_on = session.data
    press(qtbot, shown.pane.all_button)
    assert session.data == {"project": {"title": "葵盘果胶"}}
    _rest(qtbot, shown)
    assert shown.pane.note.text() == "没有不同。"
    press(qtbot, button_of(shown.pane.strip, "撤销"))
    assert session.data == written_on


def test_a_section_with_several_differences_is_taken_back_by_one_button(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    session.edit("/basis/significance", [{"type": "paragraph", "runs": [{"text": "意义"}]}])
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    press(qtbot, button_of(shown.pane.view, "取回本节"))
    assert "basis" not in session.data
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"
    session.undo()
    assert set(session.value("/basis")) == {"demand", "significance"}


def test_what_is_typed_meanwhile_is_compared_too_and_ends_the_way_back(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    press(qtbot, button_of(shown.pane.view.cards[1], "取回这一处"))
    _rest(qtbot, shown)
    assert shown.pane.strip.texts() != []
    session.edit(TITLE, "另一个题目")
    assert shown.pane.strip.texts() == []
    _rest(qtbot, shown)
    assert "另一个题目" in "".join(_words(shown.pane.view.cards[0], "added"))


def test_the_step_itself_is_told_against_the_moment_before(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    first_edit = next(m for m in reversed(session_of(written).history().moments()) if m.kind is Kind.EDITED)
    _select(shown, first_edit, qtbot)
    shown.against_box.setCurrentIndex(1)
    _rest(qtbot, shown)
    assert [_words(card, "added") for card in shown.pane.view.cards] == [["葵盘果胶"]]
    assert shown.pane.view.cards[0].button is None, "between two moments there is nothing to take"


def test_two_moments_are_compared_when_two_are_selected(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    moments = session_of(written).history().moments()
    _select(shown, next(m for m in moments if m.name), qtbot)
    opened = next(m for m in moments if m.kind is Kind.OPENED)
    model = shown.moments.tree.model()
    assert isinstance(model, Timeline)
    shown.moments.tree.selectionModel().select(model.find_moment(opened.id), QItemSelectionModel.SelectionFlag.Select)
    _rest(qtbot, shown)
    assert not shown.against_box.isEnabled()
    assert [_words(card, "added") for card in shown.pane.view.cards] == [["葵盘果胶"]]
    assert not shown.pane.all_button.isVisible()


def test_the_list_is_filtered_by_section_and_by_name(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    moments = shown.moments
    moments.section_box.setCurrentIndex(moments.section_box.findData("budget"))
    kinds = {moment.kind for moment in _shown_moments(moments)}
    assert kinds == {Kind.OPENED, Kind.NAMED}, "those stand for all sections"
    moments.section_box.setCurrentIndex(0)
    moments.named_box.setChecked(True)
    assert [moment.name for moment in _shown_moments(moments)] == ["初稿"]
    _rest(qtbot, shown)


def _shown_moments(moments: MomentList) -> Iterator[Moment]:
    model = moments.tree.model()
    assert isinstance(model, Timeline)
    for row in range(model.rowCount()):
        node = model.node(model.index(row, 0))
        if isinstance(node, Day):
            for entry in node.entries:
                yield from entry.moments


def test_a_new_proposal_has_no_history_and_says_how_it_comes(window: MainWindow, qtbot: QtBot) -> None:
    window.new_proposal(window.calls[0])
    shown = _history(window, qtbot)
    assert shown.moments.tree.isHidden()
    assert button_of(shown, "命名此版本…").isEnabled()
    assert not shown.forget_button.isEnabled()


def test_the_windows_go_with_the_proposal_and_leave_no_thread(written: MainWindow, qtbot: QtBot) -> None:
    _history(written, qtbot)
    written.close_proposal()
    assert written.looking_back.history is None
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("reading")] == []


def test_the_history_stays_one_window_and_escape_closes_it(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    written.show_history()
    assert written.looking_back.history is shown
    qtbot.keyClick(shown, Key.Key_Escape)
    assert not any(dialog.isVisible() for dialog in written.findChildren(HistoryWindow))


# ---- named versions


def test_a_name_is_proposed_from_the_day_and_the_stage_after_the_last(window: MainWindow) -> None:
    first, second, *_, last = stages()
    assert proposed(NOW.date(), []) == ("2024年6月1日", first)
    assert proposed(NOW.date(), [f"5月 {first}"]) == ("2024年6月1日", second)
    assert proposed(NOW.date(), ["给王老师看", f"5月 {last}"]) == ("2024年6月1日", last)


def test_a_stage_is_typed_over_and_a_version_without_a_name_is_not_kept(window: MainWindow, qtbot: QtBot) -> None:
    dialog = VersionName(NOW.date(), [], window)
    dialog.open()
    assert dialog.name == f"2024年6月1日 {stages()[0]}"
    put_in(dialog.line, "交给学院")
    assert dialog.name == "2024年6月1日 交给学院"
    press(qtbot, button_of(dialog, stages()[2]))
    assert dialog.name == f"2024年6月1日 {stages()[2]}"
    dialog.line.setText("   ")
    assert not dialog.save_button.isEnabled()
    dialog.close()


def test_a_named_version_is_told_and_can_be_deleted_and_had_again(written: MainWindow, qtbot: QtBot) -> None:
    assert "现在的内容已存为版本“初稿”。" in desk_of(written).strip.texts()
    shown = _history(written, qtbot)
    history = session_of(written).history()
    named = next(m for m in history.moments() if m.name)
    before = history.answers_at(named.id)
    _select(shown, named, qtbot)
    shown.moments.tree.setFocus()
    qtbot.keyClick(shown.moments.tree, Key.Key_Delete)
    wait_until(qtbot, lambda: shown.pane.strip.texts() == ["已删除版本“初稿”。"])
    assert [m.name for m in history.moments() if m.name] == []
    press(qtbot, button_of(shown.pane.strip, "撤销"))
    wait_until(qtbot, lambda: [m.name for m in history.moments() if m.name] == ["初稿"])
    again = next(m for m in history.moments() if m.name)
    assert (again.at, history.answers_at(again.id)) == (named.at, before)
    _rest(qtbot, shown)


def test_delete_takes_no_moment_without_a_name(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    count = len(session_of(written).history().moments())
    qtbot.keyClick(shown.moments.tree, Key.Key_Delete)
    _rest(qtbot, shown)
    assert len(session_of(written).history().moments()) == count


# ---- the draft of a co-author


def _draft_of_another(window: MainWindow, path: Path, changes: dict[str, Json]) -> None:
    proposal = copy_of(session_of(window).proposal)
    for pointer, value in changes.items():
        proposal.set(pointer, value)
    storage.write(path, proposal, program=PROGRAM)


def test_pieces_of_another_draft_are_adopted_with_their_pictures(
    written: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(written)
    path = tmp_path / "王五改过的.kjxm"
    other = copy_of(session.proposal)
    other.set(TITLE, "葵盘果胶联产粗饲料")
    picture = _a_picture()
    sha256 = other.add_media(picture)
    other.set("/summary/text", [{"type": "picture", "media": sha256, "alt": "流程"}])
    storage.write(path, other, program=PROGRAM)
    monkeypatch.setattr(naming, "ask_which", lambda _parent: path)
    written.compare_other()
    shown = written.looking_back.comparison
    assert shown is not None
    _rest(qtbot, shown)
    assert _cards(shown) == [("项目基本信息", "项目名称"), ("项目摘要", "项目摘要")]
    assert shown.pane.title.text() == "现在 → 王五改过的.kjxm"
    assert shown.focusWidget() is shown.pane.view.cards[0].button
    press(qtbot, button_of(shown.pane.view.cards[1], "取用这一处"))
    assert session.value("/summary/text")[0]["media"] == sha256
    assert session.media(sha256) == picture
    assert session.value(TITLE) == "葵盘果胶联产颗粒饲料"
    session.undo()
    assert session.value("/summary/text") is None
    _rest(qtbot, shown)


def _a_picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(made, "PNG")
    return made.getvalue()


def test_a_draft_to_another_call_is_told_in_one_sentence(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, calls_beside: Path
) -> None:
    from kjxm_desktop import paths

    window.new_proposal(window.calls[0])
    path = tmp_path / "小专项.kjxm"
    storage.write(path, Proposal(Shelf(paths.schemas(), [calls_beside]).get("agri-service-2026")), program=PROGRAM)
    window.compare_with_file(path)
    shown = window.looking_back.comparison
    assert shown is not None
    _rest(qtbot, shown)
    assert shown.pane.note.text().startswith("“小专项.kjxm”依据的是另一个通知")
    assert shown.pane.note.text().count("。") == 1
    assert shown.pane.view.cards == []


def test_a_draft_that_cannot_be_read_is_told(written: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    written.compare_with_file(tmp_path / "没有.kjxm")
    shown = written.looking_back.comparison
    assert shown is not None
    _rest(qtbot, shown)
    assert "没有.kjxm" in shown.pane.note.text()


def test_a_piece_whose_row_is_gone_meanwhile_is_told_and_nothing_changes(
    written: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session = session_of(written)
    session.edit("/budget/lines", [{"id": "aaaaaaaa", "item": "提取罐"}])
    path = tmp_path / "别的.kjxm"
    _draft_of_another(written, path, {"/budget/lines/0/amount": "12.50"})
    written.compare_with_file(path)
    shown = written.looking_back.comparison
    assert shown is not None
    _rest(qtbot, shown)
    card = shown.pane.view.cards[0]
    assert card.piece.where.endswith("（提取罐） › 金额")
    session.edit("/budget/lines", None)
    before = session.data
    press(qtbot, button_of(card, "取用这一处"))
    assert session.data == before
    assert len(shown.pane.strip.texts()) == 1
    _rest(qtbot, shown)


# ---- the keys


def test_arrow_keys_walk_through_the_differences_and_space_takes_one(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    _select(shown, next(m for m in session.history().moments() if m.name), qtbot)
    shown.pane.view.focus_first()
    qtbot.keyClick(shown.focusWidget(), Key.Key_Down)
    second = shown.pane.view.cards[1]
    assert shown.focusWidget() is second.button
    assert second.button is not None
    assert "需求与应用目标" in second.button.accessibleName()
    assert "加上“巴彦淖尔" in second.button.accessibleName()
    qtbot.keyClick(shown.focusWidget(), Key.Key_Space)
    assert session.value(DEMAND) is None
    _rest(qtbot, shown)
    assert shown.focusWidget() is shown.pane.view.cards[0].button, "the keys stay where something is to be done"


def test_tab_leads_through_the_window_as_it_is_seen(written: MainWindow, qtbot: QtBot) -> None:
    shown = _history(written, qtbot)
    shown.moments.tree.setFocus()
    seen: list[str] = []
    for _ in range(12):
        qtbot.keyClick(shown.focusWidget(), Key.Key_Tab)
        now = shown.focusWidget()
        assert now is not None
        seen.append(now.accessibleName() or getattr(now, "text", lambda: "")())
        if seen[-1] == "关闭":
            break
    wanted = ["命名此版本…", "比较", "取回全部", "取回这一处", "取回这一处", "与另一份草稿比较…", "关闭"]
    assert [word.partition("：")[0] for word in seen] == wanted


# ---- many moments, long texts


def _moment(number: int, minutes_ago: float, **changes: object) -> Moment:
    made = Moment(f"1.{number}", NOW - timedelta(minutes=minutes_ago), Kind.EDITED, ("basis",), "", number)
    return replace(made, **changes)  # pyright: ignore[reportArgumentType]


def test_edits_close_together_are_one_line_and_a_pause_begins_another(call: Call) -> None:
    moments = [_moment(9, 0), _moment(8, 2), _moment(7, 11), _moment(6, 40), _moment(5, 24 * 60)]
    days = timeline.days_of(moments, call.form, NOW.tzinfo)
    assert [[len(entry.moments) for entry in day.entries] for day in days] == [[3, 1], [1]]
    assert [timeline.day_words(day.day, NOW.date()) for day in days] == ["今天　2024年6月1日", "昨天　2024年5月31日"]


def test_no_line_holds_more_than_an_hour_and_what_has_a_name_stands_alone(call: Call) -> None:
    moments = [_moment(200 - minute, minute) for minute in range(0, 121, 5)]
    moments[3] = replace(moments[3], kind=Kind.NAMED, name="初稿")
    entries = timeline.days_of(moments, call.form, NOW.tzinfo)[0].entries
    assert [len(entry.moments) for entry in entries] == [3, 1, 13, 8]
    assert all(entry.last.at - entry.first.at <= timeline.SPAN for entry in entries)


def test_a_section_is_looked_for_among_the_moments(call: Call) -> None:
    moments = [_moment(3, 0, sections=("budget",)), _moment(2, 1), _moment(1, 2, kind=Kind.OPENED, sections=())]
    days = timeline.days_of(moments, call.form, NOW.tzinfo, Choice("budget"))
    assert [moment.id for entry in days[0].entries for moment in entry.moments] == ["1.3", "1.1"]


def test_five_thousand_moments_are_a_few_hundred_lines_looked_at_when_they_are_seen(call: Call, qtbot: QtBot) -> None:
    moments = [_moment(5000 - number, number * 8.5) for number in range(5000)]
    shown = MomentList(call.form, NOW)
    qtbot.addWidget(shown)
    shown.resize(300, 500)
    shown.show()
    asked: list[int] = []
    model = shown.tree.model()
    assert isinstance(model, Timeline)
    real = model.words
    model.words = lambda node: asked.append(1) or real(node)  # type: ignore[method-assign]
    shown.show_moments(moments, None, NOW)
    qtbot.wait(50)
    assert len(list(_shown_moments(shown))) == 5000
    assert len(asked) < 400, "only what is in sight is put into words"


def test_a_moment_in_a_long_line_stays_selected_when_new_ones_come(call: Call, qtbot: QtBot) -> None:
    moments = [_moment(10 - number, number) for number in range(10)]
    shown = MomentList(call.form, NOW)
    qtbot.addWidget(shown)
    shown.show_moments(moments, None, NOW)
    shown.select_moment("1.4")
    shown.show_moments([_moment(11, -1), *moments], None, NOW)
    assert [entry.last.id for entry in shown.selected()] == ["1.4"]
    model = shown.tree.model()
    assert isinstance(model, Timeline)
    line = model.parent(shown.tree.currentIndex())
    assert isinstance(model.node(line), Entry)
    assert model.parent(model.parent(line)) == QModelIndex()


def test_thousands_of_differences_are_made_into_cards_a_few_at_a_time(call: Call, qtbot: QtBot) -> None:
    from kjxm_desktop.gui.pieces import pieces_of

    rows = [{"id": f"r{number:07}", "item": f"设备{number}"} for number in range(3000)]
    found = pieces_of(call, {}, {"budget": {"lines": rows}}, wanted_first=True)
    view = DifferenceView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.show_pieces(found, "take")
    assert len(view.cards) == difference_view.SLICE
    wait_until(qtbot, lambda: view.is_whole)
    assert len(view.cards) == difference_view.PAGE
    press(qtbot, button_of(view, f"再显示其余 {3000 - difference_view.PAGE} 处"))
    wait_until(qtbot, lambda: view.is_whole)
    assert len(view.cards) == 2 * difference_view.PAGE


def test_a_long_text_is_cut_to_what_surrounds_the_change_until_all_is_asked_for(call: Call, qtbot: QtBot) -> None:
    from kjxm_desktop.gui.pieces import pieces_of

    sentences = [f"第{number}句说明一件事。" for number in range(400)]
    before, after = "".join(sentences), "".join([*sentences[:200], "这一句是新加的😀。", *sentences[200:]])
    told = ({"summary": {"text": [{"type": "paragraph", "runs": [{"text": text}]}]}} for text in (before, after))
    piece = pieces_of(call, *reversed(list(told)), wanted_first=True)[0]
    card = Card(piece, "take")
    qtbot.addWidget(card)
    card.show()
    shown = "".join(run.text for run in card.words.runs)
    assert "这一句是新加的😀。" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 120
    low = card.words.heightForWidth(600)
    press(qtbot, button_of(card, "展开全文"))
    assert "".join(run.text for run in card.words.runs if run.kind != "removed") == after
    assert card.words.heightForWidth(600) > low
    press(qtbot, button_of(card, "收起"))
    assert card.words.heightForWidth(600) == low


def test_comparing_happens_off_the_thread_of_the_window(
    written: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    answers, moments = History.answers_at, History.moments

    def spied_answers(self: History, moment_id: str) -> Json:
        names.append(threading.current_thread().name)
        return answers(self, moment_id)

    def spied_moments(self: History) -> list[Moment]:
        names.append(threading.current_thread().name)
        return moments(self)

    monkeypatch.setattr(History, "answers_at", spied_answers)
    monkeypatch.setattr(History, "moments", spied_moments)
    shown = _history(written, qtbot)
    assert names
    assert all(name.startswith("reading") for name in names)
    shown.close()


def test_no_dialog_of_the_history_answers_enter_by_taking_everything(written: MainWindow, qtbot: QtBot) -> None:
    session = session_of(written)
    shown = _history(written, qtbot)
    before = session.data
    qtbot.keyClick(shown.moments.tree, Key.Key_Return)
    assert session.data == before
    assert isinstance(shown, QDialog)
    assert shown.isVisible()
