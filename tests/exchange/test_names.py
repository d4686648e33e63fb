"""File names: by the call's pattern, safe for Windows, never too long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kjxm_desktop import paths, strings
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import long_paths
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import names
from tests.cli_run import AGRI, CALLS, KJXM

CALL = calls.load(paths.schemas() / KJXM)
FARM = calls.load(CALLS / AGRI)
REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
HIDDEN = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\x7f-\x9f]")
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))}


def data(unit: Json = None, leader: Json = None, title: Json = None) -> Json:
    return {"people": {"applicant": {"name": unit}, "leader": {"name": leader}}, "project": {"title": title}}


def is_safe(name: str) -> bool:
    return (
        bool(name)
        and not REFUSED.search(name)
        and name == name.strip(" .")
        and name.split(".", maxsplit=1)[0].strip().casefold() not in DEVICES
        and not HIDDEN.search(name)
    )


def test_the_stem_names_unit_leader_and_title() -> None:
    told = data("上海交通大学", "贺示例", "余热利用")
    assert names.stem(CALL, told, draft=False) == "2024科技兴蒙专项_项目建议书_上海交通大学_贺示例_余热利用"
    assert names.stem(CALL, told, draft=True) == "2024科技兴蒙专项_项目建议书_上海交通大学_贺示例_余热利用_草稿"


@pytest.mark.parametrize("empty", [{}, data(), data("", " ", "\u200b"), data("?", "...", ":")])
def test_gaps_read_as_not_filled_in(empty: Json) -> None:
    stem = names.stem(CALL, empty, draft=False)
    assert stem.startswith("2024科技兴蒙专项_项目建议书_")
    if empty in ({}, data()):
        assert stem == "2024科技兴蒙专项_项目建议书_未填_未填_未填"
    assert is_safe(stem)


def test_choices_are_named_by_their_labels() -> None:
    told = {"who": {"name": "苗示例"}, "thing": {"trade": "planting", "one_line": "少浇一水"}}
    assert names.stem(FARM, told, draft=True) == "农技小专项2026-苗示例-种植-少浇一水（未定稿）"


def test_the_title_is_cut_and_the_rest_stays() -> None:
    stem = names.stem(CALL, data("上海交通大学", "贺示例", "题" * 500), draft=True)
    assert len(stem) <= 80
    assert len(stem.encode()) <= 230
    assert re.fullmatch("2024科技兴蒙专项_项目建议书_上海交通大学_贺示例_题{10,}_草稿", stem)
    assert len(stem) == 80


def test_a_unit_without_end_is_cut_when_the_title_alone_does_not_do() -> None:
    stem = names.stem(CALL, data("院" * 900, "贺示例", "题目"), draft=True)
    assert len(stem.encode()) <= 230
    assert "_贺示例_" in stem
    assert stem.endswith("_草稿")


ANY = st.text(st.characters(codec="utf-8"), max_size=120) | st.sampled_from(
    ["CON", "nul.txt", "a/b\\c", "..", "a. ", "𠮷" * 90, "👩‍🔬" * 60, "\u202egnp.exe", "C:\\x", "COM¹", "a" * 300]
)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY, ANY, st.booleans())
def test_whatever_was_typed_the_stem_is_safe_and_fits(unit: str, leader: str, title: str, draft: bool) -> None:
    for call, told in (
        (CALL, data(unit, leader, title)),
        (FARM, {"who": {"name": unit}, "thing": {"one_line": title, "other_trade": leader}}),
    ):
        stem = names.stem(call, told, draft=draft)
        assert len(stem) <= 80
        assert len(stem.encode("utf-8")) <= 230
        assert is_safe(stem), stem
        assert stem.endswith(call.about["file_name"]["draft_suffix"]) is draft


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_a_name_made_safe_is_safe_and_stays_as_it_is(text: str) -> None:
    made = names.safe(text)
    assert made == "" or is_safe(made), made
    assert names.safe(made) == made


def test_a_name_that_is_taken_gets_a_number_whatever_its_case() -> None:
    assert names.free("a.pdf", []) == "a.pdf"
    assert names.free("A.pdf", ["a.PDF"]) == "A_2.pdf"
    assert names.free("a.pdf", ["a.pdf", "a_2.pdf"]) == "a_3.pdf"
    assert names.free("a", ["a"]) == "a_2"


# What was typed, the failure that tells of it, and a part of what it proposes instead.
REFUSALS = [
    ("甲:乙.kjxm", "name.sign", "甲_乙"),
    ("甲/乙.kjxm", "name.sign", "甲_乙"),
    ("甲?.kjxm", "name.sign", "甲_"),
    ("甲\x07.kjxm", "name.sign", "甲_"),
    ("CON.kjxm", "name.device", "_CON"),
    ("NUL.kjxm", "name.device", "_NUL"),
    ("con .kjxm", "name.device", "_con"),
    ("com1.tar.kjxm", "name.device", "_com1"),
    ("LPT³.kjxm", "name.device", "_LPT"),
    ("甲.kjxm ", "name.ends", "甲.kjxm"),
    (" 甲.kjxm", "name.ends", "甲.kjxm"),
    ("甲.", "name.ends", "甲"),
    ("题" * 100 + ".kjxm", "name.long", "80"),
    ("a" * 251 + ".kjxm", "name.long", "80"),
]


@pytest.mark.parametrize(("name", "key", "instead"), REFUSALS)
def test_a_name_that_windows_refuses_is_refused_with_what_is_in_the_way(name: str, key: str, instead: str) -> None:
    with pytest.raises(KjxmError) as refused:
        names.check(name)
    assert refused.value.key == key
    for language in strings.LANGUAGES:
        strings.use(language)
        told = strings.error(refused.value)
        strings.use("zh")
        assert instead in told
        assert "\x07" not in told


@pytest.mark.parametrize(
    "name",
    ["葵盘.kjxm", "葵盘（冲突 20240601-093000）.kjxm", "👩‍🔬 甲.v2.kjxm", "CONTRACT.kjxm", "nulla.kjxm", "a.kjxm"],
)
def test_a_name_that_windows_takes_is_taken(name: str) -> None:
    names.check(name, "D:\\贺示例\\Desktop")


def test_a_path_that_programs_on_windows_cannot_open_is_refused() -> None:
    folder = "C:\\" + "课题" * 60
    names.check("短.kjxm", folder)
    with pytest.raises(KjxmError, match=r"name\.deep"):
        names.check("长" * 70 + ".kjxm", folder + "\\" + "课" * 70)


@settings(max_examples=60, deadline=None)
@given(ANY)
def test_what_is_proposed_instead_is_taken(text: str) -> None:
    made = names.safe(text)
    if made and len(made.encode()) <= 200:
        names.check(f"{made}.kjxm")


def test_a_long_path_gets_the_form_in_which_windows_takes_any_length() -> None:
    deep = "\\" + "课题" * 150 + "\\甲.kjxm"
    assert long_paths.reachable("C:" + deep, windows=True) == "\\\\?\\C:" + deep
    assert long_paths.reachable("\\\\server\\share" + deep, windows=True) == "\\\\?\\UNC\\server\\share" + deep
    assert long_paths.reachable("\\\\?\\C:" + deep, windows=True) == "\\\\?\\C:" + deep
    assert long_paths.reachable("C:\\甲.kjxm", windows=True) == "C:\\甲.kjxm"
    assert long_paths.reachable("/" + "a" * 400, windows=False) == "/" + "a" * 400
