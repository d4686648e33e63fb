"""The one window: start page, desk, check page and send page, with the menus and the status bar around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QWidget

from kjxm_desktop import __version__, paths, strings
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.gui import comments, focus_ring, leaving, naming, opening, qt_words, theme
from kjxm_desktop.gui.arrival import Arrival
from kjxm_desktop.gui.desk import Desk
from kjxm_desktop.gui.dropping import Dropping
from kjxm_desktop.gui.form import chinese_typing
from kjxm_desktop.gui.form.row_form import RowForm
from kjxm_desktop.gui.import_word import ImportWord
from kjxm_desktop.gui.instance import Answer, Claims, is_same_file
from kjxm_desktop.gui.labels import Box
from kjxm_desktop.gui.looking_back import LookingBack
from kjxm_desktop.gui.menus import Menus
from kjxm_desktop.gui.moving_on import MovingOn
from kjxm_desktop.gui.new_call import NewCall
from kjxm_desktop.gui.opening import Opened
from kjxm_desktop.gui.outside import Outside
from kjxm_desktop.gui.override import override
from kjxm_desktop.gui.recents import Recents
from kjxm_desktop.gui.returning import Returning
from kjxm_desktop.gui.save_state import SaveKind
from kjxm_desktop.gui.search_ways import Searching
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.start_page import Example, Recent, StartPage
from kjxm_desktop.gui.status_bar import StatusBar
from kjxm_desktop.gui.ways_on import WaysOn
from kjxm_desktop.settings import Settings, calls_folders

if TYPE_CHECKING:
    from kjxm_desktop.gui.check_page import CheckPage
    from kjxm_desktop.gui.salvaging import Salvaging
    from kjxm_desktop.gui.send_page import SendPage

PROGRAM = f"kjxm-desktop {__version__}"


class MainWindow(QMainWindow):
    """Holds at most one open proposal; everything that edits it is the session's."""

    def __init__(
        self,
        settings: Settings,
        *,
        calls: Sequence[Path] = (),
        now: Callable[[], datetime],
        parent: QWidget | None = None,
    ) -> None:
        """Show the start page. `calls` are added folders of calls. Raises KjxmError call.folder for one not there."""
        super().__init__(parent)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            focus_ring.follow(application)
            qt_words.speak(application, strings.language())
        self._settings = settings
        chinese_typing.follow(settings)
        self._added = [*calls, *calls_folders(settings)]
        self._shelf = Shelf(paths.schemas(), self._added, paths.calls())
        self._now = now
        self._drafts = paths.data_folder() / "drafts"
        self._recents = Recents(settings, self._drafts, self._shelf, now)
        self._claims = Claims(paths.data_folder() / "open", self._shows, self)
        self._claims.front_wanted.connect(self.come_to_front)
        self.session: Session | None = None
        self.desk: Desk | None = None
        self._arrival: Arrival | None = None
        self._stack = QStackedWidget(self)
        self._ways = WaysOn(self, self._stack, self._drafts, self._added)
        self.looking_back = LookingBack(self, self._shelf, self._drafts)
        self.asks = True
        self.returning = Returning(self, self._shelf)
        self.import_word = ImportWord(self)
        self.moving_on = MovingOn(self, self._shelf)
        self.searching = Searching(self)
        self.new_call = NewCall(self, self._shelf)
        self.new_call.kept.connect(self._on_call_kept)
        self.new_call.refused.connect(self._on_call_refused)
        Dropping(self, self.open_file)
        self.setCentralWidget(self._stack)
        self.start_page = self._make_start_page()
        self.menus = Menus(self)
        self.status = StatusBar(self)
        self.setStatusBar(self.status)
        self.status.check_wanted.connect(self.show_check)
        self.status.export_wanted.connect(self.export)
        self.status.problems_wanted.connect(self.toggle_problems)
        self.status.elsewhere_wanted.connect(self.save_elsewhere)
        self.setMinimumSize(960, 640)
        self._restore_geometry()
        self._show_start()

    # ---- the start page

    def _make_start_page(self) -> StartPage:
        page = StartPage(self._shelf.calls, self)
        page.new_wanted.connect(self.new_proposal)
        page.open_wanted.connect(self.choose_and_open)
        page.example_wanted.connect(self.open_example)
        page.recent_wanted.connect(self.open_recent)
        self._stack.addWidget(page)
        return page

    def _renew_start_page(self) -> None:
        self._stack.removeWidget(self.start_page)
        self.start_page.deleteLater()
        self.start_page = self._make_start_page()

    def _on_call_kept(self, call: Call) -> None:
        """Offer a call that was put into the program; whatever is open stays open."""
        shown = self._stack.currentWidget() is self.start_page
        self._renew_start_page()
        if shown:
            self._show_start()
        self.moving_on.offer()
        self.tell(strings.text("gui_call.kept", title=strings.pick(call.title)))

    def _on_call_refused(self, error: KjxmError) -> None:
        self.tell(strings.error(error))

    def _show_start(self) -> None:
        self._keep_claim()
        self._title()
        listed, unreadable = self._recents.survey()
        self.start_page.show_recent(listed)
        self.start_page.tell_unreadable(unreadable)
        self._stack.setCurrentWidget(self.start_page)
        self.status.show_session(None)
        self.menus.show_session(None)
        for entry in self._shelf.found:
            if entry.error is not None:
                self.status.showMessage(strings.error(entry.error), 15_000)

    # ---- opening

    def new_proposal(self, call: Call) -> None:
        """Begin a proposal for `call`; it lives in the working copy until it gets a name."""
        if self._leave():
            self._open(Opened(Proposal(call)))

    def choose_new(self) -> None:
        """Begin a proposal for the only call at hand, or let the person choose on the start page."""
        if len(self.calls) == 1:
            self.new_proposal(self.calls[0])
        elif self._leave():
            self._show_start()
            self.start_page.new_button.showMenu()

    @property
    def calls(self) -> list[Call]:
        """Return the calls at hand."""
        return self._shelf.calls

    def choose_and_open(self) -> None:
        """Ask for a file and open it."""
        path = naming.ask_which(self)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> bool:
        """Open the draft at `path` and what the working copy has beyond it; tell why when that cannot be done.

        A document that came back by mail is read first and opened later.
        """
        if self.session is not None and is_same_file(self.session.path, path.absolute()):
            self.show_desk()
            return True
        if NewCall.takes(path):
            self.new_call.read(path)
            return False
        if Returning.takes(path):
            self.returning.read(path)
            return False
        return self._try(lambda: opening.open_file(path, self._shelf, self._drafts, self._claims))

    def reopen(self) -> None:
        """Open the file of the open draft anew: it is another one by now."""
        path = self.session.path if self.session is not None else None
        if path is not None and self._leave():
            self._show_start()
            self.open_file(path)

    def open_recent(self, recent: Recent) -> bool:
        """Go on with a draft worked on before, by its file or by its working copy."""
        opened = self._try(lambda: opening.open_recent(recent, self._shelf, self._drafts, self._claims))
        if not opened and recent.path is None:
            self.start_page.tell_unreadable([*self._recents.survey()[1], self._drafts / recent.doc_id])
        return opened

    def open_example(self, example: Example) -> bool:
        """Open a copy of an example, as a new proposal without a name."""
        return self._try(lambda: opening.open_example(example.data_file, self._shelf))

    def _try(self, read: Callable[[], Opened]) -> bool:
        try:
            opened = read()
            if opened.elsewhere is Answer.HERE and self._leave():  # another file of the draft that is open here
                self._show_start()
                opened = read()
        except KjxmError as error:
            self._keep_claim()
            if not self._salvaging.offer(error):
                self.tell(strings.error(error))
            return False
        shown = opened.elsewhere is Answer.SHOWN
        if shown:
            self.status.showMessage(strings.text("gui_world.shown_elsewhere"), 15_000)
        elif opened.elsewhere is not Answer.HERE and self._leave():
            self._open(opened)
            shown = True
        self._keep_claim()
        return shown

    @cached_property
    def _salvaging(self) -> Salvaging:
        from kjxm_desktop.gui.salvaging import Salvaging  # loaded when a draft is refused

        salvaging = Salvaging(self, self._shelf, self._drafts)
        salvaging.chosen.connect(self._on_salvaged)
        return salvaging

    def _on_salvaged(self, opened: Opened, told: str) -> None:
        if self.open_here(opened) and self.desk is not None:
            self.desk.strip.tell(told, icon="severity_warning", token="warning")

    def open_here(self, opened: Opened) -> bool:
        """Put away what is open and open `opened`; tell whether it is open now."""
        return self._try(lambda: opened)

    def recent_of(self, doc_id: str) -> Recent | None:
        """Return the draft of that id when it was worked on here and can be gone on with."""
        return next((told for told in self._recents.all() if told.doc_id == doc_id), None)

    def _open(self, opened: Opened) -> None:
        session = Session(
            opened.proposal,
            working_folder=self._drafts,
            program=PROGRAM,
            now=self._now,
            path=opened.path,
            base_sha256=opened.base_sha256,
            parent=self,
        )
        self.session = session
        self._claims.take(opened.proposal.doc_id, opened.path)
        self._keep_claim()
        session.save_state_changed.connect(self._title)
        session.place_wanted.connect(self.show_desk)  # what is taken back is seen, whichever page is open
        self.looking_back.follow(session)
        self._arrival = Arrival(opened, session, self._open_other, self.looking_back)
        self._arrival.tell(self._build_pages(session).strip)
        self.moving_on.offer()
        outside = Outside(self, session, self._settings, self._shelf)
        if opened.unsaved:
            session.mark_unsaved()
        # After the first paint: the check loads the schema library.
        QTimer.singleShot(0, session, session.check_soon)
        QTimer.singleShot(0, outside, outside.look)

    def _build_pages(self, session: Session) -> Desk:
        comments.of(session).use(self._settings)
        desk = self.desk = Desk(session, self)
        self.desk.restore_layout(self._settings.get("window").get("panels", ""))
        self.desk.confirm_wanted.connect(self.show_check)
        self.desk.dismissed_wanted.connect(self._ways.show_dismissed)
        self.desk.panels_changed.connect(lambda: self.menus.show_session(self.session))
        self._stack.addWidget(self.desk)
        self._stack.setCurrentWidget(self.desk)
        self.status.show_session(session)
        self.menus.show_session(session)
        self._title()
        desk.open_at_last_place()
        return desk

    def _open_other(self, doc_id: str) -> None:
        self._try(lambda: opening.open_copy_apart(doc_id, self._shelf, self._drafts, self._claims))

    def _keep_claim(self) -> None:
        """Hold what is open and nothing else."""
        self._claims.keep_only(None if self.session is None else self.session.proposal.doc_id)

    def _shows(self, doc_id: str, path: Path | None) -> bool:
        """Tell whether a draft is open here, by the file that another window was asked for."""
        session = self.session
        if session is None or session.proposal.doc_id != doc_id:
            return False
        return path is None or is_same_file(session.path, path)

    def come_to_front(self) -> None:
        """Show the window above all others: somebody asked for what it holds."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)  # where the desktop lets no window come forward by itself, it blinks

    # ---- leaving

    def close_proposal(self) -> None:
        """Store the open proposal and show the start page."""
        if self._leave():
            self._show_start()

    def _leave(self) -> bool:
        """Store and put away the open proposal; False when it could not be stored and the person stays."""
        session = self.session
        if session is None:
            return True
        comments.of(session).keep_unsent()
        self._close_row_forms()
        state = session.close()
        if state.kind is SaveKind.FAILED and not self._may_lose(session, state.words()):
            return False
        self._recents.note(session)
        self._remember_layout()
        self.session = self._arrival = None
        self.looking_back.close()
        self._ways.forget()
        self._drop_pages()
        session.deleteLater()
        return True

    def _may_lose(self, session: Session, reason: str) -> bool:
        """Tell whether the proposal may be put away though it could not be stored; the person decides, if one can."""
        loss = leaving.ask_about_loss(self, reason) if self.asks else leaving.Loss.LOSE
        if loss is leaving.Loss.ELSEWHERE:
            return self.save_as() and session.close().kind is not SaveKind.FAILED
        if loss is leaving.Loss.LOSE:
            session.abandon()
        return loss is leaving.Loss.LOSE

    def keep_now(self) -> None:
        """Store what there is: the program has a bug."""
        if self.session is not None:
            self.session.keep_now()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        """Store everything; stay when that failed and the person wants to."""
        if self._leave():
            self.returning.stop()
            self.import_word.stop()
            self.new_call.stop()
            self._keep_claim()
            self._settings.set("window", {**self._settings.get("window"), "geometry": _hex(self.saveGeometry())})
            event.accept()
        else:
            event.ignore()

    # ---- saving

    def save(self) -> None:
        """Ctrl+S: write the file; ask for a name when there is none."""
        if self.session is None:
            return
        if self.session.path is None:
            self.save_as()
            return
        self.session.save()
        if self._arrival is not None:
            self._arrival.accept()

    def save_as(self) -> bool:
        """Ask for a name and write there; tell whether a name was given."""
        if self.session is None:
            return False
        from kjxm_desktop.exchange import names  # loaded when first wanted: it brings what composes documents

        call, data = self.session.call, self.session.data
        stem = names.stem(call, data, draft=False)
        path = naming.ask_name(self, self.session.path or Path.home() / f"{stem}.{naming.SUFFIX}")
        if path is None:
            return False
        self.session.save_as(path)
        return True

    def save_without_comments(self) -> None:
        """Write a copy that holds no comments."""
        from kjxm_desktop.gui import uncommented  # loaded when first wanted

        uncommented.save_copy(self, PROGRAM)

    def save_elsewhere(self) -> None:
        """Save under another name what could not be saved under its own."""
        self.save_as()

    # ---- pages and panels

    def show_desk(self) -> None:
        """Show the page being written."""
        if self.desk is not None:
            self._stack.setCurrentWidget(self.desk)

    def go_to(self, pointer: str) -> None:
        """Show the field at `pointer`."""
        if self.desk is not None:
            self.show_desk()
            self.desk.go_to(pointer)

    def show_check(self) -> None:
        """F7: check everything and show the findings by section."""
        if self.session is not None:
            self._ways.show_check(self.session)

    def show_clause(self, clause: str) -> None:
        """Open the notice at a clause."""
        if self.desk is not None:
            self.show_desk()
            self.desk.show_clause(clause)

    def show_send(self) -> None:
        """Show the page that makes the folder to be mailed."""
        if self.session is not None:
            self._ways.show_send(self.session)

    def export(self) -> None:
        """Ctrl+E: write DOCX and PDF; never disabled."""
        if self.session is not None:
            self._ways.export(self.session)

    @property
    def check_page(self) -> CheckPage | None:
        """Return the check page; None while it was not wanted."""
        return self._ways.check_page

    @property
    def send_page(self) -> SendPage | None:
        """Return the send page; None while it was not wanted."""
        return self._ways.send_page

    def show_history(self) -> None:
        """Ctrl+Alt+H: show the moments of the proposal and what has changed since."""
        if self.session is not None:
            self.looking_back.show_history(self.session)

    def name_version(self) -> None:
        """Keep what is there now under a name."""
        if self.session is not None:
            self.looking_back.name_version(self.session)

    def show_local_copies(self) -> None:
        """Show what the program keeps of each draft on this computer, to be deleted."""
        from kjxm_desktop.gui.local_copies import LocalCopies  # loaded when first wanted

        open_id = self.session.proposal.doc_id if self.session is not None else None
        dialog = LocalCopies(paths.data_folder(), self._shelf, open_id, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.cleared.connect(self._on_copies_cleared)
        dialog.open()

    def _on_copies_cleared(self, doc_id: str) -> None:
        self._recents.forget(doc_id)
        if self.session is None:
            self.start_page.show_recent(self._recents.all())

    def compare_other(self) -> None:
        """Ask for another draft and compare with it."""
        if self.session is not None:
            self.looking_back.choose_and_compare(self.session)

    def compare_with_file(self, path: Path) -> None:
        """Compare with the draft at `path`, pieces of which may be adopted."""
        if self.session is not None:
            self.looking_back.compare_with_file(self.session, path)

    def toggle_problems(self) -> None:
        """Open or close the list of findings."""
        if self.desk is not None:
            self.show_desk()
            self.desk.show_problems(not self.desk.problems.isVisible())

    def step_problem(self, by: int) -> None:
        """F8 and Shift+F8: lead to the next or the previous finding."""
        if self.desk is not None and self.session is not None:
            if not self.session.checked:
                self.session.check_now()
            self.show_desk()
            self.desk.step_problem(by)

    # ---- appearance, language

    def show_settings(self) -> None:
        """Ctrl+,: show the settings."""
        from kjxm_desktop.gui import settings_dialog  # loaded when first wanted

        settings_dialog.show(self, self._settings)

    def set_appearance(self, mode: theme.Mode) -> None:
        """Choose light, dark or as the system does."""
        self._settings.set("appearance", mode)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, mode)

    def set_language(self, language: str) -> None:
        """Speak another language: everything around the proposal is built again, the proposal stays open."""
        self._settings.set("language", language)
        strings.use(language)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            qt_words.speak(application, language)
        session = self.session
        if session is not None:
            self._close_row_forms()
            session.settle()
        self.looking_back.close()
        self._ways.keep_sending()
        self._drop_pages()
        self._renew_start_page()
        self.menus.rebuild()
        self.status.rebuild()
        if session is None:
            self._show_start()
        else:
            desk = self._build_pages(session)
            if self._arrival is not None:
                self._arrival.tell_again(desk.strip)

    def _close_row_forms(self) -> None:
        """Close the forms of rows before their tables go: what is being typed there is stored too."""
        for form in cast("list[RowForm]", self.findChildren(RowForm)):  # the bindings do not tell of what kind they are
            form.close()

    def _drop_pages(self) -> None:
        for widget in [*self._ways.drop(), *([] if self.desk is None else [self.desk])]:
            self._stack.removeWidget(widget)
            widget.deleteLater()
        self.desk = None

    @property
    def appearance(self) -> str:
        """Return the appearance chosen."""
        return self._settings.get("appearance")

    # ---- telling

    def tell(self, sentence: str) -> None:
        """Show one sentence that needs to be read before going on."""
        box = Box(self)
        box.setIcon(QMessageBox.Icon.Information)
        box.setWindowTitle(strings.text("gui_window.program"))
        box.setText(sentence)
        box.addButton(strings.text("gui_window.understood"), QMessageBox.ButtonRole.AcceptRole)
        box.open()

    def on_crash(self, kind: str, place: str) -> None:
        """Tell of a bug; what there is has been stored."""
        if self.desk is not None:
            told = strings.text("gui_window.crashed", kind=kind, place=place)
            self.desk.strip.tell(told, icon="severity_warning", token="warning", topic="crash")

    def _title(self) -> None:
        session = self.session
        if session is None:
            self.setWindowTitle(strings.text("gui_window.program"))
            return
        name = session.path.name if session.path else strings.text("gui_window.unnamed")
        self.setWindowTitle(f"{name} — {strings.text('gui_window.program')}")

    # ---- remembering

    def _remember_layout(self) -> None:
        if self.desk is not None:
            self._settings.set("window", {**self._settings.get("window"), "panels": self.desk.layout_state()})

    def _restore_geometry(self) -> None:
        told = self._settings.get("window").get("geometry", "")
        if not (told and self.restoreGeometry(QByteArray.fromHex(told.encode("ascii")))):
            self.resize(1280, 720)


def _hex(data: QByteArray) -> str:
    return bytes(data.toHex().data()).decode("ascii")
