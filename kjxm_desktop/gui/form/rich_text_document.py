"""Long text between blocks, as the proposal keeps it, and the document of Qt's editor: there and back without loss.

Each paragraph and each item of a list is one text block of Qt. What the editor cannot edit (tables, pictures, formulas,
citations) stands in it as one object character that carries its JSON. Marks lie in a property of our own beside the
looks, and so does every key of a later program, so that what is read back is what was put in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, cast

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from kjxm_desktop.core import rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui import theme

OBJECT = "\ufffc"
BLOCK_OBJECT = QTextFormat.ObjectTypes.UserObject + 1
RUN_OBJECT = QTextFormat.ObjectTypes.UserObject + 2

MARKS_PROPERTY = QTextFormat.Property.UserProperty + 1
JSON_PROPERTY = QTextFormat.Property.UserProperty + 2
"""On an object: its block or run. On text, blocks and lists: keys of a later program."""

Run = dict[str, Json]
Block = dict[str, Json]


@dataclass(frozen=True)
class Line:
    """One text block of Qt as blocks understand it: a paragraph, an item of a list, or an object standing alone."""

    kind: str
    runs: tuple[Run, ...] = ()
    block: Block = field(default_factory=lambda: cast("Block", {}))
    list_key: int = -1
    words: int = 0


class FormatRange(Protocol):
    """A piece of a text block with one format, in UTF-16 units from the start of the block."""

    start: int
    length: int
    format: QTextCharFormat


def formats_of(block: QTextBlock) -> list[FormatRange]:
    """Return the pieces of a text block with their formats; the bindings' types do not tell what is in them."""
    return cast("list[FormatRange]", block.textFormats())


def list_at(cursor: QTextCursor) -> QTextList | None:
    """Return the list the cursor stands in; the bindings' types promise one where there may be none."""
    return cast("QTextList | None", cursor.currentList())


# ---- marks and formats


def marks_of(made: QTextCharFormat) -> tuple[str, ...]:
    """Return the marks of a format, in their order."""
    bits = made.intProperty(MARKS_PROPERTY)
    return tuple(mark for at, mark in enumerate(rich_text.MARKS) if bits & (1 << at))


def marked(marks: Sequence[str]) -> QTextCharFormat:
    """Return the format of text with `marks`."""
    made = QTextCharFormat()
    made.setProperty(MARKS_PROPERTY, sum(1 << at for at, mark in enumerate(rich_text.MARKS) if mark in marks))
    made.setFontWeight(QFont.Weight.Bold if "bold" in marks else QFont.Weight.Normal)
    made.setFontItalic("italic" in marks)
    made.setFontUnderline("underline" in marks)
    align = QTextCharFormat.VerticalAlignment
    made.setVerticalAlignment(
        align.AlignSubScript if "sub" in marks else align.AlignSuperScript if "sup" in marks else align.AlignNormal
    )
    return made


def with_mark(made: QTextCharFormat, mark: str, on: bool) -> QTextCharFormat:
    """Return the format with one mark set or taken away; sub- and superscript exclude each other."""
    marks = [other for other in marks_of(made) if other != mark and not (on and {other, mark} == {"sub", "sup"})]
    return marked([*marks, mark] if on else marks)


