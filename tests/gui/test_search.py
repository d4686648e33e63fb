"""Ctrl+F finds it and leads there; Ctrl+H puts other words in its place, one step to undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from kjxm_desktop import strings
from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import from_outside
from kjxm_desktop.core.search import Hit, Index
from kjxm_desktop.gui import search_panel
from kjxm_desktop.gui.form.cards_field import CardsField
from kjxm_desktop.gui.form.table_field import TableField
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.opening import Opened
from kjxm_desktop.gui.search_list import Line, snippet
from kjxm_desktop.gui.search_panel import SearchPanel
from kjxm_desktop.gui.session import Session
from kjxm_desktop.settings import Settings
from tests.gui.conftest import NOW, commit, compose
from tests.gui.hands import (
    CONTROL,
    Key,
    desk_of,
    focused,
    keys_of,
    pointer_in_hand,
    press,
    put_in,
    row_at,
    wait_until,
)

SHIFT = Qt.KeyboardModifier.ShiftModifier
DEMAND = "/basis/demand"
DATA: Json = {
    "project": {"title": "葵盘果胶中试", "keywords": ["葵盘"]},
    "basis": {
        "demand": [
            {"type": "paragraph", "runs": [{"text": "没有这个词。"}]},
            {"type": "paragraph", "runs": [{"text": "𠮷先收"}, {"cite": "k3j2"}, {"text": "葵盘", "bold": True}]},
            {"type": "list", "ordered": True, "items": [[{"text": "再收葵盘。"}], [{"text": "再收葵盘。"}]]},
        ],
        "enterprises": [{"name": "示例甲公司", "need": "烘箱"}, {"name": "示例乙公司", "need": "烘干葵盘的设备"}],
    },
    "content": {"work": [{"title": f"内容{at}", "text": f"第{at}项"} for at in range(4)] + [{"text": "压碎葵盘"}]},
}


@pytest.fixture(scope="module")
def opened(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """Show the window with a draft that has some answers; one for all tests that only look."""
    strings.use("zh")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KJXM_DATA", str(tmp_path_factory.mktemp("program")))
        window = MainWindow(Settings(), now=lambda: NOW)
        window.resize(1366, 768)
        window.show()
        window.activateWindow()
        while not window.isActiveWindow():
            qapp.processEvents()
        assert window.open_here(Opened(from_outside(window.calls[0], DATA, None)))
        yield window
        window.close()
        window.deleteLater()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def draft(opened: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    """Return the window with the keys in the first field and no search open."""
    opened.activateWindow()
    wait_until(qtbot, opened.isActiveWindow)
    keys_of(opened, "/project/title")
    yield opened
    panel = opened.searching.panel
    assert panel is not None
    panel.line.clear()
    panel._show_kind(None)
    panel.search_now()
    panel.closed.emit()


@pytest.fixture
def own_draft(window: MainWindow) -> MainWindow:
    """Return a window of this test's own, with a draft that has some answers."""
    assert window.open_here(Opened(from_outside(window.calls[0], DATA, None)))
    return window


def _open(window: MainWindow, wanted: str = "", keys: Key = Key.Key_F) -> SearchPanel:
    """Press Ctrl+F (or Ctrl+H), write what is looked for, and wait until it was."""
    QTest.keyClick(focused(), keys, CONTROL)
    panel = window.searching.panel
    assert panel is not None
    assert panel.isVisible()
    if wanted:
        panel.line.setFocus()
        panel.line.selectAll()
        put_in(panel.line, wanted)
        _wait(panel)
    return panel


def _wait(panel: SearchPanel) -> None:
    """Wait until the pause after a key is over."""
    while panel._soon.isActive():
        QTest.qWait(10)


def _answers(panel: SearchPanel) -> list[str]:
    return [hit.pointer for hit in panel.hits if hit.kind == "answer"]


def _only(panel: SearchPanel, qtbot: QtBot, kind: search_panel.Kind) -> None:
    press(qtbot, panel.buttons[kind])


def _lines(panel: SearchPanel) -> list[Line]:
    return panel.list.hits.lines


