"""How one answer is written for people and read from what they type or paste."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kjxm_desktop import strings
from kjxm_desktop.core import identifiers, rich_text
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Control, Option
from kjxm_desktop.core.identifiers import Read
from kjxm_desktop.core.json_pointer import Json

_YES = {"是", "对", "有", "√", "✓", "✔", "☑", "yes", "y", "true", "1", "主要"}
_FIGURES = {"money", "number", "month", "day"}
_NO = {"否", "不", "无", "×", "✗", "☐", "no", "n", "false", "0", "-"}


@dataclass(frozen=True)
class Answer:
    """What typed text means: the value to store, and the key of what was changed in reading it, if anything was.

    `readable` is false when it makes no sense for its control. Where the data schema has a string the value is then the
    text itself, so that nothing typed is lost and a finding tells of it; elsewhere it is None.
    """

    value: Json
    note: str | None = None
    readable: bool = True


def is_integer(control: Control) -> bool:
    """Tell whether the data schema keeps this answer as an integer."""
    return control.schema.get("type") == "integer"


def places(control: Control) -> int:
    """Return how many decimals the data schema allows: from its pattern, else 2 for money and 4 for numbers."""
    return control.places


def read(control: Control, text: str, options: Sequence[Option] = ()) -> Answer:
    """Return what `text` means for `control`; empty text is the empty answer. `options` are those of a choice."""
    lines = _lines(text) if control.kind in _FIGURES else []
    text = rich_text.clean_text(text) if control.kind == "text" else rich_text.clean_line(text)
    if not text.strip():
        return Answer(None)
    match control.kind:
        case "money" | "number" | "month" | "day":
            return _figures(control, text, lines)
        case "yes_no":
            return _yes_no(text)
        case "choice":
            return _choice(text, options)
        case "choices":
            return _choices(control, text, options)
        case "picture" | "file":
            return Answer(None, None, readable=False)  # no text stands for one
        case _:
            return Answer((rich_text.normalise(text) or None) if control.kind == "rich" else text)


def read_in_unit(control: Control, text: str, options: Sequence[Option], unit: str) -> Answer:
    """Return what `text` means below a heading that tells its `unit`, as `read` does: 120000 below 元 is 12 万元."""
    if control.kind == "money" and unit and unit != control.unit and text.strip():
        answer = read(control, text.strip() + unit, options)
        if answer.readable:
            return answer
    return read(control, text, options)


def _lines(text: str) -> list[str]:
    return [line for told in rich_text.clean_text(text).split("\n") if (line := told.strip())]


def _figures(control: Control, text: str, lines: Sequence[str]) -> Answer:
    """Return what `text`, made of `lines`, means: on several lines nothing, for joined they would be another number."""
    if len(lines) > 1:
        return Answer(None if is_integer(control) else "；".join(lines), None, readable=False)
    match control.kind:
        case "month":
            return _answer(identifiers.read_month(text), text)
        case "day":
            return _answer(identifiers.read_day(text), text)
        case _:
            return _amount(control, text)


def _answer(found: Read | None, text: str) -> Answer:
    return Answer(found.value, found.note) if found else Answer(text, None, readable=False)


def _amount(control: Control, text: str) -> Answer:
    if control.kind == "money":
        return _answer(identifiers.read_amount(text, control.unit, places(control)), text)
    whole = is_integer(control)
    found = identifiers.read_number(
        text.removesuffix(control.unit) if control.unit else text, 0 if whole else places(control)
    )
    if not whole:
        return _answer(found, text)
    return Answer(int(found.value), found.note) if found else Answer(None, None, readable=False)


def _yes_no(text: str) -> Answer:
    word = text.strip().lower()
    if word in _YES:
        return Answer(True)
    return Answer(False) if word in _NO else Answer(None, None, readable=False)


def _choice(text: str, options: Sequence[Option]) -> Answer:
    word = _folded(text)
    for option in options:
        if word in (_folded(str(option.id)), *(_folded(label) for label in option.label.values())):
            return Answer(option.id)
    near = [option for option in options if word in _folded(strings.pick(option.label))]
    return Answer(near[0].id, "tidied") if len(near) == 1 else Answer(None, None, readable=False)


def _choices(control: Control, text: str, options: Sequence[Option]) -> Answer:
    words = split_words(text)
    if not control.options and not control.rows_table:
        return Answer(list(dict.fromkeys(words)) or None)
    found = [_choice(word, options) for word in words]
    values = list(dict.fromkeys(answer.value for answer in found if answer.readable))
    return Answer(values or None, None, readable=all(answer.readable for answer in found))


def tidied(call: Call, control: Control, text: str) -> str:
    """Return an answer that the call checks as an identifier without spaces and full-width characters; others as is."""
    kind = _identifier_kind(call, control)
    if kind is None or text.lstrip().startswith(("+", "＋")):  # a foreign number is left alone
        return text
    return (identifiers.read_email(text) if kind == "email" else identifiers.read_code(text)).value


def _identifier_kind(call: Call, control: Control) -> str | None:
    rules: list[dict[str, Json]] = call.rules["rules"]
    for rule in rules:
        answers: list[dict[str, str]] = rule["params"]["answers"] if rule["check"] == "identifier" else []
        for answer in answers:
            if answer["pointer"] == control.pointer:
                return answer["kind"]
    return None


def split_words(text: str) -> list[str]:
    """Return the words of a list typed with commas, semicolons, 、 or line breaks between them."""
    return [word.strip() for word in re.split(r"[,;，；、\n]", text) if word.strip()]


def _folded(text: str) -> str:
    return "".join(text.split()).lower()


def write(control: Control, value: Json, options: Sequence[Option] = ()) -> str:
    """Return how `value` is written in a field or a cell."""
    if value is None:
        return ""
    match control.kind:
        case "month" | "day":
            return _date(str(value))
        case "yes_no":
            return strings.text("gui_form.yes" if value else "gui_form.no")
        case "choice":
            return label_of(control, options, value)
        case "choices":
            return listed([label_of(control, options, item) for item in value])
        case "rich":
            return rich_text.plain(value)
        case _:
            return str(value)


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence, as the language in use separates them."""
    written = words[0] if words else ""
    for word in words[1:]:
        written = strings.text("gui_form.list_two", first=written, second=word)
    return written


