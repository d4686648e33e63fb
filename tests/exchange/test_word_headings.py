"""Where a Word file is cut: at its styles, at outline levels, at numbers of headings, at the labels of a form."""

from __future__ import annotations

import pytest

from kjxm_desktop.exchange import word_document, word_headings
from kjxm_desktop.exchange.word_headings import Part
from kjxm_desktop.exchange.word_items import Paragraph
from tests.exchange.word_files import LISTS, by_hand, by_styles, counted, p, table

TEXT = "这里是正文，写得比标题长，而且有句号。"


def parts(body: str) -> list[Part]:
    return word_headings.split(word_document.read(by_hand(body, numbering=LISTS), "a.docx").items)


def told(found: list[Part]) -> list[tuple[str, str, int]]:
    return [(part.number, part.title, part.level) for part in found]


def text_of(part: Part) -> str:
    return "\n".join(item.text for item in part.items if isinstance(item, Paragraph))


def test_heading_styles_of_word_cut_a_document() -> None:
    data = by_styles(
        lambda document: [
            document.add_heading(text, level) if level else document.add_paragraph(text)
            for text, level in [("一、甲", 1), (TEXT, 0), ("（一）乙", 2), (TEXT, 0), ("二、丙", 1), ("丁", 3)]
        ]
    )
    found = word_headings.split(word_document.read(data, "a.docx").items)
    assert told(found) == [("一、", "甲", 0), ("（一）", "乙", 1), ("二、", "丙", 0), ("", "丁", 1)]
    assert [part.above for part in found] == [(), (0,), (), (2,)]
    assert text_of(found[0]) == TEXT


def test_outline_levels_of_paragraphs_cut_it_as_well() -> None:
    heading = '<w:outlineLvl w:val="{}"/>'
    found = parts(
        p("甲", extra=heading.format(0))
        + p(TEXT)
        + p("乙", extra=heading.format(1))
        + p("不是标题", extra=heading.format(9))
    )
    assert told(found) == [("", "甲", 0), ("", "乙", 1)]
    assert text_of(found[1]) == "不是标题"


NUMBERED = [
    ("一、立项依据", "（一）目的意义", "1. 背景", "（1）区域"),
    ("第一章 总论", "第一节 目的", "一、背景", "（一）区域"),
    ("1. 总论", "1.1 目的", "1.1.1 背景", "1.1.1.1 区域"),
    ("１．总论", "１．１　目的", "（1）背景", "①区域"),
]


@pytest.mark.parametrize("lines", NUMBERED)
def test_without_styles_the_numbers_of_chinese_headings_cut_it(lines: tuple[str, ...]) -> None:
    body = "".join(p(line) + p(TEXT) for line in lines) + p(lines[0].replace("一", "二").replace("1", "2")) + p(TEXT)
    assert [part.level for part in parts(body)] == [0, 1, 2, 3, 0]
    assert all(text_of(part) == TEXT for part in parts(body))


def test_numbers_that_word_counts_cut_it_too() -> None:
    body = "".join(
        p(text, extra=counted(1, depth)) + (p(TEXT) if says else "")
        for text, depth, says in [("立项依据", 0, False), ("目的", 1, True), ("现状", 1, True), ("目标", 0, True)]
    )
    assert told(parts(body)) == [
        ("一、", "立项依据", 0),
        ("（一）", "目的", 1),
        ("（二）", "现状", 1),
        ("二、", "目标", 0),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["1. 收储体系", "2. 提取体系", "3. 应用体系"],
        ["（1）甲方案", "（2）乙方案"],
        ["①甲", "②乙"],
    ],
)
def test_items_of_a_list_are_no_headings(lines: list[str]) -> None:
    found = parts(p("一、内容") + p(TEXT) + "".join(map(p, lines)))
    assert [part.title for part in found] == ["内容"]
    assert text_of(found[0]).endswith(lines[-1])


