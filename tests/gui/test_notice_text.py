"""The notice on the screen: sentences that pages broke apart are whole, headings stay, every clause is found."""

from __future__ import annotations

import pytest

from kjxm_desktop.core.call import Call
from kjxm_desktop.gui.notice_text import LONG, readable

HALF = "3、本次征集按照“公开征集、专家评审、择优资助”的方"


def test_a_sentence_broken_by_a_page_is_whole_again() -> None:
    assert readable(f"{HALF}\n\n式开展。\n").shown == f"{HALF}式开展。\n"


def test_the_notice_of_the_institute_has_no_broken_sentence_left(call: Call) -> None:
    shown = readable(call.notice).shown
    assert "择优资助”的方式开展。" in shown
    assert "围绕内蒙古自治区各重点行业发展过程中遇到的" in shown
    assert "".join(shown.split()) == "".join(call.notice.split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("一、征集范围", "项目征集聚焦五大任务。"),
        ("示例研究院关于征集二〇二六年度示范专项行动计划项目的通知", "各有关单位："),
        (HALF + "式开展。", "另起一段。"),
        (HALF + "：", "另起一段。"),
        (HALF, "4、自拟项目名称。"),
        (HALF, "附件1：建议书。"),
        (HALF, "示例研究院"),
        ("A line of Latin words that a page broke", "and that would be glued。"),
    ],
)
def test_what_does_not_belong_together_stays_apart(before: str, after: str) -> None:
    assert readable(f"{before}\n\n{after}").shown == f"{before}\n\n{after}"


def test_a_short_line_is_never_joined() -> None:
    assert readable("字" * (LONG - 1) + "\n完。").shown.count("\n") == 1
    assert readable("字" * LONG + "\n完。").shown.count("\n") == 0


def test_empty_lines_before_the_notice_are_left_out() -> None:
    assert readable(" \n\n\n通知\n\n正文。").shown == "通知\n\n正文。"


def test_every_clause_stands_where_it_is_looked_for(call: Call) -> None:
    told = readable(call.notice)
    for clause in call.clauses:
        place = call.clause_place(clause)
        assert place is not None
        start, end = (told.place(at) for at in place)
        shown = "".join(told.shown[start:end].split())
        assert shown == "".join(call.notice[place[0] : place[1]].split())
        assert told.shown[start] == call.notice[place[0]]
