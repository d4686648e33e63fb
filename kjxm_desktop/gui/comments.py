"""The comments of the open proposal as its window sees them: read once after each change, and changed only here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from PySide6.QtCore import QObject, Qt, Signal

from kjxm_desktop import strings
from kjxm_desktop.core import comment_union, comments, json_pointer
from kjxm_desktop.core.comments import Entry, Places, Thread
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.session import Session
from kjxm_desktop.settings import Settings

MOST_UNDONE: Final = 100
_NAME_SHOWN: Final = 16


@dataclass(frozen=True)
class Placed:
    """A thread and where it stands now: `pointer` is None when that is gone, `where` then tells of the old place."""

    thread: Thread
    pointer: str | None
    where: str


@dataclass(frozen=True)
class Draft:
    """What is being written and not added yet: the key of the editor it stands in, and what kind it is to be."""

    text: str
    kind: str = comments.COMMENT


class Comments(QObject):
    """Threads, what is written of them, and the way back from the last steps on them.

    They are no part of the history of edits: Ctrl+Z in a field takes back what was written there, never the answer of
    a colleague that came between. The panel has a way back of its own.
    """

    changed = Signal()
    """Threads are new or other; the count at each place may be."""
    shown_wanted = Signal(str)
    """The comments at this pointer should be shown."""
    compose_wanted = Signal(str)
    """A comment should be written at this pointer."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._settings: Settings | None = None
        self._told: Json = None
        self._threads: tuple[Thread, ...] = ()
        self._left = 0
        self._open_at: dict[str, int] = {}
        self.open_count = 0
        """How many threads are open."""
        self._past: list[tuple[str, Entry | None]] = []
        self.drafts: dict[tuple[str, ...], Draft] = {}
        """What stands in an editor, by what the editor is for; kept while the panel is built anew."""
        self._read()
        session.notes_changed.connect(self._on_notes)

    # ---- who writes

    def use(self, settings: Settings) -> None:
        """Take the name to write under from `settings`, and keep there what is given in place."""
        self._settings = settings

    @property
    def author(self) -> str:
        """Return the name that comments are signed with; "" while nobody has given one."""
        return comments.clean_name(str(self._settings.get("author"))) if self._settings is not None else ""

    def sign(self, name: str) -> None:
        """Write under `name` from now on."""
        if self._settings is not None:
            self._settings.set("author", comments.clean_name(name))

    # ---- what there is

    @property
    def threads(self) -> tuple[Thread, ...]:
        """Return the threads in the order they were made."""
        return self._threads

    @property
    def left(self) -> int:
        """Return how many entries are kept but cannot be shown."""
        return self._left

    @property
    def kept_count(self) -> int:
        """Return how many entries the notes hold, shown or not."""
        return len(self._threads) + self._left

    def count_at(self, place: str) -> int:
        """Return how many threads are open at exactly this place (rows by id)."""
        return self._open_at.get(place, 0) if self._open_at else 0

    def count_under(self, place: str) -> int:
        """Return how many threads are open at this place and beneath it."""
        if not self._open_at:
            return 0
        return sum(count for told, count in self._open_at.items() if told == place or told.startswith(place + "/"))

    def placed(self) -> list[Placed]:
        """Return the threads with where they stand now, in the order of the form; those whose place is gone last."""
        form, places = self._session.form, Places(self._session.form, self._session.data)
        found = [self._placed(places, thread) for thread in self._threads]

        def position(told: Placed) -> tuple[bool, tuple[int, ...], float]:
            at = told.thread.first.at
            order = form.position(told.pointer) if told.pointer is not None else ()
            return told.pointer is None, order, at.timestamp() if at is not None else 0.0

        return sorted(found, key=position)

    def _placed(self, places: Places, thread: Thread) -> Placed:
        pointer = places.pointer(thread.place)
        return Placed(thread, pointer, thread.where if pointer is None else where(self._session, pointer))

    def mine(self, thread: Thread) -> bool:
        """Tell whether the person wrote any of a thread."""
        return thread.said_by(self.author)

    def may_edit(self, by: str) -> bool:
        """Tell whether what was written under that name is the person's own; what is unsigned is everybody's."""
        return by in ("", self.author)

    # ---- what is written

    def add(self, place: str, kind: str, text: str) -> str:
        """Begin a thread at `place` (rows by id) and return its id. Raises KjxmError comments.too_many."""
        pointer = Places(self._session.form, self._session.data).pointer(place)
        words = where(self._session, pointer) if pointer is not None else ""
        told, own = comments.with_new(self._notes, place, words, kind, self.author, text, self._now())
        self._take(own, told)
        return own

    def answer(self, thread_id: str, text: str) -> None:
        """Answer in a thread, which opens it again. Raises KjxmError comments.too_many."""
        self._take(thread_id, comments.with_answer(self._notes, thread_id, self.author, text, self._now()))

    def edit(self, thread_id: str, answer_id: str, text: str, kind: str = "") -> None:
        """Write a comment (`answer_id` "") or one of its answers anew; `kind` makes a comment a to-do, or no longer."""
        told = comments.with_text(self._notes, thread_id, answer_id, text, self._now())
        if kind and not answer_id:
            told = comments.with_kind(told, thread_id, kind, self._now())
        self._take(thread_id, told)

    def resolve(self, thread_id: str, *, resolved: bool) -> None:
        """Resolve a thread, or open it again."""
        self._take(thread_id, comments.with_resolved(self._notes, thread_id, resolved, self.author, self._now()))

    def delete(self, thread_id: str, answer_id: str = "") -> None:
        """Take out a thread, or one of its answers; `undo` brings it back."""
        self._take(thread_id, comments.without(self._notes, thread_id, answer_id, self._now()))

    @property
    def can_undo(self) -> bool:
        """Tell whether a step on the comments can be taken back."""
        return bool(self._past)

    def undo(self) -> str:
        """Take back the last step and return the id of the thread that it was made on; "" for none."""
        if not self._past:
            return ""
        thread_id, entry = self._past.pop()
        self._session.note(comments.with_entry(self._notes, thread_id, entry))
        return thread_id

    def take(self, theirs: Json) -> int:
        """Take in the comments of another copy and return how many threads are new or other by it."""
        count = comment_union.news(self._notes, theirs)
        if count:
            self._past.clear()  # the ways back led to before
            self._session.note(comment_union.merged(self._notes, theirs))
        return count

    def keep_unsent(self) -> None:
        """Add what is still in an editor: the draft is left, and what was typed is never lost."""
        drafts, self.drafts = self.drafts, {}
        for key, draft in drafts.items():
            if not comments.clean_text(draft.text):
                continue
            match key:
                case ("new", place) if self.kept_count < comments.MOST_THREADS:
                    self.add(place, draft.kind, draft.text)
                case ("answer", thread_id) if comments.entry_of(self._notes, thread_id) is not None:
                    self.answer(thread_id, draft.text)
                case ("edit", thread_id, answer_id):
                    self.edit(thread_id, answer_id, draft.text, draft.kind)
                case _:
                    pass

    def _take(self, thread_id: str, said: Json) -> None:
        before = self._notes
        if said is before:
            return
        self._past = [*self._past, (thread_id, comments.entry_of(before, thread_id))][-MOST_UNDONE:]
        self._session.note(said)

    @property
    def _notes(self) -> Json:
        return self._session.proposal.notes

    def _now(self) -> datetime:
        return self._session.now().replace(microsecond=0)

    def _on_notes(self) -> None:
        if self._read():
            self.changed.emit()

    def _read(self) -> bool:
        """Read the comments when they are others than before, and tell whether they are."""
        told = self._notes.get(comments.COMMENTS)
        if told is self._told:
            return False
        self._told = told
        self._threads, self._left = comments.read(self._notes)
        self._open_at = {}
        for thread in self._threads:
            if not thread.resolved:
                self._open_at[thread.place] = self._open_at.get(thread.place, 0) + 1
        self.open_count = sum(self._open_at.values())
        return True


