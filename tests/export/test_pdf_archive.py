"""The finished PDF is an archive file to other programs, says what it is, and carries its data byte for byte."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from fontTools.ttLib import TTFont
from lxml import etree

from kjxm_desktop import paths
from kjxm_desktop.export import embedded, files, glyphs, pdf_archive, pdf_writer
from kjxm_desktop.export.blocks import Document, Paragraph, Part, Run
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.pdf_archive import Attachment
from tests.export import hostile
from tests.export.conftest import EXAMPLES, NOW, Exported, example, example_document
from tests.export.test_pictures_on_paper import proposal as pictured  # noqa: F401 - a fixture

ROOT = Path(__file__).parents[2]
CONTENT = b"PK\x03\x04" + bytes(range(256)) * 20
ATTACHMENT = Attachment("课题数据.kjxm", "申报书的数据", "application/vnd.kjxm.proposal", CONTENT)
PROPERTIES = {"data_sha256": "ab" * 32, "check_code": "0000-1111-2222 <&>"}
NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "kjxm": "urn:kjxm-desktop:document",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaProperty": "http://www.aiim.org/pdfa/ns/property#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}


@cache
def raw(name: str) -> bytes:
    """Return an example as the canvas writes it."""
    return pdf_writer.write(example_document(name), example(name).media, FontSet(paths.fonts())).data


def finished(
    name: str = "consulting", attachment: Attachment | None = ATTACHMENT, properties: Mapping[str, str] = PROPERTIES
) -> bytes:
    return pdf_archive.finish(raw(name), example_document(name), attachment=attachment, properties=properties)


@pytest.fixture(scope="module")
def hostile_pdf() -> bytes:
    return _pdf_of(hostile.proposal(), draft=True)


def _pdf_of(proposal: Any, *, draft: bool = False) -> bytes:
    return files.make(proposal, now=NOW, draft=draft, formats=("pdf",), fonts_folder=paths.fonts()).files["pdf"]


def faults(data: bytes, profile: page.ValidationProfile = page.ValidationProfile.PDF_A_3B) -> list[str]:
    """Return what a validator that is not ours finds wrong."""
    report = page.validate_pdf_bytes(data, profile=profile)
    told = [f"{failure.rule_id} {failure.message}" for failure in report.failures]
    assert report.is_compliant is (not told)
    return told


def qpdf_says(data: bytes, folder: Path) -> str:
    path = folder / "checked.pdf"
    path.write_bytes(data)
    done = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    return f"{done.returncode}{done.stderr}"


# --- PDF/A -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_an_archive_file_and_sound(name: str, exported: Callable[[str], Exported], tmp_path: Path):
    data = exported(name).pdf.read_bytes()
    assert faults(data) == []
    assert qpdf_says(data, tmp_path) == "0"


def test_a_draft_of_hostile_answers_is_an_archive_file_and_sound(hostile_pdf: bytes, tmp_path: Path):
    assert faults(hostile_pdf) == []
    assert qpdf_says(hostile_pdf, tmp_path) == "0"


def test_a_file_with_every_kind_of_picture_is_an_archive_file(pictured: Any):  # noqa: F811 - the fixture of that name
    data = _pdf_of(pictured)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        images = [thing for thing in streams(pdf) if thing.get("/Subtype") == "/Image"]
    assert len(images) >= len(set(pictured.media.values())) > 8
    assert faults(data) == []


def test_the_validator_finds_faults_in_what_is_not_finished():
    assert len(faults(raw("consulting"))) > 2


def test_every_character_is_mapped_to_unicode_as_the_next_level_of_the_standard_demands(hostile_pdf: bytes):
    raised = hostile_pdf.replace(b"<pdfaid:conformance>B<", b"<pdfaid:conformance>U<")
    assert raised != hostile_pdf
    assert faults(raised, page.ValidationProfile.PDF_A_3U) == []


def streams(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Stream]:
    return (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream))


def test_no_stream_ends_in_a_carriage_return_and_each_is_read_as_before(tmp_path: Path):
    [content] = [told for told in (f"q Q % {at}".encode() for at in range(9999)) if _ends_badly(zlib.compress(told))][
        :1
    ]
    rows = b"".join(bytes((0, *pixel)) for pixel in ((at % 7, at % 5, at % 3) for at in range(9)))
    [picture] = [told for told in (bytes((0, at, at, at)) + rows[4:] for at in range(256)) if _ends_badly(_flat(told))][
        :1
    ]
    with pikepdf.open(io.BytesIO(raw("consulting"))) as pdf:
        pdf.pages[0].contents_add(pdf.make_stream(zlib.compress(content), Filter=pikepdf.Name.FlateDecode))
        told = {"/Predictor": 15, "/Colors": 3, "/BitsPerComponent": 8, "/Columns": 1}
        image = pdf.make_stream(
            _flat(picture),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=1,
            Height=9,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB,
            Filter=pikepdf.Array([pikepdf.Name.FlateDecode]),
            DecodeParms=pikepdf.Array([pikepdf.Dictionary(told)]),
        )
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(X=image)
        decoded = image.read_bytes()
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = pdf_archive.finish(out.getvalue(), example_document("consulting"), attachment=None, properties={})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert [thing for thing in streams(pdf) if thing.read_raw_bytes().endswith(b"\r")] == []
        filters = [
            list(told) for told in (thing.get("/Filter") for thing in streams(pdf)) if isinstance(told, pikepdf.Array)
        ]
        assert [told for told in filters if len({str(one) for one in told}) < len(told)] == []
        assert pdf.pages[0].Contents[-1].read_bytes() == content
        assert pdf.pages[0].Resources.XObject.X.read_bytes() == decoded
    assert faults(data) == []
    assert qpdf_says(data, tmp_path) == "0"


def _flat(rows: bytes) -> bytes:
    return zlib.compress(rows)


def _ends_badly(data: bytes) -> bool:
    return data.endswith(b"\r")


def test_what_the_canvas_wrote_is_not_compressed_again(exported: Callable[[str], Exported]):
    with pikepdf.open(io.BytesIO(raw("long"))) as before, pikepdf.open(io.BytesIO(finished("long"))) as after:
        kept = {hashlib.sha256(thing.read_raw_bytes()).digest() for thing in streams(after)}
        changed = [len(t.read_raw_bytes()) for t in streams(before) if _digest(t) not in kept]
        assert all(
            told.endswith(b"\r") for told in (t.read_raw_bytes() for t in streams(before) if _digest(t) not in kept)
        )
        assert len(changed) < 10


def _digest(stream: pikepdf.Stream) -> bytes:
    return hashlib.sha256(stream.read_raw_bytes()).digest()


# --- what it says ----------------------------------------------------------------------------------------------------


def metadata(data: bytes) -> etree._Element:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stream = pdf.Root.Metadata
        assert "/Filter" not in stream
        return etree.fromstring(stream.read_bytes())


def said(data: bytes, path: str) -> list[str]:
    found = metadata(data).xpath(f"//{path}", namespaces=NAMES)
    return ["".join(element.itertext()).strip() for element in found]


def test_the_metadata_say_what_the_document_is():
    data, document = finished(), example_document("consulting")
    assert said(data, "dc:title/rdf:Alt/rdf:li") == [document.title]
    assert said(data, "dc:language/rdf:Bag/rdf:li") == ["zh-CN"]
    assert said(data, "pdfaid:part") + said(data, "pdfaid:conformance") == ["3", "B"]
    assert said(data, "xmp:CreatorTool") == said(data, "pdf:Producer") == ["kjxm-desktop"]


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("+08:00", "2024-06-01T09:30:00+08:00"),
        ("-03:30", "2024-06-01T09:30:00-03:30"),
        ("+00:00", "2024-06-01T09:30:00+00:00"),
    ],
)
def test_the_dates_of_the_metadata_are_those_of_the_information_dictionary(zone: str, moment: str):
    document = replace(example_document("consulting"), created=datetime.fromisoformat(f"2024-06-01T09:30:00{zone}"))
    data = pdf_archive.finish(raw("consulting"), document, attachment=None, properties={})
    for name in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
        assert said(data, name) == [moment]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        told = f"D:20240601093000{zone[:3]}'{zone[4:]}'"
        assert str(pdf.docinfo["/CreationDate"]) == str(pdf.docinfo["/ModDate"]) == told
    assert faults(data) == []


def test_the_information_dictionary_says_the_same_as_the_metadata_and_names_nobody():
    data, document = finished(), example_document("consulting")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        told = {key: str(value) for key, value in pdf.docinfo.items()}
    assert told["/Title"] == document.title
    assert told["/Creator"] == told["/Producer"] == "kjxm-desktop"
    assert told.get("/Subject", "") == "".join(said(data, "dc:description/rdf:Alt/rdf:li"))
    assert set(told) <= {"/Title", "/Subject", "/Creator", "/Producer", "/CreationDate", "/ModDate"}


def test_own_properties_are_kept_as_they_are_and_described():
    data = finished()
    for name, value in PROPERTIES.items():
        assert said(data, f"kjxm:{name}") == [value]
    assert said(data, "pdfaProperty:name") == [*PROPERTIES, embedded.PAGES]
    assert said(data, "pdfaProperty:valueType") == ["Text"] * (len(PROPERTIES) + 1)


def test_what_each_page_draws_is_recorded_in_order():
    data = finished()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        drawn = [embedded.page_digest(one.Contents.read_bytes()) for one in pdf.pages]
    assert said(data, f"kjxm:{embedded.PAGES}") == [" ".join(drawn)]


def test_a_title_of_markup_is_a_title(tmp_path: Path):
    told = "a<b>&amp;</dc:title>“” 𠮷"
    document = replace(example_document("consulting"), title=told, subject=told)
    data = pdf_archive.finish(raw("consulting"), document, attachment=None, properties={})
    assert said(data, "dc:title/rdf:Alt/rdf:li") == said(data, "dc:description/rdf:Alt/rdf:li") == [told]
    assert faults(data) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_title_language_and_outline_are_those_of_the_document(name: str, exported: Callable[[str], Exported]):
    document = example_document(name)
    with pikepdf.open(exported(name).pdf) as pdf, pdf.open_outline() as outline:
        assert str(pdf.Root.Lang) == document.language == "zh-CN"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]) == document.title != ""
        levels = [(depth, item.title) for depth, item in _walked(outline.root)]
    assert [title for _, title in levels] == [heading.text for heading in document.headings()]
    assert [depth for depth, _ in levels] == [heading.level for heading in document.headings()]


def _walked(items: Any, depth: int = 1) -> Iterator[tuple[int, Any]]:
    for item in items:
        yield depth, item
        yield from _walked(item.children, depth + 1)


def test_colours_mean_srgb_by_a_profile_that_is_the_same_everywhere_and_always():
    with pikepdf.open(io.BytesIO(finished())) as pdf:
        [intent] = pdf.Root.OutputIntents
        profile = intent.DestOutputProfile.read_bytes()
        assert (intent.S, intent.DestOutputProfile.N) == (pikepdf.Name.GTS_PDFA1, 3)
    assert profile[36:40] == b"acsp"
    assert profile[12:24] == b"mntrRGB XYZ "
    # Made by another version of the library or on another system, it would be another file each time.
    assert hashlib.sha256(profile).hexdigest() == "a3f3f8de1fd4ddc4c4eabe71c89f4f9f066e22080eaf862ec23a36fa2b0e6581"


# --- what it carries -------------------------------------------------------------------------------------------------


def test_the_attachment_is_a_file_associated_with_the_document():
    with pikepdf.open(io.BytesIO(finished())) as pdf:
        [told] = pdf.Root.AF
        key, named = pdf.Root.Names.EmbeddedFiles.Names
        assert named.objgen == told.objgen
        assert str(key).isascii()
        assert str(key) == str(told.F) == "data.kjxm"
        assert str(told.UF) == ATTACHMENT.name
        assert str(told.Desc) == ATTACHMENT.description
        assert told.AFRelationship == pikepdf.Name.Data
        stream = told.EF.F
        assert stream.Subtype == f"/{ATTACHMENT.mime}"
        assert int(stream.Params.Size) == len(CONTENT)
        assert bytes(stream.Params.CheckSum) == hashlib.md5(CONTENT).digest()
        assert str(stream.Params.ModDate) == "D:20240601093000+08'00'"
        assert stream.read_bytes() == CONTENT


def test_other_programs_list_the_attachment_and_take_it_out_unchanged(tmp_path: Path):
    path = tmp_path / "made.pdf"
    path.write_bytes(finished())
    listed = subprocess.run(
        ["pdfdetach", "-enc", "UTF-8", "-list", str(path)], capture_output=True, text=True, check=True
    )
    assert ATTACHMENT.name in listed.stdout
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(tmp_path / "out"), str(path)], check=True)
    assert (tmp_path / "out").read_bytes() == CONTENT


def test_a_file_without_attachment_is_an_archive_file_as_well():
    data = finished(attachment=None, properties={})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/AF" not in pdf.Root
    assert faults(data) == []


@pytest.mark.parametrize(
    ("name", "key"), [("a-1.kjxm", "a-1.kjxm"), ("数据.kjxm", "data.kjxm"), ("数据", "data"), ("a.数", "data")]
)
def test_the_key_of_an_attachment_is_ascii(name: str, key: str):
    with pikepdf.open(io.BytesIO(finished(attachment=replace(ATTACHMENT, name=name)))) as pdf:
        assert str(pdf.Root.Names.EmbeddedFiles.Names[0]) == key


# --- fonts and ink ---------------------------------------------------------------------------------------------------


def embedded_fonts(data: bytes) -> Iterator[tuple[str, TTFont, dict[int, str], dict[int, float]]]:
    """Yield each font inside: its name, the font itself, the characters set in it and their widths by code."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        used = _codes_in_use(pdf)
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font":
                font = TTFont(io.BytesIO(thing.FontDescriptor.FontFile2.read_bytes()))
                listed = thing.ToUnicode.read_bytes().partition(b"beginbfchar")[2]
                pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]+)>", listed)
                said = {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}
                told = {code: said[code] for code in used.get(thing.objgen, ())}
                first = int(thing.FirstChar)
                yield str(thing.BaseFont), font, told, {first + at: float(w) for at, w in enumerate(thing.Widths)}


