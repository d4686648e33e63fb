"""What is shown of prose: every object in it, selected and edited, and each of its dialogs."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QDialog

from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.gui.form import rich_text_places
from kjxm_desktop.gui.form.formula_editor import FormulaEditor
from kjxm_desktop.gui.form.reference_editor import ReferenceEditor
from kjxm_desktop.gui.form.reference_picker import ReferencePicker
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from tests.gui.hands import put_in, row_at
from tests.shots.stage import Stage

Kind = TypeVar("Kind", bound=QDialog)

ROUTE = "/approach/route"
TABLE: Json = {
    "type": "table",
    "header": True,
    "rows": [
        [[{"text": "指标"}], [{"text": "现状"}], [{"text": "目标"}]],
        [
            [{"text": "得率"}, {"text": "（干盘）", "italic": True}],
            [{"text": "9.8 %"}],
            [{"text": "14.5 %", "bold": True}],
        ],
        [[{"text": "能耗 "}, {"formula": "E_k"}], [{"text": "每吨 1.2 GJ，含浓缩与干燥两段"}], []],
    ],
}


def prose(stage: Stage) -> None:
    """Show tables, pictures, formulas and citations as they are selected, edited and asked for."""
    stage.open_example("long")
    stage.session.edit(ROUTE, [*stage.session.value(ROUTE)[:1], TABLE, *stage.session.value(ROUTE)[1:]])
    field = row_at(stage.window, ROUTE).field
    assert isinstance(field, RichTextField)
    stage.desk.go_to(ROUTE)
    stage.rest(900)
    places = {field.editor.object_told(at)["type"]: at for at in reversed([*_objects(field)])}
    for kind in ("table", "picture", "formula"):
        field.editor.select_object(places[kind])
        stage.take(f"prose: a {kind} is selected")
    field.tables.open(places["table"], 2, 1)
    stage.take("prose: a cell has the keys, the toolbar its steps")
    field.tables.open(places["table"], -1)
    put_in(field.tables.cell, "考核指标的现状与目标")
    stage.take("prose: the caption of a table")
    field.tables.close()
    _dialogs(stage, field, places)
    stage.window.close_proposal()


def _objects(field: RichTextField) -> list[int]:
    return [*rich_text_places.objects(field.editor.document())]


def _dialogs(stage: Stage, field: RichTextField, places: dict[str, int]) -> None:
    field.objects.insert("table")
    _take(stage, QDialog, "prose: the size of a table").reject()
    field.objects.open(places["picture"])
    _take(stage, QDialog, "prose: a picture and its words").reject()
    field.objects.open(places["formula"])
    asked = _take(stage, FormulaEditor, "prose: a formula beside its source")
    asked.edit.setPlainText(r"\eta = \foo{m}")
    stage.rest(400)
    _take(stage, FormulaEditor, "prose: a source that cannot be read").reject()
    stage.session.edit("/summary/text", None)
    field.objects.insert("cite")
    picker = _take(stage, ReferencePicker, "prose: which reference to cite")
    put_in(picker.filter, "果胶")
    _take(stage, ReferencePicker, "prose: references filtered")
    picker.add_button.click()
    entry = _take(stage, ReferenceEditor, "prose: a new reference, nothing written")
    for name, words in (("authors", "示例甲、示例乙、示例丙、示例丁"), ("title", "葵盘果胶的提取"), ("year", "2023")):
        put_in(entry.line[name], words)
    _take(stage, ReferenceEditor, "prose: a reference by its parts").reject()
    picker.reject()


def _take(stage: Stage, kind: type[Kind], name: str) -> Kind:
    stage.rest(600)
    shown = [each for each in stage.app.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]
    stage.take(name, shown[-1])
    return shown[-1]
