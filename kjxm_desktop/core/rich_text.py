"""Long text as blocks, the one policy on characters, and 字数 as Word counts them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, cast

from kjxm_desktop.core.json_pointer import Json, build
from kjxm_desktop.errors import KjxmError

MARKS: Final = ("bold", "italic", "underline", "sub", "sup")
MOST_COLUMNS: Final = 63  # what Word can hold
MOST_ROWS: Final = 2000
MOST_CAPTION: Final = 1_000  # characters, of a caption as of an alternative text
MOST_FORMULA: Final = 20_000

# --- characters -----------------------------------------------------------------------------------------------------

_SURROGATE = re.compile("[\ud800-\udfff]")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(end - 1) + chr(end) for end in range(0xFFFF, 0x110000, 0x10000))
_INVISIBLE = (
    "\xad\u034f\u200b\u200c\u2060-\u2064\u206a-\u206f\ufeff"  # zero-width
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # zero-width, of shorthand and of music
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional marks and overrides
    "\U000e0000-\U000e007f"  # tags
)
_REMOVED = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters without a meaning in text
    f"{_INVISIBLE}"
    "\ufff9-\ufffc"  # annotation anchors and the stand-in for an object
    f"{_NONCHARACTERS}]"
)
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile("[\t\xa0]")
_PICTOGRAPH = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(f"(?<![{_PICTOGRAPH}\ufe0f])\u200d|\u200d(?![{_PICTOGRAPH}])")
_UNSEEN = re.compile(f"[{_INVISIBLE}]|{_STRAY_JOINER.pattern}")
_TOUCHED = re.compile(f"{_REMOVED.pattern[:-1]}\t\x0b\x0c\r\x85\xa0\u200d\u2028\u2029\ud800-\udfff]")

# --- 字数 ------------------------------------------------------------------------------------------------------------

_IDEOGRAPHS = "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fffd\U00030000-\U0003fffd"
_KANA = "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001aff0-\U0001afff\U0001b000-\U0001b16f"
_CJK_PUNCTUATION = "\u3001-\u303f\ufe10-\ufe1f\ufe30-\ufe6f"
_FULL_WIDTH_PUNCTUATION = "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffe6"
_SINGLE = f"{_IDEOGRAPHS}{_KANA}{_CJK_PUNCTUATION}{_FULL_WIDTH_PUNCTUATION}“”‘’—…·℃‰"
_SINGLES = re.compile(f"[{_SINGLE}]+")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # the shape of the character before, none of its own
_LINES_JOINED = f"(?<=[{_SINGLE}])\n+(?=[{_SINGLE}])"  # a long one, compiled by the first text that needs it
_LINES = re.compile("\n+")
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class _Policy:
    """What is let through beside the block format itself: pictures by `file`, keys of a later program."""

    allow_file: bool
    keep_unknown: bool


def clean_text(text: str) -> str:
    r"""Return `text` as it may be stored and printed; cleaning twice changes nothing more.

    Line ends of every kind become ``\n``, tabs and no-break spaces a space; control characters, noncharacters,
    bidirectional, zero-width and tag characters go, a joiner stays between two pictographs; the halves of a character
    are joined, a half alone goes. What was typed is never composed or folded (no NFC, no NFKC), and private and
    unassigned characters stay. All that is returned is accepted by XML 1.0.
    """
    if not _TOUCHED.search(text):
        return text
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _STRAY_JOINER.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", _REMOVED.sub("", text))))


def invisible_in(text: str) -> int:
    """Return how many characters `clean_text` takes away that nobody could have seen: whoever pastes is told."""
    return _UNSEEN.subn("", text)[1] if _TOUCHED.search(text) else 0


def clean_line(text: str) -> str:
    """Return `text` cleaned, in one line: a line break becomes a space, between Chinese characters nothing."""
    text = clean_text(text)
    if "\n" not in text:
        return text
    return _LINES.sub(" ", re.sub(_LINES_JOINED, "", text.strip("\n")))


def normalise(
    value: Json,
    *,
    allow_file: bool = False,
    keep_unknown: bool = False,
    pointer: str = "",
    is_sound: Callable[[int], bool] = frozenset[int]().__contains__,
) -> list[Json]:
    """Return `value`, a string or a list of blocks, as blocks in their one canonical spelling.

    A string gives one paragraph a line, blank lines none. Neighbouring runs with the same marks become one, line
    breaks inside a paragraph split it, short rows of a table are filled up; text without anything in it gives [].
    `allow_file` lets a picture name its `file` instead of its `media`; `keep_unknown` keeps keys of later programs;
    a block whose `id()` is sound is in its canonical spelling already.
    Raises KjxmError `data.rich`, `data.unknown_key` or `data.too_long` (captions and formulas alone; the text is for
    the form to measure) with the pointer, which begins with `pointer`.
    """
    if isinstance(value, str):
        lines = clean_text(value).split("\n")
        return [{"type": "paragraph", "runs": [{"text": line}]} for line in lines if line.strip()]
    policy = _Policy(allow_file, keep_unknown)
    blocks: list[Json] = []
    for index, item in enumerate(_list(value, pointer)):
        blocks += [item] if is_sound(id(item)) else _block(item, f"{pointer}/{index}", policy)
    return blocks if any(block["type"] != "paragraph" or block["runs"] for block in blocks) else []


def plain(value: Json) -> str:
    """Return the text of paragraphs, lists and tables, a line each, cells apart by a tab; no captions, no formulas."""
    if isinstance(value, str):
        return value
    return "\n".join(_lines(value))


def printed(value: Json) -> str:
    """Return all that an answer prints as text: also captions, the sources of formulas, the words of a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):  # a picture by itself
        return str(cast("dict[str, Json]", value).get("caption", ""))
    if not isinstance(value, list):
        return ""
    parts = cast("list[Json]", value)
    if parts and isinstance(parts[0], str):
        return "\n".join([str(part) for part in parts])
    return "\n".join(_all_lines(parts))