def label_of(control: Control, options: Sequence[Option], value: Json) -> str:
    """Return the label of the option `value`; where the list does not have it, what `unlisted` says."""
    return next((strings.pick(option.label) for option in options if option.id == value), unlisted(control, value))


def unlisted(control: Control, value: Json) -> str:
    """Return how an answer is written that its list does not have: itself; for a row that is gone, that it is.

    The id of a row says nothing to anybody; it stays in the data, for the row may come back.
    """
    return strings.text("gui_form.choice.gone") if control.rows_table else str(value)


def _date(value: str) -> str:
    parts = value.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) not in (2, 3):
        return value
    numbers = [int(part) for part in parts]
    if len(numbers) == 2:
        return strings.text("gui_form.date.month", year=numbers[0], month=numbers[1])
    return strings.text("gui_form.date.day", year=numbers[0], month=numbers[1], day=numbers[2])


def note_sentence(control: Control, typed: str, answer: Answer) -> str:
    """Return the sentence that tells what untidy input became; empty when it stands as typed."""
    if not answer.readable and is_integer(control):
        return strings.text("gui_form.read.no_integer")
    written = write(control, answer.value)
    if answer.note is None or "".join(typed.split()) == written:
        return ""
    key = f"gui_form.read.{answer.note}" if answer.note in ("rounded", "day_dropped") else "gui_form.read.became"
    unit = f" {control.unit}" if control.unit else ""
    return strings.text(key, typed=typed.strip(), became=written + unit)
