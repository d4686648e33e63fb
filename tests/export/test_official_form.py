"""A call brings the institute's own Word form: it is filled in, grown and ticked, and stays the form it was."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from functools import cache
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kjxm_desktop import paths
from kjxm_desktop.core import call as calls
from kjxm_desktop.core import call_check, clock, json_pointer, official_form, salvage, storage
from kjxm_desktop.core.call import Call, Shelf
from kjxm_desktop.core.proposal import Proposal, from_outside, leaves
from kjxm_desktop.core.working_copy import WorkingCopy
from kjxm_desktop.errors import KjxmError
from kjxm_desktop.exchange import returned
from kjxm_desktop.export import files, self_check_boxes
from kjxm_desktop.export import official_form as export_form
from kjxm_desktop.export.compose import compose
from kjxm_desktop.export.compose_values import Answers
from tests.cli_run import CALLS, kjxm
from tests.export import filled
from tests.export.opened_docx import Opened, W, text

ID = "bridge-watch-2027"
FOLDER = CALLS / ID
NOW = clock.read("2027-02-01T09:30")
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
STORIES = ("word/document.xml", "word/header1.xml", "word/footer1.xml")


@cache
def maker() -> ModuleType:
    """Return the script that makes the form."""
    spec = util.spec_from_file_location("make_template", FOLDER / "make_template.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_parts(changed: dict[str, str | None]) -> bytes:
    """Return the form with other parts, or without one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, told in {**maker().parts(), **changed}.items():
            if told is not None:
                archive.writestr(name, told)
    return out.getvalue()


def with_body(body: str) -> bytes:
    """Return the form with something else in front of its signature."""
    told = maker().document()
    return with_parts({"word/document.xml": told.replace("<w:body>", f"<w:body>{body}")})


def call_with(template: bytes | None = None) -> Call:
    read = calls.read_folder(FOLDER)
    return calls.load_files(read if template is None else {**read, calls.TEMPLATE: template})


DATA: dict[str, Any] = {
    "bridge": {
        "title": "示例河石拱桥三年看护",
        "kind": "arch",
        "works": ["survey", "mending"],
        "words": ["古桥", "看护"],
        "start": "2027-03",
        "end": "2027-11",
        "listed": False,
        "aim": "汛期前后各看一遍。\n每季写一页记录。",
        "plan": [
            {"type": "paragraph", "runs": [{"text": "先"}, {"text": "测绘", "bold": True}, {"text": "，H"},
                                           {"text": "2", "sub": True}, {"text": "O 含量见"}, {"cite": "s1"}]},
            {"type": "list", "ordered": True, "items": [[{"text": "量拱圈"}], [{"text": "拍裂缝"}]]},
            {"type": "table", "header": True, "caption": "测点", "rows": [
                [[{"text": "点"}], [{"text": "高"}]], [[{"text": "甲"}], [{"text": "1.2"}]]]},
            {"type": "formula", "latex": "h=\\frac{f}{L}"},
            {"type": "picture", "file": "wide.png", "caption": "桥身立面", "alt": "一座三孔桥"},
        ],
    },
    "person": {"name": "石示例", "phone": "13900000000", "born": "1980-05-04",
               "photo": {"file": "wide.png", "caption": "桥头", "alt": "桥头"}, "story": "看过两座桥。"},
    "helpers": {
        "members": [{"name": f"看护员{at}", "task": "巡看", "days": at, "local": at % 2 == 1} for at in range(1, 6)],
        "partners": [{"name": "示例村", "role": "village", "offer": "出工具。\n出车。"},
                     {"name": "示例小学", "role": "school", "place": "桥头街 3 号"}],
        "sources": [{"id": "s1", "text": "《示例县桥志》"}],
    },
    "money": {"asked": "900", "lines": [
        {"item": "卷尺", "kind": "tools", "amount": "120.5", "note": "两把"},
        {"item": "除草", "kind": "labour", "amount": "779.50"}]},
    "promise": {"true_words": True, "signed": "2027-02-01"},
}  # fmt: skip