def word_count(value: Json) -> int:
    """Return the 字数 of a string or of blocks, as Word counts.

    Each CJK ideograph, kana, CJK or full-width punctuation mark and each of “ ” ‘ ’ — … · ℃ ‰ is one, as is each
    longest run of other characters without a space; captions and formulas are none.
    """
    text = plain(value)
    if _VARIATION.search(text):
        text = _VARIATION.sub("", text)
    rest, groups = _SINGLES.subn(" ", text)
    return len(text) - len(rest) + groups + len(rest.split())


def is_empty(value: Json) -> bool:
    """Tell whether `value` says nothing: no visible character, no formula, no citation, no picture."""
    if not value:
        return True
    if isinstance(value, str):
        return not value.strip()
    return not any(block.get("type") in ("picture", "formula") or _says(block) for block in _blocks(value))


def media_of(value: Json) -> list[str]:
    """Return the digests of the pictures in blocks, in their order."""
    return [block["media"] for block in _blocks(value) if block.get("type") == "picture" and "media" in block]


def cites_of(value: Json) -> list[str]:
    """Return the ids of the references that blocks cite, in their order, as often as they are cited."""
    return [run["cite"] for block in _blocks(value) for runs in _run_lists(block) for run in runs if "cite" in run]


def formulas_of(value: Json) -> Iterator[str]:
    """Yield the sources of the formulas in blocks, in their order."""
    for block in _blocks(value):
        if block.get("type") == "formula":
            yield block["latex"]
        for runs in _run_lists(block):
            yield from (run["formula"] for run in runs if "formula" in run)


# --- reading canonical blocks ---------------------------------------------------------------------------------------


def _blocks(value: Json) -> list[dict[str, Json]]:
    return cast("list[dict[str, Json]]", value) if isinstance(value, list) else []


def _run_lists(block: dict[str, Json]) -> Iterator[list[dict[str, Json]]]:
    kind = block.get("type")
    if kind == "paragraph":
        yield block["runs"]
    elif kind == "list":
        yield from block["items"]
    elif kind == "table":
        for row in block["rows"]:
            yield from row


