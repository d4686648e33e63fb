"""The page before sending: every section with what is still to do, what only a person can confirm, and the ways on."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import notes
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import comments, dismissing, fixing, theme
from kjxm_desktop.gui.buttons import Button, Link, PrimaryButton
from kjxm_desktop.gui.labels import Icon, Label, tip
from kjxm_desktop.gui.problem_list import LOOKS
from kjxm_desktop.gui.section_list import STATE_LOOKS
from kjxm_desktop.gui.session import Session
from kjxm_desktop.gui.set_aside import SetAside

MOST_OF_A_SECTION = 50
_PAGE_WIDTH = 960


class CheckPage(QWidget):
    """Shows the findings by section, what blocks first; each leads to its field, and 返回检查 leads back."""

    place_chosen = Signal(str)
    clause_chosen = Signal(str)
    back_wanted = Signal()
    export_wanted = Signal()
    send_wanted = Signal()
    comments_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._head = Label("", "title", wraps=True)
        self._note = Label("", "body", "quiet", wraps=True)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self._bar(), 1000)
        top.addStretch(1)
        column.addLayout(top)
        column.addWidget(self._area, 1)
        self._lines: list[QToolButton] = []
        self._items: list[Diagnostic] = []
        self.set_aside: SetAside | None = None

    def _bar(self) -> QWidget:
        whole = QWidget(self)
        whole.setMaximumWidth(_PAGE_WIDTH)  # the ways on end where the column of 修改 ends
        bar = QHBoxLayout(whole)
        bar.setContentsMargins(theme.PAGE_MARGIN, 12, theme.PAGE_MARGIN, 4)
        back = Button(strings.text("gui_window.back_to_writing"), self)
        theme.set_icon(back, "back")
        back.clicked.connect(self.back_wanted)
        export = Button(strings.text("gui_window.export_files"), self)
        export.clicked.connect(self.export_wanted)
        self.send_button = PrimaryButton(strings.text("gui_window.send"), parent=self)
        self.send_button.clicked.connect(self.send_wanted)
        bar.addWidget(back)
        bar.addStretch(1)
        bar.addWidget(export)
        bar.addWidget(self.send_button)
        return whole

    def show_findings(self) -> None:
        """Check everything now and show what was found; the first finding has the keys."""
        found = self._session.check_now()
        count = len(self._session.call.rules["rules"])
        manual = self._session.call.rules["manual"]
        if found:
            self._head.setText(strings.text("gui_window.found", count=len(found)))
        elif self._session.dismissed:
            self._head.setText(strings.text("gui_dismiss.rest_passed", count=len(self._session.dismissed)))
        else:
            self._head.setText(strings.text("gui_window.all_passed", count=count, manual=len(manual)))
        blocking = sum(1 for item in found if item.blocks)
        key = "gui_window.blocking" if blocking else "gui_window.nothing_blocks"
        self._note.setText(strings.text(key, count=blocking))
        self._lines, self._items = [], []
        self._area.setWidget(self._page(found))
        if self._lines:
            self._lines[0].setFocus()
        else:
            self.send_button.setFocus()

    def show_dismissed(self) -> None:
        """Unfold what was set aside, with the keys there."""
        if self.set_aside is not None:
            self.set_aside.set_open(wanted=True)
            aside = self.set_aside
            QTimer.singleShot(0, aside, aside.fold.setFocus)  # not before the page that it stands on is shown
            QTimer.singleShot(0, aside, lambda: self._area.ensureWidgetVisible(aside))

    def dismiss_current(self) -> bool:
        """Ask for the reason to set aside the finding with the keys; False where that cannot be."""
        now = self.focusWidget()
        at = next((at for at, line in enumerate(self._lines) if line is now or _stands_with(line, now)), None)
        if at is None or not notes.can_be_dismissed(self._items[at]):
            return False
        self._ask_reason(self._items[at])
        return True

    def _show_again(self) -> None:
        """Show the findings anew where the page stands, with the keys on the line that came next."""
        bar, now = self._area.verticalScrollBar(), self.focusWidget()
        before, top = next((at for at, line in enumerate(self._lines) if line is now), 0), bar.value()
        self.show_findings()
        if self._lines:
            self._lines[min(before, len(self._lines) - 1)].setFocus()
        QTimer.singleShot(0, self, lambda: bar.setValue(top))

    def head(self) -> Label:
        """Return the line that tells how many findings there are."""
        return self._head

    def lines(self) -> list[QToolButton]:
        """Return the buttons that lead to the findings, in the order of the page."""
        return list(self._lines)

    def _page(self, found: list[Diagnostic]) -> QWidget:
        page = QWidget()
        page.setMaximumWidth(_PAGE_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.PAGE_MARGIN, 8, theme.PAGE_MARGIN, theme.PAGE_MARGIN)
        column.setSpacing(4)
        self._head = Label(self._head.text(), "title", wraps=True)
        self._note = Label(self._note.text(), token="quiet", wraps=True)
        column.addWidget(self._head)
        column.addWidget(self._note)
        whole = [item for item in found if item.section is None]
        if whole:
            column.addSpacing(12)
            self._add_lines(column, whole)
        shown = [section for section in self._session.form.sections if self._session.shown(f"/{section.id}")]
        of_section = {section.id: [item for item in found if item.section == section.id] for section in shown}
        for section in sorted(shown, key=lambda section: not any(item.blocks for item in of_section[section.id])):
            self._add_section(column, section.id, strings.pick(section.title), of_section[section.id])
        if self._session.dismissed:
            column.addSpacing(14)
            column.addWidget(self._dismissed())
        else:
            self.set_aside = None
        self._add_comments(column)
        self._add_manual(column)
        column.addStretch(1)
        return page

    def _dismissed(self) -> SetAside:
        """Return what was set aside, with the reasons; open as it was before the page was made anew."""
        shown = SetAside(self._session, is_open=self.set_aside is not None and self.set_aside.is_open)
        shown.taken_back.connect(lambda: QTimer.singleShot(0, self, self._show_again))
        shown.place_chosen.connect(self.place_chosen)
        self.set_aside = shown
        return shown

    def _add_section(self, column: QVBoxLayout, section_id: str, title: str, found: list[Diagnostic]) -> None:
        column.addSpacing(14)
        row = QHBoxLayout()
        row.setSpacing(8)
        state = self._session.section_state(section_id)
        row.addWidget(Icon(*STATE_LOOKS[state]))
        row.addWidget(Label(title, "label"))
        row.addWidget(Label(strings.text(f"gui_form.state.{state}"), "hint", "quiet"))
        row.addStretch(1)
        change = QToolButton()
        change.setAutoRaise(True)
        change.setText(strings.text("gui_window.change"))
        change.setAccessibleName(strings.text("gui_window.change_section", title=title))
        theme.set_colour(change, "accent")
        change.clicked.connect(lambda: self.place_chosen.emit(f"/{section_id}"))
        row.addWidget(change)
        column.addLayout(row)
        rank = list(Severity)
        self._add_lines(column, sorted(found, key=lambda item: (not item.blocks, rank.index(item.severity))))

    def _add_lines(self, column: QVBoxLayout, found: list[Diagnostic]) -> None:
        for item in found[:MOST_OF_A_SECTION]:
            column.addWidget(self._line(item))
        if len(found) > MOST_OF_A_SECTION:
            more = strings.text("gui_window.and_more", count=len(found) - MOST_OF_A_SECTION)
            column.addWidget(Label(more, token="quiet"))

    def _line(self, item: Diagnostic) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        icon, token = LOOKS[item.severity]
        row.addWidget(Icon(icon, token), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(strings.finding(self._session.call, item), wraps=True))
        word = strings.text(f"gui_form.severity.{item.severity}")
        where = strings.label_path(self._session.call, item.pointer)
        words.addWidget(Label(f"{word} · {where}", "hint", "quiet", wraps=True))
        row.addLayout(words, 1)
        if item.clause:
            clause = QToolButton()
            clause.setAutoRaise(True)
            clause.setText(strings.text("gui_window.open_clause", clause=item.clause))
            theme.set_colour(clause, "accent")
            clause.clicked.connect(lambda: self.clause_chosen.emit(item.clause or ""))
            row.addWidget(clause, 0, Qt.AlignmentFlag.AlignTop)
        self._add_fix(row, item)
        self._add_way_aside(row, item)
        if item.pointer:
            go = QToolButton()
            theme.set_edged(go)
            go.setText(strings.text("gui_window.change"))
            go.setAccessibleName(strings.finding(self._session.call, item))
            go.clicked.connect(lambda: self.place_chosen.emit(item.pointer))
            row.addWidget(go, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.append(go)
            self._items.append(item)
        return line

    def _add_fix(self, row: QHBoxLayout, item: Diagnostic) -> None:
        """Add the button that mends a finding, where that is one thing and no other."""
        offer = fixing.of_finding(self._session, item)
        if offer is None:
            return
        button = QToolButton()
        theme.set_edged(button)
        button.setText(fixing.words(offer.fix))
        button.setToolTip(tip(fixing.whole(offer.fix)))
        button.setAccessibleName(f"{strings.finding(self._session.call, item)} {fixing.words(offer.fix)}")
        button.clicked.connect(lambda: self._fix(offer))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _fix(self, offer: fixing.Offer) -> None:
        fixing.make(self._session, offer.fix)
        # The button that was pressed is on the page that goes: not before it is done with the click.
        QTimer.singleShot(0, self, self.show_findings)

    def _add_way_aside(self, row: QHBoxLayout, item: Diagnostic) -> None:
        """Add the button that sets a finding aside with a reason, where it may be."""
        if not notes.can_be_dismissed(item):
            return
        button = QToolButton()
        button.setAutoRaise(True)
        button.setText(strings.text("gui_dismiss.way"))
        finding = strings.finding(self._session.call, item)
        button.setAccessibleName(strings.text("gui_dismiss.way_of", finding=finding))
        button.clicked.connect(lambda: self._ask_reason(item))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _ask_reason(self, item: Diagnostic) -> None:
        dialog = dismissing.of(self._session).ask(item, self.window())
        dialog.accepted.connect(lambda: QTimer.singleShot(0, self, self._show_again))

    def _add_comments(self, column: QVBoxLayout) -> None:
        """Tell how much of what co-authors said is still open; it blocks nothing and goes nowhere."""
        count = comments.of(self._session).open_count
        if count:
            column.addSpacing(14)
            link = Link(strings.text("gui_comments.see_open", count=count))
            link.clicked.connect(self.comments_wanted)
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_manual(self, column: QVBoxLayout) -> None:
        manual = self._session.call.rules["manual"]
        if not manual:
            return
        column.addSpacing(20)
        column.addWidget(Label(strings.text("gui_window.confirm_by_person", count=len(manual)), "group"))
        for item in manual:
            column.addWidget(Label(f"· {strings.pick(item['message'])}", wraps=True))


def _stands_with(line: QToolButton, other: QWidget | None) -> bool:
    """Tell whether another button tells of the same finding."""
    return other is not None and other.parentWidget() is line.parentWidget()
