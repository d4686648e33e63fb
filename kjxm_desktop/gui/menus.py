"""The menu bar: every action with its key, each where people look for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from kjxm_desktop import strings
from kjxm_desktop.gui import dismissing, fixing
from kjxm_desktop.gui.form.section_page import row_of
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.gui.commenting import Commenting
    from kjxm_desktop.gui.main_window import MainWindow


class Menus(QObject):
    """Builds the menus of the window and keeps them true."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._of_session: list[QAction] = []
        self._menus: list[QMenu] = []
        self._session: Session | None = None
        self.rebuild()

    def rebuild(self) -> None:
        """Build all menus in the language in use."""
        self._window.menuBar().clear()
        for menu in self._menus:
            menu.deleteLater()
        self._menus = []
        self._of_session = []
        self._project_menu()
        self._edit_menu()
        self._view_menu()
        self._check_menu()
        self._help_menu()
        self.show_session(self._session)

    def _menu(self, name: str) -> QMenu:
        menu = self._window.menuBar().addMenu(strings.text(f"gui_window.menu_{name}"))
        self._menus.append(menu)
        return menu

    def _add(
        self,
        menu: QMenu,
        name: str,
        act: Callable[[], object],
        key: QKeySequence.StandardKey | str | None = None,
        *,
        always: bool = False,
    ) -> QAction:
        action = menu.addAction(strings.text(f"gui_window.{name}"))
        action.triggered.connect(lambda _checked=False: act())
        if isinstance(key, str):
            action.setShortcuts([QKeySequence(part) for part in key.split("|")])
        elif key is not None:
            action.setShortcuts(key)
        if not always:
            self._of_session.append(action)
        return action

    def _project_menu(self) -> None:
        window, menu, key = self._window, self._menu("project"), QKeySequence.StandardKey
        self._add(menu, "new", window.choose_new, key.New, always=True)
        self._add(menu, "open", window.choose_and_open, key.Open, always=True)
        menu.addSeparator()
        self._add(menu, "save", window.save, key.Save)
        self._add(menu, "save_as", window.save_as, "Ctrl+Shift+S")
        self._add(menu, "save_without_comments", window.save_without_comments)
        menu.addSeparator()
        self._add(menu, "name_version", window.name_version, "Ctrl+Alt+S")
        self._add(menu, "history", window.show_history, "Ctrl+Alt+H")
        self._add(menu, "compare_other", window.compare_other)
        menu.addSeparator()
        self._add(menu, "import_word", window.import_word.choose)
        menu.addSeparator()
        self._add(menu, "export_files", window.export, "Ctrl+E")
        self._add(menu, "send", window.show_send, "Ctrl+Shift+E")
        menu.addSeparator()
        self._add(menu, "local_copies", window.show_local_copies, always=True)
        self._add(menu, "settings", window.show_settings, "Ctrl+,", always=True)
        menu.addSeparator()
        self._add(menu, "close_proposal", window.close_proposal, "Ctrl+W")
        self._add(menu, "quit", window.close, "Ctrl+Q", always=True)

    def _edit_menu(self) -> None:
        menu = self._menu("edit")
        self.undo = self._add(menu, "undo", self._undo, "Ctrl+Z")
        self.redo = self._add(menu, "redo", self._redo, "Ctrl+Y|Ctrl+Shift+Z")
        menu.addSeparator()
        self.undo_all = self._add(menu, "undo_all", self._undo_all)
        menu.addSeparator()
        searching = self._window.searching
        ways: tuple[tuple[str, Callable[[], object], str], ...] = (
            ("find", searching.find, "Ctrl+F"),
            ("find_next", lambda: searching.step(1), "F3"),
            ("find_previous", lambda: searching.step(-1), "Shift+F3"),
            ("replace", searching.replace, "Ctrl+H"),
        )
        for name, act, key in ways:
            self._window.addAction(self._add(menu, name, act, key))  # what stands beside the window offers it too
        menu.addSeparator()
        self._add(menu, "comment", lambda: self._comments(lambda room: room.compose()), "Ctrl+Alt+M")

    def _view_menu(self) -> None:
        window, menu = self._window, self._menu("view")
        self.sections = self._add(menu, "show_sections", lambda: self._toggle("sections"), "Ctrl+1")
        self.book = self._add(menu, "show_book", lambda: self._toggle("book"), "F9")
        self.problems = self._add(menu, "show_problems", window.toggle_problems, "Ctrl+2")
        for action in (self.sections, self.book, self.problems):
            action.setCheckable(True)
        menu.addSeparator()
        self._add(menu, "previous_section", lambda: self._step(-1), "Ctrl+PgUp")
        self._add(menu, "next_section", lambda: self._step(1), "Ctrl+PgDown")
        menu.addSeparator()
        self._add(menu, "show_comments", lambda: self._comments(lambda room: room.show()), "Ctrl+3")
        self._add(menu, "next_comment", lambda: self._comments(lambda room: room.step(1)), "Ctrl+Alt+N")
        self._add(menu, "previous_comment", lambda: self._comments(lambda room: room.step(-1)), "Ctrl+Alt+P")
        menu.addSeparator()
        modes = ("system", "light", "dark")
        self._choice(menu, "appearance", modes, window.appearance, window.set_appearance)
        self._choice(menu, "language", strings.LANGUAGES, strings.language(), window.set_language)

    def _choice(self, menu: QMenu, name: str, values: tuple[str, ...], now: str, act: Callable[..., None]) -> None:
        inner = menu.addMenu(strings.text(f"gui_window.{name}"))
        group = QActionGroup(inner)
        for value in values:
            action = inner.addAction(strings.text(f"gui_window.{name}_{value}"))
            action.setCheckable(True)
            action.setChecked(value == now)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, value=value: act(value))

    def _check_menu(self) -> None:
        window, menu = self._window, self._menu("check")
        self._add(menu, "check", window.show_check, "F7")
        self._add(menu, "next_problem", lambda: window.step_problem(1), "F8")
        self._add(menu, "previous_problem", lambda: window.step_problem(-1), "Shift+F8")
        menu.addSeparator()
        self._add(menu, "fix_here", self._fix, fixing.KEYS)
        self._add(menu, "dismiss", self._dismiss, dismissing.KEYS)

    def _help_menu(self) -> None:
        menu = self._menu("help")
        self._add(menu, "show_notice", self._notice, "F1")
        self._add(menu, "about", self._about, always=True)

    # ---- what they do beyond the window

    def _about(self) -> None:
        from kjxm_desktop.gui.about import about  # loaded when first wanted: it reads the packages' metadata

        about(self._window, self._window.calls)

    def _fix(self) -> None:
        """Take what is offered at the field with the keys, or at the finding chosen in the list."""
        desk, now = self._window.desk, QApplication.focusWidget()
        row = row_of(now)
        if row is not None:
            row.take_fix()
        elif desk is not None and now is not None and desk.problems.isAncestorOf(now):
            desk.problems.fix_current()

    def _dismiss(self) -> None:
        """Ask for the reason to set aside what is told at the field with the keys, or is chosen in the list."""
        desk, page, now = self._window.desk, self._window.check_page, QApplication.focusWidget()
        row, done = row_of(now), False
        if row is not None:
            done = row.dismiss()
        elif desk is not None and now is not None and desk.problems.isAncestorOf(now):
            done = desk.problems.dismiss_current()
        elif page is not None and now is not None and page.isAncestorOf(now):
            done = page.dismiss_current()
        if not done:
            self._window.status.showMessage(strings.text("gui_dismiss.none_here"), 10_000)

    def _comments(self, act: Callable[[Commenting], None]) -> None:
        """Do something with the comments, on the desk."""
        desk = self._window.desk
        if desk is not None:
            self._window.show_desk()
            act(desk.commenting)

    def _undo(self) -> None:
        if self._session is not None:
            self._session.undo()

    def _redo(self) -> None:
        if self._session is not None:
            self._session.redo()

    def _undo_all(self) -> None:
        if self._session is not None:
            self._session.undo_all()

    def _notice(self) -> None:
        if self._session is not None and self._session.call.clauses:
            self._window.show_clause(next(iter(self._session.call.clauses)))

    def _toggle(self, panel: str) -> None:
        desk = self._window.desk
        if desk is not None:
            self._window.show_desk()
            if panel == "book":
                desk.show_book(not desk.book.isVisible())
            else:
                desk.show_sections(not desk.sections.isVisible())

    def _step(self, by: int) -> None:
        if self._window.desk is not None:
            self._window.show_desk()
            self._window.desk.step_section(by)

    def show_session(self, session: Session | None) -> None:
        """Allow what can be done with `session` open, or without any."""
        if session is not self._session and session is not None:
            session.steps_changed.connect(self._on_history)
        self._session = session
        for action in self._of_session:
            action.setEnabled(session is not None)
        desk = self._window.desk
        if desk is not None:
            self.sections.setChecked(not desk.sections.isHidden())
            self.book.setChecked(not desk.book.isHidden())
            self.problems.setChecked(not desk.problems.isHidden())
        self._on_history()

    def _on_history(self) -> None:
        session = self._session
        self.undo.setEnabled(session is not None and session.can_undo)
        self.undo_all.setEnabled(session is not None and session.can_undo)
        self.redo.setEnabled(session is not None and session.can_redo)
