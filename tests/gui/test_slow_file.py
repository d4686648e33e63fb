"""A file on a stick or a share may take long to write, or hang: what is typed meanwhile is stored all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core import atomic_file, storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.working_copy import WorkingCopy, list_all
from kjxm_desktop.gui import opening
from kjxm_desktop.gui.main_window import MainWindow
from kjxm_desktop.gui.outside import Outside
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.session import Session
from tests.gui.hands import desk_of, session_of, wait_until

TITLE = "/project/title"
PATIENCE_S = 60


class Stuck:
    """The disk of the draft does not answer, before or after the file stands in its place, until it is let go on."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self._patch = patch
        self._folder = folder
        self.is_reached = threading.Event()
        self._may_go_on = threading.Event()

    def before(self) -> None:
        """Let the file be written nowhere yet."""
        self._hold_up("_write_beside", lambda path: path.parent == self._folder)

    def after(self) -> None:
        """Let the new file stand there already, and its folder not be synced yet."""
        self._hold_up("_sync_folder", lambda path: path == self._folder)

    def let_go(self) -> None:
        self._may_go_on.set()

    def _hold_up(self, name: str, concerns: Callable[[Path], bool]) -> None:
        real = getattr(atomic_file, name)

        def wait(path: Path, *more: object) -> None:
            if concerns(path):
                self.is_reached.set()
                assert self._may_go_on.wait(PATIENCE_S)
            real(path, *more)

        self._patch.setattr(atomic_file, name, wait)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(paths.schemas())


@pytest.fixture
def draft(call: Call, tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    file = tmp_path / "stick" / "葵盘.kjxm"
    storage.write(file, Proposal(call, {"project": {"title": "葵盘"}}), program="kjxm-desktop test")
    return file


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch, draft: Path) -> Iterator[Stuck]:
    made = Stuck(monkeypatch, draft.parent)
    yield made
    made.let_go()


@pytest.fixture
def session(window: MainWindow, draft: Path, stuck: Stuck) -> Iterator[Session]:
    """Return the session of the draft; at the end the disk answers again, so that it can be closed."""
    window.open_file(draft)
    yield session_of(window)
    stuck.let_go()


def _kept_title(data_folder: Path) -> object:
    (kept,) = list_all(data_folder / "drafts")
    return kept.data["project"]["title"]


def _save_and_get_stuck(session: Session, qtbot: QtBot, stuck: Stuck, text: str, path: Path | None = None) -> None:
    session.edit(TITLE, text)
    if path is None:
        session.save()
    else:
        session.save_as(path)
    wait_until(qtbot, lambda: stuck.is_reached.is_set() and not session._saving._copies)


def _opened_after_a_kill(path: Path, data_folder: Path, shelf: Shelf) -> opening.Opened:
    """Return what the next start would open, was the program killed just now."""
    return opening.open_file(path, shelf, data_folder / "drafts")


def test_every_pause_in_typing_is_stored_while_the_file_is_being_written(
    session: Session, qtbot: QtBot, data_folder: Path, shelf: Shelf, draft: Path, stuck: Stuck
) -> None:
    stuck.before()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    for text in ("葵盘果胶联产", "葵盘果胶联产颗粒", "葵盘果胶联产颗粒饲料"):
        session.edit(TITLE, text)
        wait_until(qtbot, lambda text=text: _kept_title(data_folder) == text)
        wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
        assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘"
    stuck.let_go()
    wait_until(qtbot, lambda: not session.is_writing_file)
    assert session.save_state.kind is SaveKind.KEPT
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"
    assert session.close().kind is SaveKind.SAVED
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶联产颗粒饲料"