def _says(block: dict[str, Json]) -> bool:
    return any("text" not in run or run["text"].strip() for runs in _run_lists(block) for run in runs)


def _lines(value: Json) -> Iterator[str]:
    for block in _blocks(value):
        if block.get("type") == "table":
            yield from ("\t".join(_text(cell) for cell in row) for row in block["rows"])
        else:
            yield from (_text(runs) for runs in _run_lists(block))


def _all_lines(value: Json) -> Iterator[str]:
    for block in _blocks(value):
        yield from [block[name] for name in ("caption", "latex") if name in block]
        for runs in _run_lists(block):
            yield "".join([run.get("text") or run.get("formula") or "" for run in runs])


def _text(runs: list[dict[str, Json]]) -> str:
    return "".join([run.get("text", " " if "formula" in run else "") for run in runs])


# --- making blocks canonical ----------------------------------------------------------------------------------------


def _block(value: Json, pointer: str, policy: _Policy) -> list[Json]:
    block = _dict(value, pointer)
    match block.get("type"):
        case "paragraph":
            later = _later(block, ("type", "runs"), pointer, policy)
            paragraphs = _split(_runs(block.get("runs"), f"{pointer}/runs", policy))
            return [{"type": "paragraph", "runs": runs, **later} for runs in paragraphs]
        case "list":
            return _list_block(block, pointer, policy)
        case "table":
            return [_table(block, pointer, policy)]
        case "picture":
            return [_picture(block, pointer, policy)]
        case "formula":
            later = _later(block, ("type", "latex"), pointer, policy)
            return [{"type": "formula", "latex": _line(block.get("latex"), f"{pointer}/latex"), **later}]
        case _:
            raise KjxmError("data.rich", pointer=f"{pointer}/type")


def _list_block(block: dict[str, Json], pointer: str, policy: _Policy) -> list[Json]:
    later = _later(block, ("type", "ordered", "items"), pointer, policy)
    ordered = _flag(block, "ordered", pointer)
    rows = enumerate(_list(block.get("items"), f"{pointer}/items"))
    items = [_one_line(_runs(item, f"{pointer}/items/{index}", policy)) for index, item in rows]
    return [{"type": "list", "ordered": ordered, "items": items, **later}] if items else []


def _table(block: dict[str, Json], pointer: str, policy: _Policy) -> Json:
    later = _later(block, ("type", "header", "rows", "caption"), pointer, policy)
    rows = [
        [
            _one_line(_runs(cell, f"{pointer}/rows/{down}/{across}", policy))
            for across, cell in enumerate(_list(row, f"{pointer}/rows/{down}"))
        ]
        for down, row in enumerate(_list(block.get("rows"), f"{pointer}/rows"))
    ]
    columns = max((len(row) for row in rows), default=0)
    if not 0 < columns <= MOST_COLUMNS or len(rows) > MOST_ROWS:
        raise KjxmError("data.rich", pointer=f"{pointer}/rows")
    table: dict[str, Json] = {
        "type": "table",
        "header": _flag(block, "header", pointer),
        "rows": [row + [[] for _ in range(columns - len(row))] for row in rows],
        **later,
    }
    return table | _words(block, ("caption",), pointer)


def _picture(block: dict[str, Json], pointer: str, policy: _Policy) -> Json:
    source = "file" if policy.allow_file and "file" in block and "media" not in block else "media"
    later = _later(block, ("type", source, "caption", "alt"), pointer, policy)
    address = block.get(source)
    if not isinstance(address, str) or not address or (source == "media" and not _DIGEST.fullmatch(address)):
        raise KjxmError("data.rich", pointer=f"{pointer}/{source}")
    return {"type": "picture", source: address, **later} | _words(block, ("caption", "alt"), pointer)


