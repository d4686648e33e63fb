"""Which part of a Word file goes where: by the labels of any call, and never by words that the program knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.exchange import word_matching
from kjxm_desktop.exchange.word_headings import Part
from kjxm_desktop.exchange.word_items import Paragraph
from kjxm_desktop.exchange.word_matching import LEAST, likeness

FOLDERS = [*calls.call_places(paths.schemas()), *calls.call_places(Path(__file__).parents[1] / "calls")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("目的与意义", "（一）项目的目的和意义"),
        ("目的与意义", "目的、意义"),
        ("国内外现状与趋势", "国内外研究现状及发展趋势"),
        ("主要研究内容", "3.2 研究内容"),
        ("拟解决的关键技术问题", "拟解决的关键科学问题与技术问题"),
        ("已有成果", "已有的研究成果"),
        ("经济效益", "经济效益（直接与间接）"),
        ("Aims", "AIMS"),
    ],
)
def test_headings_that_say_the_same_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= LEAST
    assert likeness(one, other) == likeness(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("经济效益", "生态效益"),
        ("研究目标", "研究内容"),
        ("已有成果", "已有合作"),
        ("组织管理", "风险管理"),
        ("立项依据", "项目摘要"),
        ("", "研究目标"),
        ("一、", "二、"),
    ],
)
def test_headings_that_ask_for_something_else_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < LEAST


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_document_with_the_labels_of_a_call_finds_every_long_text_of_it(folder: Path, language: str) -> None:
    form = calls.load(folder).form
    rich = [control for control in word_matching.places(form, {}) if control.kind == "rich"]
    text = (Paragraph([{"text": "正文"}]),)
    made: list[Part] = []
    for section in form.sections:
        above = len(made)
        made.append(Part("", section.title[language], 0, (), ()))
        made += [
            Part("", control.label[language], 1, (above,), text) for control in rich if control.section_id == section.id
        ]
    found = word_matching.matches(form, {}, made)
    proposed = [match.pointer for match, part in zip(found, made, strict=True) if match is not None and part.items]
    assert proposed == [control.pointer for control in rich]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_table_with_the_columns_of_a_call_is_told_for_what_it_is(folder: Path) -> None:
    form = calls.load(folder).form
    for section in form.sections:
        for table in section.controls:
            columns = [column for column in table.columns if column.kind not in ("file", "rich", "text")]
            if len(columns) < 2 or not form.shown(table.pointer, {}):
                continue
            rows = [[column.label["zh"] for column in columns], ["示例"] * len(columns)]
            found = word_matching.columns_of(form, {}, rows, [section.title["zh"], table.label["zh"]])
            assert found[0].pointer == table.pointer
            assert found[0].sure
            assert list(found[0].names) == [column.name for column in columns]


def test_a_line_of_columns_is_found_below_a_title_and_beside_a_running_number() -> None:
    form = calls.load(paths.schemas() / "kjxm-sjtu-2024").form
    rows = [["成员一览", "", "", ""], ["序号", "姓名", "职称", "承担任务"], ["1", "示例甲", "教授", "设计"]]
    found = word_matching.columns_of(form, {}, rows, ["项目组成员"])[0]
    assert (found.heading_row, found.names, found.sure) == (1, ("", "name", "title", "duty"), True)


def test_labels_beside_answers_are_no_table_of_records() -> None:
    form = calls.load(paths.schemas() / "kjxm-sjtu-2024").form
    rows = [["姓名", "示例甲", "职称/职务", "教授"], ["所在单位", "示例大学", "学位", "博士"]]
    assert word_matching.columns_of(form, {}, rows, []) == []


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("2024年9月至2024年11月", ["2024年9月", "2024年11月"]),
        ("2024.09—2026.06", ["2024.09", "2026.06"]),
        ("2024年9月", ["2024年9月"]),
        ("2024-09", ["2024-09"]),
    ],
)
def test_a_cell_tells_from_when_to_when(cell: str, parts: list[str]) -> None:
    assert word_matching.span(cell) == parts
