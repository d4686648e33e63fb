"""Checks on prose: what it must say, must not leave behind, and where it repeats what stands elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from kjxm_desktop.core import identifiers, rich_text
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.rule_answers import (
    CENT,
    FOUND,
    Answers,
    Findings,
    Found,
    Listed,
    Rule,
    folded,
    money_text,
)
from kjxm_desktop.core.rule_params import Check

if TYPE_CHECKING:
    from kjxm_desktop.core.schema_words import Pattern

_FREE_TEXT = ("line", "text", "rich", "choices")
_PROSE = ("text", "rich")
_LONGEST_GAP = 100  # characters that "…" in a mark may stand for
_MOST_SOUGHT = 20_000  # characters of all names that are looked for in a text; nobody works with so many firms
_NOTHING = "[^\\x00-\\x{10FFFF}]"  # what google-re2 finds nowhere
_SHOWN = 40  # characters of what was written, in a message


def figure_told(answers: Answers, rule: Rule) -> Findings:
    """Ask for enough words, and for digits with a unit of the list."""
    yield None
    text = answers.text(rule.params["pointer"])
    if not text.strip():
        return
    count, limit = rich_text.word_count(text), rule.params["words"]
    has_figure = _figure(rule.params["units"]).search(text) is not None
    if count >= limit and has_figure:
        return
    variant = None if count < limit and not has_figure else "no_figure" if count >= limit else "short"
    told = {"count": count, "limit": limit, "by": limit - count}
    yield Found(rule.pointer, {"count": count} if variant == "no_figure" else told, variant)


def _figure(units: list[str]) -> re.Pattern[str]:
    """Return digits, perhaps with 百 千 万 亿 and 余 多 几, and a unit; 第3 counts nothing.

    A unit of letters must end where it ends.
    """
    ordered = sorted(units, key=len, reverse=True)
    told = "|".join(re.escape(unit) + ("(?![A-Za-z])" if _ends_in_letter(unit) else "") for unit in ordered)
    number = "(?<!第)(?<!第[ \u3000])(?<![0-9０-９])(?<![0-9０-９][.．,，])[0-9０-９]+(?:[.．,，][0-9０-９]+)*"
    return re.compile(f"{number}[ \u3000]?[余多几]?[百千万亿]{{0,2}}[余多几]?[ \u3000]?(?:{told})")


def _ends_in_letter(unit: str) -> bool:
    return unit[-1:].isascii() and unit[-1:].isalpha()


def name_in_text(answers: Answers, rule: Rule) -> Findings:
    """Ask that one of the names in some rows also stands in a text; judged once both are written."""
    params = rule.params
    names = answers.column(f"{params['table']}/*/{params['name']}")
    kinds = answers.column(f"{params['table']}/*/{params['column']}")
    told: list[str] = []
    for index in range(len(names)):
        yield None
        if names.at(index) and kinds.at(index) in params["values"]:
            told.append(names.at(index))
    if not told or answers.value(rule.pointer) is None:
        return
    text = folded("\n".join(answers.text(pointer) for pointer in params["texts"]))
    different = {folded(name) for name in told}
    if sum(map(len, different)) > _MOST_SOUGHT:
        return
    for name in different:
        yield None
        if name in text:
            return
    yield Found(rule.pointer, {"names": Listed(tuple(told[:3]))})


def words_rare(answers: Answers, rule: Rule) -> Findings:
    """Tell when words stand in the leading text, or several different ones in all texts together."""
    yield None
    leading = _words_in(rule.params["words"], answers.text(rule.params["leading"]))
    every = _words_in(rule.params["words"], "\n".join(answers.text(one) for one in rule.params["texts"]))
    every = list(dict.fromkeys([*leading, *every]))
    if leading or len(every) >= rule.params["most"]:
        yield Found(rule.pointer, {"words": Listed(tuple(every))})


def _words_in(words: list[str], text: str) -> list[str]:
    return [word for word in words if word in text]


def nothing_left_over(answers: Answers, rule: Rule) -> Findings:
    """Ask that no mark for something still to write is left in any text; "…" in a mark stands for any words."""
    pattern = _marks(tuple(rule.params["marks"]))
    for control in answers.call.form.controls:
        if control.kind not in _FREE_TEXT or control.options or control.rows_table:
            continue
        column = answers.column(control.pointer)
        for index in range(len(column)):
            yield None
            found = pattern.search(_all_text(column.at(index)))
            if found:
                mark = found.group(1) or found.group(2)
                yield Found(column.pointer(index), {"mark": mark[:_SHOWN]})


def _all_text(value: Json) -> str:
    """Return what is printed of an answer: the words of a list, a text with its captions."""
    if not isinstance(value, list):
        return value or ""
    parts = cast("list[Json]", value)
    if parts and isinstance(parts[0], str):
        return "\n".join(parts)
    captions = [block["caption"] for block in parts if "caption" in block]
    return "\n".join([rich_text.plain(parts), *captions])


@lru_cache(maxsize=8)
def _marks(marks: tuple[str, ...]) -> Pattern:
    """Return what finds marks: group 1 for letters, which are a mark only where they stand alone, 2 for others.

    XX in a code or a model is none. google-re2 takes time linear in the text, whatever the marks are.
    """
    from kjxm_desktop.core import schema_words  # with the first check, as in `rule_answers`

    letters = "|".join(re.escape(mark) + "+" for mark in marks if _is_letters(mark)) or _NOTHING
    others = "|".join(_with_gap(mark) for mark in marks if not _is_letters(mark)) or _NOTHING
    return schema_words.pattern(f"(?:^|[^A-Za-z0-9])({letters})(?:$|[^A-Za-z0-9])|({others})")


def _is_letters(mark: str) -> bool:
    return mark.isascii() and mark.isalpha()


def _with_gap(mark: str) -> str:
    return f".{{0,{_LONGEST_GAP}}}?".join(re.escape(part) for part in re.split("…+", mark))


# -- what is said twice -------------------------------------------------------------------------------------------


def amount_repeated(answers: Answers, rule: Rule) -> Findings:
    """Ask that amounts directly after some words in the prose are those of the budget, as far as that is given."""
    yield None
    params = rule.params
    right: dict[str, Decimal] = {}
    for told in params["amounts"]:
        total = _sum(answers, told["sum"])
        right |= {word: total for word in told["words"] if total is not None}
    if not right:
        return
    pattern = _amount_after(list(right), params["joiners"])
    for pointer, text in _texts(answers, params.get("texts")):
        yield None
        for word, told in dict.fromkeys(found.group("word", "amount") for found in pattern.finditer(text)):
            read = identifiers.read_money(told)
            if read is not None and Decimal(read.value) != right[word].quantize(CENT, ROUND_HALF_UP):
                amounts = {"told": money_text(Decimal(read.value)), "right": money_text(right[word])}
                yield Found(pointer, {"word": word, **amounts})


def _sum(answers: Answers, pointers: list[str]) -> Decimal | None:
    """Return the sum of some answers; None while the first is empty or one of them cannot be read."""
    total = Decimal(0)
    for number, pointer in enumerate(pointers):
        column = answers.column(pointer)
        value = identifiers.to_decimal(column.at(0))
        if value is None and (number == 0 or column.written(0)):
            return None
        total += value or Decimal(0)
    return total


def _amount_after(words: list[str], joiners: list[str]) -> Pattern:
    from kjxm_desktop.core import schema_words  # with the first check, as in `rule_answers`

    longest_first = [re.escape(word) for word in sorted(words, key=len, reverse=True)]
    between = "|".join(re.escape(word) for word in sorted(joiners, key=len, reverse=True)) or _NOTHING
    amount = "[0-9０-９][0-9０-９,，.．]{0,20}[ \u3000]?(?:[百千]?万元?|亿元?|元)"
    word = "|".join(longest_first)
    return schema_words.pattern(f"(?P<word>{word})(?:{between}|[ \u3000]){{0,4}}(?P<amount>{amount})")


def title_repeated(answers: Answers, rule: Rule) -> Findings:
    """Ask that a title in 《》 or “” directly after some words is the title given elsewhere."""
    yield None
    title = answers.value(rule.params["title"])
    if title is None:
        return
    after = "|".join(re.escape(word) for word in rule.params["after"])
    pattern = re.compile(f"(?:{after})[ \u3000]?[《“]([^《》“”\n]{{1,200}})[》”]")
    for pointer, text in _texts(answers, rule.params.get("texts")):
        yield None
        for told in dict.fromkeys(found.group(1) for found in pattern.finditer(text)):
            if folded(told) != folded(title):
                yield Found(pointer, {"told": told[:_SHOWN], "right": title})


def _texts(answers: Answers, patterns: list[str] | None) -> Iterator[tuple[str, str]]:
    """Yield pointer and text of the answers at `patterns`, of every answer in sentences where none are named."""
    for pattern in patterns or [one.pointer for one in answers.call.form.controls if one.kind in _PROSE]:
        column = answers.column(pattern)
        for index in range(len(column)):
            value = column.at(index)
            if value is not None:
                yield column.pointer(index), rich_text.plain(value)


CHECKS: Mapping[str, Check] = {
    "figure_told": Check(
        figure_told,
        {"pointer": "single", "words": "count", "units": ["word"]},
        {FOUND: "count limit by", "short": "count limit by", "no_figure": "count"},
    ),
    "name_in_text": Check(
        name_in_text,
        {"table": "table", "name": "column", "column": "column", "values": "in", "texts": ["single"]},
        {FOUND: "names*"},
    ),
    "words_rare": Check(
        words_rare,
        {"leading": "single", "texts": ["single"], "words": ["word"], "most": "count"},
        {FOUND: "words*"},
    ),
    "nothing_left_over": Check(nothing_left_over, {"marks": ["mark"]}, {FOUND: "mark"}),
    "amount_repeated": Check(
        amount_repeated,
        {"texts?": ["answer"], "amounts": [{"words": ["word"], "sum": ["single"]}], "joiners": ["word"]},
        {FOUND: "word told right"},
    ),
    "title_repeated": Check(
        title_repeated, {"texts?": ["answer"], "title": "single", "after": ["word"]}, {FOUND: "told right"}
    ),
}
