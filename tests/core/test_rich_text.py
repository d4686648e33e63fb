"""Long text has one spelling, no character a printer could choke on, and the length that Word tells."""

import unicodedata
from xml.etree import ElementTree as ET

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kjxm_desktop.core import rich_text
from kjxm_desktop.errors import KjxmError

SHA = "0123456789abcdef" * 4
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
UGLY = st.text(
    st.sampled_from("a中，\r\n\t \x00\x0b\x85\xa0\u2028\u2029\u200b\u200d\u202e\ufeff\ufffe\U000e0041👩\ufe0f❤")
    | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
RUNS = st.lists(
    st.fixed_dictionaries({"text": UGLY}, optional={mark: st.booleans() for mark in rich_text.MARKS})
    | st.builds(lambda latex: {"formula": latex}, st.sampled_from(["x^2", r"\frac{a}{b}"]))
    | st.builds(lambda cite: {"cite": cite}, st.sampled_from(["k3j2", "r1"])),
    max_size=4,
)
BLOCKS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("paragraph"), "runs": RUNS}),
        st.fixed_dictionaries(
            {"type": st.just("list"), "items": st.lists(RUNS, max_size=3)}, optional={"ordered": st.booleans()}
        ),
        st.fixed_dictionaries(
            {
                "type": st.just("table"),
                "rows": st.lists(st.lists(RUNS, min_size=1, max_size=3), min_size=1, max_size=3),
            },
            optional={"header": st.booleans(), "caption": UGLY},
        ),
        st.fixed_dictionaries(
            {"type": st.just("picture"), "media": st.just(SHA)}, optional={"caption": UGLY, "alt": UGLY}
        ),
        st.just({"type": "formula", "latex": "E=mc^2"}),
    ),
    max_size=5,
)


def paragraph(*runs):
    return {"type": "paragraph", "runs": [{"text": run} if isinstance(run, str) else run for run in runs]}


def refused(value, **options):
    with pytest.raises(KjxmError) as caught:
        rich_text.normalise(value, pointer="/s/t", **options)
    return caught.value.key, caught.value.params["pointer"]


# --- 字数


def counted_one_by_one(text: str) -> int:
    """Count as form.md §1 says, character by character: the slow way, to compare with."""
    count, in_run = 0, False
    for character in text:
        name = unicodedata.name(character, "")
        if unicodedata.category(character) == "Mn" and "VARIATION SELECTOR" in name:
            continue
        full_width = name.startswith(
            ("FULLWIDTH", "HALFWIDTH IDEOGRAPHIC", "HALFWIDTH LEFT CORNER", "HALFWIDTH RIGHT CORNER")
        )
        single = (
            name.startswith(
                (
                    "CJK UNIFIED IDEOGRAPH",
                    "CJK COMPATIBILITY IDEOGRAPH",
                    "HIRAGANA",
                    "KATAKANA",
                    "HALFWIDTH KATAKANA",
                    "IDEOGRAPHIC",
                )
            )
            or (full_width and not unicodedata.category(character).startswith(("L", "N")))
            or character in "“”‘’—…·℃‰〇、。〈〉《》「」『』【】〔〕〖〗"
        )
        if character.isspace():
            in_run = False
        elif single:
            count, in_run = count + 1, False
        else:
            count, in_run = count + (not in_run), True
    return count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" \u3000\t\n", 0),
        ("科技兴蒙", 4),
        ("提高98.5%，节约12 kWh/t。", 9),
        ("98.5%", 1),
        ("kWh/t", 1),
        ("a b\u3000c", 3),
        ("“双碳”——目标……", 10),
        ("25℃", 2),
        ("3‰", 2),
        ("阿·布", 3),
        ("𠮷𪚥", 2),
        ("𰻞", 1),
        ("豈", 1),
        ("々〇", 2),
        ("アｱあ", 3),
        ("，。！？：；（）", 8),
        ("～＋￥％", 4),
        ("１２３", 1),
        ("ＡＢＣ公司", 3),
        ("葛\U000e0100城", 2),
        ("❤️", 1),
        ("👨‍👩‍👧", 1),
        ("(a)", 1),
        ("ᠮᠣᠩᠭᠣᠯ", 1),
        ("a\u00a0b", 2),
    ],
)
def test_words_are_counted_as_word_counts(text, count):
    assert rich_text.word_count(text) == count


@given(st.text(st.sampled_from("科技𠮷豈あアｱ，。“”‘’—…·℃‰《》（）％￥１Ａab9%/ \u3000\n"), max_size=60))
def test_the_count_is_the_one_made_character_by_character(text):
    assert rich_text.word_count(text) == counted_one_by_one(text)


@given(ANY_TEXT, ANY_TEXT)
def test_texts_on_two_lines_count_as_their_sum(first, second):
    assert rich_text.word_count(f"{first}\n{second}") == rich_text.word_count(first) + rich_text.word_count(second)


