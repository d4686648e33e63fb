"""Comments: threads on places that outlive moves, brought together with those of co-authors, bounded when hostile."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import clock, comment_union, comments, json_pointer, notes, strict_json
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.comments import COMMENT, TODO, Places
from kjxm_desktop.errors import KjxmError

NOW = datetime(2024, 6, 1, 9, 30, tzinfo=clock.BEIJING)
PLACE = "/budget/lines/@a/basis"


def _later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def _one(text: str = "再核对", kind: str = COMMENT, by: str = "甲示例", place: str = PLACE):
    return comments.with_new(notes.empty(), place, "预算 › 测算依据", kind, by, text, NOW)


def _threads(said):
    return comments.read(said)[0]


def test_new_notes_hold_no_comment():
    assert comments.read(notes.empty()) == ((), 0)


def test_a_comment_tells_who_when_where_and_what_and_survives_its_file():
    said, own = _one(" 单价\n再核对 ", TODO, " 甲 示例\n")
    (thread,) = _threads(json.loads(json.dumps(said)))
    assert (thread.id, thread.place, thread.where, thread.kind) == (own, PLACE, "预算 › 测算依据", TODO)
    assert (thread.first.by, thread.first.at, thread.first.text) == ("甲 示例", NOW, "单价\n再核对")
    assert not thread.resolved
    assert not thread.first.edited


def test_a_comment_without_words_is_none():
    with pytest.raises(ValueError, match="no text"):
        _one(" \n")


def test_answers_stand_in_their_thread_and_are_edited_and_deleted_one_by_one():
    said, own = _one()
    said = comments.with_answer(said, own, "乙示例", "已问过", _later(1))
    said = comments.with_answer(said, own, "甲示例", "好", _later(2))
    first, second = _threads(said)[0].answers
    said = comments.with_text(said, own, first.id, "已问过企业", _later(3))
    said = comments.without(said, own, second.id, _later(4))
    (thread,) = _threads(said)
    assert [(told.by, told.text, told.edited) for told in thread.answers] == [("乙示例", "已问过企业", True)]
    assert thread.first.text == "再核对"


def test_an_edited_comment_says_so_and_one_edited_to_the_same_words_does_not():
    said, own = _one()
    assert comments.with_text(said, own, "", "再核对", _later(1)) == said
    (thread,) = _threads(comments.with_text(said, own, "", "单价再核对", _later(1)))
    assert (thread.first.text, thread.first.edited, thread.first.at) == ("单价再核对", True, NOW)


def test_a_thread_is_resolved_and_opened_again_and_an_answer_opens_it_too():
    said, own = _one()
    said = comments.with_resolved(said, own, True, "乙示例", _later(1))
    (thread,) = _threads(said)
    assert (thread.resolved, thread.resolved_by, thread.resolved_at) == (True, "乙示例", _later(1))
    assert not _threads(comments.with_resolved(said, own, False, "甲示例", _later(2)))[0].resolved
    assert not _threads(comments.with_answer(said, own, "甲示例", "还没好", _later(2)))[0].resolved


def test_a_comment_becomes_a_to_do():
    said, own = _one()
    assert _threads(comments.with_kind(said, own, TODO, _later(1)))[0].kind == TODO


def test_what_was_deleted_can_be_put_back_where_nothing_of_it_counts_as_deleted():
    said, own = _one()
    said = comments.with_answer(said, own, "乙示例", "已问过", _later(1))
    entry = comments.entry_of(said, own)
    gone = comments.without(said, own, "", _later(2))
    assert _threads(gone) == ()
    assert comments.with_entry(gone, own, entry) == said
    assert _threads(comments.with_entry(said, own, None)) == ()


def test_what_a_later_program_noted_stays():
    said, own = _one()
    said["comments"][0]["colour"] = "red"
    said["later"] = 1
    said = comments.with_answer(comments.with_text(said, own, "", "改", _later(1)), own, "乙", "好", _later(2))
    said = comments.with_resolved(said, own, True, "乙", _later(3))
    assert (said["comments"][0]["colour"], said["later"]) == ("red", 1)


@pytest.mark.parametrize(
    "entry",
    [{"text": "无号"}, {"id": "x"}, {"id": "x", "text": 5, "place": "/a"}, {"id": "x", "text": "甲", "place": []},
     {"id": "", "text": "甲", "place": "/a"}, {"id": "x" * 99, "text": "甲", "place": "/a"}, {}],
)  # fmt: skip
def test_an_entry_of_unknown_shape_is_counted_kept_and_not_shown(entry):
    said = {**notes.empty(), "comments": [entry]}
    assert comments.read(said) == ((), 1)
    told, _ = comments.with_new(said, PLACE, "", COMMENT, "甲", "乙", NOW)
    assert told["comments"][0] == entry
    assert entry in comment_union.merged(told, said)["comments"]


@pytest.mark.parametrize("odd", [None, 5, "甲", [], {"a": 1}, [5, None, {"id": 3}], {"resolved": "yes", "at": 5}, True])
def test_odd_values_in_a_comment_are_taken_for_nothing(odd):
    entry = {"id": "x", "place": PLACE, "text": "甲", "by": odd, "at": odd, "answers": odd, "state": odd, "where": odd}
    said = {**notes.empty(), "comments": [entry], "comments_gone": odd}
    (thread,) = _threads(said)
    assert (thread.first.text, thread.answers, thread.resolved, thread.first.at) == ("甲", (), False, None)
    assert comment_union.merged(said, said)["comments"]
    assert comments.without(said, "x", "", NOW)["comments"] == []


def test_more_comments_than_anybody_writes_are_bounded_kept_and_take_no_more():
    entries = [{"id": f"x{number}", "place": PLACE, "text": "甲"} for number in range(100_000)]
    said = {**notes.empty(), "comments": entries}
    threads, left = comments.read(said)
    assert (len(threads), left) == (comments.MOST_THREADS, 100_000 - comments.MOST_THREADS)
    with pytest.raises(KjxmError, match=r"comments\.too_many"):
        comments.with_new(said, PLACE, "", COMMENT, "甲", "乙", NOW)
    assert len(comment_union.merged(said, notes.empty())["comments"]) == 100_000


def test_a_text_of_any_length_is_cut_for_the_screen_and_kept_in_the_file():
    said = {**notes.empty(), "comments": [{"id": "x", "place": PLACE, "text": "甲" * 1_000_000, "by": "乙" * 9_999}]}
    (thread,) = _threads(said)
    assert (len(thread.first.text), thread.first.cut) == (comments.LONGEST_TEXT, True)
    assert len(thread.first.by) <= comments.LONGEST_NAME
    assert len(comments.with_resolved(said, "x", True, "", NOW)["comments"][0]["text"]) == 1_000_000


def test_signs_that_turn_the_line_round_do_not_reach_the_screen():
    (thread,) = _threads({"comments": [{"id": "x", "place": PLACE, "text": "甲\u202e乙\x00", "by": "丙\u2066"}]})
    assert (thread.first.text, thread.first.by) == ("甲乙", "丙")


# -- places


@pytest.fixture(scope="module")
def call() -> Call:
    return calls.load(paths.schemas() / "kjxm-sjtu-2024")


DATA = {"budget": {"lines": [{"id": "b"}, {"id": "a", "basis": "询价"}]}}


@pytest.mark.parametrize(
    ("place", "pointer"),
    [
        ("/budget/lines/@a/basis", "/budget/lines/1/basis"),
        ("/budget/lines/@b", "/budget/lines/0"),
        ("/budget/lines", "/budget/lines"),
        ("/budget", "/budget"),
        ("/project/title", "/project/title"),
        ("/budget/lines/@c/basis", None),
        ("/budget/lines/@a/nothing", None),
        ("/nothing", None),
        ("/project/nothing", None),
        ("/budget/lines/7", None),
        ("/project/title/@a", None),
        ("/project/0", None),
        ("", None),
        ("budget", None),
        ("/@a", None),
    ],
)
def test_a_place_is_found_by_the_id_of_its_row_or_is_gone(call, place, pointer):
    assert Places(call.form, DATA).pointer(place) == pointer


def test_a_place_is_what_the_address_of_a_cell_becomes(call):
    place = json_pointer.by_row_id(DATA, "/budget/lines/1/basis")
    moved = {"budget": {"lines": DATA["budget"]["lines"][::-1]}}
    assert Places(call.form, moved).pointer(place) == "/budget/lines/0/basis"


# -- co-authors


def _sorted(said):
    entries = [{**entry, "answers": sorted(map(strict_json.dumps, entry.get("answers", [])))} for entry in said]
    return sorted(entries, key=lambda entry: entry["id"])


def test_the_comments_of_both_copies_are_brought_together_and_the_newest_text_wins():
    said, own = _one()
    ours = comments.with_text(said, own, "", "单价再核对", _later(5))
    ours, mine = comments.with_new(ours, "/project/title", "", COMMENT, "甲", "太长", _later(6))
    theirs = comments.with_text(said, own, "", "数量再核对", _later(3))
    theirs = comments.with_answer(theirs, own, "乙", "已问过", _later(4))
    theirs = comments.with_resolved(theirs, own, True, "乙", _later(7))
    theirs, other = comments.with_new(theirs, "/budget", "", TODO, "乙", "补表", _later(8))
    told = {thread.id: thread for thread in _threads(comment_union.merged(ours, theirs))}
    assert set(told) == {own, mine, other}
    assert (told[own].first.text, told[own].resolved) == ("单价再核对", True)
    assert [answer.text for answer in told[own].answers] == ["已问过"]
    assert comment_union.news(ours, theirs) == 2
    assert comment_union.news(comment_union.merged(ours, theirs), theirs) == 0


def test_what_was_deleted_here_does_not_come_back_with_the_other_copy_unless_it_was_written_on_since():
    said, own = _one()
    said = comments.with_answer(said, own, "乙", "已问过", _later(1))
    ours = comments.without(said, own, "", _later(2))
    assert _threads(comment_union.merged(ours, said)) == ()
    assert _threads(comment_union.merged(said, ours)) == ()
    theirs = comments.with_answer(said, own, "乙", "还有一处", _later(3))
    assert len(_threads(comment_union.merged(ours, theirs))) == 1
    (answer,) = _threads(said)[0].answers
    ours = comments.without(said, own, answer.id, _later(2))
    assert _threads(comment_union.merged(ours, said))[0].answers == ()
    assert comment_union.news(ours, said) == 0


def test_everything_but_the_comments_stays_ours():
    said, _ = _one()
    ours = {**notes.with_done(notes.empty(), "project", True), "later": 1}
    told = comment_union.merged(ours, {**said, "done": ["budget"], "later": 2})
    assert (told["done"], told["later"], len(told["comments"])) == (["project"], 1, 1)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "answer", "text", "resolve", "delete", "kind"]), st.integers(0, 3), st.integers(0, 40)
    ),
    max_size=6,
)


def _after(said, steps, who):
    for step, number, minutes in steps:
        at, ids = _later(minutes), [thread.id for thread in _threads(said)]
        if step == "new" or not ids:
            said, _ = comments.with_new(said, PLACE, "", COMMENT, who, f"{who}{number}", at)
            continue
        own = ids[number % len(ids)]
        match step:
            case "answer":
                said = comments.with_answer(said, own, who, f"{who}{number}", at)
            case "text":
                said = comments.with_text(said, own, "", f"{who}{number}{minutes}", at)
            case "resolve":
                said = comments.with_resolved(said, own, bool(number % 2), who, at)
            case "kind":
                said = comments.with_kind(said, own, TODO, at)
            case _:
                said = comments.without(said, own, "", at)
    return said


@given(STEPS, STEPS, STEPS)
@settings(max_examples=60, deadline=None)
def test_in_which_order_copies_are_brought_together_makes_no_difference(common, one, other):
    base = _after(notes.empty(), common, "丙")
    ours, theirs = _after(base, one, "甲"), _after(base, other, "乙")
    told, turned = comment_union.merged(ours, theirs), comment_union.merged(theirs, ours)
    assert _sorted(told["comments"]) == _sorted(turned["comments"])
    assert told.get("comments_gone") == turned.get("comments_gone")
    again = comment_union.merged(told, theirs)
    assert _sorted(again["comments"]) == _sorted(told["comments"])
    assert comment_union.news(told, theirs) == 0
