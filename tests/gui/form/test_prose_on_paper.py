"""Each thing that prose can hold, typed in the window, exported, and read back by tools that did not write it."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from PIL import Image
from pypdf import PdfReader
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from kjxm_desktop import paths
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.export import files
from kjxm_desktop.gui.form.formula_editor import FormulaEditor
from kjxm_desktop.gui.form.picture_editor import PictureEditor
from kjxm_desktop.gui.form.reference_editor import ReferenceEditor
from kjxm_desktop.gui.form.reference_picker import ReferencePicker
from kjxm_desktop.gui.form.rich_text_field import RichTextField
from kjxm_desktop.gui.form.table_size import TableSize
from tests.gui.conftest import NOW, commit
from tests.gui.form.conftest import OpenPage, field_at

Key = Qt.Key
SPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
ROUTE, COLOUR = "/approach/route", (12, 200, 77)


class _Hands:
    """Types into one field what prose can hold, as a person does."""

    def __init__(self, field: RichTextField, qtbot: QtBot) -> None:
        self.field, self.editor, self.cell = field, field.editor, field.tables.cell
        self._qtbot = qtbot

    def keys(self, told: str) -> None:
        QTest.keySequence(self.field.objects.text(), QKeySequence(told))

    def dialog(self, kind: type[QDialog]) -> QDialog:
        def shown() -> list[QDialog]:
            return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]

        self._qtbot.waitUntil(lambda: len(shown()) == 1)
        return shown()[0]

    def marked(self, keys: str, text: str) -> None:
        self.keys(keys)
        commit(self.editor, text)
        self.keys(keys)

    def prose(self) -> None:
        commit(self.editor, "果胶得率")
        for keys, text in (("Ctrl+B", "粗"), ("Ctrl+I", "斜"), ("Ctrl+U", "线")):
            self.marked(keys, text)
        commit(self.editor, "CO")
        self.marked("Ctrl+=", "2")
        commit(self.editor, "每 m")
        self.marked("Ctrl+Shift+=", "3")
        self.keys("Return")
        for keys, items in (("Ctrl+Shift+8", ("点一", "点二")), ("Ctrl+Shift+7", ("号一", "号二"))):
            self.keys(keys)
            for item in items:
                commit(self.editor, item)
                self.keys("Return")
            self.keys("Return")

    def formula(self, keys: str, source: str) -> None:
        self.keys(keys)
        asked = self.dialog(FormulaEditor)
        assert isinstance(asked, FormulaEditor)
        self._qtbot.keyClicks(asked.edit, source)
        self._qtbot.keyClick(asked.edit, Key.Key_Return)

    def table(self) -> None:
        self.keys("Ctrl+Shift+T")
        asked = self.dialog(TableSize)
        assert isinstance(asked, TableSize)
        for key in (Key.Key_Up, Key.Key_Left, Key.Key_Return):
            self._qtbot.keyClick(asked.grid, key)
        self._qtbot.waitUntil(lambda: self.field.tables.is_open)
        for word in ("指标表头", "目标表头", "格内得率", "格内14.5"):
            commit(self.cell, word)
            self.keys("Tab") if word != "格内14.5" else None
        for _ in range(2):
            self.keys("Up")
        commit(self.cell, "考核表题")
        self.keys("Escape")
        self.keys("Right")

    def picture(self, file: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file))])
        self.editor.insertFromMimeData(mime)
        self.keys("Up")
        self.keys("Return")
        asked = self.dialog(PictureEditor)
        assert isinstance(asked, PictureEditor)
        commit(asked.caption, "总体图题")
        commit(asked.alt, "读给看不见的人")
        asked.accept_button.click()
        self.keys("Right")

    def reference(self) -> None:
        self.keys("Ctrl+Shift+R")
        picker = self.dialog(ReferencePicker)
        assert isinstance(picker, ReferencePicker)
        picker.add_button.click()
        asked = self.dialog(ReferenceEditor)
        assert isinstance(asked, ReferenceEditor)
        told = {"authors": "甲示", "title": "新著录", "journal": "示例学报", "year": "2024", "pages": "1-9"}
        for name, text in told.items():
            commit(asked.line[name], text)
        asked.accept_button.click()
        self._qtbot.keyClick(picker.filter, Key.Key_Return)


@pytest.fixture
def made(open_page: OpenPage, qtbot: QtBot, tmp_path: Path) -> dict[str, bytes]:
    """Return the files of a proposal whose prose was typed by hand."""
    file = tmp_path / "路线.png"
    Image.new("RGB", (60, 40), COLOUR).save(file)
    first = [{"id": "r0", "text": "乙示. 先有的[M]. 示例市: 示例出版社, 2020."}]
    page = open_page("approach", {"basis": {"references": first}})
    hands = _Hands(field_at(page, ROUTE, RichTextField), qtbot)
    hands.prose()
    hands.formula("Alt+=", "x_1+y^2")
    hands.reference()
    hands.table()
    hands.formula("Alt+Shift+=", r"\frac{a}{b}")
    hands.picture(file)
    stored: list[Json] = page._session.value(ROUTE)
    kinds = [block["type"] for block in stored if block["type"] != "paragraph" or block["runs"]]
    assert kinds == ["paragraph", "list", "list", "paragraph", "table", "formula", "picture"]
    proposal = page._session.snapshot()
    return dict(files.make(proposal, now=NOW, draft=True, formats=("pdf", "docx"), fonts_folder=paths.fonts()).files)


def test_what_is_typed_in_the_window_stands_in_both_files(made: dict[str, bytes], tmp_path: Path) -> None:
    _look_into_docx(made["docx"])
    _look_into_pdf(made["pdf"], tmp_path)


def _look_into_docx(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        body = etree.fromstring(packed.read("word/document.xml"))
        relations = etree.fromstring(packed.read("word/_rels/document.xml.rels"))
        targets = {str(one.get("Id")): str(one.get("Target")) for one in relations}
        shown = [
            Image.open(io.BytesIO(packed.read(f"word/{targets[str(embed)]}"))).convert("RGB").getpixel((1, 1))
            for embed in _find(body, "//a:blip/@r:embed")
        ]

    def marked(mark: str) -> set[str]:
        return {"".join(_find(run, "w:t/text()")) for run in _find(body, f"//w:r[w:rPr/{mark}]")}

    assert {"粗"} <= marked("w:b")
    assert {"斜"} <= marked("w:i")
    assert {"线"} <= marked("w:u[@w:val='single']")
    assert "2" in marked("w:vertAlign[@w:val='subscript']")
    assert {"3", "[1]"} <= marked("w:vertAlign[@w:val='superscript']")
    lists = {
        "".join(_find(one, ".//w:t/text()")): _find(one, "w:pPr/w:numPr/w:numId/@w:val") for one in _find(body, "//w:p")
    }
    assert lists["点一"] == lists["点二"] != lists["号一"] == lists["号二"]
    table = next(one for one in _find(body, "//w:tbl") if "格内得率" in _find(one, ".//w:t/text()"))
    assert [_find(row, "string(.)") for row in _find(table, "w:tr")] == ["指标表头目标表头", "格内得率格内14.5"]
    assert len(_find(table, "w:tr/w:trPr/w:tblHeader")) == 1
    text = "".join(_find(body, "//w:t/text()"))
    assert "考核表题" in text
    assert "总体图题" in text
    assert ["".join(_find(one, ".//m:t/text()")) for one in _find(body, "//m:oMath")] == ["x1+y2", "ab"]
    assert len(_find(body, "//m:f")) == 1
    assert COLOUR in shown
    assert "读给看不见的人" in _find(body, "//wp:docPr/@descr")
    entries = [one for one in lists if one.startswith(("[1] ", "[2] ")) or "[J]" in one or "[M]" in one]
    assert entries == [
        "[1] 甲示. 新著录[J]. 示例学报, 2024: 1-9.", "[2] 乙示. 先有的[M]. 示例市: 示例出版社, 2020.",
    ]  # fmt: skip


def _look_into_pdf(data: bytes, folder: Path) -> None:
    file = folder / "made.pdf"
    file.write_bytes(data)
    told = subprocess.run(["pdftotext", "-enc", "UTF-8", file, "-"], capture_output=True, text=True, check=True).stdout
    text = "".join(told.split())
    for words in ("果胶得率粗斜线CO2每m3", "点一", "号二", "指标表头", "格内14.5", "考核表题", "总体图题"):
        assert words in text, words
    assert text.index("[1]甲示.新著录[J].示例学报,2024:1-9.") < text.index("[2]乙示.先有的[M].")
    reader = PdfReader(io.BytesIO(data))
    pictures = [image.image for page in reader.pages for image in page.images]
    assert COLOUR in [picture.convert("RGB").getpixel((1, 1)) for picture in pictures if picture is not None]


def _find(where: etree._Element, path: str) -> list[Json]:
    return where.xpath(path, namespaces=SPACES)
