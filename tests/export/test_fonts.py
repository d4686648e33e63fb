"""Every character finds a face that really draws it, and a folder that lacks a font says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfbase import ttfonts

from kjxm_desktop import paths, strings
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.export.fonts import FontSet


@pytest.fixture
def fonts() -> FontSet:
    return FontSet(paths.fonts())


def face_of(fonts: FontSet, character: str, role: str = "song", *, bold: bool = False, italic: bool = False) -> str:
    face = fonts.pick(character, role, bold=bold, italic=italic)
    return face.name if face else ""


@pytest.mark.parametrize(
    ("character", "role", "face"),
    [
        ("科", "song", "NotoSerifSC-Regular"),
        ("科", "hei", "NotoSansSC-Regular"),
        ("科", "kai", "LXGWWenKai-Regular"),
        ("科", "fang", "NotoSerifSC-Regular"),
        ("A", "song", "Tinos-Regular"),
        ("7", "hei", "Tinos-Regular"),
        ("“", "song", "NotoSerifSC-Regular"),
        ("℃", "song", "NotoSerifSC-Regular"),
        ("①", "song", "NotoSerifSC-Regular"),
        ("𠮷", "song", "KjExtSerif-Regular"),
        ("𡋾", "song", "KjExtSerif-Regular"),
        ("㛃", "song", "NotoSerifSC-Regular"),
        ("ᠮ", "song", "NotoSansMongolian-Regular"),
    ],
)
def test_a_character_is_set_in_the_first_face_that_draws_it(fonts: FontSet, character: str, role: str, face: str):
    assert face_of(fonts, character, role) == face
    assert not fonts.missing


def test_bold_and_italic_are_real_faces_where_there_is_one(fonts: FontSet):
    assert face_of(fonts, "科", bold=True) == "NotoSerifSC-Bold"
    assert face_of(fonts, "A", bold=True) == "Tinos-Bold"
    assert face_of(fonts, "A", italic=True) == "Tinos-Italic"
    assert face_of(fonts, "A", bold=True, italic=True) == "Tinos-BoldItalic"
    assert face_of(fonts, "科", "kai", bold=True) == "LXGWWenKai-Regular"
    assert face_of(fonts, "A", "kai", bold=True) == "Tinos-Bold"


def test_a_character_that_no_face_has_is_collected_once(fonts: FontSet):
    assert [face_of(fonts, character) for character in "😀科😀🜁"] == ["", "NotoSerifSC-Regular", "", ""]
    assert list(fonts.missing) == ["😀", "🜁"]


def test_widths_are_those_of_the_face(fonts: FontSet):
    chinese = fonts.pick("科", "song", bold=False, italic=False)
    assert chinese is not None
    assert chinese.width("科技") == 2.0
    assert fonts.latin("song", bold=False, italic=False).width("00") == 1.0


def test_every_file_that_the_manifest_names_is_of_use():
    fonts = FontSet(paths.fonts())
    told = json.loads((paths.fonts() / "manifest.json").read_bytes())["fonts"]
    assert fonts.file("hei").name == "NotoSansSC-Regular.ttf"
    assert fonts.bold_file("hei").name == "NotoSansSC-Bold.ttf"
    assert fonts.bold_file("kai").name == "LXGWWenKai-Regular.ttf"
    assert all((paths.fonts() / entry["file"]).is_file() for entry in told)


@pytest.mark.parametrize("file", sorted(path.name for path in paths.fonts().glob("*.ttf")))
def test_a_face_is_read_as_the_library_reads_it(file: str):
    path = str(paths.fonts() / file)
    kind: Any = ttfonts.TTFontFace
    ours, theirs = kind(path), kind.__mro__[1](path)
    assert type(ours) is not type(theirs)
    for name in ("charToGlyph", "charWidths", "defaultWidth", "hmetrics", "name", "bbox", "ascent", "descent", "flags"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert list(ours.glyphPos) == list(theirs.glyphPos)
    subset = [0, *list(ours.charToGlyph)[5:60]]
    assert ours.makeSubset(subset) == theirs.makeSubset(subset)


def test_missing_fonts_are_named_together_with_how_to_get_them(tmp_path: Path):
    shutil.copy(paths.fonts() / "manifest.json", tmp_path)
    with pytest.raises(KjxmError) as failure:
        FontSet(tmp_path)
    assert failure.value.key == "fonts.missing"
    assert "NotoSerifSC-Regular.ttf" in str(failure.value.params["files"])
    assert "make run" in strings.error(failure.value)


def test_a_folder_without_a_manifest_is_no_font_folder(tmp_path: Path):
    with pytest.raises(KjxmError) as failure:
        FontSet(tmp_path / "nowhere")
    assert failure.value.params["files"] == "manifest.json"
    assert str(tmp_path) not in strings.error(failure.value)
