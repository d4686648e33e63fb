"""One thing asked, as it stands on a page: label, hint, field, and below it what was found there."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kjxm_desktop import strings
from kjxm_desktop.core import json_pointer, notes, rich_text
from kjxm_desktop.core.form import Control, Form
from kjxm_desktop.core.validation import Diagnostic, Severity
from kjxm_desktop.gui import dismissing, fixing, table_charts, theme
from kjxm_desktop.gui.fixing import Offer
from kjxm_desktop.gui.form import fields
from kjxm_desktop.gui.form.comment_mark import FieldComments
from kjxm_desktop.gui.form.foot import Foot, Remark
from kjxm_desktop.gui.labels import Label
from kjxm_desktop.gui.session import Session, touches

PATIENCE_MS = 900
"""A new mark waits until the field is left or typing has stopped for so long."""

LIVE_MARKS = 8
"""A key asks so many marks whether they are mended; those of the place that the keys are in stand first."""

AMBER_FROM = 0.9
"""The counter turns amber from this part of the limit."""

_TOKENS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.ADVICE: "quiet",
    Severity.MISSING: "quiet",
}


class FieldRow(QWidget):
    """Label, hint, field and foot of one control at one pointer.

    A mark appears when the field is left or typing has paused for 900 ms, and goes as soon as what it says is mended.
    A gap is told quietly, and only after a check has been asked for.
    """

    value_edited = Signal(str)
    """The person has changed the value at this pointer."""

    def __init__(self, session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._session = session
        self._pointer = pointer
        self._note = ""
        self._shown: list[Diagnostic] = []
        self._offer: Offer | None = None
        self._mended = ""
        self._also = _groups_led(session.form, pointer)
        self.field = fields.make(session, control, pointer, self)
        self._foot = Foot(self)
        self._lay_out()
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._show_findings)
        self.field.edited.connect(self._on_edited)
        self.field.left.connect(self._on_left)
        self.field.noted.connect(self._on_noted)
        self._foot.fix_wanted.connect(self.take_fix)
        self._foot.dismiss_wanted.connect(self.dismiss)
        session.value_changed.connect(self._on_value_changed)
        session.diagnostics_changed.connect(self._on_diagnostics_changed)
        self.field.show_value(session.value(pointer))
        self._count()
        self._show_findings()
        self.remarks = FieldComments(session, pointer, self)

    @property
    def pointer(self) -> str:
        """Return where the value stands."""
        return self._pointer

    def move_to(self, pointer: str) -> None:
        """Stand for another pointer: the row of this answer has moved in its table."""
        if pointer != self._pointer:
            self._pointer = pointer
            self.field.move_to(pointer)
            self.remarks.move_to(pointer)
            self.field.show_value(self._session.value(pointer))
            self._show_findings()

    def take_focus(self) -> None:
        """Put the keys into the field."""
        self.field.input_widget().setFocus()

    # ---- looks

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.SPACE_IN_FIELD)
        label, hint = strings.pick(self.control.label), strings.pick(self.control.hint)
        explained = Label(hint, "hint", "quiet", wraps=True)
        if fields.tells_its_label(self.control):
            explained.setContentsMargins(theme.ICON_SIZE + 2 * theme.SPACE_GRID, 0, 0, 0)
            parts: list[QWidget] = [self.field, explained]
        else:
            layout.addLayout(self._head(label))
            parts = [explained, self.field]
        for part in (*parts, self._foot, *self._charts()):
            layout.addWidget(part)
        layout.addStretch(1)  # beside a field with a longer remark, label and field stay where they are
        # Only now: shown without a parent it would flash up as a window of its own.
        explained.setVisible(bool(hint))
        optional = "" if self.control.need else strings.text("gui_form.optional")
        self._name = f"{label} {optional}".strip()
        self.field.speak(self._name, hint)

    def _charts(self) -> list[QWidget]:
        """Return what a table adds up to, and what the document draws of its rows."""
        if self.control.kind != "table":
            return []
        below: list[QWidget] = []
        if self.control.totals is not None:
            # Loaded with the first table that is added up: few are, and the first page must come quickly.
            from kjxm_desktop.gui.form.money_panel import MoneyPanel

            below.append(MoneyPanel(self._session, self.control, self.control.totals, self))
        from kjxm_desktop.gui.form import reference_line  # loaded with the first table: the first page has none

        line = reference_line.below(self._session, self._pointer, self)
        below += [line] if line is not None else []
        charts = table_charts.below(self._session, self._pointer, self)
        if charts is not None:
            charts.place_chosen.connect(self.field.go_to)
            self.field.left.connect(lambda: charts.show_current(self.field.live()[0]))
            below.append(charts)
        return below

    def _head(self, label: str) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(2 * theme.SPACE_GRID)
        name = Label(label, "label")
        name.setBuddy(self.field.input_widget())
        head.addWidget(name)
        if not self.control.need:
            head.addWidget(Label(strings.text("gui_form.optional"), "hint", "quiet"))
        head.addStretch(1)
        return head

    # ---- what happens

    def _forget_mended(self) -> None:
        """Tell no longer that something was mended: the person has gone on."""
        if self._mended and self._note == self._mended:
            self._note = ""
        self._mended = ""

    def _on_edited(self) -> None:
        self._forget_mended()
        self._count()
        if any(self._is_mended(diagnostic) for diagnostic in self._shown[:LIVE_MARKS]):
            self._drop_mended()
        self._patience.start()
        self.value_edited.emit(self._pointer)

    def _on_left(self) -> None:
        self._forget_mended()
        self._patience.stop()
        self._show_findings()

    def _on_noted(self, note: str) -> None:
        if note != self._note:
            self._note = note
            self._show()

    def _on_value_changed(self, pointer: str) -> None:
        if touches(pointer, self._pointer):
            self.field.show_value(self._session.value(self._pointer))
            self._count()
        elif self._depends_on(pointer):
            self.field.refresh()

    def _depends_on(self, pointer: str) -> bool:
        control = self.control
        if control.rows_table is not None and touches(pointer, control.rows_table):
            return True
        other = control.depends_on
        return other is not None and touches(pointer, json_pointer.in_row_of(other, self._pointer))

    def _on_diagnostics_changed(self) -> None:
        if self._patience.isActive():
            self._drop_mended()
        else:
            self._show_findings()

    # ---- counter and marks

    def _count(self) -> None:
        count = self.field.count()
        limits = self.control.limits
        limit = limits.max_words or limits.max_items
        if count is None or (not limit and not count):
            self._foot.show_counter("", "quiet")
            return
        unit = "items" if self.control.kind in ("choices", "table") else "words"
        if not limit:
            self._foot.show_counter(strings.text(f"gui_form.count.{unit}", count=f"{count:,}"), "quiet")
        elif count > limit:
            self._foot.show_counter(
                strings.text(f"gui_form.count.over_{unit}", count=count, limit=limit, by=count - limit), "error"
            )
        else:
            token = "warning" if count >= AMBER_FROM * limit and unit == "words" else "quiet"
            self._foot.show_counter(strings.text(f"gui_form.count.{unit}_of", count=count, limit=limit), token)

    def _drop_mended(self) -> None:
        """Take marks away that no longer hold; show no new one."""
        if not self._shown:
            return
        found = {(d.code, d.pointer, d.variant) for d in self._found()}
        kept = [d for d in self._shown if (d.code, d.pointer, d.variant) in found and not self._is_mended(d)]
        if kept != self._shown:
            self._shown = kept
            self._show()

    def _found(self) -> list[Diagnostic]:
        """Return the findings on this answer, and on the group of answers that it stands first in."""
        found = self._session.diagnostics_under(self._pointer)
        for group in self._also:
            found += self._session.diagnostics_at(group)
        return found

    def _is_mended(self, diagnostic: Diagnostic) -> bool:
        """Tell, without waiting for a check, whether a finding on this answer alone no longer holds."""
        pointer, control = self.field.live()
        if diagnostic.pointer != pointer:
            return False
        value = self._session.value(pointer)
        count = self.field.count()
        if pointer != self._pointer:
            count = rich_text.word_count(value) if isinstance(value, str) else None
        return fields.is_mended(control, diagnostic, value, count)

    def _show_findings(self) -> None:
        found = self.field.findings(self._found())
        gaps_shown = self._session.gaps_shown(self._pointer)
        self._shown = [d for d in found if d.severity is not Severity.MISSING or gaps_shown]
        self._show()

    def _show(self) -> None:
        worst = self._shown[0] if self._shown else None
        # A table tells of the cell in hand first; its edge keeps the colour of the worst that is in it.
        marked = [s for s in (Severity.ERROR, Severity.WARNING) if any(d.severity is s for d in self._shown)]
        self.field.mark(_TOKENS[marked[0]] if marked else None)
        if worst is not None and (not self._note or worst.severity is Severity.ERROR):
            remark = Remark(f"severity_{worst.severity}", self._sentence(worst), _TOKENS[worst.severity])
        else:
            remark = Remark("info" if self._note else "", self._note)
        self._offer = self._offered(worst) if not self._note or remark.sentence != self._note else None
        if self._offer is not None and self._offer.sentence:
            remark = Remark("info", self._offer.sentence)
        self._foot.show_remark(remark)
        fix = self._offer.fix if self._offer is not None else None
        self._foot.offer(fixing.words(fix) if fix else "", fixing.whole(fix) if fix else "")
        self._foot.offer_dismissal(*self._way_aside(worst if remark.icon.startswith("severity") else None))
        told = remark.sentence or strings.pick(self.control.hint)
        self.field.speak(self._name, told)

    def _way_aside(self, worst: Diagnostic | None) -> tuple[str, str]:
        """Return the words by which what is told below the field is set aside, short and whole; "" for no such way."""
        if worst is None or not notes.can_be_dismissed(worst):
            return "", ""
        whole = strings.text("gui_dismiss.way_of", finding=strings.finding(self._session.call, worst))
        return strings.text("gui_dismiss.way"), whole

    def dismiss(self) -> bool:
        """Ask for the reason to set aside what is told below the field; False where that cannot be."""
        worst = self._shown[0] if self._shown else None
        if worst is None or not notes.can_be_dismissed(worst):
            return False
        dismissing.of(self._session).ask(worst, self.window())
        return True

    def _offered(self, worst: Diagnostic | None) -> Offer | None:
        """Return what mends the finding that is told; what is offered at the place in hand goes before others."""
        here, _ = self.field.live()
        if worst is None or (worst.pointer != here and worst.severity is not Severity.ERROR):
            offer = fixing.at_place(self._session, here)
            if offer is not None or worst is None:
                return offer
        return fixing.of_finding(self._session, worst)

    def take_fix(self) -> None:
        """Make what is offered below the field, as one step, unless the answers it rests on have changed."""
        offer = self._offer
        self._session.settle()
        self._show()
        if offer is None or offer != self._offer:
            return
        keys = self._foot.link is not None and self._foot.link.hasFocus()
        self._mended = fixing.make(self._session, offer.fix)
        if not offer.sentence:  # the finding that was told is mended; the check that says so comes in a moment
            self._shown = self._shown[1:]
        self._on_noted(self._mended)
        if keys:
            self.take_focus()

    def _sentence(self, worst: Diagnostic) -> str:
        word = strings.text(f"gui_form.severity.{worst.severity}")
        sentence = self.field.placed(worst.pointer, strings.finding(self._session.call, worst))
        sentence = strings.text("gui_form.remark", word=word, sentence=sentence)
        more = len(self._shown) - 1
        return strings.text("gui_form.remark_more", sentence=sentence, count=more) if more else sentence


def _groups_led(form: Form, pointer: str) -> list[str]:
    """Return the groups of answers (as /budget/income) that `pointer` stands first in: their findings are told here."""
    tokens = json_pointer.parse(pointer)
    groups: list[str] = []
    for end in range(2, len(tokens)):
        group = json_pointer.build(tokens[:end])
        if form.owner(group) is None:
            first = next(control.pointer for control in form.controls if control.pointer.startswith(group + "/"))
            if first == pointer:
                groups.append(group)
    return groups