def test_paragraphs_lists_and_tables_count_captions_and_formulas_do_not():
    value = rich_text.normalise(
        [
            paragraph("一二", {"text": "三", "bold": True}, {"formula": "x^2"}, {"cite": "r1"}),
            {"type": "list", "items": [[{"text": "四"}], [{"text": "五"}]]},
            {"type": "table", "rows": [[[{"text": "a"}], [{"text": "b"}]]], "caption": "不算"},
            {"type": "picture", "media": SHA, "caption": "不算", "alt": "不算"},
            {"type": "formula", "latex": "a b c"},
        ]
    )
    assert rich_text.word_count(value) == 7


def test_a_run_of_figures_is_one_word_across_marks():
    assert rich_text.word_count([paragraph("CO", {"text": "2", "sub": True}, "/h")]) == 1


# --- characters


@given(UGLY)
def test_what_is_cleaned_can_stand_in_xml_and_is_clean(text):
    clean = rich_text.clean_text(text)
    document = ET.fromstring(f"<t>{clean.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</t>")
    assert (document.text or "") == clean
    assert rich_text.clean_text(clean) == clean


@given(UGLY)
def test_a_cleaned_line_is_one_line_and_clean(text):
    line = rich_text.clean_line(text)
    assert len(line.splitlines()) <= 1
    assert rich_text.clean_line(line) == line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u2029c\x0bd\x0ce\x85f", "a\nb\nc\nd\ne\nf"),
        ("a\x00b\x1bc\x7fd\x9fe", "abcde"),
        ("\ufeffa\u200bb\u200cc\u2060d\xade", "abcde"),
        ("a\u202eb\u2066c\u200fd\u061ce", "abcde"),
        ("a\ufffeb\uffffc\ufdd0d\U0001fffee\U0010fffff", "abcdef"),
        ("a\U000e0041\U000e007fb", "ab"),
        ("中\ufffc文", "中文"),
        ("a\tb\xa0c", "a b c"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("❤️‍🔥", "❤️‍🔥"),
        ("蒙\u200d古", "蒙古"),
        ("👩\u200d", "👩"),
        ("\u200d👩", "👩"),
        ("豈①℃㎡ｱé", "豈①℃㎡ｱé"),
        ("e\u0301", "e\u0301"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\ue000\U000f0000", "\ue000\U000f0000"),
        ("ᠮᠣᠩᠭᠣᠯ\u180b", "ᠮᠣᠩᠭᠣᠯ\u180b"),
    ],
)
def test_the_one_policy_on_characters(typed, kept):
    assert rich_text.clean_text(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("x\ud800y", "xy"),
        ("a\udfffb", "ab"),
        ("\ud842\udfb7", "𠮷"),
        ("\udfb7\ud842", ""),
        ("z\ud83f\udffe", "z"),
        ("𠮷\ud842", "𠮷"),
    ],
)
def test_halves_of_a_character_are_joined_and_a_half_alone_goes(typed, kept):
    assert rich_text.clean_text(typed) == kept


@given(st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=8))
def test_what_is_cleaned_is_taken_by_the_printer_of_word_files(texts):
    document = docx.Document()
    for text in texts:
        clean = rich_text.clean_text(text)
        assert document.add_paragraph(clean).text == clean


@pytest.mark.parametrize("name", ["豈", "\uf900塔娜", "①", "℃", "㎡", "ﬁ", "Å", "e\u0301", "\u1112\u1161\u11ab"])
def test_a_name_stays_as_it_was_typed_through_all_that_cleans_it(name):
    assert rich_text.clean_text(name) == name
    assert rich_text.clean_line(name) == name
    assert rich_text.plain(rich_text.normalise(name)) == name


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("科技\t兴蒙\r\n\xa0", 0),
        ("\x00\x1b\ufffe", 0),
        ("a\u200bb\ufeffc\xadd", 3),
        ("\u202e\u2066\u061c", 3),
        ("\U000e0041\U000e007f", 2),
        ("👩\u200d🔬", 0),
        ("👩\u200d", 1),
        ("\ue000\U0010fff0\u180b", 0),
    ],
)
def test_characters_that_nobody_could_see_are_counted(text, count):
    assert rich_text.invisible_in(text) == count


@given(UGLY)
def test_no_clean_text_holds_anything_invisible(text):
    assert rich_text.invisible_in(rich_text.clean_text(text)) == 0


def test_lines_pasted_into_one_line_are_joined():
    assert rich_text.clean_line("内蒙古\n自治区\n") == "内蒙古自治区"
    assert rich_text.clean_line("green\n\nhydrogen") == "green hydrogen"


# --- blocks


def test_a_string_gives_one_paragraph_a_line():
    assert rich_text.normalise("一\r\n\n二 ") == [paragraph("一"), paragraph("二 ")]


@given(BLOCKS)
def test_normal_blocks_stay_as_they_are(value):
    blocks = rich_text.normalise(value)
    assert rich_text.normalise(blocks) == blocks
    assert rich_text.normalise(blocks, keep_unknown=True) == blocks


@given(BLOCKS)
def test_no_visible_character_is_lost(value):
    blocks = rich_text.normalise(value)
    before = "".join(rich_text.clean_text(text) for text in texts_in(value))
    assert sorted("".join("".join(texts_in(blocks)).split())) == sorted("".join(before.split()))


def texts_in(value):
    if isinstance(value, dict):
        return [
            text
            for key, child in value.items()
            if key not in ("type", "media", "cite", "formula")
            for text in texts_in(child)
        ]
    if isinstance(value, list):
        return [text for child in value for text in texts_in(child)]
    return [value] if isinstance(value, str) else []


@given(BLOCKS)
def test_plain_text_has_what_is_counted(value):
    blocks = rich_text.normalise(value)
    assert rich_text.word_count(blocks) == rich_text.word_count(rich_text.plain(blocks))


def test_neighbours_with_the_same_marks_become_one_run():
    value = [paragraph("a", {"text": "b", "bold": False}, {"text": "c", "bold": True}, {"text": "d", "bold": True}, "")]
    assert rich_text.normalise(value) == [paragraph("ab", {"text": "cd", "bold": True})]


def test_a_line_break_inside_a_paragraph_splits_it():
    value = [paragraph({"text": "a\nb", "bold": True}, {"formula": "x"})]
    assert rich_text.normalise(value) == [
        paragraph({"text": "a", "bold": True}),
        paragraph({"text": "b", "bold": True}, {"formula": "x"}),
    ]


def test_a_blank_line_between_paragraphs_is_kept_and_nothing_but_blank_lines_is_nothing():
    assert rich_text.normalise([paragraph("a"), paragraph(), paragraph("b")])[1] == paragraph()
    assert rich_text.normalise([paragraph(), paragraph("")]) == []


def test_short_rows_of_a_table_are_filled_up():
    table = rich_text.normalise([{"type": "table", "rows": [[[{"text": "a"}], []], [[]]]}])[0]
    assert table == {"type": "table", "header": False, "rows": [[[{"text": "a"}], []], [[], []]]}


def test_a_picture_may_name_a_file_only_where_data_comes_from_outside():
    picture = {"type": "picture", "file": "图/a.png", "caption": "图"}
    assert rich_text.normalise([picture], allow_file=True) == [picture]
    assert refused([picture]) == ("data.unknown_key", "/s/t/0/file")


def test_keys_of_a_later_program_are_kept_when_asked():
    value = [paragraph({"text": "a", "colour": "red"}) | {"align": "center"}]
    assert rich_text.normalise(value, keep_unknown=True) == value
    assert refused(value) == ("data.unknown_key", "/s/t/0/align")


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (5, ""),
        ({"type": "paragraph"}, ""),
        (["a"], "/0"),
        ([{"runs": []}], "/0/type"),
        ([{"type": "video"}], "/0/type"),
        ([{"type": "paragraph"}], "/0/runs"),
        ([paragraph({"text": 5})], "/0/runs/0/text"),
        ([paragraph({})], "/0/runs/0"),
        ([paragraph({"text": "a", "cite": "b"})], "/0/runs/0"),
        ([paragraph({"text": "a", "bold": 1})], "/0/runs/0/bold"),
        ([paragraph({"formula": " "})], "/0/runs/0/formula"),
        ([{"type": "list", "ordered": "yes", "items": []}], "/0/ordered"),
        ([{"type": "list", "items": [{}]}], "/0/items/0"),
        ([{"type": "table", "rows": []}], "/0/rows"),
        ([{"type": "table", "rows": [[]]}], "/0/rows"),
        ([{"type": "table", "rows": [[[]] * 64]}], "/0/rows"),
        ([{"type": "table", "rows": [["a"]]}], "/0/rows/0/0"),
        ([{"type": "table", "rows": [[[]]], "caption": 1}], "/0/caption"),
        ([{"type": "picture"}], "/0/media"),
        ([{"type": "picture", "media": "../../x"}], "/0/media"),
        ([{"type": "formula"}], "/0/latex"),
    ],
)
def test_a_wrong_structure_is_refused_with_its_pointer(value, pointer):
    assert refused(value) == ("data.rich", "/s/t" + pointer)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        " \n",
        [],
        [paragraph("  ")],
        [{"type": "list", "ordered": False, "items": [[]]}],
        [{"type": "table", "header": True, "rows": [[[]]]}],
    ],
)
def test_what_says_nothing_is_empty(value):
    assert rich_text.is_empty(value)


@pytest.mark.parametrize(
    "value",
    [
        "a",
        [paragraph("a")],
        [paragraph({"formula": "x"})],
        [paragraph({"cite": "r"})],
        [{"type": "picture", "media": SHA}],
        [{"type": "formula", "latex": "x"}],
    ],
)
def test_what_says_something_is_not_empty(value):
    assert not rich_text.is_empty(value)


def test_pictures_and_citations_are_listed():
    value = [
        paragraph("a", {"cite": "r1"}),
        {"type": "picture", "media": SHA},
        {"type": "list", "ordered": True, "items": [[{"cite": "r2"}]]},
    ]
    assert rich_text.media_of(value) == [SHA]
    assert rich_text.cites_of(value) == ["r1", "r2"]