@pytest.mark.parametrize(
    "line",
    [
        "一、本项目围绕示例灌区的饲草短缺开展研究，建立示范基地。",
        "二、" + "很长的一行" * 12,
        "2024年6月完成试验",
        "3.5公斤每亩",
        "12.5%的示例农户参加",
    ],
)
def test_a_sentence_that_begins_with_a_number_is_text(line: str) -> None:
    assert told(parts(p("一、甲") + p(TEXT) + p(line) + p(TEXT))) == [("一、", "甲", 0)]


def test_what_stands_behind_the_colon_of_a_heading_is_its_text() -> None:
    found = parts(p("一、项目名称：", "示例饲草栽培") + p("二、研究期限：2024年至2026年") + p("三、正文") + p(TEXT))
    assert [(part.title, text_of(part)) for part in found] == [
        ("项目名称", "示例饲草栽培"), ("研究期限", "2024年至2026年"), ("正文", TEXT),
    ]  # fmt: skip


def test_what_a_form_explains_in_brackets_is_not_part_of_a_heading() -> None:
    asked = "一、立项依据（包括研究目的、意义，国内外研究现状及发展趋势，附主要参考文献目录，不超过两千字）"
    assert told(parts(p(asked) + p(TEXT))) == [("一、", "立项依据", 0)]


def test_where_nothing_is_numbered_short_bold_lines_cut_it() -> None:
    found = parts(p("立项依据", bold=True) + p(TEXT) + p("研究目标", bold=True) + p(TEXT))
    assert told(found) == [("", "立项依据", 0), ("", "研究目标", 0)]


def test_bold_numbers_below_headings_of_a_style_are_headings() -> None:
    heading = '<w:outlineLvl w:val="0"/>'
    body = (
        p("甲", extra=heading) + p("1. 子", bold=True) + p(TEXT) + p("乙", extra=heading) + p("1. 平常的一行") + p(TEXT)
    )
    assert told(parts(body)) == [("", "甲", 0), ("1.", "子", 1), ("", "乙", 0)]


def test_what_stands_before_the_first_heading_is_a_part_of_its_own() -> None:
    found = parts(p("申请书封面") + p("一、甲") + p(TEXT))
    assert told(found) == [("", "", 0), ("一、", "甲", 0)]
    assert text_of(found[0]) == "申请书封面"


def test_a_document_without_headings_is_one_part() -> None:
    assert told(parts(p(TEXT) + p(TEXT))) == [("", "", 0)]


def test_an_empty_document_has_no_part() -> None:
    assert parts("") == []


def cell(*paragraphs: str) -> str:
    return f"<w:tc>{''.join(paragraphs)}</w:tc>"


def test_a_form_in_one_large_table_is_cut_at_what_its_cells_ask_for() -> None:
    long = p(TEXT * 5) * 4
    body = "<w:tbl>" + "".join(
        f"<w:tr>{row}</w:tr>"
        for row in [
            cell(p("项目名称")) + cell(p("示例饲草栽培")),
            cell(p("立项依据")) + cell(long),
            cell(p("二、研究目标（写清指标）"), *[p(TEXT * 3)] * 4),
        ]
    ) + "</w:tbl>"  # fmt: skip
    found = parts(body)
    assert [part.title for part in found] == ["", "立项依据", "研究目标（写清指标）"]
    assert text_of(found[1]).count(TEXT) == 20
    assert text_of(found[2]).count(TEXT) == 12


def test_a_table_of_records_is_left_whole() -> None:
    found = parts(p("一、成员") + table(["姓名", "职称"], ["示例甲", "教授"]))
    assert [type(item).__name__ for item in found[0].items] == ["Table"]


def test_of_very_many_headings_the_deepest_are_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_headings, "MOST_PARTS", 3)
    body = "".join(p(f"{one}、甲") + p("（一）乙") + p(TEXT) + p("（二）丙") + p(TEXT) for one in "一二三")
    found = parts(body)
    assert [part.title for part in found] == ["甲", "甲", "甲"]
    assert "".join(text_of(part) for part in found).count(TEXT) == 6
    assert "（二）丙" in text_of(found[0])
