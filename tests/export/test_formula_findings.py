"""A formula that would print as its source is named before an export, with its place, and after it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest

from kjxm_desktop import paths, strings
from kjxm_desktop.core.json_pointer import Json
from kjxm_desktop.core.validation import Diagnostic, Severity, Validator, validate
from kjxm_desktop.export import files, formula_findings
from tests.cli_run import AGRI, kjxm, new, written
from tests.export.conftest import KJXM, NOW, call_of
from tests.test_cli_leaving import IN_TIME, READY

ROOT = Path(__file__).parents[2]
BAD = r"\frac{a}{b} + \unknown{x}"
FINE = r"\cancel{x} + \ce{H2O} = \begin{array}{c|c} a & b \end{array}"
LONG = r"\mathrm{" + "abcdefgh" * 30 + "}"


def answer(*sources: str) -> Json:
    blocks: list[Json] = [{"type": "formula", "latex": sources[0]}]
    blocks += [{"type": "paragraph", "runs": [{"text": "由"}, {"formula": latex}]} for latex in sources[1:2]]
    blocks += [{"type": "list", "ordered": False, "items": [[{"formula": latex}]]} for latex in sources[2:3]]
    blocks += [{"type": "table", "header": False, "rows": [[[{"formula": latex}]]]} for latex in sources[3:4]]
    return blocks


def found(data: Json, call: str = KJXM) -> list[Diagnostic]:
    told = validate(call_of(call), data, NOW, None, formula_findings.told)
    return [item for item in told if item.code == "formula"]


def test_a_finding_names_the_answer_the_formula_and_what_is_to_blame():
    [told] = found({"thing": {"steps": answer("x", BAD)}}, AGRI)
    assert (told.pointer, told.severity, told.blocks) == ("/thing/steps", Severity.WARNING, False)
    assert told.params["count"] == 1
    said = strings.finding(call_of(AGRI), told)
    assert r"[\unknown]" in said
    assert r"\frac{a}{b}" in said


def test_formulas_are_looked_at_wherever_they_stand():
    [told] = found({"thing": {"steps": answer("a}", r"\b", "x_1_2", r"\left( a")}}, AGRI)
    assert told.params["count"] == 4


def test_what_can_be_set_is_no_finding_and_the_same_formula_counts_once():
    assert found({"thing": {"steps": answer(FINE, "x", "y^2", r"\alpha")}}, AGRI) == []
    [told] = found({"thing": {"steps": answer(BAD, BAD, BAD)}}, AGRI)
    assert told.params["count"] == 1


def test_a_formula_too_wide_to_be_broken_is_a_finding_and_a_long_sum_is_none():
    [told] = found({"thing": {"steps": answer(LONG)}}, AGRI)
    assert told.params["formulas"] == formula_findings.named([LONG])
    assert found({"thing": {"steps": answer("+".join("abcdefgh" * 30))}}, AGRI) == []


def test_of_many_formulas_the_first_are_named():
    told = formula_findings.named([rf"x_{at}_2" for at in range(9)])
    assert told.count("；") == 3
    assert told.endswith("…")


def test_an_answer_that_did_not_change_is_not_looked_at_again():
    asked: list[list[str]] = []
    validator = Validator(call_of(AGRI), None, lambda sources: asked.append(list(sources)) or {})
    data: Json = {"thing": {"steps": answer(BAD)}}
    validator.check(data, NOW)
    validator.check({"thing": {**data["thing"], "trouble": "水。"}}, NOW)
    assert asked == [[BAD]]


# --- on the command line ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formulas")
    thing = {**READY["thing"], "steps": answer(BAD, FINE)}
    return new(folder / "a.kjxm", written(folder / "a.json", {**READY, "thing": thing}), AGRI)


def test_the_check_names_the_formula_and_does_not_block(draft: Path):
    told = [item for item in kjxm("check", draft, "--json", *IN_TIME).json["diagnostics"] if item["code"] == "formula"]
    assert [(item["pointer"], item["severity"], item["blocks"]) for item in told] == [
        ("/thing/steps", "warning", False)
    ]
    assert "cannot be set" in kjxm("--lang", "en", "check", draft, *IN_TIME).out


@pytest.mark.parametrize("kind", ["docx", "both"])
def test_a_final_is_written_after_a_line_that_names_the_place(draft: Path, tmp_path: Path, kind: str):
    ran = kjxm("export", "--format", kind, draft, "--to", tmp_path, *IN_TIME)
    assert ran.status == 0
    assert ran.err.count("\n") == 1
    assert strings.label_path(call_of(AGRI), "/thing/steps") in ran.err
    assert r"[\unknown]" in ran.err
    assert "cancel" not in ran.err
    with zipfile.ZipFile(next(tmp_path.glob("*.docx"))) as archive:
        assert r"\unknown{x}" in archive.read("word/document.xml").decode()
    for pdf in tmp_path.glob("*.pdf"):
        shown = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(pdf).pages)
        assert r"\unknown{x}" in "".join(shown.split())


def test_a_check_without_formulas_loads_no_library_of_formulas(tmp_path: Path):
    plain = new(tmp_path / "a.kjxm", written(tmp_path / "a.json", READY), AGRI)
    code = (
        "import sys; from kjxm_desktop import cli; cli.main(sys.argv[1:]);"
        "print([name for name in ('latex2mathml', 'mathml2omml', 'ziamath', 'fontTools') if name in sys.modules])"
    )
    told = [sys.executable, "-c", code, "check", str(plain), *IN_TIME]
    done = subprocess.run(told, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_formula_too_wide_for_the_page_alone_is_told_with_the_pdf_and_not_with_the_docx(tmp_path: Path):
    wide = r"\begin{pmatrix}" + " & ".join(f"a_{{{at}}}" for at in range(60)) + r"\end{pmatrix}"
    from kjxm_desktop.core import storage
    from kjxm_desktop.core.call import Shelf

    thing = {**READY["thing"], "steps": answer(wide)}
    path = new(tmp_path / "a.kjxm", written(tmp_path / "a.json", {**READY, "thing": thing}), AGRI)
    proposal = storage.read(path, Shelf(paths.schemas(), [ROOT / "tests" / "calls"])).proposal
    for formats, unset in ((("docx",), ()), (("pdf",), (wide,))):
        made = files.make(proposal, now=NOW, draft=True, formats=formats, fonts_folder=paths.fonts())
        assert made.unset_formulas == unset
        assert made.mismatches == ()