def _codes_in_use(pdf: pikepdf.Pdf) -> dict[tuple[int, int], set[int]]:
    """Return which codes of each font the pages show."""
    used: dict[tuple[int, int], set[int]] = {}
    for sheet in pdf.pages:
        codes: set[int] = set()
        for step in pikepdf.parse_content_stream(sheet, "Tf Tj"):
            if str(step.operator) == "Tf":
                codes = used.setdefault(sheet.Resources.Font[str(step.operands[0])].objgen, set())
            else:
                codes.update(bytes(step.operands[0]))
    return used


def test_every_glyph_in_use_has_ink_and_the_width_that_is_told(exported: Callable[[str], Exported], hostile_pdf: bytes):
    seen: set[str] = set()
    for data in (exported("long").pdf.read_bytes(), hostile_pdf):
        for name, font, told, widths in embedded_fonts(data):
            codes = next(table for table in font["cmap"].tables if table.platformID == 1).cmap
            for code, text in told.items():
                glyph = codes[code]
                assert glyph != ".notdef", (name, text)
                has_ink = font["glyf"][glyph].numberOfContours != 0
                blank = glyphs.is_space(text) or glyphs.is_ignorable(text)
                assert has_ink is not blank, (name, text)
                advance = font["hmtx"][glyph][0] * 1000 / font["head"].unitsPerEm
                assert abs(advance - widths[code]) < 1, (name, text)
                seen.add(text)
    assert len(seen) > 1200
    assert set(hostile.RARE) | set(hostile.MONGOLIAN) <= seen


