"""What no font draws is named before an export, with its place; what has no ink by nature is no matter."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType

import pypdf
import pytest

from kjxm_desktop import paths, strings
from kjxm_desktop.core import notes
from kjxm_desktop.core.json_pointer import Json, set_in
from kjxm_desktop.core.proposal import Proposal
from kjxm_desktop.core.validation import Diagnostic, Severity, Validator, validate
from kjxm_desktop.export import glyphs
from kjxm_desktop.export.blocks import Run
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.glyphs import Coverage
from kjxm_desktop.export.pdf_text import Setter
from tests.cli_run import AGRI, kjxm, new, written
from tests.export.conftest import EXAMPLES, KJXM, NOW, call_of, example, example_document
from tests.test_cli_leaving import IN_TIME, READY

ROOT = Path(__file__).parents[2]
STYLES = [dict(zip(("bold", "italic"), told, strict=True)) for told in product((False, True), repeat=2)]


@pytest.fixture(scope="module")
def covered() -> Coverage:
    told = glyphs.coverage(paths.fonts())
    assert told is not None, "packaging/fonts.py writes it"
    return told


@pytest.fixture(scope="module")
def fonts() -> FontSet:
    return FontSet(paths.fonts())


def paragraph(*runs: Json) -> list[Json]:
    return [{"type": "paragraph", "runs": list(runs)}]


def found(data: Json, covered: Coverage, call: str = KJXM) -> list[Diagnostic]:
    return [item for item in validate(call_of(call), data, NOW, covered.told) if item.code == "glyph"]


# --- which characters ------------------------------------------------------------------------------------------------


def test_what_is_told_to_be_drawn_is_drawn_in_every_role_and_style(covered: Coverage, fonts: FontSet):
    in_fonts = [chr(code) for first, last in _ranges() for code in range(first, last + 1)]
    drawn = [told for told in in_fonts if covered.draws(told)]
    assert len(drawn) > 30_000
    for role, style in (*product(("song",), STYLES), *product(("hei", "kai", "fang"), STYLES[:1])):
        assert [told for told in drawn if fonts.pick(told, role, **style) is None] == []


def test_what_is_told_not_to_be_drawn_is_drawn_by_no_face_of_the_body(covered: Coverage, fonts: FontSet):
    planes = (range(0x20, 0xD800), range(0xE000, 0x10000), range(0x10000, 0x33500, 5))
    others = [chr(code) for plane in planes for code in plane if not covered.draws(chr(code))]
    assert len(others) > 50_000
    assert [told for told in others if fonts.pick(told, "song", bold=False, italic=False) is not None] == []


def _ranges() -> list[list[int]]:
    return json.loads((paths.fonts() / glyphs.COVERAGE).read_text("utf-8"))["drawn"]


def test_the_file_beside_the_fonts_says_what_the_fonts_draw(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    told = json.loads((paths.fonts() / "manifest.json").read_bytes())["fonts"]
    assert _program("font_coverage").drawn_by(paths.fonts(), told)["drawn"] == _ranges()


def _program(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"kjxm_{name}", ROOT / "packaging" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_fetching_again_writes_the_file_where_only_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    program, prepare = _program("fonts"), _program("prepare")
    told = json.loads((paths.fonts() / "manifest.json").read_bytes())
    for name in [entry["file"] for entry in told["fonts"]]:
        (tmp_path / name).symlink_to(paths.fonts() / name)
    (tmp_path / "licences").symlink_to(paths.fonts() / "licences")
    (tmp_path / "manifest.json").symlink_to(paths.fonts() / "manifest.json")
    for module, place in ((program, "FOLDER"), (prepare, "FONTS")):
        monkeypatch.setattr(module, place, tmp_path)
    assert not prepare._fonts_are_there()
    program.fetch_all()
    assert (tmp_path / glyphs.COVERAGE).read_bytes() == (paths.fonts() / glyphs.COVERAGE).read_bytes()
    assert prepare._fonts_are_there()


@pytest.mark.parametrize(
    "text",
    [
        "科技兴蒙，第2项：“CO₂”℃①",
        "㛃䶮𬶋𠮷𡋾㐂鿔",
        "ᠮᠣᠩᠭᠣᠯ\u202fᠤᠨ\u180b\u180e",
        "tab\tline\n end\r",
        "\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u205f\u3000",
        "☎\ufe0f 葛\U000e0100城 一\ufe00",
        "☎\u200d☎ \u200b\u200c\u2060\ufeff\u00ad\u034f",
        "\u115f\u1160\u3164\uffa0 \u2800",
        "e\u0301 n\u0303",
    ],
    ids=["plain", "rare", "mongolian", "line ends", "spaces", "selectors", "joiners", "fillers", "marks"],
)
def test_what_the_fonts_draw_and_what_has_no_ink_is_no_matter(covered: Coverage, fonts: FontSet, text: str):
    assert covered.lacking(text) == ()
    assert covered.told(text) == {}
    visible = [told for told in text if not told.isspace()]
    assert [told for told in visible if fonts.pick(told, "song", bold=False, italic=False) is None] == []


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("好😀好😀👍", "😀👍"),
        ("👨\u200d👩", "👨👩"),
        ("👍\U0001f3fd", "👍\U0001f3fd"),
        ("☑做完❤\ufe0f", "☑❤"),
        ("私\ue000用\uf8ff\U000f0000", "\ue000\uf8ff\U000f0000"),
        ("未定\u0378义\U000323b0", "\u0378\U000323b0"),
        ("1\ufe0f\u20e3", "\u20e3"),
        ("กขค", "กขค"),
        ("\u1680", "\u1680"),
    ],
    ids=["emoji", "joined", "skin", "signs", "private", "unassigned", "keycap", "thai", "drawn space"],
)
def test_what_no_font_draws_is_named_once_in_its_order(covered: Coverage, fonts: FontSet, text: str, lacking: str):
    assert "".join(covered.lacking(text)) == lacking
    assert "".join(covered.lacking(text)) == lacking, "remembering what is fine changes nothing"
    assert [told for told in lacking if fonts.pick(told, "song", bold=False, italic=False)] == []


@pytest.mark.parametrize("character", ["\u200d", "\ufe0f", "\U000e0100", "\u180b", "\u180e", "\u3164", "\u2060"])
def test_what_is_ignorable_is_set_without_ink_or_width(fonts: FontSet, character: str):
    for role, style in product(("song", "hei", "kai"), STYLES):
        face = fonts.pick(character, role, **style)
        assert face is not None
        glyph = face.glyphs[ord(character)]
        assert face.places[glyph + 1] == face.places[glyph]
        assert face.width(character) == 0


def test_a_selector_stays_behind_its_character_without_room_between(fonts: FontSet):
    style = example_document("consulting").style.text("body")
    setter, text = Setter(fonts), "葛\U000e0100城科技☎\ufe0f" * 20
    for width in range(60, 400, 7):
        for line in setter.lines((Run(text),), style, width):
            for before, piece in pairwise(line.pieces):
                if glyphs.is_ignorable(piece.text[0]):
                    assert piece.x == pytest.approx(before.x + before.width)
            assert not glyphs.is_ignorable(line.pieces[0].text[0])


@pytest.mark.parametrize("character", ["\u202f", "\u2009", "\u205f", "\u2800", "\u3000"])
def test_a_space_is_set_without_ink_and_with_width(fonts: FontSet, character: str):
    face = fonts.pick(character, "song", bold=False, italic=False)
    assert face is not None
    glyph = face.glyphs[ord(character)]
    assert face.places[glyph + 1] == face.places[glyph]
    assert face.width(character) > 0.1


def test_characters_are_named_so_that_they_can_be_looked_up():
    assert glyphs.named("😀\ue000\u20e3") == "😀 U+1F600、U+E000、◌\u20e3 U+20E3"
    many = glyphs.named([chr(0x1F600 + at) for at in range(20)])
    assert many.count("U+") == 8
    assert many.endswith("…")


def test_without_fonts_or_with_a_broken_file_nothing_is_claimed(tmp_path: Path):
    assert glyphs.coverage(tmp_path) is None
    for number, told in enumerate(
        ("{", "[]", '{"format":2,"drawn":[[1,2]]}', '{"format":1}', '{"format":1,"drawn":[]}')
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / glyphs.COVERAGE).write_text(told, "utf-8")
        assert glyphs.coverage(folder) is None


def _words(node: Json) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from (text for part in node.values() for text in _words(part))
    elif isinstance(node, list):
        yield from (text for part in node for text in _words(part))


@pytest.mark.parametrize("call", [KJXM, AGRI])
def test_the_fonts_draw_all_that_a_call_itself_prints(covered: Coverage, call: str):
    folder = next(folder / call for folder in (paths.schemas(), ROOT / "tests" / "calls") if (folder / call).is_dir())
    for name in ("form.json", "document.json", "call.json"):
        told = json.loads((folder / name).read_bytes())
        assert covered.lacking("".join(_words(told))) == (), name


# --- which answers ---------------------------------------------------------------------------------------------------


def test_a_finding_names_the_answer_and_warns_without_blocking(covered: Coverage):
    [told] = found({"project": {"title": "牧区😀监测😀"}}, covered)
    assert (told.pointer, told.section, told.severity, told.blocks) == (
        "/project/title",
        "project",
        Severity.WARNING,
        False,
    )
    assert told.params == {"count": 1, "glyphs": "😀 U+1F600"}
    assert told.clause is None
    assert "“项目名称”" in strings.finding(call_of(KJXM), told)
    assert "😀 U+1F600" in strings.finding(call_of(KJXM), told)


def test_a_long_text_is_looked_at_wherever_it_prints_something_and_is_one_finding(covered: Coverage):
    blocks = [
        *paragraph({"text": "字😀"}, {"formula": "x_😁"}),
        {"type": "list", "ordered": False, "items": [[{"text": "😂"}]]},
        {"type": "table", "header": True, "rows": [[[{"text": "😃"}]]], "caption": "😄"},
        {"type": "formula", "latex": "😅"},
    ]
    [told] = found({"summary": {"text": blocks}}, covered)
    assert told.pointer == "/summary/text"
    assert told.params["count"] == 6


def test_each_cell_and_each_list_of_words_has_a_finding_of_its_own(covered: Coverage):
    rows = [{"id": "a", "name": "甲"}, {"id": "b", "name": "乙😀", "duty": "管☑"}]
    data = {"project": {"keywords": ["葵花", "❤"]}, "team": {"members": rows}}
    told = [item.pointer for item in found(data, covered)]
    assert told == ["/project/keywords", "/team/members/1/name", "/team/members/1/duty"]


def test_what_is_not_asked_or_not_printed_is_not_looked_at(covered: Coverage):
    other = {"project": {"kind": "decision_consulting"}, "transfer": {"market": paragraph({"text": "😀"})}}
    assert found(other, covered) == []
    assert found({**other, "project": {}}, covered) != []
    assert found({"attachments": {"files": [{"id": "a", "media": "0" * 64}]}}, covered) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_have_no_such_finding(covered: Coverage, name: str):
    assert found(example(name).data, covered) == []


def test_a_finding_may_be_dismissed_and_stands_again_with_other_characters(covered: Coverage):
    data: Json = {"project": {"title": "牧区😀"}}
    [told] = found(data, covered)
    kept = notes.with_dismissed({}, data, told, "标志如此")
    assert notes.reason_for(kept, data, told) == "标志如此"
    changed: Json = {"project": {"title": "牧区😀☑"}}
    assert notes.reason_for(kept, changed, found(changed, covered)[0]) is None


def test_after_an_edit_only_the_touched_answer_is_read_again(covered: Coverage):
    read: list[str] = []

    def told(text: str) -> Json:
        read.append(text)
        return covered.told(text)

    validator, data = Validator(call_of(KJXM), told), example("long").data
    validator.check(data, NOW)
    assert len(read) > 200
    read.clear()
    validator.check(set_in(data, "/team/members/0/duty", "总体😀"), NOW)
    assert "总体😀" in read
    assert len(read) <= len(data["team"]["members"][0])


def test_places_are_told_for_the_characters_that_a_pdf_lacked():
    data = {
        "project": {"title": "牧区😀", "kind": "decision_consulting"},
        "team": {"members": [{"id": "a", "duty": "☑❤"}]},
        "transfer": {"market": paragraph({"text": "😀"})},
    }
    told = glyphs.places(Proposal(call_of(KJXM), data), ["❤", "😀"])
    assert told == [("/project/title", ("😀",)), ("/team/members/0/duty", ("❤",))]


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a proposal that may leave, with characters that no font has in two places."""
    folder = tmp_path_factory.mktemp("glyphs")
    thing = {**READY["thing"], "one_line": "小麦😀少浇一水", "trouble": "水不够☑。"}
    return new(folder / "a.kjxm", written(folder / "a.json", {**READY, "thing": thing}), AGRI)


