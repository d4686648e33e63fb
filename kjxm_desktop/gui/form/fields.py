"""Which field asks for which kind of answer, and what a field can tell of its own answer without a check."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kjxm_desktop.core.form import Control, is_filled
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic
from kjxm_desktop.gui.form import choice_fields, spelling
from kjxm_desktop.gui.form.field import Field
from kjxm_desktop.gui.form.number_fields import DateField, NumberField
from kjxm_desktop.gui.form.text_fields import LineField, TextField
from kjxm_desktop.gui.session import Session


def make(session: Session, control: Control, pointer: str, parent: QWidget | None = None) -> Field:
    """Return the field for `control` at `pointer`, empty yet."""
    match control.kind:
        case "line":
            return LineField(session, control, pointer, parent)
        case "text":
            return TextField(session, control, pointer, parent)
        case "number" | "money":
            return NumberField(session, control, pointer, parent)
        case "month" | "day":
            return DateField(session, control, pointer, parent)
        case "choice" | "choices" | "yes_no":
            return _choosing(session, control, pointer, parent)
        case _:
            return _large(session, control, pointer, parent)


def _choosing(session: Session, control: Control, pointer: str, parent: QWidget | None) -> Field:
    if control.kind == "choice":
        kind = choice_fields.RadioField if choice_fields.stands_open(control) else choice_fields.ChoiceField
        return kind(session, control, pointer, parent)
    if tells_its_label(control):
        return choice_fields.DeclarationField(session, control, pointer, parent)
    if control.kind == "yes_no":
        return choice_fields.RadioField(session, control, pointer, parent, choice_fields.yes_or_no())
    if control.options or control.rows_table:
        return choice_fields.ChecksField(session, control, pointer, parent)
    from kjxm_desktop.gui.form.word_chips import ChipsField

    return ChipsField(session, control, pointer, parent)


def _large(session: Session, control: Control, pointer: str, parent: QWidget | None) -> Field:
    """Return a field that is a room of its own; loaded when a page first holds one, so that the first page is quick."""
    if control.kind == "rich":
        from kjxm_desktop.gui.form.rich_text_field import RichTextField

        return RichTextField(session, control, pointer, parent)
    if control.kind == "picture":
        from kjxm_desktop.gui.form.picture_field import PictureField

        return PictureField(session, control, pointer, parent)
    if control.kind == "file":
        from kjxm_desktop.gui.form.picture_field import FileField

        return FileField(session, control, pointer, parent)
    if control.layout == "cards":
        from kjxm_desktop.gui.form.cards_field import CardsField

        return CardsField(session, control, pointer, parent)
    from kjxm_desktop.gui.form.table_field import TableField

    return TableField(session, control, pointer, parent)


def tells_its_label(control: Control) -> bool:
    """Tell whether the field shows the label itself: a declaration to tick."""
    return control.kind == "yes_no" and control.need is not None


def is_short(control: Control) -> bool:
    """Tell whether half a line is room enough, so that two such fields may stand side by side."""
    if control.kind == "choice":
        return not choice_fields.stands_open(control)
    if control.kind == "line":
        return control.limits.max_words is None
    return control.kind in ("number", "money", "month", "day")


def is_mended(control: Control, found: Diagnostic, value: Json, count: int | None) -> bool:
    """Tell whether a finding on one answer alone no longer holds, before any check: a gap, a length, a spelling."""
    if found.code == "length" and count is not None:
        least = control.limits.min_words or control.limits.min_items or 0
        most = control.limits.max_words or control.limits.max_items
        return count >= least and (most is None or count <= most)
    if found.code == "format" and isinstance(value, str):
        return spelling.read(control, value).readable
    if found.severity == "missing":
        return is_filled(control, value)
    return found.code in ("format", "choice", "length") and value is None