@pytest.fixture(scope="module")
def proposal(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    folder = tmp_path_factory.mktemp("data")
    (folder / "wide.png").write_bytes(filled.picture_bytes(3000, 400))
    return from_outside(call_with(), json.loads(json.dumps(DATA)), folder)


def made_of(proposal: Proposal, *, draft: bool = False) -> files.Made:
    return files.make(proposal, now=NOW, draft=draft, formats=("docx",), fonts_folder=paths.fonts())


@pytest.fixture(scope="module")
def made(proposal: Proposal) -> files.Made:
    return made_of(proposal)


@pytest.fixture(scope="module")
def form(made: files.Made) -> Opened:
    return Opened(made.files["docx"])


@pytest.fixture(scope="module")
def empty() -> Opened:
    return Opened(made_of(Proposal(call_with())).files["docx"])


def controls(one: Opened, tag: str) -> list[Any]:
    """Return the content controls with that tag, of the text and of what stands above and below it."""
    roots = [one.part(name) for name in STORIES]
    path = f"//w:sdt[w:sdtPr/w:tag/@w:val='{tag}']"
    return [control for root in roots for control in one.find(path, root)]


def said(one: Opened, tag: str) -> str:
    found = controls(one, tag)
    assert found, tag
    return "\n".join(text(control.find(f"{W}sdtContent")) for control in found)


# --- filled in ------------------------------------------------------------------------------------------------------


def test_the_form_beside_the_script_is_what_the_script_makes():
    assert (FOLDER / calls.TEMPLATE).read_bytes() == maker().template()


def test_every_answer_stands_whole_in_its_own_control(proposal: Proposal, form: Opened):
    answers = Answers(proposal.call, proposal.data, NOW, proposal.call.document["words"])
    left_out = {told["pointer"] for told in proposal.call.document["not_printed"]}
    looked_at = 0
    for control, pointer, _ in leaves(proposal.call, proposal.data):
        boxed = control.pointer in ("/bridge/kind", "/bridge/works", "/helpers/members/*/local", "/promise/true_words")
        if control.pointer in left_out or boxed or control.kind in ("rich", "picture") or not answers.shown(pointer):
            continue
        if pointer in ("/bridge/start", "/bridge/end"):
            assert answers.text(pointer) in said(form, "{/bridge/start}至{/bridge/end}")
        else:
            assert said(form, pointer) == answers.text(pointer)
        looked_at += 1
    assert looked_at > 35


def test_long_text_keeps_its_marks_lists_tables_formulas_and_pictures(form: Opened):
    assert [text(p) for p in controls(form, "/bridge/plan")] == [
        "先测绘，H2O 含量见[1]", "1.量拱圈", "2.拍裂缝", "表 1　测点", "点", "高", "甲", "1.2", "", "图 1　桥身立面"
    ]  # fmt: skip
    bold = [text(run) for run in form.find("//w:sdt//w:r[w:rPr/w:b and not(ancestor::w:tc)]")]
    assert "测绘" in bold
    assert form.find("//w:r[w:rPr/w:vertAlign/@w:val='subscript']/w:t/text()") == ["2"]
    assert [text(cell) for cell in form.find("//w:tbl[preceding-sibling::w:p[1][.//w:t='表 1　测点']]//w:tc")] == [
        "点", "高", "甲", "1.2"
    ]  # fmt: skip
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    assert len(list(form.body.iter(f"{{{math}}}f"))) == 1


def test_an_answer_takes_the_looks_of_its_place_and_no_longer_those_of_a_placeholder(form: Opened):
    (name,) = controls(form, "/person/name")
    (properties,) = name.iterfind(f"{W}sdtContent/{W}r/{W}rPr")
    told = {child.tag.removeprefix(W): dict(child.attrib) for child in properties}
    assert told["rFonts"][f"{W}eastAsia"] == "仿宋"
    assert told["sz"] == {f"{W}val": "24"}
    assert "rStyle" not in told
    assert not [one for name in STORIES for one in form.find("//w:showingPlcHdr", form.part(name))]
    first, second = (one.getparent() for one in controls(form, "/bridge/plan")[:2])
    assert first.find(f"{W}pPr/{W}ind").get(f"{W}firstLineChars") == "200"
    assert second.find(f"{W}pPr/{W}ind").get(f"{W}hanging") == "420"


def test_a_line_of_fixed_height_gives_way_to_a_formula(form: Opened):
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    (formula,) = [p for p in form.find("//w:p") if next(p.iter(f"{{{math}}}f"), None) is not None]
    assert formula.find(f"{W}pPr/{W}spacing").get(f"{W}lineRule") == "atLeast"
    (first, *_) = (one.getparent() for one in controls(form, "/bridge/plan"))
    assert first.find(f"{W}pPr/{W}spacing").get(f"{W}lineRule") == "exact"


def test_styles_settings_and_page_stay_those_of_the_form(form: Opened):
    parts = maker().parts()
    for name in ("word/styles.xml", "word/settings.xml"):
        assert form.parts[name].decode("utf-8").endswith(parts[name])
    assert len(form.find("//w:sectPr")) == 1
    assert text(form.part("word/header1.xml")) == "示例县古桥看护会"


def test_the_name_of_whoever_made_the_form_goes(form: Opened):
    core = form.parts["docProps/core.xml"].decode("utf-8")
    assert "creator" not in core
    assert "lastModifiedBy" not in core
    assert "示例河石拱桥三年看护" in core


def test_the_check_code_stands_where_the_form_has_a_place_for_it(made: files.Made, form: Opened):
    assert made.check_code in text(form.part("word/footer1.xml"))


def test_a_picture_is_no_wider_than_the_place_it_stands_in(form: Opened):
    widths = [int(extent.get("cx")) for extent in form.find("//wp:extent")]
    page = (11906 - 2 * 1503) * 635
    assert len(widths) == 2
    assert max(widths) <= page


def test_a_picture_in_a_cell_is_no_wider_than_the_cell(proposal: Proposal):
    cell = "<w:tc><w:tcPr><w:tcW w:w='2000' w:type='dxa'/></w:tcPr><w:p>{}</w:p></w:tc>"
    row = cell.format(maker().line("/person/photo")) + cell.format("")
    one = filled_in(proposal, maker().table([2000, 6900], maker().row(row)))
    widths = [int(extent.get("cx")) for extent in one.find("//w:tc//wp:extent")]
    assert widths == [pytest.approx((2000 - 216) * 635, rel=0.01)]


# --- tables ---------------------------------------------------------------------------------------------------------


def rows_of(one: Opened, head: str) -> list[list[str]]:
    (table,) = [table for table in one.find("//w:tbl") if head in text(table) and not one.find(".//w:tbl", table)]
    return [[text(cell) for cell in row.iter(f"{W}tc")] for row in table.iterfind(f"{W}tr")]


def test_a_table_grows_by_the_row_that_holds_its_places(form: Opened):
    rows = rows_of(form, "投入")
    assert rows[:2] == [["", "序号", "姓名", "分工", "投入"], ["", "", "", "", "天数", "本地"]]
    assert rows[2:] == [
        ["看护员" if at == 1 else "", str(at), f"看护员{at}", "巡看", str(at), "☑" if at % 2 else "☐"]
        for at in range(1, 6)
    ]


def test_merged_cells_stay_merged_and_a_label_runs_on(form: Opened):
    (table,) = [table for table in form.find("//w:tbl") if "投入" in text(table)]
    merges = [
        [form.find("w:tcPr/w:vMerge/@w:val", cell) for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")
    ]
    assert [row[0] for row in merges] == [["restart"], [], ["restart"], [], [], [], []]
    assert len(form.find(".//w:gridSpan", table)) == 1


def test_rows_below_the_pattern_stay_and_add_up(form: Opened):
    assert rows_of(form, "合计") == [
        ["项目", "类别", "金额（元）", "说明"],
        ["卷尺", "工具", "120.50", "两把"],
        ["除草", "人工", "779.50", "无"],
        ["合计", "900.00", "其中工具 120.50 元"],
    ]


def test_a_table_without_rows_says_so_in_one_row(empty: Opened):
    assert rows_of(empty, "附件")[1:] == [["无", "无"]]
    assert len(rows_of(empty, "投入")) == 3


def test_what_is_around_places_is_repeated_whole(form: Opened):
    titles = [text(p) for p in form.find("//w:body/w:p") if "个单位" in text(p)]
    assert titles == ["第 1 个单位：示例村", "第 2 个单位：示例小学"]
    assert said(form, "/helpers/partners/0/offer") == "出工具。\n出车。"
    assert said(form, "/helpers/partners/1/place") == "桥头街 3 号"


def test_nothing_that_stands_once_in_a_document_stands_twice(form: Opened):
    for path in ("//w:sdtPr/w:id/@w:val", "//w:bookmarkStart/@w:name", "//w:bookmarkStart/@w:id", "//wp:docPr/@id"):
        found = form.find(path)
        assert len(found) == len(set(found)) > 1, path


def test_a_row_of_fixed_height_gives_way_to_its_answer(form: Opened):
    assert form.find("//w:trHeight[@w:val='680']/@w:hRule") == ["atLeast"]


# --- boxes and empty answers ----------------------------------------------------------------------------------------


def test_boxes_are_ticked_by_the_answer(form: Opened):
    shown = {name: said(form, f"/bridge/kind={name}") for name in ("arch", "beam", "corridor")}
    assert shown == {"arch": "☑", "beam": "☐", "corridor": "☐"}
    assert {name: said(form, f"/bridge/works={name}") for name in ("survey", "weeding", "mending")} == {
        "survey": "☑", "weeding": "☐", "mending": "☑"
    }  # fmt: skip
    (box,) = controls(form, "/bridge/kind=arch")
    assert box.find(f".//{W14}checked").get(f"{W14}val") == "1"
    assert said(form, "/promise/true_words") == "☑"


def test_what_is_empty_and_what_is_not_asked_is_told_apart(form: Opened, empty: Opened):
    assert said(form, "/bridge/listed") == "否"
    assert said(form, "/bridge/listed_as") == "—"
    assert said(empty, "/person/name") == "无"
    assert said(empty, "{/bridge/start}至{/bridge/end}") == "无"
    assert said(empty, "/promise/true_words") == "☐"


# --- the file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["filled", "everything", "empty", "draft"])
def test_the_open_xml_sdk_finds_no_error_in_it(kind: str, proposal: Proposal, validator: list[str], tmp_path: Path):
    told = {"everything": filled.proposal(call_with()), "empty": Proposal(call_with())}.get(kind, proposal)
    made = made_of(told, draft=kind == "draft")
    assert made.mismatches == ()
    file = tmp_path / "form.docx"
    file.write_bytes(made.files["docx"])
    done = subprocess.run([*validator, str(file)], capture_output=True, check=False, timeout=120)
    assert json.loads(done.stdout)["errors"] == []


def test_the_same_answers_and_time_give_the_same_bytes(proposal: Proposal, made: files.Made):
    assert made_of(proposal).files == made.files


def test_every_cell_ends_in_a_paragraph(form: Opened):
    cells = form.find("//w:tc")
    assert len(cells) > 60
    assert {cell[-1].tag for cell in cells} == {f"{W}p"}


def test_a_draft_carries_its_mark_in_the_headers_as_a_shape(proposal: Proposal, form: Opened):
    one = Opened(made_of(proposal, draft=True).files["docx"])
    assert one.find(".//v:textpath/@string", one.part("word/header1.xml")) == ["未定稿"]
    assert text(one.part("word/header1.xml")) == text(form.part("word/header1.xml"))
    assert not form.find(".//v:textpath", form.part("word/header1.xml"))


def test_a_form_without_headers_gets_one_for_the_mark_of_a_draft(proposal: Proposal):
    told = maker().document().replace('<w:headerReference w:type="default" r:id="rId3"/>', "")
    made = Proposal(call_with(with_parts({"word/document.xml": told.replace("<w:pgSz", "<w:titlePg/><w:pgSz")})))
    one = Opened(made_of(made, draft=True).files["docx"])
    assert one.find("//w:headerReference/@w:type") == ["default", "first"]
    marks = [one.find(".//v:textpath/@string", header) for header in one.named("word/header")]
    assert marks.count(["未定稿"]) == 3


def test_its_data_travel_inside_and_an_edit_is_told_at_its_answer(made: files.Made):
    shelf = Shelf(paths.schemas(), [CALLS])
    same = returned.read(made.files["docx"], shelf, "form.docx")
    assert (same.is_edited, same.check_code) == (False, made.check_code)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made.files["docx"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("量拱圈".encode(), "量桥墩".encode()))
    edited = returned.read(out.getvalue(), shelf, "form.docx")
    assert [(one.section, one.data[-3:], one.printed[-3:]) for one in edited.differences] == [
        ("bridge", "量拱圈", "量桥墩")
    ]


def test_the_data_are_whole_after_libreoffice_has_saved_the_form(made: files.Made, tmp_path: Path):
    (tmp_path / "form.docx").write_bytes(made.files["docx"])
    words = [f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx:MS Word 2007 XML"]
    done = subprocess.run(
        ["soffice", *words, "--outdir", tmp_path / "saved", tmp_path / "form.docx"],
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0
    told = returned.read(tmp_path / "saved" / "form.docx", Shelf(paths.schemas(), [CALLS]))
    assert told.differences == ()
    assert told.check_code == made.check_code


def test_the_command_line_exports_the_form_and_says_its_data_are_whole(proposal: Proposal, tmp_path: Path):
    draft = tmp_path / "a.kjxm"
    storage.write(draft, proposal, program="test")
    ran = kjxm("--calls", CALLS, "export", draft, "--to", tmp_path / "to", "--draft", "--time", "2027-02-01T09:30")
    assert (ran.status, ran.err) == (0, ""), ran
    (docx,) = (tmp_path / "to").glob("*.docx")
    assert said(Opened(docx.read_bytes()), "/person/name") == "石示例"
    assert len(list((tmp_path / "to").glob("*.pdf"))) == 1


# --- places of all kinds --------------------------------------------------------------------------------------------


def filled_in(proposal: Proposal, body: str) -> Opened:
    """Return the answers of `proposal` in a form that begins with `body`."""
    made = Proposal(call_with(with_body(body)), proposal.data, proposal.media)
    sizes = files.picture_sizes(made.media)
    document = compose(made.call, made.data, sizes, now=NOW, draft=False)
    return Opened(export_form.fill(made, document, sizes).packed())


def test_the_first_of_several_paragraphs_stands_in_its_line_and_the_rest_beneath(proposal: Proposal):
    line = maker().line("/bridge/aim")
    one = filled_in(proposal, maker().paragraph(maker().run("目标：") + line + maker().run("（完）")))
    assert [text(p) for p in one.find("//w:body/w:p")[:2]] == ["目标：汛期前后各看一遍。（完）", "每季写一页记录。"]


def test_a_section_that_ends_in_a_place_ends_in_its_answer(proposal: Proposal):
    section = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/></w:sectPr>'
    one = filled_in(proposal, maker().paragraph(maker().line("/bridge/aim"), section))
    (first, second) = one.find("//w:body/w:p")[:2]
    assert first.find(f"{W}pPr/{W}sectPr") is None
    assert second.find(f"{W}pPr/{W}sectPr/{W}pgSz").get(f"{W}orient") == "landscape"


def test_a_control_bound_to_other_data_is_set_free(proposal: Proposal):
    bound = '<w:dataBinding w:xpath="/a" w:storeItemID="{00000000-0000-0000-0000-000000000000}"/>'
    one = filled_in(proposal, maker().paragraph(maker().line("/person/name", bound)))
    assert not one.find("//w:dataBinding")


def test_bookmarks_of_the_form_keep_their_names(proposal: Proposal):
    own = '<w:bookmarkStart w:id="x7" w:name="answer1"/><w:bookmarkEnd w:id="x7"/>'
    one = filled_in(proposal, maker().paragraph(own))
    names = one.find("//w:bookmarkStart/@w:name")
    assert len(names) == len(set(names)) > 40


def test_all_names_of_a_table_stand_in_one_place_outside_of_its_rows(proposal: Proposal):
    one = filled_in(proposal, maker().paragraph(maker().line("/helpers/partners/*/name")))
    assert text(one.find("//w:body/w:p")[0]) == "示例村；示例小学"


def test_several_rows_that_belong_to_one_record_are_repeated_together(proposal: Proposal):
    cell, row = maker().cell, maker().row
    rows = row(cell(maker().line("/money/lines/*/item"), 4000)) + row(cell(maker().line("/money/lines/*/note"), 4000))
    one = filled_in(proposal, maker().table([4000], rows))
    (table,) = one.find("//w:body/w:tbl[1]")
    assert [text(row) for row in table.iter(f"{W}tr")] == ["卷尺", "两把", "除草", "无"]


def test_a_row_in_a_repeating_section_of_word_is_repeated_inside_it(proposal: Proposal):
    w15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'
    row = maker().row(maker().cell(maker().line("/money/lines/*/item"), 4000))
    item = f"<w:sdt><w:sdtPr><w15:repeatingSectionItem {w15}/></w:sdtPr><w:sdtContent>{row}</w:sdtContent></w:sdt>"
    section = f"<w:sdt><w:sdtPr><w15:repeatingSection {w15}/></w:sdtPr><w:sdtContent>{item}</w:sdtContent></w:sdt>"
    one = filled_in(proposal, maker().table([4000], section))
    (outer,) = one.find("//w:body/w:tbl[1]/w:sdt")
    assert [text(inner) for inner in outer.findall(f"{W}sdtContent/{W}sdt")] == ["卷尺", "除草"]


def test_a_place_in_a_text_box_is_filled_in_every_version_of_it(proposal: Proposal):
    shape = '<w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:rect><v:textbox><w:txbxContent>{}</w:txbxContent>'
    box = shape.format(line("/person/name")) + "</v:textbox></v:rect></w:pict>"
    one = filled_in(proposal, maker().paragraph(f"<w:r>{box}</w:r><w:r>{box}</w:r>"))
    assert [text(found) for found in one.find("//w:txbxContent")] == ["石示例", "石示例"]


def test_answers_of_many_rows_are_filled_in_too(proposal: Proposal):
    rows = [{"id": f"r{at}", "name": f"看护员{at}", "task": "巡看"} for at in range(800)]
    many = Proposal(proposal.call, json_pointer.set_in(proposal.data, "/helpers/members", rows), proposal.media)
    one = filled_in(many, "")
    assert len(rows_of(one, "投入")) == 802
    assert said(one, "/helpers/members/799/name") == "看护员799"


def test_a_box_that_says_something_else_than_the_answer_is_found_out(proposal: Proposal, made: files.Made):
    assert list(self_check_boxes.wrong(proposal, made.files["docx"])) == []
    other = Proposal(proposal.call, json_pointer.set_in(proposal.data, "/bridge/kind", "beam"), proposal.media)
    assert list(self_check_boxes.wrong(other, made.files["docx"])) == ["/bridge/kind", "/bridge/kind"]


# --- the check of a call --------------------------------------------------------------------------------------------


def faults(template: bytes) -> list[KjxmError]:
    return call_check.faults({**calls.read_folder(FOLDER), calls.TEMPLATE: template}, paths.schemas() / "meta")


def line(tag: str) -> str:
    return maker().paragraph(maker().line(tag))


BAD_PLACES: dict[str, tuple[str, str]] = {
    "a tag that leads nowhere": (line("/bridge/titel"), "call.place_unknown"),
    "a tag without its stroke": (line("bridge/title"), "call.place_unknown"),
    "an option there is not": (line("/bridge/kind=rope"), "call.place_unknown"),
    "a file, which has no words": (line("/promise/papers/*/media"), "call.place_unknown"),
    "a name that nobody knows": (line("{weather}"), "call.place_unknown"),
    "a sum of words": (line("+/bridge/title"), "call.place_unknown"),
    "a sum by a column there is not": (line("+/money/lines/*/amount?colour=red"), "call.place_unknown"),
    "a tag longer than Word takes": (line("{/bridge/title}" * 5), "call.place_unknown"),
    "an answer around a whole row": (
        maker().table([900], maker().control("/bridge/title", maker().row(maker().cell("", 900)))),
        "call.place_row",
    ),
    "the number of no row": (line("/money/lines/*"), "call.place_loose"),
    "two tables in one row": (
        (
            "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>"
            f"{line('/money/lines/*/item')}{line('/helpers/members/*/name')}</w:tc></w:tr></w:tbl>"
        ),
        "call.place_two_tables",
    ),
}


@pytest.mark.parametrize("name", BAD_PLACES)
def test_a_place_that_cannot_be_filled_is_named(name: str):
    body, key = BAD_PLACES[name]
    found = faults(with_body(body))
    assert [fault.key for fault in found] == [key]
    assert found[0].params["file"] == "template.docx"


def test_a_place_inside_another_is_named():
    inner = maker().line("/person/phone")
    found = faults(with_body(maker().paragraph(maker().control("/person/name", inner))))
    assert {fault.key for fault in found} == {"call.place_inside"}


def test_answers_without_a_place_and_options_without_a_box_are_named_each_in_a_sentence(tmp_path: Path):
    told = maker().document().replace('w:val="/person/phone"', 'w:val=""')
    told = told.replace('w:val="/bridge/kind=beam"', 'w:val=""').replace('w:val="/bridge/works=weeding"', 'w:val="x"')
    folder = tmp_path / ID
    folder.mkdir()
    for name, data in calls.read_folder(FOLDER).items():
        (folder / name).write_bytes(data)
    (folder / calls.TEMPLATE).write_bytes(with_parts({"word/document.xml": told}))
    ran = kjxm("call", "check", folder)
    assert (ran.status, ran.err, len(ran.lines)) == (1, "", 4)
    assert all("template.docx" in line for line in ran.lines)
    assert [any(word in line for line in ran.lines) for word in ("“x”", "/person/phone", "beam", "weeding")] == [
        True
    ] * 4


def test_the_made_up_call_is_sound():
    assert faults(maker().template()) == []
    assert kjxm("call", "check", FOLDER).status == 0


# --- forms that are no forms ----------------------------------------------------------------------------------------

REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(kind: str, target: str, mode: str = "") -> dict[str, str | None]:
    told = maker().parts()["word/_rels/document.xml.rels"]
    made = f'<Relationship Id="rId9" Type="{REL}/{kind}" Target="{target}"{mode}/></Relationships>'
    return {"word/_rels/document.xml.rels": told.replace("</Relationships>", made)}


EXTERNAL = ' TargetMode="External"'
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a macro": lambda: with_parts(related("vbaProject", "vbaProject.bin") | {"word/vbaProject.bin": "x"}),
    "an object": lambda: with_parts(related("oleObject", "embeddings/a.bin") | {"word/embeddings/a.bin": "x"}),
    "another document": lambda: with_parts(related("aFChunk", "a.html") | {"word/a.html": "x"}),
    "a picture from elsewhere": lambda: with_parts(related("image", "https://example.cn/a.png", EXTERNAL)),
    "a template from elsewhere": lambda: with_parts(related("attachedTemplate", "file:///a.dotm", EXTERNAL)),
    "a link to a file": lambda: with_parts(related("hyperlink", "file:///a", EXTERNAL)),
    "comments": lambda: with_parts(related("comments", "comments.xml") | {"word/comments.xml": "<a/>"}),
    "a change": lambda: with_body('<w:p><w:ins w:id="1" w:author="石"><w:r><w:t>甲</w:t></w:r></w:ins></w:p>'),
    "a field that fetches": lambda: with_body('<w:p><w:fldSimple w:instr=" INCLUDETEXT &quot;a&quot; "/></w:p>'),
    "a field in pieces": lambda: with_body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDE</w:instrText></w:r>'
        '<w:r><w:instrText>AUTO x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ),
    "entities": lambda: with_parts({"word/styles.xml": '<!DOCTYPE a [<!ENTITY b "&#65;">]><a>&b;</a>'}),
    "broken XML": lambda: with_parts({"word/styles.xml": "<a>"}),
    "no document": lambda: with_parts({"word/document.xml": None}),
    "another kind of document": lambda: with_parts(
        {"[Content_Types].xml": maker().parts()["[Content_Types].xml"].replace("document.main", "template.main")}
    ),
    "depth": lambda: with_parts({"word/styles.xml": "<a>" * 300 + "</a>" * 300}),
    "a great many elements": lambda: with_parts({"word/styles.xml": f"<a>{'<b/>' * 100_001}</a>"}),
    "what unfolds": lambda: with_parts({"word/styles.xml": " " * (17 * 1024 * 1024)}),
    "no ZIP": lambda: b"PK\x03\x04" + b"x" * 100,
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_more_or_less_than_a_form_is_refused_with_its_file(name: str):
    (fault,) = faults(HOSTILE[name]())
    assert fault.key in ("call.unreadable", "call.form_part", "call.form_xml", "call.too_many")
    assert "template.docx" in str(fault.params["file"])


@pytest.mark.parametrize("kind", ["https://example.cn/notice", "mailto:kanhu@example.cn"])
def test_links_to_the_web_and_to_a_mailbox_may_stay(kind: str):
    assert faults(with_parts(related("hyperlink", kind, EXTERNAL))) == []


def test_a_draft_brings_its_form_along_and_a_hostile_one_is_refused(tmp_path: Path):
    draft = tmp_path / "a.kjxm"
    storage.write(draft, Proposal(call_with()), program="test")
    told = storage.read(draft, Shelf(paths.schemas()))
    assert told.foreign_call
    assert told.proposal.call.files[calls.TEMPLATE] == maker().template()
    storage.write(draft, Proposal(call_with(HOSTILE["a macro"]())), program="test")
    with pytest.raises(KjxmError) as refused:
        storage.read(draft, Shelf(paths.schemas()))
    assert refused.value.key == "draft.call"


def test_the_working_copy_keeps_the_form(tmp_path: Path):
    made = Proposal(call_with())
    copy = WorkingCopy(tmp_path, made.doc_id)
    copy.save(made, path=None, base_sha256=None, saved_at=NOW)
    found = WorkingCopy(tmp_path, made.doc_id).load(Shelf(paths.schemas(), [CALLS]))
    assert found is not None
    assert found.proposal.call.sha256 == made.call.sha256


def test_a_damaged_form_in_a_draft_is_taken_from_the_installed_call(proposal: Proposal, tmp_path: Path):
    draft, shelf = tmp_path / "a.kjxm", Shelf(paths.schemas(), [CALLS])
    storage.write(draft, proposal, program="test")
    data = bytearray(draft.read_bytes())
    at = data.index(b"call/template.docx") + 200
    data[at : at + 20] = bytes(20)
    draft.write_bytes(data)
    with pytest.raises(KjxmError):
        storage.read(draft, shelf)
    found = salvage.salvage(draft, shelf, tmp_path / "drafts")
    assert found.proposal.call.sha256 == proposal.call.sha256
    assert found.proposal.get("/bridge/title") == proposal.get("/bridge/title")


def test_the_form_is_one_of_the_files_that_tell_a_call():
    read = calls.read_folder(FOLDER)
    assert calls.TEMPLATE in read
    assert call_with().sha256 == calls.sha256_of(read) != call_with(with_body(line(""))).sha256


def test_a_form_too_big_for_a_call_is_refused(tmp_path: Path):
    for name, data in calls.read_folder(FOLDER).items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / calls.TEMPLATE).write_bytes(b"PK" + b"x" * calls.MAX_FILE_BYTES)
    with pytest.raises(KjxmError) as refused:
        calls.read_folder(tmp_path)
    assert refused.value.key == "call.too_big"


def test_reading_a_form_finds_its_stories_in_order():
    read = official_form.read(maker().template())
    assert read.stories == STORIES