def paragraph_format() -> QTextBlockFormat:
    """Return how paragraphs are set: roomy lines, a little space below."""
    made = QTextBlockFormat()
    made.setLineHeight(theme.PROSE_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    made.setBottomMargin(theme.SPACE_GRID)
    return made


def object_line_format() -> QTextBlockFormat:
    """Return how a line is set that holds a table, a picture or a formula: as high as that."""
    made = QTextBlockFormat()
    made.setBottomMargin(2 * theme.SPACE_GRID)
    return made


def list_format(ordered: bool) -> QTextListFormat:
    """Return how lists are set."""
    made = QTextListFormat()
    style = QTextListFormat.Style.ListDecimal if ordered else QTextListFormat.Style.ListDisc
    made.setStyle(style)
    made.setIndent(1)
    return made


def object_format(kind: int, told: Json) -> QTextCharFormat:
    """Return the format of an object that carries `told`."""
    made = QTextCharFormat()
    made.setObjectType(kind)
    align = QTextCharFormat.VerticalAlignment
    # A formula reaches below the base line as well: Qt then halves its height between above and below.
    made.setVerticalAlignment(align.AlignMiddle if "formula" in told else align.AlignBaseline)
    made.setProperty(JSON_PROPERTY, json.dumps(told, ensure_ascii=False))
    return made


def _later(fields: Json, known: Sequence[str]) -> str:
    rest = {key: value for key, value in fields.items() if key not in known}
    return json.dumps(rest, ensure_ascii=False) if rest else ""


def told_by(made: QTextFormat) -> Json:
    """Return the JSON that a format carries, to be read alone: {} where it carries none."""
    text = made.stringProperty(JSON_PROPERTY)
    return _loaded(text) if text else {}


def is_of_object(made: QTextFormat) -> bool:
    """Tell whether a format is that of an object: Qt gives it to what is typed behind one as well."""
    told = told_by(made)
    return any(key in told for key in ("type", "formula", "cite"))


@lru_cache(maxsize=256)
def _loaded(text: str) -> Json:
    """Return what the JSON says, the same object each time: Qt asks for a table several times for each key."""
    return json.loads(text)


# ---- blocks into a document


def fill(document: QTextDocument, blocks: Sequence[Block]) -> None:
    """Make `document` show exactly `blocks`."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.removeSelectedText()
    _leave_list(cursor)
    cursor.setBlockFormat(paragraph_format())
    cursor.setBlockCharFormat(marked(()))
    _insert(cursor, blocks, fresh=True)
    cursor.endEditBlock()


def fill_line(document: QTextDocument, runs: Sequence[Run], *, bold: bool = False) -> None:
    """Make `document` show one line of runs; `bold` shows all of them bold and keeps their marks as they are."""
    if not bold and all(run.keys() == {"text"} for run in runs):
        document.setPlainText("".join([run["text"] for run in runs]))
        return
    document.clear()
    cursor = QTextCursor(document)
    plain = marked(())
    plain.setFontWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    cursor.setBlockCharFormat(plain)
    _insert_runs(cursor, runs, bold=bold)
    cursor.setCharFormat(plain)


def insert(cursor: QTextCursor, blocks: Sequence[Block]) -> None:
    """Insert `blocks` at the cursor instead of what is selected: one paragraph within the line, more as lines."""
    cursor.beginEditBlock()
    cursor.removeSelectedText()
    first, rest = (blocks[0], blocks[1:]) if blocks and blocks[0]["type"] == "paragraph" else (None, blocks)
    if first is not None:
        _insert_runs(cursor, first["runs"])
    if rest:
        after = QTextCursor(cursor)
        if not after.atBlockEnd():
            cursor.insertBlock()
            cursor.movePosition(QTextCursor.MoveOperation.PreviousBlock)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        _insert(cursor, rest, fresh=cursor.block().length() == 1)
    cursor.endEditBlock()


def _insert(cursor: QTextCursor, blocks: Sequence[Block], *, fresh: bool) -> None:
    """Insert blocks line by line; `fresh` uses the empty line the cursor stands in for the first one."""
    for block in blocks:
        if block["type"] == "list":
            made = list_format(bool(block["ordered"]))
            made.setProperty(JSON_PROPERTY, _later(block, ("type", "ordered", "items")))
            listed: QTextList | None = None
            for runs in block["items"]:
                _new_line(cursor, fresh)
                fresh = False
                if listed is None:
                    listed = cursor.createList(made)
                else:
                    listed.add(cursor.block())
                _insert_runs(cursor, runs)
            continue
        _new_line(cursor, fresh)
        fresh = False
        if block["type"] == "paragraph":
            made_block = paragraph_format()
            made_block.setProperty(JSON_PROPERTY, _later(block, ("type", "runs")))
            cursor.setBlockFormat(made_block)
            _insert_runs(cursor, block["runs"])
        else:
            cursor.setBlockFormat(object_line_format())
            cursor.insertText(OBJECT, object_format(BLOCK_OBJECT, block))


def _new_line(cursor: QTextCursor, fresh: bool) -> None:
    if not fresh:
        cursor.insertBlock(paragraph_format(), marked(()))
    _leave_list(cursor)


def _leave_list(cursor: QTextCursor) -> None:
    listed = list_at(cursor)
    if listed is not None:
        listed.remove(cursor.block())
        cursor.setBlockFormat(paragraph_format())


def _insert_runs(cursor: QTextCursor, runs: Sequence[Run], *, bold: bool = False) -> None:
    for run in runs:
        if "text" not in run:
            cursor.insertText(OBJECT, object_format(RUN_OBJECT, run))
            continue
        made = marked([mark for mark in rich_text.MARKS if run.get(mark)])
        made.setProperty(JSON_PROPERTY, _later(run, ("text", *rich_text.MARKS)))
        if bold:
            made.setFontWeight(QFont.Weight.Bold)
        cursor.insertText(run["text"], made)
    cursor.setCharFormat(marked(()))


# ---- a document into blocks


def read_block(block: QTextBlock) -> list[Line]:
    """Return what one text block of Qt stands for; more than one line where something stands beside an object."""
    listed = cast("QTextList | None", block.textList())  # the bindings' types promise a list where there may be none
    key = listed.objectIndex() if listed is not None else -1
    lines: list[Line] = []
    runs: list[Run] = []
    for text, made in _pieces(block):
        if made.objectType() == BLOCK_OBJECT:
            if runs:
                lines.append(_line(block, runs, key, listed))
            lines += [_object_line(told_by(made)) for _ in text]
            runs = []
        elif made.objectType() == RUN_OBJECT:
            runs += [told_by(made) for _ in text]
        else:
            _add_text(runs, text, made)
    if runs or not lines:
        lines.append(_line(block, runs, key, listed))
    return lines


def _line(block: QTextBlock, runs: list[Run], key: int, listed: QTextList | None) -> Line:
    words = rich_text.word_count([{"type": "paragraph", "runs": runs}])
    if listed is None:
        made: Block = {"type": "paragraph", "runs": runs, **told_by(block.blockFormat())}
        return Line("paragraph", tuple(runs), made, key, words)
    ordered = listed.format().style() == QTextListFormat.Style.ListDecimal
    made = {"type": "list", "ordered": ordered, "items": [runs], **told_by(listed.format())}
    return Line("item", tuple(runs), made, key, words)


def _object_line(block: Block) -> Line:
    return Line("object", (), block, -1, rich_text.word_count([block]))


def _pieces(block: QTextBlock) -> Iterator[tuple[str, QTextCharFormat]]:
    """Yield the pieces of a text block with their formats. Qt counts in UTF-16 units, Python in characters."""
    text = block.text()
    ranges = formats_of(block)
    if len(text) == block.length() - 1:
        for piece in ranges:
            yield text[piece.start : piece.start + piece.length], piece.format
        return
    units = text.encode("utf-16-le", "surrogatepass")
    for piece in ranges:
        part = units[2 * piece.start : 2 * (piece.start + piece.length)]
        yield part.decode("utf-16-le", "replace"), piece.format


def _add_text(runs: list[Run], text: str, made: QTextCharFormat) -> None:
    text = rich_text.clean_line(text)
    if not text:
        return
    later: Run = {} if is_of_object(made) else told_by(made)
    run: Run = {"text": text, **dict.fromkeys(marks_of(made), True), **later}
    last = runs[-1] if runs else {}
    if "text" in last and {**last, "text": ""} == {**run, "text": ""}:
        runs[-1] = {**last, "text": last["text"] + text}
    else:
        runs.append(run)


def assemble(lines: Sequence[Line]) -> list[Block]:
    """Return the blocks that lines stand for: items of one list follow each other in one block."""
    blocks: list[Block] = []
    open_list = -1
    for line in lines:
        if line.kind == "item" and line.list_key == open_list:
            blocks[-1]["items"].append(list(line.runs))
            continue
        open_list = line.list_key if line.kind == "item" else -1
        blocks.append({**line.block, "items": [list(line.runs)]} if line.kind == "item" else line.block)
    return blocks if any(block["type"] != "paragraph" or block["runs"] for block in blocks) else []


class Reader:
    """Reads a document as blocks again and again; only what has changed is looked at anew."""

    def __init__(self, document: QTextDocument) -> None:
        self._document = document
        self._lines: list[list[Line]] = []
        self.read_all()
        document.contentsChange.connect(self._on_contents_change)

    def read_all(self) -> None:
        """Read everything anew: after steps on lists, which touch blocks beside the ones they name."""
        self._lines = []
        block = self._document.begin()
        while block.isValid():
            self._lines.append(read_block(block))
            block = block.next()

    def _on_contents_change(self, at: int, _removed: int, added: int) -> None:
        document = self._document
        grown = document.blockCount() - len(self._lines)
        first = document.findBlock(at)
        last = document.findBlock(at + added)
        start = first.blockNumber() if first.isValid() else 0
        end = last.blockNumber() if last.isValid() else document.blockCount() - 1
        if end - grown < start - 1:
            self.read_all()
            return
        anew: list[list[Line]] = []
        block = document.findBlockByNumber(start)
        for _ in range(end - start + 1):
            anew.append(read_block(block))
            block = block.next()
        self._lines[start : end - grown + 1] = anew
        if len(self._lines) != document.blockCount():
            self.read_all()

    def blocks(self) -> list[Block]:
        """Return the blocks as they are now."""
        return assemble([line for lines in self._lines for line in lines])

    def word_count(self) -> int:
        """Return the 字数 of all lines."""
        return sum(line.words for lines in self._lines for line in lines)


def selected_blocks(cursor: QTextCursor) -> list[Block]:
    """Return what is selected as blocks, cut at the ends of the selection."""
    copy = QTextDocument()
    QTextCursor(copy).insertFragment(cursor.selection())
    lines: list[Line] = []
    block = copy.begin()
    while block.isValid():
        lines += read_block(block)
        block = block.next()
    return assemble(lines)
