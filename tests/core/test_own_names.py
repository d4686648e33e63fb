"""Names of the proposal are offered where their beginning is typed, other spellings of them quietly, no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import call as calls
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.folded_text import fold
from kjxm_desktop.core.form import Naming
from kjxm_desktop.core.own_names import Name, OwnNames, offers
from kjxm_desktop.core.proposal import from_outside

CALLS = [
    Path(__file__).parents[2] / "schemas" / "kjxm-sjtu-2024",
    *(Path(__file__).parents[1] / "calls" / name for name in ("agri-service-2026", "bridge-watch-2027")),
]


def _name(text: str, kind: Naming, pointer: str = "") -> Name:
    return Name(text, kind, pointer or f"/names/{text}", fold(text))


FEED = "巴彦淖尔示例饲料有限公司"
NAMES = [
    _name("河套灌区葵盘果胶联产颗粒饲料中试", "title"),
    _name("张示例", "person"),
    _name("内蒙古示例农业大学", "organisation"),
    _name(FEED, "company"),
    _name("包头示例第一机械厂", "company"),
    _name("Example Feed Co., Ltd.", "company"),
]


def _offered(before: str, after: str = "") -> list[tuple[str, int]]:
    return [(offer.name.text, offer.taken) for offer in offers(NAMES, before, after) if not offer.differs]


def _differing(before: str) -> list[tuple[str, int]]:
    return [(offer.name.text, offer.taken) for offer in offers(NAMES, before) if offer.differs]


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        ("与巴", []),
        ("与巴彦", [(FEED, 2)]),
        ("与巴彦淖尔示例", [(FEED, 6)]),
        (f"与{FEED}", []),
        ("与巴彦淖尔市", []),
        ("由张示", [("张示例", 2)]),
        ("河套", []),
        ("河套灌区", [("河套灌区葵盘果胶联产颗粒饲料中试", 4)]),
        ("Ex", []),
        ("by exa", [("Example Feed Co., Ltd.", 3)]),
        ("reexa", []),
        ("ＥＸＡＭ", [("Example Feed Co., Ltd.", 4)]),
    ],
)
def test_a_name_is_offered_from_its_second_character_until_it_is_whole(
    before: str, offered: list[tuple[str, int]]
) -> None:
    assert _offered(before) == offered


def test_nothing_is_offered_where_the_name_goes_on_behind_the_cursor() -> None:
    assert _offered("与巴彦", "淖尔示例") == []
    assert _offered("与巴彦", "，") == [(FEED, 2)]


def test_a_name_is_not_offered_to_itself() -> None:
    names = [_name("张示例", "person", "/people/leader/name"), _name("李示例", "person", "/team/members/0/name")]
    assert offers(names, "张示", "", "/people/leader/name") == []
    assert [offer.name.text for offer in offers(names, "张示", "", "/team/members/1/name")] == ["张示例"]


def test_the_longest_beginning_comes_first_and_one_spelling_once() -> None:
    names = [
        _name("示例大学", "organisation"),
        _name("内蒙古示例研究院", "organisation"),
        _name("示例大学", "company", "/x"),
    ]
    found = offers(names, "内蒙古示例")
    assert [offer.name.text for offer in found] == ["内蒙古示例研究院", "示例大学"]


@pytest.mark.parametrize(
    "written",
    [
        "巴彦淖尔示例饲料公司",
        "巴彦淖尔市示例饲料有限公司",
        "巴彦淖尔示例饲料股份公司",
        "巴彦淖尔示例饲料有限责任公司",
        "巴彦淖尔示例饲科有限公司",
    ],
)
def test_another_spelling_of_an_organisation_is_told(written: str) -> None:
    assert _differing(f"需求来自{written}") == [(FEED, len(written))]


@pytest.mark.parametrize(
    "written",
    [
        "巴彦淖尔示例乳业有限公司",  # another enterprise of the same town
        "内蒙古示例大学",  # another university
        "包头示例第二机械厂",
        "包头示例机械厂",
        "饲料有限公司",
        "巴彦淖尔的饲料公司",
        "有限公司",
        "张示利",
        FEED,
    ],
)
def test_what_may_be_another_name_is_not_told(written: str) -> None:
    assert _differing(f"需求来自{written}") == []


def test_what_another_name_says_is_no_other_spelling() -> None:
    names = [*NAMES, _name("巴彦淖尔示例饲料公司", "company")]
    assert offers(names, "巴彦淖尔示例饲料公司") == []


@given(st.text(st.sampled_from("巴彦淖尔示例饲料有限公司大学张一 aExmple㎡𠮷"), max_size=30), st.text(max_size=3))
def test_what_is_taken_stands_before_the_cursor_and_is_a_beginning(before: str, after: str) -> None:
    for offer in offers(NAMES, before, after):
        assert 0 < offer.taken <= len(before)
        typed = fold(before[len(before) - offer.taken :]).text.strip()
        assert offer.differs or offer.name.key.startswith(typed)


@pytest.mark.parametrize("folder", CALLS, ids=lambda folder: folder.name)
def test_every_call_says_which_answers_are_names(folder: Path) -> None:
    kinds = {control.names for control in calls.load(folder).form.controls if control.names}
    assert "person" in kinds


@pytest.fixture(scope="module")
def call() -> Call:
    return calls.load(CALLS[0])


def test_names_are_those_of_now_and_looked_for_anew_only_where_something_changed(call: Call) -> None:
    data = {
        "project": {"title": "葵盘果胶联产"},
        "people": {"leader": {"name": " 张示例 "}, "partners": [{"name": "内蒙古示例大学"}]},
        "basis": {"enterprises": [{"name": FEED, "contact": "李示例"}]},
    }
    proposal, own = from_outside(call, data, None), OwnNames(call.form)
    first = own.names(proposal.data)
    assert [(name.text, name.kind) for name in first] == [
        ("葵盘果胶联产", "title"),
        ("张示例", "person"),
        ("内蒙古示例大学", "organisation"),
        (FEED, "company"),
        ("李示例", "person"),
    ]
    proposal.set("/people/leader/name", "王示例")
    again = own.names(proposal.data)
    assert [name.text for name in again][1] == "王示例"
    assert again[0] is first[0]
    assert again[3] is first[3]