def test_the_check_names_character_and_place_and_does_not_block(draft: Path):
    ran = kjxm("check", draft, *IN_TIME)
    assert ran.status == 0
    lines = [line for line in ran.lines if "U+" in line]
    assert ["😀 U+1F600" in lines[0], "☑ U+2611" in lines[1], len(lines)] == [True, True, 2]
    told = [item for item in kjxm("check", draft, "--json", *IN_TIME).json["diagnostics"] if item["code"] == "glyph"]
    assert [item["pointer"] for item in told] == ["/thing/one_line", "/thing/trouble"]
    assert {(item["severity"], item["blocks"], item["dismissed"]) for item in told} == {("warning", False, None)}
    assert "No font" not in ran.out
    assert "no font" in kjxm("--lang", "en", "check", draft, *IN_TIME).out


def test_a_final_is_written_after_a_line_that_names_the_places(draft: Path, tmp_path: Path):
    ran = kjxm("export", draft, "--to", tmp_path, *IN_TIME)
    assert ran.status == 0
    assert ran.err.count("\n") == 1
    assert "😀 U+1F600" in ran.err
    call = call_of(AGRI)
    assert all(strings.label_path(call, pointer) in ran.err for pointer in ("/thing/one_line", "/thing/trouble"))
    [docx], [pdf] = tmp_path.glob("*.docx"), tmp_path.glob("*.pdf")
    with zipfile.ZipFile(docx) as archive:
        body = archive.read("word/document.xml").decode()
    assert "小麦😀少浇一水" in body
    assert "〔U+" not in body
    text = _text_of(pdf)
    assert "小麦〔U+1F600〕少浇一水" in text
    assert "水不够〔U+2611〕。" in text


def _text_of(pdf: Path) -> str:
    return "".join("".join(sheet.extract_text().split()) for sheet in pypdf.PdfReader(pdf).pages)


def test_a_docx_alone_keeps_every_character_and_needs_no_line(draft: Path, tmp_path: Path):
    ran = kjxm("export", "--format", "docx", draft, "--to", tmp_path, *IN_TIME)
    assert (ran.status, ran.err) == (0, "")


def test_a_package_tells_the_same_line(draft: Path, tmp_path: Path):
    ran = kjxm("package", draft, "--to", tmp_path, *IN_TIME)
    assert ran.status == 0
    assert "☑ U+2611" in ran.err


def test_a_check_reads_no_font_and_loads_no_paper_library(draft: Path):
    code = (
        "import sys; from kjxm_desktop import cli; cli.main(sys.argv[1:]);"
        "print([name for name in ('reportlab', 'docx', 'pikepdf', 'PIL', 'fontTools') if name in sys.modules])"
    )
    told = [sys.executable, "-c", code, "check", str(draft), *IN_TIME]
    done = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "U+1F600" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