def test_every_font_of_hostile_answers_is_an_embedded_subset_that_maps_to_unicode(hostile_pdf: bytes, tmp_path: Path):
    path = tmp_path / "hostile.pdf"
    path.write_bytes(hostile_pdf)
    told = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert len(told) > 8
    assert [line for line in told if not re.search(r"^[A-Z]{6}\+.*\byes +yes +yes\b", line)] == []


def test_bold_type_is_a_face_of_its_own_and_never_drawn_twice():
    text = "科技 Science"
    blocks = (Paragraph((Run(text),)), Paragraph((Run(text, bold=True),)))
    document: Document = replace(example_document("consulting"), parts=(Part("body", blocks),))
    data = pdf_writer.write(document, {}, FontSet(paths.fonts())).data
    names = {name.partition("+")[2] for name, *_ in embedded_fonts(data)}
    assert {"NotoSerifSC-Regular", "NotoSerifSC-Bold", "Tinos-Regular", "Tinos-Bold"} <= names
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for sheet in pdf.pages:
            operators = [str(step.operator) for step in pikepdf.parse_content_stream(sheet)]
            assert "Tr" not in operators


# --- the same bytes --------------------------------------------------------------------------------------------------


def test_the_same_proposal_and_time_give_the_same_bytes_whatever_the_seed_of_hashes(tmp_path: Path):
    draft = tmp_path / "a.kjxm"
    source = ROOT / "resources" / "examples" / "consulting" / "proposal.json"
    run = [sys.executable, "-m", "kjxm_desktop.cli"]
    subprocess.run([*run, "new", "--call", "kjxm-sjtu-2024", "--data", str(source), str(draft)], cwd=ROOT, check=True)
    digests: dict[str, set[str]] = {".pdf": set(), ".docx": set()}
    for seed in ("0", "1", "4294967295"):
        to = tmp_path / seed
        told = ["export", str(draft), "--to", str(to), "--time", "2024-06-01T09:30"]
        subprocess.run([*run, *told], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
        for path in to.iterdir():
            digests[path.suffix].add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert {suffix: len(found) for suffix, found in digests.items()} == {".pdf": 1, ".docx": 1}


def test_another_time_gives_another_file_with_the_same_pages():
    document = example_document("consulting")
    later = replace(document, created=document.created.replace(year=2025))
    one, other = (
        pdf_archive.finish(raw("consulting"), told, attachment=ATTACHMENT, properties=PROPERTIES)
        for told in (document, later)
    )
    assert one == finished() != other
    with pikepdf.open(io.BytesIO(one)) as first, pikepdf.open(io.BytesIO(other)) as second:
        assert len(first.pages) == len(second.pages) > 5
        assert bytes(first.trailer.ID[1]) != bytes(second.trailer.ID[1])