@pytest.fixture
def open_panel(open_session: Callable[..., Session], qtbot: QtBot) -> Callable[..., SearchPanel]:
    """Return how to show the search by itself, on a draft with some answers."""

    def open_one(wanted: str = "", data: Json = None, *, replaces: bool = False) -> SearchPanel:
        panel = SearchPanel(open_session(DATA if data is None else data))
        qtbot.addWidget(panel)
        panel.resize(800, 300)
        panel.show()
        panel.activateWindow()
        qtbot.waitUntil(panel.isActiveWindow)
        panel.open_for(wanted, replaces=replaces)
        return panel

    return open_one


OpenPanel = Callable[..., SearchPanel]

# ---- finding


def test_ctrl_f_puts_the_keys_into_the_search_and_escape_puts_them_back(draft: MainWindow) -> None:
    line = keys_of(draft, "/project/title")
    assert isinstance(line, QLineEdit)
    line.setCursorPosition(3)
    panel = _open(draft, "葵盘")
    assert focused() is panel.line
    QTest.keyClick(panel.line, Key.Key_Escape)
    assert not panel.isVisible()
    assert focused() is line
    assert line.cursorPosition() == 3


def test_hits_are_listed_under_their_sections_while_one_types(open_panel: OpenPanel) -> None:
    panel = open_panel()
    assert panel.hits == []
    put_in(panel.line, "葵")
    _wait(panel)
    assert _answers(panel) == [
        "/project/title",
        "/project/keywords",
        *3 * [DEMAND],
        "/basis/enterprises/1/need",
        "/content/work/4/text",
    ]
    heads = [(line.title, line.count) for line in _lines(panel) if line.hit is None]
    assert heads[0] == ("项目基本信息", sum(1 for hit in panel.hits if hit.section_id == "project"))
    assert panel.count.text() == f"{len(panel.hits)} 处，在 {len(heads)} 节里"
    put_in(panel.line, "花园")
    _wait(panel)
    assert panel.hits == []
    assert panel.count.text() == "没有找到"


def test_a_line_of_the_list_tells_kind_place_and_the_words_around(open_panel: OpenPanel) -> None:
    panel = open_panel("葵盘")
    told = [
        str(panel.list.hits.index(at, 0).data(Qt.ItemDataRole.AccessibleTextRole))
        for at, line in enumerate(_lines(panel))
        if line.hit is not None and line.hit.pointer == "/basis/enterprises/1/need"
    ]
    assert told == ["回答，技术需求企业与意向合作企业 › 第2行 › 技术需求：烘干葵盘的设备"]


def test_the_words_around_are_cut_on_both_sides() -> None:
    text = "前" * 50 + "\n" + "甲" * 40 + "词" + "乙" * 200
    hit = Hit("answer", "project", "/project/title", (), text, 91, 92)
    around = snippet(hit)
    assert around.before == "…" + "甲" * 24
    assert around.found == "词"
    assert around.after == "乙" * 80


def test_text_being_composed_is_not_searched_until_it_is_in(open_panel: OpenPanel) -> None:
    panel = open_panel("葵盘")
    before = list(panel.hits)
    compose(panel.line, "guo'jiao")  # Qt takes away what was selected as soon as something is composed
    panel._soon.timeout.emit()
    assert list(panel.hits) == before
    commit(panel.line, "果胶")
    _wait(panel)
    assert "/project/title" in _answers(panel)
    assert DEMAND not in _answers(panel)


def test_what_is_selected_is_looked_for(draft: MainWindow) -> None:
    line = keys_of(draft, "/project/title")
    assert isinstance(line, QLineEdit)
    line.setSelection(2, 2)
    panel = _open(draft)
    assert panel.line.text() == "果胶"
    assert panel.line.selectedText() == "果胶"
    assert "/project/title" in _answers(panel)


def test_the_list_can_be_narrowed_to_one_kind(open_panel: OpenPanel, qtbot: QtBot) -> None:
    panel = open_panel("盟市")
    kinds = {hit.kind for hit in panel.hits}
    assert kinds == {"question", "guidance", "notice"}
    assert not panel.buttons["answer"].isEnabled()
    _only(panel, qtbot, "notice")
    assert {hit.kind for hit in panel.hits} == {"notice"}
    assert panel.buttons["notice"].text() == f"通知原文 {len(panel.hits)}"