def test_typing_without_a_pause_is_stored_while_the_file_is_being_written(
    session: Session, qtbot: QtBot, data_folder: Path, stuck: Stuck
) -> None:
    stuck.before()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    session.edit(TITLE, "葵盘果胶联产")
    session._saving._quiet.stop()
    session._saving._forced.timeout.emit()
    wait_until(qtbot, lambda: _kept_title(data_folder) == "葵盘果胶联产")
    assert session.is_writing_file


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_typed_during_a_save_is_brought_back_after_a_kill(
    session: Session, qtbot: QtBot, data_folder: Path, shelf: Shelf, draft: Path, stuck: Stuck, when: str
) -> None:
    getattr(stuck, when)()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    opened = _opened_after_a_kill(draft, data_folder, shelf)
    assert (opened.proposal.get(TITLE), opened.other_copy) == ("葵盘果胶", None)
    session.edit(TITLE, "葵盘果胶联产")
    wait_until(qtbot, lambda: _kept_title(data_folder) == "葵盘果胶联产")
    assert storage.read(draft, shelf).proposal.get(TITLE) == ("葵盘" if when == "before" else "葵盘果胶")
    opened = _opened_after_a_kill(draft, data_folder, shelf)
    assert (opened.proposal.get(TITLE), opened.other_copy) == ("葵盘果胶联产", None)


def test_what_was_typed_while_it_was_saved_elsewhere_is_brought_back_at_both_places(
    session: Session, qtbot: QtBot, data_folder: Path, shelf: Shelf, draft: Path, stuck: Stuck
) -> None:
    stuck.after()
    other = draft.with_name("乙.kjxm")
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶", other)
    session.edit(TITLE, "葵盘果胶联产")
    wait_until(qtbot, lambda: _kept_title(data_folder) == "葵盘果胶联产")
    for path in (other, draft):
        opened = _opened_after_a_kill(path, data_folder, shelf)
        assert (opened.proposal.get(TITLE), opened.other_copy) == ("葵盘果胶联产", None)


def test_a_working_copy_that_cannot_foresee_stops_no_save(
    session: Session, qtbot: QtBot, shelf: Shelf, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(atomic_file, "private_folder", refuse)
    session.edit(TITLE, "葵盘果胶")
    session.save()
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.SAVED)
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶"


@pytest.mark.usefixtures("data_folder")
def test_the_end_of_the_desktop_session_waits_for_no_file(session: Session, qtbot: QtBot, stuck: Stuck) -> None:
    stuck.before()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    session.edit(TITLE, "葵盘果胶联产")
    assert session.commit()
    assert session.is_writing_file


def test_closing_stores_what_was_typed_before_it_waits_for_the_file(
    session: Session, qtbot: QtBot, data_folder: Path, shelf: Shelf, draft: Path, stuck: Stuck
) -> None:
    stuck.before()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    real, seen = WorkingCopy.save, list[object]()

    def save(copy: WorkingCopy, proposal: Proposal, **told: object) -> object:
        error = real(copy, proposal, **told)  # type: ignore[arg-type]
        seen.append(_kept_title(data_folder))
        stuck.let_go()
        return error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkingCopy, "save", save)
        session.edit(TITLE, "葵盘果胶联产")
        assert session.close().kind is SaveKind.SAVED
    assert seen[0] == "葵盘果胶联产"
    assert storage.read(draft, shelf).proposal.get(TITLE) == "葵盘果胶联产"


def test_leaving_the_window_again_and_again_writes_a_slow_file_once(
    session: Session, qtbot: QtBot, stuck: Stuck
) -> None:
    stuck.before()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    for _ in range(3):
        session.keep_now()
    assert len(session._saving._files) == 1
    session.edit(TITLE, "葵盘果胶联产")
    for _ in range(3):
        session.keep_now()
    assert len(session._saving._files) == 2


def test_a_file_that_is_just_being_put_in_its_place_is_not_taken_for_anothers(
    window: MainWindow, session: Session, qtbot: QtBot, stuck: Stuck
) -> None:
    stuck.after()
    _save_and_get_stuck(session, qtbot, stuck, "葵盘果胶")
    session.edit(TITLE, "葵盘果胶联产")
    wait_until(qtbot, lambda: session.save_state.kind is SaveKind.KEPT)
    outside = session.findChild(Outside)
    assert isinstance(outside, Outside)
    before, looks = desk_of(window).strip.texts(), list[object]()
    outside._looked.connect(lambda *_: looks.append(_))
    outside.look()
    wait_until(qtbot, lambda: len(looks) >= 3)  # a change is believed at the second look
    assert desk_of(window).strip.texts() == before
