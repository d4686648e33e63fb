"""The open proposal as the window sees it: every edit, every finding and every save passes here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from kjxm_desktop.core import comment_union, computed, free_space, json_pointer, notes
from kjxm_desktop.core.call import Call
from kjxm_desktop.core.form import Form
from kjxm_desktop.core.history import History
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.proposal import Proposal, leaves, media_named
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import findings_index
from kjxm_desktop.gui.checking import Checking
from kjxm_desktop.gui.findings_index import FindingsIndex
from kjxm_desktop.gui.save_state import SaveState
from kjxm_desktop.gui.saving import Saving
from kjxm_desktop.gui.undo import SetValue, Steps
from kjxm_desktop.gui.writing import Home, Writer, copy_of

RANK = {Severity.ERROR: 0, Severity.MISSING: 1, Severity.WARNING: 2, Severity.ADVICE: 3}
"""How bad findings are, worst first."""


_MOST_TYPED = 20


class SectionState(StrEnum):
    """How far a section is; the section list shows it as icon and word (`gui_form.state.<value>`)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WRONG = "wrong"


class Session(QObject):
    """One open proposal: its data, history, findings and safe-keeping.

    Widgets know the session, the session knows no widget. Data changes through `edit`, `edit_together`, `undo` and
    `redo` only, and every change is told by `value_changed`. Findings follow 150 ms after the last key in slices of
    3 ms; the working copy 400 ms after it, at the latest after 1.5 s. While an input method composes (`composing`)
    nothing is checked, and stored is what was put in before.

    Made after the first paint is wanted: the first check (it loads the schema library) starts with `check_soon`.
    """

    value_changed = Signal(str)
    """A value changed; the pointer may be of a whole table ("/budget/lines") or of one answer. See `touches`."""
    diagnostics_changed = Signal()
    """A check has ended, or marks of gaps are to be shown or hidden: findings, counts and states may be new."""
    steps_changed = Signal()
    """There is something else to undo or redo."""
    moments_changed = Signal()
    """There may be new moments in the history."""
    version_named = Signal(object)
    """A version was named: its Moment."""
    version_failed = Signal(object)
    """A version could not be named, for this KjxmError."""
    notes_changed = Signal()
    """Something was said beside the answers: a section marked done, a finding dismissed, a comment."""
    place_wanted = Signal(str)
    """The view should go to this pointer: undo or redo has changed it."""
    save_state_changed = Signal()
    """`save_state` is new."""
    conflict_kept = Signal(str)
    """The file had been changed outside; ours now lives in the file of this path, theirs was left as it is."""
    name_refused = Signal(object)
    """A draft without a name could not be written where it was to be kept, for this KjxmError."""
    recreated = Signal(str)
    """The file had been moved or deleted while it was open; it was written again at this path."""
    settling = Signal()
    """Fields commit what an input method composes and hand over what they hold back (rich text waits 100 ms)."""

    def __init__(
        self,
        proposal: Proposal,
        *,
        working_folder: Path,
        program: str,
        now: Callable[[], datetime],
        path: Path | None = None,
        base_sha256: str | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Open `proposal`.

        `working_folder` holds the working copies of all drafts, `program` is written into the file ("kjxm-desktop
        0.1.0"), `now` tells the time. `path` and `base_sha256` are of the file it was read from, None for a new draft.
        """
        super().__init__(parent)
        self._proposal = proposal
        self._now = now
        self._working_folder = working_folder
        self._opened_data: Json = proposal.data
        self._steps = Steps()
        self._composing = False
        self._media_names: dict[str, str] = {}
        self._gaps_shown: set[str] = set(notes.done_sections(proposal.notes))
        self._found = FindingsIndex()
        self._checking = Checking(proposal.call, lambda: proposal.data, now, self._arrange, self)
        self._checking.finished.connect(self.diagnostics_changed)
        home = Home(path, base_sha256, proposal.revision)
        self._saving = Saving(proposal, Writer(proposal, working_folder, program, now, home), now, self)
        self._saving.changed.connect(self.save_state_changed)
        self._saving.conflict_kept.connect(self.conflict_kept)
        self._saving.name_refused.connect(self.name_refused)
        self._saving.recreated.connect(self.recreated)
        self._saving.moments_changed.connect(self.moments_changed)
        self._saving.version_named.connect(self.version_named)
        self._saving.version_failed.connect(self.version_failed)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_application_state_changed)
            app.focusObjectChanged.connect(self._on_focus_moved)

    # ---- what is open

    @property
    def proposal(self) -> Proposal:
        """Return the open proposal; to be read, never changed."""
        return self._proposal

    @property
    def call(self) -> Call:
        """Return the call it answers."""
        return self._proposal.call

    @property
    def form(self) -> Form:
        """Return the form of that call."""
        return self._proposal.call.form

    @property
    def data(self) -> Json:
        """Return all answers: immutable, a new tree after each edit."""
        return self._proposal.data

    @property
    def path(self) -> Path | None:
        """Return the file it is kept in; None while it has no name."""
        return self._saving.path

    def now(self) -> datetime:
        """Return the time, aware."""
        return self._now()

    def value(self, pointer: str) -> Json:
        """Return the answer at `pointer`; None when there is none."""
        return self._proposal.get(pointer)

    def shown(self, pointer: str) -> bool:
        """Tell whether what stands at `pointer` is asked."""
        return self.form.shown(pointer, self.data)

    def snapshot(self) -> Proposal:
        """Return a copy that later edits do not touch, for export and preview in another process or thread."""
        self.settle()
        return copy_of(self._proposal)

    # ---- edits

    def edit(self, pointer: str, value: Json, *, apart: bool = False) -> bool:
        """Put `value` at `pointer` (None, "", [] or {}: remove it) and return whether that changed anything.

        Quick edits of one value become one step of the history; `apart` makes this one a step of its own (a paste, a
        choice, a row). Raises KjxmError data.* when the value may not stand there: too long, wrong shape; nothing is
        changed then.
        """
        return self.edit_together([(pointer, value)], apart=apart)

    def edit_together(self, edits: Sequence[tuple[str, Json]], *, apart: bool = True) -> bool:
        """Make several edits as one step of the history and return whether they changed anything.

        Raises KjxmError data.* when one of them may not stand; none is made then.
        """
        done: list[SetValue] = []
        try:
            began = None if apart else self._steps.before_typing
            for pointer, value in computed.with_followers(self.call, self.data, edits, began):
                after = None if value in ("", [], {}) else value
                before = self._proposal.get(pointer)
                if before != after:
                    self._proposal.set(pointer, after)
                    done.append(SetValue(pointer, before, after))
        except Exception:
            for change in reversed(done):
                self._proposal.set(change.pointer, change.before)
            raise
        if done:
            self._steps.add(done, time.monotonic(), apart=apart)
            self._tell(done)
            if apart or any(_is_pasted(change) for change in done):
                self._saving.hurry()
        return bool(done)

    def replace_all(self, other: Proposal) -> None:
        """Take over every answer of `other`, a proposal to the same call, as one step of the history."""
        self.settle()
        for data in other.media.values():
            self._proposal.add_media(data)
        self._proposal.apart |= other.apart
        names = dict.fromkeys([*self.data, *other.data])
        self.edit_together([(json_pointer.build([name]), other.data.get(name)) for name in names])

    def seal(self) -> None:
        """End the running step: a field was left, a section changed. What was typed is stored at once."""
        self._steps.seal()
        self._saving.hurry()

    def add_media(self, data: bytes, name: str = "") -> str:
        """Keep the bytes of a picture or file and return the SHA-256 by which answers name it.

        Pictures pass `core.pictures.normalise` before. Bytes that no answer names are not written to the file.
        `name`, that of the file, is known by `media_name` until the draft is closed. Raises KjxmError storage.no_room
        where a disk that it goes to has too little room: a draft that cannot be saved any more helps nobody.
        """
        folders = [self._working_folder.parent, *([] if self.path is None else [self.path.parent])]
        free_space.check_room(folders, len(data) + sum(len(kept) for kept in self._proposal.media.values()))
        sha256 = self._proposal.add_media(data)
        self._media_names[sha256] = name
        return sha256

    def media_name(self, sha256: str) -> str:
        """Return the name of the file that was brought in; empty for what was there when the draft was opened."""
        return self._media_names.get(sha256, "")

    def media(self, sha256: str) -> bytes | None:
        """Return the bytes of a picture or file; None when they are missing."""
        return self._proposal.media.get(sha256)

    # ---- what was before

    def history(self) -> History:
        """Return the history, for reading on the thread that asked; it may be read while it is written."""
        return self._saving.working.history()

    @property
    def opened_moment(self) -> str | None:
        """Return the moment that tells how the draft was when it was opened; None before anything was stored since."""
        return self._saving.working.opened_moment

    @property
    def opened_data(self) -> Json:
        """Return all answers as they were when the draft was opened."""
        return self._opened_data

    def name_version(self, name: str) -> None:
        """Keep everything as it is now under `name`, in the background; `version_named` or `version_failed` tells."""
        self.settle()
        self._saving.name_version(name)

    def take(self, data: Json, sections: Iterable[str] | None = None) -> bool:
        """Take the answers of `data`, a state from the history, in the named sections or all: one step to undo.

        Return whether that changed anything. Raises KjxmError data.* when they may not stand, storage.unreadable or
        history.media when a picture they name is lost; nothing is changed then.
        """
        self.settle()
        names = dict.fromkeys([*self.data, *data]) if sections is None else dict.fromkeys(sections)
        wanted = {name: data[name] for name in names if name in data}
        named = {sha256 for told, _, value in leaves(self.call, wanted) for sha256 in media_named(told, value)}
        for sha256 in sorted(named - self._proposal.media.keys() - self._proposal.apart):
            content = self._saving.working.media(sha256)
            if content is None:
                raise KjxmError("history.media", part=sha256[:12])
            self._proposal.add_media(content)
        changed = self.edit_together([(json_pointer.build([name]), data.get(name)) for name in names])
        if changed:
            self._saving.mark_restored()
        return changed

    def kept_media(self, sha256: str) -> bytes | None:
        """Return the bytes of a picture or file that a moment of the history names; None when they are lost."""
        return self._saving.working.media(sha256)

    def mark_restored(self) -> None:
        """Hear that the last edit took something back from the history: its moment will say so."""
        self._saving.mark_restored()

    # ---- steps

    @property
    def can_undo(self) -> bool:
        """Tell whether there is a step to take back."""
        return self._steps.can_undo

    @property
    def can_redo(self) -> bool:
        """Tell whether there is a step to take again."""
        return self._steps.can_redo

    def undo(self) -> None:
        """Take back the last step and ask the view to go to where it was made."""
        self.settle()
        self._apply(self._steps.undo())

    def redo(self) -> None:
        """Take the last step again that was taken back, and ask the view to go there."""
        self.settle()
        self._apply(self._steps.redo())

    def undo_all(self) -> None:
        """Take back every step since opening; all can be taken again."""
        self.settle()
        changes: tuple[SetValue, ...] = ()
        while step := self._steps.undo():
            changes += step
        self._apply(changes)

    def _apply(self, changes: Sequence[SetValue]) -> None:
        if not changes:
            return
        for change in changes:
            self._proposal.set(change.pointer, change.after)
        self._tell(changes)
        last = changes[-1]
        self.place_wanted.emit(_place_of(last))

    def _tell(self, changes: Iterable[SetValue]) -> None:
        for pointer in dict.fromkeys(change.pointer for change in changes):
            self.value_changed.emit(pointer)
        self.steps_changed.emit()
        self._checking.soon()
        self._saving.touched()

    # ---- input methods, settling

    def composing(self, active: bool) -> None:
        """Hear that an input method composes, or no longer: nothing is checked or counted meanwhile.

        What was put in before is stored all the same, at the latest 1.5 s after it was.
        """
        self._composing = active
        self._checking.hold(active)
        self._saving.hold(active)

    @property
    def is_composing(self) -> bool:
        """Tell whether an input method composes just now."""
        return self._composing

    def settle(self) -> None:
        """Bring in what is still under way: text being composed is committed, fields hand over what they hold back."""
        self.settling.emit()
        if self._composing:
            self.composing(False)
        self._steps.seal()

    # ---- findings

    def check_soon(self) -> None:
        """Start a check when the event loop is idle for 150 ms; edits do this by themselves, opening does not."""
        self._checking.soon()

    def check_now(self) -> list[Diagnostic]:
        """Check everything at once, show all gaps from now on, and return the findings in the order of the form."""
        self.settle()
        self._gaps_shown.update(section.id for section in self.form.sections)
        self._checking.run()
        return self._found.standing

    @property
    def checked(self) -> bool:
        """Tell whether a first check has ended; before it there are no counts to show."""
        return self._checking.checked

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return the findings of the last check that were not dismissed, in the order of the form."""
        return self._found.standing

    @property
    def dismissed(self) -> list[tuple[Diagnostic, notes.Dismissal]]:
        """Return the findings that were set aside with a reason which still holds; they stand nowhere else."""
        return self._found.dismissed

    def diagnostics_at(self, pointer: str) -> list[Diagnostic]:
        """Return the findings at exactly `pointer`, worst first."""
        return sorted(
            (d for d in self._found.under.get(pointer, []) if d.pointer == pointer), key=lambda d: RANK[d.severity]
        )

    def diagnostics_under(self, pointer: str) -> list[Diagnostic]:
        """Return the findings at `pointer` and beneath it (a table and its rows, a section), in the form's order."""
        return list(self._found.under.get(pointer, ()))

    def gap_count(self, section_id: str | None = None) -> int | None:
        """Return how many gaps are left (还差 N 项), in one section or in all; None before the first check."""
        if not self.checked:
            return None
        found = self.diagnostics if section_id is None else self.diagnostics_under(f"/{section_id}")
        return sum(1 for d in found if d.severity is Severity.MISSING)

    def section_state(self, section_id: str) -> SectionState:
        """Return how far a section is. A mark of the author is contradicted by errors and by gaps."""
        found = self.diagnostics_under(f"/{section_id}")
        if any(d.severity is Severity.ERROR for d in found):
            return SectionState.WRONG
        if self.is_marked_done(section_id) and not any(d.severity is Severity.MISSING for d in found):
            return SectionState.DONE
        started = self.value(f"/{section_id}") is not None or self.is_marked_done(section_id)
        return SectionState.IN_PROGRESS if started else SectionState.NOT_STARTED

    def gaps_shown(self, pointer: str) -> bool:
        """Tell whether a gap at `pointer` may be marked: after a check, or once its section was marked done."""
        return json_pointer.section_of(pointer) in self._gaps_shown

    def show_gaps(self, section_id: str | None) -> None:
        """Mark the gaps of a section from now on: somebody asked for them."""
        if section_id is not None and section_id not in self._gaps_shown:
            self._gaps_shown.add(section_id)
            self.diagnostics_changed.emit()

    def _arrange(self, found: list[Diagnostic]) -> Iterator[None]:
        while True:
            said = self._proposal.notes
            made = yield from findings_index.steps(said, self.data, found)
            if said.get("dismissed") == self._proposal.notes.get("dismissed"):  # none was dismissed meanwhile
                self._found = made
                return

    # ---- notes

    def is_marked_done(self, section_id: str) -> bool:
        """Tell whether the author has marked the section done."""
        return section_id in notes.done_sections(self._proposal.notes)

    def mark_done(self, section_id: str, done: bool) -> None:
        """Mark a section done, or no longer; its gaps are shown from then on. Not a step of the history."""
        if done == self.is_marked_done(section_id):
            return
        if done:
            self._gaps_shown.add(section_id)
        self.note(notes.with_done(self._proposal.notes, section_id, done))

    def note(self, said: Json) -> None:
        """Take other notes: what was said beside the answers. Not a step of the history of edits."""
        before, self._proposal.notes = self._proposal.notes, said
        self._saving.touched()
        self.notes_changed.emit()
        if before.get("dismissed") != said.get("dismissed"):
            for _ in self._arrange(self._checking.diagnostics):
                pass
            self.diagnostics_changed.emit()
        elif before.get("done") != said.get("done"):
            self.diagnostics_changed.emit()

    @property
    def last_place(self) -> str | None:
        """Return the pointer worked at when the draft was left; its section when its row is gone, None for none."""
        place = self._proposal.notes.get("last_place")
        if not isinstance(place, str):
            return None
        return json_pointer.by_index(self.data, place) or json_pointer.build(json_pointer.parse(place)[:1])

    def remember_place(self, pointer: str) -> None:
        """Remember where the author works, for the next opening; saved along with the next edit."""
        place = json_pointer.by_row_id(self.data, pointer)
        self._proposal.notes = {**self._proposal.notes, "last_place": place}

    # ---- safe-keeping

    @property
    def save_state(self) -> SaveState:
        """Return whether everything typed is stored, where, since when, or why not."""
        return self._saving.state

    def save(self) -> None:
        """Write the file (Ctrl+S) in the background; `save_state_changed` tells. Without a name: the working copy."""
        self.settle()
        self._saving.save_file()

    def save_as(self, path: Path) -> None:
        """Write the proposal to `path`, replacing what is there, and keep it there from now on."""
        self.settle()
        self._saving.save_as(path)

    def mark_unsaved(self) -> None:
        """Hear that the file lacks something that is here: it is stored as after an edit."""
        self._saving.touched()

    def keep_now(self) -> None:
        """Store what is not stored, at once, as far as that goes: after a bug nothing else can be relied on."""
        self._saving.leave()

    def commit(self) -> bool:
        """Bring in what is under way, write the working copy and wait for it; tell whether it holds everything.

        For when nothing can be asked and little time is left, as at the end of the desktop session.
        """
        self.settle()
        return self._saving.commit()

    def follow(self, path: Path) -> None:
        """Hear that the file was renamed outside and is now at `path`."""
        self._saving.follow(path)

    def catch_up(self, other: Proposal, sha256: str) -> None:
        """Take over what somebody else has put into the file, as one step of the history."""
        self.replace_all(other)
        said = comment_union.caught_up(self._proposal.notes, other.notes)
        self.note(said)
        self._saving.catch_up(sha256, other.revision)
        if comment_union.news(other.notes, said):
            self._saving.touched()  # the file lacks what was said here

    @property
    def base_sha256(self) -> str | None:
        """Return the digest of the file as it was last read or written here; None while there is no name."""
        return self._saving.base_sha256

    @property
    def is_writing_file(self) -> bool:
        """Tell whether the file is being written just now: what is new there may be ours."""
        return self._saving.is_writing_file

    @property
    def is_in_file(self) -> bool:
        """Tell whether everything is in the file."""
        return self._saving.is_in_file

    def abandon(self) -> None:
        """Close without storing anything more: the person has decided so."""
        self._checking.stop()
        self._saving.abandon()

    def close(self) -> SaveState:
        """Store everything, wait for it, stop all timers and return the last state.

        A state that failed means that something is not stored; the window then asks, and may call `close` again.
        """
        self.settle()
        self._checking.stop()
        return self._saving.close()

    def _on_focus_moved(self) -> None:
        """End what is composed: no input method goes on in a widget that has lost the focus, or is gone."""
        if self._composing:
            self.settle()

    def _on_application_state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.settle()
            self._saving.leave()


def touches(changed: str, pointer: str) -> bool:
    """Tell whether a change at `changed` may alter what stands at `pointer`: the same, above it or beneath it."""
    return changed == pointer or pointer.startswith(changed + "/") or changed.startswith(pointer + "/") or not changed


def _is_pasted(change: SetValue) -> bool:
    """Tell whether more came into a text at once than a hand types or an input method commits."""
    before, after = change.before or "", change.after or ""
    return isinstance(before, str) and isinstance(after, str) and len(after) - len(before) > _MOST_TYPED


def _place_of(change: SetValue) -> str:
    """Return the pointer the view should go to: in a table the first row that differs."""
    before, after = _items(change.before), _items(change.after)
    if not (before or after) or not all(isinstance(row, dict) and "id" in row for row in (*before, *after)):
        return change.pointer
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(before), len(after)) if same is None else same
    return f"{change.pointer}/{min(at, len(after) - 1)}" if after else change.pointer


def _items(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