def _runs(value: Json, pointer: str, policy: _Policy) -> list[dict[str, Json]]:
    runs: list[dict[str, Json]] = []
    same: list[str] = []  # the texts of the last run, joined at once: one by one a long text would be copied each time
    for index, item in enumerate(_list(value, pointer)):
        run = _run(_dict(item, f"{pointer}/{index}"), f"{pointer}/{index}", policy)
        if run.get("text") == "":
            continue
        if runs and "text" in run and "text" in runs[-1] and _marks(run) == _marks(runs[-1]):
            same.append(run["text"])
        else:
            _join(runs, same)
            runs.append(run)
            same = [run["text"]] if "text" in run else []
    _join(runs, same)
    return runs


def _join(runs: list[dict[str, Json]], same: list[str]) -> None:
    if len(same) > 1:
        runs[-1] = runs[-1] | {"text": "".join(same)}


def _run(run: dict[str, Json], pointer: str, policy: _Policy) -> dict[str, Json]:
    kinds = [kind for kind in ("text", "formula", "cite") if kind in run]
    if len(kinds) != 1:
        raise KjxmError("data.rich", pointer=pointer)
    kind = kinds[0]
    later = _later(run, (kind, *MARKS) if kind == "text" else (kind,), pointer, policy)
    if kind != "text":
        return {kind: _line(run[kind], f"{pointer}/{kind}"), **later}
    if not isinstance(run["text"], str):
        raise KjxmError("data.rich", pointer=f"{pointer}/text")
    marks = {mark: True for mark in MARKS if _flag(run, mark, pointer)}
    return {"text": clean_text(run["text"]), **marks, **later}


def _marks(run: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in run.items() if key != "text"}


def _split(runs: list[dict[str, Json]]) -> list[list[dict[str, Json]]]:
    lines: list[list[dict[str, Json]]] = [[]]
    for run in runs:
        first, *others = run["text"].split("\n") if "text" in run else [None]
        lines[-1] += [run if first is None else run | {"text": first}] if first != "" else []
        lines += [[run | {"text": text}] if text else [] for text in others]
    return lines


def _one_line(runs: list[dict[str, Json]]) -> list[dict[str, Json]]:
    return [run if "\n" not in run.get("text", "") else run | {"text": _LINES.sub(" ", run["text"])} for run in runs]


def _words(block: dict[str, Json], keys: tuple[str, ...], pointer: str) -> dict[str, Json]:
    words: dict[str, Json] = {}
    for key in keys:
        told = block.get(key)
        if not isinstance(told, str | None):
            raise KjxmError("data.rich", pointer=f"{pointer}/{key}")
        words[key] = _capped(clean_line(told or ""), MOST_CAPTION, f"{pointer}/{key}")
    return {key: text for key, text in words.items() if text}


def _capped(text: str, most: int, pointer: str) -> str:
    if len(text) > most:
        raise KjxmError("data.too_long", pointer=pointer, cap=most)
    return text


def _line(value: Json, pointer: str) -> str:
    line = clean_line(value) if isinstance(value, str) else ""
    if not line.strip():
        raise KjxmError("data.rich", pointer=pointer)
    return _capped(line, MOST_FORMULA, pointer)


def _flag(fields: dict[str, Json], key: str, pointer: str) -> bool:
    value = fields.get(key)
    if not isinstance(value, bool | None):
        raise KjxmError("data.rich", pointer=f"{pointer}/{key}")
    return value is True


def _later(fields: dict[str, Json], known: tuple[str, ...], pointer: str, policy: _Policy) -> dict[str, Json]:
    unknown = {key: value for key, value in fields.items() if key not in known}
    if unknown and not policy.keep_unknown:
        raise KjxmError("data.unknown_key", pointer=f"{pointer}{build([next(iter(unknown))])}")
    return unknown


def _dict(value: Json, pointer: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise KjxmError("data.rich", pointer=pointer)
    return cast("dict[str, Json]", value)


def _list(value: Json, pointer: str) -> list[Json]:
    if not isinstance(value, list):
        raise KjxmError("data.rich", pointer=pointer)
    return cast("list[Json]", value)