def test_an_edit_searches_nothing_before_a_pause(open_panel: OpenPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = open_panel("葵盘")
    asked: list[str] = []
    whole = Index.search
    monkeypatch.setattr(Index, "search", lambda *told: (asked.append("search"), whole(*told))[1])
    for text in ("收", "收葵", "收葵盘"):
        panel._session.edit("/people/leader/name", text)
    assert asked == []
    _wait(panel)
    assert asked == ["search"]
    assert "/people/leader/name" in _answers(panel)


def test_a_search_that_is_closed_does_nothing(open_panel: OpenPanel) -> None:
    panel = open_panel("葵盘")
    panel.hide()
    panel._session.edit("/people/leader/name", "葵盘")
    assert not panel._soon.isActive()
    panel.step(1)
    assert "/people/leader/name" in _answers(panel)


# ---- going there


def test_enter_leads_from_hit_to_hit_and_the_keys_stay(draft: MainWindow, qtbot: QtBot) -> None:
    panel = _open(draft, "葵盘")
    _only(panel, qtbot, "answer")
    panel.line.setFocus()
    shown: list[Hit | None] = []
    for _ in range(len(panel.hits) + 1):
        QTest.keyClick(panel.line, Key.Key_Return)
        assert focused() is panel.line
        shown.append(panel.current)
    assert shown[:-1] == list(panel.hits)
    assert shown[-1] == panel.hits[0]
    QTest.keyClick(panel.line, Key.Key_Return, SHIFT)
    assert panel.current == panel.hits[-1]
    assert panel.count.text() == f"第 {len(panel.hits)} 处，共 {len(panel.hits)} 处"


def test_the_first_step_goes_on_from_where_one_writes(draft: MainWindow) -> None:
    keys_of(draft, "/basis/enterprises")
    panel = _open(draft, "葵盘")
    QTest.keyClick(panel.line, Key.Key_Return)
    assert panel.current is not None
    assert panel.current.pointer == "/basis/enterprises/1/need"


def test_a_hit_in_a_line_is_selected_there(draft: MainWindow) -> None:
    keys_of(draft, DEMAND)
    panel = _open(draft, "中试")
    panel._go(0, keys=False)
    line = row_at(draft, "/project/title").field.input_widget()
    assert isinstance(line, QLineEdit)
    assert (line.selectionStart(), line.selectedText()) == (4, "中试")
    QTest.keyClick(panel.line, Key.Key_Escape)
    assert focused() is line
    assert line.selectedText() == "中试"


def _selected_in_demand(window: MainWindow) -> tuple[str, str]:
    """Return what is selected in the prose, and the line it stands in."""
    editor = row_at(window, DEMAND).field.input_widget()
    assert isinstance(editor, QTextEdit)
    cursor = editor.textCursor()
    return cursor.selectedText(), f"{cursor.block().blockNumber()}:{cursor.positionInBlock()}"


def test_a_hit_in_prose_is_selected_at_its_very_place(draft: MainWindow) -> None:
    panel = _open(draft, "葵盘")
    places: list[tuple[str, str]] = []
    for number, hit in enumerate(panel.hits):
        if hit.pointer == DEMAND:
            panel._go(number, keys=True)
            places.append(_selected_in_demand(draft))
    # 𠮷 is two units to Qt, the citation one; of two items that say the same, each is reached.
    assert places == [("葵盘", "1:7"), ("葵盘", "2:4"), ("葵盘", "3:4")]


def test_a_hit_in_a_table_leads_to_its_row_and_cell(draft: MainWindow) -> None:
    panel = _open(draft, "烘干")
    panel._go(0, keys=True)
    field = row_at(draft, "/basis/enterprises").field
    assert isinstance(field, TableField)
    assert field.view.hasFocus()
    index = field.view.currentIndex()
    assert (index.row(), field.model.columns[index.column()].name) == (1, "need")


def test_a_hit_in_a_folded_card_opens_it(draft: MainWindow) -> None:
    field = row_at(draft, "/content/work").field
    assert isinstance(field, CardsField)
    field.cards()[4].set_open(False)
    row_at(draft, "/project/title").take_focus()
    panel = _open(draft, "压碎")
    QTest.keyClick(panel.line, Key.Key_Down)
    assert focused() is panel.list
    QTest.keyClick(panel.list, Key.Key_Return)
    field = row_at(draft, "/content/work").field
    assert isinstance(field, CardsField)
    assert field.cards()[4].is_open
    assert pointer_in_hand() == "/content/work/4/text"
    editor = focused()
    assert isinstance(editor, QTextEdit)
    assert editor.textCursor().selectedText() == "压碎"


def test_f3_opens_the_search_then_goes_on_in_the_fields_with_it_closed(draft: MainWindow) -> None:
    QTest.keyClick(keys_of(draft, "/project/title"), Key.Key_F3)
    panel = draft.searching.panel
    assert panel is not None
    assert focused() is panel.line
    put_in(panel.line, "葵盘")
    _wait(panel)
    QTest.keyClick(panel.line, Key.Key_Escape)
    reached: list[str] = []
    for _ in range(3):
        QTest.keyClick(focused(), Key.Key_F3)
        reached.append(pointer_in_hand())
    assert reached == ["/project/title", "/project/keywords", DEMAND]
    QTest.keyClick(focused(), Key.Key_F3, SHIFT)
    assert pointer_in_hand() == "/project/keywords"
    assert not panel.isVisible()


def test_a_hit_in_the_guidance_is_marked_in_the_book(draft: MainWindow, qtbot: QtBot) -> None:
    panel = _open(draft, "卡脖子")
    _only(panel, qtbot, "guidance")
    panel._go(0, keys=False)
    hit = panel.hits[0]
    book = desk_of(draft).book
    marked = [label for label in book.findChildren(Label) if label.hasSelectedText()]
    assert [(label.text(), label.selectedText()) for label in marked] == [(hit.text, "卡脖子")]
    assert marked[0].isVisible()


def test_a_hit_in_the_notice_opens_it_at_its_place(draft: MainWindow, qtbot: QtBot) -> None:
    desk_of(draft).show_book(False)
    panel = _open(draft, "盟市")
    _only(panel, qtbot, "notice")
    panel._go(1, keys=False)
    hit = panel.hits[1]
    notice = desk_of(draft).book.findChild(QPlainTextEdit)
    assert notice is not None
    wait_until(qtbot, notice.isVisible)
    (mark,) = cast("list[Any]", notice.extraSelections())  # the bindings' types do not tell what is in it
    cursor = mark.cursor
    assert cursor.selectedText() == "盟市"
    assert len(notice.toPlainText()[: hit.start].encode("utf-16-le")) // 2 == cursor.selectionStart()


def test_a_hit_in_a_question_leads_to_its_field(draft: MainWindow, qtbot: QtBot) -> None:
    panel = _open(draft, "技术需求企业")
    _only(panel, qtbot, "question")
    number = next(at for at, hit in enumerate(panel.hits) if hit.pointer == "/basis/enterprises")
    panel._go(number, keys=True)
    assert pointer_in_hand() == "/basis/enterprises"


def test_a_click_on_a_hit_takes_the_keys_there(draft: MainWindow, qtbot: QtBot) -> None:
    panel = _open(draft, "中试")
    at = panel.list.visualRect(panel.list.hits.line_of(0)).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert pointer_in_hand() == "/project/title"
    assert panel.isVisible()


def test_the_form_of_a_row_has_the_search_too_and_gets_the_keys_back(own_draft: MainWindow, qtbot: QtBot) -> None:
    field = row_at(own_draft, "/basis/enterprises").field
    assert isinstance(field, TableField)
    form = field.open_row(1)
    form.activateWindow()
    wait_until(qtbot, form.isActiveWindow)
    form.go_to("/basis/enterprises/1/need")
    line = focused()
    assert isinstance(line, QLineEdit)
    line.setSelection(2, 2)
    QTest.keyClick(line, Key.Key_F, CONTROL)
    panel = own_draft.searching.panel
    assert panel is not None
    wait_until(qtbot, lambda: QApplication.focusWidget() is panel.line)
    assert panel.line.text() == "葵盘"
    QTest.keyClick(panel.line, Key.Key_Escape)
    wait_until(qtbot, lambda: QApplication.focusWidget() is line)
    form.close()


def test_the_search_and_the_findings_share_their_place(own_draft: MainWindow) -> None:
    desk = desk_of(own_draft)
    own_draft.toggle_problems()
    assert desk.problems.isVisible()
    panel = _open(own_draft)
    assert not desk.problems.isVisible()
    QTest.keyClick(panel.line, Key.Key_Escape)
    assert desk.problems.isVisible()
    _open(own_draft)
    own_draft.step_problem(1)
    assert not panel.isVisible()
    assert desk.problems.isVisible()


def test_the_search_comes_from_any_page_and_another_language_keeps_what_is_looked_for(own_draft: MainWindow) -> None:
    _open(own_draft, "葵盘")
    own_draft.set_language("en")
    own_draft.show_check()
    own_draft.searching.find()
    assert own_draft._stack.currentWidget() is desk_of(own_draft)
    panel = own_draft.searching.panel
    assert panel is not None
    assert panel.line.text() == "葵盘"
    assert panel.buttons["answer"].text() == f"Answer {len(_answers(panel))}"
    assert strings.language() == "en"


def test_answers_to_another_call_are_found_too(open_window: Callable[..., MainWindow], calls_beside: Path) -> None:
    window = open_window(calls=[calls_beside])
    call = next(call for call in window.calls if call.id == "agri-service-2026")
    assert window.open_here(Opened(from_outside(call, {"thing": {"trouble": "井水越来越深"}}, None)))
    panel = _open(window, "井水")
    panel._go(_answers(panel).index("/thing/trouble"), keys=True)
    text = focused()
    assert isinstance(text, QPlainTextEdit)
    assert text.textCursor().selectedText() == "井水"


def test_words_in_a_table_of_prose_and_in_a_cell_too_large_for_its_grid_are_reached(
    open_window: Callable[..., MainWindow], calls_beside: Path
) -> None:
    window = open_window(calls=[calls_beside])
    call = next(call for call in window.calls if call.id == "bridge-watch-2027")
    rows = [[[{"text": "项目"}], [{"text": "次数"}]], [[{"text": "巡查"}], [{"text": "每年巡查桥墩"}]]]
    plan = [{"type": "table", "header": True, "rows": rows, "caption": "桥墩看护表"}]
    partners = [{"name": "示例大学"}, {"name": "示例公司", "offer": "量桥墩的沉降"}]
    assert window.open_here(
        Opened(from_outside(call, {"bridge": {"plan": plan}, "helpers": {"partners": partners}}, None))
    )
    panel = _open(window, "桥墩")
    reached: list[tuple[str, str, str]] = []
    for number, hit in enumerate(panel.hits):
        if hit.kind == "answer":
            panel._go(number, keys=True)
            here = focused()
            assert isinstance(here, QTextEdit)
            reached.append((pointer_in_hand(), here.toPlainText(), here.textCursor().selectedText()))
    assert reached == [
        ("/bridge/plan", "每年巡查桥墩", "桥墩"),
        ("/bridge/plan", "桥墩看护表", "桥墩"),
        ("/helpers/partners/1/offer", "量桥墩的沉降", "桥墩"),
    ]


# ---- replacing


@pytest.fixture
def replacing(open_panel: OpenPanel) -> SearchPanel:
    """Return the search with what is looked for, ready to be replaced."""
    panel = open_panel("葵盘", replaces=True)
    assert focused() is panel.new_line
    put_in(panel.new_line, "花盘")
    _wait(panel)
    return panel


def test_how_much_would_change_is_told_beforehand(replacing: SearchPanel) -> None:
    assert replacing.preview.text() == "将替换 7 处，涉及 3 节"


def test_replacing_all_is_one_step_and_keeps_marks_and_citations(replacing: SearchPanel, qtbot: QtBot) -> None:
    session = replacing._session
    before = session.data
    press(qtbot, replacing.replace_all)
    assert replacing.told.text() == "已替换 7 处，涉及 3 节；Ctrl+Z 撤销"
    assert _answers(replacing) == []
    assert session.value("/project/title") == "花盘果胶中试"
    assert session.value("/project/keywords") == ["花盘"]
    assert session.value(DEMAND)[1]["runs"] == [
        {"text": "𠮷先收"},
        {"cite": "k3j2"},
        {"text": "花盘", "bold": True},
    ]
    after = session.data
    replacing.line.setFocus()
    QTest.keyClick(replacing.line, Key.Key_Z, CONTROL)
    assert session.data == before
    QTest.keyClick(focused(), Key.Key_Y, CONTROL)
    assert session.data == after


def test_undo_in_the_search_line_takes_back_what_was_typed_there_until_something_is_replaced(
    replacing: SearchPanel,
) -> None:
    session = replacing._session
    session.edit("/people/leader/name", "张示例", apart=True)
    QTest.keyClick(replacing.new_line, Key.Key_X)
    QTest.keyClick(replacing.new_line, Key.Key_Z, CONTROL)
    assert replacing.new_line.text() == ""
    assert session.value("/people/leader/name") == "张示例"
    put_in(replacing.new_line, "花盘")
    replacing._replace_all()
    assert session.value("/project/title") == "花盘果胶中试"
    QTest.keyClick(replacing.new_line, Key.Key_Z, CONTROL)
    assert session.value("/project/title") == "葵盘果胶中试"
    assert replacing.new_line.text() == "花盘"


def test_the_pages_show_what_was_replaced(own_draft: MainWindow, qtbot: QtBot) -> None:
    for section in ("project", "basis", "content"):
        desk_of(own_draft).show_section(section)
        desk_of(own_draft).page.rows()
    keys_of(own_draft, DEMAND)
    panel = _open(own_draft, "葵盘", keys=Key.Key_H)
    panel.new_line.setFocus()
    put_in(panel.new_line, "花盘")
    _wait(panel)
    press(qtbot, panel.replace_all)
    editor = row_at(own_draft, DEMAND).field.input_widget()
    assert isinstance(editor, QTextEdit)
    assert editor.toPlainText() == "没有这个词。\n𠮷先收\ufffc花盘\n再收花盘。\n再收花盘。"
    table = row_at(own_draft, "/basis/enterprises").field
    assert isinstance(table, TableField)
    assert table.model.text_of(1, next(each for each in table.model.columns if each.name == "need")) == "烘干花盘的设备"


def test_replacing_goes_from_one_to_the_next_and_never_into_what_was_put_in(replacing: SearchPanel) -> None:
    session = replacing._session
    replacing.new_line.setText("向日葵盘")  # what is looked for stands in it
    _wait(replacing)
    replacing.new_line.setFocus()
    total = len([hit for hit in replacing.hits if not hit.is_fixed])
    for _ in range(total + 1):  # the first press leads to the first
        QTest.keyClick(replacing.new_line, Key.Key_Return)
    assert session.value("/project/title") == "向日葵盘果胶中试"
    assert rich_text.plain(session.value(DEMAND)).count("向日葵盘") == 3
    assert "向日向日" not in str(session.data)
    session.undo()
    assert "压碎葵盘" in str(session.data)
    assert session.value("/project/title") == "向日葵盘果胶中试"


def test_what_stays_is_told_and_what_names_a_row_follows_it(open_panel: OpenPanel, qtbot: QtBot) -> None:
    work = [{"id": "abcd", "title": "关键技术"}]
    milestones = [{"work": "abcd", "task": "关键技术"}]
    data = {"project": {"kind": "key_tech"}, "content": {"work": work}, "schedule": {"milestones": milestones}}
    panel = open_panel("关键技术", data, replaces=True)
    put_in(panel.new_line, "要紧技术")
    _wait(panel)
    press(qtbot, panel.replace_all)
    assert panel.told.text().startswith("已替换 2 处，涉及 2 节；另有 1 处在选项、数字、日期或公式里，没有动")
    assert _answers(panel) == ["/project/kind"]


def test_a_replacement_that_is_too_long_changes_nothing_and_says_so(open_panel: OpenPanel, qtbot: QtBot) -> None:
    panel = open_panel("葵", {"project": {"title": "葵" * 30}, "summary": {"text": "葵"}}, replaces=True)
    before = panel._session.data
    put_in(panel.new_line, "长" * 190)
    _wait(panel)
    press(qtbot, panel.replace_all)
    assert panel._session.data == before
    assert "项目名称" in panel.told.text()
    assert not panel._session.can_undo


def test_words_being_composed_are_in_before_all_is_replaced(replacing: SearchPanel) -> None:
    compose(replacing.new_line, "头")
    replacing._replace_all()
    assert replacing._session.value("/project/title") == "花盘头果胶中试"


def test_ctrl_h_with_words_selected_puts_the_keys_into_the_other_line(draft: MainWindow) -> None:
    line = keys_of(draft, "/project/title")
    assert isinstance(line, QLineEdit)
    line.setSelection(0, 2)
    panel = _open(draft, keys=Key.Key_H)
    assert panel.line.text() == "葵盘"
    assert focused() is panel.new_line


def test_every_part_of_the_search_has_a_name(replacing: SearchPanel) -> None:
    nameless = [
        widget
        for widget in replacing.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and widget.isVisible()
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []
