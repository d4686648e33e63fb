"""Long text in the editor's document: what goes in comes out, whatever was edited around it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import QApplication

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_document
from kjxm_desktop.gui.form.rich_text_document import Reader

TEXT = st.text(st.sampled_from("葵盘 ab1𠮷，.é"), min_size=1, max_size=6)
MARKS = st.sampled_from([(), ("bold",), ("italic", "underline"), ("sub",), ("bold", "sup")])
RUN = st.one_of(
    st.builds(lambda text, marks: {"text": text, **dict.fromkeys(marks, True)}, TEXT, MARKS),
    st.builds(lambda latex: {"formula": latex}, st.sampled_from(["x^2", "a_1"])),
    st.builds(lambda row: {"cite": row}, st.sampled_from(["ref1", "ref2"])),
)
RUNS = st.lists(RUN, min_size=1, max_size=4)
BLOCK = st.one_of(
    st.builds(lambda runs: {"type": "paragraph", "runs": runs}, RUNS),
    st.builds(
        lambda ordered, items: {"type": "list", "ordered": ordered, "items": items},
        st.booleans(),
        st.lists(RUNS, min_size=1, max_size=3),
    ),
    st.builds(
        lambda cells: {"type": "table", "header": True, "rows": [cells, cells], "caption": "表"},
        st.lists(RUNS, min_size=1, max_size=3),
    ),
    st.builds(lambda latex: {"type": "formula", "latex": latex}, st.sampled_from(["E=mc^2", "k_i"])),
    st.builds(lambda alt: {"type": "picture", "media": "0" * 64, "caption": "图", "alt": alt}, TEXT),
)
BLOCKS = st.lists(BLOCK, max_size=6).map(rich_text.normalise)
QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def document(qapp: QApplication) -> QTextDocument:
    made = QTextDocument(qapp)
    made.setUndoRedoEnabled(False)
    made.documentLayout()  # without one, Qt tells of no change
    return made


@given(blocks=BLOCKS)
@QUICK
def test_blocks_come_back_from_the_document_as_they_went_in(document: QTextDocument, blocks: list[Json]) -> None:
    rich_text_document.fill(document, blocks)
    reader = Reader(document)
    assert reader.blocks() == blocks
    assert reader.word_count() == rich_text.word_count(blocks)


@given(first=BLOCKS, second=BLOCKS)
@QUICK
def test_nothing_of_an_earlier_text_stays_behind(
    document: QTextDocument, first: list[Json], second: list[Json]
) -> None:
    rich_text_document.fill(document, first)
    rich_text_document.fill(document, second)
    assert Reader(document).blocks() == second


_STEPS = st.lists(
    st.tuples(st.sampled_from(["type", "delete", "break"]), st.integers(0, 60), st.integers(0, 8)), max_size=8
)


@given(blocks=BLOCKS, steps=_STEPS)
@QUICK
def test_reading_only_what_changed_says_the_same_as_reading_all(
    document: QTextDocument, blocks: list[Json], steps: list[tuple[str, int, int]]
) -> None:
    rich_text_document.fill(document, blocks)
    reader = Reader(document)
    for step, at, length in steps:
        _edit(document, step, at, length)
    assert reader.blocks() == Reader(document).blocks()
    assert reader.word_count() == Reader(document).word_count()


def _edit(document: QTextDocument, step: str, at: int, length: int) -> None:
    last = document.characterCount() - 1
    cursor = QTextCursor(document)
    cursor.setPosition(min(at, last))
    if step == "type":
        cursor.insertText("字a")
    elif step == "break":
        cursor.insertBlock()
    else:
        cursor.setPosition(min(at + length, last), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()


@given(blocks=BLOCKS, pasted=BLOCKS.filter(bool), at=st.integers(0, 40))
@QUICK
def test_an_inserted_object_is_whole(document: QTextDocument, blocks: list[Json], pasted: list[Json], at: int) -> None:
    rich_text_document.fill(document, blocks)
    cursor = QTextCursor(document)
    cursor.setPosition(min(at, document.characterCount() - 1))
    rich_text_document.insert(cursor, pasted)
    found = [block for block in Reader(document).blocks() if block["type"] in ("table", "picture", "formula")]
    for block in (*blocks, *pasted):
        if block["type"] in ("table", "picture", "formula"):
            assert block in found


def test_keys_of_a_later_program_are_kept(document: QTextDocument) -> None:
    blocks: list[Json] = [
        {"type": "paragraph", "runs": [{"text": "一", "later": 1}], "align": "right"},
        {"type": "list", "ordered": True, "items": [[{"text": "二"}]], "start": 3},
    ]
    rich_text_document.fill(document, blocks)
    assert Reader(document).blocks() == blocks


def test_two_lists_that_follow_each_other_stay_two(document: QTextDocument) -> None:
    blocks: list[Json] = [
        {"type": "list", "ordered": False, "items": [[{"text": "一"}]]},
        {"type": "list", "ordered": False, "items": [[{"text": "二"}]]},
    ]
    rich_text_document.fill(document, blocks)
    assert Reader(document).blocks() == blocks
