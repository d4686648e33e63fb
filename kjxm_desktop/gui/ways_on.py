"""The ways on from writing: the check page, the send page and the export dialog, each made when first wanted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QWidget

from kjxm_desktop.gui import opening
from kjxm_desktop.gui.session import Session

if TYPE_CHECKING:
    from kjxm_desktop.gui.check_page import CheckPage
    from kjxm_desktop.gui.main_window import MainWindow
    from kjxm_desktop.gui.send_page import Sending, SendPage


class WaysOn(QObject):
    """Holds what follows the writing of the open proposal.

    The modules are loaded when they are first wanted, so that the first page is quick.
    """

    def __init__(self, window: MainWindow, stack: QStackedWidget, drafts: Path, added: Sequence[Path]) -> None:
        super().__init__(window)
        self.check_page: CheckPage | None = None
        self.send_page: SendPage | None = None
        self._window = window
        self._stack = stack
        self._drafts = drafts
        self._added = added
        self._sending: Sending | None = None

    def show_check(self, session: Session) -> None:
        """Check everything and show the findings by section."""
        if self.check_page is None:
            from kjxm_desktop.gui.check_page import CheckPage

            page = self.check_page = CheckPage(session, self._window)
            page.place_chosen.connect(self._on_place_from_check)
            page.clause_chosen.connect(self._window.show_clause)
            page.back_wanted.connect(self._window.show_desk)
            page.export_wanted.connect(self._window.export)
            page.send_wanted.connect(self._window.show_send)
            page.comments_wanted.connect(self._on_comments)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(self.check_page)
        self.check_page.show_findings()

    def show_dismissed(self) -> None:
        """Check everything and show what was set aside, with the reasons."""
        self._window.show_check()
        if self.check_page is not None:
            self.check_page.show_dismissed()

    def show_send(self, session: Session) -> None:
        """Show the page that makes the folder to be mailed."""
        if self.send_page is None:
            from kjxm_desktop.gui.send_page import SendPage  # it brings the mail library

            page = self.send_page = SendPage(session, _export_folder(session), self._drafts, self._added, self._window)
            page.back_wanted.connect(self._window.show_desk)
            page.check_wanted.connect(self._window.show_check)
            if self._sending is not None:
                page.resume(self._sending)
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(self.send_page)
        self.send_page.show_state()

    def export(self, session: Session) -> None:
        """Ask what to write as DOCX and PDF, and write it."""
        from kjxm_desktop.gui.export_dialog import ExportDialog

        dialog = ExportDialog(session, _export_folder(session), self._drafts, self._added, self._window)
        dialog.check_wanted.connect(self._window.show_check)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def keep_sending(self) -> None:
        """Remember what the send page has come to, for the page that is built in its place."""
        if self.send_page is not None:
            self._sending = self.send_page.sending()

    def drop(self) -> list[QWidget]:
        """Stop what is under way and return the pages, which are no longer held here."""
        if self.send_page is not None:
            self.send_page.work.stop()
        pages: list[QWidget] = [page for page in (self.check_page, self.send_page) if page is not None]
        self.check_page = self.send_page = None
        return pages

    def forget(self) -> None:
        """Begin anew: another proposal is opened."""
        self._sending = None

    def _on_comments(self) -> None:
        if self._window.desk is not None:
            self._window.show_desk()
            self._window.desk.commenting.show()
            self._window.status.offer_return()

    def _on_place_from_check(self, pointer: str) -> None:
        self._window.go_to(pointer)
        self._window.status.offer_return()


def _export_folder(session: Session) -> Path:
    """Return where exports go: beside the draft, or where documents are kept."""
    return session.path.parent if session.path is not None else opening.documents_folder()