def of(session: Session) -> Comments:
    """Return the comments of `session`: one room for all who show them."""
    found = cast("Comments | None", session.findChild(Comments, options=Qt.FindChildOption.FindDirectChildrenOnly))
    return found if found is not None else Comments(session)


def count_in_words(count: int) -> str:
    """Return how many comments are open on something, as a sentence; "" for none."""
    return strings.text("gui_comments.open_here", count=count) if count else ""


def around(session: Session, place: str) -> list[tuple[str, str]]:
    """Return the places that something said at `place` may be about, with their words: itself, its row, its section."""
    pointer = Places(session.form, session.data).pointer(place)
    if pointer is None:
        return [(place, "")]
    tokens = json_pointer.parse(pointer)
    above = [json_pointer.build(tokens[:end]) for end in range(len(tokens), 0, -1)]
    places = Places(session.form, session.data)
    told = [(json_pointer.by_row_id(session.data, at), at) for at in above]
    return [(told_place, where(session, at)) for told_place, at in told if places.pointer(told_place) is not None]


def where(session: Session, pointer: str) -> str:
    """Return where `pointer` stands in words: section › label, a row by its number and its name."""
    told = strings.label_path(session.call, pointer)
    tokens = json_pointer.parse(pointer)
    for end, token in enumerate(tokens):
        table = session.form.control(json_pointer.build(tokens[:end])) if json_pointer.is_index(token) else None
        if table is None or table.row_label is None:
            continue
        name = session.value(f"{table.pointer}/{token}/{table.row_label}")
        if isinstance(name, str) and name:
            name = name if len(name) <= _NAME_SHOWN else name[: _NAME_SHOWN - 1] + "…"
            number = strings.text("finding.row", number=int(token) + 1)
            named = strings.text("gui_comments.row", row=number, name=name)
            told = told.replace(number, named, 1)
    return told
