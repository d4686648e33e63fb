"""Comments and to-dos on a draft: threads that hang on places, kept in its notes and told to co-authors alone.

An entry of the notes' `comments` is one thread: ``{"id", "place", "where", "kind", "by", "at", "text", "changed",
"state": {"resolved", "by", "at"}, "answers": [{"id", "by", "at", "text", "changed"}, …]}``. `comments_gone` tells when
threads and answers were deleted, by id, so that they do not come back with the copy of a co-author. What a later
program put into an entry stays in it; an entry that cannot be understood is kept and not shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from kjxm_desktop.core import clock, json_pointer, rich_text
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.errors import KjxmError

COMMENTS: Final = "comments"
GONE: Final = "comments_gone"
COMMENT, TODO = "comment", "todo"
KINDS: Final = (COMMENT, TODO)
MOST_THREADS: Final = 2_000
"""No more threads are read, and no more can be made: a file with more of them was made up."""
MOST_ANSWERS: Final = 200
LONGEST_TEXT: Final = 4_000
LONGEST_NAME: Final = 40
_LONGEST_PLACE: Final = 300
_MOST_GONE: Final = 2_000
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Entry = Mapping[str, Json]


@dataclass(frozen=True)
class Answer:
    """One answer in a thread. `at` is None where the file tells no time; `edited`: the text is not the first one.

    `cut`: the file has more of the text than is shown.
    """

    id: str
    by: str
    at: datetime | None
    text: str
    edited: bool
    cut: bool


@dataclass(frozen=True)
class Thread:
    """A comment with its answers; `place` names rows by id, `where` tells in words where it was made.

    `resolved_by` and `resolved_at` tell of the last time that it was resolved, when it is.
    """

    id: str
    place: str
    where: str
    kind: str
    first: Answer
    answers: tuple[Answer, ...]
    resolved: bool
    resolved_by: str
    resolved_at: datetime | None

    def said_by(self, name: str) -> bool:
        """Tell whether somebody of that name wrote any of it."""
        return bool(name) and name in [told.by for told in (self.first, *self.answers)]


# -- reading --------------------------------------------------------------------------------------------------------


def read(notes: Mapping[str, Json]) -> tuple[tuple[Thread, ...], int]:
    """Return the threads in the order they were made, and how many entries are kept but cannot be shown."""
    entries = entries_of(notes)
    found = [thread for entry in entries[:MOST_THREADS] if (thread := _thread(entry)) is not None]
    known = {thread.id: thread for thread in found}  # of two with one id, the later one
    return tuple(known.values()), len(entries) - len(known)


def clean_name(told: str) -> str:
    """Return a name as it may stand beside a comment: one line, bounded."""
    return " ".join(rich_text.clean_line(told).split())[:LONGEST_NAME]


def clean_text(told: str) -> str:
    """Return the text of a comment as it may be stored, bounded."""
    return rich_text.clean_text(told).strip()[:LONGEST_TEXT]


def entries_of(notes: Mapping[str, Json]) -> list[Entry]:
    """Return the threads as they are stored, whatever their shape."""
    told = notes.get(COMMENTS)
    return [cast("Entry", entry) for entry in cast("list[Json]", told)] if isinstance(told, list) else []


def _thread(entry: Json) -> Thread | None:
    first = _answer(entry)
    place = cast("Entry", entry).get("place") if first is not None else None
    if first is None or not isinstance(place, str) or len(place) > _LONGEST_PLACE:
        return None
    told = cast("Entry", entry)
    answers = [answer for item in answers_in(told)[:MOST_ANSWERS] if (answer := _answer(item)) is not None]
    state = state_of(told)
    return Thread(
        id=first.id,
        place=place,
        where=_place_words(words_of(told.get("where"))),
        kind=TODO if told.get("kind") == TODO else COMMENT,
        first=first,
        answers=tuple({answer.id: answer for answer in answers}.values()),
        resolved=state.get("resolved") is True,
        resolved_by=clean_name(words_of(state.get("by"))),
        resolved_at=time_of(state.get("at")),
    )


def _place_words(told: str) -> str:
    return rich_text.clean_line(told[:_LONGEST_PLACE])


def _answer(entry: Json) -> Answer | None:
    if not isinstance(entry, dict):
        return None
    told = cast("Entry", entry)
    own, text = told.get("id"), told.get("text")
    if not isinstance(own, str) or not 0 < len(own) <= LONGEST_NAME or not isinstance(text, str):
        return None
    return Answer(
        id=own,
        by=clean_name(words_of(told.get("by"))[: 4 * LONGEST_NAME]),
        at=time_of(told.get("at")),
        text=clean_text(text[: LONGEST_TEXT + 1]),
        edited="changed" in told,
        cut=len(text) > LONGEST_TEXT,
    )


def answers_in(entry: Entry) -> list[Json]:
    """Return the answers of a stored thread as they are stored."""
    told = entry.get("answers") if isinstance(entry, dict) else None
    return list(cast("list[Json]", told)) if isinstance(told, list) else []


def state_of(entry: Entry) -> Entry:
    """Return what a stored thread tells of being resolved."""
    told = entry.get("state")
    return cast("Entry", told) if isinstance(told, dict) else {}


def words_of(told: Json) -> str:
    """Return a text of the notes; "" for what is none."""
    return told if isinstance(told, str) else ""


def time_of(told: Json) -> datetime | None:
    """Return the time that notes tell; None where they tell none."""
    if not isinstance(told, str) or len(told) > LONGEST_NAME:
        return None
    try:
        return clock.read(told)
    except KjxmError:
        return None


# -- where they stand -----------------------------------------------------------------------------------------------


class Places:
    """Where places stand in one state of the answers; the rows of a table are looked through once."""

    def __init__(self, form: Form, data: Json) -> None:
        self._form = form
        self._data = data
        self._rows: dict[str, dict[str, int]] = {}

    def pointer(self, place: str) -> str | None:
        """Return the pointer of `place`; None where its row is gone, or the call asks for no such thing."""
        tokens: list[str] = []
        node = self._data
        for token in json_pointer.parse(place) if place.startswith("/") else ():
            step = self._row(json_pointer.build(tokens), node, token) if token.startswith("@") else token
            if step is None or (json_pointer.is_index(step) and not isinstance(node, list)):
                return None
            tokens.append(step)
            node = json_pointer.get(node, json_pointer.build([step]))
        pointer = json_pointer.build(tokens)
        return pointer if tokens and self._is_asked(pointer, tokens, node) else None

    def _row(self, table: str, node: Json, token: str) -> str | None:
        if table not in self._rows:
            rows = cast("list[Json]", node) if isinstance(node, list) else []
            ids = [cast("Entry", row).get("id") if isinstance(row, dict) else None for row in rows]
            self._rows[table] = {told: at for at, told in enumerate(ids) if isinstance(told, str)}
        at = self._rows[table].get(token[1:])
        return None if at is None else str(at)

    def _is_asked(self, pointer: str, tokens: list[str], node: Json) -> bool:
        if len(tokens) == 1:
            return self._form.section(tokens[0]) is not None
        if self._form.control(pointer) is not None:
            return True
        above = self._form.control(pointer.rpartition("/")[0])
        is_row = json_pointer.is_index(tokens[-1]) and above is not None and above.kind == "table"
        return is_row and isinstance(node, dict)


# -- writing --------------------------------------------------------------------------------------------------------


def with_new(
    notes: Mapping[str, Json], place: str, where: str, kind: str, by: str, text: str, at: datetime
) -> tuple[Json, str]:
    """Return the notes with a thread begun at `place`, which `where` tells in words, and its id.

    Raises KjxmError comments.too_many, ValueError for an empty text: the window offers neither.
    """
    if len(entries_of(notes)) >= MOST_THREADS:
        raise KjxmError("comments.too_many", most=MOST_THREADS)
    made = {**_said(by, text, at), "place": place, "where": _place_words(where), "kind": kind}
    return with_entries(notes, [*entries_of(notes), made]), str(made["id"])


def with_answer(notes: Mapping[str, Json], thread_id: str, by: str, text: str, at: datetime) -> Json:
    """Return the notes with an answer in a thread, which is open again then. Raises KjxmError comments.too_many."""

    def answered(entry: Entry) -> Entry:
        if len(answers_in(entry)) >= MOST_ANSWERS:
            raise KjxmError("comments.too_many", most=MOST_ANSWERS)
        opened = {"state": _set(entry, resolved=False, by=by, at=at)} if state_of(entry).get("resolved") is True else {}
        return {**entry, **opened, "answers": [*answers_in(entry), _said(by, text, at)]}

    return _changed(notes, thread_id, answered)


def with_text(notes: Mapping[str, Json], thread_id: str, answer_id: str, text: str, at: datetime) -> Json:
    """Return the notes with another text in a thread: of the answer of that id, or of the comment itself for ""."""
    text = _needed(text)

    def told(entry: Entry) -> Entry:
        return entry if entry.get("text") == text else {**entry, "text": text, "changed": at.isoformat()}

    def changed(entry: Entry) -> Entry:
        if not answer_id:
            return told(entry)
        answers = [told(item) if id_of(item) == answer_id else item for item in answers_in(entry)]
        return {**entry, "answers": answers}

    return _changed(notes, thread_id, changed)


def with_kind(notes: Mapping[str, Json], thread_id: str, kind: str, at: datetime) -> Json:
    """Return the notes with a comment made a to-do, or the other way round."""

    def told(entry: Entry) -> Entry:
        return entry if entry.get("kind") == kind else {**entry, "kind": kind, "changed": at.isoformat()}

    return _changed(notes, thread_id, told)


def with_resolved(notes: Mapping[str, Json], thread_id: str, resolved: bool, by: str, at: datetime) -> Json:
    """Return the notes with a thread resolved, or open again, by somebody."""
    return _changed(notes, thread_id, lambda entry: {**entry, "state": _set(entry, resolved=resolved, by=by, at=at)})


def without(notes: Mapping[str, Json], thread_id: str, answer_id: str, at: datetime) -> Json:
    """Return the notes without a thread, or without one of its answers; when it was deleted is remembered."""
    if answer_id:
        told = _changed(
            notes,
            thread_id,
            lambda entry: {**entry, "answers": [item for item in answers_in(entry) if id_of(item) != answer_id]},
        )
    else:
        told = with_entries(notes, [entry for entry in entries_of(notes) if id_of(entry) != thread_id])
    gone = {**gone_in(notes), answer_id or thread_id: at.isoformat()}
    return {**told, GONE: bounded(gone)}


def entry_of(notes: Mapping[str, Json], thread_id: str) -> Entry | None:
    """Return a thread as it is stored, to be put back by `with_entry`."""
    return next((entry for entry in entries_of(notes) if id_of(entry) == thread_id), None)


def with_entry(notes: Mapping[str, Json], thread_id: str, entry: Entry | None) -> Json:
    """Return the notes with a thread as it was stored before; with None without it. Nothing of it counts as deleted."""
    there = entry_of(notes, thread_id) is not None
    entries = [entry if id_of(told) == thread_id else told for told in entries_of(notes)]
    kept = [told for told in entries if told is not None]
    told = with_entries(notes, kept if there or entry is None else [*kept, entry])
    back = {thread_id, *(id_of(item) for item in answers_in(entry or {}))} if entry is not None else set[str]()
    gone = {own: at for own, at in gone_in(notes).items() if own not in back}
    return {**told, GONE: gone} if gone else {key: value for key, value in told.items() if key != GONE}


def without_any(notes: Mapping[str, Json], keep: Iterable[str]) -> Json:
    """Return of the notes what stands under the names `keep`: what a later program noted may be comments as well."""
    return {key: notes[key] for key in keep if key in notes and key not in (COMMENTS, GONE)}


def _said(by: str, text: str, at: datetime) -> dict[str, Json]:
    return {"id": uuid.uuid4().hex, "by": clean_name(by), "at": at.isoformat(), "text": _needed(text)}


def _set(entry: Entry, *, resolved: bool, by: str, at: datetime) -> Entry:
    return {**state_of(entry), "resolved": resolved, "by": clean_name(by), "at": at.isoformat()}


def _needed(text: str) -> str:
    text = clean_text(text)
    if not text:
        raise ValueError("no text")
    return text


def id_of(entry: Json) -> str:
    """Return the id of a stored thread or answer; "" where it has none."""
    own = cast("Entry", entry).get("id") if isinstance(entry, dict) else None
    return own if isinstance(own, str) else ""


def _changed(notes: Mapping[str, Json], thread_id: str, change: Callable[[Entry], Entry]) -> Json:
    """Return the notes with one thread changed; the same notes where that is as it was, or there is no such thread."""
    entries = [change(entry) if thread_id and id_of(entry) == thread_id else entry for entry in entries_of(notes)]
    return with_entries(notes, entries) if entries != entries_of(notes) else notes


def with_entries(notes: Mapping[str, Json], entries: list[Entry]) -> Json:
    """Return the notes with other stored threads."""
    return {**notes, COMMENTS: entries}


def gone_in(notes: Mapping[str, Json]) -> dict[str, Json]:
    """Return when threads and answers were deleted, by id."""
    told = notes.get(GONE)
    return cast("dict[str, Json]", told) if isinstance(told, dict) else {}


def bounded(gone: Mapping[str, Json]) -> dict[str, Json]:
    """Return the latest of what was deleted."""
    if len(gone) <= _MOST_GONE:
        return dict(gone)
    latest = sorted(gone, key=lambda own: (time_of(gone[own]) or _NEVER, own))[-_MOST_GONE:]
    return {own: gone[own] for own in latest}
